"""The repository in which the handbook is kept: commits, branches and pull requests, as far as one file needs them.

Decides what Git and GitHub would: what a branch has, what goes on it, and what may be merged. Knows no HTTP.
"""

import difflib
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.sandbox.world import Json

OWNER, REPO, BRANCH, PATH = "liefery", "liefery-backend", "master", "docs/emergency_handbook.md"
SAMPLE = Path(__file__).parent / "handbook.md"


class Missing(Exception):  # noqa: N818 - an answer, not an error
    """There is no such branch, commit, file or pull request."""


class Invalid(Exception):  # noqa: N818 - an answer, not an error
    """It is there, but it does not go; the text is GitHub's own."""


class Stale(Exception):  # noqa: N818 - an answer, not an error
    """The file is another by now than the one that was to be replaced."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What the file was, after whom."""

    sha: str
    parent: str
    message: str
    author: str
    at: datetime
    content: bytes


@dataclass(slots=True)
class Pull:
    """A pull request; `state` is open, merged or closed, `start` the commit at which its branch left the other."""

    number: int
    title: str
    body: str
    head: str
    base: str
    start: str
    end: str
    at: datetime
    state: str = "open"


class Repository:
    """The one repository."""

    def __init__(self, now: Callable[[], datetime], content: bytes | None = None) -> None:
        """Begin with the sample handbook, or another `content`."""
        self._now = now
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.pulls: list[Pull] = []
        first = SAMPLE.read_bytes() if content is None else content
        self.branches[BRANCH] = self._commit("", "The handbook", "Farid Haddad", first)

    def at(self, ref: str) -> Commit:
        """Give the commit that a branch or a commit's id names; raises Missing."""
        for prefix in ("refs/heads/", "heads/", ""):
            if ref.startswith(prefix) and (sha := self.branches.get(ref.removeprefix(prefix))):
                return self.commits[sha]
        if ref not in self.commits:
            raise Missing(ref)
        return self.commits[ref]

    def branch(self, name: str, sha: str) -> None:
        """Make a branch at a commit; raises Invalid where there is one, or no such commit."""
        if sha not in self.commits:
            raise Invalid("Object does not exist")
        if name in self.branches:
            raise Invalid("Reference already exists")
        self.branches[name] = sha

    def remove(self, name: str) -> None:
        """Remove a branch; its open pull requests are closed. Raises Invalid where there is none."""
        if name not in self.branches:
            raise Invalid("Reference does not exist")
        del self.branches[name]
        for pull in self.pulls:
            if pull.head == name and pull.state == "open":
                pull.state = "closed"

    def put(self, branch: str, content: bytes, message: str, author: str, sha: str | None = None) -> Commit:
        """Put the file on a branch in the place of the one with Git's id `sha`; raises Missing and Stale."""
        if branch not in self.branches:
            raise Missing(branch)
        before = self.at(branch)
        if sha is not None and sha != blob(before.content):
            raise Stale(f"{PATH} does not match {sha}")
        self.branches[branch] = self._commit(before.sha, message, author, content)
        for pull in self.pulls:
            if pull.head == branch and pull.state == "open":
                pull.end = self.branches[branch]
        return self.at(branch)

    def open(self, title: str, body: str, head: str, base: str) -> Pull:
        """Open a pull request; raises Invalid where there is one already, nothing to merge, or no such branch."""
        for name, branch in (("head", head), ("base", base)):
            if branch not in self.branches:
                raise Invalid(f"Validation Failed: {name} is invalid")
        if any(one.head == head and one.base == base and one.state == "open" for one in self.pulls):
            raise Invalid(f"A pull request already exists for {OWNER}:{head}.")
        start = self._fork(head, base)
        if start == self.branches[head]:
            raise Invalid(f"No commits between {base} and {head}")
        pull = Pull(len(self.pulls) + 1, title, body, head, base, start, self.branches[head], self._now())
        self.pulls.append(pull)
        return pull

    def pull(self, number: int) -> Pull:
        """Give a pull request; raises Missing."""
        found = next((one for one in self.pulls if one.number == number), None)
        if found is None:
            raise Missing(str(number))
        return found

    def merge(self, number: int, author: str) -> None:
        """Merge an open pull request and remove its branch; raises Invalid where it is not open, or in conflict."""
        pull = self._open(number)
        if self.at(pull.base).content != self.commits[pull.start].content:
            raise Invalid("This branch has conflicts that must be resolved.")
        self.put(pull.base, self.commits[pull.end].content, f"Merge pull request #{number}", author)
        pull.state = "merged"
        self.remove(pull.head)

    def close(self, number: int) -> None:
        """Close an open pull request; raises Invalid where it is not open."""
        self._open(number).state = "closed"

    def diff(self, pull: Pull) -> list[str]:
        """Give what a pull request changes, as a unified diff without its head."""
        before, after = (self.commits[one].content.decode(errors="replace") for one in (pull.start, pull.end))
        return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]

    def kept(self) -> Json:
        """Give all of it, for the next start."""
        packed = [{**asdict(one), "content": b64encode(one.content).decode()} for one in self.commits.values()]
        return {"commits": packed, "branches": self.branches, "pulls": [asdict(one) for one in self.pulls]}

    def restore(self, kept: Json) -> None:
        """Take over what an earlier run kept."""

        def dated(one: Json) -> Json:
            return {**one, "at": datetime.fromisoformat(one["at"]) if isinstance(one["at"], str) else one["at"]}

        commits = [Commit(**{**dated(one), "content": b64decode(one["content"])}) for one in kept["commits"]]
        pulls = [Pull(**dated(one)) for one in kept["pulls"]]
        self.commits, self.pulls = {one.sha: one for one in commits}, pulls
        self.branches = dict(kept["branches"])

    def _open(self, number: int) -> Pull:
        pull = self.pull(number)
        if pull.state != "open":
            raise Invalid(f"Pull request #{number} is {pull.state}.")
        return pull

    def _fork(self, head: str, base: str) -> str:
        """Give the commit that two branches have in common last."""
        theirs = set(self._line(self.branches[base]))
        return next((sha for sha in self._line(self.branches[head]) if sha in theirs), "")

    def _line(self, sha: str) -> list[str]:
        found = []
        while sha:
            found.append(sha)
            sha = self.commits[sha].parent
        return found

    def _commit(self, parent: str, message: str, author: str, content: bytes) -> str:
        at = self._now()
        told = f"{parent}\n{len(self.commits)}\n{author}\n{at.isoformat()}\n{message}\n".encode() + content
        sha = hashlib.sha1(told, usedforsecurity=False).hexdigest()
        self.commits[sha] = Commit(sha, parent, message, author, at, content)
        return sha


def blob(content: bytes) -> str:
    """Give the id that Git gives to a file's bytes."""
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
