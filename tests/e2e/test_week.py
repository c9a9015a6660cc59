"""A week of the rota in a browser: proposed on Monday, declined once, the next best taken, handed over on Wednesday."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.test_stories import become, minutes, page, post, pytestmark

__all__ = ["page", "pytestmark"]  # the fixture, and how long a story may take
KEYS = {
    "Ana Lindqvist": "ana",
    "Ben Okafor": "ben",
    "Chen Wei": "chen",
    "Dilan Kaya": "dilan",
    "Eva Novak": "eva",
    "Farid Haddad": "farid",
}


@pytest.fixture
def at() -> str:
    """Return when the sandbox begins: the Monday on which the next team is proposed at 14:00."""
    return "2026-11-23T10:00"


async def test_a_team_is_proposed_declined_by_one_taken_anew_and_hands_over_on_wednesday(page: Page) -> None:
    await become(page, "ana", "team")
    await page.get_by_test_id("clock-monday-14").click()
    proposal = cards(page, "please pick the next support team")
    await expect(proposal).to_have_count(1)
    first = await pair_of(proposal)
    await proposal.get_by_role("button", name="Take this team").first.click()
    await expect(cards(page, "Taken by Ana Lindqvist")).to_have_count(1)

    # One of the two says no, without a reason, in their own chat.
    unwilling = next(name for name in first if name != "Ana Lindqvist")
    await become(page, KEYS[unwilling], "chat")
    letter = cards(page, "You have support from Wed 25 Nov")
    await letter.get_by_role("button", name="I can't").click()
    await expect(cards(page, "you are not in it")).to_have_count(1)

    # The proposal comes back, with the next best on top and the one who declined in none of the three.
    await become(page, "ben", "team")
    again = cards(page, "please pick the next support team").last
    await expect(again).to_contain_text("1 declined")
    second = await pair_of(again)
    assert unwilling not in second
    await again.get_by_role("button", name="Take this team").first.click()
    await expect(cards(page, "Taken by Ben Okafor").last).to_be_visible()

    # Olga's request is Ana's when the week ends.
    await become(page, "olga")
    await post(page, "The label printer in Hamburg is down")
    await become(page, "ana")
    await cards(page, "will answer by").get_by_role("button", name="I'm looking into it").click()
    await page.get_by_test_id("clock-wednesday-9").click()
    await minutes(page, 1)

    await become(page, "olga")
    await expect(
        page.get_by_test_id("message").filter(has_text=f"This week {' and '.join(second)} answer")
    ).to_have_count(1)
    await become(page, "ana", "team")
    handover = cards(page, "Handover, Wed 25 Nov")
    await expect(handover).to_contain_text(f"Support: {' and '.join(second)}")
    for name in second:
        await become(page, KEYS[name], "chat")
        start = cards(page, "on support")
        await expect(start.last).to_be_visible()
    newcomer = next(name for name in second if name not in ("Ana Lindqvist", "Ben Okafor"))
    await become(page, KEYS[newcomer], "chat")
    await expect(page.get_by_test_id("message").filter(has_text="Did this ring?")).to_have_count(1)
    await cards(page, "You are on support from today").get_by_role("button", name="I'm ready").click()
    await expect(cards(page, "You are ready")).to_have_count(1)


def cards(page: Page, words: str) -> Locator:
    """Return the cards of the open place that say something."""
    return page.get_by_test_id("card").filter(has_text=words)


async def pair_of(proposal: Locator) -> list[str]:
    """Return the names of the team that is proposed first."""
    said = await proposal.inner_text()
    title = next(line for line in said.split("\n") if line in pairs())
    return title.split(" and ")


def pairs() -> set[str]:
    """Return all that a pair may be called."""
    return {f"{one} and {other}" for one in KEYS for other in KEYS if one != other}
