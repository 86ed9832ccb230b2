"""What both families say alike: software components, lifecycle, headers, and what is not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from evidence import limits
from evidence.claims import Bytes, Certificate, Flag, Lifecycle, Measurement, Note, Signer, Unknown
from evidence.paths import join, steps
from evidence.types import _certificates
from evidence.types import _digests as digests
from evidence.types._cose import remarks
from evidence.types._notes import note
from evidence.types._psa.layout import STATES
from evidence.types._psa.token import Token
from evidence.types._x5chain import Unread, remark, source
from evidence.wire import cbor, cose, hashes
from evidence.wire.claimset import Found
from evidence.wire.places import Entry
from evidence.words import Debug

NAMELESS: Final = "software-component"
DEBUG: Final[dict[int, Debug]] = {0x30: "disabled", 0x50: "enabled"}
"""Only these two states say something about debugging; every other one is `not-reported`."""


def lifecycle(value: int, words: Mapping[int, Debug] = DEBUG) -> tuple[Lifecycle, Debug]:
    """The state, and its word about debugging; `words` are those of the states that have one."""
    return Lifecycle(raw=value, state=STATES[value >> 8]), words.get(value >> 8, "not-reported")


def names_of(components: Sequence[Found]) -> list[str]:
    """The names of software components: their types, if they have any."""
    return [component.values.get("component_type") or NAMELESS for component in components]


def software(
    components: Sequence[Found], environment: str, default: str | None, form: Any, notes: list[Note]
) -> tuple[tuple[Measurement, ...], tuple[Signer, ...]]:
    """The measurements of software components, and the signers beside the one that each must name.

    `default` is the hash algorithm of components that name none; None where the format has none, so that only
    candidates are known.
    """
    measurements = []
    signers = []
    names = names_of(components)
    taken: tuple[str, ...] = ()

    def here(index: int) -> str:
        nonlocal taken
        taken = taken or steps(names)  # only where something is to be noted
        return join("environments", environment, "measurements", taken[index])

    for index, component in enumerate(components):
        get: Callable[[str], Any] = component.values.get
        value, named = component.values["measurement_value"], hash_of(component)
        found = digests.named(default if named is None else named, value)
        signer, version, flag = get("signer_id"), get("version"), get("live_firmware_activation")
        measurements.append(
            Measurement(
                name=names[index],
                phase="loaded",
                subject="firmware",
                form=form,
                index=index,
                digests=(found,),
                alg_candidates=hashes.CANDIDATES[len(value)] if default is None and named is None else (),
                version=None if version is None else str(version),
                signer=None if signer is None else Bytes(signer),
                description=get("measurement_description"),
                flags=() if flag is None else (Flag(name="live_firmware_activation", value=flag),),
            )
        )
        if hashes.SIZES.get(found.alg) != len(value):  # else there is nothing to be said
            digests.check(found, here(index), notes)
        if version is not None and version.__class__ is not str:
            detail = "the version is a number, where a text should be"
            notes.append(note("version-type", f"{here(index)}/version", detail))
        for number, countersigner in enumerate(get("countersigner_ids") or ()):
            name = f"countersigner-{index}-{number}"
            signers.append(Signer(name=name, status="present", value=Bytes(countersigner)))
    return tuple(measurements), tuple(signers)


def hash_of(component: Found) -> str | None:
    """The hash that a component names: in CCA tokens by a claim of its own, in PSA tokens by how it was measured.

    That is a name of a hash, or of a method that is described elsewhere and says nothing here.
    """
    named: str | None = component.get("hash_algo_id")
    described = component.get("measurement_description")
    return described if named is None and hashes.name(described) is not None else named


def unknown(token: Token, data: bytes, environment: str, notes: list[Note]) -> tuple[Unknown, ...]:
    """Every claim and header parameter that has no meaning here, as its encoding, and a note of the claims."""
    message = token.message
    headers = message and (len(message.header) > (cose.ALG in message.header) or message.unprotected)
    count = _unknown(token.claims)
    if not headers and not count:
        return ()
    limits.check("claims", limits.CLAIMS, count, path=token.path)
    found = [
        Unknown(label=label, raw=Bytes(data[entry.value : entry.end]))
        for label, entry in unknown_places(token, data)
    ]
    for index, kept in enumerate(token.certificates):
        if isinstance(kept, Unread):
            notes.append(remark(kept, f"/environments/{environment}/unknown/{source(index)}"))
    if count:
        path = f"/environments/{environment}/unknown"
        notes.append(
            note("unknown-claim", path, "claims whose meaning is not known here are kept as they are")
        )
    return tuple(found)


def certificates(token: Token, environment: str, prefix: str = "") -> Iterator[Certificate]:
    """Those that came in the headers of a token's message, and can be read."""
    for index, found in enumerate(token.certificates):
        if not isinstance(found, Unread):
            yield _certificates.entry(found, source(index, prefix), environment)


def algorithm_remarks(token: Token, notes: list[Note]) -> None:
    """What is odd about the algorithm of a token's signature."""
    if token.message is not None:
        path = f"/signatures/{token.what}"
        notes.extend(remarks(token.message.algorithm, path, mac=token.message.is_mac))


def _unknown(claims: Found) -> int:
    """How many claims are unknown, those inside of arrays of maps with them."""
    count = len(claims.unknown)
    for value in claims.values.values():
        if value.__class__ is tuple:
            count += sum([len(item.unknown) for item in value if item.__class__ is Found])
    return count


def unknown_places(token: Token, data: bytes) -> Iterator[tuple[str, Entry]]:
    """The same entries with their labels, where they lie; `header/N` is a parameter of the message."""
    if token.message is not None:
        for span in (token.message.protected_span, token.message.unprotected_span):
            for entry in cbor.entries(data, span.start) if span.start < span.end else ():
                if entry.key not in {cose.ALG, cose.X5CHAIN}:
                    yield f"header/{label_of(entry.key)}", entry
    for index, found in enumerate(token.certificates):
        if isinstance(found, Unread):
            yield source(index), Entry(index, found.start, found.start, found.end)
    if _unknown(token.claims):
        for steps, row, entry in token.table.places(data, token.start):
            if row is None:
                yield "/".join(map(label_of, steps)), entry


def label_of(key: Any) -> str:
    """A label as text: integers in decimal, byte strings in hex."""
    return f"h'{key.hex()}'" if isinstance(key, bytes) else str(key)
