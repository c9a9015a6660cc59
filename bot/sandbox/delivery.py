"""Carries activities to the bot as Teams does, and keeps the log of all that went over the wire.

Messages are tried again for about a minute on 5xx, timeouts and refused connections, each time the same; an invoke is
tried once. What finally fails becomes a problem that the page shows. Knows nothing of what an activity means.
"""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.sandbox.faults import Faults
from bot.sandbox.world import Json

PATIENCE = 15.0
PAUSES = (0.5, 1.0, 2.0, 4.0, *[5.0] * 11)  # seconds between two tries
KEPT = 20_000


@dataclass(slots=True)
class Exchange:
    """One HTTP exchange; `direction` is "in" (to the bot) or "out" (the bot's call)."""

    number: int
    at: datetime
    direction: str
    method: str
    path: str
    request: Any
    status: int = 0
    response: Any = None
    milliseconds: int = 0


@dataclass(slots=True)
class Wire:
    """The log of exchanges, oldest first, and the problems that the page shows until they are dismissed.

    `waiting` counts the messages that the bot has not taken yet and that will be tried again; `retrying` those of
    Slack and Jira, which give up soon.
    """

    now: Callable[[], datetime]
    changed: Callable[[], None]
    log: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    problems: list[Json] = field(default_factory=list)
    waiting: int = 0
    retrying: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def begin(self, direction: str, method: str, path: str, request: Any) -> Exchange:
        """Log the start of an exchange."""
        exchange = Exchange(next(self.numbers), self.now(), direction, method, path, request)
        self.log.append(exchange)
        return exchange

    def problem(self, text: str) -> None:
        """Show a problem; the same one again is counted."""
        for one in self.problems:
            if one["text"] == text:
                one["count"] += 1
                break
        else:
            self.problems.append({"text": text, "count": 1})
        self.changed()


@dataclass(slots=True)
class Line:
    """What the bot has not taken yet of one conversation, in order; `held` while the first is tried again."""

    activities: deque[tuple[Json, asyncio.Future[int]]] = field(default_factory=deque)
    held: bool = False


class Delivery:
    """Sends activities to the bot's address: in order within a conversation, side by side otherwise."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: str,
        wire: Wire,
        pauses: tuple[float, ...] = PAUSES,
        faults: Faults | None = None,
    ) -> None:
        """Send to `address` (the bot's /api/messages), or not, as `faults` say; `pauses` are seconds between tries."""
        self._session = session
        self._address = address
        self._wire = wire
        self._pauses = pauses
        self._faults = faults or Faults()
        self._dropped = False  # the last that could be
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, activity: Json) -> int:
        """Deliver a message or an update; answer the bot's first status, 0 for none: then it goes on being tried."""
        conversation = activity["conversation"]["id"]
        if self._drops(activity):
            self._wire.begin("in", "POST", "/api/messages", activity).response = "dropped: Teams does not deliver it"
            self._wire.changed()
            return 0
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        line = self._lines.get(conversation)
        if line is None:
            line = self._lines[conversation] = Line()
            task = asyncio.create_task(self._work(conversation, line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        line.activities.append((activity, answer))
        if line.held:
            self._hold(line, 0)
        return await answer

    def _drops(self, activity: Json) -> bool:
        """Say whether something written in a channel is not delivered; of the rest Graph would not tell."""
        if not activity["type"].startswith("message") or activity["conversation"].get("conversationType") != "channel":
            return False
        self._dropped = self._faults.silent or (self._faults.halved and not self._dropped)
        return self._dropped

    async def close(self) -> None:
        """Stop trying."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, conversation: str, line: Line) -> None:
        while line.activities:
            activity, answer = line.activities[0]
            status = await self._post_again(activity, line)
            line.activities.popleft()
            line.held = False
            self._count()
            _settle(answer, status)
            self._judge(activity, status)
        del self._lines[conversation]

    async def _post_again(self, activity: Json, line: Line) -> int:
        status, _ = await self._post(activity)
        for pause in self._pauses:
            if 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            self._hold(line, status)
            await asyncio.sleep(pause)
            status, _ = await self._post(activity)
        return status

    def _hold(self, line: Line, status: int) -> None:
        """Let nobody wait for a line that does not move."""
        line.held = True
        for _, answer in line.activities:
            _settle(answer, status)
        self._count()

    def _count(self) -> None:
        self._wire.waiting = sum(len(line.activities) for line in self._lines.values() if line.held)
        self._wire.changed()

    async def invoke(self, activity: Json) -> tuple[int, Any]:
        """Deliver an invoke; answer the bot's status (0: none in time) and its body."""
        status, body = await self._post(activity)
        self._judge(activity, status)
        return status, body

    def _judge(self, activity: Json, status: int) -> None:
        what = activity.get("name") or activity["type"]
        if status == 0:
            self._wire.problem(f"The bot did not answer ({what}). Is it running?")
        elif status >= HTTPStatus.BAD_REQUEST:
            self._wire.problem(f"The bot answered {status} to {what}.")

    async def _post(self, activity: Json) -> tuple[int, Any]:
        exchange = self._wire.begin("in", "POST", "/api/messages", activity)
        started = time.monotonic()
        try:
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            async with self._session.post(self._address, json=activity, timeout=timeout) as answer:
                exchange.status = answer.status
                exchange.response = _parsed(await answer.text())
        except (aiohttp.ClientError, TimeoutError) as failure:
            exchange.response = f"{type(failure).__name__}: {failure}"
        exchange.milliseconds = round((time.monotonic() - started) * 1000)
        self._wire.changed()
        return exchange.status, exchange.response


def _settle(answer: asyncio.Future[int], status: int) -> None:
    if not answer.done():
        answer.set_result(status)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
