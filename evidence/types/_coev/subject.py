"""One environment of concise evidence, while the triples that speak about it are gathered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evidence import limits
from evidence.claims import (
    Bytes,
    Digest,
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
from evidence.types._coev.layout import BYTES, KEYS, MASKED_RAW, MIN_SVN, OID, UEID, UUID
from evidence.types._coev.oids import dotted
from evidence.types._gather import Gather
from evidence.types._identifiers import written
from evidence.wire import cbor
from evidence.wire.claimset import Found
from evidence.wire.places import Path
from evidence.words import Debug, KeyUse, Scope

IDENTIFIERS: Final = (*((6, "mac_addr"), (7, "ip_addr"), (8, "serial_number"), (9, "ueid"), (10, "uuid")),)
"""Measurement values that name a device."""
SEVERITY: Final[tuple[Debug, ...]] = ("not-reported", "disabled", "enabled")


class Subject(Gather):
    """One environment-map, with what its triples say."""

    def __init__(self, environment: Found, at: Path) -> None:
        super().__init__()
        self.debug: Debug = "not-reported"
        self.debugged: list[Path] = []
        """Where it is said."""
        self.maps = 0
        self._class(environment, at)

    def _class(self, environment: Found, at: Path) -> None:
        values = environment.values
        kind = values["class"].values if "class" in values else {}
        if "class_id" in kind:
            self.add("identifiers", identifier("class_id", kind["class_id"], "class"), (*at, 0, 0))
        for label, name in ((1, "vendor"), (2, "model")):
            if name in kind:
                self.add("identifiers", identifier(name, kind[name], "class"), (*at, 0, label))
        for label, name in ((3, "layer"), (4, "index")):
            if name in kind:
                self.add("values", number(name, kind[name]), (*at, 0, label))
        if "instance" in values:
            entry = identifier("instance", values["instance"], "instance", linkable=True)
            self.add("identifiers", entry, (*at, 1))
        if "group" in values:
            self.add("identifiers", identifier("group", values["group"], "class"), (*at, 2))
        self._unknown(environment, at, "")
        if "class" in values:
            self._unknown(values["class"], (*at, 0), "class/")

    def measurement(self, found: Found, at: Path) -> None:
        """A measurement-map: a measurement if it has digests or a raw value, else its parts one by one."""
        content = found.values["mval"]
        values, inside = content.values, (*at, 1)
        ordinal, self.maps = self.maps, self.maps + 1
        name, index = _called(found, ordinal)
        base = name if index is None else f"{name}-{index}"
        self._debug(values, (*inside, 3, 3))
        if "digests" in values or "raw_value" in values:
            self._measured(name, index, values, inside)
        else:
            self._parts(base, values, inside)
        self._large_svn(base, values, inside)
        keyed = base if found.get("mkey") is not None or values.get("name") else None
        self._registers(values, keyed, inside)
        self._identifiers(values, inside)
        self._values(base, values, inside)
        self._unknown(content, inside, f"{base}/")
        self._unknown(found, at, f"{base}/")
        for item in values.get("cryptokeys") or ():
            self.key(item, "attested", (*inside, 13))
        for item in found.get("authorized_by") or ():
            self.key(item, "authorized-by", (*at, 2))

    def _measured(self, name: str, index: int | None, values: Any, at: Path) -> None:
        called = self.name("measurements", name, index)
        flags = values["flags"].values if "flags" in values else {}
        entry = Measurement(
            name=called,
            index=index,
            phase="runtime" if flags.get("is_runtime_meas") else "unspecified",
            subject="unspecified",
            form="digest" if "digests" in values else "raw",
            digests=self._digests(values.get("digests") or (), self._next(called, index)),
            value=_raw(values.get("raw_value")),
            version=values["version"].values["version"] if "version" in values else None,
            svn=_exact(values),
            description=values.get("name") if values.get("name") != called else None,
            flags=tuple(Flag(name=flag, value=word) for flag, word in flags.items()),
        )
        self.add("measurements", entry, at)

    def _next(self, name: str, index: int | None) -> str:
        """The path of the measurement that is added next: others may have its name, and another index."""
        return join("measurements", name if index is None else str(len(self.lists.get("measurements", ()))))

    def _digests(self, pairs: Iterable[Any], path: str) -> tuple[Digest, ...]:
        return tuple(self.digest(alg, value, path) for alg, value in pairs)

    def _parts(self, name: str, values: Any, at: Path) -> None:
        """What a map without a measured value says."""
        if "version" in values:
            version = values["version"].values["version"]
            self.add("versions", Version(name=self.name("versions", name), value=version), (*at, 0))
        if (svn := _exact(values)) is not None:
            called = self.name("svns", name)
            self.add("svns", Svn(name=called, set_by="unspecified", svn=svn), (*at, 1))
        for flag, word in values["flags"].values.items() if "flags" in values else ():
            self.add("values", Value(name=self.name("values", f"{name}.{flag}"), bool=word), (*at, 3))

    def _large_svn(self, name: str, values: Any, at: Path) -> None:
        """An SVN that JSON cannot hold; and a minimum, which only reference values have."""
        svn = values.get("svn")
        if isinstance(svn, cbor.Tag) and svn.number == MIN_SVN:
            self.note("minimum-svn", "/svns", f"{name[:64]}: a minimum, which evidence cannot state")
        if svn is not None and _exact(values) is None:
            raw = Bytes(_plain(svn).to_bytes(8, "big"))
            self.add("svns", Svn(name=self.name("svns", name), set_by="unspecified", raw=raw), (*at, 1))

    def _registers(self, values: Any, keyed: str | None, at: Path) -> None:
        """Registers by their own names; the key of their map describes them."""
        for register, pairs in (values.get("integrity_registers") or {}).items():
            index = register if register.__class__ is int and 0 <= register <= limits.SAFE_INTEGER else None
            called = self.name("measurements", "register" if index is not None else f"{register}", index)
            entry = Measurement(
                name=called,
                index=index,
                phase="unspecified",
                subject="unspecified",
                form="extended",
                digests=self._digests(pairs, self._next(called, index)),
                description=keyed,
            )
            self.add("measurements", entry, (*at, 14, register))

    def _identifiers(self, values: Any, at: Path) -> None:
        for label, field in IDENTIFIERS:
            if field in values:
                called = self.name("identifiers", field)
                entry = identifier(called, values[field], "device", linkable=True)
                self.add("identifiers", entry, (*at, label))

    def _values(self, name: str, values: Any, at: Path) -> None:
        """Values that stand beside a measurement, under its name."""
        if (mask := _mask(values)) is not None:
            called = self.name("values", f"{name}.mask")
            self.add("values", Value(name=called, bytes=Bytes(mask)), (*at, 5 if "raw_mask" in values else 4))
        if "spdm_indirect" in values:
            blocks = " ".join(map(str, values["spdm_indirect"].values["index"]))
            called = self.name("values", f"{name}.spdm_indirect")
            self.add("values", Value(name=called, text=blocks), (*at, 12))
        if "int_range" in values:
            called = self.name("values", f"{name}.int_range")
            self.add("values", number(called, values["int_range"]), (*at, 15))

    def _debug(self, values: Any, at: Path) -> None:
        """The worst that any measurement of this environment says about debug."""
        flags = values["flags"].values if "flags" in values else {}
        if "is_debug" in flags:
            self.debugged.append(at)
            word: Debug = "enabled" if flags["is_debug"] else "disabled"
            self.debug = max(self.debug, word, key=SEVERITY.index)

    def key(self, item: Any, use: KeyUse, at: Path) -> None:
        """A key, certificate or thumbprint, by the tag that says which; all others as they are, tag and all."""
        encoding = KEYS.get(item.number) if isinstance(item, cbor.Tag) else None
        content = item.value if encoding is not None else item
        raw = content.encode() if isinstance(content, str) else content
        if not isinstance(raw, bytes):
            raw = cbor.dumps(raw)
        count = len(self.lists.get("keys", ()))
        entry = Key(
            name=f"key-{count}",
            use=use,
            encoding=encoding or "unspecified",
            linkable=True,
            raw=Bytes(raw),
        )
        self.add("keys", entry, at)

    def coswid(self, raw: Bytes, at: Path) -> None:
        """A CoSWID as evidence of installed software, kept whole."""
        name = f"coswid-{len(self.lists.get('manifests', ()))}"
        self.add("manifests", Manifest(name=name, format="application/swid+cbor", raw=raw), at)

    def _unknown(self, found: Found, at: Path, prefix: str) -> None:
        for label, item in found.unknown.items():
            name = self.name("unknown", f"{prefix}{label}")
            self.add("unknown", Unknown(label=name, raw=Bytes(cbor.dumps(item))), (*at, label))
            self.note("unknown-claim", "/unknown", f"label {name[:64]} has no meaning here")


def _called(found: Found, ordinal: int) -> tuple[str, int | None]:
    """The name of a measurement-map, by its key, else by its name, else by its place."""
    key = opened(found.get("mkey"))
    name = found.values["mval"].values.get("name")
    if key is None:
        return (name, None) if name else ("measurement", ordinal)
    if key.__class__ is int and 0 <= key <= limits.SAFE_INTEGER:
        return "mkey", key
    if isinstance(key, str):
        return key, None
    return key.hex() if isinstance(key, bytes) else cbor.dumps(key).hex(), None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, cbor.Tag) else value


def _exact(values: Any) -> int | None:
    """The SVN, where JSON keeps it."""
    svn: int | None = _plain(values.get("svn"))
    return svn if svn is not None and svn <= limits.SAFE_INTEGER else None


def _raw(value: Any) -> Bytes | None:
    if isinstance(value, cbor.Tag):
        value = value.value[0] if value.number == MASKED_RAW else value.value
    return None if value is None else Bytes(value)


def _mask(values: Any) -> bytes | None:
    raw = values.get("raw_value")
    found: bytes | None = values.get("raw_mask")
    return raw.value[1] if isinstance(raw, cbor.Tag) and raw.number == MASKED_RAW else found


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
