"""What the bytes of a CCA token alone prove: the platform names the realm's key, the realm names the devices."""

from __future__ import annotations

from evidence.claims import Bytes, Consistency
from evidence.types import _digests as digests
from evidence.types.cca.read import CcaToken
from evidence.wire import hashes
from evidence.words import Outcome


def consistency(piece: CcaToken, data: bytes) -> tuple[Consistency, ...]:
    """The facts about the parts that are there."""
    if piece.realm is None:
        return ()
    facts: list[Consistency] = []
    realm, platform = piece.realm.values, piece.platform.values if piece.platform else {}
    key_hash, devices_hash = platform.get("challenge"), realm.get("devices_token_hash")
    if key_hash is not None:
        digest = _digest(realm["public_key_hash_algo_id"], realm["public_key"])
        facts.append(
            Consistency(
                name="realm-key-binding",
                status=_outcome(digest, key_hash),
                digest_of="realm-public-key",
                compared_to="/bindings/platform_challenge",
                alg=digests.name_of(realm["public_key_hash_algo_id"]),
                computed=digest,
            )
        )
    if devices_hash is not None:
        span = piece.devices_span
        digest = None if span is None else _digest(realm["hash_algo_id"], data[span.start : span.end])
        facts.append(
            Consistency(
                name="devices-binding",
                status=_outcome(digest, devices_hash),
                digest_of="device-token",
                compared_to="/bindings/devices_token_hash",
                alg=digests.name_of(realm["hash_algo_id"]),
                computed=digest,
            )
        )
    return tuple(facts)


def _digest(alg: str, content: bytes) -> Bytes | None:
    """The digest, if its algorithm can be computed here."""
    digest = hashes.compute(hashes.name(alg), content)
    return None if digest is None else Bytes(digest)


def _outcome(digest: Bytes | None, stated: bytes) -> Outcome:
    """How a digest compares with the one that is stated."""
    if digest is None:
        return "not-computable"
    return "matches" if digest == stated else "differs"
