"""What is due: the steps of the escalation table, who they call, and what became of messages sent.

Steps overdue together collapse into the highest. A step goes to whoever is on duty when it is sent; nobody is
called outside support hours, by a clock that has already called them, or about what they have reacted to.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import Draft
from bot.decide.pictures import mentions, names, notice_item
from bot.effects import personal
from bot.events import Delivered, Undeliverable
from bot.people import Person
from bot.rota.duty import Duty
from bot.state import Notice
from bot.support.escalation import overdue, without
from bot.support.request import Deferred, Request, Step
from bot.support.words import Text, moment, say
from bot.views import Line, Mention

TOGETHER = timedelta(minutes=1)  # reminders due to one person within this become one message


def struck(draft: Draft) -> None:
    """Do what is due."""
    if not draft.hours.is_open(draft.now):
        return
    for request in [*draft.requests()]:
        if request.next_at is not None and request.next_at <= draft.now:
            escalate(draft, request.id)
            _deferred(draft, request.id)


def escalate(draft: Draft, id_: str) -> None:
    """Do the steps of a request that are due; nothing outside support hours."""
    request = draft.request(id_)
    if request is None or request.clock is None or not draft.hours.is_open(draft.now):
        return
    steps = overdue(request.clock, draft.now)
    if not steps:
        return
    duty = draft.duty(draft.now)
    draft.put(replace(request, clock=without(request.clock, steps, ())))
    if Step.TEAM in steps:
        _call_team(draft, request, duty)
    elif Step.THREAD in steps:
        _call_in_thread(draft, request, duty, steps)
    elif Step.PAIR in steps or Step.FALLBACK in steps or duty.nobody:
        people = duty.responders if Step.PAIR in steps or duty.nobody else ()
        people += duty.further if Step.FALLBACK in steps else ()
        _call_personally(draft, request, _uncalled(request, people), f"{request.requester.name} is waiting for an answer")


def delivered(draft: Draft, event: Delivered) -> None:
    """Forget that a place could not be reached."""
    if event.place in draft.facts.unreachable:
        rest = {place: why for place, why in draft.facts.unreachable.items() if place != event.place}
        draft.put_facts(replace(draft.facts, unreachable=rest))


def undeliverable(draft: Draft, event: Undeliverable) -> None:
    """Remember that a place can't be reached, and why, until something reaches it again."""
    unreachable = {**draft.facts.unreachable, event.place: event.reason}
    draft.put_facts(replace(draft.facts, unreachable=unreachable))


def _call_in_thread(draft: Draft, request: Request, duty: Duty, steps: tuple[Step, ...]) -> None:
    language = draft.policy.language
    pair = tuple(person for person in duty.pair if person.id not in request.reacted)
    further = tuple(person for person in duty.further if person.id not in request.reacted)
    line: list[str | Mention] = [_how_late(draft, request, steps)]
    if pair or further:
        line.append(say(Text.CALLING, language))
        line.extend(mentions(pair or further, say(Text.AND, language), ping=True))
        if pair and Step.MENTION not in steps:
            line.append(say(Text.AGAIN, language))
        if pair and further:
            line.append(say(Text.AND_ALSO, language))
            line.extend(mentions(further, say(Text.AND, language), ping=True))
        line.append(".")
    else:
        line.append(say(Text.ALL_TOLD, language))
        _call_personally(draft, request, _uncalled(request, duty.responders), "Nobody is on duty")
    clock = "second" if request.clock and request.clock.second else "first"
    draft.say(f"line:{request.id}:{clock}", request.place, Line(tuple(line)))
    _mark_called(draft, request.id, pair + further)


def _how_late(draft: Draft, request: Request, steps: tuple[Step, ...]) -> str:
    language = draft.policy.language
    if len([step for step in steps if step is not Step.MENTION]) == 1:
        return say(Text.NO_ANSWER, language)
    minutes = _minutes(draft, request)
    since = moment(request.posted_at, draft.now, draft.hours, language)
    return say(Text.NO_ANSWER_LATE, language, since=since, minutes=minutes)


def _minutes(draft: Draft, request: Request) -> int:
    return int((draft.now - request.posted_at).total_seconds() // 60)


def _call_team(draft: Draft, request: Request, duty: Duty) -> None:
    on_duty = _uncalled(request, duty.pair + duty.further or duty.responders)
    called = names(duty.pair + duty.further)
    who = f"{called} {'has' if len(duty.pair + duty.further) == 1 else 'have'} been called" if called else "nobody is on duty"
    heading = f"No answer for {_minutes(draft, request)} min; {who}. If you know more, help in the thread."
    if draft.state.desk.team_channel:
        _notice(draft, request, draft.state.desk.team_channel, None, heading, claimable=duty.nobody)
    _call_personally(draft, request, on_duty, f"{request.requester.name} has waited for {_minutes(draft, request)} min")
    helpers = _uncalled(request, duty.present)
    now_called, later = [], []
    for person in helpers:
        if person in duty.observers or person in on_duty:
            continue
        free_at = _free_at(draft, person)
        if free_at <= draft.now:
            now_called.append(person)
        else:
            later.append(Deferred(person.id, draft.hours.next_open(free_at)))
    _call_helpers(draft, request, now_called, heading)
    current = draft.request(request.id)
    if later and current and current.clock:
        draft.put(replace(current, clock=replace(current.clock, deferred=current.clock.deferred + tuple(later))))


def _call_helpers(draft: Draft, request: Request, people: Iterable[Person], heading: str) -> None:
    for person in people:
        last = draft.facts.helped_at.get(person.id)
        if last is None or draft.now - last >= TOGETHER:
            draft.put_facts(replace(draft.facts, helped_at={**draft.facts.helped_at, person.id: draft.now}))
        _notice(draft, request, personal(person.id), person, heading, claimable=False)
        _mark_called(draft, request.id, (person,))


def _free_at(draft: Draft, person: Person) -> datetime:
    last = draft.facts.helped_at.get(person.id)
    if last is None or draft.now - last < TOGETHER:
        return draft.now
    return last + timedelta(minutes=draft.policy.team_call_every)


def _deferred(draft: Draft, id_: str) -> None:
    request = draft.request(id_)
    if request is None or request.clock is None:
        return
    due = [held.person for held in request.clock.deferred if held.at <= draft.now]
    if not due:
        return
    rest = tuple(held for held in request.clock.deferred if held.at > draft.now)
    request = replace(request, clock=replace(request.clock, deferred=rest))
    draft.put(request)
    duty = draft.duty(draft.now)
    people = [person for person in _uncalled(request, duty.present) if person.id in due and person not in duty.observers]
    _call_helpers(draft, request, people, f"{request.requester.name} still waits. If you know more, help in the thread.")


def _call_personally(draft: Draft, request: Request, people: Iterable[Person], heading: str) -> None:
    for person in people:
        _notice(draft, request, personal(person.id), person, heading, claimable=True)
        _mark_called(draft, request.id, (person,))


def _uncalled(request: Request, people: tuple[Person, ...]) -> tuple[Person, ...]:
    called: tuple[str, ...] = request.clock.called if request.clock else ()
    done = {*called, *request.reacted, request.requester.id}
    return tuple(person for person in people if person.id not in done and person.entra_object_id)


def _mark_called(draft: Draft, id_: str, people: tuple[Person, ...]) -> None:
    request = draft.request(id_)
    if request is not None and request.clock is not None:
        draft.put(replace(request, clock=without(request.clock, (), tuple(person.id for person in people))))


def _notice(draft: Draft, request: Request, place: str, person: Person | None, heading: str, *, claimable: bool) -> None:
    item = notice_item(draft.request(request.id) or request, draft.now, draft.hours)
    recipient = person.id if person else ""
    for notice in draft.notices():
        if notice.place == place and notice.claimable == claimable and draft.now - notice.created_at < TOGETHER:
            if request.id not in {old.request for old in notice.items}:
                draft.put_notice(replace(notice, items=(*notice.items, item)))
                _copy(draft, request.id, notice.key)
            return
    clock = "second" if request.clock and request.clock.second else "first"
    key = f"copy:{request.id}:{clock}:{recipient or 'team'}"
    draft.put_notice(Notice(key, place, recipient, draft.now, claimable, heading, (item,)))
    _copy(draft, request.id, key)


def _copy(draft: Draft, id_: str, key: str) -> None:
    request = draft.request(id_)
    if request is not None and key not in request.copies:
        draft.put(replace(request, copies=(*request.copies, key)))
