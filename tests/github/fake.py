"""A GitHub on loopback: the sandbox's own, with what a test wants to go wrong.

It takes only what the real one takes, and notes what a bot should have sent besides.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web

from bot.github.place import Place
from bot.sandbox import cast
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.github import API, GitHub
from bot.sandbox.repository import BRANCH, OWNER, PATH, REPO, Repository
from bot.sandbox.world import World
from tests.rig.service import Answer, LoopbackService

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TOKEN = cast.GITHUB_TOKEN
PLACE = Place(OWNER, REPO, PATH, BRANCH)
TEXT = b"# Handbook\n\n## Tour hangs\n\nClose it.\n\n## Label is wrong\n\nPrint it again.\n"


class FakeGitHub(LoopbackService):
    """Serves a repository with a handbook in it.

    ``answers`` are given in turn to the next calls of a name ("GET contents", "PUT contents", "GET git", "POST git",
    "DELETE git", "GET pulls", "POST pulls"), ``lost`` are names of calls whose next answer is lost after its work was
    done. ``before`` is called before the work of each call is done, ``after`` when it is, before it is answered.
    """

    def __init__(self, content: bytes = TEXT) -> None:
        super().__init__()
        self.repository = Repository(lambda: NOW, content)
        self.faults = Faults()
        self.answers: dict[str, deque[Answer]] = {}
        self.lost: list[str] = []
        self.asked: list[web.Request] = []
        self.wrong: list[str] = []
        self.before: Callable[[str], Awaitable[None]] | None = None
        self.after: Callable[[str], Awaitable[None]] | None = None

    @property
    def api(self) -> str:
        """Give the address of the interface."""
        return f"{self.url}{API}"

    @property
    def names(self) -> list[str]:
        """Give the calls so far, by name."""
        return [_name(one) for one in self.asked]

    def then(self, name: str, *answers: Answer) -> None:
        """Answer the next calls of a name so."""
        self.answers.setdefault(name, deque()).extend(answers)

    def text(self, ref: str = BRANCH) -> bytes:
        """Give the file as a branch has it."""
        return self.repository.at(ref).content

    def write(self, content: bytes) -> None:
        """Let somebody change the file on the handbook's branch."""
        self.repository.put(BRANCH, content, "by hand", "Farid Haddad")

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._admit], client_max_size=2**24)
        world, wire = World(lambda: NOW, lambda: None), Wire(lambda: NOW, lambda: None)
        app.add_routes(GitHub(self.repository, world, wire, self.faults, "http://github.test").routes())
        return app

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        name = _name(request)
        self.asked.append(request)
        self.hits[name] += 1
        if request.headers.get("X-GitHub-Api-Version") != "2022-11-28":
            self.wrong.append(f"{name}: no version")
        if self.before is not None:
            await self.before(name)
        if self.answers.get(name):
            return await self.answers[name].popleft().respond(request)
        response = await handler(request)
        if self.after is not None:
            await self.after(name)
        if name in self.lost:
            self.lost.remove(name)
            return await Answer(reset=True).respond(request)
        return response


def _name(request: web.Request) -> str:
    return f"{request.method} {request.path.removeprefix(API).split('/')[4]}"
