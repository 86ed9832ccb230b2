"""The claims of a DICE certificate in CBOR, and Android's configuration descriptor.

Sources: Open Profile for DICE, "CBOR UDS and CDI certificates"; Android Profile for DICE, "Configuration descriptor".
"""

from __future__ import annotations

from typing import Final

from evidence.wire.claimset import ClaimLabel, ClaimTable, anything, bstr, either, integer, tstr, uint

SPEC: Final = "Open Profile for DICE"
ANDROID: Final = "Android Profile for DICE"
HASH: Final = bstr(32, 48, 64)
MODES: Final = ("not-configured", "normal", "debug", "recovery")

# fmt: off
CERTIFICATE: Final = ClaimTable("DICE certificate", SPEC, (
    ClaimLabel(1,        "iss",                      tstr(),                         required=True),
    ClaimLabel(2,        "sub",                      tstr(),                         required=True),
    ClaimLabel(-4670545, "code_hash",                HASH,                           required=True),
    ClaimLabel(-4670546, "code_descriptor",          bstr()),
    ClaimLabel(-4670547, "configuration_hash",       HASH),
    ClaimLabel(-4670548, "configuration_descriptor", bstr()),
    ClaimLabel(-4670549, "authority_hash",           HASH),
    ClaimLabel(-4670550, "authority_descriptor",     bstr()),
    ClaimLabel(-4670551, "mode",                     either(bstr(1), integer(0, 255))),
    ClaimLabel(-4670552, "subject_public_key",       bstr(least=1),                  required=True),
    ClaimLabel(-4670553, "key_usage",                bstr(least=1)),
    ClaimLabel(-4670554, "profile_name",             tstr()),
))
CONFIGURATION: Final = ClaimTable("configuration descriptor", ANDROID, (
    ClaimLabel(-70002,   "component_name",           tstr()),
    ClaimLabel(-70003,   "component_version",        either(uint(), tstr())),
    ClaimLabel(-70004,   "resettable",               anything()),
    ClaimLabel(-70005,   "security_version",         uint()),
    ClaimLabel(-70006,   "rkp_vm_marker",            anything()),
    ClaimLabel(-70007,   "component_instance_name",  tstr()),
))
# fmt: on
