"""The errand for a ticket: exactly one of it, whatever becomes of Jira's answers, of Jira, and of this process.

Jira has no key that makes a repeated creation harmless, and its search does not know the newest issues yet. So a ticket
is searched for by its own label before each attempt to create it; and after one whose outcome is unknown, or may be,
since this process may have been stopped in its middle, it is searched for as long as the search may lag. Source:
developer.atlassian.com, "Search and reconcile".
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from bot.courier import Errand, Undelivered
from bot.effects import OpenTicket
from bot.events import TicketOpened
from bot.jira import adf, plain, wiki
from bot.jira.client import Api, Document, JiraClient, Refusal, key_of, quoted
from bot.jira.forms import Form, Forms
from bot.jira.reasons import NO_JIRA, reason
from bot.ports import Origin
from bot.retries import Temporary, retrying
from bot.support.ticket import LABEL, Ticket

log = logging.getLogger(__name__)

CERTAIN_SECONDS = 120.0  # a call that timed out may still be at work for a while, and the search lags behind that
PAUSE_SECONDS = 10.0  # between two searches
PATIENCE_SECONDS = 900.0  # how long a search may fail while nobody knows whether there is a ticket
CREATIONS = 2  # of unknown outcome, before a person is asked
LINKINGS = 3
PROPERTY = "hotseat"

Sleep = Callable[[float], Awaitable[None]]


class Unknown(Exception):  # noqa: N818 - an outcome
    """Nobody knows whether there is a ticket."""


def ticket_errand(tickets: "Tickets | None") -> Errand:
    """Return how a desk gets a ticket; None where the deployment has no Jira."""

    async def run(desk: Origin, effect: OpenTicket) -> Mapping[str, Any]:
        if tickets is None:
            raise Undelivered(NO_JIRA)
        return await tickets.open(desk, effect)

    def failed(effect: OpenTicket, why: str) -> Mapping[str, Any]:
        return {"ticket": effect.ticket.id, "failure": f"There is no ticket: {why}."}

    return Errand(TicketOpened, run, failed)


class Notes(Protocol):
    """Which tickets may have been asked for already."""

    async def has(self, *words: str) -> bool:
        """Say whether an attempt was noted."""

    async def note(self, *words: str) -> None:
        """Note an attempt durably; raise NotStored where that fails."""

    async def forget(self, *words: str) -> None:
        """Forget an attempt of which nothing came."""


class Tickets:
    """Opens tickets."""

    def __init__(
        self,
        client: JiraClient,
        forms: Forms,
        attempts: Notes,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Bind to the client, the projects' forms, and what was attempted; ``now`` counts seconds."""
        self._client = client
        self._forms = forms
        self._attempts = attempts
        self._now = now
        self._sleep = sleep

    async def open(self, desk: Origin, effect: OpenTicket) -> Mapping[str, Any]:
        """Return TicketOpened's own fields: with the issue, or without one where nobody knows whether there is one.

        Raise Undelivered, with the remedy, where there is none and won't be.
        """
        ticket = effect.ticket
        try:
            key = await self._key(desk, effect)
        except Unknown:
            log.warning("nobody knows whether Jira has the ticket", extra={"desk": desk.info.id, "ticket": ticket.id})
            return {"ticket": ticket.id}
        log.info("there is a ticket", extra={"ticket": ticket.id, "issue": key})
        await self._link(ticket, key)
        return {"ticket": ticket.id, "issue": key, "url": self._client.page(key)}

    async def _key(self, desk: Origin, effect: OpenTicket) -> str:
        """Return the issue's key, of one that is found or made; raise Unknown or Undelivered."""
        ticket = effect.ticket
        attempt = (desk.info.tenant, desk.info.id, ticket.label, "again" if effect.again else "")
        is_certain = not await self._attempts.has(*attempt)
        for _ in range(CREATIONS):
            key = await (self._search_first(ticket) if is_certain else self._search_on(ticket))
            if key:
                return key
            form = await self._forms.of(ticket.project)
            await self._attempts.note(*attempt)
            try:
                return await self._create(desk, ticket, form)
            except Unknown:
                is_certain = False
            except Refusal as refusal:
                self._forms.forget(ticket.project)
                if is_certain:
                    await self._attempts.forget(*attempt)
                why = reason(refusal, ticket.project, self._client.api, form.names)
                raise Undelivered(why) from None
        key = await self._search_on(ticket)
        if not key:
            raise Unknown
        return key

    async def _search_first(self, ticket: Ticket) -> str:
        """Return the key of a ticket that is not known to have been asked for, "" if there is none."""
        try:
            return await retrying(lambda: self._search(ticket), sleep=self._sleep)
        except Refusal as refusal:
            raise Undelivered(reason(refusal, ticket.project, self._client.api)) from None

    async def _search_on(self, ticket: Ticket) -> str:
        """Return the key of a ticket that may be there, "" if it is not: the last search began when it would show."""
        begun = answered = self._now()
        while True:
            asked = self._now()
            pause = PAUSE_SECONDS
            try:
                key = await self._search(ticket)
            except Refusal as refusal:
                why = reason(refusal, ticket.project, self._client.api)
                log.warning("Jira can't be searched: %s", why, extra={"ticket": ticket.id})
                raise Unknown from None
            except Temporary as failure:
                if asked - answered >= PATIENCE_SECONDS:
                    raise Unknown from None
                pause = max(pause, failure.retry_after or 0)
            else:
                if key or asked - begun >= CERTAIN_SECONDS:
                    return key
                answered = asked
            await self._sleep(pause)

    async def _search(self, ticket: Ticket) -> str:
        jql = f"project = {quoted(ticket.project)} AND labels = {quoted(ticket.label)} ORDER BY created ASC"
        found = await self._client.search(jql, "labels", most=1)
        return key_of(found[0]) if found else ""

    async def _create(self, desk: Origin, ticket: Ticket, form: Form) -> str:
        """Create the issue and return its key; raise Unknown or Refusal."""
        body = self._body(desk, ticket, form)

        async def once() -> Document:
            try:
                return await self._client.post("issue", body=body)
            except Temporary as failure:
                if not failure.ambiguous:
                    raise
                log.warning("Jira did not say whether there is a ticket: %s", failure, extra={"ticket": ticket.id})
                raise Unknown from None

        key = key_of(await retrying(once, sleep=self._sleep))
        if not key:
            raise Unknown
        return key

    def _body(self, desk: Origin, ticket: Ticket, form: Form) -> Document:
        is_cloud = self._client.api is Api.CLOUD
        sections = plain.sections(ticket.draft)
        priority = form.priorities.get(ticket.draft.urgency.casefold())
        fields = {
            **self._forms.fields,
            **({"priority": {"id": priority}} if priority else {}),
            "project": {"key": ticket.project},
            "issuetype": form.issue_type,
            "summary": plain.summary(ticket.draft),
            "description": adf.document(sections) if is_cloud else wiki.text(sections),
            "labels": [LABEL, ticket.label],
        }
        if not is_cloud:
            return {"fields": fields}
        value = {"desk": desk.info.id, "matter": ticket.matter, "ticket": ticket.id}
        return {"fields": fields, "properties": [{"key": PROPERTY, "value": value}]}

    async def _link(self, ticket: Ticket, key: str) -> None:
        """Link the issue with the page that it is about: once however often, and not at all where that fails."""
        url = ticket.draft.about
        if not plain.is_link(url):
            return
        body = {"globalId": url, "object": {"url": url, "title": plain.title(ticket.draft)}}
        for left in reversed(range(LINKINGS)):
            try:
                await self._client.post("issue", key, "remotelink", body=body)
            except Refusal as refusal:
                why = reason(refusal, ticket.project, self._client.api)
                break
            except Temporary as failure:
                why = failure.reason
                await self._sleep(PAUSE_SECONDS if left else 0)
            else:
                return
        log.warning("%s is not linked with what it is about: %s", key, why, extra={"ticket": ticket.id})
