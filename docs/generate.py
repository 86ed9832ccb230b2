"""The pages and schemas that are made from the code: `make docs` writes them, `make docs-check` compares.

    python docs/generate.py [--check]

One page a type (`docs/types/NAME.md`) from its descriptor, its tables, its schema and its fixtures; the
reference of the command line from its commands; the codes of notes and errors; the page of what is written from the writers' tables; the schemas of claims and fixtures from their structs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs import (  # noqa: E402 (the path comes first)
    api,
    carriers,
    codes,
    columns,
    commands,
    diagrams,
    dictionary,
    match,
    names,
    outputs,
    pages,
    terminal,
)
from evidence.authoring.schema import (  # noqa: E402 (the same)
    Schema,
    claims_schema,
    document_schema,
    fixture_schema,
    render,
    schema_id,
)
from evidence.extract import SCHEMA as EXTRACT  # noqa: E402 (the same)
from evidence.extract import Extraction  # noqa: E402 (the same)
from evidence.groups.document import Group  # noqa: E402 (the same)
from evidence.logs.entries import SCHEMA as EVENTS  # noqa: E402 (the same)
from evidence.logs.entries import Events  # noqa: E402 (the same)
from evidence.match.report import SCHEMA as MATCH  # noqa: E402 (the same)
from evidence.match.report import MatchReport  # noqa: E402 (the same)
from evidence.registry import Registry  # noqa: E402 (the same)
from evidence.show.differences import SCHEMA as DIFF  # noqa: E402 (the same)
from evidence.show.differences import Comparison  # noqa: E402 (the same)
from evidence.verify.document import SCHEMA, Verification  # noqa: E402 (the same)

MADE_FOLDERS = ("docs/types", "docs/diagrams")
"""Folders in which nothing else may lie."""


def made() -> Iterator[tuple[str, Callable[[], str]]]:
    """Every file that is made, and how."""
    yield "schemas/claims.schema.json", lambda: render(claims_schema())
    yield "schemas/fixture.schema.json", lambda: render(fixture_schema())
    yield "schemas/verification.schema.json", lambda: render(verification_schema())
    yield "evidence/columnar/columns.json", columns.columns
    yield "schemas/extract.schema.json", lambda: render(extract_schema())
    yield "schemas/diff.schema.json", lambda: render(diff_schema())
    yield "schemas/events.schema.json", lambda: render(events_schema())
    yield "schemas/group.schema.json", lambda: render(group_schema())
    yield "schemas/match.schema.json", lambda: render(match_schema())
    yield "docs/command-line.md", commands.page
    yield "docs/api.md", api.page
    yield "docs/match.md", match.page
    yield "docs/notes.md", lambda: codes.notes(Registry.builtin())
    yield "docs/errors.md", codes.failures
    yield "docs/claims.md", lambda: dictionary.page(Registry.builtin())
    yield "docs/carriers.md", carriers.page
    yield "docs/outputs.md", outputs.page
    yield "docs/diagrams/model.svg", diagrams.model
    yield "docs/diagrams/way.svg", diagrams.way
    yield "docs/diagrams/show.svg", terminal.picture
    yield "docs/names.md", names.page
    yield "docs/types/README.md", lambda: pages.index(Registry.builtin())
    for kind in Registry.builtin():
        yield f"docs/types/{kind.name}.md", partial(pages.page, kind)


def verification_schema() -> Schema:
    """The schema of what a verification says."""
    return document_schema(Verification, schema_id("verification"), f"The document {SCHEMA}")


def diff_schema() -> Schema:
    """The schema of what differs between two pieces."""
    return document_schema(Comparison, schema_id("diff"), f"The document {DIFF}")


def extract_schema() -> Schema:
    """The schema of the manifest of extracted files."""
    return document_schema(Extraction, schema_id("extract"), f"The document {EXTRACT}")


def events_schema() -> Schema:
    """The schema of the events of a log."""
    return document_schema(Events, schema_id("events"), f"The document {EVENTS}")


def group_schema() -> Schema:
    """The schema of a group, which holds that of the claims documents in it."""
    return document_schema(Group, schema_id("group"), "The document evidence-group/1")


def match_schema() -> Schema:
    """The schema of what a comparison with candidates gives."""
    return document_schema(MatchReport, schema_id("match"), f"The document {MATCH}")


def stale() -> dict[Path, str | None]:
    """The files that are not what they should be, with what they should be; None for one too many."""
    wanted: dict[Path, str | None] = {ROOT / name: make() for name, make in made()}
    there = {path for folder in MADE_FOLDERS for path in (ROOT / folder).glob("*")}
    found = {path: text for path, text in wanted.items() if not path.is_file() or path.read_text() != text}
    return found | dict.fromkeys(there - wanted.keys())


def main(check: bool) -> int:  # noqa: FBT001 (of the command line)
    found = stale()
    for path, text in found.items():
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is not current: make docs")
        elif text is None:
            path.unlink()
            print(f"removed {name}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"written {name}")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
