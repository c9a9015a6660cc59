"""Bringing an opened journal to this program's version, or refusing to touch what it does not understand.

A database without tables is new only where no rota was ever written beside it: a lost journal is never taken for a
new one. Alembic is imported only when there is something for it to do, because that costs a second of start-up.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.errors import Misconfigured, NotStored
from bot.store.schema import HEAD

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, name: str, *, may_be_new: bool) -> None:
    """Bring the database to HEAD within the caller's transaction; raise Misconfigured saying what to do instead."""
    version = _version(connection, name, may_be_new=may_be_new)
    if version == HEAD:
        return
    from alembic.command import upgrade  # noqa: PLC0415 - start-up time
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    if version is not None and version not in {script.revision for script in scripts.walk_revisions()}:
        message = (
            f"{name} was written by a newer Hotseat (version {version}; this one knows up to {HEAD}). "
            "Start the newer Hotseat, or restore the backup made before the upgrade."
        )
        raise Misconfigured(message)
    if version is not None and connection.dialect.name == "postgresql":
        _refuse_company(connection, name)
    upgrade(config, HEAD)


def refuse_another(connection: Connection, name: str) -> None:
    """Raise NotStored where a database that was opened is of another version by now."""
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if version != HEAD:
        message = f"{name} is of another version of Hotseat by now ({version}; this one is of {HEAD}). Stop this one."
        raise NotStored(message)


def _refuse_company(connection: Connection, name: str) -> None:
    """Leave a database alone on which replicas of an older version run: they would not know what is new in it."""
    from bot.store.replicas import living  # noqa: PLC0415 - start-up time

    if inspect(connection).has_table("replicas") and (count := living(connection)):
        are = "replica of an older version runs" if count == 1 else "replicas of an older version run"
        message = (
            f"{name} would be brought to this version ({HEAD}), but {count} {are} on it. Stop every replica, wait "
            "half a minute where one was killed, and start this one again. Nothing was changed."
        )
        raise Misconfigured(message)


def _version(connection: Connection, name: str, *, may_be_new: bool) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        if len(found) == 1:
            return str(found[0])
    if tables:
        message = (
            f"{name} is a database, but not Hotseat's journal. Set HOTSEAT_DATA to another folder, or "
            "HOTSEAT_DATABASE_URL to another database."
        )
        raise Misconfigured(message)
    if not may_be_new:
        message = (
            f"{name} is missing or empty, but rota files stand beside it: the journal was lost. Restore it from a "
            "backup (hotseat restore), or move the rota folder away to start anew."
        )
        raise Misconfigured(message)
    return None
