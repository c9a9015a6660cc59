"""A desk over a journal in memory that can wait, fail and count, with a courier that only collects."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.calendars.almanac import Almanac
from bot.desk import Desk
from bot.effects import PutRota
from bot.errors import NotStored
from bot.events import Claim, Delivered, Event, Posted, Solve
from bot.people import Author
from bot.ports import Commit, Conflict, Origin, Outgoing
from bot.rota.shift import Rota
from bot.state import DeskInfo
from bot.store.memory import MemoryJournal
from tests.journeys.town import CHANNEL, OLGA, TEAM, TEAM_CHANNEL, at, shifts

INFO = DeskInfo("backend", "tenant", "team", CHANNEL, TEAM_CHANNEL)
ANA, BEN = Author("ana", "Ana Lindqvist"), Author("ben", "Ben Okafor")


class SlowJournal(MemoryJournal):
    """A journal whose commits wait while ``gate`` is closed; keeps all commits that were written."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.commits: list[Commit] = []
        self.failing: list[str] = []  # for the next commits: "before" or "after" they are written
        self.rivals = False  # somebody else is always faster

    async def commit(self, commit: Commit) -> frozenset[str]:
        self.asked.set()
        await self.gate.wait()
        if self.rivals:
            raise Conflict
        fails = self.failing.pop(0) if self.failing else ""
        if fails == "before":
            message = "the disk is full"
            raise NotStored(message)
        left = await super().commit(commit)
        self.commits.append(commit)
        if fails == "after":
            message = "the disk said nothing"
            raise NotStored(message)
        return left


class Collector:
    """A courier that keeps what it is given."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        del desk
        self.taken.extend(outgoing)


@dataclass
class Stage:
    """One desk, its journal, its courier and its clock."""

    journal: SlowJournal = field(default_factory=SlowJournal)
    courier: Collector = field(default_factory=Collector)
    now: datetime = at("2026-11-23 10:00")
    rung: int = 0

    async def open(self) -> Desk:
        """Start the desk; a second time is a restart."""
        if not await self.journal.desks():
            await self.journal.create(INFO)
            rota = Rota({one.id: one for one in TEAM}, shifts())
            await MemoryJournal.commit(self.journal, Commit("tenant", "backend", 0, changes=(PutRota(rota),)))
        self.courier = Collector()
        almanac = Almanac(frozenset({"farid"}))
        desk = Desk(INFO, self.journal, self.courier, lambda: self.now, almanac, self._ring)
        await desk.start()
        return desk

    def posted(self, number: int = 1, text: str = "label printer down") -> Posted:
        place = f"{CHANNEL};messageid={number}"
        return Posted(key=f"post-{number}", happened_at=self.now, place=place, author=OLGA, text=text)

    def claim(self, by: Author, number: int = 1, key: str = "") -> Claim:
        return Claim(**self._press(by, number, key))  # type: ignore[arg-type]

    def solve(self, by: Author, number: int = 1, key: str = "") -> Solve:
        return Solve(**self._press(by, number, key))  # type: ignore[arg-type]

    def delivered(self, one: Outgoing) -> Delivered:
        return Delivered(key=f"delivered:{one.id}", happened_at=self.now, effect=one.id, place="somewhere")

    def _press(self, by: Author, number: int, key: str) -> dict[str, object]:
        place = f"{CHANNEL};messageid={number}"
        ids = {"place": place, "author": by, "request": f"R-{number}", "card": f"card:R-{number}"}
        return {"key": key or f"press-{by.id}-{number}", "happened_at": self.now, **ids}

    def _ring(self) -> None:
        self.rung += 1


class Broken(Event):
    """An event that no rule knows: a bug."""
