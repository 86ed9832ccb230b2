"""The numbers of CoRIM that concise evidence is written and read with: tags, code points, and profiles by their name.

Sources: draft-ietf-rats-corim (measurement-values-map, triples of keys), TCG DICE Concise Evidence Binding for SPDM
1.0 (tags 570 and 571), RFC 9711 (EAT), RFC 9090 (tag 111), RFC 9562 (tag 37).
"""

from __future__ import annotations

from typing import Final

# tags
URI, UUID, OID = 32, 37, 111
UEID, SVN, MIN_SVN = 550, 552, 553
PKIX_KEY, PKIX_CERT, PKIX_PATH, KEY_THUMBPRINT, COSE_KEY, CERT_THUMBPRINT = 554, 555, 556, 557, 558, 559
BYTES, PATH_THUMBPRINT, PKIX_DER, MASKED_RAW = 560, 561, 562, 563
SPDM_TOC, EVIDENCE = 570, 571

# code points of a measurement's values
M_VERSION, M_SVN, M_DIGESTS, M_FLAGS, M_RAW, M_NAME, M_KEYS, M_REGISTERS, M_INTEGER = (
    *(0, 1, 2, 3, 4, 11, 13, 14, 15),
)
IS_DEBUG: Final = 3
"""The flag."""

NAMESPACE: Final = "5a0f2f6e-7d0c-5c1e-9e64-3a8f6c1b7d21"
"""Names everything that this library gives a name to, by RFC 9562 (version 5): the one constant of our profiles."""
OURS: Final = f"urn:uuid:{NAMESPACE}#"
"""How every profile of ours begins, whatever its version."""
UNVERIFIED: Final = f"{OURS}unverified-1"
VERIFIED: Final = f"{OURS}verified-1"
"""The number is that of the mapping: a change that changes bytes is another one."""
CONVERTED: Final = "claims that this library converted"
"""What a claims set, concise evidence or claims tuples under a profile of ours are, and no evidence of a platform."""

AMD_SNP: Final = "tag:amd.com,2024:snp-corim-profile"
ARM_CCA_PLATFORM: Final = "tag:arm.com,2025:cca_platform#1.0.0"
ARM_CCA_REALM: Final = "tag:arm.com,2025:cca_realm#1.0.0"
ARM_PSA: Final = "tag:arm.com,2025:psa#1.0.0"
OF_VENDORS: Final = frozenset({AMD_SNP, ARM_CCA_PLATFORM, ARM_CCA_REALM, ARM_PSA})
"""Profiles of others that we write as well: without a signature, nothing tells evidence in them from what we wrote."""


def is_ours(profile: object) -> bool:
    """Whether a profile, as EAT (a text) or CoRIM (a text, perhaps in tag 32) writes it, is one of ours."""
    return isinstance(text := getattr(profile, "value", profile), str) and text.startswith(OURS)


def is_of_a_vendor(profile: object) -> bool:
    """Whether it is one of those of vendors that we write."""
    text = getattr(profile, "value", profile)
    return isinstance(text, str) and text in OF_VENDORS
