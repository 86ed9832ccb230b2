"""Duty 14, *Rules*: what holds in every claims document, whatever the type; `evidence.possible` has what one can tell from
the document alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evidence.authoring.gate.places import unplaced
from evidence.authoring.gate.proof import Proof, listed
from evidence.claims import Bytes, Claims, Environment, Identifier, Signer
from evidence.codes import NOTES
from evidence.convert import Evidence
from evidence.encode.cbor import to_cbor
from evidence.encode.json import from_json, to_json
from evidence.encode.native import to_native_json
from evidence.limits import SAFE_INTEGER
from evidence.paths import Places, at, canonical, join, steps_to
from evidence.privacy import SHORTEST, WITHHELD, withhold
from evidence.wire import cbor

Rule = Callable[[Evidence], Iterator[str]]
ATTESTED: Final = frozenset({"workload", "paravisor"})
"""Roles of what is attested together with its caller."""
SUPPLIED: Final = frozenset(
    {"configid", "host_data", "mrconfigid", "mrowner", "mrownerconfig", "personalization", "rpv"}
)
"""What a host or an owner supplied: an input, no measurement."""
LINKABLE: Final = frozenset(
    {"chip_id", "platform_instance_id", "ppid", "qe_id", "serial", "serial_number", "ueid"}
)
"""Identifiers that link documents of one platform."""
SPEAKING: Final = {
    frozenset({True}): "always",
    frozenset({True, False}): "sometimes",
    frozenset({False}): "never",
}
"""What fixtures show of a workload, as descriptors say it."""
NO_CALLER_DATA: Final = "no-caller-data"
CODE: Final = re.compile(r"[a-z]+(-[a-z0-9]+)*")


def duty_14_rules(proof: Proof) -> Iterator[str]:
    yield from _codes(proof)
    yield from _workloads(proof)
    yield from proof.each("duty 14, rules", lambda _, evidence: broken(evidence))


def broken(evidence: Evidence) -> Iterator[str]:
    """How a piece of evidence breaks the rules."""
    for rule in RULES:
        yield from rule(evidence)


def _codes(proof: Proof) -> Iterator[str]:
    """Codes of its own that a type may not have, or that no fixture shows."""
    kind = proof.kind
    shown = {note.code for _, piece in proof.good() for note in piece.claims.notes}
    for code, sentence in kind.codes.items():
        if code in NOTES:
            yield f"codes: {code} is a code of everyone's: {NOTES[code]}"
        elif not (CODE.fullmatch(code) and sentence):
            yield f"codes: {code} is not in small letters and hyphens, or has no sentence"
        elif code not in shown and not listed(code, kind.unobserved):
            yield f"codes: no fixture shows {code} (or list it in `unobserved`)"


def _workloads(proof: Proof) -> Iterator[str]:
    """Whether fixtures speak of a workload as the type says that they do."""
    shown = frozenset(bool(_attested(evidence.claims)) for _, evidence in proof.good())
    if shown and SPEAKING[shown] != proof.kind.workload:
        yield f"workload: {proof.kind.workload!r}, and fixtures speak of one {SPEAKING[shown]}"


def _attested(claims: Claims) -> list[Environment]:
    return [environment for environment in claims.environments if environment.role in ATTESTED]


def caller(evidence: Evidence) -> Iterator[str]:
    """One workload at most, which has a value of its caller, else a challenge, else the note that there is neither, where a
    paravisor may have none; and no platform or quoting environment has such a value.
    """
    claims = evidence.claims
    bindings = [binding for binding in claims.bindings if binding.role == "caller-data"]
    attested = _attested(claims)
    if len(attested) > 1:
        yield f"{len(attested)} workloads: {', '.join(environment.id for environment in attested)}"
    is_answer = bindings or any(binding.role == "challenge" for binding in claims.bindings)
    may_lack = attested and attested[0].role == "paravisor"
    is_told = NO_CALLER_DATA in {note.code for note in claims.notes}
    if len(bindings) > 1 or (attested and not (is_answer or may_lack or is_told)):
        yield f"a workload with {len(bindings)} values of its caller"
    for binding in bindings:
        owner = next((one for one in claims.environments if one.id == binding.environment), None)
        if owner is not None and owner.role in {"platform", "quoting"}:
            yield f"{binding.name}: data of the caller, in an environment of role {owner.role}"


def encodings(evidence: Evidence) -> Iterator[str]:
    """Bytes are hex in JSON and byte strings in CBOR; no integer is above 2^53-1."""
    claims = evidence.claims
    text, item = msgspec.json.decode(to_json(claims)), cbor.loads(to_cbor(claims))
    yield from _encoded(claims, text, item, "")
    for where, numbers in (("claims", _numbers(text)), ("native", _numbers(_native(evidence)))):
        if any(abs(number) > SAFE_INTEGER for number in numbers):
            yield f"{where}: an integer above 2^53-1"


def _encoded(value: Any, in_json: Any, in_cbor: Any, path: str) -> Iterator[str]:
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            if name in in_json:
                yield from _encoded(getattr(value, name), in_json[name], in_cbor[name], path + join(name))
    elif isinstance(value, tuple):
        for index, items in enumerate(zip(value, in_json, in_cbor, strict=True)):
            yield from _encoded(*items, f"{path}/{index}")
    elif isinstance(value, bytes):
        if type(value) is not Bytes or in_json != bytes(value).hex() or in_cbor != value:
            yield f"{path}: bytes that are no `Bytes`, hex in JSON, and a byte string in CBOR"
    elif not value == in_json == in_cbor:
        yield f"{path}: another value in JSON or CBOR"


def _native(evidence: Evidence) -> Any:
    return msgspec.json.decode(to_native_json(evidence.native))


def _numbers(value: Any) -> Iterator[int]:
    """Every integer in plain values."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def presence(evidence: Evidence) -> Iterator[str]:
    """What is masked or absent keeps what was there."""
    for environment in evidence.claims.environments:
        entries: tuple[Identifier | Signer, ...] = (*environment.identifiers, *environment.signers)
        for entry in entries:
            if entry.status not in {"present", "none", "withheld"} and entry.raw is None:
                yield f"{environment.id}: {entry.name} is {entry.status}, and what was there is not kept"


def supplied(evidence: Evidence) -> Iterator[str]:
    """What the host or an owner supplied is an input."""
    for environment in evidence.claims.environments:
        for measurement in environment.measurements:
            if measurement.name in SUPPLIED:
                yield f"{environment.id}: {measurement.name} is a measurement, and was supplied"


def tcbs(evidence: Evidence) -> Iterator[str]:
    """A TCB has its bytes or its components."""
    for environment in evidence.claims.environments:
        for tcb in environment.tcb:
            if not (tcb.raw or tcb.components):
                yield f"{environment.id}: the TCB {tcb.name} says nothing"


def unknown_bits(evidence: Evidence) -> Iterator[str]:
    """Bits without a name are noted, and only where there are some."""
    claims = evidence.claims
    noted = {note.path for note in claims.notes if note.code == "unknown-bits"}
    for environment, one in zip(steps_to(claims.environments), claims.environments, strict=True):
        for step, attribute in zip(steps_to(one.attributes), one.attributes, strict=True):
            path = join("environments", environment, "attributes", step)
            if (path in noted) != bool(attribute.unknown):
                yield f"{path}: bits {attribute.unknown} without a name, noted: {path in noted}"


def signatures(evidence: Evidence) -> Iterator[str]:
    """A signature covers something, but of evidence that is noted as unsigned; its value stands in the native fields alone."""
    apart = any(note.code == "unsigned" for note in evidence.claims.notes)
    text = to_json(evidence.claims).decode()
    for environment in evidence.claims.environments:
        for manifest in environment.manifests:
            text = text.replace(manifest.raw.hex(), "")  # kept whole, with the signature of a token inside
    for signature in evidence.claims.signatures:
        if not signature.covers and not apart:
            yield f"the signature {signature.name} covers nothing"
    for signed in evidence.signed():
        if not signed.value:
            yield f"the signature {signed.name} has no value"
        elif signed.value.hex() in text:
            yield f"the value of the signature {signed.name} is a claim"
    if _native(evidence) in (None, {}, []):
        yield "there are no native fields"


def places(evidence: Evidence) -> Iterator[str]:
    """Every claim that is made of bytes has its place, and every place lies in what it is of."""
    for path in unplaced(evidence):
        yield f"{path} has no place"
    layers = {"evidence": evidence.input.data}
    layers |= {f"attachment:{kind}": content for kind, content in evidence.input.attachments.items()}
    lists = Places(evidence.claims)
    for source in evidence.sources():
        for path in source.claims:
            if lists.path(lists.place(path)) != path:
                yield f"{source.field} is said to become {path}, which is not the path of what it means"
        layer = layers.get(source.layer)
        if not 0 <= source.start <= source.end or (
            layer is not None and source.content is None and source.end > len(layer)
        ):
            yield f"{source.field} lies at {source.start:#x} to {source.end:#x}, outside of its layer"


def unsigned(evidence: Evidence) -> Iterator[str]:
    """Claims outside of every signature have paths that lead there; where nobody signed, that is all."""
    claims = evidence.claims
    listed = set(evidence.unsigned())
    for path in listed:
        if canonical(claims, path) != path:
            yield f"{path} is unsigned, and not the path of what it means"
    if not claims.signatures:
        for step in steps_to(claims.environments):
            if join("environments", step) not in listed:
                yield f"{step}: nobody signed it, and it is not listed as unsigned"


def withheld(evidence: Evidence) -> Iterator[str]:
    """A document without identifiers repeats no identifier that links, and says so if it lacks something."""
    claims = evidence.claims
    left = from_json(to_json(withhold(claims)))
    # what is never thinned out, and may be equal by chance in a fixture of counted bytes
    bare = tuple(replace(one, measurements=(), identifiers=()) for one in left.environments)
    text = to_json(replace(left, environments=bare)).decode()
    for environment in claims.environments:
        for entry in environment.identifiers:
            value = bytes(entry.value or b"")
            if entry.name in LINKABLE and not entry.linkable:
                yield f"{environment.id}: {entry.name} links documents, and is not marked"
            long = len(value) >= SHORTEST and value.hex() in text
            if entry.linkable and (long or (entry.text and f'"{entry.text}"' in text)):
                yield f"{environment.id}: {entry.name} is repeated where it was to be withheld"
    for environment in left.environments:
        for entry in environment.identifiers:
            if entry.linkable and (entry.value, entry.text) != (None, None):
                yield f"{environment.id}: {entry.name} is there where it was to be withheld"
    if left.certificates or (WITHHELD in {note.code for note in left.notes}) != (left != claims):
        yield f"certificates are there where they were to be withheld, or the note {WITHHELD} is wrong"


def notes(evidence: Evidence) -> Iterator[str]:
    """A note has a code of the list, a text, and a path that leads somewhere."""
    for note in evidence.claims.notes:
        if note.code not in NOTES and note.code not in evidence.type.codes:
            yield f"the note {note.code} is none of `evidence.codes`, and none of the type's own"
        if note.code == WITHHELD:
            yield f"the note {WITHHELD}, which nobody asked for"
        if not note.detail:
            yield f"the note {note.code} says nothing"
        if note.path and not _leads(evidence.claims, note.path):
            yield f"the note {note.code} is about {note.path}, which is not there"


def _leads(claims: Claims, path: str) -> bool:
    try:
        at(claims, path)
    except LookupError:
        return False
    return True


RULES: Final[tuple[Rule, ...]] = (
    *(
        caller,
        encodings,
        presence,
        supplied,
        tcbs,
        unknown_bits,
        signatures,
        places,
        unsigned,
        withheld,
        notes,
    ),
)
