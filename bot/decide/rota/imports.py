"""Changes of the rota by hand: imports, and edits of its file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sized
from dataclasses import replace
from typing import TypeVar

from bot.decide.draft import Draft
from bot.decide.requests import clocks
from bot.decide.rota import news
from bot.decide.rota.words import AND
from bot.errors import Refused
from bot.events import PeopleImported, PersonRow, RotaEdited, RotaRefused, ShiftsImported
from bot.people import FORMER, Author, Person
from bot.rota.shift import Rota
from bot.support.words import listed

T = TypeVar("T")
BY_HAND = "The rota file"  # as whoever changed the rota: nobody can tell who wrote in it
MOST_LINES = 8  # of what is wrong with a file, to be read in a message


def people_imported(draft: Draft, event: PeopleImported) -> None:
    """Add or change people; nobody is removed.

    Raise Refused, by line, where it is not clear who is meant, or somebody would leave before they joined.

    Columns that the sheet does not have keep what is known, and so does an empty Entra id or e-mail. Whoever gets
    another id stays one person, with their shifts, absences and overrides.
    """
    _take(draft, _meant(event.rows, draft.rota.people.values()))


def person_changed(draft: Draft, id_: str, row: PersonRow) -> Person:
    """Change one person as an import would that means nobody else, and return them as they are then.

    Raise Refused where another has their Entra id. An empty e-mail is taken from whoever has an Entra id.
    """
    others = [person for person in draft.rota.people.values() if person.id != id_]
    taken = _Namings(others).find(replace(row.person, name=""))
    if taken:
        raise Refused(f"{row.where}: {draft.rota.people[taken[0]].name} has this e-mail or Entra id already")
    return _take(draft, {id_: row}, clears=True)[id_]


def _take(draft: Draft, meant: Mapping[str, PersonRow], *, clears: bool = False) -> dict[str, Person]:
    known = draft.rota.people
    changed = {id_: _changed(known.get(id_), row, clears=clears) for id_, row in meant.items()}
    _check_dates(zip(meant.values(), changed.values(), strict=True))
    everybody = [changed.get(id_, person) for id_, person in {**known, **changed}.items()]
    rota = _under_new_ids(draft.rota, {id_: person.id for id_, person in changed.items()})
    draft.put_rota(replace(rota, people={person.id: person for person in everybody}))
    clocks.follow_duty(draft)
    return changed


def shifts_imported(draft: Draft, event: ShiftsImported, by: Author = news.OPERATOR) -> None:
    """Set the support teams of the iterations that the import names; other iterations stay as they are."""
    rota = draft.rota
    if any(shift.person not in {FORMER, *rota.people} for shift in event.shifts):
        raise Refused("The people were changed at the same moment. Nothing was changed by this sheet; import it again.")
    named = {shift.iteration for shift in event.shifts}
    kept = tuple(shift for shift in rota.shifts if shift.iteration not in named)
    shifts = sorted((*kept, *event.shifts), key=lambda shift: shift.iteration)
    if tuple(shifts) != rota.shifts:
        draft.put_rota(replace(rota, shifts=tuple(shifts)))
        weeks = sorted(named)
        span = f"{weeks[0]} to {weeks[-1]}, {len(weeks)} weeks" if len(weeks) > 1 else f"{weeks[0]}"
        news.record(draft, by, f"set who serves from {span}")
    clocks.follow_duty(draft)


def edited(draft: Draft, event: RotaEdited) -> None:
    """Take over a rota that somebody edited by hand; say once what differs, and put it on the record.

    Raise Refused where the rota changed meanwhile: the edit knows nothing of that, and would undo it.
    """
    before = draft.rota
    if event.base is not None and event.base != before:
        raise Refused("The rota changed while its file was edited by hand; the file was not taken over.")
    draft.put_rota(event.rota)
    clocks.follow_duty(draft)
    counts, concerned = _differences(before, event.rota)
    if counts:
        verb = "differs" if len(counts) == 1 and counts[0].startswith("1 ") else "differ"
        what = f"was edited by hand: {listed(counts, AND)} {verb}"
        news.record(draft, Author("", BY_HAND), what)
        news.announce(draft, event.key, f"{BY_HAND} {what}.", concerned)


def refused(draft: Draft, event: RotaRefused) -> None:
    """Tell every admin who is one of the people why an edit by hand was not taken over."""
    lines = event.reason.splitlines()
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        lines = [*lines[: MOST_LINES - 1], f"and {more} more, which are in the log", lines[-1]]
    for person in draft.rota.people.values():
        if draft.is_admin(Author(person.id, person.name)):
            news.tell(draft, event.key, person.id, "\n".join(lines))


def _differences(before: Rota, after: Rota) -> tuple[list[str], list[str]]:
    """Return what differs, counted in words, and the ids of those whom it concerns."""
    people = _changes(before.people.values(), after.people.values())
    shifts = _changes(before.shifts, after.shifts)
    absences = _changes(before.absences, after.absences)
    overrides = _changes(before.overrides, after.overrides)
    counted = (
        (_count(people), "person", "people"),
        (_count(shifts), "shift", "shifts"),
        (_count(absences), "absence", "absences"),
        (_count(overrides), "override", "overrides"),
        (_count(_changes(before.ledger, after.ledger)), "figure of what was served", "figures of what was served"),
        (_count(_changes(before.history, after.history)), "line of its record", "lines of its record"),
    )
    who = [one.id for half in people for one in half]
    who += [one.person for pair in (shifts, absences, overrides) for half in pair for one in half]
    who += [one.stand_in for half in overrides for one in half]
    said = [f"{number} {one if number == 1 else several}" for number, one, several in counted if number]
    return said, who


def _changes(before: Iterable[T], after: Iterable[T]) -> tuple[list[T], list[T]]:
    """Return what is gone and what is new."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    return [one for one in old if one not in new], [one for one in new if one not in old]


def _count(changes: tuple[Sized, Sized]) -> int:
    """Count what is changed, gone or new, each as one."""
    return max(map(len, changes))


class _Namings:
    """Who is meant by an Entra id, an e-mail or a name; upper and lower case are the same."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people: dict[str, Person] = {}
        self._ids: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for person in people:
            self.add(person.id, person)

    def add(self, id_: str, person: Person) -> None:
        self._people.setdefault(id_, person)
        for field in ("entra_object_id", "email", "name"):
            if text := _text(person, field):
                self._ids[field, text][id_] = None

    def find(self, person: Person) -> tuple[str, ...]:
        """Return the ids of those who have this Entra id or e-mail, else of those who have this name.

        A namesake whose Entra id or e-mail is known and another is somebody else.
        """
        certain = {**self._having("entra_object_id", person), **self._having("email", person)}
        if certain:
            return tuple(certain)
        return tuple(id_ for id_ in self._having("name", person) if not _differ(person, self._people[id_]))

    def doubt(self, person: Person, count: int) -> str:
        """Say why it is not clear which of ``count`` people found a person is."""
        by_id, by_mail = self._having("entra_object_id", person), self._having("email", person)
        if by_id and by_mail:
            owner, other = (self._people[next(iter(ids))].name for ids in (by_id, by_mail))
            return f"email: it is {other}'s, but the Entra id is {owner}'s; mend the one that is wrong"
        return f'name: {count} people are called "{person.name}"; write the e-mail or the Entra id that I know'

    def _having(self, field: str, person: Person) -> Mapping[str, None]:
        return self._ids.get((field, _text(person, field)), {})


def _meant(rows: Iterable[PersonRow], people: Iterable[Person]) -> dict[str, PersonRow]:
    """Return each row by the id of the person it means, which for somebody new is their own."""
    namings = _Namings(people)
    meant: dict[str, PersonRow] = {}
    problems: list[str] = []
    for row in rows:
        found = namings.find(row.person)
        id_ = found[0] if found else row.person.id
        if len(found) > 1:
            problems.append(f"{row.where}, {namings.doubt(row.person, len(found))}")
        elif id_ in meant:
            other = f"{meant[id_].where} means the same person"
            problems.append(f"{row.where}, name: {other}; leave one out, or give each their own Entra id or e-mail")
        else:
            meant[id_] = row
            namings.add(id_, row.person)
    if problems:
        raise Refused("\n".join(problems))
    return meant


def _changed(known: Person | None, row: PersonRow, *, clears: bool) -> Person:
    if known is None:
        return row.person
    new = replace(known, **{field: getattr(row.person, field) for field in row.given})
    entra = new.entra_object_id or known.entra_object_id
    email = new.email or ("" if clears and entra else known.email)
    return replace(new, id=entra or email.casefold() or new.name, entra_object_id=entra, email=email)


def _check_dates(changed: Iterable[tuple[PersonRow, Person]]) -> None:
    problems = [
        f"{row.where}, left: {person.name} joined on {person.joined} and cannot leave on {person.left}; mend either"
        for row, person in changed
        if person.joined and person.left and person.left <= person.joined
    ]
    if problems:
        raise Refused("\n".join(problems))


def _text(person: Person, field: str) -> str:
    text: str = getattr(person, field)
    return text.casefold()


def _differ(one: Person, other: Person) -> bool:
    pairs = [(_text(one, field), _text(other, field)) for field in ("entra_object_id", "email")]
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def _under_new_ids(rota: Rota, renamed: Mapping[str, str]) -> Rota:
    def new(id_: str) -> str:
        return renamed.get(id_, id_)

    return replace(
        rota,
        shifts=tuple(replace(shift, person=new(shift.person)) for shift in rota.shifts),
        absences=tuple(replace(away, person=new(away.person)) for away in rota.absences),
        overrides=tuple(replace(one, person=new(one.person), stand_in=new(one.stand_in)) for one in rota.overrides),
    )
