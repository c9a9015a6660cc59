"""One bot as seen from outside: started on its core, asked for CPU time, memory and stalls, ended by its id.

Decides how a process is measured. Must not know which bot it is.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.rig.ports import free_port

TICKS = os.sysconf("SC_CLK_TCK")
CORES = frozenset(os.sched_getaffinity(0))
BOT_CORE, LOAD_CORE = sorted(CORES)[:2]


class Stopped(Exception):  # noqa: N818  # it is what the bot did
    """The bot ended by itself, or never answered."""


class Bot:
    """A running bot; its output goes to a file."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, stall: Path, log: Path) -> None:
        """Take a process that has just been started; `stall` is the file that its watch writes."""
        self.port = port
        self.started = time.monotonic()
        self._process = process
        self._stall = stall
        self._log = log

    def cpu(self) -> float:
        """Tell the CPU seconds used so far by the process, its threads and its living children."""
        return sum(cpu_of(pid) for pid in [self._process.pid, *self._children()])

    def memory(self) -> float:
        """Tell the resident memory in MB, children included."""
        pages = 0
        for pid in [self._process.pid, *self._children()]:
            pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stall(self) -> tuple[float, float]:
        """Tell the longest stall of the event loop since the last call, and the most CPU it used in one go, in ms."""
        self._stall.unlink(missing_ok=True)
        self._process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + 10
        while not (self._stall.exists() and (told := self._stall.read_text(encoding="ascii")).endswith("\n")):
            self.check()
            if time.monotonic() > deadline:
                return 10_000.0, 10_000.0
            time.sleep(0.01)
        longest, most_used = told.split()
        return float(longest), float(most_used)

    def share_all_cores(self) -> None:
        """Let it run on any core from now on, with all its threads."""
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), CORES)

    def check(self) -> None:
        """Raise Stopped with the end of its output when it has ended."""
        if self._process.poll() is not None:
            raise Stopped(f"exit {self._process.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        """Give the end of its output."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def _children(self) -> list[int]:
        with contextlib.suppress(OSError):
            listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii")
            return [int(pid) for pid in listed.split()]
        return []


@contextlib.contextmanager
def running(command: list[str], env: Mapping[str, str], folder: Path) -> Iterator[Bot]:
    """Run a bot on its core with a free port in $PORT; end it by its id, kindly first."""
    port = free_port()
    stall, log = folder / "stall", folder / "bot.log"
    whole = _inherited() | dict(env) | {"PORT": str(port), "HOST": "127.0.0.1", "BENCH_STALL": str(stall)}
    whole |= {"HOTSEAT_OPS": "off"}
    with log.open("wb") as output:
        process = subprocess.Popen(  # the commands are ours
            ["taskset", "-c", str(BOT_CORE), *command],
            env=whole,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Bot(process, port, stall, log)
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a child: SIGTERM, and SIGKILL after five seconds."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _inherited() -> dict[str, str]:
    """Keep the environment but for what would make a start slower than a user's, or leak a real registration."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "MicrosoftApp", "HOTSEAT_", "SLACK_", "JIRA_", "GITHUB_", "BUGSNAG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def cpu_of(pid: int) -> float:
    """Tell the CPU seconds of a process, those of its ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(field) for field in fields[11:15])
    return (user + system + ended_user + ended_system) / TICKS
