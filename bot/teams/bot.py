"""The bot as Bot Framework knows it: a turn in, an event to its desk, and for an invoke the answer back.

No rule of the domain is here. Messages outside a desk's channels are dropped before anything is stored or logged.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes

from bot.commands import Call, ChooseDesk, ComeBack, GoAway, SendPrivacy, ShowMine, parse
from bot.decide.desk import chats
from bot.desk import Desk
from bot.effects import Answer, Card, Dialog, Word
from bot.errors import NotStored
from bot.events import Choose, Event, Message, Posted, Raise, Replied, Send, Undecided, Welcomed, Wrote
from bot.places import channel_of, person_of, personal
from bot.policy import Language
from bot.state import DeskInfo
from bot.support.texts import Text
from bot.support.words import say
from bot.teams.adapter import ADMITTED
from bot.teams.founding import Founding, is_setup
from bot.teams.guard import Admitted
from bot.teams.handbook import QUERY, HandbookExtension
from bot.teams.inbound import ACTIONS, LONGEST_ID, Arrival, Stale, internal, read
from bot.teams.outbound import CARD, Outbound
from bot.teams.references import References, team_of

log = logging.getLogger(__name__)

OLDEST = timedelta(days=30)  # what claims to be older than any delivery can be is taken as now
LATE = timedelta(minutes=15)  # a command that is found later than that is no longer what anybody waits for
Seen = tuple[DeskInfo, str]
"""The desk that answers, and the place at which the answer is seen."""


class Desks(Protocol):
    """Finds the desk that an event belongs to."""

    def __iter__(self) -> Iterator[Desk]:
        """Yield every desk."""

    async def meet(self, tenant: str, desk: str, channel: str) -> None:
        """Look whether another replica has just added the desk, by id or channel, that is not known here."""

    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        """Return the desk whose channel, or team channel, this is."""

    def named(self, tenant: str, desk: str) -> Desk | None:
        """Return a tenant's desk by its id."""

    def of_person(self, tenant: str, person: str) -> Desk | None:
        """Return the desk that a person's own messages go to."""

    def of_raiser(self, tenant: str, person: str) -> Sequence[Desk]:
        """Return the desks that a person may mean: those that they belong to, else all."""

    def several(self, tenant: str, person: str) -> Sequence[Desk]:
        """Return the desks that a person belongs to, none unless there are several."""

    def besides(self, desk: DeskInfo) -> Sequence[Desk]:
        """Return the tenant's other desks."""


class HotseatBot:
    """Takes the SDK's turns."""

    def __init__(
        self,
        desks: Desks,
        references: References,
        outbound: Outbound,
        clock: Callable[[], datetime],
        founding: Founding | None = None,
        extension: HandbookExtension | None = None,
    ) -> None:
        """Bind to the desks, what is known of places, how a view becomes a card, and how a channel becomes a desk.

        ``extension`` answers who searches the handbook while they write.
        """
        self._desks = desks
        self._extension = extension
        self._founding = founding
        self._references = references
        self._outbound = outbound
        self._clock = clock

    async def on_turn(self, context: TurnContext) -> None:
        """Take one turn; raise NotStored when its event could not be stored."""
        admitted: Admitted = context.turn_state[ADMITTED]
        invoked = admitted.activity["type"] == ActivityTypes.invoke
        if invoked and admitted.activity.get("name") == QUERY and self._extension is not None:
            body = await self._extension.answer(admitted.tenant, admitted.activity)
            await context.adapter.send_activities(context, [_answered(body)])
            return
        try:
            seen, answer = await self._handle(admitted)
        except Stale:
            seen, answer = None, None
        if invoked:
            nowhere = admitted.activity.get("name") in ACTIONS and not self._desks.of_raiser(admitted.tenant, "")
            missing = Text.NOWHERE_TO_RAISE if nowhere else Text.STALE
            word = answer or Word(say(missing, self._language(admitted)))
            # Not by the context, which copies the card and leaves circles for the garbage collector.
            await context.adapter.send_activities(context, [self._response(admitted.activity, seen, word)])

    async def _handle(self, admitted: Admitted) -> tuple[Seen | None, Answer | None]:
        activity = admitted.activity
        now = self._clock()
        at = admitted.happened_at
        arrival = read(activity, now if at is None or now - at > OLDEST else at)
        if arrival is None:
            await self._serve(admitted.tenant, activity)
            return None, None
        await self._desks.meet(admitted.tenant, arrival.desk, arrival.channel)
        desk, event = self._route(admitted.tenant, arrival)
        if self._founding is not None and is_setup(arrival.event):
            desk = await self._founding.met(desk, admitted.tenant, activity, arrival)
            event = event or arrival.event
        if self._founding is not None and desk is None and isinstance(arrival.event, Wrote | Welcomed):
            await self._founding.greet(activity)
        if desk is None or event is None:
            return None, None
        if activity.get("name") in ACTIONS:
            await self._references.served(desk.info.tenant, activity)
        else:
            await self._references.learn(desk.info.tenant, arrival.channel or arrival.place, activity)
        return (desk.info, arrival.place), await self._take(desk, arrival, event)

    async def found(self, tenant: str, some: Sequence[tuple[dict[str, Any], datetime]]) -> frozenset[str]:
        """Take activities of one thread that Teams did not deliver, in order, each with when it happened.

        Return the ids of those that changed something and were not known. Raise NotStored if one could not be stored. A
        command that is found LATE is left: whoever wrote it has written it again, or done without.
        """
        new: list[tuple[str, Desk, Arrival, Event]] = []
        for bare, at in some:
            activity = await self._addressed(tenant, bare)
            arrival = read(activity, at)
            desk, event = self._route(tenant, arrival) if arrival else (None, None)
            if arrival is None or desk is None or event is None or await desk.knows(event.key):
                continue
            if _called(event) is not None and self._clock() - at > LATE:
                continue
            if self._founding is not None and is_setup(event):
                desk = await self._founding.met(desk, tenant, activity, arrival) or desk
            new.append((activity["id"], desk, arrival, event))
        # At once, so that they are decided together: a post is not called for whose answer is found with it.
        outcomes = await asyncio.gather(
            *(self._take(desk, arrival, event) for _, desk, arrival, event in new), return_exceptions=True
        )
        for (_, _, _, event), outcome in zip(new, outcomes, strict=True):
            if isinstance(outcome, NotStored):
                raise outcome
            if isinstance(outcome, BaseException):
                log.error("%s, which was found, could not be taken: %s", event.key, type(outcome).__name__)
        return frozenset([id_ for id_, desk, _, event in new if await desk.knows(event.key)])

    async def _addressed(self, tenant: str, activity: dict[str, Any]) -> dict[str, Any]:
        """Return an activity that was found with what only a delivered one names: the service, and the bot."""
        known = await self._references.look_up(tenant, channel_of(activity["conversation"]["id"]))
        return {**activity, "serviceUrl": known.service_url, "recipient": {"id": known.bot}}

    async def _take(self, desk: Desk, arrival: Arrival, event: Event) -> Answer | None:
        answer = await desk.handle(event)
        if isinstance(event, Send) and event.step == chats.STEP and isinstance(answer, Dialog):
            await self._go_on(desk, arrival, event)
        if isinstance(event, Message):
            for other in self._hearing(desk, event):
                beside = _asked(event, personal(event.author.id), event.text)
                await other.handle(replace(beside, beside=True))
        return answer

    async def _serve(self, tenant: str, activity: dict[str, Any]) -> None:
        """Take the service of a desk's team, such as when the bot is added to it: it may have to write there first."""
        group = team_of(activity).get("aadGroupId")
        if any((desk.info.tenant, desk.info.team) == (tenant, group) for desk in self._desks):
            await self._references.served(tenant, activity)

    def _hearing(self, desk: Desk, event: Message) -> list[Desk]:
        """Return the other desks that a command is for too: those of its writer if it is about themselves."""
        call = _called(event)
        others = self._desks.besides(desk.info) if call is not None and _is_about_themselves(event, call) else []
        away = isinstance(call, GoAway | ComeBack)
        return [other for other in others if not away or other.has(event.author.id)]

    async def _go_on(self, desk: Desk, arrival: Arrival, event: Send) -> None:
        """Let the desk that somebody chose hear what they had written before they were asked."""
        if event.choice and not arrival.channel:
            await desk.handle(_asked(event, arrival.place, event.choice))

    def _route(self, tenant: str, arrival: Arrival) -> tuple[Desk | None, Event | None]:
        if isinstance(arrival.event, Choose | Raise):
            return self._raised(tenant, arrival, arrival.event)
        if arrival.desk:
            desk = self._desks.named(tenant, arrival.desk)
            if desk is None or arrival.channel not in ("", desk.info.channel, desk.info.team_channel):
                raise Stale
            return desk, arrival.event
        if arrival.channel:
            desk = self._desks.of_channel(tenant, arrival.channel)
            if desk is not None and arrival.channel != desk.info.channel:
                return desk, internal(arrival)
            return desk, arrival.event
        event = self._decided(tenant, arrival)
        if isinstance(event, Wrote):
            event = replace(event, desks=_ids(self._desks.of_raiser(tenant, arrival.author)))
        return self._desks.of_person(tenant, arrival.author), event

    def _raised(self, tenant: str, arrival: Arrival, event: Choose | Raise) -> tuple[Desk | None, Event | None]:
        """Find the desk that words are raised with: that of the channel they stand in, else the person's own choice."""
        here = self._desks.of_channel(tenant, arrival.channel) if arrival.channel else None
        at_home = here is not None and here.info.channel == arrival.channel
        if event.chosen is not None and not at_home:
            event = replace(event, chosen=replace(event.chosen, place="", reply=""))
        choice = [here] if here is not None else self._desks.of_raiser(tenant, arrival.author)
        event = replace(event, desks=_ids(choice))
        wanted = (event.fields.get("to") or arrival.desk) if isinstance(event, Raise) else ""
        if not wanted:
            return (choice[0] if choice else None), event
        found = next((desk for desk in choice if desk.info.id == wanted), None)
        if found is None:
            raise Stale
        return found, event

    def _decided(self, tenant: str, arrival: Arrival) -> Event:
        """Return what somebody wrote personally; who belongs to several desks is asked which a command is for."""
        event, call = arrival.event, _called(arrival.event)
        several = self._desks.several(tenant, arrival.author)
        if not isinstance(event, Wrote) or not several or call is None or _is_about_themselves(event, call):
            return event
        again = isinstance(call, ChooseDesk)
        if not again and any(desk.chosen_at(arrival.author) for desk in several):
            return event
        names = tuple(desk.info.id for desk in several)
        fields = {"key": event.key, "happened_at": event.happened_at, "place": event.place, "author": event.author}
        text = event.text.strip()
        fields |= {"text": "" if again or len(text) > LONGEST_ID else text}  # what a button carries is no longer
        return Undecided(desks=names, **fields)  # type: ignore[arg-type]

    def _language(self, admitted: Admitted) -> Language:
        """Return the language of the desk where a button was pressed, else the presser's, else English."""
        channel = channel_of(str(admitted.activity["conversation"]["id"]))
        who = str(admitted.activity["from"].get("aadObjectId", "")).casefold()
        desk = self._desks.of_channel(admitted.tenant, channel) or self._desks.of_person(admitted.tenant, who)
        return desk.info.policy.language if desk else Language.ENGLISH

    def _response(self, activity: dict[str, Any], seen: Seen | None, answer: Answer) -> Activity:
        body = self._action(seen, answer) if activity.get("name") == "adaptiveCard/action" else self._task(seen, answer)
        return _answered(body)

    def _action(self, seen: Seen | None, answer: Answer) -> dict[str, Any]:
        if isinstance(answer, Card | Dialog) and seen is not None:
            return {"statusCode": 200, "type": CARD, "value": self._outbound.card(*seen, answer.view)}
        assert isinstance(answer, Word)
        return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": answer.text}

    def _task(self, seen: Seen | None, answer: Answer) -> dict[str, Any]:
        if isinstance(answer, Dialog) and seen is not None:
            card = {"contentType": CARD, "content": self._outbound.dialog(*seen, answer.view)}
            size = {"height": "medium", "width": "medium"}
            return {"task": {"type": "continue", "value": {"title": answer.title, **size, "card": card}}}
        assert isinstance(answer, Word)
        return {"task": {"type": "message", "value": answer.text}}


def _answered(body: dict[str, Any]) -> Activity:
    return Activity(type="invokeResponse", value=InvokeResponse(status=200, body=body))


def _called(event: Event) -> Call | None:
    """Return the command that is written to the bot, None for none."""
    if not isinstance(event, Posted | Replied | Wrote) or not event.addressed or event.picture:
        return None
    found = parse(event.text)
    return found[1] if found else None


def _is_about_themselves(event: Event, call: Call) -> bool:
    """Say whether a command is about its writer, and not about a desk: what each desk holds of them, or may call them.

    A list of their requests stands where it was asked for: in a channel it is that desk's.
    """
    if isinstance(call, ShowMine):
        return isinstance(event, Wrote) and person_of(event.place) != ""
    return isinstance(call, SendPrivacy | GoAway | ComeBack)


def _asked(event: Message | Send, place: str, text: str) -> Wrote:
    """Return a command as if it were written at a place; it is known by the event that brought it."""
    fields = {"key": f"{event.key}|said", "happened_at": event.happened_at, "place": place, "author": event.author}
    return Wrote(text=text, addressed=True, **fields)  # type: ignore[arg-type]


def _ids(desks: Sequence[Desk]) -> tuple[str, ...]:
    """Return the ids of desks to choose from, none where there is no choice."""
    return tuple([desk.info.id for desk in desks]) if len(desks) > 1 else ()
