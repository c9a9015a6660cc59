"""A backup holds what the bot keeps, as it stood at one moment, and a restore gives it back or touches nothing."""

import asyncio
import errno
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.effects import PutRota
from bot.errors import Misconfigured, NotStored
from bot.ports import Commit
from bot.store import backup as backups
from bot.store.backup import FOLDERS, JOURNAL, MANIFEST, Manifest, back_up, restore
from bot.store.closed import refuse_closed
from bot.store.journal import SqlJournal
from bot.store.lock import FolderLock
from bot.store.migrate import SCRIPTS
from bot.store.rota import RotaFiles
from bot.store.schema import HEAD
from tests.store.samples import DESK, ROTA, posted
from tests.store.test_migrations import run

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
ROTA_FILE = f"rota/{DESK.id}.json"
SMALL = {
    "feeds.key": b"k" * 32,
    "slack.json": b'{"read": {}}',
    "graph.json": b'{"channels": {}}',
    "holidays.json": b"{}",
    "tickets/0f": b"",
    "handbook/edge.json": b"{}",
    f"{ROTA_FILE}.bak": b"{}",
}


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


async def kept(folder: Path, posts: int = 3) -> Path:
    """Fill a data folder as a bot does."""
    folder.mkdir(mode=0o700)
    write(folder, SMALL)
    async with SqlJournal(f"sqlite:///{folder}/{JOURNAL}") as journal:
        await journal.create(DESK)
        for number in range(posts):
            await journal.commit(posted(number, number + 1))
        await journal.commit(Commit(DESK.tenant, DESK.id, posts, changes=(PutRota(ROTA),)))
        await journal.rota_written(DESK.tenant, DESK.id, RotaFiles(folder / "rota").write(DESK, ROTA), ROTA)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return asyncio.run(kept(tmp_path / "data"))


def made(folder: Path, target: Path, **how: Any) -> Manifest:
    return back_up(folder, target, version="0.1.0", now=NOW, **how)


def rows(folder: Path) -> list[str]:
    """Return everything that a journal says."""
    with closing(sqlite3.connect(folder / JOURNAL)) as connection:
        return list(connection.iterdump())


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file in a folder but for the lock, which says nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_was_backed_up_is_restored_elsewhere_row_by_row_and_file_by_file(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.zip", tmp_path / "other"
    before = made(folder, file)
    assert restore(file, other, now=NOW) == (before, None)
    assert rows(other) == rows(folder)
    assert {**tree(other), JOURNAL: b""} == {**tree(folder), JOURNAL: b""}
    assert (before.schema, before.tables["requests"], before.tables["records"]) == (HEAD, 3, 3)
    assert {stat.S_IMODE(path.stat().st_mode) for path in other.rglob("*")} == {0o600, 0o700}


def test_a_backup_is_for_its_owner_only_and_replaces_a_file_by_force_alone(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"mine")
    with pytest.raises(Misconfigured, match=r"is there already, and was left alone\. .*--force"):
        made(folder, file)
    assert file.read_bytes() == b"mine"
    made(folder, file, force=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path != folder] == ["backup.zip"]


def test_what_a_killed_backup_left_goes_with_the_next_and_blocks_no_name(folder: Path, tmp_path: Path) -> None:
    left, fresh = tmp_path / ".hotseat-backup-old", tmp_path / ".hotseat-backup-new"
    left.mkdir()
    fresh.mkdir()
    (left / "journal.sqlite").write_bytes(b"texts of people")
    os.utime(left, (0, 0))
    made(folder, tmp_path / "backup.zip")
    assert {path.name for path in tmp_path.iterdir() if path != folder} == {"backup.zip", ".hotseat-backup-new"}


def test_while_a_backup_is_made_nothing_has_its_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        assert not (tmp_path / "backup.zip").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.store.backup._snapshot", killed)
    with pytest.raises(KeyboardInterrupt):
        made(folder, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_where_there_is_nothing_to_back_up_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="There is no journal in"):
        made(tmp_path / "nowhere", tmp_path / "backup.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_into_a_folder_that_is_not_there_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotStored, match=r"the backup could not be written \(No such file or directory\)"):
        made(folder, tmp_path / "nowhere" / "backup.zip")


def test_what_was_read_back_and_differs_is_no_backup(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(*arguments: Any, **named: Any) -> Manifest:
        manifest = pack(*arguments, **named)
        file = arguments[2]
        file.write_bytes(file.read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05", 1))
        return manifest

    pack = backups._pack
    monkeypatch.setattr(backups, "_pack", spoilt)
    with pytest.raises(Misconfigured):
        made(folder, tmp_path / "backup.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_what_another_is_writing_and_has_not_committed_is_in_no_backup_and_holds_none_up(
    folder: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(folder / JOURNAL)) as writer:
        writer.execute("DELETE FROM records WHERE revision = 2")
        writer.commit()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM records")
        assert made(folder, tmp_path / "backup.zip").tables["records"] == 2
        writer.rollback()


def test_a_journal_that_is_damaged_is_not_backed_up_as_if_it_were_whole(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / JOURNAL)) as connection:
        connection.execute("DELETE FROM desks")
        connection.commit()
    with pytest.raises(Misconfigured, match=r"The journal is damaged: a row of [a-z_]+ without its desk"):
        made(folder, tmp_path / "backup.zip")


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_a_journal_that_is_none_is_not_backed_up(folder: Path, tmp_path: Path, content: bytes) -> None:
    (folder / JOURNAL).write_bytes(content)
    with pytest.raises((Misconfigured, NotStored), match="journal"):
        made(folder, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen right after the journal was copied."""

    def copied(journal: Path, copy: Path) -> None:
        snapshot(journal, copy)
        act()

    snapshot = backups._snapshot
    monkeypatch.setattr(backups, "_snapshot", copied)


def test_what_slack_told_while_the_backup_was_made_is_read_again_after_a_restore(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    during(monkeypatch, lambda: write(folder, {"slack.json": b'{"read": {"C1": "9.9"}}'}))
    made(folder, tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "other", now=NOW)
    assert (tmp_path / "other" / "slack.json").read_bytes() == SMALL["slack.json"]


def test_a_ticket_that_was_asked_for_while_the_backup_was_made_is_noted_in_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    during(monkeypatch, lambda: write(folder, {"tickets/a1": b""}))
    assert "tickets/a1" in made(folder, tmp_path / "backup.zip").files


def test_of_a_rota_that_changed_while_the_backup_was_made_the_file_is_the_journals(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = (folder / ROTA_FILE).read_bytes()
    later = replace(ROTA, shifts=())
    during(monkeypatch, lambda: RotaFiles(folder / "rota").write(DESK, later))
    made(folder, tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "other", now=NOW)
    assert (tmp_path / "other" / ROTA_FILE).read_bytes() == known


def test_of_a_rota_that_never_stood_still_there_is_no_file_and_the_journal_has_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {ROTA_FILE: b"half of what an edi"})
    during(monkeypatch, lambda: write(folder, {ROTA_FILE: b"half of what an editor writes"}))
    assert not any(name.startswith(ROTA_FILE) for name in made(folder, tmp_path / "backup.zip").files.keys() - SMALL)


def test_an_edit_by_hand_that_nobody_took_over_is_kept_where_it_does_not_count(folder: Path, tmp_path: Path) -> None:
    write(folder, {ROTA_FILE: b"{} by hand"})
    os.utime(folder / ROTA_FILE, (NOW.timestamp(), NOW.timestamp()))
    made(folder, tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "other", now=NOW)
    aside = tmp_path / "other" / f"{ROTA_FILE}.refused-20261128T093000.000000Z"
    assert aside.read_bytes() == b"{} by hand"
    assert not (tmp_path / "other" / ROTA_FILE).exists()


def test_what_was_there_is_kept_beside_what_was_restored_and_what_is_not_the_bots_stays(
    folder: Path, tmp_path: Path
) -> None:
    made(folder, tmp_path / "backup.zip")
    write(folder, {".env": b"PORT=1", "feeds.key": b"x" * 32, "journal.sqlite-wal": b""})
    was = tree(folder)
    _, aside = restore(tmp_path / "backup.zip", folder, now=NOW)
    assert aside == folder / "before-restore-20261128T093000.000000Z"
    assert {**tree(aside), ".env": b"PORT=1"} == was
    assert (folder / ".env").read_bytes() == b"PORT=1"
    assert (folder / "feeds.key").read_bytes() == SMALL["feeds.key"]
    assert not (folder / "journal.sqlite-wal").exists()


def test_nothing_is_restored_into_a_folder_that_somebody_holds(folder: Path, tmp_path: Path) -> None:
    made(folder, tmp_path / "backup.zip")
    was = tree(folder)
    with FolderLock(folder, "hotseat serve"), pytest.raises(Misconfigured, match="is in use by hotseat serve"):
        restore(tmp_path / "backup.zip", folder, now=NOW)
    assert tree(folder) == was


def again(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Pack a backup anew, with something changed."""
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def manifest(**changed: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), **changed}).encode()

    return change


def smuggled(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        listed = json.loads(files[MANIFEST])["files"]
        manifest(files={**listed, name: listed["feeds.key"]})(files)
        files[name] = files["feeds.key"]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.pop(MANIFEST), "is no backup of Hotseat's"),
        (lambda files: files.update({MANIFEST: b"[]"}), "is no backup of Hotseat's"),
        (lambda files: files.update({MANIFEST: b"\xff"}), "is no backup of Hotseat's"),
        (manifest(format=2), r"a backup of another form \(2; this version knows 1\)"),
        (manifest(schema="9999"), r"made by a newer Hotseat \(0\.1\.0, journal 9999"),
        (manifest(schema="0005"), "the journal has not the rows that it lists"),
        (manifest(tables={}), "the journal has not the rows that it lists"),
        (lambda files: files.pop("feeds.key"), "what is in it is not what it lists"),
        (lambda files: files.pop(JOURNAL), "what is in it is not what it lists"),
        (lambda files: files.update({"more": b""}), "what is in it is not what it lists"),
        (lambda files: files.update({"feeds.key": b"z" * 32}), "feeds.key is not what was backed up"),
        (lambda files: files.update({"feeds.key": b"k" * 33}), "feeds.key is not what was backed up"),
        (lambda files: files.update({JOURNAL: files[JOURNAL][:-1]}), f"{JOURNAL} is not what was backed up"),
        (smuggled("../outside"), "what is in it is not what it lists"),
        (smuggled("rota/../../outside"), "what is in it is not what it lists"),
        (smuggled("rota/.."), "what is in it is not what it lists"),
        (smuggled("/etc/outside"), "what is in it is not what it lists"),
        (smuggled("lock"), "what is in it is not what it lists"),
    ],
)
def test_a_backup_that_is_not_whole_or_not_for_this_version_changes_nothing(
    folder: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    file = tmp_path / "backup.zip"
    made(folder, file)
    again(file, change)
    was = tree(tmp_path)
    with pytest.raises(Misconfigured, match=said) as refused:
        restore(file, folder, now=NOW)
    assert "Nothing was changed." in str(refused.value)
    assert tree(tmp_path) == was


@pytest.mark.parametrize("content", [b"", b"hello", None])
def test_a_file_that_is_no_backup_changes_nothing(folder: Path, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "backup.zip"
    if content is not None:
        file.write_bytes(content)
    was = tree(folder)
    with pytest.raises(Misconfigured, match="cannot be read as a backup"):
        restore(file, folder, now=NOW)
    assert tree(folder) == was


def test_a_byte_that_changed_on_the_way_is_noticed_wherever_it_is(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    made(folder, file)
    whole, was = file.read_bytes(), rows(folder)
    with zipfile.ZipFile(file) as archive:
        manifest = archive.getinfo(MANIFEST)
    of_manifest = range(manifest.header_offset, manifest.header_offset + manifest.compress_size, 3)
    for place in sorted({*range(0, len(whole), max(1, len(whole) // 60)), *of_manifest}):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        other = tmp_path / f"other-{place}"
        try:
            restore(file, other, now=NOW)
        except Misconfigured:
            assert not (other / JOURNAL).exists()
        else:
            assert rows(other) == was  # the byte says nothing: when a file was packed, say


def test_a_disk_without_second_names_takes_a_backup_too_and_replaces_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    file = tmp_path / "backup.zip"
    made(folder, file)
    restore(file, tmp_path / "other", now=NOW)
    assert rows(tmp_path / "other") == rows(folder)
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"another's")
    monkeypatch.setattr(Path, "exists", lambda path: path != taken and path.is_file())  # it comes meanwhile
    with pytest.raises(Misconfigured, match="is there already"):
        made(folder, taken)
    assert taken.read_bytes() == b"another's"


def die_at(step: int) -> Callable[..., Path]:
    """Rename as ever, and at the given step die as a process that is killed does."""
    steps = iter(range(step))

    def rename(path: Path, target: Path) -> Path:
        if next(steps, None) is None:
            os._exit(9)
        os.rename(path, target)
        return target

    return rename


def test_a_kill_at_any_moment_of_a_restore_loses_nothing_and_lets_no_bot_open_half_of_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.zip"
    made(folder, file)
    wanted, killed = rows(folder), 0
    for step in range(50):
        other = asyncio.run(kept(tmp_path / f"other-{step}", posts=1))
        was = tree(other)
        child = os.fork()
        if not child:
            monkeypatch.setattr(Path, "rename", die_at(step))
            restore(file, other, now=NOW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not status:
            break
        killed += 1
        there = tree(other)
        assert all(any(name.endswith(one) and there[name] == was[one] for name in there) for one in was)
        with pytest.raises(Misconfigured, match=r"A restore into it was cut off\. Run hotseat restore again"):
            refuse_closed(other)
        restore(file, other, now=NOW.replace(hour=10))
        refuse_closed(other)
        assert rows(other) == wanted
        assert not list(other.glob(".restoring-*"))
    assert killed >= 2 * len(FOLDERS)


def test_a_disk_that_refuses_in_the_middle_leaves_the_folder_closed_and_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(folder, tmp_path / "backup.zip")

    def refuse(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(NotStored, match=r"No space left on device\)\. Until .*backup\.zip is restored, no bot opens"):
        restore(tmp_path / "backup.zip", folder, now=NOW)
    with pytest.raises(Misconfigured):
        refuse_closed(folder)


def test_a_disk_without_space_for_the_backup_leaves_the_folder_as_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(folder, tmp_path / "backup.zip")
    was = tree(folder)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_unpack_all", refuse)
    with pytest.raises(NotStored, match=r"could not be restored \(No space left on device\)\.$"):
        restore(tmp_path / "backup.zip", folder, now=NOW)
    assert tree(folder) == was


VERSIONS = sorted(path.name[1:5] for path in (SCRIPTS / "versions").glob("v*.py"))


@pytest.mark.parametrize("version", VERSIONS[:-1])
async def test_a_backup_of_an_older_version_is_restored_and_goes_on_in_this_one(tmp_path: Path, version: str) -> None:
    folder, other = await kept(tmp_path / "data"), tmp_path / "other"
    run(folder, to=f"-{version}")
    assert made(folder, tmp_path / "backup.zip").schema == version
    restore(tmp_path / "backup.zip", other, now=NOW)
    async with SqlJournal(f"sqlite:///{other}/{JOURNAL}") as journal:
        loaded = await journal.load(DESK.tenant, DESK.id)
        assert [one.id for one in loaded.requests] == ["r1", "r2", "r3"]
        await journal.commit(posted(loaded.revision, 4))
    assert backups.examine(other / JOURNAL)[0] == HEAD
