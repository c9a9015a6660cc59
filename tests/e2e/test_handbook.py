"""The handbook in a real browser: asked by its command, and searched while somebody writes; with the real bot."""

import json
import re

from playwright.async_api import Locator, Page, Request, expect

from tests.e2e.test_stories import WORDS, at, become, card, page, post, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take

ASKED = "labels"


async def searched(page: Page, words: str = ASKED, testid: str = "reply") -> Locator:
    """Open the search beside what one writes, and type; return what it lists, which the first time may take a while."""
    await page.get_by_test_id(f"{testid}-search").click()
    found = page.get_by_test_id("search-result")
    await expect(found.first).to_be_visible()  # before anything is typed
    await page.get_by_test_id("search-words").press_sequentially(words, delay=20)
    for _ in range(15):
        await expect(page.get_by_test_id("search-results")).to_have_attribute("data-words", words, timeout=10_000)
        if await found.count():
            break
        await page.wait_for_timeout(1000)
        async with page.expect_response(re.compile("act/search")):
            await page.get_by_test_id("search-words").press("Enter")
    await expect(found.first).to_be_visible()
    return found


async def test_a_section_is_put_into_a_reply_which_is_the_first_response(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer by")
    await become(page, "ana")
    await page.get_by_test_id("reply").click()
    asked: set[str] = set()

    def note(request: Request) -> None:
        if "act/search" in request.url:
            asked.add(json.loads(request.post_data or "")["words"])

    page.on("request", note)
    found = (await searched(page)).first
    assert asked == {"", ASKED}  # and not at every key
    title = await found.locator("strong").inner_text()
    await found.click()
    await expect(page.get_by_test_id("search")).to_have_count(0)
    await expect(page.get_by_test_id("inserted")).to_have_text(title)
    await page.get_by_test_id("reply").fill("Please try this first:")
    await page.get_by_test_id("reply-send").click()
    said = page.get_by_test_id("message").and_(page.locator('[data-author="ana"]'))
    await expect(said).to_contain_text("Please try this first:")
    await expect(said.get_by_test_id("card")).to_contain_text(title)
    await expect(said.get_by_role("link", name="Open section")).to_be_visible()
    await expect(page.get_by_test_id("inserted")).to_have_count(0)
    await expect(page.get_by_test_id("card").filter(has_text="Ana Lindqvist is looking into it.")).to_have_count(1)
    await become(page, "olga")
    await expect(said.get_by_test_id("card")).to_contain_text(title)


async def test_the_card_alone_is_a_reply_and_stays_when_words_are_added(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer by")
    await become(page, "ben")
    await page.get_by_test_id("reply").click()
    found = (await searched(page)).first
    title = await found.locator("strong").inner_text()
    await found.click()
    await page.get_by_test_id("inserted-remove").click()
    await expect(page.get_by_test_id("reply-send")).to_be_disabled()
    await (await searched(page)).first.click()
    await page.get_by_test_id("reply").press("Enter")
    await expect(page.get_by_test_id("card").filter(has_text="Ben Okafor is looking into it.")).to_have_count(1)
    said = page.get_by_test_id("message").and_(page.locator('[data-author="ben"]'))
    await said.hover()
    await said.get_by_test_id("edit").click()
    await page.get_by_test_id("edit-text").fill("Here is how:")
    await page.get_by_test_id("edit-save").click()
    await expect(said).to_contain_text("Here is how:")
    await expect(said.get_by_test_id("card")).to_contain_text(title)


async def test_the_search_is_left_by_escape_and_needs_the_app(page: Page) -> None:
    await become(page, "eva", "ops")
    await page.get_by_test_id("composer-search").first.click()
    await expect(page.get_by_test_id("search-result").first).to_be_visible()
    await page.get_by_test_id("search-words").press("Escape")
    await expect(page.get_by_test_id("search")).to_have_count(0)
    await expect(page.get_by_test_id("composer").first).to_be_focused()
    await page.get_by_test_id("installed").uncheck()
    await page.get_by_test_id("composer-search").first.click()
    await expect(page.get_by_test_id("search-status")).to_contain_text("switched off")


async def test_the_command_is_answered_in_the_thread_of_whoever_asked_and_is_no_request(page: Page) -> None:
    await post(page, f"@Hotseat handbook {ASKED}")
    await expect(card(page)).to_contain_text(f"Handbook: {ASKED}", timeout=20_000)  # the first search may take a while
    links = card(page).get_by_role("link", name="Open section")
    assert 1 <= await links.count() <= 3
    await expect(card(page)).not_to_contain_text("will answer by")
    await become(page, "tom")
    await expect(card(page)).to_contain_text(f"Handbook: {ASKED}")
    await become(page, "olga", "chat")
    await post(page, "handbook")
    about = page.get_by_test_id("card").filter(has_text=re.compile(r"\d+ sections, read (today at )?"))
    await expect(about.get_by_role("link", name="Open the handbook")).to_be_visible()
