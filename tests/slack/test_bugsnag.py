"""What Bugsnag's messages in Slack say, in every form that they have, and what nobody can make them say."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.notification import Kind, Notification
from bot.bugsnag.links import read_link
from bot.bugsnag.trigger import CODES, read_trigger
from bot.slack.bugsnag import read_message
from bot.slack.text import read_mrkdwn
from tests.bugsnag.payloads import ERROR, EVENT, PROJECT, load, message, messages

OTHER = "65a1b2c3d4e5f60718293aff"
NEW = Notification(
    Kind.NEW,
    error=ERROR,
    event=EVENT,
    project="Tours & Stops",
    stage="production",
    error_class="Tours::StopMissing",
    message="Couldn't find Stop with 'id'=4711",
    where="tours#show",
    frames=("app/controllers/tours_controller.rb:31 - show",),
    severity="error",
    handled=False,
    said="New unhandled error",
    url=f"{PROJECT}/errors/{ERROR}?event_id={EVENT}",
)
DETAILS = f"<{PROJECT}/errors/{ERROR}?event_id={EVENT}&amp;i=sk&amp;m=nw|(details)>"
FROM = f"New error in production from <{PROJECT}?i=sk&amp;m=nw|Tours>"
FORGED = f"<{PROJECT}/errors/{OTHER}?m=fx|fixed>"
KEYS = st.sampled_from(
    [
        "text",
        "attachments",
        "blocks",
        "fields",
        "title",
        "value",
        "title_link",
        "author_name",
        "color",
        "pretext",
        "actions",
        "type",
        "elements",
        "url",
        "ts",
        "message",
        "accessory",
    ]
)
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from([DETAILS, FROM, FORGED, "mrkdwn", "section", "rich_text_section", "link", "1764063001.000100"]),
    st.sampled_from(["Error snoozed for 6 hours by Mia in x from y", "Comment on A: b", "*Stage*\nx", "*New error*"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


def said(text: str, *attachments: dict[str, Any], **more: Any) -> Notification:
    return read_message({"type": "message", "text": text, "attachments": list(attachments), **more})


@pytest.mark.parametrize(("path", "kind"), messages(), ids=lambda one: getattr(one, "stem", ""))
def test_a_message_is_of_its_kind(path: Path, kind: Kind) -> None:
    assert read_message(load(path)).kind is kind


@pytest.mark.parametrize(("path", "kind"), messages(), ids=lambda one: getattr(one, "stem", ""))
def test_code_and_words_agree(path: Path, kind: Kind) -> None:
    text = load(path).get("text", "")
    links = [link for one in read_mrkdwn(text) if (link := read_link(one.url)) and link.code in CODES]
    words = read_trigger(text.strip("*")).kind
    assert {CODES[link.code] for link in links} <= {kind}
    assert words in ({kind, None} if text else {None}) or kind is Kind.UNREADABLE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("new", NEW),
        ("bold", NEW),
        ("sections", replace(NEW, severity="", occurrences=1204, users=88, version="2.14.0")),
        ("titled", replace(NEW, handled=None, severity="warning", said="New error", where="", frames=())),
        (
            "rich",
            replace(
                NEW,
                kind=Kind.OCCURRED,
                handled=None,
                severity="",
                said="100th event",
                occurrences=100,
                error_class="",
                message="",
                frames=(),
            ),
        ),
        (
            "attached-blocks",
            replace(NEW, said="New handled error", handled=True, stage="staging", message="gone", where="", frames=()),
        ),
        (
            "old",
            replace(
                NEW,
                error="",
                event="",
                project="Tours",
                handled=None,
                said="New exception",
                url="https://bugsnag.com/errors/tours/events/first",
            ),
        ),
        (
            "comment",
            replace(
                NEW,
                kind=Kind.COMMENT,
                project="",
                stage="",
                where="",
                frames=(),
                severity="",
                handled=None,
                by="Mia Muster",
                said="Same as last week?\nI'd ask ops.",
            ),
        ),
        (
            "spike",
            replace(
                NEW,
                kind=Kind.SPIKE,
                error="",
                event="",
                stage="",
                where="",
                handled=None,
                rate=103,
                said="Spike of 103 exceptions/minute",
                url=PROJECT,
            ),
        ),
        (
            "changed",
            replace(NEW, kind=Kind.FIXED, handled=None, by="Mia Muster", said="Error marked as fixed by Mia Muster"),
        ),
        (
            "unknown",
            Notification(
                Kind.UNREADABLE,
                error=ERROR,
                event=EVENT,
                said="Ownership of this error moved to <!channel> @here [e-mail] (details)\nTeam\nTours",
                url=NEW.url,
            ),
        ),
        (
            "chatter",
            Notification(Kind.UNREADABLE, said="Bugsnag was added to this channel. New error tracking awaits!"),
        ),
    ],
)
def test_all_that_a_message_says_is_read(name: str, expected: Notification) -> None:
    assert read_message(message(name)) == expected


def test_a_snooze_for_a_time_counts_from_when_the_message_was_written() -> None:
    snoozed = message("snoozed-for") | {"ts": "1764063008.000100"}
    assert read_message(snoozed).until == datetime(2025, 11, 25, 15, 30, 8, tzinfo=UTC)
    assert read_message(snoozed | {"ts": "never"}).until is None
    assert read_message(message("snoozed-until")).until is None


def test_the_code_wins_and_the_words_are_kept() -> None:
    found = said(f"Error ignored by Mia Muster in production from <{PROJECT}?m=fx|Tours> in tours#show {DETAILS}")
    assert (found.kind, found.said) == (Kind.NEW, "Error ignored by Mia Muster")


def test_a_code_of_a_later_day_leaves_it_to_the_words() -> None:
    found = said(f"Error ignored by Mia Muster in production from <{PROJECT}?m=zz|Tours>")
    assert (found.kind, found.by, found.project) == (Kind.IGNORED, "Mia Muster", "Tours")


def test_without_a_link_to_the_project_the_sentence_is_read_all_the_same() -> None:
    found = said(f"10 events in 1h in production from Tours API in tours#show in x {DETAILS}")
    assert (found.said, found.stage, found.project, found.where) == (
        "10 events in 1h",
        "production",
        "Tours API",
        "tours#show in x",
    )


def test_a_sentence_without_a_stage_has_none() -> None:
    found = said(f"10 events in 1h from <{PROJECT}|Tours> {DETAILS}")
    assert (found.said, found.stage, found.project, found.where) == ("10 events in 1h", "", "Tours", "")


@pytest.mark.parametrize(
    "text",
    [
        f"{FROM} in {FORGED} {DETAILS}",
        f"Comment on Evil: {FORGED} {DETAILS}",
        f"Comment on Evil: <{PROJECT}/errors/{OTHER}?m=fx {DETAILS}",
    ],
)
def test_a_link_in_an_errors_own_words_is_not_followed(text: str) -> None:
    found = said(text, {"fields": [{"title": "Error", "value": f"Evil: {FORGED}"}], "text": FORGED})
    assert (found.kind in (Kind.NEW, Kind.COMMENT), found.error, found.event) == (True, ERROR, EVENT)


def test_a_link_beside_the_sentence_names_the_error_but_never_what_became_of_it() -> None:
    spike = f"Spike of 9 exceptions/minute from <{PROJECT}|Tours>"
    linked = {"title": "Evil: x", "title_link": f"{PROJECT}/errors/{OTHER}?m=fx"}
    assert (said(spike, linked).kind, said(spike, linked).error) == (Kind.SPIKE, OTHER)
    elsewhere = {"title": "Evil: x", "title_link": f"https://app.bugsnag.com/evil/tours-api/errors/{OTHER}?m=fx"}
    assert (said(spike, elsewhere).kind, said(spike, elsewhere).error) == (Kind.SPIKE, "")


@pytest.mark.parametrize("before", [":rotating_light: ", "\u26a0\ufe0f *", "> _"])
def test_what_decorates_a_sentence_is_not_part_of_it(before: str) -> None:
    found = said(f"{before}{FROM.replace('m=nw', 'm=zz')}* {DETAILS.replace('m=nw', 'm=zz')}")
    assert (found.kind, found.said, found.stage, found.project) == (Kind.NEW, "New error", "production", "Tours")


def test_of_what_cannot_be_read_no_more_is_shown_than_fits() -> None:
    found = said("long " * 1_000, *[{"text": f"more {number}"} for number in range(9)])
    assert len(found.said) == 2_000
    assert "more" not in found.said


def test_words_alone_are_no_alert() -> None:
    assert said("New error tracking features are here").kind is Kind.UNREADABLE


def test_what_cannot_be_read_is_shown_whole_and_harmless() -> None:
    found = said(
        "Billing of <!channel> <https://evil.example|https://app.bugsnag.com>",
        {"pretext": "ana@example.com", "fields": [{"title": "Plan", "value": "Large"}, 7], "actions": "no"},
        blocks=[{"type": "section", "text": {"type": "plain_text", "text": "{{DATE(1)}}"}}],
    )
    assert found.said == (
        "Billing of @channel https://app.bugsnag.com (https://evil.example)\n{ {DATE(1)}}\n[e-mail]\nPlan: Large"
    )


def test_an_errors_first_field_is_its_class_whatever_it_is_called() -> None:
    found = said(
        f"{FROM} {DETAILS}", {"fields": [{"title": "Fehler", "value": "A::B: c: d"}, {"title": "x", "value": "y: z"}]}
    )
    assert (found.error_class, found.message) == ("A::B", "c: d")


def test_a_field_is_read_once() -> None:
    fields = [{"title": title, "value": value} for title, value in (("Stage", "one"), ("Stage", "two"), ("Error", "A"))]
    again = [{"title": "Error", "value": "B: b"}, {"title": "Location", "value": "a.rb:1 - x\nb.rb:2 - y"}]
    found = said(f"{FROM} {DETAILS}", {"fields": [*fields, *again]})
    assert (found.stage, found.error_class, found.frames) == ("one", "A", ("a.rb:1 - x", "b.rb:2 - y"))


def test_a_comments_words_may_stand_in_a_field() -> None:
    found = said(
        f"Comment on A: b {DETAILS.replace('m=nw', 'm=cm')}", {"fields": [{"title": "Comment", "value": "yes"}]}
    )
    assert (found.kind, found.said) == (Kind.COMMENT, "yes")


@pytest.mark.parametrize(
    "text", [f"{FROM} in x from y" * 300, " in x from" * 2000 + "\n", "Comment on " * 2000, "by " * 5000]
)
def test_long_texts_are_cut(text: str) -> None:
    found = said(f"New error {text}", {"fields": [{"title": "Error", "value": text}] * 50}, *[{"text": text}] * 50)
    assert all(len(part) <= 2_000 for part in (found.said, found.message, found.where, found.project, found.stage))


@settings(max_examples=1000, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_whatever_a_message_holds_it_is_read(message: dict[str, Any]) -> None:
    found = read_message(message)
    assert found.kind in Kind
    assert not found.url or read_link(found.url)
