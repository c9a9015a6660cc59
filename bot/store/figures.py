"""The report's figures, counted in SQL that SQLite and PostgreSQL read alike.

Support hours, and the hours of the day by the desk's clock, come along as rows, so that the database only compares and
adds whole numbers: it knows no zone, no holiday and no change of clocks. What counts, bot/support/report.py says.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    values,
)

from bot.alerts.notification import Kind
from bot.store.schema import alerts, requests
from bot.store.writing import MICROSECOND, microseconds
from bot.support.report import HALF, MOST, Counted, Figures, Hour, Period, Speed
from bot.support.request import NO_REQUEST

Flag = ColumnElement[bool]


def count(connection: Connection, tenant: str, desk: str, period: Period) -> Figures:
    """Return what came to a desk in a period, and how soon it was answered."""
    spans = _spans(period)
    asked = _timed(_asked(tenant, desk, period), spans)
    told = _timed(_told(tenant, desk, period), spans)
    limit = literal(period.limit // MICROSECOND, BigInteger)
    outside = select(func.count()).select_from(asked).where(~_is_open(asked, spans))
    return Figures(
        requests=_counted(connection, asked, asked.c.responded <= asked.c.due, asked.c.until > asked.c.due),
        alerts=_counted(connection, told, told.c.took <= limit, told.c.took > limit),
        outside=connection.execute(outside).scalar_one(),
        outcomes=_by_name(connection, asked),
        standings=_by_name(connection, told),
        hours=_hours(connection, asked, told, period),
        commons=_commons(connection, tenant, desk, period),
    )


# -- what came ------------------------------------------------------------------------------------------------------


def _asked(tenant: str, desk: str, period: Period) -> CTE:
    """Return the requests of a period that count, each with until when it waited, or has waited so far."""
    table = requests.c
    return (
        select(
            table.id,
            table.posted_us.label("came"),
            table.waits_us.label("waits"),
            table.due_us.label("due"),
            table.responded_us.label("responded"),
            table.ended_us.label("ended"),
            func.coalesce(table.responded_us, table.ended_us, _now(period)).label("until"),
            table.outcome.label("name"),
        )
        .where(_requests_that_count(tenant, desk), _within(table.posted_us, period))
        .cte("asked")
    )


def _told(tenant: str, desk: str, period: Period) -> CTE:
    """Return the alerts that came first in a period, as the requests above; none has a time of its own to be due at."""
    table = alerts.c
    return (
        select(
            table.id,
            table.came_us.label("came"),
            table.came_us.label("waits"),
            literal(0, BigInteger).label("due"),
            table.acknowledged_us.label("responded"),
            table.ended_us.label("ended"),
            func.coalesce(table.acknowledged_us, table.ended_us, _now(period)).label("until"),
            table.status.label("name"),
        )
        .where(table.tenant == tenant, table.desk == desk, table.kind != Kind.TEST.value)
        .where(_within(table.came_us, period))
        .cte("told")
    )


def _requests_that_count(tenant: str, desk: str) -> Flag:
    here = and_(requests.c.tenant == tenant, requests.c.desk == desk)
    return and_(here, not_(requests.c.follow_up), requests.c.outcome.not_in(sorted(NO_REQUEST)))


def _within(at: ColumnElement[int], period: Period) -> Flag:
    return and_(at >= microseconds(period.start), at < microseconds(period.end))


def _now(period: Period) -> ColumnElement[int]:
    return literal(microseconds(period.now), BigInteger)


# -- how soon -------------------------------------------------------------------------------------------------------


def _spans(period: Period) -> CTE:
    """Return support hours as rows; the first is nobody's, so that there is one."""
    rows = [(0, 0), *((microseconds(opens), microseconds(closes)) for opens, closes in period.spans)]
    return values(column("opens", BigInteger), column("closes", BigInteger), name="given").data(rows).cte("spans")


def _timed(came: CTE, spans: CTE) -> CTE:
    """Return what came with the support time that each waited: the sum of what it has in common with every span."""
    begins = case((spans.c.opens > came.c.waits, spans.c.opens), else_=came.c.waits)
    ends = case((spans.c.closes < came.c.until, spans.c.closes), else_=came.c.until)
    meets = and_(spans.c.opens < came.c.until, spans.c.closes > came.c.waits)
    took = (
        select(came.c.id, func.sum(ends - begins).label("us"))
        .join_from(came, spans, and_(meets, came.c.waits < came.c.until))
        .group_by(came.c.id)
        .cte(f"{came.name}_took")
    )
    whole = cast(func.coalesce(took.c.us, 0), BigInteger).label("took")
    joined = select(*came.c, whole).outerjoin_from(came, took, took.c.id == came.c.id)
    return joined.cte(f"{came.name}_timed")


def _is_open(came: CTE, spans: CTE) -> Flag:
    return exists().where(spans.c.opens <= came.c.came, came.c.came < spans.c.closes)


def _counted(connection: Connection, timed: CTE, in_time: Flag, late: Flag) -> Counted:
    """Return how many came, and how soon those that were answered were; ``late`` is what has waited too long."""
    answered = timed.c.responded.is_not(None)
    row = connection.execute(
        select(
            func.count(),
            _how_many(answered),
            _how_many(and_(~answered, timed.c.ended.is_(None))),
            _how_many(or_(answered, late)),
            _how_many(and_(answered, in_time)),
        ).select_from(timed)
    ).one()
    time = connection.execute(_ranked(timed, answered)).one()
    known = time[0] is not None
    speed = Speed(row[3], row[4], time[0] * MICROSECOND, time[1] * MICROSECOND) if known else None
    return Counted(row[0], row[1], row[2], speed)


def _ranked(timed: CTE, answered: Flag) -> Select[int, int]:
    """Return the times at the nearest ranks: the smallest such that so many of a hundred are no longer than it."""
    place = func.row_number().over(order_by=(timed.c.took, timed.c.id))
    ranked = (
        select(timed.c.took, place.label("place"), func.count().over().label("all"))
        .where(answered)
        .cte(f"{timed.name}_ranked")
    )

    def at(share: int) -> ColumnElement[int]:
        reaches = ranked.c.place * 100 >= ranked.c.all * share
        before = (ranked.c.place - 1) * 100 < ranked.c.all * share
        return func.max(case((and_(reaches, before), ranked.c.took)))

    return select(at(HALF), at(MOST))


def _how_many(which: Flag) -> ColumnElement[int]:
    return func.count(case((which, 1)))


# -- by what --------------------------------------------------------------------------------------------------------


def _by_name(connection: Connection, timed: CTE) -> tuple[tuple[str, int], ...]:
    """Return how many ended, or stand, in each way: the most first, then by name."""
    rows = connection.execute(select(timed.c.name, func.count()).group_by(timed.c.name))
    return tuple(sorted(((row[0], row[1]) for row in rows), key=lambda row: (-row[1], row[0])))


def _hours(connection: Connection, asked: CTE, told: CTE, period: Period) -> tuple[Hour, ...]:
    rows = [(one.day.isoformat(), one.hour, microseconds(one.start), microseconds(one.end)) for one in period.slots]
    names = (column("day", Text), column("hour", Integer), column("starts", BigInteger), column("ends", BigInteger))
    slots = values(*names, name="given_slots").data(rows).cte("slots")

    def by_hour(came: CTE) -> dict[tuple[str, int], int]:
        at = and_(slots.c.starts <= came.c.came, came.c.came < slots.c.ends)
        found = select(slots.c.day, slots.c.hour, func.count()).join_from(came, slots, at)
        return {(row[0], row[1]): row[2] for row in connection.execute(found.group_by(slots.c.day, slots.c.hour))}

    first, second = by_hour(asked), by_hour(told)
    some: Iterable[tuple[str, int]] = sorted({*first, *second})
    return tuple(Hour(date.fromisoformat(key[0]), key[1], first.get(key, 0), second.get(key, 0)) for key in some)


def _commons(connection: Connection, tenant: str, desk: str, period: Period) -> tuple[tuple[str, int, int], ...]:
    """Return the common requests that came lately: how often in the period, and in the days before its end."""
    posted, start = requests.c.posted_us, microseconds(period.start)
    until = microseconds(min(period.end, period.now + timedelta.resolution))
    rows = connection.execute(
        select(requests.c.common, _how_many(posted >= start), func.count())
        .where(_requests_that_count(tenant, desk), requests.c.common != "")
        .where(posted >= microseconds(period.lately), posted < until)
        .group_by(requests.c.common)
    )
    return tuple(sorted(((row[0], row[1], row[2]) for row in rows), key=lambda row: (-row[1], -row[2], row[0])))
