"""The bot's processes: started, killed by their ids, held still and let go; and by which plan.

A replica that has died is started again at once, with the point at which it dies next. Decides nothing about traffic.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.rig.process import SETTINGS

ROOT = Path(__file__).parents[2]
FOREIGN = (*SETTINGS, "PROVE")
ANYWHERE, STARTING = "anywhere", "while starting"


@dataclass(frozen=True, slots=True)
class Kill:
    """One death: once so many posts are accepted; at a named point, when that is passed the n-th time, or anywhere.

    ``wait`` is in seconds: from there for a kill anywhere; one while starting follows the death before it so soon.
    """

    accepted: int
    point: str
    passing: int = 0
    wait: float = 0.0

    @property
    def armed(self) -> str:
        """What the process is told, "" if nothing."""
        return f"{self.point}:{self.passing}" if self.passing else ""


def kills(random: Random, count: int, posts: int, *, points: tuple[str, ...]) -> list[Kill]:
    """Plan so many deaths, evenly over the posts: half at each of the points in turn, half anywhere."""
    apart = posts / (count + 1)
    named = [points[number % len(points)] for number in range(count // 2)] if points else []
    kinds = [*named, *([ANYWHERE] * (count - len(named)))]
    random.shuffle(kinds)
    planned = []
    for number, kind in enumerate(kinds):
        accepted = int(apart * (number + random.uniform(0.6, 1.0)))
        if kind == ANYWHERE:
            starting = random.random() < 0.2
            wait = random.uniform(0, 1.5 if starting else 0.3)
            planned.append(Kill(accepted, STARTING if starting else ANYWHERE, wait=wait))
        else:
            often = 2 if kind.endswith("thread") else max(int(apart / 4), 1)
            planned.append(Kill(accepted, kind, passing=random.randint(1, often)))
    return planned


class Replica:
    """One process of the bot, on a port of its own; what it logs is appended to ``log``."""

    def __init__(self, module: str, port: int, settings: Mapping[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self.ended = asyncio.Event()
        self.is_held = self.is_up = False
        self._module = module
        self._settings = {**settings, "PORT": str(port), "HOST": "127.0.0.1"}
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def code(self) -> int | None:
        """How it ended, None while it runs."""
        return None if self._process is None else self._process.returncode

    async def start(self, armed: str = "") -> None:
        """Start it; ``armed`` names where it dies."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        environment |= self._settings | {"PROVE_POINT": armed}
        self.ended = asyncio.Event()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, env=environment, cwd=ROOT, stdout=log, stderr=log
            )
        self._watch = asyncio.create_task(self._wait(self._process, self.ended))

    async def kill(self) -> None:
        """Kill it, as a power cut does, and wait until it is gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end, and return how it did."""
        await self._end(signal.SIGTERM)
        assert self.code is not None
        return self.code

    def pause(self) -> None:
        """Let it stand still."""
        self.is_held = True
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.is_held = False
        self._signal(signal.SIGCONT)

    async def _end(self, how: signal.Signals) -> None:
        self._signal(how)
        await self.ended.wait()

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(which)

    async def _wait(self, process: asyncio.subprocess.Process, ended: asyncio.Event) -> None:
        await process.wait()
        self.is_up = False
        ended.set()
