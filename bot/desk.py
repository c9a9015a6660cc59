"""The desk: the shell around ``decide``.

It serialises one desk's events. Those that wait are decided one after another, committed together, and answered
after the commit (group commit); what is committed goes out when nobody waits for an answer, or three commits later.
Its state is a cache of the journal by revision: a commit is compare-and-set on it, and who loses reloads and decides
again. It must not know what any event means.
"""

import asyncio
import logging
import time as timing
from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from bot import commands
from bot.alerts.alert import is_alert
from bot.batch import Batch, Step, Waiting, decided_at, matter_of
from bot.correlation import nothing
from bot.decide import decide, next_due, turns
from bot.decide.alerts import finding
from bot.decide.commons import subject
from bot.decide.desk import privacy
from bot.decide.report import asking
from bot.decide.requests import clocks, lists, recurrence
from bot.decide.rota import overview
from bot.effects import Answer, Decision, PutDesk, PutRota, Say, Word
from bot.errors import NotStored, Refused
from bot.events import (
    Choose,
    ClockStruck,
    Deleted,
    Delivered,
    Edited,
    Event,
    Message,
    PlanFound,
    Posted,
    Press,
    Raise,
    Replied,
    Restored,
    Sweep,
    Undeliverable,
)
from bot.people import Person
from bot.ports import (
    Address,
    Clock,
    Conflict,
    Courier,
    Expired,
    Journal,
    Limits,
    Lookup,
    Lost,
    Meter,
    News,
    Outgoing,
)
from bot.rota.plan import Question
from bot.rota.planning import Planning
from bot.standing import Standing
from bot.state import DeskInfo, Pause, State
from bot.support.report import Report
from bot.support.request import Request

log = logging.getLogger(__name__)

RECENT_KEYS = 1_000  # those before are known to the journal
BATCH = 64  # events decided in one go, so that the event loop is never held for long
AT_A_STRETCH = 0.1  # seconds of processor time for that, where many requests hang together
MOST_HELD = 3  # commits of which nothing goes out yet while others wait for their answers
PORTION = 100  # closed requests erased in one go, for the same reason
ATTEMPTS = 5
RETRY_SECONDS = 1.0
LATE = timedelta(seconds=10)  # a post heard sooner can't have been raised, and closed, by anybody before
_CHANGED = (Edited, Deleted, Restored)
_REGULAR = (ClockStruck, Sweep)  # which come by themselves, and mostly change nothing
_REPORTS = (Delivered, Undeliverable, PlanFound)  # for which nobody waits, so that they are tried again


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
        meter: Meter | None = None,
    ) -> None:
        """Bind the desk to its ports; ``on_due`` is called when ``next_due`` may have changed.

        Whoever holds ``between_turns`` knows that nothing is decided, or committed, meanwhile.
        """
        self.info = info
        self.next_due: datetime | None = None
        self.between_turns = asyncio.Lock()
        self._journal = journal
        self._courier = courier
        self._clock = clock
        self._lookup = lookup
        self._on_due = on_due
        self._meter = meter or Meter()
        self._standing: Standing | None = None
        self._asked: list[tuple[str, asyncio.Future[bool]]] | None = None  # while it holds what is not stored yet
        self._paused: Pause | None = None
        self._planned: Planning | None = None
        self._people: Mapping[str, Person] = {}  # as last known, so that they are found while the state is not held
        self._chats: Mapping[str, datetime] = {}
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._swept: Expired | None = None  # the last portion, so that one which is found again is not erased for ever
        self._queue: deque[Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._held: deque[tuple[Outgoing, ...]] = deque()  # what is committed and still to be handed to the courier
        self._handed: set[str] = set()  # rows of the outbox that the courier has and that are not struck yet
        self._reported: set[str] = set()  # those of them of which is known what became of them

    async def start(self) -> None:
        """Load the desk and hand what is undelivered to the courier; do this once, before the first event."""
        await self._load()

    async def handle(self, event: Event) -> Answer | None:
        """Decide ``event`` and return its answer once it is stored; raise NotStored if it could not be."""
        if not isinstance(event, _REGULAR):
            kind = type(event).__name__
            log.info("arrived", extra={"desk": self.info.id, "event": event.key, "kind": kind})
        return await self._enqueue(event, None)

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        """Take what became of an effect; repeated by itself until it is stored."""
        if not isinstance(event, PlanFound):
            self._reported.add(event.effect)
        self._enqueue(event, shown)

    def has_to_store(self, effect: str) -> bool:
        """Say whether what became of an effect was reported, and is not stored yet."""
        return effect in self._reported

    async def wants(self, effect: Say) -> bool:
        """Say whether something that waits to be said still is to be, by what is stored as far as is known here."""
        if self._asked is None:
            return self._is_wanted(effect.key)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked.append((effect.key, answer))
        return await answer

    async def knows(self, key: str) -> bool:
        """Say whether an event with this key was taken, and changed something."""
        return key in self._recent or bool(await self._journal.known(self.info.tenant, self.info.id, [key]))

    async def strike(self) -> None:
        """Do what is due now, and erase a portion of what is past its time; where there is more, that is due soon."""
        await self.look()
        now = self._clock()
        found = await self._expired(now)
        if found is not None:
            last = not found.more or found == self._swept
            past = {
                "requests": found.requests,
                "alerts": found.alerts,
                "revision": found.revision,
                "chats": found.chats,
            }
            await self.handle(Sweep(key=f"sweep:{uuid4()}", happened_at=now, last=last, **past))  # type: ignore[arg-type]
            self._swept = found

    @property
    def revision(self) -> int:
        """Return the revision as last known, -1 while the state is not held."""
        return -1 if self._standing is None else self._standing.revision

    async def look(self) -> None:
        """Do what is due now, as other replicas have left the desk, too."""
        await self.handle(ClockStruck(key=f"clock:{uuid4()}", happened_at=self._clock()))

    def take(self, outgoing: Iterable[Outgoing]) -> None:
        """Deliver what no other replica does (any more); a state from before it was decided does not judge it."""
        some = tuple(outgoing)
        if any(decided_at(one.id) > self.revision for one in some):
            self._standing = None
        self._hand_over(some)

    def lapse(self) -> None:
        """Forget what was handed over for delivery: it is another replica's by now, or given to this one again."""
        self._held.clear()
        self._handed.clear()
        self._reported.clear()
        self._standing = None

    async def wake(self, held: Container[str]) -> None:
        """Do what is due from the journal anew: for whoever finds that something stands still.

        What is in the outbox goes to the courier again, but for what it has ``held`` all the time.
        """
        self._handed = {id_ for id_ in self._handed if id_ in held or id_ in self._reported}
        self._standing = None
        await self.strike()

    async def settle(self) -> None:
        """Wait until every event taken so far is decided and stored."""
        while self._worker is not None:
            await asyncio.shield(self._worker)

    def has(self, person: str) -> bool:
        """Say whether a person is one of the desk's people, or an admin of it."""
        return person in self._people or person in self.info.policy.admins

    def chosen_at(self, person: str) -> datetime | None:
        """Return when a person chose this desk for their own chat, None if they never did."""
        return self._chats.get(person)

    async def remembers(self, person: str) -> bool:
        """Say whether somebody is known by what they did, or by their chat, under this Entra id."""
        return await self._journal.remembers(self.info.tenant, self.info.id, person.casefold())

    async def state(self) -> State:
        """Return the desk's state as it stands."""
        if self._standing is None:
            await self._load()
        assert self._standing is not None
        return self._standing.view()

    async def question(self, weeks: int) -> Question:
        """Return what a forecast of so many weeks is asked as the desk stands."""
        state, now = await self.state(), self._clock()
        return overview.question(state, now, self._lookup.knowledge(state.desk, state.rota, now).hours, weeks)

    async def counted(self, day: date) -> Report:
        """Return the report of the iteration of ``day`` as it stands now; raise NotStored where that can't be read."""
        state, now = await self.state(), self._clock()
        around = min(datetime.combine(day, time(12), UTC), now)  # whose years' holidays are known
        hours = self._lookup.knowledge(state.desk, state.rota, around).hours
        period = asking.period_of(state, day, now, hours)
        figures = await self._journal.figures(state.desk.tenant, state.desk.id, period)
        return asking.report(await self.state(), period, figures)

    async def _expired(self, now: datetime) -> Expired | None:
        """Return the next portion of what is past its time, None where it is not the time for that."""
        state = await self.state()
        hours = self._lookup.knowledge(state.desk, state.rota, now).hours
        if privacy.next_sweep(state.facts, now, hours) > now:
            return None
        limits = Limits(privacy.past_time(state.desk.policy, now), state.facts.nameless_to)
        return await self._journal.expired(state.desk.tenant, state.desk.id, limits, PORTION)

    def _enqueue(self, event: Event, shown: tuple[str, Address] | None) -> asyncio.Future[Answer | None]:
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(event, shown, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name=f"desk {self.info.id}", context=nothing())
        return answer

    async def _work(self) -> None:
        try:
            while self._queue or self._held:
                if self._queue:
                    async with self.between_turns:
                        await self._turn([self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))])
                if self._held and (not self._queue or len(self._held) > MOST_HELD):
                    self._hand_over(self._held.popleft())
                    await asyncio.sleep(0)
        finally:
            self._worker = None

    async def _turn(self, waiting: list[Waiting]) -> None:
        try:
            batch = await self._store(waiting)
        except NotStored as failure:
            self._fail(waiting, failure)
        except Exception as failure:
            log.exception("a batch of %d events failed", len(waiting), extra={"desk": self.info.id})
            self._standing = None
            if len(waiting) == 1:
                self._fail(waiting, failure)
            for one in waiting if len(waiting) > 1 else ():  # so that the one that fails takes no other with it
                await self._turn([one])
        else:
            self._queue.extendleft(reversed(batch.left))
            for one, answer in batch.answers:
                one.resolve(answer)
            for one in batch.repeated:
                self._meter.repeated(one.event)
                await self._answer_again(one)

    async def _store(self, waiting: list[Waiting]) -> Batch:
        known: frozenset[str] = frozenset()
        tenant, desk = self.info.tenant, self.info.id
        for _ in range(ATTEMPTS):
            if self._standing is None:
                await self._load()
            standing = self._standing
            assert standing is not None
            try:
                async with self._journal.alone(tenant, desk, standing.revision) as news:
                    if news is not None:
                        standing = await self._follow(standing, news)
                    found = await self._fetch(standing, waiting)
                    with self._storing():
                        batch = self._decide(standing, waiting, known)
                        await self._commit(standing, batch)
            except Conflict:
                known = await self._journal.known(tenant, desk, [one.event.key for one in waiting])
            except Lost as lost:
                waiting = self._let_go(waiting, lost.ids)
            else:
                standing.drop_over([*found, *batch.matters()])
                return batch
        message = f"desk {self.info.id}: another writer won {ATTEMPTS} times in a row"
        raise NotStored(message)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Hold what is not stored yet meanwhile, and let go of it where it can't be; then answer who asked of it."""
        asked: list[tuple[str, asyncio.Future[bool]]] = []
        self._asked = asked
        try:
            yield
        except BaseException:
            self._standing = None
            raise
        finally:
            self._asked = None
            for key, answer in asked:
                if not answer.done():
                    answer.set_result(self._is_wanted(key))

    def _is_wanted(self, key: str) -> bool:
        return self._standing is None or not clocks.is_over(self._standing.view(), key)

    async def _commit(self, standing: Standing, batch: Batch) -> None:
        if not batch:
            if batch.looked:
                self._set_due(standing, batch)
            return
        commit = batch.commit(standing)
        begun = timing.perf_counter()
        others = await self._journal.commit(commit)
        self._note(batch, standing, timing.perf_counter() - begun)
        standing.revision += 1
        self.info = standing.desk
        self._people, self._chats = standing.rota.people, standing.facts.chats
        for record in batch.records:
            self._recent[record.key] = None
        while len(self._recent) > RECENT_KEYS:
            self._recent.popitem(last=False)
        self._handed.difference_update(batch.struck)
        self._reported.difference_update(batch.struck)
        if outgoing := tuple(one for one in commit.outgoing if one.id not in others):
            self._held.append(outgoing)
        self._set_due(standing, batch)

    async def _follow(self, standing: Standing, news: News) -> Standing:
        """Bring the state to where other replicas brought the desk, and return it."""
        if news.changes is None:
            self._standing = None
            await self._load()
            assert self._standing is not None
            return self._standing
        for change in news.changes:
            standing.apply(change)
        standing.drop_over(matter for change in news.changes if (matter := matter_of(change)))
        standing.revision = news.revision
        self.info = standing.desk
        self._people, self._chats = standing.rota.people, standing.facts.chats
        changed_desk = any(isinstance(change, PutDesk | PutRota) for change in news.changes)
        self._set_due(standing, Batch(changes=list(news.changes), looked=changed_desk))
        return standing

    def _let_go(self, waiting: list[Waiting], lost: frozenset[str]) -> list[Waiting]:
        """Answer those that tell what became of an effect which another replica delivers, and return the others."""
        gone = [one for one in waiting if isinstance(one.event, Delivered | Undeliverable) and one.event.effect in lost]
        for one in gone:
            one.resolve(None)
        self._handed.difference_update(lost)
        self._reported.difference_update(lost)
        log.warning("what became of %d effects came too late", len(gone), extra={"desk": self.info.id})
        return [one for one in waiting if one not in gone]

    def _note(self, batch: Batch, standing: Standing, seconds: float) -> None:
        """Count what was stored, and log it: a line for each event of which something came."""
        now = self._clock()
        self._meter.stored(
            batch.changed(),
            now,
            seconds,
            lambda: self._lookup.knowledge(standing.desk, standing.rota, now).hours,
        )
        for step in batch.steps:
            if step.matters or step.effects or not isinstance(step.event, (*_REGULAR, *_REPORTS)):
                log.info("stored", extra=_ids(step, standing))

    def _decide(self, standing: Standing, waiting: list[Waiting], known: frozenset[str]) -> Batch:
        now = self._clock()
        batch = Batch()
        taken: set[str] = set()
        begun = timing.thread_time()
        for number, one in enumerate(waiting):
            if number and timing.thread_time() - begun > AT_A_STRETCH:
                batch.left = waiting[number:]
                break
            event = one.event
            if event.key in known or event.key in self._recent or event.key in taken:
                batch.repeated.append(one)
                continue
            try:
                knowledge = self._lookup.knowledge(standing.desk, standing.rota, now)
                decision = decide(standing.view(), event, now, knowledge)
            except Refused as refusal:
                log.info("refused", extra={"desk": self.info.id, "event": event.key})
                if not isinstance(event, _REPORTS):
                    batch.answers.append((one, Word(str(refusal))))
                    continue
                decision = Decision()
            except Exception as failure:
                keys = {"desk": self.info.id, "event": event.key}
                log.exception("deciding %s failed", type(event).__name__, extra=keys)
                if not isinstance(event, _REPORTS):
                    one.fail(failure)
                    continue
                decision = Decision()  # what became of an effect is so, whatever follows from it
            taken.add(event.key)
            batch.remember(event, standing.requests, decision)
            for change in decision.changes:
                standing.apply(change)
            batch.add(one, decision, now)
        return batch

    async def _fetch(self, standing: Standing, waiting: list[Waiting]) -> list[str]:
        # Not with "- keys()", which walks through all that is open.
        pressed = {one.event.request for one in waiting if isinstance(one.event, Press)}
        ids = set(pressed)
        ids.update(id_ for one in waiting if isinstance(one.event, Sweep) for id_ in one.event.requests)
        if standing.facts.pause or any(
            isinstance(one.event, ClockStruck) for one in waiting
        ):  # which may end the pause
            ids.update(standing.facts.owed)
        state, finders = standing.view(), (finding.ids, recurrence.about, subject.about)
        about = {id_ for one in waiting for find in finders for id_ in find(state, one.event)}
        ids.update(about)
        asked = [one.event.text for one in waiting if isinstance(one.event, Message) and one.event.addressed]
        ids.update(map(commands.named, asked))
        ids = ids.difference(standing.requests, {""})
        replied = {one.event.place for one in waiting if isinstance(one.event, Replied)}
        places = {place for place in replied if not standing.is_live(place)}
        now = self._clock()
        late = [one.event for one in waiting if isinstance(one.event, Posted) and now - one.event.happened_at > LATE]
        changed = [one.event for one in waiting if isinstance(one.event, _CHANGED)]
        places |= {event.place for event in (*changed, *late)}  # what is closed there, too
        places |= {place for one in waiting if (place := _chosen(one.event))}
        askers = {person for one in waiting if (person := lists.asked_by(one.event))}
        found = await self._fetch_naming(standing, waiting)
        if ids or places:
            found += await self._journal.matters(standing.desk.tenant, standing.desk.id, ids, places)
        said_in = {one.event.place for one in waiting if isinstance(one.event, (Replied, *_CHANGED))}
        named = {*pressed, *(id_ for place in said_in for id_ in standing.threads.get(place, ()))}
        held = [request for id_ in named if (request := standing.requests.get(id_))]
        beside = {id_ for one in (*found, *held) for id_ in one.beside}.difference(standing.requests)
        beside = beside.difference(request.id for request in found)
        if beside:
            found += await self._journal.matters(standing.desk.tenant, standing.desk.id, beside, [])
        since = now - lists.CLOSED_WITHIN
        for person in askers:
            found += await self._journal.closed(standing.desk.tenant, standing.desk.id, person, since)
        for request in found:
            standing.put(request)
        alerts = await self._fetch_alerts(standing, waiting, about)
        return [*(request.id for request in found), *alerts]

    async def _fetch_alerts(self, standing: Standing, waiting: list[Waiting], about: set[str]) -> list[str]:
        """Hold the alerts that events are about, though they have ended; return their ids."""
        names = {name for one in waiting for name in finding.names(one.event)}.difference(standing.called)
        ids = {id_ for id_ in about if is_alert(id_)}.difference(standing.alerts)
        tenant, desk = standing.desk.tenant, standing.desk.id
        found = await self._journal.alerts(tenant, desk, ids, names) if ids or names else ()
        asked = {word for one in waiting for word in privacy.sought(standing.view(), one.event)}
        found += await self._journal.alerts_naming(tenant, desk, asked) if asked else ()
        new = [one for one in found if one.id not in standing.alerts]
        for alert in new:
            standing.put_alert(alert)
        return [alert.id for alert in new]

    async def _fetch_naming(self, standing: Standing, waiting: list[Waiting]) -> list[Request]:
        """Hold every request that names somebody whom an event asks about, under whatever name they wrote."""
        asked = {word for one in waiting for word in privacy.sought(standing.view(), one.event)}
        if not asked:
            return []
        tenant, desk = standing.desk.tenant, standing.desk.id
        found = await self._journal.naming(tenant, desk, asked)
        ids = {id_ for word in asked for id_ in privacy.called(found, word)} - asked
        if ids:
            found += await self._journal.naming(tenant, desk, ids)
        new = {request.id: request for request in found if request.id not in standing.requests}
        for request in new.values():
            standing.put(request)
        return list(new.values())

    def _hand_over(self, outgoing: Iterable[Outgoing]) -> None:
        new = tuple(one for one in outgoing if one.id not in self._handed)
        self._handed.update(one.id for one in new)
        self._courier.take(self, new)

    async def _load(self) -> None:
        """Load the desk, unless somebody else has meanwhile, and nothing older."""
        loaded = await self._journal.load(self.info.tenant, self.info.id)
        standing = Standing(loaded.revision, loaded.desk, loaded.rota, loaded.facts)
        beside = {id_ for one in loaded.requests for id_ in one.followers}.difference(one.id for one in loaded.requests)
        closed = await self._journal.matters(self.info.tenant, self.info.id, beside, []) if beside else ()
        for request in (*loaded.requests, *closed):
            standing.put(request)
        for alert in loaded.alerts:
            standing.put_alert(alert)
        standing.notices = {notice.key: notice for notice in loaded.notices}
        standing.commons = {common.id: common for common in loaded.commons}
        if self.revision >= standing.revision:
            return
        self._standing = standing
        self.info = loaded.desk
        self._people, self._chats = loaded.rota.people, loaded.facts.chats
        self._set_due(standing, None)
        # What is held is there too; and a commit that failed may yet have been written, as only the journal knows.
        self._held.clear()
        self._hand_over(loaded.outgoing)

    def _set_due(self, standing: Standing, batch: Batch | None) -> None:
        before = self.next_due
        paused, self._paused = self._paused, standing.facts.pause
        planned, self._planned = self._planned, standing.facts.planning
        looks = (
            batch is None
            or batch.looked
            or bool(batch.alerts())
            or batch.has_commons()
            or paused != self._paused
            or planned is not self._planned
        )
        now = self._clock()
        hours = self._lookup.knowledge(standing.desk, standing.rota, now).hours
        if batch is None or looks or any(request.has_no_step_left for request in batch.requests()):
            self.next_due = next_due(standing.view(), now, hours)
        else:
            moments = [one.next_at for one in batch.requests() if one.next_at]
            moments += turns(standing.view(), now, hours) if moments else []
            self.next_due = min([*moments, *([before] if before else [])], default=None)
        if self.next_due != before:
            self._on_due()

    async def _answer_again(self, one: Waiting) -> None:
        try:
            one.resolve(await self._repeat(one))
        except Exception as failure:
            if not isinstance(failure, NotStored):
                keys = {"desk": self.info.id, "event": one.event.key}
                log.exception("answering a repeated %s failed", type(one.event).__name__, extra=keys)
            one.fail(failure)

    async def _repeat(self, one: Waiting) -> Answer | None:
        standing, now = self._standing, self._clock()
        if not isinstance(one.event, Press) or standing is None:
            return None
        found = await self._fetch(standing, [one])
        try:
            event = replace(one.event, again=True)
            return decide(standing.view(), event, now, self._lookup.knowledge(standing.desk, standing.rota, now)).answer
        except Refused as refusal:
            return Word(str(refusal))
        finally:
            standing.drop_over(found)

    def _fail(self, waiting: list[Waiting], failure: Exception) -> None:
        self._standing = None
        loop = asyncio.get_running_loop()
        for one in waiting:
            if isinstance(one.event, _REPORTS):
                loop.call_later(RETRY_SECONDS, self._enqueue, one.event, one.shown)
            else:
                one.fail(failure)


def _ids(step: Step, standing: Standing) -> dict[str, object]:
    """Return what is logged of a step: ids alone, those of the effects as the outbox has them."""
    revision = standing.revision + 1
    ids: dict[str, object] = {"desk": standing.desk.id, "event": step.event.key, "kind": type(step.event).__name__}
    ids |= {"matter": " ".join(step.matters)} if step.matters else {}
    return ids | ({"effects": [f"{revision}.{n}" for n in step.effects]} if step.effects else {})


def _chosen(event: Event) -> str:
    """Return the thread of a message that somebody chose, "" for none of the desk's."""
    return event.chosen.place if isinstance(event, Choose | Raise) and event.chosen else ""
