"""Reading what the bot knows: who serves in the weeks to come, and how an iteration went."""

from pathlib import Path

import click

from bot.cli.common import as_json, of_desk, operate, perform, say
from bot.errors import Misconfigured

CSV_HELP = "Write it as CSV into a file (- for standard output): a row for each figure."


@click.command()
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
    operate("rota", {"desk": desk, "weeks": str(weeks), "explain": "yes" if explain else ""}, as_json=as_json)


@click.command()
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
    done = perform("report", {"desk": desk, "week": week, "csv": "yes" if sheet else ""})
    if sheet is None or sheet == Path("-"):
        say(done.said, dict(done.facts), as_json=as_json)
        return
    try:
        sheet.write_text(f"{done.said}\n", encoding="utf-8")
    except OSError as error:
        message = f"--csv: {sheet} cannot be written ({error.strerror})"
        raise Misconfigured(message) from error
    say(f"Wrote {sheet}.", {"file": str(sheet), **done.facts}, as_json=as_json)
