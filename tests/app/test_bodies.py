"""A body is unpacked no further than it may be large, and what is not packed as it says is refused."""

import gzip
import io
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.bodies import HANDLER_ARGS, LARGEST, read_body
from tests.rig.service import LoopbackService

HELLO = b"hello " * 999


class Reader(LoopbackService):
    """Says how many bytes a body had."""

    def application(self) -> web.Application:
        app = web.Application(handler_args=HANDLER_ARGS)
        app.router.add_post("/", self._read)
        return app

    async def _read(self, request: web.Request) -> web.Response:
        return web.Response(text=str(len(await read_body(request, 5.0))))


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with Reader() as running:
        yield running


@pytest.mark.parametrize(
    ("encoding", "body", "answer"),
    [
        ("identity", HELLO, (200, len(HELLO))),
        ("gzip", gzip.compress(HELLO), (200, len(HELLO))),
        (" GZIP", gzip.compress(HELLO), (200, len(HELLO))),
        ("deflate", zlib.compress(HELLO), (200, len(HELLO))),
        ("gzip", gzip.compress(b"x" * LARGEST), (200, LARGEST)),
        ("gzip", gzip.compress(b"x" * (LARGEST + 1)), (413, None)),
        ("gzip", gzip.compress(HELLO)[:-1], (400, None)),
        ("gzip", gzip.compress(HELLO) * 2, (400, None)),
        ("gzip", HELLO, (400, None)),
        ("gzip", b"", (400, None)),
        ("br", HELLO, (400, None)),
        ("gzip, gzip", gzip.compress(gzip.compress(HELLO)), (400, None)),
    ],
    ids=range(12),
)
async def test_what_is_packed_is_unpacked_as_far_as_it_may_be(
    reader: Reader, encoding: str, body: bytes, answer: tuple[int, int | None]
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(reader.url, data=io.BytesIO(body), headers={"Content-Encoding": encoding}) as response,
    ):
        said = await response.text()
        assert (response.status, int(said) if response.status == 200 else None) == answer
