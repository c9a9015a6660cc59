"""The auditor: each minute it looks in the journal for work that should have been done, and was not.

It stands outside the way by which the work is done, and trusts nothing of that: no alarm, no desk's memory, no outbox.
What stands still it wakes; what stays is logged, counted, and told to an admin by another way than the one that
fails, at most once an hour, and once when it is over. It must not know how anybody is told.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from bot.decide import next_due
from bot.decide.alerts import showing
from bot.decide.rota import week
from bot.errors import NotStored, Refused
from bot.hours import SupportHours
from bot.ports import Audit, Clock, Journal, Lookup, Pending
from bot.retries import always
from bot.rota.shift import Rota
from bot.state import DeskInfo

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
LATE = timedelta(seconds=60)
OLD_SECONDS = 60.0
OLD_TICKET_SECONDS = 1_200.0  # a ticket of which nobody knows whether it is there is looked for a quarter of an hour
ANSWER_SECONDS = 10.0
WAKE_SECONDS = 10.0
AGAIN_SECONDS = 3_600.0
NAMED = 5  # ids in a message to people; the log has more


class Kind(StrEnum):
    """What is overdue: a step of the clock, a message to somebody, or the journal itself."""

    REQUESTS = "requests"
    ALERTS = "alerts"
    ROTA = "rota"
    DESK = "desk"
    TEAMS = "teams"
    SLACK = "slack"
    JIRA = "jira"
    OTHER = "other"
    JOURNAL = "journal"


_TARGETS: Mapping[str, Kind] = MappingProxyType(
    {"Show": Kind.TEAMS, "Say": Kind.TEAMS, "SlackSay": Kind.SLACK, "OpenTicket": Kind.JIRA}
)
_RESTART = "It did not go on when I tried again. Look for these ids in the log, and restart the bot."
_WORDS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.REQUESTS: ("steps of requests are overdue", _RESTART),
        Kind.ALERTS: ("steps of alerts are overdue", _RESTART),
        Kind.ROTA: ("a step of the rota is overdue", _RESTART),
        Kind.DESK: ("the desk's daily work is overdue", _RESTART),
        Kind.TEAMS: ("messages wait to go to Teams", "Check the way to Teams and the registration; the log has why."),
        Kind.SLACK: ("lines wait to go to Slack", "Check SLACK_BOT_TOKEN and Slack's own status; the log has why."),
        Kind.JIRA: ("tickets wait to be made in Jira", "Check JIRA_URL and the token; the log has why."),
        Kind.OTHER: ("work of the bot's own waits", "Look for these ids in the log."),
        Kind.JOURNAL: (
            "the journal cannot be read and written",
            "Nothing is accepted until it can be. Check its disk, or its server; the log has why.",
        ),
    }
)


EVERYWHERE = ("", "")
"""The tenant and id that stand for all desks."""


class Desk(Protocol):
    """A desk, as the auditor needs it."""

    info: DeskInfo

    async def wake(self, held: frozenset[str]) -> None:
        """Do what is due from the journal anew, and hand on what nobody has ``held``."""


Way = Callable[[DeskInfo, str], Awaitable[bool]]
"""Tells a desk's admins something; says whether anybody was told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is overdue at a desk (None for all): the ids of it, how many, and since when (by the desk's clock)."""

    kind: Kind
    desk: DeskInfo | None = None
    ids: tuple[str, ...] = ()
    count: int = 1
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, str, Kind]:
        """Return what tells it from others, and the same for as long as it lasts."""
        return (self.desk.tenant, self.desk.id, self.kind) if self.desk else (*EVERYWHERE, self.kind)


class Auditor:
    """Looks, wakes, tells. ``overdue`` counts by kind what the last look found."""

    def __init__(
        self,
        journal: Journal,
        desks: Callable[[], Iterable[Desk]],
        held: Callable[[DeskInfo], frozenset[str]],
        lookup: Lookup,
        clock: Clock,
        ways: Mapping[str, Way],
        on_clean: Callable[[], Awaitable[object]],
        *,
        may_tell: Callable[[], Awaitable[bool]] = always,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind to the journal, and to who is woken and told.

        ``held`` are the ids that the courier has. ``ways`` are named as the kinds whose failure they may share, the
        first choice first. ``on_clean`` is called after a look that finds nothing. Where several replicas look,
        ``may_tell`` says who tells. ``timer`` counts real seconds.
        """
        self.overdue: Mapping[str, int] = {}
        self._journal = journal
        self._desks = desks
        self._held = held
        self._lookup = lookup
        self._clock = clock
        self._ways = ways
        self._on_clean = on_clean
        self._may_tell = may_tell
        self._timer = timer
        self._seen: dict[tuple[str, str], dict[str, float]] = {}  # rows of the outbox, and when they were first seen
        self._total: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str, Kind], float] = {}

    @property
    def pending(self) -> int:
        """Return how many rows stood in the outbox at the last look."""
        return sum(self._total.values())

    @property
    def oldest(self) -> float:
        """Return for how many seconds the oldest of them has been seen there."""
        moment = self._timer()
        return moment - min((at for rows in self._seen.values() for at in rows.values()), default=moment)

    async def run(self) -> None:
        """Look each minute, for ever."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("an audit failed")

    async def look(self) -> None:
        """Look once, wake what stands still, and tell of what stays."""
        found = await self.find()
        if await self._wake(found):
            found = await self.find()
        self.overdue = Counter()
        for one in found:
            self.overdue[one.kind] += one.count
            log.error("overdue: %s", _WORDS[one.kind][0], extra=_ids(one))
        if await self._is_teller() or any(one.key[:2] == EVERYWHERE for one in found):  # whose turn it is it cannot say
            await self._tell(found)
        else:
            self._told.clear()
        if not found:
            await self._on_clean()

    async def find(self) -> tuple[Finding, ...]:
        """Return what is overdue."""
        now = self._clock()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._journal.probe()
                infos = await self._journal.desks()
        except (NotStored, TimeoutError) as failure:
            return _failing(failure)
        found: list[Finding] = []
        there = [(info.tenant, info.id) for info in infos]
        self._seen = {key: self._seen.get(key, {}) for key in there}
        self._total = {key: self._total.get(key, 0) for key in there}
        for info in infos:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    audit = await self._journal.audit(info.tenant, info.id, now - LATE)
                hours = self._lookup.knowledge(audit.state.desk, audit.state.rota, now).hours
                found += [*_due(audit, now - LATE, hours), *self._waiting(audit, hours.local(now))]
            except Refused:  # it was removed meanwhile
                continue
            except TimeoutError as failure:  # as it would be for each of the others
                return _failing(failure)
            except Exception:
                log.exception("a desk could not be audited", extra={"desk": info.id})
                found.append(Finding(Kind.JOURNAL, info))
        return tuple(found)

    def _waiting(self, audit: Audit, now: datetime) -> list[Finding]:
        """Return what has been in the outbox for too long, by where it goes, as far as that was seen from here."""
        desk, moment = audit.state.desk, self._timer()
        here = (desk.tenant, desk.id)
        before = self._seen[here]
        seen = self._seen[here] = {one.id: before.get(one.id, moment) for one in audit.pending}
        self._total[here] = audit.total
        old: dict[Kind, list[tuple[float, Pending]]] = {}
        for one in audit.pending:
            age = moment - seen[one.id]
            kind = _TARGETS.get(one.effect, Kind.OTHER)
            if age >= (OLD_TICKET_SECONDS if kind is Kind.JIRA else OLD_SECONDS):
                old.setdefault(kind, []).append((age, one))
        return [
            Finding(
                kind,
                desk,
                tuple(one.id for _, one in rows),
                len(rows),
                now - timedelta(seconds=max(age for age, _ in rows)),
            )
            for kind, rows in old.items()
        ]

    async def _wake(self, found: Sequence[Finding]) -> bool:
        """Wake the desks of which something stands still, but for what only waits for others; say whether any was."""
        still = {one.desk.id for one in found if one.desk and self._stands_still(one)}
        desks = [desk for desk in self._desks() if desk.info.id in still]
        for desk in desks:
            log.warning("something stands still; waking the desk", extra={"desk": desk.info.id})
            try:
                async with asyncio.timeout(WAKE_SECONDS):
                    await desk.wake(self._held(desk.info))
            except Exception:
                log.exception("a desk could not be woken", extra={"desk": desk.info.id})
        return bool(desks)

    def _stands_still(self, finding: Finding) -> bool:
        if finding.desk is None or finding.kind is Kind.JOURNAL:
            return False
        sent = finding.kind in {*_TARGETS.values(), Kind.OTHER}
        return not sent or not self._held(finding.desk).issuperset(finding.ids)

    async def _is_teller(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._may_tell()
        except (NotStored, TimeoutError):  # then it is the journal that is told of, and rather twice than never
            return True

    async def _tell(self, found: Sequence[Finding]) -> None:
        """Tell of what is new, or was told an hour ago, and of what is over, where it could be looked at."""
        now = self._timer()
        for one in found:
            told = self._told.get(one.key)
            if told is not None and now - told < AGAIN_SECONDS:
                continue
            if await self._say(one, self._words(one)):
                self._told[one.key] = now
        still, unseen = {one.key for one in found}, {one.key[:2] for one in found if one.kind is Kind.JOURNAL}
        over = [key for key in self._told if key not in still and not unseen & {key[:2], EVERYWHERE}]
        for key in over:
            _, id_, kind = key
            desk = next((desk.info for desk in self._desks() if desk.info.id == id_), None)
            if await self._say(Finding(kind, desk), f"Hotseat{_of(id_)}: this is over: {_WORDS[kind][0]}."):
                del self._told[key]

    async def _say(self, finding: Finding, text: str) -> bool:
        """Tell it by the first way that goes; the one that may be what fails is the last."""
        desk = finding.desk or next((desk.info for desk in self._desks()), None)
        if desk is None:
            return False
        for name in sorted(self._ways, key=lambda name: name == finding.kind):
            try:
                if await self._ways[name](desk, text):
                    return True
            except Exception as failure:  # noqa: BLE001 - there may be another way
                log.warning("admins were not told by %s: %s", name, type(failure).__name__, extra={"desk": desk.id})
        log.error("nobody could be told of what is overdue", extra=_ids(finding))
        return False

    def _words(self, finding: Finding) -> str:
        what, remedy = _WORDS[finding.kind]
        desk = finding.desk
        details = [str(finding.count)] if finding.ids else []
        details += [f"since {finding.since:%a %H:%M}"] if finding.since else []
        more = "…" if len(finding.ids) > NAMED else ""
        details += [", ".join(finding.ids[:NAMED]) + more] if finding.ids else []
        said = f" ({'; '.join(details)})" if details else ""
        return f"Hotseat{_of(desk.id if desk else '')}: {what}{said}. {remedy}"


def _failing(failure: Exception) -> tuple[Finding, ...]:
    log.error("the journal fails: %s", str(failure) or "it is silent")
    return (Finding(Kind.JOURNAL),)


def _due(audit: Audit, then: datetime, hours: SupportHours) -> list[Finding]:
    """Return what was due then, and is not done by now: it is judged as it stands now, by the rules of the alarm."""
    found: list[Finding] = []
    state, desk = audit.state, audit.state.desk
    if state.facts.pause is None:
        late = [at for request in state.requests.values() if (at := request.next_at)]
        if late and hours.is_open(then):
            found.append(Finding(Kind.REQUESTS, desk, tuple(state.requests), audit.due, hours.local(min(late))))
        if (at := showing.next_at(state, then, hours)) is not None and at <= then:
            ids = tuple(id_ for id_, alert in state.alerts.items() if alert.next_at and alert.next_at <= then)
            found.append(Finding(Kind.ALERTS, desk, ids, max(len(ids), 1)))
        if (at := week.next_at(state, then, hours)) is not None and at <= then:
            found.append(Finding(Kind.ROTA, desk, since=hours.local(at)))
    rest = replace(state, requests={}, alerts={}, rota=Rota())
    if next_due(rest, then, hours) <= then:
        found.append(Finding(Kind.DESK, desk))
    return found


def _of(desk: str) -> str:
    return f", desk {desk}" if desk else ""


def _ids(finding: Finding) -> dict[str, object]:
    ids: dict[str, object] = {"kind": finding.kind.value, "count": finding.count, "ids": list(finding.ids)}
    ids |= {"desk": finding.desk.id} if finding.desk else {}
    return ids | ({"since": finding.since.isoformat()} if finding.since else {})
