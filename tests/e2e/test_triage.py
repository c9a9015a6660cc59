"""Triage in a real browser: from *Support…* through the questions to a reply, past fields that are not filled in."""

from playwright.async_api import Page, expect

from bot.support.triage import GAP
from tests.e2e.test_stories import WORDS, at, become, card, page, post, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take


async def test_an_error_is_told_and_what_it_stops_leads_to_a_workaround_and_a_ticket(page: Page) -> None:
    await post(page, WORDS)
    await become(page, "ana")
    await card(page).get_by_role("button", name="Support…").click()
    dialog = page.get_by_test_id("dialog")

    async def press(name: str) -> None:
        await dialog.get_by_role("button", name=name, exact=True).click()

    await press("What is it?")
    await press("No")
    await expect(dialog).to_contain_text("Does it throw an exception or show an error page?")
    await press("Back")
    await expect(dialog).to_contain_text("Does it look like a bug in the system?")
    await press("Error page")
    await press("Yes")
    reply = dialog.get_by_label("Your reply")
    await reply.fill((await reply.input_value()).replace(GAP, "the queue is full."))
    await press("Send")
    await expect(dialog).to_contain_text("Who and what is affected")
    await press("Back")  # though nothing is filled in
    await expect(dialog).to_contain_text("Does it throw an exception or show an error page?")
    await press("Yes")
    await dialog.get_by_label("Who and what is affected").fill("Every driver in Hamburg")
    await press("Ask a question")
    await expect(dialog.get_by_label("Not sent yet")).to_have_value("Every driver in Hamburg")
    await press("Back")
    await press("What does it stop?")
    await expect(dialog.get_by_label("Who and what is affected")).to_have_value("Every driver in Hamburg")
    await dialog.get_by_label("Yes: they cannot go on without").check()
    await press("Next")
    await dialog.get_by_label("Your reply").fill("Please print at the next gate.")
    await press("Send")
    await expect(dialog.get_by_label("Production impact")).to_have_value("Every driver in Hamburg")
    await press("Send and close")
    await expect(dialog).to_contain_text("Sent and closed.")
    await page.get_by_test_id("dialog-close").click()
    await become(page, "olga")
    for words in ("the queue is full.", "Please print at the next gate.", "Passed to our developers"):
        await expect(page.get_by_test_id("card").filter(has_text=words)).to_have_count(1)
