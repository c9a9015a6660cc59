"""A Slack on loopback: takes only what the real one would take, keeps what is said, and misbehaves on demand."""

import asyncio
import time
from collections import defaultdict, deque
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.rig.service import Answer, LoopbackService

TOKEN = "xoxb-1-canary"
APP_TOKEN = "xapp-1-canary"
SECRET = "canary-signing-secret"
TEAM, APP, BOT, BOT_USER = "T0HOTSEAT1", "A0HOTSEAT1", "B0HOTSEAT1", "U0HOTSEAT1"


class FakeSlack(LoopbackService):
    """Answers the methods that the bot calls, and keeps a socket for whoever opened one.

    ``answers`` are given in turn before the ordinary one of chat.postMessage; ``stored`` of those is kept. ``troubles``
    are those of other methods. ``messages`` are a channel's, those in threads too; ``page`` is the
    most that one answer holds, ``scopes`` what the tokens may do.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said: list[dict[str, Any]] = []
        self.said_at: list[float] = []
        self.answers: deque[tuple[Answer, bool]] = deque()
        self.troubles: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.down = False
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, str]] = []
        self.page = 200
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[str] = []
        self.tickets: set[str] = set()
        self.scopes = "channels:history,chat:write,reactions:read"

    @property
    def api(self) -> str:
        """Give the address as SLACK_API_URL has it."""
        return f"{self.url}/api/"

    def then(self, answer: Answer, *, stored: bool = False) -> None:
        """Answer so the next time, whether or not the message is there then."""
        self.answers.append((answer, stored))

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/chat.postMessage", self._post)
        app.router.add_post("/api/auth.test", self._method("auth", self._auth))
        app.router.add_post("/api/apps.connections.open", self._method("open", self._open, APP_TOKEN))
        app.router.add_get("/api/conversations.history", self._method("history", self._history))
        app.router.add_get("/api/conversations.replies", self._method("replies", self._replies))
        app.router.add_get("/api/users.info", self._method("users", self._user))
        app.router.add_get("/link", self._socket)
        return app

    async def socket(self, count: int = 1) -> web.WebSocketResponse:
        """Return the bot's socket, once so many were opened."""
        async with asyncio.timeout(5):
            while len(self.sockets) < count:
                await asyncio.sleep(0.01)
        return self.sockets[-1]

    async def tell(self, envelope: dict[str, Any], id_: str) -> None:
        """Send an envelope over the bot's socket."""
        frame = {"type": "events_api", "envelope_id": id_, "payload": envelope, "accepts_response_payload": False}
        await (await self.socket()).send_json(frame)

    async def hears(self, *ids: str) -> None:
        """Wait until envelopes were acknowledged."""
        async with asyncio.timeout(5):
            while not set(ids) <= set(self.acknowledged):
                await asyncio.sleep(0.01)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.hits["post"] += 1
        if request.headers.get("Content-Type") != "application/json; charset=utf-8":
            return web.json_response({"ok": False, "error": "invalid_post_type"})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        body = await request.json()
        answer, stored = self.answers.popleft() if self.answers else (Answer(body={"ok": True, "ts": "1.000100"}), True)
        if stored:
            self.said.append(body)
            self.said_at.append(time.monotonic())
        return await answer.respond(request)

    def _method(self, name: str, act: Any, token: str = TOKEN) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.hits[name] += 1
            if self.down:
                return await Answer(reset=True).respond(request)
            if self.troubles[name]:
                return await self.troubles[name].popleft().respond(request)
            if request.headers.get("Authorization") != f"Bearer {token}":
                return web.json_response({"ok": False, "error": "invalid_auth"})
            return web.json_response({"ok": True, **act(dict(request.query))}, headers={"X-OAuth-Scopes": self.scopes})

        return answer

    def _auth(self, _: dict[str, str]) -> dict[str, Any]:
        return {"url": "https://fleet.slack.com/", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "team": "Fleet"}

    def _history(self, query: dict[str, str]) -> dict[str, Any]:
        heads = [one for one in self.messages.get(query["channel"], []) if one.get("thread_ts", one["ts"]) == one["ts"]]
        return self._page(query, heads[::-1])

    def _replies(self, query: dict[str, str]) -> dict[str, Any]:
        thread = [one for one in self.messages[query["channel"]] if query["ts"] in (one["ts"], one.get("thread_ts"))]
        return self._page(query, thread, always=query["ts"])

    def _page(self, query: dict[str, str], found: list[dict[str, Any]], always: str = "") -> dict[str, Any]:
        self.asked.append(query)
        wanted = [one for one in found if float(one["ts"]) > float(query.get("oldest", "0")) or one["ts"] == always]
        start, most = int(query.get("cursor", "0")), min(self.page, int(query["limit"]))
        more = start + most < len(wanted)
        answer: dict[str, Any] = {"messages": wanted[start : start + most], "has_more": more}
        return answer | ({"response_metadata": {"next_cursor": str(start + most)}} if more else {})

    def _user(self, query: dict[str, str]) -> dict[str, Any]:
        return {"user": {"id": query["user"], **self.people.get(query["user"], {})}}

    def _open(self, _: dict[str, str]) -> dict[str, Any]:
        ticket = f"canary-ticket-{len(self.tickets) + self.hits['open']}"
        self.tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={ticket}"}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(request.query["ticket"])  # each is good for one connection
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.acknowledged.append(orjson.loads(message.data)["envelope_id"])
        return socket


def signed(raw: bytes, *, secret: str = SECRET, age: float = 0, **headers: str) -> dict[str, str]:
    """Return the headers with which Slack posts a body, as its own SDK signs it."""
    at = str(int(time.time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=raw)
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": str(signature),
        **headers,
    }
