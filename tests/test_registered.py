"""The tables of registered numbers are those of `tests.registered`: two copies, each from the registry."""

from __future__ import annotations

import pytest

from evidence.logs.names import ALGORITHMS
from evidence.types._coev import layout as coev
from evidence.types._dice import oids
from evidence.types._psa.layout import STATES
from evidence.types._value_types import VALUE_TYPES
from evidence.types.cca import layout as cca
from evidence.types.cca.key import CURVES
from evidence.types.psa import layout as psa
from evidence.types.snp import services, vek
from evidence.types.snp.layout import MODELS
from evidence.types.spdm.layout import REGISTRIES
from evidence.wire import algorithms, content_formats, cose, distinguished, guid_table, hashes, jose
from evidence.wire.spdm import algorithms as spdm
from evidence.wire.spdm.fields import MESSAGES
from tests import registered
from tests.registered import name_of_hash, rows

ENCODINGS = {"ECDSA": "p1363", "RSA": "rsa", "-": None}


def algorithm(name: str, hash: str, form: str) -> tuple[str, str | None, str | None]:
    return name, name_of_hash(hash), ENCODINGS[form]


def test_cose_algorithms() -> None:
    table = {
        int(number): algorithm(registered.NAMES[name], hash, form)
        for name, number, hash, form in rows(registered.COSE_ALGORITHMS)
    }
    assert table == {number: tuple(known) for number, known in cose.ALGORITHMS.items()}


def test_jose_algorithms() -> None:
    table = {
        name: algorithm(registered.JOSE_NAMES[name], hash, form)
        for name, hash, form in rows(registered.JOSE_ALGORITHMS)
    }
    assert table == {name: tuple(known) for name, known in jose.ALGORITHMS.items()}
    assert jose.SIZES == registered.JOSE_SIZES


def test_hashes() -> None:
    assert {name_of_hash(name): number for name, number in registered.COSE_HASHES.items()} == {
        name: number for number, name in hashes.COSE.items()
    }
    assert dict(enumerate(registered.NAMED_INFORMATION, 1)) == hashes.NAMED_INFORMATION
    arcs = {name: f"2.16.840.1.101.3.4.2.{leaf}" for name, leaf in registered.NIST_HASHES.items()}
    assert arcs | registered.OTHER_HASHES == {name: oid for oid, name in hashes.OIDS.items()}
    sizes = {number: (name, bits // 8) for number, (name, bits) in registered.TCG_HASHES.items()}
    assert sizes == ALGORITHMS
    assert all(hashes.SIZES[name] == size for name, size in sizes.values())


def test_keys_curves_and_signatures() -> None:
    assert {name: oid for oid, name in algorithms.CURVES.items()} == registered.CURVES
    assert {name: oid for oid, name in algorithms.KEYS.items()} == registered.KEYS
    assert {oid: tuple(known) for oid, known in algorithms.SIGNATURES.items()} == registered.SIGNATURES


@pytest.mark.parametrize("number", CURVES)
def test_generators_lie_on_their_curves(number: int) -> None:
    curve, (x, y) = CURVES[number], registered.GENERATORS[number]
    assert curve.p.bit_length() == {1: 256, 2: 384, 3: 521}[number]
    assert (y * y - (x**3 - 3 * x + curve.b)) % curve.p == 0
    assert (curve.name, curve.alg, curve.size) == {
        1: ("P-256", -7, 32),
        2: ("P-384", -35, 48),
        3: ("P-521", -36, 66),
    }[number]


def test_content_formats() -> None:
    lines = (line.split(maxsplit=1) for line in registered.CONTENT_FORMATS.strip().splitlines())
    assert {int(number): text for number, text in lines} == content_formats.MEDIA_TYPES


def test_spdm_algorithms() -> None:
    base = {
        int(bit): (name, int(size), None if form == "-" else form)
        for bit, name, size, form in rows(registered.SPDM_ASYM)
    }
    assert base == {bit: scheme[:3] for bit, scheme in spdm.BASE_ASYM.items()}
    sizes = {f"ml-dsa-{level}": size for level, size in registered.ML_DSA.items()}
    sizes |= {
        f"slh-dsa-{hash}-{set}": size
        for set, size in registered.SLH_DSA.items()
        for hash in ("sha2", "shake")
    }
    pqc = {bit: (name, sizes[name], None) for bit, name in enumerate(registered.SPDM_PQC)}
    assert pqc == {bit: scheme[:3] for bit, scheme in spdm.PQC_ASYM.items()}
    digests = [(name, bits // 8) for name, bits in registered.SPDM_HASHES]
    assert digests == [(known.name, known.size) for known in spdm.HASHES]
    assert [spdm.BASE_HASH[bit].name for bit in range(7)] == [name for name, _ in digests]
    assert [spdm.MEASUREMENT_HASH[bit].name for bit in range(1, 8)] == [name for name, _ in digests]


def test_spdm_numbers() -> None:
    codes = registered.SPDM_MESSAGES | {
        request: registered.SPDM_MESSAGES[response] | 0x80
        for response, request in registered.SPDM_REQUESTS.items()
    }
    assert codes == {name: code for code, (name, *_) in MESSAGES.items()}
    assert dict(enumerate(registered.SPDM_BODIES)) == REGISTRIES
    assert list(registered.SPDM_VALUE_TYPES) == [VALUE_TYPES[number].name for number in range(11)]
    assert len(VALUE_TYPES) == 11


def test_object_identifiers_of_devices() -> None:
    arcs = {name: f"2.23.133.5.4.{leaf}" for name, leaf in registered.DICE.items()}
    arcs |= {name: f"1.3.6.1.4.1.412.274.{leaf}" for name, leaf in registered.DMTF.items()}
    arcs |= registered.PKIX
    known = {
        name: value
        for name, value in vars(oids).items()
        if name.isupper() and isinstance(value, str) and name != "TCB_INFO_ALIAS"
    }
    assert arcs == known


def test_tags_of_keys() -> None:
    assert dict(enumerate(registered.CORIM_KEYS, registered.CORIM_KEYS_FROM)) == coev.KEYS


def test_attributes_of_names() -> None:
    assert {name: oid for oid, name in distinguished.ATTRIBUTES.items()} == registered.NAME_ATTRIBUTES


def test_numbers_of_amd() -> None:
    svns = {
        f"{registered.AMD_ARC}.{arc}.{leaf}": name
        for arc, names in registered.AMD_SVNS.items()
        for leaf, name in enumerate(names, 1)
    }
    assert svns == vek.SVNS
    others = (vek.STRUCT_VERSION, vek.PRODUCT_NAME, vek.HWID, vek.CSP_ID)
    assert others == tuple(f"{registered.AMD_ARC}.{leaf}" for leaf in (1, 2, 4, 5))
    guids = {name: guid for guid, name in guid_table.GUIDS.items()}
    assert {name: guids[name] for name in registered.AMD_GUIDS} == registered.AMD_GUIDS
    svsm = {name: guid for guid, name in services.SERVICES.items()}
    assert svsm | {"services-manifest": services.SERVICES_MANIFEST} == registered.SVSM
    models = {
        (int(family, 16), model): name
        for family, low, high, name in rows(registered.AMD_PRODUCTS)
        for model in range(int(low, 16), int(high, 16) + 1)
    }
    assert models == MODELS


def test_required_claims() -> None:
    tables = {
        "psa 2": psa.TOKEN_2,
        "psa 1": psa.TOKEN_1,
        "psa component": psa.COMPONENT,
        "psa 1 component": psa.COMPONENT_1,
        "platform 1": cca.PLATFORM_1,
        "platform 2": cca.PLATFORM_2,
        "platform before 1.0": cca.PLATFORM_0,
        "platform component": cca.COMPONENT,
        "platform component before 1.0": cca.COMPONENT_0,
        "extension": cca.EXTENSION,
        "rotpk": cca.ROTPK,
        "device": cca.DEVICE,
        "devices": cca.DEVICE_TOKEN,
        "realm 1": cca.REALM_1,
        "realm 2": cca.REALM_2,
        "key": cca.COSE_KEY,
    }
    required = {what: {row.label for row in table.rows if row.required} for what, table in tables.items()}
    assert required == registered.REQUIRED


def test_states_of_the_lifecycle() -> None:
    assert {number << 4: state for number, state in enumerate(registered.LIFECYCLE)} == STATES
