"""The auditor: what stands still is found in the journal, woken, and told by another way than the one that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.alerts.notification import Kind as Notified
from bot.alerts.notification import Notification
from bot.calendars.almanac import Almanac
from bot.courier import Courier
from bot.desk import Desk
from bot.effects import PutFacts, PutRota, Say, Show, SlackSay
from bot.errors import NotStored, Refused
from bot.events import Alerted
from bot.health.auditor import AGAIN_SECONDS, Auditor, Finding, Kind
from bot.people import Author
from bot.ports import Address, Audit, Commit, Origin, Outgoing
from bot.rota.shift import Rota
from bot.state import DeskInfo, Pause
from bot.store.memory import MemoryJournal
from bot.views import Line
from tests.desk.house import INFO, Stage
from tests.jira.house import effect as ticket_effect
from tests.journeys.town import TEAM, at, shifts

MINUTE = timedelta(minutes=1)
LINE = Line(("x",))


class Slow(MemoryJournal):
    """A journal of which a desk may be unreadable."""

    broken: Exception | None = None

    async def audit(self, tenant: str, desk: str, due: datetime) -> Audit:
        if self.broken is not None:
            raise self.broken
        return await super().audit(tenant, desk, due)


@dataclass
class House:
    """An auditor of one desk that does nothing unless it is woken, and what was told by which way."""

    stage: Stage = field(default_factory=Stage)
    journal: Slow = field(default_factory=Slow)
    told: list[tuple[str, str]] = field(default_factory=list)
    woken: list[frozenset[str]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)  # ways by which nobody can be told
    seconds: float = 0.0
    beats: int = 0
    info: DeskInfo = INFO
    helps: Callable[[], Awaitable[None]] | None = None
    auditor: Auditor = field(init=False)

    async def open(self, *, struck: bool = True) -> "House":
        await self.journal.create(INFO)
        await self.commit(PutRota(Rota({one.id: one for one in TEAM}, shifts())))
        if struck:
            await (await self.desk()).strike()
            await self.deliver()
        ways = {"slack": self._way("slack"), "teams": self._way("teams")}
        self.auditor = Auditor(
            self.journal,
            lambda: (self,),
            lambda _: frozenset(self.held),
            Almanac(frozenset()),
            lambda: self.stage.now,
            ways,
            self._beat,
            timer=lambda: self.seconds,
        )
        return self

    async def commit(self, *changes: object, outgoing: Iterable[Outgoing] = (), struck: tuple[str, ...] = ()) -> None:
        revision = (await self.journal.load(INFO.tenant, INFO.id)).revision
        commit = Commit(INFO.tenant, INFO.id, revision, outgoing=tuple(outgoing), struck=struck)
        await self.journal.commit(replace(commit, changes=changes))  # type: ignore[arg-type]

    async def desk(self) -> Desk:
        """A real desk over the journal, which nobody strikes."""
        stage = self.stage
        desk = Desk(INFO, self.journal, stage.courier, lambda: stage.now, Almanac(frozenset()), lambda: None)
        await desk.start()
        return desk

    async def deliver(self) -> None:
        """Empty the outbox."""
        outgoing = (await self.journal.load(INFO.tenant, INFO.id)).outgoing
        await self.commit(struck=tuple(one.id for one in outgoing))

    async def wake(self, held: frozenset[str]) -> None:
        self.woken.append(held)
        if self.helps is not None:
            await self.helps()

    async def looks(self, after: float = 0.0) -> list[tuple[str, str]]:
        """Look once after so many seconds, and return what was told."""
        self.seconds += after
        self.stage.now += timedelta(seconds=after)
        self.told = []
        await self.auditor.look()
        return self.told

    def _way(self, name: str) -> Callable[[DeskInfo, str], Awaitable[bool]]:
        async def tell(desk: DeskInfo, text: str) -> bool:
            if name in self.fails:
                raise TimeoutError
            self.told.append((name, text))
            return name != "nobody"

        return tell

    async def _beat(self) -> None:
        self.beats += 1


@pytest.fixture
async def house() -> House:
    return await House().open()


async def a_request(house: House) -> None:
    """Post a request to a desk that is then forgotten: nobody looks after its clock."""
    await (await house.desk()).handle(house.stage.posted())
    await house.deliver()


async def test_where_nothing_is_overdue_nobody_is_told_and_the_heart_beats(house: House) -> None:
    await a_request(house)
    assert await house.looks() == []
    assert (house.beats, house.auditor.overdue, house.woken) == (1, {}, [])


async def test_a_step_that_should_have_happened_a_minute_ago_wakes_the_desk_and_is_told(house: House) -> None:
    await a_request(house)
    assert await house.looks(120 + 59) == []
    ((way, text),) = await house.looks(2)
    assert way == "slack"
    assert text == (
        "Hotseat, desk backend: steps of requests are overdue (1; since Mon 10:02; R-1). It did not go on when I "
        "tried again. Look for these ids in the log, and restart the bot."
    )
    assert (len(house.woken), house.auditor.overdue, house.beats) == (1, {"requests": 1}, 1)


async def test_what_goes_on_when_it_is_woken_is_told_to_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await a_request(house)

    async def strike() -> None:
        await (await house.desk()).wake(frozenset())

    house.helps = strike
    assert await house.looks(200) == []
    assert (len(house.woken), house.beats) == (1, 1)
    assert "something stands still" in caplog.text


async def test_outside_support_hours_and_in_a_pause_a_request_waits_and_is_not_overdue(house: House) -> None:
    await a_request(house)
    house.stage.now = at("2026-11-23 18:30")
    assert await house.looks() == []
    house.stage.now = at("2026-11-24 09:00") + timedelta(seconds=30)
    assert [text for _, text in await house.looks() if "requests" in text] == []
    facts = (await house.journal.load(INFO.tenant, INFO.id)).facts
    await house.commit(PutFacts(replace(facts, pause=Pause(house.stage.now, None, Author("farid", "Farid")))))
    house.stage.now = at("2026-11-24 11:00")
    assert [text for _, text in await house.looks() if "requests" in text] == []


async def test_an_alert_that_should_have_called_somebody_is_overdue_too(house: House) -> None:
    told = Notification(Notified.NEW, error="a" * 24, project="shop", error_class="TimeoutError")
    await (await house.desk()).handle(Alerted(key="bugsnag|1", happened_at=house.stage.now, notification=told))
    await house.deliver()
    assert await house.looks(900 + 59) == []
    ((_, text),) = await house.looks(2)
    assert "steps of alerts are overdue (1; A-1)" in text


async def test_the_rotas_own_steps_and_the_nights_work_are_looked_at_too() -> None:
    house = await House().open(struck=False)
    await house.looks(61)
    assert house.auditor.overdue == {"rota": 1, "desk": 1}


@pytest.mark.parametrize(
    ("effect", "kind", "way"),
    [
        (Show("card:R-1", "19:x", LINE), Kind.TEAMS, "slack"),
        (Say("line:R-1", "19:x", LINE), Kind.TEAMS, "slack"),
        (SlackSay("say:R-1", "x"), Kind.SLACK, "teams"),
    ],
)
async def test_what_waits_for_a_minute_is_told_by_another_way_than_its_own(
    house: House, effect: Show | Say | SlackSay, kind: Kind, way: str
) -> None:
    await house.commit(outgoing=[Outgoing("7.0", effect)])
    house.held = {"7.0"}
    assert await house.looks() == []
    assert await house.looks(59) == []
    ((by, text),) = await house.looks(1)
    assert (by, house.woken) == (way, [])
    assert "since Mon 10:00; 7.0" in text
    assert house.auditor.overdue == {kind: 1}
    assert (house.auditor.pending, house.auditor.oldest) == (1, 60)


async def test_where_the_other_way_fails_too_its_own_is_tried_and_a_failure_of_both_is_tried_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    await house.looks()
    house.fails = {"slack", "teams"}
    assert await house.looks(60) == []
    assert "nobody could be told" in caplog.text
    house.fails = {"slack"}
    assert [way for way, _ in await house.looks(60)] == ["teams"]


async def test_it_is_told_once_an_hour_and_once_more_when_it_is_over(house: House) -> None:
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    await house.looks()
    assert len(await house.looks(60)) == 1
    assert await house.looks(60) == []
    assert len(await house.looks(AGAIN_SECONDS)) == 1
    await house.commit(struck=("7.0",))
    assert await house.looks(60) == [("slack", "Hotseat, desk backend: this is over: messages wait to go to Teams.")]
    assert await house.looks(60) == []


async def test_of_several_replicas_one_tells_and_all_where_that_cannot_be_agreed_on(house: House) -> None:
    answers: list[bool | Exception] = [False, NotStored("gone"), False, True]

    async def may_tell() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    house.auditor._may_tell = may_tell
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    assert await house.looks() == []
    house.journal.full = True
    (told,) = await house.looks(30)
    assert "the journal cannot be read" in told[1]
    house.auditor._told.clear()
    (told,) = await house.looks(30)  # its lease has lapsed, and whose turn it is nobody can say
    assert "the journal cannot be read" in told[1]
    house.journal.full = False
    assert [text for _, text in await house.looks(10) if "over" in text]


async def test_what_could_not_be_looked_at_is_not_called_over(house: House) -> None:
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    await house.looks()
    assert len(await house.looks(60)) == 1
    house.journal.full = True
    assert [text for _, text in await house.looks(60) if "over" in text] == []
    house.journal.full, house.journal.broken = False, KeyError("canary")
    assert [text for _, text in await house.looks(60) if "messages" in text] == []
    house.journal.broken = None
    assert [text for _, text in await house.looks(60) if "messages" in text] == []
    await house.commit(struck=("7.0",))
    assert [text for _, text in await house.looks(60)] == [
        "Hotseat, desk backend: this is over: messages wait to go to Teams."
    ]


async def test_who_tells_no_more_says_of_nothing_later_that_it_is_over(house: House) -> None:
    tells = True

    async def may_tell() -> bool:
        return tells

    house.auditor._may_tell = may_tell
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    await house.looks()
    assert len(await house.looks(60)) == 1
    tells = False
    await house.looks(60)
    await house.commit(struck=("7.0",))
    tells = True
    assert await house.looks(60) == []


async def test_that_it_is_over_is_said_again_until_somebody_is_told(house: House) -> None:
    await house.commit(outgoing=[Outgoing("7.0", Say("line:R-1", "19:x", LINE))])
    await house.looks()
    await house.looks(60)
    house.fails = {"slack", "teams"}
    await house.commit(struck=("7.0",))
    assert await house.looks(60) == []
    house.fails = set()
    ((_, text),) = await house.looks(60)
    assert "is over" in text
    assert await house.looks(60) == []


async def test_what_nobody_delivers_wakes_the_desk_and_what_only_waits_does_not(house: House) -> None:
    rows = [Outgoing(f"7.{n}", Say(f"line:R-{n}", "19:x", LINE)) for n in range(7)]
    await house.commit(outgoing=rows)
    house.held = {one.id for one in rows[1:]}
    await house.looks()
    ((_, text),) = await house.looks(60)
    assert house.woken == [frozenset(house.held)]
    assert "(7; since Mon 10:00; 7.0, 7.1, 7.2, 7.3, 7.4…)" in text


async def test_a_ticket_may_take_a_quarter_of_an_hour(house: House) -> None:
    ticket = ticket_effect()
    await house.commit(outgoing=[Outgoing("7.0", ticket)])
    house.held = {"7.0"}
    await house.looks()
    assert await house.looks(1_199) == []
    assert len(await house.looks(1)) == 1


async def test_a_journal_that_fails_is_said_too_and_the_heart_does_not_beat(house: House) -> None:
    house.journal.full = True
    ((way, text),) = await house.looks()
    assert (way, house.beats, house.auditor.overdue) == ("slack", 0, {"journal": 1})
    assert text.startswith("Hotseat: the journal cannot be read and written. Nothing is accepted")
    house.journal.full = False
    assert await house.looks(60) == [("slack", "Hotseat: this is over: the journal cannot be read and written.")]
    assert house.beats == 1


@pytest.mark.parametrize("call", ["probe", "desks", "audit"])
async def test_a_journal_that_is_silent_is_said_too(house: House, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    async def silent(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.health.auditor.ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(house.journal, call, silent)
    ((_, text),) = await house.looks()
    assert text.startswith("Hotseat: the journal cannot be read and written.")


@pytest.mark.parametrize("failure", [NotStored("gone"), KeyError("canary")])
async def test_a_desk_that_cannot_be_read_is_said_and_one_that_was_removed_meanwhile_is_not(
    house: House, failure: Exception
) -> None:
    house.journal.broken = failure
    ((_, text),) = await house.looks()
    assert text.startswith("Hotseat, desk backend: the journal cannot be read")
    assert (house.beats, house.woken) == (0, [])


async def test_a_desk_that_was_removed_meanwhile_is_forgotten(house: House) -> None:
    house.journal.broken = Refused("There is no desk backend.")
    assert await house.looks() == []
    assert (house.beats, house.auditor.pending, house.auditor.oldest) == (1, 0, 0)


async def test_a_desk_that_cannot_be_woken_holds_nothing_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.health.auditor.WAKE_SECONDS", 0.01)
    await a_request(house)
    house.helps = never
    assert len(await house.looks(200)) == 1


async def test_where_there_is_no_desk_nobody_can_be_told() -> None:
    house = House()
    auditor = Auditor(
        house.journal, tuple, lambda _: frozenset(), Almanac(frozenset()), lambda: house.stage.now, {}, house._beat
    )
    house.journal.full = True
    await auditor.look()
    assert auditor.overdue == {"journal": 1}
    assert Finding(Kind.JOURNAL).key == ("", "", "journal")


async def test_it_looks_each_minute_whatever_becomes_of_a_look(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = asyncio.Queue[int]()

    async def look() -> None:
        looks.put_nowait(1)
        raise RuntimeError

    monkeypatch.setattr("bot.health.auditor.EVERY_SECONDS", 0.0)
    monkeypatch.setattr(house.auditor, "look", look)
    running = asyncio.create_task(house.auditor.run())
    async with asyncio.timeout(10):
        await looks.get()
        await looks.get()
    running.cancel()
    assert "an audit failed" in caplog.text


class Sends:
    """A Teams that takes messages while it is open."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.sent: list[str] = []

    async def send(self, desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        del desk, address
        self.sent.append(effect.key)
        await self.open.wait()
        return None

    async def write(self, desk: DeskInfo) -> None:
        raise AssertionError(desk)


async def test_a_delivery_that_died_is_made_after_all_when_the_desk_is_woken_and_what_is_under_way_is_not_made_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, teams = Stage(), Sends()
    courier = Courier(stage.journal, teams.send, teams.write, lambda: stage.now, {})
    await stage.open()
    desk = Desk(INFO, stage.journal, courier, lambda: stage.now, Almanac(frozenset()), lambda: None)
    await desk.start()
    monkeypatch.setattr(Courier, "_fold", _dies)
    await desk.handle(stage.posted(1))
    await desk.settle()
    await courier.idle()
    monkeypatch.undo()
    assert (teams.sent, courier.pending, courier.oldest) == ([], 0, 0)
    await desk.wake(courier.held(INFO))
    await desk.settle()
    async with asyncio.timeout(5):
        while not teams.sent:
            await asyncio.sleep(0)
    under_way = list(teams.sent)
    await desk.wake(courier.held(INFO))
    await desk.settle()
    assert teams.sent == under_way
    assert (courier.pending > 0, courier.oldest >= 0) == (True, True)
    teams.open.set()
    await courier.idle()
    await desk.settle()
    assert (courier.pending, courier.oldest, courier.held(INFO)) == (0, 0, frozenset())
    assert not (await stage.journal.load(INFO.tenant, INFO.id)).outgoing
    assert len(teams.sent) == len(set(teams.sent))


def _dies(courier: Courier, desk: Origin, line: object) -> Outgoing:
    raise RuntimeError


async def test_what_was_delivered_and_could_not_be_stored_is_not_delivered_again_when_the_desk_is_woken() -> None:
    stage, teams = Stage(), Sends()
    teams.open.set()
    courier = Courier(stage.journal, teams.send, teams.write, lambda: stage.now, {})
    await stage.open()
    desk = Desk(INFO, stage.journal, courier, lambda: stage.now, Almanac(frozenset()), lambda: None)
    await desk.start()
    await desk.handle(stage.posted(1))
    stage.journal.failing = ["before"] * 20
    await courier.idle()
    await desk.settle()
    sent = list(teams.sent)
    assert sent
    with pytest.raises(NotStored):
        await desk.wake(courier.held(INFO))
    stage.journal.failing = []
    await desk.wake(courier.held(INFO))
    await courier.idle()
    assert teams.sent == sent


class Clumsy(Courier):
    """A courier that drops the first that it is handed, and whoever hands it over."""

    dropped = False

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        if outgoing and not self.dropped:
            self.dropped = True
            raise RuntimeError
        super().take(desk, outgoing)


async def test_what_a_worker_that_died_had_handed_over_is_delivered_when_the_desk_is_woken() -> None:
    stage, teams = Stage(), Sends()
    teams.open.set()
    await stage.open()
    courier = Clumsy(stage.journal, teams.send, teams.write, lambda: stage.now, {})
    desk = Desk(INFO, stage.journal, courier, lambda: stage.now, Almanac(frozenset()), lambda: None)
    await desk.start()
    await desk.handle(stage.posted(1))
    await courier.idle()
    assert teams.sent == []
    await desk.wake(courier.held(INFO))
    await courier.idle()
    await desk.settle()
    assert teams.sent == ["card:R-1"]
