"""What an operator does to the desks: the work behind the changing commands, wherever it is done.

Each takes the desks and plain arguments and returns what it did, in words and for machines.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.desks import Desks
from bot.events import PeopleImported, ShiftsImported
from bot.state import DeskInfo
from bot.store.rota import valid_id
from bot.store.sheets import people_from_csv, shifts_from_csv


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation did: a sentence, and the same for machines."""

    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Arguments = Mapping[str, str]
Operation = Callable[[Desks, Arguments, datetime], Awaitable[Done]]


async def add_desk(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Make a channel a desk. Arguments: tenant, team, channel, name, team_channel."""
    del now
    info = DeskInfo(
        id=valid_id(arguments["name"]),
        tenant=arguments["tenant"],
        team=arguments["team"],
        channel=arguments["channel"],
        team_channel=arguments.get("team_channel", ""),
    )
    await desks.add(info)
    said = f"Added desk {info.id}. Next: hotseat people import FILE, then hotseat shifts import FILE."
    return Done(said, {"desk": info.id, "channel": info.channel})


async def import_people(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Add or change people. Arguments: desk, text (CSV)."""
    desk = desks.one(arguments.get("desk", ""))
    people = people_from_csv(arguments["text"])
    await desk.handle(PeopleImported(key=f"people:{now.isoformat()}", happened_at=now, people=people))
    unknown = [person.name for person in people if not person.entra_object_id]
    hint = f" Without an Entra id I can neither recognise nor reach: {', '.join(unknown)}." if unknown else ""
    said = f"Imported {len(people)} people into {desk.info.id}.{hint}"
    return Done(said, {"desk": desk.info.id, "people": len(people)})


async def import_shifts(desks: Desks, arguments: Arguments, now: datetime) -> Done:
    """Set the teams of the iterations that the sheet names. Arguments: desk, text (CSV)."""
    desk = desks.one(arguments.get("desk", ""))
    people = tuple((await desk.state()).rota.people.values())
    shifts = shifts_from_csv(arguments["text"], people)
    await desk.handle(ShiftsImported(key=f"shifts:{now.isoformat()}", happened_at=now, shifts=shifts))
    weeks = len({shift.iteration for shift in shifts})
    said = f"Imported {len(shifts)} shifts of {weeks} iterations into {desk.info.id}."
    return Done(said, {"desk": desk.info.id, "shifts": len(shifts), "iterations": weeks})


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {"desk add": add_desk, "people import": import_people, "shifts import": import_shifts}
)
