"""Exactly one ticket, over lost answers, an index that lags, and a bot that is killed, many times with many seeds."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.jira.fake import SAID, Fault
from tests.jira.house import TICKET, House, effect, house_of

RUNS = 150
KILLS = 60
SHARES = {Fault.LOST: 0.2, Fault.UNSAID: 0.05, Fault.SLOW: 0.05, Fault.DROPPED: 0.1, Fault.DOWN: 0.1, Fault.BUSY: 0.1}


@dataclass
class Luck:
    """What becomes of creations, by a seed."""

    seed: int

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - luck is no secret

    def faults(self, count: int) -> list[Fault | None]:
        kinds = [*SHARES, None]
        return self.random.choices(kinds, [*SHARES.values(), 1 - sum(SHARES.values())], k=count)


def prepare(house: House, luck: Luck) -> None:
    """Let a new Jira fail as luck will have it."""
    house.jira.issues.clear()
    house.jira.faults.clear()
    house.jira.faults.extend(fault for fault in luck.faults(4) if fault is not None)
    house.time.slept.clear()


@pytest.mark.parametrize("lag", [0.0, 5.0, 60.0])
async def test_of_every_ticket_there_is_one_whatever_answers_are_lost(tmp_path: Path, lag: float) -> None:
    outcomes: Counter[str] = Counter()
    async with house_of(tmp_path, lag=lag, checks=False) as house:
        for seed in range(RUNS):
            prepare(house, Luck(seed))
            told = await house.open(effect(label=f"hotseat-{seed}"))
            made = house.jira.labelled(f"hotseat-{seed}")
            assert len(made) <= 1, seed
            assert not told.failure, seed
            assert bool(made) or not told.issue, seed
            outcomes["found" if told.issue else "asked"] += 1
            if not told.issue:  # a person looked, and wants it
                house.time.seconds += 600.0
                house.jira.faults.clear()
                told = await house.open(effect(again=True, label=f"hotseat-{seed}"))
                assert [one.key for one in house.jira.labelled(f"hotseat-{seed}")] == [told.issue], seed
    assert outcomes["found"] > outcomes["asked"] > 0


@pytest.mark.parametrize("lag", [0.0, 5.0, 60.0])
async def test_of_a_ticket_in_whose_making_the_bot_was_killed_there_is_one(tmp_path: Path, lag: float) -> None:
    async with house_of(tmp_path, lag=lag, checks=False) as house:
        for seed in range(KILLS):
            luck = Luck(seed)
            prepare(house, luck)
            label = f"hotseat-{seed}"
            await killed(house, label, at=luck.random.randint(1, 6))
            house.time.seconds += luck.random.choice([0.0, 1.0, 20.0, 300.0])
            told = await house.open(effect(label=label))
            assert len(house.jira.labelled(label)) <= 1, seed
            if told.issue:
                assert [one.key for one in house.jira.labelled(label)] == [told.issue], seed


async def killed(house: House, label: str, *, at: int) -> None:
    """Kill the bot at its ``at``-th call of Jira, or when it has made the ticket, if that comes first."""
    house.desk.told.clear()
    courier = house.courier()
    before = house.jira.hits.total()
    made = asyncio.Event()

    async def on_create() -> None:
        made.set()
        await asyncio.sleep(0.01)  # so that its answer comes too late

    house.jira.on_create = on_create
    courier.take(house.desk, [Outgoing("7.0", effect(label=label))])
    while not made.is_set() and house.jira.hits.total() - before < at and not house.desk.told:
        await asyncio.sleep(0)
    await courier.close(0)
    house.jira.on_create = None
    house.desk.told.clear()


async def test_a_bot_that_forgot_what_it_had_asked_for_would_make_a_second(tmp_path: Path) -> None:
    async with house_of(tmp_path, lag=60.0, checks=False) as house:
        await killed(house, TICKET.label, at=99)
        for note in (tmp_path / "tickets").iterdir():
            note.unlink()
        await house.open()
        assert len(house.jira.issues) == 2  # so that the tests above are known to see it


def test_every_fault_has_its_answer() -> None:
    assert set(SAID) == set(Fault)
