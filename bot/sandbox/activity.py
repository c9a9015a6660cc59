"""What Teams would send to a bot: pure functions from the sandbox's state to Bot Framework activities.

Shapes as recorded from Teams: docs of "Bot Framework activity" and learn.microsoft.com/microsoftteams/platform/bots.
Knows nothing of HTTP.
"""

import html
import re
from datetime import datetime
from typing import Any

from bot.sandbox import cast
from bot.sandbox.clock import ZONE
from bot.sandbox.world import Json, Message, chat_owner

CARD = "application/vnd.microsoft.card.adaptive"
BOT = {"id": cast.BOT_ID, "name": cast.BOT_NAME}
MENTIONABLE = {cast.BOT_NAME: BOT, **{one.name: {"id": one.id, "name": one.name} for one in cast.PLAYERS}}
MENTION = re.compile(
    "@(" + "|".join(re.escape(name) for name in sorted(MENTIONABLE, key=len, reverse=True)) + r")\b", re.IGNORECASE
)
NAMES = {name.casefold(): name for name in MENTIONABLE}


def mark_mentions(typed: str) -> tuple[str, list[Json]]:
    """Turn a typed "@Hotseat" or "@Ana Lindqvist" into `<at>` marks, and list their entities."""
    found: dict[str, Json] = {}

    def mark(match: re.Match[str]) -> str:
        name = NAMES[match.group(1).casefold()]
        text = f"<at>{name}</at>"
        found[name] = {"type": "mention", "mentioned": MENTIONABLE[name], "text": text}
        return text

    return MENTION.sub(mark, typed), list(found.values())


def message(service_url: str, said: Message) -> Json:
    """Build the activity of a message that a person wrote."""
    return {
        **_frame(service_url, said.author, said.conversation, said.root, said.at),
        "type": "message",
        "id": said.id,
        "textFormat": "plain",
        "text": said.text,
        "attachments": [
            *_pictures(service_url, said),
            *({"contentType": CARD, "content": one} for one in said.cards),
            {"contentType": "text/html", "content": _html(service_url, said)},
        ],
        "entities": [*said.mentions, _client_info()],
    }


def edited(service_url: str, said: Message, at: datetime, *, event: str = "editMessage") -> Json:
    """Build the messageUpdate of an edit, or of an undeleted message (`event` "undeleteMessage")."""
    body = message(service_url, said)
    body |= {"type": "messageUpdate", **_times(at)}
    body["channelData"]["eventType"] = event
    return body


def deleted(service_url: str, said: Message, at: datetime) -> Json:
    """Build the messageDelete of a message that its author took back."""
    body = _frame(service_url, said.author, said.conversation, said.root, at)
    body |= {"type": "messageDelete", "id": said.id}
    body["channelData"]["eventType"] = "softDeleteMessage"
    return body


def reaction(service_url: str, person: str, said: Message, kind: str, at: datetime, *, added: bool) -> Json:
    """Build the messageReaction that a bot gets for its own messages."""
    return {
        **_frame(service_url, person, said.conversation, said.root, at),
        "type": "messageReaction",
        "id": f"f:{said.id}-{int(at.timestamp() * 1000)}",
        "replyToId": said.id,
        "reactionsAdded" if added else "reactionsRemoved": [{"type": kind}],
    }


def submitted(service_url: str, person: str, said: Message, identifier: str, value: Json, at: datetime) -> Json:
    """Build the message that an Action.Submit outside dialogs sends: no text, `value`, `replyToId`."""
    return {
        **_frame(service_url, person, said.conversation, said.root, at),
        "type": "message",
        "id": identifier,
        "replyToId": said.id,
        "value": value,
        "entities": [_client_info()],
    }


def invoke(service_url: str, person: str, said: Message, identifier: str, name: str, value: Json, at: datetime) -> Json:
    """Build an invoke about a card: adaptiveCard/action, task/fetch or task/submit."""
    body = {
        **_frame(service_url, person, said.conversation, said.root, at),
        "type": "invoke",
        "id": f"f:{identifier}",
        "name": name,
        "replyToId": said.id,
        "value": value,
        "entities": [_client_info()],
    }
    body["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": said.id}}
    return body


def query(
    service_url: str, person: str, conversation: str, root: str | None, identifier: str, at: datetime, **asked: Any
) -> Json:
    """Build what *Search the handbook* asks, where somebody writes: `words`, `skip` and `count`.

    With no `words` it is what Teams asks as soon as the search is opened.
    """
    words = str(asked.get("words", ""))
    parameter = {"name": "words", "value": words} if words else {"name": "initialRun", "value": "true"}
    body = {
        **_frame(service_url, person, conversation, root, at),
        "type": "invoke",
        "id": f"f:{identifier}",
        "name": "composeExtension/query",
        "value": {
            "commandId": "handbook",
            "parameters": [parameter],
            "queryOptions": {"skip": asked["skip"], "count": asked["count"]},
        },
        "entities": [_client_info()],
    }
    body["channelData"] |= {"source": {"name": "compose"}}
    return body


def chosen(
    service_url: str, person: str, said: Message, identifier: str, at: datetime, data: Json | None = None
) -> Json:
    """Build what *Raise with support* on a message sends: its form asked for, or, with `data`, its form sent."""
    value: Json = {
        "commandId": "raise",
        "commandContext": "message",
        "context": {"theme": "default"},
        "messagePayload": _payload(service_url, said),
    }
    body = {
        **_frame(service_url, person, said.conversation, said.root, at),
        "type": "invoke",
        "id": f"f:{identifier}",
        "name": "composeExtension/fetchTask" if data is None else "composeExtension/submitAction",
        "value": value if data is None else {**value, "data": data},
        "entities": [_client_info()],
    }
    body["channelData"] |= {"source": {"name": "message"}}
    return body


def _payload(service_url: str, said: Message) -> Json:
    """Build a message as an action carries it."""
    who = cast.player(said.author)
    user = who and {"userIdentityType": "aadUser", "id": who.object_id, "displayName": who.name}
    app = {"applicationIdentityType": "bot", "id": cast.BOT_ID.removeprefix("28:"), "displayName": cast.BOT_NAME}
    edited_at = said.edited.isoformat(timespec="milliseconds") if said.edited else None
    return {
        "linkToMessage": f"https://teams.microsoft.com/l/message/{said.conversation}/{said.id}",
        "id": said.id,
        "replyToId": None if said.root == said.id or cast.channel(said.conversation) is None else said.root,
        "createdDateTime": said.at.isoformat(timespec="milliseconds"),
        "lastModifiedDateTime": edited_at,
        "deleted": said.deleted,
        "subject": None,
        "summary": None,
        "importance": "normal",
        "locale": "en-gb",
        "body": {"contentType": "html", "content": _html(service_url, said)},
        "from": {"device": None, "conversation": None, "user": user, "application": None if user else app},
        "reactions": [],
        "mentions": [],
        "attachments": [],
    }


def team_installed(service_url: str, at: datetime) -> list[Json]:
    """Build what a bot gets when an admin adds it to the team: the roster's update and the installation's."""
    frame = _frame(service_url, "farid", cast.TEAM, None, at)
    frame["conversation"]["id"] = cast.TEAM
    update = {
        **frame,
        "type": "conversationUpdate",
        "id": f"f:team-{int(at.timestamp() * 1000)}",
        "membersAdded": [{"id": cast.BOT_ID}],
        "channelData": {
            "team": {"id": cast.TEAM, "name": cast.TEAM_NAME, "aadGroupId": cast.TEAM_GROUP},
            "eventType": "teamMemberAdded",
            "tenant": {"id": cast.TENANT},
        },
    }
    return [update, _installation(frame, at, "add")]


def chat_installed(service_url: str, person: cast.Player, at: datetime, *, added: bool) -> list[Json]:
    """Build what a bot gets when it is added to a person's chats, or taken out of them."""
    frame = _frame(service_url, person.key, person.chat, None, at)
    if not added:
        return [_installation(frame, at, "remove")]
    update = {
        **frame,
        "type": "conversationUpdate",
        "id": f"f:chat-{person.key}-{int(at.timestamp() * 1000)}",
        "membersAdded": [{"id": person.id, "aadObjectId": person.object_id}, {"id": cast.BOT_ID}],
    }
    return [update, _installation(frame, at, "add")]


def _installation(frame: Json, at: datetime, action: str) -> Json:
    return {
        **frame,
        "type": "installationUpdate",
        "id": f"f:install-{action}-{int(at.timestamp() * 1000)}",
        "action": action,
        "channelData": {**frame["channelData"], "settings": {"selectedChannel": {"id": frame["conversation"]["id"]}}},
    }


def _frame(service_url: str, person: str, conversation: str, root: str | None, at: datetime) -> Json:
    """Build what all activities share; `root` is the thread's first message."""
    who = cast.player(person)
    assert who is not None
    frame: Json = {
        **_times(at),
        "localTimezone": ZONE.key,
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {"id": who.id, "name": who.name, "aadObjectId": who.object_id},
        "recipient": dict(BOT),
        "locale": "en-GB",
    }
    if chat_owner(conversation) is not None:
        frame["conversation"] = {"conversationType": "personal", "tenantId": cast.TENANT, "id": conversation}
        frame["channelData"] = {"tenant": {"id": cast.TENANT}}
        return frame
    if cast.chat(conversation) is not None:
        frame["conversation"] = {
            "isGroup": True,
            "conversationType": "groupChat",
            "tenantId": cast.TENANT,
            "id": conversation,
        }
        frame["channelData"] = {"tenant": {"id": cast.TENANT}}
        return frame
    frame["conversation"] = {
        "isGroup": True,
        "conversationType": "channel",
        "tenantId": cast.TENANT,
        "id": f"{conversation};messageid={root}" if root else conversation,
    }
    frame["channelData"] = {
        "teamsChannelId": conversation,
        "teamsTeamId": cast.TEAM,
        "channel": {"id": conversation},
        "team": {"id": cast.TEAM},
        "tenant": {"id": cast.TENANT},
    }
    return frame


def _times(at: datetime) -> Json:
    local = at.astimezone(ZONE).isoformat(timespec="milliseconds")
    return {"timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "localTimestamp": local}


def _client_info() -> Json:
    return {"type": "clientInfo", "locale": "en-GB", "country": "DE", "platform": "Web", "timezone": ZONE.key}


def _pictures(service_url: str, said: Message) -> list[Json]:
    return [{"contentType": "image/*", "contentUrl": _picture_url(service_url, said)}] if said.picture else []


def _picture_url(service_url: str, said: Message) -> str:
    return f"{service_url}v3/attachments/{said.id}/views/original"


def _html(service_url: str, said: Message) -> str:
    body = html.escape(said.text, quote=False).replace("\n", "<br>")
    for index, one in enumerate(said.mentions):
        span = f'<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="{index}">{{}}</span>'
        mark = html.escape(one["text"], quote=False)
        body = body.replace(mark, span.format(html.escape(one["mentioned"]["name"], quote=False)))
    words = f"<p>{body}</p>" if body else ""
    words += "".join(f'<attachment id="card-{number}"></attachment>' for number, _ in enumerate(said.cards))
    return words + (f'<div><img alt="image" src="{_picture_url(service_url, said)}"></div>' if said.picture else "")
