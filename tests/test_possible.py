"""Documents that nothing can have said: every clause of every rule, an impossible document beside a possible one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from evidence import possible
from evidence.claims import (
    Attachment,
    Attribute,
    Binding,
    BitField,
    BootEntry,
    Bytes,
    Certificate,
    Claims,
    Consistency,
    Digest,
    Entered,
    Environment,
    Flag,
    Identifier,
    Key,
    Log,
    Manifest,
    Measurement,
    Note,
    Signature,
    Signer,
    Svn,
    Target,
    Tcb,
    TcbComponent,
    Value,
    Version,
)
from evidence.cli.commands import commands
from evidence.convert import Evidence, parse_all
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.errors import ConstraintViolation, EvidenceError
from evidence.privacy import withhold
from evidence.wire import cbor
from evidence.words import Protection
from tests.builtin import CASES, Case, every_case
from tests.conftest import CORPUS
from tests.test_claims import document, environment, holding
from tests.test_real_corpus import ROWS
from tests.work import counted


def signed(
    *environments: Environment,
    protection: Protection = "signed",
    signatures: tuple[Signature, ...] | None = None,
) -> Claims:
    """A document with one signature over 8 of its 10 bytes."""
    claims = document(*environments)
    header = replace(claims.evidence, size=10, protection=protection)
    return replace(claims, evidence=header, signatures=(SIGNATURE,) if signatures is None else signatures)


SIGNATURE = Signature(name="s", by="k", construct="plain", covers=((0, 8),), status="not-checked")
TD, SUBJECT = environment("td"), replace(environment("pck", "not-defined"), role="certificate-subject")
PLATFORM = environment("platform")
BINDING = Binding(
    name="data",
    role="caller-data",
    declared="opaque",
    requested_by="workload",
    value=Bytes(8),
    environment="td",
)
FACT = Consistency(name="a-binding", status="matches", compared_to="/bindings/data")
CERTIFICATE = Certificate(
    source="pck",
    sha256=Bytes(32),
    spki_sha256=Bytes(32),
    subject="CN=a",
    issuer="CN=b",
    serial=Bytes(b"\1"),
    not_before="2026-01-01T00:00:00Z",
    not_after="2026-01-01T00:00:00Z",
    encoding="der",
)
STATED = BootEntry(name="secure_boot", event=3, bool=True, backing="data", committed="unchecked")
ATTACHMENT = Attachment(kind="event-log", sha256=Bytes(32), size=1, origin="caller")
NOTE = Note(code="a", path="", detail="b")
DIGEST = Digest(alg="sha-256", digest=Bytes(32))
MEASUREMENT = Measurement(name="m", phase="initial", subject="rom", form="digest", digests=(DIGEST,))
RAW = replace(MEASUREMENT, form="raw", digests=(), value=Bytes(1))
PRESENT = Identifier(name="i", scope="device", linkable=True, status="present", value=Bytes(1))
ABSENT = replace(PRESENT, status="masked", value=None, raw=Bytes(8))
SIGNER = Signer(name="s", status="present", value=Bytes(1))
VALUE = Value(name="v", int=1)
SVN = Svn(name="s", set_by="host", svn=1)
COMPONENT = TcbComponent(name="c", svn=1, compare="ordered")
TCB = Tcb(name="t", role="current", layout="l", layout_source="format", raw=Bytes(8), components=(COMPONENT,))
BARE_TCB = replace(TCB, layout=None, layout_source="unknown", components=())
ATTRIBUTE = Attribute(name="a", raw=Bytes(1), set=(), unknown=())
PARAVISOR = replace(environment("paravisor"), role="paravisor")
REPORT_DATA = replace(BINDING, role="content-binding", environment="paravisor")


class Row(NamedTuple):
    """A possible document, an impossible one, and where the second breaks the rule."""

    rule: Any
    good: Claims
    bad: Claims
    at: str


def note(code: str, path: str) -> Note:
    return Note(code=code, path=path, detail="x")


def td(**members: Any) -> Claims:
    """A document of one environment with these members."""
    return document(holding(**members))


def targeted(claims: Claims, target: Target | None) -> Claims:
    return replace(claims, attested=target)


ONCE: dict[str, tuple[Any, ...]] = {
    # lists of an environment, with two entries that may stand beside each other
    "measurements": (MEASUREMENT, replace(MEASUREMENT, index=1)),
    "inputs": (
        Entered(name="a", set_by="host", value=Bytes(1)),
        Entered(name="b", set_by="host", value=Bytes(1)),
    ),
    "identifiers": (PRESENT, replace(PRESENT, name="j")),
    "signers": (SIGNER, replace(SIGNER, name="t")),
    "svns": (SVN, replace(SVN, name="t")),
    "tcb": (TCB, replace(TCB, name="u")),
    "versions": (Version(name="a", value="1"), Version(name="b", value="1")),
    "values": (VALUE, replace(VALUE, name="w")),
    "attributes": (ATTRIBUTE, replace(ATTRIBUTE, name="b")),
    "keys": tuple(
        Key(name=name, use="attested", encoding="bytes", linkable=False, raw=Bytes(1)) for name in "ab"
    ),
    "manifests": tuple(Manifest(name=name, format="text", raw=Bytes(1)) for name in "ab"),
}
TOGETHER: dict[str, tuple[Any, ...]] = {
    # lists of the document
    "bindings": (BINDING, replace(BINDING, name="b", role="context")),
    "consistency": (
        replace(FACT, compared_to="/evidence/sha256"),
        replace(FACT, name="b-binding", compared_to="/evidence/sha256"),
    ),
    "attachments": (ATTACHMENT, replace(ATTACHMENT, kind="certificates")),
    "notes": (NOTE, replace(NOTE, detail="c")),
}


def unique() -> Iterator[tuple[str, Row]]:
    rule = possible.unique
    yield "no environment", Row(rule, document(TD), document(), "/environments")
    yield (
        "environments",
        Row(rule, document(TD, PLATFORM), document(TD, PLATFORM, PLATFORM), "/environments/2"),
    )
    two = replace(SIGNATURE, name="t")
    yield (
        "signatures",
        Row(
            rule,
            signed(TD, signatures=(SIGNATURE, two)),
            signed(TD, signatures=(SIGNATURE,) * 2),
            "/signatures/1",
        ),
    )
    for name, (one, other) in TOGETHER.items():
        yield (
            name,
            Row(rule, document(TD, **{name: (one, other)}), document(TD, **{name: (one, one)}), f"/{name}/1"),
        )
    for name, (one, other) in ONCE.items():
        at = f"/environments/td/{name}/1"
        yield name, Row(rule, td(**{name: (one, other)}), td(**{name: (one, one)}), at)
    parts: tuple[tuple[str, Any, str, tuple[Any, Any]], ...] = (
        ("tcb", TCB, "components", (COMPONENT, replace(COMPONENT, name="d"))),
        ("attributes", ATTRIBUTE, "fields", (BitField(name="a", int=1), BitField(name="b", int=1))),
        ("measurements", MEASUREMENT, "flags", (Flag(name="a", value=True), Flag(name="b", value=True))),
    )
    for outer, entry, name, (one, other) in parts:
        good, bad = (td(**{outer: (replace(entry, **{name: both}),)}) for both in ((one, other), (one, one)))
        yield f"{outer}.{name}", Row(rule, good, bad, f"/environments/td/{outer}/{entry.name}/{name}/1")


def references() -> Iterator[tuple[str, Row]]:
    rule = possible.references
    inside = replace(environment("in"), parent="td")
    yield "parent", Row(rule, document(TD, inside), document(PLATFORM, inside), "/environments/in/parent")
    on_subject = environment("td", "disabled", "pck")
    good = document(environment("td"), SUBJECT)
    bad = replace(good, environments=(on_subject, SUBJECT))
    yield "on a subject", Row(rule, good, bad, "/environments/td/depends_on/0")
    for name, entry in (("bindings", BINDING), ("certificates", replace(CERTIFICATE, environment="td"))):
        good = document(TD, **{name: (entry,)})
        bad = document(TD, **{name: (replace(entry, environment="x"),)})
        step = "data" if name == "bindings" else "pck"
        yield name, Row(rule, good, bad, f"/{name}/{step}/environment")
    here, gone = (signed(TD, signatures=(replace(SIGNATURE, environment=id),)) for id in ("td", "x"))
    yield "signatures", Row(rule, here, gone, "/signatures/s/environment")


def leaning() -> Iterator[tuple[str, Row]]:
    """Graphs: what is not there, and circles."""
    good = document(environment("td", "disabled", "platform"), PLATFORM)
    yield (
        "depends on",
        Row(
            possible.references,
            good,
            replace(good, environments=good.environments[:1]),
            "/environments/td/depends_on/0",
        ),
    )
    back = environment("platform", "disabled", "td")
    yield (
        "dependencies",
        Row(
            possible.circles,
            good,
            replace(good, environments=(good.environments[0], back)),
            "/environments/td/depends_on",
        ),
    )
    inside = replace(environment("in"), parent="td")
    good = document(TD, inside)
    bad = replace(good, environments=(replace(TD, parent="in"), inside))
    yield "parents", Row(possible.circles, good, bad, "/environments/td/parent")
    alone = replace(good, environments=(TD, replace(inside, parent="in")))
    yield "a parent of its own", Row(possible.circles, good, alone, "/environments/in/parent")


def target() -> Iterator[tuple[str, Row]]:
    good = document(environment("td", "disabled", "platform"), PLATFORM)
    for name, wrong in (
        ("left out", None),
        ("another", Target(environment="platform", debug="disabled")),
        ("not there", Target(environment="x", debug="disabled")),
        ("a better word", Target(environment="td", debug="disabled-permanently")),
    ):
        yield name, Row(possible.target, good, targeted(good, wrong), "/target")
    good = document(PLATFORM)
    yield (
        "of none",
        Row(
            possible.target, good, targeted(good, Target(environment="platform", debug="disabled")), "/target"
        ),
    )


def protection() -> Iterator[tuple[str, Row]]:
    rule, at = possible.protection, "/evidence/protection"
    yield "none, and signed", Row(rule, document(TD), signed(TD, protection="none"), at)
    words: tuple[Protection, ...] = ("signed", "mac", "mac-local", "partly-signed")
    for word in words:
        good = signed(TD, protection=word)
        yield f"{word}, and no signature", Row(rule, good, replace(good, signatures=()), at)
    good = signed(TD, protection="partly-signed")
    for name, ranges in (("whole", ((0, 10),)), ("in two", ((0, 4), (4, 10)))):
        bad = replace(good, signatures=(replace(SIGNATURE, covers=ranges),))
        yield f"partly, and {name}", Row(rule, good, bad, at)


def covers() -> Iterator[tuple[str, Row]]:
    good = signed(TD, signatures=(replace(SIGNATURE, covers=((0, 2), (2, 4), (9, 10))),))
    for name, ranges, index in (
        ("empty", ((2, 2),), 0),
        ("backwards", ((4, 2),), 0),
        ("beyond", ((0, 11),), 0),
        ("not ascending", ((4, 6), (0, 2)), 1),
        ("twice", ((0, 4), (0, 4)), 1),
        ("one in another", ((0, 4), (3, 6)), 1),
    ):
        bad = signed(TD, signatures=(replace(SIGNATURE, covers=ranges),))
        yield name, Row(possible.covers, good, bad, f"/signatures/s/covers/{index}")


def presence() -> Iterator[tuple[str, Row]]:
    rule = possible.presence
    text = replace(PRESENT, value=None, text="x")
    withheld = replace(ABSENT, status="withheld", raw=None)
    of_class = replace(PRESENT, scope="class", linkable=False)
    for name, good, bad in (
        ("neither", PRESENT, replace(PRESENT, value=None)),
        ("both", text, replace(PRESENT, text="x")),
        ("present and raw", PRESENT, replace(PRESENT, raw=Bytes(1))),
        ("masked, with a value", ABSENT, replace(ABSENT, value=Bytes(1))),
        ("masked, with a text", ABSENT, replace(ABSENT, text="x")),
        ("withheld, with raw", withheld, replace(withheld, raw=Bytes(8))),
        ("linkable, of a class", of_class, replace(of_class, linkable=True)),
    ):
        yield (
            name,
            Row(rule, td(identifiers=(good,)), td(identifiers=(bad,)), "/environments/td/identifiers/i"),
        )
    none = Signer(name="s", status="none", raw=Bytes(8))
    hidden = Signer(name="s", status="withheld")
    for name, key, broken in (
        ("signer without", SIGNER, replace(SIGNER, value=None)),
        ("signer and raw", SIGNER, replace(SIGNER, raw=Bytes(1))),
        ("no signer, with a value", none, replace(none, value=Bytes(1))),
        ("signer withheld, with raw", hidden, replace(hidden, raw=Bytes(1))),
    ):
        yield name, Row(rule, td(signers=(key,)), td(signers=(broken,)), "/environments/td/signers/s")


def kinds() -> Iterator[tuple[str, Row]]:
    rule = possible.kinds
    value, svn, measurement = (f"/environments/td/{at}" for at in ("values/v", "svns/s", "measurements/m"))
    for name, bad in (
        ("no kind", replace(VALUE, int=None)),
        ("int and text", replace(VALUE, text="x")),
        ("int and bytes", replace(VALUE, bytes=Bytes(1))),
        ("int and false", replace(VALUE, bool=False)),
    ):
        yield name, Row(rule, td(values=(replace(VALUE, int=None, bool=False),)), td(values=(bad,)), value)
    for number in ({"text": "1"}, {"raw": Bytes(8)}, {"svn": 0}):
        good = Svn(name="s", set_by="host", **number)
        yield f"no number but {number}", Row(rule, td(svns=(good,)), td(svns=(replace(SVN, svn=None),)), svn)
    empty = replace(MEASUREMENT, digests=(), populated=False)
    for name, one, other in (
        ("raw without value", RAW, replace(RAW, value=None)),
        ("no digest", MEASUREMENT, replace(MEASUREMENT, digests=())),
        ("not populated", empty, replace(empty, populated=None)),
        ("populated", empty, replace(empty, populated=True, form="extended")),
    ):
        yield name, Row(rule, td(measurements=(one,)), td(measurements=(other,)), measurement)


def digests() -> Iterator[tuple[str, Row]]:
    rule, path = possible.digests, "/environments/td/measurements/m"
    short = replace(MEASUREMENT, digests=(replace(DIGEST, digest=Bytes(31)),))
    odd = note("digest-length", path)
    bad, elsewhere = td(measurements=(short,)), note("digest-length", "/environments/td")
    yield "short", Row(rule, td(measurements=(MEASUREMENT,)), bad, f"{path}/digests/0")
    yield (
        "noted",
        Row(rule, replace(bad, notes=(odd,)), replace(bad, notes=(elsewhere,)), f"{path}/digests/0"),
    )
    inner = note("digest-length", "/environments/0/measurements/0/digests/0")
    other = replace(inner, code="unknown-hash")
    yield (
        "noted inside",
        Row(rule, replace(bad, notes=(inner,)), replace(bad, notes=(other,)), f"{path}/digests/0"),
    )
    unknown = Digest(alg="unknown", digest=Bytes(32))
    bad = td(measurements=(replace(MEASUREMENT, digests=(unknown,)),))
    for name, good in (
        ("raw", td(measurements=(replace(MEASUREMENT, digests=(replace(unknown, raw=Bytes(1)),)),))),
        ("candidates", td(measurements=(replace(MEASUREMENT, digests=(unknown,), alg_candidates=("sm3",)),))),
        ("a note", replace(bad, notes=(odd,))),
    ):
        yield f"unknown without {name}", Row(rule, good, bad, f"{path}/digests/0")
    good, bad = (
        document(TD, bindings=(BINDING,), consistency=(replace(FACT, alg="sha-256", computed=Bytes(size)),))
        for size in (32, 20)
    )
    yield "computed", Row(rule, good, bad, "/consistency/a-binding/computed")


def layouts() -> Iterator[tuple[str, Row]]:
    for name, good, bad in (
        ("layout, source unknown", TCB, replace(TCB, layout_source="unknown")),
        ("layout without components", TCB, replace(TCB, components=())),
        ("no layout, a source", BARE_TCB, replace(BARE_TCB, layout_source="cpuid")),
        ("no layout, components", BARE_TCB, replace(BARE_TCB, components=(COMPONENT,))),
        ("components of no layout", TCB, replace(TCB, layout=None)),
    ):
        yield name, Row(possible.layouts, td(tcb=(good,)), td(tcb=(bad,)), "/environments/td/tcb/t")


def compared() -> Iterator[tuple[str, Row]]:
    good = document(TD, bindings=(BINDING,), consistency=(FACT,))
    for path in (
        "",
        "bindings/data",
        "/bindings/other",
        "/bindings/data/alg",
        "/bindings/7",
        "/nothing",
        "/attested",
    ):
        bad = replace(good, consistency=(replace(FACT, compared_to=path),))
        yield (
            f"to {path or 'nothing'}",
            Row(possible.compared, good, bad, "/consistency/a-binding/compared_to"),
        )


def backed() -> Iterator[tuple[str, Row]]:
    rule, at = possible.backed, "/environments/paravisor/values/configured/backed_by"
    output = Value(name="configured", bool=True, origin="carrier", backed_by="a-binding")
    good = document(replace(PARAVISOR, values=(output,)), bindings=(REPORT_DATA,), consistency=(FACT,))
    unknown = replace(FACT, status="not-computable")
    yield "by nothing", Row(rule, good, replace(good, consistency=()), at)
    yield "by what is not computed", Row(rule, good, replace(good, consistency=(unknown,)), at)
    own = replace(PARAVISOR, values=(replace(output, origin=None),))
    yield "its own word", Row(rule, good, replace(good, environments=(own,)), at)


def paravisor() -> Iterator[tuple[str, Row]]:
    rule, at = possible.paravisor, "/environments/paravisor"
    good = document(PARAVISOR, bindings=(REPORT_DATA,), consistency=(FACT,))
    told = document(replace(PARAVISOR, origin="caller"), bindings=(BINDING,))
    told = replace(told, bindings=(replace(BINDING, environment="paravisor"),))
    unknown = replace(FACT, status="not-computable")
    yield "no fact", Row(rule, good, replace(good, consistency=()), at)
    yield "not computed", Row(rule, good, replace(good, consistency=(unknown,)), at)
    yield (
        "no content",
        Row(rule, good, replace(good, bindings=(replace(REPORT_DATA, role="caller-data"),)), at),
    )
    yield "of another", Row(rule, good, replace(good, bindings=(replace(REPORT_DATA, environment=None),)), at)
    yield "nobody's word", Row(rule, told, replace(told, environments=(PARAVISOR,)), at)
    beside = environment("td", "disabled", "paravisor")
    bad = document(beside, PARAVISOR, bindings=(REPORT_DATA,), consistency=(FACT,))
    yield "beside a workload", Row(rule, good, bad, at)


def bindings() -> Iterator[tuple[str, Row]]:
    rule = possible.bindings
    good = document(TD, bindings=(BINDING, replace(BINDING, name="b", role="challenge")))
    yield (
        "two of a caller",
        Row(rule, good, document(TD, bindings=(BINDING, replace(BINDING, name="b"))), "/bindings/b"),
    )
    bad = document(TD, bindings=(replace(BINDING, value=Bytes(b"")),))
    yield "empty", Row(rule, good, bad, "/bindings/data/value")


def loud() -> Iterator[tuple[str, Row]]:
    rule = possible.loud
    for name in ("binding", "replay", "certified"):
        fact = replace(FACT, name=f"a-{name}", status="differs")
        bad = document(TD, bindings=(BINDING,), consistency=(fact,))
        for path in (f"/consistency/a-{name}", "/consistency/0"):
            good = replace(bad, notes=(note(f"{name}-differs", path),))
            yield f"{name} {path}", Row(rule, good, bad, f"/consistency/a-{name}")
        other = replace(bad, notes=(note("digest-length", f"/consistency/a-{name}"),))
        yield f"{name}, another note", Row(rule, good, other, f"/consistency/a-{name}")
    key = replace(BINDING, role="key-binding")
    bad = document(TD, bindings=(key,), consistency=(replace(FACT, status="not-computable"),))
    good = replace(bad, notes=(note("binding-unproven", "/consistency/a-binding"),))
    yield "a key", Row(rule, good, bad, "/consistency/a-binding")
    bad = signed(TD, signatures=(replace(SIGNATURE, missing=("request",)),))
    good = replace(bad, notes=(note("transcript-incomplete", "/signatures/s"),))
    yield "a signature", Row(rule, good, bad, "/signatures/s")
    bad = document(replace(TD, missing=("certificates",)))
    good = replace(bad, notes=(note("certificates-missing", "/environments/td"),))
    yield "an environment", Row(rule, good, bad, "/environments/td")


def header() -> Iterator[tuple[str, Row]]:
    rule = possible.header
    good = document(TD, certificates=(CERTIFICATE,), attachments=(ATTACHMENT,))
    bad = replace(good, evidence=replace(good.evidence, sha256=Bytes(31)))
    yield "evidence", Row(rule, good, bad, "/evidence/sha256")
    for name in ("sha256", "spki_sha256"):
        bad = replace(good, certificates=(replace(CERTIFICATE, **{name: Bytes(33)}),))
        yield name, Row(rule, good, bad, f"/certificates/pck/{name}")
    bad = replace(good, attachments=(replace(ATTACHMENT, sha256=Bytes(b"")),))
    yield "attachment", Row(rule, good, bad, "/attachments/event-log/sha256")
    bad = replace(good, certificates=(replace(CERTIFICATE, not_before="2026-01-01T00:00:01Z"),))
    yield "times", Row(rule, good, bad, "/certificates/pck")
    bad = replace(good, evidence=replace(good.evidence, trailing=1))
    for code in ("trailing-zeros", "trailing-bytes"):
        noted = replace(bad, notes=(note(code, "/evidence/trailing"),))
        yield code, Row(rule, noted, bad, "/evidence/trailing")


def subjects() -> Iterator[tuple[str, Row]]:
    for word in ("enabled", "disabled", "disabled-since-boot", "disabled-permanently"):
        bad = replace(SUBJECT, debug=word)
        silent = replace(SUBJECT, debug="not-reported")
        yield word, Row(possible.subjects, document(TD, silent), document(TD, bad), "/environments/pck/debug")


def logs() -> Iterator[tuple[str, Row]]:
    rule = possible.logs
    replay = replace(FACT, name="rtmr0-replay")

    def holds(*entries: BootEntry, **more: Any) -> Claims:
        log = Log(format="ccel", origin="caller", sha256=Bytes(32), size=9, events=4, boot=entries)
        return document(TD, **{"bindings": (BINDING,), "consistency": (replay,), "logs": (log,), **more})

    good = holds(STATED)
    at = "/logs/0/boot/secure_boot"
    proven = holds(replace(STATED, committed="matches"))
    digest = Digest(alg="sha-384", digest=Bytes(48))
    hidden = replace(STATED, bool=None, digests=(digest,), backing="digest-only")
    for name, fine, bad, place in (
        ("number", good, holds(replace(STATED, event=4)), f"{at}/event"),
        ("nothing", good, holds(replace(STATED, bool=None)), at),
        ("twice", good, holds(replace(STATED, text="yes")), at),
        ("words and digests", good, holds(replace(STATED, digests=(digest,))), at),
        ("a label", holds(hidden), holds(replace(STATED, backing="digest-only")), at),
        ("a contradiction", holds(hidden), holds(replace(STATED, backing="contradicts")), at),
        ("proven by nothing", proven, replace(proven, consistency=()), f"{at}/committed"),
        ("not extended", good, holds(replace(STATED, committed="not-extended")), f"{at}/committed"),
    ):
        yield name, Row(rule, fine, bad, place)
    apart = replace(replay, status="differs", prefix=2)
    noted = holds(STATED, consistency=(apart,), notes=(note("replay-differs", "/consistency/rtmr0-replay"),))
    bad = holds(STATED, consistency=(replace(replay, prefix=2),))
    yield "a prefix of what matches", Row(rule, noted, bad, "/consistency/rtmr0-replay/prefix")
    odd = replace(good, logs=(replace(good.logs[0], sha256=Bytes(31)),))
    yield "a digest", Row(possible.header, good, odd, "/logs/0/sha256")


TABLES = (
    *(unique, leaning, references, target, protection, covers, presence, kinds, digests, layouts, compared),
    *(backed, paravisor, bindings, loud, header, subjects, logs),
)
ROWS_BY_NAME = {f"{table.__name__}: {name}": row for table in TABLES for name, row in table()}
every_row = pytest.mark.parametrize("row", ROWS_BY_NAME.values(), ids=ROWS_BY_NAME)


def test_every_rule_has_its_rows() -> None:
    assert {row.rule for row in ROWS_BY_NAME.values()} == {rule.faults for rule in possible.RULES}


@every_row
def test_the_possible_twin_is_read_back(row: Row) -> None:
    assert list(possible.faults(row.good)) == []
    assert from_json(to_json(row.good)) == row.good
    assert from_cbor(to_cbor(row.good)) == row.good


@every_row
def test_the_impossible_one_is_refused_by_its_rule_in_both_forms(row: Row) -> None:
    law = next(rule.law for rule in possible.RULES if rule.faults is row.rule)
    faults = list(possible.faults(row.bad))
    assert (row.at, law) in {(fault.path, fault.law) for fault in faults}
    for read, text in ((from_json, to_json(row.bad)), (from_cbor, to_cbor(row.bad))):
        with pytest.raises(ConstraintViolation) as caught:
            read(text)
        assert (caught.value.path, caught.value.got, caught.value.allowed) == faults[0]


def test_validate_refuses_an_impossible_document(tmp_path: Path) -> None:
    row = ROWS_BY_NAME["presence: linkable, of a class"]
    file = tmp_path / "claims.json"
    file.write_bytes(to_json(row.bad))
    done = CliRunner().invoke(commands, ["validate", str(file)])
    assert done.exit_code == 1
    assert "constraint-violation" in done.stderr


# what the library itself writes


@every_case
def test_a_fixture_gives_a_possible_document(case: Case) -> None:
    assert list(possible.faults(case.read().claims)) == []


@every_case
def test_without_identifiers_it_stays_possible(case: Case) -> None:
    assert list(possible.faults(withhold(case.read().claims))) == []


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_gives_possible_documents(name: str) -> None:
    assert CORPUS is not None
    for piece in parse_all((CORPUS / name).read_bytes(), unwrap_results=True):
        if isinstance(piece, Evidence):
            assert list(possible.faults(piece.claims)) == []
            assert (
                from_json(to_json(piece.claims)) == from_cbor(to_cbor(piece.claims)) == piece.claims
            )  # no null


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_stays_possible_without_identifiers(name: str) -> None:
    assert CORPUS is not None
    for piece in parse_all((CORPUS / name).read_bytes(), unwrap_results=True):
        if isinstance(piece, Evidence):
            assert list(possible.faults(withhold(piece.claims))) == []


# what an attacker writes


def variants(value: Any) -> Iterator[Any]:
    """The CBOR or JSON value with one thing in it empty, gone, there twice, or another."""
    if isinstance(value, cbor.Tag):
        yield from (cbor.Tag(value.number, other) for other in variants(value.value))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield {key: item for key, item in value.items() if key != name}
            yield from ({**value, name: other} for other in (*value.values(), *variants(inner)))
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            before, after = tuple(value[:index]), tuple(value[index + 1 :])
            instead = ((), (inner, inner), *((other,) for other in variants(inner)))
            yield from ((*before, *items, *after) for items in instead)
    elif isinstance(value, bytes) and (inner := _inner(value)) is not None:
        yield from map(cbor.dumps, variants(inner))
    else:
        yield from SCALARS[type(value)](value)


SCALARS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    bytes: lambda value: (b"", bytes(len(value)), value[:-1], value + b"\1"),
    str: lambda value: ("", " ", value + "x"),
    bool: lambda value: (not value,),
    int: lambda value: (0, -1, value + 1, 2**64 - 1),
    float: lambda value: (0.0, -value),
    type(None): lambda _: (0, ""),
}


def _inner(data: bytes) -> Any:
    """The map or array that a byte string holds, or None."""
    try:
        value = cbor.loads(data)
    except EvidenceError:
        return None
    return value if isinstance(value, Mapping | tuple) else None


def written(value: Any, *, in_json: bool) -> bytes:
    return json.dumps(value).encode() if in_json else cbor.dumps(value)


TREES = [case for case in CASES if case.loaded.data[:1] == b"{" or _inner(case.loaded.data) is not None]
"""Tokens; a compact JWS is a text, and the others are no trees."""


@pytest.mark.parametrize("case", TREES, ids=[case.name for case in TREES])
def test_whatever_is_changed_in_a_token_the_document_is_possible(case: Case) -> None:
    in_json = case.loaded.data[:1] == b"{"
    whole = json.loads(case.loaded.data) if in_json else _inner(case.loaded.data)
    changed = list(islice(variants(whole), 5000))
    assert changed
    chance = random.Random(f"possible {case.name}")  # noqa: S311 (repeatable, not secret)
    for value in chance.sample(changed, min(60, len(changed))):
        for piece in parse_all(
            written(value, in_json=in_json),
            type=case.type.name if case.loaded.fixture.force else None,
            options=case.loaded.fixture.options or None,
            attachments=case.loaded.attachments,
        ):
            if isinstance(piece, Evidence):
                assert list(possible.faults(piece.claims)) == []


def _long(number: int) -> Iterator[tuple[str, Claims]]:
    chain = tuple(replace(environment(f"e{n}"), parent=f"e{n - 1}" if n else None) for n in range(number))
    yield "parents in each other", document(*chain)
    leaning = tuple(replace(e, depends_on=(f"e{number - 1}",)) for e in chain[:-1])
    yield "each needs the last", document(*leaning, chain[-1])
    row = tuple(environment(f"e{n}", "disabled", f"e{n + 1}") for n in range(number - 1))
    yield "each needs the next", document(*row, environment(f"e{number - 1}"))
    short = replace(MEASUREMENT, digests=(replace(DIGEST, digest=Bytes(1)),))
    measurements = tuple(replace(short, index=n) for n in range(number))
    odd = tuple(note("digest-length", f"/environments/td/measurements/{n}") for n in range(number))
    yield "a note for each", document(holding(measurements=measurements), notes=odd)
    facts = tuple(
        replace(FACT, name=f"{n}-binding", compared_to=f"/environments/td/values/{n}") for n in range(number)
    )
    values = tuple(replace(VALUE, name=f"v{n}") for n in range(number))
    yield "a fact for each", document(holding(values=values), consistency=facts)
    yield "a long name", document(replace(holding(values=values), id="x" * 100 * number))


@pytest.mark.parametrize("name", [name for name, _ in _long(1)])
def test_all_is_linear(name: str) -> None:
    work = []
    for number in (500, 8000):
        claims = dict(_long(number))[name]
        faults: list[possible.Fault]
        faults, calls = counted(partial(list, possible.faults(claims)))
        work.append(calls)
        assert faults == []
    assert work[1] <= 20 * work[0]  # 16 times as much, where a quadratic one takes 256 times the work
