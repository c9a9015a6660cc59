"""With NO_SKIPS=1, as continuous integration sets it, a test that skips itself fails: none is left out in silence.

But for those that compare with the payloads of others, which are in no checkout. Coverage counts examples of the rules
only: what hypothesis draws is drawn anew each time, and a gate that counts it passes by chance; and nothing is gated
but the rules, whose own tests have to reach all of them, so that no other test is made slow by it.
"""

import asyncio
import os
import sys
from collections.abc import Generator, Iterator

import pytest

from tests.examples import ABSENT
from tests.rig.postgres import Server, make_template, server

FOLDERS = ("alerts", "decide", "desk", "journeys", "manifest", "rota", "scrub", "solver", "support", "teams")
OF_THE_RULES = (*(f"tests/{one}/" for one in FOLDERS), "tests/faults/test_clock", "tests/health/test_concerns")
"""How the names of the tests begin that coverage counts."""


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whole bots compare by words: each would load an encoder of its own, which the search's own tests have."""
    monkeypatch.setattr("bot.bridges.load_encoder", lambda: None)
    monkeypatch.setenv("HOTSEAT_ENCODER", "off")  # for those that are processes of their own


@pytest.fixture(scope="session")
def postgres() -> Iterator[tuple[Server, str]]:
    """Run a PostgreSQL server, and name a database of it that has the journal's tables."""
    with server() as found:
        yield found, asyncio.run(make_template(found))


@pytest.fixture
def database(postgres: tuple[Server, str]) -> Iterator[str]:
    """Give the address of a new database that has the journal's tables."""
    found, template = postgres
    with found.database(template) as url:
        yield url


@pytest.fixture(autouse=True)
def no_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whole bots listen on no address of operators: several run at once on a machine."""
    monkeypatch.setenv("HOTSEAT_OPS", "off")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let coverage count the rules' tests alone, and no property's draws, which it makes three times as slow."""
    for item in items:
        is_drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_drawn or not item.nodeid.startswith(OF_THE_RULES):
            item.add_marker("uncounted")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Look away during a test that coverage does not count; pytest-cov's own mark does not in a worker of xdist's."""
    counting = sys.gettrace() if item.get_closest_marker("uncounted") else None
    if counting is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(counting)


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not os.environ.get("NO_SKIPS") or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if ABSENT in reason:
        return
    report.outcome = "failed"
    report.longrepr = f"{reason}. With NO_SKIPS a test that cannot run fails: install what it needs."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge a skipped test."""
    report = yield
    _forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge a skipped module."""
    report = yield
    _forbid(report)
    return report
