"""The pick: a team is proposed to the one on duty, taken or declined; where nobody was taken, who is there stays.

The proposal is computed where it is shown: looking at every pair takes some milliseconds. Its cards follow what becomes
of it. Nobody is told personally outside support hours or while away.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from types import MappingProxyType

from bot.commands import Right
from bot.decide import forms
from bot.decide.desk import colleagues
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import mentions, names
from bot.decide.rota import covers, news, nominees, outlook, pickers, proposals, teams, words
from bot.effects import Answer, Card, Dialog, SlackSay, Word
from bot.errors import Refused
from bot.events import Press, Send
from bot.hours import SupportHours
from bot.people import Author
from bot.places import personal
from bot.rota import changes
from bot.rota.duty import PAIR
from bot.rota.picking import Picker, Team, pair_of
from bot.rota.planning import Pick
from bot.rota.presence import WEEK
from bot.rota.rituals import OF_THE_PICK, Ritual, first_day
from bot.rota.shift import Role, Shift
from bot.state import State
from bot.support.words import moment
from bot.views import Line

OLD = "This proposal is an old one. Write pick to see today's."


def struck(draft: Draft) -> None:
    """Do what of the pick is due: propose, remind, chase; and let the team before stay where nobody was taken."""
    this = pickers.this_week(draft.now, draft.hours)
    for iteration in (this, this + WEEK):
        _strike(draft, iteration)
    pick = draft.facts.planning.pick
    if pick is not None and pick.again and draft.is_open and not pickers.picked(draft, pick.iteration):
        proposals.propose(draft, pick)
    nominees.tell(draft)


def _strike(draft: Draft, iteration: date) -> None:
    pick = pickers.of(draft, iteration)
    due = [one for one, at in pickers.undone(draft.state, draft.hours, pick).items() if _is_ripe(draft, one, at)]
    if not due or pickers.picked(draft, iteration):
        return
    pick = replace(pick, done=(*pick.done, *due))
    pickers.put(draft, pick)
    if Ritual.STAY in due:
        # A team that somebody set incomplete is theirs to complete; of one that was taken here, somebody left before.
        begins = draft.hours.local(draft.now).date() == first_day(iteration, draft.hours)
        if pair_of(draft.rota, iteration) and not (pick.taken and begins):
            return
        _stay(draft, pick)
    elif not pick.round:
        proposals.propose(draft, pick)
    else:
        _remind(draft, pick, due[-1])
    if Ritual.REMIND in due:
        _remind_in_slack(draft, pick)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when something of the pick is next due."""
    opening = hours.next_open(now)
    this = pickers.this_week(now, hours)
    known = state.facts.planning.pick
    moments = []
    for iteration in (this, this + WEEK):
        pick = known if known is not None and known.iteration == iteration else Pick(iteration)
        if pickers.is_whole(state.rota, iteration) and not pick.staying:
            continue
        moments += [at if at > now else opening for at in pickers.undone(state, hours, pick).values()]
    if known is not None and (nominees.untold(state, known, now, hours) or known.again):
        coming = opening if opening > now else hours.next_open(hours.closing(now))
        moments += [coming, *(away.end for away in state.rota.absences if now < away.end < coming)]
    return min(moments, default=None)


def _is_ripe(draft: Draft, ritual: Ritual, at: datetime) -> bool:
    """Say whether what fell due may be done: in support hours, or on its own day where the team has a channel.

    Who stays is said at the opening, when they do.
    """
    today = bool(draft.desk.team_channel) and draft.is_today(at) and ritual is not Ritual.STAY
    return at <= draft.now and (draft.is_open or today)


def _remind(draft: Draft, pick: Pick, ritual: Ritual) -> None:
    when = outlook.day_said(draft, first_day(pick.iteration, draft.hours) or pick.iteration)
    people = pickers.called(draft)
    said = f"no support team is picked yet for {when}. Take one of those proposed, or write pick to me."
    key = f"pick:{pick.iteration}:{ritual.replace(' ', '-')}"
    if draft.desk.team_channel:
        who = mentions(people, " and ", tuple(one.id for one in people))
        draft.post(key, draft.desk.team_channel, Line((*who, ", ", said) if people else (said[0].upper() + said[1:],)))
        return
    for one in people:
        draft.post(f"{key}:{one.id}", personal(one.id), Line((said[0].upper() + said[1:],)))


def _remind_in_slack(draft: Draft, pick: Pick) -> None:
    when = outlook.day_said(draft, first_day(pick.iteration, draft.hours) or pick.iteration)
    who = names(pickers.pickers(draft))
    text = f"{f'{who}: please' if who else 'Please'} pick the support team for {when}, in Teams."
    draft.follow_with(SlackSay(f"pick:{pick.iteration}:slack", text))


def _stay(draft: Draft, pick: Pick) -> None:
    """Let the team before stay on until one is taken, and say so."""
    before = pick.iteration - WEEK
    people = [one for one in teams.last_of(draft, before) if one.belongs(pick.iteration)][:PAIR]
    pick = replace(pick, staying=True, done=OF_THE_PICK)
    stay = [Shift(pick.iteration, one.id, Role.SUPPORT) for one in people]
    if len(people) == PAIR:
        stay = teams.shifts(draft, pick, Picker(pickers.plan_of(draft, pick)).judge(one.id for one in people))
    there = {one.person for one in stay}
    set_ = [one for one in draft.rota.of(pick.iteration) if one.role is not Role.SUPPORT]
    beside = [one for one in set_ if one.person not in there]
    draft.put_rota(changes.with_team(draft.rota, pick.iteration, (*stay, *beside)))
    pickers.put(draft, pick)
    who = f"{names(tuple(people))} {'stays' if len(people) == 1 else 'stay'}"
    said = f"Nobody was picked, so {who} on" if people else "Nobody was picked, and nobody had support before"
    said += " until a team is taken, which then starts on the next working morning."
    news.announce(draft, f"stay:{pick.iteration}", said, [one.id for one in people])
    proposals.propose(draft, pick)


def take(draft: Draft, iteration: date, team: Team, by: Author, reason: str = "") -> None:
    """Set a team for an iteration, from the next working morning on where it runs already; tell those concerned."""
    pick = pickers.of(draft, iteration)
    start = pickers.starts(draft, pick)
    old = draft.rota.of(iteration)
    new = teams.shifts(draft, replace(pick, declined=()), team)
    named = {one.person for one in new}
    ends = [one.person for one in old if one.role is Role.SUPPORT and one.person not in named]
    fell = [one.person for one in old if one.role is Role.FALLBACK and one.person not in named]
    freed = [] if pickers.picked(draft, iteration) else [id_ for id_ in fell if id_ not in pick.told]
    if start is not None and start > (first_day(iteration, draft.hours) or iteration):
        new = teams.changed_from(old, new, iteration, start, draft.hours)
    draft.put_rota(changes.with_team(draft.rota, iteration, new))
    covers.end_needless(draft)
    pick = replace(pick, taken=team.pair, by=by, at=draft.now, staying=False, proposed=(team.pair,), again=False)
    pick, number = nominees.renewed(draft, pick, old, new, named), pick.round
    pickers.put(draft, replace(pick, told=tuple(dict.fromkeys((*pick.told, *named & {by.id})))))
    when = outlook.day_said(draft, start or first_day(iteration, draft.hours) or iteration)
    people = draft.rota.people
    who = " and ".join(people[id_].name for id_ in team.pair)
    news.record(draft, by, f"took {who} for {iteration}", reason)
    said = [f"Support from {when}: {who}, taken by {by.name}.", *(f"{one}." for one in teams.others(draft, iteration))]
    said += [f"{outlook.name_of(draft, id_)} is not FALLBACK any more." for id_ in freed]
    if reason:
        said.append(f"A rule was overridden: {reason}")
    news.announce(draft, f"pick:{iteration}:{number}", "\n".join(said), [*ends, *freed], by)
    nominees.tell(draft)


def _take_decline(draft: Draft, event: Send) -> Answer:
    """Take a no: the team is proposed anew, or another FALLBACK is found."""
    pick = pickers.of(draft, _iteration(draft, event))
    mine = [one for one in draft.rota.of(pick.iteration) if one.person == event.author.id]
    until = pickers.declines_until(draft, pick.iteration)
    known = pick is draft.facts.planning.pick
    let_go = known and not pickers.picked(draft, pick.iteration) and event.author.id in pick.taken  # by the other's no
    late = event.author.id in pick.declined or draft.now >= until
    thanks = "Thank you for saying so. Somebody else is looked for."
    out = nominees.not_in_it(draft, pick.iteration, "you are not in it", thanks)
    if not mine and let_go and not late:
        pickers.put(draft, replace(pick, declined=(*pick.declined, event.author.id)))
        news.record(draft, event.author, f"declined {pick.iteration}")
        return Card(out)
    if not mine or (draft.now < until and not known):
        return Word("You are not in that team any more.")
    if draft.now >= until:
        note = f"That was possible until {moment(until, draft.now, draft.hours)}. Ask for a cover here, or write cover."
        return Card(replace(nominees.nominated(draft, pick, mine[0], event.card), note=note))
    pick = replace(
        pick,
        declined=(*pick.declined, event.author.id),
        told=tuple([id_ for id_ in pick.told if id_ != event.author.id]),
        letters=tuple([one for one in pick.letters if one[0] != event.author.id]),
    )
    news.record(draft, event.author, f"declined {pick.iteration}")
    if mine[0].role is Role.SUPPORT:
        draft.put_rota(changes.with_team(draft.rota, pick.iteration, ()))
        pickers.put(draft, replace(pick, proposed=(), by=None, at=None, told=(), letters=(), again=True))
        nominees.picked_again(draft, pick)
        if draft.is_open:
            proposals.propose(draft, pickers.of(draft, pick.iteration))
    else:
        _other_fallback(draft, pick, event.author)
    return Card(out)


def _other_fallback(draft: Draft, pick: Pick, by: Author) -> None:
    plan = pickers.plan_of(draft, pick)
    pair = pair_of(draft.rota, pick.iteration)
    team = Picker(plan).judge(pair) if teams.are_there(plan, pair) else None
    old = draft.rota.of(pick.iteration)
    others = [one for one in old if one.role is not Role.FALLBACK]
    stints = [one for one in teams.shifts(draft, pick, team) if one.role is Role.FALLBACK] if team else []
    new = (*others, *stints)
    draft.put_rota(changes.with_team(draft.rota, pick.iteration, new))
    pickers.put(draft, nominees.renewed(draft, pick, old, new, {one.person for one in new}))
    said = " ".join(filter(None, (f"{by.name} can't be fallback.", words.presence(plan, team) if team else "")))
    news.announce(draft, f"fallback:{pick.iteration}:{by.id}", said, pair)
    nominees.tell(draft)


def _take_team(draft: Draft, event: Send) -> Answer:
    """Take a team that was proposed, if it is possible still."""
    iteration, chosen = _chosen(event)
    pick, shown = _may_take(draft, event, iteration)
    if shown is not None:
        return shown
    plan = pickers.plan_of(draft, pick)
    pair = next((two for two in combinations([one.id for one in plan.members], PAIR) if "+".join(two) == chosen), None)
    team = Picker(plan).judge(pair) if pair else None
    if team is None or team.broken:
        return Card(proposals.card(draft, pick, event.card))
    take(draft, iteration, team, event.author)
    return Card(proposals.card(draft, pickers.of(draft, iteration), event.card))


def _may_take(draft: Draft, event: Press, iteration: date) -> tuple[Pick, Answer | None]:
    """Return the pick of an iteration, and what is answered where nothing can be taken: the card as it is now."""
    if not pickers.may_pick(draft, event.author):
        raise Refused(pickers.who_picks(draft))
    pick = pickers.of(draft, iteration)
    if pickers.picked(draft, iteration):
        return pick, Card(proposals.card(draft, pick, event.card))
    this = pickers.running(draft)
    if iteration not in (this, this + WEEK) or not pickers.has_days_left(draft, pick):
        raise Refused(OLD)
    return pick, None


def _chosen(event: Send) -> tuple[date, str]:
    day, _, pair = event.choice.partition(":")
    try:
        return date.fromisoformat(day), pair
    except ValueError:
        raise Refused(OLD) from None


def _draw_other(draft: Draft, event: Press, error: str) -> Answer:
    return _other_form(draft, event, _iteration(draft, event), error=error)


def _iteration(draft: Draft, event: Press) -> date:
    try:
        return date.fromisoformat(getattr(event, "choice", "").partition(":")[0])
    except ValueError:
        return pickers.target(draft)


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
    ways = [Way("See what it means", proposals.OTHER, f"{iteration}:")]
    if checked:
        ways.insert(0, Way("Take this team", proposals.OTHER, f"{iteration}:{checked}"))
    view = forms.card(
        draft, None, event, title=f"Support from {outlook.day_said(draft, iteration)}", error=error, note=note,
        fields=tuple(fields), ways=tuple(ways), given=dict(given),
    )  # fmt: skip
    return Dialog("Other people", view)


def _take_other(draft: Draft, event: Send) -> Answer:
    """Show what taking two people means, and take them once that was seen."""
    iteration = _iteration(draft, event)
    if not pickers.may_pick(draft, event.author):
        raise Refused(pickers.who_picks(draft))
    pick = pickers.of(draft, iteration)
    if iteration != pickers.target(draft) and not (
        pick is draft.facts.planning.pick and pickers.has_days_left(draft, pick)
    ):
        raise Refused(OLD)
    there = {one.id for one in pickers.plan_of(draft, pick).members}
    people = {colleagues.choice(one): one for one in draft.rota.people.values() if one.id in there}
    chosen = [people.get(event.fields.get(name, "")) for name in ("one", "other")]
    if None in chosen or chosen[0] is chosen[1]:
        return _other_form(draft, event, iteration, error="Choose two different people.")
    pair = tuple(sorted(one.id for one in chosen if one))
    plan = pickers.plan_of(draft, replace(pick, declined=tuple([id_ for id_ in pick.declined if id_ not in pair])))
    team = Picker(plan).judge(pair)
    digest, seen = f"{'+'.join(pair)}{f':{pick.round}' if pick.by else ''}", event.choice.partition(":")[2]
    reason = forms.filled(event, "reason")
    if seen != digest or (team.broken and not reason):
        note = [words.broken(team.broken) if team.broken else "", *words.reasons(plan, team)]
        error = "Write why, for the record: it breaks a rule." if seen == digest else ""
        if seen and pick.by and not seen.endswith(f":{pick.round}"):
            error = f"{pick.by.name} took {teams.support(draft, iteration)} meanwhile."
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
    said = "\n".join((f"{teams.support(draft, iteration)}.", *(f"{one}." for one in teams.others(draft, iteration))))
    return Dialog("Other people", forms.card(draft, None, event, title="Taken", note=said))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        proposals.TAKE: DeskStep(Right.COLLEAGUE, None, _take_team),
        proposals.OTHER: DeskStep(Right.COLLEAGUE, _draw_other, _take_other),
        nominees.DECLINE: DeskStep(Right.COLLEAGUE, None, _take_decline),
    }
)
"""The steps of the pick."""
