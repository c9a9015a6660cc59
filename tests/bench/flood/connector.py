"""The connector, Entra and OpenID as in `services.py`, with a record of every call that writes.

Decides what is noted of a call: when it came, where it writes, and which request and buttons its card has. Must not
know what ought to have come. `GET /calls?since=N` tells the calls from the N-th on, since the counts were forgotten. A
person's chat has one id, however often it is asked for.
Run: python connector.py FOLDER (as keys.py fills it); prints its ports as one line of JSON.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import uvloop
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[3]))  # it is run by its path, by a Python without the bot's packages

from tests.bench import services

PATH = re.compile(r"/v3/conversations(?:/([^/]+)/activities(?:/([^/?]+))?)?$")
REQUEST = re.compile(rb'"request":"(R-\d+)"')
DESK = re.compile(rb'"desk":"([^"]+)"')
COPY = b'"card":"copy:'
SOLVE = b'"verb":"solve"'


class Recording(services.Services):
    """The services, and each writing call, as ledger.Call has it."""

    def __init__(self, folder: Path) -> None:
        """Begin with no calls."""
        super().__init__(folder)
        self.calls: list[tuple[float, str, str, str, str, str, bool, bool]] = []

    async def connect(self, request: web.BaseRequest) -> web.Response:
        """Note the call as it arrives, and answer it."""
        body = await request.read()
        at = time.time()
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        if self.connector_delay:
            await asyncio.sleep(self.connector_delay)
        found = PATH.search(request.path if "%" not in request.raw_path else request.raw_path.partition("?")[0])
        if found is None or request.method == "GET":
            return web.json_response({"id": "1", "members": []})
        self._sent += 1
        self.counts.posts += request.method == "POST"
        self.counts.updates += request.method == "PUT"
        conversation, message = unquote(found[1] or ""), unquote(found[2] or "")
        method = request.method
        if not conversation:
            asked = json.loads(body)
            if "activity" in asked:
                conversation, message = asked["channelData"]["channel"]["id"], str(self._sent)
                answer = {"id": f"{conversation};messageid={message}", "activityId": message}
            else:
                method, conversation = "CHAT", asked["members"][0]["id"]
                answer = {"id": f"a:{conversation}"}
        else:
            message = message if method == "PUT" else f"1:{self._sent}"
            answer = {"id": message}
        requests, desk = REQUEST.findall(body), DESK.search(body)
        named = (" ".join({one.decode(): None for one in requests}), desk[1].decode() if desk else "")
        self.calls.append((at, method, conversation, message, *named, COPY in body, SOLVE in body))
        return web.json_response(answer, status=201 if request.method == "POST" else 200)

    def routes(self) -> list[web.RouteDef]:
        """Add what tells the calls."""
        return [*super().routes(), web.get("/calls", self._calls)]

    async def _control(self, request: web.Request) -> web.Response:
        self.calls = []
        return await super()._control(request)

    async def _calls(self, request: web.Request) -> web.Response:
        some: list[Any] = self.calls[int(request.query["since"]) :]
        return web.json_response(some)


if __name__ == "__main__":
    uvloop.run(services.serve(Recording(Path(sys.argv[1]))))
