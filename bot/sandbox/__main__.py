"""Start the sandbox: `python -m bot.sandbox`. The one place that reads real time and joins service and bot."""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click

from bot.sandbox import archive, bot
from bot.sandbox.clock import ZONE
from bot.sandbox.page import missing_files
from bot.sandbox.service import Sandbox, build, listen


@click.command()
@click.option("--port", default=3979, show_default=True, help="Where the page and the Teams service listen.")
@click.option("--bot-port", default=3978, show_default=True, help="Where the bot listens.")
@click.option("--ops-port", default=9978, show_default=True, help="Where the bot's metrics listen.")
@click.option("--data", default="./data/sandbox", show_default=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--no-bot", is_flag=True, help="Run only the service; the bot is started by someone else.")
def main(port: int, bot_port: int, ops_port: int, data: Path, no_bot: bool) -> None:  # noqa: FBT001 - click's form
    """Run a Teams of our own on 127.0.0.1, with a web page, and the bot in it."""
    place = None if no_bot else bot.Place(data.resolve(), bot_port, port, ops_port)
    try:
        asyncio.run(_run(port, bot_port, place))
    except (bot.BotFailed, OSError) as failure:
        raise click.ClickException(str(failure)) from failure


async def _run(port: int, bot_port: int, place: bot.Place | None) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with aiohttp.ClientSession() as session:
        sandbox = build(session, port, f"http://127.0.0.1:{bot_port}/api/messages", lambda: datetime.now(UTC))
        runner = await listen(sandbox, port)
        try:
            if place is None:
                await _announce(sandbox, port)
                await ended.wait()
            else:
                await _with_bot(sandbox, port, place, session, ended)
        finally:
            await runner.cleanup()


async def _with_bot(
    sandbox: Sandbox, port: int, place: bot.Place, session: aiohttp.ClientSession, ended: asyncio.Event
) -> None:
    await bot.claim_port(place)
    kept = place.data / "world.json"
    first = not kept.is_file()
    archive.load(kept, sandbox.world, sandbox.clock)
    await bot.seed(place, sandbox.clock.now().astimezone(ZONE).date())
    process = await bot.start(place, session)
    try:
        if first:
            await sandbox.acts.begin()
        await _announce(sandbox, port)
        waiting = [asyncio.ensure_future(ended.wait()), asyncio.ensure_future(process.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        if not ended.is_set():
            message = f"The bot ended by itself, with exit code {process.returncode}. Its own words are above."
            raise bot.BotFailed(message)
    finally:
        await bot.stop(process)
        archive.save(kept, sandbox.world, sandbox.clock)


async def _announce(sandbox: Sandbox, port: int) -> None:
    complaint = missing_files()
    if complaint:
        click.echo(complaint, err=True)
    if sandbox.clock.note:
        click.echo(sandbox.clock.note)
    click.echo(f"Open http://127.0.0.1:{port}/")


if __name__ == "__main__":
    main()
