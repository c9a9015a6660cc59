"""The course of many weeks, fast: what cannot change in them read once, the rest carried from week to week.

Says of each plan what ``scoring`` says of it, in a hundredth of the time, and makes the plan that picks the best team
week by week. People are numbers here, in the order of their sorted ids, days of a week are bits, debts are halves.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import chain, combinations
from types import MappingProxyType

from bot.people import Person
from bot.policy import Goal
from bot.rota import picking
from bot.rota.ledger import OBSERVING_DAYS, WINDOW, history, settled
from bot.rota.picking import MIXING, PAIR, REST, TURN, rounded
from bot.rota.plan import LONGEST, Aim, Plan, Question, aims
from bot.rota.presence import WEEK, Presence, working_days
from bot.solver.scoring import replayed

BEFORE = WINDOW - 1  # iterations that count with the one that is picked
NOBODY = -1
NONE: Mapping[int, int] = MappingProxyType({})
BITS = range(7)  # of the days of a week
COVERERS = 3  # of whom one is left when two of them are the pair

Pair = tuple[int, int]
Pairs = tuple[frozenset[int], ...]
"""Who served together in a week: one pair, two where one was taken late, or somebody alone."""
Stints = tuple[tuple[int, int], ...]
"""People who fill in, and their days."""
Fills = dict[int, int]
"""Who fills in alone, by week, where a plan says so; picking's own choice in every other."""


@dataclass(slots=True)
class Week:
    """What is known of an iteration whatever the plan: who is there, who may do what, and what counts of it.

    By person: ``mask`` the days on which they are present, ``chances`` those that count; ``own`` and ``all`` (days
    served before the plan, chances before this week) of the iterations that count for them. ``growing`` become
    experienced by a SUPPORT shift.
    """

    count: int
    full: int
    mask: list[int]
    members: list[int]
    able: list[int]
    anchors: frozenset[int]
    reserve: list[int]
    due: frozenset[int]
    watching: tuple[int, ...]
    growing: frozenset[int]
    chances: list[int]
    all_chances: int
    own: list[tuple[int, int]]
    all: list[tuple[int, int]]
    taken: frozenset[int] | None
    stand_ins: Mapping[tuple[int, int], int]
    coverers: dict[int, list[int]] = field(default_factory=dict)

    def covering(self, days: int) -> list[int]:
        """Return who could fill in on all of some days."""
        found = self.coverers.get(days)
        if found is None:
            found = self.coverers[days] = [one for one in self.reserve if not days & ~self.mask[one]]
        return found


class State:
    """What a plan has made of things before a week: days served, who has supported, and the goals so far."""

    __slots__ = ("fairness", "pairs", "served", "sums", "supported", "totals")

    def __init__(self, served: list[int], totals: list[int], supported: frozenset[int], pairs: list[Pairs]) -> None:
        """Begin; ``totals`` sums the days that all served before each week, ``pairs`` goes back MIXING weeks."""
        self.served, self.totals, self.supported, self.pairs = served, totals, supported, pairs
        self.sums = [0] * len(Aim)
        self.fairness = 0

    def copy(self) -> "State":
        """Return one that can go another way."""
        other = State(self.served[:], self.totals[:], self.supported, self.pairs[:])
        other.sums, other.fairness = self.sums[:], self.fairness
        return other

    def tired(self) -> frozenset[int]:
        """Return who had a SUPPORT shift in the last weeks."""
        return frozenset().union(*chain.from_iterable(self.pairs[-REST:]))


AIMS = tuple(Aim)
(_MISSING, _TURN, _COVERAGE, _REST, _FAIRNESS, _DAYS, _PEOPLE, _MIXING, _CHANGE) = range(len(AIMS))


class Course:
    """The weeks of a question and the plans for them."""

    def __init__(self, question: Question) -> None:
        """Read the rota once and go through the weeks, picking the best team of each: ``greedy``.

        ``states`` are those before each week of that plan and after the last; ``last`` is the last that has a team.
        """
        self.question = question
        count = min(question.weeks, LONGEST)
        self._hours = question.hours
        self._presence = Presence(question.rota, question.hours)
        self._rota = settled(question.rota, question.first, question.hours, self._presence)
        self.ids = sorted(self._rota.people)
        self.number = {id_: number for number, id_ in enumerate(self.ids)}
        self.people = [self._rota.people[id_] for id_ in self.ids]
        self.span = [question.first + number * WEEK for number in range(-BEFORE, count)]
        self.order = [AIMS.index(aim) for aim in aims(question.goals)]
        self._must = [one.must_observe(question.first) for one in self.people]
        self._observed = {number: one.observed for number, one in enumerate(self.people) if one.observed is not None}
        self._again = {number for number, one in enumerate(self.people) if one.again}
        self._past()
        self.weeks: list[Week] = []
        self._debts: list[dict[tuple[int, int, int], int]] = []
        self.greedy: list[Pair | None] = []
        start = State(
            [0] * len(self.ids),
            [0],
            frozenset(number for number, one in enumerate(self.people) if one.experienced),
            [self._served_together(one) for one in self.span[BEFORE - MIXING : BEFORE]],
        )
        self.states = [start]
        self.last = NOBODY
        for number in range(count):
            self._go(number)
        self.last = max((number for number, pair in enumerate(self.greedy) if pair is not None), default=NOBODY)
        self.walk(self.greedy, max(self.last, 0), self.states, self.states)

    # -- what is known ---------------------------------------------------------------------------------------------

    def _numbers(self, ids: Iterable[str]) -> frozenset[int]:
        # Whoever is not of the team any more is nobody's partner again; one pair of such people counts as none.
        return frozenset([self.number.get(id_, NOBODY) for id_ in ids])

    def _served_together(self, iteration: date) -> Pairs:
        alone = [[id_] for id_ in picking.pair_of(self._rota, iteration)]
        return tuple([self._numbers(ids) for ids in (*picking.pairs_of(self._rota, iteration), *alone)])

    def _past(self) -> None:
        """Sum what was served and could have been in the iterations before, by person and in all."""
        nobody = [0] * len(self.ids)
        self._served, self._chances = [nobody], [nobody]
        self._all_served, self._all_chances = [0], [0]
        before = history(self._rota)
        for iteration in self.span[:BEFORE]:
            counted = before.get(iteration, {})
            served = [counted.get(id_, (0, 0))[0] for id_ in self.ids]
            self._served.append([a + b for a, b in zip(self._served[-1], served, strict=True)])
            self._all_served.append(self._all_served[-1] + sum(days for days, _ in counted.values()))
            self._count([counted.get(id_, (0, 0))[1] for id_ in self.ids], sum(days for _, days in counted.values()))
        self._since = [self._joined(one) for one in self.people]

    def _count(self, chances: list[int], everybody: int) -> None:
        self._chances.append([a + b for a, b in zip(self._chances[-1], chances, strict=True)])
        self._all_chances.append(self._all_chances[-1] + everybody)

    def since(self, who: int) -> int:
        """Return the first week of the plan that counts for somebody."""
        return max(self._since[who] - BEFORE, 0)

    def _joined(self, person: Person) -> int:
        """Return the place of the first iteration that counts for somebody."""
        if person.joined is None:
            return 0
        return next((place for place, one in enumerate(self.span) if person.joined < one + WEEK), len(self.span))

    def _go(self, number: int) -> None:
        """Look at the next week, pick the best team of it and note who observes."""
        week = self._look(number)
        self.weeks.append(week)
        self._debts.append({})
        state = self.states[-1].copy()
        pair = self.best(number, state)
        self.greedy.append(pair)
        self.advance(number, state, pair)
        self.states.append(state)
        if pair is None:  # an iteration without a team counts for nobody, and nobody observes in it
            self._count([0] * len(self.ids), 0)
            return
        self._count(week.chances, week.all_chances)
        for one in week.watching:
            own = sum(week.mask[one] >> bit & 1 and (one, bit) not in week.stand_ins for bit in BITS)
            if one in self._again:
                self._again.discard(one)
            elif own >= OBSERVING_DAYS:
                self._observed[one] = self.span[BEFORE + number]

    def _look(self, number: int) -> Week:
        place = BEFORE + number
        iteration = self.span[place]
        days = working_days(iteration, self._hours)
        has = self._presence.has
        mask = [sum([1 << bit for bit, day in enumerate(days) if has(one, day)]) for one in self.people]
        full = (1 << len(days)) - 1
        must = [
            iteration <= self._observed[who] if who in self._observed else self._must[who]
            for who in range(len(self.people))
        ]
        members = [who for who, one in enumerate(self.people) if one.left is None or one.left > iteration]
        belongs = [who for who in members if self._since[who] <= place]
        declined = self._numbers(self.question.declined) if not number else frozenset()
        able = [
            who for who in belongs if who not in declined and not must[who] and 2 * mask[who].bit_count() >= len(days)
        ]
        watching = [who for who in members if must[who] and mask[who].bit_count() >= OBSERVING_DAYS]
        watching.sort(key=lambda who: (self.people[who].joined or self.span[0].min, who))
        chances = [0 if must[who] else mask[who].bit_count() for who in range(len(self.people))]
        stand_ins = self._stand_ins(days)
        growing = [
            who for who, days in enumerate(mask) if any(days >> bit & 1 and (who, bit) not in stand_ins for bit in BITS)
        ]
        starts = [max(number, since) for since in self._since]
        return Week(
            count=len(days),
            full=full,
            mask=mask,
            members=members,
            able=able,
            anchors=frozenset(who for who in able if self.people[who].production_access and mask[who] == full),
            reserve=[who for who in belongs if who not in declined and not must[who]],
            due=frozenset(who for who in belongs if not must[who] and self._is_due(who, number)),
            watching=tuple(watching[: picking.MOST_OBSERVERS]),
            growing=frozenset(growing),
            chances=chances,
            all_chances=sum(chances),
            own=[
                (self._past_served(who, start), self._chances[place][who] - self._chances[min(start, place)][who])
                for who, start in enumerate(starts)
            ],
            all=[
                (self._past_all(start), self._all_chances[place] - self._all_chances[min(start, place)])
                for start in starts
            ],
            taken=self._taken(number),
            stand_ins=stand_ins,
        )

    def _past_served(self, who: int, start: int) -> int:
        return self._served[BEFORE][who] - self._served[start][who] if start < BEFORE else 0

    def _past_all(self, start: int) -> int:
        return self._all_served[BEFORE] - self._all_served[start] if start < BEFORE else 0

    def _is_due(self, who: int, number: int) -> bool:
        """Say whether it would be a newcomer's turn if they had not supported yet."""
        observed = self._observed.get(who)
        return observed is not None and self.span[BEFORE + number] - observed >= TURN * WEEK

    def _taken(self, number: int) -> frozenset[int] | None:
        ids = self.question.taken if not number and self.question.taken else ()
        found = ids or picking.pair_of(self._rota, self.span[BEFORE + number])
        return self._numbers(found) if found else None

    def _stand_ins(self, days: Sequence[date]) -> dict[tuple[int, int], int]:
        """Return who serves in somebody's place on a day."""
        found = {}
        for who in {self.number[one.person] for one in self._rota.overrides if one.person in self.number}:
            for bit, day in enumerate(days):
                server = self._presence.server(self.ids[who], day)
                if server != self.ids[who]:
                    found[who, bit] = self.number.get(server, NOBODY)
        return found

    # -- a plan ----------------------------------------------------------------------------------------------------

    def walk(
        self,
        pairs: Sequence[Pair | None],
        start: int,
        states: Sequence[State],
        into: list[State] | None = None,
        fills: Mapping[int, int] = NONE,
    ) -> State | None:
        """Return the state after a plan that is as that of ``states`` before ``start``; None where it breaks a rule.

        The states after each week from ``start`` on are put ``into`` a list, if one is given.
        """
        state = states[start].copy()
        for number in range(start, len(self.weeks)):
            pair = pairs[number]
            if pair is not None and not self.legal(number, state, pair):
                return None
            self.advance(number, state, pair, fills.get(number))
            if into is not None:
                into[number + 1] = state.copy()
        return state

    def key(self, state: State) -> tuple[int, ...]:
        """Return what is compared of a whole plan."""
        sums = state.sums
        sums[_FAIRNESS] = state.fairness
        return tuple([sums[place] for place in self.order])

    def legal(self, number: int, state: State, pair: Pair) -> bool:
        """Say whether the rules allow a pair."""
        week = self.weeks[number]
        if pair[0] not in week.able or pair[1] not in week.able:
            return False
        return any(one in week.anchors and one in state.supported for one in pair)

    def advance(self, number: int, state: State, pair: Pair | None, fill: int | None = None) -> None:
        """Take a state over a week, in which somebody fills in alone, if they can."""
        week, sums = self.weeks[number], state.sums
        if pair is None:
            sums[_MISSING] += 1
            state.totals.append(state.totals[-1])
            state.pairs.append(())
            return
        one, other = pair
        both = frozenset(pair)
        thin = week.full & ~(week.mask[one] & week.mask[other])
        if fill is not None and self.can_fill(number, state, pair, fill):
            stints: Stints = ((fill, thin),)
        else:
            stints = self.fallback(number, state, pair, thin) if thin else ()
        left = thin
        for _, days in stints:
            left &= ~days
        sums[_TURN] += len(week.due - state.supported - both)
        sums[_COVERAGE] += left.bit_count()
        sums[_REST] += len(both.intersection(state.tired()))
        sums[_DAYS] += thin.bit_count()
        sums[_PEOPLE] += len(stints)
        sums[_MIXING] += sum([both in each for each in state.pairs[-MIXING:]])
        if week.taken is not None:
            sums[_CHANGE] += len(both - week.taken)
        if number == self.last:
            served = {one: week.mask[one].bit_count(), other: week.mask[other].bit_count()}
            served.update({who: days.bit_count() for who, days in stints})
            state.fairness = self.fairness(number, state, served)
        shifts = ((one, week.full), (other, week.full), *stints)
        total = 0
        if week.stand_ins:
            total = self._credited(week, state, shifts)
        else:
            for who, days in shifts:
                count = (days & week.mask[who]).bit_count()
                state.served[who] += count
                total += count
        state.totals.append(state.totals[-1] + total)
        state.pairs.append((both,))
        if not both <= state.supported:
            state.supported |= both & week.growing

    def _credited(self, week: Week, state: State, shifts: Iterable[tuple[int, int]]) -> int:
        """Count the days of a week to those who serve on them, each once; return their sum."""
        seen, total = set(), 0
        for who, days in shifts:
            for bit in range(week.count):
                server = week.stand_ins.get((who, bit), who)
                if not days >> bit & 1:
                    continue
                if server == NOBODY:
                    total += 1
                elif week.mask[server] >> bit & 1 and (server, bit) not in seen:
                    seen.add((server, bit))
                    state.served[server] += 1
                    total += 1
        return total

    def parts(self, number: int, state: State, who: int, days: int, total: int) -> tuple[int, int]:
        """Return a debt after a week, as a fraction: somebody served ``days`` of the ``total`` of all in it."""
        week = self.weeks[number]
        served, chances = week.own[who]
        all_served, all_chances = week.all[who]
        served += state.served[who] + days
        all_served += state.totals[number] - state.totals[min(self.since(who), number)] + total
        chances += week.chances[who]
        all_chances += week.all_chances
        if not all_chances:
            return 0, 1
        return served * all_chances - all_served * chances, 5 * all_chances

    def fairness(self, number: int, state: State, served: Mapping[int, int]) -> int:
        """Return the sum of the squares of debts after a week."""
        total = sum(served.values())
        get = served.get
        return sum(
            [rounded(*self.parts(number, state, who, get(who, 0), total)) ** 2 for who in self.weeks[number].members]
        )

    def debt(self, number: int, state: State, who: int) -> int:
        """Return a debt before a week; the same ones come again and again."""
        totals = state.totals
        served, since = state.served[who], self._since[who] - BEFORE
        total = totals[number] - totals[min(since, number)] if since > 0 else totals[number]
        known = self._debts[number]
        found = known.get((who, served, total))
        if found is None:
            week = self.weeks[number]
            own, chances = week.own[who]
            everybody, all_chances = week.all[who]
            over = (own + served) * all_chances - (everybody + total) * chances
            found = known[who, served, total] = rounded(over, 5 * all_chances) if all_chances else 0
        return found

    # -- fallback --------------------------------------------------------------------------------------------------

    def can_fill(self, number: int, state: State, pair: Pair, who: int) -> bool:
        """Say whether somebody could fill in alone on the days on which not both of a pair are there, if any."""
        week = self.weeks[number]
        thin = week.full & ~(week.mask[pair[0]] & week.mask[pair[1]])
        return bool(thin) and who not in pair and who in state.supported and who in week.covering(thin)

    def fallback(self, number: int, state: State, pair: Pair, thin: int) -> Stints:
        """Return the best fallback of a pair that the rules allow, as ``picking`` chooses it."""
        known = state.supported
        covering = [one for one in self.weeks[number].covering(thin) if one not in pair and one in known]
        if covering:
            return ((min([(self.debt(number, state, one), one) for one in covering])[1], thin),)
        return self._several(number, state, pair, thin)

    def _several(self, number: int, state: State, pair: Pair, thin: int) -> Stints:
        """Return the best fallback where nobody could fill in on all days.

        With an anchor in the pair somebody with production access is always there.
        """
        mask, known = self.weeks[number].mask, state.supported
        able = [
            (self.debt(number, state, one), one)
            for one in self.weeks[number].reserve
            if one in known and one not in pair and mask[one] & thin
        ]
        kinds: Counter[int] = Counter()
        some = []
        for debt, one in sorted(able):
            kinds[mask[one] & thin] += 1
            if kinds[mask[one] & thin] <= PAIR:
                some.append((debt, one))
        some.sort(key=lambda each: -(mask[each[1]] & thin).bit_count())
        some = some[: picking.MOST_CANDIDATES]
        covered = 0
        for _, one in some:
            covered |= mask[one] & thin
        least = (thin & ~covered).bit_count()
        found: tuple[tuple[int, int, int, list[int]], Stints] | None = None
        for size in range(1, picking.MOST_FALLBACKS + 1) if covered else ():
            for people in combinations(some, size):
                stints, left = self._filled(sorted(people), mask, thin)
                if len(stints) == size:
                    key = (left.bit_count(), size, sum(debt for debt, _ in people), [one for one, _ in stints])
                    if found is None or key < found[0]:
                        found = key, stints
            if found is not None and found[0][0] == least:
                break
        return found[1] if found else ()

    @staticmethod
    def _filled(people: Iterable[tuple[int, int]], mask: Sequence[int], thin: int) -> tuple[Stints, int]:
        """Return the days that people fill, the first as many as they can, and the days that are left."""
        stints, left = [], thin
        for _, one in people:
            if left & mask[one]:
                stints.append((one, left & mask[one]))
                left &= ~mask[one]
        return tuple(sorted(stints)), left

    # -- the best team of a week -----------------------------------------------------------------------------------

    def pairs(self, number: int, known: frozenset[int]) -> list[Pair]:
        """Return the pairs that the rules allow in a week, when these have supported."""
        week = self.weeks[number]
        return [
            (min(one, other), max(one, other))
            for one in week.anchors
            for other in week.able
            if one != other
            and not (other in week.anchors and other < one)
            and (one in known or (other in known and other in week.anchors))
        ]

    def best(self, number: int, state: State) -> Pair | None:
        """Return the pair that picking ranks first, by one goal after the other."""
        week = self.weeks[number]
        pairs = self.pairs(number, state.supported)
        if not pairs:
            return None
        judge = _Judge(self, number, state)
        stages: dict[Goal, tuple[Callable[[Pair], int], ...]] = {
            Goal.REST: (judge.rest,),
            Goal.FAIRNESS: (judge.fairness,),
            Goal.FALLBACK: (judge.days, judge.people),
        }
        steps: list[Callable[[Pair], int]] = [judge.turn] if week.due - state.supported else []
        steps += [judge.coverage, *[step for goal in self.question.goals for step in stages[goal]], judge.mixing]
        steps += [judge.change] if week.taken is not None else []
        for step in steps:
            pairs = _least(pairs, step)
        return min(_least(pairs, judge.exact) if len(pairs) > 1 else pairs)


def shown(course: Course, pairs: Sequence[Pair | None], fills: Mapping[int, int] = NONE) -> Plan:
    """Return the plan of some pairs, with the ids of its people, scored by picking."""
    ids = course.ids
    named = [pair and (ids[pair[0]], ids[pair[1]]) for pair in pairs]
    return replayed(course.question, named, {number: ids[who] for number, who in fills.items()})


def _least(pairs: list[Pair], value: Callable[[Pair], int | Fraction]) -> list[Pair]:
    if len(pairs) == 1:
        return pairs
    values = [value(pair) for pair in pairs]
    least = min(values)
    return [pair for pair, each in zip(pairs, values, strict=True) if each == least]


class _Judge:
    """Says of the pairs of one week how good they are; what several share is computed once."""

    def __init__(self, course: Course, number: int, state: State) -> None:
        self._course, self._number, self._state = course, number, state
        self._week = course.weeks[number]
        self._tired = state.tired()
        self._due = self._week.due - state.supported
        self._pairs = state.pairs[-MIXING:]
        self._debts: dict[int, int] = {}
        self._ordered: dict[int, list[int]] = {}
        self._stints: dict[Pair, Stints] = {}
        self._squares: dict[tuple[int, int, int], int] = {}
        self._exacts: dict[tuple[int, int, int], Fraction] = {}
        self._bases: dict[int, int] = {}

    def turn(self, pair: Pair) -> int:
        return len(self._due.difference(pair))

    def rest(self, pair: Pair) -> int:
        return len(self._tired.intersection(pair))

    def days(self, pair: Pair) -> int:
        return self._thin(pair).bit_count()

    def coverage(self, pair: Pair) -> int:
        thin = self._thin(pair)
        if not thin or len(self._order(thin)) >= COVERERS:
            return 0
        return (thin & ~_union(self._fallback(pair))).bit_count()

    def people(self, pair: Pair) -> int:
        thin = self._thin(pair)
        if not thin or len(self._order(thin)) >= COVERERS:
            return 1 if thin else 0
        return len(self._fallback(pair))

    def mixing(self, pair: Pair) -> int:
        both = frozenset(pair)
        return sum([both in each for each in self._pairs])

    def change(self, pair: Pair) -> int:
        return len(frozenset(pair) - self._week.taken) if self._week.taken is not None else 0

    def fairness(self, pair: Pair) -> int:
        served, total = self._served(pair)
        found = self._bases.get(total)
        if found is None:
            found = self._bases[total] = sum([self._square(who, 0, total) for who in self._week.members])
        for who, days in served:
            found += self._square(who, days, total) - self._square(who, 0, total)
        return found

    def exact(self, pair: Pair) -> Fraction:
        """Return what a pair adds to the unrounded fairness; all that come so far leave as many days uncovered."""
        served, total = self._served(pair)
        return sum((self._exact(who, days, total) - self._exact(who, 0, total) for who, days in served), Fraction())

    def _thin(self, pair: Pair) -> int:
        return self._week.full & ~(self._week.mask[pair[0]] & self._week.mask[pair[1]])

    def _order(self, thin: int) -> list[int]:
        """Return who could fill in on all of some days, the best first."""
        found = self._ordered.get(thin)
        if found is None:
            known = self._state.supported
            able = [(self._debt(one), one) for one in self._week.covering(thin) if one in known]
            found = self._ordered[thin] = [one for _, one in sorted(able)]
        return found

    def _debt(self, who: int) -> int:
        found = self._debts.get(who)
        if found is None:
            found = self._debts[who] = self._course.debt(self._number, self._state, who)
        return found

    def _fallback(self, pair: Pair) -> Stints:
        found = self._stints.get(pair)
        if found is None:
            thin = self._thin(pair)
            one = next((one for one in self._order(thin) if one not in pair), None)
            found = ((one, thin),) if one is not None else self._course.fallback(self._number, self._state, pair, thin)
            self._stints[pair] = found
        return found

    def _served(self, pair: Pair) -> tuple[list[tuple[int, int]], int]:
        mask = self._week.mask
        served = [(who, mask[who].bit_count()) for who in pair]
        if self._thin(pair):
            served += [(who, days.bit_count()) for who, days in self._fallback(pair)]
        return served, sum([days for _, days in served])

    def _square(self, who: int, days: int, total: int) -> int:
        key = who, days, total
        found = self._squares.get(key)
        if found is None:
            parts = self._course.parts(self._number, self._state, who, days, total)
            found = self._squares[key] = rounded(*parts) ** 2
        return found

    def _exact(self, who: int, days: int, total: int) -> Fraction:
        key = who, days, total
        found = self._exacts.get(key)
        if found is None:
            over, under = self._course.parts(self._number, self._state, who, days, total)
            found = self._exacts[key] = Fraction(over, under) ** 2
        return found


def _union(stints: Stints) -> int:
    covered = 0
    for _, days in stints:
        covered |= days
    return covered
