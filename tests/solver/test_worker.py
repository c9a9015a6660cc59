"""The worker: what it finds comes as it is found, it ends with whoever waits, and its end is said in words."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import aclosing
from types import MappingProxyType

import pytest

from bot.rota import picking
from bot.rota.picking import situation
from bot.rota.plan import Change, Question
from bot.solver import worker
from bot.solver.changes import what_if
from bot.solver.forecast import plans
from bot.solver.worker import NotComputed
from tests.solver.teams import FIRST, Kind, team


def question(people: int = 6, weeks: int = 4, seconds: float = 10.0) -> Question:
    rota, hours = team(2, people, weeks, Kind(history=5))
    return Question(rota, hours, FIRST, weeks, seconds=seconds)


async def test_a_forecast_comes_plan_by_plan_and_is_what_is_computed_here() -> None:
    asked = question()
    found = [plan async for plan in worker.forecast(asked)]
    assert found == list(plans(asked))


async def test_people_that_cannot_be_changed_can_be_sent() -> None:
    asked = question(weeks=1)
    people = MappingProxyType(dict(asked.rota.people))
    frozen = Question(type(asked.rota)(people, asked.rota.shifts), asked.hours, FIRST, 1)
    assert [plan async for plan in worker.forecast(frozen)]


async def test_a_pick_is_what_is_computed_here() -> None:
    asked = question()
    plan = situation(asked.rota, FIRST, asked.hours)
    assert await worker.rank(plan) == picking.rank(plan)


async def test_what_would_be_is_what_is_computed_here() -> None:
    asked = question()
    assert await worker.what_if(asked) == what_if(asked)


async def test_a_worker_that_takes_too_long_is_ended_and_says_so() -> None:
    with pytest.raises(NotComputed, match="more than 0 seconds"):
        await worker.rank(situation(question().rota, FIRST, question().hours), grace=0.01)


async def test_a_worker_that_crashes_is_an_error_in_words() -> None:
    crash = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(NotComputed, match="ended with signal 9"):
        await anext(worker._answers("rank", None, 10, crash))
    with pytest.raises(NotComputed, match="ended with exit code 3"):
        await anext(worker._answers("rank", b"0" * 1_000_000, 10, (sys.executable, "-c", "raise SystemExit(3)")))


async def test_a_failure_in_a_task_is_an_error_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotComputed, match="KeyError: 'no such task'"):
        await anext(worker._answers("no such task", None, 10))
    assert "KeyError" in capfd.readouterr().err


async def test_a_worker_ends_when_whoever_waits_goes_away() -> None:
    before = children()
    async with aclosing(worker.forecast(question(12, 26, seconds=30))) as found:
        await anext(found)
        assert children() - before
    assert not children() - before


async def test_a_worker_ends_when_whoever_waits_is_cancelled() -> None:
    before = children()
    waiting = asyncio.create_task(worker.what_if(question(30, 26)))
    while not children() - before:
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not children() - before


def children() -> set[str]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return set(file.read().split())


def test_neither_the_bot_nor_a_pick_loads_a_solver() -> None:
    source = "import sys, bot.solver.worker, bot.solver.tasks; print({'highspy', 'numpy'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", source], text=True).strip() == "set()"
    ranking = "import pickle, sys, bot.solver.tasks as t, bot.rota.picking as p\n"
    ranking += "import datetime; list(t.TASKS[t.RANK](p.Situation(datetime.date(2026, 11, 25), (), ())))\n"
    ranking += "print({'highspy', 'numpy'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", ranking], text=True).strip() == "set()"


async def test_a_pick_is_there_soon() -> None:
    rota, hours = team(1, 20, 1, Kind())
    plan = situation(rota, FIRST, hours)
    started = time.monotonic()
    await worker.rank(plan)
    assert time.monotonic() - started < 3


def test_one_more_person_with_access_is_tried_for_everybody_without_it_and_what_helps_most_comes_first() -> None:
    rota, hours = team(7, 8, 12, Kind(access=0.4, newcomers=0.3, day_off=0))
    found = what_if(Question(rota, hours, FIRST, 12))
    lacking = {id_ for id_, person in rota.people.items() if not person.production_access}
    new = {id_ for id_, person in rota.people.items() if not person.experienced}
    assert {one.person for one in found if one.change is Change.ACCESS} == lacking
    assert {one.person for one in found if one.change is Change.EXPERIENCED} == new
    helps = [(one.score_after.missing, one.most_after.days) for one in found]
    assert helps == sorted(helps)
    for one in found:
        assert [load.person for load in one.before] == [load.person for load in one.after] == sorted(rota.people)
        assert sum(load.shifts for load in one.before) == 2 * (12 - one.score_before.missing)
        assert one.most_before.days == max(load.days for load in one.before)


def test_what_if_stops_when_time_is_up() -> None:
    rota, hours = team(7, 8, 2, Kind(access=0.4))
    assert len(what_if(Question(rota, hours, FIRST, 2, seconds=-1))) == 0
