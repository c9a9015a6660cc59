"""What a message of Bugsnag's in Slack says."""

from collections.abc import Mapping
from typing import Any

from bot.alerts.notification import Kind, Notification


def read_message(message: Mapping[str, Any]) -> Notification:
    """Return what a message says; one that can't be read is shown as it is."""
    return Notification(Kind.UNREADABLE, said=str(message.get("text") or ""))
