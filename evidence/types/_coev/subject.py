"""One environment of concise evidence, while the triples that speak about it are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.claims import (
    Bytes,
    Flag,
    Identifier,
    Key,
    Manifest,
    Measurement,
    Svn,
    Unknown,
    Value,
    Version,
)
from evidence.paths import join
from evidence.types._coev import layout
from evidence.types._coev.layout import BYTES, KEYS, MASKED_RAW, MIN_SVN, OID, UEID, UUID
from evidence.types._coev.oids import dotted
from evidence.types._identifiers import written
from evidence.types._recorder import Entries, complete
from evidence.wire import cbor
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Path
from evidence.words import Debug, KeyUse, Scope

SEVERITY: Final[tuple[Debug, ...]] = ("not-reported", "disabled", "enabled")


class Measured(NamedTuple):
    """A measurement-map while it is recorded: its name and number, that of what stands beside, its values, their path.

    `key` names the map where it has a key or a name.
    """

    name: str
    number: int | None
    base: str
    key: str | None
    values: Mapping[str, Any]
    at: Path

    @property
    def is_measured(self) -> bool:
        """Whether the map is a measurement, with a digest or a raw value, or else single statements."""
        return "digests" in self.values or "raw_value" in self.values

    @property
    def flags(self) -> Mapping[str, bool]:
        return self.values["flags"].values if "flags" in self.values else {}


class EnvironmentSubject(Entries):
    """One environment-map, with what its triples say."""

    debug: Debug = "not-reported"
    maps = 0

    def environment(self, environment: ClaimSet, at: Path) -> None:
        """What the map itself says about its environment."""
        kind: ClaimSet | None = environment.values.get("class")
        for name, handler in CLASS.items():
            if kind is not None and name in kind.values:
                handler(self, name, kind.values[name], (*at, 0, LABELS[name]))
        for name, handler in ENVIRONMENT.items():
            if name in environment.values:
                handler(self, name, environment.values[name], (*at, LABELS[name]))
        self._unknown(environment, at, "")
        if kind is not None:
            self._unknown(kind, (*at, 0), "class/")

    def of_class(self, name: str, value: Any, at: Path) -> None:
        self.add("identifiers", identifier(name, value, "class"), at)

    def instance(self, name: str, value: Any, at: Path) -> None:
        self.add("identifiers", identifier(name, value, "instance", linkable=True), at)

    def number(self, name: str, value: Any, at: Path) -> None:
        self.add("values", number(name, value), at)

    def measurement(self, item: ClaimSet, at: Path) -> None:
        """A measurement-map: a measurement if it has digests or a raw value, else its parts one by one."""
        content, inside = item.values["mval"], (*at, 1)
        values = content.values
        name, index = _name(item, self.maps)
        self.maps += 1
        base = name if index is None else f"{name}-{index}"
        keyed = item.get("mkey") is not None or values.get("name")
        measured = Measured(name, index, base, base if keyed else None, values, inside)
        for field, handler in VALUES.items():
            if field in values:
                handler(self, measured, values[field], (*inside, LABELS[field]))
        self._unknown(content, inside, f"{base}/")
        self._unknown(item, at, f"{base}/")
        self.keys("attested", values.get("cryptokeys"), (*inside, LABELS["cryptokeys"]))
        self.keys("authorized-by", item.get("authorized_by"), (*at, LABELS["authorized_by"]))

    def digests(self, measured: Measured, _: Any, __: Path) -> None:
        """The measurement: the map as a whole is its field."""
        values, index = measured.values, measured.number
        name = self.name("measurements", measured.name, index)
        path = self._next(name, index)
        entry = Measurement(
            name=name,
            index=index,
            phase="runtime" if measured.flags.get("is_runtime_meas") else "unspecified",
            subject="unspecified",
            form="digest" if "digests" in values else "raw",
            digests=tuple(self.digest(alg, value, path) for alg, value in values.get("digests", ())),
            value=_raw(values.get("raw_value")),
            version=values["version"].values["version"] if "version" in values else None,
            svn=_exact(values),
            description=values.get("name") if values.get("name") != name else None,
            flags=tuple(Flag(name=flag, value=word) for flag, word in measured.flags.items()),
        )
        self.add("measurements", entry, measured.at)

    def raw_value(self, measured: Measured, value: Any, at: Path) -> None:
        """A measurement, if no digest made one already; and the mask that may come with the value."""
        if "digests" not in measured.values:
            self.digests(measured, value, at)
        if _is_masked(value):
            self.stated(measured, "mask", bytes=Bytes(value.value[1]), at=at)

    def raw_mask(self, measured: Measured, value: bytes, at: Path) -> None:
        if not _is_masked(measured.values.get("raw_value")):
            self.stated(measured, "mask", bytes=Bytes(value), at=at)

    def stated(self, measured: Measured, name: str, at: Path, **value: Any) -> None:
        """A value that stands beside a measurement, under its name."""
        name = self.name("values", f"{measured.base}.{name}")
        self.add("values", Value(name=name, **value), at)

    def version(self, measured: Measured, value: ClaimSet, at: Path) -> None:
        if not measured.is_measured:
            name = self.name("versions", measured.base)
            self.add("versions", Version(name=name, value=value.values["version"]), at)

    def svn(self, measured: Measured, value: Any, at: Path) -> None:
        """An SVN of its own where there is no measurement, or JSON cannot hold it; only reference values have a minimum."""
        if isinstance(value, cbor.Tag) and value.number == MIN_SVN:
            self.note("minimum-svn", "/svns", f"{measured.base[:64]}: a minimum, which evidence cannot state")
        exact = _exact(measured.values)
        if exact is None:
            raw = Bytes(_plain(value).to_bytes(8, "big"))
            self.add("svns", Svn(name=self.name("svns", measured.base), set_by="unspecified", raw=raw), at)
        elif not measured.is_measured:
            self.add("svns", Svn(name=self.name("svns", measured.base), set_by="unspecified", svn=exact), at)

    def flags(self, measured: Measured, value: ClaimSet, at: Path) -> None:
        """The worst that any measurement says about debug; and all flags, where there is no measurement to hold them."""
        if "is_debug" in value.values:
            word: Debug = "enabled" if value.values["is_debug"] else "disabled"
            self.debug = max(self.debug, word, key=SEVERITY.index)
            self.also((*at, LABELS["is_debug"]), "/debug")
        for flag, word_ in value.values.items() if not measured.is_measured else ():
            self.stated(measured, flag, bool=word_, at=at)

    def registers(self, measured: Measured, value: Mapping[Any, Any], at: Path) -> None:
        """Registers by their own names; the key of their map describes them."""
        for register, pairs in value.items():
            index = register if register.__class__ is int and 0 <= register <= limits.SAFE_INTEGER else None
            name = self.name("measurements", "register" if index is not None else f"{register}", index)
            path = self._next(name, index)
            entry = Measurement(
                name=name,
                index=index,
                phase="unspecified",
                subject="unspecified",
                form="extended",
                digests=tuple(self.digest(alg, digest, path) for alg, digest in pairs),
                description=measured.key,
            )
            self.add("measurements", entry, (*at, register))

    def indirect(self, measured: Measured, value: ClaimSet, at: Path) -> None:
        self.stated(measured, "spdm_indirect", text=" ".join(map(str, value.values["index"])), at=at)

    def range(self, measured: Measured, value: Any, at: Path) -> None:
        self.add("values", number(self.name("values", f"{measured.base}.int_range"), value), at)

    def keys(self, use: KeyUse, items: Iterable[Any] | None, at: Path) -> None:
        for item in items or ():
            self.key(item, use, at)

    def identity(self, item: Any, at: Path) -> None:
        self.key(item, "identity", at)

    def attest_key(self, item: Any, at: Path) -> None:
        self.key(item, "attestation", at)

    def key(self, item: Any, use: KeyUse, at: Path) -> None:
        """A key, certificate or thumbprint, by the tag that says which; all others as they are, tag and all."""
        encoding = KEYS.get(item.number) if isinstance(item, cbor.Tag) else None
        content = item.value if encoding is not None else item
        raw = content.encode() if isinstance(content, str) else content
        if not isinstance(raw, bytes):
            raw = cbor.dumps(raw)
        entry = Key(
            name=f"key-{len(self.entries.get('keys', ()))}",
            use=use,
            encoding=encoding or "unspecified",
            linkable=True,
            raw=Bytes(raw),
        )
        self.add("keys", entry, at)

    def coswid(self, raw: Bytes, at: Path) -> None:
        """A CoSWID as evidence of installed software, kept whole."""
        name = f"coswid-{len(self.entries.get('manifests', ()))}"
        self.add("manifests", Manifest(name=name, format="application/swid+cbor", raw=raw), at)

    def _next(self, name: str, index: int | None) -> str:
        """The path of the measurement that is added next: others may have its name, and another index."""
        return join("measurements", name if index is None else str(len(self.entries.get("measurements", ()))))

    def _unknown(self, document: ClaimSet, at: Path, prefix: str) -> None:
        for label, item in document.unknown.items():
            name = self.name("unknown", f"{prefix}{label}")
            self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), (*at, label))
            self.note("unknown-claim", "/unknown", f"label {name[:64]} has no meaning here")


def _of_device(name: str) -> Handler:
    """What records a measurement value that names a device."""

    def handler(subject: EnvironmentSubject, _: Measured, value: Any, at: Path) -> None:
        entry = identifier(subject.name("identifiers", name), value, "device", linkable=True)
        subject.add("identifiers", entry, at)

    return handler


Handler = Callable[[EnvironmentSubject, Any, Any, Path], None]
# fmt: off
CLASS: Final[dict[str, Handler]] = {
    "class_id": EnvironmentSubject.of_class,
    "vendor":   EnvironmentSubject.of_class,
    "model":    EnvironmentSubject.of_class,
    "layer":    EnvironmentSubject.number,
    "index":    EnvironmentSubject.number,
}
ENVIRONMENT: Final[dict[str, Handler]] = {
    "instance": EnvironmentSubject.instance,
    "group":    EnvironmentSubject.of_class,
}
VALUES: Final[dict[str, Handler]] = {  # in the order in which claims and notes are listed
    "version":             EnvironmentSubject.version,
    "flags":               EnvironmentSubject.flags,
    "digests":             EnvironmentSubject.digests,
    "raw_value":           EnvironmentSubject.raw_value,
    "raw_mask":            EnvironmentSubject.raw_mask,
    "svn":                 EnvironmentSubject.svn,
    "integrity_registers": EnvironmentSubject.registers,
    **{name: _of_device(name) for name in ("mac_addr", "ip_addr", "serial_number", "ueid", "uuid")},
    "spdm_indirect":       EnvironmentSubject.indirect,
    "int_range":           EnvironmentSubject.range,
}
# fmt: on
LABELS: Final = {
    row.name: row.label
    for table in (layout.CLASS, layout.ENVIRONMENT, layout.VALUES, layout.MEASUREMENT, layout.FLAGS)
    for row in table.rows
}
complete(CLASS, layout.CLASS)
complete(ENVIRONMENT, layout.ENVIRONMENT, elsewhere={"class": "the rows of a class"})
complete(
    VALUES, layout.VALUES, elsewhere={"name": "of a measurement", "cryptokeys": "keys, behind all values"}
)
INSIDE: Final = {
    "mkey": "the name of a measurement",
    "mval": "its values",
    "authorized_by": "keys",
    "index": "a value",
} | {"version": "a version", "scheme": "how versions compare, which no claim says"}
complete({}, layout.MEASUREMENT, layout.VERSION, layout.INDIRECT, elsewhere=INSIDE)


def _name(item: ClaimSet, ordinal: int) -> tuple[str, int | None]:
    """The name of a measurement-map, by its key, else by its name, else by its place."""
    key = opened(item.get("mkey"))
    name = item.values["mval"].values.get("name")
    if key is None:
        return (name, None) if name else ("measurement", ordinal)
    if key.__class__ is int and 0 <= key <= limits.SAFE_INTEGER:
        return "mkey", key
    if isinstance(key, str):
        return key, None
    return key.hex() if isinstance(key, bytes) else cbor.dumps(key).hex(), None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, cbor.Tag) else value


def _exact(values: Mapping[str, Any]) -> int | None:
    """The SVN, where JSON keeps it."""
    svn: int | None = _plain(values.get("svn"))
    return svn if svn is not None and svn <= limits.SAFE_INTEGER else None


def _raw(value: Any) -> Bytes | None:
    if isinstance(value, cbor.Tag):
        value = value.value[0] if _is_masked(value) else value.value
    return None if value is None else Bytes(value)


def _is_masked(value: Any) -> bool:
    """Whether a raw value comes with its mask."""
    return isinstance(value, cbor.Tag) and value.number == MASKED_RAW


def opened(value: Any) -> Any:
    """A value without its tag: object identifiers dotted, UUIDs and byte strings as bytes, the rest as it is."""
    if not isinstance(value, cbor.Tag):
        return value
    if value.number == OID and isinstance(value.value, bytes):
        return dotted(value.value).text or value.value
    if value.number in {UUID, BYTES, UEID, 32}:
        return value.value
    return value


def identifier(name: str, value: Any, scope: Scope, *, linkable: bool = False) -> Identifier:
    """An identifier of any of the types that CoRIM allows; others as their encoding."""
    plain = opened(value)
    if isinstance(plain, str):
        return written(name, scope, plain, linkable=linkable)
    raw = plain if isinstance(plain, bytes) else cbor.dumps(plain)
    return Identifier(name=name, scope=scope, linkable=linkable, status="present", value=Bytes(raw))


def number(name: str, value: Any) -> Value:
    """An integer where JSON keeps it, else its encoding."""
    if value.__class__ is int and abs(value) <= limits.SAFE_INTEGER:
        return Value(name=name, int=value)
    return Value(name=name, bytes=Bytes(cbor.dumps(value)))
