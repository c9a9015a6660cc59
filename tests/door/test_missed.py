"""What Teams does not deliver is found through Microsoft Graph: the whole bot, with authentication on."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.door.whole import ANA, ClockService, Whole, running
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import TENANT, FakeEntra
from tests.rig.graph import FakeGraph, as_chat_message

KINDS = "('Posted', 'Replied', 'Edited', 'Deleted')"


class Street:
    """Teams, its Graph and Entra, which outlive the bot."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.graph = FakeGraph()
        self._monkeypatch = monkeypatch
        self._services: tuple[FakeEntra, FakeConnector, aiohttp.ClientSession]

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Street"]:
        async with FakeEntra() as entra, FakeConnector() as connector, aiohttp.ClientSession() as session, self.graph:
            self._services = (entra, connector, session)
            yield self

    @asynccontextmanager
    async def bot(self, time: str = "10:59:00") -> AsyncIterator[Whole]:
        """Run the bot at a time of that Monday; it has looked once before this goes on."""
        self.set(time)
        asked = len(self.graph.asked)
        async with running(self.folder, *self._services, graph_url=self.graph.url) as bot:
            await until(lambda: len(self.graph.asked) > asked + 1)
            yield bot

    def set(self, time: str) -> None:
        hour, second = time[:5], int(time[6:] or 0)
        self._monkeypatch.setattr(ClockService, "now", at(f"2026-11-23 {hour}") + timedelta(seconds=second))

    def said(self, activity: dict[str, Any]) -> dict[str, Any]:
        """Let a message stand in the channel, whether or not it is delivered."""
        self.graph.put(as_chat_message(activity))
        return activity

    def post(self, number: int, time: str, text: str = "", **fields: Any) -> dict[str, Any]:
        """Let somebody have posted something at a time of that Monday."""
        moment = _moment(time)
        return self.said(
            activities.channel_post(
                text or f"The scanner {number} in the hub is broken, drivers wait",
                service_url=self._services[1].service_url,
                activity_id=str(int(moment.timestamp() * 1000)),
                aad=f"aaaaaaaa-0000-4000-8000-{number:012}",
                sender=f"29:{number}",
                name=f"Olga {number}",
                at=_iso(moment),
                **fields,
            )
        )

    def reply(self, post: dict[str, Any], who: str, time: str, text: str = "I'm looking into it") -> dict[str, Any]:
        moment = _moment(time)
        fields = {
            "aad": who,
            "sender": f"29:{who}",
            "name": "Ana Lindqvist",
            "activity_id": f"{int(moment.timestamp())}000",
        }
        url = self._services[1].service_url
        return self.said(activities.reply(text, thread=post["id"], service_url=url, at=_iso(moment), **fields))


def _moment(time: str) -> datetime:
    return at(f"2026-11-23 {time[:5]}").astimezone(UTC) + timedelta(seconds=int(time[6:] or 0))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not there():
            await asyncio.sleep(0.02)


async def met(bot: Whole) -> None:
    """Let Teams have delivered something once, so that the bot knows where its service is."""
    assert (await bot.post(activities.personal_message("who", **bot.by(ANA))))[0] == 200
    await bot.quiet()


def keys(bot: Whole) -> list[str]:
    return [key for (key,) in bot.rows(f"select key from records where kind in {KINDS} order by key")]  # noqa: S608


def key(activity: dict[str, Any]) -> str:
    moment = datetime.fromisoformat(activity["timestamp"]).isoformat()
    more = "" if activity["type"] == "message" else f"|{moment}"
    return f"{activity['conversation']['id']}|{activity['id']}|{activity['type']}{more}"


@pytest.fixture
async def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    async with Street(tmp_path, monkeypatch).open() as there:
        yield there


async def test_with_a_tenth_of_deliveries_lost_and_the_bot_down_for_half_an_hour_each_is_there_once(
    street: Street,
) -> None:
    luck = random.Random(7)  # noqa: S311 - which deliveries are lost
    said: list[dict[str, Any]] = []
    async with street.bot():
        pass
    async with street.bot("11:02:00") as bot:
        for number in range(1, 41):
            post = street.post(number, f"11:00:{number:02}")
            said.append(post)
            if luck.random() > 0.1:
                assert (await bot.post(post))[0] == 200
    said += [street.post(number, f"11:{number - 38:02}:00") for number in range(41, 61)]
    async with street.bot("11:31:00") as bot:
        await until(lambda: len(keys(bot)) == len(said))
        await bot.quiet()
        assert keys(bot) == sorted(map(key, said))
        assert bot.stored()[1] == len(said)
        starts = [datetime.fromisoformat(one) for (one,) in bot.rows("select posted_at from requests order by id")]
        written = {datetime.fromisoformat(post["timestamp"]) for post in said}
        assert set(starts) == written
        before = bot.stored()
        for post in said:
            assert (await bot.post(post))[0] == 200
        assert bot.stored() == before


async def test_an_edit_a_deletion_and_an_answer_that_were_missed_are_taken_under_the_keys_that_teams_gives_them(
    street: Street,
) -> None:
    async with street.bot():
        pass
    async with street.bot("11:02:00") as bot:
        first, second = street.post(1, "11:00:00"), street.post(2, "11:00:01")
        for post in (first, second):
            assert (await bot.post(post))[0] == 200
        await bot.quiet()
    third = street.post(3, "11:10:00")
    street.graph.edit(first["id"], "<p>The printer is broken</p>", _iso(_moment("11:11:00")))
    street.graph.delete(second["id"], _iso(_moment("11:12:00")))
    reply = street.reply(third, ANA, "11:13:00")
    async with street.bot("11:31:00") as bot:
        edit = activities.edit("The printer is broken", of=first, at=_iso(_moment("11:11:00")))
        deletion = activities.delete(of=second, at=_iso(_moment("11:12:00")))
        some = [first, second, third, reply, edit, deletion]
        await until(lambda: keys(bot) == sorted(map(key, some)))
        await bot.quiet()
        assert bot.rows("select status from requests order by id") == [("OPEN",), ("CLOSED",), ("ACKNOWLEDGED",)]
        assert "The printer is broken" in bot.rows("select document from requests where id = 'R-1'")[0][0]
        before = bot.stored()
        for one in (deletion, edit, reply, third):
            assert (await bot.post(one))[0] == 200
        assert bot.stored() == before


async def test_nobody_is_called_for_a_request_whose_answer_is_found_with_it(street: Street) -> None:
    async with street.bot() as bot:
        await met(bot)
    post = street.post(1, "11:10:00")
    street.reply(post, ANA, "11:12:00")
    calls = len(street._services[1].calls)
    async with street.bot("11:31:00") as bot:
        await until(lambda: len(keys(bot)) == 2)
        await bot.quiet()
        new = [call.conversation for call in street._services[1].calls[calls:]]
        assert set(new) == {post["conversation"]["id"]}


async def test_a_command_that_is_found_soon_is_answered_and_a_late_one_is_not(street: Street) -> None:
    async with street.bot() as bot:
        await met(bot)
    late = street.post(1, "11:05:00", "who", mention=True)
    soon = street.post(2, "11:29:00", "who", mention=True)
    asked = street.post(3, "11:30:00")
    async with street.bot("11:31:00") as bot:
        await until(lambda: key(asked) in keys(bot))
        await bot.quiet()
        places = {call.conversation for call in street._services[1].calls}
        assert soon["conversation"]["id"] in places
        assert late["conversation"]["id"] not in places


async def test_the_token_is_of_the_desks_tenant_and_for_graph(street: Street) -> None:
    async with street.bot():
        entra = street._services[0]
        tenant, form = entra.token_requests[0]
        assert (tenant, form["scope"]) == (TENANT, f"{street.graph.url}/.default")
        assert street.graph.asked[0][2] == "entra-token-1"


async def test_what_cannot_be_stored_is_found_again(street: Street) -> None:
    async with street.bot() as bot:
        journal = bot.settings.data / "journal.sqlite"
        await met(bot)
    post = street.post(1, "11:10:00")
    with sqlite3.connect(journal) as other:
        other.execute(
            "create trigger full before insert on records when new.kind = 'Posted' "
            "begin select raise(abort, 'full'); end"
        )
    async with street.bot("11:31:00") as bot:
        assert keys(bot) == []
        with sqlite3.connect(journal) as other:
            other.execute("drop trigger full")
        await until(lambda: keys(bot) == [key(post)])
