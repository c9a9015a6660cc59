"""Answering a request: the claim, a question, a reply, by phone, a promise, and an observer's suggestion."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.decide import forms
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import names
from bot.decide.requests import claims, presses, rights, suggestions
from bot.decide.requests.claims import Until
from bot.decide.requests.step import Step, claim_first, done, form, ready, say_as, verb
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.people import Person
from bot.support.request import Act, Outcome, Request, Status, Suggestion, close, step
from bot.support.texts import Text
from bot.support.words import moment

UNTIL = MappingProxyType(
    {
        Until.HALF_AN_HOUR: "in 30 minutes",
        Until.AN_HOUR: "in an hour",
        Until.TODAY: "by the end of support",
        Until.NEXT_DAY: "by the end of support on the next working day",
    }
)
WHEN = "Choose until when they hear more."


def _draw_ask(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    label = f"Your question. It goes into the thread under your name; then I wait for {request.requester.name}."
    came = forms.came_from(event, "leaf")
    back = forms.back_to(came, Way("Back", "support", opens=True))
    return form(
        draft,
        request,
        event,
        "Ask a question",
        "ask",
        "Send",
        error=error,
        fields=(forms.text("text", label, draft.say(Text.QUESTIONS)),),
        ways=(Way("Send", "ask", f":{came}" if came else ""), back),
    )


def _take_ask(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    if wrong:
        return _draw_ask(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    waiting = claims.wait_for_requester(draft, claimed, event.author, event.happened_at)
    draft.did(waiting, event, "asked a question", **say_as(draft, request, event, text))
    presses.tell_claimer(draft, request, event, f"{event.author.name} asked a question on {request.id}", ended=False)
    return done(draft, request, event, "Sent.")


def _draw_reply(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    suggested, used = "", event.choice if isinstance(event, Open) else ""
    if used:
        found = next((one for one in request.suggestions if used == suggestions.used(one)), None)
        if found is None:
            raise Refused("This suggestion does not stand any more: see Support….")
        suggested = found.text
    kept, until = _kept(draft, request)
    fields = (
        forms.text("text", "Your reply. It goes into the thread under your name.", suggested),
        forms.listed("until", f"{request.requester.name} hears more", (*kept, *_promises(draft)), until),
    )
    return form(draft, request, event, "Reply", "reply", "Send", error=error, fields=fields)


def _take_reply(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    until = _until(event)
    if wrong or until is None:
        return _draw_reply(draft, request, event, wrong or WHEN)
    claimed = claim_first(draft, request, event)
    spoken = claims.spoken(draft, claimed, event.happened_at, until, answered=True)
    draft.did(spoken, event, "replied", **say_as(draft, request, event, text))
    return done(draft, request, event, "Sent.")


def _draw_phone(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    then = (("closed", "It is answered: close it"), *((id_, f"More {title}") for id_, title in _promises(draft)))
    fields = (
        forms.text("text", "What you told them. It goes into the thread under your name.", draft.say(Text.BY_PHONE)),
        forms.listed("then", "And now", then, "closed"),
    )
    return form(draft, request, event, "Answered by phone", "phone", "Send", error=error, fields=fields)


def _take_phone(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    ends = event.fields.get("then", "closed") == "closed"
    until = Until.HALF_AN_HOUR if ends else _until(event, "then")
    if wrong or until is None:
        return _draw_phone(draft, request, event, wrong or WHEN)
    claimed = claim_first(draft, request, event)
    said = say_as(draft, request, event, text)
    did = f"{event.author.name} answered {request.id} by phone"
    if ends:
        outcome = claims.owing(draft, claimed) or Outcome.ANSWERED
        ended = close(claimed, Act.SOLVE, outcome, event.author, event.happened_at)
        told = presses.tell_end(draft, ended, event, did)
        draft.did(ended, event, "answered by phone", **said, others=told)
    else:
        going = claims.spoken(draft, claimed, event.happened_at, until, answered=True)
        draft.did(going, event, "answered by phone", **said)
        presses.tell_claimer(draft, request, event, did, ended=False)
    return done(draft, request, event, "Noted.")


def _draw_promise(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    fields = (forms.one("until", f"{request.requester.name} hears more", _promises(draft), Until.AN_HOUR),)
    waits = (
        f"{request.id} waits for {request.requester.name} to answer. A promise ends that: then it is your turn again."
    )
    note = waits if request.wait else ""
    return form(draft, request, event, "More by…", "promise", "Promise it", error=error, fields=fields, note=note)


def _take_promise(draft: Draft, request: Request, event: Send) -> Answer:
    until = _until(event)
    if until is None:
        return _draw_promise(draft, request, event, WHEN)
    claimed = claim_first(draft, request, event)
    draft.did(claims.spoken(draft, claimed, event.happened_at, until), event, "promised more")
    presses.tell_claimer(draft, request, event, f"{event.author.name} promised more on {request.id}", ended=False)
    return done(draft, request, event, "Promised.")


def _take_claim(draft: Draft, request: Request, event: Send) -> Answer:
    if request.status is Status.OPEN:
        presses.take(draft, request, event)
        return done(draft, request, event, "It is yours.")
    return done(draft, request, event, "You have it." if rights.has(request, event.author) else "Somebody was faster.")


def _draw_suggest(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = tuple(_suggested_to(draft, request, event))
    field = forms.text(
        "text", f"What you would answer. {names(people)} {verb(people, 'gets', 'get')} it; only support reads it."
    )
    return form(draft, request, event, "Suggest an answer", "suggest", "Suggest", error=error, fields=(field,))


def _take_suggest(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    if wrong:
        return _draw_suggest(draft, request, event, wrong)
    mine = [one for one in request.suggestions if one.author.id == event.author.id]
    number = mine[0].number if mine else request.deed.number if request.deed else 0
    suggestion = Suggestion(event.author, event.happened_at, text, number)
    people = _suggested_to(draft, request, event)
    keys = suggestions.show(draft, request, suggestion, tuple([person.id for person in people]))
    others = tuple(one for one in request.suggestions if one not in mine)
    changed = replace(request, suggestions=(*others, suggestion))
    draft.did(changed, event, "suggested an answer", others=keys, only=("suggestions",))
    return done(draft, request, event, "Thank you, passed on.")


def _suggested_to(draft: Draft, request: Request, event: Press) -> list[Person]:
    """Return the pair, and whoever has the request; only those who may be written to now."""
    duty = rights.duty_of(draft, request, event)
    claimer = draft.rota.people.get(request.claimer.id) if request.claimer else None
    people = dict.fromkeys((*duty.pair, *((claimer,) if claimer else ())))
    here = [one for one in people if claims.is_here(draft, one.id)]
    if not here:
        raise Refused("Nobody on duty can be told now. Try again in support hours.")
    return here


def _may_suggest(draft: Draft, request: Request, event: Press) -> None:
    step(request, Act.SOLVE)
    if not rights.duty_of(draft, request, event).observes(event.author.id):
        rights.may_handle(draft, request, event)


def _kept(draft: Draft, request: Request) -> tuple[tuple[tuple[str, str], ...], Until]:
    """Return the choice to leave a later promise, or a question, as it is, if there is one, and what is chosen."""
    if request.wait is not None:
        return ((Until.KEPT, f"I still wait for {request.requester.name}'s answer"),), Until.KEPT
    word = request.word
    if word is None or word.by <= claims.word_by(draft, draft.now, Until.HALF_AN_HOUR):
        return (), Until.HALF_AN_HOUR
    return ((Until.KEPT, f"as promised ({moment(word.by, draft.now, draft.hours)})"),), Until.KEPT


def _promises(draft: Draft) -> list[tuple[str, str]]:
    """Return until when more can be promised, each with its moment."""
    promises = []
    for until, title in UNTIL.items():
        by = claims.word_by(draft, draft.now, until)
        today = " today" if until is Until.TODAY and draft.is_today(by) else ""
        promises.append((until.value, f"{title}{today} ({moment(by, draft.now, draft.hours)})"))
    return promises


def _until(event: Send, field: str = "until") -> Until | None:
    """Return until when more was promised, None for what is no choice."""
    given = event.fields.get(field, "") or Until.HALF_AN_HOUR
    return next((one for one in Until if one == given), None)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "claim": Step("I'm looking into it", None, _take_claim, rights.may_claim),
        "promise": Step("More by…", _draw_promise, _take_promise),
        "ask": Step("Ask a question", _draw_ask, _take_ask),
        "reply": Step("Reply", _draw_reply, _take_reply),
        "phone": Step("Answered by phone", _draw_phone, _take_phone),
        "suggest": Step("Suggest an answer", _draw_suggest, _take_suggest, _may_suggest),
    }
)
