"""What a log says of how a machine was started, with the event that says so and what backs it.

A text or a state stands only where it was hashed; else there are digests. What firmware says counts before the
separator of its register alone: behind it a loader or a system may say the same. Absence says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.claims import BootEntry
from evidence.logs import cel, details, dstack, efi
from evidence.logs.backing import BELIEVED
from evidence.logs.event import Event
from evidence.logs.names import NUMBERS
from evidence.logs.reading import Reading
from evidence.words import Committed

Statement = tuple[str, bool | str | None]
"""A name, and what is said; None where the digests say it."""

VARIABLES: Final = {"PK": "pk", "KEK": "kek", "db": "db", "dbx": "dbx"}
IPL: Final = {
    b"MokList": "mok_list",
    b"MokListX": "mok_list_x",
    b"MokListTrusted": "mok_list_trusted",
    b"grub_linuxefi Kernel": "kernel",
    b"grub_linuxefi Initrd": "initrd",
}
"""Labels of loaders for what they hash."""
COMMAND_LINE: Final = (b"kernel_cmdline: ", b"grub_kernel_cmdline ")
PATHS: Final = (b"/", b"(")
"""How the label of a file begins that GRUB hashes."""
SECTIONS: Final = {".linux": "kernel", ".initrd": "initrd", ".cmdline": "kernel_command_line"}
"""Sections of a kernel image that its stub measures: first their names, then their contents."""
RUNTIME: Final = {
    "app-id": "app_id",
    "compose-hash": "compose_hash",
    "instance-id": "instance_id",
    "os-image-hash": "os_image_hash",
    "key-provider": "key_provider",
}
CONTAINER: Final = {"image-reference": "image_reference", "image-digest": "image_digest"}
READY: Final = frozenset({"system-ready", "launch-separator"})
"""Events behind which the application itself extends what it likes."""
FIRMWARE: Final = frozenset(
    {"secure_boot", "debug_boot", "pk", "kek", "db", "dbx", "firmware_version"},
)
"""What firmware alone says, and before the separator."""
ALL_OF_IT: Final = frozenset({"secure_boot", "debug_boot", "firmware_version", "sbat_level"})
"""Where a part of the data that was hashed does not say what it is: all of them must be."""
DEBUG: Final = b"UEFI Debug Mode"


class Boot(NamedTuple):
    """The entries, and whether there were more than are kept."""

    entries: tuple[BootEntry, ...]
    shortened: bool


def boot(readings: Iterable[Reading], committed: Callable[[Event], Committed]) -> Boot:
    """What the events say; `committed` is the word of the register of an event."""
    made: list[BootEntry] = []
    characters = 0
    for reading, (name, statement) in _statements(readings):
        after = reading.after_separator and name in FIRMWARE
        entry = _entry(reading, name, None if after else statement, committed(reading.event))
        characters += len(entry.text or "")
        if len(made) == limits.BOOT_ENTRIES or characters > limits.BOOT_TEXT:
            return Boot(tuple(made), shortened=True)
        made.append(entry)
    return Boot(tuple(made), shortened=False)


def _entry(reading: Reading, name: str, word: bool | str | None, committed: Committed) -> BootEntry:  # noqa: FBT001
    backing = reading.backed.backing
    is_backed = backing == "data" if name in ALL_OF_IT else backing in BELIEVED
    is_short = not isinstance(word, str) or 0 < len(word) <= limits.LOG_TEXT
    word = word if is_backed and is_short else None
    return BootEntry(
        name=name,
        event=reading.number,
        bool=word if isinstance(word, bool) else None,
        text=word if isinstance(word, str) else None,
        digests=reading.digests() if word is None else (),
        backing=backing,
        committed=committed,
        after_separator=reading.after_separator or None,
    )


def _statements(readings: Iterable[Reading]) -> Iterator[tuple[Reading, Statement]]:
    """Each event that says something, with that. One without digests has nothing that could prove it."""
    section: dict[str | None, bytes] = {}
    ready = False
    for reading in readings:
        event = reading.event
        name = section.pop(event.register, None)
        if reading.backed.backing == "name":
            section[event.register] = event.data
            continue
        ready = ready or event.name in READY
        if not (event.digests or event.others):
            continue
        if event.type == NUMBERS["EV_IPL"] and name == event.data:
            title = SECTIONS.get(efi.characters(event.data))
            statement: Statement | None = None if title is None else (title, None)
        elif ready and event.type in {dstack.RUNTIME, cel.CONTAINER}:
            continue
        else:
            statement = _BY_TYPE.get(event.type, _nothing)(reading)
        if statement is not None:
            yield reading, statement


def _nothing(_: Reading) -> None:
    return None


def _config(reading: Reading) -> Statement | None:
    variable = reading.says.get("variable")
    if variable is None:
        return None
    if variable.name == "SecureBoot" and variable.guid == efi.GLOBAL:
        if variable.state == "not-set":
            return "secure_boot", "not-set"
        return "secure_boot", {b"\0": False, b"\1": True}.get(variable.value or b"")
    if efi.KEYS.get(variable.name) == variable.guid and variable.name in VARIABLES:
        return VARIABLES[variable.name], None
    return None


def _authority(reading: Reading) -> Statement:
    variable = reading.says.get("variable")
    if variable is not None and variable.name == "SbatLevel":
        return "sbat_level", variable.text
    return "authority", None


def _ipl(reading: Reading) -> Statement | None:
    data = reading.event.data
    for prefix in COMMAND_LINE:
        if data.startswith(prefix):
            start, end = reading.backed.range or (0, 0)
            return "kernel_command_line", _text(data[start:end])
    label = IPL.get(data.rstrip(b"\0"))
    if label is not None:
        return label, None
    if data.startswith(PATHS) and b"\0" not in data[:2]:
        return "loaded_file", None
    if len(data) > 2 and data[1] == 0 and data[:2] != b".\0":
        plain = _in_utf16(data)
        return "kernel_command_line", plain
    return None


def _text(data: bytes) -> str | None:
    """A text without the NUL at its end; None where it is none, or has more behind a NUL."""
    try:
        plain = data.decode().removesuffix("\0")
    except UnicodeDecodeError:
        return None
    return None if "\0" in plain else plain


def _in_utf16(data: bytes) -> str | None:
    try:
        plain = data.decode("utf-16-le").removesuffix("\0")
    except UnicodeDecodeError:
        return None
    return None if "\0" in plain else plain


def _tag(reading: Reading) -> Statement | None:
    number = int.from_bytes(reading.event.data[:4], "little")
    if number == details.INITRD:
        return "initrd", None
    if number == details.LOAD_OPTIONS:
        return "load_options", None
    if number == details.STUB_OPTIONS:
        start, end = reading.backed.range or (8, len(reading.event.data))
        return "kernel_command_line", _in_utf16(reading.event.data[start:end])
    return None


def _flags(reading: Reading) -> Statement | None:
    if reading.says.get("name") != "td_payload_info":
        return None
    return "kernel_command_line", _text(reading.event.data[20:].partition(b"\0")[0])


def _blob(reading: Reading) -> Statement | None:
    region = reading.says.get("region")
    return ("kernel", None) if region is not None and region.description == "td_payload" else None


def _version(reading: Reading) -> Statement:
    return "firmware_version", reading.says.get("text") or None


def _action(reading: Reading) -> Statement | None:
    return ("debug_boot", True) if reading.event.data.rstrip(b"\0") == DEBUG else None


def _image(_: Reading) -> Statement:
    return "loaded_image", None


def _runtime(reading: Reading) -> Statement | None:
    name = RUNTIME.get(reading.event.name or "")
    if name is None:
        return None
    data = reading.event.data
    return name, (_text(data) if name == "key_provider" else None) or data.hex()


def _container(reading: Reading) -> Statement | None:
    name = CONTAINER.get(reading.event.name or "")
    return None if name is None else (name, reading.says.get("text"))


_BY_TYPE: Final[dict[int, Callable[[Reading], Statement | None]]] = {
    NUMBERS["EV_EFI_VARIABLE_DRIVER_CONFIG"]: _config,
    NUMBERS["EV_EFI_VARIABLE_AUTHORITY"]: _authority,
    NUMBERS["EV_EFI_BOOT_SERVICES_APPLICATION"]: _image,
    NUMBERS["EV_S_CRTM_VERSION"]: _version,
    NUMBERS["EV_EFI_ACTION"]: _action,
    NUMBERS["EV_IPL"]: _ipl,
    NUMBERS["EV_EVENT_TAG"]: _tag,
    NUMBERS["EV_PLATFORM_CONFIG_FLAGS"]: _flags,
    NUMBERS["EV_EFI_PLATFORM_FIRMWARE_BLOB2"]: _blob,
    dstack.RUNTIME: _runtime,
    cel.CONTAINER: _container,
}
