"""What the leaves of triage need: the fields of their forms, and what those add to the reply.

One row for each need. Must not know where in the tree a leaf stands.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.alerts.alert import Alert
from bot.decide import forms, tickets, unsent
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.requests import addresses, rights
from bot.errors import Refused
from bot.events import Press, Send
from bot.people import Person
from bot.policy import Contact, Page
from bot.support.handbook import Section
from bot.support.intake import excerpt
from bot.support.request import Answered, Request
from bot.support.texts import Text
from bot.support.ticket import Wording
from bot.support.triage import ALERT, ESTIMATE, Leaf, Need, said
from bot.views import Address, Field, Mention

SHORT, LONG = 300, 1000  # characters of one line, and of a link
DEGREES = (("1", "1: very low"), ("2", "2: low"), ("3", "3: medium"), ("4", "4: high"), ("5", "5: very high"))
ESTIMATED = (("difficulty", "Difficulty"), ("risk", "Risk"))
LATER, KEY_FOLLOWS = "later", "Close, the key follows"
KEY, IF_ANY = "The ticket's key or link", "If there is a ticket already: its key or link, in place of a new one"
NAME_IT = "Write the ticket's key, such as EDGE-12, or its https link."
RECENT, MOST_ALERTS, MOST_LINKS = timedelta(days=3), 5, 3  # alerts that are offered as the cause of an error
SHORT_LINE, NO_ALERT = 80, "none"
MOST_SECTIONS = 5  # found by their titles' words
MEANINGFUL = 4  # letters of a word by which a page is found


@dataclass(frozen=True, slots=True)
class Form:
    """A leaf's form: whose, on which request, and what was sent in it."""

    draft: Draft
    request: Request
    event: Press
    leaf: Leaf
    given: Mapping[str, str]

    def said(self, field: str) -> str:
        """Return what was written into a field, "" where there is nothing to be seen."""
        return unsent.filled(self.given, field)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form's fields come to: lines added to the reply, whom it calls, what is noted, and what is wrong.

    ``ends`` says that the problem is settled by it, though the leaf goes on where it is not; ``ticket`` is the one
    that has its cause now, ``wording`` what a new one says. ``helped`` is the section of the handbook that answers it.
    """

    added: tuple[str, ...] = ()
    called: tuple[str | Mention, ...] = ()
    noted: tuple[Answered, ...] = ()
    wrong: str = ""
    ends: bool = False
    ticket: str = ""
    wording: Wording | None = None
    helped: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one need puts into a form: a note, the fields, how they are read, and addresses to go to."""

    note: Callable[[Form], str]
    fields: Callable[[Form], tuple[Field, ...]]
    read: Callable[[Form], Filled]
    links: Callable[[Form], tuple[Address, ...]] = lambda _: ()


def able(draft: Draft, request: Request, event: Press) -> tuple[Person, ...]:
    """Return who is on duty and has production access."""
    duty = rights.duty_of(draft, request, event)
    return tuple(one for one in duty.responders + duty.further if one.production_access)


def need_access(form: Form) -> None:
    """Raise Refused, saying who could, unless the presser is on duty with production access."""
    people = able(form.draft, form.request, form.event)
    if form.event.author.id not in {one.id for one in people}:
        raise Refused(_who_could(people))


def _who_could(people: tuple[Person, ...]) -> str:
    if not people:
        return "Only somebody on duty with production access may say that it was done, and nobody is there now."
    verb = "has" if len(people) == 1 else "have"
    return f"Only somebody on duty with production access may say that it was done. {names(people)} {verb} it."


def _nothing_noted(_: Form) -> str:
    return ""


def _no_fields(_: Form) -> tuple[Field, ...]:
    return ()


def _nothing_more(_: Form) -> Filled:
    return Filled()


def _too_long(form: Form, *fields: str) -> str:
    longest = max((len(form.given.get(one, "").strip()) for one in fields), default=0)
    return f"At most {SHORT} characters in one line, please; these are {longest}." if longest > SHORT else ""


# -- the error's alert ----------------------------------------------------------------------------------------------


def _alert_note(form: Form) -> str:
    return "Bugsnag tells of errors that may be this one, the likeliest first: look there." if _fitting(form) else ""


def _alert_fields(form: Form) -> tuple[Field, ...]:
    known = said(form.request.triage, ALERT)
    choices = [(one.id, f"{one.id}: {excerpt(tickets.titled(one), SHORT_LINE)}") for one in _fitting(form)]
    none = (NO_ALERT, "None of them")
    chosen = known.answer if known else NO_ALERT
    return (forms.listed("alert", "Its error in Bugsnag", (*choices, none), chosen),) if choices else ()


def _alert_read(form: Form) -> Filled:
    chosen = form.given.get("alert", "")
    allowed = {one.id for one in _fitting(form)} | ({NO_ALERT} if said(form.request.triage, ALERT) else set())
    return Filled(noted=(Answered(ALERT, chosen, form.event.author.id),) if chosen in allowed else ())


def _alert_links(form: Form) -> tuple[Address, ...]:
    urls = [(one.id, one.latest.url) for one in _fitting(form) if one.latest.url]
    return tuple(Address(f"{id_} in Bugsnag", url) for id_, url in urls[:MOST_LINKS])


def _fitting(form: Form) -> list[Alert]:
    """Return the alerts of the last days that somebody handles or is to, those with the most of the words first."""
    request, draft = form.request, form.draft
    asked = _meant(" ".join((request.text, request.matter, *(one.text for one in request.handed))))
    recent = [one for one in draft.alerts() if one.is_live and draft.now - one.last_at <= RECENT]

    def likeliest(one: Alert) -> tuple[int, datetime]:
        latest = one.latest
        alike = asked & _meant(f"{latest.error_class} {latest.message} {latest.where}")
        return len(alike), one.last_at

    return sorted(recent, key=likeliest, reverse=True)[:MOST_ALERTS]


# -- links ----------------------------------------------------------------------------------------------------------


def _documentation(form: Form) -> tuple[Page, ...]:
    return form.draft.policy.documentation


def _sections(form: Form) -> dict[str, Section]:
    """Return the handbook's sections that may answer a request, by address: what it resembles, then by its words."""
    book, asked = form.draft.handbook, _meant(form.request.text)
    matched = [section for match in form.request.matches if (section := book.section(match.ref))]
    by_words = sorted(book.sections, key=lambda one: -len(asked & _meant(one.title)))
    worded = [section for section in by_words[:MOST_SECTIONS] if asked & _meant(section.title)]
    return {book.link(section): section for section in (*matched, *worded) if book.link(section)}


def _no_sections(_: Form) -> dict[str, Section]:
    return {}


def _admin_pages(form: Form) -> tuple[Page, ...]:
    return form.draft.policy.admin_pages


def _links(
    pages: Callable[[Form], tuple[Page, ...]],
    what: str,
    sections: Callable[[Form], Mapping[str, Section]] = _no_sections,
) -> Part:
    """Return the part for pages of one kind: sections, a list, the likeliest first, and a link of one's own."""

    def note(form: Form) -> str:
        return (
            ""
            if pages(form) or sections(form)
            else f"No {what}s are listed yet: an admin can add them with policy. Paste a link."
        )

    def fields(form: Form) -> tuple[Field, ...]:
        found = _likeliest(pages(form), form.request.text)
        choices = [(url, f"Handbook: {section.title}") for url, section in sections(form).items()]
        choices += [(one.url, one.title) for one in found]
        listed = forms.listed("page", f"The {what}", choices, required=False)
        label = f"{'Or another' if choices else 'The'} link (https only). It stands below your words."
        own = forms.line("link", label, longest=LONG)
        return (listed, own) if choices else (own,)

    def read(form: Form) -> Filled:
        section = sections(form).get(form.given.get("page", ""))
        chosen = next((one for one in pages(form) if one.url == form.given.get("page")), None)
        if section is not None:
            chosen = Page(section.title, form.given["page"])
        link = form.said("link")
        if link and (not addresses.is_link(link) or len(link) > LONG):
            return Filled(wrong="That is no link that can be sent: it must begin with https:// and have no spaces.")
        added = (*((f"{chosen.title}: {chosen.url}",) if chosen else ()), *((link,) if link else ()))
        if not added and "https://" not in form.given.get("text", ""):
            return Filled(wrong=f"Choose the {what} first, or paste a link to it.")
        return Filled(added=added, helped=section.ref if section else "")

    return Part(note, fields, read)


def _likeliest(pages: tuple[Page, ...], text: str) -> list[Page]:
    asked = _meant(text)
    return sorted(pages, key=lambda one: -len(asked & _meant(one.title)))


def _meant(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) >= MEANINGFUL}


# -- training -------------------------------------------------------------------------------------------------------


def _training_note(form: Form) -> str:
    return (
        "" if form.draft.policy.training else "No training contacts are named yet: an admin can add them with policy."
    )


def _training_fields(form: Form) -> tuple[Field, ...]:
    contacts = form.draft.policy.training
    if not contacts:
        return (forms.line("who", "To whom you pass it on. Their names stand below your words."),)
    choices = [(str(number), one.name) for number, one in enumerate(contacts)]
    everyone = ",".join(id_ for id_, _ in choices)
    known = "mentioned" if all(one.id for one in contacts) else "named, and mentioned where I know them,"
    label = f"To whom you pass it on. They are {known} below your words."
    return (forms.many("who", label, choices, everyone),)


def _training_read(form: Form) -> Filled:
    contacts = form.draft.policy.training
    if not contacts:
        who = form.said("who")
        wrong = _too_long(form, "who") or ("" if who else "Say to whom you pass it on.")
        return Filled(called=(who,), wrong=wrong)
    marked = {number.strip() for number in form.given.get("who", "").split(",")}
    chosen = [one for number, one in enumerate(contacts) if str(number) in marked]
    if not chosen:
        return Filled(wrong="Choose at least one person to pass it on to.")
    return Filled(called=_called(chosen, form.draft.say(Text.AND)))


def _called(contacts: list[Contact], joint: str) -> tuple[str | Mention, ...]:
    parts: list[str | Mention] = []
    for index, one in enumerate(contacts):
        if index:
            parts.append(joint if index == len(contacts) - 1 else ", ")
        parts.append(Mention(one.id, one.name) if one.id else one.name)
    return tuple(parts)


# -- changing data by hand ------------------------------------------------------------------------------------------


def _estimate_note(form: Form) -> str:
    people = able(form.draft, form.request, form.event)
    mine = form.event.author.id in {one.id for one in people}
    return "" if mine else _who_could(people)


def _estimates() -> tuple[Field, ...]:
    fields: list[Field] = []
    for id_, label in ESTIMATED:
        fields.append(forms.listed(id_, f"{label}, 1 to 5", DEGREES))
        fields.append(forms.line(f"{id_}_why", f"Why this {label.casefold()}", required=True))
    return tuple(fields)


def _estimate_fields(form: Form) -> tuple[Field, ...]:
    language = form.draft.policy.language
    choices = [(str(at), f"{one.title}: {one.replies[language]}") for at, one in enumerate(form.leaf.alternatives)]
    label = "What you offer instead. What you tick stands below your words, and the request closes then."
    others = forms.many("alternatives", label, choices, required=False)
    return (*_estimates(), others)


def _estimated(form: Form) -> tuple[str, str]:
    """Return the estimate in words, and what is wrong with it."""
    parts = []
    for id_, label in ESTIMATED:
        degree, why = form.given.get(id_, ""), form.said(f"{id_}_why")
        if degree not in dict(DEGREES) or not why:
            return "", f"Estimate the {label.casefold()} first, from 1 to 5, and say why."
        parts.append(f"{label.casefold()} {degree} ({why})")
    return ", ".join(parts), _too_long(form, *(f"{id_}_why" for id_, _ in ESTIMATED))


def _estimate_read(form: Form) -> Filled:
    estimate, wrong = _estimated(form)
    marked = {number.strip() for number in form.given.get("alternatives", "").split(",")}
    offered = [one for number, one in enumerate(form.leaf.alternatives) if str(number) in marked]
    language = form.draft.policy.language
    return Filled(
        added=tuple(one.replies[language] for one in offered),
        noted=(Answered(ESTIMATE, estimate, form.event.author.id),),
        wrong=wrong,
        ends=bool(offered),
    )


def _reason_fields(form: Form) -> tuple[Field, ...]:
    reason = forms.line("reason", "Why it was done all the same", required=True)
    return (reason,) if said(form.request.triage, ESTIMATE) else (*_estimates(), reason)


def _reason_read(form: Form) -> Filled:
    known = said(form.request.triage, ESTIMATE)
    estimate, wrong = (known.answer, "") if known else _estimated(form)
    reason = form.said("reason")
    wrong = wrong or _too_long(form, "reason") or ("" if reason else "Say why it was done all the same.")
    return Filled(noted=(Answered(ESTIMATE, f"{estimate}; done: {reason}", form.event.author.id),), wrong=wrong)


# -- tickets --------------------------------------------------------------------------------------------------------


def _ticket_note(form: Form) -> str:
    if not form.draft.jira:
        return "Create the ticket with the text below. The request closes as soon as you send your reply."
    there = tickets.stands(form.draft, form.request.id)
    so_far = f"So far {there}." if there else ""
    what = tickets.note(tickets.of_request(form.draft, form.request), form.draft.jira)
    ends = (
        "The request closes as soon as you send it, and the key follows. Cause and solution then belong to the ticket."
    )
    return " ".join(filter(None, (what, ends, so_far)))


def new_ticket(draft: Draft, request: Request) -> tuple[Address, ...]:
    """Return where a new ticket is made by hand, if policy names that."""
    if draft.jira:
        return ()
    project = draft.policy.jira_project
    address = addresses.new_ticket(project, tickets.summary(request), tickets.description(draft, request))
    title = "New ticket, filled in" if addresses.fills_in(project) else "Open Jira"
    return (Address(title, address),) if address else ()


def _ticket_links(form: Form) -> tuple[Address, ...]:
    return new_ticket(form.draft, form.request)


def of_ticket(draft: Draft, request: Request) -> tuple[Field, ...]:
    """Return the fields of a new ticket: with its text to copy, or of the one that is made."""
    if draft.jira:
        return tickets.fields(tickets.of_request(draft, request))
    return (
        forms.text("summary", "Summary, to copy", tickets.summary(request), required=False),
        forms.text("description", "Description, to copy", tickets.description(draft, request), required=False),
    )


def _ticket_fields(form: Form) -> tuple[Field, ...]:
    label = f"{IF_ANY if form.draft.jira else KEY}. It stands below your words."
    return (*of_ticket(form.draft, form.request), forms.line("ticket", label, form.request.ticket))


def _ticket_read(form: Form) -> Filled:
    given, there = form.said("ticket"), tickets.live(form.draft, form.request.id)
    known = form.request.ticket if given else there.link if there else ""
    if known and given in ("", known):
        return Filled(added=(form.draft.say(Text.FIND_IT_AS, key=known),), ticket=known)
    if not given and form.draft.jira:
        wording, wrong = new_wording(form.draft, form.request, form.given)
        return Filled(added=(form.draft.say(Text.KEY_FOLLOWS),), wrong=wrong, wording=wording)
    if not given:
        follows = isinstance(form.event, Send) and form.event.choice.endswith(f":{LATER}")
        ask = f"Write the key or the link of the ticket that you created, or press *{KEY_FOLLOWS}*."
        return Filled(wrong="" if follows else ask)
    ticket, wrong = named(form.draft, given)
    return Filled(added=(form.draft.say(Text.FIND_IT_AS, key=ticket),), wrong=wrong, ticket=ticket)


def new_wording(draft: Draft, request: Request, given: Mapping[str, str]) -> tuple[Wording | None, str]:
    """Return what a request's ticket says as its form was filled in, and what is wrong with that."""
    return tickets.read(tickets.of_request(draft, request), given)


def named(draft: Draft, given: str) -> tuple[str, str]:
    """Return the ticket that is named by its key or its link as others find it, and what is wrong with that."""
    if len(given) > SHORT:
        return "", f"At most {SHORT} characters in one line, please; these are {len(given)}."
    try:
        return addresses.ticket(draft.policy.jira_project, given), ""
    except ValueError:
        return "", NAME_IT


_WORDS = Part(_nothing_noted, _no_fields, _nothing_more)
PARTS: Mapping[Need, Part] = MappingProxyType(
    {
        Need.NOTHING: _WORDS,
        Need.WORDS: _WORDS,
        Need.ALERT: Part(_alert_note, _alert_fields, _alert_read, _alert_links),
        Need.DOCUMENTATION: _links(_documentation, "documentation page", _sections),
        Need.ADMIN_PAGE: _links(_admin_pages, "admin page"),
        Need.TRAINING: Part(_training_note, _training_fields, _training_read),
        Need.ESTIMATE: Part(_estimate_note, _estimate_fields, _estimate_read),
        Need.REASON: Part(_nothing_noted, _reason_fields, _reason_read),
        Need.TICKET: Part(_ticket_note, _ticket_fields, _ticket_read, _ticket_links),
    }
)
