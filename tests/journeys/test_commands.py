"""What people type to the bot, and what it answers."""

from dataclasses import replace
from datetime import date

import pytest

from bot.commands import SAME, parse
from bot.decide.answers import WHOLE
from bot.events import Claim, PeopleImported, PersonRow, Uninstalled, Welcomed, Wrote
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Language, Policy
from bot.rota.shift import Role, Shift
from bot.support.request import Status
from bot.views import HelpCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, OLGA, TEAM_CHANNEL, Town, plain, shifts


@pytest.mark.parametrize("text", ["who", "WHO?", " who! ", "rota 8", "8 rota", "Rota, 8", "help"])
def test_case_order_and_marks_are_forgiven(text: str) -> None:
    assert parse(text) is not None


@pytest.mark.parametrize(
    "text", ["", "who is it", "who rota", "rota 0", "rota x", "rota -1", "help me", "who" + " " * 99]
)
def test_only_a_whole_text_is_a_command(text: str) -> None:
    assert parse(text) is None


async def test_who_says_who_is_on_duty_and_when_that_changes() -> None:
    town = Town("2026-11-20 10:00")
    answer = await town.write("who", OLGA)
    for line in ("Ana Lindqvist and Ben Okafor", "Chen Wei", "Dilan Kaya", "Wed 25 Nov, 09:00", "nobody is set yet"):
        assert line in answer
    assert "From" not in answer


async def test_who_at_night_says_who_comes_next_and_when() -> None:
    answer = await Town("2026-11-24 22:00", team=()).write("who", OLGA)
    assert "Wed 25 Nov, 09:00" in answer
    assert "nobody\nPresent\nAna Lindqvist, Ben Okafor, Chen Wei, Dilan Kaya, Eva Novak and Farid Haddad" in answer


async def test_rota_shows_the_coming_weeks_to_colleagues() -> None:
    answer = await Town().write("rota 2", EVA)
    assert "Wed 18 Nov (this iteration)" in answer
    assert "Chen Wei (Fri)" in answer
    assert "Wed 25 Nov\nSupport\nnobody is set yet" in answer
    assert (await Town().write("rota 99", EVA)).count("Wed") == 26


async def test_what_is_of_another_year_is_said_with_it() -> None:
    week = date(2027, 1, 6)
    served = (date(2025, 12, 31), "eva"), (week, "eva"), (week, "ana")
    some = [Shift(iteration, who, Role.SUPPORT) for iteration, who in served]
    town = Town("2026-12-28 10:00", team=(*shifts(date(2026, 12, 23)), *some))
    (shown,) = [line for line in (await town.write("rota 3", EVA)).splitlines() if "6 Jan" in line]
    assert shown == "Wed 6 Jan 2027"
    assert "Wed 30 Dec 2026" not in await town.write("rota 3", EVA)
    why = await town.write("rota why Eva", EVA)
    assert "31 Dec 2025" in why
    assert "6 Jan 2027" in why
    assert "Support from Wed 30 Dec" in (await town.write("pick", ANA))


async def test_rota_remembers_a_former_colleague_as_such() -> None:
    assert "former colleague" in await Town(people=(ANA, CHEN, DILAN, EVA)).write("rota", EVA)


async def test_unknown_input_gets_the_two_nearest_and_help() -> None:
    answer = await Town().write("roat", EVA)
    assert answer.startswith("I don't know that one. Try rota or ")
    assert answer.endswith(", or help for everything I do.")


async def test_a_colleague_who_tells_the_bot_a_story_hears_what_it_knows() -> None:
    assert (await Town().write("the printer is down again", EVA)).startswith("I don't know that one. Try ")


@pytest.mark.parametrize("words", ["thanks!", "ok", "👍", "hello"])
async def test_small_talk_in_ones_own_chat_gets_one_short_line(words: str) -> None:
    town = Town()
    await town.post("label printer down")
    assert await town.write(words, OLGA) == "Post in the channel what you need, or write help for everything I do."
    assert (await town.write(words, EVA)).count("\n") == 0
    german = Town(policy=Policy(language=Language.GERMAN))
    await german.post("label printer down")
    assert (
        await german.write(words, OLGA) == "Schreib in den Kanal, was du brauchst, oder hilfe für alles, was ich kann."
    )


async def test_a_colleague_on_duty_who_answers_in_their_own_chat_reads_where_that_counts() -> None:
    town = Town()
    await town.post("label printer down")
    counts = "An answer to a request counts in its thread, or by its buttons."
    assert (await town.write("I'm on it", BEN)).endswith(f"help for everything I do. {counts}")
    assert counts not in await town.write("roat", BEN)
    assert counts not in await town.write("I'm on it", EVA)


async def test_help_shows_what_the_reader_may_use() -> None:
    assert "rota" in await Town().write("help", EVA)
    assert "rota" not in await Town().write("help", OLGA)


@pytest.mark.parametrize("language", Language)
async def test_help_names_whatever_else_is_said_with_a_commands_word(language: Language) -> None:
    town = Town(policy=Policy(language=language))
    answer = await town.write("help", EVA)
    for words in ("rota why Ana", "rota fairness", "rota history", "away Ana"):
        assert words in answer, words


async def test_somebody_who_writes_personally_is_asked_whether_to_raise_it() -> None:
    assert "Shall I raise this with support?" in await Town().write("label printer down", OLGA)
    assert "Post in the channel what you need" in await Town().write("hi", OLGA)


async def test_whoever_installs_the_bot_is_welcomed() -> None:
    town = Town()
    for who in (OLGA, Author("eva", EVA.name)):
        await town._handle(Welcomed(key=f"w{who.id}", happened_at=town.now, place=personal(who.id), author=who))
    olgas, evas = (message.view for message in town.teams.sent)
    assert "Post in the channel what you need" in plain(olgas)
    assert typed(olgas) == ["help", "who", "my requests", "privacy"]
    assert typed(evas)[0] == "help"


async def test_the_first_help_after_the_welcome_is_not_the_same_card_again() -> None:
    town = Town()
    await town._handle(Welcomed(key="w", happened_at=town.now, place="person:olga", author=OLGA))
    assert "Who is on duty now" not in town.teams.sent[0].text
    assert "Who is on duty now" in await town.write("help", OLGA)


async def test_who_cannot_be_reached_is_shown_to_an_admin_where_others_do_not_read() -> None:
    town = Town(people=(ANA, BEN, CHEN, DILAN, FARID, replace(EVA, entra_object_id="")))
    town.teams.refuse["person:ben"] = "has not installed the app"
    town.teams.refuse[f"{TEAM_CHANNEL}"] = "the bot was removed"
    await town.post("label printer down")
    await town.wait(15)
    answer = await town.write("who", FARID)
    assert "Ben Okafor\nhas not installed the app" in answer
    assert f"{TEAM_CHANNEL}\nthe bot was removed" in answer
    assert "Eva Novak\nhas no Entra id" in answer
    assert "has not installed" not in await town.write("who", ANA)
    place = await town.post("who", FARID, addressed=True)
    assert "has not installed" not in town.in_thread(place)[0]


async def test_who_cannot_be_reached_is_still_known_after_the_answer() -> None:
    town = Town()
    town.teams.refuse["person:ben"] = "has not installed the app"
    await town.post("label printer down")
    await town.wait(2)
    await town.press(Claim, "R-1", ANA)
    assert (await (await town.desk()).state()).facts.unreachable == {"person:ben": "has not installed the app"}


async def test_whoever_removed_the_bot_is_shown_until_it_is_there_again() -> None:
    town = Town()
    for kind, shown in ((Uninstalled, True), (Welcomed, False)):
        for author in (Author("ben", BEN.name), OLGA):
            key, place = f"{kind.__name__} {author.id}", f"person:{author.id}"
            await town._handle(kind(key=key, happened_at=town.now, place=place, author=author))
        assert "olga" not in await town.write("who", FARID)
        assert ("Ben Okafor\nI was removed there" in await town.write("who", FARID)) is shown


async def test_small_talk_with_the_bot_gets_help_for_colleagues_too() -> None:
    town = Town()
    assert "I watch the channel" in await town.write("hi", EVA)
    place = await town.post("hello", EVA, addressed=True)
    assert town.in_thread(place) == []
    assert "I watch the channel" in town.to(EVA)[1].text


async def test_who_can_be_reached_again_is_forgotten() -> None:
    town = Town()
    town.teams.refuse["person:ben"] = "has not installed the app"
    await town.post("label printer down")
    await town.wait(2)
    town.teams.refuse.clear()
    await town.write("help", BEN)
    assert "has not installed" not in await town.write("who", FARID)


async def test_an_admin_is_known_by_e_mail_too() -> None:
    town = Town(people=(ANA, BEN, replace(EVA, email="Farid"), replace(CHEN, entra_object_id="")))
    assert "has no Entra id" in await town.write("who", EVA)
    assert "has no Entra id" in await town.write("who", Author("farid", "Farid Haddad"))


async def test_imported_people_are_known_at_once() -> None:
    town = Town(people=(ANA, BEN, CHEN))
    row = PersonRow("line 2", EVA, frozenset({"name", "entra_object_id"}))
    await town._handle(PeopleImported(key="import", happened_at=town.now, rows=(row,)))
    assert "Wed 18 Nov" in await town.write("rota", EVA)


async def test_a_colleague_who_addresses_the_bot_in_the_channel_with_anything_else_hears_what_it_knows_aside() -> None:
    town = Town()
    place = await town.post("what now", EVA, addressed=True)
    assert town.in_thread(place) == []
    assert town.to(EVA)[0].text.startswith("I don't know that one.")
    assert await town.requests() == []


async def test_the_rota_is_shown_aside_in_the_channel_and_openly_in_the_team_channel() -> None:
    town = Town()
    place = await town.post("rota", EVA, addressed=True)
    assert town.in_thread(place) == []
    assert "Wed 18 Nov" in town.to(EVA)[0].text
    asked = Wrote(
        key="in the team channel",
        happened_at=town.now,
        place=f"{TEAM_CHANNEL};messageid=5",
        author=Author("eva", EVA.name),
        text="rota",
        addressed=True,
    )
    await town._handle(asked)
    assert "Wed 18 Nov" in town.teams.messages["rota:in the team channel"].text


@pytest.mark.parametrize("text", ["whoo", "roat 4", "hlep"])
async def test_a_mistyped_command_in_a_thread_is_no_answer_to_it(text: str) -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, text, ANA, addressed=True)
    assert (await town.request()).status is Status.OPEN
    assert town.to(ANA)[0].text.startswith("I don't know that one.")
    await town.reply(place, "I am looking into it", ANA, addressed=True)
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_a_requester_hears_only_of_commands_that_are_theirs() -> None:
    answer = await Town().write("whoo", OLGA)
    assert answer.startswith("I don't know that one. Try who or ")


async def test_a_colleague_who_means_a_request_is_asked_whether_to_raise_it_too() -> None:
    assert "Shall I raise this with support?" in await Town().write("request: label printer", EVA)


async def test_whoever_reads_german_gets_german() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    answer = await town.write("who", OLGA)
    for line in ("Wer Dienst hat", "Ana Lindqvist und Ben Okafor", "Nächster Wechsel", "Mi 25.11., 09:00"):
        assert line in answer
    assert "Wer gerade Dienst hat" in await town.write("help", OLGA)
    assert (await town.write("roat", EVA)).startswith("Das kenne ich nicht. Versuch rota oder ")
    unknown = "Das kenne ich nicht. Versuch datenschutz oder meine anfragen, oder hilfe für alles, was ich kann."
    assert await town.write("datenschuz", OLGA) == unknown
    assert "Soll ich das" in await town.write("Hilfe, Drucker", OLGA)


async def test_a_place_refused_twice_for_the_same_reason_is_shown_once() -> None:
    town = Town()
    town.teams.refuse["person:ben"] = "has not installed the app"
    await town.write("help", BEN)
    await town.write("help", BEN)
    assert (await town.write("who", FARID)).count("has not installed the app") == 1


def typed(view: object) -> list[str]:
    assert isinstance(view, HelpCard)
    return [button.title for row in view.rows for button in row.buttons]


async def test_what_needs_no_more_words_can_be_pressed_in_ones_own_chat() -> None:
    town = Town()
    for who, may in (
        (OLGA, ["who", "my requests", "privacy"]),
        (
            EVA,
            [
                "who",
                "absence",
                "swap",
                "cover",
                "rota",
                "pick",
                "calendar",
                "requests",
                "alerts",
                "report",
                "deploy",
                "my requests",
                "privacy",
            ],
        ),
        (
            FARID,
            [
                "who",
                "absence",
                "swap",
                "cover",
                "people",
                "policy",
                "rota",
                "pick",
                "calendar",
                "requests",
                "alerts",
                "report",
                "deploy",
                "my requests",
                "privacy",
            ],
        ),
    ):
        await town.write("help", who)
        assert typed(town.teams.sent[-1].view) == may
    await town.post("help", OLGA, addressed=True)
    assert typed(town.teams.sent[-1].view) == []
    await town.post("help", EVA, addressed=True)
    assert typed(town.to(EVA)[-1].view) == [
        "who",
        "absence",
        "swap",
        "cover",
        "rota",
        "pick",
        "calendar",
        "requests",
        "alerts",
        "report",
        "deploy",
        "my requests",
        "privacy",
    ]


def test_each_button_of_help_is_a_command_by_itself() -> None:
    for words in WHOLE:
        found = parse(words)
        assert found is not None
        assert found[0].name == words


@pytest.mark.parametrize(("words", "command"), list(SAME.items()))
def test_requesters_may_type_german(words: str, command: str) -> None:
    for text in (words, words.upper(), f"{words}?"):
        found = parse(text)
        assert found is not None
        assert found[0].name == command


async def test_help_on_a_german_desk_names_the_commands_in_german() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    await town.write("Hilfe", OLGA)
    view = town.teams.sent[-1].view
    assert typed(view) == ["wer", "meine anfragen", "datenschutz"]
    assert isinstance(view, HelpCard)
    assert [fact.label for fact in view.commands] == ["wer", "meine anfragen", "hilfe", "datenschutz"]


@pytest.mark.parametrize("text", ["help", "hello"])
async def test_until_the_bot_hears_every_post_a_requester_is_told_to_mention_it(text: str) -> None:
    town = Town()
    assert "Post in the channel what you need and mention me" in await town.write(text, OLGA)
    await town.post("label printer down")
    assert "mention" not in await town.write(text, OLGA)


@pytest.mark.parametrize(
    ("typed", "by", "written"),
    [
        ("away -5", BEN, "away 45"),
        ("away tomorrow", BEN, "away 45"),
        ("pause tomorrow", FARID, "pause 15:30"),
        ("pause 99999h", FARID, "pause 15:30"),
        ("rota 0", EVA, "rota 8"),
        ("triage r1", EVA, "triage R-42"),
        ("desk ops", EVA, "desk alone"),
    ],
)
async def test_a_command_that_is_not_written_so_is_answered_with_how_it_is(
    typed: str, by: Person, written: str
) -> None:
    assert f"Try {written} or " in await Town().write(typed, by)


async def test_nobody_is_told_how_a_command_is_written_that_is_not_theirs() -> None:
    assert "pause" not in await Town().write("pause tomorrow", EVA)


async def test_in_german_too_a_command_that_is_not_written_so_is_answered_with_how_it_is() -> None:
    assert "Versuch wer allein oder " in await Town(policy=Policy(language=Language.GERMAN)).write("wer da", EVA)


async def test_a_colleague_who_only_mentions_the_bot_gets_help() -> None:
    town = Town()
    await town.post("", EVA, addressed=True)
    assert "What I do, and what you can ask me" in town.to(EVA)[0].text
