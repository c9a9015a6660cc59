"""A small Microsoft Graph: what is written in the team's channels, as Graph tells it to whoever asks what changed.

`GET /v1.0/teams/{team}/channels/{channel}/messages/delta`, with `$filter`, `$top` and links to go on by. Shapes:
learn.microsoft.com, "chatMessage: delta". It takes no token: the bot has none in local mode. Without the team's consent
it refuses, and what has come down since a link was given it tells for as long as the sandbox runs.
"""

import html
import itertools
import re
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.sandbox import activity, cast
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.world import Json, Message, World

PAGE, LARGEST_PAGE = 20, 50
SINCE = re.compile(r"lastModifiedDateTime gt (\S+)")
NEXT, DELTA = "$skiptoken", "$deltatoken"
Seen = dict[str, int]
"""Ids of messages, each with the version that was told."""


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """What Graph answers instead; the text is its code."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status = status


class Graph:
    """The one endpoint."""

    def __init__(self, world: World, wire: Wire, faults: Faults, address: str) -> None:
        """Answer from `world`; log to `wire` what is told or refused; do wrong what `faults` says."""
        self._world, self._wire, self._faults, self._address = world, wire, faults, address
        self._numbers = itertools.count(1)
        self._told: dict[str, Seen] = {}
        self._tokens: dict[frozenset[tuple[str, int]], str] = {}

    def routes(self) -> list[web.RouteDef]:
        """List the endpoint."""
        return [web.get("/v1.0/teams/{team}/channels/{channel}/messages/delta", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            status, body = HTTPStatus.OK, self._delta(request)
        except Refusal as refusal:
            status, body = refusal.status, {"error": {"code": str(refusal), "message": str(refusal)}}
        if status != HTTPStatus.OK or body["value"]:  # that nothing changed is not worth a line every few seconds
            exchange = self._wire.begin("out", "GET", request.path_qs, None)
            exchange.status, exchange.response = status, body
            self._wire.changed()
        headers = {"Retry-After": "1"} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
        return web.json_response(body, status=status, headers=headers)

    def _delta(self, request: web.Request) -> Json:
        query, channel = request.query, request.match_info["channel"]
        if self._faults.down:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable")
        if self._faults.takes("limited"):
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequests")
        if request.match_info["team"] != cast.TEAM_GROUP or cast.channel(channel) is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "NotFound")
        if not self._world.consent:
            raise Refusal(HTTPStatus.FORBIDDEN, "Forbidden")
        token = query.get(NEXT) or query.get(DELTA)
        if token and (token not in self._told or self._faults.takes("expired")):
            raise Refusal(HTTPStatus.GONE, "syncStateNotFound")
        seen = self._told[token] if token else self._before(channel, query.get("$filter", ""))
        chains = [chain for chain in self._chains(channel) if any(seen.get(one.id) != one.version for one in chain)]
        shown = chains[: _top(query.get("$top", ""))]
        told = seen | {one.id: one.version for chain in shown for one in chain}
        link, parameter = ("@odata.nextLink", NEXT) if len(shown) < len(chains) else ("@odata.deltaLink", DELTA)
        return {
            "@odata.context": f"{self._address}/v1.0/$metadata#Collection(chatMessage)",
            "value": [self._chain(chain) for chain in shown],
            link: f"{self._address}{request.rel_url.raw_path}?{parameter}={self._token(told)}",
        }

    def _before(self, channel: str, wanted: str) -> Seen:
        """Give what does not count as changed where one begins: the threads in which nothing has since a moment."""
        match = SINCE.fullmatch(wanted)
        if match is None:
            return {}
        since = datetime.fromisoformat(match[1])
        old = [chain for chain in self._chains(channel) if all(_modified(one) <= since for one in chain)]
        return {one.id: one.version for chain in old for one in chain}

    def _token(self, told: Seen) -> str:
        """Give the token of what was told; the same for the same, so that asking in vain costs no memory."""
        known = frozenset(told.items())
        if known not in self._tokens:
            self._tokens[known] = f"t{next(self._numbers)}"
            self._told[self._tokens[known]] = told
        return self._tokens[known]

    def _chains(self, channel: str) -> list[list[Message]]:
        """Give a channel's threads, each a post and its replies; what one person alone sees is not told."""
        chains: dict[str, list[Message]] = {}
        for one in self._world.messages.values():
            if one.conversation == channel and one.only_for is None:
                chains.setdefault(one.root, []).append(one)
        return list(chains.values())

    def _chain(self, chain: list[Message]) -> Json:
        post, *replies = chain
        return {**self._message(post), "replies": [self._message(one) for one in reversed(replies)]}

    def _message(self, said: Message) -> Json:
        """Build a chatMessage."""
        who = cast.player(said.author)
        user = who and {"id": who.object_id, "displayName": who.name, "userIdentityType": "aadUser"}
        app = {"id": _bare(cast.BOT_ID), "displayName": cast.BOT_NAME, "applicationIdentityType": "bot"}
        cards = [{"id": f"card-{number}", "contentType": activity.CARD} for number in range(len(said.cards))]
        return {
            "id": said.id,
            "replyToId": None if said.root == said.id else said.root,
            "etag": str(said.version),
            "messageType": "message",
            "createdDateTime": _iso(said.at),
            "lastModifiedDateTime": _iso(_modified(said)),
            "lastEditedDateTime": _iso(said.edited) if said.edited else None,
            "deletedDateTime": _iso(_modified(said)) if said.deleted else None,
            "subject": None,
            "importance": "normal",
            "locale": "en-gb",
            "from": {"device": None, "user": user, "application": None if user else app},
            "body": {"contentType": "html", "content": "" if said.deleted else self._html(said)},
            "channelIdentity": {"teamId": cast.TEAM_GROUP, "channelId": said.conversation},
            "attachments": cards,
            "mentions": [_mention(number, one) for number, one in enumerate(said.mentions)],
            "reactions": [],
        }

    def _html(self, said: Message) -> str:
        body = html.escape(said.text, quote=False).replace("\n", "<br>")
        for number, one in enumerate(said.mentions):
            name = html.escape(str(one["mentioned"].get("name", "")), quote=False)
            body = body.replace(html.escape(one["text"], quote=False), f'<at id="{number}">{name}</at>')
        words = f"<p>{body}</p>" if body else ""
        words += "".join(f'<attachment id="card-{number}"></attachment>' for number, _ in enumerate(said.cards))
        picture = f"{self._address}/v1.0/hostedContents/{said.id}/$value"
        return words + (f'<div><img alt="image" src="{picture}"></div>' if said.picture else "")


def _mention(number: int, entity: Json) -> Json:
    who = entity["mentioned"]
    id_, name = str(who.get("id", "")), str(who.get("name", ""))
    bot = {"id": _bare(id_), "displayName": name, "applicationIdentityType": "bot"} if id_ == cast.BOT_ID else None
    person = next((one for one in cast.PLAYERS if id_ in (one.id, one.object_id, one.email)), None)
    user = person and {"id": person.object_id, "displayName": person.name, "userIdentityType": "aadUser"}
    return {"id": number, "mentionText": name, "mentioned": {"application": bot, "device": None, "user": user}}


def _modified(said: Message) -> datetime:
    return said.modified or said.at


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bare(id_: str) -> str:
    return id_.removeprefix("28:")


def _top(wanted: str) -> int:
    return min(int(wanted), LARGEST_PAGE) if wanted.isdecimal() and int(wanted) else PAGE
