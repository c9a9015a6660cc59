"""What a message of Graph means: the activity that Teams would have posted, as the bot reads it."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Deleted, Edited, Message, Posted, Replied, Restored
from bot.graph.messages import Channel, activities
from bot.places import thread
from bot.teams.inbound import read
from tests.rig import activities as teams
from tests.rig.activities import BOT, CHANNEL, GROUP
from tests.rig.entra import TENANT
from tests.rig.graph import ANNA_ID, as_chat_message, bot_mention, chat_message, person_mention

HERE = Channel(TENANT, GROUP, CHANNEL)
TEN = datetime(2026, 11, 23, 10, 0, 0, 123_000, UTC)
CARD = "application/vnd.microsoft.card.adaptive"


def events(message: dict[str, Any], gone: Container[str] = frozenset()) -> list[Any]:
    """Return what the door makes of it."""
    found = [(one.activity | {"recipient": {"id": BOT}}, one.at) for one in activities(HERE, message, gone)]
    return [arrival.event for activity, at in found if (arrival := read(activity, at)) is not None]


def one(message: dict[str, Any]) -> Message:
    """Return the one message that it is."""
    (event,) = events(message)
    assert isinstance(event, Message)
    return event


def text(content: str, **changed: Any) -> str:
    return one(chat_message(content, **changed)).text


def delivered(activity: dict[str, Any]) -> Any:
    """Return what the same is when Teams delivers it."""
    arrival = read(activity, datetime.fromisoformat(activity["timestamp"]))
    assert arrival is not None
    return arrival.event


AT = "2026-11-23T10:00:00.123Z"
POST = teams.channel_post(at=AT)


@pytest.mark.parametrize(
    "activity",
    [
        POST,
        teams.reply(thread=POST["id"], at=AT),
        teams.channel_post("who", mention=True, at=AT),
        teams.channel_post("a < b & c > d", html="<p>a &lt; b &amp; c &gt; d</p>", at=AT),
    ],
    ids=["a post", "a reply", "a command", "marks"],
)
def test_a_message_is_the_same_event_under_the_same_key_as_when_teams_delivers_it(activity: dict[str, Any]) -> None:
    assert events(as_chat_message(activity)) == [delivered(activity)]


def test_a_post_is_one_and_a_reply_is_in_its_thread() -> None:
    post = chat_message()
    reply = chat_message("<p>I'm on it</p>", id="1795428001123", reply_to=post["id"])
    assert isinstance(one(post), Posted)
    answer = one(reply)
    assert isinstance(answer, Replied)
    assert (answer.place, answer.reply) == (thread(CHANNEL, post["id"]), "1795428001123")


def test_it_happened_when_it_was_written_and_by_whom() -> None:
    event = one(chat_message())
    assert (event.happened_at, event.author.id, event.author.name) == (TEN, ANNA_ID, "Anna Ops")


def test_an_edit_is_the_post_as_it_reads_now_and_an_edit_under_the_key_that_teams_gives_it() -> None:
    at = "2026-11-23T10:01:00.000Z"
    post = teams.channel_post(at=AT)
    edited = as_chat_message(post) | {"body": {"contentType": "html", "content": "<p>scanner down</p>"}}
    now, edit = events(edited | {"lastEditedDateTime": at, "lastModifiedDateTime": at})
    assert isinstance(now, Posted)
    assert now.text == "scanner down"
    assert isinstance(edit, Edited)
    assert edit == delivered(teams.edit("scanner down", of=post, at=at))


def test_a_reaction_is_no_edit() -> None:
    assert isinstance(one(chat_message(lastModifiedDateTime="2026-11-23T10:01:00.000Z")), Posted)


def test_a_deletion_is_nothing_but_that() -> None:
    at = "2026-11-23T10:02:00.000Z"
    post = teams.channel_post(at=AT)
    (event,) = events(as_chat_message(post) | {"deletedDateTime": at})
    assert isinstance(event, Deleted)
    assert event == delivered(teams.delete(of=post, at=at))


def test_what_was_seen_deleted_and_is_there_was_brought_back() -> None:
    at = "2026-11-23T10:03:00.000Z"
    post = teams.channel_post(at=AT)
    _, event = events(as_chat_message(post) | {"lastModifiedDateTime": at}, {post["id"]})
    assert isinstance(event, Restored)
    assert event == delivered(teams.undelete(of=post, at=at))


@pytest.mark.parametrize(
    "message",
    [
        chat_message(who=None),
        chat_message() | {"from": {"application": {"id": "x", "applicationIdentityType": "bot"}}},
        chat_message() | {"from": None},
        chat_message(messageType="systemEventMessage", eventDetail={"@odata.type": "#…membersAdded"}),
        chat_message(messageType="unknownFutureValue"),
        chat_message() | {"from": {"user": {"id": ANNA_ID, "userIdentityType": "anonymousGuest"}}},
        chat_message(createdDateTime=None),
        chat_message(createdDateTime="yesterday"),
        chat_message(createdDateTime="2026-11-23T10:00:00"),
        chat_message(id="../../me"),
        {},
    ],
    ids=lambda message: str(message.get("messageType")),
)
def test_what_no_person_wrote_or_nobody_can_read_is_nothing(message: dict[str, Any]) -> None:
    assert events(message) == []


def test_a_mention_of_the_bot_addresses_it_and_is_no_part_of_the_text() -> None:
    event = one(chat_message('<p><at id="0">Hotseat</at>&nbsp;who</p>', mentions=[bot_mention()]))
    assert (event.addressed, event.text) == (True, "who")


def test_the_mention_of_a_person_is_their_name() -> None:
    ben = person_mention(1, "Ben Okafor", "bbbbbbbb-0000-4000-8000-000000000002")
    event = one(chat_message('<p>Ask <at id="1">Ben <b>O</b></at>, please</p>', mentions=[ben]))
    assert (event.addressed, event.text) == (False, "Ask Ben Okafor, please")


def test_a_mention_that_is_not_listed_is_words() -> None:
    assert text('<p>Ask <at id="7">Ben</at> or <at>Ana</at></p>', mentions=[{"id": None}, "x"]) == "Ask Ben or Ana"


def test_words_that_look_like_a_mention_address_nobody() -> None:
    event = one(chat_message("<p>&lt;at&gt;Hotseat&lt;/at&gt; who</p>"))
    assert not event.addressed


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div>\n<div>one<br>two</div>\n</div>", "one\ntwo"),
        ("<p>one</p>\n<p>&nbsp;</p>\n<p>two<br><br>three</p>", "one\n\ntwo\n\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>a   b\n c</p>", "a b c"),
        ("<codeblock><code>a\n  b</code></codeblock>", "a\n  b"),
        ('<p>see <a href="https://x.example/?a=1&amp;b=2">the page</a></p>', "see the page"),
        ("<p>it &lt;b&gt; &amp; &quot;that&quot;</p>", 'it <b> & "that"'),
        ('<p>done <emoji id="smile" alt="😀" title="Smile"></emoji></p>', "done 😀"),
        ("", ""),
        ("<p>a\0b</p>", "ab"),
    ],
)
def test_a_body_is_read_as_the_plain_text_that_teams_delivers(content: str, words: str) -> None:
    assert text(content) == words


NO_TAGS = (
    "poison <![foo[x]]>",
    "<![ x",
    "<![%x[",
    "<!doctype",
    "<?php x ?>",
    "1 < 2 > 0",
    "a <b",
    "<!-- a -->",
    "</ p>",
)
PIECES = ("<", ">", "/", "!", "[", "]", "-", "&", ";", "=", '"', "'", " ", "p", "at", "script", "é")


@pytest.mark.parametrize("content", NO_TAGS)
def test_what_is_no_whole_tag_is_part_of_the_text(content: str) -> None:
    assert text(f"<p>{content}</p>") == content


def test_a_body_of_tags_without_an_end_is_read_at_once() -> None:
    content = "<a " * 9_000  # looking for the end of each would take seconds
    assert text(content) == content.strip()


@given(st.lists(st.sampled_from(PIECES)))
def test_any_body_can_be_read(pieces: list[str]) -> None:
    assert isinstance(text("".join(pieces)), str)


def test_a_body_of_plain_text_is_taken_as_it_is() -> None:
    assert text("", body={"contentType": "text", "content": "a <b> & c"}) == "a <b> & c"


def test_a_file_a_pasted_image_and_an_apps_card_are_a_picture_and_an_emoji_is_drawn() -> None:
    file = {"id": "a", "contentType": "reference", "name": "log.txt", "contentUrl": "https://x.example/log.txt"}
    card = {"id": "a", "contentType": CARD, "content": "{}"}
    pasted = '<p>this</p><img src="https://graph.microsoft.com/v1.0/teams/x/hostedContents/y/$value" alt="image">'
    shown = [
        one(chat_message('<p>this</p><attachment id="a"></attachment>', attachments=[file])),
        one(chat_message(pasted)),
        one(chat_message("<p>this</p>", attachments=[card, {"contentType": None}, "x"])),
        one(chat_message('<p>this <emoji id="smile" alt="😀"></emoji></p>')),
        one(chat_message("<p>this</p>", attachments=None, mentions=None)),
    ]
    assert [(event.picture, event.gif) for event in shown] == [
        (True, False),
        (True, False),
        (True, False),
        (False, True),
        (False, False),
    ]


def test_a_body_that_is_none_is_no_words() -> None:
    assert [text("", body=body) for body in (None, {"contentType": "html", "content": None})] == ["", ""]
