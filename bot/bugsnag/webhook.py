"""What Bugsnag POSTs, as a notification. Pure: a function of the payload and of when it came.

``error.id`` is the event's id, and ``error.errorId`` the error's. Source: docs.bugsnag.com, "Webhook" (data
forwarding), and payloads that Bugsnag sent, 2014 to 2022.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.alerts.notification import Kind, Notification
from bot.bugsnag.links import Link, is_id, read_link
from bot.bugsnag.parts import MOST_FRAMES, MOST_SAID, count, mapping, moment, notification, sequence, text
from bot.bugsnag.trigger import ACTS, CODES, Trigger, read_trigger

_TYPES: Mapping[str, Kind] = MappingProxyType(
    {
        "firstException": Kind.NEW,
        "exception": Kind.OCCURRED,
        "errorEventFrequency": Kind.OCCURRED,
        "powerTen": Kind.OCCURRED,
        "reopened": Kind.REOPENED,
        "projectSpiking": Kind.SPIKE,
        "projectSamplingStarted": Kind.LIMITED,
        "projectApproachingRateLimit": Kind.LIMITED,
        "comment": Kind.COMMENT,
        "release": Kind.RELEASE,
    }
)
_CHANGES: Mapping[str, Kind] = MappingProxyType(
    {
        "fixed": Kind.FIXED,
        "ignored": Kind.IGNORED,
        "snoozed": Kind.SNOOZED,
        "reopened": Kind.OPENED,
        "snoozeCancelled": Kind.OPENED,
        "unignored": Kind.OPENED,
    }
)
_SEVERITIES = frozenset({"error", "warning", "info"})
_LONGEST_SNOOZE = timedelta(days=3650)


def read_payload(payload: Mapping[str, Any], now: datetime) -> Notification:
    """Return what a payload says that came ``now``, from which a snooze for a time counts."""
    trigger, error, release = (mapping(payload.get(part)) for part in ("trigger", "error", "release"))
    project = mapping(payload.get("project"))
    links = (read_link(text(one.get("url"))) for one in (error, release, project))
    link = next((one for one in links if one), Link(""))
    said = text(trigger.get("message"))[:MOST_SAID]
    words = read_trigger(said)
    kind = _kind(trigger, link, words)
    acted = kind in ACTS or kind is Kind.COMMENT
    unhandled = error.get("unhandled")
    severity = text(error.get("severity"))
    own = mapping(error.get("app"))
    return notification(
        kind,
        error=_id(error.get("errorId")) or link.error,
        event=_id(error.get("id")) or link.event,
        project=text(project.get("name")),
        stage=text(error.get("releaseStage") or release.get("releaseStage") or own.get("releaseStage")),
        error_class=text(error.get("exceptionClass")),
        message=text(error.get("message")),
        where=text(error.get("context")),
        frames=_frames(error),
        severity=severity if severity in _SEVERITIES else "",
        handled=not unhandled if isinstance(unhandled, bool) else words.handled,
        occurrences=count(error.get("occurrences")) or words.occurrences,
        users=count(error.get("usersAffected")),
        rate=count(trigger.get("rate")) if kind is Kind.SPIKE else 0,
        first_at=moment(error.get("firstReceived")),
        version=text(error.get("appVersion") or release.get("version") or own.get("version")),
        by=text(mapping(payload.get("user")).get("name") if acted else release.get("releasedBy")),
        said=text(mapping(payload.get("comment")).get("message")) if kind is Kind.COMMENT else said,
        until=_until(trigger, words.lasts, now) if kind is Kind.SNOOZED else None,
        url=link.url,
    )


def _kind(trigger: Mapping[str, Any], link: Link, words: Trigger) -> Kind:
    """Return what it is about by its type, or for a type of a later day by what else says so."""
    coded = CODES.get(link.code)
    if coded is Kind.TEST:
        return coded  # its type is that of what it tests
    changed = _CHANGES.get(text(trigger.get("stateChange")))
    return _TYPES.get(text(trigger.get("type"))) or changed or coded or words.kind or Kind.UNREADABLE


def _frames(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield the top frames of the project's own code, else the first one of all."""
    trace = [mapping(one) for one in sequence(error.get("stackTrace") or error.get("stacktrace"))]
    own = [one for one in trace if one.get("inProject") is True] or trace[:1]
    for one in own[:MOST_FRAMES]:
        line = count(one.get("lineNumber"))
        place = f"{text(one.get('file'))}:{line}" if line else text(one.get("file"))
        yield " - ".join(part for part in (place, text(one.get("method"))) if part)


def _until(trigger: Mapping[str, Any], lasts: timedelta | None, now: datetime) -> datetime | None:
    """Return when a snooze ends, None where it is not for a time."""
    rule = mapping(trigger.get("snoozeRule"))
    seconds = count(rule.get("ruleValue"))
    if text(rule.get("ruleType") or rule.get("type")) == "occurs_after" and seconds:
        lasts = timedelta(seconds=seconds) if seconds < _LONGEST_SNOOZE.total_seconds() else _LONGEST_SNOOZE
    return now + lasts if lasts else None


def _id(value: Any) -> str:
    return value if is_id(value) else ""
