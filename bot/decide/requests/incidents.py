"""One incident: similar requests within minutes are offered to the pair as one, whose first has the clock for all.

What is put together follows the first: it gets one line and a link, and closes with it. Must not know how likeness is
found.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from bot.decide import reach
from bot.decide.draft import Draft
from bot.decide.pictures import words
from bot.decide.requests import matters, rights
from bot.decide.requests.step import Step, claim_first
from bot.effects import Answer, Card
from bot.errors import Refused
from bot.events import Matched, Press, Send
from bot.support.request import Act, Incident, Request, Status, step
from bot.support.texts import Text
from bot.support.words import length
from bot.views import Button, PlanCard, PlanPart

CARD = "incident"  # how the keys of the cards begin that offer it
WITHIN = timedelta(minutes=10)
ENOUGH = 3  # requests, from which it is offered
EXCERPT = 120
MOST_PARTS = 10  # shown


def matched(draft: Draft, event: Matched) -> None:
    """Let the first of similar requests within ten minutes know the others, and offer the pair to put them together."""
    request = draft.request(event.request)
    if request is None or request.text_at != event.text_at or not _is_alone(request):
        return
    leads = _leads(draft)
    near = [one for one in event.alike if abs(one.posted_at - request.posted_at) <= WITHIN]
    some = [other for one in near if one.request not in request.unlike and (other := draft.request(one.request))]
    firsts = [_first_of(draft, one, leads) for one in some if one.status is not Status.CLOSED]
    known = {one.id: one for one in (*firsts, request)}
    first = min(known.values(), key=lambda one: (one.posted_at, len(one.id), one.id))
    others = dict.fromkeys(first.incident.others if first.incident else ())
    for one in known.values():
        others |= dict.fromkeys((one.id, *(one.incident.others if one.incident else ())))
        if one.incident and one.id != first.id:
            draft.put(replace(one, incident=None))
    others.pop(first.id, None)
    if others and (first.incident is None or tuple(others) != first.incident.others):
        incident = first.incident or Incident(())
        draft.put(replace(first, incident=replace(incident, others=tuple(others), settled=False)))


def follow(draft: Draft) -> None:
    """Offer what is enough to be one incident, and let the cards that offer it say how it stands."""
    changed = draft.changed()
    leads = _leads(draft) if changed else {}
    for request in changed:
        before = draft.state.requests.get(request.id)
        for first in [one for one in (request, leads.get(request.id)) if one and one.incident]:
            _show(draft, first, anew=before is None or _stands(before) != _stands(request))


def _stands(request: Request) -> tuple[object, ...]:
    return request.status, request.lead, request.incident and (request.incident.others, request.incident.settled)


def _leads(draft: Draft) -> dict[str, Request]:
    """Return the first of the incident that a request is one of, by the request's id."""
    found: dict[str, Request] = {}
    for first in draft.requests():
        for other in first.incident.others if first.incident else ():
            found.setdefault(other, first)
    return found


def _show(draft: Draft, request: Request, *, anew: bool) -> None:
    first = draft.request(request.id) or request
    incident = first.incident
    assert incident is not None
    waiting = _waiting(draft, first)
    offer = not incident.settled and first.status is not Status.CLOSED and bool(waiting)
    offer = offer and len(incident.others) + 1 >= ENOUGH and draft.is_open and not draft.paused
    people = reach.on_duty(draft) if offer else ()
    new = [key for person in people if (key := f"{CARD}:{first.id}:{person}") not in incident.cards]
    for key in incident.cards if anew else ():
        draft.show(key, reach.place_of(key), card(draft, first, key), first=False)
    for key in new:
        draft.show(key, reach.place_of(key), card(draft, first, key))
    if new:
        draft.put(replace(first, incident=replace(incident, cards=(*incident.cards, *new))))


def _first_of(draft: Draft, request: Request, leads: Mapping[str, Request]) -> Request:
    """Return the first of the incident that a request is one of, or the one that it follows, or itself."""
    lead = draft.request(request.lead)
    if lead is not None and lead.status is not Status.CLOSED:
        return lead
    return leads.get(request.id, request)


def _is_alone(request: Request) -> bool:
    return request.status is not Status.CLOSED and not request.lead


def _waiting(draft: Draft, first: Request) -> list[Request]:
    """Return the others of an incident that are open and go by themselves, in the order of time."""
    incident = first.incident
    some = [one for id_ in (incident.others if incident else ()) if (one := draft.request(id_)) and _is_alone(one)]
    return sorted(some, key=lambda one: (one.posted_at, len(one.id), one.id))


def card(draft: Draft, first: Request, key: str) -> PlanCard:
    """Return the card that offers to make one incident of similar requests, or says what became of that."""
    incident, waiting = first.incident, _waiting(draft, first)
    together = [one for id_ in first.followers if (one := draft.request(id_))]
    some = [first, *waiting]
    if first.status is Status.CLOSED:
        return PlanCard(f"{first.id} is closed{', and what goes with it' if together else ''}")
    if incident is None or incident.settled or not waiting:
        title = f"One incident: {first.id} and {len(together)} more" if together else f"{first.id} goes by itself"
        note = "They close with it. Separate matter takes one out again." if together else ""
        return PlanCard(title, note, parts=(_part(first),))
    span = some[-1].posted_at - some[0].posted_at
    count = len(some) + len(together)
    title = f"{count} similar requests within {length(max(span, timedelta(minutes=1)))}. One incident?"
    text = f"{first.id} keeps the clock and hears from you. The others get one line with a link, and close with it."
    parts = tuple(map(_part, some[:MOST_PARTS]))
    note = f"And {len(some) - MOST_PARTS} more." if len(some) > MOST_PARTS else ""
    presses = (
        Button(draft.state.desk.id, first.id, key, "One incident", "send", "incident", main=True),
        Button(draft.state.desk.id, first.id, key, "Not the same", "send", "no_incident"),
    )
    return PlanCard(title, text, parts=parts, presses=presses, note=note)


def _part(one: Request) -> PlanPart:
    said = words(one, EXCERPT)
    return PlanPart(f"{one.requester.name} · {one.id}", said, thread=one.place, thread_label="Open thread")


def _take(draft: Draft, request: Request, event: Send) -> Answer:
    """Let all that is like the first follow it; it is the presser's then, unless somebody has it."""
    waiting = _waiting(draft, request)
    if not waiting:
        return _again(draft, request, event)
    lead = claim_first(draft, request, event)
    for one in waiting:
        now = draft.request(lead.id) or lead
        joined = matters.join(draft, claim_first(draft, one, event), now, follow_up=False)
        key = f"{event.key}:{one.id}"
        posted, text = matters.say_same(draft, one, now, key) if now.place != one.place else ("", "")
        draft.did(joined, event, f"put it together with {lead.id}", posted=posted, place=one.place, text=text)
    now = draft.request(lead.id) or lead
    known = now.incident or Incident(())
    draft.did(replace(now, incident=replace(known, settled=True)), event, "made one incident of it")
    return _again(draft, request, event)


def _take_apart(draft: Draft, request: Request, event: Send) -> Answer:
    """Let similar requests go by themselves, and remember that they are not the same."""
    waiting = _waiting(draft, request)
    if request.incident is None or not waiting:
        return _again(draft, request, event)
    ids = [one.id for one in (request, *waiting)]
    for one in waiting:
        draft.put(replace(one, unlike=tuple(dict.fromkeys((*one.unlike, *(id_ for id_ in ids if id_ != one.id))))))
    unlike = tuple(dict.fromkeys((*request.unlike, *ids[1:])))
    draft.put(replace(request, unlike=unlike, incident=replace(request.incident, settled=True)))
    return _again(draft, request, event)


def _again(draft: Draft, request: Request, event: Press) -> Answer:
    """Return the card as it stands now."""
    return Card(card(draft, draft.request(request.id) or request, event.card))


def _may(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying why, unless the presser may handle a request that is open."""
    if not event.card.startswith(f"{CARD}:{request.id}:"):
        raise Refused(draft.say(Text.STALE))
    step(request, Act.SOLVE)
    rights.may_handle(draft, request, event)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "incident": Step("One incident", None, _take, _may, _again),
        "no_incident": Step("Not the same", None, _take_apart, _may, _again),
    }
)
