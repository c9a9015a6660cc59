"""A desk with its people, a fake clock and a fake Teams, for telling stories.

A story states only its deviation: `town = Town()` is Monday 2026-11-23, 10:00 in Berlin, with Ana (production access)
and Ben as the pair, Chen as the Friday fallback, Dilan observing, Eva and Farid off duty, Olga and Tom in OPS.
"""

import itertools
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.notification import Kind, Notification
from bot.calendars.almanac import Almanac
from bot.desk import Desk
from bot.effects import (
    Answer,
    Card,
    Change,
    Dialog,
    FetchRoster,
    FindMatches,
    Forecast,
    MakeReport,
    OpenTicket,
    ProposeEdit,
    PutCommon,
    PutRota,
    Say,
    Show,
    SlackSay,
    Suppose,
    Word,
)
from bot.events import (
    Alerted,
    Claim,
    Deleted,
    Delivered,
    Edited,
    EditProposed,
    Matched,
    Open,
    PlanFound,
    Planned,
    Posted,
    Press,
    Replied,
    ReportMade,
    Restored,
    RosterFetched,
    Send,
    ShiftsImported,
    SlackReacted,
    SlackReplied,
    Supposed,
    TicketMoved,
    TicketOpened,
    Undeliverable,
    Wrote,
)
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Policy
from bot.ports import Commit, Origin, Outgoing
from bot.rota.shift import Absence, Role, Rota, Shift
from bot.solver.changes import what_if
from bot.solver.forecast import plans
from bot.state import DeskInfo, Knowledge, Roster
from bot.store.memory import MemoryJournal
from bot.store.triage import TREE, read_tree
from bot.support.handbook import NO_HANDBOOK, Handbook
from bot.support.recurrence import Alike, Common
from bot.support.request import Match, Request
from bot.views import Button, Field, FormCard, Line, Link, Mention, View

T = TypeVar("T")
BERLIN = ZoneInfo("Europe/Berlin")
TRIAGE = read_tree(TREE)
CHANNEL = "19:backend@thread.tacv2"
TEAM_CHANNEL = "19:team@thread.tacv2"
SLACK = "C0BUGSNAG1"
ITERATION = date(2026, 11, 18)


def person(name: str, **traits: object) -> Person:
    """Make a backend colleague whose id is the first name."""
    id_ = name.split(maxsplit=1)[0].casefold()
    return replace(Person(id=id_, name=name, entra_object_id=id_), **traits)  # type: ignore[arg-type]


ANA = person("Ana Lindqvist", production_access=True, slack_user_id="UANA")
BEN = person("Ben Okafor", slack_user_id="UBEN")
CHEN = person("Chen Wei", production_access=True, slack_user_id="UCHEN")
DILAN = person("Dilan Kaya", experienced=False)
EVA = person("Eva Novak")
FARID = person("Farid Haddad", slack_user_id="UFARID")
OLGA = Author("olga", "Olga Brandt")
TOM = Author("tom", "Tom Reuter")
TEAM = (ANA, BEN, CHEN, DILAN, EVA, FARID)
FRIDAY = frozenset({4})
OF_THE_ROTA = frozenset({"start", "ring", "handover", "unready", "peak", "news", "week"})
"""How the keys of messages about the rota begin."""


def shifts(iteration: date = ITERATION) -> tuple[Shift, ...]:
    """Return the usual support team of an iteration."""
    return (
        Shift(iteration, "ana", Role.SUPPORT),
        Shift(iteration, "ben", Role.SUPPORT),
        Shift(iteration, "chen", Role.FALLBACK, FRIDAY),
        Shift(iteration, "dilan", Role.OBSERVER),
    )


def at(text: str) -> datetime:
    """Return "2026-11-23 10:00" in Berlin as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def at_once(asked: Coroutine[Any, Any, T]) -> T:
    """Return the answer to what nothing has to be waited for."""
    try:
        asked.send(None)
    except StopIteration as known:
        answer: T = known.value
        return answer
    raise AssertionError("it waits")


def plain(view: View) -> str:
    """Return a view's own words, mentions as @Name."""
    if isinstance(view, Line):
        return "".join(
            f"@{part.name}" if isinstance(part, Mention) else part.text if isinstance(part, Link) else part
            for part in view.parts
        )
    if isinstance(view, Button):
        return f"[{view.title}]"
    if isinstance(view, Field):
        return "\n".join(filter(None, (view.label, view.value, *(f"({choice.title})" for choice in view.choices))))
    words = []
    for name in view.__slots__:
        if name == "thread":
            continue
        value = getattr(view, name)
        if isinstance(value, Line):
            words.append(plain(value))
        elif isinstance(value, str):
            words.append(value)
        elif isinstance(value, tuple):
            words.extend(plain(entry) for entry in value if hasattr(entry, "__slots__"))
    return "\n".join(filter(None, words))


@dataclass
class Message:
    """A message as Teams holds it: where, what it shows now, and all that it ever showed."""

    key: str
    place: str
    view: View
    versions: list[View] = field(default_factory=list)

    @property
    def text(self) -> str:
        return plain(self.view)


class FakeTeams:
    """Takes every effect at once and reports it delivered; `refuse` maps a place to the reason for a final no.

    `roster` is what it says of the team; None: it has not answered yet. `twice` are the keys that were posted again.
    `slack` are the lines for Slack, `threads` those in its threads. `computing` is what is asked of the rota and not
    computed yet; `not_computed` is why it can't be.

    ``jira`` are the tickets that were to be made, ``says`` is what Jira answers next: a key, "" where that is lost,
    None for not yet, all else is why it refuses. It makes EDGE-1 and so on where nothing else is said.

    ``edits`` of the handbook were to be proposed, ``pulls`` is what GitHub answers next: an address, None for not yet,
    all else is why there is no pull request. It makes one where nothing else is said.

    ``found`` and ``alike`` are what a text resembles, by the text; ``matching`` is what was asked so.

    While it ``is_away`` all waits for it.
    """

    def __init__(self, town: "Town") -> None:
        self._town = town
        self.messages: dict[str, Message] = {}
        self.sent: list[Message] = []
        self.twice: list[str] = []
        self.slack: list[str] = []
        self.threads: dict[str, list[str]] = {}
        self.refuse: dict[str, str] = {}
        self.roster: Roster | None = None
        self.computing: list[tuple[Origin, Outgoing]] = []
        self.not_computed = ""
        self.jira: list[OpenTicket] = []
        self.says: list[str | None] = []
        self.making: list[tuple[Origin, Outgoing]] = []
        self.edits: list[ProposeEdit] = []
        self.pulls: list[str | None] = []
        self.proposing: list[tuple[Origin, Outgoing]] = []
        self.found: dict[str, tuple[Match, ...]] = {}
        self.alike: dict[str, tuple[Alike, ...]] = {}
        self.matching: list[FindMatches] = []
        self.counting: list[tuple[Origin, Outgoing]] = []
        self.not_counted = ""
        self.is_away = False
        self._waiting: list[tuple[Origin, Outgoing]] = []

    def come_back(self) -> None:
        """Take what has waited, in order."""
        self.is_away = False
        waiting, self._waiting = self._waiting, []
        for desk, one in waiting:
            self.take(desk, [one])

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        if self.is_away:
            self._waiting += [(desk, one) for one in outgoing]
            return
        for one in outgoing:
            effect = one.effect
            if not isinstance(effect, Show | Say):
                self._take_aside(desk, one)
                continue
            unseen = effect.key not in self.messages
            is_over = isinstance(effect, Say) and not at_once(desk.wants(effect))
            needless = is_over or (isinstance(effect, Show) and effect.only_if_shown and unseen)
            reason = "" if needless else self.refuse.get(effect.place)
            fields = {"happened_at": self._town.now, "effect": one.id, "place": effect.place, "message": effect.key}
            if reason:
                desk.report(Undeliverable(key=f"refused:{one.id}", reason=reason, **fields))  # type: ignore[arg-type]
                continue
            if not unseen and (isinstance(effect, Say) or effect.first):
                self.twice.append(effect.key)
            if needless:
                fields["place"] = ""
            elif unseen:
                message = Message(effect.key, self._stands(effect.place), effect.view, [effect.view])
                fields["stands"] = message.place
                self.messages[effect.key] = message
                self.sent.append(message)
            else:
                message = self.messages[effect.key]
                message.view = effect.view
                message.versions.append(effect.view)
            desk.report(Delivered(key=f"delivered:{one.id}", **fields))  # type: ignore[arg-type]

    def _take_aside(self, desk: Origin, one: Outgoing) -> None:  # noqa: C901, PLR0912 - one row per effect
        """Take what is no message."""
        effect = one.effect
        if isinstance(effect, FetchRoster) and self.roster is not None:
            done = {"effect": one.id, "place": effect.key, "roster": replace(self.roster, at=self._town.now)}
            desk.report(RosterFetched(key=f"delivered:{one.id}", happened_at=self._town.now, **done))  # type: ignore[arg-type]
        if isinstance(effect, SlackSay):
            done = {"happened_at": self._town.now, "effect": one.id, "place": effect.place, "message": effect.key}
            if reason := self.refuse.get(effect.place):
                desk.report(Undeliverable(key=f"refused:{one.id}", reason=reason, **done))  # type: ignore[arg-type]
            else:
                (self.threads.setdefault(effect.thread, []) if effect.thread else self.slack).append(effect.text)
                desk.report(Delivered(key=f"delivered:{one.id}", **done))  # type: ignore[arg-type]
        if isinstance(effect, Forecast | Suppose):
            self.computing.append((desk, one))
        if isinstance(effect, FindMatches):
            self.matching.append(effect)
            done = {"happened_at": self._town.now, "effect": one.id, "place": effect.place, "message": effect.key}
            what = {"found": self.found.get(effect.text, ()), "alike": self.alike.get(effect.text, ())}
            asked = {"request": effect.request, "text_at": effect.text_at}
            desk.report(Matched(key=f"delivered:{one.id}", **done, **asked, **what))  # type: ignore[arg-type]
        if isinstance(effect, MakeReport):
            self.counting.append((desk, one))
        if isinstance(effect, ProposeEdit):
            self.edits.append(effect)
            pull = self.pulls.pop(0) if self.pulls else f"https://github.example/pull/{len(self.edits)}"
            if pull is None:
                self.proposing.append((desk, one))
            else:
                self.answer_edit(desk, one, pull)
        if isinstance(effect, OpenTicket):
            self.jira.append(effect)
            said = self.says.pop(0) if self.says else f"EDGE-{len(self.jira)}"
            if said is None:
                self.making.append((desk, one))
            else:
                self.answer_ticket(desk, one, said)

    def answer_edit(self, desk: Origin, one: Outgoing, said: str) -> None:
        """Say what became of an edit."""
        done = {"happened_at": self._town.now, "effect": one.id, "place": "GitHub", "message": one.effect.key}
        more = {"url": said} if said.startswith("https://") else {"failure": said}
        desk.report(EditProposed(key=f"delivered:{one.id}", proposal=one.effect.key, **done, **more))  # type: ignore[arg-type]

    def answer_ticket(self, desk: Origin, one: Outgoing, said: str) -> None:
        """Say what became of a ticket."""
        effect = one.effect
        assert isinstance(effect, OpenTicket)
        done = {"effect": one.id, "place": effect.place, "message": effect.key, "ticket": effect.ticket.id}
        if said.startswith("EDGE-"):
            more = {"issue": said, "url": f"https://jira.example.com/browse/{said}"}
        else:
            more = {"failure": said}
        desk.report(TicketOpened(key=f"delivered:{one.id}", happened_at=self._town.now, **done, **more))

    async def compute(self, seconds: float = 0) -> None:
        """Compute what was asked of the rota, here and now; proofs need some seconds."""
        computing, self.computing = self.computing, []
        for desk, one in computing:
            effect = one.effect
            assert isinstance(effect, Forecast | Suppose)
            question = replace(await desk.question(effect.weeks), seconds=seconds)
            fields: dict[str, Any] = {"happened_at": self._town.now, "place": effect.place, "shown": effect.shown}
            fields |= {"weeks": effect.weeks, "rota": question.rota}
            done = fields | {"key": f"delivered:{one.id}", "effect": one.id, "message": effect.key}
            if self.not_computed:
                kind = Planned if isinstance(effect, Forecast) else Supposed
                desk.report(kind(**done, failure=self.not_computed))
            elif isinstance(effect, Suppose):
                asked = replace(question, weeks=effect.weeks, seconds=60)
                desk.report(Supposed(**done, found=what_if(asked)))
            else:
                first, last = plans(question)
                desk.report(PlanFound(**fields, key=f"found:{one.id}", plan=first))
                await (await self._town.desk()).settle()  # the proof takes its time
                desk.report(Planned(**done, plan=last))

    async def count(self) -> None:
        """Count the iterations that were asked for."""
        counting, self.counting = self.counting, []
        for origin, one in counting:
            effect = one.effect
            assert isinstance(effect, MakeReport)
            done: dict[str, Any] = {"effect": one.id, "place": effect.place, "asked": effect.asked}
            done["message"] = effect.key
            told: dict[str, Any] = {"failure": self.not_counted}
            if not self.not_counted:
                told = {"report": await (await self._town.desk()).counted(effect.day)}
            origin.report(ReportMade(key=f"delivered:{one.id}", happened_at=self._town.now, **done, **told))

    def _stands(self, place: str) -> str:
        """Return where what is posted at a place stands: a post in the desk's channel begins a thread."""
        return f"{CHANNEL};messageid={next(self._town._ids)}" if place == CHANNEL else place


class Shelf(Almanac):
    """An almanac with a handbook beside it."""

    handbook: Handbook = NO_HANDBOOK

    def knowledge(self, desk: DeskInfo, rota: Rota, now: datetime) -> Knowledge:
        return replace(super().knowledge(desk, rota, now), handbook=self.handbook)


class Town:
    """The desk and everybody around it."""

    def __init__(
        self,
        now: str = "2026-11-23 10:00",
        *,
        people: tuple[Person, ...] = TEAM,
        team: tuple[Shift, ...] | None = None,
        absences: tuple[Absence, ...] = (),
        policy: Policy = Policy(),  # noqa: B008 - frozen
        team_channel: str = TEAM_CHANNEL,
        jira: str = "",
    ) -> None:
        self.now = at(now)
        self.info = DeskInfo("backend", "tenant", "team", CHANNEL, team_channel, policy)
        self.rota = Rota({one.id: one for one in people}, shifts() if team is None else team, absences)
        self.journal = MemoryJournal()
        self.teams = FakeTeams(self)
        self.shelf = Shelf(frozenset({"farid"}), triage=TRIAGE, jira=lambda _: jira)
        self.almanac: Almanac = self.shelf
        self._ids = itertools.count(1)
        self._desk: Desk | None = None

    async def desk(self) -> Desk:
        """Return the desk, made and loaded at the first call."""
        if self._desk is None:
            if not await self.journal.desks():
                await self.journal.create(self.info)
                await self._seed()
            await self.restart()
        assert self._desk is not None
        return self._desk

    async def restart(self) -> None:
        """Start the bot anew over the same journal; what was being counted is begun again."""
        self.teams.counting.clear()
        self._desk = Desk(self.info, self.journal, self.teams, lambda: self.now, self.almanac, lambda: None)
        await self._desk.start()
        await self._desk.strike()

    async def _seed(self) -> None:
        await self.journal.commit(Commit("tenant", "backend", 0, changes=(PutRota(self.rota),)))

    # -- people -------------------------------------------------------------------------------------------------

    async def post(
        self, text: str, by: Author | Person = OLGA, *, happened: str = "", place: str = "", **more: bool
    ) -> str:
        """Post in the channel; return the thread's place."""
        place = place or f"{CHANNEL};messageid={next(self._ids)}"
        await self._handle(Posted(place=place, text=text, author=_author(by), **self._when(happened), **more))  # type: ignore[arg-type]
        return place

    async def reply(
        self, place: str, text: str, by: Author | Person, *, happened: str = "", addressed: bool = False
    ) -> str:
        """Reply in a thread; return the reply's id."""
        id_ = f"reply-{next(self._ids)}"
        when = self._when(happened)
        event = Replied(place=place, text=text, author=_author(by), addressed=addressed, reply=id_, **when)  # type: ignore[arg-type]
        await self._handle(event)
        return id_

    async def edit(
        self,
        place: str,
        text: str,
        by: Author | Person = OLGA,
        *,
        happened: str = "",
        posted: str = "",
        reply: str = "",
        addressed: bool = False,
    ) -> None:
        """Edit a post, whose own time is known if it is said, or a reply."""
        more = {"posted_at": at(posted) if posted else None, "reply": reply, "addressed": addressed}
        await self._handle(Edited(place=place, text=text, author=_author(by), **more, **self._when(happened)))  # type: ignore[arg-type]

    async def delete(self, place: str, *, happened: str = "", reply: str = "") -> None:
        """Delete a post, or a reply."""
        await self._handle(Deleted(place=place, reply=reply, **self._when(happened)))  # type: ignore[arg-type]

    async def restore(self, place: str, text: str, by: Author = OLGA, *, happened: str = "", posted: str = "") -> None:
        """Bring a deleted post back, whose own time is known if it is said."""
        posted_at = at(posted) if posted else None
        event = Restored(place=place, text=text, author=by, posted_at=posted_at, **self._when(happened))  # type: ignore[arg-type]
        await self._handle(event)

    async def bugsnag(
        self,
        kind: Kind = Kind.NEW,
        error: str = "e1",
        *,
        thread: str = "",
        happened: str = "",
        edited: bool = False,
        **more: Any,
    ) -> str:
        """Let Bugsnag say something of an error in Slack ("": nowhere else); return the message there."""
        event = Alerted(
            notification=notified(kind, error, **{"event": f"{next(self._ids):024x}", **more}),
            edited=edited,
            thread=thread or f"{SLACK}/{next(self._ids)}.000100",
            link="https://slack.example/archives/C0BUGSNAG1/p1",
            **self._when(happened),  # type: ignore[arg-type]
        )
        await self._handle(event)
        return event.thread

    async def webhook(self, kind: Kind = Kind.NEW, error: str = "e1", *, happened: str = "", **more: Any) -> None:
        """Let Bugsnag's webhook say something of an error."""
        await self._handle(Alerted(notification=notified(kind, error, **more), **self._when(happened)))  # type: ignore[arg-type]

    async def deployed(self, what: str, where: str, started: str, *, ended: str = "") -> None:
        """Let Ana have deployed something."""
        now = self.now
        self.now = at(started)
        await self.press(Send, "", ANA, place=TEAM_CHANNEL, step="deploy", fields={"what": what, "where": where})
        self.now = at(ended) if ended else now
        if ended:
            await self.press(Send, "", ANA, place=TEAM_CHANNEL, step="deployed", choice="D-1:done")
        self.now = now

    async def slack_reply(self, thread: str, user: str = "UANA", name: str = "", *, happened: str = "") -> None:
        """Reply in a thread in Slack."""
        await self._handle(SlackReplied(thread=thread, user=user, name=name, **self._when(happened)))  # type: ignore[arg-type]

    async def eyes(
        self, thread: str, user: str = "UANA", *, taken_back: bool = False, happened: str = "", name: str = ""
    ) -> None:
        """Put one's eyes on a message in Slack, or take them back."""
        more = {"taken_back": taken_back, "name": name}
        await self._handle(SlackReacted(thread=thread, user=user, **more, **self._when(happened)))  # type: ignore[arg-type]

    async def alert(self, id_: str = "A-1") -> Alert:
        """Return an alert as the journal has it."""
        (found,) = await self.journal.alerts("tenant", "backend", [id_], [])
        return found

    async def common(self, id_: str = "C-1") -> Common:
        """Return a common request as the desk has it."""
        return (await (await self.desk()).state()).commons[id_]

    async def put_common(self, common: Common) -> None:
        """Let a common request be there as it is."""
        await self.change(PutCommon(common))

    async def change(self, *changes: Change) -> None:
        """Change what the journal holds, and start anew."""
        await (await self.desk()).settle()
        revision = (await self.journal.load("tenant", "backend")).revision
        await self.journal.commit(Commit("tenant", "backend", revision, changes=changes))
        await self.restart()

    async def matched(
        self, asked: FindMatches, *, found: tuple[Match, ...] = (), alike: tuple[Alike, ...] = ()
    ) -> None:
        """Let what a request resembles be known, again or late."""
        fields: dict[str, Any] = {"request": asked.request, "text_at": asked.text_at, "found": found, "alike": alike}
        fields |= {"effect": "?", "place": asked.place, "message": asked.key}
        desk = await self.desk()
        desk.report(Matched(key=f"key-{next(self._ids)}", happened_at=self.now, **fields))
        await desk.settle()

    async def press_alert(self, step: str, id_: str, by: Author | Person, **fields: str) -> str:
        """Send a step of an alert's *More…* from the team channel; return what is shown."""
        where = {"place": f"{TEAM_CHANNEL};messageid=9", "card": f"alert:{id_}:1"}
        return said(await self.press(Send, id_, by, step=step, fields=fields, form=f"f{next(self._ids)}", **where))

    async def take_alert(self, id_: str, by: Author | Person) -> str:
        """Press *I'm handling it* in the team channel; return what the card says then."""
        return said(await self.press(Claim, id_, by, place=f"{TEAM_CHANNEL};messageid=9", card=f"alert:{id_}:1"))

    async def write(self, text: str, by: Author | Person, **content: bool) -> str:
        """Write to the bot personally; return what it answered."""
        before = len(self.teams.sent)
        author = _author(by)
        event = Wrote(place=personal(author.id), text=text, author=author, addressed=True, **content, **self._when(""))  # type: ignore[arg-type]
        await self._handle(event)
        return "\n".join(message.text for message in self.teams.sent[before:])

    async def press(
        self,
        kind: type[Press],
        request: str,
        by: Author | Person,
        *,
        place: str = "",
        card: str = "",
        happened: str = "",
        **more: object,
    ) -> Answer | None:
        """Press a button on the thread's card, or on the card with the key `card` in one's own chat."""
        author = _author(by)
        if not place:
            place = (
                personal(author.id) if card and not card.startswith("card:") else (await self.request(request)).place
            )
        event = kind(
            place=place,
            author=author,
            request=request,
            card=card or f"card:{request}",
            **self._when(happened),  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )
        return await self._handle(event)

    async def open(self, step: str, request: str, by: Author | Person, choice: str = "", **more: str) -> FormCard:
        """Open a step's form; return it."""
        answer = await self.press(Open, request, by, step=step, choice=choice, **more)
        assert isinstance(answer, Dialog), answer
        assert isinstance(answer.view, FormCard)
        return answer.view

    async def press_open(self, step: str, request: str, by: Author | Person) -> str:
        """Try to open a step's form; return what is shown."""
        return said(await self.press(Open, request, by, step=step))

    async def send(
        self,
        step: str,
        request: str,
        by: Author | Person,
        *,
        choice: str = "",
        place: str = "",
        card: str = "",
        **fields: str,
    ) -> str:
        """Send a step's form, filled in; return what is shown then. What closes is looked at in the preview first."""
        if (step, choice) == ("close", "close"):
            answer = await self.press(
                Send, request, by, step=step, choice="preview", fields=fields, place=place, card=card
            )
            view = answer.view if isinstance(answer, Dialog) else None
            buttons = [button for row in view.rows for button in row.buttons] if isinstance(view, FormCard) else []
            choice = next((button.choice for button in buttons if button.title == "Close it"), "")
            if not choice:
                return said(answer)
        answer = await self.press(Send, request, by, step=step, choice=choice, fields=fields, place=place, card=card)
        return said(answer)

    # -- time ---------------------------------------------------------------------------------------------------

    async def wait(self, minutes: float) -> None:
        """Let time pass, the alarm ringing whenever something is due."""
        await self.until(self.now + timedelta(minutes=minutes))

    async def until(self, moment: datetime | str) -> None:
        """Let time pass until a moment."""
        end = at(moment) if isinstance(moment, str) else moment
        desk = await self.desk()
        while desk.next_due is not None and desk.next_due <= end:
            self.now = max(self.now, desk.next_due)
            await desk.strike()
            await desk.settle()
            assert not self.teams.twice
            assert desk.next_due is None or desk.next_due > self.now, "the alarm would ring for ever"
        self.now = end

    async def sleep_until(self, moment: str) -> None:
        """Let time pass while the bot is down, then start it."""
        await self.desk()
        self.now = at(moment)
        await self.restart()
        assert self._desk is not None
        await self._desk.settle()
        assert not self.teams.twice

    # -- what is to be seen -------------------------------------------------------------------------------------

    async def request(self, id_: str = "R-1") -> Request:
        """Return a request as the journal has it."""
        await (await self.desk()).settle()
        return (await self.journal.matters("tenant", "backend", [id_], []))[0]

    async def requests(self) -> list[Request]:
        """Return every request that was ever opened."""
        await (await self.desk()).settle()
        number = (await (await self.desk()).state()).facts.last_number
        return [await self.request(f"R-{n}") for n in range(1, number + 1)]

    def card(self, request: str = "R-1") -> str:
        """Return what the card in the thread says now."""
        return self.teams.messages[f"card:{request}"].text

    def to(self, who: Person) -> list[Message]:
        """Return the personal messages that somebody got, each as it stands now."""
        return [message for message in self.teams.sent if message.place == personal(who.id)]

    def called(self, who: Person) -> list[Message]:
        """Return the personal messages about requests that somebody got, and none about the rota."""
        return [message for message in self.to(who) if message.key.partition(":")[0] not in OF_THE_ROTA]

    def in_thread(self, place: str) -> list[str]:
        """Return the bot's posts in a thread beside the card."""
        return [m.text for m in self.teams.sent if m.place == place and not m.key.startswith("card:")]

    def in_team_channel(self) -> list[Message]:
        """Return the posts in the team channel."""
        return [message for message in self.teams.sent if message.place == TEAM_CHANNEL]

    async def computed(self, seconds: float = 0) -> None:
        """Let what is asked of the rota be computed, and shown."""
        while self.teams.computing:
            await self.teams.compute(seconds)
            await (await self.desk()).settle()
        assert not self.teams.twice

    async def counted(self) -> None:
        """Let the iterations be counted that were asked for, and shown."""
        while self.teams.counting:
            await self.teams.count()
            await (await self.desk()).settle()
        assert not self.teams.twice

    async def jira_answers(self, said: str) -> None:
        """Let Jira say what became of the ticket that it was asked for first and has not answered."""
        desk, (_, one) = await self.desk(), self.teams.making.pop(0)
        self.teams.answer_ticket(desk, one, said)
        await desk.settle()
        assert not self.teams.twice

    async def ticket_moves(self, key: str, status: str, *, happened: str = "", **how: bool) -> None:
        """Let Jira say how a ticket stands."""
        await self._handle(TicketMoved(ticket=key, status=status, **how, **self._when(happened)))  # type: ignore[arg-type]

    async def import_shifts(self, new: tuple[Shift, ...]) -> None:
        """Change the rota while the bot runs."""
        await self._handle(ShiftsImported(shifts=new, **self._when("")))  # type: ignore[arg-type]

    async def _handle(self, event: object) -> Answer | None:
        desk = await self.desk()
        answer = await desk.handle(event)  # type: ignore[arg-type]
        await desk.settle()
        assert not self.teams.twice, self.teams.twice
        return answer

    def _when(self, happened: str) -> dict[str, object]:
        return {"key": f"key-{next(self._ids)}", "happened_at": at(happened) if happened else self.now}


def notified(kind: Kind = Kind.NEW, error: str = "e1", **more: Any) -> Notification:
    """Return what Bugsnag says of an error: a TimeoutError in the shop unless it says otherwise."""
    about: dict[str, Any] = {"project": "shop", "stage": "production", "error_class": "TimeoutError"}
    about |= {
        "message": "no answer from the payment service",
        "url": f"https://app.bugsnag.com/acme/shop/errors/{error}",
    }
    return Notification(kind, error=error, **{**about, **more})


def said(answer: object) -> str:
    """Return the words of an answer: of its card, its dialog, or its own."""
    assert isinstance(answer, Word | Card | Dialog), answer
    return answer.text if isinstance(answer, Word) else plain(answer.view)


def _author(who: Author | Person) -> Author:
    return who if isinstance(who, Author) else Author(who.id, who.name)
