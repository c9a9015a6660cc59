"""Presses, dialogs and who is notified."""

from tests.sandbox.conftest import Stage
from tests.sandbox.fake_bot import CARD

CLAIM = {"type": "Action.Execute", "verb": "claim", "title": "I'm looking into it", "data": {"request": "R-1"}}
FETCH = {"type": "Action.Submit", "data": {"msteams": {"type": "task/fetch"}, "verb": "support"}}


async def request(stage: Stage) -> str:
    await stage.do("api/act/post", as_="olga", channel="backend", text="label printer down")
    said = [one for one in (await stage.world())["messages"] if one["author"] == "bot" and one["cards"]]
    return str(said[-1]["id"])


async def test_a_press_is_an_invoke_and_its_card_replaces_the_shown_one(stage: Stage) -> None:
    message = await request(stage)
    outcome = await stage.do("api/act/press", as_="ana", message=message, action=CLAIM)
    heard = stage.bot.heard[-1]
    assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "adaptiveCard/action", message)
    sent = {"type": "Action.Execute", "verb": "claim", "data": {"request": "R-1"}}
    assert heard["value"] == {"action": sent, "trigger": "manual"}
    assert outcome["failed"] is False
    shown = next(one for one in (await stage.world())["messages"] if one["id"] == message)
    assert "Ana Lindqvist is looking into it" in str(shown["cards"])


async def test_an_answer_with_a_card_is_seen_by_the_presser_until_the_bot_edits(stage: Stage) -> None:
    message = await request(stage)
    mine = {"type": "AdaptiveCard", "version": "1.5", "body": []}
    stage.bot.invoke_answer = {"statusCode": 200, "type": CARD, "value": mine}
    await stage.do("api/act/press", as_="ana", message=message, action=CLAIM)
    shown = next(one for one in (await stage.world())["messages"] if one["id"] == message)
    assert shown["views"] == {"ana": mine}


async def test_a_word_only_for_the_presser_is_a_toast(stage: Stage) -> None:
    message = await request(stage)
    outcome = await stage.do("api/act/press", as_="tom", message=message, action=CLAIM)
    assert (outcome["toast"], outcome["failed"]) == ("Only Ana or Ben may do that.", False)


async def test_an_answer_that_is_no_answer_fails_kindly(stage: Stage) -> None:
    message = await request(stage)
    stage.bot.invoke_answer = {}
    outcome = await stage.do("api/act/press", as_="ana", message=message, action=CLAIM)
    assert (outcome["toast"], outcome["failed"]) == ("Something went wrong.", True)


async def test_a_dialog_is_fetched_and_submitted(stage: Stage) -> None:
    message = await request(stage)
    opened = await stage.do("api/act/press", as_="ana", message=message, action=FETCH)
    assert opened["dialog"]["title"] == "Support"
    assert opened["dialog"]["card"]["type"] == "AdaptiveCard"
    fetched = stage.bot.heard[-1]
    assert (fetched["name"], fetched["value"]["data"]) == ("task/fetch", FETCH["data"])
    outcome = await stage.do("api/act/submit", as_="ana", message=message, data={"step": "ask", "question": "since?"})
    assert outcome["toast"] == "Asked."
    assert stage.bot.heard[-1]["value"]["data"] == {"step": "ask", "question": "since?"}


async def test_a_button_that_types_is_a_message_of_whoever_presses_it(stage: Stage) -> None:
    message = await request(stage)
    typing = {"type": "Action.Submit", "title": "who", "data": {"msteams": {"type": "imBack", "value": "who"}}}
    await stage.do("api/act/press", as_="ana", message=message, action=typing)
    heard = stage.bot.heard[-1]
    assert (heard["type"], heard["text"], heard.get("value")) == ("message", "who", None)


async def test_a_plain_submit_is_a_message_with_a_value(stage: Stage) -> None:
    message = await request(stage)
    await stage.do("api/act/press", as_="ana", message=message, action={"type": "Action.Submit", "data": {"a": 1}})
    heard = stage.bot.heard[-1]
    assert (heard["type"], heard["value"], heard["replyToId"]) == ("message", {"a": 1}, message)
    assert "text" not in heard


async def test_mentions_and_personal_messages_ring_and_edits_do_not(stage: Stage) -> None:
    message = await request(stage)
    await stage.do("api/act/press", as_="ana", message=message, action=CLAIM)
    rung = [(one["person"], one["kind"]) for one in (await stage.world())["notices"]]
    assert sorted(rung) == [
        ("ana", "mention"),
        ("ana", "personal"),
        ("ben", "mention"),
        ("ben", "personal"),
        ("olga", "reply"),
    ]


async def test_reading_clears_what_is_unread(stage: Stage) -> None:
    await request(stage)
    for conversation in ("19:backend@thread.tacv2", "a:10a51c1f47c0e4c398f0e1d5b6a2e0003hotseat"):
        await stage.do("api/read", as_="ana", conversation=conversation)
    people = {one["key"]: one for one in (await stage.world())["people"]}
    assert (people["ana"]["unread"], people["ana"]["rung"]) == ({}, 0)
    assert people["ben"]["rung"] == 2


async def test_nobody_acts_on_what_they_cannot_see_or_did_not_write(stage: Stage) -> None:
    posted = await stage.do("api/act/post", as_="ana", channel="team", text="internal")
    for act in ("edit", "delete", "react", "reply"):
        answer = await stage.do(f"api/act/{act}", as_="olga", message=posted["message"], text="x", reaction="like")
        assert "error" in answer
    assert "error" in await stage.do("api/act/edit", as_="ben", message=posted["message"], text="x")
    assert "error" in await stage.do("api/act/post", as_="nobody", channel="team", text="x")
    assert "error" in await stage.do("api/act/post", as_="ana", channel="team", text="  ")
