"""Hostile presses and forms store and send nothing; hostile text is an ordinary request, shown inert."""

import json
import logging
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.store import sqlite
from tests.door.whole import ANA, DILAN, EVA, Whole, card_of, whole
from tests.rig import activities

CASES = json.loads(Path(__file__).with_name("presses.json").read_text(encoding="utf-8"))
WHO = {"ANA": ANA, "EVA": EVA, "DILAN": DILAN, "STRANGER": "cccccccc-0000-4000-8000-000000000009"}
INVISIBLE = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0xFEFF, 0x07]


async def untouched(bot: Whole, before: Any) -> None:
    """Make sure that nothing was stored or sent since ``before``."""
    await bot.quiet()
    assert snapshot(bot) == before


def snapshot(bot: Whole) -> Any:
    return bot.stored(), bot.rows("select document from requests"), len(bot.connector.calls)


async def test_hostile_presses_get_a_kind_word_and_change_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        before = snapshot(bot)
        for case in CASES["presses"]:
            who = WHO[case.get("who", "ANA")]
            thread = case.get("thread", post["id"])
            press = bot.press(case.get("verb", "claim"), who, thread)
            press = activities.altered(press, case.get("change", {}))
            if "long" in case:
                press = activities.altered(press, {case["long"]: "R-" + "1" * 10_000})
            status, answer = await bot.post(press)
            assert status == 200, case["case"]
            assert answer["type"] == "application/vnd.microsoft.activity.message", case["case"]
            assert case["says"] in answer["value"], case["case"]
            await untouched(bot, before)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_hostile_forms_get_a_kind_word_and_change_nothing(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        before = snapshot(bot)
        for case in CASES["forms"]:
            data = {"verb": "send", "step": "ask", "desk": "backend", "request": "R-1", "card": "card:R-1"} | case.get(
                "data", {}
            )
            if "long" in case:
                data["text"] = "x" * 50_000
            status, answer = await bot.post(activities.submit(data, thread=post["id"], **bot.by(ANA)))
            assert status == 200, case["case"]
            assert case["says"] in json.dumps(answer), case["case"]
            await untouched(bot, before)


async def test_a_button_of_another_tenant_is_refused_at_the_door(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        before = snapshot(bot)
        press = bot.press("claim", ANA, post["id"])
        elsewhere = {"channelData.tenant.id": "another", "conversation.tenantId": "another"}
        assert (await bot.post(activities.altered(press, elsewhere)))[0] == 403
        await untouched(bot, before)


async def test_a_button_on_a_closed_request_shows_the_current_card(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        await bot.post(bot.press("solve", ANA, post["id"]))
        for verb in ("claim", "solve", "adopt"):
            _, answer = await bot.post(bot.press(verb, ANA, post["id"]))
            assert "Solved" in json.dumps(answer), verb
        assert bot.rows("select status from requests") == [("CLOSED",)]


@pytest.mark.parametrize("case", CASES["posts"], ids=lambda case: case["case"])
async def test_hostile_text_is_stored_as_given_and_shown_inert(tmp_path: Path, case: dict[str, Any]) -> None:
    text = case["text"] if "text" in case else case["repeat"] * case["times"]
    async with whole(tmp_path) as bot:
        post = await bot.opened(text)
        ((document,),) = bot.rows("select document from requests")
        assert json.loads(document)["text"] == text.strip()
        card = card_of(bot.cards()[0])
        assert len(orjson.dumps(card)) < 28_000
        ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"}
        _, answer = await bot.post(
            activities.dialog({"verb": "open", "step": "ask", **ids}, thread=post["id"], **bot.by(ANA))
        )
        shown = json.dumps(answer["task"]["value"]["card"]["content"], ensure_ascii=False)
        assert not [hex(code) for code in INVISIBLE if chr(code) in shown]
        assert len(shown.encode()) < 28_000


async def test_what_a_full_disk_cannot_hold_is_answered_503_and_taken_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with whole(tmp_path) as bot:
        await bot.opened()
        pages = bot.rows("pragma page_count")[0][0]
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, f"max_page_count = {pages + 4}"))
    async with whole(tmp_path) as bot:
        late = bot.channel_post("x" * 90_000)
        assert (await bot.post(late))[0] == 503
        assert bot.stored() == (1, 1)
        monkeypatch.undo()
        assert (await bot.post(late))[0] == 200
        assert bot.stored() == (2, 2)


async def test_a_stranger_reads_no_request_by_pressing_from_their_own_chat(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened("canary words")
        await bot.post(bot.press("claim", ANA, post["id"]))
        await bot.quiet()
        before = snapshot(bot)
        ids = {"desk": "backend", "request": "R-1", "card": "copy:R-1:first:ana"}
        for verb in ("claim", "solve", "adopt"):
            _, answer = await bot.post(activities.press(verb, ids, **bot.by(WHO["STRANGER"])))
            assert "canary" not in json.dumps(answer), verb
        await untouched(bot, before)


async def test_a_post_from_the_year_one_is_taken_as_of_now(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        assert (await bot.post(bot.channel_post(at="0001-01-01T00:00:00Z")))[0] == 200
        ((posted_at,),) = bot.rows("select posted_at from requests")
        assert posted_at.startswith("2026-11-23")


async def test_a_group_chat_is_nobodys_own_chat(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        message = activities.personal_message("who", conversation="19:group@thread.v2", **bot.by(ANA))
        group = activities.altered(message, {"conversation.conversationType": "groupChat"})
        assert (await bot.post(group))[0] == 200
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []
