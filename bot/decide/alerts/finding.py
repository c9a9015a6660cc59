"""Which alerts an event is about: by their ids, or by the names under which they are found again."""

from bot.alerts.alert import Alert, alike, is_alert, key_of, post_name
from bot.decide.draft import Draft
from bot.decide.tickets import effect_of
from bot.events import Alerted, Event, Open, Press, Send, SlackActed, Sweep, TicketMoved, TicketOpened, Undeliverable
from bot.state import State
from bot.support.triage import ALERT, said


def ids(state: State, event: Event) -> tuple[str, ...]:
    """Return the ids of the alerts, and of the requests, that an event is about and that may have ended."""
    match event:
        case Press():
            ticket = state.tickets.get(event.choice) if isinstance(event, Open | Send) else None
            request = state.requests.get(event.request)
            chosen = said(request.triage, ALERT) if request else None
            cause = (chosen.answer,) if chosen and is_alert(chosen.answer) else ()
            return (event.request, *(ticket.matters if ticket else ()), *cause)
        case Sweep():
            return event.alerts
        case TicketOpened():
            ticket = state.tickets.get(event.ticket)
            return ticket.matters if ticket else ()
        case Undeliverable():
            return tuple(
                id_ for one in state.tickets.values() if effect_of(one) == event.message for id_ in one.matters
            )
        case TicketMoved():
            return tuple(id_ for one in state.tickets.values() if one.key == event.ticket for id_ in one.matters)
    return ()


def names(event: Event) -> tuple[str, ...]:
    """Return the names of the alerts that an event may be about."""
    match event:
        case Alerted():
            said = event.notification
            found = (key_of(said, event.thread), post_name(event.thread) if event.thread else "", alike(said))
            return tuple(filter(None, found))
        case SlackActed():
            return (post_name(event.thread),)
    return ()


def told_of(draft: Draft, event: Alerted) -> Alert | None:
    """Return the alert that a notification belongs to, None for a new one.

    A message that was heard before stays with its alert. What names no error goes to the last alert like it.
    """
    for name in names(event):
        found = draft.alert_called(name)
        if found is not None and (name != alike(event.notification) or not event.notification.error):
            return found
    return None
