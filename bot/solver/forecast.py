"""The forecast: first the plan that picks the best team week by week, then the best that is found, goal by goal.

Each goal in its turn: what no plan can go below that is no worse in those before, and a search for a plan that comes
down to it. Where time ends before they meet, the gap is said. The same question gives the same plan, unless time ends.
"""

from collections.abc import Iterator
from time import monotonic

from bot.rota.plan import Aim, Bound, Plan, Question, aims
from bot.solver.course import AIMS, Course, shown
from bot.solver.model import Model
from bot.solver.search import Search

FIRST_STEPS = 500
STEPS = 6_000  # for each goal that is not down to its bound
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
        self._model: Model | None = None

    def bounds(self) -> tuple[Bound, ...]:
        """Return what is known of each goal, when the search has gone as far as it can."""
        missing = sum(pair is None for pair in self._search.best)
        impossible = self._impossible()
        if missing > impossible:
            # Which weeks have no team depends on who has supported by then: nothing else can be said.
            self._least = [impossible, *[0] * (len(self._order) - 1)]
        else:
            self._least = [missing]
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
        return sum(
            [
                course.greedy[number] is None if not number else not course.pairs(number, everybody)
                for number in range(len(course.weeks))
            ]
        )

    def _go(self) -> None:
        """Look at the next goal; where the plan gets better in one before, go on from there."""
        before = self._search.key
        stage = len(self._least)
        aim = self._order[stage]
        least = self._trivial(aim)
        self._improve(least, FIRST_STEPS)
        if self._search.key[stage] > least and self._search.key[:stage] == before[:stage] and self._left() > 0:
            least, found = self._modelled().least(
                aim, self._search.state, list(self._order[1:stage]), monotonic() + self._left() / 2
            )
            least = max(least, self._trivial(aim))
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
            self._model = None

    def _improve(self, least: int, steps: int) -> None:
        goal = (*self._search.key[: len(self._least)], least)
        self._search.improve(goal, steps, monotonic() + self._left() / 4)

    def _left(self) -> float:
        return self._until - monotonic()

    def _modelled(self) -> Model:
        if self._model is None:
            self._model = Model(self._course)
        return self._model

    def _trivial(self, aim: Aim) -> int:
        """Return what needs no search to be known."""
        if aim is Aim.FAIRNESS:
            return self._modelled().least_fairness(self._search.state)
        if aim is Aim.TURN:
            return self._modelled().least_turn()
        if aim is Aim.COVERAGE:
            return self._modelled().least_coverage
        return self._course.states[1].sums[AIMS.index(aim)]
