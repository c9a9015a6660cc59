"""What a report says and shows: small numbers, long times, many ways to end, and weeks that are not whole."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.alerts.alert import Status
from bot.decide.report import card, told, words
from bot.hours import SupportHours
from bot.rota.shift import Role
from bot.support.report import (
    AtEdge,
    Counted,
    Figures,
    Hour,
    Recurring,
    Report,
    Served,
    Speed,
    discreet,
    period,
)
from bot.support.request import Outcome
from bot.teams.cards import Cards
from tests.cards.exemplars import CARDS, link

WEEK = date(2026, 11, 18)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAYS = tuple(WEEK + timedelta(number) for number in (0, 1, 2, 5, 6))
SPEED = Speed(8, 7, timedelta(seconds=59, milliseconds=1), timedelta(hours=1, minutes=2, seconds=1))


def report(figures: Figures = Figures(), hours: SupportHours = SupportHours(), **more: object) -> Report:  # noqa: B008
    found = Report(period(WEEK, NOW, hours, timedelta(minutes=5)), over=True, figures=figures, days=DAYS)
    return replace(found, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (Counted(), "No requests."),
        (Counted(1, 0, 1), "1 request, none answered yet."),
        (Counted(1, 1, 0), "1 request, 1 answered."),
        (Counted(2, 0, 0), "2 requests, none answered."),
        (Counted(3, 3, 0), "3 requests, all answered."),
        (Counted(4, 2, 2), "4 requests, 2 answered. 2 are not answered yet."),
        (
            Counted(9, 8, 0, SPEED),
            "9 requests; 87 % had an answer within 5 minutes; half within 1 min, 95 % within 1 h 3 min.",
        ),
    ],
)
def test_the_first_sentence_says_how_many_and_how_soon(counted: Counted, said: str) -> None:
    assert words.requests(report(Figures(counted))) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.2, "1 s"), (59, "59 s"), (60, "1 min"), (100, "1 min 40 s"), (3599.5, "1 h"), (7260, "2 h 1 min")],
)
def test_times_are_said_to_the_second_and_never_too_short(seconds: float, said: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == said


def test_alerts_say_how_they_stand() -> None:
    figures = Figures(alerts=Counted(4, 3, 1), standings=tuple((status.value, 1) for status in Status))
    said = words.alerts(report(figures))
    assert said == (
        "4 alerts, 3 taken. 1 is not taken yet. Now: 1 waiting, 1 in hand, 1 with a ticket, 1 resolved, 1 ignored."
    )


def test_ways_to_end_that_are_many_are_told_together() -> None:
    every = tuple((outcome.value, 20 - number) for number, outcome in enumerate(Outcome))
    found = card.of(report(Figures(Counted(100, 100), outcomes=every)))
    assert [fact.label for fact in found.outcomes] == [*(name for name, _ in every[:5]), "otherwise"]
    assert sum(bar.length for bar in found.outcome_bars) == sum(count for _, count in every)


def test_what_came_once_does_not_recur() -> None:
    some = (Recurring("C-1", "Printer", 1, 2), Recurring("C-2", "C-2", 1, 1))
    found = card.of(report(Figures(Counted(2, 2)), recurring=some))
    assert [line.label for line in found.recurring] == ["Printer"]


def test_a_week_that_the_bot_saw_from_its_middle_says_since_when() -> None:
    since = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert "Counted since Fri 20 Nov, 10:00, when I came." in words.notes(report(Figures(Counted(1)), since=since))
    later = words.notes(report(since=datetime(2026, 11, 26, 9, tzinfo=UTC)))
    assert later == "I came on Thu 26 Nov, 10:00; of before I know nothing."


def test_every_figure_is_a_row_and_no_row_has_a_person_and_a_count() -> None:
    figures = Figures(
        requests=Counted(9, 8, 1, replace(SPEED, half=timedelta(seconds=90, milliseconds=500))),
        alerts=Counted(1, 0, 1),
        outside=2,
        outcomes=(("", 1), ("answered", 8)),
        standings=(("TRIGGERED", 1),),
        hours=(Hour(WEEK, 9, 9, 0), Hour(WEEK, 17, 0, 1)),
    )
    team = (Served("Ana", Role.SUPPORT, DAYS[:2]), Served("Chen", Role.FALLBACK, ()))
    some = (Recurring("C-1", "Printer", 1, 2), Recurring("C-2", "C-2", 1, 1))
    found = report(figures, recurring=some, team=team, tickets=(AtEdge("EDGE-1", "R-1", NOW),))
    assert told.rows(found) == [
        ("requests", "count", "9", "requests"),
        ("requests", "answered", "8", "requests"),
        ("requests", "not answered yet", "1", "requests"),
        ("requests", "judged", "8", "requests"),
        ("requests", "in time", "7", "requests"),
        ("requests", "share in time", "0.8750", "of 1"),
        ("requests", "p50", "90.5", "support seconds"),
        ("requests", "p95", "3721", "support seconds"),
        ("requests", "outside support hours", "2", "requests"),
        ("outcome", "still open", "1", "requests"),
        ("outcome", "answered", "8", "requests"),
        ("alerts", "count", "1", "alerts"),
        ("alerts", "answered", "0", "alerts"),
        ("alerts", "not answered yet", "1", "alerts"),
        ("alert standing", "waiting", "1", "alerts"),
        ("requests by hour", "2026-11-18 09:00", "9", "requests"),
        ("alerts by hour", "2026-11-18 17:00", "1", "alerts"),
        ("recurring", "C-1 Printer", "1", "requests"),
        ("recurring in 30 days", "C-1 Printer", "2", "requests"),
        ("recurring", "C-2", "1", "requests"),
        ("recurring in 30 days", "C-2", "1", "requests"),
        ("open at Edge", "EDGE-1", "2026-11-25T09:00:00+00:00", "since"),
    ]
    assert told.shifts(found) == [
        ("shift SUPPORT", "Ana", "2026-11-18 2026-11-19", "days"),
        ("shift FALLBACK", "Chen", "", "days"),
    ]
    said = told.said(found).splitlines()
    assert said[0] == "Report: Wed 18 Nov to Tue 24 Nov."
    assert said[2:] == [
        "How they ended: still open 1, answered 8.",
        "1 alert, none taken yet. Now: 1 waiting.",
        "Recurring: Printer (1, 2 in 30 days); not written down yet (C-2) (1, 1 in 30 days).",
        "1 ticket open at Edge now: EDGE-1 since Wed 25 Nov.",
        "Support: Ana (Wed, Thu).",
        "Fallback: Chen (no day).",
        words.COUNTED,
    ]


@pytest.mark.parametrize(("answered", "alone", "shown"), [(5, False, True), (4, False, False), (50, True, False)])
def test_times_that_would_be_one_persons_are_left_out(answered: int, alone: bool, shown: bool) -> None:  # noqa: FBT001
    counted = Counted(60, answered, 0, SPEED)
    found = discreet(Figures(requests=counted, alerts=counted), alone=alone)
    assert [one.speed is not None for one in (found.requests, found.alerts)] == [shown, shown]
    assert (words.DISCREET in words.notes(report(found))) is not shown


def test_the_card_of_the_worst_week_stays_small_and_whole() -> None:
    hours = SupportHours(opens=time(0), closes=time(23, 59), weekdays=frozenset(range(7)))
    days = tuple(WEEK + timedelta(number) for number in range(7))
    figures = Figures(
        requests=Counted(99_999, 99_999, 9_999, SPEED),
        alerts=Counted(99_999, 99_999, 9_999, SPEED),
        outside=9_999,
        outcomes=tuple((outcome.value, 9_999) for outcome in Outcome),
        standings=tuple((status.value, 9_999) for status in Status),
        hours=tuple(Hour(day, hour, 999, 999) for day in days for hour in range(24)),
    )
    found = report(
        figures,
        hours,
        days=days,
        recurring=tuple(Recurring(f"C-{n}", "\u00fc" * 200, 999, 9_999) for n in range(100)),
        tickets=tuple(AtEdge(f"EDGE-{n}", f"R-{n}", NOW) for n in range(500)),
        team=tuple(Served("Maximiliane Sch\u00f6nfelder-Ventimiglia", role, days) for role in Role for _ in range(6)),
    )
    view = card.of(found)
    drawn = Cards(CARDS).render(view, link=link)
    assert len(json.dumps(drawn)) < 25_000
    text = json.dumps(drawn, ensure_ascii=False)
    assert all(said in text for said in (view.title, view.requests, view.alerts, view.tickets, view.note))
    assert len(view.lines) == 7
    assert (len(view.outcomes), len(view.recurring)) == (6, 5)
