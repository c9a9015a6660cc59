"""One realistic view for every card and state: what the samples in cards/samples are made from, and what is drawn.

Each is what the bot itself decided to show in a small story. ``python -m tests.cards.exemplars`` writes the samples
anew; a test says when that is needed.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.alerts.notification import Kind
from bot.decide import handbook
from bot.effects import Card, Change, Dialog, PutCommon, PutFacts, PutRequest
from bot.events import CalendarFetched, Choose, Chosen, Claim, Open, Raise, Send, Solve
from bot.people import Author, Person
from bot.policy import Contact, Language, Page, Policy
from bot.ports import Commit
from bot.rota.shift import Absence, Role, Shift
from bot.state import Member, Roster, TeamChannel
from bot.support.handbook import NO_HANDBOOK, Handbook, Section
from bot.support.recurrence import Alike, Common, Standing, Use
from bot.support.request import Match, Outcome, Status
from bot.support.ticket import Progress, Ticket, Wording
from bot.teams.cards import Cards
from bot.views import CardView, FormCard, Line, PlanCard, ReplyCard, View
from tests.journeys.bookshelf import Reader
from tests.journeys.town import Town

CARDS = Path(__file__).parent.parent.parent / "cards"
THIS_WEEK, NEXT_WEEK = date(2026, 11, 18), date(2026, 11, 25)


def _id(number: int) -> str:
    return f"5d1f0c2e-7a94-4a1e-9d0b-3f6f5a1c{number:04}"


def _person(number: int, name: str, *, production: bool = False) -> Person:
    return Person(_id(number), name, entra_object_id=_id(number), production_access=production)


MIRA = _person(1, "Mira Voss", production=True)
TOM = _person(2, "Tom Adeyemi")
ELIF = _person(3, "Elif Kaya", production=True)
NOOR = _person(4, "Noor Haddad")
JAN = _person(5, "Jan Peeters")
TEAM = (MIRA, TOM, ELIF, NOOR, JAN)
SANNE = Author(_id(11), "Sanne Dekker")
JONAS = Author(_id(12), "Jonas Brandt")
SHIFTS = (
    Shift(THIS_WEEK, MIRA.id, Role.SUPPORT),
    Shift(THIS_WEEK, TOM.id, Role.SUPPORT),
    Shift(THIS_WEEK, ELIF.id, Role.FALLBACK, frozenset({4})),
    Shift(THIS_WEEK, NOOR.id, Role.OBSERVER),
    Shift(NEXT_WEEK, ELIF.id, Role.SUPPORT),
    Shift(NEXT_WEEK, JAN.id, Role.SUPPORT),
)
PRINTER = (
    "The label printer in Utrecht prints yesterday's routes. 40 parcels are waiting at the dock.\n"
    "We tried to restart it twice, and tour 1187 still shows the old stops."
)
BOOK = Handbook(
    "https://github.com/acme/backend/blob/main/docs/handbook.md",
    sections=(
        Section(
            "tour-is-stuck-in-delivery",
            "Tour is stuck in delivery",
            "## Tour is stuck in delivery\n",
            "The driver is done and the tour is not: a stop was left without a scan.\n\n"
            "1. Open the tour under *Tours*.\n2. Press *Force complete*.\n\nNever change the state by hand.\n",
            ("Tours",),
        ),
        Section(
            "driver-app-crashes-on-start",
            "Driver app crashes on start",
            "## Driver app crashes on start\n",
            "Usually an old version: let the driver update it.\n",
            ("Drivers",),
        ),
    ),
)
WINDOW = "Customer cannot change the delivery window, the page says error 500."

HANDBOOK = Handbook(
    address="https://github.com/acme/handbook/blob/main/support.md",
    edit_address="https://github.com/acme/handbook/edit/main/support.md",
    sections=(
        Section("printers", "Printers", "## Printers\n", "They stand at each dock.\n\n"),
        Section(
            "labels-show-old-routes",
            "Labels show old routes",
            "### Labels show old routes\n",
            "Restart the printer twice.\n\n",
            ("Printers",),
        ),
        Section("delivery-windows", "Delivery windows", "## Delivery windows\n", "Only before 14:00.\n"),
    ),
    version="1",
    read_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    proposes=True,
)
COMMONS = (
    Common(
        "C-1",
        Standing.LISTED,
        "The label printer prints yesterday's routes",
        "Empty its queue, then restart it. Labels that are printed already have to be printed again.",
        "#labels-show-old-routes",
        ("labels show old stops", "der Drucker druckt die Touren von gestern"),
        tuple(Use(f"R-{day}", datetime(2026, 11, day, 9, tzinfo=UTC)) for day in (10, 17, 19)),
        4,
        datetime(2026, 9, 3, 9, tzinfo=UTC),
    ),
    Common(
        "C-2",
        Standing.LISTED,
        "A customer cannot change the delivery window",
        "After 14:00 the window of the next day is fixed. Before that, reload the page.",
        "https://wiki.example.com/delivery-windows",
        ("cannot change the window",),
        (Use("R-20", datetime(2026, 11, 20, 9, tzinfo=UTC)),),
    ),
    Common("C-3", Standing.RETIRED, "The fax is jammed", "Nobody faxes any more."),
)


def link(place: str) -> str:
    """Return an address for a thread, as the Teams door does."""
    channel, _, root = place.partition(";messageid=")
    return f"https://teams.microsoft.com/l/message/{channel.replace(':', '%3A')}/{root}?groupId=8f1e&tenantId=7c2d"


async def _told() -> dict[str, CardView]:
    return {
        **await _one_request(),
        **await _two_requests(),
        **await _together(),
        **await _after_the_claim(),
        **await _other_states(),
        **await _answers(),
        **await _privacy(),
        **await _triage(),
        **await _raised(),
        **await _setup(),
        **await _pick(),
        **await _change_of_duty(),
        **await _changes_of_the_rota(),
        **await _alerts(),
        **await _recurrence(),
        **await _report(),
        **await _commons(),
        **await _handbook(),
    }


async def _pick() -> dict[str, CardView]:
    """The pick of a week: proposed, taken, told, and what each has served."""
    views: dict[str, CardView] = {}
    jan = replace(JAN, working_days=frozenset({0, 1, 2, 3}))
    new = replace(_person(6, "Ruth Amir"), experienced=False)
    team = tuple(one for one in SHIFTS if one.iteration == THIS_WEEK)
    earlier = tuple(
        Shift(THIS_WEEK - timedelta(days=7 * number), who.id, Role.SUPPORT)
        for number, pair in enumerate([(ELIF, JAN), (MIRA, NOOR), (ELIF, TOM), (MIRA, JAN)], 1)
        for who in pair
    )
    town = Town("2026-11-23 13:30", people=(MIRA, TOM, ELIF, NOOR, jan, new), team=(*earlier, *team))
    await town.until("2026-11-23 14:00")
    key = f"pick:{NEXT_WEEK}:1"
    views["plan_card"] = proposal = _card(town.teams.messages[key].view)
    assert isinstance(proposal, PlanCard)
    views["fairness_card"] = await _answer(town, "rota fairness", TOM)
    views["help_card.why"] = await _answer(town, "rota why", jan)
    ask = proposal.presses[0]
    await town.press(Send, "", TOM, place=town.info.team_channel, card=key, step=ask.step, choice=ask.choice)
    await town.computed()
    views["plan_card.what_if"] = _card(town.to(TOM)[-1].view)
    press = proposal.parts[0].presses[0]
    await town.press(Send, "", TOM, place=town.info.team_channel, card=key, step=press.step, choice=press.choice)
    views["plan_card.taken"] = _card(town.teams.messages[key].view)
    views["plan_card.nominee"] = next(
        _card(one.view) for one in town.teams.sent if ":nominee:" in one.key and isinstance(one.view, PlanCard)
    )
    form = await town.press(
        Send, "", TOM, place=town.info.team_channel, card=key, step="pick.other", choice=f"{NEXT_WEEK}:",
        fields={"one": TOM.id, "other": NOOR.id},
    )  # fmt: skip
    assert isinstance(form, Dialog)
    views["form_card.pick"] = form.view
    alone = Town(
        "2026-11-23 13:30", people=(MIRA, TOM, NOOR, jan), team=team[:2], absences=(Absence(MIRA.id, *_days(7)),)
    )
    await alone.until("2026-11-23 14:00")
    views["plan_card.conflict"] = _card(alone.teams.messages[key].view)
    return views


def _days(number: int) -> tuple[datetime, datetime]:
    start = datetime(2026, 11, 25, tzinfo=UTC)
    return start, start + timedelta(days=number)


async def _answer(town: Town, text: str, who: Person) -> CardView:
    await town.write(text, who)
    return _card(town.teams.sent[-1].view)


async def _one_request() -> dict[str, CardView]:
    town = _town("2026-11-23 11:00")
    await town.post(PRINTER, SANNE)
    views = {"request_card": _shown(town, "card:R-1")}
    await town.wait(2)
    copy = town.to(MIRA)[0].key
    views["notice_card"] = _shown(town, copy)
    await town.wait(8)
    views["notice_card.team"] = _card(town.in_team_channel()[0].view)
    views["form_card.support"] = _opened(await town.press(Open, "R-1", MIRA, step="support"))
    ask = views["form_card"] = _opened(await town.press(Open, "R-1", MIRA, step="ask", card=copy))
    assert isinstance(ask, FormCard)
    back = ask.rows[0].buttons[-1]
    left = {"text": "Which printer is it, the one at dock 4 or the one in the office?"}
    views["form_card.kept"] = _opened(
        await town.press(Open, "R-1", MIRA, step=back.step, card=copy, form=back.form, fields=left)
    )
    views["form_card.error"] = _opened(await town.press(Send, "R-1", MIRA, step="ask", card=copy, fields={"text": " "}))
    asked = "Which printer is it?\nDoes the route on the screen look right?"
    await town.send("ask", "R-1", MIRA, card=copy, text=asked)
    views["reply_card"] = _card(town.teams.sent[-1].view)
    views["request_card.acknowledged"] = _shown(town, "card:R-1")
    views["notice_card.settled"] = _shown(town, copy)
    await town.press(Solve, "R-1", SANNE)
    views["request_card.solved"] = _shown(town, "card:R-1")
    return views


async def _two_requests() -> dict[str, CardView]:
    town = _town("2026-11-23 11:00")
    await town.post(PRINTER, SANNE)
    await town.wait(0.5)
    await town.post(WINDOW, JONAS)
    await town.wait(3)
    copy = town.to(MIRA)[0].key
    views = {"notice_card.two": _shown(town, copy)}
    await town.press(Claim, "R-1", TOM)
    views["notice_card.one_taken"] = _shown(town, copy)
    return views


async def _together() -> dict[str, CardView]:
    town = _town("2026-11-23 11:00")
    await town.post(PRINTER, SANNE)
    await town.wait(3)
    await town.post("And the scanner at gate 4 says no network.", SANNE)
    views = {"request_card.also": _shown(town, "card:R-1"), "request_card.follow_up": _shown(town, "card:R-2")}
    await town.post(WINDOW, JONAS)
    await town.send("split", "R-3", MIRA, text="Delivery window\nError page")
    views["request_card.split"] = _shown(town, "card:R-4")
    return views


async def _after_the_claim() -> dict[str, CardView]:
    town = _town("2026-11-23 11:00")
    place = await town.post(PRINTER, SANNE)
    await town.reply(place, "Restart the print service, then reload the tour.", JAN)
    await town.wait(2)
    copy = town.to(MIRA)[0].key
    views = {"notice_card.adopt": _shown(town, copy)}
    await town.press(Claim, "R-1", MIRA, card=copy)
    await town.wait(30)
    views["notice_card.word"] = _card(town.to(MIRA)[-1].view)
    await town.send("ask", "R-1", MIRA, text="Which printer is it?")
    views["request_card.waiting"] = _shown(town, "card:R-1")
    await town.send("undo", "R-1", MIRA)
    views["reply_card.withdrawn"] = next(_card(one.view) for one in town.teams.sent if one.key.startswith("reply:"))
    last = "The print service hung. It is restarted, and restarts by itself from now on."
    close = {"outcome": "explained", "text": last}
    views["form_card.close"] = _opened(
        await town.press(Send, "R-1", MIRA, step="close", choice="preview", fields=close)
    )
    await town.send("close", "R-1", MIRA, choice="close", **close)
    views["request_card.remark"] = _shown(town, "card:R-1")
    await town.post(WINDOW, JONAS)
    await town.press(Claim, "R-2", TOM)
    note = "The order is 4471. Please set its window to Friday, 8 to 12, and clear the cache of the tour."
    await town.send("production", "R-2", TOM, note=note)
    views["notice_card.handed"] = _card(town.to(MIRA)[-1].view)
    return views


async def _other_states() -> dict[str, CardView]:
    views = {}
    for name, town in {
        "out_of_hours": _town(
            "2026-11-23 18:10", policy=Policy(emergency="If a tour stands still, call 030 555 0100.")
        ),
        "nobody": _town("2026-11-23 11:00", team=()),
        "german": _town("2026-11-23 11:00", policy=Policy(language=Language.GERMAN)),
    }.items():
        await town.post(PRINTER, SANNE)
        views[f"request_card.{name}"] = _shown(town, "card:R-1")
    return views


async def _answers() -> dict[str, CardView]:
    town = _town("2026-11-20 11:00")
    town.teams.refuse[f"person:{JAN.id}"] = "I am not installed there; install the app for the person"
    views: dict[str, CardView] = {}
    for name, words, by in (("duty_card", "who", SANNE), ("rota_card", "rota 3", MIRA), ("help_card", "help", MIRA)):
        await town.write(words, by)
        views[name] = _card(town.teams.sent[-1].view)
    await town.write("help", JAN)
    await town.write("who", Author("farid", "Farid Haddad"))
    views["duty_card.admin"] = _card(town.teams.sent[-1].view)
    return views


async def _triage() -> dict[str, CardView]:
    policy = Policy(
        training=(Contact("Dana Weiss", _id(21)), Contact("Josi Lang")),
        documentation=(
            Page("API docs: tours", "https://docs.example.com/tours"),
            Page("Labels", "https://docs.example.com/labels"),
        ),
        jira_project="https://jira.example.com/secure/CreateIssueDetails!init.jspa?pid=10003&issuetype=4",
    )
    town = _town("2026-11-23 11:00", policy=policy)
    await town.post(PRINTER, SANNE)
    await town.send("triage", "R-1", TOM, choice="bug:no")
    views = {"form_card.question": _opened(await town.press(Open, "R-1", MIRA, step="triage"))}
    for name, leaf in (("documentation", "document"), ("data", "refuse"), ("training", "train")):
        views[f"form_card.{name}"] = _opened(await town.press(Open, "R-1", MIRA, step="triage", choice=leaf))
    views["form_card.stops"] = _opened(await town.press(Open, "R-1", MIRA, step="stops"))
    ticket = await town.press(
        Send, "R-1", MIRA, step="stops", fields={"text": "40 parcels wait at the dock in Utrecht.", "now": "no"}
    )
    views["form_card.ticket"] = _opened(ticket)
    await town.post(WINDOW, JONAS)
    await town.send("leaf", "R-2", MIRA, choice="ticket", text="Our developers have it.", ticket="EDGE-214")
    views["request_card.ticket"] = _shown(town, "card:R-2")
    await town.send("leaf", "R-1", MIRA, choice="train", text="I am passing this on; they will call you.", who="0,1")
    views["reply_card.training"] = _shown(
        town, next(key for key in town.teams.messages if key.startswith("reply:R-1:"))
    )
    return views


async def _raised() -> dict[str, CardView]:
    views: dict[str, CardView] = {}
    for name, policy in (("", Policy()), (".german", Policy(language=Language.GERMAN))):
        town = _town("2026-11-23 11:00", policy=policy)
        await town.write(PRINTER, SANNE)
        offer = town.teams.sent[-1]
        if not name:
            views["form_card.raise"] = _card(offer.view)
        await _raise(town, SANNE)
        await town.wait(20)
        await town.post(WINDOW, SANNE)
        await town.press(Claim, "R-1", TOM)
        await town.press(Solve, "R-1", SANNE)
        await town.post(WINDOW, JONAS)
        await town.write("my requests", SANNE)
        views[f"list_card.mine{name}"] = _card(town.teams.sent[-1].view)
        if not name:
            await town.write("requests", MIRA)
            views["list_card"] = _card(town.teams.sent[-1].view)
            await town.write("my requests", Author(_id(13), "Bea Smit"))
            views["list_card.none"] = _card(town.teams.sent[-1].view)
            chosen = Chosen("chat", JONAS, WINDOW)
            place = f"person:{MIRA.id}"
            ask = await town.press(Choose, "", MIRA, place=place, card="-", chosen=chosen, desks=("backend", "edge"))
            views["form_card.choose"] = _opened(ask)
            await _raise(town, MIRA, chosen)
            views["reply_card.through"] = next(
                _card(one.view) for one in town.teams.sent if isinstance(one.view, ReplyCard) and "Mira" in one.text
            )
    return views


async def _raise(town: Town, who: Author | Person, chosen: Chosen | None = None) -> None:
    words = {"text": chosen.text if chosen else PRINTER}
    await town.press(
        Raise, "", who, place=f"person:{who.id}", card="-", step="raise", form="f", fields=words, chosen=chosen
    )


async def _setup() -> dict[str, CardView]:
    town = Town("2026-11-23 11:00", people=(), team=(), team_channel="")
    members = tuple(Member(one.id, one.name) for one in (*TEAM, SANNE, JONAS))
    town.teams.roster = Roster(town.now, members, (TeamChannel("19:team@thread.tacv2", "Backend team"),))
    await town.post("setup", Author("farid", "Farid Haddad"), addressed=True)
    own, public = town.teams.sent
    views = {"desk_card.public": _card(public.view)}
    admin = Author("farid", "Farid Haddad")
    views["form_card.people"] = _opened(await town.press(Open, "", admin, step="setup", card=own.key))
    chosen = ",".join(one.id for one in TEAM)
    await town.send("setup.people", "", admin, card=own.key, choice="0", people=chosen)
    await town.send("setup.access", "", admin, card=own.key, production_access=f"{MIRA.id},{ELIF.id}")
    views["desk_card"] = _card(own.view)
    wrong = {"opens": "9", "closes": "late"}
    hours = await town.press(Send, "", admin, step="policy.hours", card="form", fields=wrong)
    views["form_card.policy"] = _opened(hours)
    return views


async def _change_of_duty() -> dict[str, CardView]:
    observer = Shift(NEXT_WEEK, NOOR.id, Role.OBSERVER)
    fallback = Shift(NEXT_WEEK, MIRA.id, Role.FALLBACK, frozenset({4}))
    town = _town("2026-11-24 16:30", team=(*SHIFTS, fallback, observer))
    await town.post(PRINTER, SANNE)
    await town.press(Claim, "R-1", TOM)
    await town.send("promise", "R-1", TOM, until="next day")
    await town.post(WINDOW, JONAS)
    deployment = {"what": "routing 4.2", "where": "production", "link": "https://ci.example.com/builds/4211"}
    own = {"card": "form:deploy", "place": f"person:{MIRA.id}"}
    await town.send("deploy", "", MIRA, **own, **deployment)
    await town.until("2026-11-25 09:02")
    week = "2026-11-25"
    views = {
        "plan_card.handover": _shown(town, f"handover:{week}"),
        "plan_card.handover_own": _shown(town, f"handover:{week}:{TOM.id}"),
        "plan_card.start": _shown(town, f"start:{week}:{ELIF.id}"),
        "plan_card.observer": _shown(town, f"start:{week}:{NOOR.id}"),
        "plan_card.deployment": _shown(town, "deploy:D-1"),
    }
    views["form_card.deploy"] = _opened(
        await town.press(Open, "", TOM, step="deploy", card="form:deploy", place=f"person:{TOM.id}")
    )
    await town.write("deploy", MIRA)
    views["plan_card.deployments"] = _card(town.to(MIRA)[-1].view)
    return views


async def _changes_of_the_rota() -> dict[str, CardView]:
    """Absences, a gap of today, a swap and a cover: what follows, what is asked, and what the team reads."""
    later = date(2026, 12, 2)
    team = (*SHIFTS, Shift(later, MIRA.id, Role.SUPPORT), Shift(later, NOOR.id, Role.SUPPORT))
    town = _town("2026-11-23 10:00", team=team)
    views: dict[str, CardView] = {}

    async def form(who: Person, step: str, **fields: str) -> CardView:
        return _opened(await town.press(Send, "", who, card="form", step=step, fields=fields))

    async def take(who: Person, view: CardView) -> None:
        assert isinstance(view, FormCard)
        way = next(one for row in view.rows for one in row.buttons if one.verb == "send")
        await town.send(way.step, "", who, card="form", choice=way.choice)

    found = (
        (datetime(2026, 11, 24, 23, tzinfo=UTC), datetime(2026, 11, 26, 23, tzinfo=UTC)),
        (datetime(2026, 12, 20, 23, tzinfo=UTC), datetime(2027, 1, 3, 23, tzinfo=UTC)),
    )
    await (await town.desk()).handle(
        CalendarFetched(
            key="found", happened_at=town.now, effect="calendar", place="", message="", person=JAN.id, spans=found
        )
    )
    await (await town.desk()).settle()
    views["form_card.calendar"] = _card(town.to(JAN)[-1].view)
    mine, theirs = f"{NEXT_WEEK}:SUPPORT:{JAN.id}", f"{later}:SUPPORT:{NOOR.id}"
    views["form_card.swap"] = swap = await form(JAN, "swap", mine=mine, theirs=theirs)
    await take(JAN, swap)
    views["plan_card.swap"] = _card(town.to(NOOR)[-1].view)
    views["form_card.cover"] = cover = await form(JAN, "cover", shift=mine, first="2026-11-26", last="2026-11-27")
    await take(JAN, cover)
    views["plan_card.cover"] = _card(town.to(TOM)[-1].view)
    await take(MIRA, await form(MIRA, "absence", person=MIRA.id, first="2026-11-27", last="2026-11-27"))
    able = f"{NEXT_WEEK}:SUPPORT:{ELIF.id}"
    views["form_card.cover_nobody"] = await form(ELIF, "cover", shift=able, first="2026-11-26", last="2026-12-01")
    views["form_card.absence"] = absence = await form(ELIF, "absence", first="2026-11-26", last="2026-11-26")
    await take(ELIF, absence)
    views["plan_card.broken"] = _card(town.in_team_channel()[-1].view)
    gap = _town("2026-11-23 10:00")
    await gap.write("away Tom", MIRA)
    views["plan_card.fallback"] = next(_card(one.view) for one in gap.teams.sent if one.key.startswith("ask:"))
    views["plan_card.gap"] = _card(gap.in_team_channel()[-1].view)
    return views


MINUTES = (1.2, 0.7, 3.5, 1.6, 2.2, 9, 0.5, 4.1, 1.4, 2.8, 1.1)
ENDS = ("answered", "answered", "explained", "workaround", "answered", "docs")
TITLES = {"C-1": "Label printer prints yesterday's routes", "C-2": "Delivery window cannot be changed", "C-3": "C-3"}


async def _report() -> dict[str, CardView]:
    """A week with its requests and alerts, what came of them, and one in which nothing came."""
    town = Town("2026-11-17 08:00", people=TEAM, team=SHIFTS, jira="EDGE")
    number = 0
    for day, hours in (("18", "9 11 16 16 17 17"), ("19", "10 16 17 17"), ("20", "9 14 16 16 16 17 17 19"),
                       ("22", "12"), ("23", "9 9 11 15 16 16 17 17 17"), ("24", "10 13 16 17 17")):  # fmt: skip
        for at, hour in enumerate(hours.split()):
            await town.until(f"2026-11-{day} {int(hour):02}:{at * 6 + 1:02}")
            number += 1
            await town.post(PRINTER if number % 3 else WINDOW, SANNE if number % 2 else JONAS)
            if hour in ("12", "19"):
                continue
            await town.wait(MINUTES[number % len(MINUTES)])
            await town.press(Claim, f"R-{number}", TOM if number % 2 else MIRA)
            if number % 7 == 0:
                await town.bugsnag(error=f"e{number}", error_class=f"Error{number}")
                await town.wait(number / 5)
                await town.take_alert(f"A-{number // 7}", TOM)
    await _end(town, number)
    await town.until("2026-11-24 17:30")
    await town.write("report", MIRA)
    await town.counted()
    views = {"report_card": _card(town.to(MIRA)[-1].view)}
    await town.write("report 2026-11-10", MIRA)
    await town.counted()
    views["report_card.empty"] = _card(town.to(MIRA)[-1].view)
    return views


async def _end(town: Town, number: int) -> None:
    """End most requests in one way or another, some with a ticket, and let some be common ones."""
    found = await town.requests()
    state = await (await town.desk()).state()
    ends = [Outcome(ENDS[at % len(ENDS)]) if at % 5 else Outcome.TICKET for at in range(number)]
    commons = {id_: Common(id_, title=title if title != id_ else "") for id_, title in TITLES.items()}
    changes: list[Change] = [PutCommon(one) for one in commons.values()]
    for at, one in enumerate(found[:-2]):
        common = ("C-1", "", "C-2", "C-1", "", "C-3", "")[at % 7]
        done: dict[str, Any] = {
            "status": Status.CLOSED,
            "outcome": ends[at],
            "closed_by": one.claimer,
            "closed_at": town.now,
        }
        changes.append(PutRequest(replace(one, clock=None, word=None, wait=None, common=common, **done)))
    made = Ticket("T-1", "R-5", "EDGE", "hotseat-1", Wording("Late labels", ()), SANNE, town.now - timedelta(days=5))
    tickets = {
        f"T-{n}": replace(made, id=f"T-{n}", matter=f"R-{5 * n}", progress=Progress.OPEN, key=f"EDGE-{410 + n}")
        for n in (1, 2, 4)
    }
    changes.append(PutFacts(replace(state.facts, tickets=tickets)))
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, changes=tuple(changes)))
    await town.restart()


async def _alerts() -> dict[str, CardView]:
    town = _town("2026-11-23 10:00")
    about: dict[str, Any] = {
        "where": "payments#create",
        "frames": ("app/services/payment.rb:41 - call", "app/jobs/charge.rb:12 - perform"),
    }
    more: dict[str, Any] = {
        "error_class": "Net::ReadTimeout",
        "message": "Net::ReadTimeout with #<TCPSocket:(closed)>",
        "project": "shop",
    }
    await town.bugsnag(occurrences=12, users=3, **about, **more)
    views = {"alert_card": _shown(town, "alert:A-1:1")}
    views["form_card.alert"] = await town.open("alert", "A-1", MIRA, card="alert:A-1:1")
    views["form_card.alert_ignore"] = await town.open("alert_ignore", "A-1", MIRA, card="alert:A-1:1")
    await town.until("2026-11-23 10:06")
    await town.take_alert("A-1", TOM)
    await town.bugsnag(Kind.COMMENT, said="Stripe is down, see their status page.", by="Elif Kaya")
    views["alert_card.acknowledged"] = _shown(town, "alert:A-1:1")
    await town.press_alert("alert_stops", "A-1", TOM, text="Nobody can pay by card.", now="yes")
    await town.press_alert("alert_ignore", "A-1", TOM, reason="Stripe's outage, they are on it", until="day")
    views["alert_card.ignored"] = _shown(town, "alert:A-1:1")
    await town.bugsnag(
        Kind.UNREADABLE, "", error_class="", message="", project="", stage="", said="Something new happened"
    )
    views["alert_card.unreadable"] = _shown(town, "alert:A-2:1")
    await town.write("alerts", MIRA)
    views["list_card.alerts"] = _card(town.to(MIRA)[-1].view)
    await town.wait(5)
    for number in range(140):
        kind = f"ActiveRecord::{('Deadlocked', 'ConnectionTimeoutError', 'StatementInvalid')[number % 3]}"
        await town.bugsnag(error=f"s{number}", error_class=kind, message="could not obtain a connection from the pool")
    await town.wait(1)
    views["plan_card.storm"] = _shown(town, "storm:S-1:1")
    return views


async def _recurrence() -> dict[str, CardView]:
    """What a request resembles, one incident, and what came for the third time."""
    town = _town("2026-11-23 09:50")
    town.shelf.handbook = BOOK
    await town.post("Tour 1102 can't be closed, the driver went home an hour ago.", JONAS)
    await town.send(
        "close",
        "R-1",
        MIRA,
        choice="close",
        outcome="answered",
        text="Closed by force, it was one stop without a scan.",
    )
    await town.wait(10)
    question = "Tour 1187 is still in delivery although the driver has finished."
    town.teams.found[question] = (
        Match("#tour-is-stuck-in-delivery", sure=True),
        Match("R-1", sure=False, outcome=Outcome.ANSWERED),
        Match("#driver-app-crashes-on-start", sure=False),
    )
    await town.post(question, SANNE)
    await town.wait(2)
    copy = f"copy:R-2:first:{MIRA.id}"
    views = {"notice_card.likely": _shown(town, copy)}
    views["form_card.likely"] = await town.open("likely", "R-2", MIRA, card=copy)
    views["form_card.likely_request"] = await town.open("likely", "R-2", MIRA, "R-1", card=copy)
    await town.send("close", "R-2", MIRA, choice="close", outcome="answered", text="Closed.")
    await town.wait(60)
    for number, (text, who) in enumerate(
        (
            ("Nobody can pay by card in the shop.", SANNE),
            ("Checkout shows an error after the card number.", JONAS),
            ("Bezahlen geht nicht, Kunden beschweren sich.", Author(_id(13), "Lena Vogt")),
        ),
        3,
    ):
        others = [await town.request(f"R-{other}") for other in range(3, number)]
        town.teams.alike[text] = tuple(Alike(one.id, near=True, posted_at=one.posted_at) for one in others)
        await town.post(text, who)
        await town.wait(1.5)
    key = f"incident:R-3:{MIRA.id}"
    views["plan_card.incident"] = _shown(town, key)
    await town.press(Send, "R-3", MIRA, card=key, step="incident")
    views["plan_card.incident_taken"] = _shown(town, key)
    await town.send("close", "R-3", MIRA, choice="close", outcome="answered", text="The payment service is back.")
    for id_, text in (("R-6", "The payment page shows an error."), ("R-7", "Nobody can pay in the shop.")):
        await town.wait(60)
        town.teams.alike[text] = (Alike("R-3", near=True, posted_at=(await town.request("R-3")).posted_at),)
        await town.post(text, JONAS)
        await town.send("close", id_, MIRA, choice="close", outcome="answered", text="The payment service is back.")
    views["plan_card.recurs"] = _shown(town, f"recurs:C-1:{MIRA.id}")
    return views


async def _commons() -> dict[str, CardView]:
    """What recurs: the list, its form, and an edit of the handbook as it is looked at."""
    town = _town("2026-11-23 11:00")
    town.shelf.handbook = HANDBOOK
    await town.write("common", MIRA)
    views = {"plan_card.no_commons": _card(town.to(MIRA)[-1].view)}
    for common in COMMONS:
        await town.put_common(common)
    await town.post(PRINTER, SANNE)
    await town.write("common", MIRA)
    views["plan_card.commons"] = _card(town.to(MIRA)[-1].view)
    where: dict[str, Any] = {"place": f"person:{MIRA.id}", "card": town.to(MIRA)[-1].key}
    views["form_card.common"] = form = await town.open("common.write", "", MIRA, "R-1", **where)
    button = form.rows[0].buttons[0]
    fields = {**{field.id: field.value for field in form.fields}, "answer": "Ask Elif Kaya to restart it."}
    press: dict[str, Any] = {**where, "step": button.step, "choice": button.choice}
    views["form_card.common_masked"] = _opened(
        await town.press(Send, "", MIRA, form=button.form, fields=fields, **press)
    )
    views["form_card.which_section"] = await town.open("handbook.edit", "", MIRA, "C-2", **where)
    views["form_card.section"] = form = await town.open("handbook.edit", "", MIRA, "C-1", **where)
    button = form.rows[0].buttons[0]
    fields = {"text": form.fields[0].value.replace("twice", "once")}
    press = {**where, "step": button.step, "choice": button.choice}
    views["form_card.difference"] = _opened(await town.press(Send, "", MIRA, fields=fields, **press))
    await town.send("handbook.propose", "", MIRA, choice=button.choice, **where, **fields)
    views["plan_card.pull_request"] = _card(town.to(MIRA)[-1].view)
    return views


def _town(now: str, *, team: tuple[Shift, ...] = SHIFTS, policy: Policy = Policy()) -> Town:  # noqa: B008 - frozen
    return Town(now, people=TEAM, team=team, policy=policy)


def _shown(town: Town, key: str) -> CardView:
    return _card(town.teams.messages[key].view)


def _card(view: View) -> CardView:
    assert not isinstance(view, Line)
    return view


def _opened(answer: object) -> CardView:
    assert isinstance(answer, Dialog | Card)
    return answer.view


async def _privacy() -> dict[str, CardView]:
    town = _town("2026-11-23 11:00")
    views = {}
    await town.write("privacy", SANNE)
    views["help_card.privacy"] = _card(town.teams.sent[-1].view)
    await town.post(PRINTER, SANNE)
    await town.write("privacy me", SANNE)
    views["help_card.privacy_me"] = _card(town.teams.sent[-1].view)
    await town.write("privacy me", MIRA)
    views["help_card.privacy_colleague"] = _card(town.teams.sent[-1].view)
    return views


async def _handbook() -> dict[str, CardView]:
    """The handbook: asked for words, alone, and where it is old, missing or has no answer."""
    printer = Section(
        "labels-are-not-printed",
        "Labels are not printed",
        body=(
            "Labels come from the *label service* as ZPL, see its [dashboard](https://grafana.example.com/d/labels).\n"
            "Most often the worker hangs.\n\n1. Open **Shipments**, and press *Print again*.\n"
            "2. Nothing yet? Restart the worker:\n\n```sh\nsudo systemctl restart label-worker\n```\n"
        ),
        above=("Emergency handbook", "Depots"),
    )
    old = Section(
        "wrong-address-on-a-label",
        "Wrong address on a label",
        body="The label is kept once it was made. Change the recipient, make the label anew, and void the old one.\n",
        above=("Emergency handbook", "Depots"),
    )
    scanner = Section("scanner", "Scanner reads no code", body="- Set profile 2.\n- Or type the code.\n")
    address = "https://github.com/example/wiki/blob/main/handbook.md"
    book = Handbook(address, "", (printer, old, scanner), "1", datetime(2026, 11, 23, 8, 45, tzinfo=UTC))
    stale = replace(book, read_at=datetime(2026, 11, 20, 16, 30, tzinfo=UTC), failure="GitHub has not answered (503)")
    found = (Match(printer.ref, sure=True), Match(old.ref, sure=False), Match(scanner.ref, sure=False))

    async def told(words: str, by: Author | Person, book: Handbook, policy: Policy = Policy()) -> CardView:  # noqa: B008 - frozen
        town = Reader(book, now="2026-11-23 11:00", people=TEAM, team=SHIFTS, policy=policy)
        town.searching.found = () if "Gabelstapler" in words else found
        await town.write(words, by)
        return town.shown()

    german = Policy(language=Language.GERMAN)
    return {
        "handbook_card": await told("handbook no labels come out of the printer", SANNE, book),
        "handbook_card.about": await told("handbook", SANNE, book),
        "handbook_card.old": await told("handbook label", MIRA, stale),
        "handbook_card.nothing.german": await told("handbuch Gabelstapler", SANNE, stale, german),
        "handbook_card.none": await told("handbook", Author("farid", "Farid Haddad"), NO_HANDBOOK),
        "handbook_card.section": handbook.alone(book, printer, Language.ENGLISH),
    }


EXEMPLARS: Mapping[str, CardView] = MappingProxyType(asyncio.run(_told()))


def template_name(sample: str) -> str:
    """Return the card that a sample belongs to: "request_card.open" is one of "request_card"."""
    return sample.partition(".")[0]


def main() -> None:
    """Write every sample."""
    cards = Cards(CARDS)
    for name, view in EXEMPLARS.items():
        text = json.dumps(cards.context(view, link=link), indent=2, ensure_ascii=False)
        (CARDS / "samples" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
