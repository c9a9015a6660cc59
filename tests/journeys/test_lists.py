"""Lists of requests: `requests` for support, `my requests` for whoever asked."""

import pytest

from bot.commands import ShowMine, ShowRequests, parse
from bot.decide.requests.lists import MOST_ROWS
from bot.effects import Card, Dialog
from bot.events import Claim, Open, Reopen, Send, Solve
from bot.people import Author
from bot.places import personal
from bot.policy import Language, Policy
from bot.support.request import Status
from bot.views import ListCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, OLGA, TOM, Message, Town, said


async def listed(town: Town, text: str, by: object) -> ListCard:
    """Type a command; return the list that it brings."""
    await town.write(text, by)  # type: ignore[arg-type]
    return rows_of(town.teams.sent[-1])


def rows_of(message: Message) -> ListCard:
    assert isinstance(message.view, ListCard), message.view
    return message.view


def key(town: Town) -> str:
    return town.teams.sent[-1].key


@pytest.mark.parametrize("text", ["my requests", "My requests?", "requests, my", "MY  REQUESTS"])
def test_my_requests_is_one_command_of_two_words(text: str) -> None:
    found = parse(text)
    assert (found and found[1]) == (ShowMine() if text != "requests, my" else None)


def test_requests_alone_is_another_and_more_words_are_none() -> None:
    found = parse("requests")
    assert found
    assert found[1] == ShowRequests()
    for text in ("my requests please", "requests 5", "my", "my who", "who my requests"):
        assert parse(text) is None


async def test_a_slip_of_the_hand_names_the_command() -> None:
    assert "my requests" in await Town().write("my reqests", OLGA)


async def test_open_requests_are_listed_ones_own_first_then_what_nobody_has_then_the_others() -> None:
    town = Town()
    for number, who in enumerate((OLGA, TOM, Author("ida", "Ida"), Author("jo", "Jo")), 1):
        await town.post(f"printer {number} down", who)
        await town.wait(0.1)
    await town.press(Claim, "R-1", BEN)
    await town.press(Claim, "R-3", ANA)
    view = await listed(town, "requests", ANA)
    assert view.title == "4 requests are open"
    assert [row.title for row in view.rows] == ["Ida · R-3", "Tom Reuter · R-2", "Jo · R-4", "Olga Brandt · R-1"]
    assert [row.waiting for row in view.rows] == [False, True, True, False]
    assert view.rows[1].excerpt == "printer 2 down"
    assert view.rows[1].line == "Waiting since 10:00, answer due by 10:05"
    assert view.rows[3].line == "Ben Okafor has it"
    assert view.rows[1].thread == (await town.request("R-2")).place
    assert view.note == ""


async def test_support_opens_the_menu_of_a_request_from_the_list() -> None:
    town = Town()
    await town.post("printer down")
    (row,) = (await listed(town, "requests", ANA)).rows
    (button,) = row.opens
    assert (button.title, button.verb, button.step) == ("Support…", "open", "support")
    answer = await town.press(Open, button.request, ANA, step=button.step, card=button.card, place="person:ana")
    assert isinstance(answer, Dialog)
    assert "I'm looking into it" in said(answer)


async def test_what_follows_another_is_not_listed_twice() -> None:
    town = Town()
    await town.post("printer down")
    await town.post("scanner too")
    view = await listed(town, "requests", EVA)
    assert (view.title, len(view.rows)) == ("One request is open", 1)


async def test_fifteen_are_shown_and_how_many_more_there_are() -> None:
    town = Town()
    for number in range(MOST_ROWS + 2):
        await town.post("printer down", Author(f"p{number}", "P"))
    view = await listed(town, "requests", EVA)
    assert (len(view.rows), view.note) == (MOST_ROWS, "… and 2 more.")


async def test_with_nothing_open_the_list_says_so_kindly() -> None:
    view = await listed(Town(), "requests", EVA)
    assert (view.title, view.note, view.rows) == ("Nothing is open", "Everybody who asked has an answer.", ())


async def test_in_the_channel_it_is_answered_personally_and_to_colleagues_alone() -> None:
    town = Town()
    await town.post("printer down")
    place = await town.post("requests", EVA, addressed=True)
    assert town.in_thread(place) == []
    assert rows_of(town.to(EVA)[-1]).title == "One request is open"
    assert (await town.write("request", DILAN)).startswith("Shall I raise this with support?")  # it is no command
    await town.post("requests", OLGA, addressed=True)
    assert (await town.request("R-2")).text == "requests"
    assert [one for one in town.teams.sent if one.place == personal(OLGA.id)] == []


async def test_my_requests_are_what_i_asked_and_how_it_stands_the_latest_first() -> None:
    town = Town()
    await town.post("printer down")
    await town.wait(20)
    await town.post("scanner down")
    await town.post("not mine", TOM)
    await town.press(Solve, "R-1", OLGA)
    view = await listed(town, "my requests", OLGA)
    assert view.title == "Your requests"
    assert [(row.excerpt, row.waiting) for row in view.rows] == [("scanner down", True), ("printer down", False)]
    first, second = view.rows
    assert first.title == "Ana Lindqvist or Ben Okafor will answer by 10:25."
    assert (second.title, second.line) == ("Solved.", "Olga Brandt, 10:20. · R-1")
    assert [button.title for button in first.presses] == ["It's solved"]
    assert [button.title for button in second.presses] == ["Not solved"]
    assert (first.thread, first.thread_label) == ((await town.request("R-2")).place, "Open thread")


async def test_solved_and_not_solved_are_pressed_on_the_list_which_shows_it_at_once() -> None:
    town = Town()
    await town.post("printer down")
    await town.wait(20)
    await town.post("scanner down")
    await town.press(Claim, "R-1", ANA)
    await town.press(Claim, "R-2", ANA)
    view = await listed(town, "my requests", OLGA)
    card = key(town)
    answer = await town.press(Solve, view.rows[0].presses[0].request, OLGA, card=card)
    assert isinstance(answer, Card)
    assert isinstance(answer.view, ListCard)
    assert [row.presses[0].title for row in answer.view.rows] == ["It's solved", "Not solved"]
    assert rows_of(town.teams.messages[card]) == answer.view
    assert (await town.request("R-2")).status is Status.CLOSED
    await town.wait(11)
    back = await town.press(Reopen, "R-2", OLGA, card=card)
    assert isinstance(back, Card)
    assert (await town.request("R-2")).status is Status.OPEN
    assert "Solved." not in said(back)


async def test_a_list_is_edited_by_its_reader_alone() -> None:
    town = Town()
    await town.post("printer down")
    await listed(town, "my requests", OLGA)
    card = key(town)
    before = town.teams.messages[card].text
    await town.press(Solve, "R-1", ANA, card=card, place="person:ana")
    assert town.teams.messages[card].text == before
    assert len(town.teams.messages[card].versions) == 1
    place = (await town.request()).place
    await town.press(Reopen, "R-1", OLGA, card=card, place=place)
    assert len(town.teams.messages[card].versions) == 1


async def test_what_was_closed_a_week_ago_or_withdrawn_is_not_shown() -> None:
    town = Town()
    await town.post("printer down")
    await town.press(Solve, "R-1", OLGA)
    place = await town.post("scanner down")
    await town.delete(place)
    assert [row.excerpt for row in (await listed(town, "my requests", OLGA)).rows] == ["printer down"]
    await town.restart()
    assert [row.excerpt for row in (await listed(town, "my requests", OLGA)).rows] == ["printer down"]
    await town.wait(8 * 24 * 60)
    view = await listed(town, "my requests", OLGA)
    assert view.rows == ()
    assert view.note == "Nothing of yours is open, and nothing was closed in the last seven days."


async def test_what_is_closed_is_not_held_after_it_was_shown() -> None:
    town = Town()
    await town.post("printer down")
    await town.press(Solve, "R-1", OLGA)
    await listed(town, "my requests", OLGA)
    assert (await (await town.desk()).state()).requests == {}


async def test_many_are_counted_and_the_first_fifteen_shown() -> None:
    town = Town()
    for _ in range(MOST_ROWS + 1):
        await town.post("printer down")
        await town.wait(16)
    view = await listed(town, "my requests", OLGA)
    assert (len(view.rows), view.note) == (MOST_ROWS, "… and 1 more.")


async def test_elsewhere_than_in_ones_own_chat_the_list_is_only_read() -> None:
    town = Town()
    await town.post("printer down")
    place = await town.post("my requests", OLGA, addressed=True)
    view = rows_of(town.teams.sent[-1])
    assert town.teams.sent[-1].place == place
    assert [row.presses for row in view.rows] == [()]


async def test_a_requester_reads_it_in_their_language() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    assert (await listed(town, "my requests", OLGA)).note.startswith("Von dir ist nichts offen")
    await town.post("Drucker kaputt")
    view = await listed(town, "my requests", OLGA)
    assert view.title == "Deine Anfragen"
    assert view.rows[0].title == "Ana Lindqvist oder Ben Okafor antwortet bis 10:05."
    assert view.rows[0].presses[0].title == "Ist gelöst"
    assert view.rows[0].thread_label == "Zum Thread"


async def test_what_support_closed_can_be_opened_again_from_the_list() -> None:
    town = Town()
    await town.post("printer down")
    await town.press(Send, "R-1", ANA, step="dismiss")
    view = await listed(town, "my requests", OLGA)
    assert view.rows[0].title.startswith("Not for support.")
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA, card=key(town))
    assert (await town.request()).status is Status.OPEN


async def test_support_is_offered_to_those_who_may_use_it_alone() -> None:
    town = Town()
    await town.post("printer down", OLGA)
    for who, offered in ((ANA, True), (DILAN, True), (EVA, False)):
        (row,) = (await listed(town, "requests", who)).rows
        assert (bool(row.opens), row.thread_label) == (offered, "Open thread")
    await town.press(Claim, "R-1", ANA)
    await town.import_shifts(())
    (row,) = (await listed(town, "requests", ANA)).rows
    assert row.opens
