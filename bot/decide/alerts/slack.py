"""The Slack side of an alert: what its thread hears, and what people do under its messages there.

Every change that did not come from Slack is one line in the thread; what came from there is not repeated.
"""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.alert import Act, Alert, Status, acknowledged, post_name, step, unmet
from bot.decide import reach
from bot.decide.alerts import cards
from bot.decide.draft import Draft
from bot.effects import SlackSay
from bot.events import SlackActed, SlackReacted
from bot.people import Author
from bot.places import personal
from bot.views import Line

SOMEBODY_THERE = "Somebody in Slack"
EYES = timedelta(minutes=10)  # within which eyes that are taken back give an alert back


def say(draft: Draft, alert: Alert, text: str) -> Alert:
    """Say a line in the alert's thread; where it has none yet, as soon as it has. Return the alert as it is then."""
    if not alert.thread:
        return replace(alert, unsaid=text)
    key = f"slack:{alert.id}:{alert.said + 1}"
    draft.follow_with(SlackSay(key, text, place="the Slack thread", thread=alert.thread))
    return replace(alert, unsaid="", said=alert.said + 1)


def say_at_last(draft: Draft, alert: Alert) -> Alert:
    """Say what the thread was to hear before there was one."""
    return say(draft, alert, alert.unsaid) if alert.unsaid and alert.thread else alert


def acted(draft: Draft, event: SlackActed) -> None:
    """Take what somebody did under a message about an alert: a reply and eyes acknowledge it, eyes taken back undo."""
    alert = draft.alert_called(post_name(event.thread))
    if alert is None:
        return
    if isinstance(event, SlackReacted) and event.taken_back:
        _take_back(draft, event, alert)
        return
    eyes = event.user if isinstance(event, SlackReacted) else ""
    taken_back = eyes in alert.back and event.happened_at <= alert.back[eyes]
    if alert.status is Status.TRIGGERED and event.happened_at >= alert.triggered_at and not taken_back:
        author = _author(draft, event)
        draft.put_alert(acknowledged(alert, author, event.happened_at, eyes))
        tell_the_pair(draft, alert, author, "answered in Slack:")


def _author(draft: Draft, event: SlackActed) -> Author:
    """Return who it was: a backend colleague by their Slack id, anybody else by the name that Slack has."""
    known = [one for one in draft.rota.people.values() if one.slack_user_id and one.slack_user_id == event.user]
    if known:
        return Author(known[0].id, known[0].name)
    return Author("", event.name or SOMEBODY_THERE)


def tell_the_pair(draft: Draft, alert: Alert, author: Author, did: str, *, of: int = 1) -> None:
    """Tell those on duty that somebody off duty has an alert, or ``of`` a kind all, since they ``did`` so."""
    duty = draft.duty(draft.now)
    if any(one.id == author.id for one in (*duty.responders, *duty.further, *duty.leaving)):
        return
    off_duty = ", who is not on duty," if author.id else ""
    kind = f" It is one of {of} alerts of its kind." if of > 1 else ""
    text = f"{author.name}{off_duty} {did} {cards.named(alert)}, and has it.{kind}"
    for one in duty.pair:
        if reach.may_hear(draft, one.id):
            key = f"told:{alert.id}:{alert.round}:{draft.now.isoformat()}:{one.id}"
            draft.post(key, personal(one.id), Line((text,)))


def _take_back(draft: Draft, event: SlackReacted, alert: Alert) -> None:
    """Give an alert back whose owner takes their eyes from its message within ten minutes; its clock has gone on."""
    at = max(event.happened_at, alert.back.get(event.user, event.happened_at))
    alert = replace(alert, back={**alert.back, event.user: at})
    mine = alert.status is Status.ACKNOWLEDGED and alert.eyes == event.user
    if mine and alert.owned_at is not None and timedelta() <= at - alert.owned_at <= EYES:
        free = unmet(alert)
        alert = replace(free, status=step(alert, Act.LET_GO), owner=None, owned_at=None, eyes="", changed_at=at)
    draft.put_alert(alert)
