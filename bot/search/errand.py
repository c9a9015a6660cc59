"""The search as the rest of the bot knows it: what a request resembles, and what words ask for.

All work on texts is done in one thread beside the event loop, one thing at a time. Before each search, and each minute,
the indexes are pulled forward, so that what is erased leaves them. Nothing waits for it: what was found arrives as an
event, and so does why nothing could be.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from bot.courier import Errand, Undelivered
from bot.effects import FindMatches, SearchHandbook
from bot.errors import NotStored
from bot.events import HandbookSearched, Matched
from bot.ports import Journal, Library, Origin
from bot.search.encoder import BATCH, Encoder
from bot.search.index import Index
from bot.search.matching import MOST_SECTIONS, Found, matches, sections
from bot.state import DeskInfo, State
from bot.support.request import Match

log = logging.getLogger(__name__)

PORTION = 500  # rows read in one go: the journal has others to answer
AT_ONCE = 2 * BATCH  # requests encoded before a search, so that it knows those that came just before
EACH_SECONDS = 60.0
LONGEST_REST = 0.2  # seconds after a search or a batch; an index that was just built is not rested from
MOST_HELD = 12_000  # requests of all desks, some 5 KB each: what six desks have in 90 days
LONGEST_SECONDS = 30.0  # a search, its turn included
TOO_LONG = f"it took longer than {LONGEST_SECONDS:.0f} seconds"

T = TypeVar("T")


class Search:
    """Searches the texts of all desks; a ``bot.ports.Finder``."""

    def __init__(
        self,
        journal: Journal,
        library: Library,
        desks: Callable[[], Iterable[Origin]],
        load: Callable[[], Encoder | None],
    ) -> None:
        """Bind to the journal, the handbooks and the desks; ``load`` makes the encoder, in the thread, when needed."""
        self._journal = journal
        self._library = library
        self._desks = desks
        self._load = load
        self._thread = ThreadPoolExecutor(1, "search")
        self._lock = asyncio.Lock()
        self._rests_until = 0.0
        self._encoder: Encoder | None = None
        self._is_loaded = False
        self._indexes: dict[tuple[str, str], Index] = {}

    async def run(self) -> None:
        """Pull all indexes forward for ever, and make the vectors that are missing; failures are logged."""
        while True:
            desks = tuple(self._desks())
            names = {(desk.info.tenant, desk.info.id) for desk in desks}
            self._indexes = {name: index for name, index in self._indexes.items() if name in names}
            for desk in desks:
                try:
                    await self.refresh(desk)
                except NotStored:
                    log.warning("the search waits for the journal", extra={"desk": desk.info.id})
                except Exception:
                    log.exception("the search's index was not pulled forward", extra={"desk": desk.info.id})
            await asyncio.sleep(EACH_SECONDS)

    def close(self) -> None:
        """End the thread once it has done what it is at, and let go of all that is held."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._encoder = None
        self._indexes.clear()

    async def refresh(self, desk: Origin) -> None:
        """Pull a desk's index forward, and make and keep all vectors that are missing; searches come in between.

        A desk that has nothing to find yet is left alone: the encoder takes a second and memory to load.
        """
        name = (desk.info.tenant, desk.info.id)
        has_none = name not in self._indexes and not self._library.of(desk.info).sections
        if has_none and not await self._journal.texts(*name, (0, ""), 1):
            return
        async with self._turn():
            index = await self._pulled(desk.info, await desk.state())
        while index.unmade and index.encoder is not None:
            async with self._turn():
                await self._encode(desk.info, index, BATCH)

    async def matches(self, desk: Origin, effect: FindMatches) -> Found:
        """Return what a request resembles; raise Undelivered saying why that is not known."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS), self._turn():
                index = await self._pulled(desk.info, await desk.state())
                await self._prepare(desk.info, index)
                entry = index.entries.get(effect.request)
                at = entry.asked.posted_at if entry else effect.text_at
                return await self._do(matches, index, effect.text, effect.request, at)
        except TimeoutError as error:
            raise Undelivered(TOO_LONG) from error

    async def sections(self, desk: DeskInfo, words: str) -> tuple[Match, ...]:
        """Return the sections of a desk's handbook that ``words`` of any length ask for, the likeliest first.

        Raise Undelivered where that takes too long. What the journal has is of help here, but is not needed.
        """
        try:
            async with asyncio.timeout(LONGEST_SECONDS), self._turn():
                try:
                    index = await self._pulled(desk, None)
                except NotStored:
                    index = await self._known(desk)
                await self._prepare(desk, index)
                return await self._do(sections, index, words)
        except TimeoutError as error:
            raise Undelivered(TOO_LONG) from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Let one search at a time work, and rest as long as the one before took, a moment at most: posts first."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            await asyncio.sleep(self._rests_until - loop.time())
            started = loop.time()
            try:
                yield
            finally:
                self._rests_until = loop.time() + min(loop.time() - started, LONGEST_REST)

    async def _pulled(self, desk: DeskInfo, state: State | None) -> Index:
        """Return a desk's index with all that changed by now."""
        index = await self._known(desk)
        while rows := await self._journal.texts(desk.tenant, desk.id, index.after, PORTION):
            await self._do(index.take, rows)
            await self._bound()
            if len(rows) < PORTION:
                break
        if state is not None:
            await self._do(index.put_commons, tuple(state.commons.values()))
        return index

    async def _bound(self) -> None:
        """Let go of the oldest of the desk that has most where too much is held, and of some more: it takes a while."""
        indexes = self._indexes.values()
        many = sum(len(one.entries) for one in indexes) - MOST_HELD
        if many > 0:
            await self._do(max(indexes, key=lambda one: len(one.entries)).let_go, many + MOST_HELD // 100)

    async def _known(self, desk: DeskInfo) -> Index:
        """Return a desk's index with its handbook as it is now."""
        index = self._indexes.get((desk.tenant, desk.id))
        if index is None:
            if not self._is_loaded:
                self._encoder = await self._do(self._load)
                self._is_loaded = True
            index = self._indexes[desk.tenant, desk.id] = Index(self._encoder)
        handbook = self._library.of(desk)
        if handbook.version != index.version:
            await self._do(index.put_handbook, handbook)
        return index

    async def _prepare(self, desk: DeskInfo, index: Index) -> None:
        """Make the vectors without which a search would find what it would not find later."""
        while index.unmade_answers and index.encoder is not None:
            await self._encode(desk, index, BATCH)
        await self._encode(desk, index, AT_ONCE)

    async def _encode(self, desk: DeskInfo, index: Index, most: int) -> None:
        """Make vectors that are missing; those that can't be kept are made again at the next start."""
        made = await self._do(index.encode_some, most)
        with suppress(NotStored):
            await self._journal.keep_vectors(desk.tenant, desk.id, made)

    async def _do(self, work: Callable[..., T], *values: object) -> T:
        """Do work in the thread; whatever breaks, the next begins afresh, and by words alone."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *values)
        except Exception:
            self._indexes.clear()
            if self._encoder is not None:
                self._encoder = None
                log.warning("texts are compared by their words alone until the next start, since something broke")
            raise


def match_errand(search: Search) -> Errand:
    """Return how it is found out what a request resembles."""

    async def run(desk: Origin, effect: FindMatches) -> Mapping[str, Any]:
        found = await search.matches(desk, effect)
        told = {"request": effect.request, "text_at": effect.text_at}
        return {**told, "found": found.matches, "alike": found.alike}

    def failed(effect: FindMatches, why: str) -> Mapping[str, Any]:
        failure = f"It is not known what this is like: {why}."
        return {"request": effect.request, "text_at": effect.text_at, "failure": failure}

    return Errand(Matched, run, failed)


def search_errand(search: Search) -> Errand:
    """Return how the handbook is searched; of what is found the likeliest few are told."""

    async def run(desk: Origin, effect: SearchHandbook) -> Mapping[str, Any]:
        found = await search.sections(desk.info, effect.words)
        return {"words": effect.words, "found": found[:MOST_SECTIONS]}

    def failed(effect: SearchHandbook, why: str) -> Mapping[str, Any]:
        return {"words": effect.words, "failure": f"The handbook could not be searched: {why}."}

    return Errand(HandbookSearched, run, failed)
