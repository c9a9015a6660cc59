"""Threads that hold no request."""

from tests.journeys.town import EVA, OLGA, Town


async def test_whoever_addresses_the_bot_in_such_a_thread_opens_a_request_there() -> None:
    town = Town()
    place = await town.post("lunch?", EVA)
    await town.reply(place, "label printer down", OLGA, addressed=True)
    assert (await town.request()).place == place


async def test_words_in_such_a_thread_that_do_not_address_the_bot_are_left_alone() -> None:
    town = Town()
    place = await town.post("lunch?", EVA)
    await town.reply(place, "label printer down", OLGA)
    assert await town.requests() == []
