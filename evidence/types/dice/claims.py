"""A chain of DICE certificates in claims: an environment for each layer of firmware, which depends on the one before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from evidence.claims import Bytes, Consistency, Key, Measurement, Signer, Svn, Unknown, Value, Version
from evidence.input import Input
from evidence.limits import SAFE_INTEGER
from evidence.paths import join
from evidence.registry import Body
from evidence.types._cose import remarks
from evidence.types._digests import named
from evidence.types._identifiers import written
from evidence.types._notes import note
from evidence.types._recorder import Entries, Layer, Recorder, complete, in_cbor
from evidence.types.dice import dpu_claims
from evidence.types.dice.dpu import DpuEvidence
from evidence.types.dice.layout import CERTIFICATE, CONFIGURATION
from evidence.types.dice.read import DiceCertificate, DiceChain
from evidence.wire import cbor, cose, hashes
from evidence.wire.places import Path
from evidence.words import Debug, KeyUse, Outcome, Subject

DEBUG: Final[dict[int, Debug]] = {1: "disabled", 2: "enabled"}
"""Modes that say it: a device that is not configured, or that recovers, says nothing."""
FIRST_PROFILE: Final = 14
"""The Android whose profile has no name."""
UNKNOWN: Final = "no claim that is known here"


UNSIGNED: Final = note(
    "unsigned",
    "/evidence/protection",
    "no signature covers these claims: the alias signs what the caller has, and certificates have their own",
)


def claims(native: DiceChain | DpuEvidence, source: Input) -> Body:
    """The claims of every layer; a DPU signs what is not in its evidence, and so nothing of that."""
    if isinstance(native, DpuEvidence):
        return dpu_claims.record(native).body(
            version="nvidia-dpu-1",
            variant="nvidia-dpu",
            size=native.size,
            protection="partly-signed",
            more=(UNSIGNED,),
        )
    chain = native
    return record(chain, source.data).body(
        version="open-dice", variant=chain.variant, size=chain.size, protection="signed"
    )


def record(chain: DiceChain, data: bytes) -> Recorder:
    """What all certificates say, with the fields behind it."""
    document, layer = Recorder(), Layer(data)
    before: _Layer | None = None
    for number, certificate in enumerate(chain.certificates):
        entries = _Layer(document, layer, certificate, number)
        if number == 0 and chain.key is not None:
            start = cbor.head(data, 0).end
            entries.key("uds", chain.key, layer.source("key", start, start + len(chain.key)))
        if before is not None:
            entries.follows(before)
        entries.finish()
        before = entries
    return document


class _Layer(Entries):
    """One certificate in the lists of its environment."""

    def __init__(self, document: Recorder, layer: Layer, certificate: DiceCertificate, number: int) -> None:
        self.title = f"dice-{number}"
        super().__init__(document, self.title, in_cbor(layer, certificate.region.start, self.title))
        self.layer, self.certificate, self.number = layer, certificate, number
        self.values = certificate.claims.values
        self.debug: Debug = "not-reported"
        self.profile: str | None = None
        for row in CERTIFICATE.rows:
            if row.name in self.values:
                HANDLERS[row.name](self, row.name, self.values[row.name], (row.label,))
        self._unknown(certificate.claims.unknown, self.at)
        self._header()

    def finish(self) -> None:
        """Put the environment into the document."""
        message, title = self.certificate.message, self.title
        self.record.notes += remarks(message.algorithm, join("signatures", title), mac=False)
        self.also(self.layer.source(f"{title}.signature", *message.signature_span))
        self.end(
            role="firmware-layer",
            origin="evidence",
            depends_on=(f"dice-{self.number - 1}",) if self.number else (),
            profile=self.profile,
            debug=self.debug,
            migration="not-defined",
        )

    def follows(self, before: _Layer) -> None:
        """Whether the issuer is the subject of the layer before, and the profile not an older one than its."""
        same: Outcome = "matches" if self.values["iss"] == before.values["sub"] else "differs"
        name = f"{self.title}/issuer-binding"
        where = join("environments", before.title, "identifiers", "subject")
        self.record.add("consistency", Consistency(name=name, status=same, compared_to=where))
        if _age(self.values.get("profile_name")) < _age(before.values.get("profile_name")):
            self.note("profile-mixed", "", "an older profile than that of the layer before")

    def key(self, name: str, value: bytes, field: Any) -> None:
        """A key of the chain: whoever has it is this layer, or the device."""
        use: KeyUse = "identity" if name == "uds" else "attested"
        self.add("keys", Key(name=name, use=use, encoding="cose-key", linkable=True, raw=Bytes(value)), field)

    def name_of_key(self, name: str, value: str, at: Path) -> None:
        """Issuer and subject are made from keys: they tell one device from all others."""
        self.add("identifiers", written(NAMES[name], "key", value, linkable=True), at)

    def subject_key(self, _: str, value: bytes, at: Path) -> None:
        self.key("subject", value, at)

    def code_hash(self, _: str, value: bytes, at: Path) -> None:
        self._measurement("code", "firmware", value, at)

    def _measurement(self, name: str, subject: Subject, value: bytes, at: Path) -> None:
        """A digest whose algorithm nothing says."""
        entry = Measurement(
            name=name,
            phase="initial",
            subject=subject,
            form="digest",
            digests=(named(None, value),),
            alg_candidates=hashes.CANDIDATES[len(value)],
        )
        self.add("measurements", entry, at)

    def configuration_hash(self, _: str, value: bytes, at: Path) -> None:
        """The digest of the descriptor, or the descriptor itself."""
        self._measurement("configuration", "config", value, at)
        descriptor = self.values.get("configuration_descriptor")
        if descriptor is None:
            return
        fits = descriptor == value or any(
            hashes.compute(alg, descriptor) == value for alg in hashes.CANDIDATES[len(value)]
        )
        path = join("environments", self.title, "measurements", "configuration")
        fact = Consistency(
            name=f"{self.title}/configuration-binding",
            status="matches" if fits else "differs",
            compared_to=path,
            digest_of="configuration-descriptor",
        )
        self.record.add("consistency", fact)

    def octets(self, name: str, value: bytes, at: Path) -> None:
        self.add("values", Value(name=name, bytes=Bytes(value)), at)

    def descriptor(self, name: str, value: bytes, at: Path) -> None:
        """The configuration as it is, and Android's names for what is in it."""
        self.octets(name, value, at)
        known = self.certificate.configuration
        if known is None:
            return
        entry = self.certificate.claims_at(at)
        page = in_cbor(self.layer, entry.end - len(value), f"{self.title}/configuration")
        for row in CONFIGURATION.rows:
            if row.name in known.values:
                INSIDE[row.name](self, row.name, known.values[row.name], page.at(row.label))
        self._unknown(known.unknown, page.at, "configuration/")

    def written(self, name: str, value: str, field: Any) -> None:
        self.add("values", Value(name=name, text=value), field)

    def version(self, name: str, value: int | str, field: Any) -> None:
        self.add("versions", Version(name=name, value=str(value)), field)

    def svn(self, name: str, value: int, field: Any) -> None:
        exact = {"svn": value} if value <= SAFE_INTEGER else {"raw": Bytes(value.to_bytes(8, "big"))}
        self.add("svns", Svn(name=name, set_by="unspecified", **exact), field)

    def marker(self, name: str, _: None, field: Any) -> None:
        """A member that says by being there."""
        self.add("values", Value(name=name, bool=True), field)

    def authority(self, _: str, value: bytes, at: Path) -> None:
        """The hash of whoever signed the code; zeros stand for nobody."""
        if any(value):
            signer = Signer(name="authority", status="present", value=Bytes(value))
        else:
            signer = Signer(name="authority", status="none", raw=Bytes(value))
        self.add("signers", signer, at)

    def mode(self, name: str, value: bytes | int, at: Path) -> None:
        number = value if isinstance(value, int) else value[0]
        self.debug = DEBUG.get(number, "not-reported")
        self.add("values", Value(name=name, int=number), at)
        self.also(at, "/debug")
        if isinstance(value, int) and _age(self.values.get("profile_name")) > FIRST_PROFILE:
            detail = "a mode that is an integer, which only the first profile of Android allows"
            self.note("value-of-other-profile", join("values", name), detail)
        if number > 3:
            self.note("unknown-value", join("values", name), f"mode {number} has no meaning here")

    def profile_name(self, _: str, value: str, at: Path) -> None:
        self.profile = value
        self.also(at, "/profile")

    def _unknown(self, unknown: Any, at: Callable[..., Any], prefix: str = "") -> None:
        for label, item in unknown.items():
            name = self.name("unknown", f"{prefix}{label.hex() if isinstance(label, bytes) else label}")
            self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), at(label))
            self.note("unknown-claim", join("unknown", name), UNKNOWN)

    def _header(self) -> None:
        """Parameters of both headers but the algorithm, whole."""
        message = self.certificate.message
        for header, span, where in (
            (message.header, message.protected_span, "protected"),
            (message.unprotected, message.unprotected_span, "unprotected"),
        ):
            page = in_cbor(self.layer, span.start, f"{self.title}/{where}")
            for label, item in header.items():
                if label != cose.ALG:
                    name = self.name("unknown", f"header/{label}")
                    self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), page.at(label))


def _age(profile: str | None) -> int:
    """The Android that a profile is of; 0 for a name that is not Android's."""
    if profile is None:
        return FIRST_PROFILE
    number = re.fullmatch(r"android\.([0-9]{1,4})", profile)
    return int(number[1]) if number else 0


NAMES: Final = {"iss": "issuer", "sub": "subject"}
HANDLERS: Final[dict[str, Callable[[_Layer, str, Any, Path], None]]] = {
    "iss": _Layer.name_of_key,
    "sub": _Layer.name_of_key,
    "code_hash": _Layer.code_hash,
    "code_descriptor": _Layer.octets,
    "configuration_hash": _Layer.configuration_hash,
    "configuration_descriptor": _Layer.descriptor,
    "authority_hash": _Layer.authority,
    "authority_descriptor": _Layer.octets,
    "mode": _Layer.mode,
    "subject_public_key": _Layer.subject_key,
    "key_usage": _Layer.octets,
    "profile_name": _Layer.profile_name,
}
"""Claim to what it becomes."""
INSIDE: Final[dict[str, Callable[[_Layer, str, Any, Any], None]]] = {
    "component_name": _Layer.written,
    "component_version": _Layer.version,
    "resettable": _Layer.marker,
    "security_version": _Layer.svn,
    "rkp_vm_marker": _Layer.marker,
    "component_instance_name": _Layer.written,
}
"""Member of Android's descriptor to what it becomes."""
complete(HANDLERS, CERTIFICATE)
complete(INSIDE, CONFIGURATION)
