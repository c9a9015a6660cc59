"""The fakes: a journal and rota files in memory, held to the same contract tests as the real ones."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.alerts import erasure as alerts
from bot.alerts.alert import Alert
from bot.effects import Change, ForgetActs, ForgetChats, ForgetMessages, ForgetPerson, PutDesk, PutRequest, PutRota
from bot.errors import Misconfigured, NotStored, Refused
from bot.places import person_of, personal
from bot.ports import (
    Address,
    Asked,
    Audit,
    Commit,
    Conflict,
    Expired,
    Limits,
    Loaded,
    News,
    Outgoing,
    Pending,
    Record,
)
from bot.rota.shift import Rota
from bot.standing import Standing
from bot.state import DeskInfo, State
from bot.store import tally
from bot.store.audit import MOST_DUE, MOST_PENDING
from bot.store.document import dump
from bot.store.rota import Kept, RotaDocument, StoredRota, valid_id
from bot.store.tables import spell
from bot.support.erasure import Part, held
from bot.support.likeness import compared
from bot.support.report import Figures, Period
from bot.support.request import Request, Status

DeskKey = tuple[str, str]


@dataclass(slots=True)
class _Kept:
    standing: Standing
    checksum: str = ""  # of the rota's file
    written: bool = False
    records: dict[str, Record] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)  # of the records, by key
    outbox: dict[str, Outgoing] = field(default_factory=dict)
    shown: dict[str, Address] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)


class MemoryJournal:
    """A ``bot.ports.Journal`` that forgets all when the process ends; while ``full``, every call raises NotStored."""

    def __init__(self) -> None:
        """Start empty."""
        self.full = False
        self._desks: dict[DeskKey, _Kept] = {}
        self._references: dict[tuple[str, str], str] = {}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def desks(self) -> tuple[DeskInfo, ...]:
        """Return every desk, by tenant and id."""
        self._check()
        return tuple(kept.standing.desk for _, kept in sorted(self._desks.items()))

    async def create(self, desk: DeskInfo) -> None:
        """Add a desk at revision 0 with an empty rota; raise Refused if its id, or its tenant's channel, is taken."""
        self._check()
        for kept in self._desks.values():
            known = kept.standing.desk
            if known.id == desk.id:
                message = f"There is a desk {desk.id} already."
                raise Refused(message)
            if (known.tenant, known.channel) == (desk.tenant, desk.channel):
                message = f"The channel is desk {known.id}'s."
                raise Refused(message)
        self._desks[desk.tenant, desk.id] = _Kept(Standing(0, desk))

    async def remove(self, tenant: str, desk: str) -> None:
        """Forget a desk; raise Refused if it ever had a request, has something left to send, or is unknown."""
        kept = self._kept(tenant, desk)
        if kept.standing.requests:
            message = f"Desk {desk} has had requests; it is not removed, so that nothing of them is lost."
            raise Refused(message)
        if kept.outbox:
            message = f"Desk {desk} still has something to send. Remove it when that is out, with the bot running."
            raise Refused(message)
        del self._desks[tenant, desk]

    async def load(self, tenant: str, desk: str) -> Loaded:
        """Return a desk: what is open and live, notices, pending effects; raise Refused where it is unknown."""
        kept = self._kept(tenant, desk)
        standing = kept.standing
        return Loaded(
            revision=standing.revision,
            desk=standing.desk,
            rota=standing.rota,
            facts=standing.facts,
            requests=_by_time(request for request in standing.requests.values() if request.status is not Status.CLOSED),
            notices=tuple(notice for _, notice in sorted(standing.notices.items())),
            outgoing=tuple(kept.outbox.values()),
            alerts=_by_id(alert for alert in standing.alerts.values() if alert.is_live),
            commons=tuple(common for _, common in sorted(standing.commons.items())),
        )

    async def known(self, tenant: str, desk: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of ``keys`` that belong to events already recorded."""
        return frozenset(keys) & self._kept(tenant, desk).records.keys()

    async def matters(self, tenant: str, desk: str, ids: Iterable[str], places: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests with these ids or in these threads, closed ones included, by their posts' time."""
        wanted, threads = frozenset(ids), frozenset(places)
        requests = self._kept(tenant, desk).standing.requests.values()
        return _by_time(request for request in requests if request.id in wanted or request.place in threads)

    async def alerts(self, tenant: str, desk: str, ids: Iterable[str], names: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts with these ids or names, ended ones included, by id."""
        standing = self._kept(tenant, desk).standing
        wanted = {*ids, *(standing.called.get(name, "") for name in names)}
        return _by_id(standing.alerts[id_] for id_ in wanted if id_ in standing.alerts)

    async def alerts_naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts, live or not erased yet, in which one of ``words`` stands: an id, or a name."""
        wanted = [dump(word)[1:-1] for word in words]
        return _by_id(
            alert
            for alert in self._kept(tenant, desk).standing.alerts.values()
            if alert.is_live or alerts.held(alert)
            if any(word in dump(alert) for word in wanted)
        )

    async def naming(self, tenant: str, desk: str, words: Iterable[str]) -> tuple[Request, ...]:
        """Return the requests, open or not erased yet, in which one of ``words`` stands: an id, or a name."""
        wanted = [dump(word)[1:-1] for word in words]
        return _by_time(
            request
            for request in self._kept(tenant, desk).standing.requests.values()
            if request.status is not Status.CLOSED or held(request)
            if any(word in dump(request) for word in wanted)
        )

    async def remembers(self, tenant: str, desk: str, person: str) -> bool:
        """Say whether the history names somebody by their id, or their chat with the bot is known."""
        acted = any(record.actor == person != "" for record in self._kept(tenant, desk).records.values())
        return acted or (tenant, personal(person)) in self._references

    async def expired(self, tenant: str, desk: str, limits: Limits, portion: int) -> Expired:
        """Return what is past its time, at most ``portion`` of each kind, the oldest first."""
        kept = self._kept(tenant, desk)
        closed = [
            (request.closed_at, request.id)
            for request in kept.standing.requests.values()
            for until in [max((limits.closed[Part(part)] for part in held(request)), default=None)]
            if until is not None and request.closed_at is not None and request.closed_at <= until
        ]
        ids = [id_ for _, id_ in sorted(closed)]
        ended = [
            (alert.changed_at, alert.id)
            for alert in kept.standing.alerts.values()
            for until in [max((limits.closed[Part(part)] for part in alerts.held(alert)), default=None)]
            if until is not None and alert.changed_at <= until
        ]
        left = [key for key in kept.records if kept.revisions[key] >= limits.nameless_to][:portion]
        past = [key for key in left if kept.records[key].recorded_at <= limits.closed[Part.NAMES]]
        revision = max((kept.revisions[key] + 1 for key in past), default=limits.nameless_to)
        more = max(len(ids), len(ended), len(past)) >= portion
        oldest = tuple(id_ for _, id_ in sorted(ended)[:portion])
        return Expired(tuple(ids[:portion]), revision, more, () if more else self._silent(tenant), oldest)

    def _silent(self, tenant: str) -> tuple[str, ...]:
        kept = [one for (known, _), one in self._desks.items() if known == tenant]
        acted = {record.actor for one in kept for record in one.records.values()}
        chats = sorted(person_of(place) for known, place in self._references if known == tenant)
        return tuple(one for one in chats if one and one not in acted)

    async def closed(self, tenant: str, desk: str, requester: str, since: datetime) -> tuple[Request, ...]:
        """Return what somebody asked and was closed at ``since`` or later, by their posts' time."""
        requests = self._kept(tenant, desk).standing.requests.values()
        theirs = [one for one in requests if one.status is Status.CLOSED and one.requester.id == requester]
        return _by_time(one for one in theirs if one.closed_at and one.closed_at >= since)

    async def texts(self, tenant: str, desk: str, after: tuple[int, str], portion: int) -> tuple[Asked, ...]:
        """Return what the search is to know anew: at most ``portion`` after a revision and a request, in that order."""
        some = [one for one in self._kept(tenant, desk).asked.values() if (one.revision, one.request) > after]
        return tuple(sorted(some, key=lambda one: (one.revision, one.request))[:portion])

    async def keep_vectors(self, tenant: str, desk: str, some: Iterable[Asked]) -> None:
        """Keep the vectors of those requests that still have the same words."""
        asked = self._kept(tenant, desk).asked
        for one in some:
            known = asked.get(one.request)
            if known is not None and known.text == one.text:
                asked[one.request] = replace(known, vector=one.vector, encoder=one.encoder)

    async def figures(self, tenant: str, desk: str, period: Period) -> Figures:
        """Return what came in a period, counted from history as it stands."""
        return tally.count(self._kept(tenant, desk).standing, period)

    @asynccontextmanager
    async def alone(self, tenant: str, desk: str, revision: int) -> AsyncIterator[News | None]:
        """Give None: nobody else writes."""
        del tenant, desk, revision
        yield None

    async def commit(self, commit: Commit) -> frozenset[str]:
        """Write all of ``commit``; raise Conflict if the revision has moved on or a record's key is known."""
        self._check()
        kept = self._desks.get((commit.tenant, commit.desk))
        keys = [record.key for record in commit.records]
        if kept is None or kept.standing.revision != commit.revision:
            message = f"desk {commit.desk} is no longer at revision {commit.revision}"
            raise Conflict(message)
        if len(set(keys)) < len(keys) or kept.records.keys() & set(keys):
            message = f"desk {commit.desk} knows one of the keys"
            raise Conflict(message)
        kept.standing.revision += 1
        kept.records.update((record.key, record) for record in commit.records)
        kept.revisions.update((record.key, commit.revision) for record in commit.records)
        for change in commit.changes:
            kept.standing.apply(change)
            self._forget(commit.tenant, kept, change)
            if isinstance(change, PutRequest):
                _know(kept.asked, change.request, kept.standing.revision)
            kept.written &= not isinstance(change, PutDesk | PutRota)
        for id_ in commit.struck:
            kept.outbox.pop(id_, None)
        for outgoing in commit.outgoing:
            kept.outbox.pop(outgoing.id, None)
            kept.outbox[outgoing.id] = outgoing
        kept.shown.update(commit.shown)
        return frozenset()

    async def address(self, tenant: str, desk: str, key: str) -> Address | None:
        """Return where the message under ``key`` lives, None if it was never delivered."""
        return self._kept(tenant, desk).shown.get(key)

    async def probe(self) -> None:
        """Do nothing, but fail as a commit does."""
        self._check()

    async def audit(self, tenant: str, desk: str, due: datetime) -> Audit:
        """Return a desk as whoever audits it reads it; raise Refused where it is unknown."""
        kept = self._kept(tenant, desk)
        standing = kept.standing
        late = sorted(
            (request.next_at, request.id)
            for request in standing.requests.values()
            if request.status is not Status.CLOSED and request.next_at is not None and request.next_at <= due
        )
        state = State(
            standing.desk,
            standing.rota,
            standing.facts,
            {id_: standing.requests[id_] for _, id_ in late[:MOST_DUE]},
            alerts={alert.id: alert for alert in standing.alerts.values() if alert.is_live},
            commons=dict(standing.commons),
        )
        rows = [Pending(one.id, one.effect.key, type(one.effect).__name__) for one in kept.outbox.values()]
        return Audit(state, len(late), tuple(rows[:MOST_PENDING]), len(rows))

    async def rota(self, tenant: str, desk: str) -> StoredRota:
        """Return a desk's rota with what is known of its file; raise Refused where the desk is unknown."""
        kept = self._kept(tenant, desk)
        return StoredRota(kept.standing.rota, kept.checksum, kept.written)

    async def rota_written(self, tenant: str, desk: str, checksum: str, rota: Rota) -> None:
        """Remember that the file holds ``rota`` under ``checksum``; a rota put meanwhile stays to be written."""
        kept = self._kept(tenant, desk)
        kept.checksum = checksum
        kept.written = kept.standing.rota == rota

    async def learn(self, tenant: str, place: str, document: str) -> None:
        """Keep the Teams adapter's note on how to reach a place."""
        self._check()
        self._references[tenant, place] = document

    async def references(self) -> tuple[tuple[str, str, str], ...]:
        """Return all such notes: tenant, place, document."""
        self._check()
        return tuple((tenant, place, document) for (tenant, place), document in sorted(self._references.items()))

    async def references_of(self, tenant: str, places: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Return those of some places of a tenant."""
        wanted = set(places)
        return tuple(one for one in await self.references() if one[0] == tenant and one[1] in wanted)

    async def history(self, tenant: str, desk: str) -> tuple[Record, ...]:
        """Return a desk's records in the order in which they were written."""
        return tuple(self._kept(tenant, desk).records.values())

    def _forget(self, tenant: str, kept: _Kept, change: Change) -> None:
        match change:
            case ForgetActs(since, until):
                nameless = {key for key in kept.records if since <= kept.revisions[key] < until}
            case ForgetPerson(person):
                nameless = {key for key, record in kept.records.items() if record.actor == person}
                kept.shown = {key: where for key, where in kept.shown.items() if f":{person}" not in key}
                self._references.pop((tenant, personal(person)), None)
            case ForgetChats(people):
                nameless = set()
                for person in people:
                    self._references.pop((tenant, personal(person)), None)
            case ForgetMessages(prefixes):
                nameless = set()
                kept.shown = {key: where for key, where in kept.shown.items() if not key.startswith(prefixes)}
            case _:
                return
        kept.records.update((key, replace(kept.records[key], actor="")) for key in nameless)

    def _check(self) -> None:
        if self.full:
            message = "The journal in memory failed: it is switched to full."
            raise NotStored(message)

    def _kept(self, tenant: str, desk: str) -> _Kept:
        self._check()
        kept = self._desks.get((tenant, desk))
        if kept is None:
            message = f"There is no desk {desk}."
            raise Refused(message)
        return kept


class MemoryRotaFiles:
    """Rota files in memory; while ``full``, a write raises NotStored."""

    def __init__(self) -> None:
        """Start empty."""
        self.full = False
        self.documents: dict[str, RotaDocument] = {}

    def write(self, desk: DeskInfo, rota: Rota) -> str:
        """Keep a desk's document and return its checksum."""
        if self.full:
            message = "The rota file in memory could not be written."
            raise NotStored(message)
        checksum = hashlib.sha256(json.dumps(spell(desk, rota)).encode()).hexdigest()
        self.documents[valid_id(desk.id)] = RotaDocument(rota, checksum)
        return checksum

    def keep(self, desk: DeskInfo, stored: StoredRota) -> Kept | None:
        """Return None: nobody edits what is in memory."""
        del desk, stored
        return None

    def read(self, desk: DeskInfo) -> RotaDocument:
        """Return a desk's document; raise Misconfigured where there is none."""
        if valid_id(desk.id) not in self.documents:
            message = f"The rota file of {desk.id} cannot be read (it is not there)."
            raise Misconfigured(message)
        return self.documents[desk.id]

    def checksum(self, desk_id: str) -> str | None:
        """Return the checksum of a desk's document, None where there is none."""
        document = self.documents.get(valid_id(desk_id))
        return document.checksum if document else None


def _know(asked: dict[str, Asked], request: Request, revision: int) -> None:
    """Keep what the search is to know of a request: a vector as long as its words are the same."""
    known = asked.get(request.id)
    new = Asked(
        request.id,
        revision,
        compared(request),
        request.posted_at,
        request.status,
        request.outcome,
        request.common,
        request.helped,
        request.unlike,
    )
    if known is not None and known.text == new.text:
        new = replace(new, vector=known.vector, encoder=known.encoder)
        if replace(known, revision=revision, posted_at=request.posted_at) == new:
            return
    asked[request.id] = new


def _by_id(some: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(some, key=lambda alert: alert.id))


def _by_time(requests: Iterable[Request]) -> tuple[Request, ...]:
    return tuple(sorted(requests, key=lambda request: (request.posted_at, request.id)))
