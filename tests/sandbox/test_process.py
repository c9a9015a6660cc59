"""The sandbox as people start it: a process that brings up the real bot, and takes it down again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest

from bot.sandbox import bot as sandbox_bot
from bot.sandbox import cast
from bot.sandbox.bot import MOST_ENDS, Place, follow_rota, plan_vacation, seed
from tests.rig.ports import free_port

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Run:
    """A started sandbox."""

    process: asyncio.subprocess.Process
    base: str
    bot_port: int

    async def line(self, beginning: str) -> str:
        """Wait for a line of its output; fails when the output ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            said = []
            while line := (await self.process.stdout.readline()).decode():
                said.append(line)
                if line.startswith(beginning):
                    return line
        raise AssertionError("".join(said))

    async def end(self) -> None:
        """Ask it to end, if it has not ended yet."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(30):
            await self.process.wait()

    def child(self) -> int:
        """Give the bot's process id."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])


class Start(Protocol):
    """Starts a sandbox."""

    async def __call__(self, *options: str, data: Path | None = None, cwd: Path = ROOT) -> Run:
        """Start it on ports and a data folder that stay the same within a test."""


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start sandboxes, and end each when the test is over."""
    runs: list[Run] = []
    port, bot_port = free_port(), free_port()

    async def begin(*options: str, data: Path | None = None, cwd: Path = ROOT) -> Run:
        ports = ("--port", str(port), "--bot-port", str(bot_port), "--data", str(data or tmp_path / "data"))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.sandbox", *ports, *options),
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        runs.append(Run(process, f"http://127.0.0.1:{port}/", bot_port))
        return runs[-1]

    yield begin
    for run in runs:
        await run.end()


@pytest.fixture
async def run(start: Start) -> Run:
    """Start one and wait until it is ready."""
    run = await start()
    await run.line("Open http://127.0.0.1:")
    return run


async def world(run: Run) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{run.base}api/world") as answer:
        return await answer.json()


async def post(run: Run, text: str) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(f"{run.base}api/act/post", json={"as": "olga", "channel": "backend", "text": text})


async def card(run: Run) -> Any:
    """Wait for the first card."""
    async with asyncio.timeout(30):
        while True:
            for one in (await world(run))["messages"]:
                if one["cards"]:
                    return one["cards"]
            await asyncio.sleep(0.1)


async def test_a_post_gets_the_real_bots_card_and_the_bot_ends_with_the_sandbox(run: Run) -> None:
    await post(run, "label printer down")
    await card(run)
    bot = run.child()
    run.process.send_signal(signal.SIGTERM)
    assert await run.process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(bot, 0)


async def test_the_bot_reads_the_handbook_and_keeps_it(run: Run, tmp_path: Path) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while not (kept := list((tmp_path / "data" / "handbook").glob("*.json"))):
            await asyncio.sleep(0.1)
        async with session.get(f"{run.base}api/ledger") as answer:
            (read,) = [one for one in await answer.json() if "/contents/" in one["path"]]
    assert read["status"] == 200
    assert "Emergency handbook" in kept[0].read_text()
    assert not (await world(run))["problems"]


async def test_a_bot_that_dies_is_started_again_and_what_was_underway_goes_on(run: Run) -> None:
    bot = run.child()
    os.kill(bot, signal.SIGKILL)
    await run.line("The bot ended by itself, with exit code -9, and is started again.")
    await post(run, "label printer down")
    await run.line("The bot is back.")
    assert run.child() != bot
    await card(run)
    async with asyncio.timeout(30):
        while (shown := await world(run))["waiting"]:
            await asyncio.sleep(0.1)
    assert [one["text"] for one in shown["problems"]] == [
        "The bot ended by itself, with exit code -9, and is started again."
    ]


async def test_a_bot_that_dies_again_and_again_takes_the_sandbox_down_loudly(run: Run) -> None:
    for _ in range(MOST_ENDS - 1):
        os.kill(run.child(), signal.SIGKILL)
        await run.line("The bot is back.")
    os.kill(run.child(), signal.SIGKILL)
    assert "exit code -9" in await run.line("Error: The bot ended by itself 4 times within a minute")
    assert await run.process.wait() == 1


async def test_a_bot_that_cannot_start_ends_the_sandbox_with_its_words(tmp_path: Path, start: Start) -> None:
    (tmp_path / "journal.sqlite").write_text("no database")
    run = await start(data=tmp_path)
    assert "journal.sqlite" in await run.line("Error: `hotseat desk add` failed (1): ")
    assert await run.process.wait() == 1


async def test_on_a_later_day_what_people_changed_stays_and_cards_are_drawn_for_that_day(
    tmp_path: Path, start: Start
) -> None:
    first = await start("--at", "2026-11-24T10:00")
    await first.line("Open http://127.0.0.1:")
    await post(first, "label printer down")
    await card(first)
    own = tmp_path / "own.csv"
    own.write_text("iteration,name,role,days\n2026-11-25,Eva Novak,SUPPORT,\n2026-11-25,Farid Haddad,SUPPORT,\n")
    environment = Place(tmp_path / "data", first.bot_port, 1).environment()
    command = (sys.executable, "-m", "bot", "shifts", "import", str(own))
    assert await (await asyncio.create_subprocess_exec(*command, env=environment)).wait() == 0
    await first.end()
    second = await start("--at", "2026-11-26T10:00")
    await second.line("Open http://127.0.0.1:")
    people = {one["key"]: one["role"] for one in (await world(second))["people"]}
    assert (people["eva"], people["farid"], people["dilan"]) == ("support", "support", "colleague")
    async with asyncio.timeout(20):
        while not (calls := [one for one in (await world(second))["messages"] if "Eva Novak" in str(one["cards"])]):
            await asyncio.sleep(0.1)
    assert "Ana Lindqvist" not in str(calls)


async def move(run: Run, to: str) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(f"{run.base}api/clock", json={"to": to})


async def said(run: Run, place: str, words: str) -> None:
    """Wait until the bot has said something in a place."""
    async with asyncio.timeout(30):
        while not any(one["conversation"] == place and words in str(one) for one in (await world(run))["messages"]):
            await asyncio.sleep(0.1)


async def test_when_the_clock_jumps_the_bot_does_what_fell_due_and_the_page_knows_who_serves_then(start: Start) -> None:
    run = await start("--at", "2026-11-19T10:00")
    await run.line("Open http://127.0.0.1:")
    team = cast.CHANNELS[1].id
    await said(run, team, "Eva Novak is away from Mon 30 Nov to Fri 4 Dec.")
    await move(run, "monday-14")
    await said(run, team, "please pick the next support team")
    await move(run, "monday-17")
    await said(run, cast.SLACK.id, "Ana Lindqvist and Ben Okafor: please pick the support team for Wed 25 Nov")
    await move(run, "wednesday-9")
    await said(run, team, "Nobody was picked, so Ana Lindqvist and Ben Okafor stay on")
    async with asyncio.timeout(20):
        while {one["key"]: one["role"] for one in (await world(run))["people"]}["dilan"] == "observer":  # last week's
            await asyncio.sleep(0.1)


def test_nothing_of_the_operators_own_settings_reaches_the_bot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MicrosoftAppId", "BotOpenIdMetadata", "HOST", "HOTSEAT_TENANTS", "HOTSEAT_AUTHORITY", "http_proxy"):
        monkeypatch.setenv(name, "somebody's")
    for name in ("HOTSEAT_LOG", "HOTSEAT_OPS", "HOTSEAT_ENCODER"):
        monkeypatch.delenv(name, raising=False)
    environment = Place(tmp_path, 1, 2).environment()
    assert "somebody's" not in environment.values()
    assert {name for name in environment if name.startswith("HOTSEAT_")} == {
        "HOTSEAT_DATA",
        "HOTSEAT_CLOCK",
        "HOTSEAT_ADMINS",
        "HOTSEAT_OPS",
    }
    assert environment["HOTSEAT_OPS"] == "off"
    assert environment["SLACK_API_URL"] == "http://127.0.0.1:2/slack/api/"
    assert environment["JIRA_URL"] == "http://127.0.0.1:2"
    assert environment["GITHUB_API_URL"] == "http://127.0.0.1:2/api/v3"
    assert (environment["SLACK_CHANNEL"], environment["SLACK_BUGSNAG_IDS"]) == (cast.SLACK.id, cast.BUGSNAG_BOT)


async def test_a_settings_file_where_one_stands_does_not_reach_the_bot(tmp_path: Path, start: Start) -> None:
    (tmp_path / ".env").write_text("MicrosoftAppId=real\nMicrosoftAppPassword=x\nMicrosoftAppTenantId=y\n")
    run = await start(cwd=tmp_path)
    await run.line("Open http://127.0.0.1:")


async def test_a_taken_port_is_said_and_nothing_is_started(tmp_path: Path, start: Start) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        taken = server.sockets[0].getsockname()[1]
        run = await start("--bot-port", str(taken))
        assert f"127.0.0.1:{taken} already" in await run.line("Error: Something listens on")
        assert await run.process.wait() == 1
    assert not (tmp_path / "data").exists()


async def test_it_starts_again_with_another_desk_beside_its_own(start: Start, tmp_path: Path) -> None:
    first = await start()
    await first.line("Open http://127.0.0.1:")
    await first.end()
    place = (
        "--tenant",
        cast.TENANT,
        "--team",
        cast.TEAM_GROUP,
        "--channel",
        "19:other@thread.tacv2",
        "--name",
        "other",
    )
    added = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "desk", "add", *place),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOTSEAT_DATA": str(tmp_path / "data")},
    )
    assert await added.wait() == 0
    again = await start()
    await again.line("Open http://127.0.0.1:")
    await post(again, "label printer down")
    await card(again)


async def test_whoever_is_stopped_in_a_command_leaves_none_behind_that_holds_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, noted = tmp_path / "python", tmp_path / "pid"
    program.write_text("#!/bin/sh\necho $$ > writing\nmv writing pid\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    planning = asyncio.create_task(plan_vacation(Place(tmp_path, free_port(), free_port()), date(2026, 11, 24)))
    async with asyncio.timeout(20):
        while not noted.exists():
            await asyncio.sleep(0.02)
    planning.cancel()
    await asyncio.gather(planning, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


async def test_the_rota_is_followed_as_the_bot_writes_it_and_not_while_somebody_types_in_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_bot, "PAUSE", 0.01)
    place, taken = Place(tmp_path, 1, 2), list[cast.Rota]()
    place.file.parent.mkdir()
    following = asyncio.create_task(follow_rota(place, taken.append))
    own = {"iteration": "2026-11-18", "name": "Eva Novak", "role": "SUPPORT", "days": ""}
    for text in ("{", json.dumps({"shifts": {"1": {"name": "Eva"}}}), json.dumps({"shifts": {"1": own}})):
        place.file.write_text(text)
        await asyncio.sleep(0.1)
    following.cancel()
    assert taken == [cast.Rota((cast.Shift(**own),))]
    assert await seed(place, date(2026, 11, 18)) == taken[0]
    place.file.write_text("{")
    assert await seed(place, date(2026, 11, 18)) == cast.Rota()
