"""The bot as a child process: seeded through its own command line, started, watched, and stopped.

Knows the bot only by its commands and its environment, as an operator does.
"""

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import aiohttp

from bot.sandbox import cast

PATIENCE, GRACE = 30.0, 10.0
SETTINGS = (
    "MicrosoftAppId",
    "MicrosoftAppPassword",
    "MicrosoftAppTenantId",
    "HOTSEAT_DATABASE_URL",
    "HOTSEAT_TENANTS",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "JIRA_URL",
)


class BotFailed(Exception):  # noqa: N818 - said to whoever started it
    """The bot could not be seeded or started; its text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bot runs: its data folder and the ports of both."""

    data: Path
    bot_port: int
    sandbox_port: int
    ops_port: int

    def environment(self) -> dict[str, str]:
        """Give the bot's environment: local mode, no outside services, the sandbox's clock."""
        admin = cast.player("farid")
        assert admin is not None
        kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return {
            **kept,
            "MicrosoftAppId": "",
            "HOST": "127.0.0.1",
            "PORT": str(self.bot_port),
            "HOTSEAT_DATA": str(self.data),
            "HOTSEAT_OPS": f"127.0.0.1:{self.ops_port}",
            "HOTSEAT_CLOCK": f"http://127.0.0.1:{self.sandbox_port}/clock",
            "HOTSEAT_ADMINS": admin.object_id,
        }


async def seed(place: Place, today: date) -> None:
    """Make the desk, its people and this and the next iteration's shifts; what is there already is kept."""
    place.data.mkdir(parents=True, exist_ok=True)
    done = place.data / "seeded"
    iteration = cast.iteration_start(today).isoformat()
    seeded = done.read_text(encoding="utf-8").strip() if done.is_file() else ""
    if seeded == iteration:
        return
    people, shifts = place.data / "people.csv", place.data / "shifts.csv"
    people.write_text(cast.people_csv(), encoding="utf-8")
    shifts.write_text(cast.shifts_csv(today), encoding="utf-8")
    if not seeded:
        backend, team = cast.CHANNELS
        desk = ("--tenant", cast.TENANT, "--team", cast.TEAM_GROUP, "--channel", backend.id, "--name", "backend")
        if not (place.data / "rota" / "backend.json").exists():
            await _command(place, "desk", "add", *desk, "--team-channel", team.id)
        await _command(place, "people", "import", str(people))
    await _command(place, "shifts", "import", str(shifts))
    done.write_text(iteration, encoding="utf-8")


async def claim_port(place: Place) -> None:
    """Make sure that nobody else answers where the bot will listen; raises BotFailed."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", place.bot_port)
        writer.close()
        message = f"Something listens on 127.0.0.1:{place.bot_port} already. Stop it, or give --bot-port another."
        raise BotFailed(message)


async def start(place: Place, session: aiohttp.ClientSession) -> asyncio.subprocess.Process:
    """Start the bot and wait until it answers; raises BotFailed when it dies or stays silent."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=place.environment(), start_new_session=True
    )
    address = f"http://127.0.0.1:{place.bot_port}/livez"
    try:
        async with asyncio.timeout(PATIENCE):
            while process.returncode is None:
                try:
                    async with session.get(address) as answer:
                        await answer.read()
                        return process
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
    except TimeoutError:
        await stop(process)
        message = f"The bot did not answer at {address} within {PATIENCE:.0f} s."
        raise BotFailed(message) from None
    message = f"The bot ended at once, with exit code {process.returncode}. Its own words are above."
    raise BotFailed(message)


async def stop(process: asyncio.subprocess.Process) -> None:
    """Ask the bot to end, and after ten seconds end it."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _command(place: Place, *words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=place.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        message = f"`hotseat {' '.join(words[:2])}` failed ({process.returncode}): {said.decode(errors='replace')}"
        raise BotFailed(message)
