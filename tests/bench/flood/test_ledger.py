"""The load bench would see it: a card twice, an edit before its card, too many sends, a person called twice."""

from itertools import count

import pytest

from tests.bench.flood.ledger import Call, Ledger
from tests.bench.flood.verdicts import Verdict, shown

THREAD = "19:c@thread.tacv2;messageid=7"
CHAT = "a:anna"
NUMBERS = count(1)


def call(
    at: float, method: str = "POST", place: str = THREAD, message: str = "", *, copy: bool = False, open_: bool = True
) -> Call:
    return Call(at, method, place, message or str(next(NUMBERS)), "R-1", "desk-0", copy, open_)


def posted(at: float = 1.0) -> Call:
    return call(at, message="card")


def edited(at: float = 2.0) -> Call:
    return call(at, "PUT", message="card", open_=False)


def test_a_card_that_comes_and_is_then_edited_until_it_is_solved_is_in_order() -> None:
    ledger = Ledger((posted(), edited()))
    assert ledger.disordered() == []
    assert ledger.first_cards() == {7: 1.0}


def test_the_thread_of_another_post_is_not_looked_at() -> None:
    rows = [[1.0, "POST", THREAD, "card", "R-1", "desk-0", False, True]]
    assert Ledger.read(rows, ()).calls == ()
    assert Ledger.read(rows, (7,)).disordered() == [THREAD]


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param((edited(0.5), posted(), edited()), id="edited before it came"),
        pytest.param((posted(), posted(1.5), edited()), id="came twice"),
        pytest.param((posted(),), id="still offers what is done"),
    ],
)
def test_a_thread_is_out_of_order(calls: tuple[Call, ...]) -> None:
    assert Ledger(calls).disordered() == [THREAD]


def test_the_densest_moment_of_any_one_conversation_counts() -> None:
    ledger = Ledger((*(call(5 + n / 10) for n in range(8)), *(call(20 + n, place=CHAT) for n in range(60))))
    assert ledger.densest() == {(7, 1.0): 8, (8, 2.0): 8, (60, 30.0): 30, (1800, 3600.0): 60}


def test_what_is_edited_into_the_first_reminder_calls_nobody_again() -> None:
    first = call(100.0, place=CHAT, message="m", copy=True)
    ledger = Ledger((first, call(130.0, "PUT", CHAT, "m", copy=True), call(161.0, place=CHAT, copy=True)))
    assert ledger.rings() == 1
    assert ledger.reminded() == (2, 1)
    assert Ledger((first, call(159.0, place=CHAT, copy=True))).rings() == 2


def test_once_what_a_reminder_told_is_solved_the_next_may_call_again() -> None:
    first = call(100.0, place=CHAT, message="m", copy=True)
    solved = (posted(90.0), first, edited(120.0))
    assert Ledger((*solved, call(121.0, place=CHAT, copy=True))).rings() == 1
    assert Ledger((*solved, call(110.0, place=CHAT, copy=True))).rings() == 2


def test_a_promise_that_is_not_kept_is_told_as_missed() -> None:
    assert "| p95 | ≤ 300 ms | 301 ms | **missed** |" in shown([Verdict("p95", 301, 300, " ms")])
    assert "kept" in shown([Verdict("p95", 300, 300, " ms")])
