"""What the composition root answers and joins."""

import asyncio
import logging
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.app import credentials, web_app
from bot.calendars.almanac import Almanac
from bot.desk import Desk
from bot.desks import Desks
from bot.errors import Misconfigured, NotStored, Refused
from bot.policy import Policy
from bot.settings import AppType, Settings
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal
from bot.store.triage import TREE
from tests.desk.house import INFO, Stage
from tests.journeys.town import CHANNEL, TEAM_CHANNEL
from tests.rig.entra import APP_ID, TENANT


async def test_it_is_alive_as_long_as_it_runs_and_ready_as_long_as_the_journal_takes_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_: SqlJournal) -> None:
        message = "the disk is gone"
        raise NotStored(message)

    runner = web.AppRunner(web_app(Settings(data=tmp_path)), access_log=None)  # type: ignore[call-arg]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def status(path: str) -> int:
        async with aiohttp.ClientSession() as session, session.get(url + path) as answer:
            return answer.status

    assert [await status(path) for path in ("/livez", "/readyz", "/", "/control.sock")] == [200, 200, 404, 404]
    monkeypatch.setattr("bot.health.readiness.FRESH_SECONDS", 0.0)
    monkeypatch.setattr(SqlJournal, "probe", failing)
    assert [await status(path) for path in ("/livez", "/readyz")] == [200, 503]
    await runner.cleanup()


async def test_what_is_broken_is_refused_and_nothing_of_it_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    runner = web.AppRunner(web_app(Settings(data=tmp_path)), access_log=None)  # type: ignore[call-arg]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    for sent in (
        b"POST /bugsnag/canary HTTP/9.9\r\n\r\n",
        b"POST /bugsnag/canary too HTTP/1.1\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nX\0Y: canary\r\n\r\n",
        b"POST /api/messages HTTP/1.1\r\nAuthorization: Bearer %b\r\n\r\n" % (b"canary" * 2_000),
        b"POST /api/messages HTTP/1.1\r\nHost: b\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\ncanary",
    ):
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(sent)
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
    await runner.cleanup()
    assert "canary" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_broken_tree_of_triage_stops_the_start_with_the_line_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "triage.json"
    broken.write_text(TREE.read_text(encoding="utf-8").replace('"no": "exception"', '"no": "nowhere"'))
    monkeypatch.setattr("bot.app.TREE", broken)
    runner = web.AppRunner(web_app(Settings(data=tmp_path / "data")), access_log=None)  # type: ignore[call-arg]
    with pytest.raises(Misconfigured, match=f"{broken} was not taken:\nline 9, .*\nMend the file"):
        await runner.setup()
    await runner.cleanup()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", [AppType.SINGLE_TENANT, AppType.FEDERATED, AppType.MANAGED_IDENTITY])
async def test_each_kind_of_identity_has_its_way_to_a_token_and_asks_for_none_at_the_start(
    kind: AppType, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    settings = Settings(  # type: ignore[call-arg]
        app_id=APP_ID, app_tenant=TENANT, app_type=kind, app_password=SecretStr("x"), federated_token_file=token
    )
    way = credentials(settings)
    assert way is not None
    await way.close()


def test_local_mode_has_no_token() -> None:
    assert credentials(Settings()) is None  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("channel", "team_channel", "said"),
    [("19:new", "19:new", "cannot be the desk's channel"), ("19:new", CHANNEL, "is desk backend's own channel")],
)
async def test_a_team_channel_is_nobodys_own_channel(channel: str, team_channel: str, said: str) -> None:
    desks = await _desks()
    await desks.add(INFO)
    with pytest.raises(Refused, match=said):
        await desks.add(type(INFO)("other", "tenant", "team", channel, team_channel))


async def test_a_desk_is_found_by_its_channel_by_the_team_channel_and_in_its_own_tenant_only() -> None:
    desks = await _desks()
    added = await desks.add(INFO)
    assert desks.of_channel("tenant", CHANNEL) is desks.of_channel("tenant", TEAM_CHANNEL) is added
    assert desks.of_channel("another", CHANNEL) is desks.named("another", "backend") is None
    assert ("tenant", CHANNEL) in desks
    assert ("tenant", TEAM_CHANNEL) not in desks
    assert desks.of_person("another", "ana") is None


@pytest.mark.parametrize(
    ("named", "deployments", "channel", "found"),
    [
        ({"a": "C1", "b": "C2"}, "", "C2", "b"),
        ({"a": "C1", "b": "C1"}, "C1", "C1", "a"),
        ({"a": "C1", "b": "#alerts"}, "C3", "C3", "b"),
        ({"a": "#alerts", "b": "#alerts"}, "C3", "C3", "a"),
        ({"a": "C1"}, "C3", "C3", ""),  # a desk's own goes before the deployment's
        ({"a": "C1"}, "C3", "C4", ""),
        ({"a": "#alerts"}, "#alerts", "#alerts", ""),  # a name says nothing of what is heard
        ({}, "C3", "C3", ""),
    ],
)
async def test_a_channel_in_slack_is_the_desks_that_names_its_id_else_the_first_desks(
    named: dict[str, str], deployments: str, channel: str, found: str
) -> None:
    journal, stage = MemoryJournal(), Stage()

    async def nowhere(_: str) -> str:
        return ""

    def make(info: DeskInfo) -> Desk:
        return Desk(info, journal, stage.courier, lambda: stage.now, Almanac(frozenset()), lambda: None)

    desks = Desks(journal, make, nowhere, slack_channel=deployments)
    for id_, slack in reversed(named.items()):
        await desks.add(DeskInfo(id_, "tenant", "team", f"19:{id_}", policy=Policy(slack_channel=slack)))
    desk = desks.of_slack(channel)
    assert (desk.info.id if desk else "") == found
    assert (channel in desks.slack_channels()) is bool(found)


async def _desks() -> Desks:
    desk = await Stage().open()

    async def nowhere(_: str) -> str:
        return ""

    return Desks(MemoryJournal(), lambda _: desk, nowhere)
