"""What leaves for Slack: a line of text, posted until Slack says yes or no.

Slack promises no key that makes a repeated post harmless: one whose answer was lost is sent again, and may stand there
twice, unless Slack minds ``client_msg_id``, which it takes and does not explain. Source: docs.slack.dev,
"chat.postMessage" and "Rate limits".
"""

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.courier import Undelivered
from bot.effects import SlackSay
from bot.policy import Policy
from bot.ports import Origin
from bot.retries import Note, retrying, unnoted
from bot.slack.api import Refusal, SlackApi
from bot.slack.text import to_slack
from bot.state import DeskInfo

log = logging.getLogger(__name__)

GAP_SECONDS = 1.1  # between two lines in a channel: Slack takes one a second
_SAID = "duplicate_message_not_found"  # a line of this client_msg_id was there, and somebody deleted it


@dataclass(frozen=True, slots=True)
class Channels:
    """Where reminders go, and what the deployment's Slack channel is, as ids or names; "" where it is not said."""

    reminders: str = ""
    default: str = ""

    def of(self, policy: Policy) -> str:
        """Return a desk's channel for reminders.

        One that the desk itself chose goes before the deployment's, which goes before the wiki's.
        """
        chosen = policy.slack_channel if policy.slack_channel != Policy().slack_channel else ""
        return self.reminders or chosen or self.default or policy.slack_channel


class SlackOutbound:
    """Posts in Slack; without a ``token`` nothing leaves, and what was to be said is done."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        channels: Channels,
        is_shared: Callable[[DeskInfo], bool],
        note: Note = unnoted,
    ) -> None:
        """Bind to the session, to Slack's address ("https://slack.com/api/"), the channels, and where others write.

        What a desk says there that is not alone begins with its name.
        """
        self._api = SlackApi(session, url, token, note)
        self._token = token
        self._channels = channels
        self._is_shared = is_shared
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)

    async def say(self, desk: Origin, effect: SlackSay) -> Mapping[str, Any]:
        """Post a line; raise Undelivered, with the remedy, on a final no. The outcome has no fields of its own."""
        if not self._token:
            log.debug("no SLACK_BOT_TOKEN: nothing is said in Slack", extra={"desk": desk.info.id, "key": effect.key})
            return {}
        body = self._body(desk.info, effect)
        channel = body["channel"]
        try:
            async with self._lines[channel].turn():
                await retrying(lambda: self._api.write("chat.postMessage", body))
        except Refusal as refusal:
            if refusal.code != _SAID:
                raise Undelivered(refusal.reason("chat:write", channel)) from None
        return {}

    def _body(self, desk: DeskInfo, effect: SlackSay) -> dict[str, Any]:
        channel, _, thread = effect.thread.partition("/")
        named = not thread and self._is_shared(desk)  # in a thread it is plain what the line is about
        text = f"{desk.id} · {effect.text}" if named else effect.text
        once = uuid.uuid5(uuid.NAMESPACE_URL, f"hotseat:{desk.tenant}/{desk.id}/{effect.key}/{effect.thread}/{text}")
        return {
            "channel": channel or self._channels.of(desk.policy),
            "text": to_slack(text),
            # Names and words stay what they are: no mention, no link, no mark, and no preview is made of them.
            "parse": "none",
            "link_names": False,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "client_msg_id": str(once),
            **({"thread_ts": thread} if thread else {}),
        }


class _Line:
    """Those who wait to say something in a channel: one after another, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, and for a while after whoever was before."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            await asyncio.sleep(max(self._free_at - loop.time(), 0.0))
            try:
                yield
            finally:
                self._free_at = loop.time() + GAP_SECONDS
