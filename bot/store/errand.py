"""How an iteration that a decision asked for is counted: by its desk, from the journal."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.courier import Errand, Undelivered
from bot.desk import Desk
from bot.effects import MakeReport
from bot.events import ReportMade
from bot.ports import Origin
from bot.state import DeskInfo


def report_errand(desk_of: Callable[[DeskInfo], Desk | None]) -> Errand:
    """Return how a report is made; ``desk_of`` finds the desk whose it is."""

    async def run(origin: Origin, effect: MakeReport) -> Mapping[str, Any]:
        desk = desk_of(origin.info)
        if desk is None:
            raise Undelivered("the desk is there no longer")
        return {"message": effect.key, "asked": effect.asked, "report": await desk.counted(effect.day)}

    def failed(effect: MakeReport, reason: str) -> Mapping[str, Any]:
        return {"message": effect.key, "asked": effect.asked, "failure": reason}

    return Errand(ReportMade, run, failed)
