"""Rows: people and shifts as rows of text fields, as sheets and the rota's file share them, and read again.

Rows are keyed by Entra id, else e-mail, else name; whoever names a person may use any of the three.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date
from difflib import get_close_matches

from bot.events import CommonRow, PersonRow
from bot.people import FORMER, WORKING_WEEK, Person
from bot.rota.duty import PAIR
from bot.rota.shift import Role, Shift
from bot.store import fields
from bot.store.fields import Problems, Row
from bot.support.recurrence import Common

PEOPLE = (
    "name",
    "entra_object_id",
    "email",
    "slack_user_id",
    "production_access",
    "working_days",
    "experienced",
    "joined",
    "left",
)
MORE = ("holidays", "observed", "waived", "again")
"""What the rota's file says of people beyond the sheet."""
SHIFTS = ("iteration", "name", "role", "days")
COMMONS = ("title", "answer", "link", "phrases", "times", "last")


class Directory:
    """Finds the person whom a row names by Entra id, e-mail or name."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Index the people by all that may name them."""
        self._people = tuple(people)
        self._by: dict[str, set[str]] = defaultdict(set)
        for person in self._people:
            for key in {person.id, person.entra_object_id, person.email, person.name} - {""}:
                self._by[key.casefold()].add(person.id)
        self._name = {person.id: person.name for person in self._people}

    def find(self, text: str) -> str:
        """Return the id of the person named, or of former colleagues; raise ValueError with the nearest names."""
        if text.casefold() == FORMER:
            return FORMER
        found = self._by.get(text.casefold(), set())
        if len(found) > 1:
            raise ValueError(f'{len(found)} people are called "{text}"; write the e-mail or the Entra id')
        if found:
            return next(iter(found))
        names = {person.name.casefold(): person.name for person in self._people}
        near = [names[key] for key in get_close_matches(text.casefold(), names, n=2, cutoff=0)]
        hint = f"; nearest: {' and '.join(near)}" if near else "; there are no people yet"
        raise ValueError(f'nobody is called "{text}"{hint}')

    def spell(self, id_: str) -> str:
        """Return what names the person without doubt: the name where nobody else has it, else the id."""
        called = self._name.get(id_, id_)
        return called if self._by.get(called.casefold()) == {id_} else id_


def read_people(rows: Iterable[Row], problems: Problems) -> tuple[PersonRow, ...]:
    """Read people, adding to ``problems`` all that is wrong; two rows for one person are an error."""
    people: list[PersonRow] = []
    seen: dict[str, str] = {}
    for row in rows:
        person = _person(row, problems)
        if person is None:
            continue
        for column, key in (("entra_object_id", person.entra_object_id), ("email", person.email), ("name", person.id)):
            same = key.casefold()
            if key and same in seen and seen[same] != row.where:
                problems.add(row, column, f'"{key}" stands already on {seen[same]}')
                break
            if key:
                seen[same] = row.where
        people.append(PersonRow(row.where, person, frozenset(row.fields) & frozenset((*PEOPLE, *MORE))))
    return tuple(people)


def read_shifts(rows: Iterable[Row], people: Iterable[Person], problems: Problems) -> tuple[Shift, ...]:
    """Read shifts of ``people``, adding to ``problems`` all that is wrong and any team that must not be."""
    directory = Directory(people)
    found: list[tuple[Row, Shift]] = []
    for row in rows:
        iteration = problems.value(row, "iteration", fields.iteration)
        person = problems.value(row, "name", directory.find)
        role = problems.value(row, "role", fields.role)
        days = problems.value(row, "days", fields.days)
        if iteration is not None and person is not None and role is not None and days is not None:
            if role is Role.OBSERVER and days != WORKING_WEEK:
                problems.add(row, "days", "an OBSERVER has no days of their own; leave it empty")
            found.append((row, Shift(iteration, person, role, days)))
    _check_teams(found, directory, problems)
    return tuple(shift for _, shift in found)


def spell_person(person: Person) -> dict[str, str]:
    """Return a person as a row."""
    return {
        "name": person.name,
        "entra_object_id": person.entra_object_id,
        "email": person.email,
        "slack_user_id": person.slack_user_id,
        "production_access": fields.spell_yes(person.production_access),
        "working_days": fields.spell_days(person.working_days),
        "experienced": fields.spell_yes(person.experienced),
        "joined": fields.spell_day(person.joined),
        "left": fields.spell_day(person.left),
    }


def spell_whole_person(person: Person) -> dict[str, str]:
    """Return a person as a row of the rota's file; what is as it is for most is left out."""
    more = {
        "holidays": person.holidays,
        "observed": fields.spell_day(person.observed),
        "waived": "yes" if person.waived else "",
        "again": "yes" if person.again else "",
    }
    return spell_person(person) | {name: text for name, text in more.items() if text}


def spell_shift(shift: Shift, directory: Directory) -> dict[str, str]:
    """Return a shift as a row."""
    return {
        "iteration": shift.iteration.isoformat(),
        "name": directory.spell(shift.person),
        "role": shift.role.value,
        "days": "" if shift.days == WORKING_WEEK else fields.spell_days(shift.days),
    }


def read_commons(rows: Iterable[Row], problems: Problems) -> tuple[CommonRow, ...]:
    """Read common requests, adding to ``problems`` all that is wrong but how long the texts are."""
    found: list[CommonRow] = []
    for row in rows:
        title = problems.value(row, "title", fields.title)
        phrases = problems.value(row, "phrases", fields.phrases)
        times = problems.value(row, "times", fields.times)
        last = problems.value(row, "last", fields.moment)
        if last and times == 0:
            problems.add(row, "last", "write under times how often it came, too")
        answer, link = (row.fields.get(name, "") for name in ("answer", "link"))
        common = Common("", title=title or "", answer=answer, link=link, phrases=phrases or ())
        common = replace(common, earlier=times or 0, earlier_at=last)
        found.append(CommonRow(row.where, common, frozenset(row.fields)))
    return tuple(found)


def spell_common(common: Common) -> dict[str, str]:
    """Return a common request as a row."""
    return {
        "title": common.title,
        "answer": common.answer,
        "link": common.link,
        "phrases": "\n".join(common.phrases),
        "times": str(common.times) if common.times else "",
        "last": common.last_at.astimezone(UTC).isoformat() if common.last_at else "",
    }


def by_name(people: Mapping[str, Person] | Iterable[Person]) -> list[Person]:
    """Return people in the order in which people look for each other."""
    some = people.values() if isinstance(people, Mapping) else people
    return sorted(some, key=lambda person: (person.name.casefold(), person.id))


def _person(row: Row, problems: Problems) -> Person | None:
    before = len(problems.found)
    called = problems.value(row, "name", fields.name)
    entra = problems.value(row, "entra_object_id", fields.entra_id)
    email = problems.value(row, "email", fields.email)
    slack = problems.value(row, "slack_user_id", fields.slack_id)
    production = problems.value(row, "production_access", fields.yes_or_no(empty=False))
    working = problems.value(row, "working_days", fields.working_days)
    experienced = problems.value(row, "experienced", fields.yes_or_no(empty=True))
    joined = problems.value(row, "joined", fields.day)
    left = problems.value(row, "left", fields.day)
    holidays = problems.value(row, "holidays", fields.place)
    observed = problems.value(row, "observed", fields.iteration_or_none)
    waived = problems.value(row, "waived", fields.yes_or_no(empty=False))
    again = problems.value(row, "again", fields.yes_or_no(empty=False))
    if joined and left and left <= joined:
        problems.add(row, "left", f"{left} must be after joined, {joined}")
    if len(problems.found) > before:
        return None
    assert called is not None
    assert working is not None
    return Person(
        id=entra or email or called,
        name=called,
        entra_object_id=entra or "",
        email=email or "",
        slack_user_id=slack or "",
        production_access=bool(production),
        working_days=working,
        experienced=bool(experienced),
        joined=joined,
        left=left,
        holidays=holidays or "",
        observed=observed,
        waived=bool(waived),
        again=bool(again),
    )


def _check_teams(found: Iterable[tuple[Row, Shift]], directory: Directory, problems: Problems) -> None:
    pairs: Counter[tuple[date, int]] = Counter()
    roles: dict[tuple[date, str, int], Role] = {}
    for row, shift in found:
        keys = [(shift.iteration, shift.person, day) for day in sorted(shift.days)]
        role = next((roles[key] for key in keys if key in roles), None)
        if role is not None and shift.person != FORMER:
            name = directory.spell(shift.person)
            problems.add(row, "role", f"{name} is {role} in this iteration already, and has one role on a day")
        for key in keys:
            roles.setdefault(key, shift.role)
        if shift.role is Role.SUPPORT:
            pairs.update((shift.iteration, day) for day in shift.days)
            if any(pairs[shift.iteration, day] == PAIR + 1 for day in shift.days):
                problems.add(row, "role", f"{shift.iteration} has two SUPPORT already; a pair is two")
