"""Asks: what is asked of whom about the rota, as a card in each one's own chat, until one says yes or it is too late.

What became of an ask is kept until its time is over, so that a card that is pressed later says it.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.rota import news, outlook
from bot.decide.rota.outlook import name_of
from bot.hours import SupportHours
from bot.people import Author
from bot.places import personal
from bot.rota.planning import Ask, Asking
from bot.state import State
from bot.support.words import moment
from bot.views import Button, PlanCard

TITLES = {Asking.FALLBACK: "FALLBACK today", Asking.SWAP: "Swap", Asking.COVER: "Cover"}
KEPT = timedelta(days=1)  # for which it is known what became of an ask, at least


def live(draft: Draft, what: Asking) -> list[Ask]:
    """Return the asks of a kind that are open."""
    return [one for one in draft.facts.planning.asks if one.what is what and not one.done]


def find(draft: Draft, id_: str) -> Ask | None:
    """Return an ask as it stands now."""
    return next((one for one in draft.facts.planning.asks if one.id == id_), None)


def put(draft: Draft, ask: Ask) -> None:
    """Change or add an ask."""
    planning = draft.facts.planning
    others = tuple([one for one in planning.asks if one.id != ask.id])
    news.put(draft, replace(planning, asks=(*others, ask)))


def put_to(draft: Draft, ask: Ask, person: str) -> Ask:
    """Ask somebody; return the ask as it is then."""
    ask = replace(ask, asked=(*ask.asked, person), waiting=tuple([one for one in ask.waiting if one != person]))
    put(draft, ask)
    draft.show(_key(ask, person), personal(person), question(draft, ask, person))
    return ask


def redraw(draft: Draft, ask: Ask, people: Iterable[str]) -> None:
    """Let the questions of an ask to some people say what is to be known of it now."""
    for id_ in people:
        draft.show(_key(ask, id_), personal(id_), question(draft, ask, id_), first=False)


def settle(draft: Draft, ask: Ask, done: str, *, but: Collection[str] = ()) -> Ask:
    """End an ask: every card of it says what became of it, but those of some; return it as it is then."""
    ask = replace(ask, done=done, next_at=None, waiting=(), end=max(ask.end, draft.now + KEPT))
    put(draft, ask)
    for id_ in ask.asked:
        if id_ not in but and id_ not in ask.refused:
            draft.show(_key(ask, id_), personal(id_), over(draft, ask), first=False)
    return ask


def question(draft: Draft, ask: Ask, person: str) -> PlanCard:
    """Return what somebody is asked."""
    asked, text = _words(draft, ask)
    note = f"Until {moment(ask.end, draft.now, draft.hours)}. A no needs no reason."
    key = _key(ask, person)
    buttons = (
        Button(draft.desk.id, "", key, "Yes", "send", "ask.yes", ask.id, main=True),
        Button(draft.desk.id, "", key, "No", "send", "ask.no", ask.id),
    )
    return PlanCard(asked, text, presses=buttons, note=note)


def withdrawals(draft: Draft, author: Author, what: Asking) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Return the buttons by which somebody withdraws what they asked and nobody answered, under their heading."""
    mine = [one for one in live(draft, what) if one.by.id == author.id]
    ways = tuple([Way(f"Withdraw: {_said(draft, one)}", "ask.withdraw", one.id) for one in mine])
    return (("You asked", ways),) if ways else ()


def _said(draft: Draft, ask: Ask) -> str:
    """Return what somebody asked, as they know it."""
    if ask.other is None:
        return f"{TITLES[ask.what]} for {name_of(draft, ask.person)}, {outlook.cover_said(draft, ask)}"
    mine, theirs = (outlook.day_said(draft, week) for week in (ask.iteration, ask.other))
    return f"{TITLES[ask.what]} with {name_of(draft, (*ask.asked, *ask.waiting)[0])}, {mine} against {theirs}"


def over(draft: Draft, ask: Ask) -> PlanCard:
    """Return what an ask's card says when it is over."""
    return PlanCard(title(draft, ask), ask.done)


def title(draft: Draft, ask: Ask) -> str:
    """Return what an ask is about, as those read it who were asked."""
    name = name_of(draft, ask.person)
    named = {Asking.SWAP: f"Swap with {name}", Asking.COVER: f"Cover for {name}"}
    return named.get(ask.what, TITLES[ask.what])


def _words(draft: Draft, ask: Ask) -> tuple[str, str]:
    """Return what is asked, and what is to be known of it."""
    name = name_of(draft, ask.person)
    if ask.what is Asking.FALLBACK:
        return "Can you be FALLBACK today?", f"{outlook.away_said(draft, ask)}, and today is a gap."
    if ask.what is Asking.COVER:
        return f"Can you cover for {name}?", f"{outlook.cover_said(draft, ask)}. Whoever says yes first does it."
    assert ask.other is not None
    mine, theirs = (outlook.day_said(draft, week) for week in (ask.other, ask.iteration))
    text = f"You would have support from {theirs} instead of {mine}, and {name} from {mine}."
    return f"Swap with {name}?", "\n".join(filter(None, (text, ask.reason and f"A rule is overridden: {ask.reason}")))


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when an ask goes on: with the next to be asked, with those who can be written to then, or by its end.

    A gap changes besides whenever somebody goes or comes back.
    """
    asks = state.facts.planning.asks
    opening = hours.next_open(now)
    moments = [one.end for one in asks] + [max(one.next_at, opening) for one in asks if one.next_at]
    moments += [news.next_chance(state, now, hours)] if any(one.waiting for one in asks) else []
    gaps = [one.end for one in asks if one.what is Asking.FALLBACK and not one.done]
    changes = [at for one in state.rota.absences for at in (one.start, one.end)]
    moments += [at for at in changes for end in gaps if now < at < end]
    return min(moments, default=None)


def _key(ask: Ask, person: str) -> str:
    return f"ask:{ask.id}:{person}"
