"""From an empty channel to a working desk."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.calendars.almanac import Almanac
from bot.decide.desk.legs import PAGE
from bot.decide.desk.setup import MOST_CARDS
from bot.effects import Dialog, Word
from bot.events import AdminMet, Delivered, Open, RosterFetched, Send
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Language, Page, Policy
from bot.rota.shift import Role, Shift
from bot.state import Member, Roster, TeamChannel
from bot.teams.inbound import LONGEST_ID
from bot.views import DeskCard, FormCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHANNEL,
    EVA,
    FARID,
    ITERATION,
    OLGA,
    TEAM,
    TEAM_CHANNEL,
    TRIAGE,
    Town,
    plain,
    said,
)

FARID_HIMSELF = Author("farid", FARID.name)
NAMES = ("Ana Lindqvist", "Ben Okafor", "Farid Haddad", "Olga Brandt")
MEMBERS = tuple(Member(name.split()[0].casefold(), name, f"{name.split()[0].casefold()}@example.com") for name in NAMES)
CHANNELS = (TeamChannel("19:general@thread.tacv2", "General"), TeamChannel(TEAM_CHANNEL, "Backend team"))
CARD = "setup.me"
PAGES = (Page("Printers", "https://wiki.example.com/printers"),)


def empty(**more: object) -> Town:
    """A desk that was just made of a channel, whose team Teams knows."""
    town = Town(people=(), team=(), team_channel="", **more)  # type: ignore[arg-type]
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    return town


async def asked(town: Town) -> tuple[str, str]:
    """Write setup in the channel; return the keys of the card in the thread and of the one in Farid's chat."""
    place = await town.post("setup", FARID_HIMSELF, addressed=True)
    keys = [message.key for message in town.teams.sent[-2:]]
    assert [message.place for message in town.teams.sent[-2:]] == [personal("farid"), place]
    return keys[1], keys[0]


async def step(town: Town, name: str, choice: str = "", **fields: str) -> str:
    return await town.send(name, "", FARID, card=CARD, choice=choice, **fields)


async def form(town: Town, name: str = "setup", choice: str = "") -> FormCard:
    return await town.open(name, "", FARID, choice, card=CARD)


async def sent(town: Town, form_: FormCard, title: str = "Save and go on", **typed: str) -> FormCard:
    """Fill a form in beside what it was drawn with, and press one of its buttons: clients send no empty input then."""
    button = next(one for row in form_.rows for one in row.buttons if one.title == title)
    values = {field.id: field.value for field in form_.fields} | typed
    filled = {id_: text for id_, text in values.items() if text}
    opening = {"step": button.step, "choice": button.choice, "form": button.form}
    answer = await town.press(Send, "", FARID, card=CARD, fields=filled, **opening)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    return answer.view


async def people(town: Town) -> list[str]:
    return sorted((await (await town.desk()).state()).rota.people)


async def test_setup_answers_in_the_thread_and_in_the_admins_own_chat() -> None:
    town = empty()
    public, own = await asked(town)
    card = town.teams.messages[public].view
    assert isinstance(card, DeskCard)
    assert card.title == "Support for this channel · backend"
    assert [button.title for button in card.opens] == ["Set up…"]
    assert not card.presses
    assert "This team has 4 people, and 2 other channels." in town.teams.messages[own].text
    assert "[Go on here]" in town.teams.messages[own].text


async def test_setup_goes_from_an_empty_channel_to_a_working_desk() -> None:
    town = empty()
    public, own = await asked(town)
    first = await form(town)
    assert first.title == "People"
    assert [choice.title for choice in first.fields[0].choices] == list(NAMES)
    assert "Production access" in await step(town, "setup.people", "0", people="ana,ben,farid", emails="")
    assert "Days off" in await step(town, "setup.access", production_access="ana")
    assert "Experience" in await step(town, "setup.days", days="Ben Okafor: Fri")
    assert "On duty this week" in await step(town, "setup.experienced", experienced="ana,farid")
    assert "Team channel" in await step(town, "setup.pair", first="ana", second="ben")
    assert "Slack, Jira, handbook" in await step(town, "setup.channel", channel=TEAM_CHANNEL)
    assert "Pages" in await step(town, "setup.tools", slack_channel="#bugs", jira_project="EDGE", handbook="")
    pages = "Printers, https://wiki.example.com/printers\nhttps://wiki.example.com/all"
    assert "Training" in await step(town, "setup.pages", documentation=pages, admin_pages="Admin https://a.example.com")
    end = await step(town, "setup.contacts", training="Dana\nOlga Brandt", language="de")
    assert "Set up: People; Production access; Days off" in end
    assert "Post something in the channel to try it" in end
    state = await (await town.desk()).state()
    assert state.facts.setup is None
    people = state.rota.people
    assert sorted(people) == ["ana", "ben", "farid"]
    assert people["ben"].working_days == {0, 1, 2, 3}
    assert people["ana"].production_access
    assert not people["ben"].experienced
    assert [(one.person, one.role) for one in state.rota.of(ITERATION)] == [
        ("ana", Role.SUPPORT),
        ("ben", Role.SUPPORT),
    ]
    policy = state.desk.policy
    assert (state.desk.team_channel, policy.slack_channel, policy.jira_project) == (TEAM_CHANNEL, "#bugs", "EDGE")
    assert policy.documentation[0] == Page("Printers", "https://wiki.example.com/printers")
    assert [(one.name, one.id) for one in policy.training] == [("Dana", ""), ("Olga Brandt", "olga")]
    assert policy.language is Language.GERMAN
    assert "Erwähne mich und schreib, was du brauchst" in town.teams.messages[public].text
    assert "Set up. Post something" in town.teams.messages[own].text
    await town.post("label printer down")
    assert "Ana Lindqvist oder @Ben Okafor" in town.card()


async def test_every_step_can_be_skipped_and_what_is_missing_is_said_at_the_end() -> None:
    town = empty()
    await asked(town)
    for name in ("people", "access", "days", "experienced", "pair", "channel", "tools", "pages"):
        assert "Still to do: " in await step(town, "setup.skip", f"setup.{name}")
    end = await step(town, "setup.skip", "setup.contacts")
    for missing in (
        "People: nobody is in it yet",
        "Support this week: nobody is on duty",
        "Team channel: none",
        "Slack, Jira, handbook: empty: Jira project (key or address of a new ticket)",
        "Mention mode: on, until I hear a post",
    ):
        assert missing in end


async def test_one_goes_on_where_one_stopped_after_a_restart_too() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", people="ana")
    await step(town, "setup.skip", "setup.access")
    await town.restart()
    await asked(town)
    assert (await form(town)).title == "Days off"
    every = plain(await form(town, "setup.all"))
    assert "Production access: nobody has it" in every
    assert "People: ready" in every


async def test_a_desk_that_has_all_is_told_so_and_can_be_set_up_again() -> None:
    town = Town()
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    await asked(town)
    assert (await form(town)).title == "Slack, Jira, handbook"
    await step(town, "setup.end")
    assert (await form(town)).title == "Desk backend"
    assert "Step 1 of 9" in await step(town, "setup.again")


async def test_where_nothing_is_left_to_do_one_sees_all_steps_and_the_end() -> None:
    town = Town(policy=Policy(slack_channel="#bugs", jira_project="EDGE", documentation=PAGES, admin_pages=PAGES))
    await asked(town)
    every = await form(town)
    assert every.title == "All steps"
    assert "[Finish]" in plain(every)
    await town.post("label printer down")
    assert "Nothing is missing." in await step(town, "setup.end")


async def test_a_setup_is_the_admins_alone() -> None:
    town = Town()
    assert "Setup of" not in await town.write("setup", EVA)
    for by in (EVA, OLGA):
        answer = await town.press(Open, "", by, card=CARD, step="setup")
        assert isinstance(answer, Word)
        assert answer.text == "This is for the desk's admins: Farid Haddad."
    assert await town.requests() == []


async def test_whom_the_policy_names_is_an_admin_too() -> None:
    town = Town(policy=Policy(admins=("eva",)))
    assert "Setup of backend" in await town.write("setup", EVA)


async def test_an_admin_who_is_known_by_e_mail_only_becomes_one_by_id() -> None:
    town = empty()
    lea = Author("lea", "Lea")
    for number in range(2):
        await town._handle(AdminMet(key=f"m{number}", happened_at=town.now, author=lea))
    assert (await (await town.desk()).state()).desk.policy.admins == ("lea",)
    assert "Setup of backend" in await town.write("setup", lea)


async def test_large_teams_are_shown_forty_at_a_time() -> None:
    town = empty()
    many = tuple(Member(f"m{number:03}", f"Member {number:03}") for number in range(90))
    town.teams.roster = Roster(town.now, many)
    await asked(town)
    first = await form(town)
    assert first.fields[0].label == "Who is a backend colleague (page 1 of 3)"
    assert len(first.fields[0].choices) == 40
    assert "page 2 of 3" in await step(town, "setup.people", "0>", people="m003")
    assert "page 3 of 3" in await step(town, "setup.people", "1>", people="m044")
    last = await form(town, "setup.people", "2")
    assert len(last.fields[0].choices) == 10
    assert "Save, next page" not in plain(last)
    await step(town, "setup.people", "2", people="m089,m003")
    assert sorted((await (await town.desk()).state()).rota.people) == ["m003", "m044", "m089"]
    everybody = ",".join(one.id for one in many[:40])
    await step(town, "setup.people", "0", people=everybody)
    full = await form(town, "setup.people", "0")
    assert all(len(one.choice) <= LONGEST_ID for row in full.rows for one in row.buttons)
    assert "page 2 of 3" in plain(await sent(town, full, "Save, next page", people=everybody.removeprefix("m000,")))
    assert len(await people(town)) == 41


async def test_a_page_of_the_list_takes_nobody_off_who_stands_on_another() -> None:
    town = empty()
    town.teams.roster = Roster(town.now, tuple(Member(f"m{one:03}", f"Member {one:03}") for one in range(PAGE + 5)))
    await asked(town)
    first, second = [await form(town, "setup.people", page) for page in ("0", "1")]
    await sent(town, first, people="m000,m001")
    await sent(town, second, people="m040,m041")
    assert await people(town) == ["m000", "m001", "m040", "m041"]
    first, second = [await form(town, "setup.people", page) for page in ("0", "1")]
    assert (first.fields[0].value, second.fields[0].value) == ("m000,m001", "m040,m041")
    assert (await sent(town, second, people="m041")).note.startswith("Taken off the list: Member 040.")
    assert (await sent(town, first, "Save, next page", people="m001")).note.startswith(
        "Taken off the list: Member 000."
    )
    assert await people(town) == ["m001", "m041"]


async def test_pasted_e_mails_are_matched_with_the_team_and_kept_where_they_are_not() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", emails="Ana Lindqvist <ANA@example.com>; Zoe.Ash@example.com\n")
    people = (await (await town.desk()).state()).rota.people
    assert people["ana"].entra_object_id == "ana"
    assert people["zoe.ash@example.com"].name == "Zoe Ash"
    assert "Can't be reached\nZoe Ash" in town.teams.sent[0].text


@pytest.mark.parametrize("zoe", [Person("z", "Zoe Ash", "z"), Person("z", "Zoe Ash", email="ash@example.com")])
async def test_an_e_mail_is_not_given_to_a_namesake_who_is_known_by_more_than_the_name(zoe: Person) -> None:
    town = Town(people=(zoe, FARID), team=())
    await asked(town)
    added = await sent(town, await form(town, "setup.people"), emails="zoe.ash@example.com")
    assert (
        "Added as somebody else, since a namesake is known by another e-mail or an Entra id: Zoe Ash 2, "
        "zoe.ash@example.com. If it is the same person after all, let this one leave with people."
    ) in added.note
    now = (await (await town.desk()).state()).rota.people
    assert now["z"] == zoe
    assert now["zoe.ash@example.com"].name == "Zoe Ash 2"
    again = await sent(town, await form(town, "setup.people"), emails="zoe.ash@example.com")
    assert "somebody else" not in again.note
    assert len(await people(town)) == 3


async def test_an_e_mail_of_somebody_who_is_known_by_name_only_is_theirs_and_it_is_said() -> None:
    town = Town(people=(Person("Zoe Ash", "Zoe Ash", production_access=True), FARID), team=())
    await asked(town)
    note = (await sent(town, await form(town, "setup.people"), emails="zoe.ash@example.com")).note
    assert "Taken as theirs who were known by name only: Zoe Ash, zoe.ash@example.com." in note
    assert (await (await town.desk()).state()).rota.people["zoe.ash@example.com"].production_access


async def test_two_e_mails_that_make_one_name_are_two_people_who_can_be_told_apart() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", emails="zoe.ash@a.com, zoe.ash@b.com; zoe.ash@c.com, ana.lindqvist@x.com")
    named = {one.name for one in (await (await town.desk()).state()).rota.people.values()}
    assert named == {"Zoe Ash", "Zoe Ash 2", "Zoe Ash 3", "Ana Lindqvist"}


async def test_an_e_mail_beside_a_ticked_namesake_of_whom_teams_says_none_is_somebody_else() -> None:
    town = empty()
    town.teams.roster = Roster(town.now, (Member("ana", "Ana Lindqvist"),))
    await asked(town)
    await step(town, "setup.people", "0", people="ana", emails="ana.lindqvist@example.com")
    assert await people(town) == ["ana", "ana.lindqvist@example.com"]


async def test_what_is_no_e_mail_is_said_and_nothing_that_was_typed_is_lost() -> None:
    town = empty()
    await asked(town)
    again = await step(town, "setup.people", "0", people="ana", emails="ben(at)example.com")
    assert '"ben(at)example.com" is no e-mail address' in again
    assert "ben(at)example.com" in again.splitlines()
    assert not (await (await town.desk()).state()).rota.people


async def test_somebody_chosen_by_mistake_is_taken_back_unless_they_serve() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", people="ana,ben,olga")
    await step(town, "setup.pair", first="ana", second="ben")
    following = await sent(town, await form(town, "setup.people"), people="ben")
    assert await people(town) == ["ana", "ben"]
    assert "Taken off the list: Olga Brandt." in following.note
    assert "Kept, since they are on duty or planned for: Ana Lindqvist. people lets them leave." in following.note


async def test_a_form_of_people_takes_nobody_back_whom_it_did_not_show_as_ticked() -> None:
    town = empty()
    await asked(town)
    first, old = [await form(town) for _ in range(2)]
    await sent(town, first, people="ana,ben,farid,olga")
    assert "list" not in (await sent(town, old, people="ana")).note
    assert await people(town) == ["ana", "ben", "farid", "olga"]
    again = await sent(town, old, people="ana", emails="no address")
    await sent(town, again, people="ana", emails="")
    assert await people(town) == ["ana", "ben", "farid", "olga"]


async def test_whoever_is_unticked_and_was_there_before_the_setup_is_kept_and_it_is_said() -> None:
    town = Town()
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    await asked(town)
    drawn = await form(town, "setup.people")
    said_ = (await sent(town, drawn, people="ana,ben")).note
    assert "Kept, since they were in the list before this setup: Farid Haddad. people lets them leave." in said_
    assert "farid" in await people(town)


async def test_whom_others_took_off_the_list_meanwhile_is_nobody_to_take_off() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    first, second, third = [await form(town, "setup.people") for _ in range(3)]
    await sent(town, first, people="ana")
    assert "list" not in (await sent(town, second, people="ana")).note
    await sent(town, third, people="ana,ben,farid")
    assert await people(town) == ["ana", "farid"]


async def test_whoever_was_there_before_the_setup_stays_and_is_known_by_e_mail() -> None:
    known = replace(ANA, id="ana@example.com", entra_object_id="", email="ana@example.com", production_access=True)
    town = Town(people=(known, replace(BEN, id="ben@x.com", entra_object_id="", email="ben@x.com")), team=())
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    await asked(town)
    people = (await (await town.desk()).state()).rota.people
    assert people["ana"].production_access
    await step(town, "setup.people", "0", people="")
    assert set((await (await town.desk()).state()).rota.people) == {"ana", "ben@x.com"}


async def test_two_people_with_the_same_e_mail_are_a_question_and_no_error() -> None:
    one = replace(ANA, id="x", entra_object_id="x", email="ben@example.com")
    town = Town(people=(one, BEN), team=())
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    await asked(town)
    assert "mend the one that is wrong" in await step(town, "setup.people", "0", people="ben")


async def test_two_rows_that_are_one_member_of_the_team_are_kept_apart_and_it_is_said() -> None:
    mailed = replace(BEN, id="ben.o@x.com", name="Ben O", entra_object_id="", email="ben@example.com")
    town = Town(people=(BEN, FARID, mailed), team=())
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    _, own = await asked(town)
    shown = town.teams.messages[own].text
    assert "This team has 4 people" in shown
    assert "Ben O has the e-mail of Ben Okafor. I keep both." in shown
    assert set((await (await town.desk()).state()).rota.people) == {"ben", "farid", "ben.o@x.com"}


async def test_whoever_this_setup_added_by_e_mail_and_then_recognised_can_be_taken_back() -> None:
    town = empty()
    roster, town.teams.roster = town.teams.roster, None
    await asked(town)
    await step(town, "setup.people", emails="ben@example.com")
    town.teams.roster = roster
    await step(town, "setup.look")
    assert set((await (await town.desk()).state()).rota.people) == {"ben"}
    await sent(town, await form(town, "setup.people"), people="ana")
    assert set((await (await town.desk()).state()).rota.people) == {"ana"}


async def test_while_teams_has_not_answered_one_can_go_on_with_e_mails() -> None:
    town = empty()
    roster, town.teams.roster = town.teams.roster, None
    _, own = await asked(town)
    assert "I am asking Teams" in town.teams.messages[own].text
    waiting = await form(town)
    assert waiting.note.endswith("\nI am asking Teams who is in this team.")
    assert [field.label for field in waiting.fields] == ["E-mails, one a line"]
    assert "[Show the list]" in plain(waiting)
    assert "[Show the list]" in await step(town, "setup.look")
    await step(town, "setup.people", "0", emails="ben@example.com")
    town.teams.roster = roster
    await step(town, "setup.look")
    assert "4 people" in town.teams.messages[own].text
    assert list((await (await town.desk()).state()).rota.people) == ["ben"]


@pytest.mark.parametrize(
    ("people", "channels", "words"),
    [(1, 0, "This team has 1 person, and no other channels."), (2, 1, "This team has 2 people, and 1 other channel.")],
)
async def test_how_large_the_team_is_is_said_as_one_says_it(people: int, channels: int, words: str) -> None:
    town = empty()
    town.teams.roster = Roster(town.now, MEMBERS[:people], CHANNELS[:channels])
    _, own = await asked(town)
    assert words in town.teams.messages[own].text


async def test_a_failed_fetch_is_said_kindly_and_can_be_tried_again() -> None:
    town = empty()
    roster, town.teams.roster = town.teams.roster, Roster(town.now, failure="it does not answer")
    _, own = await asked(town)
    assert "Teams did not tell me who is in this team: it does not answer." in town.teams.messages[own].text
    failed = await form(town)
    assert "You can go on with e-mails, or ask again." in failed.note
    assert "[Ask Teams again]" in plain(failed)
    town.teams.roster = roster
    assert "People" in await step(town, "setup.look")
    assert "ask" not in (await form(town)).note
    assert [choice.id for choice in (await form(town)).fields[0].choices] == ["ana", "ben", "farid", "olga"]


async def test_a_roster_that_is_an_hour_old_is_asked_for_again_and_a_failure_keeps_it() -> None:
    town = empty()
    await asked(town)
    town.now += timedelta(minutes=30)
    town.teams.roster = None
    await asked(town)
    assert "4 people" in town.teams.sent[-2].text
    town.teams.roster = Roster(town.now, failure="it does not answer")
    state = await (await town.desk()).state()
    assert state.facts.setup is not None
    late = RosterFetched(key="late", happened_at=town.now, effect="0.0", place="roster", roster=town.teams.roster)
    await town._handle(late)
    state = await (await town.desk()).state()
    assert state.facts.setup is not None
    assert state.facts.setup.roster is not None
    assert len(state.facts.setup.roster.members) == 4


async def test_a_setup_that_nobody_goes_on_with_keeps_no_roster() -> None:
    town = empty()
    await asked(town)
    await town.sleep_until("2026-11-23 21:59")
    state = await (await town.desk()).state()
    assert state.facts.setup is not None
    assert state.facts.setup.roster is not None
    await town.sleep_until("2026-11-23 22:01")
    state = await (await town.desk()).state()
    assert state.facts.setup is not None
    assert state.facts.setup.roster is None


async def test_a_roster_that_is_kept_no_longer_is_not_said_to_be_asked_for() -> None:
    town = empty()
    _, own = await asked(town)
    await town.sleep_until("2026-11-24 09:00")
    for name in ("setup.people", "setup.channel"):
        drawn = await form(town, name)
        assert "I don't know who is in this team now, since I keep that for a short while only." in drawn.note
        assert "I am asking Teams" not in drawn.note
        assert "[Ask Teams again]" in plain(drawn)
    await town.send("setup.skip", "", FARID, card=own, choice="setup.days")
    assert "I don't know who is in this team now" in town.teams.messages[own].text
    roster, town.teams.roster = town.teams.roster, None
    asking = await sent(town, await form(town, "setup.people"), "Ask Teams again")
    assert "I am asking Teams who is in this team." in asking.note
    assert "[Show the list]" in plain(asking)
    town.teams.roster = roster


async def test_the_teams_channels_can_be_asked_for_where_they_are_not_known() -> None:
    town = empty()
    await asked(town)
    await town.sleep_until("2026-11-24 09:00")
    assert len((await form(town, "setup.channel")).fields[0].choices) == 1
    await sent(town, await form(town, "setup.channel"), "Ask Teams again")
    shown = await form(town, "setup.channel")
    assert [one.title for one in shown.fields[0].choices][1:] == ["General", "Backend team"]
    assert "Ask Teams again" not in plain(shown)


async def test_who_was_ticked_is_not_lost_with_the_list_of_the_team() -> None:
    town = empty()
    await asked(town)
    drawn = await form(town)
    roster, town.teams.roster = town.teams.roster, None
    await town.sleep_until("2026-11-24 09:00")
    back = await sent(town, drawn, people="ana,ben", emails="zoe@example.com")
    assert back.title == "People"
    assert "Nothing was saved. I no longer know who is in this team, and I am asking Teams again." in back.error
    assert "your ticks and e-mails are kept" in back.error
    assert await people(town) == []
    waiting = await sent(town, back, "Show the list")
    town.teams.roster = roster
    await sent(town, await form(town, "setup.people"), "Show the list")
    shown = await sent(town, waiting, "Show the list")
    assert {field.id: field.value for field in shown.fields} == {"people": "ana,ben", "emails": "zoe@example.com"}
    await sent(town, shown)
    assert await people(town) == ["ana", "ben", "zoe@example.com"]


async def test_a_form_whose_list_is_lost_takes_nobody_off_it() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    drawn = await form(town, "setup.people")
    roster, town.teams.roster = town.teams.roster, None
    await town.sleep_until("2026-11-24 09:00")
    back = await sent(town, drawn, people="farid")
    await sent(town, back, emails="zoe@example.com")
    assert await people(town) == ["ana", "ben", "zoe@example.com"]
    town.teams.roster = roster
    await sent(town, back, "Show the list")
    shown = await sent(town, back, "Show the list")
    assert shown.fields[0].value == "ana,ben,farid", "whom it showed is ticked, and whoever was ticked besides"


async def test_whoever_was_ticked_and_is_no_longer_in_the_team_is_said() -> None:
    town = empty()
    await asked(town)
    drawn = await form(town)
    town.teams.roster = Roster(town.now, MEMBERS[1:], CHANNELS)
    town.now += timedelta(hours=2)
    await asked(town)
    back = await sent(town, drawn, people="ana,ben")
    assert "Nothing was saved yet. Somebody who was ticked is no longer in this team." in back.error
    assert back.fields[0].value == "ben"
    assert await people(town) == []
    await sent(town, back)
    assert await people(town) == ["ben"]


async def test_without_people_the_days_off_step_says_to_add_them_first() -> None:
    town = empty()
    await asked(town)
    assert "Add people first: days off are theirs." in await step(town, "setup.days", days="Ben: Fri")


async def test_somebody_is_added_from_the_teams_list_without_the_rest_of_the_walk() -> None:
    town = Town()
    roster = Roster(town.now, MEMBERS, CHANNELS)
    assert "[From the team's list]" in plain(await form(town, "people"))
    assert "I am asking Teams" in await step(town, "setup.look")
    town.teams.roster = roster
    await step(town, "setup.look")
    assert "Olga Brandt" in [one.title for one in (await form(town, "setup.people")).fields[0].choices]
    assert "Desk backend" in await step(town, "setup.people", "0", people="ana,ben,farid,olga")
    assert "olga" in (await (await town.desk()).state()).rota.people


async def test_absurdly_many_or_odd_e_mails_are_refused_kindly() -> None:
    town = empty()
    await asked(town)
    crowd = "\n".join(f"p{number}@example.com" for number in range(101))
    assert "At most 100 e-mails at once, please; these are 101." in await step(town, "setup.people", "0", emails=crowd)
    for odd in ("a\u200b@example.com", f"{'x' * 150}@example.com"):
        assert "is no e-mail address" in await step(town, "setup.people", "0", emails=odd)
    assert "at most 40 lines" in await step(town, "setup.days", days="x\n" * 41)


async def test_a_roster_that_comes_after_the_end_is_dropped() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.end")
    late = RosterFetched(
        key="late", happened_at=town.now, effect="0.0", place="roster", roster=Roster(town.now, MEMBERS)
    )
    assert isinstance(late, Delivered)
    await town._handle(late)
    assert (await (await town.desk()).state()).facts.setup is None


async def test_days_off_are_read_by_name_and_what_is_not_clear_is_asked() -> None:
    town = empty()
    await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    again = await step(town, "setup.days", days="ben: Fri\nChen: Fri\nana: Sunday\nana: Mon Tue Wed Thu Fri")
    assert '"Chen: Fri": begin with one of Ana Lindqvist or Ben Okafor' in again
    assert '"ana: Sunday": "Sunday": write days of Mon Tue Wed Thu Fri' in again
    assert "leave at least one day" in again
    await step(town, "setup.days", days="ben@example.com: fri, Mon")
    assert (await (await town.desk()).state()).rota.people["ben"].working_days == {1, 2, 3}
    assert "Ben Okafor: Mon Fri" in plain(await form(town, "setup.days"))


async def test_a_name_that_several_have_is_answered_with_theirs_alone() -> None:
    town = Town(people=(ANA, replace(EVA, name="Eva Lindqvist"), BEN, FARID))
    again = await step(town, "setup.days", days="Lindqvist: Fri")
    assert '"Lindqvist: Fri": begin with one of Ana Lindqvist or Eva Lindqvist, then a colon' in again


async def test_the_end_leads_to_what_is_missing() -> None:
    town = empty()
    _, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    end = await step(town, "setup.end")
    assert "[Production access]" in end
    assert "[Team channel]" in end
    assert "[People]" not in end
    drawn = await town.open("setup.pair", "", FARID, card=own)
    assert drawn.note.startswith("Step 5 of 9. Still to do: Production access; Support this week;")
    await town.send("setup.pair", "", FARID, card=own, first="ana", second="ben")
    assert "nobody of the pair has production access" in town.teams.messages[own].text


async def test_of_a_week_with_two_teams_the_pair_is_the_one_whose_days_it_is() -> None:
    days = {"ana": {2, 3, 4}, "ben": {2, 3, 4}, "eva": {0, 1}, "farid": {0, 1}}
    team = tuple([Shift(ITERATION, id_, Role.SUPPORT, frozenset(some)) for id_, some in days.items()])
    drawn = await Town(team=team).open("setup.pair", "", FARID, card=CARD)
    assert [one.value for one in drawn.fields] == ["eva", "farid"]


async def test_the_pair_is_two_people_of_the_list() -> None:
    town = empty()
    await asked(town)
    assert "Add people first" in await step(town, "setup.pair", first="ana", second="")
    assert (await form(town, "setup.pair")).fields == ()
    await step(town, "setup.people", "0", people="ana,ben")
    assert "Choose who is on duty this week." in await step(town, "setup.pair", first="olga", second="")
    assert "A pair is two people" in await step(town, "setup.pair", first="ana", second="ana")
    await step(town, "setup.pair", first="ben", second="")
    assert "Support this week\nBen Okafor is alone on duty" in town.teams.sent[0].text
    await step(town, "setup.pair", first="ben", second="ana")
    assert "nobody of the pair has production access" in town.teams.sent[0].text
    assert [field.value for field in (await form(town, "setup.pair")).fields] == ["ben", "ana"]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("ana", "", "Ana Lindqvist is alone on duty"),
        ("ben", "eva", "nobody of the pair has production access"),
        ("ana", "dilan", "Dilan Kaya is new to support"),
        ("ana", "gina", "Gina Roth can't be reached without an Entra id"),
        ("dilan", "ben", "nobody of the pair has production access; Dilan Kaya is new to support"),
    ],
)
async def test_a_pair_that_lacks_something_is_taken_and_the_next_step_says_what(
    first: str, second: str, words: str
) -> None:
    town = Town(people=(*TEAM, Person("gina", "Gina Roth", email="gina@example.com")))
    following = await step(town, "setup.pair", first=first, second=second)
    assert f"Taken, but {words}. Choose anew in All steps, or mend it with people." in following
    assert first in [one.person for one in (await (await town.desk()).state()).rota.of(ITERATION)]


async def test_a_pair_that_lacks_nothing_is_taken_without_a_word() -> None:
    assert "Taken" not in await step(Town(), "setup.pair", first="ana", second="eva")


async def test_whoever_has_left_is_not_chosen_and_whoever_leaves_later_can_be() -> None:
    gone, going = replace(EVA, left=date(2026, 11, 23)), replace(BEN, left=date(2027, 1, 1))
    titles = [one.title for one in (await form(Town(people=(ANA, going, gone, FARID)), "setup.pair")).fields[0].choices]
    assert titles == ["Ana Lindqvist", "Ben Okafor", "Farid Haddad"]


async def test_setting_the_pair_leaves_who_else_serves_that_week() -> None:
    town = Town()
    await step(town, "setup.pair", first="eva", second="chen")
    rota = (await (await town.desk()).state()).rota
    assert [(one.person, one.role.value) for one in rota.of(ITERATION)] == [
        ("eva", "SUPPORT"),
        ("chen", "SUPPORT"),
        ("dilan", "OBSERVER"),
    ]
    assert Shift(ITERATION, "ana", Role.SUPPORT) not in rota.shifts


async def test_the_team_channel_is_one_of_the_teams_own() -> None:
    town = Town()
    town.teams.roster = Roster(town.now, MEMBERS, (*CHANNELS[:1], TeamChannel(CHANNEL, "backend")))
    await asked(town)
    ids = [choice.id for choice in (await form(town, "setup.channel")).fields[0].choices]
    assert ids == ["-", "19:general@thread.tacv2", TEAM_CHANNEL]
    assert "Choose one of the channels" in await step(town, "setup.channel", channel=CHANNEL)
    await step(town, "setup.channel", channel=TEAM_CHANNEL)
    await step(town, "setup.channel", channel="-")
    assert (await town.desk()).info.team_channel == ""


async def test_a_channel_that_became_a_desk_meanwhile_is_no_team_channel() -> None:
    town = empty()
    own: set[tuple[str, str]] = set()
    town.almanac = Almanac(frozenset({"farid"}), triage=TRIAGE, own=own)
    await asked(town)
    drawn = await form(town, "setup.channel")
    own.add(("tenant", TEAM_CHANNEL))
    back = await sent(town, drawn, channel=TEAM_CHANNEL)
    assert "That channel is a desk by now, where requests are answered. Choose another one, or none." in back.error
    assert TEAM_CHANNEL not in [one.id for one in back.fields[0].choices]
    assert (await town.desk()).info.team_channel == ""


async def test_wrong_links_come_back_with_all_that_was_typed() -> None:
    town = empty()
    await asked(town)
    again = await step(town, "setup.pages", documentation="Printers: on the wall", admin_pages="A, https://a.b")
    assert "Nothing was taken yet" in again
    assert '"Printers: on the wall": write one a line, a title and an address' in again
    assert "A, https://a.b" in again
    assert (await town.desk()).info.policy.admin_pages == ()


async def test_a_client_without_dialogs_goes_on_in_the_chat_in_a_message_that_nothing_edits() -> None:
    town = empty()
    _, own = await asked(town)
    answer = await town.press(Send, "", FARID, card=own, step="setup.here")
    assert said(answer) == "The next step is below, in our chat."
    below = town.teams.sent[-1]
    assert isinstance(below.view, FormCard)
    assert below.place == personal("farid")
    assert "Production access" in await step(town, "setup.people", "0", people="ana")
    assert len(below.versions) == 1
    assert "People\nready" in town.teams.messages[own].text


@pytest.mark.parametrize(("name", "choice"), [("setup.skip", "setup.nothing"), ("setup.nothing", ""), ("setup", "")])
async def test_a_button_that_is_none_of_todays_is_told_so(name: str, choice: str) -> None:
    assert "This button is from an older card" in await step(Town(), name, choice)


async def test_a_form_of_the_walk_that_is_sent_after_its_end_still_counts() -> None:
    town = Town()
    await step(town, "setup.tools", slack_channel="#bugs", jira_project="", handbook="")
    assert (await town.desk()).info.policy.slack_channel == "#bugs"
    assert "Step " in await step(town, "setup.skip", "setup.days")


async def test_a_step_can_be_skipped_after_the_end_too() -> None:
    assert "Step " in await step(Town(), "setup.skip", "setup.days")


async def test_setup_in_the_personal_chat_goes_on_there_alone() -> None:
    town = empty()
    assert "Setup of backend" in await town.write("setup", FARID)
    assert len(town.teams.sent) == 1


async def test_mention_mode_is_said_until_a_post_without_a_mention_arrives() -> None:
    town = empty()
    own = await town.write("setup", FARID)
    assert "on, until I hear a post that does not mention me; until then a reply counts only with a mention" in own
    assert "ChannelMessage.Read.Group" in await town.write("who", FARID)
    assert "ChannelMessage" not in await town.write("who", OLGA)
    await town.post("label printer down", addressed=True)
    assert "ChannelMessage.Read.Group" in await town.write("who", FARID)
    await town.post("label printer still down")
    assert "ChannelMessage" not in await town.write("who", FARID)
    await town.restart()
    assert "ChannelMessage" not in await town.write("who", FARID)


async def test_a_dialog_that_is_only_opened_changes_nothing() -> None:
    town = empty()
    await asked(town)
    revision = (await town.journal.load("tenant", "backend")).revision
    answer = await town.press(Open, "", FARID, card=CARD, step="setup.people")
    assert isinstance(answer, Dialog)
    assert (await town.journal.load("tenant", "backend")).revision == revision


async def test_two_forms_of_a_step_of_settings_save_only_what_was_changed_in_each() -> None:
    town = empty()
    await asked(town)
    first, second, third = [await form(town, "setup.tools") for _ in range(3)]
    await sent(town, first, slack_channel="#bugs")
    await sent(town, second, jira_project="EDGE")
    policy = (await town.desk()).info.policy
    assert (policy.slack_channel, policy.jira_project) == ("#bugs", "EDGE")
    back = await sent(town, third, jira_project="OTHER", slack_channel="#bugs")
    assert back.error.startswith("Somebody else changed meanwhile: Jira project")
    assert [field.value for field in back.fields][:2] == ["#bugs", "OTHER"]
    assert (await town.desk()).info.policy == policy
    await sent(town, back)
    assert (await town.desk()).info.policy.jira_project == "OTHER"


async def test_ticks_that_nobody_touched_in_a_form_stay_as_they_are_by_now() -> None:
    town = Town()
    drawn, experienced = await form(town, "setup.access"), await form(town, "setup.experienced")
    await town.send("people.sure", "", FARID, choice="ben", card="form", production_access="yes", experienced="no")
    await town.send("people.add", "", FARID, card="form", name="Gil Amar", production_access="yes", experienced="yes")
    await sent(town, drawn, production_access="ana,eva")
    await sent(town, experienced)
    people = (await (await town.desk()).state()).rota.people
    assert {one.name.split()[0] for one in people.values() if one.production_access} == {"Ana", "Ben", "Eva", "Gil"}
    assert {one.name.split()[0] for one in people.values() if not one.experienced} == {"Ben", "Dilan"}


async def test_days_off_that_somebody_else_changed_meanwhile_are_not_undone() -> None:
    town = Town()
    untouched, drawn = [await form(town, "setup.days") for _ in range(2)]
    await town.send("people.edit", "", FARID, choice="ben", card="form", working_days="Fri")
    await sent(town, untouched)
    back = await sent(town, drawn, days="Ana Lindqvist: Mon")
    assert "Somebody else changed meanwhile: Days off: Ben Okafor: Fri" in back.error
    assert back.fields[0].value == "Ana Lindqvist: Mon"
    people = (await (await town.desk()).state()).rota.people
    assert people["ben"].working_days == {0, 1, 2, 3}
    assert people["ana"].working_days == ANA.working_days


async def test_a_pair_and_a_channel_that_somebody_else_chose_meanwhile_are_not_undone() -> None:
    town = Town()
    town.teams.roster = Roster(town.now, MEMBERS, CHANNELS)
    await asked(town)
    pair, channel = await form(town, "setup.pair"), await form(town, "setup.channel")
    await step(town, "setup.pair", first="eva", second="ben")
    await step(town, "setup.channel", channel="-")
    await sent(town, pair)
    await sent(town, channel)
    state = await (await town.desk()).state()
    assert [one.person for one in state.rota.of(ITERATION) if one.role is Role.SUPPORT] == ["eva", "ben"]
    assert state.desk.team_channel == ""
    back = await sent(town, pair, first="farid", second="chen")
    assert "Somebody else changed meanwhile: On duty this week: Eva Novak" in back.error
    back = await sent(town, channel, channel="19:general@thread.tacv2")
    assert "Somebody else changed meanwhile: Team channel: None" in back.error
    await sent(town, back)
    assert (await town.desk()).info.team_channel == "19:general@thread.tacv2"


async def test_as_long_as_anything_is_missing_the_admins_card_keeps_a_way_on() -> None:
    town = empty()
    public, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    await step(town, "setup.end")
    shown = town.teams.messages[own].text
    assert "[Set up…]" in shown
    assert "[Go on here]" in shown
    assert "nobody is on duty" in shown
    assert "[Set up…]" not in town.teams.messages[public].text
    end = await town.open("setup", "", FARID, card=own)
    assert "[Set up again]" in plain(end)
    await town.send("setup.again", "", FARID, card=own)
    await town.send("setup.pair", "", FARID, card=own, first="ana", second="ben")
    assert "nobody of the pair has production access" in town.teams.messages[own].text
    await town.send("setup.end", "", FARID, card=own)
    assert "[Set up…]" in town.teams.messages[own].text


async def test_where_nothing_is_missing_the_admins_card_has_no_way_on() -> None:
    town = Town(policy=Policy(slack_channel="#bugs", jira_project="EDGE", documentation=PAGES, admin_pages=PAGES))
    _, own = await asked(town)
    await town.post("label printer down")
    await step(town, "setup.end")
    assert "[" not in town.teams.messages[own].text


async def test_a_card_of_a_setup_that_is_over_says_what_came_later() -> None:
    town = empty()
    public, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    await step(town, "setup.end")
    shown = town.teams.messages[own]
    assert "nobody has it" in shown.text
    assert "on, until I hear a post" in shown.text
    await town.send("people.edit", "", FARID, choice="ana", card="form", production_access="yes")
    assert "Production access\nready" in shown.text
    await town.sleep_until("2026-11-24 09:00")
    await town.post("label printer down")
    assert "on, until I hear a post" not in shown.text
    assert town.teams.messages[public].text.endswith("Post here what you need, and support sees it at once.")
    await town.send("policy.links", "", FARID, card="form", jira_project="EDGE")
    assert "Jira project" not in shown.text
    await town.send("policy.words", "", FARID, card="form", language="de")
    assert "Support für diesen Kanal" in town.teams.messages[public].text


async def test_a_card_of_a_setup_says_who_is_on_duty_in_the_week_that_has_begun() -> None:
    town = empty()
    _, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    await step(town, "setup.access", production_access="ana")
    await step(town, "setup.end")
    week = ITERATION + timedelta(days=7)
    await town.import_shifts((Shift(week, "ana", Role.SUPPORT), Shift(week, "ben", Role.SUPPORT)))
    shown = town.teams.messages[own]
    await town.wait(24 * 60)
    assert "Support this week\nnobody is on duty" in shown.text
    drawn = len(shown.versions)
    await town.until("2026-11-25 09:00")
    assert "Support this week\nready" in shown.text
    assert len(shown.versions) == drawn + 1
    await town.until("2026-11-27 09:00")
    assert len(shown.versions) == drawn + 1


async def test_a_card_of_a_setup_is_not_drawn_again_where_it_would_say_the_same() -> None:
    town = empty()
    public, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    await step(town, "setup.end")
    await town.post("label printer down")
    drawn = [len(town.teams.messages[key].versions) for key in (public, own)]
    await town.post("label printer still down")
    await town.send("people.edit", "", FARID, choice="ana", card="form", slack_user_id="U1")
    assert [len(town.teams.messages[key].versions) for key in (public, own)] == drawn


async def test_a_setup_under_way_says_what_people_and_policy_change_meanwhile() -> None:
    town = empty()
    public, own = await asked(town)
    await step(town, "setup.people", "0", people="ana,ben")
    await town.send("people.edit", "", FARID, choice="ana", card="form", production_access="yes")
    assert "Production access\nready" in town.teams.messages[own].text
    assert "[Set up…]" in town.teams.messages[public].text


async def test_a_card_on_which_nothing_was_missing_any_more_is_let_go() -> None:
    town = Town(policy=Policy(slack_channel="#bugs", jira_project="EDGE", documentation=PAGES, admin_pages=PAGES))
    _, own = await asked(town)
    await step(town, "setup.end")
    assert own in (await (await town.desk()).state()).facts.set_up
    await town.post("label printer down")
    assert "Mention mode" not in town.teams.messages[own].text
    assert (await (await town.desk()).state()).facts.set_up == {}


async def test_of_many_setups_the_latest_cards_are_kept_up_to_date() -> None:
    town = empty()
    for _ in range(MOST_CARDS):
        _, own = await asked(town)
        await step(town, "setup.end")
    kept = (await (await town.desk()).state()).facts.set_up
    assert len(kept) == MOST_CARDS
    assert own in kept
    await asked(town)
    await town.send("setup.again", "", FARID, card=own)
    facts = (await (await town.desk()).state()).facts
    assert facts.setup is not None
    assert own in facts.setup.cards
    assert own not in facts.set_up


async def test_a_setup_that_is_asked_for_twice_ends_on_every_card_that_it_has_shown() -> None:
    town = empty()
    public, own = await asked(town)
    await town.write("setup", FARID)
    below = town.teams.sent[-1].key
    await town.send("setup.people", "", FARID, card=below, choice="0", people="ana")
    for key in (own, below):
        assert "People\nready" in town.teams.messages[key].text
    await town.send("setup.end", "", FARID, card=below)
    assert "An admin is setting me up" not in town.teams.messages[public].text
    for key in (own, below):
        assert "Set up. Post something in the channel to try it." in town.teams.messages[key].text


async def test_only_a_card_of_a_setup_is_one_of_those_that_go_on_with_it() -> None:
    town = Town()
    thread = await town.post("label printer down")
    await town.press(Send, "", FARID, card="card:R-1", step="setup.again", place=thread)
    await town.press(Send, "", FARID, card="setup.me:1", step="setup.again", place=thread)
    assert "will answer by 10:05" in town.card()
    setup = (await (await town.desk()).state()).facts.setup
    assert setup is not None
    assert setup.cards == {}


async def test_each_step_says_which_are_not_taken_yet_itself_among_them() -> None:
    town = empty()
    await asked(town)
    rest = "Support this week; Team channel; Slack, Jira, handbook; Pages to link to; Training and language."
    titles = ("People", "Production access", "Days off", "Experience")
    assert f"Step 1 of 9. Still to do: {'; '.join(titles)}; {rest}" in (await form(town)).note
    await step(town, "setup.people", "0", people="ana,ben")
    note = (await form(town)).note
    assert f"Step 2 of 9. Still to do: Production access; Days off; Experience; {rest}" in note
    await step(town, "setup.skip", "setup.days")
    assert f"Step 2 of 9. Still to do: Production access; Experience; {rest}" in (await form(town)).note


async def test_a_step_that_is_opened_after_the_end_says_what_is_missing() -> None:
    town = Town()
    assert "Still to do: Slack, Jira, handbook; Pages to link to." in (await form(town, "setup.days")).note
    town = Town(policy=Policy(slack_channel="#bugs", jira_project="EDGE", documentation=PAGES, admin_pages=PAGES))
    assert (await form(town, "setup.days")).note == "Step 3 of 9. Every step was taken."


async def test_days_off_and_experience_say_what_is_assumed_of_people() -> None:
    town = empty()
    _, own = await asked(town)
    assert "Days off\nwaits for people" in town.teams.messages[own].text
    await step(town, "setup.people", "0", people="ana,ben,farid")
    shown = town.teams.messages[own]
    assert "Days off\nready, nobody has any" in shown.text
    assert "Experience\nready, everybody is experienced" in shown.text
    await step(town, "setup.days", days="Ben: Fri")
    await step(town, "setup.experienced", experienced="ana")
    assert "Days off\nready, 1 of 3 people" in shown.text
    assert "Experience\nready, 2 of 3 people new to support" in shown.text
    assert "Days off: ready, 1 of 3 people" in (await form(town, "setup.all")).note
    assert "Set up: People; Days off (1 of 3 people); Experience (2 of 3 people new to support);" in await step(
        town, "setup.end"
    )


async def test_the_step_of_experience_says_that_newcomers_are_to_be_unticked() -> None:
    note = (await form(Town(), "setup.experienced")).note
    assert "Untick newcomers: whoever is unticked observes first." in note


@pytest.mark.parametrize("name", ["setup.days", "setup.tools", "setup.pages"])
async def test_what_is_emptied_in_a_step_is_empty(name: str) -> None:
    ben = replace(BEN, working_days=frozenset({0, 1, 2, 3}))
    town = Town(people=(ANA, ben, FARID), policy=Policy(jira_project="EDGE", documentation=PAGES))
    shown = await form(town, name)
    await sent(town, shown, **{field.id: "" for field in shown.fields})
    assert not any(field.value for field in (await form(town, name)).fields)


async def test_what_an_admin_reads_is_in_one_language() -> None:
    gina = Person("gina@example.com", "Gina Roth", email="gina@example.com")
    town = Town(people=(ANA, BEN, FARID, gina), policy=Policy(language=Language.GERMAN))
    own = await town.write("setup", FARID)
    assert "[Set up…]\n[Go on here]" in own
    town.teams.refuse[personal("ana")] = "I am not installed there; install the app for the person"
    town.teams.refuse[personal("ben")] = "Teams refused it: BadSyntax"
    await town.post("label printer down", addressed=True)
    await town.wait(2)
    who = await town.write("who", FARID)
    assert "Nur Erwähnungen\nan, bis" in who
    assert "Nicht erreichbar" in who
    assert "Ana Lindqvist\nIch bin dort nicht installiert; installiere die App für die Person" in who
    assert "Ben Okafor\nTeams hat es abgelehnt: BadSyntax" in who
    assert "Gina Roth\nhat keine Entra-Id in der Personenliste" in who
    assert not any(word in who for word in ("Mention", "reached", "install the app", "people list"))


async def test_setup_in_the_team_channel_does_not_invite_people_to_ask_there() -> None:
    town = Town()
    await town.post("label printer down")  # without a mention: the desk hears every post of #backend
    place = f"{TEAM_CHANNEL};messageid=4711"
    await town.post("setup", FARID_HIMSELF, addressed=True, place=place)
    for text in town.in_thread(place):
        assert "Support for this channel" not in text
        assert "gets an answer" not in text
        assert "Post here" not in text


async def test_setup_again_in_a_working_desk_does_not_say_in_the_channel_that_it_does_not_work_yet() -> None:
    town = Town()
    await town.post("label printer down")
    assert "will answer by" in town.card()
    place = await town.post("setup", FARID_HIMSELF, addressed=True)
    assert all("From then on" not in text for text in town.in_thread(place))
