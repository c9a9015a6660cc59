"""Whom the bot may write to now: colleagues in support hours who are not away; and the cards that ask each of the pair.

Such a card's key is its kind, what it is about, and whom it asks, between colons.
"""

from bot.decide.draft import Draft
from bot.people import Author
from bot.places import personal


def may_hear(draft: Draft, person: str) -> bool:
    """Say whether somebody may be written to now: in support hours, a colleague who is not away."""
    known = draft.rota.people.get(person)
    return known is not None and known.entra_object_id != "" and draft.may_be_written_to(Author(person, known.name))


def on_duty(draft: Draft) -> tuple[str, ...]:
    """Return those on duty who may be written to now."""
    return tuple(one.id for one in draft.duty(draft.now).responders if may_hear(draft, one.id))


def place_of(key: str) -> str:
    """Return where the card stands that asks one of the pair under a key."""
    return personal(key.split(":", 2)[2])
