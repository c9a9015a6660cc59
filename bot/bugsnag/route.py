"""``POST /bugsnag/SECRET``: what Bugsnag's webhook tells is stored before it is acknowledged.

Bugsnag signs nothing, so whoever knows the address is Bugsnag; the secret is compared in constant time, and never
logged. It must not know which desk it is for: that it asks.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from aiohttp import web

from bot.alerts.notification import Kind, Notification
from bot.bodies import read_body
from bot.bugsnag.links import is_id
from bot.bugsnag.parts import mapping
from bot.bugsnag.trigger import ACTS
from bot.bugsnag.webhook import read_payload
from bot.errors import NotStored
from bot.events import Alerted
from bot.ports import Clock, Taker

PATH = "/bugsnag/{secret}"
PATIENCE = 10.0  # seconds for a body to arrive
SAME = timedelta(minutes=10)
"""How long the same is taken for a repetition where nothing in it tells one happening from another."""


class BugsnagRoute:
    """Answers 200 once it is stored; 404 to another secret, 400 or 413 to what is no payload, 503 while it can't be."""

    def __init__(self, secret: str, desk: Callable[[], Taker | None], clock: Clock, patience: float = PATIENCE) -> None:
        """Bind to the secret, and to who knows whose alerts they are, None while they are nobody's."""
        self._secret = secret.encode()
        self._desk = desk
        self._clock = clock
        self._patience = patience

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a POST."""
        if not hmac.compare_digest(request.match_info["secret"].encode(errors="replace"), self._secret):
            raise web.HTTPNotFound
        return await self._take(await read_body(request, self._patience))

    async def _take(self, raw: bytes) -> web.Response:
        try:
            payload = orjson.loads(raw)
        except orjson.JSONDecodeError:
            payload = None
        if not isinstance(payload, dict):
            return web.Response(status=400, text="a JSON object is wanted\n")
        desk = self._desk()
        if desk is None:
            return _later("there is no desk yet\n")
        now = self._clock()
        told = read_payload(payload, now)
        try:
            await desk.handle(Alerted(key=_key(told, payload, raw, now), happened_at=now, notification=told))
        except NotStored:
            return _later("it could not be stored\n")
        return web.Response(text="stored\n")


def _later(why: str) -> web.Response:
    return web.Response(status=503, text=why, headers={"Retry-After": "60"})


def _key(told: Notification, payload: Mapping[str, Any], raw: bytes, now: datetime) -> str:
    """Return the same key for the same happening, however often it is told.

    An error has the same last event when it is fixed, opened and fixed again, or commented on twice.
    """
    project, comment, release = (_id_of(payload.get(part)) for part in ("project", "comment", "release"))
    lately = f"{now.timestamp() // SAME.total_seconds():.0f}"
    if told.kind is Kind.COMMENT and comment:
        own = comment
    elif told.kind is Kind.RELEASE and release:
        own = release
    elif told.kind in ACTS:
        own = lately
    elif told.id:
        own = ""
    else:
        own = f"{hashlib.sha256(raw).hexdigest()[:32]}|{lately}"
    parts = ("bugsnag", project, told.error, told.event, told.kind, own)
    return "|".join(parts).rstrip("|")


def _id_of(part: Any) -> str:
    found = mapping(part).get("id")
    return found if is_id(found) else ""
