"""What is written, before readers of others: every form by its grammar, signed tokens by libraries of tokens.

Nothing is recorded: whatever does not come out as it should ends with an error. The grammars are those of the corpus.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evidence.claims import Claims
from evidence.convert import Evidence, parse_all
from evidence.encode import coev, eat, ect, signed
from evidence.encode.json import to_json
from evidence.encode.written import Written
from evidence.errors import UsageError
from evidence.wire import cbor
from tests.builtin import CASES
from tests.oracles.common import READERS, environment, manifest
from tests.test_output_grammar import CHANGED, ENCODED, VALUES
from tests.test_output_signed import KEYS, verified

CDDL: Final = ("cddl-verifier", "cddl-verifier==1.5.3")
CWT: Final = ("cwt", "cwt")
JOSE: Final = ("joserfc", "joserfc")
ENDINGS: Final = {"uccs": ".uccs.cbor", "eat-json": ".eat.json", "coev": ".ce.cbor", "ect": ".ect.cbor"}
WRITERS: Final[dict[str, Callable[[Claims], Written]]] = {
    "uccs": eat.to_uccs,
    "eat-json": eat.to_eat_json,
    "coev": coev.to_coev,
    "ect": ect.to_ects,
}
UNSEEN: Final = frozenset({"nonce of 7 bytes", "ueid of 6 bytes"})
"""Mutations that the reader does not refuse: it does not look at these sizes."""


def pieces(corpus: Path) -> Iterator[Evidence]:
    """Every piece of evidence in the corpus and in the fixtures, each once."""
    known: set[bytes] = set()
    files = [
        list_.parent / row["file"]
        for list_ in sorted(corpus.glob("*/MANIFEST.tsv"))
        for row in manifest(list_.parent)
    ]
    for file in files:
        for one in parse_all(file.read_bytes()) if file.is_file() else ():
            if isinstance(one, Evidence) and (digest := sha256(to_json(one.claims)).digest()) not in known:
                known.add(digest)
                yield one
    for case in CASES:
        yield case.read()


def write(result: Iterator[Evidence], folder: Path) -> int:
    """Every form of every piece, and those of vendors; gives the count of pieces."""
    count = -1
    for count, one in enumerate(result):
        for form, writer in WRITERS.items():
            try:
                (folder / f"{count}{ENDINGS[form]}").write_bytes(writer(one.claims).data)
            except UsageError:
                continue
        if one.type.corim is not None:
            try:
                profile = one.type.corim()
                (folder / f"{count}-vendor.ce.cbor").write_bytes(coev.to_coev(one.claims, profile).data)
                tuples = ect.to_ects(one.claims, profile).data
                (folder / f"{count}-vendor.ect.cbor").write_bytes(tuples)
            except UsageError:
                continue
    return count + 1


def fit(grammars: Path, folder: Path) -> dict[str, bool]:
    python = environment(*CDDL)
    command = [str(python), str(READERS / "cddl_verifier_outputs.py"), str(grammars), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(line) for line in done.stdout.splitlines())


def tokens(folder: Path) -> list[str]:
    """Signed tokens that readers of others do not verify."""
    for name, pem in KEYS.items():
        key = signed.SigningKey(pem)
        for ending, writer in (("cwt", signed.to_cwt), ("jwt", signed.to_jwt)):
            file = folder / f"{name}.{ending}"
            file.write_bytes(writer(verified(), key, issuer="the converter", iat=1_796_000_000).data)
        (folder / f"{name}.pem").write_bytes(key.public_pem())
    wrong = []
    for (name, requirement), ending in ((CWT, "cwt"), (JOSE, "jwt")):
        files = [str(folder / f"{key}.{ending}") for key in KEYS]
        command = [str(environment(name, requirement)), str(READERS / f"{name}_tokens.py"), *files]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        wrong += [file for file, good in map(json.loads, done.stdout.splitlines()) if not good]
    return wrong


def main(corpus: Path) -> None:
    grammars = corpus / "outputs" / "cddl"
    with TemporaryDirectory() as outputs, TemporaryDirectory() as changed, TemporaryDirectory() as signed_:
        count = write(pieces(corpus), Path(outputs))
        (Path(changed) / "0.addition.cbor").write_bytes(ect.to_ects(CASES[0].read().claims).data)
        if any(fit(grammars, Path(changed)).values()):
            sys.exit("outputs: tuples without an authority are taken for evidence that a verifier adds")
        (Path(changed) / "0.addition.cbor").unlink()
        answers = fit(grammars, Path(outputs))
        wrong = [name for name, fits in answers.items() if not fits]
        print(f"outputs: {count} pieces; {sum(answers.values())} passed, {len(wrong)} failed")
        named = dict(enumerate([*CHANGED, *ENCODED]))
        for number, (form, what) in named.items():
            value = VALUES[form]()
            made = (
                ENCODED[form, what](value)
                if (form, what) in ENCODED
                else cbor.dumps(CHANGED[form, what](value))
            )
            (Path(changed) / f"{number}{ENDINGS[form]}").write_bytes(made)
        accepted = {
            named[int(name.partition(".")[0])][1]
            for name, fits in fit(grammars, Path(changed)).items()
            if fits
        }
        print(
            f"outputs: {len(named) - len(accepted)} of {len(named)} mutations refused, but {sorted(accepted)}"
        )
        untold = tokens(Path(signed_))
        print(f"outputs: {2 * len(KEYS) - len(untold)} of {2 * len(KEYS)} signed tokens verified by others")
    if wrong or accepted - UNSEEN or untold:
        sys.exit(f"outputs: {wrong[:8]} do not fit, {accepted - UNSEEN} fit, {untold} do not verify")
