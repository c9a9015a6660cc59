"""When Graph is asked, how far each channel was read, and what its failures come to."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import NotStored
from bot.graph import reconciler
from bot.graph.api import GraphApi, Page, Refusal
from bot.graph.cursors import MOST_GONE, Cursor, Cursors
from bot.graph.messages import Channel
from bot.graph.reconciler import LONGEST_PAUSE, Reconciler
from bot.retries import Temporary
from bot.state import DeskInfo
from tests.rig.activities import CHANNEL, GROUP
from tests.rig.entra import TENANT
from tests.rig.graph import FakeGraph, chat_message
from tests.rig.service import Answer

INTERNAL = "19:internal@thread.tacv2"
HERE = Channel(TENANT, GROUP, CHANNEL)
DESK = DeskInfo("backend", TENANT, GROUP, CHANNEL)
OTHER_TENANT = "33333333-3333-4333-8333-333333333333"


class Tokens:
    """Tokens by tenant; one that was refused is followed by another."""

    def __init__(self) -> None:
        self.number = 1
        self.fails = False

    async def token(self, tenant: str) -> str:
        if self.fails:
            raise Temporary("token invalid_client")
        return f"{tenant[:2]}-{self.number}"

    def drop(self, tenant: str, token: str) -> None:
        assert token == f"{tenant[:2]}-{self.number}"
        self.number += 1


class Shelf(dict[str, dict[str, Any]]):
    """A storage in memory, which may be full."""

    full = False

    def read(self) -> dict[str, dict[str, Any]] | None:
        return dict(self) or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        if self.full:
            raise OSError
        self.update(data)


@dataclass
class Hall:
    """A door, a Graph and a reconciler between them; it is ten o'clock."""

    graph: FakeGraph
    session: aiohttp.ClientSession
    shelf: Shelf = field(default_factory=Shelf)
    desks: list[DeskInfo] = field(default_factory=lambda: [DESK])
    now: datetime = datetime(2026, 11, 23, 10, tzinfo=UTC)
    seconds: float = 0.0
    taken: list[tuple[str, str]] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)
    fails: Callable[[str], bool] = lambda _: False
    tokens: Tokens = field(default_factory=Tokens)
    may: bool = True
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start as after a restart: only the storage is what it was."""
        api = GraphApi(self.session, self.graph.url, self.tokens)
        self.reconciler = Reconciler(
            api,
            self,
            Cursors(self.shelf),
            lambda: self.desks,
            lambda: self.now,
            is_mine=self._mine,
            sleep=self._sleep,
            timer=lambda: self.seconds,
        )

    async def found(self, tenant: str, some: Sequence[tuple[dict[str, Any], datetime]]) -> frozenset[str]:
        """Be the door: take what is new."""
        assert tenant == TENANT
        if any(self.fails(activity["id"]) for activity, _ in some):
            raise NotStored("full")
        ids = [(activity["id"], activity["type"]) for activity, _ in some]
        new = [one for one in ids if one not in self.known]
        self.taken += ids
        self.known.update(ids)
        return frozenset(id_ for id_, _ in new)

    async def look(self, *, later: float = 60.0) -> list[str]:
        """Let a minute pass, or as long as is said; look, and return what was handed in, as ID TYPE."""
        self.pass_by(later)
        before = len(self.taken)
        await self.reconciler.look()
        return [" ".join(one) for one in self.taken[before:]]

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds

    def write(self, id_: str, ago: float = 30.0, **changed: Any) -> dict[str, Any]:
        """Let somebody have written something so many seconds before the next look of a minute."""
        at = self.now + timedelta(seconds=60 - ago)
        return self.graph.put(chat_message(id=id_, at=_iso(at), **changed))

    async def _mine(self) -> bool:
        return self.may

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)
        await asyncio.sleep(0)
        if len(self.slept) > 20:
            raise asyncio.CancelledError


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with FakeGraph() as graph, aiohttp.ClientSession() as session:
        yield Hall(graph, session)


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


async def test_what_is_written_after_the_first_look_is_found_and_what_was_before_is_not(hall: Hall) -> None:
    hall.write("1", ago=90)
    assert await hall.look() == []
    hall.write("2")
    assert await hall.look() == ["2 message"]


async def test_nothing_is_handed_in_twice_however_often_its_thread_changes(hall: Hall) -> None:
    await hall.look()
    hall.write("1")
    assert await hall.look() == ["1 message"]
    hall.write("2", reply_to="1")
    assert await hall.look() == ["2 message"]
    assert await hall.look() == []


async def test_after_a_restart_it_goes_on_where_it_was(hall: Hall) -> None:
    await hall.look()
    hall.write("1")
    hall.start()
    assert await hall.look() == ["1 message"]


async def test_a_reply_to_an_old_post_is_found_and_the_post_is_not_taken_anew(hall: Hall) -> None:
    hall.write("1", ago=90)
    await hall.look()
    hall.write("2", reply_to="1")
    assert await hall.look() == ["2 message"]


async def test_what_graph_shows_late_is_found(hall: Hall) -> None:
    await hall.look()
    await hall.look(later=1800)
    hall.write("1", ago=1500)
    assert await hall.look() == ["1 message"]


async def test_edits_deletions_and_returns_are_found(hall: Hall) -> None:
    await hall.look()
    hall.write("1")
    await hall.look()
    hall.graph.edit("1", "<p>scanner down</p>", _iso(hall.now + timedelta(seconds=30)))
    assert await hall.look() == ["1 messageUpdate"]
    hall.graph.delete("1", _iso(hall.now + timedelta(seconds=30)))
    assert await hall.look() == ["1 messageDelete"]
    hall.start()
    hall.graph.put(chat_message(id="1", at=_iso(hall.now), lastModifiedDateTime=_iso(hall.now + timedelta(seconds=30))))
    assert "1 messageUpdate" in await hall.look()
    assert await hall.look() == []


async def test_a_thread_is_handed_in_in_the_order_in_which_it_came_to_be(hall: Hall) -> None:
    await hall.look()
    hall.write("1", ago=40)
    hall.write("2", ago=30, reply_to="1")
    hall.write("3", ago=20, reply_to="1")
    assert await hall.look() == ["1 message", "2 message", "3 message"]


async def test_all_pages_are_read_and_all_replies_that_did_not_come_with_a_post(hall: Hall) -> None:
    hall.graph.page, hall.graph.inline = 2, 1
    await hall.look()
    for number in range(1, 6):
        hall.write(str(number))
    for number in range(6, 10):
        hall.write(str(number), reply_to="5")
    assert sorted(await hall.look()) == [f"{number} message" for number in range(1, 10)]


async def test_further_replies_that_are_refused_or_have_no_end_keep_no_post_from_being_found(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "MOST_PAGES", 3)
    hall.graph.inline = 1
    await hall.look()
    follow, asked = GraphApi.follow, list[str]()

    async def refused_or_endless(api: GraphApi, channel: Channel, link: str) -> Page:
        if "/replies" not in link:
            return await follow(api, channel, link)
        asked.append(link)
        if "messages/1/" in link:
            raise Refusal(403, "Forbidden")
        return Page((), link)

    monkeypatch.setattr(GraphApi, "follow", refused_or_endless)
    for root in ("1", "4"):
        hall.write(root)
        for reply in range(2):
            hall.write(f"{root}{reply}", reply_to=root)
    heard = await hall.look()
    assert {"1 message", "4 message"} <= set(heard)
    assert (len(asked), hall.reconciler.age()) == (4, 0)


async def test_what_could_not_be_stored_is_read_again_and_a_page_that_was_is_not(hall: Hall) -> None:
    hall.graph.page = 1
    await hall.look()
    for number in ("1", "2", "3"):
        hall.write(number)
    hall.fails = lambda id_: id_ == "2"
    assert await hall.look() == ["1 message"]
    hall.fails = lambda _: False
    hall.start()
    assert await hall.look() == ["2 message", "3 message"]


async def test_where_it_is_cannot_be_written_down_it_is_read_again(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.look()
    hall.write("1")
    hall.shelf.full = True
    assert await hall.look() == ["1 message"]
    hall.shelf.full = False
    hall.start()
    assert await hall.look() == ["1 message"]
    assert "could not be stored (OSError)" in warned(caplog)[0]


@pytest.mark.parametrize("kept", [{"channels": 3}, {"channels": {"x": {}}}, {"channels": {"x": {"first": 1}}}])
async def test_a_file_that_holds_anything_else_is_begun_anew(
    hall: Hall, kept: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    hall.shelf.update(kept)
    hall.start()
    assert await hall.look() == []
    hall.write("1")
    assert await hall.look() == ["1 message"]
    assert "graph.json cannot be read" in warned(caplog)[0]


async def test_a_link_that_is_no_longer_good_has_the_channel_read_from_the_last_look_on(hall: Hall) -> None:
    await hall.look()
    hall.write("1")
    await hall.look()
    hall.write("2")
    hall.graph.forget()
    hall.start()
    assert sorted(await hall.look()) == ["1 message", "2 message"]  # the door knows the first one


async def test_a_link_to_anywhere_else_is_not_followed(hall: Hall) -> None:
    await hall.look()
    name = f"{TENANT}/{CHANNEL}"
    hall.shelf["channels"][name] |= {"link": "http://192.0.2.1/v1.0/teams/x"}
    hall.start()
    hall.write("1")
    assert await hall.look() == ["1 message"]


async def test_after_a_long_outage_no_more_than_a_week_is_read(hall: Hall) -> None:
    await hall.look()
    hall.write("1")
    hall.pass_by(8 * 24 * 3600)
    hall.write("2")
    assert await hall.look() == ["2 message"]


async def test_a_clock_that_was_set_back_keeps_nothing_from_being_found(hall: Hall) -> None:
    await hall.look()
    await hall.look(later=3 * 3600)
    hall.now -= timedelta(hours=2)
    hall.write("1")
    assert await hall.look() == ["1 message"]
    hall.now -= timedelta(days=1)
    await hall.look()
    hall.write("2")
    assert await hall.look() == ["2 message"]


async def test_the_desks_channel_and_the_teams_are_read_and_each_once(hall: Hall) -> None:
    hall.desks = [
        DeskInfo("backend", TENANT, GROUP, CHANNEL, INTERNAL),
        DeskInfo("data", TENANT, GROUP, "19:d", INTERNAL),
    ]
    await hall.look()
    read = [path.split("/")[5] for path, _, _ in hall.graph.asked]
    assert sorted(read) == sorted([CHANNEL, INTERNAL, "19:d"])


async def test_a_desk_of_no_known_team_is_said_once_and_not_read(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    hall.desks = [DeskInfo("backend", TENANT, "", CHANNEL)]
    await hall.look()
    await hall.look()
    assert hall.graph.asked == []
    assert ["added without --team" in one for one in warned(caplog)] == [True]
    assert hall.reconciler.age() is None


async def test_the_first_request_asks_for_threads_that_changed_with_their_replies_by_a_token_of_the_tenant(
    hall: Hall,
) -> None:
    await hall.look()
    ((path, query, token),) = hall.graph.asked
    assert path == f"/v1.0/teams/{GROUP}/channels/{CHANNEL}/messages/delta"
    assert query == {
        "$top": "50",
        "$expand": "replies",
        "$filter": "lastModifiedDateTime gt 2026-11-23T10:01:00.000Z",
    }
    assert token == f"{TENANT[:2]}-1"


async def test_a_token_that_is_refused_is_replaced_once(hall: Hall) -> None:
    hall.graph.script(401)
    await hall.look()
    assert [token for _, _, token in hall.graph.asked] == ["22-1", "22-2"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=503),
        Answer(status=504),
        Answer(text="<html>", status=200),
        Answer(body=[]),
        Answer(body={"value": 3}),
    ],
    ids=["503", "504", "a page", "a list", "no messages"],
)
async def test_graph_that_fails_is_said_once_and_asked_again_after_pauses_that_grow(
    hall: Hall, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    hall.graph.script(*[answer] * 4)
    for later, asked in ((0, 1), (4, 1), (1, 2), (9, 2), (1, 3), (20, 4), (39, 4), (1, 5)):
        await hall.look(later=later)
        assert len(hall.graph.asked) == asked
    assert len(warned(caplog)) == 1
    hall.write("1")
    assert await hall.look() == ["1 message"]


async def test_graph_that_cannot_be_reached_is_said_by_the_kind_of_failure(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.graph.stop()
    await hall.look()
    assert "ClientConnectorError" in warned(caplog)[0]


async def test_the_pauses_have_a_longest(hall: Hall) -> None:
    hall.tokens.fails = True
    for _ in range(12):
        await hall.look(later=LONGEST_PAUSE)
    hall.tokens.fails = False
    await hall.look(later=LONGEST_PAUSE)
    assert len(hall.graph.asked) == 1


async def test_retry_after_is_waited_for(hall: Hall) -> None:
    hall.graph.script(Answer(status=429, headers={"Retry-After": "90"}))
    for later, asked in ((0, 1), (60, 1), (29, 1), (1, 2)):
        await hall.look(later=later)
        assert len(hall.graph.asked) == asked


async def test_a_missing_consent_is_said_once_with_the_remedy_and_asked_for_ever_more_seldom(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.graph.script(*[403] * 3)
    hall.write("1")
    for later, asked in ((0, 1), (59, 1), (1, 2), (119, 2), (1, 3), (239, 3)):
        await hall.look(later=later)
        assert len(hall.graph.asked) == asked
        assert hall.reconciler.age() is None
    (said,) = warned(caplog)
    assert "ChannelMessage.Read.Group" in said
    assert "adding the app to the team again" in said
    assert await hall.look(later=1) == ["1 message"]  # what was written since is found
    assert hall.reconciler.age() == 0


async def test_a_consent_that_is_taken_back_is_said(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    await hall.look()
    hall.graph.script(403)
    await hall.look()
    assert "ChannelMessage.Read.Group" in warned(caplog)[0]


async def test_an_answer_that_never_ends_is_left_after_many_pages(
    hall: Hall, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "MOST_PAGES", 3)
    link = f"{hall.graph.url}/v1.0/teams/{GROUP}/channels/{CHANNEL}/messages/delta?$skiptoken=0.0.0."
    hall.graph.script(*[Answer(body={"value": [], "@odata.nextLink": link})] * 3)
    await hall.look()
    assert "endless" in warned(caplog)[0]


async def test_a_channel_that_is_refused_does_not_keep_another_from_being_read(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.desks = [DeskInfo("gone", TENANT, "no-such-group", "19:gone"), DESK]
    await hall.look()
    hall.write("1")
    assert await hall.look() == ["1 message"]
    assert hall.reconciler.age() == 0
    assert ["404" in one and "app is in the team" in one for one in warned(caplog)] == [True]


async def test_a_channel_that_fails_alone_does_not_keep_another_from_being_read_and_is_asked_again(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.desks = [replace(DESK, team_channel="19:team")]
    await hall.look()
    hall.graph.script(Answer(body={"value": 3}))  # the first is the desk's
    hall.graph.put(chat_message(id="5", at=_iso(hall.now + timedelta(seconds=30))), "19:team")
    assert await hall.look() == ["5 message"]
    (said,) = (one for one in warned(caplog) if "19:team" not in one)
    assert f"for channel {DESK.channel}: it does not answer (unreadable); it is asked again" in said
    assert hall.reconciler.age() == 60
    hall.write("1")
    assert await hall.look() == ["1 message"]
    assert hall.reconciler.age() == 0


async def test_what_cannot_be_taken_is_passed_over_and_what_is_newer_is_found(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(id_: str) -> bool:
        if id_ == "1":
            raise AssertionError
        return False

    await hall.look()
    hall.fails = fails
    hall.write("1")
    hall.write("2", ago=20)
    assert await hall.look() == ["2 message"]
    assert [one.getMessage() for one in caplog.records if one.exc_info] == [
        "a message of Microsoft Graph cannot be taken, and is passed over"
    ]
    assert await hall.look() == []
    assert hall.reconciler.age() == 0


async def test_where_two_channels_fail_the_tenant_rests(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    hall.desks = [replace(DESK, team_channel="19:team"), DeskInfo("third", TENANT, GROUP, "19:third")]
    hall.graph.script(503, 503)
    await hall.look()
    assert len(hall.graph.asked) == 2
    assert len(warned(caplog)) == 1
    await hall.look(later=1)
    assert len(hall.graph.asked) == 2


async def test_a_tenant_that_fails_does_not_keep_another_from_being_read(hall: Hall) -> None:
    hall.desks = [DeskInfo("far", OTHER_TENANT, "no-such-group", "19:far"), DESK]
    hall.graph.script(503)
    await hall.look()
    hall.write("1")
    assert await hall.look() == ["1 message"]


async def test_the_age_is_that_of_the_last_look_that_read_everything(hall: Hall) -> None:
    assert hall.reconciler.age() is None
    await hall.look()
    hall.pass_by(20)
    assert hall.reconciler.age() == 20
    hall.graph.script(503)
    await hall.look(later=40)
    assert hall.reconciler.age() == 60
    await hall.look()
    assert hall.reconciler.age() == 0


async def test_only_what_teams_cannot_be_delivering_just_now_and_what_is_no_edit_counts_as_missed(hall: Hall) -> None:
    await hall.look()
    hall.write("1", ago=5)
    hall.write("2", ago=30)
    hall.write("3", ago=30)
    hall.known.add(("3", "message"))
    hall.graph.edit("2", "<p>x</p>", _iso(hall.now + timedelta(seconds=40)))
    await hall.look()
    assert hall.reconciler.reconciled == 1


async def test_another_replica_that_looks_keeps_this_one_from_it(hall: Hall) -> None:
    await hall.look()
    hall.may = False
    await hall.look()
    assert (len(hall.graph.asked), hall.reconciler.age()) == (1, None)
    hall.write("1")
    other = Cursors(hall.shelf)  # which reads on meanwhile
    before = other.of(HERE)
    assert before is not None
    await other.keep(HERE, replace(before, first=hall.now + timedelta(hours=1)))
    hall.may = True
    assert await hall.look() == []


async def test_it_looks_at_once_and_every_minute_and_sooner_after_a_short_failure(hall: Hall) -> None:
    hall.graph.script(200, 503)
    with pytest.raises(asyncio.CancelledError):
        await hall.reconciler.run()
    assert hall.slept[:4] == [5.0, 10.0, 60.0, 60.0]


async def test_with_many_channels_it_looks_more_seldom_so_that_graph_is_not_asked_more_than_it_allows(
    hall: Hall,
) -> None:
    hall.desks = [DeskInfo(f"desk-{number}", TENANT, GROUP, f"19:{number}") for number in range(80)]
    with pytest.raises(asyncio.CancelledError):
        await hall.reconciler.run()
    assert hall.slept[0] == 120.0


@pytest.mark.parametrize(("desks", "seconds"), [(1, 180), (240, 1_080)])
async def test_it_is_late_once_it_has_not_looked_for_three_times_as_long_as_it_pauses(
    hall: Hall, desks: int, seconds: int
) -> None:
    assert not hall.reconciler.is_late()
    hall.desks = [DeskInfo(f"desk-{number}", TENANT, GROUP, f"19:{number}") for number in range(desks)]
    await hall.look()
    hall.pass_by(seconds - 1)
    assert not hall.reconciler.is_late()
    hall.pass_by(1)
    assert hall.reconciler.is_late()


async def test_how_far_is_kept_by_one_at_a_time_and_the_last_holds_all() -> None:
    written: list[dict[str, dict[str, Any]]] = []
    inside = 0

    class Slow:
        def read(self) -> None:
            return None

        def write(self, data: dict[str, dict[str, Any]]) -> None:
            nonlocal inside
            inside += 1
            assert inside == 1
            time.sleep(0.02)
            written.append(data)
            inside -= 1

    cursors = Cursors(Slow())
    one = Cursor(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    await asyncio.gather(*(cursors.keep(Channel(f"tenant-{n}", GROUP, "19:x"), one) for n in range(5)))
    assert len(written[-1]["channels"]) == 5


async def test_a_bug_is_logged_and_the_next_look_comes(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    def desks() -> Iterable[DeskInfo]:
        raise ZeroDivisionError

    hall.reconciler._desks = desks
    hall.reconciler._pause = lambda: 60.0  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await hall.reconciler.run()
    assert "looking for what Teams did not deliver failed" in warned(caplog)


async def test_a_store_that_cannot_say_whose_turn_it_is_is_asked_again(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> bool:
        raise NotStored("away")

    hall.reconciler._is_mine = fails
    with pytest.raises(asyncio.CancelledError):
        await hall.reconciler.run()
    assert set(warned(caplog)) == {"what Teams did not deliver is not looked for: away; trying again"}


async def test_no_more_ids_of_deleted_messages_are_kept_than_are_needed(hall: Hall) -> None:
    await hall.look()
    for number in range(MOST_GONE + 5):
        at = _iso(hall.now + timedelta(seconds=30))
        hall.graph.put(chat_message(id=str(number), at=at, deletedDateTime=at))
    await hall.look()
    (kept,) = hall.shelf["channels"].values()
    assert len(kept["gone"]) == MOST_GONE


async def test_no_more_is_remembered_than_one_look_can_show_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "MOST_REMEMBERED", 2)
    await hall.look()
    for number in range(3):
        hall.write(str(number), reply_to="0" if number else None)
    await hall.look()
    hall.write("3", reply_to="0")
    assert await hall.look() == ["0 message", "3 message"]  # the door knows the first one
