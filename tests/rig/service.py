"""A small HTTP service on loopback that a test starts and stops.

Decides how a fake listens and how it misbehaves on demand; knows nothing of what it fakes.
"""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fake says instead of its ordinary answer.

    `status` alone gives an error body in the connector's form; `body` (a JSON value) or `text` replace it. `delay` is
    in seconds; `reset` drops the connection without an answer.
    """

    status: int = 200
    body: object = None
    text: str | None = None
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Wait, then answer or drop the connection."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.reset:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if self.text is not None:
            return web.Response(
                status=self.status, text=self.text, content_type=self.content_type, headers=self.headers
            )
        body = self.body
        if body is None:
            body = {"error": {"code": f"Fake{self.status}", "message": "on request"}}
        return web.json_response(body, status=self.status, headers=self.headers)


class LoopbackService:
    """Serve an aiohttp application on 127.0.0.1, on a free port or the one given.

    Use `async with service:` in the test's own loop, or `with service.in_thread():` for clients that block the loop
    (the stock SDK does). `url` has no trailing slash. `hits` counts requests by the name of the route.
    """

    def __init__(self, *, port: int = 0, ssl_context: ssl.SSLContext | None = None) -> None:
        self.hits: Counter[str] = Counter()
        self.port = port
        self._ssl = ssl_context
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base address."""
        host = "localhost" if self._ssl else "127.0.0.1"
        return f"{'https' if self._ssl else 'http'}://{host}:{self.port}"

    def application(self) -> web.Application:
        """Build the application; a subclass says what it serves."""
        raise NotImplementedError

    async def start(self) -> None:
        """Listen. The port stays the same over a stop and a start."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._ssl, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @contextmanager
    def in_thread(self) -> Iterator[Self]:
        """Serve from a thread and a loop of its own."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.start(), loop).result(10)
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()
