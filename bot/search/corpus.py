"""Texts by slot: a vector and the words of each, held in memory; which text it was is not known here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.arrays import Floats, Growing
from bot.search.lexical import Postings


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a text those of a corpus are, by slot: by meaning (-1 to 1) and by words (0 to 1).

    ``meaning`` is None where there is no encoder; ``has`` is how much of the text's words each has (0 to 1).
    """

    meaning: Floats | None
    words: Floats
    has: Floats


class Corpus:
    """Texts in the order in which they were added."""

    def __init__(self, size: int) -> None:
        """Hold none; ``size`` is that of the vectors, 0 for none."""
        self.size = size
        self._vectors = Growing(np.zeros((0, size), np.float32))
        self._postings = Postings()
        self._live = np.zeros(0, np.bool_)

    def __len__(self) -> int:
        """Return how many slots there are."""
        return len(self._live)

    @property
    def vectors(self) -> Floats:
        """Return the vectors by slot, to be read and written."""
        return self._vectors.rows

    @property
    def dead(self) -> int:
        """Return how many slots are empty."""
        return int((~self._live).sum())

    def add(self, texts: Sequence[str], vectors: Floats | None = None) -> range:
        """Give texts the next slots, and return these."""
        begun = len(self)
        self._postings.add(texts)
        self._vectors.add(np.zeros((len(texts), self.size), np.float32) if vectors is None else vectors)
        self._live = np.concatenate([self._live, np.ones(len(texts), np.bool_)])
        return range(begun, len(self))

    def drop(self, slot: int) -> None:
        """Empty a slot: nothing of its text is known any more."""
        self._postings.drop(slot)
        self.vectors[slot] = 0
        self._live[slot] = False

    def compact(self) -> None:
        """Let go of empty slots: those that are left move up, in their order."""
        left = np.flatnonzero(self._live)
        self._postings.keep(self._live)
        self._vectors = Growing(self.vectors[left])
        self._live = np.ones(len(left), np.bool_)

    def likeness(self, text: str, vector: Floats | None) -> Likeness:
        """Return how like ``text``, of which ``vector`` was made, each slot's is."""
        words, has = self._postings.likeness(text)
        return Likeness(None if vector is None else self.vectors @ vector, words, has)
