"""Having things computed in a process of their own, so that the bot goes on answering meanwhile.

Each call starts a worker and ends it: when it is done, when whoever waits goes away, or when it takes too long. So
its memory is free afterwards, and the bot itself never loads a solver.
"""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.rota.picking import Ranking, Situation
from bot.rota.plan import Plan, Question, WhatIf
from bot.solver.tasks import DONE, FAILED, FORECAST, LENGTH, RANK, WHAT_IF

GRACE = 30.0  # seconds beyond those that a task may take, after which it is ended
PYTHON = (sys.executable, "-m", "bot.solver")
HOME = Path(__file__).parents[2]  # where Python looks for modules first: both ends are the same program


class NotComputed(Exception):  # noqa: N818 - it says what there is no answer to
    """A worker came to no end; the text says why, for whoever waits."""


async def forecast(question: Question, grace: float = GRACE) -> AsyncGenerator[Plan, None]:
    """Yield the plan that is there at once, then the best one; raise NotComputed where none comes any more.

    Close it (``aclosing``) to have the worker ended early.
    """
    async with aclosing(_answers(FORECAST, _sendable(question), question.seconds + grace)) as answers:
        async for plan in answers:
            yield plan


async def rank(plan: Situation, grace: float = GRACE) -> Ranking:
    """Return every team of a situation, as ``picking.rank`` does; raise NotComputed."""
    ranking: Ranking = await _last(RANK, replace(plan, together=dict(plan.together)), grace)
    return ranking


async def what_if(question: Question, grace: float = GRACE) -> tuple[WhatIf, ...]:
    """Return what would be if one thing about one person were different; raise NotComputed."""
    found: tuple[WhatIf, ...] = await _last(WHAT_IF, _sendable(question), question.seconds + grace)
    return found


def _sendable(question: Question) -> Question:
    """Return a question whose people are a plain dict, which can be sent."""
    return replace(question, rota=replace(question.rota, people=dict(question.rota.people)))


async def _last(task: str, argument: Any, seconds: float) -> Any:
    answer = None
    async with aclosing(_answers(task, argument, seconds)) as answers:
        async for one in answers:
            answer = one
    return answer


async def _answers(
    task: str, argument: Any, seconds: float, command: tuple[str, ...] = PYTHON
) -> AsyncGenerator[Any, None]:
    """Yield what a worker finds, each as it comes."""
    until = asyncio.get_running_loop().time() + seconds
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=HOME, env={})
    try:
        while True:
            try:
                async with asyncio.timeout_at(until):
                    await _asked(process, (task, argument))
                    kind, value = await _heard(process)
            except TimeoutError:
                raise NotComputed(f"It took more than {seconds:.0f} seconds and was ended.") from None
            if kind == DONE:
                return
            if kind == FAILED:
                raise NotComputed(f"It came to no end: {value}")
            yield value
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _asked(process: Process, question: tuple[str, Any]) -> None:
    """Send a worker its task, if it has not got it yet."""
    assert process.stdin is not None
    if process.stdin.is_closing():
        return
    process.stdin.write(pickle.dumps(question))
    with suppress(ConnectionError):  # it has ended already; what it says of that is heard next
        await process.stdin.drain()
    process.stdin.close()


async def _heard(process: Process) -> tuple[str, Any]:
    """Return a worker's next answer, a failure where it has ended without one."""
    assert process.stdout is not None
    try:
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        kind, value = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - from this very program
    except asyncio.IncompleteReadError:
        code = await process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return FAILED, f"the process that computed it ended with {how}."
    return kind, value
