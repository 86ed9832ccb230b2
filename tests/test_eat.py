"""What rules, fixtures and recipes do not show of EATs and concise evidence: layers, recognition, embedding."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cbor2 import CBORTag

import evidence
from evidence import Failure
from evidence.convert import parse_all
from evidence.errors import EvidenceError
from evidence.files import shared
from evidence.paths import at
from evidence.types import _coev
from evidence.types._coev import dotted
from evidence.types._eat import EatReader, Layer, Region, Token, state
from evidence.types._recorder import Recorder, in_cbor
from evidence.types.eat import TYPE

FIXTURES = shared("fixtures") / "eat" / "valid"


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.bin").read_bytes()


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(claims: Any) -> bytes:
    parts = (b'{"alg":"HS256"}', json.dumps(claims).encode(), bytes(32))
    return ".".join(map(b64, parts)).encode()


def test_claims_of_a_jwt_lie_in_a_layer_of_the_payload() -> None:
    piece = evidence.parse(fixture("jwt"))
    source = piece.where("/environments/root/identifiers/ueid")
    assert (source.layer, source.field) == ("payload", "payload/ueid")
    assert source.outer is not None
    (covers,) = piece.claims.signatures[0].covers
    assert covers[0] <= source.outer[0] <= source.outer[1] <= covers[1]
    assert piece.bytes_of(source).startswith(b'"AS')
    assert piece.unsigned() == ()


def test_claims_in_nested_tokens_have_offsets_of_the_evidence() -> None:
    piece = evidence.parse(fixture("submodules"))
    source = piece.where("/environments/root~1submods~1token/identifiers/ueid")
    ueid = piece.claims.environment("root/submods/token").identifier("ueid").value
    assert source.layer == "evidence"
    assert piece.data[source.start : source.end].endswith(ueid or b"none")


def signed(claims: Any, unprotected: Any = None) -> bytes:
    """A token in COSE_Sign1, tagged."""
    parts = [cbor2.dumps({1: -7}), unprotected or {}, cbor2.dumps(claims), bytes([1]) * 64]
    return cbor2.dumps(CBORTag(18, parts))


def in_json(token: bytes) -> bytes:
    """A claims set in JSON that nobody signs, with a token in CBOR as its submodule `x`."""
    return json.dumps({"eat_nonce": "n" * 8, "submods": {"x": ["CBOR", b64(token)]}}).encode()


UEID = b"\1" + bytes(range(16))
INNER = "/environments/root~1submods~1x"


def test_an_unprotected_header_is_unsigned_in_base64url_as_well() -> None:
    unsigned = evidence.parse(in_json(signed({10: bytes(8), 256: UEID}, {4: b"key", 99: 1}))).unsigned()
    assert {f"{INNER}/identifiers/kid", f"{INNER}/unknown/header~199"} <= set(unsigned)
    assert f"{INNER}/identifiers/ueid" not in unsigned


def test_whatever_an_unsigned_label_names_is_there_because_of_it() -> None:
    """A signed token may have been put below any label: nobody signs that it is this submodule of this device."""
    token = signed({10: bytes(8), 256: UEID})
    binding = "/bindings/submods~1x~1eat_nonce"
    assert {INNER, binding} <= set(evidence.parse(in_json(token)).unsigned())
    assert {INNER, binding}.isdisjoint(evidence.parse(signed({10: bytes(8), 266: {"x": token}})).unsigned())


def test_a_signed_token_that_states_nothing_is_there() -> None:
    assert evidence.parse(signed({10: bytes(8)})).unsigned() == ()


def test_a_signature_beside_claims_in_one_base64url_does_not_cover_them() -> None:
    uccs = CBORTag(601, {256: UEID, 263: 2, 266: {"in": signed({10: bytes(8), 263: 1})}})
    piece = evidence.parse(in_json(cbor2.dumps(uccs)))
    unsigned = piece.unsigned()
    assert {f"{INNER}/identifiers/ueid", f"{INNER}/debug"} <= set(unsigned)
    assert f"{INNER}~1submods~1in/debug" not in unsigned


def test_detached_claims_are_unsigned_in_base64url_as_well() -> None:
    claims = cbor2.dumps({263: 1, 273: [[60, b"text"]]})
    token = signed({10: bytes(8), 266: {"d": [-16, sha256(claims).digest()]}})
    piece = evidence.parse(in_json(cbor2.dumps(CBORTag(602, [token, {"d": claims}]))))
    unsigned = set(piece.unsigned())
    assert f"{INNER}~1submods~1d/debug" in unsigned
    assert not piece.where("/bindings/submods~1x~1submods~1d~1digest").bare


def test_a_nested_token_cannot_take_the_detached_claims_of_the_bundle() -> None:
    claims = cbor2.dumps({263: 1})
    nested = signed({10: bytes(8), 266: {"d": [-16, bytes(32)]}})
    token = signed({10: bytes(8), 266: {"n": nested, "d": [-16, sha256(claims).digest()]}})
    result = evidence.parse(cbor2.dumps(CBORTag(602, [token, {"d": claims}]))).claims
    assert [(entry.name, entry.status) for entry in result.consistency] == [
        ("submods/d/digest-binding", "matches")
    ]
    assert result.environment("root/submods/d").debug == "disabled"
    assert result.environment("root/submods/n/submods/d").debug == "not-reported"


def test_a_claim_whose_name_is_empty_has_a_path() -> None:
    piece = evidence.parse(cbor2.dumps({10: bytes(8), "": 1}))
    (note,) = (note for note in piece.claims.notes if note.code == "unknown-claim")
    assert piece.bytes_of(piece.where(note.path)) == b"\1"


def test_a_note_about_one_of_several_registers_says_which() -> None:
    registers = {1: [[7, bytes(48)]], 2: [[7, bytes(32)]]}
    concise = {0: {0: [[{0: {1: "vendor"}}, [{1: {14: registers}}]]]}}
    piece = evidence.parse(cbor2.dumps(CBORTag(571, concise)))
    (note,) = (note for note in piece.claims.notes if note.code == "digest-length")
    assert at(piece.claims, note.path).index == 2


@pytest.mark.parametrize(
    ("data", "recognised"),
    [
        (cbor2.dumps({10: bytes(8)}), True),
        (cbor2.dumps({"x": 1, 265: "p"}), True),
        (cbor2.dumps({1: "iss", 4: 7}), True),
        (cbor2.dumps({1: "iss"}), False),
        (cbor2.dumps({1: "iss", 4: "no date"}), False),
        (cbor2.dumps({1: "iss", 4: 7, 99: 1}), False),
        (cbor2.dumps({99: 1}), False),
        (cbor2.dumps({}), False),
        (cbor2.dumps([b"\xa1\x01\x26", {}, cbor2.dumps({10: bytes(8)}), bytes(64)]), True),
        (cbor2.dumps([b"", {}, cbor2.dumps({"module_id": "x"}), bytes(96)]), False),
        (cbor2.dumps([b"", {}, b"text", b""]), False),
        (cbor2.dumps([b"", {}, 1, b""]), False),
        (cbor2.dumps([1, 2, 3, 4]), False),
        (cbor2.dumps(CBORTag(18, [b"", {}, b"text", b""])), False),
        (cbor2.dumps(CBORTag(61, CBORTag(18, [b"", {}, b"text", b""]))), True),
        (b'{"ueid":"x"}', True),
        (b' \n{"x":1,"eat_profile":"x"}', True),
        (b'{"iss":"x"}', False),
        (b"[]", False),
        (b'[["JWT",""],{}]', True),
        (jws({"eat_nonce": "12345678"}), True),
        (jws({"sub": "a login"}), False),
        (b"e", False),
        (b"eyJ.", False),
        (b"{", False),
        (b"\xd2", False),
        (b"\x84", False),
        (b"", False),
    ],
)
def test_what_is_taken_for_a_token(data: bytes, recognised: bool) -> None:  # noqa: FBT001 (a case)
    match = TYPE.identify(data)
    assert (match is not None) == recognised
    assert match is None or match.strength == "generic"


def test_a_type_of_its_own_comes_first_and_a_caller_may_say_otherwise() -> None:
    psa = (shared("fixtures") / "arm-psa" / "valid" / "rfc9783-sign1.bin").read_bytes()
    assert evidence.parse(psa).type.name == "arm-psa"
    forced = evidence.parse(psa, type="eat")
    assert forced.type.name == "eat"
    assert {piece.role for piece in forced.claims.environments} == {"unspecified"}


def test_a_login_token_is_read_when_asked_and_said_to_attest_nothing() -> None:
    data = jws({"sub": "a login"})
    (refused,) = parse_all(data)
    assert isinstance(refused, Failure)
    assert refused.error.code == "unknown-format"
    piece = evidence.parse(data, type="eat")
    assert "no-eat-claims" in {note.code for note in piece.claims.notes}


def test_every_environment_of_an_eat_is_unspecified_but_for_devices() -> None:
    for file in sorted(FIXTURES.glob("*.bin")):
        for environment in evidence.parse(file.read_bytes()).claims.environments:
            is_device = (environment.profile or "").startswith("tag:linaro.org,2025:device-")
            assert environment.role == ("device" if is_device else "unspecified")


def test_a_token_in_other_evidence() -> None:
    """As a device's manifest: with the caller's ids, roles and prefixes, and offsets of the outer bytes."""
    token = fixture("bare")
    outer = b"\xff" * 9 + token + b"\xee"
    read = EatReader().cbor_token(Region(Layer(outer), 9, 9 + len(token), "/manifest"))
    assert isinstance(read, Token)
    record = Recorder()
    state(read, "manifest-1", record, parent="device", role="firmware-layer", prefix="manifest-1/")
    first = record.environments[0]
    assert (first.id, first.parent, first.role) == ("manifest-1", "device", "firmware-layer")
    bindings = record.entries["bindings"]
    assert [entry.name for entry in bindings] == ["manifest-1/eat_nonce"]
    places = {claim: source for source in record.sources() for claim in source.claims}
    nonce = places["/bindings/manifest-1~1eat_nonce"]
    assert outer[nonce.start : nonce.end].endswith(bindings[0].value)


def test_concise_evidence_in_other_evidence() -> None:
    data = fixture("spdm-toc")
    outer = b"\xff" * 5 + data
    document = _coev.read(data, "/manifest")
    record, page = Recorder(), in_cbor(Layer(outer), 5, "manifest")
    _coev.state(document, "manifest", record, page, parent="device", role="firmware-layer")
    assert {item.role for item in record.environments} == {"firmware-layer"}
    fields = list(record.sources())
    assert {field.layer for field in fields} == {"evidence"}
    places = {claim: field for field in fields for claim in field.claims}
    url = places["/environments/manifest/values/rim_locator-0"]
    assert b"https://example.com/rim" in outer[url.start : url.end]


def test_a_locator_that_is_empty_is_a_text_all_the_same() -> None:
    url = b"\x77https://example.com/rim"
    data = fixture("spdm-toc")
    assert data.count(url) == 1
    result = evidence.parse(data.replace(url, b"\x60")).claims.environment("root").value("rim_locator-0")
    assert (result.text, result.bytes) == ("", None)


def test_a_digest_of_what_is_elsewhere_is_not_empty() -> None:
    def claims_sets(digest: bytes) -> tuple[bytes, bytes]:
        nonce = bytes(8)
        in_json = {"eat_nonce": b64(nonce), "submods": {"a": ["DIGEST", ["sha-256", b64(digest)]]}}
        return cbor2.dumps({10: nonce, 266: {"a": [-16, digest]}}), json.dumps(in_json).encode()

    for data in claims_sets(bytes(32)):
        assert evidence.parse(data, type="eat").claims.binding("submods/a/digest").value == bytes(32)
    for data in claims_sets(b""):
        with pytest.raises(EvidenceError):
            evidence.parse(data, type="eat")


@pytest.mark.parametrize(
    "value",
    [
        CBORTag(572, {0: {0: []}}),
        CBORTag(571, [1]),
        CBORTag(571, {0: {0: [[{0: {1: 7}}, [{1: {}}]]]}}),
        CBORTag(571, {0: {0: [[{0: {1: "x"}}, []]]}}),
        CBORTag(571, {0: {0: [[{}, [{1: {3: {0: 1}}}]]]}}),
        CBORTag(571, {0: {0: [[{}, [{1: {14: {b"x": []}}}]]]}}),
        CBORTag(570, {0: []}),
        CBORTag(570, {0: [CBORTag(99, {})]}),
        {1: 2},
        7,
    ],
)
def test_concise_evidence_that_is_refused(value: Any) -> None:
    with pytest.raises(EvidenceError):
        _coev.read(cbor2.dumps(value), "/x")


@pytest.mark.parametrize(
    ("content", "text", "form"),
    [
        ("2b0601040182cc7f0103", "1.3.6.1.4.1.42623.1.3", "ber"),
        ("060a2b0601040182cc7f0103", "1.3.6.1.4.1.42623.1.3", "der"),
        ("88378952", "2.999.1234", "ber"),
        (b"1.3.6.1.4.1.42623.1.3".hex(), "1.3.6.1.4.1.42623.1.3", "text"),
        ("80", None, "unknown"),
        ("", None, "unknown"),
        ("0601", "0.6.1", "ber"),
    ],
)
def test_object_identifiers_in_the_forms_that_are_seen(content: str, text: str | None, form: str) -> None:
    assert dotted(bytes.fromhex(content)) == (text, form)


def test_native_fields_of_every_fixture_are_json() -> None:
    from evidence.encode.native import to_native_json

    for kind in ("eat", "riscv-cove"):
        for file in sorted((shared("fixtures") / kind / "valid").glob("*.bin")):
            assert json.loads(to_native_json(evidence.parse(file.read_bytes()).native))


def test_a_header_parameter_without_a_meaning_here_is_kept_where_it_lies() -> None:
    protected = cbor2.dumps({1: -7, 99: b"covered"})
    payload = cbor2.dumps({10: bytes(8), 265: "http://example.com"})
    data = cbor2.dumps(CBORTag(18, [protected, {"more": 1}, payload, bytes([1]) * 64]))
    piece = evidence.parse(data)
    unknown = piece.claims.environment("root").unknown
    assert [(entry.label, entry.raw) for entry in unknown] == [
        ("header/99", cbor2.dumps(b"covered")),
        ("header/more", b"\1"),
    ]
    assert piece.bytes_of(piece.where("/environments/root/unknown/header~199")) == cbor2.dumps(b"covered")
    assert "/environments/root/unknown/header~1more" in piece.unsigned()
    assert "/environments/root/unknown/header~199" not in piece.unsigned()


def test_names_in_a_cove_certificate_have_their_place() -> None:
    piece = evidence.parse(
        (shared("fixtures") / "riscv-cove" / "valid" / "x509-certificate.bin").read_bytes()
    )
    for name in ("tsm", "tvm"):
        text = piece.claims.environment(name).identifier("cdi_id").text or "none"
        assert piece.bytes_of(piece.where(f"/environments/{name}/identifiers/cdi_id")).endswith(text.encode())
        assert f"/environments/{name}/identifiers/cdi_id" not in piece.unsigned()


def test_header_parameters_of_a_cove_token_have_their_place() -> None:
    data = (shared("fixtures") / "riscv-cove" / "valid" / "platform-token.bin").read_bytes()
    message = list(cbor2.loads(data))
    message[1] = {77: b"more"}
    piece = evidence.parse(cbor2.dumps(message))
    platform = piece.claims.environment("platform")
    assert [(entry.label, entry.raw) for entry in platform.unknown] == [("header/77", cbor2.dumps(b"more"))]
    assert piece.bytes_of(piece.where("/environments/platform/unknown/header~177")) == cbor2.dumps(b"more")
    kid = piece.bytes_of(piece.where("/environments/platform/identifiers/kid"))
    assert cbor2.loads(kid) == platform.identifier("kid").value


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (cbor2.dumps({10: bytes(8)}), "claims-set-cbor"),
        (cbor2.dumps(CBORTag(601, {10: bytes(8)})), "uccs"),
        (signed({10: bytes(8)}), "cose-sign1"),
        (cbor2.dumps(CBORTag(571, {0: {0: [[{0: {1: "x"}}, [{1: {1: 1}}]]]}})), "concise-evidence"),
        (cbor2.dumps({0: {0: [[{0: {1: "x"}}, [{1: {1: 1}}]]]}}), "concise-evidence"),
    ],
)
def test_the_tag_that_says_cbor_changes_nothing(data: bytes, form: str) -> None:
    plain, tagged = evidence.parse(data), evidence.parse(b"\xd9\xd9\xf7" + data)
    assert plain.claims.evidence.variant == tagged.claims.evidence.variant == form
    assert plain.claims.environments == tagged.claims.environments
    for one, other in zip(plain.sources(), tagged.sources(), strict=True):
        assert (one.field, one.start + 3, one.end + 3) == (other.field, other.start, other.end)
        assert plain.bytes_of(one) == tagged.bytes_of(other)


def test_a_wrapper_behind_the_tag_that_says_cbor_is_none_of_claims() -> None:
    """A collection is a map as well, and would be a claims set in which nothing is known."""
    for wrapper in ([263, signed({10: bytes(8)})], {"a": [263, signed({10: bytes(8)})]}):
        (piece,) = evidence.parse_all(b"\xd9\xd9\xf7" + cbor2.dumps(wrapper))
        assert isinstance(piece, evidence.Evidence)
        assert [carrier.name for carrier in piece.claims.evidence.carriers] == ["cmw"]
