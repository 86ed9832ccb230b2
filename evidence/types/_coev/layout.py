"""The maps of concise evidence, as its specification prints them.

Sources: TCG DICE Concise Evidence Binding for SPDM, 1.0 (concise-evidence.cddl, spdm-toc.cddl);
draft-ietf-rats-corim (environment-map, measurement-map, measurement-values-map, flags-map). Type
choices that CoRIM leaves open (`$class-id-type-choice`, …) are kept whatever they are.
"""

from __future__ import annotations

from typing import Final

from evidence.wire.claimset import (
    Row,
    Table,
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
CLASS: Final = Table("class", CORIM, (
    Row(0, "class_id", anything()),
    Row(1, "vendor",   tstr()),
    Row(2, "model",    tstr()),
    Row(3, "layer",    uint()),
    Row(4, "index",    uint()),
))
ENVIRONMENT: Final = Table("environment", CORIM, (
    Row(0, "class",    mapping(CLASS)),
    Row(1, "instance", anything()),
    Row(2, "group",    anything()),
))
VERSION: Final = Table("version", CORIM, (
    Row(0, "version", tstr(), required=True),
    Row(1, "scheme",  either(integer(), tstr())),
))
FLAGS: Final = Table("flags", CORIM, (
    Row(0, "is_configured",                boolean()),
    Row(1, "is_secure",                    boolean()),
    Row(2, "is_recovery",                  boolean()),
    Row(3, "is_debug",                     boolean()),
    Row(4, "is_replay_protected",          boolean()),
    Row(5, "is_integrity_protected",       boolean()),
    Row(6, "is_runtime_meas",              boolean()),
    Row(7, "is_immutable",                 boolean()),
    Row(8, "is_tcb",                       boolean()),
    Row(9, "is_confidentiality_protected", boolean()),
))
INDIRECT: Final = Table("spdm-indirect", SPEC, (
    Row(0, "index", array(uint(), least=1), required=True),
))
VALUES: Final = Table("measurement values", CORIM, (
    Row(0,  "version",       mapping(VERSION)),
    Row(1,  "svn",           either(uint(), tagged(SVN, uint()), tagged(MIN_SVN, uint()))),
    Row(2,  "digests",       DIGESTS),
    Row(3,  "flags",         mapping(FLAGS)),
    Row(4,  "raw_value",     RAW),
    Row(5,  "raw_mask",      bstr()),
    Row(6,  "mac_addr",      bstr(6, 8)),
    Row(7,  "ip_addr",       bstr(4, 16)),
    Row(8,  "serial_number", tstr()),
    Row(9,  "ueid",          either(tagged(UEID, bstr(least=7, most=33)), bstr(least=7, most=33))),
    Row(10, "uuid",          either(tagged(UUID, bstr(16)), bstr(16))),
    Row(11, "name",          tstr()),
    Row(12, "spdm_indirect", mapping(INDIRECT)),
    Row(13, "cryptokeys",    array(anything(), least=1)),
    Row(14, "integrity_registers", label_map(DIGESTS)),
    Row(15, "int_range",     anything()),
))
MEASUREMENT: Final = Table("measurement", CORIM, (
    Row(0, "mkey",          anything()),
    Row(1, "mval",          mapping(VALUES), required=True),
    Row(2, "authorized_by", array(anything(), least=1)),
))
TRIPLES: Final = Table("evidence triples", SPEC, (
    Row(0, "evidence",   array(items(mapping(ENVIRONMENT), array(mapping(MEASUREMENT), least=1)), least=1)),
    Row(1, "identity",   array(items(mapping(ENVIRONMENT), array(anything(), least=1), anything(), optional=1), least=1)),
    Row(2, "dependency", array(anything(), least=1)),
    Row(3, "membership", array(anything(), least=1)),
    Row(4, "coswid",     array(items(mapping(ENVIRONMENT), array(anything(), least=1)), least=1)),
    Row(5, "attest_key", array(items(mapping(ENVIRONMENT), array(anything(), least=1), anything(), optional=1), least=1)),
))
CONCISE_EVIDENCE: Final = Table("concise evidence", SPEC, (
    Row(0, "ev_triples",  mapping(TRIPLES), required=True),
    Row(1, "evidence_id", anything()),
    Row(2, "profile",     anything()),
))
LOCATOR: Final = Table("rim locator", CORIM, (
    Row(0, "href",       anything(), required=True),
    Row(1, "thumbprint", anything()),
))
TOC: Final = Table("spdm-toc", SPEC, (
    Row(0, "evidence",     array(either(tagged(EVIDENCE, mapping(CONCISE_EVIDENCE)), mapping(CONCISE_EVIDENCE)), least=1), required=True),
    Row(1, "rim_locators", array(mapping(LOCATOR), least=1)),
    Row(2, "profile",      anything()),
))

KEYS: Final[dict[int, KeyEncoding]] = {
    554: "pkix-base64-key", 555: "pkix-base64-cert", 556: "pkix-base64-cert-path", 557: "key-thumbprint",
    558: "cose-key", 559: "cert-thumbprint", 560: "bytes", 561: "cert-path-thumbprint", 562: "pkix-asn1der-cert",
}
"""Tags of `$crypto-key-type-choice`."""
# fmt: on
