"""What leaves for Teams: a view becomes an activity, a place an address; sent until Teams says yes or no.

Where more than one desk writes, each view says of which it is: only here it is known both what it says and where.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from bot.courier import Undelivered
from bot.decide.requests import addresses
from bot.effects import Say, Show
from bot.places import channel_of, person_of, root_of, thread
from bot.ports import Address
from bot.retries import Temporary, retrying
from bot.state import DeskInfo
from bot.teams.cards import Cards, fallback_text
from bot.teams.references import References
from bot.teams.texts import TEXT_FORMAT, message
from bot.teams.transport import Final, Transport, compact
from bot.views import CardView, FormCard, Line, NoticeCard, ReplyCard, RequestCard, View

log = logging.getLogger(__name__)

T = TypeVar("T")
NOT_ACCEPTED, GONE = 401, 404
CARD = "application/vnd.microsoft.card.adaptive"
# Raises a banner and an entry in the activity feed. Source: learn.microsoft.com, "Add notifications to your message".
RINGS = {"notification": {"alert": True}}

_REASONS = {
    403: "I am not installed there; install the app for the person, or add it to the team",
    404: "it is gone: the person, the channel or the message no longer exists",
    413: "the message was too large for Teams",
}


class Outbound:
    """Sends effects to Teams."""

    def __init__(
        self,
        transport: Transport,
        references: References,
        cards: Cards,
        is_shared: Callable[[DeskInfo, str], bool],
    ) -> None:
        """Bind to the way out, the addresses, the cards, and where others write than the desk."""
        self._transport = transport
        self._references = references
        self._cards = cards
        self._is_shared = is_shared

    def card(self, desk: DeskInfo, place: str, view: CardView) -> dict[str, Any]:
        """Return a view as the Adaptive Card that is seen at a place."""
        shown = self._named(desk, place, view)
        assert not isinstance(shown, Line)
        return self._drawn(desk, shown)

    def inserted(self, desk: DeskInfo, view: CardView) -> dict[str, Any]:
        """Return a view as the Adaptive Card that somebody puts into their own words, which are of no desk."""
        return self._drawn(desk, view)

    def dialog(self, desk: DeskInfo, place: str, view: CardView) -> dict[str, Any]:
        """Return a view as the Adaptive Card of a dialog, in which Teams takes Action.Submit only."""
        submitted: dict[str, Any] = _submitted(self.card(desk, place, view))
        return submitted

    async def send(self, desk: DeskInfo, effect: Show | Say, address: Address | None) -> Address | None:
        """Post, or edit the message at ``address``; return where it now lives. Raise Undelivered on a final no.

        What is first shown to a person is a call and rings; answers and edits do not.
        """
        activity = self._activity(desk, effect, rings=address is None)
        try:
            if address is None:
                return await self._post(desk, effect.place, activity)
            where = (address.service_url, address.conversation, address.activity)
            await _until_known(lambda: self._transport.update(*where, activity))
        except Final as refused:
            if refused.status == GONE and isinstance(effect, Show) and address is not None:
                return address if effect.only_if_shown else await self.send(desk, effect, None)
            reason = _REASONS.get(refused.status, f"Teams refused it: {refused.code}")
            raise Undelivered(reason) from None
        return address

    async def _post(self, desk: DeskInfo, place: str, activity: orjson.Fragment) -> Address:
        if person_of(place):
            return await self._post_personally(desk, place, activity)
        reference = await self._references.look_up(desk.tenant, channel_of(place))
        service = reference.service_url
        if root_of(place):
            return Address(service, place, await _until_known(lambda: self._transport.post(service, place, activity)))
        conversation, id_ = await _until_known(
            lambda: self._transport.create_thread(
                service, tenant=desk.tenant, bot=reference.bot, channel_id=place, activity=activity
            )
        )
        return Address(service, conversation if root_of(conversation) else thread(place, id_), id_)

    async def _post_personally(self, desk: DeskInfo, place: str, activity: orjson.Fragment) -> Address:
        reference = await self._references.look_up(desk.tenant, place)
        service, conversation = reference.service_url, reference.conversation
        if not conversation:
            member = person_of(place)
            conversation = await _until_known(
                lambda: self._transport.create_personal(
                    service, tenant=desk.tenant, bot=reference.bot, member_id=member
                )
            )
            await self._references.met(desk.tenant, place, conversation)
        return Address(
            service, conversation, await _until_known(lambda: self._transport.post(service, conversation, activity))
        )

    def _activity(self, desk: DeskInfo, effect: Show | Say, *, rings: bool) -> orjson.Fragment:
        """Return what is sent, as JSON already: a card's many parts are not held while Teams takes its time."""
        view = self._named(desk, effect.place, effect.view)
        if isinstance(view, Line):
            text, entities = message(view, lambda place: addresses.thread(desk, place))
            said: dict[str, Any] = {"textFormat": TEXT_FORMAT, "text": text, "entities": entities}
        else:
            card = {"contentType": CARD, "content": self._drawn(desk, view)}
            said = {"summary": fallback_text(view), "attachments": [card]}
        if rings and isinstance(effect, Show) and person_of(effect.place):
            said["channelData"] = RINGS
        return orjson.Fragment(compact({"type": "message", **said}))

    def _named(self, desk: DeskInfo, place: str, view: View) -> View:
        return headed(view, desk.id) if self._is_shared(desk, place) else view

    def _drawn(self, desk: DeskInfo, view: CardView) -> dict[str, Any]:
        return self._cards.render(view, link=lambda place: addresses.thread(desk, place))


def headed(view: View, desk: str) -> View:
    """Return a view headed with its desk, but for one that is so already or lets its reader choose one."""

    def name(heading: str) -> str:
        named = heading.startswith(f"{desk} ") or heading.endswith(f" {desk}")
        return heading if named else " · ".join(filter(None, (desk, heading)))

    match view:
        case Line():
            return view if view.plain.startswith(f"{desk} ") else Line((f"{desk} · ", *view.parts))
        case RequestCard():
            return replace(view, headline=Line((f"{desk} · ", *view.headline.parts)))
        case NoticeCard() | ReplyCard():
            return replace(view, heading=name(view.heading))
        case FormCard() if _offers(view, desk):
            return view
    return replace(view, title=name(view.title))


def _offers(form: FormCard, desk: str) -> bool:
    """Say whether a form lets its reader choose the desk, among others."""
    buttons = {button.title for row in form.rows for button in row.buttons}
    return desk in buttons | {choice.id for field in form.fields for choice in field.choices}


def _submitted(node: Any) -> Any:
    """Return a card's part with each Action.Execute as the Action.Submit that says the same."""
    if isinstance(node, list):
        return [_submitted(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "Action.Execute":
        rest = {key: value for key, value in node.items() if key != "verb"}
        return {**rest, "type": "Action.Submit", "data": {**node["data"], "verb": node["verb"]}}
    return {key: _submitted(value) for key, value in node.items()}


async def _until_known(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat until Teams says yes or no; a refused registration says nothing about the message."""

    async def once() -> T:
        try:
            return await call()
        except Final as refused:
            if refused.status != NOT_ACCEPTED:
                raise
            log.warning("Teams does not accept my registration: check MicrosoftAppId, its secret and its tenant")
            raise Temporary("not accepted") from None

    return await retrying(once)
