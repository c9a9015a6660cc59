"""The report as people get it: asked for, with the handover, of an empty week, and after what was erased."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.alerts.notification import Kind
from bot.effects import PutCommon, PutDesk, PutFacts, PutRequest
from bot.events import Claim, Separate, Solve, Wrote
from bot.people import Author, Person
from bot.policy import Policy
from bot.ports import Commit
from bot.rota.shift import Absence, Role, Shift
from bot.support.recurrence import Common, Use
from bot.support.report import Report
from bot.support.ticket import Progress, Ticket, Wording
from bot.views import ReportCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHANNEL,
    CHEN,
    EVA,
    ITERATION,
    OLGA,
    TEAM_CHANNEL,
    TOM,
    Message,
    Town,
    at,
    shifts,
)

THURSDAY = "2026-11-19 10:00"


async def report(town: Town, words: str = "report", who: Person = ANA) -> str:
    """Ask for a report; return what is answered."""
    answer = await town.write(words, who)
    before = len(town.teams.sent)
    await town.counted()
    return answer + "\n".join(message.text for message in town.teams.sent[before:])


async def answered(town: Town, times: int = 6, *, minutes: float = 1, by: Person = ANA) -> None:
    """Let requests come, one after another, and be claimed."""
    for _ in range(times):
        number = (await _state(town)).facts.last_number + 1
        place = await town.post("the label printer is down", asker(number))
        await town.wait(minutes)
        await town.press(Claim, f"R-{number}", by, place=place)


def asker(number: int) -> Author:
    """Return somebody of whom a request is the only one."""
    return Author(f"asker-{number}", f"Asker {number}")


async def _state(town: Town) -> Any:
    return await (await town.desk()).state()


async def counted(town: Town, day: date = ITERATION) -> Report:
    return await (await town.desk()).counted(day)


def of_the_handover(town: Town) -> list[Message]:
    return [one for one in town.in_team_channel() if isinstance(one.view, ReportCard)]


async def test_a_colleague_reads_the_figures_of_the_running_iteration_in_words_first() -> None:
    town = Town("2026-11-18 08:00")
    await town.until(THURSDAY)
    await answered(town, 5, minutes=1.5)
    await town.post("where is tour 1187?", OLGA)
    said = await report(town)
    assert said.splitlines()[:3] == [
        "Report: Wed 18 Nov to Tue 24 Nov, so far",
        (
            "6 requests; 100 % had an answer within 5 minutes; half within 1 min 30 s, 95 % within 1 min 30 s. "
            "1 is not answered yet."
        ),
        "No alerts.",
    ]
    assert "Support\nAna Lindqvist and Ben Okafor\nFallback\nChen Wei (Fri)\nObserver\nDilan Kaya\n" in said


async def test_asked_in_the_channel_it_is_answered_in_ones_own_chat() -> None:
    town = Town(THURSDAY)
    await town.post("report", ANA, addressed=True)
    await town.counted()
    (message,) = town.to(ANA)
    assert isinstance(message.view, ReportCard)
    assert not [one for one in town.teams.sent if one.place.startswith(CHANNEL)]


async def test_asked_in_the_team_channel_it_is_answered_there() -> None:
    town = Town(THURSDAY)
    event = Wrote(
        key="w", happened_at=town.now, place=f"{TEAM_CHANNEL};messageid=7", author=Author(EVA.id, EVA.name),
        text="report", addressed=True,
    )  # fmt: skip
    await (await town.desk()).handle(event)
    await town.counted()
    assert [one.place for one in town.teams.sent if isinstance(one.view, ReportCard)] == [event.place]


async def test_requesters_are_told_for_whom_it_is() -> None:
    town = Town(THURSDAY)
    await town.write("report", Person("olga", "Olga Brandt"))
    assert not town.teams.counting
    assert town.teams.sent[-1].text.startswith("This is for the backend team")


@pytest.mark.parametrize("words", ["report 2026-11-11", "report 17.11.2026", "Report last", "bericht letzte woche"])
async def test_any_date_of_an_iteration_names_it(words: str) -> None:
    town = Town(THURSDAY)
    assert "Report: Wed 11 Nov to Tue 17 Nov\n" in await report(town, words)


@pytest.mark.parametrize(
    "words", ["report today", "bericht", "report tomorrow", "report 2026-11-24", "report this week"]
)
async def test_the_running_iteration_is_told_so_far(words: str) -> None:
    town = Town(THURSDAY)
    assert "Report: Wed 18 Nov to Tue 24 Nov, so far" in await report(town, words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("report 2026-02-31", "There is no day 2026-02-31. Any date of an iteration will do, such as 2026-11-19"),
        ("report 2026-11-25", "That iteration begins on Wed 25 Nov; there is nothing to count yet."),
        ("report 9999-12-31", "That iteration begins on Wed 29 Dec 9999; there is nothing to count yet."),
        ("report 0001-01-01", "I was not here then, so there is nothing to count."),
        ("report 1999-12-31", "I was not here then"),
        ("report last year", "I don't know"),
    ],
)
async def test_a_date_that_names_none_is_answered_kindly(words: str, said: str) -> None:
    town = Town(THURSDAY)
    answer = await report(town, words)
    assert answer.startswith(said)
    assert not town.teams.counting


async def test_a_week_before_the_bot_came_says_so_and_one_in_which_it_came_says_since_when() -> None:
    town = Town(THURSDAY)
    await town.until("2026-11-19 10:01")
    assert "I came on Thu 19 Nov, 10:00; of before I know nothing." in await report(town, "report last")
    assert "Counted since Thu 19 Nov, 10:00, when I came." in await report(town)


async def test_an_empty_week_is_told_when_somebody_asks() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    said = await report(town)
    assert said.splitlines()[1:3] == ["No requests.", "No alerts."]
    view = town.to(ANA)[-1].view
    assert isinstance(view, ReportCard)
    assert (view.head, view.lines, view.bars, view.outcomes, view.recurring) == ((), (), (), (), ())


# -- with the handover ----------------------------------------------------------------------------------------------


async def week(now: str = "2026-11-17 08:00", **more: Any) -> Town:
    """Let a week with some requests come to its end."""
    town = Town(now, **more)
    await town.until(THURSDAY)
    await answered(town)
    await town.until("2026-11-25 08:59")
    return town


async def test_with_the_handover_the_ended_iteration_is_told_to_the_team_once() -> None:
    town = await week()
    assert not of_the_handover(town)
    await town.until("2026-11-25 09:00")
    await town.counted()
    (message,) = of_the_handover(town)
    assert message.text.startswith("Report: Wed 18 Nov to Tue 24 Nov\n6 requests; 100 % had an answer")
    await town.until("2026-11-25 12:00")
    await town.restart()
    await town.counted()
    assert of_the_handover(town) == [message]


async def test_a_restart_before_it_was_counted_posts_it_once_all_the_same() -> None:
    town = await week()
    await town.until("2026-11-25 09:00")
    assert town.teams.counting
    await town.restart()
    await town.counted()
    await town.restart()
    await town.counted()
    assert len(of_the_handover(town)) == 1


async def test_a_bot_that_was_down_at_nine_tells_it_later_that_day_and_not_on_the_next() -> None:
    town = await week()
    await town.sleep_until("2026-11-25 11:00")
    await town.counted()
    assert len(of_the_handover(town)) == 1
    late = await week()
    await late.sleep_until("2026-11-26 09:30")
    await late.counted()
    assert not of_the_handover(late)


async def test_without_a_team_channel_nobody_is_sent_it() -> None:
    town = await week(team_channel="")
    await town.until("2026-11-25 09:05")
    assert not town.teams.counting
    await town.counted()
    assert not [one for one in town.teams.sent if isinstance(one.view, ReportCard)]


async def test_a_week_in_which_nothing_came_is_not_told_to_the_team() -> None:
    town = Town("2026-11-17 08:00")
    await town.until("2026-11-25 09:05")
    assert town.teams.counting
    await town.counted()
    assert not of_the_handover(town)


async def test_a_team_that_starts_late_in_the_week_brings_no_second_report() -> None:
    town = await week(team=shifts())
    await town.until("2026-11-25 09:30")
    await town.counted()
    days = frozenset({3, 4, 0, 1})
    await town.import_shifts(tuple(Shift(date(2026, 11, 25), who.id, Role.SUPPORT, days) for who in (CHEN, EVA)))
    await town.until("2026-11-26 12:00")
    await town.counted()
    assert len(of_the_handover(town)) == 1


async def test_a_count_that_fails_says_why_to_whoever_asked_and_nothing_to_the_team() -> None:
    town = await week()
    town.teams.not_counted = "the disk is full"
    assert await report(town) == "There is no report: the disk is full."
    await town.until("2026-11-25 09:00")
    await town.counted()
    assert not of_the_handover(town)
    town.teams.not_counted = ""
    assert "6 requests" in await report(town, "report last")


# -- what counts ----------------------------------------------------------------------------------------------------


async def test_what_is_opened_again_by_its_requester_before_any_answer_is_timed_from_then() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    place = await town.post("the label printer is down", OLGA)
    await town.wait(1)
    await town.press(Solve, "R-1", OLGA, place=place)
    await town.until("2026-11-20 11:00")
    await town.reply(place, "it is down again", OLGA)
    await town.wait(2)
    await town.press(Claim, "R-1", ANA, place=place)
    found = await counted(town)
    assert found.figures.requests.answered == 1
    speed = (await town.journal.figures("tenant", "backend", found.period)).requests.speed
    assert speed is not None
    assert (speed.half, speed.in_time) == (timedelta(minutes=2), 1)


async def test_a_second_clock_changes_no_figure() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await answered(town, 5)
    before = (await counted(town)).figures.requests
    place = (await town.request("R-1")).place
    await town.press(Solve, "R-1", asker(1), place=place)
    await town.wait(30)
    await town.reply(place, "it is down again", asker(1))
    assert (await town.request("R-1")).status == "OPEN"
    await town.wait(50)
    await town.press(Claim, "R-1", BEN, place=place)
    assert (await counted(town)).figures.requests == before


async def test_a_follow_up_counts_with_the_first_and_by_itself_once_it_is_separate() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await town.post("the label printer is down", OLGA)
    await town.wait(2)
    place = await town.post("and tour 1187 is wrong", OLGA)
    assert (await counted(town)).figures.requests.count == 1
    await town.press(Separate, "R-2", OLGA, place=place)
    assert (await counted(town)).figures.requests.count == 2


async def test_an_undone_answer_has_not_been_given() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    place = await town.post("the label printer is down", OLGA)
    await town.press(Claim, "R-1", ANA, place=place)
    assert (await counted(town)).figures.requests.answered == 1
    await town.send("undo", "R-1", ANA, place=place)
    assert (await counted(town)).figures.requests.answered == 0


async def test_an_alert_counts_its_first_taker_whoever_gives_it_back() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await town.bugsnag()
    await town.wait(4)
    await town.take_alert("A-1", ANA)
    await town.wait(20)
    await town.press_alert("alert_back", "A-1", ANA)
    await town.wait(5)
    await town.take_alert("A-1", BEN)
    assert (await town.alert()).acknowledged_at == at("2026-11-19 10:04")
    assert (await counted(town)).figures.alerts.answered == 1


async def test_eyes_that_are_taken_back_have_not_taken_an_alert() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    thread = await town.bugsnag()
    await town.wait(1)
    await town.eyes(thread)
    assert (await town.alert()).acknowledged_at == at("2026-11-19 10:01")
    await town.wait(1)
    await town.eyes(thread, taken_back=True)
    assert (await town.alert()).acknowledged_at is None
    await town.wait(6)
    await town.slack_reply(thread, "UBEN")
    assert (await town.alert()).acknowledged_at == at("2026-11-19 10:08")


async def test_eyes_put_on_what_was_taken_before_leave_the_first_time_when_they_go() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    thread = await town.bugsnag()
    await town.take_alert("A-1", ANA)
    await town.wait(1)
    await town.press_alert("alert_back", "A-1", ANA)
    await town.wait(1)
    await town.eyes(thread, "UBEN")
    await town.wait(1)
    await town.eyes(thread, "UBEN", taken_back=True)
    assert (await town.alert()).acknowledged_at == at("2026-11-19 10:00")


async def test_an_alert_that_is_resolved_at_once_was_met_then_and_undo_takes_that_back() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await town.bugsnag()
    await town.wait(3)
    await town.press_alert("alert_resolved", "A-1", ANA)
    assert (await town.alert()).acknowledged_at == at("2026-11-19 10:03")
    await town.press_alert("alert_undo", "A-1", ANA)
    assert (await town.alert()).acknowledged_at is None


async def test_an_alert_that_comes_again_is_not_timed_a_second_time() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await town.bugsnag()
    await town.wait(1)
    await town.bugsnag(Kind.FIXED)
    await town.wait(60)
    await town.bugsnag(Kind.REOPENED)
    await town.wait(60)
    await town.take_alert("A-1", ANA)
    alert = await town.alert()
    assert (alert.round, alert.acknowledged_at) == (2, None)
    figures = (await counted(town)).figures
    assert (figures.alerts.count, figures.alerts.answered, figures.alerts.waiting) == (1, 0, 0)


# -- nobody's figures -----------------------------------------------------------------------------------------------


async def test_times_are_left_out_where_few_were_answered() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await answered(town, 4)
    said = await report(town)
    assert "4 requests, all answered." in said
    assert "Times are left out where fewer than 5 were answered, or one person alone served." in said
    await answered(town, 1)
    assert "5 requests; 100 % had an answer within 5 minutes" in await report(town)


async def test_times_are_left_out_where_one_person_alone_served_and_stay_so_when_absences_are_erased() -> None:
    away = Absence("ben", at("2026-11-18 00:00"), at("2026-11-26 00:00"))
    town = Town("2026-11-17 08:00", team=shifts()[:2], absences=(away,))
    await town.until(THURSDAY)
    await answered(town)
    assert "6 requests, all answered." in await report(town)
    await town.until("2027-01-04 10:00")
    state = await _state(town)
    assert not state.rota.absences
    assert "6 requests, all answered." in await report(town, "report 2026-11-18")


async def test_with_no_team_set_everybody_is_asked_so_that_times_are_nobodys() -> None:
    town = Town("2026-11-17 08:00", team=())
    await town.until(THURSDAY)
    await answered(town)
    said = await report(town)
    assert "100 % had an answer" in said
    assert "Support\n" not in said


async def test_figures_stay_when_texts_and_names_are_erased() -> None:
    town = await week()
    for number in range(1, 7):
        await town.press(Solve, f"R-{number}", asker(number))
    before = (await counted(town)).figures
    await town.until("2027-03-10 10:00")
    request = await town.request("R-1")
    assert (request.text, request.requester.id) == ("", "")
    assert (await counted(town)).figures == before


async def test_whoever_left_is_a_former_colleague_in_the_report() -> None:
    town = await week()
    await town.sleep_until("2027-12-20 10:00")
    await town.until("2027-12-21 10:00")
    served = (await counted(town)).team
    assert {one.name for one in served} == {"former colleague"}
    assert [one.role for one in served].count(Role.SUPPORT) == 2
    assert "former colleague and former colleague" in await report(town, "report 2026-11-18")
    figures = (await counted(town)).figures
    assert figures.requests.speed is not None, "two served, whoever they were"


async def test_when_the_hours_change_each_answer_stays_in_the_time_that_it_had() -> None:
    town = await week()
    state = await _state(town)
    assert (await counted(town)).figures.requests.speed is not None
    in_time = (await counted(town)).figures.requests.speed
    later = replace(
        state.desk, policy=replace(state.desk.policy, first_response=1, closes=Policy().opens.replace(hour=17))
    )
    await _commit(town, later)
    after = (await counted(town)).figures.requests.speed
    assert in_time is not None
    assert after is not None
    assert (after.judged, after.in_time) == (in_time.judged, in_time.in_time)


async def _commit(town: Town, *some: Any) -> None:
    kinds = {"DeskInfo": PutDesk, "Request": PutRequest, "Common": PutCommon, "Facts": PutFacts}
    revision = (await town.journal.load("tenant", "backend")).revision
    changes = tuple(kinds[type(one).__name__](one) for one in some)
    await town.journal.commit(Commit("tenant", "backend", revision, changes=changes))
    await town.restart()


async def test_what_recurs_and_what_is_open_at_edge_stand_in_it() -> None:
    town = Town("2026-11-17 08:00")
    await town.until(THURSDAY)
    await answered(town)
    requests = [replace(one, common="C-1" if number < 4 else "C-2") for number, one in enumerate(await town.requests())]
    facts = (await _state(town)).facts
    made = Ticket("T-1", "R-1", "EDGE", "l", Wording("s", ()), TOM, town.now, Progress.OPEN, "EDGE-7")
    some = {
        f"T-{n}": replace(made, id=f"T-{n}", key=f"EDGE-{n}", at=town.now + timedelta(minutes=n)) for n in range(1, 6)
    }
    gone = {
        "T-6": replace(made, id="T-6", key=""),
        "T-7": replace(made, id="T-7", key="EDGE-8", withdrawn=True),
        "T-8": replace(made, id="T-8", key="EDGE-9", progress=Progress.GONE),
    }
    await _commit(
        town, *requests, Common("C-1", title="Label printer is down"), replace(facts, tickets={**some, **gone})
    )
    said = await report(town)
    assert "Label printer is down\n4\n4\nnot written down yet (C-2)\n2\n2" in said
    await _commit(town, Common("C-2", uses=(Use("R-5", town.now),)))
    assert "Like R-5, not written down\n2\n2" in await report(town)
    since = "since Thu 19 Nov"
    assert f"5 tickets open at Edge now: EDGE-1 {since}, EDGE-2 {since}, EDGE-3 {since}, 2 more." in said


async def test_the_table_has_a_row_for_hours_outside_support_and_a_column_for_each_day_on_which_anything_came() -> None:
    town = Town("2026-11-17 08:00")
    await town.until("2026-11-19 20:00")
    await town.post("the label printer is down", OLGA)
    await town.until("2026-11-22 12:00")
    await town.post("the label printer is down", TOM)
    await town.bugsnag()
    await town.until("2026-11-23 09:30")
    await report(town)
    view = town.to(ANA)[-1].view
    assert isinstance(view, ReportCard)
    rows = {line.label: "".join(cell.text for cell in line.cells) for line in view.lines}
    assert [cell.text for cell in view.head] == ["We", "Th", "Fr", "Su", "Mo", "Tu"]
    assert rows == {
        "09-11": "······", "11-13": "···1··", "13-15": "······", "15-17": "······", "17-18": "······",
        "other": "·1····", "All": "·1·1··", "Alerts": "···1··",
    }  # fmt: skip
    assert view.requests == "2 requests, none answered yet. 2 came outside support hours."


async def test_a_desk_that_never_closes_gets_a_card_that_is_as_short() -> None:
    from datetime import time

    policy = Policy(opens=time(0), closes=time(23, 59), weekdays=frozenset(range(7)), holiday_country="")
    town = Town("2026-11-17 08:00", policy=policy)
    await town.until(THURSDAY)
    await answered(town, 2)
    await report(town)
    view = town.to(ANA)[-1].view
    assert isinstance(view, ReportCard)
    assert [line.label for line in view.lines] == ["00-05", "05-10", "10-15", "15-20", "20-24", "All"]
    assert len(view.bars) == 12
