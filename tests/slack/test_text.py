"""What Slack's mrkdwn and blocks say as plain text, in which nothing means anything any more."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.text import Segment, read_blocks, read_buttons, read_mrkdwn, to_slack, written
from bot.teams.texts import markdown
from bot.views import Line

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "url", "title", "accessory", "alt_text"])
            | st.text(),
            inner | st.sampled_from(["section", "mrkdwn", "rich_text_section", "link", "user", "button", "context"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)
TOKENS = st.one_of(
    st.sampled_from(
        [
            *(
                "<",
                ">",
                "|",
                "&lt;",
                "&gt;",
                "&amp;",
                "&amp;lt;",
                "<!channel>",
                "<@U1|ana>",
                "<#C1|ops>",
                "\n",
                "\t",
                " ",
            ),
            *(
                "*",
                "_",
                "`",
                "```",
                "~",
                "#",
                "- ",
                "1. ",
                "> ",
                "[a](https://evil.example)",
                "![x](y)",
                "<at>Ana</at>",
            ),
            *("https://app.bugsnag.com/", "<https://evil.example|https://app.bugsnag.com>", "javascript:alert(1)"),
            *(
                "{{DATE(2026-01-01,SHORT)}}",
                "www.evil.example",
                "ana@example.com",
                "---",
                "| a | b |",
                "\u202e",
                "\u200b",
            ),
        ]
    ),
    st.text(max_size=5),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&lt;!channel&gt; and &amp;lt;@U1&amp;gt;", "<!channel> and <@U1>"),
        ("<!channel> <!here> <!subteam^S1|@backend>", "@channel @here @backend"),
        ("<@U1|ana> and <@U2> in <#C1|ops> and <#C2>", "@ana and @U2 in #ops and #C2"),
        ("<!date^1763700010^{date}|21 Nov>", "21 Nov"),
        ("<https://app.bugsnag.com/fleet/tours|Tours> fails", "Tours fails"),
        ("<https://fleet.slack.com/archives/C1>", "https://fleet.slack.com/archives/C1"),
        ("<http://app.bugsnag.com/fleet|Fleet>", "Fleet (http://app.bugsnag.com/fleet)"),
        ("<https://evil.example/|https://app.bugsnag.com/>", "https://app.bugsnag.com/ (https://evil.example/)"),
        ("<https://app.bugsnag.com@evil.example|x>", "x (https://[credentials]@evil.example)"),
        ("<https://app.bugsnag.com:444/|x>", "x (https://app.bugsnag.com:444/)"),
        ("<https://app.bugsnаg.com/|x>", "x (https://app.bugsnаg.com/)"),  # noqa: RUF001 - a Cyrillic letter
        ("<https://[x|y>", "y (https://[x)"),
        ("<https://app.bugsnag.com[/|x>", "x (https://app.bugsnag.com[/)"),
        ("<https://.slack.com/|x>", "x (https://.slack.com/)"),
        ("<mailto:ana@example.com|ana@example.com>", "[e-mail]"),
        ("<>", ""),
        ("a < b", "a < b"),
        ("\tcode\n    more\u202e", "code\nmore"),
        ("{{DATE(2026-11-28,SHORT)}}", "{ {DATE(2026-11-28,SHORT)}}"),
        (None, ""),
        (7, ""),
    ],
)
def test_text_is_plain_text(text: Any, said: str) -> None:
    assert written(read_mrkdwn(text), 100) == said


def test_a_link_says_where_it_leads() -> None:
    line = read_mrkdwn("see <https://app.bugsnag.com/fleet?a=1&amp;m=nw|(details)>")
    assert line == (Segment("see "), Segment("(details)", "https://app.bugsnag.com/fleet?a=1&m=nw"))


BLOCKS: list[Any] = [
    {"type": "header", "text": {"type": "plain_text", "text": "New error"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*in* <https://app.bugsnag.com/fleet/tours|Tours>"},
        "fields": [{"type": "mrkdwn", "text": "*Stage*\nproduction"}],
        "accessory": {"type": "button", "text": {"type": "plain_text", "text": "View"}, "url": "https://github.com/a"},
    },
    {"type": "divider"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "user", "user_id": "U1"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "emoji", "name": "eyes"},
                    {"type": "link", "url": "https://github.com/a"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    "nothing",
                ],
            },
            {
                "type": "rich_text_list",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
            },
        ],
    },
    {"type": "context", "elements": [{"type": "image", "alt_text": "logo"}, {"type": "mrkdwn", "text": "v1"}]},
    {
        "type": "actions",
        "elements": [{"type": "button", "text": "Fix", "url": "https://github.com/b"}, {"type": "button"}],
    },
]


def test_blocks_are_lines_and_their_buttons_stand_apart() -> None:
    assert [written(line, 100) for line in read_blocks(BLOCKS)] == [
        "New error",
        "*in* Tours",
        "*Stage*\nproduction",
        "@U1 in #C1@here:eyes:https://github.com/a@S1",
        "one",
        "logo",
        "v1",
    ]
    assert read_buttons(BLOCKS) == (Segment("View", "https://github.com/a"), Segment("Fix", "https://github.com/b"))


def test_blocks_in_blocks_are_read_to_a_depth() -> None:
    deep: Any = {"type": "section", "text": "deep", "url": "https://github.com/a"}
    for _ in range(50):
        deep = {"type": "section", "elements": [deep]}
    assert read_blocks(deep) == ()
    assert read_buttons(deep) == ()


@given(JSON)
def test_whatever_shape_blocks_have_they_are_read(blocks: Any) -> None:
    for line in (*read_blocks(blocks), read_buttons(blocks)):
        assert len(written(line, 50)) <= 50


def test_what_we_say_is_no_mention_and_no_link_to_slack() -> None:
    assert to_slack("<!channel> & <https://evil.example|x>") == "&lt;!channel&gt; &amp; &lt;https://evil.example|x&gt;"


@given(st.text(alphabet=st.characters(exclude_characters="&")))
def test_what_we_say_is_read_as_it_was_written(text: str) -> None:
    assert "".join(one.text for one in read_mrkdwn(to_slack(text))) == text


@settings(max_examples=1000, deadline=None)
@given(st.lists(TOKENS, max_size=15).map("".join))
def test_nothing_of_it_is_a_mark_a_link_or_a_mention_to_a_markdown_renderer_behind_the_door(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    renderer = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    said = written(read_mrkdwn(text), 300)
    drawn, mentions = markdown(Line((said,)), 300)
    assert mentions == []
    kinds = {inner.type for token in renderer.parse(drawn) for inner in (token, *(token.children or ()))}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak"}
    assert not re.search(r"<at>|[\u200b-\u200f\u202a-\u202e]|\{\{DATE\(", drawn)
