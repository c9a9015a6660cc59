"""``rota``: the support teams that are set, and a forecast of those to come, which is computed elsewhere meanwhile.

A forecast is of the rota that it was computed from: when that has changed, it is asked for anew.
"""

from datetime import date, datetime

from bot.commands import ShowRota
from bot.decide.draft import Draft
from bot.decide.rota import outlook, words
from bot.effects import Forecast
from bot.events import Message, PlanFound, Planned
from bot.hours import SupportHours
from bot.people import FORMER, WORKING_WEEK
from bot.rota import changes
from bot.rota.iteration import iteration_of
from bot.rota.picking import pair_of
from bot.rota.plan import Aim, Plan, PlannedWeek, Question
from bot.rota.presence import WEEK
from bot.rota.shift import Role
from bot.state import State
from bot.support.words import listed
from bot.views import Fact, RotaCard, RotaWeek

FEW = 8  # weeks that are shown one below the other with all that is to be known of them
COMPUTED = "The weeks that nobody was taken for yet are being computed…"
NONE = "no team satisfies the rules"
AIMS = {
    Aim.MISSING: "weeks without a possible team",
    Aim.TURN: "newcomers whose turn it is and who wait",
    Aim.COVERAGE: "days with fewer than two people",
    Aim.REST: "shifts within two weeks of another",
    Aim.FAIRNESS: "fairness",
    Aim.FALLBACK_DAYS: "days that need a fallback",
    Aim.FALLBACK_PEOPLE: "people who fill in",
    Aim.MIXING: "pairs that were one before",
    Aim.CHANGE: "people other than those taken",
}
"""What a plan has as little of as it can, in words."""


def asked(draft: Draft, event: Message, call: ShowRota, place: str) -> None:
    """Show the teams of the coming weeks; those that are not set are computed, and shown when that is done."""
    key = f"rota:{event.key}"
    weeks = _weeks(draft, call.weeks)
    open_ = [one for one in weeks if not _is_set(draft, one)]
    possible = len(draft.rota.people) > 1
    draft.show(key, place, _card(draft, weeks, {}, COMPUTED if open_ and possible else ""))
    if open_ and possible:
        draft.follow_with(Forecast(f"forecast:{event.key}", place, key, call.weeks))


def found(draft: Draft, event: PlanFound) -> None:
    """Show a first forecast, of which nothing is proved yet."""
    if event.rota == draft.rota:
        _show(draft, event.shown, event.place, event.weeks, event.plan, f"{COMPUTED[:-1]}: this is a first draft.")


def planned(draft: Draft, event: Planned) -> None:
    """Show the forecast, with what is proved of it; ask anew where the rota is another one by now."""
    if event.plan is None:
        note = f"There is no forecast: {event.failure}"
        draft.show(event.shown, event.place, _card(draft, _weeks(draft, event.weeks), {}, note), first=False)
    elif event.rota != draft.rota:
        draft.follow_with(Forecast(event.message, event.place, event.shown, event.weeks))
    else:
        _show(draft, event.shown, event.place, event.weeks, event.plan, proof(event.plan))


def question(state: State, now: datetime, hours: SupportHours, weeks: int) -> Question:
    """Return what a forecast is asked that shows so many weeks: from the first one on that nobody was taken for."""
    running = iteration_of(hours.duty_day(hours.next_open(now)))
    last = running + (weeks - 1) * WEEK
    pick = state.facts.planning.pick
    first = running
    while first < last and pair_of(state.rota, first):
        first += WEEK
    own = pick is not None and pick.iteration == first
    return Question(
        rota=state.rota,
        hours=hours,
        first=first,
        weeks=(last - first).days // WEEK.days + 1,
        goals=state.desk.policy.goals,
        taken=pick.taken if own and pick else (),
        declined=frozenset(pick.declined if own and pick else ()),
    )


def proof(plan: Plan) -> str:
    """Say what is proved of a plan, and what could be better."""
    if plan.proved:
        return "Forecast: proved best in every goal. It changes with each pick and absence."
    doubt = [bound for bound in plan.bounds if bound.at_least < bound.reached]
    gaps = [
        f"{AIMS[one.aim]}: {figure(one.aim, one.reached)}, at least {figure(one.aim, one.at_least)}" for one in doubt
    ]
    proved = [AIMS[bound.aim] for bound in plan.bounds if bound.proved]
    said = f"proved best in {listed(proved, ' and ')}, " if proved else ""
    return f"Forecast: {said}not proved yet in {'; '.join(gaps)}. It changes with each pick and absence."


def figure(aim: Aim, number: int) -> str:
    """Return how much of one thing a plan has; fairness is in squares of shifts."""
    return f"{number / 4:g}" if aim is Aim.FAIRNESS else str(number)


def _show(draft: Draft, key: str, place: str, weeks: int, plan: Plan, note: str) -> None:
    forecast = {one.iteration: one for one in plan.weeks}
    draft.show(key, place, _card(draft, _weeks(draft, weeks), forecast, note), first=False)


def _weeks(draft: Draft, count: int) -> list[date]:
    first = iteration_of(draft.hours.duty_day(draft.opening))
    return [first + number * WEEK for number in range(count)]


def _is_set(draft: Draft, iteration: date) -> bool:
    return bool(pair_of(draft.rota, iteration))


def _card(draft: Draft, weeks: list[date], forecast: dict[date, PlannedWeek], note: str) -> RotaCard:
    rows = tuple(
        RotaWeek(
            f"{outlook.day_said(draft, iteration)}{'' if number else ' (this iteration)'}",
            _week(draft, iteration, short=len(weeks) > FEW)
            if _is_set(draft, iteration) or iteration not in forecast
            else _forecast(draft, forecast[iteration], short=len(weeks) > FEW),
        )
        for number, iteration in enumerate(weeks)
    )
    return RotaCard("Support rota", rows, note)


def _week(draft: Draft, iteration: date, *, short: bool) -> tuple[Fact, ...]:
    team = draft.rota.of(iteration)
    facts = []
    for role, label in ((Role.SUPPORT, "Support"), (Role.FALLBACK, "Fallback"), (Role.OBSERVER, "Observer")):
        people = [_named(draft, one.person, one.days) for one in team if one.role is role]
        if people:
            facts.append(Fact(label, ", ".join(people)))
    today, is_set = draft.hours.local(draft.now).date(), _is_set(draft, iteration)
    gaps = [day for day in changes.gaps(draft.rota, iteration, draft.hours) if day >= today] if is_set else []
    facts += [Fact("Gap", outlook.days_said(draft, gaps))] if gaps else []
    return _shortened(facts, short=short) or (Fact("Support", "nobody is set yet"),)


def _forecast(draft: Draft, week: PlannedWeek, *, short: bool) -> tuple[Fact, ...]:
    if week.team is None:
        return (Fact("Forecast", NONE),)
    facts = [Fact("Forecast", ", ".join(_named(draft, id_) for id_ in week.team.pair))]
    stints = [_named(draft, one.person, frozenset(day.weekday() for day in one.days)) for one in week.team.fallbacks]
    if stints:
        facts.append(Fact("Fallback", ", ".join(stints)))
    if week.team.gaps:
        facts.append(Fact("Gap", outlook.days_said(draft, week.team.gaps)))
    if week.observers:
        facts.append(Fact("Observer", ", ".join(_named(draft, id_) for id_ in week.observers)))
    return _shortened(facts, short=short)


def _shortened(facts: list[Fact], *, short: bool) -> tuple[Fact, ...]:
    """Return facts as one where many weeks are shown."""
    if not short or not facts:
        return tuple(facts)
    more = [f"{fact.label.lower()} {fact.text}" for fact in facts[1:]]
    return (Fact(facts[0].label, "; ".join([facts[0].text, *more])),)


def _named(draft: Draft, person_id: str, days: frozenset[int] = WORKING_WEEK) -> str:
    person = draft.rota.people.get(person_id)
    name = person.name if person else FORMER
    if days >= WORKING_WEEK:
        return name
    return f"{name} ({words.weekdays(days)})"
