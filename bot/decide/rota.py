"""Changes of the rota by hand: imports, and edits of its file."""

from dataclasses import replace

from bot.decide.draft import Draft
from bot.effects import PutRota, WriteRota
from bot.events import PeopleImported, RotaEdited, ShiftsImported


def people_imported(draft: Draft, event: PeopleImported) -> None:
    """Add or change people, by id; nobody is removed."""
    rota = draft.state.rota
    people = {**rota.people, **{person.id: person for person in event.people}}
    draft.change(PutRota(replace(rota, people=people)), WriteRota())


def shifts_imported(draft: Draft, event: ShiftsImported) -> None:
    """Set the support teams of the iterations that the import names; other iterations stay as they are."""
    rota = draft.state.rota
    named = {shift.iteration for shift in event.shifts}
    kept = tuple(shift for shift in rota.shifts if shift.iteration not in named)
    shifts = sorted((*kept, *event.shifts), key=lambda shift: shift.iteration)
    draft.change(PutRota(replace(rota, shifts=tuple(shifts))), WriteRota())


def edited(draft: Draft, event: RotaEdited) -> None:
    """Take over a rota that somebody edited by hand."""
    draft.change(PutRota(event.rota), WriteRota())
