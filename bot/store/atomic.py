"""A TinyDB storage whose file is always whole: the one before a write or the one after it, however it ends.

Temporary file in the same folder, fsync, rename, fsync of the folder; the generation before stands beside it as
NAME.bak. One process at a time, by the data folder's lock. TinyDB's own storage rewrites its file in place.
"""

import json
import os
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

Tables = dict[str, dict[str, Any]]


class AtomicStorage(Storage):
    """Keeps TinyDB's tables in a JSON file for people to read: indented, for the owner's eyes only (0600)."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first write."""
        self._path = path

    def read(self) -> Tables | None:
        """Return the tables, None where there is no file; ValueError or TypeError where it holds anything else."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return tables_of(raw.decode("utf-8-sig"))

    def write(self, data: Tables) -> None:
        """Replace the file durably; raise OSError, with the file as it was, where the disk refuses."""
        content = _text(data)
        fresh, before = self._path.with_suffix(".tmp"), self._path.with_name(f"{self._path.name}.bak")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if not self._path.exists():
                write_durably(fresh, content)
                fresh.replace(self._path)
            elif self._path.read_bytes() != content:
                write_durably(fresh, content)
                before.unlink(missing_ok=True)
                os.link(self._path, before)
                fresh.replace(self._path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(self._path.parent)


def tables_of(text: str) -> Tables:
    """Return the tables that a file's text holds; raise ValueError or TypeError where it holds anything else."""
    tables = json.loads(text)
    if not isinstance(tables, dict):
        raise TypeError("the file must hold an object of tables")
    return tables


def _text(data: Tables) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file (0600) to the disk itself, in the place of one that is there; its folder is not synced yet."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk itself."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
