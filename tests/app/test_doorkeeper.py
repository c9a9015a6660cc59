"""Who takes too long is sent away, and nobody keeps others out; with real sockets."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.doorkeeper import Doorkeeper, keep_open
from bot.repeats import LineLimit
from tests.rig.ports import free_port
from tests.rig.process import until

GET = b"GET / HTTP/1.1\r\nHost: bot\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: bot\r\nContent-Length: 5\r\n\r\n"
REFUSED = POST.replace(b"/", b"/refused", 1) + b"hello"
HELD = GET.replace(b"/", b"/held", 1)
POSTED = POST.replace(b"/", b"/held", 1) + b"hello"
PATIENCE = 0.2
LONG = 2**24


@dataclass
class Visit:
    """One connection to the door."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> bytes:
        """Send bytes and give the first line of what comes, or nothing where the connection ends."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await self.reader.readexactly(length)
        return head.split(b"\r\n")[0]

    async def end(self) -> bytes:
        """Wait until the other side closes; give what it said before."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""


@dataclass
class Open:
    """A door with an application behind it that answers, or holds its answer until `go` is set."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    outcomes: list[str] = field(default_factory=list)
    port: int = 0
    keeper: Doorkeeper = field(init=False)
    visits: list[Visit] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="hello")

    async def refuse(self, _: web.Request) -> web.Response:
        raise web.HTTPUnauthorized

    async def long(self, _: web.Request) -> web.Response:
        return web.Response(body=b"x" * LONG)

    async def hold(self, request: web.Request) -> web.Response:
        self.held.set()
        outcome = "cut off"
        try:
            await request.read()
            await self.go.wait()
            outcome = "done"
        finally:
            self.outcomes.append(outcome)
        return web.Response(text="at last")

    async def visit(self) -> Visit:
        visit = Visit(*await asyncio.open_connection("127.0.0.1", self.port))
        self.visits.append(visit)
        return visit

    async def patience_passes(self) -> None:
        """Wait until somebody who came just now was sent away as too slow."""
        assert await (await self.visit()).end() == b""


@asynccontextmanager
async def opened(most: int = 9, patience: float = PATIENCE) -> AsyncIterator[Open]:
    door = Open()
    app = web.Application()
    app.router.add_route("*", "/", door.answer)
    app.router.add_post("/refused", door.refuse)
    app.router.add_route("*", "/held", door.hold)
    app.router.add_get("/long", door.long)
    door.keeper = Doorkeeper(app, patience, most)
    async with door.keeper.opened(app, "127.0.0.1", 0) as door.port:
        try:
            yield door
        finally:
            door.go.set()
            for visit in door.visits:
                visit.writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET[:-2], POST, POST + b"four"])
async def test_what_does_not_come_in_time_is_not_waited_for(sent: bytes) -> None:
    async with opened() as door:
        visit = await door.visit()
        visit.writer.write(sent)
        assert await visit.end() == b""
        assert door.keeper.closed == {"slow": 1}
        assert await (await door.visit()).ask(GET) == b"HTTP/1.1 200 OK"


async def test_a_byte_now_and_then_wins_no_time() -> None:
    async with opened() as door:
        visit = await door.visit()

        async def trickle() -> None:
            for byte in GET * 99:
                visit.writer.write(bytes([byte]))
                await asyncio.sleep(PATIENCE / 10)

        trickling = asyncio.create_task(trickle())
        await visit.end()
        trickling.cancel()
        assert door.keeper.closed == {"slow": 1}


async def test_a_second_request_that_does_not_end_is_not_waited_for_either() -> None:
    async with opened() as door:
        visit = await door.visit()
        await visit.ask(GET)
        visit.writer.write(GET[:9])
        assert await visit.end() == b""
        assert door.keeper.closed == {"slow": 1}


async def test_a_connection_that_rests_between_requests_stays() -> None:
    async with opened() as door:
        visit = await door.visit()
        for _ in range(2):
            assert await visit.ask(POST + b"hello") == b"HTTP/1.1 200 OK"
            await door.patience_passes()
        assert await visit.ask(GET) == b"HTTP/1.1 200 OK"


async def test_an_answer_may_take_its_time() -> None:
    async with opened() as door:
        asking = asyncio.create_task((await door.visit()).ask(HELD))
        await door.held.wait()
        await door.patience_passes()
        door.go.set()
        assert await asking == b"HTTP/1.1 200 OK"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is posted be refused as soon as it is not answered at once."""
    monkeypatch.setattr("bot.doorkeeper.ANSWER_SECONDS", 0.05)


@pytest.mark.usefixtures("soon")
async def test_what_is_posted_while_something_behind_is_silent_is_refused_and_done_all_the_same() -> None:
    async with opened() as door:
        visit = await door.visit()
        assert await visit.ask(POSTED) == b"HTTP/1.1 503 Service Unavailable"
        assert door.outcomes == []
        door.go.set()
        assert await visit.ask(POSTED) == b"HTTP/1.1 200 OK"
        assert door.outcomes == ["done", "done"]


@pytest.mark.usefixtures("soon")
async def test_of_what_was_refused_no_more_is_worked_on_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doorkeeper.MOST_OWED", 2)
    async with opened() as door:
        visit = await door.visit()
        assert {await visit.ask(POSTED) for _ in range(4)} == {b"HTTP/1.1 503 Service Unavailable"}
        assert await visit.ask(GET) == b"HTTP/1.1 200 OK"
        door.go.set()
        assert await visit.ask(POSTED) == b"HTTP/1.1 200 OK"
        assert door.outcomes == ["done"] * 3


@pytest.mark.usefixtures("soon")
async def test_what_does_not_come_whole_is_not_refused_but_waited_for_as_long_as_anything() -> None:
    async with opened() as door:
        visit = await door.visit()
        visit.writer.write(POSTED[:-1])
        assert await visit.end() == b""
        assert door.keeper.closed == {"slow": 1}


@pytest.mark.usefixtures("soon")
async def test_a_stop_waits_for_nothing_that_was_refused() -> None:
    async with opened() as door:
        assert await (await door.visit()).ask(POSTED) == b"HTTP/1.1 503 Service Unavailable"
    assert door.outcomes == ["cut off"]


async def test_a_long_answer_reaches_whoever_reads_slowly_and_then_hangs_up() -> None:
    async with opened(patience=60) as door:
        visit = await door.visit()
        visit.writer.write(GET.replace(b"/", b"/long", 1))
        head = await visit.reader.readuntil(b"\r\n\r\n")
        assert b"Content-Length: %d" % LONG in head
        for _ in range(LONG // 2**16):
            await visit.reader.readexactly(2**16)
        visit.writer.write_eof()
        assert await visit.end() == b""
        assert door.keeper.closed == {}


async def test_whoever_has_waited_for_longest_makes_way_for_a_newcomer() -> None:
    async with opened(most=3, patience=60) as door:
        asking = asyncio.create_task((await door.visit()).ask(HELD))
        await door.held.wait()
        resting, silent = await door.visit(), await door.visit()
        await resting.ask(GET)
        newcomer = await door.visit()
        assert await newcomer.ask(GET) == b"HTTP/1.1 200 OK"
        assert await silent.end() == b""
        assert await resting.ask(GET) == b"HTTP/1.1 200 OK"
        door.go.set()
        assert await asking == b"HTTP/1.1 200 OK"
        assert door.keeper.closed == {"crowded": 1}


async def test_whose_post_was_taken_stays_before_those_whose_was_not_however_long_it_rests() -> None:
    async with opened(most=3, patience=60) as door:
        known, stranger = await door.visit(), await door.visit()
        await known.ask(POST + b"hello")
        assert await stranger.ask(REFUSED) == b"HTTP/1.1 401 Unauthorized"
        silent = await door.visit()
        for gone in (stranger, silent):
            assert await (await door.visit()).ask(POST + b"hello") == b"HTTP/1.1 200 OK"
            assert await gone.end() == b""
        assert await known.ask(POST + b"hello") == b"HTTP/1.1 200 OK"


async def test_where_all_are_known_the_one_that_has_rested_for_longest_makes_way() -> None:
    async with opened(most=2, patience=60) as door:
        first, second = await door.visit(), await door.visit()
        for visit in (first, second, first):
            await visit.ask(POST + b"hello")
        assert await (await door.visit()).ask(GET) == b"HTTP/1.1 200 OK"
        assert await second.end() == b""
        assert await first.ask(GET) == b"HTTP/1.1 200 OK"


async def test_where_all_are_attended_a_newcomer_has_to_come_again() -> None:
    async with opened(most=1, patience=60) as door:
        asking = asyncio.create_task((await door.visit()).ask(HELD))
        await door.held.wait()
        assert await (await door.visit()).end() == b""
        door.go.set()
        assert await asking == b"HTTP/1.1 200 OK"


async def test_four_hundred_silent_visitors_keep_nobody_out() -> None:
    async with opened(most=100, patience=60) as door:
        for _ in range(400):
            (await door.visit()).writer.write(GET[:9])
        assert await (await door.visit()).ask(GET) == b"HTTP/1.1 200 OK"
        assert door.keeper.closed["crowded"] >= 301


async def test_an_application_behind_no_door_of_ours_is_served_as_well() -> None:
    app = web.Application()
    Doorkeeper(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    visit = Visit(*await asyncio.open_connection(*runner.addresses[0][:2]))
    assert await visit.ask(GET) == b"HTTP/1.1 404 Not Found"
    visit.writer.close()
    await runner.cleanup()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_service_in_good_order(number: int) -> None:
    app, steps, port = web.Application(), list[str](), free_port()

    async def cleaned(_: web.Application) -> None:
        steps.append("cleaned up")

    def listens() -> bool:
        with socket.socket() as visitor:
            return visitor.connect_ex(("127.0.0.1", port)) == 0

    app.on_cleanup.append(cleaned)
    serving = asyncio.create_task(keep_open(app, "127.0.0.1", port))
    await until(listens)
    os.kill(os.getpid(), number)
    await serving
    assert (steps, listens()) == (["cleaned up"], False)


def test_the_same_line_is_said_ten_times_a_minute_and_then_how_many_more_there_were() -> None:
    now = 0.0
    lines = LineLimit(timer=lambda: now)
    assert [lines.admit("slow") for _ in range(12)] == [0] * 10 + [None] * 2
    assert lines.admit("crowded") == 0
    now = 60.0
    assert [lines.admit("slow") for _ in range(2)] == [2, 0]
    assert lines.admit("crowded") == 0
