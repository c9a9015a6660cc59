"""A desk whose posts are stopped for a while."""

from datetime import timedelta

import pytest

from bot.commands import StopPosts, parse
from bot.events import Claim, Raise, Reopen, Solve
from bot.policy import Language, Policy
from bot.rota.shift import Shift
from bot.support.request import Status
from tests.journeys.test_duty_changes import verbs
from tests.journeys.town import ANA, BEN, CHEN, EVA, FARID, OLGA, TEAM_CHANNEL, TOM, Town, at, shifts


async def test_a_paused_desk_posts_nothing_and_stores_everything() -> None:
    town = Town()
    await town.write("pause", FARID)
    count = len(town.teams.sent)
    await town.post("label printer down")
    await town.wait(30)
    await town.post("and the scanner")
    assert len(town.teams.sent) == count
    assert [one.status for one in await town.requests()] == [Status.OPEN, Status.OPEN]


async def test_the_admin_is_told_how_it_stands() -> None:
    town = Town()
    await town.post("label printer down")
    answer = await town.write("pause 15:30", FARID)
    assert answer.startswith("backend is paused until 15:30. I post nothing and call nobody")
    assert "1 request waits for somebody." in answer
    assert "I post again. 1 request waits for somebody." in await town.write("resume", FARID)
    assert await town.write("pause off", FARID) == "Nothing is paused."
    assert "until somebody writes resume" in await town.write("pause", FARID)


async def test_who_says_that_the_desk_is_paused() -> None:
    town = Town()
    await town.write("pause 2h", FARID)
    assert "Paused\nuntil 12:00" in await town.write("who", OLGA)
    await town.write("resume", FARID)
    assert "Paused" not in await town.write("who", OLGA)
    await town.write("pause", FARID)
    assert "Paused\nuntil further notice" in await town.write("who", OLGA)
    german = Town(policy=Policy(language=Language.GERMAN))
    await german.write("pause 2h", FARID)
    assert "Pause\nbis 12:00" in await german.write("who", OLGA)


async def test_presses_and_commands_are_still_answered() -> None:
    town = Town()
    await town.post("label printer down")
    await town.write("pause", FARID)
    await town.press(Claim, "R-1", ANA)
    assert "Ana Lindqvist is looking into it" in town.card()
    assert "Ana Lindqvist" in await town.write("rota", EVA)
    answer = await town.send("reply", "R-1", ANA, text="It is on again.")
    assert answer.startswith("Sent.")
    assert "It is on again." in town.teams.sent[-1].text
    assert "R-2" not in [m.key for m in town.teams.sent]


async def test_a_card_that_stands_there_is_edited_and_none_is_added() -> None:
    town = Town()
    await town.write("pause", FARID)
    place = await town.post("label printer down")
    await town.reply(place, "looking", BEN)
    assert "card:R-1" not in town.teams.messages
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_when_the_rota_changes_in_a_pause_the_buttons_follow_it_and_nobody_is_called() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(2)  # Ana and Ben have their copies
    await town.write("pause", FARID)
    count = len(town.teams.sent)
    await town.import_shifts(
        tuple(Shift(one.iteration, "eva", one.role) if one.person == "ana" else one for one in shifts())
    )
    assert len(town.teams.sent) == count
    assert ["claim" in verbs(town, who) for who in (ANA, BEN)] == [False, True]


async def test_on_resume_open_requests_get_their_card_without_a_mention() -> None:
    town = Town()
    await town.write("pause", FARID)
    await town.post("label printer down")
    await town.wait(3)
    await town.post("scanner broken", TOM)
    await town.wait(60)
    await town.write("resume", FARID)
    for card in ("R-1", "R-2"):
        assert "@" not in town.card(card)
        assert "Ana Lindqvist or Ben Okafor" in town.card(card)


async def test_on_resume_one_digest_per_person_on_duty_replaces_what_fell_due() -> None:
    town = Town()
    await town.write("pause", FARID)
    place = await town.post("label printer down")
    await town.post("scanner broken", TOM)
    await town.wait(60)
    await town.write("resume", FARID)
    for one in (ANA, BEN):
        assert len(town.to(one)) == 1
        assert "2 requests wait for an answer, the longest for 1 h" in town.to(one)[0].text
    assert town.to(EVA) == []
    assert town.in_thread(place) == []
    assert town.in_team_channel() == []
    await town.wait(120)
    assert town.in_team_channel() == []


async def test_what_falls_due_after_the_pause_falls_due_as_ever() -> None:
    town = Town()
    await town.write("pause 3 min", FARID)
    place = await town.post("label printer down")
    await town.wait(10)
    assert len(town.to(ANA)) == 1
    assert len(town.in_thread(place)) == 1
    assert len(town.in_team_channel()) == 1


async def test_with_a_fallback_overdue_it_is_told_too() -> None:
    town = Town("2026-11-20 10:00")
    await town.write("pause", FARID)
    await town.post("label printer down")
    await town.wait(30)
    await town.write("resume", FARID)
    assert len(town.to(CHEN)) == 1


async def test_a_pause_ends_by_itself_and_its_author_hears_it() -> None:
    town = Town()
    await town.write("pause 45 min", FARID)
    await town.post("label printer down")
    await town.wait(44)
    assert "card:R-1" not in town.teams.messages
    await town.wait(2)
    assert "Ana Lindqvist or Ben Okafor" in town.card()
    assert "The pause of backend is over. I post again. 1 request waits for somebody." in town.to(FARID)[-1].text


async def test_a_pause_that_ends_at_night_tells_nobody_before_the_morning() -> None:
    town = Town("2026-11-23 17:00")
    await town.write("pause 20:00", FARID)
    await town.post("label printer down")
    await town.until("2026-11-23 21:00")
    assert "Support is back Tue 24 Nov, 09:00." in town.card()
    assert town.to(ANA) == []
    assert len(town.to(FARID)) == 1
    await town.until("2026-11-24 09:01")
    assert len(town.to(ANA)) == 1
    assert [one.key for one in town.in_team_channel()] == ["pick:2026-11-25:1"]


async def test_a_pause_survives_a_restart_and_ends_in_time_after_it() -> None:
    town = Town()
    await town.write("pause 2h", FARID)
    await town.post("label printer down")
    await town.restart()
    await town.wait(60)
    assert "card:R-1" not in town.teams.messages
    await town.sleep_until("2026-11-23 13:00")
    assert "Ana Lindqvist or Ben Okafor" in town.card()
    assert len(town.to(ANA)) == 1


async def test_what_was_claimed_in_the_pause_gets_its_card_too_and_what_was_closed_none() -> None:
    town = Town()
    await town.write("pause", FARID)
    first = await town.post("label printer down")
    second = await town.post("scanner broken", TOM)
    await town.reply(first, "looking", BEN)
    await town.delete(second)
    await town.wait(5)
    await town.write("resume", FARID)
    assert "Ben Okafor is looking into it" in town.card("R-1")
    assert "card:R-2" not in town.teams.messages
    assert town.to(ANA) == []


async def test_ask_the_team_in_a_pause_is_a_persons_own_post() -> None:
    town = Town()
    await town.post("label printer down")
    await town.write("pause", FARID)
    await town.send("team", "R-1", ANA, text="Who knows it?")
    assert [m.text for m in town.in_team_channel()] == ["Ana Lindqvist asks for Olga Brandt · R-1: Who knows it?"]
    assert town.in_team_channel()[0].place == TEAM_CHANNEL


async def test_what_is_handed_on_in_a_pause_is_told_when_it_is_over() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.write("pause", FARID)
    answer = await town.send("pass", "R-1", ANA, person="ben", note="please")
    assert answer.startswith("Ben Okafor will be told when the pause is over.")
    assert town.to(BEN) == []
    await town.write("resume", FARID)
    told = town.to(BEN)[-1].text
    assert told.startswith("Ana Lindqvist passed this on to you\n")
    assert "Ana Lindqvist adds: please" in told


async def test_in_a_pause_nothing_that_is_said_rings_the_pair_and_whoever_raises_gets_the_link() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.write("pause", FARID)
    await town.reply(place, "the third", OLGA)
    await town.press(Solve, "R-1", OLGA)
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    assert town.to(ANA) == town.to(BEN) == []
    words = {"text": "the scanner too"}
    await town.press(Raise, "", TOM, place="person:tom", card="-", step="raise", form="f", fields=words)
    assert any("Raised as R-2" in message.text for message in town.teams.sent if message.place == "person:tom")


async def test_splitting_in_a_pause_adds_cards_when_it_is_over() -> None:
    town = Town()
    await town.post("label printer down\nscanner too")
    await town.write("pause", FARID)
    await town.send("split", "R-1", ANA, text="printer\nscanner")
    assert "card:R-2" not in town.teams.messages
    await town.write("resume", FARID)
    assert "card:R-2" in town.teams.messages


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("pause 15:30", "2026-11-23 15:30"),
        ("pause until 15.30", "2026-11-23 15:30"),
        ("pause 16", "2026-11-23 16:00"),
        ("pause 2h", "2026-11-23 12:00"),
        ("pause 2 h", "2026-11-23 12:00"),
        ("pause 45min", "2026-11-23 10:45"),
        ("PAUSE 45 min!", "2026-11-23 10:45"),
        ("pause 2026-11-25", "2026-11-25 09:00"),
    ],
)
async def test_until_is_a_time_a_span_or_a_date(typed: str, until: str) -> None:
    town = Town()
    await town.write(typed, FARID)
    pause = (await (await town.desk()).state()).facts.pause
    assert pause is not None
    assert pause.until == at(until)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("pause 25:00", "I can't read that as a time. Write pause 15:30"),
        ("pause 99", "I can't read that as a time"),
        ("pause 09:00", "09:00 is over already"),
        ("pause 2026-13-01", "I can't read that as a time"),
        ("pause 2026-11-01", "is over already"),
        ("pause 9999h", "At most 90 days"),
        ("pause 0 min", "is over already"),
    ],
)
async def test_what_is_no_time_is_answered_with_what_is(typed: str, words: str) -> None:
    town = Town()
    assert words in await town.write(typed, FARID)
    assert (await (await town.desk()).state()).facts.pause is None


@pytest.mark.parametrize("text", ["pause the printer", "pause until tomorrow", "resume the job", "pause until"])
def test_a_sentence_is_no_pause(text: str) -> None:
    assert parse(text) is None


def test_pause_alone_has_no_end() -> None:
    found = parse("pause")
    assert found is not None
    assert found[1] == StopPosts("")


async def test_only_admins_pause() -> None:
    town = Town()
    assert "Paused" not in await town.write("pause", EVA)
    await town.post("pause", OLGA, addressed=True)
    assert (await (await town.desk()).state()).facts.pause is None
    assert len(await town.requests()) == 1


async def test_in_the_channel_the_admin_is_answered_personally() -> None:
    town = Town()
    place = await town.post("pause 2h", FARID, addressed=True)
    assert town.in_thread(place) == []
    assert "backend is paused until 12:00" in town.to(FARID)[0].text


async def test_a_pause_is_over_when_its_time_is_even_if_no_alarm_rang() -> None:
    town = Town()
    await town.write("pause 5 min", FARID)
    town.now += timedelta(minutes=6)
    await town.post("label printer down")
    assert "Ana Lindqvist or @Ben Okafor" in town.card()


async def test_a_pause_that_is_over_when_a_closed_card_is_pressed_leaves_that_alone() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Solve, "R-1", OLGA)
    await town.write("pause 5 min", FARID)
    town.now += timedelta(minutes=6)
    await town.press(Claim, "R-1", ANA)
    assert (await town.request()).status is Status.CLOSED
    assert (await (await town.desk()).state()).facts.pause is None


async def test_a_promise_that_fell_due_in_the_pause_is_asked_for_once_after_it() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.write("pause", FARID)
    await town.wait(90)
    assert town.to(ANA) == []
    await town.write("resume", FARID)
    await town.wait(1)
    assert ["was to hear more from you" in message.text for message in town.to(ANA)] == [True]


async def test_two_looks_at_one_instant_are_two_looks() -> None:
    town = Town("2026-11-20 16:20")
    place = await town.post("label printer down")
    await town.wait(1)
    await town.delete(place)
    await town.write("pause", FARID)
    await town.post("scanner down")
    await town.wait(60)  # and it is: the alarm asks no second time for the same
    assert town.in_thread(place) == []
