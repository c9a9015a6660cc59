"""What is kept of people and their words: for how long, who is told, and how it is forgotten."""

import ast
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import orjson
import pytest

from bot import decide
from bot.alerts.alert import Alert, Comment, Post, Telling
from bot.alerts.alert import Deed as AlertDeed
from bot.alerts.alert import Status as AlertStatus
from bot.alerts.notification import Kind, Notification
from bot.alerts.storm import Gust, Release, Storm, Weather
from bot.effects import Change, Erased, PutAlert, PutCommon, PutFacts, PutNotice, PutRequest, PutRota
from bot.errors import Refused
from bot.events import Chosen, Claim, PersonErased, Raise, Reopen, Solve, Sweep
from bot.people import FORMER, SOMEBODY, Author, Person
from bot.places import personal
from bot.policy import Contact, Language, Policy
from bot.ports import Address, Commit, Outgoing
from bot.rota import shift
from bot.rota.planning import Ask, Asking, Deployment, Handover, News, Pick, Planning
from bot.rota.rituals import Ritual
from bot.rota.shift import Absence, Override, Role, Shift, Tally
from bot.rota.shift import Change as Noted
from bot.state import (
    Call,
    Early,
    Facts,
    Heard,
    Member,
    Notice,
    NoticeItem,
    Pause,
    Raised,
    Roster,
    Setup,
    TeamChannel,
)
from bot.store.document import dump
from bot.support.erasure import WITHOUT, authors, held, kinds, without_person
from bot.support.handbook import Edit
from bot.support.recurrence import Common, Standing, Use
from bot.support.request import (
    Advice,
    Answered,
    Clock,
    Deed,
    Deferred,
    Due,
    Incident,
    Match,
    NextWord,
    Outcome,
    Request,
    Rung,
    Status,
    Suggestion,
    Wait,
)
from bot.support.ticket import Progress, Section, Ticket, Wording
from bot.support.triage import IMPACT
from bot.support.words import done
from bot.teams.cards import MOST_BYTES, Cards
from bot.views import Fact, HelpCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHANNEL,
    CHEN,
    DILAN,
    EVA,
    FARID,
    ITERATION,
    OLGA,
    TEAM,
    TOM,
    Town,
    at,
    said,
    shifts,
)

SECRET = "the card of customer 4711"
COUNT = itertools.count()
Known = TypeVar("Known", Facts, Setup)


async def closed(town: Town, text: str = SECRET, by: Author = OLGA) -> str:
    """Raise a request, let Ana answer and close it; return its thread."""
    place = await town.post(text, by)
    await town.wait(1)
    await town.send("reply", "R-1", ANA, text="Restart it, Olga")
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="Restarted the printer")
    await town.wait(1)
    return place


async def put(town: Town, *changes: Change) -> None:
    """Change the desk behind its back, and start the bot again."""
    await town.desk()
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, changes=changes))


async def erase(town: Town, who: str) -> str:
    """Have somebody erased; return the name of whoever was."""
    desk = await town.desk()
    event = PersonErased(key=f"erased-{next(COUNT)}", happened_at=town.now, who=who)
    answer = await desk.handle(event)
    await desk.settle()
    if not isinstance(answer, Erased):
        raise Refused(getattr(answer, "text", ""))
    return answer.name


async def everything(town: Town) -> str:
    """Return all that the journal holds of the desk, as text."""
    await (await town.desk()).settle()
    kept = town.journal._desks["tenant", "backend"]
    state = kept.standing
    some = (state.requests, state.notices, state.alerts)
    values = (state.rota, state.facts, *(list(one.values()) for one in some))
    rest = (kept.records, kept.shown, kept.outbox, await town.journal.references())
    return dump(values) + repr(rest)


# -- daily ----------------------------------------------------------------------------------------------------------


async def test_what_undo_needs_goes_a_day_after_closing() -> None:
    town = Town()
    await closed(town)
    assert held(await town.request()) == "unt"
    await town.until("2026-11-24 10:00")
    assert (await town.request()).before is not None
    await town.until("2026-11-25 00:05")
    request = await town.request()
    assert (request.before, request.deed and request.deed.text) == (None, "")
    assert held(request) == "nt"


async def test_names_go_thirty_days_after_closing_and_figures_stay() -> None:
    town = Town()
    await closed(town)
    before = await town.request()
    await town.until("2026-12-23 12:00")
    assert (await town.request()).requester == OLGA
    await town.until("2026-12-24 00:05")
    after = await town.request()
    assert {one.name for one in authors(after)} == {SOMEBODY}
    assert after.text == SECRET
    assert (after.outcome, after.posted_at, after.due_at) == (Outcome.ANSWERED, before.posted_at, before.due_at)
    assert (after.responded_at, after.claimed_at, after.closed_at) == (
        before.responded_at,
        before.claimed_at,
        before.closed_at,
    )
    for word in ("olga", "Olga Brandt", '"ana"', "Ana Lindqvist"):
        assert word not in dump(after)


async def test_texts_go_ninety_days_after_closing() -> None:
    town = Town()
    await closed(town)
    await town.until("2027-02-20 12:00")
    assert (await town.request()).text == SECRET
    await town.until("2027-02-22 00:05")
    request = await town.request()
    assert (request.text, request.remark, held(request)) == ("", "", "")
    assert request.outcome is Outcome.ANSWERED
    left = await everything(town)
    assert SECRET not in left
    assert "Restart" not in left


async def test_how_long_is_policy_but_never_less_than_a_request_may_be_opened_again() -> None:
    town = Town(policy=Policy(names_days=40, texts_days=0))
    await closed(town)
    await town.until("2026-11-29 00:06")
    assert (await town.request()).text == SECRET
    await town.until("2026-12-01 00:05")
    assert (await town.request()).text == ""
    assert (await town.request()).requester == OLGA
    await town.until("2027-01-03 00:05")
    assert (await town.request()).requester.name == SOMEBODY


async def test_words_that_come_back_after_their_time_are_erased_again() -> None:
    town = Town(policy=Policy(names_days=40, texts_days=8))
    place = await closed(town)
    await town.until("2026-12-10 10:00")
    await town.edit(place, f"{SECRET}, edited")
    assert (await town.request()).text == f"{SECRET}, edited"
    await town.until("2026-12-11 00:05")
    assert (await town.request()).text == ""


async def test_a_request_opened_again_is_kept_until_it_is_closed_for_long() -> None:
    town = Town()
    await closed(town)
    await town.until("2026-11-26 10:00")
    await town.press(Reopen, "R-1", OLGA)
    await town.until("2027-03-15 12:00")
    request = await town.request()
    assert request.status is not Status.CLOSED
    assert (request.text, request.requester) == (SECRET, OLGA)


async def test_the_sweep_comes_once_a_day_though_nothing_is_open_and_after_a_night_that_was_slept_through() -> None:
    town = Town(people=(), team=())
    desk = await town.desk()
    assert desk.next_due == at("2026-11-24 00:05")
    await town.until("2026-11-24 00:05")
    assert (await desk.state()).facts.swept_on == date(2026, 11, 24)
    assert desk.next_due == at("2026-11-25 00:05")
    await desk.strike()
    sweeps = [one for one in await town.journal.history("tenant", "backend") if one.kind == "Sweep"]
    assert len(sweeps) == 2
    await town.sleep_until("2026-11-30 08:00")
    assert (await (await town.desk()).state()).facts.swept_on == date(2026, 11, 30)


async def test_nothing_is_shown_anew_by_the_sweep() -> None:
    town = Town()
    await closed(town)
    card, shown = town.card(), {key: len(one.versions) for key, one in town.teams.messages.items()}
    await town.until("2027-03-15 12:00")
    assert town.card() == card
    assert {key: len(town.teams.messages[key].versions) for key in shown} == shown


async def test_an_old_card_still_says_kindly_that_it_is_too_late() -> None:
    town = Town()
    place = await closed(town)
    await town.until("2027-03-15 10:00")
    assert "more than a week ago" in await _pressed(town, place)
    await town.restore(place, SECRET)
    assert (await town.request()).text == ""
    assert (await town.request()).status is Status.CLOSED
    await town.reply(place, "the printer is broken again", OLGA)
    assert (await town.request("R-2")).requester == OLGA


async def _pressed(town: Town, place: str) -> str:
    answer = await town.press(Reopen, "R-1", ANA, place=place)
    return getattr(answer, "text", "")


async def test_the_history_names_nobody_after_thirty_days() -> None:
    town = Town()
    await closed(town)
    await town.until("2026-12-20 12:00")
    assert {one.actor for one in await town.journal.history("tenant", "backend")} == {"", "olga", "ana"}
    await town.write("who", TOM)
    await town.until("2026-12-24 00:05")
    assert {one.actor for one in await town.journal.history("tenant", "backend")} == {"", "tom"}
    assert (await (await town.desk()).state()).facts.nameless_to > 0


async def test_chats_and_copies_are_forgotten_with_the_names() -> None:
    town = Town()
    await town.desk()
    for person in ("olga", "ana"):
        await town.journal.learn("tenant", personal(person), "{}")
    await closed(town)
    await town.until("2026-12-24 00:05")
    assert [place for _, place, _ in await town.journal.references()] == [personal("ana")]


async def test_the_chat_of_whoever_only_typed_commands_is_forgotten_with_the_history() -> None:
    town = Town()
    place = await town.post("printer down", OLGA)  # who is still waiting
    await town.write("who", TOM)
    for person in ("tom", "eva", "olga"):
        await town.journal.learn("tenant", personal(person), "{}")
    await town.journal.learn("tenant", CHANNEL, "{}")
    await town.until("2026-12-23 12:00")
    known = {personal("tom"), personal("eva"), personal("olga"), CHANNEL}
    assert {one for _, one, _ in await town.journal.references()} == known
    await town.reply(place, "still nothing", OLGA)
    await town.until("2026-12-25 12:00")
    assert {one for _, one, _ in await town.journal.references()} == known - {personal("tom")}


async def test_absences_go_thirty_days_after_they_end() -> None:
    ended = Absence("eva", at("2026-11-01 00:00"), at("2026-11-10 00:00"))
    coming = Absence("eva", at("2026-12-20 00:00"), at("2027-01-10 00:00"))
    town = Town(absences=(ended, coming))
    await town.until("2026-12-09 12:00")
    assert (await (await town.desk()).state()).rota.absences == (ended, coming)
    await town.until("2026-12-10 00:05")
    assert (await (await town.desk()).state()).rota.absences == (coming,)


async def test_shifts_keep_names_for_twelve_months() -> None:
    town = Town("2027-11-17 10:00", team=(*shifts(), *shifts(date(2026, 11, 11))))
    await town.desk()
    rota = (await (await town.desk()).state()).rota
    assert [one.person for one in rota.of(date(2026, 11, 11))] == [FORMER] * 4
    assert [one.person for one in rota.of(ITERATION)] == ["ana", "ben", "chen", "dilan"]
    await town.until("2027-11-19 00:06")
    rota = (await (await town.desk()).state()).rota
    assert {one.person for one in rota.shifts} == {FORMER}
    assert [one.role for one in rota.of(ITERATION)][:2] == [Role.SUPPORT, Role.SUPPORT]


async def test_months_are_counted_from_days_that_a_month_may_not_have() -> None:
    for today, month, served, who in (
        ("2028-02-29 10:00", 12, date(2027, 2, 24), FORMER),
        ("2028-03-31 10:00", 1, date(2028, 3, 1), "ana"),
    ):
        town = Town(today, team=(Shift(served, "ana", Role.SUPPORT),), policy=Policy(shifts_months=month))
        assert (await (await town.desk()).state()).rota.shifts[0].person == who


async def test_whoever_left_goes_once_nothing_needs_them() -> None:
    left = replace(EVA, left=date(2026, 11, 1))
    served = replace(CHEN, left=date(2026, 11, 1))
    recent = replace(FARID, left=date(2026, 11, 20))
    town = Town(people=(ANA, BEN, served, left, recent))
    await put(town, PutRota(town.rota))
    await town.until("2026-11-30 12:00")
    assert set((await (await town.desk()).state()).rota.people) == {"ana", "ben", "chen", "eva", "farid"}
    assert "eva" in {one.person for one in (await (await town.desk()).state()).rota.ledger}
    await town.until("2026-12-01 00:05")
    rota = (await (await town.desk()).state()).rota
    assert set(rota.people) == {"ana", "ben", "chen", "farid"}
    assert {one.person for one in rota.ledger} == {*rota.people, FORMER}
    await town.until("2027-11-25 00:05")
    assert set((await (await town.desk()).state()).rota.people) == {"ana", "ben"}


async def test_stand_ins_go_with_the_shifts_and_whoever_has_a_request_stays() -> None:
    stands = Override("eva", "farid", at("2026-11-02 00:00"), at("2026-11-03 00:00"))
    town = Town(people=(ANA, BEN, replace(EVA, left=date(2026, 11, 10)), replace(FARID, left=date(2026, 11, 10))))
    town.rota = replace(town.rota, overrides=(stands,))
    await town.post("printer down")
    await town.press(Claim, "R-1", ANA)
    request = await town.request()
    await put(town, PutRequest(replace(request, responder=Author("eva", "Eva Novak"))))
    await town.restart()
    await town.until("2026-12-20 12:00")
    assert set((await (await town.desk()).state()).rota.people) == {"ana", "ben", "eva", "farid"}
    await town.until("2027-11-05 12:00")
    rota = (await (await town.desk()).state()).rota
    assert (rota.overrides, set(rota.people)) == ((), {"ana", "ben", "eva"})


async def test_the_desks_small_facts_are_kept_no_longer_than_they_matter() -> None:
    town = Town()
    now = town.now
    facts = Facts(
        helped_at={"eva": now, "gone": now},
        advised_at={"eva": now, "farid": now - timedelta(days=7)},
        unreachable={personal("eva"): "why", personal("olga"): "why", CHANNEL: "why"},
        early=(Early(Heard.SMALL_TALK, "19:t", now, OLGA),),
    )
    await put(town, PutFacts(facts))
    await town.restart()
    kept = (await (await town.desk()).state()).facts
    assert (set(kept.helped_at), set(kept.advised_at)) == ({"eva"}, {"eva"})
    assert set(kept.unreachable) == {personal("eva"), CHANNEL}
    assert kept.early == facts.early
    await town.until("2026-11-25 00:05")
    kept = (await (await town.desk()).state()).facts
    assert (dict(kept.helped_at), set(kept.advised_at), kept.early) == ({}, {"eva"}, ())


def _item(request: str, who: str, *, settled: bool) -> NoticeItem:
    return NoticeItem(request, who, SECRET, "19:t", f"{who} is waiting", settled, advised_by="", claimer="")


async def test_a_notice_that_still_waits_forgets_what_it_showed_of_others() -> None:
    town = Town()
    items = (_item("R-8", "Olga Brandt", settled=True), _item("R-9", "Tom Reuter", settled=False))
    old = Notice("n1", personal("eva"), "eva", at("2026-10-01 10:00"), claimable=False, heading="H", items=items)
    young = replace(old, key="n2", created_at=town.now)
    settled = replace(old, key="n3", items=items[1:])
    await put(town, PutNotice(old), PutNotice(young), PutNotice(settled))
    await town.sleep_until("2026-11-24 08:00")
    notices = (await (await town.desk()).state()).notices
    assert [(one.requester, one.excerpt) for one in notices["n1"].items] == [(SOMEBODY, ""), ("Tom Reuter", SECRET)]
    assert notices["n2"] == young
    assert notices["n3"] == settled


async def test_a_portion_with_what_is_open_or_gone_by_now_does_no_harm() -> None:
    town = Town()
    await town.post("printer down")
    await put(town, PutRequest(replace(await town.request(), id="R-7", status=Status.CLOSED, place="19:x")))
    await town.restart()
    event = Sweep(key="s", happened_at=town.now, requests=("R-1", "R-7", "R-99"), revision=0, last=False)
    await (await town.desk()).handle(event)
    assert (await town.request()).text == "printer down"
    assert (await town.request("R-7")).text == "printer down"


# -- what a request holds -------------------------------------------------------------------------------------------

FULL = Request(
    id="R-1",
    requester=OLGA,
    text=SECRET,
    text_at=at("2026-11-23 10:00"),
    place="19:t",
    posted_at=at("2026-11-23 10:00"),
    due_at=at("2026-11-23 10:05"),
    status=Status.CLOSED,
    clock=Clock(
        False,  # noqa: FBT003
        at("2026-11-23 10:00"),
        at("2026-11-23 10:05"),
        (),
        ("ana", "ben"),
        (Deferred("ana", at("2026-11-23 10:00")), Deferred("ben", at("2026-11-23 10:00"))),
        ("ana",),
        ("ana",),
        "Ana Lindqvist was to help",
    ),
    responder=Author("ana", "Ana Lindqvist"),
    claimer=Author("ana", "Ana Lindqvist"),
    advice=Advice(Author("ana", "Ana Lindqvist"), at("2026-11-23 10:00"), SECRET),
    suggestions=(Suggestion(Author("dilan", "Dilan Kaya"), at("2026-11-23 10:00"), SECRET, 1),),
    handed=(Advice(Author("ben", "Ben Okafor"), at("2026-11-23 10:00"), SECRET, shown="answer:R-1:noon:ana"),),
    matter=SECRET,
    remark=SECRET,
    triage=(Answered("bug", SECRET, "Ana Lindqvist"), Answered("error", "no", "Ben Okafor")),
    helpers=("ana", "ben"),
    deed=Deed(1, Author("ana", "Ana Lindqvist"), at("2026-11-23 10:00"), "replied", text=SECRET),
    before=None,
    outcome=Outcome.ANSWERED,
    closed_by=Author("ana", "Ana Lindqvist"),
    closed_at=at("2026-11-23 10:00"),
    reacted=("ana", "ben"),
    copies=("copy:R-1:first:ana", "copy:R-1:first:team"),
    asked=("ana", "ben"),
)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)


def test_every_field_of_a_request_that_holds_words_or_names_is_known_to_the_sweep() -> None:
    request = replace(FULL, before=replace(FULL, id="before"))
    assert held(request) == "unt"
    for without in WITHOUT.values():
        request = without(request)
    left = set(_words(orjson.loads(dump(request))))
    assert left - {SOMEBODY, "", "R-1", "19:t", "CLOSED", "answered"} == {
        word for word in left if word.startswith("2026-")
    }
    assert held(request) == ""


def test_somebody_who_is_erased_is_in_no_field_and_the_others_are() -> None:
    request = replace(FULL, before=FULL)
    for person, name in (("ana", "Ana Lindqvist"), ("olga", "Olga Brandt"), ("ben", "Ben Okafor")):
        left = dump(without_person(request, person))
        assert f'"{person}"' not in left
        assert f":{person}" not in left
        assert person == "ben" or name not in left
    assert "Olga Brandt" in dump(without_person(request, "ana"))
    mine = without_person(FULL, "olga")
    assert (mine.text, mine.matter, mine.remark) == ("", "", SECRET)


def test_whatever_a_request_may_still_hold_is_looked_for() -> None:
    assert kinds() == ("u", "n", "t", "un", "ut", "nt", "unt")


# -- by command -----------------------------------------------------------------------------------------------------


async def test_a_person_becomes_a_former_colleague_everywhere() -> None:
    away = Absence("eva", at("2026-12-01 00:00"), at("2026-12-10 00:00"))
    town = Town(team=(*shifts(), Shift(date(2026, 11, 11), "eva", Role.SUPPORT)), absences=(away,))
    stood_in = Override("ben", "eva", at("2026-11-12 00:00"), at("2026-11-13 00:00"))
    town.rota = replace(town.rota, overrides=(stood_in,))
    await closed(town, by=Author("eva2", "Ella Nord"))
    place = await town.post("scanner broken", TOM)
    await town.reply(place, "try turning it", EVA)
    await town.press(Claim, "R-2", BEN)
    await town.journal.learn("tenant", personal("eva"), "{}")
    assert await erase(town, "eva NOVAK") == "Eva Novak"
    rota = (await (await town.desk()).state()).rota
    assert "eva" not in rota.people
    assert [one.person for one in rota.of(date(2026, 11, 11))] == [FORMER]
    assert (rota.absences, rota.overrides[0].stand_in) == ((), FORMER)
    left = await everything(town)
    for word in ("Eva Novak", '"eva"', "'eva'", ":eva"):
        assert word not in left, word
    assert (await town.request("R-2")).claimer == Author("ben", BEN.name)
    with pytest.raises(Refused, match="Nothing is held of Eva Novak in backend, and nothing was erased"):
        await erase(town, "Eva Novak")


async def test_whoever_asked_is_erased_by_id_or_by_name_with_what_they_asked() -> None:
    for who in ("olga", " Olga Brandt ", "OLGA"):
        town = Town()
        await closed(town)
        assert await erase(town, who) == who
        request = await town.request()
        assert (request.requester, request.text) == (Author("", FORMER), "")
        assert request.closed_by == Author("ana", ANA.name)
        left = await everything(town)
        assert "Olga Brandt" not in left
        assert "'olga'" not in left


async def test_whoever_asked_under_two_names_is_erased_under_both() -> None:
    town = Town()
    await closed(town)
    await town.post("again", Author("olga", "Olga Neumann"))
    await town.press(Claim, "R-2", BEN)
    await town.send("close", "R-2", BEN, choice="close", outcome="answered")
    await erase(town, "Olga Neumann")
    assert "Olga Brandt" not in await everything(town)


async def test_namesakes_are_told_apart_by_the_id() -> None:
    town = Town()
    await closed(town)
    await town.post("again", Author("olga2", "Olga Brandt"))
    with pytest.raises(Refused, match="2 people are called Olga Brandt"):
        await erase(town, "Olga Brandt")
    twins = Town(people=(*TEAM, Person("eva2", "Eva Novak", "eva2")))
    with pytest.raises(Refused, match="2 people are called Eva Novak"):
        await erase(twins, "Eva Novak")
    assert await erase(twins, "eva2") == "Eva Novak"


async def test_a_slip_in_whom_to_erase_is_told_from_a_person_who_is_forgotten() -> None:
    town = Town(people=(*TEAM, Person("stone", "Tom Stone", "stone", "t.stone@example.com")))
    await town.post("printer down", TOM)
    for who, meant in (
        ("tomm", " Did you mean Tom Reuter or Tom Stone?"),
        ("reuther", " Did you mean Tom Reuter?"),
        ("t.stone@exmaple.com", " Did you mean t.stone@example.com?"),
        ("Olga Brandt", " Whoever only typed commands is known by the Entra id alone."),
        ("olga@else.org", " Whoever only asked is known by name and Entra id, not by e-mail."),
    ):
        with pytest.raises(Refused) as refused:
            await erase(town, who)
        assert str(refused.value) == f"Nothing is held of {who} in backend, and nothing was erased.{meant}"
    nobody = Town(people=())
    with pytest.raises(Refused, match=r"nothing was erased\. Whoever"):
        await erase(nobody, "x")


async def test_nobody_is_erased_who_is_needed_and_it_says_what_to_do() -> None:
    town = Town(policy=Policy(admins=("chen",), training=(Contact("Dana"), Contact("Farid", "farid"))))
    place = await town.post("printer down")
    await town.post("scanner down", TOM)
    await town.press(Claim, "R-2", BEN)
    stands = Override("ana", "eva", at("2026-11-24 00:00"), at("2026-11-25 00:00"))
    for who, why in (
        ("olga", "still waits for an answer to R-1"),
        ("ben", "still has R-2"),
        ("ana", "serves in the iteration of 2026-11-18"),
        ("chen", "stands in this desk's policy"),
        ("farid", "stands in this desk's policy"),
    ):
        with pytest.raises(Refused, match=why):
            await erase(town, who)
    await put(town, PutRota(replace(town.rota, overrides=(stands,))))
    await town.restart()
    with pytest.raises(Refused, match="stands in for somebody"):
        await erase(town, "eva")
    assert (await town.request()).place == place
    assert OLGA.name in await everything(town)


async def test_whoever_has_what_follows_another_is_told_to_close_that_or_to_separate_it() -> None:
    town = Town()
    await town.post("printer down")
    await town.post("printers", TOM)
    await town.press(Claim, "R-1", ANA)
    await town.press(Claim, "R-2", BEN)
    await town.send("same", "R-2", BEN, lead="R-1")
    with pytest.raises(Refused) as refused:
        await erase(town, "ben")
    assert "still has R-2, which goes with R-1; close R-1, or make it a separate matter, first." in str(refused.value)
    assert "give it back" not in str(refused.value)


async def test_a_notice_that_still_waits_forgets_whoever_is_erased() -> None:
    town = Town()
    await closed(town)
    items = (_item("R-1", "Olga Brandt", settled=True), _item("R-9", "Tom Reuter", settled=False))
    notice = Notice("n1", personal("ben"), "ben", town.now, claimable=False, heading="H", items=items)
    theirs = replace(notice, key="n2", person="olga", place=personal("olga"))
    other = replace(notice, key="n3", items=items[1:])
    await put(town, PutNotice(notice), PutNotice(theirs), PutNotice(other))
    await town.restart()
    await town.post("scanner down", TOM)
    await erase(town, "olga")
    assert (await town.request("R-2")).requester == TOM
    notices = (await (await town.desk()).state()).notices
    assert [(one.requester, one.excerpt) for one in notices["n1"].items] == [(FORMER, ""), ("Tom Reuter", SECRET)]
    assert "n2" not in notices
    assert notices["n3"] == other


async def test_whoever_is_erased_is_in_none_of_the_desks_facts() -> None:
    town = Town()
    members = (Member("eva", "Eva Novak", "eva@example.com"), Member("tom", "Tom Reuter"))
    eva, now = Author("eva", "Eva Novak"), town.now
    facts = Facts(
        chats={"eva": now, "ben": now},
        pause=Pause(now, None, eva),
        setup=Setup((), ("eva", "ben"), {"setup.me:1": personal("eva"), "setup:1": CHANNEL}, Roster(now, members)),
        raised=(
            Raised("raise:1", TOM, eva, now, request="R-9", place="19:t"),
            Raised("raise:2", eva, eva, now, "W", refused=True),
        ),
    )
    await put(town, PutFacts(facts))
    await town.restart()
    await erase(town, "eva")
    kept = (await (await town.desk()).state()).facts
    assert "eva" not in dump(kept).casefold()
    assert (set(kept.chats), kept.setup and kept.setup.added) == ({"ben"}, ("ben",))
    assert kept.pause == Pause(now, None, Author("farid", FARID.name)), "whoever is left hears of its end"
    assert [(one.key, one.by.name) for one in kept.raised] == [("raise:1", FORMER)]


async def test_a_pause_and_a_setup_that_do_not_name_who_is_erased_stay() -> None:
    town = Town()
    facts = Facts(pause=Pause(town.now, None, Author("farid", FARID.name)), setup=Setup(added=("ben",)))
    await put(town, PutFacts(facts))
    await town.restart()
    await erase(town, "eva")
    kept = (await (await town.desk()).state()).facts
    assert (kept.pause, kept.setup) == (facts.pause, facts.setup)


async def test_a_pause_of_the_only_admin_who_is_erased_is_nobodys() -> None:
    town = Town()
    await put(town, PutFacts(Facts(pause=Pause(town.now, None, Author("farid", FARID.name)))))
    await town.restart()
    await erase(town, "farid")
    assert "farid" not in dump((await (await town.desk()).state()).facts).casefold()


async def _raise_for_olga(town: Town, *, erased: str) -> str:
    """Let Eva raise Olga's words, and have somebody erased while they are on their way; return the refusal."""
    desk, held, take = await town.desk(), list[Outgoing](), town.teams.take
    town.teams.take = lambda _, outgoing: held.extend(outgoing)  # type: ignore[method-assign, assignment]
    chosen, fields = Chosen("k", OLGA, "printer down", "", ""), {"text": "printer down"}
    await town.press(
        Raise, "", EVA, place=personal("eva"), card="-", step="raise", fields=fields, form="f", chosen=chosen
    )
    refusal = ""
    try:
        await erase(town, erased)
    except Refused as why:
        refusal = str(why)
    town.teams.take = take  # type: ignore[method-assign]
    take(desk, tuple(held))
    await desk.settle()
    return refusal


async def test_what_somebody_who_is_erased_raised_for_another_still_becomes_their_request() -> None:
    town = Town()
    assert not await _raise_for_olga(town, erased="eva")
    assert (await town.request()).requester == OLGA
    assert any("former colleague" in one.text and "R-1" in one.text for one in town.teams.sent)
    assert not [one for one in town.teams.sent if one.place == personal("")]


async def test_words_that_the_channel_refused_go_with_whoever_had_raised_them() -> None:
    town = Town()
    town.teams.refuse[CHANNEL] = "no"
    await _raise_for_olga(town, erased="eva")
    assert not (await (await town.desk()).state()).facts.raised


async def test_nobody_is_erased_while_what_they_asked_is_being_posted() -> None:
    town = Town()
    await put(town, PutFacts(Facts(raised=(Raised("raise:1", Author("eva", EVA.name), OLGA, town.now, "words"),))))
    await town.restart()
    with pytest.raises(Refused, match="is being posted just now"):
        await erase(town, "eva")


async def test_a_request_of_somebody_erased_is_not_opened_again_by_others() -> None:
    town = Town()
    place = await closed(town)
    await erase(town, "olga")
    await town.reply(place, "my printer is broken, too", TOM)
    assert (await town.request()).status is Status.CLOSED
    assert (await town.request("R-2")).requester == TOM


async def test_forms_and_lists_in_peoples_own_chats_are_forgotten_the_next_night() -> None:
    town = Town()
    await town.desk()
    kinds = (
        "mine:olga:1",
        "offer:olga:1",
        "form:1",
        "which:1",
        "menu:R-1:1",
        "raise:1",
        "setup.form:1",
        "setup:1",
        "card:R-1",
    )
    address = Address("https://example.com", "a:1", "1")
    for setup, over in ((Setup(), {}), (None, {"setup:1": CHANNEL}), (None, {})):
        revision = (await town.journal.load("tenant", "backend")).revision
        facts = replace((await (await town.desk()).state()).facts, setup=setup, set_up=over)
        shown = tuple((key, address) for key in kinds)
        await town.journal.commit(Commit("tenant", "backend", revision, changes=(PutFacts(facts),), shown=shown))
        await town.restart()
        await town.wait(24 * 60)
        left = set(town.journal._desks["tenant", "backend"].shown)
        assert left == ({"card:R-1", "setup:1"} if setup or over else {"card:R-1"})


async def test_chats_of_whoever_is_gone_are_forgotten() -> None:
    town = Town()
    now = town.now
    await put(town, PutFacts(Facts(chats={"eva": now, "gone": now})))
    await town.restart()
    assert set((await (await town.desk()).state()).facts.chats) == {"eva"}


# -- nothing is left ------------------------------------------------------------------------------------------------

NEW_TEAM = tuple(
    replace(one, person={"ana": "chen", "ben": "eva"}.get(one.person, one.person))
    for one in shifts()
    if one.person != "chen"
)
WORDS, ZOE, NOON = "words of her own", Author("zoe", "Zoe Quist"), at("2026-11-23 12:00")
FILLED = Request(
    id="R-1",
    requester=ZOE,
    text=WORDS,
    text_at=NOON,
    place="19:t",
    posted_at=NOON,
    due_at=NOON,
    status=Status.CLOSED,
    clock=Clock(
        second=True,
        started_at=NOON,
        due_at=NOON,
        pending=(Due(Rung.TEAM, NOON),),
        called=("zoe", "ben"),
        deferred=(Deferred("zoe", NOON),),
        mentioned=("zoe",),
        only=("zoe",),
        note="Zoe Quist gave this back",
        anew=True,
        spared=(Rung.PAIR,),
        resumed_at=NOON,
        by="zoe",
    ),
    responder=ZOE,
    responded_at=NOON,
    claimer=ZOE,
    claimed_at=NOON,
    word=NextWord(NOON, NOON, NOON, over=True, asker=ZOE),
    wait=Wait(NOON, NOON, NOON, ZOE),
    advice=Advice(ZOE, NOON, WORDS, "reply-2", "answer:R-1:noon:zoe"),
    suggestions=(Suggestion(ZOE, NOON, WORDS, 1),),
    handed=(
        Advice(ZOE, NOON, WORDS, "reply-2", "answer:R-1:noon:zoe"),
        Advice(Author("tom", TOM.name), NOON, "at gate 3", "reply-3", "answer:R-1:noon:zoe"),
    ),
    lead="R-2",
    follow_up=True,
    followers=("R-3",),
    matches=(Match("#printing", sure=True, outcome=Outcome.ANSWERED),),
    helped=("#printing",),
    unlike=("R-4",),
    common="C-1",
    incident=Incident(("R-3",), ("incident:R-1:zoe",), settled=True),
    matter=WORDS,
    remark="Zoe Quist restarted it",
    ticket="https://jira.example.com/browse/EDGE-7",
    triage=(Answered(IMPACT, WORDS, "zoe"), Answered("bug", "yes", "zoe")),
    helpers=("zoe",),
    helped_at=NOON,
    deed=Deed(1, ZOE, NOON, "replied", "key", "reply:R-1:key", "19:t", WORDS, ("suggestion:R-1:zoe",), ("handed",)),
    before=FULL,
    outcome=Outcome.ANSWERED,
    closed_by=ZOE,
    closed_at=NOON,
    reacted=("zoe",),
    copies=("copy:R-1:first:zoe",),
    reply="reply-1",
    asked=("zoe",),
    open_since=NOON,
    unanswered_since=NOON,
)
SHOWN = Notice(
    key="copy:R-1:first:ben",
    place=personal("ben"),
    person="ben",
    created_at=NOON,
    claimable=True,
    heading="Zoe Quist is waiting for an answer",
    items=(
        NoticeItem(
            request="R-1",
            requester=ZOE.name,
            excerpt=WORDS,
            place="19:t",
            line="Zoe Quist has it",
            settled=True,
            second=True,
            call=Call.WORD,
            advised_by=ZOE.name,
            claimer="zoe",
            note=f"Zoe Quist adds: {WORDS}",
            told_in="2026-11-23T10:00:00+00:00/2026-11-23T11:00:00+00:00",
            likely="Perhaps: R-4 (answered)",
        ),
        NoticeItem("R-9", "Tom Reuter", "scanner", "19:u", "Waiting since 10:00", settled=False),
    ),
)
KNOWN = Facts(
    last_number=9,
    helped_at={"zoe": NOON},
    advised_at={"zoe": NOON},
    unreachable={personal("zoe"): "no app", CHANNEL: "Zoe Quist removed me"},
    early=(Early(Heard.SMALL_TALK, "19:t", NOON, ZOE),),
    swept_on=date(2026, 11, 23),
    sweeps_on_at=NOON,
    nameless_to=1,
    raised=(Raised("raise:1", ZOE, ZOE, NOON, WORDS, refused=True, request="R-1", place="19:t"),),
    hears_all=True,
    setup=Setup(
        done=("people",),
        added=("zoe",),
        cards={"setup.me:1": personal("zoe")},
        roster=Roster(
            NOON, (Member("zoe", ZOE.name, "zoe@example.com"),), (TeamChannel("19:v", "General"),), "ask Zoe Quist"
        ),
    ),
    set_up={"setup.me:2": personal("zoe")},
    pause=Pause(NOON, NOON, ZOE),
    chats={"zoe": NOON},
    owed=("R-1",),
    planning=Planning(
        since=NOON,
        pick=Pick(
            date(2026, 11, 25),
            (("ana", "zoe"),),
            1,
            ("zoe",),
            ("zoe",),
            ZOE,
            NOON,
            ("zoe",),
            (Ritual.PROPOSE,),
            staying=True,
            cards=(("c", personal("zoe")),),
            letters=(("zoe", "c"),),
        ),
        handover=Handover(
            date(2026, 11, 18),
            ("zoe",),
            NOON,
            ("zoe",),
            ("zoe",),
            ("R-1",),
            (Ritual.HAND_OVER,),
            {"zoe": frozenset({2})},
            ("zoe",),
            ("R-1",),
            ("zoe",),
            date(2026, 11, 20),
        ),
        asks=(
            Ask(
                "a",
                Asking.SWAP,
                ZOE,
                "ana",
                NOON,
                NOON,
                NOON,
                date(2026, 11, 25),
                date(2026, 12, 2),
                ("zoe",),
                ("zoe",),
                NOON,
                f"Zoe Quist: {WORDS}",
                ("zoe",),
                WORDS,
                ("zoe",),
            ),
        ),
        news=(News("n", "zoe", f"Zoe Quist: {WORDS}", NOON),),
        deployments=(
            Deployment(
                "D-1",
                "backend",
                "production",
                "https://x",
                ZOE,
                NOON,
                ended_at=NOON,
                reason="now",
                ended_by=ZOE,
                shown_to=("zoe",),
            ),
        ),
        last_deployment=1,
        feeds={"zoe": 1},
        filling={"zoe": frozenset({date(2026, 11, 26)})},
    ),
    weather=Weather(
        last_number=1,
        last_storm=1,
        came_at=(NOON,),
        storms=(
            Storm(
                "S-1",
                NOON,
                NOON,
                (Gust("like:shipping|Oops", "A-1"),),
                NOON,
                shown=1,
                redraw_at=NOON,
                pair_at=NOON,
                further_at=NOON,
                called=("zoe",),
                cards=("call:S-1:zoe",),
            ),
        ),
        releases=(Release("2026.47.1", "shipping", "production", NOON),),
        drawn_on=date(2026, 11, 23),
    ),
    tickets={
        "T-1": Ticket(
            id="T-1",
            matter="R-1",
            project="EDGE",
            label="hotseat-backend-r-1",
            draft=Wording(
                WORDS, (Section(WORDS, WORDS, (("Thread", "https://x"),)),), about="https://x", about_title=WORDS
            ),
            by=ZOE,
            at=NOON,
            key="EDGE-1",
            url="https://jira.example.com/browse/EDGE-1",
            status="Open",
            reason=f"Zoe Quist: {WORDS}",
            moved_at=NOON,
            card="ticket:R-1:T-1:noon:zoe",
            kin=("A-9",),
        )
    },
    last_ticket=1,
    last_common=1,
    edits=(Edit("edit:1", ZOE, "#gate", f"Handbook: {WORDS}", WORDS, NOON, "https://x", WORDS),),
)
COMMON = Common(
    "C-1",
    Standing.LISTED,
    "What Zoe Quist asks",
    "Zoe Quist knows it.",
    "#gate",
    ("Zoe Quist at the gate",),
    (Use("R-1", NOON),),
    1,
    NOON,
    ZOE,
    NOON,
    ("recurs:C-1:zoe",),
)
ALERT = Alert(
    id="A-1",
    key="error:5f0c8e7ad1b2c30018a4e6f1",
    latest=Notification(
        Kind.COMMENT,
        error="5f0c8e7ad1b2c30018a4e6f1",
        event="5f0c8e7ad1b2c30018a4e6f2",
        project="shipping",
        stage="production",
        error_class="Oops",
        message="Zoe Quist broke it",
        where="labels#create",
        frames=("app/label.rb:1",),
        severity="error",
        handled=True,
        occurrences=1,
        users=1,
        rate=1,
        first_at=NOON,
        version="2026.47.1",
        by=ZOE.name,
        said=WORDS,
        until=NOON,
        url="https://app.bugsnag.com/acme/shipping/errors/5f0c8e7ad1b2c30018a4e6f1",
    ),
    first_at=NOON,
    last_at=NOON,
    triggered_at=NOON,
    changed_at=NOON,
    status=AlertStatus.IGNORED,
    heard=(Telling("new:1:2", NOON, webhook=False),),
    posts=(Post("C0BUGSNAG1/1763700001.000001", "https://acme.slack.com/archives/C0BUGSNAG1/p1"),),
    owner=ZOE,
    owned_at=NOON,
    acknowledged_at=NOON,
    eyes="U0ZOE",
    back={"U0ZOE": NOON},
    pair_at=NOON,
    further_at=NOON,
    called=("zoe", "ben"),
    cards=("call:A-1:zoe",),
    storm="S-1",
    comment=Comment(ZOE.name, WORDS),
    impact=WORDS,
    ended_by=ZOE,
    reason=WORDS,
    until=NOON,
    ticket="T-1",
    ticket_key="EDGE-1",
    ticket_url="https://jira.example.com/browse/EDGE-1",
    after="deployed by Zoe Quist",
    unsaid="Zoe Quist handles it",
    deed=AlertDeed(ZOE, NOON, "handles it"),
)


SEEN = replace(ALERT, id="A-2", key="error:2", posts=(), status=AlertStatus.TRIGGERED, owner=None, impact="")


def unfilled(value: object, name: str = "") -> Iterator[str]:
    """Yield the fields of what is kept, and of the first of each list in it, that hold nothing."""
    if value in (None, "", (), {}):
        yield name
    elif isinstance(value, tuple):
        yield from unfilled(value[0], name)
    elif isinstance(value, Mapping):
        yield from unfilled(next(iter(value.values())), name)
    elif is_dataclass(value):
        for one in fields(value):
            if one.name != "before":
                yield from unfilled(getattr(value, one.name), f"{name}.{one.name}")


async def test_nothing_that_is_kept_names_or_quotes_whoever_is_erased() -> None:
    for kept in (FILLED, SHOWN, KNOWN, ALERT, COMMON):
        assert list(unfilled(kept)) == [], "fill a new field with what it may hold of a person"
    own_ids = {"entra_object_id": "zoe", "email": "zoe@example.com", "slack_user_id": "U0ZOE"}
    zoe = replace(EVA, id="zoe", name="Zoe Quist", **own_ids)  # type: ignore[arg-type]
    town = Town(people=(*TEAM, zoe))
    old = replace(FILLED, before=replace(FILLED, before=None))
    own = replace(SHOWN, key="copy:R-1:first:zoe", place=personal("zoe"), person="zoe")
    alerts = (PutAlert(replace(ALERT, before=ALERT)), PutAlert(SEEN))
    others = (PutNotice(SHOWN), PutNotice(own), PutFacts(KNOWN), PutCommon(COMMON), PutCommon(Common("C-2")))
    await put(town, PutRequest(old), *others, *alerts)
    await town.restart()
    assert await erase(town, "zoe") == "Zoe Quist"
    left = (await everything(town)).casefold()
    for trace in ("zoe", WORDS):
        assert trace not in left, left[left.index(trace) - 200 :][:300]
    assert (await town.request()).remark == "former colleague restarted it", "how it ended stays"
    assert "Tom Reuter" in await everything(town)


async def test_a_name_is_taken_out_as_a_whole_and_namesakes_keep_theirs() -> None:
    town = Town()
    await closed(town, by=Author("tom", "Tom"))
    await town.post("Tomorrow, please", Author("tom2", "Tom"))
    await erase(town, "tom")
    assert (await town.request("R-2")).text == "Tomorrow, please"
    assert (await town.request("R-2")).requester == Author("tom2", "Tom")


async def test_a_clocks_note_names_nobody_who_is_erased() -> None:
    town = Town()
    place = await town.post("printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("pass", "R-1", BEN, person="ana")
    await town.press(Claim, "R-1", ANA)
    await town.wait(50)
    await town.reply(place, "hello?", OLGA)
    await town.reply(place, "anybody?", OLGA)
    await town.import_shifts(NEW_TEAM)
    await erase(town, "ana")
    assert "Ana" not in repr(await town.request())


async def test_what_heads_a_copy_names_nobody_who_is_erased() -> None:
    town = Town()
    await town.reply(await town.post("printer down"), "restart it", FARID)
    await town.wait(11)
    await erase(town, "farid")
    notices = (await (await town.desk()).state()).notices
    assert notices
    assert "Farid" not in repr(notices)
    assert not any("Farid" in one.text for one in (*town.to(BEN), *town.in_team_channel()))


async def test_what_is_settled_on_a_copy_names_nobody_who_is_erased() -> None:
    town = Town()
    await town.post("printer down")
    await town.post("scanner down", TOM)
    await town.wait(3)
    await town.press(Solve, "R-1", BEN)
    await town.import_shifts(NEW_TEAM)
    await erase(town, "ben")
    assert "Ben" not in repr((await (await town.desk()).state()).notices)


async def test_the_words_of_an_observer_go_with_them_and_so_does_whom_they_were_told() -> None:
    town = Town()
    await town.post("printer down")
    await town.send("suggest", "R-1", DILAN, text="my idea")
    (idea,) = (await town.request()).suggestions
    assert (idea.author, idea.text) == (Author("dilan", DILAN.name), "my idea")
    await town.import_shifts(tuple(one for one in NEW_TEAM if one.person != "dilan"))
    await erase(town, "ben")
    assert ":ben" not in repr((await town.request()).deed)
    await erase(town, "dilan")
    assert "my idea" not in await everything(town)


async def test_whoever_stands_in_the_desks_facts_alone_is_erased_too() -> None:
    town = Town()
    await put(town, PutFacts(Facts(early=KNOWN.early, raised=KNOWN.raised)))
    await town.restart()
    assert await erase(town, "Zoe Quist") == "Zoe Quist"
    assert "zoe" not in (await everything(town)).casefold()


ZOE_ALONE = replace(SHOWN, key="copy:R-9:zoe", place=personal("zoe"), person="zoe")


def naming(known: Known) -> Iterator[tuple[str, Known]]:
    """Yield what is known with but one of its fields at a time, each that knows Zoe by her id."""
    for one in fields(known):
        value = getattr(known, one.name)
        if "'zoe'" in repr(value) or personal("zoe") in repr(value):
            yield one.name, type(known)(**{one.name: value})


WAITING = tuple(replace(one, url="", failure="") for one in KNOWN.edits)  # or they would be told at once
ONLY_BY_ID = replace(
    KNOWN, unreachable={personal("zoe"): "no app"}, edits=WAITING
)  # of whom nothing else says the name
assert KNOWN.setup is not None
ALONE = {
    **{name: facts for name, facts in naming(ONLY_BY_ID) if name != "setup"},
    **{f"setup.{part}": Facts(setup=setup) for part, setup in naming(KNOWN.setup) if part != "roster"},
    "setup.roster": Facts(setup=Setup(roster=Roster(NOON, (Member("zoe", ZOE.name),)))),
}


@pytest.mark.parametrize(
    "known", [*(PutFacts(replace(facts, swept_on=NOON.date())) for facts in ALONE.values()), PutNotice(ZOE_ALONE)]
)
async def test_whoever_is_known_by_an_id_alone_is_erased_by_it(known: Change) -> None:
    town = Town()
    await put(town, known)
    await town.restart()
    assert await erase(town, "Zoe") == "Zoe"
    assert "zoe" not in (await everything(town)).casefold()


@pytest.mark.parametrize("field", ALONE)
async def test_privacy_me_tells_of_each_fact_that_knows_somebody(field: str) -> None:
    nothing, town = Town(), Town()
    await put(town, PutFacts(replace(ALONE[field], swept_on=NOON.date())))
    await town.restart()
    assert await town.write("privacy me", ZOE) != await nothing.write("privacy me", ZOE)


async def test_whoever_wrote_a_common_request_is_known_for_as_long_as_names_are() -> None:
    town = Town()
    changed = town.now - timedelta(days=29)
    await put(
        town,
        PutCommon(replace(COMMON, changed_at=changed, cards=())),
        PutCommon(replace(COMMON, id="C-2", by=None, changed_at=None)),
    )
    await town.restart()
    assert "C-1: What Zoe Quist asks" in await town.write("privacy me", ZOE)
    assert "What Zoe Quist asks" in await town.write("privacy me", Author("zq", "Zoe Quist"))
    await town.wait(24 * 60)
    assert (await town.common()).by == ZOE
    await town.wait(24 * 60)
    assert (await town.common()).by is None
    assert (await town.common()).title == "What Zoe Quist asks"


async def test_whoever_was_asked_about_a_common_request_reads_so() -> None:
    town = Town()
    await put(town, PutCommon(replace(COMMON, title="Gate", answer="", phrases=(), by=None)))
    await town.restart()
    assert "C-1: Gate" in await town.write("privacy me", ZOE)
    assert "C-1: Gate" not in await town.write("privacy me", OLGA)


async def test_whoever_only_wrote_a_common_request_is_erased_by_name() -> None:
    town = Town()
    await put(town, PutCommon(COMMON))
    await town.restart()
    assert await erase(town, "Zoe Quist") == "Zoe Quist"
    assert "zoe" not in (await everything(town)).casefold()
    assert (await town.common()).answer == "former colleague knows it."


async def test_an_edit_of_which_nothing_was_heard_for_a_week_is_let_go() -> None:
    town = Town()
    edit = replace(KNOWN.edits[0], url="", failure="", at=town.now)
    await put(town, PutFacts(Facts(edits=(edit,))))
    await town.restart()
    assert f"Handbook: {WORDS}" in await town.write("privacy me", ZOE)
    await town.wait(6 * 24 * 60)
    assert (await (await town.desk()).state()).facts.edits == (edit,)
    await town.wait(2 * 24 * 60)
    assert (await (await town.desk()).state()).facts.edits == ()


async def test_whoever_only_typed_commands_is_erased_by_their_id() -> None:
    town = Town()
    await town.write("who", Author("zoe", "Zoe Quist"))
    with pytest.raises(Refused, match="Whoever only typed commands is known by the Entra id alone"):
        await erase(town, "Zoe Quist")
    desk = await town.desk()
    assert await desk.remembers("Zoe")
    event = PersonErased(key="erased", happened_at=town.now, who="Zoe", acted=True)
    assert await desk.handle(event) == Erased("Zoe")
    assert not await desk.remembers("zoe")


async def test_an_answer_that_was_told_goes_with_whoever_gave_it() -> None:
    town = Town()
    place = await town.post("printer down")
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.reply(place, SECRET, OLGA)
    (told,) = town.to(ANA)
    assert SECRET in told.text
    await town.press(Solve, "R-1", OLGA)
    await erase(town, "olga")
    assert SECRET not in told.text
    assert "Olga" not in told.text


async def test_whoever_only_got_a_copy_is_gone_from_its_key() -> None:
    town = Town()
    await town.post("printer down")
    await town.wait(11)
    assert any(key.endswith(":eva") for key in (await town.request()).copies)
    await town.press(Claim, "R-1", ANA)
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="done")
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    await town.press(Claim, "R-1", ANA)
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="Eva Novak may know more")
    await erase(town, "eva")
    request = await town.request()
    assert not any(key.endswith(":eva") for key in request.copies)
    assert request.remark == "former colleague may know more"


async def test_what_was_said_of_an_alert_is_told_to_whom_it_names_and_to_nobody_else() -> None:
    zoe = replace(EVA, id="zoe", entra_object_id="zoe", name="Zoe Quist", slack_user_id="U0ZOE")
    town = Town(people=(*TEAM, zoe))
    await put(
        town, PutAlert(replace(ALERT, before=ALERT)), PutFacts(Facts(tickets=KNOWN.tickets, weather=KNOWN.weather))
    )
    await town.restart()
    told = await town.write("privacy me", zoe)
    for words in (
        f"You took\nA-1: {WORDS}",
        f"You closed\nA-1: {WORDS}",
        "You did last\nA-1: handles it",
        "You were called\nA-1",
        "You reacted\nA-1",
        "You are named in\nA-1",
        f"Tickets of yours\nR-1 · EDGE-1: {WORDS}\n{WORDS}",
        "Called about many errors at once\n12:00",
    ):
        assert words in told, words
    assert WORDS not in await town.write("privacy me", EVA)
    assert "A-1" in await town.write("privacy me", BEN)


async def test_whoever_slack_or_bugsnag_told_by_name_alone_is_erased_too() -> None:
    town = Town()
    here, there = Author("", FARID.name), Author("", f"{FARID.name} in Bugsnag")
    other = replace(SEEN, owner=Author("", "Faridah"), ended_by=Author("", "Tom Reuter in Bugsnag"), deed=None)
    await put(town, PutAlert(other))
    await put(town, PutAlert(replace(ALERT, owner=here, ended_by=there, deed=None)))
    await town.restart()
    assert "You are named in\nA-1" in await town.write("privacy me", FARID)
    await erase(town, "farid")
    alerts = town.journal._desks["tenant", "backend"].standing.alerts
    assert alerts["A-1"].owner == Author("", FORMER)
    assert alerts["A-1"].ended_by == Author("", f"{FORMER} in Bugsnag")
    assert (alerts["A-2"].owner, alerts["A-2"].ended_by) == (other.owner, other.ended_by)


async def test_of_what_was_done_in_bugsnag_the_deed_outlives_the_name() -> None:
    town = Town()
    await town.bugsnag()
    await town.bugsnag(Kind.SNOOZED, said="Error snoozed for 6 hours by Uwe Kern", by="Uwe Kern")
    assert (await town.alert()).reason == "Error snoozed for 6 hours"
    await town.until("2026-12-29 01:00")
    left = town.journal._desks["tenant", "backend"].standing.alerts["A-1"]
    assert left.latest.said == "Error snoozed for 6 hours"
    assert "Uwe" not in repr(left)


async def test_whoever_took_an_alert_without_being_called_reads_just_that() -> None:
    town = Town()
    await town.bugsnag()
    await town.take_alert("A-1", EVA)
    told = await town.write("privacy me", EVA)
    assert "You took\nA-1" in told
    assert "You were called" not in told


async def test_an_alert_that_does_not_know_somebody_stays_as_it_is_when_they_are_erased() -> None:
    town = Town()
    await town.bugsnag()
    before = await town.alert()
    await erase(town, "eva")
    assert await town.alert() == before


async def test_whoever_handles_an_alert_is_not_erased() -> None:
    town = Town()
    await put(town, PutAlert(replace(ALERT, status=AlertStatus.ACKNOWLEDGED, owner=Author("farid", FARID.name))))
    await town.restart()
    why = "Farid Haddad still handles A-1; resolve that, or let somebody else handle it, first."
    with pytest.raises(Refused, match=why):
        await erase(town, "farid")


def held_of(alert: Alert) -> Alert:
    """Return an alert without what its clock did to it."""
    return replace(alert, pair_at=None, further_at=None, called=(), cards=())


async def test_what_an_alert_holds_of_people_goes_in_its_time() -> None:
    town = Town()
    address = Address("https://example.com", "a:1", "1")
    keys = ("alert:A-1:1", "call:A-1:zoe", "ticket:A-1:T-1", "alert:A-2:1")
    await put(town, PutAlert(replace(ALERT, before=ALERT)), PutAlert(SEEN))
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, shown=tuple((key, address) for key in keys)))
    await town.restart()

    def alert(id_: str = "A-1") -> Alert:
        return town.journal._desks["tenant", "backend"].standing.alerts[id_]

    await town.until("2026-11-25 01:00")
    assert (alert().before, alert().owner) == (None, ZOE)
    await town.until("2026-12-24 01:00")
    assert alert().owner == Author("", SOMEBODY)
    assert (alert().reason, alert().after) == (WORDS, "")
    assert set(town.journal._desks["tenant", "backend"].shown) & {*keys} == {"alert:A-2:1"}
    await town.until("2027-02-22 01:00")
    assert WORDS not in repr(alert())
    assert held_of(alert("A-2")) == held_of(SEEN)
    await (await town.desk()).handle(
        Sweep(key="sweep", happened_at=town.now, requests=(), revision=0, last=False, alerts=("A-2", "A-9"))
    )
    assert held_of(alert("A-2")) == held_of(SEEN)


@pytest.mark.parametrize("alive", [True, False])
async def test_whom_a_storm_was_shown_to_is_known_no_longer_than_it_is(*, alive: bool) -> None:
    town = Town()
    address = Address("https://example.com", "a:1", "1")
    keys = {"storm:S-1:1", "storm:S-1:1:zoe", "call:S-1:1:zoe"}
    storms = (Storm("S-1", town.now, town.now, (Gust("like:shipping|Oops", "A-2"),)),) if alive else ()
    await put(town, PutAlert(replace(SEEN, storm="S-1")), PutFacts(Facts(weather=Weather(2, 1, storms=storms))))
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, shown=tuple((key, address) for key in keys)))
    await town.restart()
    await town.until("2026-11-25 01:00")
    assert town.journal._desks["tenant", "backend"].shown.keys() & keys == (keys if alive else set())


async def test_what_a_ticket_holds_of_people_goes_in_its_time() -> None:
    town = Town()
    (one,) = KNOWN.tickets.values()
    refused = replace(one, id="T-2", progress=Progress.REFUSED)
    open_ = replace(one, progress=Progress.OPEN)
    await put(town, PutFacts(Facts(tickets={"T-1": open_, "T-2": refused})))
    await town.restart()
    journal = town.journal._desks["tenant", "backend"]
    journal.shown |= {
        key: Address("https://example.com", "a:1", "1") for key in ("ticket:R-1:T-1:noon:zoe", "ticket:R-1:T-1")
    }

    async def left() -> Mapping[str, Ticket]:
        return (await (await town.desk()).state()).tickets

    await town.until("2026-12-22 01:00")
    assert await left() == {"T-1": open_, "T-2": refused}
    await town.until("2026-12-24 01:00")
    assert await left() == {"T-1": replace(open_, by=Author("", SOMEBODY), card="")}
    assert [key for key in journal.shown if key.startswith("ticket:")] == ["ticket:R-1:T-1"]
    await town.until("2027-02-22 01:00")
    assert (await left())["T-1"].draft == Wording("R-1", ())


async def test_a_tickets_words_go_with_whoever_asked_for_what_it_is_about_and_with_whom_they_were_told() -> None:
    town = Town()
    await closed(town)
    (one,) = KNOWN.tickets.values()
    other = replace(one, by=Author("ana", ANA.name), card="ticket:R-1:T-1:noon:ben")
    await put(town, PutFacts(replace((await (await town.desk()).state()).facts, tickets={"T-1": other})))
    await town.restart()
    await erase(town, "olga")
    (left,) = (await (await town.desk()).state()).tickets.values()
    assert (left.draft, left.by, left.card) == (Wording("R-1", ()), Author("ana", ANA.name), other.card)
    await town.import_shifts(NEW_TEAM)
    await erase(town, "ben")
    (left,) = (await (await town.desk()).state()).tickets.values()
    assert left.card == ""


# -- in Teams -------------------------------------------------------------------------------------------------------


async def test_privacy_says_what_is_kept_for_how_long_and_whom_to_ask() -> None:
    town = Town(policy=Policy(names_days=20, texts_days=60, absences_days=5, shifts_months=6))
    answer = await town.write("Privacy?", OLGA)
    for words in (
        "20 days after closing the names go, after 60 the texts",
        "6 months",
        "5 days",
        "Farid Haddad",
        "days served",
    ):
        assert words in answer
    assert "Messages in Teams are the team's own and stay there" in answer


async def test_privacy_is_answered_where_it_is_typed_and_privacy_me_only_to_its_writer() -> None:
    town = Town()
    place = await town.post("privacy", OLGA, addressed=True)
    assert town.teams.sent[-1].place == place
    await town.post("privacy me", OLGA, addressed=True)
    assert town.teams.sent[-1].place == personal("olga")
    assert not await town.requests()


async def test_with_no_admin_that_is_known_by_name_whoever_runs_the_bot_is_asked() -> None:
    town = Town(people=(ANA, BEN))
    assert "whoever runs this bot." in await town.write("privacy", OLGA)


async def test_privacy_me_says_all_that_is_held_about_a_requester() -> None:
    town = Town()
    await closed(town)
    await town.post("scanner broken")
    answer = await town.write("privacy me", OLGA)
    assert f"R-2 · 10:02: scanner broken\nR-1 · 10:00: {SECRET}" in answer
    assert "You were told\nR-1: Restarted the printer" in answer
    for label in ("Working days", "Its matter", "Admin"):
        assert label not in answer
    await town.until("2026-12-28 10:00")
    later = await town.write("privacy me", OLGA)
    assert "R-2" in later
    assert "R-1" not in later


async def test_privacy_me_says_all_that_is_held_about_a_colleague() -> None:
    me = replace(
        EVA, email="eva@example.com", slack_user_id="U1", joined=date(2024, 1, 1), working_days=frozenset({0, 1})
    )
    away = Absence("eva", at("2026-12-01 09:00"), at("2026-12-02 09:00"))
    weeks = tuple(Shift(ITERATION - timedelta(days=7 * n), "eva", Role.SUPPORT) for n in range(1, 12))
    town = Town(people=(ANA, BEN, me), team=(*shifts()[:2], *weeks), absences=(away,))
    town.rota = replace(town.rota, overrides=(Override("ana", "eva", at("2026-11-12 00:00"), at("2026-11-13 00:00")),))
    now = town.now
    facts = Facts(helped_at={"eva": now}, advised_at={"eva": now}, unreachable={personal("eva"): "no app"})
    await put(town, PutFacts(facts))
    place = await town.post("printer down")
    await town.reply(place, "try turning it", me)
    town.teams.refuse = {}
    answer = await town.write("privacy me", me)
    for words in (
        "Eva Novak",
        "eva@example.com",
        "U1",
        "Mon Tue",
        "2024-01-01 / -",
        "2026-11-11 SUPPORT",
        "2026-09-02 SUPPORT",
        "Tue 1 Dec, 09:00 - Wed 2 Dec, 09:00",
        "Thu 12 Nov",
        "You are named in\nR-1",
        "Called to help\n10:00",
        "Asked to pass on\n10:00",
    ):
        assert words in answer, words


async def test_privacy_me_says_what_fairness_and_observing_keep_and_what_one_changed() -> None:
    me = replace(DILAN, observed=ITERATION, waived=True, again=True, holidays="DE BY")
    town = Town(people=(ANA, BEN, EVA, me))
    town.rota = replace(
        town.rota,
        ledger=(Tally(ITERATION, "dilan", 4, 5), Tally(ITERATION, "ana", 1, 3)),
        history=(
            shift.Change(at("2026-11-20 10:00"), "Ana Lindqvist", "took Ana Lindqvist and Eva Novak for 2026-11-18"),
            shift.Change(at("2026-11-23 09:30"), "Dilan Kaya", "deployed routing to production", "my own migration"),
            shift.Change(at("2026-11-23 09:45"), "Ana Lindqvist", "took Dilan Kaya and Eva Novak for 2026-11-25"),
        ),
    )
    answer = await town.write("privacy me", me)
    for words in (
        "Observing\n2026-11-18\nnot needed\nanother week",
        "Public holidays of\nDE BY",
        "Days served, of days there\n2026-11-18: 4 / 5",
        "Ana Lindqvist took Dilan Kaya and Eva Novak for 2026-11-25\n09:30 · Dilan Kaya deployed routing",
        "to production: my own migration",
    ):
        assert words in answer, words
    assert "1 / 3" not in answer
    assert "Ana Lindqvist and Eva Novak" not in answer


async def test_privacy_is_told_in_german() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    assert "30 Tage nach dem Schließen verschwinden die Namen, nach 90 die Texte" in await town.write("privacy", OLGA)
    answer = await town.write("privacy me", EVA)
    assert "Du hast gefragt\nnichts" in answer
    assert "Mo Di Mi Do Fr" in answer
    place = await town.post("Drucker kaputt", OLGA)
    await town.press(Claim, "R-1", ANA)
    assert "Zuletzt getan\nR-1: übernommen" in await town.write("Datenschutz ich", ANA)
    await town.send("reply", "R-1", ANA, text="Bitte neu starten")
    assert "Zuletzt getan\nR-1: geantwortet: Bitte neu starten" in await town.write("privacy me", ANA)
    await town.reply(place, "Geht immer noch nicht", OLGA)
    assert "Zuletzt getan\nR-1: geschrieben" in await town.write("privacy me", OLGA)


def test_every_deed_that_is_kept_has_a_german_name() -> None:
    sources = (Path(decide.__file__).parent).rglob("*.py")
    kept = {
        "".join(str(part.value) for part in getattr(what, "values", [what]) if isinstance(part, ast.Constant))
        for source in sources
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "did" and len(call.args) > 2
        for what in [call.args[2]]
    }
    assert len(kept) > 15
    assert {what for what in kept if done(what, Language.GERMAN) == what} == set()


async def test_privacy_me_says_what_was_raised_and_which_desk_was_chosen() -> None:
    town = Town()
    now = town.now
    raised = (
        Raised("raise:1", OLGA, Author("eva", EVA.name), now, request="R-1", place="19:t"),
        Raised("raise:2", Author("eva", EVA.name), Author("eva", EVA.name), now, "on the way"),
        Raised("raise:3", Author("eva", EVA.name), OLGA, now, request="R-3", place="19:t"),
    )
    await put(town, PutFacts(Facts(chats={"eva": now}, raised=raised)))
    await town.restart()
    told = await town.write("privacy me", EVA)
    assert "Chose this desk\n10:00" in told
    assert "You raised\nR-1 · 10:00\n10:00: on the way" in told
    assert "Raised for you\nR-3 · 10:00" in told


async def test_privacy_me_says_who_is_an_admin_or_a_training_contact() -> None:
    town = Town(policy=Policy(admins=("ben",), training=(Contact("Eva", "eva"),)))
    for who, label in ((BEN, "Admin"), (FARID, "Admin"), (EVA, "Training contact")):
        assert f"{label}\nyes" in await town.write("privacy me", who)
    assert "Admin" not in await town.write("privacy me", OLGA)


async def test_privacy_me_says_all_that_one_said_in_others_requests() -> None:
    town = Town()
    await town.post("printer down")
    await town.send("suggest", "R-1", DILAN, text="my idea")
    assert "You told the team\nR-1: my idea" in await town.write("privacy me", DILAN)
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    await town.send("reply", "R-1", ANA, text="I look at it")
    await town.send("pass", "R-1", ANA, person="ben", note="it is the fuser")
    told = await town.write("privacy me", ANA)
    for words in (
        "You told the team\nR-1: it is the fuser",
        "You found out\nR-1: bug: yes",
        "You did last\nR-1: passed it on\nR-1: replied: I look at it",
        "You answered\nR-1",
        "You took\nR-1",
        "You were called\nR-1",
    ):
        assert words in told, words
    assert "You were called\nR-1" in await town.write("privacy me", BEN)


async def test_what_was_withdrawn_is_closed_by_nobody() -> None:
    town = Town()
    await town.post("printer and login")
    await town.send("split", "R-1", ANA, text="Printer\n\nLogin")
    await town.send("undo", "R-1", ANA)
    assert (await town.request("R-2")).outcome is Outcome.WITHDRAWN
    await town.post("scanner", TOM)
    for who in (OLGA, ANA):
        assert "You closed" not in await town.write("privacy me", who)
    gone = await town.post("never mind", TOM)
    await town.delete(gone)
    assert "You closed" not in await town.write("privacy me", TOM)


async def test_privacy_me_names_whatever_an_erasure_would_take_away() -> None:
    zoe = replace(EVA, id="zoe", entra_object_id="zoe", name=ZOE.name)
    town = Town(people=(*TEAM, zoe))
    await put(town, PutRequest(replace(FILLED, before=None)), PutNotice(replace(SHOWN, person="zoe")), PutFacts(KNOWN))
    await town.restart()
    told = await town.write("privacy me", zoe)
    asked = ("Its matter", "You were told", "You answered", "You took", "You closed", "You asked back")
    done = ("You told the team", "You found out", "You did last", "You were called", "You were asked", "You reacted")
    desk = ("Chose this desk", "You raised", "You also wrote", "You paused", "In the setup", "I wrote to you of")
    for label in (*asked, *done, *desk):
        assert f"\n{label}\n" in told, label
    some = (
        "text, matter, what colleagues were told, triage, deed, what was raised, news, a ticket's summary and section"
    )
    assert told.count(WORDS) == 9, some


async def test_what_was_asked_is_sent_whole_on_as_many_cards_as_it_takes() -> None:
    town = Town()
    texts = [f"{number}: " + "\U0001f5a8 label " * 120 + "x" * 3000 for number in range(20)]
    for number, text in enumerate(texts):
        place = await town.post(text, TOM)
        await town.press(Claim, f"R-{number + 1}", ANA, place=place)
        await town.wait(16)
    before = len(town.teams.sent)
    await town.write("privacy me", TOM)
    sent = town.teams.sent[before:]
    count, cards = len(sent), Cards(Path(__file__).parents[2] / "cards")
    shown: list[Fact] = []
    for number, message in enumerate(sent, 1):
        view = message.view
        assert isinstance(view, HelpCard)
        assert view.title == f"What I hold about you · {number} of {count}"
        drawn = json.dumps(cards.render(view, link=str))
        assert len(drawn) < MOST_BYTES
        assert all(json.dumps(one.text) in drawn for one in view.commands), "nothing is cut"
        shown += view.commands
    told = "".join("".join(one.text for one in shown).split())
    assert all("".join(text.split()) in told for text in texts)
    assert [one.label for one in shown][:2] == ["Name", "Entra id"]
    assert shown[-1].label == "Besides"


async def test_whoever_presses_on_what_nobody_is_known_to_have_asked_hears_who_may() -> None:
    town = Town()
    await town.post("printer down", TOM)
    await town.press(Solve, "R-1", TOM)
    await erase(town, "tom")
    assert said(await town.press(Reopen, "R-1", EVA)).startswith("This is for support: Ana Lindqvist and Ben Okafor")


async def test_the_rotas_history_and_ledger_name_nobody_who_is_erased() -> None:
    zoe = replace(EVA, id="zoe", entra_object_id="zoe", name="Zoe Quist", email="zoe@example.com")
    town = Town(people=(*TEAM, zoe))
    rota = replace(
        town.rota,
        ledger=(Tally(date(2026, 11, 11), "zoe", 5, 5), Tally(date(2026, 11, 11), FORMER, 5, 0)),
        history=(
            Noted(NOON, "Zoe Quist", "took Zoe Quist and Ana Lindqvist for 2026-11-11", "Zoe Quist asked"),
            Noted(NOON, "Ana Lindqvist", "noted that Zoe Quist is away on 2026-11-26", until=date(2026, 11, 26)),
        ),
    )
    await put(town, PutRota(rota))
    await town.restart()
    await erase(town, "zoe")
    left = (await (await town.desk()).state()).rota
    assert left.ledger == (Tally(date(2026, 11, 11), FORMER, 10, 5),)
    assert left.history == (
        Noted(NOON, FORMER, f"took {FORMER} and Ana Lindqvist for 2026-11-11", f"{FORMER} asked"),
        Noted(NOON, "Ana Lindqvist", f"noted that {FORMER} is away on 2026-11-26", until=date(2026, 11, 26)),
    )


async def test_a_year_later_the_ledger_and_the_history_are_gone() -> None:
    town = Town()
    rota = replace(
        town.rota,
        ledger=(Tally(date(2026, 11, 11), "eva", 5, 5),),
        history=(Noted(NOON, "Eva Novak", "took Ana Lindqvist and Ben Okafor for 2026-11-18"),),
    )
    await put(town, PutRota(rota))
    await town.restart()
    await town.until("2027-12-01 08:00")
    left = (await (await town.desk()).state()).rota
    assert all(one.iteration >= date(2026, 11, 25) for one in left.ledger)
    assert all(one.at > NOON for one in left.history)
