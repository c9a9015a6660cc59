"""Desks that hold tickets and keep what they are told of them."""

from dataclasses import replace

from bot.desk import Desk
from bot.effects import Answer
from bot.errors import NotStored
from bot.events import Event, TicketMoved
from bot.state import Facts, State
from bot.support.ticket import Progress, Ticket
from tests.desk.house import INFO
from tests.jira.house import TICKET

OPENED = replace(TICKET, progress=Progress.OPEN, key="EDGE-1", status="To Do")


class Holder(Desk):
    """A desk with tickets; events whose keys it knows change nothing, and while it is ``full`` it stores nothing."""

    def __init__(self, *tickets: Ticket) -> None:
        self.info = INFO
        self.full = False
        self.told: dict[str, TicketMoved] = {}
        self._tickets = {ticket.id: ticket for ticket in tickets}

    async def state(self) -> State:
        return State(INFO, facts=Facts(tickets=dict(self._tickets)))

    async def handle(self, event: Event) -> Answer | None:
        if self.full:
            raise NotStored
        assert isinstance(event, TicketMoved)
        self.told.setdefault(event.key, event)
        return None

    def put(self, ticket: Ticket) -> None:
        """Know a ticket otherwise."""
        self._tickets[ticket.id] = ticket

    @property
    def moves(self) -> list[tuple[str, str, bool, bool]]:
        """Say what was told, in order: of which key, the status, whether done, whether deleted."""
        return [(one.ticket, one.status, one.done, one.deleted) for one in self.told.values()]
