"""The rota's file: whole at any moment, legible, and taken over by hand only when it is right."""

import json
import random
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.effects import PutRota
from bot.errors import Misconfigured, NotStored
from bot.people import FORMER
from bot.policy import Policy
from bot.rota.shift import Override, Role, Rota, Shift
from bot.state import Facts
from bot.store.atomic import AtomicStorage
from bot.store.document import dump, parse
from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal, MemoryRotaFiles
from bot.store.rota import (
    REMOVED_KEPT,
    Agreed,
    Edited,
    Invalid,
    RotaFiles,
    StoredRota,
    Unwritten,
    compare,
    reconcile,
    valid_id,
)
from tests.store.samples import ANA, BEN, DESK, NOW, POLICY, ROTA, WEDNESDAY
from tests.store.test_journal import changing


@pytest.fixture(params=["memory", "real"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> RotaFiles | MemoryRotaFiles:
    return MemoryRotaFiles() if request.param == "memory" else RotaFiles(tmp_path / "rota")


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "edge.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_what_is_written_is_read(files: RotaFiles | MemoryRotaFiles) -> None:
    desk = replace(DESK, policy=POLICY)
    new = replace(BEN, holidays="DE BY", observed=date(2026, 11, 18), waived=True, again=True)
    rota = replace(ROTA, people={**ROTA.people, BEN.id: new})
    checksum = files.write(desk, rota)
    document = files.read(desk)
    assert (document.rota, document.checksum) == (rota, checksum)
    assert files.checksum(DESK.id) == checksum == files.write(desk, rota)
    assert files.write(desk, Rota()) != checksum


def test_a_team_that_changes_within_the_week_is_written_and_read(files: RotaFiles | MemoryRotaFiles) -> None:
    """Whoever ended may fill in on another day for those who came."""
    late = Shift(WEDNESDAY, BEN.id, Role.FALLBACK, frozenset({4}))
    early = Shift(WEDNESDAY, BEN.id, Role.SUPPORT, frozenset({2, 3}))
    saturday = Shift(WEDNESDAY, ANA.id, Role.FALLBACK, frozenset({5}))
    rota = replace(ROTA, shifts=(early, late, saturday))
    files.write(DESK, rota)
    assert files.read(DESK).rota == rota


def test_instants_are_read_in_utc_as_the_journal_has_them(files: RotaFiles | MemoryRotaFiles) -> None:
    files.write(DESK, ROTA)
    assert {str(one.start.tzinfo) for one in files.read(DESK).rota.absences} == {"UTC"}


def test_what_an_earlier_version_kept_is_read_with_what_is_new_as_it_is_by_default() -> None:
    rota = json.loads(dump(ROTA))
    del rota["ledger"], rota["history"]
    for person in rota["people"].values():
        for name in ("holidays", "observed", "waived", "again"):
            del person[name]
    assert parse(Rota, json.dumps(rota), "rota").ledger == ()
    policy = json.loads(dump(POLICY))
    for name in ("goals", "propose_at", "remind_at", "chase_at", "chase_again_at", "decline_by", "settle_by"):
        del policy[name]
    assert parse(Policy, json.dumps(policy), "policy") == POLICY
    facts = json.loads(dump(Facts()))
    del facts["planning"]
    assert parse(Facts, json.dumps(facts), "facts") == Facts()


def test_a_missing_file_has_no_checksum_and_cannot_be_read(files: RotaFiles | MemoryRotaFiles) -> None:
    assert files.checksum(DESK.id) is None
    with pytest.raises(Misconfigured, match="cannot be read"):
        files.read(DESK)


def test_the_file_reads_as_the_sheets_do_and_is_for_its_owner_only(tmp_path: Path) -> None:
    RotaFiles(tmp_path).write(DESK, ROTA)
    RotaFiles(tmp_path).write(DESK, Rota(ROTA.people))
    tables = json.loads((tmp_path / "edge.json.bak").read_text())
    assert tables["people"]["1"]["working_days"] == "Mon Tue Fri"
    assert tables["people"]["1"]["production_access"] == "yes"
    assert tables["shifts"]["3"] == {"iteration": "2026-11-25", "name": "Chen Wei", "role": "FALLBACK", "days": "Fri"}
    assert tables["absences"]["1"]["start"] == "2026-11-25T09:00:00.123456+01:00"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())


def test_the_generation_before_goes_with_whoever_was_forgotten(tmp_path: Path) -> None:
    before = tmp_path / "edge.json.bak"
    RotaFiles(tmp_path).write(DESK, ROTA)
    RotaFiles(tmp_path).write(DESK, replace(ROTA, absences=()))
    assert "Ana Lindqvist" in before.read_text()
    RotaFiles(tmp_path).write(DESK, Rota({BEN.id: BEN}))
    assert not before.exists()
    before.write_text("somebody's own notes")
    (tmp_path / "edge.json").unlink()
    RotaFiles(tmp_path).write(DESK, Rota())
    assert before.read_text() == "somebody's own notes"


def test_a_former_colleague_stands_in_the_file_and_is_read_again(tmp_path: Path) -> None:
    former = tuple(Shift(WEDNESDAY, FORMER, Role.SUPPORT) for _ in range(2))
    rota = replace(ROTA, shifts=former, overrides=(Override(FORMER, BEN.id, NOW, NOW + timedelta(days=1)),))
    RotaFiles(tmp_path).write(DESK, rota)
    assert RotaFiles(tmp_path).read(DESK).rota == rota


@pytest.mark.parametrize("name", ["", "..", "../journal", "a/b", "A", "ä", "a.b", "-a", "a\n", "x" * 41])
def test_a_desks_name_is_never_a_way_out_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no name for a desk"):
        valid_id(name)
    with pytest.raises(Misconfigured):
        RotaFiles(tmp_path).checksum(name)
    with pytest.raises(Misconfigured):
        RotaFiles(tmp_path).read(replace(DESK, id=name))


def test_what_was_kept_and_cannot_be_removed_is_removed_later(tmp_path: Path) -> None:
    (tmp_path / "edge.json.refused-now").mkdir()
    with pytest.raises(NotStored, match="could not be removed"):
        RotaFiles(tmp_path).forget_edits("edge", None)


def test_the_file_of_a_removed_desk_is_moved_aside_and_no_longer_one(tmp_path: Path) -> None:
    files = RotaFiles(tmp_path)
    assert files.set_aside("edge", NOW) is None
    files.write(DESK, Rota())
    files.write(DESK, ROTA)
    content = (tmp_path / "edge.json").read_bytes()
    aside = files.set_aside("edge", NOW)
    assert aside is not None
    assert aside.read_bytes() == content
    stamp = f"{NOW:%Y%m%dT%H%M%S.%fZ}"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"edge.json.removed-{stamp}",
        f"edge.json.bak.removed-{stamp}",
    }


def test_what_is_kept_of_a_removed_desk_goes_after_its_time_and_with_whoever_is_erased_from_one_named_so_again(
    tmp_path: Path,
) -> None:
    files = RotaFiles(tmp_path)
    for desk_id, days in (("edge", 29), ("edge", 31), ("core", 31), ("core", 1)):
        for rota in (Rota(), ROTA):
            files.write(replace(DESK, id=desk_id), rota)
        files.set_aside(desk_id, NOW - timedelta(days=days))
    assert len(list(tmp_path.iterdir())) == 8
    files.forget_removed(NOW - REMOVED_KEPT)
    names = {path.name.partition(".removed-")[0] for path in tmp_path.iterdir()}
    assert names == {"edge.json", "edge.json.bak", "core.json", "core.json.bak"}
    assert len(list(tmp_path.iterdir())) == 4
    files.forget_edits("edge", NOW)
    assert len(list(tmp_path.iterdir())) == 4
    files.forget_edits("edge", None)
    assert {path.name.partition(".removed-")[0] for path in tmp_path.iterdir()} == {"core.json", "core.json.bak"}


def test_what_is_kept_of_a_removed_desk_and_cannot_be_removed_is_said(tmp_path: Path) -> None:
    (tmp_path / "edge.json.removed-20200101T000000.000000Z").mkdir()
    with pytest.raises(NotStored, match="could not be removed"):
        RotaFiles(tmp_path).forget_removed(NOW)


WRONG: list[tuple[str, str, str]] = [
    ('"yes"', '"perhaps"', '(people 1), production_access: "perhaps" must be yes or no'),
    ('"yes"', "true", "(people 1), production_access: true must be text in quotes"),
    ('"Mon Tue Fri"', '"Mon Sun"', '(people 1), working_days: "Sun" must be of Mon Tue Wed Thu Fri'),
    ('"slack_user_id"', '"slack"', "(people 1), slack: no field is called so; the fields are name,"),
    ('"2023-03-01"', '"1.3.2023"', '(people 1), joined: "1.3.2023" must be a date such as'),
    (
        '"iteration": "2026-11-25",\n      "name": "Chen Wei"',
        '"iteration": "2026-11-25",\n      "name": "Chen Weh"',
        '(shifts 3), name: nobody is called "Chen Weh"; nearest: Chen Wei and',
    ),
    ('"FALLBACK"', '"SUPPORT"', "(shifts 3), role: 2026-11-25 has two SUPPORT already"),
    ("+01:00", "", '(absences 1), start: "2026-11-25T09:00:00.123456" must be a time with its offset'),
    ('"stand_in": "Chen Wei"', '"stand_in": ""', '(overrides 1), stand_in: nobody is called ""'),
    ('"opens": "09:00:00"', '"opens": "nine"', '(desk 1), policy.opens: a desk is not changed in its file; put "09:0'),
    ('"id": "edge"', '"id": "core"', '(desk 1), id: a desk is not changed in its file; put "edge" back'),
    ('"tenant": ', '"home": "x",\n"tenant": ', "(desk 1), home: a desk has no such field"),
    ('"shifts": {', '"shift": {', ", shift: no such table; there are desk, people, shifts, absences, overrides"),
    ('"3": {', '"2": {', ": people 2 stands already on line"),
    ('"people": {', '"people": {}, "people": {', ": people stands already on line"),
    ('"1": {\n      "name": "Ana', '"1": [], "4": {\n      "name": "Ana', " (people 1): must be an object"),
    ('"absences": {', '"absences": [], "overrides": {}, "x": {', ", absences: must be an object of rows"),
    ('"desk": {\n    "1": {', '"desk": {\n    "2": 1, "1": {', ", desk: one row is needed"),
    (
        '"desk": {\n    "1": {',
        '"desk": {"1": 1},\n"people": {"1": {',
        "(desk 1), row: a desk is not changed in its file",
    ),
]


def refusal(folder: Path) -> str:
    with pytest.raises(Misconfigured) as refused:
        RotaFiles(folder).read(DESK)
    said = str(refused.value)
    assert "Mend the file, or delete it" in said
    return said


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_a_file_edited_wrongly_says_on_which_line_and_why(old: str, new: str, said: str, tmp_path: Path) -> None:
    RotaFiles(tmp_path).write(DESK, ROTA)
    original = (tmp_path / "edge.json").read_text()
    edit(tmp_path, old, new)
    found = next(line for line in refusal(tmp_path).splitlines() if said in line)
    number = re.match(r"line (\d+)", found)
    assert number is not None
    first = original[: original.index(old)].count("\n") + 1
    assert first <= int(number[1]) <= first + new.count("\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"name": "Ana Lindqvist",\n', b'"name": "Ana Lindqvist"\n', "not JSON (Expecting"),
        ("Grün".encode(), "Grün".encode("cp1252"), "line 2: not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_parsed_says_on_which_line(old: bytes, new: bytes, said: str, tmp_path: Path) -> None:
    files, path = RotaFiles(tmp_path), tmp_path / "edge.json"
    files.write(DESK, ROTA)
    path.write_bytes(path.read_bytes().replace(b"{\n", b'{\n"Gr\xc3\xbcn": {},\n' if "UTF" in said else b"{\n", 1))
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert said in refusal(tmp_path)


def test_an_editors_byte_order_mark_and_fields_left_out_are_forgiven(tmp_path: Path) -> None:
    files, path = RotaFiles(tmp_path), tmp_path / "edge.json"
    files.write(DESK, ROTA)
    edit(tmp_path, '"opens": "09:00:00",\n', "")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert files.read(DESK).rota == ROTA


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe", b"{}", b'{"desk": []}', b'{"people": {"1": 2}}'])
def test_a_file_that_is_no_rota_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "edge.json").write_bytes(content)
    assert "line 1" in refusal(tmp_path)


def untouched(folder: Path) -> None:
    pass


def reordered(folder: Path) -> None:
    edit(folder, '"days": "Fri"', '"days": "Thu Fri"')


def broken(folder: Path) -> None:
    edit(folder, '"days": "Fri"', '"days": "Someday"')


def redirected(folder: Path) -> None:
    edit(folder, '"channel": "19:channel@thread.tacv2"', '"channel": "19:mine"')


def gone(folder: Path) -> None:
    (folder / "edge.json").unlink()


@pytest.mark.parametrize(
    ("written", "happened", "outcome"),
    [
        (True, untouched, Agreed),
        (True, reordered, Edited),
        (True, broken, Invalid),
        (True, redirected, Invalid),
        (True, gone, Unwritten),
        (False, untouched, Unwritten),
        (False, reordered, Unwritten),
        (False, broken, Unwritten),
        (False, gone, Unwritten),
    ],
)
def test_how_a_file_stands_to_the_journal(
    tmp_path: Path,
    written: bool,  # noqa: FBT001 - a row of the table
    happened: Callable[[Path], None],
    outcome: type,
) -> None:
    files = RotaFiles(tmp_path)
    checksum = files.write(DESK, ROTA)
    happened(tmp_path)
    found = compare(StoredRota(ROTA, checksum, written=written), DESK, files)
    assert type(found) is outcome
    if isinstance(found, Edited):
        assert found.document.rota.shifts[2].days == {3, 4}


async def test_an_interrupted_write_is_finished_and_then_all_agree(
    journal: SqlJournal | MemoryJournal, files: RotaFiles | MemoryRotaFiles
) -> None:
    await journal.commit(changing(PutRota(ROTA)))
    assert await reconcile(journal, files, DESK) == Unwritten()
    assert files.read(DESK).rota == ROTA
    assert (await journal.rota(DESK.tenant, DESK.id)).written
    assert await reconcile(journal, files, DESK) == Agreed()


async def test_an_edit_refused_leaves_file_and_journal_as_they_are(
    journal: SqlJournal | MemoryJournal, tmp_path: Path
) -> None:
    files = RotaFiles(tmp_path)
    await journal.commit(changing(PutRota(ROTA)))
    await reconcile(journal, files, DESK)
    broken(tmp_path)
    before = (tmp_path / "edge.json").read_bytes()
    assert isinstance(await reconcile(journal, files, DESK), Invalid)
    assert (tmp_path / "edge.json").read_bytes() == before
    assert (await journal.rota(DESK.tenant, DESK.id)).rota == ROTA


async def test_a_disk_that_takes_no_file_stops_nothing(journal: SqlJournal | MemoryJournal) -> None:
    files = MemoryRotaFiles()
    files.full = True
    assert await reconcile(journal, files, DESK) == Unwritten()
    assert not (await journal.rota(DESK.tenant, DESK.id)).written


def test_a_full_disk_leaves_the_file_whole(tmp_path: Path) -> None:
    files = RotaFiles(tmp_path)
    checksum = files.write(DESK, ROTA)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(NotStored, match="could not be written"):
            files.write(DESK, replace(ROTA, absences=()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert files.read(DESK).checksum == checksum
    assert [path.name for path in tmp_path.iterdir()] == ["edge.json"]
    assert files.write(DESK, replace(ROTA, absences=())) != checksum


WRITER = """
import sys
from pathlib import Path
from bot.store.atomic import AtomicStorage

storage = AtomicStorage(Path(sys.argv[1]))
generation = int(sys.argv[2])
while True:
    generation += 1
    storage.write({"t": {str(n): {"generation": generation} for n in range(generation % 7 * 300 + 1)}})
    print(generation, flush=True)
"""


def test_a_file_is_whole_after_a_kill_at_any_moment(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "edge.json", 0
    moments = random.Random(7)  # noqa: S311 - not a secret
    for _ in range(20):
        arguments = [sys.executable, "-c", WRITER, str(path), str(acknowledged)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(moments.randint(1, 30)):
                acknowledged = int(child.stdout.readline())
            child.kill()
            rest = child.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged
        tables = AtomicStorage(path).read()
        assert tables is not None
        (generation,) = {row["generation"] for row in tables["t"].values()}
        assert acknowledged <= generation <= acknowledged + 1
        assert len(tables["t"]) == generation % 7 * 300 + 1
        before = AtomicStorage(tmp_path / "edge.json.bak").read()
        assert before is None or {row["generation"] for row in before["t"].values()} <= {generation - 1, generation}
        acknowledged = generation
