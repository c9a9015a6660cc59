"""Whatever is said in Slack, nothing of it means anything in Teams: from an event to what is sent, by the real code."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.alert import Alert
from bot.bugsnag.links import HOSTS
from bot.decide import decide
from bot.effects import PutAlert, PutFacts, Show
from bot.events import Alerted, Event, SlackReplied
from bot.slack.bugsnag import read_message
from bot.slack.inbound import Inbound
from bot.state import DeskInfo, Knowledge, State
from bot.teams.cards import Cards, fallback_text
from bot.teams.texts import message as line_of
from bot.views import AlertCard, Line
from tests.bugsnag.payloads import ERROR, PROJECT
from tests.cards.exemplars import CARDS, link
from tests.journeys.town import at
from tests.slack.events import BUGSNAG, CHANNEL, classic, message, reply, ts
from tests.slack.house import WORKSPACE
from tests.slack.test_text import TOKENS

NOW = at("2026-11-23 11:01")
STRINGS = 30_000
IN_ONE = 12  # of them in one story
DRAWING = Cards(CARDS)
INBOUND = Inbound(WORKSPACE, frozenset({BUGSNAG}), lambda channel: channel == CHANNEL, read_message)
HOSTILE = st.lists(st.lists(TOKENS, max_size=6).map("".join), min_size=IN_ONE, max_size=IN_ONE)
DECEIVING = re.compile(
    r"[\0-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
MEANT = re.compile(rf"https://(?:{'|'.join(map(re.escape, sorted(HOSTS)))}|fleet\.slack\.com)/[\w./?=-]*")
DETAILS = f"<{PROJECT}/errors/{ERROR}?m=%s|(details)>"


def story(words: list[str]) -> Iterator[dict[str, Any]]:
    """Yield envelopes that say all of the words: an error, one that can't be read, a comment, and a reply."""
    text, project, stage, where, error, place, spoken, said, by, title, name, more = words
    fields = [{"title": "Error", "value": f"{error}: {said}"}, {"title": "Location", "value": place}]
    sentence = f"New error {text} in {stage} from <{PROJECT}|{project}> in {where} {DETAILS % 'nw'}"
    yield message(classic(text=sentence, attachments=[{"fields": fields, "title": title}]))
    yield message(classic(ts(2), text=spoken, attachments=[{"text": more, "fallback": title}]))
    comment = {"author_name": by, "text": said, "color": "good"}
    yield message(classic(ts(3), text=f"Comment on {error}: {DETAILS % 'cm'}", attachments=[comment]))
    yield message(reply(user="U0EVIL0001")) | {"name": name}


def texts(node: Any) -> Iterator[tuple[str, str]]:
    """Yield what stands in a card, each with the name of its property."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from ([(name, value)] if isinstance(value, str) else texts(value))
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def check(view: AlertCard | Line) -> None:
    """Look at what leaves for Teams: no text is read as Markdown, and no address is anybody else's."""
    summary = fallback_text(view)
    if isinstance(view, Line):
        said, entities = line_of(view, link)
        assert (entities, re.findall(r"[<>]", said)) == ([], [])
        found = [("text", said)]
    else:
        card = DRAWING.render(view, link=link)
        sent = json.dumps(card)
        assert len(sent) < 28_000
        found = [*texts(card)]
        kinds = {value for name, value in found if name == "type"}
        assert kinds <= {"AdaptiveCard", "RichTextBlock", "TextRun"} | {
            f"Action.{one}" for one in ("Execute", "Submit", "OpenUrl")
        } | {"task/fetch"}
        assert '"entities"' not in sent
        assert all(MEANT.fullmatch(value) for name, value in found if name == "url")
    for _, value in (*found, ("summary", summary)):
        assert not DECEIVING.search(value)
        assert "{{DATE(" not in value
        value.encode()


def state_after(state: State, event: Event) -> State:
    """Let something happen and look at all that it shows."""
    decision = decide(state, event, NOW, Knowledge())
    for effect in decision.effects:
        if isinstance(effect, Show) and isinstance(effect.view, AlertCard | Line):
            check(effect.view)
    for change in decision.changes:
        if isinstance(change, PutFacts):
            state = replace(state, facts=change.facts)
        elif isinstance(change, PutAlert):
            alert: Alert = change.alert
            names = dict.fromkeys(alert.names, alert.id)
            state = replace(state, alerts={**state.alerts, alert.id: alert}, called={**state.called, **names})
    return state


@settings(max_examples=STRINGS // IN_ONE, deadline=None)
@given(HOSTILE)
def test_nothing_that_is_said_in_slack_means_anything_in_teams(words: list[str]) -> None:
    state = State(DeskInfo("backend", "tenant", "team", "19:c", "19:team"))
    for envelope in story(words):
        event = INBOUND.event(envelope)
        assert event is not None
        if isinstance(event, SlackReplied):
            event = replace(event, name=envelope["name"])
        assert isinstance(event, Alerted | SlackReplied)
        state = state_after(state, event)
    assert len(state.alerts) == 2
    assert state.alerts["A-1"].owner is not None
