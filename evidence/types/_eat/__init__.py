"""Attestation tokens of RFC 9711, read and said in claims.

    token = Reader().cbor_token(Region(Layer(data), start, end, "/path/in/errors"))
    state(token, "manifest", record, parent="device")

`EatReader` reads tokens, bundles and claims sets where they lie (`cbor_token`, `cbor_claims`, `json_token`, `jwt`);
`state` records environments, bindings, signatures and notes of them, with the fields behind them (`_recorder`).
"""

from evidence.types._eat.claims import state
from evidence.types._eat.native import Bundle, ClaimsSet, Detached, DetachedDigest, Form, Submodule, Token
from evidence.types._eat.read import EatReader
from evidence.types._eat.region import Region
from evidence.types._eat.signed import protection
from evidence.types._recorder import Layer

__all__ = (
    "Bundle",
    "ClaimsSet",
    "Detached",
    "DetachedDigest",
    "EatReader",
    "Form",
    "Layer",
    "Region",
    "Submodule",
    "Token",
    "protection",
    "state",
)
