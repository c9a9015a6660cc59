"""``hotseat rota``: the pick of the next open week, the weeks planned after it, and what of that is proved.

In words for whoever operates the bot, and the same for machines. Of people who can't serve it says how many, never who.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.decide.rota import words
from bot.decide.rota.overview import AIMS, NONE, figure, proof
from bot.people import FORMER, WORKING_WEEK
from bot.policy import Language
from bot.rota.picking import Conflict, Ranking, Score, Situation, Team, pair_of, situation
from bot.rota.plan import Aim, Bound, Plan, PlannedWeek, Question
from bot.rota.presence import WEEK
from bot.rota.shift import Role, Rota, Shift
from bot.support.texts import DAYS
from bot.support.words import dated, listed

TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was found: of the first week that is open every team, of all the plan; None where every week is taken."""

    question: Question
    weeks: int
    plan: Plan | None = None
    ranking: Ranking | None = None

    @property
    def iterations(self) -> tuple[date, ...]:
        """Return the weeks that are shown: the last ones are the question's."""
        end = self.question.first + self.question.weeks * WEEK
        return tuple([end - number * WEEK for number in range(self.weeks, 0, -1)])

    @property
    def forecast(self) -> Mapping[date, PlannedWeek]:
        """Return what is planned of the weeks that nobody was taken for."""
        weeks = self.plan.weeks if self.plan else ()
        return {one.iteration: one for one in weeks if not pair_of(self.question.rota, one.iteration)}

    @property
    def pick(self) -> Situation:
        """Return what the pick of the first open week depends on."""
        asked = self.question
        return situation(asked.rota, asked.first, asked.hours, asked.goals, asked.taken, asked.declined)


def is_open(question: Question) -> bool:
    """Say whether a question has a week that nobody was taken for: it begins with the first of them."""
    return not pair_of(question.rota, question.first)


# -- in words -------------------------------------------------------------------------------------------------------


def said(found: Outlook, *, explain: bool) -> str:
    """Return the weeks and one line about proof, or all of it."""
    weeks = [_week(found, iteration) for iteration in found.iterations]
    if found.plan is None or found.ranking is None:
        return "\n".join([*weeks, "Every week has a team; nothing is left to plan."])
    if not explain:
        return "\n".join([*weeks, proof(found.plan)])
    parts = [_pick(found.pick, found.ranking, found.iterations[0]), weeks, [_bound(one) for one in found.plan.bounds]]
    return "\n\n".join("\n".join(part) for part in parts)


def _pick(plan: Situation, ranking: Ranking, since: date) -> list[str]:
    """Say every team of the first open week, the best first, each with what it falls short of."""
    lines = [f"Support from {dated(ranking.iteration, since)}"]
    if ranking.conflict:
        lines += words.conflict(plan, ranking.conflict)
    for number, team in enumerate(ranking.teams, 1):
        lines.append(f"{number}. {words.pair(plan, team)}")
        lines += [f"   {one}" for one in _reasons(plan, team, ranking.teams[0])]
    if ranking.teams:
        lines.append(words.looked_at(ranking))
    if ranking.observers:
        lines.append(f"{listed([plan.member(id_).name for id_ in ranking.observers], words.AND)} will observe.")
    return lines


def _reasons(plan: Situation, team: Team, best: Team) -> list[str]:
    if team is best:
        return words.reasons(plan, team)
    short = words.worse(plan, team, best)
    return [f"Not the first: {short}." if short else "As good as the first."]


def _week(found: Outlook, iteration: date) -> str:
    rota, planned = found.question.rota, found.forecast.get(iteration)
    if planned is None:
        return f"{dated(iteration, found.iterations[0])}, {TAKEN}: {_taken(rota, iteration)}"
    if planned.team is None:
        conflict = planned.conflict or Conflict((), (), None)
        why = " ".join(words.conflict(_around(found.question, iteration), conflict))
        return f"{dated(iteration, found.iterations[0])}, forecast: {NONE}. {why}"
    team = planned.team
    parts = [words.AND.join(_name(rota, id_) for id_ in team.pair)]
    parts += [f"fallback {_name(rota, one.person)} on {words.days(one.days, iteration)}" for one in team.fallbacks]
    parts += [f"gap on {words.days(team.gaps, iteration)}"] if team.gaps else []
    parts += [f"observer {_name(rota, id_)}" for id_ in planned.observers]
    return f"{dated(iteration, found.iterations[0])}, forecast: {'; '.join(parts)}"


def _around(question: Question, iteration: date) -> Situation:
    """Return a situation in which everybody of a later week is known by name."""
    return situation(question.rota, iteration, question.hours, question.goals)


def _taken(rota: Rota, iteration: date) -> str:
    parts = [words.AND.join(_name(rota, one.person) for one in _of(rota, iteration, Role.SUPPORT))]
    for one in _of(rota, iteration, Role.FALLBACK):
        some = " ".join(_weekdays(one.days))
        parts.append(f"fallback {_name(rota, one.person)}{'' if one.days >= WORKING_WEEK else f' ({some})'}")
    parts += [f"observer {_name(rota, one.person)}" for one in _of(rota, iteration, Role.OBSERVER)]
    return "; ".join(parts)


def _bound(bound: Bound) -> str:
    reached, least = figure(bound.aim, bound.reached), figure(bound.aim, bound.at_least)
    if bound.proved:
        how = "proved"
    elif reached == least:
        how = "the least that goes with what is above"
    else:
        how = f"at least {least}"
    return f"{AIMS[bound.aim]}: {reached}, {how}"


def _of(rota: Rota, iteration: date, role: Role) -> Iterator[Shift]:
    return (one for one in rota.of(iteration) if one.role is role)


def _name(rota: Rota, id_: str) -> str:
    person = rota.people.get(id_)
    return person.name if person else FORMER


# -- for machines ---------------------------------------------------------------------------------------------------


def facts(found: Outlook) -> dict[str, Any]:
    """Return all of it for machines: people by id, fairness in squares of shifts."""
    plan, ranking = found.plan, found.ranking
    return {
        "people": {one.id: one.name for one in found.question.rota.people.values()},
        "weeks": [_week_facts(found, iteration) for iteration in found.iterations],
        "pick": _ranking_facts(found.pick, ranking) if ranking else None,
        "score": {aim.value: _number(aim, plan.score.of(aim)) for aim in Aim} if plan else None,
        "bounds": [_bound_facts(one) for one in plan.bounds] if plan else [],
        "proved": plan is not None and plan.proved,
    }


def _week_facts(found: Outlook, iteration: date) -> dict[str, Any]:
    rota, planned = found.question.rota, found.forecast.get(iteration)
    if planned is None:
        stints = {one.person: _weekdays(one.days) for one in _of(rota, iteration, Role.FALLBACK)}
        pair = [one.person for one in _of(rota, iteration, Role.SUPPORT)]
        observers = [one.person for one in _of(rota, iteration, Role.OBSERVER)]
        known = {"support": pair, "fallback": stints, "observers": observers, "gaps": [], "conflict": None}
    else:
        known = {
            **(_team_facts(planned.team) if planned.team else {"support": [], "fallback": {}, "gaps": []}),
            "observers": [*planned.observers],
            "conflict": _conflict_facts(planned.conflict),
        }
    return {"iteration": str(iteration), "taken": planned is None, **known}


def _team_facts(team: Team) -> dict[str, Any]:
    return {
        "support": [*team.pair],
        "fallback": {one.person: _weekdays({day.weekday() for day in one.days}) for one in team.fallbacks},
        "gaps": [str(day) for day in team.gaps],
    }


def _weekdays(days: Iterable[int]) -> list[str]:
    return [DAYS[Language.ENGLISH][day] for day in sorted(days)]


def _ranking_facts(plan: Situation, ranking: Ranking) -> dict[str, Any]:
    best = ranking.teams[0] if ranking.teams else None
    return {
        "iteration": str(ranking.iteration),
        "looked_at": ranking.looked_at,
        "teams": [
            {
                **_team_facts(team),
                "score": _score_facts(team.score),
                "short": words.worse(plan, team, best) if best else "",
            }
            for team in ranking.teams
        ],
        "people_not_possible": dict(Counter(rules[0].value for rules in ranking.people.values())),
        "pairs_not_possible": {rule.value: number for rule, number in ranking.pairs.items()},
        "observers": [*ranking.observers],
        "conflict": _conflict_facts(ranking.conflict),
    }


def _score_facts(score: Score) -> dict[str, Any]:
    found = {name: number for name, number in asdict(score).items() if name != "debts"}
    return {**found, "fairness": score.debts / 4, "exact": str(score.exact)}


def _conflict_facts(found: Conflict | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "rules": [rule.value for rule in found.rules],
        "remedies": [{"cure": one.cure.value, "person": one.person, "support": [*one.pair]} for one in found.remedies],
        "nearest": [*found.nearest.pair] if found.nearest else [],
    }


def _bound_facts(bound: Bound) -> dict[str, Any]:
    reached, least = _number(bound.aim, bound.reached), _number(bound.aim, bound.at_least)
    return {"aim": bound.aim.value, "reached": reached, "at_least": least, "proved": bound.proved}


def _number(aim: Aim, number: int) -> float:
    return number / 4 if aim is Aim.FAIRNESS else number
