"""Support hours: when clocks run, and what the card says outside them."""

from datetime import date, timedelta

import pytest

from bot.events import Claim
from bot.policy import Language, Policy
from bot.rota.shift import Role, Shift
from bot.support.request import NextWord
from bot.views import NoticeCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, ITERATION, TOM, Town, at, shifts


def every_week(first: date, last: date) -> tuple[Shift, ...]:
    return tuple(
        one for week in range((last - first).days // 7 + 1) for one in shifts(first + timedelta(days=7 * week))
    )


ALWAYS = every_week(date(2026, 2, 18), date(2027, 1, 13))


@pytest.mark.parametrize(
    ("posted", "due"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:05"),
        ("2026-11-23 17:58", "2026-11-24 09:03"),
        ("2026-11-23 17:55", "2026-11-24 09:00"),
        ("2026-11-23 18:00", "2026-11-24 09:05"),
        ("2026-11-23 08:59", "2026-11-23 09:05"),
        ("2026-11-20 17:58", "2026-11-23 09:03"),
        ("2026-11-21 12:00", "2026-11-23 09:05"),
        ("2026-04-30 17:58", "2026-05-04 09:03"),
        ("2026-10-02 17:59", "2026-10-05 09:04"),
        ("2026-12-24 17:58", "2026-12-28 09:03"),
        ("2026-12-31 17:58", "2027-01-04 09:03"),
        ("2026-03-27 17:58", "2026-03-30 09:03"),
        ("2026-03-29 02:30", "2026-03-30 09:05"),
        ("2026-10-25 02:30", "2026-10-26 09:05"),
        ("2026-10-23 17:59", "2026-10-26 09:04"),
    ],
)
async def test_a_first_response_is_due_after_five_minutes_of_support_hours(posted: str, due: str) -> None:
    town = Town(posted, team=ALWAYS)
    await town.post("label printer down")
    assert (await town.request()).due_at == at(due)


async def test_a_post_near_closing_says_the_day_and_time_of_its_answer() -> None:
    town = Town("2026-12-31 17:58", team=ALWAYS)
    await town.post("label printer down")
    assert "@Ana Lindqvist or @Ben Okafor will answer by Mon 4 Jan 2027, 09:03." in town.card()


async def test_outside_support_hours_nobody_is_mentioned_or_called_until_the_opening() -> None:
    town = Town("2026-11-20 19:00", policy=Policy(emergency="In an emergency call 030 123."))
    place = await town.post("label printer down")
    assert "Ana Lindqvist or Ben Okafor will answer by Mon 23 Nov, 09:05." in town.card()
    assert "@" not in town.card()
    assert "Support is back Mon 23 Nov, 09:00. In an emergency call 030 123." in town.card()
    await town.until("2026-11-23 08:59")
    assert len(town.teams.sent) == 1
    await town.until("2026-11-23 09:00")
    assert "@Ana Lindqvist or @Ben Okafor will answer by 09:05." in town.card()
    assert "Support is back" not in town.card()
    await town.until("2026-11-23 09:02")
    assert len(town.to(ANA)) == 1
    await town.until("2026-11-23 09:05")
    assert len(town.in_thread(place)) == 1


async def test_the_table_for_the_late_afternoon_is_chosen_when_the_clock_starts() -> None:
    town = Town("2026-11-23 15:59")
    await town.post("label printer down")
    await town.wait(1)
    assert town.to(ANA) == []
    await town.post("and the scanner", TOM)
    await town.wait(1)
    assert len(town.to(ANA)) == 1
    assert "2 requests wait for an answer\n" in town.to(ANA)[0].text


async def test_a_fallback_is_called_a_minute_earlier_in_the_late_afternoon() -> None:
    team = (*shifts(), Shift(ITERATION, "chen", Role.FALLBACK))
    town = Town("2026-11-23 16:00", team=team)
    await town.post("label printer down")
    await town.wait(2.9)
    assert town.to(CHEN) == []
    await town.wait(0.1)
    assert len(town.to(CHEN)) == 1


async def test_what_is_left_of_the_clock_at_closing_goes_on_at_the_opening() -> None:
    town = Town("2026-11-23 17:58")
    place = await town.post("label printer down")
    await town.until("2026-11-24 08:59")
    assert [len(town.to(who)) for who in (ANA, BEN)] == [1, 1]
    assert town.in_thread(place) == []
    await town.until("2026-11-24 09:03")
    assert town.in_thread(place) == ["No answer yet. Calling @Ana Lindqvist and @Ben Okafor again."]
    await town.until("2026-11-24 09:08")
    assert "No answer since Mon 23 Nov, 17:58; Ana" in town.to(EVA)[0].text


async def test_a_new_pair_hears_at_its_opening_of_what_is_open_and_the_line_calls_it_again() -> None:
    following = date(2026, 11, 25)
    team = (*shifts(), Shift(following, "eva", Role.SUPPORT), Shift(following, "chen", Role.SUPPORT))
    town = Town("2026-11-24 17:58", team=team)
    place = await town.post("label printer down")
    await town.until("2026-11-25 09:03")
    assert [len(town.called(who)) for who in (ANA, BEN, EVA, CHEN)] == [1, 1, 1, 1]
    assert town.in_thread(place) == ["No answer yet. Calling @Eva Novak and @Chen Wei again."]


async def test_a_look_that_changes_nothing_writes_nothing() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(1)
    before = (await town.journal.load("tenant", "backend")).revision
    await (await town.desk()).strike()
    assert (await town.journal.load("tenant", "backend")).revision == before


async def test_at_the_opening_an_open_requests_card_and_buttons_follow_duty() -> None:
    following = date(2026, 11, 25)
    team = (*shifts(), Shift(following, "ana", Role.SUPPORT), Shift(following, "chen", Role.SUPPORT))
    town = Town("2026-11-24 17:58", team=team)
    await town.post("label printer down")
    assert "@Ana Lindqvist or Chen Wei will answer by Wed 25 Nov, 09:03." in town.card()  # whose day that is
    await town.until("2026-11-25 09:00")
    assert "Ana Lindqvist or Chen Wei will answer by 09:03." in town.card()
    assert [len(town.called(who)) for who in (ANA, BEN, CHEN)] == [1, 1, 1]
    await town.until("2026-11-25 10:00")  # till when those before are a further fallback
    views = [town.called(who)[0].view for who in (ANA, BEN)]
    assert [bool(view.entries[0].presses) for view in views if isinstance(view, NoticeCard)] == [True, False]


async def test_the_night_belongs_to_those_whose_day_it_was() -> None:
    town = Town("2026-11-21 03:00")
    place = await town.post("label printer down")
    await town.reply(place, "looking", BEN)
    request = await town.request()
    assert request.claimer is not None
    assert request.word == NextWord(at("2026-11-23 09:30"))
    assert "You'll hear more by Mon 23 Nov, 09:30." in town.card()


async def test_a_german_desk_speaks_german() -> None:
    town = Town("2026-11-23 17:58", policy=Policy(language=Language.GERMAN))
    place = await town.post("Drucker kaputt")
    assert "@Ana Lindqvist oder @Ben Okafor antwortet bis Di 24.11., 09:03." in town.card()
    await town.until("2026-11-24 09:03")
    assert town.in_thread(place) == [
        "Noch keine Antwort. Wir benachrichtigen @Ana Lindqvist und @Ben Okafor noch einmal."
    ]


async def test_a_german_date_of_another_year_says_the_year() -> None:
    town = Town("2026-12-31 17:58", team=ALWAYS, policy=Policy(language=Language.GERMAN))
    await town.post("Drucker kaputt")
    assert "bis Mo 4.1.2027, 09:03." in town.card()


async def test_a_post_heard_so_late_that_every_step_is_done_still_follows_duty_at_the_next_opening() -> None:
    following = date(2026, 11, 25)
    team = (*shifts(), Shift(following, "eva", Role.SUPPORT), Shift(following, "chen", Role.SUPPORT))
    town = Town("2026-11-24 17:30", team=team)
    await town.post("label printer down", happened="2026-11-24 17:00")
    view = town.to(ANA)[0]
    await town.until("2026-11-25 09:00")
    assert (await town.request()).asked == ("eva", "chen")
    await town.until("2026-11-25 10:00")  # till when those before are a further fallback
    assert isinstance(view.view, NoticeCard)
    assert not view.view.entries[0].presses


async def test_shifts_that_are_imported_count_at_once_for_cards_and_buttons() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(11)
    await town.import_shifts((Shift(ITERATION, "eva", Role.SUPPORT), Shift(ITERATION, "ben", Role.SUPPORT)))
    views = [town.to(who)[0].view for who in (ANA, BEN, EVA)]
    assert [bool(view.entries[0].presses) for view in views if isinstance(view, NoticeCard)] == [False, True, True]


async def test_a_card_of_the_night_says_at_the_opening_no_more_that_support_comes_back() -> None:
    town = Town("2026-11-24 08:00")
    place = await town.post("label printer down")
    await town.reply(place, "try the other tray", DILAN)
    assert "Support is back 09:00." in town.card()
    await town.until("2026-11-24 09:05")
    assert "Support is back" not in town.card()


@pytest.mark.parametrize(
    ("language", "reads"),
    [
        (Language.ENGLISH, "You were to hear more by Fri 20 Nov, 17:50. Ana Lindqvist has been reminded."),
        (Language.GERMAN, "Bis Fr 20.11., 17:50 solltest du mehr hören. Ana Lindqvist wurde erinnert."),
    ],
)
async def test_a_promise_that_has_passed_says_its_day_once_support_has_gone(language: Language, reads: str) -> None:
    town = Town("2026-11-20 17:20", policy=Policy(language=language, emergency="In an emergency call 030 123."))
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.until("2026-11-21 11:00")  # a Saturday
    assert town.card().split("\n")[1] == f"{reads} · R-1"


async def test_a_promise_for_the_close_of_support_is_not_to_come_once_that_is_over() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("promise", "R-1", ANA, until="today")
    await town.post("and the scanner too")
    await town.until("2026-11-23 18:00")
    assert "You were to hear more by Mon 23 Nov, 18:00. Support is back Tue 24 Nov, 09:00. ·" in town.card()
    assert "You were to hear more by Mon 23 Nov, 18:00." in town.card("R-2")


async def test_a_promise_that_has_passed_is_not_shown_again_at_night_whenever_the_bot_looks() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("promise", "R-1", ANA, until="today")
    await town.post("and the scanner too")
    await town.until("2026-11-23 18:30")
    shown = [len(town.teams.messages[card].versions) for card in ("card:R-1", "card:R-2")]
    await town.restart()
    await town.until("2026-11-24 08:59")
    assert [len(town.teams.messages[card].versions) for card in ("card:R-1", "card:R-2")] == shown
    await town.until("2026-11-24 09:00")
    assert "Ana Lindqvist has been reminded." in town.card()


async def test_a_promise_that_passed_while_the_bot_was_down_says_so_at_its_start_though_it_is_night() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("promise", "R-1", ANA, until="today")
    await town.sleep_until("2026-11-23 20:00")
    assert "You were to hear more by Mon 23 Nov, 18:00. Support is back Tue 24 Nov, 09:00. ·" in town.card()


async def test_what_is_open_at_the_close_says_when_somebody_is_there_and_what_to_do_in_an_emergency() -> None:
    town = Town("2026-11-23 17:40", policy=Policy(emergency="In an emergency call 030 123."))
    await town.post("label printer down")
    await town.until("2026-11-23 17:59")
    assert "An answer was due by 17:45. · R-1" in town.card()
    sent, versions = len(town.teams.sent), len(town.teams.messages["card:R-1"].versions)
    await town.until("2026-11-23 18:00")
    assert (
        "An answer was due by Mon 23 Nov, 17:45. Support is back Tue 24 Nov, 09:00. In an emergency call 030 123. · R-1"
    ) in town.card()
    await town.restart()
    await town.until("2026-11-24 08:59")
    assert len(town.teams.messages["card:R-1"].versions) == versions + 1
    assert len(town.teams.sent) == sent
    await town.until("2026-11-24 09:00")
    assert "Support is back" not in town.card()


async def test_what_came_shortly_before_the_close_says_it_too() -> None:
    town = Town("2026-11-23 17:59", policy=Policy(emergency="In an emergency call 030 123."))
    await town.wait(0.5)
    await town.post("label printer down")
    await town.until("2026-11-23 18:00")
    assert "Support is back Tue 24 Nov, 09:00. In an emergency call 030 123." in town.card()
