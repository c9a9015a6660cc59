"""The report's figures, counted one by one from a desk's values: what figures.py has the database count, said again.

For the journal in memory, by which the other is checked. What counts, bot/support/report.py says.
"""

from collections import Counter
from datetime import date, datetime, timedelta

from bot.alerts.alert import first_ended_at
from bot.alerts.notification import Kind
from bot.standing import Standing
from bot.support.report import HALF, MOST, Counted, Figures, Hour, Period, Speed, is_follow_up, waits_since
from bot.support.request import NO_REQUEST

Waited = tuple[datetime, datetime | None, datetime | None, datetime | None]
"""Since when something waited, when it was answered, when it ended, and when it was due."""


def count(standing: Standing, period: Period) -> Figures:
    """Return what came to a desk in a period, and how soon it was answered."""
    counted = [one for one in standing.requests.values() if not is_follow_up(one) and one.outcome not in NO_REQUEST]
    asked = [one for one in counted if period.start <= one.posted_at < period.end]
    told = [
        one
        for one in standing.alerts.values()
        if one.news is not Kind.TEST and period.start <= one.first_at < period.end
    ]
    waited: list[Waited] = [(waits_since(one), one.responded_at, one.closed_at, one.due_at) for one in asked]
    stood: list[Waited] = [(one.first_at, one.acknowledged_at, first_ended_at(one), None) for one in told]
    until = min(period.end, period.now + timedelta.resolution)
    lately = [one for one in counted if one.common and period.lately <= one.posted_at < until]
    times = Counter(one.common for one in lately)
    week = Counter(one.common for one in lately if one.posted_at >= period.start)
    return Figures(
        requests=_counted(waited, period),
        alerts=_counted(stood, period),
        outside=sum(not any(opens <= one.posted_at < closes for opens, closes in period.spans) for one in asked),
        outcomes=_most(Counter(one.outcome.value if one.outcome else "" for one in asked)),
        standings=_most(Counter(one.status.value for one in told)),
        hours=_hours([one.posted_at for one in asked], [one.first_at for one in told], period),
        commons=tuple(
            sorted(((id_, week[id_], times[id_]) for id_ in times), key=lambda one: (-one[1], -one[2], one[0]))
        ),
    )


def _counted(some: list[Waited], period: Period) -> Counted:
    """Count what waited since when, was answered and ended when, and was due when (None: within the period's limit)."""
    took, judged, in_time = [], 0, 0
    for since, responded, ended, due in some:
        until = responded or ended or period.now
        time = sum(
            (max(timedelta(), min(until, closes) - max(since, opens)) for opens, closes in period.spans), timedelta()
        )
        late = until > due if due else time > period.limit
        judged += responded is not None or late
        in_time += responded is not None and not late
        took += [time] if responded else []
    took.sort()
    half, most = (took[-(-share * len(took) // 100) - 1] if took else None for share in (HALF, MOST))
    speed = Speed(judged, in_time, half, most) if half is not None and most is not None else None
    waiting = sum(responded is None and ended is None for _, responded, ended, _ in some)
    return Counted(len(some), len(took), waiting, speed)


def _hours(asked: list[datetime], told: list[datetime], period: Period) -> tuple[Hour, ...]:
    def by_hour(some: list[datetime]) -> Counter[tuple[date, int]]:
        return Counter((slot.day, slot.hour) for at in some for slot in period.slots if slot.start <= at < slot.end)

    first, second = by_hour(asked), by_hour(told)
    return tuple(Hour(*key, first[key], second[key]) for key in sorted({*first, *second}))


def _most(some: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(some.items(), key=lambda one: (-one[1], one[0])))
