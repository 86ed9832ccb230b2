"""Groups: what ties pieces of evidence, and what must tie none."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from msgspec.structs import replace

from evidence import groups, parse, parse_all
from evidence.claims import Bytes, Consistency, Digest, Environment, Identifier, Key, Measurement
from evidence.convert import Evidence, Failure
from evidence.encode.json import to_json
from evidence.errors import LimitExceeded, UsageError
from evidence.groups import words
from evidence.groups.document import Tie
from evidence.groups.members import MemberPart
from evidence.groups.reach import untied, workload
from evidence.groups.table import WAYS
from evidence.groups.ways.vtpm import qualified_name
from tests.conftest import CORPUS
from tests.generate.groups import CASES, NONCE, OTHER, Case, Row, collection, device, ratsd, report, shake
from tests.work import counted

ROOT = Path(__file__).parents[1]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / "group.schema.json").read_text()))


def of(data: bytes, nonce: bytes | None = None) -> groups.Group:
    return groups.group([groups.GroupSource(parse_all(data), data)], nonce=nonce)


def row(tie: Tie) -> Row:
    return tie.name, tie.first, tie.to, tie.how, tie.status, tie.why


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_group_of_our_own_has_the_members_and_ties_that_it_was_made_with(case: Case) -> None:
    group = of(case.data, case.nonce)
    assert tuple(member.id for member in group.members) == case.members
    assert tuple(map(row, group.ties)) == case.ties
    if case.name.startswith("ratsd"):
        bad = {tie.to for tie in group.ties if tie.status == "differs"}
        assert set(group.untied) & bad == set()  # the signature still covers it
    else:
        assert group.untied == case.untied
    assert group.differs == any(status == "differs" for *_, status, _ in case.ties)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_document_fits_its_schema_and_has_the_documents_of_its_members_unchanged(case: Case) -> None:
    group = of(case.data, case.nonce)
    document = json.loads(groups.to_json(group))
    SCHEMA.validate(document)
    assert groups.to_json(group) == groups.to_json(of(case.data, case.nonce))
    pieces = [piece for piece in parse_all(case.data) if isinstance(piece, Evidence)]
    assert document["documents"] == [json.loads(to_json(piece.claims)) for piece in pieces]
    read = [member for member in document["members"] if "document" in member]
    assert [member["at"] for member in read] == [piece.at for piece in pieces]
    assert [member["document"] for member in read] == list(range(len(pieces)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_without_the_bytes_of_the_source_nothing_matches_that_did_not(case: Case) -> None:
    whole = {row(tie) for tie in of(case.data).ties if tie.status == "matches"}
    loose = groups.group(parse_all(case.data))
    assert {row(tie) for tie in loose.ties if tie.status == "matches"} <= whole
    assert {tie.to for tie in of(case.data).ties} == {tie.to for tie in loose.ties}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_member_that_cannot_be_read_stays_a_member(case: Case) -> None:
    pieces = parse_all(case.data)
    for number, piece in enumerate(pieces):
        if isinstance(piece, Evidence):
            error = groups.group([Failure(piece.at, LimitExceeded(limit="x", maximum=1, got=2))])
            assert error.untied == ("unread-0",)
            rest = [
                *pieces[:number],
                Failure(piece.at, LimitExceeded(limit="x", maximum=1, got=2)),
                *pieces[number + 1 :],
            ]
            group = groups.group([groups.GroupSource(rest, case.data)])
            assert len(group.members) == len(pieces)
            unread = {member.id for member in group.members if member.kind == "unread"}
            statuses = {tie.status for tie in group.ties if tie.to in unread and tie.way != "coco"}
            assert statuses <= {"not-computable"}


def test_members_of_several_sources_are_one_group() -> None:
    first, second = report(NONCE), device(NONCE)
    group = groups.group(
        [groups.GroupSource(parse_all(data), data, str(len(data))) for data in (first, second)]
    )
    assert [(member.id, member.source) for member in group.members] == [("cpu-0", 0), ("other-0", 1)]
    assert [tie.status for tie in group.ties] == ["matches"]
    assert group.untied == ()
    assert [bytes(source.sha256 or b"") for source in group.sources] == [
        hashlib.sha256(data).digest() for data in (first, second)
    ]


def test_the_same_evidence_twice_is_said_and_ties_nothing() -> None:
    group = of(collection(device(NONCE), device(NONCE)))
    assert group.ties == ()
    assert [(note.code, note.member) for note in group.notes] == [("member-repeated", "other-1")]
    assert group.untied == ("other-0", "other-1")


def test_a_group_is_bounded() -> None:
    piece = parse(report(NONCE))
    assert len(groups.group([piece] * 64).members) == 64
    with pytest.raises(LimitExceeded):
        groups.group(piece for _ in range(65))
    with pytest.raises(LimitExceeded):
        groups.group(groups.GroupSource((piece,)) for _ in range(10_000))
    with pytest.raises(LimitExceeded):
        groups.group([groups.GroupSource((piece,), bytes(33 << 20)) for _ in range(2)])
    with pytest.raises(LimitExceeded):
        of(ratsd(NONCE, shake(64), shake(32), sizes={f"attester-{number}": 32 for number in range(65)}))
    with pytest.raises(UsageError):
        groups.group([piece], nonce=b"")


def test_work_is_linear_in_the_members() -> None:
    pieces = [
        parse(report(hashlib.sha512(bytes([number % 7])).digest()[:63] + bytes([number + 1])))
        for number in range(64)
    ]
    _, few = counted(lambda: groups.group(pieces[:16]))
    group, many = counted(lambda: groups.group(pieces))
    assert many < 6 * few
    assert len(group.ties) <= 64


def spdm_list(*nonces: bytes) -> bytes:
    """A list of devices as NVIDIA's tools write it, with our own transcript asked with these nonces."""
    transcript = next(
        path.read_bytes()
        for path in sorted((ROOT / "fixtures" / "dmtf-spdm" / "valid").glob("*.bin"))
        if path.read_bytes()[1:2] == b"\xe0"
    )
    devices = [
        {"arch": "HOPPER", "evidence": base64.b64encode(transcript[:4] + nonce + transcript[36:]).decode()}
        for nonce in nonces
    ]
    return json.dumps(devices).encode()


@pytest.mark.parametrize(
    ("nonces", "statuses"),
    [
        ((NONCE, OTHER), [("differs", None)]),
        ((bytes(32), NONCE), [("not-computable", "trivial")]),
        ((NONCE, OTHER, NONCE), [("differs", None), ("matches", None)]),
    ],
)
def test_devices_of_one_list_have_one_nonce(nonces: tuple[bytes, ...], statuses: list[Any]) -> None:
    data = spdm_list(*nonces)
    pieces = parse_all(data)
    assert all(isinstance(piece, Evidence) for piece in pieces)
    if len(nonces) == 3:  # else the third would be the first again
        third = pieces[2]
        assert isinstance(third, Evidence)
        header = replace(third.claims.evidence, sha256=Bytes(bytes(32)))
        pieces = (*pieces[:2], replace(third, claims=replace(third.claims, evidence=header)))
    group = groups.group([groups.GroupSource(pieces, data)])
    assert {member.kind for member in group.members} == {"device"}
    assert [(tie.status, tie.why) for tie in group.ties] == statuses
    assert group.untied == tuple(member.id for member in group.members)  # no CPU, no collector, no caller


def test_a_device_with_another_nonce_than_its_list_is_seen_whoever_else_has_that_nonce() -> None:
    """More evidence never hides what differs."""
    data = spdm_list(NONCE, OTHER)
    other = report(OTHER)
    for sources in ([other, data], [data, other]):
        group = groups.group([groups.GroupSource(parse_all(one), one) for one in sources])
        assert {tie.status for tie in group.ties} == {"matches", "differs"}
        assert group.differs


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_any_bytes_give_a_group_or_an_error_of_ours(case: Case) -> None:
    for number in range(60):
        at = hashlib.sha256(f"{case.name} {number}".encode()).digest()
        place = int.from_bytes(at[:4], "big") % len(case.data)
        changed = bytearray(case.data)
        changed[place] ^= at[4] or 1
        for data in (bytes(changed), case.data[:place]):
            group = of(data, NONCE)
            SCHEMA.validate(json.loads(groups.to_json(group)))
            assert group.untied or not group.members or group.ties or len(group.members) == 1


def part(id: str, kind: str, piece: Any = None) -> MemberPart:
    return MemberPart(id, kind, 0, piece or Failure("", LimitExceeded(limit="x", maximum=1, got=2)))  # type: ignore[arg-type]


def tie(first: str | None, to: str, status: str = "matches", name: str = "same-nonce") -> Tie:
    return Tie(name=name, way="x", first=first, to=to, how="equal", of="x", status=status)  # type: ignore[arg-type]


def test_untied_is_what_no_matching_tie_leads_to() -> None:
    members = (part("cpu-0", "cpu"), part("a", "device"), part("b", "device"), part("c", "device"))
    circle = [tie("a", "b"), tie("b", "c"), tie("c", "a")]
    assert untied(members, circle) == ("a", "b", "c")
    assert untied(members, [*circle, tie("cpu-0", "b")]) == ()
    assert untied(members, [*circle, tie("cpu-0", "b", "differs")]) == ("a", "b", "c")
    assert untied(members, [*circle, tie("cpu-0", "b", "not-computable")]) == ("a", "b", "c")
    assert untied(members, [*circle, tie("cpu-0", "b", name="same-evidence-set")]) == ("a", "b", "c")
    assert untied(members, [*circle, tie(None, "b", name="caller-nonce")]) == ("a", "b", "c")
    assert untied(members[1:], [*circle, tie(None, "b", name="caller-nonce")]) == ()
    assert untied((part("l", "collector"), *members[1:]), [tie("l", "a")]) == ("b", "c")
    assert untied((), ()) == ()


PUBLIC = b"the public area of an attestation key, as TPMT_PUBLIC has it"


def paravisor(
    public: bytes = PUBLIC, fact: str = "matches", backed_by: str | None = "report_data-binding"
) -> Evidence:
    """The report of a paravisor that vouches for a key, if the fact that backs it matches."""
    piece = parse(report(OTHER))
    guest, *others = piece.claims.environments
    key = Key(
        name="vtpm-ak",
        use="attestation",
        encoding="cose-key",
        linkable=True,
        raw=Bytes(public),
        backed_by=backed_by,
    )
    binding = Consistency(name="report_data-binding", status=fact, compared_to="/bindings/report_data")  # type: ignore[arg-type]
    environments = (replace(guest, id="paravisor", role="paravisor", keys=(key,)), *others)
    claims = replace(piece.claims, environments=environments, consistency=(binding,))
    return replace(piece, claims=claims)


def quote(public: bytes = PUBLIC, pcrs: str = "matches") -> Evidence:
    """The quote of a TPM by a key, as far as a group looks at it."""
    piece = parse(device(NONCE))
    signer = Identifier(
        name="qualified_signer",
        scope="key",
        linkable=True,
        status="present",
        value=Bytes(qualified_name(public)),
    )
    tpm = Environment(
        id="tpm",
        role="quoting",
        origin="evidence",
        debug="not-defined",
        migration="not-defined",
        identifiers=(signer,),
    )
    fact = Consistency(name="pcr-digest-binding", status=pcrs, compared_to="/environments/tpm")  # type: ignore[arg-type]
    header = replace(piece.claims.evidence, type="tpm2-quote")
    return replace(
        piece, claims=replace(piece.claims, evidence=header, environments=(tpm,), consistency=(fact,))
    )


@pytest.mark.parametrize(
    ("pieces", "status", "member"),
    [
        ([paravisor(), quote()], "matches", "vtpm-0"),
        ([quote(), paravisor()], "matches", "vtpm-0"),
        ([paravisor(), quote(b"another key")], "differs", None),
        ([paravisor(), quote(pcrs="differs")], "matches", None),
        ([paravisor(), quote(pcrs="not-computable")], "matches", None),
        ([paravisor(fact="differs"), quote()], None, None),
        ([paravisor(backed_by=None), quote()], None, None),
        ([parse(report(NONCE)), quote()], None, None),
        ([paravisor(), paravisor(b"a second one"), quote()], "matches", None),
        ([paravisor(), quote(), quote()], "matches", None),
    ],
)
def test_the_workload_is_what_the_quote_of_a_paravisors_own_key_measures(
    pieces: list[Evidence], status: str | None, member: str | None
) -> None:
    group = groups.group(pieces)
    assert {tie.status for tie in group.ties if tie.name == "key-name"} == ({status} if status else set())
    assert (group.workload.member if group.workload else None) == member
    if member:
        assert group.workload is not None
        assert group.workload.environment == "measured"
        assert group.untied == ()
    ambiguous = status == "matches" and len(pieces) > 2
    assert [note.code for note in group.notes if note.code == "workload-ambiguous"] == (
        ["workload-ambiguous"] * (len(pieces) - 1 - (pieces[1].type.name == "amd-sev-snp"))
        if ambiguous
        else []
    )
    assert workload((), ()) == (None, ())


def test_a_paravisor_by_the_callers_word_proves_nothing() -> None:
    piece = paravisor()
    environments = tuple(
        replace(one, origin="caller") if one.role == "paravisor" else one for one in piece.claims.environments
    )
    told = replace(piece, claims=replace(piece.claims, environments=environments))
    group = groups.group([told, quote()])
    assert (group.ties, group.workload) == ((), None)


def taken_in(digest: bytes, identity: bytes = b"") -> Evidence:
    """A CCA token that has digests of a device's objects."""
    path = next(
        path
        for path in sorted((ROOT / "fixtures" / "arm-cca" / "valid").glob("*.bin"))
        if any(one.role == "workload" for one in parse(path.read_bytes()).claims.environments)
    )
    piece = parse(path.read_bytes())
    identifiers = [
        Identifier(
            name="identity_digest", scope="device", linkable=True, status="present", value=Bytes(value)
        )
        for value in (identity,)
        if value
    ]
    measured = Measurement(
        name="measurements",
        phase="unspecified",
        subject="unspecified",
        form="digest",
        digests=(Digest(alg="unknown", digest=Bytes(digest)),),
    )
    environment = Environment(
        id="device-9",
        role="device",
        origin="evidence",
        debug="not-reported",
        migration="not-reported",
        measurements=(measured,),
        identifiers=tuple(identifiers),
    )
    return replace(
        piece, claims=replace(piece.claims, environments=(*piece.claims.environments, environment))
    )


@pytest.mark.parametrize("alg", ["sha256", "sha384", "sha512"])
def test_a_token_of_cca_is_tied_to_the_devices_whose_digests_it_has(alg: str) -> None:
    spdm = parse_all(spdm_list(NONCE))[0]
    assert isinstance(spdm, Evidence)
    chain = b"a chain of certificates"
    with_chain = replace(spdm, input=replace(spdm.input, attachments={"certificates": chain}))
    measured, identity = (hashlib.new(alg, content).digest() for content in (spdm.input.data, chain))
    fits = groups.group([taken_in(measured), spdm])
    assert [(row(tie)) for tie in fits.ties] == [
        ("content-hash", "cpu-0", "device-0", alg.replace("sha", "sha-"), "matches", None)
    ]
    assert fits.untied == ()
    exchanged = groups.group([taken_in(hashlib.new(alg, b"others").digest(), identity), with_chain])
    assert sorted(tie.status for tie in exchanged.ties) == ["differs", "matches"]
    without = groups.group([taken_in(measured, identity), spdm])
    assert sorted((tie.status, tie.why or "") for tie in without.ties) == [
        ("matches", ""),
        ("not-computable", "not-at-hand"),
    ]
    other = groups.group([taken_in(hashlib.new(alg, b"others").digest()), spdm])
    assert (other.ties, other.untied) == ((), ("device-0",))


def test_objects_that_a_carrier_put_together_are_hashed_apart() -> None:
    spdm = parse_all(spdm_list(NONCE))[0]
    assert isinstance(spdm, Evidence)
    whole = spdm.input.data
    token = taken_in(hashlib.sha512(whole[100:]).digest())

    def group(facts: str) -> list[str]:
        carrier = replace(spdm.input.carriers[0], facts={"objects": facts})
        source = replace(spdm.input, carriers=(carrier,), obtained="reassembled")
        return [tie.status for tie in groups.group([token, replace(spdm, input=source)]).ties]

    rest = len(whole) - 100
    assert group(f"cert0:7 vca:100 measurements:{rest} report:94") == ["matches"]
    for lie in (
        f"vca:99 measurements:{rest + 1}",
        f"measurements:{rest}",
        "vca:x measurements:-1",
        "",
        "9" * 99,
    ):
        assert group(lie) == []


def test_a_carriers_word_of_one_generation_ties_nothing() -> None:
    spdm = parse_all(spdm_list(NONCE))[0]
    assert isinstance(spdm, Evidence)
    header = replace(spdm.claims.evidence, type="pci-tdisp")
    for generation, status in (("2", "matches"), ("3", "differs"), (None, "not-computable")):
        device_at, interface_at = (
            replace(
                spdm.input,
                carriers=(replace(spdm.input.carriers[0], facts={"generation": fact} if fact else {}),),
            )
            for fact in ("2", generation)
        )
        interface = replace(
            spdm, input=interface_at, claims=replace(spdm.claims, evidence=header, bindings=())
        )
        group = groups.group([replace(spdm, input=device_at), interface])
        assert [tie.status for tie in group.ties if tie.name == "same-evidence-set"] == [status]
        assert "interface-0" in group.untied


def test_every_word_has_a_meaning_and_every_way_a_source_on_the_page() -> None:
    page = (ROOT / "docs" / "groups.md").read_text()
    for name, (list_of, meanings) in words.LISTS.items():
        assert set(get_args(list_of)) == set(meanings)
        for word, meaning in meanings.items():
            assert f"| `{word}` | {meaning} |" in page, (name, word)
    for way in WAYS:
        assert f"| `{way.name}` | {way.who} | {way.what} | {way.source} |" in page
    assert len({way.name for way in WAYS}) == len(WAYS)


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "evidence", "group", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )


def test_the_command_gives_the_document_and_its_code(tmp_path: Path) -> None:
    by_name = {case.name: case for case in CASES}
    for name, code in (("ratsd", 0), ("ratsd-other-device", 1), ("coco", 3), ("coco-exchanged", 1)):
        (tmp_path / name).write_bytes(by_name[name].data)
        done = run("--json", tmp_path / name)
        assert done.returncode == code, done.stderr
        document = json.loads(done.stdout)
        SCHEMA.validate(document)
        assert document["sources"][0]["name"] == str(tmp_path / name)
        table = run(tmp_path / name)
        assert table.returncode == code
        assert b"untied: " in table.stdout
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "1-report").write_bytes(report(NONCE))
    (folder / "2-device").write_bytes(device(NONCE))
    done = run("--json", "--nonce", NONCE.hex(), folder)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [member["id"] for member in document["members"]] == ["cpu-0", "other-0"]
    assert document["untied"] == []
    assert run("-", stdin=report(NONCE)).returncode == 0
    assert run("--nonce", "xyz", "-").returncode == 2
    assert run("--nonce", "", "-", stdin=report(NONCE)).returncode == 2
    assert run("--no-identifiers", "-").returncode == 2
    assert run(tmp_path / "nothing").returncode == 2
    many = tmp_path / "many"
    many.mkdir()
    for number in range(70):
        (many / str(number)).write_bytes(b"x")
    assert run(many).returncode == 1


FACTS: dict[str, Any] = json.loads((CORPUS / "device" / "facts.json").read_text()) if CORPUS else {}
SAMPLES = [name for name in FACTS if name.startswith("group/")]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_ties_of_a_sample_are_those_of_its_facts(name: str) -> None:
    assert CORPUS is not None
    data = (CORPUS / "device" / name).read_bytes()
    group = of(data, (CORPUS / "device" / "group" / "nonce.bin").read_bytes())
    facts = FACTS[name]
    kinds = {member.id: member.kind for member in group.members}
    status = {True: "matches", False: "differs"}
    derived = [tie for tie in group.ties if tie.name == "nonce-derivation"]
    hashed = [tie for tie in group.ties if tie.name == "content-hash"]
    if "tie_hash" in facts:
        assert {tie.status for tie in hashed} == {status[facts["tie_hash"]]}
    if "tie_cpu" in facts:
        cpu, device_tie = sorted(derived, key=lambda tie: kinds[tie.to or ""] != "cpu")
        assert cpu.status == status[facts["tie_cpu"]]
        if kinds[device_tie.to or ""] == "unread":
            assert device_tie.why == "not-read"
        else:
            assert device_tie.status == status[facts["tie_device"]]
    if "tie_nonce" in facts:
        (of_caller,) = (tie for tie in group.ties if tie.name == "caller-nonce")
        assert (of_caller.how, of_caller.status) == ("equal-first-32", status[facts["tie_nonce"]])
