"""The command line: ``hotseat``. Reads settings, does one thing, says what it did.

Changing commands go to the bot that holds the data folder, if one runs, else they open the folder themselves.
Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong usage.
"""

import sys
from importlib.metadata import version

import click

from bot.cli import checking, desks, keeping, outside, reading, running
from bot.errors import Misconfigured, NotStored, Refused

COMMANDS = (
    *(running.serve, running.sandbox, outside.manifest, outside.capture),
    *(desks.desk, desks.people, desks.shifts, desks.absences, desks.common),
    *(reading.rota, reading.report),
    *(checking.check, keeping.backup, keeping.restore, keeping.migrate),
)


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("hotseat"), prog_name="hotseat")
def cli() -> None:
    """Run a backend team's support rota in Microsoft Teams.

    Settings come from the environment or .env. Commands that change something work while the bot runs, too.

    Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage.
    """


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
    except PermissionError as denied:
        click.echo(f"I may not use {denied.filename}. Run this as the user that runs the bot.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
