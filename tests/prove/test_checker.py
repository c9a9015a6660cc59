"""The checker finds each thing that can be wrong, in ledgers made by hand; and says nothing of one that is right."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.prove import checker, ledger
from tests.prove.checker import ACKNOWLEDGED, CLOSED, OPEN, Case, Post, Record, Step, Verdict, check
from tests.prove.ledger import Button, Message, Version

THREAD, PAIR, TEAM = "19:desk;messageid=1", "a:ana", "19:team"
TOKEN = "q000001"
AT = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
STEPS = (
    Step("pair", timedelta(minutes=2), (PAIR,)),
    Step("thread", timedelta(minutes=5)),
    Step("team", timedelta(minutes=10), (TEAM,)),
)
POST = Post(THREAD, TOKEN, AT, STEPS)
END = AT + timedelta(minutes=30)
VERBS = {OPEN: ("claim", "solve"), ACKNOWLEDGED: ("solve",), CLOSED: ("reopen",)}


def said(chat: str, *contents: str, token: str = TOKEN, card: bool = True, status: str = OPEN) -> Message:
    """A message that said these things one after another."""
    tokens = frozenset({token} if token else ())
    buttons = tuple(Button(verb, "{}") for verb in VERBS[status])
    said.number += 1  # type: ignore[attr-defined]
    versions = [Version(content, card, tokens, buttons) for content in contents or ("first",)]
    return Message(chat, chat, str(said.number), versions)  # type: ignore[attr-defined]


said.number = 0  # type: ignore[attr-defined]


def card(status: str = OPEN) -> Message:
    return said(THREAD, token="", status=status)


def line() -> Message:
    return said(THREAD, token="", card=False)


def right() -> list[Message]:
    """Everything that is seen of a post that nobody answers."""
    return [card(), said(PAIR), line(), said(TEAM)]


def case(
    messages: list[Message],
    *records: Record,
    post: Post = POST,
    doubted: Mapping[str, int] | None = None,
    outage: tuple[float, float] | None = None,
) -> Case:
    outages = () if outage is None else (tuple(AT + timedelta(minutes=minute) for minute in outage),)
    return Case((post,), records or (Record(THREAD),), tuple(messages), doubted or {}, END, outages)  # type: ignore[arg-type]


def kinds(verdict: Verdict) -> list[str]:
    return sorted(verdict.kinds().elements())


def test_of_what_is_right_nothing_is_said() -> None:
    verdict = check(case(right()))
    assert verdict.violations == []
    assert (verdict.posts, verdict.records, str(verdict.cards), str(verdict.reminders)) == (1, 1, "0/1/0", "0/3/0")


def test_a_post_that_was_accepted_and_has_no_record_is_lost() -> None:
    assert kinds(check(replace(case(right()), records=()))) == ["lost record"]


def test_a_post_with_two_records_is_doubled() -> None:
    verdict = check(case(right(), Record(THREAD), Record(THREAD)))
    assert kinds(verdict) == ["doubled record"]
    assert verdict.doubled == 1


def test_a_record_of_what_nobody_posted_is_found() -> None:
    assert kinds(check(case(right(), Record(THREAD), Record("19:desk;messageid=2")))) == ["record without a post"]


def test_a_post_that_was_never_accepted_is_said_and_asked_for_nothing_else() -> None:
    assert kinds(check(replace(case([], post=replace(POST, acknowledged=False)), records=()))) == ["unacknowledged"]


def test_a_thread_without_a_card_is_found() -> None:
    verdict = check(case(right()[1:]))
    assert kinds(verdict) == ["no card"]
    assert str(verdict.cards) == "1/0/0"


def test_a_card_that_says_another_state_than_the_stored_one_is_stale() -> None:
    answered = Record(THREAD, ACKNOWLEDGED, AT + timedelta(minutes=1))
    post = replace(POST, tried=frozenset({"claim"}))
    assert kinds(check(case([card()], answered, post=post))) == ["stale card"]
    assert kinds(check(case([card(ACKNOWLEDGED)], answered, post=post))) == []


def test_each_reminder_that_was_due_and_is_not_seen_is_lost() -> None:
    for number, step in enumerate(STEPS, 1):
        messages = right()
        del messages[number]
        verdict = check(case(messages))
        assert [str(one) for one in verdict.violations] == [f"lost reminder: {TOKEN} {step.name}"]


def test_one_of_two_who_are_to_hear_it_and_do_not_is_a_lost_reminder() -> None:
    steps = (Step("pair", timedelta(minutes=2), (PAIR, "a:ben")),)
    verdict = check(case([card(), said(PAIR)], post=replace(POST, steps=steps)))
    assert kinds(verdict) == ["lost reminder"]


def test_after_the_answer_no_reminder_is_asked_for_nor_within_the_grace_before_it() -> None:
    post = replace(POST, tried=frozenset({"claim"}))
    soon, late = (Record(THREAD, ACKNOWLEDGED, AT + timedelta(minutes=minute)) for minute in (6.9, 7))
    assert kinds(check(case([card(ACKNOWLEDGED)], soon, post=post))) == []
    assert kinds(check(case([card(ACKNOWLEDGED)], late, post=post))) == ["lost reminder"]


def test_while_the_bot_is_held_up_no_grace_passes_and_outages_that_overlap_count_once() -> None:
    post = replace(POST, steps=STEPS[:1], tried=frozenset({"claim"}))
    soon, late = (Record(THREAD, ACKNOWLEDGED, AT + timedelta(minutes=minute)) for minute in (9.9, 10))
    held = tuple((AT + timedelta(minutes=start), AT + timedelta(minutes=end)) for start, end in ((3, 5), (0, 4)))
    messages = [card(ACKNOWLEDGED)]
    assert kinds(check(replace(case(messages, soon, post=post), outages=held))) == []
    assert kinds(check(replace(case(messages, late, post=post), outages=held))) == ["lost reminder"]


def test_a_reminder_may_collapse_into_a_later_one_only_where_the_bot_was_held_up_between_their_moments() -> None:
    messages = [card(), line(), said(TEAM)]
    assert kinds(check(case(messages, outage=(1, 1.9)))) == ["lost reminder"]
    assert kinds(check(case(messages, outage=(5.1, 9)))) == ["lost reminder"]
    verdict = check(case(messages, outage=(1, 3)))
    assert (verdict.violations, verdict.merged) == ([], 1)


def test_a_reminder_may_collapse_into_one_that_came_so_shortly_before_the_answer_that_it_was_not_asked_for() -> None:
    post = replace(POST, tried=frozenset({"claim"}))
    answered = Record(THREAD, ACKNOWLEDGED, AT + timedelta(minutes=8))
    messages = [card(ACKNOWLEDGED), line()]
    assert kinds(check(case(messages, answered, post=post))) == ["lost reminder"]
    assert kinds(check(case(messages, answered, post=post, outage=(1, 6)))) == []


def test_the_highest_reminder_collapses_into_nothing() -> None:
    assert kinds(check(case(right()[:3], outage=(0, 20)))) == ["lost reminder"]


def test_more_of_the_same_than_sends_in_doubt_are_too_many_in_each_chat_by_itself() -> None:
    for extra in (card(), line(), said(PAIR, "other words"), said(TEAM)):
        messages = [*right(), extra]
        assert kinds(check(case(messages))) == ["too many extra"]
        assert kinds(check(case(messages, doubted={"elsewhere": 5}))) == ["too many extra"]
        verdict = check(case(messages, doubted={extra.chat: 1}))
        assert (verdict.violations, verdict.extra, verdict.bound) == ([], 1, 1)


def test_messages_about_different_posts_are_not_the_same() -> None:
    other = replace(POST, thread="19:desk;messageid=2", token="q000002", steps=())
    whole = case([*right(), said(PAIR, token="q000002"), replace(card(), chat=other.thread)])
    both = replace(whole, posts=(POST, other), records=(Record(THREAD), Record(other.thread)))
    assert (kinds(check(both)), check(both).extra) == ([], 0)


def test_a_message_that_is_about_no_post_is_a_stray() -> None:
    assert kinds(check(case([*right(), said(PAIR, token="")]))) == ["stray message"]


def test_an_older_content_over_a_newer_one_is_found_and_the_same_one_again_is_not() -> None:
    assert kinds(check(case([card(), said(PAIR, "old", "new", "old"), *right()[2:]]))) == ["older over newer"]
    assert kinds(check(case([card(), said(PAIR, "old", "old", "new", "new"), *right()[2:]]))) == []


def test_a_press_that_was_answered_as_done_and_is_not_stored_is_lost() -> None:
    post = replace(POST, tried=frozenset({"solve"}), heard=frozenset({"solve"}))
    assert kinds(check(case(right(), post=post))) == ["lost press"]


def test_what_is_answered_and_nobody_pressed_is_found() -> None:
    answered = Record(THREAD, CLOSED, AT + timedelta(minutes=1))
    assert kinds(check(case([card(CLOSED)], answered))) == ["answered by nobody"]


def test_what_still_waits_at_the_end_is_found() -> None:
    assert kinds(check(replace(case(right()), unsent=3))) == ["unsent"]


def test_the_checker_and_its_ledger_import_nothing_of_the_bot() -> None:
    for module in (checker, ledger):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert [name for name in names if name.split(".")[0] == "bot"] == []
