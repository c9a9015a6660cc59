"""The matrix beside the rows of teams.json: what else comes over the wire, as bytes, and the statuses that it may get.

A row that may get no status at all may also see its connection closed without a word.
"""

import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from tests.attack.siege import BUGSNAG_SECRET, JIRA_SECRET, Siege, posted
from tests.bugsnag.payloads import webhook
from tests.bugsnag.test_route import guesses
from tests.jira.test_webhook import NO_OBJECTS, UNSIGNED, updated
from tests.rig import activities
from tests.rig.activities import altered
from tests.slack.fake import signed
from tests.slack.test_door import MEANINGLESS, NO_ENVELOPES, unsigned
from tests.slack.test_door import UNSIGNED as UNSIGNED_BY_SLACK

GUARDED = "/api/messages"


@dataclass(frozen=True, slots=True)
class Row:
    """One attack: what is sent, the statuses that are right, and what follows while somebody listens."""

    name: str
    sent: Callable[[Siege], bytes]
    right: tuple[int, ...]
    more: Callable[[], AsyncIterator[bytes]] | None = None


def raw(name: str, sent: bytes, *right: int) -> Row:
    """Make a row of bytes."""
    return Row(name, lambda _: sent, right)


def asks(line: str, *right: int, headers: str = "", body: str = "") -> Row:
    """Make a row of a request without any token."""
    head = f"{line} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n{headers}\r\n{body}"
    return raw(f"{line[:60]!r} {headers[:60]!r}", head.encode("latin-1"), *right)


def spoken(
    name: str, body: bytes, *right: int, more: Callable[[], AsyncIterator[bytes]] | None = None, **headers: str
) -> Row:
    """Make a row of a body with a genuine token."""
    return Row(name, lambda siege: posted(GUARDED, body, Authorization=f"Bearer {siege.token}", **headers), right, more)


PATHS = [
    *("/", "/api", "/api/messages/", "/api/messages/x", "/api/messages.json", "//api/messages", "/API/MESSAGES"),
    *(
        "/metrics",
        "/control.sock",
        "/operation",
        "/.env",
        "/data/journal.sqlite",
        "/rota/backend.json",
        "/debug",
        "/admin",
    ),
    *("/api/../operation", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/slack/events/../../operation"),
    *("/api%2fmessages", "/api/messages%00", "/livez/%00", "/" + "a" * 4_000, "/" + "../" * 900, "/rota/"),
    *("/rota/x.ics", "/rota/.ics", "/rota/..%2Ffeeds.key.ics", "/rota/%2e%2e/x.ics", "/rota/" + "A" * 43 + ".ics"),
    *("/rota/" + "A" * 4_000 + ".ics", "/rota/x.ics/", "/rota/*.ics", "/bugsnag", "/bugsnag/", "/jira", "/slack"),
]
METHODS = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "get", "COPY"]
STARTS = {
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a hello of TLS": bytes.fromhex("1603010200010001fc0303") + b"\0" * 64,
    "a greeting of SSH": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "bytes": bytes(range(256)) * 4 + b"\r\n\r\n",
    "a method with a blank": b"PO ST /api/messages HTTP/1.1\r\n\r\n",
    "a path with blanks": b"POST /api/mess ages HTTP/1.1\r\n\r\n",
    "a line of 20 KB": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    "a header of 20 KB": b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    "a thousand headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: bot\r\n\r\n",
    "a NUL in a header's name": b"GET / HTTP/1.1\r\nX\0Y: z\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nX: y\0z\r\n\r\n",
    "a blank before the colon": b"POST /api/messages HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello",
}
GUESS = "GET /livez HTTP/1.1\r\nHost: bot\r\n\r\n"  # what is hidden in another request's body
SMUGGLED = {
    "a length and chunks": f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{GUESS}",
    "chunks and a length": f"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{GUESS}",
    "two lengths": f"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello{GUESS}",
    "two lengths in one": f"Content-Length: 5, 6\r\n\r\nhello{GUESS}",
    "a length with a sign": f"Content-Length: +5\r\n\r\nhello{GUESS}",
    "a negative length": f"Content-Length: -5\r\n\r\nhello{GUESS}",
    "a length in hexadecimal": f"Content-Length: 0x5\r\n\r\nhello{GUESS}",
    "a length with a blank": f"Content-Length: 5 5\r\n\r\nhello{GUESS}",
    "a length in other digits": f"Content-Length: \xb2\r\n\r\nhello{GUESS}",
    "chunks that are not the last encoding": f"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{GUESS}",
    "an encoding nobody knows": f"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{GUESS}",
    "a chunk whose size is no number": f"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n{GUESS}",
    "a chunk with a sign": f"Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n{GUESS}",
    "a chunk of 2^80": f"Transfer-Encoding: chunked\r\n\r\n{'f' * 20}\r\nhello\r\n0\r\n\r\n{GUESS}",
}


def over_http() -> Iterator[Row]:
    """Give what is wrong with a request whoever it is for."""
    for path in PATHS:
        yield asks(f"GET {path}", 404, 405)
        yield asks(f"POST {path}", 404, 405, headers="Content-Length: 2\r\n", body="{}")
    for method in METHODS:
        for path in (GUARDED, "/slack/events", "/jira/webhook", f"/bugsnag/{BUGSNAG_SECRET}"):
            yield asks(f"{method} {path}", 405, 404, 400)
    yield asks("POST /livez", 405)
    yield asks("CONNECT 127.0.0.1:22", 400, 404, 405)
    yield asks(f"POST http://127.0.0.1:22{GUARDED}", 401)
    yield asks(
        f"POST {GUARDED}", 401, headers="Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    )
    yield asks(f"POST {GUARDED}", 401, headers="Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")
    yield asks(f"POST {GUARDED}", 100, 401, headers="Expect: 100-continue\r\nContent-Length: 2\r\n", body="{}")
    yield asks(f"POST {GUARDED}", 417, 401, headers="Expect: a miracle\r\n")
    yield asks(f"POST {GUARDED}", 401, headers="X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n")
    yield asks(f"POST {GUARDED}", 400, headers="Host: localhost\r\n")
    yield asks(f"POST {GUARDED}?token=x#y", 401)
    yield asks(f"POST {GUARDED}", 401, headers="Cookie: " + "a=b; " * 500 + "\r\n")
    for name, start in STARTS.items():
        yield raw(name, start, 400, 404, 405)
    yield raw("HTTP/1.0", b"POST /api/messages HTTP/1.0\r\n\r\n", 401)
    for name, rest in SMUGGLED.items():
        yield raw(f"smuggled by {name}", f"POST {GUARDED} HTTP/1.1\r\nHost: bot\r\n{rest}".encode("latin-1"), 400)


async def endless() -> AsyncIterator[bytes]:
    """Give chunks without end."""
    while True:
        yield b"10000\r\n" + b"x" * 65_536 + b"\r\n"


def over_teams() -> Iterator[Row]:
    """Give what is wrong with a body whose token is genuine, and with two tokens."""
    head = "POST /api/messages HTTP/1.1\r\nHost: bot\r\nConnection: close\r\nAuthorization: Bearer {0}\r\n"

    def begun(rest: str) -> Callable[[Siege], bytes]:
        return lambda siege: (head.format(siege.token) + rest).encode()

    yield Row("chunks without end", begun("Transfer-Encoding: chunked\r\n\r\n"), (413,), endless)
    yield Row("a length of a terabyte", begun(f"Content-Length: {2**40}\r\n\r\n"), (413,))
    yield Row("a length of 2^80", begun(f"Content-Length: {2**80}\r\n\r\n"), (400, 413))
    yield Row("two tokens", begun("Authorization: Bearer {0}\r\nContent-Length: 2\r\n\r\n{}"), (401,))
    yield Row("no body", begun("\r\n"), (400,))
    for name, packed in (
        ("a bomb", gzip.compress(b"x" * 2**25)),
        ("a bomb of blanks", gzip.compress(b" " * 300_000)),
        ("a bomb in a bomb", gzip.compress(gzip.compress(b"x" * 2**25))),
        ("no gzip", b"\x1f\x8bnot compressed"),
        ("half of it", gzip.compress(b"{}" * 99)[:-9]),
    ):
        yield spoken(f"gzip: {name}", packed, 413, 400, Content_Encoding="gzip")
    for encoding in ("deflate", "br", "zstd", "identity, gzip", "x", "gzip" * 99):
        yield spoken(f"{encoding[:20]}: not compressed so", b"\x1f\x8bnot compressed", 400, Content_Encoding=encoding)
    yield spoken("a megabyte of brackets", b"[" * 2**18, 400)
    yield spoken("a hundred thousand attachments", b'{"attachments":[' + b"{}," * 80_000 + b"{}]}", 400)


def silent(siege: Siege) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what is genuine, and none of the bot's business: it is taken, and nothing comes of it."""
    bot = {"id": activities.BOT, "name": "Hotseat", "role": "bot"}
    post = siege.post("help, a loop")
    yield "the bot's own message", altered(post, {"from": bot})
    yield "the bot's own answer, without a role", altered(post, {"from": {"id": activities.BOT, "name": "Hotseat"}})
    yield "another bot's message", altered(post, {"from": {"id": "28:another", "name": "Bug Bot", "role": "bot"}})
    yield "a skill's message", altered(post, {"from": {"id": "28:skill", "role": "skill"}})
    yield (
        "a webhook's message, of nobody",
        altered(post, {"from": {"id": "29:hook", "name": "Hook"}}),
    )
    yield "a channel that is no desk", siege.post(channel="19:lunch@thread.tacv2")
    yield "a channel whose name is a path", siege.post(channel="../../../../tmp/x")
    yield "a team whose name is a path", siege.post(channel="19:x@thread.tacv2", team="../../../../tmp/x")
    for kind in (
        "typing",
        "event",
        "trace",
        "handoff",
        "endOfConversation",
        "contactRelationUpdate",
        "x" * 99,
        "__class__",
    ):
        yield f"an activity of the kind {kind[:20]}", altered(siege.post(), {"type": kind})


def over_slack() -> Iterator[Row]:
    """Give what Slack does not say, or not so."""
    path = "/slack/events"

    def made(name: str, signed_so: Callable[[], tuple[bytes, dict[str, str]]], *right: int) -> Row:
        def sent(_: Siege) -> bytes:
            body, headers = signed_so()  # now, since it is signed with the time
            return posted(path, body, **headers)

        return Row(name, sent, right)

    for number, (sign, changes) in enumerate(UNSIGNED_BY_SLACK):
        yield made(f"Slack, signed wrongly {number}", partial(unsigned, sign, changes), 401)
    for number, body in enumerate(NO_ENVELOPES):
        yield made(f"Slack, no envelope {number}", partial(_signed, body), 400, 401)
    for number, envelope in enumerate(MEANINGLESS):
        yield made(f"Slack, without a meaning {number}", partial(_signed, orjson.dumps(envelope)), 200, 400)
    yield raw("Slack, more than a megabyte", posted(path, b" " * (2**20 + 1)), 413)
    yield raw("Slack, a bomb", posted(path, gzip.compress(b" " * 2**25), Content_Encoding="gzip"), 413)
    yield raw("Slack, no gzip", posted(path, b"not compressed", Content_Encoding="gzip"), 400)
    yield raw("Slack, certificate looked for", posted(path, b"ssl_check=1&token=abc"), 200)
    yield raw("Slack, a command", posted(path, b"command=%2Fhotseat&text=who&team_id=T1"), 401)


def _signed(body: bytes) -> tuple[bytes, dict[str, str]]:
    try:
        return body, signed(body)
    except UnicodeDecodeError:  # Slack's own SDK cannot sign that
        return body, signed(b"")


def over_jira() -> Iterator[Row]:
    """Give what Jira does not say, or not so."""
    path, moved = "/jira/webhook", json.dumps(updated()).encode()
    for number, shown in enumerate(UNSIGNED):
        headers = {"X-Hub-Signature": shown} if shown else {}
        yield raw(f"Jira, signed wrongly {number}", posted(path, moved, **headers), 401)
    right = {"X-Hub-Signature": f"sha256={hmac.new(JIRA_SECRET.encode(), moved, hashlib.sha256).hexdigest()}"}
    yield raw("Jira, another body than was signed", posted(path, moved + b" ", **right), 401)
    yield raw("Jira, signed twice", posted(path, moved, **right, X_hub_signature="sha256=0"), 200, 401)
    yield raw("Jira, an issue that is nobody's", posted(path, moved, **right), 200)
    for number, body in enumerate(NO_OBJECTS):
        signature = hmac.new(JIRA_SECRET.encode(), body, hashlib.sha256).hexdigest()
        yield raw(f"Jira, no object {number}", posted(path, body, X_Hub_Signature=f"sha256={signature}"), 400)
    yield raw(
        "Jira, a bomb", posted(path, gzip.compress(b" " * 2**25), X_Hub_Signature="x", Content_Encoding="gzip"), 413
    )


def over_bugsnag() -> Iterator[Row]:
    """Give what somebody posts who does not know Bugsnag's address, or is not Bugsnag."""
    body = json.dumps(webhook("new")).encode()
    for guess in guesses(BUGSNAG_SECRET):
        yield raw(f"Bugsnag, by guess {guess!r}", posted(f"/bugsnag/{guess}", body), 404)
    yield raw("Bugsnag, no JSON", posted(f"/bugsnag/{BUGSNAG_SECRET}", b"no"), 400)
    yield raw("Bugsnag, a list", posted(f"/bugsnag/{BUGSNAG_SECRET}", b"[]"), 400)
    yield raw("Bugsnag, nested deep", posted(f"/bugsnag/{BUGSNAG_SECRET}", b"[" * 100_000), 400)
    yield raw("Bugsnag, over a megabyte", posted(f"/bugsnag/{BUGSNAG_SECRET}", b" " * (2**20 + 1)), 413)


ROWS = [*over_http(), *over_teams(), *over_slack(), *over_jira(), *over_bugsnag()]
