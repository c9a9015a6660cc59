"""The report's figures, on every journal: weeks that were computed by hand, and any week against a plain reckoning."""

import asyncio
import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.alert import Alert, acknowledged
from bot.alerts.alert import Status as AlertStatus
from bot.alerts.erasure import without_names as alert_without_names
from bot.alerts.erasure import without_texts as alert_without_texts
from bot.alerts.notification import Kind, Notification
from bot.effects import Change, PutAlert, PutRequest
from bot.hours import SupportHours
from bot.people import Author
from bot.ports import Commit
from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal
from bot.support.erasure import without_names, without_texts
from bot.support.report import Counted, Figures, Hour, Speed, period
from bot.support.request import Outcome, Request, Status
from tests.store.samples import DESK

Journal = SqlJournal | MemoryJournal
T, D = DESK.tenant, DESK.id
OLGA, ANA = Author("olga", "Olga Brandt"), Author("ana", "Ana Lindqvist")
FIVE = timedelta(minutes=5)
AUTUMN = SupportHours(holidays=frozenset({date(2026, 10, 26)}))
"""In this week the clocks go back on Sunday the 25th, and Monday is a holiday."""
SPRING = SupportHours(holidays=frozenset({date(2027, 3, 26), date(2027, 3, 29)}))
"""In this week the clocks go forward on Sunday the 28th, between two holidays."""


def at(text: str, hours: SupportHours = AUTUMN) -> datetime:
    """Return "2026-10-21 10:00:30" by the desk's clock as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=hours.zone).astimezone(UTC)


def asked(number: int, posted: str, answered: str = "", hours: SupportHours = AUTUMN, **more: object) -> Request:
    """Make a request that was posted, and perhaps answered, at these times by the desk's clock."""
    posted_at = at(posted, hours)
    responded = {"responder": ANA, "responded_at": at(answered, hours), "claimer": ANA} if answered else {}
    status = Status.ACKNOWLEDGED if answered else Status.OPEN
    made = Request(
        f"R-{number}", OLGA, "words", posted_at, f"19:c;messageid={number}", posted_at, hours.add(posted_at, FIVE),
        status=status, **responded,  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def ended(request: Request, outcome: Outcome, when: str, hours: SupportHours = AUTUMN) -> Request:
    """End a request."""
    return replace(request, status=Status.CLOSED, outcome=outcome, closed_by=ANA, closed_at=at(when, hours))


def alerted(number: int, came: str, taken: str = "", hours: SupportHours = AUTUMN, kind: Kind = Kind.NEW) -> Alert:
    """Make an alert that came, and perhaps was taken, at these times by the desk's clock."""
    when = at(came, hours)
    said = Notification(kind, error=f"e{number}")
    made = Alert(f"A-{number}", f"error:e{number}", said, when, when, when, when, news=kind)
    return acknowledged(made, ANA, at(taken, hours)) if taken else made


async def put(journal: Journal, *some: Request | Alert) -> None:
    """Keep requests and alerts."""
    revision = (await journal.load(T, D)).revision
    changes: list[Change] = [PutRequest(one) if isinstance(one, Request) else PutAlert(one) for one in some]
    await journal.commit(Commit(T, D, revision, changes=tuple(changes)))


async def figures(journal: Journal, now: str, day: date = date(2026, 10, 21), hours: SupportHours = AUTUMN) -> Figures:
    """Count the iteration of a day."""
    return await journal.figures(T, D, period(day, at(now, hours), hours, FIVE))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


async def test_a_week_in_which_the_clocks_go_back_by_hand(journal: Journal) -> None:
    await put(
        journal,
        asked(1, "2026-10-21 09:00", "2026-10-21 09:01:40"),  # 100 s
        asked(2, "2026-10-21 16:30", "2026-10-21 16:36"),  # 360 s, late
        asked(3, "2026-10-22 17:58", "2026-10-23 09:02"),  # 2 min + 2 min = 240 s
        ended(asked(4, "2026-10-22 20:00", "2026-10-22 20:30"), Outcome.ANSWERED, "2026-10-22 20:40"),  # 0 s
        asked(5, "2026-10-23 17:59", "2026-10-27 09:01"),  # over the change of clocks and the holiday: 120 s
        asked(6, "2026-10-25 02:30", "2026-10-27 09:10"),  # at night, 600 s, late
        ended(asked(7, "2026-10-27 10:00", "2026-10-27 10:00:30"), Outcome.DUPLICATE, "2026-10-27 10:05"),  # 30 s
        asked(8, "2026-10-27 17:57"),  # nobody has answered, and it is not late yet
        ended(asked(9, "2026-10-27 11:00"), Outcome.SOLVED_BY_REQUESTER, "2026-10-27 11:02"),  # nobody had to answer
        ended(asked(10, "2026-10-27 12:00"), Outcome.SOLVED_BY_REQUESTER, "2026-10-27 12:30"),  # too late to have to
        ended(asked(11, "2026-10-27 13:00"), Outcome.WITHDRAWN, "2026-10-27 13:02"),
        ended(asked(12, "2026-10-27 13:00", "2026-10-27 13:01"), Outcome.NOT_A_REQUEST, "2026-10-27 13:01"),
        asked(13, "2026-10-27 10:01", "2026-10-27 17:00", follow_up=True, lead="R-7"),
        asked(14, "2026-10-20 23:59", "2026-10-21 09:00"),  # the week before
        asked(15, "2026-10-28 00:00", "2026-10-28 09:00"),  # the week after
    )
    found = await figures(journal, "2026-10-27 17:59")
    # answered: 0, 30, 100, 120, 240, 360, 600 s; judged too: the one that ended after half an hour
    assert found.requests == Counted(10, 7, 1, Speed(8, 5, seconds(120), seconds(600)))
    assert found.outside == 2
    assert found.outcomes == (("", 6), ("solved by requester", 2), ("answered", 1), ("duplicate", 1))
    assert [(one.day.day, one.hour, one.requests) for one in found.hours] == [
        (21, 9, 1), (21, 16, 1), (22, 17, 1), (22, 20, 1), (23, 17, 1), (25, 2, 1), (27, 10, 1), (27, 11, 1),
        (27, 12, 1), (27, 17, 1),
    ]  # fmt: skip


async def test_a_week_in_which_the_clocks_go_forward_by_hand(journal: Journal) -> None:
    week = date(2027, 3, 24)
    await put(
        journal,
        asked(1, "2027-03-25 17:59", "2027-03-30 09:02", SPRING),  # two holidays and the change between: 180 s
        asked(2, "2027-03-28 01:59", "2027-03-30 09:03", SPRING),  # 180 s; its hour is the last of that night
        asked(3, "2027-03-28 03:00", "2027-03-28 03:01", SPRING),  # 0 s, a minute after the one before
        asked(4, "2027-03-29 10:00", "2027-03-30 09:06", SPRING),  # on the holiday: 360 s, late
        alerted(1, "2027-03-25 17:58", "2027-03-30 09:03:01", SPRING),  # 301 s
        alerted(2, "2027-03-24 10:00", "2027-03-24 10:05", SPRING),  # 300 s
        alerted(3, "2027-03-30 17:00", "", SPRING),
        alerted(4, "2027-03-30 12:00", "2027-03-30 12:01", SPRING, Kind.TEST),
    )
    found = await figures(journal, "2027-03-30 17:30", week, SPRING)
    assert found.requests == Counted(4, 4, 0, Speed(4, 3, seconds(180), seconds(360)))
    assert found.outside == 3
    assert found.alerts == Counted(3, 2, 1, Speed(3, 1, seconds(300), seconds(301)))
    assert found.standings == (("ACKNOWLEDGED", 2), ("TRIGGERED", 1))
    assert Hour(date(2027, 3, 28), 1, 1, 0) in found.hours
    assert Hour(date(2027, 3, 28), 3, 1, 0) in found.hours
    assert Hour(date(2027, 3, 30), 17, 0, 1) in found.hours


async def test_support_that_works_through_the_night_of_the_change_is_timed_as_it_elapsed(journal: Journal) -> None:
    always = SupportHours(opens=time(0, 30), closes=time(6), weekdays=frozenset({6}))
    early = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00, which comes again an hour later
    request = asked(1, "2026-10-25 02:00", hours=always, posted_at=early)
    await put(journal, replace(request, responder=ANA, responded_at=early + timedelta(hours=2)))
    found = await figures(journal, "2026-10-25 12:00", hours=always)
    assert found.requests.speed == Speed(1, 0, timedelta(hours=2), timedelta(hours=2))
    await put(journal, replace(request, id="R-2", posted_at=early + timedelta(hours=1)))
    found = await figures(journal, "2026-10-25 12:00", hours=always)
    assert found.hours == (Hour(date(2026, 10, 25), 2, 2, 0),)


async def test_an_empty_week_has_no_figure(journal: Journal) -> None:
    await put(journal, asked(1, "2026-10-14 10:00", "2026-10-14 10:01", common="C-9"))
    assert replace(await figures(journal, "2026-10-27 12:00"), commons=()) == Figures()
    assert await figures(journal, "2026-10-20 12:00", date(2025, 10, 22)) == Figures()
    shut = SupportHours(holidays=frozenset(date(2026, 10, 21) + timedelta(n) for n in range(9)))
    await put(journal, asked(2, "2026-10-21 10:00", "2026-10-21 11:00"))
    found = await figures(journal, "2026-10-27 12:00", hours=shut)
    assert (found.requests, found.outside) == (Counted(1, 1, 0, Speed(1, 0, seconds(0), seconds(0))), 1)


async def test_what_was_opened_again_keeps_its_first_response_and_no_second_is_timed(journal: Journal) -> None:
    again = asked(1, "2026-10-21 10:00", "2026-10-21 10:01", status=Status.OPEN, open_since=at("2026-10-22 10:00"))
    await put(journal, again)
    found = await figures(journal, "2026-10-27 12:00")
    assert found.requests == Counted(1, 1, 0, Speed(1, 1, seconds(60), seconds(60)))


async def test_what_its_requester_had_solved_and_opened_again_before_any_answer_waits_since_then(
    journal: Journal,
) -> None:
    since = at("2026-10-22 10:00")
    again = asked(1, "2026-10-21 10:00", "2026-10-22 10:02", unanswered_since=since, due_at=AUTUMN.add(since, FIVE))
    await put(journal, again)
    found = await figures(journal, "2026-10-27 12:00")
    assert found.requests == Counted(1, 1, 0, Speed(1, 1, seconds(120), seconds(120)))
    assert found.hours == (Hour(date(2026, 10, 21), 10, 1, 0),)


async def test_what_was_answered_before_its_own_post_took_no_time(journal: Journal) -> None:
    await put(journal, asked(1, "2026-10-21 10:00", "2026-10-21 09:50"))
    assert (await figures(journal, "2026-10-27 12:00")).requests.speed == Speed(1, 1, seconds(0), seconds(0))


async def test_figures_go_on_when_names_and_words_are_erased(journal: Journal) -> None:
    requests = [
        ended(asked(n, "2026-10-21 10:00", f"2026-10-21 10:0{n}", common="C-1"), Outcome.TICKET, "2026-10-21 12:00")
        for n in range(1, 7)
    ]
    ticketed = replace(alerted(1, "2026-10-21 10:00", "2026-10-21 10:03"), status=AlertStatus.TICKETED)
    await put(journal, *requests, ticketed)
    before = await figures(journal, "2026-10-27 12:00")
    await put(journal, *(without_texts(without_names(one)) for one in requests))
    await put(journal, alert_without_texts(alert_without_names(ticketed)))
    assert await figures(journal, "2026-10-27 12:00") == before
    assert before.requests.speed == Speed(6, 5, seconds(180), seconds(360))


async def test_alerts_that_are_over_before_anybody_came_are_judged_by_how_long_they_waited(journal: Journal) -> None:
    short, long = alerted(1, "2026-10-21 10:00"), alerted(2, "2026-10-21 11:00")
    await put(
        journal,
        replace(short, status=AlertStatus.RESOLVED, changed_at=at("2026-10-21 10:05")),
        replace(long, status=AlertStatus.RESOLVED, changed_at=at("2026-10-21 11:05:01")),
        alerted(3, "2026-10-21 12:00", "2026-10-21 12:01"),
    )
    found = await figures(journal, "2026-10-27 12:00")
    assert found.alerts == Counted(3, 1, 0, Speed(2, 1, seconds(60), seconds(60)))


async def test_an_alert_that_was_opened_again_keeps_its_first_time_and_gets_no_other(journal: Journal) -> None:
    known = alerted(1, "2026-10-21 10:00", "2026-10-21 10:02")
    unknown = alerted(2, "2026-10-21 10:00")
    again = {"status": AlertStatus.TRIGGERED, "round": 2, "triggered_at": at("2026-10-23 10:00")}
    await put(journal, replace(known, **again), replace(unknown, **again))  # type: ignore[arg-type]
    later = acknowledged(replace(unknown, **again), ANA, at("2026-10-23 10:30"))  # type: ignore[arg-type]
    await put(journal, later)
    found = await figures(journal, "2026-10-27 12:00")
    assert found.alerts == Counted(2, 1, 0, Speed(1, 1, seconds(120), seconds(120)))


async def test_common_requests_are_counted_in_the_week_and_in_the_thirty_days_before_its_end(journal: Journal) -> None:
    await put(
        journal,
        asked(1, "2026-10-21 10:00", common="C-1"),
        asked(2, "2026-10-22 10:00", common="C-2"),
        asked(3, "2026-10-23 10:00", common="C-2"),
        asked(4, "2026-10-01 10:00", common="C-1"),
        asked(5, "2026-10-02 10:00", common="C-3"),
        asked(6, "2026-09-27 11:59", common="C-1"),  # 30 days and a minute before
        asked(7, "2026-10-21 10:01", common="C-1", follow_up=True, lead="R-1"),
        ended(asked(8, "2026-10-21 10:02", common="C-1"), Outcome.WITHDRAWN, "2026-10-21 10:03"),
        asked(9, "2026-10-28 10:00", common="C-1"),
    )
    found = await figures(journal, "2026-10-27 11:00")
    assert found.commons == (("C-2", 2, 2), ("C-1", 1, 2), ("C-3", 0, 1))


async def test_another_desk_counts_for_itself(journal: Journal) -> None:
    other = replace(DESK, id="other", channel="19:other")
    await journal.create(other)
    await put(journal, asked(1, "2026-10-21 10:00"))
    asked_of = period(date(2026, 10, 21), at("2026-10-27 12:00"), AUTUMN, FIVE)
    assert await journal.figures(T, "other", asked_of) == Figures()


# -- any week, against a plain reckoning ----------------------------------------------------------------------------

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
WEEKS = (date(2026, 10, 21), date(2026, 3, 25), date(2026, 4, 1), date(2026, 3, 4), date(2026, 11, 18))
moments = st.integers(-2 * 24 * 60, 9 * 24 * 60)  # minutes from the week's begin
durations = st.none() | st.integers(0, 4 * 24 * 3600)  # seconds
asking = st.tuples(
    moments, durations, durations, st.sampled_from([None, *Outcome]), st.booleans(), st.sampled_from(["", "C-1", "C-2"])
)
alerting = st.tuples(moments, durations, st.sampled_from([Kind.NEW, Kind.SPIKE, Kind.TEST]))
desks = st.builds(
    SupportHours,
    zone=st.sampled_from([ZoneInfo(zone) for zone in ZONES]),
    opens=st.sampled_from([time(0), time(1, 30), time(9)]),
    closes=st.sampled_from([time(2, 30), time(18), time(23, 45)]).filter(lambda one: one > time(2)),
    weekdays=st.sampled_from([frozenset(range(5)), frozenset(range(7)), frozenset({5, 6})]),
    holidays=st.sampled_from([frozenset(), frozenset({date(2026, 10, 26), date(2026, 4, 6)})]),
).filter(lambda one: one.opens < one.closes)


def nearest(times: list[timedelta], share: int) -> timedelta:
    """Return the time at the nearest rank."""
    return sorted(times)[math.ceil(share / 100 * len(times)) - 1]


@settings(max_examples=60, deadline=None)
@given(
    hours=desks,
    week=st.sampled_from(WEEKS),
    some=st.lists(asking, max_size=12),
    told=st.lists(alerting, max_size=6),
    now=st.integers(1, 12 * 24 * 60),
)
def test_any_week_is_counted_as_one_counts_it_by_hand(
    hours: SupportHours,
    week: date,
    some: list[tuple[int, int | None, int | None, Outcome | None, bool, str]],
    told: list[tuple[int, int | None, Kind]],
    now: int,
) -> None:
    start = datetime.combine(week, time(), hours.zone).astimezone(UTC)
    end = datetime.combine(week + timedelta(7), time(), hours.zone).astimezone(UTC)
    instant = start + timedelta(minutes=now)
    requests, alerts = [], []
    for number, (minute, after, closed, outcome, follows, common) in enumerate(some):
        posted = start + timedelta(minutes=minute)
        answered = posted + timedelta(seconds=after) if after is not None else None
        over = outcome is not None and closed is not None
        if posted > instant or (answered and answered > instant):
            continue
        requests.append(
            Request(
                f"R-{number}",
                OLGA,
                "",
                posted,
                f"19:c;messageid={number}",
                posted,
                hours.add(posted, FIVE),
                status=Status.CLOSED if over else Status.OPEN,
                responder=ANA if answered else None,
                responded_at=answered,
                outcome=outcome if over else None,
                closed_at=posted + timedelta(seconds=closed) if over and closed is not None else None,
                follow_up=follows,
                lead="R-99" if follows else "",
                common=common,
            )
        )
    for number, (minute, after, kind) in enumerate(told):
        first = start + timedelta(minutes=minute)
        alert = Alert(f"A-{number}", f"e{number}", Notification(kind), first, first, first, first, news=kind)
        taken_at = first + timedelta(seconds=after or 0)
        if taken_at <= instant:
            alerts.append(alert if after is None else acknowledged(alert, ANA, taken_at))
    counted = [
        one
        for one in requests
        if start <= one.posted_at < end
        and not one.follow_up
        and one.outcome not in (Outcome.WITHDRAWN, Outcome.NOT_A_REQUEST)
    ]
    times = [hours.elapsed(one.posted_at, one.responded_at) for one in counted if one.responded_at]
    late = [one for one in counted if (one.responded_at or one.closed_at or instant) > one.due_at]
    judged = len(times) + sum(one.responded_at is None for one in late)
    in_time = len(times) - sum(one.responded_at is not None for one in late)
    came = [one for one in alerts if start <= one.first_at < end and one.news is not Kind.TEST]
    by_hour = Counter((hours.local(one.posted_at).date(), hours.local(one.posted_at).hour) for one in counted)

    async def both() -> list[Figures]:
        found = []
        with TemporaryDirectory() as folder:
            for journal in (MemoryJournal(), SqlJournal(f"sqlite:///{Path(folder)}/journal.sqlite")):
                await journal.open()
                await journal.create(DESK)
                await put(journal, *requests, *alerts)
                found.append(await journal.figures(T, D, period(week, instant, hours, FIVE)))
                await journal.close()
        return found

    memory, sql = asyncio.run(both())
    assert memory == sql
    speed = Speed(judged, in_time, nearest(times, 50), nearest(times, 95)) if times else None
    waiting = sum(one.responded_at is None and one.closed_at is None for one in counted)
    assert sql.requests == Counted(len(counted), len(times), waiting, speed)
    assert sql.outside == sum(not hours.is_open(one.posted_at) for one in counted)
    assert {(one.day, one.hour): one.requests for one in sql.hours if one.requests} == dict(by_hour)
    assert sql.alerts.count == len(came)
    taken = [hours.elapsed(one.first_at, one.acknowledged_at) for one in came if one.acknowledged_at]
    assert (sql.alerts.speed is None) == (not taken)
    if sql.alerts.speed and taken:
        assert (sql.alerts.speed.half, sql.alerts.speed.most) == (nearest(taken, 50), nearest(taken, 95))
        assert sql.alerts.speed.in_time == sum(one <= FIVE for one in taken)


@pytest.mark.parametrize("word", ["julianday", "strftime", "datetime(", "unixepoch"])
def test_no_dates_of_a_database_are_used(word: str) -> None:
    room = Path(__file__).parents[2] / "bot" / "store" / "figures.py"
    assert word not in room.read_text()
