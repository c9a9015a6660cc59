"""The command line: ``hotseat``. Reads settings, does one thing, says what it did.

Changing commands go to the bot that holds the data folder, if one runs, else they open the folder themselves.
Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong usage.
"""

import asyncio
import gc
import json
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pythonjsonlogger.json import JsonFormatter

from bot.alerts.notification import Notification
from bot.errors import Misconfigured, NotStored, Refused
from bot.ids import SLACK_CHANNEL
from bot.settings import Settings, overlooked, read_settings

if TYPE_CHECKING:
    from bot.operations import Done

log = logging.getLogger("hotseat")

CSV_HELP = "Write it as CSV into a file (- for standard output): a row for each figure."
MANIFEST = Path(__file__).parent.parent / "manifest"

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for machines.")
of_desk = click.option("--desk", default="", help="Which desk, where there are several.")
a_file = click.argument("file", type=click.File("r", encoding="utf-8-sig"))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("hotseat"), prog_name="hotseat")
def cli() -> None:
    """Run a backend team's support rota in Microsoft Teams.

    Settings come from the environment or .env. Commands that change something work while the bot runs, too.

    Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage.
    """


@cli.command()
def serve() -> None:
    """Run the bot, until SIGTERM or SIGINT. A setting that is wrong stops the start and is named."""
    gc.disable()  # nothing that a start makes is garbage; the bot turns it on again when it runs
    # The search multiplies small matrices: threads that wait for each other would take the desk's cores for nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from bot.app import serve as run  # noqa: PLC0415 - other commands start without the bot's imports

    settings = read_settings()
    _log(settings)
    for sentence in overlooked():
        log.warning("%s", sentence)
    run(settings)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Try the bot on this machine: a Teams of our own with a page, no account needed."""
    os.execv(sys.executable, [sys.executable, "-m", "bot.sandbox", *arguments])  # noqa: S606 - this very program


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default="hotseat.zip", show_default=True, help="The file.")
@as_json
def manifest(out: Path, *, as_json: bool) -> None:
    """Make the Teams app package with this deployment's ids."""
    from bot.commands import COMMANDS  # noqa: PLC0415 - see serve
    from bot.teams.package import package  # noqa: PLC0415 - see serve

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
    _say(said, {"package": str(path)}, as_json=as_json)


@cli.group()
def desk() -> None:
    """Look after desks: the channels that the bot serves."""


@desk.command("add")
@click.option("--channel", required=True, help="The link to the channel, or its id, 19:…@thread.tacv2.")
@click.option("--name", required=True, help="A short name for the desk: a-z, 0-9 and -.")
@click.option("--team", default="", help="The team's group id: groupId in the link. Needed where --channel is an id.")
@click.option("--tenant", default="", help="The tenant's id: tenantId in the link. Needed where --channel is an id.")
@click.option("--team-channel", default="", help="The backend team's own channel, for everything internal: link or id.")
@as_json
def desk_add(*, as_json: bool, **arguments: str) -> None:
    """Make a channel a desk.

    The link is what Teams copies under the channel's menu (…), Get link to channel; put it in quotes.
    """
    _operate("desk add", arguments, as_json=as_json)


@desk.command("list")
@as_json
def desk_list(*, as_json: bool) -> None:
    """List the desks: channels, people, requests so far."""
    _operate("desk list", {}, as_json=as_json)


@desk.command("remove")
@click.argument("name")
@as_json
def desk_remove(name: str, *, as_json: bool) -> None:
    """Remove a desk that never had a request: the undo of a wrong add.

    Its people and shifts go with it; the file with its rota is kept beside the others.
    """
    _operate("desk remove", {"name": name}, as_json=as_json)


@cli.group()
def people() -> None:
    """Look after the backend team."""


@people.command("import")
@a_file
@of_desk
@as_json
def people_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Add or change people from a CSV sheet (FILE, or - for standard input).

    Columns: name, entra_object_id, email, slack_user_id, production_access (yes/no), working_days (such as Mon Tue;
    empty means all), experienced (yes/no), joined, left (dates such as 2026-11-25). Only name is needed.

    A row means whoever has its Entra id, else its e-mail, else its name, and adds a person where nobody has. Columns
    that the sheet does not have stay as they are, and so does everybody who is not in it. Somebody leaves by a date
    under left.
    """
    _operate("people import", {"desk": desk, "text": _text(file)}, as_json=as_json)


@people.command("export")
@of_desk
@as_json
def people_export(desk: str, *, as_json: bool) -> None:
    """Write the people as the CSV sheet that import takes."""
    _operate("people export", {"desk": desk}, as_json=as_json)


@people.command("erase")
@click.argument("who")
@of_desk
@as_json
def people_erase(who: str, desk: str, *, as_json: bool) -> None:
    """Forget a person: WHO by name, e-mail or Entra id.

    A person of the team, or whoever asked in the channel, becomes "former colleague" in people, shifts, absences,
    stand-ins, requests and the history; what they asked, suggested and noted is erased, and how it ended stays. It is
    refused while they have open requests, or serve now or later, and where nothing is held of WHO. Messages in Teams
    stay, and so do backups.
    """
    _operate("people erase", {"desk": desk, "who": who}, as_json=as_json)


@cli.group()
def shifts() -> None:
    """Set who serves in which iteration."""


@shifts.command("import")
@a_file
@of_desk
@as_json
def shifts_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Set the teams of iterations from a CSV sheet (FILE, or - for standard input).

    Columns: iteration (its Wednesday, such as 2026-11-25), name (or e-mail, or Entra id), role (SUPPORT, FALLBACK or
    OBSERVER), days (of a FALLBACK, such as Fri; empty means all).

    The team of each iteration in the sheet is replaced by what the sheet says; other iterations stay as they are.
    """
    _operate("shifts import", {"desk": desk, "text": _text(file)}, as_json=as_json)


@shifts.command("export")
@of_desk
@as_json
def shifts_export(desk: str, *, as_json: bool) -> None:
    """Write the shifts as the CSV sheet that import takes."""
    _operate("shifts export", {"desk": desk}, as_json=as_json)


@cli.group()
def common() -> None:
    """Look after the common requests: what is asked again and again, and the answer."""


@common.command("import")
@a_file
@of_desk
@as_json
def common_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Add or change common requests from a CSV sheet (FILE, or - for standard input).

    Columns: title, answer, link (an https address, or #anchor of a section of the handbook), phrases (how people ask, a
    line each or between semicolons), times (how often it came) and last (when last, such as 2026-11-25). Only title is
    needed.

    A row means the entry with its title, and adds one where there is none; one that was retired is taken up again.
    Columns that the sheet does not have stay as they are, and so does every entry that is not in it. Counts only grow.
    Names of people and personal data are masked.
    """
    _operate("common import", {"desk": desk, "text": _text(file)}, as_json=as_json)


@common.command("export")
@of_desk
@as_json
def common_export(desk: str, *, as_json: bool) -> None:
    """Write the common requests as the CSV sheet that import takes, without those that were retired."""
    _operate("common export", {"desk": desk}, as_json=as_json)


@cli.group()
def absences() -> None:
    """Note when people are away."""


@absences.command("import")
@a_file
@click.option("--who", required=True, help="Whose calendar it is: name, e-mail or Entra id.")
@of_desk
@as_json
def absences_import(file: Any, who: str, desk: str, *, as_json: bool) -> None:
    """Add somebody's absences of the next 12 months from an iCalendar file (FILE, or - for standard input).

    What is out of office, of whole days or of four hours and more counts; nothing else of the calendar is kept.
    """
    _operate("absences import", {"desk": desk, "who": who, "text": _text(file)}, as_json=as_json)


@cli.command()
@click.option("--weeks", type=click.IntRange(1, 52), default=26, show_default=True, help="How many, at most 52.")
@click.option(
    "--explain", is_flag=True, help="Say every team of the next pick and why, and what is proved of the plan."
)
@of_desk
@as_json
def rota(weeks: int, desk: str, *, explain: bool, as_json: bool) -> None:
    """Say who serves in the coming weeks: the teams that are taken, and a forecast of the others.

    The forecast begins with the best team of the next week that is open, which is proved by looking at every pair, and
    looks for the best plan for some seconds. What of it is proved is said at the end, goal by goal.
    """
    _operate("rota", {"desk": desk, "weeks": str(weeks), "explain": "yes" if explain else ""}, as_json=as_json)


@cli.command()
@click.option("--week", default="", help="Any date of the iteration, such as 2026-11-18, or last. Default: this one.")
@click.option("--csv", "sheet", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help=CSV_HELP)
@of_desk
@as_json
def report(week: str, sheet: Path | None, desk: str, *, as_json: bool) -> None:
    """Say how an iteration went: requests and alerts, how soon they were answered, how they ended, who served.

    Times are counted in support hours. No figure is anybody's: a time that would be one person's is left out.
    """
    if as_json and sheet == Path("-"):
        message = "--csv - and --json both write to standard output; choose one, or name a file."
        raise click.UsageError(message)
    done = _done("report", {"desk": desk, "week": week, "csv": "yes" if sheet else ""})
    if sheet is None or sheet == Path("-"):
        _say(done.said, dict(done.facts), as_json=as_json)
        return
    try:
        sheet.write_text(f"{done.said}\n", encoding="utf-8")
    except OSError as error:
        message = f"--csv: {sheet} cannot be written ({error.strerror})"
        raise Misconfigured(message) from error
    _say(f"Wrote {sheet}.", {"file": str(sheet), **done.facts}, as_json=as_json)


@cli.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default="captured", show_default=True)
@click.option("--most", type=click.IntRange(1, 500), default=50, show_default=True, help="How many, at most 500.")
@as_json
def capture(into: Path, most: int, *, as_json: bool) -> None:
    """Save Bugsnag's latest messages in the Slack channel as fixtures, a JSON file each, and say how each is read.

    Names, ids, addresses and secrets are replaced. What errors say in their own words is kept: read the files before
    you share them.
    """
    from bot.slack.api import SlackApi  # noqa: PLC0415 - see serve
    from bot.slack.capture import Captured  # noqa: PLC0415 - see serve
    from bot.slack.capture import capture as captured  # noqa: PLC0415 - see serve
    from bot.teams.transport import open_session  # noqa: PLC0415 - see serve

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
    _say("\n".join(lines), {"messages": told}, as_json=as_json)


_SAID = ("kind", "error_class", "project")


def _said(read: Notification) -> tuple[str, ...]:
    return tuple(str(getattr(read, part)) for part in _SAID)


def _operate(operation: str, arguments: dict[str, str], *, as_json: bool) -> None:
    done = _done(operation, arguments)
    _say(done.said, dict(done.facts), as_json=as_json)


def _done(operation: str, arguments: dict[str, str]) -> "Done":
    from bot.clock import open_clock  # noqa: PLC0415 - see serve
    from bot.control import ask  # noqa: PLC0415 - see serve
    from bot.folder import desks_alone  # noqa: PLC0415 - see serve
    from bot.operations import OPERATIONS  # noqa: PLC0415 - see serve

    settings = read_settings()

    async def work() -> "Done":
        done = await ask(settings.data / "control.sock", operation, arguments)
        if done is not None:
            return done
        async with open_clock(settings.clock) as clock, desks_alone(settings, clock) as desks:
            return await OPERATIONS[operation](desks, arguments, clock())

    return asyncio.run(work())


def _text(file: Any) -> str:
    try:
        text: str = file.read()
    except UnicodeDecodeError:
        message = f"{file.name} is not in UTF-8. Save the sheet as CSV UTF-8 and import it again. Nothing was changed."
        raise Misconfigured(message) from None
    return text


def _say(said: str, facts: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps({"said": said, **facts}, ensure_ascii=False) if as_json else said)


def _log(settings: Settings) -> None:
    handler = logging.StreamHandler()
    if settings.local:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    else:
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def main() -> None:
    """Run the command line."""
    try:
        cli(prog_name="hotseat", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except (Misconfigured, NotStored, Refused) as failure:
        click.echo(str(failure), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
