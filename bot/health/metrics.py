"""What is counted, as Prometheus reads it.

Counters go up where something happens; what stands somewhere anyway is read when it is asked for. No label holds a
name, an id of a person or anything that somebody wrote, and no figure is any one person's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.effects import Effect, Show
from bot.events import ClockStruck, Delivered, Event, Message, Raise
from bot.hours import SupportHours
from bot.ports import Meter
from bot.retries import Lapsed, Temporary
from bot.support.report import waits_since
from bot.support.request import Request

FIRST_RESPONSE = (30, 60, 120, 180, 240, 300, 600, 900, 1800, 3600, 7200, 14400)
LATENESS = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
FIRST_CARD = (0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900)
COMMIT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
DOORS = frozenset({"slack", "bugsnag", "jira", "clock"})
THROTTLED = "429"


@dataclass(frozen=True, slots=True)
class Readings:
    """What stands somewhere anyway: counts by label, ages in seconds (None for what is not there).

    ``pending`` and ``oldest`` are of the outbox, ``overdue`` what the last audit found by kind, ``unfilled`` says of
    each desk whether nobody serves in its next iteration yet, ``reconciled`` counts what only a history brought, and
    ``closed`` the connections that the doorkeeper closed, by reason.
    """

    refused: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, int] = field(default_factory=dict)
    keys_age: float | None = None
    pending: int = 0
    oldest: float = 0.0
    overdue: Mapping[str, int] = field(default_factory=dict)
    unfilled: Mapping[str, bool] = field(default_factory=dict)
    reconciled: Mapping[str, int] = field(default_factory=dict)
    reconciler_age: float | None = None


class Metrics(Meter):
    """Counts, in a registry of its own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("hotseat_requests", "Requests, by how they came.", ["source"], registry=registry)
        self._first_response = Histogram(
            "hotseat_first_response_seconds",
            "Support time until the first response, of all desks together.",
            buckets=FIRST_RESPONSE,
            registry=registry,
        )
        self._lateness = Histogram(
            "hotseat_due_lateness_seconds",
            "How late a due step was stored, in support time.",
            buckets=LATENESS,
            registry=registry,
        )
        self._first_card = Histogram(
            "hotseat_first_card_seconds",
            "From storing a decision until a new card of it is there.",
            buckets=FIRST_CARD,
            registry=registry,
        )
        self._attempts = Counter(
            "hotseat_send_attempts",
            "Attempts to write, by what became of them.",
            ["target", "class"],
            registry=registry,
        )
        self._ambiguous = Counter(
            "hotseat_ambiguous_sends",
            "Attempts that nobody can tell the end of: the message may be there twice.",
            registry=registry,
        )
        self._duplicates = Counter(
            "hotseat_duplicates_dropped", "Events that were known already.", ["source"], registry=registry
        )
        self._answered = Counter(
            "hotseat_http_responses", "Answers of the public port.", ["route", "code"], registry=registry
        )
        self._commit = Histogram(
            "hotseat_store_commit_seconds", "How long a commit took.", buckets=COMMIT, registry=registry
        )
        self._lag = Histogram(
            "hotseat_loop_lag_seconds", "How much later than asked the event loop came.", buckets=LAG, registry=registry
        )
        ProcessCollector(registry=registry)
        self.readings = Readings()
        registry.register(_Reader(lambda: self.readings))

    def stored(
        self,
        changed: Iterable[tuple[Event, Request | None, Request]],
        now: datetime,
        seconds: float,
        hours: Callable[[], SupportHours],
    ) -> None:
        """Take a commit."""
        self._commit.observe(seconds)
        for event, before, after in changed:
            if before is None:
                self._requests.labels(_way(event)).inc()
            elif isinstance(event, ClockStruck) and before.next_at is not None and before.next_at <= now:
                self._lateness.observe(hours().elapsed(before.next_at, now).total_seconds())
            if after.responded_at is not None and (before is None or before.responded_at is None):
                waited = hours().elapsed(waits_since(after), after.responded_at)
                self._first_response.observe(waited.total_seconds())

    def repeated(self, event: Event) -> None:
        """Take an event that was known already."""
        self._duplicates.labels(_door(event)).inc()

    def delivered(self, effect: Effect, seconds: float) -> None:
        """Take an effect that is done."""
        if isinstance(effect, Show) and effect.first:
            self._first_card.observe(seconds)

    def attempted(self, target: str) -> Callable[[Exception | None], None]:
        """Return who takes what became of attempts to write to a target."""

        def note(outcome: Exception | None) -> None:
            if isinstance(outcome, Lapsed):  # nothing was attempted
                return
            self._attempts.labels(target, _class(outcome)).inc()
            if isinstance(outcome, Temporary) and outcome.ambiguous:
                self._ambiguous.inc()

        return note

    def answered(self, route: str, code: int) -> None:
        """Take an answer of the public port; ``route`` is as the router has it, with no secret in it."""
        self._answered.labels(route, str(code)).inc()

    def lagged(self, seconds: float) -> None:
        """Take by how much the event loop was late."""
        self._lag.observe(seconds)

    def page(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)


class _Reader(Collector):
    """Reads what stands somewhere anyway."""

    def __init__(self, readings: Callable[[], Readings]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        now = self._readings()
        yield _counts("auth_refused", "Refused at the Teams door, by reason.", "reason", now.refused)
        yield _counts("connections_closed", "Closed at the public port, by reason.", "reason", now.closed)
        yield _counts("reconciled", "What only a history brought: the webhook lost it.", "source", now.reconciled)
        yield GaugeMetricFamily("hotseat_outbox_pending", "What waits to be delivered.", now.pending)
        yield GaugeMetricFamily("hotseat_outbox_oldest_seconds", "How long the oldest has been seen there.", now.oldest)
        yield _gauges("overdue", "What the last audit found overdue.", "kind", now.overdue)
        yield _gauges("rota_next_unfilled", "1: nobody serves in the next iteration yet.", "desk", now.unfilled)
        yield _age("jwks_age_seconds", "Since the signing keys were fetched.", now.keys_age)
        yield _age("reconciler_age_seconds", "Since the reconciler's last whole look.", now.reconciler_age)


def _counts(name: str, says: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"hotseat_{name}", says, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def _gauges(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"hotseat_{name}", says, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def _age(name: str, says: str, seconds: float | None) -> Metric:
    family = GaugeMetricFamily(f"hotseat_{name}", says)
    if seconds is not None:
        family.add_metric([], seconds)
    return family


def _door(event: Event) -> str:
    """Return the door by which an event came: its key begins with that, but for Teams'."""
    first = event.key.replace(":", "|").partition("|")[0]
    return first if first in DOORS else "teams"


def _way(event: Event) -> str:
    """Return how a request came: written in the channel, raised for somebody, or made by support out of another."""
    if isinstance(event, Message):
        return "channel"
    return "raised" if isinstance(event, Raise | Delivered) else "support"


def _class(outcome: Exception | None) -> str:
    """Return what became of an attempt, in a word."""
    if outcome is None:
        return "ok"
    if not isinstance(outcome, Temporary):
        return "refused"
    if outcome.reason == THROTTLED:
        return "throttled"
    return "ambiguous" if outcome.ambiguous else "failed"
