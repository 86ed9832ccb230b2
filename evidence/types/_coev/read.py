"""Bytes to a checked document of concise evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence import limits
from evidence.errors import ConstraintViolation, NotEvidence
from evidence.types._coev.layout import CONCISE_EVIDENCE, EVIDENCE, SPDM_TOC, SPEC, TOC
from evidence.wire import cbor, corim
from evidence.wire.claimset import ClaimSet
from evidence.wire.decoded import Decoded

Form = Literal["concise-evidence", "spdm-toc"]
WHAT: Final = "concise evidence"
UNSIGNED: Final = (
    "concise evidence in a vendor's profile that nobody signed: verifiers convert evidence to it"
)
FORMS: Final[dict[int, Form]] = {EVIDENCE: "concise-evidence", SPDM_TOC: "spdm-toc"}


class ConciseDocument(NamedTuple):
    """One concise evidence, or a table of contents with several. `root` is the outermost map."""

    form: Form
    tagged: bool
    root: ClaimSet
    data: bytes

    @property
    def evidence(self) -> tuple[ClaimSet, ...]:
        """Each concise evidence inside."""
        if self.form == "concise-evidence":
            return (self.root,)
        return tuple(getattr(item, "value", item) for item in self.root.values["evidence"])

    @property
    def profiles(self) -> tuple[Any, ...]:
        """The profile of the whole and of each part, where they name one."""
        return tuple(filter(None, (part.get("profile") for part in (self.root, *self.evidence))))

    @property
    def is_converted(self) -> bool:
        """Whether any part is what this library converted."""
        return any(map(corim.is_ours, self.profiles))


def read(
    data: bytes,
    path: str = "",
    decoded: Decoded | None = None,
    *,
    signed: bool = False,
    converted: bool = False,
) -> ConciseDocument:
    """The document that `data` is, `decoded` already or not; `path` is where it lies in the evidence.

    Raises what `cbor.loads` does, `ConstraintViolation` and `MissingField` with the path; `NotEvidence` for what this
    library converted, unless `converted` allows it, and for what it may have (in a vendor's profile) unless it is `signed`.
    """
    document = _read(data, path, decoded)
    if not converted and document.is_converted:
        raise NotEvidence(kind=corim.CONVERTED, path=path)
    if not signed and any(map(corim.is_of_a_vendor, document.profiles)):
        raise NotEvidence(kind=UNSIGNED, path=path)
    return document


def _read(data: bytes, path: str, decoded: Decoded | None) -> ConciseDocument:
    value = decoded.cbor(what=WHAT) if decoded else cbor.loads(data, WHAT)
    if isinstance(value, cbor.Tag) and value.number == cbor.SELF_DESCRIBED:
        value = value.value
    tagged = isinstance(value, cbor.Tag)
    if tagged and value.number not in FORMS:
        allowed = "tag 571 (concise evidence) or 570 (spdm-toc)"
        raise ConstraintViolation(what="tag", path=path, got=value.number, allowed=allowed, spec=SPEC)
    content = value.value if tagged else value
    form = FORMS[value.number] if tagged else _form(content)
    table = TOC if form == "spdm-toc" else CONCISE_EVIDENCE
    limits.check("entries", limits.ENTRIES, _entries(content), path=path)
    return ConciseDocument(form, tagged, table.read(content, path), data)


def _entries(content: Any) -> int:
    """How many entries all triples have, as far as they look like triples."""
    count, todo = 0, [content]
    while todo:
        item = todo.pop()
        if isinstance(item, cbor.Tag):
            todo.append(item.value)
        elif isinstance(item, Mapping):
            todo += (item[key] for key in item if key.__class__ is int and 0 <= key <= 5)
        elif item.__class__ is tuple:
            count += len(item)
            todo += item if count <= limits.ENTRIES else ()
    return count


def _form(content: Any) -> Form:
    """What an untagged map is: entry 0 is an array in a table of contents, a map in evidence."""
    first = content.get(0) if isinstance(content, Mapping) else None
    return "spdm-toc" if first.__class__ is tuple else "concise-evidence"


def looks_like(value: Any) -> bool:
    """Whether a decoded item is concise evidence by its tag, or by the shape of its entry 0."""
    if isinstance(value, cbor.Tag):
        return value.number in FORMS
    if not isinstance(value, Mapping) or not set(value) <= {0, 1, 2}:
        return False
    first = value.get(0)
    if isinstance(first, Mapping):
        return bool(first) and all(item.__class__ is tuple for item in first.values())
    return first.__class__ is tuple and bool(first) and all(looks_like(item) for item in first)
