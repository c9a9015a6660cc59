"""A handbook in a file on this machine: whether it changed is told by its time and size, and it is only ever read."""

import asyncio
import os
import stat
from pathlib import Path

from bot.errors import Misconfigured
from bot.support.handbook import MOST_BYTES

NO_GITHUB = "for one on GitHub write owner/repo/path@ref"


class LocalFile:
    """A file. People read it elsewhere, so that it has no address of its own, and nothing is proposed for it."""

    address = edit_address = ""
    proposes = False
    is_read = True

    def __init__(self, path: Path) -> None:
        """Name the file, which may come later, and go."""
        self._path = path
        self.name = str(path.absolute())
        self._seen = ""

    async def read(self, etag: str = "") -> tuple[bytes, str] | None:
        """Return the file's bytes and what tells it from another, None where that is still ``etag``.

        One that changed is judged once it stands still for two looks, since editors may write in several steps.
        Raise Misconfigured, in a clause that says why and what to do, where there is no file to read.
        """
        return await asyncio.to_thread(self._read, etag)

    def _read(self, etag: str) -> tuple[bytes, str] | None:
        try:
            found = self._path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise Misconfigured(f"{self._path} is no file; set HANDBOOK to a Markdown file, or {NO_GITHUB}")
            before, self._seen = self._seen, _mark(found)
            if etag and (self._seen == etag or self._seen != before):
                return None
            with self._path.open("rb") as stream:
                mark = _mark(os.fstat(stream.fileno()))
                return stream.read(MOST_BYTES + 1), mark
        except FileNotFoundError:
            raise Misconfigured(f"there is no file {self._path}; see HANDBOOK, and {NO_GITHUB}") from None
        except OSError as error:
            raise Misconfigured(f"{self._path} cannot be read ({error.strerror}); see who may read it") from None


def _mark(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"
