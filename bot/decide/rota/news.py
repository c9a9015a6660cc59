"""News of the rota: each said once, in the team channel, else to those concerned; and who did what, for the history.

Nobody is told personally outside support hours or while away: what waits for them is told when they are there.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import Draft
from bot.hours import SupportHours
from bot.people import Author
from bot.places import personal
from bot.rota.planning import News, Planning
from bot.rota.presence import DAY
from bot.rota.shift import Absence, Change
from bot.state import State
from bot.views import Line

STALE = timedelta(days=7)
OPERATOR = Author("", "An operator")  # whoever ran a command: nobody can tell who


def put(draft: Draft, planning: Planning) -> None:
    """Change what is under way about the rota."""
    draft.put_facts(replace(draft.facts, planning=planning))


def announce(draft: Draft, key: str, text: str, concerned: Iterable[str], by: Author | None = None) -> None:
    """Say something once: in the team channel; with none, to each of those concerned but whoever did it."""
    if draft.desk.team_channel:
        draft.post(f"news:{key}", draft.desk.team_channel, Line((text,)))
        return
    for id_ in dict.fromkeys(concerned):
        if by is None or id_ != by.id:
            tell(draft, key, id_, text)


def tell(draft: Draft, key: str, person: str, text: str, *, though_away: bool = False) -> None:
    """Tell somebody personally, as soon as they can be written to; ``though_away``, in the next support hours.

    The same that waits for them already is not said.
    """
    known = draft.rota.people.get(person)
    if known is None:
        return
    planning = draft.facts.planning
    waiting = tuple([one for one in planning.news if (one.person, one.text) != (person, text)])
    if waiting != planning.news:
        put(draft, replace(planning, news=waiting))
    one = News(f"news:{key}:{person}", person, text, draft.now, though_away)
    if _may_be_told(draft, one):
        draft.post(one.key, personal(person), Line((text,)))
    else:
        put(draft, replace(draft.facts.planning, news=(*draft.facts.planning.news, one)))


def take_back(draft: Draft, key: str, person: str) -> bool:
    """Take back what somebody was not told yet; return whether it still waited for them."""
    waiting = draft.facts.planning.news
    left = tuple([one for one in waiting if one.key != f"news:{key}:{person}"])
    put(draft, replace(draft.facts.planning, news=left))
    return left != waiting


def record(draft: Draft, by: Author, what: str, reason: str = "") -> None:
    """Put who changed the rota, and how, on its record."""
    change = Change(draft.now, by.name, what, reason)
    draft.put_rota(replace(draft.rota, history=(*draft.rota.history, change)))


def record_away(draft: Draft, by: Author, away: Absence, *, ended: bool = False) -> None:
    """Put on the record who noted that somebody is away, or is there after all: on which days, and never why.

    Of a part of a day neither the hours nor how often is kept, only what was said of it last.
    """
    start, end = draft.hours.local(away.start), draft.hours.local(away.end)
    first, last = start.date(), (end - end.resolution).date()
    part = first == last and end - start < DAY
    day = f"for some of {first}" if part and not ended else f"on {first}"
    days = f"from {first} to {last}" if first < last else day
    what = f"is there {days} after all" if ended else f"is away {days}"
    change, history = Change(draft.now, by.name, _noted(draft, by, away, what), until=last), draft.rota.history
    if part:
        history = tuple([one for one in history if replace(one, at=draft.now) != change])
    draft.put_rota(replace(draft.rota, history=(*history, change)))


def record_back(draft: Draft, by: Author, kept: Absence) -> None:
    """Put on the record who noted that somebody is back from today on, whose days away before that are kept."""
    first = draft.hours.local(kept.end).date()
    what = _noted(draft, by, kept, f"is back from {first} on")
    change = Change(draft.now, by.name, what, until=first - DAY)
    draft.put_rota(replace(draft.rota, history=(*draft.rota.history, change)))


def _noted(draft: Draft, by: Author, away: Absence, what: str) -> str:
    return what if by.id == away.person else f"noted that {draft.rota.people[away.person].name} {what}"


def struck(draft: Draft) -> None:
    """Tell those who can be written to now what waits for them; what is old is told no more."""
    waiting = draft.facts.planning.news
    left = []
    for one in waiting:
        if one.person not in draft.rota.people or draft.now - one.at > STALE:
            continue
        if _may_be_told(draft, one):
            draft.post(one.key, personal(one.person), Line((one.text,)))
        else:
            left.append(one)
    if len(left) < len(waiting):
        put(draft, replace(draft.facts.planning, news=tuple(left)))


def _may_be_told(draft: Draft, one: News) -> bool:
    return draft.is_open if one.though_away else draft.hears_of_the_rota(one.person)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when somebody may be there for what waits, None where nothing does."""
    return next_chance(state, now, hours) if state.facts.planning.news else None


def next_chance(state: State, now: datetime, hours: SupportHours) -> datetime:
    """Return when somebody who is not there may be: at the next opening, or when an absence ends."""
    opening = hours.next_open(now)
    coming = opening if opening > now else hours.next_open(hours.closing(now))
    return min([coming, *(away.end for away in state.rota.absences if now < away.end < coming)])
