"""``triage R-42``: a request's *Support…* as a card in one's own chat, where every step works as in a dialog."""

from bot.decide.draft import Draft
from bot.decide.forms import SUMMONED
from bot.decide.requests import steps
from bot.effects import Dialog
from bot.errors import Refused
from bot.events import Message, Open
from bot.places import personal
from bot.support.request import Request, Status
from bot.support.texts import Text
from bot.views import Line

MOST_NAMED = 5


def summoned(draft: Draft, event: Message, id_: str) -> None:
    """Show the menu of a request to whoever asked for it, or say kindly why not."""
    place = personal(event.author.id)
    try:
        request = _meant(draft, event, id_)
        card = f"{SUMMONED}{request.id}:{event.key}"
        asked = Open(
            key=event.key,
            happened_at=event.happened_at,
            place=place,
            author=event.author,
            request=request.id,
            card=card,
            step="support",
        )
        answer = steps.opened(draft, asked)
    except Refused as refusal:
        draft.post(f"say:{event.key}", place, Line((str(refusal),)))
        return
    assert isinstance(answer, Dialog)
    draft.show(card, place, answer.view)


def _meant(draft: Draft, event: Message, id_: str) -> Request:
    """Return the request that is named; else the only one that the asker has, or the only one that nobody has."""
    if id_:
        found = draft.request(id_)
        if found is None:
            raise Refused(draft.say(Text.UNKNOWN, id=id_))
        return found
    live = [one for one in draft.requests() if one.status is not Status.CLOSED and not one.lead]
    mine = [one for one in live if one.claimer and one.claimer.id == event.author.id]
    few = mine or [one for one in live if one.status is Status.OPEN]
    if len(few) == 1:
        return few[0]
    if not few:
        raise Refused("Nothing waits for you. Name a request to see it: triage R-42.")
    names = ", ".join(f"{one.id} ({one.requester.name})" for one in few[:MOST_NAMED])
    raise Refused(f"Which one? Write triage and its name: {names}.")
