from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.teams.cards import Cards
from tests.cards.exemplars import CARDS
from tests.node import MODULES

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def cards() -> Cards:
    return Cards(CARDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open a browser; while it is open its event loop occupies the thread, so it must not outlive these tests."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: cards cannot be drawn")
    if not (MODULES / "adaptivecards").exists():
        pytest.skip("tests/node/node_modules is missing: run npm ci --ignore-scripts --prefix tests/node")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()
