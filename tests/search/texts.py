"""The texts that the search is measured with: topics, sections that look like them, requests that nothing answers.

``data/topics_*.psv`` has sixty topics: a section of a handbook each, and fifteen requests in other words, in English,
in German, and in a mix of both with typos. Of twenty topics five of these are those of the example file, in which
people say plainly what is wrong; ``data/plain.psv`` has five of that kind for each of the others. ``data/sections.psv``
are sections beside the topics, ``data/novel.psv`` requests that none of all these answers.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bot.ports import Asked
from bot.search.arrays import Floats
from bot.search.encoder import Encoder
from bot.search.index import Index
from bot.support.handbook import Handbook, Section
from bot.support.request import Outcome, Status

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
KINDS = ("EN", "DE", "MIX")
EXAMPLES = 20  # topics of which the example file has these of the fifteen requests
THEIRS = (0, 1, 5, 6, 10)


@dataclass(frozen=True)
class Text:
    """A request: its topic (-1 for none), its language, and which of its topic's it is in that language."""

    topic: int
    kind: str
    number: int
    words: str


@dataclass(frozen=True)
class Texts:
    """All of them; ``asked`` are fifteen a topic, ``plain`` five a topic."""

    sections: tuple[Section, ...]
    topics: tuple[str, ...]
    asked: tuple[Text, ...]
    plain: tuple[Text, ...]
    novel: tuple[Text, ...]

    @property
    def handbook(self) -> Handbook:
        """Return the handbook that has a section for each topic, and those that look like them."""
        return Handbook(sections=self.sections, version="1")

    def ref(self, topic: int) -> str:
        """Return the section that answers a topic."""
        return f"#{self.topics[topic]}"


def read() -> Texts:
    """Return all texts."""
    rows = [row for name in ("topics_a", "topics_b") for row in _rows(name)]
    plain = {row[0]: row[1:] for row in _rows("plain")}
    spots = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0))
    asked = [
        Text(topic, KINDS[at // 5], at % 5, words) for topic, row in enumerate(rows) for at, words in enumerate(row[3:])
    ]
    simple = [
        Text(topic, KINDS[kind], number, words)
        for topic, row in enumerate(rows)
        for (kind, number), words in zip(spots, plain.get(row[0]) or [row[3 + at] for at in THEIRS], strict=True)
    ]
    return Texts(
        tuple(Section(row[0], row[1], body=row[2]) for row in (*rows, *_rows("sections"))),
        tuple(row[0] for row in rows),
        tuple(asked),
        tuple(simple),
        tuple(Text(-1, row[0].upper(), at, row[1]) for at, row in enumerate(_rows("novel"))),
    )


def _rows(name: str) -> list[list[str]]:
    lines = (DATA / f"{name}.psv").read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if line and not line.startswith("#")]


def closed(name: str, words: str, *, helped: Sequence[str] = (), days: float = 3) -> Asked:
    """Return a request that was answered, and by which sections."""
    at = NOW - timedelta(days=days)
    return Asked(name, 1, words, at, Status.CLOSED, Outcome.ANSWERED, helped=tuple(helped))


def linked(texts: Texts, query: Text, number: int, topics: Sequence[int]) -> list[Asked]:
    """Return so many past requests for each topic, linked with its section, none of them the query."""
    chosen = random.Random(f"{query.kind} {query.number}")  # noqa: S311 - the same each time
    found = []
    for topic in topics:
        left = [
            one
            for one in texts.asked[15 * topic : 15 * topic + 15]
            if one.number != query.number and one.words != query.words
        ]
        some = chosen.sample(left, number)
        found += [closed(f"R-{topic}-{at}", one.words, helped=[texts.ref(topic)]) for at, one in enumerate(some)]
    return found


def filled(handbook: Handbook, encoder: Encoder | None, rows: Sequence[Asked]) -> Index:
    """Return an index that has a handbook and these past requests."""
    index = Index(encoder)
    index.put_handbook(handbook)
    index.take(rows)
    while index.unmade:
        index.encode_some(256)
    return index


def mistyped(words: str, number: int = 2) -> str:
    """Return a text with typos: letters swapped, left out or doubled, the same ones each time."""
    chance = random.Random(words)  # noqa: S311 - the same each time
    for _ in range(number):
        spots = [at for at in range(1, len(words) - 1) if words[at].isalpha() and words[at + 1].isalpha()]
        if not spots:
            break
        at = chance.choice(spots)
        swap, leave, double = words[at + 1] + words[at], words[at + 1], words[at] * 2 + words[at + 1]
        words = words[:at] + chance.choice((swap, leave, double)) + words[at + 2 :]
    return words


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        """Put it before another one."""
        self.name, self.size = encoder.name, encoder.size
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        rows = [self._known[text] for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), -1) if rows else self._encoder.encode(())
