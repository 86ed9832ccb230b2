"""The ways in which a verifier is fooled that are known to us, by number, each shown on an input of its own.

A row is an input, a question that is asked of it in two ways, and both answers: what a naive reader says, and what
this library says. They differ, or the row would show nothing. Rows that this library alone cannot decide, as they are
the policy of a caller or need a network, name the sentence in which the documents say so.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from evidence import parse, parse_all
from evidence.authoring.check import misfit
from evidence.authoring.recipe import Edit, mutate
from evidence.convert import Evidence, Failure
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.errors import EvidenceError
from tests import naive
from tests.builtin import BY_NAME, CASES
from tests.generate.common import ec_key, ecdsa
from tests.test_dstack import TAIL, octets, vector
from tests.work import counted

ROOT: Final = Path(__file__).parents[1]
README, SECURITY = "README.md", "SECURITY.md"


class Way(NamedTuple):
    """One way to be fooled. `given` makes the input; `says` are documents and sentences that stand in them."""

    number: int
    name: str
    input: Callable[[], Any]
    naive: Callable[[Any], object]
    fooled: object
    ours: Callable[[Any], object]
    right: object
    says: tuple[tuple[str, str], ...] = ()


# inputs


def bytes_of(name: str, *edits: Edit) -> bytes:
    """A valid fixture, changed."""
    return mutate(BY_NAME[name].loaded.data, edits)


def changed(name: str, *edits: Edit) -> Callable[[], bytes]:
    """The maker of a changed fixture."""
    return partial(bytes_of, name, *edits)


def setting(offset: int, value: bytes | str) -> Edit:
    """Bytes (or their hex) at an offset."""
    return Edit(set=offset, hex=value if isinstance(value, str) else value.hex())


REALM: Final = ("tag", 44241, "bstr", "tag", 2, "bstr")
PLATFORM: Final = ("tag", 44234, "bstr", "tag", 2, "bstr")
"""The claims in a CCA token with tag 399."""


def claim(path: tuple[int | str, ...], value: object) -> Edit:
    """Another value for a claim of a token."""
    return encoded(path, cbor2.dumps(value))


def encoded(path: tuple[int | str, ...], value: bytes) -> Edit:
    """Another value for a claim of a token, in CBOR already."""
    return Edit(cbor_set=path, hex=value.hex())


def in_json(**members: object) -> bytes:
    """One object in JSON."""
    return json.dumps(members).encode()


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def document(name: str = "amd-sev-snp/v3-milan") -> bytes:
    """The claims document of a fixture, in JSON."""
    return to_json(BY_NAME[name].read().claims)


def edited(old: str, new: str) -> Callable[[], bytes]:
    """The maker of a claims document in which one text is another."""

    def make() -> bytes:
        before = document()
        after = before.replace(old.encode(), new.encode(), 1)
        assert after != before
        return after

    return make


def in_cbor(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The maker of a claims document in CBOR that is written in another way."""
    return lambda: change(to_cbor(BY_NAME["amd-sev-snp/v3-milan"].read().claims))


def one_bit(token: bytes) -> bytes:
    """A JWT whose signature has another last letter, which stands for the same bytes."""
    token = token.rstrip()
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(token[-1:])
    return token[:-1] + letters[last ^ 1 : (last ^ 1) + 1]


def signed_anew() -> bytes:
    """A TDX quote of somebody else's making: signed with a key of his own, which is put into it."""
    quote = bytes_of("intel-tdx/v4-chain", setting(184, b"\xee" * 48))
    key = ec_key(ec.SECP256R1(), 0xBAD)
    point = key.public_key().public_numbers()
    numbers = (*ecdsa(key, hashes.SHA256(), quote[:632]), point.x, point.y)
    return quote[:636] + b"".join(number.to_bytes(32, "big") for number in numbers) + quote[764:]


def swapped(record: bytes) -> bytes:
    """An SPDM record whose first two blocks change places."""
    first = 4 + naive.u16(record, 2)
    second = first + 4 + naive.u16(record, first + 2)
    return record[first:second] + record[:first] + record[second:]


def nitro() -> bytes:
    """An attestation document of an AWS Nitro enclave under debug: its PCRs are zeros."""
    payload = {
        "module_id": "i-0-enc0",
        "digest": "SHA384",
        "timestamp": 1,
        "pcrs": {index: bytes(48) for index in range(16)},
        "certificate": b"-",
        "cabundle": [b"-"],
    }
    return cbor2.dumps([cbor2.dumps({1: -35}), {}, cbor2.dumps(payload), bytes(96)])


# what this library says


def of(question: Callable[[Evidence], object], **how: Any) -> Callable[[bytes], object]:
    """What the evidence answers, or the code of the error that it is."""

    def ask(data: bytes) -> object:
        try:
            return question(parse(data, **how))
        except EvidenceError as error:
            return error.code

    return ask


def refused(data: bytes, **how: Any) -> str:
    """The code of the error that these bytes are, or their type."""
    try:
        return parse(data, **how).type.name
    except EvidenceError as error:
        return error.code


def soon(data: bytes, **how: Any) -> str:
    """The code of the error that these bytes are, if it took at most a million calls."""
    code, calls = counted(lambda: refused(data, **how))
    return code if calls <= 1_000_000 else f"{code}, late"


def unread(data: bytes, reader: Callable[[bytes], object] = from_json) -> str:
    """The code of the error by which a claims document is refused, or that it is read."""
    try:
        reader(data)
    except EvidenceError as error:
        return error.code
    return "read"


def look_up(question: Callable[[], object]) -> object:
    """The answer, or that there is none."""
    try:
        return question()
    except LookupError:
        return "none"


def noted(report: Evidence) -> set[str]:
    return {note.code for note in report.claims.notes}


def facts(report: Evidence) -> dict[str, str]:
    return {fact.name: fact.status for fact in report.claims.consistency}


def names(entries: tuple[Any, ...]) -> set[str]:
    return {entry.name for entry in entries}


def components(report: Evidence, environment: str = "platform", role: Any = "reported") -> dict[str, int]:
    return {part.name: part.svn for part in report.claims.environment(environment).tcb_of(role).components}


def as_floats(data: bytes) -> Any:
    """The claims as a reader has them to whom every number is a float."""
    return json.loads(to_json(parse(data).claims), parse_int=float)


def convert(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """`evidence convert` of what stands on its standard input."""
    command = [sys.executable, "-m", "evidence", "convert", *options, "-"]
    return subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=False)


def screen(data: bytes) -> bool:
    """Whether an escape character of the input comes out of `evidence convert`."""
    done = convert(data)
    if b"1.0" not in done.stdout:
        raise LookupError("not converted")
    return b"\x1b" in done.stdout + done.stderr


def message(data: bytes) -> bool:
    """Whether a character that turns the direction of text comes out of the text of an error."""
    (text,) = (str(piece.error) for piece in parse_all(data) if isinstance(piece, Failure))
    assert "1.0" in text
    return "\u202e" in text


def every_prefix(fixtures: Any) -> tuple[str, ...]:
    """The fixtures of which a proper prefix is read as something, other than where they state it."""
    return tuple(sorted({case.name for case in fixtures for end in ends(case) if is_read(case, end)}))


def ends(case: Any) -> set[int]:
    """Where a fixture is cut: at 50 places from the first byte to the last, except where it says that it may be."""
    size = len(case.loaded.data)
    stated = {n for part in case.loaded.fixture.parses_when_cut_at for n in range(part.start, part.end + 1)}
    places = {1 + (size - 2) * step // 47 for step in range(48)} | {size - 1, size - 2, size // 2}
    return {end for end in places if 0 < end < size} - stated


def is_read(case: Any, end: int) -> bool:
    fixture = case.loaded.fixture
    try:
        parse(
            case.loaded.data[:end],
            type=case.type.name,
            options=fixture.options or None,
            attachments=case.loaded.attachments,
        )
    except EvidenceError:
        return False
    return True


def holds(report: Evidence) -> dict[str, bool | None]:
    """Each signature of a CCA token, checked with the key in the token where there is one."""
    return {signed.name: _check(report, signed) for signed in report.signed()}


def _check(report: Evidence, signed: Any) -> bool | None:
    if signed.key is None:
        return None
    point = cbor2.loads(signed.key)
    x, y = (int.from_bytes(point[label], "big") for label in (-2, -3))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP384R1()).public_key()
    r, s = (int.from_bytes(signed.value[at : at + 48], "big") for at in (0, 48))
    return naive.verifies(key, hashes.SHA384(), r, s, report.message(signed))


def _believed() -> Evidence:
    """A report whose claims say of its signature what no conversion says."""
    report = BY_NAME[MILAN].read()
    (signature,) = report.claims.signatures
    changed: Any = {"status": "valid"}
    return replace(report, claims=replace(report.claims, signatures=(replace(signature, **changed),)))


def _misfit(report: Evidence) -> str:
    """The code of the error that the schema of the type has for the claims."""
    error = misfit(report.type, report.claims)
    return "none" if error is None else error.code


def _legacy_binding(token: bytes) -> str:
    """Whether the platform's challenge is the digest of the realm's key, as a point, as the first profile has it."""
    realm, platform = naive.cca(token)
    key = cbor2.loads(realm[44237])
    return "matches" if sha256(b"\4" + key[-2] + key[-3]).digest() == platform[10] else "differs"


def _on(certificate: Any, day: str) -> bool:
    """Whether a certificate is in force on a day; times in RFC 3339 are ordered as their texts are."""
    return bool(certificate.not_before <= day <= certificate.not_after)


def _number(report: Evidence, name: str) -> int:
    """An SVN that is a text in the source and in the claims, made a number by who knows that it is one."""
    return int(report.claims.environment("tsm").svn(name).text or "")


def _by_length(at: int, size: int, data: bytes) -> str:
    """The hash that bytes at an offset are called by, as they are as many as its digest has."""
    return {32: "sha-256", 48: "sha-384"}[len(data[at : at + size])]


def _covers(report: Evidence, path: str) -> bool:
    """Whether a signature covers the claim at a path."""
    return path not in report.unsigned()


def accepted(data: bytes) -> bool:
    """Whether this is the report that was expected, and no debugger can look into it."""
    claims = parse(data).claims
    same = claims.workload.measurements == BY_NAME[MILAN].read().claims.workload.measurements
    return same and claims.target.debug.startswith("disabled")


def kind_of(report: Evidence, name: str) -> str:
    """The list of the target's environment in which an entry stands."""
    environment = report.claims.environment(report.claims.target.environment)
    (kind,) = (
        kind for kind in ("measurements", "inputs", "manifests") if name in names(getattr(environment, kind))
    )
    return kind


def reads(question: Callable[[Evidence], object]) -> Callable[[bytes], object]:
    """The same of SPDM records, which say themselves not what they are."""
    return of(question, type=SPDM)


MILAN, GENOA, TURIN = "amd-sev-snp/v3-milan", "amd-sev-snp/v4-genoa", "amd-sev-snp/v5-turin"
QUOTE, QUOTE_5 = "intel-tdx/v4-chain", "intel-tdx/v5-td15"
CCA = "arm-cca/2023-399"
RECORD, MODE = "dmtf-spdm/record-lengths", "dmtf-spdm/record-mode-active-only"
EXCHANGE = "dmtf-spdm/v12-all-types"
SPDM, SNP, TDX = "dmtf-spdm", "amd-sev-snp", "intel-tdx"
OFF, ON = "disabled-since-boot", "enabled"
CALLER_DATA: Final = bytes(range(0xC0, 0x100))
"""A nonce that none of the fixtures answers."""
CHIPS: Final = frozenset({bytes(64), bytes(range(64))})
"""Chips that may come in; one was entered from a report that hides its own."""
PREFIX: Final = bytes(range(0x10, 0x20))
"""How the report data of most fixtures begins."""


NUMBERS: Final = (
    Way(
        1,
        "the lowest SVN of a TCB that is a number in JSON",
        changed(MILAN),
        lambda data: naive.through_json(naive.u64(data, 0x38)) & 0xFF,
        0,
        lambda data: as_floats(data)["environments"][1]["tcb"][1]["components"][0]["svn"],
        3,
    ),
    Way(
        2,
        "the debug bit of attributes that are a number in JSON",
        changed(QUOTE, setting(168, 0x8000000010000001.to_bytes(8, "little"))),
        lambda data: ON if naive.through_json(naive.u64(data, 168)) & 1 else OFF,
        OFF,
        lambda data: as_floats(data)["target"]["debug"],
        ON,
    ),
    Way(
        3,
        "hex that is base64url as well",
        document,
        lambda data: len(naive.base64_of_any_kind(json.loads(data)["bindings"][0]["value"])),
        96,
        lambda data: len(from_json(data).bindings[0].value),
        64,
    ),
    Way(
        3,
        "base64url where there is hex",
        edited(bytes_of(MILAN)[0x50:0x90].hex(), base64url(bytes_of(MILAN)[0x50:0x90])),
        lambda data: len(naive.base64_of_any_kind(json.loads(data)["bindings"][0]["value"])),
        64,
        unread,
        "bad-encoding",
    ),
    Way(
        4,
        "another last letter of a signature for the same bytes",
        lambda: one_bit(bytes_of("eat/jwt")),
        lambda data: len(naive.base64_of_any_kind(data.decode().split(".")[2])),
        64,
        refused,
        "bad-encoding",
    ),
    Way(
        4,
        "padding behind a token",
        lambda: bytes_of("eat/jwt").rstrip() + b"==",
        lambda data: len(naive.base64_of_any_kind(data.decode().split(".")[2])),
        64,
        refused,
        "bad-encoding",
    ),
    Way(
        4,
        "white space in a token",
        lambda: bytes_of("eat/jwt")[:20] + b" \n" + bytes_of("eat/jwt")[20:],
        lambda data: json.loads(naive.base64_of_any_kind(data.decode().split(".")[0]))["alg"],
        "ES256",
        refused,
        "bad-encoding",
    ),
    Way(
        4,
        "the other alphabet",
        lambda: in_json(eat_profile="1.2.3.4", ueid="ASAhIiMkJSYn+CkqKywtLi8"),
        lambda data: len(naive.base64_of_any_kind(json.loads(data)["ueid"])),
        17,
        refused,
        "constraint-violation",
    ),
    Way(
        4,
        "padding in a claim, which is in use, and told",
        lambda: in_json(eat_profile="1.2.3.4", ueid="ASAhIiMkJSYnKCkqKywtLi8="),
        lambda data: len(naive.base64_of_any_kind(json.loads(data)["ueid"])),
        17,
        of(lambda report: "padded-base64url" in noted(report)),
        True,
    ),
    Way(
        5,
        "two dbgstat in JSON of which the last one wins",
        lambda: (
            b'{"dbgstat":"enabled","dbgstat":"disabled","eat_profile":"1.2.3.4","eat_nonce":"nonce-in-text"}'
        ),
        lambda data: json.loads(data)["dbgstat"],
        "disabled",
        refused,
        "carrier-error",
    ),
    Way(
        5,
        "two dbgstat in CBOR of which the last one wins",
        changed("eat/uccs", Edit(cbor_duplicate=("tag", 263))),
        lambda data: cbor2.loads(data).value[263],
        1,
        refused,
        "bad-encoding",
    ),
    Way(
        5,
        "a claims document with a member twice",
        edited('"debug":"disabled-since-boot"', '"debug":"enabled","debug":"disabled-since-boot"'),
        lambda data: json.loads(data)["target"]["debug"],
        OFF,
        unread,
        "unexpected-field",
    ),
    Way(
        5,
        "a claims document in CBOR that is not sorted",
        in_cbor(lambda data: cbor2.dumps(dict(reversed(cbor2.loads(data).items())))),
        lambda data: cbor2.loads(data)["schema"],
        "evidence-claims/1",
        lambda data: unread(data, from_cbor),
        "bad-encoding",
    ),
    Way(
        5,
        "a claims document in CBOR without a stated length",
        in_cbor(lambda data: b"\xbf" + data[1:] + b"\xff"),
        lambda data: cbor2.loads(data)["schema"],
        "evidence-claims/1",
        lambda data: unread(data, from_cbor),
        "bad-encoding",
    ),
    Way(
        5,
        "a claims document in CBOR with a count that is longer than it need be",
        in_cbor(lambda data: bytes((0xB8, data[0] & 0x1F)) + data[1:]),
        lambda data: cbor2.loads(data)["schema"],
        "evidence-claims/1",
        lambda data: unread(data, from_cbor),
        "bad-encoding",
    ),
    Way(
        6,
        "a bignum for a small number",
        changed(CCA, encoded((*PLATFORM, 2395), bytes.fromhex("c2423003"))),
        lambda data: naive.cca(data)[1][2395],
        0x3003,
        refused,
        "constraint-violation",
    ),
    Way(
        6,
        "a float for an integer",
        changed(CCA, claim((*PLATFORM, 2395), 12291.0)),
        lambda data: naive.cca(data)[1][2395] == 0x3003,
        True,
        refused,
        "constraint-violation",
    ),
    Way(
        6,
        "a float in a claims document",
        edited('"size":1184', '"size":1184.0'),
        lambda data: json.loads(data)["evidence"]["size"] == 1184,
        True,
        unread,
        "bad-encoding",
    ),
    Way(
        6,
        "NaN, which no comparison holds for",
        edited('"svn":115', '"svn":NaN'),
        lambda data: json.loads(data)["environments"][1]["tcb"][0]["components"][3]["svn"] < 115,
        False,
        unread,
        "bad-encoding",
    ),
    Way(
        6,
        "minus zero",
        edited('"trailing":0', '"trailing":-0'),
        lambda data: str(json.loads(data, parse_int=float)["evidence"]["trailing"]),
        "-0.0",
        lambda data: str(json.loads(to_json(from_json(data)), parse_int=float)["evidence"]["trailing"]),
        "0.0",
    ),
    Way(
        7,
        "a version that clears the screen",
        changed(CCA, claim((*PLATFORM, 2399, 0, 4), "1.0\x1b[2J\0")),
        lambda data: "\x1b" in naive.cca(data)[1][2399][0][4],
        True,
        screen,
        False,
    ),
    Way(
        7,
        "a text that turns the direction of the line in a message",
        lambda: in_json(eat_profile="1.2.3.4", ueid="1.0\u202e"),
        lambda data: "\u202e" in json.loads(data)["ueid"],
        True,
        message,
        False,
    ),
    Way(
        7,
        "a version that is not UTF-8",
        changed(CCA, encoded((*PLATFORM, 2399, 0, 4), bytes.fromhex("63ff6162"))),
        lambda data: data[data.index(b"\xff\x61\x62") :][:3].decode(errors="replace"),
        "\ufffdab",
        refused,
        "bad-encoding",
    ),
    Way(
        8,
        "a text of 64 characters for a challenge of 64 bytes",
        changed(CCA, claim((*REALM, 10), "x" * 64)),
        lambda data: len(naive.cca(data)[0][10]),
        64,
        refused,
        "constraint-violation",
    ),
)
ABSENT: Final = (
    Way(
        9,
        "a chip id of zeros in a list of chips",
        changed("amd-sev-snp/v3-vlek-masked"),
        lambda data: data[0x1A0:0x1E0] in CHIPS,
        True,
        of(lambda report: report.claims.environment("platform").identifier("chip_id").value in CHIPS),
        False,
    ),
    Way(
        9,
        "MASK_CHIP_KEY, which masks no chip id but the key: the report is not signed",
        changed("amd-sev-snp/v3-mask-chip-key"),
        lambda data: "masked" if data[0x48] & 2 else "signed",
        "masked",
        of(
            lambda report: (
                report.claims.evidence.protection,
                report.claims.environment("platform").identifier("chip_id").status,
            )
        ),
        ("none", "present"),
    ),
    Way(
        10,
        "the digest of an author key that is not enabled",
        changed("amd-sev-snp/v3-author-key-not-enabled"),
        lambda data: "present" if any(data[0x110:0x140]) else "none",
        "present",
        of(lambda report: report.claims.workload.signer("author_key").status),
        "absent-by-flag",
    ),
    Way(
        11,
        "a migration agent whose id is all ones",
        changed(MILAN),
        lambda data: "present" if any(data[0x160:0x180]) else "none",
        "present",
        of(lambda report: report.claims.workload.identifier("report_id_ma").status),
        "none",
    ),
    Way(
        12,
        "a report without CPUID read by the layout of Milan",
        changed("amd-sev-snp/v2-unknown-product"),
        lambda data: sorted(naive.milan(data[0x180:0x188])),
        ["bootloader", "microcode", "snp", "tee"],
        of(lambda report: sorted(components(report))),
        [],
    ),
    Way(
        13,
        "a register that nobody extended",
        changed(QUOTE, setting(520, bytes(48))),
        lambda data: data[520:568] if any(data[520:568]) else "none",
        "none",
        of(lambda report: report.claims.workload.measurement("rtmr3").digests[0].digest),
        bytes(48),
    ),
    Way(
        14,
        "a field that version 4 does not have",
        changed(QUOTE),
        lambda data: naive.filled(data[48:632] if data[0] == 4 else data[54:702], 600, 48),
        bytes(48),
        of(lambda report: look_up(lambda: report.claims.workload.measurement("mrservicetd"))),
        "none",
    ),
    Way(
        14,
        "a digest of service TDs of which there are none",
        changed("intel-tdx/v5-td15-no-service"),
        lambda data: naive.filled(data[54:702], 600, 48),
        bytes(48),
        of(lambda report: report.claims.workload.measurement("mrservicetd").populated),
        False,
    ),
    Way(
        15,
        "an identity of zeros",
        changed("riscv-cove/uccs", claim(("tag", 266, "tvm", "tag", 2, "bstr", "tag", -90006), bytes(64))),
        lambda data: "present" if any(naive.cove(data, "tvm")[-90006]) else "none",
        "none",
        of(lambda report: report.claims.workload.input("tvm_identity").value),
        bytes(64),
    ),
    Way(
        15,
        "an identity that is not there",
        changed("riscv-cove/uccs-untagged"),
        lambda data: naive.cove(data, "tvm").get(-90006, bytes(64)),
        bytes(64),
        of(lambda report: look_up(lambda: report.claims.workload.input("tvm_identity"))),
        "none",
    ),
    *(
        Way(
            16,
            f"{count} registers of a realm",
            changed(CCA, claim((*REALM, 44239), [b"\1" * 32] * count)),
            lambda data: len(naive.cca(data)[0][44239]),
            count,
            refused,
            "constraint-violation",
        )
        for count in (3, 5)
    ),
    Way(
        17,
        "the debug state of a realm taken from its platform",
        changed(CCA),
        lambda data: "disabled" if naive.cca(data)[1][2395] >> 8 == 0x30 else "enabled",
        "disabled",
        of(lambda report: report.claims.workload.debug),
        "not-defined",
    ),
    Way(
        17,
        "the debug state of a submodule taken from what it lies in",
        lambda: in_json(dbgstat="disabled", eat_profile="1.2.3.4", submods={"x": {"swname": "y"}}),
        lambda data: {**json.loads(data), **json.loads(data)["submods"]["x"]}["dbgstat"],
        "disabled",
        of(lambda report: report.claims.debug_chain("root/submods/x")),
        "not-reported",
    ),
    Way(
        18,
        "a document whose zeros mean debug, in a format that is not read here",
        nitro,
        lambda data: cbor2.loads(cbor2.loads(data)[2])["pcrs"][0],
        bytes(48),
        refused,
        "unknown-format",
    ),
    Way(
        18,
        "a measurement of zeros that a mask of zeros lets pass",
        changed(MILAN, setting(0x90, bytes(48))),
        lambda data: not any(data[0x90:0xC0]),
        True,
        accepted,
        False,
    ),
)
DEBUG: Final = (
    Way(
        19,
        "a mask over the attributes that leaves the debug bit out",
        changed(QUOTE, setting(168, "01")),
        lambda data: naive.u64(data, 168) & ~1 == naive.u64(bytes_of(QUOTE), 168),
        True,
        of(lambda report: report.claims.target.debug.startswith("disabled")),
        False,
    ),
    Way(
        20,
        "a quoting enclave under debug beside a production TD",
        changed(QUOTE, setting(818, "17")),
        lambda data: ON if data[168] & 1 else OFF,
        OFF,
        of(lambda report: report.claims.target.debug),
        ON,
    ),
    Way(
        21,
        "a lifecycle that is compared with one number of its range",
        changed(CCA, claim((*PLATFORM, 2395), 0x3090)),
        lambda data: "secured" if naive.cca(data)[1][2395] == 0x3000 else "other",
        "other",
        of(lambda report: report.claims.environment("platform").lifecycle.state),  # type: ignore[union-attr]
        "secured",
    ),
    Way(
        21,
        "a lifecycle between two ranges",
        changed(CCA, claim((*PLATFORM, 2395), 0x3100)),
        lambda data: "secured" if 0x3000 <= naive.cca(data)[1][2395] < 0x4000 else "other",
        "secured",
        refused,
        "constraint-violation",
    ),
    Way(
        21,
        "the debug state of another world than the root of trust's",
        changed("arm-cca/2023-non-rot-debug"),
        lambda data: ON if naive.cca(data)[1][2395] >> 8 == 0x50 else "disabled",
        "disabled",
        of(lambda report: report.claims.target.debug),
        ON,
    ),
    Way(
        22,
        "a debug state that the capabilities deny",
        changed(MODE, setting(15, (0).to_bytes(4, "little") + (1).to_bytes(4, "little"))),
        lambda data: ON if naive.u32(data, 15) & naive.u32(data, 19) else OFF,
        OFF,
        reads(lambda report: report.claims.target.debug),
        ON,
    ),
    Way(
        23,
        "a policy without the bit that must be one",
        changed(MILAN, setting(0x0A, "01")),
        lambda data: ON if naive.u64(data, 8) >> 19 & 1 else OFF,
        OFF,
        refused,
        "constraint-violation",
    ),
    Way(
        24,
        "a guest under debug in which all else is as it should be",
        changed(MILAN, setting(0x0A, "0b")),
        lambda data: (
            (data[0x90:0xC0], data[0x180:0x188]) == (bytes_of(MILAN)[0x90:0xC0], bytes_of(MILAN)[0x180:0x188])
        ),
        True,
        accepted,
        False,
    ),
)
VERSIONS: Final = (
    Way(
        25,
        "the FMC of Turin for a bootloader",
        changed(TURIN),
        lambda data: naive.milan(data[0x180:0x188])["bootloader"],
        1,
        of(lambda report: components(report)["bootloader"]),
        2,
    ),
    Way(
        25,
        "a bootloader that Venice does not state",
        changed("amd-sev-snp/v6-venice"),
        lambda data: naive.milan(data[0x180:0x188])["bootloader"],
        5,
        of(lambda report: components(report).get("bootloader", "none")),
        "none",
    ),
    Way(
        26,
        "a TCB that is compared as one number",
        changed(MILAN, setting(0x180, "0000000000000002"), setting(0x1F0, "ffff0000000000ff"[:12] + "ff01")),
        lambda data: naive.u64(data, 0x180) >= naive.u64(data, 0x1F0),
        True,
        of(
            lambda report: (
                report.claims.environment("platform")
                .tcb_of("reported")
                .at_least(report.claims.environment("platform").tcb_of("launch"))
            )
        ),
        False,
    ),
    Way(
        27,
        "the current TCB for the reported one",
        changed(MILAN),
        lambda data: naive.milan(data[0x38:0x40])["microcode"],
        206,
        of(lambda report: components(report)["microcode"]),
        115,
    ),
    Way(
        28,
        "a TEE_TCB_SVN that begins at the other end",
        changed(QUOTE),
        lambda data: data[48:64][::-1][0],
        0,
        of(lambda report: components(report, "tdx-module", "launch")["tdx_module_svn_minor"]),
        11,
    ),
    Way(
        28,
        "the SVN at launch for that of the module that runs now",
        changed(QUOTE_5),
        lambda data: data[54],
        11,
        of(lambda report: components(report, "tdx-module", "current")["tdx_module_svn_minor"]),
        13,
    ),
    Way(
        29,
        "an SVN in text that is compared as text",
        changed("riscv-cove/uccs"),
        lambda data: naive.cove(data, "tsm")[-90005][1][3] >= naive.cove(data, "tsm")[-90005][0][3],
        False,
        of(
            lambda report: (
                report.claims.environment("tsm").svn("tsm").svn is None
                and _number(report, "tsm") >= _number(report, "tsm-driver")
            )
        ),
        True,
    ),
    Way(
        30,
        "a TEE_TCB_SVN that is compared with a CPUSVN",
        changed(QUOTE),
        lambda data: data[48] >= data[770],
        True,
        of(
            lambda report: look_up(
                lambda: (
                    report.claims.environment("tdx-module")
                    .tcb_of("launch")
                    .at_least(report.claims.environment("qe").tcb_of("current"))
                )
            )
        ),
        "none",
    ),
    Way(
        31,
        "the SVN that an owner chose for that of the firmware",
        changed(MILAN, setting(4, "ffffffff")),
        lambda data: naive.u32(data, 4) >= 9,
        True,
        of(lambda report: components(report)["snp"] >= 9),
        False,
    ),
)
FORMATS: Final = (
    Way(
        32,
        "a quote of version 5 with the offsets of version 4",
        changed(QUOTE_5, setting(174, "01")),
        lambda data: ON if data[168] & 1 else OFF,
        OFF,
        of(lambda report: report.claims.target.debug),
        ON,
    ),
    Way(
        33,
        "an SNP report in a parser of TDX quotes",
        changed(MILAN),
        lambda data: ON if data[168] & 1 else OFF,
        OFF,
        lambda data: refused(data, type=TDX),
        "unknown-format",
    ),
    Way(
        33,
        "zeros in a parser of SNP reports",
        lambda: bytes(1184),
        lambda data: ON if naive.u64(data, 8) >> 19 & 1 else OFF,
        OFF,
        lambda data: refused(data, type=SNP),
        "unsupported-version",
    ),
    Way(
        33,
        "an SGX quote in a parser of TDX quotes",
        changed("intel-sgx/v3-kss-debug"),
        lambda data: ON if data[168] & 1 else OFF,
        OFF,
        lambda data: refused(data, type=TDX),
        "unknown-format",
    ),
    Way(
        33,
        "an HCL report of Azure in a parser of SNP reports",
        changed("amd-sev-snp/v3-azure-hcl"),
        lambda data: naive.u32(data, 0),
        int.from_bytes(b"HCLA", "little"),
        of(lambda report: (report.claims.evidence.version, names(report.claims.evidence.carriers))),
        ("3", {"azure-hcl-report"}),
    ),
    Way(
        33,
        "the SCALE of dstack in a parser of TDX quotes",
        lambda: b"\0\0" + octets(bytes_of(QUOTE)) + vector() + TAIL,
        lambda data: naive.u16(data, 0),
        0,
        of(lambda report: report.claims.evidence.version),
        "4",
    ),
    *(
        Way(
            34,
            name,
            changed(f"intel-tdx/{fixture}", *edits),
            lambda data: len(data[54 : 54 + naive.u32(data, 50)]) == naive.u32(data, 50),
            True,
            refused,
            "constraint-violation",
        )
        for name, fixture, edits in (
            ("body type 3 with the size of type 2", "v5-td10", (setting(48, "0300"),)),
            ("body type 2 with the size of type 3", "v5-td15", (setting(48, "0200"),)),
            ("a body type that nobody knows", "v5-td10", (setting(48, "0900"),)),
            ("a size that is none of the type", "v5-td15", (setting(50, (583).to_bytes(4, "little")),)),
        )
    ),
    Way(
        35,
        "the SVN of a guest that spells the TEE type of TDX",
        changed(GENOA, setting(4, "81000000")),
        lambda data: TDX if (naive.u16(data, 0), naive.u32(data, 4)) == (4, 0x81) else SNP,
        TDX,
        refused,
        SNP,
    ),
    Way(
        36,
        "a provider that names another format than the content is",
        lambda: in_json(provider="sev_guest", outblob=base64url(bytes_of(QUOTE))),
        lambda data: {"sev_guest": SNP, "tdx_guest": TDX}[json.loads(data)["provider"]],
        SNP,
        refused,
        "carrier-error",
    ),
    Way(
        37,
        "zeros behind a report that make it another one",
        changed("amd-sev-snp/v3-trailing-zeros"),
        lambda data: sha256(data).digest() == sha256(data[:1184]).digest(),
        False,
        of(lambda report: report.claims.evidence.sha256 == sha256(report.input.data[:1184]).digest()),
        True,
    ),
    Way(
        37,
        "bytes behind a quote that nobody looks at",
        changed("intel-tdx/v4-trailing-bytes"),
        lambda data: len(data[: 636 + naive.u32(data, 632)]),
        1294,
        of(lambda report: report.claims.evidence.size + report.claims.evidence.trailing),
        1364,
    ),
    Way(
        38,
        "the key of a newer CCA profile hashed as the older one says",
        changed(CCA),
        _legacy_binding,
        "differs",
        of(lambda report: facts(report)["realm-key-binding"]),
        "matches",
    ),
    Way(
        38,
        "the key of the older CCA profile read as the newer one says",
        changed("arm-cca/legacy-399"),
        lambda data: isinstance(cbor2.loads(naive.cca(data)[0][44237]), dict),
        False,
        of(lambda report: facts(report)["realm-key-binding"] == "matches"),
        True,
    ),
)
ROLES: Final = (
    Way(
        39,
        "the nonce of the responder for the one that was asked",
        changed(EXCHANGE),
        lambda data: data[851:883],
        bytes_of(EXCHANGE)[851:883],
        of(lambda report: report.claims.caller_binding.value),
        bytes_of(EXCHANGE)[140:172],
    ),
    Way(
        40,
        "the challenge of the CCA platform, which is the digest of a key",
        changed(CCA),
        lambda data: naive.cca(data)[1][10],
        sha256(naive.cca(bytes_of(CCA))[0][44237]).digest(),
        of(lambda report: report.claims.caller_binding.value),
        naive.cca(bytes_of(CCA))[0][10],
    ),
    Way(
        41,
        "report data of zeros for a nonce",
        changed("amd-sev-snp/v3-host-requested"),
        lambda data: "nonce" if len(data[0x50:0x90]) == 64 else "none",
        "nonce",
        of(lambda report: report.claims.caller_binding.declared),
        "opaque",
        ((SECURITY, "A nonce that is not yours is none."),),
    ),
    *(
        Way(
            42,
            f"{name}, which somebody chose, for a digest",
            changed(fixture),
            partial(_by_length, at, size),
            alg,
            of(partial(kind_of, name=name)),
            "inputs",
        )
        for name, fixture, at, size, alg in (
            ("host_data", MILAN, 0xC0, 32, "sha-256"),
            ("mrconfigid", QUOTE, 232, 48, "sha-384"),
            ("mrowner", QUOTE, 280, 48, "sha-384"),
        )
    ),
    Way(
        43,
        "a raw value for a digest",
        changed(RECORD, setting(4, "81")),
        lambda data: "digest" if len(naive.blocks(data)[0][2]) == 32 else "raw",
        "digest",
        reads(lambda report: report.claims.environment("device").measurements[0].form),
        "raw",
    ),
    Way(
        43,
        "the device mode for a digest of 16 bytes",
        changed(MODE),
        lambda data: {index: value.hex() for index, _, value in naive.blocks(data)}[0xFE][:8],
        "3f000000",
        reads(lambda report: report.claims.environment("device").measurement("device-mode").digests),
        (),
    ),
    Way(
        43,
        "a manifest for a measurement",
        changed(RECORD, Edit(append="fd010b00840800" + "01" * 8)),
        lambda data: "measurements" if 0xFD in {block[0] for block in naive.blocks(data)} else "none",
        "measurements",
        reads(lambda report: kind_of(report, "measurement-manifest-253")),
        "manifests",
    ),
    Way(
        43,
        "two blocks of one index",
        changed(RECORD, setting(39, "01")),
        lambda data: len({index: value for index, _, value in naive.blocks(data)}[1]),
        48,
        lambda data: refused(data, type=SPDM),
        "constraint-violation",
    ),
    Way(
        43,
        "a hash that is known by its length",
        changed(RECORD),
        lambda data: {32: "sha-256"}[len(naive.blocks(data)[0][2])],
        "sha-256",
        reads(lambda report: report.claims.environment("device").measurements[0].digests[0].alg),
        "unknown",
    ),
    Way(
        44,
        "a shorter value that is compared as far as it goes",
        changed(MILAN),
        lambda data: data[0x50:0x90].startswith(PREFIX),
        True,
        of(lambda report: report.claims.caller_binding.value == PREFIX),
        False,
        ((SECURITY, "Compare the whole of `claims.caller_binding.value` with what you asked for."),),
    ),
    Way(
        44,
        "a longer value that is cut",
        changed(MILAN),
        lambda data: (data[0x50:0x90] + b"more")[:64] == data[0x50:0x90],
        True,
        of(lambda report: report.claims.caller_binding.value == bytes_of(MILAN)[0x50:0x90] + b"more"),
        False,
    ),
    Way(
        44,
        "a digest with other bytes behind it",
        changed("amd-sev-snp/v3-azure-hcl", setting(0x20 + 0x8F, "01")),
        lambda data: data[0x70:0x90] == sha256(data[1236:]).digest(),
        True,
        of(lambda report: facts(report)["report_data-binding"] == "matches"),
        False,
    ),
    Way(
        45,
        "measurements in another order",
        lambda: swapped(bytes_of(RECORD)),
        lambda data: len(naive.blocks(data)[0][2]),
        48,
        reads(
            lambda report: len(
                report.claims.environment("device").measurement("mutable-firmware", 1).digests[0].digest
            )
        ),
        32,
    ),
    Way(
        46,
        "MRTD in the place of PCR 0",
        changed(QUOTE),
        lambda data: dict(enumerate((data[184:232], data[376:424])))[0],
        bytes_of(QUOTE)[184:232],
        of(lambda report: [entry.name for entry in report.claims.workload.measurements if entry.index == 0]),
        [],
    ),
)
VERIFIED: Final = (
    Way(
        47,
        "claims of a report whose signature is bad",
        changed(MILAN, setting(0x2A0, "5a")),
        lambda data: "verified" if json.loads(to_json(parse(data).claims))["environments"] else "refused",
        "verified",
        of(lambda report: {signature.status for signature in report.claims.signatures}),
        {"not-checked"},
        ((SECURITY, "`parse` and `evidence convert` verify nothing."),),
    ),
    Way(
        47,
        "claims that say so of themselves",
        _believed,
        lambda report: json.loads(to_json(report.claims))["signatures"][0]["status"],
        "valid",
        _misfit,
        "constraint-violation",
    ),
    Way(
        48,
        "a document that was edited by hand",
        edited('"status":"not-checked"', '"status":"valid"'),
        lambda data: json.loads(data)["signatures"][0]["status"],
        "valid",
        unread,
        "bad-encoding",
    ),
    Way(
        48,
        "a document with a member that says that all is well",
        edited('"signatures":', '"verified":true,"signatures":'),
        lambda data: json.loads(data)["verified"],
        True,
        unread,
        "bad-encoding",
    ),
    Way(
        49,
        "a good signature by a key of the attacker's own",
        signed_anew,
        naive.is_signed_by_its_own_key,
        True,
        of(lambda report: facts(report)["qe_report_data-binding"] == "matches"),
        False,
        ((SECURITY, "A key in the evidence is only what the evidence says"),),
    ),
    Way(
        49,
        "the same, of which the caller does not look at the facts",
        signed_anew,
        naive.is_signed_by_its_own_key,
        True,
        lambda data: convert(data, "--strict").returncode == 0,
        False,
    ),
    *(
        Way(
            50,
            f"a good signature that does not cover {path}",
            changed(QUOTE),
            naive.is_signed_by_its_own_key,
            True,
            of(partial(_covers, path=path)),
            False,
            ((SECURITY, "Rely on none of it unless a check of your own covers it."),),
        )
        for path in (
            "/certificates/pck",
            "/environments/pck",
            "/environments/qe/values/qe_authentication_data",
        )
    ),
    Way(
        50,
        "what a certificate beside a report says of the chip",
        changed("amd-sev-snp/v3-extended"),
        lambda data: facts(parse(data))["chip_id-certified"] == "matches",
        True,
        of(partial(_covers, path="/environments/vek/identifiers/hwid")),
        False,
    ),
    Way(
        51,
        "a realm token that is good beside a platform token that is not",
        changed(CCA, claim(("tag", 44234, "bstr", "tag", 3), b"\1" * 96)),
        lambda data: all(good for good in holds(parse(data)).values() if good is not None),
        True,
        of(lambda report: all(holds(report)[signed.name] for signed in report.signed())),
        False,
        ((SECURITY, "One signature that is good says nothing of the next."),),
    ),
    Way(
        52,
        "evidence that answers another question",
        changed(MILAN),
        lambda data: any(data[0x50:0x90]),
        True,
        of(lambda report: report.claims.caller_binding.value == CALLER_DATA),
        False,
        (
            (
                SECURITY,
                "A conversion cannot know it: the same bytes give the same document, however old they are.",
            ),
            (
                README,
                "if claims.caller_binding.value != nonce: # all of its bytes; a part of it is another value",
            ),
        ),
    ),
    Way(
        53,
        "certificates that match and have expired",
        changed("amd-sev-snp/v3-extended"),
        lambda data: set(facts(parse(data)).values()) == {"matches"},
        True,
        of(lambda report: all(_on(entry, "2031-01-01T00:00:00Z") for entry in report.claims.certificates)),
        False,
        (
            (
                SECURITY,
                "The dates of every certificate stand in `certificates`, and nobody compares them with a clock",
            ),
            (
                SECURITY,
                "what the vendor says about versions is no part of the evidence, has dates of its own",
            ),
        ),
    ),
    Way(
        53,
        "a revocation list that is there and that nobody reads",
        changed("amd-sev-snp/v3-extended"),
        lambda data: "unread-entry" not in set(facts(parse(data))),
        True,
        of(lambda report: "unread-entry" not in noted(report)),
        False,
        (
            (
                SECURITY,
                "Nothing here knows whether a certificate has been revoked, or fetches the list that says so.",
            ),
        ),
    ),
)
HAZARDS: Final = (
    *(
        Way(
            54,
            name,
            data,
            size,
            most,
            soon,
            code,
        )
        for name, data, size, most, code in (
            (
                "a signature of 4 GiB",
                changed(QUOTE, setting(632, "ffffffff")),
                lambda data: naive.u32(data, 632),
                0xFFFFFFFF,
                "truncated",
            ),
            (
                "certification data of 4 GiB",
                changed(QUOTE, setting(766, "ffffffff")),
                lambda data: naive.u32(data, 766),
                0xFFFFFFFF,
                "truncated",
            ),
            (
                "a byte string of 4 GiB",
                lambda: bytes.fromhex("d9038ba119acca5b0000000100000000"),
                lambda data: int.from_bytes(data[8:16], "big"),
                1 << 32,
                "truncated",
            ),
            (
                "CBOR 10,000 deep",
                lambda: bytes_of("eat/uccs")[:3] + b"\xa1\x0a" + b"\x81" * 10_000 + b"\0",
                lambda data: data.count(b"\x81"),
                10_000,
                "limit-exceeded",
            ),
            (
                "JSON 10,000 deep",
                lambda: b'{"eat_nonce":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
                lambda data: data.count(b"["),
                10_000,
                "limit-exceeded",
            ),
            (
                "64 MiB of zeros in 64 KiB of gzip",
                lambda: gzip.compress(bytes(64 << 20), mtime=0),
                lambda data: len(gzip.decompress(data)),
                64 << 20,
                "limit-exceeded",
            ),
        )
    ),
    Way(
        54,
        "10 MiB of certificates",
        lambda: b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n" * 180_000,
        lambda data: data.count(b"BEGIN"),
        180_000,
        lambda data: soon(bytes_of(MILAN), attachments={"certificates": data}),
        "limit-exceeded",
    ),
    Way(
        55,
        "authentication data that go beyond the end",
        changed("intel-tdx/v4-ppid-clear", setting(1218, "ffff")),
        lambda data: len(data[1220 : 1220 + naive.u16(data, 1218)]),
        74,
        refused,
        "truncated",
    ),
    Way(
        55,
        "a size that is negative to some",
        changed(QUOTE, setting(766, "ffffffff")),
        lambda data: len(data[770 : 770 + int.from_bytes(data[766:770], "little", signed=True)]),
        0,
        refused,
        "truncated",
    ),
    Way(
        55,
        "two certificates in the same bytes",
        lambda: mutate(
            BY_NAME["amd-sev-snp/v3-table"].loaded.attachments["certificates"], (setting(40, "60000000"),)
        ),
        lambda data: naive.u32(data, 16) == naive.u32(data, 40),
        True,
        lambda data: refused(bytes_of("amd-sev-snp/v3-table"), attachments={"certificates": data}),
        "constraint-violation",
    ),
    Way(
        56,
        "every fixture of every type, cut short",
        lambda: CASES,
        lambda cases: tuple(
            sorted(
                case.name for case in cases if naive.filled(case.loaded.data[:-1], 0, len(case.loaded.data))
            )
        ),
        tuple(sorted(case.name for case in CASES)),
        every_prefix,
        (),
    ),
)
WAYS: Final = (*NUMBERS, *ABSENT, *DEBUG, *VERSIONS, *FORMATS, *ROLES, *VERIFIED, *HAZARDS)
OTHERS: Final = (
    *map(bytes_of, (MILAN, TURIN, QUOTE, QUOTE_5, CCA, RECORD, MODE, EXCHANGE, "eat/jwt", "eat/uccs")),
    bytes_of(QUOTE, setting(168, "01")),
    document(),
    to_cbor(BY_NAME[MILAN].read().claims),
    bytes(4096),
    b"{}",
)
"""Sound inputs and empty ones, which no row is about."""
every_way = pytest.mark.parametrize("way", WAYS, ids=[f"{way.number:02}-{way.name}" for way in WAYS])


@every_way
def test_the_naive_reading_is_fooled_and_ours_is_not(way: Way) -> None:
    data = way.input()
    assert way.naive(data) == way.fooled
    assert way.ours(data) == way.right


@every_way
def test_no_row_is_vacuous(way: Way) -> None:
    """The answers differ, and both readings look at the input: of some other one they say something else."""
    assert way.fooled != way.right
    for reading, answer in ((way.naive, way.fooled), (way.ours, way.right)):
        assert any(_answer(reading, other) != answer for other in OTHERS)


def _answer(reading: Callable[[Any], object], other: bytes) -> object:
    try:
        return reading(other)
    except Exception as error:  # noqa: BLE001 (a naive reader raises anything)
        return error


def test_every_way_has_a_row() -> None:
    assert sorted({way.number for way in WAYS}) == list(range(1, 57))
    assert [way.number for way in WAYS] == sorted(way.number for way in WAYS)
    assert len({way.name for way in WAYS}) == len(WAYS)


@pytest.mark.parametrize("way", [way for way in WAYS if way.says], ids=lambda way: way.name)
def test_what_is_left_to_the_caller_stands_in_the_documents(way: Way) -> None:
    for page, sentence in way.says:
        assert sentence in " ".join((ROOT / page).read_text(encoding="utf-8").split())


def test_what_needs_a_policy_or_a_network_is_said() -> None:
    output = {way.number for way in WAYS if way.says}
    assert {41, 44, 47, 49, 50, 51, 52, 53} <= output
