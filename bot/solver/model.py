"""What no plan can go below: a linear model of a question, minimised goal by goal by HiGHS.

In it the first week is the pick, the rules are picking's, and so is every goal, but for one thing: where nobody could
fill in alone, anybody does who could. So the model allows every plan there is and some that are none: what it cannot
go below, no plan can; a plan of which ``scoring`` says as much is proved.

With an anchor in each pair, a day is thin exactly where the other one is away. Once coverage is as good as each week
allows, as many days are served in a week whoever serves them, and a debt depends on nothing but one's own days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import accumulate, combinations, pairwise, product
from math import isfinite
from time import monotonic

import highspy

from bot.rota.picking import MIXING, PAIR, REST, rounded
from bot.rota.plan import Aim
from bot.solver.course import AIMS, Course, Fills, Pair, State, Week

INFINITE = highspy.kHighsInf  # never a large number in its place: that gave wrong optima
EPSILON = 1e-6
MOST_PAIRS = 4_000  # columns of pairs, beyond which mixing is not modelled

Terms = dict[int, float]
Found = tuple[list[Pair | None], Fills]
Slope = tuple[Fraction, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """What somebody may come to: shifts of each length, ``low`` to ``high`` days of filling in, a debt's square."""

    shifts: tuple[int, ...]
    low: int
    high: int
    square: int


@dataclass(slots=True)
class Fillers:
    """The columns of who fills in in a week: alone on so many days, or in parts."""

    alone: dict[tuple[int, int], int] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)


class Rows:
    """Columns and rows of a linear model, as they are added."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.integral: list[bool] = []
        self.rows: list[tuple[float, float, Terms]] = []

    def column(self, lower: float = 0, upper: float = 1, *, integral: bool = True) -> int:
        """Add a column and return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.integral.append(integral)
        return len(self.lower) - 1

    def row(self, terms: Terms, lower: float = -INFINITE, upper: float = INFINITE) -> None:
        """Add a row."""
        self.rows.append((lower, upper, terms))

    def minimised(self, cost: Terms, besides: Iterable[tuple[float, float, Terms]], seconds: float) -> "Answer":
        """Minimise a cost in whole numbers, with some rows besides."""
        rows = [*self.rows, *besides]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(rows)
        lp.col_cost_ = [cost.get(column, 0.0) for column in range(len(self.lower))]
        lp.col_lower_, lp.col_upper_ = self.lower, self.upper
        lp.row_lower_ = [lower for lower, _, _ in rows]
        lp.row_upper_ = [upper for _, upper, _ in rows]
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[whole] for whole in self.integral]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = list(accumulate([len(terms) for _, _, terms in rows], initial=0))
        lp.a_matrix_.index_ = [column for _, _, terms in rows for column in terms]
        lp.a_matrix_.value_ = [value for _, _, terms in rows for value in terms.values()]
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1 - 1e-4),
            ("time_limit", max(seconds, 0.01)),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(lp)
        solver.run()
        return _answer(solver)


class Answer:
    """What HiGHS found: the least that the cost can be, None where nothing satisfies the rows; a solution, if any."""

    def __init__(self, least: float | None, values: "list[float] | None") -> None:
        """Take them."""
        self.least, self.values = least, values


def _answer(solver: highspy.Highs) -> Answer:
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(None, None)
    info = solver.getInfo()
    least = float(info.mip_dual_bound)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = list(solver.getSolution().col_value) if found else None
    return Answer(least if isfinite(least) else -INFINITE, values)


class Model:
    """The model of a course's plans."""

    def __init__(self, course: Course) -> None:
        """Build what all stages need; what a goal needs besides is added when it is looked at."""
        self._course = course
        self._rows = Rows()
        self._known = course.states[1].supported
        self._free = [number for number in range(1, len(course.weeks)) if course.greedy[number] is not None]
        self._x: dict[tuple[int, int], int] = {}
        self._expressions: dict[Aim, tuple[Terms, int]] = {}
        self._first: dict[tuple[int, int], int] = {}
        self._before: dict[tuple[int, int], int] = {}
        self._tables = {number: Table(course.weeks[number]) for number in self._free}
        self.least_coverage = self._sum_before(Aim.COVERAGE) + sum(one.least for one in self._tables.values())
        self._base()

    def _sum_before(self, aim: Aim) -> int:
        return self._course.states[1].sums[AIMS.index(aim)]

    # -- the rules -------------------------------------------------------------------------------------------------

    def _base(self) -> None:
        rows, weeks = self._rows, self._course.weeks
        for number in self._free:
            self._x.update({(number, one): rows.column() for one in weeks[number].able})
        for who in range(len(self._course.ids)):
            if who not in self._known:
                self._newcomer(who)
        for number in self._free:
            week = weeks[number]
            rows.row({self._x[number, one]: 1 for one in week.able}, PAIR, PAIR)
            new = {one: self._first[number, one] for one in week.able if one not in self._known}
            anchors: Terms = {self._x[number, one]: 1 for one in week.anchors}
            rows.row({**anchors, **{column: -1 for one, column in new.items() if one in week.anchors}}, 1)
            rows.row(dict.fromkeys(new.values(), 1), upper=1)

    def _newcomer(self, who: int) -> None:
        """Say of each week whether somebody has supported before it, and whether they do for the first time in it."""
        rows, before = self._rows, Terms()
        for number in self._free:
            if before:
                (self._before[number, who],) = before
            if (number, who) not in self._x:
                continue
            x, first = self._x[number, who], rows.column()
            self._first[number, who] = first
            rows.row({first: 1, x: -1}, upper=0)
            rows.row({x: 1, first: -1, **dict.fromkeys(before, -1)}, upper=0)
            if who in self._course.weeks[number].growing:
                after = rows.column(integral=False)
                rows.row({after: 1, first: -1, **dict.fromkeys(before, -1)}, 0, 0)
                before = {after: 1}
            else:
                rows.row({first: 1, **before}, upper=1)

    # -- the goals -------------------------------------------------------------------------------------------------

    def expression(self, aim: Aim, state: State) -> tuple[Terms, int] | None:
        """Return a goal as terms and a constant, None where it is not modelled; ``state`` is after the best plan."""
        if aim not in self._expressions:
            found = self._build(aim, state)
            if found is None:
                return None
            self._expressions[aim] = found
        return self._expressions[aim]

    def _build(self, aim: Aim, state: State) -> tuple[Terms, int] | None:
        tight = state.sums[AIMS.index(Aim.COVERAGE)] == self.least_coverage
        if aim in {Aim.FAIRNESS, Aim.FALLBACK_PEOPLE} and not tight:
            return None
        built: Mapping[Aim, Callable[[], tuple[Terms, int] | None]] = {
            Aim.TURN: self._turn,
            Aim.COVERAGE: self._coverage,
            Aim.REST: self._rest,
            Aim.FAIRNESS: partial(self._fairness, state),
            Aim.FALLBACK_DAYS: self._days,
            Aim.FALLBACK_PEOPLE: self._people,
            Aim.MIXING: self._mixing,
            Aim.CHANGE: self._change,
        }
        return built[aim]()

    def _coverage(self) -> tuple[Terms, int]:
        tables = [(number, one.uncovered, one.more_uncovered) for number, one in self._tables.items()]
        return self._tabled(Aim.COVERAGE, tables)

    def _people(self) -> tuple[Terms, int]:
        tables = [(number, one.people, one.more_people) for number, one in self._tables.items()]
        return self._tabled(Aim.FALLBACK_PEOPLE, tables)

    def _days(self) -> tuple[Terms, int]:
        terms: Terms = {}
        for number, table in self._tables.items():
            terms.update({self._x[number, one]: thin.bit_count() for one, thin in table.thin.items() if thin})
        return terms, self._sum_before(Aim.FALLBACK_DAYS)

    def _tabled(
        self, aim: Aim, tables: Sequence[tuple[int, Mapping[int, int], Mapping[Pair, int]]]
    ) -> tuple[Terms, int]:
        """Return the sum of what depends on who is not the anchor, and of what depends on the anchor too."""
        terms: Terms = {}
        for number, alone, together in tables:
            terms.update({self._x[number, one]: value for one, value in alone.items() if value})
            for pair, value in together.items():
                both = self._rows.column(integral=False)
                self._rows.row({both: 1, **{self._x[number, one]: -1 for one in pair}}, lower=-1)
                terms[both] = value
        return terms, self._sum_before(aim)

    def _turn(self) -> tuple[Terms, int]:
        terms, late = Terms(), 0
        for number in self._free:
            for who in self._course.weeks[number].due - self._known:
                late += 1
                for columns in (self._first, self._before):
                    if (number, who) in columns:
                        terms[columns[number, who]] = terms.get(columns[number, who], 0) - 1
        return terms, self._sum_before(Aim.TURN) + late

    def _rest(self) -> tuple[Terms, int]:
        terms: Terms = {}
        tired: dict[tuple[int, int], int] = {}
        before = self._course.states[1].pairs
        for number in self._free:
            past = before[len(before) - max(REST + 1 - number, 0) :]
            for who in self._course.weeks[number].able:
                x = self._x[number, who]
                if any(who in pair for pairs in past for pair in pairs):
                    terms[x] = 1
                    tired[number, who] = x
                    continue
                earlier = [self._x[n, who] for n in range(max(number - REST, 1), number) if (n, who) in self._x]
                if not earlier:
                    continue
                column = tired[number, who] = self._rows.column(integral=False)
                terms[column] = 1
                for one in earlier:
                    self._rows.row({column: 1, x: -1, one: -1}, lower=-1)
                if len(earlier) == REST:
                    row: Terms = {x: 1.0, column: -1.0}
                    row.update(dict.fromkeys(earlier, 1.0))
                    last = tired[number - 1, who]
                    if last == earlier[-1]:
                        del row[last]
                    else:
                        row[last] = -1.0
                    self._rows.row(row, upper=1)
        return terms, self._sum_before(Aim.REST)

    def _change(self) -> tuple[Terms, int]:
        terms: Terms = {}
        for number in self._free:
            taken = self._course.weeks[number].taken
            if taken is not None:
                terms.update({self._x[number, who]: 1 for who in self._course.weeks[number].able if who not in taken})
        return terms, self._sum_before(Aim.CHANGE)

    def _mixing(self) -> tuple[Terms, int] | None:
        course = self._course
        pairs = {number: course.pairs(number, frozenset(range(len(course.ids)))) for number in self._free}
        if sum(map(len, pairs.values())) > MOST_PAIRS:
            return None
        terms: Terms = {}
        blocks: dict[tuple[int, Pair], Terms] = {}
        past = course.states[1].pairs
        for number in self._free:
            of: dict[int, Terms] = {who: {self._x[number, who]: -1} for who in course.weeks[number].able}
            before = past[number:]
            for pair in pairs[number]:
                column = self._rows.column()
                for who in pair:
                    of[who][column] = 1
                times = sum(frozenset(pair) in each for each in before)
                if times:
                    terms[column] = times
                blocks.setdefault((number // (MIXING + 1), pair), {})[column] = 1
            for row in of.values():
                self._rows.row(row, 0, 0)
        for columns in blocks.values():
            if len(columns) == 1:
                continue
            cost = self._rows.column(upper=INFINITE, integral=False)
            terms[cost] = 1
            for times in range(1, len(columns)):
                row = {cost: 1.0, **{column: -float(times) for column in columns}}
                self._rows.row(row, lower=-times * (times + 1) / 2)
        return terms, self._sum_before(Aim.MIXING)

    # -- fairness --------------------------------------------------------------------------------------------------

    def _fairness(self, state: State) -> tuple[Terms, int] | None:
        """Return the squares of debts after the last week, where each depends on one's own days alone.

        Each person has one of their tallies: how many shifts of each length, and how many days of filling in. That
        is far tighter than the sum of their days, as shifts come whole.
        """
        course = self._course
        if any(week.stand_ins for week in course.weeks):
            return None
        rows, terms = self._rows, Terms()
        squares = {who: self._steps(who) for who in course.weeks[course.last].members}
        spare = state.fairness - sum(min(steps)[0] for steps in squares.values())
        for who, steps in squares.items():
            shifts: dict[int, list[int]] = {}
            for number in self._free:
                if (number, who) in self._x:
                    shifts.setdefault(course.weeks[number].mask[who].bit_count(), []).append(self._x[number, who])
            fills = self._fills(who)
            most = int(sum(self._rows.upper[column] * days for column, days in fills.items()))
            lengths = {length: len(columns) for length, columns in sorted(shifts.items())}
            tallies = list(_tallies(lengths, most, [step for step in steps if step[0] - min(steps)[0] <= spare]))
            columns = {rows.column(): tally for tally in tallies}
            rows.row(dict.fromkeys(columns, 1.0), 1, 1)
            for place, length in enumerate(lengths):
                taken = {column: -float(tally.shifts[place]) for column, tally in columns.items()}
                rows.row({**taken, **dict.fromkeys(shifts[length], 1.0)}, 0, 0)
            rows.row({**fills, **{column: -float(tally.low) for column, tally in columns.items()}}, lower=0)
            rows.row({**fills, **{column: -float(tally.high) for column, tally in columns.items()}}, upper=0)
            for length in sorted(set(fills.values()) - {1.0}):
                more = {column: float(-(-days // length)) for column, days in fills.items()}
                rows.row({**more, **{c: float(-(-t.low // length)) * -1 for c, t in columns.items() if t.low}}, lower=0)
                long = dict.fromkeys([column for column, days in fills.items() if days >= length], 1.0)
                rows.row({**long, **{c: -float(t.high // length) for c, t in columns.items()}}, upper=0)
            terms.update({column: tally.square for column, tally in columns.items() if tally.square})
        return terms, 0

    def _fills(self, who: int) -> Terms:
        """Return the days that somebody fills in after the first week."""
        terms: Terms = {}
        for number in self._free:
            fillers = self._fillers(number)
            terms.update({column: days for (one, days), column in fillers.alone.items() if one == who})
            if who in fillers.parts:
                terms[fillers.parts[who]] = 1
        return terms

    def least_turn(self) -> int:
        """Return how often newcomers wait at least: only one of them a week can have the first shift."""
        known = self._course.states[1].supported
        waiting = [len(self._course.weeks[number].due - known) for number in self._free]
        return self._sum_before(Aim.TURN) + sum(max(due - had, 0) for had, due in enumerate(waiting, 1))

    def least_fairness(self, state: State) -> int:
        """Return what the squares of debts come to at least, whoever serves when, as long as somebody does.

        The squares of each are not more than by how many days they serve say, bent so that they are convex; and on
        every day there is an anchor.
        """
        course = self._course
        if not self._free or not self._counts_alone(state):
            return 0
        anchors = frozenset().union(*[course.weeks[number].anchors for number in self._free])
        all_days = sum([course.weeks[number].count for number in self._free])
        members = set(course.weeks[course.last].members)
        base, slopes = Fraction(), {True: list[Slope](), False: list[Slope]()}
        for who in range(len(course.ids)):
            least, bent = _bent(self._steps(who)) if who in members else (0, [(Fraction(), self._most(who))])
            base += least
            slopes[who in anchors] += bent
        total = sum([PAIR * course.weeks[number].count - self._tables[number].least for number in self._free])
        either = sorted([*[(*one, True) for one in slopes[True]], *[(*one, False) for one in slopes[False]]])
        by_anchors = max(_taken(either, total), all_days)
        found = base + _cheapest(slopes[True], by_anchors) + _cheapest(slopes[False], total - by_anchors)
        return -int(-found // 1)

    def _most(self, who: int) -> int:
        """Return how many days somebody could serve after the first week."""
        weeks = [self._course.weeks[number] for number in self._free]
        return sum([week.mask[who].bit_count() for week in weeks if who in week.reserve])

    def _counts_alone(self, state: State) -> bool:
        """Say whether each debt depends on one's own days alone: nobody stands in, and coverage is at its best."""
        covered = state.sums[AIMS.index(Aim.COVERAGE)] == self.least_coverage
        return covered and not any(week.stand_ins for week in self._course.weeks)

    def _fillers(self, number: int) -> Fillers:
        """Return the columns of who fills in in a week.

        Where somebody can do so on all of the thin days, one person does; else anybody who is there, in parts.
        """
        table = self._tables[number]
        if table.fillers is None:
            table.fillers = Fillers()
            for days in sorted({thin.bit_count() for thin in table.thin.values() if thin}):
                self._filled_alone(number, table.fillers, days)
            self._filled_in_parts(number, table.fillers)
        return table.fillers

    def _filled_alone(self, number: int, into: Fillers, days: int) -> None:
        week, rows = self._course.weeks[number], self._rows
        kinds = self._kinds(number, days, alone=True)
        columns: Terms = {}
        for who in self._able_to_fill(number):
            covered = [kind for kind in kinds if not kind & ~week.mask[who]]
            if not covered:
                continue
            column = into.alone[who, days] = rows.column()
            columns[column] = 1
            if len(covered) < len(kinds):
                helped = [one for kind in covered for one in kinds[kind]]
                rows.row({column: 1, **{self._x[number, one]: -1.0 for one in helped}}, upper=0)
            self._fills_in(number, who, {column: 1.0}, 1)
        if kinds:
            thin = [one for found in kinds.values() for one in found]
            rows.row({**columns, **{self._x[number, one]: -1.0 for one in thin}}, 0, 0)

    def _filled_in_parts(self, number: int, into: Fillers) -> None:
        week, table, rows = self._course.weeks[number], self._tables[number], self._rows
        kinds = self._kinds(number, None, alone=False)
        for who in self._able_to_fill(number) if kinds else ():
            helps = {
                self._x[number, one]: -float(most)
                for kind, found in kinds.items()
                for one in found
                if (most := (kind & week.mask[who]).bit_count())
            }
            if not helps:
                continue
            most = -int(min(helps.values()))
            column = into.parts[who] = rows.column(0, most, integral=False)
            rows.row({column: 1, **helps}, upper=0)
            self._fills_in(number, who, {column: 1.0}, most)
        if kinds:
            fills = {
                self._x[number, one]: float(table.uncovered[one] - kind.bit_count())
                for kind, found in kinds.items()
                for one in found
            }
            rows.row({**dict.fromkeys(into.parts.values(), 1.0), **fills}, 0, 0)

    def _kinds(self, number: int, days: int | None, *, alone: bool) -> dict[int, list[int]]:
        """Return who leaves which days thin, so many of them: where one person can always fill in, or others."""
        week, kinds = self._course.weeks[number], dict[int, list[int]]()
        for one, thin in self._tables[number].thin.items():
            if thin and (days is None or thin.bit_count() == days):
                known = [who for who in week.covering(thin) if who in self._known]
                if (len(known) >= PAIR) == alone:  # the anchor may be one of them, who is away is none
                    kinds.setdefault(thin, []).append(one)
        return kinds

    def _able_to_fill(self, number: int) -> list[int]:
        """Return who may fill in in a week, those included who will have supported by then."""
        reserve = self._course.weeks[number].reserve
        return [who for who in reserve if who in self._known or (number, who) in self._before]

    def _fills_in(self, number: int, who: int, terms: Terms, most: float) -> None:
        """Say that nobody fills in for themselves, or before they have supported."""
        if who in self._course.weeks[number].anchors:
            self._rows.row({**terms, self._x[number, who]: most}, upper=most)
        if who not in self._known:
            self._rows.row({**terms, self._before[number, who]: -most}, upper=0)

    def _steps(self, who: int) -> list[tuple[int, int, int]]:
        """Return the squares that somebody's debt can have, each with the least and the most days that give it."""
        course, last = self._course, self._course.last
        week = course.weeks[last]
        since = course.since(who)
        counting = [number for number in self._free if number >= since or number == last]
        total = sum([PAIR * course.weeks[number].count - self._tables[number].least for number in counting])
        first = course.states[1]
        total += first.totals[1] if not since else 0
        served, chances = week.own[who]
        all_served, all_chances = week.all[who]
        chances, all_chances = chances + week.chances[who], all_chances + week.all_chances
        steps: dict[int, tuple[int, int, int]] = {}
        for days in range(sum([course.weeks[number].count for number in self._free]) + 1):
            over = (served + first.served[who] + days) * all_chances - (all_served + total) * chances
            halves = rounded(over, 5 * all_chances) if all_chances else 0
            low = steps[halves][1] if halves in steps else days
            steps[halves] = halves**2, low, days
        return list(steps.values())

    # -- solving ---------------------------------------------------------------------------------------------------

    def least(self, aim: Aim, state: State, before: list[Aim], until: float) -> "tuple[int, Found | None]":
        """Return what a goal cannot go below in plans no worse than ``state`` in those before it; and a better plan.

        A plan is returned that may be better than that of ``state``, none where there is none or none was found.
        """
        reached = _value(state, aim)
        expressions = [(one, self.expression(one, state)) for one in [*before, aim]]
        besides = [
            (-INFINITE, _value(state, one) - found[1] - float(one == aim), found[0])
            for one, found in expressions
            if found is not None
        ]
        target = expressions[-1][1]
        if target is None:
            return 0, None
        terms, constant = target
        answer = self._rows.minimised(terms, besides, until - monotonic())
        if answer.least is None:
            return reached, None
        least = max(_ceil(answer.least), 0) + constant if answer.least > -INFINITE else 0
        return min(least, reached), self._found(answer.values) if answer.values else None

    def _found(self, values: list[float]) -> "Found":
        course = self._course
        pairs: list[Pair | None] = list(course.greedy)
        fills: Fills = {}
        for number in self._free:
            week, fillers = course.weeks[number], self._tables[number].fillers
            one, other = [who for who in week.able if values[self._x[number, who]] > 1 / 2]
            pairs[number] = min(one, other), max(one, other)
            for (who, _), column in fillers.alone.items() if fillers else ():
                if values[column] > 1 / 2:
                    fills[number] = who
        return pairs, fills


def _value(state: State, aim: Aim) -> int:
    return state.fairness if aim is Aim.FAIRNESS else state.sums[AIMS.index(aim)]


def _tallies(lengths: Mapping[int, int], fills: int, steps: Sequence[tuple[int, int, int]]) -> Iterator[Tally]:
    """Yield what somebody may come to with shifts of some lengths, so many each, and at most so many days filled in."""
    most = max((high for _, _, high in steps), default=0)
    for shifts in product(*[range(min(count, most // max(length, 1)) + 1) for length, count in lengths.items()]):
        days = sum([length * count for length, count in zip(lengths, shifts, strict=True)])
        for square, low, high in steps:
            if low - days <= fills and high >= days:
                yield Tally(shifts, max(low - days, 0), min(high - days, fills), square)


def _ceil(value: float) -> int:
    return -int(-(value - EPSILON) // 1)


def _bent(steps: list[tuple[int, int, int]]) -> tuple[int, list[Slope]]:
    """Return the square without a day, and how it changes with each at least: slopes that grow, each for some days."""
    corners: list[tuple[int, int]] = []
    for corner in sorted({(days, square) for square, low, high in steps for days in (low, high)}):
        while len(corners) > 1 and _slope(corners[-2], corners[-1]) >= _slope(corners[-1], corner):
            corners.pop()
        corners.append(corner)
    return corners[0][1], [(_slope(one, other), other[0] - one[0]) for one, other in pairwise(corners)]


def _slope(one: tuple[int, int], other: tuple[int, int]) -> Fraction:
    return Fraction(other[1] - one[1], other[0] - one[0])


def _cheapest(slopes: list[Slope], days: int) -> Fraction:
    """Return what some days cost at least."""
    cost = Fraction()
    for slope, most in sorted(slopes):
        cost += slope * min(most, days)
        days -= min(most, days)
    return cost


def _taken(slopes: list[tuple[Fraction, int, bool]], days: int) -> int:
    """Return how many of some days anchors would serve if that only had to cost the least."""
    taken = 0
    for _, most, anchor in slopes:
        taken += min(most, days) if anchor else 0
        days -= min(most, days)
    return taken


class Table:
    """How a week's thin days can be filled, by who of the pair is not there on them, whoever is experienced.

    ``uncovered`` and ``people`` are the least there can be, ``more_*`` what comes to it beside certain anchors;
    ``least`` is the least uncovered of the week.
    """

    def __init__(self, week: Week) -> None:
        """Look at everybody who is able."""
        self.thin = {one: week.full & ~week.mask[one] for one in week.able if one not in week.anchors}
        self.uncovered: dict[int, int] = {}
        self.people: dict[int, int] = {}
        self.more_uncovered: dict[Pair, int] = {}
        self.more_people: dict[Pair, int] = {}
        self.fillers: Fillers | None = None
        least = [0] if len(week.anchors) >= PAIR else []
        for one, thin in self.thin.items():
            if not thin:  # without production access, but there every day
                self.uncovered[one] = self.people[one] = 0
                continue
            others = [who for who in week.covering(thin) if who != one]
            if len(others) >= PAIR:
                self.uncovered[one], self.people[one] = 0, 1
                continue
            beside = {anchor: _filled(week, thin, {one, anchor}) for anchor in sorted(week.anchors)}
            self.uncovered[one], self.people[one] = min(beside.values())
            for anchor, (uncovered, people) in beside.items():
                if uncovered > self.uncovered[one]:
                    self.more_uncovered[one, anchor] = uncovered - self.uncovered[one]
                if people > self.people[one]:
                    self.more_people[one, anchor] = people - self.people[one]
        self.least = min([*least, *self.uncovered.values()], default=0)


def _filled(week: Week, thin: int, pair: set[int]) -> tuple[int, int]:
    """Return how many days stay uncovered at best, and how many people that takes at least."""
    kinds = {week.mask[who] & thin for who in week.reserve if who not in pair} - {0}
    covered = 0
    for days in kinds:
        covered |= days
    for size in range(len(kinds) + 1):
        for some in combinations(kinds, size):
            union = 0
            for days in some:
                union |= days
            if union == covered:
                return (thin & ~covered).bit_count(), size
    raise AssertionError
