"""The message that somebody chose to raise: read as words, whatever it holds and wherever it stands."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import Choose, Raise
from bot.people import Author
from bot.teams.chosen import LONGEST_HTML, plain
from bot.teams.inbound import Arrival, Stale, read
from tests.rig import activities
from tests.rig.activities import ANNA_ID, CHANNEL

NOW = datetime(2026, 11, 23, 10, 1, tzinfo=UTC)
BEN = "bbbbbbbb-0000-4000-8000-000000000002"
FORM = {
    "verb": "send",
    "desk": "backend",
    "request": "",
    "card": "card:",
    "step": "raise",
    "form": "f",
    "text": "words",
}


def arrived(activity: dict[str, Any]) -> Arrival:
    arrival = read(activity, NOW)
    assert arrival is not None
    return arrival


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>printer down</p>", "printer down"),
        ("<div>one<br>two</div><p>three</p>", "one\ntwo\nthree"),
        ("<ul><li>hub 4</li><li>hub 5</li></ul>", "- hub 4\n- hub 5"),
        ('hi <at id="0">Ana</at>, look', "hi Ana, look"),
        ('<p>down <emoji id="x" alt="😭" title="Crying"></emoji></p>', "down 😭"),
        ("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c d"),
        ("<script>evil()</script><style>p{}</style>fine", "fine"),
        ('<attachment id="1">card</attachment>see', "see"),
        ("<script><emoji alt='x'></emoji>a</script>b", "b"),
        ('<img src="x" onerror="alert(1)">', ""),
        ("<p>unclosed <b>words", "unclosed words"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"),
        ("first\nline", "first line"),
        ("<!-- secret -->shown<![CDATA[x]]>", "shown"),
        ("&#0;&#xD800;&bogus;", "\ufffd\ufffd&bogus;"),
        ("<emoji>x</emoji>", "x"),
        ("", ""),
    ],
)
def test_html_is_read_as_words(html: str, words: str) -> None:
    assert plain(html) == words


@pytest.mark.parametrize(
    "bomb",
    [
        *("<p>" * 90_000, "<!--" * 70_000, "<a " * 90_000, "&" * 250_000, "<" * 250_000, "<!" * 120_000),
        *("</" * 120_000, "<b a=" * 50_000, "<script>" + "<" * 250_000, "<![" * 90_000, "<?" * 120_000),
        *("\n " * 120_000, " " * 250_000, "<emoji " + "alt=" * 60_000 + ">", "&#x" * 80_000),
    ],
)
def test_a_bomb_of_html_is_read_in_no_time(bomb: str) -> None:
    began = time.process_time()
    assert len(plain(bomb)) <= LONGEST_HTML
    assert time.process_time() - began < 2


@pytest.mark.parametrize("kind", ["groupChat", "personal", None])
def test_a_message_of_any_chat_is_read_with_its_author_and_stands_in_no_thread(kind: str | None) -> None:
    message = activities.chosen_message("<p>down</p>", message_id="17")
    activity = activities.action(message, kind=kind, aad=BEN, name="Ben")  # type: ignore[arg-type]
    arrival = arrived(activity)
    event = arrival.event
    assert isinstance(event, Choose)
    assert event.chosen.author == Author(ANNA_ID, "Anna Ops")
    assert (event.chosen.text, event.chosen.place, event.chosen.reply) == ("down", "", "")
    assert (event.author.id, event.place, arrival.channel, arrival.desk) == (BEN, f"person:{BEN}", "", "")


def test_the_same_message_has_the_same_key_whoever_chooses_it() -> None:
    message = activities.chosen_message(message_id="17")
    keys = []
    for who, chat in ((BEN, "19:a"), (ANNA_ID, "19:a"), (BEN, "19:b")):
        event = arrived(activities.action(message, chat=chat, aad=who)).event
        assert isinstance(event, Choose)
        keys.append(event.chosen.key)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("id_", "conversation", "reply_to", "place", "reply"),
    [
        ("170", f"{CHANNEL};messageid=170", None, f"{CHANNEL};messageid=170", ""),
        ("171", f"{CHANNEL};messageid=170", "170", f"{CHANNEL};messageid=170", "171"),
        ("171", CHANNEL, "170", f"{CHANNEL};messageid=170", "171"),
        ("170", CHANNEL, None, f"{CHANNEL};messageid=170", ""),
    ],
)
def test_a_message_of_a_channel_stands_in_its_thread(
    id_: str, conversation: str, reply_to: str | None, place: str, reply: str
) -> None:
    message = activities.chosen_message(message_id=id_, reply_to=reply_to)
    activity = activities.altered(activities.action(message, thread="170"), {"conversation.id": conversation})
    arrival = arrived(activity)
    assert isinstance(arrival.event, Choose)
    assert (arrival.event.chosen.place, arrival.event.chosen.reply, arrival.channel) == (place, reply, CHANNEL)


def test_the_form_sent_is_read_with_the_message_again() -> None:
    message = activities.chosen_message(message_id="17")
    arrivals = [arrived(activities.action(message, {**FORM, "text": text, "to": "edge"})) for text in ("a", "a", "b")]
    events = [arrival.event for arrival in arrivals]
    assert all(isinstance(event, Raise) for event in events)
    assert isinstance(events[0], Raise)
    assert events[0].fields == {"text": "a", "to": "edge"}
    assert events[0].chosen is not None
    assert (events[0].step, arrivals[0].desk) == ("raise", "backend")
    assert events[0].key == events[1].key != events[2].key


def test_a_form_without_a_name_is_known_by_its_activity() -> None:
    event = arrived(activities.action(activities.chosen_message(), {**FORM, "form": 5})).event
    assert event.key.endswith("|invoke")


def test_words_raised_from_the_personal_chat_are_no_other_form() -> None:
    event = arrived(activities.press("send", {**FORM, "card": "offer:x"})).event
    assert isinstance(event, Raise)
    assert event.chosen is None


@pytest.mark.parametrize("author", [None, "not-a-guid", "x" * 5000, 5, {"id": 1}])
def test_what_no_person_of_entra_wrote_is_nobodys(author: Any) -> None:
    message = activities.chosen_message()
    message["from"]["user"] = {"id": author, "displayName": "App"} if author else None
    event = arrived(activities.action(message)).event
    assert isinstance(event, Choose)
    assert event.chosen.author is None


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_an_author_without_a_name_is_somebody(name: Any) -> None:
    message = activities.chosen_message()
    message["from"]["user"]["displayName"] = name
    event = arrived(activities.action(message)).event
    assert isinstance(event, Choose)
    assert event.chosen.author == Author(ANNA_ID, "Somebody")


@pytest.mark.parametrize(
    "change",
    [
        {"value": None},
        {"value": "raise"},
        {"value": []},
        {"value.commandId": "other"},
        {"value.commandId": ["raise"]},
        {"value.messagePayload": None},
        {"value.messagePayload": "x"},
        {"value.messagePayload.id": ""},
        {"value.messagePayload.id": 5},
    ],
)
def test_an_action_without_a_message_is_stale(change: dict[str, Any]) -> None:
    with pytest.raises(Stale):
        read(activities.altered(activities.action(activities.chosen_message()), change), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"value.data": "x"},
        {"value.data": None},
        {"value.data.step": "dismiss"},
        {"value.data.step": ["raise"]},
        {"value.data.desk": 5},
        {"value.data.desk": "d" * 5000},
    ],
)
def test_a_form_of_no_action_is_stale(change: dict[str, Any]) -> None:
    with pytest.raises(Stale):
        read(activities.altered(activities.action(activities.chosen_message(), dict(FORM)), change), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"value.messagePayload.from": None},
        {"value.messagePayload.from": []},
        {"value.messagePayload.body": None},
        {"value.messagePayload.body": {"contentType": "text", "content": " <b> "}},
        {"value.messagePayload.body.content": 7},
        {"value.messagePayload.replyToId": {"x": 1}},
        {"value.messagePayload.id": "9" * 5000},
    ],
)
def test_what_is_missing_of_a_message_is_left_out(change: dict[str, Any]) -> None:
    event = arrived(activities.altered(activities.action(activities.chosen_message()), change)).event
    assert isinstance(event, Choose)
    assert event.chosen.text in ("", "<b>", "The label printer prints nothing")
    assert len(event.chosen.key) < 500


def test_nothing_else_is_heard_from_a_group_chat() -> None:
    for activity in (
        activities.personal_message("canary"),
        activities.press("claim", {"desk": "backend", "request": "R-1", "card": "card:R-1"}),
        activities.installed(personal=True),
    ):
        activity["conversation"] |= {"conversationType": "groupChat", "id": "19:ops@thread.v2"}
        assert read(activity, NOW) is None


@pytest.mark.parametrize(
    ("html", "picture"), [("<p>x</p>", False), ('<IMG src="x">', True), ('<attachment id="1"></attachment>', True)]
)
def test_a_picture_in_a_message_is_noticed(html: str, picture: bool) -> None:  # noqa: FBT001 - a row of the table
    event = arrived(activities.action(activities.chosen_message(html))).event
    assert isinstance(event, Choose)
    assert event.chosen.picture is picture


def test_bots_choose_nothing() -> None:
    assert read(activities.action(activities.chosen_message(), aad=None), NOW) is None
