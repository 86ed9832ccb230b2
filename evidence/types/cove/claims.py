"""CoVE tokens in normalized claims: an environment each, and who signs whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evidence.claims import (
    Binding,
    Bytes,
    Entered,
    Identifier,
    Key,
    Lifecycle,
    Measurement,
    Signer,
    Svn,
    Unknown,
    Value,
)
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.paths import join
from evidence.registry import Body
from evidence.types import _certificates
from evidence.types._cose import remarks
from evidence.types._identifiers import identifier, written
from evidence.types._recorder import Entries, Field, Layer, Recorder, complete, in_cbor
from evidence.types._x5chain import Unread, remark, source, x5chain
from evidence.types.cove import layout
from evidence.types.cove.layout import DIALECTS, PROFILES, SHADOWFAX_HASH, SPEC, STATES
from evidence.types.cove.read import OPAQUE, CoveCertificate, CoveEvidence, CoveToken
from evidence.types.cove.signed import CERTIFICATE
from evidence.wire import cbor, cose, hashes, x509
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Path
from evidence.words import Debug, Phase, Presence, Role

ROLES: Final[dict[str, Role]] = {"platform": "platform", "tsm": "tee-firmware", "tvm": "workload"}
DEPENDS: Final = {"platform": (), "tsm": ("platform",), "tvm": ("tsm", "platform")}
DEBUG: Final[dict[int, Debug]] = {2: "disabled", 3: "enabled"}
"""Of a platform's state; the specification says nothing about debug in the others."""
HEADERS: Final = frozenset({cose.ALG, cose.CRIT, cose.X5CHAIN})
"""Parameters that are not kept as they are: they have their own place among the claims, or say nothing there."""
LINKING: Final = 8
"""Bytes from which on a key's identifier can tell one machine from all others."""
ORDER: Final = ("tvm", "tsm", "platform")
"""The workload comes first."""
UNKNOWN: Final = "no claim of this dialect"


def claims(evidence: CoveEvidence, source: Input) -> Body:
    """The claims of all tokens; the TVM's challenge is what the caller chose."""
    return record(evidence, source.data).body(
        version=evidence.dialect.name,
        variant=evidence.variant,
        size=len(source.data),
        protection="signed",
    )


def record(evidence: CoveEvidence, data: bytes) -> Recorder:
    """What all tokens say, and the certificate around them."""
    document, layer = Recorder(), Layer(data)
    detail = "the specification has no numbers for its labels yet: they are those of one dialect"
    document.note("provisional-labels", "/evidence/version", detail)
    around = _around(evidence, layer, document)
    for name in ORDER:
        if (token := evidence.token(name)) is not None:
            _TokenEntries(document, evidence, token, around).finish()
    return document


def _around(evidence: CoveEvidence, layer: Layer, document: Recorder) -> dict[str, Field]:
    """What the certificate around the tokens says itself; gives the fields of its issuer (tsm) and its subject (tvm)."""
    outer = evidence.certificate
    if outer is None:
        return {}
    if isinstance(outer, x509.X509Certificate):
        (field,) = _certificates.sources(outer, CERTIFICATE)
        document.add(
            "certificates", _certificates.entry(outer, CERTIFICATE, "tvm"), field._replace(claims=())
        )
        issuer, subject = x509.names(outer)
        return {
            "tsm": layer.source(f"{CERTIFICATE}.issuer", *issuer),
            "tvm": layer.source(f"{CERTIFICATE}.subject", *subject),
        }
    message, page = outer.message, in_cbor(layer, outer.region.start, CERTIFICATE)
    document.notes += remarks(message.algorithm, join("signatures", CERTIFICATE), mac=message.is_mac)
    label = cbor.places(layer.data, outer.region.start, ((outer.label,),))[outer.label,]
    document.also(layer.source(f"{CERTIFICATE}.label", label.start, label.value))
    document.also(layer.source(f"{CERTIFICATE}.signature", *message.signature_span))
    return {"tsm": page.at(1), "tvm": page.at(2)}


class _TokenEntries(Entries):
    """One token in the lists of its environment."""

    def __init__(
        self, document: Recorder, evidence: CoveEvidence, token: CoveToken, around: dict[str, Field]
    ) -> None:
        layer = token.region.layer
        super().__init__(document, token.name, in_cbor(layer, token.region.start, token.name))
        self.evidence, self.token, self.layer = evidence, token, layer
        self.state: int | None = None
        self.profile: str | None = None
        self._certified(around)
        self._header()
        self._chain()
        if token.claims is None:
            self._opaque()
            return
        for row in evidence.dialect.tokens[token.name].rows:
            if row.name in token.claims.values:
                HANDLERS[row.name](self, token.claims.values[row.name], (row.label,))
        self._unknown(token.claims)

    def finish(self) -> None:
        """Put the environment into the document."""
        name, state = self.token.name, self.state
        self.also(self.layer.source(f"{name}.signature", *self.token.message.signature_span))
        self.end(
            role=ROLES[name],
            origin="evidence",
            depends_on=() if self.evidence.variant == "platform-token" else DEPENDS[name],
            profile=self.profile,
            debug=DEBUG.get(state or 0, "not-reported") if name == "platform" else "not-defined",
            migration="not-defined",
            lifecycle=Lifecycle(raw=state, state=STATES[state]) if state else None,
        )

    def eat_profile(self, value: str, at: Path) -> None:
        self.profile = value
        if not value.startswith(PROFILES):
            self.note("unknown-profile", "/profile", "no profile of RISC-V: read by the names of its tokens")
        self.also(at, "/profile")

    def platform_state(self, value: int, at: Path) -> None:
        self.state = value
        self.also(at, "/lifecycle", "/debug")

    def manufacturer_id(self, value: bytes, at: Path) -> None:
        """64 bytes, which is no size that an OEM ID of RFC 9711 has."""
        self.add("identifiers", identifier("manufacturer_id", "class", value), at)

    def public_key(self, value: bytes, at: Path) -> None:
        """The key by which the next token is signed."""
        entry = Key(
            name="public_key", use="attestation", encoding="cose-key", linkable=True, raw=Bytes(value)
        )
        self.add("keys", entry, at)
        path, key = join("keys", "public_key"), self.token.key
        if key is not None and key.inferred:
            self.note("key-without-curve", path, "Ed25519, by the algorithm and the size of the key")
        elif key is not None and key.raw is None:
            self.note("unknown-key", path, "not a key that can be used here")

    def challenge(self, value: bytes, at: Path) -> None:
        self._challenge(value, self.at(*at))

    def _challenge(self, value: bytes, field: Field) -> None:
        entry = Binding(
            name="challenge",
            role="caller-data",
            declared="nonce",
            requested_by="workload",
            environment=self.token.name,
            value=Bytes(value),
        )
        self.record.add("bindings", entry, field)

    def tvm_identity(self, value: bytes, at: Path) -> None:
        """What the host gave at the TVM's finalization, as HOST_DATA or MRCONFIGID."""
        self.add("inputs", Entered(name="tvm_identity", set_by="host", value=Bytes(value)), at)

    def sw_components(self, value: tuple[ClaimSet, ...], at: Path) -> None:
        for index, component in enumerate(value):
            self._component(component.values, (*at, index))
            self._unknown(component, (*at, index), f"sw_components/{index}/")

    def _component(self, values: Any, at: Path) -> None:
        name = self.name("measurements", values["type"])
        alg, path = values["hash_algorithm"], join("measurements", name)
        entry = Measurement(
            name=name,
            phase="loaded",
            subject="firmware",
            form="digest",
            digests=(self.digest(alg, values["measurement"], path),),
        )
        self.add("measurements", entry, at)
        self.add("svns", Svn(name=name, set_by="unspecified", text=values["svn"]), (*at, 3))
        if "manifest" in values:
            self.add("values", Value(name=f"{name}.manifest", bytes=Bytes(values["manifest"])), (*at, 4))
        signer, known = Bytes(values["signer"]), hashes.by_text(alg)
        if any(signer):
            self.add("signers", Signer(name=name, status="present", alg=known, value=signer), (*at, 5))
        else:
            status: Presence = "not-populated" if signer else "none"
            self.add("signers", Signer(name=name, status=status, raw=signer), (*at, 5))

    def initial_measurements(self, value: Any, at: Path) -> None:
        """Registers, or the one digest that Shadowfax defines as SHA-384."""
        if isinstance(value, bytes):
            entry = Measurement(
                name="initial",
                phase="initial",
                subject="workload",
                form="extended",
                digests=(self.digest(SHADOWFAX_HASH, value, join("measurements", "initial")),),
            )
            self.add("measurements", entry, at)
        else:
            self._registers("initial", value, at)

    def runtime_measurements(self, value: Any, at: Path) -> None:
        self._registers("runtime", value, at)

    def _registers(self, phase: Phase, value: tuple[ClaimSet, ...], at: Path) -> None:
        """Registers by their numbers, whose meaning is the implementation's."""
        numbers = set()
        for place, register in enumerate(value):
            values, path = register.values, f"{self.token.region.path}/{at[0]}/{place}"
            number = values["register"]
            if number in numbers:
                what = f"{phase} measurements"
                raise ConstraintViolation(
                    what=what, path=path, got=number, allowed="a register that is not there yet", spec=SPEC
                )
            numbers.add(number)
            claim = join("measurements", str(len(self.entries.get("measurements", ()))))
            entry = Measurement(
                name=phase,
                index=number,
                phase=phase,
                subject="unspecified",
                form="extended",
                digests=(self.digest(values["hash_algorithm"], values["value"], claim),),
            )
            self.add("measurements", entry, (*at, place))
            self._unknown(register, (*at, place), f"{phase}/{place}/")

    def _unknown(self, claims: ClaimSet, at: Path = (), prefix: str = "") -> None:
        for label, item in claims.unknown.items():
            name = self.name("unknown", f"{prefix}{label.hex() if isinstance(label, bytes) else label}")
            self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), (*at, label))
            self.note("unknown-claim", join("unknown", name), UNKNOWN)

    def _opaque(self) -> None:
        """The TVM's message of an older Shadowfax: a challenge, signed by a key that nothing here vouches for."""
        region = self.token.region
        field = self.layer.source(f"{self.token.name}/payload", region.start, region.end)
        self._challenge(region.data[len(OPAQUE) :], field)
        self.add("unknown", Unknown(label="payload", raw=Bytes(region.data)), field)
        detail = "no claims set, and signed by the TVM's own key, which nothing vouches for"
        self.note("self-signed", join("unknown", "payload"), detail)

    def _header(self) -> None:
        """The identifier of the key that signed the token; other parameters are kept whole."""
        message, layer = self.token.message, self.layer
        for header, span in (
            (message.header, message.protected_span),
            (message.unprotected, message.unprotected_span),
        ):
            wanted: list[Path] = [(label,) for label in header if label not in HEADERS]
            for (label,), place in cbor.places(layer.data, span.start, wanted).items() if wanted else ():
                field = layer.source(f"{self.token.name}/header/{label}", place.value, place.end)
                kid = message.header[label] if label == cose.KID and header is message.header else None
                if isinstance(kid, bytes):
                    linkable, raw = len(kid) >= LINKING, Bytes(kid)
                    entry = Identifier(
                        name="kid", scope="key", linkable=linkable, status="present", value=raw
                    )
                    self.add("identifiers", entry, field)
                else:
                    name = self.name("unknown", f"header/{label}")
                    raw = Bytes(layer.data[place.value : place.end])
                    self.add("unknown", Unknown(label=name, raw=raw), field)

    def _chain(self) -> None:
        """The certificates that came in the header, and the notes about the algorithm in it."""
        name, message, document = self.token.name, self.token.message, self.record
        document.notes += remarks(message.algorithm, join("signatures", name), mac=message.is_mac)
        for index, certificate in enumerate(x5chain(self.layer.data, message)):
            title = source(index, f"{name}/")
            field = self.layer.source(title, certificate.start, certificate.end)
            if isinstance(certificate, Unread):
                raw = Bytes(self.layer.data[certificate.start : certificate.end])
                self.add("unknown", Unknown(label=source(index), raw=raw), field)
                self.notes.append(remark(certificate, self.here + join("unknown", source(index))))
            else:
                document.add("certificates", _certificates.entry(certificate, title, name), field)

    def _certified(self, around: dict[str, Field]) -> None:
        """The CDI ID that a certificate has for the TSM (its issuer) or the TVM (its subject)."""
        outer, name = self.evidence.certificate, self.token.name
        if outer is None or name == "platform":
            return
        text = outer.issuer if name == "tsm" else outer.subject
        if isinstance(outer, CoveCertificate) and name == "tvm":
            page = in_cbor(self.layer, outer.region.start, CERTIFICATE)
            for label, item in outer.unknown.items():
                title = self.name("unknown", f"certificate/{label}")
                entry = Unknown(label=title, raw=Bytes(cbor.dumps(item)), origin="certificate")
                self.add("unknown", entry, page.at(label))
                self.note("unknown-claim", join("unknown", title), UNKNOWN)
        if text is not None:
            cdi_id = text.removeprefix("CN=")
            entry_ = written("cdi_id", "instance", cdi_id, linkable=True, origin="certificate")
            self.add("identifiers", entry_, around[name])
        else:
            self.also(around[name])


HANDLERS: Final[dict[str, Callable[[_TokenEntries, Any, Path], None]]] = {
    "eat_profile": _TokenEntries.eat_profile,
    "public_key": _TokenEntries.public_key,
    "manufacturer_id": _TokenEntries.manufacturer_id,
    "platform_state": _TokenEntries.platform_state,
    "sw_components": _TokenEntries.sw_components,
    "challenge": _TokenEntries.challenge,
    "tvm_identity": _TokenEntries.tvm_identity,
    "initial_measurements": _TokenEntries.initial_measurements,
    "runtime_measurements": _TokenEntries.runtime_measurements,
}
"""Claim to what it becomes, whatever the token."""
complete(HANDLERS, *(table for dialect in DIALECTS for table in dialect.tokens.values()))
INSIDE: Final = {"svn": "an SVN", "manifest": "a value", "signer": "a signer"} | dict.fromkeys(
    ("type", "measurement", "hash_algorithm", "register", "value"), "a measurement"
)
complete({}, layout.COMPONENT, layout.REGISTER, elsewhere=INSIDE)
