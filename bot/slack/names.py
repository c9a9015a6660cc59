"""What Slack calls people, and who is none: looked up once, and only while that takes no time."""

import asyncio
import logging
from collections import OrderedDict

from bot.retries import Temporary
from bot.slack.api import Refusal, SlackApi

log = logging.getLogger(__name__)

SECONDS = 1.0  # whoever waits for a name waits for an acknowledgement too
KNOWN = 500
LONGEST = 80
SCOPE = "users:read"


class Names:
    """Looks names up, with the optional scope users:read; "" is nobody's name, and says that it is not known."""

    def __init__(self, api: SlackApi, wait: float = SECONDS) -> None:
        """Bind to Slack; ``wait`` are the seconds that a name may take."""
        self._api = api
        self._seconds = wait
        self._known: OrderedDict[str, str | None] = OrderedDict()
        self._may = True

    async def of(self, user: str) -> str | None:
        """Return what Slack calls somebody, "" where it does not say, None where it says that they are a bot."""
        if user not in self._known and self._may:
            try:
                self._known[user] = await self._ask(user)
            except (Temporary, TimeoutError):
                return ""
            if len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return self._known.get(user, "")

    async def _ask(self, user: str) -> str | None:
        """Return a name as ``of`` does; raise Temporary or TimeoutError where it may be known later."""
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._api.read("users.info", user=user)
        except Refusal as refusal:
            self._may = refusal.code != "missing_scope"
            if not self._may:
                log.info("names of people in Slack are not known: the app lacks the optional scope %s", SCOPE)
            return ""
        person = answer.get("user")
        person = person if isinstance(person, dict) else {}
        if person.get("is_bot") is True:
            return None
        profile = person.get("profile")
        profile = profile if isinstance(profile, dict) else {}
        names = (profile.get("display_name"), profile.get("real_name"), person.get("real_name"), person.get("name"))
        found = next((one for one in names if isinstance(one, str) and one.strip()), "")
        return " ".join("".join(char if char.isprintable() else " " for char in found).split())[:LONGEST]
