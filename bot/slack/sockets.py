"""Socket Mode: what Slack would post comes over a socket that the bot opened, for where no address is public.

The same Bolt app takes it; what it does not answer with 200 is not acknowledged, and Slack delivers it again. Source:
docs.slack.dev, "Using Socket Mode".
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.retries import retrying
from bot.slack.api import APP, Refusal, SlackApi
from bot.slack.door import silent

log = logging.getLogger(__name__)

SCOPE = "connections:write"
CONNECT_SECONDS = 30.0
LOOK_SECONDS = 5.0
MOST_LOST = 3  # looks at a socket that is not there: the SDK makes a new one by itself, but may try a stale address
REFUSED_SECONDS = 300.0  # till a token that Slack does not take is tried again
PING_SECONDS = 10.0


class SlackSocket:
    """Keeps a socket to Slack open."""

    def __init__(
        self,
        api: SlackApi,
        bolt: AsyncApp,
        *,
        plain: bool,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Bind to Slack by the app-level token, and to who takes what comes; ``plain`` lets in ws:// of loopback."""
        self._api = api
        self._bolt = bolt
        self._schemes = ("wss://", "ws://") if plain else ("wss://",)
        self._sleep = sleep
        self._told = ""

    async def listen(self) -> None:
        """Listen, for ever."""
        while True:
            address = await self._address()
            client = _Client(self._address)
            client.socket_mode_request_listeners.append(self._take)
            client.wss_uri = address
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await client.connect()  # type: ignore[no-untyped-call]
                log.info("listening to Slack by Socket Mode")
                await self._lost(client)
            except TimeoutError:
                pass
            finally:
                await client.close()  # type: ignore[no-untyped-call]
            log.warning("the socket to Slack is lost; making a new one")

    async def _lost(self, client: SocketModeClient) -> None:
        """Return when a socket is gone for good."""
        lost = 0
        while lost < MOST_LOST:
            await self._sleep(LOOK_SECONDS)
            lost = 0 if await client.is_connected() else lost + 1

    async def _address(self) -> str:
        """Return where to connect, once; what Slack refuses is said once, with the remedy, and tried again."""
        while True:
            try:
                answer = await retrying(lambda: self._api.write("apps.connections.open", {}), sleep=self._sleep)
                address = answer.get("url")
                if isinstance(address, str) and address.startswith(self._schemes):
                    return address
                said = "Slack names no address to connect to"
            except Refusal as refusal:
                said = refusal.reason(SCOPE, kind=APP)
            if said != self._told:
                self._told = said
                log.warning("nothing is heard from Slack: %s", said)
            await self._sleep(REFUSED_SECONDS)

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        answer = await run_async_bolt_app(self._bolt, request)
        await send_async_response(client, request, answer, time.monotonic())


class _Client(SocketModeClient):
    """The SDK's client, which asks us for its addresses, and goes by no proxy, as the bot's other calls do."""

    def __init__(self, address: Callable[[], Awaitable[str]]) -> None:
        quiet = silent()
        super().__init__(
            app_token="", logger=quiet, web_client=AsyncWebClient(logger=quiet), ping_interval=PING_SECONDS
        )
        self.proxy = None
        self._ask = address

    async def issue_new_wss_url(self) -> str:
        """Return where to connect next."""
        return await self._ask()
