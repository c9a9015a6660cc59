"""Nobody is counted or timed: what people see and export says of no colleague how many requests they had, or how fast.

Looked for is any number in the same breath as a colleague: in one field group of a card, or in one row of an export,
that names one of the team, after times of day, dates and the ids of requests are taken out of it. So "Ana: 7",
"Ana answered after 17 min" and a column of counts beside a name are all found, whatever they are called. What stays is
how long a request that is still open has waited by now ("No answer for 10 min"), and how many alerts of a kind a storm
has brought: that is nobody's.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.caller import Arguments, Done
from bot.desks import Desks
from bot.effects import Answer, Card, Dialog, Word
from bot.events import Claim, Open, Send, Solve
from bot.operations import OPERATIONS
from bot.people import Person
from bot.support.recurrence import Common, Standing
from bot.views import DutyCard, Fact, HelpCard, Line, NoticeCard, NoticeEntry, View
from tests.journeys.town import ANA, BEN, CHEN, EVA, FARID, OLGA, TEAM, TEAM_CHANNEL, TOM, Town, plain

HARMLESS = re.compile(
    r"\bfor \d+ (?:min|h(?: \d+ min)?)\b|(?:·|\ball) \d+ alerts\b"
    r"|[RAS]-\d+|\d{4}-\d\d-\d\d|\b\d\d:\d\d\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2}(?: \d{4})?"
)
ERRORS = ("TimeoutError", "KeyError", "OSError")
READ_ONLY = ("rota", "desk list", "people export", "shifts export", "report", "common export")
CHANGING = {
    *("desk add", "desk remove", "people import", "people erase"),
    *("shifts import", "absences import", "common import"),
}


def scores(breath: str) -> list[str]:
    """Return the numbers that stand in one breath with one of the team."""
    if not any(name in breath for one in TEAM for name in (one.name, f'"{one.id}"')):
        return []
    return re.findall(r"\d+", HARMLESS.sub("", breath))


def breaths(view: object) -> Iterator[str]:
    """Yield what a view says, each group of fields that is read together in one; places and keys are not read."""
    own = []
    for name in view.__slots__:  # type: ignore[attr-defined]
        value = getattr(view, name)
        if isinstance(value, Line):
            own.append(plain(value))
        elif isinstance(value, str) and name not in {"thread", "card", "form", "request", "seen"}:
            own.append(value)
        elif isinstance(value, tuple):
            for one in value:
                if hasattr(one, "__slots__") and not isinstance(view, Line):
                    yield from breaths(one)
    yield plain(view) if isinstance(view, Line) else " ".join(own)


@pytest.mark.parametrize(
    "view",
    [
        Line(("Ana Lindqvist answered after 17 min.",)),
        DutyCard("On duty", (Fact("Ana Lindqvist", "7"),), ()),
        HelpCard("Best of the week", "Ana Lindqvist: 7 requests, Ben Okafor: 5", ()),
        NoticeCard("H", (NoticeEntry("Olga", "", "Ana Lindqvist has it, her 3rd today", "19:t", True, (), ()),)),  # noqa: FBT003
    ],
)
def test_a_score_on_a_card_would_be_found(view: View) -> None:
    assert any(scores(breath) for breath in breaths(view))


def test_a_score_in_an_export_would_be_found_and_a_date_is_none() -> None:
    assert scores(json.dumps({"name": "Ana Lindqvist", "claims": 7}))
    assert scores(json.dumps({"person": "ana", "median": "4.5"}))
    assert not scores("Ana Lindqvist has it; Olga hears more by Tue 24 Nov, 09:30. R-12 since 2026-11-23")
    assert not scores("7 requests wait for an answer")


async def alerts(town: Town, answers: list[Answer | None]) -> None:
    """Let the three have many alerts, too, some in a storm, from Teams and from Slack, and end them or have tickets."""
    where = {"place": f"{TEAM_CHANNEL};messageid=9"}
    for number in range(1, 31):
        thread = await town.bugsnag(error=f"e{number}", error_class=ERRORS[number % 3], occurrences=7, users=5)
        await town.wait(number % 5 if number < 16 else 0)
        who, card = (ANA, BEN, CHEN)[number % 3], f"alert:A-{number}:1"
        answers.append(await town.press(Open, f"A-{number}", who, step="alert", card=card, **where))
        if number % 4:
            answers.append(await town.press(Claim, f"A-{number}", who, card=card, **where))
        else:
            await town.slack_reply(thread, name=who.name)
        if number % 2:
            answers.append(await town.press(Send, f"A-{number}", who, step="alert_resolved", card=card, **where))
    await town.wait(2)
    for number in range(31, 56):
        await town.bugsnag(error=f"e{number}", error_class=ERRORS[number % 3])
    for at, who in enumerate((ANA, BEN)):
        answers.append(await town.press(Send, "", who, step="storm", choice=f"S-2|{at}", card="storm:S-2:1", **where))


async def story() -> tuple[Town, list[Answer | None]]:
    """Let three people take many requests, each in their own time."""
    town, answers = Town("2026-11-20 10:00"), []
    people: tuple[tuple[Person, int, int], ...] = ((ANA, 7, 1), (BEN, 5, 6), (CHEN, 3, 12))
    number = 0
    for who, many, minutes in people:
        for _ in range(many):
            number += 1
            await town.post("the printer is down", OLGA if number % 3 else TOM)
            await town.wait(minutes)
            answers.append(await town.press(Claim, f"R-{number}", who))
            answers.append(await town.press(Open, f"R-{number}", who, step="support"))
            await town.wait(16)
            if number % 2:
                answers.append(await town.press(Solve, f"R-{number}", who))
    await alerts(town, answers)
    for words in ("who", "rota", "help", "privacy", "rota 12", "alerts", "report", "report last"):
        for reader in (OLGA, ANA, EVA, FARID):
            await town.write(words, reader)
    await town.counted()
    return town, answers


async def test_no_card_message_or_answer_counts_or_times_a_colleague() -> None:
    town, answers = await story()
    seen = [view for message in town.teams.sent for view in message.versions]
    seen += [answer.view for answer in answers if isinstance(answer, Card | Dialog)]
    found = {breath for view in seen for breath in breaths(view) if scores(breath)}
    found |= {answer.text for answer in answers if isinstance(answer, Word) and scores(answer.text)}
    assert len(seen) > 50
    assert any(ANA.name in breath for view in seen for breath in breaths(view))
    found |= {line for lines in town.teams.threads.values() for line in lines if scores(line)}
    assert not found
    assert any(ANA.name in line for lines in town.teams.threads.values() for line in lines), "nothing was said in Slack"


async def test_no_operation_counts_or_times_anybody() -> None:
    town, _ = await story()
    await town.put_common(Common("C-1", Standing.LISTED, "Printer is down", "Restart it.", earlier=7))
    desk = await town.desk()

    async def aside(_: str) -> str:
        return ""

    desks = Desks(town.journal, lambda _: desk, aside)
    await desks.open()

    async def done(name: str) -> Done:
        arguments: Arguments = {"weeks": "2"}
        now: datetime = town.now
        return await OPERATIONS[name](desks, arguments, now)

    assert {*READ_ONLY, *CHANGING} == set(OPERATIONS), "look at what the new operation says of people, and add it"
    for name in READ_ONLY:
        found = await done(name)
        rows = [row for value in found.facts.values() if isinstance(value, list) for row in value]
        assert rows
        for breath in (*found.said.splitlines(), *(json.dumps(row, ensure_ascii=False) for row in rows)):
            assert not scores(breath), breath
    listed = (await done("desk list")).said
    assert not any(one.name in listed for one in TEAM)
