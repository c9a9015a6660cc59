"""Deliveries that Teams drops, in a browser: what was written is found through Graph, and nobody sees a difference."""

from playwright.async_api import Page, expect

from tests.e2e.test_stories import WORDS, at, become, card, page, post, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take


async def test_what_is_not_delivered_is_answered_all_the_same(page: Page) -> None:
    await page.get_by_test_id("teams-faults").locator("summary").click()
    await page.get_by_test_id("teams-silent").check()
    await expect(page.get_by_test_id("teams-faults").locator("summary")).to_have_text("Make it difficult (1 on)")
    await page.get_by_test_id("teams-faults").locator("summary").click()
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("Ana Lindqvist or Ben Okafor will answer by 10:0", timeout=20_000)

    # The answer in the thread is not delivered either, and stops the clock as it would.
    await become(page, "ana")
    thread = page.get_by_test_id("thread").first
    await thread.get_by_test_id("reply").fill("I restart it")
    await page.keyboard.press("Enter")
    await expect(card(page)).to_contain_text("Ana Lindqvist is looking into it.", timeout=20_000)

    # When deliveries come again, and Graph fails, all is as ever.
    await page.get_by_test_id("teams-faults").locator("summary").click()
    await page.get_by_test_id("teams-silent").uncheck()
    await page.get_by_test_id("teams-down").check()
    await page.get_by_test_id("teams-faults").locator("summary").click()
    await become(page, "tom")
    await post(page, "Two tours have vanished from the dispatch screen")
    await expect(page.get_by_test_id("card").filter(has_text="will answer by")).to_have_count(1, timeout=20_000)
    assert await page.get_by_test_id("problems").inner_text() == ""
