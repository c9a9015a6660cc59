"""Tickets for another team: what one says, of a request or of an alert, and that there is one for a matter.

Must not know what the tracker answers, nor how a request or an alert goes on by that.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.alerts.alert import Act, Alert, step
from bot.decide import forms, unsent
from bot.decide.draft import Draft
from bot.decide.pictures import words
from bot.decide.requests import addresses
from bot.effects import ForgetMessages, OpenTicket
from bot.people import Author
from bot.support.intake import excerpt
from bot.support.request import WITH_TICKET, Answered, Deed, Request, Status
from bot.support.texts import Text
from bot.support.ticket import LABEL, Progress, Section, Ticket, Urgency, Wording, ticket_of
from bot.support.triage import ALERT, IMPACT, NO, YES, owed, past, said
from bot.support.words import moment
from bot.views import Field, Line

MOST_SUMMARY = 255  # characters, as Jira has it
MOST_LABEL = 255
MOST_FRAMES = 5
HAPPENED, IMPACTS, WORKAROUND, STEPS = "What happened", "Production impact", "Workaround", "Steps"
SEEN, CODE, LINKS = "Seen", "In our code", "Links"
BESIDES = MappingProxyType({SEEN: "when and how often it was seen", CODE: "where in our code"})
THERE_IS = MappingProxyType({YES: "Yes, they go on with it", NO: "No"})
URGENT = MappingProxyType({Urgency.HIGH: "High", Urgency.MEDIUM: "Medium", Urgency.LOW: "Low"})
TEXTS = MappingProxyType(
    {
        "happened": (HAPPENED, "Say what happened first."),
        "impact": (IMPACTS, "Say who and what is affected first."),
        "steps": (STEPS, ""),
    }
)
"""The texts of a ticket's form: the heading under which each stands, and what is said where it is missing."""


# -- what it says ---------------------------------------------------------------------------------------------------


def of_request(draft: Draft, request: Request) -> Wording:
    """Return what a request's ticket says: as it was refused, or as the request stands."""
    if (known := refused(draft, request.id)) is not None:
        return known.draft
    answers = _answers(request)
    at = f"{draft.hours.local(request.posted_at):%Y-%m-%d, %H:%M}"
    there = (f"Thread in Teams ({request.id})", addresses.thread(draft.state.desk, request.place))
    alert = chosen_alert(draft, request)
    links = (there, *(_links(alert) if alert else ()))
    impact = said(answers, IMPACT)
    sections = (
        Section(HAPPENED, "\n\n".join(_happened(draft, request))),
        Section(IMPACTS, impact.answer if impact else ""),
        Section(WORKAROUND, YES if owed(draft.tree, answers) else NO),
        Section(STEPS, f"As {request.requester.name} wrote on {at}."),
        *(_of_error(draft, alert) if alert else ()),
        Section(LINKS, links=links),
    )
    title, page = links[-1] if alert and alert.latest.url else there
    return Wording(summary(request), sections, about=page, about_title=title)


def summary(request: Request) -> str:
    """Return a request's words in one line."""
    return " ".join(words(request, 100).split())


def description(draft: Draft, request: Request) -> str:
    """Return what a request's ticket says as one text, for whoever makes it by hand."""
    impact = said(_answers(request), IMPACT)
    at = f"{draft.hours.local(request.posted_at):%Y-%m-%d, %H:%M}"
    alert = chosen_alert(draft, request)
    parts = (
        *_happened(draft, request),
        f"Impact: {impact.answer if impact else 'not said yet'}",
        f"Steps: as {request.requester.name} wrote on {at}.",
        *(_spelt(one) for one in (_of_error(draft, alert) if alert else ())),
        f"Thread: {addresses.thread(draft.state.desk, request.place)} ({request.id})",
        *(f"{title}: {url}" for title, url in (_links(alert) if alert else ())),
    )
    return "\n\n".join(parts)


def _answers(request: Request) -> tuple[Answered, ...]:
    return past(request.triage) if request.status is Status.CLOSED else request.triage


def _happened(draft: Draft, request: Request) -> tuple[str, ...]:
    """Return what was written of a request, and what people outside the backend team added in the thread."""
    people = draft.rota.people
    whole = excerpt(request.text, 1000) if request.matter and request.text != request.matter else ""
    typed = [one for one in request.handed if one.reply and one.text and one.author.id not in people]
    return tuple(
        filter(None, (words(request, 1000), whole, *(f"{one.author.name} added: {one.text}" for one in typed)))
    )


def chosen_alert(draft: Draft, request: Request) -> Alert | None:
    """Return the alert that support found to be the cause of a request, None for none, or none that is held."""
    chosen = said(_answers(request), ALERT)
    return draft.alert(chosen.answer) if chosen else None


def of_alert(draft: Draft, alert: Alert) -> Wording:
    """Return what an alert's ticket says: as it was refused, or as the alert stands."""
    if (known := refused(draft, alert.id)) is not None:
        return known.draft
    latest = alert.latest
    title = titled(alert)
    where = f"In {latest.where}" if latest.where else ""
    sections = (
        Section(HAPPENED, "\n".join(filter(None, (title, where)))),
        Section(IMPACTS, alert.impact),
        Section(WORKAROUND, NO),
        Section(STEPS),
        *_of_error(draft, alert),
        Section(LINKS, links=_links(alert)),
    )
    return Wording(excerpt(title, MOST_SUMMARY), sections, about=latest.url, about_title=title if latest.url else "")


def alert_text(draft: Draft, alert: Alert) -> tuple[str, str]:
    """Return the summary and the description of an alert's ticket, for whoever makes it by hand."""
    wording = of_alert(draft, alert)
    return wording.summary, "\n\n".join(filter(None, map(_spelt, wording.sections)))


def titled(alert: Alert) -> str:
    """Return an alert's error in one line."""
    latest = alert.latest
    what = ": ".join(filter(None, (latest.error_class, latest.message))) or latest.said or alert.id
    return " ".join(what.split())


def _of_error(draft: Draft, alert: Alert) -> tuple[Section, ...]:
    """Return what is known of an error: where and how often it was seen, and where in the code."""
    latest = alert.latest
    counts = ((latest.occurrences, "occurrence", "occurrences"), (latest.users, "user", "users"))
    lines = (
        " ".join(filter(None, (latest.project, latest.stage, latest.version))),
        f"First {_at(draft, latest.first_at or alert.first_at)}, last {_at(draft, alert.last_at)}",
        ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count),
    )
    frames = "\n".join(latest.frames[:MOST_FRAMES])
    return Section(SEEN, "\n".join(filter(None, lines))), *((Section(CODE, frames),) if frames else ())


def _links(alert: Alert) -> tuple[tuple[str, str], ...]:
    slack = alert.posts[-1].link if alert.posts else ""
    known = ((f"Slack ({alert.id})", slack), (f"Bugsnag: {alert.latest.error_class or alert.id}", alert.latest.url))
    return tuple((title, url) for title, url in known if url)


def _at(draft: Draft, at: datetime) -> str:
    return moment(at, draft.now, draft.hours, dated=True)


def _spelt(section: Section) -> str:
    text = "\n".join(filter(None, (section.text, *(f"{title}: {url}" for title, url in section.links))))
    return f"{section.heading}: {text}" if text else ""


# -- its form -------------------------------------------------------------------------------------------------------


def fields(wording: Wording) -> tuple[Field, ...]:
    """Return the fields of a ticket's form with what it says so far."""
    texts = {one.heading: one.text for one in wording.sections}
    there_is = texts.get(WORKAROUND, NO)
    return (
        forms.line("summary", "The ticket's summary", wording.summary, required=True, longest=MOST_SUMMARY),
        forms.text("happened", HAPPENED, texts.get(HAPPENED, "")),
        forms.text("impact", f"{IMPACTS}: who and what is affected", texts.get(IMPACTS, "")),
        forms.listed("workaround", "Is there a workaround?", THERE_IS.items(), there_is),
        forms.text("steps", "Steps to see it", texts.get(STEPS, ""), required=False),
        forms.listed(
            "urgency", "How urgent it is", ((one.value, title) for one, title in URGENT.items()), wording.urgency
        ),
    )


def note(wording: Wording, project: str) -> str:
    """Say what goes into a ticket besides its form."""
    besides = [BESIDES[one.heading] for one in wording.sections if one.heading in BESIDES and one.text]
    besides += [title for one in wording.sections for title, _ in one.links]
    return f"This goes to {project} as it stands here; leave out what names people. With it go: {', '.join(besides)}."


def read(wording: Wording, given: Mapping[str, str]) -> tuple[Wording | None, str]:
    """Return what a ticket says as its form was filled in, and what is wrong with that."""
    line = " ".join(unsent.filled(given, "summary").split())
    texts = {heading: unsent.filled(given, id_) for id_, (heading, _) in TEXTS.items()}
    urgency = next((one for one in Urgency if one == given.get("urgency")), None)
    there_is = given.get("workaround", "")
    missing = [wrong for heading, wrong in TEXTS.values() if wrong and not texts[heading]]
    long = [len(text) for text in texts.values() if len(text) > forms.LONGEST]
    problems = (
        "" if line else "Write the ticket's summary first.",
        *missing,
        "" if there_is in THERE_IS else "Say whether there is a workaround.",
        "" if urgency else "Say how urgent it is.",
        f"At most {MOST_SUMMARY} characters in the summary, please; these are {len(line)}."
        if len(line) > MOST_SUMMARY
        else "",
        *(f"At most {forms.LONGEST} characters in each text, please; these are {length}." for length in long),
    )
    wrong = next(filter(None, problems), "")
    if wrong or urgency is None:
        return None, wrong
    texts[WORKAROUND] = there_is
    sections = tuple(replace(one, text=texts.get(one.heading, one.text)) for one in wording.sections)
    return replace(wording, summary=line, sections=sections, urgency=urgency), ""


def alert_fields(draft: Draft, alert: Alert) -> tuple[Field, ...]:
    """Return the fields of the form for an alert's ticket."""
    return fields(of_alert(draft, alert))


def alert_draft(draft: Draft, alert: Alert, given: Mapping[str, str]) -> tuple[Wording | None, str]:
    """Return what an alert's ticket says as its form was filled in, and what is wrong with that."""
    return read(of_alert(draft, alert), given)


# -- one for a matter -----------------------------------------------------------------------------------------------


def live(draft: Draft, matter: str) -> Ticket | None:
    """Return the ticket of a matter of which something is still to be heard, None for none."""
    known = ticket_of(draft.facts.tickets, matter)
    return known if known and known.is_live else None


def refused(draft: Draft, matter: str) -> Ticket | None:
    """Return the ticket of a matter that was refused and is still to be mended, None for none."""
    known = ticket_of(draft.facts.tickets, matter)
    return known if known and known.progress is Progress.REFUSED else None


def open_ticket(
    draft: Draft, matter: str, wording: Wording, author: Author, at: datetime, *, another: bool = False
) -> Ticket:
    """Have a matter's ticket made, unless there is one; ``another`` says that there was one, which is over."""
    there = live(draft, matter)
    if there is not None:
        put(draft, replace(there, withdrawn=False))
        return there
    number = draft.facts.last_ticket + 1
    label = _label(draft, matter, number if another else 0)
    ticket = Ticket(f"T-{number}", matter, draft.jira, label, wording, author, at)
    if (before := refused(draft, matter)) is not None:
        drop(draft, before)
    draft.put_facts(replace(draft.facts, last_ticket=number))
    put(draft, ticket)
    draft.follow_with(OpenTicket(effect_of(ticket), ticket))
    return ticket


def open_for_alert(draft: Draft, alert: Alert, wording: Wording, author: Author, kin: Iterable[str] = ()) -> Alert:
    """Have an alert's ticket made, unless there is one, and return the alert, which has its cause in it.

    It is that of the other alerts with the ids ``kin`` too.
    """
    status = step(alert, Act.TICKET)
    ticket = open_ticket(draft, alert.id, wording, author, draft.now, another=alert.ticket != "")
    put(draft, replace(draft.facts.tickets[ticket.id], kin=tuple(dict.fromkeys((*ticket.kin, *kin)))))
    return replace(
        alert,
        status=status,
        changed_at=draft.now,
        pair_at=None,
        further_at=None,
        ended_by=author,
        ticket=ticket.id,
        ticket_key=ticket.key,
        ticket_url=ticket.url,
    )


def effect_of(ticket: Ticket) -> str:
    """Return the key of the effect that makes a ticket."""
    return f"ticket:{ticket.id}"


def said_in(ticket: Ticket) -> str:
    """Return the key of the line in a request's thread that says which ticket it has."""
    return f"ticket:{ticket.matter}:{ticket.id}"


def _label(draft: Draft, matter: str, number: int) -> str:
    """Return a ticket's own label: by its matter, and where that has had one before by its number too."""
    end = f"-{matter}-t-{number}" if number else f"-{matter}"
    begin = f"{LABEL}-{draft.desk.id}"[: MOST_LABEL - len(end)]
    return re.sub(r"[^\w-]", "-", f"{begin}{end}".casefold())


def put(draft: Draft, ticket: Ticket) -> None:
    """Change a ticket, or add one."""
    if draft.facts.tickets.get(ticket.id) != ticket:
        draft.put_facts(replace(draft.facts, tickets={**draft.facts.tickets, ticket.id: ticket}))


def drop(draft: Draft, ticket: Ticket) -> None:
    """Let go of a ticket of which nothing is to be heard any more."""
    left = {id_: one for id_, one in draft.facts.tickets.items() if id_ != ticket.id}
    draft.put_facts(replace(draft.facts, tickets=left))


def forget_letters(draft: Draft, ticket: Ticket) -> None:
    """Know no longer where the messages are that told people of a ticket: their keys say whom."""
    draft.quietly(ForgetMessages((f"{said_in(ticket)}:",)))


def take_back(draft: Draft, request: Request, deed: Deed) -> bool:
    """Mark the ticket that a deed made as withdrawn, its line in the thread too; say whether there is any.

    It stays in the tracker, and with its request: nothing there is taken back by a press here.
    """
    made = [one for id_ in deed.others if (one := draft.facts.tickets.get(id_))]
    for one in made:
        withdraw(draft, one)
        line = Line((draft.say(Text.TAKEN_BACK, who=deed.author.name),))
        draft.show(said_in(one), request.place, line, first=False)
    return bool(made)


def withdraw(draft: Draft, ticket: Ticket) -> None:
    """Mark a ticket as one that was taken back; whoever made it hears that it stays where it is."""
    put(draft, replace(ticket, withdrawn=True, untold=ticket.untold or ticket.key != ""))


def follow(draft: Draft) -> None:
    """Let what is waited for follow the requests.

    A refused ticket goes once its request has another, or ended without one; one that was taken back counts again when
    its request ends with it after all. One that was named is waited for like one made here, as long as it is named.
    """
    for request in draft.changed() if draft.jira or draft.facts.tickets else ():
        before = draft.state.requests.get(request.id)
        ended = request.status is Status.CLOSED
        with_one = ended and request.outcome in WITH_TICKET
        ends_now = ended and before is not None and before.status is not Status.CLOSED
        known = [one for one in draft.facts.tickets.values() if one.matter == request.id]
        for ticket in known:
            named = request.ticket == ticket.link != ""
            settled = request.ticket != "" or (ended and not with_one)
            if (ticket.progress is Progress.REFUSED and settled) or not (ticket.label or named):
                drop(draft, ticket)
            elif ends_now and named:
                put(draft, replace(ticket, withdrawn=False))
        key = addresses.key_of(request.ticket)
        ours = draft.jira != "" and key.startswith(f"{draft.jira}-") and all(one.key != key for one in known)
        if ours and with_one and not request.ticket_done:
            _wait_for(draft, request, key)


def _wait_for(draft: Draft, request: Request, key: str) -> None:
    """Wait for a ticket that was named, and not made here: it has no label of its own."""
    number = draft.facts.last_ticket + 1
    maker = request.claimer or request.requester
    ticket = Ticket(f"T-{number}", request.id, draft.jira, "", Wording(request.id, ()), maker, draft.now)
    draft.put_facts(replace(draft.facts, last_ticket=number))
    url = request.ticket if "://" in request.ticket else ""
    put(draft, replace(ticket, progress=Progress.OPEN, key=key, url=url))


def stands(draft: Draft, matter: str) -> str:
    """Say to support how a matter's ticket stands while it has no key, "" where there is nothing to say."""
    ticket = ticket_of(draft.facts.tickets, matter)
    return how(ticket) if ticket else ""


def how(ticket: Ticket) -> str:
    """Say to support how a ticket stands."""
    match ticket.progress:
        case Progress.OPENING:
            return "the ticket is being made"
        case Progress.UNKNOWN:
            return f"{ticket.by.name} finds out whether Jira has the ticket"
        case Progress.REFUSED:
            why = f" ({ticket.reason})" if ticket.reason else ""
            return f"Jira refused the ticket{why}, and {ticket.by.name} mends it"
    return ticket.key
