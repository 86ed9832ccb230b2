"""Every SNP report of the corpus, field by field, against what independent readers say."""

from __future__ import annotations

from typing import Any

import pytest

import evidence
from evidence.claims import Environment
from tests.conftest import CORPUS, expected_snp

EXPECTED = expected_snp()


def identifier(environment: Environment, name: str) -> bytes:
    found = environment.identifier(name)
    return found.value or found.raw or b""


def signer(environment: Environment, name: str) -> bytes:
    found = environment.signer(name)
    return found.value or found.raw or b""


@pytest.mark.parametrize(
    "name", [name for name in EXPECTED if CORPUS and (CORPUS / "snp/raw" / name).exists()]
)
def test_report(name: str) -> None:
    assert CORPUS is not None
    facts: dict[str, Any] = EXPECTED[name]["fields"]
    data = (CORPUS / "snp/raw" / name).read_bytes()
    product = facts["product"]
    found = evidence.parse(data, options={"product": product.lower()} if product else None)
    guest, platform = found.claims.workload, found.claims.environment("platform")

    assert found.claims.evidence.version == str(facts["version"])
    assert guest.measurement("measurement").digests[0].digest.hex() == facts["measurement"]
    assert found.claims.caller_binding.value.hex() == facts["report_data"]
    assert found.claims.caller_binding.requested_by == f"vmpl:{facts['vmpl']}"
    assert guest.input("host_data").value.hex() == facts["host_data"]
    assert guest.input("family_id").value.hex() == facts["family_id"]
    assert guest.input("image_id").value.hex() == facts["image_id"]
    assert guest.svn("guest_svn").svn == facts["guest_svn"]
    assert int.from_bytes(guest.attribute("policy").raw, "little") == int(facts["policy"], 16)
    assert identifier(guest, "report_id").hex() == facts["report_id"]
    assert identifier(guest, "report_id_ma").hex() == facts["report_id_ma"]
    assert signer(guest, "id_key").hex() == facts["id_key_digest"]
    assert signer(guest, "author_key").hex() == facts["author_key_digest"]
    assert platform.version("firmware_current").value == facts["current"]
    assert platform.version("firmware_committed").value == facts["committed"]
    assert found.claims.signatures[0].by == facts["signing_key"]
    for role in ("reported", "current", "committed", "launch"):
        tcb = next(tcb for tcb in platform.tcb if tcb.role == role)
        if tcb.components:
            assert {c.name: c.svn for c in tcb.components} == facts[f"{role}_tcb"]
    info = int.from_bytes(platform.attribute("platform_info").raw, "little")
    assert info == int(facts["platform_info"], 16)
    chip = platform.identifier("chip_id")
    assert (chip.status == "masked") == (set(facts["chip_id"]) == {"0"})
    assert facts["chip_id"].startswith(identifier(platform, "chip_id").hex())
    if "cpuid" in facts:
        cpuid = [platform.value(field).int for field in ("cpuid_fam_id", "cpuid_mod_id", "cpuid_step")]
        assert cpuid == facts["cpuid"]
    for vector in ("launch_mit_vector", "current_mit_vector"):
        present = [v.bytes for v in platform.values if v.name == vector]
        wanted = [facts[vector].to_bytes(8, "little")] if facts.get(vector) is not None else []
        assert present == wanted
