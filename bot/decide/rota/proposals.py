"""The cards of the pick: a team proposed with its reasons and two others, or the one that was taken; they follow it."""

from dataclasses import replace

from bot.decide.draft import Draft
from bot.decide.pictures import mentions, names
from bot.decide.rota import outlook, pickers, teams, words
from bot.events import Message
from bot.places import personal
from bot.rota.picking import Picker, Ranking, Situation, Team
from bot.rota.planning import Pick
from bot.support.words import listed, moment
from bot.views import Button, Line, PlanCard, PlanPart

ASK = ", please pick the next support team."
OPTIONS = 3
MOST_CARDS = 12
TAKE = "pick.take"
OTHER = "pick.other"
WHAT_IF = "pick.what_if"


def propose(draft: Draft, pick: Pick) -> None:
    """Propose the best team of an iteration, and two others, to those who pick."""
    past = [one for one, at in pickers.undone(draft.state, draft.hours, pick).items() if at <= draft.now]
    pick = replace(pick, round=pick.round + 1, again=False, done=(*pick.done, *past))  # which reminds, too
    plan = pickers.plan_of(draft, pick)
    ranking = Picker(plan).rank()
    pick = replace(pick, proposed=tuple(team.pair for team in ranking.teams[:OPTIONS]))
    key = f"pick:{pick.iteration}:{pick.round}"
    places = {key: draft.desk.team_channel}
    if not draft.desk.team_channel:
        places = {f"{key}:{one.id}": personal(one.id) for one in pickers.called(draft)}
    before = [(one, place) for one, place in pick.cards if place in places.values()]
    for one, place in before:
        draft.show(one, place, PlanCard(_title(draft, pick), "There is a newer proposal, further down."), first=False)
    for one, place in places.items():
        draft.show(one, place, _proposal(draft, pick, plan, ranking, one, calls=True))
    cards = [one for one in pick.cards if one not in before]
    pickers.put(draft, replace(pick, cards=(*cards, *places.items())[-MOST_CARDS:]))


def asked(draft: Draft, event: Message) -> None:
    """Show the pick in somebody's own chat: as proposed, or as it was taken."""
    if not pickers.may_pick(draft, event.author):
        draft.post(f"say:{event.key}", personal(event.author.id), Line((pickers.who_picks(draft),)))
        return
    pick = pickers.of(draft, pickers.target(draft))
    key = f"pick:{pick.iteration}:{event.key}"
    place = personal(event.author.id)
    draft.show(key, place, card(draft, pick, key))
    pickers.put(draft, replace(pick, cards=(*pick.cards, (key, place))[-MOST_CARDS:]))


def card(draft: Draft, pick: Pick, key: str) -> PlanCard:
    """Return the card of a pick as it is now."""
    if pickers.picked(draft, pick.iteration):
        return _taken_card(draft, pick, key)
    plan = pickers.plan_of(draft, pick)
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
    parts = tuple(
        PlanPart(
            words.pair(plan, team),
            "\n".join(words.reasons(plan, team)) if not number else _instead(plan, team, ranking.teams[0]),
            (button(draft, key, "Take this team", TAKE, f"{pick.iteration}:{'+'.join(team.pair)}", main=not number),),
        )
        for number, team in enumerate(ranking.teams[:OPTIONS])
    )
    people = pickers.called(draft)
    line = Line((*mentions(people, " and ", tuple(one.id for one in people)), ASK)) if calls and people else Line(())
    text = [
        f"{names(people)}{ASK}" if people and not calls else "",
        "Nobody was picked in time, so the team before stays until one is taken." if pick.staying else "",
        _declined(pick),
        *(words.conflict(plan, ranking.conflict) if ranking.conflict else ()),
    ]
    observing = [plan.member(id_).name for id_ in ranking.observers]
    note = [
        words.looked_at(ranking) if ranking.teams else "",
        f"{listed(observing, ' and ')} will observe." if observing else "",
    ]
    return PlanCard(
        _title(draft, pick),
        "\n".join(filter(None, text)),
        line,
        calls=calls and bool(people),
        parts=parts,
        opens=(
            opener(draft, key, "Other people…", OTHER, str(pick.iteration)),
            opener(draft, key, "Plan absences first", "absence", ""),
        ),
        presses=(_what_if(draft, key),),
        note="\n".join(filter(None, note)),
    )


def _title(draft: Draft, pick: Pick) -> str:
    return f"Support from {outlook.day_said(draft, pickers.starts(draft, pick) or pick.iteration)}"


def _declined(pick: Pick) -> str:
    number = len({*pick.taken} & {*pick.declined})
    return f"Of the team that was taken, {'both' if number > 1 else 'one'} declined." if number else ""


def _instead(plan: Situation, team: Team, best: Team) -> str:
    short = words.worse(plan, team, best)
    return f"{f'Not the first: {short}.' if short else 'As good as the first.'} {words.presence(plan, team)}"


def _taken_card(draft: Draft, pick: Pick, key: str) -> PlanCard:
    when = outlook.day_said(draft, teams.begins(draft.rota, pick.iteration, draft.hours))
    by = f"Taken by {pick.by.name}, {moment(pick.at, draft.now, draft.hours)}." if pick.by and pick.at else ""
    until = pickers.declines_until(draft, pick.iteration)
    note = f"They can decline until {moment(until, draft.now, draft.hours)}." if until > draft.now else ""
    return PlanCard(
        f"Support from {when}: {teams.support(draft, pick.iteration)}",
        "\n".join(teams.others(draft, pick.iteration)),
        opens=(opener(draft, key, "Other people…", OTHER, str(pick.iteration)),),
        presses=(_what_if(draft, key),),
        note=" ".join(filter(None, (by, note))),
    )


def button(draft: Draft, key: str, title: str, step: str, choice: str, *, main: bool = False) -> Button:
    """Return a button that does a step at once."""
    return Button(draft.desk.id, "", key, title, "send", step, choice, main=main)


def _what_if(draft: Draft, key: str) -> Button:
    return button(draft, key, "What would one more change?", WHAT_IF, "")


def opener(draft: Draft, key: str, title: str, step: str, choice: str) -> Button:
    """Return a button that opens a step's form."""
    return Button(draft.desk.id, "", key, title, "open", step, choice)
