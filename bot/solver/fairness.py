"""Fairness as a linear program: what each person comes to, shifts and days of filling in, and the debt of that.

Once coverage is as good as each week allows, as many days are served in a week whoever serves them, and a debt
depends on nothing but one's own days. So each person has one of a few tallies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from bot.rota.picking import PAIR, rounded
from bot.solver.program import Terms
from bot.solver.rules import Rules

MOST_TALLIES = 200_000  # columns, which take longer to build and to solve than a forecast may, if they are more


@dataclass(frozen=True, slots=True)
class Tally:
    """What somebody may come to: shifts of each length, ``low`` to ``high`` days of filling in, a debt's square."""

    shifts: tuple[int, ...]
    low: int
    high: int
    square: int


class Fairness:
    """The squares of debts after the last week as ``terms``; ``alone`` are the columns of who fills in by week.

    ``too_many`` says that people could come to more than can be looked at: then there are no terms.
    """

    def __init__(self, rules: Rules, most: int) -> None:
        """Add what it takes to a program of rules, for plans in which they come to ``most`` or less."""
        self._rules, self._program = rules, rules.program
        self.terms = Terms()
        self.alone: dict[tuple[int, int, int], int] = {}
        self._fills: dict[int, Terms] = {}
        for number in rules.weeks:
            for days in sorted({thin.bit_count() for thin in rules.gaps[number].thin.values() if thin}):
                self._filled_alone(number, days)
            self._filled_in_parts(number)
        last = rules.course.weeks[rules.course.last]
        squares = {who: self._steps(who) for who in last.members}
        spare = most - sum([min(steps)[0] for steps in squares.values()])
        every = (
            (who, tally)
            for who, steps in squares.items()
            for tally in self._tallies(who, [step for step in steps if step[0] - min(steps)[0] <= spare])
        )
        tallies: dict[int, list[Tally]] = {who: [] for who in squares}
        for who, tally in islice(every, MOST_TALLIES + 1):
            tallies[who].append(tally)
        self.too_many = sum(map(len, tallies.values())) > MOST_TALLIES
        if not self.too_many:
            for who, some in tallies.items():
                self._tallied(who, some)

    # -- what one comes to -----------------------------------------------------------------------------------------

    def _shifts(self, who: int) -> dict[int, Terms]:
        """Return the shifts of somebody by their length, the shortest first."""
        shifts: dict[int, Terms] = {}
        for number in self._rules.weeks:
            if (number, who) in self._rules.supports:
                length = self._rules.course.weeks[number].mask[who].bit_count()
                shifts.setdefault(length, {})[self._rules.supports[number, who]] = 1
        return dict(sorted(shifts.items()))

    def _tallies(self, who: int, steps: Sequence[tuple[int, int, int]]) -> Iterator[Tally]:
        fills = self._fills.get(who, {})
        most = int(sum([self._program.upper[column] * days for column, days in fills.items()]))
        return _tallies({length: len(columns) for length, columns in self._shifts(who).items()}, most, steps)

    def _tallied(self, who: int, some: Sequence[Tally]) -> None:
        """Say that somebody comes to one of some tallies."""
        program, fills = self._program, self._fills.get(who, {})
        tallies = {program.column(): tally for tally in some}
        program.row(dict.fromkeys(tallies, 1), 1, 1)
        for place, columns in enumerate(self._shifts(who).values()):
            program.row({**columns, **{column: -one.shifts[place] for column, one in tallies.items()}}, 0, 0)
        program.row({**fills, **{column: -one.low for column, one in tallies.items()}}, lower=0)
        program.row({**fills, **{column: -one.high for column, one in tallies.items()}}, upper=0)
        for length in sorted({int(days) for days in fills.values()} - {1}):
            self._whole(fills, length, tallies)
        self.terms.update({column: one.square for column, one in tallies.items() if one.square})

    def _whole(self, fills: Terms, length: int, tallies: Mapping[int, Tally]) -> None:
        """Say of a length that no part of a time of filling in can be had; the program would divide one otherwise."""
        times = {column: -(-days // length) for column, days in fills.items()}
        self._program.row({**times, **{column: one.low // -length for column, one in tallies.items()}}, lower=0)
        long = {column: 1.0 for column, days in fills.items() if days >= length}
        self._program.row({**long, **{column: -(one.high // length) for column, one in tallies.items()}}, upper=0)

    def _steps(self, who: int) -> list[tuple[int, int, int]]:
        """Return the squares that somebody's debt can have, each with the least and the most days that give it."""
        rules, course = self._rules, self._rules.course
        since, week = course.since(who), course.weeks[course.last]
        counting = [number for number in rules.weeks if number >= since or number == course.last]
        total = sum([PAIR * course.weeks[number].count - rules.gaps[number].least for number in counting])
        first = course.states[1]
        total += first.totals[1] if not since else 0
        served, chances = week.own[who]
        all_served, all_chances = week.all[who]
        chances, all_chances = chances + week.chances[who], all_chances + week.all_chances
        steps: dict[int, tuple[int, int, int]] = {}
        for days in range(sum([course.weeks[number].count for number in rules.weeks]) + 1):
            over = (served + first.served[who] + days) * all_chances - (all_served + total) * chances
            halves = rounded(over, 5 * all_chances) if all_chances else 0
            low = steps[halves][1] if halves in steps else days
            steps[halves] = halves**2, low, days
        return list(steps.values())

    # -- filling in ------------------------------------------------------------------------------------------------

    def _filled_alone(self, number: int, days: int) -> None:
        """Say that one person fills in on all thin days of a week, where they are so many and somebody can."""
        week, supports = self._rules.course.weeks[number], self._rules.supports
        kinds = self._kinds(number, days, alone=True)
        columns = Terms()
        for who in self._able(number) if kinds else ():
            covered = [kind for kind in kinds if not kind & ~week.mask[who]]
            if not covered:
                continue
            column = self.alone[number, who, days] = self._program.column()
            columns[column] = 1
            if len(covered) < len(kinds):
                helped = [one for kind in covered for one in kinds[kind]]
                self._program.row({column: 1, **{supports[number, one]: -1 for one in helped}}, upper=0)
            self._fills_in(number, who, column, 1, days)
        if kinds:
            thin = [one for found in kinds.values() for one in found]
            self._program.row({**columns, **{supports[number, one]: -1 for one in thin}}, 0, 0)

    def _filled_in_parts(self, number: int) -> None:
        """Say that anybody who is there fills in on some thin days of a week, where one alone may not be able to."""
        week, supports, gaps = self._rules.course.weeks[number], self._rules.supports, self._rules.gaps[number]
        kinds = self._kinds(number, None, alone=False)
        parts = Terms()
        for who in self._able(number) if kinds else ():
            helps: Terms = {
                supports[number, one]: -most
                for kind, found in kinds.items()
                for one in found
                if (most := (kind & week.mask[who]).bit_count())
            }
            if helps:
                most = -int(min(helps.values()))
                column = self._program.column(most, integral=False)
                parts[column] = 1
                self._program.row({column: 1, **helps}, upper=0)
                self._fills_in(number, who, column, most, 1)
        if kinds:
            filled = {
                supports[number, one]: gaps.uncovered[one] - kind.bit_count()
                for kind, found in kinds.items()
                for one in found
            }
            self._program.row({**parts, **filled}, 0, 0)

    def _kinds(self, number: int, days: int | None, *, alone: bool) -> dict[int, list[int]]:
        """Return who leaves which days thin, so many of them: where one person can always fill in, or others."""
        week, kinds = self._rules.course.weeks[number], dict[int, list[int]]()
        for one, thin in self._rules.gaps[number].thin.items():
            if thin and (days is None or thin.bit_count() == days):
                known = [who for who in week.covering(thin) if who in self._rules.known]
                if (len(known) >= PAIR) == alone:  # the anchor may be one of them, who is away is none
                    kinds.setdefault(thin, []).append(one)
        return kinds

    def _able(self, number: int) -> list[int]:
        """Return who may fill in in a week, those included who will have supported by then."""
        reserve = self._rules.course.weeks[number].reserve
        return [who for who in reserve if who in self._rules.known or (number, who) in self._rules.before]

    def _fills_in(self, number: int, who: int, column: int, most: float, days: int) -> None:
        """Say that nobody fills in for themselves, or before they have supported."""
        self._fills.setdefault(who, {})[column] = days
        if who in self._rules.course.weeks[number].anchors:
            self._program.row({column: 1, self._rules.supports[number, who]: most}, upper=most)
        if who not in self._rules.known:
            self._program.row({column: 1, self._rules.before[number, who]: -most}, upper=0)


def _tallies(lengths: Mapping[int, int], fills: int, steps: Sequence[tuple[int, int, int]]) -> Iterator[Tally]:
    """Yield what somebody may come to with shifts of some lengths, so many each, and at most so many days filled in."""
    most = max((high for _, _, high in steps), default=0)
    counts = [min(count, most // length) if length else count for length, count in lengths.items()]
    for shifts in product(*[range(count + 1) for count in counts]):
        days = sum([length * count for length, count in zip(lengths, shifts, strict=True)])
        for square, low, high in steps:
            if low - days <= fills and high >= days:
                yield Tally(shifts, max(low - days, 0), min(high - days, fills), square)
