"""A small Jira: what the bot may call of its REST API, version 3, and the webhook by which Jira tells of a change.

Paths, shapes and errors: developer.atlassian.com, "The Jira Cloud platform REST API" and "Webhooks". Serves below
`/rest/api/3/`, as a site of its own does; `/browse/KEY` leads people to the page.
"""

import base64
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox import board, cast
from bot.sandbox.board import COLUMNS, TYPES, Board, Column, Invalid, Issue
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.hooks import Hooks
from bot.sandbox.world import Json, World

API = "/rest/api/3"
PAGE, LARGEST_PAGE = 50, 5000
RECONCILED = 50
AUTHORIZATION = "Basic " + base64.b64encode(f"{cast.JIRA_EMAIL}:{cast.JIRA_TOKEN}".encode()).decode()
ITSELF = {"accountId": "5b10a2844c20165700ede21f", "displayName": "Hotseat", "active": True, "accountType": "app"}
NO_ISSUE = "Issue does not exist or you do not have permission to see it."
REFUSED = "The priority selected is invalid. (Refused on purpose.)"

Answer = tuple[HTTPStatus, Any]


class Gone(Exception):  # noqa: N818 - an answer, not an error
    """What is asked for is not there: Jira's 404."""


class Jira:
    """The endpoints below `rest/api/3/`, and people's moves on the board."""

    def __init__(self, work: Board, world: World, wire: Wire, hooks: Hooks, faults: Faults, site: str) -> None:
        """Answer from and write to `work`; log to `wire`; do wrong what `faults` says. `site` has no trailing slash."""
        self._board, self._world, self._wire, self._hooks, self._faults = work, world, wire, hooks, faults
        self._site = site

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints."""
        issue = f"{API}/issue/{{issue}}"
        types = f"{API}/issue/createmeta/{{project}}/issuetypes"
        return [
            web.get(f"{API}/myself", self._logged(lambda *_: (HTTPStatus.OK, ITSELF))),
            web.get(f"{API}/mypermissions", self._logged(self._rights)),
            web.get(f"{API}/project/{{project}}", self._logged(self._project)),
            web.get(types, self._logged(self._types)),
            web.get(types + "/{type}", self._logged(self._fields)),
            web.post(f"{API}/issue", self._logged(self._create)),
            web.get(issue, self._logged(self._issue)),
            web.get(issue + "/properties/{property}", self._logged(self._property)),
            web.get(issue + "/remotelink", self._logged(self._links)),
            web.post(issue + "/remotelink", self._logged(self._link)),
            web.get(issue + "/transitions", self._logged(self._transitions)),
            web.get(f"{API}/search/jql", self._logged(self._search)),
            web.post(f"{API}/search/jql", self._logged(self._search)),
            web.get("/browse/{issue}", self._browse),
        ]

    async def move(self, name: str, column: str, person: str = "eva") -> int:
        """Move an issue as a person of the Edge team; answer what the bot's webhook says, 0 where nothing is sent.

        Raises KeyError where there is no such issue or column.
        """
        issue, to = self._board.issues[name], {one.key: one for one in COLUMNS}[column]
        changelog = self._board.move(issue, to)
        if changelog is None:
            return 0
        self._world.touch()
        who = cast.PLAYERS_BY_KEY[person]
        return await self._hooks.jira(
            {
                "timestamp": int(issue.updated.timestamp() * 1000),
                "webhookEvent": "jira:issue_updated",
                "issue_event_type_name": "issue_generic",
                "user": {"accountId": who.object_id, "displayName": who.name, "active": True},
                "issue": self._shown(issue, ["*all"]),
                "changelog": changelog,
            }
        )

    def _logged(
        self, act: Callable[[web.Request, Json], Answer]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            started = time.monotonic()
            exchange = self._wire.begin("out", request.method, request.raw_path, None)
            headers, lost = {}, False
            try:
                status, body = self._wrong(request)
                if status == HTTPStatus.TOO_MANY_REQUESTS:
                    headers = {"Retry-After": "1", "RateLimit-Reason": "jira-burst-based"}
                if status == HTTPStatus.OK:
                    exchange.request = await _json(request)
                    status, body = act(request, exchange.request or {})
                    lost = _creates(request) and self._faults.takes("lost")
            except Invalid as invalid:
                status, body = HTTPStatus.BAD_REQUEST, _complaint(*invalid.words, **invalid.errors)
                self._wire.problem(f"Jira refused the bot's {request.method} {request.path}: {invalid}")
            except Gone:
                status, body = HTTPStatus.NOT_FOUND, _complaint(NO_ISSUE)
            exchange.status, exchange.response = int(status), body
            exchange.milliseconds = round((time.monotonic() - started) * 1000)
            if lost and request.transport is not None:
                exchange.status, exchange.response = 0, "the connection was dropped on purpose, after it was done"
                request.transport.abort()
            self._world.touch()
            if body is None:
                return web.Response(status=status, headers=headers)
            return web.json_response(body, status=status, headers=headers)

        return answer

    def _wrong(self, request: web.Request) -> Answer:
        """Give what is answered in place of the ordinary answer; 200 where that may come."""
        if self._faults.down:
            return HTTPStatus.SERVICE_UNAVAILABLE, _complaint("Service Unavailable")
        if request.headers.get("Authorization") != AUTHORIZATION:
            self._wire.problem("Jira does not know the bot: the e-mail or the API token is wrong.")
            return HTTPStatus.UNAUTHORIZED, _complaint("You do not have permission: sign in first.")
        if self._faults.takes("limited"):
            return HTTPStatus.TOO_MANY_REQUESTS, _complaint("Rate limit exceeded.")
        if _creates(request) and self._faults.takes("broken"):
            return HTTPStatus.INTERNAL_SERVER_ERROR, _complaint("Internal server error")
        if _creates(request) and self._faults.takes("refused"):
            return HTTPStatus.BAD_REQUEST, _complaint(priority=REFUSED)
        return HTTPStatus.OK, None

    def _rights(self, request: web.Request, body: Json) -> Answer:
        del body
        if request.query.get("projectKey") != cast.EDGE:
            raise Gone
        asked = _list(request.query.get("permissions"))
        return HTTPStatus.OK, {"permissions": {one: {"key": one, "havePermission": True} for one in asked}}

    def _project(self, request: web.Request, body: Json) -> Answer:
        del body
        _must_be_ours(request)
        types = [self._type(number) for number in TYPES]
        return HTTPStatus.OK, {"id": "10000", "key": cast.EDGE, "name": "Edge", "issueTypes": types}

    def _types(self, request: web.Request, body: Json) -> Answer:
        del body
        _must_be_ours(request)
        types = [self._type(number) for number in TYPES]
        return HTTPStatus.OK, {"issueTypes": types, "maxResults": PAGE, "startAt": 0, "total": len(types)}

    def _fields(self, request: web.Request, body: Json) -> Answer:
        del body
        _must_be_ours(request)
        if request.match_info["type"] not in TYPES:
            raise Gone
        fields = [_field(name) for name in board.KNOWN]
        return HTTPStatus.OK, {"fields": fields, "maxResults": PAGE, "startAt": 0, "total": len(fields)}

    def _create(self, request: web.Request, body: Json) -> Answer:
        del request
        issue = self._board.create(body)
        return HTTPStatus.CREATED, {"id": issue.id, "key": issue.key, "self": self._self(issue)}

    def _issue(self, request: web.Request, body: Json) -> Answer:
        del body
        wanted = [one for one in request.query.get("fields", "*all").split(",") if one]
        issue = self._found(request)
        shown = self._shown(issue, wanted)
        named = [one for one in request.query.get("properties", "").split(",") if one]
        if named:
            shown["properties"] = {
                key: value for key, value in issue.properties.items() if key in named or "*all" in named
            }
        return HTTPStatus.OK, shown

    def _property(self, request: web.Request, body: Json) -> Answer:
        del body
        issue, key = self._found(request), request.match_info["property"]
        if key not in issue.properties:
            raise Gone
        return HTTPStatus.OK, {"key": key, "value": issue.properties[key]}

    def _links(self, request: web.Request, body: Json) -> Answer:
        del body
        wanted = request.query.get("globalId")
        issue = self._found(request)
        links = [{**one, "self": f"{self._self(issue)}/remotelink/{one['id']}"} for one in issue.links]
        return HTTPStatus.OK, [one for one in links if wanted in (None, one["globalId"])]

    def _link(self, request: web.Request, body: Json) -> Answer:
        issue = self._found(request)
        number, new = self._board.link(issue, body)
        answer = {"id": number, "self": f"{self._self(issue)}/remotelink/{number}"}
        return HTTPStatus.CREATED if new else HTTPStatus.OK, answer

    def _transitions(self, request: web.Request, body: Json) -> Answer:
        del body
        issue = self._found(request)
        there = [one for one in COLUMNS if one.key != issue.column]
        transitions = [
            {"id": one.id, "name": one.name, "to": self._status(one), "isAvailable": True, "hasScreen": False}
            for one in there
        ]
        return HTTPStatus.OK, {"expand": "transitions", "transitions": transitions}

    def _search(self, request: web.Request, body: Json) -> Answer:
        asked: Json = body if request.method == "POST" else dict(request.query)
        wrong = sorted(set(asked) - SEARCHED)
        if wrong:
            raise Invalid(f'Unrecognized field "{wrong[0]}"')
        if not str(asked.get("jql") or "").strip():
            raise Invalid("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
        fields, reconciled = (_list(asked.get(name)) for name in ("fields", "reconcileIssues"))
        if len(reconciled) > RECONCILED:
            raise Invalid(f"At most {RECONCILED} issues can be reconciled.")
        found = self._board.search(str(asked["jql"]), self._faults.lag, reconciled)
        try:
            start, size = int(asked.get("nextPageToken") or 0), int(asked.get("maxResults") or PAGE)
        except ValueError:
            raise Invalid("The page token is wrong.") from None
        page = found[start : start + max(1, min(size, LARGEST_PAGE))]
        is_last = start + len(page) >= len(found)
        answer: Json = {"issues": [self._shown(one, fields or ["id"]) for one in page], "isLast": is_last}
        return HTTPStatus.OK, answer if is_last else {**answer, "nextPageToken": str(start + len(page))}

    async def _browse(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/#{request.match_info['issue']}")

    def _found(self, request: web.Request) -> Issue:
        issue = self._board.find(request.match_info["issue"])
        if issue is None:
            raise Gone
        return issue

    def _shown(self, issue: Issue, wanted: list[str]) -> Json:
        """Give an issue with the fields that are wanted: of nothing but its id, only that."""
        shown: Json = {"id": issue.id}
        if wanted == ["id"]:
            return shown
        shown |= {"self": self._self(issue), "key": issue.key}
        column = board.status(issue)
        fields: Json = {
            "summary": issue.summary,
            "description": issue.description,
            "labels": issue.labels,
            "project": {"id": "10000", "key": cast.EDGE, "name": "Edge"},
            "issuetype": self._type(next(number for number, name in TYPES.items() if name == issue.type)),
            "priority": {"name": issue.priority},
            "status": self._status(column),
            "resolution": {"id": "10000", "name": "Done"} if column.category == "done" else None,
            "created": board.stamp(issue.at),
            "updated": board.stamp(issue.updated),
        }
        everything = {"*all", "*navigable"} & set(wanted)
        return {**shown, "fields": {name: value for name, value in fields.items() if everything or name in wanted}}

    def _self(self, issue: Issue) -> str:
        return f"{self._site}{API}/issue/{issue.id}"

    def _type(self, number: str) -> Json:
        return {
            "self": f"{self._site}{API}/issuetype/{number}",
            "id": number,
            "name": TYPES[number],
            "description": "",
            "iconUrl": "",
            "subtask": False,
        }

    def _status(self, column: Column) -> Json:
        category = {"key": column.category, "name": column.name}
        return {
            "self": f"{self._site}{API}/status/{column.id}",
            "id": column.id,
            "name": column.name,
            "statusCategory": category,
        }


SEARCHED = frozenset(
    {
        "jql",
        "fields",
        "maxResults",
        "nextPageToken",
        "reconcileIssues",
        "expand",
        "properties",
        "fieldsByKeys",
        "failFast",
    }
)


def _field(name: str) -> Json:
    shape: Json = {
        "fieldId": name,
        "key": name,
        "name": name.title(),
        "required": name in board.REQUIRED,
        "hasDefaultValue": name == "priority",
        "operations": ["set"],
        "schema": {"type": "array" if name == "labels" else "string", "system": name},
    }
    if name == "priority":
        shape["allowedValues"] = [{"id": number, "name": title} for number, title in board.PRIORITIES.items()]
    return shape


def _creates(request: web.Request) -> bool:
    return request.method == "POST" and request.path == f"{API}/issue"


def _must_be_ours(request: web.Request) -> None:
    if request.match_info["project"] not in (cast.EDGE, "10000"):
        raise Gone


def _list(given: object) -> list[str]:
    """Read a list, which a query has with commas."""
    if isinstance(given, str):
        return [one for one in given.split(",") if one]
    if given is None:
        return []
    if not isinstance(given, list):
        raise Invalid("Invalid request payload. Refer to the REST API documentation and try again.")
    return [str(one) for one in given]


def _complaint(*words: str, **errors: str) -> Json:
    return {"errorMessages": list(words), "errors": errors}


async def _json(request: web.Request) -> Json | None:
    if request.method == "GET":
        return None
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Invalid("Invalid request payload. Refer to the REST API documentation and try again.")
    return body
