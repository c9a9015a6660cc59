"""What the journal knows that a check asks others about: the desks, their rotas, how Teams is reached.

It is read beside a bot that runs, and changes nothing.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bot.clock import real
from bot.errors import NotStored
from bot.ports import Loaded
from bot.settings import Settings
from bot.state import DeskInfo
from bot.store.backup import JOURNAL
from bot.store.documents import Documents, RotaRows
from bot.store.inspection import Inspection, look_at
from bot.store.journal import SqlJournal
from bot.store.rota import Files, Invalid, Outcome, RotaFiles, StoredRota, compare
from bot.store.schema import HEAD


@dataclass(frozen=True, slots=True)
class Known:
    """The desks, each with how its rota's file stands to the journal, and the notes on how to reach places in Teams."""

    desks: tuple[tuple[Loaded, Outcome], ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()

    @property
    def loaded(self) -> tuple[Loaded, ...]:
        """Return the desks alone."""
        return tuple(desk for desk, _ in self.desks)


def journal_of(settings: Settings) -> Path:
    """Return the journal's file, where there is no database of several replicas."""
    return settings.data / JOURNAL


async def read_known(settings: Settings) -> Known:
    """Read what a journal of this very version knows; raise NotStored, Refused or Unreadable where it cannot be."""
    journal = SqlJournal(settings.journal_url)  # never opened, since that would migrate it
    files: Files = RotaFiles(settings.data / "rota")
    if journal.is_shared:
        files = RotaRows(Documents(journal.transact), real)
    try:
        desks = []
        for info in await journal.desks():
            stored = await journal.rota(info.tenant, info.id)
            outcome = await asyncio.to_thread(_compare, stored, info, files)
            desks.append((await journal.load(info.tenant, info.id), outcome))
        return Known(tuple(desks), await journal.references())
    finally:
        await journal.close()


async def inspect_shared(settings: Settings) -> Inspection:
    """Return how the database of several replicas stands; raise NotStored where it cannot be reached."""
    journal = SqlJournal(settings.journal_url)
    try:
        return await journal.run(lambda connection: look_at(connection, HEAD))
    finally:
        await journal.close()


def _compare(stored: StoredRota, desk: DeskInfo, files: Files) -> Outcome:
    try:
        return compare(stored, desk, files)
    except NotStored as error:
        return Invalid(str(error), "")
