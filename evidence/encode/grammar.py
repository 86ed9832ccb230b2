"""What our forms may be, checked by tables of their own: the writers cannot agree with themselves by accident.

Stricter than the specifications where we never write what they allow: no authority in a tuple, one content format, one
kind of integer. CBOR is in core deterministic encoding.

Sources: draft-ietf-rats-corim (CDDL), TCG DICE Concise Evidence Binding for SPDM 1.0, RFC 9711 (CDDL), RFC 9781, RFC 8949.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence import limits
from evidence.encode.canonical import to_canonical_json
from evidence.errors import BadEncoding, ConstraintViolation
from evidence.wire import cbor, corim, json, text
from evidence.wire.claimset import (
    ClaimSet,
    Kind,
    Refused,
    Row,
    Table,
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

CORIM, TCG, EAT = "draft-ietf-rats-corim", "TCG Concise Evidence", "RFC 9711"
CE_CBOR: Final = 10571
WORDS: Final = (
    *("enabled", "disabled", "disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently"),
)


def closed(table: Table) -> Kind:
    """A map with entries of the table, one at least, and no other."""
    inner = mapping(table)

    def check(value: Any, path: str) -> Any:
        read: ClaimSet = inner.check(value, path)
        if read.unknown or not read.values:
            raise Refused(allowed=f"entries of {table.what}, and no other")
        return read

    return Kind(inner.words, check, table)


def encoded(of: Kind, *, in_json: bool) -> Kind:
    """The deterministic encoding of a value in a byte string, in JSON as base64url."""

    def check(value: Any, path: str) -> Any:
        if in_json and isinstance(value, str):
            value = text.base64url(value, "claims")
        elif in_json:
            raise Refused
        if not isinstance(value, bytes):
            raise Refused
        return of.check(_deterministic(value), path)

    return Kind(f"the encoding of {of.words}", check)


def unpadded(least: int, most: int) -> Kind:
    """So many bytes in base64url."""

    def check(value: Any, path: str) -> Any:
        if value.__class__ is not str or not least <= len(text.base64url(value, "claims")) <= most:
            raise Refused
        return value

    return Kind(f"{least} to {most} bytes in base64url", check)


def by_member(kinds: Mapping[str, Kind]) -> Kind:
    """A map whose kind is told by the first of these members that it has."""

    def check(value: Any, path: str) -> Any:
        member = next((name for name in kinds if type(value) in cbor.MAPS and name in value), None)
        if member is None:
            raise Refused
        return kinds[member].check(value, path)

    return Kind(" or ".join(kind.words for kind in kinds.values()), check)


DIGEST: Final = items(either(integer(), tstr()), bstr())
DIGESTS: Final = array(DIGEST, least=1)
PROFILE: Final = either(tagged(corim.URI, tstr()), tagged(corim.OID, bstr()))
# fmt: off
KEY: Final = either(
    tagged(corim.PKIX_KEY, tstr()), tagged(corim.PKIX_CERT, tstr()), tagged(corim.PKIX_PATH, tstr()),
    tagged(corim.KEY_THUMBPRINT, DIGEST), tagged(corim.CERT_THUMBPRINT, DIGEST), tagged(corim.PATH_THUMBPRINT, DIGEST),
    tagged(corim.COSE_KEY, mapping(Table("COSE_Key", "RFC 9052", (
        Row(1, "kty", either(integer(), tstr()), required=True),
    )))),
    tagged(corim.BYTES, bstr()), tagged(corim.PKIX_DER, bstr()),
)
KEYS: Final = array(KEY, least=1)
CLASS: Final = Table("class", CORIM, (
    Row(0, "class-id", either(tagged(corim.OID, bstr()), tagged(corim.UUID, bstr(16)), tagged(corim.BYTES, bstr()))),
    Row(1, "vendor",   tstr()),
    Row(2, "model",    tstr()),
    Row(3, "layer",    uint()),
    Row(4, "index",    uint()),
))
ENVIRONMENT: Final = closed(Table("environment", CORIM, (
    Row(0, "class",    closed(CLASS)),
    Row(1, "instance", either(tagged(corim.UEID, bstr(least=7, most=33)), tagged(corim.BYTES, bstr()))),
)))
VERSION: Final = Table("version", CORIM, (
    Row(0, "version",        tstr(), required=True),
    Row(1, "version-scheme", integer()),
))
FLAGS: Final = Table("flags", CORIM, (Row(corim.IS_DEBUG, "is-debug", boolean()),))
REGISTERS: Final = label_map(DIGESTS, least=1)
VALUES: Final = closed(Table("measurement values", CORIM, (
    Row(corim.M_VERSION,   "version",             closed(VERSION)),
    Row(corim.M_SVN,       "svn",                 tagged(corim.SVN, uint())),
    Row(corim.M_DIGESTS,   "digests",             DIGESTS),
    Row(corim.M_FLAGS,     "flags",               closed(FLAGS)),
    Row(corim.M_RAW,       "raw-value",           tagged(corim.BYTES, bstr())),
    Row(corim.M_NAME,      "name",                tstr()),
    Row(corim.M_KEYS,      "cryptokeys",          KEYS),
    Row(corim.M_REGISTERS, "integrity-registers", REGISTERS),
    Row(corim.M_INTEGER,   "int-range",           integer()),
)))
MKEY: Final = either(uint(), tstr())
MEASUREMENT: Final = closed(Table("measurement", CORIM, (
    Row(0, "mkey", MKEY),
    Row(1, "mval", VALUES, required=True),
)))
KEY_TRIPLES: Final = array(items(ENVIRONMENT, KEYS), least=1)
TRIPLES: Final = closed(Table("evidence triples", TCG, (
    Row(0, "evidence",   array(items(ENVIRONMENT, array(MEASUREMENT, least=1)), least=1), required=True),
    Row(1, "identity",   KEY_TRIPLES),
    Row(2, "dependency", array(items(tstr(), array(tstr(), least=1)), least=1)),
    Row(3, "membership", array(items(tstr(), array(ENVIRONMENT, least=1)), least=1)),
    Row(5, "attest-key", KEY_TRIPLES),
)))
CONCISE: Final = closed(Table("concise evidence", TCG, (
    Row(0, "triples",     TRIPLES, required=True),
    Row(1, "evidence-id", tagged(corim.UUID, bstr(16))),
    Row(2, "profile",     PROFILE, required=True),
)))
COEV: Final = tagged(corim.EVIDENCE, CONCISE)
TOC: Final = tagged(corim.SPDM_TOC, closed(Table("table of contents", TCG, (
    Row(0, "evidence", array(COEV, least=1), required=True),
))))
COMMON: Final = (
    Row("environment", "environment", ENVIRONMENT, required=True),
    Row("profile",     "profile",     PROFILE, required=True),
)
ELEMENT: Final = closed(Table("element", CORIM, (
    Row("element-id",     "element-id",     MKEY),
    Row("element-claims", "element-claims", VALUES, required=True),
)))
ECTS: Final = array(by_member({
    "element-list": closed(Table("evidence tuple", CORIM, (
        *COMMON,
        Row("element-list", "element-list", array(ELEMENT, least=1), required=True),
        Row("cmtype",       "cmtype",       integer(2, 2), required=True),
    ))),
    "trustees": closed(Table("trust tuple", CORIM, (
        *COMMON,
        Row("trustees", "trustees", array(ENVIRONMENT, least=1), required=True),
    ))),
    "key-list": closed(Table("key tuple", CORIM, (
        *COMMON,
        Row("key-list", "key-list", KEYS, required=True),
        Row("key-type", "key-type", integer(0, 1), required=True),
    ))),
}), least=1)
SUBMODULE: Final = Table("submodule", EAT, (
    Row(10,  "eat_nonce",    either(bstr(least=8, most=64), array(bstr(least=8, most=64), least=2))),
    Row(256, "ueid",         bstr(least=7, most=33)),
    Row(263, "dbgstat",      integer(0, 4)),
    Row(273, "measurements", array(items(integer(CE_CBOR, CE_CBOR), encoded(CONCISE, in_json=False)), least=1), required=True),
))
UCCS: Final = tagged(601, closed(Table("claims set", EAT, (
    Row(6,   "iat",         uint()),
    Row(265, "eat_profile", tstr(), required=True),
    Row(266, "submods",     label_map(closed(SUBMODULE), least=1, texts=True), required=True),
))))
SUBMODULE_JSON: Final = Table("submodule", EAT, (
    Row("eat_nonce",    "eat_nonce",    either(unpadded(8, 64), array(unpadded(8, 64), least=2))),
    Row("ueid",         "ueid",         unpadded(7, 33)),
    Row("dbgstat",      "dbgstat",      tstr(*WORDS)),
    Row("measurements", "measurements", array(items(integer(CE_CBOR, CE_CBOR), encoded(CONCISE, in_json=True)), least=1), required=True),
))
EAT_JSON: Final = closed(Table("claims set", EAT, (
    Row("iat",         "iat",         uint()),
    Row("eat_profile", "eat_profile", tstr(), required=True),
    Row("submods",     "submods",     label_map(closed(SUBMODULE_JSON), least=1, texts=True), required=True),
)))
# fmt: on
FORMS: Final = {"uccs": UCCS, "coev": either(COEV, TOC), "ect": ECTS, "eat-json": EAT_JSON}
"""By the name that `--to` has for it."""


def check(form: str, data: bytes) -> None:
    """Raise `MalformedEvidence` unless `data` is what the form may be, to the last byte."""
    kind = FORMS[form]
    if form == "eat-json":
        value = json.loads(data, form)
        if to_canonical_json(value) != data:
            raise BadEncoding(what=form, reason="not in the form of RFC 8785", spec="RFC 8785")
    else:
        value = _deterministic(data)
    try:
        kind.check(value, "")
    except Refused as refused:
        raise ConstraintViolation(
            what=form, path=refused.inside, got=refused.got, allowed=refused.allowed or kind.words
        ) from None


def _deterministic(data: bytes) -> Any:
    value = cbor.loads(data, "output", limits.DOCUMENT_ITEMS)
    if cbor.dumps(value) != data:
        raise BadEncoding(what="output", reason="not in core deterministic encoding", spec=cbor.SPEC)
    return value
