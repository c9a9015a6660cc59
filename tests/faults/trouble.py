"""A service that is in trouble: a server on loopback that answers every request in one wrong way.

It speaks to sockets, since a library for servers would not break its own answers.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

PAGE = b"<html><body>Please sign in to the guest network</body></html>"
OTHER = b'{"weather": ["rain"], "id": null}'
PIECE = b" " * 65536
ENDLESS = 64  # MB; nobody sends more in a test
NO_HANDSHAKE = b"\x15\x03\x01\x00\x02\x02\x28"  # the alert of a TLS server that finds no way in common


@dataclass(frozen=True)
class Fault:
    """What goes wrong. ``status`` and ``body`` are an answer; ``how`` is what is wrong with its way."""

    status: str = "200 OK"
    body: bytes = OTHER
    kind: str = "application/json"
    headers: str = ""
    how: str = "whole"

    def head(self) -> bytes:
        """Return the head of the answer."""
        size = "" if self.how == "endless" else f"Content-Length: {len(self.body)}\r\n"
        lines = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.kind}\r\n{size}{self.headers}Connection: close\r\n\r\n"
        return lines.encode()


FAULTS = {
    "refused": Fault(how="refused"),
    "hangs": Fault(how="hangs"),
    "500": Fault("500 Internal Server Error"),
    "502 HTML": Fault("502 Bad Gateway", PAGE, "text/html"),
    "200 HTML": Fault("200 OK", PAGE, "text/html"),
    "another shape": Fault(),
    "401": Fault("401 Unauthorized"),
    "403": Fault("403 Forbidden"),
    "404": Fault("404 Not Found"),
    "413": Fault("413 Content Too Large"),
    "429": Fault("429 Too Many Requests", headers="Retry-After: 7\r\n"),
    "slow bytes": Fault(how="slow"),
    "truncated": Fault(how="truncated"),
    "endless": Fault(how="endless"),
    "TLS": Fault(how="tls"),
}


class Trouble:
    """Answers so; ``asked`` counts connections on which something was asked, ``given`` the bytes of bodies."""

    def __init__(self, fault: Fault) -> None:
        """Name the fault; nothing listens yet."""
        self.fault = fault
        self.asked = 0
        self.given = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is called; it understands no TLS, by which it is called to fail at that."""
        return f"{'https' if self.fault.how == 'tls' else 'http'}://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await (reader.read(1) if self.fault.how == "tls" else reader.readuntil(b"\r\n\r\n"))
            self.asked += 1
            await self._answer(writer)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        match fault.how:
            case "tls":
                writer.write(NO_HANDSHAKE)
            case "hangs":
                await asyncio.sleep(100)
            case "slow":
                writer.write(fault.head())
                for byte in fault.body:
                    writer.write(bytes((byte,)))
                    await writer.drain()
                    await asyncio.sleep(0.2)
            case "truncated":
                writer.write(fault.head() + fault.body[:10])
            case "endless":
                writer.write(fault.head())
                while self.given < ENDLESS * 2**20:
                    writer.write(PIECE)
                    await writer.drain()
                    self.given += len(PIECE)
            case _:
                writer.write(fault.head() + fault.body)
        await writer.drain()


@asynccontextmanager
async def trouble(name: str, port: int = 0) -> AsyncIterator[Trouble]:
    """Run a service with that fault, at a port or at a free one."""
    service = Trouble(FAULTS[name])
    if service.fault.how == "refused":
        with socket.socket() as taken:  # bound, and nobody listens
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            service.port = taken.getsockname()[1]
            yield service
        return
    running: set[asyncio.Task[None]] = set()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.ensure_future(service.answer(reader, writer)))

    server = await asyncio.start_server(meet, "127.0.0.1", port, limit=2**22)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
