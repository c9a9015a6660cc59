"""Sheets: what people may write, and what they are told when they may not."""

import csv
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.people import WORKING_WEEK, Person
from bot.rota.shift import Role, Shift
from bot.store.sheets import (
    commons_from_csv,
    commons_to_csv,
    exported_rows,
    people_to_csv,
    shifts_from_csv,
    shifts_to_csv,
)
from bot.store.sheets import people_from_csv as people_rows
from bot.support.recurrence import Common, Standing, Use
from tests.store.samples import ANA, ANA_ID, BEN, CHEN, ROTA

TEAM = (ANA, BEN, CHEN)


def people_from_csv(text: str) -> tuple[Person, ...]:
    return tuple(row.person for row in people_rows(text))


def problems(text: str, people: tuple[Person, ...] | None = None) -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        people_from_csv(text) if people is None else shifts_from_csv(text, people)
    return str(refused.value).splitlines()[1:-1]


def shifts(*rows: str) -> str:
    return "\n".join(["iteration,name,role,days", *rows])


def test_what_is_exported_is_imported_as_it_was() -> None:
    assert set(people_from_csv(people_to_csv(TEAM))) == set(TEAM)
    assert shifts_from_csv(shifts_to_csv(ROTA.shifts, ROTA.people), TEAM) == ROTA.shifts


@pytest.mark.parametrize(
    "name", ["Reza\u200cAli Amiri", "Chen \U0001f469\u200d\U0001f680", "Ng\u0169g\u0129 wa Thiong\u2019o"]
)
def test_a_name_of_any_script_is_imported_as_it_was_exported(name: str) -> None:
    who = Person(ANA_ID, name, ANA_ID)
    assert people_from_csv(people_to_csv([who])) == (who,)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+49 Ben", "-Ben", "@Ben", "'=Ben", "''@Ben", "'Ben", "Ben="])
def test_no_name_is_exported_as_a_formula_and_each_is_imported_as_it_was(name: str) -> None:
    who = Person(ANA_ID, name, ANA_ID)
    sheet = people_to_csv([who])
    cell = next(csv.reader(sheet.splitlines()[1:]))[0]
    assert cell[0] not in "=+-@"
    assert people_from_csv(sheet) == (who,)
    assert exported_rows(sheet)[0]["name"] == name
    shift = Shift(date(2026, 11, 25), ANA_ID, Role.SUPPORT)
    assert shifts_from_csv(shifts_to_csv([shift], {ANA_ID: who}), [who]) == (shift,)


def test_a_formula_that_somebody_wrote_is_read_as_the_words_it_is() -> None:
    assert [one.name for one in people_from_csv("name\n=Ben\n'=Chen\n")] == ["=Ben", "=Chen"]


@pytest.mark.parametrize("name", ["Ana\x1b[31m", "Ana\u202eBen", "\u200d"])
def test_a_name_that_steers_a_terminal_or_shows_nothing_is_none(name: str) -> None:
    assert problems(f"name\n{name}") == ["line 2, name: a name on one line is needed"]


def test_a_name_alone_makes_a_person() -> None:
    assert people_from_csv("name\nChen Wei") == (CHEN,)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffname;email;production_access\r\nBen Okafor;Ben@example.com;no\r\n",
        "name\temail\nBen Okafor\tben@example.com\n",
        "\n\n name , email \n\n  Ben Okafor  , ben@example.com ,,\n,,\n",
        '"Name","EMAIL"\r"Ben Okafor","ben@example.com"\r',
        "\ufeffsep=;\r\nname;email\r\nBen\u00a0Okafor;ben@example.com\u00a0\r\n",
    ],
)
def test_sheets_come_as_spreadsheets_write_them(text: str) -> None:
    assert people_from_csv(text) == (BEN,)


def test_people_are_keyed_by_entra_id_else_email_else_name() -> None:
    sheet = f"name,entra_object_id,email\nA,{ANA_ID.upper()},a@x.io\nB,,B@x.io\nC,,\n"
    assert [person.id for person in people_from_csv(sheet)] == [ANA_ID, "b@x.io", "C"]


def test_a_row_says_where_it_stands_and_which_columns_its_sheet_has() -> None:
    (row,) = people_rows("sep=,\nname,email,\n\nBen Okafor\n")
    assert (row.where, row.given) == ("line 4", frozenset({"name", "email"}))


def test_everything_wrong_is_said_at_once() -> None:
    header = "name,entra_object_id,production_access,joined,left"
    rows = (",ana,maybe,,", "", "Ben,,,2026-02-30,", "Chen,,,2026-02-03,2026-02-02")
    assert problems("\n".join([header, *rows])) == [
        "line 2, name: a name on one line is needed",
        'line 2, entra_object_id: "ana" is no Entra object id, such as 6f1c3a52-0d5e-4b7a-9c1d-2e8f4a6b7c90',
        'line 2, production_access: "maybe" must be yes or no (empty: no)',
        'line 4, joined: "2026-02-30" must be a date such as 2026-11-25',
        "line 5, left: 2026-02-02 must be after joined, 2026-02-03",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The sheet is empty; its first line names the columns: name, entra_object_id,"),
        ("Ben;yes\n", "line 1 must name the columns, which are name, entra_object_id,"),
        ('name\n\n"Ben\nO"\nChen,x\n', "line 3, name: a name on one line is needed"),
        ("name\n\n", "The sheet has no row below the names of its columns."),
        ("name,phone\n", "line 1, phone: no column is called so; the columns are name, entra_object_id,"),
        ("email\n", "line 1, name: the column is missing"),
        ("name,name\n", "line 1, name: the column stands there twice"),
        ("name,,email\n", "line 1, column 2: the column has no name"),
        ("name\nBen,x\n", "line 2, column 2: there are more fields than columns"),
        ('name\n"Ben\n', "not CSV"),
        ("name\nBen\nBEN\n", 'line 3, name: "BEN" stands already on line 2'),
        ("name,email\nA,x@y\nB,X@y\n", 'line 3, email: "x@y" stands already on line 2'),
    ],
)
def test_a_sheet_of_people_that_is_wrong(text: str, said: str) -> None:
    assert said in "\n".join(problems(text))


def test_whoever_serves_may_be_named_in_any_way() -> None:
    sheet = shifts(
        "2026-11-25,ana lindqvist,support,", "2026-11-25,BEN@example.com,SUPPORT", f"2026-12-02,{ANA_ID},observer,"
    )
    assert [shift.person for shift in shifts_from_csv(sheet, TEAM)] == [ANA.id, BEN.id, ANA.id]


def test_days_narrow_a_fallback() -> None:
    (found,) = shifts_from_csv(shifts("2026-11-25,Chen Wei,FALLBACK,mon Fri"), TEAM)
    assert found == Shift(date(2026, 11, 25), CHEN.id, Role.FALLBACK, frozenset({0, 4}))


NAMESAKES = (Person("a@x.io", "Kim", email="a@x.io"), Person("b@x.io", "Kim", email="b@x.io"))


@pytest.mark.parametrize(
    ("rows", "people", "said"),
    [
        (
            ["2026-11-24,Ana Lindqvist,SUPPORT,"],
            TEAM,
            "iteration: 2026-11-24 is a Tuesday; an iteration is its Wednesday",
        ),
        (
            ["2026-11-25,Anna Lindquist,SUPPORT,"],
            TEAM,
            'name: nobody is called "Anna Lindquist"; nearest: Ana Lindqvist',
        ),
        (["2026-11-25,Ana,SUPPORT,"], (), 'name: nobody is called "Ana"; there are no people yet'),
        (["2026-11-25,Kim,SUPPORT,"], NAMESAKES, 'name: 2 people are called "Kim"; write the e-mail or the Entra id'),
        (["2026-11-25,Chen Wei,BOSS,"], TEAM, 'role: "BOSS" must be SUPPORT, FALLBACK or OBSERVER'),
        (["2026-11-25,Chen Wei,FALLBACK,Sa"], TEAM, 'days: "Sa" must be of Mon Tue Wed Thu Fri Sat Sun (empty: all)'),
        (["2026-11-25,Chen Wei,OBSERVER,Fri"], TEAM, "days: an OBSERVER has no days of their own; leave it empty"),
        ([f"2026-11-25,{one.name},SUPPORT," for one in TEAM], TEAM, "role: 2026-11-25 has two SUPPORT already"),
        ([f"2026-11-25,Chen Wei,{role}," for role in ("SUPPORT", "OBSERVER")], TEAM, "role: Chen Wei is SUPPORT in"),
        ([f"2026-11-25,Chen Wei,{role}," for role in ("SUPPORT", "FALLBACK")], TEAM, "role: Chen Wei is SUPPORT in"),
        (["2026-11-25,Chen Wei,SUPPORT,"] * 2, TEAM, "role: Chen Wei is SUPPORT in this iteration already"),
    ],
)
def test_a_sheet_of_shifts_that_is_wrong(rows: list[str], people: tuple[Person, ...], said: str) -> None:
    (problem,) = problems(shifts(*rows), people)
    assert problem.startswith(f"line {len(rows) + 1}, {said}")


def test_namesakes_are_exported_by_what_tells_them_apart() -> None:
    shift = Shift(date(2026, 11, 25), "b@x.io", Role.SUPPORT)
    sheet = shifts_to_csv([shift], {person.id: person for person in NAMESAKES})
    assert shifts_from_csv(sheet, NAMESAKES) == (shift,)


names = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20)
somebody = st.builds(
    lambda name, production, experienced, days, joined: Person(
        name, name, production_access=production, experienced=experienced, working_days=days, joined=joined
    ),
    names,
    st.booleans(),
    st.booleans(),
    st.frozensets(st.sampled_from(sorted(WORKING_WEEK)), min_size=1),
    st.none() | st.dates(),
)


@given(st.lists(somebody, min_size=1, max_size=5, unique_by=lambda person: person.id.casefold()))
def test_any_people_survive_a_sheet(people: list[Person]) -> None:
    assert set(people_from_csv(people_to_csv(people))) == set(people)


def commons(text: str) -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        commons_from_csv(text)
    return str(refused.value).splitlines()[1:-1]


def test_common_requests_are_read_with_phrases_on_lines_or_between_semicolons() -> None:
    text = 'title,answer,phrases,times,last\nA  b,"c\nd",e; f;;e,7,2026-01-20\ng,,"h; i\nj",,\n'
    first, second = commons_from_csv(text)
    assert (first.where, first.given) == ("line 2", frozenset({"title", "answer", "phrases", "times", "last"}))
    assert (first.common.title, first.common.answer, first.common.phrases) == ("A b", "c\nd", ("e", "f"))
    assert (first.common.earlier, first.common.earlier_at) == (7, datetime(2026, 1, 20, 12, tzinfo=UTC))
    assert second.common.phrases == ("h; i", "j")
    assert (second.common.earlier, second.common.earlier_at) == (0, None)


def test_common_requests_that_were_exported_are_read_as_they_were() -> None:
    at = datetime(2026, 1, 20, 12, 30, tzinfo=UTC)
    some = (
        Common("C-2", Standing.LISTED, "=cmd", "a\nb", "#c", ("d", "e"), (Use("R-1", at),), 3, at),
        Common("C-1", Standing.LISTED, "Fax", "", "https://x.example"),
    )
    rows = [row.common for row in commons_from_csv(commons_to_csv(some))]
    assert [(one.title, one.answer, one.link, one.phrases) for one in rows] == [
        (one.title, one.answer, one.link, one.phrases) for one in some
    ]
    assert [(one.earlier, one.earlier_at) for one in rows] == [(4, at), (0, None)]


def test_all_that_is_wrong_with_common_requests_is_said_by_line_and_column() -> None:
    text = "title,times,last\n,x,\na,-1,yesterday\nb,,2026-01-20\nc,1,2026-01-20T10:00\n"
    assert commons(text) == [
        "line 2, title: a title is needed",
        'line 2, times: "x" must be a number of times, such as 7',
        'line 3, times: "-1" must be a number of times, such as 7',
        'line 3, last: "yesterday" must be a date such as 2026-11-25, or a time with its offset',
        "line 4, last: write under times how often it came, too",
        'line 5, last: "2026-01-20T10:00" must be a date such as 2026-11-25, or a time with its offset',
    ]
