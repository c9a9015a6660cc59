"""Three requests in a browser, each to another end: by its requester, the pair, an observer and colleagues off duty."""

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.test_stories import at, become, minutes, page, post, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take


async def test_three_requests_come_to_three_ends_one_of_them_in_german(page: Page) -> None:  # noqa: PLR0915 - a long day
    dialog = page.get_by_test_id("dialog")

    async def press(name: str) -> None:
        await dialog.get_by_role("button", name=name, exact=True).click()

    async def close() -> None:
        await page.get_by_test_id("dialog-close").click()

    # Olga asks what the documentation says; Dilan, who observes, suggests it; Ana sends the link.
    await become(page, "olga")
    await post(page, "How do I get last month's tours as a file?")
    await expect(card(page)).to_contain_text("will answer by")
    await become(page, "dilan")
    await card(page).get_by_role("button", name="Support…").click()
    await press("Suggest an answer")
    await dialog.get_by_role("textbox").fill("It is described in the API documentation, under Tours.")
    await press("Suggest")
    await expect(dialog).to_contain_text("Thank you, passed on.")
    await close()
    await become(page, "ana", "chat")
    await expect(card(page)).to_contain_text("Dilan Kaya suggests an answer to Olga Brandt")
    await become(page, "ana")
    await card(page).get_by_role("button", name="Support…").click()
    await expect(dialog).to_contain_text("Dilan Kaya suggests: It is described in the API documentation")
    await press("What is it?")
    await press("Documentation")
    await press("Yes")
    await dialog.get_by_label("link").fill("https://docs.example.com/tours")
    await press("Send and close")
    await expect(dialog).to_contain_text("closed")
    await close()
    await become(page, "olga")
    await expect(cards(page, "https://docs.example.com/tours")).to_have_count(1)
    await expect(cards(page, "Solved.")).to_have_count(1)

    # Tom wants data changed; Eva, who is off duty, answers first; Ben adopts that, and refuses the change kindly.
    await become(page, "tom")
    await post(page, "Please set tour 1187 to delivered in the database")
    await expect(card(page)).to_contain_text("will answer by")
    await become(page, "eva")
    await page.get_by_test_id("reply").last.fill("That was asked last week, too: close the tour in the app instead")
    await page.get_by_test_id("reply-send").last.click()
    await minutes(page, 2)
    await become(page, "ben", "chat")
    await card(page).get_by_role("button", name="Adopt Eva Novak's answer").click()
    await expect(card(page)).to_contain_text("Ben Okafor has it")
    await become(page, "ben")
    await card(page).get_by_role("button", name="Support…").click()
    await press("What is it?")
    await press("Change data")
    await press("Yes")
    for label, value in (("Difficulty, 1 to 5", "2"), ("Risk, 1 to 5", "4")):
        await dialog.get_by_label(label).select_option(value)
    await dialog.get_by_label("Why this difficulty").fill("one row")
    await dialog.get_by_label("Why this risk").fill("invoices follow from it")
    await dialog.get_by_label("Restart it").check()
    await press("Send")
    await expect(dialog).to_contain_text("closed")
    await close()
    await become(page, "tom")
    await expect(cards(page, "We would rather not change this by hand")).to_have_count(1)
    await expect(cards(page, "Answered.")).to_have_count(1)

    # Farid makes German the desk's language; the third request needs a training, and everything says so in German.
    await become(page, "farid", "chat")
    await post(page, "policy")
    await card(page).get_by_role("button", name="Open…").click()
    await dialog.get_by_role("button", name="Language").click()
    await dialog.get_by_label("Language for requesters").select_option("de")
    await press("Save")
    await expect(dialog).to_contain_text("Saved")
    await close()
    await become(page, "olga")
    await post(page, "Wie funktioniert die Tourenplanung eigentlich genau?")
    await expect(card(page)).to_contain_text("antwortet bis")
    await become(page, "ana")
    await card(page).get_by_role("button", name="Support…").click()
    await press("What is it?")
    await press("Training")
    await press("Yes")
    await expect(dialog.get_by_label("Your reply")).to_have_value(re.compile("Ich gebe es an die weiter"))
    await press("Send and close")
    await expect(dialog).to_contain_text("closed")
    await close()
    await become(page, "olga")
    await expect(cards(page, "sie melden sich bei dir")).to_contain_text("Dana")
    await expect(cards(page, "Weitergegeben.")).to_have_count(1)
    await expect(card(page)).not_to_contain_text("Passed on")


def card(page: Page) -> Locator:
    """Return the newest card of the conversation in sight, whatever a dialog held."""
    return page.locator("#threads").get_by_test_id("card").last


def cards(page: Page, text: str) -> Locator:
    """Return the cards of the conversation in sight that say something."""
    return page.locator("#threads").get_by_test_id("card").filter(has_text=text)
