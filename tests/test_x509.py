"""Certificates: what is read out of them, compared with two other readers, and what is refused."""

from __future__ import annotations

import base64
import contextlib
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import limits
from evidence.errors import EvidenceError, LimitExceeded
from evidence.types._certificates import entry
from evidence.wire import der, distinguished, x509
from tests.conftest import CORPUS

KEY = ec.derive_private_key(7, ec.SECP384R1())
OID = pyca.oid.NameOID


def name(*pairs: tuple[pyca.ObjectIdentifier, str]) -> pyca.Name:
    return pyca.Name([pyca.NameAttribute(oid, text) for oid, text in pairs])


def made(
    subject: str = "leaf",
    issuer: str = "authority",
    *,
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = KEY,
    extensions: tuple[tuple[str, bytes, bool], ...] = (),
    until: datetime = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
) -> bytes:
    """A certificate of `cryptography`'s making."""
    builder = (
        pyca.CertificateBuilder()
        .subject_name(name((OID.COUNTRY_NAME, "US"), (OID.COMMON_NAME, subject)))
        .issuer_name(name((OID.COUNTRY_NAME, "US"), (OID.COMMON_NAME, issuer)))
        .public_key(key.public_key())
        .serial_number(0x81)
        .not_valid_before(datetime(1999, 2, 28, 1, 2, 3, tzinfo=UTC))
        .not_valid_after(until)
    )
    for oid, value, critical in extensions:
        result = pyca.UnrecognizedExtension(pyca.ObjectIdentifier(oid), value)
        builder = builder.add_extension(result, critical=critical)
    algorithm = hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) else None
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


LEAF, MIDDLE, ROOT = made(), made("authority", "root"), made("root", "root")


def pem(data: bytes, newline: str = "\n") -> bytes:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return newline.join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"]).encode()


def tlv(tag: int, *content: bytes) -> bytes:
    inside = b"".join(content)
    size = len(inside)
    count = (size.bit_length() + 7) // 8
    return (
        bytes([tag])
        + (bytes([size]) if size < 0x80 else bytes([0x80 | count]) + size.to_bytes(count, "big"))
        + inside
    )


def fields(data: bytes = LEAF) -> list[bytes]:
    """The fields of a TBSCertificate, to build another one from."""
    tbs = next(der.children(data))
    return [data[item.start : item.end] for item in der.children(data, tbs.start)]


def built(tbs: list[bytes]) -> bytes:
    """A certificate with these fields, and with LEAF's algorithm and signature."""
    rest = [LEAF[item.start : item.end] for item in der.children(LEAF)][1:]
    return tlv(0x30, tlv(0x30, *tbs), *rest)


def changed(index: int, value: bytes) -> bytes:
    """LEAF with another field: 1 serial, 2 algorithm, 3 issuer, 4 validity, 5 subject, 6 key, 7 what follows."""
    result = fields()
    result[index : index + 1] = [value] if value else []
    return built(result)


def test_every_field() -> None:
    certificate = x509.read(b"\1\2" + LEAF + b"behind", "it", 2)
    assert (certificate.start, certificate.end) == (2, 2 + len(LEAF))
    assert certificate.der == LEAF
    assert certificate.encoding == "der"
    assert certificate.subject == "CN=leaf,C=US"
    assert certificate.issuer == "CN=authority,C=US"
    assert certificate.serial == b"\x00\x81"
    assert certificate.not_before == "1999-02-28T01:02:03Z"
    assert certificate.not_after == "2049-12-31T23:59:59Z"
    assert certificate.key.algorithm == "ec"
    assert certificate.key.curve == "p384"
    encodings = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    assert certificate.key.raw == KEY.public_key().public_bytes(*encodings)
    assert certificate.signature_algorithm == ("ecdsa", "sha-384", "der")
    assert certificate.sha256 == sha256(LEAF).digest()
    assert not certificate.extensions
    KEY.public_key().verify(certificate.signature, certificate.tbs, ec.ECDSA(hashes.SHA384()))
    claim = entry(certificate, "chain", "guest")
    assert (claim.source, claim.environment, claim.serial) == ("chain", "guest", b"\x00\x81")
    assert claim.spki_sha256 == certificate.key.spki_sha256


def test_a_certificate_does_not_end_before_it_begins() -> None:
    begin, end = b"260101000000Z", b"260101000001Z"
    for first, last in ((begin, begin), (begin, end)):
        x509.read(changed(4, tlv(0x30, tlv(0x17, first), tlv(0x17, last))), "it")
    refused(changed(4, tlv(0x30, tlv(0x17, end), tlv(0x17, begin))), "bad-encoding")


def test_extensions_have_their_place() -> None:
    data = made(extensions=(("1.2.3.4", b"raw", True), ("1.3.6.1.4.1.3704.1.4", b"\x04\x01x", False)))
    certificate = x509.read(b"12345" + data, "it", 5)
    assert list(certificate.extensions) == ["1.2.3.4", "1.3.6.1.4.1.3704.1.4"]
    for extension in certificate.extensions.values():
        assert certificate.der[extension.start : extension.end] == extension.value
    assert [extension.critical for extension in certificate.extensions.values()] == [True, False]


def test_other_keys_and_late_years() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    certificate = x509.read(made(key=key, until=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), "it")
    assert (certificate.key.algorithm, certificate.key.curve, len(certificate.key.raw)) == (
        "ed25519",
        None,
        32,
    )
    assert certificate.signature_algorithm == ("ed25519", None, None)
    assert certificate.not_after == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("serial", ["00", "80", "ff", "00ff", "ff00"])
def test_serial_numbers_are_their_bytes(serial: str) -> None:
    assert x509.read(changed(1, tlv(2, bytes.fromhex(serial))), "it").serial == bytes.fromhex(serial)


def attribute(oid: str, tag: int, value: bytes) -> bytes:
    return tlv(0x30, tlv(6, bytes.fromhex(oid)), tlv(tag, value))


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([], ""),
        ([[attribute("550403", 0x0C, "Kö, ".encode())]], r"CN=Kö\,\ "),
        ([[attribute("550403", 0x13, b" #a+b")]], r"CN=\ #a\+b"),
        ([[attribute("550403", 0x13, b"#")]], r"CN=\#"),
        ([[attribute("550403", 0x0C, b"a\x1b[2J\x00")]], r"CN=a\1b[2J\00"),
        ([[attribute("550403", 0x0C, "\u202e".encode())]], r"CN=\e2\80\ae"),
        ([[attribute("550403", 0x1E, "é€".encode("utf-16-be"))]], "CN=é€"),
        ([[attribute("550403", 0x1C, "€".encode("utf-32-be"))]], "CN=€"),
        ([[attribute("550403", 0x14, b"\xe9")]], "CN=é"),
        ([[attribute("550403", 0x04, b"\xe9")]], "CN=#0401e9"),
        ([[attribute("550403", 0x0C, b"")]], "CN="),
        ([[attribute("2a03", 0x0C, b"x")]], "1.2.3=#0c0178"),
        ([[attribute("550406", 0x13, b"US")], [attribute("55040a", 0x13, b"X")]], "O=X,C=US"),
        ([[attribute("550406", 0x13, b"US"), attribute("550403", 0x13, b"X")]], "C=US+CN=X"),
        ([[attribute("550405", 0x13, b"12")]], "serialNumber=12"),
    ],
)
def test_names(parts: list[list[bytes]], text: str) -> None:
    subject = tlv(0x30, *(tlv(0x31, *part) for part in parts))
    assert x509.read(changed(5, subject), "it").subject == text


def test_values_of_one_attribute() -> None:
    parts = [attribute("550403", 0x0C, b"a,CN=b"), attribute("550406", 0x13, b"US")]
    subject = tlv(0x30, tlv(0x31, *parts), tlv(0x31, attribute("550403", 0x04, b"")))
    result = x509.read(changed(5, subject), "it").subject_raw
    assert distinguished.values(result, "CN") == ("a,CN=b",)
    assert distinguished.values(result, "C") == ("US",)
    assert distinguished.values(result, "O") == ()


@pytest.mark.parametrize(
    "subject",
    [
        tlv(0x30, tlv(0x31)),
        tlv(0x30, tlv(0x30)),
        tlv(0x30, tlv(0x31, tlv(0x30))),
        tlv(0x30, tlv(0x31, tlv(0x31))),
        tlv(0x30, tlv(0x31, tlv(0x30, tlv(6, b"\x2a"), tlv(12, b"a"), tlv(12, b"b")))),
        tlv(0x30, tlv(0x31, tlv(0x30, tlv(12, b"a"), tlv(6, b"\x2a")))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x0C, b"\xff"))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x0C, b"\xed\xa0\x80"))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x13, b"\xe9"))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x1E, b"abc"))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x1E, b"\xd8\x00"))),
        tlv(0x30, tlv(0x31, attribute("550403", 0x1C, b"\xff\xff\xff\xff"))),
    ],
)
def test_bad_names(subject: bytes) -> None:
    refused(changed(5, subject), "bad-encoding")


def refused(data: bytes, code: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        x509.read(data, "it")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("tag", "text", "shown"),
    [
        (0x17, b"491231235959Z", "2049-12-31T23:59:59Z"),
        (0x17, b"500101000000Z", "1950-01-01T00:00:00Z"),
        (0x17, b"000229000000Z", "2000-02-29T00:00:00Z"),
        (0x18, b"19700101000000Z", "1970-01-01T00:00:00Z"),
        (0x18, b"00010101000000Z", "0001-01-01T00:00:00Z"),
        (0x17, b"490229000000Z", None),
        (0x17, b"491301000000Z", None),
        (0x17, b"491231240000Z", None),
        (0x17, b"491231235960Z", None),
        (0x17, b"4912312359Z", None),
        (0x17, b"491231235959+0000", None),
        (0x17, b"49123123595 Z", None),
        (0x17, b"4912312359\xb2\xb2Z", None),
        (0x18, b"00000101000000Z", None),
        (0x18, b"20491231235959.5Z", None),
        (0x18, b"20491231235959", None),
        (0x0C, b"491231235959Z", None),
    ],
)
def test_times(tag: int, text: bytes, shown: str | None) -> None:
    time = tlv(tag, text)
    data = changed(4, tlv(0x30, time, time))
    if shown is None:
        refused(data, "bad-encoding")
    else:
        assert x509.read(data, "it").not_after == shown


EXT = tlv(0x30, tlv(6, b"\x2a\x03"), tlv(4, b"x"))


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x04\xff\x00\xff\x00",
        tlv(0x30, tlv(0x30)),
        tlv(0x30, tlv(0x30), tlv(0x30), tlv(0x03, b"\0")),
        built([]),
        built(fields()[:6]),
        built([*fields(), tlv(0xA3, tlv(0x30, EXT, EXT))]),  # the same extension twice
        built([*fields(), tlv(0xA3, tlv(0x30, tlv(0x30, tlv(6, b"\x2a"))))]),
        built([*fields(), tlv(0xA3, tlv(0x30, tlv(0x30, tlv(6, b"\x2a"), tlv(4), tlv(4))))]),
        built([*fields(), tlv(0xA3, tlv(0x30, tlv(0x31, tlv(6, b"\x2a"), tlv(4))))]),
        built([*fields(), tlv(0xA3, EXT, EXT)]),
        built([*fields(), tlv(0xA3, tlv(0x30, EXT)), tlv(5)]),
        built([*fields(), tlv(0xA4, tlv(0x30, EXT))]),
        built([tlv(0xA0, tlv(5)), *fields()[1:]]),
        changed(1, tlv(2)),
        changed(1, b""),
        changed(2, tlv(0x30, tlv(6, b"\x2a"))),  # another algorithm than the outer one
        changed(2, b""),
        changed(4, tlv(0x30, tlv(0x17, b"200101000000Z"))),
        changed(6, tlv(0x30, tlv(0x30), tlv(0x03, b"\0"))),
        changed(6, tlv(0x30, tlv(0x30, tlv(5)), tlv(0x03, b"\0"))),
        changed(6, tlv(0x30, tlv(0x30, tlv(6, b"\x2a"), tlv(5), tlv(5)), tlv(0x03, b"\0"))),
        changed(6, tlv(0x30, tlv(0x30, tlv(6, b"\x2a")), tlv(0x03, b"\x01\x02"))),
    ],
)
def test_what_is_no_certificate(data: bytes) -> None:
    refused(data, "bad-encoding")


def test_old_certificates_and_unique_identifiers() -> None:
    assert x509.read(built(fields()[1:]), "it").subject == "CN=leaf,C=US"
    certificate = x509.read(
        built([*fields(), tlv(0x81, b"\0"), tlv(0x82, b"\0"), tlv(0xA3, tlv(0x30, EXT))]), "it"
    )
    assert certificate.extensions["1.2.3"].value == b"x"


def test_every_prefix_and_a_longer_one() -> None:
    for size in range(len(LEAF)):
        with pytest.raises(EvidenceError):
            x509.read(LEAF[:size], "it")
        with pytest.raises(EvidenceError):
            x509.read(LEAF, "it", 0, size)


@pytest.mark.parametrize(
    "text",
    [
        pem(LEAF) + b"\n" + pem(ROOT) + b"\n",
        pem(LEAF, "\r\n") + b"\r\n" + pem(ROOT, "\r\n"),
        b"subject=leaf\n" + pem(LEAF) + b"\nissuer: \xff\n" + pem(ROOT) + b"\0",
        pem(LEAF) + pem(ROOT) + b"\0\0\0junk",
        pem(LEAF, "") + pem(ROOT, "\n\n"),
        pem(LEAF) + b"\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n" + pem(ROOT),
        LEAF + ROOT,
        LEAF + ROOT + bytes(40),
    ],
)
def test_several(text: bytes) -> None:
    certificates = x509.read_all(b"0123" + text + b"0123", "it", 4, 4 + len(text))
    assert [one.der for one in certificates] == [LEAF, ROOT]
    for one in certificates:
        here = (b"0123" + text)[one.start : one.end]
        assert (
            here == one.der
            if one.encoding == "der"
            else here.startswith(b"-----BEGIN") and here[-5:] == b"-----"
        )


@pytest.mark.parametrize("nothing", [b"", bytes(16)])
def test_none(nothing: bytes) -> None:
    assert x509.read_all(nothing, "it") == ()


BLOCK = pem(LEAF)


@pytest.mark.parametrize(
    ("data", "code", "offset"),
    [
        (b"text", "truncated", 2),
        (b"\n" + BLOCK[:-1], "truncated", 1),
        (b"\n" + BLOCK.replace(b"MI", b"M!", 1), "bad-encoding", 1),
        (b"\n" + BLOCK.replace(b"-----END", b"=\n-----END"), "bad-encoding", 1),
        (b"\n" + pem(LEAF + b"\0"), "trailing-bytes", 1),
        (b"\n" + pem(b""), "truncated", 1),
        (BLOCK + b"\n-----BEGIN CERTIFICATE-----\n", "truncated", len(BLOCK) + 1),
        (LEAF + b"junk", "truncated", None),
        (LEAF + b"\1", "truncated", len(LEAF)),
    ],
    ids=range(9),  # the same in every process, which the size of a fresh signature is not
)
def test_bad_lists(data: bytes, code: str, offset: int | None) -> None:
    with pytest.raises(EvidenceError) as caught:
        x509.read_all(data, "it")
    if data != b"text":
        assert caught.value.code == code
    assert offset is None or getattr(caught.value, "offset", None) == offset


def test_base64_has_one_form() -> None:
    data = next(data for size in range(1, 60) if len(data := made("x" * size)) % 3 == 1)
    block = pem(data)
    at = block.index(b"==")
    other = block[: at - 1] + bytes([block[at - 1] + 1]) + block[at:]
    assert x509.read_all(block, "it")[0].der == data
    with pytest.raises(EvidenceError):
        x509.read_all(other, "it")


def test_limits() -> None:
    assert len(x509.read_all(LEAF * limits.CERTIFICATES, "it")) == limits.CERTIFICATES
    for many in (LEAF * (limits.CERTIFICATES + 1), BLOCK * (limits.CERTIFICATES + 1)):
        with pytest.raises(LimitExceeded):
            x509.read_all(many, "it")
    large = built(
        [*fields(), tlv(0xA3, tlv(0x30, tlv(0x30, tlv(6, b"\x2a"), tlv(4, bytes(limits.CERTIFICATE_BYTES)))))]
    )
    for one in (large, pem(large)):
        with pytest.raises(LimitExceeded):
            x509.read_all(one, "it")
    numbered = tuple((f"1.2.{number}", b"", False) for number in range(limits.EXTENSIONS + 1))
    assert len(x509.read(made(extensions=numbered[1:]), "it").extensions) == limits.EXTENSIONS
    with pytest.raises(LimitExceeded, match="certificate extensions"):
        x509.read(made(extensions=numbered), "it")


def test_order() -> None:
    leaf, middle, root = (x509.read(one, "it") for one in (LEAF, MIDDLE, ROOT))
    stranger = x509.read(made("stranger", "nobody"), "it")
    for order in ([leaf, middle, root], [root, middle, leaf], [middle, leaf, root, leaf]):
        assert x509.order(order) == (leaf, (middle,), root, ())
    assert x509.order([middle, leaf]) == (leaf, (middle,), None, ())
    assert x509.order([root]) == (None, (), root, ())
    assert x509.order([]) == (None, (), None, ())
    assert x509.order([leaf, stranger, root]) == (None, (), root, (leaf, stranger))
    assert x509.order([stranger, root, middle, leaf], leaf) == (leaf, (middle,), root, (stranger,))
    ring = [x509.read(made("a", "b"), "it"), x509.read(made("b", "a"), "it")]
    assert x509.order(ring) == (None, (), None, tuple(ring))
    assert x509.order(ring, ring[0]) == (ring[0], (ring[1],), None, ())


HOSTILE = [
    tlv(0x30, *[tlv(0x31, attribute("550403", 0x0C, b""))] * 370),  # a name of many parts
    tlv(0x30, *[tlv(0x31, attribute("550403", 0x0C, b"\x07" * 100))] * 36),
    tlv(0x30, tlv(0x31, *[attribute("0603" * 20, 0x0C, b"")] * 80)),
    tlv(0x30, *[tlv(0x31, attribute("550403", 0x0C, b""))] * 4900),
]


@pytest.mark.parametrize("subject", HOSTILE)
def test_a_hostile_name(subject: bytes) -> None:
    data = changed(5, subject)
    assert len(data) < limits.CERTIFICATE_BYTES
    if len(subject) > limits.NAME_BYTES:
        refused(data, "limit-exceeded")
    else:
        assert x509.read(data, "it").subject


def test_many_extensions() -> None:
    many = [
        tlv(0x30, tlv(6, b"\x2a" + number.to_bytes(2, "big").replace(b"\x80", b"\x81") + b"\1"), tlv(4))
        for number in range(5600)
    ]
    with contextlib.suppress(EvidenceError):
        x509.read(built([*fields(), tlv(0xA3, tlv(0x30, *many))]), "it")


@given(st.lists(st.tuples(st.integers(0, len(LEAF) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=400)
def test_mutations(edits: list[tuple[int, int]]) -> None:
    data = bytearray(LEAF)
    for at, byte in edits:
        data[at] = byte
    for one in (bytes(data), pem(bytes(data))):
        try:
            x509.read_all(one, "it")
        except EvidenceError:
            continue


def samples() -> Iterator[tuple[str, bytes]]:
    """Certificates of our own, and the public ones that are at hand."""
    with_extension = made(extensions=(("1.3.6.1.4.1.3704.1.4", b"\x04\x01x", True),))
    yield from (("own", LEAF), ("own, in PEM", pem(MIDDLE) + pem(ROOT)), ("own, extended", with_extension))
    for pattern in ("snp/**/*.der", "**/*.crt", "**/*.cer", "**/*.pem"):
        for path in sorted(CORPUS.glob(pattern)) if CORPUS else ():
            data = path.read_bytes()
            if b"BEGIN CERTIFICATE" in data or data[:2] == b"\x30\x82":
                yield path.name, data


@pytest.mark.parametrize(("name", "data"), list(samples()))
def test_two_other_readers_agree(name: str, data: bytes) -> None:
    """asn1crypto reads every certificate; cryptography warns about serial number 0 and reads it for now."""
    for certificates in x509.read_all(data, name):
        other = asn1.Certificate.load(certificates.der, strict=True)
        assert other.subject.dump() == certificates.subject_raw
        assert other.issuer.dump() == certificates.issuer_raw
        assert other["tbs_certificate"]["serial_number"].contents == certificates.serial
        assert other.not_valid_before.isoformat().replace("+00:00", "Z") == certificates.not_before
        assert other.not_valid_after.isoformat().replace("+00:00", "Z") == certificates.not_after
        assert other.public_key.dump() == certificates.key.spki
        assert other.public_key.algorithm == certificates.key.algorithm
        assert other["tbs_certificate"].dump() == certificates.tbs
        assert other.signature == certificates.signature
        theirs = {
            item["extn_id"].dotted: item["extn_value"].contents
            for item in other["tbs_certificate"]["extensions"]
        }
        assert {oid: extension.value for oid, extension in certificates.extensions.items()} == theirs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            third = pyca.load_der_x509_certificate(certificates.der)
            if "#" not in certificates.subject:
                names = {
                    OID.SERIAL_NUMBER: "serialNumber",
                    OID.EMAIL_ADDRESS: "emailAddress",
                    OID.TITLE: "title",
                }
                assert third.subject.rfc4514_string(names) == certificates.subject
        assert third.fingerprint(hashes.SHA256()) == certificates.sha256


def test_a_certificate_that_was_read_before_lies_where_it_is_now() -> None:
    first, second, damaged = x509.read(LEAF, "it"), x509.read(b"..." + LEAF + b".", "it", 3), LEAF[:-1]
    assert (first.start, first.end) == (0, len(LEAF))
    assert (second.start, second.end) == (3, 3 + len(LEAF))
    assert (second.der, second.extensions, second.key) == (first.der, first.extensions, first.key)
    with pytest.raises(EvidenceError, match="it at 0x7"):
        x509.read(b"..." + damaged, "it", 3)


def test_few_certificates_are_remembered_and_no_large_one() -> None:
    large = made(extensions=(("1.2.3", bytes(x509.REMEMBERED_BYTES), False),))
    for number in range(x509.REMEMBERED + 5):
        x509.read(LEAF[:-1] + bytes([number]), "it")
    x509.read(large, "it")
    assert large not in x509._KNOWN
    assert 0 < len(x509._KNOWN) <= x509.REMEMBERED
