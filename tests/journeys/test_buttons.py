"""Presses: who may, what they do, and what the presser sees."""

import pytest

from bot.effects import Card, Dialog, Word
from bot.events import Claim, Open, Press, Send, Solve
from bot.people import Author, Person
from bot.policy import Language, Policy
from bot.rota.shift import Absence
from bot.support.request import Outcome, Status
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, OLGA, TEAM_CHANNEL, TOM, Town, at, plain, said


def words(answer: object) -> str:
    assert isinstance(answer, Word)
    return answer.text


def shown(answer: object) -> str:
    assert isinstance(answer, Card)
    return plain(answer.view)


async def test_the_first_claim_wins_and_the_second_sees_who() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    assert "Ben Okafor is looking into it." in shown(await town.press(Claim, "R-1", ANA))
    claimer = (await town.request()).claimer
    assert claimer == Author("ben", "Ben Okafor")


async def test_a_press_on_the_personal_copy_answers_with_the_copy() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(2)
    key = town.to(ANA)[0].key
    assert shown(await town.press(Claim, "R-1", ANA, card=key)).startswith("Ana Lindqvist has it")
    assert shown(await town.press(Claim, "R-1", ANA, card=key)).startswith("Ana Lindqvist has it")


async def test_a_press_that_names_anothers_copy_gets_a_card_of_its_own_matter_alone() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(0.5)
    await town.post("my salary is secret", TOM)
    await town.wait(2)
    key = town.to(ANA)[0].key
    answer = await town.press(Solve, "R-1", OLGA, card=key, place="person:olga")
    assert "salary" not in shown(answer)
    assert "Olga Brandt closed it" in shown(answer)


async def test_a_press_in_the_team_channel_counts() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(10)
    key = town.in_team_channel()[0].key
    answer = await town.press(Claim, "R-1", ANA, card=key, place=f"{TEAM_CHANNEL};messageid=5")
    assert "Ana Lindqvist has it" in shown(answer)


@pytest.mark.parametrize("place", ["19:other@thread.tacv2;messageid=1", "person:ben", ""])
async def test_a_button_from_another_conversation_is_refused(place: str) -> None:
    town = Town(team_channel="")
    await town.post("label printer down")
    place = place or "19:backend@thread.tacv2"
    assert words(await town.press(Claim, "R-1", ANA, place=place)) == "This button belongs to another conversation."


async def test_a_button_of_an_unknown_request_is_refused() -> None:
    town = Town()
    place = await town.post("label printer down")
    assert words(await town.press(Claim, "R-9", ANA, place=place)) == "I don't know R-9. It may have been removed."


@pytest.mark.parametrize(
    ("kind", "who", "word"),
    [
        (Claim, TOM, "This is for support: Ana Lindqvist and Ben Okafor are on duty."),
        ("dismiss", OLGA, "This is for support: Ana Lindqvist and Ben Okafor are on duty."),
        (Claim, DILAN, "Ana Lindqvist and Ben Okafor are on duty. If you know the answer, suggest it with Support…."),
        (Claim, EVA, "Ana Lindqvist and Ben Okafor are on duty. If you know the answer, help them with it."),
        ("ask", TOM, "Ana Lindqvist and Ben Okafor are on duty."),
        (Solve, TOM, "Olga Brandt, who asked, can do this, and so can Ana Lindqvist and Ben Okafor."),
        (Solve, EVA, "Olga Brandt, who asked, can do this, and so can Ana Lindqvist and Ben Okafor."),
    ],
)
async def test_whoever_may_not_is_told_who_may(kind: type[Press] | str, who: Author | Person, word: str) -> None:
    town = Town()
    await town.post("label printer down")
    before = len(town.teams.sent)
    press: dict[str, object] = {"kind": kind}
    if isinstance(kind, str):
        press = {"kind": Send if kind == "dismiss" else Open, "step": kind}
    assert word in words(await town.press(request="R-1", by=who, **press))  # type: ignore[arg-type]
    assert (await town.request()).status is Status.OPEN
    assert len(town.teams.sent) == before


async def test_a_refusal_names_one_person_in_german() -> None:
    town = Town(
        absences=(Absence("ben", at("2026-11-23 00:00"), at("2026-11-24 00:00")),),
        policy=Policy(language=Language.GERMAN),
    )
    await town.post("Drucker kaputt")
    assert words(await town.press(Claim, "R-1", TOM)) == "Das ist für den Support: Ana Lindqvist hat Dienst."


async def test_the_requester_solves_before_and_after_an_answer() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(1)
    await town.post("and the scanner", TOM)
    await town.press(Claim, "R-2", BEN)
    for id_, who in (("R-1", OLGA), ("R-2", TOM)):
        assert f"Solved.\n{who.name}, 10:01." in shown(await town.press(Solve, id_, who))
        assert (await town.request(id_)).outcome is Outcome.SOLVED_BY_REQUESTER
        assert "Solved." in shown(await town.press(Solve, id_, EVA))
    assert (await town.request("R-1")).responder is None


async def test_support_solves_what_it_had_not_claimed_and_that_is_a_first_response() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Solve, "R-1", ANA)
    request = await town.request()
    assert (request.outcome, request.responded_at, request.claimer) == (Outcome.ANSWERED, town.now, request.closed_by)


async def test_not_a_request_claims_nothing_and_ends_it() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(3)
    assert "Taken out." in await town.send("dismiss", "R-1", ANA)
    assert await town.send("dismiss", "R-1", BEN) == "R-1 is already closed, by Ana Lindqvist."
    assert town.card().startswith("Not for support.")
    request = await town.request()
    assert (request.outcome, request.responder, request.claimer) == (Outcome.NOT_A_REQUEST, None, None)
    assert "Ana Lindqvist says it is not a request" in town.to(BEN)[0].text


async def test_a_claimer_may_end_their_own_matter_when_off_duty() -> None:
    away = Absence("ben", at("2026-11-23 10:10"), at("2026-11-24 00:00"))
    town = Town(absences=(away,))
    await town.post("label printer down")
    await town.post("and the scanner", TOM)
    await town.press(Claim, "R-1", BEN)
    await town.press(Claim, "R-2", BEN)
    await town.until("2026-11-23 10:20")
    await town.send("dismiss", "R-1", BEN)
    await town.press(Solve, "R-2", BEN)
    assert [one.status for one in await town.requests()] == [Status.CLOSED, Status.CLOSED]


async def test_with_nobody_on_duty_everyone_present_but_observers_may_claim() -> None:
    town = Town(team=())
    await town.post("label printer down")
    assert words(await town.press(Claim, "R-1", OLGA)).startswith("This is for the backend team")
    assert "so can the backend team" in words(await town.press(Solve, "R-1", TOM))
    assert "Eva Novak is looking into it." in shown(await town.press(Claim, "R-1", EVA))


async def test_opening_ask_changes_nothing_and_offers_the_questions() -> None:
    town = Town()
    await town.post("label printer down")
    answer = await town.press(Open, "R-1", ANA, step="ask")
    assert isinstance(answer, Dialog)
    assert "What are you trying to achieve?" in plain(answer.view)
    assert (await town.request()).status is Status.OPEN


async def test_the_dialog_says_so_when_a_picture_is_all_there_is() -> None:
    town = Town()
    await town.post("", picture=True)
    answer = await town.press(Open, "R-1", ANA, step="ask")
    assert isinstance(answer, Dialog)
    assert "Olga Brandt wrote:\n(no text: see the thread)" in plain(answer.view)


async def test_a_question_is_posted_once_under_its_writers_name_and_claims() -> None:
    town = Town()
    place = await town.post("label printer down")
    assert (await town.send("ask", "R-1", ANA, text=" Since when? ")).startswith("Sent.\nR-1: Ana Lindqvist has it")
    assert town.in_thread(place) == ["Ana Lindqvist:\nSince when?"]
    assert (await town.send("ask", "R-1", BEN, text="Which one?")).startswith("Sent.")
    assert (await town.request()).claimer == Author("ana", "Ana Lindqvist")


@pytest.mark.parametrize(
    ("kind", "step", "stands"), [(Claim, "back", "will follow up by"), (Solve, "undo", "will answer by")]
)
async def test_a_press_that_is_delivered_again_shows_how_it_stands_now(
    kind: type[Press], step: str, stands: str
) -> None:
    town = Town()
    place = await town.post("label printer down")
    ben = Author("ben", BEN.name)
    press = kind(key="k-1", happened_at=town.now, place=place, author=ben, request="R-1", card="card:R-1")
    await town._handle(press)
    await town.send(step, "R-1", BEN)
    assert stands in shown(await town._handle(press))
    assert (await town.request()).status is Status.OPEN


async def test_whoever_has_a_matter_hears_when_a_colleague_ends_it() -> None:
    town = Town()
    for text, who in (("label printer down", OLGA), ("the scanner", TOM), ("the scale", Author("uwe", "Uwe Lang"))):
        await town.post(text, who)
    for id_ in ("R-1", "R-2", "R-3"):
        await town.press(Claim, id_, ANA)
    await town.send("dismiss", "R-1", BEN)
    await town.press(Solve, "R-2", BEN)
    await town.press(Solve, "R-3", Author("uwe", "Uwe Lang"))
    assert [message.text for message in town.to(ANA)] == [
        "Ben Okafor says that R-1 is not a request, which you had. (Olga Brandt had asked.)",
        "Ben Okafor closed R-2, which you had. (Tom Reuter had asked.)",
    ]


@pytest.mark.parametrize("away", [(), (Absence("ana", at("2026-11-23 18:00"), at("2026-11-24 18:00")),)])
async def test_nobody_hears_of_a_matters_end_at_night_or_while_away(away: tuple[Absence, ...]) -> None:
    town = Town("2026-11-23 17:58", absences=away)
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.delete(place)
    await town.until("2026-11-24 10:00" if away else "2026-11-23 18:01")
    await town.send("dismiss", "R-1", BEN)
    assert (await town.request()).outcome is Outcome.NOT_A_REQUEST
    assert town.to(ANA) == []


async def test_a_question_sent_twice_from_one_dialog_is_posted_once() -> None:
    town = Town()
    place = await town.post("label printer down")
    desk = await town.desk()
    opened = await town.press(Open, "R-1", ANA, step="ask")
    assert isinstance(opened, Dialog)
    assert isinstance(opened.view, FormCard)
    button = opened.view.rows[0].buttons[0]
    sent = Send(
        key=f"form|ana|{button.form}",
        happened_at=town.now,
        place=place,
        author=Author("ana", ANA.name),
        request="R-1",
        card="card:R-1",
        step="ask",
        fields={"text": "Since when?"},
        form=button.form,
    )
    answers = [said(await desk.handle(sent)) for _ in range(2)]
    assert [answer.split("\n")[1] for answer in answers] == [
        "R-1: Ana Lindqvist has it, and waits for Olga Brandt to answer."
    ] * 2
    assert town.in_thread(place) == ["Ana Lindqvist:\nSince when?"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("  ", "Write something first"),
        ("\u200b\u200d \ufeff", "Write something first"),
        ("x" * 3001, "At most 3000 characters"),
        ("\U0001f5a8" * 3000, "too long to be sent whole"),
    ],
)
async def test_a_question_without_words_or_end_comes_back(text: str, error: str) -> None:
    town = Town()
    place = await town.post("label printer down")
    answer = await town.press(Send, "R-1", ANA, step="ask", fields={"text": text})
    assert isinstance(answer, Dialog)
    assert error in plain(answer.view)
    assert town.in_thread(place) == []
    assert (await town.request()).status is Status.OPEN


async def test_a_question_on_what_is_closed_meanwhile_comes_back_with_its_words() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Solve, "R-1", OLGA)
    answer = await town.send("ask", "R-1", ANA, text="Since when?")
    shown = "R-1 is already closed, by Olga Brandt.\nWhat you wrote. Nothing was sent.\nSince when?"
    assert answer == f"{shown}\n[Not solved]\n[Back]"
    assert town.in_thread(place) == []


async def test_a_press_is_judged_by_duty_when_it_happened() -> None:
    town = Town(absences=(Absence("ben", at("2026-11-23 10:05"), at("2026-11-24 00:00")),))
    await town.post("label printer down")
    await town.wait(9)
    await town.press(Claim, "R-1", BEN, happened="2026-11-23 10:04")
    assert (await town.request()).claimed_at == at("2026-11-23 10:04")


async def test_the_claimer_may_ask_again() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", ANA, text="Which one?")
    assert "Which one?" in town.in_thread(place)[-1]
    assert (await town.request()).claimer == Author("ana", ANA.name)
