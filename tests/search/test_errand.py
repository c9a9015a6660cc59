"""The search as the desk and the doors use it: beside the event loop, up to date, and never silent on why not."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.courier import Undelivered
from bot.effects import FindMatches, PutRequest, SearchHandbook
from bot.errors import NotStored
from bot.people import Author
from bot.ports import Commit
from bot.search import errand
from bot.search.encoder import BATCH, Encoder
from bot.search.errand import Search, match_errand, search_errand
from bot.store.memory import MemoryJournal
from bot.support.erasure import without_texts
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Alike, Common, Standing
from bot.support.request import Match, Outcome, Request, Status
from tests.search.fakes import HANDBOOK, Desk, Glossary, Shelf
from tests.search.texts import NOW

LABELS = "die Etiketten werden nicht gedruckt"
EFFECT = FindMatches("match:R-9:1", "R-9", LABELS, NOW)


@dataclass
class House:
    """A search over a journal in memory, with one desk."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    encoder: Glossary | None = field(default_factory=Glossary)
    shelf: Shelf = field(default_factory=lambda: Shelf(HANDBOOK))
    desk: Desk = field(default_factory=Desk)
    desks: list[Desk] = field(default_factory=list)
    loaded: int = 0
    revision: int = 0
    threads: set[str] = field(default_factory=set)
    may_load: threading.Event = field(default_factory=threading.Event)

    async def start(self) -> Search:
        """Make the desk, and a search that knows of it."""
        if not await self.journal.desks():
            await self.journal.create(self.desk.info)
            self.may_load.set()
        self.desks = [self.desk]
        return Search(self.journal, self.shelf, lambda: self.desks, self.load)

    def load(self) -> Encoder | None:
        """Return the encoder, as soon as that may be."""
        self.may_load.wait(5)
        self.loaded += 1
        self.threads.add(threading.current_thread().name)
        return self.encoder

    async def put(self, *requests: Request) -> None:
        """Write requests."""
        await self.journal.commit(Commit("tenant", "backend", self.revision, changes=tuple(map(PutRequest, requests))))
        self.revision += 1


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    yield House()


def answered(number: int, text: str = LABELS, **more: Any) -> Request:
    olga = Author("olga", "Olga Brandt")
    request = Request(f"R-{number}", olga, text, NOW, f"19:channel;messageid={number}", NOW, NOW)
    return replace(request, **{"status": Status.CLOSED, "outcome": Outcome.ANSWERED, "closed_at": NOW, **more})


async def test_matches_are_the_answer_with_the_words_that_they_are_of(house: House) -> None:
    search = await house.start()
    await house.put(answered(1), answered(9))
    told = await match_errand(search).run(house.desk, EFFECT)
    assert (told["request"], told["text_at"]) == ("R-9", NOW)
    assert told["found"] == (Match("#labels", sure=True), Match("R-1", sure=True, outcome=Outcome.ANSWERED))
    assert told["alike"] == (Alike("R-1", near=True, posted_at=NOW),)


async def test_what_was_written_a_moment_ago_is_known(house: House) -> None:
    search = await house.start()
    await search.matches(house.desk, EFFECT)
    await house.put(answered(1))
    assert [one.request for one in (await search.matches(house.desk, EFFECT)).alike] == ["R-1"]


async def test_of_more_requests_than_are_held_the_oldest_of_the_desk_that_has_most_are_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errand, "MOST_HELD", 100)
    search = await house.start()
    small = Desk(replace(house.desk.info, id="small", channel="19:small"))
    await house.journal.create(small.info)
    await house.journal.commit(Commit("tenant", "small", 0, changes=(PutRequest(answered(1)),)))
    await search.refresh(small)
    await house.put(*(answered(number, posted_at=NOW - timedelta(days=number)) for number in range(150)))
    await search.refresh(house.desk)
    some, few = (search._indexes["tenant", name].entries for name in ("backend", "small"))
    assert list(few) == ["R-1"]
    assert sorted(some) == sorted(f"R-{number}" for number in range(98))


async def test_what_is_erased_is_found_no_more_and_leaves_the_index_without_a_search(house: House) -> None:
    search = await house.start()
    await house.put(answered(1))
    await search.refresh(house.desk)
    await house.put(without_texts(answered(1)))
    await search.refresh(house.desk)
    (index,) = search._indexes.values()
    assert index.entries == {}
    assert (await search.matches(house.desk, EFFECT)).alike == ()


async def test_a_request_that_is_posted_again_is_judged_by_when_it_was_posted(house: House) -> None:
    search = await house.start()
    await house.put(answered(1), answered(9, posted_at=NOW.replace(year=2025)))
    assert (await search.matches(house.desk, EFFECT)).alike == ()


async def test_common_requests_are_as_the_desk_has_them_now(house: House) -> None:
    search = await house.start()
    text = replace(EFFECT, text="passwort vergessen")
    house.desk.commons = {"C-1": Common("C-1", Standing.LISTED, "Passwort vergessen", "Set a new one.")}
    await search.matches(house.desk, text)
    assert "C-1" in [match.ref for match in (await search.matches(house.desk, text)).matches]
    house.desk.commons = {"C-1": replace(house.desk.commons["C-1"], standing=Standing.RETIRED)}
    assert "C-1" not in [match.ref for match in (await search.matches(house.desk, text)).matches]


async def test_a_section_that_was_taken_out_is_found_no_more(house: House) -> None:
    search = await house.start()
    await search.matches(house.desk, EFFECT)
    house.shelf.handbook = replace(HANDBOOK, sections=HANDBOOK.sections[1:], version="2")
    assert (await search.matches(house.desk, EFFECT)).matches == ()


async def test_words_find_sections_and_of_many_three_are_told(house: House) -> None:
    search = await house.start()
    told = await search_errand(search).run(house.desk, SearchHandbook("search:1", "19:c", "Etiketten"))
    assert told == {"words": "Etiketten", "found": (Match("#labels", sure=True),)}
    twice = tuple(replace(HANDBOOK.sections[0], anchor=f"labels-{number}") for number in range(9))
    house.shelf.handbook = Handbook(sections=twice, version="2")
    told = await search_errand(search).run(house.desk, SearchHandbook("search:2", "19:c", "labels printed"))
    assert len(told["found"]) == 3
    assert len(await search.sections(house.desk.info, "labels printed")) == 9


@pytest.mark.parametrize("words", ["", "word " * 2_000, "x" * 100_000, "\x00\ud800", "😀" * 5_000])
async def test_words_of_any_kind_and_length_get_an_answer(house: House, words: str) -> None:
    search = await house.start()
    assert isinstance(await search.sections(house.desk.info, words), tuple)
    assert isinstance((await search.matches(house.desk, replace(EFFECT, text=words))).matches, tuple)


async def test_the_handbook_is_searched_though_the_journal_fails_and_matches_wait_for_it(house: House) -> None:
    search = await house.start()
    house.journal.full = True
    assert (await search.sections(house.desk.info, "Etiketten"))[0].ref == "#labels"
    with pytest.raises(NotStored):
        await search.matches(house.desk, EFFECT)


async def test_vectors_are_made_once_and_kept_over_a_restart(house: House) -> None:
    search = await house.start()
    await house.put(*(answered(number, f"{LABELS} {number}") for number in range(3 * BATCH)))
    await search.refresh(house.desk)
    assert isinstance(house.encoder, Glossary)
    assert sum(text.startswith(LABELS) for text in house.encoder.seen) == 3 * BATCH
    house.encoder.seen.clear()
    again = await house.start()
    await again.refresh(house.desk)
    assert not [text for text in house.encoder.seen if text.startswith(LABELS)]
    assert len((await again.matches(house.desk, EFFECT)).alike) > 3


async def test_a_search_waits_for_the_whole_handbook_to_be_encoded(house: House) -> None:
    many = (Section(f"s{number}", f"Title {number}", body="Of nothing much.\n") for number in range(5 * BATCH))
    house.shelf = Shelf(Handbook(sections=(*many, *HANDBOOK.sections), version="2"))
    search = await house.start()
    assert (await search.matches(house.desk, EFFECT)).matches == (Match("#labels", sure=True),)


async def test_all_is_done_in_one_thread_beside_the_loop_and_the_encoder_is_loaded_once(house: House) -> None:
    search = await house.start()
    await asyncio.gather(*(search.matches(house.desk, EFFECT) for _ in range(5)))
    assert house.loaded == 1
    assert house.threads == {"search_0"}


async def test_a_desk_with_nothing_to_find_loads_no_encoder(house: House) -> None:
    house.shelf.handbook = Handbook()
    search = await house.start()
    await search.refresh(house.desk)
    assert house.loaded == 0
    await house.put(answered(1))
    await search.refresh(house.desk)
    assert house.loaded == 1


async def test_without_an_encoder_words_alone_are_compared(house: House) -> None:
    house.encoder = None
    search = await house.start()
    await house.put(answered(1))
    await search.refresh(house.desk)
    assert [one.request for one in (await search.matches(house.desk, EFFECT)).alike] == ["R-1"]


async def test_an_encoder_that_breaks_is_said_and_the_next_search_goes_on_with_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    search = await house.start()
    await house.put(answered(1))
    assert isinstance(house.encoder, Glossary)
    house.encoder.broken = True
    with pytest.raises(RuntimeError):
        await search.matches(house.desk, EFFECT)
    assert "by their words alone until the next start" in caplog.text
    assert [one.request for one in (await search.matches(house.desk, EFFECT)).alike] == ["R-1"]


async def test_a_failure_is_told_in_words(house: House) -> None:
    search = await house.start()
    match, words = match_errand(search), search_errand(search)
    assert match.failed is not None
    assert words.failed is not None
    assert match.failed(EFFECT, "it took longer than 30 seconds") == {
        "request": "R-9",
        "text_at": NOW,
        "failure": "It is not known what this is like: it took longer than 30 seconds.",
    }
    assert words.failed(SearchHandbook("search:1", "19:c", "pin"), "it broke") == {
        "words": "pin",
        "failure": "The handbook could not be searched: it broke.",
    }


async def test_a_search_that_takes_too_long_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand, "LONGEST_SECONDS", 0.05)
    search = await house.start()
    house.may_load.clear()
    with pytest.raises(Undelivered, match="longer than"):
        await search.matches(house.desk, EFFECT)
    with pytest.raises(Undelivered, match="longer than"):
        await search.sections(house.desk.info, "pin")
    house.may_load.set()
    search.close()


async def test_indexes_are_pulled_forward_by_themselves_and_a_desk_that_is_gone_is_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(errand, "EACH_SECONDS", 0.01)
    search = await house.start()
    await house.put(answered(1))
    caplog.set_level(logging.WARNING)
    running = asyncio.create_task(search.run())

    async def until(what: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not what():
                await asyncio.sleep(0.005)

    await until(lambda: any("R-1" in index.entries for index in search._indexes.values()))
    house.journal.full = True
    await until(lambda: "waits for the journal" in caplog.text)
    house.journal.full = False
    assert isinstance(house.encoder, Glossary)
    house.encoder.broken = True
    await house.put(answered(2))
    await until(lambda: "was not pulled forward" in caplog.text)
    await until(lambda: any("R-2" in index.entries for index in search._indexes.values()))
    house.desks = []
    await until(lambda: not search._indexes)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
