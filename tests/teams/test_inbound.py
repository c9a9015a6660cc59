"""What an activity means: sentences about its JSON, without any desk."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import Deleted, Edited, Event, Message, Replied, Restored, Uninstalled, Welcomed, Wrote
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


def test_a_reply_and_what_becomes_of_it_name_the_reply_and_those_of_the_post_none() -> None:
    post = activities.channel_post()
    reply = activities.reply(thread=post["id"])
    for of, id_ in ((post, ""), (reply, reply["id"])):
        for activity in (activities.edit("printer", of=of), activities.undelete(of=of), activities.delete(of=of)):
            arrival = read(activity, NOW)
            assert arrival is not None
            assert isinstance(arrival.event, Edited | Restored | Deleted)
            assert (arrival.event.reply, arrival.place) == (id_, post["conversation"]["id"])
    said = message(reply)
    assert isinstance(said, Replied)
    assert said.reply == reply["id"]


@pytest.mark.parametrize(
    ("text", "entity", "said"),
    [
        ("<at>Ana</at>, look", {"text": "<at>Ana</at>"}, "Ana Lindqvist, look"),
        ('<at id="0">Ana</at> hi', {"text": '<at id="0">Ana</at>'}, "Ana Lindqvist hi"),
        ("<at>Ana</at> and <at>Ana</at>", {"text": "<at>Ana</at>"}, "Ana Lindqvist and <at>Ana</at>"),
        ("a rather plain text", {"text": "a"}, "a rather plain text"),
        ("<at>Ana</at>", {"text": "<at>Ana</at>", "name": "x" * 10_000}, "x" * 200),
        ("<at>Ana</at>", {"text": "<at>Ana</at>", "name": 7}, ""),
    ],
)
def test_a_mention_becomes_the_name_once_and_no_other_text_does(text: str, entity: dict[str, Any], said: str) -> None:
    activity = activities.channel_post(text)
    mentioned = {"id": "29:ana", "name": entity.get("name", "Ana Lindqvist")}
    activity["entities"] = [{"type": "mention", "text": entity["text"], "mentioned": mentioned}]
    assert message(activity).text == said


@pytest.mark.parametrize(
    ("action", "kind"),
    [("add", Welcomed), ("add-upgrade", Welcomed), ("remove", Uninstalled), ("spin", None), (7, None)],
)
def test_the_bot_hears_when_it_comes_to_a_person_and_when_it_goes(action: Any, kind: type[Event] | None) -> None:
    arrival = read(activities.installed(personal=True) | {"action": action}, NOW)
    assert (type(arrival.event) if arrival else None) is kind


def test_a_form_sent_again_is_known_by_its_text_and_another_text_is_another() -> None:
    data = {"verb": "send", "step": "ask", "desk": "backend", "request": "R-1", "card": "card:R-1", "form": "f-1"}
    keys = []
    for text in ("since when?", "since when?", "which one?"):
        arrival = read(activities.submit({**data, "text": text}, thread="170"), NOW)
        assert arrival is not None
        keys.append(arrival.event.key)
    assert keys[0] == keys[1] != keys[2]


def test_no_key_of_the_history_names_whoever_sent_a_form_or_added_the_bot() -> None:
    data = {"verb": "send", "step": "ask", "desk": "backend", "request": "R-1", "card": "card:R-1", "form": "f-1"}
    for activity in (activities.submit({**data, "text": "why?"}, thread="170"), activities.installed(personal=True)):
        arrival = read(activity, NOW)
        assert arrival is not None
        assert arrival.author
        assert arrival.author not in arrival.event.key


EMOJI = '<span title="Thumbs up"><img itemscope itemtype="http://schema.skype.com/Emoji" alt="\U0001f44d"></span>'
GIPHY = '<img src="https://media.giphy.com/x.gif">'


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ('<img src="x">', "picture"),
        (GIPHY, "gif"),
        ("<p>hi</p>", ""),
        (f"<p>Danke {EMOJI}</p>", "gif"),
        ('<img itemtype="http://schema.skype.com/Sticker">', "gif"),
        (f'{GIPHY}<img itemtype="http://schema.skype.com/AMSImage">', "picture gif"),
        ('<p>hi</p><attachment id="1"></attachment>', "picture"),
    ],
)
def test_a_picture_is_one_in_a_post_and_in_its_edit(html: str, kind: str) -> None:
    post = activities.channel_post("", html=html)
    edit = activities.edit("", of=post)
    edit["attachments"] = post["attachments"]
    for activity in (post, edit):
        assert (message(activity).picture, message(activity).gif) == ("picture" in kind, "gif" in kind)


@pytest.mark.parametrize(
    ("file", "calendar"),
    [
        ({"name": "Vacation.ICS"}, True),
        ({"name": "vacation.pdf"}, False),
        ({}, False),
        ({"name": "vacation.ics", "contentType": "reference"}, False),
    ],
)
def test_a_calendar_is_a_file_so_called(file: dict[str, Any], *, calendar: bool) -> None:
    written = activities.personal_message("")
    written["attachments"].append({"contentType": "application/vnd.microsoft.teams.file.download.info", **file})
    wrote = message(written)
    assert isinstance(wrote, Wrote)
    assert wrote.calendar is calendar


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ({"contentType": "image/*", "name": "screenshot.png"}, "picture"),
        ({"contentType": "image/*", "name": "dance.GIF"}, "gif"),
        ({"contentType": "image/gif"}, "gif"),
        ({"contentType": "application/vnd.microsoft.teams.file.download.info", "name": 7}, "picture"),
        ({"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}}, "picture"),
    ],
)
def test_a_file_or_card_is_a_picture_but_for_a_gif(file: dict[str, Any], kind: str) -> None:
    post = activities.channel_post("")
    post["attachments"].append(file)
    assert (message(post).picture, message(post).gif) == (kind == "picture", kind == "gif")
