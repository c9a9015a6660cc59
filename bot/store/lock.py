"""The lock on a data folder: one process at a time, for as long as it lives, however it dies.

It is an flock, so the kernel takes it away with the process. The file's text only says who holds it.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import Misconfigured


class FolderLock:
    """An exclusive lock on ``folder``, held between ``acquire`` and ``release`` or within ``with``."""

    def __init__(self, folder: Path, holder: str) -> None:
        """Name the folder and the holder, such as "hotseat serve"; nothing is locked yet."""
        self._folder = folder
        self._holder = holder
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, making the folder (0700) if need be; raise Misconfigured saying who holds it."""
        path = self._folder / "lock"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except IsADirectoryError as error:
            message = f"{path} is a folder, where a file is expected. Take it away."
            raise Misconfigured(message) from error
        except OSError as error:
            message = (
                f"The data folder {self._folder} cannot be used ({error.strerror}). "
                "Set HOTSEAT_DATA to a folder that is writable for this user, on a disk that has space."
            )
            raise Misconfigured(message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            by = os.pread(file, 200, 0).decode(errors="replace").strip() or "another process"
            os.close(file)
            message = f"The data folder {self._folder} is in use by {by}. Stop it, or set another HOTSEAT_DATA."
            raise Misconfigured(message) from error
        except OSError as error:
            os.close(file)
            message = (
                f"The data folder {self._folder} cannot be locked ({error.strerror}). "
                "Set HOTSEAT_DATA to a folder on a disk that knows locks; most network shares do not."
            )
            raise Misconfigured(message) from error
        with suppress(OSError):  # a full disk, of which whoever stores something says more
            os.ftruncate(file, 0)
            os.pwrite(file, f"{self._holder} (process {os.getpid()})\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        """Give the lock up; do nothing if it is not held."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        """Acquire."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release."""
        self.release()
