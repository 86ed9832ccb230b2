"""What a piece of evidence is when it reaches its type: bytes, and what came with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from evidence.errors import BadEncoding, EvidenceError
from evidence.words import Obtained, Origin

if TYPE_CHECKING:  # loads decoders, which most types have no use for
    from evidence.wire.decoded import Decoded

ATTACHMENTS: Final = {
    "certificates": "Certificates that belong to the evidence, in PEM or DER.",
    "event-log": "The log of what was extended into the registers that the evidence reports.",
    "services-manifest": "What an SVSM says of its services.",
    "runtime-data": "What a paravisor says of itself and its keys, in JSON.",
    "transcript-prefix": "The messages of SPDM before the ones that are the evidence.",
    "request": "The message that asked for the response.",
    "tsm-digests": "The digests that the kernel has of a device's objects.",
    "collateral": "What Intel publishes beside a quote.",
    "signature": "The signature of a TPM's quote, where it lies apart.",
    "pcr-values": "The values of the PCRs that a TPM's quote is the digest of.",
    "ak": "The public key that signs a TPM's quote.",
}
"""What may come beside evidence; a closed list, a sentence each."""
ATTACHMENT_KINDS: Final = tuple(ATTACHMENTS)


class _Nothing(dict[str, Any]):
    """A mapping without entries that stays so, and that can be pickled and copied, which a proxy of one cannot.

    It is asked several times a piece: a `Mapping` of our own would answer ten times as slowly as a dictionary.
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("it stays empty")

    __setitem__ = setdefault = update = __ior__ = _refuse

    def __repr__(self) -> str:
        return "NOTHING"

    def __reduce__(self) -> str:
        return "NOTHING"


NOTHING: Final[Mapping[str, Any]] = _Nothing()


class Carrier(Struct, frozen=True):
    """One wrapping that was taken off, outermost first. `at` is the path of the piece in it."""

    name: str
    at: str = ""
    facts: Mapping[str, str] = NOTHING
    """What the carrier says beside the evidence (`privlevel`, …), unauthenticated."""


class Expect(Struct, frozen=True):
    """A carrier's word that a binding of the evidence is `digest` of something else, and zeros behind it.

    `convert` compares and writes the outcome to `consistency`; evidence without such a binding is refused; `of` (`claims.DIGESTED`, or `claims.COMPARED`
    for a value) and `alg` are its words. A value that must be there itself has no `alg`, and nothing may
    stand behind it.
    """

    binding: str
    digest: bytes
    of: str
    alg: str | None


class Remark(NamedTuple):
    """What a carrier has to say of itself: the code of a note, and the detail."""

    code: str
    detail: str


class Input(Struct, frozen=True, kw_only=True, dict=True):
    """One piece of evidence with all that its carriers say about it.

    `hints` (`provider`, `media_type`) narrow the type; content that contradicts one is an error. Only where
    `forces` is true do they choose one that the content does not show: they are a directory's of the kernel
    then, about these very bytes, and no word that stands in the input itself.
    `type` is the evidence type that a carrier says these bytes are, where they have no magic: what lies inside of them
    is then looked for by nobody. `remarks` become notes.
    `options` is the type's own `Options` value. `obtained` is how the bytes came about. `by_caller`
    are the kinds of `attachments` that the caller gave; the others came out of a carrier.
    """

    data: bytes
    """The bytes, of which the evidence is the beginning."""
    attachments: Mapping[str, bytes] = NOTHING
    by_caller: frozenset[str] = frozenset()
    options: Any = None
    hints: Mapping[str, str] = NOTHING
    forces: bool = False
    type: str = ""
    remarks: tuple[Remark, ...] = ()
    expects: tuple[Expect, ...] = ()
    """What the carriers say that bindings must equal."""
    carriers: tuple[Carrier, ...] = ()
    """What was taken off, outermost first."""
    obtained: Obtained = "as-received"
    unwrap_results: bool = False
    """Whether evidence inside of an attestation result is taken out of it; only where the caller asks."""
    broken: BadEncoding | None = None
    """Why there may be more bytes: the text that says them breaks off. No evidence is made of such bytes."""

    @cached_property
    def decoded(self) -> Decoded:
        """What the bytes decode to, shared by whoever identifies, unwraps and reads them."""
        from evidence.wire.decoded import Decoded

        return Decoded(self.data)

    def with_options(self, options: Any) -> Input:
        """The same input, decoded as far as it is, for a type whose `Options` value is `options`."""
        other = Input(
            data=self.data,
            attachments=self.attachments,
            by_caller=self.by_caller,
            options=options,
            hints=self.hints,
            forces=self.forces,
            type=self.type,
            remarks=self.remarks,
            expects=self.expects,
            carriers=self.carriers,
            obtained=self.obtained,
            unwrap_results=self.unwrap_results,
            broken=self.broken,
        )
        other.__dict__.update(self.__dict__)
        return other

    def inside(
        self,
        carrier: Carrier,
        data: bytes,
        *,
        attachments: Mapping[str, bytes] = NOTHING,
        hints: Mapping[str, str] = NOTHING,
        expects: tuple[Expect, ...] = (),
        obtained: Obtained = "extracted",
        broken: BadEncoding | None = None,
    ) -> Input:
        """A piece taken out of this one; what came with this one stays with it.

        Of two attachments of one kind that from further outside is kept: a caller knows better than a
        carrier. Of two hints that from further inside is.
        """
        return replace(
            self,
            data=data,
            attachments={**attachments, **self.attachments} if attachments else self.attachments,
            hints={**self.hints, **hints} if hints else self.hints,
            forces=False,
            type="",
            expects=self.expects + expects,
            carriers=(*self.carriers, carrier),
            obtained=obtained,
            broken=broken,
        )

    def attached_by(self, kind: str) -> Origin:
        """Who put an attachment beside the evidence."""
        return "caller" if kind in self.by_caller else "carrier"

    @property
    def at(self) -> str:
        """The path of this piece through its carriers, empty for a bare one."""
        return "/".join(carrier.at or carrier.name for carrier in self.carriers)


class Refusal(NamedTuple):
    """A piece that a carrier holds and that cannot be taken out: its path, as `Input.at` has it, and why."""

    at: str
    error: EvidenceError
