"""Carries activities to the bot as Teams does, and keeps the log of all that went over the wire.

Messages are tried three times on 5xx, timeouts and refused connections; an invoke once. What finally fails becomes a
problem that the page shows. Knows nothing of what an activity means.
"""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.sandbox.world import Json

TRIES, PAUSE, PATIENCE = 3, 1.0, 15.0
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
    """The log of exchanges, oldest first, and the problems that the page shows until they are dismissed."""

    now: Callable[[], datetime]
    changed: Callable[[], None]
    log: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    problems: list[Json] = field(default_factory=list)
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


class Delivery:
    """Sends activities to the bot's address: in order within a conversation, side by side otherwise."""

    def __init__(self, session: aiohttp.ClientSession, address: str, wire: Wire) -> None:
        """Send to `address` (the bot's /api/messages)."""
        self._session = session
        self._address = address
        self._wire = wire
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, activity: Json) -> int:
        """Deliver a message or an update; answer the bot's last status, 0 when it never answered."""
        async with self._turns[activity["conversation"]["id"]]:
            status = 0
            for attempt in range(TRIES):
                if attempt:
                    await asyncio.sleep(PAUSE * attempt)
                status, _ = await self._post(activity)
                if 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    break
            self._judge(activity, status)
            return status

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


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
