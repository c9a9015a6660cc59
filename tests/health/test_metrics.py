"""What is counted, read back as Prometheus reads it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.alerts.notification import Kind, Notification
from bot.effects import Say, Show
from bot.events import Alerted, ClockStruck, Delivered, Posted, SlackReplied
from bot.health.lag import watch_loop
from bot.health.metrics import Metrics, Readings
from bot.hours import SupportHours
from bot.retries import Lapsed, Temporary
from bot.support.request import Due, Request, Rung
from bot.views import Line
from tests.desk.house import ANA, Stage
from tests.store.samples import NOW, request

OPEN = replace(request(1), posted_at=NOW, responder=None, responded_at=None, unanswered_since=None)


def values(metrics: Metrics) -> dict[str, float]:
    """Return every sample by its name and labels."""
    families = text_string_to_metric_families(metrics.page().decode())
    return {_name(sample): sample.value for family in families for sample in family.samples}


def _name(sample: Any) -> str:
    labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
    return f"{sample.name}{{{labels}}}" if labels else str(sample.name)


def stored(metrics: Metrics, event: Any, before: Request | None, after: Request, seconds: float = 0.01) -> None:
    metrics.stored([(event, before, after)], NOW, seconds, SupportHours)


def posted(**fields: Any) -> Posted:
    return Stage().posted(**fields)


def test_a_request_is_counted_by_how_it_came_and_a_change_of_it_is_not() -> None:
    metrics, event = Metrics(), posted()
    stored(metrics, event, None, OPEN)
    stored(metrics, event, OPEN, OPEN)
    stored(metrics, Delivered(key="x", happened_at=NOW, effect="1.0", place="x"), None, OPEN)
    stored(metrics, Stage().claim(ANA), None, OPEN)
    found = values(metrics)
    assert [found[f"hotseat_requests_total{{source={one}}}"] for one in ("channel", "raised", "support")] == [1, 1, 1]
    assert found["hotseat_store_commit_seconds_count"] == 4


def test_the_first_response_is_counted_once_in_support_time_and_names_nobody() -> None:
    metrics, claim = Metrics(), Stage().claim(ANA)
    answered = replace(OPEN, responder=ANA, responded_at=OPEN.posted_at + timedelta(seconds=299))
    stored(metrics, claim, OPEN, answered)
    stored(metrics, claim, answered, answered)
    found = values(metrics)
    assert found["hotseat_first_response_seconds_bucket{le=300.0}"] == 1
    assert found["hotseat_first_response_seconds_bucket{le=240.0}"] == 0
    assert found["hotseat_first_response_seconds_count"] == 1
    assert "ana" not in metrics.page().decode().casefold()


def test_a_step_is_late_by_how_long_after_its_moment_the_clock_stored_it() -> None:
    metrics = Metrics()
    assert OPEN.next_at is not None
    struck = ClockStruck(key="clock:1", happened_at=NOW)
    for event in (struck, posted()):
        metrics.stored([(event, OPEN, OPEN)], OPEN.next_at + timedelta(seconds=3), 0.0, SupportHours)
    metrics.stored([(struck, OPEN, OPEN)], OPEN.next_at - timedelta(seconds=3), 0.0, SupportHours)
    found = values(metrics)
    assert found["hotseat_due_lateness_seconds_sum"] == 3
    assert found["hotseat_due_lateness_seconds_count"] == 1


def test_a_night_between_its_moment_and_the_opening_makes_no_step_late() -> None:
    metrics = Metrics()
    friday, monday = datetime(2026, 11, 20, 16, 59, 58, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC)
    assert OPEN.clock is not None
    due = replace(OPEN, clock=replace(OPEN.clock, pending=(Due(Rung.PAIR, friday),)))
    metrics.stored([(ClockStruck(key="clock:1", happened_at=NOW), due, due)], monday, 0.0, SupportHours)
    assert values(metrics)["hotseat_due_lateness_seconds_sum"] == 3


def test_what_was_known_already_is_counted_by_the_door_at_which_it_came() -> None:
    metrics = Metrics()
    told = Notification(Kind.NEW)
    metrics.repeated(posted())
    metrics.repeated(SlackReplied(key="slack|C1|1", happened_at=NOW, thread="C1/1", user="U1"))
    metrics.repeated(Alerted(key="bugsnag|p|e", happened_at=NOW, notification=told))
    found = values(metrics)
    assert {name: found[f"hotseat_duplicates_dropped_total{{source={name}}}"] for name in ("teams", "slack", "bugsnag")}
    assert len([name for name in found if name.startswith("hotseat_duplicates_dropped_total")]) == 3


def test_an_attempt_is_counted_by_what_became_of_it_and_one_of_unknown_end_apart() -> None:
    metrics = Metrics()
    note = metrics.attempted("teams")
    outcomes = (
        None,
        Temporary("429"),
        Temporary("503", ambiguous=True),
        Temporary("token"),
        ValueError("no"),
        Lapsed(),
    )
    for outcome in outcomes:
        note(outcome)
    found = values(metrics)
    kinds = ("ok", "throttled", "ambiguous", "failed", "refused")
    assert [found[f"hotseat_send_attempts_total{{class={kind},target=teams}}"] for kind in kinds] == [1] * 5
    assert found["hotseat_ambiguous_sends_total"] == 1


def test_how_long_a_new_card_takes_is_counted_and_an_edit_or_a_line_is_not() -> None:
    metrics, line = Metrics(), Line(("x",))
    metrics.delivered(Show("card:R-1", "19:x", line, first=True), 1.5)
    metrics.delivered(Show("card:R-1", "19:x", line), 9)
    metrics.delivered(Say("line:R-1", "19:x", line), 9)
    found = values(metrics)
    assert (found["hotseat_first_card_seconds_count"], found["hotseat_first_card_seconds_sum"]) == (1, 1.5)


def test_what_stands_somewhere_anyway_is_read_when_it_is_asked_for() -> None:
    metrics = Metrics()
    assert "hotseat_jwks_age_seconds" not in values(metrics)
    metrics.readings = Readings(
        refused={"expired": 2},
        closed={"slow": 5},
        keys_age=12.5,
        pending=3,
        oldest=4.5,
        overdue={"teams": 1},
        unfilled={"backend": True},
        reconciled={"teams": 7},
        reconciler_age=30,
    )
    found = values(metrics)
    assert found["hotseat_auth_refused_total{reason=expired}"] == 2
    assert found["hotseat_connections_closed_total{reason=slow}"] == 5
    assert (found["hotseat_jwks_age_seconds"], found["hotseat_reconciler_age_seconds"]) == (12.5, 30)
    assert (found["hotseat_outbox_pending"], found["hotseat_outbox_oldest_seconds"]) == (3, 4.5)
    assert found["hotseat_overdue{kind=teams}"] == found["hotseat_rota_next_unfilled{desk=backend}"] == 1
    assert found["hotseat_reconciled_total{source=teams}"] == 7


async def test_how_late_the_event_loop_comes_is_told_again_and_again() -> None:
    told: asyncio.Queue[float] = asyncio.Queue()
    watching = asyncio.create_task(watch_loop(told.put_nowait))
    async with asyncio.timeout(10):
        assert [await told.get() >= 0, await told.get() >= 0] == [True, True]
    watching.cancel()
    metrics = Metrics()
    metrics.lagged(0.3)
    assert values(metrics)["hotseat_loop_lag_seconds_bucket{le=0.25}"] == 0
