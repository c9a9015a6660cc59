"""How soon Teams shows what Slack says, and what a storm costs: the whole bot, with the sandbox around it.

What is timed is between Slack's event at the bot's door and the call by which its card stands in Teams, as the
sandbox's log has both; it includes signature, journal (synchronous=FULL) and outbox.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp

from tests.rig.ports import free_port

ROOT = Path(__file__).parents[2]
ALERTS, ALERTS_QUICK = 60, 15
BETWEEN = 8  # seconds of the sandbox's clock between two alerts, so that they are no storm
POLLED = 1.2  # seconds in which the bot has asked for the time
STORM, KINDS = 500, 20
LONGEST = 120.0
TEAMS = "/v3/"
Json = dict[str, Any]


class Sandbox:
    """A sandbox with the bot in it, by its JSON interface; ``log`` is all that went over the wire so far."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.log: list[Json] = []
        self._session = session
        self._base = base

    async def do(self, what: str, **body: Any) -> None:
        """Let something happen."""
        async with self._session.post(f"{self._base}/api/{what}", json=body) as answer:
            answer.raise_for_status()

    async def look(self) -> list[Json]:
        """Return what went over the wire since the last look."""
        since = self.log[-1]["number"] if self.log else 0
        async with self._session.get(f"{self._base}/api/wire", params={"since": str(since)}) as answer:
            new: list[Json] = await answer.json()
        done = [one for one in new if one["status"]]
        self.log += new[: new.index(done[-1]) + 1] if done else []
        return new


@asynccontextmanager
async def sandbox() -> AsyncIterator[Sandbox]:
    """Run a fresh sandbox and its bot on this machine, and stop both."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ports = [free_port(), free_port()]
        words = ["--port", str(ports[0]), "--bot-port", str(ports[1]), "--data", folder, "--at", "2026-11-23T10:00"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.sandbox", *words), stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                while b"Open http" not in (line := await process.stdout.readline()):
                    assert line, "the sandbox ended"
            async with aiohttp.ClientSession() as session:
                yield Sandbox(session, f"http://127.0.0.1:{ports[0]}")
        finally:
            process.terminate()
            await process.wait()


async def seen(count: int) -> list[float]:
    """Return the milliseconds from each of ``count`` alerts in Slack to its card in Teams."""
    took = []
    async with sandbox() as there:
        await there.look()
        for _ in range(count):
            before = len(there.log)
            await there.do("bugsnag", do="new")
            posted = await _until(there, before, lambda new: any(_is_card(one) for one in new))
            told = next(one for one in posted if one["path"] == "/slack/events")
            took.append(_milliseconds(told, next(one for one in posted if _is_card(one))))
            await there.do("clock", add=BETWEEN)
            await asyncio.sleep(POLLED)
    return took


async def storm() -> tuple[int, float, float]:
    """Return the calls of Teams for a storm, and the seconds until its last kind stood there, and until all did."""
    async with sandbox() as there:
        await there.look()
        before = len(there.log)
        await there.do("bugsnag", do="storm", count=STORM)
        await _until(there, before, lambda new: any(_alerts(one) >= STORM - 10 for one in new))
        log = there.log[before:]
    told = next(one for one in log if one["path"] == "/slack/events")
    calls = [one for one in log if one["direction"] == "out" and one["path"].startswith(TEAMS)]
    last = next(one for one in calls if _kinds(calls[: calls.index(one) + 1]) >= KINDS)
    whole = next(one for one in calls if _alerts(one) >= STORM - 10)
    return len(calls), _milliseconds(told, last) / 1000, _milliseconds(told, whole) / 1000


def told(*, quick: bool) -> list[str]:
    """Return the figures in words."""
    count = ALERTS_QUICK if quick else ALERTS
    took = asyncio.run(seen(count))
    cuts = quantiles(took, n=100, method="inclusive")
    calls, last, whole = asyncio.run(storm())
    p50, p99 = cuts[49], cuts[98]
    counted = f"every kind is there after {last:.1f} s, every alert is counted after {whole:.1f} s."
    return [
        f"Seen in Slack, an alert's card is in Teams after {p50:.0f} ms (p50), {p99:.0f} ms (p99), of {count}.",
        f"A storm of {STORM} alerts of {KINDS} kinds: {calls} calls of Teams, {counted}",
    ]


async def _until(there: Sandbox, before: int, done: Any) -> list[Json]:
    async with asyncio.timeout(LONGEST):
        while True:
            await there.look()
            new = there.log[before:]
            if done([one for one in new if one["status"]]):
                return new
            await asyncio.sleep(0.05)


def _is_card(one: Json) -> bool:
    return one["direction"] == "out" and one["path"].startswith(TEAMS) and "AdaptiveCard" in json.dumps(one["request"])


def _milliseconds(first: Json, last: Json) -> float:
    start, end = (datetime.fromisoformat(one["at"]) for one in (first, last))
    return (end - start).total_seconds() * 1000 + float(last["milliseconds"])


def _alerts(one: Json) -> int:
    """Return of how many alerts a digest tells, 0 for any other call."""
    words = json.dumps(one["request"])
    _, found, rest = words.partition("A storm: ")
    return int(rest.partition(" ")[0]) if found and _is_card(one) else 0


def _kinds(calls: list[Json]) -> int:
    """Return how many kinds the cards of some calls have shown, by the classes that begin their titles."""
    shown = {run["text"].partition(" · ")[0] for one in calls if _is_card(one) for run in _runs(one["request"])}
    return len({title for title in shown if title.endswith(", production")})


def _runs(part: Any) -> list[Json]:
    if isinstance(part, list):
        return [run for one in part for run in _runs(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == "TextRun" and isinstance(part.get("text"), str) else []
    return own + [run for one in part.values() for run in _runs(one)]
