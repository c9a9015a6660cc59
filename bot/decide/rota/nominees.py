"""Those who were taken: each is told once, as soon as they can be written to, and hears when it is otherwise."""

from collections.abc import Collection, Container, Iterable
from dataclasses import replace
from datetime import date, datetime

from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.rota import news, outlook, pickers, proposals, teams
from bot.decide.rota.outlook import shift_id
from bot.hours import SupportHours
from bot.places import personal
from bot.rota import changes
from bot.rota.iteration import iteration_of
from bot.rota.picking import Stint
from bot.rota.planning import Pick
from bot.rota.presence import DAY, WEEK
from bot.rota.rituals import first_day
from bot.rota.shift import Role, Shift
from bot.state import State
from bot.support.words import moment
from bot.views import PlanCard

DECLINE = "pick.decline"


def tell(draft: Draft) -> None:
    """Tell whoever was taken and does not know yet, as soon as they can be written to."""
    pick = draft.facts.planning.pick
    if pick is None or not pickers.picked(draft, pick.iteration) or pick.by is None:
        return
    told: list[str] = []
    letters: list[tuple[str, str]] = []
    for shift in teams.last_team(draft.rota, pick.iteration, draft.hours):
        person = draft.rota.people.get(shift.person)
        if person is None or person.id in (*pick.told, *told) or not pickers.reachable(draft, person):
            continue
        told.append(person.id)
        key = f"pick:{pick.iteration}:nominee:{pick.round}:{person.id}"
        draft.show(key, personal(person.id), nominated(draft, pick, shift, key))
        letters.append((person.id, key))
    if told:
        pickers.put(draft, replace(pick, told=(*pick.told, *told), letters=(*pick.letters, *letters)))


def know(draft: Draft, iteration: date, people: Iterable[str]) -> None:
    """Let the pick know who knows of their shift in its team already."""
    pick = draft.facts.planning.pick
    if pick is not None and pick.iteration == iteration and pickers.picked(draft, iteration):
        pickers.put(draft, replace(pick, told=tuple(dict.fromkeys((*pick.told, *people)))))


def follow(draft: Draft) -> None:
    """Let the pick and its letters follow its team, whoever changed that, and by whatever."""
    pick, was = draft.facts.planning.pick, draft.state.facts.planning.pick
    if pick is None or draft.rota is draft.state.rota:
        return
    before, after = (teams.last_team(one, pick.iteration, draft.hours) for one in (draft.state.rota, draft.rota))
    if before == after:
        return
    is_picked, team = pickers.picked(draft, pick.iteration), {one.person: one for one in after}
    pairs = [tuple(sorted([one.person for one in each if one.role is Role.SUPPORT])) for each in (before, after)]
    for person, key in pick.letters:
        is_new = pairs[0] != pairs[1] or team.get(person) not in before
        if is_new and was is not None and (person, key) in was.letters:
            _renew(draft, pick, person, key, team.get(person))
    gone = {one.person for one in draft.state.rota.of(pick.iteration)}.difference(team)
    told = tuple([id_ for id_ in pick.told if id_ not in gone])
    letters = tuple([one for one in pick.letters if one[0] in team])
    number = pick.round + (letters != pick.letters)  # whoever is in it again gets a letter of its own
    pickers.put(
        draft, replace(pick, taken=pairs[1] if is_picked else pick.taken, told=told, letters=letters, round=number)
    )


def renew(draft: Draft, iteration: date) -> None:
    """Let the letters to those who were taken for an iteration say how it is now."""
    pick = pickers.of(draft, iteration)
    team = {one.person: one for one in draft.rota.of(iteration)}
    for person, key in pick.letters:
        _renew(draft, pick, person, key, team.get(person))


def _renew(draft: Draft, pick: Pick, person: str, key: str, shift: Shift | None) -> None:
    again = not pickers.picked(draft, pick.iteration)
    letter = nominated(draft, pick, shift, key) if shift else let_go(draft, pick.iteration, again=again)
    draft.show(key, personal(person), letter, first=False)


def fill(draft: Draft, key: str, stints: Collection[Stint]) -> None:
    """Tell those who became FALLBACK without being asked, each once: the pick does not tell them once more."""
    for stint in stints:
        said = outlook.fallback_said(draft, stint)
        news.tell(draft, f"fallback:{key}:{min(stint.days)}", stint.person, said)
        know(draft, iteration_of(min(stint.days)), [stint.person])


def renewed(draft: Draft, pick: Pick, old: Collection[Shift], new: Collection[Shift], named: Container[str]) -> Pick:
    """Let those whose shift is another one now read so; return the pick, which tells those who are ``named`` anew."""
    same = {one.person for one in new if one in old}
    letters = dict(pick.letters)
    for person, key in pick.letters:
        if person not in same:
            draft.show(key, personal(person), let_go(draft, pick.iteration, again=person in named), first=False)
    for one in old:
        knows = one.person in pick.told and one.person not in letters
        days = changes.days_of(one, draft.hours) if one.role is Role.FALLBACK and knows else ()
        if days and one not in new and one.person not in named:
            freed(draft, f"{pick.iteration}:{pick.round}", Stint(one.person, frozenset(days)), "another team was taken")
    told = tuple([id_ for id_ in pick.told if id_ in same])
    return replace(
        pick, told=told, letters=tuple([one for one in pick.letters if one[0] in same]), round=pick.round + 1
    )


def freed(draft: Draft, key: str, stint: Stint, why: str) -> None:
    """Tell somebody that they are not FALLBACK any more."""
    said = f"You are not FALLBACK on {outlook.days_said(draft, stint.days)} any more: {why}."
    news.tell(draft, f"freed:{key}:{min(stint.days)}", stint.person, said)


def picked_again(draft: Draft, pick: Pick) -> None:
    """Tell those who know that they are in a team that it is picked again; whoever picks it is asked to anyway."""
    letters = dict(pick.letters)
    day = outlook.day_said(draft, pick.iteration)
    for id_ in pick.told:
        if id_ in letters:
            draft.show(letters[id_], personal(id_), let_go(draft, pick.iteration, again=True), first=False)
        elif not any(one.id == id_ for one in pickers.pickers(draft)):
            text = f"The support team from {day}, which you are in, is picked again. You hear of it if you still are."
            news.tell(draft, f"again:{pick.iteration}:{pick.round}", id_, text)


def untold(state: State, pick: Pick, now: datetime, hours: SupportHours) -> bool:
    """Say whether somebody who was taken does not know yet."""
    ended = hours.moment(pick.iteration + WEEK, hours.opens) <= now
    people = {one.person for one in teams.last_team(state.rota, pick.iteration, hours)} & state.rota.people.keys()
    return pick.by is not None and not ended and not people <= set(pick.told)


def nominated(draft: Draft, pick: Pick, shift: Shift, key: str) -> PlanCard:
    """Return what somebody who was taken reads."""
    first = teams.begins(draft.rota, pick.iteration, draft.hours)
    last = pick.iteration + WEEK - DAY
    mine = {
        Role.SUPPORT: f"You have support from {outlook.span_said(draft, first, last)}",
        Role.FALLBACK: f"You are fallback on {teams.weekdays(draft, pick.iteration, shift.days)}",
        Role.OBSERVER: f"You observe from {outlook.span_said(draft, first, last)}",
    }[shift.role]
    pair = tuple(one for one in teams.in_role(draft, pick.iteration, Role.SUPPORT) if one.id != shift.person)
    with_whom, on_support = f"With {names(pair)}.", f"{names(pair)} {'is' if len(pair) == 1 else 'are'} on support."
    beside = (with_whom if shift.role is Role.SUPPORT else on_support) if pair else ""
    until = pickers.declines_until(draft, pick.iteration)
    if shift.role is Role.OBSERVER:
        read = "Read along, and suggest answers if you like; you are not called."
        return PlanCard(mine, f"{beside} {read}".strip())
    if until <= draft.now:
        cover = proposals.opener(draft, key, "I can't: ask for a cover…", "cover", shift_id(shift))
        return PlanCard(mine, beside, opens=(cover,))
    decline = proposals.button(draft, key, "I can't", DECLINE, str(pick.iteration))
    note = f"You need do nothing. If you can't, say so by {moment(until, draft.now, draft.hours)}; no reason is needed."
    return PlanCard(mine, beside, presses=(decline,), note=note)


def let_go(draft: Draft, iteration: date, *, again: bool) -> PlanCard:
    """Return what a letter says to somebody who is not in the team any more, or not as it said."""
    if again:
        return not_in_it(draft, iteration, "not settled", "The team is picked again. You hear of it if you are in it.")
    text = "Somebody else was taken for that week, or for the rest of it."
    return not_in_it(draft, iteration, "you are not in it any more", text)


def not_in_it(draft: Draft, iteration: date, how: str, text: str) -> PlanCard:
    """Return how it stands with somebody and the team of an iteration that they are not in."""
    first = first_day(iteration, draft.hours) or iteration
    return PlanCard(f"Support from {outlook.day_said(draft, first)}: {how}", text)
