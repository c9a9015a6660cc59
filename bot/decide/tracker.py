"""What the tracker says of tickets, and what follows: for the request or the alert, its thread, and who made it.

Whoever made one is told only what they have to do something about, once they are there. A ticket that is done is let
go of: when it is opened in the tracker again, that is between those who work on it there.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.alerts.alert import Act, Alert, step
from bot.alerts.alert import Status as AlertStatus
from bot.commands import Right
from bot.decide import forms, tickets
from bot.decide.alerts import slack
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import addresses, claims, clocks, leaves, presses
from bot.effects import Answer, Card, Dialog, OpenTicket
from bot.errors import Refused
from bot.events import Open, Press, Send, TicketMoved, TicketOpened, Undeliverable
from bot.places import personal
from bot.support import request as requests
from bot.support.request import WITH_TICKET, Outcome, Request, Status
from bot.support.texts import Text
from bot.support.ticket import Progress, Ticket, Wording
from bot.support.triage import Need, past
from bot.views import Address, Button, Line, PlanCard, PlanPart

MEND = "Mend it…"
ALERTS_STEP = "ticket"  # the step of an alert's dialog with the ticket's form


# -- what it says ---------------------------------------------------------------------------------------------------


def opened(draft: Draft, event: TicketOpened) -> None:
    """Take what became of a ticket that was to be made: it is there, it is refused, or nobody knows."""
    ticket = draft.facts.tickets.get(event.ticket)
    if ticket is None or ticket.progress not in (Progress.OPENING, Progress.UNKNOWN):
        return
    if event.issue:
        clocks.reached(draft, event.place)
        _is_there(draft, ticket, event.issue, event.url)
    elif event.failure:
        _refused(draft, ticket, event.failure)
    else:
        _unclear(draft, ticket)


def undeliverable(draft: Draft, event: Undeliverable) -> None:
    """Take that it was never heard what became of a ticket that was to be made: the tracker may have it."""
    asked = [one for one in draft.facts.tickets.values() if tickets.effect_of(one) == event.message]
    for ticket in [one for one in asked if one.progress is Progress.OPENING]:
        _unclear(draft, ticket)


def moved(draft: Draft, event: TicketMoved) -> None:
    """Take how a ticket stands in the tracker now, unless something newer is known."""
    for ticket in [one for one in draft.facts.tickets.values() if one.key == event.ticket and one.is_live]:
        if ticket.moved_at is not None and event.happened_at < ticket.moved_at:
            continue
        known = replace(ticket, status=event.status, moved_at=event.happened_at)
        if event.deleted:
            _gone(draft, known)
        elif event.done:
            _done(draft, known)
        elif event.status != ticket.status:
            tickets.put(draft, known)


def follow(draft: Draft) -> None:
    """Tell whoever made a ticket how it stands, as soon as they are there."""
    tickets.follow(draft)
    for ticket in [one for one in draft.facts.tickets.values() if one.untold]:
        person = _maker(draft, ticket)
        if draft.paused or not claims.is_here(draft, person):
            continue
        key = f"{tickets.said_in(ticket)}:{draft.now.isoformat()}:{person}"
        letter = _letter(draft, ticket, key)
        if isinstance(letter, Line):  # which is not edited any more
            draft.post(key, personal(person), letter)
            tickets.put(draft, replace(ticket, untold=False))
        else:
            draft.show(key, personal(person), letter)
            tickets.put(draft, replace(ticket, untold=False, card=key))
        if ticket.is_gone:
            tickets.drop(draft, ticket)


def _maker(draft: Draft, ticket: Ticket) -> str:
    """Return who made a ticket; once they are no colleague any more, whoever is on duty."""
    if draft.colleague(ticket.by) is not None:
        return ticket.by.id
    return next((one.id for one in draft.duty(draft.now).responders), "")


# -- it is there ----------------------------------------------------------------------------------------------------


def _is_there(draft: Draft, ticket: Ticket, key: str, url: str) -> None:
    there = replace(ticket, progress=Progress.OPEN, key=key, url=url, draft=Wording(ticket.matter, ()), reason="")
    there = _settled(draft, replace(there, untold=ticket.withdrawn))
    tickets.put(draft, there)
    request = draft.request(ticket.matter)
    if request is not None:
        named = replace(request, ticket=there.link, ticket_done=False)
        draft.put(named)
        if request.status is Status.CLOSED:
            presses.show_ticket(draft, named)
        if not ticket.withdrawn and request.outcome is not Outcome.WITHDRAWN:
            line = Line((draft.say(Text.TICKET_IS, key=named.ticket),))
            draft.show(tickets.said_in(there), request.place, line)
    said_there = "" if ticket.withdrawn else f"It has a ticket: {key} {url}".rstrip()
    for alert in _alerts(draft, ticket):
        _put(draft, ticket, replace(alert, ticket_key=key, ticket_url=url), said_there)


def _alerts(draft: Draft, ticket: Ticket) -> list[Alert]:
    """Return the alerts whose ticket it is."""
    return [one for one in filter(None, map(draft.alert, ticket.matters)) if one.ticket == ticket.id]


def _put(draft: Draft, ticket: Ticket, alert: Alert, text: str) -> None:
    """Change an alert whose ticket it is; the thread of the one that it was made from hears of it."""
    draft.put_alert(slack.say(draft, alert, text) if text and alert.id == ticket.matter else alert)


def _settled(draft: Draft, ticket: Ticket) -> Ticket:
    """Let the card that told of a ticket say what has become of it."""
    if not ticket.card:
        return ticket
    place = personal(ticket.card.rpartition(":")[2])
    draft.show(ticket.card, place, Line((f"{ticket.matter}: {tickets.how(ticket)}.",)), first=False)
    return replace(ticket, card="")


def _back(draft: Draft, ticket: Ticket, alert: Alert, why: str) -> None:
    """Give an alert back to whoever had its ticket made."""
    back = replace(alert, status=step(alert, Act.REFUSE), changed_at=draft.now, owner=ticket.by, ended_by=None)
    _put(draft, ticket, back, f"{why} {ticket.by.name} goes on with it.")


# -- it is refused --------------------------------------------------------------------------------------------------


def _refused(draft: Draft, ticket: Ticket, why: str) -> None:
    """Give back what ended with a ticket to whoever ended it so, who mends its form; of no use is one taken back."""
    refused = _settled(draft, replace(ticket, progress=Progress.REFUSED, reason=why, untold=True))
    tickets.put(draft, refused)
    request = draft.request(ticket.matter)
    if ticket.withdrawn:
        tickets.drop(draft, refused)
    elif request is not None:
        _give_back(draft, request, refused)
    for alert in _alerts(draft, ticket):
        if alert.status is AlertStatus.TICKETED:
            _back(draft, ticket, replace(alert, ticket=""), "It has no ticket yet.")


def _give_back(draft: Draft, request: Request, ticket: Ticket) -> None:
    ended = request.status is Status.CLOSED
    if not ended or request.outcome not in WITH_TICKET:
        return
    if request.closed_at != ticket.at:  # it had ended before
        presses.show_ticket(draft, request)
        draft.show_anew(request)
        return
    word_by = claims.word_by(draft, draft.now)
    request = replace(request, triage=past(request.triage))
    draft.put(requests.give_back(request, ticket.by, draft.now, word_by))
    clocks.redraw(draft, draft.request(request.id) or request)


# -- nobody knows ---------------------------------------------------------------------------------------------------


def _unclear(draft: Draft, ticket: Ticket) -> None:
    unclear = replace(ticket, progress=Progress.UNKNOWN, untold=True)
    tickets.put(draft, _settled(draft, unclear))
    _draw_again(draft, ticket)


def _draw_again(draft: Draft, ticket: Ticket) -> None:
    """Show what a ticket is about as it stands now."""
    request = draft.request(ticket.matter)
    if request is not None:
        draft.show_anew(request)
    for alert in _alerts(draft, ticket):
        draft.put_alert(alert)


# -- it is done, or gone --------------------------------------------------------------------------------------------


def _done(draft: Draft, ticket: Ticket) -> None:
    tickets.drop(draft, ticket)
    tickets.forget_letters(draft, ticket)
    request = draft.request(ticket.matter)
    if request is not None:
        draft.put(replace(request, ticket_done=request.ticket != ""))
        if not ticket.withdrawn and request.outcome is not Outcome.WITHDRAWN:
            line = Line((draft.say(Text.TICKET_DONE, key=ticket.key),))
            draft.post(f"{tickets.said_in(ticket)}:done", request.place, line)
    for alert in _alerts(draft, ticket):
        if alert.is_live or alert.status is AlertStatus.TICKETED:
            solved = replace(alert, status=step(alert, Act.RESOLVE), changed_at=draft.now, deed=None, before=None)
            solved = replace(solved, ended_by=None)
            _put(draft, ticket, solved, f"{ticket.key} is done, so this is resolved.")


def _gone(draft: Draft, ticket: Ticket) -> None:
    tickets.put(draft, replace(ticket, progress=Progress.GONE, untold=True))
    tickets.forget_letters(draft, ticket)
    request = draft.request(ticket.matter)
    if request is not None:
        draft.put(replace(request, ticket=""))
    for alert in _alerts(draft, ticket):
        known = replace(alert, ticket_key="", ticket_url="")
        if alert.status is AlertStatus.TICKETED:
            _back(draft, ticket, known, f"{ticket.key} was deleted in Jira.")
        else:
            draft.put_alert(known)


# -- what its maker reads -------------------------------------------------------------------------------------------


def _letter(draft: Draft, ticket: Ticket, key: str) -> PlanCard | Line:
    """Return how a ticket stands for whoever made it, with what they can do about it."""
    match ticket.progress:
        case Progress.REFUSED:
            return _to_mend(draft, ticket, key)
        case Progress.UNKNOWN:
            return _to_find_out(draft, ticket, key)
        case Progress.GONE:
            again = "If it is still needed, have another made from there."
            return Line((f"{ticket.key} was deleted in Jira. It was the ticket of {ticket.matter}. {again}",))
    stays = "It stays in Jira: close it there if nobody needs it."
    return Line((f"{ticket.key} was made for {ticket.matter}, which was taken back. {stays} {ticket.url}".rstrip(),))


def _to_mend(draft: Draft, ticket: Ticket, key: str) -> PlanCard:
    request, desk = draft.request(ticket.matter), draft.desk.id
    leaf = next((one.id for one in draft.tree.leaves.values() if one.needs is Need.TICKET), "")
    if request is None and draft.alert(ticket.matter) is not None:
        mend = Button(desk, ticket.matter, key, MEND, "open", ALERTS_STEP)
    elif request is None or request.status is Status.CLOSED:
        mend = Button(desk, ticket.matter, key, MEND, "open", "key")
    else:
        mend = Button(desk, ticket.matter, key, MEND, "open", "triage", leaf)
    given_back = request is None or request.claimer == ticket.by
    whose = f"{ticket.matter} is yours again." if given_back and mend.step != "key" else ""
    form = "The ticket's form is as it was sent: mend it and send it again."
    return PlanCard(
        title=f"Jira refused the ticket of {ticket.matter}",
        text="\n".join(filter(None, (ticket.reason, whose, form))),
        parts=(_about(draft, ticket),),
        opens=(mend,),
    )


def _to_find_out(draft: Draft, ticket: Ticket, key: str) -> PlanCard:
    address = addresses.search(draft.policy.jira_project, ticket.label)
    return PlanCard(
        title=f"Did Jira make the ticket of {ticket.matter}?",
        text=f"It did not say whether {ticket.project} has it. Look there for the label {ticket.label}.",
        parts=(_about(draft, ticket),),
        presses=(Button(draft.desk.id, "", key, "Make it again", "send", "ticket.again", ticket.id),),
        opens=(Button(draft.desk.id, "", key, "It is there…", "open", "ticket.there", ticket.id),),
        links=(Address("Look in Jira", address),) if address else (),
    )


def _about(draft: Draft, ticket: Ticket) -> PlanPart:
    request = draft.request(ticket.matter)
    place = request.place if request else ""
    return PlanPart(ticket.draft.summary, thread=place, thread_label="Open thread" if place else "")


# -- what they do about it ------------------------------------------------------------------------------------------


def _draw_there(draft: Draft, event: Press, error: str) -> Answer:
    ticket = _unknown(draft, event)
    field = forms.line("ticket", "The ticket's key or link", required=True)
    ways = (Way("It is this one", "ticket.there", ticket.id),)
    note = f"It has the label {ticket.label}."
    title = f"The ticket of {ticket.matter}"
    return Dialog(
        title, forms.card(draft, None, event, title=title, note=note, error=error, fields=(field,), ways=ways)
    )


def _take_there(draft: Draft, event: Send) -> Answer:
    ticket = _unknown(draft, event)
    named, wrong = leaves.named(draft, forms.filled(event, "ticket"))
    key = addresses.key_of(named)
    if wrong or not key:
        return _draw_there(draft, event, wrong or leaves.NAME_IT)
    _is_there(draft, ticket, key, named if addresses.is_link(named) else "")
    title = f"The ticket of {ticket.matter} is {key}"
    return Dialog(title, forms.card(draft, None, event, title=title))


def _again(draft: Draft, event: Send) -> Answer:
    ticket = _unknown(draft, event)
    again = replace(ticket, progress=Progress.OPENING, untold=False)
    tickets.put(draft, _settled(draft, again))
    draft.follow_with(OpenTicket(tickets.effect_of(again), again, again=True))
    _draw_again(draft, again)
    return Card(PlanCard(f"The ticket of {ticket.matter} is being made"))


def _unknown(draft: Draft, event: Press) -> Ticket:
    """Return the ticket that a press names; raise Refused, saying how it stands, where nothing is to be found out."""
    ticket = draft.facts.tickets.get(event.choice) if isinstance(event, Open | Send) else None
    if ticket is None:
        raise Refused(draft.say(Text.STALE))
    if ticket.progress is not Progress.UNKNOWN:
        raise Refused(f"{ticket.matter}: {tickets.how(ticket)}.")
    return ticket


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "ticket.there": DeskStep(Right.COLLEAGUE, _draw_there, _take_there),
        "ticket.again": DeskStep(Right.COLLEAGUE, None, _again),
    }
)
"""What whoever made a ticket says once they have looked for it."""
