"""What commands have in common: their options, by whom an operation is done, and how it is answered.

A command imports what its work needs when it runs, so that each starts quickly.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from bot.errors import Misconfigured
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.caller import Done

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for machines.")
of_desk = click.option("--desk", default="", help="Which desk, where there are several.")
a_file = click.argument("file", type=click.File("r", encoding="utf-8-sig"))


def operate(operation: str, arguments: dict[str, str], *, as_json: bool) -> None:
    """Do an operation and say what it did."""
    done = perform(operation, arguments)
    say(done.said, dict(done.facts), as_json=as_json)


def perform(operation: str, arguments: dict[str, str]) -> "Done":
    """Have the bot that holds the data folder do an operation, or do it here where none runs."""
    from bot.caller import ask  # noqa: PLC0415 - start-up time

    settings = read_settings()
    done = asyncio.run(ask(settings.data / "control.sock", operation, arguments))
    return done or asyncio.run(_done_here(settings, operation, arguments))


async def _done_here(settings: Settings, operation: str, arguments: dict[str, str]) -> "Done":
    from bot.clock import open_clock  # noqa: PLC0415 - start-up time
    from bot.folder import desks_alone  # noqa: PLC0415 - start-up time
    from bot.operations import OPERATIONS  # noqa: PLC0415 - start-up time

    async with open_clock(settings.clock) as clock, desks_alone(settings, clock) as desks:
        return await OPERATIONS[operation](desks, arguments, clock())


def text(file: Any) -> str:
    """Return what an opened file says; raise Misconfigured where it is not in UTF-8."""
    try:
        content: str = file.read()
    except UnicodeDecodeError:
        message = f"{file.name} is not in UTF-8. Save the sheet as CSV UTF-8 and import it again. Nothing was changed."
        raise Misconfigured(message) from None
    return content


def say(said: str, facts: dict[str, Any], *, as_json: bool) -> None:
    """Say what was done, in words or for machines."""
    click.echo(json.dumps({"said": said, **facts}, ensure_ascii=False) if as_json else said)
