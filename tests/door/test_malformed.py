"""Every field of every kind of activity, in every wrong type: refused or taken, never a failure of ours."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.door.whole import ANA, Whole, whole
from tests.rig import activities

WRONG: tuple[Any, ...] = (None, 5, -1.5, True, "", "x", [], [None], {}, {"id": {}}, "\u202e" * 300)
KINDS = ("post", "reply", "edit", "delete", "undelete", "personal", "press", "opening", "form", "installed", "members")


def samples(bot: Whole, post: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Make a genuine activity of each kind."""
    ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"}
    where = {"thread": post["id"], **bot.by(ANA)}
    return {
        "post": bot.channel_post("printer down", mention=True),
        "reply": activities.reply("hello", **where),
        "edit": activities.edit("other words", of=post),
        "delete": activities.delete(of=post),
        "undelete": activities.undelete(of=post),
        "personal": activities.personal_message("who", **bot.by(ANA)),
        "press": bot.press("claim", ANA, post["id"]),
        "opening": activities.dialog({"verb": "ask", **ids}, **where),
        "form": activities.submit({"verb": "send", "step": "ask", "text": "since when?", **ids}, **where),
        "installed": activities.installed(personal=True, **bot.by(ANA)),
        "members": activities.members_changed(added=("29:new",), **bot.by(ANA)),
    }


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Name every field, however deep."""
    if path:
        yield path
    fields = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in fields:
        yield from places(inner, (*path, name))


def put(activity: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Give a copy with one field changed."""
    if not path:
        return value
    first, *rest = path
    copy: Any = dict(activity) if isinstance(activity, dict) else list(activity)
    copy[first] = put(copy[first], tuple(rest), value)
    return copy


@pytest.mark.parametrize("kind", KINDS)
async def test_no_field_of_a_wrong_type_makes_a_failure(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        genuine = samples(bot, post)[kind]
        for number, path in enumerate(places(genuine)):
            for shift in range(3):
                changed = put(genuine, path, WRONG[(number * 3 + shift) % len(WRONG)])
                status, _ = await bot.post(changed)
                assert status in {200, 400, 401, 403}, (path, changed)
        assert (await bot.post(samples(bot, post)["personal"]))[0] == 200
    assert [record.getMessage() for record in caplog.records] == []
