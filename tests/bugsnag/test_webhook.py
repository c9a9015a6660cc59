"""What Bugsnag's webhook says, and that a message in Slack says the same."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.notification import Kind, Notification
from bot.bugsnag.trigger import read_trigger
from bot.bugsnag.webhook import read_payload
from bot.slack.bugsnag import read_message
from tests.bugsnag.payloads import CAPTURED, ERROR, EVENT, FORMS, KINDS, PROJECT, load, pairs, webhook, webhooks

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
KEYS = st.sampled_from(
    [
        "trigger",
        "error",
        "release",
        "project",
        "user",
        "comment",
        "type",
        "message",
        "stateChange",
        "snoozeRule",
        "ruleType",
        "ruleValue",
        "rate",
        "url",
        "id",
        "errorId",
        "exceptionClass",
        "stackTrace",
        "file",
        "lineNumber",
        "inProject",
        "occurrences",
        "firstReceived",
        "name",
        "severity",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([ERROR, "fixed"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


def read(payload: dict[str, Any]) -> Notification:
    return read_payload(payload, NOW)


@pytest.mark.parametrize(("path", "kind"), webhooks(), ids=lambda one: getattr(one, "stem", ""))
def test_a_payload_is_of_its_kind_and_nothing_personal_travels(path: Path, kind: Kind) -> None:
    found = read(load(path))
    assert found.kind is kind
    assert "canary" not in repr(found)
    assert "@" not in repr(found)


def test_all_that_a_payload_says_is_read() -> None:
    assert read(webhook("fixed")) == Notification(
        Kind.FIXED,
        error=ERROR,
        event=EVENT,
        project="Tours & Stops",
        stage="production",
        error_class="Tours::StopMissing",
        message="Couldn't find Stop with 'id'=4711",
        where="tours#show",
        frames=("app/controllers/tours_controller.rb:31 - show", "app/models/tour.rb:8 - stops"),
        severity="error",
        handled=False,
        occurrences=12,
        first_at=datetime(2026, 11, 20, 6, 15, tzinfo=UTC),
        version="2.14.0",
        by="Mia Muster",
        said="Error marked as fixed by Mia Muster",
        url=f"{PROJECT}/errors/{ERROR}?event_id={EVENT}",
    )


def test_a_release_is_no_error() -> None:
    assert read(webhook("release")) == Notification(
        Kind.RELEASE,
        project="Tours & Stops",
        stage="production",
        version="2.14.1",
        by="Mia Muster",
        said="New release",
        url=f"{PROJECT}/release_groups/65a1b2c3d4e5f60718293a07/releases/65a1b2c3d4e5f60718293a06",
    )


def test_a_spike_says_its_rate_and_leads_to_its_project() -> None:
    spike = read(webhook("spike"))
    assert (spike.rate, spike.error, spike.id, spike.url) == (103, "", "", PROJECT)


def test_a_comment_says_its_words() -> None:
    comment = read(webhook("comment"))
    assert (comment.by, comment.said) == ("Mia Muster", "Same as last week?\nI'd ask ops.")


@pytest.mark.parametrize(
    ("rule", "said", "until"),
    [
        ({"ruleType": "occurs_after", "ruleValue": 21600}, "", NOW + timedelta(hours=6)),
        ({"type": "occurs_after", "ruleValue": "60"}, "", NOW + timedelta(minutes=1)),
        ({"ruleType": "occurs_after", "ruleValue": 10**15}, "", NOW + timedelta(days=3650)),
        ({"ruleType": "occurs_after"}, "Error snoozed for 2 days by Mia Muster", NOW + timedelta(days=2)),
        ({"ruleType": "occurrences", "ruleValue": 10}, "Error snoozed until after 10 more occurrences by Mia", None),
        ({"ruleValue": 10}, "Error snoozed until this occurs at least 10 times/hour by Mia", None),
        ("later", "", None),
    ],
)
def test_a_snooze_for_a_time_ends_then(rule: Any, said: str, until: datetime | None) -> None:
    payload = webhook("snoozed-for")
    payload["trigger"] |= {"message": said, "snoozeRule": rule}
    assert read(payload).until == until


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "projectMoved"}, Kind.FIXED),  # the link's code says it
        ({"type": "errorStateManualChange", "stateChange": "assigned"}, Kind.FIXED),
        ({"type": None, "stateChange": ["fixed"]}, Kind.FIXED),
    ],
)
def test_a_type_of_a_later_day_is_read_by_what_else_says_so(changes: dict[str, Any], kind: Kind) -> None:
    payload = webhook("fixed")
    payload["trigger"] = {"message": "Error ignored"} | changes
    assert read(payload).kind is kind


@pytest.mark.parametrize(("said", "kind"), [("Error ignored by Mia", Kind.IGNORED), ("Error moved", Kind.UNREADABLE)])
def test_without_type_and_code_the_words_say_it_or_it_is_shown_as_it_is(said: str, kind: Kind) -> None:
    found = read({"trigger": {"type": "later", "message": said}, "error": {"errorId": ERROR, "id": EVENT}})
    assert (found.kind, found.said, found.error) == (kind, said, ERROR)


def test_without_frames_of_the_project_the_first_of_all_is_told() -> None:
    payload = webhook("new")
    for frame in payload["error"]["stackTrace"]:
        frame["inProject"] = False
    assert read(payload).frames == ("/gems/activerecord/core.rb:284 - find",)


@pytest.mark.parametrize(
    ("changes", "part", "value"),
    [
        ({"occurrences": "1,204"}, "occurrences", 1204),
        ({"occurrences": True}, "occurrences", 0),
        ({"occurrences": 2**70}, "occurrences", 0),
        ({"occurrences": "²"}, "occurrences", 0),
        ({"usersAffected": 88}, "users", 88),
        ({"severity": "<at>all</at>"}, "severity", ""),
        ({"unhandled": "no"}, "handled", False),  # as its words say
        ({"unhandled": False}, "handled", True),
        ({"firstReceived": "yesterday"}, "first_at", None),
        ({"firstReceived": "2026-11-20T06:15:00"}, "first_at", None),
        ({"firstReceived": "0001-01-01T00:00:00+14:00"}, "first_at", None),
        ({"errorId": "../x", "url": "https://evil.example/errors"}, "error", ""),
        ({"id": 7, "url": ""}, "event", ""),
        ({"errorId": None}, "error", ERROR),  # as its link says
        ({"appVersion": "7.0.4.3"}, "version", "7.0.4.3"),  # and no IP
        ({"appVersion": "42ce59f0" * 5}, "version", "42ce59f0" * 5),  # and no key
        ({"appVersion": "2.1 by ana@example.com"}, "version", "2.1 by [e-mail]"),
        ({"context": "GET /tours/7?email=canary&x=1"}, "where", "GET /tours/7"),
        ({"context": "tours#valid?"}, "where", "tours#valid?"),
        ({"message": "no mail for ana@example.com, token=abc1"}, "message", "no mail for [e-mail], token=[secret]"),
        ({"message": "long " * 500}, "message", ("long " * 120)[:599].rstrip() + "…"),
        ({"exceptionClass": "A\u202eB\nC"}, "error_class", "AB C"),
        ({"stackTrace": [{"file": "x.js?v=1", "method": 7}, "no"]}, "frames", ("x.js",)),
        ({"stackTrace": "no"}, "frames", ()),
    ],
)
def test_a_part_is_what_it_should_be_or_nothing(changes: dict[str, Any], part: str, value: Any) -> None:
    payload = webhook("new")
    payload["error"] |= changes
    assert getattr(read(payload), part) == value


@pytest.mark.parametrize(("payload", "message"), pairs(), ids=lambda path: path.stem)
def test_both_ways_the_same_is_said_of_the_same_happening(payload: Path, message: Path) -> None:
    told, said = read(load(payload)), read_message(load(message))
    assert said.kind is told.kind
    assert said.id == (told.id if said.error else "")
    less = {part: value for part, value in asdict(said).items() if value not in ("", 0, None, ())}
    for part in less.keys() - {"until", "frames", "url", "error_class", "message", "severity"}:
        assert less[part] == getattr(told, part)
    assert said.frames == told.frames[: len(said.frames)] or not told.error


def test_every_payload_has_a_kind() -> None:
    assert set(KINDS.values()) | set(FORMS.values()) == set(Kind)
    assert set(CAPTURED.values()) <= set(Kind)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("New error", Kind.NEW),
        ("New crash in", Kind.NEW),
        ("1,000th exception", Kind.OCCURRED),
        ("25 users in 24h", Kind.OCCURRED),
        ("Resolved error re-occurred", Kind.REOPENED),
        ("Snoozed error reoccurred", Kind.REOPENED),
        ("Ignored error reopened by Mia", Kind.OPENED),
        ("Error unsnoozed by Mia", Kind.OPENED),
        ("Error automatically fixed", Kind.FIXED),
        ("Error discarded by Mia", Kind.IGNORED),
        ("Tours is spiking", Kind.SPIKE),
        ("Mia commented on Tours::StopMissing", Kind.COMMENT),
        ("New deploy", Kind.RELEASE),
        ("Test notification", Kind.TEST),
        ("You are close to your event limit", Kind.LIMITED),
        ("Error assigned to Mia", None),
        ("", None),
    ],
)
def test_words_say_what_it_is_about(said: str, kind: Kind | None) -> None:
    assert read_trigger(said).kind is kind


@pytest.mark.parametrize(
    ("said", "lasts"),
    [
        ("Error snoozed for 6 hours by Mia", timedelta(hours=6)),
        ("Error snoozed for a day by Mia", timedelta(days=1)),
        ("Error snoozed for an hour", timedelta(hours=1)),
        ("Error snoozed for 2 weeks", timedelta(weeks=2)),
        ("Error snoozed for good", None),
    ],
)
def test_words_say_how_long_a_snooze_lasts(said: str, lasts: timedelta | None) -> None:
    assert read_trigger(said).lasts == lasts


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_whatever_a_payload_holds_it_is_read(payload: dict[str, Any]) -> None:
    assert read(payload).kind in Kind
