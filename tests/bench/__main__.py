"""Run the bench: python -m tests.bench [--quick] [--peer NAME ...].

Decides the order: every peer once before the first round (it must answer, and its modules get compiled), then rounds
in which all run beside each other at 16 at once and then each has its turn, so that the machine's moods fall on all
alike. It ends by itself, and shows what it has by then.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from tests.bench import cells, keys, process
from tests.bench.cells import Bench, Figures
from tests.bench.peers import AGENTS_PYTHON, PEERS, PRODUCT, Peer, product
from tests.bench.remote import Remote
from tests.bench.table import LONG, SHORT, Results, Round, plain, render

REPORT = Path("build/bench.json")
HISTORIES = {SHORT: 100, LONG: 100_000}
LONGEST = 19 * 60
LONGEST_QUICK = 4 * 60
FAILURES = (process.Stopped, RuntimeError, OSError, subprocess.SubprocessError)


class OutOfTime(Exception):  # noqa: N818  # what is measured by then is shown
    """The run has taken as long as it may."""


def main() -> int:
    """Measure, print the tables, write build/bench.json; 1 when a peer failed."""
    options = _options()
    signal.signal(signal.SIGTERM, _ended)
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(LONGEST_QUICK if options.quick else LONGEST)
    os.sched_setaffinity(0, {process.LOAD_CORE})
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        signing = keys.make(folder)
        with Remote.running(AGENTS_PYTHON, folder) as services:
            signing.write_activities(services.connector)
            bench = Bench(folder, services, seconds=1 if options.quick else 2, bursts=1 if options.quick else 3)
            chosen = [peer for peer in PEERS if _wanted(peer, options)]
            results, broken = _measure(bench, chosen, 1 if options.quick else options.rounds)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(plain(results), indent=1), encoding="utf-8")
    sys.stdout.write(f"{render(results)}\n")
    for peer, reason in broken.items():
        _say(f"{peer} was not measured to its end: {reason}")
    return 1 if broken else 0


def _measure(bench: Bench, peers: list[Peer], rounds: int) -> tuple[Results, dict[str, str]]:
    folders: dict[str, Path] = {}
    broken: dict[str, str] = {}
    done: list[Round] = []
    try:
        _prepare(bench, peers, folders, broken)
        for number in range(rounds):
            _say(f"round {number + 1} of {rounds}")
            done.append({})
            _round(bench, [peer for peer in peers if peer.name not in broken], folders, (done[-1], broken))
    except OutOfTime:
        broken["the rest"] = "out of time"
    signal.alarm(0)
    return Results(done, HISTORIES), broken


def _prepare(bench: Bench, peers: list[Peer], folders: dict[str, Path], broken: dict[str, str]) -> None:
    for peer in peers:
        try:
            folders.update(_folders(bench, peer))
            cells.warm(bench, peer, folders.get(peer.name))
            if peer is PRODUCT:
                bench.services.keep_card()
        except FAILURES as error:
            broken[peer.name] = str(error)


def _round(bench: Bench, peers: list[Peer], folders: dict[str, Path], into: tuple[Round, dict[str, str]]) -> None:
    one, broken = into
    _say("  16 at once, beside each other")
    try:
        together = cells.beside(bench, {peer: folders.get(peer.name) for peer in peers if not peer.slow})
        one |= {name: {"c16": figures} for name, figures in together.items()}
    except FAILURES as error:
        broken["16 at once"] = str(error)
    for peer in peers:
        _say(f"  {peer.title}")
        try:
            one.setdefault(peer.name, {}).update(_one(bench, peer, folders))
        except FAILURES as error:
            broken[peer.name] = str(error)


def _folders(bench: Bench, peer: Peer) -> dict[str, Path]:
    """Make the data that a peer starts on: none, or a desk, and that desk with histories."""
    if peer.prepare is None:
        return {}
    folders = {peer.name: bench.folder / "desk" / "data"}
    peer.prepare(folders[peer.name])
    if peer is PRODUCT:
        for label, count in HISTORIES.items():
            folders[label] = bench.folder / label.replace(" ", "-") / "data"
            shutil.copytree(folders[peer.name], folders[label])
            product.fill(folders[label], count)
    return folders


def _one(bench: Bench, peer: Peer, folders: dict[str, Path]) -> dict[str, Figures]:
    data = folders.get(peer.name)
    found = cells.whole(bench, peer, data) | cells.slow_entra(bench, peer, data)
    for label in (SHORT, LONG) if peer is PRODUCT else ():
        found |= cells.history(bench, peer, folders[label], label)
    return found


def _wanted(peer: Peer, options: argparse.Namespace) -> bool:
    return peer.name in options.peer if options.peer else not (options.quick and peer.slow)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measure the bot beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one round, short cells, no slow peer")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (3)")
    parser.add_argument("--peer", action="append", choices=[peer.name for peer in PEERS], help="only this one")
    return parser.parse_args()


def _out_of_time(_: int, __: FrameType | None) -> None:
    raise OutOfTime


def _ended(_: int, __: FrameType | None) -> None:
    sys.exit(143)  # and not at once, so that all that was started is ended too


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
