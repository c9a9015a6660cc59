"""The change of duty: who serves in an iteration on which days, who ends with it, and until when things are settled."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.duty import Duty, on_duty, present
from bot.rota.iteration import iteration_of
from bot.rota.planning import Handover
from bot.rota.presence import DAY, WEEK, Presence, working_days
from bot.rota.shift import Role, Rota


@dataclass(frozen=True, slots=True)
class Serving:
    """Somebody who serves in an iteration, whoever's shift it is: in which role, the first of theirs, and when."""

    person: Person
    role: Role
    days: tuple[date, ...]

    @property
    def weekdays(self) -> frozenset[int]:
        """Return their days as date.weekday() counts."""
        return frozenset([day.weekday() for day in self.days])


def begun(rota: Rota, day: date, hours: SupportHours) -> date:
    """Return from which day on the team of a day serves: its iteration's Wednesday, or that on which it came late."""
    iteration = iteration_of(day)
    return max([iteration, *(one for one in late_starts(rota, iteration, hours) if one <= day)])


def late_starts(rota: Rota, iteration: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the days within an iteration on which a team starts; whoever is back from a free day is none."""
    days = working_days(iteration, hours)
    support = [one for one in rota.of(iteration) if one.role is Role.SUPPORT]
    pairs = [frozenset([one.person for one in support if one.is_for(day)]) for day in days]
    changes = zip(days[1:], pairs[1:], pairs, strict=False)
    known: frozenset[str] = frozenset(*pairs[:1])
    found = []
    for day, pair, before in changes:
        if pair - before and (before - pair or pair - known):
            found.append(day)
        known |= pair
    return tuple(found)


def team_days(rota: Rota, day: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the working days on which the team of a day serves: its iteration's, less those of one before or after."""
    start, iteration = begun(rota, day, hours), iteration_of(day)
    end = min([iteration + WEEK, *(one for one in late_starts(rota, iteration, hours) if one > day)])
    return tuple([one for one in working_days(iteration, hours) if start <= one < end])


def serving(rota: Rota, start: date, hours: SupportHours) -> tuple[Serving, ...]:
    """Return who serves from a day to the end of its iteration, when present, those who stand in included.

    SUPPORT comes first, then the order of the shifts counts.
    """
    iteration = iteration_of(start)
    days = [day for day in working_days(iteration, hours) if day >= start]
    presence = Presence(rota, hours)
    found: dict[str, Serving] = {}
    for role in Role:
        for shift in [one for one in rota.of(iteration) if one.role is role]:
            for day in days:
                person = rota.people.get(presence.server(shift.person, day))
                if person is None or not shift.is_for(day) or not presence.has(person, day):
                    continue
                known = found.get(person.id, Serving(person, role, ()))
                if day not in known.days:
                    found[person.id] = replace(known, days=tuple(sorted((*known.days, day))))
    return tuple(found.values())


def outgoing(rota: Rota, start: date, hours: SupportHours) -> tuple[str, ...]:
    """Return the pair that ends when another starts: who served on the day before and is not in the new pair."""
    stays = {one.person.id for one in serving(rota, start, hours) if one.role is Role.SUPPORT}
    return tuple([id_ for id_ in pair_before(rota, start, hours) if id_ not in stays])


def pair_before(rota: Rota, start: date, hours: SupportHours) -> tuple[str, ...]:
    """Return who had the SUPPORT shifts on the last working day before ``start``, whatever its iteration."""
    presence, iteration = Presence(rota, hours), iteration_of(start)
    days = (*working_days(iteration - WEEK, hours), *working_days(iteration, hours))
    last = [day for day in days if day < start][-1:]
    served = [
        presence.server(one.person, day)
        for day in last
        for one in rota.of(iteration_of(day))
        if one.role is Role.SUPPORT and one.is_for(day)
    ]
    return tuple(dict.fromkeys(served))


def finish_by(start: date, hours: SupportHours) -> datetime:
    """Return until when one may finish what one had before: the close of the second day, mostly Thursday's."""
    return hours.closing(hours.opening(start + DAY))


def finishing_until(
    rota: Rota, handover: Handover | None, request: str, person: str, at: datetime, hours: SupportHours
) -> datetime | None:
    """Return until when somebody keeps a request that they said to finish; None where they do not finish it."""
    if handover is None or request not in handover.finishing:
        return None
    goes = goes_off_duty(rota, handover.start, person, at, hours)
    return finish_by(handover.start, hours) if goes else None


def with_outgoing(
    duty: Duty, rota: Rota, handover: Handover | None, at: datetime, hours: SupportHours, besides: Container[str] = ()
) -> Duty:
    """Return who is on duty with the pair before, who stay as a further fallback until the new pair is ready."""
    if handover is None or handover.until is None or at >= handover.until or duty.nobody:
        return duty
    is_ready = all(one.id in handover.ready for one in duty.pair)
    if is_ready or iteration_of(hours.duty_day(at)) != handover.iteration:
        return duty
    known = {one.id for one in duty.pair + duty.further}
    ids = [id_ for id_ in handover.outgoing if id_ not in known and id_ not in besides]
    return replace(duty, leaving=tuple([one for one in present(rota, at, hours) if one.id in ids]))


def goes_off_duty(rota: Rota, start: date, person: str, at: datetime, hours: SupportHours) -> bool:
    """Say whether somebody is none of those who answer from a day on, so that what they have is to be settled."""
    stays = {one.person.id for one in serving(rota, start, hours) if one.role is not Role.OBSERVER}
    return person not in stays and not on_duty(rota, at, hours).may_claim(person)
