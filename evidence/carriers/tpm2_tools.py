"""Files of tpm2-tools in a folder: what `tpm2_quote` writes with `-m`, `-s` and `-o`, under one name with three endings.

The key is no file of that command: it is `NAME.ak`, or, where the folder has one quote alone, what `tpm2_createak -u` was told to
write, `ak.pub` or `ak.pem`. Whether it belongs to the quote is for the type to say.

Source: tpm2-software, tpm2-tools (`man/tpm2_quote.1.md`, `man/tpm2_createak.1.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor
from evidence.errors import CarrierError, EvidenceError
from evidence.input import NOTHING, Carrier, Input, Refusal
from evidence.wire.tpm import attest

NAME: Final = "tpm2-tools"
MESSAGE: Final = ".msg"
BESIDE: Final = {".sig": "signature", ".pcrs": "pcr-values", ".ak": "ak"}
"""What stands beside a message, by its ending."""
SIGNATURE: Final = ".sig"
KEYS: Final = ("ak.pub", "ak.pem")
"""Names of the key of the only quote in a folder."""

Read = Callable[[str], bytes | None]
Begins = Callable[[str, bytes], bool]
"""Whether the file of a name is one, and begins with these bytes."""
Files = Mapping[str, str]
"""The files of one quote, by the kind of attachment."""


def quotes(names: Collection[str], begins: Begins) -> Mapping[str, Files]:
    """The files beside each quote of a folder, by the name of its message: one that begins as a quote and has a signature."""
    messages = [
        name
        for name in sorted(names)
        if name.endswith(MESSAGE)
        and name.removesuffix(MESSAGE) + SIGNATURE in names
        and begins(name, attest.MAGIC)
    ]
    every = {}
    for message in messages:
        stem = message.removesuffix(MESSAGE)
        files = {kind: stem + ending for ending, kind in BESIDE.items() if stem + ending in names}
        key = next((name for name in KEYS if name in names), None)
        if key is not None and len(messages) == 1:
            files.setdefault("ak", key)
        every[message] = files
    return every


def in_folder(
    every: Mapping[str, Files], read: Read, extra: Mapping[str, bytes] = NOTHING
) -> Iterator[Input | Refusal]:
    """Each quote with what stands beside it. `read(name)` gives a file's bytes; a broken one is a `Refusal` beside the others."""
    limits.check("pieces", limits.PIECES, len(every))
    for message, files in every.items():
        at = message.removesuffix(MESSAGE) if len(every) > 1 else ""
        try:
            yield _piece(message, files, read, extra, at)
        except EvidenceError as error:
            yield Refusal(at, error)


def _piece(message: str, files: Files, read: Read, extra: Mapping[str, bytes], at: str) -> Input:
    return Input(
        data=_content(message, read),
        attachments={kind: _content(name, read) for kind, name in files.items()} | dict(extra),
        by_caller=frozenset(extra),
        carriers=(Carrier(NAME, at),),
    )


def _content(name: str, read: Read) -> bytes:
    content = read(name)
    if not content:
        raise CarrierError(carrier=NAME, path=name, reason="missing" if content is None else "empty")
    return content


CARRIERS: Final = (
    CarrierDescriptor(
        name=NAME,
        section="files",
        told_by="a directory with files `NAME.msg`, which begins as a quote of a TPM, and `NAME.sig`",
        taken="each `NAME.msg`, as a piece",
        rest=(
            "`NAME.sig` becomes `signature`, `NAME.pcrs` `pcr-values`, `NAME.ak` `ak`; of a folder with one quote alone "
            "`ak.pub` or `ak.pem` is its key as well"
        ),
        source="tpm2-tools, `tpm2_quote`",
    ),
)
