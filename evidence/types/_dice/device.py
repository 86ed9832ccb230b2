"""What certificates say about a device: DMTF's device info, PCI-SIG's, and the marks of SPDM's extension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError
from evidence.types._dice import oids
from evidence.wire import der
from evidence.wire.x509 import X509Certificate

OTHER_NAME = 0xA0
EXPLICIT = 0xA0


def device_info(certificate: X509Certificate) -> tuple[str, str, str] | None:
    """Manufacturer, product and serial number of DMTF's otherName; None if there is none, or another form."""
    for oid, text in other_names(certificate):
        parts = text.split(":")
        if oid == oids.DEVICE_INFO and len(parts) == 3:
            return parts[0], parts[1], parts[2]
    return None


def cma_device(certificate: X509Certificate) -> str | None:
    """PCI-SIG's name of a device (vendor, device, class codes) as it is written; None if there is none."""
    return next((text for oid, text in other_names(certificate) if oid == oids.CMA_DEVICE), None)


CLASS: Final = frozenset({"Vendor", "Device", "CC", "REV", "SSVID", "SSID"})
"""The parts of PCI-SIG's name of a device that all devices of a product have in common."""


def is_of_a_class(name: str) -> bool:
    """Whether PCI-SIG's name of a device has only such parts; another one may be the device's alone."""
    return all(part.partition("=")[0] in CLASS for part in name.split(":"))


def other_names(certificate: X509Certificate) -> Iterator[tuple[str, str]]:
    """OID and text of every otherName of a certificate; one that is no text is passed over."""
    extension = certificate.extensions.get(oids.SUBJECT_ALT_NAME)
    if extension is None:
        return
    try:
        if der.check(extension.value, "SubjectAltName") != len(extension.value):
            return
        names = list(der.children(extension.value, 0, "SubjectAltName"))
    except EvidenceError:
        return
    for name in names:
        if name.tag != OTHER_NAME:
            continue
        inside = list(der.children(extension.value, name.start))
        if [item.tag for item in inside] != [der.OBJECT_IDENTIFIER, EXPLICIT]:
            continue
        text = list(der.children(extension.value, inside[1].start))
        if len(text) == 1 and text[0].tag == der.UTF8_STRING:
            content = extension.value[text[0].content : text[0].end]
            words = content.decode("utf-8", "replace")
            if words.isprintable():
                yield der.oid(extension.value[inside[0].content : inside[0].end]), words


def spdm_marks(certificate: X509Certificate) -> tuple[str, ...]:
    """The OIDs in SPDM's extension, which say what kind of certificate it is."""
    extension = certificate.extensions.get(oids.SPDM_EXTENSION)
    if extension is None:
        return ()
    try:
        if der.check(extension.value, "SPDM extension") != len(extension.value):
            return ()
        marks = []
        for item in der.children(extension.value, 0, "SPDM extension"):
            inside = list(der.children(extension.value, item.start)) if item.tag == der.SEQUENCE else []
            if inside and inside[0].tag == der.OBJECT_IDENTIFIER:
                marks.append(der.oid(extension.value[inside[0].content : inside[0].end]))
        return tuple(marks)
    except EvidenceError:
        return ()
