"""The claims of RFC 9711 and of the tokens under it, for CBOR and for JSON.

Sources: RFC 9711, section 4 and its CDDL (claim definitions, sizes, both encodings); RFC 8392, section 3.1,
and RFC 7519, section 4.1 (claims of the token itself); RFC 8747 and RFC 7800 (cnf); RFC 9999
(cmw). Both tables give the same names and, as far as the encodings allow, the same values: bytes for
base64url text, the words of the JSON form for the numbers of the CBOR form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence.errors import BadEncoding
from evidence.types._coev import dotted
from evidence.wire import text
from evidence.wire.claimset import (
    Kind,
    Refused,
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
    number,
    tagged,
    tstr,
    uint,
)

RFC: Final = "RFC 9711"
CWT: Final = "RFC 8392"
JWT: Final = "RFC 7519"

DBGSTAT: Final = (
    *("enabled", "disabled", "disabled-since-boot", "disabled-permanently"),
    "disabled-fully-and-permanently",
)
INTUSE: Final = (None, "generic", "registration", "provisioning", "csr", "pop")
MEASRES: Final = (None, "success", "fail", "not-run", "absent")
LOCATION: Final = (
    *(None, "latitude", "longitude", "altitude", "accuracy", "altitude-accuracy"),
    *("heading", "speed", "timestamp", "age"),
)
COAP_MAX: Final = 65_535
"""The largest CoAP content format."""


def word(words: tuple[str | None, ...]) -> Kind:
    """A number that stands for a word; gives the word."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is not int or not 0 <= value < len(words) or words[value] is None:
            raise Refused
        return words[value]

    known = [f"{index} {item}" for index, item in enumerate(words) if item]
    return Kind(f"one of {', '.join(known)}", check)


def listed(words: tuple[str | None, ...]) -> Kind:
    """The words themselves, as JSON has them."""
    return tstr(*(item for item in words if item))


def base64url(*sizes: int, least: int = 0, most: int | None = None) -> Kind:
    """A text that is base64url of a byte string of these sizes (bytes); gives the bytes."""
    inner = bstr(*sizes, least=least, most=most)

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise Refused
        try:
            return inner.check(text.base64url(value, "base64url", path), path)
        except BadEncoding:
            raise Refused from None

    return Kind(f"base64url of {inner.words}", check)


def numbered(words: tuple[str | None, ...]) -> Kind:
    """A map of numbers that stand for words to numbers; gives it by words."""
    known = {index: item for index, item in enumerate(words) if item}

    def check(value: Any, _: str) -> Any:
        if not isinstance(value, Mapping) or not {1, 2} <= value.keys() <= known.keys():
            raise Refused
        if any(item.__class__ not in {int, float} for item in value.values()):
            raise Refused
        return {known[key]: item for key, item in value.items()}

    return Kind("a map of location values, latitude and longitude among them", check)


def named(words: tuple[str | None, ...]) -> Kind:
    """The same map as JSON has it."""
    order = numbered(words)

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, Mapping) or not value.keys() <= set(words):
            raise Refused
        return order.check({words.index(key): item for key, item in value.items()}, path)

    return Kind(order.words, check)


VERSION: Final = items(tstr(), either(integer(), tstr()), optional=1)
AUDIENCE: Final = either(tstr(), array(tstr(), least=1))
DLOAS: Final = array(items(tstr(), tstr(), tstr(), optional=1), least=1)
ANY_ID: Final = either(tstr(), bstr())
OID: Final = 111
"""The tag of an object identifier (RFC 9090), which a profile does without (RFC 9711, `~oid`)."""
OF_OCP: Final = frozenset({"1.3.6.1.4.1.42623.1.3", "1.3.6.1.4.1.45611.1.3"})
"""The one profile that devices write with the tag, and what it comes out as in OCP's own example."""


def _of_ocp() -> Kind:
    """An identifier that stands for OCP's profile, in whatever form."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is bytes and dotted(value).text in OF_OCP:
            return value
        raise Refused

    return Kind("the identifier of OCP's profile", check)


PROFILE: Final = either(tstr(), bstr(least=1), tagged(OID, _of_ocp()))
SUEID: Final = bstr(least=7, most=33)
SUEIDS: Final = either(label_map(SUEID, least=1, texts=True), SUEID)
"""A map of them; the OCP profile has a single one without a label."""


def contents(content: Kind) -> Kind:
    """Manifests and measurements: pairs of a CoAP content format and its content."""
    return array(items(integer(0, COAP_MAX), content), least=1)


def results(outcome: Kind) -> Kind:
    """Measurement results: a system, and what it found of each thing."""
    return array(items(tstr(), array(items(ANY_ID, outcome), least=1)), least=1)


# fmt: off
CBOR: Final = Table("claims set", RFC, (
    Row(1,   "iss",          tstr(),                                                       source=CWT),
    Row(2,   "sub",          tstr(),                                                       source=CWT),
    Row(3,   "aud",          AUDIENCE,                                                     source=CWT),
    Row(4,   "exp",          number(),                                                     source=CWT),
    Row(5,   "nbf",          number(),                                                     source=CWT),
    Row(6,   "iat",          number(),                                                     source=CWT),
    Row(7,   "cti",          bstr(),                                                       source=CWT),
    Row(8,   "cnf",          anything()),
    Row(10,  "eat_nonce",    either(bstr(least=8, most=64), array(bstr(least=8, most=64), least=2))),
    Row(256, "ueid",         bstr(least=7, most=33)),
    Row(257, "sueids",       SUEIDS),
    Row(258, "oemid",        either(uint(), bstr(3, 16))),
    Row(259, "hwmodel",      bstr(least=1, most=32)),
    Row(260, "hwversion",    VERSION),
    Row(261, "uptime",       uint()),
    Row(262, "oemboot",      boolean()),
    Row(263, "dbgstat",      word(DBGSTAT)),
    Row(264, "location",     numbered(LOCATION)),
    Row(265, "eat_profile",  PROFILE),
    Row(266, "submods",      label_map(anything(), least=1, texts=True)),
    Row(267, "bootcount",    uint()),
    Row(268, "bootseed",     bstr()),
    Row(269, "dloas",        DLOAS),
    Row(270, "swname",       tstr()),
    Row(271, "swversion",    either(VERSION, tstr())),
    Row(272, "manifests",    contents(bstr())),
    Row(273, "measurements", contents(bstr())),
    Row(274, "measres",      results(word(MEASRES))),
    Row(275, "intuse",       word(INTUSE)),
    Row(299, "cmw",          anything()),
))
JSON: Final = Table("claims set", RFC, (
    Row("iss",          "iss",          tstr(),                                            source=JWT),
    Row("sub",          "sub",          tstr(),                                            source=JWT),
    Row("aud",          "aud",          AUDIENCE,                                          source=JWT),
    Row("exp",          "exp",          number(),                                          source=JWT),
    Row("nbf",          "nbf",          number(),                                          source=JWT),
    Row("iat",          "iat",          number(),                                          source=JWT),
    Row("jti",          "jti",          tstr(),                                            source=JWT),
    Row("cnf",          "cnf",          anything()),
    Row("eat_nonce",    "eat_nonce",    either(tstr(least=8, most=88), array(tstr(least=8, most=88), least=2))),
    Row("ueid",         "ueid",         base64url(least=7, most=33)),
    Row("sueids",       "sueids",       label_map(base64url(least=7, most=33), least=1, texts=True)),
    Row("oemid",        "oemid",        either(uint(), base64url(3, 16))),
    Row("hwmodel",      "hwmodel",      base64url(least=1, most=32)),
    Row("hwversion",    "hwversion",    VERSION),
    Row("uptime",       "uptime",       uint()),
    Row("oemboot",      "oemboot",      boolean()),
    Row("dbgstat",      "dbgstat",      listed(DBGSTAT)),
    Row("location",     "location",     named(LOCATION)),
    Row("eat_profile",  "eat_profile",  tstr()),
    Row("submods",      "submods",      label_map(anything(), least=1, texts=True)),
    Row("bootcount",    "bootcount",    uint()),
    Row("bootseed",     "bootseed",     base64url()),
    Row("dloas",        "dloas",        DLOAS),
    Row("swname",       "swname",       tstr()),
    Row("swversion",    "swversion",    either(VERSION, tstr())),
    Row("manifests",    "manifests",    contents(tstr())),
    Row("measurements", "measurements", contents(tstr())),
    Row("measres",      "measres",      results(listed(MEASRES))),
    Row("intuse",       "intuse",       listed(INTUSE)),
    Row("cmw",          "cmw",          anything()),
))
# fmt: on

LISTED: Final = frozenset({"aud", "eat_nonce", "dloas", "manifests", "measurements", "measres"})
LISTS: Final = tuple(
    tuple(row.label for row in table.rows if row.name in LISTED) for table in (CBOR, JSON)
)
"""Labels of claims that are arrays, in CBOR and in JSON: their length is bounded before they are looked at."""
OF_THE_TOKEN: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "cti", "jti", "cnf"})
"""Claims that any token may have: they do not make it an attestation token."""
REQUIRES: Final = {
    "hwmodel": "oemid",
    "hwversion": "hwmodel",
    "oemboot": "oemid",
    "swversion": "swname",
}
"""Claims that RFC 9711 allows only beside another (4.2.4, 4.2.5, 4.2.8, 4.2.7)."""
DIGEST_CBOR: Final = items(either(integer(), tstr()), bstr(least=1))
DIGEST_JSON: Final = items(either(integer(), tstr()), base64url(least=1))
BASE64URL: Final = ("ueid", "oemid", "hwmodel", "bootseed")
"""Claims of the JSON form that are base64url."""


class ClaimRemark(NamedTuple):
    """Something to be noted about a claims set: a stable code, the claim's name, words."""

    code: str
    name: str
    detail: str


def without_null(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[ClaimRemark]]:
    """A JSON claims set without claims that are null, as RFC 9711's own example has one; each is noted."""
    null = [name for name, item in value.items() if item is None and name in NAMES]
    remarks = [ClaimRemark("null-claim", name, "null, which is no value of this claim") for name in null]
    return {name: item for name, item in value.items() if name not in null}, remarks


def remarks(table: Table, value: Mapping[Any, Any], values: Mapping[str, Any]) -> list[ClaimRemark]:
    """Departures from RFC 9711 that its own examples, or tokens in the field, show."""
    departures = [
        ClaimRemark("claim-requires", name, f"allowed only beside {other}, which is not there")
        for name, other in REQUIRES.items()
        if name in values and other not in values
    ]
    if values.get("iat").__class__ is float:
        departures.append(ClaimRemark("float-date", "iat", "a float, which RFC 9711 does not allow for iat"))
    if table is JSON:
        padded = (name for name in BASE64URL if isinstance(value.get(name), str) and value[name].endswith("="))
        departures += [ClaimRemark("padded-base64url", name, "base64url with padding") for name in padded]
    if isinstance(values.get("swversion"), str):
        departures.append(ClaimRemark("version-form", "swversion", "a text where an array holds the version"))
    return departures


NAMES: Final = frozenset(row.name for row in JSON.rows)
