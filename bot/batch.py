"""A batch: events decided one after another that become one commit, and those who wait for it.

Decides what of an event and its decision is written, and how. It must not know what any event means.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.alerts.alert import Alert
from bot.effects import Answer, Change, Decision, Effect, PutAlert, PutCommon, PutDesk, PutRequest, PutRota, folded
from bot.events import (
    AdminMet,
    Alerted,
    ClockStruck,
    CommonsImported,
    Deleted,
    Delivered,
    Event,
    Message,
    PeopleImported,
    PersonErased,
    Press,
    RotaEdited,
    RotaRefused,
    Send,
    ShiftsImported,
    SlackActed,
    Sweep,
    TicketMoved,
    Undecided,
    Undeliverable,
    Uninstalled,
    Welcomed,
)
from bot.ports import Address, Commit, Outgoing, Record
from bot.standing import Standing
from bot.support.request import Request

_RECORDED = (
    Message,
    Deleted,
    Welcomed,
    Uninstalled,
    AdminMet,
    Undecided,
    PeopleImported,
    ShiftsImported,
    CommonsImported,
    RotaEdited,
    RotaRefused,
    PersonErased,
    Alerted,
    TicketMoved,
)
_ACTS = (Press, ClockStruck, Sweep, SlackActed)  # recorded when they did something


@dataclass(slots=True)
class Waiting:
    """An event that waits to be decided and stored; ``shown`` is the message that it says exists now."""

    event: Event
    shown: tuple[str, Address] | None
    answer: asyncio.Future[Answer | None]

    def resolve(self, answer: Answer | None) -> None:
        """Answer, unless whoever waited has gone."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, failure: Exception) -> None:
        """Raise ``failure`` where the answer is waited for."""
        if not self.answer.done():
            self.answer.set_exception(failure)


@dataclass(frozen=True, slots=True)
class Step:
    """What one event of a batch came to: which matters changed, and which of the batch's effects follow from it."""

    event: Event
    matters: tuple[str, ...]
    effects: range


@dataclass(slots=True)
class Batch:
    """What a batch of events has come to so far.

    ``looked`` says that the clock was among them, or something that changes when things are due; ``left`` are those
    that are still to be decided, in a batch of their own.
    """

    records: list[Record] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    shown: list[tuple[str, Address]] = field(default_factory=list)
    answers: list[tuple[Waiting, Answer | None]] = field(default_factory=list)
    repeated: list[Waiting] = field(default_factory=list)
    looked: bool = False
    left: list[Waiting] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    _were: dict[str, tuple[Event, Request | None]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there is anything to write."""
        return bool(self.records or self.changes or self.effects or self.struck or self.shown)

    def requests(self) -> tuple[Request, ...]:
        """Return the requests that changed, as they became, in the order of the changes."""
        return tuple(change.request for change in self.changes if isinstance(change, PutRequest))

    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts that changed, as they became, in the order of the changes."""
        return tuple(change.alert for change in self.changes if isinstance(change, PutAlert))

    def has_commons(self) -> bool:
        """Say whether a common request changed, about which somebody may be to be asked."""
        return any(isinstance(change, PutCommon) for change in self.changes)

    def matters(self) -> tuple[str, ...]:
        """Return the ids of the requests and alerts that changed."""
        return (*(one.id for one in self.requests()), *(one.id for one in self.alerts()))

    def changed(self) -> list[tuple[Event, Request | None, Request]]:
        """Return the requests that changed: by which event first, as they were before, and as they became."""
        last = {request.id: request for request in self.requests()}
        return [(*self._were[id_], request) for id_, request in last.items()]

    def remember(self, event: Event, requests: Mapping[str, Request], decision: Decision) -> None:
        """Take how requests stand that an event is about to change."""
        for change in decision.changes:
            if isinstance(change, PutRequest):
                id_ = change.request.id
                self._were.setdefault(id_, (event, requests.get(id_)))

    def add(self, one: Waiting, decision: Decision, now: datetime) -> None:
        """Take what was decided on an event."""
        event = one.event
        matters = dict.fromkeys(matter for change in decision.changes if (matter := matter_of(change)))
        first = len(self.effects)
        self.steps.append(Step(event, tuple(matters), range(first, first + len(decision.effects))))
        self.changes.extend(decision.changes)
        self.effects.extend(decision.effects)
        self.answers.append((one, decision.answer))
        self.looked |= isinstance(event, ClockStruck | Sweep) or any(
            isinstance(one, PutDesk | PutRota) for one in decision.changes
        )
        if isinstance(event, Delivered | Undeliverable):
            self.struck.append(event.effect)
            if one.shown:
                self.shown.append(one.shown)
        if isinstance(event, _RECORDED) or ((decision.changes or decision.effects) and isinstance(event, _ACTS)):
            self.records.append(_record(event, decision.changes, now))

    def commit(self, standing: Standing) -> Commit:
        """Return all of it as one commit on a desk as it stood."""
        revision = standing.revision
        return Commit(
            standing.desk.tenant,
            standing.desk.id,
            revision,
            tuple(self.records),
            tuple(self.changes),
            self._outgoing(revision + 1),
            tuple(self.struck),
            tuple(self.shown),
        )

    def _outgoing(self, revision: int) -> tuple[Outgoing, ...]:
        """Return what is to be sent: of updates of one message only what they come to."""
        causes = [step.event.key for step in self.steps for _ in step.effects]
        last: dict[str, int] = {}
        some: dict[int, Outgoing] = {}
        for n, (effect, cause) in enumerate(zip(self.effects, causes, strict=True)):
            before = last.get(effect.key)
            both = None if before is None else folded(some[before].effect, effect)
            if before is not None and both is not None:
                del some[before]
            some[n] = Outgoing(f"{revision}.{n}", both or effect, cause)
            last[effect.key] = n
        return tuple(some.values())


def _record(event: Event, changes: Iterable[Change], now: datetime) -> Record:
    author = getattr(event, "author", None)
    return Record(
        key=event.key,
        kind=type(event).__name__ + (f" {event.step}" if isinstance(event, Send) else ""),
        happened_at=event.happened_at,
        recorded_at=now,
        actor=author.id if author else "",
        matters=tuple(matter for change in changes if (matter := matter_of(change))),
    )


def decided_at(effect: str) -> int:
    """Return the revision that a desk came to with an effect of its outbox, by that one's id."""
    return int(effect.partition(".")[0])


def matter_of(change: Change) -> str:
    """Return the id of what a change is about, "" where that is the desk itself."""
    if isinstance(change, PutRequest):
        return change.request.id
    if isinstance(change, PutCommon):
        return change.common.id
    return change.alert.id if isinstance(change, PutAlert) else ""
