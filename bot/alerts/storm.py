"""A storm: so many new alerts at once that they share one digest, which keeps the first of each kind."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Gust:
    """Alerts of one kind in a storm: the name that they have in common, the first of them, and how many there are."""

    kind: str
    first: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm: its alerts by kind, since when, and when the last one came.

    ``shown_at`` is when its digest last went out, ``shown`` how often, and ``redraw_at`` when it is to say what came
    since (None: nothing did). ``pair_at``, ``further_at``, ``called`` and ``cards`` are as an alert's.
    """

    id: str
    started_at: datetime
    last_at: datetime
    gusts: tuple[Gust, ...] = ()
    shown_at: datetime | None = None
    shown: int = 0
    redraw_at: datetime | None = None
    pair_at: datetime | None = None
    further_at: datetime | None = None
    called: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A release that Bugsnag told of: what, where to, and when."""

    version: str
    project: str
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Weather:
    """What a desk keeps of its alerts beside them: the last number, when new ones came last, storms, and releases.

    ``drawn_on`` is the day by which the cards of the live ones say their times.
    """

    last_number: int = 0
    last_storm: int = 0
    came_at: tuple[datetime, ...] = ()
    storms: tuple[Storm, ...] = ()
    releases: tuple[Release, ...] = ()
    drawn_on: date | None = None
