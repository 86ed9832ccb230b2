"""How single claims are written, and what is never written of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from evidence.claims import (
    Binding,
    Bytes,
    Claims,
    Digest,
    Environment,
    Flag,
    Identifier,
    Key,
    Lifecycle,
    Measurement,
    Signer,
    Svn,
    Tcb,
    TcbComponent,
    Unknown,
    Value,
)
from evidence.encode import coev, eat, ect, grammar
from evidence.encode.canonical import to_canonical_json
from evidence.encode.written import Loss
from evidence.errors import UsageError
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag
from tests.builtin import BY_NAME

HEADER: Final = BY_NAME["amd-sev-snp/v3-milan"].read().claims


def document(*environments: Environment, bindings: tuple[Binding, ...] = (), **header: Any) -> Claims:
    """A document of these environments, below some header."""
    return replace(
        HEADER,
        evidence=replace(HEADER.evidence, **header),
        environments=environments,
        bindings=bindings,
        signatures=(),
        attested=None,
    )


def environment(**members: Any) -> Environment:
    fields: dict[str, Any] = {
        "id": "device",
        "role": "device",
        "origin": "evidence",
        "debug": "not-reported",
        "migration": "not-defined",
    }
    return Environment(**(fields | members))


def triples(claims: Claims) -> Mapping[int, Any]:
    written = coev.to_coev(claims).data
    grammar.check("coev", written)
    result: Mapping[int, Any] = cbor.loads(written).value[0]
    return result


def elements(*environments: Environment, **more: Any) -> dict[Any, Any]:
    """The values of the elements of the first environment, by key."""
    return {one.get(0): one[1] for one in triples(document(*environments, **more))[0][0][1]}


def submodule(one: Environment, *bindings: Binding) -> Mapping[int, Any]:
    written = eat.to_uccs(document(one, bindings=bindings)).data
    grammar.check("uccs", written)
    result: Mapping[int, Any] = cbor.loads(written).value[266][one.id]
    return result


def losses(
    *environments: Environment, bindings: tuple[Binding, ...] = (), **header: Any
) -> set[tuple[str, str]]:
    result = eat.to_uccs(document(*environments, bindings=bindings, **header)).losses
    return {(loss.path, loss.code) for loss in result}


def binding(**members: Any) -> Binding:
    fields: dict[str, Any] = {
        "name": "nonce",
        "role": "challenge",
        "declared": "nonce",
        "requested_by": "verifier",
        "environment": "device",
        "value": Bytes(bytes(32)),
    }
    return Binding(**(fields | members))


def identifier(**members: Any) -> Identifier:
    fields: dict[str, Any] = {
        "name": "ueid",
        "scope": "device",
        "linkable": True,
        "status": "present",
        "value": Bytes(b"\1" + bytes(16)),
    }
    return Identifier(**(fields | members))


def measurement(**members: Any) -> Measurement:
    fields: dict[str, Any] = {
        "name": "code",
        "phase": "loaded",
        "subject": "firmware",
        "form": "digest",
        "digests": (Digest(alg="sha-256", digest=Bytes(bytes(32))),),
    }
    return Measurement(**(fields | members))


def key(**members: Any) -> Key:
    fields: dict[str, Any] = {
        "name": "key",
        "use": "attestation",
        "encoding": "raw-point",
        "linkable": True,
        "raw": Bytes(b"\4" + bytes(range(64))),
    }
    return Key(**(fields | members))


# -- debug


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("enabled", 0),
        ("disabled", 1),
        ("disabled-since-boot", 2),
        ("disabled-permanently", 3),
        ("disabled-fully-and-permanently", 4),
    ],
)
def test_a_debug_word_is_its_number_and_a_flag(word: Any, number: int) -> None:
    assert submodule(environment(debug=word))[263] == number
    assert elements(environment(debug=word))[None] == {3: {3: word == "enabled"}}
    assert elements(environment(debug=word))["debug"] == {11: word}


@pytest.mark.parametrize("word", ["not-reported", "not-defined"])
def test_what_is_not_reported_is_never_said_to_be_disabled(word: Any) -> None:
    assert 263 not in submodule(environment(debug=word))
    assert not {None, "debug"} & elements(environment(debug=word)).keys()


def test_what_may_yet_be_said_worse_is_not_said_to_be_disabled() -> None:
    one = environment(debug="disabled", missing=("certificates",))
    assert 263 not in submodule(one)
    assert None not in elements(one)
    assert elements(one)["debug"] == {11: "disabled"}
    assert ("/environments/device/missing", "no-home") in losses(one)
    assert submodule(replace(one, debug="enabled"))[263] == 0


# -- nonces and UEIDs


@pytest.mark.parametrize(("size", "is_written"), [(7, False), (8, True), (64, True), (65, False)])
def test_a_nonce_has_8_to_64_bytes(size: int, is_written: bool) -> None:  # noqa: FBT001
    nonce = binding(value=Bytes(bytes(size)))
    assert (10 in submodule(environment(), nonce)) is is_written
    assert (("/bindings/nonce", "nonce-size") in losses(environment(), bindings=(nonce,))) is not is_written
    assert elements(environment(), bindings=(nonce,))["bindings/nonce"] == {4: Tag(560, bytes(size))}


def test_one_nonce_is_a_byte_string_and_more_are_an_array() -> None:
    first, second = binding(), binding(name="other", value=Bytes(b"\1" * 8))
    assert submodule(environment(), first)[10] == bytes(32)
    assert submodule(environment(), first, second)[10] == (bytes(32), b"\1" * 8)


@pytest.mark.parametrize(
    ("role", "declared", "is_nonce"),
    [
        ("challenge", "opaque", True),
        ("caller-data", "nonce", True),
        ("caller-data", "opaque", False),
        ("context", "nonce", False),
        ("responder-nonce", "nonce", False),
        ("key-binding", "opaque", False),
    ],
)
def test_opaque_report_data_is_no_nonce(role: Any, declared: Any, is_nonce: bool) -> None:  # noqa: FBT001
    assert (10 in submodule(environment(), binding(role=role, declared=declared))) is is_nonce


def test_a_nonce_that_was_a_text_is_a_loss() -> None:
    assert ("/bindings/nonce", "nonce-form") in losses(
        environment(), bindings=(binding(),), type="eat", variant="jwt"
    )
    assert ("/bindings/nonce", "nonce-form") not in losses(
        environment(), bindings=(binding(),), type="eat", variant="cwt"
    )


@pytest.mark.parametrize(
    ("members", "is_ueid"),
    [
        ({}, True),
        ({"name": "instance_id", "scope": "platform"}, True),
        ({"name": "chip_id"}, False),
        ({"scope": "instance"}, False),
        ({"value": Bytes(b"\4" + bytes(16))}, False),
        ({"value": Bytes(b"\1" + bytes(5))}, False),
        ({"value": Bytes(b"\1" + bytes(33))}, False),
        ({"origin": "certificate"}, False),
        ({"status": "masked", "value": None, "raw": Bytes(b"\1" + bytes(16))}, False),
    ],
    ids=str,
)
def test_a_ueid_is_what_its_format_calls_so_and_nothing_else(members: dict[str, Any], is_ueid: bool) -> None:  # noqa: FBT001
    assert (256 in submodule(environment(identifiers=(identifier(**members),)))) is is_ueid


def test_of_two_ueids_none_is_written() -> None:
    two = (identifier(), identifier(name="instance_id", value=Bytes(b"\2" + bytes(16))))
    assert 256 not in submodule(environment(identifiers=two))


# -- names


def test_classes_and_evidence_are_named_by_our_namespace() -> None:
    whole = cbor.loads(coev.to_coev(document(environment())).data).value
    namespace = UUID(corim.NAMESPACE)
    name = f"{HEADER.evidence.type}/device"
    assert whole[0][0][0][0] == {0: {0: Tag(37, uuid5(namespace, name).bytes), 2: name}}
    assert whole[1] == Tag(37, uuid5(namespace, HEADER.evidence.sha256.hex()).bytes)
    assert whole[2] == Tag(32, f"urn:uuid:{namespace}#unverified-1")


def test_an_instance_is_the_first_identifier_that_the_evidence_states() -> None:
    names = (
        identifier(name="vendor", scope="class"),
        identifier(name="pck", origin="certificate"),
        identifier(name="serial", status="none", value=None),
        identifier(name="chip_id", value=Bytes(b"chip")),
        identifier(),
    )
    ((named, _),) = triples(document(environment(identifiers=names)))[0]
    assert named[1] == Tag(560, b"chip")
    ((named, _),) = triples(document(environment(identifiers=names[-1:])))[0]
    assert named[1].number == 550


# -- measurements


def test_hashes_go_by_their_numbers_by_name_or_as_bytes() -> None:
    digests = (
        Digest(alg="sha-384", digest=Bytes(bytes(48))),
        Digest(alg="blake2b-512", digest=Bytes(bytes(64))),
        Digest(alg="sm3", digest=Bytes(b"\1" * 32)),
    )
    one = environment(measurements=(measurement(digests=digests),))
    assert elements(one)["measurements/code"] == {
        2: ((7, bytes(48)), ("blake2b-512", bytes(64))),
        4: Tag(560, b"\1" * 32),
    }
    assert ("/environments/device/measurements/code", "algorithm-not-named") in losses(one)


def test_a_hash_that_nobody_named_is_never_chosen() -> None:
    unknown = Digest(alg="unknown", digest=Bytes(bytes(32)), raw=Bytes(b"\1"))
    one = environment(measurements=(measurement(digests=(unknown,), alg_candidates=("sha-256", "sm3")),))
    assert elements(one)["measurements/code"] == {4: Tag(560, bytes(32))}


def test_what_is_not_populated_is_not_written_as_zeros() -> None:
    one = environment(measurements=(measurement(populated=False),))
    assert "measurements/code" not in elements(one)
    assert ("/environments/device/measurements/code", "not-populated") in losses(one)


def test_registers_stand_together_by_name_or_by_index_where_a_name_is_there_twice() -> None:
    def register(name: str, index: int | None, first: int) -> Measurement:
        digest = Digest(alg="sha-256", digest=Bytes(bytes((first,)) * 32))
        return measurement(name=name, index=index, phase="runtime", form="extended", digests=(digest,))

    one = environment(measurements=(register("rtmr0", None, 1), register("r", 8, 2), register("r", 9, 3)))
    assert elements(one)[None] == {
        14: {"rtmr0": ((1, b"\1" * 32),), 8: ((1, b"\2" * 32),), 9: ((1, b"\3" * 32),)}
    }


def test_a_name_that_is_there_twice_has_its_index_behind_it() -> None:
    two = (measurement(index=3), measurement(index=5), measurement(name="other", index=7))
    assert {"measurements/code/3", "measurements/code/5", "measurements/other"} <= elements(
        environment(measurements=two)
    ).keys()


def test_blocks_of_spdm_go_by_their_index() -> None:
    two = (measurement(index=1), measurement(name="other", index=253))
    assert {1, 253} <= elements(environment(measurements=two), type="dmtf-spdm").keys()
    again = (measurement(index=1), measurement(name="other", index=1))
    assert {1, "1/2"} <= elements(environment(measurements=again), type="dmtf-spdm").keys()


def test_everything_of_a_measurement_but_its_flags_is_written() -> None:
    one = measurement(
        version="1.2",
        svn=7,
        signer=Bytes(bytes(32)),
        description="boot loader",
        value=Bytes(b"raw"),
        flags=(Flag(name="live", value=True),),
    )
    assert elements(environment(measurements=(one,)))["measurements/code"] == {
        0: {0: "1.2"},
        1: Tag(552, 7),
        2: ((1, bytes(32)),),
        4: Tag(560, b"raw"),
        11: "boot loader",
        13: (Tag(560, bytes(32)),),
    }
    assert ("/environments/device/measurements/code", "no-home") in losses(environment(measurements=(one,)))


# -- other lists


def test_versions_of_security_are_numbers_bytes_or_texts() -> None:
    svns = (
        Svn(name="a", set_by="unspecified", svn=3, raw=Bytes(b"\3")),
        Svn(name="b", set_by="unspecified", raw=Bytes(b"\xff" * 8)),
        Svn(name="c", set_by="unspecified", text="12"),
    )
    result = elements(environment(svns=svns))
    assert [result[f"svns/{name}"] for name in "abc"] == [
        {1: Tag(552, 3)},
        {4: Tag(560, b"\xff" * 8)},
        {11: "12"},
    ]


def test_a_tcb_is_its_bytes_and_each_of_its_components() -> None:
    one = Tcb(
        name="tcb",
        role="reported",
        layout="toy",
        layout_source="format",
        raw=Bytes(b"\1\2"),
        components=(TcbComponent(name="snp", svn=8, compare="ordered"),),
    )
    result = elements(environment(tcb=(one,)))
    assert (result["tcb/tcb"], result["tcb/tcb/snp"]) == ({4: Tag(560, b"\1\2")}, {1: Tag(552, 8)})
    assert ("/environments/device/tcb/tcb", "reduced") in losses(environment(tcb=(one,)))


def test_values_are_written_by_their_kind() -> None:
    values = (
        Value(name="a", int=-3),
        Value(name="b", bool=True),
        Value(name="c", text="x"),
        Value(name="d", bytes=Bytes(b"x")),
    )
    result = elements(environment(values=values))
    assert [result[f"values/{name}"] for name in "abcd"] == [
        {15: -3},
        {15: 1},
        {11: "x"},
        {4: Tag(560, b"x")},
    ]


def test_a_digest_of_another_length_than_its_hash_is_bytes() -> None:
    padded = Signer(name="id", status="present", alg="sha-256", value=Bytes(bytes(64)))
    whole = replace(padded, name="own", value=Bytes(bytes(32)))
    result = elements(environment(signers=(padded, whole)))
    assert result["signers/id"] == {4: Tag(560, bytes(64))}
    assert result["signers/own"] == {2: ((1, bytes(32)),)}


@pytest.mark.parametrize("status", ["masked", "none", "not-populated", "absent-by-flag", "withheld"])
def test_what_has_no_value_is_a_loss(status: Any) -> None:
    one = environment(
        identifiers=(identifier(status=status, value=None),),
        signers=(Signer(name="id", status=status),),
    )
    assert {key for key in elements(one) if key is not None} == {"role"}
    assert {path for path, code in losses(one) if code == "status"} == {
        "/environments/device/identifiers/ueid",
        "/environments/device/signers/id",
    }


def test_words_of_an_environment_are_elements_of_their_name() -> None:
    one = environment(
        migration="allowed",
        profile="tag:example.com,2026:x",
        label="the format's own word",
        lifecycle=Lifecycle(raw=3, state="secured"),
    )
    result = elements(one)
    assert [result[name] for name in ("role", "migration", "profile", "label", "lifecycle")] == [
        {11: "device"},
        {11: "allowed"},
        {11: "tag:example.com,2026:x"},
        {11: "the format's own word"},
        {11: "secured", 15: 3},
    ]


def test_a_list_and_another_one_never_share_a_key() -> None:
    one = environment(
        tcb=(
            Tcb(
                name="a",
                role="reported",
                layout="x",
                layout_source="format",
                raw=Bytes(b"1"),
                components=(TcbComponent(name="b", svn=1, compare="ordered"),),
            ),
            Tcb(name="a/b", role="current", layout_source="unknown", raw=Bytes(b"2")),
        ),
    )
    whole = triples(document(one))[0][0][1]
    keys = [item.get(0) for item in whole]
    assert len(set(keys)) == len(keys)
    assert len([key for key in keys if str(key).startswith("tcb/a/b")]) == 2


# -- keys


def test_keys_are_written_with_the_tag_of_their_encoding() -> None:
    point = {1: 2, -1: 1, -2: bytes(range(32)), -3: bytes(range(32, 64))}
    cases: list[tuple[dict[str, Any], Tag]] = [
        ({}, Tag(558, point)),
        ({"encoding": "ecdsa-p256-xy", "raw": Bytes(bytes(range(64)))}, Tag(558, point)),
        ({"encoding": "cose-key", "raw": Bytes(cbor.dumps({1: 1, -2: b"x"}))}, Tag(558, {1: 1, -2: b"x"})),
        ({"encoding": "pkix-base64-key", "raw": Bytes(b"MFkw")}, Tag(554, "MFkw")),
        ({"encoding": "key-thumbprint", "raw": Bytes(cbor.dumps([1, b"x"]))}, Tag(557, (1, b"x"))),
        ({"encoding": "pkix-asn1der-cert", "raw": Bytes(b"\x30")}, Tag(562, b"\x30")),
        ({"encoding": "bytes", "raw": Bytes(b"x")}, Tag(560, b"x")),
    ]
    for members, expected in cases:
        (_, (written,)) = triples(document(environment(keys=(key(**members),))))[5][0]
        assert written == expected


@pytest.mark.parametrize(
    "members",
    [
        {"encoding": "cnf+cbor", "raw": Bytes(b"\xa0")},
        {"encoding": "raw-point", "raw": Bytes(b"\2" + bytes(32))},
        {"encoding": "cose-key", "raw": Bytes(bytes.fromhex("a220010102"))},
        {"encoding": "cose-key", "raw": Bytes(b"\xff")},
        {"encoding": "pkix-base64-key", "raw": Bytes(b"\xff")},
    ],
    ids=str,
)
def test_a_key_that_the_form_has_no_encoding_for_is_its_bytes_and_a_loss(members: dict[str, Any]) -> None:
    one = environment(keys=(key(**members),))
    (_, (written,)) = triples(document(one))[5][0]
    assert written == Tag(560, bytes(members["raw"]))
    assert ("/environments/device/keys/key", "key-encoding") in losses(one)


def test_only_keys_that_attest_or_identify_have_triples() -> None:
    for use, triple in (("attestation", 5), ("identity", 1)):
        assert triple in triples(document(environment(keys=(key(use=use),))))
    for use in ("endorsement", "confirmation", "authorized-by", "attested"):
        result = triples(document(environment(keys=(key(use=use),))))
        assert not {1, 5} & result.keys()
        assert elements(environment(keys=(key(use=use),)))["keys/key"][13]


# -- what is not the evidence's word


def test_nothing_of_another_origin_is_written() -> None:
    outside = environment(id="pck", role="certificate-subject", origin="certificate")
    inside = environment(
        values=(Value(name="a", int=1, origin="certificate"), Value(name="b", int=2, origin="evidence")),
        unknown=(Unknown(label="c", raw=Bytes(b"x"), origin="carrier"),),
    )
    claims = document(inside, outside, bindings=(binding(environment="pck"),))
    for write in (coev.to_coev, ect.to_ects, eat.to_uccs, eat.to_eat_json):
        written = write(claims)
        assert b"pck" not in written.data
        assert b"values/a" not in written.data
        assert {
            ("/environments/pck", "not-evidence"),
            ("/environments/device/values/a", "not-evidence"),
            ("/environments/device/unknown/c", "not-evidence"),
            ("/bindings/nonce", "not-evidence"),
        } <= {(loss.path, loss.code) for loss in written.losses}


def test_a_document_of_others_words_alone_is_refused() -> None:
    with pytest.raises(UsageError):
        coev.to_coev(document(environment(origin="certificate", role="certificate-subject")))


def test_what_an_environment_depends_on_stands_in_relations_and_not_in_an_eat() -> None:
    two = environment(id="guest", depends_on=("device",)), environment()
    result = triples(document(*two))
    assert result[2] == (("guest", ("device",)),)
    assert [label for label, _ in result[3]] == ["guest", "device"]
    assert ("/environments/guest/depends_on", "no-home") in losses(*two)
    assert ("/environments/guest/depends_on", "no-home") not in {
        (loss.path, loss.code) for loss in coev.to_coev(document(*two)).losses
    }
    tuples = cbor.loads(ect.to_ects(document(*two)).data)
    assert [set(one) for one in tuples] == [
        {"environment", "element-list", "cmtype", "profile"},
        {"environment", "element-list", "cmtype", "profile"},
        {"environment", "trustees", "profile"},
    ]


def test_the_root_says_nothing_but_the_profile_and_the_callers_time() -> None:
    claims = document(environment(), bindings=(binding(),))
    assert set(cbor.loads(eat.to_uccs(claims).data).value) == {265, 266}
    assert cbor.loads(eat.to_uccs(claims, iat=5).data).value[6] == 5
    for wrong in (-1, 2**53, True, 1.5):
        with pytest.raises(UsageError):
            eat.to_uccs(claims, iat=wrong)  # type: ignore[arg-type]


def test_json_is_sorted_by_units_of_utf_16_and_keeps_what_is_not_ascii() -> None:
    assert to_canonical_json({"\ufb33": 1, "\U0001f600": 2, "a": "\x1f\x7f\u20ac"}) == (
        b'{"a":"\\u001f\x7f\xe2\x82\xac","\xf0\x9f\x98\x80":2,"\xef\xac\xb3":1}'
    )
    with pytest.raises(OverflowError):
        to_canonical_json([2**53])


def test_a_loss_is_a_path_a_code_and_a_detail() -> None:
    assert Loss("/a", "reduced", "x")._asdict() == {"path": "/a", "code": "reduced", "detail": "x"}
