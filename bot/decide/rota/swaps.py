"""``swap``: a coming SUPPORT shift of one's own against another's, who is asked; what follows is shown before that.

The question lapses when the first of the two iterations begins, or when one of the shifts is not as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms, marks
from bot.decide.desk import policies
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import clocks
from bot.decide.rota import asks, covers, news, nominees, outlook
from bot.decide.rota.outlook import Outlook, day_said, name_of, shift_id
from bot.effects import Answer, Dialog
from bot.events import Message, Press, Send
from bot.people import Author
from bot.places import personal
from bot.rota import changes
from bot.rota.picking import Stint, pair_of
from bot.rota.planning import Ask, Asking
from bot.rota.presence import working_days
from bot.rota.shift import Role, Rota, Shift
from bot.support.words import listed, moment
from bot.views import Field, PlanCard

GONE = "These two can't be swapped: the teams have changed, or one would serve twice in the same week."
NONE = "You have no coming SUPPORT shift. FALLBACK is covered, not swapped: write cover."


def asked(draft: Draft, event: Message) -> None:
    """Show the way to the form in one's own chat."""
    key = f"form:{event.key}"
    mine = [f"You have support from {day_said(draft, one.iteration)}" for one in _own(draft, event.author)]
    view = policies.way_to(draft, key, "Swap", "\n".join(mine) or NONE, "swap")
    draft.show(key, personal(event.author.id), view)


def follow(draft: Draft) -> None:
    """Ask whoever can be written to now, and end what came too late or is about shifts that are not as they were."""
    for ask in asks.live(draft, Asking.SWAP):
        two = _shifts(draft, ask)
        if ask.end <= draft.now:
            _lapse(draft, ask, "Nobody answered before the first of the two weeks began, so nothing was swapped.")
        elif two is None or not (*ask.asked, *ask.waiting):
            _lapse(draft, ask, "One of the two shifts is somebody else's now, so nothing was swapped.")
        else:
            _put(draft, ask)


def accepted(draft: Draft, ask: Ask, by: Author) -> PlanCard:
    """Exchange the two shifts, where the rules still allow it; return what whoever said yes reads."""
    follow(draft)
    ask = asks.find(draft, ask.id) or ask
    two = _shifts(draft, ask)
    if ask.done or two is None:
        return asks.over(draft, ask)
    follows = _look(draft, *two)
    if follows.broken and not ask.reason:
        why = "\n".join(("The rota has changed since, so nothing was swapped.", *follows.lines))
        _lapse(draft, ask, why)
        return PlanCard(asks.title(draft, ask), why)
    before = draft.rota
    draft.put_rota(follows.rota)
    covers.end_needless(draft)
    clocks.follow_duty(draft)
    who = f"{ask.by.name} and {by.name}"
    what = f"{who} swapped {two[0].iteration} and {two[1].iteration}"
    news.record(draft, by, what, ask.reason)
    weeks = listed([day_said(draft, one.iteration) for one in two], " and ")
    done = f"{who} swapped their weeks of {weeks}."
    asks.settle(draft, ask, done, but=[by.id])
    _refill(draft, ask, before, follows.rota)
    for one in two:
        nominees.know(draft, one.iteration, [ask.person, by.id])
    reason = [f"A rule was overridden: {ask.reason}"] if ask.reason else []
    teams = [_team(draft, one) for one in two]
    served, serve = ([shift.person for one in two for shift in rota.of(one.iteration)] for rota in (before, draft.rota))
    concerned = [id_ for id_ in served if id_ in serve]  # who became FALLBACK, or is none any more, was told so
    text = "\n".join((done, *teams, *follows.lines, *reason))
    news.announce(draft, ask.id, text, concerned, by)
    return PlanCard(done, "\n".join((*teams, *follows.lines)), note="Thank you.")


def _refill(draft: Draft, ask: Ask, before: Rota, after: Rota) -> None:
    """Tell those who are FALLBACK no more, or on other days than before, since a swap."""
    weeks = [week for week in (ask.iteration, ask.other) if week is not None]
    old, new = (changes.stints_in(one, weeks, draft.hours) for one in (before, after))
    for id_, days in old.items():
        if gone := days - new.get(id_, frozenset()):
            nominees.freed(draft, ask.id, Stint(id_, gone), "the team of that week is another one")
    came = [Stint(id_, more) for id_, days in new.items() if (more := days - old.get(id_, frozenset()))]
    nominees.fill(draft, ask.id, came)


def declined(draft: Draft, ask: Ask) -> None:
    """End a question to which somebody said no, for which there needs no reason."""
    name = name_of(draft, ask.asked[0])
    asks.settle(draft, ask, "You said no.")
    news.tell(draft, f"{ask.id}:no", ask.person, f"{name} can't swap. Everything stays as it is.")


def _put(draft: Draft, ask: Ask) -> None:
    for id_ in ask.waiting:
        if draft.hears_of_the_rota(id_):
            asks.put_to(draft, ask, id_)


def _lapse(draft: Draft, ask: Ask, why: str) -> None:
    asks.settle(draft, ask, why)
    other = name_of(draft, (*ask.asked, *ask.waiting, "")[0])
    news.tell(draft, f"{ask.id}:lapsed", ask.person, f"You asked {other} to swap weeks. {why}")


# -- the form -------------------------------------------------------------------------------------------------------


def _draw(draft: Draft, event: Press, error: str) -> Answer:
    mine, theirs = _own(draft, event.author), _others(draft, event.author)
    cover = Way("Instead: ask for a cover…", "cover", opens=True)
    asked = asks.withdrawals(draft, event.author, Asking.SWAP)
    if not mine or not theirs:
        note = NONE if not mine else "Nobody else has a coming SUPPORT shift yet."
        return _form(draft, event, title="Swap", note=note, error=error, ways=(cover, *asked))
    fields = (
        _one_of("mine", "Your week", [(shift_id(one), day_said(draft, one.iteration)) for one in mine]),
        _one_of("theirs", "Against", [(shift_id(one), _named(draft, one)) for one in theirs]),
    )
    note = "They are asked first. FALLBACK is covered, not swapped."
    ways = (Way("What follows", "swap"), cover, *asked)
    return _form(draft, event, title="Swap", note=note, error=error, fields=fields, ways=ways)


def _one_of(id_: str, label: str, choices: Sequence[tuple[str, str]]) -> Field:
    """Return a choice; where there is only one, it is made."""
    return forms.listed(id_, label, choices, choices[0][0] if len(choices) == 1 else "")


def _looked(draft: Draft, event: Send) -> Answer:
    """Show what follows from a swap, before anybody is asked."""
    chosen = [event.fields.get(name, "") for name in ("mine", "theirs")]
    two = _chosen(draft, event.author, *chosen)
    if two is None:
        return _draw(draft, event, "Choose a week of yours, and another's." if "" in chosen else GONE)
    return _preview(draft, event, two, "")


def _preview(draft: Draft, event: Press, two: tuple[Shift, Shift], error: str) -> Dialog:
    follows, note = _look(draft, *two), _note(draft, two)
    name = name_of(draft, two[1].person)
    choice = "|".join((marks.mark(note), shift_id(two[0]), shift_id(two[1])))
    fields = (forms.line("reason", "Why the rule is overridden, for the record"),) if follows.broken else ()
    ways = (Way(f"Ask {name}", "swap.ask", choice), Way("Other weeks", "swap", opens=True))
    title = f"Your week of {day_said(draft, two[0].iteration)} against {_named(draft, two[1])}"
    return _form(draft, event, title=title, note=note, error=error, fields=fields, ways=ways)


def _ask(draft: Draft, event: Send) -> Answer:
    mark, mine, theirs = [*event.choice.split("|", 2), "", ""][:3]
    two = _chosen(draft, event.author, mine, theirs)
    if two is None:
        return _draw(draft, event, GONE)
    reason, name = forms.filled(event, "reason"), name_of(draft, two[1].person)
    title = f"{name} is asked"
    if two in [_shifts(draft, one) for one in asks.live(draft, Asking.SWAP) if one.person == event.author.id]:
        ways = asks.withdrawals(draft, event.author, Asking.SWAP)
        return _form(draft, event, title=title, note="You asked this already. You hear of the answer.", ways=ways)
    if mark != marks.mark(_note(draft, two)):
        return _preview(draft, event, two, outlook.CHANGED)
    if _look(draft, *two).broken and not reason:
        return _preview(draft, event, two, "Write why, for the record: it breaks a rule.")
    ask = Ask(
        id=f"swap:{event.key}",
        what=Asking.SWAP,
        by=event.author,
        person=event.author.id,
        at=draft.now,
        start=draft.now,
        end=min(_begins(draft, one) for one in two),
        iteration=two[0].iteration,
        other=two[1].iteration,
        waiting=(two[1].person,),
        reason=reason,
    )
    asks.put(draft, ask)
    _put(draft, ask)
    left = asks.find(draft, ask.id)
    later = "are asked when they are there again, and " if left and left.waiting else ""
    note = f"They {later}can answer until {moment(ask.end, draft.now, draft.hours)}. You hear of the answer."
    ways = asks.withdrawals(draft, event.author, Asking.SWAP)
    return _form(draft, event, title=title, note=note, ways=ways)


# -- which shifts ---------------------------------------------------------------------------------------------------


def _coming(draft: Draft) -> list[Shift]:
    """Return the SUPPORT shifts of iterations that have not begun."""
    some = [one for one in outlook.coming_shifts(draft) if one.role is Role.SUPPORT]
    return [one for one in some if one.person in draft.rota.people and draft.now < _begins(draft, one)]


def _begins(draft: Draft, shift: Shift) -> datetime:
    days = working_days(shift.iteration, draft.hours)
    return draft.hours.opening(days[0] if days else shift.iteration)


def _own(draft: Draft, author: Author) -> list[Shift]:
    return [one for one in _coming(draft) if one.person == author.id]


def _others(draft: Draft, author: Author) -> list[Shift]:
    """Return the shifts of those who can be asked, in iterations that one does not serve in anyway."""
    mine = {one.iteration for one in _own(draft, author)}
    some = [one for one in _coming(draft) if one.person != author.id and one.iteration not in mine]
    return [one for one in some if draft.rota.people[one.person].entra_object_id]


def _chosen(draft: Draft, author: Author, mine: str, theirs: str) -> tuple[Shift, Shift] | None:
    """Return the two shifts of a form, None where they can't be swapped."""
    one = next((one for one in _own(draft, author) if shift_id(one) == mine), None)
    other = next((one for one in _others(draft, author) if shift_id(one) == theirs), None)
    if one is None or other is None or other.person in pair_of(draft.rota, one.iteration):
        return None
    return one, other


def _shifts(draft: Draft, ask: Ask) -> tuple[Shift, Shift] | None:
    """Return the shifts that a question is about, None where they are not as they were."""
    other = (*ask.asked, *ask.waiting, "")[0]
    coming = _coming(draft)
    mine = [one for one in coming if (one.iteration, one.person) == (ask.iteration, ask.person)]
    theirs = [one for one in coming if (one.iteration, one.person) == (ask.other, other)]
    return (mine[0], theirs[0]) if mine and theirs else None


def _look(draft: Draft, one: Shift, other: Shift) -> Outlook:
    return outlook.look(draft, changes.swapped(draft.rota, one, other), remedy="")


def _note(draft: Draft, two: tuple[Shift, Shift]) -> str:
    follows = _look(draft, *two)
    after = replace(two[0], person=two[1].person), replace(two[1], person=two[0].person)
    beside = [pair_of(draft.rota, one.iteration) - {one.person} for one in two]
    lines = [
        f"From {day_said(draft, one.iteration)}: "
        f"{listed([name_of(draft, one.person), *(name_of(draft, id_) for id_ in sorted(others))], ' and ')}."
        for one, others in zip(after, beside, strict=True)
    ]
    return "\n".join((*lines, *follows.lines))


def _team(draft: Draft, shift: Shift) -> str:
    who = listed([name_of(draft, id_) for id_ in sorted(pair_of(draft.rota, shift.iteration))], " and ")
    return f"Support from {day_said(draft, shift.iteration)}: {who}."


def _named(draft: Draft, shift: Shift) -> str:
    return f"{name_of(draft, shift.person)}, {day_said(draft, shift.iteration)}"


def _form(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Swap", forms.card(draft, None, event, **parts))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "swap": DeskStep(Right.COLLEAGUE, _draw, _looked),
        "swap.ask": DeskStep(Right.COLLEAGUE, None, _ask),
    }
)
"""The steps of ``swap``."""
