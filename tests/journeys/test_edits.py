"""The rota's file edited by hand: what differs is said once, and why an edit was not taken over is told to admins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.effects import Word
from bot.events import RotaEdited, RotaRefused
from bot.places import personal
from bot.rota.shift import Absence, Change, Override, Role, Rota, Shift, Tally
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, ITERATION, TEAM_CHANNEL, Town, at, shifts

AWAY = Absence("eva", at("2026-11-24 00:00"), at("2026-11-25 00:00"))
STAND_IN = Override("ben", "chen", at("2026-11-24 09:00"), at("2026-11-24 18:00"))
TWO_SHIFTS = (Shift(ITERATION, "eva", Role.SUPPORT), Shift(ITERATION, "farid", Role.SUPPORT), *shifts()[2:])


async def edit(town: Town, rota: Rota, base: Rota | None = None) -> object:
    return await town._handle(RotaEdited(rota=rota, base=base, **town._when("")))  # type: ignore[arg-type]


async def refuse(town: Town, reason: str, checksum: str = "c0ffee") -> None:
    await town._handle(RotaRefused(key=f"refused:{checksum}", happened_at=town.now, reason=reason))


def news(town: Town) -> list[tuple[str, str]]:
    return [(one.place, one.text) for one in town.teams.sent if one.key.startswith("news:")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shifts": TWO_SHIFTS, "absences": (AWAY,)}, "2 shifts and 1 absence differ"),
        ({"shifts": shifts()[1:]}, "1 shift differs"),
        ({"shifts": ()}, "4 shifts differ"),
        ({"absences": (AWAY,)}, "1 absence differs"),
        ({"overrides": (STAND_IN,)}, "1 override differs"),
        ({"people": {one.id: one for one in (ANA, replace(BEN, name="Ben O."), CHEN, DILAN)}}, "3 people differ"),
        ({"ledger": (Tally(ITERATION, "ana", 5, 5),)}, "1 figure of what was served differs"),
        ({"history": (Change(at("2026-11-23 09:00"), "Ana", "took a team"),) * 2}, "1 line of its record differs"),
    ],
)
async def test_what_differs_is_counted_and_said_once_in_the_team_channel(changes: dict[str, object], said: str) -> None:
    town = Town()
    await edit(town, replace(town.rota, **changes), town.rota)  # type: ignore[arg-type]
    assert news(town) == [(TEAM_CHANNEL, f"The rota file was edited by hand: {said}.")]
    edited, rota = replace(town.rota, **changes), (await (await town.desk()).state()).rota  # type: ignore[arg-type]
    assert rota == replace(edited, history=rota.history)
    by_hand = Change(town.now, "The rota file", f"was edited by hand: {said}")
    assert rota.history == (*edited.history, by_hand)


async def test_an_edit_by_hand_stands_in_the_history_with_when() -> None:
    town = Town()
    await edit(town, replace(town.rota, shifts=shifts()[1:]), town.rota)
    history = await town.write("rota history", ANA)
    assert "Mon 23 Nov, 10:00\nThe rota file was edited by hand: 1 shift differs" in history


async def test_with_no_team_channel_those_whom_it_concerns_are_told_when_they_are_there() -> None:
    town = Town("2026-11-23 20:00", team_channel="")
    await edit(town, replace(town.rota, absences=(AWAY,), overrides=(STAND_IN,)))
    assert news(town) == []
    await town.until("2026-11-24 09:01")
    assert {place for place, _ in news(town)} == {personal("ben"), personal("chen")}
    await town.until("2026-11-25 09:01")
    assert [place for place, _ in news(town)].count(personal("eva")) == 1


async def test_a_file_written_anew_with_nothing_else_in_it_is_no_news() -> None:
    town = Town()
    await edit(town, replace(town.rota, shifts=town.rota.shifts[::-1]), town.rota)
    assert news(town) == []
    assert (await (await town.desk()).state()).rota.history == ()


async def test_an_edit_of_a_rota_that_changed_meanwhile_undoes_nothing() -> None:
    town = Town()
    await town.import_shifts(TWO_SHIFTS)
    answer = await edit(town, replace(town.rota, absences=(AWAY,)), town.rota)
    assert isinstance(answer, Word)
    rota = (await (await town.desk()).state()).rota
    assert (set(rota.shifts), rota.absences) == (set(TWO_SHIFTS), ())
    assert news(town) == []


async def test_why_an_edit_was_not_taken_over_is_told_to_the_admins_once() -> None:
    town = Town()
    await refuse(town, 'line 3 (people 1), left: "x" must be a date\nMend the file.')
    await refuse(town, "said again after a restart")
    assert news(town) == [(personal(FARID.id), 'line 3 (people 1), left: "x" must be a date\nMend the file.')]
    await refuse(town, "another edit", "decaf")
    assert [text for _, text in news(town)][1:] == ["another edit"]


async def test_of_many_lines_that_are_wrong_the_first_are_told_and_the_remedy() -> None:
    town = Town()
    await refuse(town, "\n".join(["The file was not taken:", *(f"line {n}: no" for n in range(20)), "Mend it."]))
    ((_, text),) = news(town)
    assert text.splitlines()[:2] == ["The file was not taken:", "line 0: no"]
    assert text.splitlines()[-3:] == ["line 5: no", "and 14 more, which are in the log", "Mend it."]


async def test_at_night_the_admins_hear_of_it_in_the_morning() -> None:
    town = Town("2026-11-23 22:00")
    await refuse(town, "no")
    assert news(town) == []
    await town.until(at("2026-11-24 09:00") + timedelta(minutes=1))
    assert news(town) == [(personal(FARID.id), "no")]


async def test_where_no_admin_is_one_of_the_people_nobody_is_told() -> None:
    town = Town(people=(ANA, BEN, CHEN, DILAN, EVA))
    await refuse(town, "no")
    assert news(town) == []


async def test_whoever_left_or_is_still_to_come_is_told_nothing_of_the_rota_but_an_admin_is() -> None:
    people = (
        replace(EVA, left=ITERATION),
        replace(BEN, joined=ITERATION + timedelta(days=8)),
        replace(FARID, left=ITERATION),
    )
    town = Town(people=(ANA, *people), team_channel="")
    await edit(town, replace(town.rota, absences=tuple(Absence(one.id, AWAY.start, AWAY.end) for one in people)))
    assert [place for place, _ in news(town)] == [personal("farid")]
    await town.until("2026-11-25 12:00")
    assert not [one for one in town.teams.sent if one.place in (personal("eva"), personal("ben"))]
