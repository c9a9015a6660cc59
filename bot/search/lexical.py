"""What words have in common: texts as character n-grams, weighed as BM25 weighs words, and exact tokens beside them.

It finds through typos and endings, knows no language, and is told apart from the encoder: it must not know what any
text is. Work and memory are bounded by ``LONGEST`` whatever a text is like. Texts are not kept, only numbers of them.
Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond".
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.search.arrays import Floats, Growing, Ints

LONGEST = 2_000  # characters of a text that are looked at; what is asked stands before what is pasted below it
GRAM = 4  # characters
BITS = 18
TERMS = 1 << BITS  # numbers that n-grams and tokens fall on; two seldom fall on one
SATURATION, LENGTH = 1.2, 0.75  # BM25's k1 and b
USUAL = 60.0  # terms of a usual text, which never changes, so that what is known need not be weighed anew
WEIGHT = 6  # what an exact token counts for, as if it stood in the text so often
GROWTH = 1.1  # from which number of texts, against when it was last done, all are weighed anew

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
DIGITS = re.compile(r"\d+")
APART = re.compile(r"[^\w]+")
# What people look up letter by letter: error classes (PG::UniqueViolation, ActiveRecord::RecordNotFound), names in code
# (order_items, NoMethodError), ids and codes (LY12345, R-2231, 404).
TOKEN = re.compile(
    r"[A-Za-z]\w*(?:::\w+)+|\w+_\w+|\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|\b[A-Za-z]{1,5}-?\d{3,}\b|\b\d{3,}\b"
)


def folded(text: str) -> str:
    """Return a text as its n-grams are taken of: small, umlauts written out, numbers all alike, words set apart."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].casefold().translate(UMLAUTS)
    return f" {APART.sub(' ', DIGITS.sub('0', plain)).strip()} "


def tokens(text: str) -> frozenset[str]:
    """Return what of a text is looked up letter by letter."""
    return frozenset(found.casefold() for found in TOKEN.findall(text[:LONGEST]))


def terms_of(texts: Sequence[str]) -> tuple[Ints, Ints, Floats]:
    """Return the terms of texts: of which text (its position), which term, and how often; sorted by both."""
    spelt = [folded(text) for text in texts]
    lengths = np.array([len(one) for one in spelt], np.int64)
    codes = np.frombuffer("".join(spelt).encode("utf-32-le"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(spelt)), lengths)
    last = max(len(codes) - GRAM + 1, 0)
    hashed = np.zeros(last, np.uint64)
    for at in range(GRAM):
        hashed = hashed * np.uint64(1_000_003) + codes[at : at + last]
    within = owner[:last] == owner[GRAM - 1 :] if last else np.zeros(0, bool)
    inside = np.ones(last, bool)  # no gram spans two words: one ends or begins at a space, or has none
    for at in range(1, GRAM - 1):
        inside &= codes[at : at + last] != ord(" ")
    kept = within & inside
    owners, found = owner[:last][kept], _spread(hashed[kept])
    counts = np.ones(len(found), np.float32)
    exact = [(at, token) for at, text in enumerate(texts) for token in tokens(text)]
    if exact:
        words = np.array([_hash(token) for _, token in exact], np.uint64)
        owners = np.concatenate([owners, np.array([at for at, _ in exact], np.int64)])
        found = np.concatenate([found, _spread(words)])
        counts = np.concatenate([counts, np.full(len(exact), WEIGHT, np.float32)])
    keys, places = np.unique(owners * TERMS + found, return_inverse=True)
    return keys // TERMS, keys % TERMS, np.bincount(places, counts, len(keys)).astype(np.float32)


def _spread(hashed: NDArray[np.uint64]) -> Ints:
    mixed = (hashed ^ (hashed >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def _hash(token: str) -> int:
    found = 0
    for letter in f"={token}":
        found = (found * 1_000_003 + ord(letter)) & 0xFFFFFFFFFFFFFFFF
    return found


class Postings:
    """Texts by slot, in the order in which they were added."""

    def __init__(self) -> None:
        """Hold none."""
        self._terms = Growing(np.zeros(0, np.int32))
        self._impacts = Growing(np.zeros(0, np.float32))
        self._starts = np.zeros(0, np.int64)
        self._norms = np.zeros(0, np.float32)
        self._among = np.zeros(0, np.uint16)  # texts that have a term, once there are any; no index has 65,536 texts
        self._live = 0
        self._weighed = 0

    def __len__(self) -> int:
        """Return how many slots there are."""
        return len(self._starts)

    def add(self, texts: Sequence[str]) -> None:
        """Give texts the next slots."""
        if not texts:
            return
        owners, found, counts = terms_of(texts)
        held = np.bincount(owners, counts, len(texts))
        room = SATURATION * (1 - LENGTH + LENGTH * held / USUAL)
        impacts = counts * (SATURATION + 1) / (counts + room[owners])
        # each has one term at least, of no weight, so that it has a sum
        owners = np.concatenate([owners, np.arange(len(texts))])
        order = np.argsort(owners, kind="stable")
        found = np.concatenate([found, np.zeros(len(texts), np.int64)])[order]
        impacts = np.concatenate([impacts, np.zeros(len(texts))])[order]
        begun = len(self._terms.rows)
        starts = begun + np.searchsorted(owners[order], np.arange(len(texts)))
        if not len(self._among):
            self._among = np.zeros(TERMS, np.uint16)
        self._among += np.bincount(found[impacts > 0], minlength=TERMS).astype(np.uint16)
        self._live += len(texts)
        self._terms.add(found)
        self._impacts.add(impacts)
        self._starts = np.concatenate([self._starts, starts])
        if self._live > self._weighed * GROWTH:
            self._weighed, self._norms, begun = self._live, np.zeros(0, np.float32), 0
        self._norms = np.concatenate([self._norms, self._lengths(begun)])

    def drop(self, slot: int) -> None:
        """Empty a slot: nothing of its text is known any more."""
        terms, impacts = self._terms.rows, self._impacts.rows
        end = self._starts[slot + 1] if slot + 1 < len(self._starts) else len(terms)
        here = slice(self._starts[slot], end)
        if impacts[here].any():
            self._among[terms[here][impacts[here] > 0]] -= 1
            self._live -= 1
        terms[here] = 0
        impacts[here] = 0
        self._norms[slot] = 0

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Keep those slots only, in their order, which get the first numbers."""
        lengths = np.diff(self._starts, append=len(self._terms.rows))
        some = np.repeat(kept, lengths)
        self._terms, self._impacts = Growing(self._terms.rows[some]), Growing(self._impacts.rows[some])
        self._starts = np.cumsum(lengths[kept]) - lengths[kept]
        self._norms = self._norms[kept]

    def likeness(self, text: str) -> tuple[Floats, Floats]:
        """Return of each slot how like its text is (0 to 1), and how much of ``text`` stands in it (0 to 1)."""
        nothing = np.zeros(len(self), np.float32)
        _, found, counts = terms_of([text])
        if not len(found) or not len(self):
            return nothing, nothing
        room = SATURATION * (1 - LENGTH + LENGTH * counts.sum() / USUAL)
        own = counts * (SATURATION + 1) / (counts + room)
        rarity = self._rarity(found)
        weights = np.zeros(TERMS, np.float32)
        weights[found] = rarity * own
        terms, impacts = self._terms.rows, self._impacts.rows
        sums = np.add.reduceat(weights[terms] * impacts, self._starts).astype(np.float32)
        length = np.sqrt((rarity * own * own).sum())
        scale = length * self._norms
        alike = np.divide(sums, scale, out=nothing.copy(), where=scale > 0)
        weights[found] = rarity
        had = np.add.reduceat(weights[terms] * (impacts > 0), self._starts)
        return alike, (had / rarity.sum()).astype(np.float32)

    def _rarity(self, some: NDArray[np.integer]) -> Floats:
        among = self._among[some].astype(np.float32)
        rarity: Floats = np.log1p((self._live - among + 0.5) / (among + 0.5)).clip(1e-6).astype(np.float32)
        return rarity

    def _lengths(self, begun: int) -> Floats:
        """Return the lengths of the texts whose terms begin at ``begun``."""
        squares = self._rarity(self._terms.rows[begun:]) * self._impacts.rows[begun:] ** 2
        starts = self._starts[len(self._norms) :] - begun
        return np.sqrt(np.add.reduceat(squares, starts)).astype(np.float32)
