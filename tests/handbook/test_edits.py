"""An edit is made where the section reads as it was read, and nowhere else."""

import pytest

from bot.handbook.edits import edited
from bot.handbook.sections import Unreadable, sections

TEXT = b"# Top\n\n## One\n\n1\n\n## Two\n\n2\n"


def read(content: bytes, ref: str) -> str:
    found = next(one for one in sections(content) if one.ref == ref)
    return found.heading + found.body


def test_a_section_reads_what_it_is_to_read_and_all_else_stays() -> None:
    assert edited(TEXT, "#one", read(TEXT, "#one"), "## One\n\nmore") == b"# Top\n\n## One\n\nmore\n\n## Two\n\n2\n"
    assert edited(TEXT, "#two", read(TEXT, "#two"), "## New\n\nx\n") == b"# Top\n\n## One\n\n1\n\n## New\n\nx\n"


def test_a_new_section_comes_at_the_end_after_a_blank_line() -> None:
    assert edited(b"# A", "", "", "## B\nb") == b"# A\n\n## B\nb\n"
    assert edited(b"# A\n\n\n", "", "", "\n## B\nb\n\n") == b"# A\n\n## B\nb\n"


def test_a_section_that_reads_otherwise_by_now_is_left_alone() -> None:
    assert edited(TEXT, "#one", "## One\n\n0\n\n", "x") is None
    assert edited(TEXT, "#gone", "## Gone\n", "x") is None


def test_a_section_is_known_by_its_words_where_its_number_is_another_by_now() -> None:
    before = "## A\n\nours\n"
    assert (
        edited(b"## A\n\ntheirs\n\n## A\n\nours\n", "#a", before, "## A\n\nnew\n") == b"## A\n\ntheirs\n\n## A\n\nnew\n"
    )


def test_of_two_that_read_alike_the_one_that_is_named_is_meant_or_none() -> None:
    text = b"## A\n\nx\n\n## A\n\nx\n\n## B\n"
    assert edited(text, "#a-1", "## A\n\nx\n\n", "## A\n\ny") == b"## A\n\nx\n\n## A\n\ny\n\n## B\n"
    assert edited(text, "#c", "## A\n\nx\n\n", "## A\n\ny") is None


def test_line_ends_and_the_mark_of_utf_8_stay() -> None:
    text = b"\xef\xbb\xbf# A\r\n\r\nx\r\n"
    assert edited(text, "#a", "# A\r\n\r\nx\r\n", "# A\n\ny\n") == b"\xef\xbb\xbf# A\r\n\r\ny\r\n"
    assert edited(text, "", "", "# B\nz") == b"\xef\xbb\xbf# A\r\n\r\nx\r\n\r\n# B\r\nz\r\n"


def test_the_whole_of_a_handbook_without_headings_can_be_edited() -> None:
    assert edited(b"Call Edge.\n", "#", "Call Edge.\n", "# Edge\n\nCall them.\n") == b"# Edge\n\nCall them.\n"


def test_what_is_no_handbook_cannot_be_edited() -> None:
    with pytest.raises(Unreadable):
        edited(b"\xff", "#a", "a", "b")
