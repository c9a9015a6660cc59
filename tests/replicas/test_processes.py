"""Two replicas as processes of their own: one that is stopped and goes on later, and many desks on both."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from bot.effects import PutRota
from bot.ports import Commit
from bot.rota.shift import Rota
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from tests.journeys.town import TEAM, shifts
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import TENANT
from tests.rig.postgres import Server
from tests.rig.process import Child, child, until
from tests.rig.service import Answer

DESKS = 200
SHORT = """
import bot.replica, bot.store.lease
bot.store.lease.LEASE_SECONDS, bot.store.lease.SEND_SECONDS, bot.replica.BEATS = 4.0, 1.0, 1
"""


def info(number: int) -> DeskInfo:
    return DeskInfo(f"desk-{number}", TENANT, activities.GROUP, f"19:desk{number}@thread.tacv2")


@asynccontextmanager
async def replica(folder: Path, database: str, first: str = "") -> AsyncIterator[Child]:
    """Run a replica in local mode, ``first`` before it, and give it once it is ready."""
    async with child(folder, first=first, HOTSEAT_DATABASE_URL=database, HOTSEAT_SEND_LIMITS="off") as running:
        async with asyncio.timeout(60):
            while not await running.is_ready():
                await asyncio.sleep(0.1)
        yield running


async def make_desks(database: str, many: int) -> None:
    """Make so many desks, each with a team."""
    journal = SqlJournal(database)
    await journal.open()
    rota = Rota({one.id: one for one in TEAM}, shifts())
    for number in range(many):
        await journal.create(info(number))
        await journal.commit(Commit(TENANT, info(number).id, 0, changes=(PutRota(rota),)))
    await journal.close()


def rows(database: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database, autocommit=True) as connection:
        return list(connection.execute(query.encode()).fetchall())


async def deliver(session: aiohttp.ClientSession, url: str, activity: dict[str, object]) -> int:
    async with session.post(f"{url}/api/messages", json=activity) as answer:
        return answer.status


async def test_two_hundred_desks_are_served_by_two_replicas(tmp_path: Path, database: str) -> None:
    await make_desks(database, DESKS)
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        both = [await stack.enter_async_context(replica(tmp_path / name, database)) for name in ("one", "other")]
        posts = [
            (
                n,
                activities.channel_post(
                    f"scanner {n} broken", service_url=connector.service_url, channel=info(n).channel
                ),
            )
            for n in range(DESKS)
        ]
        for first in range(0, DESKS, 40):
            some = posts[first : first + 40]
            # Each at one replica, and its repetition at the other.
            sent = [deliver(session, both[(n + turn) % 2].url, post) for n, post in some for turn in range(2)]
            assert set(await asyncio.gather(*sent)) == {200}
        await until(lambda: rows(database, "SELECT count(*) FROM outbox") == [(0,)])
        assert rows(database, "SELECT count(*), count(DISTINCT desk) FROM requests") == [(DESKS, DESKS)]
        posted = [
            call for call in connector.sent() if call.body.get("attachments") and "messageid" in call.conversation
        ]
        assert Counter(Counter(call.conversation for call in posted).values()) == {1: DESKS}


async def test_a_replica_that_was_stopped_overwrites_nothing_when_it_goes_on(tmp_path: Path, database: str) -> None:
    await make_desks(database, 2)
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        both = [replica(tmp_path / name, database, SHORT) for name in ("one", "other")]
        one, other = [await stack.enter_async_context(running) for running in both]
        here: dict[str, Any] = {"service_url": connector.service_url, "channel": info(0).channel}
        post = activities.channel_post("scanner broken", **here)
        connector.script(*[503] * 3)  # so that the card is still being delivered when its replica is stopped
        assert await deliver(session, one.url, post) == 200
        await connector.wait_for(1)
        one.process.send_signal(signal.SIGSTOP)
        edit = activities.edit("scanner and printer broken", of=post)
        assert await deliver(session, other.url, edit) == 200
        await until(lambda: rows(database, "SELECT count(*) FROM outbox") == [(0,)])  # once its lease is over
        before = dict(connector.messages)
        one.process.send_signal(signal.SIGCONT)
        elsewhere = activities.channel_post("another", **(here | {"channel": info(1).channel}))
        assert await deliver(session, one.url, elsewhere) == 200
        await until(lambda: len(connector.messages) > len(before))
        await until(lambda: rows(database, "SELECT count(*) FROM outbox") == [(0,)])
        assert {key: connector.messages[key] for key in before} == before
        assert Counter(Counter(where for where, _ in connector.messages).values()) == {1: 2}, "each thread has one card"


async def test_what_a_killed_replica_held_is_delivered_by_the_next_of_its_folder_before_its_lease_is_over(
    tmp_path: Path, database: str
) -> None:
    await make_desks(database, 1)
    long = "import bot.store.lease; bot.store.lease.LEASE_SECONDS = 3600.0"
    async with FakeConnector() as connector, aiohttp.ClientSession() as session:
        post = activities.channel_post("scanner broken", service_url=connector.service_url, channel=info(0).channel)
        connector.always = Answer(503)
        async with replica(tmp_path / "one", database, long) as one:
            assert await deliver(session, one.url, post) == 200
            await connector.wait_for(1)
            one.process.kill()
            await one.process.wait()
        connector.always = None
        async with replica(tmp_path / "one", database, long):
            await until(lambda: connector.messages)
            await until(lambda: rows(database, "SELECT count(*) FROM outbox") == [(0,)])


async def test_while_the_database_is_silent_what_comes_is_refused_in_time_and_there_once_when_it_comes_again(
    tmp_path: Path, database: str, postgres: tuple[Server, str]
) -> None:
    await make_desks(database, 1)
    soon = "import bot.doorkeeper; bot.doorkeeper.ANSWER_SECONDS = 1.0"
    async with (
        FakeConnector() as connector,
        aiohttp.ClientSession() as session,
        replica(tmp_path, database, soon) as one,
    ):
        post = activities.channel_post("scanner broken", service_url=connector.service_url, channel=info(0).channel)
        with postgres[0].silent():
            assert [await deliver(session, one.url, post) for _ in range(2)] == [503, 503]
            assert not await one.is_ready()
        async with asyncio.timeout(30):
            while await deliver(session, one.url, post) != 200:
                await asyncio.sleep(0.2)
        await until(lambda: rows(database, "SELECT count(*) FROM outbox") == [(0,)])
        assert rows(database, "SELECT count(*) FROM requests") == [(1,)]
        assert len(connector.messages) == 1


async def test_a_replica_whose_database_hangs_ends_within_ten_seconds_all_the_same(
    tmp_path: Path, database: str, postgres: tuple[Server, str]
) -> None:
    await make_desks(database, 1)
    async with replica(tmp_path, database) as one:
        with postgres[0].silent():
            one.process.terminate()
            async with asyncio.timeout(11):
                assert await one.process.wait() in (0, 1)
