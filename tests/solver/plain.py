"""Plans once more, plainly: each week judged by the brute force of the pick's own tests, and every plan there is."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from bot.rota.picking import Picker, Team, situation
from bot.rota.plan import Aim, Plan, PlannedWeek, Question, aims
from bot.rota.shift import Role, Rota, Shift, Tally
from bot.solver.scoring import applied
from tests.rota.brute import Brute
from tests.rota.worlds import WEEK, World, world

Pairs = list[tuple[str, str] | None]
MANY = 1_000


def question(seed: int, size: int, history: int, weeks: int) -> Question:
    """Return a question about a world by chance, some weeks of which are taken already."""
    one: World = world(seed, size, history + weeks)
    first = one.iteration - (weeks - 1) * WEEK
    ledger = tuple([row for row in one.rota.ledger if row.iteration < first])
    past = {
        each.id: replace(each, observed=min(each.observed, first - WEEK)) if each.observed else each
        for each in one.rota.people.values()
    }
    return Question(
        rota=replace(one.rota, people=past, ledger=ledger),
        hours=one.hours,
        first=first,
        weeks=weeks,
        goals=one.goals,
        taken=one.taken,
        declined=frozenset(one.declined),
    )


def simulated(asked: Question, pairs: Pairs) -> dict[Aim, int]:
    """Return the goals of a plan, summed over its weeks."""
    sums = dict.fromkeys(Aim, 0)
    rota = _begun(asked)
    for number, pair in enumerate(pairs):
        brute = _week(asked, rota, number)
        team: list[Shift] = []
        if pair is None:
            assert not brute.choices(asked.goals)
            sums[Aim.MISSING] += 1
        else:
            assert not brute.broken(pair)
            choice = brute.choice(pair)
            sums[Aim.TURN] += choice.turn
            sums[Aim.COVERAGE] += choice.coverage
            sums[Aim.REST] += choice.rest
            sums[Aim.FAIRNESS] = int(4 * choice.fairness)
            sums[Aim.FALLBACK_DAYS] += choice.fallback[0]
            sums[Aim.FALLBACK_PEOPLE] += choice.fallback[1]
            sums[Aim.MIXING] += choice.mixing
            sums[Aim.CHANGE] += choice.change
            team = _team(brute, pair, choice.fallbacks)
        others = tuple([one for one in rota.shifts if one.iteration != brute.iteration])
        rota = replace(rota, shifts=(*others, *team))
    return sums


def picked(asked: Question) -> Pairs:
    """Return the plan that takes the best team of each week, by the brute force."""
    rota, pairs = _begun(asked), Pairs()
    for number in range(asked.weeks):
        brute = _week(asked, rota, number)
        choices = brute.choices(asked.goals)
        pairs.append(choices[0].pair if choices else None)
        others = tuple([one for one in rota.shifts if one.iteration != brute.iteration])
        team = _team(brute, choices[0].pair, choices[0].fallbacks) if choices else []
        rota = replace(rota, shifts=(*others, *team))
    return pairs


def every_plan(asked: Question, most: int = MANY) -> list[tuple[int, ...]]:
    """Return what is compared of every plan that begins with the pick, at most so many."""
    return [_compared(asked, weeks) for weeks, _ in zip(_plans(asked, _begun(asked), ()), range(most), strict=False)]


def _plans(asked: Question, rota: Rota, weeks: tuple[PlannedWeek, ...]) -> Iterator[tuple[PlannedWeek, ...]]:
    number = len(weeks)
    if number == asked.weeks:
        yield weeks
        return
    iteration = asked.first + number * WEEK
    first = {"taken": asked.taken, "declined": asked.declined} if not number else {}
    picker = Picker(situation(rota, iteration, asked.hours, asked.goals, **first))  # type: ignore[arg-type]
    ranking = picker.rank()
    teams = [each for team in ranking.teams for each in _filled(picker, team)] if number else ranking.teams[:1]
    for team in teams or (None,):
        week = PlannedWeek(iteration, team, ranking.observers if team else ())
        yield from _plans(asked, applied(rota, week), (*weeks, week))


def _filled(picker: Picker, team: Team) -> Iterator[Team]:
    """Yield a team with picking's fallback, then with each other person who could fill in alone."""
    yield team
    alone = [
        one.id
        for one in picker.plan.members
        if one.id not in team.pair and one.experienced and not one.observes and one.belongs
    ]
    for id_ in alone:
        if id_ in picker.plan.declined or team.score.coverage or len(team.fallbacks) != 1:
            continue
        if id_ != team.fallbacks[0].person and team.fallbacks[0].days <= picker.plan.member(id_).days:
            yield picker.judge(team.pair, id_)


def _compared(asked: Question, weeks: tuple[PlannedWeek, ...]) -> tuple[int, ...]:
    scores = [week.team.score for week in weeks if week.team]
    sums = {
        Aim.MISSING: len(weeks) - len(scores),
        Aim.TURN: sum(one.turn for one in scores),
        Aim.COVERAGE: sum(one.coverage for one in scores),
        Aim.REST: sum(one.rest for one in scores),
        Aim.FAIRNESS: scores[-1].debts if scores else 0,
        Aim.FALLBACK_DAYS: sum(one.fallback_days for one in scores),
        Aim.FALLBACK_PEOPLE: sum(one.fallback_people for one in scores),
        Aim.MIXING: sum(one.mixing for one in scores),
        Aim.CHANGE: sum(one.change for one in scores),
    }
    return tuple([sums[aim] for aim in aims(asked.goals)])


def pairs_of(plan: Plan) -> Pairs:
    """Return who is the pair of each week."""
    return [week.team.pair if week.team else None for week in plan.weeks]


def _begun(asked: Question) -> Rota:
    """Return the rota with its people as what was before the plan made them, which they stay in all of its weeks."""
    brute = _week(asked, asked.rota, 0)
    counted = [(iteration, id_, days) for iteration, by in brute.history.items() for id_, days in by.items()]
    ledger = tuple([Tally(iteration, id_, *days) for iteration, id_, days in counted])
    return replace(asked.rota, people=brute.people, ledger=ledger)


def _week(asked: Question, rota: Rota, number: int) -> Brute:
    taken, declined = (asked.taken, asked.declined) if not number else ((), frozenset[str]())
    return Brute(rota, asked.first + number * WEEK, asked.hours, taken, declined)


def _team(brute: Brute, pair: tuple[str, str], stints: Iterable[tuple[str, frozenset[date]]]) -> list[Shift]:
    team = [Shift(brute.iteration, id_, Role.SUPPORT) for id_ in pair]
    for id_, days in stints:
        team.append(Shift(brute.iteration, id_, Role.FALLBACK, frozenset(day.weekday() for day in days)))
    return team + [Shift(brute.iteration, id_, Role.OBSERVER) for id_ in brute.observers()]
