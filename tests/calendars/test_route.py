"""A feed over HTTP: for whoever has its address, and nothing to anybody else."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from icalendar import Calendar
from yarl import URL

from bot.app import web_app
from bot.calendars.addresses import Feed, FeedAddresses
from bot.calendars.route import PATH, FeedRoute
from bot.errors import NotStored
from bot.hours import SupportHours
from bot.rota.shift import Rota
from bot.settings import Settings
from tests.calendars.test_feed import ANA, ROTA
from tests.door.whole import ANA as ANA_ID
from tests.door.whole import seed
from tests.rig.entra import TENANT
from tests.rig.service import LoopbackService

DESK, OWN = Feed("tenant", "backend", "", 0), Feed("tenant", "backend", ANA.id, 3)


class Bot(LoopbackService):
    """Serves feeds as the bot does."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.addresses = FeedAddresses(folder / "feeds.key", "")
        self.feeds = {DESK: (ROTA, SupportHours()), OWN: (ROTA, SupportHours())}
        self.fails = False

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get(PATH, FeedRoute(self.addresses, self._all).answer)
        return app

    def address(self, feed: Feed) -> str:
        self.addresses._base = self.url
        return self.addresses.address(feed.tenant, feed.desk, feed.person, feed.generation)

    async def _all(self) -> dict[Feed, tuple[Rota, SupportHours]]:
        if self.fails:
            raise NotStored("the disk is gone")
        return self.feeds


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with Bot(tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_a_feed_is_an_icalendar_file_that_clients_may_keep_and_proxies_not(
    bot: Bot, session: aiohttp.ClientSession
) -> None:
    for feed, count in ((DESK, 2), (OWN, 1)):
        async with session.get(bot.address(feed)) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert answer.headers["Cache-Control"] == "private"
            assert "Set-Cookie" not in answer.headers
            assert len(Calendar.from_ical(await answer.read()).events) == count


async def test_an_unchanged_feed_is_not_sent_again(bot: Bot, session: aiohttp.ClientSession) -> None:
    async with session.get(bot.address(DESK)) as answer:
        tag = answer.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        async with session.get(bot.address(DESK), headers={"If-None-Match": known}) as answer:
            assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
            assert answer.headers["Cache-Control"] == "private"
    bot.feeds[DESK] = (Rota(), SupportHours())
    for known in (tag, "nonsense"):
        async with session.get(bot.address(DESK), headers={"If-None-Match": known}) as answer:
            assert answer.status == 200
            assert answer.headers["ETag"] != tag


async def test_head_says_what_get_would_and_anything_else_is_refused(bot: Bot, session: aiohttp.ClientSession) -> None:
    async with session.get(bot.address(DESK)) as got, session.head(bot.address(DESK)) as head:
        named = ("ETag", "Content-Type", "Content-Length")
        assert (head.status, [head.headers[one] for one in named]) == (200, [got.headers[one] for one in named])
        assert await head.read() == b""
    async with session.post(bot.address(DESK)) as answer:
        assert answer.status == 405


async def test_what_is_not_known_is_not_found_and_all_of_it_alike(bot: Bot, session: aiohttp.ClientSession) -> None:
    old = bot.address(OWN)
    bot.feeds[Feed(OWN.tenant, OWN.desk, OWN.person, OWN.generation + 1)] = bot.feeds.pop(OWN)
    root = f"{bot.url}/rota/"
    unknown = [
        old,
        f"{root}{'A' * 43}.ics",
        f"{root}x.ics",
        f"{root}.ics",
        f"{root}..%2Ffeeds.key",
        f"{root}%2e%2e/x.ics",
    ]
    found = set()
    for address in (*unknown, root, f"{bot.address(DESK)}x", bot.address(DESK).removesuffix(".ics")):
        async with session.get(URL(address, encoded=True)) as answer:
            found.add((answer.status, await answer.text(), answer.headers["Content-Type"]))
    assert found == {(404, "404: Not Found", "text/plain; charset=utf-8")}


async def test_while_the_store_fails_clients_are_asked_to_come_again(bot: Bot, session: aiohttp.ClientSession) -> None:
    bot.fails = True
    async with session.get(bot.address(DESK)) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "60")


async def test_the_bot_serves_the_feeds_of_its_desks_and_logs_no_secret(
    tmp_path: Path, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(data=tmp_path)  # type: ignore[call-arg]
    await seed(settings)
    address = FeedAddresses(tmp_path / "feeds.key", "http://bot").address(TENANT, "backend", ANA_ID, 0)
    runner = web.AppRunner(web_app(settings), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with session.get(f"{base}/rota/x.ics") as answer:
        assert answer.status == 404
    async with session.get(address.replace("http://bot", base)) as answer:
        assert "SUMMARY:Support (backend) with Ben Okafor" in await answer.text()
    await runner.cleanup()
    assert address.rpartition("/")[2].removesuffix(".ics") not in caplog.text
