"""What the bot hears has the shape that Teams gives it."""

import pytest

from bot.sandbox import cast
from tests.sandbox.conftest import Stage

OLGA = "29:10a51c1f47c0e4c398f0e1d5b6a2e0001"


async def test_a_post_reaches_the_bot_in_the_recorded_shape(stage: Stage) -> None:
    outcome = await stage.do("api/act/post", as_="olga", channel="backend", text="label printer down")
    heard = stage.bot.heard[0]
    assert outcome["status"] == 201
    assert heard["id"] == outcome["message"]
    assert heard == {
        "type": "message",
        "id": heard["id"],
        "timestamp": heard["timestamp"],
        "localTimestamp": heard["localTimestamp"],
        "localTimezone": "Europe/Berlin",
        "serviceUrl": stage.base,
        "channelId": "msteams",
        "from": {"id": OLGA, "name": "Olga Brandt", "aadObjectId": "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0001"},
        "conversation": {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": cast.TENANT,
            "id": f"19:backend@thread.tacv2;messageid={heard['id']}",
        },
        "recipient": {"id": cast.BOT_ID, "name": "Hotseat"},
        "textFormat": "plain",
        "text": "label printer down",
        "attachments": [{"contentType": "text/html", "content": "<p>label printer down</p>"}],
        "entities": [
            {"type": "clientInfo", "locale": "en-GB", "country": "DE", "platform": "Web", "timezone": "Europe/Berlin"}
        ],
        "channelData": {
            "teamsChannelId": "19:backend@thread.tacv2",
            "teamsTeamId": cast.TEAM,
            "channel": {"id": "19:backend@thread.tacv2"},
            "team": {"id": cast.TEAM},
            "tenant": {"id": cast.TENANT},
        },
        "locale": "en-GB",
    }
    assert heard["timestamp"] == "2026-11-24T09:00:00.000Z"
    assert heard["localTimestamp"] == "2026-11-24T10:00:00.000+01:00"


async def test_a_mention_becomes_a_mark_and_an_entity(stage: Stage) -> None:
    await stage.do("api/act/post", as_="olga", channel="team", text="@Hotseat who, and @ana lindqvist too")
    heard = stage.bot.heard[0]
    assert heard["text"] == "<at>Hotseat</at> who, and <at>Ana Lindqvist</at> too"
    assert [one["mentioned"]["name"] for one in heard["entities"] if one["type"] == "mention"] == [
        "Hotseat",
        "Ana Lindqvist",
    ]


async def test_an_edit_a_deletion_and_its_undoing_are_told(stage: Stage) -> None:
    said = await stage.do("api/act/post", as_="olga", channel="backend", text="one")
    for act in ("edit", "delete", "undelete"):
        await stage.do(f"api/act/{act}", as_="olga", message=said["message"], text="two")
    told = [(one["type"], one["channelData"].get("eventType"), one.get("text")) for one in stage.bot.heard]
    assert told == [
        ("message", None, "one"),
        ("messageUpdate", "editMessage", "two"),
        ("messageDelete", "softDeleteMessage", None),
        ("messageUpdate", "undeleteMessage", "two"),
    ]
    assert {one["id"] for one in stage.bot.heard} == {said["message"]}


async def test_without_consent_the_bot_hears_only_what_mentions_it(stage: Stage) -> None:
    await stage.do("api/consent", on=False)
    await stage.do("api/act/post", as_="olga", channel="backend", text="unheard")
    await stage.do("api/act/post", as_="olga", channel="backend", text="@Hotseat heard")
    await stage.do("api/act/post", as_="olga", channel="chat", text="heard too")
    texts = [one["text"] for one in stage.bot.heard if one["type"] == "message"]
    assert texts == ["<at>Hotseat</at> heard", "heard too"]


async def test_a_chat_opened_for_the_first_time_installs_the_bot_once(stage: Stage) -> None:
    await stage.do("api/act/open", as_="ana")
    await stage.do("api/act/open", as_="ana")
    assert [one["type"] for one in stage.bot.heard] == ["conversationUpdate", "installationUpdate"]
    assert stage.bot.heard[1]["action"] == "add"
    assert stage.bot.heard[0]["conversation"]["conversationType"] == "personal"


async def test_a_reaction_to_the_bots_own_message_is_told(stage: Stage) -> None:
    await stage.do("api/act/post", as_="olga", channel="backend", text="one")
    card = await stage.message("bot")
    await stage.do("api/act/react", as_="ben", message=card["id"], reaction="like")
    await stage.do("api/act/react", as_="ben", message=card["id"], reaction="like")
    added, removed = stage.bot.heard[-2:]
    assert added["reactionsAdded"] == removed["reactionsRemoved"] == [{"type": "like"}]
    assert added["replyToId"] == card["id"]


async def test_a_picture_without_words_is_an_image_and_can_be_fetched(stage: Stage) -> None:
    picture = "data:image/png;base64,iVBORw0KGgo="
    outcome = await stage.do("api/act/post", as_="olga", channel="backend", text="", picture=picture)
    heard = stage.bot.heard[0]
    url = f"{stage.base}v3/attachments/{outcome['message']}/views/original"
    assert heard["text"] == ""
    assert heard["attachments"] == [
        {"contentType": "image/*", "contentUrl": url},
        {"contentType": "text/html", "content": f'<div><img alt="image" src="{url}"></div>'},
    ]
    async with stage.client.get(url) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("picture", ["data:image/svg+xml;base64,PHN2Zz4=", "https://example.com/x.png", "x"])
async def test_what_is_no_picture_is_not_posted(stage: Stage, picture: str) -> None:
    assert "error" in await stage.do("api/act/post", as_="olga", channel="backend", text="", picture=picture)
    assert not stage.bot.heard
