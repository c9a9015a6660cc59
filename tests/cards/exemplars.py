"""One realistic view for every card and state: what the samples in cards/samples are made from, and what is drawn.

``python -m tests.cards.exemplars`` writes the samples anew; a test says when that is needed.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from bot.teams.cards import Cards
from bot.views import (
    AskForm,
    CardView,
    DutyCard,
    Fact,
    HelpCard,
    Line,
    Mention,
    NoticeCard,
    NoticeEntry,
    ReplyCard,
    RequestCard,
    RotaCard,
    RotaWeek,
)

CARDS = Path(__file__).parent.parent.parent / "cards"
MIRA = Mention("5d1f0c2e-7a94-4a1e-9d0b-3f6f5a1c0001", "Mira Voss")
TOM = Mention("5d1f0c2e-7a94-4a1e-9d0b-3f6f5a1c0002", "Tom Adeyemi")


def link(place: str) -> str:
    """Return an address for a thread, as the Teams door does."""
    channel, _, root = place.partition(";messageid=")
    return f"https://teams.microsoft.com/l/message/{channel.replace(':', '%3A')}/{root}?groupId=8f1e&tenantId=7c2d"


OPEN = RequestCard(
    desk="backend",
    request="R-42",
    card="card:R-42",
    headline=Line((MIRA, " or ", TOM, " will answer by 16:05.")),
    detail="R-42",
    settled=False,
    can_claim=True,
    can_solve=True,
    can_dismiss=True,
    claim_label="I'm looking into it",
    solve_label="It's solved",
    dismiss_label="Not a request",
)
_ENTRY = NoticeEntry(
    desk="backend",
    request="R-42",
    card="notice:R-42:mira",
    title="Sanne Dekker · R-42",
    excerpt="The label printer in Utrecht prints yesterday's routes. 40 parcels are waiting at the dock.\nWe tried to "
    "restart it twice, and tour 1187 still shows the old stops.",
    line="Waiting since 16:00, answer due by 16:05",
    thread="19:backend@thread.tacv2;messageid=1700000000042",
    waiting=True,
    claimable=True,
)
_SECOND = replace(
    _ENTRY,
    request="R-43",
    title="Jonas Brandt · R-43",
    excerpt="Customer cannot change the delivery window, the page says error 500.",
    line="Waiting since 16:01, answer due by 16:06",
    thread="19:backend@thread.tacv2;messageid=1700000000043",
)
_TAKEN = replace(_ENTRY, line="Mira Voss has it", waiting=False, claimable=False)
_ASK = AskForm(
    desk="backend",
    request="R-42",
    card="notice:R-42:mira",
    title="Sanne Dekker wrote:",
    excerpt=_ENTRY.excerpt,
    label="Your question. It goes into the thread under your name.",
    text="What are you trying to achieve?\nSince when does it happen?\nHow many are affected?\nWhat stops if we wait?",
    error="",
    send_label="Send",
    form="19:backend@thread.tacv2;messageid=1700000000042|f:ask-1|invoke",
)
_DUTY = DutyCard(
    title="Who is on duty",
    facts=(
        Fact("On duty", "Mira Voss and Tom Adeyemi"),
        Fact("Fallback", "Elif Kaya"),
        Fact("Observing", "Noor Haddad"),
        Fact("Next handover", "Wed 25 Nov, 09:00"),
        Fact("Then", "Elif Kaya and Jan Peeters"),
    ),
    note="",
    unreachable=(),
)
_ROTA = RotaCard(
    title="Support rota",
    weeks=(
        RotaWeek(
            "Wed 18 Nov (this iteration)",
            (
                Fact("Support", "Mira Voss, Tom Adeyemi"),
                Fact("Fallback", "Elif Kaya (Fri)"),
                Fact("Observing", "Noor Haddad"),
            ),
        ),
        RotaWeek("Wed 25 Nov", (Fact("Support", "Elif Kaya, Jan Peeters"),)),
        RotaWeek("Wed 2 Dec", (Fact("Support", "nobody is set yet"),)),
    ),
    note="",
)
_HELP = HelpCard(
    title="Hotseat",
    text="Post in the channel what you need. I tell support at once, and you see who has it and when you'll hear more.",
    commands=(
        Fact("who", "Who is on duty now, and when that changes"),
        Fact("rota", "The support teams of the coming weeks; rota 8 shows eight"),
        Fact("help", "What I do, and what you can ask me"),
    ),
)

EXEMPLARS: Mapping[str, CardView] = MappingProxyType(
    {
        "request_card": OPEN,
        "request_card.out_of_hours": replace(
            OPEN,
            headline=Line(("Mira Voss or Tom Adeyemi will answer by Tue 24 Nov, 09:05.",)),
            detail="Support is back Tue 24 Nov, 09:00. If a tour stands still, call 030 555 0100. · R-42",
        ),
        "request_card.nobody": replace(
            OPEN,
            headline=Line(("Nobody is on duty. Everyone present has been told.",)),
            detail="You should hear from somebody by 16:05. · R-42",
        ),
        "request_card.acknowledged": replace(
            OPEN,
            headline=Line(("Mira Voss is looking into it.",)),
            detail="You'll hear more by 16:35. · R-42",
            can_claim=False,
            can_dismiss=False,
        ),
        "request_card.german": replace(
            OPEN,
            headline=Line((MIRA, " oder ", TOM, " antwortet bis 16:05.")),
            claim_label="Ich schaue es mir an",
            solve_label="Ist gelöst",
            dismiss_label="Keine Anfrage",
        ),
        "request_card.solved": replace(
            OPEN,
            headline=Line(("Solved.",)),
            detail="Sanne Dekker, 16:20. · R-42",
            settled=True,
            can_claim=False,
            can_solve=False,
            can_dismiss=False,
        ),
        "notice_card": NoticeCard("Sanne Dekker needs an answer by 16:05", (_ENTRY,)),
        "notice_card.two": NoticeCard("2 requests wait for an answer", (_ENTRY, _SECOND)),
        "notice_card.one_taken": NoticeCard("1 of 2 still waits for an answer", (_TAKEN, _SECOND)),
        "notice_card.settled": NoticeCard("Mira Voss has it", (_TAKEN,)),
        "notice_card.team": NoticeCard(
            "No answer for 10 min; Mira Voss and Tom Adeyemi have been called. If you can help, tell them.",
            (
                replace(
                    _ENTRY,
                    card="notice:R-42:team",
                    claimable=False,
                    line="Waiting since 16:00; an answer was due by 16:05",
                ),
            ),
        ),
        "ask_form": _ASK,
        "ask_form.error": replace(_ASK, text="", error="Write your question first."),
        "reply_card": ReplyCard(
            "Mira Voss asks:", "Which printer is it, and since when?\nDoes the route on the screen look right?"
        ),
        "duty_card": _DUTY,
        "duty_card.admin": replace(
            _DUTY,
            note="Support hours are over. Somebody is back Tue 24 Nov, 09:00.",
            unreachable=(Fact("Jan Peeters", "I am not installed there; install the app for the person"),),
        ),
        "rota_card": _ROTA,
        "help_card": _HELP,
    }
)


def template_name(sample: str) -> str:
    """Return the card that a sample belongs to: "request_card.open" is one of "request_card"."""
    return sample.partition(".")[0]


def main() -> None:
    """Write every sample."""
    cards = Cards(CARDS)
    for name, view in EXEMPLARS.items():
        text = json.dumps(cards.context(view, link=link), indent=2, ensure_ascii=False)
        (CARDS / "samples" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
