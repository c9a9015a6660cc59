"""Several desks of one tenant over HTTP: what is seen in somebody's own chat says of which desk it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.folder import desks_alone
from bot.operations import add_desk, import_people, import_shifts
from bot.teams.outbound import headed
from bot.views import DutyCard, FormCard, Line, NoticeCard, ReplyCard, RequestCard, View
from tests.door.whole import ANA, PEOPLE, SHIFTS, TEAM_CHANNEL, Whole, card_of, whole
from tests.journeys.town import at, plain
from tests.rig import activities
from tests.rig.entra import TENANT

LEA, TOM = (f"bbbbbbbb-0000-4000-8000-00000000000{n}" for n in (7, 8))
EDGE = "19:edge@thread.tacv2"
SOLVED = RequestCard(Line(("Solved.",)), "", "", (), settled=True, presses=(), opens=(), thread="", thread_label="")
LATE = "2026-11-23T09:45:00.000Z"  # a quarter of an hour ago


@asynccontextmanager
async def two_desks(folder: Path, team_channel: str = TEAM_CHANNEL) -> AsyncIterator[Whole]:
    """Run the bot with a second desk of the same people."""
    async with whole(folder) as bot:
        settings = bot.settings
    now = at("2026-11-20 12:00")
    edge = {"tenant": TENANT, "team": activities.GROUP, "channel": EDGE, "name": "edge", "team_channel": team_channel}
    async with desks_alone(settings) as desks:
        await add_desk(desks, edge, now)
        await import_people(desks, {"text": PEOPLE, "desk": "edge"}, now)
        await import_shifts(desks, {"text": SHIFTS, "desk": "edge"}, now)
    async with whole(folder) as bot:
        yield bot


def chat(bot: Whole, text: str, who: str, **fields: Any) -> dict[str, Any]:
    return activities.personal_message(text, conversation=f"a:{who[-1]}", **bot.by(who), **fields)


def by(bot: Whole, who: str) -> dict[str, Any]:
    return {key: value for key, value in bot.by(who).items() if key != "service_url"}


def buttons(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [action for part in card["body"] for row in part.get("items", []) for action in row.get("actions", [])]


def seen(bot: Whole, words: str) -> list[str]:
    """Return what now says these words, as a notification reads."""
    said = [str(one.get("summary") or one.get("text")) for one in bot.connector.messages.values()]
    return [one for one in said if words in one]


async def test_personal_copies_and_posts_in_a_shared_team_channel_say_the_desk(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(bot.channel_post(at=LATE))
        await bot.post(bot.channel_post("tours are missing", at=LATE, channel=EDGE))
        await bot.quiet()
        for words, desk in (("label printer down", "backend"), ("tours are missing", "edge")):
            copies = seen(bot, words)
            assert len(copies) > 1
            assert all(one.startswith(f"{desk} · ") for one in copies)
        assert all(not one.startswith("backend") for one in seen(bot, "No answer yet"))


async def test_a_team_channel_of_one_desk_alone_needs_no_name(tmp_path: Path) -> None:
    async with two_desks(tmp_path, "19:edge-internal@thread.tacv2") as bot:
        await bot.post(bot.channel_post(at=LATE))
        await bot.quiet()
        posted = [one.body for one in bot.connector.sent() if TEAM_CHANNEL in str(one.body.get("channelData"))]
        assert [one["activity"]["summary"].startswith("backend") for one in posted] == [False]


async def test_with_one_desk_nothing_says_its_name(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.post(bot.channel_post(at=LATE))
        await bot.post(chat(bot, "requests", ANA))
        await bot.quiet()
        assert not any("backend ·" in str(one) for one in bot.connector.messages.values())


async def test_what_a_button_in_ones_own_chat_brings_says_the_desk_and_in_the_thread_it_does_not(
    tmp_path: Path,
) -> None:
    async with two_desks(tmp_path) as bot:
        post = await bot.opened()
        ids = {"verb": "open", "step": "support", "desk": "backend", "request": "R-1", "card": "card:R-1"}
        _, there = await bot.post(activities.dialog(ids, thread=post["id"], **bot.by(ANA)))
        _, here = await bot.post(activities.dialog(ids, conversation="a:ana", **bot.by(ANA)))
        titles = [answer["task"]["value"]["card"]["content"]["body"][0] for answer in (there, here)]
        assert [one["inlines"][0]["text"] for one in titles] == ["Anna Ops wrote:", "backend · Anna Ops wrote:"]


async def test_what_was_written_before_the_choice_is_done_after_it_at_the_chosen_desk(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(bot.channel_post("tours are missing", channel=EDGE))
        await bot.post(chat(bot, "requests", ANA))
        await bot.quiet()
        (form,) = [call for call in bot.cards() if "Which desk?" in str(call.body)]
        assert seen(bot, "open") == []
        data = next(one["data"] for one in buttons(card_of(form)) if one["title"] == "edge")
        press = activities.press("send", data, conversation="a:1", **bot.by(ANA))
        for _ in range(2):  # Teams may deliver it again
            _, answer = await bot.post(press)
            assert "Your desk here: edge" in str(answer["value"])
        await bot.quiet()
        (listed,) = seen(bot, "One request is open")
        assert listed.startswith("edge · ")
        assert "tours are missing" in listed


async def test_desk_says_which_one_it_is_now(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(chat(bot, "desk", ANA))
        await bot.quiet()
        (form,) = [call for call in bot.cards() if "Which desk?" in str(call.body)]
        data = next(one["data"] for one in buttons(card_of(form)) if one["title"] == "edge")
        await bot.post(activities.press("send", data, conversation="a:1", **bot.by(ANA)))
        await bot.quiet()
        before = len(bot.connector.calls)
        await bot.post(chat(bot, "desk", ANA))
        await bot.quiet()
        assert "This chat is about edge now." in str([one.body for one in bot.connector.calls[before:]])


async def test_what_is_no_command_needs_no_choice_before_it(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(chat(bot, "request: the printer of hub 4", ANA))
        await bot.quiet()
        assert seen(bot, "Which desk?") == []
        (offer,) = seen(bot, "Shall I raise this with support?")
        assert offer.startswith("Shall I")


@pytest.mark.parametrize("words", ["my requests", "privacy me"])
async def test_whoever_asks_what_is_theirs_gets_it_of_every_desk_that_has_any(tmp_path: Path, words: str) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(chat(bot, "desk", ANA))
        await bot.quiet()
        (form,) = [call for call in bot.cards() if "Which desk?" in str(call.body)]
        data = next(one["data"] for one in buttons(card_of(form)) if one["title"] == "backend")
        await bot.post(activities.press("send", data, conversation="a:1", **bot.by(ANA)))
        await bot.post(bot.channel_post("tours are missing", channel=EDGE, **by(bot, LEA)))
        await bot.post(bot.channel_post("request: my laptop", channel=EDGE, **by(bot, ANA)))
        await bot.quiet()
        answers = []
        for who in (LEA, ANA, TOM):
            before = len(bot.connector.calls)
            await bot.post(chat(bot, words, who))
            await bot.quiet()
            answers.append(
                [one.body["summary"].split(" · ")[0] for one in bot.connector.calls[before:] if "summary" in one.body]
            )
        assert answers == [["backend", "edge"], ["backend", "edge"], ["backend"]]


async def test_privacy_me_in_a_channel_is_answered_by_every_desk_too_and_my_requests_by_that_channels(
    tmp_path: Path,
) -> None:
    async with two_desks(tmp_path) as bot:
        await bot.post(bot.channel_post(**by(bot, LEA)))
        await bot.quiet()
        for words, desks in (("privacy me", {"edge", "backend"}), ("my requests", {"Your requests Nothing"})):
            before = len(bot.connector.calls)
            await bot.post(bot.channel_post(words, mention=True, channel=EDGE, **by(bot, LEA)))
            await bot.quiet()
            said = [one.body["summary"] for one in bot.connector.calls[before:] if "summary" in one.body]
            assert len(said) == len(desks)
            assert all(one.startswith(tuple(desks)) for one in said)


async def test_an_edit_of_what_was_asked_is_answered_by_no_desk(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        post = bot.channel_post("privacy me", mention=True, **by(bot, ANA))
        await bot.post(post)
        await bot.quiet()
        before = len(bot.connector.calls)
        edit = activities.edit("privacy me", of=post)
        await bot.post(edit | {"entities": post["entities"], "text": post["text"]})
        await bot.quiet()
        assert len(bot.connector.calls) == before


async def test_whoever_is_away_is_away_at_each_desk_that_they_belong_to(tmp_path: Path) -> None:
    async with two_desks(tmp_path) as bot:
        for words, said in (("away 45", "You are away until 11:45"), ("away off", "Welcome back.")):
            await bot.post(chat(bot, words, ANA))
            await bot.quiet()
            assert {one.split(" · ")[0] for one in seen(bot, said)} == {"backend", "edge"}
            assert seen(bot, "Which desk?") == []
        await bot.post(chat(bot, "away 45", LEA))
        await bot.quiet()
        assert len(seen(bot, "This is for the backend team.")) == 1


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (Line(("Raised as R-1",)), "edge · Raised as R-1"),
        (Line(("edge is paused.",)), "edge is paused."),
        (
            RequestCard(Line(("Solved.",)), "", "", (), settled=True, presses=(), opens=(), thread="", thread_label=""),
            "edge · Solved.",
        ),
        (NoticeCard("Olga waits", ()), "edge · Olga waits"),
        (ReplyCard("Ana:", "", ""), "edge · Ana:"),
        (DutyCard("Who is on duty", (), ()), "edge · Who is on duty"),
        (FormCard("Policy of edge", "", "", "", (), ()), "Policy of edge"),
        (FormCard("", "", "", "Nothing was sent.", (), ()), "edge\nNothing was sent."),
    ],
)
def test_each_view_is_headed_once(view: View, shown: str) -> None:
    assert plain(headed(view, "edge")) == shown
