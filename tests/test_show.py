"""Pages for people: nothing of a document is lost, nothing of an input reaches a terminal raw, nothing is unbounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from evidence.authoring import fixtures
from evidence.claims import Bytes, Claims, Measurement
from evidence.convert import Evidence, Failure, parse, parse_all
from evidence.errors import ConstraintViolation, EvidenceError, Truncated, UnknownFormat
from evidence.paths import join
from evidence.registry import Registry
from evidence.show import Detail, Page, document_page, joined, lines, piece_page, refusal_page
from evidence.show.attempts import ATTEMPTS, STRUCTURES, WatchingRegistry
from evidence.show.colour import coloured
from evidence.show.document import BANNER, LEFT_OUT
from evidence.show.outline import ITEMS, cbor_outline, jwt_outline, outline
from evidence.show.page import ROWS, Grid, Phrase, Section, row, title
from evidence.show.text import WIDTH, printable
from evidence.types import BUILTIN
from tests import arbitrary, pages
from tests.builtin import BY_NAME, CASES, Case, every_case
from tests.work import counted

SHORT, FULL = Detail(), Detail(full=True)
HOSTILE = "\x1b[31m\u202e\u2066\x07\n\r\x00\u200b\U0001f600漢"


def text(page: Page, width: int | None = WIDTH) -> list[str]:
    return [joined(line) for line in lines(page, width)]


def fits(page: Page, width: int | None = WIDTH) -> bool:
    """Whether every line is printable ASCII, and none is too long."""
    rows = text(page, width)
    assert rows
    return all(re.fullmatch(r"[ -~]*", line) and (width is None or len(line) <= width) for line in rows)


# pages that are kept


@pytest.mark.parametrize(("name", "make"), tuple(pages.pages()), ids=[name for name, _ in pages.pages()])
def test_a_page_is_as_it_was(name: str, make: Callable[[], Page]) -> None:
    assert pages.text(make(), full=name == "show-full") == (pages.FOLDER / f"{name}.txt").read_text()


def test_no_page_is_kept_for_nothing() -> None:
    assert {path.stem for path in pages.FOLDER.glob("*.txt")} == {name for name, _ in pages.pages()}
    assert {kind.name for kind in BUILTIN} <= {name.partition("/")[0] for name in pages.SHOWN}


# every fixture


@every_case
def test_a_page_of_every_fixture_fits(case: Case) -> None:
    piece = case.read()
    page = piece_page(piece, SHORT)
    assert fits(page)
    assert fits(piece_page(piece, FULL), None)
    shown = " ".join(" ".join(text(page)).split())
    assert BANNER in shown
    for environment in piece.claims.environments[:ROWS]:
        assert f"{environment.id} " in shown
    for signature in piece.claims.signatures[:ROWS]:
        assert f"Signature {signature.name}"[:WIDTH] in shown


def invalid() -> Iterator[Any]:
    for kind in BUILTIN:
        for name, recipe in fixtures.invalid(kind.fixtures) if kind.fixtures else ():
            yield pytest.param(f"{kind.name}/{recipe.origin_of}", recipe, id=f"{kind.name}/{name}")


def refusals(data: bytes, case: Case, **how: Any) -> Iterator[Page]:
    """The pages of what is refused in bytes that are read as a fixture is."""
    watching = WatchingRegistry.over(Registry.builtin())
    loaded = case.loaded
    options = how.get("options", loaded.fixture.options)
    kind = case.type.name if how.get("force", loaded.fixture.force) else None
    attachments = how.get("attachments", loaded.attachments)
    for piece in parse_all(
        data, type=kind, options=options or None, attachments=attachments, registry=watching
    ):
        if isinstance(piece, Failure):
            attempt = watching.attempt(piece.error)
            yield refusal_page(piece.error, SHORT, data, attempt)
        else:
            yield piece_page(piece, SHORT)


@pytest.mark.parametrize(("name", "recipe"), tuple(invalid()))
def test_a_page_of_every_refusal_says_what_is_wrong(name: str, recipe: fixtures.Invalid) -> None:
    case = BY_NAME[name]
    loaded = case.loaded.broken(recipe)
    how: dict[str, Any] = {"attachments": loaded.attachments}
    if recipe.force is not None:
        how["force"] = recipe.force
    if recipe.options is not None:
        how["options"] = recipe.options
    every = list(refusals(loaded.data, case, **how))
    assert all(fits(page) for page in every)
    assert any(f"REFUSED: {recipe.code}" in line for page in every for line in text(page))


# nothing is lost


def changes(entry: Struct, way: tuple[str, ...] = ()) -> Iterator[tuple[str, Struct]]:
    """Every scalar of an entry with its path (`*` for an index), and the entry in which it is another one."""
    hints = get_type_hints(type(entry), include_extras=False)
    for field, name in zip(entry.__struct_fields__, entry.__struct_encode_fields__, strict=True):
        value = getattr(entry, field)
        for path, other in _changes(value, hints[field], (*way, name)):
            yield path, replace(entry, **{field: other})


def _changes(value: Any, hint: Any, way: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    words = next((get_args(h) for h in (hint, *get_args(hint)) if get_origin(h) is Literal), ())
    if value is None or (words and len(words) == 1):
        return
    if isinstance(value, Struct):
        yield from changes(value, way)
    elif isinstance(value, tuple):
        inner = next((arg for h in (hint, *get_args(hint)) for arg in get_args(h) if arg is not ...), str)
        for index, item in enumerate(value):
            for path, other in _changes(item, inner, (*way, "*")):
                yield path, (*value[:index], other, *value[index + 1 :])
    elif words:
        yield join(*way), words[(words.index(value) + 1) % len(words)]
    elif isinstance(value, bool):
        yield join(*way), not value
    elif isinstance(value, int):
        yield join(*way), value + 1
    elif isinstance(value, bytes):
        yield join(*way), Bytes(value + b"\1")
    else:
        yield join(*way), value + "q"


def lost(claims: Claims) -> set[str]:
    """The paths of all that can be changed without that the whole page tells."""
    before = text(document_page(claims, FULL), None)
    return {
        path
        for path, other in changes(claims)
        if isinstance(other, Claims) and text(document_page(other, FULL), None) == before
    }


def test_the_paths_that_are_left_out_are_listed() -> None:
    assert LEFT_OUT == ("/schema", "/signatures/*/status")  # each has one word alone


@pytest.mark.parametrize("name", sorted(pages.SHOWN))
def test_a_whole_page_shows_every_claim(name: str) -> None:
    assert lost(BY_NAME[name].read().claims) == set()


@settings(max_examples=10)
@given(arbitrary.claims())
def test_a_whole_page_shows_every_member_of_any_document(claims: Claims) -> None:
    assert lost(claims) == set()


def test_a_change_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the tests: a member that no page had would be found."""
    monkeypatch.setattr("evidence.show.document._value", lambda entry, _: (entry.name, "x"))
    assert any(path.endswith("/values/*/int") for path in lost(BY_NAME["amd-sev-snp/v3-milan"].read().claims))


# hostile inputs


@given(st.text())
def test_any_text_is_printable(content: str) -> None:
    assert re.fullmatch(r"[ -~]*", printable(content))


@given(arbitrary.claims())
def test_a_page_of_any_document_fits(claims: Claims) -> None:
    assert fits(document_page(claims, SHORT))
    assert fits(document_page(claims, FULL), None)


def test_texts_of_an_input_move_nothing() -> None:
    claims = BY_NAME["intel-tdx/v4-ccel"].read().claims
    for path, other in changes(claims):
        assert isinstance(other, Claims), path
    plain = msgspec.to_builtins(claims, enc_hook=bytes.hex)

    def spoilt(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoilt(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item, key) for item in value]
        return f"{value}{HOSTILE}" if key in {"name", "detail", "subject", "text", "version"} else value

    def decode(kind: type, value: Any) -> Any:
        return kind(bytes.fromhex(value))

    other = msgspec.convert(spoilt(plain), Claims, dec_hook=decode)
    page = document_page(other, SHORT)
    assert fits(page)
    assert any("\\x1b[31m\\u202e" in line for line in text(page))


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_any_bytes_have_a_page(data: bytes) -> None:
    assert all(fits(page) for page in refusals(data, BY_NAME["amd-sev-snp/v3-milan"], attachments={}))


@settings(max_examples=40)
@given(st.sampled_from(CASES), st.data())
def test_any_broken_evidence_has_a_page(case: Case, source: st.DataObject) -> None:
    data = bytearray(case.loaded.data)
    for _ in range(source.draw(st.integers(1, 3))):
        data[source.draw(st.integers(0, len(data) - 1))] = source.draw(st.integers(0, 255))
    end = source.draw(st.integers(0, len(data)))
    assert all(fits(page) for page in refusals(bytes(data[:end]), case))
    assert all(fits(page) for page in refusals(bytes(data), case))


@given(
    st.one_of(
        st.binary(max_size=200), st.binary(max_size=99).map(b"eyJ".__add__), st.binary().map(b"{".__add__)
    )
)
def test_an_outline_ends(data: bytes) -> None:
    items = [*outline(data), *cbor_outline(data), *jwt_outline(data)]
    assert len(items) <= 3 * ITEMS
    assert all(isinstance(item.at, int) and item.at <= len(data) for item in items)


def test_much_is_bounded() -> None:
    claims = BY_NAME["arm-psa/rfc9783-sign1"].read().claims
    (environment, *_) = claims.environments
    many = tuple(
        Measurement(name=f"m{i}", phase="loaded", subject="firmware", form="raw", value=Bytes(9))
        for i in range(20000)
    )
    crowd = tuple(replace(environment, id=f"e{i}", measurements=many[:3]) for i in range(5000))
    long = replace(environment, measurements=many, label="x" * 10**6)
    for document in (replace(claims, environments=(long,)), replace(claims, environments=crowd)):
        page, work = counted(partial(text, document_page(document, SHORT)))
        assert len(page) < 2000
        assert work < 400_000
        assert any("more (--full" in line for line in page)


def test_a_deep_tree_is_no_recursion() -> None:
    claims = BY_NAME["arm-psa/rfc9783-sign1"].read().claims
    (environment, *_) = claims.environments
    chain = tuple(
        replace(environment, id=f"e{i}", depends_on=(f"e{i + 1}",) * (i < 4999)) for i in range(5000)
    )
    page = document_page(replace(claims, environments=chain), FULL)
    assert any("e4999" in line for line in text(page))
    circle = (
        replace(environment, id="a", depends_on=("b",)),
        replace(environment, id="b", depends_on=("a",)),
    )
    assert fits(document_page(replace(claims, environments=circle), SHORT))


# what a person asks


def test_it_says_which_tcb_is_older() -> None:
    page = text(piece_page(BY_NAME["amd-sev-snp/v5-turin-chain"].read(), SHORT))
    head = next(line.split() for line in page if "committed" in line and "reported" in line)
    assert head == ["current", "committed", "reported", "launch", "certified"]
    assert next(line.split() for line in page if line.split()[:1] == ["microcode"])[1:] == [
        *("81", "79", "<", "80", "<", "78", "<", "80", "<")
    ]
    assert "  committed compared with current: snp older (3, not 4), microcode older (79," in page


def test_it_says_whether_debug_is_on_anywhere() -> None:
    page = document_page(BY_NAME["amd-sev-snp/v3-debug-migratable"].read().claims, SHORT)
    spans = [span for line in lines(page) for span in line if span.text == "enabled"]
    assert [span.tone for span in spans] == ["bad"]
    assert "  debug of guest and all that it depends on: enabled" in text(page)


def test_it_says_which_certificate_holds_a_key_and_what_was_signed() -> None:
    page = text(piece_page(BY_NAME["amd-sev-snp/v3-table"].read(), SHORT))
    assert "  signs      0x0 to 0x2a0 (672 bytes)" in page
    assert any(line.startswith("  key        in certificate vcek: CN=SEV-VCEK") for line in page)
    quote = text(piece_page(BY_NAME["intel-sgx/v3-chain"].read(), SHORT))
    assert any(line.startswith("  key        in the evidence; sha-256 of its SPKI") for line in quote)
    assert "  key        in certificate pck: CN=Test PCK Certificate" in quote
    assert "  with       certificate intermediate: CN=Test PCK Platform CA" in quote
    bare = text(piece_page(BY_NAME["amd-sev-snp/v3-milan"].read(), SHORT))
    assert "  key        not at hand: the verifier must have it" in bare
    beside = text(piece_page(BY_NAME["tpm2-quote/rsassa"].read(), SHORT))
    assert "  key        ak of tpm, by the word of the caller" in beside


def test_it_says_which_product_and_firmware_it_is_and_whether_that_is_known() -> None:
    page = [
        " ".join(line.split())
        for line in text(piece_page(BY_NAME["amd-sev-snp/v5-turin-chain"].read(), SHORT))
    ]
    assert {"product class Turin", "firmware_current 1.55.29", "firmware_committed 1.55.28"} <= set(page)
    unknown = text(piece_page(BY_NAME["amd-sev-snp/v3-unknown-product"].read(), SHORT))
    assert not any(line.split()[:1] == ["product"] for line in unknown)
    assert any("its layout is unknown" in line for line in unknown)


def test_notes_come_before_what_they_are_about() -> None:
    page = text(piece_page(BY_NAME["amd-sev-snp/v3-unknown-bits"].read(), SHORT))
    assert page.index("Notes") < page.index("What is attested, and what it depends on")
    assert "Notes" not in text(piece_page(BY_NAME["amd-sev-snp/v3-milan"].read(), SHORT))


def test_it_says_what_no_signature_covers() -> None:
    piece = BY_NAME["amd-sev-snp/v5-turin-chain"].read()
    page = text(piece_page(piece, FULL), None)
    start = page.index(f"Claims that no signature covers: {len(piece.unsigned())}")
    assert page[start + 1 :] == [f"  {path}" for path in piece.unsigned()]
    nothing = text(piece_page(BY_NAME["pci-tdisp/message"].read(), SHORT))
    assert "  none: nothing protects these bytes" in nothing
    assert "  all of them" in nothing


# how far what is refused was read


def refused(data: bytes, **how: Any) -> tuple[EvidenceError, WatchingRegistry]:
    watching = WatchingRegistry.over(Registry.builtin())
    (piece,) = parse_all(data, registry=watching, **how)
    assert isinstance(piece, Failure)
    return piece.error, watching


def test_fields_before_the_fault_are_known_and_none_behind_it() -> None:
    data = bytearray(BY_NAME["amd-sev-snp/v3-milan"].loaded.data)
    data[0x280] = 1  # reserved
    error, watching = refused(bytes(data))
    assert isinstance(error, ConstraintViolation)
    attempt = watching.attempt(error)
    assert attempt is not None
    (report,) = attempt.structures
    fields = {field.name: field.value for field in report.fields}
    assert fields["report_data"] == bytes(data[0x50:0x90])
    assert fields["version"] == 3
    assert "signature" not in fields
    assert (report.start, report.whole) == (0, False)


def test_a_quote_that_is_cut_behind_its_body_shows_the_body() -> None:
    data = BY_NAME["intel-tdx/v4-ccel"].loaded.data
    error, watching = refused(data[:1000])
    attempt = watching.attempt(error)
    assert isinstance(error, Truncated)
    assert attempt is not None
    report = next(structure for structure in attempt.structures if structure.name == "TdReport")
    assert {field.name: field.value for field in report.fields}["mrtd"] == data[184:232]


def test_what_is_read_one_field_after_the_other_is_known_too() -> None:
    data = BY_NAME["tpm2-quote/rsassa"].loaded.data
    error, watching = refused(data[:-1], attachments=BY_NAME["tpm2-quote/rsassa"].loaded.attachments)
    attempt = watching.attempt(error)
    assert attempt is not None
    fields = {field.name: field.value for structure in attempt.structures for field in structure.fields}
    assert fields["extra_data"] in data
    assert "pcr_digest" not in fields


def test_a_broken_jwt_shows_its_header() -> None:
    (page,) = refusals(b"eyJhbGciOiAibm9uZSJ9.eyJlYXQiOjF9.", BY_NAME["eat/cwt"], force=True, attachments={})
    assert any("header" in line and '{"alg": "none"}' in line for line in text(page))


def test_what_was_not_read_as_a_type_has_no_attempt() -> None:
    error, watching = refused(b"\xff" * 64)
    assert isinstance(error, UnknownFormat)
    assert watching.attempt(error) is None


def test_attempts_are_bounded() -> None:
    watching = WatchingRegistry.over(Registry.builtin())
    for size in range(800, 800 + 2 * ATTEMPTS):
        parse_all(BY_NAME["amd-sev-snp/v3-milan"].loaded.data[:size], registry=watching)
    assert len(watching.attempts) == ATTEMPTS
    assert all(len(attempt.structures) <= STRUCTURES for attempt in watching.attempts)


def test_a_watched_registry_reads_the_same() -> None:
    watching = WatchingRegistry.over(Registry.builtin())
    for name in pages.SHOWN:
        case = BY_NAME[name]
        piece = parse(
            case.loaded.data,
            type=case.type.name if case.loaded.fixture.force else None,
            options=case.loaded.fixture.options or None,
            attachments=case.loaded.attachments,
            registry=watching,
        )
        assert piece.claims == case.read().claims
    assert not watching.attempts


# colour


def test_colour_changes_no_letter() -> None:
    page = piece_page(BY_NAME["amd-sev-snp/v3-debug-migratable"].read(), SHORT)
    shown = list(coloured(lines(page)))
    assert any("\x1b[" in line for line in shown)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown] == text(page)


def test_a_table_of_many_columns_goes_on_below() -> None:
    cells = row(*[Phrase("x" * 29)] * 5, "the last of them")
    page = (Section(title("T"), (Grid((cells,)),)),)
    assert fits(page)
    assert sum(line.count("x") for line in text(page)) == 145
    assert any("the last of them" in line for line in text(page))


def piece(name: str) -> Evidence:
    return BY_NAME[name].read()


def test_a_type_is_named_by_its_title(tmp_path: Path) -> None:
    assert text(piece_page(piece("amd-sev-snp/v3-milan"), SHORT))[0].startswith(
        "AMD SEV-SNP attestation report"
    )
