"""The forecast: first the plan that picks the best team week by week, then the best that is found.

It is aimed at the best in all goals at once. Where that is missed, each goal in its turn: what no plan can go below
that is no worse in those before, and a search for a plan that comes down to it. Where time ends before they meet, the
gap is said. The same question gives the same plan, unless time ends.
"""

from collections.abc import Iterable, Iterator
from time import monotonic

from bot.rota.plan import Aim, Bound, Plan, Question, aims
from bot.solver.course import AIMS, Course, shown
from bot.solver.model import Model
from bot.solver.rules import Rules
from bot.solver.search import Search

FIRST_STEPS = 500
STEPS = 6_000  # for each goal that is not down to its bound
SHARE = 0.8  # of the time for all goals at once
MORE = 2  # times the fairness there is, where goals before it get better
SPARE = 1.5  # times what the first plan's scoring took


def plans(question: Question) -> Iterator[Plan]:
    """Yield the plan that is there at once, then the best one with what is proved of it."""
    started = monotonic()
    course = Course(question)
    made = monotonic()
    first = shown(course, course.greedy)
    scoring = monotonic() - made
    yield first
    until = started + question.seconds - SPARE * scoring  # the plan that is found is scored, too
    search = Search(course)
    bounds = _Stages(course, search, until).bounds()
    plan = search.plan()
    yield Plan(plan.weeks, plan.score, bounds)


class _Stages:
    """Goes through the goals, the most important first."""

    def __init__(self, course: Course, search: Search, until: float) -> None:
        self._course, self._search, self._until = course, search, until
        self._order = aims(course.question.goals)
        self._least: list[int] = []
        self._targets: list[int] = []

    def bounds(self) -> tuple[Bound, ...]:
        """Return what is known of each goal, when the search has gone as far as it can."""
        missing = sum(pair is None for pair in self._search.best)
        impossible = self._impossible()
        if missing > impossible:
            # Which weeks have no team depends on who has supported by then: nothing else can be said.
            self._least = [impossible, *[0] * (len(self._order) - 1)]
        else:
            self._least = [missing]
            self._aim()
            while len(self._least) < len(self._order):
                self._go()
        proved, bounds = True, []
        for aim, reached, least in zip(self._order, self._search.key, self._least, strict=True):
            proved = proved and reached == least
            bounds.append(Bound(aim, reached, least, proved))
        return tuple(bounds)

    def _impossible(self) -> int:
        """Count the weeks in which no pair satisfies the rules, whoever has supported by then; the first as it is."""
        course = self._course
        everybody = frozenset(range(len(course.ids)))
        later = range(1, len(course.weeks))
        return course.greedy[:1].count(None) + sum(not course.pairs(number, everybody) for number in later)

    def _aim(self) -> None:
        """Aim at a plan that is the best there can be in all goals before mixing at once, and go on from it, if any.

        Each target is what the goal cannot go below in plans that are at the targets before it. A goal that is at the
        least it could ever be is held there, whatever becomes of those before.
        """
        if self._left() <= 0:
            return
        until = monotonic() + SHARE * self._left()
        rules, found = Rules(self._course), None
        model = Model(rules)
        key = self._search.key
        self._targets = [key[0]]
        for group in _groups(self._order[1:]):
            place = len(self._targets)
            reached = list(key[place : place + len(group)])
            least = [self._trivial(aim, rules) for aim in group]
            if reached != least:
                same = tuple(self._targets) == key[:place]
                model.most_fairness = self._search.state.fairness * (1 if same else MORE)
                answer = model.least(group, until, reached if same else None)
                if answer is None:
                    break
                least, plan = answer
                found = plan or found
                if plan is None:
                    self._targets += least
                    break
            for aim, value in zip(group, least, strict=True):
                model.hold(aim, value)
            self._targets += least
        if found is not None:
            self._search.take(*found)

    def _go(self) -> None:
        """Look at the next goal; where the plan gets better in one before, go on from there."""
        before = self._search.key
        stage = len(self._least)
        aim = self._order[stage]
        least = self._known(stage)
        self._improve(least, FIRST_STEPS)
        if self._search.key[stage] > least and self._search.key[:stage] == before[:stage] and self._left() > 0:
            model = Model(Rules(self._course))
            model.most_fairness = self._search.state.fairness
            for one, value in zip(self._order[1:stage], self._search.key[1:stage], strict=True):
                model.hold(one, value)
            reached = self._search.key[stage]
            (bound,), found = model.least([aim], monotonic() + self._left() / 2, [reached]) or ([reached], None)
            least = max(least, min(bound, reached))
            if found is not None:
                self._search.take(*found)
            self._improve(least, STEPS)
        self._least.append(least)
        self._keep(before)

    def _keep(self, before: tuple[int, ...]) -> None:
        """Keep what is known of each goal that was known of plans no better in those before it."""
        now = self._search.key
        worse = next((place for place in range(len(self._least)) if now[place] > before[place]), None)
        if worse is not None:
            del self._least[worse + 1 :]

    def _improve(self, least: int, steps: int) -> None:
        goal = (*self._search.key[: len(self._least)], least)
        self._search.improve(goal, steps, monotonic() + self._left() / 4)

    def _left(self) -> float:
        return self._until - monotonic()

    def _known(self, stage: int) -> int:
        """Return what is known of a goal before it is looked at."""
        least = self._course.states[1].sums[AIMS.index(self._order[stage])]
        aimed = stage < len(self._targets) and list(self._search.key[:stage]) == self._targets[:stage]
        return max(least, self._targets[stage]) if aimed else least

    def _trivial(self, aim: Aim, rules: Rules) -> int:
        """Return what needs no search to be known."""
        if aim is Aim.FAIRNESS:
            return 0
        if aim is Aim.TURN:
            return rules.least_turn(self._until)
        if aim is Aim.COVERAGE:
            return rules.least_coverage()
        return rules.so_far(aim)


def _groups(order: Iterable[Aim]) -> Iterator[list[Aim]]:
    """Yield the goals before mixing, those of fallback with the one before them: they are looked at together."""
    group: list[Aim] = []
    for aim in order:
        if aim not in {Aim.FALLBACK_DAYS, Aim.FALLBACK_PEOPLE} or group in ([], [Aim.COVERAGE]):
            if group:
                yield group
            group = []
        if aim is Aim.MIXING:
            return
        group.append(aim)
