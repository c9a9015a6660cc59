"""What HTTP answer a turn gets."""

import logging
from typing import Any

import orjson
import pytest
from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity, ActivityTypes, AdaptiveCardInvokeResponse
from botbuilder.schema.teams import TaskModuleContinueResponse, TaskModuleResponse, TaskModuleTaskInfo

from bot.errors import NotStored
from tests.rig.activities import (
    channel_post,
    delete,
    dialog,
    edit,
    installed,
    members_changed,
    personal_message,
    press,
    reaction,
    reply,
    submit,
    undelete,
)
from tests.rig.service import Answer
from tests.teams.house import Door, House, post

pytestmark = pytest.mark.asyncio


def answering(body: Any, status: int = 200) -> Any:
    """Answer an invoke so."""

    async def answer(context: TurnContext) -> None:
        value = InvokeResponse(status=status, body=body)
        await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=value))

    return answer


async def test_an_invoke_is_answered_with_its_body_a_dict(house: House) -> None:
    card = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"type": "AdaptiveCard"}}
    house.bot.does = answering(card)
    assert await house.post(press("claim", service_url=house.connector.service_url)) == (200, card)


async def test_an_invoke_is_answered_with_its_body_a_model_of_the_sdk(house: House) -> None:
    house.bot.does = answering(AdaptiveCardInvokeResponse(status_code=200, type="x", value={"a": 1}))
    expected = {"statusCode": 200, "type": "x", "value": {"a": 1}}
    assert await house.post(press("claim", service_url=house.connector.service_url)) == (200, expected)


async def test_an_invoke_is_answered_with_models_inside_a_dict(house: House) -> None:
    house.bot.does = answering({"task": TaskModuleTaskInfo(title="Support")})
    expected = {"task": {"title": "Support"}}
    assert await house.post(dialog({}, service_url=house.connector.service_url)) == (200, expected)


async def test_the_sdks_own_handler_of_dialogs_works_behind_the_door(house: House) -> None:
    class Handler(TeamsActivityHandler):  # type: ignore[misc]
        async def on_teams_task_module_fetch(self, turn_context: TurnContext, task_module_request: Any) -> Any:
            del turn_context, task_module_request
            return TaskModuleResponse(task=TaskModuleContinueResponse(value=TaskModuleTaskInfo(title="Support")))

    async with Door(house.door.adapter, Handler()) as door:
        headers = {"Authorization": f"Bearer {house.token()}"}
        status, body = await post(
            house.session, door, orjson.dumps(dialog({}, service_url=house.connector.service_url)), headers
        )
    assert (status, body) == (200, {"task": {"type": "continue", "value": {"title": "Support"}}})


async def test_an_invoke_that_nobody_answers_says_so(house: House) -> None:
    assert await house.post(press("claim", service_url=house.connector.service_url)) == (501, None)


@pytest.mark.parametrize(
    "activity",
    [
        channel_post(),
        reply(thread="1"),
        edit("x", of=channel_post()),
        delete(of=channel_post()),
        undelete(of=channel_post()),
        personal_message(),
        installed(),
        installed(personal=True),
        members_changed(added=("29:x",)),
        reaction(to=channel_post()),
        submit({}),
    ],
    ids=lambda activity: activity["type"],
)
async def test_the_turn_has_the_activity_as_sent_and_its_moment(house: House, activity: dict[str, Any]) -> None:
    activity = activity | {"serviceUrl": house.connector.service_url}
    house.bot.does = answering({}) if activity["type"] == "invoke" else None
    status, _ = await house.post(activity)
    (turn,) = house.bot.turns
    assert (status, turn.activity) == (200, activity)
    assert turn.happened_at is not None
    assert turn.happened_at.isoformat()[:16].startswith("2026-11-23T10:0")


async def test_a_turn_that_could_not_be_stored_is_503_so_that_teams_comes_again(house: House) -> None:
    async def full_disk(_: TurnContext) -> None:
        raise NotStored

    house.bot.does = full_disk
    assert (await house.post(channel_post(service_url=house.connector.service_url)))[0] == 503


async def test_a_bug_is_500_and_logged_with_its_keys_but_nobodys_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(context: TurnContext) -> None:
        raise KeyError(context.activity.text)

    house.bot.does = bug
    activity = channel_post("canary words", service_url=house.connector.service_url)
    caplog.set_level(logging.DEBUG)
    assert (await house.post(activity))[0] == 500
    (record,) = (record for record in caplog.records if record.name == "bot.teams.adapter")
    assert record.__dict__["activity_id"] == activity["id"]
    assert "in bug" in record.__dict__["stack"]
    assert "canary" not in str(record.__dict__)


async def test_what_a_turn_sends_goes_out_by_the_transport_and_is_retried(house: House) -> None:
    async def talk(context: TurnContext) -> None:
        sent = await context.send_activity("hello")
        await context.update_activity(Activity(id=sent.id, type="message", text="hello again"))
        await context.delete_activity(sent.id)

    house.bot.does = talk
    house.connector.script(Answer(429, headers={"Retry-After": "0"}))
    assert (await house.post(channel_post(service_url=house.connector.service_url)))[0] == 200
    assert [call.method for call in house.connector.calls] == ["POST", "POST", "PUT", "DELETE"]
    assert house.connector.calls[2].body["text"] == "hello again"
    assert house.entra.hits["token"] == 1


async def test_a_turn_that_answers_no_message_posts_into_the_conversation(house: House) -> None:
    async def welcome(context: TurnContext) -> None:
        await context.send_activity("hello")

    house.bot.does = welcome
    added = members_changed(added=("29:x",), service_url=house.connector.service_url)
    assert (await house.post(added))[0] == 200
    assert [call.path for call in house.connector.calls] == [
        "/emea/v3/conversations/19%3Abackend%40thread.tacv2/activities"
    ]


async def test_the_sdks_own_handler_of_messages_works_behind_the_door(house: House) -> None:
    class Echo(ActivityHandler):  # type: ignore[misc]
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            await turn_context.send_activity(f"you said {turn_context.activity.text}")

    async with Door(house.door.adapter, Echo()) as door:
        activity = personal_message("who", service_url=house.connector.service_url)
        headers = {"Authorization": f"Bearer {house.token()}"}
        assert (await post(house.session, door, orjson.dumps(activity), headers))[0] == 200
    assert [call.body["text"] for call in house.connector.calls] == ["you said who"]


async def test_the_sdks_own_way_in_is_shut(house: House) -> None:
    authentication = house.door.adapter.bot_framework_authentication
    with pytest.raises(PermissionError):
        await authentication.authenticate_request(Activity(), "Bearer x")
    with pytest.raises(PermissionError):
        await authentication.authenticate_streaming_request("Bearer x", "msteams")


async def test_a_body_that_nobody_can_write_as_json_is_a_bug(house: House) -> None:
    house.bot.does = answering({"a": object()})
    assert (await house.post(press("claim", service_url=house.connector.service_url)))[0] == 500
