"""One piece of evidence of every type, in normalized claims.

The evidence is that of the fixtures: made by generators, signed with keys of their own.
"""

from __future__ import annotations

from typing import Final

import evidence
from evidence.authoring import fixtures
from evidence.claims import Claims, Environment, Measurement
from evidence.errors import EvidenceError

SHOWN: Final = {
    "amd-sev-snp": "v3-table",
    "intel-tdx": "v4-ccel",
    "intel-sgx": "v3-chain",
    "arm-cca": "2024-907",
    "arm-psa": "rfc9783-sign1",
    "riscv-cove": "uccs",
    "dice": "android",
    "dmtf-spdm": "v11-nvidia-gpu",
    "pci-tdisp": "message",
    "tpm2-quote": "rsassa",
    "eat": "cwt",
}
"""Of each type the fixture that looks most like what a platform gives; the first one of any other type."""
MOST: Final = 4  # entries of a list


def show(title: str, claims: Claims) -> None:
    """What a verifier would look at first."""
    head = claims.evidence
    print(f"== {title}: {head.type} version {head.version}, {head.size} bytes, {head.protection}")
    for environment in claims.environments:
        show_environment(environment)
    for binding in claims.bindings[:MOST]:
        print(f"   binding {binding.name} ({binding.role}): {short(binding.value)}")
    for signature in claims.signatures:
        print(f"   signature {signature.name} by {signature.by}: {signature.alg}, {signature.status}")
    for fact in claims.consistency[:MOST]:
        print(f"   consistency {fact.name}: {fact.status}")
    for note in claims.notes[:MOST]:
        print(f"   note {note.code} at {note.path or '/'}: {note.detail}")
    print()


def show_environment(environment: Environment) -> None:
    print(f"   {environment.id} ({environment.role}): debug {environment.debug}")
    for measurement in environment.measurements[:MOST]:
        for digest in measurement.digests:
            print(f"      {called(measurement)}: {digest.alg} {short(digest.digest)}")
    more = len(environment.measurements) - MOST
    if more > 0:
        print(f"      and {more} more measurements")
    for identifier in environment.identifiers[:MOST]:
        value = identifier.text or short(identifier.value or b"")
        print(f"      {identifier.name} (of the {identifier.scope}): {value or identifier.status}")
    for version in environment.versions[:MOST]:
        print(f"      {version.name}: {version.value}")
    for tcb in environment.tcb[:1]:
        svns = ", ".join(f"{component.name} {component.svn}" for component in tcb.components)
        print(f"      {tcb.name}: {svns or tcb.raw.hex()}")


def called(measurement: Measurement) -> str:
    return measurement.name if measurement.index is None else f"{measurement.name} [{measurement.index}]"


def short(value: bytes) -> str:
    return value.hex() if len(value) <= 24 else f"{value[:24].hex()}…"


def main() -> None:
    print("What the bytes say, in one model. Nothing is verified: every signature is left to the verifier.\n")
    sample = b""
    for kind in evidence.Registry.builtin():
        if kind.fixtures is None:
            continue
        every = {loaded.name: loaded for loaded in fixtures.valid(kind.fixtures)}
        loaded = every.get(SHOWN.get(kind.name, "")) or next(iter(every.values()))
        found = evidence.parse(
            loaded.data,
            type=kind.name if loaded.fixture.force else None,
            options=loaded.fixture.options or None,
            attachments=loaded.attachments,
        )
        show(kind.title, found.claims)
        sample = sample or found.data
    for what, data in ("The first of these, a byte short", sample[:-1]), ("Bytes of nobody", b"\xff" * 64):
        try:
            evidence.parse(data)
        except EvidenceError as error:
            print(f"== {what}: {error.code}\n   {error}\n")


if __name__ == "__main__":
    main()
