"""`evidence validate`: claims documents against the model and their type's schema."""

from __future__ import annotations

import click

from evidence.authoring.check import misfit
from evidence.cli import streams
from evidence.cli.documents import DocumentText, documents
from evidence.cli.ending import BAD, ENVIRONMENT, GOOD
from evidence.cli.inputs import check_once
from evidence.errors import EvidenceError, UsageError, safe
from evidence.inputs import Unreadable
from evidence.reader import open_file
from evidence.registry import Registry


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="CLAIMS.json...")
@click.pass_obj
def validate(registry: Registry, names: tuple[str, ...]) -> int:
    """Check claims documents: strict JSON or CBOR, the claims model, the schema of their type.

    What `convert` wrote is read in each of its forms: a document, one in CBOR, one with its native fields, or JSON Lines, of
    which each line is checked, and one that holds an error is a failure.
    """
    check_once(names)
    code = GOOD
    for name in names:
        try:
            with open_file(name) if name != "-" else streams.standard_input() as file:
                for text in documents(file):
                    code = max(code, _check(registry, f"{streams.shown(name)}{text.place}", text))
        except OSError as error:
            code = ENVIRONMENT
            reason = streams.shown(error.strerror or error)
            streams.say(f"{streams.shown(name)}: {Unreadable.code}: {reason}")
    return code


def _check(registry: Registry, name: str, text: DocumentText) -> int:
    """Says what one document is; gives the exit code."""
    try:
        claims = text.claims()
        error = misfit(registry[claims.evidence.type], claims)
        if error is not None:
            raise error
    except EvidenceError as error:
        streams.say(f"{name}: {error.code}: {error}")
        return BAD
    except UsageError as error:  # a type of a plugin that was not named
        streams.say(f"{name}: {streams.shown(error)}")
        return ENVIRONMENT
    streams.put(streams.lines(f"{name}: {safe(claims.evidence.type)}: good"))
    return GOOD
