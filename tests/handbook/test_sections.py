"""Sections: what is a heading, what stands below it, and what is no handbook."""

import time

import pytest

from bot.handbook.sections import LONGEST_LINE, MOST_LINES, MOST_SECTIONS, Unreadable, sections
from bot.support.handbook import MOST_BYTES, Handbook, Section


def titles(text: str) -> list[tuple[str, str]]:
    return [(one.anchor, one.title) for one in sections(text.encode())]


def test_a_section_goes_from_its_heading_to_the_next_of_any_level_and_knows_the_titles_above() -> None:
    found = sections(b"intro\n\n# Top\nabout\n## One\n1\n### Deep\n2\n## Two ##\n\n3\n")
    assert found == (
        Section("top", "Top", "# Top\n", "about\n"),
        Section("one", "One", "## One\n", "1\n", ("Top",)),
        Section("deep", "Deep", "### Deep\n", "2\n", ("Top", "One")),
        Section("two", "Two", "## Two ##\n", "\n3\n", ("Top",)),
    )


def test_what_stands_in_code_is_no_heading() -> None:
    assert titles("# A\n```sh\n# rake\n```\n~~~\n## b\n~~~\n\n    # indented\n\n# B\n") == [("a", "A"), ("b", "B")]


def test_a_fence_that_never_ends_hides_all_below_it() -> None:
    assert titles("# A\n```\n# B\n") == [("a", "A")]


def test_setext_headings_are_headings_of_all_their_lines() -> None:
    found = sections(b"First\nhalf\n=====\nx\n\nSecond\n---\n")
    assert [(one.title, one.anchor, one.heading) for one in found] == [
        ("First half", "firsthalf", "First\nhalf\n=====\n"),
        ("Second", "second", "Second\n---\n"),
    ]
    assert found[1].above == ("First half",)


def test_headings_in_quotes_and_lists_count() -> None:
    assert titles("> # Quoted\n\n- # Listed\n\n1. text\n   ## Deep\n") == [
        ("quoted", "Quoted"),
        ("listed", "Listed"),
        ("deep", "Deep"),
    ]


def test_equal_headings_get_numbers() -> None:
    assert [anchor for anchor, _ in titles("# A\n# A\n## A\n")] == ["a", "a-1", "a-2"]


@pytest.mark.parametrize(
    ("heading", "title", "anchor"),
    [
        ("Run `rake db:migrate`", "Run rake db:migrate", "run-rake-dbmigrate"),
        ("See [the *docs*](https://example.com/x)", "See the docs", "see-the-docs"),
        ("![picture](a.png) Map", "Map", "-map"),
        ("**Bold** and _slanted_ and ~~gone~~", "Bold and slanted and gone", "bold-and-slanted-and-gone"),
        (":rocket: Deploy 🚀", ":rocket: Deploy 🚀", "rocket-deploy-"),
        ("Fish &amp; chips \\# one", "Fish & chips # one", "fish--chips--one"),
        ("A<br>B", "AB", "ab"),
        ("<https://example.com>", "https://example.com", "httpsexamplecom"),
    ],
)
def test_a_title_is_what_people_read(heading: str, title: str, anchor: str) -> None:
    assert titles(f"# {heading}\n") == [(anchor, title)]


def test_a_heading_without_words_begins_no_section() -> None:
    found = sections(b"# A\nx\n#\ny\n")
    assert [(one.title, one.body) for one in found] == [("A", "x\n#\ny\n")]


def test_a_line_below_a_table_makes_no_heading_of_it() -> None:
    assert titles("# A\n\na | b\n--|--\n1 | 2\n---\n") == [("a", "A")]


def test_fields_on_top_are_no_heading_and_a_line_on_top_is_a_line() -> None:
    assert titles("---\ntitle: Help\ntags:\n  - a\n---\n# A\n") == [("a", "A")]
    assert titles("---\n\nWords.\n\n# A\n") == [("a", "A")]
    assert titles("---\ntitle: x\n\n# A\n") == [("a", "A")]
    assert titles("---\nJust words\n---\n") == [("just-words", "Just words")]


def test_without_any_heading_all_of_it_is_one_section() -> None:
    assert sections(b"Call Edge.\n") == (Section("", "Handbook", "", "Call Edge.\n"),)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_any_kind_stay_what_they_are(ends: str) -> None:
    (one, two) = sections(f"# A{ends}x\u2028y{ends}## B{ends}".encode())
    assert (one.heading, one.body, two.heading) == (f"# A{ends}", f"x\u2028y{ends}", f"## B{ends}")


def test_all_of_a_handbook_from_its_first_heading_on_is_in_its_sections() -> None:
    text = "\ufeffintro\n# A\n\n> ## B\n> x\n\nC\n-\n\n```\n# no\n```\nlast"
    found = sections(text.encode())
    assert "".join(one.heading + one.body for one in found) == text[text.index("# A") :]


def test_a_section_is_addressed_by_its_anchor_percent_encoded() -> None:
    found = sections("# Größe\n".encode())
    handbook = Handbook("https://github.com/o/r/blob/main/h.md", sections=found)
    assert handbook.link(found[0]) == "https://github.com/o/r/blob/main/h.md#gr%C3%B6%C3%9Fe"


@pytest.mark.parametrize("nothing", ["\u200b", "\u202e\u2066", "\ufeff", "<b></b>", "![]()"])
def test_a_heading_in_which_nothing_is_to_be_seen_is_none(nothing: str) -> None:
    (one,) = sections(f"# Tours\n\n## {nothing}\n\nReload it.\n".encode())
    assert (one.title, one.body) == ("Tours", f"\n## {nothing}\n\nReload it.\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty; write its first section"),
        (b"\xef\xbb\xbf \n\t\n", "it is empty"),
        (b"---\ntitle: x\n---\n", "it is empty"),
        (b"\x89PNG\r\n\x1a\n", "it is no text in UTF-8; save it as Markdown in UTF-8"),
        ("Größe".encode("latin-1"), "it is no text in UTF-8"),
        ("# A".encode("utf-16"), "it is no text in UTF-8"),
        (b"# A\0B", "it is no text in UTF-8, but holds zero bytes"),
        (b"x" * (MOST_BYTES + 1), "it is larger than 1 MB; split it"),
        (b"x" * (LONGEST_LINE + 1), "its line 1 is longer than 50,000 characters; break it"),
        (b"# A\n\n" + b"y" * 900_000, "its line 3 is longer than 50,000 characters; break it"),
        (b"x\n" * (MOST_LINES + 1), "it has more than 20,000 lines; split it"),
        (
            b"# " + b"# [a] `b` *c*".join([b"x" * 240 + b"\n"] * 500),
            "its headings are too long; put what they say below",
        ),
        (b"# A\n" * (MOST_SECTIONS + 1), "it has more than 2,000 sections; split it"),
    ],
)
def test_what_is_no_handbook_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as why:
        sections(content)
    assert str(why.value).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "- > " * 8 + "a\n" + "a\n" * 19_000,
        "[a\n" * 19_999,
        "1. a\n" * 19_999,
        ("# " + "[" * 240 + "\n") * 100,
        ("# " + "*a_ " * 60 + "\n") * 100,
        "a|b\n-|-\n" + "c|d\n" * 19_000,
        ("> " * 40 + "a\n") * 11_000,
        "<!--\n" * 19_999,
        ("`" * 49_000 + "\n") * 20,
    ],
    ids=["lazy", "references", "lists", "brackets", "emphasis", "table", "quotes", "html", "ticks"],
)
def test_a_hostile_text_is_read_in_bounded_time(text: str) -> None:
    begun = time.process_time()
    sections(text.encode())
    assert time.process_time() - begun < 20  # seconds; quadratic work would take hours
