"""Undo: for ten minutes, by whoever pressed, while nobody else has acted since."""

import json

import pytest

from bot.effects import PutRequest
from bot.events import Claim, Reopen, Send, Separate, Solve
from bot.policy import Language, Policy
from bot.ports import Commit
from bot.store.document import dump, parse
from bot.support.request import Outcome, Request, Status
from bot.views import ReplyCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, OLGA, TEAM, TOM, Town, at, person, plain, said

PRINTER = "label printer down"
NO = "That can't be taken back any more: ten minutes are over, or somebody else has acted since."


async def test_a_claim_taken_back_is_open_again_with_its_old_clock() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(3)
    assert (await town.send("undo", "R-1", ANA)).startswith(
        "Taken back.\nR-1: Waiting since 10:00, answer due by 10:05"
    )
    request = await town.request()
    assert (request.status, request.responder, request.due_at) == (Status.OPEN, None, at("2026-11-23 10:05"))
    assert [len(town.to(one)) for one in (ANA, BEN)] == [1, 1]
    await town.wait(2)
    assert "No answer yet." in town.in_thread(place)[0]


async def test_what_was_taken_back_is_not_offered_to_be_taken_back_at_once() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.post("and the scanner")
    await town.press(Separate, "R-2", OLGA)
    assert "[Undo" not in await town.send("undo", "R-2", OLGA)
    await town.press(Claim, "R-1", ANA)
    assert (await town.send("undo", "R-1", ANA)).endswith("by 10:05.\n[Support…]")
    assert "[Undo: took that back]" in plain(await town.open("support", "R-1", ANA))


async def test_steps_that_fell_due_meanwhile_become_one() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(7)
    await town.send("undo", "R-1", ANA)
    assert town.in_thread(place) == [
        "No answer yet. It was due 2 min ago. Calling @Ana Lindqvist and @Ben Okafor again."
    ]
    assert town.to(BEN) == []


async def test_after_ten_minutes_or_by_another_nothing_is_taken_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    assert await town.send("undo", "R-1", BEN) == NO
    await town.wait(10.1)
    assert await town.send("undo", "R-1", ANA) == NO
    assert (await town.request()).status is Status.ACKNOWLEDGED


@pytest.mark.parametrize("who", [OLGA, TOM, BEN, DILAN])
async def test_once_somebody_else_has_acted_nothing_is_taken_back(who: object) -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.reply(place, "any news?", who)  # type: ignore[arg-type]
    assert await town.send("undo", "R-1", ANA) == NO


async def test_a_reply_that_is_taken_back_stays_and_is_marked() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("reply", "R-1", ANA, text="Restart it.")
    await town.send("undo", "R-1", ANA)
    assert town.in_thread(place) == ["Ana Lindqvist:\nRestart it.\nAna Lindqvist took this back."]
    (reply,) = [one for one in town.teams.sent if one.key.startswith("reply:")]
    assert isinstance(reply.view, ReplyCard)
    assert (await town.request()).status is Status.OPEN


async def test_a_question_to_the_team_that_is_taken_back_is_marked_apart_from_its_words_in_its_channel() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("team", "R-1", ANA, text="Who knows printers", people="eva")
    await town.send("undo", "R-1", ANA)
    assert [message.text for message in town.in_team_channel()] == [
        "Eva Novak: Ana Lindqvist asks for Olga Brandt · R-1: Who knows printers (Ana Lindqvist took this back.)"
    ]


async def test_what_was_taken_back_can_be_taken_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("undo", "R-1", ANA)
    await town.send("undo", "R-1", ANA)
    assert (await town.request()).status is Status.ACKNOWLEDGED


@pytest.mark.parametrize("step", ["dismiss", "close", "phone"])
async def test_an_end_that_is_taken_back_leaves_the_request_with_its_claimer(step: str) -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(1)
    word = (await town.request()).word
    await town.send(step, "R-1", ANA, choice="close", text="Done.", outcome="docs")
    await town.wait(5)
    await town.send("undo", "R-1", ANA)
    request = await town.request()
    assert (request.status, request.outcome, request.word) == (Status.ACKNOWLEDGED, None, word)


async def test_not_solved_soon_after_its_solved_takes_that_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", OLGA)
    await town.wait(5)
    assert "Ana Lindqvist is looking into it." in said(await town.press(Reopen, "R-1", OLGA))
    await town.press(Solve, "R-1", OLGA)
    await town.wait(11)
    assert "will follow up by" in said(await town.press(Reopen, "R-1", OLGA))


async def test_not_solved_opens_what_ended_with_a_ticket_whose_key_was_just_named() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("leaf", "R-1", ANA, choice="ticket:later", text="Our developers have it.", ticket="")
    await town.wait(1)
    await town.send("key", "R-1", ANA, ticket="EDGE-12")
    await town.press(Reopen, "R-1", ANA)
    request = await town.request()
    assert (request.status, request.ticket) == (Status.OPEN, "EDGE-12")


async def test_not_solved_on_a_duplicate_that_ended_with_its_lead_starts_the_second_clock() -> None:
    town = Town()
    await town.post(PRINTER)
    place = await town.post("printer broken in Kiel", TOM)
    await town.wait(3)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.wait(3)
    await town.press(Solve, "R-1", BEN)
    await town.press(Reopen, "R-2", ANA)
    assert not [line for line in town.in_thread(place) if "No answer yet" in line]
    clock = (await town.request("R-2")).clock
    assert clock is not None
    assert clock.second


async def test_a_split_of_which_a_matter_was_worked_on_is_not_taken_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("split", "R-1", ANA, text="Printer\nLogin\nScale")
    await town.send("reply", "R-3", BEN, text="I know the scale.")
    refused = "R-3, which came of it, was worked on since: it can't be taken back any more."
    assert await town.send("undo", "R-1", ANA) == refused
    assert [one.matter for one in await town.requests()] == ["Printer", "Login", "Scale"]


async def test_a_split_that_is_taken_back_takes_its_matters_with_it() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("split", "R-1", ANA, text="Printer\nLogin\nScale")
    await town.send("undo", "R-1", ANA)
    assert [one.outcome for one in await town.requests()] == [None, Outcome.WITHDRAWN, Outcome.WITHDRAWN]
    assert town.card("R-1").startswith("@Ana")
    assert await town.send("undo", "R-1", ANA) == NO
    assert town.card("R-2") == "Login: Withdrawn.\nR-2"


async def test_what_was_put_together_is_apart_again_and_the_other_way_round() -> None:
    town = Town()
    await town.post(PRINTER)
    second = await town.post("printer broken in Kiel", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.send("undo", "R-2", ANA)
    assert town.in_thread(second) == [
        "We look at this together with Olga Brandt · R-1. (Ana Lindqvist took this back.)"
    ]
    assert [(one.lead, one.followers) for one in await town.requests()] == [("", ()), ("", ())]
    assert "will answer by" in town.card("R-2")
    await town.post("and in Bremen", TOM)
    await town.press(Separate, "R-3", TOM)
    await town.press(Reopen, "R-3", TOM)
    await town.send("undo", "R-3", TOM)
    assert (await town.request("R-3")).lead == "R-2"
    assert (await town.request("R-2")).followers == ("R-3",)


@pytest.mark.parametrize(
    ("language", "offered", "told"),
    [
        (Language.ENGLISH, "[Undo: made it a matter of its own]", "Taken back.\nThis goes with your other post."),
        (
            Language.GERMAN,
            "[Zurücknehmen: als eigenes Thema abgetrennt]",
            "Zurückgenommen.\nDas gehört zu deinem anderen Beitrag.",
        ),
    ],
)
async def test_a_requester_takes_separate_matter_back_in_support(language: Language, offered: str, told: str) -> None:
    town = Town(policy=Policy(language=language))
    await town.post(PRINTER)
    await town.post("and the scanner")
    await town.press(Separate, "R-2", OLGA)
    menu = await town.open("support", "R-2", OLGA)
    assert plain(menu).endswith(offered)
    assert (await town.send("undo", "R-2", OLGA)).startswith(told)
    assert (await town.request("R-2")).lead == "R-1"


async def test_undo_of_an_end_opens_what_ended_with_it() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.post("and the scanner")
    await town.press(Solve, "R-1", ANA)
    await town.send("undo", "R-1", ANA)
    assert [one.status for one in await town.requests()] == [Status.OPEN, Status.ACKNOWLEDGED]


async def test_an_observer_may_take_a_suggestion_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    assert "Undo" in repr(await town.open("support", "R-1", DILAN))
    await town.send("undo", "R-1", DILAN)
    assert (await town.request()).suggestions == ()


async def suggested_before_the_upgrade() -> Town:
    """Return a town in which an older version, which knew of one suggestion only, stored Dilan's."""
    town = Town()
    await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="restart the spooler")
    row = json.loads(dump(await town.request()))
    row["suggestion"] = {name: value for name, value in row.pop("suggestions")[0].items() if name != "number"}
    row["before"]["suggestion"] = row["before"].pop("suggestions") or None
    row["deed"]["only"] = ["suggestion"]
    old = parse(Request, json.dumps(row, separators=(",", ":")), "requests")
    loaded = await town.journal.load("tenant", "backend")
    await town.journal.commit(Commit("tenant", "backend", loaded.revision, changes=(PutRequest(old),)))
    await town.restart()
    return town


async def test_what_was_suggested_before_the_upgrade_stands() -> None:
    town = await suggested_before_the_upgrade()
    assert "restart the spooler" in plain(await town.open("support", "R-1", ANA))


async def test_what_was_suggested_before_the_upgrade_can_be_taken_back() -> None:
    town = await suggested_before_the_upgrade()
    assert "Taken back." in await town.send("undo", "R-1", DILAN)
    assert (await town.request()).suggestions == ()


async def test_undo_of_a_suggestion_says_nothing_twice_in_the_thread() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(1)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.wait(5)  # 10:05: the line in the thread
    await town.send("undo", "R-1", DILAN)
    assert len(town.in_thread(place)) == 1


async def test_undo_of_pass_on_says_nothing_twice_in_the_thread() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(3.5)
    await town.send("pass", "R-1", ANA, person="ben")
    await town.wait(2)
    await town.send("undo", "R-1", ANA)
    assert len(town.in_thread(place)) == 1


async def test_an_observers_undo_gives_nobody_a_request_back_that_lapsed() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(42)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.wait(4)  # 10:45: Ana's word is missed, and the pair is told
    assert (await town.request()).status is Status.OPEN
    rung = len(town.to(BEN))
    await town.send("undo", "R-1", DILAN)
    await town.wait(1)
    assert len(town.to(BEN)) == rung


async def test_undo_of_same_as_shows_the_follow_up_on_the_first_card_again() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("and the scanner")
    assert "and the scanner" in town.card("R-1")
    await town.post("all dead", TOM)
    await town.send("same", "R-1", ANA, lead="R-3")
    await town.send("undo", "R-1", ANA)
    assert "and the scanner" in town.card("R-1")


async def test_a_second_suggestion_that_is_taken_back_is_gone_from_the_pairs_chats() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("suggest", "R-1", DILAN, text="first idea")
    await town.wait(2)
    await town.send("suggest", "R-1", DILAN, text="second idea")
    await town.send("undo", "R-1", DILAN)
    assert not any("second idea" in one for one in [one.text for one in town.to(ANA)])


async def test_a_question_to_the_team_in_their_own_chats_is_marked_when_taken_back() -> None:
    town = Town(team_channel="")
    await town.post("label printer down")
    await town.send("team", "R-1", ANA, text="who knows printers?", people="eva")
    await town.send("undo", "R-1", ANA)
    assert "took this back" in town.to(EVA)[-1].text


async def test_undo_is_no_way_round_the_fifteen_minutes_of_ask_the_team() -> None:
    more = tuple(person(name) for name in ("Hal H", "Ian I", "Jan J"))
    town = Town(people=(*TEAM, *more))
    await town.post("label printer down")
    await town.send("team", "R-1", ANA, text="who?", people="chen,eva,farid")
    await town.send("undo", "R-1", ANA)
    await town.send("team", "R-1", ANA, text="who?", people="hal,ian,jan")
    assert len(town.in_team_channel()) == 1


async def test_undo_of_a_split_never_leaves_a_matter_twice() -> None:
    town = Town()
    await town.post("printer\nscanner")
    await town.send("split", "R-1", ANA, text="printer\nscanner")
    await town.wait(6)
    await town.send("ask", "R-2", ANA, text="which?")
    await town.send("undo", "R-1", ANA)
    one, two = await town.requests()
    live = [(r.id, r.status, r.text) for r in (one, two) if r.status is not Status.CLOSED]
    assert len(live) == 1 or one.matter


async def test_a_reply_typed_in_the_thread_is_no_press_to_take_back() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(1)
    await town.reply(place, "looking into it", ANA)
    await town.wait(6)
    await town.press(Send, "R-1", ANA, step="undo", fields={})
    assert not town.in_thread(place)


async def test_what_followed_a_separate_matter_ends_with_its_lead_once_that_is_taken_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.post("and the scanner")
    await town.send("separate", "R-2", ANA)
    await town.post("and the scale")  # it goes with the scanner
    await town.send("undo", "R-2", ANA)
    assert (await town.request("R-3")).lead == "R-1"
    await town.press(Solve, "R-1", OLGA)
    assert [one.status for one in await town.requests()] == [Status.CLOSED] * 3


async def test_undo_does_not_remind_the_requester_again() -> None:
    town = Town("2026-11-23 09:00")
    await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Since when?")
    await town.until("2026-11-23 12:58")
    await town.send("team", "R-1", ANA, text="Who knows it?")
    await town.until("2026-11-23 13:01")
    assert (await town.send("undo", "R-1", ANA)).startswith("Taken back.")
    wait = (await town.request()).wait
    assert wait is not None
    assert wait.remind_at is None  # it was at 13:00


async def test_undo_does_not_ask_the_claimer_again_for_the_same_word() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(28)
    await town.send("team", "R-1", ANA, text="Who knows it?")
    await town.wait(5)
    assert (await town.send("undo", "R-1", ANA)).startswith("Taken back.")
    await town.until("2026-11-23 10:45")
    assert (await town.request()).status is Status.OPEN


async def test_not_solved_opens_what_the_clock_closed_since_the_pressers_last_act() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Since when?")
    await town.until("2026-11-25 09:55")
    await town.send("team", "R-1", ANA, text="Who knows it?")
    await town.wait(6)
    assert (await town.request()).outcome is Outcome.NO_REPLY
    await town.press(Reopen, "R-1", ANA)
    assert (await town.request()).status is Status.OPEN


async def test_undo_of_an_end_asks_for_the_next_word_in_the_words_that_it_was_asked_for() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", BEN)
    await town.wait(31)
    (asked,) = town.to(BEN)
    before = asked.text
    await town.press(Solve, "R-1", BEN)
    await town.send("undo", "R-1", BEN)
    assert asked.text == before


UNDONE = [
    ("phone", {"text": "We spoke.", "then": "closed"}),
    ("phone", {"text": "We spoke.", "then": "30"}),
    ("ask", {"text": "Since when?"}),
    ("promise", {"until": "60"}),
    ("same", {"lead": "R-2"}),
    ("close", {"outcome": "answered"}),
    ("solve", {}),
]


@pytest.mark.parametrize(("step", "fields"), UNDONE)
async def test_who_was_told_what_a_colleague_did_with_their_request_sees_that_it_was_taken_back(
    step: str, fields: dict[str, str]
) -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("scanner", TOM)
    await town.press(Claim, "R-1", ANA)
    if step == "solve":
        await town.press(Solve, "R-1", BEN)
    else:
        await town.send(step, "R-1", BEN, choice="close" if step == "close" else "", **fields)
    (told,) = [message for message in town.to(ANA) if "R-1" in message.text and "copy:R-2" not in message.key]
    assert "Ben Okafor" in told.text
    assert (await town.send("undo", "R-1", BEN)).startswith("Taken back.")
    assert (await town.request()).claimer is not None
    assert "took this back" in told.text


async def test_what_undo_opens_again_while_all_on_duty_are_away_is_told_to_those_present() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("claim", "R-1", BEN)
    await town.send("back", "R-1", BEN)
    await town.wait(1)
    await town.press(Solve, "R-1", BEN)
    await town.write("away 45", ANA)
    await town.write("away 45", BEN)
    await town.send("undo", "R-1", BEN)
    assert "Everyone present has been told." in town.card()
    assert len(town.to(EVA)) == 1


async def test_on_a_german_desk_colleagues_read_in_english_what_was_taken_back_and_requesters_in_german() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    place = await town.post("Drucker druckt nicht")
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.send("undo", "R-1", DILAN)
    assert town.to(ANA)[-1].text == "Dilan Kaya took this back."
    await town.send("team", "R-1", ANA, text="who knows?", people="eva")
    await town.send("undo", "R-1", ANA)
    assert town.in_team_channel()[-1].text.endswith("who knows? (Ana Lindqvist took this back.)")
    await town.send("reply", "R-1", ANA, text="Bitte neu starten.")
    await town.send("undo", "R-1", ANA)
    assert "Ana Lindqvist hat das zurückgenommen." in town.in_thread(place)[-1]
