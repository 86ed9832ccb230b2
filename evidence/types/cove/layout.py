"""The claims of CoVE tokens, in the two label tables that are known: nobody has final numbers yet.

Sources: RISC-V AP-TEE, src/attestation.adoc (CDDL, the same in v0.3 to v0.7 and later; its labels are
"TBD" and its profile is "https://riscv.org/TBD"); Shadowfax, common/src/lib.rs and scripts/dice_tool.py.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.wire.claimset import (
    ClaimKind,
    ClaimLabel,
    ClaimTable,
    anything,
    array,
    bstr,
    either,
    integer,
    mapping,
    tstr,
    uint,
)

SPEC: Final = "RISC-V AP-TEE"
SUBMODS: Final = 266
PROFILE: Final = 265
PROFILES: Final = "https://riscv.org/"
NAMES: Final = ("platform", "tsm", "tvm")
"""The three tokens, each signed by a key that the one before it names."""
STATES: Final = {1: "not-configured", 2: "secured", 3: "debug", 4: "recovery"}

# fmt: off
COMPONENT: Final = ClaimTable("software component", SPEC, (
    ClaimLabel(1, "type",           tstr(),  required=True),
    ClaimLabel(2, "measurement",    bstr(),  required=True),
    ClaimLabel(3, "svn",            tstr(),  required=True),
    ClaimLabel(4, "manifest",       bstr()),
    ClaimLabel(5, "signer",         bstr(),  required=True),
    ClaimLabel(6, "hash_algorithm", tstr(),  required=True),
))
REGISTER: Final = ClaimTable("register", SPEC, (
    ClaimLabel(1, "register",       uint(4), required=True),
    ClaimLabel(2, "value",          bstr(),  required=True),
    ClaimLabel(3, "hash_algorithm", tstr(),  required=True),
))
COSE_KEY: Final = ClaimTable("COSE key", "RFC 9052", (
    ClaimLabel(1,  "kty", integer(), required=True),
    ClaimLabel(2,  "kid", bstr()),
    ClaimLabel(3,  "alg", integer()),
    ClaimLabel(-1, "crv", integer()),
    ClaimLabel(-2, "x",   bstr()),
    ClaimLabel(-3, "y",   anything()),
))
# fmt: on


class Labels(NamedTuple):
    """The numbers that one dialect has for claims whose labels the specification leaves open."""

    public_key: tuple[int, int, int]
    """Of platform, TSM and TVM."""
    manufacturer_id: int
    platform_state: int
    platform_components: int
    tsm_components: int
    tvm_identity: int | None
    initial_measurements: int
    runtime_measurements: int | None


class Dialect(NamedTuple):
    """A label table, and the tables of the three tokens that follow from it."""

    name: str
    labels: frozenset[int]
    tokens: dict[str, ClaimTable]


def registers(most: int) -> ClaimKind:
    """One to `most` registers."""
    return array(mapping(REGISTER), least=1, most=most)


def components(*, least: int, most: int | None = None) -> ClaimKind:
    return array(mapping(COMPONENT), least=least, most=most)


def dialect(name: str, labels: Labels, initial: ClaimKind, tsm_most: int | None) -> Dialect:
    """The tables of a dialect; they differ in labels, and in what `initial` measurements may be."""
    platform, tsm, tvm = labels.public_key
    optional = [
        ClaimLabel(label, name, kind)
        for label, name, kind in (
            (labels.tvm_identity, "tvm_identity", bstr(64)),
            (labels.runtime_measurements, "runtime_measurements", registers(18)),
        )
        if label is not None
    ]
    # fmt: off
    tables = {
        "platform": ClaimTable("platform claims", SPEC, (
            ClaimLabel(PROFILE,                    "eat_profile",     tstr(),                required=True),
            ClaimLabel(platform,                   "public_key",      bstr(least=1),         required=True),
            ClaimLabel(labels.manufacturer_id,     "manufacturer_id", bstr(64),              required=True),
            ClaimLabel(labels.platform_state,      "platform_state",  integer(1, 4),         required=True),
            ClaimLabel(labels.platform_components, "sw_components",   components(least=1),   required=True),
        )),
        "tsm": ClaimTable("tsm claims", SPEC, (
            ClaimLabel(tsm,                        "public_key",      bstr(least=1),         required=True),
            ClaimLabel(labels.tsm_components,      "sw_components",   components(least=2, most=tsm_most), required=True),
        )),
        "tvm": ClaimTable("tvm claims", SPEC, (
            ClaimLabel(10,                          "challenge",            bstr(64),        required=True),
            ClaimLabel(tvm,                         "public_key",           bstr(least=1),   required=True),
            ClaimLabel(labels.initial_measurements, "initial_measurements", initial,         required=True),
            *optional,
        )),
    }
    # fmt: on
    known = frozenset(row.label for table in tables.values() for row in table.rows) - {10, PROFILE}
    return Dialect(name, frozenset(label for label in known if isinstance(label, int)), tables)


PLACEHOLDER: Final = dialect(
    "placeholder",
    Labels(
        public_key=(-90000, -90004, -90007),
        manufacturer_id=-90001,
        platform_state=-90002,
        platform_components=-90003,
        tsm_components=-90005,
        tvm_identity=-90006,
        initial_measurements=-90008,
        runtime_measurements=-90009,
    ),
    registers(8),
    2,
)
"""Numbers of our own for the specification's "TBD", far from those that anybody uses."""
SHADOWFAX: Final = dialect(
    "shadowfax",
    Labels(
        public_key=(-70000, -70004, -70005),
        manufacturer_id=-70001,
        platform_state=-70002,
        platform_components=-70003,
        tsm_components=-70003,
        tvm_identity=None,
        initial_measurements=-70006,
        runtime_measurements=None,
    ),
    either(bstr(48), registers(8)),
    None,
)
"""Shadowfax writes one SHA-384 value for all initial measurements, and the platform's components before the TSM's."""
DIALECTS: Final = (SHADOWFAX, PLACEHOLDER)
SHADOWFAX_HASH: Final = "sha-384"


def of(labels: frozenset[int]) -> Dialect:
    """The dialect of which a platform or TSM token has labels; private labels mean nothing by themselves."""
    return max(DIALECTS, key=lambda known: len(known.labels & labels))


ED25519: Final = 6
OKP: Final = 1
EDDSA: Final = -8
