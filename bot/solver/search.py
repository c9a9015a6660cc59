"""Better plans near a plan: one shift or two of it changed at a time, as long as it gets no worse.

The same plan and the same number of steps give the same result.
"""

import random
from collections.abc import Mapping, Sequence
from time import monotonic

from bot.rota.plan import Plan
from bot.solver.course import NONE, Course, Fills, Pair, shown

PATIENCE = 400  # steps without a better plan before some shifts are changed at random
SHAKE = 3  # of them
LOOK = 64  # steps between two looks at the clock
REPLACE, REPICK, REFILL = 0.4, 0.1, 0.1
"""How often one shift is changed, both of a week, and who fills in; two weeks exchange a shift otherwise."""

Pairs = list[Pair | None]


class Search:
    """A walk from plan to plan; ``best``, ``fills``, ``state`` and ``key`` are of the best so far."""

    def __init__(self, course: Course, seed: int = 0) -> None:
        """Begin with the plan that picks the best team week by week."""
        self._course = course
        self._chance = random.Random(seed)  # noqa: S311 - chance for looking around, no secret
        self._free = [number for number in range(1, len(course.weeks)) if course.greedy[number] is not None]
        self.best: Pairs = list(course.greedy)
        self.fills: Fills = {}
        self.state = course.states[-1].copy()
        self.key = course.key(self.state)
        self._go_to(self.best)

    def _go_to(self, pairs: Sequence[Pair | None], fills: Mapping[int, int] = NONE) -> bool:
        """Stand at a plan, if the rules allow it."""
        states = [self._course.states[0], *[self.state] * len(self._course.weeks)]
        state = self._course.walk(pairs, 0, states, states, fills)
        if state is None:
            return False
        self._here, self._filled, self._states = list(pairs), dict(fills), states
        self._value = self._course.key(state)
        return True

    def take(self, pairs: Sequence[Pair | None], fills: Mapping[int, int] = NONE) -> None:
        """Go on from a plan, if the rules allow it."""
        if self._go_to(pairs, fills):
            self._note()

    def plan(self) -> Plan:
        """Return the best so far, scored by picking."""
        alone, states = {}, [self._course.states[0], *[self.state] * len(self._course.weeks)]
        self._course.walk(self.best, 0, states, states, self.fills)
        for number, who in self.fills.items():
            pair = self.best[number]
            if pair is not None and self._course.can_fill(number, states[number], pair, who):
                alone[number] = who
        return shown(self._course, self.best, alone)

    def _note(self) -> bool:
        better = self._value < self.key
        if better:
            self.best, self.fills = list(self._here), dict(self._filled)
            self.key, self.state = self._value, self._states[-1].copy()
        return better

    def improve(self, goal: tuple[int, ...], steps: int, until: float) -> None:
        """Walk until the best begins with ``goal`` or better, or for some steps."""
        idle = 0
        for step in range(steps if self._free else 0):
            if self.key[: len(goal)] <= goal or (not step % LOOK and monotonic() > until):
                break
            if self._step():
                idle = 0
            else:
                idle += 1
            if idle > PATIENCE:
                idle = 0
                self._shake()

    def _step(self) -> bool:
        """Try one change, keep it if the plan gets no worse; say whether it is the best so far."""
        changed = self._changed()
        if changed is None:
            return False
        pairs, fills, start = changed
        state = self._course.walk(pairs, start, self._states, fills=fills)
        if state is None or self._course.key(state) > self._value:
            return False
        self._course.walk(pairs, start, self._states, self._states, fills)
        self._here, self._filled, self._value = pairs, fills, self._course.key(state)
        return self._note()

    def _shake(self) -> None:
        """Go back to the best and change some shifts of it, whatever that costs."""
        self._go_to(self.best, self.fills)
        for _ in range(SHAKE):
            changed = self._changed()
            if changed is not None:
                self._go_to(changed[0], changed[1])

    def _changed(self) -> tuple[Pairs, Fills, int] | None:
        """Return a plan that differs in a shift or two, and from which week on; None where it comes to nothing."""
        chance, weeks = self._chance, self._course.weeks
        number = chance.choice(self._free)
        pairs = list(self._here)
        way = chance.random()
        if way > 1 - REFILL:
            return self._refilled(number)
        if way < REPLACE:
            changed = {number: self._replaced(number, chance.choice(weeks[number].able))}
        elif way < REPLACE + REPICK:
            known = self._states[number].supported
            changed = {number: chance.choice(self._course.pairs(number, known))}
        else:
            other = chance.choice(self._free)
            one, two = self._here[number], self._here[other]
            assert one is not None
            assert two is not None
            leaves, comes = chance.choice(one), chance.choice(two)
            changed = {number: _swapped(one, leaves, comes), other: _swapped(two, comes, leaves)}
        for week, pair in changed.items():
            if pair is None:
                return None
            pairs[week] = pair
        differ = [week for week in sorted(changed) if pairs[week] != self._here[week]]
        if not differ:
            return None
        return pairs, self._filled, differ[0]

    def _refilled(self, number: int) -> tuple[Pairs, Fills, int] | None:
        pair = self._here[number]
        assert pair is not None
        who = self._chance.choice(self._course.weeks[number].reserve)
        if self._filled.get(number) == who or not self._course.can_fill(number, self._states[number], pair, who):
            return None
        return list(self._here), {**self._filled, number: who}, number

    def _replaced(self, number: int, comes: int) -> Pair | None:
        pair = self._here[number]
        assert pair is not None
        return _swapped(pair, self._chance.choice(pair), comes)


def _swapped(pair: Pair, leaves: int, comes: int) -> Pair | None:
    stays = pair[1] if pair[0] == leaves else pair[0]
    return None if stays == comes else (min(stays, comes), max(stays, comes))
