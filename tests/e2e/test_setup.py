"""The setup in a real browser: from an empty channel to a desk that answers, in dialogs and in the admin's own chat."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.cards.conftest import CHROMIUM, QUIET
from tests.e2e.test_stories import PAGE, ROOT, WORDS, become, card, post
from tests.rig.ports import free_port

pytestmark = pytest.mark.timeout(240)
QUARTER_OF_AN_HOUR = 15 * 60


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """Open the page of a sandbox that begins empty."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: the stories cannot be played in a browser")
    if not PAGE.exists():
        pytest.skip("bot/sandbox/web/node_modules is missing: run make install")
    ports = (free_port(), free_port())
    words = ("--port", str(ports[0]), "--bot-port", str(ports[1]), "--data", str(tmp_path / "data"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", *words, "--at", "2026-11-19T10:00", "--empty"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(40):
            while b"Open http" not in (line := await process.stdout.readline()):
                assert line, "the sandbox ended"
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
            shown = await browser.new_page(viewport={"width": 1400, "height": 900})
            await shown.goto(f"http://127.0.0.1:{ports[0]}/")
            yield shown
            await browser.close()
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def test_an_admin_sets_a_channel_up_in_dialogs_and_the_next_post_is_answered(page: Page) -> None:
    began = time.monotonic()
    await become(page, "farid")
    await post(page, "@Hotseat setup")
    await card(page).get_by_role("button", name="Set up…").click()
    dialog = page.get_by_test_id("dialog")
    for name in ("Ana Lindqvist", "Ben Okafor", "Chen Wei", "Farid Haddad"):
        await dialog.get_by_label(name).check()
    go_on = dialog.get_by_role("button", name="Save and go on")
    await go_on.click()
    await expect(dialog).to_contain_text("Who has production access")
    await dialog.get_by_label("Ana Lindqvist").check()
    await go_on.click()
    await expect(dialog).to_contain_text("Who never works on some days")
    await dialog.get_by_role("textbox").fill("Ben Okafor: Someday")
    await go_on.click()
    await expect(dialog).to_contain_text("write days of Mon Tue Wed Thu Fri")
    await expect(dialog.get_by_role("textbox")).to_have_value("Ben Okafor: Someday")
    await dialog.get_by_role("textbox").fill("Ben Okafor: Fri")
    await go_on.click()
    await expect(dialog).to_contain_text("Who has done support before")
    await go_on.click()
    await expect(dialog).to_contain_text("On duty this week")
    await dialog.get_by_role("combobox").nth(0).select_option(label="Ana Lindqvist")
    await dialog.get_by_role("combobox").nth(1).select_option(label="Ben Okafor")
    await go_on.click()
    await expect(dialog).to_contain_text("The backend team's own channel")
    await dialog.get_by_role("combobox").select_option(label="Backend team")
    await go_on.click()
    for title in ("Slack channel of the alerts", "Pages of the admin panel", "Training contacts"):
        await expect(dialog).to_contain_text(title)
        await dialog.get_by_role("button", name="Skip").click()
    await expect(dialog).to_contain_text("Post something in the channel to try it")
    await page.get_by_test_id("dialog-close").click()
    await become(page, "olga")
    await post(page, WORDS)
    answered = page.get_by_test_id("card").filter(has_text="Ana Lindqvist or Ben Okafor will answer by 10:0")
    await expect(answered).to_have_count(1)
    assert time.monotonic() - began < QUARTER_OF_AN_HOUR


async def test_where_there_are_no_dialogs_the_admins_own_chat_goes_on(page: Page) -> None:
    await become(page, "farid")
    await post(page, "@Hotseat setup")
    await expect(card(page)).to_contain_text("Support for this channel")
    await become(page, "farid", "chat")
    await card(page).get_by_role("button", name="Go on here").click()
    await expect(card(page)).to_contain_text("Who is a backend colleague")
    await card(page).get_by_label("Ana Lindqvist").check()
    await card(page).get_by_role("button", name="Save and go on").click()
    await expect(card(page)).to_contain_text("Who has production access")
    await expect(page.get_by_test_id("card").first).to_contain_text("ready")


async def test_what_an_admin_empties_in_a_form_is_empty(page: Page) -> None:
    await become(page, "farid")
    await post(page, "@Hotseat setup")
    await expect(card(page)).to_contain_text("Support for this channel")
    await become(page, "farid", "chat")
    await post(page, "policy")
    dialog, save = page.get_by_test_id("dialog"), page.get_by_test_id("dialog").get_by_role("button", name="Save")
    for words, said in (("Call 112.", "nothing → Call 112."), ("", "Call 112. → nothing")):
        await page.get_by_role("button", name="Open…").click()
        await dialog.get_by_role("button", name="Language and texts").click()
        await dialog.get_by_role("textbox").fill(words)
        await save.click()
        await expect(dialog).to_contain_text(said)
        await page.get_by_test_id("dialog-close").click()
