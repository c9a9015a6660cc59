"""Whom an auditor of the whole bot tells, by a way that is not the one that fails."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from pydantic import SecretStr

from bot.courier import Undelivered
from bot.effects import PutRota, Say, Show
from bot.places import person_of
from bot.ports import Address, Commit
from bot.settings import Settings
from bot.slack.outbound import Channels, SlackOutbound
from bot.state import DeskInfo
from bot.teams.outbound import Outbound
from bot.vitals import slack_way, teams_way
from tests.desk.house import INFO, Stage
from tests.door.whole import ANA, BEN, FARID, Whole, whole
from tests.health.test_heartbeat import Outside
from tests.rig.service import Answer
from tests.slack.fake import TOKEN, FakeSlack


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look many times a second, and take for old what is there at the second look."""
    monkeypatch.setattr("bot.health.auditor.EVERY_SECONDS", 0.1)
    monkeypatch.setattr("bot.health.auditor.OLD_SECONDS", 0.1)


def in_slack(slack: FakeSlack) -> list[str]:
    return [said["text"] for said in slack.said]


def to_farid(bot: Whole) -> list[str]:
    """Return what the only admin was told, in a chat that the bot opened with them."""
    told = [call for call in bot.connector.calls if "Hotseat, desk" in str(call.body)]
    opened = [call for call in bot.connector.calls if [one["id"] for one in call.body.get("members", ())] == [FARID]]
    assert bool(told) <= len(opened)
    return [str(call.body["text"]) for call in told]


async def test_where_teams_fails_it_is_said_in_slack_and_again_when_that_is_over(tmp_path: Path) -> None:
    async with (
        FakeSlack() as slack,
        whole(tmp_path, slack_url=slack.api, slack_token=SecretStr(TOKEN), slack_channel="C024BE91L") as bot,
    ):
        bot.connector.script(Answer(delay=2.0))
        assert (await bot.post(bot.channel_post()))[0] == 200
        await until(lambda: in_slack(slack))
        (said,) = in_slack(slack)
        assert "desk backend: messages wait to go to Teams (" in said
        await until(lambda: len(slack.said) == 2)
        assert "this is over: messages wait to go to Teams" in in_slack(slack)[1]
        assert to_farid(bot) == []


async def test_where_slack_is_not_there_the_admins_read_it_in_their_own_chats(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        bot.connector.script(Answer(delay=2.0))
        assert (await bot.post(bot.channel_post()))[0] == 200
        await until(lambda: len(to_farid(bot)) == 2)
        first, second = to_farid(bot)
        assert "messages wait to go to Teams (" in first
        assert "this is over" in second


async def test_the_heart_beats_while_the_bot_is_ready_and_not_without_the_signing_keys(tmp_path: Path) -> None:
    async with Outside() as outside:
        url = SecretStr(f"{outside.url}/ping")
        async with whole(tmp_path / "well", heartbeat_url=url):
            await until(lambda: outside.hits["ping"] > 1)
        outside.hits.clear()
        async with whole(tmp_path / "ill", heartbeat_url=url, metadata_url="http://127.0.0.1:9/keys"):
            await asyncio.sleep(1)  # ten looks
        assert outside.hits["ping"] == 0


async def test_an_admin_who_cannot_be_reached_is_logged_and_nobody_else_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole(tmp_path) as bot:
        bot.connector.script(Answer(delay=1.0), *[403] * 20)
        assert (await bot.post(bot.channel_post()))[0] == 200
        await until(lambda: "nobody could be told of what is overdue" in caplog.text)


class Chats:
    """A way out to Teams that keeps whom it wrote to; who is ``gone`` can't be reached."""

    def __init__(self, gone: str = "") -> None:
        self.gone = gone
        self.told: list[str] = []

    async def send(self, desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        del desk, address
        if person_of(effect.place) == self.gone:
            raise Undelivered
        self.told.append(person_of(effect.place))
        return None


async def test_admins_are_told_whom_the_deployment_or_the_desk_names_by_id_or_by_mail() -> None:
    stage = Stage()
    await stage.open()
    facts = await stage.journal.load(INFO.tenant, INFO.id)
    ana = replace(facts.rota.people["ana"], id=ANA, email="ana@example.com")
    commit = Commit(INFO.tenant, INFO.id, facts.revision, changes=(PutRota(replace(facts.rota, people={ANA: ana})),))
    await stage.journal.commit(commit)
    desk = await stage.open()
    named = replace(INFO, policy=replace(INFO.policy, admins=(BEN,)))
    settings = Settings.model_validate({"admins": ("ana@example.com", FARID)})
    chats = Chats(gone=BEN)
    tell = teams_way(cast("Outbound", chats), lambda _: desk, settings)
    assert await tell(named, "words")
    assert chats.told == sorted([ANA, FARID])
    assert not await teams_way(cast("Outbound", chats), lambda _: None, Settings.model_validate({}))(INFO, "words")


async def test_admins_named_by_their_ids_are_told_while_the_journal_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: str) -> None:
        await asyncio.Event().wait()

    stage = Stage()
    desk = await stage.open()
    desk.lapse()
    monkeypatch.setattr("bot.vitals.STATE_SECONDS", 0.05)
    monkeypatch.setattr(stage.journal, "load", silent)
    chats = Chats()
    assert await teams_way(cast("Outbound", chats), lambda _: desk, Settings.model_validate({"admins": (FARID,)}))(
        INFO, "words"
    )
    assert chats.told == [FARID]


async def test_where_nothing_is_said_in_slack_nobody_is_told_there() -> None:
    async with aiohttp.ClientSession() as session:
        slack = SlackOutbound(session, "http://127.0.0.1:9/", "", Channels(), lambda _: False)
        assert not await slack_way(slack, lambda _: None, Settings.model_validate({}))(INFO, "words")
