"""What Bugsnag sends: the same happenings as its webhook tells them, and as its messages in Slack do.

Shapes are those of payloads that Bugsnag sent, names and ids are invented. What must not travel says "canary". Another
folder of such payloads, with folders ``webhook`` and ``slack-event``, is read too where BUGSNAG_EXAMPLES names it.
"""

import json
import os
from pathlib import Path
from typing import Any

from bot.alerts.notification import Kind

FOLDER = Path(__file__).parent
EXAMPLES = os.environ.get("BUGSNAG_EXAMPLES", "")
ERROR, EVENT = "65a1b2c3d4e5f60718293a4b", "65a1b2c3d4e5f60718293a4c"
PROJECT = "https://app.bugsnag.com/rail-fleet/tours-api"
KINDS = {
    "new": Kind.NEW,
    "every": Kind.OCCURRED,
    "frequent": Kind.OCCURRED,
    "hundredth": Kind.OCCURRED,
    "reopened": Kind.REOPENED,
    "fixed": Kind.FIXED,
    "reopened-by": Kind.OPENED,
    "snoozed-for": Kind.SNOOZED,
    "snoozed-until": Kind.SNOOZED,
    "snooze-cancelled": Kind.OPENED,
    "ignored": Kind.IGNORED,
    "unignored": Kind.OPENED,
    "comment": Kind.COMMENT,
    "release": Kind.RELEASE,
    "spike": Kind.SPIKE,
    "sampling": Kind.LIMITED,
    "near-limit": Kind.LIMITED,
    "test": Kind.TEST,
}
FORMS = {
    "bold": Kind.NEW,
    "sections": Kind.NEW,
    "rich": Kind.OCCURRED,
    "attached-blocks": Kind.NEW,
    "titled": Kind.NEW,
    "old": Kind.NEW,
    "changed": Kind.FIXED,
    "unknown": Kind.UNREADABLE,
    "chatter": Kind.UNREADABLE,
}
"""Other forms of messages in Slack."""
CAPTURED = {
    "collaborator-fixed": Kind.FIXED,
    "collaborator-reopened": Kind.OPENED,
    "collaborator-snoozed-affected_users": Kind.SNOOZED,
    "collaborator-snoozed-after": Kind.SNOOZED,
    "collaborator-snoozed-canceled": Kind.OPENED,
    "collaborator-snoozed-occurrences": Kind.SNOOZED,
    "collaborator-snoozed-per-hour": Kind.SNOOZED,
    "comment": Kind.COMMENT,
    "documented-all-fields": Kind.OCCURRED,
    "exception": Kind.TEST,
    "firstException": Kind.NEW,
    "power-ten-error": Kind.OCCURRED,
    "release": Kind.RELEASE,
    "reopened": Kind.REOPENED,
    "repeated-error": Kind.OCCURRED,
    "test-notification-2014-notifico-96": Kind.NEW,
    "test-comment": Kind.COMMENT,
    "test-new": Kind.NEW,
    "test-reopened": Kind.REOPENED,
    "test-spike": Kind.SPIKE,
}
"""Those of the other folder."""

Case = tuple[Path, Kind]


def webhooks() -> list[Case]:
    """Return every payload of the webhook and its kind."""
    own = [(FOLDER / "webhook" / f"{name}.json", kind) for name, kind in KINDS.items()]
    return [*own, *((path, CAPTURED[path.stem]) for path in _others("webhook"))]


def messages() -> list[Case]:
    """Return every message in Slack and its kind."""
    own = [(FOLDER / "slack" / f"{name}.json", kind) for name, kind in (KINDS | FORMS).items()]
    return [*own, *((path, CAPTURED[_happening(path)]) for path in _others("slack-event"))]


def pairs() -> list[tuple[Path, Path]]:
    """Return what tells the same happening: a payload of the webhook, and a message in Slack."""
    own = [(FOLDER / "webhook" / f"{name}.json", FOLDER / "slack" / f"{name}.json") for name in KINDS]
    others = [(Path(EXAMPLES) / "webhook" / f"{_happening(path)}.json", path) for path in _others("slack-event")]
    return [*own, *((payload, path) for payload, path in others if payload.is_file())]


def load(path: Path) -> dict[str, Any]:
    """Return a payload, or of an event of Slack's its message."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    event = content.get("event")
    return event if isinstance(event, dict) else content


def webhook(name: str) -> dict[str, Any]:
    """Return one of our own payloads of the webhook."""
    return load(FOLDER / "webhook" / f"{name}.json")


def message(name: str) -> dict[str, Any]:
    """Return one of our own messages in Slack."""
    return load(FOLDER / "slack" / f"{name}.json")


def _others(folder: str) -> list[Path]:
    return sorted((Path(EXAMPLES) / folder).glob("*.json")) if EXAMPLES else []


def _happening(path: Path) -> str:
    return path.stem.partition("-")[2].removeprefix("from-webhook-")
