"""Who belongs to the backend team, in forms that agree with the imports."""

from dataclasses import replace
from datetime import date

import pytest

from bot.events import Open, PeopleImported, PersonRow, Send
from bot.people import Person
from bot.rota.shift import Role, Shift
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, FARID, OLGA, TEAM, Town, person, plain, said

CARD = "form"
LEA = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0009"


async def form(town: Town, name: str = "people", choice: str = "") -> FormCard:
    return await town.open(name, "", FARID, choice, card=CARD)


async def send(town: Town, step: str, choice: str = "", **typed: str) -> str:
    """Send a form, and once more where what follows for a team that is set is shown first."""
    answer = said(await town.press(Send, "", FARID, card=CARD, step=step, choice=choice, fields=typed))
    if "Nothing is saved yet. What follows:" in answer:
        step = "people.sure"
        answer = said(await town.press(Send, "", FARID, card=CARD, step=step, choice=choice, fields=typed))
    return answer


async def people(town: Town) -> dict[str, object]:
    return dict((await (await town.desk()).state()).rota.people)


async def test_people_shows_the_way_to_the_list_in_the_admins_own_chat() -> None:
    town = Town()
    await town.post("people", FARID, addressed=True)
    assert [message.place for message in town.teams.sent] == ["person:farid"]
    assert "6 people." in town.to(FARID)[0].text
    assert "No people." in await Town(people=()).write("people", FARID)


async def test_the_list_says_what_each_can_do() -> None:
    gone = replace(EVA, left=date(2026, 11, 1))
    going = person("Gil Amar", left=date(2027, 1, 1), entra_object_id="", working_days=frozenset({0, 1, 2, 3}))
    coming = person("Hana Sato", joined=date(2027, 1, 1))
    shown = plain(await form(Town(people=(*TEAM[:4], gone, going, coming, FARID))))
    for line in (
        "Ana Lindqvist: production access",
        "Dilan Kaya: new to support",
        "Eva Novak: left on 2026-11-01",
        "Gil Amar: never on Fri, leaves on 2027-01-01, can't be reached: no Entra id",
        "Hana Sato: joins on 2027-01-01",
        "Ben Okafor: in the team",
    ):
        assert line in shown
    assert "Nobody yet." in plain(await form(Town(people=())))


async def test_one_is_opened_and_edited() -> None:
    town = Town()
    opened = await send(town, "people", person="ben")
    assert opened.startswith("Ben Okafor")
    answer = await send(
        town,
        "people.edit",
        "ben",
        production_access="yes",
        working_days="Fri",
        experienced="no",
        email="BEN@example.com",
    )
    assert answer.startswith("Saved: Ben Okafor\nproduction access, never on Fri, new to support")
    ben = (await people(town))["ben"]
    assert ben == replace(
        BEN, production_access=True, working_days=frozenset({0, 1, 2, 3}), experienced=False, email="ben@example.com"
    )


@pytest.mark.parametrize(
    ("typed", "works"),
    [
        ("Freitag", {0, 1, 2, 3}),
        ("Mo, Di. MITTWOCHS do", {4}),
        ("fridays + Tues", {0, 2, 3}),
        ("Mon Wed Thursday", {1, 4}),
        ("Mon Weds", {1, 3, 4}),
        ("Mon-Wed", {3, 4}),
        ("Mo\u2013Mi, Fr", {3}),
        ("Tue to Thursday", {0, 4}),
        ("Dienstag bis Do", {0, 4}),
        ("- Fri", {0, 1, 2, 3}),
    ],
)
async def test_days_off_are_read_in_english_and_german(typed: str, works: set[int]) -> None:
    town = Town()
    assert "Saved" in await send(town, "people.edit", "ben", working_days=typed)
    assert (await people(town))["ben"] == replace(BEN, working_days=frozenset(works))


async def test_a_form_sent_as_it_was_changes_nothing() -> None:
    town = Town()
    before = await people(town)
    values = {field.id: field.value for field in (await form(town, "people.edit", "ben")).fields}
    await send(town, "people.edit", "ben", **values)
    assert await people(town) == before


async def test_somebody_leaves_on_a_day() -> None:
    town = Town()
    await send(town, "people.edit", "ben", left="2026-11-23")
    await town.post("label printer down")
    assert "Ana Lindqvist will answer" in town.card()


async def test_whoever_gets_an_entra_id_keeps_their_shifts() -> None:
    town = Town()
    await send(town, "people.edit", "ben", entra_object_id=LEA.upper())
    state = await (await town.desk()).state()
    assert state.rota.people[LEA].name == "Ben Okafor"
    assert LEA in [shift.person for shift in state.rota.shifts]
    assert "by another id now" in await send(town, "people.edit", "ben", left="")


async def test_a_name_is_all_that_some_have_and_can_be_changed() -> None:
    town = Town(people=(*TEAM, person("Gil Amar", id="Gil Amar", entra_object_id="")))
    await send(town, "people.edit", "Gil Amar", name="Gil Amari")
    assert "Gil Amari" in await people(town)
    assert "Gil Amar" not in await people(town)


async def test_a_name_may_have_the_joiners_that_its_script_needs() -> None:
    town = Town()
    assert "Saved" in await send(town, "people.edit", "ben", name="Reza\u200cAli Amiri")
    assert getattr((await people(town))["ben"], "name", "") == "Reza\u200cAli Amiri"


@pytest.mark.parametrize(
    ("field", "typed", "word"),
    [
        ("name", "", "Name: write a name on one line"),
        ("email", "ben(at)example.com", 'E-mail: "ben(at)example.com" is no e-mail address'),
        ("entra_object_id", "ben2", "is no Entra object id"),
        ("working_days", "Fr, sonntags", '"sonntags": write days of Mon Tue Wed Thu Fri'),
        ("working_days", "Monster", '"Monster": write days of'),
        ("working_days", "Fri-Mon", '"Fri-Mon": write each day, or the first and the last, such as Mon-Wed'),
        ("working_days", "Mon - Wed - Fri", '"Mon-Wed-Fri": write each day, or the first and the last'),
        ("working_days", "Mon to", '"Mon-": write each day, or the first and the last'),
        ("working_days", "Fri-Sun", '"Sun": write days of Mon Tue Wed Thu Fri'),
        ("left", "tomorrow", '"tomorrow" must be a date such as 2026-11-25'),
        ("slack_user_id", "x" * 90, "at most 80 characters"),
    ],
)
async def test_what_is_wrong_comes_back_with_what_was_typed(field: str, typed: str, word: str) -> None:
    town = Town()
    before = await people(town)
    for step, choice, name in (("people.edit", "ben", "Benjamin"), ("people.add", "", "Lea")):
        fields = {"name": name, field: typed}
        answer = await town.press(Send, "", FARID, card=CARD, step=step, choice=choice, fields=fields)
        assert word in said(answer)
        values = [one.value for one in answer.view.fields]  # type: ignore[union-attr]
        assert typed in values
        assert field == "name" or name in values
    assert await people(town) == before


async def test_nobody_leaves_before_they_joined() -> None:
    answer = await send(Town(), "people.edit", "ben", joined="2026-11-02", left="2026-11-01")
    assert "Ben Okafor joined on 2026-11-02 and cannot leave on 2026-11-01" in answer


async def test_two_people_have_not_the_same_e_mail_or_name_only() -> None:
    town = Town(people=(replace(ANA, email="ana@x.com"), BEN, person("Gil", id="Gil", entra_object_id="")))
    assert "Ana Lindqvist has this e-mail or Entra id already" in await send(
        town, "people.edit", "ben", email="ana@x.com"
    )
    assert "Gil is in the list already" in await send(town, "people.edit", "ben", name="Gil")


async def test_somebody_is_added_by_name_and_e_mail() -> None:
    town = Town()
    assert "Add somebody" in plain(await form(town, "people.add"))
    answer = await send(town, "people.add", name="Lea Sommer", email="Lea@example.com", joined="2026-11-23")
    assert answer.startswith("Added: Lea Sommer\nnew to support, can't be reached: no Entra id")
    assert "lea@example.com" in await people(town)


async def test_whoever_is_known_by_e_mail_is_changed_where_they_are_and_not_added_again() -> None:
    town = Town(people=(*TEAM[:5], replace(FARID, email="farid@x.com", production_access=True)))
    answer = await send(town, "people.add", name="Farid H.", email="Farid@x.com", experienced="yes")
    assert "Farid Haddad has this e-mail or Entra id already." in answer
    state = await (await town.desk()).state()
    assert state.rota.people["farid"].production_access


@pytest.mark.parametrize("more", [{}, {"email": "ana.l@x.com"}, {"entra_object_id": LEA}])
async def test_a_name_that_somebody_has_is_answered_with_who_that_is_and_nobody_is_changed(
    more: dict[str, str],
) -> None:
    town = Town(people=(*TEAM, Person("Kim Lee", "Kim Lee")))
    before = await people(town)
    for name, called in (("ana lindqvist", "Ana Lindqvist"), ("Kim Lee", "Kim Lee")):
        answer = await send(town, "people.add", name=name, **more)
        assert f"{called} is in the list already. To change them, go back and open {called}." in answer
        assert "If it is somebody else of that name, write it so that the two can be told apart." in answer
        renamed = await send(town, "people.edit", "ben", name=name, **more)
        assert f"{called} is in the list already." in renamed
        assert name in renamed.splitlines()
    assert await people(town) == before


async def test_whoever_has_a_namesake_is_edited_under_their_own_name() -> None:
    twins = (person("Kim Lee", id="k1", entra_object_id="k1"), person("Kim Lee", id="k2", entra_object_id="k2"))
    town = Town(people=(*twins, FARID))
    assert (await send(town, "people.edit", "k1", production_access="yes")).startswith("Saved: Kim Lee")
    assert (await send(town, "people.edit", "k2", name="kim lee")).startswith("Saved: kim lee")
    assert "is in the list already" in await send(town, "people.add", name="Kim Lee")


async def test_long_lists_have_pages() -> None:
    crowd = tuple(person(f"Member{number:03} X") for number in range(90))
    town = Town(people=(*crowd, FARID), team=())
    first = await form(town)
    assert len(first.fields[0].choices) == 40
    assert "[More people]" in plain(first)
    assert "[Those before]" not in plain(first)
    last = plain(await form(town, "people", "2"))
    assert "[More people]" not in last
    assert "[Those before]" in last
    assert len((await form(town, "people", "99")).fields[0].choices) == 11
    assert len((await form(town, "people", "x")).fields[0].choices) == 40


async def test_opening_nobody_asks_whom() -> None:
    assert "Choose somebody first." in await send(Town(), "people", person="")


async def test_only_admins_see_the_list() -> None:
    town = Town()
    for by in (EVA, OLGA):
        assert "for the desk's admins" in said(await town.press(Open, "", by, card=CARD, step="people"))


async def _save(town: Town, form_: FormCard, **typed: str) -> str:
    """Fill a form in beside what it was drawn with, and save it."""
    button = next(one for row in form_.rows for one in row.buttons if one.title == "Save")
    values = {field.id: field.value for field in form_.fields} | typed
    return await send(town, "people.edit", button.choice, **values)


async def test_two_forms_of_one_person_save_only_what_was_changed_in_each() -> None:
    town = Town()
    first, second = [await form(town, "people.edit", "ben") for _ in range(2)]
    await _save(town, first, production_access="yes")
    answer = await _save(town, second, working_days="Fri")
    assert "Somebody else changed meanwhile, and it stays: Production access." in answer
    assert (await people(town))["ben"] == replace(BEN, production_access=True, working_days=frozenset({0, 1, 2, 3}))


async def test_a_form_that_is_overtaken_comes_back_and_says_what_changed_meanwhile() -> None:
    town = Town()
    first, second = [await form(town, "people.edit", "ben") for _ in range(2)]
    await _save(town, first, email="ben@example.com", slack_user_id="U1")
    button = next(one for row in second.rows for one in row.buttons if one.title == "Save")
    fields = {field.id: field.value for field in second.fields} | {"email": "b@example.com"}
    answer = await town.press(Send, "", FARID, card=CARD, step="people.edit", choice=button.choice, fields=fields)
    assert "Nothing was saved yet" in said(answer)
    assert "E-mail: ben@example.com" in said(answer)
    back = answer.view  # type: ignore[union-attr]
    assert isinstance(back, FormCard)
    assert {field.id: field.value for field in back.fields}["slack_user_id"] == "U1"
    assert (await _save(town, back)).startswith("Saved")
    assert (await people(town))["ben"] == replace(BEN, email="b@example.com", slack_user_id="U1")


async def test_a_form_that_was_wrong_still_saves_only_what_was_changed_in_it() -> None:
    town = Town()
    drawn = await form(town, "people.edit", "ben")
    button = next(one for row in drawn.rows for one in row.buttons if one.title == "Save")
    fields = {field.id: field.value for field in drawn.fields} | {"left": "soon"}
    answer = await town.press(Send, "", FARID, card=CARD, step="people.edit", choice=button.choice, fields=fields)
    await send(town, "people.edit", "ben", production_access="yes")
    back = answer.view  # type: ignore[union-attr]
    assert isinstance(back, FormCard)
    await _save(town, back, left="2027-01-01")
    assert (await people(town))["ben"] == replace(BEN, production_access=True, left=date(2027, 1, 1))


async def test_an_emptied_e_mail_goes_where_the_entra_id_is_known_and_else_it_is_said_that_it_stays() -> None:
    mailed = person("Gil Amar", id="gil@example.com", entra_object_id="", email="gil@example.com")
    town = Town(people=(*TEAM[:1], replace(BEN, email="ben@example.com"), mailed, FARID))
    assert "is kept" not in await send(town, "people.edit", "ben", email="")
    assert (await people(town))["ben"] == BEN
    answer = await send(town, "people.edit", "gil@example.com", email="")
    assert "The E-mail is kept, since I know them by it: write another to change it." in answer
    assert "The Entra object id is kept" in await send(town, "people.edit", "ben", entra_object_id="")


async def test_whoever_leaves_while_they_serve_has_their_open_shifts_named() -> None:
    town = Town()
    answer = await send(town, "people.edit", "ben", left="2026-11-24")
    assert "Open from 2026-11-24 on: support in the iteration of 2026-11-18." in answer
    assert "Open" not in await send(town, "people.edit", "ben", left="2026-11-25")


@pytest.mark.parametrize(("field", "typed"), [("working_days", "Fri"), ("left", "2026-12-24"), ("slack_user_id", "U1")])
async def test_what_is_emptied_in_a_persons_form_is_empty(field: str, typed: str) -> None:
    town = Town()
    await send(town, "people.edit", "eva", **{field: typed})
    assert (await people(town))["eva"] != EVA
    shown = await form(town, "people.edit", "eva")
    button = next(one for row in shown.rows for one in row.buttons if one.title == "Save")
    filled = {one.id: one.value for one in shown.fields if one.value and one.id != field}
    opening = {"step": button.step, "choice": button.choice, "form": button.form}
    await town.press(Send, "", FARID, card=CARD, fields=filled, **opening)
    assert (await people(town))["eva"] == EVA


async def test_somebody_may_have_public_holidays_of_elsewhere_and_need_not_observe() -> None:
    town = Town()
    answer = await send(town, "people.edit", "dilan", holidays="de by", waived="yes")
    assert "new to support, need not observe first, public holidays of DE BY" in answer
    assert (await people(town))["dilan"] == replace(DILAN, holidays="DE BY", waived=True)
    assert "Public holidays of: write a country's two letters" in await send(
        town, "people.edit", "dilan", holidays="Poland"
    )
    await send(town, "people.edit", "dilan", holidays="", waived="no")
    assert (await people(town))["dilan"] == DILAN


# -- what it does to the rota, and who changed what


async def edited(town: Town, step: str, choice: str, **typed: str) -> str:
    return said(await town.press(Send, "", FARID, card=CARD, step=step, choice=choice, fields=typed))


async def test_what_a_change_does_to_a_team_that_is_set_is_read_before_it_is_saved() -> None:
    town = Town()
    shown = await edited(town, "people.edit", "ana", production_access="no")
    assert "Nothing is saved yet. What follows:\nIn the iteration of Wed 18 Nov there is no anchor" in shown
    assert "[Save all the same]" in shown
    assert (await people(town))["ana"] == ANA
    assert town.in_team_channel() == []
    assert (await edited(town, "people.sure", "ana", production_access="no")).startswith("Saved: Ana Lindqvist")
    assert not (await people(town))["ana"].production_access  # type: ignore[attr-defined]
    (news,) = town.in_team_channel()
    assert news.text.startswith("Farid Haddad took Ana Lindqvist's production access\nIn the iteration of Wed 18 Nov")


async def test_who_changed_whom_is_announced_once_and_stands_in_the_history() -> None:
    town = Town()
    await edited(town, "people.edit", "ben", production_access="yes")
    await edited(town, "people.edit", "ben", production_access="yes", slack_user_id="U1")
    await edited(town, "people.add", "", name="Gil Amar", experienced="no", joined="2026-12-01")
    await edited(town, "people.edit", "eva", left="2026-12-30", working_days="Fri")
    await edited(town, "people.edit", "eva", left="", working_days="")
    said_so = [
        "Farid Haddad gave Ben Okafor production access.",
        "Farid Haddad added Gil Amar, who joins on Tue 1 Dec.",
        (
            "Farid Haddad noted that Eva Novak leaves on Wed 30 Dec.\n"
            "Farid Haddad noted that Eva Novak never works on Fri."
        ),
        "Farid Haddad noted that Eva Novak stays.\nFarid Haddad noted that Eva Novak works every day.",
    ]
    assert [one.text for one in town.in_team_channel()] == said_so
    history = (await (await town.desk()).state()).rota.history
    assert [(one.by, one.what) for one in history] == [
        ("Farid Haddad", "gave Ben Okafor production access"),
        ("Farid Haddad", "added Gil Amar, who joins on 2026-12-01"),
        ("Farid Haddad", "noted that Eva Novak leaves on 2026-12-30"),
        ("Farid Haddad", "noted that Eva Novak never works on Fri"),
        ("Farid Haddad", "noted that Eva Novak stays"),
        ("Farid Haddad", "noted that Eva Novak works every day"),
    ]


async def test_who_is_new_to_support_or_need_not_observe_is_on_the_record_and_a_new_id_is_no_new_person() -> None:
    town = Town()
    await edited(town, "people.edit", "dilan", experienced="yes", entra_object_id=LEA)
    await edited(town, "people.sure", LEA, experienced="no", waived="yes")
    await edited(town, "people.sure", LEA, waived="no", joined="2026-11-02")
    history = (await (await town.desk()).state()).rota.history
    assert [one.what for one in history] == [
        "noted that Dilan Kaya is experienced",
        "noted that Dilan Kaya is new to support",
        "noted that Dilan Kaya need not observe first",
        "noted that Dilan Kaya has to observe first",
        "noted that Dilan Kaya joined on 2026-11-02",
    ]


async def test_what_was_is_not_said_to_come_and_what_is_taken_back_is_on_the_record_too() -> None:
    town = Town()
    await edited(town, "people.sure", "eva", joined="2026-11-02")
    await edited(town, "people.sure", "eva", joined="2026-12-01")
    await edited(town, "people.sure", "eva", joined="")
    await edited(town, "people.sure", "eva", left="2026-11-20")
    await edited(town, "people.sure", "eva", left="", holidays="PL")
    await edited(town, "people.sure", "eva", holidays="")
    history = (await (await town.desk()).state()).rota.history
    assert [one.what for one in history if one.until is None] == [
        "noted that Eva Novak joined on 2026-11-02",
        "noted that Eva Novak joins on 2026-12-01",
        "noted that nothing is known of when Eva Novak joined",
        "noted that Eva Novak left on 2026-11-20",
        "noted that Eva Novak stays",
        "noted that Eva Novak has the public holidays of PL",
        "noted that Eva Novak has the desk's public holidays",
    ]


async def imported(town: Town, *some: Person) -> None:
    rows = tuple([PersonRow(one.name, one, frozenset({"production_access"})) for one in some])
    await town._handle(PeopleImported(rows=rows, **town._when("")))  # type: ignore[arg-type]


async def test_an_import_of_many_is_counted() -> None:
    town = Town()
    await imported(town, *[replace(one, production_access=not one.production_access) for one in TEAM])
    history = (await (await town.desk()).state()).rota.history
    assert ("An operator", f"gave {BEN.name} production access") in [(one.by, one.what) for one in history]
    await imported(town, *[person(f"N{number} New") for number in range(9)])
    assert (await (await town.desk()).state()).rota.history[-1].what == "made 9 changes of people"


async def test_who_set_the_teams_of_which_weeks_is_on_the_record() -> None:
    town = Town()
    await town.import_shifts((Shift(date(2026, 12, 2), "ana", Role.SUPPORT),))
    await town.import_shifts((Shift(date(2026, 12, 2), "ana", Role.SUPPORT),))
    weeks = (date(2026, 12, 9), date(2026, 12, 16))
    await town.import_shifts(tuple([Shift(week, "ben", Role.SUPPORT) for week in weeks]))
    history = (await (await town.desk()).state()).rota.history
    assert [(one.by, one.what) for one in history] == [
        ("An operator", "set who serves from 2026-12-02"),
        ("An operator", "set who serves from 2026-12-09 to 2026-12-16, 2 weeks"),
    ]
