"""The ways from a request to what is written down of it: a common request, or an edit of the handbook.

Their forms are the desk's own, and about the request in their choice alone.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.commands import Right
from bot.decide.commons import edits, writing
from bot.decide.draft import Draft
from bot.decide.requests.step import Step
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.support.request import Request

Draw = Callable[[Draft, Press, str], Answer]


def _may(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying for whom it is, unless the presser is a backend colleague."""
    del request
    if draft.right_of(event.author) < Right.COLLEAGUE:
        raise Refused(draft.is_for(Right.COLLEAGUE))


def _step(title: str, name: str, draw: Draw) -> Step:
    def drawn(draft: Draft, request: Request, event: Press, error: str = "") -> Answer:
        where = {"key": event.key, "happened_at": event.happened_at, "place": event.place, "card": event.card}
        opened = Open(**where, author=event.author, request="", step=name, choice=request.id)  # type: ignore[arg-type]
        return draw(draft, opened, error)

    def taken(draft: Draft, request: Request, event: Send) -> Answer:
        return drawn(draft, request, event)

    return Step(title, drawn, taken, _may)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "common": _step("Common request", "common.write", writing.draw),
        "handbook": _step("Handbook", "handbook.edit", edits.draw),
    }
)
"""The steps of a request, closed or not, that write down what it taught."""
