"""How an alert looks: on its card, on the copies that call somebody, and in a line."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, Status
from bot.alerts.notification import Kind
from bot.decide.draft import Draft
from bot.support.intake import excerpt as first_words
from bot.support.ticket import Progress
from bot.support.words import moment
from bot.views import Address, AlertCard, Button, Fact

CARD, CALL = "alert", "call"  # how the keys of cards begin: of the one that all see, and of those that call somebody
HANDLE, MORE = "I'm handling it", "More…"
NEWS = {
    Kind.NEW: "New",
    Kind.REOPENED: "Reopened",
    Kind.SPIKE: "Spiking",
    Kind.OPENED: "Opened again in Bugsnag",
    Kind.LIMITED: "Bugsnag leaves events out",
    Kind.TEST: "A test by Bugsnag",
    Kind.UNREADABLE: "A message that I can't read",
}
MOST_FRAMES = 3
JUST_NOW = timedelta(minutes=1)


def card_key(alert: Alert, person: str = "") -> str:
    """Return the key of an alert's card as it was triggered last; with a ``person``, of the one in their chat."""
    return ":".join(filter(None, (CARD, alert.id, str(alert.round), person)))


def call_key(id_: str, round_: int, person: str, known: Iterable[str]) -> str:
    """Return the key of a message that calls somebody about an alert or a storm: another than those ``known``."""
    begin, end = f"{CALL}:{id_}:{round_}", f":{person}"
    times = sum(one.startswith(begin) and one.endswith(end) for one in known)
    return f"{begin}{f'.{times}' if times else ''}{end}"


def card(draft: Draft, alert: Alert, key: str) -> AlertCard:
    """Return an alert as the message under ``key`` shows it now."""
    waiting = alert.status is Status.TRIGGERED

    def button(title: str, verb: str, step: str = "", *, main: bool = False) -> Button:
        return Button(draft.desk.id, alert.id, key, title, verb, step, main=main)

    return AlertCard(
        title=title(alert),
        headline=headline(draft, alert),
        text=_text(alert),
        facts=_facts(draft, alert),
        remark=f"{alert.comment.by} in Bugsnag: {alert.comment.text}" if alert.comment else "",
        waiting=waiting,
        taken=alert.status is Status.ACKNOWLEDGED,
        settled=not alert.is_live,
        presses=(button(HANDLE, "claim", main=True),) if waiting else (),
        opens=(button(MORE, "open", "alert"),),
        links=links(alert),
    )


def title(alert: Alert) -> str:
    """Return which error it is, and where: "TimeoutError in shop, production"."""
    said = alert.latest
    what = said.error_class or ("Message from Bugsnag" if said.kind is Kind.UNREADABLE else "Bugsnag")
    where = ", ".join(filter(None, (said.project, said.stage)))
    return f"{what} in {where}" if where else what


def named(alert: Alert) -> str:
    """Return an alert as others speak of it: "A-7 (TimeoutError in shop, production)"."""
    return f"{alert.id} ({title(alert)})"


def headline(draft: Draft, alert: Alert) -> str:
    """Say how an alert stands."""
    match alert.status:
        case Status.TRIGGERED:
            since = moment(alert.triggered_at, draft.now, draft.hours)
            return f"{NEWS.get(alert.news, 'Again')}: nobody has it yet, since {since}"
        case Status.ACKNOWLEDGED:
            assert alert.owner is not None
            since = f", since {moment(alert.owned_at, draft.now, draft.hours)}" if alert.owned_at else ""
            return f"{alert.owner.name} is handling it{since}"
        case Status.TICKETED:
            return f"{_ticket(draft, alert)}: cause and solution belong to the ticket"
    return ended(draft, alert)


def _ticket(draft: Draft, alert: Alert) -> str:
    if alert.ticket_key:
        return f"{alert.ticket_key} has it"
    ticket = draft.facts.tickets.get(alert.ticket)
    if ticket is not None and ticket.progress is Progress.UNKNOWN:
        return f"{ticket.by.name} finds out whether Jira has the ticket"
    return "A ticket, which is being made, has it"


def ended(draft: Draft, alert: Alert) -> str:
    """Say how an alert ended: by whom, when, and until when and why it is ignored."""
    by = f" by {alert.ended_by.name}" if alert.ended_by else ""
    at = moment(alert.changed_at, draft.now, draft.hours, dated=True)
    if alert.status is Status.RESOLVED:
        return f"Resolved{by}, {at}"
    until = f", until {moment(alert.until, draft.now, draft.hours, dated=True)}" if alert.until else ""
    return f"Ignored{by}, {at}{until}{f': {alert.reason}' if alert.reason else ''}"


def links(alert: Alert) -> tuple[Address, ...]:
    """Return where else to look: in Bugsnag, in Slack, at the ticket."""
    slack = next((one.link for one in reversed(alert.posts) if one.link), "")
    some = (("Bugsnag", alert.latest.url), ("Slack", slack), (alert.ticket_key or "Ticket", alert.ticket_url))
    return tuple(Address(name, url) for name, url in some if url)


def _text(alert: Alert) -> str:
    said = alert.latest
    if said.kind is Kind.UNREADABLE or not (said.message or said.error_class):
        return said.said
    return said.message


def _facts(draft: Draft, alert: Alert) -> tuple[Fact, ...]:
    said = alert.latest
    frames = "; ".join(said.frames[:MOST_FRAMES])
    where = "\n".join(filter(None, (said.where, frames)))
    facts = (
        ("Where", where),
        ("How often", _often(alert)),
        ("Seen", _seen(draft, alert)),
        ("Just after", alert.after),
        ("Stops", alert.impact),
    )
    return tuple(Fact(label, text) for label, text in facts if text)


def _often(alert: Alert) -> str:
    said = alert.latest
    times = f"{said.occurrences} times in all" if said.occurrences > 1 else ""
    users = f"{said.users} user{'' if said.users == 1 else 's'}" if said.users else ""
    rate = f"{said.rate} a minute" if said.rate else ""
    words = said.said if said.kind is Kind.OCCURRED else ""
    told = f"reported {alert.times} times" if alert.times > 1 else ""
    return ", ".join(filter(None, (rate, words, times, users, told)))


def _seen(draft: Draft, alert: Alert) -> str:
    def said(at: datetime) -> str:
        return moment(at, draft.now, draft.hours)

    first = min(filter(None, (alert.latest.first_at, alert.first_at)))
    if alert.last_at - first < JUST_NOW:
        return said(alert.last_at)
    return f"first {said(first)}, last {said(alert.last_at)}"


def moved_on(draft: Draft, alert: Alert, key: str) -> AlertCard:
    """Return what the card of an earlier time says, now that an alert was triggered again."""
    since = moment(alert.triggered_at, draft.now, draft.hours, dated=True)
    said = f"Open again since {since}: its new card is below"
    return replace(
        card(draft, alert, key), headline=said, waiting=False, taken=False, settled=True, presses=(), opens=()
    )


def excerpt(alert: Alert, limit: int) -> str:
    """Return the first words of what an alert says."""
    return first_words(_text(alert), limit)
