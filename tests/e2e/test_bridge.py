"""Both worlds in a browser: an error of Bugsnag's is claimed in Teams, another answered in Slack; a ticket is done."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.test_stories import become, page, pytestmark

__all__ = ["page", "pytestmark"]  # the fixture, and how long a story may take


@pytest.fixture
def at() -> str:
    """Return when the sandbox begins: a Monday morning on which Ana and Ben are on duty."""
    return "2026-11-23T10:00"


async def split(page: Page, who: str) -> Locator:
    """Show the team channel, with Slack beside it, as somebody sees both; return Slack."""
    await become(page, who, "team")
    side = page.get_by_test_id("side")
    await page.get_by_test_id("split").click()
    await expect(side).to_be_visible()
    return side


def alert(page: Page, words: str) -> Locator:
    """Return the alerts in the team channel that say something."""
    return page.locator("#threads").get_by_test_id("card").filter(has_text=words)


async def press(page: Page, name: str) -> None:
    await page.get_by_test_id("dialog").get_by_role("button", name=name, exact=True).click()


async def test_an_error_is_claimed_in_teams_another_answered_in_slack_and_a_ticket_is_made_and_done(
    page: Page,
) -> None:
    slack = await split(page, "ana")

    # An error comes up in Slack; who takes it in Teams is named in its thread.
    await slack.get_by_test_id("bugsnag-new").click()
    first = alert(page, "NoMethodError in Backend, production")
    await expect(first).to_contain_text("New: nobody has it yet")
    await expect(first).to_contain_text("undefined method")
    await first.get_by_role("button", name="I'm handling it").click()
    await expect(first).to_contain_text("Ana Lindqvist is handling it")
    thread = slack.get_by_test_id("thread").filter(has_text="NoMethodError")
    await expect(thread).to_contain_text("Ana Lindqvist is handling it.")

    # It occurs again: the same card says so, and no other comes up.
    await slack.get_by_test_id("bugsnag-again").click()
    await expect(first).to_contain_text("10 events in 1h")
    await expect(page.locator("#threads").get_by_test_id("card").filter(has_text="More…")).to_have_count(1)

    # Another is looked at in Slack; the card in Teams says by whom, and that they looked away again.
    await slack.get_by_test_id("bugsnag-new").click()
    second = page.locator("#threads").get_by_test_id("card").filter(has_text="More…").last
    await expect(second).to_contain_text("nobody has it yet")
    await become(page, "ben", "team")
    message = slack.get_by_test_id("thread").last.get_by_test_id("message").first
    await message.hover()
    await message.get_by_test_id("eyes").click()
    await expect(second).to_contain_text("Ben Okafor is handling it")
    await message.get_by_test_id("reaction").click()
    await expect(second).to_contain_text("nobody has it yet")
    await slack.get_by_test_id("thread").last.get_by_test_id("reply").fill("I look into it")
    await page.keyboard.press("Enter")
    await expect(second).to_contain_text("Ben Okafor is handling it")

    # It needs no workaround: it becomes a ticket, which has cause and solution.
    await second.get_by_role("button", name="More…").click()
    await press(page, "What does it stop?")
    dialog = page.get_by_test_id("dialog")
    await dialog.get_by_label("Who and what is affected").fill("Drivers in Hamburg, they can go on by phone")
    await dialog.get_by_label("No: a ticket is enough.").check()
    await press(page, "Next")
    await expect(dialog).to_contain_text("This goes to EDGE")
    await press(page, "Make it")
    await expect(dialog).to_contain_text("Cause and solution belong to the ticket now.")
    await page.keyboard.press("Escape")
    await expect(second).to_contain_text("EDGE-1 has it")
    await expect(slack.get_by_test_id("thread").nth(-1)).to_contain_text("It has a ticket: EDGE-1")

    # On Edge's board it is done: both worlds hear that it is resolved.
    await page.locator('[data-testid="place"][data-place="jira"]').click()
    ticket = page.get_by_test_id("side").locator('[data-issue="EDGE-1"]')
    await expect(ticket).to_contain_text("hotseat")
    await ticket.get_by_test_id("move-done").click()
    await expect(second).to_contain_text("Resolved")
    await page.locator('[data-testid="place"][data-place="slack"]').click()
    await expect(slack.get_by_test_id("thread").last).to_contain_text("EDGE-1 is done, so this is resolved.")
    assert await page.get_by_test_id("problems").inner_text() == ""


async def test_a_storm_is_one_digest_in_which_each_kind_is_seen(page: Page) -> None:
    slack = await split(page, "ana")
    await slack.get_by_test_id("bugsnag-storm").click()
    digest = alert(page, "A storm:")
    await expect(digest).to_have_count(1)
    await expect(digest).to_contain_text("kinds, since", timeout=20_000)
    await expect(digest.get_by_role("button", name="I'm handling it")).to_have_count(20, timeout=20_000)
    await digest.get_by_role("button", name="I'm handling it").first.click()
    await expect(digest).to_contain_text("Ana Lindqvist is handling it")
