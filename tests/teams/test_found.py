"""What was found, and not delivered: it comes in by the same door."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import pytest

from bot.effects import Answer
from bot.errors import NotStored
from bot.events import Event
from bot.graph.messages import Channel, activities
from bot.state import DeskInfo
from bot.teams.bot import HotseatBot
from bot.teams.references import References
from tests.journeys.town import at
from tests.rig.activities import CHANNEL, GROUP
from tests.rig.entra import APP_ID, TENANT
from tests.rig.graph import bot_mention, chat_message

INTERNAL = "19:internal@thread.tacv2"


class Desk:
    """A desk that stores everything but what it is told to fail with."""

    info = DeskInfo("backend", TENANT, GROUP, CHANNEL, INTERNAL)

    def __init__(self) -> None:
        self.taken: list[Event] = []
        self.known: set[str] = set()
        self.failure: Exception | None = None

    async def handle(self, event: Event) -> Answer | None:
        if self.failure is not None and event.key.endswith("|1|message"):
            raise self.failure
        self.taken.append(event)
        self.known.add(event.key)
        return None

    async def knows(self, key: str) -> bool:
        return key in self.known

    def has(self, person: str) -> bool:
        return bool(person)


class Desks(list[Desk]):
    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        there = [(one.info.tenant, place) for one in self for place in (one.info.channel, one.info.team_channel)]
        return self[0] if (tenant, channel) in there else None

    def besides(self, desk: DeskInfo) -> list[Desk]:
        return [one for one in self if one.info != desk]


class Memory:
    """Remembers nothing; nothing is to be learnt from what was found."""

    async def learn(self, tenant: str, place: str, document: str) -> None:
        raise AssertionError(tenant, place, document)

    async def references(self) -> list[tuple[str, str, str]]:
        return []

    async def references_of(self, tenant: str, places: Iterable[str]) -> list[tuple[str, str, str]]:
        raise AssertionError(tenant, places)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bot(desk: Desk) -> HotseatBot:
    clock = lambda: at("2026-11-23 11:10")  # noqa: E731 - it stands
    return HotseatBot(cast("Any", Desks([desk])), References(Memory(), APP_ID), cast("Any", None), clock)


def found(*messages: dict[str, Any], channel: str = CHANNEL) -> list[tuple[dict[str, Any], datetime]]:
    there = Channel(TENANT, GROUP, channel)
    return [(one.activity, one.at) for message in messages for one in activities(there, message)]


async def test_what_is_new_is_taken_and_said_to_be_so_and_what_is_known_is_not(bot: HotseatBot, desk: Desk) -> None:
    some = found(chat_message(id="1"), chat_message(id="2", reply_to="1"))
    assert await bot.found(TENANT, some[:1]) == {"1"}
    assert await bot.found(TENANT, some) == {"2"}
    assert len(desk.taken) == 2


async def test_of_the_teams_channel_only_what_addresses_the_bot_is_taken(bot: HotseatBot, desk: Desk) -> None:
    words = '<at id="0">Hotseat</at> who'
    some = found(chat_message(id="1"), chat_message(words, id="2", mentions=[bot_mention()]), channel=INTERNAL)
    assert await bot.found(TENANT, some) == {"2"}
    assert [type(event).__name__ for event in desk.taken] == ["Wrote"]


async def test_a_late_command_is_left_and_a_late_request_is_not(bot: HotseatBot) -> None:
    written, mentions = "2026-11-23T09:50:00.000Z", [bot_mention()]
    command = chat_message('<at id="0">Hotseat</at> pause', id="1", at=written, mentions=mentions)
    words = '<at id="0">Hotseat</at> the printer is broken'
    request = chat_message(words, id="2", at=written, mentions=mentions)
    assert await bot.found(TENANT, found(command, request)) == {"2"}


async def test_nothing_is_taken_of_a_channel_that_is_no_desks(bot: HotseatBot) -> None:
    assert await bot.found(TENANT, found(chat_message(), channel="19:elsewhere")) == frozenset()


async def test_what_cannot_be_stored_is_said(bot: HotseatBot, desk: Desk) -> None:
    desk.failure = NotStored("full")
    with pytest.raises(NotStored):
        await bot.found(TENANT, found(chat_message(id="1"), chat_message(id="2", reply_to="1")))


async def test_a_bug_takes_no_other_message_with_it_and_is_logged_without_words(
    bot: HotseatBot, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.failure = ValueError("secret words")
    with caplog.at_level(logging.ERROR):
        assert await bot.found(TENANT, found(chat_message(id="1"), chat_message(id="2", reply_to="1"))) == {"2"}
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text
