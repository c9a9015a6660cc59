"""What words have in common, whatever the language and the typos, and at a bounded price."""

import numpy as np
import pytest

from bot.search.lexical import GROWTH, LONGEST, Postings, folded, terms_of, tokens

TEXTS = ("labels are not printed in the warehouse", "Rechnung hat einen falschen Betrag", "the tour hangs in delivery")


def holding(*texts: str) -> Postings:
    made = Postings()
    made.add(texts)
    return made


def best(postings: Postings, text: str) -> int:
    return int(np.argmax(postings.likeness(text)[0]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("lables are not pritned", 0), ("rechnungen falsche beträge", 1), ("TOUR HANGS", 2), ("tourhangs", 2)],
)
def test_a_text_is_found_through_typos_endings_and_case(text: str, expected: int) -> None:
    assert best(holding(*TEXTS), text) == expected


def test_umlauts_are_the_same_written_out() -> None:
    assert folded("Größe ändern") == folded("groesse aendern")


def test_numbers_are_all_alike_but_for_ids_that_are_looked_up() -> None:
    assert folded("tour 48213") == folded("tour 7")
    postings = holding("shipment LY12345 is lost", "shipment LY54321 is lost", "shipment is lost")
    assert best(postings, "where is LY54321?") == 1


@pytest.mark.parametrize(
    "token", ["PG::UniqueViolation", "ActiveRecord::RecordNotFound", "NoMethodError", "order_items", "R-2231", "404"]
)
def test_error_classes_names_in_code_and_ids_are_tokens(token: str) -> None:
    assert token.casefold() in tokens(f"it says {token}, why")
    postings = holding("it says that it cannot go on", f"{token}", "another thing it says")
    assert best(postings, f"it says {token} there") == 1


def test_ordinary_words_are_no_tokens() -> None:
    assert tokens("The Tour hangs since 12 Uhr, please help: thanks") == frozenset()


def test_the_same_text_is_as_like_as_can_be_and_another_language_is_not() -> None:
    alike, has = holding(*TEXTS).likeness(TEXTS[0])
    assert alike[0] == pytest.approx(1, abs=0.01)
    assert has[0] == pytest.approx(1, abs=0.01)
    assert alike[1:].max() < 0.2


def test_what_is_dropped_is_found_no_more_and_nothing_of_it_is_left() -> None:
    postings = holding(*TEXTS)
    postings.drop(0)
    postings.drop(0)
    assert postings.likeness(TEXTS[0])[0][0] == 0
    postings.keep(np.array([False, True, True]))
    fresh = holding(*TEXTS[1:])
    assert len(postings) == 2
    assert set(postings._terms.rows) == set(fresh._terms.rows)
    assert best(postings, TEXTS[1]) == 0


def test_what_comes_later_is_weighed_as_if_all_had_come_at_once() -> None:
    some = [f"{text} {number}" for number in range(30) for text in TEXTS]
    at_once, one_by_one = holding(*some), Postings()
    for text in some:
        one_by_one.add([text])
    apart = at_once.likeness("labels printed")[0] - one_by_one.likeness("labels printed")[0]
    assert np.abs(apart).max() < 0.1 * GROWTH
    one_by_one.add([])
    assert len(one_by_one) == len(some)


@pytest.mark.parametrize("text", ["", " \n ", "!?!", "a"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    assert holding(*TEXTS).likeness(text)[0].max() <= 0
    assert len(Postings().likeness(text)[0]) == 0
    assert not holding(text, *TEXTS).likeness("labels")[0][0]


@pytest.mark.parametrize(
    "text",
    ["word " * 2_000, "x" * 1_000_000, "a_b" * 100_000, "Aa" * 100_000, "R-1" * 100_000, "ﷺ" * 100_000, "::" * 100_000],
)
def test_a_hostile_text_costs_no_more_than_a_long_one(text: str) -> None:
    owners, _, _ = terms_of([text])
    assert len(owners) <= 2 * LONGEST
