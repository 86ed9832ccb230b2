"""The claims of a DICE certificate in CBOR, and Android's configuration descriptor.

Sources: Open Profile for DICE, "CBOR UDS and CDI certificates"; Android Profile for DICE, "Configuration descriptor".
"""

from __future__ import annotations

from typing import Final

from evidence.wire.claimset import Row, Table, anything, bstr, either, integer, tstr, uint

SPEC: Final = "Open Profile for DICE"
ANDROID: Final = "Android Profile for DICE"
HASH: Final = bstr(32, 48, 64)
MODES: Final = ("not-configured", "normal", "debug", "recovery")

# fmt: off
CERTIFICATE: Final = Table("DICE certificate", SPEC, (
    Row(1,        "iss",                      tstr(),                         required=True),
    Row(2,        "sub",                      tstr(),                         required=True),
    Row(-4670545, "code_hash",                HASH,                           required=True),
    Row(-4670546, "code_descriptor",          bstr()),
    Row(-4670547, "configuration_hash",       HASH),
    Row(-4670548, "configuration_descriptor", bstr()),
    Row(-4670549, "authority_hash",           HASH),
    Row(-4670550, "authority_descriptor",     bstr()),
    Row(-4670551, "mode",                     either(bstr(1), integer(0, 255))),
    Row(-4670552, "subject_public_key",       bstr(least=1),                  required=True),
    Row(-4670553, "key_usage",                bstr(least=1)),
    Row(-4670554, "profile_name",             tstr()),
))
CONFIGURATION: Final = Table("configuration descriptor", ANDROID, (
    Row(-70002,   "component_name",           tstr()),
    Row(-70003,   "component_version",        either(uint(), tstr())),
    Row(-70004,   "resettable",               anything()),
    Row(-70005,   "security_version",         uint()),
    Row(-70006,   "rkp_vm_marker",            anything()),
    Row(-70007,   "component_instance_name",  tstr()),
))
# fmt: on
