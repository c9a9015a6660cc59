"""What Slack tells means: which event it becomes, and what is left alone."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.notification import Kind, Notification
from bot.events import Alerted, SlackReacted, SlackReplied
from bot.slack.inbound import Inbound, Workspace, eyes_key
from tests import examples
from tests.slack.events import (
    ANA,
    BEN,
    BUGSNAG,
    BUGSNAG_APP,
    CHANNEL,
    changed,
    classic,
    message,
    modern,
    reaction,
    reply,
    told,
    ts,
)
from tests.slack.fake import APP, BOT, BOT_USER, TEAM

WORKSPACE = Workspace(TEAM, BOT_USER, BOT, "https://fleet.slack.com/")


def read(said: Mapping[str, Any]) -> Notification:
    return Notification(Kind.UNREADABLE, said=said["text"])


def inbound(*bugsnag: str, workspace: Workspace = WORKSPACE) -> Inbound:
    return Inbound(workspace, frozenset(bugsnag or (BUGSNAG,)), lambda channel: channel == CHANNEL, read)


@pytest.mark.parametrize("said", [classic(), modern(), modern(subtype=None)])
@pytest.mark.parametrize("id_", [BUGSNAG, BUGSNAG_APP])
def test_a_message_of_bugsnags_is_an_alert_whichever_way_it_is_written(said: dict[str, Any], id_: str) -> None:
    found = inbound(id_).event(message(said))
    if id_ == BUGSNAG_APP and "bot_profile" not in said:
        assert found is None  # an incoming webhook of old has no app
        return
    assert found == Alerted(
        key=f"slack|{CHANNEL}|{ts()}",
        happened_at=datetime(2026, 11, 23, 10, 0, 1, 1, tzinfo=UTC),
        notification=Notification(Kind.UNREADABLE, said="Unhandled error"),
        thread=f"{CHANNEL}/{ts()}",
        link=f"https://fleet.slack.com/archives/{CHANNEL}/p1795428001000001",
    )


def test_an_edit_says_so_under_a_key_of_its_own_and_keeps_its_thread() -> None:
    once = inbound().event(changed(classic(text="12 events", edited={"user": BUGSNAG, "ts": ts(80)}), classic()))
    assert isinstance(once, Alerted)
    assert (once.key, once.edited, once.thread) == (f"slack|{CHANNEL}|{ts()}|{ts(80)}", True, f"{CHANNEL}/{ts()}")
    assert once.notification.said == "12 events"
    silently = inbound().event(changed(classic(text="13 events"), at=ts(95)))
    assert silently is not None
    assert silently.key == f"slack|{CHANNEL}|{ts()}|{ts(95)}"
    oddly = inbound().event(changed(classic(edited={"ts": "yesterday"}), at=ts(96)))
    assert oddly is not None
    assert oddly.key == f"slack|{CHANNEL}|{ts()}|{ts(96)}"


def test_an_answer_that_is_counted_is_no_edit() -> None:
    assert inbound().event(changed(classic(reply_count=1, latest_reply=ts(60)), classic())) is None


@pytest.mark.parametrize(
    "said",
    [
        reply(),
        reply(subtype="thread_broadcast", root=classic()),
        reply(subtype="file_share", files=[{"id": "F1"}], text=""),
    ],
)
def test_a_persons_reply_names_them_and_the_thread(said: dict[str, Any]) -> None:
    assert inbound().event(message(said)) == SlackReplied(
        key=f"slack|{CHANNEL}|{ts(60)}",
        happened_at=datetime(2026, 11, 23, 10, 1, 0, 1, tzinfo=UTC),
        thread=f"{CHANNEL}/{ts()}",
        user=ANA,
    )


def test_what_eyes_did_is_told_apart_by_whose_they_are_which_the_key_does_not_tell() -> None:
    keys = [
        eyes_key(CHANNEL, ts(), user, ts(second), taken_back=back)
        for user in (ANA, BEN)
        for second in (30, 31)
        for back in (False, True)
    ]
    assert len(set(keys)) == 8
    assert not any(user in key for key in keys for user in (ANA, BEN))


@pytest.mark.parametrize("name", ["eyes", "eyes::skin-tone-2"])
@pytest.mark.parametrize("back", [False, True])
def test_eyes_are_told_and_so_is_that_they_were_taken_back(name: str, *, back: bool) -> None:
    assert inbound().event(reaction(name, back=back)) == SlackReacted(
        key=eyes_key(CHANNEL, ts(), ANA, ts(30), taken_back=back),
        happened_at=datetime(2026, 11, 23, 10, 0, 30, 1, tzinfo=UTC),
        thread=f"{CHANNEL}/{ts()}",
        user=ANA,
        taken_back=back,
    )


@pytest.mark.parametrize(
    "envelope",
    [
        message(modern(), channel="C0ANOTHER1"),
        message(classic(), team="x") | {"team_id": "T0EVIL0001"},
        message(classic()) | {"team_id": None},
        message(classic()) | {"api_app_id": None},
        message(classic(bot_id="B0FORGERY1")),  # anybody may call a webhook Bugsnag
        message(modern(bot_id=BOT)),
        message(modern(user=BOT_USER)),
        message({"type": "message", "user": ANA, "text": "lunch?", "ts": ts()}),
        message({"type": "message", "subtype": "channel_join", "user": ANA, "ts": ts()}),
        message({"type": "message", "subtype": "channel_topic", "user": ANA, "ts": ts(9), "thread_ts": ts()}),
        message(reply(user=BOT_USER)),
        message(reply(user="USLACKBOT")),
        message(reply(bot_id="B0CI000001")),
        message(reply(subtype="bot_message", bot_id="B0CI000001")),
        message(reply(thread_ts=ts(60))),
        message(reply(thread_ts="yesterday")),
        message(classic(ts="yesterday")),
        message(classic(subtype="bot_add")),
        changed(reply()),
        told({"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": ts(), "message": "odd"}),
        changed({"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": ts(), "thread_ts": ts()}),
        told({"type": "message", "subtype": "message_deleted", "channel": CHANNEL, "ts": ts(5), "deleted_ts": ts()}),
        reaction("thumbsup"),
        reaction("eyes2"),
        reaction(user=BOT_USER),
        reaction(item={"type": "file", "file": "F1"}),
        reaction(item={"type": "message", "channel": "C0ANOTHER1", "ts": ts()}),
        told({"type": "member_joined_channel", "user": ANA, "channel": CHANNEL}),
        {"type": "app_rate_limited", "team_id": TEAM, "api_app_id": APP, "minute_rate_limited": 1795428000},
    ],
)
def test_everything_else_is_left_alone(envelope: dict[str, Any]) -> None:
    assert inbound().event(envelope) is None


def test_the_app_is_that_of_the_first_event_unless_slack_has_told_it() -> None:
    learning = inbound()
    assert learning.event(message(classic())) is not None
    assert learning.event(message(classic()) | {"api_app_id": "A0ANOTHER1"}) is None
    assert inbound(workspace=Workspace(TEAM, BOT_USER, BOT, "", "A0ANOTHER1")).event(message(classic())) is None


def test_without_ids_of_bugsnags_it_is_said_once_which_to_set_and_nothing_is_an_alert(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.slack.inbound")
    nobody = Inbound(WORKSPACE, frozenset(), lambda _: True, read)
    for said in (classic(), modern(), modern(), modern(bot_profile=None, username="Deploys", bot_id="B0CI000001")):
        assert nobody.event(message(said)) is None
    said_ids = [record.getMessage().rpartition("=")[2] for record in caplog.records]
    assert said_ids == [BUGSNAG, BUGSNAG_APP]


def test_what_cannot_be_read_is_an_alert_all_the_same_and_its_words_are_in_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(said: Mapping[str, Any]) -> Notification:
        raise ValueError(said["text"])

    found = Inbound(WORKSPACE, frozenset({BUGSNAG}), lambda _: True, broken).event(message(classic(text="canary")))
    assert isinstance(found, Alerted)
    assert found.notification == Notification(Kind.UNREADABLE)
    assert "canary" not in caplog.text


def test_whose_eyes_a_message_has_is_read_with_whether_that_is_all() -> None:
    eyes = {"name": "eyes", "users": [ANA, BOT_USER], "count": 2}
    toned = {"name": "eyes::skin-tone-5", "users": ["U0BEN00001", 7], "count": 3}
    assert inbound().looked_at(classic(reactions=[eyes, {"name": "tada", "users": ["U1"]}])) == (frozenset({ANA}), True)
    assert inbound().looked_at(classic(reactions=[eyes, toned])) == (frozenset({ANA, "U0BEN00001"}), False)
    assert inbound().looked_at(classic()) == (frozenset(), True)
    assert inbound().looked_at(classic(reactions=["eyes", {"name": "eyes"}])) == (frozenset(), False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["eyes", CHANNEL, ts(), ANA]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    *("type", "subtype", "channel", "ts", "thread_ts", "event_ts", "user", "bot_id", "app_id", "bot_profile", "text"),
    *("message", "previous_message", "edited", "item", "reaction", "username", "attachments", "reactions"),
]
KINDS = st.sampled_from(["message", "reaction_added", "reaction_removed", "message_changed", "bot_message"])
EVENTS = st.dictionaries(st.sampled_from(FIELDS), JSON | KINDS | st.just(classic()), max_size=8)


@given(st.dictionaries(st.sampled_from(["type", "team_id", "api_app_id", "event"]), JSON | EVENTS))
def test_no_envelope_of_whatever_shape_raises(envelope: dict[str, Any]) -> None:
    inbound().event(envelope)


@given(EVENTS, st.sampled_from([classic(), modern(), reply(), {}]))
def test_no_event_of_whatever_shape_raises(event: dict[str, Any], whole: dict[str, Any]) -> None:
    for one in (event, {**whole, "channel": CHANNEL, **event}, {"type": "message", **event}):
        reading = Inbound(WORKSPACE, frozenset({BUGSNAG}), lambda _: True, lambda _: Notification(Kind.UNREADABLE))
        reading.event(told(one))
        reading.said(one.get("channel"), one)
        reading.edited(one.get("channel"), one)
        reading.looked_at(one)


@examples.needed
def test_every_reconstructed_message_of_bugsnags_is_an_alert() -> None:
    for file in sorted((examples.EXAMPLES / "bugsnag" / "slack-event").glob("*.json")):
        envelope = json.loads(file.read_text())
        event = envelope["event"]
        workspace = Workspace(envelope["team_id"], BOT_USER, BOT, "https://fleet.slack.com/")
        ids = frozenset({event.get("bot_id"), (event.get("bot_profile") or {}).get("app_id")} - {None})
        found = Inbound(workspace, ids, lambda _: True, lambda _: Notification(Kind.NEW)).event(envelope)
        assert isinstance(found, Alerted), file.name
