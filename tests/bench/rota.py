"""How good the rota's picks and forecasts are, and how long they take: ``python -m tests.bench.rota [--quick]``.

On the same years by chance, our picks beside three rules that others go by, told again here: the next two in a circle;
whoever was idle longest, in each of two roles; whoever had the fewest shifts. All get the best fallback there is.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, median
from time import perf_counter

from bot.hours import SupportHours
from bot.rota.ledger import settled
from bot.rota.picking import Picker, Situation, is_anchor, situation
from bot.rota.plan import Aim, Plan, PlannedWeek, Question
from bot.rota.presence import WEEK, Presence
from bot.rota.shift import Rota
from bot.solver.forecast import plans
from bot.solver.scoring import applied
from tests.bench.pick import measured
from tests.solver.teams import FIRST, Kind, team

WEEKS = 26
SIZES = (8, 12, 20)
YEARS = Kind(history=0)
TIMED = ((8, 26, 5), (12, 26, 5), (50, 26, 5), (200, 52, 2))  # people, weeks, seeds
SETTLED = Kind(history=26)
IMPORTANT = (Aim.MISSING, Aim.TURN, Aim.COVERAGE, Aim.REST, Aim.FAIRNESS, Aim.FALLBACK_DAYS, Aim.FALLBACK_PEOPLE)

Pair = tuple[str, str]
Rule = Callable[[Rota, Situation, list[Pair]], Pair]


def rotated(rota: Rota, plan: Situation, before: list[Pair]) -> Pair:
    """Return the next two in a circle."""
    del rota
    ids = [one.id for one in plan.members]
    place = 2 * len(before)
    return ids[place % len(ids)], ids[(place + 1) % len(ids)]


def idle_longest(rota: Rota, plan: Situation, before: list[Pair]) -> Pair:
    """Return who was idle longest: of those with access and no leave for the first role, of the rest for the other."""

    def idle(id_: str, role: int | None) -> int:
        weeks = [n for n, pair in enumerate(before) if id_ in (pair if role is None else (pair[role],))]
        return weeks[-1] if weeks else -1

    here = [
        one
        for one in plan.members
        if all(day in one.days for day in plan.days if rota.people[one.id].works(day))  # fixed days off are not known
    ]
    here = here if len(here) > 1 else list(plan.members)
    first = min([one for one in here if one.access] or here, key=lambda one: (idle(one.id, 0), one.id)).id
    rest = [one for one in here if one.id != first]
    return first, min(rest, key=lambda one: (idle(one.id, 1), one.id)).id


def fewest_shifts(rota: Rota, plan: Situation, before: list[Pair]) -> Pair:
    """Return who had the fewest shifts, of those who are there for more than half, not twice in a row."""
    del rota
    shifts = Counter(id_ for pair in before for id_ in pair)
    last = before[-1] if before else ()
    there = [one for one in plan.members if 2 * len(one.days) > len(plan.days) and one.id not in last]
    there = there if len(there) > 1 else list(plan.members)
    able = [one for one in there if one.access] or there
    first = min(able, key=lambda one: (shifts[one.id], one.id)).id
    return first, min([one for one in there if one.id != first], key=lambda one: (shifts[one.id], one.id)).id


def picked(rota: Rota, plan: Situation, before: list[Pair]) -> Pair:
    """Return the bot's own pick, the nearest team where no pair satisfies the rules."""
    del rota, before
    ranking = Picker(plan).rank()
    if ranking.teams:
        return ranking.teams[0].pair
    assert ranking.conflict
    assert ranking.conflict.nearest
    return ranking.conflict.nearest.pair


RULES: dict[str, Rule] = {
    "next two in a circle": rotated,
    "idle longest, by role": idle_longest,
    "fewest shifts": fewest_shifts,
    "Hotseat's picks": picked,
}


@dataclass
class Year:
    """What came of weeks that were picked by a rule."""

    anchorless: int = 0
    thin_before: int = 0
    thin_after: int = 0
    in_a_row: int = 0
    spread: int = 0
    repeated: int = 0


def year(rule: Rule, rota: Rota, hours: SupportHours, weeks: int) -> Year:
    """Pick weeks one after the other, each from what those before made of the rota."""
    found, before = Year(), list[Pair]()
    presence = Presence(rota, hours)
    shifts = Counter(dict.fromkeys(rota.people, 0))
    for number in range(weeks):
        iteration = FIRST + number * WEEK
        rota = settled(rota, iteration, hours, presence)
        plan = situation(rota, iteration, hours, presence=presence)
        pair = rule(rota, plan, before)
        team_ = Picker(plan).judge(pair)
        members = [plan.member(id_) for id_ in pair]
        found.anchorless += not any(is_anchor(plan, one) for one in members)
        found.thin_before += sum(not all(day in one.days for one in members) for day in plan.days)
        found.thin_after += team_.score.coverage
        found.in_a_row += len({*pair} & {*before[-1]}) if before else 0
        found.repeated += any({*pair} == {*other} for other in before)
        shifts.update(pair)
        before.append(pair)
        rota = applied(rota, PlannedWeek(iteration, team_))
    found.spread = max(shifts.values()) - min(shifts.values())
    return found


def compared(seeds: int) -> Iterator[str]:
    """Yield a table of the rules, means over the seeds."""
    yield f"{WEEKS} weeks, {seeds} seeds, means; 60 % with access, 25 % a fixed day off, 10 % leave a week"
    yield "| people | rule | weeks without an anchor | thin days | after the fallback | in a row | spread | again |"
    yield "|--:|---|--:|--:|--:|--:|--:|--:|"
    for size in SIZES:
        for name, rule in RULES.items():
            years = [year(rule, *team(seed, size, WEEKS, YEARS), WEEKS) for seed in range(seeds)]
            cells = [
                fmean(getattr(one, field) for one in years)
                for field in ("anchorless", "thin_before", "thin_after", "in_a_row", "spread", "repeated")
            ]
            yield f"| {size} | {name} | {' | '.join(f'{cell:.1f}' for cell in cells)} |"


@dataclass
class Timed:
    """How a forecast went."""

    first: float
    whole: float
    plan: Plan

    def proved(self, aims: tuple[Aim, ...]) -> bool:
        """Say whether all of some goals are proved."""
        return all(bound.proved for bound in self.plan.bounds if bound.aim in aims)


def forecast(people: int, weeks: int, seed: int) -> Timed:
    """Time one forecast."""
    rota, hours = team(seed, people, weeks, SETTLED)
    start = perf_counter()
    coming = plans(Question(rota, hours, FIRST, weeks))
    next(coming)
    first = perf_counter() - start
    plan = next(coming)
    return Timed(first, perf_counter() - start, plan)


def timed(most: int) -> Iterator[str]:
    """Yield a table of the forecast's times, medians over seeds, and how many were proved in which goals."""
    yield "| people x weeks | seeds | first plan s | done s | proved but mixing | all proved | goals proved |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for people, weeks, seeds in TIMED:
        runs = [forecast(people, weeks, seed) for seed in range(min(seeds, most))]
        first, whole = median(one.first for one in runs), median(one.whole for one in runs)
        important, every = (sum(one.proved(aims) for one in runs) for aims in (IMPORTANT, tuple(Aim)))
        goals = median(sum(bound.proved for bound in one.plan.bounds) for one in runs)
        cells = f"{len(runs)} | {first:.2f} | {whole:.2f} | {important} | {every} | {goals:g} of {len(Aim)}"
        yield f"| {people} x {weeks} | {cells} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Fewer seeds: a look, no measurement.")
    quick = parser.parse_args().quick
    for line in chain(compared(2 if quick else 8), [""], timed(1 if quick else 5)):
        print(line, flush=True)  # noqa: T201 - what it is for
    parts = measured(60)
    took = parts["situation"] + parts["every pair ranked"]
    print(f"\nThe pick of one week among 60 people: {took:.3f} s")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
