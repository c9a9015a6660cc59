"""What a ticket says: foreign text stays text in each of Jira's forms, valid by Atlassian's own measure, and fits."""

import html
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from bot.jira import adf, plain, wiki
from bot.support.ticket import Section, Wording
from tests import node
from tests.jira.house import DRAFT

SCHEMA = node.MODULES / "@atlaskit" / "adf-schema" / "dist" / "json-schema" / "v1" / "full.json"
MARKUP = (
    *("{code}x{code}", "[a|http://b]", "!img.png!", "*b* _i_ -s- +u+ ^x^ ~y~ ??c??", "h1. x", "bq. y", "# l", "* l"),
    *("- l", "-- l", "----", "||a||b||", "|a|b|", "\\\\ x", "\\{code}", "a\\", "&lt;b&gt; &amp; & x", "{quote}"),
    *("http://evil.example/x mailto:a@b.example", ":) :( :P :D ;) (y) (!) (/) (*) (x) (on)", "{color:red}x{color}"),
    *("[~ana]", "a-b snake_case 2026-11-28", "{{mono}}", "<script>", "&#123;code&#125;", "[^file.txt]", "\\!x!", "$x$"),
    *("1. x", "\\\\server\\share", "x -y- z", "(i) (?)", "[x\\]|https://evil.example]"),
)
anything = st.text(st.characters(codec=None) | st.sampled_from("{}[]()*_-+^~?|!#@%\\:/hbq1. DP&;<>\n"), max_size=60)
drafts = st.builds(
    Wording,
    anything,
    st.lists(
        st.builds(
            Section,
            anything,
            anything,
            st.lists(st.tuples(anything, anything | st.just("https://a.example/x?y=1#z")), max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


def said(text: str, heading: str = "") -> Wording:
    """Give a draft of one section."""
    return Wording("x", (Section(heading, text),))


@cache
def validator() -> Draft4Validator:
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA} is missing: run npm ci --ignore-scripts --prefix tests/node")
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def texts(document: Any) -> Iterator[str]:
    """Yield every text of a document, in order."""
    if document.get("type") == "text":
        yield document["text"]
    for one in document.get("content", ()):
        yield from texts(one)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drafts)
@example(Wording("", ()))
@example(said("\ud800 \x00\x1b[0m \u202e \ufeff"))
@example(said("\n \n"))
def test_a_document_is_valid_by_atlassians_own_schema_whatever_is_in_it(draft: Wording) -> None:
    document = adf.document(plain.sections(draft))
    assert list(validator().iter_errors(document)) == []
    assert json.loads(json.dumps(document, ensure_ascii=False).encode()) == document


def test_the_schema_refuses_what_is_no_document() -> None:
    empty = {"type": "paragraph", "content": [{"type": "text", "text": ""}]}
    assert not validator().is_valid({"version": 1, "type": "doc", "content": [empty]})
    assert not validator().is_valid({"version": 1, "type": "doc", "content": [{"type": "text", "text": "x"}]})


def test_a_document_holds_headings_paragraphs_and_links() -> None:
    assert adf.document(plain.sections(DRAFT)) == {
        "version": 1,
        "type": "doc",
        "content": [
            {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "What happens"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "The street is missing."}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "Since Monday."}]},
            {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "Links"}]},
            {"type": "bulletList", "content": [{"type": "listItem", "content": [
                {"type": "paragraph", "content": [{
                    "type": "text",
                    "text": "The request in Teams",
                    "marks": [{"type": "link", "attrs": {"href": "https://teams.microsoft.com/l/message/1"}}],
                }]},
            ]}]},
        ],
    }  # fmt: skip


def test_wiki_markup_holds_headings_paragraphs_and_links() -> None:
    assert wiki.text(plain.sections(DRAFT)).split("\n\n") == [
        "h3. What happens",
        "The street is missing.",
        "Since Monday.",
        "h3. Links",
        "* [The request in Teams|https://teams.microsoft.com/l/message/1]",
    ]
    assert wiki.text(plain.sections(said("x"))) == "x"


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("{code}", r"\{code\}"),
        ("\\{code}", r"&#92;\{code\}"),
        ("a-b -c-", r"a-b \-c\-"),
        ("h1. x", "&#104;1. x"),
        ("bq. x", "&#98;q. x"),
        ("&#123;", r"&#38;\#123;"),
        ("a & b", "a & b"),
        ("http://a.example", "http&#58;//a.example"),
        (":D at 10:30", "&#58;D at 10:30"),
    ],
)
def test_what_wiki_markup_would_read_is_written_so_that_it_does_not(line: str, written: str) -> None:
    assert wiki.escaped(line) == written


def test_foreign_text_stays_text_for_atlassians_own_reader_of_wiki_markup() -> None:
    lines = [*MARKUP, *(f"{one} {two}" for one in MARKUP for two in MARKUP[::5]), *(f"x{one}y" for one in MARKUP)]
    documents = node.run("wiki.cjs", [wiki.escaped(line) for line in lines])
    for line, document in zip(lines, documents, strict=True):
        (paragraph,) = document["content"]
        assert paragraph["type"] == "paragraph", line
        assert all(one["type"] == "text" and not one.get("marks") for one in paragraph["content"]), (line, paragraph)
        assert html.unescape("".join(texts(paragraph))).split() == line.split()


def test_a_hostile_heading_and_link_stay_what_they_are_for_atlassians_own_reader() -> None:
    links = (("t]x|https://evil.example", "https://a.example/b"),)
    draft = Wording("x", (Section("h1. {code} *x*", "", links),))
    (document,) = node.run("wiki.cjs", [wiki.text(plain.sections(draft))])
    heading, listed = document["content"]
    assert (heading["type"], html.unescape("".join(texts(heading)))) == ("heading", "h1. {code} *x*")
    (one,) = listed["content"][0]["content"][0]["content"]
    assert (html.unescape(one["text"]), one["marks"][0]["attrs"]["href"]) == (
        "t)x/https://evil.example",
        "https://a.example/b",
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("  a\r\nb\tc  ", "a b c"),
        ("\x00\n", "-"),
        ("", "-"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 254 + "…"),
        ("\N{PARTY POPPER}" * 200, "\N{PARTY POPPER}" * 127 + "…"),
        ("a\u202eb\ud83d", "ab\ufffd"),
    ],
)
def test_a_summary_is_one_line_of_at_most_255_characters_as_jira_counts_them(words: str, line: str) -> None:
    assert plain.summary(Wording(words, ())) == line


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything.map(lambda text: text * 20))
def test_a_summary_fits_whatever_it_says(words: str) -> None:
    line = plain.summary(Wording(words, ()))
    assert line
    assert len(line.splitlines()) == 1
    assert len(line.encode("utf-16-le")) <= 510


def test_a_description_fits_the_text_of_all_sections_together() -> None:
    sections = plain.sections(Wording("x", (Section("a", "{" * 10_000), Section("b", "{" * 10_000), Section("c", "x"))))
    assert [len(section.text) for section in sections] == [10_000, 5_001, 1]
    assert len(wiki.text(sections)) < 32_767


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "http:", "https://a.example/ b", "https://a.example/]", "https://a.example/|b"),
        *("", "https://ä.example", "https://a.example/" + "x" * 2_000, "HTTPS://a.example/\u017f"),
    ],
)
def test_what_is_no_link_stands_there_as_text(url: str) -> None:
    (section,) = plain.sections(Wording("x", (Section("Links", "", (("Title", url),)),)))
    assert (section.text, section.links) == (f"Title {url}", ())


def test_personal_data_and_secrets_are_marked_in_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.jira.plain.scrub", lambda text: text.replace("secret", "[marked]"))
    draft = Wording("secret", (Section("secret", "secret", (("secret", "https://a.example/"),)),), about_title="secret")
    (section,) = plain.sections(draft)
    said = (plain.summary(draft), section.heading, section.text, section.links[0][0], plain.title(draft))
    assert said == ("[marked]",) * 5
