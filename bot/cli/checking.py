"""Checking whether all that the bot needs is as it should be."""

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

import click

from bot.cli.common import as_json, say

if TYPE_CHECKING:
    from bot.check.finding import Finding


@click.command()
@as_json
def check(*, as_json: bool) -> None:
    """Look at the settings, the data folder and every service that the settings name, and say what to do.

    It works while the bot runs and while it does not, and changes nothing. Each line is ok, warning or failed, what it
    is about, how that is, and the remedy. What hangs is given up after ten seconds.

    Exit code 1 means that something failed; warnings are no failure.
    """
    from bot.check import run  # noqa: PLC0415 - start-up time
    from bot.clock import real  # noqa: PLC0415 - start-up time

    logging.getLogger().addHandler(logging.NullHandler())  # what is looked at logs, too, and findings say it all
    settings, found = run.settings_findings()
    if settings is not None:
        found += asyncio.run(run.check(settings, real))
    count = run.failures(found)
    lines = [_line(one) for one in found]
    lines.append(f"{count} failed." if count else "Nothing failed.")
    told = [{"level": one.level, "check": one.check, "said": one.said, "remedy": one.remedy} for one in found]
    say("\n".join(lines), {"findings": told, "failed": count}, as_json=as_json)
    if count:
        sys.exit(1)


def _line(finding: "Finding") -> str:
    return f"{finding.level:<8} {finding.check}: {' '.join(filter(None, (finding.said, finding.remedy)))}"
