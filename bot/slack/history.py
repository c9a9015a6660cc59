"""What Slack told while nobody listened: read in its history, and taken as if it had been told.

Slack delivers an event a few times within minutes, and then never again. So every few minutes each channel is read from
shortly before where it was last read to the end: what is known already changes nothing. Source: docs.slack.dev,
"conversations.history", "conversations.replies".
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.errors import NotStored
from bot.events import Alerted, SlackReacted
from bot.ports import Clock
from bot.retries import always, retrying
from bot.slack.api import Refusal, SlackApi
from bot.slack.inbound import Heard, eyes_key, is_ts, moment
from bot.slack.intake import Intake
from bot.slack.marks import Marks

log = logging.getLogger(__name__)

LOOK_SECONDS = 180.0
AGAIN_SECONDS = 10.0  # while the store fails
OVERLAP = timedelta(minutes=5)
FIRST = timedelta(days=1)  # how far a channel is read that never was, and how long what fails is tried again
PAGE = "200"
MOST_PAGES = 1_000
SCOPE = "channels:history (of a private channel groups:history)"
_GONE = frozenset({"message_not_found", "thread_not_found"})

Message = Mapping[str, Any]


class History:
    """Reads the channels, and the threads of what is open.

    ``channels`` are those that desks follow, ``open_threads`` those ("CHANNEL/TS") whose answers are still wanted.
    """

    def __init__(
        self,
        api: SlackApi,
        intake: Intake,
        marks: Marks,
        clock: Clock,
        channels: Callable[[], Iterable[str]],
        open_threads: Callable[[], Awaitable[Iterable[str]]],
        is_mine: Callable[[], Awaitable[bool]] = always,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Bind to Slack, to whoever takes what is read, and to how far that was.

        Of several replicas one reads: ``is_mine`` says whether this is the one now.
        """
        self._is_mine = is_mine
        self._was_mine = True
        self._api = api
        self._intake = intake
        self._marks = marks
        self._clock = clock
        self._channels = channels
        self._open_threads = open_threads
        self._sleep = sleep
        self._told: set[tuple[str, str, str]] = set()

    async def run(self) -> None:
        """Look every few minutes, for ever."""
        while True:
            await self._sleep(LOOK_SECONDS if await self.look() else AGAIN_SECONDS)

    async def look(self) -> bool:
        """Look at every channel once; say whether all that was found is stored."""
        try:
            if not await self._has_duty():
                return True
        except NotStored:
            return False
        for channel in self._channels():
            try:
                await self._read(channel, self._clock())
            except (NotStored, OSError) as failure:
                log.warning("what was missed in Slack could not be stored: %s; trying again", type(failure).__name__)
                return False
            except Refusal:
                continue  # an admin was told
            except Exception:
                log.exception("looking for what was missed in Slack failed")
        return True

    async def _has_duty(self) -> bool:
        mine, before = await self._is_mine(), self._was_mine
        if mine and not before:
            await asyncio.to_thread(self._marks.load)  # which another replica kept meanwhile
        self._was_mine = mine
        return mine

    async def _read(self, channel: str, began: datetime) -> None:
        cursor = self._marks.cursor(channel)
        since = moment(cursor) - OVERLAP if cursor else began - FIRST
        messages, whole = await self._all("conversations.history", channel=channel, oldest=_id_at(since))
        failed = [ts for message in messages for ts in await self._take(channel, message, began)]
        answered = await self._answers(channel, since, began)
        eyes = {}
        for message in {message["ts"]: message for message in (*messages, *answered)}.values():
            if isinstance(self._intake.inbound.said(channel, message), Alerted):
                eyes[f"{channel}/{message['ts']}"] = await self._eyes(channel, message, cursor, began)
        newest = [message["ts"] for message in messages] if whole else []
        reached = max([cursor, *newest], key=_order) if cursor or newest else _id_at(began) if whole else ""
        if self._intake.inbound.bugsnag:  # else nothing was an alert yet that may be one
            others = frozenset(self._channels())
            await self._marks.keep(channel, min([reached, *failed], key=_order), eyes, others, self._clock())

    async def _take(self, channel: str, message: Message, began: datetime) -> list[str]:
        """Give what a message means, and what it was edited to; return its id if that failed and is tried again."""
        inbound = self._intake.inbound
        for event in (inbound.said(channel, message), inbound.edited(channel, message)):
            if event is not None and not await self._give(event) and began - moment(message["ts"]) < FIRST:
                return [message["ts"]]
        return []

    async def _give(self, event: Heard) -> bool:
        """Give an event, and say whether it was taken; one that fails by a bug takes no other with it."""
        try:
            await self._intake.give(event)
        except NotStored:
            raise
        except Exception as failure:  # noqa: BLE001 - the desk has logged it
            log.error("%s of Slack could not be taken: %s", event.key, type(failure).__name__)  # noqa: TRY400
            return False
        return True

    async def _answers(self, channel: str, since: datetime, began: datetime) -> list[Message]:
        """Take what was said in the threads of what is open; return the messages that these are about."""
        heads = []
        for thread in await self._open_threads():
            where, _, ts = thread.partition("/")
            if where != channel:
                continue
            try:
                said, _ = await self._all("conversations.replies", channel=channel, ts=ts, oldest=_id_at(since))
            except Refusal:
                continue  # it is gone, or an admin was told
            for message in said:
                await self._take(channel, message, began)
            heads += [message for message in said if message["ts"] == ts]
        return heads

    async def _eyes(self, channel: str, message: Message, cursor: str, began: datetime) -> frozenset[str]:
        """Give whose eyes came to a message or went, compared with what is known; return whose are there."""
        thread = f"{channel}/{message['ts']}"
        known = self._marks.eyes(thread)
        if known is not None and not self._marks.is_settled(thread, began):
            return known
        there, everybody = self._intake.inbound.looked_at(message)
        if known is None and cursor and _order(message["ts"]) <= _order(cursor):
            return there  # nobody asked for them until now: who knows what became of what they did
        known = known or frozenset()
        now = there if everybody else there | known
        for user in sorted(now ^ known):
            back = user in known
            key = eyes_key(channel, message["ts"], user, _id_at(began), taken_back=back)
            if not await self._give(
                SlackReacted(key=key, happened_at=began, thread=thread, user=user, taken_back=back)
            ):
                return known
        return now

    async def _all(self, method: str, **query: str) -> tuple[list[Message], bool]:
        """Return all pages' messages, the oldest first, and whether Slack gave all of them."""
        found: dict[str, Message] = {}
        cursors: list[str] = []
        whole = False
        while len(cursors) < MOST_PAGES and len(set(cursors)) == len(cursors):
            asked = {**query, "limit": PAGE, **({"cursor": cursors[-1]} if cursors else {})}
            try:
                answer = await retrying(partial(self._api.read, method, **asked), sleep=self._sleep)
            except Refusal as refusal:
                self._tell(method, query["channel"], refusal)
                raise
            messages, pages = answer.get("messages"), answer.get("response_metadata")
            for message in messages if isinstance(messages, list) else ():
                if isinstance(message, dict) and is_ts(message.get("ts")):
                    found[message["ts"]] = message
            cursor = pages.get("next_cursor") if isinstance(pages, dict) else ""
            if not isinstance(cursor, str) or not cursor:
                whole = answer.get("has_more") is not True
                break
            cursors.append(cursor)
        self._told = {one for one in self._told if one[:2] != (method, query["channel"])}
        if not whole:
            log.warning("Slack's history of %s does not end; what came is taken", query["channel"])
        return sorted(found.values(), key=lambda message: _order(message["ts"])), whole

    def _tell(self, method: str, channel: str, refusal: Refusal) -> None:
        told = (method, channel, refusal.code)
        if refusal.code not in _GONE and told not in self._told:
            self._told.add(told)
            log.warning("what was missed in Slack cannot be read: %s", refusal.reason(SCOPE, channel))


def _id_at(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def _order(ts: str) -> tuple[int, int]:
    whole, _, rest = ts.partition(".")
    return int(whole or 0), int(rest or 0)
