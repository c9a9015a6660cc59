"""What a desk holds, and what it lets go."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.people import Author
from bot.standing import Standing
from bot.state import DeskInfo
from bot.support.request import Request, Status

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def request(id_: str) -> Request:
    return Request(id_, Author("olga", "Olga Brandt"), "printer", NOON, "19:c;messageid=1", NOON, NOON)


def test_a_closed_matter_goes_and_what_else_its_thread_holds_stays() -> None:
    standing = Standing(0, DeskInfo("backend", "tenant", "team", "19:c"))
    for one in (request("R-1"), request("R-2")):
        standing.put(one)
    standing.put(replace(request("R-1"), status=Status.CLOSED))
    standing.drop_over(["R-1", "R-2", "R-3"])
    assert standing.view().threads == {"19:c;messageid=1": ("R-2",)}
    standing.put(replace(request("R-2"), status=Status.CLOSED))
    standing.drop_over(["R-2"])
    assert not standing.view().threads
    assert not standing.view().requests


def test_a_closed_follow_up_stays_as_long_as_the_first_is_live() -> None:
    standing = Standing(0, DeskInfo("backend", "tenant", "team", "19:c"))
    standing.put(replace(request("R-1"), followers=("R-2",)))
    standing.put(replace(request("R-2"), status=Status.CLOSED, lead="R-1", place="19:c;messageid=2"))
    standing.drop_over(["R-2"])
    assert set(standing.view().requests) == {"R-1", "R-2"}
    assert (standing.is_live("19:c;messageid=1"), standing.is_live("19:c;messageid=2")) == (True, False)
    standing.put(replace(request("R-1"), status=Status.CLOSED, followers=("R-2",)))
    standing.drop_over(["R-1"])
    assert not standing.view().requests
