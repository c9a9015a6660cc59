"""A small GitHub: what the bot may call of its REST API, and the pages of the handbook's file and its pull requests.

Paths, shapes and errors: docs.github.com, "REST API endpoints for repository contents", "for Git references" and "for
pull requests". Serves below `/api/v3/`, as GitHub Enterprise Server does; a repository is private, so that whoever is
not let in hears 404.

| call of the page | body | answer |
|---|---|---|
| `GET /api/github[?ref=BRANCH]` | | the file as a branch has it, the pull requests with their diffs, the faults |
| `POST /api/github/save` | `{text[, as]}`: as the web editor does, on the handbook's branch | `{}` |
| `POST /api/github/merge`, `close` | `{pull: number[, as]}` | `{}` |
"""

import binascii
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.repository import BRANCH, OWNER, PATH, REPO, Commit, Invalid, Missing, Pull, Repository, Stale, blob
from bot.sandbox.world import Json, World

API = "/api/v3"
VERSIONS = {"2022-11-28"}
RAW = ("application/vnd.github.raw+json", "application/vnd.github.raw", "application/vnd.github.v3.raw")
JSON = ("application/vnd.github+json", "application/vnd.github.v3+json", "application/json", "*/*", "")
LARGEST_JSON = 1_000_000
PAGE = 30
NO_RIGHT = "Resource not accessible by personal access token"
WEB = Path(__file__).parent / "web"

Answer = tuple[HTTPStatus, Any]


class GitHub:
    """The endpoints below `api/v3/`, and the pages."""

    def __init__(self, repository: Repository, world: World, wire: Wire, faults: Faults, site: str) -> None:
        """Answer from and write to `repository`; log to `wire`; do wrong what `faults` says. `site` has no slash."""
        self._repository, self._world, self._wire, self._faults = repository, world, wire, faults
        self._site = site

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints; the pages come last, since anything may be an owner."""
        base = f"{API}/repos/{{owner}}/{{repo}}"
        there = f"/{OWNER}/{REPO}"
        return [
            web.get(f"{base}/contents/{{path:.+}}", self._logged(self._content)),
            web.put(f"{base}/contents/{{path:.+}}", self._logged(self._put)),
            web.get(f"{base}/git/ref/{{ref:.+}}", self._logged(self._ref)),
            web.post(f"{base}/git/refs", self._logged(self._make_ref)),
            web.delete(f"{base}/git/refs/{{ref:.+}}", self._logged(self._remove_ref)),
            web.get(f"{base}/pulls", self._logged(self._pulls)),
            web.post(f"{base}/pulls", self._logged(self._open)),
            web.get(f"{base}/pulls/{{number:[0-9]+}}", self._logged(self._pull)),
            web.get("/api/github", self._state),
            web.post("/api/github/{act}", self._act),
            web.get(f"{there}/{{page:blob|edit}}/{{rest:.+}}", self._page),
            web.get(f"{there}/pulls", self._page),
            web.get(f"{there}/pull/{{number:[0-9]+}}", self._page),
        ]

    def _logged(
        self, act: Callable[[web.Request, Json], Answer | web.Response]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            started = time.monotonic()
            exchange = self._wire.begin("out", request.method, request.raw_path, None)
            writes = request.method != "GET"
            try:
                found: Answer | web.Response = self._wrong(request)
                if isinstance(found, tuple) and found[0] == HTTPStatus.OK:
                    exchange.request = await _json(request)
                    found = act(request, exchange.request or {})
            except Missing:
                found = HTTPStatus.NOT_FOUND, _said("Not Found")
            except Stale as stale:
                found = HTTPStatus.CONFLICT, _said(str(stale))
            except Invalid as invalid:
                found = HTTPStatus.UNPROCESSABLE_ENTITY, _said("Validation Failed", str(invalid))
            response = found if isinstance(found, web.Response) else _response(*found)
            exchange.status = response.status
            exchange.response = _shown(response) if isinstance(found, web.Response) else found[1]
            exchange.milliseconds = round((time.monotonic() - started) * 1000)
            if writes and response.status < HTTPStatus.BAD_REQUEST and self._faults.takes("lost"):
                exchange.status, exchange.response = 0, "the connection was dropped on purpose, after it was done"
                if request.transport is not None:
                    request.transport.abort()
            self._world.touch()
            return response

        return answer

    def _wrong(self, request: web.Request) -> Answer:
        """Give what is answered in place of the ordinary answer; 200 where that may come."""
        if self._faults.down:
            return HTTPStatus.SERVICE_UNAVAILABLE, _said("Service unavailable")
        if self._faults.takes("limited"):
            return HTTPStatus.TOO_MANY_REQUESTS, _said("You have exceeded a secondary rate limit.")
        odd = _odd(request) or _stranger(request)
        if odd is not None:
            if odd[0] != HTTPStatus.NOT_FOUND:
                self._wire.problem(f"GitHub refused the bot's {request.method} {request.path}: {odd[1]['message']}")
            return odd
        if request.method != "GET" and self._faults.takes("broken"):
            return HTTPStatus.INTERNAL_SERVER_ERROR, _said("Server Error")
        if request.method != "GET" and self._faults.takes("refused"):
            return HTTPStatus.FORBIDDEN, _said(NO_RIGHT)
        return HTTPStatus.OK, None

    def _content(self, request: web.Request, body: Json) -> Answer | web.Response:
        del body
        commit = self._repository.at(request.query.get("ref") or BRANCH)
        path = request.match_info["path"]
        if path != PATH:
            if PATH.startswith(f"{path.rstrip('/')}/"):
                return HTTPStatus.OK, [{"type": "file", "path": PATH}]
            raise Missing(path)
        raw = request.headers.get("Accept") in RAW
        etag = f'W/"{blob(commit.content)}{"r" if raw else "j"}"'
        headers = {"ETag": etag, "Cache-Control": "private, max-age=60, s-maxage=60", "X-RateLimit-Limit": "5000"}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        if raw:
            headers["Content-Type"] = "application/vnd.github.raw+json; charset=utf-8"
            return web.Response(body=commit.content, headers=headers)
        content = b64encode(commit.content).decode() if len(commit.content) <= LARGEST_JSON else ""
        told = {
            "type": "file",
            "path": PATH,
            "size": len(commit.content),
            "sha": blob(commit.content),
            "encoding": "base64" if content else "none",
            "content": content,
            "html_url": self._page_of(request.query.get("ref") or BRANCH),
        }
        return web.json_response(told, headers=headers)

    def _put(self, request: web.Request, body: Json) -> Answer:
        if request.match_info["path"] != PATH:
            raise Missing(request.match_info["path"])
        for name in ("message", "content", "sha"):
            if not isinstance(body.get(name), str):
                raise Invalid(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        try:
            content = b64decode(body["content"], validate=True)
        except binascii.Error:
            raise Invalid("content is not valid Base64") from None
        branch = str(body.get("branch") or BRANCH)
        commit = self._repository.put(branch, content, body["message"], cast.BOT_NAME, body["sha"])
        told = {"path": PATH, "sha": blob(content), "html_url": self._page_of(branch)}
        return HTTPStatus.OK, {"content": told, "commit": {"sha": commit.sha, "message": commit.message}}

    def _ref(self, request: web.Request, body: Json) -> Answer:
        del body
        name = _branch(request)
        if name not in self._repository.branches:
            raise Missing(name)
        return HTTPStatus.OK, _reference(name, self._repository.at(name))

    def _make_ref(self, request: web.Request, body: Json) -> Answer:
        del request
        name, sha = str(body.get("ref", "")), str(body.get("sha", ""))
        if not name.startswith("refs/heads/") or ".." in name or " " in name:
            raise Invalid("Reference name is not valid")
        self._repository.branch(name.removeprefix("refs/heads/"), sha)
        return HTTPStatus.CREATED, _reference(name.removeprefix("refs/heads/"), self._repository.at(sha))

    def _remove_ref(self, request: web.Request, body: Json) -> Answer:
        del body
        self._repository.remove(_branch(request))
        return HTTPStatus.NO_CONTENT, None

    def _pulls(self, request: web.Request, body: Json) -> Answer:
        del body
        query = request.query
        state, head, base = query.get("state", "open"), query.get("head", ""), query.get("base", "")
        found = [
            one
            for one in self._repository.pulls
            if (state == "all" or (one.state == "open") is (state == "open"))
            and head in {"", f"{OWNER}:{one.head}"}
            and base in {"", one.base}
        ]
        return HTTPStatus.OK, [self._told(one) for one in reversed(found)][:PAGE]

    def _pull(self, request: web.Request, body: Json) -> Answer:
        del body
        return HTTPStatus.OK, self._told(self._repository.pull(int(request.match_info["number"])))

    def _open(self, request: web.Request, body: Json) -> Answer:
        del request
        for name in ("title", "head", "base"):
            if not isinstance(body.get(name), str) or not body[name]:
                raise Invalid(f'"{name}" wasn\'t supplied.')
        head = body["head"].removeprefix(f"{OWNER}:")
        return HTTPStatus.CREATED, self._told(
            self._repository.open(body["title"], str(body.get("body") or ""), head, body["base"])
        )

    def _told(self, pull: Pull) -> Json:
        return {
            "number": pull.number,
            "state": "open" if pull.state == "open" else "closed",
            "merged_at": pull.at.isoformat() if pull.state == "merged" else None,
            "title": pull.title,
            "body": pull.body,
            "html_url": f"{self._site}/{OWNER}/{REPO}/pull/{pull.number}",
            "head": {"ref": pull.head, "label": f"{OWNER}:{pull.head}", "sha": pull.end},
            "base": {"ref": pull.base, "label": f"{OWNER}:{pull.base}"},
            "user": {"login": "hotseat"},
        }

    def _page_of(self, ref: str) -> str:
        return f"{self._site}/{OWNER}/{REPO}/blob/{quote(ref)}/{quote(PATH)}"

    async def _state(self, request: web.Request) -> web.Response:
        try:
            commit = self._repository.at(request.query.get("ref", BRANCH))
        except Missing:
            return web.json_response({"error": "There is no such branch."}, status=HTTPStatus.NOT_FOUND)
        pulls = [
            {**asdict(one), "at": one.at.isoformat(), "diff": self._repository.diff(one)}
            for one in reversed(self._repository.pulls)
        ]
        told = {"owner": OWNER, "repo": REPO, "branch": BRANCH, "path": PATH, "author": commit.author}
        text, at = commit.content.decode(errors="replace"), commit.at.isoformat()
        shown = {"text": text, "message": commit.message, "at": at, "pulls": pulls, "faults": self._faults.shown()}
        return web.json_response({**told, **shown})

    async def _act(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        acts: dict[str, Callable[[Json, str], object]] = {
            "save": lambda body, who: self._repository.put(
                BRANCH, str(body["text"]).encode(), "Update emergency_handbook.md", who
            ),
            "merge": lambda body, who: self._repository.merge(int(body["pull"]), who),
            "close": lambda body, _: self._repository.close(int(body["pull"])),
        }
        act = acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        try:
            body = await request.json()
            who = cast.player(str(body.get("as") or "farid"))
            act(body, who.name if who else "Farid Haddad")
        except Invalid as reason:
            return web.json_response({"error": str(reason)}, status=HTTPStatus.CONFLICT)
        except Missing as gone:
            return web.json_response({"error": f"There is no {gone}."}, status=HTTPStatus.NOT_FOUND)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return web.json_response({"error": f"The body is wrong: {error!r}"}, status=HTTPStatus.BAD_REQUEST)
        self._world.touch()
        return web.json_response({})

    async def _page(self, request: web.Request) -> web.StreamResponse:
        rest = request.match_info.get("rest")
        if rest is not None:
            ref = unquote(rest).removesuffix(f"/{PATH}")
            if not unquote(rest).endswith(f"/{PATH}") or not self._has(ref):
                return web.Response(status=HTTPStatus.NOT_FOUND, text="This is not the page you are looking for.")
        return web.FileResponse(WEB / "github.html")

    def _has(self, ref: str) -> bool:
        try:
            self._repository.at(ref)
        except Missing:
            return False
        return True


def _odd(request: web.Request) -> Answer | None:
    """Say what GitHub does not take of a request's headers."""
    if not request.headers.get("User-Agent"):
        return HTTPStatus.FORBIDDEN, _said("Request forbidden by administrative rules: a User-Agent is needed.")
    version = request.headers.get("X-GitHub-Api-Version")
    if version is not None and version not in VERSIONS:
        return HTTPStatus.BAD_REQUEST, _said(f"The version {version} is not supported.")
    accept = request.headers.get("Accept", "")
    if accept not in (*JSON, *(RAW if "/contents/" in request.path and request.method == "GET" else ())):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _said("Unsupported 'Accept' header.")
    if request.can_read_body and request.content_type != "application/json":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _said("Unsupported 'Content-Type' header.")
    return None


def _stranger(request: web.Request) -> Answer | None:
    """Say what GitHub answers to whoever is not let in: 401 to a wrong token, 404 to what a token does not see."""
    shown = request.headers.get("Authorization")
    if shown not in {None, f"Bearer {cast.GITHUB_TOKEN}"}:
        return HTTPStatus.UNAUTHORIZED, _said("Bad credentials")
    if shown is None or (request.match_info["owner"], request.match_info["repo"]) != (OWNER, REPO):
        return HTTPStatus.NOT_FOUND, _said("Not Found")
    return None


def _branch(request: web.Request) -> str:
    ref = request.match_info["ref"]
    if not ref.startswith("heads/"):
        raise Missing(ref)
    return ref.removeprefix("heads/")


def _reference(name: str, commit: Commit) -> Json:
    return {"ref": f"refs/heads/{name}", "object": {"type": "commit", "sha": commit.sha}}


def _said(message: str, *errors: str) -> Json:
    told: Json = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return {**told, **({"errors": [{"code": "custom", "message": one} for one in errors]} if errors else {})}


def _response(status: HTTPStatus, body: Any) -> web.Response:
    headers = {"Retry-After": "1"} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)


def _shown(response: web.Response) -> str:
    return f"{response.headers.get('Content-Type', '')}, {len(response.body or b'')} bytes".removeprefix(", ")  # type: ignore[arg-type]


async def _json(request: web.Request) -> Json | None:
    if not request.can_read_body:
        return None
    try:
        body = await request.json()
    except ValueError:
        raise Invalid("Problems parsing JSON") from None
    return body if isinstance(body, dict) else {}
