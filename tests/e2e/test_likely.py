"""Likely answers in a browser: what the handbook answers is closed in two presses, whose link leads to the section."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_stories import at, become, card, page, post, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take

HANGS = "Tour 55102 hängt seit gestern im Status in Zustellung fest"
SECTION = 'Tour hangs in "in delivery"'


@pytest.fixture(autouse=True)
def meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot compare by meaning, as it does wherever the encoder is installed."""
    monkeypatch.setenv("HOTSEAT_ENCODER", "on")


async def test_a_request_whose_answer_is_in_the_handbook_is_closed_in_two_presses(page: Page) -> None:
    await post(page, HANGS)
    await expect(card(page)).to_contain_text("will answer by")
    for _ in range(2):
        await page.get_by_test_id("clock-plus-1").click()
    await become(page, "ana", "chat")
    copy = page.get_by_test_id("card").filter(has_text="Olga Brandt is waiting for an answer")
    await expect(copy).to_contain_text(f"Likely: {SECTION}", timeout=30_000)  # the encoder is loaded for it

    await copy.get_by_role("button", name="Likely answer…").click()
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_contain_text(f"Handbook: {SECTION}.")
    await dialog.get_by_role("button", name="Send and close").click()
    await expect(dialog).to_contain_text("Sent and closed.")
    await page.keyboard.press("Escape")

    await become(page, "olga", "backend")
    thread = page.locator("#threads")
    await expect(thread.get_by_test_id("card").filter(has_text="Solved.")).to_have_count(1)
    said = thread.get_by_test_id("card").filter(has_text="This is in our handbook")
    await expect(said).to_contain_text(f"This is in our handbook: {SECTION}")
    await expect(thread).not_to_contain_text("Likely")
    link = (await said.inner_text()).split()[-1]
    await page.goto(link)
    anchor = link.partition("#")[2]
    await expect(page.locator(f'[id="{anchor}"]')).to_be_in_viewport()
    await expect(page.locator(f'[id="{anchor}"]')).to_contain_text(SECTION)
