"""Each service failing in each way: one call is one request, ends in time, and has an outcome that its room knows.

Whether it is tried again follows from that outcome. The event loop goes on meanwhile, and memory does not grow.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import pytest

from bot.calendars.fetch import fetch_calendar
from bot.errors import Misconfigured
from bot.github.client import GitHubClient, NoFile, TooLarge
from bot.github.client import Refusal as GitHubRefusal
from bot.github.place import Place
from bot.graph.api import GraphApi
from bot.graph.api import Refusal as GraphRefusal
from bot.graph.messages import Channel
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
from tests.faults.trouble import FAULTS, Trouble, trouble
from tests.journeys.town import at

TOM = "bbbbbbbb-0000-4000-8000-0000000000aa"
SHORT = 0.5  # seconds, in place of the ten or thirty that a service is given
MOST_SENT = 16 * 2**20
FINAL = {"401", "403", "404", "413"}


@dataclass(frozen=True)
class Called:
    """How a service is called. ``final`` is its no for good, ``temporary`` what may pass; ``other`` is by fault."""

    call: Callable[[aiohttp.ClientSession, str], Awaitable[object]]
    final: type[Exception]
    temporary: type[Exception] = Temporary
    other: tuple[tuple[str, type[Exception]], ...] = ()
    most: int = MOST_SENT  # bytes that are read of an answer, or wait in sockets meanwhile
    again: str = ""  # after this it is asked once more, with another token

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


class Tokens:
    """Gives a token that nobody looks at."""

    async def token(self, _: str) -> str:
        return "canary"

    def drop(self, _: str, __: str) -> None:
        return


async def graph(session: aiohttp.ClientSession, url: str) -> object:
    channel = Channel("tenant", "team", "19:c@thread.tacv2")
    return await GraphApi(session, url, Tokens()).changed(channel, at("2026-11-23 10:00"))


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
    "Microsoft Graph": Called(graph, GraphRefusal, most=2 * MOST_SENT, again="401"),
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
    for room in ("teams.transport", "teams.keys", "slack.api", "jira.client", "github.client", "graph.api"):
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
        assert there.asked <= (2 if fault == called.again else 1)
        assert there.given <= called.most
        assert "canary" not in str(failed.value)
        if fault == "429" and isinstance(failed.value, Temporary):
            assert failed.value.retry_after == 7


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
