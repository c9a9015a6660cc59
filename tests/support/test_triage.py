"""The tree of triage: what may stand in its file, what is said of a broken one, and that the README draws it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Misconfigured
from bot.policy import Language
from bot.store.triage import REMEDY, TREE, read_tree
from bot.support.request import Answered, Outcome
from bot.support.triage import NO_TREE, after, diagram, noted, place, told

Change = Callable[[dict[str, Any]], None]


def broken(path: Path, text: str) -> list[str]:
    """Return what is said of a file with this text, beside the file's name and the remedy."""
    file = path / "triage.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as error:
        read_tree(file)
    first, *problems, last = str(error.value).splitlines()
    assert first == f"The tree of triage {file} was not taken:"
    assert last == REMEDY
    return problems


def changed(change: Change) -> str:
    tree = json.loads(TREE.read_text(encoding="utf-8"))
    change(tree)
    return json.dumps(tree, indent=2, ensure_ascii=False)


def line(text: str, mark: str, nth: int = 1) -> str:
    """Return where a mark stands for the nth time, as it is said."""
    return f"line {[n for n, one in enumerate(text.splitlines(), 1) if mark in one][nth - 1]}"


def setting(*path: str | int, to: object) -> Change:
    def change(tree: dict[str, Any]) -> None:
        inner: Any = tree
        for one in path[:-1]:
            inner = inner[one]
        inner[path[-1]] = to

    return change


def without(*path: str) -> Change:
    def change(tree: dict[str, Any]) -> None:
        inner = tree
        for one in path[:-1]:
            inner = inner[one]
        del inner[path[-1]]

    return change


def test_the_tree_that_comes_with_the_bot_has_the_wikis_nine_questions_in_its_order() -> None:
    tree = read_tree(TREE)
    marks = ("bug", "exception", "quick answer", "training", "documentation", "business", "data", "admin", "override")
    assert [mark in question.asks for mark, question in zip(marks, tree.main(), strict=True)] == [True] * 9
    for leaf in tree.leaves.values():
        assert set(leaf.replies) == set(Language)


@pytest.mark.parametrize(
    ("change", "mark", "nth", "said"),
    [
        (setting("questions", "quick", "no", to="bug"), '"no": "bug"', 1, "a loop: bug -> exception -> quick -> bug"),
        (setting("questions", "bug", "yes", to="bug"), '"yes": "bug"', 1, "a loop: bug -> bug"),
        (
            setting("leaves", "workaround", "then", to="stops"),
            '"then": "stops"',
            3,
            "a loop: stops -> workaround -> stops",
        ),
        (setting("leaves", "changed", "then", to="refuse"), '"then": "refuse"', 1, "a loop: "),
        (
            setting("questions", "data", "yes", to="nowhere"),
            '"nowhere"',
            1,
            'questions data yes: there is no question and no leaf "nowhere"',
        ),
        (setting("leaves", "cause", "then", to="nowhere"), '"nowhere"', 1, 'no question and no leaf "nowhere"'),
        (setting("leaves", "refuse", "done", to="bug"), '"done": "bug"', 1, 'there is no leaf "bug"'),
        (setting("start", to="answer"), '"start"', 1, 'start: there is no question "answer"'),
        (setting("stops", to="nowhere"), '"stops": "nowhere"', 1, 'stops: there is no question "nowhere"'),
        (without("leaves", "answer", "outcome"), '"answer": {', 1, 'leaves answer: "outcome" is missing'),
        (without("leaves", "answer", "replies"), '"answer": {', 1, 'leaves answer: "replies" is missing'),
        (without("leaves", "answer", "replies", "de"), '"replies": {', 3, 'leaves answer replies: "de" is missing'),
        (
            setting("leaves", "answer", "replies", "de", to=" "),
            '"de": " "',
            1,
            "leaves answer replies de: a text is needed",
        ),
        (
            setting("leaves", "answer", "outcome", to="done"),
            '"outcome": "done"',
            1,
            'there is no "done"; there are answered',
        ),
        (setting("leaves", "answer", "outcome", to="withdrawn"), '"withdrawn"', 1, 'there is no "withdrawn"'),
        (setting("leaves", "answer", "needs", to="luck"), '"luck"', 1, 'there is no "luck"; there are nothing, words'),
        (
            setting("leaves", "answer", "needs", to="nothing"),
            '"en": "Here is',
            1,
            'leaves answer replies en: what needs "words"',
        ),
        (setting("leaves", "answer", "color", to="red"), '"color"', 1, "leaves answer color: there is no such key"),
        (
            setting("questions", "bug", "maybe", to="data"),
            '"maybe"',
            1,
            "there is no such key; there are title, asks, yes, no",
        ),
        (setting("hint", to="x"), '"hint"', 1, "hint: there is no such key; there are start, stops"),
        (without("questions", "bug", "no"), '"bug": {', 1, 'questions bug: "no" is missing'),
        (setting("questions", "bug", "asks", to=7), '"asks": 7', 1, "questions bug asks: a text is needed"),
        (setting("questions", "bug", to="x"), '"bug": "x"', 1, "questions bug: an object with title, asks, yes, no"),
        (setting("questions", to=[]), '"questions": []', 1, "questions: an object is needed, with a name for each"),
        (setting("leaves", "End!", to={}), '"End!"', 1, "a name has small letters a-z only"),
        (without("leaves", "refuse", "done"), '"refuse": {', 1, '"done", the leaf for what is done all the same'),
        (without("leaves", "refuse", "alternatives"), '"refuse": {', 1, '"alternatives" need each other'),
        (setting("leaves", "refuse", "alternatives", to="x"), '"alternatives": "x"', 1, "a list is needed"),
        (
            setting("leaves", "refuse", "alternatives", 0, to="x"),
            '"alternatives": [',
            1,
            "an object with title, replies",
        ),
        (setting("questions", "verify", "no", to="answer"), '"explain": {', 1, "no branch comes to this"),
    ],
)
def test_a_broken_tree_says_the_line_and_what_is_wrong(
    change: Change, mark: str, nth: int, said: str, tmp_path: Path
) -> None:
    text = changed(change)
    problems = broken(tmp_path, text)
    assert any(one.startswith(f"{line(text, mark, nth)}, ") and said in one for one in problems), problems


def test_a_name_belongs_to_a_question_or_to_a_leaf(tmp_path: Path) -> None:
    text = changed(lambda tree: tree["leaves"].update(bug=tree["leaves"]["answer"]))
    where = line(text, '"bug": {', 2)
    assert broken(tmp_path, text) == [f"{where}, leaves bug: a question is called so too; give it another name"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    def change(tree: dict[str, Any]) -> None:
        del tree["leaves"]["answer"]["outcome"]
        tree["questions"]["bug"]["asks"] = ""

    assert len(broken(tmp_path, changed(change))) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n "start": bug\n}', "line 2, column 11: not JSON (Expecting value)"),
        ("", "line 1, column 1: not JSON (Expecting value)"),
        ("[" * 100_000, "line 1: objects stand in each other too deep"),
        ('{\n "start": "a",\n "start": "b"}', "line 3: start stands already on line 2"),
        ("[]", "line 1, the file: an object with start, stops, questions, leaves is needed"),
    ],
)
def test_what_is_no_tree_at_all_says_where(text: str, said: str, tmp_path: Path) -> None:
    assert said in broken(tmp_path, text)


def test_a_file_in_another_encoding_says_on_which_line(tmp_path: Path) -> None:
    (tmp_path / "triage.json").write_bytes(b'{\n"start": "\xfc"}')
    with pytest.raises(Misconfigured, match="line 2: not UTF-8"):
        read_tree(tmp_path / "triage.json")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"it cannot be read \(No such file or directory\)"):
        read_tree(tmp_path / "triage.json")


def test_the_readme_draws_the_tree() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    drawn = re.search(r"<!-- triage -->\s*```mermaid\n(.*?)\n```\s*<!-- /triage -->", readme, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram(read_tree(TREE))


def test_answers_from_before_an_end_move_nothing() -> None:
    tree = read_tree(TREE)
    past = (Answered("bug", "yes", "ana"), Answered("_end", Outcome.TICKET, "ana"))
    assert place(tree, past) == "bug"
    assert noted(past, Answered("bug", "no", "ben"))[:2] == past
    assert place(tree, noted(past, Answered("bug", "no", "ben"))) == "exception"


def test_a_reply_that_went_out_leads_on_to_what_comes_after_it() -> None:
    tree = read_tree(TREE)
    sent = (Answered("exception", "yes", "ana"), Answered("_told cause", "sent", "ana"))
    assert place(tree, sent) == place(tree, sent, "cause") == "stops"
    assert told(tree, sent, "stops") is tree.leaves["cause"]
    assert after(NO_TREE, sent[1]) == ""
