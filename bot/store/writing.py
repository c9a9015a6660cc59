"""Writing a commit: which rows it becomes, and in which order they are written.

This runs for every message, so rows are plain tuples in the order of their table's columns, and statements are
compiled once to the driver's own text: a third of the cost of going through the compiler's cache each time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ClauseElement

from bot.alerts import erasure as alerts
from bot.alerts.alert import Alert, first_ended_at
from bot.effects import (
    Change,
    DropCommon,
    DropNotice,
    Forget,
    ForgetActs,
    ForgetChats,
    ForgetMessages,
    ForgetPerson,
    PutAlert,
    PutCommon,
    PutDesk,
    PutFacts,
    PutNotice,
    PutRequest,
    PutRota,
)
from bot.places import personal
from bot.ports import Commit, Conflict, Lost, Record
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Notice
from bot.store import statements as sql
from bot.store.document import dump, dump_effect, parse
from bot.support.erasure import held
from bot.support.likeness import compared
from bot.support.recurrence import Common
from bot.support.report import is_follow_up, waits_since
from bot.support.request import Request

Cells = tuple[object, ...]
Kept = PutRequest | PutAlert | PutCommon | DropCommon | PutNotice | DropNotice | PutFacts | PutDesk | PutRota

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
TOLD = 1_000  # commits of which it is known what they touched, at least
LAST = "\uffff"  # behind every key that begins alike
ORDER: Sequence[type[Kept]] = (
    PutRequest,
    PutAlert,
    PutCommon,
    DropCommon,
    PutNotice,
    DropNotice,
    PutFacts,
    PutDesk,
    PutRota,
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who delivers what is written: a replica by its id, and by those that it had before; "" for none."""

    id: str = ""
    before: tuple[str, ...] = ()


class Writer:
    """Writes commits of one database; ``is_shared`` says that other replicas write to it too."""

    def __init__(self, dialect: Dialect, *, is_shared: bool) -> None:
        """Compile the statements."""
        self.is_shared = is_shared

        def _text(statement: ClauseElement) -> str:
            return str(statement.compile(dialect=dialect))

        self._advance = _text(sql.ADVANCE)
        self._records = _text(sql.ADD_RECORDS)
        self._strike = _text(sql.STRIKE)
        self._outgoing = _text(sql.PUT_OUTGOING)
        self._shown = _text(sql.PUT_SHOWN)
        self._names = _text(sql.PUT_ALERT_NAMES)
        self._texts = _text(sql.PUT_TEXTS)
        self._unwritten = _text(sql.UNWRITTEN)
        self._change_added = _text(sql.ADD_CHANGE)
        self._changes_dropped = _text(sql.DROP_CHANGES)
        self._changes = {
            PutRequest: _text(sql.PUT_REQUESTS),
            PutAlert: _text(sql.PUT_ALERTS),
            PutCommon: _text(sql.PUT_COMMONS),
            DropCommon: _text(sql.DROP_COMMONS),
            PutNotice: _text(sql.PUT_NOTICES),
            DropNotice: _text(sql.DROP_NOTICES),
            PutFacts: _text(sql.PUT_FACTS),
            PutDesk: _text(sql.PUT_INFO),
            PutRota: _text(sql.PUT_ROTA),
        }

    def write(self, connection: Connection, commit: Commit, holder: Holder) -> frozenset[str]:
        """Write a commit within the caller's transaction; raise Conflict or Lost, for the caller to roll back.

        Return the ids of what waits behind something that ``holder`` does not deliver.
        """
        tenant, desk, revision = commit.tenant, commit.desk, commit.revision
        run = connection.exec_driver_sql
        if run(self._advance, (tenant, desk, revision)).rowcount != 1:
            message = f"desk {desk} is no longer at revision {revision}"
            raise Conflict(message)
        if commit.records:
            try:
                run(self._records, [_record(commit, at, record) for at, record in enumerate(commit.records)])
            except IntegrityError as error:
                message = f"desk {desk} knows one of the keys"
                raise Conflict(message) from error
        forgets = [change for change in commit.changes if isinstance(change, Forget)]
        self._change(connection, commit, [one for one in commit.changes if not isinstance(one, Forget)])
        for forget in forgets:
            _forget(connection, tenant, desk, forget)
        if commit.struck:
            self._strike_rows(connection, commit, holder)
        left = self._left(connection, commit, holder)
        if commit.outgoing:
            rows = [
                (tenant, desk, one.id, revision, at, one.effect.key, dump_effect(one.effect), by, one.event)
                for at, one in enumerate(commit.outgoing)
                for by in ["" if one.id in left else holder.id]
            ]
            run(self._outgoing, rows)
        if commit.shown:
            run(
                self._shown,
                [(tenant, desk, key, to.service_url, to.conversation, to.activity) for key, to in commit.shown],
            )
        if self.is_shared:
            self._tell(connection, commit)
        return left

    def _strike_rows(self, connection: Connection, commit: Commit, holder: Holder) -> None:
        tenant, desk = commit.tenant, commit.desk
        if not holder.id:
            connection.exec_driver_sql(self._strike, [(tenant, desk, id_) for id_ in commit.struck])
            return
        mine = {"tenant_": tenant, "desk_": desk, "some": list(commit.struck), "mine": [holder.id, *holder.before]}
        struck = {row[0] for row in connection.execute(sql.STRIKE_MINE, mine)}
        if lost := frozenset(commit.struck) - struck:
            raise Lost(lost)

    def _left(self, connection: Connection, commit: Commit, holder: Holder) -> frozenset[str]:
        if not holder.id or not commit.outgoing:
            return frozenset()
        keys = sorted({one.effect.key for one in commit.outgoing})
        here = {"tenant_": commit.tenant, "desk_": commit.desk, "some": keys, "me_": holder.id}
        others = {row[0] for row in connection.execute(sql.OTHERS, here)}
        return frozenset(one.id for one in commit.outgoing if one.effect.key in others)

    def _tell(self, connection: Connection, commit: Commit) -> None:
        """Say what a commit touched, and forget what was said long ago: who has missed that loads the desk anew."""
        revision = commit.revision + 1
        kept = [change for change in commit.changes if not isinstance(change, Forget)]
        subjects = orjson.dumps(list(dict.fromkeys(map(_subject, kept)))).decode()
        run = connection.exec_driver_sql
        run(self._change_added, (commit.tenant, commit.desk, revision, subjects))
        if revision % TOLD == 0:
            run(self._changes_dropped, (commit.tenant, commit.desk, revision - TOLD))

    def _change(self, connection: Connection, commit: Commit, changes: Sequence[Kept]) -> None:
        tenant, desk = commit.tenant, commit.desk
        last: dict[tuple[str, str], Kept] = {}
        for change in changes:
            last[_subject(change)] = change
        rows: dict[type[Kept], list[Cells]] = {}
        for change in last.values():
            rows.setdefault(type(change), []).append(_row(tenant, desk, change))
        for kind in ORDER:
            if kind in rows:
                connection.exec_driver_sql(self._changes[kind], rows[kind])
        texts = [_asked(commit, change.request) for change in last.values() if isinstance(change, PutRequest)]
        if texts:
            connection.exec_driver_sql(self._texts, texts)
        names = [
            (tenant, desk, name, change.alert.id)
            for change in changes
            if isinstance(change, PutAlert)
            for name in change.alert.names
        ]
        if names:
            connection.exec_driver_sql(self._names, names)
        if PutDesk in rows:
            connection.exec_driver_sql(self._unwritten, (tenant, desk))


def _forget(connection: Connection, tenant: str, desk: str, change: Forget) -> None:
    """Erase what is kept beside the state: seldom done, so through the compiler."""
    here = {"tenant_": tenant, "desk_": desk}
    match change:
        case ForgetActs(since, until):
            connection.execute(sql.FORGET_ACTS, {**here, "since_": since, "until_": until})
        case ForgetMessages(prefixes):
            rows = [{**here, "first_": prefix, "after_": prefix + LAST} for prefix in prefixes]
            connection.execute(sql.FORGET_MESSAGES, rows)
        case ForgetChats(people):
            places = [{"tenant_": tenant, "place_": personal(person)} for person in people]
            connection.execute(sql.FORGET_PLACE, places)
        case ForgetPerson(person):
            connection.execute(sql.FORGET_ACTOR, {**here, "person_": person})
            connection.execute(sql.FORGET_COPIES, {**here, "ending_": f":{person}"})
            connection.execute(sql.FORGET_PLACE, {"tenant_": tenant, "place_": personal(person)})


def _subject(change: Kept) -> tuple[str, str]:  # noqa: PLR0911 - one row per kind
    match change:
        case PutRequest(request):
            return "request", request.id
        case PutAlert(alert):
            return "alert", alert.id
        case PutCommon(common):
            return "common", common.id
        case DropCommon(id_):
            return "common", id_
        case PutNotice(notice):
            return "notice", notice.key
        case DropNotice(key):
            return "notice", key
        case PutFacts() | PutDesk() | PutRota():
            return type(change).__name__, ""


def changed(connection: Connection, tenant: str, desk: str, since: int, revision: int) -> tuple[Change, ...] | None:
    """Return what was changed from one revision to another, as it is now; None where that is not known any more."""
    here = {"tenant_": tenant, "desk_": desk}
    told = connection.execute(sql.CHANGED, {**here, "since_": since}).all()
    if len(told) != revision - since:
        return None
    subjects: dict[str, list[str]] = {}
    for kind, id_ in dict.fromkeys((kind, id_) for row in told for kind, id_ in orjson.loads(row.subjects)):
        subjects.setdefault(kind, []).append(id_)
    found: list[Change] = []
    for kind, (statement, of, put, drop) in READ.items():
        ids = subjects.get(kind, [])
        rows = connection.execute(statement, {**here, "some": ids}).all() if ids else []
        found += [put(parse(of, row[1], f"{kind} {tenant} {desk} {row[0]}")) for row in rows]
        found += [drop(id_) for id_ in set(ids) - {row[0] for row in rows}] if drop else []
    if PutFacts.__name__ in subjects or PutDesk.__name__ in subjects:
        row = connection.execute(sql.ONE_DESK, here).one()
        found += [PutFacts(parse(Facts, row.facts, f"desks {tenant} {desk}, facts"))]
        found += [PutDesk(parse(DeskInfo, row.info, f"desks {tenant} {desk}"))]
    if PutRota.__name__ in subjects:
        document = connection.execute(sql.ONE_ROTA, here).one().document
        found += [PutRota(parse(Rota, document, f"rotas {tenant} {desk}"))]
    return tuple(found)


READ: Mapping[str, tuple[Executable, type[Any], Callable[[Any], Change], Callable[[str], Change] | None]] = {
    "request": (sql.REQUESTS_BY_ID, Request, PutRequest, None),
    "alert": (sql.ALERTS_BY_ID, Alert, PutAlert, None),
    "common": (sql.COMMONS_BY_ID, Common, PutCommon, DropCommon),
    "notice": (sql.NOTICES_BY_KEY, Notice, PutNotice, DropNotice),
}
"""How what a commit touched is read again, by its kind: the statement, the class, and the change that it is."""


def _row(tenant: str, desk: str, change: Kept) -> Cells:  # noqa: PLR0911 - one row per kind
    match change:
        case PutRequest(request):
            return _request(tenant, desk, request)
        case PutAlert(alert):
            return _alert(tenant, desk, alert)
        case PutCommon(common):
            return tenant, desk, common.id, dump(common)
        case DropCommon(id_):
            return tenant, desk, id_
        case PutNotice(notice):
            return tenant, desk, notice.key, dump(notice)
        case DropNotice(key):
            return tenant, desk, key
        case PutFacts(facts):
            return dump(facts), tenant, desk
        case PutDesk(info):
            return info.channel, dump(info), tenant, desk
        case PutRota(rota):
            return dump(rota), tenant, desk


def _record(commit: Commit, at: int, record: Record) -> Cells:
    return (
        commit.tenant,
        commit.desk,
        commit.revision,
        at,
        record.key,
        record.kind,
        instant(record.happened_at),
        instant(record.recorded_at),
        record.actor,
        orjson.dumps(record.matters).decode(),
    )


def _request(tenant: str, desk: str, request: Request) -> Cells:
    next_at = request.next_at
    return (
        tenant,
        desk,
        request.id,
        request.place,
        request.status.value,
        instant(next_at) if next_at else None,
        instant(request.posted_at),
        instant(request.closed_at) if request.closed_at else None,
        dump(request),
        held(request),
        *figures_of_request(request),
    )


def figures_of_request(request: Request) -> Cells:
    """Return what the report counts of a request, in the order of the columns."""
    return (
        microseconds(request.posted_at),
        microseconds(waits_since(request)),
        microseconds(request.due_at),
        _or_none(request.responded_at),
        _or_none(request.closed_at),
        request.outcome.value if request.outcome else "",
        request.common,
        is_follow_up(request),
    )


def _asked(commit: Commit, request: Request) -> Cells:
    return (
        commit.tenant,
        commit.desk,
        request.id,
        commit.revision + 1,
        compared(request).replace("\0", ""),  # which PostgreSQL's text does not take
        instant(request.posted_at),
        request.status.value,
        request.outcome.value if request.outcome else "",
        request.common,
        orjson.dumps(request.helped).decode(),
        orjson.dumps(request.unlike).decode(),
        None,
        None,
    )


def _alert(tenant: str, desk: str, alert: Alert) -> Cells:
    ended_at = None if alert.is_live else instant(alert.changed_at)
    kept = (tenant, desk, alert.id, alert.status.value, ended_at, dump(alert), alerts.held(alert))
    return (*kept, *figures_of_alert(alert))


def figures_of_alert(alert: Alert) -> Cells:
    """Return what the report counts of an alert, in the order of the columns."""
    return (
        alert.news.value,
        microseconds(alert.first_at),
        _or_none(alert.acknowledged_at),
        _or_none(first_ended_at(alert)),
    )


def microseconds(at: datetime) -> int:
    """Return an instant as what is reckoned with holds it."""
    return (at - EPOCH) // MICROSECOND


def _or_none(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def instant(at: datetime) -> str:
    """Return an instant as every table holds it."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")
