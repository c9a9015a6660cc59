"""What only the real journal can show: disks that fill up, processes that are killed, files that are not its own."""

import asyncio
import errno
import fcntl
import multiprocessing
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import dialect

from bot.effects import Change, ForgetMessages, ForgetPerson, PutRequest, Show
from bot.errors import Misconfigured, NotStored
from bot.ports import Commit, Outgoing
from bot.store import statements as sql
from bot.store.document import Unreadable
from bot.store.journal import SqlJournal
from bot.store.lock import FolderLock
from bot.store.memory import MemoryJournal
from bot.store.migrate import SCRIPTS
from bot.store.schema import HEAD, metadata
from bot.store.sqlite import Database
from bot.support.erasure import without_texts
from bot.support.request import Status
from tests.store.samples import CARD, DESK, NOW, posted, request

T, D = DESK.tenant, DESK.id


def at(folder: Path) -> SqlJournal:
    return SqlJournal(f"sqlite:///{folder}/journal.sqlite")


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def filled(folder: Path, posts: int = 1) -> None:
    async with at(folder) as journal:
        await journal.create(DESK)
        for number in range(posts):
            await journal.commit(posted(number, number + 1))


def edit(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / "journal.sqlite")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


async def refusal(folder: Path) -> str:
    journal = at(folder)
    with pytest.raises(Misconfigured) as refused:
        await journal.open()
    await journal.close()
    return str(refused.value)


async def test_what_was_committed_is_there_after_a_restart_for_its_owner_only(tmp_path: Path) -> None:
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        assert (await journal.load(T, D)).requests == (request(1),)
        assert modes(tmp_path) == {0o600}


async def test_a_full_disk_is_not_stored_and_a_disk_with_space_again_is(tmp_path: Path) -> None:
    async with at(tmp_path) as journal:
        await journal.create(DESK)
        database = journal._database
        assert isinstance(database, Database)
        roomy, pages = database.connection, 1  # SQLite takes the present size for any less: full now

        def connection() -> Connection:
            opened = roomy()
            opened.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            opened.rollback()
            return opened

        database.connection = connection  # type: ignore[method-assign]
        big = Commit(T, D, 0, changes=tuple(PutRequest(request(n, text="x" * 4000)) for n in range(50)))
        with pytest.raises(NotStored, match="full"):
            await journal.commit(big)
        assert (await journal.load(T, D)).revision == 0
        pages = 1_000_000
        await journal.commit(big)
        assert len((await journal.load(T, D)).requests) == 50


async def test_each_probe_is_written_to_the_disk(tmp_path: Path) -> None:
    async with at(tmp_path) as journal:
        await journal.create(DESK)
        sizes = []
        for _ in range(3):
            await journal.probe()
            sizes.append((tmp_path / "journal.sqlite-wal").stat().st_size)
        assert sizes == sorted(set(sizes))


async def test_the_fake_can_be_full_too() -> None:
    journal = MemoryJournal()
    await journal.create(DESK)
    journal.full = True
    with pytest.raises(NotStored):
        await journal.commit(posted(0, 1))
    journal.full = False
    await journal.commit(posted(0, 1))


async def test_a_file_that_was_replaced_takes_nothing(tmp_path: Path) -> None:
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        await journal.load(T, D)
        path = tmp_path / "journal.sqlite"
        path.rename(tmp_path / "away")
        with pytest.raises(NotStored):
            await journal.commit(posted(1, 2))
        assert not path.exists()
        (tmp_path / "away").rename(path)
        await journal.commit(posted(1, 2))


async def test_a_journal_lost_beside_a_rota_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "rota").mkdir()
    (tmp_path / "rota" / "edge.json").write_text("{}")
    assert "the journal was lost" in await refusal(tmp_path)
    (tmp_path / "journal.sqlite").touch()
    assert "the journal was lost" in await refusal(tmp_path)


async def test_an_empty_file_is_new_where_there_is_no_rota(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").touch()
    async with at(tmp_path) as journal:
        assert await journal.desks() == ()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"Dear diary, " * 100)
    assert "not a database" in await refusal(tmp_path)
    assert (tmp_path / "journal.sqlite").read_bytes() == b"Dear diary, " * 100


async def test_anothers_database_is_refused(tmp_path: Path) -> None:
    edit(tmp_path, "CREATE TABLE songs (title)")
    assert "not Hotseat's journal" in await refusal(tmp_path)


async def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    await filled(tmp_path)
    edit(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer Hotseat (version 9999" in await refusal(tmp_path)


async def test_what_a_row_holds_is_in_no_error(tmp_path: Path) -> None:
    await filled(tmp_path)
    secret = Commit(T, D, 1, changes=(PutRequest(request(2, text="canary-77aa")),))
    edit(tmp_path, "CREATE TRIGGER no BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'no'); END")
    async with at(tmp_path) as journal:
        with pytest.raises(NotStored, match="no") as failed:
            await journal.commit(secret)
    assert "canary-77aa" not in "".join(traceback.format_exception(failed.value))


async def test_a_broken_document_is_named_by_its_row(tmp_path: Path) -> None:
    await filled(tmp_path)
    edit(tmp_path, "UPDATE requests SET document = replace(document, '\"OPEN\"', '\"AJAR\"')")
    async with at(tmp_path) as journal:
        with pytest.raises(Unreadable, match=r"requests tenant-a edge r1: not a Request: status"):
            await journal.load(T, D)


def test_a_disk_that_knows_no_locks_is_not_called_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(Misconfigured, match=r"cannot be locked \(No locks available\)\. Set HOTSEAT_DATA"):
        FolderLock(tmp_path, "a test").acquire()


async def test_an_effect_of_an_unknown_kind_is_named_by_its_row_and_keeps_no_other_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(tmp_path)
    edit(tmp_path, "UPDATE outbox SET document = replace(document, 'RequestCard', 'Hologram') WHERE id = '1:1'")
    async with at(tmp_path) as journal:
        left = {one.id for one in (await journal.load(T, D)).outgoing}
        assert "1:1" in {one.id for one in (await journal.audit(T, D, NOW)).pending}
    assert left
    assert "1:1" not in left
    assert re.search(r"outbox tenant-a edge 1:1: not an effect .*Hologram", caplog.text)


async def test_the_migrations_make_the_very_schema(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    await filled(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path}/journal.sqlite")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_what_is_erased_is_in_the_file_no_more(tmp_path: Path) -> None:
    words = "the card of customer 4711"
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        some = [request(n, text=f"{words} {n} " + "x" * 3000, status=Status.CLOSED) for n in range(2, 40)]
        await journal.commit(Commit(T, D, 1, changes=tuple(map(PutRequest, some))))
    assert words.encode() in (tmp_path / "journal.sqlite").read_bytes()
    async with at(tmp_path) as journal:
        await journal.commit(Commit(T, D, 2, changes=tuple(PutRequest(without_texts(one)) for one in some)))
    assert words.encode() not in (tmp_path / "journal.sqlite").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["journal.sqlite"]


@pytest.mark.parametrize("forget", [ForgetPerson("tom"), ForgetMessages(("mine:",))])
async def test_what_is_erased_is_in_no_file_while_the_bot_runs_on(tmp_path: Path, forget: Change) -> None:
    words = "the card of customer 4711"
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        some = [request(n, text=f"{words} {n}", status=Status.CLOSED) for n in range(2, 40)]
        await journal.commit(Commit(T, D, 1, changes=tuple(map(PutRequest, some))))
        assert any(words.encode() in path.read_bytes() for path in tmp_path.iterdir())
        gone = tuple(PutRequest(without_texts(one)) for one in some)
        await journal.commit(Commit(T, D, 2, changes=(*gone, forget)))
        assert not [path.name for path in tmp_path.iterdir() if words.encode() in path.read_bytes()]
        await journal.commit(Commit(T, D, 3, changes=(PutRequest(request(50)),)))


async def test_the_words_by_which_a_request_was_found_are_erased_with_it_and_so_is_their_vector(tmp_path: Path) -> None:
    words, vector = "the card of customer 4711", b"vector of the card of 4711"
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        some = [replace(request(n, text=f"{words} {n}"), follow_up=False, matter="") for n in range(2, 40)]
        await journal.commit(Commit(T, D, 1, changes=tuple(map(PutRequest, some))))
        found = [one for one in await journal.texts(T, D, (1, ""), 100) if one.text]
        await journal.keep_vectors(T, D, [replace(one, vector=vector, encoder="e/1") for one in found])
        assert len(found) == len(some)
    assert vector in (tmp_path / "journal.sqlite").read_bytes()
    async with at(tmp_path) as journal:
        gone = tuple(PutRequest(without_texts(one)) for one in some)
        await journal.commit(Commit(T, D, 2, changes=(*gone, ForgetPerson("tom"))))
        for path in tmp_path.iterdir():
            assert words.encode() not in path.read_bytes()
            assert vector not in path.read_bytes()


async def test_the_search_asks_the_index_and_not_each_request(tmp_path: Path) -> None:
    await filled(tmp_path)
    asked = "tenant = 'a' AND desk = 'b' AND (revision, request) > (1, 'r')"
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM texts WHERE {asked} ORDER BY revision, request")  # noqa: S608
        assert any("texts_changed" in row[3] for row in plan)


async def test_a_log_that_somebody_else_reads_is_begun_anew_the_next_time(tmp_path: Path) -> None:
    await filled(tmp_path)
    async with at(tmp_path) as journal:
        reader = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM requests").fetchall()
        await journal.run(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 10") and None)
        await journal.commit(Commit(T, D, 1, changes=(ForgetPerson("tom"),)))
        assert (tmp_path / "journal.sqlite-wal").stat().st_size > 0
        reader.close()
        await journal.commit(Commit(T, D, 2, changes=(ForgetPerson("tom"),)))
        assert (tmp_path / "journal.sqlite-wal").stat().st_size == 0


async def test_the_sweep_asks_the_index_and_not_each_request(tmp_path: Path) -> None:
    await filled(tmp_path)
    connection = sqlite3.connect(tmp_path / "journal.sqlite")
    for statement in (sql.HELD, sql.NAMING):
        values = dict.fromkeys(("tenant_", "desk_", "held_", "until_", "most_", "word_"), "x")
        asked = statement.params(**values, some=["n"])
        text = str(asked.compile(dialect=dialect(), compile_kwargs={"render_postcompile": True}))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", ("",) * text.count("?"))]
        assert any("requests_held" in line for line in plan), plan
        whole = ("SCAN requests", "SEARCH requests USING INDEX requests_by_place")
        assert not any(line.startswith(whole) for line in plan), plan
    connection.close()


def killed_at(folder: Path, moment: int) -> bool:
    """Open a journal in a process that kills itself before its statement or commit number ``moment``; say if it did."""
    folder.mkdir()
    left = iter(range(moment))

    def step(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def child() -> None:
        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
        asyncio.run(at(folder).open())

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    return process.exitcode == -signal.SIGKILL


def test_a_kill_at_any_moment_of_the_first_migration_leaves_a_journal_that_opens(tmp_path: Path) -> None:
    moments = 0
    while killed_at(tmp_path / str(moments), moments):
        asyncio.run(filled(tmp_path / str(moments)))
        moments += 1
    assert moments > len(metadata.tables)
    asyncio.run(filled(tmp_path / str(moments)))


def test_a_start_without_migrations_does_not_import_alembic(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path))
    program = (
        "import asyncio, sys; from bot.store.journal import SqlJournal\n"
        f"asyncio.run(SqlJournal('sqlite:///{tmp_path}/journal.sqlite').open())\n"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "data", "hotseat serve"), FolderLock(tmp_path / "data", "hotseat import")
    with first, pytest.raises(Misconfigured, match=rf"in use by hotseat serve \(process {os.getpid()}\)\. Stop it"):
        second.acquire()
    with second:
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from bot.store.lock import FolderLock\n"
        f"FolderLock(Path({str(tmp_path)!r}), 'a child').acquire(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(Misconfigured, match="a child"):
            FolderLock(tmp_path, "me").acquire()
        child.kill()
    FolderLock(tmp_path, "me").acquire()


WRITER = """
import asyncio, sys
from bot.ports import Commit, Outgoing
from bot.effects import Change, ForgetMessages, ForgetPerson, PutRequest, Show
from bot.store.journal import SqlJournal
from tests.store.samples import CARD, DESK, record, request

async def main():
    journal = SqlJournal(sys.argv[1])
    await journal.open()
    revision = (await journal.load(DESK.tenant, DESK.id)).revision
    while True:
        await journal.commit(Commit(DESK.tenant, DESK.id, revision, (record(f"key-{revision}"),),
            (PutRequest(request(revision)),), (Outgoing(f"o{revision}", Show(f"c{revision}", "19:t", CARD)),)))
        print(revision, flush=True)
        revision += 1

asyncio.run(main())
"""


async def whole(folder: Path, acknowledged: int) -> int:
    """Check that the journal holds the acknowledged commits, at most one more, and each of them whole."""
    async with at(folder) as journal:
        loaded = await journal.load(T, D)
        assert acknowledged < loaded.revision <= acknowledged + 2
        kept = range(loaded.revision)
        assert {one.id for one in loaded.requests} == {f"r{n}" for n in kept}
        assert loaded.outgoing == tuple(Outgoing(f"o{n}", Show(f"c{n}", "19:t", CARD)) for n in kept)
        assert await journal.known(T, D, [f"key-{n}" for n in kept]) == {f"key-{n}" for n in kept}
        return loaded.revision - 1


def test_no_acknowledged_commit_is_lost_by_a_kill_at_any_moment(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path, posts=0))
    acknowledged = -1
    for kill in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, f"sqlite:///{tmp_path}/journal.sqlite"], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            for _ in range(1 + 3 * kill):
                acknowledged = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged
        acknowledged = asyncio.run(whole(tmp_path, acknowledged))


async def test_a_disk_without_room_for_a_turn_fails_the_probe_though_a_page_would_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(tmp_path) as journal:
        await journal.probe()
        monkeypatch.setattr("bot.store.sqlite.LEAST_FREE", 2**62)
        with pytest.raises(NotStored, match="No space left"):
            await journal.probe()
        monkeypatch.undo()
        await journal.probe()


async def test_a_journal_that_was_removed_meanwhile_is_missed_and_no_empty_one_takes_its_place(tmp_path: Path) -> None:
    async with at(tmp_path) as journal:
        kept = (tmp_path / "journal.sqlite").rename(tmp_path / "aside")
        for _ in range(3):
            with pytest.raises(NotStored):
                await journal.probe()
        assert not (tmp_path / "journal.sqlite").exists()
        kept.rename(tmp_path / "journal.sqlite")
        await journal.probe()
