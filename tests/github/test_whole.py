"""The whole bot with a handbook: read at the start, kept over a restart; what waits in its outbox is proposed once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import bridges
from bot.calendars.almanac import Almanac
from bot.folder import open_folder
from bot.handbook import shelf
from bot.handbook.shelf import Shelf
from bot.policy import Policy
from bot.ports import Commit, Outgoing
from bot.rota.shift import Rota
from bot.settings import Settings
from bot.support.handbook import NO_HANDBOOK, Handbook
from tests.github.fake import PLACE, TEXT, TOKEN, FakeGitHub
from tests.github.test_proposals import EFFECT
from tests.jira.test_whole import DESK, running
from tests.rig.process import until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def settings_of(folder: Path, api: str, **changes: Any) -> Settings:
    github = {"github_url": api, "github_token": SecretStr(TOKEN), "handbook": str(PLACE)}
    return Settings.model_validate({"data": folder, **github, **changes})


async def found(settings: Settings) -> None:
    """Make the desk, as an operator does."""
    async with open_folder(settings, "test") as (journal, _):
        await journal.create(DESK)


@pytest.fixture
def shelves(monkeypatch: pytest.MonkeyPatch) -> list[Shelf]:
    """Return the shelves of the bots that were started, as the composition root makes them."""
    made: list[Shelf] = []
    join = bridges.handbooks

    def note(*given: Any) -> Shelf:
        made.append(join(*given))
        return made[-1]

    monkeypatch.setattr(bridges, "handbooks", note)
    return made


def titles(books: Shelf) -> list[str]:
    return [one.title for one in books.of(DESK).sections]


async def reads(settings: Settings, shelves: list[Shelf], condition: Callable[[Handbook], object]) -> Handbook:
    """Start the bot, wait until it has such a handbook, and stop it."""
    async with running(settings):
        await until(lambda: condition(shelves[-1].of(DESK)))
        return shelves[-1].of(DESK)


async def test_the_handbook_is_read_and_serves_over_a_restart_while_github_is_away(
    github: FakeGitHub, tmp_path: Path, shelves: list[Shelf], caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(tmp_path, github.api)
    await found(settings)
    read = await reads(settings, shelves, lambda one: one.sections)
    assert [one.title for one in read.sections] == ["Handbook", "Tour hangs", "Label is wrong"]
    assert read.address == f"{github.url}/liefery/liefery-backend/blob/master/docs/emergency_handbook.md"
    assert read.edit_address == read.address.replace("/blob/", "/edit/")
    assert read.proposes
    assert [path.suffix for path in (tmp_path / "handbook").iterdir()] == [".json"]
    await github.stop()
    again = await reads(settings, shelves, lambda one: "GitHub cannot be reached" in one.failure)
    assert (again.sections, again.read_at) == (read.sections, read.read_at)
    assert TOKEN not in caplog.text


async def test_an_edit_that_waits_in_the_outbox_is_proposed_once_over_a_restart(
    github: FakeGitHub, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, github.api)
    await found(settings)
    async with open_folder(settings, "test") as (journal, _):
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", EFFECT),)))
    for _ in range(2):
        async with running(settings):
            await until(lambda: github.repository.pulls)
            await asyncio.sleep(0.1)
    assert len(github.repository.pulls) == 1
    assert len(github.repository.commits) == 2


async def test_a_handbook_that_cannot_be_edited_as_it_is_is_said(
    github: FakeGitHub, tmp_path: Path, shelves: list[Shelf]
) -> None:
    github.write(b"\x89PNG")
    settings = settings_of(tmp_path, github.api)
    await found(settings)
    async with open_folder(settings, "test") as (journal, _):
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", EFFECT),)))
    read = await reads(settings, shelves, lambda one: one.failure and github.hits["GET contents"] > 1)
    assert read.failure.startswith("it is no text in UTF-8")
    assert github.repository.pulls == []


async def test_a_file_is_read_within_two_looks_of_its_change(
    tmp_path: Path, shelves: list[Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shelf.LOOK_SECONDS <= 2
    monkeypatch.setattr(shelf, "LOOK_SECONDS", 0.1)
    file = tmp_path / "help.md"
    file.write_bytes(TEXT)
    settings = settings_of(tmp_path / "data", "https://api.github.com", github_token=SecretStr(""), handbook=str(file))
    await found(settings)
    async with running(settings):
        await until(lambda: "Tour hangs" in titles(shelves[0]))
        file.write_bytes(b"# New\n")
        await until(lambda: titles(shelves[0]) == ["New"])
    assert shelves[0].of(DESK).address == Policy().handbook


async def test_in_local_mode_a_github_elsewhere_is_left_alone(
    tmp_path: Path, shelves: list[Shelf], caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(tmp_path, "https://api.github.com")
    await found(settings)
    async with running(settings):
        await asyncio.sleep(0.1)
        linked = shelves[0].of(DESK)
    assert "local mode: GITHUB_API_URL is not on this machine, so I read nothing on GitHub" in caplog.text
    assert (linked.sections, linked.failure, linked.proposes) == ((), "", False)
    assert linked.edit_address == "https://github.com/liefery/liefery-backend/edit/master/docs/emergency_handbook.md"


def test_what_is_decided_with_knows_the_handbook_as_it_is_now() -> None:
    books = {"backend": Handbook("https://a.example", version="1")}
    almanac = Almanac(frozenset(), handbook=lambda desk: books[desk.id])
    first = almanac.knowledge(DESK, Rota(), NOW)
    assert first.handbook is books["backend"]
    assert almanac.knowledge(DESK, Rota(), NOW) is first
    books["backend"] = replace(books["backend"], version="2")
    again = almanac.knowledge(DESK, Rota(), NOW)
    assert (again.handbook.version, again.hours is first.hours) == ("2", True)
    assert Almanac(frozenset()).knowledge(DESK, Rota(), NOW).handbook is NO_HANDBOOK
