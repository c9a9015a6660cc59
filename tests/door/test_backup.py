"""A whole bot is backed up in the midst of traffic, or moved to PostgreSQL, and goes on from there."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.clock import real
from bot.store.backup import FILES, FOLDERS, JOURNAL, MARKS, back_up, restore
from bot.store.moving import move
from tests.door.whole import ANA, BEN, ClockService, running
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra

TRANSIENT = {"lock", "control.sock", "journal.sqlite-wal", "journal.sqlite-shm"}
POSTS, FIRST = 12, 6


async def test_a_bot_is_backed_up_amid_traffic_and_its_countdowns_go_on_elsewhere_with_nothing_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other, file = tmp_path / "data", tmp_path / "other", tmp_path / "backup.zip"
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with running(folder, entra, connector, session) as bot:
            first = await bot.opened("label printer down")
            posts = [bot.channel_post(f"scanner {number} down") for number in range(POSTS)]
            for post in posts[:FIRST]:
                await bot.post(post)
            made, *answers = await asyncio.gather(
                asyncio.to_thread(back_up, folder, file, version="0.1.0", now=real()), *map(bot.post, posts[FIRST:])
            )
            assert {status for status, _ in answers} == {200}
            await bot.quiet()
            there = {path.name for path in folder.iterdir()}
            assert there - TRANSIENT <= {JOURNAL, *MARKS, *FILES, *FOLDERS}
        before = len(connector.calls)
        restored, aside = await asyncio.to_thread(restore, file, other, now=real())
        assert (restored, aside) == (made, None)
        monkeypatch.setattr(ClockService, "now", ClockService.now + timedelta(minutes=3))
        async with running(other, entra, connector, session) as again:
            assert 1 + FIRST <= made.tables["requests"] <= again.rows("select count(*) from requests")[0][0]
            await again.quiet()
            for post in (first, *posts):  # as Teams repeats what it does not know to be taken
                assert (await again.post(post))[0] == 200
            await again.quiet()
            assert again.rows("select count(*), count(distinct place) from requests") == [(POSTS + 1, POSTS + 1)]
            # A step that was due after the backup is done, once, in the request whose countdown was running.
            # The step that fell due after the backup is done, once, and what was said before it is not said again.
            notices = [call for call in connector.calls[before:] if "is waiting for an answer" in str(call.body)]
            assert sorted(call.conversation for call in notices if call.method == "POST") == [f"a:{ANA}", f"a:{BEN}"]
            thread = [call for call in connector.calls if call.conversation == first["conversation"]["id"]]
            assert len([call for call in thread if call.method == "POST"]) == 1


async def test_a_bot_that_was_moved_to_postgresql_goes_on_with_what_is_open_and_its_cards(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with running(folder, entra, connector, session) as bot:
            post = await bot.opened()
        before = len(connector.calls)
        await asyncio.to_thread(move, folder, database, now=real())
        monkeypatch.setattr(ClockService, "now", ClockService.now + timedelta(minutes=3))
        async with running(folder, entra, connector, session, is_first=False, database_url=database) as again:
            await connector.wait_for(before + 4)  # two chats are opened for what fell due, and two notices sent
            assert (await again.post(post))[0] == 200
            status, answer = await again.post(again.press("claim", ANA, post["id"]))
            assert (status, "Ana Lindqvist is looking into it" in str(answer)) == (200, True)
            await connector.wait_for(1, method="PUT")
        notices = [call for call in connector.calls[before:] if "is waiting for an answer" in str(call.body)]
        assert sorted(call.conversation for call in notices if call.method == "POST") == [f"a:{ANA}", f"a:{BEN}"]
        thread = [call for call in connector.calls if call.conversation == post["conversation"]["id"]]
        assert len([call for call in thread if call.method == "POST"]) == 1
