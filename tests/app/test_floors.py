"""The law of imports that import-linter, which only knows names to forbid, cannot say."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
IMPURE = {"asyncio", "http", "logging", "random", "socket", "subprocess", "threading", "time", "urllib"}
PURE = sys.stdlib_module_names - IMPURE
FLOORS = "The house's floors: arrows skip downwards, never up"
BELOW = "From the decision down there is the standard library only"


def contract(name: str) -> dict[str, Any]:
    """Return a contract of import-linter's."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (found,) = [one for one in contracts if one["name"] == name]
    return dict(found)


def modules() -> list[Path]:
    """Return the files of the rooms from the decision down."""
    places = [ROOT / name.replace(".", "/") for name in contract(BELOW)["source_modules"]]
    return [file for place in places for file in (sorted(place.rglob("*.py")) or [place.with_suffix(".py")])]


def foreign(source: str) -> Iterator[str]:
    """Yield what a module imports beside the bot and what is pure of the standard library."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                imported = [alias.name for alias in names]
            case ast.ImportFrom(module, _, level):
                imported = [module or "." if not level else "."]
            case _:
                imported = []
        yield from (name for name in imported if name.partition(".")[0] not in PURE | {"bot"})


def test_the_rooms_from_the_decision_down_are_those_on_the_floors_from_there_down() -> None:
    floors = [set(floor.split(" | ")) for floor in contract(FLOORS)["layers"]]
    (decision,) = [number for number, floor in enumerate(floors) if "decide" in floor]
    beside = {"ports", "sandbox"}  # what the desk needs of the world; a program of its own
    assert contract(BELOW)["source_modules"] == sorted(
        f"bot.{room}" for room in set().union(*floors[decision:]) - beside
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_from_the_decision_down_there_is_the_pure_standard_library_only(path: Path) -> None:
    assert list(foreign(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import numpy", ["numpy"]),
        ("import urllib.request", ["urllib.request"]),
        ("def f():\n    from time import sleep", ["time"]),
        ("from . import x", ["."]),
        ("from datetime import time\nfrom bot.people import Person\nimport collections.abc", []),
    ],
)
def test_an_import_that_must_not_be_is_found(source: str, named: list[str]) -> None:
    assert list(foreign(source)) == named
