"""A small Slack: what the bot may call of its Web API, as Slack answers it, below `/slack/api/`.

Method names, fields and errors: docs.slack.dev, "Web API methods". Parameters are read from the query, a form or JSON,
as Slack does and as its SDK sends them. What is said stands in the world as any other message does, in a thread of its
own or, with `thread_ts`, in another's.
"""

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType

from aiohttp import web

from bot.sandbox import cast, envelope
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import Workspace
from bot.sandbox.world import Json, Message, World

LONGEST = 40_000
PAGE, LARGEST_PAGE = 100, 999
WRITING = ("chat.postMessage", "reactions.add", "reactions.remove")


class No(Exception):  # noqa: N818 - an answer, not an error
    """Slack's `ok: false`; the text is its error code."""


class Slack:
    """The endpoints below `slack/api/`."""

    def __init__(self, world: World, wire: Wire, workspace: Workspace, faults: Faults) -> None:
        """Answer from and write to `world`; log to `wire`; do wrong what `faults` says."""
        self._world, self._wire, self._workspace, self._faults = world, wire, workspace, faults
        self._methods: Mapping[str, Callable[[Json], Json]] = MappingProxyType(
            {
                "auth.test": self._test,
                "chat.postMessage": self._post,
                "chat.getPermalink": self._permalink,
                "conversations.history": self._history,
                "conversations.info": self._info,
                "conversations.replies": self._replies,
                "reactions.add": lambda body: self._react(body, put=True),
                "reactions.get": self._reactions,
                "reactions.remove": lambda body: self._react(body, put=False),
                "users.info": self._user,
            }
        )

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints; Slack takes every method by GET and by POST."""
        return [web.get("/slack/api/{method}", self._answer), web.post("/slack/api/{method}", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        started = time.monotonic()
        exchange = self._wire.begin("out", request.method, request.raw_path, None)
        status, headers = HTTPStatus.OK, {}
        lost = False
        try:
            exchange.request = await _body(request)
            if self._faults.down:
                status, body = HTTPStatus.SERVICE_UNAVAILABLE, {"ok": False, "error": "service_unavailable"}
            elif self._faults.takes("limited"):
                status, body = HTTPStatus.TOO_MANY_REQUESTS, {"ok": False, "error": "ratelimited"}
                headers = {"Retry-After": "1"}
            elif method in WRITING and self._faults.takes("broken"):
                status, body = HTTPStatus.INTERNAL_SERVER_ERROR, {"ok": False, "error": "internal_error"}
            elif method not in self._methods:
                raise No("unknown_method")  # noqa: TRY301 - an answer like those of the methods
            else:
                body = {"ok": True, **self._methods[method](exchange.request)}
                lost = method in WRITING and self._faults.takes("lost")
        except No as no:
            body = {"ok": False, "error": str(no)}
            self._wire.problem(f"Slack refused the bot's {method}: {no}")
        exchange.status, exchange.response = int(status), body
        exchange.milliseconds = round((time.monotonic() - started) * 1000)
        if lost and request.transport is not None:
            exchange.status, exchange.response = 0, "the connection was dropped on purpose, after it was done"
            request.transport.abort()
        self._world.touch()
        return web.json_response(body, status=status, headers=headers)

    def _test(self, body: Json) -> Json:
        del body
        return {
            "url": "https://sandbox.slack.com/",
            "team": cast.TEAM_NAME,
            "user": "hotseat",
            "team_id": cast.SLACK_TEAM,
            "user_id": cast.SLACK_USER,
            "bot_id": cast.SLACK_BOT,
            "is_enterprise_install": False,
        }

    def _post(self, body: Json) -> Json:
        text, thread, client = body.get("text"), body.get("thread_ts"), body.get("client_msg_id")
        if body.get("channel") not in (cast.SLACK.id, cast.SLACK.name, cast.SLACK.name.removeprefix("#")):
            raise No("channel_not_found")
        if not isinstance(text, str) or not text:
            raise No("no_text")
        if len(text) > LONGEST:
            raise No("msg_too_long")
        root = self._world.messages.get(envelope.identifier(thread)) if thread else None
        if thread and (root is None or root.conversation != cast.SLACK.id):
            raise No("thread_not_found")
        said = self._world.add(
            cast.SLACK.id,
            root.root if root else None,
            "bot",
            envelope.unescaped(text),
            source=text,
            client=str(client or ""),
        )
        self._workspace.heard(said)
        return {"channel": cast.SLACK.id, "ts": envelope.ts(said.id), "message": envelope.message(self._world, said)}

    def _permalink(self, body: Json) -> Json:
        self._channel(body)
        said = self._message(body, "message_ts")
        thread = f"?thread_ts={envelope.ts(said.root)}&cid={cast.SLACK.id}" if said.root != said.id else ""
        ts = envelope.ts(said.id).replace(".", "")
        link = f"https://sandbox.slack.com/archives/{cast.SLACK.id}/p{ts}{thread}"
        return {"channel": cast.SLACK.id, "permalink": link}

    def _info(self, body: Json) -> Json:
        self._channel(body)
        name = cast.SLACK.name.removeprefix("#")
        shape = {"is_channel": True, "is_private": False, "is_archived": False, "is_member": True}
        return {"channel": {"id": cast.SLACK.id, "name": name, **shape}}

    def _history(self, body: Json) -> Json:
        self._channel(body)
        roots = [one for one in self._there() if one.root == one.id and _within(one, body)]
        page, rest = _page(roots[::-1], body)
        answer: Json = {
            "messages": [envelope.message(self._world, one) for one in page],
            "has_more": bool(rest),
            "pin_count": 0,
        }
        return {**answer, "response_metadata": {"next_cursor": rest}} if rest else answer

    def _replies(self, body: Json) -> Json:
        self._channel(body)
        root = self._message(body, "ts", "thread_not_found").root
        first, *others = [one for one in self._there() if one.root == root]
        page, rest = _page([one for one in others if _within(one, body)], body)
        messages = [envelope.message(self._world, one) for one in (first, *page)]
        answer: Json = {"messages": messages, "has_more": bool(rest)}
        return {**answer, "response_metadata": {"next_cursor": rest}} if rest else answer

    def _react(self, body: Json, *, put: bool) -> Json:
        self._channel(body)
        said = self._message(body, "timestamp")
        name = str(body.get("name") or "")
        if not name:
            raise No("invalid_name")
        if ("bot" in said.reactions.get(name, [])) is put:
            raise No("already_reacted" if put else "no_reaction")
        self._world.react(said, "bot", name)
        return {}

    def _reactions(self, body: Json) -> Json:
        self._channel(body)
        said = self._message(body, "timestamp")
        return {"type": "message", "channel": cast.SLACK.id, "message": envelope.message(self._world, said)}

    def _user(self, body: Json) -> Json:
        found = envelope.user(str(body.get("user") or ""))
        if found is None:
            raise No("user_not_found")
        return {"user": found}

    def _there(self) -> list[Message]:
        return [one for one in self._world.messages.values() if one.conversation == cast.SLACK.id and not one.deleted]

    def _channel(self, body: Json) -> None:
        if body.get("channel") != cast.SLACK.id:
            raise No("channel_not_found")

    def _message(self, body: Json, name: str, missing: str = "message_not_found") -> Message:
        said = self._world.messages.get(envelope.identifier(body.get(name)))
        if said is None or said.conversation != cast.SLACK.id or said.deleted:
            raise No(missing)
        return said


def _within(said: Message, body: Json) -> bool:
    """Say whether a message lies between `oldest` and `latest`, which belong to it only where `inclusive` says so."""
    at, inclusive = _moment(envelope.ts(said.id)), _truth(body.get("inclusive"))
    oldest, latest = body.get("oldest"), body.get("latest")
    after = not oldest or at > _moment(oldest) or (inclusive and at == _moment(oldest))
    return after and (not latest or at < _moment(latest) or (inclusive and at == _moment(latest)))


def _page(messages: list[Message], body: Json) -> tuple[list[Message], str]:
    """Give a page, and the cursor of the next one, which names its first message as Slack's does."""
    try:
        limit = max(1, min(int(body.get("limit") or PAGE), LARGEST_PAGE))
        given = base64.b64decode(str(body.get("cursor") or ""), validate=True).decode().removeprefix("next_ts:")
    except (ValueError, binascii.Error):
        raise No("invalid_cursor") from None
    ids = [one.id for one in messages]
    if given and given not in ids:
        raise No("invalid_cursor")
    start = ids.index(given) if given else 0
    rest = ids[start + limit : start + limit + 1]
    cursor = base64.b64encode(f"next_ts:{rest[0]}".encode()).decode() if rest else ""
    return messages[start : start + limit], cursor


def _moment(ts: object) -> tuple[int, int]:
    """Give a `ts` as seconds and microseconds: as one number it would lose digits."""
    seconds, _, rest = str(ts).partition(".")
    try:
        return int(seconds or 0), int(rest.ljust(6, "0")[:6])
    except ValueError:
        raise No("invalid_ts_latest") from None


def _truth(value: object) -> bool:
    return str(value).lower() in ("1", "true")


async def _body(request: web.Request) -> Json:
    if request.headers.get("Authorization") != f"Bearer {cast.SLACK_TOKEN}":
        raise No("invalid_auth")
    query = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return query
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {**query, **await request.post()}
    if request.content_type != "application/json":
        raise No("invalid_post_type")
    try:
        body = await request.json()
    except ValueError:
        raise No("invalid_json") from None
    if not isinstance(body, dict):
        raise No("json_not_object")
    return {**query, **body}
