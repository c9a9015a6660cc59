"""Excerpts, spans, and that both languages say everything."""

import re
from datetime import timedelta
from string import Formatter

import pytest

from bot.policy import Language
from bot.support.intake import excerpt
from bot.support.texts import TEXTS, Text
from bot.support.words import length


def test_an_excerpt_is_cut_at_a_word() -> None:
    assert excerpt("label printer " * 40, 30) == "label printer label printer…"


def test_an_excerpt_of_one_long_word_is_cut_in_it() -> None:
    assert excerpt("x" * 400, 300) == "x" * 299 + "…"


@pytest.mark.parametrize(("minutes", "text"), [(0, "0 min"), (12, "12 min"), (120, "2 h"), (125, "2 h 5 min")])
def test_spans_are_whole_minutes(minutes: int, text: str) -> None:
    assert length(timedelta(minutes=minutes, seconds=59)) == text


@pytest.mark.parametrize("text", Text)
def test_both_languages_say_every_sentence_with_the_same_braces(text: Text) -> None:
    braces = [{field for _, field, _, _ in Formatter().parse(TEXTS[one][text]) if field} for one in Language]
    assert braces[0] == braces[1]


JARGON = re.compile(r"\b(triage|override|escalat\w*|eskal\w*|edge|p95|sla|ticket|backlog)\b", re.IGNORECASE)


@pytest.mark.parametrize("language", Language)
def test_nothing_that_is_said_in_the_channel_is_jargon(language: Language) -> None:
    assert not [said for said in TEXTS[language].values() if JARGON.search(said)]


def test_an_excerpt_has_few_lines() -> None:
    assert excerpt("\n".join(map(str, range(20))), 300) == "0\n1\n2\n3\n4\n5\n6\n7…"
    assert excerpt("\n".join(map(str, range(8))), 300) == "0\n1\n2\n3\n4\n5\n6\n7"
