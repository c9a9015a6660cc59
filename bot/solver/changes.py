"""What one more person with production access, or one more experienced person, would change for everybody.

Each is tried alone, by the plan that picks the best team week by week, before and after: a forecast of what the bot
would propose, not of the best there could be.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

from bot.people import Person
from bot.rota.plan import Change, Load, Plan, Question, WhatIf
from bot.rota.presence import WEEK, Presence, working_days
from bot.solver.course import Course, shown

MOST = 10  # people of each change


def what_if(question: Question) -> tuple[WhatIf, ...]:
    """Return what each change would come to, what helps most first, as many as ``seconds`` allow.

    What helps is fewer weeks without a team, then less for whoever has most days, then a better plan.
    """
    until = monotonic() + question.seconds
    before = _planned(question)
    loads = _loads(question, before)
    found = []
    for change, person in _changes(question):
        if monotonic() > until:
            break
        people = {**question.rota.people, person.id: person}
        after = _planned(replace(question, rota=replace(question.rota, people=people)))
        found.append(WhatIf(change, person.id, loads, _loads(question, after), before.score, after.score))
    return tuple(sorted(found, key=lambda one: _helps(question, one)))


def _planned(question: Question) -> Plan:
    course = Course(question)
    return shown(course, course.greedy)


def _loads(question: Question, plan: Plan) -> tuple[Load, ...]:
    shifts: Counter[str] = Counter()
    days: Counter[str] = Counter()
    presence = Presence(question.rota, question.hours)
    for week in plan.weeks:
        if week.team is None:
            continue
        for id_ in week.team.pair:
            shifts[id_] += 1
            days[id_] += len(presence.days(question.rota.people[id_], week.iteration))
        for stint in week.team.fallbacks:
            days[stint.person] += len(stint.days)
    return tuple([Load(id_, shifts[id_], days[id_]) for id_ in sorted(question.rota.people)])


def _changes(question: Question) -> Iterator[tuple[Change, Person]]:
    """Yield who could be different, and how: first those who are there on the most whole iterations."""
    presence = Presence(question.rota, question.hours)
    weeks = [question.first + number * WEEK for number in range(question.weeks)]

    def whole(person: Person) -> int:
        return sum(len(presence.days(person, week)) == len(working_days(week, question.hours)) for week in weeks)

    people = [one for one in question.rota.people.values() if any(one.belongs(week) for week in weeks)]
    people.sort(key=lambda one: (-whole(one), one.id))
    lacking = [one for one in people if not one.production_access]
    new = [one for one in people if not one.experienced]
    for one in lacking[:MOST]:
        yield Change.ACCESS, replace(one, production_access=True)
    for one in new[:MOST]:
        yield Change.EXPERIENCED, replace(one, experienced=True, observed=None, again=False)


def _helps(question: Question, one: WhatIf) -> tuple[object, ...]:
    score = one.score_after
    return score.missing, one.most_after.days, score.key(question.goals), one.change, one.person
