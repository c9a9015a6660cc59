"""What people do about an alert: *I'm handling it* on its card, and *More…*, a dialog with all else.

Every backend colleague may. The first press wins, a repeated one gets the current card, and whoever pressed may take it
back for ten minutes. In a storm, what is done to one alert is done to all of its kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.alerts.alert import Act, Alert, Deed, Status, met, step
from bot.decide import forms, tickets
from bot.decide.alerts import cards, handing, showing, slack, storms
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import addresses, leaves
from bot.decide.rota import handover
from bot.effects import Answer, Card, Dialog
from bot.errors import Refused
from bot.events import Claim, Open, Press, Send
from bot.support.texts import Text
from bot.support.words import moment
from bot.views import Address

UNDO = timedelta(minutes=10)
LONGEST = 500  # characters
LASTING = (("hour", "For an hour"), ("day", "Until the next working day"), ("week", "For a week"), ("ever", "For good"))
SPANS = MappingProxyType({"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)})
STOPS, TICKET = "What does it stop?", "Ticket"
NEEDS_NOW = (("yes", "Yes: I give one now."), ("no", "No: a ticket is enough."))


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name on the menu, how its form is drawn (None: its button does it), and what it does when sent."""

    title: str
    draw: Callable[[Draft, Alert, Press, str], Answer] | None
    take: Callable[[Draft, Alert, Send], Answer] | None


def claimed(draft: Draft, event: Claim) -> Answer:
    """Give an alert to whoever pressed, unless somebody has it."""
    alert = _pressed(draft, event)
    if alert.status is Status.TRIGGERED and not event.again:
        _claim(draft, alert, event)
    return Card(cards.card(draft, draft.alert(alert.id) or alert, event.card))


def opened(draft: Draft, event: Open) -> Answer:
    """Draw a step's form; it changes nothing."""
    alert, known = _pressed(draft, event), _step(draft, event)
    if known.draw is None:
        raise Refused(draft.say(Text.STALE))
    return known.draw(draft, alert, event, "")


def sent(draft: Draft, event: Send) -> Answer:
    """Do a step; what was sent already is answered with how the alert stands."""
    alert, known = _pressed(draft, event), _step(draft, event)
    if event.again and event.card.startswith("handover:"):
        return handover.card_again(draft, event)
    if event.again:
        return _menu(draft, alert, event)
    if known.take is None:
        raise Refused(draft.say(Text.STALE))
    return known.take(draft, alert, forms.whole(event))


def _pressed(draft: Draft, event: Press) -> Alert:
    """Return the alert that a press names; raise Refused if there is none, or the presser may not."""
    alert = draft.alert(event.request)
    if alert is None:
        raise Refused(draft.say(Text.UNKNOWN, id=event.request))
    showing.check_place(draft, event)
    if draft.colleague(event.author) is None:
        raise Refused("Alerts are the backend team's.")
    return alert


def _step(draft: Draft, event: Open | Send) -> Step:
    known = STEPS.get(event.step)
    if known is None:
        raise Refused(draft.say(Text.STALE))
    return known


# -- what is done ---------------------------------------------------------------------------------------------------


def _did(draft: Draft, alert: Alert, event: Press, act: Act, what: str, said: str, **new: Any) -> Alert:
    """Do something to an alert and those of its kin in a storm to which it can be done; raise Refused if to itself not.

    A line is said in the thread of the one that was pressed.
    """
    deed = Deed(event.author, event.happened_at, what)
    new = {"status": step(alert, act), "changed_at": event.happened_at, "deed": deed, **new}
    for one in storms.kin(draft, alert, act)[::-1]:
        changed = replace(met(one, event.happened_at), **new, before=replace(one, before=None))
        if one.id == alert.id:
            changed = slack.say(draft, changed, said)
        draft.put_alert(changed)
    return draft.alert(alert.id) or alert


def _claim(draft: Draft, alert: Alert, event: Press) -> Alert:
    owned = {"owner": event.author, "owned_at": event.happened_at, "eyes": ""}
    line = f"{event.author.name} is handling it."
    of = len(storms.kin(draft, alert, Act.ACKNOWLEDGE))
    taken = _did(draft, alert, event, Act.ACKNOWLEDGE, "took it", line, **owned)
    slack.tell_the_pair(draft, taken, event.author, "took", of=of)
    return taken


def _take_claim(draft: Draft, alert: Alert, event: Send) -> Answer:
    return _menu(draft, _claim(draft, alert, event), event, "You have it.")


def _take_back(draft: Draft, alert: Alert, event: Send) -> Answer:
    if alert.owner is None or alert.owner.id != event.author.id:
        raise Refused(f"{alert.owner.name if alert.owner else 'Nobody'} has {alert.id}.")
    count = len(storms.held(draft, alert))
    what = (
        f"gives all {count} alerts of this kind back: nobody has them" if count > 1 else "gives it back: nobody has it"
    )
    free = handing.let_go(draft, alert, event.happened_at, called=(event.author.id,))
    draft.put_alert(slack.say(draft, free, f"{event.author.name} {what} now."))
    if event.card.startswith("handover:"):
        return handover.card_again(draft, event)
    return _menu(draft, draft.alert(alert.id) or free, event, "Given back.")


def _take_resolved(draft: Draft, alert: Alert, event: Send) -> Answer:
    line = f"{event.author.name} says it is resolved."
    done = _did(draft, alert, event, Act.RESOLVE, "resolved it", line, ended_by=event.author)
    return _menu(draft, done, event, "Resolved.")


def _take_again(draft: Draft, alert: Alert, event: Send) -> Answer:
    status = step(replace(alert, status=step(alert, Act.TRIGGER)), Act.ACKNOWLEDGE)
    line = f"{event.author.name} opened it again, and has it."
    owned = {"owner": event.author, "owned_at": event.happened_at, "ended_by": None, "reason": "", "until": None}
    again = _did(draft, alert, event, Act.TRIGGER, "opened it again", line, status=status, **owned)
    return _menu(draft, again, event, "Open again. You have it.")


def _take_undo(draft: Draft, alert: Alert, event: Send) -> Answer:
    if not _can_undo(alert, event) or alert.before is None or alert.deed is None:
        raise Refused("It can't be taken back any more.")
    what, made = alert.deed.what, tickets.live(draft, alert.id)
    if made is not None and alert.before.ticket != made.id:
        tickets.withdraw(draft, made)
    for one in [one for one in storms.kin(draft, alert)[::-1] if one.deed == alert.deed]:
        before = _restored(one, event)
        if one.id == alert.id:
            before = slack.say(draft, before, f"{event.author.name} took that back ({what}).")
        draft.put_alert(before)
    now = draft.alert(alert.id) or alert
    return _menu(draft, now, event, "Taken back.")


def _restored(alert: Alert, event: Press) -> Alert:
    """Return an alert as it was before the latest deed, with all that was heard of it since."""
    assert alert.before is not None
    return replace(
        alert.before,
        latest=alert.latest,
        posts=alert.posts,
        heard=alert.heard,
        times=alert.times,
        last_at=alert.last_at,
        comment=alert.comment,
        said=alert.said,
        back=alert.back,
        cards=alert.cards,
        called=alert.called,
        changed_at=event.happened_at,
        deed=None,
        before=None,
    )


def _can_undo(alert: Alert, event: Press) -> bool:
    deed = alert.deed
    if deed is None or alert.before is None or (alert.storm and not alert.is_live):
        return False  # the others of its kind are held no longer
    return deed.author.id == event.author.id and event.happened_at - deed.at <= UNDO


# -- forms ----------------------------------------------------------------------------------------------------------


def _draw_menu(draft: Draft, alert: Alert, event: Press, error: str) -> Answer:
    return _menu(draft, alert, event, error=error)


def _menu(draft: Draft, alert: Alert, event: Press, done: str = "", error: str = "") -> Answer:
    ways: tuple[Way | tuple[str, tuple[Way, ...]], ...] = ()
    mine = alert.owner is not None and alert.owner.id == event.author.id
    if alert.status is Status.TRIGGERED:
        ways += (_way("alert_claim"),)
    if _can_undo(alert, event):
        ways += (Way("Undo", "alert_undo"),)
    if alert.is_live:
        ways += (_way("alert_back"),) if mine and alert.status is Status.ACKNOWLEDGED else ()
        ways += (("Find out", (_way("alert_stops"),)), ("End", tuple(map(_way, ENDS))))
    else:
        ways += (_way("alert_again"),)
    return _form(draft, alert, event, alert.id, note=done, error=error, ways=ways)


def _draw_ignore(draft: Draft, alert: Alert, event: Press, error: str) -> Answer:
    fields = (
        forms.line("reason", "Why it may be ignored", required=True, longest=LONGEST),
        forms.one("until", "Until when", LASTING, "day"),
    )
    ways = (Way("Ignore it", "alert_ignore"), Way("Back", "alert", opens=True))
    note = "It comes back when Bugsnag says that it is reopened or spiking, or at the first time after that."
    return _form(draft, alert, event, "Ignore", note=note, error=error, fields=fields, ways=ways)


def _take_ignore(draft: Draft, alert: Alert, event: Send) -> Answer:
    reason, lasting = forms.filled(event, "reason"), event.fields.get("until", "")
    wrong = "" if reason else "Say why it may be ignored."
    wrong = wrong or (f"At most {LONGEST} characters, please." if len(reason) > LONGEST else "")
    if wrong:
        return _draw_ignore(draft, alert, event, wrong)
    until = _until(draft, lasting, event.happened_at)
    end = f" until {moment(until, draft.now, draft.hours)}" if until else ""
    line = f"{event.author.name} ignores it{end}: {reason}"
    new = {"ended_by": event.author, "reason": reason, "until": until}
    return _menu(draft, _did(draft, alert, event, Act.IGNORE, "ignored it", line, **new), event, "Ignored.")


def _until(draft: Draft, lasting: str, at: datetime) -> datetime | None:
    """Return when an alert may come back: whole days end with the next opening of support hours."""
    span = SPANS.get(lasting)
    if span is None:
        return None
    if span < timedelta(days=1):
        return at + span
    return draft.hours.next_open(draft.hours.opening(draft.hours.local(at + span).date()))


def _draw_stops(draft: Draft, alert: Alert, event: Press, error: str) -> Answer:
    fields = (
        forms.text("text", "Who and what is affected", alert.impact, longest=LONGEST),
        forms.one("now", "Does it need an immediate workaround?", NEEDS_NOW),
    )
    ways = (Way("Next", "alert_stops"), Way("Back", "alert", opens=True))
    return _form(draft, alert, event, STOPS, error=error, fields=fields, ways=ways)


def _take_stops(draft: Draft, alert: Alert, event: Send) -> Answer:
    impact, now = forms.filled(event, "text"), event.fields.get("now", "")
    wrong = "" if impact else "Say who and what is affected first."
    wrong = wrong or (f"At most {LONGEST} characters, please." if len(impact) > LONGEST else "")
    wrong = wrong or ("" if now in dict(NEEDS_NOW) else "Say whether it needs a workaround at once.")
    if wrong:
        return _draw_stops(draft, alert, event, wrong)
    if alert.status is Status.TRIGGERED:
        alert = _claim(draft, alert, event)
    alert = replace(alert, impact=impact)
    draft.put_alert(alert)
    if now == "no":
        return _draw_ticket(draft, alert, replace(event, fields={}), "")
    return _menu(draft, alert, event, "The workaround is yours, first of all; a ticket can follow.")


def _draw_ticket(draft: Draft, alert: Alert, event: Press, error: str) -> Answer:
    """Draw the form of the ticket that the bot makes; with no tracker, the text for one that is made by hand."""
    back = Way("Back", "alert", opens=True)
    if (known := tickets.live(draft, alert.id)) is not None:
        note = f"{known.key} is its ticket, and still open." if known.key else f"It has one: {tickets.how(known)}."
        return _form(
            draft, alert, event, TICKET, note=note, error=error, ways=(Way("Leave it to the ticket", "ticket"), back)
        )
    if draft.jira:
        note = tickets.note(tickets.of_alert(draft, alert), draft.jira)
        fields = tickets.alert_fields(draft, alert)
        return _form(
            draft, alert, event, TICKET, note=note, error=error, fields=fields, ways=(Way("Make it", "ticket"), back)
        )
    summary, description = tickets.alert_text(draft, alert)
    fields = (
        forms.text("summary", "Summary, to copy", summary, required=False),
        forms.text("description", "Description, to copy", description, required=False),
        forms.line("ticket", "The ticket's key or link", required=True),
    )
    project = draft.policy.jira_project
    address = addresses.new_ticket(project, summary, description)
    title = "New ticket, filled in" if addresses.fills_in(project) else "Open Jira"
    links = (Address(title, address),) if address else ()
    ways = (Way("It has it", "ticket"), back)
    note = "Create the ticket with the text below, then write its key."
    return _form(draft, alert, event, TICKET, note=note, error=error, fields=fields, ways=ways, links=links)


def _take_ticket(draft: Draft, alert: Alert, event: Send) -> Answer:
    step(alert, Act.TICKET)
    known = tickets.live(draft, alert.id)
    if draft.jira or known is not None:
        wording, wrong = (known.draft, "") if known else tickets.alert_draft(draft, alert, event.fields)
        if wording is None:
            return _draw_ticket(draft, alert, event, wrong)
        kin = [one.id for one in storms.kin(draft, alert) if one.id != alert.id]
        made = tickets.open_for_alert(draft, alert, wording, event.author, kin)
        new = {"ticket": made.ticket, "ticket_key": made.ticket_key, "ticket_url": made.ticket_url}
        line = f"{event.author.name} makes a ticket of it, to which cause and solution belong."
        line = f"{event.author.name} leaves it to its ticket {known.key}".rstrip() + "." if known else line
    else:
        key, wrong = leaves.named(draft, forms.filled(event, "ticket"))
        if wrong:
            return _draw_ticket(draft, alert, event, wrong)
        new = {"ticket_key": addresses.key_of(key) or key, "ticket_url": key if addresses.is_link(key) else ""}
        line = f"{event.author.name} made a ticket of it, to which cause and solution belong: {key}"
    done = _did(draft, alert, event, Act.TICKET, "made a ticket of it", line, ended_by=event.author, **new)
    return _menu(draft, done, event, "Cause and solution belong to the ticket now.")


def _form(draft: Draft, alert: Alert, event: Press, name: str, *, note: str = "", **parts: Any) -> Dialog:
    """Return a form about an alert, headed by which it is and how it stands."""
    kin = len(storms.kin(draft, alert)) if alert.is_live else 1
    whole = f"This goes for all {kin} alerts of this kind in the storm." if kin > 1 else ""
    text = "\n".join(filter(None, (note, f"{cards.headline(draft, alert)}.", whole)))
    excerpt = cards.excerpt(alert, LONGEST)
    about: dict[str, Any] = {"title": cards.title(alert), "excerpt": excerpt, "note": text}
    links = (*parts.pop("links", ()), *cards.links(alert))
    return Dialog(name, forms.card(draft, None, event, **about, **parts, links=links))


def _way(name: str) -> Way:
    return Way(STEPS[name].title, name, opens=STEPS[name].draw is not None)


ENDS = ("ticket", "alert_resolved", "alert_ignore")
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "alert": Step("More…", _draw_menu, None),
        "alert_claim": Step(cards.HANDLE, None, _take_claim),
        "alert_back": Step("Give back", None, _take_back),
        "alert_finish": Step("I finish it", None, handover.finish_alert),
        "alert_stops": Step(STOPS, _draw_stops, _take_stops),
        "ticket": Step("Ticket…", _draw_ticket, _take_ticket),
        "alert_resolved": Step("Resolved", None, _take_resolved),
        "alert_ignore": Step("Ignore…", _draw_ignore, _take_ignore),
        "alert_again": Step("Open again", None, _take_again),
        "alert_undo": Step("Undo", None, _take_undo),
    }
)
"""The steps of *More…*."""
