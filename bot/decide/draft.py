"""What one decision has changed so far, over the state it was made on. Nobody outside a decision ever sees one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.alert import Alert
from bot.commands import Right
from bot.decide import pictures
from bot.decide.pictures import CARD, notice_card, notice_item
from bot.effects import (
    Answer,
    Change,
    Decision,
    DropNotice,
    Effect,
    FetchRoster,
    PutAlert,
    PutCommon,
    PutDesk,
    PutFacts,
    PutNotice,
    PutRequest,
    PutRota,
    Say,
    Show,
    WriteRota,
)
from bot.events import Message, Press
from bot.people import Author, Person
from bot.places import channel_of
from bot.rota.duty import Duty, on_duty, present
from bot.rota.handover import with_outgoing
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Knowledge, Notice, NoticeItem, State
from bot.support.recurrence import Common
from bot.support.request import Deed, Outcome, Request, Rung, Status, goes_with_own
from bot.support.texts import Text
from bot.support.words import MINUTE, heard, listed, say
from bot.views import CardView, NoticeCard, NoticeEntry, RequestCard, View

TOGETHER = MINUTE  # reminders due to one person within this become one message
SILENT = (Rung.PAIR, Rung.FALLBACK)  # steps of which the card in the thread shows nothing


class Draft:
    """Collects changes; ``decision`` adds what has to be shown because of them: each card and notice once."""

    def __init__(self, state: State, now: datetime, knowledge: Knowledge) -> None:
        """Begin with ``state`` unchanged."""
        self.state = state
        self.now = now
        self._knowledge = knowledge
        self.hours = knowledge.hours
        self.opening = knowledge.hours.next_open(now)  # now, if support is there
        self.admins = knowledge.admins
        self.tree = knowledge.triage
        self.countries = knowledge.countries
        self.jira = knowledge.jira
        self.country_names = knowledge.country_names
        self.own_channels = knowledge.own
        self.feed = knowledge.feed
        self.handbook = knowledge.handbook
        self.desk = state.desk
        self.policy = state.desk.policy
        self.facts = state.facts
        self.rota = state.rota
        self._requests: dict[str, Request] = {}
        self._notices: dict[str, Notice] = {}
        self._alerts: dict[str, Alert] = {}
        self._called: dict[str, str] = {}
        self._commons: dict[str, Common] = {}
        self._effects: list[Effect] = []
        self._quiet: list[Change] = []
        self._duty: dict[tuple[datetime, tuple[str, ...]], Duty] = {}
        self._anew: set[str] = set()
        self._places: dict[str, dict[str, None]] | None = None  # the keys of all notices by place, once asked for
        self.lined: dict[str, set[str]] = {}  # threads in which a line says that nobody answered, and whom it calls
        self.gathered: set[str] = set()  # notices that several requests came into, whose heading is said at the end
        self.undone: set[str] = set()  # requests of which something was taken back
        self.told: dict[str, str] = {}  # requests, and the message that told whoever had them what was done
        self.answered: dict[str, tuple[str, tuple[NoticeEntry, ...]]] = {}  # people, and the card that tells them

    def unchanged(self, days: int) -> "Draft":
        """Return a draft of what stood before this one's changes, so many days ago, to compare with."""
        return Draft(self.state, self.now - timedelta(days), self._knowledge)

    @property
    def is_open(self) -> bool:
        """Say whether support is there now."""
        return self.opening == self.now

    def is_today(self, at: datetime) -> bool:
        """Say whether ``at`` lies on today's date in the desk's zone."""
        return self.hours.local(at).date() == self.hours.local(self.now).date()

    def colleague(self, author: Author) -> Person | None:
        """Return the backend colleague who wrote or pressed, None for anybody else."""
        person = self.rota.people.get(author.id)
        return person if person and person.belongs(self.hours.local(self.now).date()) else None

    def may_be_written_to(self, author: Author) -> bool:
        """Say whether somebody may be written to now: in support hours; no colleague who is away."""
        return self.is_open and (self.colleague(author) is None or self._is_here(author.id))

    def hears_of_the_rota(self, person: str) -> bool:
        """Say whether somebody may be told of the rota now: in support hours, of the team and not away, or an admin."""
        gone = self.colleague(Author(person, "")) is None  # or still to come
        return self.is_open and (self.is_admin(Author(person, "")) if gone else self._is_here(person))

    @property
    def names(self) -> list[str]:
        """Return the names of the rota's people, who may be greeted and thanked by them."""
        return [one.name for one in self.rota.people.values()]

    def is_admin(self, author: Author) -> bool:
        """Say whether ``author`` is an admin: by Entra id, by the e-mail the rota knows them under, or named one."""
        person = self.rota.people.get(author.id)
        return (
            author.id in self.admins
            or author.id in self.policy.admins
            or (person is not None and person.email.casefold() in self.admins - {""})
        )

    def right_of(self, author: Author) -> Right:
        """Return what somebody may use."""
        if self.is_admin(author):
            return Right.ADMIN
        return Right.COLLEAGUE if self.colleague(author) else Right.TENANT

    def is_for(self, right: Right) -> str:
        """Say for whom something is that needs a right: the admins by name, as far as the rota knows them."""
        if right is not Right.ADMIN:
            return self.say(Text.FOR_COLLEAGUES)
        admins = [one.name for one in self.rota.people.values() if self.is_admin(Author(one.id, one.name))]
        return self.say(Text.FOR_ADMINS, who=listed(admins, self.say(Text.OR)) or self.say(Text.ASK_YOUR_ADMIN))

    def duty(self, at: datetime, besides: Iterable[str] = ()) -> Duty:
        """Return who is on duty at ``at``, as if the people ``besides`` were away."""
        key = (at, tuple([one for one in besides if one in self.rota.people]))
        found = self._duty.get(key)
        if found is None:
            found = on_duty(self.rota, at, self.hours, key[1])
            found = with_outgoing(found, self.rota, self.facts.planning.handover, at, self.hours, key[1])
            self._duty[key] = found
        return found

    def duty_for(self, request: Request, at: datetime | None = None) -> Duty:
        """Return who answers a request at ``at``, now by default: not who asked, nor who handed it on and is alone."""
        at = at or self.now
        by = request.clock.by if request.clock else ""
        duty = self.duty(at, (request.requester.id,))
        if {one.id for one in duty.pair + duty.further} == {by}:
            return self.duty(at, (request.requester.id, by))
        return duty

    def asked(self, request: Request) -> tuple[str, ...]:
        """Return whom a request's card names as those who answer now: "" for nobody, none yet outside support hours."""
        if not self.is_open:
            return ()
        return tuple([one.id for one in self.duty_for(request).pair]) or ("",)

    def say(self, text: Text, **values: object) -> str:
        """Return a sentence in the desk's language, which asks for a mention as long as nothing else is heard."""
        return say(heard(text, hears_all=self.facts.hears_all), self.policy.language, **values)

    def request(self, id_: str) -> Request | None:
        """Return a request as it stands now."""
        return self._requests.get(id_) or self.state.requests.get(id_)

    def requests(self) -> Iterator[Request]:
        """Yield every request that the desk holds, as it stands now."""
        yield from [self._requests.get(id_, request) for id_, request in self.state.requests.items()]

    def in_thread(self, place: str) -> list[Request]:
        """Return the requests raised in a thread."""
        return [request for id_ in self.state.threads.get(place, ()) if (request := self.request(id_))]

    def asked_by(self, person: str) -> list[Request]:
        """Return the requests that somebody raised."""
        return [request for id_ in self.state.askers.get(person, ()) if (request := self.request(id_))]

    def alert(self, id_: str) -> Alert | None:
        """Return an alert as it stands now."""
        return self._alerts.get(id_) or self.state.alerts.get(id_)

    def alert_called(self, name: str) -> Alert | None:
        """Return the alert that has a name, the last that got it."""
        return self.alert(self._called.get(name) or self.state.called.get(name, ""))

    def alerts(self) -> list[Alert]:
        """Return every alert that the desk holds, as it stands now."""
        return [*({**self.state.alerts, **self._alerts} if self._alerts else self.state.alerts).values()]

    def changed_alerts(self) -> list[Alert]:
        """Return the alerts that were changed so far, as they stand now."""
        return list(self._alerts.values())

    def put_alert(self, alert: Alert) -> None:
        """Change an alert, or add one."""
        self._alerts[alert.id] = alert
        self._called.update(dict.fromkeys(alert.names, alert.id))

    def common(self, id_: str) -> Common | None:
        """Return a common request as it stands by now."""
        return self._commons.get(id_) or self.state.commons.get(id_)

    def commons(self) -> list[Common]:
        """Return all common requests as they stand by now, by id."""
        known = {**self.state.commons, **self._commons}
        return sorted(known.values(), key=lambda one: (len(one.id), one.id))

    def likely(self, request: Request) -> str:
        """Return in one line what a request resembles, "" for nothing."""
        return pictures.likely(request, self.handbook, self.common)

    def changed_commons(self) -> list[Common]:
        """Return the common requests that were changed so far, as they stand now."""
        return list(self._commons.values())

    def put_common(self, common: Common) -> None:
        """Let a common request be this from now on."""
        self._commons[common.id] = common

    def put(self, request: Request) -> None:
        """Change a request."""
        self._requests[request.id] = request

    def put_facts(self, facts: Facts) -> None:
        """Change the desk's facts; who is on duty may follow from them while duty changes."""
        if facts.planning.handover is not self.facts.planning.handover:
            self._duty.clear()
        self.facts = facts

    def put_desk(self, desk: DeskInfo) -> None:
        """Change the desk itself; its policy acts on what comes."""
        self.desk = desk
        self.policy = desk.policy

    @property
    def paused(self) -> bool:
        """Say whether the desk's posts are stopped now."""
        return self.facts.pause is not None

    def show_anew(self, request: Request) -> None:
        """Change a request whose card is shown again, or at last, whether it says something new or not."""
        self._anew.add(request.id)
        self.put(request)

    def fetch_roster(self) -> None:
        """Ask Teams for the team's people and channels."""
        self._effects.append(FetchRoster())

    def put_rota(self, rota: Rota) -> None:
        """Change the rota; cards that name who will answer are shown anew."""
        self.rota = rota
        self._duty.clear()

    def notice(self, key: str) -> Notice | None:
        """Return a notice as it stands now."""
        return self._notices.get(key) or self.state.notices.get(key)

    def notices(self, place: str) -> list[Notice]:
        """Return the notices at a place as they stand now."""
        if self._places is None:
            self._places = {}
            for one in (*self.state.notices.values(), *self._notices.values()):
                self._places.setdefault(one.place, {})[one.key] = None
        return [notice for key in self._places.get(place, ()) if (notice := self.notice(key))]

    def put_notice(self, notice: Notice) -> None:
        """Change or add a notice."""
        self._notices[notice.key] = notice
        if self._places is not None:
            self._places.setdefault(notice.place, {})[notice.key] = None

    def post(self, key: str, place: str, view: View) -> None:
        """Post once."""
        self._effects.append(Say(key, place, view))

    def picture(self, request: Request, place: str, card: str) -> CardView:
        """Return what a pressed card shows now: the request's in its thread, or the copy under ``card`` elsewhere."""
        if place == request.place:
            return self.request_card(request)
        second = request.clock is not None and request.clock.second
        item = notice_item(request, self.now, self.hours, second=second, likely=self.likely(request))
        notice = self.notice(card)
        here = notice is not None and channel_of(notice.place) == channel_of(place)
        if notice is None or not here or request.id not in {old.request for old in notice.items}:
            notice = Notice(card, place, "", self.now, claimable=False, heading=item.line, items=(item,))
        return self._copy(self._fresh(notice, {request.id: request}))

    def show(self, key: str, place: str, view: View, *, first: bool = True) -> None:
        """Post what has buttons or may be edited later; edit what stands under ``key`` unless it is the ``first``."""
        self._effects.append(Show(key, place, view, first=first, only_if_shown=not first))

    def quietly(self, change: Change) -> None:
        """Change something of which nothing is shown anew."""
        self._quiet.append(change)

    def follow_with(self, effect: Effect) -> None:
        """Do something besides what has to be shown."""
        self._effects.append(effect)

    def changed(self) -> list[Request]:
        """Return the requests that were changed so far, as they stand now."""
        return list(self._requests.values())

    def did(self, request: Request, event: Message | Press, what: str, **more: Any) -> None:
        """Put a request with what somebody did to it; ``more`` are a deed's reply, text and others."""
        known = self.state.requests.get(request.id)
        number = known.deed.number if known and known.deed else 0
        pressed = isinstance(event, Press)  # what is typed in a thread is not taken back by a press
        before = replace(known, before=None) if known and pressed else None
        self.put(
            replace(
                request, deed=Deed(number + 1, event.author, event.happened_at, what, event.key, **more), before=before
            )
        )

    def decision(self, answer: Answer | None = None) -> Decision:
        """Return what was decided, with what must be shown anew."""
        changes: list[Change] = []
        shows: list[Effect] = []
        self._keep_what_was_told()
        changed = self.rota is not self.state.rota  # cards name people, who may be called otherwise now
        for one in self.requests() if changed else ():
            if one.status is Status.OPEN:
                self.put(one)
        beside = self._anew.union(
            *((one.lead, *one.followers) for one in self.changed() if self._has_new_face(one)),
        )
        for one in [found for id_ in beside if (found := self.request(id_))]:
            self.put(one)
        for one in self._requests.values():
            before = self.state.requests.get(one.id)
            shown = changed or before is None or one.id in beside or _face(before) != _face(one)
            drawn = shown and one.status is Status.OPEN
            request = replace(one, asked=self.asked(one)) if drawn else one
            changes.append(PutRequest(request))
            if shown:
                shows.append(Show(CARD + request.id, request.place, self.request_card(request), first=before is None))
        self._refresh_copies([change.request for change in changes if isinstance(change, PutRequest)])
        for notice in self._notices.values():
            settled = all(item.settled for item in notice.items)
            held = self.state.requests.keys()
            closed = all(item.closed or (item.settled and item.request not in held) for item in notice.items)
            changes.append(DropNotice(notice.key) if closed else PutNotice(notice))
            view = self._copy(notice)
            told = self._was_shown(notice)
            call = abs(self.now - notice.created_at) < TOGETHER or self._is_here(notice.person)
            shows.append(
                Show(notice.key, notice.place, view, first=not told, only_if_shown=settled or not call, settled=settled)
            )
        changes.extend(map(PutAlert, self._alerts.values()))
        changes.extend(map(PutCommon, self._commons.values()))
        if self.facts is not self.state.facts:
            changes.append(PutFacts(self.facts))
        if self.rota is not self.state.rota:
            changes.append(PutRota(self.rota))
        if self.desk is not self.state.desk:
            changes.append(PutDesk(self.desk))
        shows.extend(WriteRota() for change in changes if isinstance(change, PutRota | PutDesk))
        return Decision((*changes, *self._quiet), (*shows, *self._effects), answer)

    def _keep_what_was_told(self) -> None:
        """Let each deed know the message that told somebody of it, which *Undo* marks."""
        for request in filter(None, map(self.request, self.told)):
            assert request.deed is not None
            deed = replace(request.deed, others=(*request.deed.others, self.told[request.id]))
            self.put(replace(request, deed=deed))

    def request_card(self, request: Request) -> RequestCard:
        """Return the card of a request as it would be in its thread now."""
        at = self._answered_at(request)
        lead = self.request(request.lead)
        followers = [one for id_ in request.followers if (one := self.request(id_)) and goes_with_own(one, request)]
        also = tuple(one for one in followers if one.outcome is not Outcome.WITHDRAWN)
        return pictures.request_card(
            self.state.desk,
            request,
            lead,
            also,
            self.duty_for(request, at),
            self.now,
            self.hours,
            at,
            hears_all=self.facts.hears_all,
            tickets=self.facts.tickets,
        )

    def _copy(self, notice: Notice) -> NoticeCard:
        return notice_card(self.state.desk, notice, hears_all=self.facts.hears_all)

    def _answered_at(self, request: Request) -> datetime:
        """Return when those answer whom a card names: now, or at the opening; on the day when an answer is due."""
        due_at = request.clock.due_at if request.clock else self.now
        return self.opening if due_at <= self.opening or self.is_today(due_at) else max(self.opening, due_at)

    def _has_new_face(self, request: Request) -> bool:
        before = self.state.requests.get(request.id)
        return before is None or _face(before) != _face(request)

    def _refresh_copies(self, changed: list[Request]) -> None:
        copied: dict[str, dict[str, Request]] = {}
        for request in changed:
            for key in request.copies:
                copied.setdefault(key, {})[request.id] = request
        for key, requests in copied.items():
            notice = self.notice(key)
            fresh = self._fresh(notice, requests) if notice else None
            if fresh is not None and fresh != notice:
                self._notices[key] = fresh

    def _fresh(self, notice: Notice, requests: Mapping[str, Request]) -> Notice:
        def fresh(old: NoticeItem) -> NoticeItem:
            request = requests.get(old.request)
            if request is None:
                return old
            return notice_item(
                request,
                self.now,
                self.hours,
                second=old.second,
                call=old.call,
                told_in=old.told_in,
                likely=self.likely(request),
            )

        return replace(notice, items=tuple([fresh(old) for old in notice.items]))

    def _is_here(self, person: str) -> bool:
        """Say whether a person ("": the team channel) may be written to now: in support hours, and not away."""
        here = present(self.rota, self.now, self.hours) if self.is_open and person else ()
        return any(one.id == person for one in here) or (self.is_open and not person)

    def _was_shown(self, notice: Notice) -> bool:
        """Say whether a notice was ever shown; one of closed requests is held no longer, but they know its key."""
        before = [self.state.requests.get(item.request) for item in notice.items]
        return notice.key in self.state.notices or any(one and notice.key in one.copies for one in before)


def _face(request: Request) -> tuple[object, ...]:
    """Return what the card in the thread depends on."""
    clock = request.clock
    steps = tuple([due.step for due in clock.pending if due.step not in SILENT]) if clock else ()
    shown = (clock.due_at, clock.second, clock.mentioned) if clock else ()
    word = request.word and (request.word.by, request.word.lapses_at is None, request.word.over)
    after = (word, request.wait is None, request.remark, request.outcome, request.ticket, request.ticket_done)
    together = (request.lead, request.followers, request.matter, request.follow_up and request.text)
    return request.status, request.claimer, request.asked, steps, shown, after, together
