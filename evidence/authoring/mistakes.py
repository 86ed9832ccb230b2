"""What an implementation gets wrong that fails a case: one sentence a flag, by what the case shows.

An invalid case has the flag of its class. A valid one has the flags of all that its claims say, and `fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence.authoring.fixtures import InvalidClass
from evidence.codes import NOTES

Document = dict[str, Any]

INVALID: Final[dict[InvalidClass, str]] = {
    "truncated": "It reads past the end, or takes what is missing for zeros.",
    "trailing": "It does not look at what follows the structure, so that two inputs are taken for one.",
    "wrong-version": "It reads a version that it does not know by the table of another one.",
    "wrong-magic": "It does not look at what says which format this is.",
    "length-overflow": "It uses a stated size before it compares it with what is there.",
    "duplicate-key": "It takes the first or the last of two values of one key, and its verifier the other one.",
    "reserved-bytes": "It does not look at bytes that must be zero, and what a later version says there is lost.",
    "oversize": "It has no bound on what it reads.",
    "constraint": "It accepts a value that the specification forbids.",
    "encoding": "It is lenient about an encoding of which there must be one alone.",
    "not-evidence": "It takes for evidence what is a statement of somebody else about evidence.",
}
"""Mistakes by the class of an invalid case."""


def _environments(document: Document, member: str) -> Iterator[Any]:
    """The entries of one list of all environments."""
    for environment in document["environments"]:
        yield from environment.get(member, ())


def _layouts(document: Document) -> set[bool]:
    return {"layout" in entry for entry in _environments(document, "tcb")}


def _debug(document: Document) -> bool:
    words = {environment["debug"] for environment in document["environments"]}
    return "enabled" in words or document.get("target", {}).get("debug") == "enabled"


VALID: Final[tuple[tuple[str, str, Callable[[Document], bool]], ...]] = (
    (
        "fields",
        "It reads a field at another place or in another byte order, or leaves it out.",
        lambda _: True,
    ),
    (
        "tcb-layout",
        "It reads the components of a TCB by the layout of another product.",
        lambda document: True in _layouts(document),
    ),
    (
        "tcb-unknown",
        "It names components of a TCB where nothing says which product this is.",
        lambda document: False in _layouts(document),
    ),
    (
        "no-identity",
        "It takes the bytes of a masked or empty identifier for one.",
        lambda document: any(
            entry["status"] != "present" for entry in _environments(document, "identifiers")
        ),
    ),
    ("debug", "It does not say that debugging is enabled, in this layer or in one below.", _debug),
    (
        "migration",
        "It does not say that the workload may be moved to another machine.",
        lambda document: any(
            environment["migration"] == "allowed" for environment in document["environments"]
        ),
    ),
    (
        "bound",
        "It does not compute what ties the parts of the evidence together.",
        lambda document: any(fact["status"] == "matches" for fact in document.get("consistency", ())),
    ),
    (
        "differs",
        "It does not tell that two parts which should fit together differ.",
        lambda document: any(fact["status"] == "differs" for fact in document.get("consistency", ())),
    ),
    (
        "carried",
        "It does not take off what the evidence arrived in.",
        lambda document: bool(document["evidence"].get("carriers")),
    ),
    (
        "followed",
        "It takes padding for a part of the evidence, or for a reason to refuse it.",
        lambda document: document["evidence"]["trailing"] > 0,
    ),
    (
        "unsigned",
        "It does not say that nobody signed this, or not all of it.",
        lambda document: document["evidence"]["protection"] in {"none", "partly-signed"},
    ),
    (
        "certificates",
        "It does not read the certificates that came with the evidence, or judges them by their place.",
        lambda document: bool(document.get("certificates")),
    ),
    (
        "unknown",
        "It drops what has no name yet, or refuses the evidence for it.",
        lambda document: any(
            environment.get("unknown") or any(entry["unknown"] for entry in environment.get("attributes", ()))
            for environment in document["environments"]
        ),
    ),
)
"""Flags of valid cases: the mistake, and whether a claims document shows what it is made with."""


def flags(document: Document) -> tuple[str, ...]:
    """The flags of a valid case by its claims; what is noted has a flag of its own."""
    notes = dict.fromkeys(f"note:{note['code']}" for note in document.get("notes", ()))
    return (*(flag for flag, _, shown in VALID if shown(document)), *notes)


def sentence(flag: str) -> str:
    """The mistake that a flag stands for."""
    kind, _, code = flag.partition(":")
    if kind == "note":
        return f"It does not tell this: {NOTES.get(code, 'what a type of its own notes')}"
    return ALL[flag]


ALL: Final[dict[str, str]] = {
    **{str(kind): mistake for kind, mistake in INVALID.items()},
    **{flag: mistake for flag, mistake, _ in VALID},
}
"""Every flag but those of notes, with its mistake."""
