"""What the bot is to others: the app package for Teams, and what Bugsnag's messages in Slack look like."""

import asyncio
import json
from importlib.metadata import version
from pathlib import Path

import click

from bot.alerts.notification import Notification
from bot.cli.common import as_json, say
from bot.errors import Misconfigured
from bot.ids import SLACK_CHANNEL
from bot.settings import read_settings

MANIFEST = Path(__file__).parents[2] / "manifest"
_SAID = ("kind", "error_class", "project")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default="hotseat.zip", show_default=True, help="The file.")
@as_json
def manifest(out: Path, *, as_json: bool) -> None:
    """Make the Teams app package with this deployment's ids."""
    from bot.commands import COMMANDS  # noqa: PLC0415 - start-up time
    from bot.teams.package import package  # noqa: PLC0415 - start-up time

    settings = read_settings()
    if settings.local:
        message = "MicrosoftAppId: set it to the bot's registration; the package names it"
        raise Misconfigured(message)
    try:
        path = package(
            app_id=settings.app_id,
            version=version("hotseat"),
            commands=tuple(COMMANDS.values()),
            host=settings.public_host,
            folder=MANIFEST,
            out=out,
        )
    except OSError as error:
        message = f"--out: {out} cannot be written ({error.strerror})"
        raise Misconfigured(message) from error
    said = f"Made {path}. Upload it in the Teams admin center, or as a custom app."
    say(said, {"package": str(path)}, as_json=as_json)


@click.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default="captured", show_default=True)
@click.option("--most", type=click.IntRange(1, 500), default=50, show_default=True, help="How many, at most 500.")
@as_json
def capture(into: Path, most: int, *, as_json: bool) -> None:
    """Save Bugsnag's latest messages in the Slack channel as fixtures, a JSON file each, and say how each is read.

    Names, ids, addresses and secrets are replaced. What errors say in their own words is kept: read the files before
    you share them.
    """
    from bot.slack.api import SlackApi  # noqa: PLC0415 - start-up time
    from bot.slack.capture import Captured  # noqa: PLC0415 - start-up time
    from bot.slack.capture import capture as captured  # noqa: PLC0415 - start-up time
    from bot.teams.transport import open_session  # noqa: PLC0415 - start-up time

    settings = read_settings()
    token = settings.slack_token.get_secret_value()
    missing = "" if token else "SLACK_BOT_TOKEN: set it to the bot token (xoxb-…) of an app that is in the channel.\n"
    if not SLACK_CHANNEL.fullmatch(settings.slack_channel):
        missing += "SLACK_CHANNEL: set it to the channel's id, such as C024BE91L; its name is no id."
    if missing:
        raise Misconfigured(missing.rstrip())

    async def work() -> list[Captured]:
        async with open_session() as session:
            api = SlackApi(session, settings.slack_url, token)
            return await captured(api, settings.slack_channel, frozenset(settings.slack_bugsnag), most)

    found = asyncio.run(work())
    try:
        into.mkdir(parents=True, exist_ok=True)
        for one in found:
            content = json.dumps(one.message, ensure_ascii=False, indent=1)
            (into / one.name).write_text(f"{content}\n", encoding="utf-8")
    except OSError as error:
        message = f"--into: {into} cannot be written ({error.strerror})"
        raise Misconfigured(message) from error
    lines = [f"{into / one.name}: {' · '.join(filter(None, _said(one.read)))}" for one in found]
    lines.append(f"Saved {len(found)}. Read them before you share them: what errors say in their own words is kept.")
    told = [{"file": str(into / one.name), **dict(zip(_SAID, _said(one.read), strict=True))} for one in found]
    say("\n".join(lines), {"messages": told}, as_json=as_json)


def _said(read: Notification) -> tuple[str, ...]:
    return tuple(str(getattr(read, part)) for part in _SAID)
