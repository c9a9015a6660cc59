"""``python -m tests.cards.shoot FOLDER`` takes the pictures of the real cards that the README shows."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import sync_playwright

from bot.teams.cards import Cards
from tests.cards.canvas import Canvas
from tests.cards.conftest import CHROMIUM, QUIET
from tests.cards.exemplars import CARDS, EXEMPLARS, link

PICTURES: Mapping[str, str] = MappingProxyType(
    {
        "request-open": "request_card",
        "request-acknowledged": "request_card.acknowledged",
        "request-solved": "request_card.solved",
        "notice": "notice_card",
        "ask": "ask_form",
        "duty": "duty_card",
        "rota": "rota_card",
    }
)
WIDTH = 500


def main(folder: Path) -> None:
    """Write one PNG, light and at twice the pixels, for each of ``PICTURES`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    cards = Cards(CARDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        canvas = Canvas(browser, "light", WIDTH)
        for name, sample in PICTURES.items():
            canvas.draw(cards.render(EXEMPLARS[sample], link=link))
            canvas.card.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
