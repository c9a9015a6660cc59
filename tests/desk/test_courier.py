"""The courier: in order by key, folded, nobody held up by another, and nothing lost when it stops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from bot.courier import Courier, Errand, Undelivered
from bot.desk import Desk
from bot.effects import FetchRoster, PutFacts, Say, Show, WriteRota
from bot.errors import NotStored
from bot.events import Delivered, PlanFound, RosterFetched, Undeliverable
from bot.ports import Address, Commit, Origin, Outgoing
from bot.retries import Temporary, retrying
from bot.state import DeskInfo, Facts, Roster
from bot.store.memory import MemoryJournal
from bot.views import Line
from tests.desk.house import INFO
from tests.journeys.town import at

NOW = at("2026-11-23 10:00")


class Teams:
    """What the courier sends through: keeps each message, waits while a place is held, says no where it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.held: dict[str, asyncio.Event] = {}
        self.begun = asyncio.Event()
        self.says: dict[str, Exception] = {}
        self.written = 0

    async def send(self, desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        assert desk == INFO
        self.begun.set()
        if effect.place in self.held:
            await self.held[effect.place].wait()
        if effect.place in self.says:
            raise self.says[effect.place]
        assert isinstance(effect.view, Line)
        self.sent.append((effect.key, "post" if address is None else address.activity, str(effect.view.parts[0])))
        return address or Address("service", effect.place, f"id-{len(self.sent)}")

    async def write(self, desk: DeskInfo) -> None:
        assert desk == INFO
        if "rota" in self.says:
            raise self.says.pop("rota")
        self.written += 1


class Reports(Desk):
    """A desk that keeps what it is told, and stores it at once unless it is deaf."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.info = INFO
        self.told: list[Delivered | Undeliverable | PlanFound] = []
        self.shown: dict[str, Address] = {}
        self.is_slow = False  # to store what it is told
        self.over: set[str] = set()  # what is not to be said any more
        self._memory = journal

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        self.told.append(event)
        if shown:
            self.shown[shown[0]] = shown[1]

    async def wants(self, effect: Say) -> bool:
        return effect.key not in self.over

    def has_to_store(self, effect: str) -> bool:
        return self.is_slow and any(not isinstance(one, PlanFound) and one.effect == effect for one in self.told)


class Post:
    """A courier with everything around it."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.teams = Teams()
        self.desk = Reports(self.journal)
        self.courier = self.start()
        self._ids = iter(range(1000))

    def start(self) -> Courier:
        return Courier(self.journal, self.teams.send, self.teams.write, lambda: NOW, {FetchRoster: nobody()})

    def show(self, key: str, text: str, *, place: str = "", first: bool = False) -> Outgoing:
        return Outgoing(str(next(self._ids)), Show(key, place or key, Line((text,)), first=first))

    def say(self, key: str, text: str) -> Outgoing:
        return Outgoing(str(next(self._ids)), Say(key, key, Line((text,))))

    def take(self, *outgoing: Outgoing) -> None:
        self.courier.take(self.desk, outgoing)

    def outcomes(self) -> list[tuple[str, str]]:
        return [(type(event).__name__, event.effect) for event in self.desk.told if not isinstance(event, PlanFound)]


@pytest.fixture
async def post(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setattr("bot.courier.STORE_SECONDS", 0.0)
    post = Post()
    await post.journal.create(INFO)
    yield post
    await post.courier.close(0)


def nobody() -> Errand:
    async def run(desk: Origin, effect: FetchRoster) -> dict[str, Roster]:
        raise Undelivered("I can't ask from here")

    return Errand(RosterFetched, run, lambda _, reason: {"roster": Roster(NOW, failure=reason)})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0)


async def test_what_teams_says_of_the_team_comes_back_with_the_effects_id(post: Post) -> None:
    async def run(desk: Origin, effect: FetchRoster) -> dict[str, Roster]:
        return {"roster": Roster(NOW, failure=f"nothing of {desk.info.id}")}

    errands = {FetchRoster: replace(nobody(), run=run)}
    post.courier = Courier(post.journal, post.teams.send, post.teams.write, lambda: NOW, errands)
    post.take(Outgoing("7", FetchRoster()))
    await post.courier.idle()
    (told,) = post.desk.told
    assert isinstance(told, RosterFetched)
    assert (told.effect, told.roster.failure) == ("7", "nothing of backend")


async def test_a_roster_that_cannot_be_fetched_is_an_answer_too(post: Post) -> None:
    post.take(Outgoing("7", FetchRoster()))
    await post.courier.idle()
    (told,) = post.desk.told
    assert isinstance(told, RosterFetched)
    assert told.roster.failure == "I can't ask from here"


async def test_what_is_settled_is_not_posted_where_nothing_was_and_edited_where_something_was(post: Post) -> None:
    def settled(key: str, *, first: bool = False) -> Outgoing:
        one = post.show(key, "taken", first=first)
        assert isinstance(one.effect, Show)
        return replace(one, effect=replace(one.effect, only_if_shown=True, settled=True))

    post.take(post.show("seen", "open", first=True))
    await post.courier.idle()
    post.take(settled("seen"), settled("unseen"), settled("never", first=True))
    post.take(post.show("folded", "open", first=True), settled("folded"))
    await post.courier.idle()
    assert [(key, text) for key, _, text in post.teams.sent] == [("seen", "open"), ("seen", "taken")]
    assert {name for name, _ in post.outcomes()} == {"Delivered"}
    assert len(post.outcomes()) == 6
    assert [one.place for one in post.desk.told] == ["seen", "seen", "", "", "", ""]


async def test_a_call_that_is_edited_before_it_went_out_still_goes_out(post: Post) -> None:
    edited = post.show("call", "printer on fire")
    assert isinstance(edited.effect, Show)
    post.take(post.show("call", "printer", first=True))
    post.take(replace(edited, effect=replace(edited.effect, only_if_shown=True)))
    await post.courier.idle()
    assert [(key, text) for key, _, text in post.teams.sent] == [("call", "printer on fire")]


async def test_a_message_is_posted_once_and_edited_from_then_on(post: Post) -> None:
    post.take(post.show("card", "open", first=True))
    await post.courier.idle()
    post.take(post.show("card", "taken"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "open"), ("card", "id-1", "taken")]
    assert post.outcomes() == [("Delivered", "0"), ("Delivered", "1")]


async def test_updates_that_wait_for_one_message_are_folded_into_the_last(post: Post) -> None:
    post.teams.held["card"] = asyncio.Event()
    post.take(post.show("card", "1", first=True))
    await post.teams.begun.wait()
    post.take(*(post.show("card", str(n)) for n in (2, 3, 4)))
    assert post.courier.pending == 2  # each may be large
    post.teams.held["card"].set()
    await post.courier.idle()
    assert [text for _, _, text in post.teams.sent] == ["1", "4"]
    assert sorted(post.outcomes()) == [("Delivered", str(n)) for n in range(4)]


async def test_of_all_that_is_folded_it_is_reported_that_it_is_over(post: Post) -> None:
    post.take(post.show("card", "1", first=True), *(post.show("card", str(n)) for n in (2, 3, 4)))
    await post.courier.idle()
    assert [text for _, _, text in post.teams.sent] == ["4"]
    assert sorted(post.outcomes()) == [("Delivered", str(n)) for n in range(4)]
    assert post.courier.held(INFO) == frozenset()


async def test_what_is_folded_stays_in_the_outbox_until_what_stands_for_it_is_there(post: Post) -> None:
    """It alone says that the message is to be posted: a bot that is killed before that finds it there."""
    post.courier = failing(post, Temporary("away"))
    edit = Show("copy", "copy", Line(("and the scanner",)), only_if_shown=True)
    post.take(post.show("copy", "please come", first=True))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    post.teams.held["copy"] = asyncio.Event()
    post.take(Outgoing("9", edit))
    async with asyncio.timeout(5):
        while not post.teams.begun.is_set():
            await asyncio.sleep(0)
    assert post.outcomes() == []
    assert post.courier.held(INFO) == {"0", "9"}
    post.teams.held["copy"].set()
    await post.courier.idle()
    assert post.teams.sent == [("copy", "post", "and the scanner")]
    assert post.outcomes() == [("Delivered", "0"), ("Delivered", "9")]
    assert post.courier.held(INFO) == frozenset()


async def test_what_is_folded_into_something_refused_is_over_too(post: Post) -> None:
    post.teams.says["card"] = Undelivered("no")
    post.take(post.show("card", "1", first=True), post.show("card", "2"))
    await post.courier.idle()
    assert post.outcomes() == [("Delivered", "0"), ("Undeliverable", "1")]


async def test_a_first_post_folded_into_its_update_is_still_a_first_post(post: Post) -> None:
    post.take(post.show("card", "1", first=True), post.show("card", "2"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "2")]


async def test_an_update_has_waited_for_as_long_as_what_is_folded_into_it(post: Post) -> None:
    post.take(post.show("card", "one", first=True))
    taken = dict(post.courier._since)
    post.take(post.show("card", "two"))
    (first, *_), (_, *later) = taken.values(), post.courier._since.values()
    assert first < min(later)
    line = post.courier._lines["tenant", "backend", "card"]
    post.courier._fold(post.desk, line, 0)
    assert list(post.courier._since.values()) == [first]
    assert post.courier.held(INFO) == {"0", "1"}


def failing(post: Post, *outcomes: Exception | None) -> Courier:
    """Return a courier whose attempts end so, one after the other, with no pauses between."""
    left = iter(outcomes)

    async def send(desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        async def once() -> Address | None:
            await asyncio.sleep(0)
            if (failure := next(left, None)) is not None:
                raise failure
            return await post.teams.send(desk, effect, address)

        return await retrying(once, sleep=lambda _: asyncio.sleep(0))

    return Courier(post.journal, send, post.teams.write, lambda: NOW, {})


async def test_while_it_fails_what_is_newer_goes_in_its_place_and_what_is_settled_meanwhile_not_at_all(
    post: Post,
) -> None:
    post.courier = failing(post, Temporary("away"), Temporary("away"))
    settled = Show("copy", "copy", Line(("taken",)), only_if_shown=True, settled=True)
    post.take(post.show("card", "waiting", first=True), post.show("copy", "please come", first=True))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    post.take(post.show("card", "answered"), Outgoing("9", settled))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "answered")]
    assert sorted(effect for _, effect in post.outcomes()) == ["0", "1", "2", "9"]


async def test_what_is_over_is_not_said_at_the_first_try_nor_at_a_later_one(post: Post) -> None:
    post.courier = failing(post, Temporary("away"))
    post.desk.over.add("line:R-1:first")
    post.take(post.say("line:R-1:first", "No answer yet"), post.say("line:R-2:first", "No answer yet"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    post.desk.over.add("line:R-2:first")
    await post.courier.idle()
    assert post.teams.sent == []
    assert sorted(post.outcomes()) == [("Delivered", "0"), ("Delivered", "1")]


async def test_what_is_said_is_never_folded(post: Post) -> None:
    post.take(post.say("line", "1"), post.say("line", "2"))
    await post.courier.idle()
    assert [text for _, _, text in post.teams.sent] == ["1", "2"]


async def test_a_message_that_hangs_holds_up_no_other(post: Post) -> None:
    post.teams.held["stuck"] = asyncio.Event()
    post.take(post.show("stuck", "1", first=True), *(post.show(f"card-{n}", "1", first=True) for n in range(20)))
    await until(lambda: len(post.teams.sent) == 20)
    assert "stuck" not in {key for key, _, _ in post.teams.sent}


async def test_a_final_no_is_reported_with_its_reason_and_the_next_of_the_key_goes(post: Post) -> None:
    post.teams.says["card"] = Undelivered("not installed")
    post.take(post.show("card", "1", first=True))
    await post.courier.idle()
    (told,) = post.desk.told
    assert isinstance(told, Undeliverable)
    assert (told.place, told.reason) == ("card", "not installed")
    post.teams.says.clear()
    post.take(post.show("card", "2"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "2")]


async def test_a_bug_in_sending_is_reported_and_logged_without_the_words(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.teams.says["card"] = KeyError("a bug")
    post.take(post.show("card", "canary", first=True))
    await post.courier.idle()
    assert post.outcomes() == [("Undeliverable", "0")]
    assert "canary" not in caplog.text


async def test_what_cannot_be_sent_while_the_store_fails_is_sent_when_it_works_again(post: Post) -> None:
    post.teams.says["card"] = NotStored("the disk is full")
    post.journal.full = True
    post.take(post.show("card", "1", first=True), post.show("other", "1"))
    await post.teams.begun.wait()
    post.teams.says["rota"] = NotStored("the disk is full")
    post.take(Outgoing("rota", WriteRota()))
    await until(lambda: post.teams.written == 1)
    assert post.outcomes() == [("Delivered", "rota")]
    post.teams.says.clear()
    post.journal.full = False
    await post.courier.idle()
    assert sorted(post.teams.sent) == [("card", "post", "1"), ("other", "post", "1")]


async def test_after_a_restart_the_same_message_is_edited(post: Post) -> None:
    post.take(post.show("card", "1", first=True))
    await post.courier.idle()
    shown = tuple(post.desk.shown.items())
    await post.journal.commit(Commit("tenant", "backend", 0, changes=(PutFacts(Facts(1)),), shown=shown))
    post.courier = post.start()
    post.take(post.show("card", "2"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "1"), ("card", "id-1", "2")]


async def test_a_stop_finishes_what_is_under_way_and_takes_nothing_more(post: Post) -> None:
    post.teams.held["card"] = asyncio.Event()
    post.take(post.show("card", "1", first=True), post.say("other", "1"))
    await until(lambda: len(post.teams.sent) == 1)
    closing = asyncio.create_task(post.courier.close(2))
    await asyncio.sleep(0)
    post.take(post.say("late", "1"))
    post.teams.held["card"].set()
    await closing
    assert sorted(key for key, _, _ in post.teams.sent) == ["card", "other"]


async def test_what_a_stop_cuts_off_is_not_reported_and_so_stays_in_the_outbox(post: Post) -> None:
    post.teams.held["card"] = asyncio.Event()
    post.take(post.show("card", "1", first=True))
    await post.teams.begun.wait()
    await post.courier.close(0)
    assert post.desk.told == []


class Borrowed:
    """A lease that a test lets lapse."""

    is_shared = True

    def __init__(self) -> None:
        self.lapsed = False

    def holds(self) -> bool:
        return not self.lapsed


def leased(post: Post, lease: Borrowed) -> None:
    post.courier = Courier(post.journal, post.teams.send, post.teams.write, lambda: NOW, {}, lease)


async def test_what_is_dropped_is_told_to_nobody_and_what_is_taken_next_goes_out(post: Post) -> None:
    leased(post, Borrowed())
    post.teams.held["card"] = asyncio.Event()
    post.take(post.show("card", "old"))
    await post.teams.begun.wait()
    post.courier.drop()
    post.teams.held.pop("card").set()
    post.take(post.show("card", "new"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "new")]
    assert post.outcomes() == [("Delivered", "1")]


async def test_nothing_leaves_while_the_lease_has_lapsed_not_even_again(post: Post) -> None:
    lease = Borrowed()
    leased(post, lease)
    calls = []

    async def failing() -> None:
        calls.append("tried")
        lease.lapsed = True
        raise Temporary("busy")

    async def no_pause(_: float) -> None:
        return

    async def send(desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        await retrying(failing, sleep=no_pause)
        raise AssertionError

    post.courier = Courier(post.journal, send, post.teams.write, lambda: NOW, {}, lease)
    post.take(post.show("card", "text"))
    await post.courier.idle()
    post.take(post.show("card", "text"))
    await post.courier.idle()
    assert calls == ["tried"]
    assert post.outcomes() == []


async def test_of_several_replicas_none_trusts_its_own_memory_of_where_a_message_is(post: Post) -> None:
    leased(post, Borrowed())
    post.take(post.show("card", "one"))
    await post.courier.idle()
    await post.journal.commit(Commit(INFO.tenant, INFO.id, 0, shown=(("card", Address("s", "c", "moved")),)))
    post.take(post.show("card", "two"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "one"), ("card", "moved", "two")]


async def test_of_several_replicas_each_edits_what_it_posted_though_its_desk_is_slow_to_store_where(post: Post) -> None:
    leased(post, Borrowed())
    post.desk.is_slow = True
    post.take(post.show("card", "one", first=True))
    await post.courier.idle()
    post.take(post.show("card", "two"))
    await post.courier.idle()
    assert post.teams.sent == [("card", "post", "one"), ("card", "id-1", "two")]


async def test_the_first_message_under_a_key_is_posted_though_another_stood_there_before(post: Post) -> None:
    post.take(post.show("card", "of a desk that was removed", first=True))
    await post.courier.idle()
    post.take(post.show("card", "of one that was added under its id", first=True))
    await post.courier.idle()
    assert [how for _, how, _ in post.teams.sent] == ["post", "post"]
