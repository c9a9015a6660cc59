"""What a decision does to the world, as values with a key: recorded with the decision, delivered after it."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.alerts.alert import Alert
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Notice
from bot.support.recurrence import Common
from bot.support.request import Request
from bot.support.ticket import Ticket
from bot.views import CardView, View


@dataclass(frozen=True, slots=True)
class Show:
    """Make the message under ``key`` say ``view``: posted at ``place`` the first time, edited in place from then on.

    ``first`` says that nothing was ever shown under this key before; ``only_if_shown`` that nothing is posted where
    nothing was; ``settled`` that an earlier version which has not gone out yet need not either.
    """

    key: str
    place: str
    view: View
    first: bool = False
    only_if_shown: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Post ``view`` once."""

    key: str
    place: str
    view: View


@dataclass(frozen=True, slots=True)
class WriteRota:
    """Write the rota's file; what stands in the journal is what counts until then."""

    key: str = "rota"


@dataclass(frozen=True, slots=True)
class ForgetEdits:
    """Remove what was written by hand into the rota's file so many days ago, was refused and is kept beside it.

    With 0 all of it goes, and the file's generation before; in its turn after what is to be written.
    """

    days: int
    key: str = "rota"


@dataclass(frozen=True, slots=True)
class FetchRoster:
    """Ask Teams who and which channels are in the desk's team; the answer is an event."""

    key: str = "roster"


@dataclass(frozen=True, slots=True)
class FetchCalendar:
    """Read the absences that an iCalendar address tells of a person, who confirms them; the answer is an event.

    It is asked from ``place``, and comes back there.
    """

    key: str
    place: str
    person: str
    address: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Compute a forecast of so many weeks of the rota, for the card under ``shown`` at a place.

    A first one is an event as soon as it is there, what is proved is the answer.
    """

    key: str
    place: str
    shown: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Suppose:
    """Compute what one more person with access, or experienced, would change in so many weeks; fields as Forecast."""

    key: str
    place: str
    shown: str
    weeks: int


@dataclass(frozen=True, slots=True)
class SlackSay:
    """Post ``text`` once in Slack: in a ``thread`` ("CHANNEL/TS"), or ("") in the desk's channel for reminders."""

    key: str
    text: str
    place: str = "Slack"
    thread: str = ""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Make a ticket in the tracker, or find the one that an earlier attempt made; the answer is an event.

    ``again`` says that a person has looked and knows of none, so that it is made even where that is unclear.
    """

    key: str
    ticket: Ticket
    again: bool = False
    place: str = "Jira"


@dataclass(frozen=True, slots=True)
class FindMatches:
    """Find what a request's ``text``, as it read at ``text_at``, resembles; the answer is an event."""

    key: str
    request: str
    text: str
    text_at: datetime
    place: str = "search"


@dataclass(frozen=True, slots=True)
class SearchHandbook:
    """Find the sections of the handbook that ``words`` ask for; the answer is an event, and is shown at ``place``."""

    key: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class MakeReport:
    """Count the iteration of ``day`` up; the answer is an event, and is shown at ``place``.

    ``asked`` says that somebody asked for it, so that it is shown though nothing came.
    """

    key: str
    place: str
    day: date
    asked: bool = True


@dataclass(frozen=True, slots=True)
class ProposeEdit:
    """Propose, where the handbook is kept, that the Markdown of a section reads ``after`` instead of ``before``.

    ``section`` is "#anchor", "" for a new one at the end (``before`` is empty then). ``title`` says in one line what is
    proposed. The answer is an event; done twice it is one proposal.
    """

    key: str
    section: str
    before: str
    after: str
    title: str
    place: str = "GitHub"


Effect = (
    Show
    | Say
    | WriteRota
    | ForgetEdits
    | FetchRoster
    | FetchCalendar
    | Forecast
    | Suppose
    | SlackSay
    | OpenTicket
    | FindMatches
    | SearchHandbook
    | ProposeEdit
    | MakeReport
)


def folded(older: Effect, newer: Effect) -> Show | None:
    """Return the one update that two of the same message become while both wait, None where both must go out."""
    if not isinstance(older, Show) or not isinstance(newer, Show):
        return None
    unneeded = newer.only_if_shown and (newer.settled or older.only_if_shown)
    return replace(newer, first=older.first, only_if_shown=unneeded)


_MATTER = re.compile(r"(?<![\w-])[RA]-[0-9]+(?!\w)")


def concerns(effect: Effect) -> str:
    """Return the id of the request or alert that an effect is about, "" where neither it nor its key names one."""
    match effect:
        case OpenTicket():
            return effect.ticket.matter
        case FindMatches():
            return effect.request
        case _:
            found = _MATTER.search(effect.key)
            return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class PutRequest:
    """The request is now this."""

    request: Request


@dataclass(frozen=True, slots=True)
class PutAlert:
    """The alert is now this."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class PutCommon:
    """The common request is now this."""

    common: Common


@dataclass(frozen=True, slots=True)
class DropCommon:
    """Nothing came of a common request that was noticed: it need not be held any longer."""

    id: str


@dataclass(frozen=True, slots=True)
class PutNotice:
    """The notice is now this."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class DropNotice:
    """All that the notice shows is settled: it need not be held any longer."""

    key: str


@dataclass(frozen=True, slots=True)
class PutFacts:
    """The desk's small facts are now these."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class PutDesk:
    """The desk (its channels, its policy) is now this."""

    desk: DeskInfo


@dataclass(frozen=True, slots=True)
class PutRota:
    """The rota is now this."""

    rota: Rota


@dataclass(frozen=True, slots=True)
class ForgetActs:
    """Whoever caused the events recorded from revision ``since`` until before ``until`` is named no longer."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class ForgetMessages:
    """Where messages live whose keys begin with one of these is known no longer: they stay as they are."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForgetChats:
    """How these people's chats with the bot are reached is known no longer; who writes again is known again."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """Somebody is named no longer by the events that they caused, and their chat and copies are known no longer."""

    person: str


Forget = ForgetActs | ForgetMessages | ForgetChats | ForgetPerson
Change = PutRequest | PutAlert | PutCommon | DropCommon | PutNotice | DropNotice | PutFacts | PutDesk | PutRota | Forget


@dataclass(frozen=True, slots=True)
class Word:
    """An answer only for the presser, in words."""

    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """An answer that replaces the pressed card."""

    view: CardView


@dataclass(frozen=True, slots=True)
class Dialog:
    """An answer that opens, or goes on with, a dialog."""

    title: str
    view: CardView


@dataclass(frozen=True, slots=True)
class Erased:
    """An answer to the operator who had somebody erased: their name."""

    name: str


Answer = Word | Card | Dialog | Erased


@dataclass(frozen=True, slots=True)
class Decision:
    """What one event changes, what it makes known, and what whoever waits for it hears."""

    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    answer: Answer | None = None
