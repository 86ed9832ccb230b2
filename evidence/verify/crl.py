"""Certificate revocation lists that the caller gives. asn1crypto reads them: after a strict walk, and for nothing else.

A list that fits a certificate of the path must hold: from the issuer of the path, of its time, with nothing critical
that is not understood. One that fits and is bad fails the chain. One that fits nothing says nothing.

Source: RFC 5280, sections 5 and 6.3, for complete lists of one issuer: no delta, no indirect ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from evidence import limits
from evidence.errors import EvidenceError
from evidence.verify import keys, rules, signature
from evidence.verify.algorithm import form_of
from evidence.verify.words import StepRefused
from evidence.wire import der, text
from evidence.wire.x509 import X509Certificate

ARMOUR: Final = re.compile(rb"-----(?:BEGIN|END) X509 CRL-----")
UNDERSTOOD: Final = frozenset({"2.5.29.20", "2.5.29.35"})
"""cRLNumber and authorityKeyIdentifier."""
REASON_CODE: Final = "2.5.29.21"
INVALIDITY_DATE: Final = "2.5.29.24"


class Crl(Struct, frozen=True, kw_only=True):
    """One list. Serials are content octets, times RFC 3339; `fault` says why it holds nothing, whoever signed it."""

    sha256: bytes
    issuer_raw: bytes
    this_update: str
    next_update: str | None
    serials: frozenset[bytes]
    tbs: bytes
    algorithm: bytes
    signature: bytes
    fault: str = ""


def read(content: bytes) -> Crl:
    """The list in DER, in PEM, or in hexadecimal, as collateral has it.

    Raises `EvidenceError` for what is no list.
    """
    limits.check("CRL bytes", limits.CRL_BYTES, len(content))
    return _read(_binary(content))


def _binary(content: bytes) -> bytes:
    if content[:1] == b"\x30" and content[1:2] >= b"\x80":
        return content
    parts = ARMOUR.split(content)
    if len(parts) == 3:
        return text.base64(b"".join(parts[1].split()), "CRL")
    return text.hexadecimal(b"".join(content.split()), "CRL")


@lru_cache(4)  # the same ones are given with every piece
def _read(data: bytes) -> Crl:
    from asn1crypto.crl import CertificateList

    from evidence.errors import BadEncoding, TrailingBytes

    end = der.check(data, "CRL")
    if end != len(data):
        raise TrailingBytes(what="CRL", offset=end, extra=len(data) - end)
    try:
        listed: Any = CertificateList.load(data, strict=True)
        tbs = listed["tbs_cert_list"]
        faults = [*_faults(tbs, listed)]
        return Crl(
            sha256=sha256(data).digest(),
            issuer_raw=tbs["issuer"].dump(),
            this_update=_time(tbs["this_update"]),
            next_update=_time(tbs["next_update"]) if tbs["next_update"].native is not None else None,
            serials=frozenset(
                entry["user_certificate"].contents for entry in tbs["revoked_certificates"] or ()
            ),
            tbs=tbs.dump(),
            algorithm=listed["signature_algorithm"].dump(),
            signature=listed["signature"].contents[1:],  # behind the number of unused bits
            fault=faults[0] if faults else "",
        )
    except EvidenceError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise BadEncoding(what="CRL", reason=str(error)[:80]) from None


def _faults(tbs: Any, listed: Any) -> Iterable[str]:
    """What makes a list useless: two algorithms, and what is critical and not understood."""
    if tbs["signature"].dump() != listed["signature_algorithm"].dump():
        yield "two signature algorithms"
    if listed["signature"].contents[:1] != b"\0":
        yield "a signature that is not of whole bytes"
    for extension in tbs["crl_extensions"] or ():
        if extension["critical"].native and extension["extn_id"].dotted not in UNDERSTOOD:
            yield f"critical extension {extension['extn_id'].dotted}"
    for entry in tbs["revoked_certificates"] or ():
        for extension in entry["crl_entry_extensions"] or ():
            oid = extension["extn_id"].dotted
            if extension["critical"].native and oid not in {REASON_CODE, INVALIDITY_DATE}:
                yield f"critical extension {oid} of an entry"


def _time(value: Any) -> str:
    """A time in RFC 3339, in UTC: one with another zone would compare as another text."""
    moment: datetime = value.native
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def revocation(
    certificates: tuple[X509Certificate, ...], crls: Sequence[Crl], at: str
) -> list[tuple[bytes, ...]]:
    """The digests of the lists that speak about each certificate but the last; `StepRefused` where one does not hold."""
    used = []
    for certificate, issuer in pairwise(certificates):
        fitting = [crl for crl in crls if crl.issuer_raw == issuer.subject_raw]
        for crl in fitting:
            _check(crl, issuer, at)
            if certificate.serial in crl.serials:
                raise StepRefused("revoked", certificate.subject)
        used.append(tuple(crl.sha256 for crl in fitting))
    return used


def _check(crl: Crl, issuer: X509Certificate, at: str) -> None:
    if crl.fault:
        raise StepRefused("bad-crl", crl.fault)
    if not rules.has_usage(issuer, rules.CRL_SIGN):
        raise StepRefused("bad-crl", f"{issuer.subject} signs no lists")
    try:
        signature.check(keys.of_certificate(issuer.key), form_of(crl.algorithm), crl.signature, crl.tbs)
    except StepRefused as refused:
        raise StepRefused("bad-crl", refused.reason) from None
    if at < crl.this_update:
        raise StepRefused("stale-crl", f"from {crl.this_update}")
    if crl.next_update is None or at > crl.next_update:
        raise StepRefused("stale-crl", f"to {crl.next_update or 'no time at all'}")
