"""A fake of Microsoft Graph, as far as channels' messages go, and builders of them in their exact shape.

It pages, tells what changed since a link, and fails on request; knows nothing of the bot.
"""

import html
import itertools
import re
from collections import deque
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.rig.activities import CHANNEL, GROUP
from tests.rig.entra import APP_ID, TENANT
from tests.rig.service import Answer, LoopbackService

ANNA_ID = "aaaaaaaa-0000-4000-8000-000000000001"
WRITTEN = "2026-11-23T10:00:00.123Z"


def chat_message(
    content: str = "<p>The label printer in hub 4 prints nothing</p>",
    *,
    id: str | None = None,  # noqa: A002 - as Graph calls it
    reply_to: str | None = None,
    at: str = WRITTEN,
    who: str | None = ANNA_ID,
    name: str = "Anna Ops",
    **changed: Any,
) -> dict[str, Any]:
    """Build a chatMessage that somebody wrote in a channel; `changed` replaces or adds properties."""
    id_ = id or _milliseconds(at)
    user = {
        "@odata.type": "#microsoft.graph.teamworkUserIdentity",
        "id": who,
        "displayName": name,
        "userIdentityType": "aadUser",
        "tenantId": TENANT,
    }
    return {
        "id": id_,
        "replyToId": reply_to,
        "etag": id_,
        "messageType": "message",
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "lastEditedDateTime": None,
        "deletedDateTime": None,
        "subject": None,
        "summary": None,
        "chatId": None,
        "importance": "normal",
        "locale": "en-us",
        "webUrl": f"https://teams.microsoft.com/l/message/{CHANNEL}/{id_}?groupId={GROUP}&tenantId={TENANT}",
        "policyViolation": None,
        "eventDetail": None,
        "from": {"application": None, "device": None, "user": user if who else None},
        "body": {"contentType": "html", "content": content},
        "channelIdentity": {"teamId": GROUP, "channelId": CHANNEL},
        "attachments": [],
        "mentions": [],
        "reactions": [],
    } | changed


def bot_mention(number: int = 0, name: str = "Hotseat") -> dict[str, Any]:
    """Build the mention of the bot."""
    app = {"id": APP_ID, "displayName": name, "applicationIdentityType": "bot"}
    who = {"application": app, "device": None, "conversation": None, "user": None}
    return {"id": number, "mentionText": name, "mentioned": who}


def person_mention(number: int, name: str, id_: str) -> dict[str, Any]:
    """Build the mention of a person."""
    user = {"id": id_, "displayName": name, "userIdentityType": "aadUser"}
    return {"id": number, "mentionText": name, "mentioned": {"application": None, "device": None, "user": user}}


def as_chat_message(activity: dict[str, Any]) -> dict[str, Any]:
    """Build how Graph shows the message that an activity posted, or as what it edited or deleted left it."""
    root = activity["conversation"]["id"].partition(";messageid=")[2]
    moment = datetime.fromisoformat(activity["timestamp"]).astimezone(UTC)
    at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    words = html.escape(activity.get("text", ""), quote=False)
    mentions: list[dict[str, Any]] = []
    if "&lt;at&gt;Hotseat&lt;/at&gt;" in words:
        words = words.replace("&lt;at&gt;Hotseat&lt;/at&gt;", '<at id="0">Hotseat</at>')
        mentions = [bot_mention()]
    return chat_message(
        f"<p>{words}</p>",
        id=activity["id"],
        reply_to=None if root == activity["id"] else root,
        at=at,
        who=activity["from"].get("aadObjectId"),
        name=activity["from"]["name"],
        mentions=mentions,
    )


class FakeGraph(LoopbackService):
    """Serve `/v1.0/teams/{team}/channels/{channel}/messages/delta`, of the desk's channel and the team's.

    `put(message)` makes a message, or changes it. `asked` keeps each request, as (path, query, token). `script(...)`
    queues answers given instead of the ordinary one. `page` is how many posts an answer has, `inline` how many replies
    come with a post. `forget()` makes every link that was given worthless.
    """

    def __init__(self, **listen: Any) -> None:
        super().__init__(**listen)
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.page = 50
        self.inline = 1000
        self._scripted: deque[Answer] = deque()
        self._messages: dict[str, dict[str, dict[str, Any]]] = {}
        self._changed: dict[tuple[str, str], int] = {}
        self._numbers = itertools.count(1)
        self._last = 0
        self._valid_from = 0

    def script(self, *answers: Answer | int) -> None:
        """Queue answers for the next requests; a bare number is a status."""
        self._scripted.extend(Answer(status=a) if isinstance(a, int) else a for a in answers)

    def put(self, message: dict[str, Any], channel: str = CHANNEL) -> dict[str, Any]:
        """Let a message be there, as it is now."""
        self._messages.setdefault(channel, {})[message["id"]] = message
        self._last = next(self._numbers)
        self._changed[channel, message.get("replyToId") or message["id"]] = self._last
        return message

    def edit(self, id_: str, content: str, at: str, channel: str = CHANNEL) -> None:
        """Edit a message."""
        message = self._messages[channel][id_]
        body = {"contentType": "html", "content": content}
        self.put(message | {"body": body, "lastEditedDateTime": at, "lastModifiedDateTime": at}, channel)

    def delete(self, id_: str, at: str, channel: str = CHANNEL) -> None:
        """Delete a message."""
        message = self._messages[channel][id_]
        body = {"contentType": "html", "content": ""}
        self.put(message | {"body": body, "deletedDateTime": at, "lastModifiedDateTime": at}, channel)

    def forget(self) -> None:
        """Take every link back, as Graph does after some time."""
        self._last = self._valid_from = next(self._numbers)

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application()
        app.router.add_get("/v1.0/teams/{team}/channels/{channel}/messages/delta", self._delta)
        app.router.add_get("/v1.0/teams/{team}/channels/{channel}/messages/{post}/replies", self._replies)
        return app

    async def _delta(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((request.path, dict(request.query), token))
        if self._scripted:
            return await self._scripted.popleft().respond(request)
        if request.match_info["team"] != GROUP:
            return web.json_response({"error": {"code": "NotFound", "message": "No team found."}}, status=404)
        query, channel = request.query, request.match_info["channel"]
        link = query.get("$deltatoken") or query.get("$skiptoken")
        since, upto, skip, moment = self._decoded(link) if link else (0, self._last, 0, self._filter(query["$filter"]))
        if link and since < self._valid_from and upto <= self._valid_from:
            return web.json_response({"error": {"code": "syncStateNotFound", "message": "resync"}}, status=410)
        if "$deltatoken" in query:
            upto = self._last
        chains = [
            post
            for (where, id_), number in sorted(self._changed.items(), key=lambda one: one[1])
            if where == channel and since < number <= upto and self._is_newer(channel, id_, moment)
            if (post := self._chain(request, channel, id_)) is not None
        ]
        shown = chains[skip : skip + self.page]
        body: dict[str, Any] = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": shown}
        base = f"{self.url}{request.rel_url.raw_path}"
        if skip + self.page < len(chains):
            body["@odata.nextLink"] = f"{base}?$skiptoken={since}.{upto}.{skip + self.page}.{moment}"
        else:
            body["@odata.deltaLink"] = f"{base}?$deltatoken={upto}.{upto}.0."
        return web.json_response(body)

    async def _replies(self, request: web.Request) -> web.StreamResponse:
        channel, post, skip = request.match_info["channel"], request.match_info["post"], int(request.query["$skip"])
        there = self._replies_of(channel, post)
        body: dict[str, Any] = {"value": there[skip : skip + self.inline]}
        if skip + self.inline < len(there):
            body["@odata.nextLink"] = f"{self.url}{request.rel_url.raw_path}?$skip={skip + self.inline}"
        return web.json_response(body)

    def _chain(self, request: web.Request, channel: str, post: str) -> dict[str, Any] | None:
        first = self._messages[channel].get(post)
        if first is None:
            return None
        there = self._replies_of(channel, post)
        chain = first | {"replies": there[: self.inline]}
        if len(there) > self.inline:
            base = f"{self.url}{request.rel_url.raw_path}".removesuffix("/delta")
            chain["replies@odata.nextLink"] = f"{base}/{post}/replies?$skip={self.inline}"
        return chain

    def _replies_of(self, channel: str, post: str) -> list[dict[str, Any]]:
        return [one for one in reversed(self._messages[channel].values()) if one["replyToId"] == post]

    def _is_newer(self, channel: str, post: str, moment: str) -> bool:
        chain = [one for one in self._messages[channel].values() if post in (one["id"], one["replyToId"])]
        return any(one["lastModifiedDateTime"] > moment for one in chain)

    def _decoded(self, link: str) -> tuple[int, int, int, str]:
        since, upto, skip, moment = link.split(".", 3)
        return int(since), int(upto), int(skip), moment

    def _filter(self, text: str) -> str:
        found = re.fullmatch(r"lastModifiedDateTime gt (\S+Z)", text)
        assert found is not None
        return found[1]


def _milliseconds(at: str) -> str:
    return str(round(datetime.fromisoformat(at).timestamp() * 1000))
