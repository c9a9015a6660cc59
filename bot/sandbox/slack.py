"""A small Slack: what the bot may call of its Web API, as Slack answers it, below `/slack/api/`.

Method names, fields and errors: docs.slack.dev, "chat.postMessage" and "auth.test". What is said stands in the world
as any other message does, in a thread of its own or, with `thread_ts`, in another's.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.delivery import Wire
from bot.sandbox.world import Json, World

LONGEST = 40_000


class No(Exception):  # noqa: N818 - an answer, not an error
    """Slack's `ok: false`; the text is its error code."""


class Slack:
    """The endpoints below `slack/api/`."""

    def __init__(self, world: World, wire: Wire) -> None:
        """Write to `world`; log to `wire`."""
        self._world = world
        self._wire = wire

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints."""
        return [
            web.post("/slack/api/auth.test", self._logged(self._test)),
            web.post("/slack/api/chat.postMessage", self._logged(self._post)),
        ]

    def _logged(self, act: Callable[[Json], Json]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            started = time.monotonic()
            exchange = self._wire.begin("out", request.method, request.raw_path, None)
            try:
                exchange.request = await _body(request)
                body = {"ok": True, **act(exchange.request)}
            except No as no:
                body = {"ok": False, "error": str(no)}
                self._wire.problem(f"Slack refused the bot's {request.path.rpartition('/')[2]}: {no}")
            exchange.status, exchange.response = 200, body
            exchange.milliseconds = round((time.monotonic() - started) * 1000)
            self._world.touch()
            return web.json_response(body)

        return answer

    def _test(self, body: Json) -> Json:
        del body
        return {"url": "https://sandbox.slack.com/", "team": cast.TEAM_NAME, "user": "hotseat", "bot_id": "B0HOTSEAT"}

    def _post(self, body: Json) -> Json:
        text, thread = body.get("text"), body.get("thread_ts")
        if body.get("channel") not in (cast.SLACK.id, cast.SLACK.name, cast.SLACK.name.removeprefix("#")):
            raise No("channel_not_found")
        if not isinstance(text, str) or not text:
            raise No("no_text")
        if len(text) > LONGEST:
            raise No("msg_too_long")
        root = self._world.messages.get(str(thread).replace(".", "")[:-3]) if thread else None
        if thread and (root is None or root.conversation != cast.SLACK.id):
            raise No("thread_not_found")
        said = self._world.add(cast.SLACK.id, root.root if root else None, "bot", _unescaped(text))
        ts = f"{said.id[:-3]}.{said.id[-3:]}000"
        return {"channel": cast.SLACK.id, "ts": ts, "message": {"type": "message", "text": text, "ts": ts}}


async def _body(request: web.Request) -> Any:
    if request.headers.get("Authorization") != f"Bearer {cast.SLACK_TOKEN}":
        raise No("invalid_auth")
    if request.content_type != "application/json":
        raise No("invalid_post_type")
    try:
        body = await request.json()
    except ValueError:
        raise No("invalid_json") from None
    if not isinstance(body, dict):
        raise No("json_not_object")
    return body


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
