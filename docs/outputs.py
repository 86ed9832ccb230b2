"""The page of what is written: the forms, what of the claims each says, and the keys of vendors, from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from docs.markdown import code, section, table
from evidence.cli.forms import FORMS, SIGNED
from evidence.convert import BUILTIN
from evidence.encode import eat
from evidence.encode.elements import PARTS
from evidence.encode.signed import ALGORITHMS, CHECKS
from evidence.encode.states import BESIDE
from evidence.encode.written import LOSSES
from evidence.types.snp.corim import DIFFERENCES
from evidence.wire import corim
from evidence.wire.content_formats import MEDIA_TYPES

WHAT = {
    "claims": ("the claims document in JSON", "", ""),
    "claims-cbor": ("the same in CBOR", "", ""),
    "eat-json": (
        "an EAT claims set in JSON (RFC 9711), in the form of RFC 8785",
        "application/eat-ucs+json",
        "",
    ),
    "uccs": ("an EAT claims set in CBOR (RFC 9781)", "application/eat-ucs+cbor", "601"),
    "coev": (
        "concise evidence of the TCG; a table of contents where a vendor has several parts",
        "application/ce+cbor",
        "571, 570",
    ),
    "ect": ("environment-claim tuples of CoRIM, as a verifier holds evidence inside", "", ""),
    "cmw-json": ("a record of RFC 9999 around the bytes, in JSON", "that of the evidence", ""),
    "cmw-cbor": ("the same in CBOR", "that of the evidence", ""),
    "cmw-tag": (
        "the bytes in the tag of their content format (RFC 9277)",
        "that of the evidence",
        "by the content format",
    ),
    "cmw-collection": (
        "all pieces, and the certificates beside one, in one collection",
        "application/cmw+cbor",
        "",
    ),
    "cmw-collection-json": ("the same in JSON", "application/cmw+json", ""),
    "raw": ("the bytes of the evidence, without what trails it", "", ""),
    "configfs": ("a folder with the attributes of a configfs-tsm report entry", "", ""),
    "cwt": ("a signed EAT of what was verified", "application/eat+cwt", "61, 18"),
    "jwt": ("the same as a compact JWS", "application/eat+jwt", ""),
}
EAT = (
    (eat.PROFILE, "the profile", "always"),
    (eat.SUBMODS, "a submodule for each environment of the evidence, by its id", "always"),
    (eat.IAT, "the caller's `--iat`; no clock is read", "only if given"),
    (
        eat.DEBUG,
        "`debug`",
        "not for `not-reported` and `not-defined`, nor for a `disabled…` word while something is `missing`",
    ),
    (
        eat.UEID,
        "an identifier that its format calls a UEID",
        "one alone, of scope device or platform, of 7 to 33 bytes; never a chip id or a serial number",
    ),
    (
        eat.EAT_NONCE,
        "bindings of role `challenge`, or `caller-data` that is a nonce by its format",
        "of 8 to 64 bytes; opaque report data is none",
    ),
    (eat.MEASUREMENTS, "everything else, as the concise evidence of that environment", "always"),
)
INTRO = f"""What the library reads it also writes, in the forms that other tools take:

```sh
evidence convert quote.bin --to uccs -o quote.uccs --losses quote.losses
evidence convert report.bin --to coev --profile vendor -o report.coev
```

```python
import evidence
from evidence.encode import coev, eat

piece = evidence.load("quote.bin")
written = eat.to_uccs(piece.claims)
written.data, written.losses
profile = piece.type.corim  # the tables of a vendor, or None
coev.to_coev(piece.claims, profile()) if profile else coev.to_coev(piece.claims)
```

A writer never says more than the claims do, and says what it left out. The same claims give the same bytes: CBOR in
core deterministic encoding, JSON by RFC 8785, no clock and no randomness.

**What is not verified cannot be taken for it.** The profile says so (`{corim.UNVERIFIED}`), tuples have no authority (CoRIM takes
none without one for evidence), and there is no issuer, no signature and no freshness at the root. Whoever reads an unsigned claims set must
have it over a channel that protects it (RFC 9781). What a certificate, a log, a carrier or the caller said is never written: as
evidence it would be laundered.

Read back, our forms are `not-evidence` ("{corim.CONVERTED}"), at any depth and whoever signed around them. With
`--unwrap-results` they are type `eat`, protection `none`, noted `converted`, and every role is `unspecified`. Concise evidence
under a vendor's profile that nobody signed is refused as well, since nothing tells it from what a converter wrote. A
wrapper of ours holds the original bytes, and is read as any other; certificates in a collection are its endorsements, and named so.
"""
VERAISON = """Veraison's reference values are CoRIM. Convert with its vendor's profile, and match by environment, key and code point:

```sh
evidence convert report.bin --to ect --profile vendor -o report.ect
evidence convert token.cbor --to coev --profile vendor -o token.coev
```

A reference value matches on the code points that it has; where readers look at different ones, both are written. An
all-zero implementation id names no class: that part is left out (loss `no-class`). A PSA token without a name of its hash has
nothing to match, and is refused: CoRIM compares a digest with its algorithm.
"""
CONSUMERS = """One rule for every platform: look at the submodules, at their `dbgstat`, and into `measurements`.

```sh
evidence convert quote.bin --to eat-json --losses quote.losses
```

1. Take the claims set only from the converter itself, over a channel that you trust, or take the signed form.
2. Each environment states its own debug state, or none; RFC 9711 has no inheritance, and what depends on what is not in an
   EAT (loss `no-home`): ask for `--to coev` where that matters.
3. A nonce in JSON is base64url: decode it before it is compared.
4. An SVN (552) does not say how it is compared; a component such as `tdx_module_svn_major` must be equal.
"""
SIGNED_TEXT = f"""`cwt` and `jwt` hold what a `Verified` covers and nothing else, under the profile `{corim.VERIFIED}`, in the name of whoever
converts. The claim `{CHECKS}` lists every check, what was not checked, and what the caller did without.

<!-- not run: it needs evidence that verifies and a key; tests/test_output_signed.py has both -->
```sh
evidence convert quote.bin --to cwt --issuer converter.example --iat 1796000000 --key key.pem -o quote.cwt
```

<!-- not run: it needs evidence that verifies and a key; tests/test_output_signed.py has both -->
```python
from evidence.encode.signed import SigningKey, to_cwt

verified = report.require()  # docs/verification.md
to_cwt(verified, SigningKey(pem), issuer="converter.example", iat=now)
```

Needs `pip install 'attestation-evidence[sign]'`. The token is verified before it leaves. It is the converter's word about
evidence, and no evidence of a platform: read back, it is refused as the unsigned forms are.
"""


def page() -> str:
    """`docs/outputs.md`."""
    assert WHAT.keys() == FORMS.keys()
    numbers = {name: number for number, name in MEDIA_TYPES.items()}
    made = "<!-- made from the code by `make docs` -->\n\n"
    parts = [
        f"# Outputs\n\n{made}{INTRO}\n",
        section("Forms", table(("`--to`", "what", "media type", "content format", "tag"), _forms(numbers))),
        section("Claims to EAT", table(("claim", "CBOR", "JSON", "from", "when"), _eat())),
        section(
            "Claims to concise evidence",
            f"An environment is its class, a UUID by its name in the namespace `{corim.NAMESPACE}` with `TYPE/ID` beside it, and an "
            "instance: the first identifier that the evidence states, in tag 550 if it is a UEID, else in 560. The key of a "
            "measurement is the path of the claim inside of its environment, with the index behind a name that is there twice; blocks "
            "of SPDM go by their index alone. Hashes go by the numbers of the Named Information registry, or by name.",
            table(("claims", "values of the measurement", "not said"), _parts()),
        ),
        section(
            "Losses",
            table(("code", "what it says"), ((code(name), text) for name, text in LOSSES.items())),
            _LEFT_OUT,
        ),
        section("Profiles of vendors", _VENDORS, *(_vendor(kind.name) for kind in BUILTIN if kind.corim)),
        section(
            "Where AMD's draft and Veraison differ",
            table(("key", "field", "draft", "Veraison", "written"), DIFFERENCES),
        ),
        section("Content types", _CONTENT, table(("type", "variant", "media type"), _content())),
        section("Signed", SIGNED_TEXT, table(("curve", "COSE", "JOSE"), _algorithms())),
        section("For Veraison, and others that match CoRIM", VERAISON),
        section("For consumers of EAT", CONSUMERS),
    ]
    return "".join(parts).rstrip("\n") + "\n"


_LEFT_OUT = (
    "On standard error stands how many there are of each code; `--losses FILE` has all, as JSON Lines, and `--strict` refuses "
    "all but `reduced` (`--except CODE` lets another one pass). A vendor's profile is a selection: that it has no key for a claim is "
    "no loss."
)
_VENDORS = (
    "`--profile vendor` writes only what a vendor published keys for, under these keys. Nobody published any for Intel TDX and SGX "
    "(the draft's class identifiers are placeholders), RISC-V CoVE and SPDM."
)
_CONTENT = (
    "What a wrapper calls the evidence. Where none is registered, `--media-type` names one; none is made up."
)


def _forms(numbers: dict[str, int]) -> Iterator[tuple[str, str, str, object, str]]:
    for name in FORMS:
        what, media_type, tag = WHAT[name]
        signed = " (signed)" if name in SIGNED else ""
        yield code(name) + signed, what, media_type, numbers.get(media_type, ""), tag


def _eat() -> Iterator[tuple[object, ...]]:
    for label, source, when in EAT:
        yield code(label.name), label.number, code(label.name), source, when


def _parts() -> Iterator[tuple[str, str, str]]:
    yield "`debug`", "without a key: `{3: {3: enabled?}}`; under its name: `{11: word}`", ""
    yield "`migration`, `role`, `profile`, `label`", "under its name: `{11: text}`", ""
    yield "`lifecycle`", "`{11: state, 15: raw}`", ""
    for part in PARTS:
        yield code(part.list), _first(part.write), part.of_each or part.of_all
    yield (
        "bindings of the environment",
        "`{2: [digest]}` if the hash is named and the length is its own, else `{4: bytes}`",
        "role, declared, requested_by",
    )
    yield "`depends_on`", "triples 2 and 3; tuples with `trustees`", "in an EAT: all"
    yield "`includes`, `missing`, `parent`, `detached`", "", "all"
    yield ", ".join(code(name) for name in (*BESIDE, "target")), "", "all"


def _first(function: object) -> str:
    return (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")


def _vendor(name: str) -> str:
    kind = BUILTIN[name]
    assert kind.corim is not None
    tables = []
    for part in kind.corim().parts:
        rows = (
            (
                _key(row.key),
                code("/".join(filter(None, (row.environments[0], row.list, row.name)))),
                _first(row.write),
            )
            for row in part.rows
        )
        tables.append(f"`{name}`, profile `{part.profile}`:\n\n" + table(("key", "claim", "written"), rows))
    return "\n".join(tables)


def _key(key: str | int | None) -> str:
    return "none" if key is None else code(key)


def _content() -> Iterable[tuple[str, str, str]]:
    for kind in BUILTIN:
        for variant, media_type in kind.content_types.items():
            yield code(kind.name), code(variant) or "any", media_type


def _algorithms() -> Iterator[tuple[str, int, str]]:
    for curve, algorithm in ALGORITHMS.items():
        yield curve, algorithm.cose, algorithm.jose
