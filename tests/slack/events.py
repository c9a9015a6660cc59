"""What Slack tells: messages of Bugsnag's and of people, reactions, and the envelopes around them."""

from typing import Any

from tests.slack.fake import APP, TEAM

CHANNEL = "C0BUGSNAG1"
BUGSNAG, BUGSNAG_APP, BUGSNAG_USER = "B0BUGSNAG1", "A0BUGSNAG1", "U0BUGSNAG1"
ANA, BEN = "U0ANA00001", "U0BEN00001"


def ts(second: int = 1) -> str:
    """Return the id of a message of so many seconds after 2026-11-23 11:00 in Berlin."""
    return f"{1795428000 + second}.000001"


def classic(at: str = ts(), text: str = "Unhandled error", **fields: Any) -> dict[str, Any]:
    """Return Bugsnag's message as an incoming webhook writes it."""
    said = {"type": "message", "subtype": "bot_message", "bot_id": BUGSNAG, "username": "Bugsnag", "text": text}
    return {**said, "ts": at, "attachments": [{"id": 1, "color": "E45F58"}], **fields}


def modern(at: str = ts(), text: str = "Unhandled error", **fields: Any) -> dict[str, Any]:
    """Return Bugsnag's message as an app writes it."""
    profile = {"id": BUGSNAG, "app_id": BUGSNAG_APP, "name": "Bugsnag", "team_id": TEAM}
    said = {"type": "message", "bot_id": BUGSNAG, "user": BUGSNAG_USER, "bot_profile": profile, "text": text}
    return {**said, "ts": at, **fields}


def reply(at: str = ts(60), under: str = ts(), user: str = ANA, **fields: Any) -> dict[str, Any]:
    """Return a person's reply."""
    said = {"type": "message", "user": user, "text": "looking", "client_msg_id": "0f9a2c1e"}
    return {**said, "ts": at, "thread_ts": under, "parent_user_id": BUGSNAG_USER, **fields}


def told(event: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the envelope of an event."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": APP,
        "event_id": "Ev0CANARY1",
        "event_time": 1795428000,
        "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": "U0HOTSEAT1", "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        **fields,
    }


def message(said: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the envelope of a message."""
    return told({**said, "channel": CHANNEL, "channel_type": "channel", "event_ts": said["ts"], **fields})


def changed(now: dict[str, Any], before: dict[str, Any] | None = None, at: str = ts(90)) -> dict[str, Any]:
    """Return the envelope of an edit."""
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": CHANNEL, "ts": at}
    return told({**event, "event_ts": at, "message": now, **({"previous_message": before} if before else {})})


def reaction(
    name: str = "eyes", user: str = ANA, under: str = ts(), at: str = ts(30), *, back: bool = False, **fields: Any
) -> dict[str, Any]:
    """Return the envelope of a reaction."""
    event = {"type": "reaction_removed" if back else "reaction_added", "user": user, "reaction": name}
    item = {"type": "message", "channel": CHANNEL, "ts": under}
    return told({**event, "item": item, "item_user": BUGSNAG_USER, "event_ts": at, **fields})
