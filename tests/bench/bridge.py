"""How fast the bridge is, and that no text holds it up: ``python -m tests.bench.bridge [--quick]``.

First the whole bot, from Slack to Teams; then what reads.

Bugsnag's messages and payloads are read one after another. Hostile texts of 50 KB are scrubbed, alone and as a whole
message, and again at half their length: where twice the text takes much more than twice the time, it is not linear.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bot.bugsnag.webhook import read_payload
from bot.scrub import scrub
from bot.slack.bugsnag import read_message
from tests.bench import worlds
from tests.bench.pick import seconds
from tests.bugsnag.payloads import FORMS, KINDS, message, webhook

LONG = 50_000
TIMES = 50
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HOSTILE = {
    "a.a-": "a.a-",
    "at signs": "@",
    "a@a.": "a@a.",
    "digits": "1",
    "digits apart": "1 ",
    "nested brackets": "[",
    "angle brackets": "<",
    "entities": "&amp;",
    "colons": "f:",
    "addresses": "://a:",
    "open quotes": 'password="',
    "token=": "token=",
    "starts of keys": "-----BEGIN A-----",
    "starts of tokens": "eyJ-",
    "keys": "Aa1",
    "blanks and tabs": "\t \n",
}


def reading() -> Iterator[str]:
    """Yield how long it takes to read what Bugsnag says, either way."""
    messages = TIMES * [message(name) for name in (*KINDS, *FORMS)]
    payloads = TIMES * [webhook(name) for name in KINDS]
    slack = seconds(lambda: [read_message(one) for one in messages]) / len(messages)
    posted = seconds(lambda: [read_payload(one, NOW) for one in payloads]) / len(payloads)
    for what, each in (("message in Slack", slack), ("payload of the webhook", posted)):
        yield f"A {what} is read in {1e6 * each:.0f} µs: {1 / each:,.0f} a second."


def scrubbing() -> Iterator[str]:
    """Yield a table of what hostile texts take."""
    yield f"| {LONG // 1000} KB of | scrubbed ms | half of it ms | ratio | as a whole message ms |"
    yield "|---|--:|--:|--:|--:|"
    for name, piece in HOSTILE.items():
        text = (piece * LONG)[:LONG]
        half = text[: LONG // 2]
        said = {"text": text, "attachments": [{"text": text, "fields": [{"title": "Error", "value": text}]}]}
        took = [1000 * each for each in (_scrubbing(text), _scrubbing(half), _reading(said))]
        yield f"| {name} | {took[0]:.1f} | {took[1]:.1f} | {took[0] / took[1]:.1f} | {took[2]:.1f} |"


def main() -> None:
    """Print the figures."""
    quick = "--quick" in sys.argv[1:]
    for line in (*worlds.told(quick=quick), "", *reading(), "", *scrubbing()):
        print(line, flush=True)  # noqa: T201 - what it is for


def _scrubbing(text: str) -> float:
    return seconds(lambda: scrub(text))


def _reading(said: Mapping[str, object]) -> float:
    return seconds(lambda: read_message(said))


if __name__ == "__main__":
    main()
