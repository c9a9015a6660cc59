"""Which matters belong together: follow-ups and duplicates follow one lead request, and threads hold several matters.

A request that follows has no clock and no word of its own: it ends and opens again with its lead.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import Draft
from bot.decide.requests import clocks
from bot.events import Edited, Posted, Restored
from bot.people import Author
from bot.support.escalation import first_clock, second_clock
from bot.support.request import (
    Act,
    NextWord,
    Outcome,
    Request,
    Status,
    close,
    follow,
    goes_with_own,
    open_again,
    reacted,
)
from bot.support.texts import Text
from bot.views import Line, Link

MOST_MATTERS = 5
MOST_FOLLOWERS = 20  # follow-ups; of the same matter there may be any number
OWN_MATTER = "This is a matter of its own now"  # why those are called who read it


def of_thread(draft: Draft, place: str) -> list[Request]:
    """Return the matters that words in a thread are about: those raised in it, each by the one that it follows."""
    leads = []
    for one in draft.in_thread(place):
        lead = draft.request(one.lead) if one.lead else None
        goes_along = lead is not None and (goes_with_own(one, lead) or one.status is not Status.CLOSED)
        leads.append(lead if lead and goes_along else one)
    return list({one.id: one for one in leads}.values())


def alone(draft: Draft, request: Request) -> Request:
    """Let a request follow no other any more."""
    relink(draft, request, "")
    return replace(request, lead="", follow_up=False)


def by_itself(draft: Draft, request: Request) -> Request:
    """Let a closed request, which is going to be opened again, follow no other; what answered that answered it, too."""
    lead = draft.request(request.lead)
    if lead is not None and request.responder is None:
        answered = {"responder": lead.responder, "responded_at": lead.responded_at, "claimer": lead.claimer}
        request = replace(request, **answered)  # type: ignore[arg-type]
    return alone(draft, request)


def lead_for(draft: Draft, event: Posted | Edited | Restored) -> Request | None:
    """Return the request that a post goes with: the same person's first of the last minutes, which is not closed."""
    within = timedelta(minutes=draft.policy.follow_up_within)
    posted_at = event.happened_at if isinstance(event, Posted) else event.posted_at or event.happened_at
    mine = [
        one
        for one in draft.asked_by(event.author.id)
        if one.status is not Status.CLOSED
        and one.place != event.place
        and not one.reply
        and not one.follow_up
        and timedelta() <= posted_at - one.posted_at < within
    ]
    latest = max(mine, key=lambda one: (one.posted_at, len(one.id), one.id), default=None)
    lead = (draft.request(latest.lead) or latest) if latest else None
    own = [one for one in _followers(draft, lead) if one.follow_up] if lead else []
    return lead if len(own) < MOST_FOLLOWERS else None


def join(draft: Draft, request: Request, lead: Request, *, follow_up: bool) -> Request:
    """Let a request, and what follows it, follow another from now on; what is closed stays with it as it is."""
    live = [one for one in _followers(draft, request) if one.status is not Status.CLOSED]
    for one in live:
        draft.put(replace(follow(one, lead.id, follow_up=one.follow_up), followers=()))
    left = tuple(id_ for id_ in request.followers if id_ not in {one.id for one in live})
    draft.put(replace(follow(request, lead.id, follow_up=follow_up), followers=left))
    lead = draft.request(lead.id) or lead
    ids = (*lead.followers, request.id, *(one.id for one in live))
    draft.put(replace(lead, followers=tuple(dict.fromkeys(ids))))
    return draft.request(request.id) or request


def separate(draft: Draft, request: Request, at: datetime) -> Request:
    """Let a request go its own way: with its own clock, from its own time, or under the second if it was answered."""
    relink(draft, request, "")
    if request.responder is None:
        clock = replace(first_clock(draft.policy, draft.hours, request.posted_at), anew=bool(request.copies))
        request = replace(request, due_at=clock.due_at)
    else:
        clock = replace(second_clock(draft.policy, draft.hours, at), note=OWN_MATTER)
    alone = replace(open_again(request, Act.SEPARATE, clock, at), lead="", follow_up=False)
    draft.put(alone)
    clocks.escalate(draft, request.id)
    return draft.request(request.id) or alone


def relink(draft: Draft, request: Request, lead: str) -> None:
    """Let the leads know that a request, which followed another, now follows ``lead``, "" for none."""
    old, new = draft.request(request.lead), draft.request(lead)
    if old is not None:
        draft.put(replace(old, followers=tuple(id_ for id_ in old.followers if id_ != request.id)))
    if new is not None:
        draft.put(replace(new, followers=(*new.followers, request.id)))


def take_back(draft: Draft, before: Request) -> None:
    """Let those that followed a request before it followed another follow it again."""
    joined = draft.request(before.id)
    for one in filter(None, map(draft.request, before.followers)):
        if joined is not None and one.lead == joined.lead != "":
            relink(draft, one, "")
            draft.put(replace(draft.request(one.id) or one, lead=before.id))


def say_same(draft: Draft, request: Request, lead: Request, key: str) -> tuple[str, str]:
    """Post the one line that links a duplicate to the request that it follows; return its key and its words."""
    link = Link(lead.requester.name + " · " + lead.id, lead.place)
    line = Line((draft.say(Text.SAME_AS), link, "."))
    posted = f"same:{request.id}:{key}"
    draft.show(posted, request.place, line)
    return posted, line.plain


def split(draft: Draft, request: Request, matters: list[str], by: Author, word_by: datetime) -> tuple[Request, ...]:
    """Make the first of ``matters`` the request's own, and of each other one a request beside it, claimed by ``by``.

    What the whole post resembled, and was counted as, stays with the first; each other one is matched by its own words.
    """
    named = replace(draft.request(request.id) or request, matter=matters[0])
    draft.put(named)
    number = draft.facts.last_number
    told = tuple(replace(one, shown="") for one in named.handed)  # whose card is the first's
    others = tuple(
        replace(
            named,
            id=f"R-{number + offset}",
            matter=matter,
            text=matter,
            copies=(),
            followers=(),
            suggestions=(),
            handed=told,
            triage=(),
            deed=None,
            before=None,
            matches=(),
            helped=(),
            unlike=(),
            common="",
            incident=None,
            wait=None,
            word=named.word or NextWord(word_by),
            reply=f"{named.reply or 'post'}#{number + offset}",
        )
        for offset, matter in enumerate(matters[1:], 1)
    )
    draft.put_facts(replace(draft.facts, last_number=number + len(others)))
    for one in others:
        draft.put(reacted(one, by.id))
    return others


def keep_together(draft: Draft) -> None:
    """Let all that follows a changed request end, and open again, with it; what follows a follower follows its lead."""
    led = [one for one in draft.changed() if one.lead]
    either = {one.id: one for one in (*led, *(follower for one in led for follower in _followers(draft, one)))}
    for one in [one for one in either.values() if one.lead and one.status is not Status.CLOSED]:
        followed = draft.request(one.lead)
        if followed is not None and followed.lead:
            relink(draft, one, followed.lead)
            draft.put(replace(draft.request(one.id) or one, lead=followed.lead))
    ids = dict.fromkeys(id_ for one in draft.changed() for id_ in (one.id, one.lead))
    for lead in [known for id_ in ids if (known := draft.request(id_)) and known.followers]:
        for one in _followers(draft, lead):
            alone = lead.outcome is Outcome.WITHDRAWN or (
                lead.outcome is Outcome.NO_REPLY and one.requester.id != lead.requester.id  # whom nobody had asked
            )
            if alone and one.status is not Status.CLOSED:
                separate(draft, one, draft.now)
            elif lead.status is Status.CLOSED and one.status is not Status.CLOSED:
                by, at = lead.closed_by or lead.requester, lead.closed_at or draft.now
                no_request = lead.outcome is Outcome.NOT_A_REQUEST
                act, outcome = (Act.DISMISS, lead.outcome) if no_request else (Act.SOLVE, Outcome.DUPLICATE)
                draft.put(close(one, act, outcome or Outcome.DUPLICATE, by, at))
            elif lead.status is not Status.CLOSED and _ended_with(draft, lead, one):
                draft.put(follow(one, lead.id, follow_up=one.follow_up))


def _ended_with(draft: Draft, lead: Request, one: Request) -> bool:
    """Say whether a follower was closed by what closed its lead, which is open again now."""
    before = draft.state.requests.get(lead.id)
    together = before is not None and before.outcome is one.outcome and before.closed_at == one.closed_at
    return one.outcome is Outcome.DUPLICATE or (one.outcome is Outcome.NOT_A_REQUEST and together)


def _followers(draft: Draft, lead: Request) -> list[Request]:
    return [one for id_ in lead.followers if (one := draft.request(id_))]
