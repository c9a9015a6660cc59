"""A town whose desk has a handbook, and a search that answers at once or when a story says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.effects import SearchHandbook
from bot.events import HandbookSearched
from bot.ports import Origin, Outgoing
from bot.support.handbook import Handbook, Section
from bot.support.request import Match
from bot.views import HandbookCard
from tests.journeys.town import FakeTeams, Town, at

ADDRESS = "https://github.com/acme/wiki/blob/main/handbook.md"
PRINTER = Section(
    "label-printer-prints-nothing",
    "Label printer prints nothing",
    body="1. Open the **queue**.\n2. Press _Resume_.\n\n```sh\nrestart-printer --all\n```\n",
    above=("Depots", "Printers"),
)
ROUTES = Section("old-routes", "Printer shows yesterday's routes", body="Reload the tour in the admin panel.\n")
LOGIN = Section("login", "Driver cannot log in", body="Reset the device.\n")
BOOK = Handbook(ADDRESS, f"{ADDRESS}?edit", (PRINTER, ROUTES, LOGIN), "v1", at("2026-11-23 09:45"))


@dataclass
class Searching:
    """What the handbook was searched for, by whom it is answered, and what is found."""

    asked: list[SearchHandbook] = field(default_factory=list)
    waiting: list[tuple[Origin, Outgoing]] = field(default_factory=list)
    found: tuple[Match, ...] = (Match(PRINTER.ref, sure=True),)
    failure: str = ""
    slow: bool = False


class FakeSearch(FakeTeams):
    """Answers searches at once, or when a test says so."""

    def __init__(self, town: Town, searching: Searching) -> None:
        super().__init__(town)
        self.searching = searching

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        for one in outgoing:
            if isinstance(one.effect, SearchHandbook):
                self.searching.asked.append(one.effect)
                self.searching.waiting.append((desk, one))
                if not self.searching.slow:
                    self.answer()
            else:
                super().take(desk, (one,))

    def answer(self) -> None:
        """Say what was found of all that was asked."""
        waiting, self.searching.waiting = self.searching.waiting, []
        for desk, one in waiting:
            assert isinstance(one.effect, SearchHandbook)
            done: dict[str, Any] = {"effect": one.id, "place": one.effect.place, "words": one.effect.words}
            said = {"failure": self.searching.failure} if self.searching.failure else {"found": self.searching.found}
            desk.report(HandbookSearched(key=f"delivered:{one.id}", happened_at=self._town.now, **done, **said))


class Reader(Town):
    """A town whose desk has a handbook."""

    def __init__(self, book: Handbook = BOOK, **more: Any) -> None:
        super().__init__(**more)
        self.searching = Searching()
        self.teams: FakeSearch = FakeSearch(self, self.searching)
        self.shelf.handbook = book

    def shown(self) -> HandbookCard:
        """Return the last card."""
        view = self.teams.sent[-1].view
        assert isinstance(view, HandbookCard)
        return view
