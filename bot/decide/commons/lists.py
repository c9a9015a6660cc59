"""``common``: what is asked again and again, in one's own chat: a page at a time, what came most lately first.

What was retired is a list of its own, from which it can be taken up again.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.commands import Right, ShowCommons
from bot.decide import sections
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.effects import Answer, Card
from bot.errors import Refused
from bot.events import Message, Press, Send
from bot.places import personal
from bot.support.intake import excerpt
from bot.support.recurrence import WRITTEN, Act, Common, Standing, step
from bot.support.texts import Text
from bot.support.words import dated
from bot.views import Button, PlanCard, PlanPart

CARD = "commons:"  # how the keys of the lists begin
PAGE = 6  # entries
ANSWER = 200  # characters of each
LISTED, RETIRED = "listed", "retired"
NONE = (
    "There is none yet. The third similar request within 30 days asks whoever is on duty to write one down. "
    "Add… writes one at once, and whoever runs this bot can import a sheet (hotseat common import)."
)


def asked(draft: Draft, event: Message, call: ShowCommons) -> None:
    """Show somebody the list, in their own chat."""
    key = f"{CARD}{event.key}"
    draft.show(key, personal(event.author.id), card(draft, key, RETIRED if call.retired else LISTED))


def is_list(event: Press) -> bool:
    """Say whether something was pressed on one's own list."""
    return event.card.startswith(CARD) and event.place == personal(event.author.id)


def show_again(draft: Draft, event: Press) -> None:
    """Show the list as it is now, if it was there that a form was opened."""
    if is_list(event):
        draft.show(event.card, event.place, card(draft, event.card, LISTED), first=False)


def entries(draft: Draft, standing: Standing) -> list[Common]:
    """Return the common requests of a standing: what came most lately first, then the last."""
    some = [one for one in draft.commons() if one.standing is standing]
    some.sort(key=lambda one: one.title.casefold())
    last = {one.id: one.last_at.timestamp() if one.last_at else 0.0 for one in some}
    return sorted(some, key=lambda one: (one.lately(draft.now), last[one.id]), reverse=True)


def times(draft: Draft, common: Common) -> str:
    """Return how often a common request came, and when last."""
    if not common.times:
        return "Not asked yet"
    often = "Once" if common.times == 1 else f"{common.times} times"
    if common.last_at is None:
        return often
    today = draft.hours.local(draft.now).date()
    last = dated(draft.hours.local(common.last_at).date(), today)
    return f"{often}, on {last}" if common.times == 1 else f"{often}, last on {last}"


def card(draft: Draft, key: str, which: str, page: int = 1, *, said: PlanPart | None = None) -> PlanCard:
    """Return a page of a list under a key; ``said`` is what was just done."""
    standing = Standing.RETIRED if which == RETIRED else Standing.LISTED
    some, others = entries(draft, standing), entries(draft, Standing.RETIRED)
    pages = max(1, -(-len(some) // PAGE))
    page = min(max(page, 1), pages)

    def button(title: str, verb: str, name: str, choice: str) -> Button:
        return Button(draft.desk.id, "", key, title, verb, name, choice)

    def part(one: Common) -> PlanPart:
        gone = "Its section is not in the handbook any more." if sections.is_gone(draft, one) else ""
        edit = button("Edit…", "open", "common.write", one.id)
        press = (
            button("Take up again", "send", "common.again", f"{one.id}:{page}")
            if which == RETIRED
            else button("Retire", "send", "common.retire", f"{one.id}:{page}")
        )
        text = "\n".join(filter(None, (times(draft, one), excerpt(one.answer, ANSWER), gone)))
        return PlanPart(one.title, text, presses=(press,), opens=(edit,), links=sections.link(draft, one.link))

    shown = some[(page - 1) * PAGE : page * PAGE]
    presses = []
    if pages > 1:
        title, number = ("Next page", page + 1) if page < pages else ("First page", 1)
        presses.append(button(title, "send", "common.list", f"{which}:{number}"))
    if which == RETIRED:
        presses.append(button("Back to the list", "send", "common.list", f"{LISTED}:1"))
    elif others:
        presses.append(button(f"Retired ({len(others)})", "send", "common.list", f"{RETIRED}:1"))
    parts = tuple(map(part, shown))
    order = f"Page {page} of {pages}. What came most within 30 days stands first." if pages > 1 else ""
    return PlanCard(
        _title(len(some), which),
        text=(NONE if which == LISTED else "Nothing is retired.") if not some else "",
        parts=((said, *parts) if said else parts),
        presses=tuple(presses),
        opens=() if which == RETIRED else (button("Add…", "open", "common.write", ""),),
        note=order,
    )


def _title(count: int, which: str) -> str:
    if which == RETIRED:
        return f"Retired common requests ({count})" if count else "Retired common requests"
    return f"Common requests ({count})" if count else "Common requests"


# -- presses --------------------------------------------------------------------------------------------------------


def _turned(draft: Draft, event: Send) -> Answer:
    """Show another page, or the other list."""
    which, _, page = event.choice.partition(":")
    return _shown(draft, event, card(draft, event.card, which, _number(page)))


def _retired(draft: Draft, event: Send) -> Answer:
    return _moved(draft, event, Act.RETIRE, Standing.RETIRED)


def _taken_up(draft: Draft, event: Send) -> Answer:
    return _moved(draft, event, Act.LIST, Standing.LISTED)


def _moved(draft: Draft, event: Send, act: Act, to: Standing) -> Answer:
    """Retire an entry, or take it up again; the list says so, with the way back."""
    id_, _, page = event.choice.partition(":")
    one = draft.common(id_)
    if one is None or (act is Act.LIST and not one.title):
        raise Refused(draft.say(Text.STALE))
    if one.standing is not to:
        if act is Act.LIST and (other := same_title(draft, one.title, one.id)):
            raise Refused(f"{other.id} has the same title by now. Edit either of them first.")
        one = replace(one, standing=step(one, act), by=event.author, changed_at=draft.now)
        draft.put_common(one)
    done, back, name = (
        ("is retired: it is offered no more.", "Take up again", "common.again")
        if to is Standing.RETIRED
        else ("is one of the common requests again.", "Retire", "common.retire")
    )
    undo = Button(draft.desk.id, "", event.card, back, "send", name, f"{one.id}:{page}")
    if not is_list(event):
        return Card(PlanCard(f"{one.title} {done}", presses=(undo,)))
    which = LISTED if to is Standing.RETIRED else RETIRED  # the list that it was pressed on
    said = PlanPart(f"{one.title} {done}", presses=(undo,))
    return _shown(draft, event, card(draft, event.card, which, _number(page), said=said))


def same_title(draft: Draft, title: str, besides: str) -> Common | None:
    """Return an entry, or one that was retired, that has a title already, other than ``besides``."""
    some = [one for one in draft.commons() if one.standing in WRITTEN and one.id != besides]
    return next((one for one in some if one.title.casefold() == title.casefold()), None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 1  # noqa: PLR2004 - digits


def _shown(draft: Draft, event: Send, view: PlanCard) -> Answer:
    if is_list(event):
        draft.show(event.card, event.place, view, first=False)
    return Card(view)


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "common.list": DeskStep(Right.COLLEAGUE, None, _turned),
        "common.retire": DeskStep(Right.COLLEAGUE, None, _retired),
        "common.again": DeskStep(Right.COLLEAGUE, None, _taken_up),
    }
)
"""The presses on the list."""
