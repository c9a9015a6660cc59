"""The Slack app asks for what the code calls and hears, and for nothing else, and the README says the rest."""

import json
import re
from pathlib import Path

from bot.slack import history, names, sockets
from bot.slack.door import PATH

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "manifest" / "slack.json").read_text())
README = (ROOT / "README.md").read_text()
SCOPES = {  # docs.slack.dev, "Reference: methods" and "Reference: events"
    "auth.test": "",
    "apps.connections.open": sockets.SCOPE,
    "chat.postMessage": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.info": names.SCOPE,
    "message.channels": "channels:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
OF_THE_APP = {sockets.SCOPE}  # an app-level token's
OPTIONAL = {names.SCOPE}


def called() -> set[str]:
    """Return the methods that the code calls."""
    sources = "".join(file.read_text() for file in (ROOT / "bot" / "slack").glob("*.py"))
    return set(re.findall(r'"((?:auth|apps|chat|conversations|reactions|users|bots)\.[A-Za-z.]+)"', sources))


def test_the_app_has_the_scopes_that_it_needs_and_no_other() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert called() | set(events) == set(SCOPES)
    needed = {SCOPES[one] for one in (*called(), *events)} - {""} - OF_THE_APP - OPTIONAL
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(needed)
    assert "user" not in MANIFEST["oauth_config"]["scopes"]


def test_slack_posts_where_the_bot_listens() -> None:
    assert MANIFEST["settings"]["event_subscriptions"]["request_url"] == f"https://YOUR-HOST{PATH}"
    assert not MANIFEST["settings"]["socket_mode_enabled"]


def test_the_readme_names_what_the_manifest_does_not() -> None:
    section = README[README.index("### Slack") : README.index("### Settings")]
    for name in (*OPTIONAL, *OF_THE_APP, "groups:history", "message.groups", "request_url", "socket_mode_enabled"):
        assert f"`{name}`" in section
    assert "groups:history" in history.SCOPE
    for setting in ("BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN", "CHANNEL", "BUGSNAG_IDS"):
        assert f"`SLACK_{setting}`" in section
