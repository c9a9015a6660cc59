"""Repeating what may succeed later: how a call says so, what the other side wishes, and how long the pauses are.

It must not know what is called.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

_LONGEST_PAUSE = 60.0
_LONGEST_RETRY_AFTER = 600.0

T = TypeVar("T")
Note = Callable[[Exception | None], None]
"""Takes what became of an attempt: None where it went well."""

log = logging.getLogger(__name__)


def unnoted(_: Exception | None) -> None:
    """Note nothing."""


class Lapsed(Exception):  # noqa: N818 - an outcome
    """Whether it succeeds is not this process's to say any more: another does it, or will."""


may_try: ContextVar[Callable[[], bool]] = ContextVar("may_try", default=lambda: True)
"""Says, within a delivery, whether that is still this process's; nothing may leave for the outside where it is not."""


def still_mine() -> None:
    """Raise Lapsed where what is under way is another process's by now."""
    if not may_try.get()():
        raise Lapsed


async def always() -> bool:
    """Say yes: what one process at a time does is the only process's."""
    return True


class Superseded(Exception):  # noqa: N818 - an outcome
    """It is not wanted any more as it was to be: something newer waits, or it is over."""


still_wanted: ContextVar[Callable[[], Awaitable[bool]]] = ContextVar("still_wanted", default=always)
"""Says, within a delivery that failed, whether that is to be tried again as it is."""


class Temporary(Exception):  # noqa: N818 - an outcome
    """It may succeed later. `retry_after` is the other side's wish in seconds; `ambiguous`: it may be there already."""

    def __init__(self, reason: str, *, retry_after: float | None = None, ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.ambiguous = ambiguous


async def noted(attempt: Awaitable[T], note: Note) -> T:
    """Await one attempt, and note what became of it."""
    try:
        result = await attempt
    except Exception as outcome:
        note(outcome)
        raise
    note(None)
    return result


def seconds(retry_after: str | None, date: str | None) -> float | None:
    """Read Retry-After: seconds, or a date, which is taken against the answer's own date. None for nonsense."""
    try:
        if retry_after and not retry_after.strip().isdigit():
            wish = (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date or "")).total_seconds()
        else:
            wish = float(retry_after or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return min(wish, _LONGEST_RETRY_AFTER) if wish >= 0 else None


_back_off = wait_random_exponential(multiplier=1, max=_LONGEST_PAUSE)


def _pause(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    wish = failure.retry_after if isinstance(failure, Temporary) else None
    # What was asked for, and a little more so that those who were asked together do not come together.
    return max(wish + _back_off(state) / 10 if wish is not None else _back_off(state), 0.0)


async def retrying(call: Callable[[], Awaitable[T]], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> T:
    """Repeat a call while it fails with Temporary, for as long as the caller waits (cancel to stop).

    Pauses as Retry-After says (at most ten minutes), else random up to 1, 2, 4 … 60 seconds. All else passes through.
    The first failure is logged, later ones at DEBUG, and after how many attempts it went well. Raise Lapsed where it
    is not this process's any more, and Superseded instead of trying again where that is not wanted any more.
    """
    still_mine()
    try:
        return await call()
    except Temporary as error:
        first: Temporary | None = error
        log.info("it failed, and is tried again", extra={"outcome": error.reason, "ambiguous": error.ambiguous})
    attempts = 1

    async def again() -> T:
        nonlocal first, attempts
        if first is not None:
            failure, first = first, None
            raise failure
        attempts += 1
        still_mine()
        if not await still_wanted.get()():
            raise Superseded
        try:
            return await call()
        except Temporary as error:
            log.debug("it failed again", extra={"outcome": error.reason, "attempt": attempts})
            raise

    result: T = await AsyncRetrying(retry=retry_if_exception_type(Temporary), wait=_pause, sleep=sleep)(again)
    log.info("it went well", extra={"attempt": attempts})
    return result
