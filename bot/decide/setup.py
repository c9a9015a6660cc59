"""``setup``: the walk from an empty channel to a working desk, one short step each; one goes on where one stopped.

Every step may be skipped. The team's roster is asked for by an effect, and kept no longer than the walk needs it.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import clocks, colleagues, forms, policies, rota, spelling
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.effects import Answer, Dialog, Word
from bot.errors import Refused
from bot.events import Message, PeopleImported, PersonRow, Press, RosterFetched, Send, ShiftsImported
from bot.ids import EMAIL
from bot.people import Person
from bot.places import person_of, personal
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role, Shift
from bot.state import Member, Setup
from bot.support.texts import Text
from bot.support.words import listed
from bot.views import Button, DeskCard, Fact, Field, FormCard

PAGE = 40
OLD = timedelta(hours=1)  # a roster is asked for again after this
FORGOTTEN = timedelta(hours=12)  # a setup that nobody goes on with keeps no roster for longer than this
MOST_EMAILS, LONGEST_EMAIL = 100, 150
NEXT = ">"  # ends a choice that names the page after which the next one follows
MENTION_MODE = (
    "I have not heard a post yet that does not mention me. Till then only posts that mention me become requests, or "
    "Raise with support. To change it, a team owner adds the app again and consents to ChannelMessage.Read.Group"
)
MISTYPED = "Nothing was taken yet; mend this first."


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of the walk: its title, what of it is missing, its inputs, and what is done with them when sent.

    ``take`` returns what is wrong, "" for nothing.
    """

    title: str
    missing: Callable[[Draft], str]
    inputs: Callable[[Draft, Press], tuple[Field, ...]]
    take: Callable[[Draft, Send], str]
    note: str = ""
    ways: Callable[[Draft, Press], tuple[Way, ...]] | None = None


# -- the cards ------------------------------------------------------------------------------------------------------


def asked(draft: Draft, event: Message) -> None:
    """Begin a setup, or go on with it: a card where it was asked for, and one in the admin's own chat."""
    cards = {f"setup.me:{event.key}": personal(event.author.id)}
    if not person_of(event.place):
        cards[f"setup:{event.key}"] = event.place
    _begin(draft, cards)
    for key, place in cards.items():
        draft.show(key, place, _card(draft, key, place))


def fetched(draft: Draft, event: RosterFetched) -> None:
    """Take what Teams said of the team; whoever was known by e-mail only can be recognised from then on.

    Where the member and the e-mail are two people of the rota, both are kept as they are, and the cards say so.
    """
    setup = draft.facts.setup
    if setup is None:
        return
    before, new = setup.roster, event.roster
    kept = replace(before, failure=new.failure) if before and new.failure else new
    unknown = [one for one in draft.rota.people.values() if one.email and not one.entra_object_id]
    found = [(one, member) for one in unknown if (member := _by_email(new.members, one.email))]
    renamed: dict[str, str] = {}
    for person, member in found:
        row = PersonRow(person.name, replace(person, entra_object_id=member.id), frozenset({"entra_object_id"}))
        with suppress(Refused):  # somebody else has this id or e-mail: what Teams says is taken all the same
            _import(draft, event.key, [row])
            renamed[person.id] = member.id
    _put(draft, replace(setup, roster=kept, added=tuple(renamed.get(id_, id_) for id_ in setup.added)))
    _refresh(draft)


def heard_all(draft: Draft) -> None:
    """Take that the desk hears posts that do not mention the bot; a setup's cards say so."""
    draft.put_facts(replace(draft.facts, hears_all=True))
    _refresh(draft)


def let_go(draft: Draft) -> None:
    """Keep no roster of a setup that nobody goes on with."""
    setup = draft.facts.setup
    if setup is not None and setup.roster is not None and draft.now - setup.roster.at > FORGOTTEN:
        _put(draft, replace(setup, roster=None))


def _begin(draft: Draft, cards: Mapping[str, str], done: Iterable[str] | None = None) -> None:
    """Begin a setup, or go on with it; those steps are ``done`` that lack nothing, if it is not said which."""
    if done is None:
        done = [name for name, leg in WALK.items() if not leg.missing(draft)] if draft.rota.people else ()
    setup = draft.facts.setup or Setup(done=tuple(done))
    roster = setup.roster
    stale = roster is None or bool(roster.failure) or draft.now - roster.at > OLD
    _put(draft, replace(setup, cards=cards or setup.cards, roster=None if stale else roster))
    if stale:
        draft.fetch_roster()


def _put(draft: Draft, setup: Setup | None) -> None:
    draft.put_facts(replace(draft.facts, setup=setup))


def _refresh(draft: Draft, cards: Mapping[str, str] | None = None) -> None:
    setup = draft.facts.setup
    for key, place in (cards if cards is not None else setup.cards if setup else {}).items():
        draft.show(key, place, _card(draft, key, place), first=False)


def _card(draft: Draft, key: str, place: str) -> DeskCard:
    """Return the card of a setup: what anybody may read, and in the admin's own chat how far it is."""
    going = draft.facts.setup is not None
    opens = (Button(draft.desk.id, "", key, draft.say(Text.SET_UP), "open", "setup"),) if going else ()
    if not person_of(place):
        title = f"{draft.say(Text.DESK_HERE)} · {draft.desk.id}"
        return DeskCard(title, draft.say(Text.SETTING_UP if going else Text.DESK_READY), (), opens, ())
    presses = (Button(draft.desk.id, "", key, "Go on here", "send", "setup.here"),) if going else ()
    facts = tuple(Fact(leg.title, leg.missing(draft) or "ready") for leg in WALK.values())
    text = _about_roster(draft) if going else "Set up. Post something in the channel to try it."
    return DeskCard(f"Setup of {draft.desk.id}", text, (*facts, *_besides(draft)), opens, presses)


def _about_roster(draft: Draft) -> str:
    setup = draft.facts.setup
    roster = setup.roster if setup else None
    if roster is None:
        return "I am asking Teams who is in this team."
    if roster.failure:
        return f"Teams did not tell me who is in this team: {roster.failure}. You can go on with e-mails, or ask again."
    people, channels = len(roster.members), len(roster.channels)
    there = f"This team has {people} {'person' if people == 1 else 'people'}, and {channels or 'no'} other "
    there += "channel." if channels == 1 else "channels."
    return f"{there} Every step can be skipped, and you go on where you stopped."


def _besides(draft: Draft) -> tuple[Fact, ...]:
    """Return what is missing that no step can mend."""
    people = draft.rota.people
    lost = [people[id_].name for place in draft.facts.unreachable if (id_ := person_of(place)) in people]
    lost += [one.name for one in people.values() if not one.entra_object_id]
    facts = [] if draft.facts.hears_all else [Fact("Mention mode", MENTION_MODE)]
    if lost:
        how = "install the app for them; whoever has no Entra id must be in the team"
        facts.append(Fact("Can't be reached", f"{', '.join(sorted(set(lost)))}: {how}"))
    if apart := _kept_apart(draft):
        how = "I keep both. If they are one person, open the one without an Entra id with people and let it leave"
        facts.append(Fact("In the list twice, it seems", f"{'; '.join(apart)}. {how}"))
    return tuple(facts)


def _kept_apart(draft: Draft) -> list[str]:
    """Return who has the e-mail of a member of the team who is somebody else in the list."""
    people = draft.rota.people.values()
    both = [(one, _by_email(_members(draft), one.email)) for one in people if not one.entra_object_id]
    return [f"{one.name} has the e-mail of {member.name}" for one, member in both if member]


# -- the walk -------------------------------------------------------------------------------------------------------


def _draw_next(draft: Draft, event: Press, error: str) -> Answer:
    setup = draft.facts.setup
    if setup is None:
        return _over(draft, event)
    following = next((name for name in WALK if name not in setup.done), "")
    return _form(draft, event, following, error) if following else _draw_all(draft, event, error)


def _draw_all(draft: Draft, event: Press, error: str) -> Answer:
    ways = tuple(Way(leg.title, name, opens=True) for name, leg in WALK.items())
    note = "\n".join(f"{leg.title}: {leg.missing(draft) or 'ready'}" for leg in WALK.values())
    return _dialog(draft, event, title="All steps", note=note, error=error, ways=(*ways, Way("Finish", "setup.end")))


def _drawn(name: str) -> Callable[[Draft, Press, str], Answer]:
    return lambda draft, event, error: _form(draft, event, name, error)


def _form(draft: Draft, event: Press, name: str, error: str) -> Answer:
    leg = WALK[name]
    number = list(WALK).index(name) + 1
    missing = [other.title for key, other in WALK.items() if key != name and other.missing(draft)]
    left = f"Still missing: {'; '.join(missing)}." if missing else "Nothing else is missing."
    ways = leg.ways(draft, event) if leg.ways else (Way("Save and go on", name),)
    ways = (*ways, Way("Skip", "setup.skip", name), Way("All steps", "setup.all", opens=True))
    note = "\n".join(filter(None, (f"Step {number} of {len(WALK)}. {left}", leg.note)))
    return _dialog(draft, event, title=leg.title, note=note, error=error, fields=leg.inputs(draft, event), ways=ways)


def _taken(name: str) -> Callable[[Draft, Send], Answer]:
    def take(draft: Draft, event: Send) -> Answer:
        if draft.facts.setup is None:
            _begin(draft, {})
        try:
            wrong = WALK[name].take(draft, event)
        except (Refused, ValueError) as problem:
            wrong = str(problem)
        if wrong:
            return _form(draft, event, name, f"{MISTYPED}\n{wrong}")
        if event.choice.endswith(NEXT):
            _refresh(draft)
            return _form(draft, replace(event, fields={}, choice=str(_page(event) + 1)), name, "")
        return _went_on(draft, event, name)

    return take


def _skip(draft: Draft, event: Send) -> Answer:
    if event.choice not in WALK:
        raise Refused(draft.say(Text.STALE))
    if draft.facts.setup is None:
        _begin(draft, {})
    return _went_on(draft, event, event.choice)


def _went_on(draft: Draft, event: Send, name: str) -> Answer:
    setup = draft.facts.setup
    assert setup is not None
    done = tuple(dict.fromkeys((*setup.done, name)))
    _put(draft, replace(setup, done=done))
    order = list(WALK)
    after = order[order.index(name) + 1 :] + order
    following = next((other for other in after if other not in done), "")
    if not following:
        return _end(draft, event)
    _refresh(draft)
    return _form(draft, replace(event, fields={}, choice=""), following, "")


def _end(draft: Draft, event: Send) -> Answer:
    setup = draft.facts.setup
    _put(draft, None)
    _refresh(draft, setup.cards if setup else {})
    return _over(draft, event)


def _over(draft: Draft, event: Press) -> Answer:
    """Say what works now, and what is missing."""
    works = [leg.title for leg in WALK.values() if not leg.missing(draft)]
    missing = [f"{leg.title}: {said}" for leg in WALK.values() if (said := leg.missing(draft))]
    missing += [f"{fact.label}: {fact.text}" for fact in _besides(draft)]
    parts = [f"Set up: {'; '.join(works) or 'nothing yet'}."]
    parts += ["Missing:", *missing] if missing else ["Nothing is missing."]
    parts.append("Post something in the channel to try it. people and policy change everything later.")
    ways = (Way("Set up again", "setup.again"),)
    return _dialog(draft, event, title=f"Desk {draft.desk.id}", note="\n".join(parts), ways=ways)


def _again(draft: Draft, event: Send) -> Answer:
    _put(draft, None)
    _begin(draft, {}, ())
    return _draw_next(draft, replace(event, fields={}, choice=""), "")


def _look(draft: Draft, event: Send) -> Answer:
    """Show the team's list, and ask Teams for it where it is not known; without a setup that is all there is to do."""
    _begin(draft, {}, tuple(name for name in WALK if name != "setup.people"))
    _refresh(draft)
    return _form(draft, event, "setup.people", "")


def _here(draft: Draft, event: Send) -> Answer:
    """Put the next form into the admin's own chat as a message that nothing else edits."""
    answer = _draw_next(draft, event, "")
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    draft.show(f"setup.form:{event.key}", personal(event.author.id), answer.view)
    return Word("The next step is below, in our chat.")


def _dialog(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Setup", forms.card(draft, None, event, **parts))


def _page(event: Press) -> int:
    return colleagues.page_of(getattr(event, "choice", "").removesuffix(NEXT), 10_000, 1)


def _value(event: Press, field: str, known: str) -> str:
    """Return what was typed into a form that comes back, else what is known."""
    return event.fields.get(field, known) if isinstance(event, Send) else known


# -- people ---------------------------------------------------------------------------------------------------------


def _members(draft: Draft) -> tuple[Member, ...]:
    setup = draft.facts.setup
    return setup.roster.members if setup and setup.roster else ()


def _by_email(members: Iterable[Member], email: str) -> Member | None:
    return next((one for one in members if email and one.email.casefold() == email.casefold()), None)


def _known(draft: Draft, member: Member) -> Person | None:
    """Return the person whom a member of the team is."""
    people = draft.rota.people
    same = [one for one in people.values() if one.email and one.email.casefold() == member.email.casefold()]
    return people.get(member.id) or next(iter(same), None)


def _on_page(draft: Draft, event: Press) -> tuple[int, tuple[Member, ...]]:
    members = _members(draft)
    page = min(_page(event), max(0, (len(members) - 1) // PAGE))
    return page, members[page * PAGE : (page + 1) * PAGE]


def _people_inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
    page, members = _on_page(draft, event)
    pages = -(-len(_members(draft)) // PAGE)
    label = "Who is a backend colleague" + (f" (page {page + 1} of {pages})" if pages > 1 else "")
    chosen = ",".join(one.id for one in members if _known(draft, one))
    choices = [(one.id, one.name) for one in members]
    field = forms.many("people", label, choices, _value(event, "people", chosen), required=False)
    others = "E-mails of others, one a line" if members else f"{_about_roster(draft)} E-mails, one a line"
    emails = forms.text("emails", others, _value(event, "emails", ""), required=False)
    return (field, emails) if members else (emails,)


def _people_ways(draft: Draft, event: Press) -> tuple[Way, ...]:
    page, members = _on_page(draft, event)
    more = len(_members(draft)) > (page + 1) * PAGE
    ways = [Way("Save and go on", "setup.people", str(page))]
    if more:
        ways.append(Way("Save, next page", "setup.people", f"{page}{NEXT}"))
    if not members:
        ways.append(Way("Ask Teams again", "setup.look"))
    return tuple(ways)


def _take_people(draft: Draft, event: Send) -> str:
    _, members = _on_page(draft, event)
    emails = [part for line in spelling.lines(event.fields.get("emails", "")) for part in _addresses(line)]
    if len(emails) > MOST_EMAILS:
        return f"At most {MOST_EMAILS} e-mails at once, please; these are {len(emails)}."
    wrong = [one for one in emails if not EMAIL.fullmatch(one) or not one.isprintable() or len(one) > LONGEST_EMAIL]
    if wrong:
        return "\n".join(f'"{one[:80]}" is no e-mail address.' for one in wrong[:5])
    chosen = set(forms.chosen(event, "people", [one.id for one in members]))
    found = [(one, _by_email(_members(draft), one)) for one in dict.fromkeys(emails)]
    chosen_members = [one for one in members if one.id in chosen] + [one for _, one in found if one]
    rows = {one.id: _row(one) for one in chosen_members}
    rows |= {mail: PersonRow(mail, Person(mail, _called(mail), email=mail), NEW) for mail, one in found if one is None}
    before = set(draft.rota.people)
    _import(draft, event.key, rows.values())
    _forget(draft, [one.id for one in members if one.id not in rows])
    setup = draft.facts.setup
    assert setup is not None
    _put(draft, replace(setup, added=(*setup.added, *(id_ for id_ in draft.rota.people if id_ not in before))))
    return ""


NEW = frozenset({"entra_object_id", "email"})


def _row(member: Member) -> PersonRow:
    person = Person(member.id, member.name, entra_object_id=member.id, email=member.email.casefold())
    return PersonRow(member.name, person, NEW)


def _addresses(line: str) -> list[str]:
    """Return the addresses of a line, as mail programs write them too: Ana Lindqvist <ana@example.com>; ..."""
    parts = line.replace(";", ",").split(",")
    return [part.rpartition("<")[2].strip(" <>\t").casefold() for part in parts if part.strip()]


def _called(email: str) -> str:
    return " ".join(part.capitalize() for part in email.partition("@")[0].replace(".", " ").split()) or email


def _import(draft: Draft, key: str, rows: Iterable[PersonRow]) -> None:
    rows = tuple(rows)
    if rows:
        rota.people_imported(draft, PeopleImported(key=key, happened_at=draft.now, rows=rows))


def _forget(draft: Draft, ids: Iterable[str]) -> None:
    """Take those back whom this setup added and who have nothing to do yet."""
    setup, now = draft.facts.setup, draft.rota
    assert setup is not None
    busy = {one.person for some in (now.shifts, now.absences, now.overrides) for one in some}
    gone = {id_ for id_ in ids if id_ in setup.added and id_ not in busy}
    if gone & set(now.people):
        draft.put_rota(replace(now, people={id_: one for id_, one in now.people.items() if id_ not in gone}))
        clocks.follow_duty(draft)


def _people_missing(draft: Draft) -> str:
    return "" if draft.rota.people else "nobody is in it yet"


# -- what they can do -----------------------------------------------------------------------------------------------


def _chosen_people(draft: Draft) -> list[Person]:
    today = draft.hours.local(draft.now).date()
    return [one for one in colleagues.by_name(draft) if one.left is None or one.left > today][:PAGE]


def _marks(field: str, label: str, holds: Callable[[Person], bool]) -> Callable[[Draft, Press], tuple[Field, ...]]:
    def inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
        people = _chosen_people(draft)
        if not people:
            return ()
        value = ",".join(colleagues.choice(one) for one in people if holds(one))
        choices = [(colleagues.choice(one), one.name) for one in people]
        return (forms.many(field, label, choices, _value(event, field, value), required=False),)

    return inputs


def _take_marks(field: str) -> Callable[[Draft, Send], str]:
    def take(draft: Draft, event: Send) -> str:
        people = _chosen_people(draft)
        marked = forms.chosen(event, field, [colleagues.choice(one) for one in people])
        changed = [replace(one, **{field: colleagues.choice(one) in marked}) for one in people]  # type: ignore[arg-type]
        _import(draft, event.key, [PersonRow(one.name, one, frozenset({field})) for one in changed])
        return ""

    return take


def _days_inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
    people = _chosen_people(draft)
    off = [(one.name, spelling.spell_days_off(one.working_days)) for one in people]
    known = "\n".join(f"{name}: {days}" for name, days in off if days)
    label = "Who never works on some days, one a line, such as Ben Okafor: Fri"
    return (forms.text("days", label, _value(event, "days", known), required=False),)


def _take_days(draft: Draft, event: Send) -> str:
    people = _chosen_people(draft)
    working: dict[str, frozenset[int]] = {}
    problems = []
    for line in spelling.few_lines(event.fields.get("days", "")):
        called, _, days = line.rpartition(":")
        found = [one for one in people if called.strip().casefold() in (one.name.casefold(), one.email, one.id)]
        found = found or [one for one in people if called.strip() and called.strip().casefold() in one.name.casefold()]
        if len(found) != 1:
            names = listed([one.name for one in people], " or ")
            problems.append(f'"{line[:80]}": begin with one of {names}, then a colon, then the days.')
            continue
        try:
            working[found[0].id] = spelling.days_off(days)
        except ValueError as problem:
            problems.append(f'"{line[:80]}": {problem}.')
    if problems:
        return "\n".join(problems)
    everybody = spelling.days_off("")
    changed = [replace(one, working_days=working.get(one.id, everybody)) for one in people]
    _import(draft, event.key, [PersonRow(one.name, one, frozenset({"working_days"})) for one in changed])
    return ""


# -- who is on duty -------------------------------------------------------------------------------------------------


def _iteration(draft: Draft) -> date:
    return iteration_of(draft.hours.duty_day(draft.opening))


def _pair(draft: Draft) -> list[str]:
    return [one.person for one in draft.rota.of(_iteration(draft)) if one.role is Role.SUPPORT]


def _pair_inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
    choices = [(colleagues.choice(one), one.name) for one in _chosen_people(draft)]
    known = [one.replace(",", ";") for one in [*_pair(draft), "", ""]]
    first = _value(event, "first", known[0])
    second = _value(event, "second", known[1])
    if not choices:
        return ()
    return (
        forms.listed("first", "On duty this week", choices, first, required=False),
        forms.listed("second", "And with them", choices, second, required=False),
    )


def _take_pair(draft: Draft, event: Send) -> str:
    people = {colleagues.choice(one): one for one in _chosen_people(draft)}
    if not people:
        return "Add people first: the pair is chosen from them."
    found = [people[id_] for field in ("first", "second") if (id_ := event.fields.get(field, "").strip()) in people]
    if not found:
        return "Choose who is on duty this week."
    ids = [one.id for one in found]
    if len(set(ids)) < len(ids):
        return "A pair is two people; choose another one beside them."
    week = _iteration(draft)
    others = tuple(one for one in draft.rota.of(week) if one.role is not Role.SUPPORT and one.person not in ids)
    shifts = (*(Shift(week, id_, Role.SUPPORT) for id_ in ids), *others)
    rota.shifts_imported(draft, ShiftsImported(key=event.key, happened_at=draft.now, shifts=shifts))
    return ""


def _pair_missing(draft: Draft) -> str:
    pair = [draft.rota.people[id_] for id_ in _pair(draft) if id_ in draft.rota.people]
    if not pair:
        return "nobody is on duty; all who are present are called"
    if len(pair) == 1:
        return f"{pair[0].name} is alone on duty"
    return "" if any(one.production_access for one in pair) else "nobody of the pair has production access"


# -- where, and with what -------------------------------------------------------------------------------------------


def _channels(draft: Draft) -> list[tuple[str, str]]:
    setup = draft.facts.setup
    roster = setup.roster if setup else None
    known = [(one.id, one.name) for one in roster.channels if one.id != draft.desk.channel] if roster else []
    now = draft.desk.team_channel
    if now and now not in dict(known):
        known.append((now, "The one that is set now"))
    return known[:PAGE]


NO_CHANNEL = "-"


def _channel_inputs(draft: Draft, event: Press) -> tuple[Field, ...]:
    choices = [(NO_CHANNEL, "None: write to those concerned personally"), *_channels(draft)]
    value = _value(event, "channel", draft.desk.team_channel or NO_CHANNEL)
    return (forms.listed("channel", "The backend team's own channel, for everything internal", choices, value),)


def _take_channel(draft: Draft, event: Send) -> str:
    chosen = event.fields.get("channel", "").strip()
    if chosen != NO_CHANNEL and chosen not in dict(_channels(draft)):
        return "Choose one of the channels, or none."
    new = "" if chosen == NO_CHANNEL else chosen
    if new != draft.desk.team_channel:
        draft.put_desk(replace(draft.desk, team_channel=new))
    return ""


def _channel_missing(draft: Draft) -> str:
    return "" if draft.desk.team_channel else "none: what is internal goes to those concerned"


def _settings(title: str, *fields: str) -> Leg:
    settings = [policies.EVERY[field] for field in fields]

    def take(draft: Draft, event: Send) -> str:
        policy, wrong = policies.read(draft, event, settings)
        if not wrong:
            policies.put(draft, policy)
        return wrong

    def missing(draft: Draft) -> str:
        empty = [one.label.partition(",")[0] for one in settings if not getattr(draft.policy, one.field)]
        return f"empty: {', '.join(empty)}" if empty else ""

    return Leg(title, missing, lambda draft, event: policies.inputs(draft, event, settings), take)


def _never(draft: Draft) -> str:
    """Return what is missing of people's traits: nothing, once there are people, since each has a usual value."""
    return _people_missing(draft) and "waits for people"


def _access_missing(draft: Draft) -> str:
    able = any(one.production_access for one in draft.rota.people.values())
    return _never(draft) or ("" if able else "nobody has it")


WALK: Mapping[str, Leg] = MappingProxyType(
    {
        "setup.people": Leg("People", _people_missing, _people_inputs, _take_people, ways=_people_ways),
        "setup.access": Leg(
            "Production access",
            _access_missing,
            _marks("production_access", "Who has production access", lambda one: one.production_access),
            _take_marks("production_access"),
        ),
        "setup.days": Leg("Days off", _never, _days_inputs, _take_days),
        "setup.experienced": Leg(
            "Experience",
            _never,
            _marks("experienced", "Who has done support before", lambda one: one.experienced),
            _take_marks("experienced"),
        ),
        "setup.pair": Leg(
            "Support this week",
            _pair_missing,
            _pair_inputs,
            _take_pair,
            "At least one of the two should have production access.",
        ),
        "setup.channel": Leg("Team channel", _channel_missing, _channel_inputs, _take_channel),
        "setup.tools": _settings("Slack, Jira, handbook", "slack_channel", "jira_project", "handbook"),
        "setup.pages": _settings("Pages to link to", "documentation", "admin_pages"),
        "setup.contacts": _settings("Training and language", "training", "language"),
    }
)
"""The steps in their order."""
STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "setup": DeskStep(Right.ADMIN, _draw_next, None),
        "setup.all": DeskStep(Right.ADMIN, _draw_all, None),
        **{name: DeskStep(Right.ADMIN, _drawn(name), _taken(name)) for name in WALK},
        "setup.skip": DeskStep(Right.ADMIN, None, _skip),
        "setup.look": DeskStep(Right.ADMIN, None, _look),
        "setup.here": DeskStep(Right.ADMIN, None, _here),
        "setup.again": DeskStep(Right.ADMIN, None, _again),
        "setup.end": DeskStep(Right.ADMIN, None, _end),
    }
)
"""The steps of ``setup``."""
