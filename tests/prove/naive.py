"""``python -m tests.prove.naive``: a bot as one writes it in an hour, which the checker must catch.

It answers inline through the connector, remembers in TinyDB's stock storage, knows what it has seen in memory, and its
timers are the event loop's. Authentication is left out: it is not what is proved.
"""

import asyncio
import os
from typing import Any

import aiohttp
from aiohttp import web
from tinydb import TinyDB

FIVE_MINUTES = 300.0
CARD = "application/vnd.microsoft.card.adaptive"


def naive(file: str, speed: float) -> web.Application:
    """Return the bot; ``speed`` says how many times faster the desks' time runs."""
    app = web.Application()
    store = TinyDB(file)
    seen: set[str] = set()

    async def say(activity: dict[str, Any], words: dict[str, Any]) -> None:
        url = f"{activity['serviceUrl']}v3/conversations/{activity['conversation']['id']}/activities"
        async with aiohttp.ClientSession() as session, session.post(url, json={"type": "message", **words}) as answer:
            answer.raise_for_status()

    async def remind(activity: dict[str, Any]) -> None:
        await asyncio.sleep(FIVE_MINUTES / speed)
        await say(activity, {"text": "No answer yet."})

    reminders: set[asyncio.Task[None]] = set()

    async def messages(request: web.Request) -> web.Response:
        activity = await request.json()
        if activity["id"] not in seen:
            card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "We look at it."}]}
            store.insert({"thread": activity["conversation"]["id"], "text": activity["text"]})
            await say(activity, {"attachments": [{"contentType": CARD, "content": card}]})
            seen.add(activity["id"])
            reminders.add(asyncio.create_task(remind(activity)))
        return web.Response()

    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    web.run_app(
        naive(os.environ["NAIVE_FILE"], float(os.environ["NAIVE_SPEED"])),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        print=None,
    )
