"""Attestation tokens of RFC 9711, read and said in claims.

    token = Reader().cbor_token(Region(Layer(data), start, end, "/path/in/errors"))
    stated = state(token, "manifest", parent="device")

`Reader` reads tokens, bundles and claims sets where they lie (`cbor_token`, `cbor_claims`, `json_token`, `jwt`);
`state` makes environments, bindings, signatures and notes of them; its `sources()` say where each claim lies.
"""

from evidence.types._eat.claims import Stated, state
from evidence.types._eat.native import Bundle, ClaimsSet, Detached, Digest, Form, Submodule, Token
from evidence.types._eat.read import Reader
from evidence.types._eat.region import Region
from evidence.types._eat.signed import protection
from evidence.types._trail import Layer

__all__ = (
    "Bundle",
    "ClaimsSet",
    "Detached",
    "Digest",
    "Form",
    "Layer",
    "Reader",
    "Region",
    "Stated",
    "Submodule",
    "Token",
    "protection",
    "state",
)
