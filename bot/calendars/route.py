"""``GET /rota/SECRET.ics``: a feed for whoever has its address.

It knows neither where the rota is kept nor which feeds there are: that it asks. The secret is never logged.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.calendars.addresses import Feed, FeedAddresses
from bot.calendars.feed import render_feed
from bot.errors import NotStored
from bot.hours import SupportHours
from bot.rota.shift import Rota

PATH = "/rota/{secret:[A-Za-z0-9_-]+}.ics"
RETRY_SECONDS = "60"

Feeds = Callable[[], Awaitable[Mapping[Feed, tuple[Rota, SupportHours]]]]
"""Tells every feed that has an address, with its desk's rota, and the hours with the public holidays."""


class FeedRoute:
    """Answers 200 with the feed, 304 where the asker has it, 404 to any other secret, 503 while the store fails."""

    def __init__(self, addresses: FeedAddresses, feeds: Feeds) -> None:
        """Bind to the addresses and to who knows what is behind them, who raises NotStored when the store fails."""
        self._addresses = addresses
        self._feeds = feeds

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a GET, or a HEAD."""
        try:
            feeds = await self._feeds()
            feed = self._addresses.find(request.match_info["secret"], feeds)
        except NotStored:
            return web.Response(status=503, text="the rota cannot be read\n", headers={"Retry-After": RETRY_SECONDS})
        if feed is None:
            raise web.HTTPNotFound
        rota, hours = feeds[feed]
        content = await asyncio.to_thread(render_feed, rota, feed.desk, hours, feed.person)
        tag = hashlib.sha256(content).hexdigest()[:32]
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private"}
        if any(one.value in {tag, "*"} for one in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)
