"""The rotas' files while the bot runs: an edit by hand is taken over, or refused and kept, and nothing is lost."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.calendars.almanac import Almanac
from bot.courier import Courier
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import Erased, ForgetEdits, PutRota, Say, Show
from bot.errors import NotStored
from bot.events import PersonErased, ShiftsImported, Sweep
from bot.folder import RotaWatch, desks_alone, edits_errand, open_desks, open_folder, rota_writer
from bot.people import Person
from bot.ports import Address, Commit
from bot.rota.shift import Rota
from bot.settings import Settings
from bot.state import DeskInfo, State
from bot.store.rota import RotaFiles
from bot.views import Line
from tests.app.test_folder import EDGE
from tests.journeys.town import at
from tests.store.samples import ROTA as SAMPLE

ROTA = replace(SAMPLE, overrides=())  # so that a change tells nobody that they need not stand in
TEAM_CHANNEL = "19:team@thread.tacv2"
DESK = replace(EDGE, team_channel=TEAM_CHANNEL)
TICKS = itertools.count()


def clock() -> datetime:
    """Return a moment of a Monday morning, each a little later than the one before."""
    return at("2026-11-23 10:00") + next(TICKS) * timedelta(milliseconds=1)


@dataclass
class House:
    """A bot over a real data folder that says nothing to anybody, but notes what it would."""

    desk: Desk
    watch: RotaWatch
    file: Path
    said: list[str]
    settled: Callable[[], Awaitable[None]]

    async def looks(self, times: int = 2) -> None:
        for _ in range(times):
            await self.watch.look()
        await self.settled()

    async def rota(self) -> Rota:
        return (await self.desk.state()).rota

    def edit(self, old: str, new: str) -> None:
        """Edit as editors do that write a new file and put it in the place of the old one."""
        fresh = self.file.with_name("edited")
        text = self.file.read_text()
        assert old in text
        fresh.write_text(text.replace(old, new))
        fresh.replace(self.file)

    def kept(self) -> list[str]:
        return [path.read_text() for path in sorted(self.file.parent.glob("edge.json.refused-*"))]

    async def change(self) -> None:
        """Change the rota as somebody does by an import."""
        shifts = (await self.rota()).shifts[:-1] or ROTA.shifts
        now = clock()
        await self.desk.handle(ShiftsImported(key=f"import {now}", happened_at=now, shifts=shifts))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    said: list[str] = []

    async def send(_: DeskInfo, effect: Show | Say, __: Address | None) -> Address | None:
        if effect.key.startswith("news:") and isinstance(effect.view, Line):
            said.append(f"{effect.place}: {effect.view.parts[0]}")
        return Address("", "c", "m") if isinstance(effect, Show) else None

    async def nowhere(_: str) -> str:
        return ""

    async with open_folder(Settings(data=folder), "a test") as (journal, files):  # type: ignore[call-arg]
        if not await journal.desks():
            await journal.create(DESK)
            await journal.commit(Commit("t", "edge", 0, changes=(PutRota(ROTA),)))
        write = rota_writer(journal, files, lambda info: desks.named(info.tenant, info.id), clock)
        courier = Courier(journal, send, write, clock, {ForgetEdits: edits_errand(files)})
        almanac = Almanac(frozenset(ROTA.people))
        desks = Desks(journal, lambda info: Desk(info, journal, courier, clock, almanac, lambda: None), nowhere)
        await open_desks(journal, files, desks, clock)
        desk = desks.one("edge")

        async def settled() -> None:
            await desk.settle()
            await courier.idle()
            await desk.settle()

        await settled()
        yield House(desk, RotaWatch(journal, files, desks, clock), folder / "rota" / "edge.json", said, settled)
        await courier.close(1)
        await desk.settle()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as house:
        await house.looks(3)
        yield house


def told(house: House) -> list[str]:
    """Return what admins were told."""
    return [line.partition(": ")[2] for line in house.said if line.startswith("person:")]


def without_shifts(state: State) -> Person:
    """Return somebody who may be erased, since they do not serve."""
    serve = {one.person for one in state.rota.shifts}
    return next(one for one in state.rota.people.values() if one.id not in serve)


async def test_an_edit_is_taken_over_once_it_stands_still_and_said_once(house: House) -> None:
    house.edit('"Chen Wei"', '"Chen Wen"')
    await house.looks(1)
    assert "Chen Wei" in {person.name for person in (await house.rota()).people.values()}
    await house.looks(1)
    assert "Chen Wen" in {person.name for person in (await house.rota()).people.values()}
    await house.looks(5)
    assert house.said == [f"{TEAM_CHANNEL}: The rota file was edited by hand: 1 person and 1 shift differ."]
    assert "Chen Wen" in house.file.read_text()
    assert house.kept() == []


async def test_a_rota_that_the_bot_changed_before_can_be_edited(house: House) -> None:
    await house.change()
    await house.looks(3)
    house.edit('"Chen Wei"', '"Chen Wen"')
    await house.looks(2)
    assert "Chen Wen" in {person.name for person in (await house.rota()).people.values()}
    assert (len(house.said), house.kept()) == (1, [])


async def test_a_file_that_is_still_being_written_is_not_judged(house: House) -> None:
    whole = house.file.read_text().replace('"Chen Wei"', '"Chen Wen"')
    for end in range(0, len(whole), 400):
        house.file.write_text(whole[:end])
        await house.looks(1)
    house.file.write_text(whole)
    await house.looks(2)
    assert len(house.said) == 1
    assert told(house) == []
    assert "Chen Wen" in {person.name for person in (await house.rota()).people.values()}


async def test_an_edit_that_is_wrong_is_refused_told_once_to_the_admins_and_stays_until_it_is_mended(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.edit('"yes"', '"perhaps"')
    await house.looks(6)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "line " in caplog.records[0].message
    messages = told(house)
    assert len(messages) == len(ROTA.people)
    assert '"perhaps" must be yes or no' in messages[0]
    assert await house.rota() == ROTA
    assert "perhaps" in house.file.read_text()
    house.edit('"perhaps"', '"yes"')
    await house.looks(4)
    assert house.kept() == []
    assert len(told(house)) == len(messages)


async def test_an_edit_that_was_refused_is_kept_beside_the_file_when_that_is_written_anew(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.edit('"yes"', '"perhaps"')
    await house.looks(2)
    before = len(told(house))
    await house.change()
    await house.settled()
    assert "perhaps" not in house.file.read_text()
    assert ["perhaps" in text for text in house.kept()] == [True]
    assert "edge.json.refused-" in caplog.text
    await house.looks(4)
    assert len(told(house)) == before
    assert len(house.kept()) == 1


async def test_what_was_kept_of_edits_goes_with_whoever_is_erased(house: House) -> None:
    for old, new in (('"yes"', '"perhaps"'), ('"people"', "people")):
        house.edit(old, new)
        await house.looks(2)
        await house.change()
        await house.settled()
    assert len(house.kept()) == 2
    house.edit('"people"', "people")  # nobody's JSON, and the generation before as soon as the file is written
    await house.looks(2)
    someone = without_shifts(await house.desk.state())
    await house.desk.handle(PersonErased(key="erased", happened_at=clock(), who=someone.id))
    await house.settled()
    names = {path.name for path in house.file.parent.iterdir() if someone.name in path.read_text()}
    assert names == set()
    assert house.kept() == []


async def test_a_command_that_erases_somebody_while_no_bot_runs_removes_what_was_kept_too(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    (tmp_path / "rota" / "edge.json.refused-earlier").write_text("Ana")
    async with desks_alone(Settings(data=tmp_path), clock) as desks:  # type: ignore[call-arg]
        erased = PersonErased(key="erased", happened_at=clock(), who="somebody-who-typed", acted=True)
        assert isinstance(await desks.one("edge").handle(erased), Erased)
    assert list((tmp_path / "rota").glob("*.refused-*")) == []


async def test_what_was_kept_of_an_edit_goes_by_night_as_names_do(house: House) -> None:
    house.edit('"yes"', '"perhaps"')
    await house.looks(2)
    await house.change()
    await house.settled()
    (kept,) = house.file.parent.glob("edge.json.refused-*")
    for days, left in ((29, 1), (31, 0)):
        old = datetime.now(UTC) - timedelta(days=days)
        os.utime(kept, (old.timestamp(), old.timestamp()))
        await house.desk.handle(Sweep(key=f"sweep {days}", happened_at=clock(), revision=0, last=True, requests=()))
        await house.settled()
        assert len(house.kept()) == left


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


async def test_what_is_kept_of_a_removed_desk_goes_when_its_time_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (
        house.file.parent / f"wrong.json.removed-{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%S.%fZ}"
        for days in (30, 28)
    )
    for path in (old, new):
        path.write_text("Ana")
    monkeypatch.setattr("bot.folder.real", tomorrow)
    await house.looks(2)
    assert (old.exists(), new.exists()) == (False, True)


async def test_what_is_kept_of_a_removed_desk_and_cannot_be_removed_is_logged_once_a_day(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.folder.real", tomorrow)
    (house.file.parent / "wrong.json.removed-20200101T000000.000000Z").mkdir()
    await house.looks(6)
    assert ["could not be removed" in record.message for record in caplog.records] == [True]


async def test_a_command_while_no_bot_runs_removes_what_is_kept_of_a_removed_desk_after_its_time(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path):
        pass
    old = tmp_path / "rota" / "wrong.json.removed-20200101T000000.000000Z"
    old.write_text("Ana")
    async with desks_alone(Settings(data=tmp_path), clock):  # type: ignore[call-arg]
        pass
    assert not old.exists()


async def test_an_edit_at_the_moment_of_a_change_is_kept_and_the_admins_know(house: House) -> None:
    house.edit('"Chen Wei"', '"Chen Wen"')
    await house.change()
    await house.settled()
    await house.looks(4)
    assert "Chen Wen" not in house.file.read_text()
    assert ["Chen Wen" in text for text in house.kept()] == [True]
    assert all("while the rota changed, too" in text for text in told(house))
    assert len(told(house)) == len(ROTA.people)


async def test_a_file_that_was_deleted_is_written_anew(house: House) -> None:
    content = house.file.read_text()
    house.file.unlink()
    await house.looks(2)
    assert house.file.read_text() == content
    assert house.said == []


async def test_a_file_that_was_only_touched_is_no_news(house: House) -> None:
    os.utime(house.file)
    await house.looks(3)
    assert house.said == []
    assert house.kept() == []


async def test_what_the_bot_writes_itself_is_no_edit(house: House) -> None:
    for _ in range(3):
        await house.change()
        await house.looks(1)
    await house.looks(3)
    assert house.said == []
    assert told(house) == []
    assert house.kept() == []


async def test_a_store_that_fails_means_another_look(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.edit('"Chen Wei"', '"Chen Wen"')
    await house.looks(1)

    async def failing(_: object) -> None:
        raise NotStored

    with monkeypatch.context() as patched:
        patched.setattr(house.desk, "handle", failing)
        await house.looks(1)
    assert "trying again" in caplog.text
    await house.looks(1)
    assert "Chen Wen" in {person.name for person in (await house.rota()).people.values()}


async def test_a_wrong_file_at_the_start_is_told_to_the_admins_once_over_two_starts(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        pass
    house.edit('"yes"', '"perhaps"')
    messages = []
    for _ in range(2):
        async with opened(tmp_path) as house:
            await house.looks(3)
            messages += told(house)
            assert await house.rota() == ROTA
    assert len(messages) == len(ROTA.people)
    assert all("must be yes or no" in one for one in messages)


async def test_a_command_while_no_bot_runs_refuses_it_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        pass
    house.edit('"yes"', '"perhaps"')
    async with desks_alone(Settings(data=tmp_path)) as desks:  # type: ignore[call-arg]
        assert (await desks.one("edge").state()).rota == ROTA
    assert "perhaps" in house.file.read_text()


async def test_the_running_bot_looks_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.folder.LOOK_SECONDS", 0.01)
    task = asyncio.create_task(house.watch.run())
    house.edit('"Chen Wei"', '"Chen Wen"')
    async with asyncio.timeout(10):
        while "Chen Wen" not in {person.name for person in (await house.rota()).people.values()}:
            await asyncio.sleep(0.01)
    task.cancel()


async def test_what_keeps_it_from_looking_is_said_and_it_looks_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[str] = []

    async def look() -> None:
        looks.append("look")
        raise NotStored("The journal in PostgreSQL (db/hotseat): it cannot be reached (OperationalError)")

    monkeypatch.setattr("bot.folder.LOOK_SECONDS", 0.01)
    monkeypatch.setattr(house.watch, "look", look)
    task = asyncio.create_task(house.watch.run())
    async with asyncio.timeout(10):
        while len(looks) < 2:
            await asyncio.sleep(0.01)
    task.cancel()
    assert "could not look at the rotas' files: The journal in PostgreSQL (db/hotseat): it cannot be" in caplog.text


def test_nothing_is_looked_at_where_nothing_is(tmp_path: Path) -> None:
    assert RotaFiles(tmp_path).look("edge") is None
