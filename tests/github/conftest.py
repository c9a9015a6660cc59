"""A GitHub that runs, and a session to speak to it with; whatever was sent was what the real one takes."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.github.fake import FakeGitHub


@pytest.fixture
async def github() -> AsyncIterator[FakeGitHub]:
    """Run one for a test."""
    async with FakeGitHub() as running:
        yield running
    assert running.wrong == []


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session as the bot's own: it keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as opened:
        yield opened
