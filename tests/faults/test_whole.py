"""The whole bot while those it talks to are in trouble: it serves the others, and what it owes is there afterwards."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson
import pytest

from bot.graph import reconciler
from bot.handbook import shelf
from bot.jira import forms
from bot.slack import outbound
from bot.teams import credentials
from tests.bugsnag.payloads import webhook
from tests.door.whole import ANA, BEN, TEAM_CHANNEL, Whole, running, whole
from tests.faults.trouble import FAULTS, Trouble, trouble
from tests.github.fake import PLACE, FakeGitHub
from tests.github.fake import TOKEN as GITHUB_TOKEN
from tests.jira.fake import EMAIL, FakeJira
from tests.jira.fake import TOKEN as JIRA_TOKEN
from tests.journeys.test_alerts import FILLED
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.graph import FakeGraph
from tests.rig.ports import free_port
from tests.rig.process import until
from tests.rig.service import Answer, LoopbackService
from tests.slack.events import BUGSNAG, CHANNEL, classic, message
from tests.slack.fake import SECRET, FakeSlack, signed
from tests.slack.fake import TOKEN as SLACK_TOKEN

FINAL = {"401", "403", "404", "413"}
HANDLED = "Ben Okafor is handling it."
MAKES = "Ben Okafor makes a ticket of it, to which cause and solution belong."
HAS = "It has a ticket"
TOM = "bbbbbbbb-0000-4000-8000-0000000000aa"
ALERT = {"desk": "backend", "request": "A-1", "card": "alert:A-1:1"}
IN_TEAM = {"thread": TEAM_CHANNEL, "channel": TEAM_CHANNEL}


class Others:
    """Every service of the bot but Teams and Entra, each at one place whether it is well or in trouble."""

    def __init__(self) -> None:
        self.slack, self.jira, self.github, self.graph = FakeSlack(), FakeJira(), FakeGitHub(), FakeGraph()
        self._all: tuple[LoopbackService, ...] = (self.slack, self.jira, self.github, self.graph)
        self._there = AsyncExitStack()
        for service in self._all:
            service.port = free_port()

    def settings(self) -> dict[str, Any]:
        """Return where they are, and as whom the bot comes."""
        slack = {"slack_url": self.slack.api, "slack_token": SLACK_TOKEN, "slack_secret": SECRET}
        heard = {"slack_channel": CHANNEL, "slack_bugsnag": BUGSNAG}
        jira = {"jira_url": self.jira.url, "jira_email": EMAIL, "jira_token": JIRA_TOKEN, "jira_project": "EDGE"}
        github = {"github_url": self.github.api, "github_token": GITHUB_TOKEN, "handbook": str(PLACE)}
        return {**slack, **heard, **jira, **github, "graph_url": self.graph.url}

    async def __aenter__(self) -> Self:
        """Be well."""
        await self.recover()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self._there.aclose()

    async def recover(self) -> None:
        """Be well from now on."""
        await self._there.aclose()
        for service in self._all:
            await self._there.enter_async_context(service)

    async def fall_ill(self, fault: str) -> list[Trouble]:
        """Be in trouble from now on."""
        await self._there.aclose()
        return [await self._there.enter_async_context(trouble(fault, service.port)) for service in self._all]


async def told(bot: Whole, event: dict[str, Any]) -> int:
    """Deliver as Slack does."""
    raw, url = orjson.dumps(event), bot.url.replace("/api/messages", "/slack/events")
    async with bot.session.post(url, data=raw, headers=signed(raw)) as answer:
        return answer.status


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make short what a service and a stop are given, and the pauses before a service is asked again."""
    for room in ("slack.api", "jira.client", "github.client", "graph.api"):
        monkeypatch.setattr(f"bot.{room}._TIMEOUT", aiohttp.ClientTimeout(total=0.5))
    monkeypatch.setattr(credentials, "_TIMEOUT", 0.5)
    monkeypatch.setattr(credentials, "_LONGEST", 1.0)
    monkeypatch.setattr("bot.app.DRAIN_SECONDS", 0.1)
    monkeypatch.setattr("bot.retries._pause", lambda _: 0.1)
    monkeypatch.setattr(forms, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(outbound, "GAP_SECONDS", 0.0)
    monkeypatch.setattr(shelf, "EVERY_SECONDS", 0.5)
    for name in ("FIRST_PAUSE", "LONGEST_PAUSE", "FIRST_REFUSED", "LONGEST_REFUSED"):
        monkeypatch.setattr(reconciler, name, 0.1)


async def served(bot: Whole, text: str) -> None:
    """Post something, and wait for its card."""
    post = bot.channel_post(text)
    assert (await bot.post(post))[0] == 200
    await until(lambda: any(post["id"] in where for where, _ in bot.connector.messages))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_trouble_every_other_service_is_in_teams_is_served_over_a_restart_and_the_rest_made_up_for(
    fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        Others() as others,
        FakeEntra() as entra,
        FakeConnector() as connector,
        aiohttp.ClientSession() as session,
    ):
        run = partial(running, tmp_path, entra, connector, session, **others.settings())
        async with run() as bot:
            await until(lambda: others.slack.hits["auth"])
            await served(bot, "the label printer prints nothing")
            assert await told(bot, message(classic())) == 200
            await until(lambda: any(where.startswith(TEAM_CHANNEL) for where, _ in connector.messages))
            slack, jira, *_ = await others.fall_ill(fault)
            await served(bot, "drivers cannot log in")
            assert (await bot.post(activities.press("claim", ALERT, **IN_TEAM, **bot.by(BEN))))[0] == 200
            form = {"verb": "send", "step": "ticket", **ALERT, **FILLED}
            assert (await bot.post(activities.submit(form, **IN_TEAM, **bot.by(BEN))))[0] == 200
            await until(lambda: fault == "refused" or (slack.asked and jira.asked))
        github, graph = (others.github.hits["GET contents"], len(others.graph.asked))
        ill = await others.fall_ill(fault)
        async with run() as bot:
            await served(bot, "invoices of May are missing")
            await until(lambda: fault == "refused" or all(one.asked for one in ill[2:]))
            await others.recover()
            await bot.quiet()
            await until(lambda: others.github.hits["GET contents"] > github and len(others.graph.asked) > graph)
        said = [one["text"].partition(":")[0] for one in others.slack.said]
        (alert,) = (str(body) for (where, _), body in connector.messages.items() if where.startswith(TEAM_CHANNEL))
        to_ben = [str(body) for (where, _), body in connector.messages.items() if where.endswith(BEN)]
        if fault in FINAL:
            assert (said, others.jira.issues) == ([], [])
            assert "Ben Okafor is handling it" in alert
            assert "There is no ticket" in to_ben[0], "who asked for it is told, with the remedy"
        else:
            assert said == [HANDLED, MAKES, HAS]
            assert [one.key for one in others.jira.issues] == ["EDGE-1"]
            assert "EDGE-1 has it" in alert
            assert to_ben == []
    assert not [one for one in caplog.records if one.exc_info]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_trouble_the_token_endpoint_is_in_all_is_taken_and_shown_once_it_is_well(
    fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = FakeEntra()
    authority.port = free_port()
    async with AsyncExitStack() as stack:
        ill = await stack.enter_async_context(AsyncExitStack())
        there = await ill.enter_async_context(trouble(fault, authority.port))
        bot = await stack.enter_async_context(whole(tmp_path, authority=authority.url))
        posts = [bot.channel_post(f"label printer {number} is down") for number in range(3)]
        for post in posts:
            assert (await bot.post(post))[0] == 200
        await until(lambda: fault == "refused" or there.asked)
        await ill.aclose()
        await stack.enter_async_context(authority)
        await bot.quiet()
        threads = [where.partition("messageid=")[2] for where, _ in bot.connector.messages]
        assert sorted(threads) == sorted(post["id"] for post in posts)
    assert not [one for one in caplog.records if one.exc_info]


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


@pytest.mark.usefixtures("impatient")
async def test_a_card_that_changed_while_teams_was_away_is_posted_after_a_restart_too(tmp_path: Path) -> None:
    async with FakeEntra() as entra, FakeConnector() as connector, aiohttp.ClientSession() as session:
        run = partial(running, tmp_path, entra, connector, session, bugsnag_secret="canary-of-bugsnag")
        async with run() as bot:
            await bot.opened()  # by which it is known where Teams is
            connector.always = Answer(503)
            for kind in ("new", "frequent"):
                wanted = len(connector.calls) + 5
                url = bot.url.replace("/api/messages", "/bugsnag/canary-of-bugsnag")
                async with session.post(url, json=webhook(kind)) as answer:
                    assert answer.status == 200
                await until(lambda wanted=wanted: len(connector.calls) >= wanted)  # type: ignore[misc]
        connector.always = None
        async with run() as bot:
            await bot.quiet()
    (alert,) = [str(body) for (where, _), body in connector.messages.items() if where.startswith(TEAM_CHANNEL)]
    assert "Tours::StopMissing" in alert
