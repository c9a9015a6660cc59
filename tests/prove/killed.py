"""``python -m tests.prove.killed``: the bot, killed like a power cut when it comes to a point for the n-th time.

PROVE_POINT is POINT:N, one of ``tests.desk.crashing.POINTS``; empty leaves the bot alone.
"""

import os
import signal
import sys

from bot.__main__ import main
from tests.desk.crashing import install

POINT, _, PASSING = os.environ.pop("PROVE_POINT", "").partition(":")
left = int(PASSING or 0)


def die(point: str) -> None:
    """Die here, if this is the point and the passing."""
    global left  # noqa: PLW0603 - a process has one death
    if point == POINT:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    install(die)
    sys.argv = ["hotseat", "serve"]
    main()
