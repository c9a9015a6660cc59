"""Keeping in step: what a replica does each second, and when its lease has lapsed."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from bot.calendars.almanac import Almanac
from bot.courier import Courier
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import Say, Show
from bot.errors import NotStored
from bot.events import Posted
from bot.ports import Commit, Origin, Outgoing
from bot.replica import BEATS, Replica, Turns
from bot.state import DeskInfo
from bot.store.document import dump_effect
from bot.store.journal import SqlJournal
from bot.store.lease import ReplicaLease, SharedLimits
from bot.store.replicas import Claimed
from bot.teams.limits import Limits
from bot.views import Line
from tests.journeys.town import OLGA, at
from tests.store.samples import DESK, posted

NOW = at("2026-11-23 10:00")
SECOND = replace(DESK, id="second", channel="19:second@thread.tacv2")


class Lease(ReplicaLease):
    """A lease that lasts as long as a test says, and finds what it says."""

    def __init__(self, journal: SqlJournal) -> None:
        super().__init__(journal)
        self.said: list[str] = []
        self.alive = True
        self.found: dict[tuple[str, str], list[Claimed]] = {}

    def holds(self) -> bool:
        return self.alive

    async def begin(self) -> None:
        self.said.append("begin")
        self.alive = True

    async def renew(self) -> bool:
        self.said.append("renew")
        return self.alive

    async def orphaned(self) -> list[tuple[str, str]]:
        return list(self.found)

    async def claim(self, tenant: str, desk: str) -> list[Claimed]:
        return self.found.pop((tenant, desk))


class Sent(Courier):
    """A courier that keeps what it is given."""

    def __init__(self, journal: SqlJournal) -> None:
        super().__init__(journal, nothing, nothing, lambda: NOW, {})
        self.taken: list[str] = []
        self.dropped = 0

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        self.taken += [f"{desk.info.id} {one.id}" for one in outgoing]

    def drop(self) -> None:
        self.dropped += 1


async def nothing(*_: object) -> None:
    """Send nothing, and write nothing."""


@dataclass
class House:
    """One replica, and the journal of another."""

    mine: SqlJournal
    theirs: SqlJournal
    courier: Sent = field(init=False)
    lease: Lease = field(init=False)
    desks: Desks = field(init=False)
    replica: Replica = field(init=False)

    async def open(self) -> "House":
        self.courier, self.lease = Sent(self.mine), Lease(self.mine)
        almanac = Almanac(frozenset())

        async def nowhere(_: str) -> str:
            return ""

        def make(info: DeskInfo) -> Desk:
            return Desk(info, self.mine, self.courier, lambda: NOW, almanac, lambda: None)

        self.desks = Desks(self.mine, make, nowhere)
        await self.desks.open()
        self.replica = Replica(self.mine, self.lease, self.desks, self.courier)
        return self

    async def look(self) -> None:
        await self.replica.keep()
        await self.replica.follow()


@pytest.fixture
async def house(two: tuple[SqlJournal, SqlJournal]) -> House:
    return await House(*two).open()


async def test_what_another_committed_is_known_within_a_look(house: House) -> None:
    await house.theirs.commit(posted(0, 1))
    await house.look()
    assert [desk.revision >= 1 for desk in house.desks] == [True]


async def test_desks_that_another_added_and_removed_come_and_go(house: House) -> None:
    await house.theirs.create(SECOND)
    await house.look()
    assert {desk.info.id for desk in house.desks} == {"edge", "second"}
    await house.theirs.remove(SECOND.tenant, SECOND.id)
    await house.look()
    assert {desk.info.id for desk in house.desks} == {"edge"}


async def test_what_nobody_delivers_is_delivered_here_but_for_a_desk_that_is_gone(house: House) -> None:
    document = dump_effect(Show("card", "19:t", Line(("text",))))
    house.lease.found = {
        (DESK.tenant, "edge"): [("1.0", document, "")],
        (DESK.tenant, "gone"): [("1.1", document, "")],
    }
    await house.look()
    assert house.courier.taken == ["edge 1.0"]


async def test_what_is_claimed_is_handed_over_before_what_is_decided_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.look()
    (desk,) = house.desks
    post = Posted(key="post", happened_at=NOW, place=f"{DESK.channel};messageid=1", author=OLGA, text="it is broken")
    since: list[asyncio.Task[object]] = []

    async def claim(*_: str) -> list[Claimed]:
        since.append(asyncio.create_task(desk.handle(post)))
        await asyncio.sleep(0.2)
        return [("0.0", dump_effect(Show("card", "19:t", Line(("text",)))), "")]

    house.lease.found = {(DESK.tenant, "edge"): []}
    monkeypatch.setattr(house.lease, "claim", claim)
    house.courier.taken.clear()
    await house.replica.follow()
    await asyncio.gather(*since)
    await desk.settle()
    assert (house.courier.taken[0], len(house.courier.taken) > 1) == ("edge 0.0", True)


async def test_what_is_claimed_is_not_judged_by_a_state_from_before_it_was_decided(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Say("line:R-1:first", "19:t", Line(("Nobody has answered yet.",)))
    await house.look()
    (desk,) = house.desks
    assert not await desk.wants(line)

    async def claim(*_: str) -> list[Claimed]:
        await house.theirs.commit(posted(desk.revision, 1))
        return [(f"{desk.revision + 1}.0", dump_effect(line), "")]

    house.lease.found = {(DESK.tenant, "edge"): []}
    monkeypatch.setattr(house.lease, "claim", claim)
    await house.replica.follow()
    assert await desk.wants(line)


async def test_the_lease_is_renewed_every_few_looks(house: House) -> None:
    for _ in range(BEATS * 2):
        await house.look()
    assert house.lease.said == ["renew", "renew"]


async def test_a_lease_that_lapsed_is_let_go_of_before_another_is_taken(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.look()
    house.lease.alive = False
    with caplog.at_level(logging.WARNING):
        await house.look()
    assert house.courier.dropped == 2  # at once, and what was handed over before there was another lease
    assert house.lease.said[-2:] == ["renew", "begin"]
    assert caplog.text.count("the lease has lapsed") == 1


async def test_while_the_database_is_away_what_lapsed_is_dropped_and_said_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async def away() -> bool:
        raise NotStored

    house.lease.alive = False
    house.lease.renew = away  # type: ignore[method-assign]
    for _ in range(3):
        with pytest.raises(NotStored):
            await house.look()
    assert house.courier.dropped == 3
    assert caplog.text.count("the lease has lapsed") == 1


async def test_one_desk_that_cannot_be_followed_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await house.theirs.create(SECOND)
    await house.look()
    await house.theirs.commit(posted(0, 1))
    await house.theirs.commit(Commit(SECOND.tenant, SECOND.id, 0))
    look = Desk.look

    document = dump_effect(Show("card", "19:t", Line(("text",))))
    for failure, said in ((ValueError(), "following a desk failed"), (NotStored(), "a desk could not be followed")):

        async def failing(desk: Desk, failure: Exception = failure) -> None:
            if desk.info.id == "edge":
                raise failure
            await look(desk)

        monkeypatch.setattr(Desk, "look", failing)
        house.lease.found = {(SECOND.tenant, "second"): [("0.0", document, "")]}
        await house.look()
        assert said in caplog.text
        assert house.courier.taken[-1] == "second 0.0"
    assert {desk.info.id: desk.revision for desk in house.desks} == {"edge": 0, "second": 1}


async def test_what_only_a_newer_version_can_read_keeps_nothing_else_from_being_sent(house: House) -> None:
    document = dump_effect(Show("card", "19:t", Line(("text",))))
    new = document.replace('"effect":"Show"', '"effect":"Sing"')
    house.lease.found = {(DESK.tenant, "edge"): [("1.0", new, ""), ("1.1", document, "")]}
    await house.look()
    assert house.courier.taken == ["edge 1.1"]


async def test_a_desk_that_is_added_while_it_is_asked_which_there_are_stays(house: House) -> None:
    revisions = house.mine.revisions

    async def late() -> dict[tuple[str, str], int]:
        known = await revisions()
        await house.desks.add(SECOND)
        return known

    house.mine.revisions = late  # type: ignore[method-assign]
    await house.replica.follow()
    second = house.desks.named(SECOND.tenant, "second")
    assert second is not None
    house.mine.revisions = revisions  # type: ignore[method-assign]
    await house.replica.follow()
    assert house.desks.named(SECOND.tenant, "second") is second


async def test_a_lease_that_cannot_be_renewed_is_tried_each_second(house: House) -> None:
    tries: list[str] = []

    async def away() -> bool:
        tries.append("renew")
        raise NotStored

    house.lease.renew = away  # type: ignore[method-assign]
    for _ in range(3):
        with pytest.raises(NotStored):
            await house.replica.keep()
    assert len(tries) == 3


async def test_a_database_that_is_away_is_said_once_and_that_it_is_back_too(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.replica.LOOK_SECONDS", 0.0)
    looks = iter([NotStored("it is away"), NotStored("it is away")])

    async def follow() -> None:
        if (failure := next(looks, None)) is not None:
            raise failure

    house.replica.follow = follow  # type: ignore[method-assign]
    with caplog.at_level(logging.INFO, "bot.replica"):
        running = asyncio.create_task(house.replica.run())
        async with asyncio.timeout(10):
            while len(caplog.records) < 2:
                await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [record.getMessage()[:12] for record in caplog.records] == ["out of step ", "in step with"]


async def test_a_desk_that_takes_long_to_follow_keeps_nobody_from_renewing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replica.LOOK_SECONDS", 0.0)
    await house.theirs.commit(posted(0, 1))
    asked = asyncio.Event()

    async def for_ever(_: Desk) -> None:
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Desk, "look", for_ever)
    running = asyncio.create_task(house.replica.run())
    async with asyncio.timeout(10):
        await asked.wait()
        house.lease.said.clear()
        while len(house.lease.said) < 2:
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert house.lease.said[:2] == ["renew", "renew"]


async def test_while_replicas_cannot_agree_on_turns_each_keeps_the_limits_alone(
    two: tuple[SqlJournal, SqlJournal],
) -> None:
    windows = ((1, 3600.0),)
    alone = Limits(windows)
    turns = Turns(SharedLimits(two[0], windows), alone)
    await turns.turn("19:t")
    assert len(alone) == 0
    await two[0].run(lambda connection: connection.exec_driver_sql("ALTER TABLE turns RENAME TO gone") and None)
    await turns.turn("19:t")
    assert len(alone) == 1


async def test_while_the_database_is_silent_each_keeps_the_limits_alone(
    two: tuple[SqlJournal, SqlJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.store.lease.ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(two[0], "run", silent)
    windows = ((1, 3600.0),)
    alone = Limits(windows)
    await Turns(SharedLimits(two[0], windows), alone).turn("19:t")
    assert len(alone) == 1
