"""Evidence of devices in JSON: Redfish's SignedMeasurements, and NVIDIA's bundles of several devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from evidence import limits
from evidence.carriers.json import in_hex, octets
from evidence.errors import EvidenceError
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


def redfish(given: Input, value: Any) -> Pieces:
    """The transcript in the response to ComponentIntegrity.SPDMGetSignedMeasurements."""
    if not isinstance(value, dict) or SIGNED not in value:
        return None
    facts = _facts(value, REDFISH_FACTS)
    return (given.inside(Carrier(REDFISH, facts=facts), octets(value[SIGNED], SIGNED, REDFISH)),)


def nvidia(given: Input, value: Any) -> Pieces:
    """Each device of a bundle, with its certificates, and the nonce that it must repeat.

    A list of devices, one device alone, or an object around a list, whose words are those of every device.
    """
    around: dict[str, Any] = {}
    if isinstance(value, dict):
        around = {name: value[name] for name in COMMON if name in value}
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list)), [value])
    if not isinstance(value, list) or not value or not all(map(_is_device, value)):
        return None
    return _devices(given, [around | item for item in value])


def _is_device(item: Any) -> bool:
    return isinstance(item, dict) and "evidence" in item and ("certificate" in item or "arch" in item)


def _devices(given: Input, items: list[dict[str, Any]]) -> Iterator[Input | EvidenceError]:
    for number, item in enumerate(items):
        at = str(number)
        try:
            evidence = octets(item["evidence"], f"{at}/evidence", NVIDIA)
            attached = {}
            if "certificate" in item:
                attached["certificates"] = _certificates(item["certificate"], f"{at}/certificate")
            attached |= given.attachments  # what the caller gives stays
            expects = given.expects
            if "nonce" in item:
                nonce = octets(_short(item["nonce"]), f"{at}/nonce", NVIDIA, in_hex)
                expects = (*expects, Expect("requester_nonce", nonce, "carrier-nonce", None))
            carrier = Carrier(NVIDIA, at, _facts(item, NVIDIA_FACTS))
            yield given.inside(carrier, evidence, attachments=attached, expects=expects)
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
