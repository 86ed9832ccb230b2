"""Distinguished names as texts (RFC 4514).

The last name part stands first. What may confuse a reader or a terminal (separators, control and other
characters that cannot be printed) is escaped; a value that is no string is `#` and the hex of its DER.
"""

from __future__ import annotations

from typing import Final

from evidence import limits
from evidence.errors import BadEncoding
from evidence.wire import der
from evidence.wire.der import Item

SPEC: Final = "RFC 5280, section 4.1.2.4"

# fmt: off
ATTRIBUTES: Final = {
    # RFC 4514, section 3
    "2.5.4.3":  "CN",  "2.5.4.7":  "L",  "2.5.4.8": "ST",  "2.5.4.10": "O",
    "2.5.4.11": "OU",  "2.5.4.6":  "C",  "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",  "0.9.2342.19200300.100.1.1": "UID",
    # RFC 4519, RFC 2985: descriptors that are registered for LDAP
    "2.5.4.4":  "sn",  "2.5.4.5":  "serialNumber",  "2.5.4.12": "title",  "2.5.4.42": "givenName",
    "2.5.4.46": "dnQualifier",  "1.2.840.113549.1.9.1": "emailAddress",
}
STRINGS: Final = {
    # tag of a string type to how its characters are encoded
    der.UTF8_STRING: "utf-8",      0x12: "ascii",      0x13: "ascii",      0x14: "latin-1",
    der.IA5_STRING:  "ascii",      0x1A: "ascii",      0x1C: "utf-32-be",  0x1E: "utf-16-be",
}
# fmt: on
SEPARATORS: Final = frozenset('"+,;<>\\')


def text(data: bytes, name: Item, what: str) -> str:
    """The Name `name` of `data`, which `der.tree` has read.

    Raises `BadEncoding` for any other value, `LimitExceeded` above `limits.NAME_BYTES`.
    """
    limits.check("name bytes", limits.NAME_BYTES, name.end - name.start, offset=name.start)
    parts = []
    for part in name.inside:
        if part.tag != der.SET or part.content == part.end:
            raise _bad(what, part.start, "not a RelativeDistinguishedName")
        parts.append("+".join([_attribute(data, pair, what) for pair in part.inside]))
    return ",".join(reversed(parts))


def values(name: bytes, attribute: str) -> tuple[str, ...]:
    """The strings of one attribute (`CN`) in a Name that `text` has accepted, in its order, as they are."""
    parts = (_pair(name, pair, "name") for part in der.tree(name, "name").inside for pair in part.inside)
    return tuple(
        name[value.content : value.end].decode(STRINGS[value.tag])
        for oid, value in parts
        if ATTRIBUTES.get(oid) == attribute and value.tag in STRINGS
    )


def _attribute(data: bytes, pair: Item, what: str) -> str:
    oid, value = _pair(data, pair, what)
    encoding = STRINGS.get(value.tag)
    if encoding is None or oid not in ATTRIBUTES:
        return f"{ATTRIBUTES.get(oid, oid)}=#{data[value.start : value.end].hex()}"
    try:
        return f"{ATTRIBUTES[oid]}={_escape(data[value.content : value.end].decode(encoding))}"
    except UnicodeDecodeError:
        raise _bad(what, value.content, f"a string that is not {encoding}") from None


def _pair(data: bytes, pair: Item, what: str) -> tuple[str, Item]:
    inside = pair.inside if pair.tag == der.SEQUENCE else ()
    if len(inside) != 2 or inside[0].tag != der.OBJECT_IDENTIFIER:
        raise _bad(what, pair.start, "not an AttributeTypeAndValue")
    kind, value = inside
    return der.oid(data[kind.content : kind.end]), value


def _escape(value: str) -> str:
    plain = value.isprintable() and SEPARATORS.isdisjoint(value)
    if not plain:
        escaped = {character: _escape_one(character) for character in set(value)}
        value = "".join([escaped[character] for character in value])
    if value[:1] in {" ", "#"}:
        value = "\\" + value
    if value[-1:] == " " and len(value) > 1:
        value = value[:-1] + "\\ "
    return value


def _escape_one(character: str) -> str:
    if character in SEPARATORS:
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:02x}" for byte in character.encode())


def _bad(what: str, offset: int, reason: str) -> BadEncoding:
    return BadEncoding(what=what, offset=offset, reason=reason, spec=SPEC)
