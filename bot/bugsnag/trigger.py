"""What triggered a notification, by the code in its links and in Bugsnag's own words.

The code is made for machines and goes before the words, which are for people and may change. Sources: links and
messages that Bugsnag sent, 2014 to 2022; docs.bugsnag.com, "Webhook" (data forwarding).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from bot.alerts.notification import Kind

CODES: Mapping[str, Kind] = MappingProxyType(
    {
        "nw": Kind.NEW,
        "ef": Kind.OCCURRED,
        "fq": Kind.OCCURRED,
        "ra": Kind.REOPENED,
        "rm": Kind.OPENED,
        "sc": Kind.OPENED,
        "fx": Kind.FIXED,
        "sn": Kind.SNOOZED,
        "cm": Kind.COMMENT,
        "nr": Kind.RELEASE,
        "te": Kind.TEST,
    }
)
ACTS = frozenset({Kind.FIXED, Kind.IGNORED, Kind.SNOOZED, Kind.OPENED})
"""What collaborators do in Bugsnag, but for comments."""
_ONES = r"(?:error|exception|crash|anr)"
_WORDS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (Kind.TEST, r"test (?:error|exception|event|notification)\b"),
        (Kind.RELEASE, r"new (?:release|deploy)"),
        (Kind.SPIKE, r"(?:error )?spike\b|.{0,100}\bspiking\b"),
        (Kind.COMMENT, r"(?:new )?comment (?:on|added|by)\b|.{1,80} commented on\b"),
        (Kind.OPENED, rf"snooze cancell?ed|{_ONES} un-?(?:ignored|snoozed)|(?:\w{{1,20}} )?{_ONES} re-?opened by\b"),
        (Kind.REOPENED, rf"(?:\w{{1,20}} )?{_ONES} re-?(?:occurred|opened)"),
        (Kind.FIXED, rf"{_ONES} (?:was |marked as |automatically ){{0,2}}(?:fixed|resolved)"),
        (Kind.SNOOZED, rf"{_ONES} (?:was )?snoozed"),
        (Kind.IGNORED, rf"{_ONES} (?:was |marked as ){{0,2}}(?:ignored|discarded)"),
        (Kind.NEW, rf"(?:a )?new (?:(?:un)?handled )?{_ONES}\b"),
        (Kind.OCCURRED, rf"[\d,]{{1,15}}(?:st|nd|rd|th)? (?:{_ONES}|event|occurrence|user)s?\b|{_ONES} occurred"),
        (Kind.LIMITED, r".{0,200}\b(?:rate limit|sampling|sampled|event limit|quota)"),
    )
)
_BY = re.compile(r"\bby (?P<who>.{1,200})\Z")
_LASTS = re.compile(r"snoozed for (?P<count>an?|\d{1,4}) (?P<unit>minute|hour|day|week)s?\b", re.IGNORECASE)
_UNITS = MappingProxyType(
    {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
)
_NTH = re.compile(r"(?P<count>[\d,]{1,15})(?:st|nd|rd|th) ")
_RATE = re.compile(r"spike of (?P<count>[\d,]{1,15}) ", re.IGNORECASE)
_HANDLED = re.compile(r"\b(?P<un>un)?handled\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What the words say: ``kind`` None where they say nothing known, ``lasts`` of a snooze for a time."""

    kind: Kind | None
    by: str = ""
    lasts: timedelta | None = None
    occurrences: int = 0
    rate: int = 0
    handled: bool | None = None


def read_trigger(said: str) -> Trigger:
    """Return what triggered a notification as Bugsnag words it ("10 events in 1h")."""
    kind = next((kind for kind, words in _WORDS if words.match(said)), None)
    by = _BY.search(said) if kind in ACTS else None
    return Trigger(
        kind,
        by=by["who"] if by else "",
        lasts=_lasts(said),
        occurrences=_count(_NTH.match(said)),
        rate=_count(_RATE.match(said)),
        handled=is_handled(said) if kind is Kind.NEW else None,
    )


def is_handled(words: str) -> bool | None:
    """Say whether an error was handled, None where the words do not say."""
    found = _HANDLED.search(words)
    return not found["un"] if found else None


def _lasts(said: str) -> timedelta | None:
    found = _LASTS.search(said)
    if found is None:
        return None
    count = int(found["count"]) if found["count"].isdigit() else 1
    return count * _UNITS[found["unit"].lower()]


def _count(found: re.Match[str] | None) -> int:
    digits = found["count"].replace(",", "") if found else ""
    return int(digits or 0)
