"""The operators' site: ``/livez``, ``/readyz`` with its checks, ``/metrics``; on an address of its own.

It is there before the bot is, and until it has ended. The public port says only whether the bot is ready.
"""

import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web

from bot.errors import Misconfigured
from bot.health.readiness import Readiness

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def alive(_: web.Request) -> web.StreamResponse:
    """Answer 200: the event loop turns."""
    return web.Response(text="alive\n")


def is_ready(readiness: Readiness) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return what answers whether the bot is ready, without details: 200 or 503."""

    async def answer(_: web.Request) -> web.StreamResponse:
        ready = await readiness.is_ready()
        return web.Response(text="ready\n") if ready else web.Response(status=503, text="not ready\n")

    return answer


def site(readiness: Readiness, page: Callable[[], Awaitable[bytes]]) -> web.Application:
    """Return the operators' site; ``page`` makes the metrics."""

    async def ready(_: web.Request) -> web.StreamResponse:
        told = await readiness.told()
        return web.json_response(told, status=HTTPStatus.OK if told["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)

    async def metrics(_: web.Request) -> web.StreamResponse:
        return web.Response(body=await page(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/livez", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, *, must: bool) -> AsyncIterator[int]:
    """Serve a site there meanwhile; give the port, which a 0 leaves to the system.

    Where the address can't be listened on raise Misconfigured, or say so and go on without (port 0) unless it ``must``.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            why = "no address of this machine" if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
            message = f"HOTSEAT_OPS: {host}:{port} cannot be listened on ({why}); set another host:port, or off"
            if must:
                raise Misconfigured(message) from error
            log.warning("%s", message)
        yield runner.addresses[0][1] if runner.addresses else 0
    finally:
        await runner.cleanup()
