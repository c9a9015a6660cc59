"""Running the bot, and trying it out."""

import gc
import logging
import os
import sys

import click

from bot.logs import set_up
from bot.settings import overlooked, read_settings

log = logging.getLogger("hotseat")


@click.command()
def serve() -> None:
    """Run the bot, until SIGTERM or SIGINT. A setting that is wrong stops the start and is named."""
    gc.disable()  # nothing that a start makes is garbage; the bot turns it on again when it runs
    # The search multiplies small matrices: threads that wait for each other would take the desk's cores for nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from bot.app import serve as run  # noqa: PLC0415 - start-up time

    settings = read_settings()
    set_up(settings.log_level, settings.secrets, machine=not settings.local)
    for sentence in overlooked():
        log.warning("%s", sentence)
    run(settings)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Try the bot on this machine: a Teams of our own with a page, no account needed."""
    os.execv(sys.executable, [sys.executable, "-m", "bot.sandbox", *arguments])  # noqa: S606 - this very program
