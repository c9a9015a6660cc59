"""Changes of the people while the bot runs."""

from dataclasses import replace

from bot.events import Claim, PeopleImported
from tests.journeys.town import ANA, BEN, CHEN, Town, shifts


async def test_whoever_was_known_by_e_mail_alone_stays_one_person_when_the_entra_id_is_known() -> None:
    unlinked = replace(BEN, id="ben@x.example", entra_object_id="", email="ben@x.example")
    team = tuple(
        replace(shift, person="ben@x.example") if shift.person == "ben" else shift for shift in Town().rota.shifts
    )
    town = Town(people=(ANA, unlinked), team=team)
    desk = await town.desk()
    linked = replace(BEN, email="Ben@x.example")
    await desk.handle(PeopleImported(key="import", happened_at=town.now, people=(linked,)))
    rota = (await desk.state()).rota
    assert set(rota.people) == {"ana", "ben"}
    assert [shift.person for shift in rota.shifts][:2] == ["ana", "ben"]


async def test_people_who_are_not_in_an_import_stay() -> None:
    town = Town()
    desk = await town.desk()
    await desk.handle(PeopleImported(key="import", happened_at=town.now, people=(replace(ANA, name="Ana L."),)))
    people = (await desk.state()).rota.people
    assert people["ana"].name == "Ana L."
    assert "ben" in people


async def test_new_shifts_change_the_cards_that_name_the_pair_and_no_others() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("scanner down")
    await town.press(Claim, "R-1", ANA)
    before = len(town.teams.messages["card:R-1"].versions)
    new = tuple(replace(shift, person="chen") if shift.person == "ben" else shift for shift in shifts()[:2])
    await town.import_shifts(new)
    assert CHEN.name in town.card("R-2")
    assert len(town.teams.messages["card:R-1"].versions) == before
