"""Keeping what the bot knows: a backup of it, the way back, and the move to a database."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import as_json, say
from bot.errors import Misconfigured, Refused
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.store.backup import Manifest


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file, where there is one.")
@as_json
def backup(file: Path, *, force: bool, as_json: bool) -> None:
    """Save everything that the bot keeps in one FILE, while it runs or while it does not.

    Of a folder's name a file is made in it, named by the time. It is for your eyes only (0600), and is read back before
    it has its name. It holds what was asked, by whom, and the key of the calendar feeds, but no setting and no secret
    of one: keep .env yourself.

    Whoever is erased later is still in the backups made before.
    """
    from bot.clock import real  # noqa: PLC0415 - start-up time
    from bot.store.backup import back_up  # noqa: PLC0415 - start-up time

    settings = _with_a_folder(
        "hotseat backup saves a journal in a data folder", 'pg_dump --format=custom --file=FILE "$HOTSEAT_DATABASE_URL"'
    )
    now = real()
    try:
        target = file / f"hotseat-{now:%Y%m%dT%H%M%SZ}.zip" if file.is_dir() else file
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror}). Name another file."
        raise Misconfigured(message) from None
    made = back_up(settings.data, target, version=version("hotseat"), now=now, force=force)
    said = f"Wrote {target}: {_counted(made)}. It was read back, and is whole."
    say(said, {"file": str(target), "bytes": target.stat().st_size, **_facts(made)}, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
def restore(file: Path, *, as_json: bool) -> None:
    """Put a backup FILE into the data folder, while no bot runs on it.

    Everything in the backup is checked before anything is touched, and what was there is kept beside it. The next start
    brings an older backup to this version, and goes on with what is open: what fell due meanwhile is done then.

    See that no other bot runs on what the backup was made of: both would answer.
    """
    from bot.clock import real  # noqa: PLC0415 - start-up time
    from bot.store import backup as backups  # noqa: PLC0415 - start-up time
    from bot.store.schema import HEAD  # noqa: PLC0415 - start-up time

    folder = _with_a_folder(
        "hotseat restore fills a data folder", 'pg_restore --clean --if-exists --dbname="$HOTSEAT_DATABASE_URL" FILE'
    ).data
    made, kept = backups.restore(file, folder, now=real())
    said = f"Restored {folder} as it was at {made.made_at:%Y-%m-%d %H:%M} UTC: {_counted(made)}."
    if kept is not None:
        said += f"\nWhat was there is kept in {kept}; remove it when you need it no more, since it names people, too."
    if made.schema != HEAD:
        said += f"\nThe journal is of an older version ({made.schema}); the next start brings it to {HEAD}."
    said += (
        "\nWhoever was erased since is named again: run hotseat people erase for them once more. What is past its time "
        "is erased by the bot itself, within a day."
    )
    say(said, {"folder": str(folder), "kept": str(kept or ""), **_facts(made)}, as_json=as_json)


@click.command()
@as_json
def migrate(*, as_json: bool) -> None:
    """Move the journal from the data folder to PostgreSQL, for several replicas, while no bot runs.

    HOTSEAT_DATA is where it comes from, HOTSEAT_DATABASE_URL an empty database. Everything is moved in one transaction,
    and read again there and compared before that ends. Then no bot opens the folder's own journal any more. What was
    cut off is simply run again.
    """
    from bot.clock import real  # noqa: PLC0415 - start-up time
    from bot.store.journal import NO_DRIVER  # noqa: PLC0415 - start-up time

    try:
        from bot.store.moving import move  # noqa: PLC0415 - start-up time, and the driver may be missing
    except ModuleNotFoundError as missing:
        raise Misconfigured(NO_DRIVER) from missing
    settings = read_settings()
    url = settings.database_url.get_secret_value()
    if not url:
        raise Misconfigured(
            "HOTSEAT_DATABASE_URL: set it to the database to move to, postgresql://USER:PASSWORD@HOST/NAME"
        )
    moved = move(settings.data, url, now=real())
    rows = sum(one.rows for one in moved.tables.values())
    begun = "It was there already" if moved.already else f"Moved {settings.data}"
    said = (
        f"{begun}: {rows} rows of {len(moved.tables)} tables are in {moved.place}, and their checksums are the same.\n"
        f"Start the bot with this HOTSEAT_DATABASE_URL. The old journal and rota files are still in {settings.data}; "
        "they name people, so remove them when you need them no more."
    )
    tables = {name: {"rows": one.rows, "checksum": one.checksum} for name, one in moved.tables.items()}
    facts = {"folder": str(settings.data), "database": moved.place, "already": moved.already, "tables": tables}
    say(said, facts, as_json=as_json)


def _with_a_folder(said: str, instead: str) -> Settings:
    """Return the settings of a bot that keeps all in its data folder; raise Refused where it is in a database."""
    settings = read_settings()
    if settings.database_url.get_secret_value():
        message = (
            f"{said}, and HOTSEAT_DATABASE_URL names a database in PostgreSQL, which has everything in it. "
            f"Use PostgreSQL's own tools, such as: {instead}. Nothing was done."
        )
        raise Refused(message)
    return settings


def _counted(made: "Manifest") -> str:
    numbers = {name: made.tables.get(name, 0) for name in ("desks", "requests", "alerts", "records")}
    told = [f"{number} {name if number != 1 else name.removesuffix('s')}" for name, number in numbers.items()]
    files = len(made.files) - 1
    return f"{', '.join(told)}, and {files} {'file' if files == 1 else 'files'} beside the journal"


def _facts(made: "Manifest") -> dict[str, Any]:
    return {
        "made_at": made.made_at.isoformat(),
        "hotseat": made.hotseat,
        "schema": made.schema,
        "tables": dict(made.tables),
        "files": {name: {"size": one.size, "sha256": one.sha256} for name, one in made.files.items()},
    }
