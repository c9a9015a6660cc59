"""A whole Thursday afternoon in #backend: forty messages, what became of each matter, and who was rung how often."""

from collections import Counter

from bot.events import Adopt, Claim, GoOn, Separate, Solve
from bot.people import Author, Person
from bot.support.request import Outcome
from bot.views import Line, Mention, RequestCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, OLGA, TOM, Town

UWE, NINA = Author("uwe", "Uwe Lang"), Author("nina", "Nina Falk")


def rings(town: Town) -> Counter[str]:
    """Count what rang on whose phone: personal messages, and mentions when a message was new."""
    found: Counter[str] = Counter()
    for message in town.teams.sent:
        if message.place.startswith("person:"):
            found[message.place.removeprefix("person:")] += 1
        first = message.versions[0]
        line = first.headline if isinstance(first, RequestCard) else first
        if isinstance(line, Line):
            found.update(part.id for part in line.parts if isinstance(part, Mention))
    return found


async def test_a_thursday_afternoon() -> None:  # noqa: PLR0915 - a long afternoon
    town = Town("2026-11-19 13:00")
    words = 0

    async def post(at: str, who: Author | Person, text: str) -> str:
        nonlocal words
        words += 1
        await town.until(f"2026-11-19 {at}")
        return await town.post(text, who)

    async def reply(at: str, place: str, who: Author | Person, text: str) -> None:
        nonlocal words
        words += 1
        await town.until(f"2026-11-19 {at}")
        await town.reply(place, text, who)

    async def until(at: str) -> None:
        await town.until(f"2026-11-19 {at}")

    # A quiet start: greetings are nothing, and the team's own talk is nothing.
    hello = await post("13:00", NINA, "Mahlzeit zusammen!")
    await reply("13:01", hello, BEN, "Mahlzeit!")
    await post("13:02", ANA, "deploying the routing fix, all quiet")

    # a printer, answered by phone, then thanks, which open nothing.
    printer = await post("13:05", OLGA, "Label printer in Hamburg is down, drivers are waiting")
    await until("13:07")
    await town.press(Claim, "R-1", BEN, card=town.to(BEN)[0].key)
    await town.send("phone", "R-1", BEN, text="We spoke on the phone. The cable was out.", then="closed")
    await reply("13:20", printer, OLGA, "thanks a lot!")
    await reply("13:21", printer, BEN, "you're welcome")

    # R-2 with a follow-up R-3, which is a matter of its own after all.
    routes = await post("13:30", TOM, "Tour 1187 shows yesterday's stops")
    await reply("13:31", routes, ANA, "looking")
    scanner = await post("13:36", TOM, "and the scanner at gate 4 says no network")
    await town.press(Separate, "R-3", TOM)
    await reply("13:38", scanner, BEN, "is the light green?")
    await reply("13:40", scanner, TOM, "no, orange")
    await reply("13:44", scanner, BEN, "then please press reset for five seconds")
    await reply("13:50", scanner, TOM, "green now, it works")
    await town.press(Solve, "R-3", TOM)
    await reply("13:55", routes, ANA, "the cache is stale, I rebuild it")
    await reply("14:10", routes, ANA, "done, please reload")
    await town.send("close", "R-2", ANA, choice="close", outcome="explained", text="Reload after 14:10.")
    await reply("14:11", routes, TOM, "perfekt, danke!")

    # two problems in one post are two matters; one waits for an answer.
    both = await post("14:20", UWE, "I can't log in\nand customer 4711 sees a wrong delivery window")
    await town.send("split", "R-4", ANA, text="Login\nDelivery window")
    await town.send("ask", "R-5", ANA, text="Since when, and how many customers?")
    await town.send("reply", "R-4", ANA, text="Your password had expired. Please choose a new one.", until="today")
    await reply("14:31", both, UWE, "login works. the window: since noon, only this one")
    await reply("14:32", both, ANA, "thank you, that helps")
    await town.send("production", "R-5", BEN, note="please look at the tour of 4711")
    await town.send("close", "R-4", ANA, choice="close", outcome="answered")
    await town.send("close", "R-5", ANA, choice="close", outcome="explained", text="The window follows the tour.")

    # solved by the requester before anybody answered.
    vpn = await post("14:45", NINA, "VPN is down?")
    await reply("14:46", vpn, NINA, "sorry, my cable")
    await town.press(Solve, "R-6", NINA)

    # an expert off duty answers; one of the pair adopts it. The expert is asked to pass it on.
    export = await post("15:00", OLGA, "How do I export last month's tours?")
    await reply("15:01", export, EVA, "Reports, Tours, Export; choose the month at the top")
    await until("15:02")
    await town.press(Adopt, "R-7", ANA, card=town.to(ANA)[-1].key)
    await reply("15:05", export, OLGA, "found it :)")
    await town.press(Solve, "R-7", OLGA)

    # a forgotten claim. The claimer is asked once, takes more time once, then it is open again.
    bill = await post("15:10", TOM, "Invoice 88 has the wrong address")
    await reply("15:12", bill, BEN, "I'll have a look")
    await until("15:42")
    await town.press(GoOn, "R-8", BEN, card=town.to(BEN)[-1].key)
    await until("16:27")
    assert "will follow up by 16:42" in town.card("R-8")
    await reply("16:30", bill, ANA, "taking over from Ben")
    await town.send("close", "R-8", ANA, choice="close", outcome="redirected", text="Please ask accounting.")

    # the same trouble, seen twice at the peak; one leads.
    first = await post("16:40", OLGA, "The map stays white")
    await post("16:41", UWE, "map white here, too")
    await until("16:41")
    await town.press(Claim, "R-9", ANA)
    await town.send("same", "R-10", ANA, lead="R-9")
    await town.send("suggest", "R-9", DILAN, text="the tile server's certificate ran out at 16:30")
    await town.send("reply", "R-9", ANA, text="The map's certificate ran out. It is being renewed.")
    await reply("16:55", first, ANA, "renewed, please reload")
    await reply("16:56", first, OLGA, "map is back, thank you")
    await town.press(Solve, "R-9", OLGA)

    # R-1 again: words after its end open it, for whoever had it.
    await reply("17:10", printer, OLGA, "the printer is down again")
    await reply("17:12", printer, BEN, "coming over")
    await reply("17:25", printer, BEN, "new cable is in")
    await reply("17:26", printer, OLGA, "👍")
    await town.press(Solve, "R-1", OLGA)
    await reply("17:40", hello, NINA, "bis morgen 👋")
    await reply("17:41", vpn, NINA, "thanks again!")
    await post("17:45", EVA, "I'm off, see you tomorrow")
    await reply("17:46", first, UWE, "vielen Dank!")
    await post("17:50", TOM, "schönen Feierabend euch allen!")
    await until("20:00")

    assert words == 40
    assert {one.id: one.outcome for one in await town.requests()} == {
        "R-1": Outcome.SOLVED_BY_REQUESTER,
        "R-2": Outcome.EXPLAINED,
        "R-3": Outcome.SOLVED_BY_REQUESTER,
        "R-4": Outcome.ANSWERED,
        "R-5": Outcome.EXPLAINED,
        "R-6": Outcome.SOLVED_BY_REQUESTER,
        "R-7": Outcome.SOLVED_BY_REQUESTER,
        "R-8": Outcome.REDIRECTED,
        "R-9": Outcome.SOLVED_BY_REQUESTER,
        "R-10": Outcome.DUPLICATE,
    }
    assert town.in_team_channel() == []
    rung = rings(town)
    mentions, copies, words_due = 8, 5, 2
    assert rung == {
        ANA.id: mentions + copies + 4,  # an answer, production access, R-8 open again, a suggestion
        BEN.id: mentions + copies + words_due + 3,  # R-8 open again, and R-1, a suggestion
        EVA.id: 1,  # please pass it on
    }
