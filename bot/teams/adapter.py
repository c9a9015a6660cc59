"""The SDK's turn, between our guard and our transport.

Decides what HTTP answer a turn gets. A subclass of the SDK's CloudAdapter that uses its public seams only: `process`,
BotFrameworkAuthentication, ConnectorFactory, `process_activity`. It must not know what any activity means.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import orjson
from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ResourceResponse
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.serialization import Model

from bot.bodies import TooLarge, unpacked
from bot.errors import NotStored
from bot.repeats import LineLimit
from bot.retries import retrying
from bot.teams import activity as activities
from bot.teams.guard import MAX_BODY, Admitted, Guard, NotAdmitted
from bot.teams.transport import Transport

# The key of a turn's state under which the guard's Admitted is found: the activity as sent, its tenant and moment.
ADMITTED = "hotseat.admitted"

_BODY_TIMEOUT = 10.0
_SEND_TIMEOUT = 10.0
_JSON = "application/json"

log = logging.getLogger(__name__)

T = TypeVar("T")


class Bot(Protocol):
    """What a turn is given to; the SDK's ActivityHandler is one."""

    async def on_turn(self, context: TurnContext) -> None:
        """Take the turn."""


class TeamsAdapter(CloudAdapter):
    """Answer `POST /api/messages`: guard, turn, answer.

    200 when the turn is done, with the body that an invoke was given; the status of NotAdmitted; 503 when the turn
    could not be stored, so that Teams delivers again; 500 for a bug, logged with its keys and without anybody's words.
    `guard` also counts what it refuses. `transport` carries what a turn sends through the SDK's own `send_activity`.
    `on_turn_error` stays unset: with it the SDK would answer 2xx to a turn that failed.
    """

    def __init__(self, guard: Guard, transport: Transport, *, app_id: str = "") -> None:
        super().__init__(_Authentication(transport))
        self.guard = guard
        self._lines = LineLimit()
        self._identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, is_authenticated=True)

    async def process(
        self, request: web.Request, bot: Bot, ws_response: web.WebSocketResponse | None = None
    ) -> web.Response:
        """Take one request through guard and turn; `ws_response` is the SDK's and must not be used."""
        del ws_response
        try:
            caller = await self.guard.authenticate(request.headers, peer=request.remote)
            admitted = self.guard.admit(caller, await self._read(request))
        except NotAdmitted as refused:
            answer = web.Response(status=refused.status)
            if refused.status == HTTPStatus.REQUEST_TIMEOUT:
                answer.force_close()
            return answer
        try:
            return _response(await self._turn(admitted, bot))
        except NotStored as failure:
            if (held := self._lines.admit("not stored")) is not None:
                log.warning("not taken, and to be delivered again: %s", failure, extra={"held_back": held})
            return web.Response(status=503, headers={"Retry-After": "1"})
        except Exception as error:  # noqa: BLE001 - the last place where a bug can be told with its keys
            _log(error, admitted.activity)
            return web.Response(status=500)

    async def _read(self, request: web.Request) -> bytes:
        """Read the body and unpack it, never more of it than is allowed."""
        if (request.content_length or 0) > MAX_BODY:
            raise self.guard.too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_TIMEOUT):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise self.guard.too_large()
            return unpacked(request, bytes(body), MAX_BODY)
        except TooLarge:
            raise self.guard.too_large() from None
        except TimeoutError:
            raise self.guard.unreadable(408) from None
        except (ClientError, HttpProcessingError, web.RequestPayloadError, ConnectionError, ValueError):
            raise self.guard.unreadable() from None

    async def _turn(self, admitted: Admitted, bot: Bot) -> InvokeResponse | None:
        async def logic(context: TurnContext) -> None:
            context.turn_state[ADMITTED] = admitted
            await bot.on_turn(context)

        result = AuthenticateRequestResult()
        result.claims_identity = self._identity
        result.audience = "https://api.botframework.com"
        result.connector_factory = self.bot_framework_authentication.create_connector_factory(self._identity)
        answer: InvokeResponse | None = await self.process_activity(result, activities.load(admitted.activity), logic)
        return answer


def _response(answer: InvokeResponse | None) -> web.Response:
    if answer is None:
        return web.Response(status=200)
    status = int(answer.status)
    if answer.body is None:
        return web.Response(status=status)
    return web.Response(status=status, body=orjson.dumps(answer.body, default=_plain), content_type=_JSON)


def _plain(value: Any) -> Any:
    """Write the SDK's models as JSON; bodies may be dicts, models, or dicts with models in them."""
    if isinstance(value, Model):
        written: Any = value.serialize()  # type: ignore[no-untyped-call]
        return written
    raise TypeError(type(value).__name__)


def _log(error: Exception, activity: dict[str, Any]) -> None:
    # The traceback's lines but not the exception's text, which may quote what somebody wrote.
    log.error(
        "turn failed: %s",
        type(error).__name__,
        extra={
            "activity_type": activity["type"],
            "activity_id": activity["id"],
            "conversation": activity["conversation"]["id"],
            "stack": "".join(traceback.format_tb(error.__traceback__)),
        },
    )


class _Authentication(BotFrameworkAuthentication):
    """The SDK's view of authentication, all of which the guard has done before."""

    def __init__(self, transport: Transport) -> None:
        self._connectors = _Connectors(transport)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Refuse: requests come in through TeamsAdapter.process only."""
        del activity, auth_header
        raise PermissionError

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Refuse: there is no streaming."""
        del auth_header, channel_id_header
        raise PermissionError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """Give the one factory."""
        del claims_identity
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> Any:
        """Give none: nobody signs in through the bot, and the SDK's costs a connection a turn."""
        del claims_identity
        return None


class _Connectors(ConnectorFactory):
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(self, service_url: str, audience: str) -> Any:
        """Give a connector client for one service URL."""
        del audience
        return _Connector(self._transport, service_url)


class _Connector:
    """As much of the SDK's ConnectorClient as a turn uses, over the transport, retried for ten seconds at most."""

    def __init__(self, transport: Transport, service_url: str) -> None:
        self._transport = transport
        self._service_url = service_url

    @property
    def conversations(self) -> "_Connector":
        """Give the operations; they are this object's own."""
        return self

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        """Post."""
        return await self._send(lambda body: self._transport.post(self._service_url, conversation_id, body), activity)

    async def reply_to_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        """Post a reply."""
        return await self._send(
            lambda body: self._transport.reply(self._service_url, conversation_id, activity_id, body), activity
        )

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        """Put another in its place."""
        body = activity.serialize()
        await _patiently(lambda: self._transport.update(self._service_url, conversation_id, activity_id, body))
        return ResourceResponse(id=activity_id)

    async def delete_activity(self, conversation_id: str, activity_id: str) -> None:
        """Delete."""
        await _patiently(lambda: self._transport.delete(self._service_url, conversation_id, activity_id))

    async def _send(self, call: Callable[[Any], Awaitable[str]], activity: Activity) -> ResourceResponse:
        body = activity.serialize()
        return ResourceResponse(id=await _patiently(lambda: call(body)))


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(_SEND_TIMEOUT):
        return await retrying(call)
