"""A report as a card: the figures in words first, then when things came, how they ended, what recurs, and who served.

Hours stand together in the table, and in the chart where the desk is open for long, so that it stays one screen in the
worst of weeks; the command line has each of them.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from bot.decide.report import words
from bot.hours import SupportHours
from bot.support.report import Report
from bot.views import Bar, Cell, Fact, ReportCard, ReportLine

MOST_ROWS = 5  # of hours, which stand two by two on a day as long as most
MOST_BARS = 12
MOST_WHOLE = 5  # names of days
MOST_OUTCOMES, MOST_RECURRING = 6, 5
HOURS_A_DAY = 24
NONE = "·"
OTHER = "other"
OTHERWISE = "otherwise"


def of(report: Report) -> ReportCard:
    """Return the card of a report."""
    figures, hours = report.figures, report.period.hours
    some = not report.is_empty
    recurring = [one for one in report.recurring if one.lately > 1][:MOST_RECURRING] if some else []
    outcomes = _outcomes(report)
    return ReportCard(
        title=words.title(report),
        requests=words.requests(report),
        alerts=words.alerts(report),
        tickets=words.tickets(report),
        bars=_bars(report, _rows(hours, MOST_BARS)) if figures.requests.count else (),
        head=_head(report) if some else (),
        lines=_lines(report, _rows(hours, MOST_ROWS)) if some else (),
        outcomes=tuple([Fact(name, str(count)) for name, count in outcomes]),
        outcome_bars=tuple([Bar(name, count) for name, count in outcomes]),
        recurring=tuple([ReportLine(words.recurring(one), _cells([one.times, one.lately])) for one in recurring]),
        team=tuple([Fact(role, who) for role, who in words.team(report)]),
        note=words.notes(report),
    )


def _outcomes(report: Report) -> list[tuple[str, int]]:
    """Return how requests ended, the most frequent ways by name and all others as one."""
    found = [(words.outcome(name), count) for name, count in report.figures.outcomes]
    if len(found) <= MOST_OUTCOMES:
        return found
    rest = sum(count for _, count in found[MOST_OUTCOMES - 1 :])
    return [*found[: MOST_OUTCOMES - 1], (OTHERWISE, rest)]


def _rows(hours: SupportHours, most: int) -> tuple[range, ...]:
    """Return the hours of a row each, from the opening to the close: alone, or as many together as it takes."""
    last = hours.closes.hour + (hours.closes.minute > 0)
    together = max(1, -(-(last - hours.opens.hour) // most))
    return tuple([range(at, min(at + together, last)) for at in range(hours.opens.hour, last, together)])


def _label(some: range) -> str:
    return f"{some.start:02}-{some.stop:02}"


def _head(report: Report) -> tuple[Cell, ...]:
    """Return the days' names, shorter where there are more than fit on a telephone."""
    names = [words.weekday(day) for day in report.days]
    return tuple([Cell(name if len(names) <= MOST_WHOLE else name[:2]) for name in names])


def _lines(report: Report, shown: tuple[range, ...]) -> tuple[ReportLine, ...]:
    """Return requests by hours and day: a row for all other hours if anything came then, and the days' sums."""
    asked = Counter({(one.day, one.hour): one.requests for one in report.figures.hours})
    told = Counter({(one.day, one.hour): one.alerts for one in report.figures.hours})
    whole = range(HOURS_A_DAY)
    rest = [hour for hour in whole if not any(hour in some for some in shown)]

    def line(label: str, counts: Counter[tuple[date, int]], hours: Iterable[int]) -> ReportLine:
        some = list(hours)
        return ReportLine(label, _cells(sum(counts[day, hour] for hour in some) for day in report.days))

    lines = [line(_label(some), asked, some) for some in shown]
    if any(one.requests and one.hour in rest for one in report.figures.hours):
        lines.append(line(OTHER, asked, rest))
    lines.append(line("All", asked, whole))
    return (*lines, *([line("Alerts", told, whole)] if report.figures.alerts.count else []))


def _bars(report: Report, shown: tuple[range, ...]) -> tuple[Bar, ...]:
    """Return how many requests came in the hours of each row, over all days."""
    counts: Counter[int] = Counter()
    for one in report.figures.hours:
        counts[one.hour] += one.requests
    return tuple([Bar(_label(some), sum(counts[hour] for hour in some)) for some in shown])


def _cells(numbers: Iterable[int]) -> tuple[Cell, ...]:
    return tuple([Cell(str(number) if number else NONE) for number in numbers])
