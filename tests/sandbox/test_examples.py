"""The sandbox's payloads beside examples of the real ones, and its Jira beside Jira's own description of its API."""

import json
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from bot.sandbox import cast, envelope
from bot.sandbox.bugsnag import Bugsnag, Said
from bot.sandbox.world import World
from tests import examples
from tests.sandbox.conftest import Stage
from tests.sandbox.test_jira import FIELDS, LINK, call, create

OF_THEIR_APP = {"device", "app", "metaData", "code", "user", "breadcrumbs"}  # what an app reports differs with the app
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = "https://your-domain.atlassian.net"

pytestmark = examples.needed


def said(what: str) -> Said:
    """Let something happen in Bugsnag to an error that is known there."""
    bugsnag = Bugsnag()
    new = bugsnag.new(NOW)
    error = bugsnag.latest()
    assert error is not None
    if what == "comment":
        return bugsnag.commented(error, "test comment", NOW, "Eva Novak")
    if what == "release":
        return bugsnag.released(NOW, "Eva Novak")
    return new if what == "new" else bugsnag.happened(error, what, NOW, "Eva Novak")


def missing(ours: object, theirs: object, path: str = "") -> Iterator[str]:
    """List what theirs has and ours has not, or has as something else."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in theirs.keys() - OF_THEIR_APP:
            if key not in ours:
                yield f"{path}.{key}"
            else:
                yield from missing(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        for one, other in zip(ours[:1], theirs[:1], strict=False):
            yield from missing(one, other, f"{path}[]")
    elif type(ours) is not type(theirs):
        yield f"{path}: {ours!r} is not like {theirs!r}"


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("new", "firstException"),
        ("hundredth", "power-ten-error"),
        ("again", "repeated-error"),
        ("reoccurred", "reopened"),
        ("comment", "comment"),
        ("fixed", "collaborator-fixed"),
        ("reopened", "collaborator-reopened"),
        ("snoozed", "collaborator-snoozed-after"),
        ("unsnoozed", "collaborator-snoozed-canceled"),
        ("release", "release"),
    ],
)
def test_a_payload_has_all_that_the_real_one_has(what: str, example: str) -> None:
    theirs = json.loads((examples.EXAMPLES / "bugsnag" / "webhook" / f"{example}.json").read_text())
    ours = said(what).payload
    assert list(missing(ours, theirs)) == []
    assert ours is not None
    assert ours["trigger"]["type"] == theirs["trigger"]["type"]
    assert ours["trigger"].get("stateChange") == theirs["trigger"].get("stateChange")


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("new", "from-webhook-firstException"),
        ("hundredth", "from-webhook-power-ten-error"),
        ("again", "from-webhook-repeated-error"),
        ("reoccurred", "from-webhook-reopened"),
        ("comment", "from-webhook-comment"),
        ("fixed", "from-webhook-collaborator-fixed"),
        ("reopened", "from-webhook-collaborator-reopened"),
        ("snoozed", "from-webhook-collaborator-snoozed-after"),
        ("unsnoozed", "from-webhook-collaborator-snoozed-canceled"),
        ("spike", "test-spike"),
    ],
)
def test_a_message_of_bugsnags_has_all_that_the_reconstructed_one_has(what: str, example: str) -> None:
    theirs = json.loads((examples.EXAMPLES / "bugsnag" / "slack-event" / f"classic-{example}.json").read_text())
    world = World(lambda: NOW, lambda: None)
    one = said(what)
    message = world.add(
        cast.SLACK.id, None, "bugsnag", one.text, source=one.text, attachments=list(one.attachments), error=one.error
    )
    ours = envelope.envelope(envelope.said_event(world, message))
    assert list(missing(ours, theirs)) == []
    words = [text["event"]["text"].split(" from ")[0].split(" by ")[0].split(" in ")[0] for text in (ours, theirs)]
    assert what in ("new", "comment") or words[0] == words[1]


@cache
def openapi() -> OpenAPI:
    description = json.loads((examples.EXAMPLES / "jira-v3.json").read_text())
    return OpenAPI.from_dict(description, config=Config(spec_validator_cls=None))


async def test_what_jira_is_asked_and_answers_is_as_its_own_description_has_it(stage: Stage) -> None:
    await create(stage)
    calls: list[tuple[str, str, Any]] = [
        ("GET", "issue/createmeta/EDGE/issuetypes", None),
        ("GET", "issue/createmeta/EDGE/issuetypes/10004", None),
        ("POST", "issue", {"fields": FIELDS}),
        ("POST", "issue", {"fields": {**FIELDS, "summary": ""}}),
        ("GET", "issue/EDGE-1?fields=summary,status", None),
        ("GET", "issue/EDGE-1/transitions", None),
        ("POST", "issue/EDGE-1/remotelink", LINK),
        ("POST", "search/jql", {"jql": "labels = hotseat", "fields": ["summary"], "maxResults": 1}),
        ("GET", "search/jql?jql=labels%20%3D%20hotseat", None),
        ("GET", "myself", None),
        ("GET", "project/EDGE", None),
    ]
    for method, path, body in calls:
        status, answer = await call(stage, method, path, body)
        parts = urlsplit(path)
        asked = MockRequest(
            SITE,
            method,
            f"/rest/api/3/{parts.path}",
            args={name: values[0] for name, values in parse_qs(parts.query).items()},
            data=json.dumps(body).encode() if body else None,
        )
        answered = MockResponse(json.dumps(answer).encode(), status)
        with warnings.catch_warnings(action="ignore"):  # it knows no OAuth
            openapi().validate_request(asked)
            openapi().validate_response(asked, answered)
