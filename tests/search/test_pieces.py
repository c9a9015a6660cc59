"""Which texts stand for a section, and for a common request."""

import pytest

from bot.search.pieces import LONGEST, MOST_PARTS, PART, of_commons, of_handbook
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Common, Standing


def pieces(section: Section, *others: Section) -> list[str]:
    return [text for text, _ in of_handbook(Handbook(sections=(section, *others)))[0].pieces]


def test_a_section_is_found_by_its_title_by_its_text_and_by_both() -> None:
    assert pieces(Section("a", "Labels", body="Restart it.\n")) == ["Labels", "Restart it.", "Labels. Restart it."]


def test_a_section_without_a_text_is_found_by_its_title() -> None:
    assert pieces(Section("a", "Labels", body=" \n\n")) == ["Labels"]


def test_a_title_says_where_it_is_unless_all_are_there() -> None:
    book, tours = "Handbook", "Tour hangs"
    section = Section("a", "Solution", above=(book, tours))
    assert pieces(section, Section("b", "Labels", above=(book,)), Section("c", book)) == ["Tour hangs: Solution"]


def test_signs_of_markdown_are_taken_off() -> None:
    body = "## Do\n\n* press [Force](https://admin.example/x)\n> **now**\n\n```ruby\nTour.close_all\n```\n1. done\n"
    assert pieces(Section("a", "T", body=body))[1] == "Do press Force now Tour.close_all done"


def test_what_a_long_section_says_is_taken_in_parts_that_weigh_as_much_as_a_short_one() -> None:
    body = "\n\n".join(f"Paragraph {number} says {'something ' * 20}" for number in range(20))
    (answer,) = of_handbook(Handbook(sections=(Section("a", "T", body=body),)))
    assert len(answer.pieces) == 1 + 2 * MOST_PARTS
    assert sum(weight for _, weight in answer.pieces) == pytest.approx(3)
    assert max(len(text) for text, _ in answer.pieces) <= PART + len("T. ")


@pytest.mark.parametrize("body", ["x" * 5_000_000, "[" * 100_000, "`" * 100_000, "\n" * 100_000, "[a](" * 50_000])
def test_a_hostile_section_costs_no_more_than_a_long_one(body: str) -> None:
    assert sum(map(len, pieces(Section("a", "T", body=body)))) <= 3 * LONGEST


def test_a_common_request_is_found_by_its_title_its_phrases_and_its_answer() -> None:
    common = Common("C-1", Standing.LISTED, "PIN", "Set a new one.", phrases=("forgot it", "vergessen", " "))
    assert [text for text, _ in of_commons([common])[0].pieces] == [
        "PIN",
        "forgot it",
        "vergessen",
        "PIN. Set a new one.",
    ]
