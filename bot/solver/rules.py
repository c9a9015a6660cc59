"""The rules as a linear program: who supports in which week, and how a pair's thin days can be filled."""

from itertools import combinations
from math import inf

from bot.rota.picking import PAIR
from bot.rota.plan import Aim
from bot.solver.course import AIMS, Course, Pair, Week
from bot.solver.program import Program, Terms


class Rules:
    """The plans of a course that begin with the pick and keep the rules.

    Columns by week and person: ``supports``; of those who have not supported yet ``first``, whether they do for the
    first time, and ``before``, whether they have before that week.
    """

    def __init__(self, course: Course) -> None:
        """Begin a program with them; ``weeks`` are those to plan, ``known`` the experienced ones."""
        self.course, self.program = course, Program()
        self.known = course.states[1].supported
        self.weeks = [number for number in range(1, len(course.weeks)) if course.greedy[number] is not None]
        self.gaps = {number: Gaps(course.weeks[number]) for number in self.weeks}
        self.supports: dict[tuple[int, int], int] = {}
        self.first: dict[tuple[int, int], int] = {}
        self.before: dict[tuple[int, int], int] = {}
        for number in self.weeks:
            self.supports.update({(number, who): self.program.column() for who in course.weeks[number].able})
        for who in range(len(course.ids)):
            if who not in self.known:
                self._newcomer(who)
        for number in self.weeks:
            self._pair(number)

    def so_far(self, aim: Aim) -> int:
        """Return what a goal comes to in the first week."""
        return self.course.states[1].sums[AIMS.index(aim)]

    def least_coverage(self) -> int:
        """Return how many days stay uncovered at least."""
        return self.so_far(Aim.COVERAGE) + sum([gaps.least for gaps in self.gaps.values()])

    def least_turn(self, until: float) -> int:
        """Return how often newcomers wait at least, as only one of them a week can have the first shift."""
        weeks, program = self.course.weeks, Program()
        cost, of_week, of_person = Terms(), dict[int, Terms](), dict[int, Terms]()
        waiting, latest = dict[int, int](), self.so_far(Aim.TURN)
        for number in reversed(self.weeks):
            for who in weeks[number].due - self.known:
                waiting[who] = waiting.get(who, 0) + 1
                latest += 1
            for who in weeks[number].able:
                if waiting.get(who):
                    column = program.column()
                    grows = who in weeks[number].growing
                    cost[column] = -waiting[who] if grows else -int(who in weeks[number].due)
                    of_week.setdefault(number, {})[column] = 1
                    if grows:
                        of_person.setdefault(who, {})[column] = 1
        for terms in (*of_week.values(), *of_person.values()):
            program.row(terms, upper=1)
        saved = program.least(cost, until).least if cost else 0
        return max(latest + int(saved), 0) if saved > -inf else 0

    def _newcomer(self, who: int) -> None:
        grown: int | None = None  # the column that says whether they have supported so far
        for number in self.weeks:
            before: Terms = {}
            if grown is not None:
                self.before[number, who] = grown
                before = {grown: 1}
            if (number, who) not in self.supports:
                continue
            supports, first = self.supports[number, who], self.program.column()
            self.first[number, who] = first
            self.program.row({supports: 1, first: -1, **dict.fromkeys(before, -1)}, upper=0)
            self.program.row({first: 1, supports: -1}, upper=0)
            if who in self.course.weeks[number].growing:
                grown = self.program.column(integral=False)
                self.program.row({grown: 1, first: -1, **dict.fromkeys(before, -1)}, 0, 0)
            else:
                self.program.row({first: 1, **before}, upper=1)

    def _pair(self, number: int) -> None:
        """Say that two support, one of them an experienced anchor, so that one of them at most is new."""
        week = self.course.weeks[number]
        new = {who: self.first[number, who] for who in week.able if who not in self.known}
        anchors: Terms = {self.supports[number, who]: 1 for who in week.anchors}
        anchors.update({column: -1 for who, column in new.items() if who in week.anchors})
        self.program.row({self.supports[number, who]: 1 for who in week.able}, PAIR, PAIR)
        self.program.row(anchors, 1)
        self.program.row(dict.fromkeys(new.values(), 1), upper=1)


class Gaps:
    """How a week's thin days can be filled, by who of the pair is not there on them, whoever is experienced.

    With an anchor in each pair, a day is ``thin`` exactly where the other one is away. ``uncovered`` and ``people``
    are the least there can be, ``more_*`` what comes to it beside certain anchors; ``least`` is the least uncovered.
    """

    def __init__(self, week: Week) -> None:
        """Look at everybody who is able."""
        self.thin = {one: week.full & ~week.mask[one] for one in week.able if one not in week.anchors}
        self.uncovered: dict[int, int] = {}
        self.people: dict[int, int] = {}
        self.more_uncovered: dict[Pair, int] = {}
        self.more_people: dict[Pair, int] = {}
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
