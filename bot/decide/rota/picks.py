"""The pick: a team is proposed to the one on duty, taken or declined; where nobody was taken, who is there stays.

The proposal is computed where it is shown: looking at every pair takes some milliseconds. Its cards follow what becomes
of it. Nobody is told personally outside support hours or while away.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from bot.commands import Right
from bot.decide import forms
from bot.decide.desk import colleagues
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import mentions, names
from bot.decide.rota import news, words
from bot.decide.rota.outlook import shift_id
from bot.effects import Answer, Card, Dialog, SlackSay, Word
from bot.errors import Refused
from bot.events import Message, Press, Send
from bot.hours import SupportHours
from bot.people import Author, Person
from bot.places import personal
from bot.rota.duty import PAIR
from bot.rota.iteration import iteration_of
from bot.rota.picking import Picker, Ranking, Situation, Team, observers, pair_of, situation
from bot.rota.planning import Pick
from bot.rota.presence import DAY, WEEK, working_days
from bot.rota.rituals import OF_THE_PICK, Ritual, first_day, rituals
from bot.rota.shift import Role, Rota, Shift
from bot.state import State
from bot.support.words import listed, moment
from bot.views import Button, Line, PlanCard, PlanPart

OPTIONS = 3
MOST_CARDS = 12
OLD = "This proposal is an old one. Write pick to see today's."
NOT_IN_IT = PlanCard("You are not in it", "Thank you for saying so. Somebody else is looked for.")
TAKE, OTHER, DECLINE, WHAT_IF = "pick.take", "pick.other", "pick.decline", "pick.what_if"


# -- which pick, and how it stands ----------------------------------------------------------------------------------


def target(draft: Draft) -> date:
    """Return the iteration whose team is picked now: the next one, or this one where nobody was picked for it.

    On the last day of an iteration there is nothing of it left to pick for.
    """
    this = running(draft)
    is_open = not pair_of(draft.rota, this) or _stays(draft, this)
    return this if is_open and _has_days_left(draft, Pick(this)) else this + WEEK


def picked(draft: Draft, iteration: date) -> bool:
    """Say whether an iteration has a team that was taken for it."""
    return _is_whole(draft.rota, iteration) and not _stays(draft, iteration)


def _stays(draft: Draft, iteration: date) -> bool:
    """Say whether nobody was picked for an iteration, so that the team before it serves."""
    pick = draft.facts.planning.pick
    return pick is not None and pick.iteration == iteration and pick.staying


def _is_whole(rota: Rota, iteration: date) -> bool:
    """Say whether an iteration has a pair of people who are in the team then."""
    people = [rota.people[id_] for id_ in pair_of(rota, iteration) if id_ in rota.people]
    return len([one for one in people if one.left is None or iteration < one.left]) >= PAIR


def pickers(draft: Draft) -> tuple[Person, ...]:
    """Return who picks the next team: whoever has SUPPORT until the next opening, or the admins where nobody has."""
    people, today = draft.rota.people, draft.hours.duty_day(draft.now)
    some = [one for one in draft.rota.of(running(draft)) if one.role is Role.SUPPORT and one.is_for(today)]
    team = [people[id_] for id_ in sorted(one.person for one in some) if id_ in people and people[id_].belongs(today)]
    return tuple(team) or _admins(draft)


def _who_picks(draft: Draft) -> str:
    who = names(pickers(draft))
    return f"{who} and admins pick the next team." if who else "Admins pick the next team."


def _called(draft: Draft) -> tuple[Person, ...]:
    """Return who is asked to pick: without a team channel only who can be written to, an admin where nobody else is."""
    if draft.desk.team_channel:
        return pickers(draft)
    some = tuple([one for one in pickers(draft) if _can_be_asked(draft, one)])
    return some or tuple([one for one in _admins(draft) if _can_be_asked(draft, one)])


def _can_be_asked(draft: Draft, person: Person) -> bool:
    known = bool(person.entra_object_id) and personal(person.id) not in draft.facts.unreachable
    return known and _reachable(draft, person)


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


def _this(now: datetime, hours: SupportHours) -> date:
    return iteration_of(hours.local(now).date())


def running(draft: Draft) -> date:
    """Return the iteration whose team is on duty, which changes at an opening."""
    return iteration_of(draft.hours.duty_day(draft.now))


# -- the clock ------------------------------------------------------------------------------------------------------


def struck(draft: Draft) -> None:
    """Do what of the pick is due: propose, remind, chase; and let the team before stay where nobody was taken."""
    this = _this(draft.now, draft.hours)
    for iteration in (this, this + WEEK):
        _strike(draft, iteration)
    pick = draft.facts.planning.pick
    if pick is not None and pick.again and draft.is_open and not picked(draft, pick.iteration):
        propose(draft, pick)
    _tell_nominees(draft)


def _strike(draft: Draft, iteration: date) -> None:
    pick = of(draft, iteration)
    due = [one for one, at in _open(draft.state, draft.hours, pick).items() if _is_ripe(draft, one, at)]
    if not due or picked(draft, iteration):
        return
    pick = replace(pick, done=(*pick.done, *due))
    put(draft, pick)
    if Ritual.STAY in due:
        # A team that somebody set incomplete is theirs to complete; of one that was taken here, somebody left before.
        begins = draft.hours.local(draft.now).date() == first_day(iteration, draft.hours)
        if pair_of(draft.rota, iteration) and not (pick.taken and begins):
            return
        _stay(draft, pick)
    elif not pick.round:
        propose(draft, pick)
    else:
        _remind(draft, pick, due[-1])
    if Ritual.REMIND in due:
        _remind_in_slack(draft, pick)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when something of the pick is next due."""
    opening = hours.next_open(now)
    this = _this(now, hours)
    known = state.facts.planning.pick
    moments = []
    for iteration in (this, this + WEEK):
        pick = known if known is not None and known.iteration == iteration else Pick(iteration)
        if _is_whole(state.rota, iteration) and not pick.staying:
            continue
        moments += [at if at > now else opening for at in _open(state, hours, pick).values()]
    if known is not None and (_untold(state, known, now, hours) or known.again):
        coming = opening if opening > now else hours.next_open(hours.closing(now))
        moments += [coming, *(away.end for away in state.rota.absences if now < away.end < coming)]
    return min(moments, default=None)


def _open(state: State, hours: SupportHours, pick: Pick) -> dict[Ritual, datetime]:
    """Return what of a pick is not done, and when it is due: nothing from before the desk, or before a later pick."""
    since, last = state.facts.planning.since, state.facts.planning.pick
    if last is not None and pick.iteration < last.iteration:
        return {}
    due = rituals(pick.iteration, hours, state.desk.policy)
    return {one: due[one] for one in OF_THE_PICK if one in due and one not in pick.done and since and due[one] >= since}


def _is_ripe(draft: Draft, ritual: Ritual, at: datetime) -> bool:
    """Say whether what fell due may be done: in support hours, or on its own day where the team has a channel.

    Who stays is said at the opening, when they do.
    """
    today = bool(draft.desk.team_channel) and draft.is_today(at) and ritual is not Ritual.STAY
    return at <= draft.now and (draft.is_open or today)


# -- proposing ------------------------------------------------------------------------------------------------------


def propose(draft: Draft, pick: Pick) -> None:
    """Propose the best team of an iteration, and two others, to those who pick."""
    past = [one for one, at in _open(draft.state, draft.hours, pick).items() if at <= draft.now]
    pick = replace(pick, round=pick.round + 1, again=False, done=(*pick.done, *past))  # which reminds, too
    plan = plan_of(draft, pick)
    ranking = Picker(plan).rank()
    pick = replace(pick, proposed=tuple(team.pair for team in ranking.teams[:OPTIONS]))
    key = f"pick:{pick.iteration}:{pick.round}"
    places = {key: draft.desk.team_channel}
    if not draft.desk.team_channel:
        places = {f"{key}:{one.id}": personal(one.id) for one in _called(draft)}
    for one, place in places.items():
        draft.show(one, place, _proposal(draft, pick, plan, ranking, one, calls=True))
    put(draft, replace(pick, cards=(*pick.cards, *places.items())[-MOST_CARDS:]))


def asked(draft: Draft, event: Message) -> None:
    """Show the pick in somebody's own chat: as proposed, or as it was taken."""
    if not may_pick(draft, event.author):
        draft.post(f"say:{event.key}", personal(event.author.id), Line((_who_picks(draft),)))
        return
    pick = of(draft, target(draft))
    key = f"pick:{pick.iteration}:{event.key}"
    place = personal(event.author.id)
    draft.show(key, place, card(draft, pick, key))
    put(draft, replace(pick, cards=(*pick.cards, (key, place))[-MOST_CARDS:]))


def card(draft: Draft, pick: Pick, key: str) -> PlanCard:
    """Return the card of a pick as it is now."""
    if picked(draft, pick.iteration):
        return _taken_card(draft, pick, key)
    plan = plan_of(draft, pick)
    return _proposal(draft, pick, plan, Picker(plan).rank(), key)


def follow(draft: Draft) -> None:
    """Show the cards of the pick anew where it, or who can serve, has changed."""
    now, was = draft.facts.planning.pick, draft.state.facts.planning.pick
    if now is None or (now is was and draft.rota is draft.state.rota):
        return
    shown = dict(was.cards) if was is not None and was.iteration == now.iteration else {}
    for key, place in now.cards:
        if key in shown:
            draft.show(key, place, card(draft, now, key), first=False)


def _proposal(
    draft: Draft, pick: Pick, plan: Situation, ranking: Ranking, key: str, *, calls: bool = False
) -> PlanCard:
    when = words.day(_starts(draft, pick) or pick.iteration)
    parts = tuple(
        PlanPart(
            words.pair(plan, team),
            "\n".join(words.reasons(plan, team)) if not number else _instead(plan, team, ranking.teams[0]),
            (_button(draft, key, "Take this team", TAKE, f"{pick.iteration}:{'+'.join(team.pair)}", main=not number),),
        )
        for number, team in enumerate(ranking.teams[:OPTIONS])
    )
    text = "\n".join(words.conflict(plan, ranking.conflict)) if ranking.conflict else ""
    if pick.staying:
        text = "\n".join(
            filter(None, ("Nobody was picked in time, so the team before stays until one is taken.", text))
        )
    observing = [plan.member(id_).name for id_ in ranking.observers]
    note = [
        words.looked_at(ranking) if ranking.teams else "",
        f"{listed(observing, ' and ')} will observe." if observing else "",
    ]
    people = _called(draft)
    line = Line((*mentions(people, " and ", tuple(one.id for one in people)), ", please pick the next support team."))
    return PlanCard(
        f"Support from {when}",
        text,
        line if calls and people else Line(()),
        calls=calls and bool(people),
        parts=parts,
        opens=(
            _opener(draft, key, "Other people…", OTHER, str(pick.iteration)),
            _opener(draft, key, "Plan absences first", "absence", ""),
        ),
        presses=(_what_if(draft, key),),
        note="\n".join(filter(None, note)),
    )


def _instead(plan: Situation, team: Team, best: Team) -> str:
    short = words.worse(plan, team, best)
    return f"{f'Not the first: {short}.' if short else 'As good as the first.'} {words.presence(plan, team)}"


def _taken_card(draft: Draft, pick: Pick, key: str) -> PlanCard:
    when = words.day(_begins(draft.rota, pick.iteration, draft.hours))
    by = f"Taken by {pick.by.name}, {moment(pick.at, draft.now, draft.hours)}." if pick.by and pick.at else ""
    until = _declines_until(draft, pick.iteration)
    note = f"They can decline until {moment(until, draft.now, draft.hours)}." if until > draft.now else ""
    return PlanCard(
        f"Support from {when}: {_support(draft, pick.iteration)}",
        _others(draft, pick.iteration),
        opens=(_opener(draft, key, "Other people…", OTHER, str(pick.iteration)),),
        presses=(_what_if(draft, key),),
        note=" ".join(filter(None, (by, note))),
    )


def _support(draft: Draft, iteration: date) -> str:
    """Return the names of the pair that was taken, or else of whoever has SUPPORT."""
    taken = [draft.rota.people[id_] for id_ in of(draft, iteration).taken if id_ in draft.rota.people]
    there = pair_of(draft.rota, iteration)
    return names(tuple([one for one in taken if one.id in there]) or _in_role(draft, iteration, Role.SUPPORT))


def _others(draft: Draft, iteration: date) -> str:
    """Say who fills in on which days, and who observes."""
    people = draft.rota.people
    said = [
        f"Fallback on {_weekdays(iteration, one.days)}: {people[one.person].name}"
        for one in _last_team(draft.rota, iteration, draft.hours)
        if one.role is Role.FALLBACK and one.person in people
    ]
    observing = names(_in_role(draft, iteration, Role.OBSERVER))
    return "\n".join([*said, *([f"Observer: {observing}"] if observing else [])])


def _in_role(draft: Draft, iteration: date, role: Role) -> tuple[Person, ...]:
    people, shifts = draft.rota.people, _last_team(draft.rota, iteration, draft.hours)
    return tuple(people[one.person] for one in shifts if one.role is role and one.person in people)


def _last_team(rota: Rota, iteration: date, hours: SupportHours) -> list[Shift]:
    """Return the shifts of the team that ends an iteration, less those of one that it followed within it."""
    start = _begins(rota, iteration, hours)
    days = [day for day in working_days(iteration, hours) if day >= start]
    return [one for one in rota.of(iteration) if one.role is Role.OBSERVER or any(map(one.is_for, days))]


def _begins(rota: Rota, iteration: date, hours: SupportHours) -> date:
    """Return the first working day of the team that ends an iteration."""
    days = working_days(iteration, hours)
    pair = [one for one in rota.of(iteration) if one.role is Role.SUPPORT and one.is_for(days[-1])] if days else []
    return next((day for day in days if all(one.is_for(day) for one in pair)), iteration)


def _weekdays(iteration: date, some: frozenset[int]) -> str:
    return words.days(day for number in range(7) if (day := iteration + number * DAY).weekday() in some)


# -- reminding ------------------------------------------------------------------------------------------------------


def _remind(draft: Draft, pick: Pick, ritual: Ritual) -> None:
    when = words.day(first_day(pick.iteration, draft.hours) or pick.iteration)
    people = _called(draft)
    said = f"no support team is picked yet for {when}. Take one of the proposal, or write pick to me."
    key = f"pick:{pick.iteration}:{ritual.replace(' ', '-')}"
    if draft.desk.team_channel:
        who = mentions(people, " and ", tuple(one.id for one in people))
        draft.post(key, draft.desk.team_channel, Line((*who, ", ", said) if people else (said[0].upper() + said[1:],)))
        return
    for one in people:
        draft.post(f"{key}:{one.id}", personal(one.id), Line((said[0].upper() + said[1:],)))


def _remind_in_slack(draft: Draft, pick: Pick) -> None:
    when = words.day(first_day(pick.iteration, draft.hours) or pick.iteration)
    who = names(pickers(draft))
    text = f"{f'{who}: please' if who else 'Please'} pick the support team for {when}, in Teams."
    draft.follow_with(SlackSay(f"pick:{pick.iteration}:slack", text))


def _stay(draft: Draft, pick: Pick) -> None:
    """Let the team before stay on until one is taken, and say so."""
    before = pick.iteration - WEEK
    people = [one for one in _last_of(draft, before) if one.belongs(pick.iteration)][:PAIR]
    others = tuple(one for one in draft.rota.shifts if one.iteration != pick.iteration)
    pick = replace(pick, staying=True, done=OF_THE_PICK)
    stay = [Shift(pick.iteration, one.id, Role.SUPPORT) for one in people]
    if len(people) == PAIR:
        stay = _shifts(draft, pick, Picker(plan_of(draft, pick)).judge(one.id for one in people))
    there = {one.person for one in stay}
    set_ = [one for one in draft.rota.of(pick.iteration) if one.role is not Role.SUPPORT]
    beside = [one for one in set_ if one.person not in there]
    draft.put_rota(replace(draft.rota, shifts=_ordered((*others, *stay, *beside))))
    put(draft, pick)
    who = f"{names(tuple(people))} {'stays' if len(people) == 1 else 'stay'}"
    said = f"Nobody was picked, so {who} on" if people else "Nobody was picked, and nobody had support before"
    said += " until a team is taken, which then starts on the next working morning."
    news.announce(draft, f"stay:{pick.iteration}", said, [one.id for one in people])
    propose(draft, pick)


def _last_of(draft: Draft, iteration: date) -> list[Person]:
    """Return who had SUPPORT on the last working day of an iteration, then who filled in."""
    days = working_days(iteration, draft.hours)
    people = draft.rota.people
    some = [one for one in draft.rota.of(iteration) if days and one.is_for(days[-1]) and one.person in people]
    return [people[one.person] for role in (Role.SUPPORT, Role.FALLBACK) for one in some if one.role is role]


def _reachable(draft: Draft, person: Person) -> bool:
    return draft.may_be_written_to(Author(person.id, person.name))


# -- taking ---------------------------------------------------------------------------------------------------------


def take(draft: Draft, iteration: date, team: Team, by: Author, reason: str = "") -> None:
    """Set a team for an iteration, from the next working morning on where it runs already; tell those concerned."""
    pick = of(draft, iteration)
    start = _starts(draft, pick)
    old = draft.rota.of(iteration)
    new = _shifts(draft, replace(pick, declined=()), team)
    named = {one.person for one in new}
    ends = [one.person for one in old if one.role is Role.SUPPORT and one.person not in named]
    if start is not None and start > (first_day(iteration, draft.hours) or iteration):
        new = _from(old, new, iteration, start)
    kept = tuple(one for one in draft.rota.shifts if one.iteration != iteration)
    draft.put_rota(replace(draft.rota, shifts=_ordered((*kept, *new))))
    same = {one.person for one in new if one in old} if pick.by is not None else set()
    told = tuple([id_ for id_ in pick.told if id_ in same])
    pick = replace(
        pick, taken=team.pair, by=by, at=draft.now, told=told, staying=False, proposed=(team.pair,), again=False
    )
    put(draft, replace(pick, letters=tuple([one for one in pick.letters if one[0] in same]), round=pick.round + 1))
    for person, key in pick.letters:
        if person not in same:
            draft.show(key, personal(person), _let_go(again=person in named), first=False)
    when = words.day(start or first_day(iteration, draft.hours) or iteration)
    people = draft.rota.people
    who = " and ".join(people[id_].name for id_ in team.pair)
    news.record(draft, by, f"took {who} for {iteration}", reason)
    said = [f"Support from {when}: {who}, taken by {by.name}.", _others(draft, iteration)]
    if reason:
        said.append(f"A rule was overridden: {reason}")
    news.announce(draft, f"pick:{iteration}:{pick.round}", "\n".join(filter(None, said)), ends, by)
    _tell_nominees(draft)


def _starts(draft: Draft, pick: Pick) -> date | None:
    """Return the day from which a team that is taken now serves: the iteration's first, or the next working one."""
    first = first_day(pick.iteration, draft.hours)
    today = draft.hours.local(draft.now).date()
    if first is None or draft.now < draft.hours.opening(first):
        return first
    return next((day for n in range(1, 8) if draft.hours.is_working_day(day := today + n * DAY)), None)


def _has_days_left(draft: Draft, pick: Pick) -> bool:
    """Say whether a team that is taken now serves a day of the iteration."""
    start = _starts(draft, pick)
    return start is not None and start < pick.iteration + WEEK


def _shifts(draft: Draft, pick: Pick, team: Team) -> list[Shift]:
    """Return the shifts of a team: its pair, who fills in, and who observes."""
    plan = plan_of(draft, pick)
    shifts = [Shift(pick.iteration, id_, Role.SUPPORT) for id_ in team.pair]
    for stint in team.fallbacks:
        some = frozenset(day.weekday() for day in stint.days)
        shifts.append(Shift(pick.iteration, stint.person, Role.FALLBACK, some))
    shifts += [Shift(pick.iteration, id_, Role.OBSERVER) for id_ in observers(plan) if id_ not in team.pair]
    return shifts


def _from(old: Iterable[Shift], new: Iterable[Shift], iteration: date, start: date) -> list[Shift]:
    """Return an iteration's shifts where the team changes within it: the old ones until ``start``, then the new."""
    before = frozenset(day.weekday() for n in range((start - iteration).days) if (day := iteration + n * DAY))
    kept = [replace(one, days=one.days & before) for one in old if one.role is not Role.OBSERVER and one.days & before]
    changed = []
    for one in new:
        same = next((each for each in kept if (each.person, each.role) == (one.person, one.role)), None)
        days = one.days - before if one.role is not Role.OBSERVER else one.days
        if same is not None:
            kept.remove(same)
            days |= same.days
        if days:
            changed.append(replace(one, days=days))
    return [*kept, *changed]


def _ordered(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    return tuple(sorted(shifts, key=lambda one: one.iteration))


# -- those who were taken -------------------------------------------------------------------------------------------


def _tell_nominees(draft: Draft) -> None:
    """Tell whoever was taken and does not know yet, as soon as they can be written to."""
    pick = draft.facts.planning.pick
    if pick is None or not picked(draft, pick.iteration) or pick.by is None:
        return
    told: list[str] = []
    letters: list[tuple[str, str]] = []
    for shift in _last_team(draft.rota, pick.iteration, draft.hours):
        person = draft.rota.people.get(shift.person)
        if person is None or person.id in (*pick.told, *told) or not _reachable(draft, person):
            continue
        told.append(person.id)
        if person.id != pick.by.id:
            key = f"pick:{pick.iteration}:nominee:{pick.round}:{person.id}"
            draft.show(key, personal(person.id), _nominated(draft, pick, shift, key))
            letters.append((person.id, key))
    if told:
        put(draft, replace(pick, told=(*pick.told, *told), letters=(*pick.letters, *letters)))


def told(draft: Draft, iteration: date, people: Iterable[str]) -> None:
    """Let the pick know that its team has changed, of which those people know; letters say how it is now."""
    pick = draft.facts.planning.pick
    if pick is None or pick.iteration != iteration or not picked(draft, iteration):
        return
    team = {one.person: one for one in draft.rota.of(iteration)}
    for person, key in pick.letters:
        shift = team.get(person)
        letter = _nominated(draft, pick, shift, key) if shift else _let_go(again=False)
        draft.show(key, personal(person), letter, first=False)
    known = dict.fromkeys([*[one for one in pick.told if one in team], *people])
    letters = tuple([one for one in pick.letters if one[0] in team])
    put(draft, replace(pick, taken=tuple(sorted(pair_of(draft.rota, iteration))), told=tuple(known), letters=letters))


def _untold(state: State, pick: Pick, now: datetime, hours: SupportHours) -> bool:
    ended = hours.moment(pick.iteration + WEEK, hours.opens) <= now
    people = {one.person for one in _last_team(state.rota, pick.iteration, hours)} & state.rota.people.keys()
    return pick.by is not None and not ended and not people <= set(pick.told)


def _nominated(draft: Draft, pick: Pick, shift: Shift, key: str) -> PlanCard:
    first = _begins(draft.rota, pick.iteration, draft.hours)
    last = pick.iteration + WEEK - DAY
    mine = {
        Role.SUPPORT: f"You have support from {words.day(first)} to {words.day(last)}",
        Role.FALLBACK: f"You are fallback on {_weekdays(pick.iteration, shift.days)}",
        Role.OBSERVER: f"You observe from {words.day(first)} to {words.day(last)}",
    }[shift.role]
    pair = tuple(one for one in _in_role(draft, pick.iteration, Role.SUPPORT) if one.id != shift.person)
    beside = f"{'With' if shift.role is Role.SUPPORT else 'Support is'} {names(pair)}."
    until = _declines_until(draft, pick.iteration)
    if shift.role is Role.OBSERVER:
        return PlanCard(mine, f"{beside} Read along, and suggest answers if you like; you are not called.")
    if until <= draft.now:
        cover = _opener(draft, key, "I can't: ask for a cover…", "cover", shift_id(shift))
        return PlanCard(mine, beside, opens=(cover,))
    decline = _button(draft, key, "I can't", DECLINE, str(pick.iteration))
    note = (
        f"You need do nothing. If you can't, say so until {moment(until, draft.now, draft.hours)}; no reason is needed."
    )
    return PlanCard(mine, beside, presses=(decline,), note=note)


def _declines_until(draft: Draft, iteration: date) -> datetime:
    return draft.hours.moment(first_day(iteration, draft.hours) or iteration, draft.policy.decline_by)


def _take_decline(draft: Draft, event: Send) -> Answer:
    """Take a no: the team is proposed anew, or another FALLBACK is found."""
    pick = of(draft, _iteration(draft, event))
    mine = [one for one in draft.rota.of(pick.iteration) if one.person == event.author.id]
    until = _declines_until(draft, pick.iteration)
    known = pick is draft.facts.planning.pick
    let_go = known and not picked(draft, pick.iteration) and event.author.id in pick.taken  # by the other's no
    late = event.author.id in pick.declined or draft.now >= until
    if not mine and let_go and not late:
        put(draft, replace(pick, declined=(*pick.declined, event.author.id)))
        news.record(draft, event.author, f"declined {pick.iteration}")
        return Card(NOT_IN_IT)
    if not mine or (draft.now < until and not known):
        return Word("You are not in that team any more.")
    if draft.now >= until:
        note = f"That was possible until {moment(until, draft.now, draft.hours)}. Write cover, or press it here."
        return Card(replace(_nominated(draft, pick, mine[0], event.card), note=note))
    pick = replace(
        pick, declined=(*pick.declined, event.author.id), told=tuple(id_ for id_ in pick.told if id_ != event.author.id)
    )
    news.record(draft, event.author, f"declined {pick.iteration}")
    if mine[0].role is Role.SUPPORT:
        rest = tuple(one for one in draft.rota.shifts if one.iteration != pick.iteration)
        draft.put_rota(replace(draft.rota, shifts=rest))
        put(draft, replace(pick, proposed=(), by=None, at=None, told=(), letters=(), again=True))
        for person, key in pick.letters:
            if person != event.author.id:
                draft.show(key, personal(person), _let_go(again=True), first=False)
        if draft.is_open:
            propose(draft, of(draft, pick.iteration))
    else:
        put(draft, pick)
        _other_fallback(draft, pick, event.author)
    return Card(NOT_IN_IT)


def _let_go(*, again: bool) -> PlanCard:
    """Return what a letter says to somebody who is not in the team any more, or not as it said."""
    if again:
        return PlanCard("Not settled", "The team of that week is picked again. You hear of it if you are in it.")
    return PlanCard("You are not in it any more", "Somebody else was taken for that week, or for the rest of it.")


def _are_there(plan: Situation, pair: Collection[str]) -> bool:
    """Say whether a pair is two people, none of whom is gone."""
    return len(pair) == PAIR and {one.id for one in plan.members}.issuperset(pair)


def _other_fallback(draft: Draft, pick: Pick, by: Author) -> None:
    plan = plan_of(draft, pick)
    pair = pair_of(draft.rota, pick.iteration)
    team = Picker(plan).judge(pair) if _are_there(plan, pair) else None
    others = [one for one in draft.rota.of(pick.iteration) if one.role is not Role.FALLBACK]
    stints = [one for one in _shifts(draft, pick, team) if one.role is Role.FALLBACK] if team else []
    rest = tuple(one for one in draft.rota.shifts if one.iteration != pick.iteration)
    draft.put_rota(replace(draft.rota, shifts=_ordered((*rest, *others, *stints))))
    said = " ".join(filter(None, (f"{by.name} can't be fallback.", words.presence(plan, team) if team else "")))
    news.announce(draft, f"fallback:{pick.iteration}:{by.id}", said, pair)
    _tell_nominees(draft)


# -- steps ----------------------------------------------------------------------------------------------------------


def _take_team(draft: Draft, event: Send) -> Answer:
    """Take a team that was proposed, if it is possible still."""
    iteration, pair = _chosen(event)
    pick, shown = _may_take(draft, event, iteration)
    if shown is not None:
        return shown
    plan = plan_of(draft, pick)
    team = Picker(plan).judge(pair) if _are_there(plan, pair) else None
    if team is None or team.broken:
        return Card(card(draft, pick, event.card))
    take(draft, iteration, team, event.author)
    return Card(card(draft, of(draft, iteration), event.card))


def _may_take(draft: Draft, event: Press, iteration: date) -> tuple[Pick, Answer | None]:
    """Return the pick of an iteration, and what is answered where nothing can be taken: the card as it is now."""
    if not may_pick(draft, event.author):
        raise Refused(_who_picks(draft))
    pick = of(draft, iteration)
    if picked(draft, iteration):
        return pick, Card(card(draft, pick, event.card))
    this = running(draft)
    if iteration not in (this, this + WEEK) or not _has_days_left(draft, pick):
        raise Refused(OLD)
    return pick, None


def _chosen(event: Send) -> tuple[date, tuple[str, ...]]:
    day, _, ids = event.choice.partition(":")
    try:
        return date.fromisoformat(day), tuple(ids.split("+"))
    except ValueError:
        raise Refused(OLD) from None


def _draw_other(draft: Draft, event: Press, error: str) -> Answer:
    return _other_form(draft, event, _iteration(draft, event), error=error)


def _iteration(draft: Draft, event: Press) -> date:
    try:
        return date.fromisoformat(getattr(event, "choice", "").partition(":")[0])
    except ValueError:
        return target(draft)


def _other_form(
    draft: Draft,
    event: Press,
    iteration: date,
    *,
    error: str = "",
    note: str = "",
    checked: str = "",
    reason: bool = False,
) -> Dialog:
    people = sorted(draft.rota.people.values(), key=lambda one: (one.name.casefold(), one.id))
    choices = [(colleagues.choice(one), one.name) for one in people if one.left is None or one.left > iteration]
    given = event.fields if isinstance(event, Send) else {}
    taken = sorted(pair_of(draft.rota, iteration))
    one, other = (given.get(name) or (id_ or "") for name, id_ in zip(("one", "other"), (*taken, "", ""), strict=False))
    fields = [forms.listed("one", "One", choices, one), forms.listed("other", "The other", choices, other)]
    if reason:
        fields.append(forms.line("reason", "Why the rule is overridden, for the record", given.get("reason", "")))
    ways = [Way("See what it means", OTHER, f"{iteration}:")]
    if checked:
        ways.insert(0, Way("Take this team", OTHER, f"{iteration}:{checked}"))
    view = forms.card(
        draft, None, event, title=f"Support from {words.day(iteration)}", error=error, note=note,
        fields=tuple(fields), ways=tuple(ways), given=dict(given),
    )  # fmt: skip
    return Dialog("Other people", view)


def _take_other(draft: Draft, event: Send) -> Answer:
    """Show what taking two people means, and take them once that was seen."""
    iteration = _iteration(draft, event)
    if not may_pick(draft, event.author):
        raise Refused(_who_picks(draft))
    pick = of(draft, iteration)
    if iteration != target(draft) and not (pick is draft.facts.planning.pick and _has_days_left(draft, pick)):
        raise Refused(OLD)
    there = {one.id for one in plan_of(draft, pick).members}
    people = {colleagues.choice(one): one for one in draft.rota.people.values() if one.id in there}
    chosen = [people.get(event.fields.get(name, "")) for name in ("one", "other")]
    if None in chosen or chosen[0] is chosen[1]:
        return _other_form(draft, event, iteration, error="Choose two different people.")
    pair = tuple(sorted(one.id for one in chosen if one))
    plan = plan_of(draft, replace(pick, declined=tuple([id_ for id_ in pick.declined if id_ not in pair])))
    team = Picker(plan).judge(pair)
    digest, seen = f"{'+'.join(pair)}{f':{pick.round}' if pick.by else ''}", event.choice.partition(":")[2]
    reason = forms.filled(event, "reason")
    if seen != digest or (team.broken and not reason):
        note = [words.broken(team.broken) if team.broken else "", *words.reasons(plan, team)]
        error = "Write why, for the record: it breaks a rule." if seen == digest else ""
        if seen and pick.by and not seen.endswith(f":{pick.round}"):
            error = f"{pick.by.name} took {_support(draft, iteration)} meanwhile."
        return _other_form(
            draft,
            event,
            iteration,
            note="\n".join(filter(None, note)),
            checked=digest,
            reason=bool(team.broken),
            error=error,
        )
    take(draft, iteration, team, event.author, reason)
    said = "\n".join(filter(None, (f"{_support(draft, iteration)}.", _others(draft, iteration))))
    return Dialog("Other people", forms.card(draft, None, event, title="Taken", note=said))


def _button(draft: Draft, key: str, title: str, step: str, choice: str, *, main: bool = False) -> Button:
    return Button(draft.desk.id, "", key, title, "send", step, choice, main=main)


def _what_if(draft: Draft, key: str) -> Button:
    return _button(draft, key, "What would it change?", WHAT_IF, "")


def _opener(draft: Draft, key: str, title: str, step: str, choice: str) -> Button:
    return Button(draft.desk.id, "", key, title, "open", step, choice)


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        TAKE: DeskStep(Right.COLLEAGUE, None, _take_team),
        OTHER: DeskStep(Right.COLLEAGUE, _draw_other, _take_other),
        DECLINE: DeskStep(Right.COLLEAGUE, None, _take_decline),
    }
)
"""The steps of the pick."""
