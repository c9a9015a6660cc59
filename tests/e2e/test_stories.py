"""Stories in a real browser, on the sandbox's page, with the real bot behind it."""

import asyncio
import base64
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, async_playwright, expect

from tests.cards.conftest import CHROMIUM, QUIET
from tests.e2e.conftest import Seed
from tests.rig.ports import free_port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "bot" / "sandbox" / "web" / "node_modules"
WORDS = "Label printer in Hamburg is down, drivers are waiting"
POLLED = 1300  # milliseconds in which the bot has asked for the time
EVERYBODY = ("olga", "tom", "ana", "ben", "chen", "dilan", "eva", "farid")
NAMES = {"Ben": "Ben Okafor", "Chen": "Chen Wei"}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

pytestmark = pytest.mark.timeout(240)  # whole stories, in a browser, at the pace of people


@pytest.fixture
def at() -> str:
    """Return when the sandbox begins: a Thursday on which Ana and Ben are the pair, and Chen is a further fallback."""
    return "2026-11-19T10:00"


@pytest.fixture
async def page(tmp_path: Path, at: str, seeded: Seed) -> AsyncIterator[Page]:
    """Open the page of a fresh sandbox."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: the stories cannot be played in a browser")
    if not PAGE.exists():
        pytest.skip("bot/sandbox/web/node_modules is missing: run make install")
    options = {"port": free_port(), "bot-port": free_port(), "data": tmp_path / "data", "at": at, "pace": 0.8}
    await seeded(tmp_path / "data", at)
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", *words), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(40):
            while b"Open http" not in (line := await process.stdout.readline()):
                assert line, "the sandbox ended"
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
            shown = await browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
            await shown.goto(f"http://127.0.0.1:{options['port']}/")
            await expect(shown.get_by_test_id("clock")).to_contain_text("10:0")
            yield shown
            await browser.close()
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def test_a_request_is_claimed_by_one_of_the_pair_seen_by_all_and_solved(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("Ana Lindqvist or Ben Okafor will answer by 10:0")
    await become(page, "ana")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    for who in EVERYBODY:
        await become(page, who)
        await expect(card(page)).to_contain_text("Ana Lindqvist is looking into it.")
        await expect(card(page)).to_contain_text(re.compile(r"You'll hear more by 10:3\d"))
        await expect(card(page).get_by_role("button", name="I'm looking into it")).to_have_count(0)
    await become(page, "olga")
    await card(page).get_by_role("button", name="It's solved").click()
    for who in EVERYBODY:
        await become(page, who)
        await expect(card(page)).to_contain_text("Solved")
        await expect(card(page).get_by_role("button", name="It's solved")).to_have_count(0)
    await minutes(page, 11)
    assert await rung(page) == Counter({("olga", "reply"): 1, ("ana", "mention"): 1, ("ben", "mention"): 1})


async def test_the_first_claim_wins_and_whoever_may_not_is_told_so(page: Page) -> None:
    await post(page, WORDS)
    await become(page, "tom")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    told = page.get_by_test_id("toast").filter(has_text="are on duty")
    await expect(told).to_contain_text("Ana Lindqvist, Ben Okafor and Chen Wei")
    await expect(card(page)).to_contain_text("will answer by")
    await become(page, "ben")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    await become(page, "ana")
    await expect(card(page)).to_contain_text("Ben Okafor is looking into it.")


async def test_when_nobody_answers_each_step_reaches_whom_it_concerns_once_and_nobody_else(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer by 10:0")
    wanted = Counter({("olga", "reply"): 1, ("ana", "mention"): 1, ("ben", "mention"): 1})
    await expect_rung(page, wanted)

    await minutes(page, 1)
    await expect_rung(page, wanted)
    await minutes(page, 1)
    wanted += Counter({("ana", "personal"): 1, ("ben", "personal"): 1})
    await expect_rung(page, wanted)

    await minutes(page, 1)
    await expect_rung(page, wanted)
    await minutes(page, 1)
    wanted += Counter({("chen", "personal"): 1})
    await expect_rung(page, wanted)

    await minutes(page, 1)
    wanted += Counter({("olga", "reply"): 1, ("ana", "mention"): 1, ("ben", "mention"): 1, ("chen", "mention"): 1})
    await expect_rung(page, wanted)
    await become(page, "tom")
    line = page.get_by_test_id("message").filter(has_text="No answer yet. Calling")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text("Ana Lindqvist and Ben Okafor again, and Chen Wei")

    await minutes(page, 4)
    await expect_rung(page, wanted)
    await become(page, "eva", "team")
    await expect(page.get_by_test_id("card")).to_have_count(0)
    await minutes(page, 1)
    wanted += Counter({("eva", "personal"): 1, ("farid", "personal"): 1})
    await expect_rung(page, wanted)
    await expect(page.get_by_test_id("card")).to_have_count(1)

    await minutes(page, 5)
    await expect_rung(page, wanted)
    copies = {"ana": 1, "ben": 1, "chen": 1, "eva": 1, "farid": 1}
    for who in EVERYBODY:
        await become(page, who, "chat")
        await expect(page.get_by_test_id("card").filter(has_text=WORDS)).to_have_count(copies.get(who, 0))

    before = await rung(page)
    await become(page, "ben", "chat")
    await card(page).get_by_role("button", name="I'm looking into it").click()
    for who in copies:
        await become(page, who, "chat")
        await expect(card(page)).to_contain_text("Ben Okafor has it")
        await expect(card(page).get_by_role("button", name="I'm looking into it")).to_have_count(0)
    await become(page, "eva", "team")
    await expect(card(page)).to_contain_text("Ben Okafor has it")
    await minutes(page, 5)
    assert await rung(page) == before


@pytest.mark.parametrize(
    ("at", "pair", "further"),
    [
        ("2026-11-19T10:00", "Ana and Ben", "Chen gets"),
        ("2026-11-20T10:00", "Ana and Chen", "nobody else's phone rings"),
    ],
)
async def test_the_captions_of_the_day_that_plays_by_itself_are_true_on_that_day(
    page: Page, pair: str, further: str
) -> None:
    await page.get_by_test_id("play").click()
    captions = await to_the_end(page)
    assert f"Called: {pair}." in captions
    assert f"Two minutes without an answer: {pair} each get a personal message." in captions
    assert further in captions.partition("Four minutes without an answer")[2]
    assert "could not be done" not in captions
    last = pair.rsplit(maxsplit=1)[-1]
    assert f"Every copy now says that {last} has it." in captions
    await become(page, "ana", "chat")
    await expect(card(page)).to_contain_text("Tom Reuter closed it")  # which follows at the end of the day
    await become(page, "eva", "team")
    await expect(page.get_by_test_id("card").filter(has_text="Tom Reuter")).to_have_count(1)
    await become(page, "tom")
    await expect(page.get_by_test_id("card").filter(has_text="Solved")).to_have_count(2)


async def test_a_post_is_edited_taken_back_and_restored(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer by")
    mine = page.locator('[data-testid=message][data-author="olga"]')
    await mine.hover()
    await mine.get_by_test_id("edit").click()
    await page.get_by_test_id("edit-text").fill("Two label printers are down")
    await page.get_by_test_id("edit-save").click()
    await expect(mine).to_contain_text("Two label printers are down")
    await mine.hover()
    await mine.get_by_test_id("delete").click()
    await expect(card(page)).to_contain_text("Withdrawn")
    await page.get_by_test_id("undelete").click()
    await expect(card(page)).to_contain_text("will answer by")
    await minutes(page, 2)
    await become(page, "ana", "chat")
    await expect(card(page)).to_contain_text("Two label printers are down")


async def test_a_picture_without_words_is_a_request(page: Page) -> None:
    await page.get_by_test_id("composer-picture").click()
    picture: FilePayload = {"name": "printer.png", "mimeType": "image/png", "buffer": PICTURE}
    await page.locator("#compose input[type=file]").set_input_files(picture)
    await expect(page.get_by_test_id("picture")).to_be_visible()
    await page.get_by_test_id("send").click()
    await expect(page.get_by_role("img", name="Picture from Olga Brandt")).to_be_visible()
    await expect(card(page)).to_contain_text("will answer by")


async def test_a_question_is_asked_from_the_personal_copy_and_stands_under_its_writers_name(page: Page) -> None:
    await post(page, WORDS)
    await expect(card(page)).to_contain_text("will answer")
    await minutes(page, 2)
    await become(page, "ana", "chat")
    await card(page).get_by_role("button", name="Ask").click()
    dialog = page.get_by_test_id("dialog")
    await dialog.get_by_role("textbox").fill("Which printer is it?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("Sent.")
    await page.get_by_test_id("dialog-close").click()
    await become(page, "olga")
    asked = page.get_by_test_id("card").filter(has_text="Which printer is it?")
    await expect(asked).to_contain_text("Ana Lindqvist")
    await expect(page.get_by_test_id("card").filter(has_text="has a question for you")).to_have_count(1)


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


async def test_a_message_of_another_chat_is_raised_for_its_writer_and_opened_where_it_was_posted(page: Page) -> None:
    await become(page, "olga", "ops")
    await post(page, WORDS)
    await become(page, "ana", "ops")
    await page.get_by_test_id("message").last.hover()
    await page.get_by_test_id("raise").last.click()
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_contain_text(WORDS)
    await expect(dialog.get_by_role("textbox")).to_have_count(0)
    await expect(dialog).to_contain_text("under the name of Olga Brandt")
    await dialog.get_by_role("button", name="Raise it").click()
    await expect(dialog).not_to_be_visible()
    await become(page, "olga", "backend")
    cards = page.get_by_test_id("thread").get_by_test_id("card")
    await expect(cards.first).to_contain_text("Olga Brandt, passed on by Ana Lindqvist:")
    await expect(cards.first).to_contain_text(WORDS)
    await expect(cards.last).to_contain_text("will answer by 10:0")
    await cards.last.get_by_role("button", name="It's solved").click()
    await expect(cards.last).to_contain_text("Solved.")
    await become(page, "olga", "ops")
    await expect(page.get_by_test_id("message")).to_have_count(1)


async def test_what_is_written_to_the_bot_is_raised_and_found_again_in_ones_own_list(page: Page) -> None:
    await become(page, "olga", "chat")
    await post(page, WORDS)
    offer = card(page)
    await offer.get_by_role("textbox").fill(WORDS + ", since nine")
    await offer.get_by_role("button", name="Raise it").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("Raised as R-1.")
    await page.get_by_test_id("message").last.get_by_role("link", name="Open thread").click()
    await expect(page.get_by_test_id("thread").get_by_test_id("card").last).to_contain_text("will answer by 10:0")
    await become(page, "olga", "chat")
    await post(page, "my requests")
    mine = card(page)
    await expect(mine).to_contain_text("will answer by 10:0")
    await mine.get_by_role("button", name="It's solved").click()
    await expect(mine).to_contain_text("Olga Brandt, 10:0")
    await mine.get_by_role("button", name="Not solved").click()
    await expect(mine.get_by_role("button", name="It's solved")).to_be_visible()
    await become(page, "ana", "chat")
    await post(page, "requests")
    await expect(card(page)).to_contain_text("Olga Brandt · R-1")
    await card(page).get_by_role("button", name="Support…").click()
    await expect(card(page)).to_contain_text("Ask a question")


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


async def rung(page: Page) -> Counter[tuple[str, str]]:
    """Count the notifications that the page shows, by person and kind."""
    script = "all => all.map(one => [one.dataset.person, one.dataset.kind])"
    return Counter((who, kind) for who, kind in await page.get_by_test_id("notification").evaluate_all(script))


async def expect_rung(page: Page, wanted: Counter[tuple[str, str]]) -> None:
    """Wait until these, and no other, notifications are there."""
    for _ in range(50):
        if await rung(page) == wanted:
            return
        await page.wait_for_timeout(100)
    assert await rung(page) == wanted


async def to_the_end(page: Page) -> str:
    """Wait until the story is over; return all that its caption said."""
    captions: list[str] = []
    for _ in range(900):
        world = await (await page.request.get(f"{_home(page)}/api/world")).json()
        caption = world["story"]["caption"]
        if not captions or caption != captions[-1]:
            captions.append(caption)
        if not world["story"]["running"] and len(captions) > 2:
            return "\n".join(captions)
        await page.wait_for_timeout(100)
    raise AssertionError("\n".join(captions))


def _home(page: Page) -> str:
    return page.url.rstrip("/")
