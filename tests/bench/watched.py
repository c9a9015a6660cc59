"""Run a program with a watch on its event loop: python watched.py (-m MODULE | PATH) ARGUMENTS.

Decides what a stall is: how much later than asked for the loop comes back to a timer that is due every 5 ms; and what
of a stall is the program's own doing: the most CPU time that the loop's thread used between two such looks. Changes
nothing in the program; on SIGUSR1 it writes both since the last time, in ms, to $BENCH_STALL.
"""

import asyncio
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

PERIOD = 0.005


class Watch:
    """The timer on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Bind the watch to its loop."""
        self._loop = loop
        self._due = loop.time()
        self._longest = 0.0
        self._used = 0.0
        self._most_used = 0.0

    def start(self) -> None:
        """Begin to look, and answer to the signal."""
        self._due = self._loop.time()
        self._used = time.thread_time()
        self._loop.add_signal_handler(signal.SIGUSR1, self._tell)
        self._look()

    def _look(self) -> None:
        now = self._loop.time()
        self._longest = max(self._longest, now - self._due)
        used = time.thread_time()
        self._most_used = max(self._most_used, used - self._used)
        self._used = used
        self._due = now + PERIOD
        self._loop.call_at(self._due, self._look)

    def _tell(self) -> None:
        Path(os.environ["BENCH_STALL"]).write_text(
            f"{self._longest * 1000:.1f} {self._most_used * 1000:.1f}\n", encoding="ascii"
        )
        self._longest = self._most_used = 0.0


class WatchedPolicy(asyncio.DefaultEventLoopPolicy):
    """Loops as always, each with a watch that starts with it."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Make a loop."""
        loop = super().new_event_loop()
        if threading.current_thread() is threading.main_thread():
            loop.call_soon(Watch(loop).start)
        return loop


if __name__ == "__main__":
    asyncio.set_event_loop_policy(WatchedPolicy())
    sys.path[0] = str(Path.cwd())
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
