"""Lists of requests: what is open at the desk, for support; and what somebody asked, for themselves.

The second shows what was closed in the last days too, which the shell looks up: ``asked_by`` says for whom.
"""

from dataclasses import replace
from datetime import timedelta

from bot.commands import ShowMine, parse
from bot.decide import tickets
from bot.decide.draft import Draft
from bot.decide.pictures import SUPPORT, status_line, words
from bot.decide.requests.rights import has
from bot.effects import Answer, Card
from bot.events import Event, Message, Press, Wrote
from bot.people import Author
from bot.places import person_of, personal
from bot.support.intake import excerpt
from bot.support.request import Outcome, Request, Status
from bot.support.texts import Text
from bot.views import Button, ListCard, ListRow

MOST_ROWS = 15
CLOSED_WITHIN = timedelta(days=7)
EXCERPT = 120
_OWN = frozenset({"solve", "reopen"})


def asked_by(event: Event) -> str:
    """Return whose closed requests an event is about, "" for nobody's."""
    match event:
        case Message():
            found = parse(event.text) if event.addressed else None
            return event.author.id if found and found[1] == ShowMine() else ""
        case Press():
            return event.author.id if event.card.startswith(_card(event.author)) else ""
    return ""


def open_requests(draft: Draft, event: Message) -> ListCard:
    """Return what is open: the reader's own first, then what nobody has, then the others', each by age."""
    me = event.author.id
    live = [one for one in draft.requests() if one.status is not Status.CLOSED and not one.lead]
    live.sort(key=lambda one: (_turn(one, me), one.posted_at, one.id))
    if not live:
        return ListCard("Nothing is open", (), "Everybody who asked has an answer.")
    more = len(live) - MOST_ROWS
    note = f"… and {more} more." if more > 0 else ""
    count = "One request is open" if len(live) == 1 else f"{len(live)} requests are open"
    return ListCard(count, tuple(_row(draft, one, event) for one in live[:MOST_ROWS]), note)


def show_mine(draft: Draft, event: Message) -> None:
    """Show somebody what they asked: in their own chat with buttons, elsewhere only to be read."""
    at_home = person_of(event.place) == event.author.id
    card = _card(event.author) + event.key if at_home else ""
    view = mine(draft, event.author, card)
    if not view.rows and isinstance(event, Wrote) and event.beside:
        return
    if card:
        draft.show(card, event.place, view)
    else:
        draft.post(f"say:{event.key}", event.place, view)


def mine(draft: Draft, author: Author, card: str) -> ListCard:
    """Return what somebody asked, the latest first, what is closed last; ``card`` is the list's key, "" for none."""
    own = [one for one in draft.requests() if one.requester.id == author.id and _is_shown(draft, one)]
    own.sort(key=lambda one: (one.status is not Status.CLOSED, one.posted_at, one.id), reverse=True)
    title = draft.say(Text.YOUR_REQUESTS)
    if not own:
        return ListCard(title, (), draft.say(Text.NO_REQUESTS))
    more = len(own) - MOST_ROWS
    note = draft.say(Text.MORE_REQUESTS, count=more) if more > 0 else ""
    return ListCard(title, tuple(_own_row(draft, one, card) for one in own[:MOST_ROWS]), note)


def instead(draft: Draft, event: Press, answer: Answer) -> Answer:
    """Return the list as it is now where its button was pressed, else the ``answer`` that was given."""
    if event.place != personal(event.author.id) or not event.card.startswith(_card(event.author)):
        return answer
    view = mine(draft, event.author, event.card)
    draft.show(event.card, event.place, view, first=False)
    return Card(view)


def _card(author: Author) -> str:
    """Return how the keys of somebody's own lists begin: no other card is edited by what they press."""
    return f"mine:{author.id}:"


def _turn(request: Request, me: str) -> int:
    if request.claimer is not None:
        return 0 if request.claimer.id == me else 2
    return 1


def _row(draft: Draft, request: Request, event: Message) -> ListRow:
    """Return a row of the list, with *Support…* for those to whom it offers anything."""
    duty, me = draft.duty_for(request), event.author
    on_duty = duty.may_claim(me.id) or duty.observes(me.id) or has(request, me)
    button = Button(draft.state.desk.id, request.id, f"list:{event.key}", SUPPORT, "open", "support")
    second = request.clock is not None and request.clock.second
    line = status_line(request, draft.now, draft.hours, second=second)
    return ListRow(
        title=f"{request.requester.name} · {request.id}",
        excerpt=words(request, EXCERPT),
        line="; ".join(filter(None, (line, tickets.stands(draft, request.id)))),
        waiting=request.claimer is None,
        presses=(),
        opens=(button,) if on_duty else (),
        thread=request.place,
        thread_label="Open thread",
    )


def _own_row(draft: Draft, request: Request, card: str) -> ListRow:
    shown = draft.request_card(request)
    presses = tuple(replace(one, card=card) for one in shown.presses if card and one.verb in _OWN)
    return ListRow(
        title=shown.headline.plain,
        excerpt="" if request.matter else excerpt(request.text, EXCERPT),
        line=" · ".join(filter(None, (shown.remark, shown.detail))),
        waiting=request.status is not Status.CLOSED,
        presses=presses,
        opens=(),
        thread=request.place,
        thread_label=draft.say(Text.OPEN_THREAD),
    )


def _is_shown(draft: Draft, request: Request) -> bool:
    if request.status is not Status.CLOSED:
        return True
    recent = request.closed_at is not None and draft.now - request.closed_at <= CLOSED_WITHIN
    return recent and request.outcome is not Outcome.WITHDRAWN
