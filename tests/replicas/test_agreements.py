"""What replicas agree on through a real PostgreSQL: leases, who delivers what, duties, turns to send, documents."""

import asyncio
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from bot.effects import DropNotice, PutFacts, PutNotice, PutRequest, PutRota, Show
from bot.errors import Misconfigured, NotStored
from bot.ports import Commit, Conflict, Lost, News, Outgoing
from bot.store import replicas
from bot.store.documents import AttemptRows, Documents, RotaRows, RowStorage, share_key
from bot.store.journal import SqlJournal
from bot.store.lease import LEASE_SECONDS, SEND_SECONDS, ReplicaLease, SharedLimits
from bot.store.postgres import parse_url
from bot.store.rota import StoredRota
from bot.store.schema import HEAD
from bot.store.writing import TOLD, Holder
from bot.views import Line
from tests.store.samples import DESK, FACTS, NOTICE, NOW, ROTA, posted, request

Two = tuple[SqlJournal, SqlJournal]
T, D = DESK.tenant, DESK.id


class Seconds:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def leased(journal: SqlJournal, seconds: Seconds | None = None) -> ReplicaLease:
    lease = ReplicaLease(journal, seconds or Seconds())
    await lease.begin()
    return lease


async def claimed(lease: ReplicaLease) -> list[replicas.Claimed]:
    """Take what nobody living delivers, of all desks."""
    return [row for key in await lease.orphaned() for row in await lease.claim(*key)]


def shows(revision: int, *keys: str, struck: tuple[str, ...] = ()) -> Commit:
    effects = [Show(key, "19:t", Line((f"at {revision}",))) for key in keys]
    outgoing = tuple(Outgoing(f"{revision + 1}.{n}", effect) for n, effect in enumerate(effects))
    return Commit(T, D, revision, outgoing=outgoing, struck=struck)


def run(database: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database, autocommit=True) as connection:
        found = connection.execute(statement.encode())
        return list(found.fetchall()) if found.description else []


def die(database: str, lease: ReplicaLease) -> None:
    """Let a lease end, as that of a replica does which says nothing any more."""
    run(database, f"UPDATE replicas SET until_us = 0 WHERE id = '{lease.id}'")  # noqa: S608


# -- a desk is one's own for a turn -----------------------------------------------------------------------------------


async def test_a_desk_is_one_replicas_until_its_turn_ends(two: Two) -> None:
    one, other = two
    order: list[str] = []

    async def second() -> None:
        async with other.alone(T, D, 0) as news:
            order.append(f"second at {news.revision if news else 0}")

    async with one.alone(T, D, 0) as news:
        assert news is None
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        order.append("first commits")
        await one.commit(posted(0, 1))
    await waiting
    assert order == ["first commits", "second at 1"]


async def test_what_another_committed_comes_with_the_turn(two: Two) -> None:
    one, other = two
    closed = replace(request(2), text="other words")
    await one.commit(Commit(T, D, 0, changes=(PutRequest(request(1)), PutNotice(NOTICE))))
    await one.commit(Commit(T, D, 1, changes=(PutRequest(closed), PutFacts(FACTS), DropNotice(NOTICE.key))))
    await one.commit(Commit(T, D, 2, changes=(PutRota(ROTA),)))
    async with other.alone(T, D, 0) as news:
        assert news is not None
        assert news.revision == 3
        assert news.changes is not None
        assert {PutRequest(request(1)), PutRequest(closed), DropNotice(NOTICE.key)} <= set(news.changes[:3])
        assert PutFacts(FACTS) in news.changes
        assert PutRota(ROTA) in news.changes
    async with other.alone(T, D, 3) as nothing:
        assert nothing is None


async def test_who_has_missed_too_much_loads_the_desk_anew(two: Two, database: str) -> None:
    one, other = two
    for revision in range(3):
        await one.commit(posted(revision, revision + 1))
    run(database, "DELETE FROM changes WHERE revision = 2")
    async with other.alone(T, D, 0) as news:
        assert news == News(3, None)


async def test_of_what_was_touched_only_the_last_thousand_are_kept(two: Two, database: str) -> None:
    one, _ = two
    run(database, f"UPDATE desks SET revision = {TOLD * 2 - 2}")  # noqa: S608
    run(database, f"INSERT INTO changes SELECT '{T}', '{D}', n, '[]' FROM generate_series(1, {TOLD * 2 - 2}) n")  # noqa: S608
    await one.commit(posted(TOLD * 2 - 2, 1))
    assert run(database, "SELECT count(*) FROM changes") == [(TOLD * 2 - 1,)]
    await one.commit(posted(TOLD * 2 - 1, 2))
    assert run(database, "SELECT min(revision), count(*) FROM changes") == [(TOLD + 1, TOLD)]


async def test_a_replica_that_stops_in_its_turn_keeps_the_desk_for_seconds_only(two: Two) -> None:
    one, other = two

    async def stopped() -> None:
        async with one.alone(T, D, 0):
            one._turn[T, D].exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
            async with other.alone(T, D, 0) as news:  # which waits until the server has ended the other's turn
                assert news is None
            await one.commit(posted(0, 1))

    with pytest.raises(NotStored):
        await stopped()
    await other.commit(posted(0, 2))
    assert [one.id for one in (await other.load(T, D)).requests] == ["r2"]


async def test_what_fails_within_a_turn_is_taken_back_and_lets_the_desk_go(two: Two) -> None:
    one, other = two
    await one.commit(posted(0, 1))
    with pytest.raises(Conflict):
        async with other.alone(T, D, 1):
            await other.commit(posted(0, 2))
    async with one.alone(T, D, 1) as news:
        assert news is None


async def test_no_error_says_what_a_row_holds(two: Two) -> None:
    one, _ = two
    with pytest.raises(NotStored) as failure:
        await one.run(
            lambda connection: connection.exec_driver_sql(
                "INSERT INTO desks SELECT tenant, desk, channel, 0, '{}', 'a secret' FROM desks"
            )
        )
    assert "duplicate key" in str(failure.value)
    assert T not in str(failure.value)
    assert failure.value.__suppress_context__


# -- who delivers -----------------------------------------------------------------------------------------------------


async def test_who_commits_delivers(two: Two) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    assert await one.commit(shows(0, "card")) == frozenset()
    assert await claimed(others) == []
    assert await claimed(mine) == []
    assert [row.id for row in (await one.load(T, D)).outgoing] == ["1.0"]
    assert (await other.load(T, D)).outgoing == ()


async def test_what_follows_something_that_another_delivers_waits_behind_it(two: Two) -> None:
    one, other = two
    await leased(one)
    others = await leased(other)
    await one.commit(shows(0, "card"))
    assert await other.commit(shows(1, "card", "else")) == {"2.0"}
    assert await claimed(others) == []
    await one.commit(Commit(T, D, 2, struck=("1.0",)))
    assert [row[0] for row in await claimed(others)] == ["2.0"]


async def test_what_follows_something_that_is_delivered_here_waits_too_since_that_may_not_have_begun(two: Two) -> None:
    one, other = two
    mine = await leased(one)
    await leased(other)
    await one.commit(shows(0, "card"))
    await other.commit(shows(1, "card"))
    assert await claimed(mine) == []
    await one.commit(Commit(T, D, 2, struck=("1.0",)))
    assert [row[0] for row in await claimed(mine)] == ["2.0"]


async def test_what_was_read_under_one_lease_is_not_delivered_under_the_next(
    two: Two, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    await one.commit(shows(0, "card"))
    await other.commit(shows(1, "else"))
    die(database, others)
    run = one.run

    async def slow(work: Callable[[Connection], Any]) -> Any:
        found = await run(work)
        one.holder = Holder("the next")
        return found

    monkeypatch.setattr(one, "run", slow)
    before = one.holder
    assert (await one.load(T, D)).outgoing == ()
    one.holder = before
    assert await claimed(mine) == []


@pytest.mark.parametrize(
    ("noted", "lives"),
    [("{here} {id}\n", False), ("another-host {id}\n", True), ("", True), ("nonsense", True), ("\xff", True)],
)
async def test_the_process_before_on_this_machine_is_dead_once_the_next_has_its_folder(
    two: Two, database: str, tmp_path: Path, noted: str, *, lives: bool
) -> None:
    note = tmp_path / "replica"
    before = await leased(two[0])
    note.write_text(noted.format(here=socket.gethostname(), id=before.id), encoding="latin-1")
    lease = ReplicaLease(two[1], Seconds(), note=note)
    await lease.begin()
    living = {id_ for (id_,) in run(database, "SELECT id FROM replicas")}
    assert living == ({before.id, lease.id} if lives else {lease.id})
    assert note.read_text() == f"{socket.gethostname()} {lease.id}\n"


async def test_what_a_process_notes_is_its_owners_alone(two: Two, tmp_path: Path) -> None:
    note = tmp_path / "replica"
    await ReplicaLease(two[0], Seconds(), note=note).begin()
    assert note.stat().st_mode & 0o777 == 0o600


async def test_what_a_dead_replica_held_is_taken_over_once_and_in_order(two: Two, database: str) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    await one.commit(shows(0, "a", "b"))
    await one.commit(shows(1, "a"))
    die(database, mine)
    assert [row[0] for row in await claimed(others)] == ["1.0", "1.1", "2.0"]
    assert await claimed(others) == []


async def test_who_takes_over_knows_what_each_follows_from(two: Two, database: str) -> None:
    mine, others = [await leased(one) for one in two]
    commit = shows(0, "card")
    await two[0].commit(replace(commit, outgoing=tuple(replace(one, event="slack|C1|1.0") for one in commit.outgoing)))
    die(database, mine)
    assert [row[2] for row in await claimed(others)] == ["slack|C1|1.0"]


async def test_a_newer_version_leaves_a_database_alone_while_replicas_of_an_older_one_run(
    two: Two, database: str
) -> None:
    lease, other = await leased(two[0]), await leased(two[1])
    run(database, "ALTER TABLE outbox DROP COLUMN event; UPDATE alembic_version SET version_num = '0007'")
    newer = SqlJournal(database)
    with pytest.raises(Misconfigured, match=r"2 replicas of an older version run on it\. Stop every replica"):
        await newer.open()
    await other.end()
    with pytest.raises(Misconfigured, match="1 replica of an older version runs on it"):
        await newer.open()
    assert run(database, "SELECT version_num FROM alembic_version") == [("0007",)]
    die(database, lease)
    await newer.open()
    await newer.close()
    assert run(database, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_an_older_version_that_was_stopped_meanwhile_takes_no_lease_and_is_not_ready(
    two: Two, database: str
) -> None:
    lease = await leased(two[0])
    run(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotStored, match="is of another version of Hotseat by now"):
        await lease.begin()
    with pytest.raises(NotStored, match="is of another version of Hotseat by now"):
        await two[0].probe()


async def test_who_is_dead_by_the_databases_clock_takes_nothing(two: Two, database: str) -> None:
    mine, others = [await leased(one) for one in two]
    await two[0].commit(shows(0, "card"))
    die(database, mine)
    die(database, others)
    assert await claimed(others) == []


async def test_many_who_claim_at_once_take_each_row_once(two: Two, database: str) -> None:
    one, other = two
    mine = await leased(one)
    await one.commit(shows(0, *(f"k{n}" for n in range(50))))
    die(database, mine)
    claimers = [await leased(journal) for journal in (one, other)]
    found = await asyncio.gather(*(claimed(lease) for lease in claimers for _ in range(4)))
    ids = [row[0] for some in found for row in some]
    assert sorted(ids) == sorted(f"1.{n}" for n in range(50))


async def test_a_desk_that_somebody_writes_to_just_now_is_left_for_the_next_time(two: Two, database: str) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    await one.commit(shows(0, "card"))
    die(database, mine)
    async with one.alone(T, D, 1):
        assert await claimed(others) == []
    assert len(await claimed(others)) == 1


async def test_a_late_result_of_a_lost_lease_is_refused_and_changes_nothing(two: Two, database: str) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    await one.commit(shows(0, "card", "else"))
    die(database, mine)
    await claimed(others)
    with pytest.raises(Lost) as lost:
        await one.commit(replace(posted(1, 1), struck=("1.0",)))
    assert lost.value.ids == {"1.0"}
    assert (await one.load(T, D)).requests == ()
    await other.commit(Commit(T, D, 1, struck=("1.0",)))


async def test_a_late_result_counts_where_nobody_has_taken_over(two: Two) -> None:
    one, _ = two
    mine = await leased(one)
    await one.commit(shows(0, "card"))
    await mine.begin()
    await one.commit(Commit(T, D, 1, struck=("1.0",)))
    assert (await one.load(T, D)).outgoing == ()
    assert await claimed(mine) == []


async def test_an_auditor_is_told_of_its_own_and_of_what_nobody_delivers_yet(two: Two, database: str) -> None:
    one, other = two
    await leased(one)
    await leased(other)
    await one.commit(shows(0, "a", "b"))
    run(database, "UPDATE outbox SET holder = '' WHERE id = '1.1'")
    seen = [[row.id for row in (await journal.audit(T, D, NOW)).pending] for journal in two]
    assert seen == [["1.0", "1.1"], ["1.1"]]
    assert (await other.audit(T, D, NOW)).total == 2


# -- leases -----------------------------------------------------------------------------------------------------------


async def test_a_lease_ends_for_its_holder_before_a_call_could_outlive_it(two: Two) -> None:
    seconds = Seconds()
    lease = await leased(two[0], seconds)
    seconds.now = LEASE_SECONDS - SEND_SECONDS - 1
    assert lease.holds()
    seconds.now += 1
    assert not lease.holds()
    assert await claimed(lease) == []


async def test_a_lease_that_lapsed_is_not_renewed_but_taken_anew_under_another_id(two: Two, database: str) -> None:
    seconds = Seconds()
    lease = await leased(two[0], seconds)
    before = lease.id
    seconds.now = 5
    assert await lease.renew()
    die(database, lease)
    assert not await lease.renew()
    assert not lease.holds()
    await lease.begin()
    assert lease.holds()
    assert lease.id != before


async def test_an_answer_to_a_renewal_that_came_after_the_lease_ended_is_none(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = Seconds()
    lease = await leased(two[0], seconds)
    before, beat = lease.id, replicas.beat

    def late(*arguments: Any) -> bool:
        seconds.now += LEASE_SECONDS - SEND_SECONDS
        return beat(*arguments)

    monkeypatch.setattr(replicas, "beat", late)
    assert not await lease.renew()
    assert not lease.holds()
    monkeypatch.setattr(replicas, "beat", beat)
    await lease.begin()
    assert (lease.holds(), lease.id != before) == (True, True)


async def test_nothing_is_held_under_a_lease_that_was_not_given(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = await leased(two[0])
    before = lease.id

    def away(*_: Any) -> bool:
        raise NotStored

    monkeypatch.setattr(replicas, "beat", away)
    with pytest.raises(NotStored):
        await lease.begin()
    assert lease.id == before


async def test_turns_that_no_window_reaches_back_to_are_forgotten(two: Two, database: str) -> None:
    lease = await leased(two[0])
    await SharedLimits(two[0], ((9, 1.0),)).turn("19:old")
    run(database, "UPDATE turns SET at_us = 1")
    await SharedLimits(two[0], ((9, 1.0),)).turn("19:new")
    await lease.renew()
    assert run(database, "SELECT thread FROM turns") == [("19:new",)]


async def test_a_replica_that_leaves_lets_others_take_over_at_once(two: Two) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    await one.commit(shows(0, "card"))
    await mine.end()
    assert [row[0] for row in await claimed(others)] == ["1.0"]


async def test_a_duty_is_one_replicas_until_it_is_gone(two: Two, database: str) -> None:
    one, other = two
    mine, others = await leased(one), await leased(other)
    assert await mine.is_mine("slack")
    assert await mine.is_mine("slack")
    assert not await others.is_mine("slack")
    assert await others.is_mine("tickets")
    die(database, mine)
    assert await others.is_mine("slack")
    assert not await mine.is_mine("slack")


# -- turns to send ----------------------------------------------------------------------------------------------------


async def test_replicas_share_the_turns_of_a_thread(two: Two) -> None:
    windows = ((3, 10.0), (4, 100.0))

    async def reserve(journal: SqlJournal, thread: str = "19:t") -> float:
        seconds, _ = await journal.run(lambda connection: replicas.reserve(connection, thread, windows))
        return seconds

    waits = [await reserve(two[n % 2]) for n in range(5)]
    assert waits[:3] == pytest.approx([0, 0, 0], abs=1)
    assert waits[3] == pytest.approx(10, abs=1)
    assert waits[4] == pytest.approx(100, abs=1)
    assert await reserve(two[0], "19:other") == pytest.approx(0, abs=1)


async def test_turns_that_are_asked_for_at_once_are_all_different(two: Two, database: str) -> None:
    limits = [SharedLimits(journal, ((100, 1.0),)) for journal in two]
    await asyncio.gather(*(limits[n % 2].turn("19:t") for n in range(40)))
    assert run(database, "SELECT count(*), count(DISTINCT at_us) FROM turns") == [(40, 40)]
    await SharedLimits(two[0], ()).turn("19:t")
    assert run(database, "SELECT count(*) FROM turns") == [(40,)]


async def test_a_send_that_left_late_counts_from_then(two: Two) -> None:
    windows = ((1, 100.0),)

    async def reserve() -> tuple[float, int]:
        return await two[0].run(lambda connection: replicas.reserve(connection, "19:t", windows))

    await reserve()
    _, moment = await reserve()  # a hundred seconds from now
    await two[1].run(lambda connection: replicas.left_late(connection, "19:t", moment))  # earlier, as it happens
    seconds, _ = await reserve()
    assert seconds == pytest.approx(100, abs=1)


async def test_a_turn_that_the_event_loop_held_up_is_told(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(replicas, "left_late", lambda _, thread, __: told.append(thread))
    monkeypatch.setattr("bot.store.lease.LATE", -1.0)  # so that every turn is late
    await SharedLimits(two[0], ((9, 1.0),)).turn("19:t")
    assert told == ["19:t"]


# -- documents --------------------------------------------------------------------------------------------------------


async def test_tables_in_a_row_are_replaced_by_whoever_read_them_last(two: Two) -> None:
    def work() -> None:
        one, other = (RowStorage(Documents(journal.transact), "", "slack") for journal in two)
        assert one.read() is None
        one.write({"read": {"C1": "1.0"}})
        with pytest.raises(NotStored, match="Another replica"):
            other.write({"read": {}})
        assert other.read() == {"read": {"C1": "1.0"}}
        other.write({"read": {"C1": "2.0"}})
        with pytest.raises(NotStored, match="Another replica"):
            one.write({"read": {}})
        assert one.read() == {"read": {"C1": "2.0"}}

    await asyncio.to_thread(work)


async def test_a_rota_in_a_row_is_as_one_in_a_file(two: Two) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)

    def work() -> None:
        documents = Documents(two[0].transact)
        rows = RotaRows(documents, lambda: now)
        assert rows.checksum(D) is None
        assert rows.look(D) is None
        with pytest.raises(Misconfigured, match="not there"):
            rows.read(DESK)
        checksum = rows.write(DESK, ROTA)
        assert rows.checksum(D) == checksum
        assert rows.read(DESK).rota == ROTA
        stored = StoredRota(ROTA, checksum, written=True)
        assert rows.keep(DESK, stored) is None
        before = rows.look(D)
        row = documents.read(D, "rota")
        assert row is not None
        documents.write(D, "rota", row.content.replace("Ben Okafor", "Ben O."), row.version)
        assert rows.look(D) != before
        kept = rows.keep(DESK, stored)
        assert kept is not None
        assert rows.keep(DESK, stored) == kept
        assert rows.write(DESK, ROTA) == checksum
        rows.forget_edits(D, now)
        assert documents.read(D, str(kept.path)) is not None
        rows.forget_edits(D, now + timedelta(days=1))
        assert documents.read(D, str(kept.path)) is None
        aside = rows.set_aside(D, now)
        assert aside is not None
        assert rows.set_aside(D, now) is None
        rows.forget_removed(now)
        assert documents.read(D, str(aside)) is not None
        rows.forget_removed(now + timedelta(seconds=1))
        assert documents.read(D, str(aside)) is None

    await asyncio.to_thread(work)


async def test_the_feeds_key_is_the_same_for_every_replica(two: Two, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "other")]
    files[0].write_bytes(b"k" * 32)

    def work() -> None:
        for journal, file in zip(two, files, strict=True):
            share_key(Documents(journal.transact), file, 32)

    await asyncio.to_thread(work)
    assert files[1].read_bytes() == b"k" * 32
    assert files[1].stat().st_mode & 0o777 == 0o600


async def test_an_attempt_at_a_ticket_is_known_to_every_replica(two: Two) -> None:
    one, other = (AttemptRows(Documents(journal.transact)) for journal in two)
    assert not await one.has("T-1")
    await one.note("T-1")
    await other.note("T-1")
    assert await other.has("T-1")
    await other.forget("T-1")
    assert not await one.has("T-1")


@pytest.mark.parametrize("url", ["mysql://u@h/db", "postgresql://u@h/", "no address"])
def test_an_address_that_is_none_of_postgres_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="HOTSEAT_DATABASE_URL"):
        parse_url(url)


def test_a_driver_that_is_not_installed_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bot.store.postgres")
    monkeypatch.delattr("bot.store.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Misconfigured, match=r"hotseat\[postgres\]"):
        SqlJournal("postgresql://u@h/db")


async def test_a_server_that_is_not_there_is_said_with_the_remedy() -> None:
    journal = SqlJournal("postgresql://u:secret@127.0.0.1:9/db")
    with pytest.raises(Misconfigured, match="HOTSEAT_DATABASE_URL") as failure:
        await journal.open()
    assert "secret" not in str(failure.value)
    await journal.close()
