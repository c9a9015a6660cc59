"""``python -m tests.desk.crashing POINT``: the bot, killed like a power cut at a named point of its first turn.

Points: before-store, after-store (not answered), before-send (answered), after-send, before-mark, after-mark; and
before-thread, after-thread around a new post in a channel.
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

POINT = sys.argv[1]
del sys.argv[1]

Method = Callable[..., Awaitable[Any]]


def die(point: str) -> None:
    """Die here, if this is the point."""
    if point == POINT:
        os.kill(os.getpid(), signal.SIGKILL)


def dying(method: Method, before: str, after: str, when: Callable[..., bool]) -> Method:
    """Wrap a method with a point before and one after it."""

    async def wrapped(*arguments: Any, **named: Any) -> Any:
        here = when(*arguments)
        if here:
            die(before)
        result = await method(*arguments, **named)
        if here:
            die(after)
        return result

    return wrapped


def opens(_: SqlJournal, commit: Commit) -> bool:
    return any(record.kind == "Posted" for record in commit.records)


def marks(_: SqlJournal, commit: Commit) -> bool:
    return bool(commit.shown)


stored = dying(SqlJournal.commit, "before-store", "after-store", opens)
setattr(SqlJournal, "commit", dying(stored, "before-mark", "after-mark", marks))  # noqa: B010
setattr(Transport, "post", dying(Transport.post, "before-send", "after-send", lambda *_: True))  # noqa: B010
threads = dying(Transport.create_thread, "before-thread", "after-thread", lambda *_: True)
setattr(Transport, "create_thread", threads)  # noqa: B010

sys.argv = ["hotseat", "serve"]
main()
