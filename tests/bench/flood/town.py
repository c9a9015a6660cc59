"""The town that floods: desks with teams of their own, and posts in many words.

Decides which desks there are and what people write. Must not know how it is sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from bot.effects import PutRequest, PutRota
from bot.people import Author, Person
from bot.ports import Asked, Commit
from bot.rota.shift import Role, Rota, Shift
from bot.search.encoder import SentenceEncoder
from bot.search.index import STORED
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from bot.support.request import Outcome, Request, Status
from tests.bench import world

PAST = 1_000_000  # from where on past requests are numbered, which the bot's own never reach
TEAM = ("Anna Anker", "Ben Berger", "Cleo Carlsen", "Dilan Demir", "Eva Ehlers", "Finn Fischer")
THINGS = (
    *("The label printer", "The route planner", "The hand scanner", "The invoice export", "The login page"),
    *("The stock report", "The tour app", "The dock display", "The customs form", "The returns queue", "The pick list"),
)
PLACES = ("Leipzig", "Berlin", "Hamburg", "Poznan", "Vienna", "Aarhus", "Lyon", "Basel", "Turin", "Ghent")
TROUBLES = (
    *("stopped accepting manifests", "shows an empty page", "takes minutes to open", "prints every line twice"),
    *("forgets who is logged in", "shows yesterday's tours", "refuses every password", "counts parcels twice"),
    *("answers with error 503", "has lost the afternoon's orders", "does not find the depot", "freezes at step two"),
)


def channel(number: int | str) -> str:
    """Return a desk's channel; the first desk's is the bench's own."""
    return world.CHANNEL if number == 0 else f"19:{number:0>6}0123456789abcdef0123456789@thread.tacv2"


def words(number: int) -> str:
    """Return what post `number` says: some 1,300 ways, so that few within minutes resemble each other."""
    number, thing = divmod(number, len(THINGS))
    number, place = divmod(number, len(PLACES))
    trouble = TROUBLES[number % len(TROUBLES)]
    return (
        f"{THINGS[thing]} in {PLACES[place]} {trouble} since this morning, and two tours wait for it. We restarted it "
        f"and tried another terminal. Order {4711 + number} is one of those. Can somebody have a look, please?"
    )


def team(desk: int) -> tuple[Person, ...]:
    """Return the people of a desk, who belong to no other."""
    ids = [f"aaaaaaaa-{desk:04}-4000-8000-{number:012}" for number in range(len(TEAM))]
    return tuple(Person(id_, name, id_, production_access=True) for id_, name in zip(ids, TEAM, strict=True))


async def found(url: str, desks: int, past: int = 0) -> None:
    """Make so many desks in a journal, two of each team on duty this iteration, and so many past requests in all."""
    async with SqlJournal(url) as journal:
        for number in range(desks):
            people = team(number)
            shifts = tuple(Shift(world.ITERATION, one.id, Role.SUPPORT) for one in people[:2])
            info = DeskInfo(f"desk-{number}", world.TENANT, world.GROUP, channel(number))
            await journal.create(info)
            rota = Rota({one.id: one for one in people}, shifts)
            old = tuple(_past(number, past // desks))
            await journal.commit(Commit(info.tenant, info.id, 0, changes=(PutRota(rota), *map(PutRequest, old))))
            await journal.keep_vectors(info.tenant, info.id, _encoded(old))


def _past(desk: int, many: int) -> Iterator[Request]:
    """Yield closed requests of the last week, of which nothing is erased yet."""
    author = Author("29:olga", "Olga Brandt")
    for number in range(many):
        at = world.START - timedelta(days=7 * (many - number) / many)
        place = f"{channel(desk)};messageid={number}"
        request = Request(f"R-{PAST + number}", author, words(desk * many + number), at, place, at, at, closed_at=at)
        yield replace(request, status=Status.CLOSED, outcome=Outcome.ANSWERED, closed_by=author)


def _encoded(some: Sequence[Request]) -> Iterator[Asked]:
    """Yield them with vectors of no meaning, which take as long to compare and are at once made."""
    chance = np.random.default_rng(len(some))
    for one in some:
        vector = chance.standard_normal(SentenceEncoder.size)
        kept = (vector / np.linalg.norm(vector)).astype(STORED).tobytes()
        yield Asked(one.id, 1, one.text, one.posted_at, one.status, vector=kept, encoder=SentenceEncoder.name)
