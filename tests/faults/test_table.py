"""The fault table names tests that are there."""

import re
from functools import cache
from pathlib import Path

import pytest

TABLE = Path(__file__).with_name("README.md")
ROOT = TABLE.parents[2]
ROWS = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of a module's tests."""
    path = ROOT / file
    return frozenset(TEST.findall(path.read_text(encoding="utf-8")) if path.exists() else ())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_row_is_shown_by_tests_that_are_there(row: str) -> None:
    named = NAMED.findall(row)
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []
    assert named or "tests/attack/" in row
