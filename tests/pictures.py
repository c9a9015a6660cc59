"""``python -m tests.pictures FOLDER`` takes the README's pictures: the real bot, in the sandbox, in a real browser."""

import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.cards.conftest import CHROMIUM, QUIET

PORT, BOT_PORT = 4290, 4291
MORNING = "2026-11-26T10:00"  # a Thursday: the pair is complete
ADDRESS = f"http://127.0.0.1:{PORT}/"


@contextmanager
def sandbox() -> Iterator[None]:
    """Run the sandbox with the bot in it, on a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ports = ("--port", str(PORT), "--bot-port", str(BOT_PORT))
        command = [sys.executable, "-m", "bot.sandbox", *ports, "--data", folder, "--at", MORNING]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if ADDRESS in line:
                    break
            urllib.request.urlopen(ADDRESS, timeout=5).close()
            yield
        finally:
            process.terminate()
            process.wait(15)


def main(folder: Path) -> None:
    """Write the pictures into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with sandbox(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        page = browser.new_page(viewport={"width": 780, "height": 700}, device_scale_factor=2, color_scheme="light")
        page.goto(ADDRESS)
        page.add_style_tag(content="[data-testid=toast] { display: none }")
        page.get_by_test_id("welcome").get_by_role("button", name="Close").click()
        page.get_by_test_id("composer").first.fill("Label printer in Hamburg is down, drivers are waiting")
        page.get_by_test_id("send").first.click()
        _card(page, "will answer").screenshot(path=folder / "request-open.png")
        page.get_by_test_id("clock-plus-1").click()
        page.get_by_test_id("clock-plus-1").click()
        _go(page, "ana", "chat")
        _card(page, "is waiting").screenshot(path=folder / "notice-open.png")
        _card(page, "is waiting").get_by_role("button", name="I'm looking into it").click()
        _card(page, "has it").screenshot(path=folder / "notice-settled.png")
        _go(page, "olga", "backend")
        _card(page, "is looking into it").screenshot(path=folder / "request-acknowledged.png")
        page.set_viewport_size({"width": 1280, "height": 560})
        page.screenshot(path=folder / "sandbox.png")
        page.set_viewport_size({"width": 1440, "height": 640})
        _go(page, "ana", "team")
        side = page.get_by_test_id("side")
        if not side.is_visible():
            page.get_by_test_id("split").click()
        side.get_by_test_id("bugsnag-new").click()
        _card(page, "nobody has it yet").get_by_role("button", name="I'm handling it").click()
        side.get_by_test_id("thread").filter(has_text="Ana Lindqvist is handling it").wait_for()
        page.screenshot(path=folder / "bridge.png")
        browser.close()


def _go(page: Page, person: str, place: str) -> None:
    page.locator(f'[data-testid=person][data-person="{person}"]').click()
    page.locator(f'[data-testid=place][data-place="{place}"]').click()


def _card(page: Page, words: str) -> Locator:
    card = page.get_by_test_id("card").filter(has_text=words).last
    card.wait_for()
    return card


if __name__ == "__main__":
    main(Path(sys.argv[1]))
