"""What a project asks of a new ticket, said in the log before the first is refused for it."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.jira.forms import Form
from tests.jira.fake import form_field
from tests.jira.house import House, house_of
from tests.rig.service import Answer


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(tmp_path) as house:
        yield house


async def said(house: House, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.set_level(logging.WARNING)
    await house.forms().check(["EDGE", "EDGE"])
    return [record.getMessage() for record in caplog.records]


async def test_an_ordinary_form_has_nothing_to_say(house: House, caplog: pytest.LogCaptureFixture) -> None:
    assert await said(house, caplog) == []
    assert house.jira.hits["form"] == 2  # all its pages


async def test_what_a_form_needs_and_nobody_gives_is_named_with_the_remedy(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.jira.fields += [
        form_field("customfield_1", "Team", required=True),
        form_field("customfield_2", "Site", required=True, hasDefaultValue=True),
        form_field("components", "Components", required=True),
    ]
    house.fields = {"components": [{"name": "API"}], "customfield_9": "x"}
    assert await said(house, caplog) == [
        "Jira will refuse every ticket in EDGE: its form needs Team (customfield_1); name its value in JIRA_FIELDS",
        "JIRA_FIELDS names customfield_9, which the form of EDGE has not; remove it there",
    ]


@pytest.mark.parametrize("named", ["bug", "Bug", "10004"])
async def test_an_issue_type_is_found_by_its_name_or_id(house: House, named: str) -> None:
    house.issue_type = named
    assert (await house.forms().of("EDGE")).issue_type == {"id": "10004"}


@pytest.mark.parametrize(("named", "sent"), [("Fault", {"name": "Fault"}), ("10009", {"id": "10009"})])
async def test_an_issue_type_that_is_not_there_is_said_with_those_that_are(
    house: House, caplog: pytest.LogCaptureFixture, named: str, sent: dict[str, str]
) -> None:
    house.issue_type = named
    assert await said(house, caplog) == [
        f"EDGE in Jira has no issue type {named}; set JIRA_ISSUE_TYPE to one of: Bug, Story"
    ]
    assert (await house.forms().of("EDGE")).issue_type == sent


async def test_where_no_issue_type_is_shown_none_is_asked_for(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.jira.types = []
    assert await said(house, caplog) == ["Jira shows no issue types of EDGE; see that its user may create issues there"]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([Answer(401)], "Jira does not take JIRA_EMAIL and JIRA_API_TOKEN"),
        ([Answer(404)], "Jira has no such place (404)"),
        ([Answer(503)] * 3, "it cannot be reached (503)"),
    ],
)
async def test_a_form_that_cannot_be_read_is_said_and_read_anew_the_next_time(
    house: House, caplog: pytest.LogCaptureFixture, answers: list[Answer], why: str
) -> None:
    house.jira.then("meta", *answers)
    forms = house.forms()
    await forms.check(["EDGE"])
    assert f"the form of EDGE in Jira cannot be read: {why}" in caplog.text
    assert (await forms.of("EDGE")).names


async def test_a_form_is_kept_until_it_is_forgotten(house: House) -> None:
    forms = house.forms()
    first = await forms.of("EDGE")
    house.jira.fields.append(form_field("customfield_1", "Team", required=True))
    assert await forms.of("EDGE") is first
    forms.forget("EDGE")
    assert "customfield_1" in (await forms.of("EDGE")).required


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"issueTypes": "x"},
        {"issueTypes": [7, {"id": "../x", "name": "Bug"}]},
    ],
)
async def test_a_list_that_is_none_holds_nothing(house: House, page: dict[str, Any]) -> None:
    house.jira.then("meta", Answer(body=page))
    assert await house.forms().of("EDGE") == Form({"name": "Bug"})


async def test_data_centers_pages_are_read_too_and_a_list_without_an_end_ends(house: House) -> None:
    values = [{"id": "10004", "name": "Bug"}]
    house.jira.then("meta", Answer(body={"values": values, "isLast": False, "total": 99}), Answer(body={"values": []}))
    house.jira.then("form", *[Answer(body={"values": [form_field("x", "X")], "total": 99})] * 30)
    assert (await house.forms().of("EDGE")).issue_type == {"id": "10004"}
    assert house.jira.hits["form"] == 20


@pytest.mark.parametrize("allowed", [None, "x", [7, {}, {"name": "High"}]])
async def test_a_priority_without_an_id_is_none(house: House, allowed: object) -> None:
    house.jira.fields = [form_field("priority", "Priority", allowedValues=allowed)]
    assert (await house.forms().of("EDGE")).priorities == {}
