"""What recurs: near copies are counted by themselves, and the third in 30 days asks the pair to write it down."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.decide.draft import Draft
from bot.decide.requests import recurrence
from bot.effects import DropCommon, Show
from bot.errors import Refused
from bot.events import Claim, ClockStruck, Solve
from bot.people import Author
from bot.places import personal
from bot.rota.shift import Absence
from bot.support.recurrence import (
    MOST_USES,
    TRANSITIONS,
    Act,
    Alike,
    Common,
    Standing,
    Use,
    diagram,
    step,
    unused,
    used,
)
from bot.support.request import Match, Outcome
from tests.journeys.town import ANA, BEN, FARID, OLGA, TOM, Town, at, plain, shifts

TEXT = "label printer 4 is down"
UDO = Author("udo", "Udo Falk")


async def again(town: Town, text: str, like: str, *, near: bool = True, by: object = TOM) -> str:
    """Let somebody post what resembles an earlier request; return the thread."""
    other = await town.request(like)
    town.teams.alike[text] = (Alike(like, near, other.posted_at, other.common),)
    return await town.post(text, by)  # type: ignore[arg-type]


async def thrice(days: float = 1) -> Town:
    """Return a town in which the same was asked three times, some days apart, in the morning."""
    town = Town("2026-11-16 10:00")
    await town.post(TEXT)
    await town.press(Solve, "R-1", OLGA)
    for number, text in ((1, "label printer 5 is down"), (2, "label printer 6 is down")):
        await town.until(town.now + timedelta(days=days))
        await again(town, text, f"R-{number}")
        await town.press(Solve, f"R-{number + 1}", TOM)
    return town


async def test_a_near_copy_is_counted_as_the_same_and_nobody_is_asked() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    assert [use.request for use in (await town.common()).uses] == ["R-1", "R-2"]
    assert ((await town.request("R-1")).common, (await town.request("R-2")).common) == ("C-1", "C-1")
    assert (await town.common()).standing is Standing.NOTICED
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]


async def test_what_is_only_likely_the_same_is_not_counted_until_somebody_says_so() -> None:
    town = Town()
    await town.post(TEXT)
    await town.press(Solve, "R-1", OLGA)
    town.teams.found["printer broken"] = (Match("R-1", sure=False, outcome=Outcome.SOLVED_BY_REQUESTER),)
    await again(town, "printer broken", "R-1", near=False)
    assert (await town.request("R-2")).common == ""
    await town.send("helped", "R-2", ANA, choice="R-1")
    assert (await town.common()).times == 2


async def test_a_closed_request_of_long_ago_is_counted_though_the_desk_holds_it_no_longer() -> None:
    town = Town("2026-11-02 10:00")
    await town.post(TEXT)
    await town.press(Solve, "R-1", OLGA)
    await town.until("2026-11-23 10:00")
    await again(town, "label printer 5 is down", "R-1")
    assert (await town.request("R-1")).common == "C-1"
    assert (await town.common()).last_at == at("2026-11-23 10:00")


async def test_a_duplicate_that_support_put_together_counts_too() -> None:
    town = Town()
    await town.post(TEXT)
    await town.post("printing does not work", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    assert [use.request for use in (await town.common()).uses] == ["R-1", "R-2"]


async def test_a_follow_up_of_the_same_person_is_matched_and_counted_only_as_a_matter_of_its_own() -> None:
    town = Town()
    await town.post(TEXT)
    await town.wait(5)
    await town.post("and it blinks red")
    assert [one.request for one in town.teams.matching] == ["R-1"]
    await town.send("separate", "R-2", OLGA)
    assert [one.request for one in town.teams.matching] == ["R-1", "R-2"]
    assert (await (await town.desk()).state()).commons == {}


async def test_what_was_asked_and_never_answered_is_asked_again_once_it_comes_often_anew() -> None:
    town = await thrice()
    assert (await town.common()).standing is Standing.PROPOSED
    await town.import_shifts(shifts(at("2027-01-20 10:00").date()))
    await town.until("2027-01-20 11:00")
    assert (await (await town.desk()).state()).commons == {}
    for number in (4, 5, 6):
        await again(town, f"label printer {number} is down anew", "R-3", by=UDO)
        await town.press(Solve, f"R-{number}", UDO)
        asked = [one for one in town.teams.sent if one.key.startswith("recurs")]
        assert len(asked) == (4 if number == 6 else 2), number
        await town.until(town.now + timedelta(hours=1))
    common = await town.common("C-2")
    assert (common.standing, common.lately(town.now), len(common.cards)) == (Standing.PROPOSED, 3, 2)


async def test_what_is_no_request_after_all_is_counted_no_longer_and_counts_again_once_that_is_taken_back() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await town.send("dismiss", "R-2", ANA)
    assert [use.request for use in (await town.common()).uses] == ["R-1"]
    await town.send("undo", "R-2", ANA)
    assert [use.request for use in (await town.common()).uses] == ["R-1", "R-2"]


async def test_a_post_that_was_deleted_is_none_of_three() -> None:
    town = Town()
    for number, text in enumerate((TEXT, "label printer 5 is down", "label printer 6 is down")):
        by = (OLGA, TOM, UDO)[number]
        place = await (again(town, text, f"R-{number}", by=by) if number else town.post(text))
    await town.delete(place)
    await town.press(Solve, "R-1", OLGA)
    await town.press(Solve, "R-2", TOM)
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]
    assert (await town.common()).standing is Standing.NOTICED


async def test_what_is_alike_a_deleted_post_is_not_counted_with_it() -> None:
    town = Town()
    await town.delete(await town.post(TEXT))
    await again(town, "label printer 5 is down", "R-1")
    assert (await (await town.desk()).state()).commons == {}


async def test_a_separate_matter_that_goes_along_again_is_not_counted_beside_its_lead() -> None:
    town = Town()
    await town.post(TEXT)
    await town.post("and printer 5")
    await town.send("separate", "R-2", OLGA)
    asked = town.teams.matching[-1]
    await town.send("undo", "R-2", OLGA)
    first = await town.request()
    await town.matched(asked, alike=(Alike("R-1", near=True, posted_at=first.posted_at),))
    assert (await (await town.desk()).state()).commons == {}


async def test_each_matter_of_a_post_that_is_split_is_counted_by_its_own_words() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down, and the tour is stuck", "R-1")
    await town.press(Claim, "R-2", ANA)
    await town.send("helped", "R-2", ANA, choice="R-1")
    await town.send("split", "R-2", ANA, text="label printer 5 is down\nthe tour is stuck")
    other = await town.request("R-3")
    assert (other.common, other.matches, other.helped) == ("", (), ())
    assert [use.request for use in (await town.common()).uses] == ["R-1", "R-2"]


async def test_what_was_taken_for_no_request_is_compared_again_once_it_is_one_after_all() -> None:
    town = Town()
    await town.post(TEXT)
    await town.send("dismiss", "R-1", ANA)
    assert [one.request for one in town.teams.matching] == ["R-1"]
    await town.send("undo", "R-1", ANA)
    assert [one.request for one in town.teams.matching] == ["R-1", "R-1"]


async def test_the_third_in_thirty_days_asks_each_of_the_pair_once() -> None:
    town = await thrice()
    (card,) = [one for one in town.to(ANA) if one.key.startswith("recurs")]
    (other,) = [one for one in town.to(BEN) if one.key.startswith("recurs")]
    assert card.text.startswith(
        "3 times within 30 days. Write down the answer?\nR-1, R-2, R-3\nlabel printer 6 is down\n"
    )
    assert "[Common request…]" in card.text
    assert "[Handbook…]" in card.text
    assert "[Not needed]" in card.text
    assert other.text == card.text
    assert (await town.common()).standing is Standing.PROPOSED
    await again(town, "label printer 7 is down", "R-3")
    await town.press(Solve, "R-4", TOM)
    assert len([one for one in town.teams.sent if one.key.startswith("recurs")]) == 2


async def test_nobody_is_asked_as_long_as_one_of_them_is_open() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await again(town, "label printer 6 is down", "R-1", by=UDO)
    await town.press(Solve, "R-1", OLGA)
    await town.press(Solve, "R-2", TOM)
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]
    await town.press(Solve, "R-3", UDO)
    assert len([one for one in town.teams.sent if one.key.startswith("recurs")]) == 2


async def test_what_was_noticed_and_came_no_more_is_let_go_after_a_month() -> None:
    town = Town("2026-11-16 10:00")
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    for number, by in ((1, OLGA), (2, TOM)):
        await town.press(Solve, f"R-{number}", by)
    await town.until("2026-12-15 10:00")
    assert list((await (await town.desk()).state()).commons) == ["C-1"]
    await town.until("2026-12-18 10:00")
    assert (await (await town.desk()).state()).commons == {}
    assert (await town.journal.load("tenant", "backend")).commons == ()
    await again(town, "label printer 6 is down", "R-1", by=UDO)
    assert list((await (await town.desk()).state()).commons) == ["C-2"]


async def test_the_cards_that_asked_are_forgotten_when_it_comes_no_more() -> None:
    town = await thrice()
    await town.send("common.decline", "", ANA, choice="C-1", place=personal("ana"), card="recurs:C-1:ana")
    await town.until("2027-01-10 10:00")
    known = await town.common()
    assert (known.standing, known.cards) == (Standing.DECLINED, ())


async def test_three_in_more_than_thirty_days_ask_nobody() -> None:
    town = await thrice(days=16)
    assert (await town.common()).times == 3
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]


async def test_the_pair_is_asked_at_the_opening_about_what_came_at_night() -> None:
    town = Town("2026-11-23 10:00")
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await town.press(Solve, "R-1", OLGA)
    await town.press(Solve, "R-2", TOM)
    await town.until("2026-11-23 22:00")
    await again(town, "label printer 6 is down", "R-1", by=UDO)
    await town.press(Solve, "R-3", UDO)
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]
    await town.until("2026-11-24 08:59")
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]
    await town.until("2026-11-24 09:01")
    assert len([one for one in town.teams.sent if one.key.startswith("recurs")]) == 2


async def test_with_nobody_there_it_waits_till_somebody_is() -> None:
    away = tuple(
        Absence(one, at("2026-11-23 00:00"), at("2026-11-24 00:00")) for one in ("ana", "ben", "chen", "eva", "farid")
    )
    town = Town(absences=away)
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await again(town, "label printer 6 is down", "R-1", by=UDO)
    for number, by in ((1, OLGA), (2, TOM), (3, UDO)):
        await town.press(Solve, f"R-{number}", by)
    await town.until("2026-11-24 09:01")
    assert [one for one in town.to(ANA) if one.key.startswith("recurs")]


async def test_in_a_pause_nobody_is_asked_and_after_it_they_are() -> None:
    town = Town()
    await town.write("pause 2h", FARID)
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await again(town, "label printer 6 is down", "R-1", by=UDO)
    for number, by in ((1, OLGA), (2, TOM), (3, UDO)):
        await town.press(Solve, f"R-{number}", by)
    assert not [one for one in town.teams.sent if one.key.startswith("recurs")]
    await town.write("resume", FARID)
    assert [one for one in town.to(ANA) if one.key.startswith("recurs")]


async def test_an_edited_post_is_matched_anew_and_one_that_was_deleted_is_not() -> None:
    town = Town()
    place = await town.post(TEXT)
    await town.wait(1)
    await town.edit(place, "label printer 5 is down")
    await town.edit(place, "label printer 5 is down")
    assert [one.text for one in town.teams.matching] == [TEXT, "label printer 5 is down"]
    await town.delete(place)
    assert len(town.teams.matching) == 2


async def test_each_matter_of_a_thread_is_matched_by_its_own_words() -> None:
    town = Town()
    await town.post("printer down\nscanner down")
    await town.send("split", "R-1", ANA, text="printer down\nscanner down")
    assert [(one.request, one.text) for one in town.teams.matching[1:]] == [
        ("R-1", "printer down"),
        ("R-2", "scanner down"),
    ]


async def test_what_turned_out_to_be_no_request_counts_nowhere() -> None:
    town = Town()
    await town.post(TEXT)
    await town.send("dismiss", "R-1", ANA)
    alike = (Alike("R-0", near=True, posted_at=town.now),)
    await town.matched(town.teams.matching[0], found=(Match("#a", sure=True),), alike=alike)
    assert ((await town.request()).common, (await town.request()).matches) == ("", ())
    assert (await (await town.desk()).state()).commons == {}


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.DECLINED, "Ana Lindqvist proposed an edit of the handbook: Printer down"),
        (Standing.LISTED, "Ana Lindqvist wrote it down: Printer down"),
        (Standing.RETIRED, "Printer down was retired"),
    ],
)
async def test_the_card_says_what_became_of_it(standing: Standing, words: str) -> None:
    town = await thrice()
    (asked,) = [one for one in town.to(ANA) if one.key.startswith("recurs")]
    state = await (await town.desk()).state()
    draft = Draft(state, town.now, town.shelf.knowledge(state.desk, state.rota, town.now))
    known, ana = await town.common(), Author("ana", "Ana Lindqvist")
    draft.put_common(replace(known, standing=standing, title="Printer down", by=ana))
    recurrence.follow(draft, ClockStruck(key="k", happened_at=town.now))
    shown = [one for one in draft.decision().effects if isinstance(one, Show) and one.key == asked.key]
    assert [plain(one.view).partition("\n")[0] for one in shown] == [words]


async def test_a_request_that_is_one_of_a_common_request_stays_so_after_its_texts_are_erased() -> None:
    town = await thrice()
    await town.until("2027-04-01 10:00")
    request = await town.request("R-1")
    assert (request.text, request.common, request.matches, request.helped) == ("", "C-1", (), ())


async def test_what_is_the_same_already_is_counted_once() -> None:
    town = Town()
    await town.post(TEXT)
    await town.press(Solve, "R-1", OLGA)
    town.teams.found["label printer 5 is down"] = (Match("R-1", sure=True, outcome=Outcome.SOLVED_BY_REQUESTER),)
    await again(town, "label printer 5 is down", "R-1")
    await town.send("helped", "R-2", ANA, choice="R-1")
    assert (await town.common()).times == 2


async def test_requests_of_two_common_ones_are_of_the_others_when_somebody_says_that_they_are_the_same() -> None:
    town = Town()
    await town.put_common(Common("C-1", Standing.LISTED, "Printer", "Turn it off and on."))
    await town.put_common(Common("C-2", Standing.LISTED, "Labels", "Load paper."))
    for number, common in ((1, "C-1"), (2, "C-2")):
        town.teams.found[f"printer {number}"] = (Match(common, sure=True), Match("R-1", sure=False))
        await town.post(f"printer {number}", (OLGA, TOM)[number - 1])
        await town.send("helped", f"R-{number}", ANA, choice=common)
    assert ((await town.common("C-1")).times, (await town.common("C-2")).times) == (1, 1)
    await town.send("helped", "R-2", ANA, choice="R-1")
    assert ((await town.common("C-1")).times, (await town.common("C-2")).times) == (2, 0)
    await town.send("undo", "R-2", ANA)
    assert ((await town.common("C-1")).times, (await town.common("C-2")).times) == (1, 1)


async def test_not_this_keeps_a_request_out_of_all_that_is_counted_so() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    town.teams.found["label printer 6 is down"] = (Match("R-1", sure=False),)
    place = await again(town, "label printer 6 is down", "R-2", by=UDO)
    assert (await town.request("R-3")).common == "C-1"
    await town.send("unlike", "R-3", ANA, choice="R-1")
    assert (await town.request("R-3")).common == ""
    assert (await town.common()).times == 2
    await town.wait(1)
    second = await town.request("R-2")
    town.teams.alike["label printer 6 smokes"] = (Alike("R-2", near=True, posted_at=second.posted_at, common="C-1"),)
    await town.edit(place, "label printer 6 smokes", UDO)
    assert (await town.request("R-3")).common == ""


async def test_not_this_about_what_the_desk_let_go_of_changes_no_other_count() -> None:
    town = Town("2026-10-05 10:00")
    await town.post(TEXT)
    town.teams.found["label printer 5 is down"] = (Match("R-1", sure=False),)
    await again(town, "label printer 5 is down", "R-1")
    await town.press(Solve, "R-1", OLGA)
    await town.press(Claim, "R-2", ANA)
    await town.send("promise", "R-2", ANA, until="today")
    await town.change(DropCommon("C-1"))
    await town.send("unlike", "R-2", ANA, choice="R-1")
    assert (await town.request("R-2")).common == ""


async def test_undo_of_what_the_desk_let_go_of_is_undone_all_the_same() -> None:
    town = Town()
    await town.put_common(Common("C-1", Standing.LISTED, "Printer", "Turn it off and on."))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    await town.send("helped", "R-1", ANA, choice="C-1")
    await town.change(DropCommon("C-1"))
    await town.send("undo", "R-1", ANA)
    assert ((await town.request()).common, (await town.request()).helped) == ("", ())


async def test_claiming_and_undoing_changes_no_count() -> None:
    town = Town()
    await town.post(TEXT)
    await again(town, "label printer 5 is down", "R-1")
    await town.press(Claim, "R-2", ANA)
    await town.send("undo", "R-2", ANA)
    assert ((await town.request("R-2")).common, (await town.common()).times) == ("C-1", 2)


# -- the values -----------------------------------------------------------------------------------------------------


def test_a_request_is_counted_once_and_in_the_order_of_time() -> None:
    one = used(
        used(used(Common("C-1"), "R-2", at("2026-11-23 10:00")), "R-1", at("2026-11-22 10:00")),
        "R-2",
        at("2026-11-24 10:00"),
    )
    assert [use.request for use in one.uses] == ["R-1", "R-2"]
    assert (one.times, one.last_at) == (2, at("2026-11-23 10:00"))
    assert [use.request for use in unused(one, "R-1").uses] == ["R-2"]
    assert (Common("C-2").times, Common("C-2").last_at) == (0, None)


def test_of_many_uses_the_latest_are_kept_and_the_others_counted() -> None:
    one = Common("C-1")
    start = at("2026-01-01 10:00")
    for number in range(MOST_USES + 5):
        one = used(one, f"R-{number}", start + timedelta(hours=number))
    assert (len(one.uses), one.earlier, one.times) == (MOST_USES, 5, MOST_USES + 5)
    assert one.earlier_at == start + timedelta(hours=4)
    one = used(one, "R-old", start)
    assert (one.earlier, one.earlier_at) == (6, start + timedelta(hours=4))


def test_only_what_came_within_thirty_days_is_lately() -> None:
    now = at("2026-11-30 10:00")
    uses = tuple(Use(f"R-{days}", now - timedelta(days=days)) for days in (31, 30, 1))
    assert Common("C-1", uses=uses).lately(now) == 2


@pytest.mark.parametrize("standing", list(Standing))
def test_a_step_that_the_table_does_not_have_is_refused_in_words(standing: Standing) -> None:
    for act in Act:
        if (standing, act) in TRANSITIONS:
            assert step(Common("C-7", standing), act) is TRANSITIONS[standing, act]
        else:
            with pytest.raises(Refused, match="C-7 "):
                step(Common("C-7", standing), act)


def test_the_readmes_diagram_is_the_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    drawn = re.search(r"<!-- commons -->\s*```mermaid\n(.*?)\n```\s*<!-- /commons -->", readme, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram()
