"""Where Teams can be reached: per place the service URL, and for people the chat with the bot.

Learnt from what arrives.

Keeps the tenant beside each reference, which the SDK's own conversation reference loses.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import orjson

from bot.errors import NotStored

ANSWER_SECONDS = 5.0
GLOBAL_SERVICE = "https://smba.trafficmanager.net/teams/"


class Memory(Protocol):
    """Where references are kept over a restart."""

    async def learn(self, tenant: str, place: str, document: str) -> None:
        """Keep a place's reference."""

    async def references(self) -> Iterable[tuple[str, str, str]]:
        """Return (tenant, place, document) of all that was kept."""

    async def references_of(self, tenant: str, places: Iterable[str]) -> Iterable[tuple[str, str, str]]:
        """Return those of some places of a tenant."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How to reach a place: its service URL, its conversation ("" until a chat exists), and the bot's id there.

    ``team`` is the id in Teams of the team that a channel is in, "" while it is not known.
    """

    service_url: str
    conversation: str
    bot: str
    team: str = ""


def team_of(activity: dict[str, Any]) -> dict[str, Any]:
    """Return what an activity says of the team that its channel is in."""
    data = activity.get("channelData")
    team = data.get("team") if isinstance(data, dict) else None
    return team if isinstance(team, dict) else {}


class References:
    """The references of every tenant, in memory, and kept in the journal when they change."""

    def __init__(self, memory: Memory, app_id: str, *, is_shared: bool = False) -> None:
        """Bind to where references are kept; ``app_id`` names the bot where nothing has arrived yet.

        Where it ``is_shared``, other replicas learn some too.
        """
        self._memory = memory
        self._is_shared = is_shared
        self._bot = f"28:{app_id}"
        self._known: dict[tuple[str, str], Reference] = {}

    async def load(self) -> None:
        """Read what was kept."""
        self._read(await self._memory.references())

    async def look_up(self, tenant: str, place: str) -> Reference:
        """Return how to reach a place, as whichever replica learnt it last; see ``of``.

        While what is kept cannot be read, or not in time, what is known here serves.
        """
        if self._is_shared:
            with suppress(NotStored, TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    self._read(await self._memory.references_of(tenant, (place, "")))
        return self.of(tenant, place)

    async def learn(self, tenant: str, place: str, activity: dict[str, Any]) -> None:
        """Take the service URL and conversation of an activity that arrived at a channel's or a person's place."""
        team = team_of(activity).get("id") or self.of(tenant, place).team
        reference = replace(self._named_by(activity), team=team if isinstance(team, str) else "")
        await self._keep(tenant, place, reference)
        await self._keep(tenant, "", replace(reference, conversation=""))

    async def served(self, tenant: str, activity: dict[str, Any]) -> None:
        """Take the service URL alone, of an activity whose conversation is no place of the bot's."""
        await self._keep(tenant, "", replace(self._named_by(activity), conversation=""))

    async def met(self, tenant: str, place: str, conversation: str) -> None:
        """Keep the chat that was opened with a person; one that cannot be kept now is opened again, as the same."""
        known = self.of(tenant, place)
        met = self._known[tenant, place] = Reference(known.service_url, conversation, known.bot)
        with suppress(NotStored, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._memory.learn(tenant, place, _document(met))

    def of(self, tenant: str, place: str) -> Reference:
        """Return how to reach a place: its own chat, by the tenant's last seen service, else by the global one."""
        last = self._known.get((tenant, ""), Reference(GLOBAL_SERVICE, "", self._bot))
        known = self._known.get((tenant, place), last)
        return replace(known, service_url=last.service_url)

    def _read(self, rows: Iterable[tuple[str, str, str]]) -> None:
        for tenant, place, document in rows:
            self._known[tenant, place] = Reference(**orjson.loads(document))

    def _named_by(self, activity: dict[str, Any]) -> Reference:
        recipient = activity.get("recipient")
        bot = recipient.get("id") if isinstance(recipient, dict) else None
        conversation = activity["conversation"]["id"].partition(";")[0]
        return Reference(activity["serviceUrl"], conversation, bot if isinstance(bot, str) and bot else self._bot)

    async def _keep(self, tenant: str, place: str, reference: Reference) -> None:
        if self._known.get((tenant, place)) != reference:
            await self._memory.learn(tenant, place, _document(reference))
            self._known[tenant, place] = reference


def _document(reference: Reference) -> str:
    return orjson.dumps(asdict(reference)).decode()
