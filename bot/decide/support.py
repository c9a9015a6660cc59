"""Requests: intake, first responses, and the buttons of their cards.

Acts are judged by duty at ``happened_at``; a moment in the future is taken as now.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.commands import mistyped
from bot.decide import answers, clocks
from bot.decide.draft import CARD, Draft
from bot.decide.pictures import names
from bot.effects import Answer, Card, Dialog, Word, personal
from bot.errors import Refused
from bot.events import Ask, Claim, Deleted, Dismiss, Edited, Message, OpenAsk, Posted, Press, Replied, Restored, Solve
from bot.people import Author
from bot.rota.duty import Duty, present
from bot.state import Early
from bot.support.escalation import first_clock, second_clock
from bot.support.intake import excerpt, is_marked, is_request
from bot.support.request import (
    Act,
    Outcome,
    Request,
    Status,
    answered_by_observer,
    answered_earlier,
    claim,
    close,
    reacted,
    restore,
    step,
    withdraw,
)
from bot.support.texts import Text
from bot.views import AskForm, Line, ReplyCard

LONGEST_QUESTION = 4000
RECENT = timedelta(hours=1)  # how far apart a post, its edits and what is said of it can be and still belong together
MOST_EARLY = 50


def posted(draft: Draft, event: Posted) -> None:
    """Open a request for a new top-level post, unless it is a command, small talk, or the backend team's own."""
    known = draft.in_thread(event.place)
    for request in known:
        _began_earlier(draft, request, event)
    if known or _is_gone(draft, event) or answers.command(draft, event):
        return
    if _is_request(draft, event):
        _open(draft, event)
    elif event.addressed:
        _at_a_loss(draft, event)


def replied(draft: Draft, event: Replied) -> None:
    """Take a reply for what it is: a first response of whoever is on duty, or words that stop no clock.

    Whoever addresses the bot in a thread that holds no request asks for something there: that is a request.
    """
    if answers.command(draft, event):
        return
    requests = draft.in_thread(event.place)
    if draft.colleague(event.author) and event.addressed and mistyped(event.text):
        answers.unknown(draft, event)
    elif draft.colleague(event.author):
        for request in requests:
            _answered(draft, request, event.author, event.happened_at)
        if not requests and event.addressed:
            _at_a_loss(draft, event)
        elif all(event.happened_at < request.posted_at for request in requests):
            _heard_early(draft, event, event.author)
    elif not requests and event.addressed:
        if is_request(event.text, picture=event.picture, gif=event.gif):
            _open(draft, event)
        else:
            _at_a_loss(draft, event)


def edited(draft: Draft, event: Edited) -> None:
    """Take over the new text of a post; an older edit never overwrites a newer one."""
    requests = draft.in_thread(event.place)
    if not requests:
        _became_one(draft, event)
    for request in requests:
        if event.happened_at > request.text_at and event.author.id == request.requester.id:
            draft.put(replace(request, text=event.text, text_at=event.happened_at))


def deleted(draft: Draft, event: Deleted) -> None:
    """Withdraw a request whose post was deleted before anyone answered; its text is kept in no case."""
    _heard_early(draft, event, None)
    for request in draft.in_thread(event.place):
        if event.happened_at < request.text_at:
            continue
        gone = replace(request, text="", text_at=event.happened_at)
        if request.status is Status.OPEN and request.responder is None:
            gone = withdraw(gone, _at(draft, event.happened_at))
        draft.put(gone)


def restored(draft: Draft, event: Restored) -> None:
    """Bring back a request whose deleted post was restored; its clock goes on as if nothing had been."""
    requests = draft.in_thread(event.place)
    if not requests:
        _became_one(draft, event)
    for request in requests:
        if event.happened_at <= request.text_at:
            continue
        back = replace(request, text=event.text, text_at=event.happened_at)
        if request.outcome is Outcome.WITHDRAWN:
            back = restore(back)
            clocks.recall(draft, back)
        draft.put(back)
        clocks.escalate(draft, request.id)


def claimed(draft: Draft, event: Claim) -> Answer:
    """Give the request to whoever pressed first; a later press shows who has it."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.OPEN:
        _may_claim(draft, draft.duty(at), event.author)
        request = _claim(draft, request, event.author, at)
    return Card(draft.picture(request, event.place, event.card))


def solved(draft: Draft, event: Solve) -> Answer:
    """Close the request as solved, by its requester or by those who may claim."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.place, event.card))
    mine = event.author.id == request.requester.id
    if not mine and not _has(request, event.author):
        _may_close(draft, request, draft.duty(at), event.author)
    if not mine and request.status is Status.OPEN:
        request = _claim(draft, request, event.author, at)
    else:
        _tell_claimer(draft, request, event, f"{event.author.name} closed {request.id}")
    outcome = Outcome.SOLVED_BY_REQUESTER if mine else Outcome.ANSWERED
    request = close(request, Act.SOLVE, outcome, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.place, event.card))


def dismissed(draft: Draft, event: Dismiss) -> Answer:
    """Close what is no request, by those who may claim; it claims nothing."""
    request = _pressed(draft, event)
    at = _at(draft, event.happened_at)
    if request.status is Status.CLOSED:
        return Card(draft.picture(request, event.place, event.card))
    if not _has(request, event.author):
        _may_claim(draft, draft.duty(at), event.author)
    _tell_claimer(draft, request, event, f"{event.author.name} says that {request.id} is not a request")
    request = close(request, Act.DISMISS, Outcome.NOT_A_REQUEST, event.author, at)
    draft.put(request)
    return Card(draft.picture(request, event.place, event.card))


def ask_opened(draft: Draft, event: OpenAsk) -> Answer:
    """Open the dialog with the underlying-problem questions ready; it changes nothing."""
    request = _askable(draft, event)
    return _ask_form(draft, request, event, event.key, draft.say(Text.QUESTIONS))


def asked(draft: Draft, event: Ask) -> Answer:
    """Post the question in the thread under its writer's name; it counts as the writer's reply."""
    request = _askable(draft, event)
    text = event.text.strip()
    if not text:
        return _ask_form(draft, request, event, event.form, draft.say(Text.QUESTIONS), "Write what you want to ask.")
    if len(text) > LONGEST_QUESTION:
        error = f"At most {LONGEST_QUESTION} characters, please; these are {len(text)}."
        return _ask_form(draft, request, event, event.form, text[:LONGEST_QUESTION], error)
    if request.status is Status.OPEN:
        request = _claim(draft, request, event.author, _at(draft, event.happened_at))
    else:
        draft.put(reacted(request, event.author.id))
    heading = draft.say(Text.SAYS, who=event.author.name)
    draft.post(f"ask:{event.key}", request.place, ReplyCard(heading, text))
    return Word(f"Sent. {request.id} is yours." if _has(request, event.author) else "Sent.")


def _is_request(draft: Draft, event: Message) -> bool:
    if draft.colleague(event.author):
        return is_marked(event.text)
    return is_request(event.text, picture=event.picture, gif=event.gif)


def _at_a_loss(draft: Draft, event: Message) -> None:
    """Answer whoever addressed the bot with what is neither a command nor a request."""
    if draft.colleague(event.author):
        answers.unknown(draft, event)
    else:
        answers.help_card(draft, event)


def _became_one(draft: Draft, event: Edited | Restored) -> None:
    """Open a request for a recent post that was none, or that has not arrived, before this edit of it."""
    recent = event.posted_at is not None and event.happened_at - event.posted_at < RECENT
    if recent and not _is_gone(draft, event) and _is_request(draft, event):
        _open(draft, event)


def _began_earlier(draft: Draft, request: Request, event: Posted) -> None:
    """Count from the post when it arrives after an edit of it that had opened the request."""
    at = _at(draft, event.happened_at)
    if at >= request.posted_at or event.author.id != request.requester.id or not _is_request(draft, event):
        return
    first, clock = first_clock(draft.policy, draft.hours, at), request.clock
    if clock is not None and not clock.second:
        left = {due.step for due in clock.pending}
        pending = tuple(due for due in first.pending if due.step in left)
        clock = replace(clock, started_at=first.started_at, due_at=first.due_at, pending=pending)
    draft.put(replace(request, posted_at=at, due_at=first.due_at, clock=clock))
    _answered_early(draft, request)
    clocks.escalate(draft, request.id)


def _heard_early(draft: Draft, event: Replied | Deleted, author: Author | None) -> None:
    """Keep what was heard of a thread whose post may still be on its way."""
    kept = [one for one in draft.facts.early if draft.now - one.at < RECENT]
    kept.append(Early(event.place, event.happened_at, author))
    draft.put_facts(replace(draft.facts, early=tuple(kept[-MOST_EARLY:])))


def _is_gone(draft: Draft, event: Message) -> bool:
    """Say whether the post was deleted after this was written."""
    deletions = [one.at for one in draft.facts.early if one.place == event.place and one.author is None]
    return any(at >= event.happened_at for at in deletions)


def _open(draft: Draft, event: Message) -> None:
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
    _answered_early(draft, request)
    clocks.escalate(draft, request.id)


def _answered_early(draft: Draft, request: Request) -> None:
    """Take the replies that were heard before the request was."""
    for one in sorted(draft.facts.early, key=lambda one: one.at):
        if one.place == request.place and one.author:
            _answered(draft, request, one.author, one.at)


def _answered(draft: Draft, request: Request, who: Author, happened_at: datetime) -> None:
    """Take a colleague's reply to one matter of the thread."""
    request = draft.request(request.id) or request
    if who.id == request.requester.id or happened_at < request.posted_at:
        return
    at = _at(draft, happened_at)
    duty = draft.duty(at)
    responds = duty.may_claim(who.id)
    if request.status is Status.OPEN and responds:
        _claim(draft, request, who, at)
    elif request.status is Status.OPEN and not request.responder and duty.observes(who.id):
        second = second_clock(draft.policy, draft.hours, at)
        draft.put(reacted(answered_by_observer(request, who, at, second), who.id))
        clocks.escalate(draft, request.id)
    elif request.status is not Status.CLOSED:
        known = answered_earlier(request, who, at) if responds or duty.observes(who.id) else request
        draft.put(reacted(known, who.id))


def _claim(draft: Draft, request: Request, by: Author, at: datetime) -> Request:
    next_word = draft.hours.add(at, timedelta(minutes=draft.policy.next_word))
    taken = reacted(claim(request, by, at, next_word), by.id)
    draft.put(taken)
    return taken


def _tell_claimer(draft: Draft, request: Request, event: Press, what: str) -> None:
    """Tell whoever has a matter that a colleague ended it; at night, and to those away, the card is enough."""
    claimer = request.claimer
    if claimer is None or event.author.id in (claimer.id, request.requester.id):
        return
    if draft.is_open and any(one.id == claimer.id for one in present(draft.rota, draft.now, draft.hours)):
        wrote = f"{request.requester.name}: {excerpt(request.text, 80)}" if request.text else request.requester.name
        draft.post(f"ended:{event.key}", personal(claimer.id), Line((f"{what}. You had it. ({wrote})",)))


def _at(draft: Draft, happened_at: datetime) -> datetime:
    return min(happened_at, draft.now)


def _pressed(draft: Draft, event: Press) -> Request:
    request = draft.request(event.request)
    if request is None:
        raise Refused(draft.say(Text.UNKNOWN, id=event.request))
    channel = event.place.partition(";messageid=")[0]
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
        _may_claim(draft, draft.duty(_at(draft, event.happened_at)), event.author)
    return request


def _ask_form(draft: Draft, request: Request, event: Press, opening: str, text: str, error: str = "") -> Dialog:
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
        form=opening,
    )
    return Dialog(f"Ask {request.requester.name}", form)


def _has(request: Request, author: Author) -> bool:
    return request.claimer is not None and request.claimer.id == author.id


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
