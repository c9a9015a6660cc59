"""Steps that are about the desk and not about one request; a command's card opens them, or another step.

Each module that has such steps gives its own table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.commands import Right
from bot.decide import forms
from bot.decide.draft import Draft
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.places import channel_of, personal
from bot.support.texts import Text


@dataclass(frozen=True, slots=True)
class DeskStep:
    """A step: who may, how its form is drawn (with what was wrong with the last try), and what it does when sent."""

    right: Right
    draw: Callable[[Draft, Press, str], Answer] | None
    take: Callable[[Draft, Send], Answer] | None


def opened(draft: Draft, event: Open, steps: Mapping[str, DeskStep]) -> Answer:
    """Draw a step's form; it changes nothing."""
    known = _allowed(draft, event, event.step, steps)
    if known.draw is None:
        raise Refused(draft.say(Text.STALE))
    return known.draw(draft, event, "")


def sent(draft: Draft, event: Send, steps: Mapping[str, DeskStep]) -> Answer:
    """Do a step; what was emptied in its form is empty then."""
    known = _allowed(draft, event, event.step, steps)
    if known.take is None:
        raise Refused(draft.say(Text.STALE))
    return known.take(draft, forms.whole(event))


def _allowed(draft: Draft, event: Press, name: str, steps: Mapping[str, DeskStep]) -> DeskStep:
    known = steps.get(name)
    if known is None:
        raise Refused(draft.say(Text.STALE))
    desk = draft.state.desk
    if event.place != personal(event.author.id) and channel_of(event.place) not in {desk.channel, desk.team_channel}:
        raise Refused(draft.say(Text.ELSEWHERE))
    if draft.right_of(event.author) < known.right:
        raise Refused(draft.is_for(known.right))
    return known
