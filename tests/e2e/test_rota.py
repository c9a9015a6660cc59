"""The week of the rota in a browser: the clock jumps, the pair plans an absence and takes a team, Slack reminds."""

from playwright.async_api import Page, expect

from tests.e2e.test_stories import at, become, page, pytestmark

__all__ = ["at", "page", "pytestmark"]  # the fixtures, and how long a story may take


async def test_the_pair_plans_an_absence_by_its_dates_and_takes_the_team_that_is_proposed_then(page: Page) -> None:
    await become(page, "ana", "team")
    await expect(page.get_by_test_id("message")).to_contain_text("Eva Novak is away from Mon 30 Nov to Fri 4 Dec.")
    await page.get_by_test_id("clock-monday-14").click()
    proposal = page.locator("#threads").get_by_test_id("card").filter(has_text="Support from Wed 25 Nov")
    await expect(proposal).to_contain_text("please pick the next support team", timeout=20_000)
    await page.get_by_test_id("clock-monday-17").click()

    # in a dialog, that is by task/submit
    await proposal.get_by_role("button", name="Plan absences first").click()
    dialog = page.get_by_test_id("dialog")
    await dialog.get_by_label("First day away").fill("2026-12-01")
    await dialog.get_by_label("Last day away").fill("2026-12-02")
    await dialog.get_by_role("button", name="What follows").click()
    await expect(dialog).to_contain_text("Ana Lindqvist: away from Tue 1 Dec to Wed 2 Dec")
    await dialog.get_by_role("button", name="Confirm").click()
    line = page.get_by_test_id("message").filter(has_text="Ana Lindqvist is away from Tue 1 Dec to Wed 2 Dec.")
    await expect(line).to_be_visible(timeout=10_000)
    if await dialog.is_visible():
        await page.get_by_test_id("dialog-close").click()

    # as a card, that is by Action.Execute
    await become(page, "farid", "chat")
    await page.get_by_test_id("composer").fill("absence")
    await page.get_by_test_id("composer").press("Enter")
    chat = page.locator("#threads")
    await chat.get_by_role("button", name="Open here").click()
    await chat.get_by_label("First day away").fill("2026-12-10")
    await chat.get_by_label("Last day away").fill("2026-12-11")
    await chat.get_by_role("button", name="What follows").click()
    await expect(chat).to_contain_text("Farid Haddad: away from Thu 10 Dec to Fri 11 Dec")

    await become(page, "ana", "slack")
    await expect(page.get_by_test_id("message")).to_contain_text(
        "please pick the support team for Wed 25 Nov, in Teams"
    )
    await become(page, "ana", "team")
    await proposal.get_by_role("button", name="Take this team").first.click()
    await expect(proposal.get_by_role("button", name="Take this team")).to_have_count(0)
    await page.get_by_test_id("clock-wednesday-9").click()
    serving = page.get_by_test_id("person").filter(has_text="support")
    await expect(serving.filter(has_text="Chen Wei")).to_have_count(1, timeout=20_000)
    await expect(serving).to_have_count(2)
