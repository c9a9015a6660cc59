"""The product's data folder: a desk with a pair on duty, a history of closed requests, and what has come to be open.

Decides what the bot finds at its start. Uses its own commands; nothing in it knows of the bench.
"""

import csv
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.bench import world
from tests.bench.load import Button

PEOPLE = ("Anna Anker", "Ben Berger", "Cleo Carlsen", "Dilan Demir", "Eva Ehlers", "Finn Fischer")
UNSETTLED = """
    SELECT place, id, requests.desk, coalesce(activity, '') FROM requests
    LEFT JOIN shown ON shown.tenant = requests.tenant AND shown.desk = requests.desk AND shown.key = 'card:' || id
    WHERE status <> 'CLOSED'
"""


def prepare(data: Path) -> None:
    """Make the desk with the bot's own commands: six people, two of them on duty this iteration."""
    data.mkdir(parents=True)
    people, shifts = data.parent / "people.csv", data.parent / "shifts.csv"
    _write_people(people)
    _write_shifts(shifts)
    place = ["--tenant", world.TENANT, "--team", world.GROUP, "--channel", world.CHANNEL]
    for command in (
        ["desk", "add", *place, "--name", "backend"],
        ["people", "import", str(people)],
        ["shifts", "import", str(shifts)],
    ):
        _run(command, data)


def _write_people(path: Path) -> None:
    head = ["name", "entra_object_id", "email", "slack_user_id", "production_access", "working_days", "experienced"]
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*head, "joined", "left"])
        for number, name in enumerate(PEOPLE):
            mail = f"{name.split()[0].lower()}@example.org"
            entra = f"aaaaaaaa-0000-4000-8000-{number:012}"
            rows.writerow([name, entra, mail, "", "yes", "", "yes", "2020-01-01", ""])


def _write_shifts(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["iteration", "name", "role", "days"])
        rows.writerows([world.ITERATION.isoformat(), name, "SUPPORT", ""] for name in PEOPLE[:2])


def fill(data: Path, count: int) -> None:
    """Write `count` closed requests into the desk's journal."""
    _python(["tests.bench.peers.history", str(data), str(count)], data, seconds=240)


def unsettled(data: Path) -> list[Button]:
    """Find the button *It's solved* of each request that the journal has open; the bot may run meanwhile."""
    with closing(sqlite3.connect(f"file:{data / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        rows = journal.execute(UNSETTLED).fetchall()
    return [Button(place.partition(";messageid=")[2], *ids) for place, *ids in rows]


def _run(command: list[str], data: Path) -> None:
    _python(["bot", *command], data, seconds=60)


def _python(arguments: list[str], data: Path, seconds: float) -> None:
    done = subprocess.run(  # the commands are ours
        [sys.executable, "-m", *arguments],
        env={**os.environ, "HOTSEAT_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
