"""CoVE tokens in normalized claims: an environment each, and who signs whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.claims import (
    Binding,
    Bytes,
    Certificate,
    Entered,
    Environment,
    Identifier,
    Key,
    Lifecycle,
    Measurement,
    Note,
    Signer,
    Svn,
    Unknown,
    Value,
)
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.paths import join
from evidence.registry import Body, Source
from evidence.types import _certificates
from evidence.types._cose import remarks
from evidence.types._gather import Gather
from evidence.types._identifiers import identifier, written
from evidence.types._trail import Layer, Trail, in_cbor
from evidence.types._x5chain import Unread, remark, source, x5chain
from evidence.types.cove import read as native
from evidence.types.cove.layout import PROFILES, SHADOWFAX_HASH, SPEC, STATES
from evidence.types.cove.read import Evidence, Token
from evidence.types.cove.signed import CERTIFICATE
from evidence.wire import cbor, cose, hashes, x509
from evidence.wire.claimset import Found
from evidence.wire.places import Entry, Path
from evidence.words import Debug, Role

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


def claims(evidence: Evidence, given: Input) -> Body:
    """The claims of all tokens; the TVM's challenge is what the caller chose."""
    parts = [_Part(evidence, token) for name in ORDER if (token := evidence.token(name)) is not None]
    detail = "the specification has no numbers for its labels yet: they are those of one dialect"
    notes = [Note(code="provisional-labels", path="/evidence/version", detail=detail)]
    bindings = [binding for part in parts for binding in part.bindings]
    certificates: list[Certificate] = []
    if isinstance(evidence.certificate, x509.Certificate):
        certificates.append(_certificates.entry(evidence.certificate, CERTIFICATE, "tvm"))
    elif evidence.certificate is not None:
        message = evidence.certificate.message
        notes += remarks(message.algorithm, join("signatures", CERTIFICATE), mac=message.is_mac)
    for part in parts:
        certificates += part.certificates
        notes += part.signed
        notes += part.notes(part.here)
    return Body(
        version=evidence.dialect.name,
        variant=evidence.variant,
        size=len(given.data),
        protection="signed",
        environments=tuple(part.environment() for part in parts),
        bindings=tuple(bindings),
        certificates=tuple(certificates),
        notes=tuple(notes),
    )


class _Part(Gather):
    """One token in the lists of its environment."""

    def __init__(self, evidence: Evidence, token: Token) -> None:
        super().__init__()
        self.evidence, self.token, self.found = evidence, token, token.claims
        self.here = join("environments", token.name)
        self.bindings: list[Binding] = []
        self.beside: list[Trail] = []
        self.headers: list[Source] = []
        self.certificates: list[Certificate] = []
        self.signed: list[Note] = []
        """Notes about the signature."""
        self.state: int | None = None
        self.profile: str | None = None
        self._certified()
        self._header()
        self._chain()
        if self.found is None:
            self._opaque()
            return
        for row in evidence.dialect.tokens[token.name].rows:
            if row.name in self.found.values:
                getattr(self, row.name)(self.found.values[row.name], (row.label,))
        self._unknown(self.found)

    def environment(self) -> Environment:
        name, state = self.token.name, self.state
        return Environment(
            id=name,
            role=ROLES[name],
            origin="evidence",
            depends_on=() if self.evidence.variant == "platform-token" else DEPENDS[name],
            profile=self.profile,
            debug=DEBUG.get(state or 0, "not-reported") if name == "platform" else "not-defined",
            migration="not-defined",
            lifecycle=Lifecycle(raw=state, state=STATES[state]) if state else None,
            **self.fields(),
        )

    def eat_profile(self, value: str, at: Path) -> None:
        self.profile = value
        if not value.startswith(PROFILES):
            self.note("unknown-profile", "/profile", "no profile of RISC-V: read by the names of its tokens")
        self.beside.append((at, (f"{self.here}/profile",)))

    def platform_state(self, value: int, at: Path) -> None:
        self.state = value
        self.beside.append((at, (f"{self.here}/lifecycle", f"{self.here}/debug")))

    def manufacturer_id(self, value: bytes, at: Path) -> None:
        """64 bytes, which is no size that an OEM ID of RFC 9711 has."""
        self.add("identifiers", identifier("manufacturer_id", "class", value), at)

    def public_key(self, value: bytes, at: Path) -> None:
        """The key by which the next token is signed."""
        entry = Key(
            name="public_key", use="attestation", encoding="cose-key", linkable=True, raw=Bytes(value)
        )
        self.add("keys", entry, at)
        path = join("keys", "public_key")
        if self.token.key is not None and self.token.key.inferred:
            self.note("key-without-curve", path, "Ed25519, by the algorithm and the size of the key")
        elif self.token.key is not None and self.token.key.raw is None:
            self.note("unknown-key", path, "not a key that can be used here")

    def challenge(self, value: bytes, at: Path) -> None:
        entry = Binding(
            name="challenge",
            role="caller-data",
            declared="nonce",
            requested_by="workload",
            environment=self.token.name,
            value=Bytes(value),
        )
        self.bindings.append(entry)
        self.beside.append((at, ("/bindings/challenge",)))

    def tvm_identity(self, value: bytes, at: Path) -> None:
        """What the host gave at the TVM's finalization, as HOST_DATA or MRCONFIGID."""
        self.add("inputs", Entered(name="tvm_identity", set_by="host", value=Bytes(value)), at)

    def sw_components(self, value: tuple[Found, ...], at: Path) -> None:
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
            status: Any = "not-populated" if signer else "none"
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

    def _registers(self, phase: Any, value: tuple[Found, ...], at: Path) -> None:
        """Registers by their numbers, whose meaning is the implementation's."""
        seen = set()
        for place, register in enumerate(value):
            values, path = register.values, f"{self.token.region.path}/{at[0]}/{place}"
            number = values["register"]
            if number in seen:
                what = f"{phase} measurements"
                raise ConstraintViolation(
                    what=what, path=path, got=number, allowed="a register that is not there yet", spec=SPEC
                )
            seen.add(number)
            claim = join("measurements", str(len(self.lists.get("measurements", ()))))
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

    def _unknown(self, found: Found, at: Path = (), prefix: str = "") -> None:
        for label, item in found.unknown.items():
            name = self.name("unknown", f"{prefix}{label.hex() if isinstance(label, bytes) else label}")
            self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), (*at, label))
            self.note("unknown-claim", join("unknown", name), "no claim of this dialect")

    def _opaque(self) -> None:
        """The TVM's message of an older Shadowfax: a challenge, signed by a key that nothing here vouches for."""
        payload = self.token.region.data
        self.challenge(payload[len(native.OPAQUE) :], (native,))
        self.add("unknown", Unknown(label="payload", raw=Bytes(payload)), (native,))
        detail = "no claims set, and signed by the TVM's own key, which nothing vouches for"
        self.note("self-signed", join("unknown", "payload"), detail)

    def _header(self) -> None:
        """The identifier of the key that signed the token; other parameters are kept whole."""
        message, layer = self.token.message, self.token.region.layer
        for header, span in (
            (message.header, message.protected_span),
            (message.unprotected, message.unprotected_span),
        ):
            wanted: list[Path] = [(label,) for label in header if label not in HEADERS]
            for (label,), place in cbor.places(layer.data, span.start, wanted).items() if wanted else ():
                kid = message.header[label] if label == cose.KID and header is message.header else None
                path = self._kid(kid) if isinstance(kid, bytes) else self._parameter(label, place)
                field = f"{self.token.name}/header/{label}"
                self.headers.append(layer.source(field, place.value, place.end, (self.here + path,)))

    def _chain(self) -> None:
        """The certificates that came in the header, and the notes about the algorithm in it."""
        name, layer, message = self.token.name, self.token.region.layer, self.token.message
        self.signed += remarks(message.algorithm, join("signatures", name), mac=message.is_mac)
        for index, found in enumerate(x5chain(layer.data, message)):
            called = source(index, f"{name}/")
            if isinstance(found, Unread):
                kept = Unknown(label=source(index), raw=Bytes(layer.data[found.start : found.end]))
                self.add("unknown", kept, (native,))
                path = join("unknown", source(index))
                self.said.append(remark(found, path))
                self.headers.append(
                    layer.source(f"{name}/{source(index)}", found.start, found.end, (self.here + path,))
                )
            else:
                self.certificates.append(_certificates.entry(found, called, name))
                self.headers += _certificates.sources(found, called)

    def _kid(self, kid: bytes) -> str:
        linkable = len(kid) >= LINKING
        entry = Identifier(name="kid", scope="key", linkable=linkable, status="present", value=Bytes(kid))
        self.add("identifiers", entry, (native,))
        return join("identifiers", "kid")

    def _parameter(self, label: object, place: Entry) -> str:
        name = self.name("unknown", f"header/{label}")
        raw = Bytes(self.token.region.layer.data[place.value : place.end])
        self.add("unknown", Unknown(label=name, raw=raw), (native,))
        return join("unknown", name)

    def _certified(self) -> None:
        """The CDI ID that a certificate has for the TSM (its issuer) or the TVM (its subject)."""
        found = self.evidence.certificate
        if found is None or self.token.name == "platform":
            return
        text = found.issuer if self.token.name == "tsm" else found.subject
        if isinstance(found, native.Certificate) and self.token.name == "tvm":
            for label, item in found.unknown.items():
                name = self.name("unknown", f"certificate/{label}")
                entry = Unknown(label=name, raw=Bytes(cbor.dumps(item)), origin="certificate")
                self.add("unknown", entry, (native,))
                self.note("unknown-claim", join("unknown", name), "no claim of this dialect")
        if text is not None:
            named = text.removeprefix("CN=")
            cdi_id = written("cdi_id", "instance", named, linkable=True, origin="certificate")
            self.add("identifiers", cdi_id, (native,))


def sources(evidence: Evidence, given: Input) -> Iterator[Source]:
    """Every claim of every token, where it lies."""
    layer = Layer(given.data)
    for token in evidence.tokens:
        part = _Part(evidence, token)
        yield layer.source(f"{token.name}.signature", *token.message.signature_span)
        yield from part.headers
        if token.claims is None:
            paths = (f"{part.here}/unknown/payload", "/bindings/challenge")
            yield layer.source(f"{token.name}/payload", token.region.start, token.region.end, paths)
            continue
        trail = [*part.trail(part.here), *part.beside]
        yield from in_cbor(layer, token.region.start, trail, token.name).sources()
    outer = evidence.certificate
    if isinstance(outer, x509.Certificate):
        yield from _certificates.sources(outer, CERTIFICATE)
        issuer, subject = x509.names(outer)
        yield layer.source(f"{CERTIFICATE}.issuer", *issuer, _cdi_id("tsm", outer.issuer))
        yield layer.source(f"{CERTIFICATE}.subject", *subject, _cdi_id("tvm", outer.subject))
    elif outer is not None:
        trail = [((1,), _cdi_id("tsm", outer.issuer)), ((2,), _cdi_id("tvm", outer.subject))]
        trail += [
            ((label,), (f"/environments/tvm{join('unknown', f'certificate/{label}')}",))
            for label in outer.unknown
        ]
        yield from in_cbor(layer, outer.region.start, trail, CERTIFICATE).sources()
        place = cbor.places(given.data, outer.region.start, ((outer.label,),))[outer.label,]
        yield layer.source(f"{CERTIFICATE}.label", place.start, place.value)
        yield layer.source(f"{CERTIFICATE}.signature", *outer.message.signature_span)


def _cdi_id(environment: str, text: str | None) -> tuple[str, ...]:
    return () if text is None else (f"/environments/{environment}/identifiers/cdi_id",)
