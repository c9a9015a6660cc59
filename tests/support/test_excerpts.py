"""The first lines of a section, as plain words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.support.excerpts import LONGEST_READ, first_lines


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("", ""),
        ("\n\n---\n\n", ""),
        ("Press **Resume** or *wait* and __then__ _go on_, ~~never~~.", "Press Resume or wait and then go on, never."),
        ("`snake_case` and foo_bar_baz and 2 * 3 * 4 and a**b", "snake_case and foo_bar_baz and 2 * 3 * 4 and a**b"),
        ("Use ``a `b` c`` and `*kept*`, `open", "Use a b c and *kept*, `open"),
        (r"\*not bold\* and \# and C:\temp", r"*not bold* and # and C:\temp"),
        ('See [the board](https://board.example/x "Board").', "See the board (https://board.example/x)."),
        ("[https://a.example](https://a.example) [up](#up) [r][1]\n\n[1]: https://b.example", "https://a.example up r"),
        (
            "[mail](mailto:ops@example.com) <https://c.example> [js](javascript:x)",
            "mail (mailto:ops@example.com) https://c.example js",
        ),
        ("![a picture](x.png) <b>bold</b><br/> List<String> <at>Ana</at>", "a picture bold List<String> <at>Ana</at>"),
        ("one\ntwo\n\nthree  \nfour\\\nfive", "one two\nthree\nfour\nfive"),
        ("- a\n  goes on\n  * b\n      + c\n1. d\n2) e", "- a goes on\n__- b\n______- c\n1. d\n2) e"),
        ("> quoted\n> more\nplain", "quoted more\nplain"),
        ("```sh\nrun *x*\n\n  deeper\n```\nafter", "__run *x*\n____deeper\nafter"),
        ("~~~\n```\nstill\n~~~\nafter", "__```\n__still\nafter"),
        ("````\n```\nin\n````\nout", "__```\n__in\nout"),
        ("```\nnever closed", "__never closed"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("#### Deeper ####\ntext", "Deeper\ntext"),
        ("before <!-- not\nshown --> after <!-- nor this -->", "before after"),
        ("\u2028one\x0c\x0ctwo", "one\ntwo"),
    ],
)
def test_marks_are_read_off(markdown: str, words: str) -> None:
    assert first_lines(markdown, 1000).replace("\u00a0", "_") == words


def test_what_is_left_out_ends_with_an_ellipsis() -> None:
    assert first_lines("one\n\ntwo\n\nthree", 100, 2) == "one\ntwo …"
    assert first_lines("label printer prints nothing", 16) == "label printer …"
    assert first_lines("x" * 50, 10) == f"{'x' * 8} …"
    assert first_lines("word " * 10_000, 100).endswith("word …")
    assert first_lines(" " * 10_000 + "far away", 100) == ""


@pytest.mark.parametrize(
    "mark",
    ["[", "`", "*", "_a", "<!--", "![](", "[a](", "**a", "> ", "- ", "x", "<a ", "~~a", "|-", "[^", "# ", "\\", "|:-"],
)
def test_no_file_takes_long(mark: str) -> None:
    begin = time.process_time()
    first_lines(mark * (5_000_000 // len(mark)), 400)
    first_lines(mark * (LONGEST_READ // len(mark) - 1) + "x", 400)
    assert time.process_time() - begin < 1


@given(st.text(alphabet="ab *_`[]()<>!#|->~\\\n\t1.:/", max_size=200), st.integers(3, 80), st.integers(1, 5))
def test_it_is_never_longer_than_was_asked_for(markdown: str, longest: int, most: int) -> None:
    said = first_lines(markdown, longest, most)
    assert len(said) <= longest
    assert said.count("\n") < most
