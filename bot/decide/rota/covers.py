"""``cover``: somebody takes a shift, or some days of it; all who could are asked, or one, and the first yes wins.

It is for one's own shifts; the support of the current iteration and admins ask for others too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms, marks, spelling
from bot.decide.desk import policies
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import clocks
from bot.decide.rota import asks, news, nominees, outlook
from bot.decide.rota.outlook import name_of, shift_id
from bot.effects import Answer, Dialog
from bot.errors import Refused
from bot.events import Message, Press, Send
from bot.people import Author, Person
from bot.places import personal
from bot.rota import changes
from bot.rota.changes import Unfit
from bot.rota.iteration import iteration_of
from bot.rota.picking import pair_of, situation
from bot.rota.planning import Ask, Asking
from bot.rota.presence import WEEK
from bot.rota.shift import Override, Role, Rota, Shift
from bot.support.words import listed
from bot.views import Button, Field, PlanCard

TODAY, ALL = "today:", "all"
NONE = "You have no shift that could be covered."
CHANGED = "Who could has changed meanwhile: please look again."


@dataclass(frozen=True, slots=True)
class Need:
    """What is to be covered: a shift, from when until when."""

    shift: Shift
    start: datetime
    end: datetime


def asked(draft: Draft, event: Message) -> None:
    """Show the way to the form in one's own chat."""
    key = f"form:{event.key}"
    text = "Somebody takes a shift of yours, some days of it, or the rest of today."
    draft.show(key, personal(event.author.id), policies.way_to(draft, key, "Cover", text, "cover"))


def announce(draft: Draft, key: str, lines: Iterable[str], shifts: Iterable[Shift], concerned: Iterable[str]) -> None:
    """Say what breaks a team, once, with a way to ask for a cover of its shifts: as news are said, but with buttons."""
    title, *rest = lines
    opens = [(one, f"Cover for {name_of(draft, one.person)}…") for one in shifts]
    channel = draft.desk.team_channel
    places = {f"broken:{key}": channel}
    if not channel:
        places = {f"broken:{key}:{id_}": personal(id_) for id_ in dict.fromkeys(concerned)}
    for id_, place in places.items():
        who = "" if channel else id_.removeprefix(f"broken:{key}:")
        buttons = tuple([Button(draft.desk.id, "", id_, said, "open", "cover", shift_id(one)) for one, said in opens])
        if channel or draft.hears_of_the_rota(who):
            draft.show(id_, place, PlanCard(title, "\n".join(rest), opens=buttons))
        else:
            news.tell(draft, key, who, "\n".join((title, *rest, "Write cover, and I ask the others.")))


def follow(draft: Draft) -> None:
    """Ask those who can be written to now, and end what is over or not needed any more."""
    for ask in asks.live(draft, Asking.COVER):
        if ask.end <= draft.now:
            _end(draft, ask, "Nobody said yes in time.")
        elif outlook.shift_of(draft, ask) is None:
            _end(draft, ask, "It is not needed any more: the shift has changed.", "A cover for {} was asked for")
        else:
            if outlook.cover_said(draft, ask) != outlook.cover_said(draft.unchanged(0), ask):
                asks.redraw(draft, ask, [id_ for id_ in ask.asked if id_ not in ask.refused])
            _put(draft, ask)


def end_needless(draft: Draft) -> None:
    """End covers of days on which whoever was covered has no shift any more, since others serve; tell who covered."""
    before, rota = draft.state.rota, draft.rota
    for one in [known for known in rota.overrides if known in before.overrides]:
        days = _covered(draft, before, one)
        if not days or _covered(draft, rota, one) or not pair_of(rota, iteration_of(days[0])):
            continue
        draft.put_rota(replace(draft.rota, overrides=tuple([each for each in draft.rota.overrides if each != one])))
        said = f"You need not cover for {name_of(draft, one.person)} on {outlook.days_said(draft, days)} any more"
        key = f"needless:{one.person}:{days[0]}:{draft.now.isoformat()}"
        news.tell(draft, key, one.stand_in, f"{said}: others have that week now.")


def _covered(draft: Draft, rota: Rota, override: Override) -> list[date]:
    """Return the days to come of which somebody has a shift that another covers."""
    mine = [one for one in rota.shifts if one.person == override.person and one.role is not Role.OBSERVER]
    start = max(override.start, draft.now)
    return [day for one in mine for day in changes.days_between(one, start, override.end, draft.hours)]


def accepted(draft: Draft, ask: Ask, by: Author) -> PlanCard:
    """Let somebody take what is to be covered, where they still can; return what they read."""
    follow(draft)
    ask = asks.find(draft, ask.id) or ask
    shift = outlook.shift_of(draft, ask)
    if ask.done or shift is None:
        return asks.over(draft, ask)
    need = Need(shift, max(ask.start, draft.now), ask.end)
    why = _unfit(draft, need, draft.rota.people[by.id])
    if why is not None:
        raise Refused(f"The rota has changed since you were asked: you are {why}, so somebody else is needed.")
    said = outlook.cover_said(draft, ask)
    follows = outlook.look(draft, _with(draft, need, by.id))
    draft.put_rota(follows.rota)
    end_needless(draft)
    clocks.follow_duty(draft)
    days = changes.days_between(shift, need.start, need.end, draft.hours)
    news.record(draft, by, f"covers {name_of(draft, shift.person)} on {', '.join(map(str, days))}")
    done = f"{by.name} covers for {name_of(draft, shift.person)}: {said}."
    asks.settle(draft, ask, done, but=[by.id])
    nominees.know(draft, shift.iteration, [by.id])
    team = [one.person for one in draft.rota.of(shift.iteration)]
    news.announce(draft, ask.id, done, [shift.person, ask.by.id, *team], by)
    return PlanCard(done, note="Thank you.")


def declined(draft: Draft, ask: Ask) -> None:
    """Take a no; when everybody said it, whoever asked is told what would help."""
    asks.put(draft, ask)
    if not ask.waiting and set(ask.asked) <= set(ask.refused):
        _end(draft, ask, "Nobody could. Other days, or a swap, may be possible.")


def withdrawn(draft: Draft, ask: Ask) -> None:
    """Tell those who know that others are asked to cover for them that nobody is any more."""
    shift, said = outlook.shift_of(draft, ask), outlook.cover_said(draft, ask)
    know = changes.servers(draft.rota, shift, ask.start, ask.end, draft.hours) if shift else ()
    for id_ in know:
        if id_ != ask.by.id and not news.take_back(draft, f"{ask.id}:told", id_):
            text = f"{ask.by.name} asks nobody any more who could cover for you: {said}."
            news.tell(draft, f"{ask.id}:withdrawn", id_, text)


def _put(draft: Draft, ask: Ask) -> None:
    shift = outlook.shift_of(draft, ask)
    assert shift is not None
    for id_ in ask.waiting:
        if draft.hears_of_the_rota(id_):
            ask = asks.put_to(draft, ask, id_)


def _end(draft: Draft, ask: Ask, done: str, stands: str = "There is no cover for {}") -> None:
    said, name = outlook.cover_said(draft, ask), name_of(draft, ask.person)
    asks.settle(draft, ask, done)
    for id_ in dict.fromkeys((ask.by.id, ask.person)):
        whom = "you" if id_ == ask.person else name
        news.tell(draft, f"{ask.id}:over", id_, f"{stands.format(whom)} ({said}). {done}")


# -- the form -------------------------------------------------------------------------------------------------------


def _draw(draft: Draft, event: Press, error: str) -> Answer:
    some = _choices(draft, event.author)
    named = getattr(event, "choice", "")
    if named and named not in some and any(named == shift_id(one) for one in outlook.coming_shifts(draft)):
        raise Refused(outlook.for_others(draft))
    asked = asks.withdrawals(draft, event.author, Asking.COVER)
    if not some:
        return _form(draft, event, title="Cover", note=NONE, error=error, ways=asked)
    fields = (
        forms.listed("shift", "What is to be covered", some.items(), named if named in some else next(iter(some))),
        forms.day("first", "Only from (empty: all of it)", required=False),
        forms.day("last", "Only until (empty: all of it)", required=False),
    )
    ways = (Way("Who could", "cover"), Way("Instead: swap…", "swap", opens=True), *asked)
    return _form(draft, event, title="Cover", error=error, fields=fields, ways=ways)


def _looked(draft: Draft, event: Send) -> Answer:
    """Show who could, and what follows from a yes, before anybody is asked."""
    try:
        need = _read(draft, event)
    except ValueError as wrong:
        return _draw(draft, event, str(wrong))
    return _preview(draft, event, need, "")


def _preview(draft: Draft, event: Press, need: Need, error: str) -> Dialog:
    some, note = _able(draft, need), _note(draft, need)
    choice = "|".join((marks.mark(note), need.start.isoformat(), need.end.isoformat(), shift_id(need.shift)))
    fields: tuple[Field, ...] = ()
    ways: tuple[Way, ...] = (Way("Other days", "cover", opens=True),)
    if some:
        everybody = [(ALL, "All of them: the first yes counts")] if len(some) > 1 else []
        choices = [*everybody, *((_choice(one), one.name) for one in some)]
        fields = (forms.listed("who", "Whom to ask", choices, choices[0][0]),)
        ways = (Way("Ask", "cover.ask", choice), *ways)
    title = f"A cover for {_who(draft, need)}: {_said(draft, need)}"
    return _form(draft, event, title=title, note=note, error=error, fields=fields, ways=ways)


def _ask(draft: Draft, event: Send) -> Answer:
    need = _chosen(draft, event)
    if _overlapping(draft, need):
        ways = asks.withdrawals(draft, event.author, Asking.COVER)
        return _form(draft, event, title="Cover", note="This is asked already. You hear of the answer.", ways=ways)
    if event.choice.partition("|")[0] != marks.mark(_note(draft, need)):
        return _preview(draft, event, need, CHANGED)
    some = _able(draft, need)
    who = event.fields.get("who", ALL)
    if who != ALL:
        some = [one for one in some if _choice(one) == who]
    if not some:
        return _preview(draft, event, need, "Choose whom to ask first.")
    ask = Ask(
        id=f"cover:{event.key}",
        what=Asking.COVER,
        by=event.author,
        person=need.shift.person,
        at=draft.now,
        start=need.start,
        end=need.end,
        iteration=need.shift.iteration,
        waiting=tuple([one.id for one in some]),
    )
    asks.put(draft, ask)
    _put(draft, ask)
    said = _said(draft, need)
    for id_ in changes.servers(draft.rota, need.shift, need.start, need.end, draft.hours):
        if id_ != event.author.id:
            news.tell(draft, f"{ask.id}:told", id_, f"{event.author.name} asks who could cover for you: {said}.")
    left = asks.find(draft, ask.id)
    later = " Whoever is not there now is asked when they are." if left and left.waiting else ""
    names = listed([one.name for one in some], " and ")
    note = f"{names} {'is' if len(some) == 1 else 'are'} asked.{later} You hear of the answer."
    ways = asks.withdrawals(draft, event.author, Asking.COVER)
    return _form(draft, event, title=f"A cover for {_who(draft, need)}: {said}", note=note, ways=ways)


# -- what is to be covered, and who could ---------------------------------------------------------------------------


def _choices(draft: Draft, author: Author) -> dict[str, str]:
    """Return what somebody may have covered: the rest of today, and the shifts to come, their own first."""
    for_others = outlook.plans_for_others(draft, author)
    today, coming = {}, {}
    shifts = [(one, _servers(draft, one)) for one in outlook.coming_shifts(draft)]
    for shift, who in sorted(shifts, key=lambda one: author.id not in one[1]):
        if not who or (author.id not in who and not for_others):
            continue
        name = "" if author.id in who else f"{listed([name_of(draft, id_) for id_ in who], ' and ')}: "
        if _is_today(draft, shift):
            today[f"{TODAY}{shift_id(shift)}"] = f"{name}{shift.role} today, until the close"
        days = changes.days_between(shift, draft.now, _end_of(draft, shift), draft.hours)
        coming[shift_id(shift)] = f"{name}{shift.role}, {outlook.span_said(draft, days[0], days[-1])}"
    return today | coming


def _servers(draft: Draft, shift: Shift) -> tuple[str, ...]:
    return changes.servers(draft.rota, shift, draft.now, _end_of(draft, shift), draft.hours)


def _end_of(draft: Draft, shift: Shift) -> datetime:
    return draft.hours.opening(shift.iteration + WEEK)


def _is_today(draft: Draft, shift: Shift) -> bool:
    days = changes.days_between(shift, draft.opening, draft.hours.closing(draft.opening), draft.hours)
    return draft.is_today(draft.opening) and bool(days)


def _read(draft: Draft, event: Send) -> Need:
    """Read what is to be covered from a form; raise ValueError with what is wrong."""
    chosen = event.fields.get("shift", "")
    if chosen not in _choices(draft, event.author):
        raise ValueError("Choose a shift first.")
    shift = next(one for one in outlook.coming_shifts(draft) if shift_id(one) == chosen.removeprefix(TODAY))
    if chosen.startswith(TODAY):
        return Need(shift, draft.opening, draft.hours.closing(draft.opening))
    first, last = (spelling.day(event.fields.get(name, "")) for name in ("first", "last"))
    days = changes.days_between(shift, draft.now, _end_of(draft, shift), draft.hours)
    days = tuple([day for day in days if (first or day) <= day <= (last or day)])
    if not days:
        raise ValueError("There is no day of this shift between the two.")
    start = changes.whole_days("", days[0], days[0], draft.hours).start
    return Need(shift, max(start, draft.now), draft.hours.span(days[-1])[1])


def _chosen(draft: Draft, event: Send) -> Need:
    """Return what a button names; raise Refused where the shift is not there any more, or of somebody else."""
    _, start, end, id_ = [*event.choice.split("|", 3), "", "", ""][:4]
    shift = next((one for one in outlook.coming_shifts(draft) if shift_id(one) == id_), None)
    try:
        span = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        raise Refused("This form is of an older version. Open it again, please.") from None
    if shift is None or not changes.days_between(shift, max(span[0], draft.now), span[1], draft.hours):
        raise Refused("This shift has changed meanwhile. Open the form again, please.")
    if id_ not in _choices(draft, event.author):
        raise Refused(outlook.for_others(draft))
    return Need(shift, *span)


def _able(draft: Draft, need: Need) -> list[Person]:
    """Return who could, those with the least debt first."""
    debts = {one.id: one.debt for one in situation(draft.rota, need.shift.iteration, draft.hours).members}
    some = [one for one in _possible(draft, need) if _unfit(draft, need, one) is None]
    return sorted(some, key=lambda one: (debts.get(one.id, 0), one.id))


def _possible(draft: Draft, need: Need) -> list[Person]:
    """Return the team's people but those who are to be covered."""
    serve = changes.servers(draft.rota, need.shift, need.start, need.end, draft.hours)
    today = draft.hours.local(draft.now).date()
    left = [one.id for one in draft.rota.people.values() if one.left is not None and one.left <= today]
    return [one for one in draft.rota.people.values() if one.id not in (*serve, *left)]


def _unfit(draft: Draft, need: Need, person: Person) -> Unfit | None:
    return changes.unfit(draft.rota, need.shift, person, max(need.start, draft.now), need.end, draft.hours)


def _note(draft: Draft, need: Need) -> str:
    """Say who could and what a yes does, or why nobody could and what would help."""
    some = _able(draft, need)
    if some:
        names = listed([one.name for one in some], " and ")
        return f"{names} could. Whoever says yes first is {need.shift.role} then."
    counts = Counter(why for one in _possible(draft, need) if (why := _unfit(draft, need, one)) is not None)
    said = listed([f"{counts[one]} {'is' if counts[one] == 1 else 'are'} {one}" for one in Unfit if counts[one]], ", ")
    helps = ["fewer days", "somebody back earlier"] if counts[Unfit.AWAY] else []
    helps += ["production access for somebody who is there"] if counts[Unfit.ACCESS] else []
    help_ = f"\nWhat would help: {listed(helps, ' or ')}." if helps else ""
    return f"Nobody could: {said or 'there is nobody else'}.{help_}"


def _with(draft: Draft, need: Need, stand_in: str) -> Rota:
    relieved = changes.relieved(draft.rota, need.shift, stand_in, need.start, need.end, draft.hours)
    return changes.with_cover(relieved, need.shift, stand_in, need.start, need.end, draft.hours)


def _overlapping(draft: Draft, need: Need) -> bool:
    live = [one for one in asks.live(draft, Asking.COVER) if one.person == need.shift.person]
    return any(one.start < need.end and need.start < one.end for one in live)


def _who(draft: Draft, need: Need) -> str:
    some = changes.servers(draft.rota, need.shift, need.start, need.end, draft.hours)
    return listed([name_of(draft, id_) for id_ in some], " and ")


def _said(draft: Draft, need: Need) -> str:
    days = changes.days_between(need.shift, need.start, need.end, draft.hours)
    return f"{need.shift.role}, {outlook.span_said(draft, days[0], days[-1])}"


def _choice(person: Person) -> str:
    return person.id.replace(",", ";")


def _form(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Cover", forms.card(draft, None, event, **parts))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "cover": DeskStep(Right.COLLEAGUE, _draw, _looked),
        "cover.ask": DeskStep(Right.COLLEAGUE, None, _ask),
    }
)
"""The steps of ``cover``."""
