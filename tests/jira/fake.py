"""A Jira Cloud on loopback: remembers issues, finds them late, takes only what the real one would, and fails on demand.

Its requests are checked against Atlassian's own description of REST v3 where that is at hand.
"""

import base64
import re
import warnings
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from aiohttp import web
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing.requests import MockRequest

from tests.examples import ABSENT, EXAMPLES
from tests.rig.service import Answer, LoopbackService

SPEC = EXAMPLES / "jira-v3.json"
SERVER = "https://your-domain.atlassian.net"
EMAIL, TOKEN = "hotseat@example.com", "ATATT3-canary"
OPEN, DONE = ("To Do", "new"), ("Done", "done")
_KEY = re.compile(r"[A-Z]+-[0-9]+")
_LABELLED = re.compile(r'project = "(?P<project>.*)" AND labels = "(?P<label>.*)" ORDER BY created ASC')
_KEYS = re.compile(r'key in \(("[A-Z]+-[0-9]+"(, |\)))+')


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        assert len(self.slept) < 1_000, "nothing comes of waiting"


class Fault(Enum):
    """What becomes of a creation: whether it is there, and how that is answered."""

    LOST = "made, and the connection drops"
    DROPPED = "not made, and the connection drops"
    UNSAID = "made, and a proxy says 503"
    DOWN = "not made, and a proxy says 503"
    SLOW = "made half a minute after a proxy said 504"
    GARBLED = "made, and what is said cannot be read"
    REFUSED = "not made, since Jira says 400"
    BUSY = "not made, since Jira says 429"


MADE = frozenset({Fault.LOST, Fault.UNSAID, Fault.SLOW, Fault.GARBLED})
SAID = {
    Fault.LOST: Answer(reset=True),
    Fault.DROPPED: Answer(reset=True),
    Fault.UNSAID: Answer(503, text="<html>a proxy</html>"),
    Fault.DOWN: Answer(503, text="<html>a proxy</html>", headers={"Retry-After": "5"}),
    Fault.SLOW: Answer(504, text="<html>a proxy</html>"),
    Fault.GARBLED: Answer(201, text="<html>a proxy</html>"),
    Fault.REFUSED: Answer(400, body={"errorMessages": [], "errors": {"customfield_10011": "Team is required."}}),
    Fault.BUSY: Answer(429, body={"errorMessages": ["Rate limit exceeded."]}, headers={"Retry-After": "30"}),
}


@dataclass(slots=True)
class Issue:
    """An issue; ``shows_at`` is when searches know it, ``was`` the keys that it had."""

    key: str
    fields: dict[str, Any]
    shows_at: float = 0.0
    status: tuple[str, str] = OPEN
    updated: str = "2026-11-23T11:00:00.000+0100"
    properties: list[dict[str, Any]] = field(default_factory=list)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    was: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """Give it as Jira does."""
        name, category = self.status
        status = {"name": name, "statusCategory": {"key": category}}
        return {"id": "10000", "key": self.key, "fields": {"status": status, "updated": self.updated}}


@cache
def openapi() -> OpenAPI:
    """Give Atlassian's description of REST v3."""
    return OpenAPI.from_dict(orjson.loads(SPEC.read_bytes()), config=Config(spec_validator_cls=None))


def needs_spec() -> None:
    """Skip a test, saying why, where there is no description of REST v3."""
    if not SPEC.exists():
        pytest.skip(ABSENT)


class FakeJira(LoopbackService):
    """Serves REST v3 under ``api``.

    ``faults`` are what becomes of the next creations, ``answers`` are given in turn to the next calls of a name
    ("search", "create", "meta", "link", "read", "project"). ``lag`` is how long searches do not know a new issue.
    ``fields`` are the form's, and ``forbidden`` the rights that the user has not.
    """

    def __init__(self, time: Time | None = None, *, lag: float = 0.0, checks: bool = True) -> None:
        super().__init__()
        self.time = time or Time()
        self.lag = lag
        self.issues: list[Issue] = []
        self.faults: deque[Fault] = deque()
        self.answers: dict[str, deque[Answer]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fields: list[dict[str, Any]] = [*FIELDS]
        self.types = [{"id": "10001", "name": "Story"}, {"id": "10004", "name": "Bug"}]
        self.forbidden: set[str] = set()
        self.projects = Counter({"EDGE": 1})
        self.wrong: list[str] = []  # what the description of REST v3 says of the requests
        self.on_create: Callable[[], Awaitable[None]] | None = None
        self._checks = checks and SPEC.exists()

    def then(self, name: str, *answers: Answer) -> None:
        """Answer the next calls of a name so."""
        self.answers.setdefault(name, deque()).extend(answers)

    def labelled(self, label: str) -> list[Issue]:
        """Give the issues that bear a label."""
        return [issue for issue in self.issues if label in issue.fields["labels"]]

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._admit], client_max_size=2**22)
        base = "/rest/api/3"
        app.router.add_post(f"{base}/search/jql", self._search, name="search")
        app.router.add_post(f"{base}/issue", self._create, name="create")
        meta = f"{base}/issue/createmeta/{{project}}/issuetypes"
        app.router.add_get(meta, self._types, name="meta")
        app.router.add_get(f"{meta}/{{type}}", self._form, name="form")
        app.router.add_get(f"{base}/issue/{{key}}", self._read, name="read")
        app.router.add_post(f"{base}/issue/{{key}}/remotelink", self._link, name="link")
        app.router.add_get(f"{base}/project/{{project}}", self._project, name="project")
        app.router.add_get(f"{base}/myself", self._myself, name="myself")
        app.router.add_get(f"{base}/mypermissions", self._rights, name="rights")
        return app

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        raw = await request.read()
        name = request.match_info.route.name or ""
        self.hits[name] += 1
        self.asked.append((name, orjson.loads(raw) if raw else dict(request.query)))
        self._check(request, raw)
        shown = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {shown}":
            return web.json_response({"message": "Client must be authenticated"}, status=401)
        if self.answers.get(name):
            return await self.answers[name].popleft().respond(request)
        return await handler(request)

    def _check(self, request: web.Request, raw: bytes) -> None:
        if not self._checks:
            return
        seen = MockRequest(
            SERVER,
            request.method.lower(),
            request.path,
            args=dict(request.query),
            data=raw or None,
            content_type=request.content_type,
        )
        try:
            with warnings.catch_warnings(action="ignore"):  # it knows no OAuth
                openapi().validate_request(seen)
        except OpenAPIError as error:
            self.wrong.append(f"{request.method} {request.path}: {error!r} {error.__cause__!r}")

    async def _search(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        labelled, keys = _LABELLED.fullmatch(body["jql"]), _KEYS.fullmatch(body["jql"])
        if labelled:
            if labelled["project"] not in self.projects:
                return _refused(f"The value '{labelled['project']}' does not exist for the field 'project'.")
            found = [one for one in self.labelled(labelled["label"]) if one.shows_at <= self.time.seconds]
        else:
            assert keys is not None
            named = re.findall(r'"(.*?)"', keys[0])
            missing = [key for key in named if self._named(key) is None]
            if missing:
                return _refused(f"An issue with key '{missing[0]}' does not exist for field 'key'.")
            found = [one for one in self.issues if {one.key, *one.was}.intersection(named)]
        return web.json_response({"issues": [one.shown() for one in found[: body["maxResults"]]], "isLast": True})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        fault = self.faults.popleft() if self.faults else None
        key = f"{body['fields']['project']['key']}-{len(self.issues) + 1}"
        errors = self._errors(body["fields"])
        if errors:
            return web.json_response({"errorMessages": [], "errors": errors}, status=400)
        if fault is None or fault in MADE:
            late = 30.0 if fault is Fault.SLOW else 0.0
            shows_at = self.time.seconds + late + self.lag
            self.issues.append(Issue(key, body["fields"], shows_at, properties=body.get("properties", [])))
        if self.on_create is not None:
            await self.on_create()
        if fault is not None:
            return await SAID[fault].respond(request)
        return web.json_response({"id": "10000", "key": key, "self": f"{self.url}/rest/api/3/issue/10000"}, status=201)

    def _errors(self, fields: dict[str, Any]) -> dict[str, str]:
        known = {one["fieldId"]: one for one in self.fields}
        errors = {
            id_: f"Field '{id_}' cannot be set. It is not on the appropriate screen, or unknown."
            for id_ in fields
            if id_ not in known
        }
        for id_, one in known.items():
            if one["required"] and not one.get("hasDefaultValue") and id_ not in fields and id_ != "reporter":
                errors[id_] = f"{one['name']} is required."
        if len(fields["summary"].encode("utf-16-le")) > 510:
            errors["summary"] = "Summary can't exceed 255 characters."
        return errors

    async def _types(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["project"] not in self.projects:
            return web.json_response({"errorMessages": ["No project could be found"]}, status=404)
        return self._page(request, "issueTypes", self.types)

    async def _form(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "fields", self.fields)

    def _page(self, request: web.Request, name: str, some: list[dict[str, Any]]) -> web.StreamResponse:
        start, most = int(request.query["startAt"]), min(int(request.query["maxResults"]), 4)
        page = some[start : start + most]
        return web.json_response({name: page, "startAt": start, "maxResults": most, "total": len(some)})

    async def _read(self, request: web.Request) -> web.StreamResponse:
        issue = self._named(request.match_info["key"])
        if issue is None:
            return web.json_response(
                {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, status=404
            )
        return web.json_response(issue.shown())

    async def _link(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        issue = self._named(request.match_info["key"])
        assert issue is not None
        known = body["globalId"] in issue.links
        issue.links[body["globalId"]] = body["object"]
        return web.json_response({"id": 1, "self": self.url}, status=200 if known else 201)

    async def _project(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["project"]
        return web.json_response(
            {"key": key} if key in self.projects else {}, status=200 if key in self.projects else 404
        )

    async def _myself(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"displayName": "Hotseat", "emailAddress": EMAIL})

    async def _rights(self, request: web.Request) -> web.StreamResponse:
        if request.query["projectKey"] not in self.projects:
            return web.json_response({"errorMessages": ["No project could be found"]}, status=404)
        rights = request.query["permissions"].split(",")
        return web.json_response(
            {"permissions": {one: {"key": one, "havePermission": one not in self.forbidden} for one in rights}}
        )

    def _named(self, key: str) -> Issue | None:
        assert _KEY.fullmatch(key)
        return next((one for one in self.issues if key in (one.key, *one.was)), None)


def form_field(id_: str, name: str, *, required: bool = False, **more: Any) -> dict[str, Any]:
    """Give a field as a form lists it."""
    told = {"fieldId": id_, "key": id_, "name": name, "required": required, "operations": ["set"]}
    return {**told, "schema": {"type": "string"}, "hasDefaultValue": False, **more}


FIELDS = (
    form_field("project", "Project", required=True),
    form_field("issuetype", "Issue Type", required=True),
    form_field("summary", "Summary", required=True),
    form_field("description", "Description"),
    form_field("labels", "Labels"),
    form_field("reporter", "Reporter", required=True, hasDefaultValue=True),
    form_field(
        "priority",
        "Priority",
        hasDefaultValue=True,
        allowedValues=[{"id": str(n), "name": name} for n, name in enumerate(("Highest", "High", "Medium", "Low"), 1)],
    ),
)
"""The fields of an ordinary form for new bugs."""


def _refused(why: str) -> web.Response:
    return web.json_response({"errorMessages": [why], "errors": {}}, status=HTTPStatus.BAD_REQUEST)
