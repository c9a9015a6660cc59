"""What the desk needs of the world, as ports, and what passes through them.

A journal that loses nothing, a courier that delivers, and whoever looks things up; and what a desk is to the doors that
tell it something. Each real one has a fake that keeps the same promises.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.alerts.alert import Alert
from bot.effects import Change, Effect, Say
from bot.events import Delivered, Event, PlanFound, Undeliverable
from bot.hours import SupportHours
from bot.rota.plan import Question
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Knowledge, Notice, State
from bot.support.erasure import Part
from bot.support.handbook import Handbook
from bot.support.recurrence import Common
from bot.support.report import Figures, Period, Report
from bot.support.request import Match, Outcome, Request, Status

Clock = Callable[[], datetime]


class Taker(Protocol):
    """A desk, which stores what it is told before it returns."""

    async def handle(self, event: Event) -> object:
        """Take an event; raise NotStored if it could not be stored."""


class Conflict(Exception):  # noqa: N818 - not a failure: decide again
    """Another writer was faster, or a key is known after all: reload and decide again."""


class Lost(Exception):  # noqa: N818 - not a failure: another replica delivers it
    """What was delivered is another replica's by now, which says what becomes of it: ``ids`` of rows of the outbox."""

    def __init__(self, ids: frozenset[str]) -> None:
        super().__init__(f"{len(ids)} of the outbox are another replica's")
        self.ids = ids


@dataclass(frozen=True, slots=True)
class News:
    """What other replicas committed to a desk: ``changes`` lead to how it stands at ``revision``.

    None where they are too many, and the desk is loaded anew instead.
    """

    revision: int
    changes: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox: an effect under its id, unique within its desk.

    ``event`` is the key of what it follows from, for the log.
    """

    id: str
    effect: Effect
    event: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where in Teams a shown message lives."""

    service_url: str
    conversation: str
    activity: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row of history, and the proof that an event's key is known. It holds no text that anybody wrote."""

    key: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """All that a batch of events changes, written in one transaction or not at all.

    ``revision`` is the one decided on; the desk stands at the next one afterwards. ``struck`` are ids of outbox rows
    that are done, ``shown`` the addresses of messages that now exist, by key.
    """

    tenant: str
    desk: str
    revision: int
    records: tuple[Record, ...] = ()
    changes: tuple[Change, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    struck: tuple[str, ...] = ()
    shown: tuple[tuple[str, Address], ...] = ()


@dataclass(frozen=True, slots=True)
class Expired:
    """A portion of what is past its time, and whether there is more.

    Ids of closed requests and of ended alerts, and the revision before which the history is to name nobody. With the
    last portion come the people whose ``chats`` with the bot are known, though no desk's history names them any more.
    """

    requests: tuple[str, ...]
    revision: int
    more: bool
    chats: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Until when what is past its time was closed, or done, by what of it is erased; ``nameless_to`` as in Facts."""

    closed: Mapping[Part, datetime]
    nameless_to: int


@dataclass(slots=True)
class Loaded:
    """A desk as the journal holds it: its revision, what is open, and the outbox in order."""

    revision: int
    desk: DeskInfo
    rota: Rota
    facts: Facts
    requests: tuple[Request, ...]
    notices: tuple[Notice, ...]
    outgoing: tuple[Outgoing, ...]
    alerts: tuple[Alert, ...] = ()
    commons: tuple[Common, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the search knows it, as it was written at ``revision``; one with no words is compared with nothing.

    ``vector`` is what ``encoder`` made of exactly these words, as bytes of that encoder's own kind; None until then.
    """

    request: str
    revision: int
    text: str
    posted_at: datetime
    status: Status
    outcome: Outcome | None = None
    common: str = ""
    helped: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    vector: bytes | None = None
    encoder: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A row of the outbox, for whoever counts: its id, the key of its effect, and the name of the effect's class."""

    id: str
    key: str
    effect: str


@dataclass(frozen=True, slots=True)
class Audit:
    """A desk as it is looked at from outside the way by which it works.

    ``state`` has all by which something falls due, but of the requests only the first of those whose next step was due
    at the moment asked about, and ``due`` is how many there are; ``pending`` are the oldest rows of the outbox, and
    ``total`` is how many there are.
    """

    state: State
    due: int
    pending: tuple[Pending, ...]
    total: int


class Journal(Protocol):
    """Takes every event at once and never loses one. Every method raises NotStored when the store fails."""

    async def desks(self) -> tuple[DeskInfo, ...]:
        """Return every desk."""

    async def create(self, desk: DeskInfo) -> None:
        """Add a desk at revision 0; raise Refused if its id, or its channel in its tenant, is taken."""

    async def remove(self, tenant: str, desk: str) -> None:
        """Forget a desk; raise Refused if it ever had a request, or has something left to send."""

    async def load(self, tenant: str, desk: str) -> Loaded:
        """Return a desk: requests that are not closed, live alerts, notices, common requests, pending effects."""

    async def known(self, tenant: str, desk: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of ``keys`` that belong to events already recorded."""

    async def matters(self, tenant: str, desk: str, ids: Iterable[str], places: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests with these ids or in these threads, closed ones included."""

    async def alerts(self, tenant: str, desk: str, ids: Iterable[str], names: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts with these ids or names, ended ones included, by id."""

    async def alerts_naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts, live or not erased yet, in which one of ``words`` stands: an id, or a name."""

    async def naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests, open or not erased yet, in which one of ``words`` stands: an id, or a name."""

    async def remembers(self, tenant: str, desk: str, person: str) -> bool:
        """Say whether the history names somebody by their id, or their chat with the bot is known."""

    async def expired(self, tenant: str, desk: str, limits: Limits, portion: int) -> Expired:
        """Return what is past its time, at most ``portion`` of each kind, the oldest first."""

    async def closed(self, tenant: str, desk: str, requester: str, since: datetime) -> tuple[Request, ...]:
        """Return what somebody asked and was closed at ``since`` or later."""

    async def texts(self, tenant: str, desk: str, after: tuple[int, str], portion: int) -> tuple[Asked, ...]:
        """Return what the search is to know anew: at most ``portion`` after a revision and a request, in that order."""

    async def keep_vectors(self, tenant: str, desk: str, some: Iterable[Asked]) -> None:
        """Keep the vectors of those requests that still have the same words."""

    async def figures(self, tenant: str, desk: str, period: Period) -> Figures:
        """Return what came in a period, counted from history as it stands."""

    def alone(self, tenant: str, desk: str, revision: int) -> AbstractAsyncContextManager[News | None]:
        """Have a desk to oneself: what is read within stands until the end of it, or of the commit.

        Give what others committed since ``revision``, None for nothing.
        """

    async def commit(self, commit: Commit) -> frozenset[str]:
        """Write all of ``commit`` durably; raise Conflict if the revision has moved on or a record's key is known.

        Return the ids of what another replica delivers. Raise Lost if one of ``struck`` is another's by now.
        """

    async def address(self, tenant: str, desk: str, key: str) -> Address | None:
        """Return where the message under ``key`` lives, None if it was never delivered."""

    async def probe(self) -> None:
        """Write something that means nothing, as durably as a commit."""

    async def audit(self, tenant: str, desk: str, due: datetime) -> Audit:
        """Return a desk as whoever audits it reads it: with requests whose next step was due at ``due``."""


class Origin(Protocol):
    """The desk that an effect comes from, as a courier knows it."""

    info: DeskInfo

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        """Take what became of an effect."""

    def has_to_store(self, effect: str) -> bool:
        """Say whether what became of an effect was taken, and is not stored yet."""

    async def wants(self, effect: Say) -> bool:
        """Say whether something that waits to be said still is to be."""

    async def state(self) -> State:
        """Return the desk's state as it stands."""

    async def question(self, weeks: int) -> Question:
        """Return what a forecast of so many weeks is asked as the desk stands."""

    async def counted(self, day: date) -> Report:
        """Return the report of the iteration of ``day`` as it stands now; raise NotStored where that can't be read."""


class Courier(Protocol):
    """Delivers effects, each until its place says yes or no for good, and reports to the desk by an event."""

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        """Take effects to deliver, in order."""


class Meter:
    """Takes what desks and their couriers do, and counts nothing; what does counts. It never fails, nobody waits."""

    def stored(
        self,
        changed: Iterable[tuple[Event, Request | None, Request]],
        now: datetime,
        seconds: float,
        hours: Callable[[], SupportHours],
    ) -> None:
        """Take a commit that took so many seconds: requests by the event that changed them, as they were and became."""

    def repeated(self, event: Event) -> None:
        """Take an event that was known already."""

    def delivered(self, effect: Effect, seconds: float) -> None:
        """Take an effect that is done so long after it was handed over."""


class Library(Protocol):
    """Each desk's handbook, as it was last read."""

    def of(self, desk: DeskInfo) -> Handbook:
        """Return a desk's handbook; an empty one where it was never read."""


class Finder(Protocol):
    """Finds what words ask for."""

    async def sections(self, desk: DeskInfo, words: str) -> tuple[Match, ...]:
        """Return the sections of a desk's handbook that ``words`` of any length ask for, the likeliest first."""


class Lookup(Protocol):
    """What the shell looks up for a desk's events."""

    def knowledge(self, desk: DeskInfo, rota: Rota, now: datetime) -> Knowledge:
        """Return the hours with the holidays around ``now``, the admins, the tree of triage, the handbook, countries.

        The holidays are the desk's, and those of the places where people of the rota are.
        """
