"""The pick: proposed on Monday, reminded of, taken, declined; and who stays where nobody was taken."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.effects import Dialog
from bot.events import PeopleImported, PersonErased, PersonRow, RotaEdited, Send
from bot.people import WORKING_WEEK, Author, Person
from bot.places import personal
from bot.policy import Goal, Policy
from bot.rota.ledger import history, settled
from bot.rota.shift import Absence, Role, Shift
from bot.views import Button, FairnessCard, FormCard, PlanCard
from tests.journeys.test_absences import confirm
from tests.journeys.test_covers import answer as agree
from tests.journeys.test_covers import ask as cover
from tests.journeys.town import (
    ANA,
    BEN,
    CHEN,
    DILAN,
    EVA,
    FARID,
    OLGA,
    TEAM,
    TEAM_CHANNEL,
    Message,
    Town,
    at,
    person,
    plain,
    said,
    shifts,
)

NEXT = date(2026, 11, 25)
THREAD = f"{TEAM_CHANNEL};messageid=77"
PLAN = "pick:2026-11-25:1"


def away(who: Person, start: str, end: str) -> Absence:
    return Absence(who.id, at(f"{start} 00:00"), at(f"{end} 00:00"))


def picks(town: Town) -> list[Message]:
    """Return all that the pick posted, but for news."""
    return [message for message in town.teams.sent if message.key.startswith("pick:")]


def proposal(town: Town, key: str = PLAN) -> PlanCard:
    view = town.teams.messages[key].view
    assert isinstance(view, PlanCard)
    return view


async def press(town: Town, button: Button, by: Person | Author, *, place: str = THREAD) -> str:
    return said(await town.press(Send, "", by, place=place, card=button.card, step=button.step, choice=button.choice))


async def take(town: Town, by: Person = ANA, number: int = 0, key: str = PLAN) -> str:
    return await press(town, proposal(town, key).parts[number].presses[0], by)


def letters(town: Town, who: Person) -> list[Message]:
    return [one for one in picks(town) if one.place == personal(who.id)]


async def decline(town: Town, who: Person) -> str:
    view = letters(town, who)[-1].view
    assert isinstance(view, PlanCard)
    return await press(town, view.presses[0], who, place=personal(who.id))


async def other(
    town: Town, by: Person, one: str, two: str, iteration: date = NEXT, *, place: str = THREAD, card: str = PLAN
) -> str:
    """Take other people: look at what it means, then take them."""
    fields = {"one": one, "other": two}
    where = {"place": place, "card": card}
    seen = await town.press(Send, "", by, step="pick.other", choice=f"{iteration}:", fields=fields, **where)
    assert isinstance(seen, Dialog), seen
    assert isinstance(seen.view, FormCard)
    button = next(one for row in seen.view.rows for one in row.buttons if one.title == "Take this team")
    return await town.send("pick.other", "", by, choice=button.choice, **where, **fields)


async def team(town: Town, iteration: date = NEXT) -> dict[str, Role]:
    rota = (await (await town.desk()).state()).rota
    return {one.person: one.role for one in rota.of(iteration)}


async def on_duty(town: Town) -> str:
    return await town.write("who", ANA)


# -- proposing ------------------------------------------------------------------------------------------------------


async def test_on_monday_at_two_the_best_team_and_two_others_are_proposed_to_those_on_duty() -> None:
    town = Town()
    await town.until("2026-11-23 13:59")
    assert picks(town) == []
    await town.until("2026-11-23 14:00")
    (message,) = picks(town)
    assert message.place == TEAM_CHANNEL
    assert "@Ana Lindqvist and @Ben Okafor, please pick the next support team." in message.text
    assert [part.title for part in proposal(town).parts] == [
        "Chen Wei and Eva Novak",
        "Chen Wei and Farid Haddad",
        "Chen Wei and Dilan Kaya",
    ]
    assert "Chen Wei has production access, every day." in message.text
    assert "Neither had support in the two weeks before." in message.text
    assert "Eva Novak is 0.5 shifts below a fair share" in message.text
    assert "As good as the first." in proposal(town).parts[1].text
    assert "the load would be less even: Dilan Kaya is at a fair share, Eva Novak is 0.5 shifts below" in message.text
    assert "The best of 9 possible teams, of 15 pairs." in message.text
    two = Town(people=(ANA, BEN))
    await two.until("2026-11-23 14:00")
    assert "The best of 1 possible team, of 1 pair." in two.in_team_channel()[-1].text


async def test_without_a_team_channel_each_of_those_on_duty_gets_the_proposal_and_both_follow_what_is_taken() -> None:
    town = Town(team_channel="")
    await town.until("2026-11-23 14:00")
    assert [one.place for one in picks(town)] == [personal("ana"), personal("ben")]
    await press(town, proposal(town, f"{PLAN}:ana").parts[0].presses[0], ANA, place=personal("ana"))
    assert "Taken by Ana Lindqvist" in town.teams.messages[f"{PLAN}:ben"].text


async def test_without_a_team_channel_the_admins_pick_as_long_as_nobody_on_duty_can_be_written_to() -> None:
    gone = tuple(away(one, "2026-11-23", "2026-11-24") for one in (ANA, BEN))
    town = Town(team_channel="", absences=gone)
    await town.until("2026-11-23 18:00")
    assert [one.key for one in letters(town, FARID)] == [f"{PLAN}:farid", "pick:2026-11-25:remind:farid"]
    assert "@Farid Haddad, please pick the next support team." in plain(letters(town, FARID)[0].versions[0])
    assert picks(town) == letters(town, FARID)
    await town.until("2026-11-24 09:30")
    assert [one.key for one in letters(town, ANA)] == ["pick:2026-11-25:chase:ana"]
    assert len(letters(town, FARID)) == 2


async def test_without_a_team_channel_the_admins_pick_where_nobody_on_duty_has_a_chat_with_the_bot() -> None:
    town = Town(team_channel="", people=(ANA, replace(BEN, entra_object_id=""), CHEN, DILAN, EVA, FARID))
    town.teams.refuse = {personal("ana"): "the bot is not installed for them"}
    await town.until("2026-11-23 14:00")
    assert picks(town) == []
    await town.until("2026-11-23 17:00")
    assert [one.key for one in picks(town)] == ["pick:2026-11-25:remind:farid"]
    assert "Support from Wed 25 Nov" in await town.write("pick", FARID)


async def test_of_those_who_cannot_serve_only_how_many_there_are_is_said() -> None:
    town = Town(absences=(away(EVA, "2026-11-25", "2026-12-02"), away(FARID, "2026-11-25", "2026-12-02")))
    await town.until("2026-11-23 14:00")
    (message,) = picks(town)
    assert "Not possible: 2 away" in message.text
    assert "Eva" not in message.text
    assert "Farid" not in message.text


async def test_who_fills_in_on_which_days_is_part_of_a_proposal() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, BEN, CHEN, off))
    await town.until("2026-11-23 14:00")
    assert proposal(town).parts[0].title == "Chen Wei and Eva Novak"
    assert "Ana Lindqvist fills in on Fri 27 Nov." in proposal(town).parts[0].text


async def test_a_team_that_leaves_a_day_uncovered_says_how_many_days_more_that_are() -> None:
    new, off = replace(DILAN, observed=date(2026, 11, 11)), replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(CHEN, new, off), team=())
    await town.until("2026-11-23 14:00")
    assert proposal(town).parts[0].title == "Chen Wei and Dilan Kaya"
    assert "Not the first: 1 day would have fewer than two people, instead of no days." in proposal(town).parts[1].text


async def test_where_few_fallbacks_count_most_a_team_that_takes_more_of_them_says_so() -> None:
    people = (
        CHEN,
        replace(EVA, working_days=frozenset({0, 1, 2})),
        replace(FARID, working_days=frozenset({1, 2, 4})),
        replace(BEN, working_days=frozenset({2, 3, 4})),
    )
    town = Town(people=people, team=(), policy=Policy(goals=(Goal.FALLBACK, Goal.REST, Goal.FAIRNESS)))
    await town.until("2026-11-23 14:00")
    assert "2 people would fill in instead of 1." in proposal(town).parts[2].text


async def test_a_gap_that_nobody_can_fill_is_shown() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    gone = (away(ANA, "2026-11-25", "2026-12-02"), away(BEN, "2026-11-25", "2026-12-02"))
    town = Town(people=(ANA, BEN, CHEN, off), absences=gone)
    await town.until("2026-11-23 14:00")
    assert "Nobody can fill in on Fri 27 Nov." in proposal(town).parts[0].text


async def test_where_no_team_satisfies_the_rules_it_is_said_which_and_what_would_resolve_it() -> None:
    gone = tuple(away(one, "2026-11-30", "2026-12-02") for one in (ANA, CHEN))
    town = Town(people=(ANA, BEN, CHEN, EVA), absences=gone)
    await town.until("2026-11-23 14:00")
    text = picks(town)[0].text
    assert "No pair satisfies this together: one of the two has production access and is there every day." in text
    assert "It would be resolved by Ana Lindqvist being there all week, production access for Ben Okafor, " in text
    assert "They can be taken with a written reason." in text
    assert proposal(town).parts == ()


async def test_whoever_observes_in_that_week_is_named() -> None:
    new = person("Gil Tal", experienced=False)
    town = Town(people=(*TEAM, new))
    await town.until("2026-11-23 14:00")
    assert "Gil Tal will observe." in picks(town)[0].text
    await take(town)
    assert (await team(town))["gil"] is Role.OBSERVER


# -- reminding ------------------------------------------------------------------------------------------------------


async def test_at_five_they_are_reminded_in_teams_and_in_slack_and_on_tuesday_twice_more() -> None:
    town = Town()
    await town.until("2026-11-24 18:00")
    assert [one.key for one in picks(town)] == [
        PLAN,
        "pick:2026-11-25:remind",
        "pick:2026-11-25:chase",
        "pick:2026-11-25:chase-again",
    ]
    assert "no support team is picked yet for Wed 25 Nov" in picks(town)[1].text
    assert town.teams.slack == ["Ana Lindqvist and Ben Okafor: please pick the support team for Wed 25 Nov, in Teams."]


async def test_slack_that_refuses_is_shown_to_an_admin_until_it_takes_a_line_again() -> None:
    town = Town()
    town.teams.refuse["Slack"] = "the Slack app is not in #bugs"
    await town.until("2026-11-23 17:30")
    assert "Slack\nthe Slack app is not in #bugs" in await town.write("who", FARID)
    assert "the Slack app" not in await town.write("who", ANA)
    del town.teams.refuse["Slack"]
    await town.until("2026-11-30 17:30")
    assert len(town.teams.slack) == 1
    assert "the Slack app" not in await town.write("who", FARID)


async def test_without_a_team_channel_they_are_reminded_personally() -> None:
    town = Town(team_channel="")
    await town.until("2026-11-23 17:00")
    reminders = [one for one in picks(town) if ":remind" in one.key]
    assert [one.place for one in reminders] == [personal("ana"), personal("ben")]


async def test_a_team_that_was_picked_early_is_neither_proposed_nor_reminded_of() -> None:
    town = Town(team=(*shifts(), *shifts(NEXT)))
    await town.until("2026-11-25 08:59")
    assert picks(town) == []
    assert town.teams.slack == []


async def test_taken_before_five_means_no_reminder() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-24 18:00")
    assert not [one for one in picks(town) if "remind" in one.key or "chase" in one.key]
    assert town.teams.slack == []


async def test_down_from_four_to_six_means_the_reminder_at_six_once() -> None:
    town = Town()
    await town.until("2026-11-23 16:00")
    await town.sleep_until("2026-11-23 18:00")
    await town.wait(60)
    assert [one.key for one in picks(town)] == [PLAN, "pick:2026-11-25:remind"]
    assert len(town.teams.slack) == 1


async def test_down_over_the_proposal_and_the_reminder_means_one_proposal_and_the_line_in_slack() -> None:
    town = Town()
    await town.until("2026-11-23 13:00")
    await town.sleep_until("2026-11-23 17:30")
    await town.wait(600)
    assert [one.key for one in picks(town)] == [PLAN]
    assert len(town.teams.slack) == 1


async def test_down_until_the_next_day_means_the_proposal_in_the_morning_in_the_place_of_all_that_was_due() -> None:
    town = Town()
    await town.until("2026-11-23 13:00")
    await town.sleep_until("2026-11-24 07:30")
    assert picks(town) == []
    await town.until("2026-11-24 09:00")
    assert [one.key for one in picks(town)] == [PLAN]
    await town.until("2026-11-24 09:30")
    assert [one.key for one in picks(town)] == [PLAN, "pick:2026-11-25:chase"]


async def test_a_monday_that_is_a_holiday_moves_the_pick_to_the_working_day_before() -> None:
    team_then = (Shift(date(2027, 3, 24), "ana", Role.SUPPORT), Shift(date(2027, 3, 24), "ben", Role.SUPPORT))
    town = Town("2027-03-25 10:00", team=team_then)  # Good Friday and Easter Monday are holidays
    await town.until("2027-03-25 17:00")
    assert [one.key for one in picks(town)] == ["pick:2027-03-31:1", "pick:2027-03-31:remind"]
    await town.until("2027-03-30 18:00")
    assert [one.key for one in picks(town)][2:] == ["pick:2027-03-31:chase", "pick:2027-03-31:chase-again"]


async def test_on_a_tuesday_that_is_a_holiday_nobody_is_chased() -> None:
    policy = Policy(holiday_country="DE", holiday_subdivision="TH")
    week = date(2033, 9, 14)  # Thuringia's World Children's Day, 20 September, is a Tuesday then
    team_then = (Shift(week, "ana", Role.SUPPORT), Shift(week, "ben", Role.SUPPORT))
    town = Town("2033-09-19 10:00", team=team_then, policy=policy)
    await town.until("2033-09-21 08:00")
    assert [one.key for one in picks(town)] == ["pick:2033-09-21:1", "pick:2033-09-21:remind"]


async def test_a_pause_over_monday_means_the_proposal_when_it_ends() -> None:
    town = Town()
    await town.write("pause", FARID)
    await town.until("2026-11-23 15:00")
    assert picks(town) == []
    await town.write("resume", FARID)
    await town.wait(1)
    assert [one.key for one in picks(town)] == [PLAN]


async def test_a_restart_in_the_middle_proposes_nothing_twice() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await town.restart()
    await town.wait(5)
    assert [one.key for one in picks(town)] == [PLAN]


async def test_what_fell_due_before_a_desk_was_there_is_nobodys_business() -> None:
    town = Town("2026-11-23 17:30")
    await town.wait(60)
    assert picks(town) == []
    assert town.teams.slack == []


async def test_a_load_is_not_called_less_even_by_shares_that_read_the_same() -> None:
    day = Shift(date(2026, 10, 14), "eva", Role.SUPPORT, frozenset({3}))
    town = Town(people=(ANA, BEN, CHEN, EVA, FARID), team=(day, *shifts()))
    await town.until("2026-11-23 14:00")
    texts = [part.text for part in proposal(town).parts[1:]]
    assert "Not the first: the load would be less even. Both are there every day." in texts


# -- taking ---------------------------------------------------------------------------------------------------------


async def test_a_team_is_taken_with_one_press_announced_once_and_everybody_in_it_is_told() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, BEN, CHEN, off, DILAN))
    await town.until("2026-11-23 14:00")
    answer = await take(town)
    assert "Support from Wed 25 Nov: Chen Wei and Eva Novak" in answer
    assert "Taken by Ana Lindqvist, 14:00. They can decline until Wed 25 Nov, 08:30." in answer
    assert await team(town) == {"chen": Role.SUPPORT, "eva": Role.SUPPORT, "ana": Role.FALLBACK}
    news = [one.text for one in town.in_team_channel() if one.key.startswith("news:")]
    (line,) = news
    assert line.startswith("Support from Wed 25 Nov: Chen Wei and Eva Novak, taken by Ana Lindqvist.\nFallback on Fri")
    assert all(one.endswith(".") for one in line.split("\n")), "Teams shows a message on one line"
    assert "You have support from Wed 25 Nov to Tue 1 Dec\nWith Eva Novak." in letters(town, CHEN)[0].text
    assert "You need do nothing." in letters(town, CHEN)[0].text
    assert letters(town, ANA) == [], "who takes it knows"
    assert letters(town, BEN) == []


async def test_whoever_takes_themselves_is_not_told_of_it() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await town.send("pick.other", "", ANA, place=personal("ana"), choice="2026-11-25:ana+eva", one="ana", other="eva")
    assert letters(town, ANA) == []
    assert len(letters(town, EVA)) == 1


async def test_somebody_who_is_known_by_an_address_with_a_plus_is_taken_as_any_other() -> None:
    kim = Person("kim+ops@example.com", "Kim Berg", email="kim+ops@example.com")
    town = Town(people=(replace(ANA, left=NEXT), BEN, CHEN, kim), team=shifts()[:2])
    await town.until("2026-11-23 14:00")
    await take(town)
    assert set(await team(town)) == {"chen", kim.id}


async def test_the_first_of_two_presses_wins_and_the_second_sees_who() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    second = proposal(town).parts[1].presses[0]
    await take(town)
    answer = await press(town, second, BEN)
    assert "Support from Wed 25 Nov: Chen Wei and Eva Novak" in answer
    assert "Taken by Ana Lindqvist" in answer


async def test_who_may_not_pick_is_told_who_may() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    assert await take(town, EVA) == "Ana Lindqvist and Ben Okafor and admins pick the next team."
    assert await town.write("pick", EVA) == "Ana Lindqvist and Ben Okafor and admins pick the next team."
    assert await team(town) == {}


async def test_with_nobody_on_duty_and_no_admin_among_the_people_the_admins_pick() -> None:
    town = Town(people=(ANA, BEN), team=())
    assert await town.write("pick", BEN) == "Admins pick the next team."
    answer = await town.send("pick.other", "", BEN, place=THREAD, choice=f"{NEXT}:", one="ana", other="ben")
    assert answer == "Admins pick the next team."


async def test_an_admin_picks_too_and_where_nobody_has_support_only_they() -> None:
    town = Town(team=())
    await town.until("2026-11-23 14:00")
    assert "@Farid Haddad, please pick the next support team." in picks(town)[0].text
    await take(town, FARID)
    assert list((await team(town)).values()).count(Role.SUPPORT) == 2


async def test_a_proposal_that_became_impossible_meanwhile_is_answered_with_the_one_of_now() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    old = proposal(town).parts[0].presses[0]
    state = await (await town.desk()).state()
    changed = replace(state.rota, absences=(away(EVA, "2026-11-25", "2026-12-02"),))
    await town._handle(RotaEdited(rota=changed, **town._when("")))  # type: ignore[arg-type]
    assert proposal(town).parts[0].title == "Chen Wei and Farid Haddad", "the card follows"
    answer = await press(town, old, ANA)
    assert "Chen Wei and Farid Haddad" in answer
    assert await team(town) == {}


async def test_where_no_one_thing_would_resolve_a_conflict_none_is_named() -> None:
    gone = tuple(away(one, "2026-11-25", "2026-12-02") for one in (BEN, EVA))
    town = Town(people=(BEN, EVA), team=(), absences=gone)
    await town.until("2026-11-23 14:00")
    assert "No pair satisfies this together" in picks(town)[0].text
    assert "resolved" not in picks(town)[0].text
    assert "Ben Okafor and Eva Novak come nearest." in picks(town)[0].text


async def test_pick_shows_the_proposal_in_ones_own_chat_before_monday_too() -> None:
    town = Town("2026-11-20 10:00")
    text = await town.write("pick", ANA)
    assert "Support from Wed 25 Nov" in text
    card = picks(town)[0]
    assert card.place == personal("ana")
    assert isinstance(card.view, PlanCard)
    await press(town, card.view.parts[0].presses[0], ANA, place=personal("ana"))
    assert len(await team(town)) == 2
    await town.until("2026-11-24 18:00")
    assert not [one for one in picks(town) if one.place == TEAM_CHANNEL]


async def test_an_old_card_of_a_pick_does_nothing_any_more() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    old = proposal(town).parts[1].presses[0]
    await take(town)
    await town.until("2026-11-26 10:00")
    assert "Taken by Ana Lindqvist" in await press(town, old, CHEN)
    assert set(await team(town)) == {"chen", "eva"}
    wrong = replace(old, choice="yesterday:ana+ben")
    assert "This proposal is an old one" in await press(town, wrong, FARID)


@pytest.mark.parametrize("channel", [TEAM_CHANNEL, ""])
@pytest.mark.parametrize("when", ["2026-11-24 19:00", "2026-11-25 00:30", "2026-11-25 08:29", "2026-11-25 08:45"])
async def test_until_duty_changes_those_on_duty_take_the_team_of_that_week(when: str, channel: str) -> None:
    town = Town(team_channel=channel)
    await town.until(when)
    place = THREAD if channel else personal("ana")
    key = [one.key for one in picks(town) if isinstance(one.view, PlanCard) and one.place != personal("ben")][-1]
    assert "Taken by Ana Lindqvist" in await press(town, proposal(town, key).parts[0].presses[0], ANA, place=place)
    assert "Taken by Ana Lindqvist" in await town.write("pick", BEN)
    await town.until("2026-11-25 10:00")
    assert await team(town) == {"chen": Role.SUPPORT, "eva": Role.SUPPORT}
    assert [who.name for who in (ANA, BEN, CHEN, EVA) if any("nominee" in one.key for one in letters(town, who))] == [
        "Chen Wei",
        "Eva Novak",
    ]


async def test_on_the_last_day_of_a_week_for_which_nobody_was_picked_it_is_too_late_for_it() -> None:
    town = Town()
    await town.until("2026-11-30 12:00")
    old = proposal(town, picks(town)[-1].key).parts[0].presses[0]
    await town.import_shifts((*shifts(), *shifts(NEXT + timedelta(days=7))))
    await town.until("2026-12-01 10:00")
    assert await press(town, old, ANA) == "This proposal is an old one. Write pick to see today's."
    assert "Support from Wed 2 Dec: Ana Lindqvist and Ben Okafor" in await town.write("pick", ANA)


# -- other people ---------------------------------------------------------------------------------------------------


async def test_other_people_are_taken_once_what_it_means_was_seen() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    form = await town.open("pick.other", "", ANA, "2026-11-25", place=THREAD, card=PLAN)
    assert "[See what it means]" in plain(form)
    seen = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:", one="ana", other="eva")
    assert "Ana Lindqvist had support in the two weeks before." in seen
    assert "[Take this team]" in seen
    changed = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:ana+eva", one="chen", other="eva")
    assert "Chen Wei has production access" in changed
    assert await team(town) == {}
    done = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:ana+eva", one="ana", other="eva")
    assert done.startswith("Taken\nAna Lindqvist and Eva Novak.")
    assert set(await team(town)) == {"ana", "eva"}


async def test_what_holds_of_both_or_every_day_is_said_once() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    look = {"place": THREAD, "choice": "2026-11-25:"}
    seen = await town.send("pick.other", "", ANA, one="ben", other="dilan", **look)
    assert "\nChen Wei fills in every day.\n" in seen
    assert seen.startswith(
        "Support from Wed 25 Nov\n"
        "This breaks the rules that one of the two has production access and is there every day, "
        "and that a newcomer's first support is beside somebody experienced, "
    )
    seen = await town.send("pick.other", "", ANA, one="ana", other="ben", **look)
    assert "\nBoth had support in the two weeks before.\nBoth are 0.5 shifts above a fair share.\n" in seen


async def test_a_rule_is_overridden_only_with_a_written_reason_which_stays_on_the_record() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    seen = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:", one="ben", other="eva")
    assert "This breaks the rule that one of the two has production access and is there every day." in seen
    assert "Why the rule is overridden, for the record" in seen
    fields = {"one": "ben", "other": "eva"}
    again = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:ben+eva", **fields)
    assert "Write why, for the record: it breaks a rule." in again
    assert await team(town) == {}
    await town.send(
        "pick.other", "", ANA, place=THREAD, choice="2026-11-25:ben+eva", reason="the others are at a fair", **fields
    )
    assert {"ben", "eva"} <= set(await team(town))
    assert "Ana Lindqvist took Ben Okafor and Eva Novak for 2026-11-25: the others are at a fair" in await town.write(
        "rota history", EVA
    )
    assert "A rule was overridden: the others are at a fair" in town.in_team_channel()[-1].text


async def test_a_form_that_names_no_week_is_about_the_one_that_is_picked() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    form = await town.open("pick.other", "", ANA, "", place=THREAD, card=PLAN)
    assert form.title == "Support from Wed 25 Nov"


@pytest.mark.parametrize("other", ["", "ana", "nobody"])
async def test_two_different_people_are_needed(other: str) -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    seen = await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:", one="ana", other=other)
    assert "Choose two different people." in seen


async def test_other_people_is_for_those_who_pick() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    assert "admins pick the next team" in await town.send(
        "pick.other", "", EVA, place=THREAD, choice="2026-11-25:", one="ana", other="eva"
    )


async def test_whoever_is_replaced_after_having_been_told_is_told_that_too() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await other(town, ANA, "chen", "farid")
    assert "you are not in it any more" in letters(town, EVA)[0].text
    assert len(letters(town, EVA)) == 1
    assert len(letters(town, CHEN)) == 1, "nothing changed for Chen"
    assert len(letters(town, FARID)) == 1


async def test_without_a_team_channel_whoever_is_replaced_is_told_by_a_message_of_its_own() -> None:
    town = Town(team_channel="")
    await town.until("2026-11-23 14:00")
    await press(town, proposal(town, f"{PLAN}:ana").parts[0].presses[0], ANA, place=personal("ana"))
    await other(town, ANA, "chen", "farid", place=personal("ana"), card=f"{PLAN}:ana")
    told = [one.text for one in town.to(EVA) if one.key.startswith("news:")]
    assert told == ["Support from Wed 25 Nov: Chen Wei and Farid Haddad, taken by Ana Lindqvist."]
    assert not [one for one in town.to(CHEN) if one.key.startswith("news:")]


async def test_whoever_took_others_meanwhile_is_named_before_that_is_changed() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    fields = {"one": "ben", "other": "chen"}
    await town.send("pick.other", "", BEN, place=THREAD, choice=f"{NEXT}:", **fields)
    await take(town)
    shown = await town.send("pick.other", "", BEN, place=THREAD, choice=f"{NEXT}:ben+chen", **fields)
    assert "Ana Lindqvist took Chen Wei and Eva Novak meanwhile." in shown
    assert set(await team(town)) == {"chen", "eva"}
    await other(town, BEN, "ben", "chen")
    assert set(await team(town)) == {"ben", "chen"}


async def test_of_a_week_that_is_over_nobody_is_changed() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-12-10 10:00")
    old = await town.send("pick.other", "", FARID, place=THREAD, choice=f"{NEXT}:ana+eva", one="ana", other="eva")
    assert old == "This proposal is an old one. Write pick to see today's."
    pick = (await (await town.desk()).state()).facts.planning.pick
    assert pick is not None
    assert pick.iteration > NEXT


async def test_others_may_be_taken_within_the_week_until_its_last_day() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-26 10:00")
    await other(town, CHEN, "chen", "farid")
    rota = (await (await town.desk()).state()).rota
    assert sorted([(one.person, one.days) for one in rota.of(NEXT) if one.role is Role.SUPPORT]) == [
        ("chen", frozenset(range(5))),
        ("eva", frozenset({2, 3})),
        ("farid", frozenset({4, 0, 1})),
    ]
    assert len(letters(town, CHEN)) == 1, "nothing changed for Chen"
    assert "or for the rest of it" in letters(town, EVA)[0].text
    await town.import_shifts((*rota.shifts, *shifts(NEXT + timedelta(days=7))))
    await town.until("2026-12-01 10:00")
    old = await town.send("pick.other", "", CHEN, place=THREAD, choice=f"{NEXT}:ana+chen", one="ana", other="chen")
    assert old == "This proposal is an old one. Write pick to see today's."


async def test_whoever_declined_to_fill_in_is_not_asked_again_when_others_are_taken() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, BEN, CHEN, FARID, off))
    await town.until("2026-11-23 14:00")
    await other(town, ANA, "chen", "eva")
    assert (await team(town))["farid"] is Role.FALLBACK
    await decline(town, FARID)
    await other(town, ANA, "chen", "eva")
    assert await team(town) == {"chen": Role.SUPPORT, "eva": Role.SUPPORT, "ana": Role.FALLBACK}


# -- declining ------------------------------------------------------------------------------------------------------


async def test_a_nominee_declines_without_a_reason_and_the_next_best_comes_back_on_top() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    assert "you are not in it" in await decline(town, CHEN)
    assert await team(town) == {}
    (again,) = [one for one in picks(town) if one.key == "pick:2026-11-25:3"]
    assert again.place == TEAM_CHANNEL
    assert proposal(town, again.key).parts[0].title == "Ana Lindqvist and Eva Novak"
    assert "1 declined" in again.text
    assert "not settled" in letters(town, EVA)[0].text
    assert "fair" not in await town.write("rota history", ANA)
    await take(town, key=again.key)
    assert set(await team(town)) == {"ana", "eva"}
    assert len(letters(town, EVA)) == 2


async def test_a_proposal_that_comes_back_says_why_and_the_one_before_leads_to_it() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    letter = letters(town, EVA)[0].view
    assert isinstance(letter, PlanCard)
    await decline(town, CHEN)
    assert "\nOf the team that was taken, one declined.\n" in town.teams.messages["pick:2026-11-25:3"].text
    assert town.teams.messages[PLAN].text == "Support from Wed 25 Nov\nThere is a newer proposal, further down."
    await press(town, letter.presses[0], EVA, place=personal("eva"))
    assert "\nOf the team that was taken, both declined.\n" in town.teams.messages["pick:2026-11-25:3"].text
    await take(town, key="pick:2026-11-25:3")
    assert "Taken by Ana Lindqvist" in town.teams.messages["pick:2026-11-25:3"].text
    assert "further down" in town.teams.messages[PLAN].text


async def test_a_letter_says_of_which_week_somebody_is_not() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    assert "Support from Wed 25 Nov: you are not in it" in await decline(town, CHEN)
    assert letters(town, EVA)[0].text.startswith("Support from Wed 25 Nov: not settled\n")


async def test_silence_is_consent() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 09:30")
    assert "On duty\nChen Wei and Eva Novak" in await on_duty(town)


async def test_who_declines_in_the_evening_brings_the_proposal_in_the_morning() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-23 20:00")
    await decline(town, CHEN)
    assert len(picks(town)) == 3
    await town.until("2026-11-24 09:00")
    assert picks(town)[-1].key == "pick:2026-11-25:3"


async def test_a_proposal_that_comes_back_is_the_reminder_of_all_that_was_due_before_it() -> None:
    town = Town()
    await town.until("2026-11-23 14:30")
    await take(town)
    await town.until("2026-11-24 10:00")
    await decline(town, CHEN)
    await town.until("2026-11-24 13:59")
    assert [one.key for one in picks(town) if one.place == TEAM_CHANNEL] == [PLAN, "pick:2026-11-25:3"]
    assert town.teams.slack == []
    await town.until("2026-11-24 14:00")
    assert picks(town)[-1].key == "pick:2026-11-25:chase-again"


async def test_until_the_last_second_before_half_past_eight_one_can_decline() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 08:29:59")
    await decline(town, CHEN)
    await town.until("2026-11-25 09:00")
    assert await team(town) == {"ana": Role.SUPPORT, "ben": Role.SUPPORT}
    assert [one.key for one in picks(town) if one.place == TEAM_CHANNEL] == [PLAN, "pick:2026-11-25:3"]
    assert "not settled" in letters(town, EVA)[0].text


async def test_a_proposal_says_who_picks_also_when_it_has_changed() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    assert proposal(town).text == ""
    await town.until("2026-11-23 17:00")
    assert "Ana Lindqvist and Ben Okafor, please pick the next support team." in town.teams.messages[PLAN].text
    assert "@" not in town.teams.messages[PLAN].text


async def test_when_the_week_begins_a_letter_leads_to_a_cover_and_no_more_to_a_no() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 08:59")
    assert "[I can't]" in letters(town, EVA)[0].text
    await town.until("2026-11-25 09:00")
    assert letters(town, EVA)[0].text == (
        "You have support from Wed 25 Nov to Tue 1 Dec\nWith Chen Wei.\n[I can't: ask for a cover…]"
    )


async def test_after_half_past_eight_on_wednesday_it_is_a_cover() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 08:30")
    letter = letters(town, CHEN)[-1].view
    assert isinstance(letter, PlanCard)
    assert "write cover" in await decline(town, CHEN)
    assert len(await team(town)) == 2
    await town.until("2026-11-30 15:00")
    late = await press(town, letter.presses[0], CHEN, place=personal("chen"))  # on a client that shows an old letter
    assert "That was possible until Wed 25 Nov, 08:30." in late, "when the next team is being picked too"


async def test_a_fallback_declines_and_another_is_found_while_the_pair_stays() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, BEN, CHEN, off))
    await town.until("2026-11-23 14:00")
    await take(town, FARID)
    assert (await team(town))["ana"] is Role.FALLBACK
    assert "You are fallback on Fri 27 Nov\nChen Wei and Eva Novak are on support." in letters(town, ANA)[0].text
    await decline(town, ANA)
    assert await team(town) == {"chen": Role.SUPPORT, "eva": Role.SUPPORT, "ben": Role.FALLBACK}
    assert "Ana Lindqvist can't be fallback. Ben Okafor fills in" in town.in_team_channel()[-1].text
    assert "You are fallback" in letters(town, BEN)[0].text


async def test_the_pair_picks_until_the_handover_on_tuesday_evening_and_on_wednesday_morning_too() -> None:
    town = Town()
    await town.until("2026-11-24 20:00")
    assert "Support from Wed 25 Nov" in await town.write("pick", ANA)
    await town.until("2026-11-25 08:40")
    assert "Support from Wed 25 Nov" in await town.write("pick", ANA)
    await take(town, key=picks(town)[-1].key)
    await town.until("2026-11-25 09:00")
    assert "On duty\nChen Wei and Eva Novak" in await on_duty(town)


async def test_after_a_no_on_wednesday_before_half_past_eight_another_team_can_be_taken_still() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 08:20")
    await decline(town, CHEN)
    assert "Ana Lindqvist and Eva Novak" in await town.write("pick", BEN)
    card = picks(town)[-1]
    assert isinstance(card.view, PlanCard)
    await press(town, card.view.parts[0].presses[0], BEN, place=personal("ben"))
    assert set(await team(town)) >= {"ana", "eva"}


async def test_a_desk_without_any_team_picks_for_the_running_iteration_first() -> None:
    town = Town("2026-11-19 10:00", team=())
    await town.write("pick", FARID)
    card = picks(town)[-1]
    assert isinstance(card.view, PlanCard)
    assert "Support from Fri 20 Nov" in card.text
    await press(town, card.view.parts[0].presses[0], FARID, place=personal("farid"))
    await town.until("2026-11-20 09:00")
    assert "nobody" not in (await on_duty(town)).split("\n")[1].casefold()


async def test_the_no_of_the_other_in_the_same_minute_counts_too() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    view = letters(town, CHEN)[0].view
    assert isinstance(view, PlanCard)
    await decline(town, EVA)
    assert proposal(town, "pick:2026-11-25:3").parts[0].title == "Chen Wei and Farid Haddad"
    assert "you are not in it" in await press(town, view.presses[0], CHEN, place=personal("chen"))
    assert "2 declined" in town.teams.messages["pick:2026-11-25:3"].text
    assert "Chen" not in proposal(town, "pick:2026-11-25:3").parts[0].title
    assert [one.key for one in picks(town) if one.place == TEAM_CHANNEL] == [PLAN, "pick:2026-11-25:3"]


async def test_a_second_no_changes_nothing() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    view = letters(town, CHEN)[0].view
    assert isinstance(view, PlanCard)
    await press(town, view.presses[0], CHEN, place=personal("chen"))
    assert await press(town, view.presses[0], CHEN, place=personal("chen")) == "You are not in that team any more."


async def test_a_week_that_nobody_was_asked_for_is_not_declined() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    later = NEXT + timedelta(days=14)
    await town.import_shifts((*shifts(), *shifts(NEXT), *shifts(later)))
    view = letters(town, CHEN)[0].view
    assert isinstance(view, PlanCard)
    forged = replace(view.presses[0], choice=str(later))
    assert await press(town, forged, ANA, place=personal("ana")) == "You are not in that team any more."
    assert "ana" in await team(town, later)


async def test_a_nominee_who_is_away_is_told_when_back() -> None:
    town = Town(absences=(Absence("eva", at("2026-11-23 09:00"), at("2026-11-24 12:00")),))
    await town.until("2026-11-23 14:00")
    await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:chen+eva", one="chen", other="eva")
    await town.until("2026-11-24 11:59")
    assert letters(town, EVA) == []
    await town.until("2026-11-24 12:00")
    assert len(letters(town, EVA)) == 1


# -- people who go meanwhile ----------------------------------------------------------------------------------------


async def change(town: Town, *people: Person) -> None:
    """Change people in the rota by hand."""
    rota = (await (await town.desk()).state()).rota
    changed = replace(rota, people={**rota.people, **{one.id: one for one in people}})
    await town._handle(RotaEdited(rota=changed, **town._when("")))  # type: ignore[arg-type]


async def erase(town: Town, who: Person) -> None:
    await town._handle(PersonErased(who=who.id, **town._when("")))  # type: ignore[arg-type]


async def test_whoever_is_known_by_the_pick_alone_is_erased_from_it_too() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    rota = (await (await town.desk()).state()).rota
    people = {id_: one for id_, one in rota.people.items() if id_ != "eva"}
    await town._handle(RotaEdited(rota=replace(rota, people=people), **town._when("")))  # type: ignore[arg-type]
    await erase(town, EVA)
    pick = (await (await town.desk()).state()).facts.planning.pick
    assert pick is not None
    assert "eva" not in pick.ids


@pytest.mark.parametrize("erased", [True, False])
async def test_whoever_left_since_the_proposal_is_not_taken(*, erased: bool) -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    old = proposal(town).parts[0].presses[0]
    await (erase(town, EVA) if erased else change(town, replace(EVA, left=date(2026, 11, 24))))
    answer = await press(town, old, ANA)
    assert proposal(town).parts[0].title == "Chen Wei and Farid Haddad"
    assert answer == town.teams.messages[PLAN].text
    assert await team(town) == {}
    fields = {"one": "chen", "other": "eva"}
    seen = await town.send("pick.other", "", ANA, place=THREAD, card=PLAN, choice=f"{NEXT}:", **fields)
    assert "Choose two different people." in seen


async def test_a_taken_team_of_which_somebody_leaves_before_it_starts_is_picked_again() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await change(town, replace(EVA, left=date(2026, 11, 24)))
    assert proposal(town).parts[0].title == "Chen Wei and Farid Haddad"
    await town.until("2026-11-24 09:30")
    assert picks(town)[-1].text.endswith(
        "no support team is picked yet for Wed 25 Nov. Take one of those proposed, or write pick to me."
    )
    await take(town)
    assert set(await team(town)) == {"chen", "farid"}


async def test_that_somebody_leaves_while_they_serve_chases_nobody() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-26 10:00")
    count = len(picks(town))
    await change(town, replace(EVA, left=date(2026, 11, 25)))
    await town.until("2026-11-30 13:59")
    assert len(picks(town)) == count
    assert town.teams.slack == []


async def test_a_fallback_who_declines_after_one_of_the_pair_left_is_let_go_all_the_same() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, BEN, CHEN, off))
    await town.until("2026-11-23 14:00")
    await take(town, FARID)
    await change(town, replace(CHEN, left=date(2026, 11, 24)))
    await decline(town, ANA)
    assert "ana" not in await team(town)
    assert town.in_team_channel()[-1].text == "Ana Lindqvist can't be fallback."


# -- nobody picked --------------------------------------------------------------------------------------------------


async def test_with_no_pick_by_wednesday_the_team_before_stays_and_everybody_knows() -> None:
    town = Town()
    await town.until("2026-11-25 08:59")
    assert picks(town)[-1].key == "pick:2026-11-25:chase-again", "about half past eight is said at the opening"
    await town.until("2026-11-25 09:00")
    assert await team(town) == {"ana": Role.SUPPORT, "ben": Role.SUPPORT}
    news = [one.text for one in town.in_team_channel() if one.key.startswith("news:")]
    assert len(news) == 1
    assert news[0].startswith("Nobody was picked, so Ana Lindqvist and Ben Okafor stay on until a team is taken")
    assert "Nobody was picked in time" in picks(town)[-1].text
    assert "On duty\nAna Lindqvist and Ben Okafor" in await on_duty(town)


async def test_a_team_that_is_taken_late_starts_on_the_next_working_morning_and_its_days_count() -> None:
    town = Town()
    await town.until("2026-11-26 11:00")
    key = picks(town)[-1].key
    title = proposal(town, key).parts[0].title
    await take(town, key=key)
    assert "On duty\nAna Lindqvist and Ben Okafor" in await on_duty(town)
    assert f"Support from Fri 27 Nov: {title}, taken by Ana" in town.in_team_channel()[-1].text
    assert f": {title}\n" in town.teams.messages[key].text, "and not those who served before"
    await town.until("2026-11-27 09:00")
    assert f"On duty\n{title}" in await on_duty(town)
    state = await (await town.desk()).state()
    hours = town.almanac.knowledge(town.info, state.rota, town.now).hours
    counted = history(settled(state.rota, NEXT + timedelta(days=7), hours))[NEXT]
    assert counted["ana"][0] == 2
    assert counted["chen"][0] == 3
    await town.until("2026-12-02 09:00")
    assert not [one for one in picks(town) if one.key.startswith("pick:2026-11-25") and ":remind" in one.key][1:]


async def test_only_who_starts_late_is_told_and_from_which_day_on() -> None:
    town = Town()
    await town.until("2026-11-26 11:00")
    key = picks(town)[-1].key
    await take(town, key=key)
    assert letters(town, BEN) == []
    assert "You have support from Fri 27 Nov to Tue 1 Dec\nWith Eva Novak." in letters(town, CHEN)[0].text
    assert town.teams.messages[key].text.startswith("Support from Fri 27 Nov: Chen Wei and Eva Novak\n")
    assert "Ana" in await town.write("pick", ANA), "who is on duty still picks"
    await town.until("2026-11-27 10:00")
    assert "Chen Wei and Eva Novak and admins pick the next team." in await town.write("pick", ANA)


async def test_who_says_that_a_team_which_was_taken_late_comes_within_the_week() -> None:
    town = Town()
    await town.until("2026-11-26 11:00")
    assert "Next handover\nWed 2 Dec, 09:00" in await town.write("who", OLGA)
    await take(town, key=picks(town)[-1].key)
    assert "Next handover\nFri 27 Nov, 09:00\nThen\nChen Wei and Eva Novak" in await town.write("who", OLGA)
    await town.until("2026-11-27 10:00")
    assert "Next handover\nWed 2 Dec, 09:00" in await town.write("who", OLGA)


async def test_without_a_team_channel_whoever_ends_within_the_week_is_told_so() -> None:
    town = Town(team_channel="")
    await town.until("2026-11-26 11:00")
    key = [one.key for one in letters(town, ANA)][-1]
    await press(town, proposal(town, key).parts[0].presses[0], ANA, place=personal("ana"))
    told = [one.text for one in town.to(BEN) if one.key.startswith("news:pick")]
    assert told == ["Support from Fri 27 Nov: Chen Wei and Eva Novak, taken by Ana Lindqvist."]
    assert not [one.text for one in town.to(ANA) if one.key.startswith("news:pick")]


async def test_a_team_that_is_changed_before_a_week_that_begins_with_a_holiday_leaves_nothing_behind() -> None:
    week = date(2024, 12, 25)
    town = Town("2024-12-23 10:00", team=shifts(date(2024, 12, 18)))
    await town.until("2024-12-23 14:00")
    await take(town, key="pick:2024-12-25:1")
    await other(town, ANA, "ana", "ben", week)
    rota = (await (await town.desk()).state()).rota
    assert rota.of(week) == (Shift(week, "ana", Role.SUPPORT), Shift(week, "ben", Role.SUPPORT))


async def test_a_fallback_of_a_day_that_is_over_is_none_of_the_late_team() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 3, 4}))
    town = Town(people=(ANA, BEN, CHEN, off))
    await town.until("2026-11-26 11:00")
    await other(town, ANA, "chen", "eva")
    assert set(await team(town)) == {"ana", "ben", "chen", "eva"}
    assert Role.FALLBACK not in (await team(town)).values()


async def test_whoever_is_gone_when_their_week_ends_early_is_told_nothing() -> None:
    town = Town(team_channel="")
    await town.until("2026-11-26 11:00")
    rota = (await (await town.desk()).state()).rota
    left = {id_: one for id_, one in rota.people.items() if id_ != "ben"}
    await town._handle(RotaEdited(rota=replace(rota, people=left), **town._when("")))  # type: ignore[arg-type]
    key = [one.key for one in letters(town, ANA)][-1]
    count = len(town.to(BEN))
    await press(town, proposal(town, key).parts[0].presses[0], ANA, place=personal("ana"))
    assert len(town.to(BEN)) == count


async def test_who_stays_though_in_the_late_team_serves_on_without_a_break() -> None:
    town = Town()
    await town.until("2026-11-26 11:00")
    fields = {"one": "ana", "other": "eva"}
    await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:ana+eva", **fields)
    rota = (await (await town.desk()).state()).rota
    assert [(one.person, one.days) for one in rota.of(NEXT) if one.role is Role.SUPPORT] == [
        ("ben", frozenset({2, 3})),
        ("ana", frozenset(range(5))),
        ("eva", frozenset({4, 0, 1})),
    ]


async def test_with_nobody_before_and_nobody_picked_all_are_told_that_nobody_is_there() -> None:
    town = Town(team=())
    await town.until("2026-11-25 09:00")
    assert "Nobody was picked, and nobody had support before" in "\n".join(one.text for one in town.in_team_channel())


async def test_whoever_comes_back_after_two_weeks_without_a_pick_reads_once_that_they_stay() -> None:
    town = Town(team_channel="", absences=(away(BEN, "2026-11-25", "2026-12-02"),))
    await town.until("2026-12-02 10:00")
    assert len([one for one in town.to(ANA) if one.key.startswith("news:stay")]) == 2
    assert [one.key for one in town.to(BEN) if one.key.startswith("news:stay")] == ["news:stay:2026-12-02:ben"]


async def test_week_after_week_without_a_pick_they_stay_on() -> None:
    town = Town()
    await town.until("2026-12-09 09:30")
    assert await team(town, date(2026, 12, 9)) == {"ana": Role.SUPPORT, "ben": Role.SUPPORT}


# -- looking at it --------------------------------------------------------------------------------------------------


async def test_rota_why_answers_why_me_again() -> None:
    town = Town()
    text = await town.write("rota why", CHEN)
    assert "In the best team, Chen Wei and Eva Novak:" in text
    assert "Without Chen Wei it would be Ana Lindqvist and Eva Novak, but Ana Lindqvist had support in the two" in text
    assert "Served on 1 of 5 days there; a fair share is 2.2. That is fair, to half a shift." in text
    other = await town.write("rota why ana", CHEN)
    assert "With Ana Lindqvist it would be" in other
    assert "Ana Lindqvist had support in the two weeks before." in other


async def test_where_there_is_no_team_or_no_other_rota_why_says_no_more() -> None:
    assert "No team satisfies the rules; write pick to see what would." in await Town(people=(BEN, EVA)).write(
        "rota why", EVA
    )
    only = await Town(people=(ANA, BEN)).write("rota why", BEN)
    assert "In the best team, Ana Lindqvist and Ben Okafor:" in only
    assert "Without" not in only


async def test_why_somebody_else_is_away_is_not_said() -> None:
    town = Town(absences=(away(EVA, "2026-11-25", "2026-12-02"),))
    assert "Eva Novak is away for more than half of the 5 working days." in await town.write("rota why me", EVA)
    assert "Eva Novak can't be in that team." in await town.write("rota why eva", ANA)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("rota why zoe", "Nobody here is called zoe."),
        ("rota why tal", "2 people are called so; write the whole name."),
        ("rota why gil tal", "Gil Tal and support from"),
    ],
)
async def test_whom_a_name_means_is_clear_or_asked(asked: str, answer: str) -> None:
    town = Town(people=(*TEAM, person("Gil Tal"), person("Noa Tal")))
    assert answer in await town.write(asked, ANA)


async def test_whoever_left_is_in_no_team() -> None:
    gone = replace(EVA, left=date(2026, 11, 24))
    town = Town(people=(ANA, BEN, CHEN, gone))
    assert "They are not in the team any more." in await town.write("rota why eva", ANA)


async def test_an_admin_who_is_not_among_the_people_has_no_why() -> None:
    town = Town(people=(ANA, BEN, CHEN, EVA))
    assert "You are not among the people of this desk." in await town.write("rota why", Author("farid", "Farid Haddad"))


async def test_fairness_lists_what_each_has_served_and_owes() -> None:
    town = Town()
    text = await town.write("rota fairness", EVA)
    assert "Ana Lindqvist\n1\n+0.5\n18 Nov\nnone" in text
    assert "Eva Novak\n0\n-0.5\nnone\nnone" in text


async def test_the_chart_of_fairness_is_of_days_served_since_debts_below_0_are_not_drawn() -> None:
    town = Town()
    await town.write("rota fairness", EVA)
    view = town.to(EVA)[-1].view
    assert isinstance(view, FairnessCard)
    assert {one.label: one.length for one in view.bars} == {
        "Ana Lindqvist": 5, "Ben Okafor": 5, "Chen Wei": 1, "Dilan Kaya": 0, "Eva Novak": 0, "Farid Haddad": 0
    }  # fmt: skip


async def test_history_is_empty_at_first() -> None:
    assert "Nothing yet." in await Town().write("rota history", EVA)


async def test_requesters_see_nothing_of_it() -> None:
    town = Town()
    for text in ("pick", "rota why", "rota fairness", "rota history"):
        assert "This is for the backend team." in await town.write(text, OLGA)


# -- a team that is not whole ---------------------------------------------------------------------------------------


async def test_where_nobody_can_be_proposed_that_is_said_once_each_week_and_then_only_reminded_of() -> None:
    town = Town(people=(ANA,), team=(Shift(date(2026, 11, 18), "ana", Role.SUPPORT),))
    await town.until("2026-12-04 18:00")
    said = [one.key for one in picks(town)]
    assert said[:5] == [PLAN, *(f"pick:2026-11-25:{one}" for one in ("remind", "chase", "chase-again", "2"))]
    assert said[5:] == [one.replace("2026-11-25", "2026-12-02") for one in said[:5]]


async def test_a_team_that_was_imported_incomplete_serves_so_and_the_next_one_is_picked_as_ever() -> None:
    town = Town("2026-11-20 10:00")
    await town.desk()
    await town.import_shifts((*shifts(), Shift(NEXT, "eva", Role.SUPPORT)))
    await town.until("2026-12-02 10:00")
    assert await team(town) == {"eva": Role.SUPPORT}
    assert [one.key for one in picks(town)].count("pick:2026-12-02:1") == 1


async def test_where_no_team_is_possible_why_leads_to_what_would_help() -> None:
    town = Town(people=(BEN, EVA, CHEN), absences=(away(CHEN, "2026-11-26", "2026-11-28"),))
    assert "No team satisfies the rules; write pick to see what would." in await town.write("rota why", BEN)


async def test_of_two_people_nobody_else_could_serve() -> None:
    town = Town(people=(ANA, BEN))
    text = await town.write("rota why", ANA)
    assert "In the best team, Ana Lindqvist and Ben Okafor:" in text
    assert "Without" not in text


async def test_with_one_person_there_is_no_team_to_propose() -> None:
    town = Town(people=(ANA,), team=())
    await town.until("2026-11-23 14:00")
    assert "There are fewer than two people in the team." in await town.write("pick", Author("farid", "Farid Haddad"))


async def test_the_order_of_the_goals_is_policy_and_other_orders_are_refused() -> None:
    town = Town()
    form = {"card": "form"}
    await town.send("policy.pick", "", FARID, goals="fairness,rest,fallback", **form)
    assert (await (await town.desk()).state()).desk.policy.goals == ("fairness", "rest", "fallback")
    assert "choose one of the orders" in await town.send("policy.pick", "", FARID, goals="luck", **form)


async def test_a_form_whose_week_is_unreadable_is_about_the_week_that_is_picked() -> None:
    town = Town()
    form = await town.open("pick.other", "", ANA, "tomorrow", place=THREAD, card=PLAN)
    assert "Support from Wed 25 Nov" in plain(form)


async def test_over_a_year_without_working_days_nothing_falls_due() -> None:
    policy = Policy(weekdays=frozenset({0}))
    town = Town("2026-12-21 10:00", team=(), policy=policy)
    await town.until("2026-12-28 15:00")
    assert [one.key for one in picks(town) if ":1" in one.key] == ["pick:2026-12-23:1", "pick:2026-12-30:1"]


async def test_a_late_team_has_no_fallback_on_days_that_are_over() -> None:
    off = replace(EVA, working_days=frozenset({0, 1, 3, 4}))  # never on Wednesdays
    town = Town(people=(ANA, BEN, CHEN, off))
    await town.until("2026-11-26 11:00")
    await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:", one="chen", other="eva")
    await town.send("pick.other", "", ANA, place=THREAD, choice="2026-11-25:chen+eva", one="chen", other="eva")
    rota = (await (await town.desk()).state()).rota
    assert [one for one in rota.of(NEXT) if one.role is Role.FALLBACK] == []


async def test_where_a_nominee_leaves_and_nobody_else_is_taken_the_pair_before_stays_and_nobody_serves_alone() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    rota = (await (await town.desk()).state()).rota
    left = {**rota.people, "eva": replace(rota.people["eva"], left=date(2026, 11, 25))}
    await town._handle(RotaEdited(rota=replace(rota, people=left), **town._when("")))  # type: ignore[arg-type]
    await town.until("2026-11-25 09:00")
    assert "On duty\nAna Lindqvist and Ben Okafor" in await on_duty(town)


async def test_whoever_became_fallback_since_somebody_is_away_is_told_of_it_once() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    await town.until("2026-11-24 17:00")
    assert [one.text for one in town.to(FARID)] == ["You are FALLBACK on Thu 26 Nov. If you can't, write cover."]


async def test_whoever_fills_a_gap_of_today_or_observes_at_once_gets_no_letter_of_the_pick_besides() -> None:
    town = Town(people=(ANA, BEN, CHEN, EVA, FARID))
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-25 10:00")
    await town.write("away Eva", CHEN)
    (question,) = [one for one in town.to(FARID) if one.key.startswith("ask:gap")]
    first = question.versions[0]
    assert isinstance(first, PlanCard)
    await press(town, first.presses[0], FARID, place=question.place)
    gina = person("Gina Rossi", experienced=False)
    rows = (PersonRow("row 1", gina, frozenset({"name", "entra_object_id", "experienced"})),)
    await town._handle(PeopleImported(rows=rows, **town._when("")))  # type: ignore[arg-type]
    await town.until("2026-11-26 17:00")
    assert letters(town, FARID) == letters(town, gina) == []
    assert [one.key for one in town.to(gina)] == ["start:2026-11-25:gina"]


async def test_whoever_fills_in_on_other_days_since_another_declined_is_told_which() -> None:
    town = Town(
        people=(ANA, BEN, CHEN, replace(EVA, working_days=frozenset({2, 3})), FARID),
        absences=(
            away(FARID, "2026-12-01", "2026-12-02"),
            away(BEN, "2026-11-27", "2026-11-28"),
            away(ANA, "2026-11-30", "2026-12-02"),
        ),
    )
    await town.until("2026-11-23 14:00")
    fields = {"one": "chen", "other": "eva", "reason": "all others are tired"}
    await town.send("pick.other", "", ANA, place=THREAD, choice=f"{NEXT}:chen+eva", **fields)
    assert "You are fallback on Tue 1 Dec" in letters(town, BEN)[-1].text
    await decline(town, FARID)
    assert letters(town, BEN)[0].text.startswith("Support from Wed 25 Nov: not settled")
    assert "You are fallback on Mon 30 Nov and Tue 1 Dec" in letters(town, BEN)[1].text
    assert "You are fallback on Fri 27 Nov" in letters(town, ANA)[-1].text, "who took the others, and not this"


async def test_whoever_took_a_shift_over_reads_that_its_team_is_picked_again_after_the_others_no() -> None:
    town = Town(people=(ANA, BEN, CHEN, EVA, FARID))
    await town.until("2026-11-23 14:00")
    await take(town)
    await cover(town, EVA, f"{NEXT}:SUPPORT:eva", who="farid")
    await agree(town, FARID)
    assert set(await team(town)) == {"chen", "farid"}
    await decline(town, CHEN)
    assert town.to(FARID)[-1].text == (
        "The support team from Wed 25 Nov, which you are in, is picked again. You hear of it if you still are."
    )
    await other(town, ANA, "ana", "eva")
    await decline(town, EVA)
    assert town.to(ANA) == [], "who picks reads the proposal"


async def test_whoever_filled_in_for_an_absence_reads_that_they_need_not_once_others_are_taken() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    await other(town, ANA, "ben", "chen")
    assert town.to(FARID)[-1].text == "You are not FALLBACK on Thu 26 Nov any more: another team was taken."


async def test_letters_say_how_it_is_by_now_whoever_set_the_team_otherwise() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.import_shifts((Shift(NEXT, "chen", Role.SUPPORT), Shift(NEXT, "farid", Role.SUPPORT)))
    assert "With Farid Haddad." in letters(town, CHEN)[0].text
    assert letters(town, EVA)[0].text.startswith("Support from Wed 25 Nov: you are not in it any more")
    await town.until("2026-11-24 10:00")
    assert "You have support from Wed 25 Nov" in letters(town, FARID)[0].text
    await town.import_shifts((Shift(NEXT, "chen", Role.SUPPORT), Shift(NEXT, "eva", Role.OBSERVER)))
    assert letters(town, CHEN)[0].text.startswith("You have support from Wed 25 Nov to Tue 1 Dec\n[I can't]")
    await town.import_shifts((Shift(NEXT, "chen", Role.SUPPORT), Shift(NEXT, "farid", Role.SUPPORT)))
    await (await town.desk()).strike()
    await (await town.desk()).settle()
    assert [one.text.partition(" ")[0] for one in letters(town, FARID)] == ["Support", "You"]
    assert not town.teams.twice
    rota = (await (await town.desk()).state()).rota
    empty = replace(rota, shifts=tuple([one for one in rota.shifts if one.iteration != NEXT]))
    await town._handle(RotaEdited(rota=empty, **town._when("")))  # type: ignore[arg-type]
    assert letters(town, CHEN)[0].text.startswith("Support from Wed 25 Nov: not settled")


async def test_whoever_of_the_team_before_takes_all_of_a_late_shift_has_one_shift_that_is_covered_again() -> None:
    town = Town("2026-11-24 17:30")
    await town.until("2026-11-26 11:00")
    await other(town, ANA, "chen", "eva")
    await cover(town, EVA, f"{NEXT}:SUPPORT:eva", who="ana")
    await agree(town, ANA)
    rota = (await (await town.desk()).state()).rota
    assert [one.days for one in rota.of(NEXT) if one.person == "ana"] == [WORKING_WEEK]
    await cover(town, ANA, f"today:{NEXT}:SUPPORT:ana")
    assert "Can you cover for Ana Lindqvist?" in town.to(CHEN)[-1].text


async def test_the_card_of_whoever_ended_says_so_still_when_the_late_team_is_covered() -> None:
    town = Town("2026-11-24 17:30")
    await town.until("2026-11-26 11:00")
    await other(town, ANA, "chen", "eva")
    await town.until("2026-11-27 10:00")
    await cover(town, EVA, f"{NEXT}:SUPPORT:eva", "2026-11-30", "2026-11-30", who="farid")
    await agree(town, FARID)
    card = town.teams.messages[f"start:{NEXT}:ana"].text
    assert card == "Your support of this week is over\nChen Wei, Eva Novak and Farid Haddad took over. Thank you."


async def test_whoever_covers_before_they_start_with_a_late_team_reads_first_only_of_the_days_until_then() -> None:
    town = Town("2026-11-24 17:30")
    await town.until("2026-11-26 10:00")
    await cover(town, ANA, f"today:{NEXT}:SUPPORT:ana", who="chen")
    await agree(town, CHEN)
    await other(town, BEN, "chen", "eva")
    await (await town.desk()).strike()
    await (await town.desk()).settle()
    card = town.teams.messages[f"start:{NEXT}:chen"].text
    assert card.startswith("You are on support on Thu\nWith Ben Okafor, until Fri 27 Nov, 09:00.")


async def test_the_card_of_whoever_ends_and_is_in_the_late_team_after_all_names_the_days_of_that() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), *shifts(NEXT)))
    await town.until("2026-11-25 10:00")
    rota = (await (await town.desk()).state()).rota
    late = (Shift(NEXT, "ana", Role.SUPPORT), Shift(NEXT, "chen", Role.SUPPORT, frozenset({2, 3})))
    edited = replace(rota, shifts=(*shifts(), *late, Shift(NEXT, "eva", Role.SUPPORT, frozenset({4, 0, 1}))))
    await town._handle(RotaEdited(rota=edited, **town._when("")))  # type: ignore[arg-type]
    card = town.teams.messages[f"start:{NEXT}:ben"]
    assert card.text.startswith("You are not on this week's support team any more")
    edited = replace(edited, shifts=(*edited.shifts[:-1], Shift(NEXT, "ben", Role.SUPPORT, frozenset({4, 0, 1}))))
    await town._handle(RotaEdited(rota=edited, **town._when("")))  # type: ignore[arg-type]
    assert card.text == "You are on support on Fri, Mon and Tue"
    await town.until("2026-11-27 09:00")
    assert card.text.startswith("You are on support from today\nWith Ana Lindqvist, until Wed 2 Dec, 09:00.")


@pytest.mark.parametrize("channel", [TEAM_CHANNEL, ""])
async def test_whoever_filled_in_for_one_who_left_reads_that_they_need_not_once_others_are_taken(channel: str) -> None:
    town = Town(team=(*shifts(), *shifts(NEXT)), team_channel=channel)
    row = PersonRow("row 1", replace(BEN, left=NEXT), frozenset({"left"}))
    await town._handle(PeopleImported(rows=(row,), **town._when("")))  # type: ignore[arg-type]
    assert town.to(EVA)[-1].text.startswith("You are FALLBACK on Wed 25 Nov")
    await town.until("2026-11-23 14:00")
    place, card = (THREAD, PLAN) if channel else (personal("ana"), f"{PLAN}:ana")
    await other(town, ANA, "chen", "farid", place=place, card=card)
    read = town.in_team_channel() if channel else town.to(EVA)
    assert "Eva Novak is not FALLBACK any more." in read[-1].text
