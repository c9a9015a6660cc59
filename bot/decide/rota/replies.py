"""Yes and No to what is asked about the rota, its withdrawal, and what of it falls due by itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.commands import Right
from bot.decide import forms
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.rota import asks, covers, filling, gaps, news, swaps
from bot.effects import Answer, Card, Dialog
from bot.errors import Refused
from bot.events import Send
from bot.hours import SupportHours
from bot.rota.planning import Ask, Asking
from bot.state import State
from bot.support.texts import Text
from bot.views import PlanCard


def struck(draft: Draft) -> None:
    """Forget asks whose time is over, and go on with the others."""
    gaps.follow(draft)
    swaps.follow(draft)
    covers.follow(draft)
    filling.follow(draft)
    planning = draft.facts.planning
    left = tuple([one for one in planning.asks if draft.now < one.end])
    if len(left) < len(planning.asks):
        news.put(draft, replace(planning, asks=left))


def follow(draft: Draft) -> None:
    """End what is asked about shifts that are not as they were, or a gap that is none; forget who filled in for it."""
    if draft.rota is not draft.state.rota:
        gaps.follow(draft)
        swaps.follow(draft)
        covers.follow(draft)
        filling.follow(draft)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when an ask goes on or ends."""
    return asks.next_at(state, now, hours)


def _yes(draft: Draft, event: Send) -> Answer:
    ask = _asked(draft, event)
    if ask.done:
        return Card(asks.over(draft, ask))
    if event.author.id in ask.refused:
        raise Refused("You said no to this already. Tell the others if you can after all.")
    if ask.what is Asking.SWAP:
        return Card(swaps.accepted(draft, ask, event.author))
    if ask.what is Asking.COVER:
        return Card(covers.accepted(draft, ask, event.author))
    return Card(gaps.accepted(draft, ask, event.author))


def _no(draft: Draft, event: Send) -> Answer:
    ask = _asked(draft, event)
    if ask.done:
        return Card(asks.over(draft, ask))
    if ask.what is Asking.FALLBACK and event.author.id in gaps.taken(draft, ask):
        raise Refused("You said yes to this already, and are FALLBACK today. If you can't, write cover.")
    if event.author.id not in ask.refused:
        part = {Asking.SWAP: swaps, Asking.COVER: covers, Asking.FALLBACK: gaps}[ask.what]
        part.declined(draft, replace(ask, refused=(*ask.refused, event.author.id)))
    known = asks.find(draft, ask.id) or ask
    others = ask.what is Asking.FALLBACK and any(one not in known.refused for one in known.asked)
    return Card(PlanCard("You said no", f"That is fine.{' Somebody else is asked.' if others else ''}"))


def _withdraw(draft: Draft, event: Send) -> Answer:
    """End what the presser asked and nobody answered yet; what was answered is shown as it is."""
    ask = asks.find(draft, event.choice)
    if ask is None or ask.by.id != event.author.id or ask.what is Asking.FALLBACK:
        raise Refused(draft.say(Text.STALE))
    if not ask.done:
        if ask.what is Asking.COVER:
            covers.withdrawn(draft, ask)
        ask = asks.settle(draft, ask, f"{ask.by.name} withdrew this. Everything stays as it is.")
    title = asks.TITLES[ask.what]
    return Dialog(title, forms.card(draft, None, event, title=title, note=ask.done))


def _asked(draft: Draft, event: Send) -> Ask:
    ask = asks.find(draft, event.choice)
    if ask is None or event.author.id not in ask.asked:
        raise Refused(draft.say(Text.STALE))
    return ask


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "ask.yes": DeskStep(Right.COLLEAGUE, None, _yes),
        "ask.no": DeskStep(Right.COLLEAGUE, None, _no),
        "ask.withdraw": DeskStep(Right.COLLEAGUE, None, _withdraw),
    }
)
"""The answers to what is asked, and its end by whoever asked."""
