"""How a desk stands: its state at a revision, changed in place by what was decided.

The one place that says what each change does to a desk's state. It must not know why anything changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from bot.alerts.alert import Alert
from bot.effects import (
    Change,
    DropCommon,
    DropNotice,
    ForgetActs,
    ForgetChats,
    ForgetMessages,
    ForgetPerson,
    PutAlert,
    PutCommon,
    PutDesk,
    PutFacts,
    PutNotice,
    PutRequest,
    PutRota,
)
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, Notice, State
from bot.support.recurrence import Common
from bot.support.request import Request, Status


@dataclass(slots=True)
class Standing:
    """A desk's state at a revision; its mappings are changed between decisions, never during one."""

    revision: int
    desk: DeskInfo
    rota: Rota = field(default_factory=Rota)
    facts: Facts = field(default_factory=Facts)
    requests: dict[str, Request] = field(default_factory=dict)
    threads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    askers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    commons: dict[str, Common] = field(default_factory=dict)

    def view(self) -> State:
        """Return the state to decide with; it changes with this."""
        return State(
            self.desk,
            self.rota,
            self.facts,
            self.requests,
            self.threads,
            self.askers,
            self.notices,
            self.alerts,
            self.called,
            self.commons,
        )

    def put(self, request: Request) -> None:
        """Hold a request as it now is."""
        known = self.requests.get(request.id)
        if known is not None and known.requester.id != request.requester.id:
            _take(self.askers, known.requester.id, known.id)
        self.requests[request.id] = request
        _add(self.threads, request.place, request.id)
        _add(self.askers, request.requester.id, request.id)

    def put_alert(self, alert: Alert) -> None:
        """Hold an alert as it now is; a name that another had is its own from now on."""
        self.alerts[alert.id] = alert
        for name in alert.names:
            self.called[name] = alert.id

    def apply(self, change: Change) -> None:  # noqa: C901 - one row per change
        """Do what was decided."""
        match change:
            case PutRequest(request):
                self.put(request)
            case PutAlert(alert):
                self.put_alert(alert)
            case PutCommon(common):
                self.commons[common.id] = common
            case DropCommon(id_):
                self.commons.pop(id_, None)
            case PutNotice(notice):
                self.notices[notice.key] = notice
            case DropNotice(key):
                self.notices.pop(key, None)
            case PutFacts(facts):
                self.facts = facts
            case PutDesk(desk):
                self.desk = desk
            case PutRota(rota):
                self.rota = rota
            case ForgetActs() | ForgetMessages() | ForgetChats() | ForgetPerson():
                pass  # nothing that is decided with
            case _:
                assert_never(change)

    def is_live(self, place: str) -> bool:
        """Say whether anything is held in a thread that is not closed."""
        return any(self.requests[id_].status is not Status.CLOSED for id_ in self.threads.get(place, ()))

    def drop_over(self, ids: Iterable[str]) -> None:
        """Let go of those of the requests and alerts that are over."""
        some = tuple(ids)
        self._drop_closed(some)
        for alert in [self.alerts[id_] for id_ in {*some} if id_ in self.alerts]:
            if not alert.is_live:
                del self.alerts[alert.id]
                for name in alert.names:
                    if self.called.get(name) == alert.id:
                        del self.called[name]

    def _drop_closed(self, ids: Iterable[str]) -> None:
        """Let go of those of the requests that are closed, and of what followed them; what follows a live one stays."""
        named = [request for id_ in ids if (request := self.requests.get(id_))]
        for id_ in dict.fromkeys(id_ for one in named for id_ in (one.id, *one.followers)):
            request = self.requests.get(id_)
            lead = self.requests.get(request.lead) if request else None
            kept = lead is not None and lead.status is not Status.CLOSED
            if request is not None and request.status is Status.CLOSED and not kept:
                del self.requests[id_]
                _take(self.threads, request.place, id_)
                _take(self.askers, request.requester.id, id_)


def _add(index: dict[str, tuple[str, ...]], key: str, id_: str) -> None:
    ids = index.get(key, ())
    if id_ not in ids:
        index[key] = (*ids, id_)


def _take(index: dict[str, tuple[str, ...]], key: str, id_: str) -> None:
    rest = tuple(other for other in index[key] if other != id_)
    if rest:
        index[key] = rest
    else:
        del index[key]
