"""Run the proof: ``python -m tests.prove [--requests N] [--kills N] [--seed N] [--desks N] [--rate N] [--keep FOLDER]``.

Prints the figures; ends with 1 where the checker finds a violation.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.prove.run import Plan, prove
from tests.prove.table import rendered


def main() -> int:
    """Prove, print, and say whether it holds."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="prove-", ignore_cleanup_errors=True) as folder:
        plan = Plan(
            "SQLite, one replica",
            options.seed,
            options.requests,
            options.kills,
            desks=options.desks,
            rate=options.rate,
        )
        proved = asyncio.run(prove(plan, Path(options.keep or folder), _say))
    sys.stdout.write(f"{rendered(proved)}\n")
    return 1 if proved.verdict.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.prove", description="Try what the bot promises, while it is killed.")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--requests", type=int, default=10_000, help="posts in the desks' channels (10,000)")
    parser.add_argument("--kills", type=int, default=100, help="times that a bot is killed (100)")
    parser.add_argument("--desks", type=int, default=40, help="desks (40)")
    parser.add_argument("--rate", type=float, default=20.0, help="posts a second (20)")
    parser.add_argument("--keep", default="", help="an empty folder for the bot's data and log, to be kept")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
