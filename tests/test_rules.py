"""The rules of the claims document, one section a rule, over the fixtures of every registered type."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from evidence import parse
from evidence.authoring.gate import rules
from evidence.authoring.recipe import Edit, mutate
from evidence.chain import DEBUG_ORDER
from evidence.claims import (
    Bytes,
)
from evidence.encode.json import to_json
from evidence.encode.native import to_native_json
from evidence.errors import ConstraintViolation
from evidence.types._digests import named
from evidence.wire import cbor, hashes
from evidence.words import HASHES
from tests.builtin import BY_NAME, CASES, Case, every_case

SNP = BY_NAME["amd-sev-snp/v3-milan"]


# what holds for every type, as the gate has it


@every_case
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_is_broken(case: Case, rule: rules.Rule) -> None:
    assert list(rule(case.read())) == []


# 2. bytes


def test_2_the_raw_of_an_integer_is_its_bytes_as_they_lie() -> None:
    data = mutate(SNP.loaded.data, (Edit(set=8, hex=(0x30000).to_bytes(8, "little").hex()),))
    policy = json.loads(to_json(parse(data).claims))["environments"][0]["attributes"][0]
    assert (policy["name"], policy["raw"]) == ("policy", "0000030000000000")


# 4. absent, zero, masked


def test_4_a_masked_chip_id_matches_nothing_and_zeros_are_a_measurement() -> None:
    masked = mutate(SNP.loaded.data, (Edit(set=0x1A0, hex="00" * 64), Edit(set=0x90, hex="00" * 48)))
    claims = parse(masked).claims
    chip = claims.environment("platform").identifier("chip_id")
    assert (chip.status, chip.value, chip.raw) == ("masked", None, Bytes(64))
    assert claims.workload.measurement("measurement").digests[0].digest == Bytes(48)


def test_4_version_2_has_no_cpuid_so_its_product_is_unknown() -> None:
    platform = BY_NAME["amd-sev-snp/v2-unknown-product"].read().claims.environment("platform")
    assert not [value for value in platform.values if value.name.startswith("cpuid")]
    with pytest.raises(LookupError):
        platform.identifier("product")
    assert {(tcb.layout, tcb.layout_source, tcb.components) for tcb in platform.tcb} == {
        (None, "unknown", ())
    }


# 5. debug


@every_case
def test_5_debug_and_migration_are_words_of_every_environment(case: Case) -> None:
    for item in case.document()["environments"]:
        assert item["debug"] in {*DEBUG_ORDER, "not-defined"}
        assert item["migration"] in {"allowed", "not-allowed", "not-reported", "not-defined"}


@pytest.mark.parametrize(("bit", "word"), [(0, "disabled-since-boot"), (1 << 19, "enabled")])
def test_5_snp_debug_is_bit_19_of_the_policy_of_the_guest_alone(bit: int, word: str) -> None:
    policy = (0x30000 | bit).to_bytes(8, "little").hex()
    claims = parse(mutate(SNP.loaded.data, (Edit(set=8, hex=policy),))).claims
    assert claims.workload.debug == word
    assert claims.environment("platform").debug == "not-defined"
    assert claims.debug_chain() == claims.target.debug == word


SILENT = {
    "intel-tdx/v4-module-attribute": "an attribute of the module is set that no document defines",
    "arm-cca/claims-set-realm": "a realm alone: the state is its platform's",
    "arm-cca/claims-set-devices": "a digest hides the state of a device",
    "arm-cca/claims-set-devices-2025": "a digest hides the state of a device",
    "arm-cca/platform-assembly-and-test": "a state that says nothing of debugging",
    "arm-cca/platform-decommissioned": "a state that says nothing of debugging",
    "arm-cca/platform-rot-provisioning": "a state that says nothing of debugging",
    "arm-cca/platform-unknown": "a state that says nothing of debugging",
}
"""Fixtures that cannot say whether anything can be debugged, and why."""
SPEAKING = tuple(
    case for case in CASES if case.type.name in {"amd-sev-snp", "intel-tdx", "intel-sgx", "arm-cca"}
)


@pytest.mark.parametrize("case", SPEAKING, ids=[case.name for case in SPEAKING])
def test_5_the_chain_is_under_debug_exactly_where_the_generator_says_so(case: Case) -> None:
    claims = case.read().claims
    stated = {value for path, value in case.loaded.fixture.facts.items() if path.endswith("/debug")}
    roots = [claims.target.environment] if claims.attested else [item.id for item in claims.environments]
    words = {claims.debug_chain(root) for root in roots}
    if claims.attested:
        assert words == {claims.target.debug, claims.debug_chain()}
    if "enabled" in stated:
        assert words == {"enabled"}
    elif case.name in SILENT:
        assert words == {"not-reported"}
    else:
        assert words
        assert all(word.startswith("disabled") for word in words)


def test_5_every_type_that_speaks_of_debug_shows_it() -> None:
    shown = {case.type.name for case in SPEAKING if "enabled" in case.loaded.fixture.facts.values()}
    assert shown == {case.type.name for case in SPEAKING}
    assert SILENT.keys() <= {case.name for case in SPEAKING}


# 6. hash names


SIZES = {
    # IANA Named Information Hash Algorithm Registry, and Hash Function Textual Names; size in bytes
    "sha-1": 20,
    "sha-224": 28,
    "sha-256": 32,
    "sha-256-128": 16,
    "sha-256-120": 15,
    "sha-256-96": 12,
    "sha-256-64": 8,
    "sha-256-32": 4,
    "sha-384": 48,
    "sha-512": 64,
    "sha-512-256": 32,
    "sha3-224": 28,
    "sha3-256": 32,
    "sha3-384": 48,
    "sha3-512": 64,
    "blake2s-256": 32,
    "blake2b-256": 32,
    "blake2b-512": 64,
    "k12-256": 32,
    "k12-512": 64,
    "sm3": 32,
}


@every_case
def test_6_hashes_have_their_registered_names(case: Case) -> None:
    claims = case.read().claims
    noted = {note.code for note in claims.notes}
    for item in claims.environments:
        for digest in (digest for m in item.measurements for digest in m.digests):
            assert digest.alg in SIZES or digest.alg == "unknown"
            if len(digest.digest) != SIZES.get(digest.alg, len(digest.digest)):
                assert "digest-length" in noted
        for m in item.measurements:
            assert set(m.alg_candidates) <= SIZES.keys()
            for digest in m.digests:  # its number, or what it can be where the bytes do not say
                told = digest.raw is not None or m.alg_candidates or "digest-length" in noted
                assert digest.alg != "unknown" or told
    names = {signature.hash for signature in claims.signatures}
    names |= {item.alg for item in claims.bindings} | {item.alg for item in claims.consistency}
    assert names <= {None, "unknown", *SIZES}


def test_6_there_is_one_list_of_names() -> None:
    assert SIZES == hashes.SIZES
    assert {*HASHES} == {*SIZES, "unknown"}
    assert {*hashes.COSE.values(), *hashes.NAMED_INFORMATION.values(), *hashes.OIDS.values()} <= SIZES.keys()
    assert all(hashes.SIZES[name] == size for size, names in hashes.CANDIDATES.items() for name in names)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("sha-256", "sha-256"),
        ("SHA-256", "sha-256"),
        ("SHA256", "sha-256"),
        ("Sha_384", "sha-384"),
        ("sha 512", "sha-512"),
        ("SHA-512/256", "sha-512-256"),
        ("SHA3-256", "sha3-256"),
        ("SM3", "sm3"),
        ("SHA1", "sha-1"),
        ("2.16.840.1.101.3.4.2.1", "sha-256"),
        (1, "sha-256"),
        (7, "sha-384"),
        (8, "sha-512"),
        (-16, "sha-256"),
        (-43, "sha-384"),
        (-44, "sha-512"),
        ("TF-M_SHA256MemPreXIP", None),
        ("sha", None),
        ("", None),
        ("sha-256" + " " * 40, None),
        (0, None),
        (-18, None),
        (True, None),
        (b"sha-256", None),
        (None, None),
    ],
)
def test_6_one_name_for_all_spellings(written: object, name: str | None) -> None:
    assert hashes.name(written) == name
    if isinstance(written, str | int):
        result = named(written, bytes(4))
        assert result.alg == (name or "unknown")
        if isinstance(written, str):  # the source's own word stays, where it is another
            assert (result.alg.encode() if result.raw is None else result.raw) == written.encode()
        elif name is None:
            assert result.raw == cbor.dumps(written)


def test_6_digests_that_are_computed_have_the_size_of_their_name() -> None:
    for name, size in SIZES.items():
        computed = hashes.compute(name, b"content")
        assert computed is None or len(computed) == size
    assert hashes.compute("sha-256", b"") == sha256().digest()
    assert hashes.compute("unknown", b"") is None
    assert hashes.compute(None, b"") is None


# 7. register names


REGISTERS = {
    "amd-sev-snp": r"measurement",
    "intel-tdx": r"mrtd|rtmr[0-3]|mrservicetd|(init|cur)_servtd_hash",
    "intel-sgx": r"mrenclave",
    "arm-cca": r"rim|rem[0-3]",
}
"""Of the workload, as the kernel calls them."""


@every_case
def test_7_registers_have_their_names(case: Case) -> None:
    claims = case.read().claims
    for item in claims.by_role("workload"):
        for m in item.measurements:
            assert m.origin == "log" or re.fullmatch(REGISTERS.get(case.type.name, r".+"), m.name), m.name


# 10. unknown is kept


def test_10_an_unknown_bit_is_kept_and_a_reserved_byte_or_a_bit_that_must_be_one_is_not() -> None:
    bit_63 = mutate(SNP.loaded.data, (Edit(set=15, hex="80"),))
    policy = parse(bit_63).claims.workload.attribute("policy")
    assert policy.unknown == (63,)
    assert policy.raw[7] == 0x80
    for offset, value in ((0x4C, "01"), (0x0A, "01")):
        with pytest.raises(ConstraintViolation):
            parse(mutate(SNP.loaded.data, (Edit(set=offset, hex=value),)))


# 12. nothing is lost


def test_12_snp_native_is_the_specifications_table() -> None:
    native = json.loads(to_native_json(SNP.read().native))["report"]
    data = SNP.loaded.data
    assert native["measurement"] == data[0x90:0xC0].hex()
    assert native["policy"] == data[0x08:0x10].hex()
    assert native["signature_r"] == data[0x2A0:0x2E8].hex()
    assert native["vmpl"] == int.from_bytes(data[0x30:0x34], "little")
    assert "launch_mit_vector" not in native


# 13. every claim has its bytes


@every_case
def test_13_bindings_and_measurements_have_a_place(case: Case) -> None:
    result = case.read()
    claims = result.claims
    for number, entry in enumerate(claims.bindings):
        if entry.origin == "carrier":  # who wrapped the evidence says it
            continue
        content = result.bytes_of(result.where(f"/bindings/{number}"))
        value = bytes(entry.value)
        in_json = urlsafe_b64encode(value).rstrip(b"="), value.hex().encode()
        assert any(form.lower() in content.lower() for form in (value, *in_json))
    for number, environment in enumerate(claims.environments):
        for index, m in enumerate(environment.measurements):
            if "log" not in {m.origin, environment.origin}:
                assert result.where(f"/environments/{number}/measurements/{index}")


@every_case
def test_13_identifiers_of_keys_have_a_place(case: Case) -> None:
    result = case.read()
    for number, environment in enumerate(result.claims.environments):
        for index, entry in enumerate(environment.identifiers):
            if entry.name == "kid" and entry.value is not None:
                content = result.bytes_of(result.where(f"/environments/{number}/identifiers/{index}"))
                assert content.endswith(entry.value)
