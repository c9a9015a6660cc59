"""The steps of ``setup`` about people: who they are, what they can do, when they never work, who is on duty now."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from types import MappingProxyType

from bot.decide import forms, marks, spelling
from bot.decide.desk import colleagues, legs
from bot.decide.desk.legs import NEXT, PAGE, Leg
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import MARKED, Overtaken
from bot.decide.requests import clocks
from bot.decide.rota import imports
from bot.events import PeopleImported, PersonRow, Press, Send, ShiftsImported
from bot.ids import EMAIL
from bot.people import WORKING_WEEK, Person
from bot.rota.handover import team_days
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role, Shift
from bot.state import Member
from bot.support.words import listed
from bot.views import Field

MOST_EMAILS, LONGEST_EMAIL = 100, 150


# -- who they are ---------------------------------------------------------------------------------------------------


def team(draft: Draft) -> tuple[Member, ...]:
    """Return who is in the team, as far as Teams told."""
    told = legs.roster(draft)
    return told.members if told else ()


def by_email(members: Iterable[Member], email: str) -> Member | None:
    """Return the member with an e-mail address."""
    return next((one for one in members if email and one.email.casefold() == email.casefold()), None)


def _known(draft: Draft, member: Member) -> Person | None:
    """Return the person whom a member of the team is."""
    people = draft.rota.people
    same = [one for one in people.values() if one.email and one.email.casefold() == member.email.casefold()]
    return people.get(member.id) or next(iter(same), None)


def _on_page(draft: Draft, page: int) -> tuple[int, tuple[Member, ...]]:
    everybody = team(draft)
    page = min(page, max(0, (len(everybody) - 1) // PAGE))
    return page, everybody[page * PAGE : (page + 1) * PAGE]


def _people_inputs(draft: Draft, page: int) -> tuple[Field, ...]:
    page, members = _on_page(draft, page)
    pages = -(-len(team(draft)) // PAGE)
    label = "Who is a backend colleague" + (f" (page {page + 1} of {pages})" if pages > 1 else "")
    chosen = ",".join(one.id for one in members if _known(draft, one))
    choices = [(one.id, one.name) for one in members]
    field = forms.many("people", label, choices, chosen, required=False)
    emails = forms.text("emails", f"E-mails{' of others' if members else ''}, one a line", required=False)
    return (field, emails) if members else (emails,)


def ask_teams(draft: Draft) -> None:
    """Ask Teams who is in the team, and keep nothing of what it said before."""
    setup = draft.facts.setup
    assert setup is not None
    legs.put(draft, replace(setup, roster=None, forgotten=False))
    draft.fetch_roster()


def _people_note(draft: Draft) -> str:
    return "" if team(draft) else legs.about_roster(draft)


def _people_ways(draft: Draft, event: Press, drawn: str) -> tuple[Way, ...]:
    page, members = _on_page(draft, legs.page_of(event))
    if not members:
        return (Way(legs.ask_title(draft), LOOK, f"{page}{MARKED}{_ticked(event)}"),)
    more = len(team(draft)) > (page + 1) * PAGE
    return (Way("Save, next page", "setup.people", f"{page}{NEXT}{MARKED}{drawn}"),) if more else ()


def _ticked(event: Press) -> str:
    """Return the marks of who was ticked in a form, or in the one before it, which had the list."""
    if isinstance(event, Send) and event.fields.get("people"):
        return marks.marked(_ids(event)[:PAGE], marks.SHORT)
    return (legs.drawn_with(event) or "") if isinstance(event, Send) and event.step == LOOK else ""


def _ids(event: Send) -> list[str]:
    return [id_.strip() for id_ in event.fields.get("people", "").split(",") if id_.strip()]


def anew(draft: Draft, event: Send) -> dict[str, str]:
    """Return what a form of people holds that is drawn anew: who is in the list, and who was ticked besides."""
    ticked = set(marks.read(_ticked(event)))
    people = [one.id for one in team(draft) if _known(draft, one) or marks.mark(one.id) in ticked]
    return {"people": ",".join(people), "emails": event.fields.get("emails", "")}


def _check_known(draft: Draft, event: Send) -> None:
    """Raise Overtaken where it is not known, or known no longer, who was ticked."""
    known = {one.id for one in team(draft)}
    if _ids(event) and not known:
        ask_teams(draft)
        raise Overtaken(LOST, anew(draft, event))
    if not known.union(draft.rota.people).issuperset(_ids(event)):
        raise Overtaken(GONE, anew(draft, event))


def _take_people(draft: Draft, event: Send) -> str:
    _check_known(draft, event)
    emails = _emails(event)
    ticked, shown = forms.chosen(event, "people", [one.id for one in team(draft)]), _shown(event)
    found = {mail: by_email(team(draft), mail) for mail in emails}
    chosen = [one for one in team(draft) if one.id in ticked and marks.mark(one.id) not in shown]
    rows = {one.id: _row(one) for one in (*chosen, *filter(None, found.values()))}
    named = [*draft.rota.people.values(), *(row.person for row in rows.values())]
    new, told = _by_mail([mail for mail, one in found.items() if one is None], named)
    rows |= {one.id: PersonRow(one.id, one, NEW) for one in new}
    before = set(draft.rota.people)
    import_people(draft, event.key, rows.values())
    said = _forget(draft, _unticked(draft, legs.page_of(event), shown, {*ticked, *rows}))
    setup = draft.facts.setup
    assert setup is not None
    legs.put(draft, replace(setup, added=(*setup.added, *(id_ for id_ in draft.rota.people if id_ not in before))))
    return "\n".join(filter(None, (told, said)))


NEW = frozenset({"entra_object_id", "email"})
LOOK = "setup.look"
LOST = (
    "Nothing was saved. I no longer know who is in this team, and I am asking Teams again. Press Show the list in a "
    "moment: your ticks and e-mails are kept."
)
GONE = "Nothing was saved yet. Somebody who was ticked is no longer in this team. Save again if the rest still fits."


def _emails(event: Send) -> list[str]:
    emails = [part for line in spelling.lines(event.fields.get("emails", "")) for part in _addresses(line)]
    if len(emails) > MOST_EMAILS:
        raise ValueError(f"At most {MOST_EMAILS} e-mails at once, please; these are {len(emails)}.")
    wrong = [one for one in emails if not EMAIL.fullmatch(one) or not one.isprintable() or len(one) > LONGEST_EMAIL]
    if wrong:
        raise ValueError("\n".join(f'"{one[:80]}" is no e-mail address.' for one in wrong[:5]))
    return emails


def _row(member: Member) -> PersonRow:
    person = Person(member.id, member.name, entra_object_id=member.id, email=member.email.casefold())
    return PersonRow(member.name, person, NEW)


def _addresses(line: str) -> list[str]:
    """Return the addresses of a line, as mail programs write them too: Ana Lindqvist <ana@example.com>; ..."""
    parts = line.replace(";", ",").split(",")
    return [part.rpartition("<")[2].strip(" <>\t").casefold() for part in parts if part.strip()]


def _called(email: str) -> str:
    return " ".join(part.capitalize() for part in email.partition("@")[0].replace(".", " ").split()) or email


def _by_mail(mails: Iterable[str], named: list[Person]) -> tuple[list[Person], str]:
    """Return whom e-mails mean that nobody of the team has, and what to know of it.

    A name that is made of an address is no proof: whoever is known by more than that name is somebody else.
    """
    new: list[Person] = []
    kinds: dict[str, list[str]] = {said: [] for said in (THEIRS, APART)}
    for mail in mails:
        name = _called(mail)
        everybody = [*named, *new]
        is_known = any(one.email.casefold() == mail for one in everybody)
        same = [] if is_known else [one for one in everybody if one.name.casefold() == name.casefold()]
        apart = any(one.entra_object_id or one.email for one in same)
        if apart:
            taken = {one.name.casefold() for one in everybody}
            name = next(other for number in count(2) if (other := f"{name} {number}").casefold() not in taken)
        if same:
            kinds[APART if apart else THEIRS].append(f"{name}, {mail}")
        new.append(Person(mail, name, email=mail))
    return new, "\n".join(said.format(who="; ".join(who)) for said, who in kinds.items() if who)


THEIRS = "Taken as theirs who were known by name only: {who}."
APART = (
    "Added as somebody else, since a namesake is known by another e-mail or an Entra id: {who}. "
    "If it is the same person after all, let this one leave with people."
)


def import_people(draft: Draft, key: str, rows: Iterable[PersonRow]) -> None:
    """Add people to the rota, or change them."""
    rows = tuple(rows)
    if rows:
        imports.people_imported(draft, PeopleImported(key=key, happened_at=draft.now, rows=rows))


def _shown(event: Send) -> set[str]:
    """Return the marks of whom a form showed as ticked: what is changed of others meanwhile stays."""
    return set(marks.read(legs.drawn_with(event) or ""))


def _unticked(draft: Draft, page: int, shown: Container[str], ticked: Container[str]) -> list[Person]:
    """Return who was ``shown`` as ticked on a page of the list and is not ticked any more."""
    _, members = _on_page(draft, page)
    people = {one.id: person for one in members if (person := _known(draft, one))}
    return [one for id_, one in people.items() if marks.mark(id_) in shown and id_ not in ticked]


def _forget(draft: Draft, some: Iterable[Person]) -> str:
    """Take those back whom this setup added and who have nothing to do yet; say who went, and who stays and why."""
    setup, now = draft.facts.setup, draft.rota
    assert setup is not None
    busy = {one.person for part in (now.shifts, now.absences, now.overrides) for one in part}
    kinds: dict[str, list[str]] = {said: [] for said in (TAKEN_OFF, KEPT_BUSY, KEPT_KNOWN)}
    gone = set()
    for one in some:
        kind = KEPT_KNOWN if one.id not in setup.added else KEPT_BUSY if one.id in busy else TAKEN_OFF
        kinds[kind].append(one.name)
        gone |= {one.id} if kind == TAKEN_OFF else set()
    if gone:
        draft.put_rota(replace(now, people={id_: one for id_, one in now.people.items() if id_ not in gone}))
        clocks.follow_duty(draft)
    return "\n".join(said.format(names=", ".join(names)) for said, names in kinds.items() if names)


TAKEN_OFF = "Taken off the list: {names}."
KEPT_BUSY = "Kept, since they are on duty or planned for: {names}. people lets them leave."
KEPT_KNOWN = "Kept, since they were in the list before this setup: {names}. people lets them leave."


def _people_missing(draft: Draft) -> str:
    return "" if draft.rota.people else "nobody is in it yet"


# -- what they can do -----------------------------------------------------------------------------------------------


def _not_left(draft: Draft) -> list[Person]:
    """Return whoever has not left."""
    today = draft.hours.local(draft.now).date()
    return [one for one in colleagues.by_name(draft) if one.left is None or one.left > today]


def _chosen_people(draft: Draft) -> list[Person]:
    return _not_left(draft)[:PAGE]


def _marks(field: str, label: str, holds: Callable[[Person], bool]) -> Callable[[Draft, int], tuple[Field, ...]]:
    def inputs(draft: Draft, _: int) -> tuple[Field, ...]:
        people = _chosen_people(draft)
        if not people:
            return ()
        value = ",".join(colleagues.choice(one) for one in people if holds(one))
        choices = [(colleagues.choice(one), one.name) for one in people]
        return (forms.many(field, label, choices, value, required=False),)

    return inputs


def _take_marks(field: str) -> Callable[[Draft, Send], str]:
    def take(draft: Draft, event: Send) -> str:
        people = {colleagues.choice(one): one for one in _chosen_people(draft)}
        ticked, drawn = forms.chosen(event, field, people), legs.drawn_with(event)
        shown = {id_ for id_ in people if marks.mark(id_) in marks.read(drawn or "")}
        touched = [id_ for id_ in people if drawn is None or (id_ in ticked) != (id_ in shown)]
        changed = [replace(people[id_], **{field: id_ in ticked}) for id_ in touched]  # type: ignore[arg-type]
        import_people(draft, event.key, [PersonRow(one.name, one, frozenset({field})) for one in changed])
        return ""

    return take


def _days(draft: Draft) -> str:
    off = [(one.name, spelling.spell_days_off(one.working_days)) for one in _chosen_people(draft)]
    return "\n".join(f"{name}: {days}" for name, days in off if days)


def _days_inputs(draft: Draft, _: int) -> tuple[Field, ...]:
    label = "Who never works on some days, one a line, such as Ben Okafor: Fri"
    return (forms.text("days", label, _days(draft), required=False),)


def _take_days(draft: Draft, event: Send) -> str:
    known = _days(draft)
    stands = f"Days off: {'; '.join(spelling.lines(known)) or 'none'}"
    typed = legs.changes(event, {"days": known}, lambda _: stands).typed
    if "days" not in typed:
        return ""
    people = _chosen_people(draft)
    working: dict[str, frozenset[int]] = {}
    problems = []
    lines = spelling.few_lines(typed["days"])
    if lines and not people:
        raise ValueError("Add people first: days off are theirs.")
    for line in lines:
        called, _, days = line.rpartition(":")
        found = [one for one in people if called.strip().casefold() in (one.name.casefold(), one.email, one.id)]
        found = found or [one for one in people if called.strip() and called.strip().casefold() in one.name.casefold()]
        if len(found) != 1:
            names = listed([one.name for one in found or people], " or ")
            problems.append(f'"{line[:80]}": begin with one of {names}, then a colon, then the days.')
            continue
        try:
            working[found[0].id] = spelling.days_off(days)
        except ValueError as problem:
            problems.append(f'"{line[:80]}": {problem}.')
    if problems:
        raise ValueError("\n".join(problems))
    everybody = spelling.days_off("")
    changed = [replace(one, working_days=working.get(one.id, everybody)) for one in people]
    import_people(draft, event.key, [PersonRow(one.name, one, frozenset({"working_days"})) for one in changed])
    return ""


# -- who is on duty -------------------------------------------------------------------------------------------------


def _iteration(draft: Draft) -> date:
    return iteration_of(draft.hours.duty_day(draft.opening))


def _pair(draft: Draft) -> list[str]:
    days = team_days(draft.rota, draft.hours.duty_day(draft.opening), draft.hours)
    some = [one for one in draft.rota.of(_iteration(draft)) if one.role is Role.SUPPORT]
    return [one.person for one in some if any(map(one.is_for, days))]


def _pair_inputs(draft: Draft, _: int) -> tuple[Field, ...]:
    choices = [(colleagues.choice(one), one.name) for one in _chosen_people(draft)]
    now = _pair_now(draft)
    return tuple(forms.listed(one, PAIR[one], choices, now[one], required=False) for one in PAIR if choices)


PAIR = MappingProxyType({"first": "On duty this week", "second": "And with them"})


def _pair_now(draft: Draft) -> dict[str, str]:
    return dict(zip(PAIR, [one.replace(",", ";") for one in [*_pair(draft), "", ""]], strict=False))


def _take_pair(draft: Draft, event: Send) -> str:
    people = {colleagues.choice(one): one for one in _chosen_people(draft)}
    if not people:
        raise ValueError("Add people first: the pair is chosen from them.")
    now = _pair_now(draft)
    nobody = Person("", "nobody")
    new = legs.changes(event, now, lambda field: f"{PAIR[field]}: {people.get(now[field], nobody).name}")
    found = [people[id_] for id_ in {**now, **new.typed}.values() if id_ in people]
    if not found:
        raise ValueError("Choose who is on duty this week.")
    ids = [one.id for one in found]
    if len(set(ids)) < len(ids):
        raise ValueError("A pair is two people; choose another one beside them.")
    week = _iteration(draft)
    others = tuple(one for one in draft.rota.of(week) if one.role is not Role.SUPPORT and one.person not in ids)
    shifts = (*(Shift(week, id_, Role.SUPPORT) for id_ in ids), *others)
    imports.shifts_imported(draft, ShiftsImported(key=event.key, happened_at=draft.now, shifts=shifts), event.author)
    lacking = [_pair_missing(draft)]
    lacking += [f"{one.name} is new to support" for one in found if not one.experienced]
    lacking += [f"{one.name} can't be reached without an Entra id" for one in found if not one.entra_object_id]
    said = "; ".join(filter(None, lacking))
    return PAIR_LACKS.format(what=said) if said else ""


PAIR_LACKS = "Taken, but {what}. Choose anew in All steps, or mend it with people."


def _pair_missing(draft: Draft) -> str:
    pair = [draft.rota.people[id_] for id_ in _pair(draft) if id_ in draft.rota.people]
    if not pair:
        return "nobody is on duty; all who are present are called"
    if len(pair) == 1:
        return f"{pair[0].name} is alone on duty"
    return "" if any(one.production_access for one in pair) else "nobody of the pair has production access"


def _never(draft: Draft) -> str:
    """Return what is missing of people's traits: nothing, once there are people, since each has a usual value."""
    return _people_missing(draft) and "waits for people"


def _days_stand(draft: Draft) -> str:
    return _some(draft, lambda one: not one.working_days >= WORKING_WEEK) or "nobody has any"


def _experience_stands(draft: Draft) -> str:
    new = _some(draft, lambda one: not one.experienced)
    return f"{new} new to support" if new else "everybody is experienced"


def _some(draft: Draft, has: Callable[[Person], bool]) -> str:
    """Say how many people have a trait, "" for nobody."""
    people = _not_left(draft)
    count = sum(map(has, people))
    return f"{count} of {len(people)} people" if count else ""


def _access_missing(draft: Draft) -> str:
    able = any(one.production_access for one in draft.rota.people.values())
    return _never(draft) or ("" if able else "nobody has it")


LEGS: Mapping[str, Leg] = MappingProxyType(
    {
        "setup.people": Leg("People", _people_missing, _people_inputs, _take_people, _people_note, _people_ways),
        "setup.access": Leg(
            "Production access",
            _access_missing,
            _marks("production_access", "Who has production access", lambda one: one.production_access),
            _take_marks("production_access"),
        ),
        "setup.days": Leg("Days off", _never, _days_inputs, _take_days, stands=_days_stand),
        "setup.experienced": Leg(
            "Experience",
            _never,
            _marks("experienced", "Who has done support before", lambda one: one.experienced),
            _take_marks("experienced"),
            lambda _: "Untick newcomers: whoever is unticked observes first.",
            stands=_experience_stands,
        ),
        "setup.pair": Leg(
            "Support this week",
            _pair_missing,
            _pair_inputs,
            _take_pair,
            lambda _: "At least one of the two should have production access.",
        ),
    }
)
"""The steps about people, in their order."""
