"""Swap: two SUPPORT shifts against each other, with the other's consent; what follows is shown first."""

from dataclasses import replace
from datetime import date

from bot.effects import Dialog
from bot.events import Send
from bot.people import Person
from bot.rota.picking import pair_of
from bot.rota.shift import Absence, Role, Rota, Shift
from bot.views import FormCard, PlanCard
from tests.journeys.test_absences import choice, confirm
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, Town, at, said, shifts

NEXT, LATER = date(2026, 11, 25), date(2026, 12, 2)
TEAMS = (
    *shifts(),
    Shift(NEXT, "ana", Role.SUPPORT),
    Shift(NEXT, "ben", Role.SUPPORT),
    Shift(LATER, "chen", Role.SUPPORT),
    Shift(LATER, "eva", Role.SUPPORT),
)


def planned(now: str = "2026-11-23 10:00", **more: object) -> Town:
    return Town(now, **{"team": TEAMS, **more})  # type: ignore[arg-type]


def of(person: Person, week: date) -> str:
    return f"{week}:SUPPORT:{person.id}"


async def rota(town: Town) -> Rota:
    return (await (await town.desk()).state()).rota


async def pair(town: Town, week: date) -> set[str]:
    return set(pair_of(await rota(town), week))


async def look(town: Town, who: Person, other: Person, mine: date = NEXT, theirs: date = LATER) -> Dialog:
    fields = {"mine": of(who, mine), "theirs": of(other, theirs)}
    shown = await town.press(Send, "", who, card="form", step="swap", fields=fields)
    assert isinstance(shown, Dialog)
    return shown


async def ask(town: Town, who: Person, other: Person, **fields: str) -> str:
    shown = await look(town, who, other)
    return await town.send("swap.ask", "", who, card="form", choice=choice(shown, "swap.ask"), **fields)


async def answer(town: Town, who: Person, step: str = "ask.yes") -> str:
    card = next(one for one in reversed(town.to(who)) if one.key.startswith("ask:"))
    first = card.versions[0]
    assert isinstance(first, PlanCard)
    return await town.send(step, "", who, card=card.key, choice=first.presses[0].choice)


async def test_swap_shows_ones_weeks_and_the_form_has_mine_and_theirs() -> None:
    town = planned()
    assert "You have support from Wed 25 Nov" in await town.write("swap", ANA)
    form = said(Dialog("", await town.open("swap", "", ANA, card="form")))
    assert "(Chen Wei, Wed 2 Dec)" in form
    assert "(Ben Okafor" not in form
    only = (await town.open("swap", "", ANA, card="form")).fields[0]
    assert [only.value] == [one.id for one in only.choices], "of one week it is that"
    assert "You have no coming SUPPORT shift. FALLBACK is covered" in await town.write("swap", FARID)
    assert "FALLBACK is covered, not swapped" in said(Dialog("", await town.open("swap", "", FARID, card="form")))
    alone = planned(team=TEAMS[:6])
    assert "Nobody else has a coming" in said(Dialog("", await alone.open("swap", "", ANA, card="form")))


async def test_what_follows_is_shown_before_anybody_is_asked() -> None:
    town = planned()
    shown = said(await look(town, ANA, CHEN))
    assert "From Wed 25 Nov: Chen Wei and Ben Okafor." in shown
    assert "From Wed 2 Dec: Ana Lindqvist and Eva Novak." in shown
    assert town.to(CHEN) == []
    assert "Choose a week of yours" in await town.send("swap", "", ANA, card="form")


async def test_on_a_yes_both_teams_are_set_announced_once_and_recorded() -> None:
    town = planned()
    assert "Chen Wei is asked\nThey can answer until Wed 25 Nov, 09:00." in await ask(town, ANA, CHEN)
    question = town.to(CHEN)[-1].text
    assert "Swap with Ana Lindqvist?" in question
    assert "You would have support from Wed 25 Nov instead of Wed 2 Dec, and Ana Lindqvist from Wed 2 Dec." in question
    assert "A no needs no reason." in question
    assert "Ana Lindqvist and Chen Wei swapped" in await answer(town, CHEN)
    assert (await pair(town, NEXT), await pair(town, LATER)) == ({"ben", "chen"}, {"ana", "eva"})
    assert len([one for one in town.in_team_channel() if "swapped their weeks" in one.text]) == 1
    assert (await rota(town)).history[-1].what == "Ana Lindqvist and Chen Wei swapped 2026-11-25 and 2026-12-02"
    before = await rota(town)
    assert "swapped their weeks" in await answer(town, CHEN)
    assert "swapped their weeks" in await answer(town, CHEN, "ask.no")
    assert await rota(town) == before


async def test_a_no_needs_no_reason_and_changes_nothing() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    assert "That is fine." in await answer(town, CHEN, "ask.no")
    assert await pair(town, NEXT) == {"ana", "ben"}
    assert town.to(ANA)[-1].text == "Chen Wei can't swap. Everything stays as it is."


async def test_the_best_fallbacks_come_with_it_and_are_told() -> None:
    off = replace(CHEN, working_days=frozenset({0, 1, 2, 3}))
    town = planned(people=(ANA, BEN, off, EVA, replace(FARID, production_access=True)), team=(*TEAMS,))
    await ask(town, ANA, off, reason="holidays")
    await answer(town, off)
    fallback = [one for one in (await rota(town)).of(NEXT) if one.role is Role.FALLBACK]
    assert [(one.person, one.days) for one in fallback] == [("farid", frozenset({4}))]
    assert "You are FALLBACK on Fri 27 Nov. If you can't, write cover." in [one.text for one in town.to(FARID)]


async def test_a_day_that_was_a_gap_before_is_filled_where_that_is_possible_with_whoever_comes() -> None:
    away = Absence("ana", at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    town = planned(absences=(away,))
    await look(town, BEN, CHEN)
    await ask(town, BEN, CHEN, reason="a wedding")
    await answer(town, CHEN)
    fallback = [one for one in (await rota(town)).of(NEXT) if one.role is Role.FALLBACK]
    assert [(one.person, one.days) for one in fallback] == [("eva", frozenset({3}))]


async def test_whoever_fills_in_no_more_since_a_swap_is_told_and_whoever_does_still_reads_nothing_new() -> None:
    ben = replace(BEN, working_days=frozenset({0, 1, 2, 3}))
    fills = Shift(NEXT, "farid", Role.FALLBACK, frozenset({4}))
    town = planned(people=(ANA, ben, CHEN, EVA, FARID), team=(*TEAMS, fills))
    await ask(town, ben, EVA, reason="a wedding")
    await answer(town, EVA)
    assert "You are not FALLBACK on Fri 27 Nov any more: the team of that week is another one." in [
        one.text for one in town.to(FARID)
    ]
    eva = replace(EVA, working_days=frozenset({0, 1, 2, 3}))
    town = planned(people=(ANA, ben, CHEN, eva, FARID), team=(*TEAMS, fills))
    await ask(town, ben, eva, reason="a wedding")
    await answer(town, eva)
    assert fills in (await rota(town)).shifts
    assert not [one for one in town.to(FARID) if "27 Nov" in one.text]


async def test_a_broken_rule_is_said_and_takes_a_reason_which_stays_on_the_record() -> None:
    town = planned()
    shown = await look(town, BEN, CHEN)
    assert "In the iteration of Wed 2 Dec there is no anchor" in said(shown)
    assert "Write why, for the record" in await ask(town, BEN, CHEN)
    await ask(town, BEN, CHEN, reason="a wedding")
    assert "A rule is overridden: a wedding" in town.to(CHEN)[-1].text
    await answer(town, CHEN)
    assert (await rota(town)).history[-1].reason == "a wedding"
    assert "A rule was overridden: a wedding" in town.in_team_channel()[-1].text


async def test_what_changed_since_the_form_is_shown_anew_and_what_is_gone_is_said() -> None:
    town = planned()
    shown = await look(town, ANA, CHEN)
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    again = await town.send("swap.ask", "", ANA, card="form", choice=choice(shown, "swap.ask"))
    assert "What follows has changed meanwhile" in again
    await town.import_shifts((Shift(LATER, "ana", Role.SUPPORT), Shift(LATER, "eva", Role.SUPPORT)))
    gone = await town.send("swap.ask", "", ANA, card="form", choice=choice(shown, "swap.ask"))
    assert "These two can't be swapped" in gone
    assert "These two can't be swapped" in said(
        await town.press(
            Send, "", ANA, card="form", step="swap", fields={"mine": of(ANA, NEXT), "theirs": of(CHEN, LATER)}
        )
    )


async def test_the_question_ends_where_one_of_the_shifts_is_somebody_elses() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    await town.import_shifts((Shift(LATER, "ana", Role.SUPPORT), Shift(LATER, "eva", Role.SUPPORT)))
    assert "somebody else's now" in town.to(ANA)[-1].text
    assert "somebody else's now" in await answer(town, CHEN)
    assert await pair(town, NEXT) == {"ana", "ben"}


async def test_where_the_rules_break_since_it_was_asked_nothing_is_swapped() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    await confirm(town, CHEN, "2026-11-26", "2026-11-26")
    assert "nothing was swapped" in await answer(town, CHEN)
    assert await pair(town, NEXT) == {"ana", "ben"}
    assert town.to(ANA)[-1].text.startswith(
        "You asked Chen Wei to swap weeks. The rota has changed since, so nothing was swapped.\n"
    )


async def test_it_lapses_when_the_first_of_the_two_weeks_begins() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    await town.until("2026-11-25 09:00")
    assert any("Nobody answered before the first" in one.text for one in town.to(ANA))
    assert any("Nobody answered before the first" in one.text for one in town.to(CHEN))
    assert "Nobody answered" in await answer(town, CHEN)
    assert await pair(town, NEXT) == {"ana", "ben"}


async def test_a_second_press_of_ask_asks_once_and_a_restart_loses_nothing() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    assert "You asked this already." in await ask(town, ANA, CHEN)
    assert len([one for one in town.to(CHEN) if one.key.startswith("ask:")]) == 1
    await town.restart()
    await answer(town, CHEN)
    assert await pair(town, NEXT) == {"ben", "chen"}


async def test_whoever_is_not_there_is_asked_when_they_are() -> None:
    town = planned("2026-11-23 20:00")
    assert "when they are there again" in await ask(town, ANA, CHEN)
    assert town.to(CHEN) == []
    await town.until("2026-11-24 09:00")
    assert "Swap with Ana Lindqvist?" in town.to(CHEN)[-1].text


async def test_two_are_asked_and_the_first_yes_ends_the_other_question() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    await ask(town, ANA, EVA, reason="holidays")
    await answer(town, CHEN)
    assert "somebody else's now" in await answer(town, EVA)
    assert await pair(town, LATER) == {"ana", "eva"}


async def test_the_pick_follows_and_letters_say_who_is_out() -> None:
    town = planned(team=(*TEAMS[:4], *TEAMS[6:]))
    await town.until("2026-11-23 14:00")
    team = ("ana", "ben")
    card = next(one for one in town.in_team_channel() if one.key.startswith("pick:"))
    await town.send("pick.other", "", FARID, place=card.place, card=card.key, choice=f"{NEXT}:", one="ana", other="ben")
    await town.send(
        "pick.other",
        "",
        FARID,
        place=card.place,
        card=card.key,
        choice=f"{NEXT}:{'+'.join(team)}",
        one="ana",
        other="ben",
    )
    assert await pair(town, NEXT) == {"ana", "ben"}
    await ask(town, ANA, CHEN)
    await answer(town, CHEN)
    assert "Support from Wed 25 Nov: Ben Okafor and Chen Wei" in card.text
    assert any("You have support from Wed 25 Nov to Tue 1 Dec\nWith Chen Wei." in one.text for one in town.to(BEN))
    assert any("you are not in it any more" in one.text for one in town.to(ANA))
    assert not [one for one in town.to(CHEN) if ":nominee:" in one.key]


async def test_a_yes_that_comes_with_the_beginning_is_too_late() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    town.now = at("2026-11-25 09:00")
    assert "Nobody answered before the first" in await answer(town, CHEN)
    assert await pair(town, NEXT) == {"ana", "ben"}


async def test_without_a_team_channel_those_concerned_are_told_and_observers_do_not_swap() -> None:
    town = planned(team_channel="")
    await ask(town, ANA, CHEN)
    await answer(town, CHEN)
    assert any("swapped their weeks" in one.text for one in town.to(EVA))
    assert isinstance(await town.open("swap", "", DILAN, card="form"), FormCard)


async def withdraw(town: Town, who: Person, form: str = "swap") -> str:
    """Withdraw what somebody asked, by the button of the form."""
    view = await town.open(form, "", who, card="form")
    ways = [one for row in view.rows if row.heading == "You asked" for one in row.buttons]
    return await town.send("ask.withdraw", "", who, card="form", choice=ways[0].choice)


async def test_whoever_asked_withdraws_it_and_whoever_was_asked_reads_so() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    form = said(Dialog("", await town.open("swap", "", ANA, card="form")))
    assert "You asked\n[Withdraw: Swap with Chen Wei, Wed 25 Nov against Wed 2 Dec]" in form
    assert "Ana Lindqvist withdrew this. Everything stays as it is." in await withdraw(town, ANA)
    assert town.to(CHEN)[-1].text == "Swap with Ana Lindqvist\nAna Lindqvist withdrew this. Everything stays as it is."
    assert "withdrew this" in await answer(town, CHEN)
    assert "withdrew this" in await answer(town, CHEN, "ask.no")
    assert await pair(town, NEXT) == {"ana", "ben"}
    assert "You asked" not in said(Dialog("", await town.open("swap", "", ANA, card="form")))
    assert "Chen Wei is asked" in await ask(town, ANA, CHEN), "and it may be asked again"


async def test_the_form_that_asked_withdraws_it_too_and_a_second_press_shows_how_it_stands() -> None:
    town = planned()
    shown = await look(town, ANA, CHEN)
    asked = await town.press(Send, "", ANA, card="form", step="swap.ask", choice=choice(shown, "swap.ask"), fields={})
    assert isinstance(asked, Dialog)
    id_ = choice(asked, "ask.withdraw")
    again = await town.press(Send, "", ANA, card="form", step="swap.ask", choice=choice(shown, "swap.ask"), fields={})
    assert isinstance(again, Dialog)
    assert "You asked this already" in said(again)
    assert choice(again, "ask.withdraw") == id_
    first = await town.send("ask.withdraw", "", ANA, card="form", choice=id_)
    assert await town.send("ask.withdraw", "", ANA, card="form", choice=id_) == first


async def test_what_was_answered_is_not_withdrawn_any_more() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    view = await town.open("swap", "", ANA, card="form")
    (button,) = [one for row in view.rows if row.heading == "You asked" for one in row.buttons]
    await answer(town, CHEN)
    assert "Ana Lindqvist and Chen Wei swapped their weeks" in await town.send(
        "ask.withdraw", "", ANA, card="form", choice=button.choice
    )
    assert await pair(town, NEXT) == {"ben", "chen"}


async def test_nobody_withdraws_what_another_asked() -> None:
    town = planned()
    await ask(town, ANA, CHEN)
    (one,) = (await (await town.desk()).state()).facts.planning.asks
    refused = await town.send("ask.withdraw", "", CHEN, card="form", choice="gone")
    assert await town.send("ask.withdraw", "", CHEN, card="form", choice=one.id) == refused
    assert not (await (await town.desk()).state()).facts.planning.asks[0].done


async def test_whoever_waits_to_be_asked_is_not_when_it_was_withdrawn() -> None:
    town = planned()
    await confirm(town, CHEN, "2026-11-23", "2026-11-23")
    assert "when they are there again" in await ask(town, ANA, CHEN)
    await withdraw(town, ANA)
    await town.until("2026-11-24 10:00")
    assert not [one for one in town.to(CHEN) if one.key.startswith("ask:")]


async def test_without_a_team_channel_whoever_fills_in_since_a_swap_reads_so_once() -> None:
    away = Absence("eva", at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    town = planned(team_channel="", absences=(away,))
    await ask(town, BEN, EVA)
    await answer(town, EVA)
    assert [one.text for one in town.to(FARID)] == ["You are FALLBACK on Thu 26 Nov. If you can't, write cover."]
    assert "Farid Haddad is FALLBACK on Thu 26 Nov." in town.to(CHEN)[-1].text
