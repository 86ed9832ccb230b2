"""Quotes in the certificates of RA-TLS, in certificates of our own."""

from __future__ import annotations

from hashlib import sha512

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.authoring.check import misfit
from evidence.convert import Evidence, Failure, parse_all
from tests.generate.dcap import tlv
from tests.generate.intel_sgx import quote as sgx
from tests.generate.intel_tdx import DSTACK, REPORTDATA, v4
from tests.test_x509 import KEY, made, pem

INTEL, GRAMINE = "1.2.840.113741.1337.6", "0.6.9.42.840.113741.1337.6"
DICE, QUOTE, LOG = "2.23.133.5.4.9", "1.3.6.1.4.1.62397.1.1", "1.3.6.1.4.1.62397.1.2"
SGX, TD = sgx(3), v4()
SPKI = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
BOUND = TD.replace(REPORTDATA, sha512(b"ratls-cert:" + SPKI).digest())


def ratls(**extensions: bytes) -> bytes:
    """A certificate with extensions; `_` in their names stands for a dot."""
    named = ((oid[1:].replace("_", "."), value, False) for oid, value in extensions.items())
    return made(extensions=tuple(named))


def with_extension(oid: str, value: bytes, **more: bytes) -> bytes:
    return ratls(**{f"x{oid.replace('.', '_')}": value}, **more)


def tagged(number: int, quote: bytes) -> bytes:
    """CBOR: a tag, an array of two byte strings."""
    return (
        b"\xd9" + number.to_bytes(2, "big") + b"\x82\x59" + len(quote).to_bytes(2, "big") + quote + b"\x41c"
    )


def one(data: bytes) -> Evidence:
    (piece,) = parse_all(data)
    assert isinstance(piece, Evidence)
    assert misfit(piece.type, piece.claims) is None
    return piece


@pytest.mark.parametrize("quote", [SGX, TD], ids=["sgx", "tdx"])
@pytest.mark.parametrize("oid", [INTEL, GRAMINE, DICE])
def test_a_quote_in_an_extension(oid: str, quote: bytes) -> None:
    content = tagged(60000, quote) if oid == DICE else quote
    certificate = with_extension(oid, content)
    for data in (certificate, pem(certificate), pem(made()) + b"\n" + pem(certificate)):
        piece = one(data)
        assert piece.data == quote
        (carrier,) = piece.claims.evidence.carriers
        assert carrier.name == "ra-tls"
        assert {fact.name: fact.text for fact in carrier.facts} == {"extension": oid}


@pytest.mark.parametrize(("quote", "status"), [(BOUND, "matches"), (TD, "differs")])
def test_dstack_binds_the_key_of_the_certificate(quote: bytes, status: str) -> None:
    piece = one(with_extension(QUOTE, tlv(4, quote), **{f"x{LOG.replace('.', '_')}": tlv(4, DSTACK)}))
    facts = {fact.name: fact.status for fact in piece.claims.consistency}
    assert facts["report_data-binding"] == status
    assert "rtmr0-replay" in facts
    assert [entry.kind for entry in piece.claims.attachments] == ["event-log"]
    assert not one(with_extension(QUOTE, tlv(4, quote))).claims.attachments


@pytest.mark.parametrize("content", [TD, tlv(4, TD) + b"\0", b""])
def test_an_extension_of_dstack_that_is_broken(content: bytes) -> None:
    (piece,) = parse_all(with_extension(QUOTE, content))
    assert isinstance(piece, Failure)
    assert piece.error.code == "carrier-error"


@pytest.mark.parametrize(
    "data",
    [
        made(),
        with_extension(DICE, b"\xd9\xea\x60\x80"),
        with_extension(DICE, b"\xd9\xea\x60\x81\x01"),
        with_extension(DICE, b"\xff"),
    ],
)
def test_other_certificates_are_not_recognised(data: bytes) -> None:
    (piece,) = parse_all(data)
    assert isinstance(piece, Failure)
    assert piece.error.code == "not-evidence"


def test_a_quote_in_another_extension_is_found_by_its_marks() -> None:
    (piece,) = parse_all(with_extension("1.2.3", tagged(60000, TD)))
    assert isinstance(piece, Evidence)
    assert (piece.at, piece.data) == ("1.2.3/0", TD)
    (piece,) = parse_all(with_extension(DICE, tagged(60001, TD)))  # a tag that says something else
    assert isinstance(piece, Failure)
    assert piece.error.code == "not-evidence"
    (piece,) = parse_all(made(key=ec.derive_private_key(9, ec.SECP256R1()))[:-1])
    assert isinstance(piece, Failure)
    assert piece.error.code == "unknown-format"


def test_what_is_no_quote_in_an_extension_is_unknown() -> None:
    (piece,) = parse_all(with_extension(INTEL, b"no quote"))
    assert isinstance(piece, Failure)
    assert (piece.at, piece.error.code) == ("ra-tls", "unknown-format")
