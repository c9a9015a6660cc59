"""Who is on duty: shifts, then overrides, less absences and days that are not theirs.

The pair is the SUPPORT people present, filled up to two by the day's FALLBACK; a FALLBACK with production access
joins it where nobody in it has that. Whoever else is FALLBACK that day is a further fallback.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role, Rota, Shift

PAIR = 2


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers at one moment.

    ``standing_in`` is everyone present but observers when nobody is on duty, and empty otherwise. ``leaving`` is the
    pair before, as long as the new one is not ready: they may claim, and are called where a further fallback is told.
    """

    pair: tuple[Person, ...] = ()
    further: tuple[Person, ...] = ()
    observers: tuple[Person, ...] = ()
    standing_in: tuple[Person, ...] = ()
    leaving: tuple[Person, ...] = ()

    @property
    def nobody(self) -> bool:
        """Say whether no team is set or all of it is away."""
        return not self.pair

    @property
    def responders(self) -> tuple[Person, ...]:
        """Return who is called first: the pair, or with nobody on duty everyone present."""
        return self.pair or self.standing_in

    def may_claim(self, person_id: str) -> bool:
        """Say whether a person may claim: SUPPORT and FALLBACK on duty, or with nobody on duty all who are present."""
        return any(person.id == person_id for person in self.responders + self.further + self.leaving)

    def observes(self, person_id: str) -> bool:
        """Say whether a person is an observer now."""
        return any(person.id == person_id for person in self.observers)


def on_duty(rota: Rota, at: datetime, hours: SupportHours, besides: Container[str] = ()) -> Duty:
    """Return who is on duty at ``at`` (aware), in the order of the shifts, as if the people ``besides`` were away."""
    day = hours.duty_day(at)
    pair: list[Person] = []
    reserve: list[Person] = []
    watching: list[Person] = []
    for shift in rota.of(iteration_of(day)):
        person = _serving(rota, shift, day, at, hours)
        people = pair if shift.role is Role.SUPPORT else reserve if shift.role is Role.FALLBACK else watching
        if person is not None and person.id not in besides and person not in people:
            people.append(person)
    observers = tuple(watching)
    reserve = [person for person in reserve if person not in pair]
    while reserve and len(pair) < PAIR:
        pair.append(reserve.pop(0))
    if pair and not any(person.production_access for person in pair):
        able = next((person for person in reserve if person.production_access), None)
        if able is not None:
            pair.append(able)
            reserve.remove(able)
    if pair:
        return Duty(tuple(pair), tuple(reserve), observers)
    others = tuple(one for one in present(rota, at, hours) if one not in observers and one.id not in besides)
    return Duty(observers=observers, standing_in=others)


def present(rota: Rota, at: datetime, hours: SupportHours) -> tuple[Person, ...]:
    """Return the whole backend team that is not away at ``at``, those on duty and observers included, by name."""
    day = hours.duty_day(at)
    people = (person for person in rota.people.values() if _present(rota, person, day, at, hours))
    return tuple(sorted(people, key=lambda person: (person.name, person.id)))


def _serving(rota: Rota, shift: Shift, day: date, at: datetime, hours: SupportHours) -> Person | None:
    if not shift.is_for(day):
        return None
    person = rota.people.get(shift.person)
    for override in rota.overrides:
        if override.person == shift.person and override.start <= at < override.end:
            person = rota.people.get(override.stand_in)
    return person if person is not None and _present(rota, person, day, at, hours) else None


def _present(rota: Rota, person: Person, day: date, at: datetime, hours: SupportHours) -> bool:
    return (
        person.works(day)
        and person.belongs(day)
        and not hours.is_holiday(person.holidays, day)
        and not any(away.person == person.id and away.start <= at < away.end for away in rota.absences)
    )
