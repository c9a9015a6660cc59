"""Changes of the rota by hand: imports, and edits of its file."""

from dataclasses import replace

from bot.decide.draft import Draft
from bot.events import PeopleImported, RotaEdited, ShiftsImported


def people_imported(draft: Draft, event: PeopleImported) -> None:
    """Add or change people, by id; nobody is removed."""
    rota = draft.rota
    people = {**rota.people, **{person.id: person for person in event.people}}
    draft.put_rota(replace(rota, people=people))


def shifts_imported(draft: Draft, event: ShiftsImported) -> None:
    """Set the support teams of the iterations that the import names; other iterations stay as they are."""
    rota = draft.rota
    named = {shift.iteration for shift in event.shifts}
    kept = tuple(shift for shift in rota.shifts if shift.iteration not in named)
    shifts = sorted((*kept, *event.shifts), key=lambda shift: shift.iteration)
    draft.put_rota(replace(rota, shifts=tuple(shifts)))


def edited(draft: Draft, event: RotaEdited) -> None:
    """Take over a rota that somebody edited by hand."""
    draft.put_rota(event.rota)
