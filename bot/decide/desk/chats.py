"""Which desk somebody's own chat with the bot is about: whoever belongs to several is asked, and it is remembered.

What was written before the choice is carried by its buttons: the door lets the desk that was chosen hear it then.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.commands import ChooseDesk, Right
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import ROW
from bot.effects import Answer, Dialog
from bot.errors import Refused
from bot.events import Message, Send, Undecided
from bot.views import Button, ButtonRow, FormCard

STEP = "desk"


def asked(draft: Draft, event: Undecided) -> None:
    """Ask which of their desks somebody writes to; what they wrote comes back with their choice."""
    key = f"which:{event.key}"
    buttons = tuple(Button(desk, "", key, desk, "send", STEP, event.text) for desk in event.desks)
    rows = tuple(ButtonRow("", buttons[at : at + ROW]) for at in range(0, len(buttons), ROW))
    if event.text:
        note = f"You belong to several desks. Choose one, and it answers {event.text}; desk changes it later."
    elif event.author.id in draft.facts.chats:
        note = f"This chat is about {draft.desk.id} now."
    else:
        note = "You belong to several desks. Choose the one that this chat is about."
    draft.show(key, event.place, FormCard("Which desk?", "", note, "", (), rows))


def only_one(draft: Draft, event: Message, call: ChooseDesk) -> str:
    """Say which desk it is, to whoever belongs to no other."""
    del event, call
    return f"This is the desk {draft.desk.id}. You belong to no other."


def _chosen(draft: Draft, event: Send) -> Answer:
    """Remember a choice; whoever has left, or joins later, is asked too and so may choose."""
    if event.author.id not in draft.rota.people and not draft.is_admin(event.author):
        raise Refused(draft.is_for(Right.COLLEAGUE))
    draft.put_facts(replace(draft.facts, chats={**draft.facts.chats, event.author.id: event.happened_at}))
    note = "What you write here goes there. Write desk to choose another."
    return Dialog("Desk", FormCard(f"Your desk here: {draft.desk.id}", "", note, "", (), ()))


STEPS: Mapping[str, DeskStep] = MappingProxyType({STEP: DeskStep(Right.TENANT, None, _chosen)})
"""The one step: choosing."""
