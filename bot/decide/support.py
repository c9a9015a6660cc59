"""The buttons of requests: who may press them, what each does, and what the presser sees.

Acts are judged by duty at ``happened_at``.
"""

import json
from datetime import datetime, timedelta

from bot.decide.draft import CARD, Draft
from bot.decide.pictures import names, words
from bot.effects import Answer, Card, Dialog, Word
from bot.errors import Refused
from bot.events import Ask, Claim, Dismiss, OpenAsk, Press, Solve
from bot.people import Author
from bot.places import channel_of, personal
from bot.rota.duty import Duty, present
from bot.support.request import (
    Act,
    Outcome,
    Request,
    Status,
    claim,
    close,
    reacted,
    step,
)
from bot.support.texts import Text
from bot.views import AskForm, Line, ReplyCard

LONGEST_QUESTION = 3000  # characters
HEAVIEST_QUESTION = 20_000  # bytes as escaped JSON, so that it is shown whole in a card of 25 KB


def claimed(draft: Draft, event: Claim) -> Answer:
    """Give the request to whoever pressed first; a later press shows who has it."""
    request = _pressed(draft, event)
    at = event.happened_at
    if request.status is Status.OPEN:
        _may_claim(draft, _duty(draft, request, at), event.author)
        request = give(draft, request, event.author, at)
    return Card(draft.picture(request, event.place, event.card))


def solved(draft: Draft, event: Solve) -> Answer:
    """Close the request as solved, by its requester or by those who may claim."""
    request = _pressed(draft, event)
    at = event.happened_at
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.place, event.card))
    mine = event.author.id == request.requester.id
    if not mine and not _has(request, event.author):
        _may_close(draft, request, _duty(draft, request, at), event.author)
    if not mine and request.status is Status.OPEN:
        request = give(draft, request, event.author, at)
    else:
        _tell_claimer(draft, request, event, f"{event.author.name} closed {request.id}")
    outcome = Outcome.SOLVED_BY_REQUESTER if mine else Outcome.ANSWERED
    request = close(request, Act.SOLVE, outcome, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.place, event.card))


def dismissed(draft: Draft, event: Dismiss) -> Answer:
    """Close what is no request, by those who may claim; it claims nothing."""
    request = _pressed(draft, event)
    at = event.happened_at
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.place, event.card))
    if not _has(request, event.author):
        _may_claim(draft, _duty(draft, request, at), event.author)
    _tell_claimer(draft, request, event, f"{event.author.name} says that {request.id} is not a request")
    request = close(request, Act.DISMISS, Outcome.NOT_A_REQUEST, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.place, event.card))


def give(draft: Draft, request: Request, by: Author, at: datetime) -> Request:
    """Give a request to whoever answered or pressed first, with the default next word."""
    next_word = draft.hours.add(at, timedelta(minutes=draft.policy.next_word))
    taken = reacted(claim(request, by, at, next_word), by.id)
    draft.put(taken)
    return taken


def ask_opened(draft: Draft, event: OpenAsk) -> Answer:
    """Open the dialog with the underlying-problem questions ready; it changes nothing."""
    request = _askable(draft, event)
    return _ask_form(draft, request, event, event.key, draft.say(Text.QUESTIONS))


def asked(draft: Draft, event: Ask) -> Answer:
    """Post the question in the thread under its writer's name; it counts as the writer's reply."""
    request = _askable(draft, event)
    text = event.text.strip()
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        return _ask_form(draft, request, event, event.form, draft.say(Text.QUESTIONS), "Write what you want to ask.")
    if len(text) > LONGEST_QUESTION:
        error = f"At most {LONGEST_QUESTION} characters, please; these are {len(text)}."
        return _ask_form(draft, request, event, event.form, text[:LONGEST_QUESTION], error)
    if len(json.dumps(text)) > HEAVIEST_QUESTION:
        return _ask_form(
            draft, request, event, event.form, text, "That is too long to be sent whole; please shorten it."
        )
    if request.status is Status.OPEN:
        request = give(draft, request, event.author, event.happened_at)
    else:
        draft.put(reacted(request, event.author.id))
    heading = draft.say(Text.SAYS, who=event.author.name)
    draft.post(f"ask:{event.key}", request.place, ReplyCard(heading, text))
    return Word(f"Sent. {request.id} is yours." if _has(request, event.author) else "Sent.")


def _tell_claimer(draft: Draft, request: Request, event: Press, what: str) -> None:
    """Tell whoever has a matter that a colleague ended it; at night, and to those away, the card is enough."""
    claimer = request.claimer
    if claimer is None or event.author.id in (claimer.id, request.requester.id):
        return
    if draft.is_open and any(one.id == claimer.id for one in present(draft.rota, draft.now, draft.hours)):
        line = f"{what}, which you had. ({request.requester.name} had asked.)"
        draft.post(f"ended:{request.id}:{event.key}", personal(claimer.id), Line((line,)))


def _pressed(draft: Draft, event: Press) -> Request:
    request = draft.request(event.request)
    if request is None:
        raise Refused(draft.say(Text.UNKNOWN, id=event.request))
    channel = channel_of(event.place)
    concerned = draft.colleague(event.author) is not None or event.author.id == request.requester.id
    at_home = event.place == request.place or (concerned and event.place == personal(event.author.id))
    if not at_home and (not channel or channel != draft.state.desk.team_channel):
        raise Refused(draft.say(Text.ELSEWHERE))
    return request


def _askable(draft: Draft, event: Press) -> Request:
    request = _pressed(draft, event)
    if request.status is not Status.ACKNOWLEDGED:
        step(request, Act.CLAIM)
    if not _has(request, event.author):
        _may_claim(draft, _duty(draft, request, event.happened_at), event.author)
    return request


def _ask_form(draft: Draft, request: Request, event: Press, opening: str, text: str, error: str = "") -> Dialog:
    form = AskForm(
        desk=draft.state.desk.id,
        request=request.id,
        card=event.card or CARD + request.id,
        title=f"{request.requester.name} wrote:",
        excerpt=words(request),
        label="Your question. It goes into the thread under your name.",
        text=text,
        error=error,
        send_label="Send",
        form=opening,
    )
    return Dialog(f"Ask {request.requester.name}", form)


def _has(request: Request, author: Author) -> bool:
    return request.claimer is not None and request.claimer.id == author.id


def _duty(draft: Draft, request: Request, at: datetime) -> Duty:
    """Return who answers a request at ``at``: whoever asked is not called to answer it."""
    return draft.duty(at, besides=request.requester.id)


def _may_claim(draft: Draft, duty: Duty, author: Author) -> None:
    if not duty.may_claim(author.id):
        raise Refused(_who_may(draft, duty, author))


def _may_close(draft: Draft, request: Request, duty: Duty, author: Author) -> None:
    if not duty.may_claim(author.id):
        people = names(duty.pair + duty.further, draft.say(Text.AND)) or draft.say(Text.THE_TEAM)
        raise Refused(draft.say(Text.MAY_CLOSE, requester=request.requester.name, who=people))


def _who_may(draft: Draft, duty: Duty, author: Author) -> str:
    people = duty.pair + duty.further
    if not people:
        return draft.say(Text.FOR_THE_TEAM)
    text = Text.IS_ON_DUTY if len(people) == 1 else Text.ARE_ON_DUTY
    help_them = draft.say(Text.HELP_THEM) if draft.colleague(author) else ""
    return draft.say(text, who=names(people, draft.say(Text.AND))) + help_them
