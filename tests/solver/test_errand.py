"""A forecast that a decision asked for: a first plan is told as soon as it is there, the last one is the answer."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from bot.courier import Undelivered
from bot.effects import Forecast, Say, Suppose
from bot.events import Delivered, PlanFound, Undeliverable
from bot.ports import Address
from bot.rota.plan import Question
from bot.solver import worker
from bot.solver.changes import what_if
from bot.solver.errand import forecast_errand, suppose_errand
from bot.solver.forecast import plans
from bot.state import DeskInfo, State
from bot.support.report import Report
from tests.solver.teams import FIRST, team

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EFFECT = Forecast("forecast:7", "place", "rota:7", 4)


@dataclass
class Asked:
    """A desk that is asked, and what it was told."""

    info: DeskInfo = DeskInfo("backend", "tenant", "team", "channel", "")
    told: list[Delivered | Undeliverable | PlanFound] = field(default_factory=list)

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        assert shown is None
        self.told.append(event)

    async def wants(self, _: Say) -> bool:
        return True

    def has_to_store(self, effect: str) -> bool:
        raise AssertionError(effect)

    async def state(self) -> State:
        return State(self.info)

    async def question(self, weeks: int) -> Question:
        rota, hours = team(2, 6, weeks)
        return Question(rota, hours, FIRST, weeks)

    async def counted(self, day: date) -> Report:
        raise AssertionError(day)


def first_of(desk: Asked) -> PlanFound:
    (event,) = desk.told
    assert isinstance(event, PlanFound)
    return event


async def test_a_first_plan_is_told_and_the_last_one_is_the_answer() -> None:
    desk = Asked()
    answer = await forecast_errand(lambda: NOW, asyncio.Semaphore(1)).run(desk, EFFECT)
    first, last = plans(await desk.question(4))
    told = first_of(desk)
    assert (told.place, told.shown, told.weeks, told.plan) == ("place", "rota:7", 4, first)
    assert told.rota == answer["rota"] == (await desk.question(4)).rota
    assert (answer["shown"], answer["weeks"], answer["plan"]) == ("rota:7", 4, last)


async def test_what_is_run_again_is_told_again() -> None:
    desk = Asked()
    errand = forecast_errand(lambda: NOW, asyncio.Semaphore(1))
    await asyncio.gather(errand.run(desk, EFFECT), errand.run(desk, EFFECT))
    assert len({event.key for event in desk.told}) == 2


class Impatient(Asked):
    """A desk whose question leaves no time."""

    async def question(self, weeks: int) -> Question:
        return replace(await super().question(weeks), seconds=-worker.GRACE)


async def test_why_there_is_none_is_said_in_words() -> None:
    errand = forecast_errand(lambda: NOW, asyncio.Semaphore(1))
    with pytest.raises(Undelivered, match="seconds and was ended"):
        await errand.run(Impatient(), EFFECT)
    assert errand.failed is not None
    assert errand.failed(EFFECT, "It broke.") == {"shown": "rota:7", "weeks": 4, "failure": "It broke."}


SUPPOSED = Suppose("suppose:7", "place", "what if:7", 4)


async def test_what_would_change_is_the_answer() -> None:
    desk = Asked()
    answer = await suppose_errand(asyncio.Semaphore(1)).run(desk, SUPPOSED)
    question = await desk.question(4)
    assert (answer["shown"], answer["weeks"], answer["rota"]) == ("what if:7", 4, question.rota)
    assert answer["found"] == what_if(question)
    assert desk.told == []


async def test_why_it_is_not_known_what_would_change_is_said_in_words() -> None:
    errand = suppose_errand(asyncio.Semaphore(1))
    with pytest.raises(Undelivered, match="seconds and was ended"):
        await errand.run(Impatient(), SUPPOSED)
    assert errand.failed is not None
    assert errand.failed(SUPPOSED, "It broke.") == {"shown": "what if:7", "weeks": 4, "failure": "It broke."}
