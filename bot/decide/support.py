"""Requests: intake, first responses, and the buttons of their cards.

Acts are judged by duty at ``happened_at``; a moment in the future is taken as now.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide import answers, clocks
from bot.decide.draft import CARD, Draft
from bot.decide.pictures import names
from bot.effects import Answer, Card, Dialog, Word, personal
from bot.errors import Refused
from bot.events import Ask, Claim, Deleted, Dismiss, Edited, OpenAsk, Posted, Press, Replied, Restored, Solve
from bot.people import Author
from bot.rota.duty import Duty
from bot.support.escalation import first_clock, second_clock
from bot.support.intake import excerpt, is_marked, is_request
from bot.support.request import (
    Act,
    Outcome,
    Request,
    Status,
    answered_by_observer,
    claim,
    close,
    reacted,
    restore,
    step,
)
from bot.support.words import Text, say
from bot.views import AskForm, ReplyCard

LONGEST_QUESTION = 4000
QUESTIONS = (
    "What are you trying to achieve?\n"
    "Since when does it happen?\n"
    "How many are affected?\n"
    "What stops if we wait?"
)


def posted(draft: Draft, event: Posted) -> None:
    """Open a request for a new top-level post, unless it is a command, small talk, or the backend team's own."""
    if draft.in_thread(event.place) or answers.command(draft, event):
        return
    if draft.colleague(event.author):
        if is_marked(event.text):
            _open(draft, event)
        elif event.addressed:
            answers.unknown(draft, event)
    elif is_request(event.text, picture=event.picture, gif=event.gif):
        _open(draft, event)
    elif event.addressed:
        answers.help_card(draft, event)


def replied(draft: Draft, event: Replied) -> None:
    """Take a reply for what it is: a first response of whoever is on duty, or words that stop no clock."""
    if answers.command(draft, event):
        return
    requests = draft.in_thread(event.place)
    if not draft.colleague(event.author):
        return
    at = _at(draft, event.happened_at)
    duty = draft.duty(at)
    for request in requests:
        if event.author.id == request.requester.id or event.happened_at < request.posted_at:
            continue
        if request.status is Status.OPEN and duty.may_claim(event.author.id):
            _claim(draft, request, event.author, at)
        elif request.status is Status.OPEN and not request.responder and duty.observes(event.author.id):
            second = second_clock(draft.policy, draft.hours, at)
            draft.put(reacted(answered_by_observer(request, event.author, at, second), event.author.id))
            clocks.escalate(draft, request.id)
        elif request.status is not Status.CLOSED:
            draft.put(reacted(request, event.author.id))
    if not requests and event.addressed:
        answers.unknown(draft, event)


def edited(draft: Draft, event: Edited) -> None:
    """Take over the new text of a post; an older edit never overwrites a newer one."""
    for request in draft.in_thread(event.place):
        if event.happened_at > request.text_at and event.author.id == request.requester.id:
            draft.put(replace(request, text=event.text, text_at=event.happened_at))


def deleted(draft: Draft, event: Deleted) -> None:
    """Withdraw a request whose post was deleted before anyone answered; its text is kept in no case."""
    for request in draft.in_thread(event.place):
        if event.happened_at < request.text_at:
            continue
        gone = replace(request, text="", text_at=event.happened_at)
        if request.status is Status.OPEN and request.responder is None:
            gone = close(gone, Act.WITHDRAW, Outcome.WITHDRAWN, request.requester, _at(draft, event.happened_at))
        draft.put(gone)


def restored(draft: Draft, event: Restored) -> None:
    """Bring back a request whose deleted post was restored, with its original ``due_at``."""
    for request in draft.in_thread(event.place):
        if event.happened_at <= request.text_at:
            continue
        back = replace(request, text=event.text, text_at=event.happened_at)
        if request.outcome is Outcome.WITHDRAWN:
            back = restore(back, first_clock(draft.policy, draft.hours, request.posted_at))
        draft.put(back)
        clocks.escalate(draft, request.id)


def claimed(draft: Draft, event: Claim) -> Answer:
    """Give the request to whoever pressed first; a later press shows who has it."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.OPEN:
        _may_claim(draft, draft.duty(at), event.author)
        request = _claim(draft, request, event.author, at)
    return Card(draft.picture(request, event.card))


def solved(draft: Draft, event: Solve) -> Answer:
    """Close the request as solved, by its requester or by those who may claim."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.card))
    mine = event.author.id == request.requester.id
    if not mine and not _has(request, event.author):
        _may_close(draft, request, draft.duty(at), event.author)
    if not mine and request.status is Status.OPEN:
        request = _claim(draft, request, event.author, at)
    outcome = Outcome.SOLVED_BY_REQUESTER if mine else Outcome.ANSWERED
    request = close(request, Act.SOLVE, outcome, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.card))


def dismissed(draft: Draft, event: Dismiss) -> Answer:
    """Close what is no request, by those who may claim; it claims nothing."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.card))
    if not _has(request, event.author):
        _may_claim(draft, draft.duty(at), event.author)
    request = close(request, Act.DISMISS, Outcome.NOT_A_REQUEST, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.card))


def ask_opened(draft: Draft, event: OpenAsk) -> Answer:
    """Open the dialog with the underlying-problem questions ready; it changes nothing."""
    request = _askable(draft, event)
    return _ask_form(draft, request, event, QUESTIONS, "")


def asked(draft: Draft, event: Ask) -> Answer:
    """Post the question in the thread under its writer's name; it counts as the writer's reply."""
    request = _askable(draft, event)
    text = event.text.strip()
    if not text:
        return _ask_form(draft, request, event, QUESTIONS, "Write what you want to ask.")
    if len(text) > LONGEST_QUESTION:
        return _ask_form(draft, request, event, text[:LONGEST_QUESTION], f"At most {LONGEST_QUESTION} characters, please.")
    at = _at(draft, event.happened_at)
    if request.status is Status.OPEN:
        request = _claim(draft, request, event.author, at)
    heading = say(Text.ASKS, draft.policy.language, who=event.author.name)
    draft.say(f"ask:{event.key}", request.place, ReplyCard(heading, text))
    return Word(f"Sent. {request.id} is yours." if request.claimer == event.author else "Sent.")


def _open(draft: Draft, event: Posted) -> None:
    at = _at(draft, event.happened_at)
    number = draft.facts.last_number + 1
    clock = first_clock(draft.policy, draft.hours, at)
    request = Request(
        id=f"R-{number}",
        requester=event.author,
        text=event.text,
        text_at=event.happened_at,
        place=event.place,
        posted_at=at,
        due_at=clock.due_at,
        clock=clock,
    )
    draft.put_facts(replace(draft.facts, last_number=number))
    draft.put(request)
    clocks.escalate(draft, request.id)


def _claim(draft: Draft, request: Request, by: Author, at: datetime) -> Request:
    next_word = draft.hours.add(at, timedelta(minutes=draft.policy.next_word))
    taken = reacted(claim(request, by, at, next_word), by.id)
    draft.put(taken)
    return taken


def _at(draft: Draft, happened_at: datetime) -> datetime:
    return min(happened_at, draft.now)


def _pressed(draft: Draft, event: Press) -> Request:
    request = draft.request(event.request)
    if request is None:
        raise Refused(f"I don't know {event.request}. It may have been removed.")
    if event.place not in (request.place, personal(event.author.id), draft.state.desk.team_channel):
        raise Refused("This button belongs to another conversation.")
    return request


def _askable(draft: Draft, event: Press) -> Request:
    request = _pressed(draft, event)
    if request.status is Status.CLOSED:
        step(request, Act.CLAIM)
    if not _has(request, event.author):
        _may_claim(draft, draft.duty(_at(draft, event.happened_at)), event.author)
    return request


def _ask_form(draft: Draft, request: Request, event: Press, text: str, error: str) -> Dialog:
    form = AskForm(
        desk=draft.state.desk.id,
        request=request.id,
        card=event.card or CARD + request.id,
        title=f"{request.requester.name} wrote:",
        excerpt=excerpt(request.text),
        label="Your question. It goes into the thread under your name.",
        text=text,
        error=error,
        send_label="Send",
    )
    return Dialog(f"Ask {request.requester.name}", form)


def _has(request: Request, author: Author) -> bool:
    return request.claimer is not None and request.claimer.id == author.id


def _may_claim(draft: Draft, duty: Duty, author: Author) -> None:
    if not duty.may_claim(author.id):
        raise Refused(_who_may(draft, duty, author))


def _may_close(draft: Draft, request: Request, duty: Duty, author: Author) -> None:
    if not duty.may_claim(author.id):
        people = names(duty.pair + duty.further) or "the backend team"
        raise Refused(f"{request.requester.name}, who asked, can close this, and so can {people}.")


def _who_may(draft: Draft, duty: Duty, author: Author) -> str:
    people = names(duty.pair + duty.further)
    if not people:
        return "This is for the backend team; whoever of it is present can take it."
    verb = "is" if len(duty.pair + duty.further) == 1 else "are"
    if draft.colleague(author):
        return f"{people} {verb} on duty and can take this. If you know the answer, help them with it."
    return f"This is for support: {people} {verb} on duty."


