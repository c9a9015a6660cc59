"""What an activity means: sentences about its JSON, without any desk."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import Edited, Message
from bot.teams.inbound import read
from tests.rig import activities

NOW = datetime(2026, 11, 23, 10, 1, tzinfo=UTC)


def message(activity: dict[str, Any]) -> Message:
    arrival = read(activity, NOW)
    assert arrival is not None
    assert isinstance(arrival.event, Message)
    return arrival.event


@pytest.mark.parametrize(
    ("id_", "posted_at"),
    [
        ("1795428000000", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("f:1795428000000", None),
        ("179542800000", None),
        ("17954280000000", None),
        ("١٧٩٥٤٢٨٠٠٠٠٠٠", None),
    ],
)
def test_an_edit_says_when_its_post_was_written_as_the_id_tells(id_: str, posted_at: datetime | None) -> None:
    edit = message(activities.edit("printer", of=activities.channel_post(activity_id=id_)))
    assert isinstance(edit, Edited)
    assert edit.posted_at == posted_at


@pytest.mark.parametrize(("html", "kind"), [('<img src="x">', "picture"), ("giphy.com", "gif"), ("<p>hi</p>", "")])
def test_a_picture_is_one_in_a_post_and_in_its_edit(html: str, kind: str) -> None:
    post = activities.channel_post("", html=html)
    edit = activities.edit("", of=post)
    edit["attachments"] = post["attachments"]
    for activity in (post, edit):
        assert (message(activity).picture, message(activity).gif) == (kind == "picture", kind == "gif")
