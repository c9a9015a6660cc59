"""Run the load bench: python -m tests.bench.flood [PART ...] [--quick] [--minutes 10] [--rate 50] [--burst 200] ...

Decides which parts there are, and how much of each is a full run and a quick one. It ends by itself; 1 when a promise
was not kept.
"""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

from tests.bench import process
from tests.bench.flood import parts, replicas
from tests.bench.flood.parts import Sizes
from tests.bench.flood.verdicts import Verdict
from tests.rig.postgres import programs

PARTS: dict[str, Callable[[Sizes], tuple[str, list[Verdict]]]] = {
    "limited": parts.limited,
    "unlimited": parts.unlimited,
    "strangers": parts.beside,
}
REPLICAS = "replicas"
SHARED = "# Replicas\n\nBots, PostgreSQL and load share all cores here.\n"
SHORTER = {"unlimited": 0.5, "strangers": 0.2}
"""How long a part takes, as a share of the first: what grows slowly is seen there."""


def main() -> int:
    """Run the chosen parts one after another, and print a table of each as soon as it is there."""
    options = _options()
    signal.signal(signal.SIGTERM, _ended)
    os.sched_setaffinity(0, {process.LOAD_CORE})
    whole = Sizes(60 * options.minutes, options.rate, options.burst, desks=options.desks)
    if options.quick:
        whole = replace(whole, seconds=20, age=parts.LATE)
    _say(f"# Load, on {os.cpu_count()} cores with Python {platform.python_version()}\n")
    _say(f"{whole.rate:g} posts/s, {whole.burst} more within {whole.within:g} s, on {whole.desks} desks.\n")
    kept = True
    for name in options.parts:
        if name == REPLICAS:
            kept &= _compare(quick=options.quick)
            continue
        share = 1 if options.quick else SHORTER.get(name, 1)
        title, verdicts = PARTS[name](replace(whole, seconds=whole.seconds * share))
        _say(parts.render(title, verdicts))
        kept &= all(one.is_kept for one in verdicts)
    return 0 if kept else 1


def _compare(*, quick: bool) -> bool:
    """Compare one bot with two; return whether each post got its card, True where there is no PostgreSQL."""
    os.sched_setaffinity(0, process.CORES)
    _say(SHARED)
    if programs() is None:
        _say("Not measured: there is no PostgreSQL on this machine.")
        return True
    rounds, seconds = (1, 1.0) if quick else (3, 4.0)
    kept = True
    for desks in replicas.DESKS:
        told, lost = replicas.compared(desks, rounds, seconds)
        _say(told)
        kept &= not lost
    return kept


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.flood", description="Measure the bot under load.")
    parser.add_argument(
        "parts",
        nargs="*",
        choices=(*PARTS, REPLICAS),
        default=(*PARTS, REPLICAS),
        metavar="PART",
        help=f"of {', '.join((*PARTS, REPLICAS))} (all)",
    )
    parser.add_argument("--quick", action="store_true", help="20 seconds a part")
    parser.add_argument("--minutes", type=float, default=10, help="of the first part (10)")
    parser.add_argument("--rate", type=float, default=50, help="posts a second (50)")
    parser.add_argument("--burst", type=int, default=200, help="posts within two seconds (200)")
    parser.add_argument("--desks", type=int, default=20, help="desks, of which the first gets half of the posts (20)")
    return parser.parse_args()


def _ended(_: int, __: FrameType | None) -> None:
    sys.exit(143)  # and not at once, so that all that was started is ended too


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
