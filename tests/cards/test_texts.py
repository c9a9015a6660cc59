"""Foreign text: what may pass, how lines are escaped, and that nothing makes drawing fail."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.cards import Cards, fallback_text
from bot.teams.texts import cut, inert, markdown, message
from bot.views import Line, Link, Mention, NoticeCard, NoticeEntry, ReplyCard
from tests.cards.exemplars import CARDS, EXEMPLARS, link

FORBIDDEN = {
    *map(chr, range(32)),
    *map(chr, range(0x7F, 0xA0)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2060, 0x2070)),
    *"\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028\u2029\ufeff",
} - {"\n"}
NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from(sorted(FORBIDDEN)), st.sampled_from("\u200d\ud800$*_[]<>&{}"))
)
DRAWING = Cards(CARDS)


@given(NASTY)
def test_inert_text_has_no_character_that_deceives(text: str) -> None:
    said = inert(text)
    assert not set(said) & FORBIDDEN
    said.encode()
    assert inert(said) == said


@given(NASTY)
def test_drawing_never_fails(text: str) -> None:
    entry = NoticeEntry(text, text, text, "19:a", waiting=True, presses=(), opens=(), note=text)
    for view in (ReplyCard(text, text), NoticeCard(text, (entry,))):
        json.dumps(DRAWING.render(view, link=link)).encode()
        fallback_text(view).encode()
    message(Line((text, Mention("id", text), Link(text, "19:a"))), link)[0].encode()


@pytest.mark.parametrize("emoji", ["👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "👩🏽‍🚒", "🤷🏻‍♀️", "🇩🇪"])
def test_emoji_of_several_parts_stay_whole(emoji: str) -> None:
    assert inert(f"a{emoji}b") == f"a{emoji}b"


def test_a_joiner_between_letters_goes() -> None:
    assert inert("pay\u200dpal") == "paypal"


def test_line_ends_of_any_kind_become_newlines() -> None:
    assert inert("a\r\nb\rc\u2028d\x0be\tf") == "a\nb\nc\nd\ne f"


def test_umlauts_and_other_scripts_pass() -> None:
    for text in ("Straße, Übergröße", "Ελλάδα", "مرحبا", "日本語", "e\u0301"):
        assert inert(text) == text


def test_a_cut_ends_with_an_ellipsis_and_is_never_longer() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
    assert cut("a👩\u200d💻", 3) == "a👩…"


def test_a_line_keeps_our_own_words_unescaped() -> None:
    text, found = markdown(Line((Mention("1", "Mira Voss"), " will answer by Tue 24 Nov, 09:05.")), 300)
    assert text == "<at>Mira Voss</at> will answer by Tue 24 Nov, 09:05."
    assert [(one.id, one.name) for one in found] == [("1", "Mira Voss")]


def test_two_people_of_one_name_are_told_apart() -> None:
    text, found = markdown(Line((Mention("1", "Jan"), " or ", Mention("2", "Jan"), ", or ", Mention("1", "Jan"))), 300)
    assert text == "<at>Jan</at> or <at>Jan (2)</at>, or <at>Jan</at>"
    assert [one.id for one in found] == ["1", "2"]


def test_a_message_escapes_everything_but_its_mentions() -> None:
    text, entities = message(Line(("<b>&amp; **x**", Mention("1", "A <at>B</at>"))), link)
    assert text == "&lt;b&gt;&amp;amp; **x**<at>A \uff1cat\uff1eB\uff1c/at\uff1e</at>"
    assert entities == [
        {
            "type": "mention",
            "text": "<at>A \uff1cat\uff1eB\uff1c/at\uff1e</at>",
            "mentioned": {"id": "1", "name": "A \uff1cat\uff1eB\uff1c/at\uff1e"},
        }
    ]


@pytest.mark.parametrize("sample", sorted(EXEMPLARS))
def test_the_plain_sentence_is_one_short_line(sample: str) -> None:
    said = fallback_text(EXEMPLARS[sample])
    assert 0 < len(said) <= 280
    assert "\n" not in said
