"""How a database of several replicas stands, as somebody sees who changes nothing in it."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, select, text

from bot.store.schema import metadata

_RIGHTS = """
SELECT bool_and(has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
       AND has_schema_privilege(current_schema(), 'CREATE')
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The server's version, the journal's ("" where there is none), each table's rows, and whether all may be written.

    Rows are counted where the version is this program's, for others have other tables.
    """

    server: str
    version: str
    tables: dict[str, int]
    writes: bool


def look_at(connection: Connection, head: str) -> Inspection:
    """Return how a PostgreSQL database stands."""
    server = str(connection.execute(text("SHOW server_version")).scalar_one()).partition(" ")[0]
    version = version_of(connection)
    writes = bool(connection.execute(text(_RIGHTS)).scalar_one()) if version else True
    return Inspection(server, version, count(connection) if version == head and writes else {}, writes)


def version_of(connection: Connection) -> str:
    """Return which version of the journal a database has, "" where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return "".join(map(str, connection.execute(text("SELECT version_num FROM alembic_version")).scalars()))


def count(connection: Connection) -> dict[str, int]:
    """Return how many rows each of the journal's tables has."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
