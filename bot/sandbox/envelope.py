"""What Slack would send to a bot, and tell it when asked: pure functions from the sandbox's state to Slack's JSON.

Shapes: docs.slack.dev, "message event" and "reaction_added event", and slackapi/bolt-python's own tests. A message of
Bugsnag is a classic `bot_message`, one of our bot has a `bot_profile`, one of a person a `user`. Knows nothing of HTTP.
"""

import re
import uuid

from bot.sandbox import cast
from bot.sandbox.world import Json, Message, World

MENTION = re.compile(
    "@("
    + "|".join(re.escape(name) for name in sorted([one.name for one in cast.PLAYERS], key=len, reverse=True))
    + r")\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://[^\s<>|]+")
ESCAPES = re.compile("&(amp|lt|gt);")
EYES = "eyes"


def ts(identifier: str) -> str:
    """Give the `ts` of a message of ours."""
    return f"{identifier[:-3]}.{identifier[-3:]}000"


def identifier(ts: object) -> str:
    """Give our id of a message with this `ts`; of none where it is no `ts` of ours."""
    return str(ts).replace(".", "")[:-3]


def marked(typed: str) -> tuple[str, list[Json]]:
    """Turn what somebody types into Slack's stored text, and list whom it mentions."""
    found: dict[str, Json] = {}

    def mention(match: re.Match[str]) -> str:
        one = next(who for who in cast.PLAYERS if who.name.casefold() == match.group(1).casefold())
        if not one.slack_id:
            return match.group(0)
        found[one.key] = {"type": "mention", "mentioned": {"id": one.id, "name": one.name}, "text": f"@{one.name}"}
        return f"<@{one.slack_id}>"

    linked = ADDRESS.sub(lambda match: f"<{match.group(0)}>", escaped(typed))
    return MENTION.sub(mention, linked), list(found.values())


def message(world: World, said: Message) -> Json:
    """Build a message as it stands in the channel's history."""
    body: Json = {"type": "message", **_sender(said), "text": said.source or escaped(said.text), "ts": ts(said.id)}
    if said.attachments:
        body["attachments"] = said.attachments
    if said.client:
        body["client_msg_id"] = said.client
    if said.edited is not None:
        body["edited"] = {
            "user": user_of(said.author) or cast.BUGSNAG_BOT,
            "ts": f"{int(said.edited.timestamp())}.000000",
        }
    reactions = [
        {"name": name, "users": [user_of(key) for key in people], "count": len(people)}
        for name, people in said.reactions.items()
        if people
    ]
    if reactions:
        body["reactions"] = reactions
    if said.root != said.id:
        body["thread_ts"] = ts(said.root)
        root = world.messages.get(said.root)
        if root is not None and user_of(root.author):
            body["parent_user_id"] = user_of(root.author)
        return body
    replies = [one for one in world.thread(said.id) if one is not said and not one.deleted]
    if replies:
        people = list(dict.fromkeys(user_of(one.author) or cast.BUGSNAG_BOT for one in replies))
        body |= {
            "thread_ts": ts(said.id),
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "latest_reply": ts(replies[-1].id),
            "reply_users": people,
            "is_locked": False,
            "subscribed": False,
        }
    return body


def said_event(world: World, said: Message) -> Json:
    """Build the event of a new message."""
    return _placed(message(world, said), said.id)


def changed_event(world: World, said: Message, before: Json, event: str) -> Json:
    """Build the event of an edit; `before` is the message as it was, `event` an id of ours that is later."""
    changed = {"type": "message", "subtype": "message_changed", "hidden": True}
    return _placed({**changed, "message": message(world, said), "previous_message": before, "ts": ts(event)}, event)


def deleted_event(before: Json, event: str) -> Json:
    """Build the event of a deletion."""
    gone = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": before["ts"]}
    return _placed({**gone, "previous_message": before, "ts": ts(event)}, event)


def reaction_event(said: Message, person: str, name: str, event: str, *, added: bool) -> Json:
    """Build the event of a reaction that was put or taken back."""
    body = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user_of(person),
        "reaction": name,
        "item": {"type": "message", "channel": cast.SLACK.id, "ts": ts(said.id)},
        "event_ts": ts(event),
    }
    return {**body, "item_user": user_of(said.author)} if user_of(said.author) else body


def envelope(event: Json) -> Json:
    """Put an event into an envelope."""
    authorization = {
        "enterprise_id": None,
        "team_id": cast.SLACK_TEAM,
        "user_id": cast.SLACK_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "verification-token",
        "team_id": cast.SLACK_TEAM,
        "context_team_id": cast.SLACK_TEAM,
        "context_enterprise_id": None,
        "api_app_id": cast.SLACK_APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:11].upper()}",
        "event_time": int(str(event["event_ts"]).partition(".")[0]),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid.uuid4().hex}",
    }


def user(identifier: str) -> Json | None:
    """Build what Slack says of a user; None for whom it does not know."""
    one = cast.slack_player(identifier)
    if one is None and identifier != cast.SLACK_USER:
        return None
    name = one.name if one else cast.BOT_NAME
    profile = {"real_name": name, "display_name": name.split()[0], "team": cast.SLACK_TEAM}
    return {
        "id": identifier,
        "team_id": cast.SLACK_TEAM,
        "name": name.lower().replace(" ", "."),
        "deleted": False,
        "real_name": name,
        "tz": "Europe/Berlin",
        "profile": profile,
        "is_bot": one is None,
    }


def user_of(author: str) -> str:
    """Give the Slack id of an author of ours, "" for Bugsnag, which has none."""
    if author == "bot":
        return cast.SLACK_USER
    one = cast.player(author)
    return one.slack_id if one else ""


def escaped(text: str) -> str:
    """Escape the three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """Take the escapes of those three characters away."""
    return ESCAPES.sub(lambda match: {"amp": "&", "lt": "<", "gt": ">"}[match.group(1)], text)


def _sender(said: Message) -> Json:
    if said.author == "bugsnag":
        return {"subtype": "bot_message", "bot_id": cast.BUGSNAG_BOT, "username": "Bugsnag"}
    if said.author != "bot":
        return {"user": user_of(said.author), "team": cast.SLACK_TEAM}
    profile = {
        "id": cast.SLACK_BOT,
        "app_id": cast.SLACK_APP,
        "name": cast.BOT_NAME,
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": cast.SLACK_TEAM,
        "icons": {},
    }
    return {
        "user": cast.SLACK_USER,
        "bot_id": cast.SLACK_BOT,
        "app_id": cast.SLACK_APP,
        "team": cast.SLACK_TEAM,
        "bot_profile": profile,
    }


def _placed(body: Json, event: str) -> Json:
    return {**body, "channel": cast.SLACK.id, "channel_type": "channel", "event_ts": ts(event)}
