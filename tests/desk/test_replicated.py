"""A desk of which another replica may commit, too: it catches up before it decides, and minds what it has lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.effects import Card, PutDesk, PutRequest
from bot.ports import Commit, Lost, News
from bot.support.request import NextWord, Status
from tests.desk.house import ANA, BEN, INFO, SlowJournal, Stage
from tests.journeys.town import plain

HERE = ("tenant", "backend")


class Rival(SlowJournal):
    """A journal to which somebody else commits; ``lost`` are ids whose delivery is another's by now."""

    def __init__(self) -> None:
        super().__init__()
        self.theirs: list[Commit] = []
        self.forgotten = False
        self.lost: frozenset[str] = frozenset()
        self.left: frozenset[str] = frozenset()

    async def by_another(self, *changes: object) -> None:
        """Commit behind the desk's back."""
        revision = (await self.load(*HERE)).revision
        commit = Commit(*HERE, revision, changes=changes)  # type: ignore[arg-type]
        await super().commit(commit)
        self.theirs.append(commit)

    @asynccontextmanager
    async def alone(self, tenant: str, desk: str, revision: int) -> AsyncIterator[News | None]:
        found = (await self.load(tenant, desk)).revision
        changes = tuple(change for commit in self.theirs if commit.revision >= revision for change in commit.changes)
        yield None if found == revision else News(found, None if self.forgotten else changes)

    async def commit(self, commit: Commit) -> frozenset[str]:
        if lost := self.lost & set(commit.struck):
            self.lost = frozenset()
            raise Lost(lost)
        return await super().commit(commit) | self.left


def text(answer: object) -> str:
    assert isinstance(answer, Card)
    return plain(answer.view)


async def test_a_press_is_decided_on_what_another_replica_committed() -> None:
    for forgotten in (False, True):
        journal = Rival()
        stage = Stage(journal)
        desk = await stage.open()
        await desk.handle(stage.posted())
        journal.forgotten = forgotten
        (request,) = (await journal.load(*HERE)).requests
        await journal.by_another(
            PutRequest(
                replace(request, status=Status.ACKNOWLEDGED, claimer=BEN, responder=BEN, word=NextWord(stage.now))
            )
        )
        assert "Ben Okafor is looking into it" in text(await desk.handle(stage.claim(ANA)))
        assert desk.revision == (await journal.load(*HERE)).revision


async def test_what_another_closed_is_let_go_of() -> None:
    journal = Rival()
    stage = Stage(journal)
    desk = await stage.open()
    await desk.handle(stage.posted())
    (request,) = (await journal.load(*HERE)).requests
    await journal.by_another(PutRequest(replace(request, status=Status.CLOSED, closed_at=stage.now)))
    await desk.look()
    assert dict((await desk.state()).requests) == {}
    assert desk.next_due is not None


async def test_a_policy_that_another_changed_holds_at_once() -> None:
    journal = Rival()
    stage = Stage(journal)
    desk = await stage.open()
    await journal.by_another(PutDesk(replace(INFO, team_channel="19:other@thread.tacv2")))
    await desk.look()
    assert desk.info.team_channel == "19:other@thread.tacv2"


async def test_what_another_delivers_is_not_handed_over_here() -> None:
    journal = Rival()
    stage = Stage(journal)
    desk = await stage.open()
    journal.left = frozenset({"2.0"})
    await desk.handle(stage.posted())
    await desk.settle()
    assert "2.0" not in {one.id for one in stage.courier.taken}
    assert "2.0" in {one.id for one in (await journal.load(*HERE)).outgoing}


async def test_a_result_that_came_too_late_takes_nothing_else_with_it() -> None:
    journal = Rival()
    stage = Stage(journal)
    desk = await stage.open()
    await desk.handle(stage.posted(1))
    await desk.settle()
    first = stage.courier.taken[0]
    journal.lost = frozenset({first.id})
    desk.report(stage.delivered(first))
    await desk.handle(stage.posted(2))
    await desk.settle()
    loaded = await journal.load(*HERE)
    assert [one.id for one in loaded.requests] == ["R-1", "R-2"]
    assert first.id in {one.id for one in loaded.outgoing}


async def test_who_lets_go_is_given_what_it_holds_again() -> None:
    stage = Stage(Rival())
    desk = await stage.open()
    await desk.handle(stage.posted())
    await desk.settle()
    before = list(stage.courier.taken)
    assert before
    desk.lapse()
    assert desk.revision == -1
    desk.take(before[:1])
    assert stage.courier.taken == [*before, before[0]]
