"""Keeps the conversation between two starts: the bot remembers its requests, so Teams has to remember its messages.

So do Bugsnag, Jira and GitHub what is theirs. One JSON file in the data folder, written whole and then renamed. A file
that cannot be read is left aside.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.sandbox.clock import Clock
from bot.sandbox.world import Json, Message, Notice, World

LOG = logging.getLogger(__name__)


class Other(Protocol):
    """What else is kept, under a name of its own."""

    def kept(self) -> Json:
        """Give all of it."""

    def restore(self, kept: Json) -> None:
        """Take it over."""


def save(path: Path, world: World, clock: Clock, others: Mapping[str, Other]) -> None:
    """Write all that was said, the clock, and what the others have."""
    kept = {
        "now": clock.now(),
        "messages": [asdict(one) for one in world.messages.values()],
        "notices": [asdict(one) for one in world.notices],
        "unread": {person: sorted(ids) for person, ids in world.unread.items()},
        "installed": world.installed,
        "opened": sorted(world.opened),
        **{name: one.kept() for name, one in others.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(kept, default=datetime.isoformat), encoding="utf-8")
    draft.replace(path)


def load(path: Path, world: World, clock: Clock, others: Mapping[str, Other]) -> None:
    """Bring back what was said; the clock goes on from where it stood when that is later than now."""
    if not path.is_file():
        return
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        messages = [Message(**_dated(one, "at", "edited", "modified")) for one in kept["messages"]]
        notices = [Notice(**_dated(one, "at")) for one in kept["notices"]]
        stood = datetime.fromisoformat(kept["now"])
        for name, one in others.items():
            if name in kept:  # it is not in what was kept before there was any
                one.restore(kept[name])
    except (ValueError, KeyError, TypeError):
        LOG.warning("%s cannot be read and is left aside; the sandbox begins empty.", path)
        path.replace(path.with_suffix(".unreadable"))
        return
    if stood > clock.now():
        clock.set(stood)
        clock.note = "The clock goes on from where it stood when the sandbox was last stopped."
    unread = {person: set(ids) for person, ids in kept["unread"].items()}
    world.restore(messages, notices, unread, kept["installed"], set(kept["opened"]))


def _dated(record: Json, *fields: str) -> Json:
    return {**record, **{name: datetime.fromisoformat(record[name]) for name in fields if record.get(name)}}
