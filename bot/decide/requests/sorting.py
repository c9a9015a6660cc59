"""Sorting requests: splitting one, putting two together or apart, and what is no request."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.decide import forms, unsent
from bot.decide.draft import Draft
from bot.decide.pictures import words
from bot.decide.requests import claims, matters, presses, rights
from bot.decide.requests.step import Step, claim_first, done, form, ready
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Press, Send
from bot.support.request import Act, Outcome, Request, Status, close
from bot.support.texts import Text

MOST_MATTER = 100  # characters
LISTED = re.compile(r"^\s*(?:[-*•\u2013]|\d{1,2}[.)])\s")  # how a line of a list begins


def _draw_split(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    found = [LISTED.sub("", line).strip() for line in request.text.splitlines()]
    lines = [line[:MOST_MATTER] for line in found if unsent.visible(line)]
    label = f"One matter a line, a few words each, {matters.MOST_MATTERS} at most. Each gets a card of its own."
    field = forms.text("text", label, "\n".join(lines[: matters.MOST_MATTERS]))
    return form(draft, request, event, "Split", "split", "Split", error=error, fields=(field,))


def _take_split(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    found = [line.strip() for line in text.splitlines() if unsent.visible(line)]
    long = next((line for line in found if len(line) > MOST_MATTER), "")
    room = matters.MOST_MATTERS - len(draft.in_thread(request.place)) + 1
    if not wrong and len(found) < 2:  # noqa: PLR2004 - one matter is none to split
        wrong = "Write at least two matters, each on a line of its own."
    elif not wrong and len(found) > room:
        wrong = f"A thread holds {matters.MOST_MATTERS} matters at most; there is room for {room} here."
    elif not wrong and len({line.casefold() for line in found}) < len(found):
        wrong = "Name each matter once."
    elif not wrong and request.deed and event.seen not in ("", str(request.deed.number)):
        wrong = f"{request.id} is not as it was when this form was opened. Send it again if it still fits."
    elif not wrong and long:
        wrong = f"At most {MOST_MATTER} characters a line, please; “{long[:30]}…” has {len(long)}."
    if wrong:
        return _draw_split(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    presses.tell_claimer(draft, request, event, f"{event.author.name} split {request.id}", ended=False)
    others = matters.split(draft, claimed, found, event.author, claims.word_by(draft, event.happened_at))
    made = tuple(one.id for one in others)
    draft.did(draft.request(request.id) or claimed, event, "split it", others=made)
    return done(draft, request, event, f"Split into {', '.join((request.id, *made))}.")


def _draw_same(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    others = _leads(draft, request)
    if not others:
        raise Refused("There is no other request that is not closed.")
    choices = [(one.id, f"{one.id} · {one.requester.name}: {words(one, 60)}") for one in others[:20]]
    field = forms.one("lead", "It is the same as", choices, choices[0][0])
    return form(draft, request, event, "Same as…", "same", "Put together", error=error, fields=(field,))


def _take_same(draft: Draft, request: Request, event: Send) -> Answer:
    lead = next((one for one in _leads(draft, request) if one.id == event.fields.get("lead")), None)
    if lead is None:
        return _draw_same(draft, request, event, "That one is closed, or goes with another; choose again.")
    claimed = claim_first(draft, request, event)
    presses.tell_claimer(draft, request, event, f"{event.author.name} says that {lead.id} is the same as {request.id}")
    joined = matters.join(draft, claimed, lead, follow_up=False)
    posted, text = matters.say_same(draft, request, lead, event.key) if lead.place != request.place else ("", "")
    draft.did(joined, event, f"put it together with {lead.id}", posted=posted, place=request.place, text=text)
    if lead.status is not Status.OPEN or not rights.duty_of(draft, lead, event).may_claim(event.author.id):
        return done(draft, request, event, f"It goes with {lead.id} now.")
    taken = claim_first(draft, draft.request(lead.id) or lead, event)
    draft.did(taken, event, f"put {request.id} together with it")
    return done(draft, request, event, f"It goes with {lead.id} now, which is yours.")


def _leads(draft: Draft, request: Request) -> list[Request]:
    live = [one for one in draft.requests() if one.status is not Status.CLOSED and not one.lead]
    return sorted((one for one in live if one.id != request.id), key=lambda one: one.posted_at, reverse=True)


def _take_dismiss(draft: Draft, request: Request, event: Send) -> Answer:
    presses.tell_claimer(draft, request, event, f"{event.author.name} says that {request.id} is not a request")
    ended = close(request, Act.DISMISS, Outcome.NOT_A_REQUEST, event.author, event.happened_at)
    draft.did(ended, event, "said that it is not a request")
    return done(draft, request, event, "Taken out.")


def _take_separate(draft: Draft, request: Request, event: Send) -> Answer:
    if request.lead and request.status is not Status.CLOSED:
        presses.separate(draft, request, event)
    return done(draft, request, event, Text.SEPARATED)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "split": Step("Split", _draw_split, _take_split),
        "same": Step("Same as…", _draw_same, _take_same),
        "dismiss": Step("Not a request", None, _take_dismiss),
        "separate": Step("Separate matter", None, _take_separate, rights.may_end),
    }
)
