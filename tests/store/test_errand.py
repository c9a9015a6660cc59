"""A report that a decision asked for: counted by the desk whose it is, and kept for it while the journal fails."""

from datetime import date

import pytest

from bot.effects import MakeReport
from bot.errors import NotStored
from bot.store.errand import report_errand
from bot.support.report import Report
from tests.desk.house import Stage

EFFECT = MakeReport("report:1", "person:ana", date(2026, 11, 18), asked=False)


async def test_the_desk_counts_what_was_asked_for() -> None:
    stage = Stage()
    desk = await stage.open()
    await desk.handle(stage.posted())
    answer = await report_errand().run(desk, EFFECT)
    report = answer["report"]
    assert isinstance(report, Report)
    assert (answer["message"], answer["asked"]) == ("report:1", False)
    assert (report.period.iteration, report.figures.requests.count) == (date(2026, 11, 18), 1)


def test_why_there_is_none_is_said_in_words() -> None:
    errand = report_errand()
    assert errand.failed is not None
    assert errand.failed(EFFECT, "why") == {"message": "report:1", "asked": False, "failure": "why"}


async def test_a_journal_that_fails_is_asked_again() -> None:
    stage = Stage()
    desk = await stage.open()
    stage.journal.full = True
    with pytest.raises(NotStored):
        await report_errand().run(desk, EFFECT)
