"""The data folder at a start: what the rotas' files, the journal and the outbox say to each other."""

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.calendars.almanac import Almanac
from bot.clock import real
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import PutRota, WriteRota
from bot.folder import desks_alone, open_desks, open_folder
from bot.ports import Commit, Origin, Outgoing
from bot.settings import Settings
from bot.state import DeskInfo
from bot.store.rota import Files, RotaFiles
from tests.store.samples import ROTA

EDGE = DeskInfo("edge", "t", "g", "19:edge@thread.tacv2")
CORE = DeskInfo("core", "t", "g", "19:core@thread.tacv2")
UNFINISHED = Commit("t", "edge", 0, changes=(PutRota(ROTA),), outgoing=(Outgoing("0.0", WriteRota()),))


class Watching:
    """A courier that looks, whenever it is given something, which desks' files hold what the journal says."""

    def __init__(self, files: Files) -> None:
        self.seen: list[tuple[str, bool]] = []
        self._files = files

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        del desk
        for one in outgoing:
            self.seen += [(one.id, self._files.checksum(info.id) is not None) for info in (EDGE, CORE)]


async def test_every_desks_file_is_in_order_before_anything_undelivered_is_handed_over(tmp_path: Path) -> None:
    async with open_folder(Settings(data=tmp_path), "a test") as (journal, files):  # type: ignore[call-arg]
        await journal.create(CORE)
        await journal.create(EDGE)
        await journal.commit(UNFINISHED)
        courier = Watching(files)

        async def nowhere(_: str) -> str:
            return ""

        almanac = Almanac(frozenset())
        desks = Desks(journal, lambda info: Desk(info, journal, courier, real, almanac, lambda: None), nowhere)
        await open_desks(journal, files, desks, real)
        assert courier.seen == [("0.0", True), ("0.0", True)]
        assert files.read(EDGE).rota == ROTA


async def test_an_edit_by_hand_outlives_a_write_that_was_done_but_not_struck(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)  # type: ignore[call-arg]
    async with open_folder(settings, "a test") as (journal, _):
        await journal.create(CORE)
        await journal.create(EDGE)
        await journal.commit(UNFINISHED)
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        unstruck = database.execute("SELECT * FROM outbox").fetchone()
    async with desks_alone(settings):
        pass
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        database.execute("UPDATE rotas SET written = desk = 'edge'")  # the start is busy with another desk's file first
        database.execute(f"INSERT INTO outbox VALUES ({', '.join('?' * len(unstruck))})", unstruck)  # noqa: S608
    file = tmp_path / "rota" / "edge.json"
    file.write_text(file.read_text().replace('"Chen Wei"', '"Chen Wen"'))
    async with desks_alone(settings) as desks:
        assert "Chen Wen" in {person.name for person in (await desks.one("edge").state()).rota.people.values()}
    assert "Chen Wen" in file.read_text()


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a b", "a#b", "größe", "a;b&c=d", ":memory:"])
async def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    async with desks_alone(Settings(data=tmp_path / name)) as desks:  # type: ignore[call-arg]
        await desks.add(EDGE)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "journal.sqlite").stat().st_size > 0


async def test_writes_of_one_file_at_the_same_moment_do_not_disturb_each_other(tmp_path: Path) -> None:
    files = RotaFiles(tmp_path)
    for days in range(25):
        rota = ROTA if days % 2 else type(ROTA)()
        await asyncio.gather(*(asyncio.to_thread(files.write, EDGE, rota) for _ in range(4)))
        assert files.read(EDGE).rota == rota
