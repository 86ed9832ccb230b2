"""CCA and PSA tokens: who is who, which bytes are signed, where claims lie, and keys that are no use."""

from __future__ import annotations

import hmac
import runpy
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.errors import EvidenceError, LimitExceeded, UnknownFormat
from evidence.input import Input
from evidence.paths import at, join, steps_to
from evidence.registry import Registry, Signed
from evidence.types.cca import key
from evidence.types.cca import layout as cca_layout
from evidence.types.cca import mapping as cca_mapping
from evidence.types.psa import layout as psa_layout
from evidence.types.psa import mapping as psa_mapping
from evidence.wire import cbor
from evidence.wire.claimset import ClaimLabel, ClaimTable, anything
from tests.builtin import CASES, Case
from tests.generate import arm_cca, arm_psa
from tests.generate.arm import CURVES, filled, sign1
from tests.generate.arm import key as made_key

BUILTIN = Registry.builtin()
CCA, PSA = BUILTIN["arm-cca"], BUILTIN["arm-psa"]
OURS = [case for case in CASES if case.type in (CCA, PSA)]
every_token = pytest.mark.parametrize("case", OURS, ids=[case.name for case in OURS])

SECRET = filled(1, 32)
SIGNERS = {
    "cpak": [arm_cca.CPAK],
    "rak": [arm_cca.RAK, *arm_cca.OTHER_KEYS.values()],
    "iak": [arm_psa.KEY, made_key(-35, 0x95B), made_key(-36, 0x95C)],
}


def signed_by(signed: Signed, private: ec.EllipticCurvePrivateKey) -> bool:
    """Whether a key made a signature over the message that we say was signed."""
    assert signed.message is not None
    half = len(signed.value) // 2
    r, s = (int.from_bytes(part, "big") for part in (signed.value[:half], signed.value[half:]))
    for curve, hash_, size in CURVES.values():
        if curve.name == private.curve.name and size == half:
            try:
                private.public_key().verify(encode_dss_signature(r, s), signed.message, ec.ECDSA(hash_))
            except InvalidSignature:
                return False
            return True
    return False


@every_token
def test_what_is_said_to_be_signed_was_signed(case: Case) -> None:
    result = case.read()
    for signed in result.signed():
        assert signed.message is not None
        for start, end in signed.covers:
            assert case.loaded.data[start:end] in signed.message
        if signed.construct == "cose-mac0":
            assert hmac.digest(SECRET, signed.message, "sha256") == signed.value
        else:
            assert any(signed_by(signed, private) for private in SIGNERS[signed.by])
    protection = result.claims.evidence.protection
    assert (protection == "none") == (result.signed() == ())
    assert (protection == "mac") == any(signed.construct == "cose-mac0" for signed in result.signed())


@every_token
def test_claims_are_unsigned_where_no_signature_covers_them(case: Case) -> None:
    result = case.read()
    unsigned = result.unsigned()
    if not result.signed():
        return
    for path in unsigned:
        outside = ("/environments/device-", "/environments/collection", "/certificates/")
        assert path.startswith(outside) or "/unknown/" in path
    for device in result.claims.environments:
        if device.id.startswith("device-"):
            assert f"/environments/{device.id}/measurements/measurements" in unsigned


@every_token
def test_known_claims_have_the_bytes_that_they_say(case: Case) -> None:
    """The place of every binding, identifier, input and key holds its value, at an absolute offset."""
    result = case.read()
    for number, environment in enumerate(result.claims.environments):
        for kind in ("identifiers", "inputs", "keys"):
            for index, entry in enumerate(getattr(environment, kind)):
                value = getattr(entry, "value", None) or getattr(entry, "raw", None) or entry.text.encode()
                source = result.where(f"/environments/{number}/{kind}/{index}")
                assert case.loaded.data[source.start : source.end] == value
    for index, binding in enumerate(result.claims.bindings):
        source = result.where(f"/bindings/{index}")
        assert case.loaded.data[source.start : source.end] == binding.value


@every_token
def test_neither_type_takes_what_is_the_others(case: Case) -> None:
    other = PSA if case.type is CCA else CCA
    assert other.identify(case.loaded.data) is None
    whole = Input(data=case.loaded.data, options=other.make_options(None))
    with pytest.raises(EvidenceError):
        other.claims(other.read(whole), whole)
    if not case.loaded.fixture.force:
        with pytest.raises(UnknownFormat) as caught:
            evidence.parse(case.loaded.data, type=other.name)
        assert caught.value.claimed_by == (case.type.name,)


@every_token
def test_claim_sets_are_no_arm_tokens_until_somebody_asks(case: Case) -> None:
    match = case.type.identify(case.loaded.data)
    assert (match is None) == case.loaded.fixture.force
    if case.loaded.fixture.force:
        (result,) = evidence.parse_all(case.loaded.data)
        assert isinstance(result, evidence.Failure) or result.type.name == "eat"
        assert "unsigned" in {note.code for note in case.read().claims.notes}


def test_a_token_of_neither_family_is_left_alone() -> None:
    claims = {265: "http://example.com", 10: filled(0, 32), 2395: 0x3000}
    other = sign1(cbor2.dumps(claims), arm_cca.CPAK)
    quoted = sign1(cbor2.dumps({**claims, 1: "not tag:psacertified.org,2023:psa#tfm"}), arm_cca.CPAK)
    for data in (other, quoted, b"", b"\xd2", b"\xd9\xd9\xf7", b"\xbf\x19\xac\xca", b"\xa1\x19\xac\xcb\0"):
        assert CCA.identify(data) is None
        assert PSA.identify(data) is None


def test_a_damaged_token_is_told_what_is_wrong_with_it() -> None:
    for name in ("rfc9783-sign1", "iot-1-sign1"):
        (data,) = (case.loaded.data for case in OURS if case.loaded.name == name)
        assert PSA.identify(data[:-40]) is not None
    (data,) = (case.loaded.data for case in OURS if case.loaded.name == "untagged")
    assert CCA.identify(data[:-40]) is not None


def test_numbers_of_the_curves() -> None:
    """The constants p and b against points that another library computed."""
    for number, (alg, (curve, _, size)) in zip((1, 2, 3), CURVES.items(), strict=True):
        assert (key.CURVES[number].alg, key.CURVES[number].size) == (alg, size)
        for secret in (1, 2, 0xCCA, 1 << 255):
            public = ec.derive_private_key(secret, curve).public_key().public_numbers()
            raw = b"\x04" + public.x.to_bytes(size, "big") + public.y.to_bytes(size, "big")
            assert key.read(raw, alg, "") == ("raw-point", None)
            off = raw[:-1] + bytes((raw[-1] ^ 1,))
            assert key.read(off, alg, "").fault == f"the point is not on {key.CURVES[number].name}"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({-3: True}, None),  # compressed: not computed here
        ({3: -35}, None),
        ({3: -7}, "its algorithm is not the one of the message that it signs"),
        ({-1: 1}, "its x is not 32 bytes (P-256)"),
        ({-1: True}, "a curve that is not known here"),
        ({-2: "x"}, "its x is not 48 bytes (P-384)"),
        ({-3: None}, "its y is not 48 bytes (P-384)"),
        ({-3: b"\xff" * 48}, "the point is not on P-384"),
        ({1: 3}, "key type 3 is not EC2"),
        ({1: -1}, "key type -1 is not EC2"),
    ],
)
def test_cose_keys(changes: dict[int, Any], fault: str | None) -> None:
    parts = {**cbor2.loads(arm_cca.KEY), **changes}
    assert key.read(cbor2.dumps(parts), -35, "/k") == ("cose-key", fault)


def test_a_key_of_another_algorithm_than_its_message() -> None:
    result = key.read(arm_cca.raw_point(arm_cca.RAK), -7, "")
    assert result.fault == "P-384 does not go with the algorithm of the message"
    assert key.read(arm_cca.raw_point(arm_cca.RAK), None, "").fault is None


def test_what_is_kept_without_a_meaning_is_bounded() -> None:
    flood = dict.fromkeys(range(1_000_000, 1_005_000), 0)
    component = {2: filled(0, 32), 5: filled(1, 32)}
    realm, platform = arm_cca.REALM_2023, arm_cca.platform(arm_cca.REALM_2023, arm_cca.P2023)
    for data in (
        arm_cca.token(907, {**realm, **flood}, platform),
        arm_cca.token(907, realm, {**platform, 2399: [{**component, **flood}]}),
        arm_cca.token(907, realm, platform, further=flood),
        sign1(cbor2.dumps(arm_psa.MANDATORY), arm_psa.KEY, -7, None, flood),
    ):
        with pytest.raises(LimitExceeded):
            evidence.parse(data)


def test_a_protected_parameter_is_kept_where_it_is_the_only_one() -> None:
    evidence_piece = evidence.parse(sign1(cbor2.dumps(arm_psa.MANDATORY), arm_psa.KEY, -7, b"\xa1\x0b\x00"))
    (kept,) = evidence_piece.claims.environments[0].unknown
    assert (kept.label, kept.raw) == ("header/11", b"\0")
    assert evidence_piece.where("/environments/device/unknown/header~111").start == 5


def test_a_realm_token_alone_is_not_a_token() -> None:
    """Its key is its own word: without a platform nobody speaks for it."""
    alone = sign1(cbor2.dumps(arm_cca.REALM_2023), arm_cca.RAK)
    assert CCA.identify(alone) is None
    with pytest.raises(EvidenceError) as caught:
        evidence.parse(alone, type="arm-cca")
    assert caught.value.code == "constraint-violation"


def test_heads_need_not_be_the_shortest() -> None:
    """The profile allows other lengths of heads: tag 907 and the keys in four bytes each."""
    whole = arm_cca.WHOLE
    long = b"\xda\0\0\x03\x8b" + whole[3:4] + b"\x1a\0\0\xac\xca" + whole[7:]
    assert cbor.loads(long).number == 907
    assert evidence.parse(long).claims.workload == evidence.parse(whole).claims.workload


def test_the_type_of_a_record_may_name_a_profile() -> None:
    data = next(case for case in OURS if case.name == "arm-cca/2024-907").loaded.data
    text = 'application/eat+cwt; eat_profile="tag:arm.com,2024:realm#2.0.0"'
    token = cbor2.loads(data)
    records = {label: [text, record[1]] for label, record in token.value.items()}
    evidence_piece = evidence.parse(cbor2.dumps(cbor2.CBORTag(token.tag, records)))
    assert evidence_piece.claims.workload.id == "realm"


def test_components_with_names_that_look_like_paths_have_their_own_places() -> None:
    """A name that is another's index, and one that is a placeholder or has slashes in it."""
    names = ["1", "x", "x", "{i}", "a/b~c", ""]
    parts: list[dict[int, Any]] = [
        {1: name, 2: filled(16 * index, 32), 5: filled(3, 32)} for index, name in enumerate(names)
    ]
    parts[1][4] = 2  # noted, by the path of this very component
    realm = arm_cca.REALM_2023
    for item in (
        evidence.parse(arm_cca.token(907, realm, arm_cca.platform(realm, arm_cca.P2023, L2399=parts))),
        evidence.parse(sign1(arm_psa.changed(arm_psa.MANDATORY, L2399=parts), arm_psa.KEY, -7)),
    ):
        (environment,) = (item for item in item.claims.environments if item.id in {"platform", "device"})
        for index, (measured, step) in enumerate(
            zip(environment.measurements, steps_to(environment.measurements), strict=True)
        ):
            path = join("environments", environment.id, "measurements", step)
            assert at(item.claims, path) is measured
            assert item.bytes_of(item.where(path)) == measured.digests[0].digest == filled(16 * index, 32)
        (noted,) = (note for note in item.claims.notes if note.code == "version-type")
        assert at(item.claims, noted.path) == "2"


TABLES = {
    **{f"cca {name}": getattr(cca_layout, name) for name in (
        "COMPONENT", "EXTENSION", "ROTPK", "PLATFORM_1", "PLATFORM_2", "PLATFORM_OTHER", "PLATFORM_LEGACY",
        "COMPONENT_0", "PLATFORM_0", "REALM_1", "REALM_2", "DEVICE", "DEVICE_TOKEN", "COSE_KEY",
    )},
    **{f"psa {name}": getattr(psa_layout, name) for name in ("COMPONENT", "COMPONENT_1", "TOKEN_1", "TOKEN_2")},
}  # fmt: skip


def test_all_tables_of_claims_are_among_these() -> None:
    named = [id(table) for table in TABLES.values()]
    for layout in (cca_layout, psa_layout):
        assert all(id(value) in named for value in vars(layout).values() if isinstance(value, ClaimTable))


@pytest.mark.parametrize("name", TABLES)
def test_a_new_claim_without_a_meaning_is_refused_at_import(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be read and lost: neither a claim, nor among what is kept as unknown."""
    table = TABLES[name]
    monkeypatch.setattr(table, "rows", (*table.rows, ClaimLabel(99, "something_new", anything())))
    module = psa_mapping if name.startswith("psa") else cca_mapping
    with pytest.raises(TypeError, match=f"{table.what}: no row says what becomes of something_new"):
        runpy.run_path(str(module.__file__))


def test_the_algorithm_of_an_extension_device_is_where_it_says() -> None:
    """Its own claim names it, and stands for it; without one the platform's does."""
    (data,) = (case.loaded.data for case in OURS if "extension-0" in str(case.loaded.fixture.claims))
    piece = evidence.parse(data)
    source = piece.where("/environments/extension-0/measurements/measurements/digests/0/alg")
    assert source.field == "platform.extension-0.hash_algo_id"
