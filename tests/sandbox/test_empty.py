"""A sandbox that begins without a desk, for whoever wants to set one up with a stopwatch."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.cast import CHANNELS, PLAYERS_BY_KEY
from tests.sandbox.test_process import Run, Start, start, world

__all__ = ["start"]

ID = {key: player.object_id for key, player in PLAYERS_BY_KEY.items()}
TEAM = ",".join(ID[one] for one in ("ana", "ben", "chen", "farid"))
WALK: tuple[tuple[str, dict[str, str]], ...] = (
    ("People", {"people": TEAM, "emails": "eva.novak@example.com"}),
    ("Production access", {"production_access": f"{ID['ana']},{ID['chen']}"}),
    ("Days off", {"days": "Ben Okafor: Fri"}),
    ("Experience", {"experienced": TEAM}),
    ("Support this week", {"first": ID["ana"], "second": ID["ben"]}),
    ("Team channel", {"channel": CHANNELS[1].id}),
    ("Slack, Jira, handbook", {"slack_channel": "#bugsnag-backend", "jira_project": "EDGE"}),
    ("Pages to link to", {"documentation": "Printers, https://wiki.example.com/printers"}),
    ("Training and language", {"training": "Dana\nJosi", "language": "en"}),
)


async def act(run: Run, path: str, **body: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.post(f"{run.base}api/act/{path}", json=body) as answer:
        return await answer.json()


async def message(run: Run, words: str) -> Any:
    """Wait for a message of the bot that says this."""
    async with asyncio.timeout(30):
        while True:
            for one in (await world(run))["messages"]:
                if one["author"] == "bot" and words in str(one):
                    return one
            await asyncio.sleep(0.1)


def button(node: Any, title: str) -> Any:
    """Find a button of a card."""
    if isinstance(node, dict):
        if node.get("title") == title and "type" in node:
            return node
        node = list(node.values())
    found = (button(one, title) for one in node) if isinstance(node, list) else ()
    return next((one for one in found if one), None)


async def test_an_empty_channel_becomes_a_desk_by_setup_and_stays_one_over_a_restart(start: Start) -> None:
    run = await start("--at", "2026-11-24T10:00", "--empty")
    await run.line("Open http://127.0.0.1:")
    await act(run, "post", **{"as": "olga", "channel": "backend", "text": "label printer down"})
    await act(run, "post", **{"as": "farid", "channel": "backend", "text": "@Hotseat setup"})
    card = await message(run, "This team has 8 people")
    assert not [one for one in (await world(run))["messages"] if "label printer" in str(one) and one["author"] == "bot"]
    fetched = await act(run, "press", **{"as": "farid", "message": card["id"], "action": button(card, "Set up…")})
    dialog = fetched["dialog"]
    for title, fields in WALK:
        assert title in str(dialog)
        data = {**button(dialog, "Save and go on")["data"], **fields}
        answer = await act(run, "submit", **{"as": "farid", "message": card["id"], "data": data})
        dialog = answer["dialog"]
    assert "Post something in the channel to try it" in str(dialog)
    await act(run, "post", **{"as": "olga", "channel": "backend", "text": "scanner broken"})
    assert "Ana Lindqvist" in str(await message(run, "R-1"))
    await run.end()
    again = await start("--at", "2026-11-24T10:30")
    await again.line("Open http://127.0.0.1:")
    await act(again, "post", **{"as": "olga", "channel": "backend", "text": "label printer still down"})
    await message(again, "R-2")


async def test_a_folder_that_is_in_use_is_not_begun_empty(tmp_path: Path, start: Start) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.sqlite").touch()
    run = await start("--empty", data=tmp_path / "data")
    assert "is not empty" in await run.line("Error: ")
    assert await run.process.wait() == 1
