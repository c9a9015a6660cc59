"""One proof: desks are made, people post and press by the seed's story, bots die by its plan; then all is judged.

Time for the desks runs faster than for us, and waits where the load is behind. After the last post it goes on until
the last reminder is due, then stands, and the bot has its time to send what is left.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from tests.desk.crashing import POINTS
from tests.prove import fleet, journal, town
from tests.prove.checker import Case, Verdict, check
from tests.prove.clock import FastClock
from tests.prove.connector import Connector
from tests.prove.faults import Shares
from tests.prove.fleet import Kill, Replica
from tests.prove.sender import Sender, Story, stories
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.ports import free_port

BEHIND = 120
"""Posts and presses under way, from which on time stands: the load is behind."""
WAITING = 2_000
"""Messages to be sent, from which on it stands as well: a message that waits takes up all that falls due meanwhile, and
one about hundreds of requests names some and says how many more there are."""
AFTER = timedelta(minutes=18)
"""From the last post until every reminder is due and found late, and the last press is made."""
CALM = 40.0
"""How many times faster time runs at least after the last post, when there is little left to do; ``JUMP`` allows it."""
LAST_WORDS = 180.0
"""Seconds for the bot to send what is left, once nothing happens any more."""
LATE = timedelta(seconds=30)
"""Of the desks' time: a step that waits for longer is waited for, since the machine is slower than time is fast."""
LATEST = 20.0
"""Real seconds for which it is: what a bot that runs has not done by then it has lost."""
LOOKS = timedelta(seconds=6)
"""How long after a start, in real time, a bot may need for what fell due meanwhile."""
READY = 60.0
PASSWORD = "a-password-for-the-proof"
BOT, NAIVE = "tests.prove.killed", "tests.prove.naive"

Act = Callable[[Story], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is proved: how many posts at how many a second, deaths, desks, and how many times faster time runs.

    Of several ``replicas`` one is held still for ``pause`` seconds in the middle, while the others go on.
    """

    name: str
    seed: int
    requests: int
    kills: int
    desks: int = 40
    rate: float = 20.0
    speed: float = 30.0
    shares: Shares = field(default_factory=Shares)
    module: str = BOT
    replicas: int = 1
    pause: float = 0.0


@dataclass(slots=True)
class Proved:
    """What came of it."""

    plan: Plan
    verdict: Verdict
    kills: Counter[str]
    calls: Counter[tuple[str, str]]
    statuses: Counter[str]
    doubted_by_kills: int
    waits: list[float]
    seconds: float
    errors: list[str]
    codes: list[int]


class _Run:
    """What a run has in hand."""

    def __init__(
        self, plan: Plan, store: journal.Journal, connector: Connector, clock: FastClock, sender: Sender
    ) -> None:
        self.plan = plan
        self.journal = store
        self.connector = connector
        self.clock = clock
        self.sender = sender
        self.places = [town.Place(number) for number in range(plan.desks)]
        self.stories: list[Story] = []
        self.replicas: list[Replica] = []
        self.outages: list[tuple[datetime, datetime]] = []
        self.killed: Counter[str] = Counter()
        self.held = False
        self.is_late = self.is_behind = False

    async def traffic(self) -> None:
        """Let everybody do what the story says, each at its minute."""
        due: list[tuple[float, int, Act, Story]] = []
        for story in self.stories:
            acts: tuple[tuple[float | None, Act], ...] = (
                (0.0, self.sender.post),
                (story.claim, self.sender.claim),
                (story.solve, self.sender.solve),
            )
            for after, act in acts:
                if after is not None:
                    due.append((story.minute + after, len(due), act, story))
        heapq.heapify(due)
        begin = self.clock.now
        async with asyncio.TaskGroup() as group:
            while due:
                minute, _, act, story = heapq.heappop(due)
                await self.clock.until(begin + timedelta(minutes=minute))
                group.create_task(self._done(act(story)))
            self.clock.speed = max(self.clock.speed, CALM)
            await self.clock.until(begin + timedelta(minutes=self.stories[-1].minute) + AFTER)
            for _ in range(int(LAST_WORDS)):
                if not self.sender.active:
                    break
                await asyncio.sleep(1)
            self.sender.over = True

    async def _done(self, act: Awaitable[None]) -> None:
        self.sender.active += 1
        try:
            await act
        finally:
            self.sender.active -= 1

    async def deaths(self, replica: Replica, plan: list[Kill]) -> None:
        """Let a replica die as planned, and start it again each time."""
        async with asyncio.TaskGroup() as group:
            await self._deaths(replica, plan, group)

    async def _deaths(self, replica: Replica, plan: list[Kill], group: asyncio.TaskGroup) -> None:
        for number, kill in enumerate(plan):
            await self._die(replica, kill)
            began = self.clock.now
            await self._doubt()
            following = plan[number + 1] if number + 1 < len(plan) else None
            await replica.start(following.armed if following else "")
            group.create_task(self._back(began))

    async def _doubt(self) -> None:
        """Keep which sends a replica that is gone may have made and not stored."""
        await self.connector.quiet()
        pending = self.journal.in_doubt(self.connector.accepted)
        self.connector.accepted = pending
        self.connector.ledger.perhaps.update({one.id: one for one in pending})

    async def hold_still(self, replica: Replica) -> None:
        """Hold a replica still in the middle, and let it go on after the pause."""
        await self._accepted(self.plan.requests // 2, or_end=asyncio.Event())
        self.held = True
        began = self.clock.now
        replica.pause()
        await self._doubt()
        looked = asyncio.create_task(self._back(began))
        await asyncio.sleep(self.plan.pause)
        replica.resume()
        self.held = False
        await looked

    async def watch(self) -> None:
        """Let time wait for a bot that is up and has steps overdue, not for one that is down; and for the unsent."""
        loop = asyncio.get_running_loop()
        before, since = None, loop.time()
        while True:
            due = self.journal.next_due() if self._is_up() else None
            if due != before:
                before, since = due, loop.time()
            is_late = due is not None and self.clock.now - due >= LATE
            self.is_late = is_late and loop.time() - since < LATEST
            self.is_behind = self.journal.unsent() > WAITING
            await asyncio.sleep(0.2)

    def _is_up(self) -> bool:
        return any(one.is_up and not one.is_held for one in self.replicas)

    async def _die(self, replica: Replica, kill: Kill) -> None:
        if kill.point == fleet.STARTING:
            await asyncio.sleep(kill.wait)
        elif kill.armed:
            patience = kill.accepted + self.plan.requests // (self.plan.kills + 1)
            await self._accepted(min(patience, int(0.99 * self.plan.requests)), or_end=replica.ended)
            if replica.ended.is_set():
                self.killed[kill.point] += 1
                return
        else:
            await self._accepted(kill.accepted, or_end=replica.ended)
            await asyncio.sleep(kill.wait)
        died = replica.ended.is_set()
        await replica.kill()
        self.killed["by itself" if died else fleet.ANYWHERE if kill.armed else kill.point] += 1

    async def _accepted(self, count: int, *, or_end: asyncio.Event) -> None:
        while (self.sender.accepted < count or self.held) and not or_end.is_set():
            await asyncio.sleep(0.02)

    async def _back(self, began: datetime) -> None:
        """Wait until a bot listens: soon after that it has looked at what was due."""
        while not self.sender.over:
            for one in self.replicas:
                one.is_up = not one.is_held and await self.sender.listens(one.url)
            if self._is_up():
                break
            await asyncio.sleep(0.1)
        self.outages.append((began, self.clock.now + LOOKS * self.clock.speed))

    async def rest(self) -> None:
        """Wait until nothing is left to be sent."""
        async with asyncio.timeout(LAST_WORDS):
            while True:
                await self.connector.quiet()
                if not self.journal.unsent():
                    return
                await asyncio.sleep(0.2)


async def prove(plan: Plan, folder: Path, say: Callable[[str], None] = lambda _: None, *, database: str = "") -> Proved:
    """Run a proof in an empty folder, and judge it; ``say`` hears how far it is.

    ``database`` is the address of an empty one in PostgreSQL, which several replicas need.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    random = Random(plan.seed)  # noqa: S311 - a seed is to be repeated
    async with _world(plan, folder, database, random) as run:
        run.stories = stories(random, plan.requests, run.places, 60 * plan.rate / plan.speed)
        if plan.module == NAIVE:  # it has no buttons
            run.stories = [replace(story, claim=None, solve=None) for story in run.stories]
        run.clock.held = lambda: run.is_late or run.is_behind or run.sender.active > BEHIND
        planned = fleet.kills(random, plan.kills, plan.requests, points=POINTS if plan.module == BOT else ())
        shares: list[list[Kill]] = [[] for _ in run.replicas]
        for kill in planned:
            random.choice(shares).append(kill)
        for replica, share in zip(run.replicas, shares, strict=True):
            await replica.start(share[0].armed if share else "")
            await _ready(replica, run)
        async with asyncio.TaskGroup() as group:
            besides = [group.create_task(_tell(run, say)), group.create_task(run.watch())]
            for replica, share in zip(run.replicas, shares, strict=True):
                group.create_task(run.deaths(replica, share))
            if plan.pause:
                group.create_task(run.hold_still(run.replicas[0]))
            await run.traffic()
            for task in besides:
                task.cancel()
        run.clock.held = lambda: True
        try:
            await run.rest()
        except TimeoutError:
            say("not everything was sent in time")
        codes = [await one.stop() for one in run.replicas]
        await run.connector.quiet()
        ledger, marked = run.connector.ledger, run.journal.marked()
        answered = len(ledger.in_doubt)
        for message in ledger.perhaps.values():
            if message.id not in marked:
                ledger.doubt(message)
        case = Case(
            posts=tuple(story.told() for story in run.stories),
            records=run.journal.records(),
            messages=tuple(ledger.messages.values()),
            doubted=ledger.doubted,
            until=run.clock.now,
            outages=tuple(run.outages),
            unsent=run.journal.unsent(),
        )
        errors = [line for one in run.replicas for line in _errors(one.log)]
        return Proved(
            plan,
            check(case),
            run.killed,
            ledger.calls,
            run.sender.statuses,
            len(ledger.in_doubt) - answered,
            run.sender.waits,
            loop.time() - began,
            errors,
            codes,
        )


@asynccontextmanager
async def _world(plan: Plan, folder: Path, database: str, random: Random) -> AsyncIterator[_Run]:
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(Connector(random.randrange(2**32), plan.shares))
        clock = await stack.enter_async_context(FastClock(town.BEGIN, plan.speed))
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        ports = [free_port() for _ in range(plan.replicas)]
        token = entra.token(service_url=connector.service_url)
        sender = Sender(session, [f"http://127.0.0.1:{port}" for port in ports], token, connector, clock, random)
        file = folder / "naive.json"
        rows = journal.SqlRows(database or folder / "journal.sqlite")
        run = _Run(plan, journal.TinyRows(file) if plan.module == NAIVE else rows, connector, clock, sender)
        settings = {
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppPassword": PASSWORD,
            "MicrosoftAppTenantId": TENANT,
            "BotOpenIdMetadata": entra.metadata_url,
            "HOTSEAT_AUTHORITY": entra.url,
            "HOTSEAT_SERVICE_HOSTS": f"127.0.0.1:{connector.port}",
            "HOTSEAT_DATABASE_URL": database,
            "HOTSEAT_OPS": "127.0.0.1:0",
            "HOTSEAT_LOG": "WARNING",
            "HOTSEAT_ENCODER": "off",  # a start is no longer than most are
        }
        if plan.module == NAIVE:
            settings |= {"NAIVE_FILE": str(file), "NAIVE_SPEED": str(plan.speed)}
        else:
            await town.found({"data": folder, "database_url": database}, run.places)
        for number, port in enumerate(ports):
            data = folder if plan.replicas == 1 else folder / f"replica-{number + 1}"
            log = folder / f"replica-{number + 1}.log"
            own = {"HOTSEAT_DATA": str(data), "HOTSEAT_CLOCK": f"{clock.url}/clock?replica={number}"}
            run.replicas.append(Replica(plan.module, port, settings | own, log))
        try:
            yield run
        finally:
            for replica in run.replicas:
                await replica.kill()


async def _ready(replica: Replica, run: _Run) -> None:
    """Wait until a bot listens for the first time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + READY
    while not await run.sender.listens(replica.url):
        if replica.ended.is_set() or loop.time() > end:
            raise RuntimeError(f"the bot does not start: {replica.log.read_text(errors='replace')[-2000:]}")
        await asyncio.sleep(0.05)
    replica.is_up = True


async def _tell(run: _Run, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(15)
        done = f"{run.sender.accepted:,} of {run.plan.requests:,} posts, {sum(run.killed.values())} deaths"
        say(f"{done}, {run.clock.now:%H:%M} in UTC, {run.sender.active} under way, {run.journal.unsent()} to be sent")


def _errors(log: Path) -> list[str]:
    """Return the lines by which the bot complains of itself."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if " ERROR " in line or '"ERROR"' in line or line.startswith("Traceback")]
