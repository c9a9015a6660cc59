"""The quick checks of a body are exact: they say what a slow and plain reading says."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.teams.envelope import MAX_DEPTH, Malformed, _colons, _has_nul, _measure, _refuse_duplicates

KEYS = st.sampled_from(["a", "b", "type", "id", "", 'q"', "c:", ' :"', "\\", "é"])
TEXTS = st.sampled_from(["", "x", ":", '":', ' "id": ', '\\": ', "a : b", "\t:", "\0", "\\u0000", "📦"])
SPACES = st.sampled_from(["", "", "", " ", "\t", "\n", "\r\n ", " \t"])


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> str:
    """Write an object as JSON, with white space anywhere and keys that may come twice."""
    members = []
    for key in draw(st.lists(KEYS, max_size=4)):
        kind = draw(st.integers(0, 3 if depth else 1))
        if kind == 0:
            value = json.dumps(draw(TEXTS))
        elif kind == 1:
            value = draw(st.sampled_from(["1", "true", "null", "-0.5", "[]", "{}"]))
        elif kind == 2:
            value = draw(documents(depth=depth - 1))
        else:
            value = "[" + ",".join(draw(st.lists(documents(depth=depth - 1), max_size=2))) + "]"
        members.append(f"{draw(SPACES)}{json.dumps(key)}{draw(SPACES)}:{draw(SPACES)}{value}{draw(SPACES)}")
    return "{" + ",".join(members) + "}"


def has_duplicates(text: str) -> bool:
    """Read slowly and plainly whether a key comes twice."""
    found = False

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len(dict(members)) != len(members)
        return dict(members)

    json.loads(text, object_pairs_hook=pairs)
    return found


@settings(max_examples=300, deadline=None)
@given(documents())
def test_a_key_that_comes_twice_never_passes_and_others_always_do(text: str) -> None:
    body = text.encode()
    quick = _colons(body) == _measure(json.loads(text))
    if has_duplicates(text):
        assert not quick
        with pytest.raises(Malformed, match="duplicate_key"):
            _refuse_duplicates(body)
    elif not quick:
        _refuse_duplicates(body)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_nul_is_seen_wherever_it_stands(text: str) -> None:
    assert _has_nul(json.loads(text)) == ("\0" in str(json.loads(text)).replace("\\x00", "\0"))


@pytest.mark.parametrize(("depth", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_nesting_is_counted_exactly(depth: int, *, fits: bool) -> None:
    document = json.loads('{"x":' * (depth - 1) + "{}" + "}" * (depth - 1))
    if fits:
        assert _measure(document) == depth - 1
    else:
        with pytest.raises(Malformed, match="nesting"):
            _measure(document)
