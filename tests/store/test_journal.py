"""The journal's contract, held by the real one and by its fake."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.alerts.alert import Alert, Post
from bot.alerts.alert import Status as AlertStatus
from bot.alerts.erasure import without_names as without_names_of_alerts
from bot.alerts.erasure import without_texts as without_text_of_alerts
from bot.alerts.notification import Kind, Notification
from bot.effects import (
    Change,
    DropNotice,
    Effect,
    ForgetActs,
    ForgetChats,
    ForgetMessages,
    ForgetPerson,
    MakeReport,
    PutAlert,
    PutDesk,
    PutFacts,
    PutNotice,
    PutRequest,
    PutRota,
    Say,
    Show,
    WriteRota,
)
from bot.errors import Refused
from bot.people import Author
from bot.ports import Asked, Commit, Conflict, Expired, Limits, Outgoing, Pending
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts
from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal
from bot.support.erasure import Part, without_names, without_texts, without_undo
from bot.support.request import Outcome, Request, Status
from tests.store.samples import ADDRESS, CARD, DESK, FACTS, NOTICE, NOW, POLICY, ROTA, VIEWS, posted, record, request

Journal = SqlJournal | MemoryJournal
T, D = DESK.tenant, DESK.id


def changing(*changes: Change, revision: int = 0) -> Commit:
    return Commit(T, D, revision, changes=changes)


async def test_a_new_desk_is_empty_at_revision_0(journal: Journal) -> None:
    loaded = await journal.load(T, D)
    assert (loaded.revision, loaded.desk, loaded.rota, loaded.facts) == (0, DESK, Rota(), Facts())
    assert (loaded.requests, loaded.notices, loaded.outgoing) == ((), (), ())
    assert await journal.desks() == (DESK,)


@pytest.mark.parametrize(
    "other",
    [
        replace(DESK, channel="19:other"),
        replace(DESK, id="other"),
        replace(DESK, tenant="tenant-b", channel="19:other"),
    ],
)
async def test_an_id_or_a_channel_is_one_desks_only(journal: Journal, other: DeskInfo) -> None:
    with pytest.raises(Refused):
        await journal.create(other)
    assert await journal.desks() == (DESK,)


async def test_a_desk_that_never_had_a_request_is_removed_with_all_that_is_its_own(journal: Journal) -> None:
    await journal.create(replace(DESK, id="other", channel="19:other"))
    await journal.commit(Commit(T, D, 0, records=(record("k"),), changes=(PutRota(ROTA), PutNotice(NOTICE))))
    await journal.remove(T, D)
    assert [desk.id for desk in await journal.desks()] == ["other"]
    with pytest.raises(Refused, match="There is no desk"):
        await journal.remove(T, D)
    await journal.create(DESK)
    assert (await journal.load(T, D)).rota == Rota()
    assert await journal.known(T, D, ["k"]) == frozenset()


async def test_a_desk_with_requests_or_with_something_to_send_stays(journal: Journal) -> None:
    await journal.commit(Commit(T, D, 0, outgoing=(Outgoing("1.0", WriteRota()),)))
    with pytest.raises(Refused, match="something to send"):
        await journal.remove(T, D)
    await journal.commit(Commit(T, D, 1, struck=("1.0",), changes=(PutRequest(request(status=Status.CLOSED)),)))
    with pytest.raises(Refused, match="has had requests"):
        await journal.remove(T, D)
    assert await journal.desks() == (DESK,)


async def test_the_same_channel_id_may_be_a_desk_in_another_tenant(journal: Journal) -> None:
    await journal.create(replace(DESK, id="other", tenant="tenant-b"))
    assert len(await journal.desks()) == 2


async def test_what_is_committed_is_loaded(journal: Journal) -> None:
    desk = replace(DESK, policy=POLICY)
    await journal.commit(posted(0, 1))
    changes = (PutRota(ROTA), PutFacts(FACTS), PutNotice(NOTICE), PutDesk(desk))
    await journal.commit(changing(*changes, revision=1))
    loaded = await journal.load(T, D)
    assert (loaded.revision, loaded.desk, loaded.rota, loaded.facts) == (2, desk, ROTA, FACTS)
    assert (loaded.requests, loaded.notices, loaded.outgoing) == ((request(1),), (NOTICE,), posted(0, 1).outgoing)


async def test_every_effect_comes_back_as_the_very_value(journal: Journal) -> None:
    effects: list[Effect] = [*(Show(f"k{n}", "19:t", view) for n, view in enumerate(VIEWS)), WriteRota()]
    effects += [Say(f"s{n}", "person:x", view) for n, view in enumerate(VIEWS)]
    effects += [MakeReport("m", "person:x", date(2026, 11, 18)), MakeReport("n", "19:t", NOW.date(), asked=False)]
    outgoing = tuple(Outgoing(f"o{99 - n}", effect, f"event {n}") for n, effect in enumerate(effects))
    await journal.commit(Commit(T, D, 0, outgoing=outgoing))
    assert (await journal.load(T, D)).outgoing == outgoing


async def test_effects_wait_in_the_order_of_their_commits(journal: Journal) -> None:
    await journal.commit(posted(0, 2))
    await journal.commit(posted(1, 1))
    assert [one.id for one in (await journal.load(T, D)).outgoing] == ["2:1", "2:0", "1:1", "1:0"]


async def test_a_delivered_effect_is_struck_and_its_message_is_found(journal: Journal) -> None:
    await journal.commit(posted(0, 1))
    assert await journal.address(T, D, "card-1") is None
    await journal.commit(Commit(T, D, 1, struck=("1:1",), shown=(("card-1", ADDRESS),)))
    assert await journal.address(T, D, "card-1") == ADDRESS
    assert [one.id for one in (await journal.load(T, D)).outgoing] == ["1:0"]
    moved = replace(ADDRESS, activity="2")
    await journal.commit(Commit(T, D, 2, shown=(("card-1", moved),)))
    assert await journal.address(T, D, "card-1") == moved


async def test_who_decided_on_an_old_revision_loses_and_nothing_of_it_is_written(journal: Journal) -> None:
    await journal.commit(posted(0, 1))
    with pytest.raises(Conflict):
        await journal.commit(posted(0, 2))
    assert [one.id for one in (await journal.load(T, D)).requests] == ["r1"]
    assert await journal.known(T, D, ["key-1", "key-2"]) == {"key-1"}


async def test_of_many_at_one_revision_one_wins(journal: Journal) -> None:
    outcomes = await asyncio.gather(*(journal.commit(posted(0, n)) for n in range(8)), return_exceptions=True)
    assert outcomes.count(frozenset()) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7


async def test_a_known_key_changes_nothing(journal: Journal) -> None:
    await journal.commit(posted(0, 1))
    again = Commit(T, D, 1, records=(record("new"), record("key-1")), changes=(PutRequest(request(2)),))
    with pytest.raises(Conflict):
        await journal.commit(again)
    loaded = await journal.load(T, D)
    assert (loaded.revision, [one.id for one in loaded.requests]) == (1, ["r1"])
    assert await journal.known(T, D, ["new"]) == frozenset()


async def test_a_commit_to_an_unknown_desk_conflicts(journal: Journal) -> None:
    with pytest.raises(Conflict):
        await journal.commit(Commit(T, "nowhere", 0))
    with pytest.raises(Refused):
        await journal.load(T, "nowhere")


async def test_a_later_change_of_the_same_thing_wins(journal: Journal) -> None:
    await journal.commit(
        changing(
            PutRequest(request(1, text="old")),
            PutNotice(NOTICE),
            PutFacts(FACTS),
            PutRequest(request(1, text="new")),
            DropNotice(NOTICE.key),
            PutFacts(Facts(9)),
        )
    )
    await journal.commit(changing(DropNotice("n2"), PutNotice(replace(NOTICE, key="n2")), revision=1))
    loaded = await journal.load(T, D)
    assert [one.text for one in loaded.requests] == ["new"]
    assert [one.key for one in loaded.notices] == ["n2"]
    assert loaded.facts == Facts(9)


async def test_a_closed_request_leaves_the_state_but_is_found_by_id_and_by_thread(journal: Journal) -> None:
    closed = request(1, status=Status.CLOSED, place="19:t")
    await journal.commit(changing(PutRequest(closed), PutRequest(request(2, place="19:t")), PutRequest(request(3))))
    assert [one.id for one in (await journal.load(T, D)).requests] == ["r2", "r3"]
    assert await journal.matters(T, D, ["r1"], []) == (closed,)
    assert [one.id for one in await journal.matters(T, D, ["r3"], ["19:t"])] == ["r1", "r2", "r3"]
    assert await journal.matters(T, D, [], []) == ()


def closed(number: int, day: int) -> PutRequest:
    one = replace(request(number, status=Status.CLOSED), closed_at=NOW + timedelta(days=day))
    return PutRequest(one)


def limits(undo: int, names: int, texts: int, since: int = 0) -> Limits:
    """Return limits in days after NOW."""
    at = (NOW + timedelta(days=day) for day in (undo, names, texts))
    return Limits(dict(zip(Part, at, strict=True)), since)


async def test_what_is_past_its_time_is_found_oldest_first_and_in_portions(journal: Journal) -> None:
    await journal.commit(changing(*(closed(number, -number) for number in range(1, 6)), PutRequest(request(9))))
    assert await journal.expired(T, D, limits(-9, -9, -9), 3) == Expired((), 0, more=False)
    assert await journal.expired(T, D, limits(-2, -9, -9), 9) == Expired(("r5", "r4", "r3", "r2"), 0, more=False)
    assert await journal.expired(T, D, limits(-2, -9, -9), 3) == Expired(("r5", "r4", "r3"), 0, more=True)


async def test_what_is_erased_is_past_its_time_no_more(journal: Journal) -> None:
    one, two, three = (closed(number, -number).request for number in range(1, 4))
    await journal.commit(
        changing(*(PutRequest(one) for one in (without_undo(one), without_names(two), without_texts(three))))
    )
    assert (await journal.expired(T, D, limits(0, -9, -9), 9)).requests == ()
    assert (await journal.expired(T, D, limits(-9, 0, -9), 9)).requests == ("r3", "r1")
    assert (await journal.expired(T, D, limits(-9, -9, 0), 9)).requests == ("r2", "r1")
    gone = (PutRequest(without_texts(without_names(one))) for one in (one, two, three))
    await journal.commit(changing(*gone, revision=1))
    assert await journal.expired(T, D, limits(0, 0, 0), 9) == Expired((), 0, more=False)


async def test_a_request_is_found_by_whom_it_names_or_by_its_words_while_it_holds_any(journal: Journal) -> None:
    named = replace(request(2), requester=Author("tom", 'Tom "T" Grün'), deed=None, before=None)
    nameless = replace(without_names(closed(3, 0).request), remark="her own words")
    empty = without_texts(replace(nameless, id="r4"))
    await journal.commit(changing(closed(1, 0), *map(PutRequest, (named, nameless, empty))))
    for words, found in (
        (["rita"], ["r1"]),
        (["Rita Grün"], ["r1"]),
        (['Tom "T" Grün'], ["r2"]),
        (["tom", "rita"], ["r1", "r2"]),
        (["ta Gr"], ["r1"]),
        (["her own words"], ["r3"]),
        (["eva"], ["r1", "r2"]),
        (["%"], []),
        ([], []),
    ):
        assert [one.id for one in await journal.naming(T, D, words)] == found, words


async def test_somebody_is_remembered_by_what_they_did_or_by_their_chat(journal: Journal) -> None:
    await journal.commit(Commit(T, D, 0, records=(replace(record("k"), actor="rita"),)))
    await journal.learn(T, "person:tom", "{}")
    await journal.learn("another", "person:eva", "{}")
    known = [await journal.remembers(T, D, one) for one in ("rita", "tom", "eva", "ri", "")]
    assert known == [True, True, False, False, False]
    await journal.commit(changing(ForgetPerson("rita"), ForgetPerson("tom"), revision=1))
    assert not await journal.remembers(T, D, "rita")
    assert not await journal.remembers(T, D, "tom")


async def test_chats_of_those_whom_no_history_names_are_found_at_the_end(journal: Journal) -> None:
    await journal.create(DeskInfo("other", T, "team", "19:other"))
    await journal.commit(Commit(T, D, 0, records=(replace(record("k"), actor="rita", recorded_at=NOW),)))
    await journal.commit(Commit(T, "other", 0, records=(replace(record("k"), actor="ben"),)))
    for tenant, place in ((T, "person:rita"), (T, "person:ben"), (T, "person:tom"), (T, "19:x"), ("t2", "person:eva")):
        await journal.learn(tenant, place, "{}")
    assert (await journal.expired(T, D, limits(-9, -9, -9), 3)).chats == ("tom",)
    assert (await journal.expired(T, D, limits(-9, 0, -9), 1)).chats == ()  # there is more


async def test_acts_of_a_time_and_of_a_person_name_nobody(journal: Journal) -> None:
    for revision in range(4):
        act = replace(record(f"k{revision}"), actor="rita" if revision % 2 else "tom", recorded_at=NOW)
        await journal.commit(Commit(T, D, revision, records=(act,)))
    assert await journal.expired(T, D, limits(-9, 0, -9), 3) == Expired((), 3, more=True)
    assert await journal.expired(T, D, limits(-9, 0, -9, since=3), 3) == Expired((), 4, more=False)
    assert await journal.expired(T, D, limits(-9, -1, -9), 3) == Expired((), 0, more=False)
    await journal.commit(changing(ForgetActs(1, 2), revision=4))
    assert [one.actor for one in await journal.history(T, D)] == ["tom", "", "tom", "rita"]
    await journal.commit(changing(ForgetPerson("tom"), revision=5))
    assert [one.actor for one in await journal.history(T, D)] == ["", "", "", "rita"]


async def test_messages_and_chats_are_forgotten(journal: Journal) -> None:
    keys = ("card:R-1", "copy:R-1:first:eva", "copy:R-10:first:eva", "copy:R-1:first:ana", "copy:R-2:first:ana")
    await journal.commit(Commit(T, D, 0, shown=tuple((key, ADDRESS) for key in keys)))
    for person in ("eva", "ana"):
        for tenant in (T, "tenant-b"):
            await journal.learn(tenant, f"person:{person}", "{}")

    async def left() -> list[str]:
        return [key for key in keys if await journal.address(T, D, key)]

    await journal.commit(changing(ForgetMessages(("copy:R-1:", "reply:R-1:")), revision=1))
    assert await left() == ["card:R-1", "copy:R-10:first:eva", "copy:R-2:first:ana"]
    await journal.commit(changing(ForgetPerson("eva"), revision=2))
    assert await left() == ["card:R-1", "copy:R-2:first:ana"]
    await journal.commit(changing(ForgetChats(("ana",)), revision=3))
    assert list(await journal.references()) == [
        ("tenant-b", "person:ana", "{}"),
        ("tenant-b", "person:eva", "{}"),
    ]


async def test_keys_are_asked_for_by_the_thousand(journal: Journal) -> None:
    keys = [f"key-{n}" for n in range(1200)]
    await journal.commit(Commit(T, D, 0, records=tuple(record(key) for key in keys)))
    assert await journal.known(T, D, [*keys, "other"]) == frozenset(keys)


async def test_history_is_kept_in_order_with_its_matters(journal: Journal) -> None:
    await journal.commit(Commit(T, D, 0, records=(record("b", "r1", "r2"), record("a"))))
    await journal.commit(Commit(T, D, 1, records=(record("0"),)))
    assert await journal.history(T, D) == (record("b", "r1", "r2"), record("a"), record("0"))


async def test_desks_do_not_see_each_other(journal: Journal) -> None:
    await journal.create(replace(DESK, id="other", channel="19:other"))
    await journal.commit(posted(0, 1))
    await journal.commit(replace(posted(0, 1), desk="other", outgoing=(Outgoing("1:1", Show("k", "19:t", CARD)),)))
    assert len((await journal.load(T, D)).outgoing) == 2
    assert len((await journal.load(T, "other")).outgoing) == 1


async def test_a_rota_is_written_when_its_file_is_and_a_newer_one_is_not(journal: Journal) -> None:
    await journal.commit(changing(PutRota(ROTA)))
    await journal.rota_written(T, D, "sum-1", ROTA)
    stored = await journal.rota(T, D)
    assert (stored.rota, stored.checksum, stored.written) == (ROTA, "sum-1", True)
    newer = replace(ROTA, absences=())
    await journal.commit(changing(PutRota(newer), revision=1))
    await journal.rota_written(T, D, "sum-1", ROTA)
    stored = await journal.rota(T, D)
    assert (stored.rota, stored.checksum, stored.written) == (newer, "sum-1", False)


async def test_what_was_learnt_of_a_place_is_kept_by_tenant(journal: Journal) -> None:
    await journal.learn("t1", "person:x", "old")
    await journal.learn("t2", "person:x", "theirs")
    await journal.learn("t1", "person:x", '{"new": 1}')
    assert await journal.references() == (("t1", "person:x", '{"new": 1}'), ("t2", "person:x", "theirs"))


async def test_what_somebody_asked_is_found_when_it_was_closed_since(journal: Journal) -> None:
    other = replace(request(4, status=Status.CLOSED), requester=Author('ri"ta', "Rita"))
    changes = [PutRequest(request(number, status=Status.CLOSED)) for number in (2, 1)]
    await journal.commit(changing(*changes, PutRequest(request(3)), PutRequest(other)))
    assert [one.id for one in await journal.closed(T, D, "rita", NOW)] == ["r1", "r2"]
    assert [one.id for one in await journal.closed(T, D, 'ri"ta', NOW)] == ["r4"]
    assert await journal.closed(T, D, "rita", NOW + timedelta(microseconds=1)) == ()
    assert await journal.closed(T, D, "nobody", NOW) == ()


def alert(number: int = 1, **more: object) -> Alert:
    said = Notification(Kind.NEW, error=f"e{number}", project="shop", error_class="KeyError", message="'id'")
    known = Alert(
        f"A-{number}", f"error:e{number}", said, NOW, NOW, NOW, NOW, posts=(Post(f"C/{number}", "https://s"),)
    )
    return replace(known, **more)  # type: ignore[arg-type]


ENDED = {"status": AlertStatus.RESOLVED, "ended_by": Author("ana", "Ana Lindqvist")}


async def test_live_alerts_are_loaded_and_ended_ones_found_by_id_or_name(journal: Journal) -> None:
    live, ended = alert(1, owner=Author("ben", "Ben"), until=NOW), alert(2, **ENDED)
    await journal.commit(changing(PutAlert(live), PutAlert(ended)))
    assert (await journal.load(T, D)).alerts == (live,)
    assert await journal.alerts(T, D, ["A-2"], []) == (ended,)
    assert await journal.alerts(T, D, [], ["error:e1", "post:C/2", "nonsense"]) == (live, ended)
    assert await journal.alerts(T, D, ["A-1"], ["error:e1"]) == (live,)
    assert await journal.alerts(T, D, [], []) == ()


async def test_a_name_is_the_alerts_that_got_it_last(journal: Journal) -> None:
    await journal.commit(changing(PutAlert(alert(1)), PutAlert(alert(2))))
    assert await journal.alerts(T, D, [], ["like:shop|KeyError"]) == (alert(2),)
    await journal.commit(changing(PutAlert(alert(1, times=2)), revision=1))
    assert await journal.alerts(T, D, [], ["like:shop|KeyError"]) == (alert(1, times=2),)


async def test_alerts_are_found_by_whom_they_name_until_that_is_erased(journal: Journal) -> None:
    ended, live = alert(1, **ENDED), alert(2, owner=Author("ana", "Ana Lindqvist"))
    await journal.commit(changing(PutAlert(ended), PutAlert(live)))
    assert await journal.alerts_naming(T, D, ["ana"]) == (ended, live)
    left = without_text_of_alerts(without_names_of_alerts(ended))
    await journal.commit(changing(PutAlert(left), revision=1))
    assert await journal.alerts_naming(T, D, ["A-1", "Ana Lindqvist"]) == (live,)


async def test_ended_alerts_are_past_their_time_as_requests_are(journal: Journal) -> None:
    old, new = alert(1, **ENDED), alert(2, **ENDED, changed_at=NOW + timedelta(days=2))
    await journal.commit(changing(PutAlert(old), PutAlert(new), PutAlert(alert(3))))
    limits = Limits(dict.fromkeys(Part, NOW + timedelta(days=1)), 0)
    found = await journal.expired(T, D, limits, 10)
    assert (found.alerts, found.more) == (("A-1",), False)
    assert (await journal.expired(T, D, limits, 1)).more


def said(number: int, text: str = "Who knows?", **more: Any) -> Request:
    """Return a request that is compared by its text."""
    return replace(request(number, text=text), **{"follow_up": False, "matter": "", **more})


async def known(journal: Journal, after: tuple[int, str] = (0, "")) -> dict[str, Asked]:
    return {one.request: one for one in await journal.texts(T, D, after, 100)}


async def test_the_search_knows_of_each_request_what_it_says_and_how_it_ended(journal: Journal) -> None:
    ended: dict[str, Any] = {"outcome": Outcome.DOCS, "common": "C-3", "helped": ("#a", "R-2"), "unlike": ("C-1",)}
    await journal.commit(changing(PutRequest(said(1)), PutRequest(said(2, status=Status.CLOSED, **ended))))
    one, two = await journal.texts(T, D, (0, ""), 100)
    assert one == Asked("r1", 1, "Who knows?", said(1).posted_at, Status.OPEN)
    assert two == Asked("r2", 1, "Who knows?", said(2).posted_at, Status.CLOSED, **ended)


async def test_the_search_reads_on_from_where_it_was(journal: Journal) -> None:
    await journal.commit(changing(*(PutRequest(said(number)) for number in (1, 2, 3))))
    await journal.commit(changing(PutRequest(said(2, "It is solved")), revision=1))
    first = await journal.texts(T, D, (0, ""), 1)
    rest = await journal.texts(T, D, (first[-1].revision, first[-1].request), 100)
    assert [(one.request, one.revision) for one in (*first, *rest)] == [("r1", 1), ("r3", 1), ("r2", 2)]
    assert await known(journal, (2, "r2")) == {}


async def test_what_changed_nothing_for_the_search_is_not_read_again(journal: Journal) -> None:
    await journal.commit(changing(PutRequest(said(1))))
    await journal.commit(changing(PutRequest(said(1, remark="restarted anew")), revision=1))
    assert await known(journal, (1, "r1")) == {}


async def test_a_vector_stays_as_long_as_its_text(journal: Journal) -> None:
    await journal.commit(changing(PutRequest(said(1)), PutRequest(said(2))))
    made = {name: replace(one, vector=b"12", encoder="e/1") for name, one in (await known(journal)).items()}
    await journal.keep_vectors(T, D, made.values())
    await journal.commit(changing(PutRequest(said(1, common="C-1")), PutRequest(said(2, "Other")), revision=1))
    found = await known(journal)
    assert (found["r1"].vector, found["r1"].encoder, found["r1"].common) == (b"12", "e/1", "C-1")
    assert (found["r2"].vector, found["r2"].encoder) == (None, "")


async def test_a_vector_of_a_text_that_has_changed_meanwhile_is_not_kept(journal: Journal) -> None:
    await journal.commit(changing(PutRequest(said(1))))
    old = replace((await known(journal))["r1"], vector=b"12", encoder="e/1")
    await journal.commit(changing(PutRequest(said(1, "Other")), revision=1))
    await journal.keep_vectors(T, D, [old, replace(old, request="r9")])
    await journal.keep_vectors(T, D, [])
    assert [(one.text, one.vector) for one in (await known(journal)).values()] == [("Other", None)]


async def test_an_erased_text_leaves_what_the_search_reads_at_once(journal: Journal) -> None:
    await journal.commit(changing(PutRequest(said(1, status=Status.CLOSED, helped=("#a",)))))
    await journal.keep_vectors(T, D, [replace((await known(journal))["r1"], vector=b"12", encoder="e/1")])
    gone = without_texts(said(1, status=Status.CLOSED, helped=("#a",)))
    await journal.commit(changing(PutRequest(gone), revision=1))
    (left,) = (await known(journal, (1, "r1"))).values()
    assert (left.text, left.vector, left.helped) == ("", None, ())


async def test_a_probe_changes_nothing_that_anybody_reads(journal: Journal) -> None:
    before = await journal.load(T, D)
    for _ in range(3):
        await journal.probe()
    assert await journal.load(T, D) == before


async def test_an_audit_has_the_requests_that_were_due_by_then_and_the_oldest_of_the_outbox(journal: Journal) -> None:
    due, later, closed = (replace(request(n), id=f"R-{n}") for n in (1, 2, 3))
    assert due.next_at is not None
    assert later.next_at is not None
    assert later.clock is not None
    effects = [Outgoing("1.0", WriteRota()), Outgoing("1.1", Say("line:R-1", "19:x", VIEWS[0]))]
    closed = replace(closed, status=Status.CLOSED, clock=None)
    commit = changing(PutRequest(due), PutRequest(closed), PutRota(ROTA), PutFacts(FACTS))
    await journal.commit(replace(commit, outgoing=tuple(effects)))
    found = await journal.audit(T, D, due.next_at)
    assert dict(found.state.requests) == {"R-1": due}
    assert (found.state.desk, found.state.rota, found.state.facts) == (DESK, ROTA, FACTS)
    assert found.pending == (Pending("1.0", "rota", "WriteRota"), Pending("1.1", "line:R-1", "Say"))
    assert (found.due, found.total) == (1, 2)
    more = [PutRequest(replace(due, id=f"R-{n}", place=f"19:c;messageid={n}")) for n in range(10, 40)]
    await journal.commit(changing(*more, revision=1))
    found = await journal.audit(T, D, due.next_at)
    assert (found.due, len(found.state.requests)) == (31, 20)
    assert not (await journal.audit(T, D, due.next_at - timedelta(microseconds=1))).state.requests
    with pytest.raises(Refused, match="no desk"):
        await journal.audit(T, "nowhere", NOW)
