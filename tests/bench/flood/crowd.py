"""Who posts and presses: an open loop, whose posts leave when it is their time, whatever the bot does.

Decides when each post leaves, who waits for an answer and for how long, and presses *It's solved* in the end. A latency
counts from the moment at which a post was due, so that a stall of the bot, or of this loop, is in it. Must not know
what is measured with it.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench import world
from tests.bench.flood import town
from tests.bench.load import PATH

LOOK_SECONDS = 0.25
CALLED = 120.0
"""Seconds after which the pair is called, outside peak hours."""
POST, BURST, PRESS = "post", "burst", "press"


@dataclass(frozen=True, slots=True)
class Post:
    """A post to be: seconds from the beginning, its desk, how long its writer waits, how old it is as it arrives."""

    after: float
    desk: int
    waits: float
    kind: str = POST
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a call: its kind, the second in which it was due, ms until the answer, HTTP's status (0: none)."""

    kind: str
    second: float
    ms: float
    status: int


@dataclass(slots=True)
class Outcome:
    """All calls, by how many ms the loop itself was late at most, and when each post was due, by its number.

    ``again`` counts calls whose connection was closed as they were sent; ``waiting`` are posts about which somebody is
    called; ``unpressed`` counts those that nobody could press *It's solved* under.
    """

    sent: list[Sent] = field(default_factory=list)
    late_ms: float = 0.0
    due: dict[int, float] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    unpressed: int = 0
    again: int = 0


def steady(
    rate: float, seconds: float, desks: int, waits: Callable[[random.Random], tuple[float, float]]
) -> list[Post]:
    """Plan posts at a rate: the first desk, which is the busy one, gets every other post where there are several."""
    chance = random.Random(4711)  # noqa: S311  # the same in every run
    found = []
    for number in range(int(rate * seconds)):
        desk = 0 if desks == 1 or number % 2 == 0 else 1 + (number // 2) % (desks - 1)
        held, age = waits(chance)
        found.append(Post(number / rate, desk, held, age=age))
    return found


def burst(size: int, within: float, after: float, waits: tuple[float, float], age: float) -> list[Post]:
    """Plan so many posts at the busy desk within some seconds, whose writers wait between so and so long."""
    least, most = waits
    return [
        Post(after + number * within / size, 0, least + (most - least) * number / size, BURST, age)
        for number in range(size)
    ]


class Crowd:
    """People at one bot."""

    def __init__(self, folder: Path, port: int, entra: str, service_url: str) -> None:
        """Read the token, and how far the desk's time is from real time."""
        self._token = (folder / "token").read_text(encoding="utf-8")
        self._offset = timedelta(seconds=int((folder / "offset").read_text(encoding="ascii")))
        self._url = f"http://127.0.0.1:{port}{PATH}"
        self._calls = f"{entra}/calls"
        self._post = json.dumps(world.post(service_url, "@CHANNEL@", "@WORDS@"))
        self._press = json.dumps(world.press(service_url, "@CHANNEL@"))
        self._posts: dict[int, Post] = {}
        self._seen = 0
        self._presses: set[int] = set()

    async def flood(self, plan: Iterable[Post], patience: float) -> Outcome:
        """Send all posts when they are due and press when their writers have waited; give up after `patience`."""
        outcome = Outcome()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json; charset=utf-8"}
        open_ended = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
        patient = aiohttp.ClientTimeout(total=60)
        self._began = time.time() + 0.2
        async with (
            aiohttp.ClientSession(connector=open_ended, headers=headers, timeout=patient) as session,
            aiohttp.ClientSession() as asking,
            asyncio.TaskGroup() as group,
        ):
            watching = group.create_task(self._watch(asking, session, outcome, group))
            for number, post in enumerate(sorted(plan, key=lambda one: one.after)):
                due = self._began + post.after
                await _sleep_until(due)
                outcome.late_ms = max(outcome.late_ms, 1000 * (time.time() - due))
                id_ = int(due * 1e6) + number % 2  # a burst's and another post may be due at the same moment
                while id_ in self._posts:
                    id_ += 1
                self._posts[id_] = post
                outcome.due[id_] = due
                if post.waits + post.age > CALLED:
                    outcome.waiting.add(id_)
                body = self._filled(self._post, id_, post, due - post.age).replace("@WORDS@", town.words(number))
                group.create_task(self._send(session, post.kind, due, body, outcome))
            try:
                async with asyncio.timeout(patience):
                    while len(self._presses) < len(self._posts):
                        await asyncio.sleep(LOOK_SECONDS)
            except TimeoutError:
                outcome.unpressed = len(self._posts) - len(self._presses)
            watching.cancel()
        return outcome

    async def _watch(
        self, asking: aiohttp.ClientSession, session: aiohttp.ClientSession, outcome: Outcome, group: asyncio.TaskGroup
    ) -> None:
        """Look which cards have come, and let their writers press when they have waited."""
        known: set[int] = set()
        while True:
            async with asking.get(self._calls, params={"since": str(self._seen)}) as answer:
                calls: list[list[Any]] = await answer.json()
            self._seen += len(calls)
            for at, _, conversation, card, request, desk, _, can_solve in calls:
                root = conversation.partition(";messageid=")[2]
                id_ = int(root) if root.isdigit() else 0
                if can_solve and id_ in self._posts and id_ not in known:
                    known.add(id_)
                    due = max(at, outcome.due[id_] + self._posts[id_].waits)
                    body = self._filled(self._press, id_, self._posts[id_], due)
                    for name, value in (("REQUEST", request), ("DESK", desk), ("CARD", card)):
                        body = body.replace(f"@{name}@", value)
                    group.create_task(self._press_at(session, due, id_, body, outcome))
            await asyncio.sleep(LOOK_SECONDS)

    async def _press_at(
        self, session: aiohttp.ClientSession, due: float, id_: int, body: str, outcome: Outcome
    ) -> None:
        now = time.time()
        await _sleep_until(due)
        await self._send(session, PRESS, max(due, now), body, outcome)
        self._presses.add(id_)

    async def _send(self, session: aiohttp.ClientSession, kind: str, due: float, body: str, outcome: Outcome) -> None:
        status = 0
        for _ in range(2):  # a kept connection may be closed as it is used again, and then another is taken
            try:
                async with session.post(self._url, data=body.encode()) as answer:
                    await answer.read()
                    status = answer.status
                break
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                outcome.again += 1
            except (aiohttp.ClientError, TimeoutError):
                break
        outcome.sent.append(Sent(kind, due - self._began, 1000 * (time.time() - due), status))

    def _filled(self, template: str, id_: int, post: Post, at: float) -> str:
        said = (
            (datetime.fromtimestamp(at, UTC) + self._offset).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        filled = template.replace("@CHANNEL@", town.channel(post.desk)).replace("@ID@", str(id_))
        return filled.replace("@USER@", str(id_)[-12:]).replace("@NOW@", said)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Return p50, p95, p99 and the largest of some figures; infinite where there are none."""
    ordered = sorted(values) or [float("inf")]
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: ordered[int((len(ordered) - 1) * share)] for name, share in shares.items()}


def by_kind(outcome: Outcome) -> Iterator[tuple[str, list[Sent]]]:
    """Yield the calls of each kind that there are."""
    for kind in (POST, BURST, PRESS):
        if some := [one for one in outcome.sent if one.kind == kind]:
            yield kind, some


async def _sleep_until(moment: float) -> None:
    if (left := moment - time.time()) > 0:
        await asyncio.sleep(left)
