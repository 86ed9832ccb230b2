"""One claims set in the lists of one environment: which claim becomes which entry, and what it means there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.claims import Binding, Bytes, Key, Manifest, Measurement, Signer, Unknown, Value, Version
from evidence.errors import BadEncoding
from evidence.paths import join
from evidence.types._coev import Form, dotted
from evidence.types._eat import contents, device_claims
from evidence.types._eat.contents import CONCISE, EXPERIMENTAL, component, format_name
from evidence.types._eat.layout import CBOR, JSON, OF_THE_TOKEN, OID
from evidence.types._eat.native import ClaimsSet
from evidence.types._identifiers import identifier, written
from evidence.types._recorder import Entries, Page, Recorder, complete
from evidence.wire import cbor, text
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Path
from evidence.words import Debug, KeyEncoding, Scope

BINARY: Final = frozenset({60, 61, 258, 263, 265, 267, 601, 10570, 10571})
"""Content formats that are not text: base64url in a JSON claims set."""


class Concise(NamedTuple):
    """Concise evidence in a measurement: its number in the claim, the form that its content format says, its bytes."""

    number: int
    form: Form
    raw: bytes


class ClaimsEntries(Entries):
    """The entries of one claims set; `prefix` begins the names of its bindings.

    What is no entry of a list are `debug` and `profile`.
    """

    def __init__(self, record: Recorder, id: str, page: Page, claims: ClaimsSet, prefix: str) -> None:
        super().__init__(record, id, page)
        self.set, self.prefix = claims, prefix
        self.debug: Debug = "not-reported"
        self.profile: str | None = None
        self.concise: list[Concise] = []
        values, labels = claims.values, claims.labels
        whole: list[Path] = [(label,) for label in claims.unknown]
        whole += [(labels[name],) for name in KEPT_WHOLE if name in values]
        self.places = claims.places(whole) if whole else {}
        for name, value in values.items():
            if name != "submods":
                HANDLERS[name](self, name, value, (labels[name],))
        if claims.device is not None:
            device_claims.record(self, claims.device.values, claims.region, prefix)
        for label in claims.unknown:
            self._unknown(label)
        if values.keys() <= OF_THE_TOKEN:
            self.note("no-eat-claims", "", "nothing but claims that any token may have")
        for remark in claims.remarks:
            self.note(remark.code, "", f"{remark.name}: {remark.detail}" if remark.name else remark.detail)

    def raw(self, at: Path) -> Bytes:
        """An entry as it was received."""
        place = self.places[at]
        return Bytes(self.set.region.whole[place.value : place.end])

    def dbgstat(self, _: str, value: Debug, at: Path) -> None:
        self.debug = value
        self.also(at, "/debug")

    def nonces(self, name: str, value: Any, at: Path) -> None:
        """Nonces are bindings: one, or an array of them."""
        several = isinstance(value, tuple)
        for index, nonce in enumerate(value if several else (value,)):
            entry = Binding(
                name=f"{self.prefix}{name}-{index}" if several else f"{self.prefix}{name}",
                role="challenge",
                declared="nonce",
                requested_by="unspecified",
                environment=self.id,
                value=Bytes(nonce.encode() if isinstance(nonce, str) else nonce),
            )
            self.record.add("bindings", entry, self.at(*at, index) if several else self.at(*at))

    def value(self, name: str, value: Any, at: Path) -> None:
        """A value under its own type; a float, or an integer that JSON loses, as text."""
        name = self.name("values", name)
        kind = value.__class__
        if kind is bool:
            entry = Value(name=name, bool=value)
        elif kind is int and abs(value) <= limits.SAFE_INTEGER:
            entry = Value(name=name, int=value)
        elif kind is bytes:
            entry = Value(name=name, bytes=Bytes(value))
        else:
            entry = Value(name=name, text=str(value))
        self.add("values", entry, at)

    def several(self, name: str, value: Any, at: Path) -> None:
        """A claim that is one value, or an array of them."""
        if isinstance(value, tuple):
            for index, item in enumerate(value):
                self.value(f"{name}-{index}", item, (*at, index))
        else:
            self.value(name, value, at)

    def identifier(
        self, name: str, value: Any, at: Path, scope: Scope = "device", *, linkable: bool = True
    ) -> None:
        """An identifier in bytes, or in text where it is one."""
        name = self.name("identifiers", name)
        if isinstance(value, bytes):
            entry = identifier(name, scope, value, linkable=linkable)
        else:
            entry = written(name, scope, str(value), linkable=linkable)
        self.add("identifiers", entry, at)

    def ueid(self, name: str, value: Any, at: Path) -> None:
        if value[0] not in {1, 2, 3}:
            detail = f"its type byte {value[0]:#04x} is none of RAND (01), EUI (02), IMEI (03)"
            self.note("unknown-value", "/identifiers/ueid", detail)
        self.identifier(name, value, at)

    def sueids(self, _: str, value: Any, at: Path) -> None:
        if isinstance(value, bytes):
            self.note("sueids-form", "/identifiers/sueid", "one without a label, as the OCP profile has it")
            self.identifier("sueid", value, at)
            return
        for label, item in value.items():
            self.identifier(f"sueid:{label}", item, (*at, label))

    def of_class(self, name: str, value: Any, at: Path) -> None:
        """OEMID and hardware model: a Private Enterprise Number is text, all others are bytes."""
        self.identifier(name, value, at, "class", linkable=False)

    def of_token(self, name: str, value: Any, at: Path) -> None:
        """The identifier of the token itself: every token has another one."""
        self.identifier(name, value, at, "instance", linkable=False)

    def of_boot(self, name: str, value: Any, at: Path) -> None:
        self.identifier(name, value, at, "boot", linkable=False)

    def version(self, name: str, value: Any, at: Path) -> None:
        """A version, and its scheme if it names one."""
        version, *scheme = (value,) if isinstance(value, str) else value
        self.add("versions", Version(name=name, value=version), at)
        for item in scheme:
            self.value(f"{name}_scheme", item, (*at, 1))

    def location(self, name: str, value: Any, at: Path) -> None:
        for item, amount in value.items():
            self.value(f"{name}.{item}", amount, at)

    def eat_profile(self, _: str, value: Any, at: Path) -> None:
        """A URI, or an object identifier in the form that it came in."""
        self.also(at, "/profile")
        if isinstance(value, str):
            self.profile = value
            return
        tagged = isinstance(value, cbor.Tag)
        content = value.value if tagged else value
        oid = dotted(content)
        self.profile = oid.text or content.hex()
        if tagged or oid.form != "ber":
            words = {"ber": "", "der": " with its DER tag and length", "text": " as dotted text"}
            detail = f"an object identifier{words.get(oid.form, ' that is not one')}"
            detail += f" in tag {OID}" * tagged
            self.note("profile-encoding", "/profile", detail)

    def dloas(self, _: str, value: Any, at: Path) -> None:
        names = ("registrar", "platform_label", "application_label")
        for index, dloa in enumerate(value):
            for number, item in enumerate(dloa):
                self.value(f"dloa-{index}.{names[number]}", item, (*at, index, number))

    def measres(self, _: str, value: Any, at: Path) -> None:
        """What a measurement system of the attester found: a word of the attester, not of a verifier."""
        for index, (system, results) in enumerate(value):
            for number, (thing, outcome) in enumerate(results):
                word = thing if isinstance(thing, str) else thing.hex()
                self.value(f"measres:{system}:{word}", outcome, (*at, index, 1, number))

    def cnf(self, name: str, _: Any, at: Path) -> None:
        encoding: KeyEncoding = "cnf+cbor" if self.set.is_cbor else "cnf+json"
        self.add(
            "keys", Key(name=name, use="confirmation", encoding=encoding, linkable=True, raw=self.raw(at)), at
        )

    def cmw(self, name: str, _: Any, at: Path) -> None:
        form = "cmw+cbor" if self.set.is_cbor else "cmw+json"
        self.add("manifests", Manifest(name=name, format=f"application/{form}", raw=self.raw(at)), at)
        self.note("embedded-evidence", join("manifests", name), "to be read as evidence of its own")

    def manifests(self, _: str, value: Any, at: Path) -> None:
        for index, (number, content) in enumerate(value):
            self._manifest(f"manifest-{index}", number, content, (*at, index, 1))

    def measurements(self, _: str, value: Any, at: Path) -> None:
        """Concise evidence and measured components are decoded, all other formats are kept whole."""
        for index, (number, content) in enumerate(value):
            name, inside = f"measurement-{index}", (*at, index, 1)
            raw = self._content(number, content, inside)
            measured = component(number, raw)
            if number in CONCISE:
                self.concise.append(Concise(index, CONCISE[number], raw))
                self.also((*at, index, 0), f"~1measurements~1{index}/label")
            elif measured is not None:
                self._component(measured, number, name, (*at, index))
            else:
                self._whole(name, number, raw, inside)

    def _manifest(self, name: str, number: int, content: Any, at: Path) -> None:
        self._whole(name, number, self._content(number, content, at), at)

    def _whole(self, name: str, number: int, raw: bytes, at: Path) -> None:
        self.add("manifests", Manifest(name=name, format=format_name(number), raw=Bytes(raw)), at)
        self.also((*at[:-1], 0), join("manifests", name, "format"))

    def _content(self, number: int, content: bytes | str, at: Path) -> bytes:
        """The bytes of a content; in JSON, those of a binary format are base64url."""
        if isinstance(content, bytes):
            return content
        if number not in BINARY:
            return content.encode()
        try:
            return text.base64url(content, "content")
        except BadEncoding as error:
            error.path = f"{self.set.region.path}/{'/'.join(map(str, at))}"
            raise

    def _component(self, measured: ClaimSet, number: int, name: str, at: Path) -> None:
        values = measured.values
        title, *version = values["id"]
        digested, raw = values.get("digested_measurement"), values.get("raw_measurement")
        title = self.name("measurements", title)
        path = join("measurements", title)
        if number >= EXPERIMENTAL:
            self.note("provisional-format", path, f"content format {number} is not an assigned one")
        entry = Measurement(
            name=title,
            phase="unspecified",
            subject="unspecified",
            form="digest" if digested else "raw",
            digests=(self.digest(digested[0], digested[1], path),) if digested else (),
            value=None if raw is None else Bytes(raw),
            version=version[0][0] if version else None,
        )
        self.add("measurements", entry, at)
        for scheme in version[0][1:] if version else ():
            self.value(f"{name}.version_scheme", scheme, at)
        for index, authority in enumerate(values.get("authorities", ())):
            signer = Signer(name=f"{name}.authority-{index}", status="present", value=Bytes(authority))
            self.add("signers", signer, at)
        if "flags" in values:
            self.value(f"{name}.flags", values["flags"], at)

    def _unknown(self, label: Any) -> None:
        name = label if isinstance(label, str) else str(label) if isinstance(label, int) else label.hex()
        name = self.name("unknown", name)
        self.add("unknown", Unknown(label=name, raw=self.raw((label,))), (label,))
        self.note("unknown-claim", join("unknown", name), "no claim that is known here")


HANDLERS: Final[dict[str, Callable[[ClaimsEntries, str, Any, Path], None]]] = {
    **dict.fromkeys(("iss", "sub", "exp", "nbf", "iat", "uptime", "oemboot"), ClaimsEntries.value),
    **dict.fromkeys(("bootcount", "swname", "intuse"), ClaimsEntries.value),
    **dict.fromkeys(("oemid", "hwmodel"), ClaimsEntries.of_class),
    **dict.fromkeys(("cti", "jti"), ClaimsEntries.of_token),
    **dict.fromkeys(("hwversion", "swversion"), ClaimsEntries.version),
    "aud": ClaimsEntries.several,
    "cnf": ClaimsEntries.cnf,
    "eat_nonce": ClaimsEntries.nonces,
    "ueid": ClaimsEntries.ueid,
    "sueids": ClaimsEntries.sueids,
    "bootseed": ClaimsEntries.of_boot,
    "dbgstat": ClaimsEntries.dbgstat,
    "location": ClaimsEntries.location,
    "eat_profile": ClaimsEntries.eat_profile,
    "dloas": ClaimsEntries.dloas,
    "measres": ClaimsEntries.measres,
    "manifests": ClaimsEntries.manifests,
    "measurements": ClaimsEntries.measurements,
    "cmw": ClaimsEntries.cmw,
}
"""Claim to what it becomes."""
KEPT_WHOLE: Final = ("cnf", "cmw")
"""Claims that are kept as they were received."""
complete(HANDLERS, CBOR, JSON, elsewhere={"submods": "environments of their own, by whoever walks the token"})
COMPONENT: Final = {
    "id": "a measurement",
    "digested_measurement": "its digest",
    "raw_measurement": "its value",
} | {"authorities": "signers", "flags": "a value"}
complete({}, contents.COMPONENT_CBOR, contents.COMPONENT_JSON, elsewhere=COMPONENT)
