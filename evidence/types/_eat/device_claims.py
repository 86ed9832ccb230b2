"""What a device's claims in a token become: measurements, certificates by slot, a signature with its own nonces.

A number never decides which hash a digest is of: the tables of those who write these tokens disagree. What was
negotiated does, where it is there; else the size says which it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from evidence.claims import (
    Binding,
    Bytes,
    Consistency,
    Digest,
    Manifest,
    Measurement,
    Unknown,
    Value,
)
from evidence.errors import EvidenceError
from evidence.paths import join
from evidence.registry import Signed
from evidence.types import _certificates
from evidence.types._digests import named
from evidence.types._eat import device
from evidence.types._eat.region import Region
from evidence.types._identifiers import identifier
from evidence.types._recorder import Entries, complete
from evidence.types._value_types import VALUE_TYPES
from evidence.wire import cbor, hashes
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Path

LABELS: Final = {row.name: row.label for row in device.DEVICE.rows}
OF_CLASS: Final = frozenset({"vendor_id", "device_id"})
SPACE: Final = {"vendor_id": slice(0, 2), "device_id": slice(2, 4)}
"""Where the configuration space has what tells a product."""


def record(entries: Entries, values: Mapping[str, Any], region: Region, prefix: str) -> None:
    """Put a device's claims into the lists of its environment, and into those of the document."""
    entries.note("provisional-labels", "", "the labels of device claims are not assigned yet")
    _Device(entries, region, prefix, values).all()


class _Device:
    def __init__(self, entries: Entries, region: Region, prefix: str, values: Mapping[str, Any]) -> None:
        self.entries, self.region, self.prefix, self.values = entries, region, prefix, values
        vca = values.get("vca")
        self.agreed = device.negotiated(vca) if vca is not None else None
        self.chains: dict[int, tuple[str, ...]] = {}
        """The paths of the certificates of a slot, the leaf first."""

    def all(self) -> None:
        for name in ORDER:
            if name in self.values:
                HANDLERS[name](self, self.values[name], (LABELS[name],))

    def measurements(self, value: Mapping[Any, Any], at: Path) -> None:
        for index, item in value.items():
            if index == device.SIGNATURE:
                self._signature("measurements", item.values, (*at, index))
            else:
                self._measurement(index, item, (*at, index))

    def _measurement(self, index: int, item: ClaimSet, at: Path) -> None:
        kind = VALUE_TYPES[item.values["component_type"]]
        digest, raw = item.values.get("digest"), item.values.get("raw")
        path = join("measurements", str(len(self.entries.entries.get("measurements", ()))))
        digest_entry = self._digest(digest[0], digest[1], path) if digest is not None else None
        entry = Measurement(
            name=kind.name,
            index=index,
            phase="unspecified",
            subject=kind.subject,
            form="raw" if digest_entry is None else "digest",
            digests=() if digest_entry is None else (digest_entry,),
            value=Bytes(raw or b"") if digest_entry is None else None,
            alg_candidates=hashes.CANDIDATES.get(len(digest_entry.digest), ())
            if digest_entry is not None and digest_entry.alg == "unknown"
            else (),
        )
        self.entries.add("measurements", entry, at)
        for label, thing in item.unknown.items():
            self._unknown(f"3802/{index}/{label}", thing, (*at, label))

    def _digest(self, alg: Any, value: bytes, path: str) -> Digest:
        """A digest by what was negotiated, by its name, or by no name."""
        negotiated = self.agreed.measurement_hash if self.agreed is not None else None
        stated = named(alg, value) if isinstance(alg, str) else None
        if negotiated is not None and negotiated.size == len(value):
            if stated is None:
                return Digest(alg=negotiated.name, digest=Bytes(value), raw=Bytes(cbor.dumps(alg)))
            if stated.alg != negotiated.name:
                detail = f"{len(value)} bytes, stated as {stated.alg}: {negotiated.name} was negotiated"
                self.entries.note("digest-length", path, detail)
                return Digest(alg=negotiated.name, digest=Bytes(value), raw=Bytes(str(alg).encode()))
        if stated is not None:
            return self.entries.digest(alg, value, path)
        self.entries.note("unknown-hash", path, "a number, whose meaning depends on who wrote it")
        return Digest(alg="unknown", digest=Bytes(value), raw=Bytes(cbor.dumps(alg)))

    def certificates(self, value: Mapping[int, bytes], at: Path) -> None:
        page = {(*at, slot): None for slot in value}
        places = cbor.places(self.region.whole, self.region.start, page)
        for slot, content in value.items():
            end = places[*at, slot].end
            start = end - len(content)
            try:
                chain = device.certificates(self.region.whole, start, end)
            except EvidenceError as error:
                name = f"slot-{slot}"
                self.entries.add("unknown", Unknown(label=name, raw=Bytes(content)), (*at, slot))
                self.entries.note("unreadable-certificate", join("unknown", name), f"({error.code})")
                continue
            if chain and chain[0].start - start > device.LENGTH:
                first, last = start + device.LENGTH, chain[0].start
                root_hash = Value(name=f"slot-{slot}.root_hash", bytes=Bytes(self.region.whole[first:last]))
                field = self.region.layer.source(f"{self.prefix}slot-{slot}.root_hash", first, last)
                self.entries.add("values", root_hash, field)
            names = [f"{self.prefix}slot-{slot}/certificate-{number}" for number in range(len(chain))]
            for name, one in zip(names, chain, strict=True):
                claim = _certificates.entry(one, name, self.entries.id)
                field = self.region.layer.source(name, one.start, one.end)
                self.entries.record.add("certificates", claim, field)
            self.chains[slot] = tuple(join("certificates", name) for name in reversed(names))

    def vca(self, value: bytes, at: Path) -> None:
        """Kept whole; what it says of hashes was taken before."""
        manifest = Manifest(name="vca", format="spdm-negotiation", raw=Bytes(value))
        self.entries.add("manifests", manifest, at)
        if self.agreed is None:
            self.entries.note("embedded-not-decoded", join("manifests", "vca"), "no negotiation of SPDM")

    def configuration(self, value: Mapping[int, bytes], at: Path) -> None:
        for number, content in value.items():
            self._register(device.CONFIGURATION[number], content, (*at, number))

    def _register(self, name: str, content: bytes, at: Any) -> None:
        if name in OF_CLASS:
            self.entries.add("identifiers", identifier(name, "class", content, linkable=False), at)
        else:
            self.entries.add("values", Value(name=name, bytes=Bytes(content)), at)

    def space(self, value: bytes, at: Path) -> None:
        self.entries.add("values", Value(name="configuration_space", bytes=Bytes(value)), at)
        if "pci_configuration" not in self.values:
            for name, part in SPACE.items():
                self._register(name, value[part], at)

    def challenge(self, value: ClaimSet, at: Path) -> None:
        self._signature("challenge", value.values, at)

    def _signature(self, kind: str, values: Mapping[str, Any], at: Path) -> None:
        """The signature of a responder, over the prefix and the hash of the transcript that the token has whole."""
        entries, record = self.entries, self.entries.record
        slot, transcript, prefix = values["slot"], values["transcript"], values["prefix"]
        name = f"{self.prefix}{kind}-{slot}"
        for number, part in ((2, "requester_nonce"), (3, "responder_nonce")):
            binding = Binding(
                name=f"{name}/{part}",
                role="challenge" if number == 2 else "responder-nonce",
                declared="nonce",
                requested_by="unspecified",
                environment=entries.id,
                value=Bytes(values[part]),
            )
            record.add("bindings", binding, entries.at(*at, number))
            fact = Consistency(
                name=f"{name}/{part}-binding",
                status="matches" if values[part] in transcript else "differs",
                compared_to=join("bindings", f"{name}/{part}"),
            )
            record.add("consistency", fact)
        agreed = device.negotiated(transcript) or self.agreed
        base, scheme = (agreed.base_hash, agreed.scheme) if agreed is not None else (None, None)
        paths = [(*at, number) for number in (4, 5)]
        places = cbor.places(self.region.whole, self.region.start, paths)
        layer, hashed = self.region.layer, hashes.compute(base.name, transcript) if base else None
        spans = [(places[path].end - size, places[path].end) for path, size in zip(paths, (len(prefix), len(transcript)), strict=True)]  # fmt: skip
        signed = Signed(
            name=name,
            by=f"slot-{slot}",
            alg=scheme.name if scheme else None,
            hash=base.name if base else None,
            encoding=scheme.encoding if scheme else None,
            construct="spdm-prefix",
            covers=tuple(spans) if layer.outer is None else (layer.outer,),
            value=values["signature"],
            message=prefix + hashed if hashed is not None else None,
            certificates=self.chains.get(slot, ()),
            missing=() if hashed is not None else ("negotiation",),
            environment=entries.id,
        )
        record.signatures.append(signed)
        title = f"{kind}-{slot}"
        manifest = Manifest(name=title, format="spdm-transcript", raw=Bytes(transcript))
        entries.add("manifests", manifest, (*at, 5))
        self._value(f"{title}.prefix", prefix, (*at, 4))
        if (base_hash := values.get("base_hash")) is not None:
            content = {"int": base_hash} if isinstance(base_hash, int) else {"text": base_hash}
            entries.add("values", Value(name=f"{title}.base_hash", **content), (*at, 6))
        entries.add("values", Value(name=f"{title}.slot", int=slot), (*at, 1))
        end = cbor.places(self.region.whole, self.region.start, [(*at, 7)])[*at, 7].end
        entries.also(layer.source(f"{name}.signature", end - len(signed.value), end))

    def report(self, value: ClaimSet, at: Path) -> None:
        """The interface report in bytes; a range is several values."""
        for row in device.REPORT.rows:
            content = value.values.get(row.name)
            if isinstance(content, bytes):
                self._value(row.name, content, (*at, row.label))
        for number, part in value.values.get("ranges", {}).items():
            inside = (*at, device.REPORT.label("ranges"), number)
            for name, label in (("first_page", 1), ("pages", 2)):
                self._value(f"range-{number}.{name}", part.values[name], (*inside, label))
            attributes = part.values.get("attributes")
            for name, label in (("attributes", 1), ("range_id", 2)) if attributes is not None else ():
                if name in attributes.values:
                    self._value(f"range-{number}.{name}", attributes.values[name], (*inside, 3, label))

    def _value(self, name: str, content: bytes, at: Path) -> None:
        self.entries.add("values", Value(name=name, bytes=Bytes(content)), at)

    def _unknown(self, label: str, item: Any, at: Path) -> None:
        name = self.entries.name("unknown", label)
        self.entries.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), at)
        self.entries.note("unknown-claim", join("unknown", name), "no member that is known here")


HANDLERS: Final[dict[str, Callable[[_Device, Any, Path], None]]] = {
    "device_certificates": _Device.certificates,
    "device_measurements": _Device.measurements,
    "vca": _Device.vca,
    "pci_configuration": _Device.configuration,
    "pci_configuration_space": _Device.space,
    "challenge": _Device.challenge,
    "interface_report": _Device.report,
}
"""Claim to what it becomes, certificates first: signatures name them."""
ORDER: Final = tuple(HANDLERS)
complete(HANDLERS, device.DEVICE)
