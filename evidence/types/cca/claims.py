"""A CCA token in normalized claims: its parts, and how they fit together."""

from __future__ import annotations

from typing import Final

from evidence.claims import Binding, Bytes, Consistency, Environment, Note, Unknown
from evidence.input import Input
from evidence.registry import Body
from evidence.types import _digests as digests
from evidence.types._notes import note
from evidence.types._psa.claims import algorithm_remarks, certificates, label_of
from evidence.types.cca import devices, platform, realm
from evidence.types.cca.platform import PLATFORM
from evidence.types.cca.read import CcaToken
from evidence.types.cca.realm import REALM
from evidence.wire import hashes
from evidence.words import Outcome, Protection

TOGETHER: Final = frozenset({("legacy", "legacy"), ("2023", "2023"), ("2024", "2024")})
"""Versions of realm and platform that one release of the specification describes."""


def claims(found: CcaToken, given: Input) -> Body:
    """The claims of whatever parts there are."""
    notes: list[Note] = []
    data = given.data
    environments: list[Environment] = []
    bindings: list[Binding] = []
    if found.realm is not None and found.key is not None:
        below = ("platform",) if found.platform else ()
        environments.append(realm.environment(found.realm, found.key, data, below, notes))
        bindings += realm.bindings(found.realm)
    if found.platform is not None:
        alg = found.realm.claims.values["public_key_hash_algo_id"] if found.realm else None
        environments += platform.environments(found.platform, data, notes)
        bindings += platform.bindings(found.platform, digests.name_of(alg))
    if found.devices is not None:
        environments += devices.environments(found.devices, data, notes)
    if found.further:
        environments.append(_collection(found, notes))
    _remarks(found, notes)
    return Body(
        version=version(found),
        variant=found.variant,
        size=found.size,
        protection=_protection(found),
        bindings=tuple(bindings),
        environments=tuple(environments),
        consistency=_consistency(found, data),
        certificates=tuple(
            entry
            for token in (found.realm, found.platform)
            if token
            for entry in certificates(token, token.what, f"{token.what}/")
        ),
        notes=tuple(notes),
    )


def version(found: CcaToken) -> str:
    """The version of the realm's profile, else of the platform's, else of the devices'."""
    token = found.realm or found.platform or found.devices
    return token.version if token else "unknown"


def _protection(found: CcaToken) -> Protection:
    if found.variant == "claims-set":
        return "none"
    return "partly-signed" if found.devices or found.further else "signed"


def _collection(found: CcaToken, notes: list[Note]) -> Environment:
    """The entries beside the tokens: outside of every signature, and of no environment that is known."""
    path = "/environments/collection"
    notes.append(
        note("unknown-entries", path, "entries beside the tokens are kept; no signature covers them")
    )
    return Environment(
        id="collection",
        role="unspecified",
        origin="evidence",
        debug="not-reported",
        migration="not-reported",
        unknown=tuple(
            Unknown(label=label_of(entry.label), raw=Bytes(entry.value)) for entry in found.further
        ),
    )


def _consistency(found: CcaToken, data: bytes) -> tuple[Consistency, ...]:
    """What the bytes alone prove: the platform names the realm's key, the realm names the devices."""
    results = []
    stated = found.platform.claims.get("challenge") if found.platform is not None else None
    if found.realm is not None and stated is not None:
        values = found.realm.claims.values
        results.append(
            _binding(
                "realm-key-binding",
                values["public_key"],
                values["public_key_hash_algo_id"],
                stated,
                "realm-public-key",
                "/bindings/platform_challenge",
            )
        )
    wanted = found.realm.claims.get("devices_token_hash") if found.realm is not None else None
    if found.realm is not None and wanted is not None:
        span = found.devices_span
        content = None if span is None else data[span.start : span.end]
        alg = found.realm.claims.values["hash_algo_id"]
        results.append(
            _binding("devices-binding", content, alg, wanted, "device-token", "/bindings/devices_token_hash")
        )
    return tuple(results)


def _binding(  # noqa: PLR0917 (what is compared with what)
    name: str, content: bytes | None, alg: str, wanted: bytes, digest_of: str, compared_to: str
) -> Consistency:
    computed = None if content is None else hashes.compute(hashes.name(alg), content)
    status: Outcome = "not-computable" if computed is None else "matches" if computed == wanted else "differs"
    return Consistency(
        name=name,
        status=status,
        digest_of=digest_of,
        compared_to=compared_to,
        alg=digests.name_of(alg),
        computed=None if computed is None else Bytes(computed),
    )


def _remarks(found: CcaToken, notes: list[Note]) -> None:
    """What a reader should know about the token as a whole."""
    for token in (found.realm, found.platform, found.devices):
        if token is None:
            continue
        place = {"realm": REALM, "platform": PLATFORM, "devices": "/environments/device-0"}[token.what]
        if token.version == "unknown":
            notes.append(
                note("unknown-profile", f"{place}/profile", "read by the claims that are known here")
            )
        algorithm_remarks(token, notes)
    if (
        found.realm is not None
        and digests.name_of(found.realm.claims.get("public_key_hash_algo_id")) == "unknown"
    ):
        notes.append(digests.unknown(f"{REALM}/values/public_key_hash_algo_id"))
    if found.realm is not None and found.platform is not None:
        if found.platform.claims.get("challenge") is None:
            detail = "no claim that is known here holds a hash of the realm's key: nothing binds the two"
            notes.append(note("unbound-realm", PLATFORM, detail))
        pair = (found.realm.version, found.platform.version)
        if "unknown" not in pair and pair not in TOGETHER:
            detail = f"realm {pair[0]}, platform {pair[1]}"
            notes.append(note("profile-mixed", f"{REALM}/profile", detail))
    if (
        found.realm is not None
        and found.devices is not None
        and not found.realm.claims.get("devices_token_hash")
    ):
        detail = "the realm's claims hold no hash of the device token: nothing speaks for it"
        notes.append(note("unbound-devices", "/environments/device-0", detail))
    if found.variant == "claims-set":
        notes.append(note("unsigned", "/evidence/protection", "a bare claim set: nothing is signed"))
