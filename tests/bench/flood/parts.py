"""One bot under load: at Teams' own limits, without any, and with strangers at the door.

Decides what runs beside what, and which promise each figure is held against. The bot has one core, everything else the
other. Must not know how posts are sent or calls are noted.
"""

import asyncio
import json
import random
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.search.errand import MOST_HELD
from tests.bench import keys, load, process, world
from tests.bench.flood import town
from tests.bench.flood.crowd import BURST, Crowd, Outcome, burst, by_kind, spread, steady
from tests.bench.flood.ledger import Ledger
from tests.bench.flood.verdicts import Verdict, shown
from tests.bench.peers import AGENTS_PYTHON, PRODUCT
from tests.bench.remote import Remote

PATIENCE = 20.0
SAMPLE_SECONDS = 5.0
FORGOTTEN = 0.05
"""The share of posts that nobody answers for so long that people are called."""
CALLED_AFTER, LINE_AFTER = 150.0, 330.0
"""Seconds after which the writer of a forgotten post gives up: after the pair was called, after the thread's line."""
LATE = 110.0
"""Seconds by which forgotten posts arrive late where nobody is to wait minutes for their reminders."""
ROOM_MB, GROWTH_MB = 400, 10
"""What memory may be with the encoder, as in the bench of turns; how much it may grow once all is loaded."""
LOADED = LINE_AFTER
"""Seconds until as many wait as ever will, the burst's among them; a run not much longer tells nothing of growth."""
BURST_AT = 0.2
"""When the burst comes, as a share of the run."""
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much: seconds, posts a second, a burst's posts and its seconds, desks, strangers a second, slow sockets.

    ``age`` makes forgotten posts arrive so many seconds old, so that a short run has reminders too.
    """

    seconds: float
    rate: float = 50
    burst: int = 200
    within: float = 2
    desks: int = 20
    strangers: float = 1_000
    sockets: int = 400
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """What a run needs: a folder, the keys, and the services with the recording connector."""

    folder: Path
    signing: keys.Keys
    services: Remote


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run brought: calls, what the connector saw, memory by second, stall and CPU held by it in ms, CPU in s."""

    outcome: Outcome
    ledger: Ledger
    memory: list[tuple[float, float]]
    stall_ms: float
    held_ms: float
    cpu: float
    told: dict[str, Any]


@contextmanager
def place() -> Iterator[Place]:
    """Make a folder with keys and run the services; nothing of it is kept."""
    with tempfile.TemporaryDirectory(prefix="flood-") as name:
        folder = Path(name)
        signing = keys.make(folder)
        with Remote.running(AGENTS_PYTHON, folder, HERE / "connector.py") as services:
            signing.write_activities(services.connector)
            yield Place(folder, signing, services)


@contextmanager
def running(where: Place, name: str, **settings: str) -> Iterator[process.Bot]:
    """Run the bot on its core, with desks in its data folder already, until it has answered once."""
    folder = where.folder / name
    with process.running(list(PRODUCT.command), where.services.settings() | settings, folder) as bot:
        people = load.People(where.folder)
        until = time.monotonic() + PATIENCE
        while (status := load.first(bot.port, people, until)) is None or not 200 <= status < 300:
            bot.check()
            if time.monotonic() > until:
                raise process.Stopped(f"no 2xx within {PATIENCE:.0f} s, last {status}: {bot.last_words()}")
            time.sleep(0.02)
        yield bot


def limited(sizes: Sizes) -> tuple[str, list[Verdict]]:
    """Flood the bot at Teams' own limits."""
    with place() as where:
        seen = _flood(where, sizes, limits=True)
    return "At Teams' own limits of sending", [*_answers(seen), *_sending(seen), *_state(seen)]


def unlimited(sizes: Sizes) -> tuple[str, list[Verdict]]:
    """Flood the bot with the limiter off."""
    with place() as where:
        seen = _flood(where, replace(sizes, age=LATE), limits=False)
    cards = spread(1000 * one for one in _lags(seen))
    shown_after = [
        Verdict("first card, p50", cards["p50"], unit=" ms"),
        Verdict("first card, p95", cards["p95"], 5_000, " ms"),
        Verdict("first card, latest", cards["max"], unit=" ms"),
    ]
    return "Without limits of sending", [*_answers(seen), *shown_after, *_lost(seen), *_state(seen)]


def beside(sizes: Sizes) -> tuple[str, list[Verdict]]:
    """Let strangers knock and dawdle beside the ordinary posts."""
    with place() as where:
        (where.folder / "wrong.json").write_text(json.dumps(wrong_tokens(where.signing)), encoding="utf-8")
        seen = _flood(where, replace(sizes, burst=0, age=LATE), limits=True, strangers=True)
    ordinary = spread(one.ms for one in seen.outcome.sent)
    told = seen.told
    knocks = sum(told["statuses"].values())
    unlike = sum(count for name, count in told["statuses"].items() if not name.endswith(" 401"))
    return "With strangers at the door", [
        Verdict("posts and presses, p50", ordinary["p50"], unit=" ms"),
        Verdict("posts and presses, p95", ordinary["p95"], unit=" ms"),
        Verdict("posts and presses, p99", ordinary["p99"], 1_000, " ms"),
        Verdict("posts and presses, longest", ordinary["max"], unit=" ms"),
        Verdict("not answered 2xx", _failed(seen), 0),
        Verdict("sent again, since the connection was closed", seen.outcome.again),
        *_lost(seen),
        Verdict("strangers a second", knocks / told["seconds"]),
        Verdict("strangers that got something other than 401", unlike, 0),
        Verdict("slow sockets open at once", told["most_open"]),
        *(Verdict(f"slow {name}, kept for at most", seconds, 20, " s") for name, seconds in told["longest"].items()),
        *(Verdict(f"slow sockets that ended: {name}", count) for name, count in sorted(told["slow"].items())),
        *_state(seen),
    ]


def render(title: str, verdicts: list[Verdict]) -> str:
    """Return a part's heading and table."""
    return f"## {title}\n\n{shown(verdicts)}\n"


def wrong_tokens(signing: keys.Keys, each: int = 50) -> dict[str, list[str]]:
    """Return headers that nobody may come in with, by what is wrong with them."""
    now = datetime.now(UTC)
    right = {
        "iss": world.ISSUER,
        "aud": world.APP_ID,
        "serviceurl": "https://smba.trafficmanager.net/emea/",
        "nbf": now - timedelta(minutes=1),
        "exp": now + timedelta(hours=1),
    }
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signed(number: int, key: Any = signing.key, kid: str = "bench-0", **claims: Any) -> str:
        claims = right | claims | {"jti": str(number)}
        return "Bearer " + jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def symmetric(number: int) -> str:
        return "Bearer " + jwt.encode(
            right | {"jti": str(number)}, "a" * 32, algorithm="HS256", headers={"kid": "bench-0"}
        )

    makers: dict[str, Callable[[int], str]] = {
        "no token": lambda _: "",
        "no JWT": lambda number: f"Bearer {number}.{number}",
        "wrong signature": lambda number: signed(number, other),
        "unknown key": lambda number: signed(number, other, f"unknown-{number}"),
        "expired": lambda number: signed(number, exp=now - timedelta(hours=1), nbf=now - timedelta(hours=2)),
        "another bot's": lambda number: signed(number, aud="00000000-0000-4000-8000-000000000000"),
        "symmetric": symmetric,
    }
    return {kind: [make(number) for number in range(each)] for kind, make in makers.items()}


def _flood(where: Place, sizes: Sizes, *, limits: bool, strangers: bool = False) -> Seen:
    data = where.folder / "bot" / "data"
    data.mkdir(parents=True)
    asyncio.run(town.found(f"sqlite:///{data / 'journal.sqlite'}", sizes.desks, MOST_HELD))
    settings = {"HOTSEAT_DATA": str(data), "HOTSEAT_SEND_LIMITS": "on" if limits else "off"}
    with running(where, "bot", **settings) as bot:
        crowd = Crowd(where.folder, bot.port, where.services.entra, where.services.connector)
        plan = steady(sizes.rate, sizes.seconds, sizes.desks, _waits(sizes))
        if sizes.burst:
            held = (20.0, 40.0) if sizes.age else (CALLED_AFTER, CALLED_AFTER + 60)
            plan += burst(sizes.burst, sizes.within, sizes.seconds * BURST_AT, held, sizes.age)
        bot.stall()
        cpu = bot.cpu()
        beside_ = _strangers(where, bot.port, sizes) if strangers else None
        try:
            outcome, memory = asyncio.run(_watched(bot, crowd, plan))
            told = json.loads(beside_.communicate(timeout=60)[0]) if beside_ else {}
        finally:
            if beside_ is not None:
                process.end(beside_)
        ledger = _ledger(where, outcome.due)
        memory.append((memory[-1][0] + 1, bot.memory()))
        stall, held_ms = bot.stall()
        bot.check()
        return Seen(outcome, ledger, memory, stall, held_ms, bot.cpu() - cpu, told)


def _ledger(where: Place, posts: Container[int]) -> Ledger:
    """Read what came for these posts, once every thread has its last card, or patience ends."""
    until = time.monotonic() + PATIENCE
    while True:
        where.services.settled(0, PATIENCE)
        with urllib.request.urlopen(f"{where.services.entra}/calls?since=0", timeout=30) as answer:  # noqa: S310
            ledger = Ledger.read(json.load(answer), posts)
        if not ledger.disordered() or time.monotonic() > until:
            return ledger


def _waits(sizes: Sizes) -> Callable[[random.Random], tuple[float, float]]:
    """Say how long a writer waits, and how old the post is as it arrives: most are helped within half a minute."""

    def waits(chance: random.Random) -> tuple[float, float]:
        if chance.random() >= FORGOTTEN:
            return chance.uniform(10, 30) if not sizes.age else chance.uniform(2, 5), 0.0
        if sizes.age:
            return 20.0, sizes.age
        return (LINE_AFTER if chance.random() < 0.2 else CALLED_AFTER), 0.0

    return waits


async def _watched(bot: process.Bot, crowd: Crowd, plan: list[Any]) -> tuple[Outcome, list[tuple[float, float]]]:
    memory: list[tuple[float, float]] = []
    began = time.monotonic()

    async def sample() -> None:
        while True:
            bot.check()
            memory.append((time.monotonic() - began, bot.memory()))
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    try:
        longest = max(one.waits for one in plan)
        return await crowd.flood(plan, longest + 60), memory
    finally:
        sampling.cancel()


def _strangers(where: Place, port: int, sizes: Sizes) -> "subprocess.Popen[bytes]":
    words = [str(port), str(where.folder), str(sizes.strangers), str(sizes.sockets), str(sizes.seconds)]
    command = [AGENTS_PYTHON, str(HERE / "strangers.py"), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)


def _answers(seen: Seen) -> list[Verdict]:
    every = spread(one.ms for one in seen.outcome.sent)
    found = [
        Verdict("answers to all, p50", every["p50"], unit=" ms"),
        Verdict("answers to all, p95", every["p95"], 300, " ms"),
        Verdict("answers to all, p99", every["p99"], 2_000, " ms"),
        Verdict("answers to all, longest", every["max"], 15_000, " ms"),
    ]
    for kind, some in by_kind(seen.outcome):
        each = spread(one.ms for one in some)
        found += [
            Verdict(f"{len(some):,} of kind {kind}, p95", each["p95"], unit=" ms"),
            Verdict(f"{len(some):,} of kind {kind}, p99", each["p99"], 2_000 if kind == BURST else None, " ms"),
        ]
    return [*found, Verdict("not answered 2xx", _failed(seen), 0)]


def _sending(seen: Seen) -> list[Verdict]:
    cards = spread(1000 * one for one in _lags(seen))
    posted, edits = seen.ledger.reminded()
    return [
        *_lost(seen),
        Verdict("first card, p95", cards["p95"], unit=" ms"),
        Verdict("threads out of order", len(seen.ledger.disordered()), 0),
        *(
            Verdict(f"most sends to one conversation within {seconds:g} s", found, most)
            for (most, seconds), found in seen.ledger.densest().items()
        ),
        Verdict("posts that waited long enough for a reminder", len(seen.outcome.waiting)),
        Verdict("reminders posted to people", posted),
        Verdict("times that one of these was edited", edits),
        Verdict("reminders to one person within a minute, none solved", seen.ledger.rings(), 1),
    ]


def _lost(seen: Seen) -> list[Verdict]:
    missing = len(seen.outcome.due.keys() - seen.ledger.first_cards().keys())
    return [
        Verdict("posts without a card", missing, 0),
        Verdict("requests that stayed open", seen.outcome.unpressed, 0),
    ]


def _state(seen: Seen) -> list[Verdict]:
    length, last = seen.memory[-1]
    begin = min(LOADED, length / 2)
    before = [used for second, used in seen.memory if second <= begin][-1]
    posts = max(1, len(seen.outcome.due))
    return [
        Verdict("CPU a post, with its press, its search and all sends", 1000 * seen.cpu / posts, unit=" ms"),
        Verdict("event loop late by at most", seen.stall_ms, 250, " ms"),
        Verdict("CPU used by the loop in one go", seen.held_ms, unit=" ms"),
        Verdict("the bench's own loop late by at most", seen.outcome.late_ms, unit=" ms"),
        Verdict("memory at most", max(used for _, used in seen.memory), ROOM_MB, " MB"),
        Verdict("memory at the end", last, unit=" MB"),
        Verdict(f"grown since second {begin:.0f}", last - before, GROWTH_MB if length >= 1.5 * LOADED else None, " MB"),
    ]


def _failed(seen: Seen) -> int:
    return sum(not 200 <= one.status < 300 for one in seen.outcome.sent)


def _lags(seen: Seen) -> list[float]:
    first = seen.ledger.first_cards()
    return [first[id_] - due for id_, due in seen.outcome.due.items() if id_ in first]
