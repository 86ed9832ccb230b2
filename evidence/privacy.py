"""Claims without what links them to a machine."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256, sha384, sha512
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evidence.claims import Claims, Consistency, Environment, Identifier, Key, Log, Note
from evidence.paths import join, parents, steps_to

WITHHELD: Final = "identifiers-withheld"
"""The code of the note that such a document carries."""
SHORTEST: Final = 4
"""Bytes below which an equal value elsewhere is no repetition."""
LONGEST: Final = 64
"""Bytes that are compared: more than these are not alike by chance."""
KEPT: Final = frozenset({"id", "identifiers", "measurements"})
"""Lists and fields of an environment that are never thinned out: identifiers are withheld one by one."""
OF_A_MACHINE: Final = frozenset(
    {
        "attestation-key-and-qe-auth-data",
        "certificate-chain",
        "certificate-key",
        "detached-claims-set",
        "device-token",
        "eca-public-key",
        "nonce-and-services-manifest",
        "realm-public-key",
        "root-certificate",
        "runtime-data",
    }
)
"""Content of facts that is a key, a certificate or a token, or holds some: their digests link as they do themselves."""

OPEN: Final = frozenset({"secure_boot", "debug_boot"})
"""What of a log is kept; its other texts and digests may tell a machine from others."""

E = TypeVar("E", bound=Struct)


def withhold(claims: Claims) -> Claims:
    """The document with every linkable identifier `withheld`; the same one if it links nothing.

    Left out are keys that link, certificates, the digests of attachments, every entry that repeats the bytes
    of any of these or their digest, as bytes or as text, and every entry that speaks of one that is left out.
    """
    secrets = Secrets(_secrets(claims))
    derived = frozenset(fact.compared_to for fact in claims.consistency if _is_of_a_machine(fact))
    if not (secrets or derived or claims.certificates or claims.attachments or claims.logs):
        return claims
    lists = _Lists()
    gone = frozenset(
        fact.name for fact in claims.consistency if _is_of_a_machine(fact) or secrets.are_in(fact)
    )
    bindings = lists.keep(
        ("bindings",),
        claims.bindings,
        lambda entry, path: path not in derived and entry.backed_by not in gone and not secrets.are_in(entry),
    )
    environments = tuple(
        _withhold(environment, secrets, gone, lists, ("environments", step))
        for step, environment in zip(steps_to(claims.environments), claims.environments, strict=True)
    )
    lists.keep(("certificates",), claims.certificates, lambda *_: False)
    lists.keep(("attachments",), claims.attachments, lambda *_: False)
    consistency = lists.keep(
        ("consistency",),
        claims.consistency,
        lambda fact, _: (
            not _is_of_a_machine(fact)
            and not secrets.are_in(fact)
            and lists.moved(fact.compared_to) is not None
        ),
    )
    note = Note(code=WITHHELD, path="", detail="identifiers, keys and certificates were left out on request")
    return replace(
        claims,
        logs=tuple(_withheld_log(log) for log in claims.logs),
        evidence=replace(
            claims.evidence,
            carriers=tuple(entry for entry in claims.evidence.carriers if not secrets.are_in(entry)),
        ),
        bindings=bindings,
        environments=environments,
        consistency=tuple(
            replace(fact, compared_to=path)
            for fact in consistency
            if (path := lists.moved(fact.compared_to)) is not None
        ),
        certificates=(),
        attachments=(),
        notes=(
            *(
                replace(note, path=path)
                for note in claims.notes
                if (path := lists.moved(note.path)) is not None and not secrets.are_in(note)
            ),
            note,
        ),
    )


def _withheld_log(log: Log) -> Log:
    """A log with what tells no machine from another alone: how it is written, and states of the firmware."""
    return replace(
        log, sha256=None, boot=tuple(entry for entry in log.boot if entry.name in OPEN and not entry.digests)
    )


def _is_of_a_machine(fact: Consistency) -> bool:
    """Whether what a fact compares is made from what is withheld; what `differs` is made from something else."""
    return fact.digest_of in OF_A_MACHINE and fact.status != "differs"


def _secrets(claims: Claims) -> Iterator[bytes]:
    """All that is withheld."""
    for environment in claims.environments:
        for one in environment.identifiers:
            if one.linkable:
                yield from (bytes(value) for value in (one.value, one.raw) if value)
                yield (one.text or "").encode()
        for key in environment.keys:
            if key.linkable:
                yield bytes(key.raw)
    for certificate in claims.certificates:
        yield bytes(certificate.sha256)
        yield bytes(certificate.spki_sha256)


def _withhold(
    environment: Environment,
    secrets: Secrets,
    gone: frozenset[str],
    lists: _Lists,
    here: tuple[str, ...],
) -> Environment:
    """The environment without what links it, and without what facts backed that are `gone`."""

    def stays(entry: Struct, _: str) -> bool:
        backed = getattr(entry, "backed_by", None) in gone
        return not backed and not (isinstance(entry, Key) and entry.linkable) and not secrets.are_in(entry)

    thinned = {
        name: lists.keep((*here, name), entries, stays)
        for name in environment.__struct_fields__
        if name not in KEPT
        and isinstance(entries := getattr(environment, name), tuple)
        and entries
        and isinstance(entries[0], Struct)
    }
    label = environment.label
    if label is not None and secrets.are_in(label):
        label = None
    identifiers = tuple(_identifier(one, gone) for one in environment.identifiers)
    return replace(environment, **thinned, label=label, identifiers=identifiers)


def _identifier(one: Identifier, gone: frozenset[str]) -> Identifier:
    if one.backed_by in gone:
        one = replace(one, backed_by=None)
    if not one.linkable or not (one.value or one.text or any(one.raw or b"")):
        return one
    return replace(one, status="withheld", value=None, text=None, raw=None)


class Secrets:
    """Byte strings that may occur nowhere: as they are, in hexadecimal, nor as a digest of either.

    The time to look is linear in what is looked at, however many there are.
    """

    def __init__(self, values: Iterable[bytes]) -> None:
        forms = sorted({form[:LONGEST] for value in values for form in _forms(value)})
        self._forms: list[bytes] = []
        for form in forms:  # where one begins another it is enough to look for the shorter one
            if not (self._forms and form.startswith(self._forms[-1])):
                self._forms.append(form)
        self._beginnings = frozenset(int.from_bytes(form[:SHORTEST], sys.byteorder) for form in self._forms)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def are_in(self, entry: Any) -> bool:
        """Whether any byte string or text in an entry repeats one."""
        return bool(self._forms) and any(map(self._is_in, _contents(entry)))

    def _is_in(self, content: bytes) -> bool:
        for shift in range(min(SHORTEST, len(content) - SHORTEST + 1)):
            end = shift + (len(content) - shift) // SHORTEST * SHORTEST
            words = memoryview(content)[shift:end].cast("I")
            if not self._beginnings.isdisjoint(words) and any(
                self._begins(content, shift + SHORTEST * index)
                for index, word in enumerate(words)
                if word in self._beginnings
            ):
                return True
        return False

    def _begins(self, content: bytes, at: int) -> bool:
        """Whether one begins at `at`. Only the last that is not above what is there can: none begins another."""
        rest = content[at : at + LONGEST]
        index = bisect_right(self._forms, rest)
        return index > 0 and rest.startswith(self._forms[index - 1])


def _forms(value: bytes) -> Iterator[bytes]:
    if len(value) < SHORTEST or not any(value):
        return
    for form in (value, *(hashed(value).digest() for hashed in (sha256, sha384, sha512))):
        yield form
        yield form.hex().encode()
        yield form.hex().upper().encode()


def _contents(entry: Any) -> Iterator[bytes]:
    """Every byte string and text in an entry, as bytes."""
    if isinstance(entry, bytes):
        yield entry
    elif isinstance(entry, str):
        yield entry.encode()
    elif isinstance(entry, tuple):
        for item in entry:
            yield from _contents(item)
    elif isinstance(entry, Struct):
        for name in entry.__struct_fields__:
            yield from _contents(getattr(entry, name))


class _Lists:
    """Lists that were thinned out, and where the entries that stayed are now."""

    def __init__(self) -> None:
        self._moved: dict[str, str | None] = {}

    def keep(
        self, here: tuple[str, ...], entries: tuple[E, ...], stays: Callable[[E, str], bool]
    ) -> tuple[E, ...]:
        """The entries of the list at `here` for which `stays(entry, path)` holds."""
        before = [join(*here, step) for step in steps_to(entries)]
        judged = [stays(entry, path) for entry, path in zip(entries, before, strict=True)]
        if all(judged):
            return entries
        kept = tuple(entry for entry, stay in zip(entries, judged, strict=True) if stay)
        after = iter(steps_to(kept))
        for path, stay in zip(before, judged, strict=True):
            self._moved[path] = join(*here, next(after)) if stay else None
        return kept

    def moved(self, path: str) -> str | None:
        """The path to what was at `path`; None if that is left out."""
        for above in parents(path):
            if above in self._moved:
                place = self._moved[above]
                return None if place is None else place + path[len(above) :]
        return path
