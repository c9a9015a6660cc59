"""Builders of the activities that Teams sends to a bot, in their exact shape on the wire.

Each gives a fresh dict; a test states only its deviation. `without(activity, "conversation.tenantId")` takes a field
away, `altered(activity, {"from.id": 5})` changes one.
"""

import copy
import itertools
from typing import Any

from tests.rig.entra import APP_ID, TENANT

TEAM = "19:team@thread.tacv2"
CHANNEL = "19:backend@thread.tacv2"
GROUP = "99999999-9999-4999-8999-999999999999"
BOT = f"28:{APP_ID}"
ANNA = "29:anna"
ANNA_ID = "aaaaaaaa-0000-4000-8000-000000000001"
SENT_AT = "2026-11-23T10:00:00.1234567Z"

_ids = itertools.count(1_763_892_000_001)


def new_id() -> str:
    """Give a message id of the kind that Teams gives: milliseconds, never the same twice in a run."""
    return str(next(_ids))


def _envelope(
    kind: str,
    *,
    service_url: str,
    activity_id: str | None,
    sender: str,
    aad: str | None,
    name: str,
    tenant: str,
    at: str,
) -> dict[str, Any]:
    person = {"id": sender, "name": name, "aadObjectId": aad}
    return {
        "type": kind,
        "id": activity_id or new_id(),
        "timestamp": at,
        "localTimestamp": at.replace("Z", "+00:00"),
        "localTimezone": "Europe/Berlin",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {key: value for key, value in person.items() if value is not None},
        "recipient": {"id": BOT, "name": "Hotseat"},
        "channelData": {"tenant": {"id": tenant}},
    }


def _in_channel(activity: dict[str, Any], *, channel: str, team: str, root: str | None, tenant: str) -> dict[str, Any]:
    activity["conversation"] = {
        "isGroup": True,
        "conversationType": "channel",
        "tenantId": tenant,
        "id": f"{channel};messageid={root}" if root else channel,
    }
    activity["channelData"] |= {
        "teamsChannelId": channel,
        "teamsTeamId": team,
        "channel": {"id": channel},
        "team": {"id": team, "name": "Liefery", "aadGroupId": GROUP},
    }
    return activity


def _personal(activity: dict[str, Any], *, conversation: str, tenant: str) -> dict[str, Any]:
    activity["conversation"] = {"conversationType": "personal", "tenantId": tenant, "id": conversation}
    return activity


def _said(activity: dict[str, Any], text: str, html: str | None, *, mention: bool) -> dict[str, Any]:
    at = "<at>Hotseat</at>"
    activity["textFormat"] = "plain"
    activity["locale"] = "de-DE"
    activity["text"] = f"{at} {text}" if mention else text
    shown = f"<p>{at + '&nbsp;' if mention else ''}{text}</p>" if html is None else html
    activity["attachments"] = [{"contentType": "text/html", "content": shown}]
    activity["entities"] = [
        {"type": "clientInfo", "locale": "de-DE", "country": "DE", "platform": "Web", "timezone": "Europe/Berlin"}
    ]
    if mention:
        activity["entities"].insert(0, {"type": "mention", "text": at, "mentioned": {"id": BOT, "name": "Hotseat"}})
    return activity


def channel_post(
    text: str = "The label printer in hub 4 prints nothing",
    *,
    service_url: str = "http://127.0.0.1:1/emea/",
    activity_id: str | None = None,
    sender: str = ANNA,
    aad: str | None = ANNA_ID,
    name: str = "Anna Ops",
    tenant: str = TENANT,
    team: str = TEAM,
    channel: str = CHANNEL,
    mention: bool = False,
    html: str | None = None,
    at: str = SENT_AT,
) -> dict[str, Any]:
    """Build a new top-level post in a channel: its own id is the thread's."""
    activity = _envelope(
        "message",
        service_url=service_url,
        activity_id=activity_id,
        sender=sender,
        aad=aad,
        name=name,
        tenant=tenant,
        at=at,
    )
    _in_channel(activity, channel=channel, team=team, root=activity["id"], tenant=tenant)
    return _said(activity, text, html, mention=mention)


def reply(text: str = "I'm looking into it", *, thread: str, **fields: Any) -> dict[str, Any]:
    """Build a reply in the thread of the post with the id `thread`; else as channel_post."""
    activity = channel_post(text, **fields)
    activity["conversation"]["id"] = f"{activity['channelData']['channel']['id']};messageid={thread}"
    return activity


def edit(text: str, *, of: dict[str, Any], at: str = "2026-11-23T10:01:00.000Z") -> dict[str, Any]:
    """Build the edit of the post or reply `of`."""
    activity = copy.deepcopy(of) | {"type": "messageUpdate", "text": text, "timestamp": at}
    activity["attachments"] = [{"contentType": "text/html", "content": f"<p>{text}</p>"}]
    activity["channelData"] |= {"eventType": "editMessage"}
    return activity


def delete(*, of: dict[str, Any], at: str = "2026-11-23T10:02:00.000Z") -> dict[str, Any]:
    """Build the deletion of the post or reply `of`."""
    kept = {k: v for k, v in copy.deepcopy(of).items() if k not in {"text", "attachments", "entities", "textFormat"}}
    kept["channelData"] |= {"eventType": "softDeleteMessage"}
    return kept | {"type": "messageDelete", "timestamp": at}


def undelete(*, of: dict[str, Any], at: str = "2026-11-23T10:03:00.000Z") -> dict[str, Any]:
    """Build the return of the deleted post or reply `of`."""
    activity = copy.deepcopy(of) | {"type": "messageUpdate", "timestamp": at}
    activity["channelData"] |= {"eventType": "undeleteMessage"}
    return activity


def personal_message(
    text: str = "who",
    *,
    service_url: str = "http://127.0.0.1:1/emea/",
    activity_id: str | None = None,
    sender: str = ANNA,
    aad: str | None = ANNA_ID,
    name: str = "Anna Ops",
    tenant: str = TENANT,
    conversation: str = "a:anna-and-the-bot",
    at: str = SENT_AT,
) -> dict[str, Any]:
    """Build a message to the bot in the personal chat."""
    activity = _envelope(
        "message",
        service_url=service_url,
        activity_id=activity_id,
        sender=sender,
        aad=aad,
        name=name,
        tenant=tenant,
        at=at,
    )
    return _said(_personal(activity, conversation=conversation, tenant=tenant), text, None, mention=False)


def invoke(
    name: str, value: dict[str, Any], /, *, thread: str | None = None, card: str = "1", **who: Any
) -> dict[str, Any]:
    """Build an invoke, from a card in the channel thread `thread`, or from the personal chat without one.

    `card` is the id of the message that holds the card; `who` takes the fields of channel_post or personal_message.
    """
    activity = personal_message("", **who) if thread is None else reply("", thread=thread, **who)
    for said in ("text", "textFormat", "attachments"):
        activity.pop(said)
    activity["id"] = f"f:{activity['id']}"
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": card}}
    return activity | {"type": "invoke", "name": name, "value": value, "replyToId": card}


def press(verb: str, data: dict[str, Any] | None = None, *, trigger: str = "manual", **where: Any) -> dict[str, Any]:
    """Build a press of an Action.Execute button: the invoke adaptiveCard/action."""
    action = {"type": "Action.Execute", "id": verb, "verb": verb, "data": data or {}}
    return invoke("adaptiveCard/action", {"action": action, "trigger": trigger}, **where)


def dialog(data: dict[str, Any], **where: Any) -> dict[str, Any]:
    """Build the opening of a dialog: the invoke task/fetch."""
    value = {"data": {"type": "task/fetch"} | data, "context": {"theme": "default"}, "tabContext": None}
    return invoke("task/fetch", value, **where)


def submit(data: dict[str, Any], **where: Any) -> dict[str, Any]:
    """Build the sending of a dialog's form: the invoke task/submit."""
    return invoke("task/submit", {"data": data, "context": {"theme": "default"}, "tabContext": None}, **where)


def chosen_message(
    html: str = "<p>The label printer prints nothing</p>",
    *,
    message_id: str | None = None,
    author: str | None = ANNA_ID,
    name: str = "Anna Ops",
    reply_to: str | None = None,
) -> dict[str, Any]:
    """Build the messagePayload of a message action; without an author it is an app's message."""
    user = {"userIdentityType": "aadUser", "id": author, "displayName": name}
    new = message_id or new_id()
    return {
        "linkToMessage": f"https://teams.microsoft.com/l/message/19:chat@thread.v2/{new}",
        "id": new,
        "replyToId": reply_to,
        "createdDateTime": SENT_AT,
        "lastModifiedDateTime": None,
        "deleted": False,
        "subject": None,
        "summary": None,
        "importance": "normal",
        "locale": "en-us",
        "body": {"contentType": "html", "content": html},
        "from": {"device": None, "conversation": None, "user": user if author else None, "application": None},
        "reactions": [],
        "mentions": [],
        "attachments": [],
    }


def action(
    message: dict[str, Any] | None,
    data: dict[str, Any] | None = None,
    *,
    chat: str = "19:ops-floor@thread.v2",
    kind: str = "groupChat",
    thread: str | None = None,
    **who: Any,
) -> dict[str, Any]:
    """Build *Raise with support* on a message: its form asked for, or, with `data`, its form sent.

    From the group chat `chat` (`kind` "personal" for one between two people), or from the channel thread `thread`.
    """
    name = "composeExtension/fetchTask" if data is None else "composeExtension/submitAction"
    value = {"commandId": "raise", "commandContext": "message", "context": {"theme": "default"}}
    value |= {} if message is None else {"messagePayload": message}
    value |= {} if data is None else {"data": data}
    activity = invoke(name, value, thread=thread, **who)
    del activity["replyToId"]
    activity["channelData"].pop("legacy")
    activity["channelData"] |= {"source": {"name": "message"}}
    if thread is None:
        activity["conversation"] |= {"id": chat, "conversationType": kind}
        activity["conversation"] |= {"isGroup": True} if kind == "groupChat" else {}
    return activity


def query(
    words: str | None = "label printer",
    *,
    skip: int = 0,
    count: int = 25,
    chat: str = "",
    thread: str | None = None,
    **who: Any,
) -> dict[str, Any]:
    """Build what is typed into *Search the handbook*; None for what Teams asks before anything is typed.

    From the group chat `chat`, from the channel thread `thread`, or from one's own chat with the bot.
    """
    given = {"name": "initialRun", "value": "true"} if words is None else {"name": "words", "value": words}
    value = {"commandId": "handbook", "parameters": [given], "queryOptions": {"skip": skip, "count": count}}
    activity = invoke("composeExtension/query", value, thread=thread, **who)
    del activity["replyToId"]
    activity["channelData"].pop("legacy")
    activity["channelData"] |= {"source": {"name": "compose"}}
    if chat:
        activity["conversation"] |= {"id": chat, "conversationType": "groupChat", "isGroup": True}
    return activity


def installed(*, action: str = "add", personal: bool = False, **fields: Any) -> dict[str, Any]:
    """Say that the app was added to a team, or (personal) for a person; `action` remove for the opposite."""
    activity = _event("installationUpdate", personal=personal, **fields)
    activity["channelData"] |= {"settings": {"selectedChannel": {"id": CHANNEL}}, "source": {"name": "message"}}
    return activity | {"action": action}


def members_changed(
    *, added: tuple[str, ...] = (), removed: tuple[str, ...] = (), personal: bool = False, **fields: Any
) -> dict[str, Any]:
    """Say that people or the bot came or went: conversationUpdate."""
    activity = _event("conversationUpdate", personal=personal, **fields)
    activity["channelData"] |= {"eventType": "teamMemberAdded" if added else "teamMemberRemoved"}
    if added:
        activity["membersAdded"] = [{"id": member} for member in added]
    if removed:
        activity["membersRemoved"] = [{"id": member} for member in removed]
    return activity


def reaction(*, to: dict[str, Any], kind: str = "like", gone: bool = False, **fields: Any) -> dict[str, Any]:
    """Build a reaction put on the post `to`, or taken back."""
    activity = _event("messageReaction", **fields)
    activity["conversation"] = copy.deepcopy(to["conversation"])
    activity["replyToId"] = to["id"]
    activity["reactionsRemoved" if gone else "reactionsAdded"] = [{"type": kind}]
    return activity


def _event(
    kind: str,
    *,
    personal: bool = False,
    service_url: str = "http://127.0.0.1:1/emea/",
    activity_id: str | None = None,
    sender: str = ANNA,
    aad: str | None = ANNA_ID,
    name: str = "Anna Ops",
    tenant: str = TENANT,
    team: str = TEAM,
    channel: str = CHANNEL,
    at: str = SENT_AT,
) -> dict[str, Any]:
    activity = _envelope(
        kind,
        service_url=service_url,
        activity_id=activity_id or f"f:{new_id()}",
        sender=sender,
        aad=aad,
        name=name,
        tenant=tenant,
        at=at,
    )
    if personal:
        return _personal(activity, conversation="a:anna-and-the-bot", tenant=tenant)
    return _in_channel(activity, channel=channel, team=team, root=None, tenant=tenant)


def altered(activity: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Give a copy with fields changed, each named by its dotted path."""
    changed = copy.deepcopy(activity)
    for path, value in changes.items():
        *parents, last = path.split(".")
        inner = changed
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    return changed


def without(activity: dict[str, Any], *paths: str) -> dict[str, Any]:
    """Give a copy without fields, each named by its dotted path."""
    changed = copy.deepcopy(activity)
    for path in paths:
        *parents, last = path.split(".")
        inner = changed
        for parent in parents:
            inner = inner[parent]
        inner.pop(last, None)
    return changed
