"""The table of rights: who may press what, on a request as it stands. One row a button, one letter a person.

Columns: its requester, another of OPS, Ana (who has it once it is claimed), Ben (the other of the pair), an observer,
and a colleague off duty. `+` does it, `-` is told kindly who may, `=` gets the card as it is.
"""

import pytest

from bot.decide.requests.ending import shown_as
from bot.effects import Word
from bot.events import Adopt, Claim, GoOn, Open, Press, Reopen, Send, Separate, Solve
from bot.people import Author, Person
from bot.support.request import Outcome, Request
from tests.journeys.town import ANA, BEN, DILAN, EVA, FARID, OLGA, TOM, Town

PEOPLE: tuple[Author | Person, ...] = (OLGA, TOM, ANA, BEN, DILAN, EVA)
PRESSES: dict[str, tuple[type[Press], dict[str, object]]] = {
    "claim": (Claim, {}),
    "solve": (Solve, {}),
    "reopen": (Reopen, {}),
    "separate": (Separate, {}),
    "adopt": (Adopt, {}),
    "30 min more": (GoOn, {}),
    "menu": (Open, {"step": "support"}),
    "ask": (Send, {"step": "ask", "fields": {"text": "Since when?"}}),
    "reply": (Send, {"step": "reply", "fields": {"text": "Restart it."}}),
    "by phone": (Send, {"step": "phone", "fields": {"text": "Restart it."}}),
    "promise": (Send, {"step": "promise", "fields": {"until": "60"}}),
    "pass on": (Send, {"step": "pass", "fields": {"person": "ben"}}),
    "give back": (Send, {"step": "back"}),
    "ask the team": (Send, {"step": "team", "fields": {"text": "Who knows?"}}),
    "split": (Send, {"step": "split", "fields": {"text": "a\nb"}}),
    "not a request": (Send, {"step": "dismiss"}),
    "close": (Send, {"step": "close", "choice": f"close:{shown_as(Outcome.DOCS, '')}", "fields": {"outcome": "docs"}}),
    "suggest": (Send, {"step": "suggest", "fields": {"text": "Restart it."}}),
}
TABLE = """
                OPEN     claimed  closed
claim           --++--   ======   ======
solve           +-++--   +-++--   ======
reopen          ======   ======   +-++--
separate        ======   ======   ======
adopt           --++--   ======   ======
30 min more     ======   --++--   ======
menu            --===-   --===-   =-==--
ask             --++--   --++--   ------
reply           --++--   --++--   ------
by phone        --++--   --++--   ------
promise         --++--   --++--   ------
pass on         --+---   --+---   ------
give back       ------   --++--   ------
ask the team    --++--   --++--   ------
split           --++--   --++--   ------
not a request   --++--   --++--   ------
close           --++--   --++--   ------
suggest         --+++-   --+++-   ------
"""
ROWS = [
    (line[:16].strip(), standing, letters)
    for line in TABLE.strip("\n").splitlines()[1:]
    for standing, letters in zip(("OPEN", "claimed", "closed"), line[16:].split(), strict=True)
]


def seen(request: Request) -> tuple[object, ...]:
    """Return how a request stands, for telling whether a press did something."""
    deed = request.deed.number if request.deed else 0
    return request.status, request.claimer, request.word, request.outcome, request.lead, deed


@pytest.mark.parametrize(("press", "standing", "letters"), ROWS, ids=[f"{row[0]}, {row[1]}" for row in ROWS])
async def test_who_may_press_what(press: str, standing: str, letters: str) -> None:
    kind, more = PRESSES[press]
    said = ""
    for who in PEOPLE:
        town = Town()
        place = await town.post("label printer down")
        if press == "adopt":
            await town.reply(place, "Restart it.", FARID)
        if standing != "OPEN":
            await town.press(Claim, "R-1", ANA)
        if standing == "closed":
            await town.wait(11)
            await town.press(Solve, "R-1", ANA)
            await town.wait(11)
        before = seen(await town.request())
        await town.wait(1)
        answer = await town.press(kind, "R-1", who, **more)  # type: ignore[arg-type]
        if seen(await town.request()) != before:
            said += "+"
        else:
            refused = (
                isinstance(answer, Word) or "Nothing was sent" in repr(answer) or "Choose somebody" in repr(answer)
            )
            said += "-" if refused else "="
    assert said == letters
