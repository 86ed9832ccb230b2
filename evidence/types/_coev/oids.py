"""Object identifiers as evidence writes them in CBOR, in the forms that are seen."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from evidence.errors import EvidenceError
from evidence.wire import der

DOTTED: Final = re.compile(rb"[0-2](\.(0|[1-9][0-9]{0,18})){1,31}")

Form = Literal["ber", "der", "text", "unknown"]


class Dotted(NamedTuple):
    """An object identifier: dotted, or None where the bytes are none, and the form it was in."""

    text: str | None
    form: Form


def dotted(content: bytes) -> Dotted:
    """The identifier in the content of a byte string.

    RFC 9090 wants the content octets alone (`ber`). Seen as well: the whole DER value with its tag and
    length (`der`), and the dotted text in a byte string (`text`). Content that begins with 06 and its
    own length is taken for the whole value.
    """
    if content[:1] == b"\x06" and len(content) > 2 and content[1] == len(content) - 2:
        identifier = _ber(content[2:])
        if identifier is not None:
            return Dotted(identifier, "der")
    if DOTTED.fullmatch(content):
        return Dotted(content.decode("ascii"), "text")
    identifier = _ber(content)
    return Dotted(identifier, "ber" if identifier is not None else "unknown")


def _ber(content: bytes) -> str | None:
    try:
        return der.oid(content)
    except EvidenceError:
        return None
