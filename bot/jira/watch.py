"""Looks at every open ticket in Jira again and again, so that its status comes back without any webhook."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from http import HTTPStatus

from bot.desk import Desk
from bot.errors import NotStored
from bot.events import TicketMoved
from bot.jira.client import Document, JiraClient, Refusal, key_of, quoted
from bot.jira.reasons import reason
from bot.jira.status import Status, read_status
from bot.ports import Clock
from bot.retries import Temporary, always
from bot.support.ticket import Progress, Ticket

log = logging.getLogger(__name__)

LOOK_SECONDS = 300.0
MOST_KEYS = 50  # in one search


class TicketWatch:
    """Tells each desk which of its open tickets stand otherwise than it knows.

    A search says which may, since it may lag behind; how one stands is read from the issue itself, which is also found
    by the key that it had before it was moved to another project.
    """

    def __init__(
        self,
        client: JiraClient,
        desks: Iterable[Desk],
        clock: Clock,
        is_mine: Callable[[], Awaitable[bool]] = always,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Bind to the client and to whose tickets are looked at, by one of several replicas (``is_mine``)."""
        self._is_mine = is_mine
        self._client = client
        self._desks = desks
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Look every five minutes, until cancelled."""
        while True:
            await self._sleep(LOOK_SECONDS)
            try:
                if await self._is_mine():
                    await self.look()
            except NotStored:
                log.warning("who looks at the tickets is not known; looking again")
            except Exception:
                log.exception("looking at the tickets failed")

    async def look(self) -> None:
        """Look once at every open ticket of every desk; what fails is logged, and looked at again the next time."""
        for desk in self._desks:
            try:
                state = await desk.state()
                tickets = [one for one in state.tickets.values() if one.progress is Progress.OPEN and one.key]
                for some in _portions(tickets):
                    for ticket in await self._suspects(some):
                        await self._tell(desk, ticket)
            except Refusal as refusal:
                why = reason(refusal, "the tickets' projects", self._client.api)
                log.warning("the tickets can't be looked at: %s", why, extra={"desk": desk.info.id})
            except Temporary as failure:
                log.warning("the tickets can't be looked at: %s", failure, extra={"desk": desk.info.id})
            except NotStored:
                log.warning("how tickets stand could not be stored; looking again", extra={"desk": desk.info.id})

    async def _suspects(self, tickets: list[Ticket]) -> list[Ticket]:
        """Return the tickets that may stand otherwise than is known."""
        jql = f"key in ({', '.join(quoted(ticket.key) for ticket in tickets)})"
        try:
            found = await self._client.search(jql, "status", most=MOST_KEYS)
        except Refusal as refusal:
            if refusal.status != HTTPStatus.BAD_REQUEST:
                raise
            return tickets  # it refuses a query that names one it does not know (any more)
        stand = {key_of(issue): read_status(issue) for issue in found}
        return [ticket for ticket in tickets if _differs(ticket, stand.get(ticket.key))]

    async def _tell(self, desk: Desk, ticket: Ticket) -> None:
        issue = await self._issue(ticket.key)
        status = read_status(issue) if issue is not None else None
        if issue is None:
            if await self._is_seen(ticket.project):
                await self._moved(desk, ticket, "deleted", Status(ticket.status, done=False), deleted=True)
        elif status is not None and _differs(ticket, status):
            fields = issue["fields"]
            await self._moved(desk, ticket, str(fields.get("updated")), status)

    async def _moved(self, desk: Desk, ticket: Ticket, at: str, status: Status, *, deleted: bool = False) -> None:
        event = TicketMoved(
            key=f"jira:{ticket.key}:{at}:{status.name}:{ticket.moved_at}",  # the same once more is nothing new
            happened_at=self._clock(),
            ticket=ticket.key,
            status=status.name,
            done=status.done,
            deleted=deleted,
        )
        await desk.handle(event)

    async def _issue(self, key: str) -> Document | None:
        """Return an issue, None where there is none (any more), or none that may be seen."""
        try:
            return await self._client.get("issue", key, fields="status,updated")
        except Refusal as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    async def _is_seen(self, project: str) -> bool:
        """Say whether a project may still be seen, so that what is not there in it is gone."""
        try:
            await self._client.get("project", project)
        except Refusal:
            return False
        return True


def _differs(ticket: Ticket, status: Status | None) -> bool:
    return status is None or status.name != ticket.status or status.done


def _portions(tickets: list[Ticket]) -> Iterator[list[Ticket]]:
    yield from (tickets[at : at + MOST_KEYS] for at in range(0, len(tickets), MOST_KEYS))
