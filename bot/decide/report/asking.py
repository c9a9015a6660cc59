"""``report``, and the report that comes with the handover: which iteration is counted, and what is made of the figures.

The counting itself is done elsewhere, from history. What stands in a report is decided here, the same for a card, the
handover and the command line.
"""

import math
from datetime import date, datetime, timedelta

from bot.commands import ShowReport
from bot.decide.draft import Draft
from bot.decide.report import card
from bot.effects import MakeReport
from bot.errors import Refused
from bot.events import Message, ReportMade
from bot.hours import SupportHours
from bot.people import FORMER
from bot.rota.handover import serving
from bot.rota.iteration import iteration_of
from bot.rota.presence import DAY, WEEK, working_days
from bot.rota.shift import Role, Rota
from bot.state import State
from bot.support.recurrence import Common
from bot.support.report import AtEdge, Figures, Period, Recurring, Report, Served, discreet, period
from bot.support.words import dated
from bot.views import Line

LAST = "last"
FIRST_YEAR = 2000  # nobody has figures of before
ANY_DAY = "Any date of an iteration will do, such as {today}, or last for the one before."
NO_DAY = "There is no day {day}."
BEFORE = "I was not here then, so there is nothing to count."
TO_COME = "That iteration begins on {day}; there is nothing to count yet."


def asked(draft: Draft, event: Message, call: ShowReport, place: str) -> None:
    """Have the iteration counted that is asked for; say why not where it cannot be."""
    key = f"report:{event.key}"
    try:
        day = day_of(call.day, draft.hours.local(draft.now).date())
    except Refused as refusal:
        draft.post(key, place, Line((str(refusal),)))
    else:
        draft.follow_with(MakeReport(key, place, day))


def day_of(text: str, today: date) -> date:
    """Return the day that a text means, "" for today; raise Refused where there is none, or nothing to count."""
    day = _day(text, today)
    if day is None:
        raise Refused(f"{NO_DAY.format(day=text)} {ANY_DAY.format(today=today)}")
    if day.year < FIRST_YEAR:
        raise Refused(f"{BEFORE} {ANY_DAY.format(today=today)}")
    if iteration_of(day) > iteration_of(today):
        raise Refused(TO_COME.format(day=dated(iteration_of(day), today)))
    return day


def handed_over(draft: Draft, ended: date) -> None:
    """Have the iteration counted that has just ended, for the team channel; without one nobody waits for it."""
    if draft.desk.team_channel:
        draft.follow_with(MakeReport(f"report:{ended}", draft.desk.team_channel, ended, asked=False))


def made(draft: Draft, event: ReportMade) -> None:
    """Show a report where it was asked for; the handover's where anything came, and nothing where it failed."""
    key = f"made:{event.message}"
    if event.report is None:
        if event.asked:
            draft.post(key, event.place, Line((f"There is no report: {event.failure}.",)))
    elif event.asked or not event.report.is_empty:
        draft.post(key, event.place, card.of(event.report))


def period_of(state: State, day: date, now: datetime, hours: SupportHours) -> Period:
    """Return what is to be counted: the iteration of ``day``, in the hours that the desk has around it."""
    return period(day, now, hours, timedelta(minutes=state.desk.policy.first_response))


def report(state: State, counted: Period, figures: Figures) -> Report:
    """Return the report that figures make, with what the desk knows by itself: the team, tickets, titles."""
    iteration, rota, hours = counted.iteration, state.rota, counted.hours
    days = {*working_days(iteration, hours), *(one.day for one in figures.hours)}
    since = state.facts.planning.since
    late = since is not None and since > counted.start
    late = late and all(one.day >= hours.local(since or counted.start).date() for one in figures.hours)
    tickets = [one for one in state.tickets.values() if one.is_live and one.key and not one.withdrawn]
    return Report(
        period=counted,
        over=counted.end <= counted.now,
        figures=discreet(figures, alone=_servers(rota, iteration, hours) < 2),  # noqa: PLR2004 - two are not alone
        days=tuple(sorted(days)),
        since=since if late else None,
        recurring=tuple(
            Recurring(id_, _called(state.commons.get(id_), id_), times, lately)
            for id_, times, lately in figures.commons
        ),
        tickets=tuple(AtEdge(one.key, one.matter, one.at) for one in sorted(tickets, key=lambda one: one.at)),
        team=_team(rota, iteration, hours),
    )


def _called(common: Common | None, id_: str) -> str:
    """Return what one reads of what recurs: its title, or until it has one a request that it was."""
    if common is not None and not common.title and common.uses:
        return f"Like {common.uses[-1].request}, not written down"
    return common.title if common is not None and common.title else id_


def _day(text: str, today: date) -> date | None:
    if text in ("", "today", "heute"):
        return today
    if text == LAST:
        return today - WEEK
    if text in ("tomorrow", "morgen"):
        return today + DAY
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _team(rota: Rota, iteration: date, hours: SupportHours) -> tuple[Served, ...]:
    """Return who served on which days, as the rota knows it; of absences that it knows no longer nothing is said."""
    known = [Served(one.person.name, one.role, one.days) for one in serving(rota, iteration, hours)]
    days = working_days(iteration, hours)
    gone = [
        Served(FORMER, one.role, tuple([day for day in days if one.is_for(day)]))
        for one in rota.of(iteration)
        if one.person == FORMER
    ]
    return tuple(sorted((*known, *gone), key=lambda one: [*Role].index(one.role)))


def _servers(rota: Rota, iteration: date, hours: SupportHours) -> int:
    """Return how many people served in an iteration; with no team everybody is asked.

    Of one that is over the ledger says it, which nothing that is erased changes; former colleagues are one there, and
    at least as many as their days take.
    """
    days = len(working_days(iteration, hours))
    kept = [one for one in rota.ledger if one.iteration == iteration and one.served]
    if kept:
        return sum(math.ceil(one.served / days) if one.person == FORMER and days else 1 for one in kept)
    team = [one for one in _team(rota, iteration, hours) if one.role is not Role.OBSERVER]
    return len(team) if team else len(rota.people)
