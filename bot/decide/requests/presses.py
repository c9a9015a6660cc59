"""The buttons on cards: claim, solved, not solved, separate matter, adopt, thirty minutes more; and undo.

Acts are judged by duty at ``happened_at``. A repeated press, or one on a stale card, gets the current card.
"""

from dataclasses import replace
from datetime import timedelta

from bot.decide import tickets
from bot.decide.draft import Draft
from bot.decide.pictures import SUPPORT, words
from bot.decide.requests import claims, clocks, matters, recurrence, rights
from bot.effects import Answer, Card
from bot.errors import Refused
from bot.events import Adopt, Claim, GoOn, Press, Reopen, Separate, Solve
from bot.people import Author
from bot.places import personal
from bot.policy import Language
from bot.support.request import Act, Deed, Outcome, Request, Status, answered_earlier, close, withdraw
from bot.support.texts import Text
from bot.support.words import say
from bot.views import Button, Line, NoticeCard, NoticeEntry, ReplyCard

UNDO = timedelta(minutes=10)  # of real time


def claimed(draft: Draft, event: Claim) -> Answer:
    """Give the request to whoever pressed first; a later press shows who has it."""
    request = rights.pressed(draft, event)
    if request.status is Status.OPEN:
        rights.may_claim(draft, request, event)
        take(draft, request, event)
    return _current(draft, request, event)


def solved(draft: Draft, event: Solve) -> Answer:
    """Close the request as solved, by its requester or by those who may claim."""
    request = rights.pressed(draft, event)
    if request.status is Status.CLOSED:
        return _current(draft, request, event)
    rights.may_end(draft, request, event)
    mine = event.author.id == request.requester.id
    if not mine and request.status is Status.OPEN:
        request = claims.give(draft, request, event.author, event.happened_at)
    outcome = claims.owing(draft, request) or (Outcome.SOLVED_BY_REQUESTER if mine else Outcome.ANSWERED)
    ended = close(request, Act.SOLVE, outcome, event.author, event.happened_at)
    told = tell_end(draft, ended, event, f"{event.author.name} closed {request.id}")
    draft.did(ended, event, "closed it", others=told)
    return _current(draft, request, event)


def reopened(draft: Draft, event: Reopen) -> Answer:
    """Open a closed request again, within a week; whoever closed it just now takes that back."""
    request = rights.pressed(draft, event)
    if request.status is not Status.CLOSED:
        return _current(draft, request, event)
    rights.may_end(draft, request, event)
    lead = draft.request(request.before.lead) if request.before else None
    ended = lead is not None and lead.status is Status.CLOSED  # with which it would end again
    closed_it = request.deed is not None and request.closed_at == request.deed.at  # and not a later press, or its lead
    if can_undo(request, event) and closed_it and not ended:
        undo(draft, request, event)
    else:
        open_again(draft, request, event)
    return _current(draft, request, event)


def separated(draft: Draft, event: Separate) -> Answer:
    """Let a request that follows another go its own way, by its requester or by those who may claim."""
    request = rights.pressed(draft, event)
    if request.lead and request.status is not Status.CLOSED:
        rights.may_end(draft, request, event)
        separate(draft, request, event)
    return _current(draft, request, event)


def adopted(draft: Draft, event: Adopt) -> Answer:
    """Take over an answer that a colleague gave off duty: that is the first response, and a claim."""
    request = rights.pressed(draft, event)
    if request.status is Status.OPEN:
        rights.may_claim(draft, request, event)
    if request.status is Status.OPEN and request.advice is not None:  # which its writer may have deleted
        answered = answered_earlier(request, event.author, event.happened_at)
        draft.did(claims.give(draft, answered, event.author, event.happened_at), event, "adopted an answer")
    return _current(draft, request, event)


def went_on(draft: Draft, event: GoOn) -> Answer:
    """Promise the next word anew, by whoever promised the last."""
    request = rights.pressed(draft, event)
    if request.status is Status.ACKNOWLEDGED and request.word is not None:
        rights.may_handle(draft, request, event)
        draft.did(claims.spoken(draft, request, event.happened_at), event, "needs more time")
    return _current(draft, request, event)


def pressed_again(draft: Draft, event: Press) -> Answer:
    """Show how a request stands now to whoever's press is delivered again: it does nothing a second time."""
    return _current(draft, rights.pressed(draft, event), event)


def take(draft: Draft, request: Request, event: Press) -> None:
    """Give an open request to the presser."""
    draft.did(claims.give(draft, request, event.author, event.happened_at), event, "took it")


def open_again(draft: Draft, request: Request, event: Press) -> None:
    """Open a closed request again; raise Refused once a week is over, or where it was withdrawn."""
    if not claims.reopens(request, event.happened_at):
        raise Refused(draft.say(Text.IS_WITHDRAWN if request.outcome is Outcome.WITHDRAWN else Text.TOO_LATE))
    opened = claims.reopen(draft, matters.by_itself(draft, request), event.author, event.happened_at)
    draft.did(opened, event, "said that it is not solved")


def separate(draft: Draft, request: Request, event: Press) -> None:
    """Let a request that follows another go its own way."""
    draft.did(matters.separate(draft, request, event.happened_at), event, "made it a matter of its own")


def can_undo(request: Request, event: Press) -> bool:
    """Say whether the presser did the latest thing to a request, in the last ten minutes."""
    deed = request.deed
    mine = deed is not None and deed.author.id == event.author.id
    there = request.before is not None and request.outcome is not Outcome.WITHDRAWN
    return mine and deed is not None and there and event.happened_at - deed.at <= UNDO


def undo(draft: Draft, request: Request, event: Press) -> Request:
    """Take the latest press back: the request stands as before, its clock too; what has left is marked as withdrawn.

    A clock that the press did not stop has gone on, and the team that was asked was asked.
    """
    before, deed = request.before, request.deed
    assert before is not None
    assert deed is not None
    made = [one for one in map(draft.request, deed.others) if one]
    if worked := [one for one in made if one.deed is not None]:
        raise Refused(f"{worked[0].id}, which came of it, was worked on since: it can't be taken back any more.")
    for one in made:
        draft.put(withdraw(one, event.happened_at))
    _mark(draft, request, deed)
    made_ticket = tickets.take_back(draft, request, deed)
    clocks.take_back(draft, request, deed)
    joined = draft.request(request.lead) if request.lead != before.lead else None
    if request.lead != before.lead:
        matters.relink(draft, request, before.lead)
        matters.take_back(draft, before)
    if deed.only:
        restored = replace(request, **{name: getattr(before, name) for name in deed.only})
    else:  # the post stays as it is now: only what was pressed is taken back
        restored = replace(before, text=request.text, text_at=request.text_at, posted_at=request.posted_at)
    if "suggestions" in deed.only:  # nor does the one before it stand any more
        others = tuple(one for one in restored.suggestions if one.author.id != deed.author.id)
        restored = replace(restored, suggestions=others)
    if made_ticket:
        restored = replace(restored, ticket=request.ticket)
    restored = recurrence.take_back(draft, request, restored)
    post = replace(restored, helpers=request.helpers, helped_at=request.helped_at)
    either = dict.fromkeys((*request.followers, *before.followers))
    followers = tuple(id_ for id_ in either if (other := draft.request(id_)) and other.lead == request.id)
    standing = replace(post, copies=request.copies, followers=followers)
    draft.did(standing, event, "took that back")
    draft.undone.add(request.id)
    if standing.status is Status.CLOSED and standing.ticket != request.ticket:
        show_ticket(draft, standing)
    clocks.redraw(draft, standing)
    if deed.posted or deed.others or request.handed != before.handed:
        draft.put(replace(draft.request(request.id) or standing, before=None))  # what is withdrawn does not come back
    clocks.escalate(draft, request.id)
    clocks.follow_duty_of(draft, request.id)
    if joined is not None and joined.before is not None and joined.deed and joined.deed.key == deed.key:
        undo(draft, draft.request(joined.id) or joined, event)  # which was claimed by the same press
    return draft.request(request.id) or standing


def _mark(draft: Draft, request: Request, deed: Deed) -> None:
    """Mark what a deed posted as withdrawn, and what was told of it."""
    withdrawn = draft.say(Text.TAKEN_BACK, who=deed.author.name)
    english = say(Text.TAKEN_BACK, Language.ENGLISH, who=deed.author.name)  # as all that colleagues read
    line = Line((f"{deed.text} ({english})" if deed.text else english,))
    if deed.posted.startswith("reply:"):
        reply = ReplyCard(draft.say(Text.SAYS, who=deed.author.name), deed.text, withdrawn)
        draft.show(deed.posted, deed.place, reply, first=False)
    elif deed.posted:
        here = Line((f"{deed.text} ({withdrawn})" if deed.text else withdrawn,))
        draft.show(deed.posted, deed.place, here if deed.place == request.place else line, first=False)
    again = Line((f"{english} {request.id} is yours as before. ({request.requester.name} had asked.)",))
    for key in [key for key in deed.others if ":" in key]:
        draft.show(key, personal(key.rpartition(":")[2]), again if key.startswith("ended:") else line, first=False)


def tell_claimer(draft: Draft, request: Request, event: Press, what: str, *, ended: bool = True) -> None:
    """Tell whoever has a matter what a colleague did to it; at night, and to those away, the card is enough.

    A reply is read in the thread, whether it was typed there or sent from a form.
    """
    claimer = request.claimer
    if claimer is None or event.author.id in (claimer.id, request.requester.id):
        return
    if claims.is_here(draft, claimer.id):
        line = f"{what}, which you {'had' if ended else 'have'}. ({request.requester.name} had asked.)"
        key = f"ended:{request.id}:{event.key}:{claimer.id}"
        draft.show(key, personal(claimer.id), Line((line,)))
        draft.told[request.id] = key


def tell_end(draft: Draft, ended: Request, event: Press, what: str) -> tuple[str, ...]:
    """Tell whoever had a matter who ended it; of a ticket that is still to be made by a card, whose key is returned.

    That waits for whoever is not there, and for the end of a pause.
    """
    claimer = ended.claimer
    if claimer is None or claims.owing(draft, ended) is None:
        tell_claimer(draft, ended, event, what)
        return ()
    if draft.paused or not claims.is_here(draft, claimer.id):
        draft.put_facts(replace(draft.facts, owed=tuple(dict.fromkeys((*draft.facts.owed, ended.id)))))
        return ()
    return _tell_owed(draft, ended, claimer, what)


def tell_owed(draft: Draft) -> None:
    """Tell those who were not there of the tickets that are still to be made, once they are."""
    for request in filter(None, map(draft.request, draft.facts.owed)):
        claimer, outcome = request.claimer, request.outcome
        owes = outcome is not None and outcome is claims.owing(draft, request)
        if claimer is None or not owes or not draft.colleague(claimer):
            _forget_owed(draft, request)
        elif claims.is_here(draft, claimer.id) and not draft.paused:
            _forget_owed(draft, request)
            told = _tell_owed(draft, request, claimer)
            if request.deed is not None and request.deed.at == request.closed_at:
                draft.put(replace(request, deed=replace(request.deed, others=told)))


def _forget_owed(draft: Draft, request: Request) -> None:
    owed = tuple(id_ for id_ in draft.facts.owed if id_ != request.id)
    draft.put_facts(replace(draft.facts, owed=owed))


def _tell_owed(draft: Draft, ended: Request, claimer: Author, what: str = "") -> tuple[str, ...]:
    key = _owed_key(ended, claimer)
    draft.show(key, personal(claimer.id), _owed_card(draft, ended, claimer, what))
    return (key,)


def show_ticket(draft: Draft, ended: Request) -> None:
    """Let the card that told of a ticket still to be made say how that stands now; where it told nobody, show none."""
    claimer = ended.claimer
    if claimer and claimer.id:
        being_made = tickets.live(draft, ended.id) is not None
        how = ended.ticket or ("being made" if being_made else "")
        view = Line((f"The ticket of {ended.id} is {how}.",)) if how else _owed_card(draft, ended, claimer)
        draft.show(_owed_key(ended, claimer), personal(claimer.id), view, first=False)


def _owed_card(draft: Draft, ended: Request, claimer: Author, what: str = "") -> NoticeCard:
    by, heading = ended.closed_by, f"The ticket of {ended.id} is still to be made."
    if by and by.id != claimer.id:
        heading = f"{what or f'{by.name} closed {ended.id}'}, which you had. {heading}"
    use = Button(draft.state.desk.id, ended.id, _owed_key(ended, claimer), SUPPORT, "open", "support")
    title = f"{ended.requester.name} · {ended.id}"
    entry = NoticeEntry(title, words(ended), "", ended.place, waiting=True, presses=(), opens=(use,))
    return NoticeCard(heading, (entry,))


def _owed_key(ended: Request, claimer: Author) -> str:
    return f"owed:{ended.id}:{ended.closed_at.isoformat() if ended.closed_at else ''}:{claimer.id}"


def _current(draft: Draft, request: Request, event: Press) -> Card:
    return Card(draft.picture(draft.request(request.id) or request, event.place, event.card))
