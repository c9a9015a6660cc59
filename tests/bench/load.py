"""Who calls the bot: wrk for a closed loop, sockets of our own for one post, for a burst, and for presses of buttons.

Decides when posts are sent and how their answers are timed. Must not know who answers.
"""

import http.client
import json
import selectors
import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import world

PATH = "/api/messages"


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: seconds it took, 2xx answers, others, latency in ms."""

    seconds: float
    turns: int
    failed: int
    p50_ms: float
    p99_ms: float


def loop(port: int, folder: Path, *, at_once: int, seconds: float, more: Sequence[int] = ()) -> Answers:
    """Keep `at_once` posts in flight for some seconds (wrk 4; at least one second); `more` is for `post.lua`."""
    command = [
        *("wrk", "-t1", f"-c{at_once}", f"-d{max(1, round(seconds))}s", "--timeout", "20s"),
        *("-s", str(Path(__file__).with_name("post.lua")), f"http://127.0.0.1:{port}{PATH}"),
        *("--", str(folder / "post.json"), str(folder / "token"), str(folder / "offset"), *map(str, more)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    told = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return Answers(**json.loads(told.removeprefix("RESULT ")))


@dataclass(frozen=True, slots=True)
class Button:
    """*It's solved* under a post: the post's id, the ids of request and desk, and the message with the card."""

    post: str
    request: str
    desk: str
    card: str


class People:
    """What people do, as the HTTP requests that Teams makes of it."""

    def __init__(self, folder: Path, channel: str = world.CHANNEL) -> None:
        """Read the post, the press, their token, and how far the desk's time is from real time."""
        texts = [(folder / f"{name}.json").read_text(encoding="utf-8") for name in ("post", "press")]
        self._post, self._press = (text.replace(world.CHANNEL, channel) for text in texts)
        self._token = (folder / "token").read_text(encoding="utf-8")
        self._offset = timedelta(seconds=int((folder / "offset").read_text(encoding="ascii")))
        self._last = 0

    def post(self) -> bytes:
        """Write a post with an id of its own, the moment in microseconds; its writer is another each time."""
        self._last = max(self._last + 1, int(datetime.now(UTC).timestamp() * 1e6))
        return self._request(self._post, str(self._last))

    def press(self, button: Button) -> bytes:
        """Press a button as the one who wrote the post."""
        filled = self._press.replace("@REQUEST@", button.request).replace("@DESK@", button.desk)
        return self._request(filled.replace("@CARD@", button.card), button.post)

    def _request(self, activity: str, post: str) -> bytes:
        now = (datetime.now(UTC) + self._offset).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        body = activity.replace("@ID@", post).replace("@USER@", post[-12:]).replace("@NOW@", now).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def first(port: int, people: People, until: float) -> int | None:
    """Post until somebody answers: the status, or None when the moment `until` has come or nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=max(0.1, until - time.monotonic())) as connection:
            connection.sendall(people.post())
            answer = connection.recv(4096)
    except OSError:
        return None
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None


def burst(port: int, people: People, *, size: int, patience: float = 60) -> Answers:
    """Send `size` posts at the same moment, each on a connection that is open already."""
    connections = []
    for _ in range(size):
        connections.append(socket.create_connection(("127.0.0.1", port), timeout=patience))
        time.sleep(0.0005)
    ready = [(connection, people.post()) for connection in connections]
    latencies: list[float] = []
    failed = 0
    with selectors.DefaultSelector() as selector:
        began = time.monotonic()
        for connection, request in ready:
            selector.register(connection, selectors.EVENT_READ, time.monotonic())
            connection.sendall(request)
        while selector.get_map() and time.monotonic() < began + patience:
            for key, _ in selector.select(timeout=1):
                answer = key.fileobj.recv(65536)  # type: ignore[union-attr]
                selector.unregister(key.fileobj)
                if answer.startswith(b"HTTP/1.1 2"):
                    latencies.append(1000 * (time.monotonic() - key.data))
                else:
                    failed += 1
        took = time.monotonic() - began
        failed += len(selector.get_map())
    for connection in connections:
        connection.close()
    latencies.sort()
    if not latencies:
        return Answers(took, 0, failed, float("inf"), float("inf"))
    p50, p99 = (latencies[int((len(latencies) - 1) * share)] for share in (0.5, 0.99))
    return Answers(took, len(latencies), failed, p50, p99)


def press(port: int, people: People, buttons: Sequence[Button], *, at_once: int) -> None:
    """Press each button once, `at_once` of them at a time; raise RuntimeError at an answer other than 2xx."""

    def some(mine: Sequence[Button]) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            for button in mine:
                connection.sendall(people.press(button))
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                words = answer.read()
                if not 200 <= answer.status < 300:
                    raise RuntimeError(f"a press on {button.request} got {answer.status}: {words[:200]!r}")

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(some, [buttons[first::at_once] for first in range(at_once)]))
