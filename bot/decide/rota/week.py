"""The week: what the rota does by itself when the clock strikes, each part in a module of its own.

What falls due is told by the state: a part looks what of it is due and not done yet.
"""

from dataclasses import replace
from datetime import datetime

from bot.decide.draft import Draft
from bot.decide.rota import deployments, handover, news, picks, replies, starting
from bot.hours import SupportHours
from bot.rota.iteration import iteration_of
from bot.rota.ledger import settled
from bot.state import State

PARTS = (picks, handover, starting, replies, deployments, news)
"""What has something to do at times of its own, in the order in which that is done."""


def struck(draft: Draft) -> None:
    """Do what is due."""
    if not draft.rota.people:
        return
    planning = draft.facts.planning
    if planning.since is None:
        news.put(draft, replace(planning, since=draft.now))
    _settle(draft)
    for part in PARTS:
        part.struck(draft)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when something is next due, None for never."""
    if not state.rota.people:
        return None
    if state.facts.planning.since is None:
        return now
    return min((at for part in PARTS if (at := part.next_at(state, now, hours)) is not None), default=None)


def _settle(draft: Draft) -> None:
    """Keep the numbers of iterations that are over, as soon as the next one has begun."""
    rota = settled(draft.rota, iteration_of(draft.hours.duty_day(draft.now)), draft.hours)
    if rota is not draft.rota:
        draft.put_rota(rota)
