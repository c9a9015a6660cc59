"""The operators' address: free, taken, or none of this machine's."""

import socket

import aiohttp
import pytest

from bot.errors import Misconfigured
from bot.health.readiness import Readiness
from bot.health.site import listening, site


async def page() -> bytes:
    return b"# nothing\n"


async def test_it_answers_before_the_bot_has_begun() -> None:
    async with (
        listening(site(Readiness(), page), "127.0.0.1", 0, must=True) as port,
        aiohttp.ClientSession() as session,
    ):
        for path, status in (("/livez", 200), ("/readyz", 503), ("/metrics", 200), ("/", 404)):
            async with session.get(f"http://127.0.0.1:{port}{path}") as response:
                assert response.status == status
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert (await response.json())["checks"][0]["remedy"] == "the process is starting; wait"


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
async def test_an_address_that_is_taken_stops_the_start_and_says_which_setting(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"HOTSEAT_OPS: {host}:{port} cannot be listened on"):
            async with listening(site(Readiness(), page), host, port, must=True):
                pass


async def test_while_trying_the_bot_it_goes_on_without(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with listening(site(Readiness(), page), "127.0.0.1", port, must=False) as given:
            assert given == 0
    assert "set another host:port, or off" in caplog.text
