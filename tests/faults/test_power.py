"""The power goes at any moment of a write of a rota's file, and what was not synced may be there or not, page by page.

As SQLite's makers test SQLite (src/test6.c): what a write asks of the system is noted, then each disk that could
be left after a cut is made from the notes. A file's pages are there after its fsync, a name after the folder's.
"""

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.store.atomic import AtomicStorage

PAGE = 4096
IMAGES = 40  # disks for each moment
BEFORE = {"t": {str(n): {"name": f"before {n}"} for n in range(400)}}
AFTER = {"t": {str(n): {"name": f"after, and longer, {n}"} for n in range(500)}}


@dataclass
class Notes:
    """What was asked of the system, in order: (what, name, another name or the content)."""

    done: list[tuple[str, str, Any]] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Note what is asked from now on, and do it."""
        real = {name: getattr(os, name) for name in ("open", "fsync", "link", "replace", "unlink")}

        def opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            if flags & os.O_CREAT:
                self.done.append(("create", Path(path).name, None))
            return int(real["open"](path, flags, *rest, **more))

        def synced(file: int) -> None:
            path = Path(os.readlink(f"/proc/self/fd/{file}"))
            if path.is_dir():
                self.done.append(("names", "", None))
            else:
                self.done.append(("pages", path.name, path.read_bytes()))
            real["fsync"](file)

        def linked(old: Any, new: Any) -> None:
            self.done.append(("link", Path(old).name, Path(new).name))
            real["link"](old, new)

        def replaced(old: Any, new: Any) -> None:
            self.done.append(("rename", Path(old).name, Path(new).name))
            real["replace"](old, new)

        def unlinked(path: Any) -> None:
            if Path(path).exists():
                self.done.append(("unlink", Path(path).name, None))
            real["unlink"](path)

        for name, one in (("open", opened), ("fsync", synced), ("link", linked), ("replace", replaced),
                          ("unlink", unlinked)):  # fmt: skip
            patch.setattr(os, name, one)


def left(before: dict[str, bytes], notes: list[tuple[str, str, Any]], chance: random.Random) -> dict[str, bytes]:
    """Return a disk that a power cut after these notes may leave.

    Changes of names since the folder's last sync are there up to any one of them, as a file system's journal has it.
    """
    last = max((number for number, note in enumerate(notes) if note[0] == "names"), default=-1)
    kept = chance.randint(last + 1, len(notes))
    content: dict[int, bytes] = dict(enumerate(before.values()))
    names = {name: number for number, name in enumerate(before)}
    live, synced = dict(names), set(content)
    for number, (what, name, other) in enumerate(notes):
        if what == "create":
            live[name] = len(content)
            content[live[name]] = b""
        elif what == "pages":
            content[live[name]] = other
            synced.add(live[name])
        elif what == "link":
            live[other] = live[name]
        elif what == "rename":
            live[other] = live.pop(name)
        elif what == "unlink":
            live.pop(name)
        if number < kept:
            names = dict(live)
    return {name: content[one] if one in synced else torn(chance) for name, one in names.items()}


def torn(chance: random.Random) -> bytes:
    """Return a file that was never synced: any of its pages, the others nothing."""
    return b"".join(bytes(PAGE) if chance.random() < 0.5 else b"{" * PAGE for _ in range(chance.randint(0, 3)))


def disks(folder: Path, data: Any, patch: pytest.MonkeyPatch) -> list[dict[str, bytes]]:
    """Write, and return the disks that a cut at each moment may leave."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    notes, chance = Notes(), random.Random(6)  # noqa: S311 - not a secret
    with patch.context() as watched:
        notes.watch(watched)
        AtomicStorage(folder / "desk.json").write(data)
    assert [what for what, _, _ in notes.done].count("pages") == 1
    moments = range(len(notes.done) + 1)
    return [left(before, notes.done[:moment], chance) for moment in moments for _ in range(IMAGES)]


def test_after_a_power_loss_at_any_moment_the_file_is_the_one_before_or_the_one_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, place = tmp_path / "rota", tmp_path / "image"
    folder.mkdir()
    found = []
    for old, new in ((None, BEFORE), (BEFORE, AFTER), (AFTER, BEFORE)):
        for disk in disks(folder, new, monkeypatch):
            place.mkdir()
            for name, content in disk.items():
                (place / name).write_bytes(content)
            now = AtomicStorage(place / "desk.json").read()
            assert now in (old, new)
            found.append(now == new)
            AtomicStorage(place / "desk.json").write(new)  # and the next write is not hindered by what is left
            assert AtomicStorage(place / "desk.json").read() == new
            for path in place.iterdir():
                path.unlink()
            place.rmdir()
    assert {True, False} == set(found)


def test_a_write_without_a_sync_would_be_found(tmp_path: Path) -> None:
    notes = [("create", "desk.tmp", None), ("rename", "desk.tmp", "desk.json"), ("names", "", None)]
    disk = left({}, notes, random.Random(6))  # noqa: S311 - not a secret
    (tmp_path / "desk.json").write_bytes(disk["desk.json"] or b"{")
    with pytest.raises(json.JSONDecodeError):
        AtomicStorage(tmp_path / "desk.json").read()
