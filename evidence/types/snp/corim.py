"""AMD's profile for concise evidence: the keys of draft-deeglaze-amd-sev-snp-corim-profile (2025-06-21).

Where Veraison's verifier, which reads an older dialect, differs, both code points are written: a reference value is
compared by its own code points alone. `docs/outputs.md` has the table of what differs.
"""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Claims
from evidence.corim import (
    Profile,
    ProfilePart,
    ProfileRow,
    content_of,
    digest_and_raw,
    digests,
    is_debug,
    number,
    raw,
    svn,
    svn_of_bytes,
    version,
)
from evidence.wire import corim
from evidence.wire.cbor import Tag

GUEST: Final = ("guest", "paravisor")
PLATFORM: Final = ("platform",)
BY_CHIP: Final = bytes.fromhex("2b060104019c780301")
"""1.3.6.1.4.1.3704.3.1: reports that a chip's own key signs. The content of the OID alone, as RFC 9090 has it."""
BY_PROVIDER: Final = bytes.fromhex("2b060104019c780302")
"""1.3.6.1.4.1.3704.3.2: reports that the key of a cloud's provider signs (VLEK)."""
DECIMAL, SEMANTIC = 4, 16384
"""Schemes of versions (RFC 9393)."""

# fmt: off
ROWS: Final = (
    ProfileRow(None, GUEST,    "debug",        None,                 is_debug),            # POLICY bit 19
    ProfileRow(0,    GUEST,    "version",      None,                 version(DECIMAL)),    # VERSION
    ProfileRow(1,    GUEST,    "svns",         "guest_svn",          svn),
    ProfileRow(2,    GUEST,    "attributes",   "policy",             raw),
    ProfileRow(3,    GUEST,    "inputs",       "family_id",          raw),
    ProfileRow(4,    GUEST,    "inputs",       "image_id",           raw),
    ProfileRow(5,    GUEST,    "values",       "vmpl",               number(4)),
    ProfileRow(6,    PLATFORM, "tcb",          "current_tcb",        svn_of_bytes),
    ProfileRow(7,    PLATFORM, "attributes",   "platform_info",      raw),
    ProfileRow(640,  GUEST,    "bindings",     "report_data",        raw),
    ProfileRow(641,  GUEST,    "measurements", "measurement",        digests),
    ProfileRow(642,  GUEST,    "inputs",       "host_data",          raw),
    ProfileRow(643,  GUEST,    "signers",      "id_key",             digest_and_raw("sha-384")),
    ProfileRow(644,  GUEST,    "signers",      "author_key",         digest_and_raw("sha-384")),
    ProfileRow(645,  GUEST,    "identifiers",  "report_id",          raw),
    ProfileRow(646,  GUEST,    "identifiers",  "report_id_ma",       raw),
    ProfileRow(647,  PLATFORM, "tcb",          "reported_tcb",       svn_of_bytes),
    ProfileRow(648,  PLATFORM, "values",       "cpuid_fam_id",       number(1)),
    ProfileRow(649,  PLATFORM, "values",       "cpuid_mod_id",       number(1)),
    ProfileRow(650,  PLATFORM, "values",       "cpuid_step",         number(1)),
    ProfileRow(3328, PLATFORM, "identifiers",  "chip_id",            raw),
    ProfileRow(3329, PLATFORM, "tcb",          "committed_tcb",      svn_of_bytes),
    ProfileRow(3330, PLATFORM, "versions",     "firmware_current",   version(SEMANTIC)),
    ProfileRow(3936, PLATFORM, "versions",     "firmware_committed", version(SEMANTIC)),
    ProfileRow(3968, PLATFORM, "tcb",          "launch_tcb",         svn_of_bytes),
)
# fmt: on

DIFFERENCES: Final = (
    # key, field, the draft (2025-06-21), Veraison (services 6b881029, go-gen-ref 97b7e781), what is written
    ("0", "VERSION", "a decimal text", "the same; not compared", "the same"),
    ("1", "GUEST_SVN", "a plain number", "553 (a minimum), in evidence too", "552"),
    ("2, 7", "POLICY, PLATFORM_INFO", "memory order", "reversed; not compared", "memory order"),
    ("5", "VMPL", "code point 15", "code point 4, big-endian; compared", "both"),
    ("640", "REPORT_DATA", "written", "left out if it is zero", "written"),
    (
        "642",
        "HOST_DATA",
        "a digest of algorithm 7 with 32 bytes, which none has",
        "code point 4",
        "code point 4",
    ),
    ("643, 644", "ID_KEY_DIGEST, AUTHOR_KEY_DIGEST", "code point 2", "code point 4", "both"),
    ("645, 646", "REPORT_ID, REPORT_ID_MA", "if present", "all ones too; not compared", "if present"),
    (
        "647, 3968",
        "REPORTED_TCB, LAUNCH_TCB",
        "one number",
        "compared by the components of Milan, wrong for Turin",
        "one number",
    ),
    ("648-650", "CPUID", "code point 15", "code point 4", "both"),
    ("none", "the debug flag", "and more flags", "absent", "debug alone"),
    (
        "profile",
        "the identifier",
        "tag:amd.com,2025:…",
        "tag:amd.com,2024:snp-corim-profile",
        "that of 2024, which is registered",
    ),
    (
        "class",
        "the object identifier",
        "a whole DER TLV",
        "the content alone (RFC 9090)",
        "the content alone",
    ),
    (
        "instance",
        "what reference values are looked up by",
        "CHIP_ID",
        "MEASUREMENT",
        "CHIP_ID, where it is present",
    ),
)
"""Where the two differ, and what we do."""


def environment(claims: Claims) -> dict[int, Any]:
    """One environment for guest and platform: the class by who signs, the instance by the chip."""
    by_provider = any(signature.by == "vlek" for signature in claims.signatures)
    named: dict[int, Any] = {0: {0: Tag(corim.OID, BY_PROVIDER if by_provider else BY_CHIP)}}
    chips = [
        content
        for one in claims.environments
        if one.id in PLATFORM
        for entry in one.identifiers
        if entry.name == "chip_id" and (content := content_of(entry)) is not None
    ]
    return {**named, 1: Tag(corim.BYTES, chips[0])} if chips else named


def profile() -> Profile:
    """The profile, of one part."""
    return Profile((ProfilePart(corim.AMD_SNP, GUEST, environment, ROWS),))
