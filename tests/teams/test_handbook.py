"""The handbook while somebody writes: what is typed into the message extension, and what comes back in the response."""

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.decide.handbook import LONGEST_WORDS
from bot.desk import Desk
from bot.policy import Language, Policy
from bot.state import DeskInfo
from bot.store.memory import MemoryJournal
from bot.support.handbook import NO_HANDBOOK, Handbook, Section
from bot.support.request import Match
from bot.teams.bot import HotseatBot
from bot.teams.cards import Cards
from bot.teams.handbook import MOST_LATE, HandbookExtension, Query, read_query
from bot.teams.outbound import Outbound
from bot.teams.references import References
from tests.cards.exemplars import CARDS
from tests.journeys.bookshelf import ADDRESS, BOOK, LOGIN, PRINTER, ROUTES
from tests.journeys.town import at
from tests.rig.activities import CHANNEL, GROUP, altered, query
from tests.rig.entra import APP_ID, TENANT
from tests.teams.house import House

pytestmark = pytest.mark.asyncio

HERE = DeskInfo("backend", TENANT, GROUP, CHANNEL)
EDGE = DeskInfo("edge", TENANT, GROUP, "19:edge@thread.tacv2", policy=Policy(language=Language.GERMAN))
CHAT = "19:ops-floor@thread.v2"


@dataclass
class FakeDesk:
    """As much of a desk as is asked for."""

    info: DeskInfo


@dataclass
class Rooms:
    """The desks, handbooks and search of a test: desks by channel and of everybody, and what is found."""

    desks: tuple[DeskInfo, ...] = (HERE,)
    book: Handbook = BOOK
    books: dict[str, Handbook] = field(default_factory=dict)
    found: tuple[Match, ...] = (Match(PRINTER.ref, sure=True), Match(ROUTES.ref, sure=False))
    fails: Exception | None = None
    hold: asyncio.Event | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    finished: int = 0

    def __iter__(self) -> Any:
        return iter([cast("Desk", FakeDesk(one)) for one in self.desks])

    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        return next((one for one in self if (one.info.tenant, one.info.channel) == (tenant, channel)), None)

    def of_person(self, tenant: str, person: str) -> Desk | None:
        del person
        return next((one for one in self if one.info.tenant == tenant), None)

    def of(self, desk: DeskInfo) -> Handbook:
        return self.books.get(desk.id, self.book)

    async def sections(self, desk: DeskInfo, words: str) -> tuple[Match, ...]:
        self.asked.append((desk.id, words))
        if self.hold is not None:
            await self.hold.wait()
        if self.fails:
            raise self.fails
        self.finished += 1
        return self.found


@pytest.fixture
def rooms(house: House) -> Rooms:
    """Put the bot behind the door, with these rooms behind it."""
    rooms = Rooms()
    references = References(MemoryJournal(), APP_ID)
    outbound = Outbound(house.transport, references, Cards(CARDS), lambda *_: len(rooms.desks) > 1)
    extension = HandbookExtension(rooms, outbound, rooms, rooms, seconds=0.2)
    bot = HotseatBot(cast("Any", rooms), references, outbound, lambda: at("2026-11-23 10:00"), extension=extension)
    house.bot.does = bot.on_turn
    return rooms


async def ask(house: House, activity: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """Send a query; return what the extension shows."""
    if activity is None:
        activity = query(**({"service_url": house.connector.service_url} | said))
    status, body = await house.post(activity | {"serviceUrl": house.connector.service_url})
    assert status == 200
    assert list(body) == ["composeExtension"]
    shown: dict[str, Any] = body["composeExtension"]
    return shown


def titles(shown: dict[str, Any]) -> list[str]:
    return [one["preview"]["content"]["title"] for one in shown["attachments"]]


async def test_words_bring_sections_with_a_card_to_insert_and_a_preview_of_each(house: House, rooms: Rooms) -> None:
    shown = await ask(house)
    assert (shown["type"], shown["attachmentLayout"]) == ("result", "list")
    first, second = shown["attachments"]
    assert first["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert first["preview"] == {
        "contentType": "application/vnd.microsoft.card.thumbnail",
        "content": {
            "title": "Label printer prints nothing",
            "text": "Open the queue. 2. Press Resume. restart-printer --all",
        },
    }
    assert second["preview"]["content"]["text"].startswith("Perhaps this: Reload the tour")
    words = json.dumps(first["content"])
    assert "1. Open the queue.\\n2. Press Resume." in words
    assert "Perhaps" not in words
    links = [one for part in first["content"]["body"] for one in part.get("actions", ())]
    section = f"{ADDRESS}#label-printer-prints-nothing"
    assert links == [{"type": "Action.OpenUrl", "title": "Open section", "url": section}]
    assert rooms.asked == [("backend", "label printer")]


@pytest.mark.parametrize("words", [None, "", "  "], ids=["opened", "emptied", "spaces"])
async def test_before_anything_is_typed_the_sections_come_as_they_stand(
    house: House, rooms: Rooms, words: str | None
) -> None:
    assert titles(await ask(house, words=words)) == [one.title for one in BOOK.sections]
    assert rooms.asked == []


async def test_pages_follow_each_other_and_end(house: House, rooms: Rooms) -> None:
    sections = tuple(Section(f"s{number}", f"Section {number}") for number in range(30))
    rooms.book = replace(BOOK, sections=sections)
    first = titles(await ask(house, words=None))
    rest = titles(await ask(house, words=None, skip=25))
    assert first + rest == [one.title for one in sections]
    assert titles(await ask(house, words=None, skip=1, count=2)) == ["Section 1", "Section 2"]
    assert titles(await ask(house, words=None, skip=-5, count=0)) == first
    assert len(titles(await ask(house, words=None, count=10**9))) == 25
    assert await ask(house, words=None, skip=10**9) == {
        "type": "result",
        "attachmentLayout": "list",
        "attachments": [],
    }


async def test_a_section_that_is_gone_is_left_out_and_nothing_is_said_in_words(house: House, rooms: Rooms) -> None:
    rooms.found = (Match("#gone", sure=True), Match(LOGIN.ref, sure=True))
    assert titles(await ask(house)) == ["Driver cannot log in"]
    for found in ((), (Match("#gone", sure=True),)):
        rooms.found = found
        assert await ask(house) == {"type": "message", "text": "I found nothing on that in the handbook."}


async def test_in_any_conversation_it_is_the_persons_desk_and_in_a_channel_that_channels(
    house: House, rooms: Rooms
) -> None:
    rooms.desks = (HERE, EDGE)
    rooms.books = {"edge": replace(BOOK, sections=(LOGIN,))}
    rooms.found = (Match(PRINTER.ref, sure=True), Match(LOGIN.ref, sure=True))
    assert len(titles(await ask(house, chat=CHAT))) == 2
    assert len(titles(await ask(house))) == 2
    edge = altered(query(thread="170"), {"conversation.id": "19:edge@thread.tacv2;messageid=170"})
    shown = await ask(house, edge)
    assert titles(shown) == ["Driver cannot log in"]
    assert "Abschnitt öffnen" in json.dumps(shown, ensure_ascii=False)
    assert "edge ·" not in json.dumps(shown, ensure_ascii=False)
    assert [desk for desk, _ in rooms.asked] == ["backend", "backend", "edge"]


async def test_nobody_is_asked_to_be_of_a_desk_where_there_is_none(house: House, rooms: Rooms) -> None:
    rooms.desks = ()
    shown = await ask(house)
    assert shown["text"] == "There is no support channel for you yet, and so no handbook to search."


async def test_an_app_without_an_entra_id_searches_nothing(house: House, rooms: Rooms) -> None:
    assert (await ask(house, aad=None))["type"] == "message"
    assert rooms.asked == []


@pytest.mark.parametrize(
    ("book", "says"),
    [
        (NO_HANDBOOK, "There is no handbook here yet."),
        (Handbook(ADDRESS, failure="GitHub says 404"), "I have not been able to read it, so I cannot search it."),
        (replace(BOOK, sections=()), "It has no sections yet."),
    ],
    ids=["none", "never read", "empty"],
)
async def test_where_there_is_nothing_to_search_it_says_why(
    house: House, rooms: Rooms, book: Handbook, says: str
) -> None:
    rooms.book = book
    for words in (None, "printer"):
        assert await ask(house, words=words) == {"type": "message", "text": says}


async def test_a_search_that_fails_or_takes_too_long_is_told_and_no_words_are_logged(
    house: House, rooms: Rooms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rooms.fails = ValueError("canary words")
    assert (await ask(house, words="canary words"))["text"].startswith("I cannot search the handbook right now.")
    assert "ValueError" in caplog.text
    rooms.fails, rooms.hold = None, asyncio.Event()
    assert (await ask(house, words="canary words"))["text"].startswith("I cannot search the handbook right now.")
    assert "canary" not in "".join(str(record.__dict__) for record in caplog.records)
    rooms.hold.set()


async def test_a_search_that_took_too_long_goes_on_so_that_the_next_is_ready_and_few_do_so_at_once(
    house: House, rooms: Rooms
) -> None:
    rooms.hold = asyncio.Event()
    for _ in range(MOST_LATE + 2):
        assert (await ask(house))["type"] == "message"
    assert (len(rooms.asked), rooms.finished) == (MOST_LATE, 0)
    rooms.hold.set()
    async with asyncio.timeout(5):
        while rooms.finished < MOST_LATE:
            await asyncio.sleep(0.01)
    assert (await ask(house))["type"] == "result"


async def test_words_of_ten_kilobytes_are_searched_for_and_more_get_a_clear_answer(house: House, rooms: Rooms) -> None:
    assert (await ask(house, words="printer " * 1280))["type"] == "result"
    assert len(rooms.asked) == 1
    assert "12000 characters at most" in (await ask(house, words="x" * (LONGEST_WORDS + 1)))["text"]
    assert len(rooms.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"value": None},
        {"value": 5},
        {"value": []},
        {"value.commandId": "raise"},
        {"value.commandId": ["handbook"]},
        {"value.parameters": None},
        {"value.parameters": []},
        {"value.parameters": {"name": "words", "value": "x"}},
        {"value.parameters": ["words"]},
        {"value.parameters": [{"name": "words"}]},
        {"value.parameters": [{"name": "words", "value": 7}]},
        {"value.parameters": [{"name": ["words"], "value": "x"}]},
        {"value.parameters": [{"name": "other", "value": "x"}]},
        {"value.parameters": [{"name": "words", "value": "x"}] * 6},
        {"value.queryOptions": []},
        {"value.queryOptions": {"skip": "0"}},
        {"value.queryOptions": {"count": True}},
        {"value.queryOptions": {"skip": 1.5}},
    ],
    ids=str,
)
async def test_hostile_queries_get_a_kind_word_and_search_nothing(
    house: House, rooms: Rooms, change: dict[str, Any]
) -> None:
    shown = await ask(house, altered(query(), change))
    assert shown == {"type": "message", "text": "I did not understand that. Close this, and open it again."}
    assert rooms.asked == []


async def test_markdown_and_html_of_the_file_mean_nothing_in_the_list_nor_in_the_card(
    house: House, rooms: Rooms
) -> None:
    evil = Section(
        "evil", "<img src=x> [a](https://evil.example) {{TIME(x)}}", body="<script>*x*</script> & <at>b</at>"
    )
    rooms.book = replace(BOOK, sections=(evil,))
    (one,) = (await ask(house, words=None))["attachments"]
    for text in one["preview"]["content"].values():
        assert not set("<>[]*&") & set(text)
    assert all(part["type"] in ("RichTextBlock", "ActionSet") for part in one["content"]["body"])
    assert "{{TIME" not in json.dumps(one)


async def test_the_list_does_not_say_where_links_lead_and_begins_with_no_mark_of_a_list(
    house: House, rooms: Rooms
) -> None:
    rooms.book = replace(
        BOOK, sections=(Section("a", "A", body="- See [the board](https://a.example/b) first.\n- c\n"),)
    )
    (one,) = (await ask(house, words=None))["attachments"]
    assert one["preview"]["content"] == {"title": "A", "text": "See the board first. - c"}
    assert "the board (https://a.example/b) first." in json.dumps(one["content"])
    rooms.book = replace(BOOK, sections=(Section("a", "A"),))
    assert (await ask(house, words=None))["attachments"][0]["preview"]["content"] == {"title": "A"}


async def test_a_page_of_the_longest_sections_stays_small(house: House, rooms: Rooms) -> None:
    long = tuple(Section(f"s{number}", "\U0001d518" * 5000, body="\U0001d518" * 100_000) for number in range(60))
    rooms.book = replace(BOOK, sections=long)
    shown = await ask(house, words=None)
    assert len(shown["attachments"]) == 25
    assert all(len(json.dumps(one)) < 28_000 for one in shown["attachments"])


async def test_what_teams_leaves_out_of_a_query_is_the_first_page() -> None:
    given = [{"name": "words", "value": " x "}]
    assert read_query({"commandId": "handbook", "parameters": given}) == Query("x")
    assert read_query({"commandId": "handbook", "parameters": given, "queryOptions": {}}) == Query("x")
    options = {"skip": None, "count": None}
    assert read_query({"commandId": "handbook", "parameters": given, "queryOptions": options}) == Query("x")
