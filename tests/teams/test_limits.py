"""No thread hears more from the bot than Teams allows, and nobody waits for another thread."""

import asyncio
import random

import pytest

from bot.teams.limits import TEAMS, Limits

pytestmark = pytest.mark.asyncio


def reserved(limits: Limits, thread: str, asked: list[float]) -> list[float]:
    """Give the moments at which sends asked for at these moments may leave."""
    return [limits._reserve(thread, now) for now in asked]


def check(moments: list[float]) -> None:
    """See that no window anywhere holds more than it may."""
    for count, seconds in TEAMS:
        for first, last in zip(moments, moments[count:], strict=False):
            assert last - first >= seconds


async def test_a_burst_leaves_as_fast_as_every_window_allows() -> None:
    moments = reserved(Limits(), "t", [100.0] * 2000)
    check(moments)
    assert moments[:7] == [100.0] * 7
    assert 101 <= moments[7] < 101.2
    assert 102 <= moments[8] < 102.3
    assert 130 <= moments[60] < 131
    assert 3700 <= moments[1800] < 3702


async def test_whatever_comes_when_no_window_is_exceeded_and_nobody_overtakes() -> None:
    generator = random.Random(3)  # noqa: S311 - the same moments each time
    now, asked = 0.0, []
    for _ in range(3000):
        now += generator.choice([0, 0, 0, 0.01, 0.3, 2, 40])
        asked.append(now)
    moments = reserved(Limits(), "t", asked)
    check(moments)
    assert moments == sorted(moments)
    assert all(moment >= wish for moment, wish in zip(moments, asked, strict=True))


async def test_a_quiet_thread_never_waits() -> None:
    asked = [float(second) for second in range(0, 20_000, 20)]
    assert reserved(Limits(), "t", asked) == asked


async def test_threads_do_not_wait_for_each_other() -> None:
    limits = Limits()
    reserved(limits, "busy", [0.0] * 100)
    assert reserved(limits, "other", [0.0]) == [0.0]


async def test_idle_threads_are_forgotten() -> None:
    limits = Limits()
    for number in range(1000):
        limits._reserve(f"t{number}", 0.0)
    assert len(limits) == 1000
    limits._reserve("t5", 3000.0)
    limits._reserve("new", 3601.0)
    assert len(limits) == 2


async def test_only_so_many_threads_are_remembered() -> None:
    limits = Limits()
    for number in range(10_500):
        limits._reserve(f"t{number}", 0.0)
    assert len(limits) == 10_000


async def test_who_leaves_late_counts_from_then() -> None:
    limits = Limits(((1, 1.0),))
    assert reserved(limits, "t", [0.0, 0.0])[1] == 1
    limits._left("t", 1.9)
    assert reserved(limits, "t", [2.0])[0] == pytest.approx(2.9)
    limits._left("forgotten", 2.0)
    assert len(limits) == 1


async def test_those_who_wait_leave_in_the_order_of_asking() -> None:
    limits = Limits(((1, 0.001),))
    left: list[int] = []

    async def send(number: int) -> None:
        await limits.turn("t")
        left.append(number)

    await asyncio.gather(*(send(number) for number in range(5)))
    assert left == [0, 1, 2, 3, 4]


async def test_switched_off_nobody_waits_and_nothing_is_remembered() -> None:
    limits = Limits(())
    for _ in range(5000):
        await limits.turn("t")
    assert len(limits) == 0
