"""What is likely enough to be told: from how like texts are to matches, or to silence.

Every number here was fitted on one half of the benchmark's topics and looked at on the other, which ``python -m
tests.bench.matching`` does anew and prints, with precision and recall. Where there is no encoder other numbers hold:
words alone are right less often, so they are silent more often.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.search.arrays import Floats
from bot.search.corpus import Likeness
from bot.search.index import Answers, Compared, Entry, Index, can_be_told
from bot.search.lexical import folded
from bot.support.recurrence import WITHIN, Alike
from bot.support.request import Match

MOST_SECTIONS = 3
MOST_REQUESTS = 3
MOST_COMMONS = 1
MOST_ALIKE = 50
MOST_FOUND = 25  # sections that words ask for
FEWEST_WORDS = 3  # of a text that is taken for the same as another without asking
HAS = 0.8  # how much of somebody's words a section has that is found by them whatever it means
STEADY = 20  # how many answers of the usual score are thought beside a handbook's, which may have few sections


@dataclass(frozen=True, slots=True)
class Bars:
    """How texts are weighed, and from where on what is told.

    An answer's score is ``centre`` times how near a text is to the middle of the answer's texts, ``nearest`` times how
    near to the nearest two of them, and ``words`` times what it has in common with the one that has most; less the
    mean of all answers (``usual`` is what that usually is), since some texts are like everything. How like two requests
    are is ``meaning`` of their meaning, the rest of their words.

    ``answer`` and ``request`` are from where on a section or a common request, and a closed request, are told;
    ``beside`` how far behind the likeliest answer others are told with it. The likeliest is sure if the next is
    ``ahead`` behind it, a request from ``near`` on. From ``likely`` on two requests may be the same matter, and from
    ``near`` on they are without asking. "Not this" takes ``pushed`` off for texts that are likely the same.
    """

    centre: float
    nearest: float
    words: float
    meaning: float
    usual: float
    answer: float
    beside: float
    ahead: float
    request: float
    likely: float
    near: float
    pushed: float
    search: float  # from where on a section is found by words that somebody searches with


WITH_ENCODER = Bars(
    centre=1.0,
    nearest=1.0,
    words=0.6,
    meaning=0.8,
    usual=0.25,
    answer=0.68,
    beside=0.3,
    ahead=0.16,
    request=0.42,
    likely=0.41,
    near=0.6,
    pushed=0.4,
    search=0.33,
)
BY_WORDS = Bars(
    centre=0.0,
    nearest=0.0,
    words=1.0,
    meaning=0.0,
    usual=0.05,
    answer=0.26,
    beside=0.1,
    ahead=0.12,
    request=0.3,
    likely=0.36,
    near=0.66,
    pushed=0.15,
    search=0.12,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: ``matches``, which may answer, and requests that are ``alike``; the likeliest first of each."""

    matches: tuple[Match, ...] = ()
    alike: tuple[Alike, ...] = ()


def bars(index: Index) -> Bars:
    """Return the numbers that hold for an index."""
    return BY_WORDS if index.encoder is None else WITH_ENCODER


def matches(index: Index, text: str, request: str, at: datetime, told: Bars | None = None) -> Found:
    """Return what may answer a request posted at ``at``, and the requests that are alike.

    What was written down comes first: sections, then common requests, then closed requests that are none of these.
    """
    if not folded(text).strip():
        return Found()
    told = told or bars(index)
    scores = score(index, text, told, request)
    commons = _likely(index.commons, scores.commons, told, MOST_COMMONS)
    answers = (
        *_likely(index.sections, scores.sections, told, MOST_SECTIONS),
        *commons,
        *_closed(index, request, scores, told, {one.ref for one in commons}),
    )
    return Found(answers, _alike(index, text, request, at, scores, told))


def sections(index: Index, words: str, told: Bars | None = None) -> tuple[Match, ...]:
    """Return the sections that words ask for, the likeliest first; one that has nearly all the words is among them."""
    if not folded(words).strip():
        return ()
    told = told or bars(index)
    scores = score(index, words, told)
    ranked = np.argsort(-(scores.sections + scores.has), kind="stable")[:MOST_FOUND]
    return tuple(
        Match(index.sections.some[at].ref, bool(scores.sections[at] >= told.answer or scores.has[at] >= HAS))
        for at in ranked
        if scores.sections[at] >= told.search or scores.has[at] >= HAS
    )


@dataclass(frozen=True, slots=True)
class Scores:
    """How likely each section, each common request (by position) and each request (by slot) is what a text is about.

    ``has`` is how much of the text's words each section has, ``alike`` how like the requests are, whatever they helped.
    """

    sections: Floats
    commons: Floats
    requests: Floats
    alike: Floats
    has: Floats


def score(index: Index, text: str, told: Bars, request: str = "") -> Scores:
    """Return the scores of all, for a text, which may be a request's that is held."""
    compared = index.compare(text, request)
    found = compared.requests
    alike = found.words
    if found.meaning is not None:
        alike = (told.meaning * found.meaning + (1 - told.meaning) * found.words).astype(np.float32)
    has = np.zeros(len(index.sections.some), np.float32)
    np.maximum.at(has, index.sections.owners, compared.sections.has)
    sections = _answers(index, index.sections, compared, compared.sections, alike, told)
    commons = _answers(index, index.commons, compared, compared.commons, alike, told)
    mean = (sections.sum() + commons.sum() + STEADY * told.usual) / (len(sections) + len(commons) + STEADY)
    return Scores(sections - mean, commons - mean, _requests(index, alike, told), alike, has)


def _answers(index: Index, some: Answers, compared: Compared, pieces: Likeness, alike: Floats, told: Bars) -> Floats:
    """Return the scores of what may answer."""
    scores = np.zeros(len(some.some), np.float32)
    near = scores if compared.vector is None else index.centres(some) @ compared.vector
    at = 0
    for number, answer in enumerate(some.some):
        own = slice(at, at + len(answer.pieces))
        at = own.stop
        linked = index.linked(answer.ref)
        words = np.concatenate([pieces.words[own], compared.requests.words[linked]])
        found = told.centre * float(near[number]) + told.words * _top(words, 1)
        if pieces.meaning is not None and compared.requests.meaning is not None:
            found += told.nearest * _top(np.concatenate([pieces.meaning[own], compared.requests.meaning[linked]]), 2)
        scores[number] = _pushed(index, answer.ref, found, alike, told)
    return scores


def _requests(index: Index, alike: Floats, told: Bars) -> Floats:
    """Return the scores of requests as answers: one that helped somebody counts for what is like theirs, too."""
    scores = alike.copy()
    for ref in {*index.helped, *index.unlike}:
        entry = index.entries.get(ref)
        if entry is not None:
            best = max(float(alike[entry.slot]), _top(alike[index.linked(ref)], 1))
            scores[entry.slot] = _pushed(index, ref, best, alike, told)
    return scores


def _pushed(index: Index, ref: str, found: float, alike: Floats, told: Bars) -> float:
    """Return a score after "Not this" for texts like this one: none for a copy; "This helped" for a liker one wins."""
    refused = _top(alike[index.refused(ref)], 1)
    if refused < told.likely or refused <= _top(alike[index.linked(ref)], 1):
        return found
    return 0.0 if refused >= told.near else found - told.pushed


def _likely(some: Answers, scores: Floats, told: Bars, most: int) -> tuple[Match, ...]:
    """Return the likeliest and what is not far behind it, or nothing; only one that is well ahead is sure."""
    ranked = np.argsort(-scores, kind="stable")[: max(most, 2)]
    if not len(ranked) or scores[ranked[0]] < told.answer:
        return ()
    best = scores[ranked[0]]
    ahead = len(ranked) == 1 or best - scores[ranked[1]] >= told.ahead
    return tuple(
        Match(some.some[at].ref, bool(ahead and at == ranked[0]))
        for at in ranked[:most]
        if scores[at] >= best - told.beside
    )


def _closed(index: Index, request: str, scores: Scores, told: Bars, known: set[str]) -> tuple[Match, ...]:
    """Return closed requests: of those that are one common request the likeliest, none of one that is ``known``."""
    found = []
    known = set(known)
    for entry in _ranked(index, scores.requests, told.request):
        asked = entry.asked
        if asked.request != request and can_be_told(asked) and asked.common not in known:
            known |= {asked.common} - {""}
            sure = bool(scores.requests[entry.slot] >= told.near)
            found.append(Match(asked.request, sure, asked.outcome))
            if len(found) == MOST_REQUESTS:
                break
    return tuple(found)


def _alike(index: Index, text: str, request: str, at: datetime, scores: Scores, told: Bars) -> tuple[Alike, ...]:
    enough = len(folded(text).split()) >= FEWEST_WORDS
    found = []
    for entry in _ranked(index, scores.alike, told.likely):
        asked = entry.asked
        if asked.request != request and abs(asked.posted_at - at) <= WITHIN:
            near = enough and bool(scores.alike[entry.slot] >= told.near)
            found.append(Alike(asked.request, near, asked.posted_at, asked.common))
            if len(found) == MOST_ALIKE:
                break
    return tuple(found)


def _ranked(index: Index, scores: Floats, least: float) -> Iterator[Entry]:
    """Yield the requests from ``least`` on, the likeliest first, of equal ones the latest."""
    some = [entry for slot in np.flatnonzero(scores >= least) if (entry := index.by_slot[slot]) is not None]
    yield from sorted(some, key=lambda one: (scores[one.slot], one.asked.posted_at, one.asked.request), reverse=True)


def _top(some: Floats, most: int) -> float:
    """Return the mean of the ``most`` highest, 0 for none."""
    if len(some) <= most:
        return float(some.sum()) / max(len(some), 1)
    return float(some.max()) if most == 1 else float(np.partition(some, -most)[-most:].sum()) / most
