"""What the bot calls is answered as Teams answers it."""

from typing import Any
from urllib.parse import quote

import pytest

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

BACKEND = quote("19:backend@thread.tacv2", safe="")
ANA = cast.PLAYERS[2]
HELLO = {"type": "message", "text": "hello"}


def chat_with(person: str) -> dict[str, Any]:
    return {"isGroup": False, "members": [{"id": person}], "channelData": {"tenant": {"id": cast.TENANT}}}


async def test_a_chat_is_created_once(stage: Stage) -> None:
    first = await stage.call("POST", "v3/conversations", chat_with(ANA.id))
    again = await stage.call("POST", "v3/conversations", chat_with(ANA.object_id))
    assert first == again == (201, {"id": ANA.chat})


async def test_a_post_in_a_channel_begins_a_thread_that_can_be_answered(stage: Stage) -> None:
    _, made = await stage.call("POST", f"v3/conversations/{BACKEND}/activities", HELLO)
    thread = quote(f"19:backend@thread.tacv2;messageid={made['id']}", safe="")
    status, answer = await stage.call("POST", f"v3/conversations/{thread}/activities", HELLO)
    assert status == 201
    roots = {one["id"]: one["root"] for one in (await stage.world())["messages"]}
    assert roots == {made["id"]: made["id"], answer["id"]: made["id"]}


async def test_a_thread_can_be_made_as_a_conversation(stage: Stage) -> None:
    body = {"isGroup": True, "activity": HELLO, "channelData": {"channel": {"id": "19:backend-team@thread.tacv2"}}}
    status, made = await stage.call("POST", "v3/conversations", body)
    assert status == 201
    assert made["id"] == f"19:backend-team@thread.tacv2;messageid={made['activityId']}"


async def test_the_bot_updates_and_deletes_its_own_messages_only(stage: Stage) -> None:
    _, made = await stage.call("POST", f"v3/conversations/{BACKEND}/activities", HELLO)
    path = f"v3/conversations/{BACKEND}/activities/{made['id']}"
    assert (await stage.call("PUT", path, {"type": "message", "text": "new"}))[0] == 200
    assert (await stage.message("bot"))["text"] == "new"
    assert (await stage.message("bot"))["edited"]
    assert await stage.call("DELETE", path) == (200, None)
    assert (await stage.message("bot"))["deleted"]
    assert (await stage.call("PUT", path, HELLO))[0] == 404
    posted = await stage.do("api/act/post", as_="olga", channel="backend", text="mine")
    status, error = await stage.call("PUT", f"v3/conversations/{BACKEND}/activities/{posted['message']}", HELLO)
    assert (status, error["error"]["code"]) == (403, "ForbiddenOperationException")


async def test_people_are_listed_page_by_page(stage: Stage) -> None:
    team = quote(cast.TEAM, safe="")
    _, page = await stage.call("GET", f"v3/conversations/{team}/pagedmembers?pageSize=5")
    _, rest = await stage.call("GET", f"v3/conversations/{team}/pagedmembers?continuationToken=5")
    assert [len(page["members"]), len(rest["members"])] == [5, 3]
    assert "continuationToken" not in rest
    _, one = await stage.call("GET", f"v3/conversations/{team}/members/{quote(ANA.id, safe='')}")
    assert one["aadObjectId"] == one["objectId"] == ANA.object_id
    assert one["userPrincipalName"] == "ana.lindqvist@example.com"
    assert (await stage.call("GET", f"v3/conversations/{team}/members/29:nobody"))[0] == 404


async def test_the_team_tells_its_name_and_channels(stage: Stage) -> None:
    team = quote(cast.TEAM, safe="")
    assert (await stage.call("GET", f"v3/teams/{team}"))[1]["name"] == "Liefery"
    _, listed = await stage.call("GET", f"v3/teams/{team}/conversations")
    assert [one["name"] for one in listed["conversations"]] == [None, "backend", "Backend team"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "v3/conversations", chat_with("29:nobody"), 400, "BadSyntax"),
        ("POST", "v3/conversations", {"members": [{"id": ANA.id}]}, 400, "BadSyntax"),
        ("POST", "v3/conversations/19:gone@thread.tacv2/activities", HELLO, 404, "ConversationNotFound"),
        ("POST", f"v3/conversations/{BACKEND};messageid=1/activities", HELLO, 404, "ConversationNotFound"),
        ("PUT", f"v3/conversations/{BACKEND}/activities/1", HELLO, 404, "ActivityNotFoundInConversation"),
        ("POST", f"v3/conversations/{BACKEND}/activities", {"text": "x" * 102_400}, 413, "MessageSizeTooBig"),
        ("POST", f"v3/conversations/{BACKEND}/activities", {"type": "message"}, 400, "BadSyntax"),
        ("POST", f"v3/conversations/{BACKEND}/activities", {"entities": [{"mentioned": {}}]}, 400, "BadArgument"),
        ("POST", f"v3/conversations/{BACKEND}/activities", ["no", "object"], 400, "BadSyntax"),
    ],
)
async def test_what_teams_refuses_is_refused(
    stage: Stage, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answered, error = await stage.call(method, path, body)
    assert (answered, error["error"]["code"]) == (status, code)
    assert not (await stage.world())["messages"]


async def test_a_person_without_the_app_cannot_be_written_to(stage: Stage) -> None:
    await stage.do("api/install", person="ana", installed=False)
    status, error = await stage.call("POST", "v3/conversations", chat_with(ANA.id))
    assert (status, error["error"]["code"]) == (403, "ForbiddenOperationException")
    path = f"v3/conversations/{quote(ANA.chat, safe='')}/activities"
    assert (await stage.call("POST", path, HELLO))[0] == 403
    await stage.do("api/install", person="ana", installed=True)
    assert (await stage.call("POST", path, HELLO))[0] == 201


async def test_the_ledger_keeps_every_call_of_the_bot_in_order(stage: Stage) -> None:
    await stage.do("api/act/post", as_="olga", channel="backend", text="one")
    async with stage.client.get(f"{stage.base}api/ledger") as answer:
        calls = [(one["method"], one["status"]) for one in await answer.json()]
    assert calls == [("POST", 201)] * 5
