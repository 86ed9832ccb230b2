"""Evidence of devices in JSON: Redfish's SignedMeasurements, and NVIDIA's bundles of several devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InJson
from evidence.carriers.json import in_hex, octets
from evidence.errors import CarrierError, EvidenceError
from evidence.input import Carrier, Expect, Input

Pieces = Iterable[Input | EvidenceError] | None

REDFISH: Final = "redfish"
SIGNED: Final = "SignedMeasurements"
REDFISH_FACTS: Final = ("Version", "HashingAlgorithm", "SigningAlgorithm", "ComponentIntegrityTypeVersion")
NVIDIA: Final = "nvidia-evidence"
LISTS: Final = ("device_evidence_list", "evidence_list", "evidences")
"""Members that hold such a list in an object: of confidential-containers, of NRAS and of `nvattest`."""
COMMON: Final = ("nonce", "arch")
"""Members beside such a list that are about every device in it, as in requests to NVIDIA's service."""
NVIDIA_FACTS: Final = ("arch", "driver_version", "vbios_version", "version", "uuid")


def redfish(source: Input, value: Any) -> Pieces:
    """The transcript in the response to ComponentIntegrity.SPDMGetSignedMeasurements."""
    if not isinstance(value, dict) or SIGNED not in value:
        return None
    facts = _facts(value, REDFISH_FACTS)
    return (source.inside(Carrier(REDFISH, facts=facts), octets(value[SIGNED], SIGNED, REDFISH)),)


def _list(source: Input, value: Any) -> Pieces:
    """Each device of a list that has no others, with its certificates, and the nonce that it must repeat."""
    if not isinstance(value, list) or not value or not all(map(_is_device, value)):
        return None
    return _devices(source, value)


def _device(source: Input, value: Any) -> Pieces:
    """One device alone."""
    return _devices(source, [value]) if _is_device(value) else None


def _around(member: str, source: Input, value: Any) -> Pieces:
    """Each device of a list in an object, whose words are those of every device."""
    items = value.get(member) if isinstance(value, dict) else None
    if not isinstance(items, list) or not any(map(_is_device, items)):
        return None
    around = {name: value[name] for name in COMMON if name in value}
    return _devices(source, [around | item if _is_device(item) else item for item in items])


def _is_device(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("evidence"), str | list)
        and ("certificate" in item or "arch" in item)
    )


def _devices(source: Input, items: list[Any]) -> Iterator[Input | EvidenceError]:
    for number, item in enumerate(items):
        at = str(number)
        try:
            if not _is_device(item):
                raise CarrierError(carrier=NVIDIA, path=at, reason="not the evidence of a device")
            evidence = octets(item["evidence"], f"{at}/evidence", NVIDIA)
            attached = {}
            if "certificate" in item:
                attached["certificates"] = _certificates(item["certificate"], f"{at}/certificate")
            attached |= source.attachments  # what the caller gives stays
            expects = source.expects
            if "nonce" in item:
                nonce = octets(_short(item["nonce"]), f"{at}/nonce", NVIDIA, in_hex)
                expects = (*expects, Expect("requester_nonce", nonce, "carrier-nonce", None))
            carrier = Carrier(NVIDIA, at, _facts(item, NVIDIA_FACTS))
            yield source.inside(carrier, evidence, attachments=attached, expects=expects)
        except EvidenceError as error:
            yield error


def _short(nonce: object) -> object:
    """A nonce as it is, or `LimitExceeded`: each device of a list may be said to have it."""
    if isinstance(nonce, str | list):
        limits.check("characters of a nonce", limits.PATH, len(nonce))
    return nonce


def _certificates(value: Any, path: str) -> bytes:
    """PEM in base64, or as it is."""
    if isinstance(value, str) and value.startswith("-----BEGIN "):
        return value.encode("ascii", "replace")
    return octets(value, path, NVIDIA)


def _facts(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    words = ((name, value.get(name)) for name in names)
    return {name: limits.text(name, word) for name, word in words if isinstance(word, str) and word}


TAKEN: Final = ("evidence", "certificate", "nonce")

CARRIERS: Final = (
    CarrierDescriptor(
        name="redfish",
        section="spdm",
        told_by="JSON, `SignedMeasurements`",
        taken="the transcript",
        rest=(
            "versions and algorithms are facts; where the transcript has no negotiation they name "
            "its signature, else a difference is noted"
        ),
        source="DMTF Redfish, ComponentIntegrity",
        forms=(InJson(redfish, (SIGNED,)),),
    ),
    CarrierDescriptor(
        name="nvidia-evidence",
        section="spdm",
        told_by=(
            "JSON, objects with `evidence` beside `certificate` or `arch`: a list of them, one "
            "alone, or `evidence_list`, `device_evidence_list` or `evidences` in an object"
        ),
        taken="the report of every device, as a piece",
        rest=(
            "`certificate` becomes `certificates`; the report must repeat `nonce`, its own or the "
            "one around the list; names and versions are facts"
        ),
        source="NVIDIA, nvtrust and attestation-sdk",
        forms=(
            InJson(_list, tuple(f"*/{name}" for name in TAKEN)),
            InJson(_device, TAKEN),
            *(
                InJson(partial(_around, member), tuple(f"{member}/*/{name}" for name in TAKEN))
                for member in LISTS
            ),
        ),
    ),
)
