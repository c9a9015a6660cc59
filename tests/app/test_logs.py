"""How lines are logged: with the ids of what is at work, and with no secret, whatever is logged."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from bot.correlation import about, current, nothing
from bot.errors import NotStored
from bot.logs import set_up, writer

SECRET = 'canary"secret\\é\n+/='


class Log:
    """A log of its own, and what stands in it."""

    def __init__(self, *, machine: bool) -> None:
        self.stream = io.StringIO()
        self.log = logging.Logger("bot.test", logging.DEBUG)  # noqa: LOG001 - nobody else's
        self.log.addHandler(writer([SECRET, "abc"], machine=machine, stream=self.stream))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def line(self) -> dict[str, Any]:
        (line,) = self.text.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture(params=[True, False], ids=["machine", "people"])
def either(request: pytest.FixtureRequest) -> Log:
    return Log(machine=request.param)


def test_a_line_carries_the_ids_of_what_is_at_work_and_its_own_come_first() -> None:
    log = Log(machine=True)
    with about(event="e|1", desk="backend", matter=""), about(matter="R-1"):
        log.log.info("sent", extra={"desk": "other"})
    assert {name: log.line.get(name) for name in ("event", "desk", "matter", "effect", "message")} == {
        "event": "e|1",
        "desk": "other",
        "matter": "R-1",
        "effect": None,
        "message": "sent",
    }
    assert current() == {}


def test_a_machine_reads_when_it_was_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    record = logging.makeLogRecord({"msg": "here", "created": 1_792_886_400.25})  # an hour that comes twice in Berlin
    handler = writer(frozenset(), machine=True, stream=stream)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    handler.emit(record)
    assert json.loads(stream.getvalue())["asctime"] == "2026-10-25T00:00:00.250Z"


async def test_ids_hold_within_a_task_and_not_in_one_that_works_for_everybody() -> None:
    async def ids() -> dict[str, str]:
        return dict(current())

    with about(desk="backend"):
        inner = asyncio.create_task(ids())
        shared = asyncio.create_task(ids(), context=nothing())
    assert (await inner, await shared) == ({"desk": "backend"}, {})


def test_people_read_a_text_with_the_ids_behind_it() -> None:
    log = Log(machine=False)
    with about(matter="R-1"):
        log.log.warning("not delivered: %s", "gone")
    assert log.text.endswith(" WARNING bot.test: not delivered: gone matter=R-1\n")


def test_a_line_that_somebody_sent_ends_no_line_and_begins_none(either: Log) -> None:
    forged = "x\r\n2026-11-23 ERROR root: forged\x1b[2K\u2028\x85"
    with about(event=forged):
        either.log.info("%s", forged, extra={"key": forged})
    assert len(either.text.splitlines()) == 1
    assert "\x1b" not in either.text


def throw(error: Exception) -> None:
    raise error


def _logged(log: logging.Logger) -> Iterator[None]:
    log.info("with %s in it", SECRET)
    yield
    log.info(f"in {SECRET}")  # noqa: G004
    yield
    log.info("beside", extra={"deep": {"er": [SECRET]}, "flat": SECRET})
    yield
    log.info("in an address: %s", quote(SECRET, safe=""))
    yield
    with about(event=SECRET):
        log.info("as an id")
    yield
    try:
        throw(OSError(SECRET))
    except OSError:
        log.exception("failed")
    yield
    try:
        try:
            throw(NotStored(SECRET))
        except NotStored as error:
            message = "after that"
            raise RuntimeError(message) from error
    except RuntimeError:
        log.exception("failed")
    yield


def test_a_secret_stands_nowhere_in_whatever_form_it_was_logged(either: Log) -> None:
    for count, _ in enumerate(_logged(either.log), 1):
        assert either.text.count("[secret]") >= count, either.text
    assert "canary" not in either.text


def test_what_is_too_short_for_a_secret_is_left_alone(either: Log) -> None:
    either.log.info("abc")
    assert "abc" in either.text


def test_without_secrets_a_line_is_as_it_was() -> None:
    stream = io.StringIO()
    log = logging.Logger("x")  # noqa: LOG001 - nobody else's
    log.addHandler(writer([], machine=False, stream=stream))
    log.warning("all of it")
    assert "all of it" in stream.getvalue()


def test_of_an_exception_the_way_is_told_and_its_words_only_where_nobody_wrote_them(either: Log) -> None:
    for failure in (KeyError("label printer down"), ValueError("label printer down"), NotStored("the disk is full")):
        try:
            throw(failure)
        except Exception:
            either.log.exception("failed")
    assert "label printer down" not in either.text
    assert "the disk is full" in either.text
    for part in ("KeyError", "test_logs.py", "raise error"):
        assert part in either.text


def test_an_exception_on_the_way_of_another_is_told_too_but_not_one_that_was_put_aside(either: Log) -> None:
    def fail(*, aside: bool) -> None:
        try:
            throw(KeyError())
        except KeyError:
            if aside:
                raise ValueError from None
            raise TypeError  # noqa: B904

    for aside in (False, True):
        try:
            fail(aside=aside)
        except Exception:
            either.log.exception("failed")
    assert either.text.count("builtins.KeyError") == 1


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root of all logs, put back afterwards."""
    root = logging.getLogger()
    names = ("bot", "hotseat")
    before, handlers = [logging.getLogger(name).level for name in names], list(root.handlers)
    level = root.level
    yield root
    root.setLevel(level)
    root.handlers[:] = handlers
    for name, old in zip(names, before, strict=True):
        logging.getLogger(name).setLevel(old)


@pytest.mark.parametrize(("level", "ours", "others"), [("DEBUG", True, False), ("ERROR", False, False)])
def test_at_debug_the_bot_tells_all_and_the_libraries_no_rows_and_bodies(
    root: logging.Logger, level: str, *, ours: bool, others: bool
) -> None:
    set_up(level, [SECRET], machine=True)
    assert logging.getLogger("bot.desk").isEnabledFor(logging.DEBUG) is ours
    assert logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO) is others
    assert logging.getLogger("aiohttp").isEnabledFor(logging.WARNING) is (level == "DEBUG")
    assert len(root.handlers) == 1
