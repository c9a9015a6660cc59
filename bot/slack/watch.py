"""Who the bot is in Slack, and then, for ever: listening, and looking for what was missed.

Nothing that Slack refuses stops the bot: it is said once, with the remedy, and tried again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.retries import retrying
from bot.slack.api import Refusal, SlackApi
from bot.slack.history import History
from bot.slack.inbound import Workspace
from bot.slack.intake import Intake

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 15.0, 600.0


class SlackWatch:
    """Keeps the bot in touch with Slack; ``listen`` runs for ever where there is a socket, None where Slack posts."""

    def __init__(
        self,
        api: SlackApi,
        intake: Intake,
        history: History,
        listen: Callable[[], Awaitable[None]] | None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Bind to Slack and to who takes what it tells."""
        self._api = api
        self._intake = intake
        self._history = history
        self._listen = listen
        self._sleep = sleep

    async def run(self) -> None:
        """Find out who the bot is, then listen and look, for ever."""
        self._intake.meet(await self._who())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._history.run())
            if self._listen is not None:
                group.create_task(self._listening(self._listen))

    async def _listening(self, listen: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await listen()
            except Exception as failure:  # noqa: BLE001 - what the SDK raises may have an address with a key in it
                log.error("listening to Slack failed: %s; trying again", type(failure).__name__)  # noqa: TRY400
            await self._sleep(FIRST_PAUSE)

    async def _who(self) -> Workspace:
        pause, told = FIRST_PAUSE, ""
        while True:
            try:
                answer = await retrying(lambda: self._api.write("auth.test", {}), sleep=self._sleep)
                names = ("team_id", "user_id", "bot_id", "url", "app_id")
                team, user, bot, url, app = (str(answer.get(name) or "") for name in names)
                if team and user and url:
                    return Workspace(team, user, bot, f"{url.rstrip('/')}/", app)
                said = "it does not say which workspace and whose token that is; set SLACK_API_URL to Slack's address"
            except Refusal as refusal:
                said = refusal.reason("")
            if said != told:
                told = said
                log.warning("nothing of Slack is taken: %s", said)
            await self._sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
