"""Who and which channels are in a desk's team, as Teams says when it is asked.

A failure is an answer, in words for an admin: nothing waits for a roster for long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from bot.courier import Errand
from bot.effects import FetchRoster
from bot.events import RosterFetched
from bot.ports import Origin
from bot.retries import retrying
from bot.state import DeskInfo, Member, Roster, TeamChannel
from bot.teams.references import References
from bot.teams.transport import Final, Transport

T = TypeVar("T")
PATIENCE = 20.0  # seconds
MOST = 3_000  # people of a team; the others are found by e-mail no more
FORBIDDEN, GONE = 403, 404
LONGEST = 200
_REASONS = {FORBIDDEN: "I am not in the team; add the app to it", GONE: "the team is gone, or I am not in it"}
UNKNOWN_TEAM = "I have not heard from the channel yet; write setup there, with a mention of me"


class Rosters:
    """Asks Teams; ``taken`` says which channels belong to other desks."""

    def __init__(
        self,
        transport: Transport,
        references: References,
        clock: Callable[[], datetime],
        taken: Callable[[DeskInfo], frozenset[str]],
    ) -> None:
        """Bind to the way out and to what is known of the channel."""
        self._transport = transport
        self._references = references
        self._clock = clock
        self._taken = taken

    def errand(self) -> Errand:
        """Return how a desk's question for its team is run."""

        async def run(desk: Origin, effect: FetchRoster) -> Mapping[str, Any]:
            del effect
            return {"roster": await self.fetch(desk.info)}

        def failed(effect: FetchRoster, reason: str) -> Mapping[str, Any]:
            del effect
            return {"roster": Roster(self._clock(), failure=reason)}

        return Errand(RosterFetched, run, failed)

    async def fetch(self, desk: DeskInfo) -> Roster:
        """Return the roster of a desk's team; what Teams does not say is missing, with the reason."""
        reference = await self._references.look_up(desk.tenant, desk.channel)
        service, team = reference.service_url, reference.team
        people, why = await _asked(lambda: self._transport.members(service, desk.channel))
        found, why_not = await _asked(lambda: self._transport.channels(service, team)) if team else ([], UNKNOWN_TEAM)
        members = sorted(filter(None, map(_member, people)), key=lambda one: (one.name.casefold(), one.id))
        taken = self._taken(desk) | {desk.channel}
        channels = tuple(one for one in map(_channel, found) if one.id and one.id not in taken)
        return Roster(self._clock(), tuple(members[:MOST]), channels, why or why_not)


async def _asked(call: Callable[[], Awaitable[list[T]]]) -> tuple[list[T], str]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await retrying(call), ""
    except TimeoutError:
        return [], "it does not answer"
    except Final as refused:
        return [], _REASONS.get(refused.status, f"it refused ({refused.code})")


def _member(body: dict[str, Any]) -> Member | None:
    """Return a person; bots and guests without an Entra id are none."""
    id_ = _text(body, "aadObjectId") or _text(body, "objectId")
    email = _text(body, "email") or _text(body, "userPrincipalName")
    return Member(id_.casefold(), _text(body, "name") or email or "Somebody", email.casefold()) if id_ else None


def _channel(body: dict[str, Any]) -> TeamChannel:
    return TeamChannel(_text(body, "id"), _text(body, "name") or "General")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value[:LONGEST] if isinstance(value, str) else ""
