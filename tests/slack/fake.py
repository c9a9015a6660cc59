"""A Slack on loopback: takes only what the real one would take, keeps what is said, and misbehaves on demand."""

from collections import deque
from typing import Any

from aiohttp import web

from tests.rig.service import Answer, LoopbackService

TOKEN = "xoxb-1-canary"


class FakeSlack(LoopbackService):
    """Answers chat.postMessage. ``answers`` are given in turn before the ordinary one; ``stored`` of those is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[dict[str, Any]] = []
        self.answers: deque[tuple[Answer, bool]] = deque()

    @property
    def api(self) -> str:
        """Give the address as SLACK_API_URL has it."""
        return f"{self.url}/api/"

    def then(self, answer: Answer, *, stored: bool = False) -> None:
        """Answer so the next time, whether or not the message is there then."""
        self.answers.append((answer, stored))

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/chat.postMessage", self._post)
        return app

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.hits["post"] += 1
        if request.headers.get("Content-Type") != "application/json; charset=utf-8":
            return web.json_response({"ok": False, "error": "invalid_post_type"})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        body = await request.json()
        answer, stored = self.answers.popleft() if self.answers else (Answer(body={"ok": True, "ts": "1.000100"}), True)
        if stored:
            self.said.append(body)
        return await answer.respond(request)
