"""How Slack is called: as its own SDK calls it, with nothing followed, repeated or logged by itself."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.retries import Temporary
from bot.slack.api import APP, Refusal, SlackApi
from tests.rig.service import LoopbackService
from tests.slack.fake import TOKEN


class Recorder(LoopbackService):
    """Keeps every request: verb, path, query and JSON, with the token that it bears."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self.answer: web.Response | None = None

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._record)
        return app

    async def _record(self, request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else {}
        parameters = {**request.query, **(await request.post()), **body}
        asked = {"verb": request.method, "path": request.path, "parameters": parameters}
        self.asked.append(asked | {"token": request.headers["Authorization"]})
        return self.answer or web.json_response({"ok": True})


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as recorder:
        yield recorder


@pytest.fixture
async def api(recorder: Recorder) -> AsyncIterator[SlackApi]:
    async with aiohttp.ClientSession() as session:
        yield SlackApi(session, f"{recorder.url}/api/", TOKEN)


async def test_it_is_called_as_slacks_own_sdk_calls_it(recorder: Recorder, api: SlackApi) -> None:
    theirs = AsyncWebClient(TOKEN, base_url=f"{recorder.url}/api/", retry_handlers=[])
    await theirs.auth_test()
    await theirs.conversations_history(channel="C1", oldest="1.000001", limit=200, cursor="x=")
    await theirs.conversations_replies(channel="C1", ts="1.000001", oldest="1.000001", limit=200)
    await theirs.users_info(user="U1")
    await theirs.chat_postMessage(channel="C1", text="words & more", thread_ts="1.000001", link_names=False)
    expected, recorder.asked = recorder.asked, []
    await api.write("auth.test", {})
    await api.read("conversations.history", channel="C1", oldest="1.000001", limit="200", cursor="x=")
    await api.read("conversations.replies", channel="C1", ts="1.000001", oldest="1.000001", limit="200")
    await api.read("users.info", user="U1")
    line = {"channel": "C1", "text": "words & more", "thread_ts": "1.000001", "link_names": False}
    await api.write("chat.postMessage", line)
    ours = recorder.asked
    for one in (*expected, *ours):
        one["parameters"].pop("include_all_metadata", None)
        one["parameters"].pop("inclusive", None)
        one["parameters"].pop("include_locale", None)
    assert ours == expected


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (web.Response(status=302, headers={"Location": "https://evil.example/"}), Refusal),
        (web.Response(status=404), Refusal),
        (web.Response(status=500), Temporary),
        (web.Response(status=429, headers={"Retry-After": "7"}), Temporary),
        (web.Response(text="<html>a proxy</html>"), Temporary),
        (web.json_response({"ok": False, "error": "ratelimited"}), Temporary),
        (web.json_response({"ok": False, "error": "not_in_channel"}), Refusal),
    ],
)
async def test_one_call_is_one_request_whatever_becomes_of_it(
    recorder: Recorder,
    api: SlackApi,
    caplog: pytest.LogCaptureFixture,
    answer: web.Response,
    outcome: type[Exception],
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder.answer = answer
    with pytest.raises(outcome):
        await api.read("conversations.history", channel="C1")
    assert len(recorder.asked) == 1
    assert "canary" not in caplog.text


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "not_in_channel", "is_archived", "a_new_word"])
def test_each_no_of_slacks_has_words_for_an_admin(code: str) -> None:
    said = Refusal(code).reason("chat:write", "C1", APP)
    assert not {"{", "}"} & set(said)
    assert any(word in said for word in ("SLACK_APP_TOKEN", "chat:write", "C1", "a_new_word"))
