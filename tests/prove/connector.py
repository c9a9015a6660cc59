"""Teams as the bot calls it: accepts messages into the ledger, and misbehaves by the seed's shares.

A call is accepted when it has arrived whole, and answered a little later, so that a kill finds sends in flight. Decides
nothing about what is right.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import orjson
from aiohttp import web

from tests.prove.faults import Fault, Shares
from tests.prove.ledger import Ledger, Message
from tests.rig.service import LoopbackService

SLOWEST = 0.03
"""Seconds between the accepting and the answer, at most."""
RETRY_AFTER = "1"

Body = dict[str, Any]


class Connector(LoopbackService):
    """Serve the connector's calls under `service_url`; ``accepted`` are the new messages, until somebody takes them."""

    def __init__(self, seed: int, shares: Shares) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.accepted: list[Message] = []
        self.in_flight = 0
        self._random = Random(seed)  # noqa: S311 - a seed is to be repeated
        self._shares = shares
        self._channels: set[str] = set()

    @property
    def service_url(self) -> str:
        """What activities name as their service URL, with its trailing slash."""
        return f"{self.url}/emea/"

    async def quiet(self) -> None:
        """Wait until every call that has come is answered."""
        while True:
            await asyncio.sleep(0.05)
            if not self.in_flight:
                return

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application(client_max_size=2**20)
        base = "/emea/v3/conversations"
        app.router.add_post(base, self._with_faults(self._create))
        app.router.add_post(base + "/{c}/activities", self._with_faults(self._post))
        app.router.add_post(base + "/{c}/activities/{a}", self._with_faults(self._post))
        app.router.add_put(base + "/{c}/activities/{a}", self._with_faults(self._put))
        app.router.add_delete(base + "/{c}/activities/{a}", self._with_faults(self._delete))
        app.router.add_get(base + "/{c}/pagedmembers", self._nobody)
        return app

    def _with_faults(
        self, accept: Callable[[web.Request, Body], tuple[str, Message | None, int, Body]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.in_flight += 1
            try:
                return await self._answer(request, accept)
            finally:
                self.in_flight -= 1

        return answer

    async def _answer(
        self, request: web.Request, accept: Callable[[web.Request, Body], tuple[str, Message | None, int, Body]]
    ) -> web.StreamResponse:
        raw = await request.read()
        fault = self._shares.draw(self._random)
        wait = self._random.uniform(0, SLOWEST)
        if fault in (Fault.LIMITED, Fault.BROKEN):
            self.ledger.calls["call", fault] += 1
            if fault is Fault.LIMITED:
                return _error(429, {"Retry-After": RETRY_AFTER})
            return _error(502)
        if _hung_up(request):
            self.ledger.calls["call", "whose bot hung up before it was accepted"] += 1
            return _error(500)
        what, new, status, body = accept(request, orjson.loads(raw) if raw else {})
        self.ledger.calls[what, fault if fault is not Fault.NONE else str(status)] += 1
        if new is not None:
            self.accepted.append(new)
            if fault is not Fault.NONE:
                self.ledger.doubt(new)
        await asyncio.sleep(wait)
        if new is not None and _hung_up(request):
            self.ledger.calls[what, "whose bot hung up before the answer"] += 1
            self.ledger.doubt(new)
        if fault is Fault.RESET:
            if request.transport is not None:
                request.transport.abort()
            return _error(500)
        return _error(502) if fault is Fault.LOST else web.json_response(body, status=status)

    def _create(self, _: web.Request, asked: Body) -> tuple[str, Message | None, int, Body]:
        if not asked.get("isGroup"):
            return "open a chat", None, 201, {"id": f"a:{asked['members'][0]['id']}"}
        channel = asked["channelData"]["channel"]["id"]
        message = self.ledger.post(channel, asked["activity"], chat=channel)
        message.conversation = f"{channel};messageid={message.id}"
        self._channels.add(message.conversation)
        return "post", message, 201, {"id": message.conversation, "activityId": message.id}

    def _post(self, request: web.Request, activity: Body) -> tuple[str, Message | None, int, Body]:
        conversation = request.match_info["c"]
        chat = conversation.partition(";")[0] if conversation in self._channels else conversation
        message = self.ledger.post(conversation, activity, chat=chat)
        return "post", message, 201, {"id": message.id}

    def _put(self, request: web.Request, activity: Body) -> tuple[str, Message | None, int, Body]:
        return "edit", None, *_found(request, done=self.ledger.edit(request.match_info["a"], activity))

    def _delete(self, request: web.Request, _: Body) -> tuple[str, Message | None, int, Body]:
        return "delete", None, *_found(request, done=self.ledger.delete(request.match_info["a"]))

    async def _nobody(self, _: web.Request) -> web.Response:
        return web.json_response({"members": []})


def _hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _found(request: web.Request, *, done: bool) -> tuple[int, Body]:
    if done:
        return 200, {"id": request.match_info["a"]}
    return 404, {"error": {"code": "ActivityNotFoundInConversation", "message": "Activity not found."}}


def _error(status: int, headers: dict[str, str] | None = None) -> web.Response:
    body = {"error": {"code": "ServiceError", "message": "Misbehaving on purpose."}}
    return web.json_response(body, status=status, headers=headers)
