"""How the bot reaches people and files: created chats, hand-edited rotas, and a start without any network."""

import asyncio
import json
import sqlite3
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.app import web_app
from bot.settings import Settings
from tests.door.whole import ANA, BEN, FARID, card_of, running, seed, whole
from tests.rig import activities
from tests.rig.activities import SENT_AT
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra


async def test_overdue_the_pair_and_the_team_are_told_each_once_in_chats_that_are_made_for_it(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        late = bot.channel_post(at=SENT_AT.replace("10:00:00", "09:45:00"))
        assert (await bot.post(late))[0] == 200
        async with asyncio.timeout(5):
            while not any(call.body.get("isGroup") for call in bot.connector.calls):
                await asyncio.sleep(0.02)
        await bot.quiet()
        made = [call.body["members"][0]["id"] for call in bot.connector.calls if call.body.get("isGroup") is False]
        assert sorted(made) == sorted(set(made))
        assert {ANA, BEN} <= set(made)
        posted = [call.conversation for call in bot.connector.sent("POST") if call.conversation.startswith("a:")]
        assert sorted(posted) == sorted(f"a:{who}" for who in made)
        rung = [call for call in bot.connector.calls if call.body.get("channelData", {}).get("notification")]
        assert sorted(call.conversation for call in rung) == sorted(posted)


async def test_an_old_button_in_ones_own_chat_is_answered_in_the_desks_language(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.opened()
    with sqlite3.connect(tmp_path / "journal.sqlite") as journal:
        journal.execute("""update desks set info = replace(info, '"language":"en"', '"language":"de"')""")
    async with whole(tmp_path) as bot:
        ids = {"desk": "gone", "request": "R-1", "card": "card:R-1"}
        old = activities.press("solve", ids, **bot.by("olga"))
        _, answer = await bot.post(old)
        assert answer["value"].startswith("Dieser Knopf ist von einer älteren Karte.")


async def test_an_answer_and_an_edit_ring_nobody(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = bot.channel_post(at=SENT_AT.replace("10:00:00", "09:57:00"))
        await bot.post(post)
        await bot.quiet()
        rung = sum("notification" in call.body.get("channelData", {}) for call in bot.connector.calls)
        await bot.post(activities.personal_message("who", conversation="a:chat", **bot.by(FARID)))
        await bot.post(bot.press("claim", ANA, post["id"]))
        await bot.quiet()
        assert rung == sum("notification" in call.body.get("channelData", {}) for call in bot.connector.calls) == 2


async def test_a_chat_that_is_known_is_used_again_after_a_restart(tmp_path: Path) -> None:
    async with FakeEntra() as entra, FakeConnector() as connector, aiohttp.ClientSession() as session:
        async with running(tmp_path, entra, connector, session) as bot:
            await bot.post(activities.personal_message("who", conversation="a:chat-of-ana", **bot.by(ANA)))
            await connector.wait_for(1)
        async with running(tmp_path, entra, connector, session) as bot:
            await bot.post(bot.channel_post(at=SENT_AT.replace("10:00:00", "09:45:00")))
            async with asyncio.timeout(5):
                while [call.conversation for call in connector.calls].count("a:chat-of-ana") < 2:
                    await asyncio.sleep(0.02)
            made = [call.body["members"][0]["id"] for call in connector.calls if call.body.get("members")]
            assert ANA not in made


async def test_a_rota_edited_by_hand_counts_from_the_next_start(tmp_path: Path) -> None:
    async with whole(tmp_path):
        pass
    file = tmp_path / "rota" / "backend.json"
    file.write_text(file.read_text().replace("Ana Lindqvist", "Ana Lind"))
    async with whole(tmp_path) as bot:
        await bot.opened()
        named = {one["mentioned"]["name"] for one in card_of(bot.cards()[0])["msteams"]["entities"]}
        assert "Ana Lind" in named


@pytest.mark.parametrize("edit", ["cut", "role"])
async def test_a_rota_edited_badly_is_refused_with_the_reason_and_the_good_one_stays(
    tmp_path: Path, edit: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole(tmp_path):
        pass
    file = tmp_path / "rota" / "backend.json"
    text = file.read_text()
    bad = text[: len(text) // 2] if edit == "cut" else text.replace('"OBSERVER"', '"ADMIRAL"')
    assert bad != text
    file.write_text(bad)
    caplog.clear()
    async with whole(tmp_path) as bot:
        (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert str(file) in said
        assert ("line " if edit == "cut" else "ADMIRAL") in said
        await bot.opened()
        assert len(card_of(bot.cards()[0])["msteams"]["entities"]) == 2
    assert file.read_text() == bad


async def test_it_starts_without_any_network_and_says_that_it_is_ready(tmp_path: Path) -> None:
    settings = Settings(  # type: ignore[call-arg]
        app_id=APP_ID,
        app_password=SecretStr("x"),
        app_tenant=TENANT,
        metadata_url="http://127.0.0.1:9/keys",
        authority="http://127.0.0.1:9",
        admins=(FARID,),
        data=tmp_path,
    )
    await seed(settings)
    runner = web.AppRunner(web_app(settings), access_log=None)
    async with asyncio.timeout(5):
        await runner.setup()
    await runner.cleanup()
    assert json.loads((tmp_path / "rota" / "backend.json").read_text())


async def test_a_refused_registration_loses_no_card(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        bot.connector.script(401, 401)
        assert (await bot.post(bot.channel_post()))[0] == 200
        await bot.connector.wait_for(3)
        await bot.quiet()
        assert len(bot.connector.messages) == 1


async def test_a_card_that_somebody_deleted_is_posted_anew_at_its_next_change(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        bot.connector.script(404)
        await bot.post(bot.press("claim", ANA, post["id"]))
        await bot.connector.wait_for(2, method="POST")
        await bot.quiet()
        assert [call.method for call in bot.connector.calls] == ["POST", "PUT", "POST"]


@pytest.mark.parametrize(("group", "learnt"), [(activities.GROUP, 1), ("another", 0)])
async def test_a_bot_that_is_added_to_its_desks_team_can_write_there_before_anybody_does(
    group: str, learnt: int, tmp_path: Path
) -> None:
    async with whole(tmp_path) as bot:
        post = bot.channel_post()
        team = {"id": activities.CHANNEL, "aadGroupId": group}
        added = post | {"type": "conversationUpdate", "membersAdded": [{"id": activities.BOT}]}
        del added["text"]
        added["channelData"] = {"tenant": {"id": TENANT}, "team": team}
        assert (await bot.post(added))[0] == 200
        known = bot.rows("select document from 'references' where place = ''")
        assert [bot.connector.service_url in document for (document,) in known] == [True] * learnt
