"""The report: what an iteration came to, as figures that are everybody's and nobody's.

What counts is said here, once, for every store: a request counts in the iteration in which it was posted, and its
first response alone is timed. Follow-ups of the same person count with the request that they follow; a duplicate,
which somebody else asked, and each matter of a thread that was split count by themselves. What was withdrawn or was no
request is in no figure, and no second clock is. Alerts count when they came first, but for tests; what became of one
that was opened again is not timed.

Nothing here knows who asked, answered or closed anything. A time that would be one person's is left out: of fewer than
FEWEST answers, and where one person served alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.hours import DAY, SupportHours
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role
from bot.support.recurrence import WITHIN
from bot.support.request import Request

WEEK = timedelta(days=7)
LONGEST = timedelta(days=60)  # after the end; whatever is answered later counts as answered then
HALF, MOST = 50, 95  # of a hundred: within which time so many were answered is told
FEWEST = 5  # answers of which it is told how fast they came
STEP = timedelta(minutes=15)  # every zone's hours begin at one of these


def is_follow_up(request: Request) -> bool:
    """Say whether a request counts with the one that it follows."""
    return request.follow_up and request.lead != ""


def waits_since(request: Request) -> datetime:
    """Return since when a first response is waited for: its post, or its reopening where nobody had ever answered."""
    return request.unanswered_since or request.posted_at


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a day by the desk's clock, from ``start`` until ``end``; there may be two when clocks change."""

    day: date
    hour: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """What is counted: what came from ``start`` until ``end``, as it stands at ``now`` (instants).

    ``spans`` are the support hours from ``start`` to ``now``, ``slots`` the hours of the period by the desk's clock;
    ``lately`` is when the 30 days before its end begin. An alert is to be acknowledged within ``limit``. ``hours`` are
    the desk's of now: what they were before is not known, but each request keeps the time at which it was due.
    """

    iteration: date
    start: datetime
    end: datetime
    now: datetime
    lately: datetime
    limit: timedelta
    hours: SupportHours
    spans: tuple[tuple[datetime, datetime], ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Speed:
    """How soon: of those ``judged`` how many were ``in_time``, and within which support time half and 95 % came.

    Judged is what was answered, and what nobody answered in its time. By nearest rank: each is a time that was taken.
    """

    judged: int
    in_time: int
    half: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there were, were answered, and still wait; ``speed`` is None where it is not told, or nothing is."""

    count: int = 0
    answered: int = 0
    waiting: int = 0
    speed: Speed | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """How many requests and alerts came in an hour of a day."""

    day: date
    hour: int
    requests: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a store counts of a period; ``commons`` are ids with how often they came in it, and in the last 30 days.

    ``outcomes`` tell how the requests ended ("" for not yet), ``standings`` how the alerts stand.
    """

    requests: Counted = Counted()
    alerts: Counted = Counted()
    outside: int = 0
    outcomes: tuple[tuple[str, int], ...] = ()
    standings: tuple[tuple[str, int], ...] = ()
    hours: tuple[Hour, ...] = ()
    commons: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Recurring:
    """A common request that came: how often in the iteration, and in the 30 days before its end."""

    id: str
    title: str
    times: int
    lately: int


@dataclass(frozen=True, slots=True)
class AtEdge:
    """A ticket that is open at Edge now: its key, what it is of, and when it was made."""

    key: str
    matter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody of the support team: in which role, and on which days."""

    name: str
    role: Role
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An iteration's figures as they stand at ``now``; it is ``over``, or counted so far.

    ``since`` is when the bot came, where that was not before the iteration; ``days`` are those on which the desk works.
    """

    period: Period
    over: bool
    figures: Figures
    days: tuple[date, ...]
    since: datetime | None = None
    recurring: tuple[Recurring, ...] = ()
    tickets: tuple[AtEdge, ...] = ()
    team: tuple[Served, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing came."""
        return not self.figures.requests.count and not self.figures.alerts.count


def period(day: date, now: datetime, hours: SupportHours, limit: timedelta) -> Period:
    """Return the iteration of ``day`` as a period to count, in the ``hours`` that the desk has around it."""
    iteration = iteration_of(day)
    start, end = (hours.moment(one, time()) for one in (iteration, iteration + WEEK))
    lately = min(end, now) - WITHIN
    last = min(now, end + LONGEST)
    spans, slots = tuple(_spans(start, last, hours)), _slots(start, end, hours)
    return Period(iteration, start, end, now, lately, limit, hours, spans, slots)


def discreet(figures: Figures, *, alone: bool) -> Figures:
    """Return figures without the times that would be one person's; ``alone`` says that one person served."""

    def told(counted: Counted) -> Counted:
        return replace(counted, speed=None) if alone or counted.answered < FEWEST else counted

    return replace(figures, requests=told(figures.requests), alerts=told(figures.alerts))


def _spans(start: datetime, end: datetime, hours: SupportHours) -> Iterator[tuple[datetime, datetime]]:
    day, last = hours.local(start).date(), hours.local(end).date()
    while day <= last:
        if hours.is_working_day(day):
            yield hours.span(day)
        day += DAY


def _slots(start: datetime, end: datetime, hours: SupportHours) -> tuple[Slot, ...]:
    found: list[Slot] = []
    at = start
    while at < end:
        here = hours.local(at)
        until = min(at + STEP, end)
        last = found[-1] if found else None
        if last is not None and (last.day, last.hour) == (here.date(), here.hour):
            found[-1] = replace(last, end=until)
        else:
            found.append(Slot(here.date(), here.hour, at, until))
        at = until
    return tuple(found)
