"""An address of a calendar: only what an operator allows is called, and each failure says what to do."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.calendars.fetch import fetch_calendar
from bot.errors import Misconfigured
from bot.teams.hosts import ServiceHosts
from bot.teams.transport import open_session
from tests.rig.service import Answer, LoopbackService
from tests.rig.tls import server_context, write_certificate

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
SECRET = "private-7c0e4c39"


class Calendars(LoopbackService):
    """Serves calendars, and whatever else may stand at an address."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[web.Request] = []
        self.sent = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get(f"/{SECRET}/{{what}}", self._answer)
        return app

    def address(self, what: str) -> str:
        return f"{self.url}/{SECRET}/{what}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        what = request.match_info["what"]
        match what:
            case "drip":
                return await self._stream(request, b"x", 0.05)
            case "endless":
                return await self._stream(request, b"x" * 65_536, 0)
            case "bomb":
                packed = gzip.compress(b"\0" * 50_000_000)
                return web.Response(body=packed, content_type="text/calendar", headers={"Content-Encoding": "gzip"})
        others = {
            "moved": Answer(302, text="", headers={"Location": self.address("a.ics")}),
            "page": Answer(text="<html>"),
            "reset": Answer(reset=True),
        }
        if what in others or what.isdecimal():
            return await (others.get(what) or Answer(int(what))).respond(request)
        response = web.Response(body=CALENDAR, content_type="text/calendar", charset="utf-8")
        response.set_cookie("session", "x")
        return response

    async def _stream(self, request: web.Request, piece: bytes, pause: float) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/calendar"})
        await response.prepare(request)
        try:
            while True:
                await response.write(piece)
                self.sent += len(piece)
                await asyncio.sleep(pause)
        except ConnectionError:
            return response


@pytest_asyncio.fixture
async def calendars() -> AsyncIterator[Calendars]:
    async with Calendars() as running:
        yield running


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


def allowing(calendars: Calendars) -> ServiceHosts:
    return ServiceHosts([f"127.0.0.1:{calendars.port}"])


async def refusal(session: aiohttp.ClientSession, hosts: ServiceHosts, address: str, seconds: float = 5) -> str:
    """Return the sentence with which an address is refused, in which it never stands."""
    with pytest.raises(Misconfigured) as refused:
        await fetch_calendar(session, hosts.allows, address, seconds)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    return str(refused.value)


async def test_a_calendar_is_read_as_it_is_and_nothing_is_told_or_kept(
    calendars: Calendars, session: aiohttp.ClientSession
) -> None:
    for _ in range(2):
        address = calendars.address("a%40b.ics?token=1%2B1")
        assert await fetch_calendar(session, allowing(calendars).allows, address) == CALENDAR
    for request in calendars.requests:
        assert request.raw_path == f"/{SECRET}/a%40b.ics?token=1%2B1"
        assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)
        assert request.headers["Accept-Encoding"] == "identity"


async def test_a_calendar_is_read_over_https_only_and_webcal_is_that(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    served = Calendars()
    served._ssl = server_context(write_certificate(tmp_path))
    async with served:
        hosts = ServiceHosts([f"localhost:{served.port}"])
        for scheme in ("https", "webcal", "WEBCALS"):
            address = served.address("a.ics").replace("https", scheme)
            said = await refusal(session, hosts, address)
            assert said.startswith(
                "The calendar was not read: localhost cannot be reached (ClientConnectorCertificateErr"
            )
        assert served.requests == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("moved", "its address leads elsewhere (302); use the one that it leads to."),
        ("page", "what stands there is no calendar (text/html); use the one that your calendar offers for subscribing"),
        ("bomb", "127.0.0.1 sends it packed only; use another address, or the file."),
        ("403", "there is none, or it may not be read (403); renew its address in your calendar."),
        ("404", "there is none, or it may not be read (404)"),
        ("204", "127.0.0.1 answers 204; try again later."),
        ("503", "127.0.0.1 answers 503; try again later."),
        ("reset", "127.0.0.1 cannot be reached (ServerDisconnectedError); try again later."),
    ],
)
async def test_each_failure_says_what_to_do(
    calendars: Calendars, session: aiohttp.ClientSession, what: str, said: str
) -> None:
    assert f"The calendar was not read: {said}" in await refusal(session, allowing(calendars), calendars.address(what))
    assert len({request.path for request in calendars.requests}) == 1


async def test_reading_stops_at_one_megabyte(calendars: Calendars, session: aiohttp.ClientSession) -> None:
    said = await refusal(session, allowing(calendars), calendars.address("endless"))
    assert "it is larger than 1 MB" in said
    await asyncio.sleep(0.2)
    before = calendars.sent
    await asyncio.sleep(0.2)
    assert calendars.sent == before < 10_000_000


async def test_whoever_is_slow_is_not_waited_for(calendars: Calendars, session: aiohttp.ClientSession) -> None:
    began = time.monotonic()
    said = await refusal(session, allowing(calendars), calendars.address("drip"), seconds=0.3)
    assert "127.0.0.1 took longer than 0.3 s; try again later" in said
    assert time.monotonic() - began < 2


async def test_nobody_there_is_said(calendars: Calendars, session: aiohttp.ClientSession) -> None:
    await calendars.stop()
    said = await refusal(session, allowing(calendars), calendars.address("a.ics"))
    assert "127.0.0.1 cannot be reached (ClientConnectorError); try again later" in said


@pytest.mark.parametrize(
    ("entries", "address", "said"),
    [
        ((), "https://calendar.example.com/x.ics", "calendars of calendar.example.com may not be read; ask an admin"),
        (("calendar.example.com",), "https://calendar.example.com:8443/x.ics", "may not be read"),
        (("calendar.example.com:8443",), "https://calendar.example.com/x.ics", "may not be read"),
        (("example.com",), "https://calendar.example.com/x.ics", "may not be read"),
        (("calendar.example.com",), "https://calendar.example.com.evil.example/x.ics", "may not be read"),
        (("calendar.example.com",), "https://calendar.example.com./x.ics", "may not be read"),
        (("calendar.example.com",), "http://calendar.example.com/x.ics", "its address must begin with https://"),
        ((), "http://127.0.0.1:9/x.ics", "its address must begin with https://"),
        (("calendar.example.com",), "https://me@calendar.example.com/x.ics", "holds a name or a password"),
        (("calendar.example.com",), "https://evil.example\\@calendar.example.com/x.ics", "that is no address"),
        (("calendar.example.com",), "https://calendar.example.com/x y", "that is no address"),
        (("calendar.example.com",), "https://calendar.example.com/x\r\nHost: y", "that is no address"),
        (("calendar.example.com",), "ftp://calendar.example.com/x.ics", "that is no address"),
        (("calendar.example.com",), "https://calendar.example.com:99999/x.ics", "that is no address"),
        (("calendar.example.com",), "https://c\u0430lendar.example.com/x.ics", "that is no address"),
        (("calendar.example.com",), "file:///etc/passwd", "that is no address"),
        (("calendar.example.com",), "calendar.example.com/x.ics", "that is no address"),
        (("calendar.example.com",), "", "that is no address"),
    ],
)
async def test_what_is_not_allowed_is_never_called(
    session: aiohttp.ClientSession, entries: tuple[str, ...], address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def called(*_: object, **__: object) -> None:
        raise AssertionError("nothing may leave")

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", called)
    assert said in await refusal(session, ServiceHosts(entries), address)


@pytest.mark.parametrize("entry", ["calendar.example.com", "calendar.example.com:443"])
async def test_a_host_is_allowed_with_and_without_https_own_port(
    session: aiohttp.ClientSession, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def called(*_: object, **__: object) -> None:
        raise OSError("called")

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", called)
    for address in ("https://calendar.example.com/x.ics", "webcal://Calendar.Example.com:443/x.ics"):
        assert "cannot be reached (ClientOSError)" in await refusal(session, ServiceHosts([entry]), address)
