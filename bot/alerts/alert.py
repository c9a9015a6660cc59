"""An alert: an error that Bugsnag reports, from its first notification to its end.

Every change of status goes through TRANSITIONS; a step that is not in it is refused. The README's state diagram is
generated from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.alerts.notification import Kind, Notification
from bot.errors import Refused
from bot.people import Author

MOST_POSTS = 20  # messages in Slack about one alert, the first and the latest
MOST_HEARD = 50
TWICE_WITHIN = timedelta(minutes=10)  # between the two ways by which the same is told
LIKE = "like:"
PREFIX = "A-"


class Status(StrEnum):
    """Where an alert stands."""

    TRIGGERED = "TRIGGERED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    TICKETED = "TICKETED"
    RESOLVED = "RESOLVED"
    IGNORED = "IGNORED"


LIVE = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
"""Where somebody still has something to do."""


class Act(StrEnum):
    """What happens to an alert."""

    ACKNOWLEDGE = "somebody handles it"
    LET_GO = "taken back or handed on"
    TICKET = "ticket"
    RESOLVE = "resolved"
    IGNORE = "ignored"
    REFUSE = "ticket refused or deleted"
    TRIGGER = "again"


TRANSITIONS = MappingProxyType(
    {
        (Status.TRIGGERED, Act.ACKNOWLEDGE): Status.ACKNOWLEDGED,
        (Status.TRIGGERED, Act.TICKET): Status.TICKETED,
        (Status.TRIGGERED, Act.RESOLVE): Status.RESOLVED,
        (Status.TRIGGERED, Act.IGNORE): Status.IGNORED,
        (Status.ACKNOWLEDGED, Act.LET_GO): Status.TRIGGERED,
        (Status.ACKNOWLEDGED, Act.TICKET): Status.TICKETED,
        (Status.ACKNOWLEDGED, Act.RESOLVE): Status.RESOLVED,
        (Status.ACKNOWLEDGED, Act.IGNORE): Status.IGNORED,
        (Status.TICKETED, Act.RESOLVE): Status.RESOLVED,
        (Status.TICKETED, Act.IGNORE): Status.IGNORED,
        (Status.TICKETED, Act.REFUSE): Status.ACKNOWLEDGED,
        (Status.TICKETED, Act.TRIGGER): Status.TRIGGERED,
        (Status.RESOLVED, Act.IGNORE): Status.IGNORED,
        (Status.RESOLVED, Act.TRIGGER): Status.TRIGGERED,
        (Status.IGNORED, Act.RESOLVE): Status.RESOLVED,
        (Status.IGNORED, Act.TRIGGER): Status.TRIGGERED,
    }
)


def diagram() -> str:
    """Return TRANSITIONS as a Mermaid state diagram, for the README."""
    lines = [f"    {before} --> {after}: {act}" for (before, act), after in TRANSITIONS.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Status.TRIGGERED}: Bugsnag", *lines])


@dataclass(frozen=True, slots=True)
class Telling:
    """A notification that was heard one way, and may be heard the other way too: its id, when, and by the webhook."""

    id: str
    at: datetime
    webhook: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A message in Slack about an alert ("CHANNEL/TS"), and its address ("" if unknown)."""

    thread: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a collaborator said in Bugsnag."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Deed:
    """The latest thing that somebody did to an alert by a press, which they may take back."""

    author: Author
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert.

    ``key`` says which notifications are its own; ``latest`` is all that they said, the newer over the older. ``posts``
    are the messages in Slack about it, the first and the latest ones, ``heard`` what may come the other way too.
    ``times`` counts those that told of an occurrence, of which ``last_at`` was the last. ``news`` is the kind of the
    one that it waits for since ``triggered_at``; ``changed_at`` is when its status last changed. ``round`` counts how
    often it was triggered: each time has a card of its own.

    ``acknowledged_at`` is when somebody first did something about it, None where nobody did before it was over.
    ``owner`` has it, since ``owned_at``; ``eyes`` is the Slack user whose eyes said so, "" if it was said otherwise,
    and ``back`` when whose eyes were taken back. ``pair_at`` and ``further_at`` are when the pair, and a further
    fallback, are called (None: no more), ``called`` those who were. ``cards`` are the keys of the messages that show
    it. ``storm`` is the storm that it came in. ``ended_by`` says who, or whose act in Bugsnag, ended it; ``reason`` and
    ``until`` are why and until when it is ignored. ``ticket`` is ours ("T-3"), ``ticket_key`` the tracker's, with its
    address. ``after`` is the deployment or release just before it, in words. ``said`` counts the lines in its threads,
    ``unsaid`` is what its thread is to hear when there is one.
    """

    id: str
    key: str
    latest: Notification
    first_at: datetime
    last_at: datetime
    triggered_at: datetime
    changed_at: datetime
    status: Status = Status.TRIGGERED
    news: Kind = Kind.NEW
    round: int = 1
    times: int = 1
    heard: tuple[Telling, ...] = ()
    posts: tuple[Post, ...] = ()
    owner: Author | None = None
    owned_at: datetime | None = None
    eyes: str = ""
    back: Mapping[str, datetime] = field(default_factory=dict)
    pair_at: datetime | None = None
    further_at: datetime | None = None
    called: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    storm: str = ""
    comment: Comment | None = None
    impact: str = ""
    ended_by: Author | None = None
    reason: str = ""
    until: datetime | None = None
    ticket: str = ""
    ticket_key: str = ""
    ticket_url: str = ""
    after: str = ""
    unsaid: str = ""
    said: int = 0
    deed: Deed | None = None
    before: "Alert | None" = None
    acknowledged_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Say whether somebody still has something to do."""
        return self.status in LIVE

    @property
    def thread(self) -> str:
        """Return the message in Slack under which people talk about it now, "" for none."""
        return self.posts[-1].thread if self.posts else ""

    @property
    def threads(self) -> tuple[str, ...]:
        """Return the messages in Slack about it."""
        return tuple([one.thread for one in self.posts])

    @property
    def next_at(self) -> datetime | None:
        """Return when somebody is next to be called, None for never."""
        moments = [at for at in (self.pair_at, self.further_at) if at]
        return min(moments, default=None) if self.status is Status.TRIGGERED else None

    @property
    def names(self) -> tuple[str, ...]:
        """Return all by which it is found again: its key, its messages, and what it is alike."""
        like = alike(self.latest)
        return (self.key, *map(post_name, self.threads), *((like,) if like else ()))


def key_of(notification: Notification, thread: str) -> str:
    """Return the key of the alert that a notification belongs to.

    That is its error; of one without, what it is alike, such as a spike's latest error; else it is one of its own.
    """
    if notification.error:
        return f"error:{notification.error}"
    return alike(notification) or f"message:{thread}"


def alike(notification: Notification) -> str:
    """Return the name that errors of the same class in the same project have in common, "" where that is not known."""
    if not notification.error_class:
        return ""
    return f"{LIKE}{notification.project}|{notification.error_class}"


def is_alert(id_: str) -> bool:
    """Say whether an id is an alert's."""
    return id_.startswith(PREFIX)


def post_name(thread: str) -> str:
    """Return the name by which an alert is found from a message in Slack."""
    return f"post:{thread}"


def step(alert: Alert, act: Act) -> Status:
    """Return the status after ``act``; raise Refused, in words, where the table has no such step."""
    status = TRANSITIONS.get((alert.status, act))
    if status is None:
        who = alert.owner.name if alert.owner else "somebody"
        by = f", by {alert.ended_by.name}" if alert.ended_by else ""
        raise Refused(_REFUSALS[alert.status].format(id=alert.id, who=who, by=by))
    return status


_REFUSALS = MappingProxyType(
    {
        Status.TRIGGERED: "Nobody has {id} yet.",
        Status.ACKNOWLEDGED: "{who} is already handling {id}.",
        Status.TICKETED: "{id} has a ticket{by}.",
        Status.RESOLVED: "{id} is already resolved{by}.",
        Status.IGNORED: "{id} is ignored{by}.",
    }
)


def acknowledged(alert: Alert, author: Author, at: datetime, eyes: str = "") -> Alert:
    """Return an alert that somebody handles since ``at``, as the ``eyes`` of a Slack user say, or something else."""
    return replace(
        met(alert, at),
        status=step(alert, Act.ACKNOWLEDGE),
        owner=author,
        owned_at=at,
        changed_at=at,
        eyes=eyes,
        deed=None,
        before=None,
    )


def met(alert: Alert, at: datetime) -> Alert:
    """Return an alert about which somebody does something at ``at``; the first time it is, that is its first response.

    What is opened again has had its time.
    """
    first = alert.status is Status.TRIGGERED and alert.round == 1 and alert.acknowledged_at is None
    return replace(alert, acknowledged_at=at) if first else alert


def unmet(alert: Alert) -> Alert:
    """Return an alert of which its owner takes back that they handle it."""
    mine = alert.acknowledged_at is not None and alert.acknowledged_at == alert.owned_at
    return replace(alert, acknowledged_at=None) if mine else alert


def first_ended_at(alert: Alert) -> datetime | None:
    """Return when an alert was over for the first time, None where it never was.

    Of one that was opened again that is not known any more: nobody is said to have let it wait.
    """
    if alert.round > 1:
        return alert.first_at
    return None if alert.is_live else alert.changed_at


def merged(old: Notification, new: Notification) -> Notification:
    """Return what is known after a notification: what it says goes before, what it leaves out stays.

    A comment says nothing of the error itself.
    """
    known = {
        one.name: getattr(new, one.name) or getattr(old, one.name) for one in fields(Notification) if one.name != "kind"
    }
    known["handled"] = old.handled if new.handled is None else new.handled
    counts = {name: max(getattr(old, name), getattr(new, name)) for name in ("occurrences", "users")}
    first_at = min((at for at in (old.first_at, new.first_at) if at), default=None)
    what = {"kind": old.kind, "said": old.said} if new.kind is Kind.COMMENT else {"kind": new.kind}
    return Notification(**{**known, **counts, **what, "first_at": first_at})


def heard_twice(alert: Alert, notification: Notification, at: datetime, *, webhook: bool) -> Telling | None:
    """Return what was heard the other way a moment ago and is the same happening, None for nothing.

    The ids alone do not tell two comments apart, nor an error that is fixed twice; each way says each of them once.
    """
    same = [one for one in alert.heard if one.id == notification.id != "" and one.webhook is not webhook]
    return next((one for one in same if abs(one.at - at) <= TWICE_WITHIN), None)


def with_post(alert: Alert, thread: str, link: str) -> Alert:
    """Return an alert that knows a message in Slack about it; of too many the first and the latest are kept."""
    if not thread or thread in alert.threads:
        return alert
    posts = (*alert.posts, Post(thread, link))
    return replace(alert, posts=posts if len(posts) <= MOST_POSTS else (posts[0], *posts[2:]))
