"""What is past its time is erased in portions, one commit each, and nobody waits for all of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decide.desk.privacy import REST
from bot.desk import PORTION, Desk
from bot.effects import Change, PutFacts, PutRequest
from bot.errors import NotStored
from bot.ports import Commit, Expired, Limits
from bot.rota.planning import Planning
from bot.state import Facts
from bot.store.memory import MemoryJournal
from bot.support.erasure import held
from bot.support.request import Outcome, Request, Status
from tests.desk.house import Stage
from tests.journeys.town import CHANNEL, OLGA, at

TOMORROW = at("2026-11-24 00:05")


def old(stage: Stage, number: int, days: int = 200) -> PutRequest:
    """Return a request that was closed long ago."""
    then = stage.now - timedelta(days=days)
    place = f"{CHANNEL};messageid=old{number}"
    request = Request(f"R-{number}", OLGA, "printer", then, place, then, then, closed_at=then, closed_by=OLGA)
    return PutRequest(replace(request, status=Status.CLOSED, outcome=Outcome.ANSWERED))


async def filled(stage: Stage, number: int) -> None:
    """Close that many requests long ago."""
    await stage.open()
    known = PutFacts(Facts(planning=Planning(since=stage.now)))  # as on any day but the first
    changes: tuple[Change, ...] = (known, *(old(stage, n) for n in range(1000, 1000 + number)))
    await MemoryJournal.commit(stage.journal, Commit("tenant", "backend", 1, changes=changes))


async def left(stage: Stage, number: int) -> list[str]:
    ids = [f"R-{n}" for n in range(1000, 1000 + number)]
    return [one.id for one in await stage.journal.matters("tenant", "backend", ids, []) if held(one)]


async def sweep(stage: Stage, desk: Desk) -> None:
    """Look whenever something is due, until all is erased that is past its time today."""
    while desk.next_due is not None and desk.next_due < TOMORROW:
        stage.now = max(stage.now, desk.next_due)
        await desk.strike()


async def test_a_long_list_is_erased_in_portions_of_one_commit_each() -> None:
    stage, number = Stage(), 2 * PORTION + 5
    await filled(stage, number)
    desk = await stage.open()
    await sweep(stage, desk)
    assert await left(stage, number) == []
    erased = [[one for one in commit.changes if isinstance(one, PutRequest)] for commit in stage.journal.commits]
    assert [len(portion) for portion in erased if portion] == [PORTION, PORTION, 5]
    assert not (await desk.state()).requests
    assert desk.next_due == TOMORROW


async def test_who_posts_meanwhile_waits_for_no_more_than_a_portion() -> None:
    stage, number = Stage(), 4 * PORTION
    await filled(stage, number)
    desk = await stage.open()
    stage.journal.gate.clear()
    sweeping = asyncio.create_task(sweep(stage, desk))
    await stage.journal.asked.wait()
    post = asyncio.create_task(desk.handle(stage.posted(1)))
    await asyncio.sleep(0)
    stage.journal.gate.set()
    await post
    assert not sweeping.done()
    assert len(await left(stage, number)) >= 2 * PORTION
    await sweeping
    assert await left(stage, number) == []


async def test_between_two_portions_there_is_time_for_what_else_is_due() -> None:
    stage, number = Stage(), 3 * PORTION
    await filled(stage, number)
    desk = await stage.open()
    await desk.strike()
    assert desk.next_due == stage.now + REST
    await desk.strike()
    assert len(await left(stage, number)) == 2 * PORTION
    stage.now += REST
    desk = await stage.open()  # a restart goes on where it was
    await desk.strike()
    assert len(await left(stage, number)) == PORTION


async def test_a_sweep_that_could_not_be_stored_goes_on_at_the_next_look() -> None:
    stage, number = Stage(), 2 * PORTION
    await filled(stage, number)
    desk = await stage.open()
    stage.journal.failing = ["", "", "before"]  # the clock, a portion, and the next one
    with pytest.raises(NotStored):
        await sweep(stage, desk)
    assert len(await left(stage, number)) == PORTION
    assert desk.next_due is not None
    assert desk.next_due <= stage.now
    await sweep(stage, await stage.open())
    assert await left(stage, number) == []


class Stubborn(Stage):
    """A stage whose journal says the same for ever."""

    def __init__(self) -> None:
        super().__init__()

        async def expired(tenant: str, desk: str, limits: Limits, portion: int) -> Expired:
            return Expired(("R-1000",), limits.nameless_to, more=True)

        self.journal.expired = expired  # type: ignore[method-assign]


async def test_a_journal_that_finds_the_same_again_holds_nobody_up_for_ever() -> None:
    stage = Stubborn()
    await filled(stage, 1)
    desk = await stage.open()
    await asyncio.wait_for(sweep(stage, desk), 5)
    assert desk.next_due == TOMORROW
