"""An encoder that knows a few words in two languages, a desk, a library."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from bot.effects import Say
from bot.events import Delivered, PlanFound, Undeliverable
from bot.ports import Address
from bot.rota.plan import Question
from bot.search.arrays import Floats
from bot.state import DeskInfo, State
from bot.support.handbook import NO_HANDBOOK, Handbook, Section
from bot.support.recurrence import Common
from bot.support.report import Report

SIZE = 64
MEANINGS = (
    {"label", "labels", "etikett", "etiketten", "printed", "gedruckt"},
    {"invoice", "invoices", "rechnung", "rechnungen", "amount", "betrag"},
    {"tour", "tours", "runde", "delivery", "zustellung"},
    {"login", "password", "passwort", "pin", "anmelden"},
)
DESK = DeskInfo("backend", "tenant", "team", "19:channel")
HANDBOOK = Handbook(
    sections=(
        Section("labels", "Labels are not printed", body="Restart the label worker.\n"),
        Section("invoices", "Invoice has a wrong amount", body="Correct the price table.\n"),
        Section("tours", "Tour hangs", body="Close the tour by hand. See `PG::UniqueViolation`.\n"),
        Section("pin", "Driver forgot the PIN", body="Set a new password.\n"),
    ),
    version="1",
)


class Glossary:
    """An encoder of one word's meaning at a time; what it does not know is far from everything."""

    name = "glossary/1"
    size = SIZE

    def __init__(self) -> None:
        """Remember what was encoded."""
        self.seen: list[str] = []
        self.broken = False

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector of each text."""
        if self.broken:
            message = "no vectors today"
            raise RuntimeError(message)
        self.seen += texts
        vectors = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.casefold().replace(".", " ").replace(",", " ").split():
                known = [at for at, some in enumerate(MEANINGS) if word in some]
                digest = hashlib.sha256(word.encode()).digest()
                row[known[0] if known else len(MEANINGS) + digest[0] % (SIZE - len(MEANINGS))] += 3 if known else 0.5
        lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-6)
        return vectors / lengths


@dataclass
class Desk:
    """A desk as the search knows it."""

    info: DeskInfo = DESK
    commons: dict[str, Common] = field(default_factory=dict)

    async def wants(self, _: Say) -> bool:
        return True

    def has_to_store(self, effect: str) -> bool:
        """Be told nothing, so have nothing to store."""
        raise AssertionError(effect)

    async def state(self) -> State:
        """Return its state."""
        return State(self.info, commons=self.commons)

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        """Be told nothing: what a search finds is its answer."""
        raise AssertionError((event, shown))

    async def question(self, weeks: int) -> Question:
        """Be asked nothing."""
        raise AssertionError(weeks)

    async def counted(self, day: date) -> Report:
        """Count nothing."""
        raise AssertionError(day)


@dataclass
class Shelf:
    """A library of one handbook."""

    handbook: Handbook = NO_HANDBOOK

    def of(self, desk: DeskInfo) -> Handbook:
        """Return it."""
        del desk
        return self.handbook
