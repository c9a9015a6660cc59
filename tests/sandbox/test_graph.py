"""The sandbox's Microsoft Graph: what is written in a channel is told to whoever asks what changed."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.graph.messages import Channel, activities
from bot.sandbox import cast
from tests.sandbox.conftest import TUESDAY_TEN, Stage

BACKEND = cast.CHANNELS[0]
HERE = Channel(cast.TENANT, cast.TEAM_GROUP, BACKEND.id)
PATH = f"v1.0/teams/{cast.TEAM_GROUP}/channels/{quote(BACKEND.id, safe='')}/messages/delta"


async def ask(stage: Stage, link: str = "", **query: str) -> tuple[int, Any]:
    async with stage.client.get(link or f"{stage.base}{PATH}", params=query or None) as answer:
        return answer.status, await answer.json()


async def told(stage: Stage, link: str = "", **query: str) -> tuple[list[Any], str]:
    """Return the messages of all pages, and the link by which what changes from then on is told."""
    messages = []
    while True:
        status, body = await ask(stage, link, **query)
        assert status == 200
        messages += body["value"]
        if "@odata.deltaLink" in body:
            return messages, body["@odata.deltaLink"]
        link, query = body["@odata.nextLink"], {}


async def post(stage: Stage, text: str, who: str = "olga") -> str:
    return str((await stage.do("api/act/post", as_=who, channel="backend", text=text))["message"])


async def test_what_is_told_means_what_is_delivered(stage: Stage) -> None:
    first = await post(stage, "@Hotseat who & <b>")
    await stage.do("api/act/reply", as_="ana", message=first, text="@Olga Petrova two\nlines")
    await stage.do("api/act/edit", as_="olga", message=first, text="@Hotseat who?")
    second = await post(stage, "a printer")
    await stage.do("api/act/delete", as_="olga", message=second)
    chains, _ = await told(stage)
    found = [one for chain in chains for said in (chain, *chain["replies"]) for one in activities(HERE, said)]
    delivered = {
        (one["conversation"]["id"], one["id"], one["type"], one["timestamp"]): one.get("text")
        for one in stage.bot.heard
        if one["type"].startswith("message")
    }
    now = {(*key[:3], key[3]): text for key, text in delivered.items()}
    for one in found:
        said, at = one.activity, one.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        key = (said["conversation"]["id"], said["id"], said["type"], at)
        assert key in now
        if said["type"] == "messageUpdate":
            assert said["text"] == now[key]


async def test_only_what_changed_is_told_and_page_by_page(stage: Stage) -> None:
    posts = [await post(stage, f"printer {number}") for number in range(5)]
    chains, link = await told(stage, **{"$top": "2"})
    assert [one["id"] for one in chains] == posts
    assert (await told(stage, link))[0] == []
    await stage.do("api/act/reply", as_="ana", message=posts[1], text="I look")
    chains, link = await told(stage, link)
    assert [(one["id"], one["replies"][0]["body"]["content"]) for one in chains] == [(posts[1], "<p>I look</p>")]
    since = (TUESDAY_TEN + timedelta(hours=1)).isoformat()
    assert (await told(stage, **{"$filter": f"lastModifiedDateTime gt {since}"}))[0] == []


async def test_what_graph_refuses_is_refused_and_shown(stage: Stage) -> None:
    await post(stage, "printer")
    _, link = await told(stage)
    await stage.do("api/faults", service="teams", expired=1, limited=1, down=True)
    assert [(await ask(stage, link))[0]] == [503]
    await stage.do("api/faults", service="teams", down=False)
    assert [(await ask(stage, link))[0] for _ in range(3)] == [429, 410, 200]
    assert (await ask(stage, f"{stage.base}{PATH}?$deltatoken=nonsense"))[0] == 410
    assert (await ask(stage, f"{stage.base}v1.0/teams/x/channels/y/messages/delta"))[0] == 404
    await stage.do("api/consent", on=False)
    assert (await ask(stage, link))[0] == 403
    statuses = [one.status for one in stage.sandbox.wire.log if one.path.startswith("/v1.0")]
    assert statuses == [200, 503, 429, 410, 410, 404, 403]  # the one in which nothing had changed is not


async def test_deliveries_can_be_dropped_all_or_every_other_and_only_those_of_channels(stage: Stage) -> None:
    await stage.do("api/faults", service="teams", silent=True)
    await post(stage, "one")
    await stage.do("api/act/post", as_="olga", channel="chat", text="who")
    heard = [one.get("text") for one in stage.bot.heard if one["type"] == "message"]
    assert heard == ["who"]
    await stage.do("api/faults", service="teams", silent=False, halved=True)
    for text in ("two", "three", "four"):
        await post(stage, text)
    heard = [one.get("text") for one in stage.bot.heard if one["type"] == "message"]
    assert heard == ["who", "two", "four"]
    dropped = [one.response for one in stage.sandbox.wire.log if "dropped" in str(one.response)]
    assert len(dropped) == 2
