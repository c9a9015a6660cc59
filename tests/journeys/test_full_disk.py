"""A full disk at each door by which alerts and tickets are told of: refused, delivered again, and there once."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.alerts.alert import Status
from bot.bugsnag.route import PATH as BUGSNAG
from bot.bugsnag.route import BugsnagRoute
from bot.desk import Desk
from bot.errors import NotStored
from bot.jira.webhook import PATH as JIRA
from bot.jira.webhook import JiraWebhook
from bot.slack.api import SlackApi
from bot.slack.bugsnag import read_message
from bot.slack.door import PATH as SLACK
from bot.slack.door import SlackDoor, bolt_app
from bot.slack.intake import Intake
from bot.slack.marks import Marks
from bot.slack.names import Names
from tests.bugsnag.payloads import webhook
from tests.journeys.test_alerts import FILLED
from tests.journeys.town import BEN, TEAM, TEAM_CHANNEL, Town, person
from tests.rig.service import LoopbackService
from tests.slack import events
from tests.slack.fake import SECRET, TOKEN, FakeSlack, signed
from tests.slack.house import WORKSPACE, Tables

NADA = person("Nada Ito", slack_user_id=events.ANA)


class Doors(LoopbackService):
    """A town's desk with all its doors."""

    def __init__(self, desk: Desk, town: Town, slack: FakeSlack, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self.desk, self.town, self.slack, self.session = desk, town, slack, session

    def application(self) -> web.Application:
        def clock() -> Any:
            return self.town.now

        names = Names(SlackApi(self.session, self.slack.api, TOKEN), wait=0.3)
        bugsnag = frozenset({events.BUGSNAG})
        intake = Intake(lambda _: self.desk, bugsnag, read_message, names, Marks(Tables()), clock)
        intake.meet(WORKSPACE)
        app = web.Application()
        app.router.add_post(SLACK, SlackDoor(SECRET, bolt_app(intake.take)).answer)
        app.router.add_post(BUGSNAG, BugsnagRoute("secret", lambda: self.desk, clock).answer)
        app.router.add_post(JIRA, JiraWebhook("secret", (self.desk,), clock).answer)
        return app

    async def told(self, path: str, payload: dict[str, Any], named: str = "") -> list[int]:
        """Deliver the same while the disk is full, and twice when it is not; return the statuses."""
        raw = json.dumps(payload).encode()
        signature = hmac.new(b"secret", raw, hashlib.sha256).hexdigest()
        jira = {"X-Hub-Signature": f"sha256={signature}", "X-Atlassian-Webhook-Identifier": named}
        headers = {**signed(raw), **jira}
        statuses = []
        for full in (True, False, False):
            self.town.journal.full = full
            async with self.session.post(f"{self.url}{path}", data=raw, headers=headers) as response:
                statuses.append(response.status)
            if not full:
                await self.desk.settle()
        return statuses


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    town = Town("2026-11-23 11:01", people=(*TEAM, NADA), jira="EDGE")
    desk = await town.desk()
    async with FakeSlack() as slack, aiohttp.ClientSession() as session, Doors(desk, town, slack, session) as running:
        yield running


async def test_what_slack_tells_while_the_disk_is_full_is_there_once(doors: Doors) -> None:
    town, once = doors.town, [503, 200, 200]
    assert await doors.told(SLACK, events.message(events.classic())) == once
    assert (len(town.in_team_channel()), (await town.alert()).times) == (1, 1)
    assert await doors.told(SLACK, events.reaction()) == once
    assert "Nada Ito is handling it" in town.in_team_channel()[0].text
    assert await doors.told(SLACK, events.reaction(back=True, at=events.ts(40))) == once
    assert (await town.alert()).status is Status.TRIGGERED
    assert await doors.told(SLACK, events.message(events.reply())) == once
    assert (await town.alert()).status is Status.ACKNOWLEDGED
    assert [len(one.versions) for one in town.in_team_channel()] == [4]


async def test_what_bugsnags_webhook_and_jira_tell_while_the_disk_is_full_is_there_once(doors: Doors) -> None:
    town, once = doors.town, [503, 200, 200]
    assert await doors.told("/bugsnag/secret", webhook("new")) == once
    assert await doors.told("/bugsnag/secret", webhook("frequent")) == once
    assert (len(town.in_team_channel()), (await town.alert()).times) == (1, 2)
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    fields = {"status": {"name": "Done", "statusCategory": {"key": "done"}}, "summary": "x"}
    moved = {
        "timestamp": int(town.now.timestamp() * 1000),
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": "1", "key": "EDGE-1", "fields": fields},
        "changelog": {"id": "1", "items": [{"field": "status", "fromString": "To Do"}]},
    }
    assert await doors.told(JIRA, moved, "hook-1") == once
    assert (await town.alert()).status is Status.RESOLVED
    assert [one.place for one in town.in_team_channel()] == [TEAM_CHANNEL]


async def test_a_press_while_the_disk_is_full_does_nothing_and_the_next_one_does(doors: Doors) -> None:
    town = doors.town
    thread = await town.bugsnag()
    town.journal.full = True
    with pytest.raises(NotStored, match="full"):
        await town.take_alert("A-1", BEN)
    assert town.teams.threads == {}
    town.journal.full = False
    await town.take_alert("A-1", BEN)
    assert town.teams.threads == {thread: ["Ben Okafor is handling it."]}
