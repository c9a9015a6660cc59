"""After the claim: the next word, waiting for the requester, opening again, and colleagues who answer off duty."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.events import Adopt, Claim, GoOn, Open, Reopen, Solve
from bot.people import Author, Person
from bot.policy import Language, Policy
from bot.rota.shift import Absence, Role, Shift
from bot.support.request import NextWord, Outcome, Status
from bot.views import NoticeCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, ITERATION, OLGA, TOM, Town, at, plain, said, shifts

PRINTER = "label printer down"
WEEKS = tuple(one for week in range(4) for one in shifts(ITERATION + timedelta(days=7 * week)))


async def claimed(now: str = "2026-11-23 10:00", **more: object) -> Town:
    """Return a town in which Ana has R-1 since `now`."""
    town = Town(now, **more)  # type: ignore[arg-type]
    await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    return town


@pytest.mark.parametrize(
    ("until", "by"),
    [
        ("30", "2026-11-23 10:30"),
        ("60", "2026-11-23 11:00"),
        ("today", "2026-11-23 18:00"),
        ("next day", "2026-11-24 18:00"),
        ("for ever", "2026-11-23 10:30"),
    ],
)
async def test_a_promise_says_until_when_the_requester_hears_more(until: str, by: str) -> None:
    town = await claimed()
    await town.send("promise", "R-1", ANA, until=until)
    assert (await town.request()).word == NextWord(at(by))
    assert "You'll hear more by" in town.card()


async def test_the_claimer_is_asked_once_for_the_next_word_and_fifteen_minutes_later_it_is_open_again() -> None:
    town = await claimed()
    await town.wait(29.9)
    assert town.to(ANA) == []
    await town.wait(0.1)
    (asked,) = town.to(ANA)
    assert asked.text.startswith(
        "Olga Brandt was to hear more from you by 10:30\nOlga Brandt · R-1\n"
        "label printer down\nMore was promised by 10:30. From 10:45 it is open again\n"
    )
    assert town.to(BEN) == []
    await town.wait(14.9)
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.wait(0.1)
    request = await town.request()
    assert (request.status, request.claimer, request.due_at) == (Status.OPEN, None, at("2026-11-23 10:05"))
    assert "will follow up by 11:00" in town.card()
    assert [message.text.split("\n")[0] for message in town.to(BEN)] == [
        "Olga Brandt was to hear more from Ana Lindqvist"
    ]


@pytest.mark.parametrize(
    ("language", "reads"),
    [
        (Language.ENGLISH, "You were to hear more by 10:30. Ana Lindqvist has been reminded."),
        (Language.GERMAN, "Bis 10:30 solltest du mehr hören. Ana Lindqvist wurde erinnert."),
    ],
)
async def test_a_promise_that_has_passed_stands_in_the_past_on_the_requesters_card(
    language: Language, reads: str
) -> None:
    town = await claimed(policy=Policy(language=language))
    await town.wait(30)
    assert reads in town.card()
    await town.press(GoOn, "R-1", ANA)
    assert "You'll hear more by 11:00." in town.card() or "Bis 11:00 hörst du mehr." in town.card()


async def test_thirty_minutes_more_is_one_press_and_the_question_is_settled_by_it() -> None:
    town = await claimed()
    await town.wait(30)
    (asked,) = town.to(ANA)
    await town.press(GoOn, "R-1", ANA, card=asked.key)
    assert asked.text.startswith("Ana Lindqvist has it; Olga Brandt hears more by 11:00")
    assert "You'll hear more by 11:00." in town.card()
    await town.press(GoOn, "R-1", ANA, card=asked.key)
    await town.wait(29)
    assert len(town.to(ANA)) == 1
    await town.press(Solve, "R-1", OLGA)
    assert "Solved." in said(await town.press(GoOn, "R-1", ANA))


async def test_whoever_promises_more_sees_until_when() -> None:
    town = await claimed()
    answer = await town.send("promise", "R-1", ANA, until="60")
    assert answer.startswith("Promised.\nR-1: Ana Lindqvist has it; Olga Brandt hears more by 11:00.")


async def test_others_do_not_read_on_their_copies_that_a_promise_is_overdue() -> None:
    town = Town()
    await town.post(PRINTER)
    await town.wait(12)
    await town.press(Claim, "R-1", ANA)
    await town.wait(31)
    assert town.in_team_channel()[0].text.startswith("Ana Lindqvist has it\n")
    assert town.to(BEN)[0].text.startswith("Ana Lindqvist has it\n")


async def test_a_word_of_the_claimer_in_the_thread_is_the_next_word() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.wait(20)
    await town.reply(place, "found the cable", ANA)
    assert "You'll hear more by 10:50." in town.card()
    await town.wait(5)
    await town.reply(place, "it was me who took it", BEN)
    request = await town.request()
    assert (request.claimer and request.claimer.id, request.word) == ("ana", NextWord(at("2026-11-23 10:55")))


async def test_a_word_promised_for_the_evening_is_asked_for_at_the_next_opening() -> None:
    town = await claimed()
    await town.send("promise", "R-1", ANA, until="today")
    await town.until("2026-11-24 08:59")
    assert town.to(ANA) == []
    await town.until("2026-11-24 09:00")
    (asked,) = town.to(ANA)
    assert asked.text.startswith("Olga Brandt was to hear more from you by Mon 23 Nov, 18:00")
    assert "From 09:15 it is open again" in asked.text


async def test_a_claimer_who_is_away_when_the_word_is_due_is_not_asked_and_the_pair_is_told() -> None:
    town = await claimed(absences=(Absence("ana", at("2026-11-23 10:20"), at("2026-11-24 00:00")),))
    await town.wait(30)
    assert town.to(ANA) == []
    assert (await town.request()).status is Status.OPEN
    assert "who is away" in town.to(BEN)[0].text


async def test_after_a_question_nobody_is_nagged_and_the_requester_is_reminded_once_and_then_it_closes() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    assert town.card().startswith("Ana Lindqvist has a question for you.\nAs soon as you answer here, we go on. · R-1")
    await town.until("2026-11-23 13:59")
    assert len(town.in_thread(place)) == 1
    await town.until("2026-11-23 14:00")
    assert town.in_thread(place)[1:] == ["@Olga Brandt, can you answer Ana Lindqvist's question? Then we can go on."]
    await town.until("2026-11-25 09:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-25 10:00")
    request = await town.request()
    assert (request.status, request.outcome) == (Status.CLOSED, Outcome.NO_REPLY)
    assert town.card().startswith("Closed, since we heard nothing more.")
    assert "Not solved" in said(await town.press(Open, "R-1", ANA, step="support"))
    assert "Closed: Olga Brandt did not answer" in said(await town.press(Open, "R-1", ANA, step="support"))
    assert [one.key for one in (*town.to(ANA), *town.to(BEN)) if not one.key.startswith("start:")] == []
    assert len(town.in_thread(place)) == 2


async def test_a_colleague_who_asked_and_is_away_is_reminded_without_a_mention() -> None:
    town = Town(absences=(Absence("eva", at("2026-11-23 10:20"), at("2026-11-24 00:00")),))
    place = await town.post("request: the staging data", EVA)
    await town.send("ask", "R-1", ANA, text="Which?")
    await town.until("2026-11-23 14:00")
    assert town.in_thread(place)[1].startswith("Eva Novak, can you answer")


async def test_an_answer_ends_the_waiting_and_tells_whoever_asked() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.wait(60)
    await town.reply(place, "the one at the dock", OLGA)
    (told,) = town.to(ANA)
    assert told.text.startswith("Olga Brandt answered you\nOlga Brandt · R-1\nthe one at the dock")
    assert "Ana Lindqvist is looking into it.\nYou'll hear more by 11:30." in town.card()
    await town.until("2026-11-23 15:00")
    assert (await town.request()).status is Status.OPEN


async def test_whoever_asked_beside_the_claimer_hears_that_they_were_answered() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", BEN, text="Which one?")
    await town.reply(place, "the one at the dock", OLGA)
    assert town.to(ANA)[-1].text.startswith("Olga Brandt answered Ben Okafor\n")
    (told,) = town.to(BEN)
    assert told.text == "Olga Brandt answered you: Olga Brandt · R-1. Ana Lindqvist has it."


@pytest.mark.parametrize("who", ["ana", "ben"])
async def test_whoever_is_away_hears_no_answer_and_of_what_opens_again_nobody_hears_twice(who: str) -> None:
    town = Town(absences=(Absence(who, at("2026-11-23 10:20"), at("2026-11-24 00:00")),))
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", BEN, text="Which one?")
    await town.wait(25)
    before = len(town.teams.sent)
    await town.reply(place, "the one at the dock", OLGA)
    (told,) = town.teams.sent[before:]
    assert told.place == ("person:ben" if who == "ana" else "person:ana")


async def test_anybody_outside_the_team_may_answer_for_the_requester() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.reply(place, "the one at the dock", TOM)
    assert (await town.request()).wait is None


async def test_an_answer_to_somebody_who_is_away_opens_it_for_the_pair() -> None:
    town = Town(absences=(Absence("ana", at("2026-11-23 10:20"), at("2026-11-24 00:00")),))
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.wait(30)
    await town.reply(place, "the one at the dock", OLGA)
    assert (await town.request()).status is Status.OPEN
    assert town.to(ANA) == []
    assert town.to(BEN)[0].text.startswith("Olga Brandt answered, and Ana Lindqvist is away")


async def test_an_answer_at_night_ends_the_waiting_and_calls_nobody() -> None:
    town = Town("2026-11-23 17:50")
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.until("2026-11-23 20:00")
    await town.reply(place, "the one at the dock", OLGA)
    assert town.to(ANA) == []
    await town.until("2026-11-24 09:00")
    (told,) = town.to(ANA)
    assert told.text.startswith("Olga Brandt answered (Mon 23 Nov, 20:00)\nOlga Brandt · R-1\nthe one at the dock")
    assert "[Support…]" in told.text
    await town.until("2026-11-24 09:29")
    assert len(town.to(ANA)) == 1
    await town.until("2026-11-24 09:30")
    assert town.to(ANA)[1].text.startswith("Olga Brandt was to hear more from you by 09:30")


@pytest.mark.parametrize("asker", [ANA, BEN])
async def test_all_that_was_answered_at_night_is_told_in_the_morning_to_whoever_asked_too(asker: Person) -> None:
    town = Town("2026-11-23 17:50")
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", asker, text="which one?")
    await town.until("2026-11-23 18:30")
    await town.reply(place, "the one in hall 3", TOM)
    await town.reply(place, "and it smells of smoke", OLGA)
    before = [len(town.to(one)) for one in (ANA, BEN)]
    await town.until("2026-11-24 09:05")
    assert [len(town.to(one)) - count for one, count in zip((ANA, BEN), before, strict=True)] == [1, asker is BEN]
    told = town.to(ANA)[-1].text
    assert told.startswith("2 answers for you\n")
    assert "the one in hall 3" in told
    assert "and it smells of smoke" in told
    if asker is BEN:
        assert town.to(BEN)[-1].text == "Tom Reuter answered you: Olga Brandt · R-1. Ana Lindqvist has it."


async def test_an_answer_at_night_says_who_gave_it_and_to_whom() -> None:
    town = Town("2026-11-23 17:50")
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", BEN, text="which one?")
    await town.until("2026-11-23 18:30")
    await town.reply(place, "the one in hall 3", TOM)
    await town.until("2026-11-24 09:05")
    assert town.to(ANA)[-1].text.startswith("Tom Reuter answered Ben Okafor (Mon 23 Nov, 18:30)\n")


async def test_several_answers_at_night_to_somebody_away_in_the_morning_open_it_once() -> None:
    absences = (Absence("ana", at("2026-11-24 00:00"), at("2026-11-25 00:00")),)
    town = Town("2026-11-23 17:50", absences=absences)
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", ANA, text="which one?")
    await town.until("2026-11-23 18:30")
    await town.reply(place, "the one in hall 3", OLGA)
    await town.reply(place, "and it smells of smoke", OLGA)
    await town.until("2026-11-24 09:05")
    told = town.to(BEN)[-1].text
    assert "hall 3" in told
    assert "smoke" in told


async def test_an_answer_at_night_to_somebody_away_in_the_morning_opens_it_for_the_pair() -> None:
    town = Town("2026-11-23 17:50", absences=(Absence("ana", at("2026-11-24 00:00"), at("2026-11-25 00:00")),))
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.until("2026-11-23 20:00")
    await town.reply(place, "the one at the dock", OLGA)
    await town.until("2026-11-24 09:00")
    assert town.to(ANA) == []
    assert town.to(BEN)[0].text.startswith("Olga Brandt answered, and Ana Lindqvist is away")


async def test_an_answer_in_a_pause_is_told_when_it_ends_and_then_half_an_hour_is_left() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.write("pause", FARID)
    await town.reply(place, "the one at the dock", OLGA)
    await town.wait(90)
    await town.restart()
    assert town.to(ANA) == []
    await town.write("resume", FARID)
    await town.wait(29)
    assert [told.text.split("\n")[0] for told in town.to(ANA)] == ["Olga Brandt answered (10:00)"]
    await town.wait(1)
    assert len(town.to(ANA)) == 2


async def test_whoever_goes_on_by_themselves_at_night_is_not_told_again_in_the_morning() -> None:
    town = Town("2026-11-23 17:50")
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.until("2026-11-23 20:00")
    await town.reply(place, "the one at the dock", OLGA)
    await town.send("reply", "R-1", ANA, text="Thank you.", until="today")
    await town.until("2026-11-24 17:59")
    assert town.to(ANA) == []


@pytest.mark.parametrize(
    "words",
    [
        *(
            "still broken",
            "it's back, sorry",
            "😢 printer again",
            "Danke, geht aber noch nicht",
            "thanks, but it is down",
        ),
        *("Danke. Der Scanner spinnt", "works, but only for me", "thanks! who fixed it?", "does not work"),
        *("is it fixed now", "geht es jetzt wieder", "thanks, help", "ok it did it again"),
    ],
)
async def test_words_after_closing_open_it_again_and_tell_the_last_claimer(words: str) -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", ANA)
    await town.wait(60)
    await town.reply(place, words, OLGA)
    assert (await town.request()).status is Status.OPEN
    assert "will follow up by 11:15" in town.card()
    assert town.to(ANA)[0].text.startswith("Olga Brandt says it is not solved")
    assert town.to(BEN) == []
    await town.wait(15)
    assert "Still open." in town.in_thread(place)[-1]
    await town.wait(10)
    assert len(town.in_team_channel()) == 1


@pytest.mark.parametrize(
    "words",
    [
        *("thanks!", "Vielen Dank 🙂", "perfect, thank you Ana", "Thanks, that helps!", "Thank you so much, Ana!"),
        *("Perfect, works again, thanks", "Great, solved!", "Super, danke dir, passt jetzt", "Works.", "Ok, got it"),
        *("Danke, funktioniert wieder", "@Ana Lindqvist thanks!", "Alles klar, danke", "Thank you both"),
        *("Thanks a lot, I'll try that", "Will do, thanks", "that did the trick :)", "läuft wieder, danke euch"),
        *(
            "Danke euch beiden!",
            "tausend Dank",
            "Ok danke, schaue ich mir an",
            "kein Problem mehr, danke",
            "lifesaver!",
        ),
    ],
)
async def test_thanks_after_closing_open_nothing(words: str) -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Solve, "R-1", ANA)
    await town.reply(place, words, OLGA)
    assert [one.status for one in await town.requests()] == [Status.CLOSED]


async def thanked(by: Author | Person = OLGA) -> tuple[Town, str, str]:
    """Return a town in which somebody thanked at 10:20 for what was closed at 10:00, the thread, and the thanks."""
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Solve, "R-1", ANA)
    await town.wait(20)
    reply = await town.reply(place, "thanks", by)
    await town.wait(1)
    return town, place, reply


@pytest.mark.parametrize("by", [OLGA, TOM])
async def test_thanks_that_are_edited_into_words_open_it_again(by: Author) -> None:
    town, place, reply = await thanked(by)
    await town.edit(place, "thanks a lot", by, posted="2026-11-23 10:20", reply=reply)
    assert (await town.request()).status is Status.CLOSED
    await town.edit(place, "thanks, but it is down again", by, posted="2026-11-23 10:20", reply=reply)
    assert (await town.request()).status is Status.OPEN
    await town.wait(1)
    await town.edit(place, "thanks, but both are down again", by, posted="2026-11-23 10:20", reply=reply)
    assert [one.text for one in (await town.request()).handed] == ["thanks, but both are down again"]


@pytest.mark.parametrize("posted", ["2026-11-23 09:59", ""])
async def test_an_edit_of_words_that_are_older_than_the_end_opens_nothing(posted: str) -> None:
    town, place, reply = await thanked()
    await town.edit(place, "it is down, really", posted=posted, reply=reply)
    assert (await town.request()).status is Status.CLOSED


async def test_a_colleague_who_edits_a_reply_to_what_they_did_not_ask_opens_nothing() -> None:
    town, place, reply = await thanked(EVA)
    await town.edit(place, "you are welcome, it was the cable", EVA, posted="2026-11-23 10:20", reply=reply)
    assert (await town.request()).status is Status.CLOSED


async def test_a_reopened_request_goes_to_the_pair_when_its_last_claimer_is_not_on_duty() -> None:
    following = tuple(Shift(ITERATION + timedelta(days=7), who, Role.SUPPORT) for who in ("ben", "chen"))
    town = Town("2026-11-24 17:00", team=(*shifts(), *following))
    place = await town.post(PRINTER)
    await town.press(Solve, "R-1", ANA)
    await town.until("2026-11-25 10:00")
    await town.reply(place, "still broken", OLGA)
    assert [len(town.called(one)) for one in (ANA, BEN)] == [0, 1]


async def test_not_solved_opens_within_a_week_and_later_words_are_a_new_request_there() -> None:
    town = Town(team=WEEKS)
    place = await town.post(PRINTER)
    await town.press(Solve, "R-1", ANA)
    await town.until("2026-11-30 10:00")
    assert "will follow up by 10:15" in said(await town.press(Reopen, "R-1", OLGA))
    await town.press(Solve, "R-1", OLGA)
    await town.until("2026-12-07 10:01")
    assert said(await town.press(Reopen, "R-1", OLGA)).startswith("That was closed more than a week ago.")
    assert await town.send("reopen", "R-1", OLGA) == said(await town.press(Reopen, "R-1", OLGA))
    await town.reply(place, "broken again", OLGA)
    assert [(one.status, one.text) for one in await town.requests()] == [
        (Status.CLOSED, PRINTER),
        (Status.OPEN, "broken again"),
    ]


async def test_not_solved_is_offered_for_a_week_and_not_of_what_was_withdrawn() -> None:
    town = Town(team=WEEKS)
    await town.post(PRINTER)
    await town.press(Solve, "R-1", ANA)
    gone = await town.post("scanner", TOM)
    await town.delete(gone)
    await town.until("2026-11-30 10:00")
    for who in (ANA, OLGA):
        assert "[Not solved]" in plain(await town.open("support", "R-1", who))
    for who in (ANA, TOM):
        assert "[Not solved]" not in plain(await town.open("support", "R-2", who))
    await town.until("2026-11-30 10:01")
    for who in (ANA, OLGA):
        assert "[Not solved]" not in said(await town.press(Open, "R-1", who, step="support"))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.ENGLISH, "That was withdrawn. Please post it again."),
        (Language.GERMAN, "Das wurde zurückgezogen. Bitte schreib einen neuen Beitrag."),
    ],
)
async def test_not_solved_on_what_was_withdrawn_says_so(language: Language, told: str) -> None:
    town = Town(policy=Policy(language=language))
    place = await town.post(PRINTER)
    await town.delete(place)
    assert said(await town.press(Reopen, "R-1", OLGA)) == told


async def test_not_solved_on_what_is_open_shows_how_it_stands_and_strangers_may_not() -> None:
    town = await claimed()
    assert "is looking into it" in said(await town.press(Reopen, "R-1", OLGA))
    await town.press(Solve, "R-1", OLGA)
    assert said(await town.press(Reopen, "R-1", TOM)).startswith("Olga Brandt, who asked, can do this")


async def test_what_was_dismissed_and_never_answered_opens_again_under_the_first_clock() -> None:
    town = Town()
    place = await town.post("anyone for lunch")
    await town.send("dismiss", "R-1", ANA)
    await town.wait(30)
    await town.reply(place, "no, the label printer is down", OLGA)
    request = await town.request()
    assert request.clock is not None
    assert (request.status, request.clock.second) == (Status.OPEN, False)
    assert "will answer by 10:35" in town.card()


async def test_a_clock_that_starts_anew_calls_anew() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(6)
    await town.press(Solve, "R-1", OLGA)
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    await town.wait(6)
    assert [len(town.to(one)) for one in (ANA, BEN)] == [2, 2]
    assert len(town.in_thread(place)) == 2


async def test_words_heard_late_from_before_the_end_open_nothing() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(5)
    await town.press(Solve, "R-1", ANA)
    await town.reply(place, "it prints nonsense", OLGA, happened="2026-11-23 10:03")
    assert [one.status for one in await town.requests()] == [Status.CLOSED]


async def test_an_answer_off_duty_may_be_adopted_with_one_press_and_that_is_the_first_response() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.reply(place, "restart the spooler", EVA)
    await town.wait(2)
    (copy,) = town.to(BEN)
    assert "Eva Novak answered in the thread, but is not on duty" in copy.text
    assert "[Adopt Eva Novak's answer]" in copy.text
    assert "Ben Okafor has it" in said(await town.press(Adopt, "R-1", BEN, card=copy.key))
    request = await town.request()
    assert (request.responder and request.responder.id, request.status) == ("ben", Status.ACKNOWLEDGED)
    assert "Ben Okafor has it" in said(await town.press(Adopt, "R-1", ANA, card=town.to(ANA)[0].key))
    assert said(await town.press(Adopt, "R-1", EVA, place=place)).startswith("Ben Okafor is looking")


async def test_an_answer_that_its_writer_deleted_cannot_be_adopted_and_one_that_was_edited_can() -> None:
    town = Town()
    place = await town.post(PRINTER)
    reply = await town.reply(place, "restart tray 2", EVA)
    await town.wait(2)
    (copy,) = town.to(ANA)
    await town.edit(place, "restart tray 3", EVA, reply=reply)
    assert "[Adopt Eva Novak's answer]" in copy.text
    await town.delete(place, reply=reply)
    assert "Adopt" not in copy.text
    assert "will answer by" in said(await town.press(Adopt, "R-1", ANA))
    assert (await town.request()).status is Status.OPEN


async def test_undo_brings_no_deleted_answer_back_to_be_adopted() -> None:
    town = Town()
    place = await town.post(PRINTER)
    reply = await town.reply(place, "restart tray 2", EVA)
    await town.wait(2)
    await town.press(Claim, "R-1", ANA)
    await town.delete(place, reply=reply)
    await town.send("undo", "R-1", ANA)
    assert "Adopt" not in town.to(BEN)[0].text


async def test_who_left_the_team_and_asks_is_mentioned_by_the_reminder() -> None:
    left = replace(EVA, left=date(2026, 11, 1))
    town = Town("2026-11-23 09:00", people=(ANA, BEN, CHEN, left))
    place = await town.post(PRINTER, left)
    await town.send("ask", "R-1", ANA, text="Since when?")
    await town.wait(300)
    assert town.in_thread(place)[-1].startswith("@Eva Novak, can you answer")


async def test_who_is_not_on_duty_adopts_nothing() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.reply(place, "restart the spooler", EVA)
    assert "are on duty" in said(await town.press(Adopt, "R-1", FARID))


async def test_after_an_answer_off_duty_the_line_in_the_thread_becomes_a_personal_message() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.wait(3)
    await town.reply(place, "restart the spooler", EVA)
    assert "[Adopt Eva Novak's answer]" in town.to(ANA)[0].text
    await town.reply(place, "or the whole machine", EVA)
    await town.wait(2)
    assert town.in_thread(place) == []
    assert [len(town.to(one)) for one in (ANA, BEN, CHEN)] == [2, 2, 0]
    assert town.to(ANA)[1].text.startswith("Eva Novak answered Olga Brandt: adopt it, or answer yourself")
    assert "No answer" not in town.card()
    await town.wait(5)
    assert town.in_team_channel()[0].text.startswith("Eva Novak answered, but nobody on duty has adopted it; Ana")


async def test_who_answers_off_duty_is_asked_once_a_week_to_pass_it_on() -> None:
    town = Town(team=WEEKS)
    for _ in range(2):
        await town.reply(await town.post(PRINTER), "restart the spooler", EVA)
        await town.wait(20)
    asked = [message.text for message in town.to(EVA) if message.text.startswith("Thank you")]
    assert len(asked) == 1
    assert asked[0].startswith(
        "Thank you for helping Olga Brandt. Next time, please pass the answer to Ana Lindqvist and"
    )
    await town.until("2026-11-30 10:20")
    await town.reply(await town.post(PRINTER), "restart the spooler", EVA)
    assert [message.text[:9] for message in town.to(EVA)].count("Thank you") == 2


async def test_an_observer_is_no_adviser_and_nobody_on_duty_means_no_advice() -> None:
    town = Town()
    await town.reply(await town.post(PRINTER), "restart the spooler", DILAN)
    assert (await town.request()).advice is None
    town = Town(team=())
    await town.reply(await town.post(PRINTER), "restart the spooler", EVA)
    assert (await town.request()).claimer is not None


async def test_the_personal_message_for_a_word_is_for_one_person_and_has_its_buttons() -> None:
    town = await claimed()
    await town.wait(30)
    view = town.to(ANA)[0].view
    assert isinstance(view, NoticeCard)
    assert [button.title for button in (*view.entries[0].presses, *view.entries[0].opens)] == [
        "30 min more",
        "Support…",
    ]


async def test_the_button_for_more_time_says_how_much_it_promises() -> None:
    town = await claimed(policy=Policy(next_word=90))
    await town.wait(90)
    view = town.to(ANA)[0].view
    assert isinstance(view, NoticeCard)
    assert [button.title for button in view.entries[0].presses] == ["1 h 30 min more"]


async def test_words_due_at_once_are_asked_for_in_one_message() -> None:
    town = await claimed()
    await town.post("scanner down", TOM)
    await town.press(Claim, "R-2", ANA)
    await town.wait(30)
    (asked,) = town.to(ANA)
    assert asked.text.startswith("2 requests wait for you")


async def test_a_message_about_promises_does_not_say_that_somebody_waits_for_an_answer() -> None:
    town = await claimed()
    await town.post("scanner down", TOM)
    await town.press(Claim, "R-2", ANA)
    await town.wait(30)
    (asked,) = town.to(ANA)
    assert asked.text.startswith("2 requests wait for you\n")
    await town.press(Solve, "R-1", ANA)
    assert asked.text.startswith("1 of 2 still waits for you\n")


async def reopened_by_words() -> tuple[Town, str, str]:
    """Return a town in which a reply opened R-1 again, its thread, and the reply's id."""
    town = Town()
    place = await town.post(PRINTER)
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", ANA)
    await town.wait(30)
    return town, place, await town.reply(place, "it jams again, at tray 2", OLGA)


async def test_the_words_that_open_a_request_again_are_shown_to_whoever_has_it_next() -> None:
    town, _, _ = await reopened_by_words()
    assert "Olga Brandt adds: it jams again, at tray 2" in town.to(ANA)[0].text
    assert "Olga Brandt adds: it jams again, at tray 2" in plain(await town.open("support", "R-1", ANA))


async def test_words_that_are_kept_for_support_follow_their_edit_and_go_with_their_deletion() -> None:
    town, place, reply = await reopened_by_words()
    await town.edit(place, "it jams again, at tray 3", OLGA, reply=reply)
    assert "at tray 3" in town.to(ANA)[0].text
    await town.delete(place, reply=reply)
    assert "tray" not in town.to(ANA)[0].text


async def test_who_answers_after_it_was_given_up_is_not_said_to_complain() -> None:
    town = Town()
    place = await town.post(PRINTER)
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.wait(4 * 24 * 60)
    assert (await town.request()).outcome is Outcome.NO_REPLY
    await town.reply(place, "the one at the dock", OLGA)
    assert town.to(ANA)[-1].text.startswith("Olga Brandt answered after all")


@pytest.mark.parametrize(
    ("language", "card", "reminder", "closed"),
    [
        (
            Language.ENGLISH,
            "As soon as you answer here and mention me, we go on.",
            "can you answer Ana Lindqvist's question and mention me?",
            "Write here and mention me if it is still needed.",
        ),
        (
            Language.GERMAN,
            "Sobald du hier antwortest und mich erwähnst, geht es weiter.",
            "kannst du die Frage von Ana Lindqvist beantworten und mich erwähnen?",
            "Schreib hier und erwähne mich, wenn du es noch brauchst.",
        ),
    ],
)
async def test_a_bot_that_hears_only_mentions_asks_for_one_with_the_answer(
    language: Language, card: str, reminder: str, closed: str
) -> None:
    town = Town(policy=Policy(language=language))
    place = await town.post("label printer down", addressed=True)
    await town.send("ask", "R-1", ANA, text="Since when?")
    assert card in town.card()
    await town.wait(4 * 60 + 1)
    assert reminder in town.in_thread(place)[-1]
    await town.until("2026-11-26 10:00")
    assert closed in town.card()


async def test_a_bot_that_hears_every_post_asks_for_no_mention() -> None:
    town = Town()
    await town.post("label printer down", addressed=True)
    await town.post("the scanner is down", TOM)
    await town.send("ask", "R-1", ANA, text="Since when?")
    assert "As soon as you answer here, we go on." in town.card()
