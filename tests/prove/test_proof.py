"""The proof in its short form: the bot passes while it is killed, a naive one is caught by the same checker."""

from pathlib import Path

import pytest

from tests.prove.run import NAIVE, Plan, prove
from tests.prove.table import rendered

SHORT = {"requests": 150, "kills": 6, "desks": 6, "rate": 20.0, "speed": 30.0}


@pytest.mark.timeout(400)
async def test_a_bot_that_is_killed_while_teams_misbehaves_keeps_its_promises(tmp_path: Path) -> None:
    proved = await prove(Plan("short", 7, **SHORT), tmp_path)  # type: ignore[arg-type]
    verdict = proved.verdict
    assert verdict.violations == [], rendered(proved)
    assert (verdict.posts, verdict.records, verdict.doubled) == (150, 150, 0)
    assert (proved.kills.total(), proved.errors, proved.codes) == (6, [], [0]), rendered(proved)
    assert verdict.reminders.one > 100
    assert verdict.extra <= verdict.bound


@pytest.mark.timeout(400)
async def test_a_naive_bot_loses_its_reminders_and_doubles_its_records(tmp_path: Path) -> None:
    proved = await prove(Plan("naive", 7, module=NAIVE, **SHORT | {"speed": 60.0}), tmp_path)  # type: ignore[arg-type]
    found = proved.verdict.kinds()
    assert {"lost reminder", "doubled record"} <= found.keys(), rendered(proved)
    assert found["lost reminder"] > 50
