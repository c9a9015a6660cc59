"""Away from day to day: what follows is shown first, announced once, and a gap of today is filled by asking."""

from dataclasses import replace
from datetime import date

import pytest

from bot.commands import TakeLeave, parse
from bot.effects import Dialog
from bot.events import AbsencesImported, CalendarFetched, RotaEdited, Send
from bot.people import FORMER, Person
from bot.policy import Language, Policy
from bot.rota.changes import broken, whole_days, with_absences
from bot.rota.duty import on_duty
from bot.rota.picking import Rule
from bot.rota.shift import Absence, Change, Override, Role, Rota, Shift
from bot.state import DeskInfo
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, OLGA, TEAM, Town, at, person, said, shifts

NEXT = date(2026, 11, 25)
HOURS = Town().almanac.knowledge(DeskInfo("b", "t", "t", "c"), Rota(), at("2026-11-23 10:00")).hours


def planned(now: str = "2026-11-23 10:00", **more: object) -> Town:
    return Town(now, **{"team": (*shifts(), *shifts(NEXT)), **more})  # type: ignore[arg-type]


async def rota(town: Town) -> Rota:
    return (await (await town.desk()).state()).rota


async def look(town: Town, by: Person, first: str, last: str, **more: str) -> str:
    return await town.send("absence", "", by, card="form", first=first, last=last, **more)


async def confirm(town: Town, by: Person, first: str, last: str, **more: str) -> str:
    fields = {"first": first, "last": last, **more}
    shown = await town.press(Send, "", by, card="form", step="absence", fields=fields)
    assert isinstance(shown, Dialog)
    return await town.send("absence.take", "", by, card="form", choice=choice(shown, "absence.take"))


def choice(shown: Dialog, step: str) -> str:
    assert isinstance(shown.view, FormCard)
    return next(one.choice for row in shown.view.rows for one in row.buttons if one.step == step)


# -- the form -------------------------------------------------------------------------------------------------------


async def test_absence_shows_the_way_to_the_form_and_ones_own_coming_absences() -> None:
    town = planned()
    assert "None of yours is coming." in await town.write("absence", EVA)
    await confirm(town, EVA, "2026-12-21", "2027-01-03")
    assert "Away from Mon 21 Dec to Sun 3 Jan 2027" in await town.write("absence", EVA)
    form = await town.open("absence", "", EVA, card="form")
    assert "Remove from Mon 21 Dec to Sun 3 Jan 2027" in said(Dialog("", form))


async def test_typed_days_show_what_follows_and_nothing_is_changed_yet() -> None:
    town = planned()
    answer = await town.write("absence 2026-12-21 2027-01-03", EVA)
    assert answer.startswith("Eva Novak: away from Mon 21 Dec to Sun 3 Jan 2027")
    assert "It touches 3 iterations that have no team yet" in answer
    assert (await rota(town)).absences == ()
    assert "At most 12 months" in await town.write("absence 2026-12-21 2028-01-03", EVA)


@pytest.mark.parametrize(
    "text",
    [
        "absence 2026-12-21",
        "Absence 2026-12-21 to 2026-12-22",
        "absence",
        "absence from 2026-12-21 until 2026-12-22",
        "absence 2026-12-21 - 2026-12-22",
        "absence 21.12.2026",
        "absence von 21.12.2026 bis 22.12.2026",
        "absence 21.12.2026-22.12.2026",
    ],
)
def test_days_are_read_forgivingly(text: str) -> None:
    found = parse(text)
    assert found is not None
    last = "2026-12-22" if "22" in text else ""
    assert found[1] == (TakeLeave() if text == "absence" else TakeLeave("2026-12-21", last))
    assert parse("absence of light") is None


async def test_tomorrow_and_other_ways_to_type_a_day_show_which_is_meant() -> None:
    town = planned()
    for text, read in (
        ("absence tomorrow", "away on Tue 24 Nov"),
        ("absence heute bis morgen", "away from Mon 23 Nov to Tue 24 Nov"),
        ("absence 1.12.2026 3.12.2026", "away from Tue 1 Dec to Thu 3 Dec"),
    ):
        assert (await town.write(text, EVA)).startswith(f"Eva Novak: {read}")
    assert '"2026-02-31" must be a date such as' in await town.write("absence 31.2.2026", EVA)
    assert "It ends on 2026-12-01 before it starts on 2026-12-03." in await town.write(
        "absence 3.12.2026 1.12.2026", EVA
    )


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-12-03", "2026-12-02", "It ends on 2026-12-02 before it starts on 2026-12-03."),
        ("2026-12-03", "2027-12-04", "At most 12 months at once"),
        ("2026-10-01", "2026-10-20", "It was over more than 30 days ago."),
        ("2028-12-03", "2028-12-04", "It begins more than two years ahead."),
        ("", "2026-12-04", "Choose the first and the last day."),
        ("2026-12-99", "2026-12-04", '"2026-12-99" must be a date such as 2026-11-25\n'),
    ],
)
async def test_days_that_cannot_be_are_refused_with_what_is_wrong(first: str, last: str, why: str) -> None:
    town = planned()
    assert why in await look(town, EVA, first, last)
    assert (await rota(town)).absences == ()


async def test_of_two_rules_that_an_absence_breaks_a_cover_is_said_to_be_needed_once() -> None:
    pair = (Shift(NEXT, "chen", Role.SUPPORT), Shift(NEXT, "dilan", Role.SUPPORT))
    people = (ANA, BEN, CHEN, replace(DILAN, observed=date(2026, 11, 11)), EVA)
    town = Town(people=people, team=(*shifts(), *pair))
    assert (
        "In the iteration of Wed 25 Nov there is no anchor: nobody of the pair has production access and is there "
        "every day; the newcomer of the pair has no experienced anchor beside them. A cover is needed.\n"
    ) in await look(town, CHEN, "2026-11-26", "2026-11-27")


async def test_overlaps_are_joined_and_what_is_known_is_said() -> None:
    town = planned()
    await confirm(town, EVA, "2026-12-01", "2026-12-03")
    await confirm(town, EVA, "2026-12-03", "2026-12-05")
    assert (await rota(town)).absences == (whole_days("eva", date(2026, 12, 1), date(2026, 12, 5), HOURS),)
    assert "is away from Wed 2 Dec to Fri 4 Dec already" in await look(town, EVA, "2026-12-02", "2026-12-04")


def test_whole_days_are_right_over_the_change_of_the_clocks_and_new_year() -> None:
    autumn = whole_days("eva", date(2026, 10, 25), date(2026, 10, 25), HOURS)
    assert (autumn.end - autumn.start).total_seconds() == 25 * 3600
    assert whole_days("eva", date(2026, 12, 31), date(2027, 1, 1), HOURS).end == at("2027-01-02 00:00")


def test_days_that_touch_become_one_absence_and_others_stay() -> None:
    known = Rota(absences=(whole_days("ben", NEXT, NEXT, HOURS), whole_days("eva", NEXT, NEXT, HOURS)))
    new = whole_days("eva", date(2026, 11, 26), date(2026, 11, 26), HOURS)
    joined = whole_days("eva", NEXT, date(2026, 11, 26), HOURS)
    assert with_absences(known, [new]).absences == (known.absences[0], joined)


# -- what follows ---------------------------------------------------------------------------------------------------


async def test_consequences_are_shown_first_and_done_with_it() -> None:
    town = planned()
    follows = await look(town, ANA, "2026-11-26", "2026-11-26")
    assert "Ana Lindqvist is SUPPORT on Thu 26 Nov." in follows
    assert "In the iteration of Wed 25 Nov there is no anchor" in follows
    assert "Chen Wei is FALLBACK on Thu 26 Nov." in follows
    await confirm(town, ANA, "2026-11-26", "2026-11-26")
    news = [one.text for one in town.in_team_channel()]
    assert len(news) == 1
    assert news[0].startswith("Ana Lindqvist is away on Thu 26 Nov.\nIn the iteration of Wed 25 Nov there is no anchor")
    assert Shift(NEXT, "chen", Role.FALLBACK, frozenset({3, 4})) in (await rota(town)).shifts
    assert [one.text for one in town.to(CHEN)] == ["You are FALLBACK on Thu 26 Nov. If you can't, write cover."]
    assert [one.what for one in (await rota(town)).history] == [
        "is away on 2026-11-26",
        "set Chen Wei as FALLBACK on 2026-11-26",
    ]


async def test_a_gap_that_nobody_can_fill_is_said() -> None:
    town = planned(people=(ANA, BEN))
    assert "Nobody can fill the gap on Thu 26 Nov." in await look(town, ANA, "2026-11-26", "2026-11-26")


async def test_whoever_is_there_after_all_fills_a_gap_to_come_that_nobody_could() -> None:
    town = planned(people=(ANA, BEN, EVA), team=(*shifts()[:2], *shifts(NEXT)[:2]))
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    assert "Nobody can fill the gap on Thu 26 Nov." in await confirm(town, BEN, "2026-11-26", "2026-11-26")
    form = Dialog("", await town.open("absence", "", EVA, card="form"))
    shown = await town.send("absence.remove", "", EVA, card="form", choice=choice(form, "absence.remove"))
    assert "Eva Novak is FALLBACK on Thu 26 Nov." in shown
    assert "stays" not in shown
    assert "You are FALLBACK on Thu 26 Nov. If you can't, write cover." in [one.text for one in town.to(EVA)]
    form = Dialog("", await town.open("absence", "", BEN, card="form"))
    shown = await town.send("absence.remove", "", BEN, card="form", choice=choice(form, "absence.remove"))
    assert "Eva Novak is not FALLBACK on Thu 26 Nov any more." in shown


async def test_where_no_team_changes_that_is_said() -> None:
    assert "No team that is set changes by that." in await look(planned(), EVA, "2026-11-26", "2026-11-26")


async def test_without_a_team_channel_those_concerned_are_told() -> None:
    town = planned(team_channel="")
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    assert "Ben Okafor is away on Thu 26 Nov." in town.to(ANA)[0].text
    assert not [one for one in town.to(BEN) if "is away" in one.text]


async def remove(town: Town, who: Person, by: Person | None = None) -> str:
    """Remove the last absence of somebody."""
    away = [one for one in (await rota(town)).absences if one.person == who.id][-1]
    gone = f"{away.start.isoformat()}|{away.end.isoformat()}|{who.id}"
    return await town.send("absence.remove", "", by or who, choice=gone, card="form:x")


async def fallbacks(town: Town, week: date = NEXT) -> dict[str, frozenset[int]]:
    return {one.person: one.days for one in (await rota(town)).of(week) if one.role is Role.FALLBACK}


async def test_whoever_is_fallback_on_a_day_of_a_removed_absence_by_the_pick_is_named() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-27", "2026-11-27")
    shown = await remove(town, BEN)
    assert "Removed: on Fri 27 Nov.\nChen Wei stays FALLBACK on Fri 27 Nov." in shown
    assert "Chen Wei stays FALLBACK on Fri 27 Nov." in town.in_team_channel()[-1].text
    assert await fallbacks(town) == {"chen": frozenset({4})}


async def test_whoever_was_set_as_fallback_only_for_a_removed_absence_is_none_any_more_and_told() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    assert await fallbacks(town) == {"chen": frozenset({4}), "eva": frozenset({3})}
    shown = await remove(town, BEN)
    assert "Removed: on Thu 26 Nov.\nEva Novak is not FALLBACK on Thu 26 Nov any more." in shown
    assert "Eva Novak is not FALLBACK on Thu 26 Nov any more." in town.in_team_channel()[-1].text
    assert town.to(EVA)[-1].text == "You are not FALLBACK on Thu 26 Nov any more: nobody has to fill in then."
    assert await fallbacks(town) == {"chen": frozenset({4})}
    assert (await rota(town)).history[-1].what == "freed Eva Novak as FALLBACK on 2026-11-26"


async def test_of_a_fallback_only_the_days_that_are_no_gap_any_more_go() -> None:
    town = planned()
    await confirm(town, ANA, "2026-11-26", "2026-11-26")
    await confirm(town, BEN, "2026-11-30", "2026-12-01")
    before = await fallbacks(town)
    assert before == {"chen": frozenset({3, 4}), "eva": frozenset({0, 1})}
    await confirm(town, ANA, "2026-12-01", "2026-12-01")
    both = await fallbacks(town)
    assert both["chen"] == frozenset({1, 3, 4})
    assert "Eva Novak is not FALLBACK on Mon 30 Nov and Tue 1 Dec any more." in await remove(town, BEN)
    assert (await fallbacks(town))["chen"] == frozenset({1, 3, 4}), "Ana is away all the same"
    assert "eva" not in await fallbacks(town)


async def test_whoever_fills_in_for_one_who_fills_in_goes_when_that_one_is_there_after_all() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    assert await fallbacks(town) == {"chen": frozenset({4}), "eva": frozenset({3}), "farid": frozenset({3})}
    await town.restart()
    shown = await remove(town, EVA)
    assert "Farid Haddad is not FALLBACK on Thu 26 Nov any more.\nEva Novak stays FALLBACK on Thu 26 Nov." in shown
    assert await fallbacks(town) == {"chen": frozenset({4}), "eva": frozenset({3})}


async def test_whoever_is_fallback_today_stays_so() -> None:
    town = planned("2026-11-25 10:00")
    await confirm(town, BEN, "2026-11-26", "2026-11-27")
    await town.until("2026-11-26 10:00")
    assert "Eva Novak stays FALLBACK on Thu 26 Nov." in await remove(town, BEN)


async def test_somebody_who_stands_in_for_a_fallback_goes_on() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-27")
    thursday = (at("2026-11-26 00:00"), at("2026-11-26 18:00"))
    held = await rota(town)
    stands_in = replace(held, overrides=(Override("eva", "farid", *thursday),))
    await town._handle(RotaEdited(rota=stands_in, base=held, key="edited", happened_at=town.now))
    assert "Eva Novak stays FALLBACK on Thu 26 Nov." in await remove(town, BEN)


async def test_a_fallback_of_an_absence_whom_somebody_covers_for_is_theirs_for_good() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    team = [one for one in (await rota(town)).of(NEXT) if one.person != "eva"]
    await town.import_shifts((*team, Shift(NEXT, "farid", Role.FALLBACK, frozenset({3}))))
    assert "Farid Haddad stays FALLBACK on Thu 26 Nov." in await remove(town, BEN)
    assert (await (await town.desk()).state()).facts.planning.filling == {}


async def test_what_is_known_of_those_who_fill_in_is_gone_when_their_days_are() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    assert (await (await town.desk()).state()).facts.planning.filling == {"eva": frozenset({date(2026, 11, 26)})}
    await town.until("2026-11-27 09:00")
    assert (await (await town.desk()).state()).facts.planning.filling == {}


async def test_a_removed_absence_for_which_nobody_fills_in_names_nobody() -> None:
    town = planned()
    await confirm(town, FARID, "2026-12-22", "2026-12-22")
    (away,) = (await rota(town)).absences
    gone = f"{away.start.isoformat()}|{away.end.isoformat()}|farid"
    assert "FALLBACK" not in await town.send("absence.remove", "", FARID, choice=gone, card="form:x")


async def test_a_former_colleague_who_stands_in_a_team_is_told_nothing() -> None:
    team = (*shifts(NEXT)[:2], Shift(NEXT, FORMER, Role.FALLBACK, frozenset({4})))
    town = Town(team=(*shifts(), *team), team_channel="")
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    assert sorted(one.place for one in town.teams.sent if one.key.startswith("news:")) == ["person:ana", "person:ben"]


async def test_a_second_press_changes_nothing_and_what_changed_meanwhile_is_shown_anew() -> None:
    town = planned()
    fields = {"first": "2026-11-26", "last": "2026-11-26"}
    shown = await town.press(Send, "", ANA, card="form", step="absence", fields=fields)
    assert isinstance(shown, Dialog)
    await confirm(town, CHEN, "2026-11-26", "2026-11-27")
    take = choice(shown, "absence.take")
    again = await town.send("absence.take", "", ANA, card="form", choice=take)
    assert "What follows has changed meanwhile" in again
    await confirm(town, ANA, "2026-11-26", "2026-11-26")
    before = await rota(town)
    assert "It is noted." in await town.send("absence.take", "", ANA, card="form", choice=take)
    assert await rota(town) == before


async def test_a_button_of_another_version_is_refused() -> None:
    town = planned()
    assert "older version" in await town.send("absence.take", "", ANA, card="form", choice="x|y")


# -- for others -----------------------------------------------------------------------------------------------------


async def test_support_and_admins_note_others_who_are_told_and_can_undo_it() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-26", "2026-11-26", person="eva")
    card = town.to(EVA)[0]
    assert card.text.startswith("Ben Okafor noted that you are away on Thu 26 Nov")
    absence = (await rota(town)).absences[0]
    undo = f"{absence.start.isoformat()}|{absence.end.isoformat()}|eva"
    undone = await town.send("absence.remove", "", EVA, card=card.key, choice=undo)
    assert undone == "You are not away\nRemoved: on Thu 26 Nov."
    assert (await rota(town)).absences == ()
    assert "removed already" in await town.send("absence.remove", "", EVA, card=card.key, choice=undo)


async def test_whoever_is_not_here_reads_it_when_they_are() -> None:
    town = planned("2026-11-23 20:00")
    await confirm(town, FARID, "2026-11-26", "2026-11-26", person="eva")
    assert town.to(EVA) == []
    await town.until("2026-11-24 09:00")
    assert "Write absence to change it." in town.to(EVA)[0].text


async def test_an_undo_by_another_is_told() -> None:
    town = planned()
    await confirm(town, EVA, "2026-11-26", "2026-11-26")
    absence = (await rota(town)).absences[0]
    remove = f"{absence.start.isoformat()}|{absence.end.isoformat()}|eva"
    await town.send("absence.remove", "", FARID, card="form", choice=remove)
    assert town.to(EVA)[-1].text == "Farid Haddad removed your absence on Thu 26 Nov."
    assert town.in_team_channel()[-1].text == "Eva Novak is not away on Thu 26 Nov after all."


async def test_nobody_else_notes_others() -> None:
    town = planned()
    assert "the support of this iteration" in await look(town, EVA, "2026-11-26", "2026-11-26", person="ben")
    assert "not in the team" in await town.send(
        "absence.remove", "", EVA, card="form", choice="2026-11-26T00:00:00+00:00|2026-11-27T00:00:00+00:00|zoe"
    )


async def test_of_a_week_with_two_teams_the_one_whose_days_it_is_notes_others() -> None:
    days = {"ana": {2, 3}, "ben": {2, 3}, "chen": {4, 0, 1}, "eva": {4, 0, 1}}
    town = Town(
        "2026-11-26 10:00", team=tuple([Shift(NEXT, id_, Role.SUPPORT, frozenset(some)) for id_, some in days.items()])
    )
    assert "Dilan Kaya: away" in await look(town, BEN, "2026-11-30", "2026-11-30", person="dilan")
    assert "the support of this iteration" in await look(town, EVA, "2026-11-30", "2026-11-30", person="dilan")
    await town.until("2026-11-27 10:00")
    assert "the support of this iteration" in await look(town, BEN, "2026-11-30", "2026-11-30", person="dilan")
    assert "Dilan Kaya: away" in await look(town, EVA, "2026-11-30", "2026-11-30", person="dilan")


async def test_an_admin_who_is_no_colleague_has_no_absences_of_their_own() -> None:
    town = planned(people=(ANA, BEN))
    form = said(Dialog("", await town.open("absence", "", FARID, card="form")))
    assert "From a calendar" not in form
    await town.send("absence.calendar", "", FARID, card="form", address="https://x.example/y.ics")
    for step in ("absence.calendar", "absence.found"):
        answer = await town.send(step, "", FARID, card="form", address="https://x.example/y.ics")
        assert "for the backend team" in answer or "backend" in answer
    alone = Town(people=())
    assert "Who is away" in said(Dialog("", await alone.open("absence", "", FARID, card="form")))
    assert "backend" in await look(alone, FARID, "2026-11-26", "2026-11-26")


# -- back earlier ---------------------------------------------------------------------------------------------------


def button(away: Absence) -> str:
    return f"{away.start.isoformat()}|{away.end.isoformat()}|{away.person}"


async def back_on_wednesday(town: Town, who: Person, by: Person | None = None) -> str:
    """Note on Monday that somebody is away until Friday; end it on Wednesday."""
    await confirm(town, who, "2026-11-23", "2026-11-27")
    await town.until("2026-11-25 10:00")
    return await remove(town, who, by)


async def test_whoever_is_back_earlier_was_away_on_the_days_before() -> None:
    town = planned()
    shown = await back_on_wednesday(town, EVA)
    assert shown.startswith("You are back from today on\n")
    assert "The days before stay noted: from Mon 23 Nov to Tue 24 Nov." in shown
    assert (await rota(town)).absences == (whole_days("eva", date(2026, 11, 23), date(2026, 11, 24), HOURS),)
    assert town.in_team_channel()[-1].text.startswith("Eva Novak is back from Wed 25 Nov on.\n")
    assert (await history(town))[-1] == "Eva Novak is back from 2026-11-25 on"


async def test_the_form_offers_to_be_back_from_an_absence_that_runs_and_to_remove_one_that_comes() -> None:
    town = planned()
    await confirm(town, EVA, "2026-11-23", "2026-11-27")
    await confirm(town, EVA, "2026-12-21", "2026-12-21")
    assert "Remove from Mon 23 Nov to Fri 27 Nov" in said(Dialog("", await town.open("absence", "", EVA, card="form")))
    await town.until("2026-11-25 10:00")
    form = said(Dialog("", await town.open("absence", "", EVA, card="form")))
    assert "Back from today on: from Mon 23 Nov to Fri 27 Nov" in form
    assert "Remove on Mon 21 Dec" in form


async def test_whoever_is_ended_for_by_another_reads_from_when_on() -> None:
    town = planned()
    await back_on_wednesday(town, EVA, FARID)
    assert town.to(EVA)[-1].text == "Farid Haddad noted that you are back from Wed 25 Nov on."
    assert (await history(town))[-1] == "Farid Haddad noted that Eva Novak is back from 2026-11-25 on"


async def test_of_an_absence_that_runs_only_the_fallbacks_to_come_are_freed() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-24", "2026-11-26")
    filled = await fallbacks(town, date(2026, 11, 18))
    assert filled == {"chen": frozenset({1, 4})}
    await town.until("2026-11-25 10:00")
    assert "is not FALLBACK on Thu 26 Nov any more." in await remove(town, BEN)
    assert await fallbacks(town, date(2026, 11, 18)) == filled


async def test_an_absence_that_is_over_can_be_removed_no_more() -> None:
    town = planned()
    await confirm(town, EVA, "2026-11-23", "2026-11-24")
    await town.until("2026-11-25 10:00")
    (away,) = (await rota(town)).absences
    assert "Back from" not in said(Dialog("", await town.open("absence", "", EVA, card="form")))
    assert "It is over, and stays noted: from Mon 23 Nov to Tue 24 Nov." in await remove(town, EVA)
    assert (await rota(town)).absences == (away,)
    assert len(await history(town)) == 1


async def test_whoever_others_noted_for_days_that_are_over_can_undo_that_all_the_same() -> None:
    town = planned()
    await confirm(town, BEN, "2026-11-19", "2026-11-20", person="eva")
    (away,) = (await rota(town)).absences
    card = town.to(EVA)[0]
    assert "[Undo]" in card.text
    assert "own" in await town.send("absence.undo", "", FARID, card=card.key, choice=button(away))
    assert (await rota(town)).absences == (away,)
    assert "Removed: from Thu 19 Nov to Fri 20 Nov." in await town.send(
        "absence.undo", "", EVA, card=card.key, choice=button(away)
    )
    assert (await rota(town)).absences == ()
    assert town.in_team_channel()[-1].text == "Eva Novak is not away from Thu 19 Nov to Fri 20 Nov after all."


# -- from a calendar ------------------------------------------------------------------------------------------------


async def fetched(town: Town, *spans: tuple[str, str], failure: str = "") -> str:
    event = CalendarFetched(
        key="calendar",
        happened_at=town.now,
        effect="1",
        place="person:eva",
        person="eva",
        spans=tuple((at(start), at(end)) for start, end in spans),
        failure=failure,
    )
    await town._handle(event)
    return town.to(EVA)[-1].text


async def test_what_a_calendar_tells_is_added_with_one_press() -> None:
    town = planned()
    assert "https://" in said(Dialog("", await town.open("absence.calendar", "", EVA, card="form")))
    assert "begins with https://" in await town.send("absence.calendar", "", EVA, card="form", address="ftp://x")
    assert "I am reading it." in await town.send(
        "absence.calendar", "", EVA, card="form", address="https://cal.example/eva.ics"
    )
    shown = await fetched(town, ("2026-12-21 00:00", "2026-12-24 00:00"), ("2026-12-28 09:00", "2026-12-28 13:00"))
    assert "from Mon 21 Dec to Wed 23 Dec" in shown
    assert "from Mon 28 Dec, 09:00 to Mon 28 Dec, 13:00" in shown
    (field,) = town.to(EVA)[-1].view.fields  # type: ignore[union-attr]
    key = town.to(EVA)[-1].key
    assert "Added: 2." in await town.send("absence.found", "", EVA, card=key, spans=field.value)
    assert "Added: 0." in await town.send("absence.found", "", EVA, card=key, spans=field.value)
    assert len((await rota(town)).absences) == 2


async def test_what_began_at_a_fraction_of_a_second_is_removed_and_added_as_any_other() -> None:
    town = planned()
    town.now = town.now.replace(microsecond=123456)
    await town.write("away 2h", EVA)
    form = await town.open("absence", "", EVA, card="form")
    assert "Removed: " in await town.send(
        "absence.remove", "", EVA, card="form", choice=choice(Dialog("", form), "absence.remove")
    )
    await fetched(town, ("2026-11-23 10:00:00.123456", "2026-11-25 00:00"))
    (field,) = town.to(EVA)[-1].view.fields  # type: ignore[union-attr]
    assert "Added: 1." in await town.send("absence.found", "", EVA, card=town.to(EVA)[-1].key, spans=field.value)


@pytest.mark.parametrize(
    ("language", "way"),
    [
        (Language.ENGLISH, "I read no files. Write absence, and From a calendar"),
        (Language.GERMAN, "Dateien lese ich nicht. Schreib absence, und From a calendar"),
    ],
)
async def test_a_calendar_that_a_colleague_attaches_is_answered_with_what_to_do_instead(
    language: Language, way: str
) -> None:
    town = planned(policy=Policy(language=language))
    for words in ("", "my vacation", "absence"):
        assert way in await town.write(words, EVA, picture=True, calendar=True)
    assert "From a calendar" not in await town.write("", OLGA, picture=True, calendar=True), "whose request it may be"


async def test_a_calendar_that_tells_nothing_or_cannot_be_read_is_said() -> None:
    assert "no absence in the next 12 months" in await fetched(planned())
    assert "cannot be reached" in await fetched(planned(), failure="The calendar cannot be reached.")


async def test_an_operator_adds_absences_of_somebody() -> None:
    town = planned()
    span = (at("2026-12-21 00:00"), at("2026-12-24 00:00"))
    await town._handle(AbsencesImported(key="i", happened_at=town.now, person="eva", spans=(span,)))
    assert (await rota(town)).absences == (Absence("eva", *span),)
    answer = await town._handle(AbsencesImported(key="j", happened_at=town.now, person="zoe", spans=(span,)))
    assert "Nobody of that name" in said(answer)


# -- the history -----------------------------------------------------------------------------------------------------


async def history(town: Town) -> list[str]:
    return [f"{one.by} {one.what}" for one in (await rota(town)).history]


async def test_whoever_changes_an_absence_stands_in_the_history_with_its_days() -> None:
    town = planned()
    await confirm(town, EVA, "2026-12-21", "2026-12-23")
    await confirm(town, ANA, "2026-12-28", "2026-12-28", person="eva")
    (first, second) = sorted((await rota(town)).absences, key=lambda one: one.start)
    for one, by in ((first, EVA), (second, ANA)):
        id_ = f"{one.start.isoformat()}|{one.end.isoformat()}|eva"
        await town.send("absence.remove", "", by, card="form", choice=id_)
    assert await history(town) == [
        "Eva Novak is away from 2026-12-21 to 2026-12-23",
        "Ana Lindqvist noted that Eva Novak is away on 2026-12-28",
        "Eva Novak is there from 2026-12-21 to 2026-12-23 after all",
        "Ana Lindqvist noted that Eva Novak is there on 2026-12-28 after all",
    ]
    assert "Eva Novak is away from 2026-12-21 to 2026-12-23" in await town.write("rota history", FARID)


async def test_many_absences_push_nothing_else_out_of_the_history_and_what_is_not_shown_is_said() -> None:
    took = [Change(at(f"2026-11-{day:02} 10:00"), "Ben Okafor", f"took team {day}") for day in range(2, 20)]
    away = [
        Change(at(f"2026-11-22 10:{minute}"), "Eva Novak", f"is away on day {minute}", until=NEXT)
        for minute in range(10, 50)
    ]
    town = planned()
    town.rota = replace(town.rota, history=(*took, *away))
    shown = await town.write("rota history", FARID)
    assert "The last 15 changes of teams and the last 10 absences; 33 older ones are not shown." in shown
    lines = [line for line in shown.splitlines() if "took" in line or "is away" in line]
    assert lines == [
        *(f"Eva Novak is away on day {minute}" for minute in range(49, 39, -1)),
        *(f"Ben Okafor took team {day}" for day in range(19, 4, -1)),
    ]
    town = planned()
    town.rota = replace(town.rota, history=(*took[:1], *away[:1]))
    assert "older" not in await town.write("rota history", FARID)


async def test_what_a_calendar_and_an_operator_added_stands_there_too_and_no_hours() -> None:
    town = planned()
    await fetched(town, ("2026-11-24 13:00", "2026-11-24 15:00"))
    (field,) = town.to(EVA)[-1].view.fields  # type: ignore[union-attr]
    await town.send("absence.found", "", EVA, card=town.to(EVA)[-1].key, spans=field.value)
    span = (at("2026-12-21 00:00"), at("2026-12-24 00:00"))
    await town._handle(AbsencesImported(key="i", happened_at=town.now, person="eva", spans=(span,)))
    assert await history(town) == [
        "Eva Novak is away for some of 2026-11-24",
        "An operator noted that Eva Novak is away from 2026-12-21 to 2026-12-23",
    ]


async def test_of_those_who_are_away_for_minutes_the_history_says_only_that_they_were_last_and_not_how_often() -> None:
    town = planned()
    for text in ("away 10", "away off", "away 45", "away off", "away 20"):
        await town.write(text, BEN)
        await town.wait(1)
    assert await history(town) == [
        "Ben Okafor is there on 2026-11-23 after all",
        "Ben Okafor is away for some of 2026-11-23",
    ]


async def test_who_reported_whom_and_that_they_are_there_after_all_stands_in_the_history() -> None:
    town = planned()
    await town.write("away Ben", EVA)
    await town.press(Send, "", BEN, step="away.here", card="reported")
    assert await history(town) == [
        "Eva Novak noted that Ben Okafor is away for some of 2026-11-23",
        "Ben Okafor is there on 2026-11-23 after all",
    ]


async def test_the_history_knows_of_an_absence_no_longer_than_the_rota_does() -> None:
    town = planned()
    await confirm(town, EVA, "2026-12-21", "2026-12-23")
    await town.until("2027-01-22 12:00")
    assert [one for one in await history(town) if "away" in one]
    await town.until("2027-01-24 00:10")
    assert (await rota(town)).absences == ()
    assert [one for one in await history(town) if "away" in one] == []


# -- a gap of today -------------------------------------------------------------------------------------------------


def asks(town: Town, who: Person) -> list[str]:
    return [one.key for one in town.to(who) if one.key.startswith("ask:")]


async def answer(town: Town, who: Person, step: str = "ask.yes") -> str:
    (key,) = asks(town, who)
    return await town.send(step, "", who, card=key, choice=key.removeprefix("ask:").rpartition(":")[0])


async def duty(town: Town) -> list[str]:
    return [one.id for one in on_duty(await rota(town), town.now, HOURS).pair]


async def test_whoever_is_reported_away_is_told_and_the_best_person_is_asked_to_be_fallback() -> None:
    town = Town()
    await town.post("label printer down")
    assert "Ana Lindqvist is away today until 18:00" in await town.write("away Ana", EVA)
    assert "I'm here" in town.to(ANA)[-1].text
    assert asks(town, CHEN)
    assert not asks(town, FARID)
    assert town.in_team_channel()[0].text.startswith("A gap today: Ana Lindqvist is away\nChen Wei is asked")
    assert "You are on duty" in await answer(town, CHEN)
    assert await duty(town) == ["ben", "chen"]
    assert "Chen Wei" in town.card()
    assert "Chen Wei is FALLBACK today." in town.in_team_channel()[0].text
    assert "Chen Wei is FALLBACK today." in await answer(town, CHEN, "ask.no")
    assert "Chen Wei is FALLBACK today." in await answer(town, CHEN)


async def test_after_ten_minutes_or_a_no_the_next_is_asked_each_once_and_the_first_yes_counts() -> None:
    town = Town()
    await town.write("away Ben Okafor", EVA)
    assert [who.id for who in TEAM if asks(town, who)] == ["chen"]
    await town.restart()
    await town.wait(10)
    assert [who.id for who in TEAM if asks(town, who)] == ["chen", "eva"]
    assert "fine" in await answer(town, CHEN, "ask.no")
    assert [who.id for who in TEAM if asks(town, who)] == ["chen", "eva"]
    assert "said no to this already" in await answer(town, CHEN)
    await answer(town, EVA, "ask.no")
    await answer(town, EVA, "ask.no")
    assert [who.id for who in TEAM if asks(town, who)] == ["chen", "eva", "farid"]
    await answer(town, FARID, "ask.no")
    assert [one.text for one in town.in_team_channel()][-1].startswith("Today is a gap, and nobody could be FALLBACK.")
    assert len(town.in_team_channel()) == 2
    await town.until("2026-11-23 18:00")
    assert "The day is over." in town.in_team_channel()[0].text


async def test_without_a_team_channel_those_on_duty_read_of_the_gap_and_of_who_fills_it() -> None:
    town = Town(team_channel="")
    await town.write("away Ana", EVA)
    assert town.to(BEN)[-1].text == "Ana Lindqvist is away, and today is a gap: Chen Wei is asked."
    await answer(town, CHEN)
    assert town.to(BEN)[-1].text == "Chen Wei is FALLBACK today."
    assert len(town.to(CHEN)) == 1


def gap(town: Town) -> str:
    return next(one.text for one in town.in_team_channel() if one.key.startswith("gap card:"))


async def test_the_card_of_a_gap_names_all_who_are_away_as_long_as_they_are() -> None:
    town = planned()
    await town.write("away Ben", EVA)
    assert gap(town).startswith("A gap today: Ben Okafor is away\n")
    await town.write("away Ana", EVA)
    assert gap(town).startswith("A gap today: Ana Lindqvist and Ben Okafor are away\n")
    assert "Nobody is on duty" in gap(town)
    asked = next(one for one in TEAM if asks(town, one))
    assert town.teams.messages[asks(town, asked)[0]].text.startswith(
        "Can you be FALLBACK today?\nAna Lindqvist and Ben Okafor are away, and today is a gap.\n"
    )
    await town.press(Send, "", BEN, step="away.here", card="reported")
    assert gap(town).startswith("A gap today: Ana Lindqvist is away\n")
    assert "On duty: Ben Okafor." in gap(town)
    await answer(town, asked)
    assert gap(town) == f"A gap today: Ana Lindqvist is away\n{asked.name} is FALLBACK today."


async def test_the_card_of_a_gap_names_nobody_any_more_whose_hours_away_are_over() -> None:
    ana = Absence("ana", at("2026-11-23 09:00"), at("2026-11-23 12:00"))
    ben = Absence("ben", at("2026-11-23 14:00"), at("2026-11-23 15:00"))
    town = planned(absences=(ana, ben))
    await town.write("away Dilan", EVA)
    await answer(town, CHEN, "ask.no")
    assert gap(town).startswith("A gap today: Ana Lindqvist is away\n")
    await town.write("away Ben", EVA)
    assert gap(town).startswith("A gap today: Ana Lindqvist and Ben Okafor are away\n")
    await town.restart()
    await town.until("2026-11-23 12:00")
    assert gap(town).startswith("A gap today: Ben Okafor is away\n")
    assert "On duty: Ana Lindqvist." in gap(town)
    assert "\nBen Okafor is away, and" in town.teams.messages[asks(town, EVA)[0]].text


async def test_a_gap_is_over_when_the_hours_are_for_which_somebody_was_away() -> None:
    town = planned(absences=(Absence("ana", at("2026-11-23 09:00"), at("2026-11-23 12:00")),))
    await town.write("away Farid", EVA)
    for who in (CHEN, EVA):
        await answer(town, who, "ask.no")
    assert "\nNobody could be FALLBACK.\nOn duty: Ben Okafor.\n" in gap(town)
    await town.until("2026-11-23 12:00")
    assert gap(town) == "A gap today: Ana Lindqvist is away\nIt is no gap any more."


async def test_somebody_who_serves_not_at_all_is_none_of_those_who_leave_a_gap() -> None:
    town = planned()
    await town.write("away Ben", EVA)
    await town.write("away Farid", EVA)
    assert gap(town).startswith("A gap today: Ben Okafor is away\n")


async def test_whoever_stands_in_is_named_when_they_are_away_themselves() -> None:
    town = planned()
    town.rota = replace(
        town.rota, overrides=(Override("ben", "farid", at("2026-11-23 00:00"), at("2026-11-24 00:00")),)
    )
    await town.write("away Ben", EVA)
    await town.write("away Farid", EVA)
    assert gap(town).startswith("A gap today: Farid Haddad is away\n")


async def test_whoever_said_yes_is_not_asked_again_where_somebody_with_access_is_needed_besides() -> None:
    town = planned(people=(ANA, BEN, CHEN, EVA, FARID))
    await town.write("away Ben", EVA)
    await town.write("away Ana", EVA)
    await answer(town, CHEN, "ask.no")
    assert await answer(town, EVA) == (
        "You are FALLBACK today\n"
        "Thank you. You are on duty as of now. Somebody is needed besides: Farid Haddad is asked."
    )
    (key,) = asks(town, EVA)
    shown = len(town.teams.messages[key].versions)
    assert "\nFarid Haddad is asked to be FALLBACK.\nOn duty: Eva Novak.\n" in gap(town)
    await answer(town, FARID, "ask.no")
    assert "\nNobody else could be FALLBACK.\nOn duty: Eva Novak.\n" in gap(town)
    assert "Today is a gap, and nobody else could be FALLBACK. On duty: Eva Novak." in town.in_team_channel()[-1].text
    await town.press(Send, "", BEN, step="away.here", card="reported")
    assert "\nNobody else could be FALLBACK.\nOn duty: Ben Okafor and Eva Novak.\n" in gap(town)
    assert len(town.teams.messages[key].versions) == shown, "who said yes is not asked once more"
    assert await answer(town, EVA) == (
        "You are FALLBACK today\nThank you. You are on duty as of now. Somebody is needed besides: nobody else could."
    ), "and a second press changes nothing"
    assert sum("became FALLBACK" in one for one in await history(town)) == 1


async def test_whoever_said_yes_and_presses_no_is_told_to_write_cover_and_nobody_hears_of_a_gap_twice() -> None:
    town = planned(people=(ANA, BEN, CHEN, EVA))
    await town.write("away Ana", EVA)
    await answer(town, CHEN, "ask.no")
    await answer(town, EVA)
    assert await answer(town, EVA, "ask.no") == (
        "You said yes to this already, and are FALLBACK today. If you can't, write cover."
    )
    assert await duty(town) == ["ben", "eva"]
    assert len([one for one in town.in_team_channel() if "nobody else could be FALLBACK" in one.text]) == 1


async def test_whoever_said_yes_first_reads_nothing_else_when_another_makes_it_enough() -> None:
    town = planned(people=(ANA, BEN, CHEN, EVA, FARID))
    await town.write("away Ben", CHEN)
    await town.write("away Ana", CHEN)
    await town.wait(10)
    await answer(town, EVA)
    shown = len(town.teams.messages[asks(town, EVA)[0]].versions)
    assert await answer(town, CHEN) == "You are FALLBACK today\nThank you. You are on duty as of now."
    assert gap(town).endswith("\nChen Wei is FALLBACK today.")
    assert len(town.teams.messages[asks(town, EVA)[0]].versions) == shown


async def test_without_a_team_channel_those_on_duty_read_who_is_away_besides() -> None:
    eva = Shift(shifts()[0].iteration, "eva", Role.FALLBACK, frozenset({0}))
    town = Town(team=(*shifts(), eva), team_channel="")
    await town.write("away Ana", EVA)
    assert town.to(BEN)[-1].text == "Ana Lindqvist is away, and today is a gap: Chen Wei is asked."
    await answer(town, CHEN, "ask.no")
    question = town.to(CHEN)[-1].text
    await town.write("away Eva", BEN)
    assert town.to(CHEN)[-1].text == question, "who said no reads no more of it"
    both = "Ana Lindqvist and Eva Novak are away, and today is a gap."
    assert both in [one.text for one in town.to(BEN)]
    await town.press(Send, "", EVA, step="away.here", card="reported")
    await town.wait(1)
    await town.write("away Eva", BEN)
    assert [one.text for one in town.to(BEN)].count(both) == 2, "who comes back and goes again is named again"


async def test_whoever_reports_themselves_is_spoken_to_as_you() -> None:
    town = Town()
    assert "You are away today until 18:00. Nobody calls you till then; away off ends it." in await town.write(
        "away Ben", BEN
    )
    assert await town.write("away off", BEN) == "Welcome back. You can be called again."


async def test_the_last_who_says_no_is_not_told_that_somebody_else_is_asked() -> None:
    town = Town()
    await town.write("away Ana", BEN)
    assert await answer(town, CHEN, "ask.no") == "You said no\nThat is fine. Somebody else is asked."
    assert await answer(town, EVA, "ask.no") == "You said no\nThat is fine. Somebody else is asked."
    assert await answer(town, FARID, "ask.no") == "You said no\nThat is fine."


async def test_whoever_became_fallback_stands_in_the_history_as_one_reads_it() -> None:
    town = Town()
    await town.write("away Ana", BEN)
    await answer(town, CHEN)
    assert "Chen Wei became FALLBACK on 2026-11-23" in await town.write("rota history", EVA)
    assert "Chen Wei Chen Wei" not in town.to(EVA)[-1].text


async def test_whoever_is_away_for_longer_by_now_is_not_said_to_be_here() -> None:
    town = Town()
    await town.write("away Ana", BEN)
    key = town.to(ANA)[-1].key
    await confirm(town, ANA, "2026-11-23", "2026-11-27")
    assert await town.send("away.here", "", ANA, card=key) == (
        "You are away\nFor longer than today, by the rota: absence shows it, and ends it."
    )


async def test_whoever_is_here_after_all_says_so_and_nobody_is_needed_any_more() -> None:
    town = Town()
    await town.write("away Ana", EVA)
    assert "You are here" in await town.send("away.here", "", ANA, card=town.to(ANA)[-1].key)
    assert "You are here" in await town.send("away.here", "", ANA, card=town.to(ANA)[-1].key)
    assert await duty(town) == ["ana", "ben"]
    assert "It is no gap any more." in town.in_team_channel()[0].text
    assert "It is no gap any more." in town.to(CHEN)[-1].text


async def test_away_for_more_than_an_hour_asks_and_away_45_does_not() -> None:
    town = Town()
    await town.write("away 45", BEN)
    assert not asks(town, CHEN)
    await town.write("away 2h", BEN)
    assert asks(town, CHEN)
    await town.write("away off", BEN)
    assert "no gap any more" in town.to(CHEN)[-1].text


async def test_an_absence_of_today_asks_too_and_one_before_the_opening_waits_for_it() -> None:
    town = Town("2026-11-23 08:00")
    await confirm(town, ANA, "2026-11-23", "2026-11-23")
    assert not asks(town, CHEN)
    await town.until("2026-11-23 09:00")
    assert asks(town, CHEN)


async def test_whoever_reports_is_told_what_cannot_be() -> None:
    town = Town("2026-11-23 20:00")
    assert "Support is over for today." in await town.write("away Ana", EVA)
    town = Town(people=(*TEAM, person("Ana Berg", id="berg")))
    assert "Whom do you mean: Ana Lindqvist or Ana Berg?" in await town.write("away Ana", EVA)
    await town.write("away Ana Berg", EVA)
    assert "away today already" in await town.write("away Ana Berg", EVA)
    assert "away 45" in await town.write("away zzz", EVA)


async def test_a_report_before_the_opening_is_read_at_the_opening_so_that_it_can_be_undone_the_same_day() -> None:
    town = Town("2026-11-23 08:00")
    await town.write("away Eva", BEN)
    assert town.to(EVA) == []
    await town.until("2026-11-23 09:00")
    assert town.to(EVA)[0].text == "Ben Okafor reported you away today until 18:00. Write away off if you are here."
    assert await town.write("away off", EVA) == "Welcome back. You can be called again."
    await town.until("2026-11-24 09:00")
    assert len(town.to(EVA)) == 2


async def test_the_same_in_a_form() -> None:
    town = Town()
    form = said(Dialog("", await town.open("away.report", "", EVA, card="form")))
    assert "Who is away today" in form
    assert "Choose somebody first." in await town.send("away.report", "", EVA, card="form")
    assert "Ben Okafor is away today" in await town.send("away.report", "", EVA, card="form", person="ben")
    assert "You are away today" in await town.send("away.report", "", EVA, card="form", person="eva")
    empty = Town(people=())
    assert "Nobody is here today." in said(Dialog("", await empty.open("away.report", "", FARID, card="form")))


async def test_where_nobody_can_be_asked_the_team_is_told_once() -> None:
    town = Town(people=(ANA, BEN, DILAN), team_channel="")
    await town.write("away Ana", DILAN)
    assert [one.text for one in town.to(BEN)][-1].startswith("Today is a gap, and nobody could be FALLBACK.")
    both = Town(people=(ANA, BEN, DILAN))
    await both.write("away Ana", DILAN)
    await both.write("away Ben", DILAN)
    assert [one.key.partition(":")[0] for one in both.in_team_channel()] == ["gap card"]


async def test_whoever_comes_back_is_asked_where_nobody_could_be_before() -> None:
    town = Town(people=(ANA, BEN, EVA, FARID))
    for one in (EVA, FARID):
        await town.write("away 2h", one)
    await town.write("away Ben", ANA)
    assert "Nobody could be FALLBACK." in gap(town)
    await town.write("away off", FARID)
    assert "Farid Haddad is asked to be FALLBACK." in gap(town)
    await answer(town, FARID, "ask.no")
    assert "Nobody could be FALLBACK." in gap(town)
    await town.wait(120)
    assert "Eva Novak is asked to be FALLBACK." in gap(town)
    assert "Thank you." in await answer(town, EVA)


async def test_one_without_access_does_not_end_the_search_for_somebody_with_it() -> None:
    town = Town(people=(ANA, BEN, replace(CHEN, production_access=False), DILAN, EVA))
    await town.write("away Ana", DILAN)
    (first,) = [who for who in TEAM if asks(town, who)]
    await answer(town, first)
    assert "nobody could be FALLBACK" not in town.in_team_channel()[0].text


async def test_a_stranger_to_an_ask_cannot_answer_it() -> None:
    town = Town()
    await town.write("away Ana", EVA)
    key = asks(town, CHEN)[0].removeprefix("ask:").rpartition(":")[0]
    assert "older" in await town.send("ask.yes", "", BEN, card="x", choice=key)
    assert "older" in await town.send("ask.no", "", BEN, card="x", choice="none")


async def test_outside_support_hours_nobody_is_asked_the_next() -> None:
    town = Town("2026-11-23 17:55", policy=Policy())
    await town.write("away Ana", EVA)
    assert len([who for who in TEAM if asks(town, who)]) == 1
    await town.until("2026-11-24 08:00")
    assert len([who for who in TEAM if asks(town, who)]) == 1


# -- teams that others stand in for ---------------------------------------------------------------------------------


def test_an_anchor_stays_one_where_only_people_with_access_stand_in() -> None:
    people = {one.id: one for one in TEAM}
    away = whole_days("ana", NEXT, NEXT, HOURS)
    known = Rota(people, shifts(NEXT), (away,))
    assert broken(known, NEXT, HOURS) == (Rule.ANCHOR,)
    by_chen = replace(known, overrides=(Override("ana", "chen", away.start, away.end),))
    by_eva = replace(known, overrides=(Override("ana", "eva", away.start, away.end),))
    by_nobody = replace(known, overrides=(Override("ana", "zoe", away.start, away.end),))
    assert broken(by_chen, NEXT, HOURS) == ()
    assert broken(by_eva, NEXT, HOURS) == broken(by_nobody, NEXT, HOURS) == (Rule.ANCHOR,)


def test_a_team_that_is_no_pair_breaks_no_rule_and_one_of_somebody_who_left_does() -> None:
    people = {one.id: one for one in (replace(ANA, left=date(2026, 11, 1)), *TEAM[1:])}
    assert broken(Rota(people, shifts(NEXT)), NEXT, HOURS) == (Rule.BELONGS,)
    assert broken(Rota(people, shifts(NEXT)[:1]), NEXT, HOURS) == ()


async def test_what_became_of_an_ask_is_forgotten_a_day_after_its_time() -> None:
    town = Town()
    await town.write("away Ana", EVA)
    await answer(town, CHEN)
    assert (await (await town.desk()).state()).facts.planning.asks
    await town.until("2026-11-25 10:00")
    assert (await (await town.desk()).state()).facts.planning.asks == ()


async def test_whoever_becomes_fallback_in_two_weeks_is_told_of_both() -> None:
    town = planned(people=(ANA, BEN, CHEN))
    await confirm(town, BEN, "2026-11-24", "2026-11-26")
    assert [one.text for one in town.to(CHEN)] == [
        "You are FALLBACK on Tue 24 Nov. If you can't, write cover.",
        "You are FALLBACK on Wed 25 Nov and Thu 26 Nov. If you can't, write cover.",
    ]


def heard(town: Town, who: Person) -> list[str]:
    """Return the news that somebody was told personally."""
    return [one.text for one in town.to(who) if one.key.startswith(("news:", "broken:", "noted:"))]


async def test_without_a_team_channel_whoever_fills_in_reads_once_that_they_do() -> None:
    town = planned(team_channel="")
    await confirm(town, BEN, "2026-11-26", "2026-11-26")
    assert heard(town, EVA) == ["You are FALLBACK on Thu 26 Nov. If you can't, write cover."]
    await remove(town, BEN)
    assert heard(town, EVA)[1:] == ["You are not FALLBACK on Thu 26 Nov any more: nobody has to fill in then."]
    assert len(heard(town, ANA)) == 2


async def test_without_a_team_channel_whoever_was_noted_as_away_or_there_reads_so_once() -> None:
    town = planned(team_channel="")
    await confirm(town, ANA, "2026-11-27", "2026-11-27", person="chen")
    await remove(town, CHEN, ANA)
    noted, undone = heard(town, CHEN)
    assert noted.startswith("Ana Lindqvist noted that you are away on Fri 27 Nov")
    assert undone == "Ana Lindqvist removed your absence on Fri 27 Nov."
    assert len(heard(town, BEN)) == 2


async def test_without_a_team_channel_those_who_read_of_a_gap_with_the_absence_read_next_how_it_ends() -> None:
    town = planned(team_channel="")
    await confirm(town, ANA, "2026-11-23", "2026-11-23")
    assert [one.partition("\n")[0] for one in heard(town, BEN)] == ["Ana Lindqvist is away on Mon 23 Nov."]
    await answer(town, CHEN)
    assert heard(town, BEN)[1:] == ["Chen Wei is FALLBACK today."]


async def test_the_card_of_a_gap_names_who_is_on_duty_by_now_whatever_changed_that() -> None:
    town = planned()
    await town.write("away Ana", EVA)
    assert "On duty: Ben Okafor." in gap(town)
    found = await rota(town)
    farid = Shift(shifts()[0].iteration, "farid", Role.FALLBACK, frozenset({0}))
    edited = replace(found, shifts=(*found.shifts, farid))
    await town._handle(RotaEdited(rota=edited, **town._when("")))  # type: ignore[arg-type]
    assert "On duty: Ben Okafor and Farid Haddad." in gap(town)
    edited = replace(edited, absences=())
    await town._handle(RotaEdited(rota=edited, **town._when("")))  # type: ignore[arg-type]
    assert "It is no gap any more." in gap(town)
