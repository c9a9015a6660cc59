"""Cards as people see them: drawn by Microsoft's renderer, light and dark, on a telephone and at full width."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bot.decide.desk.policies import GROUPS
from bot.teams.cards import Cards
from bot.views import (
    Also,
    Button,
    ButtonRow,
    CardView,
    Choice,
    DutyCard,
    Fact,
    Field,
    FormCard,
    HandbookCard,
    HandbookSection,
    HelpCard,
    Label,
    Line,
    Mention,
    NoticeCard,
    NoticeEntry,
    ReplyCard,
    RequestCard,
    RotaCard,
    RotaWeek,
)
from tests.cards.canvas import Canvas
from tests.cards.exemplars import EXEMPLARS, link

PICTURES = Path(__file__).parent.parent.parent / "build" / "cards"
PHONE, FULL = 320, 900
IN_A_CHAT = 240  # what a phone's chat leaves a card
CUT = """
() => [...document.querySelectorAll("#card button div")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)
"""
HOSTILE = (
    "**bold** _it_ ~~gone~~ [a](https://evil.example) ![i](https://evil.example/x.png) https://evil.com www.evil.com "
    "evil.com a@evil.com mailto:a@evil.com <b>b</b> <img src=x onerror=alert(1)> <at>Mira Voss</at> &lt;i&gt; `code` "
    "${headline} {{DATE(2026-01-01T00:00:00Z)}} # heading | a | \u202eevil\u202c \u2067x\u2069 \u200b\ufeff \x00\x07"
)
KINDS = ("is_long", "is_short", "is_kept", "is_one", "is_list", "is_many")
LINES = f"- one\n1. two\n# three\n> four\n\n    five\n```\nsix\n```\n{HOSTILE}"


def worded(text: str) -> dict[str, CardView]:
    """Return every card with ``text`` in each of its texts."""
    fact, place = Fact(text, text), "19:backend@thread.tacv2;messageid=1"
    claim, ask = (Button("backend", "R-1", "card:R-1", text, verb, main=verb == "claim") for verb in ("claim", "open"))
    entry = NoticeEntry(text, text, text, place, waiting=True, presses=(claim,), opens=(ask,), note=text)
    choices = (Choice("a", Label(text)), Choice("b", Label(text)))
    inputs = tuple(
        Field(
            id=kind,
            label=Label(text),
            value=text if kind == "is_long" else "",
            required=True,
            problem=Label(text),
            longest=3000,
            choices=() if kind in KINDS[:3] else choices,
            **{one: kind == one for one in KINDS},
        )
        for kind in KINDS
    )
    line = Line((text, Mention("5d1f0c2e-7a94-4a1e-9d0b-3f6f5a1c0001", text), text))
    request = EXEMPLARS["request_card"]
    assert isinstance(request, RequestCard)
    return {
        "request_card": replace(request, headline=line, detail=text, remark=text, also=(Also(text),)),
        "notice_card": NoticeCard(text, (entry, entry)),
        "form_card": FormCard(
            text,
            text,
            text,
            text,
            inputs,
            (ButtonRow(text, (ask, ask)),),
            place,
            trail=text,
            thread_label="Open thread",
        ),
        "reply_card": ReplyCard(text, text),
        "duty_card": DutyCard(text, (fact,), (fact,)),
        "rota_card": RotaCard(text, (RotaWeek(text, (fact,)),)),
        "help_card": HelpCard(text, text, (fact,)),
        "handbook_card": HandbookCard(text, text, (HandbookSection(text, text, text, text, ()),) * 3, note=text),
    }


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=[PHONE, FULL], ids=["phone", "full"])
def canvas(request: pytest.FixtureRequest, browser: Browser, theme: str) -> Iterator[Canvas]:
    canvas = Canvas(browser, theme, request.param)
    canvas.page.evaluate("([theme, width]) => { window.named = `${theme}-${width}`; }", [theme, request.param])
    yield canvas
    canvas.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Canvas]:
    canvas = Canvas(browser, width=PHONE)
    yield canvas
    canvas.close()


def texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for one in node for text in texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if node.get("type") in {"TextRun", "TextBlock"} else []
    own += [node["title"]] if str(node.get("type")).startswith("Action.") else []
    return own + [text for one in node.values() for text in texts(one)]


@pytest.mark.parametrize("sample", sorted(EXEMPLARS))
def test_a_card_is_drawn_whole_without_complaint(cards: Cards, canvas: Canvas, sample: str) -> None:
    card = cards.render(EXEMPLARS[sample], link=link)
    charts = [f'Unknown element type "{one["type"]}"' for one in card["body"] if one["type"].startswith("Chart.")]
    complaints = canvas.draw(card)
    assert [one for one in complaints if not one.startswith(tuple(charts))] == [], "charts are drawn by Teams alone"
    PICTURES.mkdir(parents=True, exist_ok=True)
    canvas.card.screenshot(path=PICTURES / f"{sample}.{canvas.page.evaluate('window.named')}.png")
    assert canvas.overflow() == []
    said = " ".join(canvas.card.inner_text().split())
    for text in texts(card):
        assert " ".join(text.replace("<at>", "").replace("</at>", "").split()) in said


@pytest.mark.parametrize("name", sorted(worded("")))
def test_hostile_text_is_inert_when_drawn(cards: Cards, page: Canvas, name: str) -> None:
    card = cards.render(worded(HOSTILE)[name], link=link)
    page.draw(card)
    assert page.card.locator("a, b, i, em, strong, s, del, img, at, code, h1, li, script, table").count() == 0
    assert page.overflow() == []
    said = page.card.inner_text()
    assert "${headline}" in said
    assert "{ {DATE(2026-01-01T00:00:00Z)}}" in said
    assert "**bold**" in said
    assert "<b>b</b>" in said
    assert not set(said) & set("\u202e\u202c\u2067\u2069\u200b\ufeff\x00\x07")


@pytest.mark.parametrize("name", sorted(worded("")))
def test_lines_of_markdown_stay_lines_of_text(cards: Cards, page: Canvas, name: str) -> None:
    page.draw(cards.render(worded(LINES)[name], link=link))
    assert page.card.locator("ul, ol, li, h1, blockquote, pre, code, a, strong, img").count() == 0


@pytest.mark.parametrize("sample", sorted(name for name in EXEMPLARS if name.startswith("form_card")))
def test_a_form_can_be_filled_in_by_ear_and_by_keyboard(cards: Cards, page: Canvas, sample: str) -> None:
    view = EXEMPLARS[sample]
    assert isinstance(view, FormCard)
    page.draw(cards.render(view, link=link))
    for field in view.fields:
        assert page.card.get_by_label(field.label).count() >= 1, field.label
    buttons = [button.title for row in view.rows for button in row.buttons]
    reached = page.tab_through()
    assert [name for name in reached if name in buttons] == buttons
    assert len(reached) >= len(buttons) + len(view.fields)


def test_the_buttons_of_a_question_stay_where_they_are_however_much_was_answered(cards: Cards, page: Canvas) -> None:
    view = EXEMPLARS["form_card.question"]
    assert isinstance(view, FormCard)
    places = []
    for trail in ("", view.trail, view.trail * 10):
        page.draw(cards.render(replace(view, trail=trail), link=link))
        places.append(page.card.get_by_role("button", name="Yes", exact=True).bounding_box())
    assert places == places[:1] * 3


def test_words_that_were_not_sent_stand_below_the_buttons_however_many_they_are(cards: Cards, page: Canvas) -> None:
    view = EXEMPLARS["form_card.kept"]
    assert isinstance(view, FormCard)
    (kept,) = view.fields
    three = tuple(replace(kept, id=f"{kept.id}/{number}") for number in range(3))
    page.draw(cards.render(replace(view, fields=three), link=link))
    buttons = page.card.get_by_role("button", name="Close", exact=True).bounding_box()
    boxes = [one.bounding_box() for one in page.card.get_by_label(kept.label).all()]
    assert buttons is not None
    assert [box["y"] > buttons["y"] for box in boxes if box] == [True] * 3


def test_the_buttons_of_the_menu_of_policy_are_whole_in_a_chat_on_a_phone(cards: Cards, browser: Browser) -> None:
    buttons = [Button("backend", "", "form", one.title, "open", name) for name, one in GROUPS.items()]
    rows = tuple(ButtonRow("", tuple(buttons[at : at + 3])) for at in range(0, len(buttons), 3))
    canvas = Canvas(browser, width=IN_A_CHAT)
    canvas.draw(cards.render(FormCard("Policy of backend", "", "", "", (), rows), link=link))
    assert canvas.page.evaluate(CUT) == []
    canvas.close()


def test_newlines_are_kept(cards: Cards, page: Canvas) -> None:
    page.draw(cards.render(ReplyCard("Mira Voss asks:", "one\r\ntwo\n\nthree"), link=link))
    assert page.card.inner_text().splitlines()[-4:] == ["one", "two", "", "three"]


@pytest.mark.parametrize("letters", ["A", "word ", "\u00fc", "\u4e2d", "\U0001f469\u200d\U0001f4bb", "\u202e"])
@pytest.mark.parametrize("name", sorted(worded("")))
def test_a_card_with_the_longest_texts_fits_and_stays_whole(
    cards: Cards, page: Canvas, name: str, letters: str
) -> None:
    card = cards.render(worded(letters * (100_000 // len(letters)))[name], link=link)
    assert len(json.dumps(card)) < 28_000
    assert page.draw(card) == []
    assert page.overflow() == []


def test_a_notice_of_very_many_requests_fits_and_says_how_many_it_left_out(cards: Cards, page: Canvas) -> None:
    entry = EXEMPLARS["notice_card"]
    assert isinstance(entry, NoticeCard)
    card = cards.render(NoticeCard("500 requests wait for an answer", entry.entries * 500), link=link)
    assert len(json.dumps(card)) < 28_000
    shown = sum(part["type"] == "Container" for part in card["body"])
    assert card["body"][-1]["inlines"][0]["text"] == f"\u2026 and {500 - shown} more"
    assert shown >= 5
    assert page.draw(card) == []
