"""What Bugsnag says, in Slack or by its webhook: an error is one alert, whatever is said of it and by which way.

What happened before an alert last changed tells more of it, and changes its status no more.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.alert import (
    MOST_HEARD,
    PREFIX,
    Act,
    Alert,
    Comment,
    Status,
    Telling,
    heard_twice,
    key_of,
    merged,
    step,
    with_post,
)
from bot.alerts.notification import Kind, Notification
from bot.alerts.storm import Release
from bot.decide.alerts import calls, cards, finding, showing, slack, storms
from bot.decide.draft import Draft
from bot.events import Alerted
from bot.people import Author
from bot.support.words import MINUTE, length

OCCURRENCES = frozenset({Kind.NEW, Kind.OCCURRED, Kind.REOPENED, Kind.SPIKE, Kind.LIMITED, Kind.TEST, Kind.UNREADABLE})
"""Kinds that tell of something that happened in production, or may do so."""
PRESSING = frozenset({Kind.REOPENED, Kind.SPIKE})
"""Kinds for which even what has a ticket, or is ignored, is opened again."""
ENDS = {Kind.FIXED: Act.RESOLVE, Kind.IGNORED: Act.IGNORE, Kind.SNOOZED: Act.IGNORE}
AFTER = timedelta(minutes=30)  # a deployment
MOST_RELEASES = 10
COLLABORATOR = "somebody in Bugsnag"


def heard(draft: Draft, event: Alerted) -> None:
    """Take what Bugsnag said."""
    said = event.notification
    if said.kind is Kind.RELEASE:
        _release(draft, event)
        return
    alert = finding.told_of(draft, event)
    if alert is None:
        if said.kind in OCCURRENCES:
            draft.put_alert(_new(draft, event))
    elif event.edited:
        _more(draft, alert, event)
    elif (twice := heard_twice(alert, said, event.happened_at, webhook=not event.thread)) is not None:
        _more(draft, replace(alert, heard=tuple(one for one in alert.heard if one is not twice)), event)
    else:
        draft.put_alert(_told(draft, _heard(_with(draft, alert, event), event), event))


def _more(draft: Draft, alert: Alert, event: Alerted) -> None:
    """Take what is said once more: in a message that was edited, or the other way."""
    known = _with(draft, alert, event)
    error = event.notification.error
    draft.put_alert(replace(known, key=key_of(known.latest, event.thread)) if error else known)


def _heard(alert: Alert, event: Alerted) -> Alert:
    id_ = event.notification.id
    heard = (*alert.heard, Telling(id_, event.happened_at, not event.thread)) if id_ else alert.heard
    return replace(alert, heard=heard[-MOST_HEARD:])


def _new(draft: Draft, event: Alerted) -> Alert:
    weather, said = draft.facts.weather, event.notification
    draft.put_facts(replace(draft.facts, weather=replace(weather, last_number=weather.last_number + 1)))
    at = event.happened_at
    alert = Alert(
        f"{PREFIX}{weather.last_number + 1}",
        key_of(said, event.thread or event.key),
        said,
        first_at=at,
        last_at=at,
        triggered_at=at,
        changed_at=at,
    )
    return _triggered(draft, _heard(with_post(alert, event.thread, event.link), event), event)


def _with(draft: Draft, alert: Alert, event: Alerted) -> Alert:
    """Return an alert that knows what a notification says, and where; what it says late goes behind."""
    said = event.notification
    late = event.happened_at < alert.last_at and not event.edited
    latest = merged(said, alert.latest) if late else merged(alert.latest, said)
    known = replace(alert, latest=latest)
    return slack.say_at_last(draft, with_post(known, event.thread, event.link))


def _told(draft: Draft, alert: Alert, event: Alerted) -> Alert:
    """Return an alert after what a notification told of it for the first time."""
    said, at = event.notification, event.happened_at
    if said.kind in OCCURRENCES:
        alert = replace(alert, times=alert.times + 1, last_at=max(alert.last_at, at))
    if said.kind is Kind.COMMENT:
        alert = replace(alert, comment=Comment(said.by or COLLABORATOR, said.said))
    if at < alert.changed_at:
        return alert
    if said.kind in ENDS:
        return _said(draft, alert, _ended(alert, said, ENDS[said.kind], at), event)
    if _opens(alert, said, at):
        again = replace(alert, status=step(alert, Act.TRIGGER), round=alert.round + 1)
        return _said(draft, alert, _triggered(draft, again, event), event)
    if alert.status is Status.TRIGGERED and said.kind in PRESSING:
        alert = replace(alert, news=said.kind)
    return alert


def _said(draft: Draft, before: Alert, alert: Alert, event: Alerted) -> Alert:
    """Let the thread hear what Bugsnag's webhook alone has told so far, if it changed how an alert stands."""
    if event.thread or not alert.thread or alert.status is before.status:
        return alert
    again = "It is open again: nobody has it now."
    return slack.say(draft, alert, again if alert.is_live else f"{cards.ended(draft, alert)}.")


def _opens(alert: Alert, said: Notification, at: datetime) -> bool:
    """Say whether what happened opens an alert that is over."""
    match alert.status:
        case Status.RESOLVED:
            return said.kind in OCCURRENCES or said.kind is Kind.OPENED
        case Status.TICKETED:
            return said.kind in PRESSING or said.kind is Kind.OPENED
        case Status.IGNORED:
            over = alert.until is not None and alert.until <= at and said.kind in OCCURRENCES
            return over or said.kind in PRESSING or said.kind is Kind.OPENED
    return False


def _ended(alert: Alert, said: Notification, act: Act, at: datetime) -> Alert:
    """Return an alert that a collaborator ended in Bugsnag; what is over in the same way stays so."""
    status = Status.RESOLVED if act is Act.RESOLVE else Status.IGNORED
    if alert.status is not status:
        alert = replace(alert, status=step(alert, act), changed_at=at)
    by = f"{said.by} in Bugsnag" if said.by else COLLABORATOR
    reason = said.act if act is Act.IGNORE else ""
    return replace(alert, ended_by=Author("", by), reason=reason, until=said.until, eyes="", deed=None, before=None)


def _triggered(draft: Draft, alert: Alert, event: Alerted) -> Alert:
    """Return an alert for which somebody is wanted since an event, with its clock, and shown where it belongs."""
    at = event.happened_at
    pair_at, further_at = calls.clock(draft, at)
    alert = replace(
        alert,
        status=Status.TRIGGERED,
        news=event.notification.kind,
        triggered_at=at,
        changed_at=at,
        owner=None,
        owned_at=None,
        eyes="",
        pair_at=pair_at,
        further_at=further_at,
        called=(),
        cards=(),
        ended_by=None,
        reason="",
        until=None,
        impact="",
        after=_after(draft, event),
        deed=None,
        before=None,
    )
    return showing.shown(draft, storms.caught(draft, alert))


def _after(draft: Draft, event: Alerted) -> str:
    """Say after which deployment or release something happened, "" if there was none just before."""
    at, said = event.happened_at, event.notification
    found = [
        (one.at, f"{one.id}, {one.what} → {one.where}, by {one.by.name}")
        for one in draft.facts.planning.deployments
        if one.at <= at <= (one.ended_at or one.at) + AFTER
    ]
    found += [
        (one.at, f"release {one.version}".strip())
        for one in draft.facts.weather.releases
        if one.at <= at <= one.at + AFTER and one.project == said.project and one.stage in ("", said.stage)
    ]
    if not found:
        return ""
    since, what = max(found)
    return f"{what} ({length(at - since)} before)" if at - since >= MINUTE else what


def _release(draft: Draft, event: Alerted) -> None:
    said, weather = event.notification, draft.facts.weather
    release = Release(said.version, said.project, said.stage, event.happened_at)
    known = tuple(one for one in weather.releases if event.happened_at - one.at <= AFTER and one != release)
    draft.put_facts(replace(draft.facts, weather=replace(weather, releases=(*known, release)[-MOST_RELEASES:])))
