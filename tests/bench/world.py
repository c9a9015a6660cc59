"""The world the bots live in: one tenant, one desk, one message, one card.

Decides what a genuine Teams channel post looks like, and a press of a button. Must not know who answers it.
Wire shapes: Bot Framework REST, "Activity object"; Teams channel messages under resource-specific consent.
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

APP_ID = "6f1c2d3e-4a5b-4c6d-8e7f-901234567890"
APP_PASSWORD = "not-a-secret"  # says so itself
TENANT = "11111111-2222-4333-8444-555555555555"
TEAM = "19:0123456789abcdef0123456789abcdef@thread.tacv2"
GROUP = "99999999-9999-4999-8999-999999999999"
CHANNEL = "19:fedcba9876543210fedcba9876543210@thread.tacv2"
ISSUER = "https://api.botframework.com"
START = datetime(2026, 11, 19, 10, tzinfo=UTC)
"""A Thursday, 11:00 in Berlin: support hours, not peak hours. The desk lives from here on, at real speed."""
ITERATION = date(2026, 11, 18)
WORDS = (
    "Hi, the label printer at the Leipzig hub stopped accepting manifests this morning and two tours are "
    "waiting on the ramp. We already restarted the terminal and tried another browser. Order 4711 shows "
    "&quot;pending&quot; since 8 o'clock. Can somebody have a look, please?"
)

CARD: dict[str, Any] = json.loads(
    Path(os.environ.get("BENCH_CARD") or Path(__file__).with_name("card.json")).read_text(encoding="utf-8")
)
"""The card that the peers answer with: the very one that the product sent, else one of 3.4 KB."""


def post(service_url: str, channel: str = CHANNEL, words: str = WORDS) -> dict[str, Any]:
    """Compose a channel post without a mention, as Teams delivers it under resource-specific consent."""
    return {
        "text": words,
        "textFormat": "plain",
        "attachments": [{"contentType": "text/html", "content": f"<p>{words}</p>"}],
        "type": "message",
        "timestamp": "@NOW@",
        "localTimestamp": "@NOW@",
        "id": "@ID@",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {
            "id": "29:1bench-@USER@-Zq3vK7Xw0aPpLr5TtYyUuIiOoPp",
            "name": "Olivia Operations",
            "aadObjectId": "00000000-0000-4000-8000-@USER@",
        },
        "conversation": {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": TENANT,
            "id": f"{channel};messageid=@ID@",
            "name": "backend",
        },
        "recipient": {"id": f"28:{APP_ID}", "name": "Hotseat"},
        "entities": [
            {"locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "Europe/Berlin", "type": "clientInfo"}
        ],
        "channelData": {
            "teamsChannelId": channel,
            "teamsTeamId": TEAM,
            "channel": {"id": channel},
            "team": {"id": TEAM},
            "tenant": {"id": TENANT},
        },
        "locale": "en-GB",
        "localTimezone": "Europe/Berlin",
    }


def press(service_url: str, channel: str = CHANNEL) -> dict[str, Any]:
    """Compose the press of *It's solved* by whoever wrote the post, as Teams delivers an Action.Execute."""
    data = {"desk": "@DESK@", "request": "@REQUEST@", "card": "card:@REQUEST@"}
    action = {"type": "Action.Execute", "id": "solve", "verb": "solve", "data": data}
    activity = post(service_url, channel) | {
        "type": "invoke",
        "id": "f:@ID@",
        "name": "adaptiveCard/action",
        "value": {"action": action, "trigger": "manual"},
        "replyToId": "@CARD@",
    }
    return {name: value for name, value in activity.items() if name not in ("text", "textFormat", "attachments")}
