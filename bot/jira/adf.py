"""A description as Jira Cloud has it: a document of nodes, in which text is text whatever it holds.

Source: developer.atlassian.com, "Atlassian Document Format".
"""

from collections.abc import Iterable
from typing import Any

from bot.support.ticket import Section

Node = dict[str, Any]
_LEVEL = 3


def document(sections: Iterable[Section]) -> Node:
    """Return sections as a document: each a heading, a paragraph for each line, and a list of its links."""
    return {"version": 1, "type": "doc", "content": [node for section in sections for node in _nodes(section)]}


def _nodes(section: Section) -> list[Node]:
    lines = [line.strip() for line in section.text.splitlines()]
    nodes = [_paragraph(_text(line)) for line in lines if line]
    if section.heading:
        nodes.insert(0, {"type": "heading", "attrs": {"level": _LEVEL}, "content": [_text(section.heading)]})
    if section.links:
        items = [{"type": "listItem", "content": [_paragraph(_link(*link))]} for link in section.links]
        nodes.append({"type": "bulletList", "content": items})
    return nodes


def _paragraph(content: Node) -> Node:
    return {"type": "paragraph", "content": [content]}


def _text(text: str) -> Node:
    return {"type": "text", "text": text}


def _link(title: str, url: str) -> Node:
    return {**_text(title), "marks": [{"type": "link", "attrs": {"href": url}}]}
