"""Certification paths: every one that the facts and negatives of the corpus ask for, judged by pyhanko-certvalidator too.

Prints where the two differ. Nothing is written: `tests/test_verify_corpus.py` has the facts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from evidence.verify import path
from evidence.verify.path import Path as Way
from evidence.wire.x509 import X509Certificate
from tests.oracles.common import Reader

READER: Final = Reader("pyhanko-certvalidator", "pyhanko-certvalidator", "pyhanko_paths.py")


class Job(NamedTuple):
    """One question, and our answer. `name` is that of the leaf, for people.

    Of a path that holds only its own certificates are asked about: of two issuers with one name, which negatives have,
    pyhanko tries the first.
    """

    name: str
    at: str
    leaf: str
    helpers: tuple[str, ...]
    anchors: tuple[str, ...]
    reason: str | None


def job(
    way: Way, helpers: Sequence[X509Certificate], anchors: Sequence[X509Certificate], at: str
) -> Job | None:
    """The question behind a path; None where pyhanko has another rule: it does not judge the window of an anchor."""
    leaf, end = way.certificates[0], way.certificates[-1]
    if way.reason in {"expired", "not-yet-valid"} and way.detail.startswith(f"{end.subject}: "):
        return None
    if way.reason is None:
        helpers, anchors = way.certificates[1:-1], [end]
    return Job(leaf.subject, at, leaf.der.hex(), _hex(helpers), _hex(anchors), way.reason)


def _hex(certificates: Sequence[X509Certificate]) -> tuple[str, ...]:
    return tuple(one.der.hex() for one in certificates)


def jobs() -> list[Job]:
    """The questions that verification asks for all rows about chains, each once; those with revocation lists are left out."""
    from tests.test_verify_corpus import FACTS, NEGATIVES, cases, outcome

    request: dict[Job | None, None] = {}
    check = path.check

    def recorded(
        leaf: X509Certificate,
        anchors: Sequence[X509Certificate],
        helpers: Sequence[X509Certificate],
        at: str,
        *rest: Any,
        **more: Any,
    ) -> Way:
        way = check(leaf, anchors, helpers, at, *rest, **more)
        if not (rest and rest[0]):
            request[job(way, helpers, anchors, at)] = None
        return way

    with patch.object(path, "check", recorded):
        for row in (*FACTS, *NEGATIVES):
            for at, _ in cases(row) if row.kind == "chain" else ():
                outcome(row, at)
    return [question for question in request if question is not None]


def main(corpus: Path) -> None:
    questions = [one for one in jobs() if one.reason not in {"unsupported-algorithm", "too-many"}]
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in range(len(questions))]
        for file, question in zip(files, questions, strict=True):
            file.write_text(json.dumps(question._asdict()))
        answers = READER.facts(files)
    wrong = 0
    for question, answer in zip(questions, answers, strict=True):
        if bool(answer) != (question.reason is None):
            wrong += 1
            print(f"{question.name} at {question.at}: {question.reason or 'holds'} here, {answer} there")
    print(f"{READER.version()}: {len(questions)} paths, {wrong} judged otherwise")
    if wrong:
        sys.exit(1)
