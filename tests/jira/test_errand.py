"""One ticket for a matter: what it holds, and that there is one of it whatever becomes of Jira's answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.courier import Courier
from bot.effects import OpenTicket
from bot.errors import NotStored
from bot.events import TicketOpened
from bot.jira.attempts import Attempts
from bot.jira.errand import CERTAIN_SECONDS, ticket_errand
from bot.ports import Outgoing
from bot.store.document import dump_effect, parse_effect
from bot.support.ticket import Urgency
from tests.desk.test_courier import NOW, Teams
from tests.jira.fake import FIELDS, Fault, Issue, form_field, needs_spec
from tests.jira.house import ABOUT, DRAFT, TICKET, House, effect, house_of
from tests.rig.service import Answer

UNCLEAR = [Fault.LOST, Fault.DROPPED, Fault.UNSAID, Fault.DOWN, Fault.SLOW, Fault.GARBLED]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(tmp_path) as house:
        yield house


async def test_a_ticket_carries_what_its_draft_says_and_is_linked_with_what_it_is_about(house: House) -> None:
    told = await house.open()
    assert (told.issue, told.url, told.failure) == ("EDGE-1", f"{house.jira.url}/browse/EDGE-1", "")
    (issue,) = house.jira.issues
    description = issue.fields.pop("description")
    assert issue.fields == {
        "project": {"key": "EDGE"},
        "issuetype": {"id": "10004"},
        "summary": DRAFT.summary,
        "labels": ["hotseat", TICKET.label],
        "priority": {"id": "2"},
    }
    assert [node["type"] for node in description["content"]] == [
        *("heading", "paragraph", "paragraph"),
        *("heading", "bulletList"),
    ]
    assert issue.properties == [
        {"key": "hotseat", "value": {"desk": "backend", "matter": "R-12", "ticket": "T-3"}},
    ]
    assert issue.links == {ABOUT: {"url": ABOUT, "title": "Bugsnag: NoMethodError"}}


async def test_what_is_sent_is_what_atlassian_describes(house: House) -> None:
    needs_spec()
    await house.open()
    assert house.jira.hits.keys() >= {"search", "create", "meta", "form", "link"}
    assert house.jira.wrong == []
    async with aiohttp.ClientSession() as other:
        await other.post(f"{house.jira.url}/rest/api/3/search/jql", json={"jql": "x", "startAt": 0})
    assert len(house.jira.wrong) == 1  # so that it is known to look
    house.jira.wrong.clear()


async def test_a_ticket_that_is_there_already_is_adopted_the_oldest_of_several(house: House) -> None:
    first = await house.open()
    copy = house.jira.issues[0]
    house.jira.issues.append(Issue("EDGE-2", copy.fields))
    assert (await house.open()).issue == first.issue == "EDGE-1"
    assert house.jira.hits["create"] == 1


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_of_a_ticket_whose_creation_was_not_answered_there_is_one(house: House, fault: Fault) -> None:
    house.jira.lag = 60.0
    house.jira.faults.append(fault)
    told = await house.open()
    assert told.issue == "EDGE-1"
    assert len(house.jira.issues) == 1
    assert house.time.seconds <= CERTAIN_SECONDS + 10


async def test_an_answer_without_a_key_is_none(house: House) -> None:
    house.jira.then("create", Answer(201, body={"id": "10000", "key": "../x"}))
    assert (await house.open()).issue == "EDGE-1"
    assert house.time.seconds >= CERTAIN_SECONDS


async def test_a_creation_that_is_never_answered_asks_a_person_and_after_that_one_is_made(house: House) -> None:
    house.jira.faults.extend([Fault.DROPPED] * 2)
    told = await house.open()
    assert (told.issue, told.url, told.failure) == ("", "", "")
    assert house.time.seconds >= 2 * CERTAIN_SECONDS
    assert house.jira.hits["create"] == 2
    before = house.time.seconds
    told = await house.open(effect(again=True))
    assert told.issue == "EDGE-1"
    assert house.time.seconds == before  # whoever was asked has looked


async def test_a_ticket_that_shows_late_is_found_before_another_is_made_for_a_person(house: House) -> None:
    house.jira.lag = 3_600.0
    house.jira.faults.append(Fault.LOST)
    house.jira.faults.append(Fault.REFUSED)
    await house.open()
    house.time.seconds += 3_600.0
    assert (await house.open(effect(again=True))).issue == "EDGE-1"
    assert len(house.jira.issues) == 1


async def test_while_jira_cannot_be_searched_nothing_is_made_and_after_long_a_person_is_asked(house: House) -> None:
    house.jira.faults.append(Fault.LOST)
    house.jira.then("search", Answer(200, body={"issues": []}), *[Answer(503)] * 200)
    told = await house.open()
    assert (told.issue, told.failure) == ("", "")
    assert house.jira.hits["create"] == 1
    assert house.time.seconds >= 900


async def test_when_searching_is_not_allowed_any_more_a_person_is_asked(house: House) -> None:
    house.jira.faults.append(Fault.LOST)
    house.jira.then("search", Answer(200, body={"issues": []}), Answer(401))
    told = await house.open()
    assert (told.issue, told.failure) == ("", "")


async def test_searching_is_as_patient_as_jira_asks_for(house: House) -> None:
    house.jira.faults.append(Fault.LOST)
    busy = Answer(429, headers={"Retry-After": "60"})
    house.jira.then("search", Answer(200, body={"issues": []}), busy)
    assert (await house.open()).issue == "EDGE-1"
    assert house.time.slept == [60.0]


async def test_while_jira_cannot_be_reached_a_ticket_waits_and_then_is_made_once(house: House) -> None:
    await house.jira.stop()
    courier = house.courier()
    courier.take(house.desk, [Outgoing("7.0", effect())])
    async with asyncio.timeout(5):
        while len(house.time.slept) < 3:
            await asyncio.sleep(0.01)
    await house.jira.start()
    await courier.idle()
    assert len(house.jira.issues) == 1
    assert CERTAIN_SECONDS not in house.time.slept


@pytest.mark.parametrize("call", ["search", "create"])
async def test_jira_is_given_the_time_that_it_asks_for(house: House, call: str) -> None:
    house.jira.then(call, Answer(429, headers={"Retry-After": "30"}))
    assert (await house.open()).issue == "EDGE-1"
    (pause,) = house.time.slept
    assert 30 <= pause < 40


@pytest.mark.parametrize(
    ("call", "answer", "said"),
    [
        ("search", Answer(401), "Jira does not take JIRA_EMAIL and JIRA_API_TOKEN; set them to"),
        ("create", Answer(403, body={"errorMessages": ["No."]}), "Jira's user may not do that in EDGE; give it Browse"),
        ("create", Answer(404), "Jira has no such place (404); see JIRA_URL, JIRA_API and the project EDGE"),
        ("create", Answer(302, headers={"Location": "https://evil.example/"}), "JIRA_URL leads elsewhere (302)"),
        ("create", Answer(422, body={"errorMessages": ["Odd.", "x"]}), "Jira refused it (HTTP 422): Odd."),
        (
            "create",
            Answer(400, body={"errors": {"issuetype": "The issue type selected is invalid."}}),
            "Issue Type (issuetype): The issue type selected is invalid; set JIRA_ISSUE_TYPE to one that the",
        ),
        (
            "create",
            Answer(400, body={"errors": ["x"], "errorMessages": "y"}),
            "Jira does not take it in EDGE; see JIRA_PROJECT",
        ),
    ],
)
async def test_a_final_no_is_told_with_the_remedy(house: House, call: str, answer: Answer, said: str) -> None:
    house.jira.then(call, answer)
    told = await house.open()
    assert told.issue == told.url == ""
    assert told.failure.startswith(f"There is no ticket: {said}")
    assert told.failure.endswith(".")
    assert house.jira.hits[call] == 1


async def test_a_project_that_is_not_there_is_said_before_anything_is_made(house: House) -> None:
    told = await house.open(effect(project="NOPE"))
    remedy = "Jira does not take it in NOPE; see JIRA_PROJECT, or the desk's policy"
    assert told.failure.startswith(f"There is no ticket: {remedy}: The value 'NOPE' does not exist")
    assert house.jira.hits["create"] == 0


async def test_a_ticket_that_was_refused_is_made_without_a_wait_once_the_reason_is_gone(house: House) -> None:
    house.jira.faults.append(Fault.REFUSED)
    assert "customfield_10011: Team is required; name its value in JIRA_FIELDS" in (await house.open()).failure
    assert (await house.open()).issue == "EDGE-1"
    assert house.time.seconds == 0


async def test_a_refusal_after_an_answer_that_was_lost_does_not_make_the_first_forgotten(house: House) -> None:
    house.jira.lag = 200.0
    house.jira.faults.extend([Fault.LOST, Fault.REFUSED])
    assert (await house.open()).failure
    assert (await house.open(replace(effect(), key="ticket:T-4"))).issue == "EDGE-1"
    assert len(house.jira.issues) == 1


async def test_a_field_that_a_form_needs_is_named_with_the_remedy_and_given_it_is_sent(house: House) -> None:
    house.jira.fields.append(form_field("customfield_10011", "Team", required=True))
    said = "Team (customfield_10011): Team is required; name its value in JIRA_FIELDS."
    assert (await house.open()).failure == f"There is no ticket: {said}"
    house.fields = {"customfield_10011": {"value": "Edge"}}
    await house.open()
    assert house.jira.issues[0].fields["customfield_10011"] == {"value": "Edge"}


@pytest.mark.parametrize(
    ("urgency", "offered", "sent"),
    [
        (Urgency.MEDIUM, ("High", "Medium", "Low"), {"id": "1"}),
        (Urgency.LOW, ("high", "medium", "LOW"), {"id": "2"}),
        (Urgency.HIGH, ("P1", "P2"), None),
        (Urgency.HIGH, None, None),
    ],
)
async def test_a_priority_is_sent_where_the_form_has_one_of_that_name(
    house: House, urgency: Urgency, offered: tuple[str, ...] | None, sent: dict[str, str] | None
) -> None:
    values = [{"id": str(n), "name": name} for n, name in enumerate(offered or ())]
    some = [one for one in FIELDS if one["fieldId"] != "priority"]
    house.jira.fields = some + ([form_field("priority", "Priority", allowedValues=values)] if offered else [])
    await house.open(effect(draft=replace(DRAFT, urgency=urgency)))
    assert house.jira.issues[0].fields.get("priority") == sent


async def test_a_form_that_cannot_be_read_keeps_no_ticket_from_being_made(house: House) -> None:
    house.jira.then("meta", *[Answer(503)] * 3)
    await house.open()
    assert house.jira.issues[0].fields["issuetype"] == {"name": "Bug"}
    assert "priority" not in house.jira.issues[0].fields


@pytest.mark.parametrize("answers", [[Answer(503)], [Answer(reset=True), Answer(429)]])
async def test_a_link_that_fails_is_tried_again(house: House, answers: list[Answer]) -> None:
    house.jira.then("link", *answers)
    assert (await house.open()).issue == "EDGE-1"
    assert list(house.jira.issues[0].links) == [ABOUT]
    assert house.jira.hits["create"] == 1


@pytest.mark.parametrize("answer", [Answer(403), Answer(503)])
async def test_a_link_that_cannot_be_made_is_logged_and_the_ticket_stands(
    house: House, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    house.jira.then("link", *[answer] * 3)
    told = await house.open()
    assert (told.issue, told.failure) == ("EDGE-1", "")
    assert "EDGE-1 is not linked with what it is about" in caplog.text


@pytest.mark.parametrize("about", ["", "javascript:alert(1)"])
async def test_what_a_ticket_is_about_is_linked_only_where_that_is_a_page(house: House, about: str) -> None:
    await house.open(effect(draft=replace(DRAFT, about=about)))
    assert house.jira.hits["link"] == 0


async def test_nothing_is_made_while_that_cannot_be_noted(house: House, tmp_path: Path) -> None:
    blocked = tmp_path / "tickets"
    blocked.write_text("in the way")
    attempts = Attempts(blocked)
    with pytest.raises(NotStored, match="an attempt cannot be noted"):
        await attempts.note("a")
    await attempts.forget("a")
    assert not await attempts.has("a")


async def test_without_a_jira_a_ticket_is_refused_with_the_remedy(house: House) -> None:
    teams = Teams()
    errands = {OpenTicket: ticket_errand(None)}
    courier = Courier(house.journal, teams.send, teams.write, lambda: NOW, errands)
    courier.take(house.desk, [Outgoing("7.0", effect())])
    await courier.idle()
    (told,) = house.desk.told
    assert isinstance(told, TicketOpened)
    assert told.failure == "There is no ticket: there is no Jira to open it in; set JIRA_URL."


async def test_a_wrong_token_is_said_without_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.token = "ATATT3-another-canary"
    assert "JIRA_API_TOKEN" in (await house.open()).failure
    assert "another-canary" not in caplog.text


def test_a_ticket_to_open_is_read_from_the_outbox_as_it_was_written() -> None:
    assert parse_effect(dump_effect(effect(again=True)), "row") == effect(again=True)
