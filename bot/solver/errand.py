"""How a forecast is run that a decision asked for: in a worker, told when a first plan is there and when it is done."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any
from uuid import uuid4

from bot.courier import Errand, Undelivered
from bot.effects import Forecast
from bot.events import PlanFound, Planned
from bot.ports import Clock, Origin
from bot.rota.plan import Plan
from bot.solver.worker import NotComputed, forecast


def forecast_errand(clock: Clock, turn: asyncio.Semaphore | None = None) -> Errand:
    """Return how the weeks to come are planned; ``turn`` is waited for, so that few workers run at once."""
    turn = turn or asyncio.Semaphore(1)

    async def run(desk: Origin, effect: Forecast) -> Mapping[str, Any]:
        async with turn:
            question = await desk.question(effect.weeks)
            fields = {"shown": effect.shown, "weeks": effect.weeks, "rota": question.rota}
            last: Plan | None = None
            try:
                async with aclosing(forecast(question)) as plans:
                    async for plan in plans:
                        if last is None:
                            key = f"found:{effect.key}:{uuid4()}"  # for the same effect may be run again
                            where: Mapping[str, Any] = {"place": effect.place, "plan": plan, **fields}
                            desk.report(PlanFound(key=key, happened_at=clock(), **where))
                        last = plan
            except NotComputed as failure:
                raise Undelivered(str(failure)) from failure
            return {**fields, "plan": last}

    def failed(effect: Forecast, reason: str) -> Mapping[str, Any]:
        return {"shown": effect.shown, "weeks": effect.weeks, "failure": reason}

    return Errand(Planned, run, failed)
