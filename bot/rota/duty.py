"""Who is on duty: shifts, then overrides, less absences and days that are not theirs.

The pair is the SUPPORT people present, filled up to two by the day's FALLBACK; a FALLBACK with production access
joins it where nobody in it has that. Whoever else is FALLBACK that day is a further fallback.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.hours import SupportHours
from bot.people import WORKING_WEEK, Person
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role, Rota, Shift

PAIR = 2


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers at one moment.

    ``present`` is the whole backend team that is not away, observers and those on duty included.
    """

    pair: tuple[Person, ...] = ()
    further: tuple[Person, ...] = ()
    observers: tuple[Person, ...] = ()
    present: tuple[Person, ...] = ()

    @property
    def nobody(self) -> bool:
        """Say whether no team is set or all of it is away."""
        return not self.pair

    @property
    def responders(self) -> tuple[Person, ...]:
        """Return who is called first: the pair, or with nobody on duty everyone present."""
        return self.pair or tuple(person for person in self.present if person not in self.observers)

    def may_claim(self, person_id: str) -> bool:
        """Say whether a person may claim: SUPPORT and FALLBACK on duty, or with nobody on duty all who are present."""
        people = self.present if self.nobody else self.pair + self.further
        return any(person.id == person_id for person in people)

    def observes(self, person_id: str) -> bool:
        """Say whether a person is an observer now."""
        return any(person.id == person_id for person in self.observers)


def on_duty(rota: Rota, at: datetime, hours: SupportHours) -> Duty:
    """Return who is on duty at ``at`` (aware), in the order of the shifts."""
    day = hours.duty_day(at)
    team = rota.of(iteration_of(day))
    support = [person for shift in team if shift.role is Role.SUPPORT for person in _serving(rota, shift, day, at)]
    fallback = [person for shift in team if shift.role is Role.FALLBACK for person in _serving(rota, shift, day, at)]
    pair = list(dict.fromkeys(support))
    reserve = [person for person in dict.fromkeys(fallback) if person not in pair]
    while reserve and len(pair) < PAIR:
        pair.append(reserve.pop(0))
    if pair and not any(person.production_access for person in pair):
        for person in reserve:
            if person.production_access:
                pair.append(person)
                reserve.remove(person)
                break
    present = sorted(
        (person for person in rota.people.values() if _present(rota, person, day, at)),
        key=lambda person: (person.name, person.id),
    )
    observers = [rota.people[shift.person] for shift in team if shift.role is Role.OBSERVER and shift.person in rota.people]
    return Duty(tuple(pair), tuple(reserve), tuple(person for person in observers if person in present), tuple(present))


def _serving(rota: Rota, shift: Shift, day: date, at: datetime) -> Iterator[Person]:
    person = rota.people.get(shift.person)
    if day.weekday() in WORKING_WEEK and day.weekday() not in shift.days:
        return
    for override in rota.overrides:
        if override.person == shift.person and override.start <= at < override.end:
            person = rota.people.get(override.stand_in)
    if person is not None and _present(rota, person, day, at):
        yield person


def _present(rota: Rota, person: Person, day: date, at: datetime) -> bool:
    return (
        person.belongs(day)
        and person.works(day)
        and not any(away.person == person.id and away.start <= at < away.end for away in rota.absences)
    )
