"""What fell due while the bot was down, or heard late: once, the highest step alone, and it says how late."""

import pytest

from bot.effects import Say
from bot.people import Author
from bot.places import personal
from bot.views import Line
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, TEAM, TOM, Town, at


@pytest.mark.parametrize(
    ("up", "copies", "lines", "team"),
    [
        ("10:01", [0, 0, 0], [], 0),
        ("10:02", [1, 1, 0], [], 0),
        ("10:04", [1, 1, 0], [], 0),
        ("10:05", [0, 0, 0], ["No answer yet. Calling @Ana Lindqvist and @Ben Okafor."], 0),
        ("10:07", [0, 0, 0], ["No answer yet. It was due 2 min ago. Calling @Ana Lindqvist and @Ben Okafor."], 0),
        ("10:10", [1, 1, 1], [], 1),
        ("12:30", [1, 1, 1], [], 1),
    ],
)
async def test_a_post_heard_late_gets_the_highest_step_alone(
    up: str, copies: list[int], lines: list[str], team: int
) -> None:
    town = Town(f"2026-11-23 {up}")
    place = await town.post("label printer down", happened="2026-11-23 10:00")
    assert [len(town.to(who)) for who in (ANA, BEN, EVA)] == copies
    assert town.in_thread(place) == lines
    assert len(town.in_team_channel()) == team
    assert ("@" in town.card()) == (up == "10:01")


async def test_a_bot_that_was_down_does_the_highest_step_alone() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.sleep_until("2026-11-23 12:12")
    assert [len(town.to(one)) for one in TEAM] == [1, 1, 1, 0, 1, 1]
    assert town.in_thread(place) == []
    assert "No answer for 2 h 12 min; Ana Lindqvist and Ben Okafor have been called." in town.to(EVA)[0].text
    assert "Olga Brandt has been waiting for 2 h 12 min" in town.to(ANA)[0].text
    await town.wait(600)
    assert [len(town.to(one)) for one in TEAM] == [1, 1, 1, 0, 1, 1]


async def test_what_is_due_while_teams_is_away_comes_as_one_message_and_its_minute_counts_from_then() -> None:
    town = Town()
    await town.post("label printer down")
    town.teams.is_away = True
    await town.wait(3)
    await town.post("the door scanner too", TOM)
    await town.until("2026-11-23 10:06")
    town.teams.come_back()
    await (await town.desk()).settle()
    (message,) = town.called(ANA)
    assert "2 requests wait for an answer" in message.text
    town.now = at("2026-11-23 10:06:30")
    await town.post("and the manifest export", Author("29:mia", "Mia Falk"), happened="2026-11-23 10:04")
    assert [one.text for one in town.called(ANA)] == [message.text]
    assert "3 requests wait for an answer" in message.text
    await town.until("2026-11-23 10:07")
    await town.post("nor does the login page open", Author("29:uwe", "Uwe Voss"), happened="2026-11-23 10:05")
    await town.wait(0)
    assert len(town.called(ANA)) == 2


async def test_after_an_answer_the_line_that_waited_for_teams_is_not_said_and_one_that_nobody_answered_is() -> None:
    town = Town()
    places = [await town.post("label printer down"), await town.post("the door scanner too", TOM)]
    town.teams.is_away = True
    await town.wait(6)
    await town.reply(places[0], "I'm looking into it", ANA)
    town.teams.come_back()
    await (await town.desk()).settle()
    assert town.in_thread(places[0]) == []
    assert len(town.in_thread(places[1])) == 1


async def test_what_is_said_besides_is_wanted_whatever_became_of_its_request() -> None:
    town = Town()
    desk = await town.desk()
    assert await desk.wants(Say("report:R-1", "x", Line(("x",))))
    assert not await desk.wants(Say("line:R-1:first", "x", Line(("x",))))


async def test_a_message_that_was_refused_keeps_no_later_one_from_ringing() -> None:
    town = Town()
    town.teams.refuse[personal(ANA.id)] = "the bot is not installed"
    await town.post("label printer down")
    await town.wait(2)
    assert town.called(ANA) == []
    town.teams.refuse.clear()
    await town.wait(1)
    await town.post("the door scanner too", TOM)
    await town.wait(2)
    first = town.called(ANA)[0].text
    assert "door scanner" in first
    assert "label printer" not in first


async def test_a_bot_that_was_down_over_night_calls_at_the_opening_and_says_since_when() -> None:
    town = Town("2026-11-23 17:50")
    await town.post("label printer down")
    await town.sleep_until("2026-11-23 20:00")
    assert town.to(ANA) == []
    await town.until("2026-11-24 08:59")
    assert town.to(ANA) == []
    await town.until("2026-11-24 09:00")
    assert "No answer since Mon 23 Nov, 17:50; Ana" in town.in_team_channel()[0].text


async def test_a_line_sent_on_another_day_says_when_the_answer_was_due() -> None:
    town = Town("2026-11-23 17:52")
    place = await town.post("label printer down")
    await town.sleep_until("2026-11-23 20:00")
    await town.until("2026-11-24 09:00")
    assert town.in_thread(place) == [
        "No answer yet. It was due by Mon 23 Nov, 17:57. Calling @Ana Lindqvist and @Ben Okafor again."
    ]


async def test_a_clock_that_was_set_back_hides_no_call_among_those_to_come() -> None:
    town = Town("2026-11-23 17:00")
    await town.post("label printer down")
    await town.wait(11)
    town.now = at("2026-11-23 11:00")
    await town.restart()
    await town.post("and the scanner", TOM)
    await town.wait(11)
    assert [len(town.to(who)) for who in (ANA, EVA)] == [2, 2]


async def test_a_post_heard_after_closing_says_what_was_due_and_when_support_is_back() -> None:
    town = Town("2026-11-23 20:00")
    await town.post("label printer down", happened="2026-11-23 17:50")
    assert (
        "Ana Lindqvist or Ben Okafor will answer.\nAn answer was due by Mon 23 Nov, 17:55. Support is back Tue 24 Nov"
        in town.card()
    )


async def test_a_restart_repeats_nothing() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(5)
    await town.restart()
    await town.restart()
    assert [len(town.to(one)) for one in (ANA, BEN, CHEN, DILAN)] == [1, 1, 0, 0]
    assert len(town.in_thread(place)) == 1


async def test_the_team_is_called_at_most_once_an_hour_and_the_rest_follows_at_its_end() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(20)
    await town.post("the scanner too")
    await town.wait(1)
    await town.post("and the scale", TOM)
    await town.until("2026-11-23 11:09")
    assert len(town.to(EVA)) == 1
    await town.until("2026-11-23 11:10")
    assert len(town.to(EVA)) == 2
    assert "No answer for 10 min; Ana Lindqvist and Ben Okafor have been called. If you can help, tell them." in (
        town.in_team_channel()[0].text
    )
    assert "2 requests wait for an answer, the longest for 50 min. If you can help, tell those on duty." in (
        town.to(EVA)[1].text
    )


async def test_what_the_hour_held_is_dropped_once_answered() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(20)
    place = await town.post("the scanner too")
    await town.wait(11)
    await town.reply(place, "looking", BEN)
    await town.until("2026-11-23 11:15")
    assert len(town.to(EVA)) == 1


async def test_two_requests_of_one_minute_are_called_by_the_team_in_one_message() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(0.5)
    await town.post("the scanner too", TOM)
    await town.wait(30)
    assert [len(town.to(one)) for one in (ANA, EVA)] == [1, 1]
    assert len(town.in_team_channel()) == 1
