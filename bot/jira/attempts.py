"""Which tickets may have been asked for already: noted before Jira hears of one, and known after any crash.

A note is an empty file. What it stands for is never told by its name, and it stays: a ticket that was refused alone
loses it.
"""

import asyncio
import hashlib
import os
from pathlib import Path

from bot.errors import NotStored


class Attempts:
    """The notes in a folder, by the words that tell one attempt from another."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which is made at first need; the caller holds the data folder's lock."""
        self._folder = folder

    async def has(self, *words: str) -> bool:
        """Say whether an attempt was noted."""
        return await asyncio.to_thread(self._file(words).exists)

    async def note(self, *words: str) -> None:
        """Note an attempt durably; raise NotStored where that fails."""
        try:
            await asyncio.to_thread(_write, self._file(words))
        except OSError as error:
            message = f"{self._folder}: an attempt cannot be noted ({error.strerror})"
            raise NotStored(message) from error

    async def forget(self, *words: str) -> None:
        """Forget an attempt of which nothing came; where that fails it stays known, which costs time only."""
        try:
            await asyncio.to_thread(self._file(words).unlink, missing_ok=True)
        except OSError:
            return

    def _file(self, words: tuple[str, ...]) -> Path:
        return self._folder / hashlib.sha256("\0".join(words).encode(errors="replace")).hexdigest()[:32]


def _write(file: Path) -> None:
    made = not file.parent.exists()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    for folder in (file.parent, file.parent.parent) if made else (file.parent,):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
