"""Whether the bot can do its work just now: checks, each with what to do where it can't.

The answer is kept for a second, so that a flood of questions costs no more than one. It must not know what is checked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.errors import NotStored

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 5.0

Ask = Callable[[], Awaitable[str]]
"""Asks for what is wrong, with the remedy; "" where nothing is."""


class Phase(StrEnum):
    """Where the process is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must be so, by its name."""

    name: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: ``remedy`` is "" where all is well."""

    name: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Say whether all is well."""
        return not self.remedy


class Readiness:
    """Asks the checks, once ``begin`` was told them and until ``drain``."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        """Begin as a process that starts; ``timer`` counts seconds."""
        self._timer = timer
        self._phase = Phase.STARTING
        self._checks: tuple[Check, ...] = ()
        self._found: tuple[Result, ...] = ()
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    def begin(self, checks: Iterable[Check]) -> None:
        """Run from now on, with these checks."""
        self._checks = tuple(checks)
        self._phase = Phase.RUNNING

    def drain(self) -> None:
        """Take no more: the process ends."""
        self._phase = Phase.DRAINING

    async def look(self) -> tuple[Result, ...]:
        """Return what each check finds, or found within the last second."""
        if self._phase is not Phase.RUNNING:
            return (Result("phase", f"the process is {self._phase}; wait"),)
        async with self._asking:
            if self._timer() - self._asked_at >= FRESH_SECONDS:
                self._found = tuple([await _ask(check) for check in self._checks])
                self._asked_at = self._timer()
            return (Result("phase"), *self._found)

    async def told(self) -> dict[str, Any]:
        """Return that for machines: whether all is well, and each check with the remedy where it is not."""
        results = await self.look()
        checks = [{"name": one.name, "ok": one.ok, **({} if one.ok else {"remedy": one.remedy})} for one in results]
        return {"ready": all(one.ok for one in results), "checks": checks}

    async def is_ready(self) -> bool:
        """Say whether every check finds that all is well."""
        return all(result.ok for result in await self.look())


async def _ask(check: Check) -> Result:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Result(check.name, await check.ask())
    except TimeoutError:
        return Result(check.name, f"there is no answer within {PATIENCE_SECONDS:.0f} s")
    except NotStored as failure:
        return Result(check.name, str(failure))
    except Exception as failure:  # noqa: BLE001 - whatever is broken, the others are told
        return Result(check.name, f"the check failed: {type(failure).__name__}")
