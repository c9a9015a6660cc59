"""Proposes an edit of the handbook on GitHub as a pull request: once, however often it is asked for or breaks off.

Each step looks first at what is there, under a branch whose name is the proposal's own: the pull request, the branch,
the file on it. So nothing is noted beside GitHub, and a call whose answer was lost is simply made again.
Source: docs.github.com, "REST API endpoints for Git references", "for repository contents" and "for pulls".
"""

import asyncio
import hashlib
import logging
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.courier import Errand, Undelivered
from bot.effects import ProposeEdit
from bot.events import EditProposed
from bot.github import reasons
from bot.github.client import GitHubClient, NoFile, Refusal, TooLarge
from bot.github.file import GitHubFile
from bot.github.place import Place
from bot.ports import Origin
from bot.retries import Temporary, retrying
from bot.state import DeskInfo
from bot.support.handbook import TOO_LARGE

log = logging.getLogger(__name__)

BRANCHES = "hotseat/"
LONGEST_TITLE = 200
BODY = "Proposed by Hotseat, from what was asked. Read it before you merge it: a person decides."
_NO_RIGHT = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

Sleep = Callable[[float], Awaitable[None]]
Edited = Callable[[bytes, str, str, str], Awaitable[bytes | None]]
"""Makes an edit: of a text, the section, what it reads and what it is to read; None where it does not read so."""


class _Changed(Exception):  # noqa: N818 - an outcome
    """The section does not read any more what the edit begins with."""


def proposal_errand(file_of: Callable[[DeskInfo], GitHubFile | None], proposals: "Proposals") -> Errand:
    """Return how a desk proposes an edit of its handbook; ``file_of`` tells which that is, None where not on GitHub."""

    async def run(desk: Origin, effect: ProposeEdit) -> Mapping[str, Any]:
        file = file_of(desk.info)
        if file is None or not file.is_read:
            raise Undelivered(reasons.NOT_ON_GITHUB)
        return {"proposal": effect.key, "url": await proposals.propose(file, desk.info, effect)}

    def failed(effect: ProposeEdit, why: str) -> Mapping[str, Any]:
        return {"proposal": effect.key, "failure": f"The edit was not proposed: {why}."}

    return Errand(EditProposed, run, failed)


class Proposals:
    """Proposes edits."""

    def __init__(self, edited: Edited, *, sleep: Sleep = asyncio.sleep) -> None:
        """Take how an edit is made in a text; it raises Undelivered for what is none."""
        self._edited = edited
        self._sleep = sleep

    async def propose(self, file: GitHubFile, desk: DeskInfo, effect: ProposeEdit) -> str:
        """Return the address of the pull request, of one that is found or made.

        Repeat what may succeed later for as long as that takes. Raise Undelivered, with the remedy, for what will not;
        where GitHub says that the token may not write, ``file`` proposes nothing from then on.
        """
        client = file.client
        if client is None or not client.has_token:
            raise Undelivered(reasons.UNARMED)
        step = _Step(client, file.place, _branch(desk, effect), effect, self._edited)
        try:
            return await retrying(step.propose, sleep=self._sleep)
        except _Changed:
            raise Undelivered(reasons.CHANGED) from None
        except TooLarge:
            raise Undelivered(TOO_LARGE) from None
        except NoFile:
            raise Undelivered(reasons.NO_FILE.format(place=file.place)) from None
        except _MayNotWrite:
            file.proposes = False
            raise Undelivered(reasons.NO_WRITING.format(repo=_repo(file.place))) from None
        except Refusal as refusal:
            raise Undelivered(reasons.reason(refusal, file.place, has_token=True)) from None


class _MayNotWrite(Exception):  # noqa: N818 - an outcome
    """The token reads the repository, but may not write there."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One attempt at a proposal, which goes on from whatever an earlier one left."""

    client: GitHubClient
    place: Place
    branch: str
    effect: ProposeEdit
    edited: Edited

    async def propose(self) -> str:
        """Return the address of the pull request."""
        if url := await self._found():
            return url
        start = await self._base()
        before = await self._file(start)
        after = await self._edit(before)
        if after is None:
            await self._abandon()
            raise _Changed
        if after == before:
            raise Undelivered(reasons.NOTHING_CHANGES)
        if not await self._make_branch(start):
            # It was made by an earlier attempt, of a text in which the section read as it has to. Where it does not
            # on the branch, the edit is there.
            before = await self._file(self.branch)
            after = None if self._is_appended(before) else await self._edit(before)
        if after is not None:
            await self._put(before, after)
        return await self._open()

    async def _found(self) -> str:
        """Return the address of the pull request that there is, open or not, "" for none."""
        head = f"{self.place.owner}:{self.branch}"
        found = await self.client.get(self.place, "pulls", head=head, base=self.place.ref, state="all")
        pulls = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        # A filter that is not understood is left out by GitHub: all are listed then.
        mine = [one for one in pulls if isinstance(one.get("head"), dict) and one["head"].get("ref") == self.branch]
        return _field(mine[0], "html_url") if mine else ""

    async def _base(self) -> str:
        """Return the commit at which the handbook's branch stands."""
        try:
            found = await self.client.get(self.place, "git", "ref", "heads", *self.place.ref.split("/"))
        except Refusal as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            why = reasons.NO_BRANCH.format(repo=_repo(self.place), ref=self.place.ref)
            raise Undelivered(why) from None
        commit = found.get("object") if isinstance(found, dict) else None
        return _field(commit, "sha")

    async def _file(self, ref: str) -> bytes:
        found = await self.client.read(self.place, ref=ref)
        assert found is not None
        return found.content

    async def _edit(self, content: bytes) -> bytes | None:
        return await self.edited(content, self.effect.section, self.effect.before, self.effect.after)

    def _is_appended(self, content: bytes) -> bool:
        """Say whether a new section stands at the end already, whatever the line ends are."""
        return not self.effect.section and _words(content.decode(errors="replace")).endswith(_words(self.effect.after))

    async def _make_branch(self, commit: str) -> bool:
        """Make the branch at a commit; False where there is one."""
        body = {"ref": f"refs/heads/{self.branch}", "sha": commit}
        try:
            await self._write("POST", "git", "refs", body=body)
        except Refusal as refusal:
            if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY and await self._has_branch():
                return False
            raise
        return True

    async def _has_branch(self) -> bool:
        try:
            await self.client.get(self.place, "git", "ref", "heads", *self.branch.split("/"))
        except Refusal as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            return False
        return True

    async def _put(self, before: bytes, after: bytes) -> None:
        """Put the file on the branch in the place of what it was there."""
        body = {
            "message": self._title(),
            "content": b64encode(after).decode(),
            "sha": blob(before),
            "branch": self.branch,
        }
        try:
            await self._write("PUT", "contents", *self.place.path.split("/"), body=body)
        except Refusal as refusal:
            # Somebody wrote on this branch at the same moment: this very proposal, whose answer was lost.
            if refusal.status != HTTPStatus.CONFLICT or await self._file(self.branch) != after:
                raise

    async def _open(self) -> str:
        body = {"title": self._title(), "head": self.branch, "base": self.place.ref, "body": BODY}
        try:
            made = await self._write("POST", "pulls", body=body)
        except Refusal as refusal:
            if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY and (url := await self._found()):
                return url
            raise
        return _field(made, "html_url")

    async def _abandon(self) -> None:
        """Remove the branch that an earlier attempt left; without one there is none to remove."""
        try:
            await self.client.send("DELETE", self.place, "git", "refs", "heads", *self.branch.split("/"))
        except Refusal:
            return

    async def _write(self, method: str, *path: str, body: Mapping[str, Any]) -> Any:
        try:
            return await self.client.send(method, self.place, *path, body=body)
        except Refusal as refusal:
            if refusal.status in _NO_RIGHT:
                said = " ".join(refusal.messages[:1])
                log.warning("GITHUB_TOKEN may not write in %s (%d: %s)", _repo(self.place), refusal.status, said)
                raise _MayNotWrite from None
            raise

    def _title(self) -> str:
        return _words(self.effect.title)[:LONGEST_TITLE] or "Edit the handbook"


def _field(document: object, name: str) -> str:
    """Return a text of an answer; raise Temporary where there is none, as where a proxy answers."""
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, str) or not found:
        raise Temporary("GitHub answers what cannot be read", ambiguous=True)
    return found


def blob(content: bytes) -> str:
    """Return the id that Git gives to a file's bytes."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _branch(desk: DeskInfo, effect: ProposeEdit) -> str:
    """Return the proposal's branch: by the effect's key for people, by all of it so that no other has the same."""
    told = [desk.tenant, desk.id, effect.key, effect.section, effect.before, effect.after]
    digest = hashlib.sha256("\0".join(told).encode(errors="replace")).hexdigest()[:12]
    readable = re.sub(r"[^a-z0-9]+", "-", effect.key.lower()).strip("-")[:40].strip("-")
    return f"{BRANCHES}{readable}-{digest}" if readable else f"{BRANCHES}{digest}"


def _words(text: str) -> str:
    return " ".join(text.split())


def _repo(place: Place) -> str:
    return f"{place.owner}/{place.repo}"
