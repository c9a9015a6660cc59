"""Duty that changes while something is open, nights, and promises that end: who is told, and is it true."""

from datetime import date

import pytest

from bot.events import Claim, Solve
from bot.people import Person
from bot.policy import Language, Policy
from bot.rota.shift import Absence, Role, Shift
from bot.support.request import Status
from bot.views import NoticeCard
from tests.journeys.town import ANA, BEN, CHEN, EVA, FARID, OLGA, Town, at, shifts

BEN_AWAY = (Absence("ben", at("2026-11-23 00:00"), at("2026-11-25 00:00")),)
NEXT = date(2026, 11, 25)
NEW_PAIR = (*shifts(), Shift(NEXT, "eva", Role.SUPPORT), Shift(NEXT, "chen", Role.SUPPORT))


def verbs(town: Town, who: Person) -> set[str]:
    return {
        press.verb
        for message in town.to(who)
        if isinstance(message.view, NoticeCard)
        for entry in message.view.entries
        for press in entry.presses
    }


async def test_the_question_for_an_old_promise_does_not_come_back_when_somebody_else_has_promised() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.wait(46)  # asked at 10:30, open again at 10:45
    await town.press(Claim, "R-1", ANA)
    await town.wait(30)
    assert "go_on" in verbs(town, ANA)
    assert "go_on" not in verbs(town, BEN)
    assert not any("was to hear more from you" in message.text for message in town.to(BEN))


async def test_what_an_earlier_second_clock_told_stays_settled_when_it_opens_once_more() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.wait(71)  # 10:30 asked, 10:45 open again, 11:00 the line, 11:10 the team channel
    assert len(town.in_team_channel()) == 1
    await town.press(Claim, "R-1", ANA)
    await town.wait(45)
    assert (await town.request()).status is Status.OPEN
    assert "nobody has taken it over for 25 min" not in town.in_team_channel()[0].text
    mine = [message for message in town.to(EVA) + town.to(BEN) + town.to(ANA) if "from Ben Okafor" in message.text]
    assert mine == []  # of whom nobody waits any more


async def test_a_pause_that_somebody_ends_after_the_opening_lets_cards_and_buttons_follow_duty_too() -> None:
    town = Town("2026-11-24 17:00", team=NEW_PAIR)
    await town.post("label printer down")
    await town.wait(30)  # every step was done
    await town.write("pause", FARID)
    await town.until("2026-11-25 09:30")
    await town.write("resume", FARID)
    await town.until("2026-11-25 17:00")
    assert [message.view.entries[0].presses != () for message in town.to(ANA)] == [False]  # type: ignore[union-attr]
    assert "claim" in verbs(town, EVA)
    assert "claim" in verbs(town, CHEN)


async def test_after_resume_whoever_has_gone_off_duty_has_no_button_left() -> None:
    town = Town("2026-11-24 17:53", team=NEW_PAIR)
    await town.post("label printer down")
    await town.until("2026-11-24 18:30")
    await town.write("pause", FARID)
    await town.until("2026-11-25 09:30")
    await town.write("resume", FARID)
    await town.wait(60)
    assert "claim" not in verbs(town, ANA)


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.ENGLISH, "Everyone present has been told"), (Language.GERMAN, "Alle Anwesenden wissen Bescheid")],
)
async def test_at_night_nobody_is_said_to_have_been_told_who_has_not(language: Language, told: str) -> None:
    town = Town("2026-11-24 17:50", policy=Policy(language=language))  # no team is set from Wednesday on
    await town.post("label printer down")
    await town.until("2026-11-24 18:00")
    assert town.to(CHEN) == town.to(EVA) == town.to(FARID) == []
    assert told not in town.card()


async def test_whoever_alone_is_on_duty_and_gives_back_leaves_a_card_that_is_true() -> None:
    town = Town(absences=BEN_AWAY)
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA, note="not mine")
    assert "On duty\nAna Lindqvist" in await town.write("who", OLGA)
    assert "Nobody is on duty" not in town.card()


async def test_the_end_of_an_absence_that_began_when_nothing_was_open_is_looked_at() -> None:
    town = Town(absences=BEN_AWAY)
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", OLGA)
    await town.write("away 5", ANA)
    await town.reply(place, "still broken", OLGA)
    assert "Nobody is on duty" in town.card()
    await town.wait(6)
    assert "Nobody is on duty" not in town.card()


async def test_the_last_claimer_who_comes_back_is_told_of_what_was_reopened_meanwhile() -> None:
    town = Town(absences=BEN_AWAY)
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", OLGA)
    await town.write("away 45", ANA)
    await town.reply(place, "still broken", OLGA)
    await town.wait(2)
    await town.write("away off", ANA)
    assert "Ana Lindqvist will follow up" in town.card()
    assert any("Olga Brandt says it is not solved" in message.text for message in town.to(ANA))


async def test_a_copy_speaks_to_its_reader_as_you() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.wait(46)
    assert not any("from Ben Okafor" in message.text for message in town.to(BEN))


async def test_the_new_pair_hears_at_its_opening_of_what_was_reopened_for_one_of_it_before() -> None:
    town = Town(
        "2026-11-20 10:00", team=NEW_PAIR, absences=(Absence("ben", at("2026-11-20 00:00"), at("2026-11-21 00:00")),)
    )
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", CHEN)  # the Friday fallback
    await town.press(Solve, "R-1", OLGA)
    await town.until("2026-11-24 10:00")
    await town.reply(place, "still broken", OLGA)
    await town.until("2026-11-25 12:00")  # nobody took it; Eva and Chen are the pair now
    assert "claim" in verbs(town, EVA)
    assert "claim" in verbs(town, CHEN)


async def test_a_post_that_is_restored_when_duty_has_changed_rings_the_new_pair() -> None:
    town = Town("2026-11-24 10:00", team=NEW_PAIR)
    place = await town.post("label printer down")
    await town.wait(20)
    await town.delete(place)
    await town.until("2026-11-25 09:10")
    before = [len(town.called(one)) for one in (EVA, CHEN)]
    await town.restore(place, "label printer down")
    await town.until("2026-11-25 17:00")
    assert [len(town.called(one)) for one in (EVA, CHEN)] == [count + 1 for count in before]  # as at any opening
    assert "claim" not in verbs(town, ANA)


async def test_what_is_passed_on_says_you_only_to_whom_it_is_passed_on() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.wait(26)
    assert "on to you" not in town.in_team_channel()[0].text


async def test_whoever_is_told_in_place_of_whom_it_was_passed_on_to_is_not_you() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.write("away 45", BEN)
    assert not any("on to you" in message.text for message in town.to(EVA))


@pytest.mark.parametrize(("step", "by", "whom"), [("pass", ANA, BEN), ("production", BEN, ANA)])
async def test_on_the_eve_of_a_change_of_duty_who_is_said_to_be_told_is_told(
    step: str, by: Person, whom: Person
) -> None:
    town = Town("2026-11-24 17:50", team=NEW_PAIR)
    await town.post("label printer down")
    await town.press(Claim, "R-1", by)
    await town.until("2026-11-24 19:00")
    answer = await town.send(step, "R-1", by, person=whom.id, note="please")
    await town.until("2026-11-25 09:30")
    assert not answer.startswith(f"{whom.name} will be told at the opening.") or town.to(whom)


async def test_the_card_of_the_night_does_not_say_that_somebody_is_called_now() -> None:
    away = tuple(Absence(one, at("2026-11-23 00:00"), at("2026-11-24 00:00")) for one in ("ana", "ben"))
    town = Town("2026-11-23 17:54", absences=away)
    place = await town.post("label printer down")
    await town.until("2026-11-23 17:59")
    assert "Everyone present has been told" in town.card()
    assert town.in_thread(place) == ["No answer yet. Everyone present has been told."]
    await town.until("2026-11-23 18:30")
    assert town.to(ANA) == town.to(BEN) == []  # who were never called, and are not being called now
    assert "calling again" not in town.card()


async def test_the_beginning_of_an_absence_that_was_known_before_is_looked_at() -> None:
    town = Town(absences=(Absence("ana", at("2026-11-23 10:10"), at("2026-11-23 14:00")),))
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.press(Solve, "R-1", OLGA)
    await town.wait(3)
    await town.reply(place, "still broken", OLGA)
    await town.wait(8)
    assert "Ana Lindqvist" not in town.card()
