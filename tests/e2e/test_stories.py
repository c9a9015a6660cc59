"""Stories in a real browser, on the sandbox's page, with the real bot behind it."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.cards.conftest import CHROMIUM, QUIET

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "bot" / "sandbox" / "web" / "node_modules"
WORDS = "Label printer in Hamburg is down, drivers are waiting"
POLLED = 1300  # milliseconds in which the bot has asked for the time
BACKEND = ("ana", "ben", "chen", "eva", "farid")


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """Open the page of a fresh sandbox whose clock stands at ten in the morning of a working day."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: the stories cannot be played in a browser")
    if not PAGE.exists():
        pytest.skip("bot/sandbox/web/node_modules is missing: run make install")
    ports = [_free_port() for _ in range(3)]
    flags = ("--port", "--bot-port", "--ops-port")
    arguments = [word for flag, port in zip(flags, ports, strict=True) for word in (flag, str(port))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOTSEAT", "Microsoft"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", *arguments, "--data", str(tmp_path / "data")),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(40):
        while b"Open http" not in await process.stdout.readline():
            assert process.returncode is None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        shown = await browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        await shown.goto(f"http://127.0.0.1:{ports[0]}/")
        await _to_ten_o_clock(shown)
        yield shown
        await browser.close()
    process.terminate()
    await asyncio.wait_for(process.wait(), 20)


async def test_a_request_is_claimed_seen_and_solved(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("Ana Lindqvist or Ben Okafor will answer by 10:0")
    await become(page, "ana")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    await become(page, "olga")
    await expect(card(page)).to_contain_text("Ana Lindqvist is looking into it.")
    await expect(card(page)).to_contain_text(re.compile(r"You'll hear more by 10:3\d"))
    await card(page).get_by_role("button", name="It's solved").click()
    await expect(card(page)).to_contain_text("Solved")
    await expect(card(page).get_by_role("button")).to_have_count(0)


async def test_when_nobody_answers_everybody_is_called_in_turn_and_once(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer by 10:0")
    assert await copies(page) == {}
    await minutes(page, 2)
    await expect_copies(page, {"ana": 1, "ben": 1})
    await minutes(page, 3)
    line = page.get_by_test_id("message").filter(has_text="No answer yet. Calling")
    await expect(line.last).to_contain_text("Ana Lindqvist and Ben Okafor again")
    await minutes(page, 5)
    await expect_copies(page, {"ana": 1, "ben": 1, "chen": 1, "eva": 1, "farid": 1})
    await minutes(page, 3)
    await expect_copies(page, {"ana": 1, "ben": 1, "chen": 1, "eva": 1, "farid": 1})
    await become(page, "eva", "team")
    await expect(page.get_by_test_id("card")).to_have_count(1)
    await become(page, "ben", "chat")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    for who in BACKEND:
        await become(page, who, "chat")
        await expect(card(page)).to_contain_text("Ben Okafor has it")
        await expect(card(page).get_by_role("button", name="I'm looking into it")).to_have_count(0)


async def test_a_question_is_asked_from_the_personal_copy_and_stands_under_its_writers_name(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer")
    await minutes(page, 2)
    await become(page, "ana", "chat")
    await card(page).get_by_role("button", name="Ask").click()
    dialog = page.get_by_test_id("dialog")
    await dialog.get_by_role("textbox").fill("Which printer is it?")
    await dialog.get_by_role("button", name="Send").click()
    await become(page, "olga")
    asked = page.get_by_test_id("card").filter(has_text="Which printer is it?")
    await expect(asked).to_contain_text("Ana Lindqvist")
    await expect(page.get_by_test_id("card").filter(has_text="is looking into it")).to_have_count(1)


async def test_hostile_text_is_only_text_and_the_page_fits_a_phone_in_the_dark(page: Page) -> None:
    await post(page, "<img src=x onerror=alert(1)> **bold** [x](javascript:1) <at>Ana</at> ${text} \u202eevil")
    await expect(card(page)).to_contain_text("will answer")
    await minutes(page, 2)
    await become(page, "ben", "chat")
    shown = card(page)
    await expect(shown).to_contain_text("**bold** [x](javascript:1) <at>Ana</at> ${text}")
    assert await shown.locator("img, a, strong").count() == 0
    await page.get_by_test_id("theme").click()
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def card(page: Page) -> Locator:
    """Return the newest card in sight."""
    return page.get_by_test_id("card").last


async def become(page: Page, who: str, place: str = "backend") -> None:
    """Act as somebody, and look at a place."""
    await page.locator(f'[data-testid=person][data-person="{who}"]').click()
    await page.locator(f'[data-testid=place][data-place="{place}"]').click()


async def post(page: Page, text: str) -> None:
    """Post as whoever one is."""
    await page.get_by_test_id("composer").first.fill(text)
    await page.get_by_test_id("send").first.click()


async def minutes(page: Page, count: int) -> None:
    """Move the clock, a minute at a time, giving the bot the second in which it asks for the time."""
    for _ in range(count):
        response = await page.request.post(f"{_home(page)}/api/clock", data={"add": 60})
        assert response.ok, await response.text()
        await page.wait_for_timeout(POLLED)


async def copies(page: Page) -> dict[str, int]:
    """Count the bot's messages in each person's own chat."""
    world = await (await page.request.get(f"{_home(page)}/api/world")).json()
    chats = {person["chat"]: person["key"] for person in world["people"]}
    found: dict[str, int] = {}
    for message in world["messages"]:
        who = chats.get(message["conversation"])
        if who is not None:
            found[who] = found.get(who, 0) + 1
    return found


async def expect_copies(page: Page, wanted: dict[str, int]) -> None:
    """Wait until these, and no other, personal messages are there."""
    for _ in range(50):
        if await copies(page) == wanted:
            return
        await page.wait_for_timeout(100)
    assert await copies(page) == wanted


async def _to_ten_o_clock(page: Page) -> None:
    now = datetime.fromisoformat(await (await page.request.get(f"{_home(page)}/clock")).text())
    ten = now.astimezone(ZoneInfo("Europe/Berlin")).replace(hour=10, minute=0, second=0, microsecond=0)
    response = await page.request.post(f"{_home(page)}/api/clock", data={"to": ten.isoformat()})
    assert response.ok, await response.text()
    await page.wait_for_timeout(POLLED)


def _home(page: Page) -> str:
    return page.url.rstrip("/")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
