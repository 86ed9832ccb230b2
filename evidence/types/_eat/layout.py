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
    ClaimKind,
    ClaimLabel,
    ClaimTable,
    ValueRefused,
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


def word(words: tuple[str | None, ...]) -> ClaimKind:
    """A number that stands for a word; gives the word."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is not int or not 0 <= value < len(words) or words[value] is None:
            raise ValueRefused
        return words[value]

    known = [f"{index} {item}" for index, item in enumerate(words) if item]
    return ClaimKind(f"one of {', '.join(known)}", check)


def listed(words: tuple[str | None, ...]) -> ClaimKind:
    """The words themselves, as JSON has them."""
    return tstr(*(item for item in words if item))


def base64url(*sizes: int, least: int = 0, most: int | None = None) -> ClaimKind:
    """A text that is base64url of a byte string of these sizes (bytes); gives the bytes."""
    inner = bstr(*sizes, least=least, most=most)

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise ValueRefused
        try:
            return inner.check(text.base64url(value, "base64url", path), path)
        except BadEncoding:
            raise ValueRefused from None

    return ClaimKind(f"base64url of {inner.words}", check)


def numbered(words: tuple[str | None, ...]) -> ClaimKind:
    """A map of numbers that stand for words to numbers; gives it by words."""
    known = {index: item for index, item in enumerate(words) if item}

    def check(value: Any, _: str) -> Any:
        if not isinstance(value, Mapping) or not {1, 2} <= value.keys() <= known.keys():
            raise ValueRefused
        if any(item.__class__ not in {int, float} for item in value.values()):
            raise ValueRefused
        return {known[key]: item for key, item in value.items()}

    return ClaimKind("a map of location values, latitude and longitude among them", check)


def named(words: tuple[str | None, ...]) -> ClaimKind:
    """The same map as JSON has it."""
    order = numbered(words)

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, Mapping) or not value.keys() <= set(words):
            raise ValueRefused
        return order.check({words.index(key): item for key, item in value.items()}, path)

    return ClaimKind(order.words, check)


VERSION: Final = items(tstr(), either(integer(), tstr()), optional=1)
AUDIENCE: Final = either(tstr(), array(tstr(), least=1))
DLOAS: Final = array(items(tstr(), tstr(), tstr(), optional=1), least=1)
ANY_ID: Final = either(tstr(), bstr())
OID: Final = 111
"""The tag of an object identifier (RFC 9090), which a profile does without (RFC 9711, `~oid`)."""
OF_OCP: Final = frozenset({"1.3.6.1.4.1.42623.1.3", "1.3.6.1.4.1.45611.1.3"})
"""The one profile that devices write with the tag, and what it comes out as in OCP's own example."""


def _of_ocp() -> ClaimKind:
    """An identifier that stands for OCP's profile, in whatever form."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is bytes and dotted(value).text in OF_OCP:
            return value
        raise ValueRefused

    return ClaimKind("the identifier of OCP's profile", check)


PROFILE: Final = either(tstr(), bstr(least=1), tagged(OID, _of_ocp()))
SUEID: Final = bstr(least=7, most=33)
SUEIDS: Final = either(label_map(SUEID, least=1, texts=True), SUEID)
"""A map of them; the OCP profile has a single one without a label."""


def contents(content: ClaimKind) -> ClaimKind:
    """Manifests and measurements: pairs of a CoAP content format and its content."""
    return array(items(integer(0, COAP_MAX), content), least=1)


def results(outcome: ClaimKind) -> ClaimKind:
    """Measurement results: a system, and what it found of each thing."""
    return array(items(tstr(), array(items(ANY_ID, outcome), least=1)), least=1)


# fmt: off
CBOR: Final = ClaimTable("claims set", RFC, (
    ClaimLabel(1,   "iss",          tstr(),                                                       source=CWT),
    ClaimLabel(2,   "sub",          tstr(),                                                       source=CWT),
    ClaimLabel(3,   "aud",          AUDIENCE,                                                     source=CWT),
    ClaimLabel(4,   "exp",          number(),                                                     source=CWT),
    ClaimLabel(5,   "nbf",          number(),                                                     source=CWT),
    ClaimLabel(6,   "iat",          number(),                                                     source=CWT),
    ClaimLabel(7,   "cti",          bstr(),                                                       source=CWT),
    ClaimLabel(8,   "cnf",          anything()),
    ClaimLabel(10,  "eat_nonce",    either(bstr(least=8, most=64), array(bstr(least=8, most=64), least=2))),
    ClaimLabel(256, "ueid",         bstr(least=7, most=33)),
    ClaimLabel(257, "sueids",       SUEIDS),
    ClaimLabel(258, "oemid",        either(uint(), bstr(3, 16))),
    ClaimLabel(259, "hwmodel",      bstr(least=1, most=32)),
    ClaimLabel(260, "hwversion",    VERSION),
    ClaimLabel(261, "uptime",       uint()),
    ClaimLabel(262, "oemboot",      boolean()),
    ClaimLabel(263, "dbgstat",      word(DBGSTAT)),
    ClaimLabel(264, "location",     numbered(LOCATION)),
    ClaimLabel(265, "eat_profile",  PROFILE),
    ClaimLabel(266, "submods",      label_map(anything(), least=1, texts=True)),
    ClaimLabel(267, "bootcount",    uint()),
    ClaimLabel(268, "bootseed",     bstr()),
    ClaimLabel(269, "dloas",        DLOAS),
    ClaimLabel(270, "swname",       tstr()),
    ClaimLabel(271, "swversion",    either(VERSION, tstr())),
    ClaimLabel(272, "manifests",    contents(bstr())),
    ClaimLabel(273, "measurements", contents(bstr())),
    ClaimLabel(274, "measres",      results(word(MEASRES))),
    ClaimLabel(275, "intuse",       word(INTUSE)),
    ClaimLabel(299, "cmw",          anything()),
))
JSON: Final = ClaimTable("claims set", RFC, (
    ClaimLabel("iss",          "iss",          tstr(),                                            source=JWT),
    ClaimLabel("sub",          "sub",          tstr(),                                            source=JWT),
    ClaimLabel("aud",          "aud",          AUDIENCE,                                          source=JWT),
    ClaimLabel("exp",          "exp",          number(),                                          source=JWT),
    ClaimLabel("nbf",          "nbf",          number(),                                          source=JWT),
    ClaimLabel("iat",          "iat",          number(),                                          source=JWT),
    ClaimLabel("jti",          "jti",          tstr(),                                            source=JWT),
    ClaimLabel("cnf",          "cnf",          anything()),
    ClaimLabel("eat_nonce",    "eat_nonce",    either(tstr(least=8, most=88), array(tstr(least=8, most=88), least=2))),
    ClaimLabel("ueid",         "ueid",         base64url(least=7, most=33)),
    ClaimLabel("sueids",       "sueids",       label_map(base64url(least=7, most=33), least=1, texts=True)),
    ClaimLabel("oemid",        "oemid",        either(uint(), base64url(3, 16))),
    ClaimLabel("hwmodel",      "hwmodel",      base64url(least=1, most=32)),
    ClaimLabel("hwversion",    "hwversion",    VERSION),
    ClaimLabel("uptime",       "uptime",       uint()),
    ClaimLabel("oemboot",      "oemboot",      boolean()),
    ClaimLabel("dbgstat",      "dbgstat",      listed(DBGSTAT)),
    ClaimLabel("location",     "location",     named(LOCATION)),
    ClaimLabel("eat_profile",  "eat_profile",  tstr()),
    ClaimLabel("submods",      "submods",      label_map(anything(), least=1, texts=True)),
    ClaimLabel("bootcount",    "bootcount",    uint()),
    ClaimLabel("bootseed",     "bootseed",     base64url()),
    ClaimLabel("dloas",        "dloas",        DLOAS),
    ClaimLabel("swname",       "swname",       tstr()),
    ClaimLabel("swversion",    "swversion",    either(VERSION, tstr())),
    ClaimLabel("manifests",    "manifests",    contents(tstr())),
    ClaimLabel("measurements", "measurements", contents(tstr())),
    ClaimLabel("measres",      "measres",      results(listed(MEASRES))),
    ClaimLabel("intuse",       "intuse",       listed(INTUSE)),
    ClaimLabel("cmw",          "cmw",          anything()),
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


def remarks(table: ClaimTable, value: Mapping[Any, Any], values: Mapping[str, Any]) -> list[ClaimRemark]:
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
