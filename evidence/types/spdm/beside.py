"""What certificates and logs beside a transcript say, and how the parts fit together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from evidence.claims import Bytes, Consistency, Environment, Identifier, Note, Value
from evidence.types import _certificates
from evidence.types._dice import device as certified
from evidence.types._dice import layers, oids
from evidence.types._identifiers import identifier, written
from evidence.types._notes import note
from evidence.types._recorder import Entries, Recorder
from evidence.types.spdm.chain import ChainHeader, SlotChain
from evidence.types.spdm.choice import Choice
from evidence.types.spdm.log import replayed
from evidence.types.spdm.measurements import path_of
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.vendor import FWID
from evidence.wire import x509
from evidence.wire.spdm.algorithms import HASHES, Hash
from evidence.words import Missing, Outcome, Scope

ABSENT: Final[tuple[Missing, ...]] = ("certificates",)
ALL: Final = 0xFF
"""CHALLENGE Param2 and GET_MEASUREMENTS Param2: all measurements."""


class Layers(NamedTuple):
    """The layers of firmware that certificates describe, by which extensions, and the certificates from the root on.

    `missing` says whether certificates of the device are not here.
    """

    environments: tuple[Environment, ...] = ()
    described: tuple[layers.Described, ...] = ()
    ordered: tuple[x509.X509Certificate, ...] = ()
    missing: tuple[Missing, ...] = ABSENT


def layers_of(transcript: Transcript, choice: Choice, notes: list[Note]) -> Layers:
    """The layers of a chain, if there is one."""
    chain = transcript.chain
    if chain is None:
        return Layers()
    missing = _missing(choice, chain, transcript.base_hash)
    ordered = root_first(chain.certificates)
    environments, described = layers.layers(ordered, notes, "device")
    if missing and environments and not chain.has_root:
        environments = (replace(environments[0], missing=missing), *environments[1:])
    return Layers(environments, described, ordered, missing)


def facts(transcript: Transcript, choice: Choice, of: Layers) -> Iterator[Consistency]:
    """How the certificates and the log fit to what is beside them."""
    base, chain = transcript.base_hash, transcript.chain
    yield from _summaries(transcript, choice.challenge, base)
    if transcript.log is not None:
        blocks = ((path_of(choice.blocks, block), block) for block in choice.blocks)
        yield from replayed(transcript.log, blocks, transcript.measurement_hash.hash)
    if chain is not None:
        yield from _root_fact(chain, base)
        yield from _chain_fact(choice, chain, base)
        yield from _firmware(choice, () if of.missing else of.environments)


def beside(record: Recorder, device: Entries, transcript: Transcript, choice: Choice) -> Layers:
    """The layers that certificates describe. What else is made of certificates and of the log is recorded."""
    of, chain = layers_of(transcript, choice, device.notes), transcript.chain
    for fact in facts(transcript, choice, of):
        record.add("consistency", fact)
    if chain is None:
        return of
    decided = {"/depends_on": of.environments, "/missing": of.missing}
    for one in chain.certificates:
        name = source_of(chain, one)
        record.add("certificates", _certificates.entry(one, name, "device"))
        device.also((name,), *(path for path, value in decided.items() if value))
    for layer in of.described:
        field = device.at(source_of(chain, of.ordered[layer.certificate]), layer.oid)
        record.also(field, f"/environments/{layer.environment}")
    _device(device, of.ordered, chain)
    return of


def source_of(chain: SlotChain, certificate: x509.X509Certificate) -> str:
    """The name of a certificate: by its place in the order of the bytes."""
    return f"certificate-{chain.certificates.index(certificate)}"


def root_first(certificates: tuple[x509.X509Certificate, ...]) -> tuple[x509.X509Certificate, ...]:
    """The certificates from the root on, as their names chain them; those that no chain has come last."""
    if len(certificates) < 2:
        return certificates
    chain = x509.order(certificates)
    if chain.leaf is None:
        return certificates
    up = (chain.leaf, *chain.intermediates, *((chain.root,) if chain.root else ()))
    return (*reversed(up), *chain.others)


def _device(device: Entries, ordered: tuple[x509.X509Certificate, ...], chain: SlotChain) -> None:
    """The device as its certificates name it: the one closest to the leaf that does; and evidence that they hold."""
    entries: dict[tuple[str, str], tuple[Identifier | Value, tuple[str, str]]] = {}
    for one in ordered:
        name = source_of(chain, one)
        for named, oid in _identifiers(one):
            entries["identifiers", named.name] = named, (name, oid)
        if certified.device_info(one) is None and any(
            oid == oids.DEVICE_INFO for oid, _ in certified.other_names(one)
        ):
            detail = "not manufacturer, product and serial number"
            device.notes.append(note("device-info", f"/certificates/{name}", detail))
        marks = certified.spdm_marks(one)
        for oid, mark in MARKS.items():
            if oid in marks:
                value = Value(name=mark, text=name, origin="certificate")
                entries["values", mark] = value, (name, oids.SPDM_EXTENSION)
    for (member, _), (entry, field) in entries.items():
        device.add(member, entry, field)
    for one in ordered:
        name = source_of(chain, one)
        for manifest in layers.messages(one, name):
            device.add("manifests", manifest, (name, manifest.name.removeprefix(f"{name}-")))


MARKS: Final = {
    oids.HARDWARE_IDENTITY: "hardware_identity_certificate",
    oids.MUTABLE_CERTIFICATE: "mutable_certificate",
}


def _identifiers(certificate: x509.X509Certificate) -> Iterator[tuple[Identifier, str]]:
    """How a certificate names the device, and by which extension."""
    info = certified.device_info(certificate)
    if info is not None:
        for name, text in zip(("manufacturer", "product", "serial_number"), info, strict=True):
            yield _named(name, text), oids.SUBJECT_ALT_NAME
    if (cma := certified.cma_device(certificate)) is not None:
        yield _named("pci_device", cma), oids.SUBJECT_ALT_NAME
    if (ueid := layers.ueid(certificate)) is not None:
        yield identifier("ueid", "device", ueid, linkable=True, origin="certificate"), oids.UEID


def _named(name: str, text: str) -> Identifier:
    is_of_a_class = certified.is_of_a_class(text) if name == "pci_device" else name != "serial_number"
    scope: Scope = "class" if is_of_a_class else "device"
    return written(name, scope, text, linkable=not is_of_a_class, origin="certificate")


def hashed(hash_: Hash | None, content: bytes) -> bytes | None:
    """The digest of `content`; None where the hash is not known, or not at hand."""
    if hash_ is None or hash_.library not in hashlib.algorithms_available:
        return None
    return hashlib.new(hash_.library, content).digest()


def _fact(
    words: tuple[str, str, str], hash_: Hash | None, content: bytes | None, stated: bytes
) -> Consistency:
    """A stated digest compared with that of `content`; `words` are name, digest_of and compared_to."""
    computed = None if content is None else hashed(hash_, content)
    status: Outcome = "not-computable" if computed is None else "matches" if computed == stated else "differs"
    return Consistency(
        name=words[0],
        status=status,
        digest_of=words[1],
        compared_to=words[2],
        alg=hash_.name if hash_ else None,
        computed=None if computed is None else Bytes(computed),
    )


def _root_fact(chain: SlotChain, base: Hash | None) -> Iterator[Consistency]:
    """The hash of the root that the chain states. A chain may begin below its root, which then is not here."""
    if not (chain.root_hash and chain.certificates):
        return
    first = chain.certificates[0]
    is_below = first.subject_raw != first.issuer_raw and hashed(base, first.der) != chain.root_hash
    words = ("root_hash-binding", "root-certificate", f"/certificates/{source_of(chain, first)}")
    yield _fact(words, base, None if is_below else first.der, chain.root_hash)


def _chain_fact(choice: Choice, chain: SlotChain, base: Hash | None) -> Iterator[Consistency]:
    """The hash of the chain that the CHALLENGE_AUTH of its slot states."""
    for name, challenge in _challenges(choice, chain)[:1]:
        to = f"/bindings/{name}certificate_chain_hash"
        words = ("certificate_chain_hash-binding", "certificate-chain", to)
        yield _fact(words, base, chain.whole or None, challenge.response.value("cert_chain_hash"))


def _challenges(choice: Choice, chain: SlotChain) -> list[tuple[str, Exchange]]:
    """The challenges of the slot of a chain: it was fetched from there, or that slot signs; all where nothing says it."""
    slot = chain.slot
    if slot is None and choice.main is not None and choice.main.signature:
        slot = choice.main.slot
    return [(name, one) for name, one in choice.challenges() if slot in {None, one.slot}]


def _missing(choice: Choice, chain: SlotChain, base: Hash | None) -> tuple[Missing, ...]:
    """Whether certificates are not here: one of them may say something worse than all the others.

    All are here where the signed hash is that of the chain; else, where no hash is stated for the slot that signs, if
    the chain has its root and its leaf, and nothing contradicts that it is the one of that slot.
    """
    own = _challenges(choice, chain)[:1]
    stated = [one.response.value("cert_chain_hash") for _, one in own or choice.challenges()]
    agreed = any(_is_hash_of(digest, chain, base) for digest in stated)
    if own and agreed:
        return ()
    contradicted = chain.disputed or agreed or bool(own)
    return () if chain.has_root and chain.has_leaf and not contradicted else ABSENT


def _is_hash_of(digest: bytes, chain: SlotChain, hash_: Hash | None) -> bool:
    """Whether a digest is that of a chain, by a hash of its size where nobody says which."""
    known = [one for one in HASHES if one.size == len(digest)] if hash_ is None else [hash_]
    return any(hashed(one, chain.whole or _structure(chain, one)) == digest for one in known)


def _structure(chain: SlotChain, hash_: Hash) -> bytes:
    """The SPDM structure of certificates that came without it: whoever takes it off a chain hides nothing by that."""
    certificates = [one.der for one in root_first(chain.certificates)]
    root = hashed(hash_, certificates[0]) or b"" if certificates else b""
    content = root + b"".join(certificates)
    return (ChainHeader.SIZE + len(content)).to_bytes(ChainHeader.SIZE, "little") + content


def _summaries(transcript: Transcript, challenge: Exchange | None, base: Hash | None) -> list[Consistency]:
    """The summary of all measurements in CHALLENGE_AUTH, computed over whole blocks."""
    if challenge is None or not challenge.response.value("measurement_summary_hash"):
        return []
    stated = challenge.response.value("measurement_summary_hash")
    everything = next(
        (one for one in transcript.exchanges if one.request is not None and _asks_all(one)), None
    )
    if everything is None:
        return []
    summarised = challenge.request.fixed[3] if challenge.request else None
    record = everything.response.value("measurement_record") if summarised == ALL else None
    words = ("measurement_summary_hash-binding", "measurement-record", "/bindings/measurement_summary_hash")
    return [_fact(words, base, record, stated)]


def _asks_all(exchange: Exchange) -> bool:
    return not exchange.is_challenge and exchange.request is not None and exchange.request.fixed[3] == ALL


def _firmware(choice: Choice, environments: tuple[Environment, ...]) -> list[Consistency]:
    """NVIDIA's report repeats the firmware digest of the layer whose key signs it: the last one."""
    stated = next((e.value for e in choice.main.nvidia if e.type == FWID), None) if choice.main else None
    if stated is None or not environments or not environments[-1].measurements:
        return []
    layer = environments[-1]
    digests = [digest.digest for one in layer.measurements for digest in one.digests]
    return [
        Consistency(
            name="fwid-certified",
            status="matches" if stated in digests else "differs",
            value_of="firmware-id",
            compared_to=f"/environments/{layer.id}/measurements",
        )
    ]
