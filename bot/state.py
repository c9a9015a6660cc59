"""What a desk needs to decide with: its rota, its open matters and the matter that an event names.

State stays small for ever: what is closed and shown nowhere leaves it. Knowledge is what the shell looks up.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.alerts.alert import Alert
from bot.alerts.storm import Weather
from bot.hours import SupportHours
from bot.people import Author
from bot.policy import Policy
from bot.rota.planning import Planning
from bot.rota.shift import Rota
from bot.support.handbook import NO_HANDBOOK, Edit, Handbook
from bot.support.recurrence import Common
from bot.support.request import Request
from bot.support.ticket import Ticket
from bot.support.triage import NO_TREE, Tree


@dataclass(frozen=True, slots=True)
class DeskInfo:
    """A desk: one Teams channel of one tenant, and the team channel for everything internal ("" if none)."""

    id: str
    tenant: str
    team: str
    channel: str
    team_channel: str = ""
    policy: Policy = Policy()


class Call(StrEnum):
    """What a notice calls somebody for: an answer, or the next word to a requester that they promised."""

    ANSWER = "answer"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One request as a notice shows it; ``second`` says which of its clocks called by this notice.

    ``advised_by`` is the colleague off duty whose answer may be adopted, ``claimer`` the id of whoever has it, ``note``
    what was said to whoever has it next; ``closed`` that it is over. ``told_in`` names the clock or promise that it was
    told for: it is settled when that is over, "" for one of an older version. ``likely`` names what may answer it.
    """

    request: str
    requester: str
    excerpt: str
    place: str
    line: str
    settled: bool
    second: bool = False
    call: Call = Call.ANSWER
    advised_by: str = ""
    claimer: str = ""
    note: str = ""
    closed: bool = False
    told_in: str = ""
    likely: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A personal copy or a post in the team channel: requests shown together in one message.

    ``person`` is who got it, "" for the team channel. Only those who may claim get the buttons (``claimable``).
    ``created_at`` is when it was made; once that no longer ``waits`` to be said, when it was said or refused.
    """

    key: str
    place: str
    person: str
    created_at: datetime
    claimable: bool
    heading: str
    items: tuple[NoticeItem, ...]
    waits: bool = False


class Heard(StrEnum):
    """What a thread that holds no request was heard of: small talk, or what came before its post.

    That is a colleague's reply, its deletion, or an edit that made a request of it.
    """

    SMALL_TALK = "small talk"
    REPLY = "reply"
    DELETION = "deletion"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Early:
    """Something heard of a thread that holds no request yet; ``author`` is whose small talk or reply, else None."""

    what: Heard
    place: str
    at: datetime
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """Words that the bot posts in the channel for somebody: under which key, for whom, and who asked for it.

    Until the post stands, ``text`` holds the words; then only ``request`` and its ``place`` are kept, so that what is
    raised twice is raised once. ``refused`` says that the post could not be made: its words are there to try again;
    ``untold`` that its requester is told when support is there again.
    """

    key: str
    requester: Author
    by: Author
    at: datetime
    text: str = ""
    refused: bool = False
    request: str = ""
    place: str = ""
    untold: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the Teams team: Entra object id in lower case, name, and e-mail ("" if Teams does not say it)."""

    id: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class TeamChannel:
    """A channel of the Teams team."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Who and which channels are in the desk's team, as Teams said at ``at``; ``failure`` is why it did not, in words.

    ``channels`` has none that is another desk's own.
    """

    at: datetime
    members: tuple[Member, ...] = ()
    channels: tuple[TeamChannel, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """A setup under way: the steps done or skipped, whom it added, and the places of its cards by key.

    ``roster`` is None until Teams has answered; it is kept no longer than the setup needs it, and ``forgotten`` says
    that it was there.
    """

    done: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    cards: Mapping[str, str] = field(default_factory=dict)
    roster: Roster | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The desk's posts are stopped: since when, until when (None: until somebody resumes), and by whom."""

    since: datetime
    until: datetime | None
    by: Author


@dataclass(frozen=True, slots=True)
class Facts:
    """The desk's small facts: the last request's number, whom it wrote to when, who can't be reached.

    ``helped_at`` is when people were last called to help, ``advised_at`` when asked to pass their answers on;
    ``unreachable`` maps a place (a person's, or a channel) to the reason in words; ``early`` is kept for an hour, and
    ``raised`` for a week. ``swept_on`` is the day on which what was past its time was last erased, ``sweeps_on_at``
    when that goes on where it was too much for one go, ``nameless_to`` the revision before which the history names
    nobody any more. ``hears_all`` says that a post that does not mention the bot has arrived: until then the desk is in
    mention mode. ``set_up`` are the places of the cards, by key, of setups that are over, as long as anything is
    missing. ``chats`` are the people who chose this desk for their own chat, and when. ``owed`` are closed requests of
    whose tickets, still to be made, whoever had them is told when support and they are there again. ``edits`` of the
    handbook are kept until whoever proposed them knows what became of them.
    """

    last_number: int = 0
    helped_at: Mapping[str, datetime] = field(default_factory=dict)
    advised_at: Mapping[str, datetime] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)
    early: tuple[Early, ...] = ()
    swept_on: date | None = None
    sweeps_on_at: datetime | None = None
    nameless_to: int = 0
    raised: tuple[Raised, ...] = ()
    hears_all: bool = False
    setup: Setup | None = None
    set_up: Mapping[str, str] = field(default_factory=dict)
    pause: Pause | None = None
    chats: Mapping[str, datetime] = field(default_factory=dict)
    owed: tuple[str, ...] = ()
    planning: Planning = Planning()
    weather: Weather = Weather()
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    last_ticket: int = 0
    last_common: int = 0
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A read-only view of a desk.

    ``threads`` maps a thread's place to the ids of the requests raised in it, ``askers`` a requester's id to those that
    they raised, ``called`` an alert's names to its id. ``commons`` are all common requests, by id.
    """

    desk: DeskInfo
    rota: Rota = Rota()
    facts: Facts = Facts()
    requests: Mapping[str, Request] = field(default_factory=dict)
    threads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    askers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    commons: Mapping[str, Common] = field(default_factory=dict)

    @property
    def tickets(self) -> Mapping[str, Ticket]:
        """Return the tickets of which something is still to be heard, by id."""
        return self.facts.tickets


def no_feed(person: str, renewed: int) -> str:
    """Know no calendar's address."""
    del person, renewed
    return ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the shell looked up for an event: the desk's hours, the admins' ids, the tree of triage.

    ``feed`` returns the address of a calendar, of a person or ("") of the desk, by how often it was renewed, "" for
    none.
    ``countries`` are those whose public holidays are known, each with its subdivisions; ``own`` the channels, by tenant
    and id, that are a desk's own; ``country_names`` what countries are called in English, in small
    letters, each with its code. ``jira`` is the key of the project in which the desk's tickets are made, "" where the
    bot makes none. ``handbook`` is the desk's, as it was last read.
    """

    hours: SupportHours = SupportHours()
    admins: frozenset[str] = frozenset()
    triage: Tree = NO_TREE
    countries: Mapping[str, frozenset[str]] = field(default_factory=dict)
    own: Container[tuple[str, str]] = frozenset()
    country_names: Mapping[str, str] = field(default_factory=dict)
    feed: Callable[[str, int], str] = no_feed
    jira: str = ""
    handbook: Handbook = NO_HANDBOOK
