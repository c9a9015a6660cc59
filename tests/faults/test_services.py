"""Each service failing in each way: one call is one request, ends in time, and has an outcome that its room knows.

Whether it is tried again follows from that outcome. The event loop goes on meanwhile, and memory does not grow.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.calendars.fetch import fetch_calendar
from bot.errors import Misconfigured
from bot.github.client import GitHubClient, NoFile, TooLarge
from bot.github.client import Refusal as GitHubRefusal
from bot.github.place import Place
from bot.jira.client import JiraClient
from bot.jira.client import Refusal as JiraRefusal
from bot.retries import Temporary, retrying
from bot.slack import api
from bot.slack.api import Refusal, SlackApi
from bot.teams import credentials, keys, transport
from bot.teams.credentials import Credentials, Token, TokenRefused, secret
from bot.teams.hosts import ServiceHosts
from bot.teams.keys import KeysUnavailable, SigningKeys
from bot.teams.transport import Final, Transport
from tests.door.whole import ANA, running, whole
from tests.faults.trouble import FAULTS, Trouble, trouble
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.process import until
from tests.rig.service import Answer

TOM = "bbbbbbbb-0000-4000-8000-0000000000aa"
SHORT = 0.5  # seconds, in place of the ten or thirty that a service is given
MOST_SENT = 16 * 2**20  # bytes; what is read, and what waits in sockets meanwhile
FINAL = {"401", "403", "404", "413"}


@dataclass(frozen=True)
class Called:
    """How a service is called. ``final`` is its no for good, ``temporary`` what may pass; ``other`` is by fault."""

    call: Callable[[aiohttp.ClientSession, str], Awaitable[object]]
    final: type[Exception]
    temporary: type[Exception] = Temporary
    other: tuple[tuple[str, type[Exception]], ...] = ()

    def outcome(self, fault: str) -> type[Exception]:
        """Return what comes of a fault."""
        return dict(self.other).get(fault, self.final if fault in FINAL else self.temporary)


async def connector(session: aiohttp.ClientSession, url: str) -> object:
    hosts = ServiceHosts((url.partition("://")[2],)) if url.startswith("https") else ServiceHosts.loopback()
    return await Transport(session, hosts).post(f"{url}/emea/", "19:c@thread.tacv2", {"type": "message"})


async def slack(session: aiohttp.ClientSession, url: str) -> object:
    return await SlackApi(session, f"{url}/api/", "xoxb-canary").write("chat.postMessage", {"text": "x"})


async def jira(session: aiohttp.ClientSession, url: str) -> object:
    return await JiraClient(session, url, "canary", email="a@example.com").search("key = X-1", "status", most=1)


async def github(session: aiohttp.ClientSession, url: str) -> object:
    return await GitHubClient(session, url, "canary").read(Place("owner", "repo", "docs/help.md", "main"))


async def calendar(session: aiohttp.ClientSession, url: str) -> object:
    return await fetch_calendar(session, lambda _: True, f"{url}/a.ics", SHORT)


async def metadata(session: aiohttp.ClientSession, url: str) -> object:
    return await SigningKeys(session, f"{url}/metadata").find("kid")


async def token(_: aiohttp.ClientSession, url: str) -> object:
    return await Credentials(secret(authority=url, tenant="t", app_id="a", password="p")).token()


SERVICES = {
    "Teams' connector": Called(connector, Final),
    "Slack": Called(slack, Refusal),
    "Jira": Called(jira, JiraRefusal),
    "GitHub": Called(github, GitHubRefusal, other=(("another shape", NoFile), ("endless", TooLarge))),
    "a calendar": Called(calendar, Misconfigured, Misconfigured),
    "OpenID metadata": Called(metadata, KeysUnavailable, KeysUnavailable),
    "Entra's token": Called(token, TokenRefused, TokenRefused),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"transport": transport._TIMEOUT, "api": api._TIMEOUT, "keys": keys._TIMEOUT}
    assert {name: one.total for name, one in given.items()} == dict.fromkeys(given, 10), (
        "shortened from what is promised"
    )
    for room in ("teams.transport", "teams.keys", "slack.api", "jira.client", "github.client"):
        monkeypatch.setattr(f"bot.{room}._TIMEOUT", aiohttp.ClientTimeout(total=SHORT))
    monkeypatch.setattr(credentials, "_TIMEOUT", SHORT)
    monkeypatch.setattr(credentials, "_LONGEST", 2 * SHORT)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_call_to_a_service_in_trouble_ends_in_an_outcome_and_holds_up_nobody(service: str, fault: str) -> None:
    called = SERVICES[service]
    async with trouble(fault) as there, aiohttp.ClientSession() as session:
        calling = asyncio.create_task(awaited(called.call(session, there.url)))
        if fault == "hangs":
            await asked(there)
            # The loop serves others while somebody thinks.
            async with trouble("another shape") as other, session.get(other.url) as answer:
                assert answer.status == 200
            assert not calling.done()
        with pytest.raises(called.outcome(fault)) as failed:
            async with asyncio.timeout(30):
                await calling
        assert there.asked <= 1
        assert there.given <= MOST_SENT
        assert "canary" not in str(failed.value)
        if fault == "429" and isinstance(failed.value, Temporary):
            assert failed.value.retry_after == 7


async def test_a_whole_bot_serves_others_and_loses_nothing_whatever_trouble_its_connector_is_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        there = {name: await stack.enter_async_context(trouble(name)) for name in FAULTS}
        entra, well = await stack.enter_async_context(FakeEntra()), await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        hosts = tuple(f"127.0.0.1:{port}" for port in (*(one.port for one in there.values()), well.port))
        bot = await stack.enter_async_context(running(tmp_path, entra, well, session, service_hosts=hosts))
        for number, (name, one) in enumerate(there.items(), start=1):
            url = f"{one.url}/emea/"
            asked = activities.channel_post(f"printer {name}", service_url=url)
            assert (await bot.post(asked, service_url=url))[0] == 200
            other = activities.channel_post(f"scanner {name}", service_url=well.service_url, aad=TOM, name="Tom")
            assert (await bot.post(other))[0] == 200
            async with asyncio.timeout(10):
                while not any(other["id"] in call.conversation for call in well.calls):
                    await asyncio.sleep(0.02)
            assert bot.rows("select count(*) from requests") == [(2 * number,)]
    assert not [one for one in caplog.records if one.exc_info]


async def test_what_teams_could_not_be_told_before_the_answer_is_not_said_after_it(tmp_path: Path) -> None:
    posted = at("2026-11-23 10:54:55")  # its line is due, and Teams is away
    async with whole(tmp_path) as bot:
        bot.connector.always = Answer(503)
        post = bot.channel_post(at=posted.isoformat().replace("+00:00", "Z"))
        assert (await bot.post(post))[0] == 200
        await until(lambda: any("No answer yet" in str(call.body) for call in bot.connector.calls))
        reply = activities.reply("it is plugged in again", thread=post["id"], **bot.by(ANA))
        assert (await bot.post(reply))[0] == 200
        bot.connector.always = None
        await bot.quiet()
        posts = [str(body) for (where, _), body in bot.connector.messages.items() if post["id"] in where]
        assert len(posts) == 1, posts
        assert "No answer yet" not in posts[0]
        assert not [where for where, _ in bot.connector.messages if where.startswith("a:")]


async def awaited(call: Awaitable[object]) -> object:
    return await call


async def asked(there: Trouble) -> None:
    async with asyncio.timeout(30):
        while not there.asked:
            await asyncio.sleep(0.01)


async def test_a_token_that_never_comes_to_its_end_is_given_up_and_the_next_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(credentials, "_LONGEST", 0.1)
    hanging, now = threading.Event(), [0.0]
    asks: list[int] = []

    def fetch() -> Token:
        asks.append(len(asks))
        if len(asks) == 1:
            hanging.wait(60)
        return Token(f"token {len(asks)}", 3600.0)

    before = set(threading.enumerate())
    held = Credentials(fetch, timer=lambda: now[0])
    with pytest.raises(TokenRefused, match="TimeoutError"):
        await held.token()
    begun = [one for one in threading.enumerate() if one not in before]
    assert [(one.name, one.daemon) for one in begun] == [("entra token", True)]
    with pytest.raises(TokenRefused, match="TimeoutError"):
        await held.token()  # not asked again at once
    now[0] = 2.0
    assert await held.token() == "token 2"
    hanging.set()
    await asyncio.sleep(0.05)
    assert await held.token() == "token 2", "what comes too late counts no more"


async def test_five_hundred_who_wait_for_a_token_ask_for_it_once_a_second_at_most() -> None:
    now, asks = [0.0], [0]

    def fetch() -> Token:
        asks[0] += 1
        raise TokenRefused("temporarily_unavailable")

    held = Credentials(fetch, timer=lambda: now[0])
    for second in range(5):
        now[0] = second * 1.0
        await asyncio.gather(*(held.token() for _ in range(500)), return_exceptions=True)
        for _ in range(10):
            with pytest.raises(TokenRefused, match="temporarily_unavailable"):
                await held.token()
    assert asks == [5]


async def test_an_hour_without_a_service_is_few_calls_and_its_return_is_noticed_within_two_minutes() -> None:
    now, calls, back = 0.0, 0, 3600.0

    async def call() -> float:
        nonlocal calls
        calls += 1
        if now < back:
            raise Temporary("ClientConnectorError")
        return now

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    done = await retrying(call, sleep=sleep)
    assert calls < 300
    assert back <= done <= back + 120


async def test_who_asks_for_seven_seconds_is_given_them_and_a_little_more_each_time() -> None:
    pauses: list[float] = []

    async def call() -> None:
        if len(pauses) < 30:
            raise Temporary("429", retry_after=7)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    await retrying(call, sleep=sleep)
    assert min(pauses) >= 7
    assert len(set(pauses)) > 20, "not all at once"
