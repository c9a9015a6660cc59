"""*Search the handbook*: what Teams would ask the bot while somebody writes, and the card that it puts in."""

from typing import Any

import pytest

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

BACKEND = cast.CHANNELS[0].id
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Restart the worker."}]}
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"


def listed(*attachments: dict[str, Any]) -> dict[str, Any]:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": [*attachments]}}


def section(title: str = "Labels") -> dict[str, Any]:
    preview = {"contentType": THUMBNAIL, "content": {"title": title, "text": "Restart…"}}
    return {"contentType": ADAPTIVE, "content": CARD, "preview": preview}


async def thread(stage: Stage) -> str:
    stage.bot.invoke_answer = listed(section())
    return str((await stage.do("api/act/post", as_="olga", channel="backend", text="labels!"))["message"])


async def test_it_asks_in_the_thread_in_which_somebody_writes(stage: Stage) -> None:
    root = await thread(stage)
    found = await stage.do("api/act/search", as_="ana", message=root, words="labels", skip=25)
    assert found["results"] == [{"title": "Labels", "text": "Restart…", "card": CARD}]
    heard = stage.bot.heard[-1]
    assert (heard["type"], heard["name"]) == ("invoke", "composeExtension/query")
    assert heard["conversation"]["id"] == f"{BACKEND};messageid={root}"
    assert heard["from"]["name"] == "Ana Lindqvist"
    assert "replyToId" not in heard
    assert heard["value"] == {
        "commandId": "handbook",
        "parameters": [{"name": "words", "value": "labels"}],
        "queryOptions": {"skip": 25, "count": 25},
    }


async def test_before_anything_is_typed_it_is_the_initial_run(stage: Stage) -> None:
    stage.bot.invoke_answer = listed()
    for place, conversation in (("backend", BACKEND), ("ops", cast.CHATS[0].id), ("chat", cast.PLAYERS[0].chat)):
        assert (await stage.do("api/act/search", as_="olga", channel=place))["results"] == []
        heard = stage.bot.heard[-1]
        assert heard["conversation"]["id"] == conversation
        assert heard["value"]["parameters"] == [{"name": "initialRun", "value": "true"}]


async def test_words_of_the_bot_stand_in_the_place_of_a_list(stage: Stage) -> None:
    stage.bot.invoke_answer = {"composeExtension": {"type": "message", "text": "Nothing on that."}}
    outcome = await stage.do("api/act/search", as_="ana", channel="backend", words="x")
    assert (outcome["notice"], outcome["results"]) == ("Nothing on that.", [])


@pytest.mark.parametrize(
    "answer", [{}, {"task": {"type": "message", "value": "no"}}, {"composeExtension": {"attachments": [5, {}]}}]
)
async def test_an_answer_of_another_kind_brings_no_result_that_could_be_sent(
    stage: Stage, answer: dict[str, Any]
) -> None:
    stage.bot.invoke_answer = answer
    outcome = await stage.do("api/act/search", as_="ana", channel="backend", words="x")
    assert [one["card"] for one in outcome["results"] if one["card"]] == []
    assert outcome["failed"] is ("composeExtension" not in answer)


async def test_without_the_app_or_where_one_is_not_nothing_is_asked(stage: Stage) -> None:
    await stage.do("api/install", person="tom", installed=False)
    before = len(stage.bot.heard)
    assert "switched off" in (await stage.do("api/act/search", as_="tom", channel="backend"))["error"]
    assert "not in that chat" in (await stage.do("api/act/search", as_="ben", channel="ops"))["error"]
    assert "no channel" in (await stage.do("api/act/search", as_="ben", channel="moon"))["error"]
    assert "no such message" in (await stage.do("api/act/search", as_="ben", channel="", message="1"))["error"]
    assert len(stage.bot.heard) == before


async def test_the_card_goes_with_the_message_as_an_attachment_and_stays_when_it_is_edited(stage: Stage) -> None:
    root = await thread(stage)
    sent = await stage.do("api/act/reply", as_="ana", message=root, text="", card=CARD)
    heard = stage.bot.heard[-1]
    assert (heard["type"], heard["text"]) == ("message", "")
    card, words = heard["attachments"]
    assert card == {"contentType": ADAPTIVE, "content": CARD}
    assert words == {"contentType": "text/html", "content": '<attachment id="card-0"></attachment>'}
    await stage.do("api/act/edit", as_="ana", message=sent["message"], text="Here is how:")
    said = await stage.message("ana")
    assert (said["text"], said["cards"]) == ("Here is how:", [CARD])
    assert stage.bot.heard[-1]["attachments"][0] == card
    assert "error" not in await stage.do("api/act/edit", as_="ana", message=sent["message"], text="")


async def test_only_an_adaptive_card_can_be_put_into_a_message(stage: Stage) -> None:
    for card in ("x", {}, {"type": "HeroCard"}):
        outcome = await stage.do("api/act/post", as_="olga", channel="backend", text="hello", card=card)
        assert "Adaptive Card" in outcome["error"]
    assert "nothing to send" in (await stage.do("api/act/post", as_="olga", channel="backend", text=""))["error"]


async def test_it_is_sent_in_a_group_chat_and_to_the_bot_too(stage: Stage) -> None:
    for place in ("ops", "chat"):
        sent = await stage.do("api/act/post", as_="olga", channel=place, text="", card=CARD)
        said = next(one for one in (await stage.world())["messages"] if one["id"] == sent["message"])
        assert said["cards"] == [CARD]
