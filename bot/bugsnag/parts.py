"""A notification of its parts: each scrubbed and cut, whatever way it came.

Only what is named here travels: no metadata, user, breadcrumbs, or query of a request's address.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from bot.alerts.notification import Kind, Notification
from bot.scrub import one_line, plain

MOST_FRAMES = 5
MOST_SAID = 2_000
LARGEST = 2**53  # a count that is larger is none
_LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "project": 100,
        "stage": 60,
        "version": 60,
        "by": 80,
        "severity": 20,
        "error_class": 150,
        "message": 600,
        "where": 200,
    }
)
_LONGEST_FRAME = 200
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,60}")  # some look like addresses or keys, and are none
_QUERY = re.compile(r"\?[^\s?]*=\S*")


def notification(kind: Kind, *, said: str = "", frames: Iterable[str] = (), **parts: Any) -> Notification:
    """Return a notification of foreign texts as they came, and of values that are what they should be."""
    version = parts.get("version", "")
    for name, longest in _LONGEST.items():
        parts[name] = one_line(parts.get(name, ""), longest)
    if _VERSION.fullmatch(version):
        parts["version"] = version
    parts["where"] = _QUERY.sub("", parts["where"])
    shown = (one_line(_QUERY.sub("", frame), _LONGEST_FRAME) for frame in frames)
    top = tuple(frame for frame in shown if frame)[:MOST_FRAMES]
    return Notification(kind, said=plain(said, MOST_SAID), frames=top, **parts)


def text(value: Any) -> str:
    """Return what should be a text, "" where it is none."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """Return what should be an object, an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """Return what should be a list, an empty one where it is none."""
    return value if isinstance(value, list) else []


def count(value: Any) -> int:
    """Return what should be a count, be it written as text; 0 where it is none."""
    if isinstance(value, str) and len(value) <= 20 and value.replace(",", "").isascii():  # noqa: PLR2004 - of digits
        value = int(digits) if (digits := value.strip().replace(",", "")).isdigit() else 0
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST
    return value if good else 0


def moment(value: Any) -> datetime | None:
    """Return what should be an instant as ISO text, in UTC; None where it is none or lacks its offset."""
    try:
        at = datetime.fromisoformat(text(value))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
