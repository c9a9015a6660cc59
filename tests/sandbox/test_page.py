"""The page in a real browser: what people see, in both themes and at a phone's width."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import FilePayload, Page, async_playwright, expect

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<img src=x onerror=window.hit=1> <at>Ana Lindqvist</at> **b** [x](javascript:window.hit=1) \u202eevil"


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """Open the page; whatever it asks of another host, or throws, fails the test."""
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(stage.base) else trouble.append(asked.url))
        await page.goto(stage.base)
        await expect(page.get_by_test_id("clock")).to_contain_text("10:0")
        yield page
        await browser.close()
    assert not trouble


async def post(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("send").click()


async def become(page: Page, person: str) -> None:
    await page.locator(f'[data-testid="person"][data-person="{person}"]').click()


async def test_a_post_gets_its_card_and_the_pair_is_seen_to_be_called(page: Page) -> None:
    await post(page, "label printer down")
    card = page.get_by_test_id("card")
    await expect(card).to_contain_text("have been called")
    await expect(card.locator(".mention")).to_have_text(["Ana Lindqvist", "Ben Okafor"])
    ana = page.locator('[data-testid="person"][data-person="ana"]')
    await expect(ana.get_by_test_id("unread")).to_have_text("2")
    await expect(page.locator('[data-testid="notification"][data-person="ana"]')).to_have_count(2)


async def test_a_claim_is_seen_by_everybody(page: Page) -> None:
    await post(page, "label printer down")
    await become(page, "ana")
    await page.get_by_role("button", name="I'm looking into it").click()
    await become(page, "olga")
    await expect(page.get_by_test_id("card")).to_contain_text("Ana Lindqvist is looking into it")
    await expect(page.get_by_test_id("message").last).to_contain_text("Edited")


async def test_a_word_for_the_presser_is_a_toast(page: Page) -> None:
    await post(page, "label printer down")
    await become(page, "tom")
    await page.get_by_role("button", name="I'm looking into it").click()
    await expect(page.get_by_test_id("toast").filter(has_text="Only Ana or Ben may do that.")).to_be_visible()


async def test_a_dialog_asks_for_what_is_required_and_sends_it(page: Page, stage: Stage) -> None:
    await post(page, "label printer down")
    await become(page, "ana")
    await page.get_by_role("button", name="Support…").click()
    dialog = page.get_by_test_id("dialog")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("Say it.")
    await dialog.get_by_label("Question").fill("since when?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_be_hidden()
    assert stage.bot.heard[-1]["value"]["data"] == {"step": "ask", "question": "since when?"}


async def test_hostile_text_is_shown_inert(page: Page) -> None:
    await post(page, HOSTILE)
    await expect(page.get_by_test_id("card")).to_contain_text("<img src=x onerror=window.hit=1>")
    await become(page, "olga")
    await page.locator('[data-place="chat"]').click()
    await post(page, HOSTILE)
    await expect(page.get_by_test_id("message").last).to_contain_text("You said: <img src=x")
    assert await page.evaluate("window.hit") is None
    assert await page.locator("#threads img, #threads a[href^=javascript]").count() == 0


async def test_an_edit_a_deletion_and_a_reply_work_by_keyboard(page: Page) -> None:
    await post(page, "label printer down")
    first = page.get_by_test_id("message").first
    await first.get_by_test_id("edit").focus()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("edit-text").fill("two printers down")
    await page.keyboard.press("Enter")
    await expect(first).to_contain_text("two printers down")
    await expect(first).to_contain_text("Edited")
    await page.get_by_test_id("reply").fill("please")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("please")
    await page.get_by_test_id("message").last.get_by_test_id("delete").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("This message has been deleted.")


async def test_who_one_is_and_all_that_was_said_survive_a_reload(page: Page) -> None:
    await post(page, "label printer down")
    await become(page, "ben")
    await page.get_by_test_id("theme").click()
    theme = await page.locator("html").get_attribute("data-theme")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-as", "ben")
    await expect(page.locator("html")).to_have_attribute("data-theme", str(theme))
    await expect(page.get_by_test_id("message").first).to_contain_text("label printer down")


async def test_the_clock_moves_by_its_buttons(page: Page) -> None:
    await page.get_by_test_id("clock-plus-1").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("10:01")
    await page.get_by_test_id("clock-next-opening").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("25 Nov, 09:00")


@pytest.mark.parametrize(
    ("name", "then"), [("monday-14", "30 Nov, 14:00"), ("monday-17", "30 Nov, 17:00"), ("wednesday-9", "25 Nov, 09:00")]
)
async def test_the_clock_jumps_to_the_rotas_moments_by_keyboard(page: Page, name: str, then: str) -> None:
    await page.get_by_test_id("clock-next-opening").focus()
    for _ in range(["monday-14", "monday-17", "wednesday-9"].index(name) + 1):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("clock")).to_contain_text(then)


async def test_what_the_bot_says_in_slack_is_read_in_a_place_of_its_own_as_inert_text(page: Page, stage: Stage) -> None:
    await become(page, "ana")
    place = page.locator('[data-testid=place][data-place="slack"]')
    stage.sandbox.world.add(cast.SLACK.id, None, "bot", HOSTILE)
    await expect(place.get_by_test_id("unread")).to_have_text("1")
    await place.click()
    await expect(page.get_by_test_id("message")).to_contain_text("<img src=x")
    await expect(place.get_by_test_id("unread")).to_have_count(0)
    for tool in ("like", "raise", "composer-mention", "composer-picture", "bugsnag-menu"):
        await expect(page.get_by_test_id(tool)).to_have_count(0)
    await become(page, "olga")
    await expect(place).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("data-here", "backend")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_is_cut_off_at_a_phones_width(page: Page, theme: str) -> None:
    if await page.locator("html").get_attribute("data-theme") != theme:
        await page.get_by_test_id("theme").click()
    await page.set_viewport_size({"width": 360, "height": 740})
    await post(page, "label printer down " + "verylongword" * 20)
    await expect(page.get_by_test_id("card")).to_be_visible()
    wide = "[...document.querySelectorAll('.main, .main *')].filter((one) => one.getBoundingClientRect().right > 361)"
    assert await page.evaluate(f"{wide}.map((one) => one.className)") == []


async def test_a_bot_that_fails_is_shown_in_red(page: Page, stage: Stage) -> None:
    stage.bot.status = 400
    await post(page, "label printer down")
    await expect(page.get_by_test_id("problems")).to_contain_text("The bot answered 400 to message.")


async def test_messages_that_wait_for_the_bot_are_said_until_it_has_taken_them(page: Page, stage: Stage) -> None:
    wire = stage.sandbox.wire
    for waiting, said in ((2, "2 messages wait for it and are"), (1, "A message waits for it and is")):
        wire.waiting = waiting
        wire.changed()
        await expect(page.get_by_test_id("problems")).to_contain_text(said)
    wire.waiting = 0
    wire.changed()
    await expect(page.get_by_test_id("problems")).to_be_empty()


async def test_a_picture_is_chosen_taken_away_again_and_sent(page: Page, stage: Stage) -> None:
    png: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
    svg: FilePayload = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    files = page.locator("#compose input[type=file]")
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await files.set_input_files(svg)
    await expect(page.get_by_test_id("toast")).to_contain_text("PNG, JPEG, GIF or WebP")
    await files.set_input_files(png)
    await page.get_by_test_id("picture-remove").click()
    await expect(page.get_by_test_id("picture")).to_have_count(0)
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await files.set_input_files(png)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_role("img", name="Picture from Olga Brandt")).to_have_count(1)
    assert [one["contentType"] for one in stage.bot.heard[0]["attachments"]] == ["image/*", "text/html"]


async def test_what_could_not_be_sent_stays_in_the_composer(page: Page) -> None:
    await page.route("**/api/act/post", lambda route: route.fulfill(json={"error": "It could not be sent."}))
    await post(page, "label printer down")
    await expect(page.get_by_test_id("toast")).to_contain_text("It could not be sent.")
    await expect(page.get_by_test_id("composer")).to_have_value("label printer down")


async def test_of_many_threads_the_newest_are_shown_and_the_older_on_demand(page: Page, stage: Stage) -> None:
    for number in range(50):
        stage.sandbox.world.add("19:backend@thread.tacv2", None, "tom", f"question {number}")
    await expect(page.get_by_test_id("thread")).to_have_count(40)
    await expect(page.get_by_test_id("message").last).to_contain_text("question 49")
    await page.get_by_test_id("older").click()
    await expect(page.get_by_test_id("thread")).to_have_count(50)
    await expect(page.get_by_test_id("older")).to_have_count(0)


async def test_the_introduction_names_those_who_are_called_first_on_the_day(page: Page, stage: Stage) -> None:
    names = ("Dilan Kaya", "Farid Haddad")
    picked = tuple(cast.Shift("2026-11-25", name, "SUPPORT") for name in names)
    stage.sandbox.world.rota = cast.Rota((*stage.sandbox.world.rota.shifts, *picked))
    for day, said in (("24", "Become Ana or Ben"), ("27", "Become Dilan or Farid")):
        await stage.do("api/clock", to=f"2026-11-{day}T10:00+01:00")
        await expect(page.get_by_test_id("welcome")).to_contain_text(said)


async def test_everything_that_can_be_pressed_has_a_name_and_can_be_reached_by_keyboard(page: Page) -> None:
    await post(page, "label printer down")
    await expect(page.get_by_test_id("card")).to_be_visible()
    script = """all => all.filter((one) => one.checkVisibility() && (one.tabIndex < 0
        || !(one.ariaLabel || one.innerText || one.labels?.[0]?.innerText || "").trim())).map((one) => one.outerHTML)"""
    assert await page.locator("button, textarea, input, a, summary").evaluate_all(script) == []


async def test_a_link_to_a_thread_opens_it_here(page: Page, stage: Stage) -> None:
    await post(page, "label printer down")
    root = await page.get_by_test_id("thread").get_attribute("data-root")
    url = f"https://teams.microsoft.com/l/message/19%3Abackend%40thread.tacv2/{root}?tenantId=x"
    actions = [{"type": "Action.OpenUrl", "title": "Open thread", "url": url}]
    content = {"type": "AdaptiveCard", "version": "1.5", "body": [], "actions": actions}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    chat = cast.PLAYERS[2].chat
    await stage.call("POST", f"v3/conversations/{chat}/activities", {"type": "message", "attachments": [attachment]})
    await become(page, "ana")
    await page.locator('[data-place="chat"]').click()
    await page.get_by_role("link", name="Open thread").click()
    await expect(page.locator("html")).to_have_attribute("data-here", "backend")
    await expect(page.locator(f'[data-testid="message"][data-message="{root}"]')).to_be_in_viewport()


async def test_a_page_without_its_libraries_says_what_to_run(page: Page, stage: Stage) -> None:
    browser = page.context.browser
    assert browser is not None
    bare = await browser.new_page()
    await bare.route("**/lib/*", lambda route: route.abort())
    await bare.goto(stage.base)
    await expect(bare.get_by_test_id("problems")).to_contain_text("make install")


async def test_the_page_follows_the_story_through_other_peoples_eyes(page: Page) -> None:
    await page.get_by_test_id("play").click()
    await expect(page.get_by_test_id("thread")).not_to_have_count(0, timeout=20_000)
    await expect(page.get_by_test_id("caption")).to_be_hidden(timeout=20_000)
    await expect(page.get_by_test_id("welcome")).to_have_count(0)
    await become(page, "olga")  # where it ends, though so fast a story may leave a page behind
    await page.locator('[data-testid="place"][data-place="backend"]').click()
    await expect(page.get_by_test_id("thread")).to_have_count(2)


async def test_a_message_of_the_group_chat_is_raised_by_its_menu(page: Page, stage: Stage) -> None:
    await page.locator('[data-testid="place"][data-place="ops"]').click()
    await expect(page.locator("#threads")).to_have_attribute("data-empty", re.compile("without the bot"))
    await post(page, "scanner down")
    await page.get_by_test_id("message").last.hover()
    await page.get_by_role("button", name="Raise with support").click()
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_contain_text("What do you want to ask?")
    await dialog.get_by_label("Question").fill("since when?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(page.get_by_test_id("toast").filter(has_text="Raised.")).to_be_visible()
    assert stage.bot.heard[-1]["value"]["data"]["question"] == "since when?"
    await become(page, "ben")
    await expect(page.locator('[data-testid="place"][data-place="ops"]')).to_have_count(0)
