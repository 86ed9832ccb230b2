"""The claims document of an SNP report as one writes it for one format: slices, dictionaries, `json.dumps`.

The baseline of a row, for signed reports of version 3 from Milan and Genoa. It must give the very
document that the library gives, or the row would compare different work.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

POLICY_BITS = {16: "smt", 18: "migrate_ma", 19: "debug", 20: "single_socket", 21: "cxl_allow"}
POLICY_BITS |= {22: "mem_aes_256_xts", 23: "rapl_dis", 24: "ciphertext_hiding_dram", 25: "page_swap_disable"}
PLATFORM_BITS = {0: "smt_en", 1: "tsme_en", 2: "ecc_en", 3: "rapl_dis", 4: "ciphertext_hiding_dram_en"}
PLATFORM_BITS |= {5: "alias_check_complete", 6: "iommu_write_safe", 7: "tio_en"}
KEY_BITS = {0: "author_key_en", 1: "mask_chip_key"}


def to_json(data: bytes) -> str:
    """The document; the checks are those without which it would be wrong."""
    if len(data) != 0x4A0 or data[:4] != b"\3\0\0\0":
        raise ValueError("not a version 3 report")
    for start, end in (
        (0x4C, 0x50),
        (0x18B, 0x1A0),
        (0x1EB, 0x1EC),
        (0x1EF, 0x1F0),
        (0x1F8, 0x2A0),
        (0x330, 0x4A0),
    ):
        if any(data[start:end]):
            raise ValueError("reserved bytes")
    return json.dumps(_document(data))


def _int(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "little")


def _document(data: bytes) -> dict[str, Any]:
    key_info = _int(data, 0x48, 4)
    vmpl = _int(data, 0x30, 4)
    signer = {0: "vcek", 1: "vlek"}[key_info >> 2 & 7]
    return {
        "schema": "evidence-claims/1",
        "evidence": {
            "type": "amd-sev-snp",
            "version": "3",
            "status": "stable",
            "protection": "signed",
            "bytes": "as-received",
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "trailing": 0,
            "identified_by": "content",
        },
        "target": {"environment": "guest", "debug": _debug(data)},
        "bindings": [
            {
                "name": "report_data",
                "role": "caller-data",
                "declared": "opaque",
                "requested_by": f"vmpl:{vmpl}",
                "environment": "guest",
                "value": data[0x50:0x90].hex(),
            }
        ],
        "environments": [_guest(data, key_info, vmpl), _platform(data, key_info)],
        "signatures": [
            {
                "name": "report",
                "by": signer,
                "alg": "ecdsa-p384",
                "hash": "sha-384",
                "encoding": "amd-le72",
                "construct": "plain",
                "covers": [[0, 0x2A0]],
                "status": "not-checked",
            }
        ],
    }


def _debug(data: bytes) -> str:
    return "enabled" if data[0x0A] & 8 else "disabled-since-boot"


def _guest(data: bytes, key_info: int, vmpl: int) -> dict[str, Any]:
    policy = _attribute("policy", data[0x08:0x10], POLICY_BITS, ("abi_minor", 0, 8), ("abi_major", 8, 8))
    has_id_block = any(data[0xE0:0x110])
    set_by = "id-block" if has_id_block else "unspecified"
    ma = data[0x160:0x180]
    author = data[0x110:0x140]
    if has_id_block:
        id_key = {"name": "id_key", "status": "present", "alg": "sha-384", "value": data[0xE0:0x110].hex()}
    else:
        id_key = {"name": "id_key", "status": "none", "raw": data[0xE0:0x110].hex()}
    if key_info & 1:
        author_key = {"name": "author_key", "status": "present", "alg": "sha-384", "value": author.hex()}
    else:
        status = "absent-by-flag" if any(author) else "none"
        author_key = {"name": "author_key", "status": status, "raw": author.hex()}
    migration_agent = {"name": "report_id_ma", "scope": "instance", "linkable": False}
    if ma == b"\xff" * 32:
        migration_agent |= {"status": "none", "raw": ma.hex()}
    else:
        migration_agent |= {"status": "present", "value": ma.hex()}
    return {
        "id": "guest",
        "role": "workload",
        "origin": "evidence",
        "depends_on": ["platform"],
        "debug": _debug(data),
        "migration": "allowed" if "migrate_ma" in policy["set"] else "not-allowed",
        "measurements": [
            {
                "name": "measurement",
                "phase": "initial",
                "subject": "workload",
                "form": "extended",
                "digests": [{"alg": "sha-384", "digest": data[0x90:0xC0].hex()}],
            }
        ],
        "inputs": [
            {"name": "host_data", "set_by": "host", "value": data[0xC0:0xE0].hex()},
            {"name": "family_id", "set_by": set_by, "value": data[0x10:0x20].hex()},
            {"name": "image_id", "set_by": set_by, "value": data[0x20:0x30].hex()},
        ],
        "identifiers": [
            {
                "name": "report_id",
                "scope": "instance",
                "linkable": False,
                "status": "present",
                "value": data[0x140:0x160].hex(),
            },
            migration_agent,
        ],
        "signers": [id_key, author_key],
        "svns": [{"name": "guest_svn", "set_by": set_by, "svn": _int(data, 4, 4)}],
        "values": [{"name": "vmpl", "int": vmpl}],
        "attributes": [policy],
    }


def _platform(data: bytes, key_info: int) -> dict[str, Any]:
    product = "Milan" if data[0x189] < 0x10 else "Genoa"
    chip = {"name": "chip_id", "scope": "platform", "linkable": True}
    if any(data[0x1A0:0x1E0]):
        chip |= {"status": "present", "value": data[0x1A0:0x1E0].hex()}
    else:
        chip |= {"status": "masked", "raw": data[0x1A0:0x1E0].hex()}
    tcbs = (("reported", 0x180), ("current", 0x38), ("committed", 0x1E0), ("launch", 0x1F0))
    return {
        "id": "platform",
        "role": "platform",
        "origin": "evidence",
        "includes": ["tee-firmware"],
        "debug": "not-defined",
        "migration": "not-defined",
        "identifiers": [
            chip,
            {"name": "product", "scope": "class", "linkable": False, "status": "present", "text": product},
        ],
        "tcb": [_tcb(role, data[at : at + 8], f"amd-{product.lower()}") for role, at in tcbs],
        "versions": [
            {"name": "firmware_current", "value": f"{data[0x1EA]}.{data[0x1E9]}.{data[0x1E8]}"},
            {"name": "firmware_committed", "value": f"{data[0x1EE]}.{data[0x1ED]}.{data[0x1EC]}"},
        ],
        "values": [
            {"name": "cpuid_fam_id", "int": data[0x188]},
            {"name": "cpuid_mod_id", "int": data[0x189]},
            {"name": "cpuid_step", "int": data[0x18A]},
        ],
        "attributes": [
            _attribute("platform_info", data[0x40:0x48], PLATFORM_BITS),
            _attribute("key_info", data[0x48:0x4C], KEY_BITS, ("signing_key", 2, 3)),
        ],
    }


def _tcb(role: str, raw: bytes, layout: str) -> dict[str, Any]:
    components = [("bootloader", raw[0]), ("tee", raw[1]), ("snp", raw[6]), ("microcode", raw[7])]
    return {
        "name": f"{role}_tcb",
        "role": role,
        "layout": layout,
        "layout_source": "cpuid",
        "raw": raw.hex(),
        "components": [{"name": name, "svn": svn, "compare": "ordered"} for name, svn in components],
    }


def _attribute(name: str, raw: bytes, bits: dict[int, str], *fields: tuple[str, int, int]) -> dict[str, Any]:
    value = int.from_bytes(raw, "little")
    values: dict[str, Any] = {
        "name": name,
        "raw": raw.hex(),
        "set": [word for bit, word in bits.items() if value >> bit & 1],
        "unknown": [],
    }
    if fields:
        values["fields"] = [
            {"name": word, "int": value >> low & ((1 << width) - 1)} for word, low, width in fields
        ]
    return values
