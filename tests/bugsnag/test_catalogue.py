"""Everything that the sandbox's Bugsnag says is read alike from its messages in Slack and from its webhook."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.notification import Kind, Notification
from bot.bugsnag.webhook import read_payload
from bot.sandbox.bugsnag import CATALOGUE, HAPPENINGS, Bugsnag, Said
from bot.slack.bugsnag import read_message

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
BY = "Ana Lindqvist"
KINDS = {
    "again": Kind.OCCURRED,
    "hundredth": Kind.OCCURRED,
    "spike": Kind.SPIKE,
    "reoccurred": Kind.REOPENED,
    "fixed": Kind.FIXED,
    "ignored": Kind.IGNORED,
    "snoozed": Kind.SNOOZED,
    "unsnoozed": Kind.OPENED,
    "reopened": Kind.OPENED,
}
PRIVATE = ("erika", "s3cr3t", "10.20.0.14", "AIza", "not-for-others", "4711", "ana.lindqvist")


def both(said: Said) -> tuple[Notification, Notification]:
    """Return what is read in Slack, and by the webhook."""
    ts = f"{NOW.timestamp():.6f}"
    message = {"type": "message", "text": said.text, "attachments": list(said.attachments), "ts": ts}
    return read_message(message), read_payload(said.payload or {}, NOW)


@pytest.mark.parametrize("number", range(2 * len(CATALOGUE)))
def test_each_error_is_read_alike_and_nothing_private_of_it_travels(number: int) -> None:
    bugsnag = Bugsnag()
    said = [bugsnag.new(NOW) for _ in range(number + 1)][-1]
    sort = CATALOGUE[number % len(CATALOGUE)]
    slack, posted = both(said)
    assert slack.id == posted.id == f"new:{said.error}:{bugsnag.errors[said.error].event}"
    for read in (slack, posted):
        assert (read.error_class, read.where, read.severity) == (sort.error_class, sort.context, sort.severity)
        assert (read.handled, read.stage, read.said) == (sort.handled, "production", posted.said)
        assert not [word for word in PRIVATE if word in repr(read)]
    assert (slack.project, slack.url) == (posted.project, posted.url)
    assert slack.frames == sort.frames[:1]
    assert posted.frames[: len(sort.frames)] == sort.frames


@pytest.mark.parametrize("what", HAPPENINGS)
def test_whatever_happens_to_an_error_is_read_alike(what: str) -> None:
    bugsnag = Bugsnag()
    bugsnag.new(NOW)
    (error,) = bugsnag.errors.values()
    slack, posted = both(bugsnag.happened(error, what, NOW, BY))
    assert slack.kind is posted.kind is KINDS[what]
    assert slack.id == (posted.id if what != "spike" else "")
    assert (slack.by, slack.said, slack.rate) == (posted.by, posted.said, posted.rate)
    assert slack.until == posted.until == (NOW + timedelta(hours=6) if what == "snoozed" else None)


def test_comments_and_releases_are_read_alike() -> None:
    bugsnag = Bugsnag()
    bugsnag.new(NOW)
    (error,) = bugsnag.errors.values()
    slack, posted = both(bugsnag.commented(error, "Mail <ana@example.com> & *ask*", NOW, BY))
    assert (slack.kind, slack.id, slack.by, slack.said) == (Kind.COMMENT, posted.id, BY, "Mail <[e-mail]> & *ask*")
    assert (posted.by, posted.said) == (slack.by, slack.said)
    slack, posted = both(bugsnag.released(NOW, BY))
    assert slack == posted


def test_a_layout_that_nobody_knows_is_shown_whole() -> None:
    slack, _ = both(Bugsnag().unreadable())
    assert (slack.kind, slack.said) == (
        Kind.UNREADABLE,
        "Heads up! Stability of Backend fell to *99.21 %*\nSessions: 48,120\nTarget: 99.50 %",
    )
