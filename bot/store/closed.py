"""The mark on a data folder that must not be opened as it is: it says why, and what to do instead.

A restore that was cut off leaves it, and so does a journal that was moved to a database; whoever opens the folder's own
journal asks for it first.
"""

from pathlib import Path

from bot.errors import Misconfigured
from bot.store.atomic import sync_folder, write_durably

MARK = "closed"


def close(folder: Path, why: str) -> None:
    """Mark a folder durably; ``why`` are whole sentences, with the remedy."""
    write_durably(folder / MARK, f"{why}\n".encode())
    sync_folder(folder)


def reopen(folder: Path) -> None:
    """Take the mark away durably."""
    (folder / MARK).unlink(missing_ok=True)
    sync_folder(folder)


def read_mark(folder: Path) -> str:
    """Return what the mark of a folder says, "" where it has none."""
    try:
        return (folder / MARK).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def refuse_closed(folder: Path) -> None:
    """Raise Misconfigured, with what the mark says, where a folder has it."""
    if why := read_mark(folder):
        raise Misconfigured(f"The data folder {folder} is not to be used as it is. {why}")
