"""A request in the middle of its countdown, stored by each older version of the schema, and then this one starts."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.calendars.almanac import Almanac
from bot.courier import Courier
from bot.desk import Desk
from bot.effects import Say, Show
from bot.ports import Address
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from bot.store.migrate import SCRIPTS
from bot.support.request import Status
from tests.store.samples import DESK
from tests.store.test_migrations import NOW, D, T, migrated, old_request, run, written_by_0001

LATER = (datetime.fromisoformat(NOW) + timedelta(minutes=5)).isoformat()


def versions() -> list[str]:
    """Return every version of the schema that there was, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.mark.parametrize("version", versions())
async def test_a_countdown_of_any_older_version_goes_on_after_the_upgrade(tmp_path: Path, version: str) -> None:
    clock = {"second": False, "started_at": NOW, "due_at": LATER, "pending": [{"step": "thread", "at": LATER}]}
    waits = old_request(1, "OPEN", due_at=LATER, clock=clock, responded_at=None, responder=None, claimer=None)
    written_by_0001(tmp_path, waits)
    if version != "0001":
        migrated(tmp_path, version)
    assert run(tmp_path, ("SELECT version_num FROM alembic_version", {})) == [(version,)]
    run(tmp_path, ("UPDATE requests SET next_at = :at WHERE id = 'R-1'", {"at": LATER}))
    sent: list[Show | Say] = []
    now = datetime.fromisoformat(LATER) - timedelta(seconds=1)

    async def send(_: DeskInfo, effect: Show | Say, __: Address | None) -> Address | None:
        sent.append(effect)
        return Address("service", effect.place, effect.key)

    async def write(_: DeskInfo) -> None:
        return

    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        (request,) = (await journal.load(T, D)).requests
        assert (request.status, request.due_at) == (Status.OPEN, datetime.fromisoformat(LATER))
        courier = Courier(journal, send, write, lambda: now, {})
        desk = Desk(DESK, journal, courier, lambda: now, Almanac(frozenset()), lambda: None)
        await desk.start()
        lines: list[list[str]] = []
        for _ in range(2):
            await desk.strike()
            await desk.settle()
            await courier.idle()
            lines.append([one.key for one in sent if one.key.startswith("line:R-1")])
            now += timedelta(seconds=1)
    assert {"k0", "k1", "k2", "k4"} <= {one.key for one in sent}, "what waited to be sent is sent"
    assert lines == [[], ["line:R-1:first"]]
