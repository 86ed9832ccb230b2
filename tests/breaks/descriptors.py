"""What there is to break in the descriptor of a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from evidence.registry import EvidenceType
from evidence.words import Status
from tests.breaks.kinds import Break

FUNCTIONS = frozenset(
    {"identify", "read", "claims", "signed", "sources", "tables", "options", "corim", "marks"}
)
FILES = ("schema", "fixtures", "spec")
LEFT = frozenset({"media_types", "providers", "content_types", "aliases"})
"""What others say of the type, and no evidence shows: `evidence registry check` compares it with the last release."""
WORDS = {"status": get_args(Status), "workload": ("always", "sometimes", "never")}


def breaks(kind: EvidenceType) -> Iterator[Break]:  # noqa: C901, PLR0912 (one sort of member after the other)
    """Each member without one of its entries, or with another word."""
    for member in kind.__struct_fields__:
        value = getattr(kind, member)
        if member in FUNCTIONS or member in LEFT:
            continue
        if member in WORDS:
            for word in WORDS[member]:
                if word != value:
                    yield _other(member, f"is {word!r}", word)
        elif member in FILES:
            yield _other(member, "is gone", None, "SPEC" if member == "spec" else member)
        elif isinstance(value, Mapping):
            for key in value:
                left = {name: reason for name, reason in value.items() if name != key}
                yield _other(member, f"lacks {key!r}", left, *key.split(" -> "))
                yield _other(member, f"{key!r} has no reason", {**value, key: ""}, *key.split(" -> "))
            yield _other(member, "has one more", {**value, "no-such": "No reason."}, "no-such")
        elif isinstance(value, tuple) and member != "references":
            for number, entry in enumerate(value):
                yield _other(
                    member, f"lacks {entry!r}", value[:number] + value[number + 1 :], str(entry).rstrip("s")
                )
            yield _other(member, "has one more", (*value, "no-such"), "no-such")
        elif member == "references":
            yield _other(member, "is empty", (), "reference")
        elif member == "catch_all":
            yield _other(member, f"is {not value}", not value, "catch-all", "is taken for its own")
        elif member in {"title", "change_controller"}:
            yield _other(member, "is empty", "")


def _other(member: str, what: str, value: object, *names: str) -> Break:
    return Break(f"descriptor: {member}", what, (member, *names), member=member, value=value)
