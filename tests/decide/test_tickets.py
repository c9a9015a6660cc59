"""Tickets of alerts: what they say, that there is one for each, and what follows from what the tracker says of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.alert import Alert, Post, Status
from bot.alerts.notification import Kind, Notification
from bot.decide import decide, tickets
from bot.decide.draft import Draft
from bot.effects import Decision, OpenTicket, PutAlert, PutFacts, Say, Show, SlackSay
from bot.errors import Refused
from bot.events import ClockStruck, Event, TicketMoved, TicketOpened
from bot.people import Author
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Knowledge, Pause, State
from bot.support.ticket import Progress, Section, Ticket, Urgency, Wording
from bot.views import PlanCard
from tests.journeys.town import ANA, BEN, CHANNEL, TEAM, TRIAGE, at, shifts

NOW = at("2026-11-23 10:00")
ANA_ = Author(ANA.id, ANA.name)
KNOWS = Knowledge(triage=TRIAGE, jira="EDGE")
ERROR = "5f0c8e7ad1b2c30018a4e6f1"
URL = f"https://app.bugsnag.com/acme/shipping/errors/{ERROR}"
SLACK = "https://acme.slack.com/archives/C0BUGSNAG1/p1763700001000001"
SAID = Notification(
    Kind.NEW,
    error=ERROR,
    project="shipping",
    stage="production",
    error_class="Labels::PrinterOffline",
    message="printer gate-4\ndoes not answer",
    where="labels#create",
    frames=tuple(f"app/labels/printer.rb:{line}" for line in range(7)),
    occurrences=1,
    users=3,
    first_at=at("2026-11-20 08:00"),
    version="2026.47.1",
    url=URL,
)
ALERT = Alert(
    "A-1",
    f"error:{ERROR}",
    SAID,
    NOW,
    NOW,
    NOW,
    NOW,
    posts=(Post("C0BUGSNAG1/1763700001.000001", SLACK),),
    impact="labels at gate 4",
    pair_at=NOW,
)
GIVEN = {
    "summary": "Printers of gate 4 are offline",
    "happened": "Since the release.",
    "impact": "No labels",
    "workaround": "yes",
    "urgency": "Low",
}


def state(alert: Alert = ALERT, *known: Ticket, desk: str = "backend") -> State:
    """Return a desk with an alert and tickets."""
    facts = Facts(tickets={one.id: one for one in known}, last_ticket=len(known))
    rota = Rota({one.id: one for one in TEAM}, shifts())
    return State(DeskInfo(desk, "tenant", "team", CHANNEL), rota, facts, alerts={alert.id: alert})


def draft(*known: Any, **more: Any) -> Draft:
    return Draft(state(*known, **more), NOW, KNOWS)


def made(**traits: Any) -> tuple[Alert, Ticket]:
    """Return an alert that has a ticket, and that."""
    one = draft()
    alert = tickets.open_for_alert(one, ALERT, tickets.of_alert(one, ALERT), ANA_)
    return alert, replace(one.facts.tickets["T-1"], **traits)


def answered(**said: str) -> Event:
    return TicketOpened(key="answer", happened_at=NOW, effect="1.1", place="Jira", ticket="T-1", **said)


def moved(**how: Any) -> Event:
    return TicketMoved(**{"key": "moved", "happened_at": NOW, "ticket": "EDGE-1", "status": "Done", **how})


def what(decision: Decision) -> tuple[Alert | None, Mapping[str, Ticket] | None, list[tuple[str, str]]]:
    """Return the alert and the tickets as they became, and what Slack hears, each with its thread."""
    alerts = [one.alert for one in decision.changes if isinstance(one, PutAlert)]
    facts = [one.facts.tickets for one in decision.changes if isinstance(one, PutFacts)]
    slack = [(one.thread, one.text) for one in decision.effects if isinstance(one, SlackSay)]
    return alerts[0] if alerts else None, facts[0] if facts else None, slack


# -- what it says ---------------------------------------------------------------------------------------------------


def test_an_alerts_ticket_says_what_bugsnag_said_with_its_links() -> None:
    wording = tickets.of_alert(draft(), ALERT)
    title = "Labels::PrinterOffline: printer gate-4 does not answer"
    assert wording == Wording(
        title,
        (
            Section("What happened", f"{title}\nIn labels#create"),
            Section("Production impact", "labels at gate 4"),
            Section("Workaround", "no"),
            Section("Steps"),
            Section(
                "Seen",
                "shipping production 2026.47.1\nFirst Fri 20 Nov, 08:00, last Mon 23 Nov, 10:00\n1 occurrence, 3 users",
            ),
            Section("In our code", "\n".join(f"app/labels/printer.rb:{line}" for line in range(5))),
            Section("Links", links=(("Slack (A-1)", SLACK), ("Bugsnag: Labels::PrinterOffline", URL))),
        ),
        about=URL,
        about_title=title,
    )


def test_of_what_cannot_be_read_a_ticket_says_what_there_is() -> None:
    alert = replace(ALERT, latest=Notification(Kind.UNREADABLE, said="an odd message"), posts=(), impact="")
    wording = tickets.of_alert(draft(alert), alert)
    assert (wording.summary, wording.about, wording.about_title) == ("an odd message", "", "")
    assert tickets.alert_text(draft(alert), alert) == (
        "an odd message",
        "What happened: an odd message\n\nWorkaround: no\n\nSeen: First Mon 23 Nov, 10:00, last Mon 23 Nov, 10:00",
    )
    nothing = replace(alert, latest=Notification(Kind.UNREADABLE))
    assert tickets.titled(nothing) == "A-1"


def test_by_hand_it_is_a_summary_and_one_text() -> None:
    summary, text = tickets.alert_text(draft(), ALERT)
    assert summary == "Labels::PrinterOffline: printer gate-4 does not answer"
    assert "Production impact: labels at gate 4" in text
    assert f"Links: Slack (A-1): {SLACK}\nBugsnag: Labels::PrinterOffline: {URL}" in text


def test_its_form_is_read_into_what_the_ticket_says() -> None:
    assert [one.id for one in tickets.alert_fields(draft(), ALERT)] == [
        *("summary", "happened", "impact", "workaround", "steps", "urgency")
    ]
    wording, wrong = tickets.alert_draft(draft(), ALERT, GIVEN)
    assert wording is not None
    assert (wrong, wording.summary, wording.urgency) == ("", GIVEN["summary"], Urgency.LOW)
    assert [one.text for one in wording.sections[:4]] == ["Since the release.", "No labels", "yes", ""]
    assert wording.sections[4:] == tickets.of_alert(draft(), ALERT).sections[4:]
    assert tickets.alert_draft(draft(), ALERT, {}) == (None, "Write the ticket's summary first.")


# -- one for a matter -----------------------------------------------------------------------------------------------


def test_an_alert_with_a_ticket_waits_for_that_and_calls_nobody_more() -> None:
    one = draft()
    alert = tickets.open_for_alert(one, ALERT, tickets.of_alert(one, ALERT), ANA_)
    assert (alert.status, alert.ticket, alert.ended_by, alert.next_at) == (Status.TICKETED, "T-1", ANA_, None)
    (effect,) = [effect for effect in one.decision().effects if isinstance(effect, OpenTicket)]
    assert (effect.key, effect.ticket.matter, effect.ticket.label) == ("ticket:T-1", "A-1", "hotseat-backend-a-1")
    with pytest.raises(Refused, match=r"A-1 has a ticket, by Ana Lindqvist\."):
        tickets.open_for_alert(one, alert, tickets.of_alert(one, ALERT), ANA_)


def test_an_alert_that_was_taken_back_gets_the_ticket_that_there_is() -> None:
    _, ticket = made(progress=Progress.OPEN, key="EDGE-1", url="https://jira.example.com/browse/EDGE-1")
    one = draft(ALERT, ticket)
    tickets.withdraw(one, ticket)
    assert (one.facts.tickets["T-1"].withdrawn, one.facts.tickets["T-1"].untold) == (True, True)
    alert = tickets.open_for_alert(one, ALERT, tickets.of_alert(one, ALERT), Author(BEN.id, BEN.name))
    assert (alert.ticket, alert.ticket_key, alert.ticket_url) == ("T-1", ticket.key, ticket.url)
    assert not one.facts.tickets["T-1"].withdrawn
    assert not [effect for effect in one.decision().effects if isinstance(effect, OpenTicket)]


def test_an_alert_that_comes_again_after_its_ticket_gets_another_with_another_label() -> None:
    one = draft(replace(ALERT, ticket="T-9", ticket_key="EDGE-9"))
    one.put_facts(replace(one.facts, last_ticket=9))
    alert = tickets.open_for_alert(one, replace(ALERT, ticket="T-9"), tickets.of_alert(one, ALERT), ANA_)
    assert (alert.ticket, alert.ticket_key) == ("T-10", "")
    assert one.facts.tickets["T-10"].label == "hotseat-backend-a-1-t-10"


@pytest.mark.parametrize(
    ("desk", "label"),
    [("Back End/Süd", "hotseat-back-end-süd-a-1"), ("x" * 300, f"hotseat-{'x' * 243}-a-1")],
)
def test_a_label_is_one_that_jira_takes(desk: str, label: str) -> None:
    one = draft(desk=desk)
    tickets.open_for_alert(one, ALERT, tickets.of_alert(one, ALERT), ANA_)
    assert one.facts.tickets["T-1"].label == label
    assert len(label) <= tickets.MOST_LABEL


# -- what the tracker says ------------------------------------------------------------------------------------------


def test_the_alert_and_its_thread_hear_which_ticket_it_is() -> None:
    alert, ticket = made()
    url = "https://jira.example.com/browse/EDGE-1"
    known, left, slack = what(decide(state(alert, ticket), answered(issue="EDGE-1", url=url), NOW, KNOWS))
    assert known == replace(alert, ticket_key="EDGE-1", ticket_url=url, said=1)
    assert slack == [("C0BUGSNAG1/1763700001.000001", f"It has a ticket: EDGE-1 {url}")]
    assert left is not None
    assert left["T-1"].draft == Wording("A-1", ())


def test_what_has_no_thread_yet_says_it_later() -> None:
    alert, ticket = made()
    known, _, slack = what(decide(state(replace(alert, posts=()), ticket), answered(issue="EDGE-1"), NOW, KNOWS))
    assert known is not None
    assert (slack, known.unsaid) == ([], "It has a ticket: EDGE-1")


def test_a_ticket_that_was_taken_back_is_said_to_its_maker_alone() -> None:
    alert, ticket = made(withdrawn=True)
    decision = decide(state(alert, ticket), answered(issue="EDGE-1"), NOW, KNOWS)
    assert what(decision)[2] == []
    assert [one.place for one in decision.effects if isinstance(one, Say)] == ["person:ana"]


def test_a_refusal_gives_the_alert_back_to_whoever_wanted_the_ticket() -> None:
    alert, ticket = made()
    decision = decide(state(alert, ticket), answered(failure="no such project"), NOW, KNOWS)
    known, left, slack = what(decision)
    assert known is not None
    assert (known.status, known.owner, known.ended_by, known.ticket) == (Status.ACKNOWLEDGED, ANA_, None, "")
    assert slack == [("C0BUGSNAG1/1763700001.000001", "It has no ticket yet. Ana Lindqvist goes on with it.")]
    (card,) = [one.view for one in decision.effects if isinstance(one, Show)]
    assert isinstance(card, PlanCard)
    assert [(one.request, one.step) for one in card.opens] == [("A-1", "ticket")]
    assert left is not None
    again = draft(known, left["T-1"])
    assert tickets.of_alert(again, known) == ticket.draft
    assert tickets.open_for_alert(again, known, ticket.draft, ANA_).ticket == "T-2"
    assert list(again.facts.tickets) == ["T-2"]


def test_where_nobody_knows_the_alert_is_shown_anew_and_its_maker_asked() -> None:
    alert, ticket = made()
    decision = decide(state(alert, ticket), answered(), NOW, KNOWS)
    known, left, slack = what(decision)
    assert (known, slack) == (alert, [])
    assert left is not None
    assert left["T-1"].progress is Progress.UNKNOWN
    (card,) = [one.view for one in decision.effects if isinstance(one, Show)]
    assert isinstance(card, PlanCard)
    assert card.title == "Did Jira make the ticket of A-1?"


def test_a_ticket_that_is_done_resolves_its_alert() -> None:
    alert, ticket = made(progress=Progress.OPEN, key="EDGE-1")
    known, left, slack = what(decide(state(alert, ticket), moved(done=True), NOW, KNOWS))
    assert known is not None
    assert (known.status, known.changed_at, known.ended_by, left) == (Status.RESOLVED, NOW, None, {})
    assert slack == [("C0BUGSNAG1/1763700001.000001", "EDGE-1 is done, so this is resolved.")]


@pytest.mark.parametrize("event", [moved(done=True), answered(failure="no such project")])
def test_an_alert_that_goes_on_without_its_ticket_stays_as_it_is(event: Event) -> None:
    alert, ticket = made(key="EDGE-1", progress=Progress.OPEN if isinstance(event, TicketMoved) else Progress.OPENING)
    ignored = replace(alert, status=Status.IGNORED)
    known, _, slack = what(decide(state(ignored, ticket), event, NOW, KNOWS))
    assert (known, slack) == (None, [])


@pytest.mark.parametrize("event", [answered(issue="EDGE-1"), moved(deleted=True), moved(done=True), answered()])
def test_a_ticket_of_what_is_known_no_longer_goes_on_by_itself(event: Event) -> None:
    _, ticket = made(key="EDGE-1", progress=Progress.OPEN if isinstance(event, TicketMoved) else Progress.OPENING)
    known, _, slack = what(decide(replace(state(ALERT, ticket), alerts={}), event, NOW, KNOWS))
    assert (known, slack) == (None, [])


def test_an_alerts_ticket_that_is_deleted_leaves_it_without_a_key_with_whoever_had_it_made() -> None:
    alert, ticket = made(progress=Progress.OPEN, key="EDGE-1")
    known, left, _ = what(decide(state(replace(alert, ticket_key="EDGE-1"), ticket), moved(deleted=True), NOW, KNOWS))
    assert known is not None
    assert (known.status, known.owner, known.ticket_key, left) == (Status.ACKNOWLEDGED, ticket.by, "", {})


@pytest.mark.parametrize("pause", [None, Pause(NOW, NOW, ANA_)])
def test_an_alert_that_is_over_is_shown_by_no_strike_and_by_no_end_of_a_pause(pause: Pause | None) -> None:
    over = replace(ALERT, status=Status.RESOLVED, cards=("alert:A-1:1",))
    desk = state(over)
    desk = replace(desk, facts=replace(desk.facts, pause=pause))
    decision = decide(desk, ClockStruck(key="k", happened_at=NOW), NOW, KNOWS)
    assert [one for one in decision.effects if isinstance(one, Show) and one.key == "alert:A-1:1"] == []
