"""A courier that opens tickets in a Jira on loopback, for a desk that keeps what it is told, while no time passes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.courier import Courier
from bot.effects import OpenTicket
from bot.events import TicketOpened
from bot.jira.attempts import Attempts
from bot.jira.client import Api, JiraClient
from bot.jira.errand import Tickets, ticket_errand
from bot.jira.forms import Forms
from bot.ports import Outgoing
from bot.store.memory import MemoryJournal
from bot.support.ticket import Section, Ticket, Urgency, Wording
from tests.desk.house import ANA
from tests.desk.test_courier import NOW, Reports, Teams
from tests.jira.fake import EMAIL, TOKEN, FakeJira, Time

ABOUT = "https://app.bugsnag.com/acme/shop/errors/63eb71ee0000000000000001"
DRAFT = Wording(
    summary="Labels of returns are printed without a street",
    sections=(
        Section("What happens", "The street is missing.\nSince Monday."),
        Section("Links", links=(("The request in Teams", "https://teams.microsoft.com/l/message/1"),)),
    ),
    urgency=Urgency.HIGH,
    about=ABOUT,
    about_title="Bugsnag: NoMethodError",
)
TICKET = Ticket("T-3", "R-12", "EDGE", "hotseat-backend-t-3", DRAFT, ANA, NOW)


def effect(*, again: bool = False, **changes: Any) -> OpenTicket:
    """Give the effect that asks for a ticket, with the changes that a test states."""
    return OpenTicket("ticket:T-3", replace(TICKET, **changes), again=again)


class House:
    """A bot's part for tickets; ``restart`` makes a new one on the same folder."""

    def __init__(self, jira: FakeJira, session: aiohttp.ClientSession, folder: Path, url: str = "") -> None:
        self.jira = jira
        self.time = jira.time
        self.url = url or jira.url
        self.fields: Mapping[str, Any] = {}
        self.issue_type = "Bug"
        self.api = Api.CLOUD
        self.token = TOKEN
        self.journal = MemoryJournal()
        self.desk = Reports(self.journal)
        self._session = session
        self._folder = folder

    def client(self) -> JiraClient:
        return JiraClient(self._session, self.url, self.token, email=EMAIL, api=self.api)

    def forms(self) -> Forms:
        return Forms(self.client(), self.issue_type, self.fields, sleep=self.time.sleep)

    def courier(self) -> Courier:
        """Start anew, as a process does."""
        attempts = Attempts(self._folder / "tickets")
        tickets = Tickets(self.client(), self.forms(), attempts, now=self.time.now, sleep=self.time.sleep)
        teams = Teams()
        return Courier(self.journal, teams.send, teams.write, lambda: NOW, {OpenTicket: ticket_errand(tickets)})

    async def open(self, asked: OpenTicket | None = None) -> TicketOpened:
        """Open a ticket and give what became of it."""
        courier = self.courier()
        courier.take(self.desk, [Outgoing("7.0", asked or effect())])
        await courier.idle()
        told = self.desk.told.pop()
        assert isinstance(told, TicketOpened)
        assert not self.desk.told
        assert told.ticket == "T-3"
        return told


@asynccontextmanager
async def house_of(folder: Path, *, lag: float = 0.0, checks: bool = True) -> AsyncIterator[House]:
    """Open a house whose Jira must be spoken to as Atlassian describes it."""
    async with FakeJira(Time(), lag=lag, checks=checks) as jira, aiohttp.ClientSession() as session:
        yield House(jira, session, folder)
    assert jira.wrong == []
