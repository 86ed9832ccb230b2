"""One piece of evidence with all that a caller says about it; what the steps of every type have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from evidence.convert import Evidence
from evidence.registry import Signed
from evidence.verify import checks, keys, path, signature
from evidence.verify import message as messages
from evidence.verify.checks import Check
from evidence.verify.crl import Crl
from evidence.verify.keys import Key
from evidence.verify.path import Path
from evidence.verify.rules import UNDERSTOOD
from evidence.verify.signature import SignatureForm
from evidence.verify.trust import Trust
from evidence.verify.words import StepRefused
from evidence.wire import cose, jose
from evidence.wire.x509 import X509Certificate

UNREAD: Final = "a certificate that the caller gave cannot be read"


class Helper(NamedTuple):
    """What a caller gave as certificates, as it was, and those in it that can be read."""

    content: bytes
    certificates: tuple[X509Certificate, ...]


class Question(Struct, frozen=True, kw_only=True, gc=False):
    """What is verified, whom to trust, when (RFC 3339), and what helps. `unread` says that some of that is no certificate."""

    piece: Evidence
    trust: Trust
    at: str
    helpers: tuple[Helper, ...] = ()
    unread: bool = False
    crls: tuple[Crl, ...] = ()

    @property
    def supplied(self) -> tuple[X509Certificate, ...]:
        """The certificates that the caller gave, in their order."""
        return tuple(one for helper in self.helpers for one in helper.certificates)

    def path(
        self,
        leaf: X509Certificate,
        helpers: Sequence[X509Certificate] = (),
        understood: frozenset[str] = UNDERSTOOD,
        rule: Callable[[X509Certificate], None] | None = None,
    ) -> Path:
        """The path of a leaf by way of the caller's certificates, the shipped ones, and `helpers` from the evidence.

        `rule` raises `StepRefused` for a leaf that may not sign this type of evidence, whoever issued it.
        """
        names = (self.piece.type.name, *self.piece.type.aliases)
        anchors = self.trust.anchors_of(*names)
        among = (*self.trust.intermediates_of(*names), *self.supplied, *helpers)
        best = path.check(leaf, anchors, among, self.at, self.crls, understood)
        if best.reason == "incomplete" and self.unread:
            return best._replace(reason="bad-certificate", detail=UNREAD)
        if best.reason is None and rule is not None:
            try:
                rule(leaf)
            except StepRefused as refused:
                return best._replace(reason=refused.reason, detail=refused.detail)
        return best

    def no_leaf(self) -> StepRefused:
        """Why there is no chain: none of the certificates is the leaf."""
        if self.unread:
            return StepRefused("bad-certificate", UNREAD)
        return StepRefused("no-key", "no certificate of the key that signs")

    def keys_for(self, signed: Signed) -> tuple[Key, ...]:
        """The keys that the caller gave for a signature: by its own name, else by who makes it.

        A token inside of another one has a signer of its own: only its own name gives it a key.
        """
        named = self.trust.keys.get(signed.name)
        if named is None and "/" not in signed.name:
            named = self.trust.keys.get(signed.by)
        return named or ()

    def signature(
        self,
        signed: Signed,
        candidates: Iterable[Key | StepRefused] = (),
        depends_on: tuple[str, ...] = (),
        context: bytes = b"",
    ) -> Check:
        """The check of a signature by the first of the candidates that made it.

        Keys of the caller go before all others, and then nothing else vouches for them.
        """
        own = self.keys_for(signed)
        among = own or [*candidates]
        refused = StepRefused("no-key")
        if not among:
            return checks.failed("signature", signed.name, signed.by, refused)
        try:
            form, message = form_of(signed, context), self.message(signed)
        except StepRefused as error:
            return checks.failed("signature", signed.name, signed.by, error)
        for candidate in among:
            try:
                if isinstance(candidate, StepRefused):
                    raise candidate
                if signed.construct == "jws":
                    messages.of_jws(message, signed.value, candidate, JOSE_NAMES[form.alg, form.hash])
                else:
                    signature.check(candidate, form, signed.value, message)
            except StepRefused as error:
                refused = error if RANKS.get(error.reason, 9) > RANKS.get(refused.reason, 9) else refused
                continue
            return Check(
                kind="signature",
                name=signed.name,
                by=signed.by,
                status="passed",
                key=checks.digest_of(candidate),
                anchor=checks.digest_of(candidate) if own else None,
                covers=signed.covers,
                depends_on=() if own else depends_on,
            )
        return checks.failed("signature", signed.name, signed.by, refused)

    def message(self, signed: Signed) -> bytes:
        """The signed bytes; `incomplete` where a part of them is not at hand, or else their hash is not known."""
        try:
            return self.piece.message(signed)
        except LookupError as error:
            raise StepRefused(
                "incomplete" if signed.missing else "unsupported-algorithm", str(error)
            ) from None


JOSE_NAMES: Final = {
    (known.name, known.hash): name for name, known in jose.ALGORITHMS.items() if name in messages.JOSE
}
LISTS: Final = {
    "cose-sign1": frozenset(cose.ALGORITHMS[number].name for number in messages.COSE),
    "cose-mac0": frozenset(signature.MACS),
}
"""The algorithms that a format lets a message have, by their names in claims."""


def form_of(signed: Signed, context: bytes = b"") -> SignatureForm:
    """How a signature was made, if its format lets it be made so; every format has its own list."""
    alg, construct = signed.alg, signed.construct
    if alg is None:
        raise StepRefused("no-algorithm")
    listed = LISTS.get(construct)
    if (listed is not None and alg not in listed) or (
        construct == "jws" and (alg, signed.hash) not in JOSE_NAMES
    ):
        raise _unlisted(alg)
    return SignatureForm(alg, signed.hash, signed.encoding, construct == "cose-sign1", context)


def _unlisted(alg: str) -> StepRefused:
    """An algorithm that is known, and that nobody may use here, is refused; any other one is not supported."""
    known = alg in signature.MACS or alg.startswith(("rsassa", "ecdsa", "rsapss"))
    return StepRefused("refused-algorithm" if known else "unsupported-algorithm", alg)


RANKS: Final = {"no-key": 0, "refused-key": 1}
"""Of several candidates the one is told that came farthest: a bad signature says more than a key of another kind."""


def key_of(certificate: X509Certificate) -> Key | StepRefused:
    """The key of a certificate, or why it is none."""
    try:
        return keys.of_certificate(certificate.key)
    except StepRefused as refused:
        return refused


def key_in(raw: bytes | None, alg: str | None = None) -> Key | StepRefused:
    """The key that evidence holds, or why it is none."""
    if raw is None:
        return StepRefused("no-key")
    try:
        return keys.of_bytes(raw, alg)
    except StepRefused as refused:
        return refused


class Outcome(NamedTuple):
    """What the steps of a type give: the checks in their order, the paths to anchors, what they leave to others.

    `apart` says which claims a signature with a nonce of its own covers: the caller's says nothing about them.
    """

    checks: tuple[Check, ...]
    paths: tuple[Path, ...] = ()
    not_checked: tuple[str, ...] = ()
    apart: str = ""
