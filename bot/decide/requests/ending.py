"""Ending a request with what its requester will read, opening it again, and taking a press back."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType

from bot.decide import forms
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import claims, presses, rights
from bot.decide.requests.step import Step, done, form, meanwhile
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Press, Send
from bot.support.request import Act, Outcome, Request, Status, close, step
from bot.support.texts import Text
from bot.support.words import listed
from bot.views import Field

MOST_REMARK = 500  # characters
ENDINGS = (
    Outcome.ANSWERED,
    Outcome.EXPLAINED,
    Outcome.DOCS,
    Outcome.ADMIN_PAGE,
    Outcome.SELF_SERVICE,
    Outcome.TRAINING,
    Outcome.REDIRECTED,
)
"""How a request may be closed here: what leaves the problem standing goes by *What does it stop?*."""


def _endings(draft: Draft, request: Request) -> tuple[Outcome, ...]:
    """Return how a request may be closed: only by its workaround, where the ticket of that is still to be made."""
    owing = claims.owing(draft, request)
    return (owing,) if owing else ENDINGS


def _draw_close(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    step(request, Act.SOLVE)
    show = Way("Show it first", "close", "close:preview")
    ways = (show, Way("It is not mended…", "stops", opens=True), Way("Back", "support", opens=True))
    fields = _close_fields(draft, request, _endings(draft, request)[0], "")
    return form(draft, request, event, "Close", "close", "", error=error, fields=fields, ways=ways)


def _readers(draft: Draft, request: Request) -> str:
    """Name whoever reads how a request ends: who asked, and who asked the same."""
    live = [one for one in map(draft.request, request.followers) if one and one.status is not Status.CLOSED]
    return listed(list(dict.fromkeys(one.requester.name for one in (request, *live))), " and ")


def _close_fields(draft: Draft, request: Request, outcome: Outcome, text: str) -> tuple[Field, ...]:
    choices = [(one.value, one.value.capitalize()) for one in _endings(draft, request)]
    label = f"A last word to {_readers(draft, request)} on the card, if there is one"
    return (
        forms.listed("outcome", "How it ended", choices, outcome),
        forms.text("text", label, text, required=False, longest=MOST_REMARK),
    )


def _take_close(draft: Draft, request: Request, event: Send) -> Answer:
    outcome = next((one for one in _endings(draft, request) if one == event.fields.get("outcome")), None)
    text = forms.filled(event, "text")
    if outcome is None:
        return _draw_close(draft, request, event, "Choose how it ended.")
    if len(text) > MOST_REMARK:
        wrong = f"At most {MOST_REMARK} characters on the card, please; these are {len(text)}. Reply with the rest."
        return _draw_close(draft, request, event, wrong)
    wrong = meanwhile(draft, request, event)
    if wrong:
        return _draw_close(draft, request, event, wrong)
    if event.choice != f"close:{shown_as(outcome, text)}":
        ended = close(request, Act.SOLVE, outcome, event.author, event.happened_at)
        return _preview(draft, request, event, replace(ended, remark=text))
    claimed = request
    if request.status is Status.OPEN:
        claimed = claims.give(draft, request, event.author, event.happened_at)
    ended = replace(close(claimed, Act.SOLVE, outcome, event.author, event.happened_at), remark=text)
    told = presses.tell_end(draft, ended, event, f"{event.author.name} closed {request.id}")
    draft.did(ended, event, "closed it", others=told)
    return done(draft, request, event, "Closed.")


def shown_as(outcome: Outcome, text: str) -> str:
    """Return how the button that closes names what a preview showed: what is changed then is shown first."""
    return sha256(f"{outcome}\0{text}".encode(errors="replace")).hexdigest()[:16]


def _preview(draft: Draft, request: Request, event: Send, ended: Request) -> Answer:
    shown = draft.request_card(ended)
    reads = "\n".join(filter(None, (shown.headline.plain, shown.remark, shown.detail)))
    again, back = Way("Show again", "close", "close:preview"), Way("Back", "support", opens=True)
    seen = shown_as(ended.outcome or Outcome.ANSWERED, ended.remark)
    ways = (Way("Close it", "close", f"close:{seen}"), again, back)
    fields = _close_fields(draft, request, _endings(draft, request)[0], "")  # or what it shows would count as not typed
    note = f"{_readers(draft, request)} will read:\n{reads}"
    return form(draft, request, event, "Close", "close", "", note=note, fields=fields, given=event.fields, ways=ways)


def _take_reopen(draft: Draft, request: Request, event: Send) -> Answer:
    if request.status is not Status.CLOSED:
        return done(draft, request, event, Text.OPEN_ALREADY)
    presses.open_again(draft, request, event)
    return done(draft, request, event, Text.OPEN_AGAIN)


def _take_undo(draft: Draft, request: Request, event: Send) -> Answer:
    if not presses.can_undo(request, event):
        raise Refused(draft.say(Text.UNDO_TOO_LATE))
    presses.undo(draft, request, event)
    return done(draft, request, event, Text.UNDONE)


def _anyone(draft: Draft, request: Request, event: Press) -> None:
    """Let anybody: what is done is the presser's own."""


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "close": Step("Close", _draw_close, _take_close),
        "reopen": Step("Not solved", None, _take_reopen, rights.may_end),
        "undo": Step("Undo", None, _take_undo, _anyone),
    }
)
