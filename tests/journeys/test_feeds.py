"""``calendar``: the secret addresses of the rota's calendars."""

from dataclasses import replace
from datetime import date

from bot.calendars.almanac import Almanac
from bot.effects import PutRota
from bot.events import PersonErased, Send
from bot.people import Author, Person
from bot.ports import Commit
from bot.views import PlanCard
from tests.journeys.town import ANA, EVA, FARID, OLGA, TEAM, Town, person, said


def town_with_addresses() -> Town:
    town = Town()

    def address(tenant: str, desk: str, person: str, renewed: int) -> str:
        return f"https://hotseat.example/rota/{tenant}-{desk}-{person or 'all'}-{renewed}.ics"

    town.almanac = Almanac(frozenset({"farid"}), address=address)
    return town


async def renew(town: Town, who: Person | Author, part: int) -> str:
    message = town.teams.sent[-1]
    assert isinstance(message.view, PlanCard)
    button = message.view.parts[part].presses[0]
    return said(await town.press(Send, "", who, card=message.key, step=button.step, choice=button.choice))


async def test_a_colleague_gets_the_addresses_in_their_own_chat_wherever_they_ask() -> None:
    town = town_with_addresses()
    await town.post("calendar", EVA, addressed=True)
    (message,) = town.to(EVA)
    assert "My shifts\nhttps://hotseat.example/rota/tenant-backend-eva-0.ics" in message.text
    assert "All shifts of backend\nhttps://hotseat.example/rota/tenant-backend-all-0.ics" in message.text
    assert message.text.count("[Renew]") == 1


async def test_ones_own_address_can_be_renewed_and_no_other_changes() -> None:
    town = town_with_addresses()
    await town.write("calendar", EVA)
    shown = await renew(town, EVA, 0)
    assert "backend-eva-1.ics" in shown
    assert "backend-all-0.ics" in shown
    assert "backend-ana-0.ics" in await town.write("calendar", ANA)


async def test_the_desks_address_is_an_admins_to_renew() -> None:
    town = town_with_addresses()
    await town.write("calendar", FARID)
    assert "backend-all-1.ics" in await renew(town, FARID, 1)
    refused = await town.press(Send, "", EVA, card="calendar:1", step="calendar.renew", choice="desk")
    assert "Farid Haddad" in said(refused)


async def test_without_an_address_of_the_bots_own_it_is_said_who_sets_it() -> None:
    assert "HOTSEAT_PUBLIC_URL" in await Town().write("calendar", EVA)


async def test_an_admin_who_is_not_of_the_team_gets_the_desks_address() -> None:
    town = town_with_addresses()
    town.rota = type(town.rota)({"ana": ANA}, ())
    text = await town.write("calendar", Author("farid", "Farid Haddad"))
    assert "My shifts" not in text
    assert "backend-all-0.ics" in text


async def test_requesters_have_no_calendar() -> None:
    assert "This is for the backend team." in await town_with_addresses().write("calendar", OLGA)


async def people(town: Town, *now: Person) -> None:
    """Give the desk other people behind its back, as by a file edited by hand, and start the bot again."""
    desk = await town.desk()
    state = await desk.state()
    fresh = replace(state.rota, people={one.id: one for one in now})
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, changes=(PutRota(fresh),)))
    await town.restart()


async def test_an_address_of_somebody_who_was_erased_never_comes_alive_again() -> None:
    town = town_with_addresses()
    town.rota = replace(town.rota, shifts=())
    await town.write("calendar", EVA)
    await renew(town, EVA, 0)
    await (await town.desk()).handle(PersonErased(key="erased", happened_at=town.now, who="eva"))
    await people(town, *TEAM, person("Gina Rossi"))
    assert "backend-eva-2.ics" in await town.write("calendar", EVA)
    assert "backend-gina-2.ics" in await town.write("calendar", person("Gina Rossi"))
    assert "backend-ana-0.ics" in await town.write("calendar", ANA), "all others keep theirs"
    assert "backend-all-0.ics" in await town.write("calendar", ANA)


async def test_an_address_that_was_never_renewed_is_not_anybodys_after_an_erasure_either() -> None:
    town = town_with_addresses()
    town.rota = replace(town.rota, shifts=())
    await (await town.desk()).handle(PersonErased(key="erased", happened_at=town.now, who="eva"))
    await people(town, *TEAM)
    assert "backend-eva-1.ics" in await town.write("calendar", EVA)


async def test_somebody_who_left_and_is_forgotten_by_the_nightly_sweep_has_another_address_when_back() -> None:
    town = town_with_addresses()
    left = date(2026, 10, 1)
    town.rota = replace(town.rota, people={**town.rota.people, "gina": person("Gina Rossi", left=left)})
    await town.until("2026-11-24 01:00")
    state = await (await town.desk()).state()
    assert "gina" not in state.rota.people
    await people(town, *TEAM, person("Gina Rossi"))
    assert "backend-gina-1.ics" in await town.write("calendar", person("Gina Rossi"))
    assert "backend-ana-0.ics" in await town.write("calendar", ANA)
