"""What Teams did not deliver: found in the channels through Microsoft Graph, and taken as if it had been delivered.

Teams delivers a message for some seconds, sometimes not at all, and then never again. So at the start, and every
minute, each channel of a desk is asked what changed. What is known already changes nothing. Graph's own failures
disturb nobody else: they are said once, and it is asked again after a pause that grows. It must not know what a message
means to a desk. Source: learn.microsoft.com, "chatMessage: delta", "Microsoft Graph throttling limits" (Teams).
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol

from bot.errors import NotStored
from bot.graph.api import Expired, GraphApi, Page, Refusal
from bot.graph.cursors import MOST_GONE, Cursor, Cursors
from bot.graph.messages import Channel, Found, activities, is_deleted, replies
from bot.ports import Clock
from bot.retries import Temporary, always
from bot.state import DeskInfo

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
REQUEST_SECONDS = 1.5  # a look's share of a channel: Graph lets an app ask a tenant's messages 60 times a minute
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0  # while Graph fails
FIRST_REFUSED, LONGEST_REFUSED = 60.0, 3600.0  # while it refuses
LONGEST_OUTAGE = timedelta(days=7)  # what is older nobody waits for any more
OVERLAP = timedelta(hours=1)  # how much later than it happened Graph may show something
UNDERWAY = timedelta(seconds=10)  # what is younger Teams may be delivering just now
MOST_PAGES = 1_000
LOOKS_MISSED = 3
MOST_REMEMBERED = 10_000
CONSENT = (
    "it lacks the team's consent to ChannelMessage.Read.Group: an owner of the team gives it by adding the app to the "
    "team again, or updating it there"
)
SILENT = "it does not answer"
REFUSED = "it refuses; see that the app is in the team, and that the desk's team and channel are right"


class Door(Protocol):
    """Where activities come in, be they delivered or found."""

    async def found(self, tenant: str, some: Sequence[tuple[dict[str, Any], datetime]]) -> frozenset[str]:
        """Take activities of one thread, each with when it happened; return the ids of messages first heard so.

        Raise NotStored if one could not be stored.
        """


@dataclass(slots=True)
class _Rest:
    """A pause, and until when it lasts."""

    pause: float
    until: float


class Reconciler:
    """Looks for what was missed. ``reconciled`` counts the messages that only Graph brought, not those underway."""

    def __init__(
        self,
        api: GraphApi,
        door: Door,
        cursors: Cursors,
        desks: Callable[[], Iterable[DeskInfo]],
        clock: Clock,
        *,
        every: float = LOOK_SECONDS,
        is_mine: Callable[[], Awaitable[bool]] = always,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind to Graph, to the door, and to how far was read; ``every`` so many seconds, by ``timer``.

        Of several replicas one looks: ``is_mine`` says whether this is the one now. ``clock`` is the domain's.
        """
        self.reconciled = 0
        self._api = api
        self._door = door
        self._cursors = cursors
        self._desks = desks
        self._clock = clock
        self._every = every
        self._is_mine = is_mine
        self._is_fresh = True  # nobody else has read on since this read how far that is
        self._sleep = sleep
        self._timer = timer
        self._whole: float | None = None
        self._rests: dict[str, _Rest] = {}
        self._refused: set[str] = set()
        self._told: set[str] = set()
        self._handed: dict[tuple[str, str, str, datetime], None] = {}

    def age(self) -> float | None:
        """Return the seconds since everything that may be read was read; None where nothing may, or others look."""
        return None if self._whole is None else self._timer() - self._whole

    def is_late(self) -> bool:
        """Say whether it is longer since then than three looks should be apart."""
        age = self.age()
        return age is not None and age >= LOOKS_MISSED * self._between()

    async def run(self) -> None:
        """Look at once, then every minute, for ever."""
        while True:
            try:
                await self.look()
            except NotStored as failure:  # as to whose turn it is
                log.warning("what Teams did not deliver is not looked for: %s; trying again", failure)
            except Exception:
                log.exception("looking for what Teams did not deliver failed")
            await self._sleep(self._pause())

    async def look(self) -> None:
        """Look at every channel once that does not rest after a failure."""
        if not await self._is_mine():
            self._whole, self._is_fresh = None, False
            return
        if not self._is_fresh:
            await asyncio.to_thread(self._cursors.load)
            self._is_fresh = True
        began = self._timer()
        if self._whole is None:
            self._whole = began
        tenants: dict[str, list[Channel]] = {}
        for channel in dict.fromkeys(self._channels()):
            tenants.setdefault(channel.tenant, []).append(channel)
        whole = all(await asyncio.gather(*(self._tenant(*one) for one in tenants.items())))
        if all(_key(channel) in self._refused for some in tenants.values() for channel in some):
            self._whole = None
        elif whole:
            self._whole = began

    def _channels(self) -> Iterable[Channel]:
        """Yield the channels of all desks, and of their teams; where the team is not known nothing can be read."""
        for desk in self._desks():
            if not desk.team:
                self._tell(f"desk {desk.id}", "the desk does not say which team it is in; it was added without --team")
                continue
            for channel in filter(None, (desk.channel, desk.team_channel)):
                yield Channel(desk.tenant, desk.team, channel)

    def _pause(self) -> float:
        """Return until when to sleep: the next look, or sooner where a failure was short."""
        now, channels = self._timer(), set(self._channels())
        known = {one.tenant for one in channels} | set(map(_key, channels))
        self._rests = {key: rest for key, rest in self._rests.items() if key in known}
        return min([self._between(), *(max(rest.until - now, 1.0) for rest in self._rests.values())])

    def _between(self) -> float:
        """Return how many seconds looks are apart where nothing fails."""
        channels = Counter(channel.tenant for channel in set(self._channels()))
        return max(self._every, REQUEST_SECONDS * max(channels.values(), default=0))

    async def _tenant(self, tenant: str, channels: list[Channel]) -> bool:
        """Read a tenant's channels; say whether all that may be read was."""
        if self._rests_now(tenant):
            return False
        ill: tuple[Channel, Temporary] | None = None
        whole = True
        for channel in channels:
            key = _key(channel)
            if self._rests_now(key):
                whole = whole and key in self._refused
                continue
            try:
                await self._read(channel)
            except Temporary as failure:
                if ill is None and failure.retry_after is None and len(channels) > 1:
                    ill = channel, failure  # it may be that channel's trouble alone
                    continue
                self._rest(tenant, FIRST_PAUSE, LONGEST_PAUSE, failure.retry_after)
                self._tell(tenant, f"{SILENT} ({failure.reason}); it is asked again")
                return False
            except (NotStored, OSError) as failure:
                self._rest(tenant, FIRST_PAUSE, FIRST_PAUSE)
                self._is_fresh = False
                self._tell(tenant, f"what was found could not be stored ({type(failure).__name__}); it is asked again")
                return False
            except Refusal as refusal:
                self._rest(key, FIRST_REFUSED, LONGEST_REFUSED)
                self._refused.add(key)
                lacks = refusal.status == HTTPStatus.FORBIDDEN
                self._tell(f"channel {channel.id}", f"{CONSENT if lacks else REFUSED} ({refusal})")
            else:
                self._recovered(channel)
        self._rests.pop(tenant, None)
        self._told.discard(tenant)
        if ill is not None:
            self._rest(_key(ill[0]), FIRST_PAUSE, LONGEST_PAUSE)
            self._tell(f"channel {ill[0].id}", f"{SILENT} ({ill[1].reason}); it is asked again")
        return whole and ill is None

    async def _read(self, channel: Channel) -> None:
        """Take what changed in a channel; how far is kept when all of a page is stored."""
        began = self._clock()
        cursor = self._cursors.of(channel)
        if cursor is None or cursor.first > began:  # what was written before the bot looked nobody asked it for
            cursor = Cursor(began, began)
            await self._cursors.keep(channel, cursor)
        since = max(cursor.first, min(cursor.whole, began) - OVERLAP, began - LONGEST_OUTAGE)
        for _ in range(MOST_PAGES):
            try:
                page = await self._page(channel, cursor.link, since)
            except Expired:
                cursor = replace(cursor, link="")
                page = await self._page(channel, "", since)
            gone = dict.fromkeys(cursor.gone)
            for post in page.messages:
                try:
                    await self._take(channel, post, since, gone)
                except (Temporary, NotStored, OSError, Refusal):
                    raise
                except Exception:  # it would come again at each look, before all that is newer
                    ids = {"place": channel.id, "key": str(post.get("id"))[:100]}
                    log.exception("a message of Microsoft Graph cannot be taken, and is passed over", extra=ids)
            last = tuple(gone)[-MOST_GONE:]
            if page.next:
                cursor = replace(cursor, link=page.next, gone=last)
                await self._cursors.keep(channel, cursor)
                continue
            await self._cursors.keep(channel, replace(cursor, whole=began, link=page.delta, gone=last))
            return
        raise Temporary("endless")

    async def _page(self, channel: Channel, link: str, since: datetime) -> Page:
        return await (self._api.follow(channel, link) if link else self._api.changed(channel, since))

    async def _take(self, channel: Channel, post: Any, since: datetime, gone: dict[str, None]) -> None:
        """Hand a thread in as it stands, in the order in which it came to be."""
        some: list[Found] = []
        for message in [post, *replies(post), *await self._further(channel, post)]:
            some += activities(channel, message, gone)
            if is_deleted(message):
                gone[str(message.get("id"))] = None
            else:
                gone.pop(str(message.get("id")), None)
        new = sorted((one for one in some if one.at >= since and _id(one) not in self._handed), key=lambda one: one.at)
        if not new:
            return
        heard = await self._door.found(channel.tenant, [(one.activity, one.at) for one in new])
        late = self._clock() - UNDERWAY
        self.reconciled += sum(
            one.activity["type"] == "message" and one.activity["id"] in heard and one.at < late for one in new
        )
        self._handed.update(dict.fromkeys(map(_id, new)))
        while len(self._handed) > MOST_REMEMBERED:
            del self._handed[next(iter(self._handed))]

    async def _further(self, channel: Channel, post: Any) -> list[Any]:
        """Return the replies that did not come with a post, since there are too many."""
        found: list[Any] = []
        link = post.get("replies@odata.nextLink")
        for _ in range(MOST_PAGES):
            if not isinstance(link, str) or not link or len(found) >= MOST_REMEMBERED:
                break
            try:
                page = await self._api.follow(channel, link)
            except (Expired, Refusal):
                break  # what is missing comes with the thread's next change
            found += page.messages
            link = page.next
        return found

    def _rests_now(self, key: str) -> bool:
        rest = self._rests.get(key)
        return rest is not None and self._timer() < rest.until

    def _rest(self, key: str, first: float, longest: float, wish: float | None = None) -> None:
        """Ask nothing for a while: twice as long as the last time, or as Graph wishes."""
        before = self._rests.get(key)
        pause = min(before.pause * 2, longest) if before else first
        self._rests[key] = _Rest(pause, self._timer() + max(pause, wish or 0.0))

    def _recovered(self, channel: Channel) -> None:
        key = _key(channel)
        self._rests.pop(key, None)
        self._told.discard(f"channel {channel.id}")
        if key in self._refused:
            self._refused.discard(key)
            log.info("what Teams did not deliver in channel %s is read through Microsoft Graph again", channel.id)

    def _tell(self, whom: str, why: str) -> None:
        if whom not in self._told:
            self._told.add(whom)
            log.warning("what Teams does not deliver cannot be read through Microsoft Graph for %s: %s", whom, why)


def _key(channel: Channel) -> str:
    return f"{channel.tenant}/{channel.id}"


def _id(found: Found) -> tuple[str, str, str, datetime]:
    activity = found.activity
    return activity["conversation"]["id"], activity["id"], activity["type"], found.at
