"""The sandbox's Slack against Slack's own libraries: what they send is taken, and what it sends they take."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import cast
from tests.sandbox.conftest import Stage
from tests.sandbox.fake_bot import Hooked

HERE = cast.SLACK.id


@pytest.fixture
async def client(stage: Stage) -> AsyncWebClient:
    """Open Slack's own client on the sandbox; it does not try again by itself."""
    return AsyncWebClient(cast.SLACK_TOKEN, base_url=f"{stage.base}slack/api/", session=stage.client, retry_handlers=[])


async def bolt(hooked: Hooked, client: AsyncWebClient, kind: str) -> tuple[int, list[dict[str, Any]]]:
    """Let Bolt take a request of the sandbox; give its answer, and the events that it handed on."""
    heard: list[dict[str, Any]] = []
    app = AsyncApp(client=client, signing_secret=cast.SLACK_SECRET, process_before_response=True)

    async def hear(event: dict[str, Any]) -> None:
        heard.append(event)

    app.event(kind)(hear)
    headers: dict[str, str | Sequence[str]] = dict(hooked.headers)
    response = await app.async_dispatch(AsyncBoltRequest(body=hooked.raw.decode(), headers=headers))
    return response.status, heard


async def test_the_clients_calls_are_answered(stage: Stage, client: AsyncWebClient) -> None:
    who = await client.auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == (cast.SLACK_TEAM, cast.SLACK_USER, cast.SLACK_BOT)
    (first,) = (await stage.do("api/bugsnag", do="new"))["messages"]
    ts = f"{first[:-3]}.{first[-3:]}000"
    said = await client.chat_postMessage(
        channel=HERE, text="Ana has it", thread_ts=ts, client_msg_id="c-1", unfurl_links=False
    )
    assert (said["message"]["thread_ts"], said["message"]["client_msg_id"]) == (ts, "c-1")
    await client.reactions_add(channel=HERE, name="eyes", timestamp=ts)
    got = await client.reactions_get(channel=HERE, timestamp=ts)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": [cast.SLACK_USER], "count": 1}]
    thread = (await client.conversations_replies(channel=HERE, ts=ts))["messages"]
    assert [one["ts"] for one in thread] == [ts, said["ts"]]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (1, said["ts"])
    ana = await client.users_info(user=cast.PLAYERS_BY_KEY["ana"].slack_id)
    assert (ana["user"]["real_name"], ana["user"]["is_bot"]) == ("Ana Lindqvist", False)
    link = await client.chat_getPermalink(channel=HERE, message_ts=ts)
    assert link["permalink"] == f"https://sandbox.slack.com/archives/{HERE}/p{ts.replace('.', '')}"
    assert (await client.conversations_info(channel=HERE))["channel"]["name"] == "bugsnag-backend"
    assert (await stage.world())["problems"] == []


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("conversations.history", {"channel": "#bugsnag-backend"}, "channel_not_found"),
        ("conversations.history", {"channel": HERE, "cursor": "!"}, "invalid_cursor"),
        ("conversations.history", {"channel": HERE, "limit": "many"}, "invalid_cursor"),
        ("conversations.history", {"channel": HERE, "cursor": "bmV4dF90czox"}, "invalid_cursor"),
        ("conversations.history", {"channel": HERE, "oldest": "yesterday"}, "invalid_ts_latest"),
        ("conversations.replies", {"channel": HERE, "ts": "1.000000"}, "thread_not_found"),
        ("reactions.add", {"channel": HERE, "timestamp": "1.000000", "name": "eyes"}, "message_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("chat.unheardOf", {}, "unknown_method"),
    ],
)
async def test_what_slack_refuses_is_refused(
    stage: Stage, client: AsyncWebClient, method: str, params: dict[str, str], error: str
) -> None:
    await stage.do("api/bugsnag", do="new")
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, params=params)
    assert refused.value.response["error"] == error


async def test_a_reaction_is_put_once_and_taken_back_once(stage: Stage, client: AsyncWebClient) -> None:
    (first,) = (await stage.do("api/bugsnag", do="new"))["messages"]
    ts = f"{first[:-3]}.{first[-3:]}000"
    for act, error in ((client.reactions_add, "already_reacted"), (client.reactions_remove, "no_reaction")):
        await act(channel=HERE, name="eyes", timestamp=ts)
        with pytest.raises(SlackApiError, match=error):
            await act(channel=HERE, name="eyes", timestamp=ts)
    with pytest.raises(SlackApiError, match="invalid_name"):
        await client.reactions_add(channel=HERE, name="", timestamp=ts)


async def test_history_is_read_page_by_page_the_newest_first_and_what_is_older_than_oldest_is_left_out(
    stage: Stage, client: AsyncWebClient
) -> None:
    ids = (await stage.do("api/bugsnag", do="storm", count=25))["messages"]
    times = [f"{one[:-3]}.{one[-3:]}000" for one in ids]
    await stage.do("api/slack/reply", as_="ana", message=ids[0], text="not at the top level")
    read = [
        ([one["ts"] for one in page["messages"]], page["has_more"])
        async for page in await client.conversations_history(channel=HERE, oldest=times[4], limit=15)
    ]
    assert read == [(times[:9:-1], True), (times[9:4:-1], False)]
    exact = await client.conversations_history(channel=HERE, oldest=times[4], latest=times[5], inclusive=True)
    assert [one["ts"] for one in exact["messages"]] == [times[5], times[4]]
    assert exact["messages"][0]["username"] == "Bugsnag"
    assert (await client.conversations_history(channel=HERE, oldest=times[4], latest=times[5]))["messages"] == []


async def test_slack_limits_fails_and_loses_answers_on_demand(stage: Stage, client: AsyncWebClient) -> None:
    await stage.do("api/faults", service="slack", limited=1, broken=1, lost=1)
    with pytest.raises(SlackApiError) as limited:
        await client.conversations_history(channel=HERE)
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "1")
    with pytest.raises(SlackApiError) as broken:
        await client.chat_postMessage(channel=HERE, text="one")
    assert broken.value.response.status_code == 500
    with pytest.raises(Exception, match="disconnected"):
        await client.chat_postMessage(channel=HERE, text="two")
    assert [one["text"] for one in (await stage.world())["messages"]] == ["two"]
    await stage.do("api/faults", service="slack", down=True)
    with pytest.raises(SlackApiError) as down:
        await client.auth_test()
    assert down.value.response.status_code == 503
    assert "error" in await stage.do("api/faults", service="slack", down=1)
    assert "error" in await stage.do("api/faults", service="teams", halves=True)


async def test_what_happens_in_slack_is_signed_and_bolt_takes_it(stage: Stage, client: AsyncWebClient) -> None:
    (first,) = (await stage.do("api/bugsnag", do="new"))["messages"]
    said = await stage.do(
        "api/slack/reply", as_="ana", message=first, text="I look <now> @Ben Okafor https://a.example/b"
    )
    await stage.do("api/slack/edit", as_="ana", message=said["message"], text="I looked")
    await stage.do("api/slack/react", as_="ben", message=first)
    await stage.do("api/slack/react", as_="ben", message=first)
    await stage.do("api/slack/delete", as_="ana", message=said["message"])
    kinds = ["message", "message", "message", "reaction_added", "reaction_removed", "message"]
    events = []
    for hooked, kind in zip(stage.bot.hooked, kinds, strict=True):
        verifier = SignatureVerifier(cast.SLACK_SECRET)
        assert verifier.is_valid_request(hooked.raw, hooked.headers)
        assert not verifier.is_valid_request(hooked.raw + b" ", hooked.headers)
        status, heard = await bolt(hooked, client, kind)
        assert status == 200
        events += heard
    assert (len(events), {one.body["api_app_id"] for one in stage.bot.hooked}) == (6, {cast.SLACK_APP})
    alert, reply, edit, added, removed, deleted = events
    ts = f"{first[:-3]}.{first[-3:]}000"
    assert (alert["subtype"], alert["bot_id"], alert["username"]) == ("bot_message", cast.BUGSNAG_BOT, "Bugsnag")
    ana, ben = (cast.PLAYERS_BY_KEY[key].slack_id for key in ("ana", "ben"))
    assert reply["text"] == f"I look &lt;now&gt; <@{ben}> <https://a.example/b>"
    assert (reply["user"], reply["thread_ts"], "parent_user_id" in reply) == (ana, ts, False)
    assert (edit["subtype"], edit["message"]["text"]) == ("message_changed", "I looked")
    assert (edit["previous_message"]["text"], edit["message"]["ts"]) == (reply["text"], reply["ts"])
    assert (added["user"], added["reaction"], added["item"]["ts"], "item_user" in added) == (ben, "eyes", ts, False)
    assert removed["item"] == added["item"]
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply["ts"])
    assert len({one.body["event_id"] for one in stage.bot.hooked}) == 6


async def test_the_bot_hears_what_it_says_itself(stage: Stage, client: AsyncWebClient) -> None:
    said = await client.chat_postMessage(channel=HERE, text="Ana has it")
    await stage.until(lambda: stage.bot.hooked)
    event = stage.bot.hooked[0].body["event"]
    assert (event["bot_id"], event["user"], event["ts"]) == (cast.SLACK_BOT, cast.SLACK_USER, said["ts"])
    assert event["bot_profile"]["app_id"] == cast.SLACK_APP


async def test_what_the_bot_does_not_take_is_tried_again_as_slack_does(stage: Stage) -> None:
    stage.bot.hook_answers.extend([web.Response(status=500), None])
    await stage.do("api/bugsnag", do="new")
    await stage.until(lambda: len(stage.bot.hooked) == 3)
    again = [
        (one.headers.get("X-Slack-Retry-Num"), one.headers.get("X-Slack-Retry-Reason")) for one in stage.bot.hooked
    ]
    assert again == [(None, None), ("1", "http_error"), ("2", "connection_failed")]
    assert len({one.raw for one in stage.bot.hooked}) == 1
    await stage.until(lambda: stage.sandbox.wire.retrying == 0)
    assert (await stage.world())["problems"] == []


async def test_an_answer_after_three_seconds_is_none_for_slack(stage: Stage) -> None:
    stage.bot.hook_answers.append(3.5)
    await stage.do("api/bugsnag", do="new")
    await stage.until(lambda: len(stage.bot.hooked) == 2)
    assert stage.bot.hooked[1].headers["X-Slack-Retry-Reason"] == "http_timeout"


async def test_what_the_bot_never_takes_is_given_up_and_shown(stage: Stage) -> None:
    stage.bot.hook_answers.extend([web.Response(status=404) for _ in range(4)])
    await stage.do("api/bugsnag", do="new")
    await stage.until(lambda: stage.sandbox.wire.problems)
    assert [one["text"] for one in (await stage.world())["problems"]] == [
        "Slack could not tell the bot (message): it answered 404 at /slack/events."
    ]
    assert len(stage.bot.hooked) == 4
    stage.bot.hook_answers.append(web.Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    await stage.do("api/bugsnag", do="new")
    assert len(stage.bot.hooked) == 5


async def test_slack_sends_everything_twice_on_demand_under_the_same_id(stage: Stage) -> None:
    await stage.do("api/faults", service="slack", twice=True)
    await stage.do("api/bugsnag", do="new")
    first, again = stage.bot.hooked
    assert first.raw == again.raw
    assert "X-Slack-Retry-Num" not in again.headers


async def test_a_slack_that_sends_nothing_leaves_the_bot_to_read_its_history(stage: Stage) -> None:
    await stage.do("api/faults", service="slack", silent=True)
    await stage.do("api/bugsnag", do="new")
    assert (stage.bot.hooked, len((await stage.world())["messages"])) == ([], 1)


@pytest.mark.parametrize(
    ("act", "body", "error"),
    [
        ("post", {"as": "olga", "text": "hello"}, "Olga Brandt is not in Slack"),
        ("post", {"as": "nobody", "text": "hello"}, "'nobody' is not in Slack"),
        ("post", {"as": "ana", "text": " "}, "nothing to send"),
        ("reply", {"as": "ana", "message": "1", "text": "hello"}, "no such message"),
        ("edit", {"as": "ben", "message": "", "text": "hello"}, "Only its author"),
    ],
)
async def test_what_people_cannot_do_is_said(stage: Stage, act: str, body: dict[str, str], error: str) -> None:
    said = await stage.do("api/slack/post", as_="ana", text="hello")
    if body.get("message") == "":
        body = {**body, "message": said["message"]}
    async with stage.client.post(f"{stage.base}api/slack/{act}", json=body) as answer:
        assert (answer.status, error in (await answer.json())["error"]) == (409, True)
    async with stage.client.post(f"{stage.base}api/slack/shout", json=body) as answer:
        assert answer.status == 404


async def test_a_replier_whose_message_it_was_is_named_as_its_parent(stage: Stage) -> None:
    first = await stage.do("api/slack/post", as_="ana", text="Does anybody know this one?")
    await stage.do("api/slack/reply", as_="ben", message=first["message"], text="Yes")
    event = json.loads(stage.bot.hooked[-1].raw)["event"]
    assert event["parent_user_id"] == cast.PLAYERS_BY_KEY["ana"].slack_id
    rung = [(one["person"], one["kind"]) for one in (await stage.world())["notices"]]
    assert rung == [("ana", "reply")]
