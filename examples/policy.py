"""One policy over all types of evidence: it names none. `reasons` gives what speaks against a piece; none is to accept."""

from typing import Any

from evidence.claims import Claims, Environment, Tcb
from evidence.paths import join
from evidence.verify.document import Verification

Want = dict[str, Any]  # its members are those of policies/accept.rego


def reasons(claims: Claims, verification: Verification | None, want: Want) -> list[str]:
    target = claims.environment(claims.attested.environment) if claims.attested else None
    chain = claims.chain() if target else ()
    request = [entry for entry in claims.bindings if entry.role == "caller-data"]
    request = request or [entry for entry in claims.bindings if entry.role == "challenge"]
    tcbs = [(link.id, tcb) for link in chain for tcb in link.tcb if tcb.role in want["tcb_roles"]]
    matching = {fact.compared_to for fact in claims.consistency if fact.status == "matches"}
    keys = {join("bindings", entry.name) for entry in claims.bindings if entry.role == "key-binding"}
    notes = {note.code for note in claims.notes}
    lost = verification.uncovered if verification else ()

    relied = [join("bindings", entry.name, word) for entry in request for word in ("value", "role")]
    words = ("role", "debug", "migration", "depends_on")
    relied += [join("environments", link.id, word) for link in chain for word in words]
    relied += [
        join("environments", target.id, "measurements", name) for name in want["measurements"] if target
    ]
    relied += [join("environments", id, "tcb", tcb.name) for id, tcb in tcbs]

    good = {
        "unverified": _is_verified(claims, verification),
        "target": target is not None and target.role in want["roles"],
        "nonce": [entry.value.hex() for entry in request] == [want["nonce"]],
        "debug": want.get("debug") or (claims.attested and claims.attested.debug.startswith("disabled")),
        "migration": want.get("migration") or (target and target.migration in {"not-allowed", "not-defined"}),
        "measurement": want["measurements"]
        and all(_is_measured(target, name, digests) for name, digests in want["measurements"].items()),
        "floor": all(_reaches(tcb, want["floors"].get(tcb.layout, {})) for _, tcb in tcbs),
        "unbound": keys <= matching and all(fact.status != "differs" for fact in claims.consistency),
        "uncovered": not any(_overlap(path, claim) for path in lost for claim in relied),
        "provisional": want.get("provisional") or claims.evidence.status == "stable",
        "note": notes <= {*want["notes"]},
    }
    return sorted(reason for reason, is_good in good.items() if not is_good)


def _is_verified(claims: Claims, verification: Verification | None) -> bool:
    if verification is None or verification.verdict != "verified":
        return False
    subject = verification.evidence  # which may be another piece
    return (subject.type, subject.sha256) == (claims.evidence.type, claims.evidence.sha256)


def _is_measured(target: Environment | None, name: str, digests: list[str]) -> bool:
    entries = [entry for entry in target.measurements if entry.name == name] if target else []
    values = {item.digest.hex() for entry in entries for item in entry.digests}
    return (
        len(entries) == 1 and entries[0].populated is not False and values != set() and values <= {*digests}
    )


def _reaches(tcb: Tcb, floor: dict[str, int]) -> bool:
    return floor != {} and floor.keys() <= {c.name for c in tcb.components} and tcb.at_least(floor)


def _overlap(path: str, claim: str) -> bool:
    return f"{claim}/".startswith(f"{path}/") or path.startswith(f"{claim}/")
