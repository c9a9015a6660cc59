"""The bot as a child process: seeded through its own command line, started, started again when it dies, and stopped.

Knows the bot only by its commands, its environment and the file of its rota, as an operator does.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

import aiohttp

from bot.sandbox import cast
from bot.sandbox.github import API as GITHUB
from bot.sandbox.repository import BRANCH, OWNER, PATH, REPO

PATIENCE, GRACE, PAUSE = 30.0, 10.0, 1.0
MOST_ENDS, SOON = 4, 60.0  # so many ends within so many seconds, and the bot is not started again
PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "HOTSEAT_LOG", "HOTSEAT_ENCODER")
PASSED_ON_FAMILIES = ("LC_", "PYTHON")
DESK = "backend"
OURS = ("--desk", DESK)  # people may set up another beside it
EMPTY = "empty"  # a file of the data folder: it began without a desk
SOURCES = Path(__file__).parents[2]


class BotFailed(Exception):  # noqa: N818 - said to whoever started it
    """The bot could not be seeded or started; its text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bot runs: its data folder and the ports of both; ``empty`` asks for no desk to begin with."""

    data: Path
    bot_port: int
    sandbox_port: int
    empty: bool = False

    def rota(self) -> cast.Rota | None:
        """Read the rota as the bot wrote it; None where nothing is there to be read, since people may edit it."""
        try:
            return cast.Rota.from_file(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    @property
    def file(self) -> Path:
        """Where the bot writes its rota."""
        return self.data / "rota" / f"{DESK}.json"

    def environment(self) -> dict[str, str]:
        """Give the bot's environment: local mode, the sandbox's clock, and no other setting of whoever started us."""
        admin = cast.player("farid")
        assert admin is not None
        passed_on = {
            name: value
            for name, value in os.environ.items()
            if name in PASSED_ON or name.startswith(PASSED_ON_FAMILIES)
        }
        return {
            **passed_on,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(SOURCES), os.environ.get("PYTHONPATH")))),
            "PORT": str(self.bot_port),
            "HOTSEAT_DATA": str(self.data),
            "HOTSEAT_OPS": os.environ.get("HOTSEAT_OPS", "off"),  # several sandboxes may run here
            "HOTSEAT_CLOCK": f"http://127.0.0.1:{self.sandbox_port}/clock",
            "HOTSEAT_ADMINS": admin.object_id,
            "GRAPH_URL": f"http://127.0.0.1:{self.sandbox_port}",
            "SLACK_BOT_TOKEN": cast.SLACK_TOKEN,
            "SLACK_API_URL": f"http://127.0.0.1:{self.sandbox_port}/slack/api/",
            "SLACK_SIGNING_SECRET": cast.SLACK_SECRET,
            "SLACK_CHANNEL": cast.SLACK.id,
            "SLACK_BUGSNAG_IDS": cast.BUGSNAG_BOT,
            "BUGSNAG_WEBHOOK_SECRET": cast.BUGSNAG_SECRET,
            "JIRA_URL": f"http://127.0.0.1:{self.sandbox_port}",
            "JIRA_EMAIL": cast.JIRA_EMAIL,
            "JIRA_API_TOKEN": cast.JIRA_TOKEN,
            "JIRA_PROJECT": cast.EDGE,
            "JIRA_WEBHOOK_SECRET": cast.JIRA_SECRET,
            "GITHUB_API_URL": f"http://127.0.0.1:{self.sandbox_port}{GITHUB}",
            "GITHUB_TOKEN": cast.GITHUB_TOKEN,
            "HANDBOOK": f"{OWNER}/{REPO}/{PATH}@{BRANCH}",
        }


class Bot:
    """The one bot of the sandbox, within ``start`` and ``stop``."""

    def __init__(
        self, place: Place, session: aiohttp.ClientSession, say: Callable[[str], None], warn: Callable[[str], None]
    ) -> None:
        """Run at ``place``; ``say`` and ``warn`` tell people what became of it."""
        self._place = place
        self._session = session
        self._say = say
        self._warn = warn
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers; raises BotFailed when it dies or stays silent."""
        process = self._process = await _run(self._place, "serve")
        address = f"http://127.0.0.1:{self._place.bot_port}/livez"
        try:
            async with asyncio.timeout(PATIENCE):
                while process.returncode is None:
                    try:
                        async with self._session.get(address) as answer:
                            await answer.read()
                            return
                    except aiohttp.ClientError:
                        await asyncio.sleep(0.1)
        except TimeoutError:
            message = f"The bot did not answer at {address} within {PATIENCE:.0f} s."
            raise BotFailed(message) from None
        message = f"The bot ended at once, with exit code {process.returncode}. Its own words are above."
        raise BotFailed(message)

    async def keep(self) -> NoReturn:
        """Start it again whenever it ends by itself; raises BotFailed when that happens too often."""
        ends: deque[float] = deque(maxlen=MOST_ENDS)
        while True:
            assert self._process is not None
            code = await self._process.wait()
            ends.append(asyncio.get_running_loop().time())
            if len(ends) == MOST_ENDS and ends[-1] - ends[0] < SOON:
                message = (
                    f"The bot ended by itself {MOST_ENDS} times within a minute, the last time with exit code {code}. "
                    "Its own words are above."
                )
                raise BotFailed(message)
            self._warn(f"The bot ended by itself, with exit code {code}, and is started again.")
            await asyncio.sleep(PAUSE)
            await self.start()
            self._say("The bot is back. What was underway goes on.")

    async def stop(self) -> None:
        """Ask it to end, and after ten seconds end it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(GRACE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def seed(place: Place, today: date) -> cast.Rota:
    """Make the desk, its people and their shifts where they are missing; return the rota there is.

    In a folder that began empty nothing is made: people set it up themselves.
    """
    if _begins_empty(place):
        return cast.Rota()
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    backend, team = cast.CHANNELS
    rota: cast.Rota | None = cast.Rota()
    if place.file.exists():
        rota = place.rota()
    else:
        desk = ("--tenant", cast.TENANT, "--team", cast.TEAM_GROUP, "--channel", backend.id, "--name", DESK)
        await _command(place, "desk", "add", *desk, "--team-channel", team.id)
    if rota is None:
        return cast.Rota()
    missing = rota.missing(today)
    if not rota.shifts:
        await _import(place, "people", cast.people_csv(today))
    if missing.shifts:
        await _import(place, "shifts", missing.to_csv())
    return cast.Rota(rota.shifts + missing.shifts)


async def plan_vacation(place: Place, today: date) -> None:
    """Let somebody plan an absence, which the running bot announces."""
    if not _begins_empty(place):
        who, calendar = cast.vacation_ics(today)
        file = place.data / "vacation.ics"
        file.write_text(calendar, encoding="utf-8", newline="")
        await _command(place, "absences", "import", str(file), "--who", who, *OURS)


async def follow_rota(place: Place, take: Callable[[cast.Rota], None]) -> NoReturn:
    """Tell of the rota whenever the bot has written it: people pick teams, swap and stand in while it runs."""
    seen: cast.Rota | None = None
    while True:
        rota = place.rota()
        if rota is not None and rota != seen:
            take(rota)
            seen = rota
        await asyncio.sleep(PAUSE)


def _begins_empty(place: Place) -> bool:
    """Say whether the folder is one without a desk of ours; raises BotFailed where it is to be, and is not."""
    mark = place.data / EMPTY
    if place.empty and not mark.exists():
        if place.data.exists() and any(place.data.iterdir()):
            message = f"{place.data} is not empty. Delete it, or give --data another folder."
            raise BotFailed(message)
        place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch()
    return mark.exists()


async def claim_port(place: Place) -> None:
    """Make sure that nobody else answers where the bot will listen; raises BotFailed."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", place.bot_port)
        writer.close()
        message = f"Something listens on 127.0.0.1:{place.bot_port} already. Stop it, or give --bot-port another."
        raise BotFailed(message)


async def _import(place: Place, what: str, sheet: str) -> None:
    file = place.data / f"{what}.csv"
    file.write_text(sheet, encoding="utf-8")
    await _command(place, what, "import", str(file), *OURS)


async def _command(place: Place, *words: str) -> str:
    process = await _run(place, *words, pipe=asyncio.subprocess.PIPE)
    try:
        said, complaint = await process.communicate()
    finally:
        if process.returncode is None:  # whoever ends leaves nothing behind that holds the folder
            process.kill()
            await process.wait()
    if process.returncode:
        message = f"`hotseat {' '.join(words[:2])}` failed ({process.returncode}): {complaint.decode(errors='replace')}"
        raise BotFailed(message)
    return said.decode()


async def _run(place: Place, *words: str, pipe: int | None = None) -> asyncio.subprocess.Process:
    """Run a command of the bot in the data folder, where no `.env` of somebody's lies, and out of Ctrl-C's reach."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=place.environment(),
        cwd=place.data,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
