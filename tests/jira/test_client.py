"""One call of Jira: what is sent where, and what each way of failing says of what was done."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.jira.client import MOST_BYTES, Api, JiraClient, Refusal, key_of, quoted
from bot.retries import Temporary
from tests.rig.service import Answer, LoopbackService
from tests.rig.tls import server_context, write_certificate

TOKEN = "ATATT3-canary"


class Somewhere(LoopbackService):
    """Answers every request with what a test says."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        super().__init__(ssl_context=ssl_context)
        self.answer = Answer(body={"ok": True})
        self.requests: list[web.Request] = []

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.answer.respond(request)


@pytest.fixture
async def there() -> AsyncIterator[Somewhere]:
    async with Somewhere() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.mark.parametrize(
    ("api", "path", "shown"),
    [
        (Api.CLOUD, "/jira/rest/api/3/issue/a%2Fb", "Basic YUBiLmU6QVRBVFQzLWNhbmFyeQ=="),
        (Api.DATA_CENTER, "/jira/rest/api/2/issue/a%2Fb", f"Bearer {TOKEN}"),
    ],
)
async def test_each_interface_is_asked_at_its_own_path_and_in_its_own_way(
    there: Somewhere, session: aiohttp.ClientSession, api: Api, path: str, shown: str
) -> None:
    client = JiraClient(session, f"{there.url}/jira/", TOKEN, email="a@b.e", api=api)
    assert await client.get("issue", "a/b", fields="status,x&y") == {"ok": True}
    (request,) = there.requests
    assert request.raw_path == f"{path}?fields=status,x%26y"
    assert request.headers["Authorization"] == shown
    assert "Cookie" not in request.headers
    assert client.page("EDGE-1") == f"{there.url}/jira/browse/EDGE-1"


@pytest.mark.parametrize(
    ("answer", "ambiguous"),
    [
        (Answer(429), False),
        *((Answer(status), True) for status in (408, 409, 425, 500, 502, 503, 504)),
        (Answer(reset=True), True),
        (Answer(text="<html>a proxy</html>"), True),
        (Answer(body=[]), True),
        (Answer(text="x" * (MOST_BYTES + 1)), True),
    ],
)
async def test_what_may_succeed_later_says_whether_it_may_be_done(
    there: Somewhere, session: aiohttp.ClientSession, answer: Answer, *, ambiguous: bool
) -> None:
    there.answer = answer
    with pytest.raises(Temporary) as failed:
        await JiraClient(session, there.url, TOKEN).post("issue", body={})
    assert failed.value.ambiguous is ambiguous
    assert failed.value.__cause__ is None
    assert TOKEN not in repr(failed.value)
    assert len(there.requests) == 1  # a creation is never repeated by itself


async def test_a_call_that_never_reached_anybody_did_nothing(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with Somewhere() as gone:
        pass
    served = Somewhere(ssl_context=server_context(write_certificate(tmp_path)))
    async with served:
        for url in (gone.url, "http://nowhere.invalid", served.url):
            with pytest.raises(Temporary) as failed:
                await JiraClient(session, url, TOKEN).post("issue", body={})
            assert not failed.value.ambiguous
    assert served.requests == []


async def test_an_answer_that_takes_too_long_may_have_been_one(
    there: Somewhere, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jira.client._TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    there.answer = Answer(body={}, delay=0.5)
    with pytest.raises(Temporary) as failed:
        await JiraClient(session, there.url, TOKEN).post("issue", body={})
    assert failed.value.ambiguous


async def test_no_redirect_is_followed_with_a_token(there: Somewhere, session: aiohttp.ClientSession) -> None:
    async with Somewhere() as elsewhere:
        there.answer = Answer(307, headers={"Location": f"{elsewhere.url}/"})
        with pytest.raises(Refusal) as refused:
            await JiraClient(session, there.url, TOKEN).post("issue", body={})
        assert (refused.value.status, elsewhere.requests) == (307, [])


async def test_a_refusal_has_what_jira_says_of_fields_and_beside_in_one_line_each(
    there: Somewhere, session: aiohttp.ClientSession
) -> None:
    there.answer = Answer(400, body={"errors": {"a": "x\n y", "b": 7}, "errorMessages": ["z" * 999, None]})
    with pytest.raises(Refusal) as refused:
        await JiraClient(session, there.url, TOKEN).post("issue", body={})
    assert refused.value.fields == {"a": "x y", "b": "7"}
    assert refused.value.messages == ("z" * 200, "None")


async def test_a_wrong_token_that_jira_takes_for_nobodys_is_refused_all_the_same(
    there: Somewhere, session: aiohttp.ClientSession
) -> None:
    there.answer = Answer(body={"issues": []}, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
    with pytest.raises(Refusal) as refused:
        await JiraClient(session, there.url, TOKEN).search("x", "status", most=1)
    assert refused.value.status == 401


@pytest.mark.parametrize("issues", [None, {}, "x"])
async def test_a_search_without_a_list_is_no_answer(
    there: Somewhere, session: aiohttp.ClientSession, issues: object
) -> None:
    there.answer = Answer(body={"issues": issues})
    with pytest.raises(Temporary):
        await JiraClient(session, there.url, TOKEN).search("x", "status", most=1)


@pytest.mark.parametrize("key", [None, 7, "", "EDGE", "EDGE-1/../2", "EDGE-1\n", "12-1"])
def test_what_is_no_key_is_none(key: object) -> None:
    assert key_of({"key": key}) == ""


def test_whatever_stands_in_a_query_stays_one_word() -> None:
    assert quoted('a" OR labels = \\"b') == '"a\\" OR labels = \\\\\\"b"'
