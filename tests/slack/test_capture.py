"""Bugsnag's real messages as fixtures: of the same shape and read alike, with nobody in them."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.__main__ import main
from bot.alerts.notification import Kind
from bot.errors import Misconfigured
from bot.settings import Settings
from bot.slack.api import SlackApi
from bot.slack.bugsnag import read_message
from bot.slack.capture import Captured, Inventions, anonymous, capture
from tests.app.test_command_line import Said
from tests.bugsnag.payloads import FORMS, KINDS, load, message, messages
from tests.rig.service import Answer
from tests.slack.events import BUGSNAG, CHANNEL, classic, modern, reply, ts
from tests.slack.fake import TOKEN, FakeSlack

REAL = (
    *("Mia Muster", "rail-fleet", "tours-api", "Tours & Stops", "Tours &amp; Stops", "65a1b2c3d4e5f60718293a4b"),
    *("T0FLEET", "B0BUGSNAG", "U0BUGSNAG", "A0BUGSNAG", "C0BUGSNAG1", "ana@fleet.example", "canary"),
)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


async def captured(slack: FakeSlack, *bugsnag: str, most: int = 50) -> list[Captured]:
    async with aiohttp.ClientSession() as session:
        return await capture(SlackApi(session, slack.api, TOKEN), CHANNEL, frozenset(bugsnag), most)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(("path", "kind"), messages(), ids=lambda one: getattr(one, "stem", ""))
def test_a_fixture_has_the_same_shape_and_is_read_alike(path: Path, kind: Kind) -> None:
    real = load(path)
    fixture = anonymous(real, Inventions())
    assert shape(fixture) == shape(real)
    before, after = read_message(real), read_message(fixture)
    assert after.kind is before.kind is kind
    for part in ("stage", "error_class", "message", "where", "frames", "severity", "occurrences", "users", "until"):
        assert getattr(after, part) == getattr(before, part)
    for part in ("error", "event", "project", "by", "url"):
        assert bool(getattr(after, part)) is bool(getattr(before, part))


@pytest.mark.parametrize("name", [*KINDS, *FORMS])
def test_nobody_is_named_in_a_fixture(name: str) -> None:
    for said in texts(anonymous(message(name), Inventions())):
        assert not [real for real in REAL if real in said]


def test_what_is_the_same_stays_the_same_over_all_messages() -> None:
    inventions = Inventions()
    first, second, other = (read_message(anonymous(message(name), inventions)) for name in ("new", "fixed", "titled"))
    assert first.id.partition(":")[2] == second.id.partition(":")[2] == other.id.partition(":")[2]
    assert first.project == second.project
    assert first.error != first.event


def test_secrets_and_addresses_of_others_are_replaced() -> None:
    said = {
        "text": "New error <https://wiki.fleet.example/x?u=ana|x> xoxb-1234567890-abcdefghij by ana@fleet.example",
        "bot_profile": {"name": "Bugsnag", "icons": {"image_36": "https://avatars.slack-edge.com/1/2.png"}},
        "user_profile": {"real_name": "Ana Muster"},
        "token": "abc",
        "ts": "1764063001.000100",
        "count": 3,
    }
    assert anonymous(said, Inventions()) == {
        "text": "New error <https://example.com/|x> [token] by [e-mail]",
        "bot_profile": {"name": "Bugsnag", "icons": {"image_36": "https://example.com/"}},
        "user_profile": {"real_name": "Somebody 1"},
        "token": "[secret]",
        "ts": "1764063001.000100",
        "count": 3,
    }


async def test_bugsnags_latest_messages_are_captured_and_nobody_elses(slack: FakeSlack) -> None:
    forged = classic(ts(3)) | {"bot_id": "B0FORGED01"}
    slack.messages[CHANNEL] = [classic(ts(n)) for n in (1, 2)] + [forged, modern(ts(4)), reply(ts(5))]
    found = await captured(slack, BUGSNAG)
    assert [one.message["ts"] for one in found] == [ts(4), ts(2), ts(1)]
    assert [one.name for one in found] == [f"{ts(n)}-unreadable.json" for n in (4, 2, 1)]
    assert [one.message["ts"] for one in await captured(slack, BUGSNAG, most=1)] == [ts(4)]


async def test_it_looks_further_back_until_it_has_enough(slack: FakeSlack) -> None:
    slack.page = 2
    slack.messages[CHANNEL] = [classic(ts(n)) for n in range(5)]
    assert len(await captured(slack, BUGSNAG, most=3)) == 3
    assert slack.hits["history"] == 2
    slack.page = 1
    slack.messages[CHANNEL] = [
        classic(ts(0)),
        *(modern(ts(n), bot_id="B0OTHER001", bot_profile={}) for n in range(1, 30)),
    ]
    with pytest.raises(Misconfigured, match=r"Nobody who is named in SLACK_BUGSNAG_IDS wrote any of the latest 1,000"):
        await captured(slack, BUGSNAG)


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ({"ok": False, "error": "invalid_auth"}, "set the bot token"),
        ({"ok": False, "error": "missing_scope"}, "lacks the scope channels:history"),
        ({"ok": False, "error": "not_in_channel"}, f"the Slack app is not in {CHANNEL}; invite it"),
        ({"ok": False, "error": "channel_not_found"}, f"knows no channel {CHANNEL}"),
    ],
)
async def test_why_nothing_is_read_is_said_with_the_remedy(slack: FakeSlack, answer: Any, remedy: str) -> None:
    slack.troubles["history"].append(Answer(body=answer))
    with pytest.raises(Misconfigured) as wrong:
        await captured(slack, BUGSNAG)
    assert remedy in str(wrong.value)
    assert TOKEN not in str(wrong.value)


async def test_when_slack_does_not_answer_it_says_when_to_try_again(slack: FakeSlack) -> None:
    slack.troubles["history"] += [Answer(status=429, headers={"Retry-After": "30"}), Answer(status=500)]
    with pytest.raises(Misconfigured, match="try again in 30 s"):
        await captured(slack, BUGSNAG)
    with pytest.raises(Misconfigured, match="try again later"):
        await captured(slack, BUGSNAG)


async def test_without_bugsnags_id_it_says_which_it_may_be(slack: FakeSlack) -> None:
    slack.messages[CHANNEL] = [classic(), reply()]
    with pytest.raises(Misconfigured, match=f"SLACK_BUGSNAG_IDS: set it to {BUGSNAG}, if that is Bugsnag"):
        await captured(slack)
    slack.messages[CHANNEL] = [reply()]
    with pytest.raises(Misconfigured, match="Nobody who is called Bugsnag"):
        await captured(slack)


@pytest.fixture
def hotseat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Run the command in an empty folder, with a Slack on loopback."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias.choices[0]), raising=False)  # type: ignore[union-attr]
    monkeypatch.chdir(tmp_path)
    slack = FakeSlack()
    slack.messages[CHANNEL] = [message("new") | {"bot_id": BUGSNAG, "ts": ts(1)}]

    def run(*words: str, **settings: str) -> Said:
        given = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": CHANNEL, "SLACK_BUGSNAG_IDS": BUGSNAG, **settings}
        for name, value in {"SLACK_API_URL": slack.api, **given}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["hotseat", "capture", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Said(code, *capsys.readouterr())

    with slack.in_thread():
        yield run


def test_messages_are_saved_as_files_and_it_says_how_each_is_read(hotseat: Any, tmp_path: Path) -> None:
    said = hotseat()
    name = f"captured/{ts(1)}-new.json"
    assert said == Said(
        0,
        f"{name}: new · Tours::StopMissing · Tours & Stops\n"
        "Saved 1. Read them before you share them: what errors say in their own words is kept.\n",
        "",
    )
    assert read_message(json.loads((tmp_path / name).read_text())).kind is Kind.NEW


def test_machines_are_told_in_json(hotseat: Any, tmp_path: Path) -> None:
    found = json.loads(hotseat("--into", "there/too", "--json").out)
    file = f"there/too/{ts(1)}-new.json"
    told = {"file": file, "kind": "new", "error_class": "Tours::StopMissing", "project": "Tours & Stops"}
    assert found["messages"] == [told]
    assert set(found) == {"said", "messages"}
    assert (tmp_path / file).is_file()


def test_missing_settings_are_named_all_at_once(hotseat: Any) -> None:
    said = hotseat(SLACK_BOT_TOKEN="", SLACK_CHANNEL="#bugsnag-backend")
    assert said.code == 1
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["SLACK_BOT_TOKEN", "SLACK_CHANNEL"]


def test_a_folder_that_cannot_be_written_is_said(hotseat: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = hotseat("--into", "file/x")
    assert (said.code, said.err) == (1, "--into: file/x cannot be written (Not a directory)\n")
