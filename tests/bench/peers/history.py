"""A desk's past: requests that came, were claimed and solved, in the journal of a data folder.

Decides how much the bot finds behind it; writes through the journal's own port, as the desk does.
Run: python -m tests.bench.peers.history DATA COUNT
"""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.effects import Change, PutFacts, PutRequest
from bot.people import Author
from bot.ports import Address, Commit, Journal, Record
from bot.state import DeskInfo, Facts
from bot.store.journal import SqlJournal
from bot.support.request import Outcome, Request, Status
from tests.bench import world

BATCH = 1000
APART = timedelta(minutes=7)
TEXT = "The label printer at the Leipzig hub stopped accepting manifests; two tours are waiting on the ramp. " * 2
CLAIMER = Author("aaaaaaaa-0000-4000-8000-000000000000", "Anna Anker")


async def fill(journal: Journal, desk: DeskInfo, count: int, now: datetime) -> None:
    """Commit `count` closed requests, the last an hour before `now`, with their history and their cards' addresses.

    The desk has erased today's share already: the first erasure of a whole past would run beside what is measured.
    """
    revision = (await journal.load(desk.tenant, desk.id)).revision
    for start in range(1, count + 1, BATCH):
        numbers = range(start, min(start + BATCH, count + 1))
        requests = [closed(number, now - timedelta(hours=1) - APART * (count - number)) for number in numbers]
        changes: list[Change] = [PutRequest(request) for request in requests]
        await journal.commit(
            Commit(
                desk.tenant,
                desk.id,
                revision,
                records=tuple(record for request in requests for record in records(request)),
                changes=(*changes, PutFacts(Facts(last_number=numbers[-1], swept_on=now.date()))),
                shown=tuple((f"card:{request.id}", address(request)) for request in requests),
            )
        )
        revision += 1


def closed(number: int, at: datetime) -> Request:
    """Make a request that was claimed after two minutes and solved after twenty."""
    requester = Author(f"bbbbbbbb-0000-4000-8000-{number % 50:012}", f"Requester {number % 50}")
    claimed = at + timedelta(minutes=2)
    return Request(
        id=f"R-{number}",
        requester=requester,
        text=TEXT,
        text_at=at,
        place=f"{world.CHANNEL};messageid={int(at.timestamp() * 1000)}",
        posted_at=at,
        due_at=at + timedelta(minutes=5),
        status=Status.CLOSED,
        responder=CLAIMER,
        responded_at=claimed,
        claimer=CLAIMER,
        claimed_at=claimed,
        outcome=Outcome.SOLVED_BY_REQUESTER,
        closed_by=requester,
        closed_at=at + timedelta(minutes=20),
    )


def records(request: Request) -> tuple[Record, ...]:
    """Make the history of a request: posted, card delivered, claimed, solved."""
    kinds = (("Posted", 0), ("Delivered", 0), ("Claim", 2), ("Solve", 20))
    return tuple(
        Record(
            key=f"{world.TENANT}|{request.place}|{request.id}|{kind}",
            kind=kind,
            happened_at=request.posted_at + timedelta(minutes=minutes),
            recorded_at=request.posted_at + timedelta(minutes=minutes),
            actor=CLAIMER.id if kind == "Claim" else request.requester.id,
            matters=(request.id,),
        )
        for kind, minutes in kinds
    )


def address(request: Request) -> Address:
    """Tell where the request's card is."""
    return Address("https://smba.trafficmanager.net/emea/", request.place, f"1{request.id[2:]:0>12}")


async def main(data: Path, count: int) -> None:
    """Fill the only desk of a data folder that no bot runs on."""
    async with SqlJournal(f"sqlite:///{data / 'journal.sqlite'}") as journal:
        (desk,) = await journal.desks()
        await fill(journal, desk, count, world.START)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
