"""A journal that an older version wrote opens, and what it had promised is kept."""

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.command import downgrade, upgrade
from alembic.config import Config
from sqlalchemy import Engine, event, text

from bot.effects import Say, Show
from bot.hours import SupportHours
from bot.people import Author
from bot.ports import Limits
from bot.store.document import Unreadable, parse
from bot.store.journal import SqlJournal
from bot.store.migrate import SCRIPTS
from bot.store.migrations.versions import v0002_erasure, v0005_texts, v0006_figures
from bot.store.sqlite import Database
from bot.support.erasure import Part
from bot.support.report import Speed, period
from bot.support.request import NextWord, Outcome, Request, Status, Suggestion
from bot.views import Line, NoticeCard, RequestCard
from tests.store.samples import DESK

T, D = DESK.tenant, DESK.id
NOW, CLOSED = "2026-11-23T09:00:00+00:00", "2026-11-23T10:00:00.000000+00:00"
OLGA, ANA = {"id": "olga", "name": "Olga Brandt"}, {"id": "ana", "name": "Ana Lindqvist"}
IDS = {"desk": D, "request": "R-1", "card": "card:R-1"}


def old_request(number: int, status: str, **more: Any) -> dict[str, Any]:
    """Return a request's document as the first version wrote it."""
    return {
        "id": f"R-{number}",
        "requester": OLGA,
        "text": "printer down",
        "text_at": NOW,
        "place": f"19:c;messageid={number}",
        "posted_at": NOW,
        "due_at": NOW,
        "status": status,
        "clock": None,
        "responder": ANA,
        "responded_at": NOW,
        "claimer": ANA,
        "claimed_at": NOW,
        "next_word_by": NOW,
        "outcome": None,
        "closed_by": None,
        "closed_at": None,
        "reacted": [],
        "copies": [],
        "reply": "",
        "asked": [],
        **more,
    }


OLD_CARD = {
    **IDS,
    "headline": {"parts": [{"id": "ana", "name": "Ana Lindqvist"}, " will answer by 10:05."]},
    "detail": "R-1",
    "settled": False,
    "can_claim": True,
    "can_solve": True,
    "can_dismiss": True,
    "claim_label": "I'm looking into it",
    "solve_label": "It's solved",
    "dismiss_label": "Not a request",
}
OLD_ENTRY = {
    **IDS,
    "title": "Olga Brandt · R-1",
    "excerpt": "printer down",
    "line": "",
    "thread": "19:c;messageid=1",
    "waiting": True,
    "claimable": True,
}
ASK_FORM = {**IDS, "title": "T", "excerpt": "", "label": "L", "text": "", "error": "", "send_label": "Send", "form": ""}
EFFECTS = (
    ("RequestCard", OLD_CARD),
    ("RequestCard", OLD_CARD | {"settled": True, "can_claim": False, "can_solve": False}),
    ("NoticeCard", {"heading": "H", "entries": [OLD_ENTRY, OLD_ENTRY | {"claimable": False}]}),
    ("AskForm", ASK_FORM),
    ("Line", {"parts": ["No answer yet."]}),
)


def run(folder: Path, *statements: tuple[str, dict[str, Any]], to: str = "") -> list[Any]:
    """Bring a journal to a version, do what is said, and return the rows of the last statement."""
    database = Database(folder / "journal.sqlite")
    connection = database.connection()
    rows: list[Any] = []
    with connection.begin():
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(SCRIPTS))
        if to:
            (downgrade if to.startswith("-") else upgrade)(config, to.strip("-+"))
        for statement, values in statements:
            result = connection.execute(text(statement), values)
            rows = list(result.all()) if result.returns_rows else []
    database.drop()
    return rows


def written_by_0001(folder: Path, *requests: dict[str, Any]) -> None:
    """Write a journal as the first version did."""
    here = {"t": T, "d": D}
    info = {"id": D, "tenant": T, "team": "team", "channel": "19:c", "team_channel": "", "policy": {}}
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "INSERT INTO desks VALUES (:t, :d, '19:c', 9, :info, :facts)",
            {**here, "info": json.dumps(info), "facts": json.dumps({"last_number": 3})},
        ),
        ("INSERT INTO rotas VALUES (:t, :d, '{}', '', 0)", here),
    ]
    rows += [
        (
            "INSERT INTO requests VALUES (:t, :d, :id, :place, :status, NULL, :now, :closed, :document)",
            {
                **here,
                "id": one["id"],
                "place": one["place"],
                "status": one["status"],
                "now": NOW,
                "closed": one["closed_at"],
                "document": json.dumps(one),
            },
        )
        for one in requests
    ]
    for number, (view, content) in enumerate(EFFECTS):
        effect = {"key": f"k{number}", "place": "19:c", "view": content}
        name = "Say" if view == "Line" else "Show"
        document = json.dumps({"effect": name, "view": view, "document": effect})
        row = {**here, "id": f"9.{number}", "at": number, "key": f"k{number}", "document": document}
        rows.append(("INSERT INTO outbox VALUES (:t, :d, :id, 8, :at, :key, :document)", row))
    run(folder, *rows, to="0001")


async def test_a_claim_of_the_first_version_keeps_its_promise(tmp_path: Path) -> None:
    ended = {"outcome": "answered", "closed_by": ANA, "closed_at": CLOSED}
    written_by_0001(tmp_path, old_request(1, "ACKNOWLEDGED"), old_request(2, "CLOSED", **ended), old_request(3, "OPEN"))
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        claimed, opened = (await journal.load(T, D)).requests
        (closed,) = await journal.matters(T, D, ["R-2"], [])
        assert claimed.word == NextWord(datetime.fromisoformat(NOW))
        assert (opened.status, opened.word, closed.word) == (Status.OPEN, None, None)
        at = datetime(2026, 12, 24, tzinfo=UTC)
        assert (await journal.expired(T, D, Limits(dict.fromkeys(Part, at), 0), 200)).requests == ("R-2",)


async def test_what_the_first_version_had_not_delivered_is_delivered_in_todays_shape(tmp_path: Path) -> None:
    written_by_0001(tmp_path)
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        outgoing = (await journal.load(T, D)).outgoing
    card, settled, notice, line = (one.effect for one in outgoing)
    assert isinstance(card, Show)
    assert isinstance(card.view, RequestCard)
    assert [(one.title, one.verb, one.request) for one in (*card.view.presses, *card.view.opens)] == [
        ("I'm looking into it", "claim", "R-1"),
        ("It's solved", "solve", "R-1"),
        ("Support…", "open", "R-1"),
    ]
    assert card.view.headline.plain == "Ana Lindqvist will answer by 10:05."
    assert isinstance(settled, Show)
    assert isinstance(settled.view, RequestCard)
    assert settled.view.presses == settled.view.opens == ()
    assert isinstance(notice, Show)
    assert isinstance(notice.view, NoticeCard)
    assert [[one.verb for one in (*entry.presses, *entry.opens)] for entry in notice.view.entries] == [
        ["claim", "open"],
        [],
    ]
    assert line == Say("k4", "19:c", Line(("No answer yet.",)))


@pytest.mark.parametrize(("named", "number"), [("suggestion", 0), ("suggestions", 3)])
def test_what_an_older_version_knew_of_suggestions_is_read(named: str, number: int) -> None:
    idea = {"author": ANA, "at": NOW, "text": "restart it", "reply": ""}
    some = idea if named == "suggestion" else [{**idea, "shown": str(number)}]
    deed = {"number": 4, "author": ANA, "at": NOW, "what": "suggested an answer", "only": [named]}
    document = old_request(1, "OPEN", **{named: some}, deed=deed, before=old_request(1, "OPEN", **{named: some}))
    request = parse(Request, json.dumps(document, separators=(",", ":")), "requests")
    read = (Suggestion(Author("ana", "Ana Lindqvist"), datetime.fromisoformat(NOW), "restart it", number),)
    assert request.before is not None
    assert request.deed is not None
    assert (request.suggestions, request.before.suggestions, request.deed.only) == (read, read, ("suggestions",))


def test_a_row_that_is_cut_off_is_named() -> None:
    with pytest.raises(Unreadable, match="requests 7"):
        parse(Request, '{"suggestion":', "requests 7")


async def test_more_than_one_portion_is_rewritten_and_what_is_as_it_should_be_is_left(tmp_path: Path) -> None:
    documents = [old_request(number, "ACKNOWLEDGED") for number in range(1, v0002_erasure.PORTION + 2)]
    del documents[4]["next_word_by"]
    written_by_0001(tmp_path, *documents)
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        without = [one.id for one in (await journal.load(T, D)).requests if one.word is None]
    assert without == ["R-5"]


TRIGGERED, TAKEN = "2026-11-23T09:00:00+00:00", "2026-11-23T09:04:00+00:00"


def old_alert(number: int, status: str, **more: Any) -> dict[str, Any]:
    """Return an alert's document as it was written before the report."""
    return {
        "id": f"A-{number}",
        "key": f"error:{number}",
        "latest": {"kind": "new"},
        "news": "new",
        "first_at": TRIGGERED,
        "last_at": TRIGGERED,
        "triggered_at": TRIGGERED,
        "changed_at": TAKEN,
        "status": status,
        "round": 1,
        "owned_at": None,
        **more,
    }


async def test_what_came_before_the_report_is_counted_in_it(tmp_path: Path) -> None:
    ended = {"outcome": "answered", "closed_by": ANA, "closed_at": CLOSED}
    follows = {"follow_up": True, "lead": "R-1"}
    written_by_0001(
        tmp_path, old_request(1, "CLOSED", **ended), old_request(2, "OPEN", responded_at=None, responder=None),
        old_request(3, "CLOSED", **ended, **follows),
    )  # fmt: skip
    alerts = [
        old_alert(1, "ACKNOWLEDGED", owned_at=TAKEN),
        old_alert(2, "RESOLVED"),
        old_alert(3, "ACKNOWLEDGED", owned_at=TAKEN, round=2),
        old_alert(4, "TRIGGERED"),
    ]
    rows = [
        (
            "INSERT INTO alerts VALUES (:t, :d, :id, :status, NULL, :document, '')",
            {"t": T, "d": D, "id": one["id"], "status": one["status"], "document": json.dumps(one)},
        )
        for one in alerts
    ]
    migrated(tmp_path, "0004")
    run(tmp_path, *rows)
    asked_of = period(date(2026, 11, 23), datetime(2026, 11, 24, 9, tzinfo=UTC), SupportHours(), timedelta(minutes=5))
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        found = await journal.figures(T, D, asked_of)
        kept = await journal.alerts(T, D, ["A-1", "A-3"], [])
    assert (found.requests.count, found.requests.answered, found.requests.waiting) == (2, 1, 1)
    assert found.outcomes == (("", 1), ("answered", 1))
    assert (found.alerts.count, found.alerts.answered, found.alerts.waiting) == (4, 1, 1)
    assert found.alerts.speed == Speed(2, 1, timedelta(minutes=4), timedelta(minutes=4))
    assert [one.acknowledged_at for one in kept] == [datetime.fromisoformat(TAKEN), None]


async def test_more_than_a_portion_is_counted_and_the_way_back_leaves_no_column(tmp_path: Path) -> None:
    documents = [old_request(number, "ACKNOWLEDGED") for number in range(1, v0006_figures.PORTION + 2)]
    written_by_0001(tmp_path, *documents)
    migrated(tmp_path, "0004")
    tables = ("requests", "alerts")
    ask = [("SELECT name FROM pragma_table_info(:table)", {"table": table}) for table in tables]
    before = [run(tmp_path, one) for one in ask]
    asked_of = period(date(2026, 11, 23), datetime(2026, 11, 24, 9, tzinfo=UTC), SupportHours(), timedelta(minutes=5))
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        assert (await journal.figures(T, D, asked_of)).requests.answered == v0006_figures.PORTION + 1
    run(tmp_path, to="-0004")
    assert [run(tmp_path, one) for one in ask] == before


def migrated(folder: Path, to: str) -> None:
    """Bring a journal to a later version."""
    database = Database(folder / "journal.sqlite")
    connection = database.connection()
    with connection.begin():
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(SCRIPTS))
        upgrade(config, to)
    database.drop()


def test_the_way_back_drops_what_was_added(tmp_path: Path) -> None:
    written_by_0001(tmp_path, old_request(1, "OPEN"))
    before = run(tmp_path, ("SELECT name FROM pragma_table_info('requests')", {}))
    migrated(tmp_path, "0002")
    assert run(tmp_path, ("SELECT name FROM pragma_table_info('requests')", {})) == [*before, ("held",)]
    assert run(tmp_path, ("SELECT name FROM pragma_table_info('requests')", {}), to="-0001") == before


async def test_what_was_asked_before_there_was_a_search_is_found_by_it(tmp_path: Path) -> None:
    ended = {"outcome": "answered", "closed_by": ANA, "closed_at": CLOSED}
    written_by_0001(
        tmp_path,
        old_request(1, "OPEN", helped=["#a"], unlike=["#b"], common="C-1"),
        old_request(2, "CLOSED", **ended),
        old_request(3, "CLOSED", **ended | {"outcome": "withdrawn"}),
        old_request(4, "ACKNOWLEDGED", matter=" the printer "),
        old_request(5, "ACKNOWLEDGED", follow_up=True),
        *(old_request(number, "OPEN") for number in range(6, v0005_texts.PORTION + 2)),
    )
    async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        found = {one.request: one for one in await journal.texts(T, D, (-1, ""), 1000)}
    assert len(found) == v0005_texts.PORTION + 1
    told = [(found[f"R-{number}"].text, found[f"R-{number}"].outcome) for number in range(1, 6)]
    answered, withdrawn = Outcome.ANSWERED, Outcome.WITHDRAWN
    assert told == [
        ("printer down", None),
        ("printer down", answered),
        ("", withdrawn),
        ("the printer", None),
        ("", None),
    ]
    one = found["R-1"]
    assert (one.helped, one.unlike, one.common, one.posted_at) == (("#a",), ("#b",), "C-1", datetime.fromisoformat(NOW))


def killed_at(statement: int, folder: Path) -> bool:
    """Open a journal in a process that is killed before a statement; say whether it came to that one."""
    child = os.fork()
    if not child:
        left = iter(range(statement))

        def die(*_: object) -> None:
            if next(left, None) is None:
                os._exit(9)

        event.listen(Engine, "before_cursor_execute", die)
        asyncio.run(SqlJournal(f"sqlite:///{folder}/journal.sqlite").open())
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.parametrize(("version", "stride"), [("0001", 7), ("0005", 3), ("0006", 1)])
def test_a_kill_in_the_middle_of_a_migration_leaves_the_older_version_whole_and_the_next_start_brings_it_over(
    tmp_path: Path, version: str, stride: int
) -> None:
    def rows() -> list[str]:
        with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
            return list(connection.iterdump())

    written_by_0001(tmp_path, old_request(1, "OPEN"))
    if version != "0001":
        run(tmp_path, to=f"+{version}")
    before, kills = rows(), 0
    while killed_at(kills * stride, tmp_path):
        assert rows() == before
        kills += 1
    assert kills >= 5
    assert rows() != before

    async def opened() -> list[str]:
        async with SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
            return [one.id for one in (await journal.load(T, D)).requests]

    assert asyncio.run(opened()) == ["R-1"]
