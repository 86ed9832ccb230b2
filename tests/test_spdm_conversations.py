"""Forms of a conversation that few devices use: made here from literal bytes, signed, and verified over what we say."""

from __future__ import annotations

from hashlib import sha384
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.convert import Evidence
from tests.generate import spdm as s

CHALLENGED: Final = b"responder-challenge_auth signing"
BLOCKS: Final = [s.block(1, 0x01, s.digest("firmware"))]
TABLES: Final = (bytes.fromhex("02201000"), bytes.fromhex("03200200"))
"""DHE and AEAD, as a table of algorithms has them: type, count, two bytes."""
CHAINS: Final = {
    slot: s.chain(
        [s.certificate("Root of tests", "Root of tests", 1), s.certificate(name, "Root of tests", 2)]
    )
    for slot, name in ((0, "Slot 0"), (1, "Slot 1"), (3, "Slot 3"))
}


def negotiation(
    version: int,
    *,
    supported: bool = False,
    external: tuple[int, int] = (0, 0),
    tables: tuple[bytes, ...] = TABLES,
    other_params: int = 0x02,
) -> bytes:
    """GET_VERSION to ALGORITHMS; `supported` puts a block of algorithms into CAPABILITIES, as from 1.3 on."""
    out = bytes.fromhex("10840000") + bytes.fromhex("1004000000") + b"\2" + s.le(0x1200, 2)
    out += s.le(version << 8, 2)
    sizes = s.le(0x1200, 4) * 2
    out += bytes((version, 0xE1, supported, 0)) + bytes(8) + sizes
    out += bytes((version, 0x61, supported, 0)) + bytes(4) + s.le(0x36, 4) + sizes
    if supported:
        block = bytes((1, 0x02)) + s.le(1 << 7, 4) + s.le(2, 4) + bytes(16) + b"".join(TABLES)
        out += bytes((len(TABLES), 0)) + s.le(4 + len(block), 2) + block
    rest = bytes((1, *external)) + bytes(2) + bytes(range(4)) * sum(external) + b"".join(tables)
    question = bytes((1, 0x02)) + s.le(1 << 7, 4) + s.le(2, 4) + bytes(11) + rest
    out += bytes((version, 0xE3, len(tables), 0)) + s.le(6 + len(question), 2) + question
    chosen = bytes((1, other_params)) + s.le(1 << 2, 4) + s.le(1 << 7, 4) + s.le(1 << 1, 4) + bytes(11) + rest
    return out + bytes((version, 0x63, len(tables), 0)) + s.le(6 + len(chosen), 2) + chosen


def fetched(version: int, *, large: bool = False, several_keys: bool = False) -> bytes:
    """GET_DIGESTS, then the chains of all slots in portions; `large` has lengths of 32 bits, as from 1.4 on."""
    out = bytes((version, 0x81, 0, 0)) + bytes((version, 0x01, 0, 0b1011))
    out += b"".join(sha384(chain).digest() for chain in CHAINS.values())
    if (
        several_keys
    ):  # for each slot an id of its key pair, a byte about its certificates, what the key is for
        out += bytes((1, 2, 3)) + bytes((1, 1, 1)) + s.le(7, 2) * 3
    for slot, chain in CHAINS.items():
        for start in range(0, len(chain), 400):
            part = chain[start : start + 400]
            left = len(chain) - start - len(part)
            if large:
                out += bytes((version, 0x82, 0x80 | slot, 0)) + bytes(4) + s.le(start, 4) + s.le(400, 4)
                out += bytes((version, 0x02, 0x80 | slot, 0)) + bytes(4) + s.le(len(part), 4) + s.le(left, 4)
            else:
                out += bytes((version, 0x82, slot, 0)) + s.le(start, 2) + s.le(400, 2)
                out += bytes((version, 0x02, slot, 0)) + s.le(len(part), 2) + s.le(left, 2)
            out += part
    return out


def challenged(version: int, before: bytes, certificates: bytes, slot: int) -> bytes:
    question = s.challenge(version, slot=slot, summary=0)
    question += s.challenge_auth(version, sha384(CHAINS[slot]).digest(), b"", slot=slot)
    return question + s.signature(version, before + certificates + question, CHALLENGED)


def measured(version: int, before: bytes, slot: int = 0) -> bytes:
    request, response = s.get_measurements(version, slot=slot), s.measurements(version, BLOCKS, param2=slot)
    return s.signed(version, before, request, response)


def verified(data: bytes, **how: Any) -> Evidence:
    """The evidence, after its every signature was checked over what we say that it covers."""
    piece = evidence.parse(data, **how)
    for signature in piece.signed():
        r, ss = (int.from_bytes(part, "big") for part in (signature.value[:48], signature.value[48:]))
        der = encode_dss_signature(r, ss)
        s.KEY.public_key().verify(der, piece.message(signature), ec.ECDSA(hashes.SHA384()))
    assert piece.claims.environment("device").measurement("mutable-firmware").digests[0].alg == "sha-384"
    assert piece.claims.evidence.protection == "signed"
    return piece


@pytest.mark.parametrize("version", [0x13, 0x14])
def test_capabilities_with_the_algorithms_that_are_supported(version: int) -> None:
    before = negotiation(version, supported=True)
    result = verified(before + measured(version, before))
    assert result.claims.signatures[0].covers[0][0] == 0


@pytest.mark.parametrize("external", [(0, 0), (1, 0), (0, 1), (2, 2)])
@pytest.mark.parametrize("version", [0x12, 0x13, 0x14])
def test_external_algorithms_have_four_bytes_each(version: int, external: tuple[int, int]) -> None:
    before = negotiation(version, external=external)
    verified(before + measured(version, before))


@pytest.mark.parametrize(
    "tables",
    [
        (),
        (*TABLES, bytes.fromhex("04208000"), bytes.fromhex("05200100")),  # asymmetric and key schedule
        (*TABLES, bytes.fromhex("06200100"), bytes.fromhex("07200100")),  # post-quantum, key encapsulation
        (bytes.fromhex("022110004142434445464748")[:8],),  # with one external algorithm
        (bytes.fromhex("0240100000000000")[:6],),  # with four fixed bytes
    ],
)
def test_tables_of_algorithms(tables: tuple[bytes, ...]) -> None:
    before = negotiation(0x14, tables=tables)
    verified(before + measured(0x14, before))


@pytest.mark.parametrize(
    ("version", "large", "several_keys"),
    [
        (0x12, False, False),
        (0x13, False, True),
        (0x14, False, False),
        (0x14, True, False),
        (0x14, True, True),
    ],
)
@pytest.mark.parametrize("slot", CHAINS)
def test_the_chain_is_that_of_the_slot_that_signs(
    version: int, slot: int, *, large: bool, several_keys: bool
) -> None:
    before = negotiation(version, other_params=0x12 if several_keys else 0x02)
    certificates = fetched(version, large=large, several_keys=several_keys)
    answer = challenged(version, before, certificates, slot)
    result = verified(before + certificates + answer + measured(version, before, slot))
    assert [certificate.subject for certificate in result.claims.certificates] == [
        "CN=Root of tests",
        f"CN=Slot {slot}",
    ]
    assert {fact.name: fact.status for fact in result.claims.consistency} == {
        "root_hash-binding": "matches",
        "certificate_chain_hash-binding": "matches",
    }
    assert {signature.by for signature in result.claims.signatures} == {f"slot-{slot}"}
    assert {attribute.name: attribute.set for attribute in result.claims.environment("device").attributes}[
        "other_params"
    ] == (("multi_key_conn",) if several_keys else ())


@pytest.mark.parametrize("version", [0x10, 0x11, 0x12, 0x13, 0x14])
def test_one_index_after_the_other(version: int) -> None:
    """A count, then one index each, the last one signed: the signature is over all of them."""
    before = s.vca(version)
    question = s.get_measurements(version, 0, signed=False) + s.measurements(version, [], param1=3)
    for index in (1, 2, 3):
        block = s.block(index, 0x01, s.digest(f"component {index}"))
        question += s.get_measurements(version, index, signed=index == 3) + s.measurements(version, [block])
    covered = before + question if version >= 0x12 else question
    piece = evidence.parse(before + question + s.signature(version, covered))
    (signature,) = piece.signed()
    r, ss = (int.from_bytes(part, "big") for part in (signature.value[:48], signature.value[48:]))
    der = encode_dss_signature(r, ss)
    s.KEY.public_key().verify(der, piece.message(signature), ec.ECDSA(hashes.SHA384()))
    device = piece.claims.environment("device")
    assert [(one.index, one.digests[0].digest) for one in device.measurements] == [
        (index, s.digest(f"component {index}")) for index in (1, 2, 3)
    ]
    assert piece.claims.evidence.protection == "signed"
    assert [note.code for note in piece.claims.notes] == ["certificates-missing"]
