"""The Teams app package: accepted by Microsoft's own schema and package, with the code's commands and nothing extra."""

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jsonschema_rs
import pytest

from bot.commands import COMMANDS, Command
from bot.errors import Misconfigured
from bot.teams import handbook
from bot.teams.chosen import COMMAND
from bot.teams.package import MANIFEST, manifest, package
from tests.node import MODULES, run

APP_ID = "3f1c9c1e-4b7a-4e0c-9d55-0a1b2c3d4e5f"
ROWS = tuple(COMMANDS.values())


def filled(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "app_id": APP_ID,
        "version": "0.1.0",
        "commands": ROWS,
        "host": "hotseat.example.com",
        "folder": MANIFEST,
    }
    return manifest(**(given | changes))


def packed(out: Path) -> Path:
    return package(
        app_id=APP_ID, version="0.1.0", commands=ROWS, host="hotseat.example.com", folder=MANIFEST, out=out / "app.zip"
    )


def schema() -> dict[str, Any]:
    folder = MODULES / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
    path = folder / f"v{filled()['manifestVersion']}" / "MicrosoftTeams.schema.json"
    if not MODULES.exists():
        pytest.skip("tests/node/node_modules is missing: run npm ci --ignore-scripts --prefix tests/node")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    return found


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_manifest_obeys_the_official_schema() -> None:
    errors = jsonschema_rs.Draft4Validator(schema()).iter_errors(filled())
    assert [error.message for error in errors] == []


def test_the_manifest_is_accepted_by_microsofts_own_package() -> None:
    assert run("validate.cjs", {"manifest": filled(), "schema": schema()}) == []


def test_microsofts_own_package_would_say_what_is_wrong() -> None:
    assert run("validate.cjs", {"manifest": filled() | {"id": "hotseat"}, "schema": schema()}) != []


def test_its_schema_is_the_newest_that_is_no_preview() -> None:
    schema()
    folder = MODULES / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
    newest = max((tuple(map(int, path.name[1:].split("."))) for path in folder.glob("v[0-9]*")), default=())
    assert filled()["manifestVersion"] == ".".join(map(str, newest))


def test_it_lists_the_commands_of_the_code_in_each_scope() -> None:
    lists = {found["scopes"][0]: found["commands"] for found in filled()["bots"][0]["commandLists"]}
    for scope in ("team", "personal"):
        rows = [{"title": row.title, "description": row.description} for row in ROWS if scope in row.scopes]
        assert lists[scope] == rows
        assert 0 < len(rows) <= 12


def test_titles_and_descriptions_fit_what_teams_shows() -> None:
    for row in ROWS:
        assert len(row.title) <= 32
        assert len(row.description) <= 128


def test_a_thirteenth_command_is_refused() -> None:
    row: Command = ROWS[0]
    with pytest.raises(Misconfigured, match="13 commands for team"):
        filled(commands=tuple(replace(row, name=f"c{number}") for number in range(13)))


def test_it_asks_for_channel_messages_and_for_nothing_else() -> None:
    asked = filled()["authorization"]["permissions"]["resourceSpecific"]
    assert asked == [{"name": "ChannelMessage.Read.Group", "type": "Application"}]
    assert filled()["bots"][0]["scopes"] == ["team", "personal"]
    assert not {"permissions", "devicePermissions", "staticTabs"} & filled().keys()


def test_it_offers_the_one_message_action_and_the_one_search_that_the_door_reads() -> None:
    (extension,) = filled()["composeExtensions"]
    action, search = extension["commands"]
    assert extension["botId"] == APP_ID
    assert (action["id"], action["type"], action["context"]) == (COMMAND, "action", ["message"])
    assert action["fetchTask"] is True
    assert (search["id"], search["type"], search["context"]) == (handbook.COMMAND, "query", ["compose", "commandBox"])
    assert search["initialRun"] is True
    (parameter,) = search["parameters"]
    assert parameter["name"] == handbook.PARAMETER
    assert max(len(one["title"]) for one in (action, search, parameter)) <= 32


def test_no_placeholder_is_left() -> None:
    assert "{{" not in json.dumps(filled())


@pytest.mark.parametrize(
    "wrong",
    [{"app_id": "hotseat"}, {"host": ""}, {"host": "a b"}, {"host": "x/y"}, {"version": "one"}],
    ids=["no guid", "no host", "host with a space", "host with a path", "no version"],
)
def test_what_teams_would_refuse_is_refused_here(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        filled(**wrong)


def test_the_package_holds_the_manifest_and_the_icons_and_nothing_else(tmp_path: Path) -> None:
    with ZipFile(packed(tmp_path)) as zipped:
        assert zipped.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(zipped.read("manifest.json")) == filled()
        assert size(zipped.read("color.png")) == (192, 192)
        assert size(zipped.read("outline.png")) == (32, 32)


def test_the_same_input_makes_the_same_bytes(tmp_path: Path) -> None:
    assert packed(tmp_path / "a").read_bytes() == packed(tmp_path / "b").read_bytes()
