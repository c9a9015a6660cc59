"""The binder: the part of templating that needs no logic, and broken templates that stop the start."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Misconfigured
from bot.teams.cards import Cards
from bot.teams.templates import BrokenTemplate, Shape, compiled
from tests.cards.exemplars import CARDS

SHAPE: Shape = {"a": str, "flag": bool, "deep": {"b": str}, "rows": [{"c": str, "on": bool}]}
GIVEN: dict[str, Any] = {
    "a": "A",
    "flag": True,
    "deep": {"b": "B"},
    "rows": [{"c": "1", "on": True}, {"c": "2", "on": False}],
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("plain", "plain"),
        (7, 7),
        ("${a}", "A"),
        ("${flag}", True),
        ("x ${a} y ${deep.b}", "x A y B"),
        ({"k": "${deep.b}", "n": None}, {"k": "B", "n": None}),
        ([{"$when": "${flag}", "k": 1}, {"$when": "${!flag}", "k": 2}], [{"k": 1}]),
        ([{"$data": "${rows}", "k": "${c}"}], [{"k": "1"}, {"k": "2"}]),
        ([0, {"$data": "${rows}", "$when": "${on}", "k": "${c}"}, "${a}"], [0, {"k": "1"}, "A"]),
        ([{"$data": "${rows}", "k": 1}], [{"k": 1}, {"k": 1}]),
    ],
)
def test_a_template_is_filled(template: object, filled: object) -> None:
    assert compiled(template, SHAPE)(GIVEN) == filled


def test_a_value_is_never_read_as_a_template() -> None:
    assert compiled("${a} ${deep.b}", SHAPE)({"a": "${deep.b}", "deep": {"b": "${a}"}}) == "${deep.b} ${a}"


@pytest.mark.parametrize(
    "template",
    [
        "${unknown}",
        "${deep.c}",
        "${a.b}",
        "${rows}",
        "x ${flag}",
        "x ${unknown}",
        "${a + 'x'}",
        "${if(flag, 1, 2)}",
        "open ${a",
        "${!flag}",
        {"$when": "${flag}", "k": 1},
        {"$data": "${rows}"},
        [{"$when": "${a}"}],
        [{"$when": True}],
        [{"$data": "${a}"}],
        [{"$data": []}],
        [{"$data": "${rows}", "k": "${a}"}],
        {"$let": 1},
        {"${a}": 1},
    ],
    ids=str,
)
def test_what_the_binder_cannot_read_is_an_error_at_the_start(template: object) -> None:
    with pytest.raises(BrokenTemplate, match=r"^\$"):
        compiled(template, SHAPE)


def test_filling_twice_leaves_the_template_as_it_was() -> None:
    fill = compiled({"list": [{"$data": "${rows}", "k": "${c}"}]}, SHAPE)
    assert fill(GIVEN) == fill(GIVEN) == {"list": [{"k": "1"}, {"k": "2"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CARDS, tmp_path / "cards"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be read"),
        ("\ufffe", "cannot be read"),
        (json.dumps({"body": [{"text": "${hedline}"}]}), r"\$\.body\[0\]\.text: \$\{hedline\} is no"),
    ],
)
def test_a_broken_card_stops_the_start_with_file_and_reason(folder: Path, text: str, reason: str) -> None:
    (folder / "request_card.json").write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"request_card.json: .*{reason}"):
        Cards(folder)


def test_a_missing_card_stops_the_start(folder: Path) -> None:
    (folder / "rota_card.json").unlink()
    with pytest.raises(Misconfigured, match=r"rota_card.json: missing; it is the card of RotaCard"):
        Cards(folder)


def test_a_card_that_belongs_to_no_view_stops_the_start(folder: Path) -> None:
    (folder / "rotor_card.json").write_text("{}")
    with pytest.raises(Misconfigured, match=r"rotor_card.json: no view has this name"):
        Cards(folder)
