"""From a channel that is no desk to one that is, over HTTP, with what Teams says of the team."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import tests.door.whole as whole_bot
from bot.settings import Settings
from tests.door.whole import ANA, EVA, FARID, Whole, card_of, running
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.service import Answer

LEA = "bbbbbbbb-0000-4000-8000-000000000009"


def member(id_: str, name: str, email: str = "") -> dict[str, Any]:
    return {
        "id": f"29:{id_[-1]}",
        "aadObjectId": id_,
        "name": name,
        "email": email or f"{name.split(maxsplit=1)[0]}@Example.com",
    }


@asynccontextmanager
async def empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch, admins: tuple[str, ...] = (FARID,)
) -> AsyncIterator[Whole]:
    """Run the bot without any desk."""

    async def nothing(settings: Settings) -> None:
        """Seed nothing."""

    class Admins(Settings):
        @classmethod
        def model_validate(cls, given: Any, **more: Any) -> Settings:  # type: ignore[override]
            return Settings.model_validate({**given, "admins": admins}, **more)

    monkeypatch.setattr(whole_bot, "seed", nothing)
    monkeypatch.setattr(whole_bot, "Settings", Admins)
    async with (
        FakeEntra() as entra,
        FakeConnector() as connector,
        aiohttp.ClientSession() as session,
        running(folder, entra, connector, session) as bot,
    ):
        connector.members = [
            member(ANA, "Ana Lindqvist"),
            member(FARID, "Farid Haddad"),
            member(LEA, "Lea Sommer", "lea@example.com"),
            {"id": "28:bot", "name": "Hotseat"},
        ]
        yield bot


def asks(
    bot: Whole, who: str, text: str = "setup", *, mention: bool = True, fields: dict[str, Any] | None = None
) -> dict[str, Any]:
    return activities.channel_post(text, mention=mention, **{**bot.by(who), **(fields or {})})


async def shown(bot: Whole, words: str) -> str:
    """Wait until something says this; return the message as text."""
    async with asyncio.timeout(5):
        while True:
            for message in bot.connector.messages.values():
                if words in str(message):
                    return str(message)
            await asyncio.sleep(0.02)


async def test_setup_by_an_admin_makes_the_channel_a_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        post = asks(bot, FARID)
        assert (await bot.post(post))[0] == 200
        await shown(bot, "has 3 people")
        await bot.quiet()
        ((id_, info),) = bot.rows("select desk, info from desks")
        assert id_ == "backend"
        assert activities.GROUP in info
        thread = next(call for call in bot.cards() if call.conversation == post["conversation"]["id"])
        fetch = card_of(thread)["body"][-1]["actions"][0]["data"]
        assert fetch["msteams"] == {"type": "task/fetch"}
        _, opened = await bot.post(activities.dialog(fetch, thread=post["id"], **bot.by(FARID)))
        form = opened["task"]["value"]["card"]["content"]
        assert ("Ana Lindqvist", ANA) in _choices(form)
        sent = {**_button(form, "Save and go on"), "people": f"{ANA},{FARID}", "emails": ""}
        _, following = await bot.post(activities.submit(sent, thread=post["id"], **bot.by(FARID)))
        assert "Production access" in str(following["task"]["value"]["card"]["content"])
        await bot.quiet()
        assert "ana@example.com" in (tmp_path / "rota" / "backend.json").read_text()


def _choices(form: dict[str, Any]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    stack: list[Any] = [form]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            found |= {(one["title"], one["value"]) for one in node.get("choices", [])}
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return found


def _button(form: dict[str, Any], title: str) -> dict[str, Any]:
    stack: list[Any] = [form]
    while stack:
        node = stack.pop()
        if isinstance(node, dict) and node.get("title") == title and "data" in node:
            data: dict[str, Any] = node["data"]
            return data
        stack += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    raise AssertionError(title)


@pytest.mark.parametrize(
    ("who", "text", "mention"), [(EVA, "setup", True), (FARID, "setup", False), (FARID, "setup please now", True)]
)
async def test_what_is_said_where_no_desk_is_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
    text: str,
    mention: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        assert (await bot.post(asks(bot, who, text, mention=mention)))[0] == 200
        assert bot.rows("select count(*) from desks") == [(0,)]
        assert bot.rows("select count(*) from 'references'") == [(0,)]
        said = [call.body.get("text") for call in bot.connector.sent("POST")]
        assert said == (
            ["Meine Admins können diesen Kanal einrichten. Bitte frag deine Teamleitung."] if who == EVA else []
        )


async def test_an_admin_is_known_by_the_e_mail_that_teams_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with empty(tmp_path, monkeypatch, ("lea@example.com",)) as bot:
        lea = {"sender": "29:9", "aad": LEA, "name": "Lea Sommer"}
        await bot.post(asks(bot, EVA))
        assert bot.rows("select count(*) from desks") == [(0,)]
        assert (await bot.post(asks(bot, FARID, fields=lea)))[0] == 200
        await shown(bot, "has 3 people")
        await bot.quiet()
        assert LEA in bot.rows("select info from desks")[0][0]


async def test_while_teams_does_not_say_who_writes_the_message_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch, ("lea@example.com",)) as bot:
        lea = {"sender": "29:9", "aad": LEA, "name": "Lea Sommer"}
        post = asks(bot, FARID, fields=lea)
        bot.connector.script(503)
        assert (await bot.post(post))[0] == 503
        assert (await bot.post(post))[0] == 200
        assert bot.rows("select desk from desks") == [("backend",)]


async def test_a_second_channel_gets_a_name_of_its_own_and_one_team_is_asked_for_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        await bot.post(asks(bot, FARID))
        for channel in ("19:ops@thread.tacv2", "19:edge@thread.tacv2"):
            other = asks(bot, FARID, fields={"channel": channel})
            other["channelData"]["team"].pop("aadGroupId")
            other["channelData"]["team"]["name"] = "Straße & Süd"
            await bot.post(other)
        names = sorted(bot.rows("select desk from desks"))
        assert names == [("backend",), ("liefery",), ("liefery-2",)]
        assert all("group-1" in info for desk, info in bot.rows("select desk, info from desks") if desk != "backend")


@pytest.mark.parametrize(("status", "first"), [(503, 503), (403, 200)])
async def test_a_team_whose_group_is_not_told_now_is_asked_for_again_and_never_told_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, first: int
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        post = asks(bot, FARID)
        post["channelData"]["team"].pop("aadGroupId")
        bot.connector.script(status)
        assert (await bot.post(post))[0] == first
        assert (await bot.post(post))[0] == 200
        assert len(bot.rows("select desk from desks")) == 1


async def test_whom_a_desks_policy_names_makes_further_channels_desks_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        first = asks(bot, FARID)
        await bot.post(first)
        ids = {"verb": "send", "desk": "backend", "request": "", "card": "form", "step": "policy.admins"}
        await bot.post(activities.submit({**ids, "admins": EVA}, thread=first["id"], **bot.by(FARID)))
        await bot.post(asks(bot, EVA, fields={"channel": "19:ops@thread.tacv2"}))
        await shown(bot, "Setup of liefery")
        await bot.quiet()
        assert bot.rows("select count(*) from requests") == [(0,)]
        assert EVA in bot.rows("select info from desks where desk = 'liefery'")[0][0]


async def test_two_who_write_setup_at_once_make_one_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        answers = await asyncio.gather(*(bot.post(asks(bot, FARID)) for _ in range(3)))
        assert [status for status, _ in answers] == [200, 200, 200]
        assert bot.rows("select count(*) from desks") == [(1,)]


async def test_a_team_that_teams_will_not_tell_of_is_said_on_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        bot.connector.always = Answer(status=403, body={"error": {"code": "Forbidden"}})
        bot.connector.only = "members"
        await bot.post(asks(bot, FARID))
        await shown(bot, "Teams did not tell me who is in this team")
        bot.connector.always = None
        again = asks(bot, FARID)
        await bot.post(again)
        await shown(bot, "has 3 people")


async def test_whoever_belongs_to_several_desks_is_asked_which_and_it_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        await bot.post(asks(bot, FARID))
        await bot.post(asks(bot, FARID, fields={"channel": "19:ops@thread.tacv2"}))
        await bot.quiet()

        async def write(text: str, words: str) -> str:
            chat = activities.personal_message(text, conversation="a:farid", **bot.by(FARID))
            assert (await bot.post(chat))[0] == 200
            await bot.quiet()
            return await shown(bot, words)

        form = await write("who", "Which desk?")
        assert "liefery" in form
        card = next(call for call in bot.cards() if "Which desk?" in str(call.body))
        data = _button(card_of(card), "liefery")
        _, answer = await bot.post(activities.press("send", data, thread=None, conversation="a:farid", **bot.by(FARID)))
        assert "Your desk here: liefery" in str(answer["value"])
        assert "Policy of liefery" in await write("policy", "Policy of liefery")
        before = len([one for one in bot.connector.messages.values() if "Which desk?" in str(one)])
        await write("desk", "Which desk?")
        assert len([one for one in bot.connector.messages.values() if "Which desk?" in str(one)]) == before + 1


@pytest.mark.parametrize("text", ["hello", "help", "setup"])
@pytest.mark.parametrize("who", [FARID, LEA])
async def test_before_there_is_a_desk_everybody_hears_in_their_own_chat_how_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, who: str
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        message = activities.personal_message(text, conversation="a:own", **bot.by(who))
        for id_, locale in (("1", "en-GB"), ("2", "de-DE")):
            assert (await bot.post(message | {"id": id_, "locale": locale}))[0] == 200
        english, german = [call.body["text"] for call in bot.connector.calls if call.conversation == "a:own"]
        assert english.startswith("I am in no channel yet. It begins with @Hotseat setup")
        assert german.startswith("Ich bin noch in keinem Kanal.")
        assert bot.rows("select * from desks") == []


async def test_a_field_that_was_emptied_and_so_does_not_come_is_empty_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty(tmp_path, monkeypatch) as bot:
        await bot.post(asks(bot, FARID))
        await bot.quiet()
        where = {"conversation": "a:farid", **bot.by(FARID)}
        await bot.post(activities.personal_message("policy", **where))
        await bot.quiet()
        card = next(call for call in bot.cards() if "Policy of backend" in str(call.body))
        way = {**card_of(card)["body"][-1]["actions"][0]["data"], "step": "policy.admins"}
        for typed, said in (({"admins": FARID}, f"nothing → {FARID}"), ({}, f"{FARID} → nothing")):
            _, opened = await bot.post(activities.dialog(way, thread=None, **where))
            data = {**_button(opened["task"]["value"]["card"]["content"], "Save"), **typed}
            _, saved = await bot.post(activities.submit(data, thread=None, **where))
            assert said in str(saved["task"]["value"]["card"]["content"])
