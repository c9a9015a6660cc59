"""Forms come back with all that was written in them, however much that is, and nothing is done."""

import json
from pathlib import Path

import pytest

from bot.decide import forms, policies
from bot.effects import Dialog
from bot.events import Send
from bot.people import Person
from bot.support.triage import GAP
from bot.teams.cards import Cards
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, FARID, TRIAGE, Town

CARDS = Cards(Path("cards"))
TOO_LONG = "x" * 20_000
SUPPORT = ("ask", "reply", "phone", "production", "pass", "back", "team", "split", "close", "stops")
LEAVES = tuple(f"leaf:{leaf}" for leaf in TRIAGE.leaves)
WALK = ("setup.people", "setup.days", "setup.tools", "setup.pages", "setup.contacts")
DESK = (*policies.GROUPS, *WALK, "people.add")


class Opened:
    """A step's form, and how it comes back when it is sent with what can't be done."""

    def __init__(self, name: str) -> None:
        self.town = Town()
        self.name, _, self.choice = name.partition(":")
        self.request = "" if name in DESK else "R-1"

    async def drawn(self) -> FormCard:
        """Return the form as it opens."""
        await self.town.post("label printer down\ntour 12 is missing")
        await self.town.send("claim", "R-1", ANA)
        step = "triage" if self.name == "leaf" else self.name
        who, choice, card = self._by()
        return await self.town.open(step, self.request, who, choice, **({"card": card} if card else {}))

    async def sent(self, view: FormCard, **given: str) -> FormCard:
        """Return the form that comes back; nothing else may happen by it."""
        desk = await self.town.desk()
        before, told = await desk.state(), len(self.town.teams.sent)
        button = next(button for row in view.rows for button in row.buttons if button.verb == "send")
        more = {"step": button.step, "choice": button.choice, "form": button.form, "seen": button.seen}
        fields = {field.id: field.value for field in view.fields} | given
        who, _, card = self._by()
        answer = await self.town.press(Send, self.request, who, card=card, fields=fields, **more)
        after = await desk.state()
        assert (after.requests, after.rota, after.desk) == (before.requests, before.rota, before.desk)
        assert len(self.town.teams.sent) == told
        assert isinstance(answer, Dialog)
        assert isinstance(answer.view, FormCard)
        assert answer.view.error
        return answer.view

    def _by(self) -> tuple[Person, str, str]:
        if not self.request:
            return FARID, "", "form"
        return (BEN if self.name == "production" else ANA), self.choice, ""


def weight(view: FormCard) -> int:
    """Return how heavy a form is on the wire; its buttons must be whole."""
    card = CARDS.render(view, link=lambda _: "https://teams.microsoft.com/l/message/19:c/1?tenantId=t&groupId=g")
    on_the_wire = json.dumps(card)
    assert all(json.dumps(button.title) in on_the_wire for row in view.rows for button in row.buttons)
    return len(on_the_wire)


@pytest.mark.parametrize("name", [*SUPPORT, *LEAVES, *DESK])
async def test_a_text_of_20_kb_comes_back_whole_from_every_field_of_every_form(name: str) -> None:
    texts = [field.id for field in (await Opened(name).drawn()).fields if field.is_long or field.is_short]
    for field in texts:
        opened = Opened(name)
        wrong = {"text": GAP} if "text" in texts else {}
        view = await opened.sent(await opened.drawn(), **wrong | {field: TOO_LONG})
        (kept,) = [one for one in view.fields if one.id == field]
        assert (kept.value, kept.longest >= len(TOO_LONG)) == (TOO_LONG, True)
        assert forms.CUT not in view.error
        assert weight(view) < 28_000


@pytest.mark.parametrize("name", [*SUPPORT, *LEAVES, *DESK])
async def test_what_is_too_much_for_one_form_is_cut_no_more_than_it_must_and_said(name: str) -> None:
    opened = Opened(name)
    form = await opened.drawn()
    texts = [field.id for field in form.fields if field.is_long or field.is_short]
    view = await opened.sent(form, **dict.fromkeys(texts, "\N{WAVING HAND SIGN}" * 20_000))
    assert forms.CUT in view.error
    held = [field.value for field in view.fields if field.id in texts]
    assert sum(len(json.dumps(text)) for text in held) > 0.9 * forms.HEAVIEST
    assert weight(view) < 28_000
