"""*What would one more change?*: what one more person with production access, or experienced, would mean for everybody.

It is computed elsewhere, from the rota as it is: when that has changed meanwhile, it is asked for anew.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.commands import Right
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.rota import pickers, proposals
from bot.decide.rota.overview import AIMS
from bot.effects import Answer, Suppose, Word
from bot.errors import Refused
from bot.events import Send, Supposed
from bot.places import personal
from bot.rota.plan import FORECAST, Aim, Change, Load, WhatIf
from bot.views import PlanCard, PlanPart

TITLE = "What would one more change?"
COMPUTED = "It is being computed…"
SHOWN = 3  # changes, those that help most
MOST_NAMED = 12  # people of each
DAYS_OF_A_SHIFT = 5
CHANGES: Mapping[Change, str] = MappingProxyType(
    {Change.ACCESS: "Production access for {who}", Change.EXPERIENCED: "{who} experienced"}
)


def _ask(draft: Draft, event: Send) -> Answer:
    """Have it computed, for the presser's own chat."""
    if not pickers.may_pick(draft, event.author):
        raise Refused(f"{names(pickers.pickers(draft)) or 'An admin'} and admins pick the next team.")
    place = personal(event.author.id)
    key = f"what if:{event.key}"
    draft.show(key, place, PlanCard(TITLE, COMPUTED))
    draft.follow_with(Suppose(f"suppose:{event.key}", place, key, FORECAST))
    return Word("It is being computed; the answer comes into your own chat with me.")


def supposed(draft: Draft, event: Supposed) -> None:
    """Show what was found; ask anew where the rota is another one by now."""
    if event.found is None:
        view = PlanCard(TITLE, f"There is no answer: {event.failure}")
    elif event.rota != draft.rota:
        draft.follow_with(Suppose(event.message, event.place, event.shown, event.weeks))
        return
    else:
        view = _card(draft, event.weeks, event.found)
    draft.show(event.shown, event.place, view, first=False)


def _card(draft: Draft, weeks: int, found: tuple[WhatIf, ...]) -> PlanCard:
    if not found:
        return PlanCard(TITLE, "Everybody has production access and is experienced.")
    parts = tuple(
        PlanPart(CHANGES[one.change].format(who=draft.rota.people[one.person].name), _effect(draft, one, weeks))
        for one in found[:SHOWN]
    )
    tried = f"{len(found)} {'change was' if len(found) == 1 else 'changes were'} tried, each alone"
    note = f"{tried}, with the best team picked week by week. A forecast, no promise."
    text = f"One more with production access, or experienced: shifts in {weeks} weeks, now → then."
    return PlanCard(TITLE, text, parts=parts, note=note)


def _effect(draft: Draft, one: WhatIf, weeks: int) -> str:
    most = f"Most loaded: {_shifts(one.most_before)} → {_shifts(one.most_after)} shifts in {weeks} weeks"
    lines = [most]
    if one.score_before.missing != one.score_after.missing:
        label = AIMS[Aim.MISSING]
        lines.append(f"{label[0].upper()}{label[1:]}: {one.score_before.missing} → {one.score_after.missing}")
    pairs = [(a, b) for a, b in zip(one.before, one.after, strict=True) if a.days or b.days]
    pairs.sort(key=lambda pair: (-pair[0].days, pair[0].person))
    changed = [(a, b) for a, b in pairs if _shifts(a) != _shifts(b)]
    lines += [f"{draft.rota.people[a.person].name}: {_shifts(a)} → {_shifts(b)}" for a, b in changed[:MOST_NAMED]]
    same, more = len(pairs) - len(changed), len(changed) - MOST_NAMED
    lines += [f"{more} more change a little"] if more > 0 else []
    lines += [f"{'All' if not changed else 'The others'} as now"] if same else []
    return "\n".join(lines)


def _shifts(load: Load) -> str:
    return f"{round(load.days / DAYS_OF_A_SHIFT, 1):g}"


STEPS: Mapping[str, DeskStep] = MappingProxyType({proposals.WHAT_IF: DeskStep(Right.COLLEAGUE, None, _ask)})
"""The step that asks."""
