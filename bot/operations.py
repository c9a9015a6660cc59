"""What an operator does to the desks: the work behind the commands that need them, wherever it is done.

Each takes the desks and plain arguments and returns what it did or found, in words and for machines.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.calendars.apart import read_apart
from bot.calendars.errand import AHEAD
from bot.caller import Arguments, Done
from bot.decide.commons import subject
from bot.decide.report import asking, told
from bot.decide.rota import explained
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import Erased, Word
from bot.errors import Refused
from bot.events import AbsencesImported, CommonsImported, Event, PeopleImported, PersonErased, ShiftsImported
from bot.links import read_place
from bot.people import Person
from bot.rota.plan import Plan
from bot.solver.worker import NotComputed, forecast, rank
from bot.state import DeskInfo
from bot.store.rota import REMOVED_KEPT, valid_id
from bot.store.rows import Directory
from bot.store.sheets import (
    COMMONS_SHEET,
    PEOPLE_SHEET,
    REMEDY,
    SHIFTS_SHEET,
    commons_from_csv,
    commons_to_csv,
    exported_rows,
    figures_to_csv,
    people_from_csv,
    people_to_csv,
    shifts_from_csv,
    shifts_to_csv,
)
from bot.support.recurrence import Common, Standing

Operation = Callable[[Desks, Arguments, datetime], Awaitable[Done]]


async def add_desk(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Make a channel a desk. Arguments: name, channel, and team, tenant, team_channel (see ``read_place``)."""
    del now
    id_, place = valid_id(arguments["name"]), read_place(arguments)
    info = DeskInfo(id_, place.tenant, place.team, place.channel, place.team_channel)
    await desks.add(info)
    said = f"Added desk {info.id}. Next: hotseat people import FILE, then hotseat shifts import FILE."
    return Done(said, _facts(info))


async def list_desks(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say which desks there are. No arguments."""
    del arguments, now
    rows = []
    for desk in sorted(desks, key=lambda desk: desk.info.id):
        state = await desk.state()
        rows.append({**_facts(desk.info), "people": len(state.rota.people), "requests": state.facts.last_number})
    if not rows:
        return Done("There is no desk yet. Add one with: hotseat desk add --help", {"desks": rows})
    return Done(_table(rows), {"desks": rows})


async def remove_desk(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Remove a desk that never had a request. Arguments: name."""
    del now
    desk = desks.one(valid_id(arguments["name"]))
    aside = await desks.remove(desk)
    kept = f" Its rota is kept for {REMOVED_KEPT.days} days, in {aside}." if aside else ""
    return Done(f"Removed desk {desk.info.id}.{kept}", {"desk": desk.info.id, "kept": aside})


async def import_people(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Add or change people. Arguments: desk, text (CSV)."""
    desk = desks.one(arguments.get("desk", ""))
    rows = people_from_csv(arguments["text"])
    before = len((await desk.state()).rota.people)
    await _import(desk, PeopleImported(key=f"people:{uuid4()}", happened_at=now, rows=rows), PEOPLE_SHEET)
    people = (await desk.state()).rota.people.values()
    new = len(people) - before
    said = f"Imported {_count(len(rows), 'person', 'people')} into {desk.info.id} ({new} new).{_hints(people)}"
    return Done(said, {"desk": desk.info.id, "people": len(rows), "new": new})


async def erase_person(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Make a person, or whoever asked, a former colleague. Arguments: desk, who (a name, an e-mail or an Entra id)."""
    desk = desks.one(arguments.get("desk", ""))
    who = arguments["who"].strip()
    if not who:
        raise Refused("Whom? Say a name, an e-mail or an Entra id. Nobody was erased.")
    before = await desk.state()
    acted = await desk.remembers(who)
    answer = await desk.handle(PersonErased(key=f"erase:{uuid4()}", happened_at=now, who=who, acted=acted))
    if not isinstance(answer, Erased):
        raise Refused(answer.text if isinstance(answer, Word) else "Nothing was erased.")
    was_person = len((await desk.state()).rota.people) < len(before.rota.people)
    what = "the people, shifts, absences, requests and the history" if was_person else "requests and the history"
    said = (
        f"{answer.name} is now a former colleague in {what} of {desk.info.id}. "
        "Messages in Teams stay; delete there what must go. Backups made before still have the name."
    )
    return Done(said, {"desk": desk.info.id, "erased": True, "person": was_person})


async def import_absences(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Add when somebody is away in the next twelve months. Arguments: desk, who, text (an iCalendar file)."""
    desk = desks.one(arguments.get("desk", ""))
    state = await desk.state()
    try:
        person = Directory(state.rota.people.values()).find(arguments["who"].strip())
    except ValueError as wrong:
        raise Refused(f"--who: {wrong}. Nothing was changed.") from None
    spans = await read_apart(arguments["text"].encode(), ZoneInfo(state.desk.policy.zone), now, now + AHEAD)
    found = tuple((span.start, span.end) for span in spans)
    if found:
        event = AbsencesImported(key=f"absences:{uuid4()}", happened_at=now, person=person, spans=found)
        await _import(desk, event, "The calendar")
    name = state.rota.people[person].name if person in state.rota.people else person
    said = f"Imported {_count(len(found), 'absence', 'absences')} of {name} into {desk.info.id}."
    return Done(said, {"desk": desk.info.id, "absences": len(found)})


async def import_shifts(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Set the teams of the iterations that the sheet names. Arguments: desk, text (CSV)."""
    desk = desks.one(arguments.get("desk", ""))
    people = tuple((await desk.state()).rota.people.values())
    shifts = shifts_from_csv(arguments["text"], people)
    await _import(desk, ShiftsImported(key=f"shifts:{uuid4()}", happened_at=now, shifts=shifts), SHIFTS_SHEET)
    weeks = len({shift.iteration for shift in shifts})
    what = f"{_count(len(shifts), 'shift', 'shifts')} of {_count(weeks, 'iteration', 'iterations')}"
    said = f"Imported {what} into {desk.info.id}."
    return Done(said, {"desk": desk.info.id, "shifts": len(shifts), "iterations": weeks})


async def import_commons(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Add or change common requests, by their titles. Arguments: desk, text (CSV)."""
    desk = desks.one(arguments.get("desk", ""))
    rows = commons_from_csv(arguments["text"])
    before = dict((await desk.state()).commons)
    known = {id_: one for id_, one in before.items() if one.title}
    await _import(desk, CommonsImported(key=f"common:{uuid4()}", happened_at=now, rows=rows), COMMONS_SHEET)
    after = (await desk.state()).commons
    new = [one for id_, one in after.items() if id_ not in before]
    changed = sum(after[id_] != one for id_, one in known.items())
    masked = _masked([row.common for row in rows], after.values())
    hint = f" Names or personal data were masked in {masked} of them; look at these with: common." if masked else ""
    counted = _count(len(rows), "common request", "common requests")
    said = f"Imported {counted} into {desk.info.id} ({len(new)} new, {changed} changed).{hint}"
    facts = {"desk": desk.info.id, "commons": len(rows), "new": len(new), "changed": changed, "masked": masked}
    return Done(said, facts)


def _masked(sheet: Iterable[Common], kept: Iterable[Common]) -> int:
    """Count the rows whose words are not kept as they were."""
    words = {text for one in kept for text in (one.title, one.answer, *one.phrases)}
    said = [(one.title, one.answer, *map(subject.one_line, one.phrases)) for one in sheet]
    return sum(any(text and text not in words for text in one) for one in said)


async def export_commons(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say which common requests there are, as the sheet that import takes. Arguments: desk."""
    del now
    desk = desks.one(arguments.get("desk", ""))
    commons = (await desk.state()).commons.values()
    return _exported(desk, commons_to_csv(one for one in commons if one.standing is Standing.LISTED))


async def export_people(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say who the people are, as the sheet that import takes. Arguments: desk."""
    del now
    desk = desks.one(arguments.get("desk", ""))
    return _exported(desk, people_to_csv((await desk.state()).rota.people.values()))


async def export_shifts(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say who serves when, as the sheet that import takes. Arguments: desk."""
    del now
    desk = desks.one(arguments.get("desk", ""))
    rota = (await desk.state()).rota
    return _exported(desk, shifts_to_csv(rota.shifts, rota.people))


async def plan_rota(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say who serves in the coming weeks, as taken or as planned. Arguments: desk, weeks, explain (empty for no)."""
    del now
    desk = desks.one(arguments.get("desk", ""))
    weeks = int(arguments["weeks"])
    question = await desk.question(weeks)
    found = explained.Outlook(question, weeks)
    if explained.is_open(question):
        try:
            found = replace(found, ranking=await rank(found.pick), plan=await _last(forecast(question)))
        except NotComputed as failure:
            message = f"There is no forecast. {failure}"
            raise Refused(message) from failure
    said = explained.said(found, explain=bool(arguments.get("explain")))
    return Done(said, {"desk": desk.info.id, **explained.facts(found)})


async def report(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Say how an iteration went. Arguments: desk, week (any date of it; empty for this one), csv (empty for no)."""
    desk = desks.one(arguments.get("desk", ""))
    zone = ZoneInfo((await desk.state()).desk.policy.zone)
    found = await desk.counted(asking.day_of(arguments.get("week", ""), now.astimezone(zone).date()))
    sheet = figures_to_csv(told.COLUMNS, [*told.rows(found), *told.shifts(found)])
    said = sheet.rstrip("\n") if arguments.get("csv") else told.said(found)
    return Done(said, {"desk": desk.info.id, **told.facts(found)})


async def _last(plans: AsyncGenerator[Plan, None]) -> Plan | None:
    last = None
    async with aclosing(plans):
        async for plan in plans:
            last = plan
    return last


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "desk add": add_desk,
        "desk list": list_desks,
        "desk remove": remove_desk,
        "people import": import_people,
        "people export": export_people,
        "people erase": erase_person,
        "absences import": import_absences,
        "shifts import": import_shifts,
        "shifts export": export_shifts,
        "common import": import_commons,
        "common export": export_commons,
        "rota": plan_rota,
        "report": report,
    }
)


async def _import(desk: Desk, event: Event, sheet: str) -> None:
    answer = await desk.handle(event)
    if isinstance(answer, Word):
        raise Refused("\n".join([f"{sheet} was not taken:", answer.text, REMEDY]))


def _exported(desk: Desk, sheet: str) -> Done:
    return Done(sheet.rstrip("\n"), {"desk": desk.info.id, "rows": exported_rows(sheet)})


def _facts(info: DeskInfo) -> dict[str, Any]:
    return {
        "desk": info.id,
        "tenant": info.tenant,
        "team": info.team,
        "channel": info.channel,
        "team_channel": info.team_channel,
    }


def _hints(people: Iterable[Person]) -> str:
    some = sorted(people, key=lambda person: (person.name.casefold(), person.id))
    unknown = [person.name for person in some if not person.entra_object_id]
    names = Counter(person.name.casefold() for person in some)
    shared = sorted({person.name for person in some if names[person.name.casefold()] > 1})
    hints = ""
    if unknown:
        hints += f" Without an Entra id I can neither recognise nor reach: {', '.join(unknown)}."
    if shared:
        hints += f" Several people are called {', '.join(shared)}: in shifts name them by e-mail or Entra id."
    return hints


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _table(rows: list[dict[str, Any]]) -> str:
    columns = ("desk", "channel", "team_channel", "people", "requests")
    lines = [[column.replace("_", " ").upper() for column in columns]]
    lines += [[str(row[column]) or "-" for column in columns] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join("  ".join(line).rstrip() for line in padded)
