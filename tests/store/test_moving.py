"""A journal is moved from a data folder to PostgreSQL whole, or not at all, and never lives in two places."""

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import psycopg.sql
import pytest
from sqlalchemy.engine import URL, make_url

from bot.errors import Misconfigured, NotStored
from bot.settings import Settings
from bot.store import moving
from bot.store.backup import JOURNAL, back_up
from bot.store.closed import MARK, close, read_mark, refuse_closed
from bot.store.documents import KEY, AttemptRows, Documents, RotaRows, RowStorage
from bot.store.journal import SqlJournal
from bot.store.lease import ReplicaLease
from bot.store.lock import FolderLock
from bot.store.moving import MOVING, TABLES, Moved, move, sum_of
from bot.store.postgres import Database
from bot.store.rota import Agreed, compare
from bot.store.schema import HEAD
from tests.rig.postgres import Server
from tests.store.samples import ADDRESS, DESK, ROTA
from tests.store.test_backup import ROTA_FILE, SMALL, kept, write
from tests.store.test_migrations import run

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
T, D = DESK.tenant, DESK.id
NOTE = f"tickets/{'a' * 32}"


async def filled(folder: Path, posts: int = 3) -> Path:
    await kept(folder, posts)
    async with SqlJournal(f"sqlite:///{folder}/{JOURNAL}") as journal:
        await journal.learn(T, "person:ana", '{"conversation":"a:1"}')
    with closing(sqlite3.connect(folder / JOURNAL)) as connection:
        vector = bytes(range(256))
        connection.execute("UPDATE texts SET vector = ?, encoder = 'words'", (vector,))
        row = (T, D, "card-1", ADDRESS.service_url, ADDRESS.conversation, ADDRESS.activity)
        connection.execute("INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.commit()
    write(folder, {NOTE: b"", f"{ROTA_FILE}.refused-1": "Jürgen".encode("cp1252"), f"{ROTA_FILE}.removed-2": b"{}"})
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return asyncio.run(filled(tmp_path / "data"))


def moved(folder: Path, url: str) -> Moved:
    return move(folder, url, now=NOW)


def rows_of(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
        found = connection.execute(query).fetchone()
        assert found is not None
        return int(found[0])


def test_everything_is_there_afterwards_as_it_was(folder: Path, database: str) -> None:
    done = moved(folder, database)
    assert not done.already
    assert {name: one.rows for name, one in done.tables.items() if one.rows} == {
        "desks": 1,
        "rotas": 1,
        "requests": 3,
        "records": 3,
        "texts": 3,
        "outbox": 6,
        "shown": 1,
        "references": 1,
        "documents": 8,
    }

    async def compared() -> None:
        there = SqlJournal(database)
        async with SqlJournal(f"sqlite:///{folder}/{JOURNAL}") as here, there:
            assert await there.load(T, D) == await here.load(T, D)
            assert await there.history(T, D) == await here.history(T, D)
            assert await there.texts(T, D, (0, ""), 9) == await here.texts(T, D, (0, ""), 9)
            assert await there.references() == await here.references()
            assert await there.address(T, D, "card-1") == ADDRESS
            stored = await there.rota(T, D)
            assert stored == await here.rota(T, D)
            assert stored.rota == ROTA
            documents = Documents(there.transact)
            assert compare(stored, DESK, RotaRows(documents, lambda: NOW)) == Agreed()
            assert RowStorage(documents, "", "slack").read() == json.loads(SMALL["slack.json"])
            assert RowStorage(documents, "", "graph").read() == json.loads(SMALL["graph.json"])
            key = documents.read("", KEY)
            assert key is not None
            assert base64.b64decode(key.content) == SMALL["feeds.key"]
            assert documents.read("", f"ticket-{'a' * 32}") is not None
            assert documents.dated(D, "rota.refused") == {"rota.refused-1": "J�rgen"}
            assert documents.dated(D, "rota.removed") == {"rota.removed-2": "{}"}

    asyncio.run(compared())


async def test_a_ticket_that_was_noted_is_known_to_the_replicas(tmp_path: Path, database: str) -> None:
    from bot.jira.attempts import Attempts

    folder = await kept(tmp_path / "data")
    await Attempts(folder / "tickets").note("tenant", "R-1", "text")
    await asyncio.to_thread(moved, folder, database)
    async with SqlJournal(database) as journal:
        assert await AttemptRows(Documents(journal.transact)).has("tenant", "R-1", "text")


def test_a_folder_whose_journal_was_moved_opens_no_more_and_says_where_that_is(folder: Path, database: str) -> None:
    moved(folder, database)
    where = rf"Since 2026-11-28 09:30 UTC its journal is in PostgreSQL \(127\.0\.0\.1/{database.rpartition('/')[2]}\)"
    with pytest.raises(Misconfigured, match=where):
        refuse_closed(folder)
    with pytest.raises(Misconfigured, match=where):
        moved(folder, database)
    with pytest.raises(Misconfigured, match=where):
        back_up(folder, folder.parent / "backup.zip", version="0.1.0", now=NOW)


def test_many_rows_are_moved_in_portions(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "PORTION", 7)
    folder = asyncio.run(filled(tmp_path / "data", posts=40))
    assert moved(folder, database).tables["outbox"].rows == rows_of(database, "outbox") == 80


def test_a_database_that_holds_something_else_is_refused_and_left_alone(folder: Path, database: str) -> None:
    async def other() -> None:
        async with SqlJournal(database) as journal:
            await journal.create(DESK)

    asyncio.run(other())
    with pytest.raises(Misconfigured, match=r"is not empty, and holds something else\. Name an empty database"):
        moved(folder, database)
    assert rows_of(database, "requests") == 0
    refuse_closed(folder)


async def test_a_database_on_which_a_bot_runs_is_refused(tmp_path: Path, database: str) -> None:
    folder = await kept(tmp_path / "data")
    async with SqlJournal(database) as journal:
        lease = ReplicaLease(journal)
        await lease.begin()
        with pytest.raises(Misconfigured, match=r"A bot runs on 127\.0\.0\.1/"):
            await asyncio.to_thread(moved, folder, database)
        await lease.end()
    await asyncio.to_thread(moved, folder, database)


def test_a_folder_that_a_bot_holds_is_refused(folder: Path, database: str) -> None:
    with FolderLock(folder, "hotseat serve"), pytest.raises(Misconfigured, match="is in use by hotseat serve"):
        moved(folder, database)
    assert rows_of(database, "desks") == 0


def test_a_folder_in_which_a_restore_was_cut_off_is_refused(folder: Path, database: str) -> None:
    close(folder, "A restore into it was cut off.")
    with pytest.raises(Misconfigured, match="A restore into it was cut off"):
        moved(folder, database)


def test_what_stands_beside_the_rotas_and_is_none_is_left_where_it_is(folder: Path, database: str) -> None:
    before = len(moving.shared_rows(folder))
    write(folder, {"rota/notes": b"\xff\xfe\x00", "rota/notes.txt": b"call Eva"})
    assert len(moving.shared_rows(folder)) == before
    assert not move(folder, database, now=NOW).already


def test_where_there_is_no_journal_there_is_nothing_to_move(tmp_path: Path, database: str) -> None:
    with pytest.raises(Misconfigured, match="There is no journal in"):
        moved(tmp_path, database)


def test_a_database_that_changes_what_it_is_given_gets_nothing(
    folder: Path, postgres: tuple[Server, str], database: str
) -> None:
    server, name = postgres[0], database.rpartition("/")[2]
    server.run(
        "CREATE FUNCTION louder() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.status = NEW.status || $$!$$; RETURN NEW; END';"
        "CREATE TRIGGER louder BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION louder()",
        name,
    )
    with pytest.raises(NotStored, match=r"has of requests is not what was sent there\. Nothing was moved"):
        moved(folder, database)
    assert rows_of(database, "desks") == 0
    refuse_closed(folder)


def test_a_database_that_fails_in_the_middle_has_nothing_and_the_folder_everything(
    folder: Path, postgres: tuple[Server, str], database: str
) -> None:
    postgres[0].run("ALTER TABLE outbox ADD CHECK (key <> 'card-2')", database.rpartition("/")[2])
    with pytest.raises(NotStored, match=r"could not be filled: .*check constraint.* \(SQLSTATE 23514\)\. Nothing was"):
        moved(folder, database)
    assert rows_of(database, "desks") == 0
    refuse_closed(folder)


def test_a_server_that_is_not_there_is_said_without_its_password(folder: Path) -> None:
    with pytest.raises(NotStored, match="it cannot be reached") as failed:
        moved(folder, "postgresql://hotseat:canary@127.0.0.1:1/hotseat")
    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.set(database="canary"), "it has no such database"),
        (lambda url: url.set(username="canary"), "it has no such user"),
        (lambda url: url.update_query_dict({"sslmode": "canary"}), "a parameter of its address has no such value"),
        (lambda url: url.update_query_dict({"sslmode": "require"}), "there is no TLS with it as asked for"),
    ],
)
def test_what_is_wrong_with_the_address_is_said_without_what_it_holds(
    folder: Path, database: str, change: Callable[[URL], URL], said: str
) -> None:
    url = change(make_url(database)).render_as_string(hide_password=False)
    with pytest.raises(NotStored, match=said) as failed:
        moved(folder, url)
    assert "canary" not in str(failed.value).replace("/canary)", ")")  # the database's name is said, to find it


def test_a_password_that_is_not_taken_is_said_as_that() -> None:
    failure = psycopg.OperationalError('FATAL:  password authentication failed for user "canary"')
    said = Database("postgresql://host/x").cause(failure)
    assert said == "it does not take the password (OperationalError)"


@pytest.mark.parametrize("url", ["postgresql://u:p@canary@host/x", "postgresql://host/x?canari=1"])
def test_an_address_that_no_database_can_have_is_refused(folder: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="HOTSEAT_DATABASE_URL: ") as failed:
        moved(folder, url)
    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(("where", "there"), [("_compare", 0), ("close", 0), ("Moved", 3)])
def test_a_kill_at_any_moment_leaves_one_journal_or_a_closed_folder_and_the_next_run_ends_it(
    folder: Path, database: str, monkeypatch: pytest.MonkeyPatch, where: str, there: int
) -> None:
    child = os.fork()
    if not child:
        monkeypatch.setattr(moving, where, lambda *_, **__: os._exit(9))
        moved(folder, database)
        os._exit(0)
    assert os.waitpid(child, 0)[1]
    assert rows_of(database, "requests") == there
    assert read_mark(folder) == (MOVING if there else "")
    done = moved(folder, database)
    assert (done.already, rows_of(database, "requests")) == (bool(there), 3)
    with pytest.raises(Misconfigured, match="its journal is in PostgreSQL"):
        refuse_closed(folder)


def test_who_gives_a_move_up_that_was_cut_off_removes_the_mark(folder: Path) -> None:
    close(folder, MOVING)
    with pytest.raises(Misconfigured, match=f"remove the file {MARK}"):
        refuse_closed(folder)
    (folder / MARK).unlink()
    refuse_closed(folder)


@pytest.mark.parametrize("version", ["0005", "0006"])
def test_a_journal_of_an_older_version_is_brought_to_this_one_and_moved(
    folder: Path, database: str, version: str
) -> None:
    run(folder, to=f"-{version}")
    assert moved(folder, database).tables["requests"].rows == 3
    assert asyncio.run(_version(database)) == HEAD


async def _version(url: str) -> str:
    from bot.store.inspection import version_of

    async with SqlJournal(url) as journal:
        return await journal.run(version_of)


def test_every_table_is_moved_but_those_of_replicas_that_live_now(postgres: tuple[Server, str], database: str) -> None:
    found = postgres[0].run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database.rpartition("/")[2])
    names = {str(row[0]) for row in found} - {"alembic_version", "documents", "replicas", "duties", "turns"}
    assert {table.name for table in TABLES} == names


def test_a_checksum_knows_every_value_and_no_order() -> None:
    one, other = {"a": "x", "b": 1}, {"a": "y", "b": None}
    assert sum_of([one, other]) == sum_of([other, one])
    assert sum_of([one, one]) != sum_of([one])
    different: list[dict[str, object]] = [
        {"a": "x", "b": "1"},
        {"a": "1", "b": "x"},
        {"a": b"x", "b": 1},
        {"a": "x", "b": True},
    ]
    assert len({sum_of([row]).checksum for row in [*different, one]}) == 5


def test_a_url_that_is_none_of_postgresqls_is_refused(folder: Path) -> None:
    with pytest.raises(Misconfigured, match="HOTSEAT_DATABASE_URL: use postgresql://"):
        moved(folder, "mysql://here/there")
    assert Settings(data=folder).journal_url.startswith("sqlite:///")  # type: ignore[call-arg]
