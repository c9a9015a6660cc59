"""A request: a matter raised in the desk's channel, from its post to its outcome.

Every change of status goes through TRANSITIONS; a step that is not in it is refused. The README's state diagram is
generated from this table.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.errors import Refused
from bot.people import Author

MOST_HANDED = 5  # things said to whoever has a request next


class Status(StrEnum):
    """Where a request stands."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    CLOSED = "CLOSED"


class Outcome(StrEnum):
    """How a request ended. The last two are in no figure."""

    ANSWERED = "answered"
    EXPLAINED = "explained"
    WORKAROUND = "workaround"
    TICKET = "ticket"
    TRAINING = "training"
    DOCS = "docs"
    REDIRECTED = "redirected"
    SELF_SERVICE = "self-service"
    ADMIN_PAGE = "admin page"
    OVERRIDE_REFUSED = "override refused"
    OVERRIDE_DONE = "override done"
    DUPLICATE = "duplicate"
    SOLVED_BY_REQUESTER = "solved by requester"
    NO_REPLY = "no reply"
    WITHDRAWN = "withdrawn"
    NOT_A_REQUEST = "not a request"


WITH_TICKET = frozenset({Outcome.TICKET, Outcome.WORKAROUND})
"""The outcomes that leave the cause to a ticket."""
NO_REQUEST = frozenset({Outcome.WITHDRAWN, Outcome.NOT_A_REQUEST})
"""The outcomes of what was none after all: it is in no figure, and compared with nothing."""


def is_request(id_: str) -> bool:
    """Say whether an id is a request's."""
    return id_.startswith("R-")


class Act(StrEnum):
    """What happens to a request."""

    CLAIM = "claim"
    OBSERVER_ANSWER = "observer answers"
    ASK = "question asked"
    HAND_ON = "given back or handed on"
    LAPSE = "next word missed"
    FOLLOW = "same as another"
    SEPARATE = "separate matter"
    SOLVE = "solved"
    DISMISS = "not a request"
    GIVE_UP = "no reply"
    WITHDRAW = "post deleted"
    RESTORE = "post restored"
    REFUSE = "ticket refused"
    REOPEN = "not solved"


TRANSITIONS = MappingProxyType(
    {
        (Status.OPEN, Act.CLAIM): Status.ACKNOWLEDGED,
        (Status.OPEN, Act.OBSERVER_ANSWER): Status.OPEN,
        (Status.OPEN, Act.FOLLOW): Status.ACKNOWLEDGED,
        (Status.OPEN, Act.SOLVE): Status.CLOSED,
        (Status.OPEN, Act.DISMISS): Status.CLOSED,
        (Status.OPEN, Act.WITHDRAW): Status.CLOSED,
        (Status.ACKNOWLEDGED, Act.ASK): Status.ACKNOWLEDGED,
        (Status.ACKNOWLEDGED, Act.FOLLOW): Status.ACKNOWLEDGED,
        (Status.ACKNOWLEDGED, Act.HAND_ON): Status.OPEN,
        (Status.ACKNOWLEDGED, Act.LAPSE): Status.OPEN,
        (Status.ACKNOWLEDGED, Act.SEPARATE): Status.OPEN,
        (Status.ACKNOWLEDGED, Act.SOLVE): Status.CLOSED,
        (Status.ACKNOWLEDGED, Act.DISMISS): Status.CLOSED,
        (Status.ACKNOWLEDGED, Act.GIVE_UP): Status.CLOSED,
        (Status.ACKNOWLEDGED, Act.WITHDRAW): Status.CLOSED,
        (Status.CLOSED, Act.RESTORE): Status.OPEN,
        (Status.CLOSED, Act.REOPEN): Status.OPEN,
        (Status.CLOSED, Act.REFUSE): Status.ACKNOWLEDGED,
        (Status.CLOSED, Act.FOLLOW): Status.ACKNOWLEDGED,
    }
)


def diagram() -> str:
    """Return TRANSITIONS as a Mermaid state diagram, for the README."""
    lines = [f"    {before} --> {after}: {act}" for (before, act), after in TRANSITIONS.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Status.OPEN}: post", *lines])


class Rung(StrEnum):
    """A rung of the escalation table, lowest first."""

    MENTION = "mention"
    PAIR = "pair"
    FALLBACK = "fallback"
    THREAD = "thread"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Due:
    """A rung of the escalation table, and the instant (UTC) at which it falls due."""

    step: Rung
    at: datetime


@dataclass(frozen=True, slots=True)
class Deferred:
    """A call held back because the person was called within the hour; it goes at ``at`` if still unanswered."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A running response clock: computed once when it starts, in UTC, and stored.

    ``pending`` are the rungs still to be done, earliest first. ``called`` are the people whom this clock has called,
    by a personal message or in the thread's line; ``mentioned`` those whom the card mentioned. ``only`` are those whom
    its first personal message goes to instead of the pair, and ``note`` what it tells them. ``spared`` are rungs that
    fell due in a pause and were not done; ``anew`` says that a clock ran before: whom that called is called again,
    as at the end of a pause (``resumed_at``). ``by`` is who handed the request on, and is not to answer it again.
    """

    second: bool
    started_at: datetime
    due_at: datetime
    pending: tuple[Due, ...]
    called: tuple[str, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    mentioned: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    note: str = ""
    anew: bool = False
    spared: tuple[Rung, ...] = ()
    resumed_at: datetime | None = None
    by: str = ""

    @property
    def round(self) -> str:
        """Return what tells a request's clocks apart: its first, which may be taken up again, or when a later began."""
        if self.second or self.anew:
            return f"{'second' if self.second else 'anew'}@{self.started_at.isoformat()}"
        return "first"

    @property
    def next_at(self) -> datetime | None:
        """Return when this clock next has something to do; None when all is done."""
        moments = [due.at for due in self.pending[:1]] + [held.at for held in self.deferred]
        return min(moments, default=None)


@dataclass(frozen=True, slots=True)
class NextWord:
    """When the requester was promised to hear more, and when the request opens again: set once its claimer is asked.

    ``answered_at`` is when the requester answered, while nobody could be told: outside support hours. ``asker`` is whom
    they answered, where that is not the claimer. ``over`` says that ``by`` has passed outside support hours, as the
    card says till the opening.
    """

    by: datetime
    lapses_at: datetime | None = None
    answered_at: datetime | None = None
    over: bool = False
    asker: Author | None = None

    @property
    def next_at(self) -> datetime:
        """Return when there is next something to do."""
        return self.answered_at or self.lapses_at or self.by


@dataclass(frozen=True, slots=True)
class Wait:
    """A question to the requester stands: since when, when they are reminded (None: they were), when it is given up.

    ``by`` is who asked, where that is not the claimer.
    """

    since: datetime
    remind_at: datetime | None
    ends_at: datetime
    by: Author | None = None

    @property
    def next_at(self) -> datetime:
        """Return when there is next something to do."""
        return self.remind_at or self.ends_at


@dataclass(frozen=True, slots=True)
class Advice:
    """What somebody has to say to whoever has a request next.

    An answer given in the thread by a colleague off duty (``text`` is empty), or what is written when a request is
    handed on, answered or opened again. ``reply`` is the message of the thread in which it stands, "" for a colleague's
    note, which stands nowhere else. ``shown`` is the card that told an answer to whoever waited for it, "" for none.
    """

    author: Author
    at: datetime
    text: str = ""
    reply: str = ""
    shown: str = ""

    @property
    def is_note(self) -> bool:
        """Say whether a colleague wrote this to support alone."""
        return not self.reply


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An observer's answer, suggested to the pair alone; ``number`` tells its cards from those of others."""

    author: Author
    at: datetime
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Deed:
    """The latest thing that somebody did to a request, and how often anybody has done something.

    ``key`` is the event's. ``posted`` is the key of the message that it posted at ``place``, "" for none, and ``text``
    its words; ``others`` are requests, tickets or other messages that it made. ``only`` are the fields of the request
    that *Undo* takes back, none for all.
    """

    number: int
    author: Author
    at: datetime
    what: str
    key: str = ""
    posted: str = ""
    place: str = ""
    text: str = ""
    others: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of triage, its answer, and who gave it."""

    question: str
    answer: str
    by: str


@dataclass(frozen=True, slots=True)
class Match:
    """Something that a text resembles: a section of the handbook ("#anchor"), a request, or a common request ("C-3").

    ``sure`` says that it is likely enough to be told as the answer; ``outcome`` is how a request ended.
    """

    ref: str
    sure: bool
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Requests of a few minutes that are likely one matter, as the first of them knows them.

    ``others`` are all but itself, ``cards`` the messages that offer the pair to put them together. ``settled`` says
    that somebody did, or said that they are not the same.
    """

    others: tuple[str, ...]
    cards: tuple[str, ...] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    ``reply`` is the id of the reply that raised it, "" for the thread's own post. ``clock`` runs while the request is
    OPEN; a withdrawn one keeps its clock, stopped, should its post be restored. ``asked`` are the people whom its card
    names as those who will answer, ``reacted`` backend colleagues who said or pressed something here; ``copies`` the
    keys of the notices that show it. ``ticket`` is the key or link of the ticket that has its cause, "" for none, and
    ``ticket_done`` says that it is done.

    After the claim either ``word`` runs or the request waits for the requester (``wait``). ``lead`` is the request that
    this one follows, "" for none: as a duplicate, or as a ``follow_up`` of the same person; ``followers`` those that
    follow this one. ``matter`` names it where several are in one thread, ``remark`` is what its requester reads at its
    end. ``advice`` is a colleague's answer in the thread, ``suggestions`` are observers' to the pair, each one's
    latest, ``handed`` what was said to whoever has it next, the latest last. ``deed`` and ``before`` (the request
    before it) are what *Undo* needs; ``triage`` is how far triage has come.
    ``helpers`` were asked in the team channel, last at ``helped_at``. ``open_since`` is when it was opened again, None
    where that never was: what was said before does not answer it.

    ``matches`` are what it resembles, the likeliest first; ``helped`` names those of which somebody said that they
    answer it, ``unlike`` those that do not. ``common`` is the common request that it is, "" for none. ``incident`` is
    what came with it within minutes and is likely the same, None for nothing.
    ``unanswered_since`` is when it was opened again though nobody had ever answered: its first clock began anew.
    """

    id: str
    requester: Author
    text: str
    text_at: datetime
    place: str
    posted_at: datetime
    due_at: datetime
    status: Status = Status.OPEN
    clock: Clock | None = None
    responder: Author | None = None
    responded_at: datetime | None = None
    claimer: Author | None = None
    claimed_at: datetime | None = None
    word: NextWord | None = None
    wait: Wait | None = None
    advice: Advice | None = None
    suggestions: tuple[Suggestion, ...] = ()
    handed: tuple[Advice, ...] = ()
    lead: str = ""
    follow_up: bool = False
    followers: tuple[str, ...] = ()
    matter: str = ""
    remark: str = ""
    ticket: str = ""
    ticket_done: bool = False
    triage: tuple[Answered, ...] = ()
    helpers: tuple[str, ...] = ()
    helped_at: datetime | None = None
    deed: Deed | None = None
    before: "Request | None" = None
    outcome: Outcome | None = None
    closed_by: Author | None = None
    closed_at: datetime | None = None
    reacted: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    reply: str = ""
    asked: tuple[str, ...] = ()
    open_since: datetime | None = None
    matches: tuple[Match, ...] = ()
    helped: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    common: str = ""
    incident: Incident | None = None
    unanswered_since: datetime | None = None

    @property
    def words(self) -> str:
        """Return what was asked: of several matters in one post, its own."""
        return self.matter or self.text

    @property
    def next_at(self) -> datetime | None:
        """Return when this request next needs a look; None when nothing is due."""
        if self.status is Status.OPEN:
            return self.clock.next_at if self.clock else None
        if self.status is Status.CLOSED:
            return None
        if self.wait:
            return self.wait.next_at
        return self.word.next_at if self.word else None

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the ids of the requests that this one follows, or that follow it; *Undo* included."""
        undo = self.before.beside if self.before else ()
        return (*((self.lead,) if self.lead else ()), *self.followers, *undo)

    @property
    def has_no_step_left(self) -> bool:
        """Say whether this is open with every rung done, so that only the next opening is left to look at."""
        return self.status is Status.OPEN and self.next_at is None


def goes_with_own(request: Request, lead: Request | None) -> bool:
    """Say whether a request follows an earlier one of the same person, and not a duplicate of somebody else's."""
    return request.follow_up and lead is not None and lead.requester.id == request.requester.id


def hand(request: Request, said: Advice) -> Request:
    """Keep what is said to whoever has a request next; words go before notes: they stand in the thread, too."""
    known = request.handed
    if len(known) >= MOST_HANDED:
        gone = next((one for one in known if not one.is_note), known[0])
        known = tuple(one for one in known if one is not gone)
    return replace(request, handed=(*known, said))


def rewritten(request: Request, reply: str, said: Advice | None) -> Request:
    """Return a request of which a kept reply reads otherwise now, None for not at all; *Undo* brings back no other."""

    def now(old: Advice) -> tuple[Advice, ...]:
        if old.reply != reply or (said is not None and said.at < old.at):
            return (old,)
        new = said or (replace(old, text="") if old.shown else None)
        return (replace(new, shown=old.shown),) if new else ()

    handed = tuple(one for old in request.handed for one in now(old))
    gone = said is None and request.advice is not None and request.advice.reply == reply
    advice = None if gone else request.advice
    before = request.before and rewritten(request.before, reply, said)
    return replace(request, handed=handed, advice=advice, before=before)


def step(request: Request, act: Act) -> Status:
    """Return the status after ``act``; raise Refused, in words, where the table has no such step."""
    status = TRANSITIONS.get((request.status, act))
    if status is None:
        closer = None if request.outcome is Outcome.NO_REPLY else request.closed_by  # which the clock has closed
        who = request.claimer.name if request.claimer else ""
        by = f", by {closer.name}" if closer else ""
        raise Refused(_REFUSALS[request.status].format(id=request.id, who=who, by=by))
    return status


_REFUSALS = MappingProxyType(
    {
        Status.OPEN: "{id} is still open.",
        Status.ACKNOWLEDGED: "{who} is already looking into {id}.",
        Status.CLOSED: "{id} is already closed{by}.",
    }
)


def claim(request: Request, by: Author, at: datetime, word_by: datetime) -> Request:
    """Give the request to ``by``, which is the first response if none came before, and stop its clock."""
    return replace(
        _responded(request, by, at),
        status=step(request, Act.CLAIM),
        clock=None,
        claimer=by,
        claimed_at=at,
        word=NextWord(word_by),
        advice=None,
    )


def ask(request: Request, wait: Wait) -> Request:
    """Let a claimed request wait for its requester."""
    return replace(request, status=step(request, Act.ASK), wait=wait, word=None)


def go_on(request: Request, word: NextWord) -> Request:
    """Promise the next word of a claimed request, which waits for nobody any more."""
    return replace(request, wait=None, word=word)


def open_again(request: Request, act: Act, clock: Clock, at: datetime, by: str = "") -> Request:
    """Take the request from whoever had it, under a new clock; ``by`` is a colleague who need not be told."""
    return replace(
        request,
        status=step(request, act),
        clock=clock,
        open_since=at,
        claimer=None,
        claimed_at=None,
        word=None,
        wait=None,
        advice=None,
        outcome=None,
        closed_by=None,
        closed_at=None,
        remark="",
        reacted=(by,) if by else (),
    )


def give_back(request: Request, by: Author, at: datetime, word_by: datetime) -> Request:
    """Open a request again that ended with a ticket which is refused, for whoever closed it: it is theirs as before."""
    return replace(
        request,
        status=step(request, Act.REFUSE),
        open_since=at,
        claimer=by,
        claimed_at=at,
        word=NextWord(word_by),
        outcome=None,
        closed_by=None,
        closed_at=None,
        before=None,
    )


def follow(request: Request, lead: str, *, follow_up: bool = False) -> Request:
    """Let the request follow another: it has no clock and no word of its own."""
    return replace(
        request,
        status=step(request, Act.FOLLOW),
        clock=None,
        word=None,
        wait=None,
        lead=lead,
        follow_up=follow_up,
        outcome=None,
        closed_by=None,
        closed_at=None,
        remark="",
    )


def answered_by_observer(request: Request, by: Author, at: datetime, second: Clock) -> Request:
    """Take an observer's answer as the first response; nobody has claimed, so the second clock starts."""
    return replace(_responded(request, by, at), status=step(request, Act.OBSERVER_ANSWER), clock=second)


def close(request: Request, act: Act, outcome: Outcome, by: Author, at: datetime) -> Request:
    """End the request with an outcome and stop its clocks; it keeps where answers are shown, should they be deleted."""
    shown = tuple(replace(one, text="") for one in request.handed if one.shown)
    ended = replace(request, status=step(request, act), clock=None, word=None, wait=None, advice=None)
    ended = replace(ended, suggestions=(), handed=shown)
    return replace(ended, outcome=outcome, closed_by=by, closed_at=at)


def withdraw(request: Request, at: datetime) -> Request:
    """End the request, by nobody, because its post was deleted before anyone answered; its clock stands still."""
    ended = close(request, Act.WITHDRAW, Outcome.WITHDRAWN, request.requester, at)
    return replace(ended, clock=request.clock, closed_by=None)


def restore(request: Request) -> Request:
    """Bring a withdrawn request back, its clock going on as if it had never stopped."""
    return replace(request, status=step(request, Act.RESTORE), outcome=None, closed_by=None, closed_at=None)


def answered_earlier(request: Request, by: Author, at: datetime) -> Request:
    """Take a reply that arrived late, but was written before the first response known so far, as the first one."""
    if request.responded_at is None or at >= request.responded_at:
        return request
    return replace(request, responder=by, responded_at=at)


def reacted(request: Request, person: str) -> Request:
    """Remember that a backend colleague said or pressed something here, so that no rung calls them."""
    return request if person in request.reacted else replace(request, reacted=(*request.reacted, person))


def _responded(request: Request, by: Author, at: datetime) -> Request:
    return request if request.responder else replace(request, responder=by, responded_at=at)
