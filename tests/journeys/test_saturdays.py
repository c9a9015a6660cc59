"""A desk that works on Saturdays: a shift of the whole week is for them too."""

from datetime import date

from bot.policy import Policy
from bot.rota.duty import on_duty
from tests.journeys.test_absences import confirm
from tests.journeys.test_covers import ask, of
from tests.journeys.test_picks import other, take
from tests.journeys.town import ANA, BEN, CHEN, EVA, Town, at, shifts

NEXT = date(2026, 11, 25)
SATURDAYS = Policy(weekdays=frozenset(range(6)))


async def pair(town: Town, moment: str) -> list[str]:
    rota = (await (await town.desk()).state()).rota
    hours = town.almanac.knowledge(town.info, rota, town.now).hours
    return [one.id for one in on_duty(rota, at(moment), hours).pair]


async def test_whoever_starts_serves_from_today_and_hears_before_no_peak_of_saturday_that_they_do() -> None:
    town = Town(policy=SATURDAYS)
    await town.until("2026-11-23 14:00")
    await take(town)
    await town.until("2026-11-28 17:00")
    started = town.teams.messages[f"start:{NEXT}:chen"]
    assert started.text.startswith("You are on support from today")
    assert not [one for one in town.to(CHEN) if one.key.startswith("peak")]


async def test_a_saturday_is_covered() -> None:
    town = Town(policy=SATURDAYS, team=(*shifts(), *shifts(NEXT)))
    await ask(town, BEN, of(BEN), "2026-11-28", "2026-11-28", who="eva")
    assert "SUPPORT on Sat 28 Nov." in town.to(EVA)[-1].text


async def test_whoever_fills_in_on_a_saturday_stays_so_while_they_are_needed() -> None:
    town = Town(policy=SATURDAYS, team=(*shifts(), *shifts(NEXT)))
    assert "Chen Wei is FALLBACK on Sat 28 Nov." in await confirm(town, BEN, "2026-11-28", "2026-11-28")
    assert await pair(town, "2026-11-28 10:00") == ["ana", "chen"]


async def test_a_team_that_is_taken_late_serves_on_saturday() -> None:
    town = Town("2026-11-24 17:30", policy=SATURDAYS)
    await town.until("2026-11-26 11:00")
    await other(town, ANA, "chen", "eva")
    assert await pair(town, "2026-11-28 10:00") == ["chen", "eva"]
    await town.until("2026-11-27 09:00")
    assert "Ends: Ana Lindqvist and Ben Okafor" in town.teams.messages["handover:2026-11-27"].text
