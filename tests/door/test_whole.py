"""What Teams sends comes in, what people see goes out: the whole bot over real HTTP."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.door.whole import ANA, BEN, EVA, FARID, PASSWORD, TEAM_CHANNEL, card_of, whole
from tests.rig import activities
from tests.rig.activities import BOT


async def test_a_post_gets_one_card_in_its_thread_that_mentions_the_pair(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        (call,) = bot.connector.calls
        assert (call.method, call.conversation) == ("POST", post["conversation"]["id"])
        mentioned = {one["mentioned"]["id"] for one in card_of(call)["msteams"]["entities"]}
        assert mentioned == {ANA, BEN}


async def test_a_claim_answers_with_the_new_card_and_edits_the_posted_one(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        status, answer = await bot.post(bot.press("claim", ANA, post["id"]))
        assert (status, answer["type"]) == (200, "application/vnd.microsoft.card.adaptive")
        assert "Ana Lindqvist is looking into it" in answer["value"]["body"][0]["text"]
        (edit,) = await bot.connector.wait_for(1, method="PUT")
        assert card_of(edit) == answer["value"]


async def test_the_second_claim_sees_who_was_first(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        answers = await asyncio.gather(*(bot.post(bot.press("claim", who, post["id"])) for who in (ANA, BEN)))
        shown = {answer["value"]["body"][0]["text"] for _, answer in answers}
        assert len(shown) == 1


async def test_a_colleague_off_duty_is_told_who_may_claim_and_nothing_changes(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        before = bot.stored()
        _, answer = await bot.post(bot.press("claim", EVA, post["id"]))
        assert answer["type"] == "application/vnd.microsoft.activity.message"
        assert "Ana Lindqvist and Ben Okafor" in answer["value"]
        assert bot.stored() == before


async def test_ask_opens_a_dialog_and_sends_under_its_writers_name(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"}
        _, opened = await bot.post(
            activities.dialog({"verb": "open", "step": "ask", **ids}, thread=post["id"], **bot.by(ANA))
        )
        assert opened["task"]["type"] == "continue"
        rows = [part for part in opened["task"]["value"]["card"]["content"]["body"] if part["type"] == "Container"]
        send = rows[-1]["items"][-1]["actions"][0]
        assert send["type"] == "Action.Submit"
        data = send["data"]
        sent = {**data, "text": "Since *when*?"}
        presses = [activities.submit(sent, thread=post["id"], **bot.by(ANA)) for _ in range(2)]
        for _, answer in await asyncio.gather(*map(bot.post, presses)):
            assert answer["task"]["type"] == "continue"
            assert "R-1: Ana Lindqvist has it" in str(answer["task"]["value"]["card"])
        await bot.quiet()
        replies = [call for call in bot.cards() if "Since *when*?" in str(call.body)]
        assert [call.conversation for call in replies] == [post["conversation"]["id"]]
        assert bot.rows("select status from requests") == [("ACKNOWLEDGED",)]


async def test_an_edit_a_deletion_and_a_return_reach_the_request(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        assert (await bot.post(activities.edit("scanner down", of=post)))[0] == 200
        assert "scanner down" in bot.rows("select document from requests")[0][0]
        await bot.post(activities.delete(of=post))
        assert bot.rows("select status from requests") == [("CLOSED",)]
        assert "scanner down" not in bot.rows("select document from requests")[0][0]
        await bot.post(activities.undelete(of=post))
        assert bot.rows("select status from requests") == [("OPEN",)]


async def test_a_greeting_edited_into_a_request_opens_one(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        sent = datetime.now(UTC)
        post = bot.channel_post("hello", activity_id=str(int(sent.timestamp() * 1000)), at=sent.isoformat())
        await bot.post(post)
        assert bot.rows("select status from requests") == []
        later = (sent + timedelta(seconds=5)).isoformat()
        await bot.post(activities.edit("hello, the scanner is down", of=post, at=later))
        assert bot.rows("select status from requests") == [("OPEN",)]


async def test_the_personal_chat_answers_where_it_was_asked(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        for words in ("who", "rota 2", "help", "wo"):
            message = activities.personal_message(words, conversation="a:ana", **bot.by(ANA))
            assert (await bot.post(message))[0] == 200
        calls = await bot.connector.wait_for(4)
        assert {call.conversation for call in calls} == {"a:ana"}


async def test_the_bot_answers_in_the_team_channel_only_when_addressed(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        for mention in (False, True):
            message = activities.channel_post("who", channel=TEAM_CHANNEL, mention=mention, **bot.by(EVA))
            await bot.post(message)
        await bot.connector.wait_for(1)
        await bot.quiet()
        assert len(bot.connector.calls) == 1
        assert bot.stored()[0] == 1


async def test_what_is_held_about_somebody_is_sent_to_their_own_chat_wherever_they_ask(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.opened("the card of customer 4711")
        asked = bot.channel_post("privacy me", mention=True)
        assert (await bot.post(asked))[0] == 200
        await bot.quiet()
        (answer,) = [call for call in bot.cards() if "What I hold about you" in str(call.body)]
        assert "the card of customer 4711" in str(card_of(answer))
        assert "thread.tacv2" not in answer.conversation
        assert bot.rows("select count(*) from requests") == [(1,)]


async def test_whoever_installs_the_bot_is_welcomed(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        assert (await bot.post(activities.installed(personal=True, **bot.by(ANA))))[0] == 200
        (call,) = await bot.connector.wait_for(1)
        assert call.conversation == "a:anna-and-the-bot"


async def test_other_channels_are_dropped_before_anything_is_stored_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with whole(tmp_path) as bot:
        caplog.clear()
        elsewhere = bot.channel_post("canary words", channel="19:lunch@thread.tacv2")
        assert (await bot.post(elsewhere))[0] == 200
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []
        assert "canary words" not in caplog.text


async def test_no_log_holds_words_or_secrets(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with whole(tmp_path) as bot:
        post = await bot.opened("canary words")
        await bot.post(activities.reply("canary reply", thread=post["id"], **bot.by(ANA)))
        await bot.post(activities.personal_message("canary question", **bot.by(ANA)))
        await bot.quiet()
    said = "\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    for secret in ("canary", PASSWORD, "Bearer ey"):
        assert secret not in said


async def test_who_cannot_be_reached_is_shown_to_an_admin(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        bot.connector.script(403)
        await bot.post(activities.personal_message("who", conversation="a:ana", **bot.by(ANA)))
        await bot.quiet()
        await bot.post(activities.personal_message("who", conversation="a:farid", **bot.by(FARID)))
        await bot.connector.wait_for(2)
        assert "not installed there" in str(bot.connector.calls[-1].body)


async def test_a_hundred_identical_deliveries_at_once_are_one_request(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = bot.channel_post()
        answers = await asyncio.gather(*(bot.post(post) for _ in range(100)))
        await bot.quiet()
        assert {status for status, _ in answers} == {200}
        assert bot.stored() == (1, 1)
        assert len(bot.connector.calls) == 1
    async with whole(tmp_path) as again:
        post["serviceUrl"] = again.connector.service_url
        assert (await again.post(post))[0] == 200
        assert again.stored() == (1, 1)
        assert again.connector.calls == []


async def test_where_teams_is_reached_is_known_from_the_installation_on_before_anybody_writes(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.post(activities.members_changed(service_url=bot.connector.service_url))
        known = bot.rows('select place, document from "references"')
        assert [place for place, _ in known] == [""]
        assert bot.connector.service_url in known[0][1]
        assert bot.stored() == (0, 0)


async def test_a_press_delivered_again_gets_the_current_card(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        solve = bot.press("solve", ANA, post["id"])
        first, second = [await bot.post(solve) for _ in range(2)]
        assert first == second
        assert first[1]["type"] == "application/vnd.microsoft.card.adaptive"


async def test_the_bot_s_own_posts_and_connectors_are_nobody_s(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        for sender, aad in ((BOT, None), ("28:connector", None)):
            assert (await bot.post(bot.channel_post("alert!", sender=sender, aad=aad)))[0] == 200
        assert bot.stored() == (0, 0)
