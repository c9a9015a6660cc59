"""Our loader makes the very Activity that the SDK's own makes."""

from datetime import datetime
from typing import Any

import pytest
from botbuilder.schema import Activity
from msrest.serialization import Model

from bot.teams.activity import load
from tests.rig import activities as sent

POST = sent.channel_post(mention=True)
KINDS: dict[str, dict[str, Any]] = {
    "post": POST,
    "reply": sent.reply(thread=POST["id"]),
    "edit": sent.edit("It prints again", of=POST),
    "delete": sent.delete(of=POST),
    "undelete": sent.undelete(of=POST),
    "personal": sent.personal_message(),
    "press": sent.press("claim", {"request": "R-1"}, thread=POST["id"]),
    "personal press": sent.press("claim"),
    "dialog": sent.dialog({"request": "R-1"}, thread=POST["id"]),
    "submit": sent.submit({"words": "x"}, thread=POST["id"]),
    "installed": sent.installed(),
    "installed for a person": sent.installed(personal=True),
    "members": sent.members_changed(added=(sent.BOT,), removed=("29:x",)),
    "reaction": sent.reaction(to=POST),
    "unknown keys": sent.altered(POST, {"brandNew": {"a": [1]}, "from.pronoun": "she", "conversation.x": 1}),
    "nulls": sent.altered(POST, {"text": None, "recipient": None, "entities": None, "timestamp": None}),
}


def plain(value: Any) -> Any:
    """Take a model apart."""
    if isinstance(value, Model):
        return {name: plain(content) for name, content in vars(value).items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


@pytest.mark.parametrize("raw", KINDS.values(), ids=KINDS)
def test_what_is_loaded_equals_what_the_sdk_would_load(raw: dict[str, Any]) -> None:
    ours, theirs = load(raw), Activity().deserialize(raw)
    assert plain(ours) == plain(theirs)
    assert ours.serialize() == theirs.serialize()


@pytest.mark.parametrize(
    "changes",
    [
        {"relatesTo": "x"},
        {"suggestedActions": []},
        {"attachments": [{"contentType": 5}, {}]},
        {"semanticAction": {"entities": 5}},
        {"expiration": "x"},
        {"listenFor": "x"},
        {"entities": [{"type": {}}]},
    ],
)
def test_odd_content_loads_without_an_error(changes: dict[str, Any]) -> None:
    assert load(POST | changes).id == POST["id"]
