"""Whom nobody let in: requests with wrong tokens at a rate, and sockets that never finish a request.

Decides what they send; a closed socket is opened again at once. Prints what they got as one line of JSON. It must not
know what the bot promises.
Run: python strangers.py PORT FOLDER RATE SOCKETS SECONDS; FOLDER/wrong.json has the tokens by kind.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

import uvloop

CONNECTIONS = 100
DRIBBLE_SECONDS = 1.0
BODY = b'{"type":"message","text":"let me in"}'


class Strangers:
    """All of them, and what they got."""

    def __init__(self, port: int, folder: Path, seconds: float) -> None:
        """Read the tokens."""
        self.statuses: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        self.longest: Counter[str] = Counter()
        self.slow: Counter[str] = Counter()
        self.most_open = 0
        self._open = 0
        self._port = port
        self._until = time.monotonic() + seconds
        self._genuine = (folder / "token").read_text(encoding="ascii")
        self._wrong: dict[str, list[str]] = json.loads((folder / "wrong.json").read_bytes())
        self._idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.Queue()

    async def knock(self, rate: float) -> None:
        """Send requests with wrong tokens, each when it is its time, over no more than CONNECTIONS connections."""
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(None)
        kinds = [(kind, tokens) for kind, tokens in self._wrong.items()]
        began, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while (now := time.monotonic()) < self._until:
                while number < (now - began) * rate:
                    kind, tokens = kinds[number % len(kinds)]
                    header = tokens[number // len(kinds) % len(tokens)]
                    connection = await self._idle.get()
                    group.create_task(self._one(kind, header, connection))
                    number += 1
                await asyncio.sleep(0.005)

    async def _one(
        self, kind: str, header: str, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None
    ) -> None:
        shown = f"Authorization: {header}\r\n" if header else ""
        head = f"POST /api/messages HTTP/1.1\r\nHost: a\r\n{shown}Content-Type: application/json\r\n"
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = connection
            writer.write(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            status = answer.split(b" ", 2)[1].decode()
            length = next(
                (line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0"
            )
            await reader.readexactly(int(length.partition(b":")[2]))
            if b"connection: close" in answer.lower():
                writer.close()
                connection = None
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status = "none"
            if connection is not None:
                connection[1].close()
            connection = None
        self.statuses[f"{kind} {status}"] += 1
        self._idle.put_nowait(connection)

    async def dribble(self, what: str) -> None:
        """Keep a socket that says a byte a second, of the head or, behind a genuine one, of the body."""
        token = f"Authorization: Bearer {self._genuine}\r\n" if what == "body" else ""
        begin = f"POST /api/messages HTTP/1.1\r\nHost: a\r\n{token}"
        begin += "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n{" if what == "body" else "X-Slow: "
        while time.monotonic() < self._until:
            began = time.monotonic()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            self.opened[what] += 1
            self._open += 1
            self.most_open = max(self.most_open, self._open)
            status = "silence"
            try:
                writer.write(begin.encode())
                while time.monotonic() < self._until:
                    try:
                        answer = await asyncio.wait_for(reader.read(4096), DRIBBLE_SECONDS)
                    except TimeoutError:
                        writer.write(b" ")
                        continue
                    status = answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/") else "closed"
                    break
            except OSError:
                status = "closed"
            writer.close()
            self._open -= 1
            self.slow[f"{what} {status}"] += 1
            self.longest[what] = max(self.longest[what], round(time.monotonic() - began))
            await asyncio.sleep(0.01)


async def main(port: int, folder: Path, rate: float, sockets: int, seconds: float) -> None:
    """Let all of them come, and tell what they got."""
    strangers = Strangers(port, folder, seconds)
    async with asyncio.TaskGroup() as group:
        for number in range(sockets):
            group.create_task(strangers.dribble("body" if number % 2 else "head"))
        if rate:
            group.create_task(strangers.knock(rate))
    names = ("statuses", "opened", "longest", "slow", "most_open")
    sys.stdout.write(json.dumps({name: getattr(strangers, name) for name in names} | {"seconds": seconds}) + "\n")


if __name__ == "__main__":
    port_, folder_, rate_, sockets_, seconds_ = sys.argv[1:]
    uvloop.run(main(int(port_), Path(folder_), float(rate_), int(sockets_), float(seconds_)))
