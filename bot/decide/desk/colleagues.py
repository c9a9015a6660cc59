"""``people``: who belongs to the backend team, as a list and one form for each, by the rules of the import."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms, marks, spelling
from bot.decide.desk import policies
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import MARKED, Overtaken
from bot.decide.rota import asks, imports, joining
from bot.effects import Answer, Dialog
from bot.errors import Refused
from bot.events import Message, PeopleImported, PersonRow, Press, Send
from bot.people import Person
from bot.places import personal
from bot.rota.iteration import iteration_of
from bot.rota.planning import Asking
from bot.views import Field

PAGE = 40
SURE = "people.sure"  # what is saved although a team that is set is not what it was then
YES_NO = (("yes", "Yes"), ("no", "No"))
FIELDS = (
    "name",
    "email",
    "entra_object_id",
    "slack_user_id",
    "production_access",
    "working_days",
    "experienced",
    "joined",
    "left",
    "holidays",
    "waived",
)
"""What a person's form holds, by the names that the rota's rows have; a form says the days off."""


def asked(draft: Draft, event: Message) -> None:
    """Show the way to the forms, in the admin's own chat."""
    key = f"form:{event.key}"
    text = f"{len(draft.rota.people) or 'No'} people. Open one to change it, or add somebody."
    view = policies.way_to(draft, key, f"People of {draft.desk.id}", text, "people")
    draft.show(key, personal(event.author.id), view)


def by_name(draft: Draft) -> list[Person]:
    """Return the people as one looks for them."""
    return sorted(draft.rota.people.values(), key=lambda one: (one.name.casefold(), one.id))


def choice(person: Person) -> str:
    """Return a person's id as a form's choice has it, where commas part the choices."""
    return person.id.replace(",", ";")


def page_of(text: str, count: int, size: int = PAGE) -> int:
    """Return which page of ``count`` rows a choice names: the first, where it names none that is."""
    last = max(0, (count - 1) // size)
    return min(int(text), last) if text.isascii() and text.isdecimal() and len(text) < 5 else 0  # noqa: PLR2004


def _draw_list(draft: Draft, event: Press, error: str) -> Answer:
    people = by_name(draft)
    page = page_of(getattr(event, "choice", ""), len(people))
    shown = people[page * PAGE : (page + 1) * PAGE]
    ways: tuple[Way, ...] = ()
    fields: tuple[Field, ...] = ()
    if shown:
        fields = (forms.listed("person", "Somebody", [(choice(one), one.name) for one in shown], required=False),)
        ways = (Way("Open", "people", str(page)),)
    ways = (*ways, Way("Add somebody", "people.add", opens=True), Way("From the team's list", "setup.look"))
    if page:
        ways = (*ways, Way("Those before", "people", str(page - 1), opens=True))
    if len(people) > (page + 1) * PAGE:
        ways = (*ways, Way("More people", "people", str(page + 1), opens=True))
    note = "\n".join(f"{one.name}: {_about(draft, one)}" for one in shown) or "Nobody yet."
    return _dialog(draft, event, title=f"People of {draft.desk.id}", note=note, error=error, fields=fields, ways=ways)


def _take_list(draft: Draft, event: Send) -> Answer:
    found = next((one for one in by_name(draft) if choice(one) == event.fields.get("person")), None)
    if found is None:
        return _draw_list(draft, event, "Choose somebody first.")
    return _edit_form(draft, event, found, "", {})


def _edit_form(
    draft: Draft,
    event: Press,
    person: Person,
    error: str,
    typed: Mapping[str, str],
    drawn: str = "",
    follows: Sequence[str] = (),
) -> Answer:
    """Return a person's form; *Save* says what it was ``drawn`` with, so that only what is changed in it is saved.

    Where something ``follows`` for a team that is set, that is read before it is saved.
    """
    save = Way("Save all the same", SURE, drawn) if follows else Way("Save", "people.edit", drawn or _marked(person))
    note = "\n".join(("Nothing is saved yet. What follows:", *follows)) if follows else ""
    ways = (save, Way("Back", "people", opens=True))
    fields = _inputs(_spelt(person))
    return _dialog(draft, event, title=person.name, note=note, error=error, fields=fields, ways=ways, given=typed)


def _draw_edit(draft: Draft, event: Press, error: str) -> Answer:
    return _edit_form(draft, event, _named(draft, event), error, {})


def _take_edit(draft: Draft, event: Send) -> Answer:
    person = _named(draft, event)
    now, sent = _spelt(person), _sent(event, event.step)
    drawn = event.choice.partition(MARKED)[0] if MARKED in event.choice else ""
    try:
        new = marks.changes(now, sent, drawn, lambda field: f"{_LABELS[field]}: {now[field] or 'empty'}")
    except Overtaken as overtaken:
        return _edit_form(draft, event, person, str(overtaken), overtaken.given)
    read, wrong = _read(draft, person, {**now, **new.typed})
    wrong = wrong or _namesake(draft, read, besides=person.id)
    follows = () if wrong or event.step == SURE else joining.ahead(draft, replace(read, id=person.id))
    if follows:
        return _edit_form(draft, event, person, "", sent, event.choice if drawn else _marked(person), follows)
    try:
        saved = (
            None if wrong else imports.person_changed(draft, person.id, PersonRow(read.name, read, frozenset(FIELDS)))
        )
    except Refused as refusal:
        saved, wrong = None, f"{refusal}."
    if saved is None:
        return _edit_form(draft, event, person, wrong, sent, event.choice if drawn else "")
    parts = (_about(draft, saved), _kept(saved, new.typed), _meanwhile(new.elsewhere), _left_open(draft, saved))
    return _done(draft, event, f"Saved: {read.name}", "\n".join(filter(None, parts)))


def _kept(saved: Person, typed: Mapping[str, str]) -> str:
    """Say what was emptied and is kept, since it is how somebody is recognised."""
    kept = [f for f in ("email", "entra_object_id") if typed.get(f) == "" and getattr(saved, f)]
    return " ".join(f"The {_LABELS[f]} is kept, since I know them by it: write another to change it." for f in kept)


def _meanwhile(fields: Sequence[str]) -> str:
    return f"Somebody else changed meanwhile, and it stays: {', '.join(_LABELS[f] for f in fields)}." if fields else ""


def _left_open(draft: Draft, person: Person) -> str:
    """Say which shifts nobody serves since somebody leaves before their end, and for which a cover is asked."""
    today = iteration_of(draft.hours.duty_day(draft.now))
    ends = [(one, one.iteration + timedelta(days=7)) for one in draft.rota.shifts if one.person == person.id]
    weeks = [one for one, end in ends if person.left and one.iteration >= today and person.left < end]
    if not weeks:
        return ""
    asked = {one.iteration for one in asks.live(draft, Asking.COVER) if one.person == person.id}
    which = ", ".join(
        f"{one.role.lower()} in the iteration of {one.iteration}"
        f"{' (a cover is asked for)' if one.iteration in asked else ''}"
        for one in weeks
    )
    return f"Open from {person.left} on: {which}. Name somebody else with setup, or with shifts import."


def _draw_add(draft: Draft, event: Press, error: str) -> Answer:
    new = {"production_access": "no", "experienced": "no", "waived": "no"}
    ways = (Way("Add", "people.add"), Way("Back", "people", opens=True))
    note = "The e-mail is how I know them until they write to me; with their Entra id I can reach them."
    fields = _inputs(dict.fromkeys(FIELDS, "") | new)
    return _dialog(draft, event, title="Add somebody", note=note, error=error, fields=fields, ways=ways)


def _take_add(draft: Draft, event: Send) -> Answer:
    given = dict.fromkeys(FIELDS, "") | _sent(event, "people.add")
    read, wrong = _read(draft, Person("", ""), given)
    there = [one for one in draft.rota.people.values() if _are_one(one, read)]
    if there and not wrong:
        wrong = (
            f"{there[0].name} has this e-mail or Entra id already. To change them, go back and open {there[0].name}."
        )
    wrong = wrong or _namesake(draft, read)
    if wrong:
        return _draw_add(draft, event, wrong)
    row = PersonRow(read.name, read, frozenset(FIELDS))
    imports.people_imported(draft, PeopleImported(key=event.key, happened_at=event.happened_at, rows=(row,)))
    return _done(draft, event, f"Added: {read.name}", _about(draft, read))


def _namesake(draft: Draft, read: Person, besides: str = "") -> str:
    """Say who has a name already, "" for nobody: imports, and whoever types a name, find people by it."""
    same = [one for one in draft.rota.people.values() if one.name.casefold() == read.name.casefold()]
    if not same or besides in [one.id for one in same]:
        return ""
    return (
        f"{same[0].name} is in the list already. To change them, go back and open {same[0].name}. "
        "If it is somebody else of that name, write it so that the two can be told apart."
    )


def _are_one(one: Person, other: Person) -> bool:
    ids = one.entra_object_id and one.entra_object_id == other.entra_object_id
    return bool(ids or (one.email and one.email.casefold() == other.email.casefold()))


def _done(draft: Draft, event: Press, title: str, note: str) -> Answer:
    ways = (Way("All people", "people", opens=True), Way("Add somebody", "people.add", opens=True))
    return _dialog(draft, event, title=title, note=note, ways=ways)


def _named(draft: Draft, event: Press) -> Person:
    choice = getattr(event, "choice", "")
    person = draft.rota.people.get(choice) or draft.rota.people.get(choice.partition(MARKED)[2])
    if person is None:
        raise Refused("This person is known by another id now. Open the list again, please.")
    return person


def _inputs(values: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        forms.line("name", "Name", values["name"]),
        forms.line("email", "E-mail", values["email"]),
        forms.line("entra_object_id", "Entra object id", values["entra_object_id"]),
        forms.line("slack_user_id", "Slack user id", values["slack_user_id"]),
        forms.listed("production_access", "Production access", YES_NO, values["production_access"]),
        forms.line("working_days", "Never works on, such as Fri (empty: works every day)", values["working_days"]),
        forms.listed("experienced", "Experienced in support", YES_NO, values["experienced"]),
        forms.line("joined", "Joined on (a date, or empty)", values["joined"]),
        forms.line("left", "First day no longer in the team (a date, or empty)", values["left"]),
        forms.line("holidays", "Public holidays of, such as PL or DE BY (empty: the desk's)", values["holidays"]),
        forms.listed("waived", "Need not observe first", YES_NO, values["waived"]),
    )


def _spelt(person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "email": person.email,
        "entra_object_id": person.entra_object_id,
        "slack_user_id": person.slack_user_id,
        "production_access": _yes(said=person.production_access),
        "working_days": spelling.spell_days_off(person.working_days),
        "experienced": _yes(said=person.experienced),
        "joined": _day(person.joined),
        "left": _day(person.left),
        "holidays": person.holidays,
        "waived": _yes(said=person.waived),
    }


def _marked(person: Person) -> str:
    """Return a person's id behind what each field of their form says now, in short."""
    return f"{marks.marked(_spelt(person).values())}{MARKED}{person.id}"


def _sent(event: Press, step: str) -> dict[str, str]:
    """Return what was typed into the form of a step, nothing where another was sent."""
    mine = isinstance(event, Send) and event.step == step
    return {name: event.fields[name].strip() for name in FIELDS if name in event.fields} if mine else {}  # type: ignore[attr-defined]


def _read(draft: Draft, person: Person, values: Mapping[str, str]) -> tuple[Person, str]:
    readers: dict[str, Any] = {
        "name": spelling.name,
        "email": spelling.email,
        "entra_object_id": spelling.entra_id,
        "slack_user_id": spelling.word(),
        "production_access": lambda text: text == "yes",
        "working_days": spelling.days_off,
        "experienced": lambda text: text == "yes",
        "joined": spelling.day,
        "left": spelling.day,
        "holidays": lambda text: _place(draft, text),
        "waived": lambda text: text == "yes",
    }
    before = _spelt(person)
    found: dict[str, Any] = {}
    problems = []
    for field, reader in readers.items():
        if person.id and values[field] == before[field]:
            continue  # what was imported once need not be what is typed today
        try:
            found[field] = reader(values[field])
        except ValueError as problem:
            problems.append(f"{_LABELS[field]}: {problem}.")
    if problems:
        return person, "\n".join(problems)
    read = replace(person, **found)
    if read.joined and read.left and read.left <= read.joined:
        return person, f"{read.name} joined on {read.joined} and cannot leave on {read.left}; mend either."
    return replace(read, id=read.entra_object_id or read.email or read.name), ""


def _place(draft: Draft, text: str) -> str:
    """Read whose public holidays somebody has, "" for the desk's."""
    country, _, part = text.partition(" ")
    code = spelling.country(country, draft.countries, draft.country_names)
    return " ".join(filter(None, (code, spelling.subdivision(part.strip(), code, draft.countries))))


def _about(draft: Draft, person: Person) -> str:
    off = spelling.spell_days_off(person.working_days)
    today = draft.hours.local(draft.now).date()
    parts = (
        "production access" if person.production_access else "",
        f"never on {off}" if off else "",
        "" if person.experienced else "new to support",
        "need not observe first" if person.waived and not person.experienced else "",
        f"public holidays of {person.holidays}" if person.holidays else "",
        f"joins on {person.joined}" if person.joined and person.joined > today else "",
        f"left on {person.left}" if person.left and person.left <= today else "",
        f"leaves on {person.left}" if person.left and person.left > today else "",
        "" if person.entra_object_id else "can't be reached: no Entra id",
    )
    return ", ".join(filter(None, parts)) or "in the team"


def _yes(*, said: bool) -> str:
    return "yes" if said else "no"


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _dialog(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("People", forms.card(draft, None, event, **parts))


_LABELS = {field.id: field.label.partition(",")[0].partition(" (")[0] for field in _inputs(dict.fromkeys(FIELDS, ""))}
STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "people": DeskStep(Right.ADMIN, _draw_list, _take_list),
        "people.edit": DeskStep(Right.ADMIN, _draw_edit, _take_edit),
        SURE: DeskStep(Right.ADMIN, None, _take_edit),
        "people.add": DeskStep(Right.ADMIN, _draw_add, _take_add),
    }
)
"""The steps of ``people``."""
