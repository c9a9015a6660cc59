"""Who is in a desk's team, as Teams says it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.calendars.holidays import Countries
from bot.retries import Temporary
from bot.state import DeskInfo, Member, TeamChannel
from bot.store.memory import MemoryJournal
from bot.teams import rosters
from bot.teams.references import References
from bot.teams.rosters import Rosters
from bot.teams.transport import Final
from tests.rig import activities

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DESK = DeskInfo("backend", "tenant", "group", activities.CHANNEL)
PEOPLE: list[dict[str, Any]] = [
    {"aadObjectId": "B-2", "name": "Zoe", "userPrincipalName": "Zoe@Example.com"},
    {"objectId": "a-1", "email": "ana@example.com"},
    {"id": "28:bot", "name": "Hotseat"},
    {"aadObjectId": "c-3", "name": 7},
]
CHANNELS = [
    {"id": activities.TEAM, "name": None},
    {"id": activities.CHANNEL, "name": "backend"},
    {"id": "19:other@thread.tacv2", "name": "other desk"},
    {"id": "19:team@thread.tacv2", "name": "Backend team"},
    {"name": "no id"},
]


class FakeTransport:
    """Answers, or fails, as a test says."""

    def __init__(self, people: Any = None, channels: Any = None) -> None:
        self.people = PEOPLE if people is None else people
        self.found = CHANNELS if channels is None else channels

    async def members(self, *_: str) -> Any:
        return _answer(self.people)

    async def channels(self, _: str, team_id: str) -> Any:
        assert team_id == activities.TEAM
        return _answer(self.found)


def _answer(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


async def asked(transport: FakeTransport, *, heard: bool = True) -> Any:
    references = References(MemoryJournal(), "app")
    if heard:
        await references.learn("tenant", activities.CHANNEL, activities.channel_post())
        forgetful = activities.without(activities.channel_post(), "channelData.team")
        await references.learn("tenant", activities.CHANNEL, forgetful)
    taken = frozenset({"19:other@thread.tacv2"})
    return await Rosters(transport, references, lambda: NOW, lambda _: taken).fetch(DESK)  # type: ignore[arg-type]


async def test_people_and_channels_are_read_and_what_is_none_is_left_out() -> None:
    roster = await asked(FakeTransport())
    assert roster.members == (
        Member("a-1", "ana@example.com", "ana@example.com"),
        Member("c-3", "Somebody"),
        Member("b-2", "Zoe", "zoe@example.com"),
    )
    assert roster.channels == (
        TeamChannel(activities.TEAM, "General"),
        TeamChannel("19:team@thread.tacv2", "Backend team"),
    )
    assert (roster.at, roster.failure) == (NOW, "")


async def test_a_channel_that_was_never_heard_of_has_people_and_a_reason() -> None:
    roster = await asked(FakeTransport(), heard=False)
    assert len(roster.members) == 3
    assert roster.channels == ()
    assert "write setup there" in roster.failure


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Final(403, "Forbidden"), "I am not in the team; add the app to it"),
        (Final(404, "NotFound"), "the team is gone, or I am not in it"),
        (Final(400, "BadArgument"), "it refused (BadArgument)"),
        (Temporary("503"), "it does not answer"),
    ],
)
async def test_a_failure_is_an_answer_in_words(failure: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosters, "PATIENCE", 0.05)
    async with asyncio.timeout(5):
        assert (await asked(FakeTransport(failure))).failure == words
        assert (await asked(FakeTransport(channels=failure))).failure == words


def test_the_countries_are_those_of_the_package() -> None:
    countries = Countries()
    assert "BE" in countries["DE"]
    assert "DE" in set(countries)
    assert len(countries) > 100
