"""The worker: reads one task from its standard input, writes what comes of it to its standard output, and ends.

What it reads and writes is pickled, for both ends are this very program and the pipe is nobody else's. An answer is
the length of what follows in eight bytes, and a pair: whether it is a result, a failure in words, or the end.
"""

import os
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

from bot.solver.tasks import DONE, FAILED, RESULT, TASKS, framed

KINDNESS = 10  # so that the bot goes first where there are few cores


def main() -> int:
    """Do one task."""
    os.nice(KINDNESS)
    # Only results may reach the pipe, and HiGHS greets everybody: what libraries print is for nobody.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers, Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())

        def say(kind: str, value: Any) -> None:
            answers.write(framed(kind, value))
            answers.flush()

        name, argument = pickle.load(sys.stdin.buffer)  # noqa: S301 - from this very program
        try:
            for result in TASKS[name](argument):
                say(RESULT, result)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear of it
            traceback.print_exc()
            say(FAILED, f"{type(error).__name__}: {error}")
            return 1
        say(DONE, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
