"""The tables of the rota's file: a desk and its rota as TinyDB's rows of text that people can read, and read again."""

import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from bot.rota.shift import Absence, Override, Rota
from bot.state import DeskInfo
from bot.store import fields
from bot.store.atomic import Tables
from bot.store.document import adapter, dump
from bot.store.fields import Problems, Row
from bot.store.rows import PEOPLE, SHIFTS, Directory, by_name, read_people, read_shifts, spell_person, spell_shift

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "people": PEOPLE,
    "shifts": SHIFTS,
    "absences": ("name", "start", "end"),
    "overrides": ("name", "stand_in", "start", "end"),
}
REMEDY = (
    "What the bot last knew stays in force. Mend the file, or delete it: then it is written anew at the next start."
)


def spell(desk: DeskInfo, rota: Rota) -> Tables:
    """Return a desk and its rota as TinyDB's tables, in the order in which people look for things."""
    directory = Directory(rota.people.values())
    zone = ZoneInfo(desk.policy.zone)
    rows = {
        "people": [spell_person(person) for person in by_name(rota.people)],
        "shifts": [spell_shift(one, directory) for one in sorted(rota.shifts, key=lambda one: one.iteration)],
        "absences": [
            {
                "name": directory.spell(one.person),
                "start": one.start.astimezone(zone).isoformat(),
                "end": one.end.astimezone(zone).isoformat(),
            }
            for one in sorted(rota.absences, key=lambda one: one.start)
        ],
        "overrides": [
            {
                "name": directory.spell(one.person),
                "stand_in": directory.spell(one.stand_in),
                "start": one.start.astimezone(zone).isoformat(),
                "end": one.end.astimezone(zone).isoformat(),
            }
            for one in sorted(rota.overrides, key=lambda one: one.start)
        ],
    }
    with TinyDB(storage=MemoryStorage) as database:
        database.table("desk").insert(json.loads(dump(desk)))
        for name, some in rows.items():
            database.table(name).insert_multiple(some)
        tables: Tables = database.storage.read()
    return {name: tables.get(name, {}) for name in ("desk", *COLUMNS)}


def parse(tables: Tables, source: str) -> tuple[DeskInfo, Rota]:
    """Return what TinyDB's tables hold; raise Misconfigured with every row and field that is wrong."""
    problems = Problems()
    problems.found.extend(f"{name}: no such table" for name in tables if name not in ("desk", *COLUMNS))
    rows = {name: _rows(tables, name, columns, problems) for name, columns in COLUMNS.items()}
    desk = _desk(tables, problems)
    people = [row.person for row in read_people(rows["people"], problems)]
    problems.check(source, REMEDY)  # whoever names a person that could not be read is not to blame
    directory = Directory(people)
    rota = Rota(
        people={person.id: person for person in people},
        shifts=read_shifts(rows["shifts"], people, problems),
        absences=tuple(away for row in rows["absences"] if (away := _absence(row, directory, problems))),
        overrides=tuple(over for row in rows["overrides"] if (over := _override(row, directory, problems))),
    )
    problems.check(source, REMEDY)
    assert desk is not None
    return desk, rota


def _rows(tables: Tables, name: str, columns: tuple[str, ...], problems: Problems) -> list[Row]:
    rows = []
    table = tables.get(name, {})
    if not isinstance(table, dict):
        problems.found.append(f"{name}: must be an object of rows")
        return []
    for number, content in table.items():
        row = Row(f"{name} {number}", content if isinstance(content, dict) else {})
        if not isinstance(content, dict):
            problems.found.append(f"{row.where}: must be an object")
        for column, value in row.fields.items():
            if column not in columns:
                problems.add(row, column, f"no field is called so; the fields are {', '.join(columns)}")
            elif not isinstance(value, str):
                problems.add(row, column, f"{json.dumps(value)} must be text in quotes")
        rows.append(Row(row.where, {key: value for key, value in row.fields.items() if isinstance(value, str)}))
    return rows


def _desk(tables: Tables, problems: Problems) -> DeskInfo | None:
    table = tables.get("desk")
    if not isinstance(table, dict) or len(table) != 1:
        problems.found.append("desk: one row is needed")
        return None
    try:
        desk: DeskInfo = adapter(DeskInfo).validate_json(json.dumps(next(iter(table.values()))), strict=True)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            problems.found.append(f"desk 1, {'.'.join(map(str, one['loc']))}: {one['msg']}")
        return None
    return desk


def _absence(row: Row, directory: Directory, problems: Problems) -> Absence | None:
    person = problems.value(row, "name", directory.find)
    start, end = problems.value(row, "start", fields.instant), problems.value(row, "end", fields.instant)
    if start and end and end <= start:
        problems.add(row, "end", "must be after start")
    return Absence(person, start, end) if person and start and end else None


def _override(row: Row, directory: Directory, problems: Problems) -> Override | None:
    absence, stand_in = _absence(row, directory, problems), problems.value(row, "stand_in", directory.find)
    return Override(absence.person, stand_in, absence.start, absence.end) if absence and stand_in else None
