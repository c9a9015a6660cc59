"""A running door for the tests: the adapter behind real HTTP, with fake identity and connector beside it."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from bot.teams.adapter import TeamsAdapter
from bot.teams.credentials import Credentials, secret
from bot.teams.guard import Guard
from bot.teams.hosts import ServiceHosts
from bot.teams.keys import SigningKeys
from bot.teams.limits import Limits
from bot.teams.transport import Transport, open_session
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.teams.house import PASSWORD, Door, House, RecordingBot


@pytest_asyncio.fixture
async def entra() -> AsyncIterator[FakeEntra]:
    """Run the fake identity service."""
    async with FakeEntra() as service:
        yield service


@pytest_asyncio.fixture
async def connector() -> AsyncIterator[FakeConnector]:
    """Run the fake connector."""
    async with FakeConnector() as service:
        yield service


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open the shared session."""
    async with open_session() as opened:
        yield opened


@pytest_asyncio.fixture
async def house(entra: FakeEntra, connector: FakeConnector, session: aiohttp.ClientSession) -> AsyncIterator[House]:
    """Run the door with authentication on."""
    hosts = ServiceHosts([f"127.0.0.1:{connector.port}"])
    keys = SigningKeys(session, entra.metadata_url)
    guard = Guard(app_id=APP_ID, tenants=frozenset({TENANT}), hosts=hosts, keys=keys, now=time.time)
    credentials = Credentials(secret(authority=entra.url, tenant=TENANT, app_id=APP_ID, password=PASSWORD))
    transport = Transport(session, hosts, credentials, Limits(()))
    bot = RecordingBot()
    async with Door(TeamsAdapter(guard, transport, app_id=APP_ID), bot) as door:
        yield House(entra, connector, session, keys, guard, credentials, transport, bot, door)
        await asyncio.gather(keys.close(), credentials.close())
