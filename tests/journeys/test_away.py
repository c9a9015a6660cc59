"""A colleague who is away for a part of today."""

from datetime import timedelta

import pytest

from bot.commands import ComeBack, GoAway, parse
from bot.events import Claim
from bot.rota.shift import Absence
from tests.journeys.town import ANA, BEN, EVA, FARID, OLGA, TOM, Town, at


async def absences(town: Town) -> tuple[Absence, ...]:
    return (await (await town.desk()).state()).rota.absences


async def test_away_is_an_absence_from_now_and_is_confirmed() -> None:
    town = Town()
    answer = await town.write("away 45", BEN)
    assert answer == "You are away until 10:45. Nobody calls you till then; away off ends it."
    assert await absences(town) == (Absence("ben", town.now, at("2026-11-23 10:45")),)


async def test_whoever_is_away_is_not_called() -> None:
    town = Town()
    await town.write("away 45", BEN)
    await town.post("label printer down")
    assert "Ana Lindqvist will answer" in town.card()
    await town.wait(15)
    assert not [m for m in town.to(BEN) if "Olga" in m.text]


async def test_cards_follow_when_they_are_away_and_when_they_are_back() -> None:
    town = Town()
    await town.post("label printer down")
    assert "Ben Okafor" in town.card()
    await town.write("away 4", BEN)
    assert "Ben Okafor" not in town.card()
    await town.wait(4)
    assert "Ben Okafor" in town.card()


async def test_away_off_ends_it() -> None:
    town = Town()
    await town.write("away 45", BEN)
    assert await town.write("away off", BEN) == "Welcome back. You can be called again."
    assert await absences(town) == ()
    assert await town.write("away off", BEN) == "You are not away."


async def test_away_again_takes_the_place_of_the_first() -> None:
    town = Town()
    await town.write("away 45", BEN)
    await town.wait(5)
    await town.write("away 10", BEN)
    assert [one.end for one in await absences(town)] == [at("2026-11-23 10:15")]


async def test_away_ends_with_todays_support_hours() -> None:
    town = Town("2026-11-23 17:30")
    assert "away until 18:00" in await town.write("away 600", BEN)


async def test_outside_support_hours_nobody_is_called_anyway() -> None:
    town = Town("2026-11-23 19:00")
    assert "They begin Tue 24 Nov, 09:00" in await town.write("away 45", BEN)
    assert await absences(town) == ()


@pytest.mark.parametrize("text", ["away", "away 0"])
async def test_without_minutes_they_are_asked_for(text: str) -> None:
    assert await Town().write(text, BEN) == "For how many minutes? Write away 45, for example."


async def test_a_holiday_of_the_rota_is_not_ended_by_away_off() -> None:
    town = Town(absences=(Absence("ben", at("2026-11-22 00:00"), at("2026-11-29 00:00")),))
    assert await town.write("away off", BEN) == ("You are away by the rota: absence shows it, and ends it.")
    assert len(await absences(town)) == 1


async def test_whoever_is_on_vacation_is_neither_away_until_a_quarter_to_nor_back_after_it() -> None:
    vacation = Absence("ben", at("2026-11-23 12:00"), at("2026-11-29 00:00"))
    town = Town("2026-11-23 11:50", absences=(vacation,))
    assert "away until 12:35" in await town.write("away 45", BEN)
    await town.until("2026-11-23 12:10")
    longer = "You are away by the rota: absence shows it, and ends it."
    assert await town.write("away off", BEN) == longer
    assert await town.write("away 45", BEN) == longer
    assert await absences(town) == (vacation,)


async def test_who_has_claimed_is_told_what_becomes_of_it_and_it_opens_again_when_due() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    answer = await town.write("away 60", BEN)
    assert "R-1 (Olga Brandt) stays yours; if you are away at 10:30, when they are to hear more" in answer
    await town.wait(31)
    assert "Ana Lindqvist will" in town.card()


async def test_what_somebody_who_is_away_a_while_has_stays_theirs_until_the_moment_they_were_told() -> None:
    town = Town("2026-11-23 12:00")
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    assert "stays yours; if you are away at 12:30" in await town.write("away 45", BEN)
    await town.restart()
    await town.wait(5)
    await town.post("scanner down", TOM)
    await town.wait(24)  # another request's clock strikes
    assert "Ben Okafor is looking into it." in town.card()
    await town.wait(1)
    assert "Ana Lindqvist will" in town.card()


async def test_what_waits_for_its_requester_opens_again_when_they_answer() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.send("ask", "R-1", BEN, text="Which one?")
    assert "if they answer while you are away, it is open again" in await town.write("away 60", BEN)
    await town.reply(place, "the one in Utrecht", OLGA)
    assert "Ana Lindqvist will" in town.card()


async def test_others_requests_are_not_named() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    assert "R-1" not in await town.write("away 60", BEN)


async def test_an_admin_who_is_no_colleague_cannot_be_away() -> None:
    town = Town(people=(ANA, BEN, EVA))
    assert "Only the backend team" in await town.write("away 45", FARID)
    assert await town.write("away off", FARID) == "You are not away."


async def test_a_requester_who_says_away_is_no_colleague() -> None:
    town = Town()
    await town.post("away 45", OLGA, addressed=True)
    assert await absences(town) == ()


async def test_in_the_channel_it_is_answered_personally() -> None:
    town = Town()
    place = await town.post("away 45", BEN, addressed=True)
    assert town.in_thread(place) == []
    assert "You are away until 10:45" in town.to(BEN)[0].text


@pytest.mark.parametrize("text", ["away 45 min", "Away 45!", "45 away", "away 45 minutes"])
def test_minutes_are_read_forgivingly(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert found[1] == GoAway(45)


@pytest.mark.parametrize("text", ["away tomorrow", "away 45 apples", "i am away"])
def test_a_sentence_is_no_absence(text: str) -> None:
    assert parse(text) is None


def test_off_is_read() -> None:
    found = parse("off away")
    assert found is not None
    assert found[1] == ComeBack()


async def test_it_ends_by_itself() -> None:
    town = Town()
    await town.write("away 5", BEN)
    town.now += timedelta(minutes=6)
    await town.post("label printer down")
    assert "@Ben Okafor" in town.card()


async def test_what_follows_another_request_is_not_promised_to_open_again() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("printers", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.press(Claim, "R-1", ANA)
    answer = await town.write("away 60", ANA)
    assert "R-1 (Olga Brandt) stays yours" in answer
    assert "R-2" not in answer


@pytest.mark.parametrize("typed", ["away 2h", "away until 12:00", "away 12:00", "away 120 min", "away 12"])
async def test_away_takes_a_time_too(typed: str) -> None:
    town = Town()
    said = await town.write(typed, BEN)
    assert said.startswith("You are away until 10:12." if typed == "away 12" else "You are away until 12:00.")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("away 09:00", "09:00 is over already. Write away 45, away 2h or away until 15:30."),
        ("away 25:00", "I can't read that as a time. Write away 45"),
        ("away 2h", "It is outside support hours"),
    ],
)
async def test_a_time_that_is_none_to_be_away_until_is_answered_with_what_is(typed: str, words: str) -> None:
    town = Town("2026-11-23 20:00" if "outside" in words else "2026-11-23 10:00")
    assert words in await town.write(typed, BEN)
    assert await absences(town) == ()
