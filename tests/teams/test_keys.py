"""Which signing keys are believed, and how rarely they are fetched."""

import asyncio

import aiohttp
import pytest

from bot.teams.keys import KeysUnavailable, SigningKeys
from tests.rig.activities import channel_post
from tests.rig.entra import FakeEntra
from tests.rig.service import Answer
from tests.teams.house import House

pytestmark = pytest.mark.asyncio


class Timer:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def timer() -> Timer:
    """Stop the clock."""
    return Timer()


@pytest.fixture
def keys(session: aiohttp.ClientSession, entra: FakeEntra, timer: Timer) -> SigningKeys:
    """Know the fake's keys, by a clock that stands still."""
    return SigningKeys(session, entra.metadata_url, timer=timer)


async def test_a_hundred_callers_at_once_cause_one_fetch(keys: SigningKeys, entra: FakeEntra) -> None:
    found = await asyncio.gather(*(keys.find("key-0") for _ in range(100)))
    assert all(key is found[0] and key is not None for key in found)
    assert (entra.hits["metadata"], entra.hits["jwks"]) == (1, 1)


async def test_endorsements_are_the_keys_own(keys: SigningKeys, entra: FakeEntra) -> None:
    bare, chat = entra.publish(None), entra.publish(("webchat",))
    found = [await keys.find(key.kid) for key in (entra.keys[0], bare, chat)]
    assert [key and key.endorsements for key in found] == [{"msteams"}, frozenset(), {"webchat"}]


async def test_the_message_after_a_key_rollover_is_admitted(house: House) -> None:
    activity = channel_post(service_url=house.connector.service_url)
    assert (await house.post(activity))[0] == 200
    house.entra.rotate()
    assert (await house.post(activity))[0] == 200
    assert house.entra.hits["jwks"] == 2


async def test_ten_thousand_unknown_keys_cause_one_fetch_a_minute(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    await keys.find("key-0")
    for number in range(10_000):
        assert await keys.find(f"random-{number}") is None
    assert entra.hits["jwks"] == 2
    timer.now += 61
    assert await keys.find("random") is None
    assert entra.hits["jwks"] == 3


async def test_a_key_published_during_the_minute_is_found_after_it(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    await keys.find("random")
    await keys.find("random")
    new = entra.rotate()
    timer.now += 61
    assert await keys.find(new.kid) is not None


async def test_the_last_good_keys_serve_while_the_service_is_down(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    await keys.find("key-0")
    await entra.stop()
    timer.now += 48 * 3600
    assert await keys.find("key-0") is not None
    assert await keys.find("unknown") is None
    assert await keys.find("key-0") is not None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=302, headers={"Location": "http://127.0.0.1:9/"}),
        Answer(text="<html>"),
        Answer(body={}),
        Answer(body={"keys": []}),
        Answer(body={"keys": "none"}),
        Answer(body={"keys": [1, {"kty": "RSA", "kid": "key-0"}, {"kty": "oct", "k": "AAAA", "kid": "key-0"}]}),
        Answer(body={"keys": ["x" * 2**20]}),
        Answer(reset=True),
    ],
)
async def test_nonsense_from_the_key_service_never_replaces_good_keys(
    keys: SigningKeys, entra: FakeEntra, timer: Timer, answer: Answer
) -> None:
    await keys.find("key-0")
    entra.answers["jwks"] = answer
    timer.now += 61
    assert await keys.find("unknown") is None
    assert await keys.find("key-0") is not None


async def test_with_no_keys_at_all_the_service_is_asked_at_most_once_a_second(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    entra.answers["metadata"] = Answer(status=503)
    for _ in range(20):
        with pytest.raises(KeysUnavailable):
            await keys.find("key-0")
    assert entra.hits["metadata"] == 1
    del entra.answers["metadata"]
    timer.now += 1
    assert await keys.find("key-0") is not None


async def test_keys_are_fetched_anew_every_day_behind_the_callers_back(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    first = await keys.find("key-0")
    timer.now += 24 * 3600
    assert await keys.find("key-0") is first
    assert keys._fetching
    await asyncio.wait([keys._fetching])
    assert entra.hits["jwks"] == 2


@pytest.mark.parametrize(
    "where", ["http://192.0.2.1/metadata", "ftp://127.0.0.1/metadata", "http://127.0.0.1.evil.example/"]
)
async def test_keys_come_by_https_or_from_loopback(session: aiohttp.ClientSession, where: str) -> None:
    with pytest.raises(KeysUnavailable):
        await SigningKeys(session, where).find("key-0")


@pytest.mark.parametrize("where", ["http://192.0.2.1/jwks", 7, None])
async def test_a_key_set_elsewhere_than_https_or_loopback_is_not_fetched(
    keys: SigningKeys, entra: FakeEntra, where: object
) -> None:
    entra.answers["metadata"] = Answer(body={"jwks_uri": where})
    with pytest.raises(KeysUnavailable):
        await keys.find("key-0")


async def test_a_caller_who_goes_away_does_not_stop_the_fetch_of_the_others(keys: SigningKeys) -> None:
    leaving = asyncio.create_task(keys.find("key-0"))
    staying = asyncio.create_task(keys.find("key-0"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying is not None


async def test_closing_stops_a_fetch_under_way(keys: SigningKeys, entra: FakeEntra) -> None:
    entra.answers["metadata"] = Answer(delay=30)
    waiting = asyncio.create_task(keys.find("key-0"))
    await entra.asked.wait()
    await keys.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_whoever_asks_whether_there_are_keys_fetches_them_once_and_reads_how_old_they_are(
    keys: SigningKeys, entra: FakeEntra, timer: Timer
) -> None:
    assert [keys.age] == [None]
    entra.answers["metadata"] = Answer(status=503)
    assert [await keys.loaded(), await keys.loaded()] == [False, False]
    assert entra.hits["metadata"] == 1
    del entra.answers["metadata"]
    timer.now += 1
    assert all(await asyncio.gather(*(keys.loaded() for _ in range(10))))
    assert [entra.hits["metadata"], keys.age] == [2, 0]
    timer.now += 90
    assert [await keys.loaded(), keys.age] == [True, 90]
