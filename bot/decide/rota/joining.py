"""Joiners and leavers: what a change of the people does to a team that is set, and who observes at once.

Whoever is new observes in the first iteration that has a team already and days enough; else the pick sees to it.
"""

from dataclasses import replace
from datetime import date

from bot.decide import marks
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.requests import clocks
from bot.decide.rota import covers, nominees, outlook, pickers, starting
from bot.people import Author, Person
from bot.rota import changes
from bot.rota.ledger import OBSERVING_DAYS
from bot.rota.picking import MOST_OBSERVERS
from bot.rota.presence import Presence
from bot.rota.shift import Role, Shift


def follow(draft: Draft) -> None:
    """Say what a change of the people broke, and let whoever is new observe."""
    before = draft.state.rota
    if not before.people or draft.rota.people == before.people:
        return
    changed = [one for id_, one in draft.rota.people.items() if before.people.get(id_) != one]
    _say_broken(draft, changed)
    _let_observe(draft, [one for one in changed if one.id not in before.people])


def _say_broken(draft: Draft, changed: list[Person]) -> None:
    """Find FALLBACKs for new gaps, and say once which rules a team breaks since somebody left or lost access."""
    ids = [one.id for one in changed]
    follows = outlook.look(draft, draft.rota, replace(draft.state.rota, shifts=draft.rota.shifts))
    if not follows.lines:
        return
    if follows.rota != draft.rota:
        draft.put_rota(follows.rota)
        clocks.follow_duty(draft)
    mine = [one for one in outlook.coming_shifts(draft) if one.person in ids and one.role is Role.SUPPORT]
    broken = [one for one in mine if one.iteration in follows.broken]
    who = names(tuple([one for one in changed if one.id in {shift.person for shift in mine}]))
    title = f"{who or 'The team'}: what changed touches a team that is set"
    pair = [one.id for one in pickers.pickers(draft)]
    admins = [one.id for one in draft.rota.people.values() if draft.is_admin(Author(one.id, one.name))]
    key = f"{draft.now.isoformat()}:{marks.mark(' '.join((*ids, *follows.lines)))}"
    nominees.fill(draft, key, follows.stints)
    covers.announce(draft, key, (title, *follows.lines), broken, (*pair, *admins))


def _let_observe(draft: Draft, new: list[Person]) -> None:
    """Let new people observe in the first iteration that has a team, room, and enough days on which they are there."""
    for person in sorted(new, key=lambda one: (one.joined or date.min, one.id)):
        weeks = changes.iterations_set(draft.rota, outlook.current(draft))
        week = next((one for one in weeks if _may_observe(draft, person, one)), None)
        if week is None:
            continue
        shift = Shift(week, person.id, Role.OBSERVER)
        draft.put_rota(changes.with_team(draft.rota, week, (*draft.rota.of(week), shift)))
        if week == outlook.current(draft):
            starting.joined(draft, shift)
            nominees.know(draft, week, [person.id])


def _may_observe(draft: Draft, person: Person, week: date) -> bool:
    today, days = draft.hours.duty_day(draft.opening), Presence(draft.rota, draft.hours).days(person, week)
    is_long = len([day for day in days if day >= today]) >= OBSERVING_DAYS
    observing = [one for one in draft.rota.of(week) if one.role is Role.OBSERVER]
    return person.must_observe(week) and is_long and len(observing) < MOST_OBSERVERS
