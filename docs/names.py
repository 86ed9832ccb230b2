"""`docs/names.md`: the names of others for what our claims say, computed for every fixture of their types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from docs.markdown import code, section, table
from evidence.authoring.cases import Case, cases
from evidence.authoring.comparison import Claim, NameMap, names, translated
from evidence.encode.json import from_json
from evidence.registry import Registry

MAPS: Final = Path(__file__).parents[1] / "interop" / "maps"
READERS: Final = ("trustee-snp", "go-sev-guest", "trustee-tdx", "trustee-cca", "veraison-cca", "veraison-psa")
HEAD: Final = """# NameMap of others

<!-- made from interop/maps/ and the fixtures by `make docs` -->

Where a claim of another verifier stands in our documents, for whoever moves a policy. The tables are those that
`evidence conformance --against … --map` compares by (`interop/maps/NAME.json`); every one is computed for every fixture of its types, and
the test of this page reads the result back. The last columns say in how many fixtures the claim is there, and what one of them
says. A star stands for each entry of a list. What a reader has no name for, and ours has, is not listed: all of it is in `docs/claims.md`.

"""
FORMS: Final = {
    "same": "as it is",
    "ints": "bytes as an array of numbers",
    "base64": "bytes in Base64, in ours hexadecimal",
    "text": "a number, in ours a text",
    "number": "a number as a text",
    "boolean": "true where the word {} is in the list",
    "le64": "a number; ours are its 8 bytes, the least one first",
    "padded": "hexadecimal with zeros behind what the product uses",
}
SHOWN: Final = 40


def known(name: str) -> NameMap:
    """The map of one reader."""
    return names((MAPS / f"{name}.json").read_bytes())


def fixtures(of: NameMap) -> Iterator[Case]:
    """The valid fixtures that a map is about."""
    registry = Registry.builtin()
    for case in cases([registry[name] for name in of.types], registry):
        if case.claims is not None:
            yield case


def translations(of: NameMap) -> list[dict[str, Any]]:
    """The claims of every fixture under the names of others."""
    return [translated(of, from_json(msgspec.json.encode(case.claims))) for case in fixtures(of)]


def page() -> str:
    """The page: a table a reader."""
    return (HEAD + "".join(_section(known(name)) for name in READERS)).rstrip("\n") + "\n"


def _section(of: NameMap) -> str:
    every = translations(of)
    rows = [
        (code(claim.theirs), ", else ".join(map(code, claim.ours)), _form(claim), *_computed(claim, every))
        for claim in of.claims
    ]
    what = f"{of.what}. Computed for {len(every)} fixtures of {', '.join(map(code, of.types))}."
    return section(of.reader, what, table(("their name", "ours", "written", "fixtures", "for example"), rows))


def _form(claim: Claim) -> str:
    return FORMS[claim.form].format(code(claim.has or ""))


def _computed(claim: Claim, every: list[dict[str, Any]]) -> tuple[str, str]:
    before, star, after = claim.theirs.partition("*")
    shown = [
        [
            value
            for path, value in values.items()
            if path == claim.theirs or (star and path.startswith(before) and path.endswith(after))
        ]
        for values in every
    ]
    present = [values[0] for values in shown if values]
    text = msgspec.json.encode(present[0]).decode() if present else ""
    return str(len(present)), code(text if len(text) <= SHOWN else f"{text[:SHOWN]}…") if text else ""
