"""The pick once more, from the product's words alone: every pair, every set of fallbacks, plain fractions.

Slow and obvious on purpose. What it says is compared with ``bot.rota.picking``, of which it knows nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise

from bot.hours import SupportHours
from bot.people import FORMER, WORKING_WEEK, Person
from bot.policy import Goal
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role, Rota, Shift

WEEK = timedelta(weeks=1)
BEFORE = date.min


@dataclass(frozen=True)
class Choice:
    """A team that breaks no hard rule."""

    pair: tuple[str, str]
    fallbacks: tuple[tuple[str, frozenset[date]], ...]
    gaps: tuple[date, ...]
    turn: int
    coverage: int
    rest: int
    fairness: Fraction
    fallback: tuple[int, int]
    mixing: int
    change: int
    unrounded: Fraction

    def order(self, goals: tuple[Goal, ...]) -> tuple[object, ...]:
        """Return what ranks it, the most important first."""
        middle = {Goal.REST: self.rest, Goal.FAIRNESS: self.fairness, Goal.FALLBACK: self.fallback}
        first = (self.turn, self.coverage, *(middle[goal] for goal in goals))
        return (*first, self.mixing, self.change, self.unrounded, self.pair)


class Brute:
    """One iteration to be picked."""

    def __init__(
        self, rota: Rota, iteration: date, hours: SupportHours, taken: Iterable[str] = (), declined: Iterable[str] = ()
    ) -> None:
        """Go through what is planned before the iteration, in order."""
        self.rota, self.iteration, self.hours = rota, iteration, hours
        self.taken = set(taken) or {one.person for one in rota.of(iteration) if one.role is Role.SUPPORT}
        self.declined = set(declined)
        self.back = ""  # who is there on every day of the iteration that can be theirs, whatever the rota says
        self.people = dict(rota.people)
        self.history: dict[date, dict[str, tuple[int, int]]] = {}
        known = {one.iteration for one in rota.ledger} | {one.iteration for one in rota.shifts}
        for past in sorted(one for one in known if iteration - 52 * WEEK <= one < iteration):
            self.history[past] = self.counted(past)
            self.grow(past)
        self.days = self.working_days(iteration)

    def working_days(self, iteration: date) -> list[date]:
        """Return the days of an iteration on which the desk works."""
        days = [iteration + timedelta(days=offset) for offset in range(7)]
        return [day for day in days if self.hours.is_working_day(day)]

    def present(self, person: Person, day: date) -> bool:
        """Say whether somebody is there for more than half of a day."""
        if person.id == self.back and day >= self.iteration:
            return person.belongs(day)
        if not person.belongs(day) or not person.works(day) or self.hours.is_holiday(person.holidays, day):
            return False
        away = [(one.start, one.end) for one in self.rota.absences if one.person == person.id]
        return not self.half(day, away)

    def half(self, day: date, spans: list[tuple[datetime, datetime]]) -> bool:
        """Say whether spans fill half of a day's support hours, overlaps counted once."""
        opens, closes = self.hours.span(day)
        marks = sorted({opens, closes} | {mark for span in spans for mark in span if opens < mark < closes})
        filled = timedelta()
        for start, end in pairwise(marks):
            if any(one <= start and end <= other for one, other in spans):
                filled += end - start
        return filled * 2 >= closes - opens

    def present_days(self, person: Person, iteration: date) -> list[date]:
        """Return the days of an iteration on which somebody is present."""
        return [day for day in self.working_days(iteration) if self.present(person, day)]

    def counted(self, iteration: date) -> dict[str, tuple[int, int]]:
        """Return days served and days on which they could, of everybody in an iteration before."""
        rows = [one for one in self.rota.ledger if one.iteration == iteration]
        if rows:
            return {one.person: (one.served, one.chances) for one in rows}
        served = self.served(iteration)
        ids = set(served) | set(self.people)
        return {one: (len(served.get(one, ())), self.chances(one, iteration)) for one in ids}

    def served(self, iteration: date) -> dict[str, set[tuple[date, int]]]:
        """Return on which days who served, stand-ins instead of whom they stand in for; former colleagues are many."""
        result: dict[str, set[tuple[date, int]]] = {}
        for number, shift in enumerate(self.rota.of(iteration)):
            for day in self.working_days(iteration):
                if shift.role is Role.OBSERVER or not self.is_named(shift, day):
                    continue
                server = self.people.get(self.in_place_of(shift, day))
                if server is None:
                    result.setdefault(FORMER, set()).add((day, number))
                elif self.present(server, day):
                    result.setdefault(server.id, set()).add((day, 0))
        return result

    def is_named(self, shift: Shift, day: date) -> bool:
        """Say whether a shift's days name a day; the whole week names all."""
        return day.weekday() in shift.days or shift.days >= WORKING_WEEK

    def in_place_of(self, shift: Shift, day: date) -> str:
        """Return who serves a shift on a day: whoever it is of, unless somebody stands in for half of the day."""
        for other in reversed(self.rota.overrides):
            if other.person == shift.person and self.half(day, [(other.start, other.end)]):
                return other.stand_in
        return shift.person

    def chances(self, id_: str, iteration: date) -> int:
        """Return on how many days somebody was present who no longer had to observe."""
        person = self.people.get(id_)
        if person is None or person.must_observe(iteration):
            return 0
        return len(self.present_days(person, iteration))

    def grow(self, iteration: date) -> None:
        """Make of people what an iteration makes of them."""
        settled = any(one.iteration == iteration for one in self.rota.ledger)
        for shift in () if settled else self.rota.of(iteration):
            person = self.people.get(shift.person)
            if person is None or person.experienced:
                continue
            days = [
                day
                for day in self.present_days(person, iteration)
                if self.in_place_of(shift, day) == person.id and self.is_named(shift, day)
            ]
            if shift.role is Role.SUPPORT and days:
                self.people[person.id] = replace(person, experienced=True, again=False)
            if shift.role is Role.OBSERVER:
                enough = len(days) >= 3
                self.people[person.id] = replace(
                    person,
                    observed=None if person.again else iteration if enough else person.observed,
                    again=False,
                )

    # ---- people

    def belongs(self, person: Person) -> bool:
        """Say whether somebody is of the team on some day of the iteration."""
        return any(person.belongs(self.iteration + timedelta(days=offset)) for offset in range(7))

    def broken_by(self, person: Person) -> set[str]:
        """Return the hard rules that somebody breaks, whoever is beside them."""
        broken = {
            "belongs": not self.belongs(person),
            "declined": person.id in self.declined,
            "present": 2 * len(self.present_days(person, self.iteration)) < len(self.days),
            "observed": person.must_observe(self.iteration),
        }
        return {rule for rule, is_broken in broken.items() if is_broken}

    def anchor(self, person: Person) -> bool:
        """Say whether somebody would be an anchor."""
        return person.production_access and self.present_days(person, self.iteration) == self.days

    def broken(self, pair: tuple[str, ...]) -> set[str]:
        """Return the hard rules that a pair breaks."""
        one, other = (self.people[each] for each in pair)
        broken = self.broken_by(one) | self.broken_by(other)
        if not self.anchor(one) and not self.anchor(other):
            broken.add("anchor")
        for new, beside in ((one, other), (other, one)):
            if not new.experienced and not (beside.experienced and self.anchor(beside)):
                broken.add("first")
        return broken

    def observers(self) -> list[str]:
        """Return who observes: at most two, at least three days, by joining date."""
        new = [one for one in self.people.values() if self.belongs(one) and one.must_observe(self.iteration)]
        able = [one for one in new if len(self.present_days(one, self.iteration)) >= 3]
        return [one.id for one in sorted(able, key=lambda one: (one.joined or BEFORE, one.id))][:2]

    # ---- fairness

    def debt(self, person: Person, now: dict[str, tuple[int, int]] | None = None) -> Fraction:
        """Return the unrounded debt of somebody; ``now`` is what the iteration itself adds, if it is to count."""
        since = iteration_of(person.joined) if person.joined else BEFORE
        weeks = [counts for week, counts in self.history.items() if week >= since and week > self.iteration - 52 * WEEK]
        if now is not None and self.iteration >= since:
            weeks.append(now)
        mine = [week.get(person.id, (0, 0)) for week in weeks]
        everybody = [counts for week in weeks for counts in week.values()]
        served, chances = sum(one for one, _ in mine), sum(one for _, one in mine)
        total, possible = sum(one for one, _ in everybody), sum(one for _, one in everybody)
        return (served - Fraction(total * chances, possible)) / 5 if possible else Fraction(0)

    def debts(self, served: dict[str, int]) -> list[Fraction]:
        """Return everybody's debt after the iteration."""
        now = {one: (served.get(one, 0), self.chances(one, self.iteration)) for one in self.people}
        return [self.debt(one, now) for one in self.people.values() if self.stays(one)]

    def stays(self, person: Person) -> bool:
        """Say whether somebody has not left."""
        return person.left is None or person.left > self.iteration

    # ---- teams

    def choices(self, goals: tuple[Goal, ...]) -> list[Choice]:
        """Return every team that the hard rules allow, the best first."""
        allowed = [pair for pair in self.pairs() if not self.broken(pair)]
        return sorted((self.choice(pair) for pair in allowed), key=lambda one: one.order(goals))

    def pairs(self) -> list[tuple[str, str]]:
        """Return every pair of those who have not left."""
        return list(combinations(sorted(id_ for id_, one in self.people.items() if self.stays(one)), 2))

    def smallest(self) -> int:
        """Return the size of the smallest set of rules that no pair keeps."""
        rules = ["belongs", "declined", "present", "observed", "anchor", "first"]
        sets = [some for size in range(len(rules) + 1) for some in combinations(rules, size)]
        return next(len(some) for some in sets if self.keeps_nobody(some))

    def keeps_nobody(self, rules: Iterable[str]) -> bool:
        """Say whether no pair keeps all of some rules."""
        return all(self.broken(pair) & set(rules) for pair in self.pairs())

    def nearest(self, goals: tuple[Goal, ...]) -> tuple[str, str]:
        """Return the pair that breaks the fewest rules, then needs a FALLBACK on the fewest days, then is best."""
        every = [(len(self.broken(pair)), self.choice(pair)) for pair in self.pairs()]
        return min(every, key=lambda one: (one[0], one[1].fallback[0], one[1].order(goals)))[1].pair

    def cured(self, cure: str, id_: str) -> None:
        """Let one thing be so that a conflict may come of, if it is not so."""
        if cure == "back":
            self.back = id_
        elif cure == "access":
            self.people[id_] = replace(self.people[id_], production_access=True)
        elif cure == "waive":
            self.people[id_] = replace(self.people[id_], waived=True, observed=None)
        else:
            self.declined.discard(id_)

    def choice(self, pair: tuple[str, str]) -> Choice:
        """Return the team of a pair."""
        both = [self.people[one] for one in pair]
        thin = [day for day in self.days if self.lacks(both, day)]
        stints = self.fallback(both, thin)
        served = {one.id: len(self.present_days(one, self.iteration)) for one in both}
        served |= {one: len(days) for one, days in stints}
        debts = self.debts(served)
        due = [one for one in self.people.values() if self.is_due(one)]
        there = {day: both + [self.people[one] for one, days in stints if day in days] for day in self.days}
        few = [day for day, people in there.items() if sum(self.present(one, day) for one in people) < 2]
        recent = {self.iteration - WEEK, self.iteration - 2 * WEEK}
        support = [one for one in self.rota.shifts if one.role is Role.SUPPORT]
        tired = {one.person for one in support if one.iteration in recent}
        window = [self.iteration - n * WEEK for n in range(1, 27)]
        together = [week for week in window if any(self.on(support, week, day) >= set(pair) for day in range(7))]
        return Choice(
            pair=pair,
            fallbacks=stints,
            gaps=tuple(day for day in self.days if self.lacks(there[day], day)),
            turn=sum(1 for one in due if one.id not in pair),
            coverage=len(few),
            rest=len(tired & set(pair)),
            fairness=Fraction(sum(half(one) ** 2 for one in debts)),
            fallback=(len(thin), len(stints)),
            mixing=len(together),
            change=len(set(pair) - self.taken) if self.taken else 0,
            unrounded=Fraction(sum(one**2 for one in debts)),
        )

    @staticmethod
    def on(support: list[Shift], week: date, day: int) -> set[str]:
        """Return who had SUPPORT on a weekday of an iteration."""
        return {one.person for one in support if one.iteration == week and day in one.days}

    def is_due(self, person: Person) -> bool:
        """Say whether a newcomer's turn has come."""
        new = person.observed is not None and not person.experienced
        return new and self.belongs(person) and self.iteration >= person.observed + 3 * WEEK  # type: ignore[operator]

    def lacks(self, people: list[Person], day: date) -> bool:
        """Say whether a day is a gap when these people serve."""
        there = [one for one in people if self.present(one, day)]
        return len(there) < 2 or not any(one.production_access for one in there)

    def fallback(self, pair: list[Person], thin: list[date]) -> tuple[tuple[str, frozenset[date]], ...]:
        """Return the best fallback of a pair: of every set of people, by the number of days that stay gaps."""
        others = [one for one in self.people.values() if one not in pair and one.id not in self.declined]
        able = sorted((one for one in others if self.may_fill_in(one)), key=lambda one: one.id)
        best = min(subsets(able), key=lambda some: self.worth(pair, list(some), thin))
        stints: dict[str, frozenset[date]] = {}
        for day in thin:
            filled = list(pair)
            has_access = any(self.present(one, day) and one.production_access for one in pair)
            # Whoever owes the most days fills in, and where nobody there has access, first somebody with it.
            for one in sorted(
                best, key=lambda one: (not has_access and not one.production_access, half(self.debt(one)), one.id)
            ):
                helps = len([each for each in filled if self.present(each, day)]) < 2 or one.production_access
                if self.present(one, day) and self.lacks(filled, day) and helps:
                    filled.append(one)
                    stints[one.id] = stints.get(one.id, frozenset()) | {day}
        return tuple(sorted(stints.items()))

    def may_fill_in(self, person: Person) -> bool:
        """Say whether somebody may be a FALLBACK: no newcomer before the first SUPPORT shift."""
        return person.experienced and not person.must_observe(self.iteration) and self.stays(person)

    def worth(self, pair: list[Person], some: list[Person], thin: list[date]) -> tuple[object, ...]:
        """Return what ranks a set of fallbacks: days left, people, debts before, ids."""
        left = sum(self.lacks(pair + some, day) for day in thin)
        debts = sum(half(self.debt(one)) for one in some)
        return left, len(some), debts, [one.id for one in some]


def half(debt: Fraction) -> Fraction:
    """Return a debt rounded to the nearest half, quarters away from zero."""
    halves, rest = divmod(abs(debt) * 2, 1)
    size = Fraction(halves + (rest >= Fraction(1, 2))) / 2
    return size if debt >= 0 else -size


def subsets(people: list[Person]) -> Iterator[tuple[Person, ...]]:
    """Yield every set of people."""
    for count in range(len(people) + 1):
        yield from combinations(people, count)
