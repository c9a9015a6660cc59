"""What the bot may call: the Bot Framework connector's REST interface, as Teams answers it.

Paths and shapes: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference, and what
botbuilder 4.17.1 sends. Decides which calls Teams would refuse, and with which error code.
"""

import base64
import json
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.delivery import Wire
from bot.sandbox.world import Json, Message, World, chat_owner

LARGEST = 100 * 1024
PAGE = 500


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A call that Teams refuses: status, error code, words."""

    def __init__(self, status: HTTPStatus, code: str, words: str) -> None:
        """Carry what the answer says."""
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


class Connector:
    """The endpoints below `v3/`."""

    def __init__(self, world: World, wire: Wire) -> None:
        """Answer from and write to `world`; log to `wire`."""
        self._world = world
        self._wire = wire

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints."""
        activities = "/v3/conversations/{conversation}/activities"
        return [
            web.post("/v3/conversations", self._logged(self._create)),
            web.post(activities, self._logged(self._post)),
            web.post(activities + "/{activity}", self._logged(self._post)),
            web.put(activities + "/{activity}", self._logged(self._put)),
            web.delete(activities + "/{activity}", self._logged(self._delete)),
            web.get(activities + "/{activity}/members", self._logged(self._members)),
            web.get("/v3/conversations/{conversation}/members", self._logged(self._members)),
            web.get("/v3/conversations/{conversation}/members/{member}", self._logged(self._member)),
            web.get("/v3/conversations/{conversation}/pagedmembers", self._logged(self._paged)),
            web.get("/v3/attachments/{message}/views/original", self._picture),
            web.get("/v3/teams/{team}", self._logged(self._team)),
            web.get("/v3/teams/{team}/conversations", self._logged(self._channels)),
        ]

    def _logged(
        self, act: Callable[[web.Request, Json], tuple[HTTPStatus, Any]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            started = time.monotonic()
            raw = await request.read()
            exchange = self._wire.begin("out", request.method, request.raw_path, None)
            try:
                exchange.request = _body(raw)
                status, body = act(request, exchange.request or {})
            except Refusal as refusal:
                status, body = refusal.status, {"error": {"code": refusal.code, "message": refusal.words}}
                self._wire.problem(f"Teams refused the bot's {request.method}: {refusal.words} ({refusal.code})")
            exchange.status, exchange.response = int(status), body
            exchange.milliseconds = round((time.monotonic() - started) * 1000)
            self._world.touch()
            return web.json_response(body, status=status) if body is not None else web.Response(status=status)

        return answer

    def _create(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        """Open a 1:1 chat (again the same), or begin a thread in a channel."""
        del request
        data = _dict(body.get("channelData"))
        activity = _dict(body.get("activity"))
        if body.get("isGroup") or "channel" in data:
            place = cast.channel(str(_dict(data.get("channel")).get("id", "")))
            if place is None or not activity:
                raise Refusal(HTTPStatus.BAD_REQUEST, "BadSyntax", "Incorrect conversation creation parameters")
            said = self._say(place.id, None, activity)
            return HTTPStatus.CREATED, {"id": f"{place.id};messageid={said.id}", "activityId": said.id}
        members = body.get("members") or [{}]
        person = cast.player(str(_dict(members[0]).get("id", "")))
        tenant = body.get("tenantId") or body.get("tenantID") or _dict(data.get("tenant")).get("id")
        if person is None or tenant != cast.TENANT:
            raise Refusal(HTTPStatus.BAD_REQUEST, "BadSyntax", "Incorrect conversation creation parameters")
        self._check_installed(person)
        self._world.opened.add(person.key)
        answer: Json = {"id": person.chat}
        if activity:
            answer["activityId"] = self._say(person.chat, None, activity).id
        return HTTPStatus.CREATED, answer

    def _post(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        """Say something: in a thread, as a new post of a channel, or in a chat."""
        conversation, root = self._place(request)
        if body.get("type") == "typing":
            return HTTPStatus.ACCEPTED, {"id": self._world.new_id()}
        if root is None and "activity" in request.match_info and chat_owner(conversation) is None:
            root = self._found(request, conversation).root
        target = None
        if request.query.get("isTargetedActivity") == "true":
            target = cast.player(str(_dict(body.get("recipient")).get("id", "")))
        said = self._say(conversation, root, body, only_for=target.key if target else None)
        return HTTPStatus.CREATED, {"id": said.id}

    def _put(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        conversation, _ = self._place(request)
        said = self._own(request, conversation)
        text, cards, mentions = _content(body)
        self._world.edit(said, text, cards, mentions)
        return HTTPStatus.OK, {"id": said.id}

    def _delete(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        conversation, _ = self._place(request)
        self._world.delete(self._own(request, conversation))
        return HTTPStatus.OK, None

    def _members(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        return HTTPStatus.OK, self._roster(request)

    def _member(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        person = cast.player(request.match_info["member"])
        wanted = person.id if person else None
        found = next((one for one in self._roster(request) if one["id"] == wanted), None)
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "MemberNotFoundInConversation", "Member not found in conversation.")
        return HTTPStatus.OK, found

    def _paged(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        roster = self._roster(request)
        start = int(request.query.get("continuationToken") or 0)
        size = max(1, min(int(request.query.get("pageSize") or PAGE), PAGE))
        answer: Json = {"members": roster[start : start + size]}
        if start + size < len(roster):
            answer["continuationToken"] = str(start + size)
        return HTTPStatus.OK, answer

    async def _picture(self, request: web.Request) -> web.Response:
        said = self._world.messages.get(request.match_info["message"])
        if said is None or said.deleted or not said.picture:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        kind, _, content = said.picture.removeprefix("data:").partition(";base64,")
        return web.Response(body=base64.b64decode(content), content_type=kind)

    def _team(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        self._check_team(request)
        return HTTPStatus.OK, {"id": cast.TEAM, "name": cast.TEAM_NAME, "aadGroupId": cast.TEAM_GROUP}

    def _channels(self, request: web.Request, body: Json) -> tuple[HTTPStatus, Any]:
        del body
        self._check_team(request)
        named = [{"id": one.id, "name": one.name.lstrip("#")} for one in cast.CHANNELS]
        return HTTPStatus.OK, {"conversations": [{"id": cast.TEAM, "name": None}, *named]}

    def _say(self, conversation: str, root: str | None, activity: Json, only_for: str | None = None) -> Message:
        text, cards, mentions = _content(activity)
        if not text and not cards:
            raise Refusal(HTTPStatus.BAD_REQUEST, "BadSyntax", "Activity resulted into multiple skype activities")
        text_format = str(activity.get("textFormat") or "markdown")
        return self._world.add(
            conversation,
            root,
            "bot",
            text,
            cards=cards,
            mentions=mentions,
            only_for=only_for,
            text_format=text_format,
        )

    def _place(self, request: web.Request) -> tuple[str, str | None]:
        conversation, _, root = request.match_info["conversation"].partition(";messageid=")
        owner = chat_owner(conversation)
        if owner is not None:
            self._check_installed(owner)
            return conversation, None
        if cast.channel(conversation) is None or (root and root not in self._world.messages):
            raise Refusal(HTTPStatus.NOT_FOUND, "ConversationNotFound", "Conversation not found.")
        return conversation, root or None

    def _found(self, request: web.Request, conversation: str) -> Message:
        said = self._world.messages.get(request.match_info["activity"])
        if said is None or said.conversation != conversation:
            raise Refusal(HTTPStatus.NOT_FOUND, "ActivityNotFoundInConversation", "Activity not found.")
        return said

    def _own(self, request: web.Request, conversation: str) -> Message:
        said = self._found(request, conversation)
        if said.deleted:
            raise Refusal(HTTPStatus.NOT_FOUND, "ActivityNotFoundInConversation", "Activity not found.")
        if said.author != "bot":
            raise Refusal(HTTPStatus.FORBIDDEN, "ForbiddenOperationException", "Not the bot's own message.")
        return said

    def _roster(self, request: web.Request) -> list[Json]:
        conversation = request.match_info["conversation"].partition(";messageid=")[0]
        owner = chat_owner(conversation)
        if owner is None and conversation != cast.TEAM and cast.channel(conversation) is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "ConversationNotFound", "Conversation not found.")
        internal = conversation == cast.CHANNELS[1].id
        return [
            _member_json(one) for one in ([owner] if owner else cast.PLAYERS) if one.backend or owner or not internal
        ]

    def _check_team(self, request: web.Request) -> None:
        if request.match_info["team"] not in (cast.TEAM, cast.TEAM_GROUP):
            raise Refusal(HTTPStatus.NOT_FOUND, "BotNotInConversationRoster", "The bot is not part of the team.")

    def _check_installed(self, person: cast.Player) -> None:
        if not self._world.installed[person.key]:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "ForbiddenOperationException",
                f"The bot is not installed in {person.name}'s personal scope",
            )


def _body(raw: bytes) -> Json | None:
    if len(raw) > LARGEST:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "MessageSizeTooBig", "Message size too large.")
    try:
        body = json.loads(raw) if raw else None
    except ValueError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadSyntax", "Bad format of the request's body.") from error
    if body is not None and not isinstance(body, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadSyntax", "The request's body is no object.")
    return body


def _content(activity: Json) -> tuple[str, list[Json], list[Json]]:
    attachments = activity.get("attachments") or []
    cards = [
        one["content"]
        for one in attachments
        if isinstance(one, dict)
        and one.get("contentType") == "application/vnd.microsoft.card.adaptive"
        and isinstance(one.get("content"), dict)
    ]
    mentions = []
    for one in activity.get("entities") or []:
        if not isinstance(one, dict) or "mentioned" not in one:
            continue
        if one.get("type") != "mention":
            raise Refusal(HTTPStatus.BAD_REQUEST, "BadArgument", "A mention's entity needs its type.")
        mentions.append(one)
    return str(activity.get("text") or ""), cards, mentions


def _member_json(person: cast.Player) -> Json:
    given, _, surname = person.name.partition(" ")
    return {
        "id": person.id,
        "name": person.name,
        "objectId": person.object_id,
        "aadObjectId": person.object_id,
        "givenName": given,
        "surname": surname,
        "email": person.email,
        "userPrincipalName": person.email,
        "tenantId": cast.TENANT,
        "userRole": "user",
    }


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}
