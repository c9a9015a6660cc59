"""The decision: what one event changes and makes known. Everything that the product promises is decided here.

Pure and synchronous: values in, values out; no clock, no network, no log. ``Refused`` is a kind "no" in words.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from bot.alerts.alert import is_alert
from bot.decide import answers, desk_steps, due, handbook, tracker, unsent
from bot.decide.alerts import hearing, showing, slack, storms
from bot.decide.alerts import steps as alert_steps
from bot.decide.commons import edits, writing
from bot.decide.commons import imports as common_imports
from bot.decide.commons import lists as common_lists
from bot.decide.desk import chats, colleagues, pauses, policies, privacy, setup
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.report import asking
from bot.decide.requests import (
    clocks,
    incidents,
    intake,
    lists,
    matters,
    presses,
    raising,
    recurrence,
    steps,
    suggestions,
)
from bot.decide.rota import (
    absences,
    covers,
    deployments,
    feeds,
    handover,
    imports,
    joining,
    nominees,
    overview,
    picks,
    proposals,
    replies,
    reports,
    starting,
    supposing,
    swaps,
    week,
)
from bot.effects import Answer, Decision, Dialog
from bot.errors import Refused
from bot.events import (
    AbsencesImported,
    AdminMet,
    Adopt,
    Alerted,
    CalendarFetched,
    Choose,
    Claim,
    ClockStruck,
    CommonsImported,
    Deleted,
    Delivered,
    Edited,
    EditProposed,
    Event,
    GoOn,
    HandbookSearched,
    Matched,
    Open,
    PeopleImported,
    PersonErased,
    PlanFound,
    Planned,
    Posted,
    Raise,
    Reopen,
    Replied,
    ReportMade,
    Restored,
    RosterFetched,
    RotaEdited,
    RotaRefused,
    Send,
    Separate,
    ShiftsImported,
    SlackReacted,
    SlackReplied,
    Solve,
    Supposed,
    Sweep,
    TicketMoved,
    TicketOpened,
    Undecided,
    Undeliverable,
    Uninstalled,
    Welcomed,
    Wrote,
)
from bot.hours import SupportHours
from bot.state import Knowledge, State
from bot.support.request import Status

Known = (
    Posted
    | Replied
    | Edited
    | Restored
    | Deleted
    | Wrote
    | Welcomed
    | Uninstalled
    | RosterFetched
    | CalendarFetched
    | ReportMade
    | AbsencesImported
    | AdminMet
    | Undecided
    | Claim
    | Solve
    | Reopen
    | Separate
    | Adopt
    | GoOn
    | Choose
    | Raise
    | Open
    | Send
    | ClockStruck
    | Sweep
    | PlanFound
    | Planned
    | Supposed
    | TicketOpened
    | TicketMoved
    | Matched
    | EditProposed
    | HandbookSearched
    | Delivered
    | Undeliverable
    | PeopleImported
    | ShiftsImported
    | CommonsImported
    | RotaEdited
    | RotaRefused
    | PersonErased
    | Alerted
    | SlackReplied
    | SlackReacted
)


DESK_STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        **setup.STEPS,
        **colleagues.STEPS,
        **policies.STEPS,
        **chats.STEPS,
        **picks.STEPS,
        **supposing.STEPS,
        **starting.STEPS,
        **deployments.STEPS,
        **feeds.STEPS,
        **absences.STEPS,
        **swaps.STEPS,
        **covers.STEPS,
        **reports.STEPS,
        **replies.STEPS,
        **storms.STEPS,
        **tracker.STEPS,
        **common_lists.STEPS,
        **writing.STEPS,
        **edits.STEPS,
    }
)
"""The steps that are about no request."""


def decide(state: State, event: Event, now: datetime, knowledge: Knowledge) -> Decision:
    """Decide what ``event`` does to a desk at ``now``; raise Refused for a kind "no" to whoever caused it.

    A form that is refused, or left for one that is, comes back with the words in it, and nothing is half done.
    What is said to happen in the future is taken as now.
    """
    if event.happened_at > now:
        event = replace(event, happened_at=now)
    draft = Draft(state, now, knowledge)
    pauses.ends_by_itself(draft)
    if isinstance(event, Posted | Replied) and not event.addressed and not draft.facts.hears_all:
        setup.heard_all(draft)
    try:
        answer = _dispatch(draft, event)
    except Refused as refusal:
        if not isinstance(event, Open | Send) or not unsent.is_worded(event):
            raise
        draft = Draft(state, now, knowledge)
        answer = steps.returned(draft, event, str(refusal))
    if isinstance(answer, Dialog):
        answer = steps.named(draft, answer)
    joining.follow(draft, event)
    replies.follow(draft)
    nominees.follow(draft)
    proposals.follow(draft)
    setup.follow(draft)
    matters.keep_together(draft)
    clocks.head_together(draft)
    suggestions.follow(draft)
    handover.follow(draft)
    starting.follow(draft)
    tracker.follow(draft)
    showing.follow(draft)
    storms.follow(draft)
    recurrence.follow(draft, event)
    incidents.follow(draft)
    edits.follow(draft)
    return pauses.hush(draft, draft.decision(answer))


def next_due(state: State, now: datetime, hours: SupportHours) -> datetime:
    """Return when the desk next has something to do; what is overdue outside support hours waits for the opening.

    While something is open, each opening is looked at, since duty changes then, each close, and the beginning and end
    of each absence; and every day what is past its time. In a pause there is nothing else to do but its end.
    """
    pause = state.facts.pause
    step = _next_step(state, now, hours) if pause is None else pause.until
    waits = state.facts.owed or any(one.untold for one in state.facts.raised)
    waits = waits or any(one.untold for one in state.facts.tickets.values())
    waits = waits or any(one.is_known for one in state.facts.edits)
    untold = _coming(now, hours) if waits else None
    rota = week.next_at(state, now, hours) if pause is None else None
    alerts = showing.next_at(state, now, hours) if pause is None else None
    recurs = recurrence.next_at(state, now, hours) if pause is None else None
    moments = (privacy.next_sweep(state.facts, now, hours), step, untold, rota, alerts, recurs)
    return min(at for at in moments if at is not None)


def _next_step(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    live = [request for request in state.requests.values() if request.status is not Status.CLOSED]
    opening = hours.next_open(now)
    next_at = min((request.next_at for request in live if request.next_at), default=None)
    if next_at is not None and next_at <= now:
        return opening
    if not live:
        return next_at
    return min([*turns(state, now, hours), *([] if next_at is None else [next_at])])


def turns(state: State, now: datetime, hours: SupportHours) -> list[datetime]:
    """Return when it may next change who answers what is open, or what its card says of that."""
    coming = _coming(now, hours)
    ends = [at for away in state.rota.absences for at in (away.start, away.end) if now < at < coming]
    return [coming, hours.closing(now), *ends]


def _coming(now: datetime, hours: SupportHours) -> datetime:
    """Return the next opening after ``now``."""
    opening = hours.next_open(now)
    return opening if opening > now else hours.next_open(hours.closing(now))


def _dispatch(draft: Draft, event: Event) -> Answer | None:  # noqa: C901, PLR0911, PLR0912, PLR0915 - one row per event
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
            if answers.wrote(draft, event):
                raising.offer(draft, event)
        case Welcomed():
            answers.welcomed(draft, event)
        case Uninstalled():
            answers.uninstalled(draft, event)
        case RosterFetched():
            setup.fetched(draft, event)
        case CalendarFetched():
            absences.fetched(draft, event)
        case ReportMade():
            asking.made(draft, event)
        case AbsencesImported():
            absences.imported(draft, event)
        case AdminMet():
            policies.admin_met(draft, event)
        case Undecided():
            chats.asked(draft, event)
        case Claim() if is_alert(event.request):
            return alert_steps.claimed(draft, event)
        case Open() if is_alert(event.request):
            return alert_steps.opened(draft, event)
        case Send() if is_alert(event.request):
            return alert_steps.sent(draft, event)
        case Claim() | Solve() | Reopen() | Separate() | Adopt() | GoOn() if event.again:
            return lists.instead(draft, event, presses.pressed_again(draft, event))
        case Claim():
            return presses.claimed(draft, event)
        case Solve():
            return lists.instead(draft, event, presses.solved(draft, event))
        case Reopen():
            return lists.instead(draft, event, presses.reopened(draft, event))
        case Separate():
            return presses.separated(draft, event)
        case Adopt():
            return presses.adopted(draft, event)
        case GoOn():
            return presses.went_on(draft, event)
        case Choose():
            return raising.chosen(draft, event)
        case Raise():
            return raising.sent(draft, event)
        case Open():
            return steps.opened(draft, event) if event.request else desk_steps.opened(draft, event, DESK_STEPS)
        case Send():
            return steps.sent(draft, event) if event.request else desk_steps.sent(draft, event, DESK_STEPS)
        case ClockStruck():
            due.struck(draft)
            presses.tell_owed(draft)
            raising.tell(draft)
            raising.forget(draft)
        case Sweep():
            privacy.swept(draft, event)
        case PlanFound():
            overview.found(draft, event)
        case Planned():
            overview.planned(draft, event)
        case Supposed():
            supposing.supposed(draft, event)
        case TicketOpened():
            tracker.opened(draft, event)
        case TicketMoved():
            tracker.moved(draft, event)
        case Matched():
            recurrence.matched(draft, event)
            incidents.matched(draft, event)
        case EditProposed():
            edits.proposed(draft, event)
        case HandbookSearched():
            handbook.searched(draft, event)
        case Delivered():
            clocks.reached(draft, event.place)
            clocks.arrived(draft, event)
            raising.stands(draft, event)
        case Undeliverable():
            clocks.unreachable(draft, event.place, event.reason)
            clocks.arrived(draft, event)
            raising.refused(draft, event)
            tracker.undeliverable(draft, event)
            edits.undeliverable(draft, event)
        case PeopleImported():
            imports.people_imported(draft, event)
        case ShiftsImported():
            imports.shifts_imported(draft, event)
        case CommonsImported():
            common_imports.imported(draft, event)
        case RotaEdited():
            imports.edited(draft, event)
        case RotaRefused():
            imports.refused(draft, event)
        case Alerted():
            hearing.heard(draft, event)
        case SlackReplied() | SlackReacted():
            slack.acted(draft, event)
        case PersonErased():
            return privacy.erased(draft, event)
        case _:
            assert_never(event)
    return None
