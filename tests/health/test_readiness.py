"""Readiness: each check with its remedy, and never more than one round of them a second."""

import asyncio

import pytest

from bot.errors import NotStored
from bot.health.readiness import Check, Readiness, Result


class Asked:
    """A check that answers what it is told, and counts."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.times = 0

    async def __call__(self) -> str:
        self.times += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Hand:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_it_is_ready_when_every_check_finds_that_all_is_well() -> None:
    readiness = Readiness()
    readiness.begin([Check("journal", Asked("")), Check("keys", Asked(""))])
    assert await readiness.look() == (Result("phase"), Result("journal"), Result("keys"))
    assert await readiness.is_ready()


async def test_it_is_not_ready_while_it_starts_and_when_it_ends_and_asks_nothing_then() -> None:
    readiness, check = Readiness(), Asked("")
    assert await readiness.look() == (Result("phase", "the process is starting; wait"),)
    readiness.begin([Check("journal", check)])
    readiness.drain()
    assert await readiness.look() == (Result("phase", "the process is draining; wait"),)
    assert not await readiness.is_ready()
    assert check.times == 0


@pytest.mark.parametrize(
    ("failure", "remedy"),
    [
        (NotStored("The journal failed: disk I/O error."), "The journal failed: disk I/O error."),
        (RuntimeError("canary"), "the check failed: RuntimeError"),
    ],
)
async def test_a_check_that_fails_says_why_and_the_others_are_asked(failure: Exception, remedy: str) -> None:
    readiness = Readiness()
    readiness.begin([Check("journal", Asked(failure)), Check("keys", Asked(""))])
    assert await readiness.look() == (Result("phase"), Result("journal", remedy), Result("keys"))


async def test_a_check_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("bot.health.readiness.PATIENCE_SECONDS", 0.01)
    readiness = Readiness()
    readiness.begin([Check("journal", never)])
    assert (await readiness.look())[1].remedy.startswith("there is no answer within")


async def test_a_flood_of_questions_costs_one_write_a_second_and_a_disk_that_is_well_again_is_seen() -> None:
    timer, check = Hand(), Asked(NotStored("full"), "")
    readiness = Readiness(timer)
    readiness.begin([Check("journal", check)])
    assert await asyncio.gather(*(readiness.is_ready() for _ in range(100))) == [False] * 100
    timer.seconds = 0.9
    assert not await readiness.is_ready()
    assert check.times == 1
    timer.seconds = 1.0
    assert await readiness.is_ready()
    assert check.times == 2
