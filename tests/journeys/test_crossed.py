"""Where one rule meets another: follow-ups that come back, undo after an edit, colleagues who ask, passers-by."""

from datetime import timedelta

import pytest

from bot.events import Claim, GoOn, Open, Reopen, Separate, Solve
from bot.rota.shift import Role, Shift
from bot.support.request import Outcome, Status
from bot.views import Line, Mention
from tests.journeys.test_raising import CHAT, chosen_and_sent
from tests.journeys.town import ANA, BEN, DILAN, EVA, FARID, ITERATION, OLGA, TOM, TRIAGE, Town, plain, said, shifts

PRINTER, SCANNER = "label printer down", "and the scanner too"


async def test_a_follow_up_that_comes_back_when_its_lead_is_closed_goes_its_own_way() -> None:
    town = Town()
    await town.post(PRINTER)
    second = await town.post(SCANNER)
    await town.wait(1)
    await town.delete(second)
    await town.press(Solve, "R-1", OLGA)
    await town.wait(1)
    await town.restore(second, SCANNER)
    request = await town.request("R-2")
    assert (request.status, request.lead) == (Status.OPEN, "")
    await town.press(Claim, "R-2", ANA)
    assert town.card("R-2").startswith("Ana Lindqvist is looking into it.")


async def test_undo_of_separate_matter_after_its_lead_is_closed_lets_it_end_with_that() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.post(SCANNER)
    await town.press(Separate, "R-2", OLGA)
    await town.press(Solve, "R-1", ANA)
    assert "Taken back" in await town.send("undo", "R-2", OLGA)
    assert (await town.request("R-2")).outcome is Outcome.DUPLICATE
    assert "Solved." in said(await town.press(Claim, "R-2", ANA))


async def test_undo_leaves_what_the_requester_has_edited_meanwhile() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(1)
    await town.edit(place, "two label printers down")
    await town.send("undo", "R-1", ANA)
    request = await town.request()
    assert (request.status, request.text) == (Status.OPEN, "two label printers down")


async def test_undo_brings_no_deleted_words_back_nor_what_was_withdrawn() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.wait(1)
    await town.delete(place)
    assert (await town.send("undo", "R-1", DILAN)).startswith("That can't be taken back any more")
    request = await town.request()
    assert (request.outcome, request.text, request.before) == (Outcome.WITHDRAWN, "", None)


async def test_undo_of_a_claim_gives_the_copies_their_buttons_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.wait(2)
    (copy,) = town.to(BEN)
    await town.press(Claim, "R-1", ANA)
    assert "[I'm looking into it]" not in copy.text
    await town.send("undo", "R-1", ANA)
    assert "[I'm looking into it]" in copy.text
    assert len(town.to(BEN)) == 1


async def test_undo_of_same_as_gives_its_followers_back() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.post(SCANNER)
    await town.post("all printers are gone", TOM)
    await town.send("same", "R-1", ANA, lead="R-3")
    await town.send("undo", "R-1", ANA)
    assert [one.lead for one in await town.requests()] == ["", "R-1", ""]
    assert (await town.request("R-3")).followers == ()
    assert (await town.request("R-1")).followers == ("R-2",)


async def test_a_suggestion_that_is_taken_back_is_gone_from_the_pairs_chats() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.send("undo", "R-1", DILAN)
    assert town.to(ANA)[-1].text == "Dilan Kaya took this back."
    answer = await town.press(Open, "R-1", ANA, step="reply", choice="suggestion")
    assert said(answer) == "This suggestion does not stand any more: see Support…."


async def test_a_colleague_who_asked_is_heard_in_their_own_thread() -> None:
    town = Town()
    place = await town.post("request: staging is red", EVA)
    await town.send("ask", "R-1", ANA, text="Since when?")
    await town.reply(place, "since noon", EVA)
    assert (await town.request()).wait is None
    assert town.to(ANA)[-1].text.startswith("Eva Novak answered you")
    await town.press(Solve, "R-1", ANA)
    await town.wait(11)
    await town.reply(place, "still red", EVA)
    assert (await town.request()).status is Status.OPEN


async def test_who_answered_for_the_requester_is_named() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.reply(place, "the third", TOM)
    assert town.to(ANA)[-1].text.startswith("Tom Reuter answered you\nOlga Brandt · R-1\nthe third")


async def test_what_is_passed_on_to_somebody_already_called_rings_again() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.wait(3.5)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    assert len(town.to(BEN)) == 2
    told = town.to(BEN)[1].text
    assert told.startswith("Ana Lindqvist passed this on to you\n")
    assert "Ana Lindqvist adds: yours" in told


async def test_a_question_is_waited_for_after_a_long_pause_with_its_reminder_first() -> None:
    town = Town(team=tuple(one for week in range(3) for one in shifts(ITERATION + timedelta(days=7 * week))))
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.sleep_until("2026-11-30 09:30")
    assert "can you answer" in town.in_thread(place)[-1]
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-30 13:31")
    assert (await town.request()).outcome is Outcome.NO_REPLY


async def test_matters_split_off_a_question_have_words_of_their_own_to_wait_for() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.send("split", "R-1", ANA, text="Printer of Miller\nScanner")
    assert [one.wait is None for one in await town.requests()] == [False, True]
    await town.wait(1)
    await town.delete(place)
    assert [(one.text, one.matter) for one in await town.requests()] == [("", ""), ("", "")]


async def test_an_answer_off_duty_can_be_adopted_when_the_request_is_open_again() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA)
    (copy,) = town.to(BEN)
    await town.reply(place, "restart the spooler", EVA)
    assert "[Adopt Eva Novak's answer]" in copy.text
    await town.wait(15)
    assert town.in_thread(place) == []


async def test_a_suggestion_reaches_the_pair_when_the_claimer_is_away_and_forms_of_what_is_closed_stay_shut() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.write("away 30", ANA)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    assert len(town.to(BEN)) == 1
    await town.press(Solve, "R-1", OLGA)
    assert await town.press_open("reply", "R-1", BEN) == "R-1 is already closed, by Olga Brandt."
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    assert (await town.request()).status is Status.OPEN


async def test_whoever_was_called_three_times_is_named_in_the_threads_line_without_a_fourth_call() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(3.5)
    await town.send("pass", "R-1", ANA, person="ben")
    await town.wait(1.5)
    (line,) = [one.view for one in town.teams.sent if one.place == place and one.key.startswith("line:")]
    assert isinstance(line, Line)
    assert line.plain == "No answer yet. Calling Ben Okafor again."
    assert [part.id for part in line.parts if isinstance(part, Mention)] == []


async def test_whoever_was_called_three_times_is_not_asked_to_adopt() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(3.5)
    await town.send("pass", "R-1", ANA, person="ben")
    await town.reply(place, "restart it", EVA)
    await town.wait(1.5)
    assert [len(town.to(one)) for one in (ANA, BEN)] == [1, 2]


async def test_what_was_passed_on_to_somebody_is_not_passed_on_to_them_again() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("pass", "R-1", ANA, person="ben")
    answer = await town.send("pass", "R-1", ANA, person="ben", note="yours, I think")
    assert answer.startswith("Ben Okafor was called before; what you add stands on their copy.")
    (told,) = town.to(BEN)
    assert "Ana Lindqvist adds: yours, I think" in told.text


async def test_what_is_passed_on_rings_though_something_else_was_told_a_moment_ago() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.wait(2)
    await town.post("printer broken in Kiel", TOM)
    await town.send("pass", "R-2", ANA, person="ben", note="yours")
    assert [told.text.split("\n")[0] for told in town.to(BEN)] == [
        "Olga Brandt is waiting for an answer",
        "Ana Lindqvist passed this on to you",
    ]


async def test_passing_on_that_is_taken_back_is_seen_on_the_copy() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.send("undo", "R-1", ANA)
    (told,) = town.to(BEN)
    assert told.text.startswith("Ana Lindqvist took back that you were passed this")
    assert "yours" not in told.text


async def test_matters_of_one_thread_that_nobody_answers_have_one_line_between_them() -> None:
    town = Town()
    place = await town.post("printer down\ntour 12 is missing")
    await town.send("split", "R-1", ANA, text="printer\ntour")
    await town.wait(60)
    await town.until("2026-11-23 11:30")
    assert [line.split("@")[0] for line in town.in_thread(place)] == ["Still open. Calling "]


async def test_the_second_clock_calls_the_team_in_its_channel_alone() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(120)
    assert len(town.in_team_channel()) == 1
    assert [town.to(one) for one in (EVA, FARID)] == [[], []]


async def test_a_word_in_the_thread_does_not_shorten_a_promise() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.send("reply", "R-1", ANA, text="the part comes tomorrow", until="next day")
    await town.wait(5)
    await town.reply(place, "It is the fuser, I think.", BEN)
    await town.wait(31)
    assert not town.to(ANA)


async def test_a_reply_of_triage_does_not_shorten_a_promise() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("promise", "R-1", ANA, until="next day")
    leaf = next(one for one in TRIAGE.leaves.values() if one.then and one.needs.value in ("nothing", "words"))
    await town.send("leaf", "R-1", ANA, choice=leaf.id, text="it is a bug")
    assert "Tue 24 Nov, 18:00" in town.card()


async def test_who_passed_a_request_on_has_reacted() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(1)
    await town.send("pass", "R-1", ANA, person="ben")
    await town.wait(5)
    assert not town.to(ANA)


async def test_one_answer_to_several_matters_rings_once() -> None:
    town = Town()
    place = await town.post("a\nb\nc\nd\ne")
    await town.send("split", "R-1", ANA, text="a\nb\nc\nd\ne")
    for number in range(1, 6):
        await town.send("ask", f"R-{number}", ANA, text="which?")
    await town.wait(5)
    await town.reply(place, "the third", OLGA)
    assert len(town.to(ANA)) == 1


async def test_a_second_suggestion_is_read_where_the_first_was_after_a_restart_too() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="first idea")
    await town.restart()
    await town.send("suggest", "R-1", DILAN, text="second idea")
    (told,) = town.to(ANA)
    assert "second idea" in told.text


async def test_a_second_observers_suggestion_takes_not_the_place_of_the_first() -> None:
    town = Town(team=(*shifts(), Shift(ITERATION, "eva", Role.OBSERVER)))
    await town.post(PRINTER)
    await town.send("suggest", "R-1", DILAN, text="first idea")
    await town.send("suggest", "R-1", EVA, text="second idea")
    first, second = town.to(ANA)
    assert ("first idea" in first.text, "second idea" in second.text) == (True, True)
    menu = plain(await town.open("support", "R-1", ANA))
    assert "Dilan Kaya suggests: first idea\nEva Novak suggests: second idea" in menu
    (use,) = first.view.entries[0].opens  # type: ignore[union-attr]
    assert (await town.open(use.step, "R-1", ANA, use.choice)).fields[0].value == "first idea"
    await town.send("undo", "R-1", EVA)
    assert ("first idea" in first.text, second.text) == (True, "Eva Novak took this back.")


@pytest.mark.parametrize("act", ["promise", "30 min more", "a word in the thread", "a question"])
async def test_a_suggestion_stands_until_the_request_is_answered(act: str) -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("suggest", "R-1", DILAN, text="restart it")
    (told,) = town.to(BEN)
    match act:
        case "promise":
            await town.send("promise", "R-1", ANA, until="60")
        case "30 min more":
            await town.press(GoOn, "R-1", ANA)
        case "a question":
            await town.send("ask", "R-1", ANA, text="Since when?")
        case _:
            await town.reply(place, "one moment", ANA)
    assert "Dilan Kaya suggests: restart it" in plain(await town.open("support", "R-1", ANA))
    (use,) = told.view.entries[0].opens  # type: ignore[union-attr]
    assert (await town.open(use.step, "R-1", BEN, use.choice)).fields[0].value == "restart it"
    await town.send("reply", "R-1", ANA, text="Restart it.")
    assert told.text == "Ana Lindqvist answered Olga Brandt."
    assert "taken back" not in said(await town.press(Open, "R-1", BEN, step=use.step, choice=use.choice))


async def test_suggestions_have_an_end() -> None:
    town = Town()
    await town.post("label printer down")
    for number in range(5):
        await town.send("suggest", "R-1", DILAN, text=f"idea {number}")
        await town.wait(0.2)
    assert len(town.to(ANA)) <= 3


async def test_when_all_go_away_those_present_are_told_at_once() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA)
    await town.write("away 60", ANA)
    await town.write("away 60", BEN)
    await town.wait(10)
    assert town.to(EVA)


async def test_raised_for_you_waits_for_the_morning() -> None:
    town = Town("2026-11-23 20:00")
    await chosen_and_sent(town, CHAT, EVA)
    night = [(one.place, one.text) for one in town.teams.sent if one.place == "person:olga"]
    assert not night


async def test_the_end_of_a_pause_is_not_told_to_an_admin_who_is_away() -> None:
    town = Town()
    await town.write("pause 10:30", FARID)
    await town.write("away 120", FARID)
    before = len(town.to(FARID))
    await town.wait(40)
    assert len(town.to(FARID)) == before


async def test_thanks_to_an_adviser_that_a_pause_swallowed_are_not_counted_as_said() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.write("pause", FARID)
    await town.reply(place, "restart it", EVA)
    await town.write("resume", FARID)
    await town.reply(await town.post("scanner down", TOM), "restart it too", EVA)
    assert town.to(EVA)


async def test_a_colleague_who_asked_is_not_said_to_have_been_called() -> None:
    town = Town()
    await town.post("scanner down", TOM)
    await town.wait(11)
    await town.post("request: my laptop", ANA)
    await town.wait(70)
    late = [one.text for one in town.to(EVA)][-1]
    assert "Ana Lindqvist and Ben Okafor have been called" not in late


async def test_whoever_was_called_three_times_reads_what_is_passed_on_where_they_were_called() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(5.5)
    assert "@Ben" in town.in_thread(place)[0]
    answer = await town.send("pass", "R-1", ANA, person="ben", note="yours, I think")
    assert answer.startswith("Ben Okafor was called before; what you add stands on their copy.")
    (told,) = town.to(BEN)
    assert "Ana Lindqvist adds: yours, I think" in told.text
