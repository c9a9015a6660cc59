"""The shelf: which handbook a desk has, how fresh it is, and what is kept for when it cannot be read."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Misconfigured
from bot.handbook.file import LocalFile
from bot.handbook.shelf import DEFAULT, Shelf, Source
from bot.policy import Policy
from bot.retries import Temporary
from bot.state import DeskInfo
from bot.store.atomic import AtomicStorage
from tests.desk.house import INFO
from tests.journeys.town import at

NOW = at("2026-11-24 10:00")
PAGE = "https://github.com/acme/shop/blob/main/help.md"
WIKI = "https://wiki.example.com/help"
ONE, TWO = b"# One\n", b"# Two\n"


class Elsewhere:
    """A handbook that is kept elsewhere: what it says, or why it cannot be read."""

    def __init__(self, content: bytes = ONE, name: str = "https://github.com/o/r/h.md@main") -> None:
        self.content = content
        self.name = name
        self.address, self.edit_address = f"{name}/blob", f"{name}/edit"
        self.proposes = True
        self.is_read = True
        self.says: Exception | None = None
        self.asked: list[str] = []

    async def read(self, etag: str = "") -> tuple[bytes, str] | None:
        self.asked.append(etag)
        if self.says is not None:
            raise self.says
        mark = f'"{hash(self.content)}"'
        return None if etag == mark else (self.content, mark)


class House:
    """A shelf on a folder, and time that a test lets pass."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.pages: dict[str, Source] = {}
        self.own: Source | None = None
        self.slept: list[float] = []
        self.turns: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def shelf(self) -> Shelf:
        """Start anew, as a process does."""
        keep = lambda name: AtomicStorage(self.folder / "kept" / f"{name}.json")  # noqa: E731
        return Shelf(self.own, self.pages.get, keep, lambda: self.now, sleep=self.sleep)

    async def read(self, *desks: DeskInfo) -> Shelf:
        """Start anew and read once."""
        shelf = self.shelf()
        await shelf.look(desks or (INFO,))
        return shelf


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def desk(handbook: str) -> DeskInfo:
    return replace(INFO, policy=Policy(handbook=handbook))


def names(shelf: Shelf, info: DeskInfo = INFO) -> list[str]:
    return [one.title for one in shelf.of(info).sections]


async def test_a_desk_has_the_deployments_handbook(house: House) -> None:
    house.own = Elsewhere()
    found = (await house.read()).of(INFO)
    assert [one.anchor for one in found.sections] == ["one"]
    assert (found.address, found.edit_address) == (house.own.address, house.own.edit_address)
    assert (found.read_at, found.failure, found.proposes) == (NOW, "", True)


async def test_an_admin_gives_a_desk_another_by_its_page_on_github(house: House) -> None:
    house.own, house.pages[PAGE] = Elsewhere(), Elsewhere(TWO, "other")
    shelf = await house.read(INFO, desk(PAGE))
    assert (names(shelf), names(shelf, desk(PAGE))) == (["One"], ["Two"])


async def test_any_other_address_is_linked_only(house: House) -> None:
    house.own = Elsewhere()
    found = (await house.read(desk(WIKI))).of(desk(WIKI))
    assert (found.address, found.sections, found.read_at, found.proposes) == (WIKI, (), None, False)
    assert house.own.asked == []


async def test_what_is_no_address_is_not_even_linked(house: House) -> None:
    assert (await house.read(desk("the wiki"))).of(desk("the wiki")).address == ""


async def test_without_any_setting_nothing_is_fetched_and_the_page_is_linked_and_can_be_edited(house: House) -> None:
    linked = Elsewhere()
    linked.is_read = linked.proposes = False
    house.pages[DEFAULT] = linked
    found = (await house.read()).of(INFO)
    assert (found.address, found.edit_address, found.sections) == (linked.address, linked.edit_address, ())
    assert linked.asked == []


async def test_with_a_token_alone_the_policys_page_is_read(house: House) -> None:
    house.pages[DEFAULT] = Elsewhere()
    assert names(await house.read()) == ["One"]


async def test_a_file_is_read_by_people_where_the_policy_says(house: House) -> None:
    (house.folder / "help.md").write_bytes(ONE)
    linked = Elsewhere()
    linked.is_read = False
    house.own, house.pages[PAGE] = LocalFile(house.folder / "help.md"), linked
    shelf = await house.read(INFO, desk(WIKI), desk(PAGE), desk(""))
    assert [names(shelf, desk(one)) for one in (DEFAULT, WIKI, PAGE, "")] == [["One"]] * 4
    assert [shelf.of(desk(one)).address for one in (DEFAULT, WIKI, PAGE, "")] == [DEFAULT, WIKI, PAGE, ""]
    assert shelf.of(desk(WIKI)).link(shelf.of(desk(WIKI)).sections[0]) == f"{WIKI}#one"
    assert not shelf.of(INFO).proposes


async def test_where_github_is_read_an_admins_page_there_goes_before_a_file(house: House) -> None:
    (house.folder / "help.md").write_bytes(ONE)
    house.own, house.pages[PAGE] = LocalFile(house.folder / "help.md"), Elsewhere(TWO)
    assert names(await house.read(desk(PAGE)), desk(PAGE)) == ["Two"]


async def test_it_is_the_same_value_until_something_changes(house: House) -> None:
    source = house.own = Elsewhere()
    shelf = await house.read()
    first = shelf.of(INFO)
    assert shelf.of(INFO) is first
    source.proposes = False
    assert not shelf.of(INFO).proposes
    source.content = TWO
    await shelf.look([INFO])
    second = shelf.of(INFO)
    assert (second.version == first.version, [one.title for one in second.sections]) == (False, ["Two"])


async def test_what_is_still_the_same_is_as_fresh_as_the_last_time_it_was_asked_for(house: House) -> None:
    source = house.own = Elsewhere()
    shelf = await house.read()
    house.now += timedelta(minutes=15)
    await shelf.look([INFO])
    assert source.asked[1] == f'"{hash(ONE)}"'
    assert (shelf.of(INFO).read_at, names(shelf)) == (house.now, ["One"])


@pytest.mark.parametrize("failure", [Temporary("GitHub answers 503"), Misconfigured("there is no file")])
async def test_when_it_cannot_be_read_the_last_copy_serves_and_says_since_when_and_why(
    house: House, failure: Exception
) -> None:
    source = house.own = Elsewhere()
    shelf = await house.read()
    house.now, source.says = NOW + timedelta(hours=3), failure
    await shelf.look([INFO])
    found = shelf.of(INFO)
    assert (found.read_at, found.failure, names(shelf)) == (NOW, str(failure), ["One"])


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"x" * 2_000_000, b"x" * 60_000])
async def test_what_is_no_handbook_never_replaces_the_last_good_copy(house: House, content: bytes) -> None:
    source = house.own = Elsewhere()
    shelf = await house.read()
    house.now, source.content = NOW + timedelta(hours=3), content
    for _ in range(2):
        await shelf.look([INFO])
        assert (names(shelf), shelf.of(INFO).read_at) == (["One"], NOW)
        assert shelf.of(INFO).failure
    assert source.asked[-1] == f'"{hash(content)}"'  # it is not fetched again
    source.content = TWO
    await shelf.look([INFO])
    assert (names(shelf), shelf.of(INFO).failure) == (["Two"], "")


async def test_what_was_never_read_says_why(house: House) -> None:
    source = house.own = Elsewhere()
    source.says = Misconfigured("GitHub does not take GITHUB_TOKEN")
    found = (await house.read()).of(INFO)
    assert (found.read_at, found.sections, found.proposes) == (None, (), False)
    assert (found.failure, found.address) == ("GitHub does not take GITHUB_TOKEN", source.address)


async def test_after_a_restart_the_copy_serves_at_once_with_its_age_and_mark(house: House) -> None:
    source = house.own = Elsewhere()
    await house.read()
    house.now += timedelta(days=2)
    shelf = house.shelf()
    await shelf.open([INFO])
    found = shelf.of(INFO)
    assert (names(shelf), found.read_at, found.failure) == (["One"], NOW, "it was not read since the start")
    await shelf.look([INFO])
    assert source.asked[-1] == f'"{hash(ONE)}"'
    assert (shelf.of(INFO).read_at, shelf.of(INFO).failure) == (house.now, "")


async def test_after_a_restart_while_github_is_away_the_copy_serves(house: House) -> None:
    source = house.own = Elsewhere()
    await house.read()
    source.says = Temporary("GitHub answers 503")
    shelf = await house.read()
    assert (names(shelf), shelf.of(INFO).read_at, shelf.of(INFO).failure) == (["One"], NOW, "GitHub answers 503")


def kept(house: House) -> Path:
    (found,) = (house.folder / "kept").glob("*.json")
    return found


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"handbook": 3}',
        b'{"handbook": {"from": "https://github.com/o/r/h.md@main"}}',
        b'{"handbook": {"from": "https://github.com/o/r/h.md@main", "read_at": "x", "text": "", "etag": ""}}',
        b'{"handbook": {"from": "https://github.com/o/r/h.md@main", "read_at": "2026-11-24", "text": "a", "etag": ""}}',
        b'{"handbook": {"from": "https://github.com/o/r/h.md@main", "read_at": "2026-11-24T10Z", "text": ""}}',
        b"\xff",
    ],
)
async def test_a_kept_copy_that_is_spoilt_is_fetched_anew(house: House, spoilt: bytes) -> None:
    source = house.own = Elsewhere()
    await house.read()
    kept(house).write_bytes(spoilt)
    shelf = await house.read()
    assert (names(shelf), source.asked[-1]) == (["One"], "")


async def test_a_copy_of_another_handbook_is_not_taken_for_this_one(house: House) -> None:
    house.own = Elsewhere()
    await house.read()
    text = kept(house).read_text()
    kept(house).write_text(text.replace("o/r/h.md", "o/r/other.md"))
    shelf = house.shelf()
    await shelf.open([INFO])
    assert names(shelf) == []


async def test_a_full_disk_keeps_no_copy_and_is_said_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    source = house.own = Elsewhere()
    (house.folder / "kept").write_text("a file is in the way")
    shelf = await house.read()
    source.content = TWO
    await shelf.look([INFO])
    assert names(shelf) == ["Two"]
    assert sum("copy cannot be kept" in one.message for one in caplog.records) == 1


async def test_a_failure_is_logged_once_with_its_remedy_and_once_when_all_is_well(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source = house.own = Elsewhere()
    shelf = await house.read()
    for status in (502, 503, 502):
        source.says = Temporary(f"GitHub answers {status}")
        await shelf.look([INFO])
    source.says = Misconfigured("set GITHUB_TOKEN to a new one")
    await shelf.look([INFO])
    await shelf.look([INFO])
    source.says = None
    await shelf.look([INFO])
    await shelf.look([INFO])
    assert [one.getMessage() for one in caplog.records if "handbook" in one.getMessage()] == [
        "the handbook was not read: GitHub answers 502",
        "the handbook was not read: set GITHUB_TOKEN to a new one",
        "the handbook is read again",
    ]


class Running:
    """A shelf that keeps fresh what its desks have."""

    def __init__(self, house: House, *desks: DeskInfo) -> None:
        self.shelf = house.shelf()
        self.desks = list(desks)
        self.task = asyncio.create_task(self.shelf.run(lambda: self.desks))

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.001)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_it_is_read_every_quarter_of_an_hour_and_sooner_after_a_failure(house: House) -> None:
    source = house.own = Elsewhere()
    running = Running(house, INFO)
    await running.until(lambda: names(running.shelf) == ["One"])
    source.says = Temporary("GitHub was asked too often (429)", retry_after=77)
    await running.until(lambda: running.shelf.of(INFO).failure)
    source.says, source.content = None, TWO
    await running.until(lambda: names(running.shelf) == ["Two"])
    await running.end()
    assert set(house.slept) >= {900.0, 2.0}
    assert any(77 <= seconds < 84 for seconds in house.slept)


async def test_a_desk_that_gets_another_handbook_has_it_soon_and_the_old_one_is_asked_for_no_longer(
    house: House,
) -> None:
    first, second = Elsewhere(), Elsewhere(TWO, "other")
    house.own, house.pages[PAGE] = first, second
    running = Running(house, INFO)
    await running.until(lambda: names(running.shelf) == ["One"])
    running.desks = [desk(PAGE)]
    await running.until(lambda: names(running.shelf, desk(PAGE)) == ["Two"])
    await asyncio.sleep(0.01)
    asked = len(first.asked)
    await running.until(lambda: len(second.asked) > 5)
    await running.end()
    assert len(first.asked) == asked


async def test_an_error_of_ours_ends_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    source = house.own = Elsewhere()
    source.says = KeyError("x")
    running = Running(house, INFO)
    await running.until(lambda: running.shelf.of(INFO).failure)
    assert running.shelf.of(INFO).failure == "an error of mine; it is in the log"
    source.says = None
    await running.until(lambda: names(running.shelf) == ["One"])
    await running.end()
    assert "reading the handbook failed" in caplog.text


async def looks(shelf: Shelf, count: int = 2) -> None:
    for _ in range(count):
        await shelf.look([INFO])


async def test_a_file_that_changed_is_read_once_it_stands_still(house: House) -> None:
    file = house.folder / "help.md"
    file.write_bytes(ONE)
    house.own = LocalFile(file)
    shelf = await house.read()
    file.write_bytes(b"# Half")
    await shelf.look([INFO])
    assert names(shelf) == ["One"]
    file.write_bytes(b"# Whole, and more\n")
    await shelf.look([INFO])
    assert names(shelf) == ["One"]
    await shelf.look([INFO])
    assert names(shelf) == ["Whole, and more"]


async def test_a_file_that_goes_and_comes_is_said_and_read_again(house: House) -> None:
    file = house.folder / "help.md"
    file.write_bytes(ONE)
    house.own = LocalFile(file)
    shelf = await house.read()
    file.rename(house.folder / "away.md")
    await looks(shelf)
    assert (
        shelf.of(INFO).failure
        == f"there is no file {file}; see HANDBOOK, and for one on GitHub write owner/repo/path@ref"
    )
    assert names(shelf) == ["One"]
    (house.folder / "away.md").rename(file)
    await looks(shelf)
    assert (shelf.of(INFO).failure, names(shelf)) == ("", ["One"])


async def test_a_folder_a_pipe_and_a_locked_file_are_no_handbook(house: House) -> None:
    os.mkfifo(house.folder / "pipe")
    for name in ("", "pipe"):
        house.own = LocalFile(house.folder / name)
        assert "is no file; set HANDBOOK to a Markdown file" in (await house.read()).of(INFO).failure
    house.own = LocalFile(house.folder / ("x" * 300))
    assert "cannot be read (File name too long)" in (await house.read()).of(INFO).failure


async def test_a_file_of_5_mb_is_refused_without_being_read_whole(house: House) -> None:
    (house.folder / "help.md").write_bytes(b"x\n" * 2_500_000)
    house.own = LocalFile(house.folder / "help.md")
    assert (await house.read()).of(INFO).failure.startswith("it is larger than 1 MB")


async def test_a_file_that_did_not_change_is_fresh_and_hardly_ever_noted(house: House) -> None:
    (house.folder / "help.md").write_bytes(ONE)
    house.own = LocalFile(house.folder / "help.md")
    shelf = await house.read()
    first = shelf.of(INFO)
    house.now += timedelta(minutes=1)
    await shelf.look([INFO])
    assert shelf.of(INFO) is first
    house.now += timedelta(minutes=10)
    await shelf.look([INFO])
    assert shelf.of(INFO).read_at == house.now


async def test_the_copy_is_kept_for_the_owners_eyes(house: House) -> None:
    house.own = Elsewhere("# Größe\r\n".encode())
    await house.read()
    assert kept(house).stat().st_mode & 0o777 == 0o600
    shelf = house.shelf()
    await shelf.open([INFO])
    assert shelf.of(INFO).sections[0].heading == "# Größe\r\n"
    assert datetime.fromisoformat(str(NOW)) == shelf.of(INFO).read_at
