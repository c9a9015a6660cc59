"""The shell: decided one after another, committed together, answered after the commit, and never otherwise."""

import asyncio
import logging
from typing import NoReturn

import pytest

from bot.desk import BATCH, MOST_HELD, Desk
from bot.effects import Answer, Card, Say, Show
from bot.errors import NotStored, Refused
from bot.ports import Commit, Outgoing
from bot.store.memory import MemoryJournal
from bot.views import Line
from tests.desk.house import ANA, BEN, Broken, Stage
from tests.journeys.town import CHANNEL, at, plain


def shown(answer: object) -> str:
    assert isinstance(answer, Card)
    return plain(answer.view)


async def test_events_that_wait_are_committed_together_and_answered_after_the_commit() -> None:
    stage = Stage()
    desk = await stage.open()
    stage.journal.gate.clear()
    first = asyncio.create_task(desk.handle(stage.posted(1)))
    await stage.journal.asked.wait()
    others = [asyncio.create_task(desk.handle(stage.posted(n))) for n in range(2, 12)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in (first, *others))
    assert stage.courier.taken == []
    stage.journal.gate.set()
    await asyncio.gather(first, *others)
    assert [len(commit.records) for commit in stage.journal.commits] == [1, 10]


async def test_no_more_are_decided_in_one_go_than_the_event_loop_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.AT_A_STRETCH", float("inf"))
    stage = Stage()
    desk = await stage.open()
    await asyncio.gather(*(desk.handle(stage.posted(n)) for n in range(1, BATCH + 9)))
    assert [len(commit.records) for commit in stage.journal.commits] == [BATCH, 8]


async def test_events_that_take_long_to_decide_are_committed_a_few_at_a_time_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.desk.AT_A_STRETCH", 0.0)
    stage = Stage()
    desk = await stage.open()
    posts = [stage.posted(n) for n in range(1, 5)]
    await asyncio.gather(*map(desk.handle, posts))
    assert [[record.key for record in commit.records] for commit in stage.journal.commits] == [
        [post.key] for post in posts
    ]


async def test_of_updates_of_one_message_that_are_committed_together_only_the_last_goes_out() -> None:
    stage = Stage()
    desk = await stage.open()
    answers = await asyncio.gather(
        desk.handle(stage.posted()), desk.handle(stage.claim(ANA)), desk.handle(stage.solve(ANA, key="solved"))
    )
    (card,) = [one.effect for one in sent(stage, 1) if one.effect.key == "card:R-1"]
    assert isinstance(card, Show)
    assert card.first
    assert plain(card.view) == shown(answers[-1])


async def crowd(stage: Stage, desk: Desk, number: int) -> list[asyncio.Task[Answer | None]]:
    """Let somebody post while each commit is under way, so that never nobody waits; return who is left to be answered.

    One commit more than ``number`` is under way then, and one post waits.
    """
    stage.journal.gate.clear()
    posts = [asyncio.create_task(desk.handle(stage.posted(1)))]
    await stage.journal.asked.wait()
    for n in range(number):
        posts.append(asyncio.create_task(desk.handle(stage.posted(n + 2))))
        await asyncio.sleep(0)
        stage.journal.gate.set()
        stage.journal.gate.clear()  # lets one through
        await posts.pop(0)
    posts.append(asyncio.create_task(desk.handle(stage.posted(number + 2))))
    await asyncio.sleep(0)
    return posts


def sent(stage: Stage, commits: int) -> list[Outgoing]:
    """Return what the first so many commits send."""
    return [one for commit in stage.journal.commits[:commits] for one in commit.outgoing]


async def test_those_who_wait_are_answered_before_the_cards_go_out() -> None:
    stage = Stage()
    desk = await stage.open()
    left = await crowd(stage, desk, MOST_HELD)
    assert stage.courier.taken == []
    stage.journal.gate.set()
    await asyncio.gather(*left)
    await desk.settle()
    assert stage.courier.taken == sent(stage, MOST_HELD + 2)


async def test_no_card_is_held_back_for_long_however_many_wait() -> None:
    stage = Stage()
    desk = await stage.open()
    left = await crowd(stage, desk, MOST_HELD + 2)
    assert stage.courier.taken == sent(stage, 2)
    stage.journal.gate.set()
    await asyncio.gather(*left)


async def test_what_is_held_back_goes_out_once_where_another_writer_was_faster_meanwhile() -> None:
    stage = Stage()
    desk = await stage.open()
    left = await crowd(stage, desk, 1)
    revision = (await stage.journal.load("tenant", "backend")).revision
    await MemoryJournal.commit(stage.journal, Commit("tenant", "backend", revision))
    stage.journal.gate.set()
    stage.journal.gate.clear()
    while not stage.courier.taken:
        await asyncio.sleep(0)
    desk.report(stage.delivered(stage.courier.taken[0]))
    stage.journal.gate.set()
    await asyncio.gather(*left)
    await desk.settle()
    assert stage.courier.taken == sent(stage, 3)


async def test_what_is_held_back_goes_out_though_the_store_fails_for_those_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    desk = await stage.open()
    left = await crowd(stage, desk, 1)

    async def away(*_: str) -> NoReturn:
        raise NotStored("away")

    monkeypatch.setattr(stage.journal, "load", away)
    stage.journal.failing = ["before"]
    stage.journal.gate.set()
    answers = await asyncio.gather(*left, return_exceptions=True)
    await desk.settle()
    assert [type(answer) for answer in answers] == [NotStored, NotStored]
    assert stage.courier.taken == sent(stage, 1)


async def test_what_became_of_an_effect_is_stored_though_what_follows_from_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted())
    await desk.settle()
    card = stage.courier.taken[0]

    def refusing(*_: object) -> NoReturn:
        raise Refused("not this one")

    monkeypatch.setattr("bot.desk.decide", refusing)
    desk.report(stage.delivered(card))
    await desk.settle()
    loaded = await stage.journal.load("tenant", "backend")
    assert card.id not in [one.id for one in loaded.outgoing]
    assert not desk.has_to_store(card.id)


@pytest.mark.parametrize(("fails", "is_wanted"), [([], False), (["before"], True)])
async def test_whether_a_reminder_is_still_wanted_is_judged_by_what_is_stored(
    fails: list[str], *, is_wanted: bool
) -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted())
    line = Say("line:R-1:first", CHANNEL, Line(("Nobody has answered yet.",)))
    assert await desk.wants(line)
    stage.journal.gate.clear()
    stage.journal.asked.clear()
    stage.journal.failing = fails
    claim = asyncio.create_task(desk.handle(stage.claim(ANA)))
    await stage.journal.asked.wait()
    wants = asyncio.create_task(desk.wants(line))
    await asyncio.sleep(0)
    stage.journal.gate.set()
    assert await wants is is_wanted
    await asyncio.gather(claim, return_exceptions=True)


async def test_who_loses_the_race_reloads_and_decides_again() -> None:
    stage = Stage()
    desk, rival = await stage.open(), await stage.open()
    await desk.handle(stage.posted(1))
    await rival.handle(stage.posted(2))
    state = await rival.state()
    assert {one.place[-1] for one in state.requests.values()} == {"1", "2"}
    assert sorted(state.requests) == ["R-1", "R-2"]


async def test_a_delivery_that_another_writer_has_stored_changes_nothing() -> None:
    stage = Stage()
    desk, rival = await stage.open(), await stage.open()
    await asyncio.gather(desk.handle(stage.posted(1)), rival.handle(stage.posted(1)))
    assert len(stage.journal.commits) == 1
    assert list((await desk.state()).requests) == ["R-1"]


async def test_somebody_who_always_loses_is_told_that_nothing_was_stored() -> None:
    stage = Stage()
    desk = await stage.open()

    stage.journal.rivals = True
    with pytest.raises(NotStored):
        await desk.handle(stage.posted(1))


async def test_a_key_known_before_a_restart_changes_nothing() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    again = await stage.open()
    before = len(stage.courier.taken)
    assert await again.handle(stage.posted(1)) is None
    assert len(stage.journal.commits) == 1
    assert len(stage.courier.taken) == before


async def test_a_press_repeated_after_a_restart_gets_the_card_as_it_is_now() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    first = await desk.handle(stage.claim(ANA))
    await desk.handle(stage.solve(BEN))
    again = await (await stage.open()).handle(stage.claim(ANA))
    assert "Ana Lindqvist is looking into it." in shown(first)
    assert "Solved." in shown(again)
    assert len(stage.journal.commits) == 3


async def test_what_could_not_be_stored_is_told_and_not_believed() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    stage.journal.failing = ["before"]
    with pytest.raises(NotStored):
        await desk.handle(stage.claim(ANA))
    answer = await desk.handle(stage.claim(BEN))
    assert "Ben Okafor is looking into it." in shown(answer)


async def test_its_people_are_known_while_its_state_is_not_held() -> None:
    stage = Stage()
    desk = await stage.open()
    stage.journal.failing = ["before"]
    with pytest.raises(NotStored):
        await desk.handle(stage.posted(1))
    assert desk.has("ana")
    assert not desk.has("olga")


async def test_everybody_in_a_batch_that_failed_hears_so() -> None:
    stage = Stage()
    desk = await stage.open()
    stage.journal.failing = ["before"]
    answers = await asyncio.gather(*(desk.handle(stage.posted(n)) for n in (1, 2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [NotStored, NotStored]
    assert stage.courier.taken == []
    assert dict((await desk.state()).requests) == {}


async def test_a_commit_that_was_written_after_all_is_delivered_too_and_only_once() -> None:
    stage = Stage()
    desk = await stage.open()
    stage.journal.failing = ["after"]
    with pytest.raises(NotStored):
        await desk.handle(stage.posted(1))
    assert await desk.handle(stage.posted(1)) is None
    await desk.state()
    assert [one.effect.key for one in stage.courier.taken] == ["card:R-1", "matches:R-1"]


async def test_a_bug_in_one_event_does_not_touch_the_others(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    desk = await stage.open()
    broken = Broken(key="broken", happened_at=stage.now)
    answers = await asyncio.gather(
        desk.handle(stage.posted(1)), desk.handle(broken), desk.handle(stage.posted(2)), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers] == ["NoneType", "TypeError", "NoneType"]
    assert sorted((await desk.state()).requests) == ["R-1", "R-2"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_a_repeated_press_that_cannot_be_looked_up_is_told_and_those_who_wait_are_served() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    await desk.handle(stage.solve(ANA))
    stage.journal.full = True
    waiting = [desk.handle(stage.solve(ANA)) for _ in range(2)]
    answers = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 2)
    assert [type(answer) for answer in answers] == [NotStored, NotStored]
    stage.journal.full = False
    assert await asyncio.wait_for(desk.handle(stage.posted(2)), 2) is None


async def test_what_is_closed_leaves_the_state_and_comes_back_for_who_asks() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    await desk.handle(stage.solve(ANA))
    state = await desk.state()
    assert (dict(state.requests), dict(state.threads)) == ({}, {})
    assert "Solved." in shown(await desk.handle(stage.claim(BEN)))
    assert dict((await desk.state()).requests) == {}


async def test_the_next_due_moment_is_right_after_a_post_a_look_a_claim_and_a_restart() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.strike()
    proposal = at("2026-11-23 14:00")  # of the next support team
    assert desk.next_due == proposal
    await desk.handle(stage.posted(1))
    assert desk.next_due == at("2026-11-23 10:02")
    stage.now = at("2026-11-23 10:02")
    await desk.strike()
    assert desk.next_due == at("2026-11-23 10:04")
    assert (await stage.open()).next_due == desk.next_due
    await desk.handle(stage.claim(ANA))
    stage.now = at("2026-11-23 10:04")
    await desk.strike()
    assert desk.next_due == at("2026-11-23 10:32")
    assert (await stage.open()).next_due == desk.next_due
    await desk.handle(stage.solve(ANA, key="solved"))
    stage.now = at("2026-11-23 10:32")
    await desk.strike()
    assert desk.next_due == proposal
    assert stage.rung


async def test_what_became_of_an_effect_is_kept_until_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.RETRY_SECONDS", 0.0)
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    stage.journal.failing = ["before", "before"]
    for one in stage.courier.taken:
        desk.report(stage.delivered(one))
    async with asyncio.timeout(2):
        while (await MemoryJournal.load(stage.journal, "tenant", "backend")).outgoing:
            await asyncio.sleep(0)
            await desk.settle()
    assert [one.id for one in stage.courier.taken] == ["2.0", "2.1"]


async def test_what_is_undelivered_goes_to_the_courier_at_the_next_start() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    before = stage.courier.taken
    await stage.open()
    assert stage.courier.taken == before != []


async def test_whoever_loads_a_desk_late_leaves_the_newer_state_and_takes_nothing_that_is_to_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    desk = await stage.open()
    old = await stage.journal.load("tenant", "backend")
    read, gate = asyncio.Event(), asyncio.Event()

    async def late(*_: str) -> object:
        read.set()
        await gate.wait()
        return old

    await desk.settle()
    with monkeypatch.context() as patched:
        patched.setattr(stage.journal, "load", late)
        desk._standing = None
        asked = asyncio.create_task(desk.state())
        await read.wait()
    await desk.handle(stage.posted())
    gate.set()
    assert set((await asked).requests) == {"R-1"}
    await desk.settle()
    assert {one.id for one in (await stage.journal.load("tenant", "backend")).outgoing} == {
        one.id for one in stage.courier.taken
    }


async def test_whoever_loads_a_desk_late_and_knows_more_brings_it_there_and_takes_what_is_to_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.settle()
    old = await stage.journal.load("tenant", "backend")
    await desk.handle(stage.posted())
    await desk.settle()
    new = await stage.journal.load("tenant", "backend")
    read, gate = asyncio.Event(), asyncio.Event()
    stage.courier.taken.clear()
    desk.lapse()

    async def late(*_: str) -> object:
        if read.is_set():
            return old
        read.set()
        await gate.wait()
        return new

    with monkeypatch.context() as patched:
        patched.setattr(stage.journal, "load", late)
        asked = asyncio.create_task(desk.state())
        await read.wait()
        assert (await desk.state()).requests == {}
        gate.set()
        assert set((await asked).requests) == {"R-1"}
    assert {one.id for one in stage.courier.taken} == {one.id for one in new.outgoing} != set()
