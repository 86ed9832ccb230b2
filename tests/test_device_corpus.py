"""Device evidence as Linux dumps it, against what an independent reader says of the samples."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from evidence.convert import Evidence, parse_all
from evidence.filesystem import load_all
from tests.conftest import CORPUS

FOLDER: Final = CORPUS / "device" if CORPUS else Path()
FACTS: Final[dict[str, dict[str, Any]]] = json.loads((FOLDER / "facts.json").read_bytes()) if CORPUS else {}
FORMS: Final = ("d", "nl", "ynl.json")
SIGNED: Final = [
    name
    for name, facts in FACTS.items()
    if name.startswith(("kernel/", "producers/", "negative/")) and "message_sha256" in facts.get("spdm", {})
]


def pieces(name: str, **beside: bytes) -> dict[str, Evidence]:
    """The pieces of a sample, by their types; none of them fails."""
    read = load_all(FOLDER / name, attachments={kind.replace("_", "-"): data for kind, data in beside.items()})
    assert all(isinstance(piece, Evidence) for piece in read), read
    return {piece.type.name: piece for piece in read if isinstance(piece, Evidence)}


@pytest.mark.parametrize("name", SIGNED)
def test_the_signed_message_is_the_one_that_was_signed(name: str) -> None:
    piece = pieces(name)["dmtf-spdm"]
    facts = FACTS[name]["spdm"]
    (signature,) = piece.signed()
    message = piece.message(signature)
    assert (sha256(message).hexdigest(), len(message)) == (facts["message_sha256"], facts["message_size"])
    assert sha256(signature.value).hexdigest() == facts["signature_sha256"]
