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
    ClaimKind,
    ClaimLabel,
    ClaimSet,
    ClaimTable,
    ValueRefused,
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


def closed(table: ClaimTable) -> ClaimKind:
    """A map with entries of the table, one at least, and no other."""
    inner = mapping(table)

    def check(value: Any, path: str) -> Any:
        read: ClaimSet = inner.check(value, path)
        if read.unknown or not read.values:
            raise ValueRefused(allowed=f"entries of {table.what}, and no other")
        return read

    return ClaimKind(inner.words, check, table)


def encoded(of: ClaimKind, *, in_json: bool) -> ClaimKind:
    """The deterministic encoding of a value in a byte string, in JSON as base64url."""

    def check(value: Any, path: str) -> Any:
        if in_json and isinstance(value, str):
            value = text.base64url(value, "claims")
        elif in_json:
            raise ValueRefused
        if not isinstance(value, bytes):
            raise ValueRefused
        return of.check(_deterministic(value), path)

    return ClaimKind(f"the encoding of {of.words}", check)


def unpadded(least: int, most: int) -> ClaimKind:
    """So many bytes in base64url."""

    def check(value: Any, path: str) -> Any:
        if value.__class__ is not str or not least <= len(text.base64url(value, "claims")) <= most:
            raise ValueRefused
        return value

    return ClaimKind(f"{least} to {most} bytes in base64url", check)


def by_member(kinds: Mapping[str, ClaimKind]) -> ClaimKind:
    """A map whose kind is told by the first of these members that it has."""

    def check(value: Any, path: str) -> Any:
        member = next((name for name in kinds if type(value) in cbor.MAPS and name in value), None)
        if member is None:
            raise ValueRefused
        return kinds[member].check(value, path)

    return ClaimKind(" or ".join(kind.words for kind in kinds.values()), check)


DIGEST: Final = items(either(integer(), tstr()), bstr())
DIGESTS: Final = array(DIGEST, least=1)
PROFILE: Final = either(tagged(corim.URI, tstr()), tagged(corim.OID, bstr()))
# fmt: off
KEY: Final = either(
    tagged(corim.PKIX_KEY, tstr()), tagged(corim.PKIX_CERT, tstr()), tagged(corim.PKIX_PATH, tstr()),
    tagged(corim.KEY_THUMBPRINT, DIGEST), tagged(corim.CERT_THUMBPRINT, DIGEST), tagged(corim.PATH_THUMBPRINT, DIGEST),
    tagged(corim.COSE_KEY, mapping(ClaimTable("COSE_Key", "RFC 9052", (
        ClaimLabel(1, "kty", either(integer(), tstr()), required=True),
    )))),
    tagged(corim.BYTES, bstr()), tagged(corim.PKIX_DER, bstr()),
)
KEYS: Final = array(KEY, least=1)
CLASS: Final = ClaimTable("class", CORIM, (
    ClaimLabel(0, "class-id", either(tagged(corim.OID, bstr()), tagged(corim.UUID, bstr(16)), tagged(corim.BYTES, bstr()))),
    ClaimLabel(1, "vendor",   tstr()),
    ClaimLabel(2, "model",    tstr()),
    ClaimLabel(3, "layer",    uint()),
    ClaimLabel(4, "index",    uint()),
))
ENVIRONMENT: Final = closed(ClaimTable("environment", CORIM, (
    ClaimLabel(0, "class",    closed(CLASS)),
    ClaimLabel(1, "instance", either(tagged(corim.UEID, bstr(least=7, most=33)), tagged(corim.BYTES, bstr()))),
)))
VERSION: Final = ClaimTable("version", CORIM, (
    ClaimLabel(0, "version",        tstr(), required=True),
    ClaimLabel(1, "version-scheme", integer()),
))
FLAGS: Final = ClaimTable("flags", CORIM, (ClaimLabel(corim.IS_DEBUG, "is-debug", boolean()),))
REGISTERS: Final = label_map(DIGESTS, least=1)
VALUES: Final = closed(ClaimTable("measurement values", CORIM, (
    ClaimLabel(corim.M_VERSION,   "version",             closed(VERSION)),
    ClaimLabel(corim.M_SVN,       "svn",                 tagged(corim.SVN, uint())),
    ClaimLabel(corim.M_DIGESTS,   "digests",             DIGESTS),
    ClaimLabel(corim.M_FLAGS,     "flags",               closed(FLAGS)),
    ClaimLabel(corim.M_RAW,       "raw-value",           tagged(corim.BYTES, bstr())),
    ClaimLabel(corim.M_NAME,      "name",                tstr()),
    ClaimLabel(corim.M_KEYS,      "cryptokeys",          KEYS),
    ClaimLabel(corim.M_REGISTERS, "integrity-registers", REGISTERS),
    ClaimLabel(corim.M_INTEGER,   "int-range",           integer()),
)))
MKEY: Final = either(uint(), tstr())
MEASUREMENT: Final = closed(ClaimTable("measurement", CORIM, (
    ClaimLabel(0, "mkey", MKEY),
    ClaimLabel(1, "mval", VALUES, required=True),
)))
KEY_TRIPLES: Final = array(items(ENVIRONMENT, KEYS), least=1)
TRIPLES: Final = closed(ClaimTable("evidence triples", TCG, (
    ClaimLabel(0, "evidence",   array(items(ENVIRONMENT, array(MEASUREMENT, least=1)), least=1), required=True),
    ClaimLabel(1, "identity",   KEY_TRIPLES),
    ClaimLabel(2, "dependency", array(items(tstr(), array(tstr(), least=1)), least=1)),
    ClaimLabel(3, "membership", array(items(tstr(), array(ENVIRONMENT, least=1)), least=1)),
    ClaimLabel(5, "attest-key", KEY_TRIPLES),
)))
CONCISE: Final = closed(ClaimTable("concise evidence", TCG, (
    ClaimLabel(0, "triples",     TRIPLES, required=True),
    ClaimLabel(1, "evidence-id", tagged(corim.UUID, bstr(16))),
    ClaimLabel(2, "profile",     PROFILE, required=True),
)))
COEV: Final = tagged(corim.EVIDENCE, CONCISE)
TOC: Final = tagged(corim.SPDM_TOC, closed(ClaimTable("table of contents", TCG, (
    ClaimLabel(0, "evidence", array(COEV, least=1), required=True),
))))
COMMON: Final = (
    ClaimLabel("environment", "environment", ENVIRONMENT, required=True),
    ClaimLabel("profile",     "profile",     PROFILE, required=True),
)
ELEMENT: Final = closed(ClaimTable("element", CORIM, (
    ClaimLabel("element-id",     "element-id",     MKEY),
    ClaimLabel("element-claims", "element-claims", VALUES, required=True),
)))
ECTS: Final = array(by_member({
    "element-list": closed(ClaimTable("evidence tuple", CORIM, (
        *COMMON,
        ClaimLabel("element-list", "element-list", array(ELEMENT, least=1), required=True),
        ClaimLabel("cmtype",       "cmtype",       integer(2, 2), required=True),
    ))),
    "trustees": closed(ClaimTable("trust tuple", CORIM, (
        *COMMON,
        ClaimLabel("trustees", "trustees", array(ENVIRONMENT, least=1), required=True),
    ))),
    "key-list": closed(ClaimTable("key tuple", CORIM, (
        *COMMON,
        ClaimLabel("key-list", "key-list", KEYS, required=True),
        ClaimLabel("key-type", "key-type", integer(0, 1), required=True),
    ))),
}), least=1)
SUBMODULE: Final = ClaimTable("submodule", EAT, (
    ClaimLabel(10,  "eat_nonce",    either(bstr(least=8, most=64), array(bstr(least=8, most=64), least=2))),
    ClaimLabel(256, "ueid",         bstr(least=7, most=33)),
    ClaimLabel(263, "dbgstat",      integer(0, 4)),
    ClaimLabel(273, "measurements", array(items(integer(CE_CBOR, CE_CBOR), encoded(CONCISE, in_json=False)), least=1), required=True),
))
UCCS: Final = tagged(601, closed(ClaimTable("claims set", EAT, (
    ClaimLabel(6,   "iat",         uint()),
    ClaimLabel(265, "eat_profile", tstr(), required=True),
    ClaimLabel(266, "submods",     label_map(closed(SUBMODULE), least=1, texts=True), required=True),
))))
SUBMODULE_JSON: Final = ClaimTable("submodule", EAT, (
    ClaimLabel("eat_nonce",    "eat_nonce",    either(unpadded(8, 64), array(unpadded(8, 64), least=2))),
    ClaimLabel("ueid",         "ueid",         unpadded(7, 33)),
    ClaimLabel("dbgstat",      "dbgstat",      tstr(*WORDS)),
    ClaimLabel("measurements", "measurements", array(items(integer(CE_CBOR, CE_CBOR), encoded(CONCISE, in_json=True)), least=1), required=True),
))
EAT_JSON: Final = closed(ClaimTable("claims set", EAT, (
    ClaimLabel("iat",         "iat",         uint()),
    ClaimLabel("eat_profile", "eat_profile", tstr(), required=True),
    ClaimLabel("submods",     "submods",     label_map(closed(SUBMODULE_JSON), least=1, texts=True), required=True),
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
    except ValueRefused as refused:
        raise ConstraintViolation(
            what=form, path=refused.inside, got=refused.got, allowed=refused.allowed or kind.words
        ) from None


def _deterministic(data: bytes) -> Any:
    value = cbor.loads(data, "output", limits.DOCUMENT_ITEMS)
    if cbor.dumps(value) != data:
        raise BadEncoding(what="output", reason="not in core deterministic encoding", spec=cbor.SPEC)
    return value
