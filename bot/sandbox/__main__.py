"""Start the sandbox: `python -m bot.sandbox`. The one place that reads real time and joins service and bot."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click

from bot.sandbox import archive, bot, cast
from bot.sandbox.clock import ZONE
from bot.sandbox.page import missing_files
from bot.sandbox.service import Sandbox, build, listen
from bot.sandbox.story import PACE

ARCHIVE = "world.json"
BETWEEN_SAVES = 5.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", default=3979, show_default=True, help="Where the page and the Teams service listen.")
@click.option("--bot-port", default=3978, show_default=True, help="Where the bot listens.")
@click.option(
    "--data",
    default="./data/sandbox",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="What both remember; delete it to begin anew.",
)
@click.option(
    "--at",
    metavar="TIME",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="Set the clock, such as 2026-11-26T10:00 (Berlin).",
)
@click.option("--pace", default=PACE, show_default=True, help="Seconds between two steps of *Play a day*.")
@click.option(
    "--empty", is_flag=True, help="Begin without a desk and people, to set them up in it; Farid is the admin."
)
@click.option("--no-bot", is_flag=True, help="Run only the service; the bot is started by someone else.")
def main(
    port: int,
    bot_port: int,
    data: Path,
    at: datetime | None,
    pace: float,
    empty: bool,  # noqa: FBT001 - click's form
    no_bot: bool,  # noqa: FBT001 - click's form
) -> None:
    """Run a Teams, a Slack, a Jira and a GitHub of our own on 127.0.0.1, with a web page, and the bot in them."""
    place = None if no_bot else bot.Place(data.resolve(), bot_port, port, empty)
    try:
        asyncio.run(_run(port, bot_port, at, pace, place))
    except (bot.BotFailed, OSError) as failure:
        raise click.ClickException(str(failure)) from failure


async def _run(port: int, bot_port: int, at: datetime | None, pace: float, place: bot.Place | None) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        address = f"http://127.0.0.1:{bot_port}/api/messages"
        sandbox = build(session, port, address, lambda: datetime.now(UTC), pace=pace)
        if place is not None:
            await bot.claim_port(place)
            archive.load(place.data / ARCHIVE, sandbox.world, sandbox.clock, sandbox.bridge.kept)
        if at is not None:
            sandbox.clock.set(at.replace(tzinfo=ZONE))
            sandbox.clock.note = ""
        runner = await listen(sandbox, port)
        stack.push_async_callback(runner.cleanup)
        if place is None:
            await _announce(sandbox, port)
            await ended.wait()
        else:
            await _with_bot(sandbox, port, place, session, ended)


async def _with_bot(
    sandbox: Sandbox, port: int, place: bot.Place, session: aiohttp.ClientSession, ended: asyncio.Event
) -> None:
    def warn(words: str) -> None:
        click.echo(words, err=True)
        sandbox.wire.problem(words)

    kept = place.data / ARCHIVE
    first = not kept.is_file()
    sandbox.world.rota = await bot.seed(place, sandbox.clock.today())
    child = bot.Bot(place, session, click.echo, warn)
    try:
        await child.start()
        async with _keeping(kept, sandbox), _following_rota(place, sandbox):
            if first:
                await sandbox.acts.begin()
                await bot.plan_vacation(place, sandbox.clock.today())
            await _announce(sandbox, port)
            await _until(ended, child)
    finally:
        await child.stop()


async def _until(ended: asyncio.Event, child: bot.Bot) -> None:
    """Keep the bot running until the sandbox is to end; raises BotFailed when it cannot be kept."""
    waiting = (asyncio.create_task(ended.wait()), asyncio.create_task(child.keep()))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not ended.is_set():
            await waiting[1]
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


@contextlib.asynccontextmanager
async def _following_rota(place: bot.Place, sandbox: Sandbox) -> AsyncIterator[None]:
    def take(rota: cast.Rota) -> None:
        sandbox.world.rota = rota
        sandbox.world.touch()

    following = asyncio.create_task(bot.follow_rota(place, take))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@contextlib.asynccontextmanager
async def _keeping(path: Path, sandbox: Sandbox) -> AsyncIterator[None]:
    """Keep what is said, every few seconds and at the end."""

    async def keep() -> None:
        revision = 0
        while True:
            archive.save(path, sandbox.world, sandbox.clock, sandbox.bridge.kept)
            revision = await sandbox.changes.after(revision)
            await asyncio.sleep(BETWEEN_SAVES)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        archive.save(path, sandbox.world, sandbox.clock, sandbox.bridge.kept)


async def _announce(sandbox: Sandbox, port: int) -> None:
    complaint = missing_files()
    if complaint:
        click.echo(complaint, err=True)
    if sandbox.clock.note:
        click.echo(sandbox.clock.note)
    click.echo(f"Open http://127.0.0.1:{port}/")


if __name__ == "__main__":
    main(prog_name="hotseat sandbox")
