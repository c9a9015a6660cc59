"""A small bot for the sandbox's own tests: a card per new post, a claim button, a dialog, an echo in the chat.

Runs alone too: `python tests/sandbox/fake_bot.py PORT`.
"""

import asyncio
import json
import sys
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

ANA = {"id": "29:10a51c1f47c0e4c398f0e1d5b6a2e0003", "name": "Ana Lindqvist"}
BEN = {"id": "29:10a51c1f47c0e4c398f0e1d5b6a2e0004", "name": "Ben Okafor"}
HOOKS = ("/slack/events", "/jira/webhook", "/bugsnag/{secret}")
TEAM = "19:backend-team@thread.tacv2"
CARD = "application/vnd.microsoft.card.adaptive"


def card(asked: str, who: str | None = None) -> dict[str, Any]:
    """Build the card of a request, unclaimed or claimed."""
    body: list[dict[str, Any]] = [
        {
            "type": "TextBlock",
            "wrap": True,
            "text": f"{who} is looking into it. You hear more by **10:32**."
            if who
            else "<at>Ana Lindqvist</at> and <at>Ben Okafor</at> have been called. You get an answer by **10:05**.",
        },
        {
            "type": "RichTextBlock",
            "inlines": [
                {"type": "TextRun", "text": "Asked: ", "isSubtle": True},
                {"type": "TextRun", "text": asked},
            ],
        },
    ]
    actions: list[dict[str, Any]] = [
        {"type": "Action.Execute", "title": "It's solved", "verb": "solve", "data": {"request": "R-1"}}
    ]
    if who is None:
        claim = {"type": "Action.Execute", "title": "I'm looking into it", "verb": "claim", "data": {"request": "R-1"}}
        actions.insert(0, {**claim, "style": "positive"})
    fetch = {"msteams": {"type": "task/fetch"}, "verb": "support"}
    actions.append({"type": "Action.Submit", "title": "Support…", "data": fetch})
    body.append({"type": "ActionSet", "actions": actions})
    built: dict[str, Any] = {"type": "AdaptiveCard", "version": "1.5", "body": body, "msteams": {"width": "Full"}}
    if who is None:
        built["msteams"]["entities"] = [
            {"type": "mention", "text": f"<at>{one['name']}</at>", "mentioned": one} for one in (ANA, BEN)
        ]
    return built


FORM = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "What do you want to ask?", "wrap": True},
        {"type": "Input.Text", "id": "question", "label": "Question", "isRequired": True, "errorMessage": "Say it."},
        {
            "type": "Input.ChoiceSet",
            "id": "about",
            "label": "About",
            "choices": [{"title": "Since when?", "value": "since"}, {"title": "How many?", "value": "many"}],
        },
    ],
    "actions": [{"type": "Action.Submit", "title": "Send", "data": {"step": "ask"}}],
}


@dataclass(frozen=True, slots=True)
class Hooked:
    """One request of Slack, Bugsnag or Jira."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Give its JSON."""
        return json.loads(self.raw)


class FakeBot:
    """Keeps what it got in `heard`; answers `status` to everything but invokes.

    What Slack, Bugsnag and Jira send is in `hooked`; `hook_answers` are given in turn before a plain 200, None drops
    the connection, a number answers so many seconds later. With `echoes`, the sandbox's address, what Slack sends is
    said in the team's channel.
    """

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.heard: list[dict[str, Any]] = []
        self.status = 201
        self.asked: dict[str, str] = {}
        self.invoke_answer: dict[str, Any] | None = None
        self.hooked: list[Hooked] = []
        self.echoes = ""
        self.hook_answers: deque[web.Response | float | None] = deque()

    def app(self) -> web.Application:
        """Build its application."""
        app = web.Application()
        app.router.add_post("/api/messages", self._messages)
        app.router.add_get("/livez", self._live)
        for path in HOOKS:
            app.router.add_post(path, self._hook)
        return app

    async def call(self, method: str, base: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the connector as the bot."""
        async with aiohttp.ClientSession() as session, session.request(method, f"{base}{path}", json=body) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if text else None

    async def _live(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="ok")

    async def _hook(self, request: web.Request) -> web.Response:
        self.hooked.append(Hooked(request.path, dict(request.headers), await request.read()))
        answer = self.hook_answers.popleft() if self.hook_answers else web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = web.Response()
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.echoes and answer.status < 400:
            words = {"type": "message", "text": f"Slack said: {self.hooked[-1].body['event']['type']}"}
            await self.call("POST", self.echoes, f"v3/conversations/{quote(TEAM, safe='')}/activities", words)
        return answer

    async def _messages(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        if activity["type"] == "invoke":
            return await self._invoke(activity)
        if self.status >= 400:
            return web.Response(status=self.status)
        if activity["type"] == "message":
            await self._answer(activity)
        return web.Response(status=self.status)

    async def _answer(self, activity: dict[str, Any]) -> None:
        place = activity["conversation"]["id"]
        path = f"v3/conversations/{quote(place, safe='')}/activities"
        if activity["conversation"]["conversationType"] == "personal":
            words = {"type": "message", "text": f"You said: {activity.get('text')}"}
            await self.call("POST", activity["serviceUrl"], path, words)
        elif place.endswith(f";messageid={activity['id']}"):
            said = {
                "type": "message",
                "attachments": [{"contentType": CARD, "content": card(activity["text"])}],
            }
            _, answer = await self.call("POST", activity["serviceUrl"], path, said)
            self.asked[answer["id"]] = activity["text"]
            for one in (ANA, BEN):
                await self._tell(activity, one, "A request in #backend waits for you.")

    async def _tell(self, activity: dict[str, Any], person: dict[str, str], words: str) -> None:
        base = activity["serviceUrl"]
        tenant = activity["conversation"]["tenantId"]
        wanted = {"isGroup": False, "members": [{"id": person["id"]}], "channelData": {"tenant": {"id": tenant}}}
        status, chat = await self.call("POST", base, "v3/conversations", wanted)
        if status == 201:
            path = f"v3/conversations/{quote(chat['id'], safe='')}/activities"
            await self.call("POST", base, path, {"type": "message", "text": words})

    async def _invoke(self, activity: dict[str, Any]) -> web.Response:  # noqa: PLR0911 - one row per invoke
        if self.invoke_answer is not None:
            return web.json_response(self.invoke_answer)
        if activity["name"] == "task/fetch":
            value = {"title": "Support", "height": "medium", "width": "medium"}
            form = {**value, "card": {"contentType": CARD, "content": FORM}}
            return web.json_response({"task": {"type": "continue", "value": form}})
        if activity["name"] == "composeExtension/fetchTask":
            shown = {"title": "Raise with support", "card": {"contentType": CARD, "content": FORM}}
            return web.json_response({"task": {"type": "continue", "value": shown}})
        if activity["name"] == "composeExtension/submitAction":
            return web.json_response({"task": {"type": "message", "value": "Raised."}})
        if activity["name"] == "task/submit":
            return web.json_response({"task": {"type": "message", "value": "Asked."}})
        if activity["from"]["name"] == "Tom Reuter":
            answer = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message"}
            return web.json_response({**answer, "value": "Only Ana or Ben may do that."})
        asked = self.asked.get(activity["replyToId"], "?")
        new = card(asked, activity["from"]["name"])
        place = quote(activity["conversation"]["id"], safe="")
        path = f"v3/conversations/{place}/activities/{activity['replyToId']}"
        said = {"type": "message", "attachments": [{"contentType": CARD, "content": new}]}
        await self.call("PUT", activity["serviceUrl"], path, said)
        return web.json_response({"statusCode": 200, "type": CARD, "value": new})


if __name__ == "__main__":
    web.run_app(FakeBot().app(), host="127.0.0.1", port=int(sys.argv[1]))
