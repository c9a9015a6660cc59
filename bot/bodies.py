"""Bodies: of a request to a route of the bot's own, and of what a service answers to a call.

All of it, before anybody believes a word of it; and never more than it can rightly be.

aiohttp would unpack what is compressed for whoever sends it, also while it throws it away: a quarter of a second of CPU
for 256 KB from a stranger. So it is told to leave bodies as they come, and they are unpacked here, no further than they
may be large.
"""

import asyncio
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ClientResponse, web
from aiohttp.http_exceptions import HttpProcessingError

LARGEST = 2**20
HANDLER_ARGS: Mapping[str, Any] = MappingProxyType({"auto_decompress": False, "lingering_time": 1.0})
"""What an application needs whose routes read their bodies here; a refused body is thrown away for a second."""

_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class TooLarge(Exception):  # noqa: N818 - says what the body is
    """Unpacked, a body would be larger than it may be."""


async def read_body(request: web.Request, patience: float) -> bytes:
    """Return a request's body; raise the answer to one that takes longer than ``patience`` (seconds), or is broken.

    aiohttp itself refuses a body over 1 MiB.
    """
    try:
        async with asyncio.timeout(patience):
            return unpacked(request, await request.read(), LARGEST)
    except TimeoutError:
        slow = web.HTTPRequestTimeout()
        slow.force_close()
        raise slow from None
    except TooLarge:
        raise web.HTTPRequestEntityTooLarge(LARGEST, LARGEST + 1) from None
    except (ClientError, HttpProcessingError, web.RequestPayloadError, ConnectionError, ValueError):
        raise web.HTTPBadRequest from None


def unpacked(request: web.BaseRequest, body: bytes, most: int) -> bytes:
    """Return a body as it was before it was compressed.

    Raise TooLarge where that is more than ``most`` bytes, ValueError for what is not compressed as it says, or not all.
    """
    encoding = ",".join(request.headers.getall("Content-Encoding", [])).strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in _WINDOWS:
        raise ValueError(encoding)
    unpacking = zlib.decompressobj(_WINDOWS[encoding])
    try:
        content = unpacking.decompress(body, most + 1)
    except zlib.error as error:
        raise ValueError(encoding) from error
    if len(content) > most:
        raise TooLarge
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError(encoding)
    return content


async def read_answer(response: ClientResponse, most: int) -> bytes:
    """Return the body of an answer; raise ClientPayloadError, and hang up, when it goes on after ``most`` bytes."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > most:
            response.close()
            raise ClientPayloadError("too large")
    return bytes(content)
