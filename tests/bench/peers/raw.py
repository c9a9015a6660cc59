"""The floor: a bare aiohttp handler that checks the same token, parses the post and posts the card.

Decides nothing; it is what the same wire costs with no framework, no storage and no product around it.
"""

import asyncio
import json
import os
from typing import Any

import aiohttp
import jwt
from aiohttp import web

from tests.bench.world import APP_ID, APP_PASSWORD, CARD, ISSUER, TENANT


class Floor:
    """Keys and outbound token, each fetched once."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Share one session for all."""
        self._session = session
        self._keys: dict[str, tuple[jwt.PyJWK, list[str]]] = {}
        self._token = ""
        self._first = asyncio.Lock()

    async def turn(self, request: web.Request) -> web.Response:
        """Answer one post: 401 for a bad token, else the card and then 201."""
        if not self._token:
            await self._prepare()
        activity = json.loads(await request.read())
        try:
            self._check(request.headers.get("Authorization", ""), activity)
        except (jwt.PyJWTError, KeyError, PermissionError):
            return web.Response(status=401)
        conversation = activity["conversation"]
        address = f"{activity['serviceUrl']}v3/conversations/{conversation['id']}/activities/{activity['id']}"
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json; charset=utf-8"}
        async with self._session.post(address, data=json.dumps(_reply(activity)), headers=headers) as response:
            response.raise_for_status()
            await response.json()
        return web.Response(status=201)

    def _check(self, header: str, activity: dict[str, Any]) -> None:
        token = header.removeprefix("Bearer ")
        key, endorsements = self._keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=APP_ID,
            issuer=ISSUER,
            leeway=300,
            options={"require": ["exp", "iss", "aud"]},
        )
        if claims["serviceurl"] != activity["serviceUrl"] or activity["channelId"] not in endorsements:
            raise PermissionError

    async def _prepare(self) -> None:
        async with self._first:
            if self._token:
                return
            async with self._session.get(os.environ["BENCH_ENTRA"] + "/metadata") as response:
                address = (await response.json())["jwks_uri"]
            async with self._session.get(address) as response:
                document = await response.json()
            self._keys = {key["kid"]: (jwt.PyJWK(key), key["endorsements"]) for key in document["keys"]}
            form = {
                "grant_type": "client_credentials",
                "client_id": APP_ID,
                "client_secret": APP_PASSWORD,
                "scope": "https://api.botframework.com/.default",
            }
            authority = os.environ["BENCH_ENTRA"]
            async with self._session.post(f"{authority}/{TENANT}/oauth2/v2.0/token", data=form) as response:
                self._token = (await response.json())["access_token"]


def _reply(activity: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "message",
        "channelId": activity["channelId"],
        "serviceUrl": activity["serviceUrl"],
        "from": activity["recipient"],
        "recipient": activity["from"],
        "conversation": activity["conversation"],
        "replyToId": activity["id"],
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}],
    }


async def build() -> web.Application:
    """Make the application around one shared session."""
    app = web.Application()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    app.router.add_post("/api/messages", Floor(session).turn)

    async def close(_: web.Application) -> None:
        await session.close()

    app.on_cleanup.append(close)
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
