"""The courier: delivers what was decided, each effect until its place says yes or no for good.

Updates of one key are strictly ordered and folded into the last; a key that fails holds up no other. What became
of an effect goes back to its desk as an event. It must not know what any effect means, nor any platform.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from bot.correlation import about, nothing
from bot.effects import Effect, Say, Show, WriteRota, concerns, folded
from bot.errors import NotStored
from bot.events import Delivered, Undeliverable
from bot.ports import Address, Clock, Journal, Meter, Origin, Outgoing
from bot.retries import Lapsed, Superseded, may_try, still_wanted
from bot.state import DeskInfo

log = logging.getLogger(__name__)

KNOWN_ADDRESSES = 500  # those before are known to the journal
STORE_SECONDS = 1.0  # between two tries while the store fails

Send = Callable[[DeskInfo, Show | Say, Address | None], Awaitable[Address | None]]
Write = Callable[[DeskInfo], Awaitable[None]]


class Undelivered(Exception):  # noqa: N818 - an outcome
    """The place refused for good; the text is the reason, for an admin."""


@dataclass(frozen=True, slots=True)
class Errand:
    """How an effect is run whose answer is an event of its own: what runs it, and what the event then has.

    ``run`` returns the event's own fields, or raises Undelivered; ``failed`` returns those for a reason in words. With
    no ``failed`` what was refused is Undeliverable, as a message is.
    """

    event: type[Delivered]
    run: Callable[[Origin, Any], Awaitable[Mapping[str, Any]]]
    failed: Callable[[Any, str], Mapping[str, Any]] | None = None


class Lease(Protocol):
    """For how long what is taken is this process's to deliver."""

    is_shared: bool

    def holds(self) -> bool:
        """Say whether it is so now, and will be until a call that begins now is over."""


class _Always:
    is_shared = False

    def holds(self) -> bool:
        return True


ALWAYS: Lease = _Always()
"""The lease of the only process."""


class Courier:
    """Delivers effects: messages through ``send``, the rota's file through ``write``, others by their ``errands``."""

    def __init__(
        self,
        journal: Journal,
        send: Send,
        write: Write,
        clock: Clock,
        errands: Mapping[Any, Errand],
        lease: Lease = ALWAYS,
        meter: Meter | None = None,
    ) -> None:
        """Bind the courier to what it delivers through, and to the lease under which it may."""
        self._journal = journal
        self._send = send
        self._write = write
        self._errands = errands
        self._clock = clock
        self._lease = lease
        self._meter = meter or Meter()
        self._since: dict[tuple[str, str, str], float] = {}  # by the loop's time
        self._folded: dict[tuple[str, str, str], list[str]] = {}  # the ids of those that an effect stands for
        self._lines: dict[tuple[str, str, str], deque[Outgoing]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._addresses: OrderedDict[tuple[str, str, str], tuple[str, Address]] = OrderedDict()  # with the effect's id
        self._closing = False

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        """Take effects to deliver, in order."""
        if self._closing:
            return
        now = asyncio.get_running_loop().time()
        for one in outgoing:
            self._since[desk.info.tenant, desk.info.id, one.id] = now
            key = (desk.info.tenant, desk.info.id, one.effect.key)
            line = self._lines.get(key)
            if line is not None:
                line.append(one)
                self._fold(desk, line, 1)  # the first may be under way
                continue
            self._lines[key] = deque((one,))
            task = asyncio.create_task(self._deliver(desk, key), context=nothing())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def held(self, desk: DeskInfo) -> frozenset[str]:
        """Return the ids of a desk's effects that are under way, or wait for one before them."""
        here = (desk.tenant, desk.id)
        waiting = [one.id for key, line in self._lines.items() if key[:2] == here for one in line]
        return frozenset(id_ for own in waiting for id_ in (own, *self._folded.get((*here, own), ())))

    @property
    def pending(self) -> int:
        """Return how many effects are under way, or wait."""
        return sum(map(len, self._lines.values()))

    @property
    def oldest(self) -> float:
        """Return for how many seconds the oldest of them has been here."""
        now = asyncio.get_running_loop().time()
        return now - min(self._since.values(), default=now)

    async def idle(self) -> None:
        """Wait until nothing is left to deliver."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def drop(self) -> None:
        """Let go of everything at once: the lease has lapsed, and whoever has it now delivers from the outbox."""
        self._lines = {}
        self._since.clear()
        self._folded.clear()
        self._addresses.clear()
        for task in set(self._tasks):
            task.cancel()

    async def close(self, seconds: float) -> None:
        """Finish what is under way within ``seconds``; the rest stays in the outbox for the next start."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, desk: Origin, key: tuple[str, str, str]) -> None:
        line = self._lines[key]
        may_try.set(self._lease.holds)
        try:
            await asyncio.sleep(0)  # those who wait for the commit's answer come first
            while line and not self._closing:
                self._fold(desk, line, 0)
                one = line[0]
                ids = {"desk": desk.info.id, "event": one.event, "matter": concerns(one.effect), "effect": one.id}
                with about(**ids):
                    try:
                        await self._deliver_one(desk, key, one)
                    except Superseded:
                        log.info("something newer goes in its place", extra={"key": key[2]})
                    except NotStored:
                        log.warning("the store fails; delivering again soon", extra={"key": key[2]})
                        await asyncio.sleep(STORE_SECONDS)
                    else:
                        line.popleft()
        except Lapsed:
            log.warning("not delivered here: the lease has lapsed", extra={"desk": desk.info.id, "key": key[2]})
        finally:
            if self._lines.get(key) is line:
                del self._lines[key]
                for one in line:
                    self._since.pop((*key[:2], one.id), None)
                    self._folded.pop((*key[:2], one.id), None)

    def _fold(self, desk: Origin, line: deque[Outgoing], at: int) -> None:
        """Fold updates that wait into the one at a place of the line: each may be large, and only the last is seen.

        All stay in the outbox until that is done: it is together that they say whether the message is to be posted.
        """
        here = (desk.info.tenant, desk.info.id)
        while len(line) > at + 1:
            older, newer = line[at], line[at + 1]
            both = folded(older.effect, newer.effect)
            if both is None:
                break
            if (since := self._since.pop((*here, older.id), None)) is not None:
                self._since[*here, newer.id] = since
            ids = self._folded.pop((*here, older.id), [])
            ids += (older.id, *self._folded.get((*here, newer.id), ()))
            self._folded[*here, newer.id] = ids
            line[at + 1] = replace(newer, effect=both)
            del line[at]

    async def _deliver_one(self, desk: Origin, key: tuple[str, str, str], one: Outgoing) -> None:
        effect: Effect = one.effect
        try:
            if isinstance(effect, WriteRota):
                await self._write(desk.info)
                self._done(desk, one, effect.key, None)
                return
            if not isinstance(effect, Show | Say):
                await self._run(desk, one, self._errands[type(effect)])
                return
            was_sent, new = await self._tell(desk, key, effect)
        except (NotStored, Lapsed, Superseded):
            raise
        except Undelivered as refusal:
            log.warning("not delivered: %s", refusal, extra={"key": effect.key})
            self._refused(desk, one, str(refusal))
        except Exception:
            log.exception("delivering failed", extra={"key": effect.key})
            self._refused(desk, one, "an error of mine; it is in the log")
        else:
            if new is not None:
                self._addresses[key] = (one.id, new)
                if len(self._addresses) > KNOWN_ADDRESSES:
                    self._addresses.popitem(last=False)
            self._done(desk, one, effect.place if was_sent else "", None if new is None else (effect.key, new))

    async def _tell(self, desk: Origin, key: tuple[str, str, str], effect: Show | Say) -> tuple[bool, Address | None]:
        """Send a message, unless that is needless by now; return whether it was, and where it stands if that is new.

        Raise Superseded where it failed, and something newer waits that can be shown in its place.
        """
        address = await self._address(desk, key, effect)
        if isinstance(effect, Show):
            wanted, is_needless = partial(self._is_last, key), effect.only_if_shown and address is None
        else:
            wanted = partial(desk.wants, effect)
            is_needless = not await wanted()
        if is_needless:
            return False, None
        still_wanted.set(wanted)
        try:
            sent = await self._send(desk.info, effect, address)
        except Superseded:
            if isinstance(effect, Show):
                raise
            return False, None
        return True, sent if isinstance(effect, Show) and sent != address else None

    async def _is_last(self, key: tuple[str, str, str]) -> bool:
        """Say whether nothing waits that could be shown in the place of what is under way."""
        line = self._lines.get(key)
        return line is None or len(line) == 1 or folded(line[0].effect, line[1].effect) is None

    async def _address(self, desk: Origin, key: tuple[str, str, str], effect: Show | Say) -> Address | None:
        """Return where a message stands.

        Where replicas share, another may have put it elsewhere: what this one posted is believed until that is stored,
        and then what is stored. What is posted as the first under its key is not what stood there before: a desk may
        have been removed, and added again.
        """
        if isinstance(effect, Say):
            return None
        if (mine := self._addresses.get(key)) is not None:
            by, address = mine
            if desk.has_to_store(by) or not (self._lease.is_shared or effect.first):
                return address
        return None if effect.first else await self._journal.address(*key)

    def _over(self, desk: Origin, one: Outgoing) -> float:
        """Let go of an effect, and of those that it stands for; return how many seconds it was here."""
        here = (desk.info.tenant, desk.info.id, one.id)
        for id_ in self._folded.pop(here, ()):
            desk.report(self._delivered(id_, one.effect.key))
        now = asyncio.get_running_loop().time()
        return now - self._since.pop(here, now)

    def _delivered(self, id_: str, message: str, place: str = "", stands: str = "") -> Delivered:
        """Return what is reported of an effect that is done; without a place there was nothing to send any more."""
        now = self._clock()
        return Delivered(
            key=f"delivered:{id_}", happened_at=now, effect=id_, place=place, message=message, stands=stands
        )

    def _went(self, desk: Origin, one: Outgoing, said: str) -> None:
        self._meter.delivered(one.effect, self._over(desk, one))
        place = getattr(one.effect, "place", "")
        log.info(said, extra={"key": one.effect.key, "kind": type(one.effect).__name__, "place": place})

    def _done(self, desk: Origin, one: Outgoing, place: str, shown: tuple[str, Address] | None) -> None:
        if place:
            self._went(desk, one, "delivered")
        else:
            self._over(desk, one)
        stands = shown[1].conversation if shown else ""
        desk.report(self._delivered(one.id, one.effect.key, place, stands), shown)

    async def _run(self, desk: Origin, one: Outgoing, errand: Errand) -> None:
        effect = one.effect
        try:
            found = await errand.run(desk, effect)
        except Undelivered as refusal:
            if errand.failed is None:
                raise
            found = errand.failed(effect, str(refusal))
        except (NotStored, Lapsed):
            raise
        except Exception:
            if errand.failed is None:
                raise
            log.exception("an errand failed", extra={"key": effect.key})
            found = errand.failed(effect, "an error of mine; it is in the log")
        self._went(desk, one, "answered")
        place = getattr(effect, "place", effect.key)
        key, now = f"delivered:{one.id}", self._clock()
        desk.report(errand.event(key=key, happened_at=now, effect=one.id, place=place, **found))

    def _refused(self, desk: Origin, one: Outgoing, reason: str) -> None:
        self._over(desk, one)
        effect = one.effect
        place = getattr(effect, "place", effect.key)
        event = Undeliverable(
            key=f"refused:{one.id}",
            happened_at=self._clock(),
            effect=one.id,
            place=place,
            reason=reason,
            message=effect.key,
        )
        desk.report(event)
