"""Changes of the people while the bot runs: who is meant by a row of a sheet, and what it leaves as it was."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from bot.effects import Word
from bot.events import Claim, PeopleImported, PersonRow, ShiftsImported
from bot.people import Person
from bot.rota.shift import Absence, Override, Rota, Shift
from tests.journeys.town import ANA, BEN, CHEN, TOM, Town, at, shifts

IDS = frozenset({"name", "entra_object_id", "email"})
MAIL = "ben@x.example"
BY_MAIL = replace(BEN, id=MAIL, entra_object_id="", email=MAIL, slack_user_id="U1")
BY_NAME = replace(BEN, id=BEN.name, entra_object_id="")
KNOWN = {"ana": replace(ANA, email="ana@x.example"), "ben": replace(BEN, email=MAIL)}


def rows(*people: Person, given: frozenset[str] = IDS) -> tuple[PersonRow, ...]:
    """Return the rows of a sheet with the columns `given`, from line 2 on."""
    return tuple(PersonRow(f"line {number}", one, given) for number, one in enumerate(people, 2))


def row(name: str, entra: str = "", email: str = "") -> Person:
    """Return a person as a row with these three fields says."""
    return Person(entra or email or name, name, entra, email)


async def imported(town: Town, *sheet: PersonRow) -> str:
    """Import a sheet; return what was refused."""
    desk = await town.desk()
    answer = await desk.handle(PeopleImported(key=f"import:{uuid4()}", happened_at=town.now, rows=sheet))
    return answer.text if isinstance(answer, Word) else ""


async def rota(town: Town) -> Rota:
    return (await (await town.desk()).state()).rota


@pytest.mark.parametrize(
    ("known", "listed", "id_"),
    [
        (BY_MAIL, row("Ben Okafor"), MAIL),
        (BY_MAIL, row("BEN OKAFOR", email="Ben@X.example"), MAIL),
        (BY_MAIL, row("Benjamin Okafor", "ben", MAIL), "ben"),
        (BY_MAIL, row("Ben Okafor", "ben"), "ben"),
        (BY_NAME, row("ben okafor"), "ben okafor"),
        (BY_NAME, row("Ben Okafor", email=MAIL), MAIL),
        (BY_NAME, row("Ben Okafor", "ben", MAIL), "ben"),
        (BEN, row("Ben Okafor"), "ben"),
        (BEN, row("Ben O.", "BEN", "new@x.example"), "ben"),
        (BEN, row("ben okafor", email=MAIL), "ben"),
    ],
)
async def test_a_row_means_whoever_has_its_entra_id_else_its_e_mail_else_its_name(
    known: Person, listed: Person, id_: str
) -> None:
    team = tuple(replace(shift, person=known.id) if shift.person == "ben" else shift for shift in shifts())
    town = Town(people=(ANA, known), team=team[:2])
    assert await imported(town, *rows(listed)) == ""
    found = await rota(town)
    assert {one.casefold() for one in found.people} == {"ana", id_}
    assert found.people[found.shifts[1].person].name == listed.name


async def test_whoever_gets_another_id_keeps_shifts_absences_and_overrides() -> None:
    start, end = at("2026-11-23 09:00"), at("2026-11-24 09:00")
    town = Town(people=(ANA, BY_NAME), team=(Shift(shifts()[0].iteration, BY_NAME.id, shifts()[0].role),))
    town.rota = replace(
        town.rota,
        absences=(Absence(BY_NAME.id, start, end),),
        overrides=(Override("ana", BY_NAME.id, start, end), Override(BY_NAME.id, "ana", start, end)),
    )
    await imported(town, *rows(row("Ben Okafor", "ben")))
    found = await rota(town)
    assert [found.shifts[0].person, found.absences[0].person] == ["ben", "ben"]
    assert [(one.person, one.stand_in) for one in found.overrides] == [("ana", "ben"), ("ben", "ana")]


async def test_columns_that_a_sheet_does_not_have_keep_what_is_known_and_empty_cells_forget_no_id() -> None:
    known = replace(BEN, email=MAIL, slack_user_id="U1", production_access=True, experienced=False)
    town = Town(people=(ANA, known))
    await imported(town, *rows(row("Ben Okafor"), given=IDS | {"slack_user_id"}))
    assert (await rota(town)).people["ben"] == replace(known, slack_user_id="")


async def test_namesakes_are_told_apart_by_an_entra_id_or_e_mail_that_differs() -> None:
    kim = row("Kim", email="kim@x.example")
    town = Town(people=(kim,), team=())
    assert await imported(town, *rows(kim, row("Kim", email="k@x.example"), row("Kim", "kim3"))) == (
        'line 4, name: 2 people are called "Kim"; write the e-mail or the Entra id that I know'
    )
    assert await imported(town, *rows(kim, row("Kim", email="k@x.example"), row("Kim", "kim3", "3@x.example"))) == ""
    assert set((await rota(town)).people) == {"kim@x.example", "k@x.example", "kim3"}


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (
            [row("Ana Lindqvist", "ana", MAIL)],
            "line 2, email: it is Ben Okafor's, but the Entra id is Ana Lindqvist's; mend the one that is wrong",
        ),
        (
            [row("Ana Lindqvist", "ana"), row("Ana L.", email="ana@x.example")],
            "line 3, name: line 2 means the same person; leave one out, or give each their own Entra id or e-mail",
        ),
        ([row("Dora", email="d@x.example"), row("dora")], "line 3, name: line 2 means the same person;"),
        ([row("dora"), row("Dora", "d")], "line 3, name: line 2 means the same person;"),
        ([row("Ana", "ana", "a2@x.example"), row("Zoe", email="A2@x.example")], "line 3, name: line 2 means the same"),
    ],
)
async def test_a_row_that_fits_two_people_and_two_rows_that_mean_one_change_nothing(
    sheet: list[Person], said: str
) -> None:
    town = Town(people=tuple(KNOWN.values()), team=())
    assert (await imported(town, *rows(*sheet))).startswith(said)
    assert (await rota(town)).people == KNOWN


async def test_all_rows_that_are_not_clear_are_said_at_once() -> None:
    town = Town(people=(row("Kim", "kim1"), row("Kim", "kim2"), ANA), team=())
    said = await imported(town, *rows(row("Kim"), ANA, row("ana lindqvist")))
    assert [line.partition(":")[0] for line in said.splitlines()] == ["line 2, name", "line 4, name"]


async def test_nobody_leaves_before_they_joined_whichever_of_the_two_a_sheet_says() -> None:
    known = (replace(ANA, joined=date(2024, 1, 1)), replace(BEN, left=date(2026, 11, 1)), CHEN)
    town = Town(people=known, team=())
    left = rows(replace(ANA, left=date(2024, 1, 1)), given=IDS | {"left"})
    joined = rows(CHEN, replace(BEN, joined=date(2026, 11, 2)), given=IDS | {"joined"})
    assert await imported(town, *left) == (
        "line 2, left: Ana Lindqvist joined on 2024-01-01 and cannot leave on 2024-01-01; mend either"
    )
    assert (await imported(town, *joined)).startswith("line 3, left: Ben Okafor joined on 2026-11-02 and cannot leave")
    assert (await rota(town)).people == {one.id: one for one in known}
    assert await imported(town, *rows(replace(ANA, left=date(2024, 1, 2)), given=IDS | {"left"})) == ""


async def test_people_who_are_not_in_an_import_stay() -> None:
    town = Town()
    await imported(town, *rows(replace(ANA, name="Ana L.")))
    people = (await rota(town)).people
    assert people["ana"].name == "Ana L."
    assert "ben" in people


async def test_shifts_of_somebody_whose_id_has_just_changed_are_refused() -> None:
    town = Town(people=(ANA, BY_NAME), team=())
    await imported(town, *rows(row("Ben Okafor", "ben")))
    late = tuple(replace(shift, person=BY_NAME.id) for shift in shifts()[:1])
    answer = await (await town.desk()).handle(ShiftsImported(key="late", happened_at=town.now, shifts=late))
    assert isinstance(answer, Word)
    assert "import it again" in answer.text
    assert (await rota(town)).shifts == ()


async def test_new_shifts_change_the_cards_that_name_the_pair_and_no_others() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("scanner down", TOM)
    await town.press(Claim, "R-1", ANA)
    before = len(town.teams.messages["card:R-1"].versions)
    new = tuple(replace(shift, person="chen") if shift.person == "ben" else shift for shift in shifts()[:2])
    await town.import_shifts(new)
    assert CHEN.name in town.card("R-2")
    assert len(town.teams.messages["card:R-1"].versions) == before
