"""The index of one desk: its requests, its handbook's sections and its common requests, as texts to compare with.

Held in memory and pulled forward: by the journal's revision, by the handbook's version. It decides what belongs
together, and must not know what is likely enough to be told. Used from one thread at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.ports import Asked
from bot.search.arrays import Floats
from bot.search.corpus import Corpus, Likeness
from bot.search.encoder import BATCH, Encoder
from bot.search.pieces import Answer, of_commons, of_handbook
from bot.support.handbook import Handbook
from bot.support.recurrence import Common, Standing
from bot.support.request import Outcome, Status

MOST_LINKED = 50  # texts that stand for one answer besides its own, the latest
STORED = np.float16


@dataclass(slots=True)
class Entry:
    """A request that is held: where its text is, and what is known of it."""

    asked: Asked  # without its text and its vector
    slot: int
    digest: int


class Answers:
    """What may answer a request, with the texts that stand for each."""

    def __init__(self, size: int) -> None:
        """Hold none; ``size`` is that of the vectors, 0 for none."""
        self.some: tuple[Answer, ...] = ()
        self.corpus = Corpus(size)
        self.owners: NDArray[np.int64] = np.zeros(0, np.int64)
        self._vectors: dict[str, Floats] = {}
        self.unmade: dict[str, list[int]] = {}  # texts to be encoded, and their slots
        self.centres: Floats | None = None  # of each answer, None until they are asked for again

    def put(self, some: tuple[Answer, ...]) -> None:
        """Take these instead; what is encoded already need not be encoded again."""
        texts = [text for one in some for text, _ in one.pieces]
        self.corpus = Corpus(self.corpus.size)
        self.corpus.add(texts)
        self.owners = np.repeat(np.arange(len(some)), [len(one.pieces) for one in some])
        self.some, self.centres = some, None
        known, self._vectors, self.unmade = self._vectors, {}, {}
        for slot, text in enumerate(texts if self.corpus.size else ()):
            if text in known:
                self._vectors[text] = self.corpus.vectors[slot] = known[text]
            else:
                self.unmade.setdefault(text, []).append(slot)

    def encode_some(self, encoder: Encoder, most: int) -> int:
        """Encode texts that have no vector yet; return how many."""
        some = list(islice(self.unmade, most))
        for text, vector in zip(some, encoder.encode(some), strict=True):
            self._vectors[text] = vector
            self.corpus.vectors[self.unmade.pop(text)] = vector
        return len(some)


@dataclass(frozen=True, slots=True)
class Compared:
    """A text compared with all that the index has: requests by slot, the pieces of sections and of common requests."""

    vector: Floats | None
    requests: Likeness
    sections: Likeness
    commons: Likeness


class Index:
    """One desk's texts."""

    def __init__(self, encoder: Encoder | None) -> None:
        """Begin with none; without an encoder words alone are compared."""
        self.encoder = encoder
        self.after = (0, "")  # up to where the journal is known: a revision, and a request of it
        self.version: str | None = None  # of the handbook
        self.entries: dict[str, Entry] = {}
        self.by_slot: list[Entry | None] = []
        self.helped: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.unlike: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.of_common: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._size = 0 if encoder is None else encoder.size
        self.sections = Answers(self._size)
        self.commons = Answers(self._size)
        self._requests = Corpus(self._size)
        self._unmade: dict[str, Asked] = {}  # what is still to be encoded

    def take(self, rows: Sequence[Asked]) -> None:
        """Take what changed, in the journal's order."""
        new: list[Asked] = []
        for row in rows:
            known = self.entries.get(row.request)
            if known is not None and known.digest == hash(row.text):
                self._unlink(known.asked)
                known.asked = _bare(row)
                self._link(known.asked)
                continue
            if known is not None:
                self._drop(known)
            if row.text:
                new.append(row)
        self._add(new)
        if rows:
            self.after = (rows[-1].revision, rows[-1].request)
            self._move()
        self._compact()

    def put_handbook(self, handbook: Handbook) -> None:
        """Take a handbook as it is now."""
        if handbook.version != self.version:
            self.sections.put(of_handbook(handbook))
            self.version = handbook.version

    def put_commons(self, commons: Iterable[Common]) -> None:
        """Take the common requests as they are now; only those that are listed have an answer."""
        some = of_commons(one for one in commons if one.standing is Standing.LISTED)
        if some != self.commons.some:
            self.commons.put(some)

    @property
    def unmade(self) -> int:
        """Return how many texts have no vector yet."""
        return len(self._unmade) + self.unmade_answers

    @property
    def unmade_answers(self) -> int:
        """Return how many pieces of sections and of common requests have no vector yet."""
        return len(self.sections.unmade) + len(self.commons.unmade)

    def encode_some(self, most: int = BATCH) -> tuple[Asked, ...]:
        """Encode so many texts that have no vector yet, the latest requests first; return requests with it, to be kept.

        Answers come before requests: there are few, and every request is compared with them.
        """
        if self.encoder is None or not self.unmade:
            return ()
        self._move()
        for answers in (self.sections, self.commons):
            most -= answers.encode_some(self.encoder, most)
        some = [self._unmade[one] for one in islice(reversed(self._unmade), most)]
        vectors = self.encoder.encode([one.text for one in some])
        for one, vector in zip(some, vectors, strict=True):
            del self._unmade[one.request]
            self._requests.vectors[self.entries[one.request].slot] = vector
        return tuple(
            replace(one, vector=vector.astype(STORED).tobytes(), encoder=self.encoder.name)
            for one, vector in zip(some, vectors, strict=True)
        )

    def compare(self, text: str, request: str = "") -> Compared:
        """Compare a text with all; where it is a request's that is held, it is not encoded again."""
        vector = self._vector(text, request)
        return Compared(
            vector,
            self._requests.likeness(text, vector),
            self.sections.corpus.likeness(text, vector),
            self.commons.corpus.likeness(text, vector),
        )

    def _vector(self, text: str, request: str) -> Floats | None:
        if self.encoder is None:
            return None
        entry = self.entries.get(request)
        if entry is not None and entry.digest == hash(text) and request not in self._unmade:
            own: Floats = self._requests.vectors[entry.slot]
        else:
            (own,) = self.encoder.encode([text])
        return own

    def linked(self, ref: str) -> list[int]:
        """Return the slots of the requests that stand for an answer: that it helped, or that are this common one."""
        return self._slots({**self.of_common.get(ref, {}), **self.helped.get(ref, {})})

    def refused(self, ref: str) -> list[int]:
        """Return the slots of the requests of which somebody said that this is not their answer."""
        return self._slots(self.unlike.get(ref, {}))

    def centres(self, answers: Answers) -> Floats:
        """Return the middle of the texts of each answer, its own and those linked with it, of length 1, as rows."""
        if answers.centres is None:
            made = np.zeros((len(answers.some), answers.corpus.size), np.float32)
            at = 0
            for number, answer in enumerate(answers.some):
                weights = np.array([weight for _, weight in answer.pieces], np.float32)
                end = at + len(weights)
                middle = weights @ answers.corpus.vectors[at:end]
                middle += self._requests.vectors[self.linked(answer.ref)].sum(0)
                made[number] = middle / max(float(np.linalg.norm(middle)), 1e-6)
                at = end
            answers.centres = made
        return answers.centres

    def _move(self) -> None:
        """Let the centres be found anew: a text, or what it stands for, has changed."""
        self.sections.centres = self.commons.centres = None

    def _slots(self, requests: Iterable[str]) -> list[int]:
        return [self.entries[one].slot for one in list(requests)[-MOST_LINKED:]]

    def _add(self, rows: Sequence[Asked]) -> None:
        latest = {row.request: row for row in rows}  # of several in one portion, the last
        some = list(latest.values())
        vectors = np.zeros((len(some), self._size), np.float32)
        for number, row in enumerate(some):
            if self.encoder is None:
                continue
            kept = row.vector if row.encoder == self.encoder.name else None
            if kept is not None and len(kept) == self._size * np.dtype(STORED).itemsize:
                vectors[number] = np.frombuffer(kept, STORED)
            else:
                self._unmade[row.request] = row
        slots = self._requests.add([row.text for row in some], vectors)
        for row, slot in zip(some, slots, strict=True):
            entry = Entry(_bare(row), slot, hash(row.text))
            self.entries[row.request] = entry
            self.by_slot.append(entry)
            self._link(entry.asked)

    def _drop(self, entry: Entry) -> None:
        self._requests.drop(entry.slot)
        self.by_slot[entry.slot] = None
        self._unlink(entry.asked)
        self._unmade.pop(entry.asked.request, None)
        del self.entries[entry.asked.request]

    def let_go(self, many: int) -> None:
        """Let go of so many requests, the oldest."""
        for entry in nsmallest(many, self.entries.values(), key=lambda one: (one.asked.posted_at, one.asked.request)):
            self._drop(entry)
        self._move()
        self._compact()

    def _compact(self) -> None:
        """Let go of empty slots once there are many."""
        if self._requests.dead > max(200, len(self._requests) // 10):
            self._requests.compact()
            self.by_slot = [entry for entry in self.by_slot if entry is not None]
            for slot, kept in enumerate(self.by_slot):
                assert kept is not None
                kept.slot = slot

    def _link(self, asked: Asked) -> None:
        for some in self._linked_with(asked):
            some[asked.request] = None

    def _unlink(self, asked: Asked) -> None:
        for some in self._linked_with(asked):
            some.pop(asked.request, None)

    def _linked_with(self, asked: Asked) -> Iterator[dict[str, None]]:
        """Yield all that a request is one of: what it stands for, and what somebody said is not its answer."""
        yield from (self.helped[ref] for ref in asked.helped)
        yield from (self.unlike[ref] for ref in asked.unlike)
        if asked.common:
            yield self.of_common[asked.common]


def can_be_told(asked: Asked) -> bool:
    """Say whether a request tells how such a one ends: it is over, and does not only follow another."""
    return asked.status is Status.CLOSED and asked.outcome not in (None, Outcome.DUPLICATE)


def _bare(row: Asked) -> Asked:
    return replace(row, text="", vector=None)
