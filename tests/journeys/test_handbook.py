"""``handbook``: anyone of the tenant asks it, and reads the answer where they asked."""

from dataclasses import replace

import pytest

from bot.commands import COMMANDS, ShowHandbook, parse
from bot.decide.handbook import LONGEST_WORDS, alone
from bot.events import Wrote
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Language, Policy
from bot.support.handbook import NO_HANDBOOK, Handbook, Section
from bot.support.request import Match, Status
from bot.teams.cards import Cards
from tests.cards.exemplars import CARDS
from tests.journeys.bookshelf import ADDRESS, BOOK, LOGIN, PRINTER, ROUTES, Reader
from tests.journeys.town import ANA, EVA, FARID, OLGA, TEAM_CHANNEL, Town, at

GERMAN = Policy(language=Language.GERMAN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("handbook", ""),
        (" Handbook? ", ""),
        ("handbook label printer", "label printer"),
        ("HANDBOOK: label printer!", "label printer!"),
        ("handbuch Etikettendrucker", "Etikettendrucker"),
        ("handbook who", "who"),
        ("handbook rota 8, please help", "rota 8, please help"),
        ("handbook\nPG::UniqueViolation\nin TourPlanner", "PG::UniqueViolation\nin TourPlanner"),
        ("handbook " + "label " * 2000, ("label " * 2000).strip()),
    ],
)
def test_what_follows_handbook_are_words_whatever_they_say(text: str, words: str) -> None:
    assert parse(text) == (COMMANDS["handbook"], ShowHandbook(words))


@pytest.mark.parametrize(
    "text", ["where is the handbook", "handbooks", "handbook-page is down", "who handbook", "the handbuch please"]
)
def test_what_only_speaks_of_the_handbook_is_no_command(text: str) -> None:
    assert parse(text) is None


async def test_handbook_alone_links_to_it_and_says_how_much_it_holds_and_how_old_it_is() -> None:
    town = Reader()
    said = await town.write("handbook", OLGA)
    assert said.startswith("Handbook\n3 sections, read today at 09:45.\n")
    assert "Write handbook and what you look for" in said
    assert [(one.title, one.url) for one in town.shown().links] == [("Open the handbook", ADDRESS)]
    assert town.searching.asked == []


async def test_a_copy_of_another_day_says_which() -> None:
    book = replace(BOOK, sections=(PRINTER,), read_at=at("2026-11-20 17:30"))
    assert "1 section, read Fri 20 Nov, 17:30." in await Reader(book).write("handbook", OLGA)
    german = await Reader(book, policy=GERMAN).write("handbuch", OLGA)
    assert german.startswith("Handbuch\n1 Abschnitt, gelesen Fr 20.11., 17:30.\nHandbuch öffnen\n")
    assert "Schreib handbuch und wonach du suchst" in german


async def test_why_a_copy_is_old_is_told_to_the_backend_team_and_that_it_is_to_everybody() -> None:
    book = replace(BOOK, failure="GitHub has not answered since 09:45.")
    assert "Not read again since: GitHub has not answered since 09:45." in await Reader(book).write("handbook", EVA)
    said = await Reader(book).write("handbook", OLGA)
    assert "read today at 09:45. I could not read it again since" in said
    assert "GitHub" not in said
    town = Reader(book)
    await town.write("handbook printer", EVA)
    assert town.shown().note == (
        "Handbook read today at 09:45. Not read again since: GitHub has not answered since 09:45."
    )


async def test_words_are_answered_with_sections_and_the_way_to_each() -> None:
    town = Reader()
    town.searching.found = (Match(PRINTER.ref, sure=True), Match(ROUTES.ref, sure=False))
    said = await town.write("handbook label printer", OLGA)
    assert said.startswith(
        "Handbook: label printer\nLabel printer prints nothing\nDepots \u203a Printers\n1. Open the queue."
    )
    assert "2. Press Resume.\n\u00a0\u00a0restart-printer --all" in said
    first, second = town.shown().sections
    assert (first.doubt, second.doubt) == ("", "Perhaps this")
    assert [one.url for one in first.links] == [f"{ADDRESS}#label-printer-prints-nothing"]
    assert town.shown().note == ""
    assert [one.words for one in town.searching.asked] == ["label printer"]


async def test_at_most_three_sections_are_shown() -> None:
    more = tuple(Section(f"s{number}", f"Section {number}") for number in range(5))
    town = Reader(replace(BOOK, sections=more))
    town.searching.found = tuple(Match(one.ref, sure=True) for one in more)
    await town.write("handbook section", OLGA)
    assert [one.title for one in town.shown().sections] == ["Section 0", "Section 1", "Section 2"]


async def test_in_the_channel_it_is_a_reply_to_whoever_asked_and_no_request() -> None:
    town = Reader()
    place = await town.post("handbook label printer", OLGA, addressed=True)
    (answer,) = town.in_thread(place)
    assert "Label printer prints nothing" in answer
    assert await town.requests() == []


async def test_in_a_requests_thread_it_is_neither_an_answer_nor_the_requesters_words() -> None:
    town = Reader()
    place = await town.post("label printer down")
    await town.reply(place, "handbook label printer", ANA, addressed=True)
    await town.reply(place, "handbook routes", OLGA, addressed=True)
    assert (await town.request()).status is Status.OPEN
    assert (await town.request()).responder is None
    assert len([one for one in town.in_thread(place) if "Label printer prints nothing" in one]) == 2


async def test_in_the_team_channel_it_is_answered_there() -> None:
    town = Reader(replace(BOOK, failure="GitHub is away"))
    place = f"{TEAM_CHANNEL};messageid=9"
    event = Wrote(
        key="w1", happened_at=town.now, place=place, author=Author("eva", "Eva"), text="handbook x", addressed=True
    )
    await town._handle(event)
    assert town.teams.sent[-1].place == place
    assert "GitHub is away." in town.teams.sent[-1].text


async def test_a_post_that_the_bot_is_not_mentioned_in_is_a_request_whatever_it_begins_with() -> None:
    town = Reader()
    await town.post("handbook page is gone", OLGA)
    assert [one.text for one in await town.requests()] == ["handbook page is gone"]


@pytest.mark.parametrize("gone", [False, True], ids=["nothing is found", "it is gone since"])
async def test_where_nothing_answers_the_handbook_itself_is_offered(*, gone: bool) -> None:
    town = Reader()
    town.searching.found = (Match("#removed", sure=True),) if gone else ()
    said = await town.write("handbook forklift", OLGA)
    assert ("no longer in the handbook" in said) is gone
    assert ("found nothing on that" in said) is not gone
    assert town.shown().sections == ()
    assert [one.url for one in town.shown().links] == [ADDRESS]


async def test_a_section_that_went_while_it_was_searched_for_is_left_out() -> None:
    town = Reader()
    town.searching.found = (Match("#removed", sure=True), Match(LOGIN.ref, sure=True))
    await town.write("handbook log in", OLGA)
    assert [one.title for one in town.shown().sections] == ["Driver cannot log in"]


async def test_a_search_that_fails_is_told_in_words_and_why_to_the_backend_team() -> None:
    town = Reader()
    town.searching.failure = "the handbook could not be searched: it took too long."
    assert "I cannot search the handbook right now. Try again in a minute" in await town.write("handbook x", OLGA)
    assert "\nThe handbook could not be searched: it took too long. Try again in a minute" in await town.write(
        "handbook x", EVA
    )
    assert [one.url for one in town.shown().links] == [ADDRESS]


async def test_without_a_handbook_an_admin_reads_which_setting_names_one() -> None:
    for who, told in ((OLGA, False), (EVA, False), (FARID, True)):
        said = await Reader(NO_HANDBOOK).write("handbook label printer", who)
        assert "There is no handbook here yet." in said
        assert ("HANDBOOK" in said) is told


async def test_a_handbook_that_was_never_read_is_linked_to_and_says_why_it_is_not_searched() -> None:
    book = Handbook(ADDRESS, failure="GitHub says 404")
    town = Reader(book)
    assert "cannot search it: GitHub says 404." in await town.write("handbook printer", EVA)
    said = await town.write("handbook", OLGA)
    assert "I have not been able to read it, so I cannot search it.\n" in said
    assert "404" not in said
    assert [one.url for one in town.shown().links] == [ADDRESS]
    assert town.searching.asked == []


async def test_an_empty_handbook_says_so() -> None:
    said = await Reader(replace(BOOK, sections=())).write("handbook printer", OLGA)
    assert said == "Handbook\nIt has no sections yet, read today at 09:45.\nOpen the handbook\n" + ADDRESS


async def test_a_handbook_with_no_address_has_no_links() -> None:
    town = Reader(replace(BOOK, address=""))
    await town.write("handbook printer", OLGA)
    assert town.shown().sections[0].links == ()
    await town.write("handbook", OLGA)
    assert town.shown().links == ()


async def test_ten_kilobytes_of_words_are_searched_for_and_shown_short() -> None:
    town = Reader()
    await town.write("handbook " + "printer " * 1280, OLGA)
    assert len(town.searching.asked[0].words) > 10_000
    assert len(town.shown().title) < 100


async def test_more_words_than_can_be_searched_for_get_a_clear_answer() -> None:
    said = await Reader().write("handbook " + "x" * (LONGEST_WORDS + 1), OLGA)
    assert said == "That is too long to search for. Write the few words that matter, 12000 characters at most."


async def test_in_a_pause_it_is_answered_too() -> None:
    town = Reader()
    await town.write("pause 2h", FARID)
    assert "Label printer prints nothing" in await town.write("handbook printer", OLGA)


async def test_a_restart_while_it_is_searched_loses_no_answer_and_gives_it_once() -> None:
    town = Reader()
    town.searching.slow = True
    await town.write("handbook printer", OLGA)
    await town.restart()
    town.searching.slow = False
    town.teams.answer()
    town.teams.answer()
    desk = await town.desk()
    await desk.settle()
    assert len([one for one in town.teams.sent if one.place == personal("olga")]) == 1


@pytest.mark.parametrize("who", [OLGA, EVA], ids=["a requester", "a colleague"])
async def test_help_names_it(who: Author | Person) -> None:
    assert "handbook label printer" in await Town().write("help", who)


async def test_markdown_of_the_file_is_read_off_and_what_is_left_stands_in_text_runs() -> None:
    evil = Section(
        "evil",
        "Open [here](https://evil.example) {{DATE(2026-01-01)}}",
        body="[Bank](https://evil.example/login) <at>Ana</at> **b** \u202eabc ${title}\n",
    )
    town = Reader(replace(BOOK, sections=(evil,)))
    town.searching.found = (Match(evil.ref, sure=True),)
    await town.write("handbook bank", OLGA)
    drawn = Cards(CARDS).render(town.shown(), link=lambda _: "")
    blocks = [block for part in drawn["body"] for block in part.get("items", [part])]
    assert {block["type"] for block in blocks} <= {"RichTextBlock", "ActionSet"}
    words = "\n".join(run["text"] for block in blocks for run in block.get("inlines", ()))
    assert "Bank (https://evil.example/login) <at>Ana</at> b abc ${title}" in words
    assert "{ {DATE(" in words
    assert "\u202e" not in words
    assert [one["url"] for block in blocks for one in block.get("actions", ())] == [f"{ADDRESS}#evil"]


def test_a_section_alone_says_where_it_stands() -> None:
    card = alone(BOOK, PRINTER, Language.GERMAN)
    assert card.title == "Label printer prints nothing"
    assert card.note == "Handbuch \u203a Depots \u203a Printers"
    assert [one.title for one in card.links] == ["Abschnitt öffnen"]
    own = replace(PRINTER, above=("Emergency handbook", "Printers"))
    assert alone(BOOK, own, Language.ENGLISH).note == "Emergency handbook \u203a Printers"
