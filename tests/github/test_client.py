"""One call of GitHub: what is sent, what each answer means, and that the token goes nowhere else."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from bot.errors import Misconfigured
from bot.github import client as room
from bot.github.client import Fetched, GitHubClient, NoFile, Refusal, TooLarge
from bot.github.file import GitHubFile
from bot.retries import Temporary
from tests.github.fake import PLACE, TEXT, TOKEN, FakeGitHub
from tests.rig.service import Answer, LoopbackService

DATED = {"Date": "Tue, 24 Nov 2026 09:00:00 GMT"}
RESET = {**DATED, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795510890"}  # a minute and a half later


def client(github: FakeGitHub, session: aiohttp.ClientSession, token: str = TOKEN) -> GitHubClient:
    return GitHubClient(session, github.api, token)


def file(github: FakeGitHub, session: aiohttp.ClientSession, token: str = TOKEN) -> GitHubFile:
    return GitHubFile(PLACE, github.url, client(github, session, token))


async def test_a_file_is_read_raw_with_the_token_and_its_ref(
    github: FakeGitHub, session: aiohttp.ClientSession
) -> None:
    found = await client(github, session).read(PLACE)
    assert found is not None
    assert found.content == TEXT
    (asked,) = github.asked
    assert asked.path_qs == "/api/v3/repos/liefery/liefery-backend/contents/docs/emergency_handbook.md?ref=master"
    sent = {name: asked.headers[name] for name in ("Accept", "Authorization", "X-GitHub-Api-Version")}
    assert sent == {
        "Accept": "application/vnd.github.raw+json",
        "Authorization": f"Bearer {TOKEN}",
        "X-GitHub-Api-Version": "2022-11-28",
    }


async def test_what_did_not_change_is_not_sent_again(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    reader = client(github, session)
    first = await reader.read(PLACE)
    assert first is not None
    assert await reader.read(PLACE, first.etag) is None
    assert github.asked[-1].headers["If-None-Match"] == first.etag
    github.write(b"# New\n")
    again = await reader.read(PLACE, first.etag)
    assert again is not None
    assert again.content == b"# New\n"


async def test_without_a_token_none_is_sent(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    with pytest.raises(Refusal) as refusal:
        await client(github, session, "").read(PLACE)
    assert refusal.value.status == 404
    assert "Authorization" not in github.asked[0].headers


async def test_a_name_with_odd_letters_stays_one_name(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    with pytest.raises(Refusal):
        await client(github, session).read(replace(PLACE, path="a b/ü?#%2e.md", ref="feature/x+y"))
    asked = github.asked[0]
    assert asked.match_info["path"] == "a b/ü?#%2e.md"
    assert asked.query["ref"] == "feature/x+y"


class Thief(LoopbackService):
    """Where a redirect leads."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        return app

    async def _take(self, _: web.Request) -> web.StreamResponse:
        self.hits["all"] += 1
        return web.Response(text="# Theirs\n")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_takes_the_token_away(
    github: FakeGitHub, session: aiohttp.ClientSession, status: int
) -> None:
    async with Thief() as thief:
        github.then("GET contents", Answer(status, headers={"Location": f"{thief.url}/x"}))
        with pytest.raises(Misconfigured, match=rf"renamed or moved \({status}\); set HANDBOOK"):
            await file(github, session).read()
        assert thief.hits["all"] == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401, body={"message": "Bad credentials"}), "GitHub does not take GITHUB_TOKEN, which may have expired"),
        (
            Answer(403, body={"message": "Resource protected by organization SAML enforcement."}),
            (
                "GitHub refuses to show liefery/liefery-backend (403); see that GITHUB_TOKEN is allowed there, by "
                "single sign-on too: Resource protected by organization SAML enforcement"
            ),
        ),
        (
            Answer(404, body={"message": "Not Found"}),
            (
                "GitHub shows no liefery/liefery-backend/docs/emergency_handbook.md@master (404): the name is wrong in "
                "HANDBOOK or the desk's policy, or GITHUB_TOKEN has no access to it"
            ),
        ),
        (Answer(451, text="<html>"), "GitHub refuses it (HTTP 451)"),
        (Answer(400, body=["x"]), "GitHub refuses it (HTTP 400)"),
        (Answer(422, body={"message": 3, "errors": ["a\nb"]}), "GitHub refuses it (HTTP 422): a b"),
    ],
)
async def test_what_will_not_pass_by_itself_is_said_with_its_remedy(
    github: FakeGitHub, session: aiohttp.ClientSession, answer: Answer, said: str
) -> None:
    github.then("GET contents", answer)
    with pytest.raises(Misconfigured) as why:
        await file(github, session).read()
    assert str(why.value).startswith(said)
    assert TOKEN not in str(why.value)


async def test_without_a_token_404_says_that_it_may_be_private(
    github: FakeGitHub, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(Misconfigured, match="or it is private, and GITHUB_TOKEN is not set"):
        await file(github, session, "").read()


@pytest.mark.parametrize(
    ("answer", "said", "wish", "ambiguous"),
    [
        (Answer(429, headers={"Retry-After": "30"}), "GitHub was asked too often (429)", 30, False),
        (Answer(403, headers={"Retry-After": "60"}), "GitHub was asked too often (403)", 60, False),
        (Answer(403, headers=RESET), "GitHub was asked too often (403)", 90, False),
        (Answer(429, headers={"X-RateLimit-Reset": "soon"}), "GitHub was asked too often (429)", None, False),
        (Answer(500), "GitHub answers 500", None, True),
        (Answer(503, headers={"Retry-After": "5"}), "GitHub answers 503", 5, True),
        (Answer(408), "GitHub answers 408", None, True),
        (Answer(304), "GitHub answers 304 to what did not ask for it", None, False),
        (Answer(reset=True), "GitHub broke off its answer", None, True),
    ],
)
async def test_what_may_pass_by_itself_is_told_from_that(
    github: FakeGitHub,
    session: aiohttp.ClientSession,
    answer: Answer,
    said: str,
    wish: float | None,
    *,
    ambiguous: bool,
) -> None:
    github.then("GET contents", answer, answer)  # what breaks off is asked for once more at once
    with pytest.raises(Temporary) as failure:
        await client(github, session).read(PLACE)
    assert failure.value.reason.startswith(said)
    assert (failure.value.retry_after, failure.value.ambiguous) == (wish, ambiguous)


async def test_a_github_that_is_away_or_slow_is_asked_again(
    github: FakeGitHub, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    github.then("GET contents", Answer(delay=5))
    with pytest.raises(Temporary, match=r"GitHub took longer than 0.1 s"):
        await client(github, session).read(PLACE)
    await github.stop()
    with pytest.raises(Temporary, match="GitHub cannot be reached") as failure:
        await client(github, session).read(PLACE)
    assert not failure.value.ambiguous


async def test_a_file_of_5_mb_is_not_taken_in(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    github.write(b"x" * 5_000_000)
    with pytest.raises(TooLarge):
        await client(github, session).read(PLACE)
    with pytest.raises(Misconfigured, match="it is larger than 1 MB; split it"):
        await file(github, session).read()


async def test_an_error_of_5_mb_is_still_that_error(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    github.then("GET contents", Answer(404, text="x" * 5_000_000))
    with pytest.raises(Refusal) as refusal:
        await client(github, session).read(PLACE)
    assert (refusal.value.status, refusal.value.messages) == (404, ())


async def test_a_folder_is_no_file(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    with pytest.raises(NoFile):
        await client(github, session).read(replace(PLACE, path="docs"))
    folder = GitHubFile(replace(PLACE, path="docs"), github.url, client(github, session))
    with pytest.raises(Misconfigured, match="liefery/liefery-backend/docs@master is no file; set HANDBOOK"):
        await folder.read()


async def test_what_was_packed_without_being_asked_is_not_unpacked(
    github: FakeGitHub, session: aiohttp.ClientSession
) -> None:
    github.then("GET contents", Answer(text="x", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(Temporary, match="not asked to pack"):
        await client(github, session).read(PLACE)


async def test_a_page_of_a_proxy_is_no_answer(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    github.then("GET pulls", Answer(text="<html>a proxy</html>"))
    with pytest.raises(Temporary, match="cannot be read") as failure:
        await client(github, session).get(PLACE, "pulls")
    assert failure.value.ambiguous


async def test_a_file_without_a_client_is_linked_only(github: FakeGitHub) -> None:
    linked = GitHubFile(PLACE, "https://github.com", None)
    assert (linked.is_read, linked.proposes) == (False, False)
    assert linked.address == "https://github.com/liefery/liefery-backend/blob/master/docs/emergency_handbook.md"


async def test_a_file_that_is_read_says_its_bytes_and_their_mark(
    github: FakeGitHub, session: aiohttp.ClientSession
) -> None:
    read = await file(github, session).read()
    assert read is not None
    assert read[0] == TEXT
    assert await file(github, session).read(read[1]) is None
    assert isinstance(await client(github, session).read(PLACE), Fetched)


async def test_many_readers_at_once_are_one_session(github: FakeGitHub, session: aiohttp.ClientSession) -> None:
    reader = client(github, session)
    found = await asyncio.gather(*(reader.read(PLACE) for _ in range(8)))
    assert {one.content for one in found if one} == {TEXT}
