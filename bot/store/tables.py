"""The tables of the rota's file: a desk and its rota as TinyDB's rows of text that people can read, and read again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from bot.errors import Misconfigured
from bot.rota.shift import Absence, Change, Override, Rota, Tally
from bot.state import DeskInfo
from bot.store import fields
from bot.store.atomic import Tables, tables_of
from bot.store.document import dump
from bot.store.fields import Problems, Row
from bot.store.lines import Lines, lines_of
from bot.store.rows import (
    MORE,
    PEOPLE,
    SHIFTS,
    Directory,
    by_name,
    read_people,
    read_shifts,
    spell_shift,
    spell_whole_person,
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "people": (*PEOPLE, *MORE),
    "shifts": SHIFTS,
    "absences": ("name", "start", "end"),
    "overrides": ("name", "stand_in", "start", "end"),
    "ledger": ("iteration", "name", "served", "chances"),
    "history": ("at", "by", "what", "reason", "until"),
}
NOTHING = object()
REMEDY = (
    "What the bot last knew stays in force. Mend the file, or delete it: then it is written anew. If the rota changes "
    "before that, what you wrote is kept beside it, as a file called .refused and the time."
)


def spell(desk: DeskInfo, rota: Rota) -> Tables:
    """Return a desk and its rota as TinyDB's tables, in the order in which people look for things."""
    directory = Directory(rota.people.values())
    zone = ZoneInfo(desk.policy.zone)
    rows = {
        "people": [spell_whole_person(person) for person in by_name(rota.people)],
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
        "ledger": [
            {
                "iteration": one.iteration.isoformat(),
                "name": directory.spell(one.person),
                "served": str(one.served),
                "chances": str(one.chances),
            }
            for one in rota.ledger
        ],
        "history": [
            {
                "at": one.at.astimezone(zone).isoformat(),
                "by": one.by,
                "what": one.what,
                "reason": one.reason,
                "until": fields.spell_day(one.until),
            }
            for one in rota.history
        ],
    }
    with TinyDB(storage=MemoryStorage) as database:
        database.table("desk").insert(json.loads(dump(desk)))
        for name, some in rows.items():
            database.table(name).insert_multiple(some)
        tables: Tables = database.storage.read()
    return {name: tables.get(name, {}) for name in ("desk", *COLUMNS)}


def parse(text: str, desk: DeskInfo, source: str) -> Rota:
    """Return the rota that the text of ``desk``'s file holds; raise Misconfigured with all that is wrong, by line."""
    problems = Problems()
    tables, lines = _read(text, source)
    for path, first, second in lines.doubled:
        problems.found.append(f"line {second}: {' '.join(path)} stands already on line {first}")
    for name in tables:
        if name not in ("desk", *COLUMNS):
            problems.found.append(f"{lines.where(name)}, {name}: no such table; there are desk, {', '.join(COLUMNS)}")
    rows = {name: _rows(tables, name, columns, lines, problems) for name, columns in COLUMNS.items()}
    _check_desk(tables.get("desk"), desk, lines, problems)
    people = [row.person for row in read_people(rows["people"], problems)]
    problems.check(source, REMEDY)  # whoever names a person that could not be read is not to blame
    directory = Directory(people)
    rota = Rota(
        people={person.id: person for person in people},
        shifts=read_shifts(rows["shifts"], people, problems),
        absences=tuple(away for row in rows["absences"] if (away := _absence(row, directory, problems))),
        overrides=tuple(over for row in rows["overrides"] if (over := _override(row, directory, problems))),
        ledger=tuple(tally for row in rows["ledger"] if (tally := _tally(row, directory, problems))),
        history=tuple(change for row in rows["history"] if (change := _change(row, problems))),
    )
    problems.check(source, REMEDY)
    return rota


def _read(text: str, source: str) -> tuple[Tables, Lines]:
    try:
        return tables_of(text), lines_of(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Misconfigured(f"{source} was not taken:\n{where}: not JSON ({error.msg})\n{REMEDY}") from error
    except TypeError as error:
        raise Misconfigured(f"{source} was not taken:\nline 1: {error}\n{REMEDY}") from error


def _rows(
    tables: Mapping[str, Any], name: str, columns: tuple[str, ...], lines: Lines, problems: Problems
) -> list[Row]:
    rows = []
    table = tables.get(name, {})
    if not isinstance(table, dict):
        problems.found.append(f"{lines.where(name)}, {name}: must be an object of rows")
        return []
    for number, content in table.items():
        where = f"{lines.where(name, number)} ({name} {number})"
        if not isinstance(content, dict):
            problems.found.append(f"{where}: must be an object")
            continue
        row = Row(where, content, {key: f"{lines.where(name, number, key)} ({name} {number})" for key in content})
        for column, value in content.items():
            if column not in columns:
                problems.add(row, column, f"no field is called so; the fields are {', '.join(columns)}")
            elif not isinstance(value, str):
                problems.add(row, column, f"{json.dumps(value)} must be text in quotes")
        rows.append(replace(row, fields={key: value for key, value in content.items() if isinstance(value, str)}))
    return rows


def _check_desk(table: object, desk: DeskInfo, lines: Lines, problems: Problems) -> None:
    if not isinstance(table, dict) or len(table) != 1:
        problems.found.append(f"{lines.where('desk')}, desk: one row is needed")
        return
    ((number, content),) = table.items()
    _compare(content, json.loads(dump(desk)), ("desk", number), lines, problems)


def _compare(found: object, known: object, path: tuple[str, ...], lines: Lines, problems: Problems) -> None:
    """Add what differs: a desk is not changed in its file. What the file leaves out is as it was."""
    where = f"{lines.where(*path)} ({' '.join(path[:2])}), {'.'.join(path[2:]) or 'row'}"
    if isinstance(found, dict) and isinstance(known, dict):
        for name, value in found.items():
            _compare(value, known.get(name, NOTHING), (*path, name), lines, problems)
    elif known is NOTHING:
        problems.found.append(f"{where}: a desk has no such field")
    elif found != known:
        problems.found.append(f"{where}: a desk is not changed in its file; put {json.dumps(known)} back")


def _absence(row: Row, directory: Directory, problems: Problems) -> Absence | None:
    person = problems.value(row, "name", directory.find)
    start, end = problems.value(row, "start", fields.instant), problems.value(row, "end", fields.instant)
    if start and end and end <= start:
        problems.add(row, "end", "must be after start")
    return Absence(person, start, end) if person and start and end else None


def _override(row: Row, directory: Directory, problems: Problems) -> Override | None:
    absence, stand_in = _absence(row, directory, problems), problems.value(row, "stand_in", directory.find)
    return Override(absence.person, stand_in, absence.start, absence.end) if absence and stand_in else None


def _tally(row: Row, directory: Directory, problems: Problems) -> Tally | None:
    iteration, person = problems.value(row, "iteration", fields.iteration), problems.value(row, "name", directory.find)
    served, chances = problems.value(row, "served", fields.count), problems.value(row, "chances", fields.count)
    if iteration is None or person is None or served is None or chances is None:
        return None
    return Tally(iteration, person, served, chances)


def _change(row: Row, problems: Problems) -> Change | None:
    at = problems.value(row, "at", fields.instant)
    by, what, reason = (problems.value(row, column, fields.said) for column in ("by", "what", "reason"))
    until = problems.value(row, "until", fields.day)
    return Change(at, by or "", what or "", reason or "", until) if at else None
