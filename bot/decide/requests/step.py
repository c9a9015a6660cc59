"""What the steps of *Support…* have in common: what a step is, what may go out, who has a matter then, and its end.

Must not know any step but the menu, to which each leads back, and Undo.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.decide import forms, tickets
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import status_line
from bot.decide.requests import claims, presses, rights
from bot.effects import Answer, Dialog
from bot.events import Press, Send
from bot.people import Person
from bot.policy import Language
from bot.support.request import Act, Request, Status, step
from bot.support.texts import Text
from bot.support.words import done as did
from bot.support.words import moment, say
from bot.views import Line, Mention, ReplyCard


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name on the menu, how its form is drawn, what it does when sent, and who may.

    A step without a form is done by its button. ``again`` answers what was sent already, where that is more than done.
    """

    title: str
    draw: Callable[[Draft, Request, Press, str], Answer] | None
    take: Callable[[Draft, Request, Send], Answer]
    allow: Callable[[Draft, Request, Press], None] = rights.may_handle
    again: Callable[[Draft, Request, Send], Answer] | None = None


def stands(draft: Draft, request: Request) -> str:
    """Say to support how a request stands."""
    second = bool(request.clock and request.clock.second)
    line = status_line(request, draft.now, draft.hours, second=second, until_when=True)
    return "; ".join(filter(None, (line, tickets.stands(draft, request.id))))


def done(draft: Draft, request: Request, event: Send, said: str) -> Dialog:
    """Say what was done, with the way to take it back; what a requester may do is ``said`` as a Text."""
    now = draft.request(request.id) or request
    said = say(said, _language(draft, now, event)) if isinstance(said, Text) else said
    undone = event.step == "undo"  # a bare Undo below that would be a redo
    if rights.asked(now, event):
        return to_requester(draft, now, event, said, () if undone else undo(draft, now, event))
    back = (Way("Undo", "undo"),) if now.deed and presses.can_undo(now, event) and not undone else ()
    ways = (*back, Way("Support…", "support", opens=True))
    view = forms.card(draft, now, event, title=said, note=f"{now.id}: {stands(draft, now)}.", ways=ways)
    return Dialog(f"{request.requester.name} · {request.id}", view)


def to_requester(draft: Draft, request: Request, event: Press, said: str, ways: tuple[Way, ...]) -> Dialog:
    """Return a dialog for whoever asked: what was done, if anything, and what the card says."""
    shown = draft.request_card(request)
    note = "\n".join(filter(None, (shown.headline.plain, shown.remark, shown.detail)))
    return Dialog(request.id, forms.card(draft, request, event, title=said, note=note, ways=ways))


def undo(draft: Draft, request: Request, event: Press) -> tuple[Way, ...]:
    """Return the way to take back what the presser has just done, none where there is none."""
    if request.deed is None or not presses.can_undo(request, event):
        return ()
    language = _language(draft, request, event)
    return (Way(say(Text.UNDO, language, what=did(request.deed.what, language)), "undo"),)


def _language(draft: Draft, request: Request, event: Press) -> Language:
    """Return what the presser reads: whoever asked reads the desk's language, support English."""
    return draft.policy.language if rights.asked(request, event) else Language.ENGLISH


def ready(
    draft: Draft, request: Request, event: Send, field: str, *, longest: int = forms.LONGEST, required: bool = True
) -> tuple[str, str]:
    """Return a text as it may go out, and what is wrong with it: empty, too long, or overtaken by a colleague."""
    text = forms.filled(event, field)
    if not text and required:
        return text, "Write something first."
    if len(text) > longest:
        return text, f"At most {longest} characters, please; these are {len(text)}."
    if forms.weight(text) > forms.HEAVIEST:
        return text, "That is too long to be sent whole; please shorten it."
    return text, meanwhile(draft, request, event)


def meanwhile(draft: Draft, request: Request, event: Send) -> str:
    """Say what somebody else did to a request since its form was opened, "" for nothing."""
    deed = request.deed
    if deed is None or not event.seen or event.seen == str(deed.number) or deed.author.id == event.author.id:
        return ""
    at = moment(deed.at, draft.now, draft.hours)
    return f"{deed.author.name} {deed.what} meanwhile ({at}). Nothing was sent yet: send it again if it still fits."


def claim_first(draft: Draft, request: Request, event: Send) -> Request:
    """Give an unclaimed request to whoever completes a step."""
    if request.status is Status.OPEN:
        return claims.give(draft, request, event.author, event.happened_at)
    step(request, Act.ASK)  # what is closed meanwhile is refused
    return request


def say_as(
    draft: Draft,
    request: Request,
    event: Send,
    text: str,
    called: tuple[str | Mention, ...] = (),
) -> dict[str, str]:
    """Post words in the thread under their sender's name, with whom they call; return what the deed must know."""
    key = f"reply:{request.id}:{event.key}"
    heading = draft.say(Text.SAYS, who=event.author.name)
    draft.show(key, request.place, ReplyCard(heading, text, headline=Line(called), calls=bool(called)))
    return {"posted": key, "place": request.place, "text": text}


def form(draft: Draft, request: Request, event: Press, title: str, name: str, send: str, **parts: object) -> Dialog:
    """Return a step's form, with the button that sends it and the way back to the menu."""
    ways = (Way(send, name), Way("Back", "support", opens=True))
    return forms.dialog(draft, request, event, title, **{"ways": ways, **parts})


def verb(people: tuple[Person, ...], one: str, many: str) -> str:
    """Return the form of a verb that fits so many people."""
    return one if len(people) == 1 else many
