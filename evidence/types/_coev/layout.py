"""The maps of concise evidence, as its specification prints them.

Sources: TCG DICE Concise Evidence Binding for SPDM, 1.0 (concise-evidence.cddl, spdm-toc.cddl);
draft-ietf-rats-corim (environment-map, measurement-map, measurement-values-map, flags-map). Type
choices that CoRIM leaves open (`$class-id-type-choice`, …) are kept whatever they are.
"""

from __future__ import annotations

from typing import Final

from evidence.wire.claimset import (
    ClaimLabel,
    ClaimTable,
    anything,
    array,
    boolean,
    bstr,
    either,
    integer,
    items,
    label_map,
    mapping,
    tagged,
    tstr,
    uint,
)
from evidence.words import KeyEncoding

CORIM: Final = "draft-ietf-rats-corim"
SPEC: Final = "TCG Concise Evidence"

OID, UUID, BYTES, UEID = 111, 37, 560, 550
SVN, MIN_SVN = 552, 553
MASKED_RAW = 563
EVIDENCE, SPDM_TOC = 571, 570


ALG: Final = either(integer(), tstr())
DIGESTS: Final = array(items(ALG, bstr()), least=1)
RAW: Final = either(
    tagged(BYTES, bstr()), tagged(MASKED_RAW, items(bstr(), bstr())), bstr()
)

# fmt: off
CLASS: Final = ClaimTable("class", CORIM, (
    ClaimLabel(0, "class_id", anything()),
    ClaimLabel(1, "vendor",   tstr()),
    ClaimLabel(2, "model",    tstr()),
    ClaimLabel(3, "layer",    uint()),
    ClaimLabel(4, "index",    uint()),
))
ENVIRONMENT: Final = ClaimTable("environment", CORIM, (
    ClaimLabel(0, "class",    mapping(CLASS)),
    ClaimLabel(1, "instance", anything()),
    ClaimLabel(2, "group",    anything()),
))
VERSION: Final = ClaimTable("version", CORIM, (
    ClaimLabel(0, "version", tstr(), required=True),
    ClaimLabel(1, "scheme",  either(integer(), tstr())),
))
FLAGS: Final = ClaimTable("flags", CORIM, (
    ClaimLabel(0, "is_configured",                boolean()),
    ClaimLabel(1, "is_secure",                    boolean()),
    ClaimLabel(2, "is_recovery",                  boolean()),
    ClaimLabel(3, "is_debug",                     boolean()),
    ClaimLabel(4, "is_replay_protected",          boolean()),
    ClaimLabel(5, "is_integrity_protected",       boolean()),
    ClaimLabel(6, "is_runtime_meas",              boolean()),
    ClaimLabel(7, "is_immutable",                 boolean()),
    ClaimLabel(8, "is_tcb",                       boolean()),
    ClaimLabel(9, "is_confidentiality_protected", boolean()),
))
INDIRECT: Final = ClaimTable("spdm-indirect", SPEC, (
    ClaimLabel(0, "index", array(uint(), least=1), required=True),
))
VALUES: Final = ClaimTable("measurement values", CORIM, (
    ClaimLabel(0,  "version",       mapping(VERSION)),
    ClaimLabel(1,  "svn",           either(uint(), tagged(SVN, uint()), tagged(MIN_SVN, uint()))),
    ClaimLabel(2,  "digests",       DIGESTS),
    ClaimLabel(3,  "flags",         mapping(FLAGS)),
    ClaimLabel(4,  "raw_value",     RAW),
    ClaimLabel(5,  "raw_mask",      bstr()),
    ClaimLabel(6,  "mac_addr",      bstr(6, 8)),
    ClaimLabel(7,  "ip_addr",       bstr(4, 16)),
    ClaimLabel(8,  "serial_number", tstr()),
    ClaimLabel(9,  "ueid",          either(tagged(UEID, bstr(least=7, most=33)), bstr(least=7, most=33))),
    ClaimLabel(10, "uuid",          either(tagged(UUID, bstr(16)), bstr(16))),
    ClaimLabel(11, "name",          tstr()),
    ClaimLabel(12, "spdm_indirect", mapping(INDIRECT)),
    ClaimLabel(13, "cryptokeys",    array(anything(), least=1)),
    ClaimLabel(14, "integrity_registers", label_map(DIGESTS)),
    ClaimLabel(15, "int_range",     anything()),
))
MEASUREMENT: Final = ClaimTable("measurement", CORIM, (
    ClaimLabel(0, "mkey",          anything()),
    ClaimLabel(1, "mval",          mapping(VALUES), required=True),
    ClaimLabel(2, "authorized_by", array(anything(), least=1)),
))
TRIPLES: Final = ClaimTable("evidence triples", SPEC, (
    ClaimLabel(0, "evidence",   array(items(mapping(ENVIRONMENT), array(mapping(MEASUREMENT), least=1)), least=1)),
    ClaimLabel(1, "identity",   array(items(mapping(ENVIRONMENT), array(anything(), least=1), anything(), optional=1), least=1)),
    ClaimLabel(2, "dependency", array(anything(), least=1)),
    ClaimLabel(3, "membership", array(anything(), least=1)),
    ClaimLabel(4, "coswid",     array(items(mapping(ENVIRONMENT), array(anything(), least=1)), least=1)),
    ClaimLabel(5, "attest_key", array(items(mapping(ENVIRONMENT), array(anything(), least=1), anything(), optional=1), least=1)),
))
CONCISE_EVIDENCE: Final = ClaimTable("concise evidence", SPEC, (
    ClaimLabel(0, "ev_triples",  mapping(TRIPLES), required=True),
    ClaimLabel(1, "evidence_id", anything()),
    ClaimLabel(2, "profile",     anything()),
))
LOCATOR: Final = ClaimTable("rim locator", CORIM, (
    ClaimLabel(0, "href",       anything(), required=True),
    ClaimLabel(1, "thumbprint", anything()),
))
TOC: Final = ClaimTable("spdm-toc", SPEC, (
    ClaimLabel(0, "evidence",     array(either(tagged(EVIDENCE, mapping(CONCISE_EVIDENCE)), mapping(CONCISE_EVIDENCE)), least=1), required=True),
    ClaimLabel(1, "rim_locators", array(mapping(LOCATOR), least=1)),
    ClaimLabel(2, "profile",      anything()),
))

KEYS: Final[dict[int, KeyEncoding]] = {
    554: "pkix-base64-key", 555: "pkix-base64-cert", 556: "pkix-base64-cert-path", 557: "key-thumbprint",
    558: "cose-key", 559: "cert-thumbprint", 560: "bytes", 561: "cert-path-thumbprint", 562: "pkix-asn1der-cert",
}
"""Tags of `$crypto-key-type-choice`."""
# fmt: on
