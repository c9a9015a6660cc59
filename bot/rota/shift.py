"""Shifts, absences and overrides, and the rota that holds them: the document that people may read and edit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from bot.people import WORKING_WEEK, Person


class Role(StrEnum):
    """What a shift is for."""

    SUPPORT = "SUPPORT"
    FALLBACK = "FALLBACK"
    OBSERVER = "OBSERVER"


@dataclass(frozen=True, slots=True)
class Shift:
    """One person in one iteration in a role, on some ``days`` of it (as date.weekday() counts).

    A FALLBACK has its days; of a SUPPORT they are not all only where the team changed within the iteration.
    """

    iteration: date
    person: str
    role: Role
    days: frozenset[int] = WORKING_WEEK

    def is_for(self, day: date) -> bool:
        """Say whether it is for ``day``; a shift of the whole week is for weekends too, at desks that work then."""
        return day.weekday() in self.days or self.days >= WORKING_WEEK


@dataclass(frozen=True, slots=True)
class Absence:
    """A person away from ``start`` until ``end`` (instants, half open). Its kind is never stored."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """``stand_in`` serves in place of ``person`` from ``start`` until ``end`` (instants, half open)."""

    person: str
    stand_in: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed the rota, when, and how; ``reason`` where a rule was overridden.

    Where it tells of an absence, ``until`` is the last day of that: both are erased together.
    """

    at: datetime
    by: str
    what: str
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts for fairness of a person in an iteration that is over: days served, and days on which they could.

    The first are days of SUPPORT and FALLBACK on which they were present; the second working days on which they were
    present and no longer had to observe. Former colleagues are one.
    """

    iteration: date
    person: str
    served: int
    chances: int


@dataclass(frozen=True, slots=True)
class Rota:
    """A desk's people by id, when they serve, what they served in iterations that are over, and who changed what."""

    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()
    overrides: tuple[Override, ...] = ()
    ledger: tuple[Tally, ...] = ()
    history: tuple[Change, ...] = ()

    def of(self, iteration: date) -> tuple[Shift, ...]:
        """Return the support team of ``iteration``: its shifts, in the order in which they were set."""
        return tuple(shift for shift in self.shifts if shift.iteration == iteration)
