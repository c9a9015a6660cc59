"""Why the door is not the SDK's own: each repair beside the stock adapter of botbuilder 4.17.1, which fails the case.

The stock adapter is asked the same over the same fakes. When a test fails because stock behaves, the repair may go.
"""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity, ActivityTypes, InvokeResponse
from botframework.connector.auth import JwtTokenExtractor

from tests.rig.activities import altered, channel_post, press
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, ISSUER, FakeEntra, Key
from tests.rig.tls import server_context, write_certificate
from tests.teams.house import PASSWORD, Door, House, post

pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("ignore")]


class StockBot:
    """A bot that counts its turns, and then does what the test says."""

    def __init__(self) -> None:
        self.turns = 0
        self.does: Callable[[TurnContext], Awaitable[None]] | None = None

    async def on_turn(self, context: TurnContext) -> None:
        """Count the turn."""
        self.turns += 1
        if self.does:
            await self.does(context)


@dataclass
class Stock:
    """The stock adapter, running, with an identity service in a thread of its own because it blocks the loop."""

    entra: FakeEntra
    connector: FakeConnector
    session: aiohttp.ClientSession
    bot: StockBot
    door: Door

    def token(self, **changes: Any) -> str:
        """Mint a token; a genuine one but for the changes."""
        return self.entra.token(**({"service_url": self.connector.service_url} | changes))

    async def post(self, activity: Any = None, *, token: str | None = None, data: bytes | None = None) -> int:
        """Post an activity with a genuine token unless told otherwise; give the status."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return (await post(self.session, self.door, data or orjson.dumps(activity), headers))[0]


@pytest_asyncio.fixture
async def stock(
    connector: FakeConnector,
    session: aiohttp.ClientSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Stock]:
    """Run the SDK's own adapter with authentication on, by its own settings alone."""
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    JwtTokenExtractor.metadataCache.clear()
    with FakeEntra(ssl_context=server_context(pem)).in_thread() as entra:
        settings = SimpleNamespace(
            APP_ID=APP_ID,
            APP_PASSWORD=PASSWORD,
            APP_TYPE="MultiTenant",
            TO_CHANNEL_FROM_BOT_LOGIN_URL=f"{entra.url}/adfs",
            TO_CHANNEL_FROM_BOT_OAUTH_SCOPE=ISSUER,
            TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=ISSUER,
            OAUTH_URL=ISSUER,
            TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=entra.metadata_url,
            TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=entra.metadata_url,
            CALLER_ID=None,
            VALIDATE_AUTHORITY=True,
        )
        bot = StockBot()
        adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(settings))
        async with Door(adapter, bot) as door:
            yield Stock(entra, connector, session, bot, door)
    JwtTokenExtractor.metadataCache.clear()
    gc.collect()


def message(house: House) -> dict[str, Any]:
    """Give a post that both may believe."""
    return channel_post(service_url=house.connector.service_url)


async def echo(context: TurnContext) -> None:
    """Say something."""
    await context.send_activity("hello")


async def test_stock_takes_what_ours_takes(house: House, stock: Stock) -> None:
    assert (await stock.post(message(house)), stock.bot.turns) == (201, 1)
    assert ((await house.post(message(house)))[0], len(house.bot.turns)) == (200, 1)


async def test_stock_cannot_answer_an_invoke_with_a_body(house: House, stock: Stock) -> None:
    async def answer(context: TurnContext) -> None:
        value = InvokeResponse(status=200, body={"statusCode": 200})
        await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=value))

    house.bot.does = stock.bot.does = answer
    pressed = press("claim", service_url=house.connector.service_url)
    assert await stock.post(pressed) == 500
    assert await house.post(pressed) == (200, {"statusCode": 200})


@pytest.mark.parametrize("what", ["garbage", "attacker", "none", "HS256", "unknown", "expired", "no iss"])
async def test_stock_breaks_on_a_hostile_token_that_ours_refuses(house: House, stock: Stock, what: str) -> None:
    def minted(side: House | Stock) -> str:
        attacker = Key(kid=side.entra.keys[0].kid, number=-1)
        tokens = {
            "garbage": "garbage",
            "attacker": side.token(key=attacker),
            "none": side.token(algorithm="none"),
            "HS256": side.token(algorithm="HS256"),
            "unknown": side.token(kid="nobody"),
            "expired": side.token(exp=int(time.time()) - 600),
            "no iss": side.token(without=["iss"]),
        }
        return tokens[what]

    assert await stock.post(message(house), token=minted(stock)) in {404, 500}
    assert (await house.post(message(house), token=minted(house)))[0] == 401


async def test_stock_takes_a_token_that_never_ends(house: House, stock: Stock) -> None:
    assert (await stock.post(message(house), token=stock.token(without=["exp"])), stock.bot.turns) == (201, 1)
    assert (await house.post(message(house), token=house.token(without=["exp"])))[0] == 401
    assert house.bot.turns == []


async def test_stock_lets_any_tenant_in(house: House, stock: Stock) -> None:
    foreign = altered(message(house), {"channelData.tenant.id": "evil", "conversation.tenantId": "evil"})
    assert (await stock.post(foreign), stock.bot.turns) == (201, 1)
    assert ((await house.post(foreign))[0], house.bot.turns) == (403, [])


async def test_stock_lets_a_key_speak_for_every_channel_when_it_names_none(house: House, stock: Stock) -> None:
    bare = stock.entra.publish(None), house.entra.publish(None)
    assert (await stock.post(message(house), token=stock.token(key=bare[0])), stock.bot.turns) == (201, 1)
    assert (await house.post(message(house), token=house.token(key=bare[1])))[0] == 403


@pytest.mark.parametrize("data", [b"not json", b"[]", b'{"type": "message", "from": "29:x"}'])
async def test_stock_breaks_on_a_body_that_is_no_activity(house: House, stock: Stock, data: bytes) -> None:
    assert await stock.post(data=data) == 500
    assert (await house.post(data=data))[0] == 400


async def test_stock_reads_a_body_before_it_knows_from_whom(house: House, stock: Stock) -> None:
    body = b'{"type": "message", "timestamp": "nonsense"}'
    assert await stock.post(data=body, token="garbage") == 500
    assert (await house.post(data=body, token="garbage"))[0] == 401


async def test_stock_is_deaf_after_a_key_rollover(house: House, stock: Stock) -> None:
    assert await stock.post(message(house)) == 201
    assert (await house.post(message(house)))[0] == 200
    stock.entra.rotate()
    house.entra.rotate()
    assert [await stock.post(message(house)) for _ in range(2)] == [500, 500]
    assert (await house.post(message(house)))[0] == 200


async def test_stock_asks_for_a_token_every_turn(house: House, stock: Stock) -> None:
    house.bot.does = stock.bot.does = echo
    for _ in range(3):
        assert await stock.post(message(house)) == 201
        assert (await house.post(message(house)))[0] == 200
    assert (stock.entra.hits["token"], house.entra.hits["token"]) == (3, 1)


async def test_stock_never_retries_a_post(house: House, stock: Stock) -> None:
    house.bot.does = stock.bot.does = echo
    house.connector.script(429)
    assert await stock.post(message(house)) == 500
    assert house.connector.messages == {}
    house.connector.script(429)
    assert (await house.post(message(house)))[0] == 200
    assert len(house.connector.messages) == 1


@pytest.mark.parametrize("service", ["token", "jwks"])
async def test_stock_stops_the_loop_while_the_identity_service_thinks(house: House, stock: Stock, service: str) -> None:
    house.bot.does = stock.bot.does = echo
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    went_on: list[bool] = []

    def think() -> None:
        before = ticks
        threading.Event().wait(0.2)
        went_on.append(ticks - before > 2)

    ticking = asyncio.create_task(tick())
    stock.entra.hold[service] = house.entra.hold[service] = think
    assert await stock.post(message(house)) == 201
    assert (await house.post(message(house)))[0] == 200
    ticking.cancel()
    assert went_on == [False, True]
