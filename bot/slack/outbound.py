"""What leaves for Slack: a line of text, posted until Slack says yes or no.

Slack has no key that makes a repeated post harmless: one whose answer was lost is sent again, and may stand there
twice. Source: docs.slack.dev, "chat.postMessage" and "Rate limits".
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import aiohttp
import orjson

from bot.courier import Undelivered
from bot.effects import SlackSay
from bot.policy import Policy
from bot.ports import Origin
from bot.retries import Temporary, retrying, seconds
from bot.state import DeskInfo

log = logging.getLogger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_LATER = frozenset({"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"})
_CODE = re.compile(r"[a-z_]{1,60}")
_KEY = "Slack does not take SLACK_BOT_TOKEN; set the bot token (xoxb-…) of an app that is installed there"
_NO_CHANNEL = "Slack knows no channel {channel}; set SLACK_CHANNEL to its id, and invite the app if it is private"
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"), _KEY),
        "channel_not_found": _NO_CHANNEL,
        "is_archived": "the Slack channel {channel} is archived; name another in SLACK_CHANNEL",
        "missing_scope": "the Slack app lacks the scope chat:write; add it and install the app again",
        "not_in_channel": "the Slack app is not in {channel}; invite it there: /invite and the app's name",
    }
)


@dataclass(frozen=True, slots=True)
class Channels:
    """Where reminders go, and what the deployment's Slack channel is, as ids or names; "" where it is not said."""

    reminders: str = ""
    default: str = ""

    def of(self, policy: Policy) -> str:
        """Return a desk's channel for reminders.

        One that the desk itself chose goes before the deployment's, which goes before the wiki's.
        """
        chosen = policy.slack_channel if policy.slack_channel != Policy().slack_channel else ""
        return self.reminders or chosen or self.default or policy.slack_channel


class SlackOutbound:
    """Posts in Slack; without a ``token`` nothing leaves, and what was to be said is done."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        channels: Channels,
        is_shared: Callable[[DeskInfo], bool],
    ) -> None:
        """Bind to the session, to Slack's address ("https://slack.com/api/"), the channels, and where others write.

        What a desk says there that is not alone begins with its name.
        """
        self._session = session
        self._url = f"{url.rstrip('/')}/chat.postMessage"
        self._token = token
        self._channels = channels
        self._is_shared = is_shared

    async def say(self, desk: Origin, effect: SlackSay) -> Mapping[str, Any]:
        """Post a line; raise Undelivered, with the remedy, on a final no. The outcome has no fields of its own."""
        if not self._token:
            log.debug("no SLACK_BOT_TOKEN: nothing is said in Slack", extra={"desk": desk.info.id, "key": effect.key})
            return {}
        channel = self._channels.of(desk.info.policy)
        text = f"{desk.info.id} · {effect.text}" if self._is_shared(desk.info) else effect.text
        body = orjson.dumps(
            {
                "channel": channel,
                "text": escaped(text),
                # Names and words stay what they are: no mention, no link, no mark, and no preview is made of them.
                "parse": "none",
                "link_names": False,
                "mrkdwn": False,
                "unfurl_links": False,
                "unfurl_media": False,
            }
        )
        code = await retrying(lambda: self._once(body))
        if code:
            raise Undelivered(_REASONS.get(code, "Slack refused it: {code}").format(channel=channel, code=code))
        return {}

    async def _once(self, body: bytes) -> str:
        """Post once; return "" or the code of a final no, and raise Temporary where it may succeed later."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return _outcome(response, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Temporary(type(error).__name__) from None


def escaped(text: str) -> str:
    """Return text in which Slack finds no link and no mention. Source: docs.slack.dev, "Formatting message text"."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _outcome(response: aiohttp.ClientResponse, raw: bytes) -> str:
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
        raise Temporary(str(status), retry_after=wish)
    if status != HTTPStatus.OK:
        return f"HTTP {status}"
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise Temporary("unreadable")  # a page of a proxy in between, say
    if answer["ok"]:
        return ""
    error = answer.get("error")
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else "unknown"
    if code in _LATER:
        raise Temporary(code)
    return code
