"""A storm of alerts is one digest that keeps the first of each kind; none is lost, and nobody is flooded."""

from datetime import date, timedelta

from bot.alerts.alert import Status
from bot.alerts.notification import Kind
from bot.effects import Word
from bot.events import Send
from bot.people import Author
from bot.places import personal
from bot.rota.shift import Role, Shift
from bot.views import ListCard, PlanCard
from tests.journeys.test_alerts import FILLED
from tests.journeys.town import ANA, BEN, CHANNEL, CHEN, EVA, FARID, OLGA, TEAM_CHANNEL, Town, plain, said, shifts

CALM = 10  # new alerts in a minute that are no storm yet


async def storm(town: Town, count: int = 60, kinds: int = 20) -> list[str]:
    """Let so many errors of so many kinds come within half a minute; return their messages in Slack."""
    threads = []
    for number in range(count):
        town.now += timedelta(seconds=30 / count)
        kind = f"Kind{number % kinds}Error"
        threads.append(await town.bugsnag(error=f"e{number}", error_class=kind, message=f"number {number}"))
    return threads


def digest(town: Town, number: int = 1) -> PlanCard:
    view = town.teams.messages[f"storm:S-{number}:1"].view
    assert isinstance(view, PlanCard)
    return view


async def take(town: Town, at: int, by: object = BEN, storm_: str = "S-1") -> str:
    where = {"place": f"{TEAM_CHANNEL};messageid=9", "card": f"{'storm'}:{storm_}:1"}
    return said(await town.press(Send, "", by, step="storm", choice=f"{storm_}|{at}", **where))  # type: ignore[arg-type]


async def test_over_ten_new_alerts_in_a_minute_share_one_digest() -> None:
    town = Town()
    await storm(town)
    keys = [message.key for message in town.in_team_channel()]
    assert keys == [*(f"alert:A-{number}:1" for number in range(1, CALM + 1)), "storm:S-1:1"]
    await town.wait(1)
    view = digest(town)
    assert view.title == "A storm: 50 alerts of 20 kinds, since 10:00"
    assert view.text == "Nobody has 50 of them yet."
    assert view.parts[0].title == "Kind10Error in shop, production · 3 alerts"
    assert view.parts[0].text == "number 10"


async def test_ten_new_ones_are_no_storm() -> None:
    town = Town()
    await storm(town, CALM)
    assert len(town.in_team_channel()) == CALM
    await town.wait(1.1)
    await storm(town, CALM)
    assert len(town.in_team_channel()) == CALM  # the same errors again
    assert (await town.alert("A-1")).times == 2


async def test_each_of_the_kinds_is_there_at_once_and_the_counts_soon_after() -> None:
    town = Town()
    threads = await storm(town, 500)
    assert {part.title.partition("Error")[0] for part in digest(town).parts} == {f"Kind{n}" for n in range(20)}
    await town.wait(0.2)
    assert digest(town).title.startswith("A storm: 490 alerts of 20 kinds")
    assert len(town.teams.messages["storm:S-1:1"].versions) < 40
    state = await (await town.desk()).state()
    assert len(state.alerts) == len(threads) == 500


async def test_more_kinds_than_are_shown_are_said_and_can_be_listed() -> None:
    town = Town()
    await storm(town, 60, 60)
    assert digest(town).note == "25 more kinds: write alerts to see them."


async def test_the_list_has_a_row_for_each_kind_of_a_storm() -> None:
    town = Town()
    await storm(town, 60, 30)
    await take(town, 0, ANA)
    await town.write("alerts", ANA)
    shown = town.to(ANA)[-1].view
    assert isinstance(shown, ListCard)
    titles = [row.title for row in shown.rows]
    assert titles[0] == "Kind10Error in shop, production · A-11 and more of its kind"
    assert len(titles) == len({*titles}) == 20


async def test_one_press_takes_all_of_a_kind_and_says_so_once_in_slack() -> None:
    town = Town()
    threads = await storm(town)
    shown = await take(town, 0)
    assert "Nobody has 47 of them yet." in shown
    assert "Ben Okafor is handling it" in digest(town).parts[0].text
    assert town.teams.threads == {threads[10]: ["Ben Okafor is handling all 3 alerts of this kind."]}
    assert (await town.alert("A-51")).owner is not None


async def test_of_one_alone_the_line_says_it() -> None:
    town = Town()
    threads = await storm(town, 11, 11)
    await take(town, 0)
    assert town.teams.threads == {threads[10]: ["Ben Okafor is handling it."]}
    assert digest(town).title == "A storm: 1 alert, since 10:00"


async def test_what_is_taken_already_or_over_is_not_taken_again() -> None:
    town = Town()
    await storm(town)
    await take(town, 0)
    await take(town, 0, ANA)
    assert (await town.alert("A-11")).owner is not None
    assert (await town.alert("A-11")).owner.name == "Ben Okafor"  # type: ignore[union-attr]
    for choice in ("S-9|0", "S-1|99", "S-1|x"):
        where = {"place": TEAM_CHANNEL, "card": "storm:S-1:1"}
        assert isinstance(await town.press(Send, "", BEN, step="storm", choice=choice, **where), Word)
    assert "backend team" in await take(town, 1, OLGA)


async def test_an_answer_in_slack_is_seen_on_the_digest() -> None:
    town = Town()
    threads = await storm(town)
    await town.slack_reply(threads[10])
    assert digest(town).text == "Nobody has 49 of them yet."


async def test_what_is_done_to_one_is_done_to_all_of_its_kind() -> None:
    town = Town()
    await storm(town)
    shown = plain(await town.open("alert", "A-11", BEN, card="storm:S-1:1", place=TEAM_CHANNEL))
    assert "This goes for all 3 alerts of this kind in the storm." in shown
    assert "Resolved." in await town.press_alert("alert_resolved", "A-11", BEN)
    for id_ in ("A-11", "A-31", "A-51"):
        assert (await town.alert(id_)).status is Status.RESOLVED
    assert (await town.alert("A-12")).status is Status.TRIGGERED
    assert "[Undo]" not in plain(await town.open("alert", "A-11", BEN, card="storm:S-1:1", place=TEAM_CHANNEL))


async def test_a_claim_of_a_kind_is_undone_for_all_of_it() -> None:
    town = Town()
    await storm(town)
    await town.press_alert("alert_claim", "A-11", BEN)
    assert digest(town).text == "Nobody has 47 of them yet."
    await town.press_alert("alert_undo", "A-11", BEN)
    assert digest(town).text == "Nobody has 50 of them yet."


async def test_of_a_kind_what_somebody_has_already_stays_theirs() -> None:
    town = Town()
    threads = await storm(town)
    await town.slack_reply(threads[30], "UANA")
    await town.press_alert("alert_claim", "A-11", BEN)
    owners = [(await town.alert(id_)).owner for id_ in ("A-11", "A-31", "A-51")]
    assert [owner and owner.id for owner in owners] == ["ben", "ana", "ben"]


async def test_whoever_opens_one_of_a_kind_again_takes_none_of_the_others_away() -> None:
    town = Town()
    threads = await storm(town)
    await town.bugsnag(Kind.FIXED, error="e10", error_class="Kind10Error")
    await town.slack_reply(threads[30], "UANA")
    await town.press_alert("alert_again", "A-11", BEN)
    owners = [(await town.alert(id_)).owner for id_ in ("A-11", "A-31", "A-51")]
    assert [owner and owner.id for owner in owners] == ["ben", "ana", None]


async def test_undo_leaves_what_another_did_to_one_of_the_kind() -> None:
    town = Town()
    threads = await storm(town)
    await town.slack_reply(threads[30])
    await town.press_alert("alert_claim", "A-11", BEN)
    await town.wait(1)
    await town.press_alert("alert_undo", "A-11", BEN)
    assert [(await town.alert(id_)).status for id_ in ("A-11", "A-31", "A-51")] == [
        Status.TRIGGERED,
        Status.ACKNOWLEDGED,
        Status.TRIGGERED,
    ]


async def test_people_are_called_once_about_all_of_it() -> None:
    town = Town()
    threads = await storm(town)
    for thread in threads[:CALM]:
        await town.eyes(thread)
    await town.until("2026-11-23 10:16")
    assert [message.key for message in town.to(ANA)] == ["call:S-1:1:ana"]
    assert "A storm: 50 alerts" in town.to(ANA)[0].text
    await town.until("2026-11-23 10:31")
    assert [one.key for one in town.in_team_channel()][-1] == "call:S-1:1:team"
    assert len(town.to(ANA)) == 1
    where = {"place": personal("ana"), "card": "call:S-1:1:ana"}
    assert "Ana Lindqvist is handling it" in said(
        await town.press(Send, "", ANA, step="storm", choice="S-1|0", **where)
    )
    assert "Ana Lindqvist is handling it" in town.to(ANA)[0].text


async def test_nobody_is_called_once_all_of_it_is_taken() -> None:
    town = Town()
    for thread in await storm(town, 30, 5):
        await town.eyes(thread)
    await town.until("2026-11-23 11:00")
    assert town.to(ANA) == []
    assert digest(town).text == "Somebody has each of them."


async def test_with_a_further_fallback_that_one_is_called_too() -> None:
    town = Town("2026-11-20 10:00")
    await storm(town)
    await town.until("2026-11-20 10:31")
    assert "call:S-1:1:chen" in [message.key for message in town.to(CHEN)]


async def test_without_a_team_channel_each_on_duty_has_the_digest() -> None:
    town = Town(team_channel="")
    await storm(town, 15)
    assert [one.key for one in town.to(ANA)][-1] == "storm:S-1:1:ana"
    assert [one.key for one in town.to(BEN)][-1] == "storm:S-1:1:ben"


async def test_after_a_calm_minute_new_alerts_have_cards_again_and_a_storm_that_is_over_goes() -> None:
    town = Town()
    threads = await storm(town, 15)
    await town.wait(2)
    await town.bugsnag(error="late", error_class="LateError")
    assert town.in_team_channel()[-1].key == "alert:A-16:1"
    for thread in threads:
        await town.eyes(thread)
    for number in range(11, 16):
        await town.press_alert("alert_resolved", f"A-{number}", BEN)
    await town.wait(20)
    state = await (await town.desk()).state()
    assert state.facts.weather.storms == ()
    assert isinstance(await town.press(Send, "", BEN, place=TEAM_CHANNEL, step="storm", choice="S-1|0"), Word)


async def test_a_storm_of_reopened_errors_is_one_too() -> None:
    town = Town()
    for number in range(15):
        await town.bugsnag(error=f"e{number}", error_class=f"K{number}")
        await town.press_alert("alert_resolved", f"A-{number + 1}", BEN)
        await town.wait(2)
    for number in range(15):
        await town.bugsnag(Kind.REOPENED, error=f"e{number}", error_class=f"K{number}")
    assert digest(town).title.startswith("A storm: 5 alerts")


async def test_a_second_storm_has_a_digest_of_its_own() -> None:
    town = Town()
    await storm(town, 15)
    await town.wait(5)
    for number in range(15):
        await town.bugsnag(error=f"new{number}", error_class="NewError")
    assert digest(town, 2).parts[0].title.startswith("NewError")


async def test_spikes_and_unreadable_messages_are_kinds_of_their_own() -> None:
    town = Town()
    await storm(town, 12)
    await town.bugsnag(Kind.UNREADABLE, "", error_class="", message="", said="Strange words")
    assert "Strange words" in [part.text for part in digest(town).parts]


async def test_of_a_kind_whose_first_is_over_the_others_are_still_shown_and_can_be_taken() -> None:
    town = Town()
    await storm(town, 13, 1)
    await town.press(Send, "A-11", BEN, place=f"{TEAM_CHANNEL};messageid=9", card="alert:A-11:1", step="alert_claim")
    await town.bugsnag(Kind.FIXED, "e10", error_class="Kind0Error")
    await town.bugsnag(Kind.OCCURRED, "e20", error_class="Kind0Error")  # a new one of the kind
    await town.wait(0.2)
    (part,) = digest(town).parts
    assert part.title == "Kind0Error in shop, production · 4 alerts"
    assert [button.title for button in part.presses] == ["I'm handling it"]
    assert digest(town).text == "Nobody has 1 of them yet."
    await take(town, 0)
    assert (await town.alert("A-14")).owner is not None


async def test_a_storm_in_a_pause_has_its_digest_when_the_pause_is_over() -> None:
    town = Town()
    await town.write("pause", FARID)
    await storm(town, 30, 5)
    await town.wait(1)
    assert [one.key for one in town.in_team_channel()] == []
    await town.write("resume", FARID)
    assert digest(town).title.startswith("A storm: 20 alerts of 5 kinds")
    assert len(digest(town).parts) == 5


async def test_without_a_team_channel_a_storm_of_the_night_is_shown_at_the_opening() -> None:
    town = Town("2026-11-23 22:00", team_channel="")
    await storm(town, 15)
    assert town.called(ANA) == []
    await town.until("2026-11-24 09:00")
    assert "storm:S-1:1:ana" in [one.key for one in town.called(ANA)]
    assert "call:S-1:1:ana" not in [one.key for one in town.called(ANA)]
    await town.until("2026-11-24 09:20")
    assert len([one for one in town.called(ANA) if "S-1" in one.key]) == 2


async def test_after_a_pause_whoever_came_on_duty_has_the_digest_too() -> None:
    town = Town("2026-11-23 22:00", team_channel="")
    await town.write("pause", FARID)
    await storm(town, 15)
    await town.until("2026-11-24 11:00")
    await town.write("resume", FARID)
    assert "storm:S-1:1:ana" in [one.key for one in town.called(ANA)]


async def test_a_press_on_the_digest_is_taken_back_in_its_dialog() -> None:
    town = Town()
    await storm(town)
    await take(town, 0)
    assert "[Undo]" in plain(await town.open("alert", "A-11", BEN, card="storm:S-1:1", place=TEAM_CHANNEL))
    await town.press_alert("alert_undo", "A-11", BEN)
    assert digest(town).text == "Nobody has 50 of them yet."


async def test_the_pair_is_told_who_off_duty_took_a_kind_on_the_digest() -> None:
    town = Town()
    await storm(town)
    await take(town, 0, EVA)
    (told,) = town.to(ANA)
    assert told.text == (
        "Eva Novak, who is not on duty, took A-11 (Kind10Error in shop, production), and has it. "
        "It is one of 3 alerts of its kind."
    )


async def test_whoever_had_one_of_a_kind_first_keeps_it() -> None:
    town = Town()
    threads = await storm(town)
    await town.slack_reply(threads[30])
    await town.press_alert("alert_claim", "A-11", BEN)
    owners = [(await town.alert(id_)).owner for id_ in ("A-11", "A-31", "A-51")]
    assert [one.name for one in owners if one] == ["Ben Okafor", "Ana Lindqvist", "Ben Okafor"]
    await town.bugsnag(Kind.FIXED, "e10", error_class="Kind10Error")
    await town.press_alert("alert_again", "A-11", EVA)
    owners = [(await town.alert(id_)).owner for id_ in ("A-11", "A-31", "A-51")]
    assert [one.name for one in owners if one] == ["Eva Novak", "Ana Lindqvist", "Ben Okafor"]


async def test_what_is_given_back_is_all_of_the_kind_and_calls_once() -> None:
    town = Town()
    threads = await storm(town)
    await take(town, 0)
    await town.wait(31)
    assert len([one for one in town.to(ANA) if "A storm" in one.text]) == 1  # about the rest of it
    assert "Given back." in await town.press_alert("alert_back", "A-11", BEN)
    assert digest(town).text == "Nobody has 50 of them yet."
    assert (
        town.teams.threads[threads[10]][-1] == "Ben Okafor gives all 3 alerts of this kind back: nobody has them now."
    )
    for who, times in ((ANA, 2), (BEN, 1)):
        assert len([one for one in town.to(who) if "Nobody has 50 of them yet." in one.text]) == times


async def test_a_storm_that_nobody_settled_at_the_handover_calls_once() -> None:
    wednesday = date(2026, 11, 25)
    new = (Shift(wednesday, "chen", Role.SUPPORT), Shift(wednesday, "eva", Role.SUPPORT))
    town = Town("2026-11-24 15:00", team=(*shifts(), *new))
    await storm(town)
    for number in range(20):
        await take(town, number, ANA)
    await town.until("2026-11-25 09:30")
    for_ana = next(one for one in town.to(ANA) if one.key.startswith("handover"))
    assert isinstance(for_ana.view, PlanCard)
    assert len(for_ana.view.parts) < 30
    before = len(town.teams.sent)
    await town.until("2026-11-25 11:00")
    called = [one for one in town.teams.sent[before:] if one.key.startswith("call")]
    assert sorted(one.place for one in called if "storm" in one.text) == [
        TEAM_CHANNEL,
        personal("chen"),
        personal("eva"),
    ]


async def test_what_is_opened_again_once_its_storm_is_over_has_a_card_of_its_own() -> None:
    town = Town()
    await storm(town, 12, 1)
    await town.press_alert("alert_resolved", "A-11", BEN)
    await town.wait(20)
    await town.press_alert("alert_again", "A-12", BEN)
    assert "Ben Okafor is handling it" in town.teams.messages["alert:A-12:1"].text
    await town.press_alert("alert_back", "A-12", BEN)
    assert "nobody has it" in town.teams.messages["alert:A-12:1"].text


async def test_a_storm_is_taken_where_alerts_are_shown_and_nowhere_else() -> None:
    town = Town()
    await storm(town)
    for place in (CHANNEL, f"{CHANNEL};messageid=9"):  # whose readers it does not concern
        answer = await town.press(Send, "", BEN, step="storm", choice="S-1|0", place=place, card="storm:S-1:1")
        assert answer == Word("This button belongs to another conversation.")
    assert (await town.alert("A-11")).status is Status.TRIGGERED
    assert "Kind10Error" in await take(town, 0)
    assert (await town.alert("A-11")).status is Status.ACKNOWLEDGED


async def test_a_ticket_that_is_refused_when_the_storm_is_over_leaves_its_alerts_on_the_digest() -> None:
    town = Town(jira="EDGE")
    town.teams.says = [None]
    await storm(town, 11, 11)
    await town.press_alert("ticket", "A-11", BEN, **FILLED)
    for number in range(1, 11):
        await town.press_alert("alert_resolved", f"A-{number}", BEN)
    await town.wait(10)
    await town.bugsnag(error="later", error_class="LaterError")
    await town.wait(10)
    await town.jira_answers("There is no such type of ticket.")
    assert "Ben Okafor is handling it" in plain(digest(town))
    assert "[More…]" in plain(digest(town))


async def test_what_is_opened_again_after_its_storm_has_a_card_of_its_own() -> None:
    town = Town()
    await storm(town, 11, 11)
    for number in range(2, 12):
        await town.press_alert("alert_resolved", f"A-{number}", BEN)
    await town.wait(20)
    await town.press_alert("alert_again", "A-11", BEN)
    assert "Ben Okafor is handling it" in town.teams.messages["alert:A-11:1"].text


async def test_what_a_ticket_gives_back_after_its_storm_has_a_card_of_its_own() -> None:
    town = Town(jira="EDGE")
    town.teams.says = [None]
    await storm(town, 12, 1)
    await town.bugsnag(Kind.FIXED, "e10", error_class="Kind0Error")  # the first of its kind in the storm
    await town.press_alert("ticket", "A-12", BEN, **FILLED)
    await town.wait(20)
    await town.jira_answers("There is no such type of ticket.")
    assert "Ben Okafor is handling it" in town.teams.messages["alert:A-12:1"].text


async def test_a_storm_that_came_and_went_in_a_pause_has_no_digest() -> None:
    town = Town()
    await town.write("pause", FARID)
    await storm(town, 12, 1)
    await town.press_alert("alert_resolved", "A-11", BEN)
    await town.write("resume", FARID)
    assert "storm:S-1:1" not in town.teams.messages


async def test_what_was_done_to_another_of_its_kind_by_itself_is_not_taken_back_with_it() -> None:
    town = Town()
    threads = await storm(town, 13, 1)
    await town.press_alert("alert_claim", "A-11", BEN)
    await town.press_alert("alert_back", "A-12", BEN)
    await town.eyes(threads[11])
    await town.press_alert("alert_undo", "A-11", BEN)
    assert (await town.alert("A-11")).status is Status.TRIGGERED
    assert (await town.alert("A-12")).owner == Author("ana", "Ana Lindqvist")
