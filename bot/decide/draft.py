"""What one decision has changed so far, over the state it was made on. Nobody outside a decision ever sees one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.decide.pictures import notice_card, notice_item, request_card
from bot.effects import Answer, Change, Decision, DropNotice, Effect, PutFacts, PutNotice, PutRequest, Say, Show
from bot.people import Author, Person
from bot.rota.duty import Duty, on_duty
from bot.state import Facts, Knowledge, Notice, State
from bot.support.request import Request
from bot.views import View

CARD = "card:"


class Draft:
    """Collects changes; ``decision`` adds what has to be shown because of them: each card and notice once."""

    def __init__(self, state: State, now: datetime, knowledge: Knowledge) -> None:
        """Begin with ``state`` unchanged."""
        self.state = state
        self.now = now
        self.hours = knowledge.hours
        self.admins = knowledge.admins
        self.policy = state.desk.policy
        self.facts = state.facts
        self._requests: dict[str, Request] = {}
        self._notices: dict[str, Notice] = {}
        self._effects: list[Effect] = []
        self._changes: list[Change] = []
        self._duty: dict[datetime, Duty] = {}

    def colleague(self, author: Author) -> Person | None:
        """Return the backend colleague who wrote or pressed, None for anybody else."""
        person = self.state.rota.people.get(author.id)
        return person if person and person.belongs(self.hours.local(self.now).date()) else None

    def is_admin(self, author: Author) -> bool:
        """Say whether ``author`` is an admin: by Entra id, or by the e-mail the rota knows them under."""
        person = self.state.rota.people.get(author.id)
        return author.id in self.admins or (person is not None and person.email.casefold() in self.admins - {""})

    def duty(self, at: datetime) -> Duty:
        """Return who is on duty at ``at``."""
        if at not in self._duty:
            self._duty[at] = on_duty(self.state.rota, at, self.hours)
        return self._duty[at]

    def request(self, id_: str) -> Request | None:
        """Return a request as it stands now."""
        return self._requests.get(id_) or self.state.requests.get(id_)

    def requests(self) -> Iterator[Request]:
        """Yield every request as it stands now."""
        for id_ in (*self.state.requests, *(id_ for id_ in self._requests if id_ not in self.state.requests)):
            request = self.request(id_)
            if request is not None:
                yield request

    def in_thread(self, place: str) -> list[Request]:
        """Return the requests raised in a thread."""
        return [request for id_ in self.state.threads.get(place, ()) if (request := self.request(id_))]

    def put(self, request: Request) -> None:
        """Change a request."""
        self._requests[request.id] = request

    def put_facts(self, facts: Facts) -> None:
        """Change the desk's facts."""
        self.facts = facts

    def notice(self, key: str) -> Notice | None:
        """Return a notice as it stands now."""
        return self._notices.get(key) or self.state.notices.get(key)

    def notices(self) -> Iterator[Notice]:
        """Yield every notice as it stands now."""
        yield from ({**self.state.notices, **self._notices}).values()

    def put_notice(self, notice: Notice) -> None:
        """Change or add a notice."""
        self._notices[notice.key] = notice

    def say(self, key: str, place: str, view: View) -> None:
        """Post once."""
        self._effects.append(Say(key, place, view))

    def change(self, change: Change, *effects: Effect) -> None:
        """Change something else."""
        self._changes.append(change)
        self._effects.extend(effects)

    def picture(self, request: Request, card: str) -> View:
        """Return what the card under the key ``card`` shows of ``request`` now."""
        if card == CARD + request.id or not card:
            return self._request_card(request)
        notice = self._fresh(self.notice(card), request) or Notice(
            card, request.place, "", self.now, claimable=False, heading="", items=(notice_item(request, self.now, self.hours),)
        )
        return notice_card(self.state.desk, notice)

    def decision(self, answer: Answer | None = None) -> Decision:
        """Return what was decided, with what must be shown anew."""
        for request in self._requests.values():
            for key in request.copies:
                notice = self.notice(key)
                fresh = self._fresh(notice, request)
                if fresh is not None and fresh != notice:
                    self._notices[key] = fresh
        changes: list[Change] = [PutRequest(request) for request in self._requests.values()]
        shows: list[Effect] = []
        for request in self._requests.values():
            before, view = self.state.requests.get(request.id), self._request_card(request)
            if before is None or self._request_card(before) != view:
                shows.append(Show(CARD + request.id, request.place, view, first=before is None))
        for notice in self._notices.values():
            settled = all(item.settled for item in notice.items)
            changes.append(DropNotice(notice.key) if settled else PutNotice(notice))
            first = notice.key not in self.state.notices
            shows.append(Show(notice.key, notice.place, notice_card(self.state.desk, notice), first=first))
        if self.facts != self.state.facts:
            changes.append(PutFacts(self.facts))
        return Decision((*changes, *self._changes), (*shows, *self._effects), answer)

    def _request_card(self, request: Request) -> View:
        at = request.clock.started_at if request.clock else self.now
        return request_card(self.state.desk, request, self.duty(max(at, self.now)), self.now, self.hours)

    def _fresh(self, notice: Notice | None, request: Request) -> Notice | None:
        if notice is None:
            return None
        item = notice_item(request, self.now, self.hours)
        return replace(notice, items=tuple(item if old.request == request.id else old for old in notice.items))
