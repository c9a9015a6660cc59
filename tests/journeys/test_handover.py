"""Wednesday morning: duty changes, and what the old pair still has is finished, handed over, or open again."""

from dataclasses import replace
from datetime import date

import pytest

from bot.effects import Dialog
from bot.events import Claim, RotaEdited, Send, Solve
from bot.people import Person
from bot.places import personal
from bot.policy import Language, Policy
from bot.rota.shift import Absence, Override, Role, Shift
from bot.support.request import Status
from bot.views import FormCard, PlanCard
from tests.journeys.town import ANA, BEN, CHEN, EVA, FARID, OLGA, TEAM, TEAM_CHANNEL, TOM, Town, at, said, shifts

NEXT = date(2026, 11, 25)
NEW = (
    Shift(NEXT, "chen", Role.SUPPORT),
    Shift(NEXT, "eva", Role.SUPPORT),
    Shift(NEXT, "farid", Role.FALLBACK, frozenset({4})),
    Shift(NEXT, "dilan", Role.OBSERVER),
)
CARD = "handover:2026-11-25"


def tuesday(now: str = "2026-11-24 17:30", **more: object) -> Town:
    return Town(now, team=(*shifts(), *NEW), **more)  # type: ignore[arg-type]


async def claimed(town: Town, by: Person = BEN) -> str:
    """Post, and let somebody have it who promised to say more tomorrow evening."""
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", by)
    await town.send("promise", "R-1", by, until="next day")
    return place


def card(town: Town, person: Person | None = None) -> PlanCard:
    view = town.teams.messages[f"{CARD}:{person.id}" if person else CARD].view
    assert isinstance(view, PlanCard)
    return view


def titles(view: PlanCard) -> list[str]:
    return [button.title for part in view.parts for button in (*part.presses, *part.opens)]


def keys(town: Town, begin: str) -> list[str]:
    return [message.key for message in town.teams.sent if message.key.startswith(begin)]


async def finish(town: Town, by: Person, place: str = "") -> str:
    key = f"{CARD}:{by.id}"
    return said(await town.press(Send, "R-1", by, step="finish", place=place or personal(by.id), card=key))


async def test_the_team_channel_reads_who_ends_who_starts_and_what_is_open() -> None:
    town = tuesday()
    await claimed(town)
    await town.post("no routes today", TOM)
    await town.until("2026-11-25 09:00")
    (message,) = [one for one in town.in_team_channel() if one.key == CARD]
    assert message.text.splitlines()[:5] == [
        "Handover, Wed 25 Nov",
        "Ends: Ana Lindqvist and Ben Okafor",
        "Support: Chen Wei and Eva Novak",
        "Fallback: Farid Haddad (Fri)",
        "Observer: Dilan Kaya",
    ]
    assert [part.title for part in card(town).parts] == ["Olga Brandt · R-1", "Tom Reuter · R-2"]
    assert titles(card(town)) == ["I finish it", "Hand over…"]
    assert all(part.thread for part in card(town).parts)


async def test_whoever_has_something_gets_a_card_of_their_own() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:00")
    assert titles(card(town, BEN)) == ["I finish it", "Hand over…"]
    assert "The rest is open again then, for Chen Wei and Eva Novak" in town.teams.messages[f"{CARD}:ben"].text
    assert keys(town, f"{CARD}:ana") == []


async def test_without_a_team_channel_each_of_both_teams_reads_it_personally() -> None:
    town = tuesday(team_channel="")
    await claimed(town)
    await town.until("2026-11-25 09:00")
    assert keys(town, "handover:") == [f"{CARD}:{id_}" for id_ in ("ben", "ana", "chen", "eva", "farid")]
    assert titles(card(town, BEN)) == ["I finish it", "Hand over…"]
    assert titles(card(town, ANA)) == []


async def test_what_is_unsettled_at_ten_is_open_again_for_the_new_pair() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-25 10:00")
    request = await town.request()
    assert request.clock is not None
    assert request.clock.second
    assert "Chen Wei or Eva Novak will follow up by 10:15." in town.card()
    assert "Ben Okafor had this before the handover" in town.called(EVA)[0].text
    assert titles(card(town)) == []
    assert card(town, BEN).title == "Your handover is done"


async def test_whoever_finishes_it_keeps_it_until_thursday_evening() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    assert "You finish these." in await finish(town, BEN)
    assert "Ben Okafor finishes it by Thu 26 Nov, 18:00" in card(town).parts[0].text
    await town.until("2026-11-25 10:30")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-26 17:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-26 18:01")
    assert (await town.request()).status is Status.OPEN
    assert town.called(CHEN) == []
    await town.until("2026-11-27 09:00")
    assert "Ben Okafor wanted to finish this by now" in town.called(CHEN)[0].text


async def test_an_earlier_promise_reminds_whoever_finishes_it_and_opens_nothing_before_thursday_evening() -> None:
    town = tuesday("2026-11-24 17:50")
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)  # more by 09:20
    await town.until("2026-11-25 09:10")
    await finish(town, BEN)
    await town.until("2026-11-25 09:20")
    (asked,) = [one for one in town.to(BEN) if ":word:" in one.key]
    assert "More was promised by 09:20. From Thu 26 Nov, 18:00 it is open again" in asked.text
    assert "You were to hear more by Wed 25 Nov, 09:20. Ben Okafor has been reminded." in town.card()
    await town.until("2026-11-26 17:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    assert len([one for one in town.to(BEN) if ":word:" in one.key]) == 1
    await town.until("2026-11-26 18:01")
    assert (await town.request()).status is Status.OPEN
    await town.until("2026-11-27 09:00")
    assert "Ben Okafor wanted to finish this by now" in town.called(CHEN)[0].text


async def test_whoever_was_asked_for_the_next_word_already_can_still_say_that_they_finish_it() -> None:
    town = tuesday("2026-11-24 17:50")
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.until("2026-11-25 09:25")
    (asked,) = [one for one in town.to(BEN) if ":word:" in one.key]
    assert "From 09:35 it is open again" in asked.text
    await finish(town, BEN)
    (asked,) = [one for one in town.to(BEN) if ":word:" in one.key]
    assert "From Thu 26 Nov, 18:00 it is open again" in asked.text
    await town.until("2026-11-26 17:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_somebody_of_the_new_pair_who_took_over_a_finishing_keeps_an_ordinary_promise() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    await finish(town, BEN)
    await town.send("back", "R-1", BEN)
    await town.press(Claim, "R-1", EVA)
    await town.until("2026-11-25 10:00")
    assert (await town.request()).status is Status.OPEN


async def test_a_second_press_changes_nothing_and_shows_the_card() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    first = await finish(town, BEN)
    assert await finish(town, BEN) == first
    event = Send(
        key="again",
        happened_at=town.now,
        place=personal("ben"),
        author=OLGA,
        request="R-1",
        card=f"{CARD}:ben",
        step="finish",
    )
    event = replace(event, author=replace(OLGA, id="ben", name="Ben Okafor"))
    desk = await town.desk()
    assert said(await desk.handle(event)) == first
    assert said(await desk.handle(event)) == first


async def test_what_is_handed_over_brings_the_new_pair_a_line() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    form = await town.open("handover", "R-1", BEN, place=personal("ben"), card=f"{CARD}:ben")
    assert [field.id for field in form.fields] == ["note"]
    assert "Write something first" in await town.send("handover", "R-1", BEN, note=" ")
    told = await town.send("handover", "R-1", BEN, note="The spooler hangs; a restart helps.")
    assert "It is open again, for Chen Wei and Eva Novak." in told
    assert "The spooler hangs; a restart helps." in town.called(CHEN)[0].text
    assert "Chen Wei or Eva Novak will follow up by 09:25." in town.card()
    assert card(town, BEN).title == "Your handover is done"
    assert "R-1: Open again" in await town.press_open("handover", "R-1", BEN)


async def test_what_was_handed_over_can_be_taken_back() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    await town.send("handover", "R-1", BEN, note="over to you")
    await town.send("undo", "R-1", BEN)
    assert (await town.request()).claimer is not None
    assert titles(card(town, BEN)) == ["I finish it", "Hand over…"]


async def test_only_whoever_has_it_says_what_becomes_of_it() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    assert await finish(town, ANA, TEAM_CHANNEL) == "Ben Okafor has R-1, and says what becomes of it."
    assert "Ben Okafor finishes it" in await finish(town, BEN, TEAM_CHANNEL)


async def test_whoever_is_in_both_teams_or_fallback_keeps_theirs() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), *NEW[1:], Shift(NEXT, "ben", Role.SUPPORT)))
    await claimed(town)
    await town.post("no routes today", TOM)
    await town.press(Claim, "R-2", ANA)
    await town.until("2026-11-25 09:10")
    assert titles(card(town)) == ["I finish it", "Hand over…"]  # Ana's
    assert "there is nothing to hand over" in await finish(town, BEN)
    await town.until("2026-11-25 10:00")
    assert (await town.request("R-2")).status is Status.OPEN
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_a_fallback_of_friday_keeps_what_they_have() -> None:
    new = (*NEW[:2], Shift(NEXT, "ben", Role.FALLBACK, frozenset({4})))
    town = Town("2026-11-24 17:30", team=(*shifts(), *new))
    await claimed(town)
    await town.until("2026-11-25 10:00")
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_somebody_on_vacation_on_wednesday_is_not_written_to_and_theirs_is_open_again_at_ten() -> None:
    away = Absence("ben", at("2026-11-25 00:00"), at("2026-11-28 00:00"))
    town = tuesday(absences=(away,))
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("ask", "R-1", BEN, text="Which one?")
    await town.until("2026-11-25 09:10")
    assert keys(town, f"{CARD}:") == []
    assert "Ben Okafor has it, and waits for Olga Brandt to answer." in card(town).parts[0].text
    await town.until("2026-11-25 10:00")
    assert (await town.request()).status is Status.OPEN


async def test_what_waits_for_its_requester_waits_on_for_whoever_finishes_it() -> None:
    town = tuesday()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("ask", "R-1", BEN, text="Which one?")
    await town.until("2026-11-25 09:10")
    await finish(town, BEN)
    await town.until("2026-11-25 11:00")
    assert (await town.request()).wait is not None


async def test_what_follows_another_is_settled_with_it_and_matters_of_one_thread_one_by_one() -> None:
    town = tuesday()
    await claimed(town)
    await town.send("split", "R-1", BEN, text="printer\nscanner")
    await town.post("and the lamp", OLGA)
    await town.until("2026-11-25 09:10")
    assert [part.title for part in card(town).parts] == ["Olga Brandt · R-1", "Olga Brandt · R-2"]
    await finish(town, BEN)
    await town.until("2026-11-25 10:00")
    assert [one.status for one in await town.requests()][:2] == [Status.ACKNOWLEDGED, Status.OPEN]


async def test_what_is_closed_meanwhile_leaves_the_card() -> None:
    town = tuesday()
    place = await claimed(town)
    await town.until("2026-11-25 09:10")
    await town.press(Solve, "R-1", OLGA, place=place)
    assert card(town).parts == ()
    assert card(town).note == "Closed since: R-1."
    assert "closed" in await finish(town, BEN)


async def test_a_finishing_that_somebody_else_took_over_is_theirs_on_thursday() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    await finish(town, BEN)
    await town.send("back", "R-1", BEN)
    await town.press(Claim, "R-1", EVA)
    await town.send("promise", "R-1", EVA, until="next day")
    await town.until("2026-11-26 17:59")
    await town.send("promise", "R-1", EVA, until="next day")
    await town.until("2026-11-26 18:01")
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_nothing_is_said_where_nobody_ends_and_nothing_is_open() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), *shifts(NEXT)))
    await town.until("2026-11-25 12:00")
    assert keys(town, "handover:") == []


async def test_a_restart_in_the_middle_tells_nothing_twice() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    before = len(town.teams.sent)
    await town.restart()
    await town.until("2026-11-25 09:20")
    assert len(town.teams.sent) == before


async def test_after_a_holiday_duty_changes_on_thursday_and_one_finishes_that_evening() -> None:
    this, following = date(2024, 4, 24), date(2024, 5, 1)  # a Wednesday that is a holiday
    team = (*shifts(this), *(replace(one, iteration=following) for one in NEW))
    town = Town("2024-04-30 17:30", team=team)
    await claimed(town)
    await town.until("2024-05-02 08:59")
    assert keys(town, "handover:") == []
    await town.until("2024-05-02 09:00")
    (shared, own) = keys(town, "handover:")
    assert "Handover, Thu 2 May" in town.teams.messages[shared].text
    await town.press(Send, "R-1", BEN, step="finish", place=personal("ben"), card=own)
    assert "Ben Okafor finishes it by 18:00" in town.teams.messages[shared].text
    await town.until("2024-05-02 18:00")
    assert (await town.request()).status is Status.OPEN


@pytest.mark.parametrize("how", ["down", "paused"])
async def test_what_fell_due_in_an_outage_or_a_pause_is_done_in_full_with_its_hour(how: str) -> None:
    town = tuesday()
    await claimed(town)
    if how == "down":
        await town.sleep_until("2026-11-25 10:30")
    else:
        await town.write("pause", FARID)
        await town.until("2026-11-25 10:30")
        await town.write("resume", FARID)
        await town.wait(0)
    assert titles(card(town, BEN)) == ["I finish it", "Hand over…"]
    assert "by 11:30" in card(town, BEN).text
    await town.until("2026-11-25 11:29")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-25 11:30")
    assert (await town.request()).status is Status.OPEN


async def test_on_a_later_day_nobody_is_told_of_a_change_of_duty_but_before_the_peak() -> None:
    town = tuesday()
    await town.sleep_until("2026-11-26 10:30")
    assert keys(town, "handover:") == keys(town, "start:") == keys(town, "week:") == []
    await town.until("2026-11-26 16:00")
    assert keys(town, "peak:") == ["peak:2026-11-25:chen", "peak:2026-11-25:eva"]


async def test_a_card_of_an_iteration_that_is_over_does_nothing() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:10")
    await finish(town, BEN)
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-26 17:00")
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-26 18:00")
    await town.until("2026-11-27 09:30")
    await town.press(Claim, "R-1", EVA)
    assert "Eva Novak has R-1" in await finish(town, BEN)


async def test_requesters_read_in_one_post_who_is_on_duty_this_week() -> None:
    town = tuesday()
    await town.until("2026-11-25 18:00")
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == (
        "This week Chen Wei and Eva Novak answer here. On Fri Farid Haddad steps in."
    )
    assert await town.requests() == []


async def test_they_read_of_nobody_who_is_away_all_week_but_of_who_serves_instead() -> None:
    away = Absence("chen", at("2026-11-25 00:00"), at("2026-12-02 00:00"))
    ana = Shift(NEXT, "ana", Role.FALLBACK)
    town = Town("2026-11-24 17:30", team=(*shifts(), *NEW, ana), absences=(away,))
    await town.until("2026-11-25 09:00")
    assert town.teams.messages["week:2026-11-25"].text == (
        "This week Eva Novak and Ana Lindqvist answer here. On Fri Farid Haddad steps in."
    )
    assert "Support: Eva Novak\n" in card(town).text
    assert "Chen" not in town.teams.messages["start:2026-11-25:eva"].text


async def test_they_read_on_which_days_one_of_the_pair_is_not_there_by_who_steps_in() -> None:
    people = tuple([replace(one, working_days=frozenset({0, 1, 2, 3})) if one is EVA else one for one in TEAM])
    town = tuesday(people=people)
    await town.until("2026-11-25 09:00")
    assert "answer here. On Fri Farid Haddad steps in." in town.teams.messages["week:2026-11-25"].text
    assert town.teams.messages["start:2026-11-25:eva"].text.startswith("You are on support on Wed, Thu, Mon and Tue\n")


async def test_they_read_it_in_german_too_and_of_one_person() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), NEW[0]), policy=Policy(language=Language.GERMAN))
    await town.until("2026-11-25 18:00")
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == "Diese Woche antwortet hier Chen Wei."


async def test_the_old_pair_is_a_further_fallback_until_ten() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:01")
    await town.post("label printer down")
    await town.wait(4)
    assert [len(town.called(one)) for one in (ANA, BEN, CHEN, EVA)] == [1, 1, 1, 1]
    await town.press(Claim, "R-1", ANA)
    assert (await town.request()).claimer is not None
    await town.until("2026-11-25 10:00")
    assert (await town.request()).status is Status.OPEN


async def test_who_names_the_old_pair_as_a_fallback_as_long_as_they_are_one() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:01")
    assert "Fallback\nAna Lindqvist and Ben Okafor\n" in await town.write("who", OLGA)
    await town.until("2026-11-25 10:00")
    assert "Fallback" not in await town.write("who", OLGA)


async def test_the_old_pair_is_free_once_both_of_the_new_one_are_ready() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:01")
    for one in (CHEN, EVA):
        await town.press(Send, "", one, step="ready", choice=str(NEXT), place=personal(one.id), card="-")
    await town.post("label printer down")
    await town.wait(4)
    assert [len(town.called(one)) for one in (ANA, BEN, CHEN, EVA)] == [0, 0, 1, 1]
    assert "Ready: Chen Wei and Eva Novak" in card(town).text


async def test_after_ten_the_old_pair_is_no_fallback_any_more() -> None:
    town = tuesday()
    await town.until("2026-11-25 10:00")
    await town.post("label printer down")
    await town.wait(4)
    assert [len(town.called(one)) for one in (ANA, BEN, CHEN, EVA)] == [0, 0, 1, 1]


async def test_whoever_stands_in_at_the_end_of_the_week_is_who_ends() -> None:
    stands_in = Override("ben", "farid", at("2026-11-23 00:00"), at("2026-11-25 00:00"))
    town = tuesday()
    town.rota = replace(town.rota, overrides=(stands_in,))
    await town.until("2026-11-25 09:00")
    assert "Ends: Ana Lindqvist and Farid Haddad" in card(town).text


async def test_a_card_names_no_more_than_a_few_matters() -> None:
    town = tuesday("2026-11-24 10:00", people=(*TEAM,))
    for number in range(10):
        await town.post(f"printer {number}", replace(OLGA, id=f"olga{number}"))
    await town.until("2026-11-25 09:00")
    assert len(card(town).parts) == 8
    assert card(town).note == "… and 2 more: requests shows them."


async def test_what_was_taken_back_after_ten_is_finished_by_its_promise_and_not_by_thursday() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:58")
    await town.send("handover", "R-1", BEN, note="over to you")
    await town.until("2026-11-25 10:05")
    await town.send("undo", "R-1", BEN)
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-26 18:30")
    assert await finish(town, BEN) == "That handover is over. Give it back, or close it."


# -- a team that is taken late --------------------------------------------------------------------------------------

LATE = "handover:2026-11-27"


async def late(one: str = "chen", other: str = "eva", *, taken: str = "2026-11-26 11:00", **more: object) -> Town:
    """Let the pair before stay on Wednesday, post, let Ben have it, and take a team that starts on the next day."""
    town = Town("2026-11-24 17:30", **more)  # type: ignore[arg-type]
    await town.until(taken)
    await claimed(town)
    await town.send(
        "pick.other", "", ANA, place=personal("ana"), card="-", choice=f"{NEXT}:{one}+{other}", one=one, other=other
    )
    return town


async def test_on_the_morning_a_late_team_starts_the_requesters_post_names_it_and_nobody_who_stayed() -> None:
    town = await late()
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == "This week Ana Lindqvist and Ben Okafor answer here."
    assert len(town.teams.messages[key].versions) == 1
    await town.until("2026-11-27 08:59")
    assert "Ana Lindqvist" in town.teams.messages[key].text
    await town.until("2026-11-27 09:00")
    assert keys(town, "week:") == [key]
    assert town.teams.messages[key].text == "This week Chen Wei and Eva Novak answer here."


async def test_the_cards_of_the_pair_that_stayed_say_that_it_is_over_when_the_late_team_starts() -> None:
    town = await late("ben", "chen")
    await town.until("2026-11-27 08:59")
    ana, ben = (town.teams.messages[f"start:{NEXT}:{id_}"] for id_ in ("ana", "ben"))
    assert "You stay on support this week\nWith Ben Okafor, until Fri 27 Nov, 09:00." in ana.text
    await town.until("2026-11-27 09:00")
    assert ana.text == "Your support of this week is over\nBen Okafor and Chen Wei took over. Thank you."
    assert ben.text.startswith("You stay on support this week\nWith Chen Wei, until Wed 2 Dec, 09:00.")


async def test_cards_of_the_week_say_at_once_until_when_and_who_fills_in_no_more_once_a_team_is_taken_late() -> None:
    off = replace(BEN, working_days=frozenset({0, 1, 2, 3}))
    town = Town("2026-11-24 17:30", people=(ANA, off, CHEN, EVA, FARID))
    await town.until("2026-11-25 11:00")
    (filling,) = [one for one in (CHEN, EVA, FARID) if f"start:{NEXT}:{one.id}" in town.teams.messages]
    card = town.teams.messages[f"start:{NEXT}:{filling.id}"]
    assert card.text.startswith("You are the fallback on Fri\nAna Lindqvist is on support until a team is taken.")
    one, other = sorted({"chen", "eva", "farid"} - {filling.id})
    await town.send(
        "pick.other", "", ANA, place=personal("ana"), card="-", choice=f"{NEXT}:{one}+{other}", one=one, other=other
    )
    assert f"\n{filling.name} is not FALLBACK any more." in town.in_team_channel()[-1].text
    over = "You are not on this week's support team any more\n"
    assert card.text == f"{over}Ana Lindqvist and Ben Okafor are on support."
    assert "With Ben Okafor, until Thu 26 Nov, 09:00." in town.teams.messages[f"start:{NEXT}:ana"].text
    await town.until("2026-11-26 09:00")
    assert town.teams.messages[f"start:{NEXT}:{one}"].text.startswith("You are on support from today\n")
    now_on = [person.name for person in (CHEN, EVA, FARID) if person is not filling]
    assert card.text == f"{over}{' and '.join(now_on)} are on support."


async def test_what_the_pair_that_stayed_has_is_settled_one_by_one_when_the_late_team_starts() -> None:
    town = await late()
    assert keys(town, "handover:") == []
    await town.until("2026-11-27 09:00")
    assert keys(town, "handover:") == [LATE, f"{LATE}:ben"]
    assert town.teams.messages[LATE].text.startswith(
        "Handover, Fri 27 Nov\nEnds: Ana Lindqvist and Ben Okafor\nSupport: Chen Wei and Eva Novak\n"
    )
    own = town.teams.messages[f"{LATE}:ben"].view
    assert isinstance(own, PlanCard)
    assert titles(own) == ["I finish it", "Hand over…"]
    assert "Say of each by 10:00" in own.text
    await town.until("2026-11-27 09:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-27 10:00")
    assert (await town.request()).status is Status.OPEN
    assert "Chen Wei or Eva Novak will follow up by 10:15." in town.card()
    assert "Ben Okafor had this before the handover" in town.called(EVA)[-1].text


async def test_whoever_ends_for_a_late_team_finishes_theirs_by_the_close_of_its_second_day() -> None:
    town = await late()
    await town.until("2026-11-27 09:10")
    shown = said(await town.press(Send, "R-1", BEN, step="finish", place=personal("ben"), card=f"{LATE}:ben"))
    assert "Ben Okafor finishes it by Mon 30 Nov, 18:00" in shown
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-30 17:59")
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.until("2026-11-30 18:00")
    assert (await town.request()).status is Status.OPEN


async def test_the_pair_that_stayed_is_a_further_fallback_until_the_late_one_is_ready_or_ten() -> None:
    town = await late()
    await town.until("2026-11-27 09:01")
    assert "Fallback\nAna Lindqvist and Ben Okafor\n" in await town.write("who", OLGA)
    for one in (CHEN, EVA):
        await town.press(Send, "", one, step="ready", choice=str(NEXT), place=personal(one.id), card="-")
    assert "Fallback" not in await town.write("who", OLGA)
    assert "Ready: Chen Wei and Eva Novak" in town.teams.messages[LATE].text


async def test_whoever_stays_in_the_late_team_keeps_what_they_have_and_gets_no_card_twice() -> None:
    town = await late("ben", "chen")
    await town.until("2026-11-27 10:00")
    assert town.teams.messages[LATE].text.startswith(
        "Handover, Fri 27 Nov\nEnds: Ana Lindqvist\nSupport: Ben Okafor and Chen Wei\n"
    )
    assert keys(town, f"{LATE}:") == []
    assert (await town.request()).status is Status.ACKNOWLEDGED
    assert keys(town, f"start:{NEXT}:") == [f"start:{NEXT}:ana", f"start:{NEXT}:ben", f"start:{NEXT}:chen"]


async def test_whoever_filled_in_before_the_late_team_starts_with_it_as_the_other_does() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), Shift(NEXT, "chen", Role.FALLBACK, frozenset({2}))))
    await town.until("2026-11-25 11:00")
    assert town.teams.messages[f"start:{NEXT}:chen"].text.startswith("You are the fallback on Wed\n")
    await town.write("away Ben", ANA)
    await town.write("away Ana", BEN)
    (question,) = [one for one in town.to(EVA) if one.key.startswith("ask:")]
    id_ = question.key.removeprefix("ask:").removesuffix(":eva")
    await town.send("ask.yes", "", EVA, card=question.key, choice=id_)
    await town.until("2026-11-25 16:00")
    assert keys(town, "peak:") == [f"peak:{NEXT}:eva"]
    chosen = {"choice": f"{NEXT}:chen+eva", "one": "chen", "other": "eva"}
    await town.send("pick.other", "", ANA, place=personal("ana"), card="-", **chosen)
    await town.until("2026-11-26 09:00")
    for who in (CHEN, EVA):
        start = town.teams.messages[f"start:{NEXT}:{who.id}"].text
        assert start.startswith("You are on support from today\n")
        assert "[I'm ready]" in start
        assert f"ring:{NEXT}:{who.id}" in town.teams.messages


async def test_where_nobody_served_before_the_late_team_the_requesters_read_of_it_when_it_starts() -> None:
    town = Town("2026-11-24 17:30", team=())
    await town.until("2026-11-26 11:00")
    assert keys(town, "week:") == []
    await town.send(
        "pick.other", "", FARID, place=personal("farid"), card="-", choice=f"{NEXT}:chen+eva", one="chen", other="eva"
    )
    await town.until("2026-11-27 09:00")
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == "This week Chen Wei and Eva Novak answer here."


async def test_a_team_that_was_taken_late_and_changed_once_more_ends_when_the_next_one_starts() -> None:
    town = await late(taken="2026-11-25 11:00")
    await town.until("2026-11-26 10:00")
    assert keys(town, "handover:") == ["handover:2026-11-26", "handover:2026-11-26:ben"]
    await town.press(Claim, "R-1", EVA)
    await town.send("promise", "R-1", EVA, until="next day")
    answer = await town.press(
        Send, "", FARID, step="pick.other", choice=f"{NEXT}:", place=personal("farid"), card="-",
        fields={"one": "ana", "other": "ben"},
    )  # fmt: skip
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    take = next(one.choice for row in answer.view.rows for one in row.buttons if one.title == "Take this team")
    await town.send("pick.other", "", FARID, place=personal("farid"), card="-", choice=take, one="ana", other="ben")
    await town.until("2026-11-27 10:00")
    assert "Ends: Chen Wei and Eva Novak\nSupport: Ana Lindqvist and Ben Okafor\n" in town.teams.messages[LATE].text
    assert (await town.request()).status is Status.OPEN
    assert town.teams.messages["week:2026-11-25"].text == "This week Ana Lindqvist and Ben Okafor answer here."


async def test_a_free_day_of_one_of_the_pair_by_the_rota_is_no_change_of_duty() -> None:
    off = replace(shifts(NEXT)[1], days=frozenset({2, 3, 0, 1}))
    town = Town("2026-11-24 17:30", team=(*shifts(), shifts(NEXT)[0], off))
    await claimed(town)
    await town.until("2026-12-01 12:00")
    assert keys(town, "handover:") == [CARD]


async def test_what_the_pair_before_has_stays_theirs_where_a_late_team_is_told_of_on_a_later_day() -> None:
    town = await late()
    await town.sleep_until("2026-11-30 10:30")
    assert keys(town, "handover:") == []
    assert (await town.request()).claimer is not None


@pytest.mark.parametrize("up", ["2026-11-27 19:00", "2026-11-30 08:00", "2026-11-30 10:30"])
async def test_a_late_team_that_started_while_the_bot_was_down_is_told_of_once_when_it_is_up_in_support_hours(
    up: str,
) -> None:
    town = await late()
    await town.sleep_until(up)
    await town.until("2026-11-30 10:30")
    ana, ben, chen, eva = (town.teams.messages[f"start:{NEXT}:{id_}"] for id_ in ("ana", "ben", "chen", "eva"))
    assert ana.text == ben.text == "Your support of this week is over\nChen Wei and Eva Novak took over. Thank you."
    assert chen.text.startswith("You are on support on Mon and Tue\nWith Eva Novak, until Wed 2 Dec, 09:00.\n")
    assert "[I'm ready]" in eva.text
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == "This week Chen Wei and Eva Novak answer here."
    assert "Fallback" not in await town.write("who", OLGA)
    versions = [len(one.versions) for one in town.teams.messages.values() if one.key.startswith(("start:", "week:"))]
    await town.until("2026-12-01 18:00")
    assert keys(town, "week:") == [key]
    assert versions == [
        len(one.versions) for one in town.teams.messages.values() if one.key.startswith(("start:", "week:"))
    ]
    assert keys(town, "unready:") == keys(town, "peak:") == []


async def test_whoever_filled_in_before_a_late_team_reads_that_they_start_with_it_on_a_later_day_too() -> None:
    town = Town("2026-11-24 17:30", team=(*shifts(), Shift(NEXT, "chen", Role.FALLBACK, frozenset({2}))))
    await town.until("2026-11-25 11:00")
    chosen = {"choice": f"{NEXT}:chen+eva", "one": "chen", "other": "eva"}
    await town.send("pick.other", "", ANA, place=personal("ana"), card="-", **chosen)
    await town.sleep_until("2026-11-27 10:30")
    chen = town.teams.messages[f"start:{NEXT}:chen"].text
    assert chen.startswith("You are on support on Fri, Mon and Tue\n")
    assert "[I'm ready]" in chen
    assert f"ring:{NEXT}:chen" in town.teams.messages


async def test_where_nobody_served_before_the_late_team_and_the_bot_was_down_the_requesters_read_of_it_by_day() -> None:
    town = Town("2026-11-24 17:30", team=())
    await town.until("2026-11-26 11:00")
    await town.send(
        "pick.other", "", FARID, place=personal("farid"), card="-", choice=f"{NEXT}:chen+eva", one="chen", other="eva"
    )
    await town.sleep_until("2026-11-27 19:00")
    assert keys(town, "week:") == []
    await town.until("2026-11-30 09:00")
    (key,) = keys(town, "week:")
    assert town.teams.messages[key].text == "This week Chen Wei and Eva Novak answer here."


async def test_a_bot_that_comes_up_on_the_morning_a_late_team_starts_hands_over_to_it_at_once() -> None:
    town = await late()
    await town.sleep_until("2026-11-27 10:30")
    assert keys(town, "handover:") == [LATE, f"{LATE}:ben"]
    await town.until("2026-11-27 11:30")
    assert (await town.request()).status is Status.OPEN


async def test_who_names_the_late_team_as_the_next_from_its_morning_on() -> None:
    town = await late()
    assert "Fri 27 Nov, 09:00\nThen\nChen Wei and Eva Novak" in await town.write("who", OLGA)
    await town.until("2026-11-27 09:00")
    assert "Wed 2 Dec, 09:00\nThen\nnobody is set yet" in await town.write("who", OLGA)


async def test_the_card_of_a_handover_names_who_serves_by_now_and_not_who_starts_late() -> None:
    town = tuesday()
    await claimed(town)
    await town.until("2026-11-25 09:05")
    rota = (await (await town.desk()).state()).rota
    cover = Override("eva", "ana", at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    await town._handle(RotaEdited(rota=replace(rota, overrides=(cover,)), **town._when("")))  # type: ignore[arg-type]
    assert "\nSupport: Chen Wei, Eva Novak and Ana Lindqvist\n" in town.teams.messages[CARD].text
    shifts = [replace(one, days=frozenset({2, 3})) if one.person == "eva" else one for one in rota.shifts]
    shifts.append(Shift(NEXT, "ben", Role.SUPPORT, frozenset({4, 0, 1})))
    await town._handle(RotaEdited(rota=replace(rota, shifts=tuple(shifts)), **town._when("")))  # type: ignore[arg-type]
    assert "\nSupport: Chen Wei and Eva Novak\n" in town.teams.messages[CARD].text
