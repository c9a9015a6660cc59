"""What a desk decided about itself, read and changed in forms."""

from dataclasses import fields

import pytest

from bot.decide import spelling
from bot.decide.desk import policies
from bot.effects import Dialog
from bot.events import Open, Send
from bot.people import Author
from bot.policy import Contact, Goal, Page, Policy
from bot.state import DeskInfo
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, CHANNEL, EVA, FARID, OLGA, TEAM, Town, at, person, plain, said

CARD = "form"
LEA = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0009"


async def form(town: Town, name: str) -> FormCard:
    return await town.open(name, "", FARID, card=CARD)


async def save(town: Town, name: str, **typed: str) -> str:
    return await town.send(name, "", FARID, card=CARD, **typed)


async def policy(town: Town) -> Policy:
    return (await (await town.desk()).state()).desk.policy


def test_every_field_of_a_policy_is_in_one_form() -> None:
    listed = [setting.field for group in policies.GROUPS.values() for setting in group.settings]
    assert sorted(listed) == sorted(field.name for field in fields(Policy))


async def test_policy_shows_the_way_to_its_forms_in_the_admins_own_chat() -> None:
    town = Town()
    await town.post("policy", FARID, addressed=True)
    assert [message.place for message in town.teams.sent] == ["person:farid"]
    assert "Policy of backend" in town.to(FARID)[0].text
    menu = plain(await form(town, "policy"))
    for group in policies.GROUPS.values():
        assert f"[{group.title}]" in menu


async def test_the_wikis_values_are_the_defaults_in_every_form() -> None:
    town = Town()
    values = {field.id: field.value for name in policies.GROUPS for field in (await form(town, name)).fields}
    assert values["opens"] == "09:00"
    assert values["closes"] == "18:00"
    assert values["weekdays"] == "0,1,2,3,4"
    assert values["calm"] == "0 2 4 5 10"
    assert values["peak"] == "0 1 3 5 10"
    assert values["second"] == "- 0 - 15 25"
    assert values["training"] == "Dana\nJosi"
    assert values["texts_days"] == "90"
    assert values["slack_channel"] == "#bugsnag-backend"
    assert values["jira_project"] == ""


@pytest.mark.parametrize("name", list(policies.GROUPS))
async def test_a_form_that_is_sent_as_it_was_changes_nothing(name: str) -> None:
    town = Town()
    values = {field.id: field.value for field in (await form(town, name)).fields}
    before = await policy(town)
    assert "Nothing was changed." in await save(town, name, **values)
    assert "Nothing was changed." in await save(town, name)
    assert await policy(town) is before


async def test_what_changed_is_said_once_to_the_admin() -> None:
    town = Town()
    answer = await save(town, "policy.response", first_response="10", calm="0, 2, 4, 10, 15", peak="0 1 3 10 15")
    assert "A first response is due after, in minutes: 5 → 10" in answer
    assert "Steps, minutes after the post: 0 2 4 5 10 → 0 2 4 10 15" in answer
    assert "What runs already keeps its times; all else acts at once." in answer
    assert town.teams.sent == []
    assert (await policy(town)).calm.team == 15


async def test_a_running_clock_keeps_its_times_and_new_requests_get_the_new_ones() -> None:
    town = Town()
    await town.post("label printer down")
    await save(town, "policy.response", first_response="30", calm="0 2 4 30 40", peak="0 2 4 30 40")
    assert "by 10:05" in town.card()
    await town.wait(16)
    await town.post("and the scanner")
    assert (await town.request("R-2")).due_at == at("2026-11-23 10:46")
    await town.restart()
    assert (await policy(town)).first_response == 30


async def test_new_hours_hold_at_once_and_the_alarm_follows_them() -> None:
    town = Town("2026-11-23 17:50")
    await town.post("label printer down")
    await save(town, "policy.hours", closes="17:55", opens="10:30")
    await town.until("2026-11-23 17:58")
    await town.post("another thing", EVA)
    assert "10:30" in await town.write("who", OLGA)


@pytest.mark.parametrize(
    ("name", "field", "typed", "word"),
    [
        ("policy.hours", "zone", "Europe/Berlyn", "Europe/Berlin"),
        ("policy.hours", "zone", "../etc/passwd", "write a zone such as Europe/Berlin"),
        ("policy.hours", "zone", "", "write a zone"),
        ("policy.hours", "opens", "nine", "from 00:00 to 23:59"),
        ("policy.hours", "opens", "25:00", "from 00:00 to 23:59"),
        ("policy.hours", "closes", "08:00", "Support closes after it opens"),
        ("policy.hours", "peak_from", "19:00", "The busy hours end after they begin"),
        ("policy.hours", "weekdays", "", "choose at least one day"),
        ("policy.hours", "holiday_country", "Germany", "two letters, such as DE"),
        ("policy.hours", "holiday_country", "Germny", "nothing for no holidays; nearest: DE."),
        ("policy.hours", "holiday_country", "united kingdom", "nearest: GB."),
        ("policy.hours", "holiday_country", "Narnia", "or nothing for no holidays."),
        ("policy.hours", "holiday_country", "FR", "Part of the country"),
        ("policy.hours", "holiday_subdivision", "XX", "BB, BE, BW"),
        ("policy.alerts", "alerts_in_channel", "slack", "choose one of the channels"),
        ("policy.alerts", "alert_further", "5", "called after the pair"),
        ("policy.response", "first_response", "0", "a whole number of minutes from 1 to 480"),
        ("policy.response", "first_response", "five", "a whole number of minutes"),
        ("policy.response", "calm", "0 2 4 5", "write five numbers"),
        ("policy.response", "calm", "0 2 4 5 -", "- for never (not for the last two)"),
        ("policy.response", "calm", "0 2 4 5 99999", "write five numbers"),
        ("policy.response", "calm", "0 9 4 5 10", "each step comes after the one before"),
        ("policy.response", "calm", "0 2 4 5 000000999999999999", "write five numbers"),
        ("policy.response", "first_response", "6", "The thread is told once the first response is due"),
        ("policy.response", "second_response", "16", "told once the answer is due"),
        ("policy.hours", "opens", "09:00Z", "write a time from 00:00 to 23:59"),
        ("policy.hours", "closes", "16:00", "The busy hours lie outside the support hours"),
        ("policy.after", "give_up_after", "3", "given up after its reminder"),
        ("policy.links", "documentation", "only words", "a title and an address"),
        ("policy.links", "documentation", "\n".join(["A https://a.b"] * 41), "at most 40 lines"),
        ("policy.links", "training", "Dana\u202e", "signs in it that can't be shown"),
        ("policy.links", "handbook", "http://wiki", "begins with https://"),
        ("policy.links", "handbook", "https://", "begins with https://"),
        ("policy.links", "handbook", 'https://wiki.example.com/"<b>', "begins with https://"),
        ("policy.links", "handbook", "https://wiki.example.com/\u202e", "begins with https://"),
        ("policy.links", "handbook", f"https://{'w' * 500}", "begins with https://"),
        (
            "policy.links",
            "documentation",
            "Printers, https://@wiki.example.com",
            "an address that begins with https://",
        ),
        ("policy.links", "documentation", "https://wiki.example.com/<b>", "an address that begins with https://"),
        ("policy.links", "jira_project", "E" * 501, "at most 500 characters"),
        ("policy.links", "jira_project", "a b c <script>", "letters, digits and _"),
        ("policy.links", "jira_project", "http://jira.example.com", "an address that begins with https://"),
        ("policy.links", "jira_project", "https://jira.example.com/<b>", "an address that begins with https://"),
        ("policy.links", "jira_project", "7UP", "such as EDGE"),
        ("policy.links", "training", "Dana, nobody", "I know nobody so"),
        ("policy.words", "language", "fr", "choose English or Deutsch"),
        ("policy.words", "emergency", "x" * 301, "at most 300 characters"),
        ("policy.keeping", "texts_days", "-1", "from 1 to 3650"),
        ("policy.admins", "admins", "Nobody Known", "the name or e-mail of one of the people"),
    ],
)
async def test_a_value_that_cannot_be_is_answered_with_what_is_allowed_and_kept(
    name: str, field: str, typed: str, word: str
) -> None:
    town = Town()
    before = await policy(town)
    answer = await town.press(Send, "", FARID, card=CARD, step=name, fields={field: typed})
    assert word in said(answer)
    (kept,) = [one for one in answer.view.fields if one.id == field]  # type: ignore[union-attr]
    assert kept.value == typed or kept.choices
    assert await policy(town) is before


async def test_everything_else_that_was_typed_is_kept_beside_a_wrong_value() -> None:
    town = Town()
    again = await save(town, "policy.hours", opens="8", closes="late", zone="Europe/Lisbon")
    assert "Support closes at: write a time" in again
    assert "Europe/Lisbon" in again.splitlines()
    assert (await policy(town)).zone == "Europe/Berlin"
    none = {"holiday_country": "", "holiday_subdivision": ""}
    await save(town, "policy.hours", opens="8", closes="16.30", zone="Europe/Lisbon", weekdays="0,5", **none)
    new = await policy(town)
    assert (new.zone, f"{new.opens:%H:%M}", f"{new.closes:%H:%M}") == ("Europe/Lisbon", "08:00", "16:30")
    assert new.weekdays == {0, 5}


async def test_another_country_with_its_part() -> None:
    town = Town()
    answer = await save(town, "policy.hours", holiday_country="pt", holiday_subdivision="")
    assert "DE → PT" in answer
    await save(town, "policy.hours", holiday_country="", holiday_subdivision="")
    assert "DE" in await save(town, "policy.hours", holiday_country="DE", holiday_subdivision="augsburg")
    assert (await policy(town)).holiday_subdivision == "Augsburg"
    await save(town, "policy.hours", holiday_country="", holiday_subdivision="")
    assert "no country write nothing" in await save(town, "policy.hours", holiday_subdivision="BE")


async def test_links_and_contacts_are_read_a_line_each() -> None:
    town = Town(people=(*TEAM, person("Lea Sommer", email="lea@example.com")))
    await save(
        town,
        "policy.links",
        documentation="Printers: https://wiki.example.com/p\n\nhttps://wiki.example.com/all",
        training=f"Eva Novak\nDana, {LEA.upper()}\nlea@example.com\nJosi",
    )
    new = await policy(town)
    assert new.documentation == (
        Page("Printers", "https://wiki.example.com/p"),
        Page("wiki.example.com/all", "https://wiki.example.com/all"),
    )
    assert new.training == (
        Contact("Eva Novak", "eva"),
        Contact("Dana", LEA),
        Contact("Lea Sommer", "lea"),
        Contact("Josi"),
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("EDGE", "EDGE"), ("edge_2", "EDGE_2"), ("https://jira.example.com/browse/EDGE", None), ("", None)],
)
async def test_a_jira_project_is_a_key_or_an_address(typed: str, kept: str | None) -> None:
    town = Town(policy=Policy(jira_project="OLD"))
    assert "Jira project" in await save(town, "policy.links", jira_project=typed)
    assert (await policy(town)).jira_project == (typed if kept is None else kept)


async def test_admins_are_named_by_name_or_id_and_have_the_right_from_then_on() -> None:
    town = Town()
    assert "Policy of" not in await town.write("policy", EVA)
    await save(town, "policy.admins", admins=f"Eva Novak\n{LEA}\neva novak")
    assert (await policy(town)).admins == ("eva", LEA)
    assert (await form(town, "policy.admins")).fields[0].value == f"Eva Novak\n{LEA}"
    assert "Policy of backend" in await town.write("policy", EVA)
    assert "Policy of backend" in await town.write("policy", Author(LEA, "Lea"))


async def test_somebody_without_an_entra_id_can_be_no_admin() -> None:
    town = Town(people=(*TEAM, person("Lea Sommer", id="lea@x.com", entra_object_id="")))
    assert "can't recognise them" in await save(town, "policy.admins", admins="Lea Sommer")


async def test_only_admins_open_and_save_the_forms() -> None:
    town = Town()
    sent = await town.press(Send, "", ANA, card=CARD, step="policy.hours", fields={"opens": "10"})
    for answer in (sent, await town.press(Open, "", BEN, card=CARD, step="policy.hours")):
        assert "for the desk's admins" in said(answer)


async def test_a_desk_in_its_file_says_the_new_policy() -> None:
    town = Town()
    await save(town, "policy.keeping", texts_days="30")
    desk = (await town.desk()).info
    assert isinstance(desk, DeskInfo)
    assert desk.policy.texts_days == 30


def test_the_busy_hours_may_be_none() -> None:
    assert spelling.clock("16") == spelling.clock("16:00") == spelling.clock("16 00")


async def press_save(town: Town, form_: FormCard, title: str = "Save", **typed: str) -> FormCard:
    """Fill a form in beside what it was drawn with, and save it as clients do: they send no empty input at all."""
    button = next(one for row in form_.rows for one in row.buttons if one.title == title)
    fields = {field.id: field.value for field in form_.fields} | typed
    filled = {id_: text for id_, text in fields.items() if text}
    opening = {"step": button.step, "choice": button.choice, "form": button.form}
    answer = await town.press(Send, "", FARID, card=CARD, fields=filled, **opening)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    return answer.view


async def test_of_two_forms_each_saves_only_what_was_changed_in_it() -> None:
    town = Town()
    first, second = [await form(town, "policy.after") for _ in range(2)]
    await press_save(town, first, next_word="45")
    note = (await press_save(town, second, remind_after="6")).note
    assert "A waiting requester is reminded after, in hours: 4 → 6" in note
    assert "Somebody else changed meanwhile, and it stays: The requester hears more within, in minutes: 45." in note
    assert ((await policy(town)).next_word, (await policy(town)).remind_after) == (45, 6)


async def test_what_both_changed_comes_back_with_how_it_is_now_and_nothing_is_saved() -> None:
    town = Town()
    first, second = [await form(town, "policy.words") for _ in range(2)]
    await press_save(town, first, language="de", emergency="Call 030 555 0100.")
    back = await press_save(town, second, emergency="Call 112.")
    assert "Somebody else changed meanwhile: What they read outside support hours" in back.error
    assert "Call 030 555 0100." in back.error
    assert "Nothing was saved yet" in back.error
    assert {field.id: field.value for field in back.fields} == {"language": "de", "emergency": "Call 112."}
    assert (await policy(town)).emergency == "Call 030 555 0100."
    assert (await press_save(town, back)).title == "Saved"
    assert ((await policy(town)).emergency, (await policy(town)).language) == ("Call 112.", "de")


async def test_what_both_changed_to_the_same_is_no_question() -> None:
    town = Town()
    first, second = [await form(town, "policy.hours") for _ in range(2)]
    await press_save(town, first, opens="08:00", weekdays="0,1,2,3")
    note = (await press_save(town, second, opens="08:00")).note
    assert note.startswith("Nothing was changed.\nSomebody else changed meanwhile, and it stays: ")
    assert (await policy(town)).weekdays == {0, 1, 2, 3}


async def test_a_policy_form_that_was_wrong_still_saves_only_what_was_changed_in_it() -> None:
    town = Town()
    back = await press_save(town, await form(town, "policy.after"), next_word="soon")
    await save(town, "policy.after", remind_after="6")
    await press_save(town, back, next_word="45")
    assert ((await policy(town)).next_word, (await policy(town)).remind_after) == (45, 6)


LONG = tuple(Page("\u00e4" * 60, f"https://wiki.example.com/{number}") for number in range(30))


@pytest.mark.parametrize(("name", "title"), [("policy.links", "Save"), ("setup.pages", "Save and go on")])
async def test_what_a_form_could_not_show_again_is_refused_with_what_to_shorten_and_comes_back_whole(
    name: str, title: str
) -> None:
    town = Town(policy=Policy(admin_pages=LONG))
    typed = spelling.spell_pages(LONG)
    back = await press_save(town, await form(town, name), title, documentation=typed)
    assert "Too long for one form together; shorten Documentation by 706 characters." in back.error
    assert {field.id: field.value for field in back.fields if not field.choices} == {"documentation": typed}
    assert await policy(town) == Policy(admin_pages=LONG)
    await press_save(town, back, title, documentation=spelling.spell_pages(LONG[:20]))
    assert await policy(town) == Policy(admin_pages=LONG, documentation=LONG[:20])


@pytest.mark.parametrize(("name", "title"), [("policy.links", "Save"), ("setup.pages", "Save and go on")])
async def test_what_was_stored_and_is_too_long_for_one_form_is_kept_whole_until_it_is_cut(
    name: str, title: str
) -> None:
    town = Town(policy=Policy(admin_pages=LONG, documentation=LONG))
    drawn = await form(town, name)
    assert "Too long for one form, so that the end is not shown: Documentation; Pages of the admin panel." in drawn.note
    assert "What you leave as it is stays whole; what you change is saved as it is shown." in drawn.note
    await press_save(town, drawn, title)
    assert await policy(town) == Policy(admin_pages=LONG, documentation=LONG)
    await press_save(town, drawn, title, admin_pages=spelling.spell_pages(LONG[:25]))
    assert await policy(town) == Policy(admin_pages=LONG[:25], documentation=LONG)
    await press_save(town, await form(town, name), title, documentation=spelling.spell_pages(LONG[:20]))
    assert "Too long" not in (await form(town, name)).note


async def test_two_forms_that_contradict_each_other_come_back() -> None:
    town = Town()
    first, second = [await form(town, "policy.hours") for _ in range(2)]
    await press_save(town, first, opens="12:00")
    back = await press_save(town, second, closes="11:00", peak_from="09:00", peak_to="10:00")
    assert "Support closes after it opens" in back.error
    assert (await policy(town)).closes.hour == 18


@pytest.mark.parametrize(
    ("name", "field", "typed"),
    [
        ("policy.admins", "admins", "Eva Novak"),
        ("policy.words", "emergency", "Call 112."),
        ("policy.links", "jira_project", "EDGE"),
        ("policy.links", "documentation", "Labels, https://docs.example.com"),
        ("policy.hours", "holiday_subdivision", "BE"),
    ],
)
async def test_what_is_emptied_in_a_form_is_empty(name: str, field: str, typed: str) -> None:
    town = Town()
    await press_save(town, await form(town, name), **{field: typed})
    assert getattr(await policy(town), field)
    assert "→ nothing" in (await press_save(town, await form(town, name), **{field: ""})).note
    assert not getattr(await policy(town), field)


@pytest.mark.parametrize(("field", "word"), [("weekdays", "choose at least one day"), ("zone", "write a zone")])
async def test_what_cannot_be_empty_is_said_and_not_passed_over(field: str, word: str) -> None:
    town = Town()
    assert word in (await press_save(town, await form(town, "policy.hours"), **{field: ""})).error


async def test_what_was_emptied_stays_empty_when_the_form_comes_back_for_something_else() -> None:
    town = Town(policy=Policy(jira_project="EDGE"))
    back = await press_save(town, await form(town, "policy.links"), jira_project="", handbook="no address")
    assert "Handbook: write an address" in back.error
    await press_save(town, back, handbook="https://wiki.example.com")
    assert (await policy(town)).jira_project == ""


async def test_the_order_of_goals_is_one_of_those_that_are_offered() -> None:
    town = Town()
    saved = await save(town, "policy.pick", goals="fallback,rest,fairness")
    assert "Rest, then fairness, then fallback → Fallback, then rest, then fairness" in saved
    assert (await policy(town)).goals == (Goal.FALLBACK, Goal.REST, Goal.FAIRNESS)
    assert "choose one of the orders" in await save(town, "policy.pick", goals="fairness")


async def test_where_alerts_are_shown_is_policys() -> None:
    town = Town()
    await save(town, "policy.alerts", alerts_in_channel="desk", alert_pair="5")
    assert (await policy(town)).alerts_in_channel
    await town.bugsnag()
    assert town.teams.sent[-1].place.startswith(CHANNEL)
