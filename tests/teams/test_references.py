"""Where Teams can be reached."""

import asyncio
from typing import NoReturn

import pytest

from bot.errors import NotStored
from bot.store.memory import MemoryJournal
from bot.teams.references import GLOBAL_SERVICE, References
from tests.rig import activities


async def known(*services: str) -> References:
    references = References(MemoryJournal(), "app")
    for number, service in enumerate(services):
        message = activities.personal_message(service_url=service, conversation=f"a:{number}")
        await references.learn("tenant", f"person:{number}", message)
    return references


async def test_whoever_was_never_met_is_reached_by_the_tenants_service() -> None:
    reference = (await known("https://x/emea/")).of("tenant", "person:9")
    assert (reference.service_url, reference.conversation) == ("https://x/emea/", "")


async def test_a_chat_from_before_teams_moved_the_tenant_is_reached_by_the_new_service() -> None:
    reference = (await known("https://x/emea/", "https://x/amer/")).of("tenant", "person:0")
    assert (reference.service_url, reference.conversation) == ("https://x/amer/", "a:0")


async def test_before_anything_arrived_the_global_service_is_asked() -> None:
    assert (await known()).of("tenant", "person:0").service_url == GLOBAL_SERVICE


async def test_what_was_learnt_is_known_after_a_restart_and_for_its_tenant_only() -> None:
    memory = MemoryJournal()
    await References(memory, "app").learn("tenant", "person:0", activities.personal_message(conversation="a:0"))
    again = References(memory, "app")
    await again.load()
    assert again.of("tenant", "person:0").conversation == "a:0"
    assert again.of("another", "person:0").conversation == ""


async def silent(*_: object) -> None:
    await asyncio.Event().wait()


async def away(*_: object) -> NoReturn:
    raise NotStored("away")


@pytest.mark.parametrize("trouble", [silent, away])
async def test_what_is_known_here_serves_while_what_is_kept_cannot_be_read_or_written(
    monkeypatch: pytest.MonkeyPatch, trouble: object
) -> None:
    monkeypatch.setattr("bot.teams.references.ANSWER_SECONDS", 0.05)
    memory = MemoryJournal()
    references = References(memory, "app", is_shared=True)
    await references.learn("tenant", "person:0", activities.personal_message(conversation="a:0"))
    monkeypatch.setattr(memory, "references_of", trouble)
    monkeypatch.setattr(memory, "learn", trouble)
    await references.met("tenant", "person:1", "a:1")
    met = [(await references.look_up("tenant", f"person:{number}")).conversation for number in range(2)]
    assert met == ["a:0", "a:1"]
