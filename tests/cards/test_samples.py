"""Cards as data: they equal Microsoft's own templating, obey the official schema, and say what Teams needs."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft6Validator

from bot.commands import parse
from bot.teams.cards import Cards
from bot.teams.inbound import FORMS, OPENERS, VERBS
from tests.cards.exemplars import CARDS, EXEMPLARS, link, template_name
from tests.node import run

SAMPLES = sorted(EXEMPLARS)
IDS = {"desk", "request", "card"}
STEP = IDS | {"step", "choice"}
FORM = STEP | {"form", "seen"}
MOST_BYTES = 28_000


def parts(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def kind(card: object, *types: str) -> list[dict[str, Any]]:
    return [part for part in parts(card) if part.get("type") in types]


def drawn(cards: Cards, sample: str) -> dict[str, Any]:
    return cards.render(EXEMPLARS[sample], link=link)


def test_the_samples_are_what_templates_see(cards: Cards) -> None:
    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (CARDS / "samples").glob("*.json")}
    seen = {name: cards.context(view, link=link) for name, view in EXEMPLARS.items()}
    assert kept == seen, "run python -m tests.cards.exemplars"


def test_every_template_has_a_sample() -> None:
    assert {path.stem for path in CARDS.glob("*.json")} == {template_name(sample) for sample in SAMPLES}


def test_the_binder_equals_microsofts_templating(cards: Cards) -> None:
    pairs = []
    for sample in SAMPLES:
        template = json.loads((CARDS / f"{template_name(sample)}.json").read_text(encoding="utf-8"))
        pairs.append((template, json.loads((CARDS / "samples" / f"{sample}.json").read_text(encoding="utf-8"))))
    theirs = dict(zip(SAMPLES, run("expand.cjs", pairs), strict=True))
    assert {sample: drawn(cards, sample) for sample in SAMPLES} == theirs


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_card_obeys_the_official_schema(cards: Cards, sample: str) -> None:
    schema = json.loads((files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text(encoding="utf-8"))
    card = json.loads(json.dumps(drawn(cards, sample)))
    card.pop("msteams", None)  # Teams' own: width and mentions
    card["body"] = [one for one in card["body"] if not one["type"].startswith("Chart.")]  # and its charts
    assert not [error.message for error in Draft6Validator(schema).iter_errors(card)]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_card_stays_under_28_kilobytes(cards: Cards, sample: str) -> None:
    assert len(json.dumps(drawn(cards, sample))) < MOST_BYTES


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_card_can_be_read_where_it_cannot_be_drawn(cards: Cards, sample: str) -> None:
    card = drawn(cards, sample)
    assert card["version"] == "1.5"
    assert card["fallbackText"]
    assert "<at>" not in card["fallbackText"]
    assert all(image["altText"] for image in kind(card, "Image"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_press_is_known_to_the_bot(cards: Cards, sample: str) -> None:
    card = drawn(cards, sample)
    assert {press["verb"] for press in kind(card, "Action.Execute")} <= set(VERBS)
    for press in kind(card, "Action.Submit"):
        typed = press["data"].get("msteams", {})
        if typed.get("type") == "imBack":
            assert parse(typed["value"]) is not None
            assert press["data"] == {"msteams": {"type": "imBack", "value": press["title"]}}
            continue
        opens = press["data"].get("msteams") == {"type": "task/fetch"}
        assert press["data"]["verb"] in (OPENERS if opens else FORMS)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_button_carries_ids_and_never_state(cards: Cards, sample: str) -> None:
    for press in kind(drawn(cards, sample), "Action.Execute", "Action.Submit"):
        if press["data"].get("msteams", {}).get("type") == "imBack":
            continue
        ids = press["data"].keys() - {"verb", "msteams"}
        assert ids in ((STEP, FORM) if press.get("verb", "open") in FORMS else (IDS,))


@pytest.mark.parametrize("sample", SAMPLES)
def test_at_most_three_buttons_and_one_that_stands_out_a_claim_or_what_sends_a_form(cards: Cards, sample: str) -> None:
    card = drawn(cards, sample)
    for part in parts(card):
        assert len(part.get("actions", [])) <= 3
    main = [action for action in kind(card, "Action.Execute", "Action.Submit") if "style" in action]
    form = [name for name in ("Input.Text", "Input.ChoiceSet") if kind(card, name)]
    if sample.startswith("form_card"):
        assert len(main) <= bool(form)
    elif sample.startswith("plan_card"):
        assert len(main) <= 1
    else:
        assert {action.get("verb") for action in main} <= {"claim"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_inputs_are_labelled_and_say_what_is_wrong(cards: Cards, sample: str) -> None:
    for field in kind(drawn(cards, sample), "Input.Text"):
        assert field["id"]
        assert field["label"]
        assert field["errorMessage"]


def test_only_lines_with_mentions_stand_in_text_blocks() -> None:
    for path in CARDS.glob("*.json"):
        for block in kind(json.loads(path.read_text(encoding="utf-8")), "TextBlock"):
            assert block["text"] == "${headline}" or "${" not in block["text"]


def test_a_settled_request_can_be_reopened_and_taken_back(cards: Cards) -> None:
    actions = drawn(cards, "request_card.solved")["actions"]
    assert [action["title"] for action in actions] == ["Not solved", "Support…"]


def test_a_settled_notice_still_opens_the_thread(cards: Cards) -> None:
    actions = kind(drawn(cards, "notice_card.settled"), "Action.Execute", "Action.Submit", "Action.OpenUrl")
    assert [action["title"] for action in actions] == ["Support…", "Open thread"]


def test_everyone_named_in_the_headline_is_mentioned_by_entra_id(cards: Cards) -> None:
    card = drawn(cards, "request_card")
    for mention in card["msteams"]["entities"]:
        assert mention["text"] in card["body"][0]["text"]
        assert mention["text"] == f"<at>{mention['mentioned']['name']}</at>"
    assert len(card["msteams"]["entities"]) == 2
