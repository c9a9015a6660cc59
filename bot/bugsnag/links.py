"""Bugsnag's addresses: what they name, and the one to show.

They are Bugsnag's own word for which error, event and kind of notification something is about, so only addresses that
are exactly of Bugsnag's form are read: no lookalike, no user, no port, nothing escaped. Source: addresses in Bugsnag's
webhooks and messages, 2014 to 2022 (``http://bugsnag.com/errors/…`` is the old form).
"""

import re
from dataclasses import dataclass, replace
from typing import TypeGuard
from urllib.parse import parse_qs, urlsplit

HOSTS = frozenset(
    {
        *("app.bugsnag.com", "bugsnag.com", "www.bugsnag.com"),
        *("app.bugsnag.smartbear.com", "app.insighthub.smartbear.com", "insighthub.smartbear.com"),
    }
)
_VISIBLE = re.compile(r"https?://[!-~]{1,1000}")
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_CODE = re.compile(r"[a-z]{2}", re.ASCII)
_APART = frozenset({"account", "accounts", "errors", "projects", "user", "settings"})  # no organisation's slug


@dataclass(frozen=True, slots=True)
class Link:
    """What an address in Bugsnag names, "" for what it does not: slugs, ids, and the code of what was said with it.

    ``url`` is the address to show: https, without who led there from where.
    """

    url: str
    organisation: str = ""
    project: str = ""
    error: str = ""
    event: str = ""
    code: str = ""


def read_link(address: str) -> Link | None:
    """Return what an address names; None if it is none of Bugsnag's, or is not written as Bugsnag does."""
    if not _VISIBLE.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc not in HOSTS:
        return None
    path = parts.path.removesuffix("/")
    steps = path.split("/")[1:]
    if not all(_SLUG.fullmatch(step) for step in steps):
        return None
    query = parse_qs(parts.query)
    link = Link(url=f"https://{parts.netloc}{path}", code=_one(_CODE, query.get("m")))
    return _named(link, steps, _one(_ID, query.get("event_id")))


def _named(link: Link, steps: list[str], event: str) -> Link:
    """Return a link with what the steps of its path name."""
    url = f"{link.url}?event_id={event}" if event else link.url
    match steps:
        case [organisation, project, "errors", error] if organisation not in _APART and is_id(error):
            return replace(link, url=url, organisation=organisation, project=project, error=error, event=event)
        case ["errors", error] if is_id(error):
            return replace(link, url=url, error=error, event=event)
        case ["errors", error, "events", own] if is_id(error) and is_id(own):
            return replace(link, error=error, event=own)
        case [organisation, project, *_] if organisation not in _APART:
            return replace(link, organisation=organisation, project=project)
    return link


def is_id(value: object) -> TypeGuard[str]:
    """Say whether something is an id of Bugsnag's, as errors and events have."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _one(pattern: re.Pattern[str], values: list[str] | None) -> str:
    """Return a parameter that is given once, as it should be, else ""."""
    return values[0] if values and len(values) == 1 and pattern.fullmatch(values[0]) else ""
