"""``POST /jira/webhook``: what Jira says of its own accord about tickets, signed with a secret that both know.

Source: developer.atlassian.com, "Webhooks". Nothing is read before the signature is checked, and whatever is none of
ours is taken as told: Jira repeats what it gets no 200 for.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiohttp import web

from bot.bodies import read_body
from bot.desk import Desk
from bot.errors import NotStored
from bot.events import TicketMoved
from bot.jira.client import key_of
from bot.jira.status import Status, read_status
from bot.ports import Clock

log = logging.getLogger(__name__)

PATH = "/jira/webhook"
BODY_SECONDS = 10.0
OLDEST = timedelta(days=1)  # what claims to be older than any delivery can be is taken as now
LONGEST_ID = 200
_TELLING = frozenset({"status", "resolution"})


@dataclass(frozen=True, slots=True)
class Moved:
    """What happened to an issue: the keys it has or had, when, and how it stands now, None if it was deleted."""

    keys: frozenset[str]
    at: datetime | None
    status: Status | None


class JiraWebhook:
    """Answers 200, 401 for a wrong signature, 400 for what is no JSON object, 503 while the store fails."""

    def __init__(self, secret: str, desks: Iterable[Desk], clock: Clock) -> None:
        """Bind to the secret and to whose tickets may be told of."""
        self._secret = secret.encode()
        self._desks = desks
        self._clock = clock

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a delivery."""
        body = await self._signed(request)
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError:
            payload = None
        if not isinstance(payload, dict):
            raise web.HTTPBadRequest(text="it is no JSON object\n")
        moved = read(payload)
        if moved is None:
            return web.Response(text="it is none of mine\n")
        named = request.headers.get("X-Atlassian-Webhook-Identifier", "")[:LONGEST_ID]
        named = named if named.isascii() else ""
        try:
            await self._tell(moved, f"jira:{named or hashlib.sha256(body).hexdigest()}")
        except NotStored:
            return web.Response(status=503, text="it cannot be stored\n")
        return web.Response(text="taken\n")

    async def _signed(self, request: web.Request) -> bytes:
        """Return a delivery's body, of which nothing but its signature was looked at."""
        shown = request.headers.get("X-Hub-Signature", "")
        if not shown:
            raise web.HTTPUnauthorized(text="it is not signed\n")
        body = await read_body(request, BODY_SECONDS)
        expected = f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected.encode(), shown.encode(errors="replace")):
            raise web.HTTPUnauthorized(text="it is signed with another secret\n")
        return body

    async def _tell(self, moved: Moved, key: str) -> None:
        now = self._clock()
        at = moved.at if moved.at is not None and now - OLDEST < moved.at < now else now
        for desk in self._desks:
            state = await desk.state()
            for ticket in [one for one in state.tickets.values() if one.key in moved.keys]:
                status = moved.status or Status(ticket.status, done=False)
                event = TicketMoved(
                    key=key,
                    happened_at=at,
                    ticket=ticket.key,
                    status=status.name,
                    done=status.done,
                    deleted=moved.status is None,
                )
                await desk.handle(event)


def read(payload: Mapping[str, Any]) -> Moved | None:
    """Return what a delivery says of how an issue stands, None if nothing."""
    issue = payload.get("issue")
    key = key_of(issue) if isinstance(issue, dict) else ""
    if not isinstance(issue, dict) or not key:
        return None
    match payload.get("webhookEvent"):
        case "jira:issue_deleted":
            return Moved(frozenset({key}), _at(payload), None)
        case "jira:issue_updated":
            items = _items(payload)
            before = {
                was for item in items if item.get("field") == "Key" and (was := key_of({"key": item.get("fromString")}))
            }
            status = read_status(issue)
            if status is None or not (before or any(item.get("field") in _TELLING for item in items)):
                return None
            return Moved(frozenset({key, *before}), _at(payload), status)
        case _:
            return None


def _items(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    changelog = payload.get("changelog")
    items = changelog.get("items") if isinstance(changelog, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _at(payload: Mapping[str, Any]) -> datetime | None:
    """Return when it happened: milliseconds since 1970."""
    stamp = payload.get("timestamp")
    try:
        return datetime.fromtimestamp(stamp / 1000, UTC) if isinstance(stamp, int) else None
    except (OverflowError, OSError, ValueError):
        return None
