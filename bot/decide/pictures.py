"""What a request looks like to the one who reads it: the card in the thread, and the copies that people get.

Pure functions from state to views. The card is for the requester: who, until when. Copies are for support.
"""

from datetime import datetime

from bot.hours import SupportHours
from bot.people import Person
from bot.policy import Language
from bot.rota.duty import Duty
from bot.state import DeskInfo, Notice, NoticeItem
from bot.support.intake import excerpt
from bot.support.request import Outcome, Request, Status, Step
from bot.support.words import Text, listed, moment, say
from bot.views import Line, Mention, NoticeCard, NoticeEntry, RequestCard


def request_card(desk: DeskInfo, request: Request, duty: Duty, now: datetime, hours: SupportHours) -> RequestCard:
    """Return the card in the thread. ``duty`` is who is on duty now, or when the clock begins to run."""
    language = desk.policy.language
    headline, detail = _words(desk, request, duty, now, hours)
    unclaimed = request.status is Status.OPEN
    live = request.status is not Status.CLOSED
    return RequestCard(
        desk=desk.id,
        request=request.id,
        card=f"card:{request.id}",
        headline=headline,
        detail=" · ".join(part for part in (detail, request.id) if part),
        settled=not live,
        can_claim=unclaimed,
        can_solve=live,
        can_dismiss=live,
        claim_label=say(Text.CLAIM, language),
        solve_label=say(Text.SOLVE, language),
        dismiss_label=say(Text.DISMISS, language),
    )


def notice_item(request: Request, now: datetime, hours: SupportHours) -> NoticeItem:
    """Return what a notice shows of a request."""
    return NoticeItem(
        request=request.id,
        requester=request.requester.name,
        excerpt=excerpt(request.text) or "(no text: see the thread)",
        place=request.place,
        line=_status_line(request, now, hours),
        settled=request.status is not Status.OPEN,
    )


def notice_card(desk: DeskInfo, notice: Notice) -> NoticeCard:
    """Return a notice as its reader sees it; whatever is settled says who has it."""
    if all(item.settled for item in notice.items):
        heading = notice.items[0].line if len(notice.items) == 1 else "All of these are taken care of"
    else:
        waiting = sum(not item.settled for item in notice.items)
        heading = notice.heading if len(notice.items) == 1 else f"{waiting} of {len(notice.items)} wait for an answer"
    entries = tuple(
        NoticeEntry(
            desk=desk.id,
            request=item.request,
            card=notice.key,
            title=f"{item.requester} · {item.request}",
            excerpt=item.excerpt,
            line=item.line,
            thread=item.place,
            waiting=not item.settled,
            claimable=notice.claimable and not item.settled,
        )
        for item in notice.items
    )
    return NoticeCard(heading=heading, entries=entries)


def mentions(people: tuple[Person, ...], joint: str, *, ping: bool) -> tuple[str | Mention, ...]:
    """Return people as parts of a line, mentioned or only named; "A, B and C"."""
    parts: list[str | Mention] = []
    for index, person in enumerate(people):
        if index:
            parts.append(joint if index == len(people) - 1 else ", ")
        parts.append(Mention(person.entra_object_id, person.name) if ping and person.entra_object_id else person.name)
    return tuple(parts)


def _words(desk: DeskInfo, request: Request, duty: Duty, now: datetime, hours: SupportHours) -> tuple[Line, str]:
    language = desk.policy.language
    if request.status is Status.CLOSED:
        return _closing(request, now, hours, language)
    if request.status is Status.ACKNOWLEDGED and request.claimer and request.next_word_by:
        by = moment(request.next_word_by, now, hours, language)
        return Line((say(Text.LOOKING, language, who=request.claimer.name),)), say(Text.MORE_BY, language, by=by)
    return _waiting(desk, request, duty, now, hours)


def _waiting(desk: DeskInfo, request: Request, duty: Duty, now: datetime, hours: SupportHours) -> tuple[Line, str]:
    language, clock = desk.policy.language, request.clock
    if clock is None:
        raise AssertionError(request.id)
    by = moment(clock.due_at, now, hours, language)
    left = {due.step for due in clock.pending}
    closed = now < clock.started_at
    back = moment(clock.started_at, now, hours, language)
    detail = " ".join(filter(None, (say(Text.BACK, language, at=back), desk.policy.emergency))) if closed else ""
    if Step.THREAD not in left or Step.TEAM not in left:
        text = Text.CALLED_AGAIN if Step.TEAM in left else Text.TEAM_CALLED
        return Line((say(text, language),)), say(Text.WAS_DUE, language, by=by)
    if duty.nobody and not closed:
        return Line((say(Text.NOBODY, language),)), say(Text.NOBODY_BY, language, by=by)
    if duty.nobody:
        return Line((say(Text.NOBODY_BY, language, by=by),)), detail
    ping = not closed and Step.MENTION not in left
    text = Text.OBSERVER_ANSWERED if clock.second else Text.WILL_ANSWER
    return Line((*mentions(duty.pair, say(Text.OR, language), ping=ping), say(text, language, by=by))), detail


def _closing(request: Request, now: datetime, hours: SupportHours, language: Language) -> tuple[Line, str]:
    text = {Outcome.WITHDRAWN: Text.WITHDRAWN, Outcome.NOT_A_REQUEST: Text.NOT_A_REQUEST}.get(
        request.outcome or Outcome.ANSWERED, Text.SOLVED
    )
    if request.closed_by is None or request.closed_at is None or request.outcome is Outcome.WITHDRAWN:
        return Line((say(text, language),)), ""
    at = moment(request.closed_at, now, hours, language)
    return Line((say(text, language),)), say(Text.CLOSED_BY, language, who=request.closed_by.name, at=at)


def _status_line(request: Request, now: datetime, hours: SupportHours) -> str:
    if request.status is Status.ACKNOWLEDGED and request.claimer:
        return f"{request.claimer.name} has it"
    if request.outcome is Outcome.WITHDRAWN:
        return f"{request.requester.name} withdrew it"
    if request.status is Status.CLOSED and request.closed_by:
        what = "says it is not a request" if request.outcome is Outcome.NOT_A_REQUEST else "closed it"
        return f"{request.closed_by.name} {what}"
    since = moment(request.posted_at, now, hours)
    if request.clock and request.clock.second and request.responder:
        return f"{request.responder.name} answered; somebody on duty has to take it by {moment(request.clock.due_at, now, hours)}"
    return f"Waiting since {since}, answer due by {moment(request.due_at, now, hours)}"


def names(people: tuple[Person, ...]) -> str:
    """Return people as one reads them: "A, B and C"."""
    return listed([person.name for person in people], " and ")
