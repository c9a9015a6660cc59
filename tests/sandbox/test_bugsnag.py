"""What Bugsnag says in the sandbox: in Slack in the form of its own plugin, and by its webhook."""

import re
from typing import Any

import pytest

from bot.sandbox import cast
from bot.sandbox.bugsnag import CATALOGUE
from tests.sandbox.conftest import Stage

LINK = re.compile(
    r"<https://app\.bugsnag\.com/liefery/[a-z-]+/errors/([0-9a-f]{24})\?event_id=([0-9a-f]{24})&amp;i=sk&amp;m=(\w\w)\|\(details\)>"
)


async def said(stage: Stage, do: str, **more: Any) -> dict[str, Any]:
    """Let something happen; give the event that the bot got."""
    await stage.do("api/bugsnag", do=do, **more)
    event: dict[str, Any] = next(one for one in stage.bot.hooked[::-1] if one.path == "/slack/events").body["event"]
    return event


async def test_a_new_error_is_said_in_the_words_and_the_form_of_bugsnags_plugin(stage: Stage) -> None:
    event = await said(stage, "new")
    link = LINK.search(event["text"])
    assert link is not None
    assert event["text"].startswith(
        "New unhandled error in production from "
        "<https://app.bugsnag.com/liefery/backend?i=sk&amp;m=nw|Backend> in tours#create <"
    )
    assert link.group(3) == "nw"
    assert event["attachments"] == [
        {
            "fallback": "Something happened",
            "fields": [
                {"title": "Error", "value": "NoMethodError: undefined method `zip_code' for nil:NilClass"},
                {"title": "Location", "value": "app/services/tour_planner.rb:118 - assign_stops"},
            ],
            "color": "E45F58",
            "id": 1,
        }
    ]
    shown = await stage.message("bugsnag")
    assert (shown["error"], shown["text"].startswith("New unhandled error in production from Backend")) == (
        link.group(1),
        True,
    )


@pytest.mark.parametrize(
    ("do", "begins", "code", "status"),
    [
        ("again", "10 events in 1h in production", "ef", "open"),
        ("hundredth", "100th event in production", "fq", "open"),
        ("reoccurred", "Fixed error re-occurred in production", "ra", "open"),
        ("fixed", "Error marked as fixed by Ana Lindqvist in production", "fx", "fixed"),
        ("ignored", "Error marked as ignored by Ana Lindqvist in production", "ig", "ignored"),
        ("snoozed", "Error snoozed for 6 hours by Ana Lindqvist in production", "sn", "snoozed"),
        ("unsnoozed", "Snooze cancelled by Ana Lindqvist in production", "sc", "open"),
        ("reopened", "Fixed error reopened by Ana Lindqvist in production", "rm", "open"),
        ("comment", "Comment on NoMethodError: undefined method `zip_code' for nil:NilClass <", "cm", "open"),
    ],
)
async def test_what_happens_to_an_error_is_said_with_its_code(
    stage: Stage, do: str, begins: str, code: str, status: str
) -> None:
    first = await said(stage, "new")
    event = await said(stage, do, as_="ana")
    links = [LINK.search(one["text"]) for one in (first, event)]
    assert links[0] is not None
    assert links[1] is not None
    assert event["text"].startswith(begins)
    assert links[1].group(3) == code
    assert links[1].group(1) == links[0].group(1)
    assert links[1].group(2) != links[0].group(2)
    assert (await stage.world())["errors"] == {links[0].group(1): status}


async def test_a_spike_leads_to_no_error_a_release_to_none_and_what_is_unreadable_fits_nothing(stage: Stage) -> None:
    await said(stage, "new")
    spike = await said(stage, "spike")
    assert spike["text"] == "Spike of 103 exceptions/minute from <https://app.bugsnag.com/liefery/backend?i=sk|Backend>"
    for event in (spike, await said(stage, "release"), await said(stage, "unreadable")):
        assert LINK.search(event["text"]) is None
        assert event["bot_id"] == cast.BUGSNAG_BOT


async def test_bugsnag_edits_what_it_has_said_of_an_error(stage: Stage) -> None:
    first = await said(stage, "new")
    event = await said(stage, "edited")
    assert (event["subtype"], event["previous_message"]["text"]) == ("message_changed", first["text"])
    assert event["message"]["text"].startswith("10 events in 1h in production")
    assert (event["message"]["ts"], event["message"]["bot_id"]) == (first["ts"], cast.BUGSNAG_BOT)
    assert event["message"]["edited"]["user"] == cast.BUGSNAG_BOT


async def test_an_error_is_chosen_by_its_id_and_none_is_said_to_be_missing(stage: Stage) -> None:
    assert "no such error" in (await stage.do("api/bugsnag", do="again"))["error"]
    first = await said(stage, "new")
    await said(stage, "new")
    found = LINK.search(first["text"])
    assert found is not None
    again = LINK.search((await said(stage, "again", error=found.group(1)))["text"])
    assert again is not None
    assert again.group(1) == found.group(1)
    assert "Nothing called" in (await stage.do("api/bugsnag", do="dance"))["error"]


async def test_what_is_hostile_in_an_error_is_escaped_as_slack_stores_it(stage: Stage) -> None:
    for _ in range(4):
        event = await said(stage, "new")
    value = event["attachments"][0]["fields"][0]["value"]
    assert value.startswith("JSON::ParserError: unexpected token at '&lt;!DOCTYPE html&gt;")
    assert "<" not in value


async def test_of_a_storm_500_come_at_most(stage: Stage) -> None:
    made = await stage.do("api/bugsnag", do="storm", count=9999)
    await stage.until(lambda: len(stage.bot.hooked) == 500)
    assert len(made["messages"]) == 500


async def test_a_storm_is_of_twenty_kinds_and_each_of_it_reaches_the_bot(stage: Stage) -> None:
    made = await stage.do("api/bugsnag", do="storm", count=40)
    assert len(made["messages"]) == 40
    await stage.until(lambda: len(stage.bot.hooked) == 40)
    events = [one.body["event"] for one in stage.bot.hooked]
    kinds = {(one["attachments"][0]["fields"][0]["value"], "courier-api" in one["text"]) for one in events}
    assert len(kinds) == 2 * len(CATALOGUE) == 20
    assert len({one["ts"] for one in events}) == 40
    assert (await stage.world())["problems"] == []


async def test_with_its_webhook_on_bugsnag_says_the_same_to_the_bot_itself(stage: Stage) -> None:
    await said(stage, "new")
    await stage.do("api/webhook", on=True)
    for do in ("again", "spike", "snoozed", "comment", "release"):
        event = await said(stage, do)
        payload = next(one for one in stage.bot.hooked[::-1] if one.path.startswith("/bugsnag/")).body
        link = LINK.search(event["text"])
        if link is not None:
            assert (payload["error"]["errorId"], payload["error"]["id"]) == (link.group(1), link.group(2))
    paths = [one.path for one in stage.bot.hooked]
    assert paths.count(f"/bugsnag/{cast.BUGSNAG_SECRET}") == 5
    await said(stage, "unreadable")
    assert [one.path for one in stage.bot.hooked][len(paths) :] == ["/slack/events"]


async def test_the_secret_of_bugsnags_door_is_not_in_the_log(stage: Stage) -> None:
    await stage.do("api/webhook", on=True)
    await stage.do("api/bugsnag", do="new")
    async with stage.client.get(f"{stage.base}api/wire") as answer:
        assert cast.BUGSNAG_SECRET not in await answer.text()
