"""What an answer of the connector means for a message, and what leaves for where."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.retries import Lapsed, Temporary, may_try, retrying
from bot.teams.credentials import Credentials, Token, TokenRefused
from bot.teams.hosts import ServiceHosts
from bot.teams.limits import Limits
from bot.teams.transport import Final, Transport
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT
from tests.rig.service import Answer
from tests.teams.house import PASSWORD, House

pytestmark = pytest.mark.asyncio

THREAD = "19:backend@thread.tacv2;messageid=170"
BOT = f"28:{APP_ID}"


@pytest_asyncio.fixture
async def local(session: aiohttp.ClientSession) -> AsyncIterator[Transport]:
    """Speak as local mode does: no token, loopback only."""
    yield Transport(session, ServiceHosts.loopback())


def calls_of(transport: Transport, url: str) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Give every call there is, by its name."""
    return {
        "post": lambda: transport.post(url, THREAD, {"text": "x"}),
        "reply": lambda: transport.reply(url, THREAD, "170", {"text": "x"}),
        "update": lambda: transport.update(url, THREAD, "170", {"text": "x"}),
        "delete": lambda: transport.delete(url, THREAD, "170"),
        "create_personal": lambda: transport.create_personal(url, tenant=TENANT, bot=BOT, member_id="29:anna"),
        "create_thread": lambda: transport.create_thread(
            url, tenant=TENANT, bot=BOT, channel_id="19:c@thread.tacv2", activity={"text": "x"}
        ),
        "members": lambda: transport.members(url, THREAD),
        "member": lambda: transport.member(url, THREAD, "29:anna"),
    }


EVERY_CALL = pytest.mark.parametrize(
    "name", ["post", "reply", "update", "delete", "create_personal", "create_thread", "members", "member"]
)


async def test_limits_hold_from_the_first_send_on(session: aiohttp.ClientSession, connector: FakeConnector) -> None:
    limits = Limits(((1, 60.0),))
    await Transport(session, ServiceHosts.loopback(), limits=limits).post(connector.service_url, THREAD, {"text": "x"})
    assert len(limits) == 1


async def test_each_call_is_the_one_that_the_connector_knows(house: House) -> None:
    house.connector.members = [{"id": "29:anna", "name": "Anna"}]
    calls = calls_of(house.transport, house.connector.service_url)
    results = {name: await call() for name, call in calls.items()}
    thread = "/emea/v3/conversations/19%3Abackend%40thread.tacv2%3Bmessageid%3D170"
    assert [(call.method, call.path) for call in house.connector.calls] == [
        ("POST", f"{thread}/activities"),
        ("POST", f"{thread}/activities/170"),
        ("PUT", f"{thread}/activities/170"),
        ("DELETE", f"{thread}/activities/170"),
        ("POST", "/emea/v3/conversations"),
        ("POST", "/emea/v3/conversations"),
        ("GET", f"{thread}/pagedmembers?pageSize=200"),
        ("GET", f"{thread}/members/29%3Aanna"),
    ]
    assert {call.conversation for call in house.connector.calls} == {THREAD, ""}
    assert all(call.token == "entra-token-1" for call in house.connector.calls)
    assert results["post"] != results["reply"]
    assert results["create_personal"] == "a:29:anna"
    conversation, message = results["create_thread"]
    assert conversation == f"19:c@thread.tacv2;messageid={message}"
    assert results["members"] == [results["member"]] == house.connector.members


async def test_a_personal_chat_and_a_thread_are_asked_for_with_bot_and_tenant(house: House) -> None:
    calls = calls_of(house.transport, house.connector.service_url)
    await calls["create_personal"]()
    await calls["create_thread"]()
    personal, thread = (call.body for call in house.connector.calls)
    assert personal == {
        "isGroup": False,
        "bot": {"id": BOT},
        "members": [{"id": "29:anna"}],
        "tenantId": TENANT,
        "channelData": {"tenant": {"id": TENANT}},
    }
    assert thread["activity"] == {"text": "x"}
    assert thread["channelData"] == {"channel": {"id": "19:c@thread.tacv2"}, "tenant": {"id": TENANT}}


@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_service_url_may_end_with_a_slash_or_not(
    local: Transport, connector: FakeConnector, slash: str
) -> None:
    await local.post(connector.service_url.rstrip("/") + slash, THREAD, {})
    assert connector.calls[0].path.startswith("/emea/v3/conversations/19%3A")


@pytest.mark.parametrize(
    ("status", "ambiguous"),
    [(408, False), (412, False), (429, False), (500, True), (502, True), (503, True), (504, True), (501, False)],
)
async def test_a_status_that_may_pass_is_temporary_after_one_attempt(
    local: Transport, connector: FakeConnector, status: int, *, ambiguous: bool
) -> None:
    connector.always = Answer(status)
    with pytest.raises(Temporary) as failure:
        await local.post(connector.service_url, THREAD, {})
    assert (failure.value.ambiguous, failure.value.retry_after) == (ambiguous, None)
    assert len(connector.calls) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415])
@EVERY_CALL
async def test_a_status_that_will_not_pass_is_final_with_the_connectors_word(
    local: Transport, connector: FakeConnector, status: int, name: str
) -> None:
    connector.always = Answer(status, body={"error": {"code": "BotNotInConversationRoster", "message": "no"}})
    with pytest.raises(Final) as failure:
        await calls_of(local, connector.service_url)[name]()
    assert (failure.value.status, failure.value.code) == (status, "BotNotInConversationRoster")
    assert len(connector.calls) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "999999"}, 600),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Mon, 29 Jan 99999999999 18:00:00 GMT"}, None),
    ],
)
async def test_retry_after_is_understood_in_both_forms(
    local: Transport, connector: FakeConnector, headers: dict[str, str], seconds: float | None
) -> None:
    connector.always = Answer(429, headers=headers)
    with pytest.raises(Temporary) as failure:
        await local.post(connector.service_url, THREAD, {})
    assert failure.value.retry_after == seconds


@pytest.mark.parametrize(
    "answer", [Answer(200, text="<html>"), Answer(201, body={}), Answer(200, body=[]), Answer(200, text="")]
)
async def test_a_success_without_an_id_may_have_posted(
    local: Transport, connector: FakeConnector, answer: Answer
) -> None:
    connector.always = answer
    with pytest.raises(Temporary) as failure:
        await local.post(connector.service_url, THREAD, {})
    assert failure.value.ambiguous


async def test_an_update_needs_no_id_but_is_not_believed_from_a_web_page(
    local: Transport, connector: FakeConnector
) -> None:
    connector.script(Answer(200, text=""), Answer(202, body={}), Answer(200, text="<html>"))
    await local.update(connector.service_url, THREAD, "170", {})
    await local.update(connector.service_url, THREAD, "170", {})
    with pytest.raises(Temporary):
        await local.update(connector.service_url, THREAD, "170", {})


async def test_a_broken_connection_may_have_posted_but_a_refused_one_has_not(
    local: Transport, connector: FakeConnector
) -> None:
    connector.script(Answer(reset=True))
    with pytest.raises(Temporary) as broken:
        await local.post(connector.service_url, THREAD, {})
    await connector.stop()
    with pytest.raises(Temporary) as refused:
        await local.post(connector.service_url, THREAD, {})
    assert (broken.value.ambiguous, refused.value.ambiguous) == (True, False)


async def test_a_silent_connector_is_given_up(
    local: Transport, connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.transport._TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    connector.always = Answer(delay=5)
    with pytest.raises(Temporary) as failure:
        await local.post(connector.service_url, THREAD, {})
    assert failure.value.ambiguous


async def test_no_redirect_is_followed(local: Transport, connector: FakeConnector) -> None:
    async with FakeConnector() as elsewhere:
        connector.always = Answer(307, headers={"Location": elsewhere.service_url})
        with pytest.raises(Final) as failure:
            await local.post(connector.service_url, THREAD, {})
        assert (failure.value.status, elsewhere.calls) == (307, [])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/",
        "https://smba.trafficmanager.net.evil.example/",
        "http://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://user:pass@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net\\@evil.example/",
        "https://smba.trafficmanager.net/\r\nHost: evil.example",
        "https://smba.trafficmanager.net/../",
        "https://smba.trafficmanager.net/?a=b",
        "https://smba.trafficmanager.net/#a",
        "https:/smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "https://smba。trafficmanager。net/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
    ],
)
@EVERY_CALL
async def test_nothing_leaves_for_a_host_that_is_not_on_the_list(house: House, url: str, name: str) -> None:
    with pytest.raises(Final) as failure:
        await calls_of(house.transport, url)[name]()
    assert (failure.value.status, failure.value.code) == (0, "ServiceHostNotAllowed")
    assert house.entra.token_requests == []


async def test_the_list_is_exact_about_scheme_host_and_port() -> None:
    hosts = ServiceHosts(["smba.trafficmanager.net", "teams.example:8443", "127.0.0.1:4000", "localhost", "[::1]:5000"])
    allowed = {
        "https://smba.trafficmanager.net/emea/22222222-2222-4222-8222-222222222222/": True,
        "https://SMBA.trafficmanager.net:443": True,
        "https://teams.example:8443/": True,
        "https://teams.example/": False,
        "http://127.0.0.1:4000/": True,
        "https://127.0.0.1:4000/": True,
        "http://127.0.0.1:4001/": False,
        "http://127.0.0.2:4000/": False,
        "http://localhost:1234/x/": True,
        "http://[::1]:5000/": True,
        "http://[::1]:5001/": False,
    }
    assert {url: hosts.allows(url) for url in allowed} == allowed


@pytest.mark.parametrize("entry", ["https://smba.trafficmanager.net", "a/b", "a@b", "", "host:port", "*.example"])
async def test_an_entry_that_is_no_host_is_an_error(entry: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        ServiceHosts([entry])


async def test_the_list_remembers_only_so_many_addresses() -> None:
    hosts = ServiceHosts()
    for number in range(5000):
        assert not hosts.allows(f"https://{number}.example/")
    assert len(hosts._known) <= 1024


@pytest.mark.parametrize("bad", ["", ".", "..", "..."])
async def test_an_id_cannot_climb_out_of_its_path(local: Transport, connector: FakeConnector, bad: str) -> None:
    with pytest.raises(Final, match="BadId"):
        await local.post(connector.service_url, bad, {})
    await local.post(connector.service_url, "../../v3/teams?x#y%2e", {})
    assert [call.conversation for call in connector.calls] == ["../../v3/teams?x#y%2e"]


async def test_a_refused_token_is_dropped_and_the_call_made_once_more(house: House) -> None:
    house.connector.script(401)
    await house.transport.post(house.connector.service_url, THREAD, {})
    assert [call.token for call in house.connector.calls] == ["entra-token-1", "entra-token-2"]


async def test_a_second_refusal_of_the_token_is_final(house: House) -> None:
    house.connector.always = Answer(401)
    with pytest.raises(Final) as failure:
        await house.transport.post(house.connector.service_url, THREAD, {})
    assert (failure.value.status, len(house.connector.calls)) == (401, 2)


async def test_without_a_token_nothing_leaves_and_the_failure_is_temporary(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.entra.answers["token"] = Answer(400, body={"error": "invalid_client", "error_description": PASSWORD})
    with pytest.raises(Temporary, match="token invalid_client") as failure:
        await house.transport.post(house.connector.service_url, THREAD, {})
    assert (failure.value.ambiguous, house.connector.calls) == (False, [])
    assert PASSWORD not in caplog.text + str(failure.value)


async def test_members_come_page_by_page(local: Transport, connector: FakeConnector) -> None:
    connector.members = [{"id": f"29:{number}"} for number in range(450)]
    assert await local.members(connector.service_url, THREAD) == connector.members
    assert len(connector.calls) == 3


@pytest.mark.parametrize("answer", [Answer(body=[1]), Answer(body="x"), Answer(text="<html>")])
async def test_a_roster_that_is_none_is_temporary(local: Transport, connector: FakeConnector, answer: Answer) -> None:
    connector.always = answer
    with pytest.raises(Temporary):
        await local.members(connector.service_url, THREAD)
    with pytest.raises(Temporary):
        await local.member(connector.service_url, THREAD, "29:anna")


class Pauses:
    """A sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Remember."""
        self.slept.append(seconds)


async def test_a_post_is_retried_until_the_connector_takes_it(local: Transport, connector: FakeConnector) -> None:
    pauses = Pauses()
    connector.script(429, 412, 500, 502, 503, 504, Answer(reset=True))
    sent = await retrying(lambda: local.post(connector.service_url, THREAD, {}), sleep=pauses)
    assert sent in {activity for _, activity in connector.messages}
    assert (len(connector.calls), len(pauses.slept)) == (8, 7)


async def test_the_first_success_costs_no_pause(local: Transport, connector: FakeConnector) -> None:
    pauses = Pauses()
    await retrying(lambda: local.post(connector.service_url, THREAD, {}), sleep=pauses)
    assert pauses.slept == []


async def test_a_final_answer_is_not_retried(local: Transport, connector: FakeConnector) -> None:
    pauses = Pauses()
    connector.script(429, 403)
    with pytest.raises(Final):
        await retrying(lambda: local.post(connector.service_url, THREAD, {}), sleep=pauses)
    assert (len(connector.calls), len(pauses.slept)) == (2, 1)


async def test_pauses_grow_to_a_minute_and_no_further() -> None:
    pauses = Pauses()
    left = 200

    async def failing() -> str:
        nonlocal left
        left -= 1
        if left:
            raise Temporary("503")
        return "done"

    assert await retrying(failing, sleep=pauses) == "done"
    assert all(pause <= 2**tried for tried, pause in enumerate(pauses.slept[:6]))
    assert 30 < max(pauses.slept) <= 60
    assert len(set(pauses.slept)) > 190


async def test_the_wish_of_teams_is_the_least_pause() -> None:
    pauses = Pauses()
    wishes = iter([0.0, 5.0, 90.0])

    async def failing() -> str:
        for wish in wishes:
            raise Temporary("429", retry_after=wish)
        return "done"

    assert await retrying(failing, sleep=pauses) == "done"
    assert [wish <= pause <= wish + 6 for wish, pause in zip((0, 5, 90), pauses.slept, strict=True)] == [True] * 3


async def test_retrying_ends_when_its_caller_is_cancelled(local: Transport, connector: FakeConnector) -> None:
    connector.always = Answer(503)
    waiting = asyncio.create_task(retrying(lambda: local.post(connector.service_url, THREAD, {})))
    await connector.wait_for(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_message_that_could_not_leave_for_want_of_a_token_has_failed(
    session: aiohttp.ClientSession, connector: FakeConnector
) -> None:
    def refused() -> Token:
        raise TokenRefused("invalid_client")

    outcomes: list[Exception | None] = []
    transport = Transport(session, ServiceHosts.loopback(), credentials=Credentials(refused), note=outcomes.append)
    with pytest.raises(Temporary, match="invalid_client"):
        await transport.post(connector.service_url, THREAD, {"text": "x"})
    with pytest.raises(Temporary, match="invalid_client"):
        await transport.members(connector.service_url, THREAD)
    assert [str(one) for one in outcomes] == ["token invalid_client"], "what is only read is no send"
    assert connector.calls == []


async def test_one_connection_serves_many_calls(local: Transport, connector: FakeConnector) -> None:
    ports = set()

    class Watched(FakeConnector):
        async def _post(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
            ports.add(request.transport and request.transport.get_extra_info("peername"))
            return await super()._post(request)

    async with Watched() as watched:
        for _ in range(20):
            await local.post(watched.service_url, THREAD, {})
    assert len(ports) == 1


async def test_what_waited_for_a_connection_until_another_process_may_send_it_does_not_leave(
    local: Transport, connector: FakeConnector
) -> None:
    for connections_before in range(2):
        asked = iter([True, True, False])  # as it is begun, before its request, and once there is a connection
        may_try.set(partial(next, asked))
        with pytest.raises(Lapsed):
            await retrying(lambda: local.post(connector.service_url, THREAD, {"text": "x"}))
        assert len(connector.calls) == connections_before
        may_try.set(lambda: True)
        await local.post(connector.service_url, THREAD, {"text": "x"})
