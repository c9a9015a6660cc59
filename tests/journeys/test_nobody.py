"""Who is on duty when the usual two are not, and what happens with nobody."""

from dataclasses import replace

from bot.events import Claim, RotaEdited, Solve
from bot.people import Author
from bot.rota.shift import Absence, Override, Role, Shift
from bot.support.request import Status
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, ITERATION, TEAM, TOM, Town, at, shifts


def away(*people: str, until: str = "2026-11-24 00:00") -> tuple[Absence, ...]:
    return tuple(Absence(one, at("2026-11-20 00:00"), at(until)) for one in people)


async def test_with_no_team_set_all_who_are_present_are_told_at_once_and_the_card_says_so() -> None:
    town = Town(team=())
    place = await town.post("label printer down")
    assert "Nobody is on duty. Everyone present has been told.\nYou should hear from somebody by 10:05." in town.card()
    assert [len(town.to(one)) for one in TEAM] == [1] * len(TEAM)
    await town.wait(60)
    assert [len(town.to(one)) for one in TEAM] == [1] * len(TEAM)
    assert town.in_thread(place) == ["No answer yet. Everyone present has been told."]
    assert "nobody is on duty" in town.in_team_channel()[0].text


async def test_with_nobody_on_duty_whoever_is_here_can_take_several_requests() -> None:
    town = Town(team=())
    await town.post("label printer down")
    await town.post("and the scale", TOM)
    await town.wait(10)
    (message,) = town.in_team_channel()
    assert "2 requests wait for an answer, the longest for 10 min. Whoever is here can take them." in message.text


async def test_with_nobody_present_the_card_does_not_pretend() -> None:
    town = Town(absences=away(*(one.id for one in TEAM)))
    place = await town.post("label printer down")
    assert "Nobody of support is here at the moment." in town.card()
    await town.wait(5)
    assert town.in_thread(place) == ["No answer yet."]


async def test_at_night_with_nobody_on_duty_in_the_morning_they_are_told_at_the_opening() -> None:
    town = Town("2026-11-23 20:00", team=())
    await town.post("label printer down")
    assert "You should hear from somebody by Tue 24 Nov, 09:05.\nSupport is back Tue 24 Nov, 09:00." in town.card()
    assert town.to(EVA) == []
    await town.until("2026-11-24 09:00")
    assert len(town.to(EVA)) == 1
    assert "Nobody is on duty. Everyone present has been told." in town.card()


async def test_on_a_friday_the_fallback_fills_the_pair() -> None:
    town = Town("2026-11-20 10:00", absences=away("ben"))
    await town.post("label printer down")
    assert "@Ana Lindqvist or @Chen Wei will answer" in town.card()


async def test_a_day_off_is_not_served() -> None:
    people = (replace(ANA, working_days=frozenset({1, 2, 3, 4})), BEN, CHEN)
    town = Town(people=people)
    await town.post("label printer down")
    await town.wait(60)
    assert town.to(ANA) == []


async def test_a_fallback_with_production_access_joins_a_pair_without_it() -> None:
    team = (
        Shift(ITERATION, "ben", Role.SUPPORT),
        Shift(ITERATION, "eva", Role.SUPPORT),
        Shift(ITERATION, "farid", Role.FALLBACK),
        Shift(ITERATION, "chen", Role.FALLBACK),
    )
    town = Town(team=team)
    place = await town.post("label printer down")
    assert "@Ben Okafor, @Eva Novak or @Chen Wei will answer" in town.card()
    await town.wait(4)
    assert [len(town.to(who)) for who in (BEN, EVA, CHEN, FARID)] == [1, 1, 1, 1]
    await town.wait(1)
    called = "@Ben Okafor, @Eva Novak and @Chen Wei"
    assert town.in_thread(place) == [f"No answer yet. Calling {called} again, and @Farid Haddad."]


async def test_a_stand_in_serves_for_the_other() -> None:
    town = Town()
    town.rota = replace(town.rota, overrides=(Override("ben", "eva", at("2026-11-23 00:00"), at("2026-11-24 00:00")),))
    await town.post("label printer down")
    assert "@Ana Lindqvist or @Eva Novak will answer" in town.card()


async def test_a_shift_of_somebody_unknown_is_nobodys() -> None:
    town = Town(team=(Shift(ITERATION, "gone", Role.SUPPORT), *shifts()[:2]))
    await town.post("label printer down")
    assert "@Ana Lindqvist or @Ben Okafor will answer" in town.card()


async def test_a_person_without_an_entra_id_is_named_and_not_mentioned() -> None:
    ben = replace(BEN, entra_object_id="")
    town = Town(people=(ANA, ben, CHEN, DILAN, EVA, FARID))
    place = await town.post("label printer down")
    assert "@Ana Lindqvist or Ben Okafor will answer" in town.card()
    await town.wait(5)
    assert town.to(BEN) == []
    assert town.in_thread(place) == ["No answer yet. Calling @Ana Lindqvist and Ben Okafor again."]


async def test_when_the_rota_changes_open_cards_name_who_will_answer_now() -> None:
    town = Town("2026-11-23 20:00")
    await town.post("label printer down")
    team = (Shift(ITERATION, "eva", Role.SUPPORT), Shift(ITERATION, "farid", Role.SUPPORT))
    await town.import_shifts(team)
    assert "Eva Novak or Farid Haddad will answer by Tue 24 Nov, 09:05." in town.card()
    edited = RotaEdited(key="hand", happened_at=town.now, rota=replace(town.rota, shifts=shifts()))
    await town._handle(edited)
    assert "Ana Lindqvist or Ben Okafor will answer" in town.card()


async def test_with_no_team_channel_everything_internal_goes_personally() -> None:
    town = Town(team_channel="")
    await town.post("label printer down")
    await town.wait(15)
    assert [len(town.to(who)) for who in (ANA, BEN, EVA, FARID)] == [1, 1, 1, 1]
    assert {message.place for message in town.teams.sent} & {"", "19:team@thread.tacv2"} == set()


async def test_with_only_the_requester_on_duty_whoever_is_told_may_take_it() -> None:
    away = Absence("ben", at("2026-11-23 00:00"), at("2026-11-24 00:00"))
    town = Town(absences=(away,))
    place = await town.post("request: label printer", ANA)
    await town.press(Claim, "R-1", EVA)
    assert (await town.request()).claimer == Author("eva", EVA.name)
    await town.post("request: scanner", ANA)
    assert place
    await town.press(Solve, "R-2", FARID)
    assert [one.status for one in await town.requests()] == [Status.ACKNOWLEDGED, Status.CLOSED]


async def test_a_card_of_the_night_says_at_the_opening_that_nobody_is_there() -> None:
    town = Town("2026-11-24 17:40", team=())
    await town.post("label printer down")
    await town.until("2026-11-24 18:30")
    await town.restart()
    await town.until("2026-11-25 09:01")
    assert "Support is back" not in town.card()
