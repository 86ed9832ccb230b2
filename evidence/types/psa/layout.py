"""The claim sets of PSA attestation tokens, as the tables of RFC 9783 and of the profile before it."""

from __future__ import annotations

import re
from typing import Any, Final

from evidence.types._psa.layout import HASH, INT32, LIFECYCLE, VERSION, ClaimsProfile, ueid
from evidence.wire.claimset import (
    ClaimKind,
    ClaimLabel,
    ClaimTable,
    ValueRefused,
    array,
    bstr,
    integer,
    mapping,
    tstr,
)

RFC: Final = "RFC 9783"
IOT: Final = "PSA_IOT_PROFILE_1 (draft-tschofenig-rats-psa-token)"

def matching(words: str, *patterns: str) -> ClaimKind:
    """A text that is one of `patterns`, whole."""
    compiled = [re.compile(pattern, re.ASCII) for pattern in patterns]

    def check(value: Any, _: str) -> Any:
        if value.__class__ is not str or not any(pattern.fullmatch(value) for pattern in compiled):
            raise ValueRefused
        return value

    return ClaimKind(words, check)


EAN13:    Final = r"[0-9]{13}"
EAN13_5:  Final = r"[0-9]{13}-[0-9]{5}"
RUN_ON:   Final = r"[0-9]{16,18}"
"""What TF-M wrote for years: the number and the digits behind it without a hyphen, in some builds cut short."""

COMPONENT: Final = ClaimTable("software component", f"{RFC}, section 4.4.1", (
    ClaimLabel(1,      "component_type",          tstr()),
    ClaimLabel(2,      "measurement_value",       HASH,                                  required=True),
    ClaimLabel(4,      "version",                 VERSION),
    ClaimLabel(5,      "signer_id",               HASH,                                  required=True),
    ClaimLabel(6,      "measurement_description", tstr()),  # the hash, or another method; in CCA tokens a hash alone
))

COMPONENT_1: Final = ClaimTable(COMPONENT.what, f"{IOT}, Software Components", tuple(
    row._replace(required=row.name == "measurement_value") for row in COMPONENT.rows  # a signer only if it is known
))

TOKEN_2: Final = ClaimTable("PSA claims", f"{RFC}, section 4", (
    ClaimLabel(10,     "nonce",                   HASH,                                  required=True),
    ClaimLabel(256,    "instance_id",             ueid(33),                              required=True),
    ClaimLabel(265,    "profile",                 tstr(),                                required=True),
    ClaimLabel(268,    "boot_seed",               bstr(least=8, most=32)),
    ClaimLabel(2394,   "client_id",               INT32,                                 required=True),  # above zero: secure
    ClaimLabel(2395,   "lifecycle",               LIFECYCLE,                             required=True),
    ClaimLabel(2396,   "implementation_id",       bstr(32),                              required=True),
    ClaimLabel(2397,   "early_boot_seed",         bstr(least=8, most=32)),  # drafts, and http://arm.com/psa/2.0.0
    ClaimLabel(2398,   "certification_reference", matching("13 digits, a hyphen, 5 digits", EAN13_5)),
    ClaimLabel(2399,   "software_components",     array(mapping(COMPONENT), least=1),    required=True),
    ClaimLabel(2400,   "verification_service",    tstr()),
))

TOKEN_1: Final = ClaimTable("PSA claims", IOT, (
    ClaimLabel(-75000, "profile",                 tstr()),
    ClaimLabel(-75001, "client_id",               INT32,                                 required=True),
    ClaimLabel(-75002, "lifecycle",               LIFECYCLE,                             required=True),
    ClaimLabel(-75003, "implementation_id",       bstr(32),                              required=True),
    ClaimLabel(-75004, "boot_seed",               bstr(32),                              required=True),
    ClaimLabel(-75005, "certification_reference", matching("13 to 18 digits, with a hyphen or not", EAN13, EAN13_5, RUN_ON)),
    ClaimLabel(-75006, "software_components",     array(mapping(COMPONENT_1), least=1)),
    ClaimLabel(-75007, "no_software_measurements", integer(1, 1)),  # instead of -75006
    ClaimLabel(-75008, "nonce",                   HASH,                                  required=True),
    ClaimLabel(-75009, "instance_id",             bstr(least=7, most=33),                required=True),  # as UEIDs are
    ClaimLabel(-75010, "verification_service",    tstr()),
))


IOT_1: Final = ClaimsProfile("iot-1", TOKEN_1)
PROFILES: Final = {
    "http://arm.com/psa/2.0.0":              ClaimsProfile("2.0.0", TOKEN_2),
    "tag:psacertified.org,2023:psa#tfm":     ClaimsProfile("rfc9783", TOKEN_2),
}
OTHER: Final = ClaimsProfile("unknown", TOKEN_2)
OTHER_IOT: Final = ClaimsProfile("unknown", TOKEN_1)
"""How a token is read whose profile is not known here: by the labels that it has."""
IOT_PROFILES: Final[frozenset[str | None]] = frozenset({
    None, "PSA_IOT_PROFILE_1", "PSA_IoT_PROFILE_1", "tag:psacertified.org,2019:psa#legacy",
})
"""What the profile claim of the older claim set may say; most say nothing. The draft's own example has small letters."""
