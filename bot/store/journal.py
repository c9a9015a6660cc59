"""The journal in SQL: what it writes and reads, one transaction a call, on threads of its own.

On SQLite that is one thread. On PostgreSQL, where other replicas write too, a desk is one's own for a turn: its row is
locked before anything is decided, and what the others committed since comes with it.

What a failing disk does is told apart from who was faster: NotStored, after which the next call tries afresh, and
Conflict. It must not know what an event or a request means.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import orjson
from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError

from bot.alerts.alert import Alert
from bot.effects import Forget
from bot.errors import Misconfigured, NotStored, Refused
from bot.places import person_of, personal
from bot.ports import Address, Asked, Audit, Commit, Expired, Limits, Loaded, News, Outgoing, Record
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Notice
from bot.store import audit as audits
from bot.store import figures, sqlite
from bot.store import statements as sql
from bot.store.document import Unreadable, dump, parse, parse_effect
from bot.store.migrate import migrate, refuse_another
from bot.store.rota import StoredRota
from bot.store.writing import Holder, Writer, changed, instant
from bot.support.erasure import Part, kinds
from bot.support.recurrence import Common
from bot.support.report import Figures, Period
from bot.support.request import Outcome, Request, Status

log = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, object]

SOME = 500  # keys asked for in one statement
SQLITE = "sqlite:///"
NO_DRIVER = "HOTSEAT_DATABASE_URL: the driver is not installed; pip install 'hotseat[postgres]'"


def read_outgoing(tenant: str, desk: str, rows: Iterable[Sequence[str]]) -> tuple[Outgoing, ...]:
    """Return rows of an outbox (id, document, event); what can't be read stays there, and keeps nothing else back.

    That may be of a newer version. It is logged, and an auditor finds it there.
    """
    found = []
    for id_, document, event in rows:
        try:
            found.append(Outgoing(id_, parse_effect(document, f"outbox {tenant} {desk} {id_}"), event))
        except Unreadable:
            log.exception("what waits to be sent cannot be read, and is left there", extra={"desk": desk})
    return tuple(found)


class Database(Protocol):
    """What SQLite and PostgreSQL have in common here."""

    name: str
    threads: int

    @property
    def dialect(self) -> Dialect:
        """Return how it spells statements."""

    def may_be_new(self) -> bool:
        """Say whether one without tables may be a new one."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Give a connection for one transaction."""

    def lock_for_migration(self, connection: Connection) -> None:
        """Wait until nobody else migrates, until the end of the transaction."""

    def touch(self, connection: Connection) -> None:
        """Write something that means nothing, within the caller's transaction."""

    def empty_log(self) -> None:
        """Let what was erased be gone from the log of writes too, as far as that is in this process's power."""

    def cause(self, error: Exception) -> str:
        """Return what failed, in words that name no value of a row."""

    def drop(self) -> None:
        """Let go of a connection that failed."""

    def close(self) -> None:
        """Close."""


class SharedDatabase(Database, Protocol):
    """What PostgreSQL has besides."""

    def connect(self) -> Connection:
        """Return a connection for a transaction that lasts for several calls."""


class SqlJournal:
    """A journal in a database; between ``open`` and ``close`` it is a ``bot.ports.Journal``.

    On SQLite the caller holds the data folder's lock meanwhile. Every method but ``open`` raises NotStored when the
    database fails. ``holder`` is the replica that delivers what is committed, where there are several.
    """

    def __init__(self, url: str) -> None:
        """Name the database: sqlite:///PATH, in which no character means anything else, or postgresql://….

        Nothing is opened yet.
        """
        self.holder = Holder()
        self._database: Database
        self._shared: SharedDatabase | None = None
        if url.startswith(SQLITE):
            self._database = sqlite.Database(Path(url.removeprefix(SQLITE)))
        else:
            try:
                from bot.store import postgres  # noqa: PLC0415 - start-up time and memory
            except ModuleNotFoundError as missing:
                raise Misconfigured(NO_DRIVER) from missing
            self._database = self._shared = postgres.Database(url)
            self._waiting = ThreadPoolExecutor(postgres.TURNS, "journal-turns")
            self._turns = asyncio.Semaphore(postgres.TURNS)
        self._turn: dict[tuple[str, str], Connection] = {}
        self._writer = Writer(self._database.dialect, is_shared=self.is_shared)
        self._thread = ThreadPoolExecutor(self._database.threads, "journal")

    @property
    def is_shared(self) -> bool:
        """Say whether other replicas may write to the database too."""
        return self._shared is not None

    async def open(self) -> None:
        """Open and migrate the database; raise Misconfigured, with the remedy, where it is not to be trusted."""
        new = self._database.may_be_new()

        def work(connection: Connection) -> None:
            self._database.lock_for_migration(connection)
            migrate(connection, self._database.name, may_be_new=new)

        try:
            await self.run(work)
        except NotStored as error:
            if self.is_shared:
                message = f"{error} Check HOTSEAT_DATABASE_URL, that the server runs, and the user's rights."
            else:
                message = (
                    f"{error} Check that it is Hotseat's journal, that its disk has space, and this user's rights."
                )
            raise Misconfigured(message) from error

    async def close(self) -> None:
        """Close the database and end its threads."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown(wait=not self.is_shared)  # a server that is silent is not waited for
        if self.is_shared:
            self._waiting.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def desks(self) -> tuple[DeskInfo, ...]:
        """Return every desk, by tenant and id."""
        rows = await self.run(lambda connection: connection.execute(sql.ALL_DESKS).all())
        return tuple(parse(DeskInfo, info, f"desks {tenant} {desk}") for tenant, desk, info in rows)

    async def create(self, desk: DeskInfo) -> None:
        """Add a desk at revision 0 with an empty rota; raise Refused if its id, or its tenant's channel, is taken."""

        def work(connection: Connection) -> None:
            here: Row = {"tenant": desk.tenant, "desk": desk.id}
            taken = connection.execute(
                sql.TAKEN, {"tenant_": desk.tenant, "desk_": desk.id, "channel_": desk.channel}
            ).scalar()
            if taken is not None:
                message = f"There is a desk {taken} already." if taken == desk.id else f"The channel is desk {taken}'s."
                raise Refused(message)
            row = {"channel": desk.channel, "revision": 0, "info": dump(desk), "facts": dump(Facts())}
            connection.execute(sql.ADD_DESK, {**here, **row})
            connection.execute(sql.ADD_ROTA, {**here, "document": dump(Rota()), "checksum": "", "written": False})

        await self.run(work)

    async def remove(self, tenant: str, desk: str) -> None:
        """Forget a desk; raise Refused if it ever had a request, has something left to send, or is unknown."""
        here = {"tenant_": tenant, "desk_": desk}

        def work(connection: Connection) -> None:
            if connection.execute(sql.ONE_DESK, here).first() is None:
                message = f"There is no desk {desk}."
                raise Refused(message)
            if connection.execute(sql.ANY_REQUEST, here).first() is not None:
                message = f"Desk {desk} has had requests; it is not removed, so that nothing of them is lost."
                raise Refused(message)
            if connection.execute(sql.ANY_OUTGOING, here).first() is not None:
                message = f"Desk {desk} still has something to send. Remove it when that is out, with the bot running."
                raise Refused(message)
            for statement in sql.REMOVE_DESK:
                connection.execute(statement, here)

        await self.run(work)

    async def load(self, tenant: str, desk: str) -> Loaded:
        """Return a desk: what is open and live, notices, common requests, and the effects that this process delivers.

        Raise Refused where it is unknown.
        """
        holder = self.holder
        here = {"tenant_": tenant, "desk_": desk, "holder_": holder.id}
        rows, rota, *lists = await self.run(
            lambda connection: [
                connection.execute(statement, here).all()
                for statement in (
                    *(sql.ONE_DESK, sql.ONE_ROTA),
                    *(sql.OPEN_REQUESTS, sql.LIVE_ALERTS, sql.ALL_NOTICES, sql.ALL_OUTGOING, sql.ALL_COMMONS),
                )
            ]
        )
        if not rows:
            message = f"There is no desk {desk}."
            raise Refused(message)
        requests, alerts, notices, outgoing, commons = lists
        outgoing = outgoing if holder is self.holder else []
        name = f"{tenant} {desk}"
        return Loaded(
            revision=rows[0].revision,
            desk=parse(DeskInfo, rows[0].info, f"desks {name}"),
            rota=parse(Rota, rota[0].document, f"rotas {name}"),
            facts=parse(Facts, rows[0].facts, f"desks {name}, facts"),
            requests=tuple(parse(Request, text, f"requests {name} {id_}") for id_, text in requests),
            notices=tuple(parse(Notice, text, f"notices {name} {key}") for key, text in notices),
            outgoing=read_outgoing(tenant, desk, outgoing),
            alerts=tuple(parse(Alert, text, f"alerts {name} {id_}") for id_, text in alerts),
            commons=tuple(parse(Common, text, f"commons {name} {id_}") for id_, text in commons),
        )

    async def known(self, tenant: str, desk: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of ``keys`` that belong to events already recorded."""
        rows = await self._some(tenant, desk, (sql.KNOWN_KEYS, keys))
        return frozenset(row[0] for row in rows)

    async def matters(self, tenant: str, desk: str, ids: Iterable[str], places: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests with these ids or in these threads, closed ones included, by their posts' time."""
        rows = await self._some(tenant, desk, (sql.REQUESTS_BY_ID, ids), (sql.REQUESTS_BY_PLACE, places))
        found = {row[0]: parse(Request, row[1], f"requests {tenant} {desk} {row[0]}") for row in rows}
        return tuple(sorted(found.values(), key=lambda request: (request.posted_at, request.id)))

    async def alerts(self, tenant: str, desk: str, ids: Iterable[str], names: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts with these ids or names, ended ones included, by id."""
        rows = await self._some(tenant, desk, (sql.ALERTS_BY_ID, ids), (sql.ALERTS_BY_NAME, names))
        return _alerts(rows, f"alerts {tenant} {desk}")

    async def alerts_naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts, live or not erased yet, in which one of ``words`` stands: an id, or a name."""
        named = {"tenant_": tenant, "desk_": desk, "some": kinds()}
        asked = [{**named, "word_": dump(word)[1:-1]} for word in words]
        rows = await self.run(
            lambda connection: [tuple(row) for one in asked for row in connection.execute(sql.ALERTS_NAMING, one)]
        )
        return _alerts(rows, f"alerts {tenant} {desk}")

    async def naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests, open or not erased yet, in which one of ``words`` stands: an id, or a name."""
        named = {"tenant_": tenant, "desk_": desk, "some": kinds()}
        asked = [{**named, "word_": dump(word)[1:-1]} for word in words]
        rows = await self.run(
            lambda connection: [tuple(row) for one in asked for row in connection.execute(sql.NAMING, one)]
        )
        found = {id_: parse(Request, text, f"requests {tenant} {desk} {id_}") for id_, text in rows}
        return tuple(sorted(found.values(), key=lambda request: (request.posted_at, request.id)))

    async def remembers(self, tenant: str, desk: str, person: str) -> bool:
        """Say whether the history names somebody by their id, or their chat with the bot is known."""
        who = {"tenant_": tenant, "desk_": desk, "person_": person, "place_": personal(person)}
        found = await self.run(lambda connection: [connection.execute(one, who).first() for one in sql.REMEMBERED])
        return person != "" and any(found)

    async def expired(self, tenant: str, desk: str, limits: Limits, portion: int) -> Expired:
        """Return what is past its time, at most ``portion`` of each kind, the oldest first."""
        here: Row = {"tenant_": tenant, "desk_": desk, "most_": portion}

        def oldest(connection: Connection, statement: Executable) -> list[str]:
            rows = [
                tuple(row)
                for kind in kinds()
                for until in [instant(max(limits.closed[Part(part)] for part in kind))]
                for row in connection.execute(statement, {**here, "held_": kind, "until_": until})
            ]
            return [id_ for id_, _ in sorted(rows, key=lambda row: (row[1], row[0]))]

        def work(connection: Connection) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
            done = connection.execute(sql.RECORDED, {**here, "since_": limits.nameless_to}).all()
            return oldest(connection, sql.HELD), oldest(connection, sql.ALERTS_HELD), [tuple(row) for row in done]

        ids, alerts, done = await self.run(work)
        until = instant(limits.closed[Part.NAMES])
        past = [revision for revision, recorded_at in done if recorded_at <= until]
        revision = max((one + 1 for one in past), default=limits.nameless_to)
        more = max(len(ids), len(alerts), len(past)) >= portion
        chats = () if more else await self._silent(tenant)
        return Expired(tuple(ids[:portion]), revision, more, chats, tuple(alerts[:portion]))

    async def _silent(self, tenant: str) -> tuple[str, ...]:
        where = {"tenant_": tenant, "chats_": personal("")}
        rows = await self.run(lambda connection: connection.execute(sql.SILENT, where).all())
        return tuple(person_of(row[0]) for row in rows)

    async def closed(self, tenant: str, desk: str, requester: str, since: datetime) -> tuple[Request, ...]:
        """Return what somebody asked, was closed at ``since`` or later, and still has names, by their posts' time."""
        where = {"tenant_": tenant, "desk_": desk, "since_": instant(since), "some": kinds()}
        rows = await self.run(lambda connection: connection.execute(sql.CLOSED_SINCE, where).all())
        found = [
            parse(Request, text, f"requests {tenant} {desk} {id_}") for id_, text in rows if dump(requester) in text
        ]
        return tuple(one for one in found if one.requester.id == requester)

    async def texts(self, tenant: str, desk: str, after: tuple[int, str], portion: int) -> tuple[Asked, ...]:
        """Return what the search is to know anew: at most ``portion`` after a revision and a request, in that order."""
        revision, request = after
        here: Row = {"tenant_": tenant, "desk_": desk, "most_": portion}
        here |= {"revision_": revision, "request_": request}
        rows = await self.run(lambda connection: connection.execute(sql.CHANGED_TEXTS, here).all())
        return tuple(
            Asked(
                request=row.request,
                revision=row.revision,
                text=row.text,
                posted_at=datetime.fromisoformat(row.posted_at),
                status=Status(row.status),
                outcome=Outcome(row.outcome) if row.outcome else None,
                common=row.common,
                helped=tuple(orjson.loads(row.helped)),
                unlike=tuple(orjson.loads(row.unlike)),
                vector=row.vector,
                encoder=row.encoder or "",
            )
            for row in rows
        )

    async def keep_vectors(self, tenant: str, desk: str, some: Iterable[Asked]) -> None:
        """Keep the vectors of those requests that still have the same words."""
        here = {"tenant_": tenant, "desk_": desk}
        rows = [
            {**here, "request_": one.request, "text_": one.text, "vector_": one.vector, "encoder_": one.encoder}
            for one in some
        ]
        if rows:
            await self.run(lambda connection: connection.execute(sql.KEEP_VECTOR, rows) and None)

    async def figures(self, tenant: str, desk: str, period: Period) -> Figures:
        """Return what came in a period, counted from history as it stands."""
        return await self.run(lambda connection: figures.count(connection, tenant, desk, period))

    @asynccontextmanager
    async def alone(self, tenant: str, desk: str, revision: int) -> AsyncIterator[News | None]:
        """Have a desk to oneself, until the end or until the commit: other replicas wait for that.

        Give what they committed since ``revision``, None for nothing.
        """
        shared = self._shared
        if shared is None:
            yield None
            return

        def begin() -> tuple[Connection, News | None]:
            connection = shared.connect()
            try:
                return connection, _news(connection, tenant, desk, revision)
            except BaseException:
                connection.close()
                raise

        def end(connection: Connection) -> None:
            connection.close()  # which takes back what was not committed

        loop = asyncio.get_running_loop()
        async with self._turns:
            connection, news = await loop.run_in_executor(self._waiting, self._guarded, begin)
            self._turn[tenant, desk] = connection
            try:
                yield news
            finally:
                del self._turn[tenant, desk]
                await loop.run_in_executor(self._thread, self._guarded, lambda: end(connection))

    async def commit(self, commit: Commit) -> frozenset[str]:
        """Write all of ``commit`` durably; raise Conflict if the revision has moved on or a record's key is known.

        Return the ids of what another replica delivers. Raise Lost if one of ``struck`` is another's by now.
        """
        holder, turn = self.holder, self._turn.get((commit.tenant, commit.desk))
        if turn is None:
            left = await self.run(lambda connection: self._writer.write(connection, commit, holder))
        else:
            left = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._guarded, lambda: self._commit_turn(turn, commit, holder)
            )
        if any(isinstance(change, Forget) for change in commit.changes):  # so does the end of each sweep
            await asyncio.get_running_loop().run_in_executor(self._thread, self._database.empty_log)
        return left if holder is self.holder else frozenset(one.id for one in commit.outgoing)

    def _commit_turn(self, turn: Connection, commit: Commit, holder: Holder) -> frozenset[str]:
        left = self._writer.write(turn, commit, holder)
        turn.commit()
        return left

    async def revisions(self) -> dict[tuple[str, str], int]:
        """Return the revision of every desk, by tenant and id."""
        rows = await self.run(lambda connection: connection.execute(sql.REVISIONS).all())
        return {(row.tenant, row.desk): row.revision for row in rows}

    async def address(self, tenant: str, desk: str, key: str) -> Address | None:
        """Return where the message under ``key`` lives, None if it was never delivered."""
        where = {"tenant_": tenant, "desk_": desk, "key_": key}
        row = await self.run(lambda connection: connection.execute(sql.ONE_ADDRESS, where).first())
        return Address(*row) if row else None

    async def probe(self) -> None:
        """Write something that means nothing, as durably as a commit.

        Raise NotStored where that fails, and where another version has brought the database to its own meanwhile.
        """

        def work(connection: Connection) -> None:
            refuse_another(connection, self._database.name)
            self._database.touch(connection)

        await self.run(work)

    async def check_version(self) -> None:
        """Raise NotStored where another version has brought the database to its own meanwhile."""
        await self.run(lambda connection: refuse_another(connection, self._database.name))

    async def audit(self, tenant: str, desk: str, due: datetime) -> Audit:
        """Return a desk as whoever audits it reads it; raise Refused where it is unknown."""
        holder = self.holder.id
        return await self.run(lambda connection: audits.audit(connection, tenant, desk, due, holder))

    async def rota(self, tenant: str, desk: str) -> StoredRota:
        """Return a desk's rota with what is known of its file; raise Refused where the desk is unknown."""
        here = {"tenant_": tenant, "desk_": desk}
        row = await self.run(lambda connection: connection.execute(sql.ONE_ROTA, here).first())
        if row is None:
            message = f"There is no desk {desk}."
            raise Refused(message)
        return StoredRota(parse(Rota, row.document, f"rotas {tenant} {desk}"), row.checksum, bool(row.written))

    async def rota_written(self, tenant: str, desk: str, checksum: str, rota: Rota) -> None:
        """Remember that the file holds ``rota`` under ``checksum``; a rota put meanwhile stays to be written."""
        row = {"tenant_": tenant, "desk_": desk, "checksum_": checksum, "document_": dump(rota)}
        await self.run(lambda connection: connection.execute(sql.ROTA_WRITTEN, row) and None)

    async def learn(self, tenant: str, place: str, document: str) -> None:
        """Keep the Teams adapter's note on how to reach a place."""
        row = {"tenant": tenant, "place": place, "document": document}
        await self.run(lambda connection: connection.execute(sql.PUT_REFERENCE, row) and None)

    async def references(self) -> tuple[tuple[str, str, str], ...]:
        """Return all such notes: tenant, place, document."""
        rows = await self.run(lambda connection: connection.execute(sql.ALL_REFERENCES).all())
        return tuple((row.tenant, row.place, row.document) for row in rows)

    async def references_of(self, tenant: str, places: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Return those of some places of a tenant."""
        asked = {"tenant_": tenant, "some": list(places)}
        rows = await self.run(lambda connection: connection.execute(sql.SOME_REFERENCES, asked).all())
        return tuple((row.tenant, row.place, row.document) for row in rows)

    async def history(self, tenant: str, desk: str) -> tuple[Record, ...]:
        """Return a desk's records in the order in which they were written."""
        here = {"tenant_": tenant, "desk_": desk}
        rows = await self.run(lambda connection: connection.execute(sql.HISTORY, here).all())
        return tuple(
            Record(
                row.key,
                row.kind,
                datetime.fromisoformat(row.happened_at),
                datetime.fromisoformat(row.recorded_at),
                row.actor,
                tuple(orjson.loads(row.matters)),
            )
            for row in rows
        )

    async def _some(self, tenant: str, desk: str, *questions: tuple[Executable, Iterable[str]]) -> list[Sequence[str]]:
        here = {"tenant_": tenant, "desk_": desk}
        asked = [(statement, some) for statement, keys in questions for some in _portions(keys)]
        if not asked:
            return []
        return await self.run(
            lambda connection: [
                tuple(row) for statement, some in asked for row in connection.execute(statement, {**here, "some": some})
            ]
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction of its own; raise NotStored when the database fails."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.transact, work)

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Do what ``run`` does, from a thread; on SQLite from the journal's own alone."""

        def within() -> T:
            with self._database.transaction() as connection:
                return work(connection)

        return self._guarded(within)

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (SQLAlchemyError, OSError) as error:
            self._database.drop()
            message = f"{self._database.name} failed: {self._database.cause(error)}."
            raise NotStored(message) from None


def _news(connection: Connection, tenant: str, desk: str, since: int) -> News | None:
    """Lock a desk's row, and return what was committed since."""
    found = connection.execute(sql.TAKE_TURN, {"tenant_": tenant, "desk_": desk}).scalar_one_or_none()
    if found is None:
        message = f"There is no desk {desk}."
        raise Refused(message)
    return None if found == since else News(found, changed(connection, tenant, desk, since, found))


def _alerts(rows: Iterable[Sequence[str]], where: str) -> tuple[Alert, ...]:
    found = {row[0]: parse(Alert, row[1], f"{where} {row[0]}") for row in rows}
    return tuple(found[id_] for id_ in sorted(found))


def _portions(keys: Iterable[str]) -> Iterator[list[str]]:
    left = iter(keys)
    while some := list(islice(left, SOME)):
        yield some
