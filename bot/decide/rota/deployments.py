"""``deploy``: a deployment is started, runs, and is done or rolled back; the team channel sees it.

They are the support team's in their week. Anyone else is told so, and may go on with a reason, which stays on record.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import names
from bot.decide.requests.addresses import is_link
from bot.decide.rota import news
from bot.effects import Answer, Card, Dialog
from bot.errors import Refused
from bot.events import Message, Press, Send
from bot.hours import SupportHours
from bot.people import Author, Person
from bot.places import channel_of, personal
from bot.rota.handover import serving, team_days
from bot.rota.iteration import iteration_of
from bot.rota.planning import Deployment, Fate
from bot.rota.presence import WEEK
from bot.rota.shift import Role
from bot.state import State
from bot.support.words import length, listed, moment
from bot.views import Address, Button, PlanCard, PlanPart

LONGEST, LONGEST_LINK = 200, 1000  # characters
UNDO = timedelta(minutes=10)
FORGOTTEN = timedelta(days=14)
MOST_LISTED = 5


def asked(draft: Draft, event: Message) -> None:
    """Show somebody, in their own chat, what runs and what went last, and the way to a new one."""
    key = f"form:{event.key}"
    draft.show(key, personal(event.author.id), _list(draft, key))


def running(draft: Draft) -> tuple[Deployment, ...]:
    """Return the deployments that run."""
    return tuple([one for one in draft.facts.planning.deployments if one.fate is Fate.RUNNING])


def of_the_week(draft: Draft, end: datetime) -> str:
    """Return the deployments of the week that ended at ``end``, and older ones that still run, a line each."""
    known = [one for one in draft.facts.planning.deployments if one.at < end]
    some = [one for one in known if one.fate is Fate.RUNNING or end - one.at < WEEK]
    return "\n".join(f"{_title(one)}: {_how(draft, one)}" for one in reversed(some[-MOST_LISTED:]))


def struck(draft: Draft) -> None:
    """Forget what is long over."""
    known = draft.facts.planning.deployments
    left = tuple([one for one in known if draft.now - (one.ended_at or one.at) < FORGOTTEN])
    if len(left) < len(known):
        news.put(draft, replace(draft.facts.planning, deployments=left))


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when one is next to be forgotten."""
    del now, hours
    return min(((one.ended_at or one.at) + FORGOTTEN for one in state.facts.planning.deployments), default=None)


# -- what is shown --------------------------------------------------------------------------------------------------


def _list(draft: Draft, key: str) -> PlanCard:
    run = running(draft)
    last = [one for one in draft.facts.planning.deployments if one not in run][-MOST_LISTED:]
    parts = [PlanPart(_title(one), _how(draft, one), presses=_presses(draft, one, key)) for one in run]
    if last:
        text = "\n".join(f"{_title(one)}: {_how(draft, one)}" for one in reversed(last))
        parts.append(PlanPart("The last ones", text))
    opens = (Button(draft.desk.id, "", key, "Deploy…", "open", "deploy"),)
    presses = (Button(draft.desk.id, "", key, "Deploy, here", "open", "deploy"),)
    text = "" if run else "Nothing is being deployed."
    return PlanCard("Deployments", text, parts=tuple(parts), presses=presses, opens=opens)


def _title(one: Deployment) -> str:
    return f"{one.id} · {one.what} → {one.where}"


def _how(draft: Draft, one: Deployment) -> str:
    since = moment(one.at, draft.now, draft.hours)
    if one.ended_at is None or one.ended_by is None:
        return f"{one.by.name} has been deploying it since {since}"
    by = "" if one.ended_by == one.by else f" by {one.ended_by.name}"
    return f"{one.by.name}, {since}; {one.fate}{by}, {moment(one.ended_at, draft.now, draft.hours)}"


def _card(draft: Draft, one: Deployment, key: str) -> PlanCard:
    note = f"{one.by.name} is not on duty this week. Reason: {one.reason}" if one.reason else ""
    links = (Address("Open link", one.link),) if one.link else ()
    text = f"{_how(draft, one)}."
    return PlanCard(_title(one), text, presses=_presses(draft, one, key), note=note, links=links)


def _presses(draft: Draft, one: Deployment, key: str) -> tuple[Button, ...]:
    def button(title: str, way: str) -> Button:
        return Button(draft.desk.id, "", key, title, "send", "deployed", f"{one.id}:{way}")

    if one.fate is Fate.RUNNING:
        return button("Done", Fate.DONE), button("Rolled back", Fate.ROLLED_BACK)
    return (button("Undo", Fate.RUNNING),)


def _cards(draft: Draft, one: Deployment) -> list[tuple[str, str]]:
    """Return the key and the place of each card of a deployment."""
    channel = [(f"deploy:{one.id}", draft.desk.team_channel)] if draft.desk.team_channel else []
    return [*channel, *((f"deploy:{one.id}:{id_}", personal(id_)) for id_ in one.shown_to)]


# -- who may --------------------------------------------------------------------------------------------------------


def _team(draft: Draft) -> tuple[Person, ...]:
    """Return whose days these are: those on duty, then the support team of now, not another that came or comes late."""
    duty, day = draft.duty(draft.opening), draft.hours.duty_day(draft.now)
    days = team_days(draft.rota, day, draft.hours)
    some = [one for one in serving(draft.rota, iteration_of(day), draft.hours) if one.role is not Role.OBSERVER]
    team = [one.person for one in some if not {*days}.isdisjoint(one.days)]
    return tuple(dict.fromkeys((*duty.responders, *duty.further, *team)))


def _is_theirs(draft: Draft, author: Author) -> bool:
    return any(one.id == author.id for one in _team(draft))


# -- the form -------------------------------------------------------------------------------------------------------


def _draw(draft: Draft, event: Press, error: str) -> Answer:
    theirs = _is_theirs(draft, event.author)
    team = draft.duty(draft.opening).responders or _team(draft)
    whose = f"This week {names(team)} {'deploys' if len(team) == 1 else 'deploy'}. Ask them, or go on"
    note = f"{whose if team else 'Nobody is there to deploy it: go on'} with a reason."
    why = () if theirs else (forms.line("reason", "Why not they", required=True, longest=LONGEST),)
    fields = (
        forms.line("what", "What", required=True, longest=LONGEST),
        forms.line("where", "Where", "production", required=True, longest=LONGEST),
        forms.line("link", "Link, if there is one", longest=LONGEST_LINK),
        *why,
    )
    ways = (Way("It runs", "deploy"),)
    return _dialog(draft, event, title="Deploy", note="" if theirs else note, error=error, fields=fields, ways=ways)


def _dialog(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Deploy", forms.card(draft, None, event, **parts))


def _take(draft: Draft, event: Send) -> Answer:
    what, where, link, reason = (forms.filled(event, name) for name in ("what", "where", "link", "reason"))
    theirs = _is_theirs(draft, event.author)
    needed = (what, where) if theirs else (what, where, reason)
    wrong = "" if all(needed) else "Say what goes where." if theirs else "Say what goes where, and why not they."
    wrong = wrong or (f"At most {LONGEST} characters each, please." if max(map(len, needed)) > LONGEST else "")
    wrong = wrong or (
        "" if not link or (is_link(link) and len(link) <= LONGEST_LINK) else "The link must begin with https://."
    )
    if wrong:
        return _draw(draft, event, wrong)
    planning = draft.facts.planning
    number = planning.last_deployment + 1
    one = Deployment(f"D-{number}", what, where, link, event.author, event.happened_at, reason="" if theirs else reason)
    if not draft.desk.team_channel:
        duty = draft.duty(draft.now)
        ids = dict.fromkeys((event.author.id, *(other.id for other in (*duty.pair, *duty.further))))
        here = [id_ for id_ in ids if id_ == event.author.id or draft.hears_of_the_rota(id_)]
        one = replace(one, shown_to=tuple(here))
    news.put(draft, replace(planning, deployments=(*planning.deployments, one), last_deployment=number))
    if one.reason:
        news.record(draft, event.author, f"deployed {what} to {where}", one.reason)
    for key, place in _cards(draft, one):
        draft.show(key, place, _card(draft, one, key))
    return Dialog("Deploy", _card(draft, one, f"deploy:{one.id}"))


# -- its end --------------------------------------------------------------------------------------------------------


def _ended(draft: Draft, event: Send) -> Answer:
    """Say what became of a deployment, or take that back within ten minutes."""
    id_, _, way = event.choice.partition(":")
    one = next((known for known in draft.facts.planning.deployments if known.id == id_), None)
    if one is None or way not in tuple(Fate):
        raise Refused("That deployment is long over.")
    if one.fate is Fate.RUNNING and way != Fate.RUNNING:
        if event.author.id != one.by.id and not _is_theirs(draft, event.author):
            others = [other.name for other in draft.duty(draft.opening).responders if other.id != one.by.id]
            raise Refused(f"{listed([*others, one.by.name], ' or ')} can say that.")
        one = replace(one, fate=Fate(way), ended_at=event.happened_at, ended_by=event.author)
        _put(draft, one)
    elif one.fate is not Fate.RUNNING and way == Fate.RUNNING:
        _check_undo(one, event)
        one = replace(one, fate=Fate.RUNNING, ended_at=None, ended_by=None)
        _put(draft, one)
    return _seen(draft, one, event)


def _check_undo(one: Deployment, event: Send) -> None:
    """Raise Refused unless the presser said a moment ago what became of a deployment."""
    assert one.ended_at is not None
    if one.ended_by is None or one.ended_by.id != event.author.id:
        raise Refused(f"Only {one.ended_by.name if one.ended_by else 'whoever said it'} can take that back.")
    since = event.happened_at - one.ended_at
    if since > UNDO:
        raise Refused(f"That was {length(since)} ago: it can't be taken back any more.")


def _put(draft: Draft, one: Deployment) -> None:
    known = draft.facts.planning.deployments
    deployments = tuple([one if other.id == one.id else other for other in known])
    news.put(draft, replace(draft.facts.planning, deployments=deployments))
    for key, place in _cards(draft, one):
        draft.show(key, place, _card(draft, one, key), first=False)


def _seen(draft: Draft, one: Deployment, event: Send) -> Answer:
    """Return what stands where it was pressed: the list, or the deployment's own card."""
    if event.card.startswith("form:") and event.place == personal(event.author.id):
        view = _list(draft, event.card)
        draft.show(event.card, event.place, view, first=False)
        return Card(view)
    at_home = channel_of(event.place) == draft.desk.team_channel
    key = f"deploy:{one.id}" if at_home else f"deploy:{one.id}:{event.author.id}"
    return Card(_card(draft, one, key))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "deploy": DeskStep(Right.COLLEAGUE, _draw, _take),
        "deployed": DeskStep(Right.COLLEAGUE, None, _ended),
    }
)
"""The steps of ``deploy``."""
