"""Words about the rota for colleagues: days, numbers of shifts, and why a team is proposed or another is not.

Of people who can't serve, only how many there are and why is ever said, never who.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from bot.policy import Goal, Language
from bot.rota.picking import Conflict, Cure, Member, Ranking, Remedy, Rule, Situation, Team, is_anchor
from bot.support.texts import DAYS
from bot.support.words import dated, listed

AND = " and "
COUNTED: Mapping[Rule, tuple[str, str]] = {
    Rule.BELONGS: ("not in the team then", "not in the team then"),
    Rule.DECLINED: ("declined", "declined"),
    Rule.PRESENT: ("away", "away"),
    Rule.OBSERVED: ("has to observe first", "have to observe first"),
}
"""Why somebody can't be in a pair, for one and for several."""
RULES: Mapping[Rule, str] = {
    Rule.BELONGS: "both belong to the team in that week",
    Rule.DECLINED: "nobody who declined is asked again",
    Rule.PRESENT: "each is there on at least half of the working days",
    Rule.OBSERVED: "whoever is new observes first",
    Rule.ANCHOR: "one of the two has production access and is there every day",
    Rule.FIRST: "a newcomer's first support is beside somebody experienced, with production access and there every day",
}
CURES: Mapping[Cure, str] = {
    Cure.BACK: "{who} being there all week",
    Cure.ACCESS: "production access for {who}",
    Cure.WAIVE: "{who} supporting without observing first",
    Cure.ASK: "{who}, who declined, saying yes after all",
}
MOST_CURES = 6
WEDNESDAY = 2  # as date.weekday() counts


def date_of(at: date, today: date) -> str:
    """Return a date in short: "2 Dec", with the year where that is another."""
    return dated(at, today).partition(" ")[2]


def days(some: Iterable[date], today: date) -> str:
    """Return days in their order: "Fri 4 Dec and Mon 7 Dec"; ``today`` is any day of the year that need not be said."""
    return listed([dated(one, today) for one in sorted(some)], AND)


def weekdays(some: Iterable[int]) -> str:
    """Return weekdays, as date.weekday() counts, in the order of an iteration: "Thu, Fri and Mon"."""
    in_order = sorted(some, key=lambda one: (one - WEDNESDAY) % 7)
    return listed([DAYS[Language.ENGLISH][one] for one in in_order], AND)


def shifts(halves: int) -> str:
    """Return a number of shifts, given in halves: "1.5 shifts"."""
    number = f"{abs(halves) / 2:g}"
    return f"{number} shift{'' if number == '1' else 's'}"


def owed(halves: int) -> str:
    """Say how a debt stands: "1.5 shifts below a fair share"."""
    return f"{shifts(halves)} {'above' if halves > 0 else 'below'} a fair share" if halves else "at a fair share"


def pair(plan: Situation, team: Team) -> str:
    """Return the names of a pair."""
    return AND.join(plan.member(id_).name for id_ in team.pair)


def presence(plan: Situation, team: Team) -> str:
    """Say who is there, and who fills in on which days."""
    week = plan.iteration
    said = [f"{plan.member(one.person).name} fills in {_when(plan, one.days)}" for one in team.fallbacks]
    if team.gaps:
        said.append(f"nobody can fill in on {days(team.gaps, week)}")
    text = "; ".join(said) or "both are there every day"
    return f"{text[0].upper()}{text[1:]}."


def reasons(plan: Situation, team: Team) -> list[str]:
    """Say what speaks for a team, or against it: who is there, who is the anchor, rest, fairness, and how new it is."""
    members = [plan.member(id_) for id_ in team.pair]
    anchors = [one.name for one in members if is_anchor(plan, one)]
    said = [presence(plan, team)]
    if anchors:
        said.append(f"{listed(anchors, AND)} {'has' if len(anchors) == 1 else 'have'} production access, every day.")
    said += [
        f"It would be {one.name}'s first support, after observing."
        for one in members
        if not one.experienced and one.observed
    ]
    tired = [one.name for one in members if one.id in plan.rested_not]
    rest = "Neither" if not tired else "Both" if len(tired) == len(members) else tired[0]
    said.append(f"{rest} had support in the two weeks before.")
    debts = [owed(one.debt) for one in members]
    shares = [f"{one.name} is {debt}" for one, debt in zip(members, debts, strict=True)]
    said.append(f"Both are {debts[0]}." if debts[0] == debts[1] else f"{AND.join(shares)}.")
    times = team.score.mixing
    said.append(
        "They were no pair in the last half year." if not times else f"They were a pair {_times(times)} lately."
    )
    return said


def worse(plan: Situation, team: Team, best: Team) -> str:
    """Say in what a team falls short of a better one: by the first goal in which the two differ, "" for by none."""
    one, other = team.score, best.score
    if one.turn != other.turn:
        return "a newcomer whose turn it is would wait"
    if one.coverage != other.coverage:
        return f"{_days(one.coverage)} would have fewer than two people, instead of {_days(other.coverage)}"
    for goal in plan.goals:
        said = _by_goal(plan, goal, team, best)
        if said:
            return said
    if one.mixing != other.mixing:
        return f"they were a pair {_times(one.mixing)} lately, the better ones {_times(other.mixing)}"
    if one.change != other.change:
        return "it differs more from the team that was taken before"
    return "the load would be a little less even" if one.exact != other.exact else ""


def _by_goal(plan: Situation, goal: Goal, team: Team, best: Team) -> str:
    one, other = team.score, best.score
    match goal:
        case Goal.REST if one.rest != other.rest:
            tired = [plan.member(id_).name for id_ in team.pair if id_ in plan.rested_not]
            return f"{listed(tired, AND)} had support in the two weeks before"
        case Goal.FAIRNESS if one.debts != other.debts:
            here, there = ([id_ for id_ in pair if id_ not in besides] for pair, besides in _both(team, best))
            differ = [plan.member(id_) for id_ in (*here, *there)]
            stand = ", ".join(f"{member.name} is {owed(member.debt)}" for member in differ)
            even = len({member.debt for member in differ}) == 1
            return "the load would be less even" if even else f"the load would be less even: {stand}"
        case Goal.FALLBACK if one.fallback_days != other.fallback_days:
            return f"somebody would fill in on {_days(one.fallback_days)} instead of {_days(other.fallback_days)}"
        case Goal.FALLBACK if one.fallback_people != other.fallback_people:
            return f"{one.fallback_people} people would fill in instead of {other.fallback_people}"
    return ""


def _both(team: Team, best: Team) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    return (team.pair, best.pair), (best.pair, team.pair)


def looked_at(ranking: Ranking) -> str:
    """Say of how many pairs a proposal is the best, and how many people can't be in one, by their reasons."""
    counts = Counter(rules[0] for rules in ranking.people.values())
    told = [f"{number} {COUNTED[rule][number > 1]}" for rule in COUNTED if (number := counts[rule])]
    if no_anchor := ranking.pairs.get(Rule.ANCHOR, 0):
        told.append(f"{no_anchor} {'pair' if no_anchor == 1 else 'pairs'} without production access every day")
    able = len(ranking.teams)
    pairs = f"{ranking.looked_at} {'pair' if ranking.looked_at == 1 else 'pairs'}"
    found = f"The best of {able} possible {'team' if able == 1 else 'teams'}, of {pairs}."
    return f"{found} Not possible: {', '.join(told)}." if told else found


def conflict(plan: Situation, found: Conflict) -> list[str]:
    """Say which rules no pair satisfies together, and what would resolve it."""
    if found.nearest is None:
        return ["There are fewer than two people in the team."]
    said = [f"No pair satisfies this together: {'; '.join(RULES[rule] for rule in found.rules)}."]
    cures = [_cure(plan, one) for one in found.remedies[:MOST_CURES]]
    if cures:
        more = len(found.remedies) - len(cures)
        others = f", or in {more} other {'way' if more == 1 else 'ways'}" if more > 0 else ""
        said.append(f"It would be resolved by {listed(cures, ' or ')}{others}.")
    nearest = f"{pair(plan, found.nearest)} come nearest. {presence(plan, found.nearest)}"
    return [*said, f"{nearest} They can be taken with a written reason."]


def broken(rules: Iterable[Rule]) -> str:
    """Say which rules a team breaks."""
    said = [f"that {RULES[rule]}" for rule in rules]
    return f"This breaks the {'rule' if len(said) == 1 else 'rules'} {', and '.join(said)}."


def alone(one: Member, plan: Situation, rules: Iterable[Rule]) -> str:
    """Say to somebody why they can't be in a pair; what they read of others is counted."""
    own = {
        Rule.BELONGS: f"{one.name} is not in the team in that week",
        Rule.DECLINED: f"{one.name} declined",
        Rule.PRESENT: f"{one.name} is away for more than half of the {len(plan.days)} working days",
        Rule.OBSERVED: f"{one.name} has to observe first",
    }
    return listed([own[rule] for rule in rules if rule in own], AND)


def _cure(plan: Situation, one: Remedy) -> str:
    return CURES[one.cure].format(who=plan.member(one.person).name)


def _when(plan: Situation, some: Iterable[date]) -> str:
    return "every day" if {*some} == {*plan.days} else f"on {days(some, plan.iteration)}"


def _days(number: int) -> str:
    return f"{number or 'no'} {'day' if number == 1 else 'days'}"


def _times(number: int) -> str:
    return {0: "not once", 1: "once", 2: "twice"}.get(number, f"{number} times")
