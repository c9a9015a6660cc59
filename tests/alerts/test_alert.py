"""An alert's life: the table of its steps, what a notification adds, and what is forgotten of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.alerts.alert import (
    LIVE,
    MOST_POSTS,
    TRANSITIONS,
    Act,
    Alert,
    Comment,
    Deed,
    Status,
    diagram,
    key_of,
    merged,
    step,
    with_post,
)
from bot.alerts.erasure import authors, held, without_names, without_person, without_texts, without_undo
from bot.alerts.notification import Kind, Notification
from bot.errors import Refused
from bot.people import FORMER, SOMEBODY, Author

README = Path(__file__).parent.parent.parent / "README.md"
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SAID = Notification(Kind.NEW, error="e1", event="v1", project="shop", error_class="KeyError", message="'id'")
ALERT = Alert("A-1", "error:e1", SAID, AT, AT, AT, AT)
ANA, BEN = Author("ana", "Ana Lindqvist"), Author("ben", "Ben Okafor")


def test_the_readme_draws_the_table() -> None:
    drawn = re.search(r"<!-- alerts -->\s*```mermaid\n(.*?)\n```\s*<!-- /alerts -->", README.read_text(), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram()


@pytest.mark.parametrize(("status", "act"), [*product(Status, Act)])
def test_a_step_that_is_not_in_the_table_is_refused_in_words(status: Status, act: Act) -> None:
    alert = replace(ALERT, status=status, owner=ANA, ended_by=BEN)
    if (status, act) in TRANSITIONS:
        assert step(alert, act) is TRANSITIONS[status, act]
        return
    with pytest.raises(Refused) as refusal:
        step(alert, act)
    assert "A-1" in str(refusal.value)


def test_whatever_is_over_can_be_opened_again_and_whatever_is_live_can_end() -> None:
    for status in set(Status) - LIVE:
        assert TRANSITIONS[status, Act.TRIGGER] is Status.TRIGGERED
    for status, act in product(LIVE, (Act.TICKET, Act.RESOLVE, Act.IGNORE)):
        assert TRANSITIONS[status, act] not in LIVE


def test_the_newer_words_go_before_the_older_and_what_is_left_out_stays() -> None:
    old = replace(SAID, occurrences=9, users=2, frames=("a:1",), handled=False, first_at=AT)
    new = Notification(Kind.OCCURRED, error="e1", message="other", occurrences=5, first_at=AT + timedelta(1))
    both = merged(old, new)
    assert both == replace(old, kind=Kind.OCCURRED, message="other")
    assert merged(new, replace(old, handled=True)).handled is True


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (SAID, "error:e1"),
        (replace(SAID, error=""), "like:shop|KeyError"),
        (Notification(Kind.UNREADABLE, said="?"), "message:C/1"),
    ],
)
def test_a_notification_belongs_to_its_error_else_to_what_it_is_alike_else_to_itself(
    said: Notification, key: str
) -> None:
    assert key_of(said, "C/1") == key


def test_the_same_happening_has_the_same_id_whatever_way_it_came() -> None:
    assert SAID.id == replace(SAID, message="other", frames=("a",)).id
    assert SAID.id != replace(SAID, kind=Kind.OCCURRED).id
    assert replace(SAID, event="").id == ""


def test_a_message_is_known_once_and_of_too_many_the_first_and_the_latest() -> None:
    alert = ALERT
    for number in range(MOST_POSTS + 3):
        alert = with_post(with_post(alert, f"C/{number}", ""), f"C/{number}", "")
    assert len(alert.posts) == MOST_POSTS
    assert (alert.posts[0].thread, alert.thread) == ("C/0", f"C/{MOST_POSTS + 2}")
    assert with_post(alert, "", "") is alert


ENDED = replace(
    ALERT,
    status=Status.RESOLVED,
    owner=ANA,
    ended_by=BEN,
    comment=Comment("Erika Example", "Ana broke it"),
    eyes="UANA",
    back={"UBEN": AT},
    called=("ana", "ben"),
    cards=("alert:A-1:1", "call:A-1:1:ana"),
    impact="Ana Lindqvist cannot pay",
    reason="known",
    deed=Deed(BEN, AT, "resolved it"),
    before=replace(ALERT, status=Status.ACKNOWLEDGED, owner=ANA),
)


def test_what_ended_holds_what_can_be_taken_back_then_names_then_texts() -> None:
    assert held(ENDED) == "unt"
    assert held(without_undo(ENDED)) == "nt"
    assert held(without_names(ENDED)) == "t"
    assert held(without_texts(without_names(ENDED))) == ""
    assert held(replace(ENDED, status=Status.TRIGGERED)) == ""


def test_nobody_is_named_and_nothing_quoted_once_all_is_erased() -> None:
    left = without_texts(without_names(ENDED))
    told = repr(left)
    for word in ("Ana", "Ben", "Erika", "UANA", "'id'", "known", "broke"):
        assert word not in told
    assert {one.name for one in authors(left)} == {SOMEBODY}
    assert (left.first_at, left.changed_at, left.times) == (AT, AT, 1)


def test_whoever_is_erased_is_a_former_colleague_everywhere() -> None:
    left = without_person(ENDED, "ana", frozenset({"Ana Lindqvist"}))
    assert "Ana Lindqvist" not in repr(left)
    assert left.owner == Author("", FORMER)
    assert left.impact == ""  # in her words
    assert (left.called, left.cards) == (("ben",), ("alert:A-1:1",))
    assert left.deed is not None
    assert without_person(ENDED, "ben", frozenset({"Ben Okafor"})).deed is None
    assert {one.name for one in authors(ENDED)} == {"Ana Lindqvist", "Ben Okafor"}
