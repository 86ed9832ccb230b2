"""CoAP content formats and media types of RATS messages.

Sources: the IANA registry of CoAP content formats as RFC 9711, RFC 9781, RFC 9782, RFC 9783, the TCG's concise
evidence and RFC 9999 list them.
"""

from __future__ import annotations

from typing import Final

# fmt: off
MEDIA_TYPES: Final = {
    17:    'application/cose; cose-type="cose-mac0"',
    18:    'application/cose; cose-type="cose-sign1"',
    50:    "application/json",
    60:    "application/cbor",
    61:    "application/cwt",
    258:   "application/swid+cbor",
    263:   "application/eat+cwt",
    264:   "application/eat+jwt",
    265:   "application/eat-bun+cbor",
    266:   "application/eat-bun+json",
    267:   "application/eat-ucs+cbor",
    268:   "application/eat-ucs+json",
    601:   "application/uccs+cbor",
    10003: 'application/eat+cwt; eat_profile="tag:psacertified.org,2023:psa#tfm"',
    10004: 'application/eat+cwt; eat_profile="tag:psacertified.org,2019:psa#legacy"',
    10005: 'application/eat+cwt; eat_profile="2.16.840.1.113741.1.16.1"',
    10570: "application/toc+cbor",
    10571: "application/ce+cbor",
}
# fmt: on
LARGEST: Final = 65_535
"""Content formats have 16 bits (RFC 7252)."""
LAST_WITH_A_TAG: Final = 65_024
"""The last one that RFC 9277 has a tag for."""


def media_type(number: int) -> str | None:
    """The media type of a content format, with its parameters; None if it is not known here."""
    return MEDIA_TYPES.get(number)


def bare(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.split(";", 1)[0].strip().lower()
