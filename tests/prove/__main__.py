"""Run the proof: ``python -m tests.prove``; `--help` says what can be chosen.

First one replica on SQLite, then two on PostgreSQL of which one is held still for a minute, then a naive bot, which
must be caught. Prints the figures; ends with 1 where the checker finds a violation, a bot complained in its log or
ended by itself, or nothing is found in the naive one.
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.prove.run import NAIVE, Plan, Proved, prove
from tests.prove.table import rendered
from tests.rig import postgres

PARTS = ("sqlite", "postgres", "naive")


def main() -> int:
    """Prove, print, and say whether it holds."""
    options = _options()
    broken = 0
    for part in options.part or PARTS:
        if part == "postgres" and postgres.programs() is None:
            _say(f"two replicas are not proved: {postgres.REASON}")
            broken += 1
            continue
        proved = _proved(_plan(part, options), options.keep)
        sys.stdout.write(f"{rendered(proved)}\n\n")
        sys.stdout.flush()
        broken += not proved.verdict.violations if part == "naive" else not _holds(proved)
    return 1 if broken else 0


def _holds(proved: Proved) -> bool:
    """Say whether nothing is wrong: neither in the ledger nor with the bot, which may die by our hand alone."""
    return not (proved.verdict.violations or proved.errors or any(proved.codes) or proved.kills["by itself"])


def _plan(part: str, options: argparse.Namespace) -> Plan:
    scale, seed = options.scale, options.seed
    if part == "naive":
        return Plan("a naive bot", seed, int(500 * scale), int(20 * scale), rate=options.rate, module=NAIVE)
    if part == "postgres":
        sizes = (int(6_000 * scale), int(100 * scale))
        two = {"replicas": 2, "pause": options.pause}  # a turn takes longer there, and steps fall due apart
        return Plan("PostgreSQL, two replicas", seed, *sizes, rate=options.rate, speed=10.0, **two)
    return Plan("SQLite, one replica", seed, int(10_000 * scale), int(100 * scale), rate=options.rate)


def _proved(plan: Plan, keep: str) -> Proved:
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="prove-", ignore_cleanup_errors=True))
        folder = Path(keep or temporary) / plan.module.rpartition(".")[2] / str(plan.replicas)
        folder.mkdir(parents=True)
        database = ""
        if plan.replicas > 1:
            server = stack.enter_context(postgres.server())
            database = stack.enter_context(server.database())
        return asyncio.run(prove(plan, folder, _say, database=database))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.prove", description="Try what the bot promises, while it is killed.")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the requests and kills (1)")
    parser.add_argument("--rate", type=float, default=36.0, help="posts a second (36)")
    parser.add_argument("--pause", type=float, default=60.0, help="seconds for which a replica is held still (60)")
    parser.add_argument("--keep", default="", help="an empty folder for the bots' data and logs")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
