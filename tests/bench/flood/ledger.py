"""What the connector saw, read as promises: what came first, in which order, how densely, and how often people rang.

Decides what counts as kept. A thread is in order when its card is posted once, before each of its edits, and what is
shown last has no *It's solved* any more. Must not know how calls are made.
"""

from collections import defaultdict, deque
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from bot.teams.limits import TEAMS

MINUTE = 60.0
ROOT = ";messageid="


@dataclass(frozen=True, slots=True)
class Call:
    """A call that writes, as the connector noted it."""

    at: float
    method: str
    conversation: str
    message: str
    request: str
    desk: str
    is_copy: bool
    can_solve: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """All calls in the order of their arrival."""

    calls: tuple[Call, ...]

    @classmethod
    def read(cls, rows: Iterable[list[Any]], posts: Container[int]) -> "Ledger":
        """Read the connector's rows; of threads those of these posts alone."""
        calls = (Call(*row) for row in rows)
        return cls(tuple(one for one in calls if not (root := _root(one)) or root in posts))

    def first_cards(self) -> dict[int, float]:
        """Return when the first card with the button came, by the post's number."""
        found: dict[int, float] = {}
        for call in self.calls:
            if call.method == "POST" and call.can_solve and (root := _root(call)):
                found.setdefault(root, call.at)
        return found

    def disordered(self) -> list[str]:
        """Return the threads whose card came twice, was edited before it came, or does not end solved."""
        cards: dict[str, str] = {}
        last: dict[str, Call] = {}
        wrong: set[str] = set()
        for call in self.calls:
            where = call.conversation
            if not _root(call):
                continue
            if call.method == "POST" and call.can_solve:
                if where in cards:
                    wrong.add(where)
                cards[where] = call.message
                last[where] = call
            elif call.method == "PUT":
                if cards.get(where) is None:
                    wrong.add(where)
                if call.message == cards.get(where):
                    last[where] = call
        return sorted(wrong | {where for where, call in last.items() if call.can_solve})

    def densest(self) -> dict[tuple[int, float], int]:
        """Return for each of Teams' windows the most calls that came to one conversation within it."""
        by_place: dict[str, list[float]] = defaultdict(list)
        for call in self.calls:
            if call.method in ("POST", "PUT"):
                by_place[call.conversation].append(call.at)
        return {
            (most, seconds): max((_densest(moments, seconds) for moments in by_place.values()), default=0)
            for most, seconds in TEAMS
        }

    def rings(self) -> int:
        """Return the most reminders newly posted, and not edited, to one person within any minute."""
        return max((_densest(moments, MINUTE) for moments in self._reminders().values()), default=0)

    def reminded(self) -> tuple[int, int]:
        """Return how many reminders were posted to people, and how often one of them was edited."""
        posted = {call.message for call in self._copies() if call.method == "POST"}
        edits = sum(call.method == "PUT" and call.message in posted for call in self.calls)
        return len(posted), edits

    def _reminders(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = defaultdict(list)
        for call in self._copies():
            if call.method == "POST":
                found[call.conversation].append(call.at)
        return found

    def _copies(self) -> list[Call]:
        return [call for call in self.calls if call.is_copy and call.conversation.startswith("a:")]


def _root(call: Call) -> int:
    """Return the number of the post in whose thread a call writes, 0 for any other place."""
    root = call.conversation.partition(ROOT)[2]
    return int(root) if root.isdigit() else 0


def _densest(moments: list[float], seconds: float) -> int:
    most, window = 0, deque[float]()
    for at in moments:
        window.append(at)
        while window[0] <= at - seconds:
            window.popleft()
        most = max(most, len(window))
    return most
