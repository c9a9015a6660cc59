"""Who may stand at the door, and for how long: the listening socket, before anybody has said who they are.

aiohttp waits a minute and more for the header of a request. Here a request must have come, header and body, within
``PATIENCE`` of its first byte (of the connection, for the first), and no more than ``MOST`` connections are kept: a
newcomer takes the place of whoever has been waiting for longest without anything of theirs being worked on, strangers
before those who posted what was taken, since no door takes what is not signed. So neither one peer nor many can keep
others out, and a reverse proxy, through which everybody is one peer, needs no exception. What is posted while something
behind is silent is refused before its sender gives up. It must not know what is asked, or who asks.
"""

import asyncio
import logging
import signal
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from itertools import chain

from aiohttp import hdrs, web

from bot.repeats import LineLimit

log = logging.getLogger(__name__)

PATIENCE = 15.0  # seconds
MOST = 512  # well below the 1,024 files that a process may have open where nobody has raised that
BACKLOG = 1_024
KEEP_ALIVE = 75.0  # longer than reverse proxies keep a connection, so that it is they who close it
ANSWER_SECONDS = 13.0  # Teams waits for fifteen, and comes again
MOST_OWED = 256
STOP_SECONDS = 1.0  # for requests under way, and as long again once they are cut off

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CLOSED: web.AppKey[Mapping[str, int]] = web.AppKey("closed", Mapping)
"""How many connections of an application were closed at its door, by reason."""


class Doorkeeper:
    """Counts and times an application's connections; ``closed`` counts those that it closed, by reason."""

    def __init__(self, app: web.Application, patience: float = PATIENCE, most: int = MOST) -> None:
        """Bind to an application that has not started yet."""
        self.closed: Counter[str] = Counter()
        self._patience = patience
        self._most = most
        self._strangers: OrderedDict[_Visitor, None] = OrderedDict()  # who has waited for longest is first
        self._known: OrderedDict[_Visitor, None] = OrderedDict()  # those who posted what was taken, in the same order
        self._of: dict[asyncio.BaseProtocol, _Visitor] = {}
        self._owed: set[asyncio.Future[web.StreamResponse]] = set()  # what is worked on, and was refused meanwhile
        self._lines = LineLimit()
        app[CLOSED] = self.closed
        app.middlewares.append(self._attend)

    @asynccontextmanager
    async def opened(self, app: web.Application, host: str, port: int) -> AsyncIterator[int]:
        """Run the application behind this door; give the port. Raises OSError where it cannot be listened on."""
        runner = web.AppRunner(
            app,
            access_log=None,
            keepalive_timeout=KEEP_ALIVE,
            shutdown_timeout=STOP_SECONDS,
            handler_cancellation=False,
        )
        try:
            await runner.setup()
            server = runner.server
            assert server is not None
            loop = asyncio.get_running_loop()
            listening = await loop.create_server(lambda: _Visitor(self, server), host, port, backlog=BACKLOG)
            try:
                yield listening.sockets[0].getsockname()[1]
            finally:
                listening.close()
                for work in self._owed:
                    work.cancel()
        finally:
            await runner.cleanup()

    @web.middleware
    async def _attend(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        visitor = self._of.get(request.protocol)
        if visitor is None:
            return await handler(request)
        visitor.request = request
        here = self._known if visitor in self._known else self._strangers
        try:
            answer = await self._answer(request, handler, visitor)
            if request.method == hdrs.METH_POST and answer.status < HTTPStatus.MULTIPLE_CHOICES:
                here = self._known
            return answer
        finally:
            visitor.rest()
            if self._forget(visitor):
                here[visitor] = None

    async def _answer(self, request: web.Request, handler: Handler, visitor: "_Visitor") -> web.StreamResponse:
        """Return the answer; what was posted and cannot be answered in time is refused, so that it comes again.

        It is worked on all the same, and is known by then.
        """
        if request.method != hdrs.METH_POST:
            return await handler(request)
        if len(self._owed) >= MOST_OWED:
            return self._refused()
        work = asyncio.ensure_future(handler(request))
        try:
            done, _ = await asyncio.wait((work,), timeout=ANSWER_SECONDS)
            if done or not visitor.is_attended():
                return await work
        except asyncio.CancelledError:
            work.cancel()
            raise
        self._owed.add(work)
        work.add_done_callback(self._settled)
        return self._refused()

    def _refused(self) -> web.Response:
        if (held := self._lines.admit("silent")) is not None:
            log.warning("something behind is silent: what is posted is refused", extra={"held_back": held})
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    def _settled(self, work: asyncio.Future[web.StreamResponse]) -> None:
        self._owed.discard(work)
        if not work.cancelled() and isinstance(failure := work.exception(), Exception):
            log.info("what was refused has failed, too: %s", type(failure).__name__)

    def enter(self, visitor: "_Visitor", protocol: asyncio.BaseProtocol) -> bool:
        """Let a connection in, if need be for another that goes; say whether."""
        if len(self._strangers) + len(self._known) >= self._most:
            everybody = chain(self._strangers, self._known)
            idle = next((other for other in everybody if not other.is_attended()), None)
            self.turn_out(idle or visitor, "crowded")
            if idle is None:
                return False
        self._strangers[visitor] = None
        self._of[protocol] = visitor
        return True

    def turn_out(self, visitor: "_Visitor", why: str) -> None:
        """Close a connection."""
        self.closed[why] += 1
        if (held := self._lines.admit(why)) is not None:
            log.warning("a connection is closed: %s", why, extra={"reason": why, "held_back": held})
        self._forget(visitor)
        visitor.abort()

    def leave(self, visitor: "_Visitor", protocol: asyncio.BaseProtocol) -> None:
        """Forget a connection."""
        self._forget(visitor)
        self._of.pop(protocol, None)

    def _forget(self, visitor: "_Visitor") -> bool:
        """Take somebody off; say whether they were here."""
        was_here = visitor in self._strangers or visitor in self._known
        self._strangers.pop(visitor, None)
        self._known.pop(visitor, None)
        return was_here

    @property
    def patience(self) -> float:
        """Return how long a request may take to come, in seconds."""
        return self._patience


class _Visitor(asyncio.Protocol):
    """One connection: everything goes on to aiohttp, and is timed on the way."""

    def __init__(self, keeper: Doorkeeper, server: Callable[[], asyncio.Protocol]) -> None:
        self.request: web.Request | None = None
        self._keeper = keeper
        self._inner = server()
        self._is_in = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._since: float | None = None  # when what is awaited began to be
        self._timer: asyncio.TimerHandle | None = None

    def is_attended(self) -> bool:
        """Say whether a request has come and is worked on."""
        return self.request is not None and self.request.content.is_eof()

    def rest(self) -> None:
        """Take note that a request is answered, and that nothing is awaited."""
        self.request = self._since = None

    def abort(self) -> None:
        """Close it without waiting for whoever does not read."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._is_in = self._keeper.enter(self, self._inner)
        if self._is_in:
            self._inner.connection_made(transport)
            self._expect()

    def data_received(self, data: bytes) -> None:
        if self._since is None:
            self._expect()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keeper.leave(self, self._inner)
        if self._timer is not None:
            self._timer.cancel()
        if self._is_in:
            self._inner.connection_lost(exc)

    def _expect(self) -> None:
        self._since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._keeper.patience, self._look)

    def _look(self) -> None:
        """Close it if what is awaited is overdue; one timer serves a connection, however many requests it carries."""
        self._timer = None
        if self._since is None or self.is_attended():
            return
        due = self._since + self._keeper.patience
        if self._loop.time() < due:
            self._timer = self._loop.call_at(due, self._look)
        else:
            self._keeper.turn_out(self, "slow")


async def keep_open(app: web.Application, host: str, port: int, on_stop: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT, and then call ``on_stop`` and stop in good order; a second one stops at once."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()

    def stop() -> None:
        on_stop()
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        async with Doorkeeper(app).opened(app, host, port):
            log.info("listening", extra={"host": host, "port": port})
            await asyncio.Event().wait()
    log.info("ended")
