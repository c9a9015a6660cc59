"""The command line, as an operator types it: what it does, what it says, and how it ends."""

import asyncio
import csv
import errno
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
import jsonschema
import pytest
from aiohttp import web

from bot.__main__ import main
from bot.app import web_app
from bot.errors import Refused
from bot.events import Posted, Replied
from bot.folder import desks_alone
from bot.operations import OPERATIONS
from bot.people import Author
from bot.rota.iteration import iteration_of
from bot.rota.plan import Question
from bot.settings import Settings
from bot.solver.worker import GRACE
from bot.state import DeskInfo
from bot.store.closed import close
from bot.store.schema import HEAD
from tests.door.whole import ANA, BEN, EVA, PEOPLE, SHIFTS, ClockService
from tests.journeys.town import OLGA
from tests.rig.activities import CHANNEL, GROUP
from tests.rig.entra import APP_ID, TENANT
from tests.rig.ports import free_port
from tests.solver.teams import FIRST, team
from tests.store.test_migrations import run

ROOT = Path(__file__).parents[2]
ADD = ("desk", "add", "--tenant", TENANT, "--team", GROUP, "--channel", CHANNEL, "--name", "backend")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Hotseat = Callable[..., Said]


@pytest.fixture
def hotseat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Hotseat:
    """Run commands in this process, on a data folder of the test's own."""
    for name in list(os.environ):
        if name.startswith(("HOTSEAT", "Microsoft")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_DATA", str(tmp_path / "data"))

    def run(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["hotseat", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def sheets(tmp_path: Path) -> tuple[str, str]:
    people, shifts = tmp_path / "people.csv", tmp_path / "shifts.csv"
    people.write_text(PEOPLE)
    shifts.write_text(SHIFTS)
    return str(people), str(shifts)


async def child(folder: Path, *words: str, **settings: str) -> Said:
    """Run a command as a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOTSEAT", "Microsoft"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=environment | {"HOTSEAT_DATA": str(folder), "HOTSEAT_OPS": "off"} | settings,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return Said(process.returncode or 0, out.decode(), err.decode())


def test_whoever_may_not_use_the_folder_is_told_so(hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch) -> None:
    is_file = Path.is_file

    def denied(path: Path) -> bool:
        if path.name == "journal.sqlite":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "data/journal.sqlite")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", denied)
    said = hotseat("backup", "saved.zip")
    assert (said.code, said.out) == (1, "")
    assert said.err == "I may not use data/journal.sqlite. Run this as the user that runs the bot.\n"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Path]:
    """A bot that runs on a folder of the test's own."""
    folder = tmp_path / "data"
    runner = web.AppRunner(web_app(Settings(data=folder)), access_log=None)  # type: ignore[call-arg]
    await runner.setup()
    yield folder
    await runner.cleanup()


def test_a_desk_is_set_up_by_three_commands_and_exported_again(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    assert hotseat(*ADD).out.startswith("Added desk backend. Next: hotseat people import")
    assert hotseat("people", "import", sheets[0]).out == "Imported 5 people into backend (5 new).\n"
    assert hotseat("shifts", "import", sheets[1]).out == "Imported 3 shifts of 1 iteration into backend.\n"
    people, shifts = hotseat("people", "export"), hotseat("shifts", "export")
    Path(sheets[0]).write_text(people.out)
    Path(sheets[1]).write_text(shifts.out)
    assert hotseat("people", "import", sheets[0]).code == hotseat("shifts", "import", sheets[1]).code == 0
    assert (hotseat("people", "export"), hotseat("shifts", "export")) == (people, shifts)
    assert "Ana Lindqvist" in people.out


def test_one_of_anything_is_said_in_the_singular(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    people, shifts = tmp_path / "one.csv", tmp_path / "shift.csv"
    people.write_text(f"name,entra_object_id\nAna,{ANA}\n")
    shifts.write_text("iteration,name,role\n2026-11-18,Ana,SUPPORT\n")
    assert hotseat("people", "import", str(people)).out == "Imported 1 person into backend (1 new).\n"
    assert hotseat("shifts", "import", str(shifts)).out == "Imported 1 shift of 1 iteration into backend.\n"


def _object(**properties: object) -> dict[str, object]:
    known = {"said": {"type": "string", "minLength": 1}, **properties}
    return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}


def _all(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


def _of(values: object) -> dict[str, object]:
    return {"type": "object", "additionalProperties": values}


TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
PLACE = {"desk": TEXT, "tenant": TEXT, "team": TEXT, "channel": TEXT, "team_channel": TEXT}
DESK = {"type": "object", "properties": PLACE | {"people": COUNT, "requests": COUNT}, "additionalProperties": False}
ROW = {"type": "object", "additionalProperties": TEXT, "required": ["name"]}
IDS, NUMBER, YES = _list(TEXT), {"type": "number", "minimum": 0}, {"type": "boolean"}
DAYS = _of(_list({"enum": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}))
SERVING = {"support": IDS, "fallback": DAYS, "gaps": IDS}
REMEDY = _all(cure=TEXT, person=TEXT, support=IDS)
CONFLICT = {"anyOf": [{"type": "null"}, _all(rules=IDS, remedies=_list(REMEDY), nearest=IDS)]}
GOALS = ("turn", "coverage", "rest", "fairness", "fallback_days", "fallback_people", "mixing", "change")
SCORE = _all(**dict.fromkeys(GOALS, NUMBER), exact=TEXT)
TEAM_OF = _all(**SERVING, score=SCORE, short=TEXT)
PICK = _all(
    iteration=TEXT,
    looked_at=COUNT,
    teams=_list(TEAM_OF),
    people_not_possible=_of(COUNT),
    pairs_not_possible=_of(COUNT),
    observers=IDS,
    conflict=CONFLICT,
)
ROTA = _object(
    desk=TEXT,
    people=_of(TEXT),
    weeks=_list(_all(iteration=TEXT, taken=YES, observers=IDS, conflict=CONFLICT, **SERVING)),
    pick={"anyOf": [{"type": "null"}, PICK]},
    score={"anyOf": [{"type": "null"}, _of(NUMBER)]},
    bounds=_list(_all(aim=TEXT, reached=NUMBER, at_least=NUMBER, proved=YES)),
    proved=YES,
)
SHA_256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BACKED_UP = {
    "made_at": TEXT,
    "hotseat": TEXT,
    "schema": TEXT,
    "tables": _of(COUNT),
    "files": _of(_all(size=COUNT, sha256=SHA_256)),
}
SCHEMAS: dict[str, dict[str, object]] = {
    "desk add": _object(**PLACE),
    "desk list": _object(desks={"type": "array", "items": DESK | {"required": list(DESK["properties"])}}),  # type: ignore[call-overload]
    "desk remove": _object(desk=TEXT, kept=TEXT),
    "people import": _object(desk=TEXT, people=COUNT, new=COUNT),
    "people erase": _object(desk=TEXT, erased={"type": "boolean"}, person={"type": "boolean"}),
    "people export": _object(desk=TEXT, rows={"type": "array", "items": ROW}),
    "absences import": _object(desk=TEXT, absences=COUNT),
    "shifts import": _object(desk=TEXT, shifts=COUNT, iterations=COUNT),
    "shifts export": _object(desk=TEXT, rows={"type": "array", "items": ROW}),
    "common import": _object(desk=TEXT, commons=COUNT, new=COUNT, changed=COUNT, masked=COUNT),
    "common export": _object(desk=TEXT, rows={"type": "array", "items": _of(TEXT)}),
    "manifest": _object(package=TEXT),
    "backup": _object(file=TEXT, bytes=COUNT, **BACKED_UP),
    "restore": _object(folder=TEXT, kept=TEXT, **BACKED_UP),
    "migrate": _object(
        folder=TEXT,
        database=TEXT,
        already=YES,
        tables=_of(_all(rows=COUNT, checksum={"type": "string", "minLength": 64})),
    ),
    "check": _object(
        findings=_list(
            _all(
                level={"enum": ["ok", "warning", "failed"]},
                check=TEXT,
                said={"type": "string", "minLength": 1},
                remedy=TEXT,
            )
        ),
        failed=COUNT,
    ),
    "rota": ROTA,
    "report": _object(
        desk=TEXT,
        iteration=TEXT,
        as_of=TEXT,
        over=YES,
        figures=_list(_all(section=TEXT, key=TEXT, value=TEXT, unit=TEXT)),
        shifts=_list(_all(name=TEXT, role={"enum": ["SUPPORT", "FALLBACK", "OBSERVER"]}, days=_list(TEXT))),
    ),
}


def test_machines_are_answered_in_json_by_the_schema_of_each_command(
    hotseat: Hotseat, sheets: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*words: str) -> dict[str, Any]:
        ended = hotseat(*words, "--json")
        assert (ended.code, ended.err) == (0, "")
        found: dict[str, Any] = json.loads(ended.out)
        name = words[0] if words[0] in SCHEMAS else " ".join(words[:2])
        jsonschema.validate(found, SCHEMAS[name])
        return found

    assert answer("desk", "list")["desks"] == []
    assert answer(*ADD)["channel"] == CHANNEL
    assert answer("people", "import", sheets[0])["people"] == 5
    assert answer("shifts", "import", sheets[1])["iterations"] == 1
    assert answer("people", "export")["rows"][0]["name"] == "Ana Lindqvist"
    assert answer("shifts", "export")["rows"][0]["role"] == "SUPPORT"
    planned = answer("rota", "--weeks", "3")
    assert all(week["support"] for week in planned["weeks"])
    assert {pair for team in planned["pick"]["teams"] for pair in team["support"]} <= planned["people"].keys()
    assert {"requests", "alerts"} <= {row["section"] for row in answer("report")["figures"]}
    erased = {"desk": "backend", "erased": True, "person": True}
    assert erased.items() <= answer("people", "erase", "Eva Novak").items()
    assert answer("people", "import", sheets[0])["new"] == 1
    assert [(desk["desk"], desk["people"], desk["requests"]) for desk in answer("desk", "list")["desks"]] == [
        ("backend", 5, 0)
    ]
    assert Path(answer("desk", "remove", "backend")["kept"]).is_file()
    for name, value in {"Id": APP_ID, "TenantId": TENANT, "Password": "x"}.items():
        monkeypatch.setenv(f"MicrosoftApp{name}", value)
    monkeypatch.setenv("HOTSEAT_PUBLIC_URL", "https://bot.example.com")
    assert answer("manifest")["package"] == "hotseat.zip"
    saved = answer("backup", "saved.zip")
    assert (saved["file"], saved["bytes"]) == ("saved.zip", Path("saved.zip").stat().st_size)
    restored = answer("restore", "saved.zip")
    assert (restored["tables"], restored["files"]) == (saved["tables"], saved["files"])
    assert Path(restored["kept"]).is_dir()


def test_a_package_that_cannot_be_written_is_said(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {"Id": APP_ID, "TenantId": TENANT, "Password": "x"}.items():
        monkeypatch.setenv(f"MicrosoftApp{name}", value)
    monkeypatch.setenv("HOTSEAT_PUBLIC_URL", "https://bot.example.com")
    ended = hotseat("manifest", "--out", str(tmp_path))
    assert ended.code == 1
    assert ended.err.startswith(f"--out: {tmp_path} cannot be written")


def test_every_operation_and_its_answer_are_known_to_this_test() -> None:
    assert set(SCHEMAS) == {*OPERATIONS, "manifest", "backup", "restore", "migrate", "check"}


COMMONS = """title;answer;phrases;times;last
Label printer is down;Feed it.;no labels;7;2026-01-20
Tour is missing;Ask Ben Okafor.;"tour, gone
where is my tour";;
"""


def test_common_requests_are_imported_and_exported_again(hotseat: Hotseat, tmp_path: Path) -> None:
    people, sheet = tmp_path / "people.csv", tmp_path / "commons.csv"
    hotseat(*ADD)
    people.write_text("name\nBen Okafor\n")
    hotseat("people", "import", str(people))
    sheet.write_text(COMMONS)
    told = hotseat("common", "import", str(sheet))
    assert told.out == (
        "Imported 2 common requests into backend (2 new, 0 changed). "
        "Names or personal data were masked in 1 of them; look at these with: common.\n"
    )
    out = hotseat("common", "export")
    assert out.out == (
        "title,answer,link,phrases,times,last\n"
        "Label printer is down,Feed it.,,no labels,7,2026-01-20T12:00:00+00:00\n"
        'Tour is missing,Ask [name].,,"tour, gone\nwhere is my tour",,\n'
    )
    sheet.write_text(out.out)
    again = hotseat("common", "import", str(sheet), "--json")
    jsonschema.validate(json.loads(again.out), SCHEMAS["common import"])
    assert again.out.startswith('{"said": "Imported 2 common requests into backend (0 new, 0 changed)."')
    assert hotseat("common", "export") == out
    rows = json.loads(hotseat("common", "export", "--json").out)
    jsonschema.validate(rows, SCHEMAS["common export"])
    assert rows["rows"][0]["times"] == "7"
    sheet.write_text("title,answer\nTour is missing,Reload it.\n")
    assert "(0 new, 1 changed)" in hotseat("common", "import", str(sheet)).out


def test_what_is_wrong_with_a_sheet_of_common_requests_is_said_by_line(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "commons.csv"
    sheet.write_text("title,link\nFax,fax://x\n")
    wrong = hotseat("common", "import", str(sheet))
    assert wrong.code == 1
    assert wrong.err.splitlines() == [
        "The sheet of common requests was not taken:",
        "line 2: The address must begin with https://, with at most 1000 characters.",
        "Nothing was changed. Mend these and import the sheet again.",
    ]


async def test_common_requests_are_imported_while_the_bot_runs(running: Path, tmp_path: Path) -> None:
    await child(running, *ADD)
    sheet = tmp_path / "commons.csv"
    sheet.write_text(COMMONS)
    told = await child(running, "common", "import", str(sheet))
    assert (told.code, told.out[:35]) == (0, "Imported 2 common requests into bac")
    assert "Ask Ben Okafor." in (await child(running, "common", "export")).out


def test_absences_are_imported_from_somebodys_calendar(
    hotseat: Hotseat, sheets: tuple[str, str], tmp_path: Path
) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\n"
    body = event.format(day=f"{datetime.now(UTC).date() + timedelta(days=20):%Y%m%d}")
    file = tmp_path / "eva.ics"
    frame = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"
    file.write_text(frame.format(body=body), newline="")
    said = hotseat("absences", "import", str(file), "--who", EVA, "--json")
    jsonschema.validate(json.loads(said.out), SCHEMAS["absences import"])
    assert json.loads(said.out)["absences"] == 1
    file.write_text(frame.format(body=""), newline="")
    assert hotseat("absences", "import", str(file), "--who", EVA).out.startswith("Imported 0 absences of")
    wrong = hotseat("absences", "import", str(file), "--who", "Zoe")
    assert wrong.code == 1
    assert '--who: nobody is called "Zoe"' in wrong.err


LINK = f"https://teams.microsoft.com/l/channel/{quote(CHANNEL, safe='')}/backend?groupId={GROUP}&tenantId={TENANT}"


def test_the_link_to_a_channel_says_all_that_is_to_be_known_of_it(hotseat: Hotseat) -> None:
    team = f"https://teams.cloud.microsoft/l/channel/{quote('19:team@thread.skype', safe='')}/Team"
    added = json.loads(
        hotseat("desk", "add", "--channel", LINK, "--team-channel", team, "--name", "backend", "--json").out
    )
    del added["said"]
    assert added == {
        "desk": "backend",
        "tenant": TENANT,
        "team": GROUP,
        "channel": CHANNEL,
        "team_channel": "19:team@thread.skype",
    }


TEAM_LINK = LINK.replace("backend", "team")
OTHER_TENANT = TEAM_LINK.replace(TENANT, APP_ID)
ID = ("--channel", CHANNEL)
TEAM, HOME = ("--team", GROUP), ("--tenant", TENANT)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--channel", "banana", *TEAM, *HOME), '--channel: "banana" is no channel, 19:…@thread.tacv2; give the link'),
        (("--channel", "", *TEAM, *HOME), '--channel: "" is no channel'),
        (("--channel", "19:chat@thread.v2", *TEAM, *HOME), "--channel:"),
        (("--channel", f"{CHANNEL};messageid=1", *TEAM, *HOME), "--channel:"),
        (("--channel", LINK.replace("/channel/", "/message/")), "--channel: that is no link to a channel"),
        (("--channel", LINK.replace("https", "ftp")), "--channel: that is no link to a channel"),
        (("--channel", "https://[/l/channel"), "--channel: that is no link to a channel"),
        ((*ID, *TEAM, *HOME, "--team-channel", "team"), '--team-channel: "team" is no channel'),
        ((*ID, *HOME), "--team: give the whole link to the channel as --channel"),
        ((*ID, *TEAM), "--tenant: give the whole link to the channel as --channel"),
        ((*ID, "--team", "19:x@thread.tacv2", *HOME), '--team: "19:x@thread.tacv2" is a thread; the groupId from the'),
        ((*ID, "--team", "backend", *HOME), '--team: "backend" is no id such as'),
        ((*ID, *TEAM, "--tenant", "example.com"), '--tenant: "example.com" is no id such as'),
        (("--channel", LINK, "--team", TENANT), f"--team: the link says {GROUP}; leave --team out"),
        (("--channel", LINK.split("&", maxsplit=1)[0]), "--tenant: give the whole link"),
        ((*ID, *TEAM, *HOME, "--team-channel", OTHER_TENANT), f"--team-channel: its link says tenantId {APP_ID}, but"),
    ],
)
def test_a_place_that_cannot_be_one_is_refused_before_anything_is_stored(
    hotseat: Hotseat, options: tuple[str, ...], said: str
) -> None:
    ended = hotseat("desk", "add", *options, "--name", "backend")
    assert ended.code == 1
    assert ended.err.startswith(said)
    assert "There is no desk yet." in hotseat("desk", "list").out


@pytest.mark.parametrize(("tenants", "named"), [("", TENANT), (f"{APP_ID} {GROUP}", f"{APP_ID}, {GROUP}")])
def test_a_channel_whose_tenant_is_not_let_in_is_no_desk(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch, tenants: str, named: str
) -> None:
    for name, value in {"Id": APP_ID, "TenantId": TENANT.upper(), "Password": "x"}.items():
        monkeypatch.setenv(f"MicrosoftApp{name}", value)
    monkeypatch.setenv("HOTSEAT_TENANTS", tenants)
    stranger = "33333333-3333-4333-8333-333333333333"
    ended = hotseat("desk", "add", "--channel", CHANNEL, "--team", GROUP, "--tenant", stranger, "--name", "backend")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"Nothing from tenant {stranger} is let in, but from {named}. Take the right")
    monkeypatch.setenv("HOTSEAT_TENANTS", f"{stranger} {TENANT}")
    assert hotseat(*ADD[:3], stranger, *ADD[4:]).code == 0
    assert hotseat(*ADD[:6], "--channel", "19:other@thread.tacv2", "--name", "other").code == 0


def test_all_that_is_wrong_with_a_place_is_said_at_once(hotseat: Hotseat) -> None:
    ended = hotseat("desk", "add", "--channel", "a", "--team", "b", "--tenant", "c", "--name", "backend")
    assert [line.partition(":")[0] for line in ended.err.splitlines()] == [
        "--channel",
        "--team",
        "--tenant",
        "No desk was added.",
    ]
    ended = hotseat("desk", "add", "--channel", "a", "--name", "backend")
    assert len(ended.err.splitlines()) == 2, "the link will say the rest"


def test_a_wrong_desk_is_removed_and_its_rota_kept_aside(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    said = hotseat("desk", "remove", "backend").out
    assert said.startswith("Removed desk backend. Its rota is kept for 30 days, in ")
    assert "Ana Lindqvist" in Path(said.split()[-1].rstrip(".")).read_text()
    assert "There is no desk yet." in hotseat("desk", "list").out
    assert hotseat(*ADD).code == 0
    assert hotseat("people", "export").out.count("\n") == 1
    assert "is no name for a desk" in hotseat("desk", "remove", "").err
    assert "There is no desk other. There is: backend." in hotseat("desk", "remove", "other").err


THURSDAY = iteration_of(datetime.now(UTC).date() - timedelta(14)) + timedelta(1)
"""A day of an iteration that is over whenever this runs."""


async def _ask(folder: Path, posts: int = 6) -> None:
    """Let people ask in an iteration that is over."""
    async with desks_alone(Settings(data=folder)) as desks:  # type: ignore[call-arg]
        for number in range(1, posts + 1):
            at = datetime.combine(THURSDAY, time(12, number), UTC)
            place, asker = f"{CHANNEL};messageid={number}", Author(f"asker-{number}", "Somebody")
            posted = Posted(key=f"k{number}", happened_at=at, place=place, author=asker, text="=1+1 is broken")
            await desks.one("backend").handle(posted)
            reply = Replied(
                key=f"r{number}", happened_at=at + timedelta(seconds=40), place=place, author=Author(ANA, "Ana"),
                text="looking into it", reply=f"{number}1",
            )  # fmt: skip
            await desks.one("backend").handle(reply)


def _team_of(folder: Path, *names: str) -> str:
    sheet = folder / "team.csv"
    rows = [f"{iteration_of(THURSDAY)},{name},SUPPORT" for name in names]
    sheet.write_text("\n".join(["iteration,name,role", *rows, ""]))
    return str(sheet)


def test_a_week_is_reported_in_words_and_as_a_sheet_with_a_row_for_each_figure(
    hotseat: Hotseat, sheets: tuple[str, str], tmp_path: Path
) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    assert hotseat("shifts", "import", _team_of(tmp_path, "Ana Lindqvist", "Ben Okafor")).code == 0
    asyncio.run(_ask(tmp_path / "data"))
    said = hotseat("report", "--week", str(THURSDAY))
    assert (said.code, said.err) == (0, "")
    assert "6 requests; 100 % had an answer within 5 minutes; half within 40 s, 95 % within 40 s." in said.out
    assert "Support: Ana Lindqvist and Ben Okafor." in said.out
    sheet = hotseat("report", "--week", str(THURSDAY), "--csv", "-")
    rows = list(csv.DictReader(sheet.out.splitlines()))
    assert {"section": "requests", "key": "p50", "value": "40", "unit": "support seconds"} in rows
    hour = datetime.combine(THURSDAY, time(12), UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert [row["key"] for row in rows if row["section"] == "requests by hour"] == [f"{hour:%Y-%m-%d %H}:00"]
    assert [row["key"] for row in rows if row["section"] == "shift SUPPORT"] == ["Ana Lindqvist", "Ben Okafor"]
    file = tmp_path / "week.csv"
    written = hotseat("report", "--week", str(THURSDAY), "--csv", str(file), "--json")
    assert file.read_text() == sheet.out
    facts = json.loads(written.out)
    assert (facts["said"], facts.pop("file")) == (f"Wrote {file}.", str(file))
    jsonschema.validate(facts, SCHEMAS["report"])
    assert (facts["iteration"], facts["over"]) == (str(iteration_of(THURSDAY)), True)
    assert "asker" not in sheet.out + said.out + written.out
    assert "1+1" not in sheet.out + said.out + written.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--week", "yesterday"), 1, "There is no day yesterday. Any date of an iteration will do, such as 20"),
        (("--week", "2999-01-01"), 1, "That iteration begins on"),
        (("--week", "0001-01-01"), 1, "I was not here then"),
        (("--csv", "-", "--json"), 2, "both write to standard output"),
        (("--csv", "no/such/folder/week.csv"), 1, "--csv: no/such/folder/week.csv cannot be written"),
        (("--desk", "other"), 1, "There is no desk other"),
    ],
)
def test_what_cannot_be_reported_is_said(hotseat: Hotseat, words: tuple[str, ...], code: int, said: str) -> None:
    hotseat(*ADD)
    ended = hotseat("report", *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


async def test_the_bot_that_runs_reports_what_it_has(running: Path) -> None:
    assert (await child(running, *ADD)).code == 0
    ended = await child(running, "report", "--week", "last", "--json")
    assert (ended.code, ended.err) == (0, "")
    jsonschema.validate(json.loads(ended.out), SCHEMAS["report"])
    assert "No requests.\nNo alerts." in json.loads(ended.out)["said"]


def test_a_desk_that_had_a_request_is_not_removed(hotseat: Hotseat, tmp_path: Path) -> None:
    async def ask() -> None:
        async with desks_alone(Settings(data=tmp_path / "data")) as desks:  # type: ignore[call-arg]
            now = datetime(2026, 11, 23, 9, tzinfo=UTC)
            post = Posted(key="k", happened_at=now, place=f"{CHANNEL};messageid=1", author=OLGA, text="printer down")
            await desks.one("backend").handle(post)

    hotseat(*ADD)
    asyncio.run(ask())
    ended = hotseat("desk", "remove", "backend")
    assert (ended.code, ended.out) == (1, "")
    assert "has had requests" in ended.err
    table = [line.split() for line in hotseat("desk", "list").out.splitlines()]
    assert table == [
        ["DESK", "CHANNEL", "TEAM", "CHANNEL", "PEOPLE", "REQUESTS"],
        ["backend", CHANNEL, "-", "0", "1"],
    ]


def test_a_sheet_that_is_not_clear_about_who_is_meant_is_refused_with_its_lines(
    hotseat: Hotseat, sheets: tuple[str, str], tmp_path: Path
) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    before = hotseat("people", "export")
    sheet = tmp_path / "twice.csv"
    sheet.write_text(f"name,entra_object_id\nAna Lindqvist,\nAna L.,{ANA}\n")
    ended = hotseat("people", "import", str(sheet))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines() == [
        "The sheet of people was not taken:",
        "line 3, name: line 2 means the same person; leave one out, or give each their own Entra id or e-mail",
        "Nothing was changed. Mend these and import the sheet again.",
    ]
    assert hotseat("people", "export") == before


def test_namesakes_and_people_without_an_entra_id_are_told_after_an_import(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "kims.csv"
    sheet.write_text(f"name,entra_object_id\nKim,{ANA}\nkim,{BEN}\nLou,\n")
    assert hotseat("people", "import", str(sheet)).out == (
        "Imported 3 people into backend (3 new). Without an Entra id I can neither recognise nor reach: Lou. "
        "Several people are called Kim, kim: in shifts name them by e-mail or Entra id.\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("people", "import", "people.csv"), 1, "hotseat desk add"),
        (("people", "export"), 1, "hotseat desk add"),
        (("people", "import", "nowhere.csv"), 2, "nowhere.csv"),
        (("desk", "add"), 2, "--channel"),
        (("desk", "remove"), 2, "NAME"),
        (("desk", "remove", "backend"), 1, "There is no desk yet."),
        ((*ADD[:-1], "../../etc"), 1, "is no name for a desk"),
        (("dance",), 2, "No such command 'dance'"),
        (("manifest",), 1, "MicrosoftAppId: set it"),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(
    hotseat: Hotseat, sheets: tuple[str, str], words: tuple[str, ...], code: int, said: str
) -> None:
    ended = hotseat(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_a_desk_or_a_channel_is_not_taken_twice(hotseat: Hotseat) -> None:
    hotseat(*ADD)
    assert "There is a desk backend already." in hotseat(*ADD).err
    assert "The channel is desk backend's." in hotseat(*ADD[:-1], "other").err


def test_where_there_are_several_desks_one_is_to_be_named(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    hotseat(*ADD)
    hotseat(*ADD[:6], "--channel", "19:other@thread.tacv2", "--name", "other")
    assert "Say --desk with one of: backend, other." in hotseat("people", "import", sheets[0]).err
    assert hotseat("people", "import", sheets[0], "--desk", "other").code == 0
    assert "There is no desk third." in hotseat("people", "import", sheets[0], "--desk", "third").err


def test_a_sheet_with_mistakes_changes_nothing_and_names_each(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "bad.csv"
    sheet.write_text("name,production_access\nAna,perhaps\n,yes\n")
    ended = hotseat("people", "import", str(sheet))
    assert ended.code == 1
    assert "perhaps" in ended.err
    assert "Nothing was changed." in ended.err
    assert "Ana" not in hotseat("people", "export").out


def test_a_sheet_that_is_not_utf_8_is_refused_with_the_remedy(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "excel.csv"
    sheet.write_bytes("name\nJürgen\n".encode("cp1252"))
    ended = hotseat("people", "import", str(sheet))
    assert ended.code == 1
    assert "UTF-8" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serve",),
        ("manifest",),
        ("desk",),
        ("desk", "add"),
        ("desk", "list"),
        ("desk", "remove"),
        ("people",),
        ("people", "import"),
        ("people", "export"),
        ("people", "erase"),
        ("shifts",),
        ("shifts", "import"),
        ("shifts", "export"),
        ("rota",),
        ("backup",),
        ("restore",),
        ("check",),
        ("migrate",),
    ],
)
def test_every_command_explains_itself(hotseat: Hotseat, words: tuple[str, ...]) -> None:
    ended = hotseat(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: ")


def weeks_of_two(tmp_path: Path) -> str:
    sheet = tmp_path / "taken.csv"
    now = datetime.now(UTC).date()
    first = now - timedelta(days=(now.weekday() - 2) % 7)
    names = ("Ana Lindqvist", "Ben Okafor")
    rows = [f"{first + timedelta(weeks=week)},{name},SUPPORT" for week in range(-1, 3) for name in names]
    sheet.write_text("\n".join(["iteration,name,role", *rows]))
    return str(sheet)


def test_the_rota_is_planned_and_explained(hotseat: Hotseat, sheets: tuple[str, str]) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    plainly = hotseat("rota", "--weeks", "3")
    assert (plainly.code, plainly.err) == (0, "")
    lines = plainly.out.splitlines()
    assert len(lines) == 4
    assert all(", forecast: " in line for line in lines[:3])
    assert lines[3].startswith("Forecast: proved best in every goal.")
    pick, weeks, goals = hotseat("rota", "--weeks", "3", "--explain").out.strip().split("\n\n")
    assert pick.splitlines()[1].startswith("1. ")
    assert "The best of 7 possible teams, of 10 pairs." in pick
    assert weeks.splitlines() == lines[:3]
    assert goals.splitlines()[4] == "fairness: 1, proved"


def test_taken_weeks_are_shown_as_they_are(hotseat: Hotseat, sheets: tuple[str, str], tmp_path: Path) -> None:
    hotseat(*ADD)
    hotseat("people", "import", sheets[0])
    hotseat("shifts", "import", weeks_of_two(tmp_path))
    lines = hotseat("rota", "--weeks", "2", "--explain").out.splitlines()
    assert [line.partition(", ")[2] for line in lines[:2]] == ["taken: Ana Lindqvist and Ben Okafor"] * 2
    assert lines[2:] == ["Every week has a team; nothing is left to plan."]


def test_where_nobody_can_serve_the_rota_says_why(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    sheet = tmp_path / "people.csv"
    sheet.write_text("name,production_access\nAna,no\nBen,no\n")
    hotseat("people", "import", str(sheet))
    explained = hotseat("rota", "--weeks", "1", "--explain").out
    assert "No pair satisfies this together: one of the two has production access" in explained
    assert "production access for Ana or production access for Ben" in explained
    assert ", forecast: no team satisfies the rules. No pair satisfies this together" in explained


@pytest.mark.parametrize("weeks", ["0", "53", "many"])
def test_no_more_weeks_than_a_year_are_planned(hotseat: Hotseat, weeks: str) -> None:
    ended = hotseat("rota", "--weeks", weeks)
    assert (ended.code, ended.out) == (2, "")


async def test_the_rota_is_planned_by_the_bot_that_runs(running: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(PEOPLE)
    assert (await child(running, *ADD)).code == 0
    assert (await child(running, "people", "import", str(sheet))).code == 0
    ended = await child(running, "rota", "--weeks", "2", "--json")
    assert (ended.code, ended.err) == (0, "")
    jsonschema.validate(json.loads(ended.out), SCHEMAS["rota"])


def test_a_setting_that_is_wrong_ends_a_command_with_its_name(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "many")
    ended = hotseat("serve")
    assert ended.code == 1
    assert ended.err.startswith("PORT: ")


BY_ID = " Whoever only typed commands is known by the Entra id alone."


async def test_somebody_is_erased_from_every_file_of_the_folder(running: Path, tmp_path: Path) -> None:
    people, shifts = tmp_path / "people.csv", tmp_path / "shifts.csv"
    people.write_text(PEOPLE)
    shifts.write_text(f"{SHIFTS}2020-01-01,Eva Novak,SUPPORT,\n")
    for words in (ADD, ("people", "import", str(people)), ("shifts", "import", str(shifts))):
        assert (await child(running, *words)).code == 0
    done = await child(running, "people", "erase", EVA)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Eva Novak is now a former colleague in the people, shifts, absences, requests and the")
    again = await child(running, "people", "erase", "Eva Novak")
    assert (again.code, again.out) == (1, "")
    assert again.err == f"Nothing is held of Eva Novak in backend, and nothing was erased.{BY_ID}\n"
    exported = await child(running, "shifts", "export")
    assert "2020-01-01,former colleague,SUPPORT" in exported.out
    async with asyncio.timeout(5):
        while "Eva Novak" in (running / "rota" / "backend.json").read_text():
            await asyncio.sleep(0.02)
    kept = {path: path.read_bytes() for path in running.rglob("*") if path.is_file()}
    assert {path.name for path in kept} >= {"backend.json", "journal.sqlite", "journal.sqlite-wal"}
    assert [path for path, words in kept.items() if b"Eva Novak" in words or EVA.encode() in words] == []
    shifts.write_text(exported.out)
    assert (await child(running, "shifts", "import", str(shifts))).code == 0


def test_whoever_waits_for_an_answer_is_not_erased(hotseat: Hotseat, tmp_path: Path) -> None:
    async def ask() -> None:
        async with desks_alone(Settings(data=tmp_path / "data")) as desks:  # type: ignore[call-arg]
            now = datetime(2026, 11, 23, 9, tzinfo=UTC)
            post = Posted(key="k", happened_at=now, place=f"{CHANNEL};messageid=1", author=OLGA, text="printer down")
            await desks.one("backend").handle(post)

    hotseat(*ADD)
    asyncio.run(ask())
    ended = hotseat("people", "erase", OLGA.name)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Olga Brandt still waits for an answer to R-1; close that first.\n"


async def test_while_a_bot_runs_commands_act_through_it_at_once(running: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(PEOPLE)
    socket = running / "control.sock"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert (await child(running, *ADD)).code == 0
    assert (await child(running, "people", "import", str(sheet))).out == "Imported 5 people into backend (5 new).\n"
    assert "Ana Lindqvist" in (await child(running, "people", "export")).out
    other = await child(running, *ADD[:6], "--channel", "19:other@thread.tacv2", "--name", "other")
    assert other.code == 0
    assert (await child(running, "desk", "remove", "other")).out.startswith("Removed desk other.")
    assert "other" not in (await child(running, "desk", "list")).out
    refused = await child(running, *ADD)
    assert (refused.code, refused.err) == (1, "There is a desk backend already.\n")
    async with asyncio.timeout(5):
        while "Ana Lindqvist" not in (running / "rota" / "backend.json").read_text():
            await asyncio.sleep(0.02)


async def test_a_bot_that_cannot_do_it_is_no_traceback(running: Path) -> None:
    connector = aiohttp.UnixConnector(path=str(running / "control.sock"))
    async with aiohttp.ClientSession(connector=connector) as session:
        for body in (b"{}", b"[]", b"not json", b'{"operation": "dance", "arguments": {}}'):
            async with session.post("http://hotseat/operation", data=body) as answer:
                assert answer.status == 400
                assert (await answer.json())["error"]


async def test_a_second_bot_on_the_same_folder_is_refused_and_says_who_has_it(running: Path) -> None:
    ended = await child(running, "serve", PORT=str(free_port()))
    assert ended.code == 1
    assert f"in use by hotseat serve (process {os.getpid()})" in ended.err
    assert "Traceback" not in ended.err


async def test_a_name_that_is_no_setting_is_told_by_the_bot_when_it_starts_and_by_no_other_command(
    running: Path,
) -> None:
    misspelt = {"HOTSEAT_DTAA": "elsewhere"}
    said = "HOTSEAT_DTAA is no setting, and is not used; the nearest is HOTSEAT_DATA."
    assert said in (await child(running, "serve", PORT=str(free_port()), **misspelt)).err
    assert (await child(running, "desk", "list", **misspelt)).err == ""


async def test_a_port_that_is_taken_ends_the_start_in_words(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        ended = await child(tmp_path, "serve", PORT=str(port))
    assert ended.code == 1
    assert f"PORT: 127.0.0.1:{port}" in ended.err
    assert "Traceback" not in ended.err


async def test_a_folder_that_can_hold_no_socket_ends_the_start_in_words_and_takes_commands(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    assert (await child(folder, *ADD)).code == 0
    ended = await child(folder, "serve", PORT=str(free_port()))
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith(f"HOTSEAT_DATA: no socket can be made in {folder} (AF_UNIX path too")
    assert "Traceback" not in ended.err


async def test_a_command_without_a_bot_lives_by_the_clock_that_the_bot_would_follow(tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(PEOPLE)
    async with ClockService() as service:
        clock = {"HOTSEAT_CLOCK": f"{service.url}/clock"}
        assert (await child(tmp_path, *ADD, **clock)).code == 0
        assert (await child(tmp_path, "people", "import", str(sheet), **clock)).code == 0
    with sqlite3.connect(tmp_path / "journal.sqlite") as journal:
        times = {time for row in journal.execute("SELECT happened_at, recorded_at FROM records") for time in row}
    minutes = {datetime.fromisoformat(one).replace(second=0, microsecond=0) for one in times}
    assert minutes == {service.now.replace(second=0)}


@pytest.mark.parametrize("words", [("serve",), ADD])
async def test_where_the_clock_to_follow_is_silent_nothing_is_decided_by_another(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    ended = await child(tmp_path, *words, PORT=str(free_port()), HOTSEAT_CLOCK=f"http://127.0.0.1:{free_port()}/")
    assert (ended.code, ended.out) == (1, "")
    assert "HOTSEAT_CLOCK: no time is answered there" in ended.err
    assert "Traceback" not in ended.err


async def test_a_host_that_does_not_exist_ends_the_start_in_words(tmp_path: Path) -> None:
    identity = {"MicrosoftAppId": APP_ID, "MicrosoftAppTenantId": TENANT, "MicrosoftAppPassword": "x"}
    ended = await child(tmp_path, "serve", HOST="nowhere.invalid", PORT=str(free_port()), **identity)
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("HOST: nowhere.invalid is no address of this machine")


class WithoutTime:
    """Desks of which one leaves a forecast no time."""

    info = DeskInfo("backend", "tenant", "team", "channel", "")

    def one(self, _: str) -> "WithoutTime":
        return self

    async def question(self, weeks: int) -> Question:
        rota, hours = team(2, 6, weeks)
        return Question(rota, hours, FIRST, weeks, seconds=-GRACE)


async def test_a_forecast_that_comes_to_no_end_is_refused_in_words() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with pytest.raises(Refused, match=r"There is no forecast\. It took more than 0 seconds and was ended\."):
        await OPERATIONS["rota"](WithoutTime(), {"weeks": "4"}, now)  # type: ignore[arg-type]


async def test_a_backup_is_made_while_the_bot_runs_and_is_restored_only_when_it_does_not(
    running: Path, tmp_path: Path
) -> None:
    assert (await child(running, *ADD)).code == 0
    said = await child(running, "backup", str(tmp_path))
    (file,) = tmp_path.glob("hotseat-*.zip")
    assert said.out.startswith(f"Wrote {file}: 1 desk, 0 requests, 0 alerts, ")
    long = await child(running, "backup", str(tmp_path / ("x" * 300)))
    assert (long.code, long.err.endswith("cannot be written (File name too long). Name another file.\n")) == (1, True)
    held = await child(running, "restore", str(file))
    assert (held.code, held.out) == (1, "")
    assert "is in use by hotseat serve" in held.err
    elsewhere = tmp_path / "elsewhere"
    restored = await child(elsewhere, "restore", str(file))
    assert (restored.code, restored.err) == (0, "")
    assert restored.out.startswith(f"Restored {elsewhere} as it was at ")
    assert "run hotseat people erase for them once more" in restored.out
    assert "is kept in" not in restored.out
    assert "backend" in (await child(elsewhere, "desk", "list")).out


def test_a_restore_says_where_that_is_which_was_there_and_which_version_the_next_start_brings_it_to(
    hotseat: Hotseat, tmp_path: Path
) -> None:
    hotseat(*ADD)
    run(tmp_path / "data", to="-0005")
    assert hotseat("backup", "saved.zip").code == 0
    said = hotseat("restore", "saved.zip").out
    assert f"What was there is kept in {tmp_path}/data/before-restore-" in said
    assert f"The journal is of an older version (0005); the next start brings it to {HEAD}." in said
    assert "backend" in hotseat("desk", "list").out


def test_a_folder_in_which_a_restore_was_cut_off_is_opened_by_no_command(hotseat: Hotseat, tmp_path: Path) -> None:
    hotseat(*ADD)
    close(tmp_path / "data", "A restore into it was cut off. Run hotseat restore again.")
    ended = hotseat("desk", "list")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        f"The data folder {tmp_path}/data is not to be used as it is. A restore into it was cut off. "
        "Run hotseat restore again.\n"
    )


def test_a_check_has_a_line_for_each_finding_and_ends_well_where_nothing_failed(
    hotseat: Hotseat, tmp_path: Path
) -> None:
    hotseat(*ADD)
    ended = hotseat("check")
    *lines, last = ended.out.splitlines()
    assert (ended.code, ended.err, last) == (0, "", "Nothing failed.")
    assert "ok       bot: No bot runs on the folder." in lines
    assert {line.split()[0] for line in lines} <= {"ok", "warning"}
    found = json.loads(hotseat("check", "--json").out)
    jsonschema.validate(found, SCHEMAS["check"])
    assert (len(found["findings"]), found["failed"]) == (len(lines), 0)


def test_a_check_that_finds_a_failure_ends_with_it_and_names_every_wrong_setting(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("HOTSEAT_ADMINS", "Farid")
    ended = hotseat("check")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.splitlines()[0] == (
        "failed   settings: HOTSEAT_ADMINS is wrong. Use Entra object ids or e-mail addresses, separated by spaces."
    )
    assert ended.out.splitlines()[1:] == [
        "failed   settings: PORT is wrong. Use a number from 1 to 65535.",
        "2 failed.",
    ]
    found = hotseat("check", "--json")
    jsonschema.validate(json.loads(found.out), SCHEMAS["check"])
    assert found.code == 1


@pytest.mark.parametrize(("words", "tool"), [(("backup", "x.zip"), "pg_dump"), (("restore", "x.zip"), "pg_restore")])
def test_a_journal_in_postgresql_is_saved_by_its_own_tools(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], tool: str
) -> None:
    monkeypatch.setenv("HOTSEAT_DATABASE_URL", "postgresql://hotseat:canary@127.0.0.1:1/hotseat")
    (tmp_path / "x.zip").write_bytes(b"")
    ended = hotseat(*words)
    assert (ended.code, ended.out) == (1, "")
    assert f"PostgreSQL's own tools, such as: {tool}" in ended.err
    assert "canary" not in ended.err


def test_a_move_to_postgresql_is_told_and_the_folders_own_journal_opens_no_more(
    hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    hotseat(*ADD)
    missing = hotseat("migrate")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.startswith("HOTSEAT_DATABASE_URL: set it to the database to move to")
    monkeypatch.setenv("HOTSEAT_DATABASE_URL", database)
    ended = hotseat("migrate", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    jsonschema.validate(told, SCHEMAS["migrate"])
    assert told["tables"]["desks"]["rows"] == 1
    assert "tables are in 127.0.0.1/" in told["said"]
    assert "backend" in hotseat("desk", "list").out
    monkeypatch.delenv("HOTSEAT_DATABASE_URL")
    closed = hotseat("desk", "list")
    assert (closed.code, closed.out) == (1, "")
    assert "its journal is in PostgreSQL" in closed.err
    found = hotseat("check")
    assert found.code == 1
    assert "failed   data folder: It is not to be used as it is." in found.out


def test_a_move_without_the_driver_says_what_to_install(hotseat: Hotseat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSEAT_DATABASE_URL", "postgresql://127.0.0.1:1/hotseat")
    monkeypatch.setitem(sys.modules, "bot.store.moving", None)
    ended = hotseat("migrate")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("HOTSEAT_DATABASE_URL: the driver is not installed; pip install")
