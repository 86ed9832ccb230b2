"""Duty 13: what is signed can be verified, by keys of our own; and whoever changes a signed bit is told.

Three laws over every fixture that verifies, seeded at admission, all bits in depth. A bit that a signature covers, a
bit of the signature or of its key: that signature does not pass. A certificate in PEM: nothing but what its
bytes say. Any other bit: the evidence is refused, or that signature's outcome stays, or its key or its header is lost.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from evidence.authoring.fixtures import EVIDENCE, Checked, FixtureError, Loaded
from evidence.authoring.gate.proof import Proof
from evidence.claims import Bytes
from evidence.convert import Evidence
from evidence.errors import UsageError
from evidence.paths import join
from evidence.registry import Signed
from evidence.wire import x509

if TYPE_CHECKING:
    from evidence.verify import VerificationReport

SEED: Final = 0x56455249
FLIPS: Final = 16
"""Bits that are changed in each zone of each fixture at admission."""
LOST: Final = frozenset({"passed", "no-key", "bad-certificate", "bad-header"})
"""What may become of a signature when a bit that it does not cover changes."""
Range = tuple[int, int]


def duty_13_authentic(proof: Proof) -> Iterator[str]:
    if not any(piece.signed() for _, piece in proof.good()):
        return
    try:
        import cryptography  # noqa: F401 (whether it is here)
    except ImportError:
        yield "verify: cannot be proven without cryptography: pip install 'attestation-evidence[verify]'"
        return
    verdicts = set()
    for name, fixture in proof.checked:
        verdicts.add(fixture.verified)
        yield from (f"verify/{name}: {reason}" for reason in _one(proof, name, fixture))
    for verdict, what in ((True, "is verified"), (False, "is not")):
        if verdict not in verdicts:
            yield f"verify: its evidence is signed, and no fixture in verify/ {what}"


def _one(proof: Proof, name: str, fixture: Checked) -> Iterator[str]:
    origins = {loaded.name: loaded for loaded in proof.valid}
    if fixture.origin_of not in origins:
        yield f"no valid fixture {fixture.origin_of!r}"
        return
    try:
        trial = _Trial(proof, name, fixture, origins[fixture.origin_of].broken(fixture))
    except (FixtureError, UsageError) as error:
        yield str(error)
        return
    piece = proof.parse(trial.loaded)
    if not isinstance(piece, Evidence):
        yield f"is refused: {piece}"
        return
    report = trial.verify(piece)
    outcomes = {check.id: check.reason or check.status for check in report.checks}
    if outcomes != fixture.checks:
        yield f"its checks are {outcomes}"
    if (report.document().verdict == "verified") != fixture.verified:
        yield f"its verdict is {report.document().verdict}"
    elif fixture.verified:
        yield from trial.laws(piece, report)


def facts(proof: Proof) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """What the fixtures of `verify/` state of each check, and what verification says of it."""
    origins = {loaded.name: loaded for loaded in proof.valid}
    for name, fixture in proof.checked:
        trial = _Trial(proof, name, fixture, origins[fixture.origin_of].broken(fixture))
        piece = proof.parse(trial.loaded)
        checks = trial.verify(piece).checks if isinstance(piece, Evidence) else ()
        yield fixture.checks, {check.id: check.reason or check.status for check in checks}


class Zones(NamedTuple):
    """Ranges of one part: what a signature stands for (`sealed`), and where anything but that may come out (`free`)."""

    sealed: tuple[Range, ...]
    free: tuple[Range, ...]

    def of(self, place: int) -> str:
        for name, ranges in (("sealed", self.sealed), ("free", self.free)):
            if any(start <= place < end for start, end in ranges):
                return name
        return "open"


class FlippedBit(NamedTuple):
    """One bit of one part that is changed."""

    part: str
    place: int
    bit: int


class _Trial:
    """A fixture of `verify/` with the evidence that it is about."""

    def __init__(self, proof: Proof, name: str, fixture: Checked, loaded: Loaded) -> None:
        from evidence.verify import Trust

        self.proof, self.name, self.fixture, self.loaded = proof, name, fixture, loaded
        keys = {role: json.dumps(key).encode() for role, key in fixture.keys.items()}
        self.trust = Trust().with_anchors(*fixture.anchors).with_keys(**keys)

    def verify(self, piece: Evidence) -> VerificationReport:
        from evidence.verify import verify

        case, at = self.fixture, datetime.fromisoformat(self.fixture.at)
        return verify(piece, trust=self.trust, at=at, certificates=case.certificates, nonce=case.nonce)

    def laws(self, piece: Evidence, report: VerificationReport) -> Iterator[str]:
        """Where a law is broken: a `sealed` bit that changes nothing, an open one that changes too much."""
        chance = random.Random(f"{SEED}{self.name}")  # noqa: S311 (repeatable, not secret)
        for signed in piece.signed():
            id = f"signature:{signed.name}"
            zones = {
                part: _zones(piece, self.loaded, signed, part, report)
                for part in (EVIDENCE, *self.loaded.attachments)
            }
            for flip in self.flips(zones, chance):
                zone, outcome = zones[flip.part].of(flip.place), self.outcome(flip, id)
                where = f"bit {flip.bit} of byte {flip.place} of {flip.part} changed"
                if zone == "sealed" and outcome == "passed":
                    yield f"{id} passes with {where}"
                elif zone == "open" and outcome not in LOST:
                    yield f"{id} is {outcome} with {where}, which it does not cover"

    def flips(self, zones: Mapping[str, Zones], chance: random.Random) -> Iterator[FlippedBit]:
        """Bits to change: all, or so many of each zone of each part."""
        for part, known in zones.items():
            size = len(self.loaded.part(part))
            if self.proof.depth.prefixes is None:
                yield from (FlippedBit(part, place, bit) for place in range(size) for bit in range(8))
                continue
            places: dict[str, list[int]] = {}
            for place in range(size):
                places.setdefault(known.of(place), []).append(place)
            for among in places.values():
                yield from (FlippedBit(part, chance.choice(among), chance.randrange(8)) for _ in range(FLIPS))

    def outcome(self, flip: FlippedBit, id: str) -> str:
        """What becomes of a signature when one bit changes; a refusal loses its header."""
        data = bytearray(self.loaded.part(flip.part))
        data[flip.place] ^= 1 << flip.bit
        piece = self.proof.parse(self.loaded.with_part(flip.part, bytes(data)))
        if not isinstance(piece, Evidence):
            return "bad-header"
        checks = [check for check in self.verify(piece).checks if check.id == id]
        return checks[0].reason or checks[0].status if checks else "no-key"


def _zones(piece: Evidence, loaded: Loaded, signed: Signed, part: str, report: VerificationReport) -> Zones:
    """What a signature stands for in one part: what it covers, its value, its key; and certificates in text."""
    data = loaded.part(part)
    sealed = [(start, end) for start, end in signed.covers if part == EVIDENCE]
    if part == "signature" or (part != EVIDENCE and (signed.message or b"").startswith(data)):
        sealed.append((0, len(data)))  # what names the algorithm, too; or what the caller has, and was signed
    keys, free = _certified(piece, part, report.check(f"signature:{signed.name}").key)
    values = [
        signed.value,
        urlsafe_b64encode(signed.value).rstrip(b"=") if signed.construct == "jws" else b"",
        b64encode(signed.value) if data[:1] in b"{[" else b"",
        *keys,
    ]
    if signed.key is not None and signed.name != "qe-report":
        values.append(signed.key[1:] if signed.key[:1] == b"\x04" else signed.key)
    for value in values:
        at = data.find(value) if value else -1
        if at >= 0:
            sealed.append((at, at + len(value)))
    return Zones(tuple(sealed), free)


def _certified(piece: Evidence, part: str, spki: Bytes | None) -> tuple[list[bytes], tuple[Range, ...]]:
    """The key in certificates that lie there as DER, and where those lie that are text: PEM, and base64 of a document."""
    keys, text = [], []
    for entry in piece.claims.certificates:
        if entry.spki_sha256 != spki:
            continue
        source = piece.where(join("certificates", entry.source))
        if entry.encoding == "der" and source.outer is None:
            keys.append(x509.read(piece.certificate(entry.source), entry.source).key.spki)
        elif entry.encoding == "der" and part == EVIDENCE:
            text.append(source.outer or (0, 0))
        elif source.layer.removeprefix("attachment:") == part:
            text.append((source.start, source.end))
    return keys, tuple(text)
