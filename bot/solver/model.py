"""What no plan can go below: a question's plans as a linear program, minimised goal by goal.

In it the first week is the pick, the rules are picking's, and so is every goal, but for one thing: where nobody could
fill in alone, anybody does who could. So it allows every plan there is and some that are none: what it cannot go
below, no plan can; a plan of which ``scoring`` says as much is proved.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from bot.rota.picking import MIXING, REST
from bot.rota.plan import Aim
from bot.solver.course import Fills, Pair
from bot.solver.fairness import Fairness
from bot.solver.program import Terms
from bot.solver.rules import Rules

MOST_PAIRS = 4_000  # columns of pairs, beyond which mixing is not modelled

Found = tuple[list[Pair | None], Fills]


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as terms and a constant; ``most`` is what the terms can come to."""

    terms: Terms
    constant: int
    most: int = 0


class Model:
    """The plans of a course that are as good in some goals as was said: ``hold``, the most important first."""

    def __init__(self, rules: Rules) -> None:
        """Begin with all that keep the rules; of their debts' squares none come to more than ``most_fairness``."""
        self._course, self._rules = rules.course, rules
        self.most_fairness = 0
        self._program = self._rules.program
        self._supports = self._rules.supports
        self._fairness: Fairness | None = None
        self._goals: dict[Aim, Goal | None] = {}
        self._tight = False

    def hold(self, aim: Aim, value: int) -> None:
        """Leave those out that are worse in a goal than a value.

        Fairness, and how many fill in, are modelled only where coverage was held before, at the least there can be.
        """
        if aim is Aim.COVERAGE:
            self._tight = value == self._rules.least_coverage()
        if aim is Aim.REST and value == self._rules.so_far(aim):
            self._rested()
        elif (goal := self._goal(aim)) is not None:
            self._program.row(goal.terms, upper=value - goal.constant)

    def least(
        self, aims: Sequence[Aim], until: float, reached: Sequence[int] | None
    ) -> tuple[list[int], Found | None] | None:
        """Return what goals cannot go below, each in plans that are at that in those before it; and such a plan.

        None where no plan is left, or none as good as what was ``reached`` or with as little as ``most_fairness``; no
        plan where none was found until a moment, or the goals are not modelled.
        """
        goals = [self._goal(aim) for aim in aims]
        cost, weights = Terms(), [1]
        for goal in reversed(goals):
            if goal is None:
                return [0] * len(aims), None
            for column, value in goal.terms.items():
                cost[column] = cost.get(column, 0) + weights[0] * value
            weights.insert(0, weights[0] * (goal.most + 1))
        most = inf
        if reached is not None:
            over = [value - goal.constant if goal else 0 for value, goal in zip(reached, goals, strict=True)]
            most = sum([weight * each for weight, each in zip(weights[1:], over, strict=True)])
        answer = self._program.least(cost, until, weights[1], most)
        if answer.least == inf:
            return None
        if answer.least == -inf:
            return [goal.constant if goal else 0 for goal in goals], None
        left, least = int(answer.least), []
        for goal, weight in zip(goals, weights[1:], strict=True):
            least.append(left // weight + (goal.constant if goal else 0))
            left %= weight
        if aims[0] is Aim.FAIRNESS and least[0] > self.most_fairness:
            return None  # a better one may have a debt that is not among the tallies
        return least, self._found(answer.values) if answer.values else None

    def _found(self, values: Sequence[float]) -> Found:
        pairs: list[Pair | None] = list(self._course.greedy)
        for number in self._rules.weeks:
            able = self._course.weeks[number].able
            one, other = [who for who in able if values[self._supports[number, who]] > 1 / 2]
            pairs[number] = min(one, other), max(one, other)
        alone = self._fairness.alone if self._fairness else {}
        return pairs, {number: who for (number, who, _), column in alone.items() if values[column] > 1 / 2}

    # -- the goals -------------------------------------------------------------------------------------------------

    def _goal(self, aim: Aim) -> Goal | None:
        """Return a goal, None where it is not modelled."""
        built: Mapping[Aim, Callable[[], Goal | None]] = {
            Aim.TURN: self._turn,
            Aim.COVERAGE: self._coverage,
            Aim.REST: self._rest,
            Aim.FAIRNESS: self._debts,
            Aim.FALLBACK_DAYS: self._days,
            Aim.FALLBACK_PEOPLE: self._people,
            Aim.MIXING: self._mixing,
            Aim.CHANGE: self._change,
        }
        if aim not in self._goals:
            self._goals[aim] = built[aim]()
        return self._goals[aim]

    def _turn(self) -> Goal:
        terms, constant = Terms(), self._rules.so_far(Aim.TURN)
        for number in self._rules.weeks:
            for who in self._course.weeks[number].due - self._rules.known:
                constant += 1
                for columns in (self._rules.first, self._rules.before):
                    if (number, who) in columns:
                        column = columns[number, who]
                        terms[column] = terms.get(column, 0) - 1
        return Goal(terms, constant)

    def _coverage(self) -> Goal:
        gaps = self._rules.gaps.items()
        return self._tabled(Aim.COVERAGE, [(number, one.uncovered, one.more_uncovered) for number, one in gaps])

    def _people(self) -> Goal | None:
        gaps = self._rules.gaps.items()
        if not self._tight:
            return None
        return self._tabled(Aim.FALLBACK_PEOPLE, [(number, one.people, one.more_people) for number, one in gaps])

    def _days(self) -> Goal:
        gaps = self._rules.gaps.items()
        thin = [(number, {who: days.bit_count() for who, days in one.thin.items()}) for number, one in gaps]
        return self._tabled(Aim.FALLBACK_DAYS, [(number, days, {}) for number, days in thin])

    def _tabled(self, aim: Aim, tables: Sequence[tuple[int, Mapping[int, int], Mapping[Pair, int]]]) -> Goal:
        """Return the sum of what depends on who is not the anchor, and of what depends on the anchor too."""
        terms, most = Terms(), 0
        for number, alone, together in tables:
            terms.update({self._supports[number, one]: value for one, value in alone.items() if value})
            for pair, value in together.items():
                both = self._program.column(integral=False)
                self._program.row({both: 1, **{self._supports[number, one]: -1 for one in pair}}, lower=-1)
                terms[both] = value
            most += max(alone.values(), default=0) + max(together.values(), default=0)
        return Goal(terms, self._rules.so_far(aim), most)

    def _earlier(self, number: int, who: int) -> list[int]:
        """Return the shifts of somebody in the weeks before one that count for rest."""
        weeks = range(max(number - REST, 1), number)
        return [self._supports[week, who] for week in weeks if (week, who) in self._supports]

    def _is_tired(self, number: int, who: int) -> bool:
        """Say whether the rota has a shift of somebody that counts for rest in a week."""
        past = self._course.states[1].pairs
        return any(who in pair for pairs in past[len(past) - max(REST + 1 - number, 0) :] for pair in pairs)

    def _rested(self) -> None:
        """Say that nobody has a shift who had one in the weeks before; in one row what would be many."""
        for (number, who), shift in self._supports.items():
            if self._is_tired(number, who):
                self._program.row({shift: 1}, upper=0)
            elif earlier := self._earlier(number, who):
                self._program.row({shift: 1, **dict.fromkeys(earlier, 1)}, upper=1)

    def _rest(self) -> Goal:
        terms, tired = Terms(), dict[tuple[int, int], int]()
        for (number, who), shift in self._supports.items():
            earlier = self._earlier(number, who)
            if self._is_tired(number, who):
                terms[shift] = 1
                tired[number, who] = shift
            elif earlier:
                column = tired[number, who] = self._program.column(integral=False)
                terms[column] = 1
                for one in earlier:
                    self._program.row({column: 1, shift: -1, one: -1}, lower=-1)
                if len(earlier) == REST:  # tighter than the rows before
                    row: Terms = {shift: 1, column: -1, **dict.fromkeys(earlier, 1)}
                    last = tired[number - 1, who]
                    if last == earlier[-1]:
                        del row[last]
                    else:
                        row[last] = -1
                    self._program.row(row, upper=1)
        return Goal(terms, self._rules.so_far(Aim.REST))

    def _debts(self) -> Goal | None:
        if not self._tight or any(week.stand_ins for week in self._course.weeks):
            return None
        self._fairness = Fairness(self._rules, self.most_fairness)
        return None if self._fairness.too_many else Goal(self._fairness.terms, 0)

    def _change(self) -> Goal:
        terms = Terms()
        for (number, who), shift in self._supports.items():
            taken = self._course.weeks[number].taken
            if taken is not None and who not in taken:
                terms[shift] = 1
        return Goal(terms, self._rules.so_far(Aim.CHANGE))

    def _mixing(self) -> Goal | None:
        course, program = self._course, self._program
        pairs = {number: course.pairs(number, frozenset(range(len(course.ids)))) for number in self._rules.weeks}
        if sum(map(len, pairs.values())) > MOST_PAIRS:
            return None
        terms, blocks = Terms(), dict[tuple[int, Pair], Terms]()
        past = course.states[1].pairs
        for number in self._rules.weeks:
            of: dict[int, Terms] = {who: {self._supports[number, who]: -1} for who in course.weeks[number].able}
            for pair in pairs[number]:
                column = program.column()
                for who in pair:
                    of[who][column] = 1
                times = sum([frozenset(pair) in each for each in past[number:]])
                if times:
                    terms[column] = times
                blocks.setdefault((number // (MIXING + 1), pair), {})[column] = 1
            for row in of.values():
                program.row(row, 0, 0)
        for columns in blocks.values():
            if len(columns) == 1:
                continue
            cost = program.column(inf, integral=False)
            terms[cost] = 1
            for times in range(1, len(columns)):
                row = {cost: 1.0, **{column: -float(times) for column in columns}}
                program.row(row, lower=-times * (times + 1) / 2)
        return Goal(terms, self._rules.so_far(Aim.MIXING))
