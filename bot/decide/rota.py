"""Changes of the rota by hand: imports, and edits of its file."""

from collections.abc import Mapping
from dataclasses import replace

from bot.decide.draft import Draft
from bot.events import PeopleImported, RotaEdited, ShiftsImported
from bot.rota.shift import Rota


def people_imported(draft: Draft, event: PeopleImported) -> None:
    """Add or change people, by id; nobody is removed.

    Whoever was known by e-mail or name alone and now has an Entra id stays one person, with their shifts and absences.
    """
    rota = draft.rota
    known_as = {
        name: person.id
        for person in event.people
        for name in (person.email.casefold(), person.name.casefold())
        if name and person.entra_object_id
    }
    renamed = {
        old.id: known_as[name]
        for old in rota.people.values()
        for name in (old.email.casefold() or old.name.casefold(),)
        if not old.entra_object_id and name in known_as
    }
    kept = {id_: person for id_, person in rota.people.items() if id_ not in renamed}
    people = {**kept, **{person.id: person for person in event.people}}
    draft.put_rota(replace(_under_new_ids(rota, renamed), people=people))


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


def _under_new_ids(rota: Rota, renamed: Mapping[str, str]) -> Rota:
    def new(id_: str) -> str:
        return renamed.get(id_, id_)

    return replace(
        rota,
        shifts=tuple(replace(shift, person=new(shift.person)) for shift in rota.shifts),
        absences=tuple(replace(away, person=new(away.person)) for away in rota.absences),
        overrides=tuple(replace(one, person=new(one.person), stand_in=new(one.stand_in)) for one in rota.overrides),
    )
