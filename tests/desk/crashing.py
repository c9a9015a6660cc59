"""``python -m tests.desk.crashing POINT``: the bot, killed like a power cut at a named point of its first turn.

Points: before-store, after-store (not answered), before-send (answered), after-send, before-mark, after-mark;
before-thread, after-thread around a new post in a channel; and before-edit, after-edit.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.__main__ import main
from bot.ports import Commit
from bot.store.journal import SqlJournal
from bot.teams.transport import Transport

POINTS = tuple(f"{when}-{what}" for what in ("store", "send", "mark", "thread", "edit") for when in ("before", "after"))

Die = Callable[[str], None]
Method = Callable[..., Awaitable[Any]]


def install(die: Die) -> None:
    """Let the bot call ``die`` with the name of each point that it comes to."""

    def around(owner: type, method: str, what: str, when: Callable[..., bool] = lambda *_: True) -> None:
        inner: Method = getattr(owner, method)

        async def wrapped(*arguments: Any, **named: Any) -> Any:
            here = when(*arguments)
            if here:
                die(f"before-{what}")
            result = await inner(*arguments, **named)
            if here:
                die(f"after-{what}")
            return result

        setattr(owner, method, wrapped)

    around(SqlJournal, "commit", "store", _opens)
    around(SqlJournal, "commit", "mark", _marks)
    around(Transport, "post", "send")
    around(Transport, "create_thread", "thread")
    around(Transport, "update", "edit")


def _opens(_: SqlJournal, commit: Commit) -> bool:
    return any(record.kind == "Posted" for record in commit.records)


def _marks(_: SqlJournal, commit: Commit) -> bool:
    return bool(commit.shown)


if __name__ == "__main__":
    chosen = sys.argv.pop(1)

    def die(point: str) -> None:
        """Die here, if this is the point."""
        if point == chosen:
            os.kill(os.getpid(), signal.SIGKILL)

    install(die)
    sys.argv = ["hotseat", "serve"]
    main()
