"""The sandbox's GitHub: what the bot may ask of it, what it refuses, how it fails, and the pages of the handbook."""

from base64 import b64decode, b64encode
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.github.place import Place
from bot.handbook.sections import sections
from bot.sandbox import cast
from bot.sandbox.repository import BRANCH, OWNER, PATH, REPO, SAMPLE, Invalid, Repository, blob
from tests.examples import EXAMPLES, needed
from tests.sandbox.conftest import TUESDAY_TEN, Stage
from tests.sandbox.test_page import become, page

__all__ = ["page"]  # the fixture
RAW, JSON = "application/vnd.github.raw+json", "application/vnd.github+json"
HEADERS = {
    "Authorization": f"Bearer {cast.GITHUB_TOKEN}",
    "Accept": JSON,
    "User-Agent": "Hotseat",
    "X-GitHub-Api-Version": "2022-11-28",
}
FILE = f"contents/{PATH}"
PLACE = Place(OWNER, REPO, PATH, BRANCH)
SAID = b"# Handbook\n\nNew.\n"


async def call(
    stage: Stage, method: str, path: str, body: Any = None, repo: str = f"{OWNER}/{REPO}", **headers: Any
) -> tuple[int, Any, Any]:
    """Call the interface; a header that is None is left out."""
    sent = {name: value for name, value in {**HEADERS, **headers}.items() if value is not None}
    skipped = {"User-Agent"} - set(sent)
    url = f"{stage.base}api/v3/repos/{repo}/{path}"
    async with stage.client.request(method, url, json=body, headers=sent, skip_auto_headers=skipped) as answer:
        raw = await answer.read()
        is_json = answer.content_type == "application/json"
        return answer.status, await answer.json() if is_json else raw, answer.headers


async def branch(stage: Stage, name: str = "hotseat/x") -> tuple[int, Any, Any]:
    _, ref, _ = await call(stage, "GET", f"git/ref/heads/{BRANCH}")
    return await call(stage, "POST", "git/refs", {"ref": f"refs/heads/{name}", "sha": ref["object"]["sha"]})


async def put(stage: Stage, name: str = "hotseat/x", **changes: Any) -> tuple[int, Any, Any]:
    sent = {"message": "An edit", "content": b64encode(SAID).decode(), "sha": blob(SAMPLE.read_bytes()), "branch": name}
    return await call(stage, "PUT", FILE, {**sent, **changes})


async def pull(stage: Stage, name: str = "hotseat/x", **changes: Any) -> tuple[int, Any, Any]:
    return await call(stage, "POST", "pulls", {"title": "An edit", "head": name, "base": BRANCH, **changes})


async def test_the_file_is_given_raw_or_as_json_and_not_again_while_it_is_the_same(stage: Stage) -> None:
    status, raw, headers = await call(stage, "GET", f"{FILE}?ref={BRANCH}", Accept=RAW)
    assert (status, raw) == (200, SAMPLE.read_bytes())
    assert (await call(stage, "GET", FILE, Accept=RAW, **{"If-None-Match": headers["ETag"]}))[:2] == (304, b"")
    _, told, other = await call(stage, "GET", FILE)
    assert (b64decode(told["content"]), told["sha"]) == (raw, blob(raw))
    assert other["ETag"] != headers["ETag"]
    assert (await call(stage, "GET", "contents/docs", Accept=RAW))[1] == [{"type": "file", "path": PATH}]
    for path in ("contents/none.md", f"{FILE}?ref=none", "git/ref/heads/none", "git/ref/tags/v1", "pulls/9"):
        assert (await call(stage, "GET", path))[0] == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": None}, 404),
        ({"repo": "liefery/other"}, 404),
        ({"User-Agent": None}, 403),
        ({"X-GitHub-Api-Version": "1999-01-01"}, 400),
        ({"Accept": "text/html"}, 415),
    ],
)
async def test_headers_that_github_does_not_take_are_refused(
    stage: Stage, headers: dict[str, Any], status: int
) -> None:
    assert (await call(stage, "GET", FILE, **headers))[0] == status
    assert len((await stage.world())["problems"]) == (0 if status == 404 else 1)


async def test_an_edit_goes_on_a_branch_and_becomes_a_pull_request_once(stage: Stage) -> None:
    assert (await branch(stage))[0] == 201
    status, told, _ = await branch(stage)
    assert (status, told["errors"][0]["message"]) == (422, "Reference already exists")
    status, told, _ = await pull(stage)
    assert (status, told["errors"][0]["message"]) == (422, f"No commits between {BRANCH} and hotseat/x")
    assert (await put(stage))[0] == 200
    assert (await put(stage))[0] == 409
    status, told, _ = await pull(stage)
    assert (status, told["number"], told["head"]["ref"]) == (201, 1, "hotseat/x")
    assert told["html_url"] == f"{stage.base}{OWNER}/{REPO}/pull/1"
    status, told, _ = await pull(stage)
    assert told["errors"][0]["message"] == f"A pull request already exists for {OWNER}:hotseat/x."
    found = await call(stage, "GET", f"pulls?head={OWNER}:hotseat/x&state=all&base={BRANCH}")
    assert [one["number"] for one in found[1]] == [1]
    assert (await call(stage, "GET", "pulls?state=closed"))[1] == []
    assert (await call(stage, "GET", "pulls/1"))[1]["state"] == "open"
    assert (await call(stage, "GET", f"{FILE}?ref=hotseat/x", Accept=RAW))[1] == SAID


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"content": "%"}, 422),
        ({"sha": None}, 422),
        ({"message": 3}, 422),
        ({"branch": "none"}, 404),
        ({"sha": "0" * 40}, 409),
    ],
)
async def test_a_file_that_cannot_be_put_is_refused(stage: Stage, changes: dict[str, Any], status: int) -> None:
    await branch(stage)
    assert (await put(stage, **changes))[0] == status


async def test_what_is_no_branch_or_no_pull_request_is_refused(stage: Stage) -> None:
    for body in ({"ref": "x", "sha": "x"}, {"ref": "refs/heads/x", "sha": "x"}, {"ref": "refs/heads/a b"}):
        assert (await call(stage, "POST", "git/refs", body))[0] == 422
    for changes in ({"title": ""}, {"head": "none"}, {"base": "none"}):
        assert (await pull(stage, **changes))[0] == 422
    assert (await call(stage, "PUT", "contents/other.md", {}))[0] == 404
    assert (await call(stage, "DELETE", "git/refs/heads/none"))[0] == 422


async def test_a_branch_that_goes_closes_its_pull_request(stage: Stage) -> None:
    await branch(stage)
    await put(stage)
    await pull(stage)
    assert (await call(stage, "DELETE", "git/refs/heads/hotseat/x"))[0] == 204
    assert (await call(stage, "GET", "pulls/1"))[1]["state"] == "closed"


async def test_github_fails_on_demand_before_a_change_and_after_it(stage: Stage) -> None:
    await stage.do("api/faults", service="github", limited=1, broken=1, refused=1, lost=1)
    assert (await call(stage, "GET", FILE))[0] == 429
    assert [(await branch(stage))[0] for _ in range(2)] == [500, 403]
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await branch(stage)
    assert (await branch(stage))[0] == 422
    await stage.do("api/faults", service="github", down=True)
    assert (await call(stage, "GET", FILE))[0] == 503


async def test_people_save_merge_and_close_and_what_conflicts_is_not_merged(stage: Stage) -> None:
    for name in ("hotseat/a", "hotseat/b", "hotseat/c"):
        await branch(stage, name)
        await put(stage, name)
        await pull(stage, name)
    assert await stage.do("api/github/close", pull=1) == {}
    assert await stage.do("api/github/merge", pull=2, as_="ana") == {}
    assert "conflicts" in (await stage.do("api/github/merge", pull=3))["error"]
    assert "is merged" in (await stage.do("api/github/merge", pull=2))["error"]
    assert "error" in await stage.do("api/github/close", pull=9)
    assert "error" in await stage.do("api/github/merge", pull="x")
    assert (await call(stage, "GET", FILE, Accept=RAW))[1] == SAID
    assert await stage.do("api/github/save", text="# By hand\n") == {}
    assert (await call(stage, "GET", FILE, Accept=RAW))[1] == b"# By hand\n"
    async with stage.client.get(f"{stage.base}api/github") as answer:
        shown = await answer.json()
    assert [(one["number"], one["state"]) for one in shown["pulls"]] == [(3, "open"), (2, "merged"), (1, "closed")]
    assert (shown["text"], shown["author"]) == ("# By hand\n", "Farid Haddad")


async def test_the_repository_is_there_after_a_restart(stage: Stage) -> None:
    await branch(stage)
    await put(stage)
    await pull(stage)
    kept = stage.sandbox.bridge.repository.kept()
    other = Repository(lambda: TUESDAY_TEN)
    other.restore(kept)
    assert other.kept() == kept
    with pytest.raises(Invalid, match="already exists"):
        other.open("x", "", "hotseat/x", BRANCH)


async def test_pages_are_there_for_what_is_there(stage: Stage) -> None:
    there = f"{stage.base}{OWNER}/{REPO}"
    for path, status in (
        (f"blob/{BRANCH}/{PATH}", 200),
        (f"edit/{BRANCH}/{PATH}", 200),
        ("pulls", 200),
        ("pull/1", 200),
        (f"blob/none/{PATH}", 404),
        (f"blob/{BRANCH}/none.md", 404),
    ):
        async with stage.client.get(f"{there}/{path}") as answer:
            assert answer.status == status, path


def test_the_sample_handbook_has_a_section_for_each_common_problem() -> None:
    found = sections(SAMPLE.read_bytes())
    assert len(found) == 26
    assert all(2 <= len(one.body.strip().splitlines()) <= 6 for one in found)
    assert len({one.title for one in found}) == len(found)


@needed
def test_the_problems_that_people_ask_of_are_among_them() -> None:
    problems = [line for line in (EXAMPLES / "requests.psv").read_text().splitlines() if not line.startswith("#")]
    titles = [one.title for one in sections(SAMPLE.read_bytes())][1:]
    assert len(problems) == 20
    assert len(titles) >= len(problems)


async def test_a_link_to_a_section_leads_to_it_in_a_browser(page: Page, stage: Stage) -> None:
    web = stage.base.rstrip("/")
    for one in sections(SAMPLE.read_bytes()):
        await page.goto(f"{PLACE.page(web)}#{one.anchor}")
        target = page.locator(":target")
        await expect(target).to_contain_text(one.title)
        await expect(target).to_be_in_viewport()


async def test_the_browser_gives_the_anchors_that_the_bot_gives(page: Page, stage: Stage) -> None:
    text = "# Größe überprüfen\n\n# C++ / C#\n\n# 😄 m² Ⓐ ⅳ\n\n# A\n\n# A\n\n```\n# no\n```\n\nB\n-\n\n> # `x_y` *z*\n"
    await stage.do("api/github/save", text=text)
    await page.goto(PLACE.page(stage.base.rstrip("/")))
    await expect(page.get_by_test_id("github-file")).to_be_visible()
    drawn = await page.locator(".markdown :is(h1, h2)").evaluate_all("all => all.map(one => one.id)")
    assert drawn == [one.anchor for one in sections(text.encode())]


async def test_the_handbook_is_opened_edited_and_a_proposal_merged_by_pressing(page: Page, stage: Stage) -> None:
    await branch(stage)
    await put(stage, content=b64encode(b"# Handbook\n\n<img src=x onerror=window.hit=1>\n").decode())
    await pull(stage, title="<b>An edit</b>")
    await become(page, "ana")
    async with page.context.expect_page() as opened:
        await page.get_by_test_id("handbook").click()
    book = await opened.value
    await expect(book.get_by_test_id("github-file")).to_contain_text("Tour hangs in")
    await book.get_by_test_id("github-tab-pulls").click()
    shown = book.get_by_test_id("pull")
    await expect(shown).to_contain_text("<b>An edit</b>")
    await expect(shown).to_contain_text("-# Emergency handbook")
    await shown.get_by_test_id("pull-merge").click()
    await expect(shown).to_contain_text("merged")
    await book.get_by_test_id("github-tab-file").click()
    await expect(book.get_by_test_id("github-file")).to_contain_text("<img src=x")
    assert not await book.evaluate("window.hit")
    await book.get_by_test_id("github-edit").click()
    await book.get_by_test_id("github-text").fill("# Anew\n")
    await book.get_by_test_id("github-save").click()
    await expect(book.get_by_test_id("github-file")).to_contain_text("Anew")
    await book.get_by_test_id("github-faults").locator("summary").click()
    await book.get_by_test_id("github-down").check()
    await expect(book.get_by_test_id("github-down")).to_be_checked()
    assert stage.sandbox.bridge.faults["github"].down
    await become(page, "olga")
    await expect(page.get_by_test_id("handbook")).to_have_count(0)
