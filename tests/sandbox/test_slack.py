"""The sandbox's Slack: what the bot says there is read in its place, and what Slack would refuse is refused."""

from typing import Any

import pytest

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

SENT = {"channel": cast.SLACK.id, "text": "Ana &amp; Ben: &lt;!here&gt; please pick"}
JSON = "application/json; charset=utf-8"


async def call(stage: Stage, method: str, body: Any, *, token: str = cast.SLACK_TOKEN, content_type: str = JSON) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    data = body if isinstance(body, bytes) else stage.client.json_serialize(body).encode()
    async with stage.client.post(f"{stage.base}slack/api/{method}", data=data, headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_what_the_bot_says_in_slack_is_read_there_by_the_backend_team(stage: Stage) -> None:
    answer = await call(stage, "chat.postMessage", SENT)
    assert (answer["ok"], answer["channel"]) == (True, cast.SLACK.id)
    said = await stage.message("bot")
    assert (said["conversation"], said["text"]) == (cast.SLACK.id, "Ana & Ben: <!here> please pick")
    assert said["readers"] == ["ana", "ben", "chen", "dilan", "eva", "farid"]
    assert answer["ts"] == f"{said['id'][:-3]}.{said['id'][-3:]}000"
    world = await stage.world()
    assert [one["name"] for one in world["slack"]] == ["#bugsnag-backend"]
    assert world["notices"] == []
    assert stage.bot.heard == []


async def test_a_reply_stands_in_its_thread(stage: Stage) -> None:
    first = await call(stage, "chat.postMessage", SENT)
    await call(stage, "chat.postMessage", {"channel": "#bugsnag-backend", "text": "done", "thread_ts": first["ts"]})
    roots = {one["root"] for one in (await stage.world())["messages"]}
    assert len(roots) == 1


async def test_the_token_is_asked_about(stage: Stage) -> None:
    assert (await call(stage, "auth.test", {}))["user"] == "hotseat"


@pytest.mark.parametrize(
    ("body", "more", "error"),
    [
        (SENT, {"token": "xoxb-wrong"}, "invalid_auth"),
        (SENT, {"content_type": "text/plain"}, "invalid_post_type"),
        (b"{", {}, "invalid_json"),
        ([], {}, "json_not_object"),
        ({**SENT, "channel": "C1"}, {}, "channel_not_found"),
        ({**SENT, "text": ""}, {}, "no_text"),
        ({**SENT, "text": "x" * 40_001}, {}, "msg_too_long"),
        ({**SENT, "thread_ts": "1.000"}, {}, "thread_not_found"),
    ],
)
async def test_what_slack_refuses_is_refused_and_shown(
    stage: Stage, body: Any, more: dict[str, str], error: str
) -> None:
    assert await call(stage, "chat.postMessage", body, **more) == {"ok": False, "error": error}
    world = await stage.world()
    assert world["messages"] == []
    assert [one["text"] for one in world["problems"]] == [f"Slack refused the bot's chat.postMessage: {error}"]


async def test_what_stands_in_slack_has_none_of_the_acts_of_teams(stage: Stage) -> None:
    await call(stage, "chat.postMessage", SENT)
    said = await stage.message("bot")
    for act, more in (("reply", {"text": "me"}), ("react", {"reaction": "like"}), ("choose", {})):
        assert "acts of its own" in (await stage.do(f"api/act/{act}", as_="ana", message=said["id"], **more))["error"]
    assert stage.bot.heard == []
