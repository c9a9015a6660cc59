"""Edges of the rota's decisions that no journey comes to."""

from datetime import date

from bot.decide.draft import Draft
from bot.decide.rota import news
from bot.rota.planning import Pick, Planning
from bot.state import DeskInfo, Knowledge, State
from tests.journeys.town import at

NOW = at("2026-11-23 10:00")


def test_nothing_is_told_to_somebody_who_is_not_in_the_team_any_more() -> None:
    draft = Draft(State(DeskInfo("backend", "tenant", "team", "channel")), NOW, Knowledge())
    news.tell(draft, "key", "zoe", "You are in it")
    assert draft.decision().effects == ()


def test_without_a_way_to_tell_it_no_calendar_has_an_address() -> None:
    assert Knowledge().feed("ana", 0) == ""


def test_whoever_the_pick_knows_by_id_alone_is_known() -> None:
    planning = Planning(pick=Pick(date(2026, 11, 25), declined=("ana",), letters=(("zoe", "pick:1"),)))
    assert set(planning.ids()) == {"ana", "zoe"}
    assert list(planning.known()) == []
