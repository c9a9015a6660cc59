"""A request in the middle of its countdown, stored by each older version of the schema, and then this one starts."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.store.journal import SqlJournal
from bot.store.migrate import SCRIPTS
from bot.support.request import Status
from tests.store.test_migrations import NOW, D, T, migrated, old_request, run, written_by_0001

LATER = (datetime.fromisoformat(NOW) + timedelta(minutes=5)).isoformat()


def versions() -> list[str]:
    """Return every version of the schema that there was, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.mark.parametrize("version", versions())
async def test_a_countdown_of_any_older_version_goes_on_after_the_upgrade(tmp_path: Path, version: str) -> None:
    waits = old_request(1, "OPEN", due_at=LATER, responded_at=None, responder=None, claimer=None)
    written_by_0001(tmp_path, waits)
    if version != "0001":
        migrated(tmp_path, version)
    assert run(tmp_path, ("SELECT version_num FROM alembic_version", {})) == [(version,)]
    asked = ("UPDATE requests SET next_at = :at WHERE id = 'R-1'", {"at": LATER})
    run(tmp_path, asked)
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        loaded = await journal.load(T, D)
    (request,) = loaded.requests
    assert (request.status, request.due_at, request.text) == (
        Status.OPEN,
        datetime.fromisoformat(LATER),
        json.loads(json.dumps(waits))["text"],
    )
    assert len(loaded.outgoing) == 4, "what waited to be sent still does"
