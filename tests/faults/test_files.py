"""Every file of the data folder torn, emptied, overwritten, or with another kind in its place.

Refused with the remedy, or the last state that was stored; never a traceback, nor a bot that begins with nothing.

A thousand cuts, spread over the files by a seed.
"""

import asyncio
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import app
from bot.app import web_app
from bot.calendars.addresses import Feed, FeedAddresses
from bot.calendars.holidays import KeptHolidays
from bot.errors import Misconfigured, NotStored
from bot.folder import desks_alone, open_folder
from bot.handbook.shelf import Shelf
from bot.jira.attempts import Attempts
from bot.policy import Policy
from bot.ports import Loaded, Record
from bot.rota.shift import Rota
from bot.settings import Settings
from bot.slack.marks import Marks
from bot.state import DeskInfo
from bot.store.atomic import AtomicStorage
from tests.door.whole import BEN, Whole, whole
from tests.rig.entra import TENANT

CUTS = {"journal": 550, "log": 150, "rota": 100, "key": 50, "slack": 50, "holidays": 50, "handbook": 50}
KINDS = ("empty", "garbage", "zeros", "folder")
DESK = DeskInfo("backend", TENANT, "team", "19:c", "", policy=Policy(handbook=""))
REMEDY = re.compile(r"[Rr]estore|remove it|let me read it|Check that|Make it|use a folder|Take it away")


@dataclass(frozen=True)
class Kept:
    """What a journal holds."""

    loaded: Loaded
    history: tuple[Record, ...]


@dataclass(frozen=True)
class Good:
    """Data folders in order: one at rest, one of a bot that was killed, and what they hold.

    ``before`` is what was there at the killed one's last checkpoint.
    """

    rest: Path
    killed: Path
    kept: Kept
    before: Kept


def settings_of(folder: Path) -> Settings:
    return Settings.model_validate({"data": folder})


async def read(folder: Path) -> Kept:
    """Read what a journal holds."""
    async with open_folder(settings_of(folder), "test") as (journal, _):
        return Kept(await journal.load(TENANT, "backend"), await journal.history(TENANT, "backend"))


class Text:
    """A handbook that is read once, and then is away."""

    name, address, edit_address, proposes, is_read = "text", "https://example.com/text", "", False, True

    async def read(self, etag: str = "") -> tuple[bytes, str] | None:
        del etag
        return b"# Help\n\n## Tour hangs\n\nClose it.\n", "mark"


def shelf_of(folder: Path) -> Shelf:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    return Shelf(Text(), lambda _: None, lambda name: AtomicStorage(folder / "handbook" / f"{name}.json"), lambda: now)


async def build(folder: Path) -> Good:
    """Let a bot work, and keep its folder as it was while it ran and after its end."""
    data, killed, at_checkpoint = folder / "data", folder / "killed", folder / "checkpoint"

    async def works(bot: Whole, texts: range) -> None:
        for number in texts:
            await bot.opened(f"label printer {number} prints nothing " + "x" * 500)

    async with whole(data) as bot:
        await works(bot, range(3))
    shutil.copytree(data, at_checkpoint)
    async with whole(data) as bot:
        await works(bot, range(3, 9))
        thread = bot.rows("select place from requests where id = 'R-1'")[0][0].partition("messageid=")[2]
        await bot.post(bot.press("claim", BEN, thread))
        await bot.quiet()
        shutil.copytree(data, killed, ignore=lambda _, names: [name for name in names if name.endswith(".sock")])
    (data / "feeds.key").write_bytes(bytes(range(32)))
    eyes = {"C0/1.000100": ["U1"]}
    AtomicStorage(data / "slack.json").write({"read": {"C0": "1764000000.000100"}, "eyes": eyes})
    await shelf_of(data).look([DESK])
    return Good(data, killed, await read(copied(data, folder / "a")), await read(copied(at_checkpoint, folder / "b")))


def ids(kept: Kept) -> list[str]:
    return [one.id for one in kept.loaded.requests]


def copied(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return shutil.copytree(folder, to)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    return asyncio.run(build(tmp_path_factory.mktemp("good")))


def cuts(name: str, size: int) -> Iterator[int]:
    """Give where a file is cut: at both ends, and between them wherever the seed says."""
    somewhere = random.Random(name)  # noqa: S311 - not a secret
    yield from (0, 1, size - 1)
    yield from (somewhere.randrange(size) for _ in range(CUTS[name] - 3))


def each_cut(name: str, file: Path, judge: Callable[[], None]) -> None:
    """Cut a file again and again, and judge what becomes of it."""
    whole_file = file.read_bytes()
    for cut in cuts(name, len(whole_file)):
        file.write_bytes(whole_file[:cut])
        try:
            judge()
        except BaseException as failure:
            failure.add_note(f"{file.name} was cut at {cut} of {len(whole_file)} bytes")
            raise


def test_there_are_a_thousand_cuts() -> None:
    assert sum(CUTS.values()) == 1000


def test_a_journal_that_is_cut_anywhere_is_refused_with_the_remedy(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")

    def judge() -> None:
        with pytest.raises(Misconfigured, match=REMEDY):
            asyncio.run(read(folder))

    each_cut("journal", folder / "journal.sqlite", judge)


def test_a_log_that_is_cut_anywhere_leaves_some_state_that_was_stored_and_none_before_the_checkpoint(
    good: Good, tmp_path: Path
) -> None:
    """What a log lacks was not stored: a commit is acknowledged after the log's fsync. Source: sqlite.org/wal.html."""
    folder = tmp_path / "data"
    log = folder / "journal.sqlite-wal"
    copied(good.killed, folder)
    whole_log, found = log.read_bytes(), set()
    for cut in cuts("log", len(whole_log)):
        copied(good.killed, folder)
        log.write_bytes(whole_log[:cut])
        kept = asyncio.run(read(folder))
        assert kept.history == good.kept.history[: len(kept.history)], cut
        assert len(kept.history) >= len(good.before.history), cut
        assert {one.id for one in kept.loaded.requests} >= {one.id for one in good.before.loaded.requests}, cut
        found.add(kept.loaded.revision)
    assert len(found) > 10, "the cuts fall into many commits"
    copied(good.killed, folder)
    assert asyncio.run(read(folder)) == good.kept


def test_a_rota_file_that_is_cut_anywhere_changes_no_rota(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")

    async def rota() -> Rota:
        async with desks_alone(settings_of(folder)) as desks:
            return (await desks.one("backend").state()).rota

    def judge() -> None:
        now = asyncio.run(rota())
        assert (now.people, now.shifts) == (good.kept.loaded.rota.people, good.kept.loaded.rota.shifts)

    each_cut("rota", folder / "rota" / "backend.json", judge)


def test_a_feed_key_that_is_cut_anywhere_is_refused_with_the_remedy(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")

    def judge() -> None:
        with pytest.raises(Misconfigured, match=REMEDY):
            FeedAddresses(folder / "feeds.key", "https://example.com")

    each_cut("key", folder / "feeds.key", judge)


def test_marks_of_slack_that_are_cut_anywhere_are_as_they_were_or_begun_anew(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")

    def judge() -> None:
        marks = Marks(AtomicStorage(folder / "slack.json"))
        assert (marks.cursor("C0"), marks.eyes("C0/1.000100")) in (
            ("1764000000.000100", frozenset({"U1"})),
            ("", None),
        )

    each_cut("slack", folder / "slack.json", judge)


def test_holidays_that_are_cut_anywhere_are_computed_anew(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")
    days = KeptHolidays(folder / "holidays.json")("DE", "BE", 2026)

    def judge() -> None:
        assert KeptHolidays(folder / "holidays.json")("DE", "BE", 2026) == days

    each_cut("holidays", folder / "holidays.json", judge)


def test_a_kept_handbook_that_is_cut_anywhere_is_as_it_was_or_read_anew(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")
    (file,) = (folder / "handbook").glob("*.json")

    async def sections() -> list[str]:
        shelf = shelf_of(folder)
        await shelf.open([DESK])
        return [one.title for one in shelf.of(DESK).sections]

    def judge() -> None:
        assert asyncio.run(sections()) in (["Help", "Tour hangs"], [])

    each_cut("handbook", file, judge)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    ["journal.sqlite", "rota/backend.json", "rota", "feeds.key", "slack.json", "holidays.json", "tickets", "handbook",
     "lock", "control.sock"],
)  # fmt: skip
def test_whatever_stands_in_the_place_of_a_file_the_bot_says_what_to_do_or_goes_on(
    good: Good, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    monkeypatch.setattr(app, "DRAIN_SECONDS", 0.0)  # nobody is there to whom anything could go
    folder = copied(good.rest, tmp_path / "data")
    spoil(folder / name, kind)

    async def start() -> str:
        slack = {"slack_url": "http://127.0.0.1:9/api/", "slack_token": "xoxb-1", "slack_secret": "canary-" + "x" * 32}
        jira = {"jira_url": "http://127.0.0.1:9", "jira_email": "a@example.com", "jira_token": "canary"}
        runner = web.AppRunner(web_app(Settings.model_validate({"data": folder, **slack, **jira})))
        try:
            await runner.setup()
        except (Misconfigured, NotStored) as refused:
            return str(refused)
        finally:
            await runner.cleanup()
        return ""

    said = asyncio.run(start())
    if said:
        assert REMEDY.search(said), said
        assert str(folder) in said
    else:
        assert name not in ("journal.sqlite", "feeds.key")
        assert ids(asyncio.run(read(folder))) == ids(good.kept)


def spoil(path: Path, kind: str) -> None:
    """Put something of another kind in the place of a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
        (path / "something").touch()
    else:
        path.write_bytes({"empty": b"", "garbage": b"\xff{Dear diary, " * 50, "zeros": bytes(8192)}[kind])


async def test_a_note_of_a_ticket_that_cannot_be_kept_is_no_ticket(tmp_path: Path) -> None:
    (tmp_path / "tickets").write_text("")
    with pytest.raises(Exception, match="cannot be noted"):
        await Attempts(tmp_path / "tickets").note("a ticket")


def test_a_secret_address_stays_the_same_as_long_as_its_key_is(good: Good) -> None:
    feed = Feed(TENANT, "backend", "", 0)
    one, again = (FeedAddresses(good.rest / "feeds.key", "https://example.com") for _ in range(2))
    assert one.find(again.address(TENANT, "backend", "", 0).split("/")[-1].removesuffix(".ics"), [feed]) == feed


def test_a_row_of_another_program_is_named_with_the_remedy(good: Good, tmp_path: Path) -> None:
    folder = copied(good.rest, tmp_path / "data")
    edit(folder, "UPDATE requests SET document = substr(document, 1, 100)")
    with pytest.raises(Misconfigured, match=r"requests .* R-1.*Restore"):
        asyncio.run(read(folder))


def edit(folder: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(folder / "journal.sqlite")
    with connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_the_copies_are_what_they_should_be(good: Good) -> None:
    assert len(good.kept.loaded.requests) == 9
    assert len(good.before.loaded.requests) == 3
    assert json.loads((good.rest / "slack.json").read_text())["read"]
