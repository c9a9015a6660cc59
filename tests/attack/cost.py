"""What a refusal costs: the CPU time that a running bot spends on each kind, beside that of an ordinary turn.

``python -m tests.attack.cost`` prints a table, and what slow sockets and a flood beside it do to an ordinary turn.
"""

import asyncio
import functools
import gzip
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import orjson

from tests.attack.siege import Siege, besieged
from tests.door.whole import ANA
from tests.rig import activities

TICKS = os.sysconf("SC_CLK_TCK")
MANY = 1_000
SLOW, RATE, SECONDS = 400, 1_000, 20
Kind = tuple[str, str, bytes, dict[str, str]]
"""Method, path, body and headers."""


@functools.cache
def bomb() -> bytes:
    """Give what a gigabyte's quarter is when it is packed."""
    return gzip.compress(b"x" * 2**28)


def cpu(siege: Siege) -> float:
    """Return the seconds of CPU that the bot has used."""
    assert siege.process is not None
    fields = Path(f"/proc/{siege.process.pid}/stat").read_text("ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def spent(siege: Siege, session: aiohttp.ClientSession, name: str, many: int, kind: Kind) -> str:
    """Send so many over a connection that stays, one after another; say what one costs."""
    method, path, body, headers = kind
    status, began = 0, cpu(siege)
    for _ in range(many):
        async with session.request(method, f"{siege.address}{path}", data=body, headers=headers) as answer:
            status = answer.status
            await answer.read()
    return f"{name:32} {status} {(cpu(siege) - began) / many * 1_000:8.2f} ms of CPU"


async def refusals(siege: Siege, say: Callable[[str], None]) -> None:
    """Measure each kind of refusal."""
    post, path = orjson.dumps(siege.post()), "/api/messages"
    genuine = {"Authorization": f"Bearer {siege.token}"}
    forged = {"Authorization": f"Bearer {siege.token[:-8]}AAAAAAAA"}
    packed = {"Content-Encoding": "gzip"}
    kinds: dict[str, Kind] = {
        "garbage for a token": ("POST", path, post, {"Authorization": "Bearer garbage"}),
        "no token": ("POST", path, post, {}),
        "no token, 200 KB": ("POST", path, b"x" * 200_000, {}),
        "a forged signature": ("POST", path, post, forged),
        "a genuine token, no JSON": ("POST", path, b"{", genuine),
        "Slack, unsigned": ("POST", "/slack/events", post, {}),
        "Jira, forged": ("POST", "/jira/webhook", post, {"X-Hub-Signature": "sha256=0"}),
        "Bugsnag, guessed": ("POST", "/bugsnag/guess", post, {}),
        "a calendar, guessed": ("GET", f"/rota/{'A' * 43}.ics", b"", {}),
        "nowhere": ("GET", "/nowhere", b"", {}),
    }
    async with aiohttp.ClientSession() as session:
        turns = [orjson.dumps(activities.personal_message("who", **siege.by(ANA))) for _ in range(200)]
        began = cpu(siege)
        for turn in turns:
            async with session.post(f"{siege.address}{path}", data=turn, headers=genuine) as answer:
                await answer.read()
        say(f"{'an ordinary turn':32} {answer.status} {(cpu(siege) - began) / len(turns) * 1_000:8.2f} ms of CPU")
        for name, kind in kinds.items():
            say(await spent(siege, session, name, MANY, kind))
        for where in (path, "/slack/events", "/bugsnag/guess", "/nowhere"):
            say(await spent(siege, session, f"{where}, a bomb of 256 MB", 10, ("POST", where, bomb(), packed)))


async def flood(siege: Siege, say: Callable[[str], None], *, slow: int, rate: int) -> None:
    """Measure how long ordinary turns take beside slow sockets and requests without a token."""
    ends = asyncio.get_running_loop().time() + SECONDS
    refused = [0]

    async def dawdle() -> None:
        while asyncio.get_running_loop().time() < ends:
            reader, writer = await asyncio.open_connection("127.0.0.1", siege.port)
            writer.write(b"POST /api/messages HTTP/1.1\r\nHost: bot\r\nX: ")
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

    async def hammer(session: aiohttp.ClientSession, share: int) -> None:
        due = asyncio.get_running_loop().time()
        while due < ends:
            due += 1 / share
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            async with session.post(f"{siege.address}/api/messages", data=b"{}") as answer:
                refused[0] += answer.status == 401

    took: list[float] = []
    async with aiohttp.ClientSession() as session, aiohttp.ClientSession() as ours:
        crowd = [asyncio.create_task(dawdle()) for _ in range(slow)]
        crowd += [asyncio.create_task(hammer(session, rate // 50)) for _ in range(50 if rate else 0)]
        began = cpu(siege)
        while asyncio.get_running_loop().time() < ends:
            sent = time.perf_counter()
            turn = orjson.dumps(activities.personal_message("who", **siege.by(ANA)))
            headers = {"Authorization": f"Bearer {siege.token}"}
            async with ours.post(f"{siege.address}/api/messages", data=turn, headers=headers) as answer:
                assert answer.status == 200
            took.append(time.perf_counter() - sent)
            await asyncio.sleep(0.05)
        used = cpu(siege) - began
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    took.sort()
    middle, late = took[len(took) // 2] * 1_000, took[int(len(took) * 0.99)] * 1_000
    say(
        f"{slow} slow sockets, {refused[0] / SECONDS:.0f} refusals/s: {len(took)} turns, "
        f"p50 {middle:.0f} ms, p99 {late:.0f} ms, max {took[-1] * 1_000:.0f} ms; {used / SECONDS * 100:.0f} % of a core"
    )


async def measure() -> None:
    """Measure all of it."""
    say = functools.partial(print, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        async with besieged(Path(folder), level="INFO") as siege:
            await siege.deliver(siege.post())
            await siege.quiet()
            await refusals(siege, say)
            for slow, rate in ((0, 0), (SLOW, 0), (0, RATE), (SLOW, RATE)):
                await flood(siege, say, slow=slow, rate=rate)
            say(f"{len(siege.said().splitlines())} lines of log, {len(siege.complaints())} of failures")


if __name__ == "__main__":
    asyncio.run(measure())
