"""A report for the command line: in words, as rows of one figure each, and the team beside them.

No row has a person and a figure of what they did: shifts are days.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.decide.report import words
from bot.support.report import Counted, Report

COLUMNS = ("section", "key", "value", "unit")
Row = tuple[str, str, str, str]


def said(report: Report) -> str:
    """Return a report in some lines of words."""
    figures = report.figures
    outcomes = ", ".join(f"{words.outcome(name)} {count}" for name, count in figures.outcomes)
    recurring = "; ".join(f"{words.recurring(one)} ({one.times}, {one.lately} in 30 days)" for one in report.recurring)
    lines = [
        f"{words.title(report)}.",
        words.requests(report),
        f"How they ended: {outcomes}." if outcomes else "",
        words.alerts(report),
        f"Recurring: {recurring}." if recurring else "",
        words.tickets(report),
        *(f"{role}: {who}." for role, who in words.team(report)),
        words.notes(report),
    ]
    return "\n".join(filter(None, lines))


def facts(report: Report) -> dict[str, Any]:
    """Return a report for machines: instants in UTC, every figure a row, shifts by name with their days."""
    return {
        "iteration": report.period.iteration.isoformat(),
        "as_of": report.period.now.isoformat(),
        "over": report.over,
        "figures": [dict(zip(COLUMNS, row, strict=True)) for row in rows(report)],
        "shifts": [
            {"name": one.name, "role": one.role.value, "days": [day.isoformat() for day in one.days]}
            for one in report.team
        ],
    }


def rows(report: Report) -> list[Row]:
    """Return every figure as a row: its section, which it is, its value, and in what that is told."""
    figures = report.figures
    found = [
        *_counted("requests", figures.requests),
        ("requests", "outside support hours", str(figures.outside), "requests"),
    ]
    found += [("outcome", words.outcome(name), str(count), "requests") for name, count in figures.outcomes]
    found += _counted("alerts", figures.alerts)
    found += [("alert standing", words.standing(name), str(count), "alerts") for name, count in figures.standings]
    for one in figures.hours:
        key = f"{one.day} {one.hour:02}:00"
        found += [("requests by hour", key, str(one.requests), "requests")] if one.requests else []
        found += [("alerts by hour", key, str(one.alerts), "alerts")] if one.alerts else []
    for common in report.recurring:
        key = common.title if common.title == common.id else f"{common.id} {common.title}"
        found.append(("recurring", key, str(common.times), "requests"))
        found.append(("recurring in 30 days", key, str(common.lately), "requests"))
    return [*found, *(("open at Edge", one.key, one.at.isoformat(), "since") for one in report.tickets)]


def shifts(report: Report) -> list[Row]:
    """Return who served, a row each."""
    return [(f"shift {one.role}", one.name, " ".join(map(str, one.days)), "days") for one in report.team]


def _counted(section: str, counted: Counted) -> Iterator[Row]:
    for key, count in (("count", counted.count), ("answered", counted.answered), ("not answered yet", counted.waiting)):
        yield section, key, str(count), section
    speed = counted.speed
    if speed is not None:
        yield section, "judged", str(speed.judged), section
        yield section, "in time", str(speed.in_time), section
        yield section, "share in time", f"{speed.in_time / speed.judged:.4f}", "of 1"
        yield section, "p50", _seconds(speed.half), "support seconds"
        yield section, "p95", _seconds(speed.most), "support seconds"


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.3f}".rstrip("0").rstrip(".")
