"""Blocks of code in Markdown, and a folder in which they are run.

    ```sh        every command ends well; `evidence` is ours
    ```console   the same for lines behind `$ `; the other lines are what they print, where `…` is any text
    ```python    is executed, with what the blocks before it on the page left
    ```json, toml, sql   is read, or run, as that
    ```text      is no code

What a block needs is said in a comment in the line before it, which readers do not see:

    <!-- with: report.bin = amd-sev-snp/v3-table, ccel = intel-tdx/v4-ccel#event-log -->   files, from here on
    <!-- with: NONCE = $amd-sev-snp/v3-table[0x50:0x90] -->   a variable of the environment, in hexadecimal
    <!-- exits: 0 1 -->          the codes that its commands may end with, each of which one does
    <!-- not run: REASON -->     it cannot be run
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from evidence.encode.json import to_json
from tests.builtin import BY_NAME
from tests.generate import groups

ROOT: Final = Path(__file__).parents[1]

BASH: Final = shutil.which("bash") or "/bin/bash"
FENCE: Final = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})(?P<language>\S*)(?P<rest>.*)")
DIRECTIVE: Final = re.compile(r"\s*<!-- (?P<what>with|exits|not run): (?P<text>.*?) -->")
LANGUAGES: Final = frozenset({"sh", "console", "python", "json", "toml", "sql", "diff", "text"})
SLICE: Final = re.compile(r"(?P<source>[^\[]+)\[(?P<start>\w+):(?P<end>\w+)\]")


class Block(NamedTuple):
    """One block: its language, its text, the line of its first fence, and what was said before it."""

    language: str
    text: str
    line: int
    directives: tuple[tuple[str, str], ...] = ()

    def directive(self, what: str) -> str:
        """The text of a directive; empty where there is none."""
        return next((text for name, text in self.directives if name == what), "")


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page in order."""
    lines = text.split("\n")
    number = 0
    directives: list[tuple[str, str]] = []
    while number < len(lines):
        line = lines[number]
        if directive := DIRECTIVE.fullmatch(line):
            directives.append((directive["what"], directive["text"]))
        elif fence := FENCE.match(line):
            start, indent = number, len(fence["indent"])
            number += 1
            while lines[number].strip() != fence["ticks"]:
                number += 1
            body = "\n".join(inner[indent:] for inner in lines[start + 1 : number]) + "\n"
            yield Block(fence["language"], body, start + 1, tuple(directives))
            directives = []
        elif line.strip():
            directives = []
        number += 1


def unfenced(text: str) -> list[int]:
    """The lines at which a block of code begins that has no fence, and so no language: nobody would run it."""
    at: list[int] = []
    fenced = listed = False
    before = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and line.strip():
            depth = len(line) - len(line.lstrip())
            if depth == 0:
                listed = bool(re.match(r"[*-] |\d+\. ", line))
            if depth >= (7 if listed else 4) and not before.strip():
                at.append(number)
        before = line
    return at


FILES: Final = {
    "report.bin": "amd-sev-snp/v3-table",
    "vcek.der": "amd-sev-snp/v3-table:/certificates/vcek",
    "nonce.hex": "hex:amd-sev-snp/v3-table[0x50:0x90]",
    "quote.bin": "intel-tdx/v4-ccel",
    "CCEL": "intel-tdx/v4-ccel#event-log",
    "gpu.bin": "dmtf-spdm/v11-nvidia-gpu",
    "chain.pem": "dmtf-spdm/v11-nvidia-gpu#certificates",
    "evidence.json": "json:amd-sev-snp/v3-azure-hcl",
    "token.cbor": "arm-cca/2024-907",
    "platform.jwk": "arm-cca/verify/token#cpak",
    "psa.cbor": "arm-psa/rfc9783-sign1",
    "device.jwk": "arm-psa/verify/sign1#iak",
    "token.cwt": "eat/cwt",
    "key.jwk": "eat/verify/cwt#attester",
    "authority.der": "amd-sev-snp/verify/table#anchor",
    "claims.json": "claims:amd-sev-snp/v3-table",
    "evidence/a/report": "amd-sev-snp/v3-milan",
    "evidence/b/quote": "intel-tdx/v4-chain",
    "backup.tar.gz": "tar:amd-sev-snp/v3-milan",
    "tsm/report/r0/outblob": "amd-sev-snp/v3-table",
    "tsm/report/r0/auxblob": "amd-sev-snp/v3-table#certificates",
    "tsm/report/r0/provider": "text:sev_guest",
    "tsm/report/r0/generation": "text:1",
}
"""What the pages call by these names."""
VARIABLES: Final = {
    "NONCE": "amd-sev-snp/v3-table[0x50:0x90]",
    "GPU_NONCE": "dmtf-spdm/v11-nvidia-gpu[0x4:0x24]",
}
COPIED: Final = ("policies", "examples")
"""Folders of the repository that pages speak of by their names there."""
LINKED: Final = ("fixtures", "schemas")
"""The same, where a copy would take long."""
KERNEL: Final = "/sys/kernel/config/"
"""What the kernel would have there lies in the folder."""


class Folder:
    """A folder with the files that pages speak of, in which blocks are run one after the other."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "page"}
        tools.mkdir()
        command = tools / "evidence"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m evidence "$@"\n')
        command.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "80",
        }
        for name, source in FILES.items():
            self.put(f"{name} = {source}")
        for name, source in VARIABLES.items():
            self.put(f"{name} = ${source}")
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)

    def run(self, block: Block) -> None:
        """Do what a block says; an `AssertionError` names what was not as it says."""
        self.put(block.directive("with"))
        if block.directive("not run"):
            return
        if block.language in {"sh", "console"}:
            self.commands(block)
        elif block.language == "python":
            exec(compile(block.text, f"line {block.line}", "exec"), self.names)  # noqa: S102 (the page's own code)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "sql":
            self.sql(block.text)

    def put(self, files: str) -> None:
        """Write files, or set variables, that a page asks for."""
        for line in filter(None, files.split(", ")):
            name, _, source = line.partition(" = ")
            if source.startswith("$"):
                self.environment[name] = content(source[1:]).hex()
            else:
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content(source))

    def commands(self, block: Block) -> None:
        allowed = set(map(int, block.directive("exits").split())) or {0}
        codes = set()
        place = self.folder
        for line, expected in commands(block):
            command = line.replace(KERNEL, f"{self.folder}/")
            if command.startswith("cd "):
                place /= command.removeprefix("cd ").strip()
                continue
            done = subprocess.run(
                (BASH, "-o", "pipefail", "-c", command),
                cwd=place,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode in allowed, (
                f"{command}\nends with {done.returncode}\n{done.stdout[-4000:]}"
            )
            codes.add(done.returncode)
            if expected:
                assert fits(expected, done.stdout), (
                    f"{command}\nprints\n{done.stdout[:4000]}\nand not\n{expected}"
                )
        assert codes == allowed, f"no command ends with {allowed - codes}"

    def sql(self, text: str) -> None:
        """Run statements as DuckDB's shell does."""
        with duckdb.connect() as database:
            for statement in re.split(r";\s*\n|\n(?=\.read)|(?<=\.sql)\n", text):
                read = re.fullmatch(r"\s*\.read (\S+)\s*", statement)
                code = (self.folder / read[1]).read_text() if read else statement
                if code.strip():
                    database.execute(code.replace("'claims/", f"'{self.folder}/claims/"))


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a block with what it is said to print; a line that ends with a backslash goes on."""
    lines = block.text.replace("\\\n", "\\\0").splitlines()
    if block.language == "sh":
        yield from (
            (line.replace("\0", "\n"), "") for line in lines if line.strip() and not line.startswith("#")
        )
        return
    command, expected = "", ""
    for line in (*lines, "$ "):
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:].replace("\0", "\n"), ""
        else:
            expected += line + "\n"


def fits(expected: str, output: str) -> bool:
    """Whether an output is what a page says, where `…` is any text."""
    pattern = ".*?".join(map(re.escape, expected.rstrip("\n").split("…")))
    return re.fullmatch(pattern, output.rstrip("\n"), re.DOTALL) is not None


def content(source: str) -> bytes:
    """The bytes of a fixture (`TYPE/NAME`; behind `#` its attachment, behind `:/` a certificate of its claims), of the trust that its
    verification needs (`TYPE/verify/NAME#anchor`, or `#` and a key's role), or made of these.
    """
    if made := MADE.match(source):
        return MAKERS[made["how"]](made["of"])
    if part := SLICE.fullmatch(source):
        return content(part["source"])[int(part["start"], 0) : int(part["end"], 0)]
    name, _, part_of = source.partition("#")
    if "/verify/" in name:
        case = json.loads((ROOT / "fixtures" / f"{name}.json").read_text())
        return (
            bytes.fromhex(case["anchors"][0])
            if part_of == "anchor"
            else json.dumps(case["keys"][part_of]).encode()
        )
    name, _, certificate = name.partition(":")
    loaded = BY_NAME[name].loaded
    if certificate:
        return BY_NAME[name].read().certificate(certificate)
    return loaded.attachments[part_of] if part_of else loaded.data


def _google(source: str) -> bytes:
    """A quote beside its event log, as Google's services have them."""
    parts = {"td_quote": content(source), "ccel_data": content(f"{source}#event-log")}
    return json.dumps({name: b64encode(part).decode() for name, part in parts.items()}).encode()


def _archive(source: str) -> bytes:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("report.bin")
        member.size = len(data := content(source))
        archive.addfile(member, BytesIO(data))
    return stream.getvalue()


MAKERS: Final[dict[str, Callable[[str], bytes]]] = {
    "text": str.encode,
    "hex": lambda source: content(source).hex().encode() + b"\n",
    "json": lambda source: json.dumps({"evidence": b64encode(content(source)).decode()}).encode(),
    "claims": lambda source: to_json(BY_NAME[source].read().claims),
    "google": _google,
    "tar": _archive,
    "group": lambda name: next(case.data for case in groups.CASES if case.name == name),
}
MADE: Final = re.compile(rf"(?P<how>{'|'.join(MAKERS)}):(?P<of>.+)")
