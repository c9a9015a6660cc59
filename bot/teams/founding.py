"""How a channel becomes a desk: by the one command that is heard where there is none, from somebody who may.

All else that is said outside the desks' channels is dropped before it comes here. Whoever may not is answered with a
word, and nothing of it is stored.
"""

import re
from contextlib import suppress
from typing import Any, Protocol

from bot.commands import SetUp, parse
from bot.desk import Desk
from bot.errors import NotStored, Refused
from bot.events import AdminMet, Event, Posted, Replied, Wrote
from bot.policy import Language
from bot.retries import Temporary
from bot.state import DeskInfo
from bot.support.texts import Text
from bot.support.words import say
from bot.teams.inbound import Arrival
from bot.teams.references import team_of
from bot.teams.transport import Final, Transport

LONGEST_NAME = 30
MOST_NAMESAKES = 100


class Desks(Protocol):
    """The desks, and how one is added."""

    async def add(self, info: DeskInfo) -> Desk:
        """Add a desk; raise Refused if its name or channel is taken."""

    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        """Return the desk whose channel, or team channel, this is."""

    def has_id(self, desk: str) -> bool:
        """Say whether any tenant's desk has this id, which names its file."""

    def admins_of(self, tenant: str) -> frozenset[str]:
        """Return whom the tenant's desks name as their admins."""


def is_setup(event: Event) -> bool:
    """Say whether a message is the command that sets a channel up."""
    if not isinstance(event, Posted | Replied | Wrote) or not event.addressed or event.picture:
        return False
    found = parse(event.text)
    return found is not None and isinstance(found[1], SetUp)


class Founding:
    """Makes channels desks."""

    def __init__(self, desks: Desks, transport: Transport, admins: frozenset[str]) -> None:
        """Take the ids and e-mails of those who may everywhere."""
        self._desks = desks
        self._transport = transport
        self._admins = admins

    async def met(self, desk: Desk | None, tenant: str, activity: dict[str, Any], arrival: Arrival) -> Desk | None:
        """Return the desk that ``setup`` is for: the channel's, a new one, or None where its writer may not.

        Raise NotStored where it can't be found out now who they are: Teams delivers the message again.
        """
        by_id = arrival.author in self._admins
        by_email = not by_id and arrival.channel != "" and await self._has_admins_email(activity)
        named = by_email
        if desk is None and arrival.channel:
            named |= arrival.author in self._desks.admins_of(tenant)
            if not (by_id or named):
                await self._say(activity, Text.SET_UP_BY_ADMINS)
                return None
            desk = await self._found(tenant, activity, arrival)
        if desk is not None and named and not by_id:
            event = arrival.event
            author = event.author  # type: ignore[attr-defined]
            await desk.handle(AdminMet(key=f"{event.key}|admin", happened_at=event.happened_at, author=author))
        return desk

    async def greet(self, activity: dict[str, Any]) -> None:
        """Say to somebody in their own chat how the first desk comes about."""
        await self._say(activity, Text.NO_DESK_YET)

    async def _has_admins_email(self, activity: dict[str, Any]) -> bool:
        if not any("@" in admin for admin in self._admins):
            return False
        place = activity["conversation"]["id"].partition(";")[0]
        try:
            member = await self._transport.member(activity["serviceUrl"], place, activity["from"]["id"])
        except Final:
            return False
        except Temporary as failure:
            message = f"Teams does not say who wrote setup: {failure.reason}."
            raise NotStored(message) from None
        mails = (member.get("email"), member.get("userPrincipalName"))
        return any(isinstance(mail, str) and mail.casefold() in self._admins for mail in mails)

    async def _found(self, tenant: str, activity: dict[str, Any], arrival: Arrival) -> Desk | None:
        team = team_of(activity)
        group, title = team.get("aadGroupId"), team.get("name")
        id_ = team.get("id")
        channels: list[dict[str, Any]] = []
        if isinstance(id_, str) and not (isinstance(group, str) and group):
            known = await self._team(activity["serviceUrl"], id_)
            group, title = known.get("aadGroupId"), known.get("name") or title
        if isinstance(id_, str):
            with suppress(Final, Temporary):  # only for a better name
                channels = await self._transport.channels(activity["serviceUrl"], id_)
        called = next((one.get("name") for one in channels if one.get("id") == arrival.channel), None)
        base = _slug(called) or _slug(title) or "desk"
        for number in range(1, MOST_NAMESAKES):
            name = base if number == 1 else f"{base}-{number}"
            if not self._desks.has_id(name):
                with suppress(Refused):
                    info = DeskInfo(name, tenant, group if isinstance(group, str) else "", arrival.channel)
                    return await self._desks.add(info)
                made = self._desks.of_channel(tenant, arrival.channel)
                if made is not None:
                    return made  # by whoever wrote the same at the same moment
        return None

    async def _team(self, service_url: str, team_id: str) -> dict[str, Any]:
        try:
            return await self._transport.team(service_url, team_id)
        except Final:
            return {}
        except Temporary as failure:
            message = f"Teams does not say which group the team is: {failure.reason}."
            raise NotStored(message) from None

    async def _say(self, activity: dict[str, Any], text: Text) -> None:
        """Say something in the language of the writer's Teams: there is no desk yet that has one."""
        german = str(activity.get("locale") or "").casefold().startswith("de")
        word = say(text, Language.GERMAN if german else Language.ENGLISH)
        body = {"type": "message", "textFormat": "plain", "text": word}
        with suppress(Final, Temporary):
            await self._transport.post(activity["serviceUrl"], activity["conversation"]["id"], body)


def _slug(name: object) -> str:
    """Return a name as a desk's id may be: a-z, 0-9 and hyphens."""
    if not isinstance(name, str):
        return ""
    plain = name.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-")
