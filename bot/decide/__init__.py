"""The decision: what one event changes and makes known. Everything that the product promises is decided here.

Pure and synchronous: values in, values out; no clock, no network, no log. ``Refused`` is a kind "no" in words.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.decide import answers, clocks, intake, rota, support
from bot.decide.draft import Draft
from bot.effects import Answer, Decision
from bot.events import (
    Ask,
    Claim,
    ClockStruck,
    Deleted,
    Delivered,
    Dismiss,
    Edited,
    Event,
    OpenAsk,
    PeopleImported,
    Posted,
    Replied,
    Restored,
    RotaEdited,
    ShiftsImported,
    Solve,
    Undeliverable,
    Welcomed,
    Wrote,
)
from bot.hours import SupportHours
from bot.state import Knowledge, State

Known = (
    Posted
    | Replied
    | Edited
    | Restored
    | Deleted
    | Wrote
    | Welcomed
    | Claim
    | Solve
    | Dismiss
    | OpenAsk
    | Ask
    | ClockStruck
    | Delivered
    | Undeliverable
    | PeopleImported
    | ShiftsImported
    | RotaEdited
)


def decide(state: State, event: Event, now: datetime, knowledge: Knowledge) -> Decision:
    """Decide what ``event`` does to a desk at ``now``; raise Refused for a kind "no" to whoever caused it.

    What is said to happen in the future is taken as now.
    """
    if event.happened_at > now:
        event = replace(event, happened_at=now)
    draft = Draft(state, now, knowledge)
    answer = _dispatch(draft, event)
    return draft.decision(answer)


def next_due(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when the desk next has something to do; what is overdue outside support hours waits for the opening."""
    due = min((request.next_at for request in state.requests.values() if request.next_at), default=None)
    if due is None or due > now:
        return due
    return hours.next_open(now)


def _dispatch(draft: Draft, event: Event) -> Answer | None:  # noqa: C901, PLR0912 - one row per event
    if not isinstance(event, Known):
        raise TypeError(type(event).__name__)
    match event:
        case Posted():
            intake.posted(draft, event)
        case Replied():
            intake.replied(draft, event)
        case Edited():
            intake.edited(draft, event)
        case Restored():
            intake.restored(draft, event)
        case Deleted():
            intake.deleted(draft, event)
        case Wrote():
            answers.wrote(draft, event)
        case Welcomed():
            answers.welcomed(draft, event)
        case Claim():
            return support.claimed(draft, event)
        case Solve():
            return support.solved(draft, event)
        case Dismiss():
            return support.dismissed(draft, event)
        case OpenAsk():
            return support.ask_opened(draft, event)
        case Ask():
            return support.asked(draft, event)
        case ClockStruck():
            clocks.struck(draft)
        case Delivered():
            clocks.delivered(draft, event)
        case Undeliverable():
            clocks.undeliverable(draft, event)
        case PeopleImported():
            rota.people_imported(draft, event)
        case ShiftsImported():
            rota.shifts_imported(draft, event)
        case RotaEdited():
            rota.edited(draft, event)
        case _:
            assert_never(event)
    return None
