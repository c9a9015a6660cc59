"""A small Bugsnag: a catalogue of errors, how each stands, and what Bugsnag says of it in Slack and by its webhook.

The message is that of Bugsnag's own Slack plugin (bugsnag/bugsnag-notification-plugins 1.29), with the codes that its
links have today; of a release, of what was ignored, and of its own new layouts no message is publicly known, so these
are made up. The payload is as docs.bugsnag.com has it, "Webhook". Nothing is sent from here.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.world import Json

ORGANISATION = "liefery"
SITE = f"https://app.bugsnag.com/{ORGANISATION}"
COLOURS = {"error": "E45F58", "warning": "FD9149", "info": "20A6DF"}
GREEN = "2eb886"
FIELD = 85
MOST = 500


@dataclass(frozen=True, slots=True)
class Sort:
    """What an error is: the same wherever and however often it occurs. Frames are "file:line - method"."""

    error_class: str
    message: str
    context: str
    frames: tuple[str, ...]
    severity: str = "error"
    handled: bool = False


CATALOGUE = (
    Sort(
        "NoMethodError",
        "undefined method `zip_code' for nil:NilClass",
        "tours#create",
        ("app/services/tour_planner.rb:118 - assign_stops", "app/controllers/tours_controller.rb:41 - create"),
    ),
    Sort(
        "Net::ReadTimeout",
        "Net::ReadTimeout with #<TCPSocket:(closed)>",
        "LabelPrinterJob@labels",
        ("app/clients/label_printer.rb:27 - print", "app/jobs/label_printer_job.rb:12 - perform"),
        severity="warning",
        handled=True,
    ),
    Sort(
        "ActiveRecord::Deadlocked",
        "Mysql2::Error: Deadlock found when trying to get lock; try restarting transaction",
        "shipments#update",
        ("app/models/shipment.rb:203 - reserve!", "app/controllers/api/v2/shipments_controller.rb:88 - update"),
    ),
    Sort(
        "JSON::ParserError",
        "unexpected token at '<!DOCTYPE html><html lang=\"de\"> *Bad Gateway* & <!channel>'",
        "webhooks/carrier#receive",
        ("app/clients/carrier/response.rb:19 - parse", "app/controllers/webhooks/carrier_controller.rb:7 - receive"),
    ),
    Sort(
        "ActiveRecord::RecordNotUnique",
        "Mysql2::Error: Duplicate entry 'erika.mustermann@example.com' for key 'index_customers_on_email'",
        "customers#create",
        ("app/services/customer_import.rb:64 - upsert", "app/jobs/customer_import_job.rb:20 - perform"),
    ),
    Sort(
        "Redis::CannotConnectError",
        "Error connecting to Redis on redis://:s3cr3t-pa55word@10.20.0.14:6379/2 (Errno::ECONNREFUSED)",
        "TrackingFanoutJob@realtime",
        ("app/services/tracking/fanout.rb:33 - publish",),
    ),
    Sort(
        "KeyError",
        "key not found: :customer_reference",
        "api/v2/orders#create",
        (
            "app/serializers/order_serializer.rb:52 - reference",
            "app/controllers/api/v2/orders_controller.rb:30 - create",
        ),
    ),
    Sort(
        "ArgumentError",
        "invalid date: 2026-02-30",
        "dispatch/slots#index",
        ("app/models/time_window.rb:14 - parse", "app/controllers/dispatch/slots_controller.rb:9 - index"),
        severity="info",
        handled=True,
    ),
    Sort(
        "Faraday::UnauthorizedError",
        "the server responded with status 401 for GET https://maps.example.com/route?api_key=AIzaSy-not-a-real-one",
        "RoutePlanJob@planning",
        ("app/clients/maps.rb:48 - route",),
        severity="warning",
        handled=True,
    ),
    Sort(
        "Sidekiq::JobRetry::Skip",
        "Job TourClosingJob was given up after 25 retries",
        "TourClosingJob@default",
        (),
    ),
)
PROJECTS = (("Backend", "backend"), ("Courier & Driver API", "courier-api"))


@dataclass(frozen=True, slots=True)
class Happening:
    """What may happen to an error: what triggers it in the payload, in words, and by the links' code.

    `change` is what a person makes of the error, `status` how it stands then. It has so many occurrences `more`, and
    `at_least` so many; so many `users` more have it.
    """

    type: str
    words: str
    code: str
    change: str = ""
    status: str = ""
    more: int = 0
    at_least: int = 0
    users: int = 0


MANUAL = "errorStateManualChange"
RATE = 103
HAPPENINGS = {
    "again": Happening("errorEventFrequency", "10 events in 1h", "ef", more=10, users=3),
    "hundredth": Happening("powerTen", "100th event", "fq", more=1, at_least=100),
    "spike": Happening("projectSpiking", f"Spike of {RATE} exceptions/minute", "sp", more=RATE),
    "reoccurred": Happening("reopened", "Fixed error re-occurred", "ra", status="open", more=1),
    "fixed": Happening(MANUAL, "Error marked as fixed by {by}", "fx", "fixed", "fixed"),
    "ignored": Happening(MANUAL, "Error marked as ignored by {by}", "ig", "ignored", "ignored"),
    "snoozed": Happening(MANUAL, "Error snoozed for 6 hours by {by}", "sn", "snoozed", "snoozed"),
    "unsnoozed": Happening(MANUAL, "Snooze cancelled by {by}", "sc", "snoozeCancelled", "open"),
    "reopened": Happening(MANUAL, "Fixed error reopened by {by}", "rm", "reopened", "open"),
}


@dataclass(slots=True)
class Error:
    """One error in Bugsnag: `sort` and `project` are rows of the tables above; `events` counts what was said of it."""

    id: str
    sort: int
    project: int
    first: datetime
    stage: str = "production"
    status: str = "open"
    occurrences: int = 1
    users: int = 1
    events: int = 1

    @property
    def event(self) -> str:
        """Give the id of its latest event."""
        return _id(f"event {self.id} {self.events}")


@dataclass(frozen=True, slots=True)
class Said:
    """One notification: its text and attachments in Slack, what the webhook sends, and the error it is about."""

    text: str
    attachments: tuple[Json, ...] = ()
    payload: Json | None = None
    error: str = ""


@dataclass(slots=True)
class Bugsnag:
    """All errors, by id, in the order in which they came up; `releases` counts those that went out."""

    errors: dict[str, Error] = field(default_factory=dict)
    releases: int = 0

    def kept(self) -> Json:
        """Give all of it, to be kept between two starts."""
        errors = [{**asdict(one), "first": one.first.isoformat()} for one in self.errors.values()]
        return {"errors": errors, "releases": self.releases}

    def restore(self, kept: Json) -> None:
        """Take over what an earlier run kept."""
        found = [Error(**{**one, "first": datetime.fromisoformat(one["first"])}) for one in kept["errors"]]
        self.errors, self.releases = {one.id: one for one in found}, kept["releases"]

    def new(self, now: datetime) -> Said:
        """Let the next error of the catalogue come up; after the last, the first in another project."""
        number = len(self.errors)
        kinds = len(CATALOGUE)
        error = Error(
            _id(f"error {number} {now.isoformat()}"),
            number % kinds,
            number // kinds % len(PROJECTS),
            now,
        )
        self.errors[error.id] = error
        handled = "handled" if CATALOGUE[error.sort].handled else "unhandled"
        return _said(error, now, "nw", {"type": "firstException", "message": f"New {handled} error"}, {})

    def storm(self, now: datetime, count: int) -> Iterator[Said]:
        """Let `count` errors come up at once, of as many kinds as there are."""
        return (self.new(now) for _ in range(count))

    def latest(self) -> Error | None:
        """Give the error that came up last."""
        return next(reversed(self.errors.values()), None)

    def happened(self, error: Error, what: str, now: datetime, by: str = "") -> Said:
        """Let something happen to an error.

        `what` is "again" (10 events in an hour), "hundredth", "spike", "reoccurred", or what `by` does: "fixed",
        "ignored", "snoozed", "unsnoozed", "reopened". Raises ValueError for anything else.
        """
        happening = HAPPENINGS.get(what)
        if happening is None:
            message = f"Nothing called {what!r} happens to errors."
            raise ValueError(message)
        error.events += 1
        error.status = happening.status or error.status
        error.occurrences = max(error.occurrences + happening.more, happening.at_least)
        error.users += happening.users
        if what == "spike":
            return _spike(error, now)
        trigger: Json = {"type": happening.type, "message": happening.words.format(by=by)}
        more: Json = {}
        if happening.change:
            trigger["stateChange"] = happening.change
            more["user"] = _user(by)
        if what in ("snoozed", "unsnoozed"):
            trigger["snoozeRule"] = {"ruleType": "occurs_after", "ruleValue": 21600}
        return _said(error, now, happening.code, trigger, more)

    def commented(self, error: Error, words: str, now: datetime, by: str) -> Said:
        """Let `by` comment on an error."""
        sort = CATALOGUE[error.sort]
        subject = _cut(f"{sort.error_class}: {sort.message}")
        error.events += 1
        text = f"Comment on {_escaped(subject)} <{_url(error, 'sk', 'cm')}|(details)>"
        attachment = {
            "color": GREEN,
            "fallback": "Somebody commented",
            "author_name": by,
            "text": _escaped(words),
            "id": 1,
        }
        payload = _payload(error, now, "cm", {"type": "comment", "message": "Comment added"})
        comment = {"id": _id(f"comment {error.event}"), "message": words}
        return Said(text, (attachment,), {**payload, "comment": comment, "user": _user(by)}, error.id)

    def released(self, now: datetime, by: str) -> Said:
        """Let a new version of the first project go out."""
        self.releases += 1
        version = f"{now:%Y.%m.%d}-{self.releases}"
        revision = _id(f"release {version}")
        links = _links(0, "sk", "nr")
        url = f"{SITE}/{PROJECTS[0][1]}/release_groups/{revision}/releases/{revision}"
        text = f"New release in production from {links} <{url}?i=sk&amp;m=nr|(details)>"
        fields = [{"title": "Version", "value": version}, {"title": "Released by", "value": by}]
        attachment = {"color": GREEN, "fallback": "Something happened", "fields": fields, "id": 1}
        release = {
            "id": revision,
            "version": version,
            "releaseStage": "production",
            "url": f"{url}?i=wh&m=nr",
            "releaseTime": _iso(now),
            "releasedBy": by,
            "sourceControl": {
                "provider": "github",
                "revision": revision[:7],
                "revisionUrl": f"https://github.com/example/backend/tree/{revision[:7]}",
                "diffUrl": f"https://github.com/example/backend/compare/main...{revision[:7]}",
            },
        }
        trigger = {"type": "release", "message": "New release"}
        return Said(text, (attachment,), {**_head(0, "nr"), "trigger": trigger, "release": release})

    def unreadable(self) -> Said:
        """Say something in a layout that nobody has seen yet."""
        text = f"Heads up! Stability of <{SITE}/overview|Backend> fell to *99.21 %*"
        fields = [{"title": "Sessions", "value": "48,120"}, {"title": "Target", "value": "99.50 %"}]
        return Said(text, ({"color": COLOURS["warning"], "fallback": "Stability", "fields": fields, "id": 1},))


def _said(error: Error, now: datetime, code: str, trigger: Json, more: Json) -> Said:
    sort = CATALOGUE[error.sort]
    links = f"{_links(error.project, 'sk', code)} in {sort.context} <{_url(error, 'sk', code)}|(details)>"
    text = f"{trigger['message']} in {error.stage} from {links}"
    return Said(text, (_attachment(sort),), {**_payload(error, now, code, trigger), **more}, error.id)


def _spike(error: Error, now: datetime) -> Said:
    happening = HAPPENINGS["spike"]
    text = f"{happening.words} from {_links(error.project, 'sk', '')}"
    trigger = {"type": happening.type, "message": happening.words, "rate": RATE}
    return Said(text, (_attachment(CATALOGUE[error.sort]),), _payload(error, now, happening.code, trigger), error.id)


def _attachment(sort: Sort) -> Json:
    location: Json = {"title": "Location"}
    if sort.frames:
        location["value"] = _escaped(sort.frames[0])
    fields = [{"title": "Error", "value": _escaped(_cut(f"{sort.error_class}: {sort.message}"))}, location]
    return {"fallback": "Something happened", "fields": fields, "color": COLOURS[sort.severity], "id": 1}


def _payload(error: Error, now: datetime, code: str, trigger: Json) -> Json:
    sort = CATALOGUE[error.sort]
    return {
        **_head(error.project, code),
        "trigger": trigger,
        "error": {
            "id": error.event,
            "errorId": error.id,
            "exceptionClass": sort.error_class,
            "message": sort.message,
            "context": sort.context,
            "appVersion": "2026.48.1",
            "releaseStage": error.stage,
            "occurrences": error.occurrences,
            "firstReceived": _iso(error.first),
            "receivedAt": _iso(now),
            "requestUrl": "https://backend.example.com/tours?token=not-for-others",
            "userId": "4711",
            "url": _url(error, "wh", code, "&"),
            "severity": sort.severity,
            "status": error.status,
            "unhandled": not sort.handled,
            "app": {"version": "2026.48.1", "releaseStage": error.stage, "type": "rails"},
            "device": {"hostname": "backend-7d9f", "time": _iso(now - timedelta(seconds=1))},
            "user": {"id": "4711", "name": "Erika Mustermann", "email": "erika.mustermann@example.com"},
            "metaData": {"session": {"csrf": "not-for-others"}},
            "stackTrace": [_frame(one) for one in sort.frames] + [_frame(LIBRARY, in_project=False)],
            "breadcrumbs": [],
        },
    }


LIBRARY = "gems/activerecord-7.1.3/lib/active_record/connection_adapters/abstract_adapter.rb:1028 - log"


def _frame(line: str, *, in_project: bool = True) -> Json:
    place, _, method = line.partition(" - ")
    file, _, number = place.rpartition(":")
    return {
        "file": file,
        "lineNumber": number,
        "columnNumber": "7",
        "method": method,
        "inProject": in_project,
        "code": {number: f"def {method}"},
    }


def _head(project: int, code: str) -> Json:
    name, slug = PROJECTS[project]
    account = {
        "id": _id("account"),
        "name": "Liefery",
        "url": f"https://app.bugsnag.com/account/{ORGANISATION}?i=wh&m={code}",
    }
    return {"account": account, "project": {"id": _id(slug), "name": name, "url": f"{SITE}/{slug}?i=wh&m={code}"}}


def _user(name: str) -> Json:
    return {"id": _id(name), "name": name, "email": f"{name.lower().replace(' ', '.')}@example.com"}


def _links(project: int, channel: str, code: str) -> str:
    name, slug = PROJECTS[project]
    return f"<{SITE}/{slug}?i={channel}{f'&amp;m={code}' if code else ''}|{_escaped(name)}>"


def _url(error: Error, channel: str, code: str, joint: str = "&amp;") -> str:
    slug = PROJECTS[error.project][1]
    return f"{SITE}/{slug}/errors/{error.id}?event_id={error.event}{joint}i={channel}{joint}m={code}"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _id(seed: str) -> str:
    """Give 24 hexadecimal digits, the same for the same seed."""
    return hashlib.sha256(seed.encode()).hexdigest()[:24]


def _cut(text: str) -> str:
    return text if len(text) <= FIELD else f"{text[: FIELD - 3]}..."


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
