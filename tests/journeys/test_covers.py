"""Cover: somebody takes a shift or some days of it; all who could are asked, or one, and the first yes wins."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.effects import Dialog
from bot.events import PeopleImported, PersonRow, Send
from bot.people import Person
from bot.rota.changes import whole_days
from bot.rota.duty import on_duty
from bot.rota.picking import pair_of
from bot.rota.presence import Presence
from bot.rota.shift import Absence, Override, Role, Rota, Shift
from bot.views import PlanCard
from tests.journeys.test_absences import HOURS, choice, confirm
from tests.journeys.test_swaps import LATER
from tests.journeys.test_swaps import answer as agree
from tests.journeys.test_swaps import ask as swap
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, TEAM, Town, at, person, said, shifts

NOW, NEXT = date(2026, 11, 18), date(2026, 11, 25)
THURSDAY, FRIDAY = "2026-11-26", "2026-11-27"
WEDNESDAY = Shift(NEXT, "ben", Role.FALLBACK, frozenset({2}))


def planned(now: str = "2026-11-23 10:00", **more: object) -> Town:
    return Town(now, **{"team": (*shifts(), *shifts(NEXT)), **more})  # type: ignore[arg-type]


def of(who: Person, week: date = NEXT, role: str = "SUPPORT") -> str:
    return f"{week}:{role}:{who.id}"


async def rota(town: Town) -> Rota:
    return (await (await town.desk()).state()).rota


async def look(town: Town, by: Person, shift: str, first: str = "", last: str = "") -> Dialog:
    fields = {"shift": shift, "first": first, "last": last}
    shown = await town.press(Send, "", by, card="form", step="cover", fields=fields)
    assert isinstance(shown, Dialog)
    return shown


async def ask(town: Town, by: Person, shift: str, first: str = "", last: str = "", who: str = "all") -> str:
    shown = await look(town, by, shift, first, last)
    return await town.send("cover.ask", "", by, card="form", choice=choice(shown, "cover.ask"), who=who)


def asked(town: Town, who: Person) -> bool:
    return any(one.key.startswith("ask:cover") for one in town.to(who))


async def answer(town: Town, who: Person, step: str = "ask.yes") -> str:
    card = next(one for one in reversed(town.to(who)) if one.key.startswith("ask:cover"))
    first = card.versions[0]
    assert isinstance(first, PlanCard)
    return said(await town.press(Send, "", who, card=card.key, step=step, choice=first.presses[0].choice, fields={}))


# -- the form -------------------------------------------------------------------------------------------------------


async def test_cover_shows_ones_own_shifts_and_those_of_others_to_whoever_plans_for_them() -> None:
    town = planned()
    assert "Somebody takes a shift of yours" in await town.write("cover", CHEN)
    mine = said(Dialog("", await town.open("cover", "", CHEN, card="form")))
    assert "(FALLBACK, Fri 27 Nov)" in mine
    assert "Ana" not in mine
    every = said(Dialog("", await town.open("cover", "", FARID, card="form")))
    assert "(Ana Lindqvist: SUPPORT, Wed 25 Nov to Tue 1 Dec)" in every
    assert "(Ana Lindqvist: SUPPORT today, until the close)" in every
    assert "You have no shift that could be covered." in said(
        Dialog("", await town.open("cover", "", EVA, card="form"))
    )


async def test_an_admin_who_lets_somebody_leave_reads_for_which_open_shift_a_cover_is_asked() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, FRIDAY)
    left = {"left": "2026-11-24"}
    saved = said(await town.press(Send, "", FARID, card="form", step="people.sure", choice="ben", fields=left))
    assert (
        "Open from 2026-11-24 on: support in the iteration of 2026-11-18, "
        "support in the iteration of 2026-11-25 (a cover is asked for)." in saved
    )


async def test_nobody_asks_for_others_who_may_not() -> None:
    town = planned()
    shown = await look(town, FARID, of(ANA), THURSDAY, THURSDAY)
    words = await town.send("cover.ask", "", EVA, card="form", choice=choice(shown, "cover.ask"))
    assert "For somebody else that is for the support of this iteration." in words
    assert "Choose a shift first." in said(await look(town, EVA, of(ANA)))


async def test_whoever_fills_in_for_somebody_away_may_take_their_shift_instead() -> None:
    town = planned(people=(ANA, BEN, CHEN))
    assert "Chen Wei could." in said(await look(town, ANA, of(ANA), THURSDAY, FRIDAY))
    await ask(town, ANA, of(ANA), THURSDAY, FRIDAY)
    await confirm(town, ANA, THURSDAY, FRIDAY)
    assert Shift(NEXT, "chen", Role.FALLBACK, frozenset({3, 4})) in (await rota(town)).shifts
    assert "Chen Wei covers for Ana Lindqvist" in await answer(town, CHEN)
    changed = await rota(town)
    assert [one for one in changed.shifts if one.iteration == NEXT and one.role is Role.FALLBACK] == []
    assert [one.stand_in for one in changed.overrides] == ["chen"]
    assert {one.id for one in on_duty(changed, at("2026-11-27 10:00"), HOURS).pair} == {"ben", "chen"}


async def test_a_button_on_a_card_opens_the_form_for_its_shift_to_whoever_may() -> None:
    town = planned()
    form = await town.open("cover", "", ANA, choice=of(ANA), card="form")
    assert form.inputs if hasattr(form, "inputs") else form.fields[0].value == of(ANA)


async def test_who_could_is_shown_before_anybody_is_asked() -> None:
    off = replace(BEN, working_days=frozenset({0, 1, 2, 3}))  # for whom Chen is the FALLBACK on Friday
    town = planned(people=(ANA, off, CHEN, DILAN, EVA, FARID))
    shown = said(await look(town, ANA, of(ANA), THURSDAY, FRIDAY))
    assert "A cover for Ana Lindqvist: SUPPORT, Thu 26 Nov to Fri 27 Nov" in shown
    assert "Nobody could: " in shown
    assert "1 is new or observing" in shown
    assert "1 is away" in shown
    assert "1 is serving already" in shown
    assert "2 are without the production access that is needed" in shown
    assert "What would help" in shown
    shown = said(await look(town, BEN, of(BEN), THURSDAY, THURSDAY))
    assert "Eva Novak, Farid Haddad and Chen Wei could." in shown
    assert "There is no day of this shift between the two." in said(
        await look(town, BEN, of(BEN), "2026-11-28", "2026-11-29")
    )
    assert "must be a date" in said(await look(town, BEN, of(BEN), "2026-11-99"))


# -- a yes, and a no ------------------------------------------------------------------------------------------------


async def test_the_first_yes_wins_and_the_others_read_who_does_it() -> None:
    town = planned()
    assert "Eva Novak, Farid Haddad and Chen Wei are asked." in await ask(
        town, BEN, of(BEN), THURSDAY, FRIDAY[:-2] + "26"
    )
    question = town.to(EVA)[-1].text
    assert "Can you cover for Ben Okafor?\nSUPPORT on Thu 26 Nov. Whoever says yes first does it." in question
    assert "Eva Novak covers for Ben Okafor: SUPPORT on Thu 26 Nov." in await answer(town, EVA)
    day = whole_days("", date(2026, 11, 26), date(2026, 11, 26), HOURS)
    assert (await rota(town)).overrides == (Override("ben", "eva", day.start, at("2026-11-26 18:00")),)
    assert "Eva Novak covers for Ben Okafor" in town.to(CHEN)[-1].text
    assert "Eva Novak covers for Ben Okafor" in await answer(town, CHEN)
    assert len((await rota(town)).overrides) == 1
    assert [one.text for one in town.in_team_channel()] == ["Eva Novak covers for Ben Okafor: SUPPORT on Thu 26 Nov."]
    assert (await rota(town)).history[-1].what == "covers Ben Okafor on 2026-11-26"


async def test_where_two_press_yes_at_once_one_of_them_does_it() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    await asyncio.gather(answer(town, EVA), answer(town, FARID))
    assert len((await rota(town)).overrides) == 1
    assert len(town.in_team_channel()) == 1


async def test_a_whole_week_to_come_becomes_theirs() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), who="eva")
    assert not asked(town, FARID)
    await answer(town, EVA)
    assert pair_of(await rota(town), NEXT) == {"ana", "eva"}
    assert (await rota(town)).overrides == ()


async def test_a_fallback_is_covered_altogether_too() -> None:
    off = replace(ANA, working_days=frozenset({0, 1, 2, 3}))
    able = replace(EVA, production_access=True)
    town = planned(people=(off, BEN, CHEN, DILAN, able, FARID))
    shown = said(await look(town, CHEN, of(CHEN, NEXT, "FALLBACK")))
    assert "Eva Novak could." in shown
    await ask(town, CHEN, of(CHEN, NEXT, "FALLBACK"))
    await answer(town, able)
    assert Shift(NEXT, "eva", Role.FALLBACK, frozenset({4})) in (await rota(town)).shifts
    assert not [one for one in (await rota(town)).of(NEXT) if one.person == "chen"]


async def test_the_rest_of_today_is_covered_at_once() -> None:
    town = planned()
    place = await town.post("printer down")
    assert "Ben Okafor" in town.card()
    await ask(town, BEN, f"today:{of(BEN, NOW)}", who="eva")
    assert "SUPPORT today until 18:00" in town.to(EVA)[-1].text
    await answer(town, EVA)
    assert [one.id for one in on_duty(await rota(town), town.now, HOURS).pair] == ["ana", "eva"]
    assert "Eva Novak" in town.card()
    assert place
    assert [one.id for one in on_duty(await rota(town), at("2026-11-24 10:00"), HOURS).pair] == ["ana", "ben"]


async def test_whoever_stands_in_can_be_covered_themselves() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY, who="eva")
    await answer(town, EVA)
    shown = said(await look(town, EVA, of(BEN), THURSDAY, THURSDAY))
    assert "A cover for Eva Novak" in shown
    assert "Ben Okafor" in shown
    await ask(town, EVA, of(BEN), THURSDAY, THURSDAY, who="farid")
    await answer(town, FARID)
    assert {one.id for one in on_duty(await rota(town), at("2026-11-26 10:00"), HOURS).pair} == {"ana", "farid"}


async def test_when_everybody_said_no_whoever_asked_reads_it_with_what_could_help() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    for who in (CHEN, EVA):
        assert "That is fine." in await answer(town, who, "ask.no")
        assert "Nobody could" not in town.to(BEN)[-1].text if town.to(BEN) else True
    await answer(town, FARID, "ask.no")
    assert town.to(BEN)[-1].text == (
        "There is no cover for you (SUPPORT on Thu 26 Nov). Nobody could. Other days, or a swap, may be possible."
    )
    await answer(town, FARID, "ask.no")
    assert (await rota(town)).overrides == ()


async def test_whoever_cannot_any_more_reads_why_and_the_others_can() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    await confirm(town, EVA, THURSDAY, THURSDAY)
    card = next(one for one in town.to(EVA) if one.key.startswith("ask:cover"))
    assert isinstance(card.view, PlanCard)
    words = await town.send("ask.yes", "", EVA, card=card.key, choice=card.view.presses[0].choice)
    assert "you are away" in words
    assert "Farid Haddad covers" in await answer(town, FARID)


async def test_a_second_press_asks_once_and_a_restart_loses_nothing() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    assert "This is asked already." in await ask(town, BEN, of(BEN))
    await town.restart()
    await answer(town, EVA)
    assert len((await rota(town)).overrides) == 1


async def test_what_changed_since_the_form_is_shown_anew() -> None:
    town = planned()
    shown = await look(town, BEN, of(BEN), THURSDAY, THURSDAY)
    await confirm(town, EVA, THURSDAY, THURSDAY)
    take = choice(shown, "cover.ask")
    assert "Who could has changed meanwhile" in await town.send("cover.ask", "", BEN, card="form", choice=take)
    fresh = choice(await look(town, BEN, of(BEN), THURSDAY, THURSDAY), "cover.ask")
    assert "Choose whom to ask first." in await town.send("cover.ask", "", BEN, card="form", choice=fresh, who="eva")
    await town.import_shifts((Shift(NEXT, "ana", Role.SUPPORT), Shift(NEXT, "eva", Role.SUPPORT)))
    assert "This shift has changed meanwhile." in await town.send("cover.ask", "", BEN, card="form", choice=take)
    assert "older version" in await town.send("cover.ask", "", BEN, card="form", choice="x")


async def test_it_ends_where_the_shift_is_somebody_elses_and_when_its_time_is_over() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    await town.import_shifts((Shift(NEXT, "ana", Role.SUPPORT), Shift(NEXT, "eva", Role.SUPPORT)))
    assert town.to(BEN)[-1].text == (
        "A cover for you was asked for (the shift from Wed 25 Nov). It is not needed any more: the shift has changed."
    )
    assert "not needed any more" in await answer(town, FARID)
    assert town.to(FARID)[-1].text.startswith("Cover for Ben Okafor\n")
    late = planned()
    await ask(late, BEN, f"today:{of(BEN, NOW)}")
    await late.until("2026-11-23 18:30")
    assert "Nobody said yes in time." in late.to(EVA)[-1].text
    await late.until("2026-11-24 09:00")
    assert any("Nobody said yes in time." in one.text for one in late.to(BEN))


async def test_a_yes_that_comes_with_the_close_is_too_late() -> None:
    town = planned()
    await ask(town, BEN, f"today:{of(BEN, NOW)}")
    town.now = at("2026-11-23 18:00")
    assert "Nobody said yes in time." in await answer(town, EVA)
    assert (await rota(town)).overrides == ()


async def test_whoever_covers_a_day_that_is_somebody_elses_by_now_is_told_and_covers_no_more() -> None:
    town = planned(
        team=(*shifts(), *shifts(NEXT), Shift(LATER, "chen", Role.SUPPORT), Shift(LATER, "eva", Role.SUPPORT))
    )
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY, who="farid")
    await answer(town, FARID)
    await swap(town, BEN, EVA, reason="a wedding")
    assert (await rota(town)).overrides != ()
    await agree(town, EVA)
    assert (await rota(town)).overrides == ()
    assert town.to(FARID)[-1].text == (
        "You need not cover for Ben Okafor on Thu 26 Nov any more: others have that week now."
    )


async def test_whoever_is_not_there_is_asked_when_they_are() -> None:
    town = planned("2026-11-23 20:00")
    assert "Whoever is not there now is asked when they are." in await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    assert not asked(town, EVA)
    await town.until("2026-11-24 09:00")
    assert asked(town, EVA)


async def test_whoever_is_on_vacation_is_never_asked() -> None:
    week = whole_days("eva", NEXT, date(2026, 12, 1), HOURS)
    town = planned(absences=(week,))
    shown = said(await look(town, BEN, of(BEN), THURSDAY, THURSDAY))
    assert "Farid Haddad and Chen Wei could." in shown


async def test_a_cover_for_another_is_told_them() -> None:
    town = planned()
    await ask(town, FARID, of(BEN), THURSDAY, THURSDAY, who="eva")
    assert "Farid Haddad asks who could cover for you: SUPPORT, Thu 26 Nov." in [one.text for one in town.to(BEN)]
    await answer(town, EVA, "ask.no")
    assert any("no cover for Ben Okafor (SUPPORT on Thu 26 Nov). Nobody could." in one.text for one in town.to(FARID))
    assert any("no cover for you (SUPPORT on Thu 26 Nov). Nobody could." in one.text for one in town.to(BEN))


async def test_nobody_is_covered_where_no_one_else_is_there() -> None:
    town = planned(people=(ANA, BEN, replace(EVA, entra_object_id="")))
    assert "Nobody could: 1 is not to be reached in Teams, 1 is serving already." in said(
        await look(town, BEN, of(BEN))
    )
    assert "Nobody could: 1 is serving already." in said(await look(planned(people=(ANA, BEN)), BEN, of(BEN)))


async def test_days_in_a_row_are_said_from_the_first_to_the_last() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), who="eva")
    assert "\nSUPPORT from Wed 25 Nov to Tue 1 Dec. Whoever says yes first does it.\n" in town.to(EVA)[-1].text
    town = planned(people=(ANA, BEN, CHEN, DILAN, replace(EVA, production_access=True), FARID))
    town.rota = replace(
        town.rota, shifts=(*shifts(), *shifts(NEXT)[:2], Shift(NEXT, "chen", Role.FALLBACK, frozenset({3, 4, 1})))
    )
    await ask(town, CHEN, of(CHEN, NEXT, "FALLBACK"))
    cards = [one.text for who in TEAM for one in town.to(who) if one.key.startswith("ask:cover")]
    assert cards
    assert all("FALLBACK on Thu 26 Nov, Fri 27 Nov and Tue 1 Dec. " in one for one in cards)


async def test_where_access_was_withdrawn_only_somebody_with_it_can_cover() -> None:
    town = planned(people=(replace(ANA, production_access=False), *TEAM[1:]), team=(*shifts(), *shifts(NEXT)[:2]))
    shown = said(await look(town, ANA, of(ANA)))
    assert "Chen Wei could." in shown


# -- where a team breaks --------------------------------------------------------------------------------------------


async def test_an_absence_that_breaks_a_team_offers_a_cover_in_the_team_channel_and_in_the_form() -> None:
    town = planned()
    words = await confirm(town, ANA, THURSDAY, THURSDAY)
    assert "[Ask for a cover…]" in words
    card = town.in_team_channel()[-1]
    assert isinstance(card.view, PlanCard)
    assert [one.title for one in card.view.opens] == ["Cover for Ana Lindqvist…"]
    opened = await town.open("cover", "", ANA, choice=card.view.opens[0].choice, place=card.place, card=card.key)
    assert opened.fields[0].value == of(ANA)


async def test_a_form_of_another_is_refused_from_the_cards_button_too() -> None:
    town = planned()
    assert "For somebody else" in str(await refusal(town, EVA, of(ANA)))


async def refusal(town: Town, by: Person, shift: str) -> str:
    from bot.events import Open

    return said(await town.press(Open, "", by, card="form", step="cover", choice=shift))


async def test_without_a_team_channel_it_is_said_to_those_concerned() -> None:
    town = planned(team_channel="")
    await confirm(town, ANA, THURSDAY, THURSDAY)
    assert any("there is no anchor" in one.text and isinstance(one.view, PlanCard) for one in town.to(BEN))
    night = planned("2026-11-23 20:00", team_channel="")
    await confirm(night, ANA, THURSDAY, THURSDAY)
    await night.until("2026-11-24 09:00")
    assert any("Write cover, and I ask the others." in one.text for one in night.to(BEN))


# -- joiners and leavers --------------------------------------------------------------------------------------------


async def people(town: Town, *some: Person, given: str = "production_access left joined experienced waived") -> None:
    fields = frozenset(given.split())
    rows = tuple(PersonRow(one.name, one, fields) for one in some)
    await town._handle(PeopleImported(rows=rows, **town._when("")))  # type: ignore[arg-type]


async def test_withdrawn_access_and_a_leaver_are_said_once_with_the_way_to_a_cover() -> None:
    town = planned()
    await people(town, replace(ANA, production_access=False))
    news = town.in_team_channel()
    assert len(news) == 1
    assert news[0].text.startswith("An operator took Ana Lindqvist's production access\n")
    assert "In the iteration of Wed 25 Nov there is no anchor" in news[0].text
    assert isinstance(news[0].view, PlanCard)
    assert {one.title for one in news[0].view.opens} == {"Cover for Ana Lindqvist…"}
    assert any("You are FALLBACK on" in one.text for one in town.to(CHEN))
    await people(town, replace(BEN, left=date(2026, 11, 24)))
    assert "An operator noted that Ben Okafor leaves on Tue 24 Nov" in town.in_team_channel()[-1].text
    assert "no longer in the team" in town.in_team_channel()[-1].text
    await people(town, EVA)
    assert len(town.in_team_channel()) == 2


async def test_two_changes_of_somebody_in_the_same_moment_are_both_said() -> None:
    town = planned()
    await people(town, replace(ANA, left=date(2026, 11, 30)))
    await people(town, replace(ANA, left=date(2026, 11, 26)))
    assert len([one for one in town.in_team_channel() if one.key.startswith("broken:")]) == 2


async def test_a_leavers_week_can_be_covered() -> None:
    town = planned()
    await people(town, replace(BEN, left=date(2026, 11, 24)))
    await ask(town, ANA, of(BEN), who="farid")
    await answer(town, FARID)
    assert pair_of(await rota(town), NEXT) == {"ana", "farid"}


async def test_whoever_is_new_observes_at_once_where_three_days_are_left() -> None:
    nina = person("Nina Roth", experienced=False)
    town = planned("2026-11-20 10:00")
    await people(town, nina)
    assert Shift(NOW, "nina", Role.OBSERVER) in (await rota(town)).shifts
    assert any("You observe support this week" in one.text for one in town.to(nina))
    late = planned("2026-11-23 10:00")
    await people(late, nina)
    assert not [one for one in (await rota(late)).of(NOW) if one.person == "nina"]
    nobody = Town("2026-11-20 10:00", team=())
    await people(nobody, nina)
    assert (await rota(nobody)).of(NOW) == ()


@pytest.mark.parametrize("joined", [None, NEXT, date(2026, 11, 27)])
async def test_whoever_is_new_observes_in_the_next_iteration_though_its_team_was_taken_before(
    joined: date | None,
) -> None:
    nina = person("Nina Roth", experienced=False, joined=joined)
    town = planned("2026-11-23 10:00")
    await people(town, nina)
    assert Shift(NEXT, "nina", Role.OBSERVER) in (await rota(town)).shifts
    assert town.to(nina) == []
    await town.until(f"{joined or NEXT} 08:59")
    assert town.to(nina) == []
    await town.until("2026-11-27 10:00")
    assert ["You observe support this week" in one.text for one in town.to(nina)] == [True]


async def test_two_observe_at_most_and_whoever_need_not_observe_does_not() -> None:
    town = planned("2026-11-20 10:00")
    await people(town, person("Nina Roth", experienced=False), person("Omar Said", experienced=False))
    assert [one.person for one in (await rota(town)).of(NOW) if one.role is Role.OBSERVER] == ["dilan", "nina"]
    await people(town, person("Pia Lund", experienced=False, waived=True))
    assert not [one for one in (await rota(town)).of(NOW) if one.person == "pia"]


async def test_whoever_is_new_gets_the_observers_card_after_a_change_of_duty() -> None:
    nina = person("Nina Roth", experienced=False)
    town = planned("2026-11-24 10:00", people=(*TEAM,))
    await town.until("2026-11-25 10:30")
    await people(town, nina)
    assert "What you do" in town.to(nina)[-1].text
    assert "You observe support this week" in town.to(nina)[-1].text


async def test_whoever_is_new_at_the_moment_at_which_duty_changes_gets_the_card_with_it() -> None:
    nina = person("Nina Roth", experienced=False)
    town = planned("2026-11-24 10:00")
    await town.until("2026-11-25 08:50")
    town.now = at("2026-11-25 09:00")
    await people(town, nina)
    await town.until("2026-11-25 09:10")
    assert [one.text.partition("\n")[0] for one in town.to(nina)] == ["You observe support this week"]


async def test_absences_of_some_hours_do_not_matter_to_another_day() -> None:
    hours = Absence("eva", at("2026-11-26 10:00"), at("2026-11-26 11:00"))
    shown = said(await look(planned(absences=(hours,)), BEN, of(BEN), THURSDAY, THURSDAY))
    assert "Eva Novak" in shown


async def test_the_letter_after_wednesday_leads_to_the_form() -> None:
    town = Town()
    await town.until("2026-11-23 14:00")
    team = next(one for one in town.in_team_channel() if one.key.startswith("pick:"))
    assert isinstance(team.view, PlanCard)
    press = team.view.parts[0].presses[0]
    await town.send("pick.take", "", ANA, place=team.place, card=team.key, choice=press.choice)
    await town.until("2026-11-25 08:30")
    letter = next(one for one in town.to(CHEN) if ":nominee:" in one.key)
    words = await town.send("pick.decline", "", CHEN, card=letter.key, choice=str(NEXT))
    assert "[I can't: ask for a cover…]" in words


async def test_a_cover_that_was_asked_for_another_is_withdrawn_and_they_read_so() -> None:
    town = planned()
    await ask(town, ANA, of(BEN), THURSDAY, THURSDAY)
    view = await town.open("cover", "", ANA, card="form")
    (button,) = [one for row in view.rows if row.heading == "You asked" for one in row.buttons]
    assert button.title == "Withdraw: Cover for Ben Okafor, SUPPORT on Thu 26 Nov"
    assert "Ana Lindqvist withdrew this" in await town.send("ask.withdraw", "", ANA, card="form", choice=button.choice)
    for who in (CHEN, EVA, FARID):
        assert town.to(who)[-1].text == "Cover for Ben Okafor\nAna Lindqvist withdrew this. Everything stays as it is."
    assert town.to(BEN)[-1].text == (
        "Ana Lindqvist asks nobody any more who could cover for you: SUPPORT on Thu 26 Nov."
    )
    assert "withdrew this" in await answer(town, EVA)
    assert (await rota(town)).overrides == ()


async def test_a_cover_that_is_withdrawn_before_they_read_of_it_is_never_told() -> None:
    town = planned("2026-11-23 08:00")
    await ask(town, ANA, of(BEN), THURSDAY, THURSDAY)
    view = await town.open("cover", "", ANA, card="form")
    (button,) = [one for row in view.rows if row.heading == "You asked" for one in row.buttons]
    await town.send("ask.withdraw", "", ANA, card="form", choice=button.choice)
    await town.until("2026-11-23 09:05")
    assert [town.to(who) for who in (BEN, CHEN, EVA, FARID)] == [[], [], [], []]


async def test_ones_own_cover_is_withdrawn_without_a_word_to_oneself() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)
    again = await look(town, BEN, of(BEN), THURSDAY, THURSDAY)
    fields = {"who": "all"}
    shown = await town.press(
        Send, "", BEN, card="form", step="cover.ask", choice=choice(again, "cover.ask"), fields=fields
    )
    assert isinstance(shown, Dialog)
    assert "This is asked already" in said(shown)
    await town.send("ask.withdraw", "", BEN, card="form", choice=choice(shown, "ask.withdraw"))
    assert town.to(BEN) == []
    assert "are asked" in await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)


async def test_a_cover_that_another_asked_for_is_theirs_to_withdraw() -> None:
    town = planned()
    await ask(town, ANA, of(BEN), THURSDAY, THURSDAY)
    assert "[Withdraw" not in await ask(town, BEN, of(BEN), THURSDAY, THURSDAY)


async def test_a_fallback_of_some_days_is_covered_on_one_of_them_and_today() -> None:
    some = Shift(NEXT, "chen", Role.FALLBACK, frozenset({2, 3, 4}))
    town = planned("2026-11-25 10:00", team=(*shifts(), *shifts(NEXT)[:2], some))
    await ask(town, CHEN, of(CHEN, NEXT, "FALLBACK"), THURSDAY, THURSDAY, who="eva")
    assert "FALLBACK on Thu 26 Nov" in town.to(EVA)[-1].text
    await answer(town, EVA)
    await ask(town, CHEN, f"today:{of(CHEN, NEXT, 'FALLBACK')}", who="farid")
    assert "Farid Haddad covers for Chen Wei: FALLBACK today until 18:00." in await answer(town, FARID)
    further = [
        [one.id for one in on_duty(await rota(town), at(f"{day} 10:00"), HOURS).further]
        for day in ("2026-11-25", THURSDAY, FRIDAY)
    ]
    assert further == [["farid"], ["eva"], ["chen"]]


async def test_whoever_became_fallback_for_an_absence_reads_how_to_be_covered_and_can_be() -> None:
    town = planned()
    await confirm(town, BEN, THURSDAY, THURSDAY)
    assert town.to(EVA)[-1].text == "You are FALLBACK on Thu 26 Nov. If you can't, write cover."
    assert "(FALLBACK, Thu 26 Nov)" in said(Dialog("", await town.open("cover", "", EVA, card="form")))
    await ask(town, EVA, of(EVA, NEXT, "FALLBACK"))
    await answer(town, FARID)
    fallbacks = {one.person: one.days for one in (await rota(town)).of(NEXT) if one.role is Role.FALLBACK}
    assert fallbacks == {"chen": frozenset({4}), "farid": frozenset({3})}
    assert (await (await town.desk()).state()).facts.planning.filling == {}


async def test_whoever_was_covered_themselves_on_one_day_serves_on_another_and_not_on_that() -> None:
    town = planned()
    await ask(town, BEN, of(BEN), THURSDAY, THURSDAY, who="eva")
    await answer(town, EVA)
    await ask(town, EVA, of(BEN), THURSDAY, THURSDAY, who="chen")
    await answer(town, CHEN)
    await ask(town, BEN, of(BEN), "2026-11-30", "2026-11-30", who="eva")
    await answer(town, EVA)
    presence = Presence(await rota(town), HOURS)
    assert [presence.server("ben", date(2026, 11, day)) for day in (25, 26, 30)] == ["ben", "chen", "eva"]
    assert on_duty(await rota(town), at("2026-11-26 10:00"), HOURS).pair == (ANA, CHEN)


async def test_a_yes_to_a_shift_of_which_nothing_is_left_by_now_reads_that_it_is_not_needed() -> None:
    town = planned("2026-11-24 17:30")
    await ask(town, BEN, of(BEN))
    await town.import_shifts((*shifts(NEXT)[:1], Shift(NEXT, "chen", Role.SUPPORT), WEDNESDAY))
    await town.until("2026-11-26 10:00")
    assert "It is not needed any more: the shift has changed." in await answer(town, EVA)


async def test_what_was_asked_of_a_shift_of_which_nothing_is_left_can_be_withdrawn() -> None:
    town = planned("2026-11-24 17:30")
    await ask(town, BEN, of(BEN))
    await town.import_shifts((*shifts(NEXT)[:1], Shift(NEXT, "chen", Role.SUPPORT), WEDNESDAY))
    await town.until("2026-11-25 18:30")
    form = await town.open("cover", "", BEN, card="form")
    (withdraw,) = [one for row in form.rows for one in row.buttons if one.step == "ask.withdraw"]
    assert "withdrew this" in await town.send("ask.withdraw", "", BEN, card="form", choice=withdraw.choice)


async def test_what_is_asked_names_the_shift_as_it_is_by_now() -> None:
    town = planned("2026-11-24 17:30")
    await ask(town, BEN, of(BEN))
    assert "SUPPORT from Wed 25 Nov to Tue 1 Dec." in town.to(EVA)[-1].text
    await town.import_shifts((*shifts(NEXT)[:1], Shift(NEXT, "chen", Role.SUPPORT), WEDNESDAY))
    assert "FALLBACK on Wed 25 Nov." in town.to(EVA)[-1].text
