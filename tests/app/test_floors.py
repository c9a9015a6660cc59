"""The law of imports that import-linter, which only knows names to forbid, cannot say."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPURE = {"asyncio", "http", "logging", "random", "socket", "subprocess", "threading", "time", "urllib"}
PURE = sys.stdlib_module_names - IMPURE
CONTRACT = "From the decision down there is the standard library only"


def modules() -> list[Path]:
    """Return the files of the rooms that the contract names."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (named,) = [contract["source_modules"] for contract in contracts if contract["name"] == CONTRACT]
    places = [ROOT / name.replace(".", "/") for name in named]
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
