"""What is measured of one bot in one round, and in which order.

Decides when a cell begins and ends: it ends when every card has arrived, so that work done after the answer counts
as the turn's. Then people settle what it opened, unmeasured, so that the next one finds a desk with nothing open.
16 at once, which most goals are read at, is measured lap by lap on all bots beside each other. Must not know what the
figures are compared with.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench import load, process
from tests.bench.load import Answers
from tests.bench.peers import Peer
from tests.bench.remote import Remote

PATIENCE = 20.0
"""Seconds to wait for a first answer, and for the last card."""
AT_ONCE = (1, 64)
LAPS = 3
LAPS_AGAIN = 2
WORST = frozenset({"failed", "cards_missing", "stall_ms", "held_ms"})
"""Figures of which the worst lap counts; of others it is the median."""
BURST = 200
SLOW_CONNECTOR_MS = 100
SLOW_ENTRA_MS = 80
SLOW_ENTRA_SECONDS = 8.0
"""For a slow bot: the SDK's first sixteen turns take more than three seconds then."""
PRESSES_AT_ONCE = 8
BURSTS_SECONDS = 4.0
"""No further burst when those before it have taken so long."""

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all cells share: the folder, the services, seconds a cell, bursts a cell."""

    folder: Path
    services: Remote
    seconds: float
    bursts: int


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that has answered once: who talks to it, ms from exec to that answer, and what is open (None: nothing)."""

    bot: process.Bot
    people: load.People
    cold_ms: float
    unsettled: Callable[[], list[load.Button]] | None


def warm(bench: Bench, peer: Peer, data: Path | None) -> None:
    """Let a bot answer once: it must, and its modules get compiled as an installer does."""
    bench.services.control()
    with _started(bench, peer, data):
        bench.services.settled(1, PATIENCE)


def whole(bench: Bench, peer: Peer, data: Path | None) -> dict[str, Figures]:
    """Measure start, closed loops but 16 at once, bursts, and a slow connector, on one fresh process."""
    bench.services.control()
    with _started(bench, peer, data) as one:
        found = {"start": {"cold_ms": one.cold_ms, "cpu_ms": 1000 * one.bot.cpu(), "rss_mb": one.bot.memory()}}
        found["first"] = _loop(bench, one, 16)
        if peer.slow:
            return found | {"c16": _loop(bench, one, 16), "end": {"rss_mb": one.bot.memory()}}
        for at_once in AT_ONCE:
            found[f"c{at_once}"] = _loop(bench, one, at_once)
        found["burst"] = _burst(bench, one)
        found["slow connector c64"] = _loop(bench, one, 64, connector_ms=SLOW_CONNECTOR_MS)
        found["slow connector burst"] = _burst(bench, one, connector_ms=SLOW_CONNECTOR_MS)
        found["end"] = {"rss_mb": one.bot.memory()}
        if peer.unsettled:
            found["c64 again, two laps"] = _again(bench, one)
    return found


def beside(bench: Bench, peers: Mapping[Peer, Path | None]) -> dict[str, Figures]:
    """Measure 16 at once on several bots, in turns: what disturbs the machine falls on all of them alike."""
    bench.services.control()
    with ExitStack() as stack:
        running = {peer: stack.enter_context(_started(bench, peer, data)) for peer, data in peers.items()}
        for one in running.values():
            _loop(bench, one, 16)
        laps = [{peer: _loop(bench, one, 16) for peer, one in running.items()} for _ in range(LAPS)]
    return {peer.name: _over([lap[peer] for lap in laps]) for peer in running}


def slow_entra(bench: Bench, peer: Peer, data: Path | None) -> dict[str, Figures]:
    """Measure 16 at once from the first second on, while keys and tokens take their time."""
    bench.services.control(entra_ms=SLOW_ENTRA_MS)
    with _started(bench, peer, data) as one:
        patient = replace(bench, seconds=SLOW_ENTRA_SECONDS) if peer.slow else bench
        return {"slow Entra c16": _loop(patient, one, 16, entra_ms=SLOW_ENTRA_MS) | {"cold_ms": one.cold_ms}}


def history(bench: Bench, peer: Peer, data: Path, label: str) -> dict[str, Figures]:
    """Measure 16 at once on a folder with a history."""
    bench.services.control()
    with _started(bench, peer, data) as one:
        _loop(bench, one, 16)
        found = _loop(bench, one, 16)
        return {label: found | {"cold_ms": one.cold_ms, "rss_mb": one.bot.memory()}}


@contextmanager
def _started(bench: Bench, peer: Peer, data: Path | None) -> Iterator[Running]:
    """Start a bot on a fresh copy of its data, and wait for its first 2xx."""
    env = bench.services.settings()
    folder = bench.folder / peer.name
    folder.mkdir(exist_ok=True)
    mine = folder / "data"
    if data is not None:
        shutil.rmtree(mine, ignore_errors=True)
        shutil.copytree(data, mine)
        os.sync()  # what is still to be written of the copy is no part of the bot's first commits
        env["HOTSEAT_DATA"] = str(mine)
    people = load.People(bench.folder)
    with process.running(list(peer.command), env, folder) as bot:
        until = bot.started + PATIENCE
        status = None
        while status is None or not 200 <= status < 300:
            bot.check()
            if time.monotonic() > until:
                raise process.Stopped(f"no 2xx within {PATIENCE:.0f} s, last {status}: {bot.last_words()}")
            time.sleep(0.005)
            status = load.first(bot.port, people, until)
        cold = 1000 * (time.monotonic() - bot.started)
        yield Running(bot, people, cold, partial(peer.unsettled, mine) if peer.unsettled else None)


def _loop(bench: Bench, one: Running, at_once: int, **delays: int) -> Figures:
    def run() -> Answers:
        return load.loop(one.bot.port, bench.folder, at_once=at_once, seconds=bench.seconds)

    return _cell(bench, one, run, delays)


def _burst(bench: Bench, one: Running, **delays: int) -> Figures:
    """Take the median burst: by p99."""
    found: list[Figures] = []
    began = time.monotonic()
    while not found or (len(found) < bench.bursts and time.monotonic() < began + BURSTS_SECONDS):
        found.append(_cell(bench, one, lambda: load.burst(one.bot.port, one.people, size=BURST), delays))
    return sorted(found, key=lambda figures: figures["p99_ms"])[len(found) // 2]


def _again(bench: Bench, one: Running) -> Figures:
    """Tell what stays in memory of requests that came and were settled when no cell asks for more than those before.

    A first lap is not counted: it would hide what stays in the memory that the cells before have freed.
    """
    _loop(bench, one, 64)
    before = one.bot.memory()
    opened = sum(_loop(bench, one, 64)["open"] for _ in range(LAPS_AGAIN))
    after = one.bot.memory()
    return {"open": opened, "settled_mb": after, "kept_kb": 1000 * (after - before) / max(1.0, opened)}


def _over(laps: list[Figures]) -> Figures:
    return {name: (max if name in WORST else median)([lap[name] for lap in laps]) for name in laps[0]}


def _cell(bench: Bench, one: Running, run: Callable[[], Answers], delays: dict[str, int]) -> Figures:
    """Measure a cell, and then let people settle what it opened."""
    figures = _measured(bench, one.bot, run, delays)
    if one.unsettled is not None:
        figures["open_mb"] = one.bot.memory()
        buttons = one.unsettled()
        if len(buttons) < figures["turns"]:
            raise RuntimeError(f"{len(buttons)} requests are open after {figures['turns']:.0f} posts")
        _settle(bench, one, buttons)
        left = one.unsettled()
        if left:
            raise RuntimeError(f"{len(left)} of {len(buttons)} requests stay open when all were pressed: {left[0]}...")
        figures |= {"open": float(len(buttons)), "settled_mb": one.bot.memory()}
    return figures


def _settle(bench: Bench, one: Running, buttons: list[load.Button]) -> None:
    """Press each button as the one who wrote the post, and wait until nothing is sent any more."""
    bench.services.control()
    load.press(one.bot.port, one.people, buttons, at_once=PRESSES_AT_ONCE)
    bench.services.settled(0, PATIENCE)


def _measured(bench: Bench, bot: process.Bot, run: Callable[[], Answers], delays: dict[str, int]) -> Figures:
    bench.services.control(**delays)
    bot.stall()
    cpu, began = bot.cpu(), time.monotonic()
    answers = run()
    counts = bench.services.settled(answers.turns, PATIENCE)
    used = bot.cpu() - cpu
    cards = max(1, counts["cards"])
    stall, held = bot.stall()
    until_last_card = max(answers.seconds, counts["last_card"] - began)
    figures = {
        "turns": answers.turns,
        "failed": answers.failed,
        "rate": min(answers.turns / answers.seconds, counts["cards"] / until_last_card),
        "p50_ms": answers.p50_ms,
        "p99_ms": answers.p99_ms,
        "cpu_ms": 1000 * used / cards,
        "cards_missing": max(0, answers.turns - counts["cards"]),
        "calls": (counts["posts"] + counts["updates"]) / cards,
        "connections": counts["connections"] / cards,
        "tokens": counts["tokens"] / cards,
        "card_bytes": counts["card_bytes"] / cards,
        "card_p50_ms": counts["lag_p50_ms"] or 0.0,
        "card_p99_ms": counts["lag_p99_ms"] or 0.0,
        "most_in_flight": counts["most_in_flight"],
        "stall_ms": stall,
        "held_ms": held,
    }
    return {name: float(value) for name, value in figures.items()}
