"""How an iteration that a decision asked for is counted: by its desk, from the journal."""

from collections.abc import Mapping
from typing import Any

from bot.courier import Errand
from bot.effects import MakeReport
from bot.events import ReportMade
from bot.ports import Origin


def report_errand() -> Errand:
    """Return how a report is made."""

    async def run(desk: Origin, effect: MakeReport) -> Mapping[str, Any]:
        return {"message": effect.key, "asked": effect.asked, "report": await desk.counted(effect.day)}

    def failed(effect: MakeReport, reason: str) -> Mapping[str, Any]:
        return {"message": effect.key, "asked": effect.asked, "failure": reason}

    return Errand(ReportMade, run, failed)
