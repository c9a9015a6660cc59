"""A fake of the Bot Framework connector: the service URL that Teams names in an activity.

Records every call and answers as Teams does, or as a test scripts it; knows nothing of the bot.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from tests.rig.service import Answer, LoopbackService


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the connector. Ids are decoded; `path` is as it came over the wire."""

    method: str
    path: str
    conversation: str
    activity: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def token(self) -> str:
        """The bearer token that was shown, or nothing."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


class FakeConnector(LoopbackService):
    """Serve the connector's calls under `service_url`.

    `calls` records every request in order of arrival. `script(...)` queues answers that are given to the next requests
    in place of the ordinary one; `scripted` are those to come; `always` is given whenever there are none, if the path
    holds `only`. `members` are the people of every conversation. `messages` holds what is posted now: (conversation,
    activity id) to the activity.
    """

    def __init__(self, **listen: Any) -> None:
        super().__init__(**listen)
        self.calls: list[Call] = []
        self.members: list[dict[str, Any]] = []
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        self.always: Answer | None = None
        self.only = ""
        self.connections = 0
        self.scripted: deque[Answer] = deque()
        self._ids = itertools.count(1_700_000_000_001)
        self._arrived = asyncio.Event()

    @property
    def service_url(self) -> str:
        """What activities name as their service URL, with its trailing slash."""
        return f"{self.url}/emea/"

    def script(self, *answers: Answer | int) -> None:
        """Queue answers for the next requests; a bare number is a status."""
        self.scripted.extend(Answer(status=a) if isinstance(a, int) else a for a in answers)

    def sent(self, method: str = "POST") -> list[Call]:
        """Give the calls of one method."""
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, count: int, *, method: str | None = None, within: float = 5.0) -> list[Call]:
        """Wait until that many calls have come; `within` seconds or TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                calls = self.sent(method) if method else self.calls
                if len(calls) >= count:
                    return calls
                self._arrived.clear()
                await self._arrived.wait()

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application(middlewares=[self._record], client_max_size=2**22)
        base = "/emea/v3/conversations"
        app.router.add_post(base, self._create)
        app.router.add_get(base + "/{c}/members", self._members)
        app.router.add_get(base + "/{c}/pagedmembers", self._members)
        app.router.add_get(base + "/{c}/members/{m}", self._member)
        app.router.add_post(base + "/{c}/activities", self._post)
        app.router.add_post(base + "/{c}/activities/{a}", self._post)
        app.router.add_put(base + "/{c}/activities/{a}", self._update)
        app.router.add_delete(base + "/{c}/activities/{a}", self._delete)
        app.router.add_get("/emea/v3/teams/{t}", self._team)
        app.router.add_get("/emea/v3/teams/{t}/conversations", self._channels)
        return app

    @web.middleware
    async def _record(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        raw = await request.read()
        self.calls.append(
            Call(
                method=request.method,
                path=request.raw_path,
                conversation=request.match_info.get("c", ""),
                activity=request.match_info.get("a", ""),
                query=dict(request.query),
                headers=dict(request.headers),
                body=orjson.loads(raw) if raw else {},
                at=time.monotonic(),
            )
        )
        self._arrived.set()
        if self.scripted:
            answer: Answer | None = self.scripted.popleft()
        else:
            answer = self.always if self.only in request.path else None
        if answer is None:
            return await handler(request)
        if answer.status < 300 and answer.text is None and answer.body is None and not answer.reset:
            await asyncio.sleep(answer.delay)
            return await handler(request)
        return await answer.respond(request)

    async def _post(self, request: web.Request) -> web.Response:
        new = str(next(self._ids))
        self.messages[request.match_info["c"], new] = await request.json()
        return web.json_response({"id": new}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        key = request.match_info["c"], request.match_info["a"]
        self.messages[key] = await request.json()
        return web.json_response({"id": key[1]})

    async def _delete(self, request: web.Request) -> web.Response:
        self.messages.pop((request.match_info["c"], request.match_info["a"]), None)
        return web.Response(status=200)

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        new = str(next(self._ids))
        if asked.get("isGroup"):
            conversation = f"{asked['channelData']['channel']['id']};messageid={new}"
            self.messages[conversation, new] = asked["activity"]
            return web.json_response({"id": conversation, "activityId": new}, status=201)
        return web.json_response({"id": f"a:{asked['members'][0]['id']}"}, status=201)

    async def _members(self, request: web.Request) -> web.Response:
        if request.path.endswith("/members"):
            return web.json_response(self.members)
        size = int(request.query.get("pageSize", "200"))
        start = int(request.query.get("continuationToken", "0"))
        page: dict[str, Any] = {"members": self.members[start : start + size]}
        if start + size < len(self.members):
            page["continuationToken"] = str(start + size)
        return web.json_response(page)

    async def _member(self, request: web.Request) -> web.Response:
        for member in self.members:
            if request.match_info["m"] in (member["id"], member.get("aadObjectId")):
                return web.json_response(member)
        return web.json_response({"error": {"code": "MemberNotFoundInConversation", "message": "gone"}}, status=404)

    async def _team(self, request: web.Request) -> web.Response:
        return web.json_response({"id": request.match_info["t"], "name": "Liefery", "aadGroupId": "group-1"})

    async def _channels(self, request: web.Request) -> web.Response:
        team = request.match_info["t"]
        return web.json_response(
            {"conversations": [{"id": team, "name": None}, {"id": "19:backend@thread.tacv2", "name": "backend"}]}
        )
