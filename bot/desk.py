"""The desk: the shell around ``decide``.

It serialises one desk's events. Those that wait are decided one after another, committed together, and answered
after the commit (group commit). Its state is a cache of the journal by revision: a commit is compare-and-set on
it, and who loses reloads and decides again. It must not know what any event means.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.decide import decide, next_due
from bot.effects import (
    Answer,
    Change,
    DropNotice,
    Effect,
    PutDesk,
    PutFacts,
    PutNotice,
    PutRequest,
    PutRota,
    Word,
)
from bot.errors import NotStored, Refused
from bot.events import (
    ClockStruck,
    Deleted,
    Delivered,
    Edited,
    Event,
    Message,
    PeopleImported,
    Press,
    Replied,
    Restored,
    RotaEdited,
    ShiftsImported,
    Undeliverable,
    Welcomed,
)
from bot.ports import Address, Clock, Commit, Conflict, Courier, Journal, Lookup, Outgoing, Record
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Notice, State
from bot.support.request import Request, Status

log = logging.getLogger(__name__)

RECENT_KEYS = 5_000
BATCH = 64  # events decided in one go, so that the event loop is never held for long
ATTEMPTS = 5
RETRY_SECONDS = 1.0


@dataclass(slots=True)
class _Held:
    """The desk's cache of its state; the mappings are changed in place between decisions, never during one."""

    revision: int
    desk: DeskInfo
    rota: Rota
    facts: Facts
    requests: dict[str, Request] = field(default_factory=dict)
    threads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)

    def view(self) -> State:
        return State(self.desk, self.rota, self.facts, self.requests, self.threads, self.notices)

    def put(self, request: Request) -> None:
        self.requests[request.id] = request
        ids = self.threads.get(request.place, ())
        if request.id not in ids:
            self.threads[request.place] = (*ids, request.id)

    def apply(self, change: Change) -> None:
        match change:
            case PutRequest(request):
                self.put(request)
            case PutNotice(notice):
                self.notices[notice.key] = notice
            case DropNotice(key):
                self.notices.pop(key, None)
            case PutFacts(facts):
                self.facts = facts
            case PutDesk(desk):
                self.desk = desk
            case PutRota(rota):
                self.rota = rota

    def drop_closed(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            request = self.requests.get(id_)
            if request is not None and request.status is Status.CLOSED:
                del self.requests[id_]
                rest = tuple(other for other in self.threads[request.place] if other != id_)
                if rest:
                    self.threads[request.place] = rest
                else:
                    del self.threads[request.place]


@dataclass(slots=True)
class _Waiting:
    event: Event
    shown: tuple[str, Address] | None
    answer: asyncio.Future[Answer | None]


@dataclass(slots=True)
class _Batch:
    """What a batch of events has come to so far."""

    records: list[Record] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    shown: list[tuple[str, Address]] = field(default_factory=list)
    answers: list[tuple[_Waiting, Answer | None]] = field(default_factory=list)
    repeated: list[_Waiting] = field(default_factory=list)
    looked: bool = False

    def __bool__(self) -> bool:
        return bool(self.records or self.changes or self.effects or self.struck or self.shown)


class Desk:
    """One desk's events, one after another."""

    def __init__(
        self,
        info: DeskInfo,
        journal: Journal,
        courier: Courier,
        clock: Clock,
        lookup: Lookup,
        on_due: Callable[[], None],
    ) -> None:
        """Bind the desk to its ports; ``on_due`` is called when ``next_due`` may have changed."""
        self.info = info
        self.next_due: datetime | None = None
        self._journal = journal
        self._courier = courier
        self._clock = clock
        self._lookup = lookup
        self._on_due = on_due
        self._held: _Held | None = None
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._queue: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._handed: set[str] = set()  # rows of the outbox that the courier has and that are not struck yet

    async def start(self) -> None:
        """Load the desk and hand what is undelivered to the courier; do this once, before the first event."""
        await self._load()

    async def handle(self, event: Event) -> Answer | None:
        """Decide ``event`` and return its answer once it is stored; raise NotStored if it could not be."""
        return await self._enqueue(event, None)

    def report(self, event: Delivered | Undeliverable, shown: tuple[str, Address] | None = None) -> None:
        """Take what became of an effect; repeated by itself until it is stored."""
        self._enqueue(event, shown)

    async def strike(self) -> None:
        """Do what is due now."""
        now = self._clock()
        await self.handle(ClockStruck(key=f"clock:{now.isoformat()}", happened_at=now))

    async def settle(self) -> None:
        """Wait until every event taken so far is decided and stored."""
        while self._worker is not None:
            await asyncio.shield(self._worker)

    def has(self, person: str) -> bool:
        """Say whether a person is one of the desk's people."""
        return self._held is not None and person in self._held.rota.people

    async def state(self) -> State:
        """Return the desk's state as it stands."""
        if self._held is None:
            await self._load()
        assert self._held is not None
        return self._held.view()

    def _enqueue(self, event: Event, shown: tuple[str, Address] | None) -> asyncio.Future[Answer | None]:
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(event, shown, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name=f"desk {self.info.id}")
        return answer

    async def _work(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                await self._turn(batch)
        finally:
            self._worker = None

    async def _turn(self, waiting: list[_Waiting]) -> None:
        try:
            batch = await self._store(waiting)
        except NotStored as failure:
            self._fail(waiting, failure)
        except Exception as failure:
            log.exception("a batch of %d events failed", len(waiting), extra={"desk": self.info.id})
            self._held = None
            if len(waiting) == 1:
                self._fail(waiting, failure)
            for one in waiting if len(waiting) > 1 else ():  # so that the one that fails takes no other with it
                await self._turn([one])
        else:
            for one, answer in batch.answers:
                _resolve(one, answer)
            for one in batch.repeated:
                await self._answer_again(one)

    async def _store(self, waiting: list[_Waiting]) -> _Batch:
        known: frozenset[str] = frozenset()
        for _ in range(ATTEMPTS):
            if self._held is None:
                await self._load()
            held = self._held
            assert held is not None
            found = await self._fetch(held, waiting)
            batch = self._decide(held, waiting, known)
            try:
                await self._commit(held, batch)
            except Conflict:
                self._held = None
                known = await self._journal.known(held.desk.tenant, held.desk.id, [one.event.key for one in waiting])
            else:
                held.drop_closed([*found, *(c.request.id for c in batch.changes if isinstance(c, PutRequest))])
                return batch
        message = f"desk {self.info.id}: another writer won {ATTEMPTS} times in a row"
        raise NotStored(message)

    async def _commit(self, held: _Held, batch: _Batch) -> None:
        if not batch:
            if batch.looked:
                self._set_due(held, batch)
            return
        outgoing = tuple(Outgoing(f"{held.revision + 1}.{n}", effect) for n, effect in enumerate(batch.effects))
        commit = Commit(
            held.desk.tenant,
            held.desk.id,
            held.revision,
            tuple(batch.records),
            tuple(batch.changes),
            outgoing,
            tuple(batch.struck),
            tuple(batch.shown),
        )
        await self._journal.commit(commit)
        held.revision += 1
        self.info = held.desk
        for record in batch.records:
            self._recent[record.key] = None
        while len(self._recent) > RECENT_KEYS:
            self._recent.popitem(last=False)
        self._handed.difference_update(batch.struck)
        self._hand_over(outgoing)
        self._set_due(held, batch)

    def _decide(self, held: _Held, waiting: list[_Waiting], known: frozenset[str]) -> _Batch:
        now = self._clock()
        knowledge = self._lookup.knowledge(held.desk, now)
        batch = _Batch()
        taken: set[str] = set()
        for one in waiting:
            event = one.event
            if event.key in known or event.key in self._recent or event.key in taken:
                batch.repeated.append(one)
                continue
            try:
                decision = decide(held.view(), event, now, knowledge)
            except Refused as refusal:
                batch.answers.append((one, Word(str(refusal))))
                continue
            except Exception as failure:
                keys = {"desk": self.info.id, "key": event.key}
                log.exception("deciding %s failed", type(event).__name__, extra=keys)
                if not one.answer.done():
                    one.answer.set_exception(failure)
                continue
            taken.add(event.key)
            for change in decision.changes:
                held.apply(change)
            batch.changes.extend(decision.changes)
            batch.effects.extend(decision.effects)
            batch.answers.append((one, decision.answer))
            batch.looked |= isinstance(event, ClockStruck)
            _outcome(batch, one)
            if isinstance(event, _RECORDED) or ((decision.changes or decision.effects) and isinstance(event, _ACTS)):
                batch.records.append(_record(event, decision.changes, now))
        return batch

    async def _fetch(self, held: _Held, waiting: list[_Waiting]) -> list[str]:
        ids = {one.event.request for one in waiting if isinstance(one.event, Press)} - held.requests.keys()
        places = {one.event.place for one in waiting if isinstance(one.event, _IN_THREAD)} - held.threads.keys()
        if not ids and not places:
            return []
        found = await self._journal.matters(held.desk.tenant, held.desk.id, ids, places)
        for request in found:
            held.put(request)
        return [request.id for request in found]

    def _hand_over(self, outgoing: Iterable[Outgoing]) -> None:
        new = tuple(one for one in outgoing if one.id not in self._handed)
        self._handed.update(one.id for one in new)
        self._courier.take(self, new)

    async def _load(self) -> None:
        loaded = await self._journal.load(self.info.tenant, self.info.id)
        held = _Held(loaded.revision, loaded.desk, loaded.rota, loaded.facts)
        for request in loaded.requests:
            held.put(request)
        held.notices = {notice.key: notice for notice in loaded.notices}
        self._held = held
        self.info = loaded.desk
        self._set_due(held, None)
        # A commit that failed may yet have been written: what only the journal knows of goes out too.
        self._hand_over(loaded.outgoing)

    def _set_due(self, held: _Held, batch: _Batch | None) -> None:
        before = self.next_due
        if batch is None or batch.looked:
            now = self._clock()
            self.next_due = next_due(held.view(), now, self._lookup.knowledge(held.desk, now).hours)
        else:
            moments = [c.request.next_at for c in batch.changes if isinstance(c, PutRequest) and c.request.next_at]
            self.next_due = min([*moments, *([before] if before else [])], default=None)
        if self.next_due != before:
            self._on_due()

    async def _answer_again(self, one: _Waiting) -> None:
        try:
            _resolve(one, await self._repeat(one))
        except Exception as failure:
            if not isinstance(failure, NotStored):
                keys = {"desk": self.info.id, "key": one.event.key}
                log.exception("answering a repeated %s failed", type(one.event).__name__, extra=keys)
            if not one.answer.done():
                one.answer.set_exception(failure)

    async def _repeat(self, one: _Waiting) -> Answer | None:
        held, now = self._held, self._clock()
        if not isinstance(one.event, Press) or held is None:
            return None
        found = await self._fetch(held, [one])
        try:
            return decide(held.view(), one.event, now, self._lookup.knowledge(held.desk, now)).answer
        except Refused as refusal:
            return Word(str(refusal))
        finally:
            held.drop_closed(found)

    def _fail(self, waiting: list[_Waiting], failure: Exception) -> None:
        self._held = None
        loop = asyncio.get_running_loop()
        for one in waiting:
            if isinstance(one.event, Delivered | Undeliverable):
                loop.call_later(RETRY_SECONDS, self._enqueue, one.event, one.shown)
            elif not one.answer.done():
                one.answer.set_exception(failure)


_RECORDED = (Message, Deleted, Welcomed, PeopleImported, ShiftsImported, RotaEdited)
_ACTS = (Press, ClockStruck)  # recorded when they did something
_IN_THREAD = (Replied, Edited, Deleted, Restored)


def _resolve(one: _Waiting, answer: Answer | None) -> None:
    if not one.answer.done():
        one.answer.set_result(answer)


def _outcome(batch: _Batch, one: _Waiting) -> None:
    if isinstance(one.event, Delivered | Undeliverable):
        batch.struck.append(one.event.effect)
        if one.shown:
            batch.shown.append(one.shown)


def _record(event: Event, changes: Iterable[Change], now: datetime) -> Record:
    author = getattr(event, "author", None)
    return Record(
        key=event.key,
        kind=type(event).__name__,
        happened_at=event.happened_at,
        recorded_at=now,
        actor=author.id if author else "",
        matters=tuple(change.request.id for change in changes if isinstance(change, PutRequest)),
    )
