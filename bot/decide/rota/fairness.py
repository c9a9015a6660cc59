"""Fairness to look at: what each has served, how that stands to a fair share, and why somebody is proposed.

No answer says why somebody else is away; of that one reads "away".
"""

from datetime import date

from bot.decide.draft import Draft
from bot.decide.rota import outlook, pickers, words
from bot.events import Message
from bot.people import Person
from bot.rota.ledger import WINDOW
from bot.rota.picking import Member, Picker, Ranking, Situation, situation
from bot.rota.presence import WEEK
from bot.rota.shift import Role
from bot.support.words import moment
from bot.views import Bar, Fact, FairnessCard, FairnessRow, HelpCard

MOST_CHANGES, MOST_AWAY = 15, 10  # of what the history shows: of teams, and of absences, of which there are more
NOT_YET = "none"


def card(draft: Draft) -> FairnessCard:
    """Return each person's shifts, fallback days, debt, and last and next shift, the most loaded first."""
    today = _now(draft)
    plan = situation(draft.rota, today + WEEK, draft.hours, draft.policy.goals)
    members = sorted(plan.members, key=lambda one: (-one.debt, one.name.casefold(), one.id))
    rows = tuple(_row(draft, one, today) for one in members)
    bars = tuple(Bar(one.name, one.served) for one in members)
    note = (
        f"A bar is days served, over the last {WINDOW} weeks or since somebody joined. Debt is in shifts: by the days "
        "on which they were there, above 0 is more than a fair share, below 0 is less. + 2d are two days as fallback."
    )
    return FairnessCard("Who served how much", bars, rows, note)


def why(draft: Draft, event: Message, name: str) -> HelpCard:
    """Say why somebody is in the proposal for the next team, or is not: "why me again?"."""
    found = _named(draft, event, name)
    if isinstance(found, str):
        return HelpCard("Why", found, ())
    pick = pickers.of(draft, pickers.target(draft))
    plan = pickers.plan_of(draft, pick)
    if all(one.id != found.id for one in plan.members):
        return HelpCard(found.name, "They are not in the team any more.", ())
    picker, member = Picker(plan), plan.member(found.id)
    return HelpCard(
        f"{found.name} and support from {outlook.day_said(draft, plan.iteration)}",
        "\n".join(_standing(plan, member, picker.rank(), own=found.id == event.author.id)),
        (Fact("Share", _share(member)), Fact("Last", _last(draft, found.id)), Fact("Next", _next(draft, found.id))),
    )


def history(draft: Draft) -> HelpCard:
    """Say who changed the rota lately, and how: the last changes of teams, and the last absences."""
    known = [*enumerate(draft.rota.history)]
    teams = [one for one in known if one[1].until is None][-MOST_CHANGES:]
    away = [one for one in known if one[1].until is not None][-MOST_AWAY:]
    changes = [one for _, one in sorted((*teams, *away), key=lambda one: one[0])]
    older = len(known) - len(changes)
    facts = tuple(
        Fact(
            moment(one.at, draft.now, draft.hours, dated=True),
            f"{one.by} {one.what}{f': {one.reason}' if one.reason else ''}",
        )
        for one in reversed(changes)
    )
    most = f"The last {MOST_CHANGES} changes of teams and the last {MOST_AWAY} absences"
    left = f"{most}; {older} older {'one is' if older == 1 else 'ones are'} not shown." if older else ""
    return HelpCard("What was changed in the rota", left if facts else "Nothing yet.", facts)


def _standing(plan: Situation, one: Member, ranking: Ranking, *, own: bool) -> list[str]:
    rules = ranking.people.get(one.id)
    if rules:
        said = words.alone(one, plan, rules) if own else f"{one.name} can't be in that team"
        return [f"{said}."]
    if not ranking.teams:
        return ["No team satisfies the rules; write pick to see what would."]
    best = ranking.teams[0]
    mine = next(team for team in ranking.teams if one.id in team.pair)  # where there is one, it has an anchor for all
    if mine is best:
        other = next((team for team in ranking.teams if one.id not in team.pair), None)
        lines = [f"In the best team, {words.pair(plan, best)}:", *words.reasons(plan, best)]
        if other is not None:
            without = f"Without {one.name} it would be {words.pair(plan, other)}"
            short = words.worse(plan, other, best)
            lines.append(f"{without}, {f'but {short}' if short else 'as good'}.")
        return lines
    place = f"in place {ranking.teams.index(mine) + 1} of {len(ranking.teams)}"
    there = f"With {one.name} it would be {words.pair(plan, mine)}, {place}"
    there += f": {short}." if (short := words.worse(plan, mine, best)) else ", as good."
    return [f"The best team is {words.pair(plan, best)}.", there]


def _share(one: Member) -> str:
    share = one.all_served * one.chances / one.all_chances if one.all_chances else 0.0
    served = f"Served on {one.served} of {one.chances} days there; a fair share is {share:.1f}"
    return f"{served}. That is {words.owed(one.debt) if one.debt else 'fair, to half a shift'}."


def _row(draft: Draft, one: Member, today: date) -> FairnessRow:
    shifts = [each for each in draft.rota.shifts if each.person == one.id and each.iteration > today - WINDOW * WEEK]
    support = [each for each in shifts if each.role is Role.SUPPORT and each.iteration <= today]
    fallback = sum(len(each.days) for each in shifts if each.role is Role.FALLBACK and each.iteration <= today)
    served = f"{len(support)}{f' + {fallback}d' if fallback else ''}"
    return FairnessRow(one.name, served, _signed(one.debt), _last(draft, one.id), _next(draft, one.id))


def _signed(halves: int) -> str:
    return f"{halves / 2:+g}" if halves else "0"


def _last(draft: Draft, id_: str) -> str:
    past = [each.iteration for each in draft.rota.shifts if each.person == id_ and each.role is Role.SUPPORT]
    past = [one for one in past if one <= _now(draft)]
    return words.date_of(max(past), _today(draft)) if past else NOT_YET


def _next(draft: Draft, id_: str) -> str:
    coming = [each.iteration for each in draft.rota.shifts if each.person == id_ and each.role is Role.SUPPORT]
    coming = [one for one in coming if one > _now(draft)]
    return words.date_of(min(coming), _today(draft)) if coming else NOT_YET


def _today(draft: Draft) -> date:
    return draft.hours.local(draft.now).date()


def _now(draft: Draft) -> date:
    return pickers.running(draft)


def _named(draft: Draft, event: Message, name: str) -> Person | str:
    """Return whom a name means, or why that is not clear; "" and "me" mean whoever asks."""
    people = draft.rota.people
    if name in ("", "me"):
        return people.get(event.author.id) or "You are not among the people of this desk."
    found = [one for one in people.values() if _means(one, name)]
    if len(found) == 1:
        return found[0]
    return f"{len(found)} people are called so; write the whole name." if found else f"Nobody here is called {name}."


def _means(one: Person, name: str) -> bool:
    called = one.name.casefold()
    return called == name or name in called.split()
