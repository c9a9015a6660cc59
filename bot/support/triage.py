"""Triage: the tree of questions by which support finds out what a request is, and where in it a request stands.

The tree itself is data (triage.json, read in bot/store/triage.py). Must not know how anything of it looks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.policy import Language
from bot.support.request import Answered, Outcome

GAP = "[…]"
"""Stands in a ready reply where its sender's own words belong."""

YES, NO, ENDED = "yes", "no", "ended"
IMPACT, ESTIMATE, ALERT, TOLD, END = "_impact", "_estimate", "_alert", "_told ", "_end"


class Need(StrEnum):
    """What a leaf's reply needs before it may go out."""

    NOTHING = "nothing"
    WORDS = "words"
    ALERT = "alert"
    TRAINING = "training"
    DOCUMENTATION = "documentation"
    ADMIN_PAGE = "admin page"
    ESTIMATE = "estimate"
    REASON = "reason"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to support, in full and in short, and the ids of what comes after yes and after no."""

    id: str
    title: str
    asks: str
    yes: str
    no: str

    def after(self, answer: str) -> str:
        """Return the id of what comes after an answer."""
        return self.yes if answer == YES else self.no


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way that may be offered: its name for support, and what the requester reads, by language."""

    title: str
    replies: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An end: its name for support, its outcome, what it needs, and the reply that is ready to edit, by language.

    ``then`` is the id of what is asked or done after the reply because the problem stands, "" where the reply ends it.
    ``done`` is the leaf for what is refused here but was done all the same, "" for none.
    """

    id: str
    title: str
    outcome: Outcome
    needs: Need
    replies: Mapping[Language, str]
    alternatives: tuple[Alternative, ...] = ()
    then: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """The questions and leaves by id; the first question, and the one that asks what a matter stops."""

    start: str
    stops: str
    questions: Mapping[str, Question]
    leaves: Mapping[str, Leaf]

    def main(self) -> tuple[Question, ...]:
        """Return the questions that follow each other when every answer is no, but for what a matter stops."""
        found: list[Question] = []
        node = self.start
        while node in self.questions and node != self.stops:
            found.append(self.questions[node])
            node = self.questions[node].no
        return tuple(found)


NO_TREE = Tree("", "", {}, {})


def current(triage: tuple[Answered, ...]) -> tuple[Answered, ...]:
    """Return what was answered since the request last ended by triage."""
    ends = [index for index, one in enumerate(triage) if one.question == END]
    return triage[ends[-1] + 1 :] if ends else triage


def past(triage: tuple[Answered, ...]) -> tuple[Answered, ...]:
    """Return the answers that led to an end that is the latest, as they were before it."""
    return triage[:-1] if triage and triage[-1].question == END else triage


def said(triage: tuple[Answered, ...], question: str) -> Answered | None:
    """Return what is answered to a question, or noted, now; None if nothing."""
    return next((one for one in reversed(current(triage)) if one.question == question), None)


def noted(triage: tuple[Answered, ...], *more: Answered) -> tuple[Answered, ...]:
    """Return the answers with ``more``, which take the place of earlier ones to the same."""
    new = {one.question for one in more}
    past = triage[: len(triage) - len(current(triage))]
    return (*past, *(one for one in current(triage) if one.question not in new), *more)


def after(tree: Tree, one: Answered) -> str:
    """Return the id of what comes after an answer, "" where it moves nothing."""
    if one.question.startswith(TOLD):
        leaf = tree.leaves.get(one.question.removeprefix(TOLD))
        return leaf.then if leaf else ""
    question = tree.questions.get(one.question)
    return question.after(one.answer) if question else ""


def place(tree: Tree, triage: tuple[Answered, ...], begin: str = "") -> str:
    """Return the id of the question or leaf where a request stands: after the latest answer, or from ``begin`` on."""
    moves = {one.question: to for one in current(triage) if (to := after(tree, one))}
    node = begin or next(reversed(moves.values()), tree.start)
    while further := moves.get(node) or moves.get(TOLD + node):
        node = further
    return node


def before(tree: Tree, triage: tuple[Answered, ...], node: str) -> str:
    """Return the id of what led to a question or leaf, "" where nothing did."""
    for one in reversed(current(triage)):
        if after(tree, one) == node:
            sent = one.question.removeprefix(TOLD)
            return one.question if sent == one.question else before(tree, triage, sent)
    return next((one.id for one in tree.main() if one.no == node != tree.stops), "")


def told(tree: Tree, triage: tuple[Answered, ...], node: str) -> Leaf | None:
    """Return the leaf whose reply went out and led straight to ``node``, None if none did."""
    leaves = [one.question.removeprefix(TOLD) for one in reversed(current(triage)) if after(tree, one) == node]
    return next((tree.leaves[id_] for id_ in leaves if id_ in tree.leaves), None)


def owed(tree: Tree, triage: tuple[Answered, ...]) -> Leaf | None:
    """Return the leaf whose reply went out and which a ticket has to follow, None if there is none."""
    tickets = [one.id for one in tree.leaves.values() if one.needs is Need.TICKET]
    return next((leaf for id_ in tickets if (leaf := told(tree, triage, id_))), None)


def diagram(tree: Tree) -> str:
    """Return the tree as a Mermaid flowchart, for the README."""
    return "\n".join(["flowchart TD", *(f"    {line}" for line in _drawn(tree))])


def _drawn(tree: Tree) -> Iterator[str]:
    for question in tree.questions.values():
        yield f'{question.id}{{"{question.asks}"}}'
        yield f"{question.id} -->|yes| {question.yes}"
        yield f"{question.id} -->|no| {question.no}"
    for leaf in tree.leaves.values():
        yield f'{leaf.id}["{leaf.title}<br>{leaf.outcome}"]'
        if leaf.then:
            yield f"{leaf.id} -->|it still stands| {leaf.then}"
        if leaf.done:
            yield f"{leaf.id} -->|done all the same| {leaf.done}"
