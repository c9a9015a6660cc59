"""``away 45``: a colleague is away for so many minutes today, and back again by ``away off`` or when they are over.

Why is never asked. Whoever is away is not called; what they have claimed stays theirs until its next word is due.
"""

from dataclasses import replace
from datetime import timedelta

from bot.commands import ComeBack, GoAway
from bot.decide.desk import pauses
from bot.decide.draft import Draft
from bot.decide.requests import clocks
from bot.decide.rota import gaps, news
from bot.events import Message
from bot.people import Person
from bot.rota.shift import Absence
from bot.support.request import Request, Status
from bot.support.words import HOUR, MINUTE, moment

LONGER = "You are away by the rota: absence shows it, and ends it."
ALLOWED = "Write away 45, away 2h or away until 15:30."


def went(draft: Draft, event: Message, call: GoAway) -> str:
    """Note that a colleague is away from now; return what they are told. Raise Refused where no time is meant."""
    person = draft.colleague(event.author)
    if person is None:
        return "Only the backend team can be away here: ask an admin to add you to the people."
    if not draft.is_open:
        at = moment(draft.opening, draft.now, draft.hours)
        return f"It is outside support hours, so nobody calls you. They begin {at}."
    if call.minutes <= 0 and not call.until:
        return "For how many minutes? Write away 45, for example."
    minutes = timedelta(minutes=call.minutes)
    back_at = pauses.time_of(draft, call.until, ALLOWED) if call.until else draft.now + minutes
    end = min(back_at, draft.hours.closing(draft.now))
    if any(end < one.end for one in _longer(draft, person)):
        return LONGER
    others = tuple(one for one in draft.rota.absences if one is not _current(draft, person))
    away = Absence(person.id, draft.now, end)
    draft.put_rota(replace(draft.rota, absences=(*others, away)))
    news.record_away(draft, event.author, away)
    clocks.follow_duty(draft)
    back = f"You are away until {moment(end, draft.now, draft.hours)}. Nobody calls you till then; away off ends it."
    return "\n".join([back, *_left(draft, person)])


def fill(draft: Draft, event: Message) -> None:
    """Ask for a FALLBACK where somebody who went away now for more than an hour leaves a gap."""
    person = draft.colleague(event.author)
    away = _current(draft, person) if person else None
    if away is not None and away.end - draft.now > HOUR:
        gaps.begin(draft, away.person, event.author)


def came_back(draft: Draft, event: Message, call: ComeBack) -> str:
    """End what a colleague noted by ``away``; return what they are told."""
    del call
    person = draft.colleague(event.author)
    away = _current(draft, person) if person else None
    longer = _longer(draft, person) if person else []
    if person is None or away is None:
        return LONGER if longer else "You are not away."
    draft.put_rota(replace(draft.rota, absences=tuple(one for one in draft.rota.absences if one is not away)))
    news.record_away(draft, event.author, away, ended=True)
    clocks.follow_duty(draft)
    return LONGER if longer else "Welcome back. You can be called again."


def _longer(draft: Draft, person: Person) -> list[Absence]:
    """Return the absences that hold now of which ``away`` knows nothing."""
    mine = [one for one in draft.rota.absences if one.person == person.id and _covers(draft, one)]
    return [one for one in mine if one is not _current(draft, person)]


def _current(draft: Draft, person: Person) -> Absence | None:
    """Return the absence of today that holds now, None if there is none; one that began or ends another day is not."""
    today = [one for one in draft.rota.absences if draft.is_today(one.start) and draft.is_today(one.end)]
    return next((one for one in today if one.person == person.id and _covers(draft, one)), None)


def _covers(draft: Draft, away: Absence) -> bool:
    return away.start <= draft.now < away.end


def _left(draft: Draft, person: Person) -> list[str]:
    """Say what becomes of the requests that somebody has."""
    mine = [one for one in draft.requests() if one.status is Status.ACKNOWLEDGED and _is_of(one, person)]
    mine = [one for one in mine if not one.lead]  # what follows another opens, and ends, with it
    return [f"{one.id} ({one.requester.name}) stays yours; {_next(draft, one)}" for one in mine]


def _is_of(request: Request, person: Person) -> bool:
    return request.claimer is not None and request.claimer.id == person.id


def _next(draft: Draft, request: Request) -> str:
    if request.wait is not None or request.word is None:
        return "if they answer while you are away, it is open again for the pair."
    due = moment(max(request.word.lapses_at or request.word.by, draft.now + MINUTE), draft.now, draft.hours)
    return f"if you are away at {due}, when they are to hear more, it is open again for the pair."
