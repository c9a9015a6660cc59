"""The whole bot as its operators see it: over HTTP, and in its log."""

import asyncio
import io
import json
import logging
import resource
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.logs import OURS, writer
from bot.settings import Settings
from tests.bugsnag.payloads import webhook
from tests.door.whole import BEN, PASSWORD, TEAM_CHANNEL, Whole, running, whole
from tests.jira.fake import EMAIL, TOKEN, FakeJira
from tests.journeys.test_alerts import FILLED
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.ports import free_port
from tests.rig.service import Answer
from tests.slack.fake import TOKEN as SLACK_TOKEN
from tests.slack.fake import FakeSlack

CANARY = "canary-words-7f3a"
BUGSNAG = "canary-bugsnag-secret"
LISTED = {
    *("requests", "first_response_seconds", "due_lateness_seconds", "outbox_pending", "outbox_oldest_seconds"),
    *("send_attempts", "ambiguous_sends", "duplicates_dropped", "reconciled", "auth_refused", "store_commit_seconds"),
    *("loop_lag_seconds", "jwks_age_seconds", "rota_next_unfilled", "overdue", "first_card_seconds", "http_responses"),
}


@pytest.fixture
def ops() -> str:
    """A free address for operators."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged at DEBUG, as a deployment has it."""
    stream = io.StringIO()
    secrets = Settings.model_validate(
        {"app_password": PASSWORD, "bugsnag_secret": BUGSNAG, "jira_token": TOKEN}
    ).secrets
    handler = writer(secrets, machine=True, stream=stream)
    root = logging.getLogger()
    root.addHandler(handler)
    before = [logging.getLogger(name).level for name in OURS]
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for name, level in zip(OURS, before, strict=True):
        logging.getLogger(name).setLevel(level)
    root.removeHandler(handler)


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def asked(bot: Whole, address: str, path: str) -> tuple[int, str]:
    async with bot.session.get(f"http://{address}{path}") as response:
        return response.status, await response.text()


def public(bot: Whole) -> str:
    return bot.url.removeprefix("http://").partition("/")[0]


async def test_what_operators_read_after_a_request_has_every_metric_and_no_word_or_id_of_anybody(
    ops: str, tmp_path: Path
) -> None:
    async with whole(tmp_path, ops=ops) as bot:
        post = await bot.opened(CANARY)
        await bot.post(post)
        thread = post["conversation"]["id"]
        assert (await bot.post(bot.press("claim", BEN, thread)))[0] == 200
        await bot.post(post, aud="another")
        status, page = await asked(bot, ops, "/metrics")
        assert status == 200
        families = {family.name: family for family in text_string_to_metric_families(page)}
        assert {f"hotseat_{name}" for name in LISTED} <= families.keys()
        found = {name: sum(sample.value for sample in family.samples) for name, family in families.items()}
        for name in ("requests", "duplicates_dropped", "auth_refused", "send_attempts", "first_card_seconds"):
            assert found[f"hotseat_{name}"] > 0, name
        for secret in (CANARY, PASSWORD, BEN, thread, "Okafor", "Olga"):
            assert secret.casefold() not in page.casefold()


async def test_the_public_port_says_whether_it_is_ready_and_the_operators_what_is_checked(
    ops: str, tmp_path: Path
) -> None:
    async with whole(tmp_path, ops=ops) as bot:
        assert await asked(bot, public(bot), "/livez") == await asked(bot, ops, "/livez") == (200, "alive\n")
        assert await asked(bot, public(bot), "/readyz") == (200, "ready\n")
        assert (await asked(bot, public(bot), "/metrics"))[0] == 404
        status, told = await asked(bot, ops, "/readyz")
        names = ("phase", "journal", "keys", "reconciler")
        assert (status, json.loads(told)) == (
            200,
            {"ready": True, "checks": [{"name": name, "ok": True} for name in names]},
        )


async def test_a_full_disk_is_not_ready_and_is_again_without_a_restart(
    ops: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    monkeypatch.setattr("bot.health.readiness.FRESH_SECONDS", 0.0)
    async with whole(tmp_path, ops=ops) as bot:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))  # no file of this process may grow
        try:
            assert await asked(bot, public(bot), "/readyz") == (503, "not ready\n")
            status, told = await asked(bot, ops, "/readyz")
            (journal,) = [check for check in json.loads(told)["checks"] if not check["ok"]]
            assert (status, journal["name"]) == (503, "journal")
            assert "failed" in journal["remedy"]
            assert (await bot.post(bot.channel_post()))[0] == 503
            assert any("not taken" in line["message"] for line in logged(lines))
            assert (await asked(bot, ops, "/metrics"))[0] == 200
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert await asked(bot, public(bot), "/readyz") == (200, "ready\n")
        await bot.opened()


async def test_a_bot_that_never_got_the_signing_keys_is_not_ready(ops: str, tmp_path: Path) -> None:
    async with whole(tmp_path, ops=ops, metadata_url="http://127.0.0.1:9/keys") as bot:
        assert (await asked(bot, public(bot), "/readyz"))[0] == 503
        told = json.loads((await asked(bot, ops, "/readyz"))[1])
        (keys,) = [check for check in told["checks"] if not check["ok"]]
        assert keys["name"] == "keys"
        assert "BotOpenIdMetadata" in keys["remedy"]


async def test_a_signature_with_another_secret_is_logged_ten_times_a_minute_with_the_setting_to_look_at(
    tmp_path: Path, lines: io.StringIO
) -> None:
    async with (
        FakeSlack() as slack,
        whole(
            tmp_path,
            slack_url=slack.api,
            slack_token=SecretStr(SLACK_TOKEN),
            slack_secret=SecretStr("c" * 32),
            slack_channel="C024BE91L",
        ) as bot,
    ):
        for _ in range(12):
            async with bot.session.post(f"http://{public(bot)}/slack/events", data=CANARY) as answer:
                assert answer.status == 401
    said = [line for line in logged(lines) if "SLACK_SIGNING_SECRET" in line["message"]]
    assert [line["route"] for line in said] == ["/slack/events"] * 10
    assert CANARY not in lines.getvalue()


async def test_operators_read_that_it_ends_until_it_has_ended(ops: str, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        bot = await stack.enter_async_context(whole(tmp_path, ops=ops))
        bot.connector.script(Answer(delay=1.0))
        assert (await bot.post(bot.channel_post()))[0] == 200
        ending = asyncio.create_task(stack.aclose())
        told = ""
        while "draining" not in told:
            async with session.get(f"http://{ops}/readyz") as response:
                told = await response.text()
        await ending
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://{ops}/readyz")


async def test_what_an_event_led_to_is_logged_with_its_id_over_a_restart_too(
    ops: str, tmp_path: Path, lines: io.StringIO
) -> None:
    async with FakeEntra() as entra, FakeConnector() as connector, aiohttp.ClientSession() as session:
        connector.always = Answer(503)
        run = partial(running, tmp_path, entra, connector, session, ops=ops)
        async with run() as bot:
            post = bot.channel_post()
            assert (await bot.post(post))[0] == 200
            await connector.wait_for(1)
        connector.always = None
        async with run() as bot:
            await bot.quiet()
    found = logged(lines)
    (arrived,) = [line for line in found if line["message"] == "arrived" and line["kind"] == "Posted"]
    (delivered,) = [line for line in found if line["message"] == "delivered" and line["kind"] == "Show"]
    assert post["id"] in arrived["event"]
    assert delivered["event"] == arrived["event"]


async def test_one_id_leads_from_the_event_to_the_ticket_and_no_line_has_a_secret_or_anybodys_words(
    ops: str, tmp_path: Path, lines: io.StringIO
) -> None:
    async with FakeJira() as jira:
        tracker = {"jira_url": jira.url, "jira_email": EMAIL, "jira_token": SecretStr(TOKEN), "jira_project": "EDGE"}
        async with whole(tmp_path, ops=ops, bugsnag_secret=BUGSNAG, **tracker) as bot:
            await bot.opened(CANARY)
            url = bot.url.replace("/api/messages", f"/bugsnag/{BUGSNAG}")
            async with bot.session.post(url, json=webhook("new")) as response:
                assert response.status == 200
            await bot.quiet()
            ids = {"verb": "send", "step": "ticket", "desk": "backend", "request": "A-1", "card": "alert:A-1:1"}
            where = {"thread": TEAM_CHANNEL, "channel": TEAM_CHANNEL}
            status, answer = await bot.post(activities.submit({**ids, **FILLED}, **where, **bot.by(BEN)))
            assert status == 200, answer
            await bot.quiet()
            (issue,) = jira.issues
            async with bot.session.get(f"http://{ops}/metrics") as response:
                page = await response.text()
            told = [*map(str, (call.body for call in bot.connector.calls)), page]
    found = logged(lines)
    about = [line for line in found if "A-1" in str(line.get("matter", ""))]
    said = [(line["message"], line.get("kind", "")) for line in about]
    assert ("stored", "Alerted") in said
    assert ("delivered", "Show") in said
    assert ("stored", "Send") in said
    assert ("answered", "OpenTicket") in said
    (made,) = [line for line in about if line["message"] == "there is a ticket"]
    assert made["issue"] == issue.key
    assert {line["desk"] for line in about} == {"backend"}
    (sent,) = [line for line in found if line["message"] == "arrived" and line["kind"] == "Send"]
    assert sent["event"] == made["event"]
    (effects,) = [line["effects"] for line in about if line["message"] == "stored" and line["event"] == made["event"]]
    assert made["effect"] in effects
    for secret in (PASSWORD, BUGSNAG, TOKEN):
        assert secret not in lines.getvalue()
        assert not [text for text in told if secret in text]
    for words in (CANARY, "Okafor", "Payments time out"):
        assert words not in lines.getvalue()
