"""Picking: the best support team of an iteration, proved so by looking at every pair, with its reasons.

Pure and exact: integers and fractions only; the same situation gives the same pick, whatever the order of its people.
What is a rule, what a goal and in which order they count is said in ``Rule`` and ``Score``. Days are dates.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from bot.hours import SupportHours
from bot.policy import GOALS, Goal
from bot.rota.ledger import OBSERVING_DAYS, history, settled, window
from bot.rota.presence import WEEK, Presence, working_days
from bot.rota.shift import Role, Rota

PAIR = 2
REST = 2  # iterations before, in which a SUPPORT shift costs rest
TURN = 3  # iterations after observing, by which a newcomer supports
MIXING = 26  # iterations in which pairs are remembered
MOST_OBSERVERS = 2
MOST_FALLBACKS = 4  # people for one team, of which a proposal never needs more than two
MOST_CANDIDATES = 12  # of whom they are chosen, of which a proposal never has more than six


class Rule(StrEnum):
    """What a proposal never breaks; a person may, with a written reason."""

    BELONGS = "belongs"
    DECLINED = "declined"
    PRESENT = "present"
    OBSERVED = "observed"
    ANCHOR = "anchor"
    FIRST = "first"


OF_ONE = (Rule.BELONGS, Rule.DECLINED, Rule.PRESENT, Rule.OBSERVED)
"""The rules that one person alone can break; the others are the pair's."""


@dataclass(frozen=True, slots=True)
class Member:
    """What picking knows of a person in one iteration.

    ``days`` are the working days on which they are present, ``theirs`` those on which they are one of the team.
    ``served`` and ``chances`` are theirs, and everybody's, in the iterations before that count for them. ``observed``
    is when a newcomer did.
    """

    id: str
    name: str
    access: bool
    days: frozenset[date]
    theirs: frozenset[date]
    belongs: bool
    experienced: bool
    observes: bool
    observed: date | None
    joined: date | None
    served: int
    chances: int
    all_served: int
    all_chances: int

    @property
    def debt(self) -> int:
        """Return the debt before the iteration, in halves."""
        return rounded(*_debt(self.served, self.chances, self.all_served, self.all_chances))


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the pick of one iteration depends on.

    ``rested_not`` had a SUPPORT shift in the iterations before that cost rest; ``together`` counts how often two were a
    pair; ``taken`` is the pair last taken for the iteration; ``declined`` are those who may not be asked again.
    """

    iteration: date
    days: tuple[date, ...]
    members: tuple[Member, ...]
    rested_not: frozenset[str] = frozenset()
    together: Mapping[frozenset[str], int] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    declined: frozenset[str] = frozenset()
    goals: tuple[Goal, ...] = GOALS

    def member(self, id_: str) -> Member:
        """Return a member by id."""
        return next(one for one in self.members if one.id == id_)


@dataclass(frozen=True, slots=True)
class Score:
    """How good a team is, each goal exact, less is better; ``debts`` are the squares of halves, ``exact`` unrounded."""

    turn: int
    coverage: int
    rest: int
    debts: int
    fallback_days: int
    fallback_people: int
    mixing: int
    change: int
    exact: Fraction

    def key(self, goals: tuple[Goal, ...] = GOALS) -> tuple[int | Fraction, ...]:
        """Return what is compared, the most important first."""
        middle = {
            Goal.REST: (self.rest,),
            Goal.FAIRNESS: (self.debts,),
            Goal.FALLBACK: (self.fallback_days, self.fallback_people),
        }
        ordered = [value for goal in goals for value in middle[goal]]
        return (self.turn, self.coverage, *ordered, self.mixing, self.change, self.exact)


@dataclass(frozen=True, slots=True)
class Stint:
    """A person as FALLBACK on some days of an iteration."""

    person: str
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Team:
    """A possible support team: its pair by sorted ids, who fills in when, its score, and the rules that it breaks.

    ``gaps`` are days with fewer than two people present, or with nobody who has production access.
    """

    pair: tuple[str, str]
    fallbacks: tuple[Stint, ...]
    gaps: tuple[date, ...]
    score: Score
    broken: tuple[Rule, ...] = ()

    def key(self, goals: tuple[Goal, ...] = GOALS) -> tuple[object, ...]:
        """Return what ranks teams."""
        return (*self.score.key(goals), *self.pair)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why no pair satisfies the rules: the smallest set of them that no pair does, and what would resolve it.

    ``nearest`` is the team that breaks the fewest rules and needs a FALLBACK on the fewest days, the best of those.
    """

    rules: tuple[Rule, ...]
    remedies: tuple["Remedy", ...]
    nearest: Team | None


class Cure(StrEnum):
    """What could be done so that a pair satisfies the rules."""

    BACK = "back"
    ACCESS = "access"
    WAIVE = "waive"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that alone would resolve a conflict, and the pair that could be taken then."""

    cure: Cure
    person: str
    pair: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every team that the rules allow, the best first; who may not be in one, and why; the observers.

    ``looked_at`` counts the pairs; ``pairs`` those of them, of people who could serve, that a rule forbids, by it.
    ``conflict`` is there where no team is.
    """

    iteration: date
    teams: tuple[Team, ...]
    looked_at: int
    people: Mapping[str, tuple[Rule, ...]]
    pairs: Mapping[Rule, int]
    observers: tuple[str, ...]
    conflict: Conflict | None = None


# -- the situation --------------------------------------------------------------------------------------------------


def situation(
    rota: Rota,
    iteration: date,
    hours: SupportHours,
    goals: tuple[Goal, ...] = GOALS,
    taken: tuple[str, ...] = (),
    declined: Iterable[str] = (),
    presence: Presence | None = None,
) -> Situation:
    """Return what the pick of an iteration depends on, as if all that is planned before it goes as planned.

    ``taken`` is the pair last taken for it, by default the one that stands. ``presence`` may be given where many
    iterations of people with the same absences are looked at.
    """
    presence = presence or Presence(rota, hours)
    rota = settled(rota, iteration, hours, presence)
    days = working_days(iteration, hours)
    before = history(rota)
    totals = {one: _total(counted) for one, counted in before.items()}
    members = []
    for person in rota.people.values():
        if person.left is not None and person.left <= iteration:
            continue
        counted = [one for one in window(iteration, person.joined) if one in before]
        own = [before[one].get(person.id, (0, 0)) for one in counted]
        members.append(
            Member(
                id=person.id,
                name=person.name,
                access=person.production_access,
                days=frozenset([day for day in days if presence.has(person, day)]),
                theirs=frozenset([day for day in days if person.belongs(day)]),
                belongs=person.joined is None or person.joined < iteration + WEEK,
                experienced=person.experienced,
                observes=person.must_observe(iteration),
                observed=person.observed,
                joined=person.joined,
                served=sum(served for served, _ in own),
                chances=sum(chances for _, chances in own),
                all_served=sum(totals[one][0] for one in counted),
                all_chances=sum(totals[one][1] for one in counted),
            )
        )
    weeks = [iteration - number * WEEK for number in range(1, MIXING + 1)]
    return Situation(
        iteration=iteration,
        days=days,
        members=tuple(sorted(members, key=lambda one: one.id)),
        rested_not=frozenset().union(*[pair_of(rota, week) for week in weeks[:REST]]),
        together=Counter([two for week in weeks for two in pairs_of(rota, week)]),
        taken=taken or tuple(sorted(pair_of(rota, iteration))),
        declined=frozenset(declined),
        goals=goals,
    )


def pair_of(rota: Rota, iteration: date) -> frozenset[str]:
    """Return the ids of an iteration's SUPPORT."""
    return frozenset([one.person for one in rota.of(iteration) if one.role is Role.SUPPORT])


def pairs_of(rota: Rota, iteration: date) -> frozenset[frozenset[str]]:
    """Return which two of an iteration's SUPPORT had days in common; one pair after another is two of them."""
    two = combinations([one for one in rota.of(iteration) if one.role is Role.SUPPORT], PAIR)
    return frozenset([frozenset((one.person, other.person)) for one, other in two if one.days & other.days])


def _total(counted: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum([served for served, _ in counted.values()]), sum([chances for _, chances in counted.values()])


# -- debt -----------------------------------------------------------------------------------------------------------


def _debt(served: int, chances: int, all_served: int, all_chances: int) -> tuple[int, int]:
    """Return a debt as a fraction of integers, its denominator positive."""
    if not all_chances:
        return 0, 1
    return served * all_chances - all_served * chances, 5 * all_chances


def rounded(over: int, under: int) -> int:
    """Return a fraction as a number of halves, the nearest one; a quarter is rounded away from zero."""
    halves = (4 * abs(over) + under) // (2 * under)
    return halves if over >= 0 else -halves


class _Fairness:
    """The sum of squared debts after an iteration, for any team: what few people add to what all others come to."""

    def __init__(self, plan: Situation) -> None:
        self._members = {one.id: one for one in plan.members}
        self._chances = {one.id: 0 if one.observes else len(one.days) for one in plan.members}
        self._all = sum(self._chances.values())
        self._squares: dict[tuple[str, int, int], tuple[int, Fraction]] = {}
        self._bases: dict[int, tuple[int, Fraction]] = {}

    def after(self, served: Mapping[str, int]) -> tuple[int, Fraction]:
        """Return the sum of the squares, of debts in halves and unrounded, when these days are served."""
        total = sum(served.values())
        halves, exact = self._base(total)
        for id_, days in served.items():
            (new, new_exact), (old, old_exact) = self._square(id_, days, total), self._square(id_, 0, total)
            halves, exact = halves + new - old, exact + new_exact - old_exact
        return halves, exact

    def _base(self, total: int) -> tuple[int, Fraction]:
        found = self._bases.get(total)
        if found is None:
            squares = [self._square(id_, 0, total) for id_ in self._members]
            found = sum(one for one, _ in squares), sum((one for _, one in squares), Fraction())
            self._bases[total] = found
        return found

    def _square(self, id_: str, days: int, total: int) -> tuple[int, Fraction]:
        key = id_, days, total
        found = self._squares.get(key)
        if found is None:
            one = self._members[id_]
            chances, everybody = one.chances + self._chances[id_], one.all_chances + self._all
            over, under = _debt(one.served + days, chances, one.all_served + total, everybody)
            found = self._squares[key] = rounded(over, under) ** 2, Fraction(over, under) ** 2
        return found


# -- rules ----------------------------------------------------------------------------------------------------------


def broken_alone(plan: Situation, one: Member) -> tuple[Rule, ...]:
    """Return the rules that a person would break as SUPPORT, whoever is beside them."""
    breaks = {
        Rule.BELONGS: not one.belongs,
        Rule.DECLINED: one.id in plan.declined,
        Rule.PRESENT: 2 * len(one.days) < len(plan.days),
        Rule.OBSERVED: one.observes,
    }
    return tuple([rule for rule in OF_ONE if breaks[rule]])


def is_anchor(plan: Situation, one: Member) -> bool:
    """Say whether a person has production access and is present on every working day of the iteration."""
    return one.access and len(one.days) == len(plan.days)


def broken_together(plan: Situation, one: Member, other: Member) -> tuple[Rule, ...]:
    """Return the rules that two break as a pair."""
    anchors = [each for each in (one, other) if is_anchor(plan, each)]
    broken: tuple[Rule, ...] = () if anchors else (Rule.ANCHOR,)
    newcomers = [each for each in (one, other) if not each.experienced]
    if newcomers and not any(each.experienced for each in anchors):
        broken += (Rule.FIRST,)
    return broken


def observers(plan: Situation) -> tuple[str, ...]:
    """Return who observes in the iteration: those who must and are there for long enough, by joining date."""
    possible = [one for one in plan.members if one.observes and len(one.days) >= OBSERVING_DAYS]
    possible.sort(key=lambda one: (one.joined or date.min, one.id))
    return tuple([one.id for one in possible[:MOST_OBSERVERS]])


# -- teams ----------------------------------------------------------------------------------------------------------


class Picker:
    """Judges the pairs of one situation; what several of them share is computed once."""

    def __init__(self, plan: Situation) -> None:
        """Look at the people once."""
        self.plan = plan
        self._members = {one.id: one for one in plan.members}
        self._alone = {one.id: broken_alone(plan, one) for one in plan.members}
        self._fairness = _Fairness(plan)
        self._turns = frozenset(one.id for one in plan.members if _is_due(plan, one))
        self._reserve = _Reserve(plan)

    def rank(self) -> Ranking:
        """Return every team, the best first, by looking at every pair."""
        plan = self.plan
        able = [one for one in plan.members if not self._alone[one.id]]
        teams, pairs = [], Counter[Rule]()
        for one, other in combinations(able, 2):
            broken = broken_together(plan, one, other)
            if broken:
                pairs.update(broken)
            else:
                teams.append(self.team(one, other))
        teams.sort(key=lambda team: team.key(plan.goals))
        return Ranking(
            iteration=plan.iteration,
            teams=tuple(teams),
            looked_at=len(plan.members) * (len(plan.members) - 1) // 2,
            people={id_: rules for id_, rules in self._alone.items() if rules},
            pairs=dict(pairs),
            observers=observers(plan),
            conflict=None if teams else self._conflict(),
        )

    def judge(self, pair: Iterable[str], alone: str | None = None) -> Team:
        """Return the team of two people, whatever rules it breaks.

        With the best fallback, or with ``alone``, who fills in on every day on which somebody has to; raise ValueError
        where they cannot.
        """
        one, other = (self._members[id_] for id_ in sorted(pair))
        stints = self._reserve.best(one, other) if alone is None else self._reserve.by(alone, one, other)
        return self._with(one, other, self.breaks(one, other), stints)

    def team(self, one: Member, other: Member, broken: tuple[Rule, ...] = ()) -> Team:
        """Return the team of two members, by sorted ids, with the best fallback."""
        return self._with(one, other, broken, self._reserve.best(one, other))

    def _with(self, one: Member, other: Member, broken: tuple[Rule, ...], stints: tuple[Stint, ...]) -> Team:
        served = {one.id: len(one.days), other.id: len(other.days)}
        for stint in stints:
            served[stint.person] = len(stint.days)
        halves, exact = self._fairness.after(served)
        pair = (one.id, other.id)
        plan = self.plan
        thin = self._reserve.thin(one, other)
        score = Score(
            turn=len(self._turns.difference(pair)),
            coverage=sum(_present(one, other, stints, day) < PAIR for day in plan.days),
            rest=len(plan.rested_not.intersection(pair)),
            debts=halves,
            fallback_days=len(thin),
            fallback_people=len(stints),
            mixing=plan.together.get(frozenset(pair), 0),
            change=len(set(pair).difference(plan.taken)) if plan.taken else 0,
            exact=exact,
        )
        gaps = [day for day in plan.days if self._reserve.lacks(one, other, stints, day)]
        return Team(pair, stints, tuple(gaps), score, broken)

    def breaks(self, one: Member, other: Member) -> tuple[Rule, ...]:
        """Return the rules that two members break as a pair."""
        alone = {*self._alone[one.id], *self._alone[other.id]}
        return (*[rule for rule in OF_ONE if rule in alone], *broken_together(self.plan, one, other))

    def _conflict(self) -> Conflict:
        every = [(pair, self.breaks(*pair)) for pair in combinations(self.plan.members, 2)]
        if not every:
            return Conflict((), (), None)
        costs = [(len(broken), len(self._reserve.thin(*pair))) for pair, broken in every]
        nearest = [
            self.team(*pair, broken) for (pair, broken), cost in zip(every, costs, strict=True) if cost == min(costs)
        ]
        return Conflict(
            _smallest({frozenset(broken) for _, broken in every}),
            tuple(self._remedies()),
            min(nearest, key=lambda team: team.key(self.plan.goals)),
        )

    def _remedies(self) -> Iterator[Remedy]:
        """Yield what would make a pair possible, each thing alone, in the order of names."""
        plan = self.plan
        for one in sorted(plan.members, key=lambda one: (one.name.casefold(), one.id)):
            for cure, cured, declined in _cures(plan, one):
                members = tuple([cured if each.id == one.id else each for each in plan.members])
                picker = Picker(replace(plan, members=members, declined=declined))
                able = [other for other in members if other.id != one.id and not picker.breaks(cured, other)]
                teams = [picker.judge((one.id, other.id)) for other in able]
                if teams:
                    yield Remedy(cure, one.id, min(teams, key=lambda team: team.key(plan.goals)).pair)


def rank(plan: Situation) -> Ranking:
    """Return every team of a situation, the best first, and why others are not among them."""
    return Picker(plan).rank()


def _is_due(plan: Situation, one: Member) -> bool:
    """Say whether it is a newcomer's turn: the third iteration since they observed, or a later one."""
    return (
        one.belongs
        and not one.experienced
        and not one.observes
        and one.observed is not None
        and plan.iteration - one.observed >= TURN * WEEK
    )


def _smallest(broken: set[frozenset[Rule]]) -> tuple[Rule, ...]:
    """Return the smallest set of rules of which every pair breaks one."""
    sets = (rules for size in range(1, len(Rule) + 1) for rules in combinations(Rule, size))
    return next(rules for rules in sets if all(each.intersection(rules) for each in broken))


def _cures(plan: Situation, one: Member) -> Iterator[tuple[Cure, Member, frozenset[str]]]:
    if len(one.days) < len(one.theirs):
        yield Cure.BACK, replace(one, days=one.theirs), plan.declined
    if not one.access:
        yield Cure.ACCESS, replace(one, access=True), plan.declined
    if one.observes:
        yield Cure.WAIVE, replace(one, observes=False), plan.declined
    if one.id in plan.declined:
        yield Cure.ASK, one, plan.declined - {one.id}


# -- fallback -------------------------------------------------------------------------------------------------------


def _present(one: Member, other: Member, stints: tuple[Stint, ...], day: date) -> int:
    return (day in one.days) + (day in other.days) + sum(day in stint.days for stint in stints)


class _Reserve:
    """Who could be FALLBACK, and the best of them for each pair.

    That covers the most days, then takes the fewest people, then has the least summed debt before the iteration; then
    sorted ids decide. On a day on which nobody of the pair has production access, only somebody with it covers.
    """

    def __init__(self, plan: Situation) -> None:
        self._plan = plan
        able = [one for one in plan.members if one.experienced and not one.observes and one.belongs]
        able = [one for one in able if one.id not in plan.declined]
        self._able = sorted(able, key=lambda one: (one.debt, one.id))
        self._access = {one.id: one.access for one in plan.members}

    def thin(self, one: Member, other: Member) -> tuple[date, ...]:
        """Return the days on which a pair needs somebody."""
        return tuple([day for day in self._plan.days if self.lacks(one, other, (), day)])

    def lacks(self, one: Member, other: Member, stints: tuple[Stint, ...], day: date) -> bool:
        """Say whether a day is a gap: fewer than two present, or nobody with production access."""
        there = [each.access for each in (one, other) if day in each.days]
        there += [self._access[stint.person] for stint in stints if day in stint.days]
        return len(there) < PAIR or not any(there)

    def best(self, one: Member, other: Member) -> tuple[Stint, ...]:
        """Return the best fallback of a pair, nobody where none is needed or nobody can."""
        thin = self.thin(one, other)
        some = self._candidates(one, other, thin)[:MOST_CANDIDATES]
        least = self._left(one, other, self._stints(one, other, some, thin), thin)
        found: tuple[tuple[int, int, int, list[str]], tuple[Stint, ...]] = (len(thin), 0, 0, []), ()
        for size in range(1, MOST_FALLBACKS + 1):
            if found[0][0] == least:
                break
            for people in combinations(some, size):
                stints = self._stints(one, other, people, thin)
                left = self._left(one, other, stints, thin)
                key = left, size, sum(each.debt for each in people), sorted(each.id for each in people)
                found = min(found, (key, stints), key=lambda each: each[0])
        return found[1]

    def by(self, id_: str, one: Member, other: Member) -> tuple[Stint, ...]:
        """Return the fallback of a pair that one person is; raise ValueError where they could not be on every day."""
        thin = self.thin(one, other)
        stints = (Stint(id_, frozenset(thin)),)
        able = next((each for each in self._able if each.id == id_ and id_ not in {one.id, other.id}), None)
        if able is None or not thin or not able.days.issuperset(thin) or self._left(one, other, stints, thin):
            raise ValueError(f"{id_} could not fill in for {one.id} and {other.id} in {self._plan.iteration}.")
        return stints

    def _left(self, one: Member, other: Member, stints: tuple[Stint, ...], thin: tuple[date, ...]) -> int:
        return sum(self.lacks(one, other, stints, day) for day in thin)

    def _candidates(self, one: Member, other: Member, thin: tuple[date, ...]) -> list[Member]:
        """Return those of the people who can help that nobody equal comes before, as many as could be needed."""
        taken: Counter[tuple[frozenset[date], bool]] = Counter()
        some = []
        needs_access = any(not _has_access(one, other, day) for day in thin)
        for each in self._able:
            days = each.days.intersection(thin)
            kind = days, each.access and needs_access
            if days and each.id not in {one.id, other.id} and taken[kind] < PAIR:
                taken[kind] += 1
                some.append(each)
        return sorted(some, key=lambda each: -len(each.days.intersection(thin)))

    def _stints(
        self, one: Member, other: Member, people: Iterable[Member], thin: tuple[date, ...]
    ) -> tuple[Stint, ...]:
        """Return which days each of some people fills, nobody on a day that needs them no more."""
        days: dict[str, set[date]] = {}
        for day in thin:
            there = [each.access for each in (one, other) if day in each.days]
            # Whoever has access first where nobody there has, so that one may do for two.
            for each in sorted(people, key=lambda each: (any(there) or not each.access, each.debt, each.id)):
                if day in each.days and (len(there) < PAIR or (each.access and not any(there))):
                    there.append(each.access)
                    days.setdefault(each.id, set()).add(day)
        return tuple([Stint(id_, frozenset(days[id_])) for id_ in sorted(days)])


def _has_access(one: Member, other: Member, day: date) -> bool:
    return any(each.access and day in each.days for each in (one, other))
