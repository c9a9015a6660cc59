"""Sheets: people, shifts and common requests as CSV, as spreadsheets write it and people edit it.

A cell that a spreadsheet would take for a formula goes out behind an apostrophe, which comes off when it is read
(https://owasp.org/www-community/attacks/CSV_Injection).

A byte-order mark, Excel's line "sep=;", semicolons or tabs for commas, any line ends, blank lines and spaces around
are fine; a column that nobody knows is not. All that is wrong is said at once, by line and column.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from bot.events import CommonRow, PersonRow
from bot.people import Person
from bot.rota.shift import Shift
from bot.store.fields import Problems, Row
from bot.store.rows import (
    COMMONS,
    PEOPLE,
    SHIFTS,
    Directory,
    by_name,
    read_commons,
    read_people,
    read_shifts,
    spell_common,
    spell_person,
    spell_shift,
)
from bot.support.recurrence import Common

PEOPLE_SHEET, SHIFTS_SHEET = "The sheet of people", "The sheet of shifts"
COMMONS_SHEET = "The sheet of common requests"
SEPARATOR_LINE = re.compile(r"\A\s*sep=.?\n", re.IGNORECASE)  # what Excel writes to tell itself the separator
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # how a cell begins that takes an apostrophe more, or loses one
REMEDY = "Nothing was changed. Mend these and import the sheet again."


def people_from_csv(text: str) -> tuple[PersonRow, ...]:
    """Return the people of a sheet, row by row; raise Misconfigured with all that is wrong.

    Columns: name, and any of entra_object_id, email, slack_user_id, production_access (yes/no), working_days (such as
    Mon Tue; empty: all), experienced (yes/no), joined, left (ISO dates).
    """
    problems = Problems()
    people = read_people(_rows(text, PEOPLE, ("name",), problems), problems)
    problems.check(PEOPLE_SHEET, REMEDY)
    return people


def people_to_csv(people: Iterable[Person]) -> str:
    """Return people as a sheet, by name."""
    return _csv(PEOPLE, [spell_person(person) for person in by_name(people)])


def shifts_from_csv(text: str, people: Iterable[Person]) -> tuple[Shift, ...]:
    """Return the shifts of a sheet; raise Misconfigured with all that is wrong.

    Columns: iteration (its Wednesday), name (or e-mail, or Entra id), role, and days (such as Fri; empty: all). An
    iteration has at most two SUPPORT, and nobody is SUPPORT and OBSERVER in it.
    """
    problems = Problems()
    shifts = read_shifts(_rows(text, SHIFTS, ("iteration", "name", "role"), problems), people, problems)
    problems.check(SHIFTS_SHEET, REMEDY)
    return shifts


def shifts_to_csv(shifts: Iterable[Shift], people: Mapping[str, Person]) -> str:
    """Return shifts as a sheet, by iteration."""
    directory = Directory(people.values())
    return _csv(SHIFTS, [spell_shift(shift, directory) for shift in sorted(shifts, key=lambda shift: shift.iteration)])


def figures_to_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return figures as a sheet, a row each."""
    return _csv(columns, [dict(zip(columns, row, strict=True)) for row in rows])


def commons_from_csv(text: str) -> tuple[CommonRow, ...]:
    """Return the common requests of a sheet; raise Misconfigured with all that is wrong.

    Columns: title, and any of answer, link (https or #anchor), phrases (a line each, or between semicolons), times (how
    often it came) and last (when last).
    """
    problems = Problems()
    commons = read_commons(_rows(text, COMMONS, ("title",), problems), problems)
    problems.check(COMMONS_SHEET, REMEDY)
    return commons


def commons_to_csv(commons: Iterable[Common]) -> str:
    """Return common requests as a sheet, by title."""
    return _csv(COMMONS, [spell_common(one) for one in sorted(commons, key=lambda one: one.title.casefold())])


def exported_rows(sheet: str) -> list[dict[str, str]]:
    """Return the rows of a sheet of our own, each cell as it was before the sheet was written."""
    return [{name: _plain(cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(sheet))]


def _rows(text: str, known: Sequence[str], needed: Sequence[str], problems: Problems) -> list[Row]:
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = SEPARATOR_LINE.sub("\n", lines)
    reader = csv.reader(io.StringIO(lines), delimiter=_separator(lines), strict=True)
    rows: list[Row] = []
    header: list[str] | None = None
    ended = 0
    try:
        for cells in reader:
            where, ended = f"line {ended + 1}", reader.line_num
            trimmed = [_plain(cell.replace("\xa0", " ").strip()) for cell in cells]
            if not any(trimmed):
                continue
            if header is None:
                header = [cell.lower() for cell in trimmed]
                _check_header(Row(where, {}), header, known, needed, problems)
            elif len(trimmed) > len(header) and any(trimmed[len(header) :]):
                problems.add(Row(where, {}), f"column {len(header) + 1}", "there are more fields than columns")
            else:
                rows.append(Row(where, dict(zip_longest(header, trimmed[: len(header)], fillvalue=""))))
    except csv.Error as error:
        problems.found.append(f"line {reader.line_num}: not CSV ({error})")
    if header is None:
        problems.found.append(f"The sheet is empty; its first line names the columns: {', '.join(known)}.")
    elif not rows and not problems.found:
        problems.found.append("The sheet has no row below the names of its columns.")
    return rows


def _check_header(row: Row, header: list[str], known: Sequence[str], needed: Sequence[str], problems: Problems) -> None:
    if not set(header) & set(known):
        problems.found.append(f"{row.where} must name the columns, which are {', '.join(known)}.")
        problems.check("The sheet", REMEDY)
    for number, column in enumerate(header, 1):
        if column and column not in known:
            problems.add(row, column, f"no column is called so; the columns are {', '.join(known)}")
        if not column and number < len(header):
            problems.add(row, f"column {number}", "the column has no name")
        if column and column in header[: number - 1]:
            problems.add(row, column, "the column stands there twice")
    for column in needed:
        if column not in header:
            problems.add(row, column, "the column is missing")
    problems.check("The sheet", REMEDY)


def _separator(lines: str) -> str:
    first = next((line for line in lines.split("\n") if line.strip(" ,;\t")), "")
    return max(",;\t", key=first.count)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows([{name: _quoted(cell) for name, cell in row.items()} for row in rows])
    return text.getvalue()


def _quoted(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
