"""What a reader with names of its own says, compared with the claims of a case: for those that a map of names has.

A map is a JSON file:

    {
      "reader": "example", "what": "Its report in JSON", "types": ["amd-sev-snp"],
      "claims": [
        {"theirs": "/reportData", "ours": ["/bindings/report_data/value"], "form": "base64"},
        {"theirs": "/policy/debug", "ours": ["/environments/guest/attributes/policy/set"], "has": "debug", "form": "boolean"}
      ]
    }

`theirs` is a JSON Pointer into what it writes, `ours` paths of claims, of which the first that is there counts. A star in both
stands for each entry of a list. Without a map
the reader writes a claims document, and all of it is compared.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evidence.authoring.cases import Case
from evidence.claims import Claims
from evidence.encode.json import from_json
from evidence.errors import UsageError, quote
from evidence.paths import at, steps_to

Form = Literal["same", "ints", "base64", "text", "number", "boolean", "le64", "padded"]


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """One claim under both names.

    `has` asks whether ours, a list, has this word. `nothing` are values of theirs that say that there is none, beside
    null, zeros and what is empty. An `optional` one need not be there.
    """

    theirs: str
    ours: tuple[str, ...]
    form: Form = "same"
    has: str | None = None
    nothing: tuple[Any, ...] = ()
    optional: bool = False


class NameMap(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of one reader. `versions` and `variants` are those of the evidence that it reads; none: all.

    A reader of `bare` evidence is asked for no case that something else is wrapped around, or whose fault lies beside it.
    """

    reader: str
    what: str
    types: tuple[str, ...]
    claims: tuple[Claim, ...]
    bare: bool = True
    versions: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    def asks(self, case: Case) -> bool:
        """Whether the case is one for this reader."""
        if case.type not in self.types or (self.bare and _is_wrapped(case)):
            return False
        return all(
            not known or value in known
            for known, value in ((self.versions, case.version), (self.variants, case.variant))
        )


def _is_wrapped(case: Case) -> bool:
    return case.carried or (case.refusal is not None and case.refusal.part != "evidence")


def names(content: bytes) -> NameMap:
    """The map in a file; `UsageError` for anything that is none."""
    try:
        known = msgspec.json.decode(content, type=NameMap)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"no map of names: {error}; what one looks like: docs/extending.md") from None
    for claim in known.claims:
        for path in (claim.theirs, *claim.ours):
            if not path.startswith("/"):
                raise UsageError(f"no map of names: {path!r} is no path; one begins with a slash")
    return known


def _ints(value: Any) -> str:
    return bytes(value).hex()


def _base64(value: Any) -> str:
    text = str(value)
    padded = text + "=" * (-len(text) % 4)
    return (urlsafe_b64decode(padded) if re.search("[-_]", text) else b64decode(padded, validate=True)).hex()


def _boolean(value: Any) -> bool:
    if value in {"true", "1", True}:
        return True
    if value in {"false", "0", False}:
        return False
    raise ValueError(value)


def _le64(value: Any) -> str:
    number = int(value, 0) if isinstance(value, str) else int(value)
    return number.to_bytes(8, "little").hex()


FORMS: Final[Mapping[Form, Callable[[Any], Any]]] = {
    "same": lambda value: value.lower() if isinstance(value, str) and _is_hex(value) else value,
    "ints": _ints,
    "base64": _base64,
    "text": str,
    "number": lambda value: int(value, 0) if isinstance(value, str) else int(value),
    "boolean": _boolean,
    "le64": _le64,
    "padded": str,
}
"""How a value of theirs becomes one of ours: as it is (hexadecimal in any case), bytes as numbers or Base64, a number as
text or text as a number, a truth, 64 bits as a number of which ours are the little-endian bytes, and hexadecimal with zeros
behind ours."""
WRITTEN: Final[Mapping[Form, Callable[[Any], Any]]] = {
    "same": lambda value: value,
    "ints": lambda value: list(bytes.fromhex(value)),
    "base64": lambda value: b64encode(bytes.fromhex(value)).decode(),
    "text": lambda value: int(value) if value.isdecimal() else value,
    "number": str,
    "boolean": lambda value: value,
    "le64": lambda value: int.from_bytes(bytes.fromhex(value), "little"),
    "padded": lambda value: value,
}
"""The other way round: how they write a value of ours."""
if not set(FORMS) == set(WRITTEN) == set(get_args(Form)):
    raise TypeError("a form without a rule")


def _is_hex(text: str) -> bool:
    return re.fullmatch(r"([0-9a-fA-F]{2})+", text) is not None


def differences(case: Case, answer: bytes, known: NameMap | None) -> Iterator[str]:
    """Where an answer differs from the claims of a valid case; `ValueError` for one that cannot be read."""
    if case.claims is None:
        raise TypeError(f"{case.id} has no claims")
    try:
        document = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"its answer is no JSON: {error}") from None
    if known is None:
        yield from _whole(case.claims, document)
        return
    claims = from_json(msgspec.json.encode(case.claims))
    for claim in each(known, claims):
        yield from _one(claim, claims, document)


def each(known: NameMap, claims: Claims) -> Iterator[Claim]:
    """The claims of a map for one document: one with a star stands for as many as the list of ours has entries."""
    for claim in known.claims:
        if "/*" not in claim.theirs:
            yield claim
            continue
        for number, step in enumerate(_steps(claims, claim.ours[0].partition("/*")[0])):
            ours = tuple(path.replace("*", step, 1) for path in claim.ours)
            yield replace(claim, theirs=claim.theirs.replace("*", str(number), 1), ours=ours)


def _steps(claims: Claims, path: str) -> tuple[str, ...]:
    """The steps that lead to the entries of a list; none where there is no such list."""
    try:
        return tuple(step.replace("~", "~0").replace("/", "~1") for step in steps_to(at(claims, path)))
    except LookupError:
        return ()


def translated(known: NameMap, claims: Claims) -> dict[str, Any]:
    """Our claims under the names of others: from each path in their document to the value as they write it."""
    values = {}
    for claim in each(known, claims):
        value = _ours(claim, claims)
        if value is not None:
            values[claim.theirs] = value if claim.has is not None else WRITTEN[claim.form](value)
    return values


def _whole(recorded: Any, present: Any, here: str = "") -> Iterator[str]:
    """Every place where two documents differ."""
    if isinstance(recorded, dict) and isinstance(present, dict):
        for key in dict.fromkeys((*recorded, *present)):
            yield from _whole(recorded.get(key), present.get(key), f"{here}/{key}")
    elif isinstance(recorded, list) and isinstance(present, list) and len(recorded) == len(present):
        for index, pair in enumerate(zip(recorded, present, strict=True)):
            yield from _whole(*pair, f"{here}/{index}")
    elif recorded != present or type(recorded) is not type(present):
        yield f"{here}: {_shown(present)}, expected {_shown(recorded)}"


def _one(claim: Claim, claims: Claims, document: Any) -> Iterator[str]:
    present: Any
    expected = _ours(claim, claims)
    theirs = _pointed(document, claim.theirs)
    if theirs in claim.nothing or _is_nothing(theirs):
        present = None if claim.has is None or theirs is None else False
    else:
        try:
            present = FORMS[claim.form](theirs)
        except (ValueError, TypeError, OverflowError):
            yield f"{claim.theirs}: {_shown(theirs)} is not of the form {claim.form!r}"
            return
    if claim.form == "padded" and isinstance(present, str) and isinstance(expected, str):
        padding = present.lower()[len(expected) :]
        present = expected if present.lower() == expected + "0" * len(padding) else present
    if present == expected and isinstance(present, bool) == isinstance(expected, bool):
        return
    if present is None and (_is_nothing(expected) or claim.optional):
        return
    path = claim.ours[0] if claim.has is None else f"{claim.ours[0]}: {claim.has}"
    their_value = "nothing" if theirs is None else _shown(theirs if present is None else present)
    yield f"{claim.theirs} is {their_value}, and {path} is {'nothing' if expected is None else _shown(expected)}"


def _ours(claim: Claim, claims: Claims) -> Any:
    for path in claim.ours:
        try:
            value = msgspec.json.decode(msgspec.json.encode(at(claims, path), enc_hook=bytes.hex))
        except LookupError:
            continue
        return value if claim.has is None else claim.has in value
    return None


def _pointed(document: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) leads to; None if that is nothing."""
    here = document
    for part in pointer[1:].split("/"):
        step = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here


def _is_nothing(value: Any) -> bool:
    """Whether a value says that there is none: null, zero, empty, or nothing but zeros."""
    if isinstance(value, str):
        return not value.strip("0")
    if isinstance(value, list):
        return not any(value)
    return value is None or (value == 0 and value is not False)


def _shown(value: object) -> str:
    """A value as it may stand in a report."""
    if isinstance(value, str) and _is_hex(value) and len(value) > 40:
        return f"{value[:32]}… ({len(value) // 2} bytes)"
    return str(value).lower() if isinstance(value, bool) else quote(value)
