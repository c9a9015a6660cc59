"""Everything that can happen to a desk, as frozen values.

``key`` is the platform's own (conversation, activity id, type, for edits the time): within a desk, one that is known
changes nothing. ``happened_at`` is an aware UTC instant by the platform's clock. Places are opaque text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.alerts.notification import Notification
from bot.people import Author, Person
from bot.rota.plan import Plan, WhatIf
from bot.rota.shift import Rota, Shift
from bot.state import Roster
from bot.support.recurrence import Alike, Common
from bot.support.report import Report
from bot.support.request import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has."""

    key: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    """Something a person wrote; ``text`` without the mention of the bot, as given otherwise.

    ``addressed`` says that the bot was mentioned (or that the chat is personal); ``picture`` that a picture or file
    came with or instead of the text, ``gif`` a GIF, a sticker or an emoji that is drawn.
    """

    place: str
    author: Author
    text: str
    addressed: bool = False
    picture: bool = False
    gif: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Message):
    """A new top-level post in the desk's channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Message):
    """A reply in a thread of the desk's channel; ``reply`` is its id."""

    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Message):
    """A message in the desk's channel, written at ``posted_at`` (None: not known), was edited.

    ``reply`` is the id of a reply, "" for the thread's own post.
    """

    posted_at: datetime | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Message):
    """A deleted message, written at ``posted_at`` (None: not known), was brought back; ``reply`` as in Edited."""

    posted_at: datetime | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote(Message):
    """A message in the personal chat, or one that addresses the bot in the team channel.

    ``desks`` are the ids of those that its writer has to choose from, none where it is clear which one is meant;
    ``beside`` says that another desk answers: this one only if it holds anything of the writer's; ``calendar`` that a
    calendar came with it as a file.
    """

    desks: tuple[str, ...] = ()
    beside: bool = False
    calendar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Event):
    """A message in the desk's channel was deleted; ``reply`` as in Edited."""

    place: str
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcomed(Event):
    """The bot was installed for a person."""

    place: str
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Uninstalled(Event):
    """The bot was removed for a person, who can't be written to any more."""

    place: str
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminMet(Event):
    """Teams knows somebody under an e-mail that is an admin's: from now on they are known by their Entra id too."""

    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided(Event):
    """Somebody of several ``desks`` wrote a command to the bot personally, and has not said yet to which.

    ``text`` is the command, "" where it was the one that chooses.
    """

    place: str
    author: Author
    desks: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Event):
    """A button pressed: by whom, where, on which request, on the card with which key; no more of it is believed.

    ``again`` says that this very press was taken before.
    """

    place: str
    author: Author
    request: str
    card: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Press):
    """*I'm looking into it*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solve(Press):
    """*It's solved*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Press):
    """*Not solved*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separate(Press):
    """*Separate matter*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(Press):
    """*Adopt X's answer*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn(Press):
    """*30 min more*, when the claimer is asked for the next word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Press):
    """A step's form opened, as a dialog or as a card in the personal chat. It changes nothing.

    ``choice`` is what was chosen on the way: an id of what the form is about, "" for nothing. ``fields`` are those of
    the form that was left for it, ``form`` which that was.
    """

    step: str
    choice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Press):
    """A step's form sent: its fields by id, as their writer has seen them, and which opening of the form they are from.

    ``seen`` says how many deeds the request had when the form was drawn, "" where it does not matter.
    """

    step: str
    choice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A message that somebody chose to raise: its own key, whose it is (None: nobody's), its words, and any picture.

    ``place`` is its thread where that is one of the desk's channel, "" anywhere else; ``reply`` its id if it is a reply
    there.
    """

    key: str
    author: Author | None
    text: str
    place: str = ""
    reply: str = ""
    picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Press):
    """*Raise with support* on a message, wherever that stands. It changes nothing; ``desks`` are as in Wrote."""

    chosen: Chosen
    desks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(Send):
    """Words sent to be raised: those written to the bot personally, or a message ``chosen``; ``desks`` as in Wrote."""

    chosen: Chosen | None = None
    desks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted(Event):
    """Bugsnag said something.

    ``thread`` is the message in Slack that says it ("CHANNEL/TS"), ``link`` its address; "" where the webhook said it.
    ``edited`` says that the message was heard before and reads otherwise now.
    """

    notification: Notification
    thread: str = ""
    link: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackActed(Event):
    """Somebody did something under a message in Slack (``thread``, as in Alerted).

    ``user`` is their id there, and ``name`` what Slack calls them, "" if it does not say.
    """

    thread: str
    user: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackReplied(SlackActed):
    """Somebody wrote a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackReacted(SlackActed):
    """Somebody put their eyes (\N{EYES}) on the message, or took them back."""

    taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMoved(Event):
    """The tracker says how a ticket stands now: by its key, in the tracker's word; ``done`` that it is over.

    ``deleted`` says that it is not there any more.
    """

    ticket: str
    status: str
    done: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStruck(Event):
    """Time to look at what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(Event):
    """Time to erase what is past its time: these closed requests, ended alerts, and who did what before a revision.

    ``last`` says that nothing is left for today; ``chats`` are people who are known by their chat with the bot alone.
    """

    requests: tuple[str, ...]
    revision: int
    last: bool
    chats: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """Somebody is to be forgotten: a person of the rota, or whoever asked; by id, name or e-mail.

    ``acted`` says that it is the id of somebody who is known by what they did, or by their chat.
    """

    who: str
    acted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Event):
    """An effect is done.

    ``place`` is where it arrived, "" where there was nothing to send any more. ``message`` is the key of what it
    showed; ``stands`` is where that stands now, if it stood nowhere before.
    """

    effect: str
    place: str
    message: str = ""
    stands: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFetched(Delivered):
    """Teams said who and which channels are in the desk's team, or why it did not."""

    roster: Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFound(Event):
    """A first forecast is there, of the rota as it was: for the card under ``shown`` at ``place``, of so many weeks."""

    place: str
    shown: str
    weeks: int
    rota: Rota
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Delivered):
    """A forecast is done, fields as in PlanFound; ``plan`` is None where there is none, for the reason in words."""

    shown: str
    weeks: int
    rota: Rota = Rota()
    plan: Plan | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed(Delivered):
    """What changes about one person would mean is known, what helps most first; None: it is not, for the reason."""

    shown: str
    weeks: int
    rota: Rota = Rota()
    found: tuple[WhatIf, ...] | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Delivered):
    """What became of a ticket (by our id): its key and address, or why it was refused, or that nobody knows.

    ``failure`` is in words; where there is none and no key either, the tracker may have it.
    """

    ticket: str
    issue: str = ""
    url: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched(Delivered):
    """What a request, as it read at ``text_at``, resembles is known, the likeliest first of each kind; or why not.

    ``found`` are what may answer it, ``alike`` the requests that are the same matter or likely are.
    """

    request: str
    text_at: datetime
    found: tuple[Match, ...] = ()
    alike: tuple[Alike, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandbookSearched(Delivered):
    """The sections that ``words`` ask for are known, the likeliest first; or why not, in words."""

    words: str
    found: tuple[Match, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposed(Delivered):
    """What became of an edit that was proposed, by its effect's key: where it can be read, or why there is none."""

    proposal: str
    url: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade(Delivered):
    """An iteration is counted, as somebody ``asked``, or for the handover; or why not, in words."""

    asked: bool
    report: Report | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFetched(Delivered):
    """An iCalendar address told when a person is away, as spans of instants; or why it did not, in words."""

    person: str
    spans: tuple[tuple[datetime, datetime], ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable(Event):
    """An effect was refused for good; ``reason`` is for an admin, ``message`` as in Delivered."""

    effect: str
    place: str
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row of a sheet: where it stands ("line 3"), the person as it says, and the fields that the sheet has."""

    where: str
    person: Person
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleImported(Event):
    """People to add or change."""

    rows: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class CommonRow:
    """A row of a sheet: where it stands ("line 3"), the common request as it says, and the fields that the sheet has.

    Its uses are counted as ``earlier``, the last at ``earlier_at``; it has no id.
    """

    where: str
    common: Common
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonsImported(Event):
    """Common requests to add or change, by their titles."""

    rows: tuple[CommonRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsencesImported(Event):
    """When somebody is away, as spans of instants."""

    person: str
    spans: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsImported(Event):
    """Shifts that replace those of the iterations they name."""

    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaEdited(Event):
    """Somebody edited the rota's file by hand, and it is valid; ``base`` is the rota that it held before, if known."""

    rota: Rota
    base: Rota | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaRefused(Event):
    """The rota's file was edited by hand and not taken over; ``reason`` is for admins, in words, line by line."""

    reason: str
