"""What a bot calls: a connector that takes cards, and Entra and OpenID documents; one process of its own.

Decides what counts as a card received. Must not know which bot sends it.
Speaks the Bot Framework connector's paths under `/teams/v3/`, Entra's token endpoint in the forms that msal and
plain clients use (http, and https under `/adfs`, the only form that msal takes on loopback), and its own:
`PUT /control` sets delays and forgets the counts, `GET /stats` tells them; `GET /clock`, the desk's time, and
`GET /card`, the last card received.
Run: python services.py FOLDER (as keys.py fills it); prints its ports as one line of JSON.
"""

import asyncio
import json
import re
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

MESSAGE_ID = re.compile(r"messageid(?:=|%3D)(\d+)")
TOKEN = "e30." + "A" * 1200 + ".bench"
"""As long as Entra's; the connector only looks whether one is there."""


@dataclass(slots=True)
class Counts:
    """What happened since the last `PUT /control`."""

    cards: set[int] = field(default_factory=set)
    lags: list[float] = field(default_factory=list)
    posts: int = 0
    updates: int = 0
    card_bytes: int = 0
    refused: int = 0
    connections: int = 0
    tokens: int = 0
    documents: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    last_card: float = 0.0


class Connector(web.Server):
    """An aiohttp server that counts new connections: it is called once for each."""

    def __init__(self, services: "Services") -> None:
        """Answer through the services' `connect`."""
        super().__init__(services.connect)
        self._services = services

    def __call__(self) -> Any:  # aiohttp's own signature
        """Count, and make the connection's protocol."""
        self._services.counts.connections += 1
        return super().__call__()


class Services:
    """The state behind all ports: two delays in seconds and the counts."""

    def __init__(self, folder: Path) -> None:
        """Read the public keys, and how far the desk's time is from real time."""
        self.folder = folder
        self.jwks = (folder / "jwks.json").read_bytes()
        self.offset = timedelta(seconds=int((folder / "offset").read_text(encoding="ascii")))
        self.counts = Counts()
        self.card = b""
        self.connector_delay = 0.0
        self.entra_delay = 0.0
        self.entra = ""
        self.entra_tls = ""
        self._sent = 0

    async def connect(self, request: web.BaseRequest) -> web.Response:
        """Answer a connector call: 201 with an id to a message, 401 without a token."""
        body = await request.read()
        counts = self.counts
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            counts.refused += 1
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        counts.in_flight += 1
        counts.most_in_flight = max(counts.most_in_flight, counts.in_flight)
        if self.connector_delay:
            await asyncio.sleep(self.connector_delay)
        counts.in_flight -= 1
        self._sent += 1
        if request.method == "POST":
            self._count(request.raw_path, body)
            return web.Response(status=201, text=f'{{"id": "1:{self._sent}"}}', content_type="application/json")
        counts.updates += request.method == "PUT"
        return web.json_response({"id": f"1:{self._sent}", "members": []})

    def _count(self, path: str, body: bytes) -> None:
        counts = self.counts
        counts.posts += 1
        counts.last_card = time.monotonic()
        found = MESSAGE_ID.search(path)
        if found is None or b"AdaptiveCard" not in body:
            return
        self.card = body
        number = int(found[1])
        if number not in counts.cards:
            counts.cards.add(number)
            counts.card_bytes += len(body)
            counts.lags.append(time.time() - number / 1e6)

    def routes(self) -> list[web.RouteDef]:
        """List what Entra, OpenID and the two own addresses answer."""
        return [
            web.get("/metadata", self._documented(lambda: {"issuer": "x", "jwks_uri": f"{self.entra}/jwks"})),
            web.get("/jwks", self._keys),
            web.get("/{tenant:[^/]+}/.well-known/openid-configuration", self._documented(self._authority)),
            web.get("/{tenant:[^/]+}/v2.0/.well-known/openid-configuration", self._documented(self._authority)),
            web.post("/{tenant:[^/]+}/oauth2/token", self._token),
            web.post("/{tenant:[^/]+}/oauth2/v2.0/token", self._token),
            web.get("/clock", self._clock),
            web.get("/card", self._last_card),
            web.put("/control", self._control),
            web.get("/stats", self._stats),
        ]

    def _authority(self) -> dict[str, str]:
        here = f"{self.entra_tls}/adfs"
        return {"issuer": here, "token_endpoint": f"{here}/oauth2/token", "authorization_endpoint": f"{here}/authorize"}

    def _documented(self, content: Callable[[], dict[str, str]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(_: web.Request) -> web.Response:
            self.counts.documents += 1
            await asyncio.sleep(self.entra_delay)
            return web.json_response(content())

        return answer

    async def _keys(self, _: web.Request) -> web.Response:
        self.counts.documents += 1
        await asyncio.sleep(self.entra_delay)
        return web.Response(body=self.jwks, content_type="application/json")

    async def _token(self, _: web.Request) -> web.Response:
        self.counts.tokens += 1
        await asyncio.sleep(self.entra_delay)
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})

    async def _clock(self, _: web.Request) -> web.Response:
        return web.Response(text=(datetime.now(UTC) + self.offset).isoformat())

    async def _last_card(self, _: web.Request) -> web.Response:
        return web.json_response(json.loads(self.card)["attachments"][0]["content"])

    async def _control(self, request: web.Request) -> web.Response:
        wish = await request.json()
        self.connector_delay = wish["connector_ms"] / 1000
        self.entra_delay = wish["entra_ms"] / 1000
        self.counts = Counts(in_flight=self.counts.in_flight)
        return web.Response(status=204)

    async def _stats(self, _: web.Request) -> web.Response:
        counts = self.counts
        lags = sorted(counts.lags)
        known = {name: getattr(counts, name) for name in Counts.__slots__ if name not in ("cards", "lags")}
        told = known | {
            "cards": len(counts.cards),
            "lag_p50_ms": 1000 * lags[len(lags) // 2] if lags else None,
            "lag_p99_ms": 1000 * lags[int(len(lags) * 0.99)] if lags else None,
        }
        return web.json_response(told)


async def serve(services: Services) -> None:
    """Open the three ports, tell them, and serve until the process ends."""
    app = web.Application()
    app.add_routes(services.routes())
    entra = web.AppRunner(app, access_log=None)
    connector = web.ServerRunner(Connector(services))
    await entra.setup()
    await connector.setup()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(services.folder / "tls.pem")
    for site in (
        web.TCPSite(entra, "127.0.0.1", 0),
        web.TCPSite(entra, "127.0.0.1", 0, ssl_context=tls),
        web.TCPSite(connector, "127.0.0.1", 0, backlog=1024),
    ):
        await site.start()
    (plain, secure), (port,) = ([address[1] for address in runner.addresses] for runner in (entra, connector))
    services.entra, services.entra_tls = f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"
    told = {"entra": services.entra, "entra_tls": services.entra_tls, "connector": f"http://127.0.0.1:{port}/teams/"}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(Services(Path(sys.argv[1]))))
