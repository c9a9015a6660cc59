"""What the connector saw, read as promises: what came first, in which order, how densely, and how often people rang.

Decides what counts as kept. A thread is in order when its card is posted once, before each of its edits, and what is
shown last has no *It's solved* any more. Must not know how calls are made.
"""

from collections import defaultdict, deque
from collections.abc import Container, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

from bot.teams.limits import TEAMS

MINUTE = 60.0
UNDER_WAY = 1.0
"""Seconds that a thread's card may take to say that it is solved, after that was decided."""
ROOT = ";messageid="


@dataclass(frozen=True, slots=True)
class Call:
    """A call that writes, as the connector noted it; ``requests`` are the ids that its buttons name."""

    at: float
    method: str
    conversation: str
    message: str
    requests: str
    desk: str
    is_copy: bool
    can_solve: bool


@dataclass(frozen=True, slots=True)
class _Reminder:
    """When a message came to somebody; since when it showed each request, and when that was solved."""

    at: float
    told: tuple[tuple[float, float], ...]

    def rings_with(self, some: "Iterable[_Reminder]") -> int:
        """Return how many messages came in the minute up to this one, this one and those that waited."""
        return 1 + sum(self.at - MINUTE < one.at <= self.at and one.waits(self.at) for one in some if one is not self)

    def waits(self, at: float) -> bool:
        """Say whether something that it showed was not solved."""
        return any(since <= at and solved > at + UNDER_WAY for since, solved in self.told)


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
        """Return the most reminders posted to one person within a minute, each while something of the others waited.

        Where all is solved that a person was called for, they are called anew.
        """
        chats: dict[str, list[_Reminder]] = defaultdict(list)
        solved = self._solved()
        for calls in self._reminders().values():
            told = [(call.at, solved.get((call.desk, id_), inf)) for call in calls for id_ in call.requests.split()]
            chats[calls[0].conversation].append(_Reminder(calls[0].at, tuple(told)))
        return max((one.rings_with(some) for some in chats.values() for one in some), default=0)

    def _solved(self) -> dict[tuple[str, str], float]:
        """Return when each request's own card said that it is solved, by desk and id."""
        threads: dict[str, tuple[str, str]] = {}
        found: dict[tuple[str, str], float] = {}
        for call in self.calls:
            if _root(call) and call.can_solve:
                threads[call.message] = (call.desk, call.requests)
            elif call.method == "PUT" and call.message in threads:
                found.setdefault(threads[call.message], call.at)
        return found

    def reminded(self) -> tuple[int, int]:
        """Return how many reminders were posted to people, and how often one of them was edited."""
        found = self._reminders()
        return len(found), sum(map(len, found.values())) - len(found)

    def _reminders(self) -> dict[str, list[Call]]:
        """Return the calls by which each reminder to a person was posted and edited; settled, it has no button left."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            if call.is_copy and call.method == "POST" and call.conversation.startswith("a:"):
                found[call.message] = [call]
            elif call.method == "PUT" and call.message in found:
                found[call.message].append(call)
        return found


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
