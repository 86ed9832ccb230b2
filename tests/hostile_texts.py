"""A token whose every text tries to be something else: markup, a script, another direction of writing, a control."""

from __future__ import annotations

import cbor2

TEXTS = (
    "</script><script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 2'>",
    "<!--<script>\"'`${window.pwned = 3}`",
    "]]>&lt;b&gt;&#x3c;svg onload=window.pwned=4&#x3e;",
    "javascript:window.pwned=5//\\u003cscript\\u003e",
    "left\u202eright\u2066\u200f\ufeff\u2028\u2029",
    "bell\x07 escape\x1b[31m nul\x00 return\r delete\x7f",
    "__proto__",
    "\U0001f600 日本語 עברית e\u0301",
)


def token() -> bytes:
    """A claims set of our own (RFC 9711 labels 265 and 270, and private ones) in a COSE_Sign1 that nobody signed."""
    claims: dict[int | str, object] = {
        2: TEXTS[0],
        10: b"nonce678",
        256: b"\x01" + bytes(16),
        265: TEXTS[1],
        270: TEXTS[2],
    }
    claims |= {-70000 - index: text for index, text in enumerate(TEXTS)}
    claims |= {text: text for text in TEXTS}
    return cbor2.dumps(
        cbor2.CBORTag(61, cbor2.CBORTag(18, [b"\xa1\x01\x26", {}, cbor2.dumps(claims), bytes(64)]))
    )
