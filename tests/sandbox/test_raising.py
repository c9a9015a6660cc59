"""The message action, and the group chat from which the bot hears nothing else."""

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

OPS = cast.CHATS[0].id
OLGA = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0001"
ANA = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0003"


async def written(stage: Stage, text: str = "printer <b>down</b> @Ana Lindqvist", place: str = "ops") -> str:
    outcome = await stage.do("api/act/post", as_="olga", channel=place, text=text)
    return str(outcome["message"])


async def test_of_a_group_chat_the_bot_hears_nothing(stage: Stage) -> None:
    message = await written(stage, "@Hotseat who")
    await stage.do("api/act/edit", as_="olga", message=message, text="@Hotseat help")
    await stage.do("api/act/react", as_="tom", message=message, reaction="like")
    await stage.do("api/act/delete", as_="olga", message=message)
    assert stage.bot.heard == []


async def test_its_members_alone_read_and_write_in_it(stage: Stage) -> None:
    await written(stage)
    (said,) = (await stage.world())["messages"]
    assert said["readers"] == ["olga", "tom", "ana", "eva"]
    assert "error" in await stage.do("api/act/post", as_="ben", channel="ops", text="hello")
    assert "error" in await stage.do("api/act/choose", as_="ben", message=said["id"])


async def test_the_action_carries_the_message_in_the_recorded_shape(stage: Stage) -> None:
    message = await written(stage)
    outcome = await stage.do("api/act/choose", as_="ana", message=message)
    assert outcome["dialog"]["title"] == "Raise with support"
    (heard,) = stage.bot.heard
    assert (heard["type"], heard["name"]) == ("invoke", "composeExtension/fetchTask")
    assert heard["from"]["aadObjectId"] == ANA
    assert heard["conversation"] == {
        "isGroup": True,
        "conversationType": "groupChat",
        "tenantId": cast.TENANT,
        "id": OPS,
    }
    assert heard["channelData"] == {"tenant": {"id": cast.TENANT}, "source": {"name": "message"}}
    value = heard["value"]
    assert (value["commandId"], value["commandContext"]) == ("raise", "message")
    payload = value["messagePayload"]
    assert payload["id"] == message
    assert payload["replyToId"] is None
    assert payload["from"]["user"] == {"userIdentityType": "aadUser", "id": OLGA, "displayName": "Olga Brandt"}
    assert payload["body"]["contentType"] == "html"
    assert "printer &lt;b&gt;down&lt;/b&gt; <span" in payload["body"]["content"]
    assert "replyToId" not in heard


async def test_its_form_is_sent_with_the_message_again(stage: Stage) -> None:
    message = await written(stage)
    outcome = await stage.do("api/act/choose", as_="ana", message=message, data={"step": "raise"})
    assert outcome["toast"] == "Raised."
    assert stage.bot.heard[-1]["name"] == "composeExtension/submitAction"
    assert stage.bot.heard[-1]["value"]["data"] == {"step": "raise"}
    assert stage.bot.heard[-1]["value"]["messagePayload"]["id"] == message


async def test_a_message_of_a_channel_is_chosen_in_its_thread_and_the_bots_own_is_an_apps(stage: Stage) -> None:
    root = await written(stage, place="backend")
    reply = (await stage.do("api/act/reply", as_="tom", message=root, text="here too"))["message"]
    messages = (await stage.world())["messages"]
    card = next(one for one in messages if one["author"] == "bot" and one["root"] == root)
    for message in (root, reply, card["id"]):
        await stage.do("api/act/choose", as_="tom", message=message)
    mine, theirs, apps = stage.bot.heard[-3:]
    assert {one["conversation"]["id"] for one in (mine, theirs, apps)} == {f"19:backend@thread.tacv2;messageid={root}"}
    assert mine["value"]["messagePayload"]["replyToId"] is None
    assert theirs["value"]["messagePayload"]["replyToId"] == root
    assert apps["value"]["messagePayload"]["from"]["user"] is None
    assert apps["value"]["messagePayload"]["from"]["application"]["displayName"] == "Hotseat"


async def test_without_the_app_or_the_message_there_is_no_action(stage: Stage) -> None:
    message = await written(stage)
    await stage.do("api/install", person="tom", installed=False)
    assert "switched off" in (await stage.do("api/act/choose", as_="tom", message=message))["error"]
    await stage.do("api/act/delete", as_="olga", message=message)
    assert "deleted" in (await stage.do("api/act/choose", as_="ana", message=message))["error"]


async def test_the_bot_cannot_write_into_a_chat_that_it_is_not_in(stage: Stage) -> None:
    status, _ = await stage.call("POST", f"v3/conversations/{OPS}/activities", {"type": "message", "text": "hello"})
    assert status == 404
