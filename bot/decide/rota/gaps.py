"""A gap of today: the best person available is asked to be FALLBACK, then the next, and the gap is shown till then.

Each person is asked at most once a day. Whoever says yes is FALLBACK today, and on duty at once.
"""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import Draft
from bot.decide.requests import clocks
from bot.decide.rota import asks, news, nominees
from bot.decide.rota.outlook import away, away_said, current, name_of
from bot.people import Author, Person
from bot.rota import changes
from bot.rota.duty import present
from bot.rota.picking import PAIR, Stint, situation
from bot.rota.planning import Ask, Asking
from bot.rota.shift import Role
from bot.support.words import listed, moment
from bot.views import PlanCard

NEXT = timedelta(minutes=10)  # after which the next one is asked


def begin(draft: Draft, person: str, by: Author, *, told: Container[str] = ()) -> None:
    """Ask somebody to be FALLBACK where today is a gap since a person is away; before the opening, when that comes.

    Who is away besides is said on the card that is there. Those who were ``told`` that it is a gap hear how it ends.
    """
    for ask in asks.live(draft, Asking.FALLBACK):
        if _redraw(draft, ask):
            what, text = f"also:{person}:{draft.now.isoformat()}", f"{away_said(draft, ask)}, and today is a gap."
            _tell(draft, ask, what, text, told)
    if asks.live(draft, Asking.FALLBACK) or not draft.is_today(draft.opening) or not _is_gap(draft, draft.opening):
        return
    number = sum(one.what is Asking.FALLBACK for one in draft.facts.planning.asks)
    day = draft.hours.duty_day(draft.opening)
    ask = Ask(
        id=f"gap:{day}:{number}",
        what=Asking.FALLBACK,
        by=by,
        person=person,
        at=draft.now,
        start=draft.opening,
        end=draft.hours.closing(draft.opening),
        iteration=current(draft),
        next_at=draft.opening,
    )
    asks.put(draft, ask)
    if draft.is_open:
        _go_on(draft, ask, first=True, told=told)


def follow(draft: Draft) -> None:
    """Go on with the gap of today: it is filled, the next one is to be asked, or the day is over."""
    for ask in asks.live(draft, Asking.FALLBACK):
        if ask.end <= draft.now:
            _end(draft, ask, "The day is over.")
        elif draft.is_open and not _is_gap(draft, draft.now):
            _end(draft, ask, "It is no gap any more.")
        elif draft.is_open and ask.next_at is not None and ask.next_at <= draft.now:
            _go_on(draft, ask, first=not ask.asked)
        elif draft.is_open and _has_come(draft, ask):
            _go_on(draft, ask, first=False)
        else:
            _redraw(draft, ask)


def accepted(draft: Draft, ask: Ask, by: Author) -> PlanCard:
    """Make somebody FALLBACK of today; return what they read: their thanks, and who is needed besides."""
    if by.id not in taken(draft, ask):
        _take(draft, ask, by)
    left = asks.find(draft, ask.id)
    more = f" Somebody is needed besides: {_asked(draft, left)}." if left and not left.done else ""
    return PlanCard("You are FALLBACK today", f"Thank you. You are on duty as of now.{more}")


def _take(draft: Draft, ask: Ask, by: Author) -> None:
    day = draft.hours.duty_day(draft.now)
    stint = Stint(by.id, frozenset({day}))
    draft.put_rota(changes.with_fallback(draft.rota, ask.iteration, [stint]))
    nominees.know(draft, ask.iteration, [by.id])
    clocks.follow_duty(draft)
    news.record(draft, by, f"became FALLBACK on {day}")
    if _is_gap(draft, draft.now):
        _go_on(draft, ask, first=False)
    else:
        _end(draft, ask, f"{by.name} is FALLBACK today.")


def declined(draft: Draft, ask: Ask) -> None:
    """Ask the next one where whoever was asked last has said no."""
    if ask.asked[-1] in ask.refused:
        _go_on(draft, ask, first=False)
    else:
        asks.put(draft, ask)


def taken(draft: Draft, ask: Ask) -> list[str]:
    """Return who of those asked is FALLBACK by now, where that was not enough."""
    day = draft.hours.duty_day(ask.start)
    today = [one.person for one in draft.rota.of(ask.iteration) if one.role is Role.FALLBACK and one.is_for(day)]
    return [id_ for id_ in ask.asked if id_ in today]


def _go_on(draft: Draft, ask: Ask, *, first: bool, told: Container[str] = ()) -> None:
    ask = replace(ask, away=away(draft, ask))
    some = _candidates(draft, ask)
    if some:
        at = draft.now + NEXT
        ask = asks.put_to(draft, replace(ask, next_at=at if at < ask.end else None), some[0].id)
    else:
        ask = replace(ask, next_at=None)
        asks.put(draft, ask)
    if first and some:
        _tell(draft, ask, "asked", f"{away_said(draft, ask)}, and today is a gap: {some[0].name} is asked.", told)
    _show(draft, _card(draft, ask), ask, first=first)
    if _nobody(draft, ask) and (not first or not draft.desk.team_channel):
        duty = draft.duty(draft.now)
        text = f"Today is a gap, and nobody {_else(draft, ask)}could be FALLBACK. {_here(draft)}"
        news.announce(draft, f"{ask.id}:nobody:{len(ask.asked)}", text, [one.id for one in duty.pair + duty.further])


def _has_come(draft: Draft, ask: Ask) -> bool:
    """Say whether somebody could be asked by now, where nobody was left."""
    return ask.next_at is None and not _unanswered(draft, ask) and bool(_candidates(draft, ask))


def _redraw(draft: Draft, ask: Ask) -> bool:
    """Let the card and the questions say who is away and on duty now; return whether others are away than before."""
    gone, old = away(draft, ask), draft.unchanged(0)
    if not draft.is_open:
        return False
    if gone == ask.away:
        if ask == asks.find(old, ask.id) and _card(draft, ask) != _card(old, ask):
            _show(draft, _card(draft, ask), ask, first=False)
        return False
    asks.put(draft, replace(ask, away=gone))
    asks.redraw(draft, ask, _unanswered(draft, ask))
    _show(draft, _card(draft, ask), ask, first=False)
    return True


def _unanswered(draft: Draft, ask: Ask) -> list[str]:
    """Return who was asked and has said neither yes nor no."""
    answered = (*ask.refused, *taken(draft, ask))
    return [id_ for id_ in ask.asked if id_ not in answered]


def _nobody(draft: Draft, ask: Ask) -> bool:
    """Say whether nobody is left who was asked, or could be."""
    return not _unanswered(draft, ask) and not _candidates(draft, ask)


def _end(draft: Draft, ask: Ask, done: str) -> None:
    asks.settle(draft, ask, done, but=taken(draft, ask))
    _show(draft, PlanCard(_title(draft, ask), done), ask, first=False)
    _tell(draft, ask, "over", done)


def _tell(draft: Draft, ask: Ask, what: str, text: str, told: Container[str] = ()) -> None:
    """Tell those on duty what they read on the gap's card where there is a team channel, but those who were told."""
    duty = draft.duty(draft.now)
    if not draft.desk.team_channel and draft.is_open:
        concerned = [one.id for one in duty.pair + duty.further if one.id != ask.person]
        others = [id_ for id_ in concerned if id_ not in ask.asked and id_ not in told]
        news.announce(draft, f"{ask.id}:{what}", text, others)


def _show(draft: Draft, card: PlanCard, ask: Ask, *, first: bool) -> None:
    if draft.desk.team_channel:
        draft.show(f"gap card:{ask.id}", draft.desk.team_channel, card, first=first)


def _title(draft: Draft, ask: Ask) -> str:
    return f"A gap today: {away_said(draft, ask)}"


def _card(draft: Draft, ask: Ask) -> PlanCard:
    text = f"{_asked(draft, ask)} to be FALLBACK." if _unanswered(draft, ask) else ""
    text = f"Nobody {_else(draft, ask)}could be FALLBACK." if _nobody(draft, ask) else text
    until = f"Until {moment(ask.end, draft.now, draft.hours)}."
    return PlanCard(_title(draft, ask), "\n".join(filter(None, (text, _here(draft)))), note=until)


def _asked(draft: Draft, ask: Ask) -> str:
    names = [name_of(draft, one) for one in _unanswered(draft, ask)]
    return f"{listed(names, ' and ')} {'is' if len(names) == 1 else 'are'} asked" if names else "nobody else could"


def _else(draft: Draft, ask: Ask) -> str:
    return "else " if taken(draft, ask) else ""


def _here(draft: Draft) -> str:
    """Say who is on duty now all the same."""
    duty = draft.duty(draft.now)
    names = listed([one.name for one in duty.pair + duty.further], " and ")
    return f"On duty: {names}." if names else "Nobody is on duty: whoever is here is called."


def _is_gap(draft: Draft, at: datetime) -> bool:
    """Say whether those on duty at a moment are too few, or all without access, of a team that is set."""
    duty = draft.duty(at)
    is_set = any(one.role is Role.SUPPORT for one in draft.rota.of(current(draft)))
    return is_set and changes.is_gap(duty.pair + duty.further)


def _candidates(draft: Draft, ask: Ask) -> list[Person]:
    """Return who can be asked yet, the best first: access where nobody has it, then the least debt, then ids."""
    duty = draft.duty(draft.now)
    serving = duty.pair + duty.further
    lacks_access = not any(one.production_access for one in serving)
    today = [one for one in draft.facts.planning.asks if one.what is Asking.FALLBACK and draft.is_today(one.start)]
    asked = {*ask.asked, *(id_ for one in today for id_ in one.asked)}
    debts = {one.id: one.debt for one in situation(draft.rota, ask.iteration, draft.hours).members}
    some = [
        one
        for one in present(draft.rota, draft.now, draft.hours)
        if one not in serving + duty.observers
        and one.id not in asked
        and one.entra_object_id
        and one.experienced
        and not one.must_observe(ask.iteration)
        and (len(serving) < PAIR or one.production_access)
    ]
    return sorted(some, key=lambda one: (lacks_access and not one.production_access, debts.get(one.id, 0), one.id))
