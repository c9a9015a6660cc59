"""What is told of what a request resembles, and what is not."""

from dataclasses import replace

import pytest

from bot.ports import Asked
from bot.search.index import Index
from bot.search.matching import MOST_ALIKE, MOST_FOUND, MOST_REQUESTS, MOST_SECTIONS, Found, matches, sections
from bot.store.document import dump, parse
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Alike, Common, Standing
from bot.support.request import Match, Outcome, Status
from tests.search.fakes import HANDBOOK, Glossary
from tests.search.texts import NOW, closed

LABELS = "die Etiketten werden nicht gedruckt"
PIN = Common("C-1", Standing.LISTED, "Forgotten PIN", "Set a new password.", phrases=("passwort vergessen",))


def index(*rows: Asked, encoder: Glossary | None = None, handbook: Handbook = HANDBOOK, words: bool = False) -> Index:
    made = Index(None if words else encoder or Glossary())
    made.put_handbook(handbook)
    made.take([replace(row, revision=number) for number, row in enumerate(rows, 1)])
    while made.unmade:
        made.encode_some()
    return made


def found(made: Index, text: str = LABELS, request: str = "R-99") -> Found:
    return matches(made, text, request, NOW)


def refs(made: Index, text: str = LABELS) -> list[str]:
    return [match.ref for match in found(made, text).matches]


def opened(row: Asked) -> Asked:
    return replace(row, status=Status.OPEN, outcome=None, helped=())


def test_the_section_that_means_the_same_in_another_language_comes_first_and_is_sure() -> None:
    assert found(index()).matches == (Match("#labels", sure=True),)


def test_what_is_like_nothing_is_told_nothing() -> None:
    assert found(index(closed("R-1", "labels gone")), "who waters the plants in the kitchen") == Found()


@pytest.mark.parametrize("text", ["", "  ", "👍", "?!"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    assert found(index(), text) == Found()
    assert sections(index(), text) == ()


def test_a_handbook_that_is_not_there_and_no_requests_are_like_nothing() -> None:
    assert found(index(handbook=Handbook())) == Found()


def test_two_sections_that_say_the_same_are_both_told_and_neither_is_sure() -> None:
    twice = Section("labels-1", "Labels are not printed", body="Restart the label worker.\n")
    told = found(index(handbook=replace(HANDBOOK, sections=(*HANDBOOK.sections, twice)))).matches
    assert [match.ref for match in told] == ["#labels", "#labels-1"]
    assert not any(match.sure for match in told)


def test_no_more_than_three_sections_are_told() -> None:
    many = tuple(Section(f"l{number}", "Labels are not printed") for number in range(9))
    told = found(index(handbook=replace(HANDBOOK, sections=(*HANDBOOK.sections, *many)))).matches
    assert len([match for match in told if match.ref.startswith("#")]) == MOST_SECTIONS


def test_what_is_told_can_be_stored() -> None:
    """Numbers of arrays are no JSON."""
    made = index(closed("R-1", LABELS), *(closed(f"R-{number}", f"{LABELS} {number}") for number in range(2, 5)))
    told = found(made)
    assert {type(match.sure) for match in (*told.matches, *sections(made, "label pin"))} == {bool}
    assert {type(alike.near) for alike in told.alike} == {bool}
    assert parse(tuple[Match, ...], dump(told.matches), "matches") == told.matches


def test_a_closed_request_that_is_similar_is_told_with_its_outcome() -> None:
    row = replace(closed("R-1", "labels were not printed"), outcome=Outcome.WORKAROUND)
    assert Match("R-1", sure=True, outcome=Outcome.WORKAROUND) in found(index(row), "labels are not printed").matches


@pytest.mark.parametrize(
    "row",
    [
        opened(closed("R-1", LABELS)),
        replace(closed("R-1", LABELS), outcome=Outcome.DUPLICATE),
        closed("R-99", LABELS),
    ],
)
def test_what_is_open_or_only_follows_another_or_is_the_request_itself_is_no_answer(row: Asked) -> None:
    assert refs(index(row)) == ["#labels"]


def test_no_more_than_three_requests_are_told_of_equal_ones_the_latest() -> None:
    rows = [closed(f"R-{number}", LABELS, days=number) for number in range(9, 0, -1)]
    assert refs(index(*rows))[1:] == [f"R-{number}" for number in range(1, MOST_REQUESTS + 1)]


def test_this_helped_teaches_that_texts_like_that_one_have_this_section() -> None:
    strange = "das Ding im Lager spinnt wieder"
    assert "#tours" not in refs(index(), strange)
    assert refs(index(closed("R-1", strange, helped=["#tours"])), f"{strange} sehr")[0] == "#tours"


def test_not_this_takes_a_section_from_texts_like_that_one_and_from_no_others() -> None:
    no = replace(closed("R-1", LABELS), unlike=("#labels",))
    assert "#labels" not in refs(index(no))
    elsewhere = replace(closed("R-1", "Rechnung hat falschen Betrag"), unlike=("#labels",))
    assert refs(index(elsewhere)) == ["#labels"]


def test_not_this_lowers_what_is_likely_the_same_so_that_another_comes_first() -> None:
    twice = replace(HANDBOOK, sections=(*HANDBOOK.sections, Section("other", "Labels are not printed")))
    asked, like = "labels are not printed in the depot", "printed labels are missing in the depot today"
    no = replace(closed("R-1", asked), unlike=("#labels",))
    before, after = refs(index(handbook=twice), like), refs(index(no, handbook=twice), like)
    assert before[:2] == ["#labels", "#other"]
    assert after[0] == "#other"


def test_this_helped_for_a_text_that_is_more_like_it_weighs_more_than_not_this() -> None:
    no = replace(closed("R-1", f"{LABELS} in Hamburg seit heute"), unlike=("#labels",))
    yes = closed("R-2", LABELS, helped=["#labels"])
    assert refs(index(no, yes))[0] == "#labels"


def test_a_request_may_help_and_be_refused_as_a_section_may() -> None:
    odd, likewise = "the thing spins", "the thing is spinning round"
    rows = [closed("R-1", "reboot of the sorter"), closed("R-2", likewise, helped=["R-1", "R-gone"])]
    assert "R-1" in refs(index(*rows), f"{likewise} now")
    refused = [closed("R-1", odd), replace(closed("R-2", likewise), unlike=("R-1",))]
    assert "R-1" in refs(index(refused[0]), odd)
    assert "R-1" not in refs(index(*refused), likewise)


def test_a_common_request_is_told_by_its_phrases_and_by_the_requests_that_it_was() -> None:
    made = index()
    made.put_commons([PIN, Common("C-2", Standing.RETIRED, "Etiketten werden nicht gedruckt")])
    made.encode_some()
    assert "C-1" in refs(made, "Passwort vergessen, anmelden geht nicht")
    assert "C-2" not in refs(made)
    known = index(replace(closed("R-1", "das Ding im Lager spinnt"), common="C-1"))
    known.put_commons([PIN])
    known.encode_some()
    assert "C-1" in refs(known, "das Ding im Lager spinnt")


def test_a_copy_with_another_id_is_the_same_without_asking() -> None:
    row = replace(opened(closed("R-1", "please cancel shipment LY12345, it is too late for us")), common="C-7")
    (alike,) = found(index(row), "please cancel shipment LY98765, it is too late for us").alike
    assert alike == Alike("R-1", near=True, posted_at=row.posted_at, common="C-7")


def test_what_is_likely_the_same_is_asked_about() -> None:
    row = opened(closed("R-1", "labels for a tour in Berlin"))
    (alike,) = found(index(row), "Etiketten kommen nicht aus dem Drucker").alike
    assert not alike.near


def test_two_words_are_too_few_to_be_the_same_without_asking() -> None:
    (alike,) = found(index(closed("R-1", "labels kaputt")), "labels kaputt").alike
    assert not alike.near


@pytest.mark.parametrize(("days", "number"), [(29, 1), (31, 0)])
def test_only_requests_of_thirty_days_are_alike(days: float, number: int) -> None:
    assert len(found(index(closed("R-1", LABELS, days=days))).alike) == number


def test_a_request_is_never_alike_itself_and_of_very_many_the_likeliest_are_told() -> None:
    rows = [closed(f"R-{number}", LABELS) for number in range(MOST_ALIKE + 20)]
    alike = found(index(*rows), request="R-3").alike
    assert len(alike) == MOST_ALIKE
    assert "R-3" not in {one.request for one in alike}


def test_words_alone_find_too_where_there_is_no_encoder() -> None:
    made = index(closed("R-1", "labels are not printed"), words=True)
    told = found(made, "the labels are not printed")
    assert [match.ref for match in told.matches] == ["#labels", "R-1"]
    assert told.alike[0].near
    assert "#labels" in refs(made, "labels are not pritned")
    assert found(made, "wer gießt die Blumen") == Found()


def test_not_this_holds_for_words_alone() -> None:
    no = replace(closed("R-1", "labels are not printed"), unlike=("#labels",))
    assert "#labels" not in refs(index(no, words=True), "labels are not printed")


def test_an_exact_token_finds_the_section_that_has_it() -> None:
    assert sections(index(), "PG::UniqueViolation")[0].ref == "#tours"
    assert sections(index(words=True), "PG::UniqueViolation")[0].ref == "#tours"


def test_whoever_searches_is_told_more_than_who_asks_and_what_is_unsure_says_so() -> None:
    assert [match.sure for match in sections(index(), "Rechnung Betrag")] == [True]
    many = tuple(Section(f"l{number}", "Labels are not printed") for number in range(40))
    assert len(sections(index(handbook=Handbook(sections=many, version="2")), "labels printed")) == MOST_FOUND
    assert sections(index(), "watering plants") == ()


def test_a_text_that_changed_is_found_by_its_new_words_only() -> None:
    made = index(closed("R-1", LABELS))
    made.take([replace(closed("R-1", "the tour hangs in delivery"), revision=9)])
    made.encode_some()
    assert "R-1" not in refs(made)
    assert "R-1" in refs(made, "tour hangs in delivery")
    assert made.after == (9, "R-1")


def test_an_erased_text_leaves_the_index_whether_encoded_or_not() -> None:
    made = index(closed("R-1", LABELS))
    made.take([closed("R-2", LABELS)])
    made.take([replace(closed("R-1", ""), revision=8), replace(closed("R-2", ""), revision=8)])
    assert refs(made) == ["#labels"]
    assert made.encode_some() == ()
    assert not made._requests.vectors.any()
    assert made.entries == {}


def test_a_section_that_is_gone_though_requests_link_to_it_is_told_no_more() -> None:
    made = index(closed("R-1", LABELS, helped=["#labels"]))
    made.put_handbook(replace(HANDBOOK, sections=HANDBOOK.sections[1:], version="2"))
    assert refs(made) == ["R-1"]


def test_a_press_that_is_taken_back_teaches_no_more() -> None:
    strange = "das Ding im Lager spinnt wieder"
    made = index(closed("R-1", strange, helped=["#tours"]), replace(closed("R-2", strange), unlike=("#pin",)))
    made.take([replace(closed("R-1", strange), revision=5), replace(closed("R-2", strange), revision=5, common="C-1")])
    made.take([replace(closed("R-2", strange), revision=6)])
    assert "#tours" not in refs(made, strange)
    assert not any([*made.helped.values(), *made.unlike.values(), *made.of_common.values()])


def test_vectors_that_are_stored_are_not_made_again_unless_by_another_encoder_or_broken() -> None:
    first = Index(Glossary())
    first.take([closed("R-1", LABELS), closed("R-2", "tour hangs")])
    one, two = sorted(first.encode_some(), key=lambda row: row.request)
    encoder = Glossary()
    made = Index(encoder)
    made.take([one, replace(two, encoder="another/1"), replace(two, request="R-3", vector=b"cut")])
    assert {row.request for row in made.encode_some()} == {"R-2", "R-3"}
    assert LABELS not in encoder.seen
    assert "R-1" in refs(made)


def test_the_same_section_is_encoded_once_however_often_the_handbook_changes() -> None:
    encoder = Glossary()
    made = index(encoder=encoder)
    before = len(encoder.seen)
    made.put_handbook(replace(HANDBOOK, sections=(*HANDBOOK.sections, Section("new", "A new one")), version="2"))
    made.encode_some()
    assert encoder.seen[before:] == ["A new one"]


def test_of_requests_that_are_let_go_the_latest_are_left() -> None:
    rows = [closed(f"R-{number}", f"labels {number}", days=number / 100) for number in range(900)]
    made = index(*rows)
    made.let_go(600)
    assert sorted(made.entries) == sorted(f"R-{number}" for number in range(300))
    assert len(made.by_slot) < 900
    assert refs(made, "labels 7 are not printed")[1:]
    assert all(entry is None or made.entries[entry.asked.request] is entry for entry in made.by_slot)


def test_a_request_that_is_held_is_not_encoded_again_to_be_compared() -> None:
    encoder = Glossary()
    made = index(closed("R-1", LABELS), encoder=encoder)
    before = list(encoder.seen)
    assert "#labels" in [match.ref for match in matches(made, LABELS, "R-1", NOW).matches]
    assert encoder.seen == before
    matches(made, "other words of the same request", "R-1", NOW)
    assert encoder.seen == [*before, "other words of the same request"]


def test_a_request_that_changes_twice_in_one_portion_is_held_as_it_was_last() -> None:
    made = index(closed("R-1", LABELS), closed("R-1", "tour hangs in delivery"))
    assert len(made.entries) == 1
    assert "R-1" not in refs(made)
    assert "R-1" in refs(made, "tour hangs in delivery")


def test_what_was_written_down_comes_before_the_requests_it_came_of_which_say_no_more() -> None:
    rows = [replace(closed(f"R-{number}", LABELS, days=number), common="C-1") for number in (1, 2)]
    made = index(*rows, closed("R-3", LABELS, days=3), handbook=Handbook())
    made.put_commons([PIN])
    made.encode_some()
    assert refs(made) == ["C-1", "R-3"]


def test_of_requests_that_are_the_same_common_one_a_single_one_is_told() -> None:
    rows = [replace(closed(f"R-{number}", LABELS, days=number), common="C-7") for number in (1, 2)]
    assert refs(index(*rows, closed("R-3", LABELS, days=3)))[1:] == ["R-1", "R-3"]
