"""``policy``: what a desk decided about itself, as forms in which every value can be read and changed.

A value that cannot be is answered with what is allowed, and nothing typed is lost. What runs already keeps its times.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms, marks, spelling
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import Overtaken
from bot.decide.requests import addresses
from bot.effects import Answer, Dialog
from bot.events import AdminMet, Message, Press, Send
from bot.ids import EMAIL, GUID
from bot.people import Person
from bot.places import personal
from bot.policy import Contact, Goal, Language, Policy
from bot.state import Member
from bot.views import Button, DeskCard, Field

WEEKDAYS = tuple((str(day), name) for day, name in enumerate(spelling.WEEK))
LANGUAGES = ((Language.ENGLISH.value, "English"), (Language.GERMAN.value, "Deutsch"))
ACTS = "What runs already keeps its times; all else acts at once."
PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
Read = Callable[[Draft, str], Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a policy: its name there, what its input is called, how it is spelt, read and limited."""

    field: str
    label: str
    spell: Callable[[Draft, Any], str]
    read: Read
    long: bool = False
    one_of: tuple[tuple[str, str], ...] = ()
    some_of: tuple[tuple[str, str], ...] = ()
    allowed: str = ""

    @property
    def name(self) -> str:
        """Return what it is called, without how it is written."""
        return self.label.partition(",")[0]

    def input(self, value: str) -> Field:
        """Return the input that holds ``value``."""
        if self.one_of:
            return forms.listed(self.field, self.label, self.one_of, value)
        if self.some_of:
            return forms.many(self.field, self.label, self.some_of, value, required=False)
        if self.long:
            return forms.text(self.field, self.label, value, required=False)
        label = f"{self.label} ({self.allowed})" if self.allowed else self.label
        return forms.line(self.field, label, value, longest=500)

    def sent(self, text: str) -> str:
        """Return what the input holds as it is spelt, in whichever order some were chosen."""
        return ",".join(sorted(part.strip() for part in text.split(","))) if self.some_of else text


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that are changed together: a step's title, and what to know about it."""

    title: str
    settings: tuple[Setting, ...]
    note: str = ""


def asked(draft: Draft, event: Message) -> None:
    """Show the way to the forms, in the admin's own chat."""
    key = f"form:{event.key}"
    text = f"Hours, deadlines, links and all else that this desk decided. {ACTS}"
    draft.show(key, personal(event.author.id), way_to(draft, key, f"Policy of {draft.desk.id}", text, "policy"))


def admin_met(draft: Draft, event: AdminMet) -> None:
    """Name somebody an admin whom the settings know by e-mail only."""
    if not draft.is_admin(event.author):
        named = (*draft.policy.admins, event.author.id)
        draft.put_desk(replace(draft.desk, policy=replace(draft.policy, admins=named)))


def way_to(draft: Draft, key: str, title: str, text: str, step: str) -> DeskCard:
    """Return a card that opens a form, as a dialog or in its own place."""
    opens = (Button(draft.desk.id, "", key, "Open…", "open", step),)
    presses = (Button(draft.desk.id, "", key, "Open here", "open", step),)
    return DeskCard(title, text, (), opens, presses)


def read(draft: Draft, event: Send, settings: Iterable[Setting], drawn: str) -> tuple[Policy, str]:
    """Return the policy with what was changed in a form, and what somebody else changed meanwhile, in words.

    ``drawn`` are the marks of what the form was drawn with. A field that did not come, or was not changed in the form,
    is as it is now. Raise ValueError with all that is wrong, Overtaken where both changed the same.
    """
    fields = {one.field: one for one in settings}
    now = {one.id: one.value for one in inputs(draft, fields.values())}
    sent = {field: fields[field].sent(text) for field, text in event.fields.items() if field in fields}

    def stands(field: str) -> str:
        return f"{fields[field].label}: {_short(fields[field], now[field])}"

    changes = marks.changes(now, sent, drawn, stands)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field, text in changes.typed.items():
        if text == now[field]:
            continue
        try:
            values[field] = fields[field].read(draft, text)
        except ValueError as problem:
            problems.append(f"{fields[field].name}: {problem}.")
    new: Policy = replace(draft.policy, **values)
    try:
        new = new if problems else _in_its_country(draft, new)
    except ValueError as problem:
        problems.append(f"Part of the country: {problem}.")
    if problems := problems or _contradictions(new, set(fields)) or _too_long(draft, new):
        raise ValueError("\n".join(problems))
    stays = "; ".join(map(stands, changes.elsewhere))
    return new, f"Somebody else changed meanwhile, and it stays: {stays}." if stays else ""


def inputs(draft: Draft, settings: Iterable[Setting]) -> tuple[Field, ...]:
    """Return the inputs of a form, each as much of its value as fits into one."""
    return forms.fitting(tuple(setting.input(_spelt(draft, setting)) for setting in settings))


def not_shown(draft: Draft, settings: Iterable[Setting]) -> str:
    """Say of which values a form shows the beginning only, "" where it shows all."""
    fields = {one.id: one.value for one in inputs(draft, settings)}
    cut = [one.name for one in settings if fields[one.field] != _spelt(draft, one)]
    return CUT.format(labels="; ".join(cut)) if cut else ""


CUT = (
    "Too long for one form, so that the end is not shown: {labels}. "
    "What you leave as it is stays whole; what you change is saved as it is shown."
)


def put(draft: Draft, policy: Policy) -> list[str]:
    """Change the policy; return what changed, a line each."""
    changed = [
        (setting, _spelt(draft, setting), setting.spell(draft, getattr(policy, setting.field)))
        for setting in EVERY.values()
        if getattr(policy, setting.field) != getattr(draft.policy, setting.field)
    ]
    if changed:
        draft.put_desk(replace(draft.desk, policy=policy))
    return [f"{one.label}: {_short(one, before)} → {_short(one, after)}" for one, before, after in changed]


def _spelt(draft: Draft, setting: Setting) -> str:
    return setting.spell(draft, getattr(draft.policy, setting.field))


def _short(setting: Setting, text: str) -> str:
    if setting.one_of:
        return dict(setting.one_of).get(text, text)
    titles = dict(setting.some_of)
    parts = [titles.get(one, one) for one in text.split(",")] if titles else spelling.lines(text)
    return (" ".join(parts) if titles else ("; ".join(parts)))[:200] or "nothing"


def _contradictions(new: Policy, fields: set[str]) -> list[str]:
    """Say what does not go together, where one of the ``fields`` is part of it."""
    found = (
        ("opens", new.closes <= new.opens, "Support closes after it opens; mend either time."),
        ("peak_from", new.peak_to < new.peak_from, "The busy hours end after they begin; mend either time."),
        (
            "peak_from",
            new.peak_from < new.peak_to and (new.peak_to <= new.opens or new.closes <= new.peak_from),
            "The busy hours lie outside the support hours; mend either. For none, let them end when they begin.",
        ),
        (
            "alert_pair",
            new.alert_further < new.alert_pair,
            "The further fallback is called after the pair; mend either.",
        ),
        (
            "first_response",
            new.first_response > min(new.calm.thread, new.peak.thread),
            "The thread is told once the first response is due, or later: mend that, or the fourth steps.",
        ),
        (
            "second_response",
            new.second_response > new.second.thread,
            "Open again, the thread is told once the answer is due, or later: mend that, or the fourth step.",
        ),
        (
            "propose_at",
            new.remind_at < new.propose_at,
            "The reminder comes after the proposal; mend either time.",
        ),
        (
            "give_up_after",
            new.give_up_after <= new.remind_after,
            "A request is given up after its reminder; mend either number.",
        ),
    )
    return [said for field, wrong, said in found if wrong and field in fields]


def _too_long(draft: Draft, new: Policy) -> list[str]:
    """Say what to shorten where a form could not show again all that it holds; what was so before may get shorter."""
    problems = []
    for group in GROUPS.values():
        before = {one: _spelt(draft, one) for one in group.settings}
        after = {one: one.spell(draft, getattr(new, one.field)) for one in group.settings}
        weight = sum(map(forms.weight, after.values()))
        if weight > max(forms.HEAVIEST, sum(map(forms.weight, before.values()))):
            longest = max((one for one in after if after[one] != before[one]), key=lambda one: forms.weight(after[one]))
            text = after[longest]
            characters = -((forms.HEAVIEST - weight) * len(text) // forms.weight(text))
            problems.append(f"Too long for one form together; shorten {longest.name} by {characters} characters.")
    return problems


def _in_its_country(draft: Draft, new: Policy) -> Policy:
    """Return the policy with the part of its country as that is spelt; raise ValueError if there is none such."""
    place = new.holiday_country, new.holiday_subdivision
    if place == (draft.policy.holiday_country, draft.policy.holiday_subdivision):
        return new
    part = spelling.subdivision(new.holiday_subdivision, new.holiday_country, draft.countries)
    return replace(new, holiday_subdivision=part)


def _text(_: Draft, value: object) -> str:
    return str(value)


def _plain(reader: Callable[[str], Any]) -> Read:
    return lambda _, text: reader(text)


def _number(field: str, label: str, least: int, most: int, unit: str) -> Setting:
    reader = _plain(spelling.number(least, most, unit))
    return Setting(field, f"{label}, in {unit}", _text, reader, allowed=f"{least} to {most}")


def _time(field: str, label: str) -> Setting:
    return Setting(field, label, lambda _, value: f"{value:%H:%M}", _plain(spelling.clock))


def _pace(field: str, label: str) -> Setting:
    return Setting(field, label, lambda _, value: spelling.spell_pace(value), _plain(spelling.pace))


def _read_weekdays(text: str) -> frozenset[int]:
    days = frozenset(int(part) for part in text.split(",") if part.strip() in dict(WEEKDAYS))
    if not days:
        raise ValueError("choose at least one day")
    return days


def _read_country(draft: Draft, text: str) -> str:
    return spelling.country(text, draft.countries, draft.country_names)


def _read_language(text: str) -> Language:
    try:
        return Language(text)
    except ValueError:
        raise ValueError("choose English or Deutsch") from None


def _read_project(text: str) -> str:
    spelling.word(500)(text)
    if text and not PROJECT.fullmatch(text) and not addresses.is_link(text):
        raise ValueError(
            "write a key of letters, digits and _, such as EDGE, or an address that begins with https://, or nothing"
        )
    return text.upper() if PROJECT.fullmatch(text) else text


def _found(draft: Draft, text: str) -> Person | Member | None:
    """Return who has this Entra id, e-mail or name, of the people or the team."""
    wanted = text.casefold()
    setup = draft.facts.setup
    members = setup.roster.members if setup and setup.roster else ()
    everybody: tuple[Person | Member, ...] = (*draft.rota.people.values(), *members)
    return next((one for one in everybody if wanted in (one.id, one.email.casefold(), one.name.casefold())), None)


def _read_contacts(draft: Draft, text: str) -> tuple[Contact, ...]:
    contacts = []
    for line in spelling.few_lines(text):
        called, _, id_ = (part.strip() for part in line.partition(","))
        found = _found(draft, id_ or called)
        entra = id_.casefold() if GUID.fullmatch(id_.casefold()) else ""
        if id_ and not entra and found is None:
            raise ValueError(f'"{id_[:60]}": I know nobody so; write a name, or a name and an Entra id')
        known = entra or (getattr(found, "entra_object_id", found.id) if found else "")
        contacts.append(Contact(found.name if found and EMAIL.fullmatch(called) else called, known))
    return tuple(contacts)


def _spell_contacts(_: Draft, some: Iterable[Contact]) -> str:
    return "\n".join(f"{one.name}, {one.id}" if one.id else one.name for one in some)


def _read_admins(draft: Draft, text: str) -> tuple[str, ...]:
    ids = []
    for line in spelling.few_lines(text):
        found = _found(draft, line)
        id_ = getattr(found, "entra_object_id", found.id) if found else line.casefold()
        if not found and not GUID.fullmatch(id_):
            raise ValueError(f'"{line[:60]}": write the name or e-mail of one of the people, or an Entra id')
        if not id_:
            raise ValueError(f'"{line[:60]}" has no Entra id in the people list, so I can\'t recognise them')
        ids.append(id_)
    return tuple(dict.fromkeys(ids))


def _spell_admins(draft: Draft, some: Iterable[str]) -> str:
    people = draft.rota.people
    names = [one.name for one in people.values()]
    return "\n".join(people[id_].name if id_ in people and names.count(people[id_].name) == 1 else id_ for id_ in some)


def _spell_goals(_: Draft, order: Iterable[Goal]) -> str:
    return ",".join(order)


def _spell_where(_: Draft, value: Any) -> str:
    return "desk" if value else "team"


def _read_where(text: str) -> bool:
    if text not in dict(WHERE):
        raise ValueError("choose one of the channels")
    return text == "desk"


def _read_goals(_: Draft, text: str) -> tuple[Goal, ...]:
    if text not in dict(GOALS):
        raise ValueError("choose one of the orders")
    return tuple(Goal(part) for part in text.split(","))


GOALS = tuple(
    (",".join(order), ", then ".join(order).capitalize())
    for order in permutations((Goal.REST, Goal.FAIRNESS, Goal.FALLBACK))
)
WHERE = (("team", "In the team channel"), ("desk", "In the desk's channel"))
_STEPS = ", ".join(spelling.STEPS)
GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "policy.hours": Group(
            "Hours and holidays",
            (
                Setting("zone", "Time zone", _text, _plain(spelling.zone)),
                _time("opens", "Support opens at"),
                _time("closes", "Support closes at"),
                Setting(
                    "weekdays",
                    "Days",
                    lambda _, value: ",".join(map(str, sorted(value))),
                    _plain(_read_weekdays),
                    some_of=WEEKDAYS,
                ),
                Setting("holiday_country", "Public holidays of the country (empty: none)", _text, _read_country),
                Setting(
                    "holiday_subdivision", "Part of the country (empty: all of it)", _text, _plain(spelling.word())
                ),
                _time("peak_from", "Busy from"),
                _time("peak_to", "Busy until"),
            ),
        ),
        "policy.response": Group(
            "First response",
            (
                _number("first_response", "A first response is due after", 1, 480, "minutes"),
                _pace("calm", "Steps, minutes after the post"),
                _pace("peak", "Steps in the busy hours"),
                _number("second_response", "Open again: an answer is due after", 1, 480, "minutes"),
                _pace("second", "Steps when it is open again"),
                _number("team_call_every", "The team is called at most every", 5, 1440, "minutes"),
            ),
            f"Steps are five numbers: {_STEPS}. - is never. Minutes are of support hours.",
        ),
        "policy.after": Group(
            "After the claim",
            (
                _number("next_word", "The requester hears more within", 5, 480, "minutes"),
                _number("word_lapses", "Asked for it, the claimer has", 1, 240, "minutes"),
                _number("remind_after", "A waiting requester is reminded after", 1, 80, "hours"),
                _number("give_up_after", "Without a reply it is closed after", 2, 200, "hours"),
                _number("follow_up_within", "A second post is a follow-up within", 0, 240, "minutes"),
                _number("ask_again_after", "The team can be asked again after", 1, 240, "minutes"),
            ),
        ),
        "policy.alerts": Group(
            "Alerts",
            (
                _number("alert_pair", "Nobody has it: the pair is called after", 1, 480, "minutes"),
                _number("alert_further", "A further fallback, else the team channel, after", 1, 480, "minutes"),
                _number("storm_over", "A storm is more new alerts within a minute than", 1, 100, "alerts"),
                Setting("alerts_in_channel", "Where they are shown", _spell_where, _plain(_read_where), one_of=WHERE),
            ),
            "Minutes are of support hours. Requesters read the desk's channel: alerts are seldom for them.",
        ),
        "policy.pick": Group(
            "The pick",
            (
                Setting(
                    "goals", "What counts more, the first before the others", _spell_goals, _read_goals, one_of=GOALS
                ),
                _time("propose_at", "Mondays, a team is proposed at"),
                _time("remind_at", "Mondays, it is reminded of at"),
                _time("chase_at", "Tuesdays, it is asked for at"),
                _time("chase_again_at", "Tuesdays, it is asked for again at"),
                _time("decline_by", "On the first day, one can decline until"),
                _time("settle_by", "On the first day, matters are settled by"),
                _time("heads_up_at", "Whoever came on duty is told of the busy hours at"),
            ),
            "Each is on the working day before, where the day is a holiday; what begins a week is on its first day.",
        ),
        "policy.links": Group(
            "Links and contacts",
            (
                Setting(
                    "documentation",
                    "Documentation, one a line: title, https address",
                    lambda _, value: spelling.spell_pages(value),
                    _plain(spelling.pages),
                    long=True,
                ),
                Setting(
                    "admin_pages",
                    "Pages of the admin panel, one a line: title, https address",
                    lambda _, value: spelling.spell_pages(value),
                    _plain(spelling.pages),
                    long=True,
                ),
                Setting("training", "Training contacts, one a line", _spell_contacts, _read_contacts, long=True),
                Setting("handbook", "Handbook", _text, _plain(spelling.address)),
                Setting(
                    "jira_project",
                    "Jira project (key or address of a new ticket)",
                    _text,
                    _plain(_read_project),
                ),
                Setting(
                    "slack_channel",
                    "Slack channel of the alerts: its id, C…, by which it is heard",
                    _text,
                    _plain(spelling.word()),
                ),
            ),
        ),
        "policy.words": Group(
            "Language and texts",
            (
                Setting("language", "Language for requesters", _text, _plain(_read_language), one_of=LANGUAGES),
                Setting(
                    "emergency",
                    "What they read outside support hours, for an emergency",
                    _text,
                    _plain(spelling.word(300)),
                ),
            ),
        ),
        "policy.keeping": Group(
            "How long it is kept",
            (
                _number("texts_days", "Texts of requests, after closing", 1, 3650, "days"),
                _number("names_days", "Names in figures", 1, 3650, "days"),
                _number("absences_days", "Absences, after their end", 1, 3650, "days"),
                _number("shifts_months", "Names of shifts", 1, 120, "months"),
            ),
        ),
        "policy.admins": Group(
            "Admins",
            (Setting("admins", "Admins of this desk, one a line", _spell_admins, _read_admins, long=True),),
            "Whoever is named in HOTSEAT_ADMINS is one besides.",
        ),
    }
)
"""The forms, by their steps: every field of a policy is in one of them."""
EVERY: Mapping[str, Setting] = MappingProxyType(
    {setting.field: setting for group in GROUPS.values() for setting in group.settings}
)


def _draw_menu(draft: Draft, event: Press, error: str) -> Answer:
    ways = tuple(Way(group.title, name, opens=True) for name, group in GROUPS.items())
    return _dialog(draft, event, title=f"Policy of {draft.desk.id}", note=ACTS, error=error, ways=ways)


def _drawn(name: str) -> Callable[[Draft, Press, str], Answer]:
    def draw(draft: Draft, event: Press, error: str) -> Answer:
        return _form(draft, event, name, error, {})

    return draw


def _form(
    draft: Draft, event: Press, name: str, error: str, given: Mapping[str, str], drawn: str | None = None
) -> Answer:
    """Return a group's form with what was ``given`` in it; *Save* says what it was ``drawn`` with."""
    group = GROUPS[name]
    fields = inputs(draft, group.settings)
    note = " ".join(filter(None, (group.note, not_shown(draft, group.settings))))
    held = marks.marked(field.value for field in fields) if drawn is None else drawn
    shown = forms.lighter(fields, given)
    parts = {"title": group.title, "note": note, "error": error, "fields": shown, "given": given}
    return _dialog(draft, event, ways=(Way("Save", name, held), Way("Back", "policy", opens=True)), **parts)


def _taken(name: str) -> Callable[[Draft, Send], Answer]:
    def take(draft: Draft, event: Send) -> Answer:
        try:
            policy, meanwhile = read(draft, event, GROUPS[name].settings, event.choice)
        except Overtaken as overtaken:
            return _form(draft, event, name, str(overtaken), overtaken.given)
        except ValueError as wrong:
            return _form(draft, event, name, str(wrong), event.fields, event.choice)
        changed = put(draft, policy)
        said = [*changed, ACTS] if changed else ["Nothing was changed."]
        note = "\n".join(filter(None, [*said, meanwhile]))
        title = "Saved" if changed else GROUPS[name].title
        return _dialog(draft, event, title=title, note=note, ways=(Way("Back", "policy", opens=True),))

    return take


def _dialog(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Policy", forms.card(draft, None, event, **parts))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "policy": DeskStep(Right.ADMIN, _draw_menu, None),
        **{name: DeskStep(Right.ADMIN, _drawn(name), _taken(name)) for name in GROUPS},
    }
)
"""The steps of ``policy``."""
