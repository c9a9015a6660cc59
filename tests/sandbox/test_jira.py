"""The sandbox's Jira: what the bot may ask of it, what it refuses, how it fails, and what it tells of a move."""

import hashlib
import hmac
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.board import Board
from bot.sandbox.bugsnag import Bugsnag
from bot.sandbox.clock import Clock
from tests.sandbox.conftest import TUESDAY_TEN, Stage

AUTH = {"Authorization": aiohttp.encode_basic_auth(cast.JIRA_EMAIL, cast.JIRA_TOKEN)}
TEXT = {"type": "paragraph", "content": [{"type": "text", "text": "It happens on every tour."}]}
FIELDS: dict[str, Any] = {
    "project": {"key": "EDGE"},
    "issuetype": {"name": "Bug"},
    "summary": "NoMethodError in tours#create",
    "description": {"type": "doc", "version": 1, "content": [TEXT]},
    "labels": ["hotseat", "bs-1"],
    "priority": {"name": "High"},
}
LINK = {"globalId": "https://app.bugsnag.com/1", "object": {"url": "https://app.bugsnag.com/1", "title": "Bugsnag"}}


async def call(stage: Stage, method: str, path: str, body: Any = None, auth: Any = AUTH) -> tuple[int, Any]:
    url = f"{stage.base}rest/api/3/{path}"
    async with stage.client.request(method, url, json=body, headers=auth) as answer:
        return answer.status, await answer.json()


async def create(stage: Stage, **fields: Any) -> tuple[int, Any]:
    properties = [{"key": "hotseat", "value": {"ticket": "T-1"}}]
    return await call(stage, "POST", "issue", {"fields": {**FIELDS, **fields}, "properties": properties})


async def found(stage: Stage, jql: str, **more: Any) -> list[str]:
    status, answer = await call(stage, "POST", "search/jql", {"jql": jql, "fields": ["status"], **more})
    assert status == 200, answer
    return [one["key"] for one in answer["issues"]]


async def test_whoever_is_logged_in_may_do_all_in_the_project_that_there_is(stage: Stage) -> None:
    given = {one: {"key": one, "havePermission": True} for one in ("BROWSE_PROJECTS", "CREATE_ISSUES")}
    where = "mypermissions?permissions=BROWSE_PROJECTS,CREATE_ISSUES&projectKey="
    assert await call(stage, "GET", where + "EDGE") == (200, {"permissions": given})
    assert (await call(stage, "GET", where + "NONE"))[0] == 404


async def test_what_a_ticket_needs_can_be_asked(stage: Stage) -> None:
    status, types = await call(stage, "GET", "issue/createmeta/EDGE/issuetypes")
    assert (status, [one["name"] for one in types["issueTypes"]]) == (200, ["Bug", "Task", "Story"])
    _, meta = await call(stage, "GET", f"issue/createmeta/EDGE/issuetypes/{types['issueTypes'][0]['id']}")
    assert [one["key"] for one in meta["fields"] if one["required"]] == ["project", "issuetype", "summary"]
    assert (await call(stage, "GET", "issue/createmeta/MOON/issuetypes"))[0] == 404
    assert (await call(stage, "GET", "issue/createmeta/EDGE/issuetypes/1"))[0] == 404
    assert (await call(stage, "GET", "project/EDGE"))[1]["key"] == "EDGE"
    assert (await call(stage, "GET", "myself"))[0] == 200


async def test_a_ticket_is_made_found_read_and_linked_once(stage: Stage) -> None:
    status, made = await create(stage)
    assert (status, made["key"], made["self"]) == (201, "EDGE-1", f"{stage.base}rest/api/3/issue/10001")
    _, read = await call(stage, "GET", "issue/EDGE-1?properties=hotseat&fields=summary,status,labels")
    assert read["properties"] == {"hotseat": {"ticket": "T-1"}}
    assert (read["fields"]["status"]["name"], read["fields"]["labels"]) == ("To Do", ["hotseat", "bs-1"])
    assert (await call(stage, "GET", "issue/EDGE-1/properties/hotseat"))[1]["value"] == {"ticket": "T-1"}
    assert [(await call(stage, "POST", "issue/EDGE-1/remotelink", LINK))[0] for _ in range(2)] == [201, 200]
    assert len((await call(stage, "GET", "issue/EDGE-1/remotelink"))[1]) == 1
    assert len((await call(stage, "GET", "issue/EDGE-1/transitions"))[1]["transitions"]) == 2
    (issue,) = (await stage.world())["issues"]
    assert (issue["key"], issue["column"], issue["links"][0]["object"]["title"]) == ("EDGE-1", "todo", "Bugsnag")
    for path in ("issue/EDGE-9", "issue/EDGE-1/properties/none"):
        assert (await call(stage, "GET", path))[0] == 404


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ('project = EDGE AND labels = "bs-1"', ["EDGE-1"]),
        ("project = 'EDGE' and labels in (bs-1, \"bs-2\") ORDER BY created DESC", ["EDGE-2", "EDGE-1"]),
        ('project = "EDGE" AND labels = "hotseat" ORDER BY created ASC', ["EDGE-1", "EDGE-2"]),
        ("key in (EDGE-2)", ["EDGE-2"]),
        ("key in (edge-1, EDGE-2) AND status != Done", ["EDGE-2", "EDGE-1"]),
        ("labels = hotseat AND statusCategory = done", []),
        ("labels not in (bs-2) AND issuetype = Bug", ["EDGE-1"]),
        ('labels = "and"', []),
    ],
)
async def test_a_search_finds_by_project_label_key_and_status(stage: Stage, jql: str, keys: list[str]) -> None:
    await create(stage)
    await create(stage, labels=["hotseat", "bs-2"])
    assert await found(stage, jql) == keys
    async with stage.client.get(f"{stage.base}rest/api/3/search/jql", params={"jql": jql}, headers=AUTH) as answer:
        assert [set(one) for one in (await answer.json())["issues"]] == [{"id"}] * len(keys)


@pytest.mark.parametrize(
    "body",
    [
        {"jql": ""},
        {"jql": "labels = x", "startAt": 0},
        {"jql": "labels ~ x"},
        {"jql": "sprint = 4"},
        {"jql": "project = MOON"},
        {"jql": "key = EDGE-9"},
        {"jql": "labels = x", "nextPageToken": "x"},
        {"jql": "labels = x", "fields": 1},
        {"jql": "labels = x", "reconcileIssues": list(range(51))},
        [],
    ],
)
async def test_a_search_that_jira_does_not_take_is_refused_and_shown(stage: Stage, body: Any) -> None:
    status, answer = await call(stage, "POST", "search/jql", body)
    assert (status, bool(answer["errorMessages"])) == (400, True)
    assert len((await stage.world())["problems"]) == 1


async def test_many_are_found_page_by_page(stage: Stage) -> None:
    for _ in range(3):
        await create(stage)
    asked: dict[str, Any] = {"jql": "project = EDGE", "maxResults": 2, "fields": ["summary"]}
    _, first = await call(stage, "POST", "search/jql", asked)
    _, second = await call(stage, "POST", "search/jql", {**asked, "nextPageToken": first["nextPageToken"]})
    assert [one["key"] for page in (first, second) for one in page["issues"]] == ["EDGE-3", "EDGE-2", "EDGE-1"]
    assert (first["isLast"], second["isLast"], "nextPageToken" in second) == (False, True, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project", {"key": "MOON"}),
        ("issuetype", {"name": "Dream"}),
        ("summary", ""),
        ("summary", "x" * 256),
        ("summary", "two\nlines"),
        ("labels", ["two words"]),
        ("labels", "hotseat"),
        ("priority", {"name": "Whenever"}),
        ("priority", "High"),
        ("description", "words"),
        ("description", {"type": "doc", "version": 1, "content": [{"type": "text", "text": ""}]}),
        ("customfield_10010", "x"),
    ],
)
async def test_a_field_that_jira_does_not_take_is_named(stage: Stage, field: str, value: Any) -> None:
    status, answer = await create(stage, **{field: value})
    assert (status, list(answer["errors"]), (await stage.world())["issues"]) == (400, [field], [])


async def test_a_body_without_fields_and_a_link_without_a_page_are_refused(stage: Stage) -> None:
    assert (await call(stage, "POST", "issue", {}))[0] == 400
    await create(stage)
    for page in (None, {"url": "https://a.example"}, {"title": "A"}):
        assert (await call(stage, "POST", "issue/EDGE-1/remotelink", {"object": page}))[0] == 400


async def test_who_is_not_known_is_let_in_nowhere(stage: Stage) -> None:
    for auth in (None, {"Authorization": aiohttp.encode_basic_auth(cast.JIRA_EMAIL, "wrong")}):
        assert (await call(stage, "GET", "myself", auth=auth))[0] == 401


async def test_jira_fails_on_demand_before_it_makes_a_ticket_and_after(stage: Stage) -> None:
    await stage.do("api/faults", service="jira", limited=1, broken=1, refused=1, lost=1)
    assert [(await create(stage))[0] for _ in range(3)] == [429, 500, 400]
    assert (await stage.world())["issues"] == []
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await create(stage)
    assert await found(stage, "labels = bs-1") == ["EDGE-1"]
    await stage.do("api/faults", service="jira", down=True)
    assert (await call(stage, "GET", "myself"))[0] == 503


async def test_a_search_that_lags_finds_nothing_new_but_what_is_asked_for_by_its_id(stage: Stage) -> None:
    await stage.do("api/faults", service="jira", lag=60)
    _, made = await create(stage)
    assert await found(stage, "labels = bs-1") == []
    assert await found(stage, "labels = bs-1", reconcileIssues=[int(made["id"])]) == ["EDGE-1"]
    await stage.do("api/faults", service="jira", lag=0)
    assert await found(stage, "labels = bs-1") == ["EDGE-1"]


async def test_a_move_is_told_signed_and_told_again_under_the_same_identifier(stage: Stage) -> None:
    await create(stage)
    stage.bot.hook_answers.append(web.Response(status=503))
    await stage.do("api/jira/move", issue="EDGE-1", to="done")
    await stage.until(lambda: len(stage.bot.hooked) == 2)
    first, again = stage.bot.hooked
    for one in (first, again):
        digest = hmac.new(cast.JIRA_SECRET.encode(), one.raw, hashlib.sha256).hexdigest()
        assert one.headers["X-Hub-Signature"] == f"sha256={digest}"
    assert first.headers["X-Atlassian-Webhook-Identifier"] == again.headers["X-Atlassian-Webhook-Identifier"]
    assert (first.headers.get("X-Atlassian-Webhook-Retry"), again.headers["X-Atlassian-Webhook-Retry"]) == (None, "1")
    body = first.body
    assert (body["webhookEvent"], body["issue"]["key"]) == ("jira:issue_updated", "EDGE-1")
    assert body["issue"]["fields"]["status"]["statusCategory"]["key"] == "done"
    assert [(one["field"], one["fromString"], one["toString"]) for one in body["changelog"]["items"]] == [
        ("status", "To Do", "Done"),
        ("resolution", None, "Done"),
    ]
    assert (await stage.do("api/jira/move", issue="EDGE-1", to="done")) == {"status": 0}
    await stage.do("api/faults", service="jira", twice=True)
    await stage.do("api/jira/move", issue="EDGE-1", to="doing", as_="ben")
    assert [one["toString"] for one in stage.bot.hooked[-1].body["changelog"]["items"]] == ["In Progress", None]
    assert stage.bot.hooked[-1].body["user"]["displayName"] == "Ben Okafor"
    last, again = stage.bot.hooked[-2:]
    assert last.headers["X-Atlassian-Webhook-Identifier"] == again.headers["X-Atlassian-Webhook-Identifier"]


async def test_a_move_that_the_bot_has_no_door_for_is_not_told_again(stage: Stage) -> None:
    await create(stage)
    stage.bot.hook_answers.append(web.Response(status=404))
    assert await stage.do("api/jira/move", issue="EDGE-1", to="doing") == {"status": 404}
    assert [one["text"] for one in (await stage.world())["problems"]] == [
        "Jira could not tell the bot (jira:issue_updated): it answered 404 at /jira/webhook."
    ]
    await stage.do("api/faults", service="jira", silent=True)
    assert await stage.do("api/jira/move", issue="EDGE-1", to="done") == {"status": 0}
    assert len(stage.bot.hooked) == 1
    assert "error" in await stage.do("api/jira/move", issue="EDGE-2", to="done")
    assert "error" in await stage.do("api/jira/move", issue="EDGE-1", to="limbo")


async def test_tickets_and_errors_are_there_after_a_restart_and_numbers_go_on(stage: Stage) -> None:
    await create(stage)
    await stage.do("api/bugsnag", do="new")
    kept = {name: one.kept() for name, one in stage.sandbox.bridge.kept.items()}
    clock = Clock(lambda: TUESDAY_TEN)
    bugsnag, board = Bugsnag(), Board(clock.now)
    bugsnag.restore(kept["bugsnag"])
    board.restore(kept["jira"])
    assert {"bugsnag": bugsnag.kept(), "jira": board.kept()}["bugsnag"] == kept["bugsnag"]
    assert board.create({"fields": FIELDS}).key == "EDGE-2"
    assert [one.key for one in board.search("labels = bs-1", 0, [])] == ["EDGE-2", "EDGE-1"]


async def test_a_tickets_address_leads_to_the_board(stage: Stage) -> None:
    async with stage.client.get(f"{stage.base}browse/EDGE-1", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/#EDGE-1")
