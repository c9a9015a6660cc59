"""``POST /slack/events``, and what Socket Mode brings: stored before it is acknowledged.

Bolt acknowledges what it hands to a listener before that has run; so everything is done in a middleware, and there is
no listener. What Bolt leaves unchecked, or answers 500 to, is refused before it sees it. Nothing of a body, a token or
a signature is logged: Bolt's own log, which has bodies in it, is off. Source: docs.slack.dev, "Verifying requests from
Slack", "Events API".
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web
from multidict import MultiMapping
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.bodies import read_body
from bot.errors import NotStored

log = logging.getLogger(__name__)

PATH = "/slack/events"
_BODY_TIMEOUT = 10.0
_MOMENT = re.compile(r"[0-9]{1,12}")
_SSL_CHECK = re.compile(rb"(?:[^&]*&)*ssl_check=1(?:&[^&]*)*")  # Slack looks for our certificate, and signs nothing
_SSL_CHECK_BYTES = 1_000

Take = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Takes an envelope of the Events API, or raises NotStored."""


def silent() -> logging.Logger:
    """Return a log for Slack's SDK that keeps nothing: what it writes has bodies and addresses with keys in it."""
    return logging.Logger("slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001 - one that no configuration turns on


def bolt_app(take: Take) -> AsyncApp:
    """Return a Bolt app that answers 200 to what was taken, and else what makes Slack deliver again.

    503 for what could not be stored, 500 for a bug, 400 for an envelope of a shape that Bolt does not expect.
    """
    app = AsyncApp(
        name="hotseat",
        logger=silent(),
        authorize=_nobody,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )

    async def stored(body: dict[str, Any]) -> BoltResponse:
        try:
            await take(body)
        except NotStored as failure:
            log.warning("what Slack told is not stored, and not acknowledged: %s", failure)
            return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        except RecursionError:
            return BoltResponse(status=HTTPStatus.BAD_REQUEST)  # nested deeper than anything that Slack writes
        except Exception as failure:  # noqa: BLE001 - the desk has logged it; its text may be somebody's words
            log.error("what Slack told could not be taken: %s", type(failure).__name__)  # noqa: TRY400
            return BoltResponse(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return BoltResponse(status=HTTPStatus.OK)

    async def malformed() -> BoltResponse:
        return BoltResponse(status=HTTPStatus.BAD_REQUEST)

    app.middleware(stored)
    app.error(malformed)
    return app


class SlackDoor:
    """Answers requests: 401 to whoever does not sign as Slack does, 413 and 400 before anything is believed."""

    def __init__(self, signing_secret: str, bolt: AsyncApp) -> None:
        """Bind to the app's signing secret and to who takes what is genuine."""
        self._verifier = SignatureVerifier(signing_secret)
        self._bolt = bolt

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        raw = await read_body(request, _BODY_TIMEOUT)
        if len(raw) < _SSL_CHECK_BYTES and _SSL_CHECK.fullmatch(raw):
            return web.Response()
        if not self._is_genuine(request.headers, raw):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        return await self._dispatch(raw)

    async def _dispatch(self, raw: bytes) -> web.Response:
        try:
            envelope = orjson.loads(raw)
            if not isinstance(envelope, dict):
                return web.Response(status=HTTPStatus.BAD_REQUEST)
            # As Socket Mode brings it: what is in here was verified, and is parsed.
            answer = await self._bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=envelope))
        except Exception:  # noqa: BLE001 - Bolt looks into what nobody has looked at; what we do ends in an answer
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return await to_aiohttp_response(answer)

    def _is_genuine(self, headers: MultiMapping[str], raw: bytes) -> bool:
        at, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not _MOMENT.fullmatch(at) or not signature.isascii():
            return False
        try:
            return self._verifier.is_valid(raw, at, signature)
        except UnicodeDecodeError:
            return False


async def _nobody() -> AuthorizeResult:
    """Tell Bolt nothing about who is allowed what: whose event it is, is looked at where it is taken."""
    return AuthorizeResult(enterprise_id=None, team_id=None)
