"""One proof: desks are made, people post and press by the seed's story, bots die by its plan; then all is judged.

Time for the desks runs faster than for us, and waits where the load is behind. After the last post it goes on until
the last reminder is due, then stands, and the bot has its time to send what is left.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp

from tests.prove import fleet, journal, town
from tests.prove.checker import Case, Verdict, check
from tests.prove.clock import FastClock
from tests.prove.connector import Connector
from tests.prove.faults import Shares
from tests.prove.fleet import Kill, Replica, free_port
from tests.prove.sender import Sender, Story, stories
from tests.rig.entra import APP_ID, TENANT, FakeEntra

BEHIND = 120
"""Posts and presses under way, from which on time stands: the load is behind."""
AFTER = timedelta(minutes=18)
"""From the last post until every reminder is due and found late, and the last press is made."""
LAST_WORDS = 180.0
"""Seconds for the bot to send what is left, once nothing happens any more."""
LOOKS = timedelta(seconds=4)
"""How long after a start, in real time, a bot may need for what fell due meanwhile."""
READY = 60.0
PASSWORD = "a-password-for-the-proof"
BOT, NAIVE = "tests.prove.killed", "tests.prove.naive"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is proved: how many posts at how many a second, deaths, desks, and how many times faster time runs."""

    name: str
    seed: int
    requests: int
    kills: int
    desks: int = 40
    rate: float = 20.0
    speed: float = 30.0
    shares: Shares = field(default_factory=Shares)
    module: str = BOT


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

    def __init__(self, plan: Plan, folder: Path, connector: Connector, clock: FastClock, sender: Sender) -> None:
        self.plan = plan
        self.connector = connector
        self.clock = clock
        self.sender = sender
        self.stories: list[Story] = []
        self.replicas: list[Replica] = []
        self.outages: list[tuple[datetime, datetime]] = []
        self.killed: Counter[str] = Counter()
        self.doubted_by_kills = 0
        self.journal: journal.Journal = (
            journal.TinyRows(folder / "naive.json") if plan.module == NAIVE else journal.SqlRows(folder / "journal.sqlite")
        )

    async def traffic(self) -> None:
        """Let everybody do what the story says, each at its minute."""
        due: list[tuple[float, int, Callable[[Story], Awaitable[None]], Story]] = []
        for story in self.stories:
            acts = ((0.0, self.sender.post), (story.claim, self.sender.claim), (story.solve, self.sender.solve))
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
            await self.clock.until(begin + timedelta(minutes=self.stories[-1].minute) + AFTER)

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
            await self.connector.quiet()
            for message in self.journal.in_doubt(self.connector.accepted):
                self.doubted_by_kills += message.id not in self.connector.ledger.in_doubt
                self.connector.ledger.doubt(message)
            self.connector.forget()
            following = plan[number + 1] if number + 1 < len(plan) else None
            await replica.start(following.armed if following else "")
            group.create_task(self._back(replica, began))

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
        while self.sender.accepted < count and not or_end.is_set():
            await asyncio.sleep(0.02)

    async def _back(self, replica: Replica, began: datetime) -> None:
        """Wait for the next post to be accepted: soon after that the bot has looked at what was due."""
        before, ended = self.sender.accepted, replica.ended
        while self.sender.accepted == before < self.plan.requests and not ended.is_set():
            await asyncio.sleep(0.02)
        self.outages.append((began, self.clock.now + LOOKS * self.clock.speed))

    async def rest(self) -> None:
        """Wait until nothing is left to be sent."""
        async with asyncio.timeout(LAST_WORDS):
            while True:
                await self.connector.quiet()
                if not self.journal.unsent():
                    return
                await asyncio.sleep(0.2)


async def prove(plan: Plan, folder: Path, say: Callable[[str], None] = lambda _: None) -> Proved:
    """Run a proof in an empty folder, and judge it; ``say`` hears how far it is."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    random = Random(plan.seed)
    async with _world(plan, folder, random) as run:
        places = [town.Place(number) for number in range(plan.desks)]
        run.stories = stories(random, plan.requests, places, 60 * plan.rate / plan.speed)
        run.clock.held = lambda: run.sender.active > BEHIND
        (replica,) = run.replicas
        points = {} if plan.module == BOT else {"points": ()}
        planned = fleet.kills(random, plan.kills, plan.requests, **points)
        await replica.start(planned[0].armed if planned else "")
        await _ready(replica, run)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(_tell(run, say))
            group.create_task(run.deaths(replica, planned))
            await run.traffic()
            telling.cancel()
        run.clock.held = lambda: True
        try:
            await run.rest()
        except TimeoutError:
            say("not everything was sent in time")
        codes = [await one.stop() for one in run.replicas]
        await run.connector.quiet()
        ledger = run.connector.ledger
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
            run.doubted_by_kills,
            run.sender.waits,
            loop.time() - began,
            errors,
            codes,
        )


@asynccontextmanager
async def _world(plan: Plan, folder: Path, random: Random) -> AsyncIterator[_Run]:
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(Connector(random.randrange(2**32), plan.shares))
        clock = await stack.enter_async_context(FastClock(town.BEGIN, plan.speed))
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        port = free_port()
        token = entra.token(service_url=connector.service_url)
        sender = Sender(session, [f"http://127.0.0.1:{port}"], token, connector, clock, random)
        run = _Run(plan, folder, connector, clock, sender)
        settings = {
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppPassword": PASSWORD,
            "MicrosoftAppTenantId": TENANT,
            "BotOpenIdMetadata": entra.metadata_url,
            "HOTSEAT_AUTHORITY": entra.url,
            "HOTSEAT_SERVICE_HOSTS": f"127.0.0.1:{connector.port}",
            "HOTSEAT_CLOCK": f"{clock.url}/clock",
            "HOTSEAT_DATA": str(folder),
            "HOTSEAT_LOG": "WARNING",
        }
        if plan.module == NAIVE:
            settings |= {"NAIVE_FILE": str(folder / "naive.json"), "NAIVE_SPEED": str(plan.speed)}
        else:
            await town.found({"data": folder}, [town.Place(number) for number in range(plan.desks)])
        run.replicas = [Replica(plan.module, port, settings, folder / "bot.log")]
        try:
            yield run
        finally:
            for replica in run.replicas:
                await replica.kill()


async def _ready(replica: Replica, run: _Run) -> datetime:
    """Wait until a bot listens for the first time; return the desks' time then."""
    loop = asyncio.get_running_loop()
    end = loop.time() + READY
    while not await run.sender.listens(replica.url):
        if replica.ended.is_set() or loop.time() > end:
            raise RuntimeError(f"the bot does not start: {replica.log.read_text(errors='replace')[-2000:]}")
        await asyncio.sleep(0.05)
    return run.clock.now


async def _tell(run: _Run, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(15)
        done = f"{run.sender.accepted:,} of {run.plan.requests:,} posts, {sum(run.killed.values())} deaths"
        say(f"{done}, {run.clock.now:%H:%M} in UTC, {run.sender.active} under way, {run.journal.unsent()} to be sent")


def _errors(log: Path) -> list[str]:
    """Return the lines by which the bot complains of itself."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if " ERROR " in line or '"ERROR"' in line or line.startswith("Traceback")]
