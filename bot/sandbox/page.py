"""The web page and its JSON interface, for people and for tests; loopback only.

| call | body | answer |
|---|---|---|
| `GET /api/world` | | everything that the page shows |
| `GET /api/events` | | server-sent events: the world's revision after every change |
| `POST /api/act/post` | `{as, channel: "backend", "team", "ops" or "chat", text[, picture, card]}` | outcome |
| `POST /api/act/reply` | `{as, message, text[, picture, card]}` | outcome |
| `POST /api/act/search` | `{as, channel or message[, words, skip]}`: *Search the handbook* | outcome |
| `POST /api/act/edit`, `delete`, `undelete`, `react` | `{as, message[, text or reaction]}` | outcome |
| `POST /api/act/press` | `{as, message, action: {type, verb, id, data}}` | outcome |
| `POST /api/act/submit` | `{as, message, data}`: a dialog's form | outcome |
| `POST /api/act/choose` | `{as, message[, data]}`: *Raise with support*, and its dialog's form | outcome |
| `POST /api/act/open` | `{as}`: opens the chat with the bot | `{}` |
| `POST /api/act/begin` | `{}`: adds the bot to the team (done at start when the sandbox starts the bot) | `{}` |
| `POST /api/read` | `{as, conversation}` | `{}` |
| `POST /api/install` | `{person, installed}` | `{}` |
| `POST /api/consent` | `{on}` | `{}` |
| `POST /api/dismiss` | `{}`: takes the problems away | `{}` |
| `POST /api/clock` | `{add: seconds}` or `{to: "real", "next-opening", one of clock's MOMENTS, ISO time}` | `{now}` |
| `POST /api/play` | `{do: "start", "skip", "stop"}` | `{}` |
| `POST /api/slack/post` | `{as, text}`: in #bugsnag-backend | outcome |
| `POST /api/slack/reply`, `edit` | `{as, message, text}`: a reply in its thread; one's own words changed | outcome |
| `POST /api/slack/delete` | `{as, message}` | outcome |
| `POST /api/slack/react` | `{as, message[, reaction: "eyes"]}`: puts it, or takes it back | outcome |
| `POST /api/bugsnag` | `{do[, error, count, text, as]}`: see below | `{messages: ids}` |
| `POST /api/webhook` | `{on}`: whether Bugsnag calls the bot's own door, too | `{}` |
| `POST /api/jira/move` | `{issue: "EDGE-1", to: "todo", "doing" or "done"[, as]}` | `{status}` |
| `POST /api/faults` | `{service: "teams", "slack", "jira" or "github", …}`: those of `faults` to set | all its faults |
| `GET /api/ledger` | | every call that the bot made, in order |
| `GET /api/wire` | | all exchanges in both directions, oldest first |
| `GET /clock` | | the time, plain ISO 8601 text (`HOTSEAT_CLOCK`) |

Of Teams nothing that is `silent` or `halved` is tried again: the bot finds it through Graph (see `graph`).

What can be done on GitHub is said in `github`.

`as` and `person` are keys of people ("olga"). An outcome has `status`, what the bot answered (0: nothing was sent, or
none), `toast`, `failed`, `dialog` and `message`, the id of the message. That of a search has `results`, a list of
`{title, text, card}` (which a post or reply takes as its `card`), or a `notice` in their place. What cannot be done is
409 `{error}`. Texts may mention "@Hotseat" or "@Ana Lindqvist"; a picture is a data URL.

What can be done in Bugsnag, to `error` (an id) or else to the one that came up last: "new", "again" (10 events in an
hour), "hundredth", "reoccurred" (reopened by itself), "spike", "storm" (`count` errors, 60 if not said, 500 at most, of
20 kinds), "comment" (`text`), "edited" (its latest message reads otherwise); "fixed", "ignored", "snoozed",
"unsnoozed", "reopened" by somebody (`as`, else Farid); "release", and "unreadable", a message as nobody has seen one
yet. The world has `errors` (id: status), `issues` and `faults`; a message of Slack has `source`, `attachments` and
`error`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.acts import Acts, NotPossible, Outcome
from bot.sandbox.board import Board
from bot.sandbox.bugsnag import Bugsnag
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import Exchange, Wire
from bot.sandbox.faults import Faults
from bot.sandbox.jira import Jira
from bot.sandbox.repository import Repository
from bot.sandbox.story import Story
from bot.sandbox.view import bridge as view_of
from bot.sandbox.view import snapshot
from bot.sandbox.workspace import STORM, Workspace
from bot.sandbox.world import Json, World

WEB = Path(__file__).parent / "web"
OWN = (
    *("app.js", "board.js", "cards.js", "dom.js", "extension.js", "github.js", "host-config.js", "log.js", "mrkdwn.js"),
    *("slack.js", "teams.js", "thread.js", "welcome.js", "bridge.css", "github.css", "style.css"),
)
MODULES = {
    "adaptivecards.js": "adaptivecards/dist/adaptivecards.min.js",
    "markdown-it.js": "markdown-it/dist/markdown-it.min.js",
}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the bot joins with Teams: Slack with Bugsnag in it, Jira's board, a repository; `faults` by service."""

    workspace: Workspace
    board: Board
    jira: Jira
    repository: Repository
    faults: dict[str, Faults]

    @property
    def kept(self) -> dict[str, Bugsnag | Board | Repository]:
        """Give what is kept between two starts, by name."""
        return {"bugsnag": self.workspace.bugsnag, "jira": self.board, "github": self.repository}


class Changes:
    """Counts the world's changes and wakes all who wait for the next."""

    def __init__(self) -> None:
        """Begin at revision 0."""
        self.revision = 0
        self._next = asyncio.Event()

    def note(self) -> None:
        """Count a change."""
        self.revision += 1
        self._next.set()
        self._next = asyncio.Event()

    async def after(self, revision: int) -> int:
        """Wait until something newer than `revision` is there."""
        while self.revision <= revision:
            await self._next.wait()
        return self.revision


class Page:
    """The endpoints of the page."""

    def __init__(
        self, world: World, acts: Acts, clock: Clock, wire: Wire, story: Story, changes: Changes, bridge: Bridge
    ) -> None:
        """Show `world` and `bridge`, and pass on what people do to `acts` and to `bridge`."""
        self._bridge = bridge
        self._world, self._acts, self._clock = world, acts, clock
        self._wire, self._story, self._changes = wire, story, changes

    def routes(self) -> list[web.RouteDef]:
        """List the endpoints; files are served from a list, never by a path from outside."""
        return [
            web.get("/", _file(WEB / "index.html")),
            *(web.get(f"/web/{name}", _file(WEB / name)) for name in OWN),
            *(web.get(f"/lib/{name}", _file(WEB / "node_modules" / path)) for name, path in MODULES.items()),
            web.get("/clock", self._time),
            web.get("/api/world", self._snapshot),
            web.get("/api/events", self._events),
            web.get("/api/ledger", self._ledger),
            web.get("/api/wire", self._all),
            web.post("/api/act/{act}", self._act),
            web.post("/api/read", self._json(self._read)),
            web.post("/api/install", self._json(self._install)),
            web.post("/api/consent", self._json(self._consent)),
            web.post("/api/dismiss", self._json(self._dismiss)),
            web.post("/api/clock", self._json(self._set_clock)),
            web.post("/api/play", self._json(self._play)),
            web.post("/api/slack/{act}", self._slack),
            web.post("/api/bugsnag", self._json(self._bugsnag)),
            web.post("/api/webhook", self._json(self._webhook)),
            web.post("/api/jira/move", self._json(self._move)),
            web.post("/api/faults", self._json(self._faults)),
        ]

    async def _time(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text=self._clock.now().isoformat())

    async def _snapshot(self, request: web.Request) -> web.Response:
        del request
        shown = snapshot(self._world, self._clock, self._wire, self._story)
        shown |= view_of(self._bridge.workspace, self._bridge.board)
        shown["faults"] = {service: one.shown() for service, one in self._bridge.faults.items()}
        return web.json_response({"revision": self._changes.revision, **shown})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
        await response.prepare(request)
        revision = -1
        with contextlib.suppress(ConnectionError):
            while True:
                revision = await self._changes.after(revision)
                await response.write(f"data: {revision}\n\n".encode())
        return response

    async def _ledger(self, request: web.Request) -> web.Response:
        del request
        return web.json_response([_exchange(one) for one in self._wire.log if one.direction == "out"])

    async def _all(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        return web.json_response([_exchange(one) for one in self._wire.log if one.number > since])

    async def _act(self, request: web.Request) -> web.Response:
        acts: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "post": lambda body: self._acts.post(body["as"], body["channel"], *_said(body)),
            "reply": lambda body: self._acts.reply(body["as"], body["message"], *_said(body)),
            "search": self._search,
            "edit": lambda body: self._acts.edit(body["as"], body["message"], body["text"]),
            "delete": lambda body: self._acts.delete(body["as"], body["message"]),
            "undelete": lambda body: self._acts.delete(body["as"], body["message"], undo=True),
            "react": lambda body: self._acts.react(body["as"], body["message"], body["reaction"]),
            "press": lambda body: self._acts.press(body["as"], body["message"], body["action"]),
            "submit": lambda body: self._acts.submit(body["as"], body["message"], body["data"]),
            "choose": lambda body: self._acts.choose(body["as"], body["message"], body.get("data")),
            "open": lambda body: self._acts.open_chat(body["as"]),
            "begin": lambda _: self._acts.begin(),
        }
        act = acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        return await self._json(act)(request)

    async def _search(self, body: Json) -> Outcome:
        where = str(body.get("channel", "")), str(body.get("message", ""))
        return await self._acts.search(body["as"], *where, str(body.get("words", "")), int(body.get("skip", 0)))

    async def _slack(self, request: web.Request) -> web.Response:
        space = self._bridge.workspace
        acts: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "post": lambda body: space.post(body["as"], body["text"]),
            "reply": lambda body: space.reply(body["as"], body["message"], body["text"]),
            "edit": lambda body: space.edit(body["as"], body["message"], body["text"]),
            "delete": lambda body: space.delete(body["as"], body["message"]),
            "react": lambda body: space.react(body["as"], body["message"], str(body.get("reaction") or "eyes")),
        }
        act = acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        return await self._json(act)(request)

    async def _bugsnag(self, body: Json) -> Json:
        count = int(body.get("count", STORM))
        named = {"error": str(body.get("error", "")), "text": str(body.get("text", "")), "by": str(body.get("as", ""))}
        return {"messages": await self._bridge.workspace.happen(str(body["do"]), count=count, **named)}

    async def _webhook(self, body: Json) -> None:
        self._bridge.workspace.webhook = bool(body["on"])
        self._world.touch()

    async def _move(self, body: Json) -> Json:
        who = _key(str(body.get("as") or "eva"))
        return {"status": await self._bridge.jira.move(str(body["issue"]), str(body["to"]), who)}

    async def _faults(self, body: Json) -> Json:
        faults = self._bridge.faults[str(body.pop("service"))]
        faults.set(body)
        self._world.touch()
        return faults.shown()

    async def _read(self, body: Json) -> None:
        self._world.read(_key(body["as"]), body["conversation"])

    async def _install(self, body: Json) -> None:
        await self._acts.install(_key(body["person"]), installed=bool(body["installed"]))

    async def _consent(self, body: Json) -> None:
        self._world.consent = bool(body["on"])
        self._world.touch()

    async def _dismiss(self, body: Json) -> None:
        del body
        self._wire.problems.clear()
        self._world.touch()

    async def _set_clock(self, body: Json) -> Json:
        if "add" in body:
            self._clock.add(timedelta(seconds=float(body["add"])))
        else:
            self._clock.to(body["to"])
        self._world.touch()
        return {"now": self._clock.now().isoformat()}

    async def _play(self, body: Json) -> None:
        match body["do"]:
            case "start":
                self._story.start()
            case "skip":
                self._story.skip()
            case "stop":
                await self._story.stop()
            case other:
                message = f"A story cannot {other!r}."
                raise NotPossible(message)

    def _json(self, act: Callable[[Json], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType
            try:
                body = await request.json()
                outcome = await act(body)
            except NotPossible as reason:
                return web.json_response({"error": str(reason)}, status=HTTPStatus.CONFLICT)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                return web.json_response({"error": f"The body is wrong: {error!r}"}, status=HTTPStatus.BAD_REQUEST)
            if outcome is None:
                return web.json_response({})
            return web.json_response(outcome if isinstance(outcome, dict) else asdict(outcome))

        return answer


def _said(body: Json) -> tuple[str, str, Json | None]:
    """Give what somebody sends: text, picture and card."""
    return body["text"], body.get("picture", ""), body.get("card")


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse whoever is not this machine's own: foreign Host (DNS rebinding) and foreign Origin (CSRF) get 403."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin is not None and urlsplit(origin).netloc != request.host):
        return web.Response(status=HTTPStatus.FORBIDDEN, text="The sandbox answers only to this machine.")
    response = await handler(request)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def missing_files() -> str | None:
    """Say what to run when the page's libraries are not installed; None when all is there."""
    gone = [path for path in MODULES.values() if not (WEB / "node_modules" / path).is_file()]
    if not gone:
        return None
    return f"The page's libraries are missing ({', '.join(gone)}). Run `make install`, then reload."


def _file(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        del request
        if not path.is_file():  # noqa: ASYNC240 - a stat of a local file
            return web.Response(status=HTTPStatus.NOT_FOUND, text=missing_files() or "gone")
        return web.FileResponse(path)

    return serve


def _key(person: str) -> str:
    who = cast.player(person)
    if who is None:
        message = f"Nobody here is called {person!r}."
        raise NotPossible(message)
    return who.key


def _exchange(one: Exchange) -> Json:
    return {**asdict(one), "at": one.at.isoformat()}
