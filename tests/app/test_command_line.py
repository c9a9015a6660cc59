"""The command line, as an operator types it: what it does, what it says, and how it ends."""

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.__main__ import main
from bot.app import web_app
from bot.settings import Settings
from tests.door.whole import PEOPLE, SHIFTS, ClockService
from tests.rig.activities import CHANNEL, GROUP
from tests.rig.entra import TENANT
from tests.sandbox.conftest import free_port

ROOT = Path(__file__).parents[2]
ADD = ("desk", "add", "--tenant", TENANT, "--team", GROUP, "--channel", CHANNEL, "--name", "backend")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Hotseat = Callable[..., Said]


@pytest.fixture
def hotseat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Hotseat:
    """Run commands in this process, on a data folder of the test's own."""
    for name in list(os.environ):
        if name.startswith(("HOTSEAT", "Microsoft")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_DATA", str(tmp_path / "data"))

    def run(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["hotseat", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def sheets(tmp_path: Path) -> tuple[str, str]:
    people, shifts = tmp_path / "people.csv", tmp_path / "shifts.csv"
    people.write_text(PEOPLE)
    shifts.write_text(SHIFTS)
    return str(people), str(shifts)


async def child(folder: Path, *words: str, **settings: str) -> Said:
    """Run a command as a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOTSEAT", "Microsoft"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=environment | {"HOTSEAT_DATA": str(folder)} | settings,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Path]:
    """A bot that runs on a folder of the test's own."""
    folder = tmp_path / "data"
    runner = web.AppRunner(web_app(Settings(data=folder)), access_log=None)  # type: ignore[call-arg]
    await runner.setup()
    yield folder
    await runner.cleanup()


def test_a_desk_is_set_up_by_three_commands_and_exported_again(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    assert hotseat(*ADD).out.startswith("Added desk backend. Next: hotseat people import")
    assert hotseat("people", "import", sheets[0]).out == "Imported 5 people into backend.\n"
    assert hotseat("shifts", "import", sheets[1]).out == "Imported 3 shifts of 1 iterations into backend.\n"
    people, shifts = hotseat("people", "export"), hotseat("shifts", "export")
    Path(sheets[0]).write_text(people.out)
    Path(sheets[1]).write_text(shifts.out)
    assert hotseat("people", "import", sheets[0]).code == hotseat("shifts", "import", sheets[1]).code == 0
    assert (hotseat("people", "export"), hotseat("shifts", "export")) == (people, shifts)
    assert "Ana Lindqvist" in people.out


def test_machines_are_answered_in_json(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    added = json.loads(hotseat(*ADD, "--json").out)
    assert (added["desk"], added["channel"]) == ("backend", CHANNEL)
    assert json.loads(hotseat("people", "import", sheets[0], "--json").out)["people"] == 5
    imported = json.loads(hotseat("shifts", "import", sheets[1], "--json").out)
    assert (imported["desk"], imported["shifts"], imported["iterations"]) == ("backend", 3, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("people", "import", "people.csv"), 1, "hotseat desk add"),
        (("people", "export"), 1, "hotseat desk add"),
        (("people", "import", "nowhere.csv"), 2, "nowhere.csv"),
        (("desk", "add"), 2, "--tenant"),
        ((*ADD[:-1], "../../etc"), 1, "is no name for a desk"),
        (("dance",), 2, "No such command 'dance'"),
        (("manifest",), 1, "MicrosoftAppId: set it"),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(
    hotseat: Hotseat, sheets: tuple[str, str], words: tuple[str, ...], code: int, said: str
) -> None:
    ended = hotseat(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_a_desk_or_a_channel_is_not_taken_twice(hotseat: Hotseat) -> None:
    hotseat(*ADD)
    assert "There is a desk backend already." in hotseat(*ADD).err
    assert "The channel is desk backend's." in hotseat(*ADD[:-1], "other").err


def test_where_there_are_several_desks_one_is_to_be_named(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    hotseat(*ADD)
    hotseat(*ADD[:6], "--channel", "19:other@thread.tacv2", "--name", "other")
    assert "Say --desk with one of: backend, other." in hotseat("people", "import", sheets[0]).err
    assert hotseat("people", "import", sheets[0], "--desk", "other").code == 0
    assert "There is no desk third." in hotseat("people", "import", sheets[0], "--desk", "third").err


def test_a_sheet_with_mistakes_changes_nothing_and_names_each(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "bad.csv"
    sheet.write_text("name,production_access\nAna,perhaps\n,yes\n")
    ended = hotseat("people", "import", str(sheet))
    assert ended.code == 1
    assert "perhaps" in ended.err
    assert "Nothing was changed." in ended.err
    assert "Ana" not in hotseat("people", "export").out


def test_a_sheet_that_is_not_utf_8_is_refused_with_the_remedy(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "excel.csv"
    sheet.write_bytes("name\nJürgen\n".encode("cp1252"))
    ended = hotseat("people", "import", str(sheet))
    assert ended.code == 1
    assert "UTF-8" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serve",),
        ("manifest",),
        ("desk",),
        ("desk", "add"),
        ("people",),
        ("people", "import"),
        ("people", "export"),
        ("shifts", "import"),
        ("shifts", "export"),
    ],
)
def test_every_command_explains_itself(hotseat: Hotseat, words: tuple[str, ...]) -> None:
    ended = hotseat(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: ")


def test_a_setting_that_is_wrong_ends_a_command_with_its_name(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "many")
    ended = hotseat("serve")
    assert ended.code == 1
    assert ended.err.startswith("PORT: ")


async def test_while_a_bot_runs_commands_act_through_it_at_once(running: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(PEOPLE)
    socket = running / "control.sock"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert (await child(running, *ADD)).code == 0
    assert (await child(running, "people", "import", str(sheet))).out == "Imported 5 people into backend.\n"
    refused = await child(running, *ADD)
    assert (refused.code, refused.err) == (1, "There is a desk backend already.\n")
    async with asyncio.timeout(5):
        while "Ana Lindqvist" not in (running / "rota" / "backend.json").read_text():
            await asyncio.sleep(0.02)


async def test_a_bot_that_cannot_do_it_is_no_traceback(running: Path) -> None:
    connector = aiohttp.UnixConnector(path=str(running / "control.sock"))
    async with aiohttp.ClientSession(connector=connector) as session:
        for body in (b"{}", b"[]", b"not json", b'{"operation": "dance", "arguments": {}}'):
            async with session.post("http://hotseat/operation", data=body) as answer:
                assert answer.status == 400
                assert (await answer.json())["error"]


async def test_a_second_bot_on_the_same_folder_is_refused_and_says_who_has_it(running: Path) -> None:
    ended = await child(running, "serve", PORT=str(free_port()))
    assert ended.code == 1
    assert f"in use by hotseat serve (process {os.getpid()})" in ended.err
    assert "Traceback" not in ended.err


async def test_a_port_that_is_taken_ends_the_start_in_words(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        ended = await child(tmp_path, "serve", PORT=str(port))
    assert ended.code == 1
    assert f"PORT: 127.0.0.1:{port}" in ended.err
    assert "Traceback" not in ended.err


async def test_a_command_without_a_bot_lives_by_the_clock_that_the_bot_would_follow(tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(PEOPLE)
    async with ClockService() as service:
        clock = {"HOTSEAT_CLOCK": f"{service.url}/clock"}
        assert (await child(tmp_path, *ADD, **clock)).code == 0
        assert (await child(tmp_path, "people", "import", str(sheet), **clock)).code == 0
    with sqlite3.connect(tmp_path / "journal.sqlite") as journal:
        times = {time for row in journal.execute("SELECT happened_at, recorded_at FROM records") for time in row}
    assert {datetime.fromisoformat(one).replace(second=0, microsecond=0) for one in times} == {service.now}


@pytest.mark.parametrize("words", [("serve",), ADD])
async def test_where_the_clock_to_follow_is_silent_nothing_is_decided_by_another(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    ended = await child(tmp_path, *words, PORT=str(free_port()), HOTSEAT_CLOCK=f"http://127.0.0.1:{free_port()}/")
    assert (ended.code, ended.out) == (1, "")
    assert "HOTSEAT_CLOCK: no time is answered there" in ended.err
    assert "Traceback" not in ended.err
