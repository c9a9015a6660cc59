"""Activities and bytes that nobody ever thought of, against a whole bot over HTTP.

A genuine activity of each kind is changed in its structure, its values, its bytes and its headers. Whatever comes of
that, the answer is one of a few, nothing is logged as an error, and what was refused has left nothing behind.

``python -m tests.attack.fuzz --many 100000 --seed 1`` sends so many, and says what came of them.
"""

import argparse
import asyncio
import copy
import functools
import gzip
import itertools
import json
import logging
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.door.whole import ANA, DILAN, EVA, FARID, Whole, whole
from tests.rig import activities

ANSWERS = frozenset({200, 201, 202, 400, 401, 403, 413})
EPISODE = 37  # changes that one bot takes, each on every kind of activity, before its folder is thrown away
WORDS = ("say", "append")
PHASES = (Phase.generate, Phase.shrink)
OURS = "kind not like '%Imported' and kind not in ('Sweep', 'ClockStruck')"

TEXTS = (
    "",
    " ",
    "0",
    "\u202e\u2066x\u200b\ufeff",
    "\x07\x1b[31m\r\n",
    "../../../../etc/passwd",
    "CON",
    "${$root} {{x}} %s %n {0}",
    "[x](javascript:alert(1)) <script>alert(1)</script>",
    "<at>Everyone</at><at>" * 40,
    "' or 1=1; drop table records; --",
    "R-1",
    "backend",
    "who",
    "request label printer down",
    "👩‍👩‍👧‍👦" * 30,
    "\ud7ff\ufffd\U0010ffff",
    "2026-11-23T10:00:00.000Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999+14:00",
    "a" * 2_049,
    "(" * 3_000,
    "28:other-bot",
    *(ANA, FARID, activities.CHANNEL, activities.TEAM, activities.GROUP),
    *("message", "invoke", "editMessage", "undeleteMessage", "task/submit", "adaptiveCard/action"),
    *("claim", "solve", "ask", "send", "open", "composeExtension/query", "composeExtension/submitAction"),
)
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**64), 1e308, 0.1)
SNIPPETS = (
    b"",
    b"\0",
    b'"',
    b"{",
    b"}]",
    b"[[[[",
    b"\\ud800",
    b"\\u0000",
    b"NaN",
    b"1e999",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b",",
)

text = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8"), max_size=20)
leaf = st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.integers() | st.floats(allow_nan=False) | text
value = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=5
)
where = st.sampled_from(range(5_040))  # of which no small number is likelier than a large one


def genuine(bot: Whole, post: dict[str, Any], who: str) -> list[dict[str, Any]]:
    """Make one of each kind of activity that Teams sends, by somebody, about a request that is open."""
    ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"}
    by = bot.by(who)
    here = {"thread": post["id"], **by}
    fresh = bot.channel_post("The label printer in hub 4 prints nothing", mention=True)
    return [
        fresh,
        bot.channel_post("request nothing is printed") | {"from": {"id": by["sender"], "aadObjectId": who}},
        activities.reply("hello", **here),
        activities.edit("other words", of=post),
        activities.delete(of=fresh),
        activities.undelete(of=fresh),
        activities.reaction(to=post, **by),
        activities.reaction(to=post, gone=True, **by),
        activities.personal_message("who", **by),
        activities.personal_message("absence", **by),
        activities.press("claim", ids, **here),
        activities.press("more", ids, **here),
        activities.dialog({"verb": "open", "step": "ask", **ids}, **here),
        activities.submit({"verb": "send", "step": "ask", "text": "since when?", **ids}, **here),
        activities.submit({"verb": "send", "step": "close", "text": "done", **ids}, **here),
        activities.action(activities.chosen_message(), **by),
        activities.action(activities.chosen_message(), {"verb": "raise", "text": "printer"}, **by),
        activities.query(**by),
        activities.query(None, chat="19:ops-floor@thread.v2", **by),
        activities.invoke("signin/verifyState", {"state": "x"}, **by),
        activities.personal_message("claim", **by) | {"value": {"verb": "claim", **ids}},  # messageBack
        activities.installed(**by),
        activities.installed(action="remove", **by),
        activities.installed(personal=True, **by),
        activities.members_changed(added=("29:new", activities.BOT), **by),
        activities.members_changed(removed=("29:old",), **by),
        activities.personal_message("x", **by) | {"type": "typing"},
    ]


Path_ = tuple[str | int, ...]


def places(part: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Name every field, however deep."""
    if path:
        yield path
    fields = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, inner in fields:
        yield from places(inner, (*path, name))


def at_place(activity: Any, path: Path_) -> Any:
    """Give what stands at a place."""
    for name in path:
        activity = activity[name]
    return activity


def change(activity: dict[str, Any], how: str, at: int, to: int, new: Any) -> None:
    """Change one place of an activity."""
    paths = list(places(activity))
    if how in WORDS:
        paths = [path for path in paths if isinstance(at_place(activity, path), str)]
    if not paths:
        return
    *parents, last = paths[at % len(paths)]
    part = at_place(activity, tuple(parents))
    new, old = copy.deepcopy((new, part[last]))
    if how == "remove":
        del part[last]
        return
    made: dict[str, Callable[[], Any]] = {
        "replace": lambda: new,
        "say": lambda: str(new),
        "append": lambda: f"{old}{new}",
        "wrap": lambda: {str(new)[:40]: old},
        "list": lambda: [old, new],
        "move": lambda: copy.deepcopy(at_place(activity, paths[to % len(paths)])),
        "deep": lambda: functools.reduce(lambda inner, _: [inner], range(to % 90), old),
    }
    part[last if how in made or isinstance(part, list) else str(new)[:80]] = made.get(how, made["replace"])()


changes = st.lists(
    st.tuples(
        st.sampled_from([*WORDS, *WORDS, "replace", "remove", "wrap", "list", "move", "deep", "add"]),
        where,
        where,
        value,
    ),
    min_size=1,
    max_size=3,
)
cuts = st.lists(st.tuples(where, st.integers(0, 8), st.sampled_from(SNIPPETS) | st.binary(max_size=6)), max_size=3)
shown = st.sampled_from(["genuine"] * 17 + ["none", "cut", "another"])
Change = tuple[str, int, int, Any]
Cut = tuple[int, int, bytes]


@dataclass
class Fuzzer:
    """A whole bot in a loop of its own, to which one thing after another is sent; `answers` counts what it said."""

    bot: Whole
    loop: asyncio.Runner
    post: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    answers: Counter[int] = field(default_factory=Counter)
    logged: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Open a request for what follows to be about."""
        self.post = self.loop.run(self.bot.opened())
        self._journal = sqlite3.connect(f"file:{self.bot.settings.data / 'journal.sqlite'}?mode=ro", uri=True)
        self._records = self.records()
        self.token = self.bot.entra.token(service_url=self.bot.connector.service_url)

    def send(self, body: bytes, shown: str, *, packed: bool = False) -> None:
        """Send a body, and see that it did no harm."""
        before = self._records
        status, said = self.loop.run(self._send(body, shown, packed=packed))
        logged, self.logged[:] = self.logged[:], []  # for the next try, which looks for a smaller one
        self._records = self.records()
        self.answers[status] += 1
        assert status in ANSWERS, (status, body)
        assert b"Traceback" not in said, body
        assert logged == [], body
        assert status < 400 or self._records == before, body

    def end(self) -> None:
        """See that the bot is alive, and has sent all that it owed."""

        async def alive() -> int:
            await self.bot.quiet()
            return (await self.bot.post(activities.personal_message("who", **self.bot.by(ANA))))[0]

        assert self.loop.run(alive()) == 200
        self._journal.close()
        assert self.logged == []

    def records(self) -> int:
        """Count what the journal holds of events that came from outside."""
        found: int = self._journal.execute(f"select count(*) from records where {OURS}").fetchone()[0]  # noqa: S608
        return found

    async def _send(self, body: bytes, shown: str, *, packed: bool) -> tuple[int, bytes]:
        tokens = {"cut": self.token[:-9], "another": "a.b.c", "genuine": self.token}
        given = {"Authorization": f"Bearer {tokens[shown]}"} if shown in tokens else {}
        given |= {"Content-Encoding": "gzip"} if packed else {}
        async with self.bot.session.post(
            self.bot.url, data=gzip.compress(body) if packed else body, headers=given
        ) as r:
            return r.status, await r.read()


class _Errors(logging.Handler):
    """Keeps what is logged as an error, or with a traceback."""

    def __init__(self, kept: list[str]) -> None:
        super().__init__()
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self._kept.append(f"{record.getMessage()} {record.__dict__.get('stack', '')} {record.exc_info or ''}")


@contextmanager
def fuzzer() -> Iterator[Fuzzer]:
    """Run a bot to be fuzzed."""
    root = logging.getLogger()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        running = whole(Path(folder), send_limits=False)  # all are in one chat
        found = Fuzzer(loop.run(running.__aenter__()), loop)
        errors = _Errors(found.logged)
        root.addHandler(errors)
        try:
            found.begin()
            yield found
            found.end()
        finally:
            root.removeHandler(errors)
            loop.run(running.__aexit__(None, None, None))


def episode(number: int, many: int = EPISODE) -> Counter[int]:
    """Try so many changes on every kind of activity, the same for each number; give what was answered, by status.

    Raises AssertionError about the smallest that failed.
    """
    with fuzzer() as found:

        @seed(number)
        @settings(
            max_examples=many, database=None, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
        )
        @given(
            st.sampled_from([ANA, ANA, EVA, DILAN, FARID, activities.ANNA_ID]),
            changes,
            st.just([]) | st.just([]) | st.just([]) | cuts,
            shown,
            st.integers(0, 19).map(lambda roll: roll == 7),
        )
        def attempts(who: str, changed: list[Change], cut: list[Cut], shown: str, packed: bool) -> None:  # noqa: FBT001
            for activity in genuine(found.bot, found.post, who):
                for one in changed:
                    change(activity, *one)
                found.send(spoilt(activity, cut), shown, packed=packed)

        attempts()
        return found.answers


def spoilt(activity: dict[str, Any], cut: list[Cut]) -> bytes:
    """Write an activity, and cut into what is written."""
    body = bytearray(json.dumps(activity).encode())
    for at, length, new in cut:
        start = at % (len(body) + 1)
        body[start : start + length] = new
    return bytes(body)


def main() -> None:
    """Try as many as are asked for, and say what came of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack.fuzz", description=__doc__)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    answers: Counter[int] = Counter()
    say = functools.partial(print, flush=True)
    began, cpu = time.monotonic(), time.process_time()
    number = itertools.count(options.seed * 1_000_000)
    while answers.total() < options.many:
        answers += episode(next(number))
        say(f"{answers.total()} of {options.many}: {dict(sorted(answers.items()))}")
    spent = f"{time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s of CPU"
    say(f"{answers.total()} sent, seed {options.seed}, {spent}: {dict(sorted(answers.items()))}")


if __name__ == "__main__":
    main()
