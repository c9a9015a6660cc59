"""Teams as shifts: who serves from when, who fills in and observes, and how a team changes within its week."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.rota import outlook, pickers
from bot.hours import SupportHours
from bot.people import WORKING_WEEK, Person
from bot.rota.duty import PAIR
from bot.rota.picking import Situation, Team, observers, pair_of
from bot.rota.planning import Pick
from bot.rota.presence import DAY, working_days
from bot.rota.shift import Role, Rota, Shift


def support(draft: Draft, iteration: date) -> str:
    """Return the names of the pair that was taken, or else of whoever has SUPPORT."""
    taken = [draft.rota.people[id_] for id_ in pickers.of(draft, iteration).taken if id_ in draft.rota.people]
    there = pair_of(draft.rota, iteration)
    return names(tuple([one for one in taken if one.id in there]) or in_role(draft, iteration, Role.SUPPORT))


def others(draft: Draft, iteration: date) -> list[str]:
    """Say who fills in on which days, and who observes, each without a full stop."""
    people = draft.rota.people
    said = [
        f"Fallback on {weekdays(draft, iteration, one.days)}: {people[one.person].name}"
        for one in last_team(draft.rota, iteration, draft.hours)
        if one.role is Role.FALLBACK and one.person in people
    ]
    observing = names(in_role(draft, iteration, Role.OBSERVER))
    return [*said, *([f"Observer: {observing}"] if observing else [])]


def in_role(draft: Draft, iteration: date, role: Role) -> tuple[Person, ...]:
    """Return who has a role in an iteration; of SUPPORT, the team that serves at its end."""
    people, shifts = draft.rota.people, last_team(draft.rota, iteration, draft.hours)
    return tuple(people[one.person] for one in shifts if one.role is role and one.person in people)


def last_team(rota: Rota, iteration: date, hours: SupportHours) -> list[Shift]:
    """Return the shifts of the team that ends an iteration, less those of one that it followed within it."""
    start = begins(rota, iteration, hours)
    days = [day for day in working_days(iteration, hours) if day >= start]
    return [one for one in rota.of(iteration) if one.role is Role.OBSERVER or any(map(one.is_for, days))]


def begins(rota: Rota, iteration: date, hours: SupportHours) -> date:
    """Return the first working day of the team that ends an iteration."""
    days = working_days(iteration, hours)
    pair = [one for one in rota.of(iteration) if one.role is Role.SUPPORT and one.is_for(days[-1])] if days else []
    return next((day for day in days if all(one.is_for(day) for one in pair)), iteration)


def weekdays(draft: Draft, iteration: date, some: frozenset[int]) -> str:
    """Return the days of an iteration with these weekdays, in words."""
    days = [iteration + number * DAY for number in range(7)]
    return outlook.days_said(draft, [day for day in days if day.weekday() in some])


def last_of(draft: Draft, iteration: date) -> list[Person]:
    """Return who had SUPPORT on the last working day of an iteration, then who filled in."""
    days = working_days(iteration, draft.hours)
    people = draft.rota.people
    some = [one for one in draft.rota.of(iteration) if days and one.is_for(days[-1]) and one.person in people]
    return [people[one.person] for role in (Role.SUPPORT, Role.FALLBACK) for one in some if one.role is role]


def shifts(draft: Draft, pick: Pick, team: Team) -> list[Shift]:
    """Return the shifts of a team: its pair, who fills in, and who observes."""
    plan = pickers.plan_of(draft, pick)
    shifts = [Shift(pick.iteration, id_, Role.SUPPORT) for id_ in team.pair]
    for stint in team.fallbacks:
        some = frozenset(day.weekday() for day in stint.days)
        shifts.append(Shift(pick.iteration, stint.person, Role.FALLBACK, some))
    shifts += [Shift(pick.iteration, id_, Role.OBSERVER) for id_ in observers(plan) if id_ not in team.pair]
    return shifts


def changed_from(
    old: Iterable[Shift], new: Iterable[Shift], iteration: date, start: date, hours: SupportHours
) -> list[Shift]:
    """Return an iteration's shifts where the team changes within it: the old ones until ``start``, then the new."""
    before = frozenset(day.weekday() for n in range((start - iteration).days) if (day := iteration + n * DAY))
    kept = [
        replace(one, days=days)
        for one in old
        if one.role is not Role.OBSERVER and (days := _weekdays(one, hours) & before)
    ]
    changed = []
    for one in new:
        same = next((each for each in kept if (each.person, each.role) == (one.person, one.role)), None)
        days = _weekdays(one, hours) - before if one.role is not Role.OBSERVER else one.days
        if same is not None:
            kept.remove(same)
            days |= same.days
        if days:
            changed.append(replace(one, days=days))
    return [*kept, *changed]


def are_there(plan: Situation, pair: Collection[str]) -> bool:
    """Say whether a pair is two people, none of whom is gone."""
    return len(pair) == PAIR and {one.id for one in plan.members}.issuperset(pair)


def _weekdays(shift: Shift, hours: SupportHours) -> frozenset[int]:
    """Return a shift's weekdays, those of a whole week with the weekend on which the desk works."""
    return shift.days | hours.weekdays if shift.days >= WORKING_WEEK else shift.days
