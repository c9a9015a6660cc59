"""``calendar``: the secret addresses of the rota's calendars, one's own and the desk's, and their renewal."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.commands import Right
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.rota import news
from bot.effects import Answer, Card
from bot.errors import Refused
from bot.events import Message, Send
from bot.people import Author
from bot.places import personal
from bot.views import Button, PlanCard, PlanPart

RENEW = "calendar.renew"
WHOLE = "desk"  # the choice that means the desk's own
HOW = (
    "Subscribe to an address in your calendar (in Outlook: Add calendar, Subscribe from web). Whoever has it can read "
    "names and shifts: keep it to yourself, and renew it if it got about. Calendars look at it a few times a day only."
)
UNKNOWN = "The bot's own address is not known, so there are no calendars yet: an operator sets HOTSEAT_PUBLIC_URL."


def asked(draft: Draft, event: Message) -> None:
    """Show somebody their calendars' addresses, in their own chat."""
    key = f"calendar:{event.key}"
    draft.show(key, personal(event.author.id), _card(draft, event.author, key))


def _card(draft: Draft, author: Author, key: str) -> PlanCard:
    own = _address(draft, author.id) if author.id in draft.rota.people else ""
    whole = _address(draft, "")
    if not whole:
        return PlanCard("Calendars of the rota", UNKNOWN)
    parts = [PlanPart("My shifts", own, (_renew(draft, key, author.id),))] if own else []
    presses = (_renew(draft, key, WHOLE),) if draft.is_admin(author) else ()
    parts.append(PlanPart(f"All shifts of {draft.desk.id}", whole, presses))
    return PlanCard("Calendars of the rota", HOW, parts=tuple(parts))


def _address(draft: Draft, person: str) -> str:
    return draft.feed(person, draft.facts.planning.renewed(person))


def _renew(draft: Draft, key: str, whose: str) -> Button:
    return Button(draft.desk.id, "", key, "Renew", "send", RENEW, "" if whose != WHOLE else WHOLE)


def _take_renew(draft: Draft, event: Send) -> Answer:
    """Give a feed another address; the one before is unknown from then on."""
    if event.choice == WHOLE and not draft.is_admin(event.author):
        raise Refused(draft.is_for(Right.ADMIN))
    person = "" if event.choice == WHOLE else event.author.id
    planning = draft.facts.planning
    news.put(draft, replace(planning, feeds={**planning.feeds, person: planning.renewed(person) + 1}))
    return Card(_card(draft, event.author, event.card))


STEPS: Mapping[str, DeskStep] = MappingProxyType({RENEW: DeskStep(Right.COLLEAGUE, None, _take_renew)})
"""The one step: renewing an address."""
