"""What several replicas agree on through their database, in its own time.

Who lives, who delivers what, whose duty something is, and when the next send to a thread may leave. A replica lives as
long as it says so in time. Rows of the outbox are held by one; what a dead one held is anybody's again. It must not
know what is delivered, nor what a duty is about.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from bot.store.schema import desks, duties, outbox, replicas, turns

MICROSECONDS = 1_000_000
LONGEST = 2 * 3600  # seconds, which is more than any window of sends
Windows = Sequence[tuple[int, float]]
Claimed = tuple[str, str, str]
"""A row of a desk's outbox: its id, its document, and the key of what it follows from."""


def _now() -> ColumnElement[int]:
    """Return the database's time in microseconds since 1970, as it is now and not when the transaction began."""
    return cast(func.extract("epoch", func.clock_timestamp()) * MICROSECONDS, BigInteger)


def _lives(holder: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(replicas.c.id == holder, replicas.c.until_us > _now())


def beat(connection: Connection, me: str, seconds: float) -> bool:
    """Live for so many seconds more; say whether ``me`` lived until now, or is new. Whoever died stays dead.

    Turns that no window reaches back to any more are forgotten.
    """
    connection.execute(delete(turns).where(turns.c.at_us < _now() - literal(LONGEST * MICROSECONDS, BigInteger)))
    until = _now() + literal(int(seconds * MICROSECONDS), BigInteger)
    statement = insert(replicas).values(id=me, until_us=until)
    lives = statement.on_conflict_do_update(
        index_elements=["id"], set_={"until_us": statement.excluded.until_us}, where=replicas.c.until_us > _now()
    ).returning(replicas.c.id)
    return connection.execute(lives).first() is not None


def living(connection: Connection) -> int:
    """Return how many replicas live."""
    found = select(func.count()).select_from(replicas).where(replicas.c.until_us > _now())
    return int(connection.execute(found).scalar_one())


def leave(connection: Connection, me: str) -> None:
    """Die, so that others take over at once; forget those that died long ago."""
    day = literal(24 * 3600 * MICROSECONDS, BigInteger)
    connection.execute(delete(replicas).where((replicas.c.id == me) | (replicas.c.until_us < _now() - day)))


def is_mine(connection: Connection, me: str, duty: str) -> bool:
    """Take a duty that nobody living has, and say whether it is mine."""
    statement = insert(duties).values(name=duty, holder=me)
    holder = literal_column("duties.holder", Text)  # the row that is there; as a column it would be any row
    taken = statement.on_conflict_do_update(
        index_elements=["name"], set_={"holder": me}, where=(holder == me) | ~_lives(holder)
    ).returning(duties.c.name)
    return connection.execute(taken).first() is not None


_OTHER = outbox.alias("other")
ORPHANED = select(outbox.c.tenant, outbox.c.desk).where(~_lives(outbox.c.holder)).distinct()
ALONE = (
    select(desks.c.revision)
    .where(desks.c.tenant == bindparam("tenant_"), desks.c.desk == bindparam("desk_"))
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(outbox)
    .where(
        outbox.c.tenant == bindparam("tenant_"),
        outbox.c.desk == bindparam("desk_"),
        _lives(bindparam("me_", type_=Text)),
        ~_lives(outbox.c.holder),
        ~exists().where(
            _OTHER.c.tenant == outbox.c.tenant,
            _OTHER.c.desk == outbox.c.desk,
            _OTHER.c.key == outbox.c.key,
            _lives(_OTHER.c.holder),
        ),
    )
    .values(holder=bindparam("me_"))
    .returning(outbox.c.revision, outbox.c.position, outbox.c.id, outbox.c.document, outbox.c.event)
)


def orphaned(connection: Connection) -> list[tuple[str, str]]:
    """Return the desks, by tenant and id, of which something waits that no living replica delivers."""
    return [(tenant, desk) for tenant, desk in connection.execute(ORPHANED)]


def claim(connection: Connection, me: str, tenant: str, desk: str) -> list[Claimed]:
    """Take what no living replica delivers of a desk, in order, and return it.

    A desk that somebody is writing to just now is left for the next time (SKIP LOCKED). Of a key of which a replica
    delivers something, the rest waits until that is done; this one's too, which may not have begun with it yet.
    """
    here = {"tenant_": tenant, "desk_": desk}
    if connection.execute(ALONE, here).first() is None:
        return []
    rows = connection.execute(CLAIM, {**here, "me_": me}).all()
    return [(row.id, row.document, row.event) for row in sorted(rows, key=lambda row: (row.revision, row.position))]


def reserve(connection: Connection, thread: str, windows: Windows) -> tuple[float, int]:
    """Return in how many seconds the next send to a thread may leave, and that moment, which is then taken.

    ``windows`` as in bot/teams/limits.py: how many in how many seconds.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(thread, 0))))
    at = turns.c.at_us
    earliest = [_now(), select(func.max(at) + 1).where(turns.c.thread == thread).scalar_subquery()]
    for count, seconds in windows:
        nth = select(at).where(turns.c.thread == thread).order_by(at.desc()).offset(count - 1).limit(1)
        earliest.append(nth.scalar_subquery() + literal(int(seconds * MICROSECONDS), BigInteger))
    taken = insert(turns).from_select(["thread", "at_us"], select(literal(thread), func.greatest(*earliest)))
    moment = taken.returning(turns.c.at_us, _now().label("now"))
    row = connection.execute(moment).one()
    return max(0.0, (int(row.at_us) - int(row.now)) / MICROSECONDS), int(row.at_us)


def left_late(connection: Connection, thread: str, moment: int) -> None:
    """Count a send from now, which left later than at its ``moment``: those after it are not to follow too soon."""
    late = update(turns).where(turns.c.thread == thread, turns.c.at_us == moment).values(at_us=_now())
    connection.execute(late)
