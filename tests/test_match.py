"""`evidence match`: which field holds what somebody has, in which form, and what is said where none does."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import new, sha256, sha384, sha512
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jwcrypto.common import base64url_decode
from jwcrypto.jwk import JWK

from evidence import limits, parse
from evidence.cli.commands import commands
from evidence.convert import Evidence
from evidence.errors import UsageError
from evidence.files import shared
from evidence.match import Candidate, match
from evidence.match.derivation import FORMS
from evidence.match.report import CANDIDATES, MatchReport
from evidence.paths import join
from tests.evidences import PIECES
from tests.work import counted

ROOT: Final = Path(__file__).parents[1]
SNP: Final = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid" / "v3-milan.bin"
SCHEMA: Final = Draft202012Validator(json.loads((ROOT / "schemas" / "match.schema.json").read_bytes()))
REPORT_DATA, AT = "/bindings/report_data", slice(0x50, 0x90)
NONCE: Final = bytes(range(200, 232))


def snp(report_data: bytes) -> Evidence:
    """A report with these bytes, and zeros behind them."""
    data = bytearray(SNP.read_bytes())
    data[AT] = report_data.ljust(64, b"\0")
    return parse(bytes(data))


def report(piece: Evidence, *contents: bytes) -> MatchReport:
    """What a piece has of contents, which go by the letters of the alphabet."""
    made = match(piece, [Candidate(chr(97 + number), content) for number, content in enumerate(contents)])
    SCHEMA.validate(json.loads(made.to_json()))
    return made


def how(report_data: bytes, *contents: bytes) -> tuple[str, str]:
    """In which way REPORT_DATA holds it, and what it is said to be."""
    (field,) = (field for field in report(snp(report_data), *contents).matches if field.path == REPORT_DATA)
    return field.how, field.text


# what a candidate is made into

DOCUMENT: Final = b'{ "b": [1, "\xc3\xa9"],\n "a": "x" }'
CANONICAL: Final = b'{"a":"x","b":[1,"\xc3\xa9"]}'
COMPACT: Final = b'{"b":[1,"\xc3\xa9"],"a":"x"}'
OF_A_CANDIDATE: Final[Mapping[str, tuple[bytes, bytes, str]]] = {
    # what is in the field, the candidate, what is said
    "itself": (NONCE + NONCE, NONCE + NONCE, "is a"),
    "zeros behind": (NONCE, NONCE, "is, with zeros behind it, a"),
    "zeros before": (bytes(32) + NONCE, NONCE, "is, with zeros before it, a"),
    "more behind": (NONCE + b"\1" * 32, NONCE, "begins with a"),
    "in the middle": (b"\1" * 16 + NONCE, NONCE, "has in it a at 16"),
    "cut": ((NONCE * 3)[:64], NONCE * 3, "is the beginning of a"),
    "sha-256": (sha256(b"x").digest(), b"x", "is, with zeros behind it, SHA-256 of a"),
    "sha-384": (sha384(b"x").digest(), b"x", "is, with zeros behind it, SHA-384 of a"),
    "sha-512": (sha512(b"x").digest(), b"x", "is SHA-512 of a"),
    "line break": (sha512(b"x").digest(), b"x\n", f"is SHA-512 of a ({FORMS['trimmed']})"),
    "hexadecimal": (NONCE, NONCE.hex().encode() + b"\n", f"is, with zeros behind it, a ({FORMS['from-hex']})"),
    "0x": (NONCE, b"0x" + NONCE.hex().upper().encode(), f"is, with zeros behind it, a ({FORMS['from-hex']})"),
    "colons": (NONCE, NONCE.hex(":").encode(), f"is, with zeros behind it, a ({FORMS['from-hex']})"),
    "base64": (NONCE, b64encode(NONCE), f"is, with zeros behind it, a ({FORMS['from-base64']})"),
    "base64url": (NONCE, urlsafe_b64encode(NONCE), f"is, with zeros behind it, a ({FORMS['from-base64']})"),
    "digest of what is decoded": (sha512(NONCE).digest(), NONCE.hex().encode(), f"is SHA-512 of a ({FORMS['from-hex']})"),
    "digits": (NONCE.hex().encode(), NONCE, "is the hexadecimal digits of a"),
    "capital digits": (NONCE.hex().upper().encode(), NONCE, "is the hexadecimal digits of a"),
    "digits of a digest": (sha256(b"x").hexdigest().encode(), b"x", "is the hexadecimal digits of SHA-256 of a"),
    "canonical JSON": (sha384(CANONICAL).digest(), DOCUMENT, f"is, with zeros behind it, SHA-384 of a ({FORMS['canonical-json']})"),
    "compact JSON": (sha384(COMPACT).digest(), DOCUMENT, f"is, with zeros behind it, SHA-384 of a ({FORMS['compact-json']})"),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "content", "text"), OF_A_CANDIDATE.values(), ids=OF_A_CANDIDATE)
def test_a_candidate_is_found_in_every_form(entry: bytes, content: bytes, text: str) -> None:
    assert how(entry, content)[1] == text


def test_the_bytes_themselves_are_said_before_any_form_of_them() -> None:
    assert how(b"deadbeef" * 8, b"deadbeef" * 8)[1] == "is a"


PUBLIC: Final[dict[str, Any]] = {
    "p256": ec.generate_private_key(ec.SECP256R1()).public_key(),
    "p384": ec.generate_private_key(ec.SECP384R1()).public_key(),
    "p521": ec.generate_private_key(ec.SECP521R1()).public_key(),
    "rsa": rsa.generate_private_key(65537, 2048).public_key(),
    "ed25519": ed25519.Ed25519PrivateKey.generate().public_key(),
}
"""Keys of each kind, as another library makes and writes them."""


def spki(name: str) -> bytes:
    return bytes(PUBLIC[name].public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def pem(name: str) -> bytes:
    return bytes(PUBLIC[name].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def jwk(name: str) -> JWK:
    return JWK.from_pem(pem(name))


WRITTEN: Final[Mapping[str, Callable[[str], bytes]]] = {
    "PEM": pem,
    "DER": spki,
    "JWK": lambda name: jwk(name).export_public().encode(),
    "PEM in base64": lambda name: b64encode(pem(name)),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_key_is_found_however_it_is_written(name: str, written: str) -> None:
    content = WRITTEN[written](name)
    assert "SHA-384 of a" in how(sha384(spki(name)).digest(), content)[1]
    thumbprint = jwk(name).thumbprint()
    assert (
        how(base64url_decode(thumbprint), content)[1]
        == "is, with zeros behind it, SHA-256 JWK thumbprint of a"
    )


@pytest.mark.parametrize("name", ["p256", "p384", "p521"])
def test_the_point_of_a_key_and_its_coordinates(name: str) -> None:
    point = PUBLIC[name].public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    compressed = PUBLIC[name].public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    for form, raw in (("key", point), ("coordinates", point[1:]), ("compressed-point", compressed)):
        assert (
            how(sha256(raw).digest(), pem(name))[1]
            == f"is, with zeros behind it, SHA-256 of a ({FORMS[form]})"
        )


def test_the_parts_of_an_rsa_key() -> None:
    raw = PUBLIC["rsa"].public_bytes(Encoding.DER, PublicFormat.PKCS1)
    armoured = PUBLIC["rsa"].public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    modulus = PUBLIC["rsa"].public_numbers().n.to_bytes(256, "big")
    for content in (pem("rsa"), armoured):
        assert how(sha512(raw).digest(), content)[1] == f"is SHA-512 of a ({FORMS['key']})"
        assert how(sha512(modulus).digest(), content)[1] == f"is SHA-512 of a ({FORMS['modulus']})"
        assert how(sha512(spki("rsa")).digest(), content)[0] == "is"


def test_the_thumbprint_of_a_cose_key() -> None:
    """The example of RFC 9679, section 6."""
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    document = {"kty": "EC", "crv": "P-256"} | {
        name: urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in (("x", x), ("y", y))
    }
    digest = bytes.fromhex("496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec")
    assert FORMS["cose-key"] in how(digest, json.dumps(document).encode())[1]


@pytest.mark.parametrize("piece", PIECES)
def test_every_binding_of_every_type_is_found_by_its_bytes_and_is_shown(piece: Evidence) -> None:
    bindings = [binding for binding in piece.claims.bindings if any(binding.value)]
    for binding in bindings:
        made = report(piece, bytes(binding.value))
        fields = {field.path: field.how for field in made.matches}
        entry = {standing.path for standing in made.bindings if standing.value == binding.value}
        assert {path for path, way in fields.items() if way == "is" and path in entry} == entry != set()
    assert len(report(piece, b"nothing of that").bindings) == len(piece.claims.bindings)


@pytest.mark.parametrize("piece", PIECES)
def test_every_measurement_is_found_by_what_was_measured_or_by_its_digest(piece: Evidence) -> None:
    for environment in piece.claims.environments:
        for measurement in environment.measurements[:4]:
            for digest in measurement.digests:
                if any(digest.digest):
                    made = report(piece, digest.digest.hex().encode())
                    assert any(
                        field.path.startswith(join("environments", environment.id, "measurements"))
                        for field in made.matches
                    )


@pytest.mark.parametrize("piece", [each for each in PIECES if each.values[0].claims.certificates])
def test_a_certificate_is_found_by_itself_and_by_its_key(piece: Evidence) -> None:
    for certificate in piece.claims.certificates[:2]:
        try:
            der = piece.certificate(certificate.source)
        except LookupError:
            continue
        values = {
            field.path.rpartition("/")[2]
            for field in report(piece, der).matches
            if field.kind == "certificate"
        }
        assert {"sha256", "spki_sha256"} <= values


def test_what_a_binding_is_of_the_evidence_itself_is_shown() -> None:
    """The platform's challenge of a CCA token is the digest of the realm's key, which the token has."""
    texts = {
        text
        for each in PIECES
        if each.values[0].type.name == "arm-cca"
        for standing in report(each.values[0], b"nothing").bindings
        for text in standing.is_of
    }
    assert "is SHA-256 of the key public_key of realm" in texts


def test_a_binding_says_what_converting_compared_it_with() -> None:
    standing = [
        (fact.of, fact.status)
        for each in PIECES
        for binding in report(each.values[0], b"nothing").bindings
        for fact in binding.facts
    ]
    stated = [
        (fact.digest_of or fact.value_of or fact.name, fact.status)
        for each in PIECES
        for fact in each.values[0].claims.consistency
        if fact.compared_to.startswith("/bindings/")
    ]
    assert sorted(standing) == sorted(stated)
    assert ("realm-public-key", "matches") in standing


# two candidates

KEY: Final = b"a key, or what stands for one"


@pytest.mark.parametrize("alg", ["sha256", "sha384", "sha512"])
def test_two_candidates_are_joined_in_both_orders(alg: str) -> None:
    def made(*parts: bytes) -> bytes:
        return new(alg, b"".join(parts)).digest()

    name = f"SHA-{alg[3:]}"
    assert how(made(NONCE, KEY), NONCE, KEY)[1].endswith(f"{name} of (a then b)")
    assert how(made(KEY, NONCE), NONCE, KEY)[1].endswith(f"{name} of (b then a)")
    assert how(made(made(KEY), NONCE), NONCE, KEY)[1].endswith(f"{name} of ({name} of b then a)")


def test_a_digest_beside_a_nonce() -> None:
    """As RA-TLS and others do it: the digest of a key, then what the verifier sent."""
    assert (
        how(sha256(spki("p256")).digest() + NONCE, pem("p256"), NONCE)[1]
        == f"is SHA-256 of a ({FORMS['der']}) then b"
    )
    assert how(NONCE + sha256(KEY).digest(), KEY, NONCE)[1] == "is b then SHA-256 of a"


# registers and lists of events

DIGESTS: Final = [sha384(bytes((number,))).digest() for number in range(5)]


def register(digests: list[bytes], start: bytes = bytes(48)) -> bytes:
    for digest in digests:
        start = sha384(start + digest).digest()
    return start


LISTED: Final = {
    "lines": "# events\n" + "\n".join(digest.hex() for digest in DIGESTS) + "\n",
    "0x": "\r\n".join("0x" + digest.hex() for digest in DIGESTS),
    "json": json.dumps([digest.hex() for digest in DIGESTS]),
}


@pytest.mark.parametrize("written", LISTED)
@pytest.mark.parametrize("start", [bytes(48), b"\xff" * 48])
def test_a_list_of_digests_is_added_up(written: str, start: bytes) -> None:
    made = report(snp(register(DIGESTS, start)), LISTED[written].encode())
    (field,) = made.matches
    assert (field.path, field.events, field.hash) == (REPORT_DATA, 5, "sha-384")
    assert made.candidates[0].digests == 5


def test_a_register_that_is_behind_is_near_and_no_match() -> None:
    made = report(snp(register(DIGESTS[:3]).ljust(48, b"\0")), LISTED["lines"].encode())
    assert made.matches == ()


@pytest.mark.parametrize("piece", [each for each in PIECES if each.id == "intel-tdx-v4-chain"])
def test_a_register_of_a_td_is_found_among_its_measurements(piece: Evidence) -> None:
    """Whoever extends nothing has what it starts with; a list that gives fewer events is said to be behind."""
    data = bytearray(piece.data)
    at = bytes(data).index(bytes(piece.claims.workload.measurement("rtmr3").digests[0].digest), 0x178)
    data[at : at + 48] = register(DIGESTS)
    other = parse(bytes(data), type="intel-tdx")
    path = "/environments/td/measurements/rtmr3/digests/0"
    assert path in {field.path for field in report(other, LISTED["lines"].encode()).matches}
    behind = json.dumps([digest.hex() for digest in [*DIGESTS, DIGESTS[0]]]).encode()
    made = report(other, behind)
    assert made.matches == ()
    assert [near.texts for near in made.near if near.path == path] == [
        ("it is a register (SHA-384) after 5 events of a, not after all of them",)
    ]


@pytest.mark.parametrize("piece", [each for each in PIECES if each.id == "intel-tdx-v4-ccel"])
def test_an_event_log_is_found_in_the_registers_that_it_adds_up_to(piece: Evidence) -> None:
    """As the document says it of the log that came beside the evidence."""
    replayed = {
        fact.compared_to
        for fact in piece.claims.consistency
        if (fact.digest_of, fact.status) == ("event-log", "matches") and any(fact.computed or b"")
    }
    bare = parse(piece.data)
    made = report(bare, piece.input.attachments["event-log"])
    assert (
        {field.path.rpartition("/digests")[0] for field in made.matches if field.register}
        == replayed
        != set()
    )
    assert all(field.events for field in made.matches if field.register)


# what is near, and what is said where nothing fits


def near(report_data: bytes, content: bytes) -> tuple[str, ...]:
    made = report(snp(report_data), content)
    assert not [field for field in made.matches if field.path == REPORT_DATA]
    return tuple(text for field in made.near if field.path == REPORT_DATA for text in field.texts)


def test_what_is_near() -> None:
    assert near((NONCE + NONCE[:31])[::-1].rjust(64, b"\1"), NONCE) == ()
    assert near((NONCE * 2)[::-1], NONCE * 2) == ("it is a in reverse order",)
    assert near(NONCE[:20] + b"\7" * 44, NONCE) == ("its first 20 bytes are those of a, and no more",)


@pytest.mark.parametrize(
    ("report_data", "text"),
    [
        (bytes(64), "it is all zeros: nobody put anything there"),
        (b"nonce-of-a-text", 'it is a text: "nonce-of-a-text"'),
        (sha256(b"?").digest(), "it is 32 bytes, as many as SHA-256 gives, and zeros behind them: of something else, or no digest"),
        (sha384(b"?").digest(), "it is 48 bytes, as many as SHA-384 gives, and zeros behind them: of something else, or no digest"),
        (sha512(b"?").digest(), "it is 64 bytes, as many as SHA-512 gives: of something else, or no digest"),
    ],
)  # fmt: skip
def test_what_a_binding_looks_like(report_data: bytes, text: str) -> None:
    (standing,) = report(snp(report_data), b"nothing").bindings
    assert standing.looks == (text,)


def test_zeros_are_matched_by_zeros_alone() -> None:
    assert how(bytes(64), bytes(64)) == ("is", "is a")
    assert report(snp(bytes(64)), b"\0").matches == ()


def test_fewer_bytes_than_tell_anything_are_no_match_in_more() -> None:
    assert REPORT_DATA not in {
        field.path for field in report(snp(b"\x01\x02\x03" + b"\4" * 61), b"\1\2\3").matches
    }


# any bytes


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=3))
def test_any_candidates_give_a_report(contents: list[bytes]) -> None:
    report(snp(b"x"), *contents)


HOSTILE: Final = {
    "depth": b"[" * 5000,
    "numbers": b"[" + b"1e400," * 10 + b"1]",
    "large integer": b'{"a":' + b"9" * 5000 + b"}",
    "half a surrogate": b'{"a":"\\ud800"}',
    "PEM": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" * 100,
    "RSA": b"-----BEGIN RSA PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----\n",
    "JWK of lists": b'{"kty":["EC"],"crv":{},"x":1}',
    "JWK of nothing": b'{"kty":"RSA","n":"","e":""}',
    "DER": b"\x30\x84\xff\xff\xff\xff",
    "a NUL": b"ab\0cd\n12",
    "digits of other scripts": "١٢٣٤".encode(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_candidates_give_a_report(content: bytes) -> None:
    report(snp(b"x"), content)


def test_how_many_candidates_there_may_be() -> None:
    piece = snp(b"x")
    many = [bytes((65 + number,)) * 64 for number in range(CANDIDATES)]
    report(piece, *many)
    for contents in ([], [*many, b"one more"], [b""], [b"x" * (limits.ATTACHMENT_BYTES + 1)]):
        with pytest.raises(UsageError):
            report(piece, *contents)
    with pytest.raises(UsageError, match="twice"):
        match(piece, [Candidate("a", b"1"), Candidate("a", b"2")])


# the command


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words], input=stdin)


def test_the_command_says_what_fits_and_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "nonce").write_bytes(NONCE)
    path = tmp_path / "report.bin"
    path.write_bytes(snp(sha384(NONCE).digest()).input.data)
    done = run("match", path, "--candidate", tmp_path / "nonce")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "report_data is, with zeros behind it, SHA-384 of" in done.stdout
    for option in (f"hex:{NONCE.hex()}", f"hex:0x{NONCE.hex()}"):
        assert run("match", path, "--candidate", option).exit_code == 0


def test_the_command_says_what_was_tried_and_ends_with_1() -> None:
    done = run("match", SNP, "--candidate", "text:hello")
    assert (done.exit_code, done.stderr) == (1, "")
    assert "nothing fits" in done.stdout
    assert "tried text:hello: the bytes" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_the_document_of_the_command() -> None:
    done = run("match", SNP, "--candidate", "text:hello", "--candidate", "text:hello", "--json")
    document = json.loads(done.stdout)
    SCHEMA.validate(document)
    assert [each["name"] for each in document["candidates"]] == ["text:hello", "text:hello (2)"]
    assert document["input"] == str(SNP)


@pytest.mark.parametrize(
    "words", [(), ("--candidate", "hex:zz"), ("--candidate", "nowhere"), ("--candidate", "text:")]
)
def test_what_is_no_candidate_is_the_callers_fault(words: tuple[str, ...]) -> None:
    assert run("match", SNP, *words).exit_code == 2


def test_bad_evidence_and_unknown_bytes_end_as_everywhere(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(SNP.read_bytes()[:-1])
    (tmp_path / "unknown").write_bytes(b"\xff" * 100)
    assert run("match", tmp_path / "bad", "--candidate", "text:x").exit_code == 1
    assert run("match", tmp_path / "unknown", "--candidate", "text:x").exit_code == 3


def test_the_work_is_linear_in_the_candidates() -> None:
    """However long they are: what is long is neither joined nor written in digits."""
    piece = snp(b"x")
    for content in (b'{"a":"', b"", b"00" * 48 + b"\n"):
        short, long = (counted(partial(match, piece, large(content, size)))[1] for size in (1 << 17, 1 << 18))
        assert long < 3 * short


def large(content: bytes, size: int) -> list[Candidate]:
    """Two candidates of so many bytes: a document, bytes, or a list of digests."""
    if content.startswith(b"{"):
        return [Candidate(name, content + name.encode() * size + b'"}') for name in "ab"]
    filled = (content or bytes(range(256))) * (size // len(content or bytes(256)))
    return [Candidate(name, filled + name.encode() * (0 if content.endswith(b"\n") else 1)) for name in "ab"]
