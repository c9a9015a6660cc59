"""Anchors: those that GitHub gives."""

import json
from pathlib import Path

import pytest

from bot.handbook.anchors import Anchors
from tests.examples import EXAMPLES, needed

OWN = Path(__file__).parent / "anchors.json"
MEASURED = EXAMPLES / "github-anchors.json"


def wrong(fixtures: Path) -> list[tuple[str, str, str]]:
    """Give the headings of one page, in order, whose anchor is another."""
    anchors = Anchors()
    told = [(one, anchors.of(one["input"])) for one in json.loads(fixtures.read_text(encoding="utf-8"))]
    return [(one["name"], found, one["expected"]) for one, found in told if found != one["expected"]]


def test_headings_get_the_anchors_that_github_gives_them() -> None:
    assert wrong(OWN) == []


@needed
def test_all_that_was_measured_on_github_gets_its_anchor() -> None:
    assert len(json.loads(MEASURED.read_text(encoding="utf-8"))) == 78
    assert wrong(MEASURED) == []


@pytest.mark.parametrize("count", [20_000])
def test_a_page_of_equal_headings_takes_no_longer_for_each_than_another(count: int) -> None:
    anchors = Anchors()
    assert [anchors.of("Echo") for _ in range(count)][-1] == f"echo-{count - 1}"
