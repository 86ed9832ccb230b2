"""One piece of evidence of every type, in normalized claims: the first valid fixture of each."""

from __future__ import annotations

import evidence
from evidence import fixtures
from evidence.claims import Claims
from evidence.errors import EvidenceError


def show(claims: Claims) -> None:
    """What a verifier would look at first."""
    head = claims.evidence
    print(f"== {head.type} version {head.version}: {head.size} bytes, {head.protection}, not checked")
    for environment in claims.environments:
        print(f"   {environment.id} ({environment.role}): debug {environment.debug}")
        for measurement in environment.measurements[:4]:
            for digest in measurement.digests:
                print(f"      {measurement.name}: {digest.alg} {digest.digest.hex()[:48]}…")
        for tcb in environment.tcb[:1]:
            svns = ", ".join(f"{component.name} {component.svn}" for component in tcb.components)
            print(f"      {tcb.name}: {svns or tcb.raw.hex()}")
    for binding in claims.bindings[:3]:
        print(f"   {binding.role}: {binding.name} {binding.value.hex()[:48]}…")
    for note in claims.notes[:3]:
        print(f"   note {note.code} at {note.path}: {note.detail}")


def main() -> None:
    for kind in evidence.Registry.builtin():
        loaded = next(iter(fixtures.valid(kind.fixtures))) if kind.fixtures else None
        if loaded is None:
            continue
        found = evidence.parse(
            loaded.data,
            type=kind.name if loaded.fixture.force else None,
            options=loaded.fixture.options or None,
            attachments=loaded.attachments,
        )
        show(found.claims)
    try:
        evidence.parse(loaded.data[:-1] if loaded else b"")
    except EvidenceError as error:
        print(f"== a byte short: {error.code}: {error}")


if __name__ == "__main__":
    main()
