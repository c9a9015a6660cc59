"""``absence``: from day to day somebody is away; what follows is shown before it is confirmed, and announced once.

Anyone for themselves; the support of the current iteration and admins for others, who are told and can undo it. Why is
never asked.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.commands import Right, TakeLeave
from bot.decide import forms, marks, spelling
from bot.decide.desk import colleagues, policies
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import clocks
from bot.decide.rota import covers, filling, gaps, news, nominees, outlook
from bot.decide.rota.outlook import Outlook, day_said, days_said, name_of, span_said
from bot.effects import Answer, Card, Dialog, FetchCalendar
from bot.errors import Refused
from bot.events import AbsencesImported, CalendarFetched, Message, Open, Press, Send
from bot.people import Author
from bot.places import personal
from bot.rota import changes
from bot.rota.picking import Stint
from bot.rota.presence import DAY, WEEK
from bot.rota.shift import Absence, Role
from bot.support.words import moment
from bot.views import Button, Field, PlanCard

LONGEST = 366  # days of one absence: twelve months
PAST = 30  # days after which an absence is not entered any more
AHEAD = 731  # days within which one begins: two years
MOST_LISTED = 12
MOST_FOUND = 40


def asked(draft: Draft, event: Message, call: TakeLeave) -> None:
    """Show the way to the form in one's own chat, or what follows from the days that were typed."""
    key = f"form:{event.key}"
    place = personal(event.author.id)
    if not call.first:
        view = policies.way_to(draft, key, "Absences", _listed(draft, event.author.id), "absence")
        draft.show(key, place, view)
        return
    first, last = (_date_of(draft, one) for one in (call.first, call.last or call.first))
    typed = {"first": first, "last": last}
    pressed = Send(
        key=event.key,
        happened_at=event.happened_at,
        place=place,
        author=event.author,
        request="",
        card=key,
        step="absence",
        fields=typed,
    )
    answer = _look(draft, pressed)
    assert isinstance(answer, Dialog)
    draft.show(key, place, answer.view)


def imported(draft: Draft, event: AbsencesImported) -> None:
    """Add the absences that an operator read from somebody's calendar."""
    if event.person not in draft.rota.people:
        raise Refused("Nobody of that name is in the team any more. Nothing was changed.")
    _take(draft, [Absence(event.person, *span) for span in event.spans], news.OPERATOR, event.key)


def fetched(draft: Draft, event: CalendarFetched) -> None:
    """Show what a calendar told, in the chat of whoever it is of, to be added with one press."""
    key = f"calendar:{event.key}"
    place = personal(event.person)
    pressed = Open(
        key=event.key,
        happened_at=event.happened_at,
        place=place,
        author=Author(event.person, name_of(draft, event.person)),
        request="",
        card=key,
        step="absence.found",
    )
    now = draft.rota.absences
    own = [one for one in now if one.person == event.person]
    spans = [span for span in event.spans if not any(one.start <= span[0] and span[1] <= one.end for one in own)]
    if event.failure or not spans:
        note = event.failure or "It tells of no absence in the next 12 months that I don't know yet."
        ways = (Way("Another calendar", "absence.calendar", opens=True),)
        draft.show(key, place, _form(draft, pressed, title="From a calendar", note=note, ways=ways).view)
        return
    draft.show(key, place, _found_form(draft, pressed, spans).view)


# -- the form -------------------------------------------------------------------------------------------------------


def _draw(draft: Draft, event: Press, error: str) -> Answer:
    mine = _coming(draft, event.author.id)
    fields = _inputs(draft, event)
    removes = tuple(Way(_removal(draft, one), "absence.remove", _id(one)) for one in mine[:MOST_LISTED])
    ways: tuple[Any, ...] = (
        Way("What follows", "absence"),
        *((Way("From a calendar…", "absence.calendar", opens=True),) if draft.colleague(event.author) else ()),
        Way("Away today…", "away.report", opens=True),
        *((("Your absences", removes),) if removes else ()),
    )
    note = "Others read only that somebody is away."
    return _form(draft, event, title="Away from day to day", note=note, error=error, fields=fields, ways=ways)


def _removal(draft: Draft, away: Absence) -> str:
    runs = away.start < _midnight(draft)
    return f"Back from today on: {said(draft, away)}" if runs else f"Remove {said(draft, away)}"


def _inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
    days = (forms.day("first", "First day away"), forms.day("last", "Last day away"))
    if not outlook.plans_for_others(draft, event.author):
        return days
    people = [one for one in colleagues.by_name(draft) if draft.colleague(Author(one.id, ""))]
    people.sort(key=lambda one: one.id != event.author.id)
    choices = [(colleagues.choice(one), one.name) for one in people]
    return (forms.listed("person", "Who is away", choices, choices[0][0] if choices else ""), *days)


def _look(draft: Draft, event: Send) -> Answer:
    """Show what follows from the days of a form, before it is confirmed."""
    try:
        new = _read(draft, event)
    except ValueError as wrong:
        return _draw(draft, event, str(wrong))
    return _preview(draft, event, new, "")


def _preview(draft: Draft, event: Press, new: Absence, error: str) -> Dialog:
    note = _follows(draft, new)
    choice = "|".join((new.start.isoformat(), new.end.isoformat(), _mark(draft, new, note), new.person))
    ways = (Way("Confirm", "absence.take", choice), Way("Other days", "absence", opens=True))
    title = f"{name_of(draft, new.person)}: away {said(draft, new)}"
    return _form(draft, event, title=title, note=note, error=error, ways=ways)


def _follows(draft: Draft, new: Absence) -> str:
    lines = [*_all_lines(draft, [new]), *_without_team(draft, new)]
    return "\n".join(lines) or "No team that is set changes by that."


def _confirmed(draft: Draft, event: Send) -> Answer:
    start, end, drawn, person = [*event.choice.split("|", 3), "", "", ""][:4]
    new = Absence(person, *_instants(f"{start}|{end}"))
    _may(draft, event, person)
    if any(_within(new, one) for one in draft.rota.absences):
        return _done(draft, event, f"{name_of(draft, person)}: away {said(draft, new)}", "It is noted.")
    if drawn != _mark(draft, new, _follows(draft, new)):
        return _preview(draft, event, new, outlook.CHANGED)
    follows = _take(draft, [new], event.author, event.key)
    if person != event.author.id:
        _tell_whom(draft, event, new)
    title = f"{name_of(draft, person)}: away {said(draft, new)}"
    mine = [one for one in outlook.coming_shifts(draft) if one.person == person and one.iteration in follows.broken]
    ways = tuple([Way("Ask for a cover…", "cover", outlook.shift_id(one), opens=True) for one in mine[:1]])
    return _done(draft, event, title, "\n".join(("Noted.", *follows.lines)), *ways)


def _removed(draft: Draft, event: Send) -> Answer:
    """Remove an absence to come, or end one that runs: its days before today were counted, and stay noted."""
    person, _, _ = _parts(event.choice)
    _may(draft, event, person)
    found = _found(draft, event)
    if found is not None and found.end <= draft.now:
        note = f"It is over, and stays noted: {said(draft, found)}."
        who = "You were" if person == event.author.id else f"{name_of(draft, person)} was"
        return _gone(draft, event, f"{who} away", note)
    return _ended(draft, event, person, found, _midnight(draft))


def _undone(draft: Draft, event: Send) -> Answer:
    """Take back what another noted of whoever presses when it was over already, so that nobody had counted it."""
    person, _, _ = _parts(event.choice)
    if person != event.author.id:
        raise Refused("Only your own absences can be undone here.")
    found = _found(draft, event)
    over = found is not None and found.end <= draft.now
    return _ended(draft, event, person, found, found.start if found and over else _midnight(draft))


def _found(draft: Draft, event: Send) -> Absence | None:
    return next((one for one in draft.rota.absences if _id(one) == event.choice), None)


def _midnight(draft: Draft) -> datetime:
    today = draft.hours.local(draft.now).date()
    return changes.whole_days("", today, today, draft.hours).start


def _ended(draft: Draft, event: Send, person: str, found: Absence | None, since: datetime) -> Answer:
    """Let somebody not be away from ``since`` on, with all that follows, and say it once."""
    name, mine = name_of(draft, person), person == event.author.id
    served = _concerned(draft, [found] if found else [])
    who = "You are" if mine else f"{name} is"
    if found is None:
        return _gone(draft, event, f"{who} not away", "It was changed or removed already. Open the list again.")
    gone, before = replace(found, start=max(found.start, since)), draft.rota
    kept = [replace(found, end=since)] if found.start < since else []
    absences = [*(one for one in before.absences if one is not found), *kept]
    draft.put_rota(replace(before, absences=tuple(absences)))
    if kept:
        news.record_back(draft, event.author, kept[0])
        on = f"back from {day_said(draft, draft.hours.local(since).date())} on"
        title, note = f"{who} back from today on", f"The days before stay noted: {said(draft, kept[0])}."
        text, told = f"{name} is {on}.", f"{event.author.name} noted that you are {on}."
    else:
        news.record_away(draft, event.author, found, ended=True)
        title, note = f"{who} not away", f"Removed: {said(draft, found)}."
        text = f"{name} is not away {said(draft, found)} after all."
        told = f"{event.author.name} removed your absence {said(draft, found)}."
    freed = _free(draft, event, gone)
    stays = freed + [
        f"{name_of(draft, one.person)} stays FALLBACK on {days_said(draft, days)}."
        for one in outlook.coming_shifts(draft)
        if one.role is Role.FALLBACK
        and (days := changes.days_between(one, max(gone.start, draft.now), gone.end, draft.hours))
    ]
    follows = outlook.look(draft, draft.rota, there=_days(draft, gone))
    draft.put_rota(follows.rota)
    _fill(draft, event.author, event.key, follows.stints)
    clocks.follow_duty(draft)
    lines = (*stays, *follows.lines)
    serve = [id_ for id_ in _concerned(draft, [gone]) if id_ in served and id_ != person]  # others read it themselves
    news.announce(draft, f"there:{event.key}", "\n".join((text, *lines)), serve, event.author)
    if not mine:
        news.tell(draft, f"undone:{event.key}", person, told)
    return _gone(draft, event, title, "\n".join((note, *lines)))


def _free(draft: Draft, event: Send, gone: Absence) -> list[str]:
    """Let those go who are FALLBACK for an absence that is gone, and tell them; return what others read of it."""
    lines = []
    for stint in filling.free(draft, gone):
        name, days = name_of(draft, stint.person), days_said(draft, stint.days)
        news.record(draft, event.author, f"freed {name} as FALLBACK on {', '.join(map(str, sorted(stint.days)))}")
        nominees.freed(draft, event.key, stint, "nobody has to fill in then")
        lines.append(f"{name} is not FALLBACK on {days} any more.")
    return lines


# -- from a calendar ------------------------------------------------------------------------------------------------


def _draw_calendar(draft: Draft, event: Press, error: str) -> Answer:
    fields = (forms.line("address", "Address of your calendar, https://…", required=True, longest=500),)
    note = "I read from when until when you are away in the next 12 months, and nothing else. You confirm it first."
    ways = (Way("Read it", "absence.calendar"), Way("Back", "absence", opens=True))
    return _form(draft, event, title="From a calendar", note=note, error=error, fields=fields, ways=ways)


def _read_calendar(draft: Draft, event: Send) -> Answer:
    address = forms.filled(event, "address").strip()
    if not address.casefold().startswith("https://") or len(address) > 500 or not address.isprintable():  # noqa: PLR2004
        return _draw_calendar(draft, event, "Write an address that begins with https://.")
    if draft.colleague(event.author) is None:
        raise Refused(draft.is_for(Right.COLLEAGUE))
    draft.follow_with(FetchCalendar(f"calendar:{event.key}", personal(event.author.id), event.author.id, address))
    return _form(draft, event, title="From a calendar", note="I am reading it. What I find comes into your own chat.")


def _found_form(draft: Draft, event: Press, spans: Iterable[tuple[datetime, datetime]]) -> Dialog:
    found = [Absence(event.author.id, *span) for span in spans][:MOST_FOUND]
    choices = [(_span(one), said(draft, one)) for one in found]
    fields = (forms.many("spans", "You are away", choices, ",".join(map(_span, found))),)
    note = "\n".join(_all_lines(draft, found)) or "No team that is set changes by that."
    return _form(
        draft, event, title="From your calendar", note=note, fields=fields, ways=(Way("Add", "absence.found"),)
    )


def _add_found(draft: Draft, event: Send) -> Answer:
    if draft.colleague(event.author) is None:
        raise Refused(draft.is_for(Right.COLLEAGUE))
    spans = [_instants(one.strip()) for one in event.fields.get("spans", "").split(",")][:MOST_FOUND]
    new = [Absence(event.author.id, *span) for span in spans]
    new = [one for one in new if not any(_within(one, known) for known in draft.rota.absences)]
    follows = _take(draft, new, event.author, event.key) if new else Outlook(draft.rota)
    return _done(draft, event, "From your calendar", "\n".join((f"Added: {len(new)}.", *follows.lines)))


# -- what it does ---------------------------------------------------------------------------------------------------


def _take(draft: Draft, new: list[Absence], by: Author, key: str) -> Outlook:
    """Note absences, with all that follows from them, and say it once."""
    before = draft.rota
    concerned = _concerned(draft, new)
    follows = outlook.look(draft, changes.with_absences(before, new))
    draft.put_rota(follows.rota)
    for one in new:
        news.record_away(draft, by, one)
    _fill(draft, by, key, follows.stints)
    clocks.follow_duty(draft)
    away = [f"{name_of(draft, one.person)} is away {said(draft, one)}." for one in new[:MOST_LISTED]]
    ids = {one.person for one in new}
    known = () if follows.lines or not by.id else ids  # who reads that it was noted, and of nothing that follows
    people = [id_ for id_ in (*concerned, *follows.people) if id_ not in known]
    mine = [one for one in outlook.coming_shifts(draft) if one.person in ids and one.role is Role.SUPPORT]
    broken = [one for one in mine if one.iteration in follows.broken]
    if broken:
        covers.announce(
            draft, f"absence:{key}", (*away, *follows.lines), broken, [one for one in people if one != by.id]
        )
    else:
        news.announce(draft, f"absence:{key}", "\n".join((*away, *follows.lines)), people, by)
    if follows.today:
        gaps.begin(draft, new[0].person, by, told=people)
    return follows


def _fill(draft: Draft, by: Author, key: str, stints: Collection[Stint]) -> None:
    """Put on the record who is FALLBACK since somebody is away, and tell them."""
    filling.note(draft, stints)
    for stint in stints:
        days = ", ".join(map(str, sorted(stint.days)))
        news.record(draft, by, f"set {name_of(draft, stint.person)} as FALLBACK on {days}")
    nominees.fill(draft, key, stints)


def _days(draft: Draft, away: Absence) -> frozenset[date]:
    """Return the days of an absence."""
    first, last = (draft.hours.local(at).date() for at in (away.start, away.end - away.end.resolution))
    return frozenset([first + number * DAY for number in range((last - first).days + 1)])


def _tell_whom(draft: Draft, event: Send, new: Absence) -> None:
    """Tell somebody that another noted them as away; they can undo it."""
    key = f"noted:{event.key}:{new.person}"
    joined = next(one for one in draft.rota.absences if _within(new, one))
    way = "absence.undo" if joined.end <= draft.now else "absence.remove"
    undo = Button(draft.desk.id, "", key, "Undo", "send", way, _id(joined))
    title = f"{event.author.name} noted that you are away {said(draft, new)}"
    if draft.hears_of_the_rota(new.person):
        draft.show(key, personal(new.person), PlanCard(title, presses=(undo,)))
    else:
        news.tell(draft, key, new.person, f"{title}. Write absence to change it.")


def _concerned(draft: Draft, some: Iterable[Absence]) -> tuple[str, ...]:
    taken = changes.iterations_set(draft.rota, outlook.current(draft))
    weeks = [week for week in taken if any(_touches(draft, one, week) for one in some)]
    return tuple(dict.fromkeys(one.person for one in draft.rota.shifts if one.iteration in weeks))


def _touches(draft: Draft, away: Absence, week: date) -> bool:
    return away.start < draft.hours.opening(week + WEEK) and draft.hours.opening(week) < away.end


def _serves(draft: Draft, new: Absence) -> list[str]:
    """Say when somebody serves while they would be away."""
    lines = []
    for shift in outlook.coming_shifts(draft):
        days = changes.days_between(shift, max(new.start, draft.now), new.end, draft.hours)
        if shift.person == new.person and days:
            role = "SUPPORT" if shift.role is Role.SUPPORT else "FALLBACK"
            lines.append(f"{name_of(draft, new.person)} is {role} on {days_said(draft, days)}.")
    return lines


def _without_team(draft: Draft, new: Absence) -> list[str]:
    taken = changes.iterations_set(draft.rota, outlook.current(draft))
    weeks = [outlook.current(draft) + n * WEEK for n in range(2 * changes.FARTHEST)]
    count = sum(_touches(draft, new, week) and week not in taken for week in weeks)
    some = "1 iteration that has" if count == 1 else f"{count} iterations that have"
    return [f"It touches {some} no team yet: the pick minds it."] if count else []


def _all_lines(draft: Draft, some: list[Absence]) -> list[str]:
    after = changes.with_absences(draft.rota, some)
    return [*(line for one in some for line in _serves(draft, one)), *outlook.look(draft, after).lines]


# -- reading and saying ---------------------------------------------------------------------------------------------


def _date_of(draft: Draft, typed: str) -> str:
    """Return a day as forms have it, which may be typed as a word."""
    ahead = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}.get(typed)
    return typed if ahead is None else str(draft.hours.local(draft.now).date() + ahead * DAY)


def _read(draft: Draft, event: Send) -> Absence:
    """Return the absence that a form holds; raise ValueError with what is wrong, Refused where it is not theirs."""
    chosen = event.fields.get("person", "")
    person = next((one.id for one in draft.rota.people.values() if colleagues.choice(one) == chosen), event.author.id)
    _may(draft, event, person)
    first, last = (spelling.day(event.fields.get(one, "").strip()) for one in ("first", "last"))
    if first is None or last is None:
        raise ValueError("Choose the first and the last day.")
    today = draft.hours.local(draft.now).date()
    if last < first:
        raise ValueError(f"It ends on {last} before it starts on {first}.")
    if (last - first).days >= LONGEST:
        raise ValueError("At most 12 months at once, please.")
    if last < today - PAST * DAY:
        raise ValueError(f"It was over more than {PAST} days ago.")
    if first > today + timedelta(days=AHEAD):
        raise ValueError("It begins more than two years ahead.")
    new = changes.whole_days(person, first, last, draft.hours)
    if any(_within(new, one) for one in draft.rota.absences):
        raise ValueError(f"{name_of(draft, person)} is away {said(draft, new)} already.")
    return new


def _may(draft: Draft, event: Press, person: str) -> None:
    """Raise Refused unless somebody may change a person's absences."""
    if person not in draft.rota.people:
        raise Refused(draft.is_for(Right.COLLEAGUE) if person == event.author.id else "This person is not in the team.")
    if person != event.author.id and not outlook.plans_for_others(draft, event.author):
        raise Refused(outlook.for_others(draft))


def said(draft: Draft, away: Absence) -> str:
    """Return when an absence is, in words: its days, or moments where it is no whole days."""
    start, end = draft.hours.local(away.start), draft.hours.local(away.end)
    if start.time() == end.time() == start.min.time():
        first, last = start.date(), end.date() - DAY
        return f"on {day_said(draft, first)}" if first == last else f"from {span_said(draft, first, last)}"
    start_said, end_said = (moment(at, draft.now, draft.hours, dated=True) for at in (away.start, away.end))
    return f"from {start_said} to {end_said}"


def _listed(draft: Draft, person: str) -> str:
    mine = _coming(draft, person)
    return "\n".join(f"Away {said(draft, one)}" for one in mine) or "None of yours is coming."


def _coming(draft: Draft, person: str) -> list[Absence]:
    mine = [one for one in draft.rota.absences if one.person == person and one.end > draft.now]
    return sorted(mine, key=lambda one: one.start)


def _within(new: Absence, known: Absence) -> bool:
    return new.person == known.person and known.start <= new.start and new.end <= known.end


def _mark(draft: Draft, new: Absence, note: str) -> str:
    return marks.mark("\n".join([note, _listed(draft, new.person)]))


def _id(away: Absence) -> str:
    return f"{away.start.isoformat()}|{away.end.isoformat()}|{away.person}"


def _parts(text: str) -> tuple[str, datetime, datetime]:
    start, end, person = [*text.split("|", 2), "", ""][:3]
    return (person, *_instants(f"{start}|{end}"))


def _span(away: Absence) -> str:
    return f"{away.start.isoformat()}|{away.end.isoformat()}"


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?\+00:00")


def _instants(text: str) -> tuple[datetime, datetime]:
    """Read the two instants that a button names."""
    found = [datetime.fromisoformat(one) for one in text.split("|") if _INSTANT.fullmatch(one)]
    if len(found) != 2 or found[0] >= found[1]:  # noqa: PLR2004 - from and to
        raise Refused("This form is of an older version. Open it again, please.")
    return found[0], found[1]


def _gone(draft: Draft, event: Press, title: str, note: str) -> Answer:
    """Answer on the card that was pressed, or in the dialog."""
    if event.card.startswith("noted:"):
        return Card(PlanCard(title, note))
    return _done(draft, event, title, note)


def _done(draft: Draft, event: Press, title: str, note: str, *more: Way) -> Dialog:
    ways = (*more, Way("Absences", "absence", opens=True))
    return _form(draft, event, title=title, note=note, ways=ways)


def _form(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Absences", forms.card(draft, None, event, **parts))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "absence": DeskStep(Right.COLLEAGUE, _draw, _look),
        "absence.take": DeskStep(Right.COLLEAGUE, None, _confirmed),
        "absence.remove": DeskStep(Right.COLLEAGUE, None, _removed),
        "absence.undo": DeskStep(Right.COLLEAGUE, None, _undone),
        "absence.calendar": DeskStep(Right.COLLEAGUE, _draw_calendar, _read_calendar),
        "absence.found": DeskStep(Right.COLLEAGUE, None, _add_found),
    }
)
"""The steps of ``absence``."""
