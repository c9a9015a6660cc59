"""A report as a card: the figures in words first, then when things came, how they ended, what recurs, and who served.

An hour's row is several hours where the desk is open for long, so that the card stays small in the worst of weeks.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from bot.decide.report import words
from bot.hours import SupportHours
from bot.support.report import Report
from bot.views import Bar, Cell, Fact, ReportCard, ReportLine

MOST_HOURS = 10  # rows of hours
MOST_RECURRING = 6
HOURS_A_DAY = 24
NONE = "·"
OTHER = "other"


def of(report: Report) -> ReportCard:
    """Return the card of a report."""
    shown = _hours(report.period.hours)
    figures = report.figures
    some = not report.is_empty
    recurring = [one for one in report.recurring if one.lately > 1][:MOST_RECURRING] if some else []
    team = [Fact(one.name, f"{one.role}, {words.served(one.days)}") for one in report.team]
    outcomes = [(words.outcome(name), count) for name, count in figures.outcomes]
    return ReportCard(
        title=words.title(report),
        requests=words.requests(report),
        alerts=words.alerts(report),
        tickets=words.tickets(report),
        bars=_bars(report, shown) if figures.requests.count else (),
        head=tuple([Cell(text) for text in _head(report)]) if some else (),
        lines=_lines(report, shown) if some else (),
        outcomes=tuple([Fact(name, str(count)) for name, count in outcomes]),
        outcome_bars=tuple([Bar(name, count) for name, count in outcomes]),
        standings=tuple([Fact(words.standing(name), str(count)) for name, count in figures.standings]),
        recurring=tuple([ReportLine(one.title, _cells([one.times, one.lately])) for one in recurring]),
        team=tuple(team),
        note=words.notes(report),
    )


def _hours(hours: SupportHours) -> tuple[range, ...]:
    """Return the hours of a row each, from the opening to the close: alone, or some together."""
    last = hours.closes.hour + (hours.closes.minute > 0)
    count = last - hours.opens.hour
    together = max(1, -(-count // MOST_HOURS))
    return tuple([range(at, min(at + together, last)) for at in range(hours.opens.hour, last, together)])


def _label(some: range) -> str:
    return f"{some.start:02}:00" if len(some) == 1 else f"{some.start:02}-{some.stop:02}"


def _head(report: Report) -> list[str]:
    return [*(words.weekday(day) for day in report.days), "Alerts"]


def _lines(report: Report, shown: tuple[range, ...]) -> tuple[ReportLine, ...]:
    """Return a row for the hours each, one for all others if anything came then, and the days' sums."""
    asked = Counter({(one.day, one.hour): one.requests for one in report.figures.hours})
    told = Counter({(one.day, one.hour): one.alerts for one in report.figures.hours})
    rest = [hour for hour in range(HOURS_A_DAY) if not any(hour in some for some in shown)]
    rows: list[tuple[str, Iterable[int]]] = [(_label(some), some) for some in shown]
    if any(one.hour in rest for one in report.figures.hours):
        rows.append((OTHER, rest))

    def among(counts: Counter[tuple[date, int]], days: Iterable[date], hours: Iterable[int]) -> int:
        return sum(counts[day, hour] for hour in hours for day in days)

    lines = [
        ReportLine(label, _cells([*(among(asked, [day], some) for day in report.days), among(told, report.days, some)]))
        for label, some in rows
    ]
    whole = range(HOURS_A_DAY)
    requests = [among(asked, [day], whole) for day in report.days]
    alerts = [among(told, [day], whole) for day in report.days]
    lines.append(ReportLine("Requests", (*_cells(requests), Cell(""))))
    return (*lines, *([ReportLine("Alerts", _cells([*alerts, sum(alerts)]))] if sum(alerts) else []))


def _bars(report: Report, shown: tuple[range, ...]) -> tuple[Bar, ...]:
    """Return how many requests came in the hours of each row, over all days."""
    counts: Counter[int] = Counter()
    for one in report.figures.hours:
        counts[one.hour] += one.requests
    return tuple([Bar(_label(some), sum(counts[hour] for hour in some)) for some in shown])


def _cells(numbers: Iterable[int]) -> tuple[Cell, ...]:
    return tuple([Cell(str(number) if number else NONE) for number in numbers])
