"""How what a decision asked for is computed: in a worker, a forecast's first plan told as soon as it is there."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import uuid4

from bot.courier import Errand, Undelivered
from bot.effects import Forecast, Suppose
from bot.events import PlanFound, Planned, Supposed
from bot.ports import Clock, Origin
from bot.rota.plan import Plan
from bot.solver.worker import NotComputed, forecast, what_if


def forecast_errand(clock: Clock, turn: asyncio.Semaphore) -> Errand:
    """Return how the weeks to come are planned; ``turn`` is waited for, so that few workers run at once."""

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


def suppose_errand(turn: asyncio.Semaphore) -> Errand:
    """Return how it is found out what one more person with production access, or experienced, would change."""

    async def run(desk: Origin, effect: Suppose) -> Mapping[str, Any]:
        async with turn:
            question = replace(await desk.question(effect.weeks), weeks=effect.weeks)
            try:
                found = await what_if(question)
            except NotComputed as failure:
                raise Undelivered(str(failure)) from failure
            return {"shown": effect.shown, "weeks": effect.weeks, "rota": question.rota, "found": found}

    def failed(effect: Suppose, reason: str) -> Mapping[str, Any]:
        return {"shown": effect.shown, "weeks": effect.weeks, "failure": reason}

    return Errand(Supposed, run, failed)
