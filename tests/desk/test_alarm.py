"""The alarm: rings when the earliest desk has something to do, again when a look failed, and when the clock moved."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.alarm import Alarm
from bot.clock import real
from bot.desk import Desk
from bot.errors import NotStored
from tests.desk.house import INFO


class Sleeper(Desk):
    """A desk that is due when it is told, and keeps when it was struck."""

    def __init__(self, now: Callable[[], datetime], due: datetime | None) -> None:
        self.info = INFO
        self.next_due = due
        self.struck: list[datetime] = []
        self.rings = asyncio.Event()
        self.fails: list[Exception] = []
        self._now = now

    async def strike(self) -> None:
        self.struck.append(self._now())
        self.rings.set()
        if self.fails:
            raise self.fails.pop()
        self.next_due = None


class Hand:
    """A clock that a test moves; between two moves it runs like the real one."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def alarm(hand: Hand) -> AsyncIterator[Alarm]:
    alarm = Alarm(hand, real)
    yield alarm
    alarm.stop()


async def rung(desk: Sleeper) -> None:
    await asyncio.wait_for(desk.rings.wait(), 3)
    desk.rings.clear()


async def test_what_fell_due_while_the_bot_was_down_is_done_at_the_start(alarm: Alarm, hand: Hand) -> None:
    desk, idle = Sleeper(hand, hand() - timedelta(hours=3)), Sleeper(hand, None)
    alarm.start([desk, idle])
    await rung(desk)
    assert (len(desk.struck), idle.struck) == (1, [])


async def test_it_rings_at_the_earliest_moment_and_never_before(alarm: Alarm, hand: Hand) -> None:
    desk, later = Sleeper(hand, hand() + timedelta(seconds=0.3)), Sleeper(hand, hand() + timedelta(hours=1))
    due = desk.next_due
    alarm.start([later, desk])
    await rung(desk)
    assert due is not None
    assert [moment >= due for moment in desk.struck] == [True]
    assert later.struck == []


async def test_what_becomes_due_earlier_brings_the_ring_forward(alarm: Alarm, hand: Hand) -> None:
    desk = Sleeper(hand, hand() + timedelta(hours=1))
    alarm.start([desk])
    await asyncio.sleep(0.05)
    desk.next_due = hand() + timedelta(seconds=0.1)
    alarm.arm()
    await rung(desk)


async def test_a_clock_that_is_moved_makes_it_look_at_once(alarm: Alarm, hand: Hand) -> None:
    desk = Sleeper(hand, hand() + timedelta(hours=1))
    alarm.start([desk])
    await asyncio.sleep(0.05)
    hand.offset = timedelta(hours=2)
    alarm.clock_moved()
    await rung(desk)


@pytest.mark.parametrize("failure", [NotStored("the disk is full"), KeyError("a bug")])
async def test_a_look_that_failed_is_repeated_and_the_other_desks_are_looked_at(
    alarm: Alarm, hand: Hand, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.alarm.AGAIN", timedelta(seconds=0.1))
    desk, other = Sleeper(hand, hand()), Sleeper(hand, hand())
    desk.fails = [failure]
    alarm.start([desk, other])
    await rung(desk)
    await rung(other)
    await rung(desk)
    assert (len(desk.struck), len(other.struck)) == (2, 1)


async def test_a_desk_that_takes_long_holds_up_no_other(alarm: Alarm, hand: Hand) -> None:
    class Slow(Sleeper):
        async def strike(self) -> None:
            await asyncio.Event().wait()

    other = Sleeper(hand, hand())
    alarm.start([Slow(hand, hand()), other])
    await rung(other)
    assert len(other.struck) == 1


async def test_what_falls_due_while_the_scheduler_still_counts_the_look_before_is_rung_all_the_same() -> None:
    now = datetime.now(UTC)

    class Again(Sleeper):
        async def strike(self) -> None:
            await super().strike()
            if len(self.struck) == 1:
                self.next_due = now + timedelta(microseconds=1)

    def passes() -> datetime:
        """Let time go on when the ring is set, so that its moment is there before the look has ended."""
        nonlocal now
        now += timedelta(seconds=1)
        return datetime.now(UTC)

    desk = Again(lambda: now, now)
    alarm = Alarm(lambda: now, passes)
    alarm.start([desk])
    await rung(desk)
    await rung(desk)
    alarm.stop()
    assert len(desk.struck) == 2
