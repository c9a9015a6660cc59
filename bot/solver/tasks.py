"""The tasks of a worker, by name: each takes one value and yields what it finds, the best last.

What a task needs is imported when it runs, so that a pick does not wait for the forecast's libraries.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from bot.rota import picking
from bot.rota.picking import Ranking, Situation
from bot.rota.plan import Plan, Question, WhatIf

RANK, FORECAST, WHAT_IF = "rank", "forecast", "what_if"
RESULT, FAILED, DONE = "result", "failed", "done"
LENGTH = 8  # bytes before each answer


def framed(kind: str, value: Any) -> bytes:
    """Return an answer as it goes through the pipe."""
    body = pickle.dumps((kind, value))
    return len(body).to_bytes(LENGTH, "big") + body


def _rank(plan: Situation) -> Iterator[Ranking]:
    yield picking.rank(plan)


def _forecast(question: Question) -> Iterator[Plan]:
    from bot.solver.forecast import plans  # noqa: PLC0415 - HiGHS is loaded for a forecast only

    return plans(question)


def _what_if(question: Question) -> Iterator[tuple[WhatIf, ...]]:
    from bot.solver.changes import what_if  # noqa: PLC0415 - not needed for a pick

    yield what_if(question)


TASKS: Mapping[str, Callable[[Any], Iterator[Any]]] = MappingProxyType(
    {RANK: _rank, FORECAST: _forecast, WHAT_IF: _what_if}
)
