"""Event logs of every form, from literal layouts, with what each event must turn out to be."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tests.generate.dcap import u16, u32, u64

NUMBERS: Final = {"sha1": 4, "sha256": 11, "sha384": 12, "sha512": 13}
GLOBAL: Final = bytes.fromhex("61dfe48bca93d211aa0d00e098032b8c")
SECURITY: Final = bytes.fromhex("cbb219d73a3d9645a3bcdad00e67656f")
SHIM: Final = bytes.fromhex("50ab5d6046e00043abb63dd810dd8b23")
RUNTIME: Final = 0x08000001


class Told(NamedTuple):
    """One event: its register, its type, its data, what is hashed, and what backs it."""

    register: int
    type: int
    data: bytes
    hashed: bytes
    backing: str


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def variable(owner: bytes, name: str, content: bytes) -> bytes:
    characters = name.encode("utf-16-le")
    return owner + u64(len(characters) // 2) + u64(len(content)) + characters + content


def node(kind: int, subtype: int, body: bytes) -> bytes:
    return bytes((kind, subtype)) + u16(4 + len(body)) + body


def path(*nodes: bytes) -> bytes:
    return b"".join(nodes) + node(0x7F, 0xFF, b"")


def image(device_path: bytes) -> bytes:
    return u64(0x7000_0000) + u64(4096) + u64(0) + u64(len(device_path)) + device_path


def signatures(*certificates: bytes) -> bytes:
    """Signature lists of X.509, one entry each."""
    kind = bytes.fromhex("a159c0a5e494a74a87b5ab155c2bf072")
    made = b""
    for certificate in certificates:
        entry = bytes(range(16)) + certificate
        made += kind + u32(28 + len(entry)) + u32(0) + u32(len(entry)) + entry
    return made


def tag(number: int, content: bytes) -> bytes:
    return u32(number) + u32(len(content)) + content


def disk(*names: str) -> bytes:
    header = b"EFI PART".ljust(56, b"\0") + bytes(range(1, 17)) + bytes(8) + u32(4) + u32(128) + bytes(4)
    entries = [
        bytes(range(16)) + bytes(range(16, 32)) + bytes(24) + name.encode("utf-16-le").ljust(72, b"\0")
        for name in names
    ]
    return header + u64(len(entries)) + b"".join(entries)


def whole(register: int, kind: int, data: bytes) -> Told:
    return Told(register, kind, data, data, "data")


def label(register: int, kind: int, data: bytes) -> Told:
    return Told(register, kind, data, b"something else: " + data, "digest-only")


FILE: Final = path(
    node(2, 1, u32(0x0A0341D0) + u32(0)),
    node(1, 1, b"\0\4"),
    node(4, 1, u32(1) + u64(2048) + u64(4096) + bytes(range(16)) + b"\2\2"),
    node(4, 4, wide("\\EFI\\BOOT\\BOOTX64.EFI")),
)
BOOT: Final = (
    # in the registers of UEFI CC: 0 is MRTD
    whole(1, 8, wide("Firmware of ours 1.2")),
    label(1, 0x80000008, u64(0xFF000000) + u64(4096)),
    label(1, 0x8000000A, b"\x05Fv(A)" + u64(0xFF000000) + u64(4096)),
    whole(1, 0x80000001, variable(GLOBAL, "SecureBoot", b"\1")),
    whole(1, 0x80000001, variable(GLOBAL, "PK", signatures(b"the key of the platform"))),
    whole(1, 0x80000001, variable(GLOBAL, "KEK", signatures(b"a key", b"another key"))),
    whole(1, 0x80000001, variable(SECURITY, "db", signatures(b"a certificate"))),
    whole(1, 0x80000001, variable(SECURITY, "dbx", b"")),
    whole(1, 0x80000007, b"UEFI Debug Mode"),
    whole(1, 4, bytes(4)),
    label(1, 10, b"ACPI DATA"),
    Told(1, 0x80000002, variable(GLOBAL, "BootOrder", b"\0\0\1\0"), b"\0\0\1\0", "data-part"),
    Told(
        1,
        0x80000002,
        variable(GLOBAL, "Boot0000", u32(1) + u16(len(FILE)) + wide("A disk") + FILE),
        u32(1) + u16(len(FILE)) + wide("A disk") + FILE,
        "data-part",
    ),
    whole(2, 0x80000007, b"Calling EFI Application from Boot Option"),
    whole(2, 4, bytes(4)),
    whole(2, 0x80000006, disk("EFI System", "root")),
    label(2, 0x80000003, image(FILE)),
    whole(1, 0x800000E0, variable(SHIM, "SbatLevel", b"sbat,1,2023012900\n")),
    whole(1, 0x800000E0, variable(SECURITY, "db", bytes(range(16)) + b"a certificate")),
    label(3, 13, b"MokList\0"),
    Told(3, 13, b"grub_cmd: set pager=1\0", b"set pager=1", "data-part"),
    Told(3, 13, b"grub_cmd set pager=1\0", b"set pager=1\0", "data-part"),
    label(3, 13, b"(hd0,gpt2)/vmlinuz\0"),
    Told(3, 13, b"kernel_cmdline: /vmlinuz quiet\0", b"/vmlinuz quiet", "data-part"),
    label(3, 13, b"grub_kernel_cmdline /vmlinuz debug\0"),
    whole(3, 13, wide("console=ttyS0")),
    Told(3, 13, wide(".linux"), b".linux\0", "name"),
    label(3, 13, wide(".linux")),
    label(3, 6, tag(0x8F3B22EC, b"Linux initrd\0")),
    label(3, 6, tag(0x8F3B22ED, b"LOADED_IMAGE::LoadOptions\0")),
    Told(3, 6, tag(0xF5BC582A, wide("quiet splash")), wide("quiet splash"), "data-part"),
    whole(4, 6, tag(0x4C454141, b'ours.example start {"a": "b c"}')),
)
"""The events of a machine that was started by firmware, shim, GRUB and a kernel's stub, one of each kind."""
STATED: Final = (
    ("firmware_version", 1, "Firmware of ours 1.2"),
    ("secure_boot", 4, True),
    ("pk", 5, None),
    ("kek", 6, None),
    ("db", 7, None),
    ("dbx", 8, None),
    ("debug_boot", 9, True),
    ("loaded_image", 17, None),
    ("sbat_level", 18, "sbat,1,2023012900"),
    ("authority", 19, None),
    ("mok_list", 20, None),
    ("loaded_file", 23, None),
    ("kernel_command_line", 24, "/vmlinuz quiet"),
    ("kernel_command_line", 25, None),
    ("kernel_command_line", 26, "console=ttyS0"),
    ("kernel", 28, None),
    ("initrd", 29, None),
    ("load_options", 30, None),
    ("kernel_command_line", 31, "quiet splash"),
)
"""What these say of the start: the name, the number of the event behind the first, the text; None is by digests."""


def digest(name: str, content: bytes) -> bytes:
    return hashlib.new(name, content).digest()


def first(register: int, names: Sequence[str], vendor: bytes = b"") -> bytes:
    announced = b"".join(u16(NUMBERS[name]) + u16(len(digest(name, b""))) for name in names)
    data = b"Spec ID Event03\0" + u32(0) + bytes((0, 2, 0, 2)) + u32(len(names)) + announced
    data += bytes((len(vendor),)) + vendor
    return u32(register) + u32(3) + bytes(20) + u32(len(data)) + data


def event2(told: Told, names: Sequence[str]) -> bytes:
    digests = b"".join(u16(NUMBERS[name]) + digest(name, told.hashed) for name in names)
    head = u32(told.register) + u32(told.type) + u32(len(names)) + digests
    return head + u32(len(told.data)) + told.data


def ccel(events: Iterable[Told] = BOOT, filler: bytes = b"") -> bytes:
    """CCEL as EDK2 writes it."""
    return first(1, ["sha384"]) + b"".join(event2(told, ["sha384"]) for told in events) + filler


def tcg(events: Iterable[Told] = BOOT, names: Sequence[str] = ("sha1", "sha256"), locality: int = 0) -> bytes:
    """A crypto-agile log for a TPM; `locality` is that of its start."""
    started = Told(0, 3, b"StartupLocality\0" + bytes((locality,)), b"", "not-extended")
    events = [started, *events] if locality else [*events]
    return first(0, names) + b"".join(event2(told, names) for told in events)


def sha1(events: Iterable[Told] = BOOT) -> bytes:
    """A log in the form of TCG 1.2."""
    return b"".join(
        u32(told.register) + u32(told.type) + digest("sha1", told.hashed) + u32(len(told.data)) + told.data
        for told in events
    )


def agent(*texts: str, register: int = 4, name: str = "sha384") -> bytes:
    """Events of an attestation agent alone."""
    told = [whole(register, 6, tag(0x4C454141, text.encode())) for text in texts]
    return b"".join(event2(one, [name]) for one in told)


def td_shim(command_line: str) -> bytes:
    info = command_line.encode().ljust(64, b"\0")
    told = [
        Told(1, 10, b"td_hob".ljust(16, b"\0") + u32(4) + b"\1\2\3\4", b"\1\2\3\4", "data-part"),
        whole(1, 4, bytes(4)),
        label(2, 0x8000000A, b"\x0btd_payload\0" + u64(0x100000) + u64(4096)),
        Told(2, 10, b"td_payload_info\0" + u32(64) + info, info, "data-part"),
    ]
    return (first(0, ["sha384"], b"td-shim") + b"".join(event2(one, ["sha384"]) for one in told)).ljust(
        4096, b"\0"
    )


def runtime(name: str, payload: bytes, version: int, **more: object) -> dict[str, object]:
    """One event of dstack's own."""
    if version == 1:
        hashed = u32(RUNTIME) + b":" + name.encode() + b":" + payload
    else:
        content = {"name": name, "payload": payload.hex(), "type": RUNTIME}
        hashed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        more = {"version": 2, "preimage": hashed.hex(), **more}
    return {
        "imr": 3,
        "event_type": RUNTIME,
        "digest": digest("sha384", hashed).hex(),
        "event": name,
        "event_payload": payload.hex(),
        **more,
    }


def dstack(*events: dict[str, object]) -> bytes:
    return json.dumps(events, ensure_ascii=False).encode()


def tlv(kind: int, value: bytes) -> bytes:
    return bytes((kind,)) + struct.pack(">I", len(value)) + value


def cel(*contents: tuple[int, str], register: int = 4) -> bytes:
    """A canonical log of a container's events, by their numbers and texts."""
    made = b""
    for number, (kind, text) in enumerate(contents):
        content = tlv(80, tlv(kind, text.encode()))
        digests = tlv(3, tlv(12, digest("sha384", content)))
        made += tlv(0, struct.pack(">Q", number)) + tlv(108, bytes((register,))) + digests + content
    return made


def ima(*files: tuple[str, bytes], name: str = "sha384", register: int = 2) -> tuple[bytes, bytes]:
    """A list of measured files: as text, and, by SHA-1, in bytes."""
    text = binary = b""
    for file, content in files:
        hashed = digest(name, content)
        fields = [f"{name}:".encode() + b"\0" + hashed, file.encode() + b"\0"]
        data = b"".join(u32(len(field)) + field for field in fields)
        text += f"{register} {digest(name, data).hex()} ima-ng {name}:{hashed.hex()} {file}\n".encode()
        binary += u32(10) + digest("sha1", data) + u32(6) + b"ima-ng" + u32(len(data)) + data
    return text, binary


def extended(hashes: Iterable[bytes], name: str, start: bytes | None = None) -> bytes:
    """What a register is after these digests."""
    value = bytes(len(digest(name, b""))) if start is None else start
    for one in hashes:
        value = digest(name, value + one)
    return value


def register(number: int, events: Iterable[Told] = BOOT, name: str = "sha384") -> bytes:
    """What a register is after these events."""
    return extended((digest(name, told.hashed) for told in events if told.register == number), name)
