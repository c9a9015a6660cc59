"""What recurs: requests that are alike are one common request, and the third in 30 days asks the pair to write it down.

Near copies are counted by themselves, likely ones once somebody says so. Must not know how likeness is found.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.decide import reach
from bot.decide.draft import Draft
from bot.decide.pictures import words
from bot.effects import DropCommon, FindMatches, ForgetMessages
from bot.events import ClockStruck, Event, Matched, Press
from bot.hours import SupportHours
from bot.state import State
from bot.support.likeness import compared
from bot.support.recurrence import OFTEN, Act, Common, Standing, step, unused, used
from bot.support.request import NO_REQUEST, Request, Status, is_request
from bot.views import Button, PlanCard, PlanPart

CARD = "recurs"  # how the keys of the cards begin that ask about it
EXCERPT = 160


def about(state: State, event: Event) -> set[str]:
    """Return the ids of the requests that an event is about, closed ones included: what is found, or shown as alike."""
    if isinstance(event, Matched):
        return {event.request, *(one.request for one in event.alike if one.near)}
    request = state.requests.get(event.request) if isinstance(event, Press) else None
    return {one.ref for one in request.matches if is_request(one.ref)} if request else set()


def matched(draft: Draft, event: Matched) -> None:
    """Take what a request resembles: for support to see, and to count what is the same."""
    request = draft.request(event.request)
    if request is None or request.text_at != event.text_at or not counts(request):
        return  # what was asked then is not there any more, or goes with another matter of the same person
    found = tuple(one for one in event.found if one.ref not in request.unlike)
    if found != request.matches and request.status is not Status.CLOSED:
        draft.put(replace(request, matches=found))
    near = [one for one in event.alike if one.near and not {one.request, one.common}.intersection(request.unlike)]
    near = [one for one in near if (other := draft.request(one.request)) and counts(other)]
    same = next((one for one in near if one.common), near[0] if near else None)
    if same is not None and not request.common:
        count_as_one(draft, request.id, same.request)


def follow(draft: Draft, event: Event) -> None:
    """Ask what changed requests resemble, count duplicates as the same, and ask the pair about what came often."""
    _compare(draft)
    _count_what_counts(draft)
    resumed = draft.state.facts.pause is not None and not draft.paused
    some = draft.commons() if resumed or isinstance(event, ClockStruck) else _touched(draft)
    for common in some if draft.is_open and not draft.paused else ():
        if _is_due(common, draft.requests(), draft.now):
            _propose(draft, common)
    for common in draft.changed_commons():
        old = draft.state.commons.get(common.id)
        if old is not None and old.standing is not common.standing:
            for key in old.cards:
                draft.show(key, reach.place_of(key), card(draft, common, key), first=False)


def forget(draft: Draft) -> None:
    """Let go of what did not come lately and was not written down, asked about or not, and of the cards that asked.

    Comes it often anew, it is asked about anew.
    """
    for common in draft.commons():
        if common.lately(draft.now):
            continue
        if common.cards:
            draft.quietly(ForgetMessages((f"{CARD}:{common.id}:",)))
        if common.standing in (Standing.NOTICED, Standing.PROPOSED):
            draft.quietly(DropCommon(common.id))
        elif common.cards:
            draft.put_common(replace(common, cards=()))


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when the pair is next asked about what came often, None where there is nothing to ask."""
    waits = any(_is_due(common, state.requests.values(), now) for common in state.commons.values())
    opening = hours.next_open(now)
    return (opening if opening > now else hours.next_open(hours.closing(now))) if waits else None


def _is_of_incident(draft: Draft, request: Request) -> bool:
    """Say whether a request was put together with the first of an incident: that came once, however many told of it."""
    lead = draft.request(request.lead)
    return lead is not None and lead.incident is not None and request.id in lead.incident.others


def _touched(draft: Draft) -> list[Common]:
    """Return the common requests that were changed, or of which a request was."""
    ids = {one.common for one in draft.changed()} | {one.id for one in draft.changed_commons()}
    return [common for id_ in sorted(ids - {""}) if (common := draft.common(id_))]


def count_as_one(draft: Draft, id_: str, other_id: str) -> None:
    """Count two requests as the same common request: the other's if it is one of any, else as a new one."""
    request, other = draft.request(id_), draft.request(other_id)
    if request is None or other is None or request.common == other.common != "":
        return
    common = draft.common(other.common) or draft.common(request.common)
    if common is None:
        common = Common(next_id(draft))
    for one in (other, request):
        count(draft, draft.common(common.id) or common, one)


def next_id(draft: Draft) -> str:
    """Give out the next common request's id."""
    number = draft.facts.last_common + 1
    draft.put_facts(replace(draft.facts, last_common=number))
    return f"C-{number}"


def count_no_longer(draft: Draft, request: Request) -> Request:
    """Count a request as no common one any more."""
    common = draft.common(request.common)
    if common is not None:
        draft.put_common(unused(common, request.id))
    draft.put(replace(request, common=""))
    return draft.request(request.id) or request


def take_back(draft: Draft, request: Request, restored: Request) -> Request:
    """Return a request as it was ``restored``, with what was found out meanwhile; what a press taught is forgotten."""
    taught = set(request.helped).difference(restored.helped)
    common = request.common
    if taught and common != restored.common:
        if (counted := draft.common(common)) is not None:
            draft.put_common(unused(counted, request.id))
        if (before := draft.common(restored.common)) is not None:
            draft.put_common(used(before, request.id, request.posted_at))
        common = restored.common
    return replace(restored, matches=restored.matches or request.matches, common=common, incident=request.incident)


def count(draft: Draft, common: Common, request: Request) -> None:
    """Count a request as a common one, and no longer as another."""
    old = draft.common(request.common)
    if old is not None and old.id != common.id:
        draft.put_common(unused(old, request.id))
    draft.put(replace(request, common=common.id))
    draft.put_common(used(common, request.id, request.posted_at))


def counts(request: Request) -> bool:
    """Say whether a request is counted: one that is in a figure, and a matter of its own."""
    return not request.follow_up and request.outcome not in NO_REQUEST


def _compare(draft: Draft) -> None:
    """Ask what changed requests resemble, and count duplicates as the same."""
    for request in draft.changed():
        before = draft.state.requests.get(request.id)
        if request.matches and before is not None and compared(before) != compared(request):
            draft.put(replace(request, matches=()))  # of other words
        if _is_to_be_matched(request, before):
            key = f"matches:{request.id}"
            draft.follow_with(FindMatches(key, request.id, compared(request), request.text_at))
        joined = request.lead and not request.follow_up and (before is None or before.lead != request.lead)
        if joined and _is_of_incident(draft, request):
            count_no_longer(draft, request)
        elif joined and request.status is not Status.CLOSED:
            count_as_one(draft, request.id, request.lead)


def _count_what_counts(draft: Draft) -> None:
    """Count no longer what was withdrawn or is no request, and count again what is one after all."""
    for request in draft.changed():
        common, before = draft.common(request.common), draft.state.requests.get(request.id)
        if common is None:
            continue
        if not counts(request):
            draft.put_common(unused(common, request.id))
        elif before is not None and not counts(before):
            draft.put_common(used(common, request.id, request.posted_at))


def _is_to_be_matched(request: Request, before: Request | None) -> bool:
    text = compared(request)
    return request.status is not Status.CLOSED and text != "" and (before is None or compared(before) != text)


# -- the third in 30 days -------------------------------------------------------------------------------------------


def _is_due(common: Common, requests: Iterable[Request], now: datetime) -> bool:
    """Say whether the pair is to be asked: it came often, and nobody works on one of it now.

    In the midst of it nobody has the time to write, and its answer is not known yet.
    """
    if common.standing is not Standing.NOTICED or common.lately(now) < OFTEN:
        return False
    return not any(one.common == common.id and one.status is not Status.CLOSED for one in requests)


def _propose(draft: Draft, common: Common) -> None:
    """Ask those on duty, who may write it down or say that it is not needed."""
    people = reach.on_duty(draft)
    if not people:
        return  # at the next opening somebody is there again
    keys = tuple(f"{CARD}:{common.id}:{person}" for person in people)
    proposed = replace(common, standing=step(common, Act.PROPOSE), cards=keys)
    draft.put_common(proposed)
    for key in keys:
        draft.show(key, reach.place_of(key), card(draft, proposed, key))


def card(draft: Draft, common: Common, key: str) -> PlanCard:
    """Return the card that asks about requests that came often, or says what became of that."""
    ids = [use.request for use in common.uses]
    of = f"{', '.join(ids[-5:])}{' and earlier ones' if len(ids) > 5 or common.earlier else ''}"  # noqa: PLR2004
    if common.standing is Standing.PROPOSED:
        known = [one for id_ in reversed(ids) if (one := draft.request(id_))]
        latest = next(iter(known), None)
        refs = (ref for one in known for ref in reversed(one.helped))
        section = next((found for ref in refs if (found := draft.handbook.section(ref))), None)
        has = f"The handbook has it: {section.title}. How people ask for it may be added there." if section else ""
        opens = (
            _button(draft, key, "Common request…", "open", "common.write", common.id),
            _button(draft, key, "Handbook…", "open", "handbook.edit", common.id),
        )
        return PlanCard(
            f"{common.lately(draft.now)} times within 30 days. Write down the answer?",
            parts=(PlanPart(of, words(latest, EXCERPT) if latest else "", opens=opens),),
            presses=(_button(draft, key, "Not needed", "send", "common.decline", common.id),),
            note=has or "What is written down is offered the next time, with its answer.",
        )
    who = common.by.name if common.by else "Somebody"
    settled = f"proposed an edit of the handbook: {common.title}" if common.title else "said that no entry is needed"
    said = {
        Standing.LISTED: f"{who} wrote it down: {common.title}",
        Standing.RETIRED: f"{common.title} was retired",
    }.get(common.standing, f"{who} {settled}")
    after_all = (_button(draft, key, "Write it down after all…", "open", "common.write", common.id),)
    return PlanCard(said, of, opens=after_all if common.standing is Standing.DECLINED else ())


def _button(draft: Draft, key: str, title: str, verb: str, name: str, choice: str) -> Button:
    return Button(draft.state.desk.id, "", key, title, verb, name, choice)
