"""Those who start: their cards, whether their messages ring, observers, and the heads-up before the peak."""

from dataclasses import replace
from datetime import date

from bot.events import RotaEdited, Send
from bot.people import Person
from bot.places import personal
from bot.policy import Language, Page, Policy
from bot.rota.shift import Absence, Override, Role, Shift
from bot.views import PlanCard
from tests.journeys.test_absences import choice
from tests.journeys.town import (
    ANA,
    BEN,
    CHEN,
    DILAN,
    EVA,
    FARID,
    ITERATION,
    TEAM,
    TEAM_CHANNEL,
    Town,
    at,
    plain,
    said,
    shifts,
)

NEXT = date(2026, 11, 25)
NEW = (
    Shift(NEXT, "chen", Role.SUPPORT),
    Shift(NEXT, "eva", Role.SUPPORT),
    Shift(NEXT, "farid", Role.FALLBACK, frozenset({4})),
    Shift(NEXT, "dilan", Role.OBSERVER),
)


def tuesday(new: tuple[Shift, ...] = NEW, **more: object) -> Town:
    return Town("2026-11-24 17:30", team=(*shifts(), *new), **more)  # type: ignore[arg-type]


def card(town: Town, who: Person) -> PlanCard:
    view = town.teams.messages[f"start:{NEXT}:{who.id}"].view
    assert isinstance(view, PlanCard)
    return view


def keys(town: Town, begin: str) -> list[str]:
    return [message.key for message in town.teams.sent if message.key.startswith(begin)]


async def press(town: Town, who: Person, step: str, choice: str = str(NEXT)) -> str:
    key = f"start:{NEXT}:{who.id}"
    return said(await town.press(Send, "", who, step=step, choice=choice, place=personal(who.id), card=key))


async def test_whoever_starts_reads_their_duties_how_to_ring_and_gets_a_test_message() -> None:
    policy = Policy(documentation=(Page("API docs", "https://docs.example.com"),))
    town = tuesday(policy=policy)
    await town.until("2026-11-25 09:00")
    view = card(town, EVA)
    assert (view.title, view.text) == ("You are on support from today", "With Chen Wei, until Wed 2 Dec, 09:00.")
    assert "Watch #backend in Teams and #bugsnag-backend in Slack, 09:00 to 18:00" in view.parts[0].text
    assert "This week's deployments are yours: write deploy when one starts." in view.parts[0].text
    assert "Channel notifications" in view.parts[1].text
    assert [(button.title, button.main) for button in view.presses] == [("I'm ready", True)]
    assert [link.title for link in view.links] == ["Handbook", "API docs"]
    assert "Did this ring?" in town.teams.messages[f"ring:{NEXT}:eva"].text


async def test_a_channel_in_slack_of_which_only_the_id_is_known_is_said_in_words() -> None:
    town = tuesday(policy=Policy(slack_channel="C0MOBILE01"))
    await town.until("2026-11-25 09:00")
    words = plain(card(town, EVA))
    assert "C0MOBILE01" not in words
    assert "and the channel of the alerts in Slack" in words


async def test_whoever_serves_on_the_first_days_alone_does_not_read_that_it_is_until_the_next_wednesday() -> None:
    town = tuesday(people=(ANA, BEN, CHEN, replace(EVA, left=date(2026, 11, 27)), FARID))
    await town.until("2026-11-25 09:00")
    assert (card(town, EVA).title, card(town, EVA).text) == ("You are on support on Wed and Thu", "With Chen Wei.")


async def test_the_fallback_reads_which_days_are_theirs_and_whoever_stays_reads_little() -> None:
    town = tuesday((NEW[1], NEW[2], Shift(NEXT, "ben", Role.SUPPORT)))
    await town.until("2026-11-25 09:00")
    assert card(town, FARID).title == "You are the fallback on Fri"
    assert card(town, FARID).text == "Eva Novak and Ben Okafor are on support until Wed 2 Dec, 09:00."
    assert card(town, BEN).title == "You stay on support this week"
    assert not card(town, BEN).presses
    assert not card(town, BEN).parts
    assert keys(town, f"ring:{NEXT}:ben") == []


async def test_whoever_was_of_the_pair_and_is_a_fallback_now_reads_their_days_and_need_not_be_ready() -> None:
    town = tuesday((*NEW[:2], Shift(NEXT, "ben", Role.FALLBACK, frozenset({4}))))
    await town.until("2026-11-25 09:00")
    assert card(town, BEN).title == "You are the fallback on Fri"
    assert not card(town, BEN).presses
    assert "Ready" not in town.teams.messages[f"handover:{NEXT}"].text


async def test_whoever_serves_alone_or_on_some_days_reads_so() -> None:
    town = tuesday((NEW[1], replace(NEW[2], days=frozenset({0, 4}))))
    await town.until("2026-11-25 09:00")
    assert card(town, EVA).text == "Alone, until Wed 2 Dec, 09:00."
    assert card(town, FARID).title == "You are the fallback on Fri and Mon"
    assert card(town, FARID).text == "Eva Novak is on support until Wed 2 Dec, 09:00."


async def test_whoever_stays_since_nobody_was_picked_reads_that_a_team_may_still_be_taken() -> None:
    town = tuesday(())
    await town.until("2026-11-25 09:30")
    assert card(town, ANA).title == "You stay on support this week"
    assert card(town, ANA).text == "With Ben Okafor, until a team is taken. Nothing else changes for you."


async def test_somebody_who_stands_in_on_a_day_gets_a_card_of_that_day() -> None:
    town = tuesday()
    override = Override("eva", "ana", at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    town.rota = replace(town.rota, overrides=(override,))
    await town.until("2026-11-25 09:00")
    assert card(town, EVA).title == "You are on support on Wed, Fri, Mon and Tue"
    assert card(town, ANA).title == "You stay on support this week"


async def test_where_there_is_only_a_fallback_they_read_no_pair() -> None:
    town = tuesday((NEW[2],))
    await town.import_shifts((Shift(ITERATION, "dilan", Role.OBSERVER),))  # so that there is nobody who stays
    await town.until("2026-11-25 09:00")
    assert card(town, FARID).text == ""


async def test_whoever_is_ready_has_no_button_left_and_a_second_press_changes_nothing() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:05")
    first = await press(town, EVA, "ready")
    assert "You are ready." in first
    assert card(town, EVA).presses == ()
    assert await press(town, EVA, "ready") == first


async def test_whoever_is_not_ready_by_ten_is_reminded_once_and_the_other_is_told() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:05")
    await press(town, EVA, "ready")
    await town.until("2026-11-25 18:00")
    assert keys(town, "unready:") == [f"unready:{NEXT}:chen"]
    assert "press I'm ready" in town.teams.messages[f"unready:{NEXT}:chen"].text
    (told,) = [one for one in town.to(EVA) if one.key.startswith("news:")]
    assert told.text.startswith("Chen Wei has not said yet that the messages ring.")


async def test_where_neither_is_ready_each_reads_it_of_the_other_in_their_reminder() -> None:
    town = tuesday()
    await town.until("2026-11-25 18:00")
    assert "Eva Novak is not ready yet either." in town.teams.messages[f"unready:{NEXT}:chen"].text
    assert [one for one in town.to(EVA) if one.key.startswith("news:")] == []


async def test_nobody_is_reminded_where_both_are_ready() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:05")
    await press(town, EVA, "ready")
    await press(town, CHEN, "ready")
    await town.until("2026-11-25 18:00")
    assert keys(town, "unready:") == keys(town, "news:") == []


async def test_nobody_is_reminded_after_the_close() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:30")
    await town.sleep_until("2026-11-25 19:00")
    await town.until("2026-11-26 12:00")
    assert keys(town, "unready:") == []


async def test_whoever_is_away_on_wednesday_gets_their_card_when_they_are_back_and_no_reminder() -> None:
    away = Absence("eva", at("2026-11-25 00:00"), at("2026-11-25 11:00"))
    town = tuesday(absences=(away,))
    await town.until("2026-11-25 10:59")
    assert keys(town, f"start:{NEXT}:eva") == []
    await town.until("2026-11-25 11:00")
    assert keys(town, f"start:{NEXT}:eva") != []
    await town.until("2026-11-25 18:00")
    assert keys(town, "unready:") == [f"unready:{NEXT}:chen"]


async def test_whoever_cannot_be_reached_gets_no_card() -> None:
    people = (*TEAM[:4], replace(EVA, entra_object_id=""), FARID)
    town = tuesday(people=people)
    await town.until("2026-11-25 18:00")
    assert keys(town, f"start:{NEXT}:eva") == []


async def test_a_card_of_a_week_that_is_over_or_of_nobodys_shift_does_nothing() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:05")
    assert await press(town, EVA, "ready", str(ITERATION)) == "That iteration is over."
    assert await press(town, BEN, "ready") == "You are not on this week's support team any more."
    assert await press(town, EVA, "observe") == "You do not observe this week."


async def test_before_a_first_change_of_duty_there_is_no_card_to_press() -> None:
    town = Town()
    assert await press(town, EVA, "ready") == "That iteration is over."


async def test_an_observer_reads_what_to_do_is_never_reminded_and_has_nothing_to_answer() -> None:
    town = tuesday()
    await town.until("2026-12-01 17:00")
    assert [one.key for one in town.to(DILAN)] == [f"start:{NEXT}:dilan"]
    view = card(town, DILAN)
    assert view.title == "You observe support this week"
    assert "Suggest an answer" in view.parts[0].text
    assert [button.title for button in view.presses] == ["Another week"]


async def test_another_week_is_granted_at_once_and_can_be_taken_back() -> None:
    town = tuesday()
    await town.until("2026-11-25 09:05")
    before = len(town.teams.sent)
    assert "another week before your first SUPPORT shift" in await press(town, DILAN, "observe", f"{NEXT}:yes")
    assert (await (await town.desk()).state()).rota.people["dilan"].again
    assert "Not after all" in [button.title for button in card(town, DILAN).presses]
    await press(town, DILAN, "observe", f"{NEXT}:no")
    await press(town, DILAN, "observe", f"{NEXT}:no")
    assert not (await (await town.desk()).state()).rota.people["dilan"].again
    assert len(town.teams.sent) == before


async def test_another_week_is_granted_to_somebody_too_who_has_observed_before() -> None:
    town = tuesday(NEW)
    await town.until("2026-11-25 09:00")
    assert (await (await town.desk()).state()).rota.people["dilan"].observed == ITERATION
    await press(town, DILAN, "observe", f"{NEXT}:yes")
    await town.until("2026-12-02 09:00")
    assert "You observe once more" in card(town, DILAN).text
    assert "Dilan Kaya has to observe first" in await town.write("rota why", DILAN)


async def test_at_its_end_the_card_says_what_comes_after_observing() -> None:
    later = date(2026, 12, 2)
    town = tuesday((*NEW, *(replace(one, iteration=later) for one in NEW[:2])))
    await town.until("2026-12-02 09:00")
    assert card(town, DILAN).title == "You have observed"
    assert "within the next three iterations" in card(town, DILAN).text


async def test_at_its_end_the_card_of_another_week_says_that() -> None:
    town = tuesday((*NEW, *(replace(one, iteration=date(2026, 12, 2)) for one in NEW)))
    await town.until("2026-11-25 09:05")
    await press(town, DILAN, "observe", f"{NEXT}:yes")
    await town.until("2026-12-02 09:00")
    assert card(town, DILAN).title == "Another week of observing"


async def test_whoever_comes_on_duty_during_the_week_is_told_once_before_the_peak() -> None:
    town = Town()
    await town.import_shifts((Shift(ITERATION, "ana", Role.SUPPORT), Shift(ITERATION, "eva", Role.SUPPORT)))
    await town.until("2026-11-23 15:54")
    assert keys(town, "peak:") == []
    await town.until("2026-11-23 15:55")
    (message,) = [one for one in town.to(EVA) if one.key.startswith("peak:")]
    assert message.text.startswith("You are on duty today with Ana Lindqvist. Most requests come from 16:00 to 18:00")
    await town.until("2026-11-24 18:00")
    assert len(keys(town, "peak:")) == 1


async def test_a_fallback_of_friday_who_serves_on_monday_too_is_told_on_monday() -> None:
    town = Town("2026-11-20 10:00")
    await town.import_shifts((*shifts()[:2], Shift(ITERATION, "chen", Role.FALLBACK, frozenset({0, 4}))))
    await town.until("2026-11-23 15:54")
    assert keys(town, "peak:") == []
    await town.until("2026-11-23 15:55")
    assert keys(town, "peak:") == [f"peak:{ITERATION}:chen"]


async def test_whoever_is_alone_on_duty_is_told_of_nobody_beside() -> None:
    town = Town()
    await town.import_shifts((Shift(ITERATION, "eva", Role.SUPPORT),))
    await town.until("2026-11-23 16:00")
    assert town.to(EVA)[0].text.startswith("You are on duty today. Most")


async def test_a_change_a_moment_before_the_peak_is_told_at_once_and_one_within_it_the_next_day() -> None:
    town = Town("2026-11-23 15:57")
    await town.import_shifts((Shift(ITERATION, "ana", Role.SUPPORT), Shift(ITERATION, "eva", Role.SUPPORT)))
    await town.wait(0)
    assert keys(town, "peak:") == [f"peak:{ITERATION}:eva"]
    town = Town("2026-11-23 16:10")
    await town.import_shifts((Shift(ITERATION, "ana", Role.SUPPORT), Shift(ITERATION, "eva", Role.SUPPORT)))
    await town.until("2026-11-24 15:54")
    assert town.to(EVA) == []
    await town.until("2026-11-24 15:55")
    assert len(town.to(EVA)) == 1


async def test_a_team_that_is_taken_late_gets_its_cards_on_the_morning_on_which_it_starts() -> None:
    town = tuesday(())
    await town.until("2026-11-25 11:00")
    await town.send("pick.take", "", ANA, choice=f"{NEXT}:chen+eva", card=f"pick:{NEXT}:1", place=TEAM_CHANNEL)
    await town.until("2026-11-26 08:59")
    assert keys(town, f"start:{NEXT}:chen") == []
    await town.until("2026-11-26 16:00")
    assert card(town, CHEN).title == "You are on support from today"
    assert card(town, CHEN).text == "With Eva Novak, until Wed 2 Dec, 09:00."
    assert keys(town, f"ring:{NEXT}") == [f"ring:{NEXT}:chen", f"ring:{NEXT}:eva"]
    assert "You are ready." in await press(town, CHEN, "ready")
    assert keys(town, "peak:") == []


# -- who is on duty changes after the start -------------------------------------------------------------------------


def post(town: Town) -> str:
    return town.teams.messages[f"week:{NEXT}"].text


async def covered(town: Town, who: Person, by: Person, first: str, last: str) -> None:
    """Let somebody cover days of another's shift."""
    fields = {"shift": f"{NEXT}:SUPPORT:{who.id}", "first": first, "last": last}
    shown = await town.press(Send, "", who, card="form", step="cover", fields=fields)
    await town.send("cover.ask", "", who, card="form", choice=choice(shown, "cover.ask"), who=by.id)  # type: ignore[arg-type]
    (key,) = [one.key for one in town.to(by) if one.key.startswith("ask:cover")]
    await town.send("ask.yes", "", by, card=key, choice=key.removeprefix("ask:").rpartition(":")[0])


async def wednesday(**more: object) -> Town:
    town = tuesday(**more)  # type: ignore[arg-type]
    await town.until("2026-11-25 10:30")
    return town


async def test_since_some_days_are_covered_the_cards_and_the_requesters_post_say_so() -> None:
    town = await wednesday()
    await covered(town, EVA, BEN, "2026-11-30", "2026-12-01")
    assert card(town, EVA).title == "You are on support on Wed, Thu and Fri"
    assert card(town, EVA).text == "With Chen Wei."
    assert card(town, CHEN).title == "You are on support from today"
    assert card(town, CHEN).text == "With Eva Novak and Ben Okafor, until Wed 2 Dec, 09:00."
    assert card(town, FARID).text == "Chen Wei and Eva Novak are on support until Wed 2 Dec, 09:00."
    assert post(town) == (
        "This week Chen Wei and Eva Novak answer here. On Mon and Tue Ben Okafor steps in. "
        "On Fri Farid Haddad steps in."
    )


async def test_whoever_stays_and_whoever_steps_in_read_on_which_days_they_serve_since_some_are_covered() -> None:
    fallback = Shift(NEXT, "chen", Role.FALLBACK, frozenset({4}))
    town = tuesday((NEW[1], fallback, Shift(NEXT, "ben", Role.SUPPORT)))
    await town.until("2026-11-25 10:30")
    assert card(town, BEN).title == "You stay on support this week"
    await covered(town, BEN, CHEN, "2026-11-26", "2026-11-26")
    assert (card(town, BEN).title, card(town, CHEN).title) == (
        "You are on support on Wed, Fri, Mon and Tue",
        "You are on support on Thu and Fri",
    )
    assert card(town, BEN).text == (
        "With Eva Novak and Chen Wei, until Wed 2 Dec, 09:00. Nothing else changes for you."
    )
    assert card(town, CHEN).text == "With Eva Novak and Ben Okafor."


async def test_since_somebody_serves_in_anothers_place_for_all_that_is_left_the_other_reads_that_it_is_over() -> None:
    town = await wednesday(policy=Policy(language=Language.GERMAN))
    await covered(town, EVA, BEN, "", "")
    view = card(town, EVA)
    assert (view.title, view.presses) == ("You are not on this week's support team any more", ())
    assert view.text == "Chen Wei and Ben Okafor are on support."
    assert card(town, CHEN).text == "With Ben Okafor, until Wed 2 Dec, 09:00."
    assert post(town) == "Diese Woche antworten hier Chen Wei und Ben Okafor. Am Fr springt Farid Haddad ein."


async def test_since_somebody_is_away_and_another_fills_in_the_cards_and_the_post_say_so_until_they_are_back() -> None:
    town = await wednesday()
    before = {one: (card(town, one), len(versions(town, one))) for one in (CHEN, EVA, FARID)}, post(town)
    fields = {"first": "2026-11-26", "last": "2026-11-26"}
    shown = await town.press(Send, "", EVA, card="form", step="absence", fields=fields)
    await town.send("absence.take", "", EVA, card="form", choice=choice(shown, "absence.take"))  # type: ignore[arg-type]
    assert card(town, EVA).title == "You are on support on Wed, Fri, Mon and Tue"
    filled = post(town)
    assert filled.startswith("This week Chen Wei and Eva Novak answer here. ")
    assert "On Thu " in filled
    assert len(versions(town, CHEN)) == before[0][CHEN][1], "for whom nothing is new"
    away = (await (await town.desk()).state()).rota.absences[-1]
    gone = f"{away.start.isoformat()}|{away.end.isoformat()}|eva"
    await town.send("absence.remove", "", EVA, card="form:x", choice=gone)
    assert ({one: card(town, one) for one in (CHEN, EVA, FARID)}, post(town)) == (
        {one: view for one, (view, _) in before[0].items()},
        before[1],
    )


async def test_since_somebody_is_reported_away_whoever_says_yes_steps_in_today() -> None:
    town = await wednesday()
    await town.write("away Eva", CHEN)
    assert card(town, EVA).title == "You are on support on Thu, Fri, Mon and Tue"
    (key,) = [one.key for who in TEAM for one in town.to(who) if one.key.startswith("ask:")]
    who = next(one for one in TEAM if key.endswith(f":{one.id}"))
    await town.send("ask.yes", "", who, card=key, choice=key.removeprefix("ask:").rpartition(":")[0])
    assert f"On Wed {who.name} steps in." in post(town) or f"On Wed and Fri {who.name} steps in." in post(town)


async def test_whoever_is_fallback_no_more_reads_so() -> None:
    town = await wednesday()
    await town.import_shifts(tuple([one for one in NEW if one.person != "farid"]))
    assert card(town, FARID).title == "You are not on this week's support team any more"
    assert post(town) == "This week Chen Wei and Eva Novak answer here."


async def test_whoever_is_none_of_the_people_any_more_is_told_nothing() -> None:
    town = await wednesday()
    rota = (await (await town.desk()).state()).rota
    left = {id_: one for id_, one in rota.people.items() if id_ != "farid"}
    shown = len(versions(town, FARID))
    changed = replace(rota, people=left, shifts=tuple([one for one in rota.shifts if one.person != "farid"]))
    await town._handle(RotaEdited(rota=changed, base=rota, key="edited", happened_at=town.now))
    assert len(versions(town, FARID)) == shown
    assert post(town) == "This week Chen Wei and Eva Novak answer here."


async def test_where_nobody_is_left_the_post_stays_as_it_was() -> None:
    town = await wednesday()
    before = post(town)
    await town.import_shifts((Shift(NEXT, "dilan", Role.OBSERVER),))
    assert card(town, EVA).text == ""
    assert post(town) == before


def versions(town: Town, who: Person) -> list[object]:
    return list(town.teams.messages[f"start:{NEXT}:{who.id}"].versions)
