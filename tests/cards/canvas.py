"""Draws cards with Microsoft's own renderer in a real browser, as a message of Teams would hold them."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from tests.node import MODULES

HOST_CONFIG = Path(__file__).parent.parent.parent / "bot" / "sandbox" / "web" / "host-config.js"
BACKGROUND = {"light": "#f5f5f5", "dark": "#1f1f1f"}
CARD = {"light": "#ffffff", "dark": "#292929"}
STYLE = """
body {{ margin: 0; background: {background}; }}
#card {{ box-sizing: border-box; margin: 12px; padding: 4px; background: {card}; border-radius: 6px;
  border: 1px solid #8884; overflow: hidden; }}
.mention, .ac-richTextBlock a {{ color: {mention}; }}
.ac-textBlock, .ac-richTextBlock {{ overflow-wrap: anywhere; }}
.ac-actionSet {{ flex-wrap: wrap; row-gap: 8px; }}
.ac-pushButton {{ font: 600 13px "Segoe UI", system-ui, sans-serif; padding: 6px 12px; border-radius: 4px;
  border: 1px solid {line}; background: {card}; color: {ink}; cursor: pointer;
  white-space: normal !important; overflow: visible !important; overflow-wrap: anywhere; max-width: 100%;
  flex-shrink: 1 !important; min-width: 0; }}
.ac-pushButton.style-positive {{ background: #5b5fc7; border-color: #5b5fc7; color: #ffffff; }}
.ac-textInput, .ac-multichoiceInput {{ box-sizing: border-box; width: 100%; padding: 6px 8px; border-radius: 4px;
  border: 1px solid {line}; background: {card}; color: {ink}; font: 14px "Segoe UI", system-ui, sans-serif; }}
textarea.ac-input {{ min-height: 96px; }}
"""
DRAW = r"""
([card, config]) => {
  const events = [];
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    const html = window.markdownit({ linkify: true }).render(text);
    result.outputHtml = html.replace(/\uE000(.*?)\uE001/g, '<span class="mention">$1</span>');
    result.didProcess = true;
  };
  const drawing = new AdaptiveCards.AdaptiveCard();
  drawing.hostConfig = new AdaptiveCards.HostConfig(config);
  const context = new AdaptiveCards.SerializationContext();
  drawing.parse(card, context);
  for (let i = 0; i < context.eventCount; i++) events.push(context.getEventAt(i).message);
  const problems = drawing.validateProperties().validationEvents.map((event) => event.message);
  document.getElementById("card").replaceChildren(drawing.render());
  return events.concat(problems);
}
"""
WIDE = """
() => [...document.querySelectorAll("#card, #card *")]
  .filter((one) => getComputedStyle(one).display !== "inline" && one.clientWidth > 0)
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).textOverflow !== "ellipsis")
  .map((one) => one.outerHTML.slice(0, 200))
"""


NEW = """
() => {
  const one = document.activeElement;
  const isNew = document.getElementById("card").contains(one) && !one.dataset.reached;
  one.dataset.reached = "yes";
  return isNew;
}
"""
NAME = """
() => {
  const one = document.activeElement;
  const labels = (one.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
  const named = labels.filter(Boolean).map((label) => label.innerText).join(" ");
  return one.getAttribute("aria-label") || named || one.innerText;
}
"""


class Canvas:
    """A page on which one card after another is drawn; the markdown processor also makes links of addresses."""

    def __init__(self, browser: Browser, theme: str = "light", width: int = 900) -> None:
        """Open a page of a theme ("light", "dark") and a width in CSS pixels."""
        self.page: Page = browser.new_page(viewport={"width": width, "height": 700}, device_scale_factor=2)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("**/*", lambda route: route.abort())
        ink, line, mention = (
            ("#242424", "#d1d1d1", "#5b5fc7") if theme == "light" else ("#ffffff", "#666666", "#9299f7")
        )
        style = STYLE.format(background=BACKGROUND[theme], card=CARD[theme], ink=ink, line=line, mention=mention)
        self.page.set_content(f"<!doctype html><style>{style}</style><div id='card'></div>")
        self.page.add_script_tag(path=MODULES / "adaptivecards" / "dist" / "adaptivecards.js")
        self.page.add_script_tag(path=MODULES / "markdown-it" / "dist" / "markdown-it.js")
        self.page.add_script_tag(content=HOST_CONFIG.read_text() + "\nwindow.hostConfig = hostConfig;", type="module")
        self.page.wait_for_function("() => window.hostConfig")
        self._config: dict[str, Any] = self.page.evaluate("theme => window.hostConfig(theme)", theme)

    @property
    def card(self) -> Locator:
        """Return the card's frame."""
        return self.page.locator("#card")

    def draw(self, card: dict[str, Any]) -> list[str]:
        """Draw ``card`` and return what the renderer found wrong with it."""
        text = json.dumps(card)
        for mention in card.get("msteams", {}).get("entities", []):
            text = text.replace(
                json.dumps(mention["text"])[1:-1], f"\\ue000{json.dumps(mention['mentioned']['name'])[1:-1]}\\ue001"
            )
        events: list[str] = self.page.evaluate(DRAW, [json.loads(text), self._config])
        return events + self.errors

    def overflow(self) -> list[str]:
        """Return the elements of the card that are wider than their room."""
        found: list[str] = self.page.evaluate(WIDE)
        return found

    def tab_through(self) -> list[str]:
        """Return the names of what the Tab key reaches in the card, in its order."""
        self.page.evaluate("() => document.activeElement.blur()")
        reached: list[str] = []
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if not self.page.evaluate(NEW):
                break
            reached.append(self.page.evaluate(NAME))
        return reached

    def close(self) -> None:
        """Close the page."""
        self.page.close()
