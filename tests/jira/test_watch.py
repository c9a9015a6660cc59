"""How tickets stand is asked of Jira, for whoever can set up no webhook there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.jira.watch import LOOK_SECONDS, TicketWatch
from bot.support.ticket import Progress
from tests.desk.test_courier import NOW
from tests.jira.desks import OPENED, Holder
from tests.jira.fake import DONE, OPEN, Issue
from tests.jira.house import House, house_of
from tests.rig.service import Answer


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(tmp_path) as house:
        house.jira.issues.append(Issue("EDGE-1", {"labels": []}))
        yield house


def watch(house: House, *desks: Holder) -> TicketWatch:
    return TicketWatch(house.client(), desks, lambda: NOW, sleep=house.time.sleep)


async def test_a_ticket_that_stands_as_it_is_known_is_nothing_new(house: House) -> None:
    desk = Holder(OPENED, replace(OPENED, id="T-4", key=""), replace(OPENED, id="T-5", progress=Progress.GONE))
    await watch(house, desk).look()
    assert desk.moves == []
    assert house.jira.hits == {"search": 1}


async def test_a_ticket_that_stands_otherwise_is_told_once(house: House) -> None:
    desk = Holder(OPENED)
    watching = watch(house, desk)
    house.jira.issues[0].status = ("In Progress", "indeterminate")
    await watching.look()
    await watching.look()
    assert desk.moves == [("EDGE-1", "In Progress", False, False)]
    assert next(iter(desk.told.values())).happened_at == NOW


async def test_a_ticket_that_goes_back_and_forth_is_told_each_time(house: House) -> None:
    desk = Holder(OPENED)
    watching = watch(house, desk)
    for minute, status in enumerate(("In Progress", "To Do", "In Progress")):
        house.jira.issues[0].status = (status, "indeterminate")
        house.jira.issues[0].updated = f"2026-11-23T11:0{minute}:00.000+0100"
        await watching.look()
        desk.put(replace(OPENED, status=status))
    assert [status for _, status, _, _ in desk.moves] == ["In Progress", "To Do", "In Progress"]


async def test_a_ticket_is_done_by_its_status_category_whatever_it_is_called(house: House) -> None:
    house.jira.issues[0].status = ("To Do", "done")
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == [("EDGE-1", "To Do", True, False)]


async def test_what_a_search_says_too_late_is_not_told(house: House) -> None:
    stale = Issue("EDGE-1", {"labels": []}, status=("Before", "new")).shown()
    house.jira.then("search", Answer(body={"issues": [stale]}))
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == []
    assert house.jira.hits["read"] == 1


async def test_a_ticket_in_another_project_is_found_by_the_key_that_it_had(house: House) -> None:
    house.jira.issues[0] = Issue("SHOP-7", {"labels": []}, status=DONE, was=("EDGE-1",))
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == [("EDGE-1", "Done", True, False)]


async def test_a_ticket_that_is_gone_is_told_and_hides_no_other(house: House) -> None:
    house.jira.issues.append(Issue("EDGE-3", {"labels": []}, status=DONE))
    desk = Holder(replace(OPENED, id="T-4", key="EDGE-2"), replace(OPENED, id="T-5", key="EDGE-3"))
    await watch(house, desk).look()
    assert desk.moves == [("EDGE-2", "To Do", False, True), ("EDGE-3", "Done", True, False)]


async def test_where_the_project_is_not_seen_any_more_nothing_is_said_to_be_gone(house: House) -> None:
    house.jira.issues.clear()
    house.jira.projects.clear()
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == []


async def test_many_tickets_are_asked_for_fifty_at_a_time(house: House) -> None:
    house.jira.issues[:] = [Issue(f"EDGE-{n}", {"labels": []}, status=OPEN) for n in range(1, 121)]
    desk = Holder(*(replace(OPENED, id=f"T-{n}", key=f"EDGE-{n}") for n in range(1, 121)))
    await watch(house, desk).look()
    assert house.jira.hits == {"search": 3}
    assert desk.moves == []


@pytest.mark.parametrize(
    ("call", "answer", "said"),
    [
        ("search", Answer(401), "Jira does not take"),
        ("search", Answer(503), "503"),
        ("read", Answer(403), "Jira's user may not do that"),
        ("read", Answer(429), "429"),
    ],
)
async def test_what_cannot_be_asked_is_logged_and_asked_again(
    house: House, caplog: pytest.LogCaptureFixture, call: str, answer: Answer, said: str
) -> None:
    house.jira.issues[0].status = DONE
    house.jira.then(call, answer)
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == []
    assert f"the tickets can't be looked at: {said}" in caplog.text
    await watch(house, desk).look()
    assert len(desk.moves) == 1


async def test_an_issue_without_a_status_is_left_alone(house: House) -> None:
    house.jira.then("search", Answer(body={"issues": []}))
    house.jira.then("read", Answer(body={"key": "EDGE-1", "fields": {"status": "x"}}))
    desk = Holder(OPENED)
    await watch(house, desk).look()
    assert desk.moves == []


async def test_a_desk_that_stores_nothing_holds_up_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.jira.issues[0].status = DONE
    full, other = Holder(OPENED), Holder(OPENED)
    full.full = True
    await watch(house, full, other).look()
    assert (full.moves, len(other.moves)) == ([], 1)
    assert "could not be stored" in caplog.text


async def test_it_looks_every_five_minutes_whatever_happens(house: House, caplog: pytest.LogCaptureFixture) -> None:
    looks = 0

    class Watch(TicketWatch):
        async def look(self) -> None:
            nonlocal looks
            looks += 1
            if looks == 3:
                raise asyncio.CancelledError
            raise ValueError

    with pytest.raises(asyncio.CancelledError):
        await Watch(house.client(), (), lambda: NOW, sleep=house.time.sleep).run()
    assert house.time.slept == [LOOK_SECONDS] * 3
    assert caplog.text.count("looking at the tickets failed") == 2
