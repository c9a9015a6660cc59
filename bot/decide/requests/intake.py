"""Intake: what posts, replies, edits and deletions in the desk's channel mean for its requests.

Acts are judged by duty at ``happened_at``. A post's edits and deletion, and the team's replies to it, count when they
are heard before the post, too; what becomes of a reply that raised a request counts only when heard after it.
"""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from bot.commands import mistyped
from bot.decide import answers
from bot.decide.draft import Draft
from bot.decide.requests import claims, clocks, matters, rights
from bot.events import Deleted, Edited, Message, Posted, Replied, Restored
from bot.people import Author
from bot.state import Early, Heard
from bot.support.escalation import first_clock, second_clock
from bot.support.intake import is_content, is_marked, is_request
from bot.support.request import (
    Advice,
    Outcome,
    Request,
    Status,
    answered_by_observer,
    answered_earlier,
    follow,
    hand,
    reacted,
    restore,
    rewritten,
    withdraw,
)

RECENT = timedelta(hours=1)  # how far apart a post, its edits and what is said of it can be and still belong together
MOST_EARLY = 50


def posted(draft: Draft, event: Posted) -> None:
    """Open a request for a new top-level post, unless it is a command, small talk, or the backend team's own."""
    known = _raised_by(draft, event.place, "")
    for request in known:
        _began_earlier(draft, request, event)
    if known or _is_gone(draft, event) or _was_raised(draft, event) or answers.command(draft, event):
        return
    if _is_request(draft, event):
        raised(draft, event)
    elif event.addressed:
        _at_a_loss(draft, event)
    elif not draft.colleague(event.author):
        _heard_early(draft, Heard.SMALL_TALK, event, event.author)


def raised(draft: Draft, event: Posted | Replied | Edited | Restored) -> Request:
    """Open a request for a message that is one; a post soon after its author's first one follows that."""
    lead = None if isinstance(event, Replied) else matters.lead_for(draft, event)
    request = _open(draft, event, quietly=lead is not None)
    if lead is not None:
        _go_with(draft, request, lead, event)
    return draft.request(request.id) or request


def replied(draft: Draft, event: Replied) -> None:  # noqa: C901 - one row per kind of reply
    """Take a reply for what it is: a first response of whoever is on duty, or words that stop no clock.

    Whoever addresses the bot in a thread that holds no request, or goes on from their own small talk there, may ask for
    something: that is a request.
    """
    if answers.command(draft, event):
        return
    requests = matters.of_thread(draft, event.place)
    if draft.colleague(event.author) and event.addressed and mistyped(event.text):
        answers.unknown(draft, event)
    elif draft.colleague(event.author):
        own = [one for one in requests if one.requester.id == event.author.id]
        if own:
            _went_on(draft, own, event)
        for request in requests:
            _answered(draft, request, event.author, event.happened_at, event)
        if not requests and event.addressed:
            _at_a_loss(draft, event)
        elif all(event.happened_at < request.posted_at for request in requests):
            _heard_early(draft, Heard.REPLY, event, event.author)
    elif requests:
        _went_on(draft, requests, event)
    elif event.addressed or _goes_on(draft, event):
        if not _is_small_talk(draft, event):
            _open(draft, event)
        elif event.addressed:
            _at_a_loss(draft, event)


def edited(draft: Draft, event: Edited) -> None:
    """Take over the new text of a post; an older edit never overwrites a newer one."""
    requests = _raised_by(draft, event.place, event.reply)
    if not requests:
        _became_one(draft, event)
        _was_thanks(draft, event)
    _reword(
        draft,
        event,
        Advice(event.author, event.happened_at, event.text[: claims.MOST_SAID], event.reply or event.place),
    )
    for request in requests:
        if event.happened_at > request.text_at and event.author.id == request.requester.id:
            _stands(draft, request, event)


def is_gone(draft: Draft, place: str) -> bool:
    """Say whether a post that holds no request was deleted lately, and was not restored since."""
    return bool(_early(draft, Heard.DELETION, place))


def deleted(draft: Draft, event: Deleted) -> None:
    """Withdraw a request whose post was deleted before anyone answered; its text is kept in no case."""
    if not event.reply:
        _heard_early(draft, Heard.DELETION, event)
    _reword(draft, event, None)
    for request in _raised_by(draft, event.place, event.reply):
        if event.happened_at < request.text_at:
            continue
        gone = replace(request, text="", matter="", text_at=event.happened_at, before=None)
        if request.status is not Status.CLOSED and request.responder is None:
            gone = withdraw(gone, event.happened_at)
        clocks.redraw(draft, gone)
        draft.put(gone)
        for one in _split_off(draft, request):
            emptied = replace(one, text="", matter="", before=None)
            clocks.redraw(draft, emptied)
            draft.put(emptied)


def restored(draft: Draft, event: Restored) -> None:
    """Bring back a request whose deleted post was restored; its clock goes on as if nothing had been."""
    requests = _raised_by(draft, event.place, event.reply)
    if not requests:
        _became_one(draft, event)
        _is_back(draft, event)
    for request in requests:
        if event.happened_at <= request.text_at or not request.requester.id:  # whose names are erased stays closed
            continue
        _stands(draft, request, event)


def _stands(draft: Draft, request: Request, event: Edited | Restored) -> None:
    """Let a request read as its post stands now; only one that was restored can be edited after its deletion."""
    now = replace(request, text=event.text, text_at=event.happened_at)
    if request.outcome is Outcome.WITHDRAWN:
        now = _back_again(draft, restore(now))
    clocks.redraw(draft, now)
    draft.put(now)
    for one in _split_off(draft, request):
        if not one.text and one.requester.id:  # which went with the post
            refilled = replace(one, text=event.text)
            clocks.redraw(draft, refilled)
            draft.put(refilled)
    clocks.escalate(draft, request.id)
    clocks.follow_duty_of(draft, request.id)


def _back_again(draft: Draft, back: Request) -> Request:
    """Return a restored request: it follows its lead again, or goes its own way where that is over."""
    lead = draft.request(back.lead)
    if not back.lead:
        return back
    if lead is not None and lead.status is not Status.CLOSED:
        return follow(back, lead.id, follow_up=back.follow_up)
    clock = replace(first_clock(draft.policy, draft.hours, back.posted_at), anew=True)
    return replace(matters.alone(draft, back), clock=clock, due_at=clock.due_at)


def _raised_by(draft: Draft, place: str, reply: str) -> list[Request]:
    """Return what a message of a thread raised: the reply with this id, "" for the thread's own post."""
    return [request for request in draft.in_thread(place) if request.reply == reply]


def _reword(draft: Draft, event: Edited | Deleted, now: Advice | None) -> None:
    """Let what is kept of a message for whoever has a request next follow its edit, or go with it."""
    said, cards = event.reply or event.place, dict[str, None]()
    some = [one for one in draft.requests() if one.advice or one.before or any(old.reply == said for old in one.handed)]
    for one in some:
        if (new := rewritten(one, said, now)) != one:
            draft.put(new)
            cards |= dict.fromkeys(old.shown for old in new.handed if old.reply == said and old.shown)
    for card in cards:
        claims.answer_reads_otherwise(draft, card, draft.requests())


def _split_off(draft: Draft, request: Request) -> list[Request]:
    """Return the matters that were split off a request, whose words are of the same post."""
    return [one for one in draft.in_thread(request.place) if one.reply.startswith(f"{request.reply or 'post'}#")]


def _is_request(draft: Draft, event: Message) -> bool:
    if draft.colleague(event.author):
        return is_marked(event.text)
    return not _is_small_talk(draft, event)


def _at_a_loss(draft: Draft, event: Message) -> None:
    """Answer whoever addressed the bot with what is neither a command nor a request."""
    if draft.colleague(event.author) and not _is_small_talk(draft, event):
        answers.unknown(draft, event)
    else:
        answers.help_card(draft, event)


def _became_one(draft: Draft, event: Edited | Restored) -> None:
    """Open a request for a recent post that was none, or that has not arrived, before this edit of it."""
    recent = event.posted_at is not None and event.happened_at - event.posted_at < RECENT
    if event.reply or not recent or _is_gone(draft, event) or answers.called(draft, event):
        return
    if _is_request(draft, event):
        _heard_early(draft, Heard.EDIT, event)
        if isinstance(event, Restored) and event.posted_at:
            draft.put(replace(raised(draft, replace(event, happened_at=event.posted_at)), text_at=event.happened_at))
        else:
            raised(draft, event)


def _was_thanks(draft: Draft, event: Edited) -> None:
    """Hear a reply that was mere thanks before this edit of it: it was written after the end, and opened nothing."""
    requests, at = matters.of_thread(draft, event.place), event.posted_at
    if draft.colleague(event.author):
        requests = [one for one in requests if one.requester.id == event.author.id]
    over = [one for one in requests if at is not None and one.closed_at is not None and one.closed_at < at]
    if event.reply and requests == over and requests and not answers.called(draft, event):
        shared = {field.name: getattr(event, field.name) for field in fields(Message)}
        _went_on(draft, requests, Replied(reply=event.reply, **shared))


def _began_earlier(draft: Draft, request: Request, event: Posted) -> None:
    """Count from the post when it arrives after an edit of it that had opened the request."""
    at = event.happened_at
    if at >= request.posted_at or event.author.id != request.requester.id or not _is_request(draft, event):
        return
    first, clock = first_clock(draft.policy, draft.hours, at), request.clock
    if clock is not None and not clock.second:
        left = {due.step for due in clock.pending}
        pending = tuple(due for due in first.pending if due.step in left)
        clock = replace(clock, started_at=first.started_at, due_at=first.due_at, pending=pending)
    draft.put(replace(request, posted_at=at, due_at=first.due_at, clock=clock))
    _answered_early(draft, draft.request(request.lead) or request, event.place)
    clocks.escalate(draft, request.id)


def _heard_early(draft: Draft, what: Heard, event: Message | Deleted, author: Author | None = None) -> None:
    """Keep what was heard of a thread whose post may still be on its way."""
    kept = [one for one in draft.facts.early if draft.now - one.at < RECENT]
    kept.append(Early(what, event.place, event.happened_at, author))
    draft.put_facts(replace(draft.facts, early=tuple(kept[-MOST_EARLY:])))


def _is_back(draft: Draft, event: Restored) -> None:
    """Forget that a post was deleted which is restored."""
    over = [one for one in _early(draft, Heard.DELETION, event.place) if one.at < event.happened_at and not event.reply]
    if over:
        draft.put_facts(replace(draft.facts, early=tuple(one for one in draft.facts.early if one not in over)))


def _goes_on(draft: Draft, event: Replied) -> bool:
    """Say whether the thread began with small talk of whoever replies."""
    return any(one.author == event.author for one in _early(draft, Heard.SMALL_TALK, event.place))


def _is_small_talk(draft: Draft, event: Message) -> bool:
    return not is_request(event.text, draft.names, picture=event.picture, gif=event.gif)


def _is_gone(draft: Draft, event: Message) -> bool:
    """Say whether the post was deleted after this was written."""
    return any(one.at >= event.happened_at for one in _early(draft, Heard.DELETION, event.place))


def _was_raised(draft: Draft, event: Posted) -> bool:
    """Say whether an edit of the post had raised a request, which may be closed by now."""
    return bool(_early(draft, Heard.EDIT, event.place))


def _early(draft: Draft, what: Heard, place: str) -> list[Early]:
    recent = [one for one in draft.facts.early if draft.now - one.at < RECENT]
    return sorted((one for one in recent if one.what is what and one.place == place), key=lambda one: one.at)


def _went_on(draft: Draft, requests: list[Request], event: Replied) -> None:
    """Take what people outside the backend team say in a thread: an answer, a matter that is not solved, a new one."""
    at, live = event.happened_at, [one for one in requests if one.status is not Status.CLOSED]
    small_talk = _is_small_talk(draft, event)
    for request in live:
        here = event.place == request.place or not small_talk
        if request.wait is not None and at >= request.wait.since and here:
            claims.answered_by_requester(draft, request, event)
        elif not small_talk:
            draft.put(hand(request, claims.said(event)))
        draft.did(draft.request(request.id) or request, event, "wrote")
    ended = max(requests, key=lambda one: one.closed_at or one.posted_at)
    before_its_end = ended.closed_at is not None and at < ended.closed_at
    if live or before_its_end or small_talk:
        return
    if not event.picture and is_content(event.text, draft.names):
        return
    if claims.reopens(ended, at):
        reopened = claims.reopen(draft, matters.by_itself(draft, ended), event.author, at, claims.said(event))
        draft.did(reopened, event, "wrote that it is not solved")
    else:
        _open(draft, event)


def _open(draft: Draft, event: Message, *, quietly: bool = False) -> Request:
    """Open a request; ``quietly`` where it is going to follow another."""
    at = event.happened_at
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
        reply=event.reply if isinstance(event, Replied) else "",
        clock=clock,
    )
    draft.put_facts(replace(draft.facts, last_number=number))
    draft.put(request)
    if not quietly:
        _answered_early(draft, request, event.place)
        clocks.escalate(draft, request.id)
    return request


def _go_with(draft: Draft, request: Request, lead: Request, event: Message) -> None:
    """Let a follow-up go with its lead; it is an answer, where one is waited for."""
    matters.join(draft, request, lead, follow_up=True)
    joined = draft.request(lead.id) or lead
    if joined.wait is not None and event.happened_at >= joined.wait.since:
        claims.answered_by_requester(draft, joined, event)
    _answered_early(draft, draft.request(lead.id) or lead, event.place)


def _answered_early(draft: Draft, request: Request, place: str) -> None:
    """Take the replies that were heard in a thread before its post was."""
    for one in _early(draft, Heard.REPLY, place):
        assert one.author is not None
        _answered(draft, request, one.author, one.at)


def _answered(draft: Draft, request: Request, who: Author, at: datetime, event: Replied | None = None) -> None:
    """Take a colleague's reply to one matter of the thread: what is said on duty answers, and what is not, may."""
    request = draft.request(request.id) or request
    if who.id == request.requester.id or at < request.posted_at:
        return
    duty = draft.duty(at, (request.requester.id,))
    responds = duty.may_claim(who.id)
    overtaken = request.open_since is not None and at < request.open_since
    if (
        request.outcome is Outcome.WITHDRAWN
        and not request.lead
        and (responds or duty.observes(who.id))
        and at < request.text_at
    ):
        request = restore(request)  # it had been answered before its post was deleted
    if request.status is Status.OPEN and responds and not overtaken:
        claims.give(draft, answered_earlier(request, who, at), who, at)
    elif request.status is Status.OPEN and not request.responder and duty.observes(who.id):
        second = second_clock(draft.policy, draft.hours, at)
        draft.put(reacted(answered_by_observer(request, who, at, second), who.id))
        clocks.escalate(draft, request.id)
    elif request.status is not Status.CLOSED:
        known = answered_earlier(request, who, at) if responds or duty.observes(who.id) else request
        draft.put(reacted(known, who.id))
        if request.status is Status.OPEN and not overtaken:
            claims.advised(draft, request.id, who, at, event.reply if event else "")
        elif request.word is not None and at >= (request.claimed_at or at) and (responds or rights.has(request, who)):
            claims.spoken(draft, draft.request(request.id) or request, at)
    if event is not None and request.status is not Status.CLOSED:
        draft.did(draft.request(request.id) or request, event, "replied")
