"""Triage over real HTTP: dialogs from the first question to the reply, and the same as cards in one's own chat."""

from pathlib import Path
from typing import Any

from bot.support.triage import GAP
from bot.teams.inbound import LONGEST_FORM
from tests.door.whole import ANA, Whole, card_of, whole
from tests.rig import activities

NINE = 9


def buttons(card: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a form's buttons carry, with their titles."""
    sets = [item for part in card["body"] for item in part.get("items", []) if item["type"] == "ActionSet"]
    return [{"title": action["title"], **action} for one in sets for action in one["actions"]]


def button(card: dict[str, Any], title: str) -> dict[str, Any]:
    return next(one for one in buttons(card) if one["title"] == title)


async def opened(bot: Whole, thread: str, request: str, step: str) -> dict[str, Any]:
    ids = {"verb": "open", "step": step, "choice": "", "desk": "backend", "request": request, "card": f"card:{request}"}
    _, answer = await bot.post(activities.dialog(ids, thread=thread, **bot.by(ANA)))
    card: dict[str, Any] = answer["task"]["value"]["card"]["content"]
    return card


async def pressed(bot: Whole, thread: str, card: dict[str, Any], title: str, **fields: str) -> dict[str, Any]:
    data = {**button(card, title)["data"], **fields}
    _, answer = await bot.post(activities.submit(data, thread=thread, **bot.by(ANA)))
    shown: dict[str, Any] = answer["task"]["value"]["card"]["content"]
    return shown


async def test_two_matters_go_through_all_nine_questions_and_each_answer_counts(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        threads = [(await bot.opened())["id"]]
        threads.append((await bot.opened("second label printer down"))["id"])
        await bot.post(bot.press("separate", ANA, threads[1], request="R-2", card="card:R-2"))
        for number, thread in enumerate(threads, 1):
            card = await opened(bot, thread, f"R-{number}", "triage")
            for _ in range(NINE):
                card = await pressed(bot, thread, card, "No")
            form = button(card, "Next")["data"]["form"]
            assert len(form) < LONGEST_FORM
            card = await pressed(bot, thread, card, "Next", text="the dock stands still", now="yes")
            assert GAP in str(card)
            card = await pressed(bot, thread, card, "Send", text=f"Use printer {number}.")
            await pressed(bot, thread, card, "Send and close", text="Our developers have it.", ticket="EDGE-1")
        await bot.quiet()
        assert bot.rows("select id, status from requests") == [("R-1", "CLOSED"), ("R-2", "CLOSED")]
        replies = [str(call.body) for call in bot.cards() if "Use printer" in str(call.body)]
        assert len(replies) == 2


async def test_the_same_steps_work_as_cards_in_ones_own_chat(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        thread = (await bot.opened())["id"]
        await bot.post(activities.personal_message("triage R-1", **bot.by(ANA)))
        await bot.quiet()
        card = card_of(bot.cards()[-1])
        for title in ("What is it?", "Quick answer", "Yes", "Send and close"):
            action = button(card, title)
            fields = {"text": "Press F5."} if title == "Send and close" else {}
            _, answer = await bot.post(activities.press(action["verb"], action["data"] | fields, **bot.by(ANA)))
            assert answer["type"] == "application/vnd.microsoft.card.adaptive", answer
            card = answer["value"]
        await bot.quiet()
        assert "Sent and closed." in str(card)
        (reply,) = [call for call in bot.cards() if "Press F5." in str(call.body)]
        assert thread in reply.conversation


async def test_a_button_that_leads_elsewhere_takes_the_words_along_and_waits_for_no_input(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        thread = (await bot.opened())["id"]
        card = await opened(bot, thread, "R-1", "stops")
        inputs = [item for part in card["body"] for item in part.get("items", []) if item["type"].startswith("Input.")]
        assert [one["isRequired"] for one in inputs] == [False, False]
        assert all(one["type"] == "Action.Submit" for one in buttons(card))
        assert {one["associatedInputs"] for one in buttons(card)} == {"auto"}
        card = await pressed(bot, thread, card, "Ask a question", text="two tours", now="")
        assert "two tours" in str(card)
        items = [item for part in card["body"] for item in part.get("items", [])]
        kept = next(item["id"] for item in items if item.get("value") == "two tours")
        card = await pressed(bot, thread, card, "Back", **{kept: "three tours"})
        card = await pressed(bot, thread, card, "What does it stop?", **{kept: "three tours"})
        stands = {one.get("id"): one.get("value") for part in card["body"] for one in part.get("items", [])}
        assert stands["text"] == "three tours"
