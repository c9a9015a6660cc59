"""Slack and Jira on the page, in a real browser: what people see and do there, alone and beside Teams."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox import cast
from tests.sandbox.conftest import Stage
from tests.sandbox.test_page import become, page

__all__ = ["page"]  # the fixture
AUTH = {"Authorization": aiohttp.encode_basic_auth(cast.JIRA_EMAIL, cast.JIRA_TOKEN)}
HOSTILE = "<img src=x onerror=window.hit=1>"


async def to(page: Page, place: str) -> None:
    """Go to a place as Ana."""
    await become(page, "ana")
    await page.locator(f'[data-testid="place"][data-place="{place}"]').click()


def slack(page: Page, words: str) -> Locator:
    """Return the threads of Slack that say something."""
    return page.get_by_test_id("thread").filter(has=page.locator(".words", has_text=words))


async def ticket(stage: Stage, summary: str = "Label printer", *content: dict[str, Any]) -> str:
    """Open a ticket as the bot does; give its key."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Berlin cannot print."}]}
    document = {"type": "doc", "version": 1, "content": content or [paragraph]}
    fields = {"project": {"key": "EDGE"}, "issuetype": {"name": "Bug"}, "summary": summary, "description": document}
    body = {"fields": {**fields, "labels": ["hotseat"]}}
    async with stage.client.post(f"{stage.base}rest/api/3/issue", json=body, headers=AUTH) as answer:
        return str((await answer.json())["key"])


async def test_an_error_comes_up_is_replied_to_and_looked_at_and_the_eyes_are_taken_back(
    page: Page, stage: Stage
) -> None:
    await to(page, "slack")
    await page.get_by_test_id("bugsnag-new").click()
    alert = slack(page, "New unhandled error in production from Backend in tours#create")
    await expect(alert).to_contain_text("NoMethodError: undefined method `zip_code' for nil:NilClass")
    await alert.get_by_test_id("reply").fill("I look <b>now</b>, *really*")
    await page.keyboard.press("Enter")
    await expect(alert.get_by_test_id("message").last).to_contain_text("I look <b>now</b>, really")
    first = alert.get_by_test_id("message").first
    await first.get_by_test_id("eyes").focus()
    await page.keyboard.press("Enter")
    await expect(first.get_by_test_id("reaction")).to_have_attribute("title", "Ana Lindqvist reacted with :eyes:")
    await first.get_by_test_id("reaction").click()
    await expect(first.get_by_test_id("reaction")).to_have_count(0)
    kinds = [one.body["event"]["type"] for one in stage.bot.hooked]
    assert kinds == ["message", "message", "reaction_added", "reaction_removed"]


async def test_what_is_done_in_bugsnag_is_on_the_error_and_said_in_the_channel(page: Page) -> None:
    await to(page, "slack")
    await page.get_by_test_id("bugsnag-new").click()
    alert = slack(page, "New unhandled error")
    await alert.get_by_test_id("bugsnag-menu").locator("summary").click()
    await alert.get_by_test_id("error-fixed").click()
    await expect(slack(page, "Error marked as fixed by Ana Lindqvist")).to_have_count(1)
    await expect(alert.get_by_test_id("error-status")).to_have_text("fixed in Bugsnag")
    await expect(alert.get_by_test_id("error-fixed")).to_have_count(0)
    await alert.get_by_test_id("error-reoccurred").click()
    await expect(slack(page, "Fixed error re-occurred")).to_have_count(1)
    await expect(page.get_by_test_id("error-status")).to_have_count(0)


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("again", "10 events in 1h"),
        ("hundredth", "100th event"),
        ("reoccurred", "Fixed error re-occurred"),
        ("spike", "Spike of 103 exceptions/minute"),
        ("comment", "Comment on NoMethodError"),
        ("release", "New release in production"),
        ("unreadable", "Heads up! Stability of Backend fell to 99.21 %"),
    ],
)
async def test_each_button_says_its_message(page: Page, button: str, said: str) -> None:
    await to(page, "slack")
    await page.get_by_test_id("bugsnag-new").click()
    await page.get_by_test_id(f"bugsnag-{button}").click()
    await expect(slack(page, said)).to_have_count(1)


async def test_a_storm_shows_its_newest_and_the_page_goes_on_working(page: Page, stage: Stage) -> None:
    await to(page, "slack")
    await page.get_by_test_id("bugsnag-storm").click()
    await expect(page.get_by_test_id("thread")).to_have_count(40)
    await expect(page.get_by_test_id("older")).to_have_text("Show 20 older")
    await page.get_by_test_id("composer").fill("All hands")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("All hands")
    await expect(page.get_by_test_id("message").last).to_be_in_viewport()
    await stage.until(lambda: len(stage.bot.hooked) == 61)


async def test_hostile_text_of_slack_and_jira_is_shown_inert(page: Page, stage: Stage) -> None:
    world = stage.sandbox.world
    source = "&lt;img src=x onerror=window.hit=1&gt; <javascript:window.hit=1|here> <!channel> &lt;!here&gt; `code`"
    fields = [{"title": HOSTILE, "value": "<javascript:window.hit=1|there> &lt;b&gt;"}]
    attachments = [{"color": "url(x)", "fields": fields, "author_name": HOSTILE, "text": source}]
    world.add(cast.SLACK.id, None, "bugsnag", "x", source=source, attachments=attachments)
    link = {"type": "text", "text": HOSTILE, "marks": [{"type": "link", "attrs": {"href": "javascript:window.hit=1"}}]}
    await ticket(stage, HOSTILE, {"type": "paragraph", "content": [link]}, {"type": "mystery", "content": [link]})
    await to(page, "slack")
    await expect(slack(page, "@channel")).to_contain_text(f"{HOSTILE} here @channel <!here> code")
    assert await page.locator("#threads img, #threads a").count() == 0
    await to(page, "jira")
    await page.get_by_test_id("issue").get_by_text("Description").click()
    await expect(page.locator(".document")).to_contain_text(HOSTILE)
    assert await page.locator("#threads img, #threads a").count() == 0
    assert await page.evaluate("window.hit") is None


async def test_a_message_of_ones_own_is_edited_and_deleted_in_slack(page: Page, stage: Stage) -> None:
    await to(page, "slack")
    await page.get_by_test_id("composer").fill("Timeouts & <more>?")
    await page.keyboard.press("Enter")
    first = page.get_by_test_id("message").first
    await expect(first).to_contain_text("Timeouts & <more>?")
    await first.hover()
    await first.get_by_test_id("edit").click()
    await page.get_by_test_id("edit-text").fill("No timeouts")
    await page.keyboard.press("Enter")
    await expect(first).to_contain_text("No timeouts")
    await expect(first).to_contain_text("(edited)")
    await first.hover()
    await first.get_by_test_id("delete").click()
    await expect(first).to_contain_text("This message was deleted.")
    subtypes = [one.body["event"].get("subtype") for one in stage.bot.hooked]
    assert subtypes == [None, "message_changed", "message_deleted"]


async def test_a_ticket_is_read_and_moved_over_the_board(page: Page, stage: Stage) -> None:
    key = await ticket(stage)
    await to(page, "jira")
    card = page.locator(f'[data-testid="issue"][data-issue="{key}"]')
    await expect(page.locator('[data-column="todo"]')).to_contain_text("To do 1")
    await card.get_by_text("Description").click()
    await expect(card).to_contain_text("Berlin cannot print.")
    await card.get_by_test_id("move-doing").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-column="doing"]').get_by_test_id("issue")).to_have_count(1)
    await expect(card).to_contain_text("Berlin cannot print.")  # what was opened stays open
    await card.get_by_test_id("move-done").click()
    await expect(page.locator('[data-column="done"]').get_by_test_id("issue")).to_have_count(1)
    moved = [(one.path, one.body["issue"]["fields"]["status"]["name"]) for one in stage.bot.hooked]
    assert moved == [("/jira/webhook", "In Progress"), ("/jira/webhook", "Done")]


async def test_what_goes_wrong_on_purpose_is_switched_on_the_page_and_counted_there(page: Page, stage: Stage) -> None:
    await to(page, "jira")
    faults = page.get_by_test_id("jira-faults")
    await faults.locator("summary").click()
    await faults.get_by_text("Next ticket: fails").click()
    await expect(faults.locator("summary")).to_have_text("Make it difficult (1 on)")
    await faults.get_by_test_id("jira-lag").check()
    await expect(faults.locator("summary")).to_have_text("Make it difficult (2 on)")
    assert (stage.sandbox.bridge.faults["jira"].broken, stage.sandbox.bridge.faults["jira"].lag) == (1, 60)
    await page.locator('[data-testid="place"][data-place="slack"]').click()
    await page.get_by_test_id("slack-faults").locator("summary").click()
    await page.get_by_test_id("slack-webhook").check()
    await expect(page.get_by_test_id("slack-faults").locator("summary")).to_have_text("Make it difficult (1 on)")
    assert stage.sandbox.bridge.workspace.webhook
    for close in (page.keyboard.press("Escape"), page.get_by_test_id("composer").click()):
        await expect(page.get_by_test_id("slack-webhook")).to_be_visible()
        await close
        await expect(page.get_by_test_id("slack-webhook")).to_be_hidden()
        await page.get_by_test_id("slack-faults").locator("summary").click()


async def test_slack_and_jira_stand_beside_teams_where_there_is_room(page: Page) -> None:
    await become(page, "ana")
    side = page.get_by_test_id("side")
    await expect(side).to_be_hidden()
    await page.get_by_test_id("split").click()
    await side.get_by_test_id("bugsnag-new").click()
    await expect(side.get_by_test_id("thread")).to_have_count(1)
    await page.locator('[data-testid="place"][data-place="team"]').click()
    for attribute, value in (("data-here", "team"), ("data-beside", "slack")):
        await expect(page.locator("html")).to_have_attribute(attribute, value)
    await page.locator('[data-testid="place"][data-place="jira"]').click()
    for attribute, value in (("data-here", "team"), ("data-beside", "jira")):
        await expect(page.locator("html")).to_have_attribute(attribute, value)
    await expect(side.get_by_test_id("column")).to_have_count(3)
    await page.reload()
    await expect(side.get_by_test_id("column")).to_have_count(3)
    await side.locator('[data-testid="beside"][data-place="slack"]').click()
    await side.get_by_test_id("side-composer").fill("Hello")
    await page.keyboard.press("Enter")
    await expect(side.get_by_test_id("message").last).to_contain_text("Hello")
    await become(page, "olga")
    await expect(side).to_contain_text("Olga Brandt is neither in Slack nor in Jira.")
    await become(page, "ben")
    await expect(side.get_by_test_id("message").last).to_contain_text("Hello")
    await page.set_viewport_size({"width": 900, "height": 800})
    await expect(side).to_be_hidden()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await side.get_by_test_id("side-close").click()
    await expect(side).to_be_hidden()


async def test_links_to_slack_and_to_a_ticket_open_them_here_and_one_to_bugsnag_says_where_it_would_lead(
    page: Page, stage: Stage
) -> None:
    await become(page, "ana")
    (alert,) = (await stage.do("api/bugsnag", do="new"))["messages"]
    key = await ticket(stage)
    text = f"See https://sandbox.slack.com/archives/{cast.SLACK.id}/p{alert}000 and {stage.base}browse/{key}."
    stage.sandbox.world.add(cast.SLACK.id, None, "bot", text, source=text)
    await to(page, "slack")
    await page.get_by_role("link", name="/archives/").click()
    await expect(page.locator(f'article[data-message="{alert}"]')).to_be_in_viewport()
    await page.get_by_role("link", name="(details)").click()
    await expect(page.get_by_test_id("toast").last).to_contain_text("the sandbox has no page of")
    await page.get_by_role("link", name=f"/browse/{key}").click()
    await expect(page.locator("html")).to_have_attribute("data-here", "jira")
    await page.goto(f"{stage.base}browse/{key}")
    await expect(page.locator("html")).to_have_attribute("data-here", "jira")
    await become(page, "olga")
    await page.goto(f"{stage.base}browse/{key}")
    await expect(page.get_by_test_id("toast")).to_contain_text("Olga Brandt cannot open that.")


@pytest.mark.parametrize("place", ["slack", "jira"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_is_cut_off_at_a_phones_width(page: Page, stage: Stage, place: str, theme: str) -> None:
    if await page.locator("html").get_attribute("data-theme") != theme:
        await page.get_by_test_id("theme").click()
    await page.set_viewport_size({"width": 360, "height": 740})
    for _ in range(4):
        await stage.do("api/bugsnag", do="new")
    await ticket(stage, "verylongword" * 20)
    await to(page, place)
    await expect(page.get_by_test_id("thread" if place == "slack" else "column").first).to_be_visible()
    wide = """[...document.querySelectorAll('.main, .main *')].filter((one) => one.checkVisibility()
        && !one.closest('.moments') && one.getBoundingClientRect().right > 361).map((one) => one.className)"""
    assert await page.evaluate(wide) == []


@pytest.mark.parametrize("place", ["slack", "jira"])
async def test_everything_that_can_be_pressed_has_a_name_and_can_be_reached_by_keyboard(
    page: Page, stage: Stage, place: str
) -> None:
    await stage.do("api/bugsnag", do="new")
    await ticket(stage)
    await to(page, place)
    await page.get_by_test_id("split").click()
    await page.get_by_test_id(f"{place}-faults").locator("summary").click()
    script = """all => all.filter((one) => one.checkVisibility() && (one.tabIndex < 0
        || !(one.ariaLabel || one.innerText || one.labels?.[0]?.innerText || "").trim())).map((one) => one.outerHTML)"""
    assert await page.locator("button, textarea, input, a, summary").evaluate_all(script) == []


async def test_what_the_bot_has_not_taken_of_slack_is_said_until_it_has(page: Page, stage: Stage) -> None:
    wire = stage.sandbox.wire
    for retrying, said in (
        (2, "has not taken 2 events of Slack or Jira; they are"),
        (1, "an event of Slack or Jira; it is"),
    ):
        wire.retrying = retrying
        wire.changed()
        await expect(page.get_by_test_id("problems")).to_contain_text(said)
    wire.retrying = 0
    wire.changed()
    await expect(page.get_by_test_id("problems")).to_be_empty()


async def test_the_log_says_who_spoke_to_whom(page: Page, stage: Stage) -> None:
    await stage.do("api/webhook", on=True)
    await stage.do("api/bugsnag", do="new")
    await stage.do("api/jira/move", issue=await ticket(stage), to="done")
    await page.get_by_test_id("log-toggle").click()
    log = page.get_by_test_id("log")
    for line in ("Slack → bot", "Bugsnag → bot", "bot → Jira", "Jira → bot"):
        await expect(log.get_by_text(line)).to_have_count(1)
