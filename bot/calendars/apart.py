"""Reads somebody's calendar in a process of its own, which ends in time whatever is in the file.

A rule may make the libraries walk through every day until the year 9999, a thousand times, and they can't be told to
stop; and even a harmless megabyte would hold the event loop for seconds. The process knows no setting and no secret.
"""

import asyncio
import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO
from zoneinfo import ZoneInfo

from bot.calendars.absences import Span, read_absences, refuse_large
from bot.errors import Misconfigured

SECONDS = 10.0
MOST_MEMORY = 1 << 30
TOO_MUCH = (
    "The calendar was not taken: it takes too long to read; export fewer months, or a calendar with your absences only."
)


async def read_apart(
    content: bytes, zone: ZoneInfo, since: datetime, until: datetime, seconds: float = SECONDS
) -> tuple[Span, ...]:
    """Return what ``read_absences`` does, and raise what it does; also Misconfigured if that takes ``seconds``."""
    refuse_large(content)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, zone.key, since.isoformat(), until.isoformat()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],  # from where this very package is found
        env={},
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(content)
    except TimeoutError:
        raise Misconfigured(TOO_MUCH) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Misconfigured(TOO_MUCH)  # of memory, say
    answer = json.loads(said)
    if "refused" in answer:
        raise Misconfigured(answer["refused"])
    return tuple(Span(*map(datetime.fromisoformat, span)) for span in answer["spans"])


def answer(arguments: list[str], given: BinaryIO, said: TextIO) -> None:
    """Read a calendar for whoever started this process, and write them what is in it, or why it was not taken."""
    zone, since, until = arguments
    try:
        spans = read_absences(
            given.read(), ZoneInfo(zone), datetime.fromisoformat(since), datetime.fromisoformat(until)
        )
    except Misconfigured as error:
        json.dump({"refused": str(error)}, said)
    else:
        json.dump({"spans": [(span.start.isoformat(), span.end.isoformat()) for span in spans]}, said)


if __name__ == "__main__":
    # So that it ends even where whoever started it is no more.
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) * 2, int(SECONDS) * 2))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    answer(sys.argv[1:], sys.stdin.buffer, sys.stdout)
