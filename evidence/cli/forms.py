"""The forms of `evidence convert --to`: what each is called, what it takes, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evidence import limits
from evidence.convert import Evidence
from evidence.errors import UsageError
from evidence.paths import join
from evidence.reader import read_file

if TYPE_CHECKING:
    from evidence.claims import Claims
    from evidence.corim import Profile
    from evidence.encode.cmw import WrappedMessage
    from evidence.encode.written import Written
    from evidence.verify import Verified


class Terms(NamedTuple):
    """What the caller says of an output."""

    vendor: bool
    iat: int | None
    issuer: str | None
    key: str | None
    media_type: str | None
    no_identifiers: bool
    trust: Mapping[str, Any]


class FileForm(NamedTuple):
    """One form: how its files end. `has_bytes` is of forms that hold the evidence itself."""

    ending: str
    has_bytes: bool = False
    takes: tuple[str, ...] = ()
    """Which of profile, iat, issuer, key and media_type it knows."""


def _claims(piece: Evidence, terms: Terms) -> Claims:
    if not terms.no_identifiers:
        return piece.claims
    from evidence.privacy import withhold

    return withhold(piece.claims)


def _claims_cbor(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode.cbor import to_cbor
    from evidence.encode.written import Written

    return Written(to_cbor(_claims(piece, terms)))


def _eat_json(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import eat

    return eat.to_eat_json(_claims(piece, terms), terms.iat)


def _uccs(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import eat

    return eat.to_uccs(_claims(piece, terms), terms.iat)


def _profile(piece: Evidence, terms: Terms) -> Profile | None:
    if not terms.vendor:
        return None
    if piece.type.corim is None:
        raise UsageError(f"nobody published a profile for {piece.type.name}")
    return piece.type.corim()


def _coev(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import coev

    return coev.to_coev(_claims(piece, terms), _profile(piece, terms))


def _ect(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import ect

    return ect.to_ects(_claims(piece, terms), _profile(piece, terms))


def message(piece: Evidence, terms: Terms) -> WrappedMessage:
    from evidence.encode import cmw

    media_type = terms.media_type or piece.type.content_type(piece.claims.evidence.variant)
    if media_type is None:
        raise UsageError(f"no media type is known for {piece.type.name}: --media-type TYPE")
    return cmw.WrappedMessage(piece.data, media_type)


def _cmw(name: str) -> Callable[[Evidence, Terms], Written]:
    def write(piece: Evidence, terms: Terms) -> Written:
        from evidence.encode import cmw
        from evidence.encode.written import Written

        wrap = {"cmw-json": cmw.record_json, "cmw-cbor": cmw.record_cbor, "cmw-tag": cmw.tag}[name]
        return Written(wrap(message(piece, terms)), tuple(cmw.losses(piece.claims)))

    return write


def _raw(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import cmw

    return cmw.raw(piece.data, piece.claims)


def _cwt(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import signed

    verified, key, names = _verified(piece, terms)
    return signed.to_cwt(verified, key, **names)


def _jwt(piece: Evidence, terms: Terms) -> Written:
    from evidence.encode import signed

    verified, key, names = _verified(piece, terms)
    return signed.to_jwt(verified, key, **names)


def _verified(piece: Evidence, terms: Terms) -> tuple[Verified, Any, dict[str, Any]]:
    """What is verified of a piece (raises `NotVerified`), the key that signs, and what the caller says."""
    try:
        from evidence.verify import verify
    except ImportError:
        raise UsageError("cryptography is not installed: pip install 'attestation-evidence[sign]'") from None
    from evidence.cli.verify import time_of, trusted
    from evidence.encode.signed import SigningKey

    report = verify(
        piece,
        trust=trusted(terms.trust["anchors"], terms.trust["roles"]),
        at=time_of(terms.trust["at"]),
        certificates=[read_file(path, limits.ATTACHMENT_BYTES) for path in terms.trust["certificates"]],
    )
    key = SigningKey(read_file(str(terms.key), limits.CERTIFICATE_BYTES))
    return report.require(terms.trust["without"]), key, {"issuer": terms.issuer, "iat": terms.iat}


def certificates(piece: Evidence) -> bytes:
    """The certificates that lay beside the evidence, in PEM; those in it are in its bytes."""
    from evidence.extract import to_pem

    blocks = []
    for entry in piece.claims.certificates:
        source = piece.where(join("certificates", entry.source))
        if source.layer.startswith("attachment:"):
            blocks.append(to_pem("CERTIFICATE", piece.certificate(entry.source)))
    return b"".join(blocks)


def _collection(name: str) -> Callable[[Mapping[str, WrappedMessage]], bytes]:
    def write(messages: Mapping[str, WrappedMessage]) -> bytes:
        from evidence.encode import cmw

        return (cmw.collection_json if name.endswith("json") else cmw.collection_cbor)(messages)

    return write


COLLECTIONS: Final = {name: _collection(name) for name in ("cmw-collection", "cmw-collection-json")}
CONFIGFS: Final = "configfs"
COLUMNS: Final = ("parquet", "arrow")
"""The forms that are one table of all inputs: `evidence.bulk` writes them."""
CHECKED: Final = frozenset({"eat-json", "uccs", "coev", "ect"})
"""The forms that have a grammar of ours."""
SIGNED: Final = frozenset({"cwt", "jwt"})
OWN: Final = ("iat",)
PROFILE: Final = ("profile",)
WRAPPED: Final = ("media_type",)
TOKEN: Final = ("iat", "issuer", "key")
FORMS: Final[dict[str, FileForm]] = {
    "claims": FileForm(".json"),
    "claims-cbor": FileForm(".cbor"),
    "eat-json": FileForm(".eat.json", takes=OWN),
    "uccs": FileForm(".uccs.cbor", takes=OWN),
    "coev": FileForm(".ce.cbor", takes=PROFILE),
    "ect": FileForm(".ect.cbor", takes=PROFILE),
    "cmw-json": FileForm(".cmw.json", has_bytes=True, takes=WRAPPED),
    "cmw-cbor": FileForm(".cmw.cbor", has_bytes=True, takes=WRAPPED),
    "cmw-tag": FileForm(".cmw-tag.cbor", has_bytes=True, takes=WRAPPED),
    "cmw-collection": FileForm(".cmw.cbor", has_bytes=True, takes=WRAPPED),
    "cmw-collection-json": FileForm(".cmw.json", has_bytes=True, takes=WRAPPED),
    "raw": FileForm(".bin", has_bytes=True),
    "configfs": FileForm("", has_bytes=True),
    "cwt": FileForm(".cwt", takes=TOKEN),
    "jwt": FileForm(".jwt", takes=TOKEN),
}
"""Every form by the name that `--to` has for it."""
WRITERS: Final[dict[str, Callable[[Evidence, Terms], Written]]] = {
    "claims-cbor": _claims_cbor,
    "eat-json": _eat_json,
    "uccs": _uccs,
    "coev": _coev,
    "ect": _ect,
    "cmw-json": _cmw("cmw-json"),
    "cmw-cbor": _cmw("cmw-cbor"),
    "cmw-tag": _cmw("cmw-tag"),
    "raw": _raw,
    "cwt": _cwt,
    "jwt": _jwt,
}
"""What writes the forms that are one file for each piece."""
