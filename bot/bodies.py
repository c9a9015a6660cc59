"""The body of a request to a route of the bot's own: all of it, before anybody believes a word of it."""

import asyncio

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError


async def read_body(request: web.Request, patience: float) -> bytes:
    """Return a request's body; raise the answer to one that takes longer than ``patience`` (seconds), or is broken.

    aiohttp itself refuses a body over 1 MiB.
    """
    try:
        async with asyncio.timeout(patience):
            return await request.read()
    except TimeoutError:
        slow = web.HTTPRequestTimeout()
        slow.force_close()
        raise slow from None
    except (ClientError, HttpProcessingError, web.RequestPayloadError, ConnectionError, ValueError):
        raise web.HTTPBadRequest from None
