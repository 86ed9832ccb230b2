"""What the content formats of measurements and manifests stand for.

Source: draft-ietf-rats-eat-measured-component, whose content formats have no numbers yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence.errors import EvidenceError
from evidence.types._coev import Form
from evidence.types._eat.layout import base64url
from evidence.wire import cbor, content_formats, json
from evidence.wire.claimset import (
    ClaimLabel,
    ClaimSet,
    ClaimTable,
    array,
    bstr,
    either,
    integer,
    items,
    tstr,
)

CONCISE: Final[dict[int, Form]] = {10570: "spdm-toc", 10571: "concise-evidence"}
EXPERIMENTAL: Final = 65_000
"""Content formats from here on are for experiments (RFC 7252, 12.3)."""
SPEC: Final = "draft-ietf-rats-eat-measured-component"

NAME: Final = items(tstr(), items(tstr(), either(integer(), tstr()), optional=1), optional=1)
ALG: Final = either(integer(), tstr())

# fmt: off
COMPONENT_CBOR: Final = ClaimTable("measured component", SPEC, (
    ClaimLabel(1, "id",                   NAME, required=True),
    ClaimLabel(2, "digested_measurement", items(ALG, bstr())),
    ClaimLabel(3, "authorities",          array(bstr(), least=1)),
    ClaimLabel(4, "flags",                bstr(8)),
    ClaimLabel(5, "raw_measurement",      bstr()),
))
COMPONENT_JSON: Final = ClaimTable("measured component", SPEC, (
    ClaimLabel("id",                   "id",                   NAME, required=True),
    ClaimLabel("digested-measurement", "digested_measurement", items(ALG, base64url())),
    ClaimLabel("authorities",          "authorities",          array(base64url(), least=1)),
    ClaimLabel("flags",                "flags",                base64url(8)),
    ClaimLabel("raw-measurement",      "raw_measurement",      base64url()),
))
# fmt: on


def format_name(number: int) -> str:
    """The media type of a content format, or its number."""
    return content_formats.media_type(number) or f"coap:{number}"


def component(number: int, content: bytes) -> ClaimSet | None:
    """The measured component that a content is; None if its format says, or its shape shows, that it is none.

    The draft has no numbers yet and its examples use those for experiments, so it is told by its shape there.
    """
    if number < EXPERIMENTAL:
        return None
    try:
        is_json = content[:1].isspace() or content[:1] == b"{"
        value: Any = json.loads(content) if is_json else cbor.loads(content)
        if not isinstance(value, Mapping):
            return None
        claims = (COMPONENT_JSON if is_json else COMPONENT_CBOR).read(value, "")
    except EvidenceError:
        return None
    measured = {"digested_measurement", "raw_measurement"} & claims.values.keys()
    return claims if len(measured) == 1 and not claims.unknown else None
