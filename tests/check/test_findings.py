"""Each finding of a check is found where a fake fails in that very way, and says what to do."""

import asyncio
import errno
import json
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.check.finding import Level
from bot.check.services import ready_findings
from bot.clock import real
from bot.store.closed import close
from bot.store.schema import HEAD
from tests.check.ground import SECRETS, Ground, ground
from tests.door.whole import FARID, running
from tests.rig.activities import CHANNEL
from tests.rig.service import Answer
from tests.slack import fake as slack
from tests.store.test_migrations import run

Act = Callable[[Ground], Awaitable[None] | None]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Ground]:
    async with ground(tmp_path / "data") as made:
        yield made


async def test_a_folder_whose_journal_was_moved_is_closed_for_good_and_that_is_no_failure(
    place: Ground, database: str
) -> None:
    close(place.settings.data, "Since 2026-11-23 its journal is in PostgreSQL.")
    found = await place.of("data folder", database_url=database)
    assert [one.level for one in found] == [Level.OK]


async def test_where_all_is_well_nothing_fails_and_what_no_check_can_know_is_a_warning(place: Ground) -> None:
    found = await place.findings()
    assert [one for one in found if one.level is Level.FAILED] == []
    warned = [(one.check, one.said) for one in found if one.level is Level.WARNING]
    assert warned == [
        ("desk backend", "No post that does not mention me was heard yet."),
        (
            "channels of backend",
            "The team channel is not one of the team's standard channels, so that I may not be able to post there.",
        ),
    ]
    assert {one.check for one in found} == {
        *("data folder", "bot", "journal", "rota of backend", "identity in Entra", "signing keys", "clock"),
        *("desk backend", "channels of backend", "people of backend"),
        *(GRAPH, "Slack", "Jira", "Jira project EDGE", "handbook"),
    }
    assert place.jira.wrong == place.github.wrong == []


async def test_a_check_changes_nothing_and_tells_no_secret(place: Ground) -> None:
    def rows() -> list[str]:
        with closing(sqlite3.connect(place.settings.data / "journal.sqlite")) as connection:
            return list(connection.iterdump())

    before, calls = rows(), len(place.connector.calls)
    found = await place.findings()
    assert rows() == before
    assert {call.method for call in place.connector.calls[calls:]} == {"GET"}
    assert (place.slack.said, place.jira.issues) == ([], [])
    told = str(found)
    assert [secret for secret in (*SECRETS, "entra-token") if secret in told] == []


def down(name: str) -> Act:
    async def act(place: Ground) -> None:
        await getattr(place, name).stop()

    return act


def loose(place: Ground) -> None:
    (place.settings.data / "feeds.key").write_bytes(b"k" * 32)
    (place.settings.data / "feeds.key").chmod(0o644)


def write(name: str, content: bytes) -> Act:
    def act(place: Ground) -> None:
        path = place.settings.data / name
        path.write_bytes(content)
        path.chmod(0o600)

    return act


def sql(statement: str, *values: str) -> Act:
    def act(place: Ground) -> None:
        with closing(sqlite3.connect(place.settings.data / "journal.sqlite")) as connection:
            connection.execute(statement, values)
            connection.commit()

    return act


def older(place: Ground) -> None:
    run(place.settings.data, to="-0005")


def lost(place: Ground) -> None:
    (place.settings.data / "journal.sqlite").unlink()


def gone(place: Ground) -> None:
    shutil.rmtree(place.settings.data)


def by_hand(place: Ground) -> None:
    path = place.settings.data / "rota" / "backend.json"
    path.write_text(path.read_text() + "\n")


def unwritten(place: Ground) -> None:
    (place.settings.data / "rota" / "backend.json").unlink()


def unreadable(place: Ground) -> None:
    unwritten(place)
    (place.settings.data / "rota" / "backend.json").mkdir(mode=0o700)


def closed(place: Ground) -> None:
    close(place.settings.data, "A restore into it was cut off.")


def killed(place: Ground) -> None:
    (place.settings.data / "lock").write_text("hotseat serve (process 4)\n")


def entra(name: str, answer: Answer) -> Act:
    def act(place: Ground) -> None:
        place.entra.answers[name] = answer

    return act


def connector(*answers: Answer) -> Act:
    def act(place: Ground) -> None:
        place.connector.script(*answers)

    return act


def channels(*some: tuple[str, str | None]) -> Act:
    listed = [{"id": id_, "name": name} for id_, name in some]
    return always("/v3/teams", Answer(body={"conversations": listed}))


def always(path: str, answer: Answer) -> Act:
    def act(place: Ground) -> None:
        place.connector.always, place.connector.only = answer, path

    return act


def graph(status: int) -> Act:
    return lambda place: place.graph.script(status)


def without_member(place: Ground) -> None:
    place.connector.members = [one for one in place.connector.members if one["aadObjectId"] != FARID]


async def unheard(place: Ground) -> None:
    await place.learn(team="")


def facts(**changed: Any) -> Act:
    return sql("UPDATE desks SET facts = ?", json.dumps({"last_number": 0, **changed}))


def trouble(method: str, answer: Answer) -> Act:
    def act(place: Ground) -> None:
        place.slack.troubles[method].append(answer)

    return act


def no(code: str) -> Answer:
    return Answer(body={"ok": False, "error": code})


def scopes(some: str) -> Act:
    def act(place: Ground) -> None:
        place.slack.scopes = some

    return act


def jira(name: str, answer: Answer) -> Act:
    return lambda place: place.jira.then(name, answer)


def forbidden(place: Ground) -> None:
    place.jira.forbidden = {"CREATE_ISSUES", "LINK_ISSUES"}


def github(answer: Answer) -> Act:
    return lambda place: place.github.then("GET contents", answer)


FAILED, WARNING, OK = Level.FAILED, Level.WARNING, Level.OK
GRAPH = "Microsoft Graph of backend"
REACH = "See that this machine reaches 127.0.0.1"
CASES: list[tuple[str, Act | None, dict[str, Any], Level, str, str]] = [
    ("data folder", gone, {}, WARNING, "There is no folder", "The first start makes it"),
    ("data folder", None, {"data": Path("x" * 300)}, FAILED, "File name too long", "Set HOTSEAT_DATA"),
    ("data folder", loose, {}, WARNING, "Others on this machine may read .*feeds.key", "chmod -R go-rwx"),
    ("data folder", write("feeds.key", b"short"), {}, FAILED, "not to be used", "it is no key; restore it"),
    ("data folder", closed, {}, FAILED, "not to be used", "A restore into it was cut off"),
    ("bot", killed, {}, OK, r"No bot runs on the folder; hotseat serve \(process 4\) was killed\.", ""),
    ("journal", gone, {}, WARNING, "There is no journal yet", "hotseat desk add"),
    ("journal", lost, {}, FAILED, "It is lost: rota files stand where it was", "hotseat restore FILE"),
    ("journal", write("journal.sqlite", b"no database" * 99), {}, FAILED, "cannot be read", "hotseat restore FILE"),
    ("journal", sql("UPDATE alembic_version SET version_num = '9'"), {}, FAILED, "newer Hotseat", "newer Hotseat"),
    ("journal", older, {}, WARNING, f"version 0005. The next start brings it to {HEAD}", "hotseat backup FILE"),
    ("journal", sql("UPDATE desks SET info = '{}'"), {}, FAILED, "desks .* backend: not a DeskInfo", "hotseat restore"),
    ("journal", sql("DELETE FROM desks"), {}, FAILED, "The journal is damaged", "hotseat restore FILE"),
    ("rota of backend", by_hand, {}, WARNING, "was edited by hand, and is valid", "takes it over within seconds"),
    ("rota of backend", unwritten, {}, WARNING, "is not written yet", "The bot writes it"),
    ("rota of backend", write("rota/backend.json", b"{"), {}, FAILED, "was not taken", "Mend it, or remove it"),
    ("rota of backend", unreadable, {}, FAILED, "cannot be read", "Mend it"),
    ("identity in Entra", entra("token", Answer(status=401, body={"error": "invalid_client"})), {}, FAILED,
     r"Entra gives no token \(invalid_client\)", "Make a new client secret in Entra"),
    ("identity in Entra", entra("token", Answer(status=400, body={"error": "unauthorized_client"})), {}, FAILED,
     "unauthorized_client", "MicrosoftAppId is registered in the tenant"),
    ("identity in Entra", down("entra"), {}, FAILED, r"\(ConnectionError\)", REACH),
    ("signing keys", down("entra"), {}, FAILED, "No signing keys can be read from 127.0.0.1", REACH),
    ("signing keys", entra("jwks", Answer(body={"keys": []})), {}, FAILED, "No signing keys", REACH),
    ("clock", down("entra"), {}, WARNING, "nothing to compare it with", "clock is right"),
    ("desk backend", down("connector"), {}, FAILED, r"Teams does not answer \(ClientConnectorError\)", REACH),
    ("desk backend", connector(Answer(status=403)), {}, FAILED, r"in the channel \(403 Fake403\)", "Add the app"),
    ("channels of backend", always("/v3/teams", Answer(status=503)), {}, FAILED, r"not answer \(503\)", REACH),
    ("channels of backend", always("/v3/teams", Answer(status=404)), {}, FAILED, "does not list them", "Add the app"),
    ("channels of backend", channels(("19:x", "other")), {}, FAILED, "not in its team any more", "another channel"),
    ("channels of backend", channels((CHANNEL, "backend")), {}, OK, "which has none but the desk's", ""),
    ("channels of backend", unheard, {}, WARNING, "I do not know its team", "Write setup there"),
    ("people of backend", without_member, {}, WARNING, "Not in the channel's team: Farid Haddad", "Add them to it"),
    ("people of backend", facts(unreachable={f"person:{FARID}": "blocked"}), {}, WARNING,
     r"I could not write to: Farid Haddad \(blocked\)", "setup policy"),
    (GRAPH, graph(403), {}, FAILED, r"read the desk's channel \(403 Fake403\)", "ChannelMessage.Re"),
    (GRAPH, graph(404), {}, FAILED, r"read the desk's channel \(404 Fake404\)", "app is in the team"),
    (GRAPH, graph(503), {}, FAILED, r"not answer for the desk's channel \(503\)", "GRAPH_URL"),
    (GRAPH, down("graph"), {}, FAILED, "not answer for the team channel", "GRAPH_URL"),
    ("Microsoft Graph", lost, {}, WARNING, "shows once there is a desk", "Add one"),
    ("Slack", trouble("auth", no("invalid_auth")), {}, FAILED, "nobody there", "set the bot token"),
    ("Slack", down("slack"), {}, FAILED, r"does not answer \(ClientConnectorError\)", REACH),
    ("Slack", scopes("chat:write"), {}, FAILED, "lacks the scopes reactions:read, channels:history", "install the app"),
    ("Slack", trouble("history", no("not_in_channel")), {}, FAILED, "C024BE91L cannot be read", "/invite"),
    ("Slack", trouble("history", Answer(status=503)), {}, FAILED, r"cannot be read \(503\)", REACH),
    ("Slack", None, {"slack_channel": "#bugsnag"}, WARNING, "No channel is followed", "channel's id"),
    ("Slack", None, {"slack_secret": ""}, WARNING, "Nothing is heard", "Set SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN"),
    ("Slack", None, {"slack_app_token": slack.APP_TOKEN}, OK, "heard by a socket", ""),
    ("Slack", trouble("open", no("invalid_auth")), {"slack_app_token": slack.APP_TOKEN}, FAILED, "No socket",
     "SLACK_APP_TOKEN"),
    ("Slack", trouble("open", Answer(status=503)), {"slack_app_token": slack.APP_TOKEN}, FAILED, "No socket", REACH),
    ("Jira", None, {"jira_token": "wrong"}, FAILED, "nobody there", "Jira does not take JIRA_EMAIL and JIRA_API_TOKEN"),
    ("Jira", down("jira"), {}, FAILED, r"does not answer \(ClientConnectorError\)", REACH),
    ("Jira", None, {"jira_project": ""}, WARNING, "no project for tickets", "Set JIRA_PROJECT"),
    ("Jira project NONE", None, {"jira_project": "NONE"}, FAILED, "It cannot be seen", "see JIRA_URL"),
    ("Jira project EDGE", jira("rights", Answer(status=503)), {}, FAILED, r"does not answer \(503\)", REACH),
    ("Jira project EDGE", forbidden, {}, FAILED, "CREATE_ISSUES, LINK_ISSUES", "Browse, Create, Add comments and Link"),
    ("Jira project EDGE", None, {"jira_issue_type": "Saga"}, FAILED, "no issue type Saga", "Set JIRA_ISSUE_TYPE"),
    ("Jira project EDGE", None, {"jira_fields": {"cf": 1}}, FAILED, "lack something", "remove it there"),
    ("desk backend", None, {"service_hosts": ("127.0.0.1:1",)}, FAILED, "is not in HOTSEAT_SERVICE_HOSTS",
     "Add it there if it is Teams' own"),
    ("desk backend", None, {"authority": "http://127.0.0.1:1"}, FAILED, "Teams does not answer",
     "what is said of Entra"),
    ("heartbeat", None, {"heartbeat_url": "http://127.0.0.1:1/canary"}, FAILED, "127.0.0.1 cannot be reached",
     "See HOTSEAT_HEARTBEAT_URL"),
    ("handbook", None, {"github_token": "github_pat_wrong"}, FAILED, "cannot be read", "GITHUB_TOKEN, which may"),
    ("handbook", github(Answer(status=503)), {}, FAILED, "cannot be read now; the bot has not", "503; check again"),
    ("handbook", github(Answer(text="\x00", content_type="text/plain")), {}, FAILED, "cannot be taken", ""),
    ("handbook", None, {"handbook": "", "github_token": ""}, WARNING, "a link only", "Set HANDBOOK"),
    ("handbook", None, {"handbook": "/nowhere/handbook.md"}, FAILED, "cannot be read", "There is no file /nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "act", "changed", "level", "said", "remedy"), CASES)
async def test_what_fails_is_found_with_its_remedy(
    place: Ground, name: str, act: Act | None, changed: dict[str, Any], level: Level, said: str, remedy: str
) -> None:
    if act is not None:
        done = act(place)
        if done is not None:
            await done
    found = await place.of(name, **changed)
    matching = [one for one in found if re.search(said, one.said)]
    assert len(matching) == 1, found
    (one,) = matching
    assert (one.level, bool(re.search(remedy, one.remedy))) == (level, True), one
    assert "\n" not in one.said + one.remedy


async def test_a_file_as_the_handbook_has_sections_and_no_edit_of_it_is_proposed(place: Ground, tmp_path: Path) -> None:
    (tmp_path / "handbook.md").write_text("# Printers\nFeed it.\n")
    (one,) = await place.of("handbook", handbook=str(tmp_path / "handbook.md"))
    said = f"{tmp_path}/handbook.md has 1 sections; the bot has not read it yet, and no edit of it can be proposed."
    assert (one.level, one.said) == (OK, said)


async def test_who_hangs_is_given_up_and_holds_nobody_up(place: Ground) -> None:
    place.slack.troubles["auth"].append(Answer(delay=60))
    place.jira.then("myself", Answer(delay=60))
    found = {one.check: one for one in await place.findings(patience=2.0)}
    assert found["Slack"].said == found["Jira"].said == "It did not answer within 2 seconds."
    assert found["handbook"].level is OK


async def test_a_check_that_fails_itself_is_a_finding_and_hides_no_other(place: Ground) -> None:
    place.jira.then("rights", Answer(body={"permissions": {"CREATE_ISSUES": 1}}))
    found = {one.check: one for one in await place.findings()}
    assert (found["Jira"].level, found["Jira"].said) == (FAILED, "It could not be checked (AttributeError).")
    assert found["handbook"].level is OK


async def test_a_folder_that_a_bot_holds_is_checked_beside_it_and_so_is_its_public_address(place: Ground) -> None:
    folder = place.settings.data
    async with (
        aiohttp.ClientSession() as session,
        running(
            *(folder, place.entra, place.connector, session),
            **{name: getattr(place.settings, name) for name in ("github_url", "github_token", "handbook")},
        ) as bot,
    ):
        address = bot.url.removesuffix("/api/messages")
        found = {one.check: one for one in await place.findings(public_url=address)}
        assert found["bot"].said == "A bot runs on the folder, and answers."
        assert (found["journal"].level, found["public address"].level) == (OK, OK)
        for _ in range(500):
            if any((folder / "handbook").glob("*.json")):
                break
            await asyncio.sleep(0.02)
        assert "the bot has it as of 2026-11-23 10:00 UTC" in (await place.of("handbook"))[0].said
        elsewhere = await place.of("public address", public_url=place.connector.url)
        assert elsewhere[0].level is WARNING
        assert "is not seen from here at" in elsewhere[0].said
        nowhere = await place.of("public address", public_url="http://127.0.0.1:1")
        assert "(ClientConnectorError)" in nowhere[0].said


async def test_a_folder_that_i_may_not_look_into_is_said_and_the_rest_is_checked(
    place: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "exists", denied)
    for name in ("data folder", "journal"):
        (found,) = await place.of(name)
        assert (found.level, "(Permission denied)" in found.said) == (FAILED, True)
    assert (await place.of("identity in Entra"))[0].level is OK


async def test_where_graph_is_off_it_is_not_asked(place: Ground) -> None:
    assert await place.of(GRAPH, graph_url="off") == []
    assert place.graph.asked == []


async def test_a_check_that_took_a_while_does_not_take_that_for_a_clock_that_is_wrong(place: Ground) -> None:
    before = iter([real() - timedelta(minutes=5)])
    place.clock = lambda: next(before, real())
    (found,) = await place.of("clock")
    assert found.level is OK


async def test_the_heartbeat_is_not_called_by_a_check(place: Ground) -> None:
    (one,) = await place.of("heartbeat", heartbeat_url=f"{place.connector.url}/beat")
    assert (one.level, one.said) == (OK, "127.0.0.1 can be reached; it is called by the bot alone.")
    assert [call for call in place.connector.calls if "beat" in call.path] == []


@pytest.mark.parametrize(
    ("well", "level", "said", "remedy"),
    [
        (False, FAILED, "journal is not well.", "Make space."),
        (True, OK, "finds itself well, in 1 checks of its own", ""),
    ],
)
def test_what_a_bot_that_runs_says_of_itself_is_told(*, well: bool, level: Level, said: str, remedy: str) -> None:
    (one,) = ready_findings({"checks": [{"name": "journal", "ok": well, "remedy": "make space"}]})
    assert (one.level, said in one.said, one.remedy) == (level, True, remedy), one


async def test_the_handbook_of_the_desk_to_come_is_checked_before_there_is_one(place: Ground, tmp_path: Path) -> None:
    (one,) = await place.of("handbook", data=tmp_path / "new", handbook=str(tmp_path / "nope.md"))
    assert (one.level, "nope.md cannot be read" in one.said) == (FAILED, True), one
