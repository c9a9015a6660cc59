"""One bot and two, on PostgreSQL and on SQLite, beside each other in one run.

Decides how throughput is compared: closed loops by turns, in rounds, so that the machine's moods fall on all alike. The
bots, PostgreSQL and the load share all cores here: two replicas have no more machine than one, so what is seen is the
price of sharing, and no gain. Must not know how the journal works. PostgreSQL writes durably (fsync), as SQLite does.
"""

import asyncio
import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import load, process, world
from tests.bench.flood import town
from tests.bench.flood.parts import Place, place, running
from tests.bench.flood.verdicts import table
from tests.bench.load import Answers, Button
from tests.rig import postgres

DESKS = (1, 200)
AT_ONCE = 16
PATIENCE = 30.0
PRESSES_AT_ONCE = 8
DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Peer:
    """What is compared: its name, its bots, and the process of PostgreSQL, None where there is none."""

    name: str
    bots: tuple[process.Bot, ...]
    server: int | None = None

    def cpu(self) -> float:
        """Tell the CPU seconds of all bots."""
        return sum(bot.cpu() for bot in self.bots)


def compared(desks: int, rounds: int, seconds: float) -> tuple[str, float]:
    """Measure all peers with so many desks, round by round; return the table of medians, and how many cards lacked."""
    found: dict[str, list[Figures]] = {}
    with place() as where, ExitStack() as stack:
        _write_posts(where, desks)
        peers = list(_peers(where, desks, stack))
        for number in range(rounds + 1):  # the first is not counted
            for peer in peers:
                figures = _turn(where, peer, desks, seconds)
                if number:
                    found.setdefault(peer.name, []).append(figures)
    medians = {name: {key: median(one[key] for one in some) for key in some[0]} for name, some in found.items()}
    first = next(iter(medians.values()))
    rows = [
        (
            name,
            f"{one['rate']:,.0f}",
            f"{one['rate'] / first['rate']:.2f}",
            f"{one['cpu']:.2f}",
            f"{one['server']:.2f}",
            f"{one['p50']:.1f} / {one['p99']:.1f}",
            f"{one['missing']:.0f}",
        )
        for name, one in medians.items()
    ]
    titles = ("bots", "turns/s", "of SQLite", "CPU ms a turn", "PostgreSQL's", "p50 / p99 ms", "lost")
    heading = f"## {desks} desk{'s' if desks > 1 else ''}, {AT_ONCE} at once, medians of {rounds} rounds"
    lost = sum(one["missing"] for some in found.values() for one in some)
    return f"{heading}\n\n{table(titles, rows)}\n", lost


def _peers(where: Place, desks: int, stack: ExitStack) -> Iterator[Peer]:
    files = where.folder / "sqlite" / "data"
    files.mkdir(parents=True)
    asyncio.run(town.found(f"sqlite:///{files / 'journal.sqlite'}", desks))
    alone = stack.enter_context(running(where, "sqlite", HOTSEAT_DATA=str(files)))
    yield Peer("one on SQLite", (_unpinned(alone),))
    server = stack.enter_context(postgres.server(*DURABLE))
    for number, name in ((1, "one on PostgreSQL"), (2, "two on PostgreSQL")):
        database = stack.enter_context(server.database())
        asyncio.run(town.found(database, desks))
        bots = []
        for replica in range(number):
            data = where.folder / f"replica-{number}-{replica}" / "data"
            data.mkdir(parents=True)
            settings = {"HOTSEAT_DATABASE_URL": database, "HOTSEAT_DATA": str(data)}
            bots.append(_unpinned(stack.enter_context(running(where, data.parent.name, **settings))))
        yield Peer(name, tuple(bots), server.process)


def _unpinned(bot: process.Bot) -> process.Bot:
    bot.share_all_cores()
    return bot


def _write_posts(where: Place, desks: int) -> None:
    """Write the post that wrk sends: to the one desk, or to all but the first, whose channel has no number, in turn."""
    channel = world.CHANNEL if desks == 1 else town.channel("@DESK@")
    post = json.dumps(world.post(where.services.connector, channel))
    folder = where.folder / "desks"
    folder.mkdir()
    (folder / "post.json").write_text(post, encoding="utf-8")
    for name in ("token", "offset"):
        shutil.copy(where.folder / name, folder / name)


def _turn(where: Place, peer: Peer, desks: int, seconds: float) -> Figures:
    """Measure one closed loop, shared out to the peer's bots, until the last card; then let all be solved."""
    where.services.control()
    used, served, began = peer.cpu(), _family(peer.server), time.time()
    answers = _loops(where, peer, desks, seconds)
    turns = sum(one.turns for one in answers)
    cards, last = _cards(where, turns)
    if not cards:
        raise process.Stopped(f"{peer.name}: no card came of {turns} turns")
    figures = {
        "rate": len(cards) / (last - began),
        "cpu": 1000 * (peer.cpu() - used) / len(cards),
        "server": 1000 * (_family(peer.server) - served) / len(cards),
        "p50": max(one.p50_ms for one in answers),
        "p99": max(one.p99_ms for one in answers),
        "missing": max(0.0, turns - len(cards)) + sum(one.failed for one in answers),
    }
    for number, bot in enumerate(peer.bots):
        bot.check()
        _solve(where, bot, cards[number :: len(peer.bots)])
    where.services.settled(0, PATIENCE)
    return figures


def _loops(where: Place, peer: Peer, desks: int, seconds: float) -> list[Answers]:
    many = len(peer.bots)
    with ThreadPoolExecutor(many) as pool:
        some = [
            pool.submit(
                load.loop,
                bot.port,
                where.folder / "desks",
                at_once=AT_ONCE // many,
                seconds=seconds,
                more=(many, number, max(1, desks - 1)),
            )
            for number, bot in enumerate(peer.bots)
        ]
        return [one.result() for one in some]


def _cards(where: Place, turns: int) -> tuple[list[tuple[str, Button]], float]:
    """Wait for a card to each post; return each one's channel and button, and when the last came."""
    until = time.monotonic() + PATIENCE
    found: dict[str, tuple[str, Button]] = {}
    last = 0.0
    while len(found) < turns and time.monotonic() < until:
        where.services.settled(0, PATIENCE)
        for at, method, conversation, card, request, desk, _, can_solve in _calls(where):
            channel, _, root = conversation.partition(";messageid=")
            if method == "POST" and can_solve and root and conversation not in found:
                found[conversation] = channel, Button(root, request, desk, card)
                last = float(at)
    return list(found.values()), last


def _solve(where: Place, bot: process.Bot, buttons: list[tuple[str, Button]]) -> None:
    by_channel: dict[str, list[Button]] = {}
    for channel, button in buttons:
        by_channel.setdefault(channel, []).append(button)
    for channel, some in by_channel.items():
        people = load.People(where.folder, channel)
        load.press(bot.port, people, some, at_once=min(PRESSES_AT_ONCE, len(some)))


def _calls(where: Place) -> list[list[str]]:
    with urllib.request.urlopen(f"{where.services.entra}/calls?since=0", timeout=30) as answer:  # noqa: S310
        calls: list[list[str]] = json.load(answer)
        return calls


def _family(pid: int | None) -> float:
    """Tell the CPU seconds of PostgreSQL: its own, those of its workers, and of those that have ended."""
    if pid is None:
        return 0.0
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return sum(process.cpu_of(one) for one in (pid, *map(int, listed)))
