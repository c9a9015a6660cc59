"""The tree of triage as a file: what may stand in it, and all that is wrong with one, by line.

It decides whether a tree may be worked with: every branch ends, every leaf has an outcome and a reply.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.errors import Misconfigured
from bot.policy import Language
from bot.store.lines import Lines, lines_of
from bot.support.request import Outcome
from bot.support.triage import GAP, Alternative, Leaf, Need, Question, Tree

TREE = Path(__file__).parent.parent / "support" / "triage.json"
REMEDY = "Mend the file, or put back the one that came with this version; then start again."
ID = re.compile(r"[a-z]+(_[a-z]+)*")
TOP = ("start", "stops", "questions", "leaves")
QUESTION = ("title", "asks", "yes", "no")
LEAF = ("title", "outcome", "needs", "replies", "alternatives", "then", "done")
NEEDED = LEAF[:4]
ALTERNATIVE = ("title", "replies")
NOBODYS = frozenset(
    {
        Outcome.DUPLICATE,
        Outcome.SOLVED_BY_REQUESTER,
        Outcome.NO_REPLY,
        Outcome.WITHDRAWN,
        Outcome.NOT_A_REQUEST,
    }
)
OUTCOMES = tuple(one for one in Outcome if one not in NOBODYS)  # to which support brings a request by triage
Path_ = tuple[str, ...]


def read_tree(path: Path) -> Tree:
    """Return the tree that a file holds; raise Misconfigured with all that is wrong, by line, and the remedy."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise _refused(path, [f"line {line}: not UTF-8"]) from error
    except OSError as error:
        raise _refused(path, [f"it cannot be read ({error.strerror})"]) from error
    try:
        document = json.loads(text)
        lines = lines_of(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(path, [f"{where}: not JSON ({error.msg})"]) from error
    except RecursionError as error:
        raise _refused(path, ["line 1: objects stand in each other too deep"]) from error
    reading = _Reading(lines)
    tree = reading.tree(document)
    if reading.problems:
        raise _refused(path, reading.problems)
    return tree


def _refused(path: Path, problems: list[str]) -> Misconfigured:
    return Misconfigured("\n".join([f"The tree of triage {path} was not taken:", *problems, REMEDY]))


class _Reading:
    """One reading of a file; ``problems`` is all that is wrong so far."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.problems: list[str] = [
            f"line {second}: {_spelt(path)} stands already on line {first}" for path, first, second in lines.doubled
        ]

    def tree(self, document: object) -> Tree:
        """Read the whole, and check it once its parts are right."""
        top = self._object(document, (), TOP, TOP)
        questions = {id_: self._question(id_, one) for id_, one in self._named(top, "questions").items()}
        leaves = {id_: self._leaf(id_, one) for id_, one in self._named(top, "leaves").items()}
        start, stops = self._text(top, "start"), self._text(top, "stops")
        tree = Tree(start, stops, MappingProxyType(questions), MappingProxyType(leaves))
        if not self.problems:
            self._check(tree)
        if not self.problems:
            self._walk(tree)
        return tree

    def _question(self, id_: str, content: object) -> Question:
        here = ("questions", id_)
        row = self._object(content, here, QUESTION, QUESTION)
        return Question(id_, *(self._text(row, name, here) for name in QUESTION))

    def _leaf(self, id_: str, content: object) -> Leaf:
        here = ("leaves", id_)
        row = self._object(content, here, LEAF, NEEDED)
        outcomes, needs = {str(one): one for one in OUTCOMES}, {str(one): one for one in Need}
        listed = row.get("alternatives", [])
        if not isinstance(listed, list):
            self._add((*here, "alternatives"), "a list is needed")
            listed = []
        return Leaf(
            id=id_,
            title=self._text(row, "title", here),
            outcome=self._one_of(row, "outcome", outcomes, Outcome.ANSWERED, here),
            needs=self._one_of(row, "needs", needs, Need.NOTHING, here),
            replies=self._replies(row, here),
            alternatives=tuple(self._alternative(one, (*here, "alternatives")) for one in listed),
            then=self._text(row, "then", here),
            done=self._text(row, "done", here),
        )

    def _alternative(self, content: object, here: Path_) -> Alternative:
        row = self._object(content, here, ALTERNATIVE, ALTERNATIVE)
        return Alternative(self._text(row, "title", here), self._replies(row, here))

    def _replies(self, row: Mapping[str, Any], here: Path_) -> Mapping[Language, str]:
        if "replies" not in row:
            return {}
        here = (*here, "replies")
        names = tuple(str(one) for one in Language)
        texts = self._object(row["replies"], here, names, names)
        return MappingProxyType({one: self._text(texts, one, here) for one in Language})

    def _check(self, tree: Tree) -> None:
        """Add what stands in the wrong place."""
        for id_ in tree.questions.keys() & tree.leaves.keys():
            self._add(("leaves", id_), "a question is called so too; give it another name")
        for name, id_ in (("start", tree.start), ("stops", tree.stops)):
            if id_ not in tree.questions:
                self._add((name,), f'there is no question "{id_}"')
        for question in tree.questions.values():
            for name, id_ in (("yes", question.yes), ("no", question.no)):
                self._check_target(tree, ("questions", question.id, name), id_)
        for leaf in tree.leaves.values():
            self._check_leaf(tree, leaf)

    def _check_leaf(self, tree: Tree, leaf: Leaf) -> None:
        here = ("leaves", leaf.id)
        if leaf.then:
            self._check_target(tree, (*here, "then"), leaf.then)
        if leaf.done and leaf.done not in tree.leaves:
            self._add((*here, "done"), f'there is no leaf "{leaf.done}"')
        if (leaf.needs is Need.ESTIMATE) != bool(leaf.done):
            self._add(here, 'an "estimate" and "done", the leaf for what is done all the same, need each other')
        if (leaf.needs is Need.ESTIMATE) != bool(leaf.alternatives):
            self._add(here, 'an "estimate" and "alternatives" need each other')
        for language, text in leaf.replies.items():
            if (leaf.needs in (Need.WORDS, Need.ALERT)) != (GAP in text):
                why = f'what needs "words" or "alert", and only that, has a gap {GAP} for them'
                self._add((*here, "replies", language), why)

    def _check_target(self, tree: Tree, here: Path_, id_: str) -> None:
        if id_ not in tree.questions and id_ not in tree.leaves:
            self._add(here, f'there is no question and no leaf "{id_}"')

    def _walk(self, tree: Tree) -> None:
        """Add the loops, and what no branch comes to."""
        seen: set[str] = set()

        def walk(node: str, here: Path_, way: tuple[str, ...]) -> None:
            if node in way:
                self._add(here, f"a loop: {' -> '.join((*way[way.index(node) :], node))}; every branch must end")
            elif node not in seen:
                seen.add(node)
                for name, to in _ways(tree, node):
                    walk(to, (_kind(tree, node), node, name), (*way, node))

        for name, id_ in (("start", tree.start), ("stops", tree.stops)):
            walk(id_, (name,), ())
        for id_ in (*tree.questions, *tree.leaves):
            if id_ not in seen:
                self._add((_kind(tree, id_), id_), "no branch comes to this; lead one to it, or take it out")

    def _object(
        self, content: object, here: Path_, known: tuple[str, ...], needed: tuple[str, ...]
    ) -> Mapping[str, Any]:
        if not isinstance(content, dict):
            self._add(here, f"an object with {', '.join(needed)} is needed")
            return {}
        for name in content:
            if name not in known:
                self._add((*here, name), f"there is no such key; there are {', '.join(known)}")
        for name in needed:
            if name not in content:
                self._add(here, f'"{name}" is missing')
        return content

    def _named(self, row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = row.get(name, {})
        if not isinstance(found, dict):
            self._add((name,), "an object is needed, with a name for each")
            return {}
        for id_ in found:
            if not ID.fullmatch(id_):
                self._add((name, id_), "a name has small letters a-z only, with _ between words")
        return found

    def _text(self, row: Mapping[str, Any], name: str, here: Path_ = ()) -> str:
        if name not in row:
            return ""
        if not isinstance(row[name], str) or not row[name].strip():
            self._add((*here, name), "a text is needed")
            return ""
        text: str = row[name]
        return text

    def _one_of(self, row: Mapping[str, Any], name: str, known: Mapping[str, Any], otherwise: Any, here: Path_) -> Any:
        found = self._text(row, name, here)
        if found and found not in known:
            self._add((*here, name), f'there is no "{found}"; there are {", ".join(known)}')
        return known.get(found, otherwise)

    def _add(self, here: Path_, what: str) -> None:
        self.problems.append(f"{self._lines.where(*here)}, {_spelt(here) or 'the file'}: {what}")


def _ways(tree: Tree, node: str) -> tuple[tuple[str, str], ...]:
    if node in tree.questions:
        question = tree.questions[node]
        return ("yes", question.yes), ("no", question.no)
    leaf = tree.leaves[node]
    return tuple((name, to) for name, to in (("then", leaf.then), ("done", leaf.done)) if to)


def _kind(tree: Tree, node: str) -> str:
    return "questions" if node in tree.questions else "leaves"


def _spelt(path: Path_) -> str:
    return " ".join(part for part in path if not part.isdecimal())
