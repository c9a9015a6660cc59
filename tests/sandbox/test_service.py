"""The clock, the story, the seed, and who is let in."""

import asyncio
import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sandbox import archive, cast
from bot.sandbox.clock import Clock
from bot.sandbox.world import World
from tests.sandbox.conftest import Stage


def at(text: str) -> Clock:
    return Clock(lambda: datetime.fromisoformat(text).astimezone(UTC))


@pytest.mark.parametrize(
    ("real", "begins"),
    [
        ("2026-11-24T11:11:00+01:00", "2026-11-24T10:11:00+00:00"),
        ("2026-11-24T00:40:00+01:00", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24T17:30:00+01:00", "2026-11-25T09:00:00+00:00"),
        ("2026-11-28T12:00:00+01:00", "2026-11-30T09:00:00+00:00"),
        ("2026-12-24T19:00:00+01:00", "2026-12-28T09:00:00+00:00"),
        ("2026-07-04T12:00:00+02:00", "2026-07-06T08:00:00+00:00"),
    ],
)
def test_the_clock_begins_in_support_hours(real: str, begins: str) -> None:
    clock = at(real)
    clock.begin()
    assert clock.now().isoformat() == begins
    assert bool(clock.note) == (real != "2026-11-24T11:11:00+01:00")


@pytest.mark.parametrize(
    ("real", "name", "then"),
    [
        ("2026-11-24T08:00:00+01:00", "next-opening", "2026-11-24T09:00:00+01:00"),
        ("2026-11-27T12:00:00+01:00", "next-opening", "2026-11-30T09:00:00+01:00"),
        ("2026-11-23T16:00:00+01:00", "monday-17", "2026-11-23T17:00:00+01:00"),
        ("2026-11-23T17:00:00+01:00", "monday-17", "2026-11-30T17:00:00+01:00"),
        ("2026-11-23T13:59:00+01:00", "monday-14", "2026-11-23T14:00:00+01:00"),
        ("2026-11-24T10:00:00+01:00", "monday-14", "2026-11-30T14:00:00+01:00"),
        ("2026-11-24T10:00:00+01:00", "wednesday-9", "2026-11-25T09:00:00+01:00"),
        ("2026-11-25T09:00:00+01:00", "wednesday-9", "2026-12-02T09:00:00+01:00"),
        ("2026-10-21T10:00:00+02:00", "wednesday-9", "2026-10-28T09:00:00+01:00"),
        ("2026-11-23T17:00:00+01:00", "2030-01-01T00:00:00+00:00", "2030-01-01T01:00:00+01:00"),
    ],
)
def test_the_clock_goes_to_named_moments(real: str, name: str, then: str) -> None:
    clock = at(real)
    clock.to(name)
    assert clock.now() == datetime.fromisoformat(then)
    clock.to("real")
    assert clock.now() == datetime.fromisoformat(real)


async def test_the_clock_is_plain_text_and_moves(stage: Stage) -> None:
    await stage.do("api/clock", add=300)
    async with stage.client.get(f"{stage.base}clock") as answer:
        assert await answer.text() == "2026-11-24T09:05:00+00:00"
    assert "error" in await stage.do("api/clock", to="yesterday")
    assert "error" in await stage.do("api/clock", to="2026-01-01T00:00:00")


async def test_ids_of_messages_never_repeat_when_time_goes_backwards(stage: Stage) -> None:
    first = await stage.do("api/act/post", as_="olga", channel="backend", text="one")
    await stage.do("api/clock", add=-3600)
    second = await stage.do("api/act/post", as_="olga", channel="backend", text="two")
    assert int(second["message"]) > int(first["message"])


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}],
)
async def test_strangers_are_refused(stage: Stage, headers: dict[str, str]) -> None:
    for path in ("", "api/world", "clock"):
        async with stage.client.get(f"{stage.base}{path}", headers=headers) as answer:
            assert answer.status == 403
    async with stage.client.post(f"{stage.base}api/clock", json={"add": 60}, headers=headers) as answer:
        assert answer.status == 403


async def test_a_form_of_another_site_is_refused(stage: Stage) -> None:
    async with stage.client.post(f"{stage.base}api/clock", data={"add": "60"}) as answer:
        assert answer.status == 415


async def test_the_story_runs_to_its_end_and_names_what_is_missing(stage: Stage) -> None:
    await stage.do("api/play", do="start")
    captions = set()
    for _ in range(2000):
        scene = (await stage.world())["story"]
        captions.add(scene["caption"])
        if not scene["running"] and len(captions) > 1:
            break
        await asyncio.sleep(0.005)
    authors = [one["author"] for one in (await stage.world())["messages"]]
    assert [authors.count(one) for one in ("olga", "tom", "ana", "ben")] == [1, 1, 1, 1]
    assert authors.count("bugsnag") == 1
    assert [one.body["event"]["type"] for one in stage.bot.hooked] == ["message", "reaction_added"]
    presses = [one["from"]["name"] for one in stage.bot.heard if one["type"] == "invoke"]
    assert presses == ["Ana Lindqvist", "Olga Brandt", "Ben Okafor", "Tom Reuter"]


async def test_the_story_shows_an_error_where_the_bot_has_brought_it_and_only_then(stage: Stage) -> None:
    told = {True: set[tuple[str, str]](), False: set[tuple[str, str]]()}
    for echoes, scenes in told.items():
        stage.bot.echoes = stage.base if echoes else ""
        await stage.do("api/play", do="start")
        while stage.sandbox.story.scene.running or not scenes:
            if stage.sandbox.story.scene.running:
                scenes.add((stage.sandbox.story.scene.place, stage.sandbox.story.scene.caption))
            await asyncio.sleep(0.001)
    brought = {
        ("team", "The backend team's channel has it too, with an owner to be found."),
        ("team", "In Teams, too, everybody sees who has it."),
    }
    assert (brought <= told[True], brought & told[False]) == (True, set())
    assert ("slack", "Something breaks in production. Bugsnag says so in Slack.") in told[False]


async def test_the_story_can_be_stopped(stage: Stage) -> None:
    await stage.do("api/play", do="start")
    await stage.do("api/play", do="stop")
    assert (await stage.world())["story"]["running"] is False


async def test_the_page_is_there_and_allows_nothing_from_elsewhere(stage: Stage) -> None:
    async with stage.client.get(stage.base) as answer:
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for path in ("web/package.json", "lib/../package.json", "web/%2e%2e/service.py"):
        async with stage.client.get(f"{stage.base}{path}") as answer:
            assert answer.status == 404


def test_the_seed_gives_a_team_to_this_iteration_and_the_eight_before_and_leaves_the_next_one_to_be_picked() -> None:
    rota = cast.Rota().missing(date(2026, 11, 24))
    starts = sorted({one.iteration for one in rota.shifts})
    assert (len(starts), starts[0], starts[-1]) == (9, "2026-09-23", "2026-11-18")
    for start in {one.iteration for one in rota.shifts}:
        pair = [one.name for one in rota.shifts if (one.iteration, one.role) == (start, "SUPPORT")]
        assert len(set(pair)) == 2
        assert any(one.production for one in cast.PLAYERS if one.name in pair)
    assert [one.iteration for one in rota.shifts if one.role == "OBSERVER"] == ["2026-11-18"]


def test_the_seed_leaves_an_iteration_alone_that_has_a_shift() -> None:
    own = cast.Rota((cast.Shift("2026-11-18", "Eva Novak", "SUPPORT"),))
    assert own.missing(date(2026, 11, 24)).shifts == ()
    assert cast.Rota().missing(date(2026, 11, 25)).missing(date(2026, 11, 25)).shifts == ()


def test_after_weeks_without_a_start_there_is_a_team_again_and_after_one_week_the_bot_has_its_say() -> None:
    first = cast.Rota().missing(date(2026, 11, 24))
    assert first.missing(date(2026, 11, 26)).shifts == ()
    again = first.missing(date(2026, 12, 10))
    assert {one.iteration for one in again.shifts} == {"2026-12-09"}
    assert len(again.shifts) == 4


@pytest.mark.parametrize(
    ("day", "roles"),
    [
        (date(2026, 11, 19), ("support", "support", "fallback", "observer", "colleague", "admin")),
        (date(2026, 11, 20), ("support", "off on Fri", "fallback", "observer", "colleague", "admin")),
        (date(2026, 11, 10), ("colleague", "support", "support", "colleague", "colleague", "admin")),
        (date(2026, 11, 6), ("fallback", "off on Fri", "support", "colleague", "colleague", "admin")),
        (date(2026, 11, 25), ("colleague", "colleague", "colleague", "colleague", "colleague", "admin")),
    ],
)
def test_the_page_says_what_each_is_on_the_day(day: date, roles: tuple[str, ...]) -> None:
    rota = cast.Rota().missing(date(2026, 11, 18))
    backend = [one for one in cast.PLAYERS if one.backend]
    assert tuple(rota.role(one, day) for one in backend) == roles


def test_people_are_written_as_the_bot_reads_them() -> None:
    people = list(csv.DictReader(io.StringIO(cast.people_csv(date(2026, 11, 24)))))
    assert [row["name"] for row in people if row["production_access"] == "yes"] == [
        "Ana Lindqvist",
        "Chen Wei",
        "Farid Haddad",
    ]
    assert [(row["name"], row["joined"]) for row in people if row["experienced"] == "no"] == [
        ("Dilan Kaya", "2026-11-16")
    ]
    assert [row["name"] for row in people if "Fri" not in row["working_days"] and row["working_days"]] == ["Ben Okafor"]


def test_the_calendar_of_a_vacation_is_one_that_absences_are_read_from() -> None:
    who, calendar = cast.vacation_ics(date(2026, 11, 24))
    assert who == "Eva Novak"
    assert "DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261205\r\n" in calendar


async def test_what_was_said_is_there_after_a_restart(stage: Stage, tmp_path: Path) -> None:
    await stage.do("api/act/post", as_="olga", channel="backend", text="label printer down")
    await stage.do("api/bugsnag", do="new")
    await stage.do("api/clock", add=3600)
    kept = tmp_path / "world.json"
    archive.save(kept, stage.sandbox.world, stage.sandbox.clock, stage.sandbox.bridge.kept)
    clock = at("2026-11-24T10:00:00+01:00")
    world = World(clock.now, lambda: None)
    archive.load(kept, world, clock, {})
    assert world.messages == stage.sandbox.world.messages
    assert (world.notices, world.unread) == (stage.sandbox.world.notices, stage.sandbox.world.unread)
    assert clock.now() == stage.sandbox.clock.now()
    assert int(world.new_id()) > max(map(int, world.messages))


def test_a_damaged_archive_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text("{")
    clock = at("2026-11-24T10:00:00+01:00")
    world = World(clock.now, lambda: None)
    archive.load(tmp_path / "world.json", world, clock, {})
    assert not world.messages
    assert (tmp_path / "world.unreadable").is_file()
