"""What a body must be to be an activity at all: strict JSON, and the types of the fields that the bot relies on.

Decides form only, never meaning or rights. Written to cost little: the exact checks that need a slow pass are made only
when a cheap bound does not already settle them.
"""

import json
from datetime import UTC, datetime
from typing import Any

import orjson

MAX_DEPTH = 64
MAX_ID = 2048

_HUGE = 2.0**63
_BREAKS = (b"\t", b"\n", b"\r")


class Malformed(Exception):  # noqa: N818 - says what the body is
    """The body is no activity; `reason` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes) -> tuple[dict[str, Any], datetime | None]:
    """Read an activity, and its timestamp in UTC.

    Raises Malformed on invalid JSON (RFC 8259, so no NaN and no byte order mark), duplicate keys, NUL characters, lone
    surrogates, numbers beyond 64 bits, nesting beyond 64, and on a field that is missing or of another type.
    """
    try:
        activity = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("json") from None
    if type(activity) is not dict:
        raise Malformed("not_an_object")
    members = _measure(activity)
    if _colons(body) != members:
        _refuse_duplicates(body)
    if rb"\u0000" in body and _has_nul(activity):
        raise Malformed("nul")
    _check_shape(activity)
    moments = [_moment(activity.get(name)) for name in ("timestamp", "localTimestamp", "expiration")]
    return activity, moments[0]


def _measure(root: dict[str, Any]) -> int:
    """Count the members of all objects, refusing what is nested too deep or a number too large on the way."""
    members = 0
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for node in level:
            if type(node) is dict:
                members += len(node)
                values = node.values()
            else:
                values = node
            for value in values:
                kind = type(value)
                if kind is dict or kind is list:
                    inner.append(value)
                elif kind is float and not -_HUGE < value < _HUGE:
                    raise Malformed("number")
        if not inner:
            return members
        level = inner
    raise Malformed("nesting")


def _colons(body: bytes) -> int:
    """Bound the members that the text has from above: each has a quote or white space before its colon.

    So when there are no more of these than keys were found, no key came twice; colons in text only overcount.
    """
    bound = body.count(b'":') + body.count(b" :")
    for white in _BREAKS:
        if white in body:
            bound += body.count(white + b":")
    return bound


def _refuse_duplicates(body: bytes) -> None:
    def pairs(members: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in members}) != len(members):
            raise Malformed("duplicate_key")

    json.loads(body, object_pairs_hook=pairs)


def _has_nul(value: Any) -> bool:
    if type(value) is str:
        return "\0" in value
    if type(value) is dict:
        return any(map(_has_nul, value)) or any(map(_has_nul, value.values()))
    return type(value) is list and any(map(_has_nul, value))


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        if type(text) is not str:
            raise Malformed("timestamp")
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Malformed("timestamp")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("timestamp") from None


# Fields by type; text has no limit of its own, everything else that is a string is at most MAX_ID long.
_ACTIVITY_SHORT = (
    "type",
    "id",
    "channelId",
    "serviceUrl",
    "replyToId",
    "name",
    "action",
    "locale",
    "textFormat",
    "deliveryMode",
)
_ACTIVITY_OBJECTS = ("recipient", "channelData")
_ACTIVITY_LISTS = (
    "attachments",
    "entities",
    "membersAdded",
    "membersRemoved",
    "reactionsAdded",
    "reactionsRemoved",
)
_SENDER = ("id", "aadObjectId", "name", "role")
_CONVERSATION = ("id", "tenantId", "conversationType", "name")
_CHANNEL_DATA = ("eventType", "teamsTeamId", "teamsChannelId")
_NAMED = ("id", "name", "aadGroupId")


def _short(value: dict[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        content = value.get(field)
        if content is not None and (type(content) is not str or len(content) > MAX_ID):
            raise Malformed("field")


def _objects(value: dict[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        content = value.get(field)
        if content is not None and type(content) is not dict:
            raise Malformed("field")


def _check_shape(activity: dict[str, Any]) -> None:
    """Check every field that the bot or the SDK reads without asking; null counts as absent."""
    _short(activity, _ACTIVITY_SHORT)
    _objects(activity, _ACTIVITY_OBJECTS)
    for field in _ACTIVITY_LISTS:
        items = activity.get(field)
        if items is not None and (type(items) is not list or any(type(item) is not dict for item in items)):
            raise Malformed("field")
    if type(activity.get("text", "")) not in (str, type(None)):
        raise Malformed("field")
    sender, conversation = activity.get("from"), activity.get("conversation")
    if type(sender) is not dict or type(conversation) is not dict:
        raise Malformed("field")
    if not (activity.get("type") and activity.get("id") and sender.get("id") and conversation.get("id")):
        raise Malformed("field")
    _short(sender, _SENDER)
    _short(conversation, _CONVERSATION)
    if type(conversation.get("isGroup", False)) not in (bool, type(None)):
        raise Malformed("field")
    _short(activity.get("recipient") or {}, _SENDER)
    data = activity.get("channelData") or {}
    _short(data, _CHANNEL_DATA)
    _objects(data, ("tenant", "team", "channel", "settings"))
    for part in ("tenant", "team", "channel"):
        _short(data.get(part) or {}, _NAMED)
