"""Who picks which week's team, and how the pick of it stands."""

from dataclasses import replace
from datetime import date, datetime

from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.rota import news
from bot.hours import SupportHours
from bot.people import Author, Person
from bot.places import personal
from bot.rota.duty import PAIR
from bot.rota.iteration import iteration_of
from bot.rota.picking import Situation, pair_of, situation
from bot.rota.planning import Pick
from bot.rota.presence import DAY, WEEK
from bot.rota.rituals import OF_THE_PICK, Ritual, first_day, rituals
from bot.rota.shift import Role, Rota
from bot.state import State


def target(draft: Draft) -> date:
    """Return the iteration whose team is picked now: the next one, or this one where nobody was picked for it.

    On the last day of an iteration there is nothing of it left to pick for.
    """
    this = running(draft)
    is_open = not pair_of(draft.rota, this) or _stays(draft, this)
    return this if is_open and has_days_left(draft, Pick(this)) else this + WEEK


def picked(draft: Draft, iteration: date) -> bool:
    """Say whether an iteration has a team that was taken for it."""
    return is_whole(draft.rota, iteration) and not _stays(draft, iteration)


def _stays(draft: Draft, iteration: date) -> bool:
    """Say whether nobody was picked for an iteration, so that the team before it serves."""
    pick = draft.facts.planning.pick
    return pick is not None and pick.iteration == iteration and pick.staying


def is_whole(rota: Rota, iteration: date) -> bool:
    """Say whether an iteration has a pair of people who are in the team then."""
    people = [rota.people[id_] for id_ in pair_of(rota, iteration) if id_ in rota.people]
    return len([one for one in people if one.left is None or iteration < one.left]) >= PAIR


def pickers(draft: Draft) -> tuple[Person, ...]:
    """Return who picks the next team: whoever has SUPPORT until the next opening, or the admins where nobody has."""
    people, today = draft.rota.people, draft.hours.duty_day(draft.now)
    some = [one for one in draft.rota.of(running(draft)) if one.role is Role.SUPPORT and one.is_for(today)]
    team = [people[id_] for id_ in sorted(one.person for one in some) if id_ in people and people[id_].belongs(today)]
    return tuple(team) or _admins(draft)


def who_picks(draft: Draft) -> str:
    """Say who picks the next team."""
    who = names(pickers(draft))
    return f"{who} and admins pick the next team." if who else "Admins pick the next team."


def called(draft: Draft) -> tuple[Person, ...]:
    """Return who is asked to pick: without a team channel only who can be written to, an admin where nobody else is."""
    if draft.desk.team_channel:
        return pickers(draft)
    some = tuple([one for one in pickers(draft) if _can_be_asked(draft, one)])
    return some or tuple([one for one in _admins(draft) if _can_be_asked(draft, one)])


def _can_be_asked(draft: Draft, person: Person) -> bool:
    known = bool(person.entra_object_id) and personal(person.id) not in draft.facts.unreachable
    return known and reachable(draft, person)


def _admins(draft: Draft) -> tuple[Person, ...]:
    return tuple(one for one in draft.rota.people.values() if draft.is_admin(Author(one.id, one.name)))


def may_pick(draft: Draft, author: Author) -> bool:
    """Say whether somebody may pick: SUPPORT of the iteration that runs, and admins."""
    return draft.is_admin(author) or any(one.id == author.id for one in pickers(draft))


def of(draft: Draft, iteration: date) -> Pick:
    """Return the pick of an iteration as it stands, one that has not begun where there is none."""
    pick = draft.facts.planning.pick
    return pick if pick is not None and pick.iteration == iteration else Pick(iteration)


def plan_of(draft: Draft, pick: Pick) -> Situation:
    """Return what a pick depends on now."""
    return situation(
        draft.rota, pick.iteration, draft.hours, draft.policy.goals, taken=pick.taken, declined=pick.declined
    )


def put(draft: Draft, pick: Pick) -> None:
    """Change the pick."""
    news.put(draft, replace(draft.facts.planning, pick=pick))


def this_week(now: datetime, hours: SupportHours) -> date:
    """Return the iteration of a moment's date."""
    return iteration_of(hours.local(now).date())


def running(draft: Draft) -> date:
    """Return the iteration whose team is on duty, which changes at an opening."""
    return iteration_of(draft.hours.duty_day(draft.now))


def reachable(draft: Draft, person: Person) -> bool:
    """Say whether somebody can be written to now."""
    return draft.hears_of_the_rota(person.id)


def declines_until(draft: Draft, iteration: date) -> datetime:
    """Return until when somebody who was taken for an iteration can decline."""
    return draft.hours.moment(first_day(iteration, draft.hours) or iteration, draft.policy.decline_by)


def undone(state: State, hours: SupportHours, pick: Pick) -> dict[Ritual, datetime]:
    """Return what of a pick is not done, and when it is due: nothing from before the desk, or before a later pick."""
    since, last = state.facts.planning.since, state.facts.planning.pick
    if last is not None and pick.iteration < last.iteration:
        return {}
    due = rituals(pick.iteration, hours, state.desk.policy)
    return {one: due[one] for one in OF_THE_PICK if one in due and one not in pick.done and since and due[one] >= since}


def starts(draft: Draft, pick: Pick) -> date | None:
    """Return the day from which a team that is taken now serves: the iteration's first, or the next working one."""
    first = first_day(pick.iteration, draft.hours)
    today = draft.hours.local(draft.now).date()
    if first is None or draft.now < draft.hours.opening(first):
        return first
    return next((day for n in range(1, 8) if draft.hours.is_working_day(day := today + n * DAY)), None)


def has_days_left(draft: Draft, pick: Pick) -> bool:
    """Say whether a team that is taken now serves a day of the iteration."""
    start = starts(draft, pick)
    return start is not None and start < pick.iteration + WEEK
