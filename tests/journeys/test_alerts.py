"""Alerts: what Bugsnag says becomes one card with an owner, who is the same in Teams and in Slack."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.alerts.alert import MOST_POSTS, Status
from bot.alerts.notification import Kind
from bot.effects import Word
from bot.events import Claim, Open, Send
from bot.people import Author, Person
from bot.policy import Policy
from bot.rota.shift import Absence, Role, Shift
from bot.views import AlertCard, ListCard, PlanCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHANNEL,
    CHEN,
    EVA,
    FARID,
    OLGA,
    TEAM_CHANNEL,
    Town,
    at,
    plain,
    said,
    shifts,
)

WEDNESDAY = date(2026, 11, 25)
NEXT_TEAM = (Shift(WEDNESDAY, "chen", Role.SUPPORT), Shift(WEDNESDAY, "eva", Role.SUPPORT))
OPEN_AGAIN = [Kind.REOPENED, Kind.SPIKE, Kind.OPENED]


def card(town: Town, id_: str = "A-1", round_: int = 1) -> str:
    """Return what the card of an alert says in the team channel."""
    return town.teams.messages[f"alert:{id_}:{round_}"].text


async def status(town: Town, id_: str = "A-1") -> Status:
    return (await town.alert(id_)).status


# -- what Bugsnag says ----------------------------------------------------------------------------------------------


async def test_a_new_error_is_one_card_in_the_team_channel_with_all_that_matters() -> None:
    town = Town()
    await town.bugsnag(
        where="checkout#pay", frames=("app/pay.py:12 - call", "app/shop.py:9 - pay"), occurrences=3, users=2
    )
    (message,) = town.in_team_channel()
    view = message.view
    assert isinstance(view, AlertCard)
    assert view.title == "TimeoutError in shop, production"
    assert view.headline == "New: nobody has it yet, since 10:00"
    assert view.text == "no answer from the payment service"
    assert [(fact.label, fact.text) for fact in view.facts] == [
        ("Where", "checkout#pay\napp/pay.py:12 - call; app/shop.py:9 - pay"),
        ("How often", "3 times in all, 2 users"),
        ("Seen", "10:00"),
    ]
    assert [button.title for button in (*view.presses, *view.opens)] == ["I'm handling it", "More…"]
    assert [link.title for link in view.links] == ["Bugsnag", "Slack"]
    assert [one for one in town.teams.sent if one.place != TEAM_CHANNEL] == []  # nobody is called at once


async def test_the_same_error_is_the_same_alert_whose_counts_grow_on_the_same_card() -> None:
    town = Town()
    await town.bugsnag()
    await town.wait(3)
    await town.bugsnag(Kind.OCCURRED, said="10 events in 1h", occurrences=11)
    assert len(town.in_team_channel()) == 1
    assert "10 events in 1h, 11 times in all, reported 2 times" in card(town)
    assert "first 10:00, last 10:03" in card(town)
    assert "since 10:00" in card(town)


async def test_another_error_is_another_alert() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(error="e2", error_class="KeyError")
    assert [message.key for message in town.in_team_channel()] == ["alert:A-1:1", "alert:A-2:1"]


async def test_what_the_webhook_says_too_is_merged_and_counts_once() -> None:
    town = Town()
    await town.webhook(event="v1", frames=("app/pay.py:12 - call",))
    assert len((await town.alert()).posts) == 0
    await town.bugsnag(event="v1", where="checkout#pay", thread="C0BUGSNAG1/7.000100")
    alert = await town.alert()
    assert (alert.times, alert.threads) == (1, ("C0BUGSNAG1/7.000100",))
    assert alert.latest.frames == ("app/pay.py:12 - call",)
    assert "checkout#pay" in card(town)


async def test_what_was_done_before_the_message_in_slack_came_is_said_under_it() -> None:
    town = Town()
    await town.webhook(event="v1")
    await town.take_alert("A-1", BEN)
    assert town.teams.threads == {}
    thread = await town.bugsnag(event="v1")
    assert town.teams.threads == {thread: ["Ben Okafor is handling it."]}


async def test_the_same_event_may_be_said_twice_by_each_way_and_counts_each_time() -> None:
    town = Town()
    await town.bugsnag(event="v1")
    await town.bugsnag(Kind.OCCURRED, event="v1", said="10 events in 1h")
    await town.bugsnag(Kind.OCCURRED, event="v1", said="100th event")
    assert (await town.alert()).times == 3
    for kind, expected in (
        (Kind.FIXED, Status.RESOLVED),
        (Kind.OPENED, Status.TRIGGERED),
        (Kind.FIXED, Status.RESOLVED),
    ):
        await town.wait(1)
        await town.webhook(kind, event="v1")
        assert await status(town) is expected
        await town.bugsnag(kind, event="v1")  # a second later the other way
        assert await status(town) is expected
    assert len((await town.alert()).heard) == 3


async def test_what_comes_the_other_way_an_hour_later_is_another_happening() -> None:
    town = Town()
    await town.webhook(event="v1")
    await town.wait(60)
    await town.bugsnag(event="v1")
    assert (await town.alert()).times == 2


async def test_an_edited_message_tells_more_of_the_same_alert() -> None:
    town = Town()
    thread = await town.bugsnag(Kind.UNREADABLE, "", error_class="", project="", stage="", message="", said="Oh no")
    assert "Message from Bugsnag" in card(town)
    assert "Oh no" in card(town)
    await town.bugsnag(thread=thread, edited=True)
    assert (await town.alert()).times == 1
    assert "TimeoutError in shop, production" in card(town)
    await town.bugsnag()  # by its error, which is known now
    assert len(town.in_team_channel()) == 1


async def test_what_cannot_be_read_is_shown_as_it_is_each_by_itself() -> None:
    town = Town()
    for words in ("One", "Two"):
        await town.bugsnag(Kind.UNREADABLE, "", error_class="", project="", stage="", message="", url="", said=words)
    assert "One" in card(town, "A-1")
    assert "Two" in card(town, "A-2")
    assert "A message that I can't read: nobody has it yet" in card(town)


async def test_a_spike_without_an_error_belongs_to_the_last_error_of_its_class() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(Kind.SPIKE, "", rate=103)
    assert len(town.in_team_channel()) == 1
    assert "Spiking: nobody has it yet" in card(town)
    assert "103 a minute" in card(town)
    await town.bugsnag(Kind.SPIKE, "", error_class="KeyError", rate=7)
    assert "KeyError in shop" in card(town, "A-2")


async def test_comments_are_shown() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(Kind.COMMENT, said="It is the new gateway", by="Erika Example")
    assert "Erika Example in Bugsnag: It is the new gateway" in card(town)
    assert (await town.alert()).times == 1


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.FIXED, Kind.IGNORED, Kind.OPENED, Kind.SNOOZED, Kind.RELEASE])
async def test_what_is_said_of_an_error_that_was_never_heard_of_is_no_alert(kind: Kind) -> None:
    town = Town()
    await town.bugsnag(kind)
    assert town.teams.sent == []


@pytest.mark.parametrize("kind", [Kind.LIMITED, Kind.TEST])
async def test_limits_and_tests_are_shown_too(kind: Kind) -> None:
    town = Town()
    await town.bugsnag(kind, "", error_class="", message="", said="Events are being sampled")
    assert "Bugsnag in shop, production" in card(town)
    assert "Events are being sampled" in card(town)


async def test_an_alert_just_after_a_deployment_or_a_release_says_so() -> None:
    town = Town()
    await town.deployed("web", "production", "2026-11-23 09:30", ended="2026-11-23 09:40")
    await town.bugsnag()
    assert "Just after\nD-1, web → production, by Ana Lindqvist (30 min before)" in card(town)
    await town.bugsnag(Kind.RELEASE, "", version="4.2")
    await town.bugsnag(error="e2", error_class="KeyError")
    assert "Just after\nrelease 4.2" in card(town, "A-2")
    await town.until("2026-11-23 10:31")
    await town.bugsnag(error="e3", error_class="ValueError")
    assert "Just after" not in card(town, "A-3")


async def test_of_another_projects_release_nothing_is_said() -> None:
    town = Town()
    await town.bugsnag(Kind.RELEASE, "", version="4.2", project="billing")
    await town.bugsnag(Kind.RELEASE, "", version="4.3", stage="staging")
    await town.bugsnag()
    assert "Just after" not in card(town)


async def test_of_many_messages_about_one_error_the_first_and_the_latest_are_known() -> None:
    town = Town()
    threads = [await town.bugsnag(Kind.OCCURRED) for _ in range(MOST_POSTS + 5)]
    known = (await town.alert()).threads
    assert (len(known), known[0], known[-1]) == (MOST_POSTS, threads[0], threads[-1])


# -- who has it: both worlds agree ----------------------------------------------------------------------------------


async def test_whoever_handles_it_in_teams_is_named_in_the_slack_thread() -> None:
    town = Town()
    thread = await town.bugsnag()
    assert "Ben Okafor is handling it, since 10:00" in await town.take_alert("A-1", BEN)
    assert town.teams.threads == {thread: ["Ben Okafor is handling it."]}
    assert "I'm handling it" not in card(town)


async def test_the_first_press_wins_and_the_other_sees_who() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.take_alert("A-1", BEN)
    assert "Ben Okafor is handling it" in await town.take_alert("A-1", ANA)
    assert town.teams.threads == {thread: ["Ben Okafor is handling it."]}
    assert "Ben Okafor is already handling A-1." in await town.press_alert("alert_claim", "A-1", ANA)


async def test_a_reply_in_slack_acknowledges_it_in_teams_and_is_not_repeated_there() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.wait(2)
    await town.slack_reply(thread, "UANA")
    assert "Ana Lindqvist is handling it, since 10:02" in card(town)
    assert town.teams.threads == {}
    await town.slack_reply(thread, "UBEN")
    assert "Ana Lindqvist is handling it" in card(town)


async def test_eyes_in_slack_do_too_and_whoever_has_no_account_here_is_named_as_slack_does() -> None:
    town = Town()
    first, second = await town.bugsnag(), await town.bugsnag(error="e2", error_class="KeyError")
    await town.eyes(first, "U9", name="Noa from QA")
    await town.eyes(second, "U8")
    assert "Noa from QA is handling it" in card(town)
    assert "Somebody in Slack is handling it" in card(town, "A-2")


async def test_under_any_of_its_messages_it_is_acknowledged() -> None:
    town = Town()
    first = await town.bugsnag()
    await town.bugsnag(Kind.OCCURRED)
    await town.slack_reply(first)
    assert await status(town) is Status.ACKNOWLEDGED


async def test_a_reply_of_before_it_was_opened_again_acknowledges_nothing() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.wait(60)
    await town.bugsnag(Kind.REOPENED)
    await town.slack_reply(thread, happened="2026-11-23 10:30")
    assert await status(town) is Status.TRIGGERED
    await town.slack_reply(thread)
    assert await status(town) is Status.ACKNOWLEDGED


async def test_what_is_said_under_other_messages_is_left_alone_and_not_kept() -> None:
    town = Town()
    await town.bugsnag()
    known = await town.journal.history("tenant", "backend")
    await town.slack_reply("C0BUGSNAG1/99.0")
    await town.eyes("C0BUGSNAG1/99.0", taken_back=True)
    assert await status(town) is Status.TRIGGERED
    assert await town.journal.history("tenant", "backend") == known


async def test_eyes_taken_back_within_ten_minutes_give_it_back_with_its_clock_going_on() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.wait(5)
    await town.eyes(thread, "UEVA")
    await town.wait(9)
    await town.eyes(thread, "UEVA", taken_back=True)
    assert "New: nobody has it yet, since 10:00" in card(town)
    await town.wait(1)
    assert "nobody has it yet" in town.to(ANA)[-1].text
    late = await town.bugsnag(error="e2", error_class="KeyError")
    await town.eyes(late, "UANA")
    await town.wait(11)
    await town.eyes(late, "UANA", taken_back=True)
    assert await status(town, "A-2") is Status.ACKNOWLEDGED


async def test_eyes_of_others_taken_back_change_nothing() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.slack_reply(thread, "UANA")
    await town.eyes(thread, "UANA")
    await town.eyes(thread, "UANA", taken_back=True)  # she wrote, too
    await town.eyes(thread, "UBEN", taken_back=True)
    assert await status(town) is Status.ACKNOWLEDGED


async def test_eyes_that_come_after_they_were_taken_back_are_not_there() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.wait(3)
    await town.eyes(thread, taken_back=True, happened="2026-11-23 10:02")
    await town.eyes(thread, happened="2026-11-23 10:01")
    assert await status(town) is Status.TRIGGERED
    await town.eyes(thread)
    assert await status(town) is Status.ACKNOWLEDGED


async def test_of_an_answer_off_duty_the_pair_is_told() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.slack_reply(thread, "UFARID")
    for one in (ANA, BEN):
        assert [message.text for message in town.to(one)] == [
            "Farid Haddad, who is not on duty, answered in Slack: A-1 (TimeoutError in shop, production), and has it."
        ]
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.take_alert("A-2", EVA)
    assert "Eva Novak, who is not on duty, took A-2" in town.to(BEN)[-1].text


async def test_at_night_the_pair_is_not_told() -> None:
    town = Town("2026-11-23 19:00")
    thread = await town.bugsnag()
    await town.slack_reply(thread, "UFARID")
    assert town.to(ANA) == []
    assert "Farid Haddad is handling it" in card(town)


# -- what people do -------------------------------------------------------------------------------------------------


async def test_every_colleague_may_and_nobody_else() -> None:
    town = Town()
    await town.bugsnag()
    assert "Alerts are the backend team's." in await town.take_alert("A-1", OLGA)
    await town.take_alert("A-1", EVA)
    assert "Eva Novak is handling it" in card(town)


async def test_a_press_from_elsewhere_or_on_nothing_does_nothing() -> None:
    town = Town()
    await town.bugsnag()
    where = {"place": f"{CHANNEL};messageid=1", "card": "alert:A-1:1"}
    assert "not" in said(await town.press(Claim, "A-1", BEN, **where))
    assert "A-9" in await town.take_alert("A-9", BEN)
    assert isinstance(await town.press(Open, "A-1", BEN, card="alert:A-1:1", step="nonsense"), Word)
    assert isinstance(await town.press(Open, "A-1", BEN, card="alert:A-1:1", step="alert_undo"), Word)
    assert isinstance(await town.press(Send, "A-1", BEN, card="alert:A-1:1", step="nonsense"), Word)
    assert isinstance(await town.press(Send, "A-1", BEN, card="alert:A-1:1", step="alert"), Word)
    assert await status(town) is Status.TRIGGERED


async def test_opening_more_does_nothing_and_offers_what_can_be_done() -> None:
    town = Town()
    await town.bugsnag()
    shown = plain(await town.open("alert", "A-1", BEN, card="alert:A-1:1"))
    for title in ("[I'm handling it]", "[What does it stop?]", "[Resolved]", "[Ignore…]"):
        assert title in shown
    assert "[Undo]" not in shown
    assert await status(town) is Status.TRIGGERED


async def test_who_is_given_it_may_give_it_back_and_is_not_called_about_it() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.take_alert("A-1", BEN)
    assert "Ben Okafor has A-1." in await town.press_alert("alert_back", "A-1", ANA)
    assert "Given back." in await town.press_alert("alert_back", "A-1", BEN)
    assert town.teams.threads[thread][-1] == "Ben Okafor gives it back: nobody has it now."
    assert "nobody has it yet" in card(town)
    assert "nobody has it yet" in town.to(ANA)[0].text
    assert town.to(BEN) == []


async def test_resolved_says_who_in_both_worlds() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.take_alert("A-1", BEN)
    assert "Resolved." in await town.press_alert("alert_resolved", "A-1", ANA)
    assert "Resolved by Ana Lindqvist, Mon 23 Nov, 10:00" in card(town)
    assert town.teams.threads[thread][-1] == "Ana Lindqvist says it is resolved."
    assert "A-1 is already resolved, by Ana Lindqvist." in await town.press_alert("alert_resolved", "A-1", BEN)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("hour", "until Mon 23 Nov, 11:00: known"),
        ("day", "until Tue 24 Nov, 09:00: known"),
        ("week", "until Mon 30 Nov, 09:00: known"),
        ("ever", "10:00: known"),
    ],
)
async def test_ignored_has_a_reason_and_says_until_when(until: str, words: str) -> None:
    town = Town()
    thread = await town.bugsnag()
    assert "Say why it may be ignored." in await town.press_alert("alert_ignore", "A-1", BEN, until=until)
    assert "At most 500" in await town.press_alert("alert_ignore", "A-1", BEN, until=until, reason="x" * 501)
    await town.press_alert("alert_ignore", "A-1", BEN, until=until, reason="known")
    assert f"Ignored by Ben Okafor, Mon 23 Nov, {'' if until == 'ever' else '10:00, '}{words}" in card(town)
    assert town.teams.threads[thread][-1].endswith(": known")


async def test_the_form_for_ignoring_comes_with_a_choice_of_times() -> None:
    town = Town()
    await town.bugsnag()
    assert "(For a week)" in plain(await town.open("alert_ignore", "A-1", BEN, card="alert:A-1:1"))


async def test_what_it_stops_is_kept_and_whoever_says_it_has_it() -> None:
    town = Town()
    thread = await town.bugsnag()
    assert "(Yes: I give one now.)" in plain(await town.open("alert_stops", "A-1", BEN, card="alert:A-1:1"))
    assert "Say who and what" in await town.press_alert("alert_stops", "A-1", BEN, now="yes")
    assert "Say whether" in await town.press_alert("alert_stops", "A-1", BEN, text="Nobody can pay")
    assert "At most 500" in await town.press_alert("alert_stops", "A-1", BEN, text="x" * 501, now="yes")
    answer = await town.press_alert("alert_stops", "A-1", BEN, text="Nobody can pay", now="yes")
    assert "The workaround is yours, first of all; a ticket can follow." in answer
    assert "Stops\nNobody can pay" in card(town)
    assert town.teams.threads[thread] == ["Ben Okafor is handling it."]


async def test_what_it_stops_may_be_said_by_another_than_whoever_has_it() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.press_alert("alert_stops", "A-1", ANA, text="Nobody can pay", now="yes")
    assert "Ben Okafor is handling it" in card(town)
    assert "Nobody can pay" in card(town)


async def test_undo_restores_what_was_and_its_clock_goes_on() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.wait(5)
    await town.take_alert("A-1", BEN)
    await town.wait(4)
    await town.bugsnag(Kind.OCCURRED, occurrences=9)
    assert "It can't be taken back any more." in await town.press_alert("alert_undo", "A-1", ANA)
    assert "Taken back." in await town.press_alert("alert_undo", "A-1", BEN)
    assert "New: nobody has it yet, since 10:00" in card(town)
    assert "9 times in all" in card(town)
    assert town.teams.threads.pop(thread) == ["Ben Okafor is handling it."]
    assert [*town.teams.threads.values()] == [["Ben Okafor took that back (took it)."]]  # under its latest message
    await town.until("2026-11-23 10:15")
    assert len(town.to(ANA)) == 1


async def test_after_ten_minutes_nothing_is_taken_back() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.wait(11)
    assert "can't be taken back" in await town.press_alert("alert_undo", "A-1", BEN)
    assert "[Undo]" not in plain(await town.open("alert", "A-1", BEN, card="alert:A-1:1"))


async def test_what_ended_can_be_opened_again_and_its_opener_has_it() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.restart()
    assert "You have it." in await town.press_alert("alert_again", "A-1", ANA)
    assert "Ana Lindqvist is handling it" in card(town)
    assert town.teams.threads[thread][-1] == "Ana Lindqvist opened it again, and has it."


async def test_a_form_that_is_delivered_again_is_answered_with_how_it_stands() -> None:
    town = Town()
    await town.bugsnag()
    ben = Author("ben", "Ben Okafor")
    desk = await town.desk()
    send = Send(
        key="k",
        author=ben,
        request="A-1",
        happened_at=town.now,
        place=TEAM_CHANNEL,
        card="alert:A-1:1",
        step="alert_resolved",
        form="f",
    )
    await desk.handle(send)
    assert "Resolved by Ben Okafor" in said(await desk.handle(send))
    claim = Claim(
        key="c", author=Author("ben", "Ben Okafor"), request="A-1", happened_at=town.now, place=TEAM_CHANNEL, card="x"
    )
    assert said(await desk.handle(claim)) == said(await desk.handle(claim))


# -- what ends, and comes back --------------------------------------------------------------------------------------


async def test_fixed_in_bugsnag_is_resolved_here() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.bugsnag(Kind.FIXED, by="Erika Example")
    assert "Resolved by Erika Example in Bugsnag" in card(town)
    assert thread not in town.teams.threads  # it came from Slack
    await town.bugsnag(Kind.FIXED)
    assert "Resolved by somebody in Bugsnag" in card(town)


async def test_what_only_the_webhook_tells_of_an_alert_its_thread_hears() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.webhook(Kind.FIXED, event="v9", by="Erika Example")
    await town.wait(1)
    await town.webhook(Kind.REOPENED)
    assert town.teams.threads[thread] == [
        "Resolved by Erika Example in Bugsnag, Mon 23 Nov, 10:00.",
        "It is open again: nobody has it now.",
    ]
    await town.webhook(Kind.OCCURRED)
    await town.bugsnag(Kind.FIXED)
    await town.webhook(Kind.FIXED)
    assert len(town.teams.threads[thread]) == 2  # the rest changed nothing, or Slack says it by itself


@pytest.mark.parametrize("kind", [Kind.IGNORED, Kind.SNOOZED])
async def test_ignored_or_snoozed_in_bugsnag_is_ignored_here(kind: Kind) -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(kind, by="Erika Example", said="Error snoozed for 6 hours", until=at("2026-11-23 16:00"))
    assert "Ignored by Erika Example in Bugsnag" in card(town)
    assert "until Mon 23 Nov, 16:00: Error snoozed for 6 hours" in card(town)


@pytest.mark.parametrize("kind", [Kind.NEW, Kind.OCCURRED, *OPEN_AGAIN])
async def test_what_is_resolved_is_opened_by_any_occurrence_with_a_card_of_its_own(kind: Kind) -> None:
    town = Town()
    await town.bugsnag()
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.restart()  # which holds it no longer
    await town.wait(60)
    await town.bugsnag(kind)
    assert "nobody has it yet, since 11:00" in card(town, round_=2)
    assert "Open again since Mon 23 Nov, 11:00: its new card is below" in card(town)
    assert "I'm handling it" not in card(town)


@pytest.mark.parametrize("kind", [Kind.NEW, Kind.OCCURRED])
async def test_what_is_ignored_stays_so_until_its_time(kind: Kind) -> None:
    town = Town()
    await town.bugsnag()
    await town.press_alert("alert_ignore", "A-1", BEN, reason="known", until="hour")
    await town.wait(59)
    await town.bugsnag(kind)
    assert await status(town) is Status.IGNORED
    await town.wait(1)
    await town.bugsnag(kind)
    assert await status(town) is Status.TRIGGERED


@pytest.mark.parametrize("kind", OPEN_AGAIN)
async def test_what_is_ignored_for_good_is_opened_by_a_reopened_error_or_a_spike(kind: Kind) -> None:
    town = Town()
    await town.bugsnag()
    await town.press_alert("alert_ignore", "A-1", BEN, reason="known", until="ever")
    await town.bugsnag(Kind.OCCURRED)
    assert await status(town) is Status.IGNORED
    await town.bugsnag(kind)
    assert await status(town) is Status.TRIGGERED


async def test_what_somebody_handles_is_not_opened_again_by_more_of_it() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    for kind in (Kind.OCCURRED, *OPEN_AGAIN):
        await town.bugsnag(kind)
    assert "Ben Okafor is handling it" in card(town)


async def test_reopened_while_nobody_has_it_says_so() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(Kind.REOPENED)
    assert "Reopened: nobody has it yet" in card(town)


async def test_what_happened_before_it_ended_does_not_open_it_when_it_comes_late() -> None:
    town = Town()
    await town.bugsnag()
    await town.wait(10)
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.bugsnag(Kind.OCCURRED, happened="2026-11-23 10:05")
    assert await status(town) is Status.RESOLVED
    assert (await town.alert()).times == 2


async def test_a_late_fix_of_before_it_was_reopened_ends_nothing() -> None:
    town = Town()
    await town.bugsnag()
    await town.wait(10)
    await town.bugsnag(Kind.FIXED, happened="2026-11-23 10:06")
    await town.bugsnag(Kind.REOPENED, happened="2026-11-23 10:08")
    await town.bugsnag(Kind.FIXED, happened="2026-11-23 10:07")
    assert await status(town) is Status.TRIGGERED


# -- who is called --------------------------------------------------------------------------------------------------


async def test_after_15_minutes_the_pair_is_called_and_after_30_the_team_channel() -> None:
    town = Town()
    await town.bugsnag()
    await town.until("2026-11-23 10:14")
    assert town.to(ANA) == town.to(BEN) == []
    await town.until("2026-11-23 10:15")
    for one in (ANA, BEN):
        assert "New: nobody has it yet, since 10:00" in town.to(one)[0].text
    assert len(town.in_team_channel()) == 1
    await town.until("2026-11-23 10:30")
    assert [message.key for message in town.in_team_channel()] == ["alert:A-1:1", "call:A-1:1:team"]
    await town.until("2026-11-23 13:59")
    assert len(town.to(ANA)) == 1
    assert len(town.in_team_channel()) == 2


async def test_with_a_further_fallback_that_one_is_called_instead_of_the_channel() -> None:
    friday = "2026-11-20"
    town = Town(f"{friday} 10:00")
    await town.bugsnag()
    await town.until(f"{friday} 10:30")
    assert len(town.to(CHEN)) == 1
    assert len(town.in_team_channel()) == 1


async def test_every_copy_says_who_has_it_once_somebody_has() -> None:
    town = Town()
    await town.bugsnag()
    await town.until("2026-11-23 10:30")
    await town.take_alert("A-1", BEN)
    copies = [*town.to(ANA), *town.to(BEN), *town.in_team_channel()]
    assert len(copies) == 4
    assert all("Ben Okafor is handling it" in message.text for message in copies)


async def test_from_ones_own_copy_it_is_taken_too() -> None:
    town = Town()
    await town.bugsnag()
    await town.until("2026-11-23 10:15")
    shown = await town.press(Claim, "A-1", ANA, card="call:A-1:1:ana")
    assert "Ana Lindqvist is handling it" in said(shown)


async def test_the_clock_counts_support_hours_and_nobody_is_called_outside_them() -> None:
    town = Town("2026-11-23 17:50")
    await town.bugsnag()
    await town.until("2026-11-24 08:59")
    assert town.to(ANA) == []
    await town.until("2026-11-24 09:05")
    assert len(town.to(ANA)) == 1
    assert "since Mon 23 Nov, 17:50" in card(town)  # the card says the day, by now


async def test_nobody_who_is_away_is_called() -> None:
    town = Town(absences=(Absence("ana", at("2026-11-23 00:00"), at("2026-11-24 00:00")),))
    await town.bugsnag()
    await town.until("2026-11-23 10:15")
    assert town.to(ANA) == []
    assert len(town.to(BEN)) == 1


async def test_with_nobody_on_duty_all_who_are_there_are_called() -> None:
    town = Town(team=())
    await town.bugsnag()
    await town.until("2026-11-23 10:15")
    assert all(len(town.to(one)) == 1 for one in (ANA, BEN, EVA))


async def test_after_an_outage_they_are_called_once_for_both_steps() -> None:
    town = Town()
    await town.bugsnag()
    town.now += timedelta(hours=3)
    await town.restart()
    await (await town.desk()).settle()
    assert len(town.to(ANA)) == 1
    assert len(town.in_team_channel()) == 2


async def test_what_is_heard_of_late_calls_nobody_whom_slack_has_answered_meanwhile() -> None:
    town = Town()
    await town.bugsnag(happened="2026-11-23 09:10")
    thread = await town.bugsnag(error="e2", error_class="KeyError", happened="2026-11-23 09:12")
    await (await town.desk()).strike()
    await town.slack_reply(thread, happened="2026-11-23 09:20")
    await town.wait(1)
    assert [one.key for one in town.to(ANA)] == ["call:A-1:1:ana"]
    assert [one.key for one in town.in_team_channel()] == ["alert:A-1:1", "alert:A-2:1", "call:A-1:1:team"]


async def test_in_a_pause_nothing_is_shown_and_at_its_end_all_of_it_is() -> None:
    town = Town()
    await town.write("pause", FARID)
    thread = await town.bugsnag()
    await town.slack_reply(thread, "UEVA")
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.until("2026-11-23 10:40")
    assert town.in_team_channel() == []
    await town.write("resume", FARID)
    assert "nobody has it yet" in card(town, "A-2")
    assert "is handling it" in card(town, "A-1")
    await town.wait(1)
    assert len([one for one in town.to(ANA) if one.key.startswith("call:A-2")]) == 1


async def test_an_alert_that_is_over_is_left_alone_by_the_clock_and_by_the_end_of_a_pause() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.write("pause", FARID)
    await town.wait(60)
    desk = await town.desk()
    for command in (town.write("resume", FARID), desk.strike()):
        # a press has the desk hold the alert while both are decided
        await asyncio.gather(town.open("alert", "A-1", BEN, card="alert:A-1:1"), command)
    assert len(town.teams.messages["alert:A-1:1"].versions) == 2
    assert await status(town) is Status.RESOLVED


# -- where it is shown ----------------------------------------------------------------------------------------------


async def test_without_a_team_channel_each_on_duty_has_the_card() -> None:
    town = Town(team_channel="")
    await town.bugsnag()
    assert [message.key for message in town.teams.sent] == ["alert:A-1:1:ana", "alert:A-1:1:ben"]
    shown = await town.press(Claim, "A-1", ANA, card="alert:A-1:1:ana")
    assert "Ana Lindqvist is handling it" in said(shown)
    assert all("Ana Lindqvist is handling it" in message.text for message in town.teams.sent)


async def test_without_a_team_channel_nobody_is_written_to_at_night_but_at_the_opening() -> None:
    town = Town("2026-11-23 22:00", team_channel="")
    await town.bugsnag()
    assert town.teams.sent == []
    await town.until("2026-11-24 09:00")
    assert [message.key for message in town.teams.sent if message.key.startswith("alert")] == [
        "alert:A-1:1:ana",
        "alert:A-1:1:ben",
    ]
    await town.until("2026-11-24 09:31")
    assert len([one for one in town.teams.sent if one.key.startswith("call")]) == 2


async def test_policy_may_say_that_alerts_are_for_the_desks_channel() -> None:
    town = Town(policy=replace(Policy(), alerts_in_channel=True))
    await town.bugsnag()
    assert [message.key for message in town.teams.sent] == ["alert:A-1:1"]
    assert town.teams.sent[0].place.startswith(CHANNEL)
    where = {"place": town.teams.sent[0].place, "card": "alert:A-1:1"}
    assert "Ben Okafor is handling it" in said(await town.press(Claim, "A-1", BEN, **where))


async def test_after_a_pause_whoever_came_on_duty_has_it_too_and_nobody_twice() -> None:
    town = Town("2026-11-24 17:00", team=(*shifts(), *NEXT_TEAM), team_channel="")
    await town.bugsnag()
    await town.write("pause", FARID)
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.press_alert("alert_resolved", "A-1", EVA)
    await town.until("2026-11-25 10:30")
    await town.write("resume", FARID)
    assert {one.key for one in town.teams.sent if one.key.startswith("alert:A-2")} >= {
        "alert:A-2:1:chen",
        "alert:A-2:1:eva",
    }


async def test_alerts_lists_what_is_open_with_the_readers_own_first() -> None:
    town = Town()
    assert "No alert is open" in await town.write("alerts", ANA)
    for number, name in enumerate(("KeyError", "TypeError", "OSError"), 1):
        await town.bugsnag(error=f"e{number}", error_class=name)
    assert "3 alerts are open" in await town.write("alerts", ANA)
    await town.take_alert("A-3", ANA)
    await town.take_alert("A-1", BEN)
    await town.press_alert("alert_resolved", "A-2", BEN)
    await town.bugsnag(error="e4", error_class="IOError")
    await town.write("alerts", ANA)
    shown = town.teams.sent[-1].view
    assert isinstance(shown, ListCard)
    assert [row.title.rpartition(" · ")[2] for row in shown.rows] == ["A-3", "A-4", "A-1"]
    await town.press_alert("alert_resolved", "A-1", BEN)
    await town.press_alert("alert_resolved", "A-3", BEN)
    assert "One alert is open" in await town.write("alerts", BEN)
    for number in range(28):
        await town.wait(1)
        await town.bugsnag(error=f"more{number}", error_class=f"E{number}")
    assert "… and 9 more." in await town.write("alerts", BEN)


async def test_a_restart_in_the_middle_changes_nothing() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.restart()
    await town.slack_reply(thread)
    await town.restart()
    assert "Ana Lindqvist is handling it" in card(town)
    assert town.teams.twice == []


# -- the change of duty ---------------------------------------------------------------------------------------------


def tuesday(**more: object) -> Town:
    """Return Tuesday evening, before Chen and Eva take over from Ana and Ben."""
    return Town("2026-11-24 17:00", team=(*shifts(), *NEXT_TEAM), **more)  # type: ignore[arg-type]


def handover(town: Town, person: str = "") -> PlanCard:
    view = town.teams.messages[f"handover:2026-11-25{person and f':{person}'}"].view
    assert isinstance(view, PlanCard)
    return view


async def settle(town: Town, step: str, by: Person = BEN, id_: str = "A-1") -> str:
    where = {"place": f"person:{by.id}", "card": f"handover:2026-11-25:{by.id}"}
    return said(await town.press(Send, id_, by, step=step, **where))


async def test_at_the_handover_open_alerts_are_listed_and_the_old_pairs_are_asked_about() -> None:
    town = tuesday()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.take_alert("A-2", FARID)
    await town.until("2026-11-25 09:00")
    titles = [part.title for part in handover(town).parts]
    assert titles == ["TimeoutError in shop, production · A-1", "Alerts"]
    assert [button.title for button in handover(town).parts[0].presses] == ["I finish it", "Hand over"]
    assert "A-2 (KeyError in shop, production): Farid Haddad is handling it" in handover(town).parts[1].text
    assert [part.title for part in handover(town, "ben").parts] == ["TimeoutError in shop, production · A-1"]


async def test_whoever_finishes_an_alert_keeps_it_until_thursdays_close() -> None:
    town = tuesday()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.until("2026-11-25 09:10")
    assert "Ben Okafor has A-1." in await settle(town, "alert_finish", CHEN)
    assert "Nothing of yours is left." in await settle(town, "alert_finish")
    assert "Ben Okafor finishes it by Thu 26 Nov, 18:00" in handover(town).parts[0].text
    assert "A-1 stays yours" in await settle(town, "alert_finish")
    await town.until("2026-11-26 17:59")
    assert await status(town) is Status.ACKNOWLEDGED
    await town.until("2026-11-26 18:00")
    assert await status(town) is Status.TRIGGERED
    (lines,) = town.teams.threads.values()
    assert lines[-1] == "Ben Okafor wanted to finish it by now: nobody has it now."
    assert not any(message.key.startswith("call") for message in town.teams.sent)  # at night
    await town.until("2026-11-27 09:00")
    assert any(message.key == "call:A-1:1:eva" for message in town.teams.sent)


async def test_what_was_to_be_finished_and_is_over_by_then_is_left_alone() -> None:
    town = tuesday()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.bugsnag(error="e2", error_class="KeyError")
    await town.take_alert("A-2", BEN)
    await town.until("2026-11-25 09:10")
    await settle(town, "alert_finish")
    await settle(town, "alert_finish", id_="A-2")
    await town.press_alert("alert_back", "A-1", BEN)
    await town.press_alert("alert_resolved", "A-2", BEN)
    await town.until("2026-11-26 18:00")
    assert (await status(town), await status(town, "A-2")) == (Status.TRIGGERED, Status.RESOLVED)


async def test_what_is_handed_over_or_not_settled_is_the_new_pairs_at_once() -> None:
    town = tuesday()
    for number in (1, 2):
        await town.bugsnag(error=f"e{number}", error_class=f"E{number}")
        await town.take_alert(f"A-{number}", BEN)
    await town.until("2026-11-25 09:10")
    assert "E2" in await settle(town, "alert_back")
    assert {message.key for message in town.teams.sent if message.key.startswith("call")} == {
        "call:A-1:1:chen",
        "call:A-1:1:eva",
    }
    await town.until("2026-11-25 10:00")
    assert await status(town, "A-2") is Status.TRIGGERED
    assert [*town.teams.threads.values()][1][-1] == "Ben Okafor had it before the handover: nobody has it now."
    assert len([one for one in town.teams.sent if one.key.startswith("call:A-2")]) == 2
    late = await settle(town, "alert_finish", id_="A-2")
    assert "Nobody has A-2." in late


async def test_after_thursday_there_is_nothing_left_to_finish() -> None:
    town = tuesday()
    await town.until("2026-11-27 09:10")
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    assert "over" in await settle(town, "alert_finish")


async def test_a_press_on_the_handover_that_is_delivered_again_shows_the_card() -> None:
    town = tuesday()
    await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.until("2026-11-25 09:10")
    desk = await town.desk()
    send = Send(
        key="k",
        author=Author("ben", "Ben Okafor"),
        request="A-1",
        happened_at=town.now,
        place="person:ben",
        card="handover:2026-11-25:ben",
        step="alert_finish",
    )
    assert said(await desk.handle(send)) == said(await desk.handle(send))


async def test_of_many_alerts_the_handover_lists_a_few() -> None:
    town = tuesday()
    for number in range(9):
        await town.bugsnag(error=f"e{number}", error_class=f"E{number}")
    await town.until("2026-11-25 09:00")
    assert handover(town).parts[0].text.endswith("… and 3 more: alerts shows them.")
    await town.press_alert("alert_resolved", "A-1", CHEN)
    assert "Closed since: A-1." in handover(town).note


async def test_without_a_team_channel_each_reads_of_all_of_them() -> None:
    town = tuesday(team_channel="")
    await town.bugsnag()
    where = {"card": "alert:A-1:1:ben"}
    await town.press(Claim, "A-1", BEN, **where)
    await town.until("2026-11-25 09:00")
    assert [button.title for part in handover(town, "ben").parts for button in part.presses] == [
        "I finish it",
        "Hand over",
    ]
    assert [button.title for part in handover(town, "chen").parts for button in part.presses] == []


# -- tickets --------------------------------------------------------------------------------------------------------


FILLED = {
    "summary": "Payments time out",
    "happened": "TimeoutError in the shop",
    "impact": "Nobody can pay",
    "workaround": "no",
    "urgency": "High",
}


async def test_what_needs_no_workaround_becomes_a_ticket_to_which_cause_and_solution_belong() -> None:
    town = Town(jira="EDGE")
    thread = await town.bugsnag(where="checkout#pay", frames=("app/pay.py:12 - call",))
    shown = await town.press_alert("alert_stops", "A-1", BEN, text="Nobody can pay", now="no")
    assert "TimeoutError: no answer from the payment service" in shown
    assert "Nobody can pay" in shown
    answer = await town.press_alert("ticket", "A-1", BEN, **FILLED)
    assert "Cause and solution belong to the ticket now." in answer
    (made,) = town.teams.jira
    assert (made.ticket.matter, made.ticket.draft.summary) == ("A-1", "Payments time out")
    assert "EDGE-1 has it: cause and solution belong to the ticket" in card(town)
    assert "https://jira.example.com/browse/EDGE-1" in card(town)
    assert town.teams.threads[thread] == [
        "Ben Okafor is handling it.",
        "Ben Okafor makes a ticket of it, to which cause and solution belong.",
        "It has a ticket: EDGE-1 https://jira.example.com/browse/EDGE-1",
    ]
    await town.bugsnag(Kind.OCCURRED)
    assert await status(town) is Status.TICKETED


async def test_a_ticket_that_is_done_resolves_the_alert() -> None:
    town = Town(jira="EDGE")
    thread = await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    await town.restart()
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert "Resolved" in card(town)
    assert town.teams.threads[thread][-1] == "EDGE-1 is done, so this is resolved."


async def test_a_refused_ticket_gives_the_alert_back_to_whoever_made_it() -> None:
    town = Town(jira="EDGE")
    thread = await town.bugsnag()
    town.teams.says = ["Component is required"]
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    assert "Ben Okafor is handling it" in card(town)
    assert town.teams.threads[thread][-1] == "It has no ticket yet. Ben Okafor goes on with it."
    assert "Component is required" in town.to(BEN)[-1].text
    shown = plain(await town.open("ticket", "A-1", BEN, card="alert:A-1:1"))
    assert "Payments time out" in shown


async def test_what_is_missing_in_its_form_is_said() -> None:
    town = Town(jira="EDGE")
    await town.bugsnag()
    assert "Say who and what is affected first." in await town.press_alert(
        "ticket", "A-1", BEN, **{**FILLED, "impact": ""}
    )
    assert town.teams.jira == []
    assert await status(town) is Status.TRIGGERED


async def test_there_is_one_ticket_however_often_it_is_sent() -> None:
    town = Town(jira="EDGE")
    await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    assert "A-1 has a ticket" in await town.press_alert("ticket", "A-1", ANA, **FILLED)
    assert len(town.teams.jira) == 1


async def test_undo_marks_the_ticket_as_withdrawn_and_it_stays() -> None:
    town = Town(jira="EDGE")
    await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    await town.press_alert("alert_undo", "A-1", BEN)
    assert "nobody has it yet" in card(town)
    assert "It stays in Jira" in town.to(BEN)[-1].text


@pytest.mark.parametrize("key", ["EDGE-7", "https://jira.example.com/browse/EDGE-7"])
async def test_without_a_tracker_the_form_gives_the_text_and_takes_the_key(key: str) -> None:
    town = Town(policy=replace(Policy(), jira_project="EDGE"))
    thread = await town.bugsnag()
    shown = plain(await town.open("ticket", "A-1", BEN, card="alert:A-1:1"))
    assert "Summary, to copy" in shown
    assert "TimeoutError: no answer" in shown
    assert "Write the ticket's key" in await town.press_alert("ticket", "A-1", BEN, ticket="?")
    await town.press_alert("ticket", "A-1", BEN, ticket=key)
    assert "EDGE-7 has it" in card(town)
    assert town.teams.threads[thread][-1].endswith(f"to which cause and solution belong: {key}")


async def test_without_a_tracker_the_form_links_to_where_a_ticket_is_made() -> None:
    address = "https://jira.example.com/secure/CreateIssueDetails!init.jspa?pid=10003&issuetype=4"
    for project, title in ((address, "New ticket, filled in"), ("https://jira.example.com/browse/EDGE", "Open Jira")):
        town = Town(policy=replace(Policy(), jira_project=project))
        await town.bugsnag()
        shown = await town.open("ticket", "A-1", BEN, card="alert:A-1:1")
        assert title in [link.title for link in shown.links]


async def test_in_a_storm_one_ticket_is_the_whole_kinds() -> None:
    town = Town(jira="EDGE")
    for number in range(14):
        await town.bugsnag(error=f"e{number}")
    await town.press_alert("ticket", "A-11", BEN, **FILLED)
    assert len(town.teams.jira) == 1
    assert [(await town.alert(f"A-{number}")).status for number in (11, 12, 13, 14)] == [Status.TICKETED] * 4


async def kind_in_a_storm(town: Town) -> list[str]:
    """Let four alerts of one kind come in a storm; return their ids."""
    for number in range(14):
        await town.bugsnag(error=f"e{number}")
    return [f"A-{number}" for number in (11, 12, 13, 14)]


async def test_what_becomes_of_a_kinds_ticket_is_said_of_all_of_the_kind() -> None:
    town = Town(jira="EDGE")
    ids = await kind_in_a_storm(town)
    await town.press_alert("ticket", "A-13", BEN, **FILLED)
    assert {(await town.alert(id_)).ticket_key for id_ in ids} == {"EDGE-1"}
    await town.restart()
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert {await status(town, id_) for id_ in ids} == {Status.RESOLVED}
    assert sum(map(len, town.teams.threads.values())) == 3  # in the thread of the one that was pressed


async def test_a_refused_ticket_gives_all_of_its_kind_back() -> None:
    town = Town(jira="EDGE")
    town.teams.says = ["There is no such type of ticket."]
    ids = await kind_in_a_storm(town)
    await town.press_alert("ticket", "A-13", BEN, **FILLED)
    assert {await status(town, id_) for id_ in ids} == {Status.ACKNOWLEDGED}
    await town.press_alert("ticket", "A-13", BEN, **FILLED)
    await town.ticket_moves("EDGE-2", "", deleted=True)
    assert {(await town.alert(id_)).ticket_key for id_ in ids} == {""}


async def test_whoever_was_called_before_it_was_taken_is_called_again_once_it_is_given_back() -> None:
    town = Town()
    await town.bugsnag()
    await town.wait(15)
    assert len(town.to(ANA)) == 1
    await town.take_alert("A-1", BEN)
    await town.wait(5)
    await town.press_alert("alert_back", "A-1", BEN)
    assert ["nobody has it yet" in one.text for one in town.to(ANA)] == [True, True]
    assert len(town.to(BEN)) == 1
    await town.wait(30)
    assert [one.key.startswith("call") for one in town.in_team_channel()] == [False, True]
    await town.take_alert("A-1", BEN)
    assert ["Ben Okafor is handling it" in one.text for one in town.to(ANA)] == [True, True]


async def test_of_whoever_takes_it_off_duty_after_another_the_pair_is_told_anew() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", EVA)
    await town.wait(1)
    await town.press_alert("alert_back", "A-1", EVA)
    await town.wait(1)
    await town.take_alert("A-1", FARID)
    told = [one for one in town.to(ANA) if one.key.startswith("told:")]
    assert [one.text.partition(",")[0] for one in told] == ["Eva Novak", "Farid Haddad"]
    assert len({one.key for one in told}) == 2


async def test_after_a_restart_too_the_handover_lists_alerts_by_their_age() -> None:
    town = tuesday()
    for number in range(11):
        await town.bugsnag(error=f"e{number}", error_class=f"E{number}")
        await town.wait(1)
    await town.restart()
    await town.until("2026-11-25 09:00")
    lines = handover(town).parts[-1].text.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "…"]


async def test_the_card_says_that_nobody_knows_yet_whether_there_is_a_ticket() -> None:
    town = Town(jira="EDGE")
    town.teams.says = [""]
    await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    assert "Ben Okafor finds out whether Jira has the ticket" in card(town)


async def test_of_a_ticket_that_was_deleted_the_card_says_so_and_its_maker_has_the_alert_again() -> None:
    town = Town(jira="EDGE")
    thread = await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    await town.wait(20)
    await town.ticket_moves("EDGE-1", "", deleted=True)
    assert "Ben Okafor is handling it" in card(town)
    assert town.teams.threads[thread][-1] == "EDGE-1 was deleted in Jira. Ben Okafor goes on with it."
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    assert "EDGE-2 has it" in card(town)


async def test_what_has_a_ticket_and_is_open_again_is_left_to_that_ticket() -> None:
    town = Town(jira="EDGE")
    thread = await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    again = await town.bugsnag(Kind.SPIKE)
    form = plain(await town.open("ticket", "A-1", ANA, card="alert:A-1:2"))
    assert "EDGE-1 is its ticket, and still open." in form
    assert "summary" not in form
    assert "Cause and solution belong to the ticket now." in await town.press_alert("ticket", "A-1", ANA)
    assert await status(town) is Status.TICKETED
    assert len(town.teams.jira) == 1
    assert town.teams.threads[again] == ["Ana Lindqvist leaves it to its ticket EDGE-1."]
    assert len(town.teams.threads[thread]) == 2


@pytest.mark.parametrize("taken", [True, False])
async def test_a_ticket_that_is_done_resolves_what_was_open_again_meanwhile(*, taken: bool) -> None:
    town = Town(jira="EDGE")
    await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    again = await town.bugsnag(Kind.SPIKE)
    if taken:
        await town.take_alert("A-1", ANA)
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert await status(town) is Status.RESOLVED
    assert town.teams.threads[again][-1] == "EDGE-1 is done, so this is resolved."


async def test_what_is_ignored_until_the_next_working_day_stays_so_over_a_weekend() -> None:
    town = Town("2026-11-27 15:00")
    await town.bugsnag()
    shown = await town.press_alert("alert_ignore", "A-1", BEN, reason="noise", until="day")
    assert "until Mon 30 Nov, 09:00" in shown


async def test_of_each_who_took_it_off_duty_the_pair_is_told() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", EVA)
    await town.press_alert("alert_undo", "A-1", EVA)
    await town.wait(1)
    await town.take_alert("A-1", FARID)
    assert [one.text.partition(",")[0] for one in town.to(ANA)] == ["Eva Novak", "Farid Haddad"]


async def test_a_comment_leaves_how_often_it_occurred_on_the_card() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(Kind.OCCURRED, said="10 events in 1h")
    await town.bugsnag(Kind.COMMENT, by="Erika Example", said="We saw this before.")
    assert "10 events in 1h" in card(town)
    assert "Erika Example in Bugsnag: We saw this before." in card(town)


async def test_a_ticket_deleted_while_its_alert_is_open_again_leaves_it_open() -> None:
    town = Town(jira="EDGE")
    await town.bugsnag()
    await town.press_alert("ticket", "A-1", BEN, **FILLED)
    await town.bugsnag(Kind.SPIKE)
    await town.ticket_moves("EDGE-1", "", deleted=True)
    assert "nobody has it yet" in card(town, round_=2)
    assert "EDGE-1" not in card(town, round_=2)


async def test_what_somebody_has_already_stays_theirs_when_they_say_what_it_stops() -> None:
    town = Town()
    thread = await town.bugsnag()
    await town.take_alert("A-1", BEN)
    await town.press_alert("alert_stops", "A-1", ANA, text="Nobody can pay", now="yes")
    assert "Ben Okafor is handling it" in card(town)
    assert "Stops\nNobody can pay" in card(town)
    assert town.teams.threads[thread] == ["Ben Okafor is handling it."]
