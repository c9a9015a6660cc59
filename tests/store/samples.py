"""Values to store: every class of the vocabulary that a journal keeps, with every kind of field in it."""

from datetime import UTC, date, datetime, time, timedelta

from bot.effects import PutRequest, Say, Show
from bot.people import FORMER, Author, Person
from bot.policy import Language, Policy
from bot.ports import Address, Commit, Outgoing, Record
from bot.rota.shift import Absence, Change, Override, Role, Rota, Shift, Tally
from bot.state import DeskInfo, Facts, Member, Notice, NoticeItem, Pause, Raised, Roster, Setup, TeamChannel
from bot.support.handbook import Edit
from bot.support.request import (
    Advice,
    Answered,
    Clock,
    Deed,
    Deferred,
    Due,
    NextWord,
    Outcome,
    Request,
    Rung,
    Status,
    Suggestion,
    Wait,
)
from bot.views import (
    Also,
    Bar,
    Button,
    ButtonRow,
    Cell,
    Choice,
    DutyCard,
    Fact,
    Field,
    FormCard,
    HelpCard,
    Label,
    Line,
    Link,
    ListCard,
    ListRow,
    Mention,
    NoticeCard,
    NoticeEntry,
    ReplyCard,
    ReportCard,
    ReportLine,
    RequestCard,
    RotaCard,
    RotaWeek,
    View,
)

NOW = datetime(2026, 11, 25, 8, 0, 0, 123456, tzinfo=UTC)
WEDNESDAY = date(2026, 11, 25)
DESK = DeskInfo("edge", "tenant-a", "team", "19:channel@thread.tacv2", "19:team@thread.tacv2")
ANA_ID = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0003"
ANA = Person(
    ANA_ID,
    "Ana Lindqvist",
    ANA_ID,
    "ana@example.com",
    "U024BE7LH",
    production_access=True,
    working_days=frozenset({0, 1, 4}),
    experienced=False,
    joined=date(2023, 3, 1),
    left=date(2027, 1, 1),
)
BEN = Person("ben@example.com", "Ben Okafor", email="ben@example.com")
CHEN = Person("Chen Wei", "Chen Wei")
ROTA = Rota(
    people={person.id: person for person in (ANA, BEN, CHEN)},
    shifts=(
        Shift(WEDNESDAY, ANA.id, Role.SUPPORT),
        Shift(WEDNESDAY, BEN.id, Role.SUPPORT),
        Shift(WEDNESDAY, CHEN.id, Role.FALLBACK, frozenset({4})),
    ),
    absences=(Absence(BEN.id, NOW, NOW + timedelta(days=2)),),
    overrides=(Override(BEN.id, CHEN.id, NOW, NOW + timedelta(days=2)),),
    ledger=(Tally(date(2026, 11, 18), ANA.id, 4, 5), Tally(date(2026, 11, 18), FORMER, 5, 0)),
    history=(
        Change(NOW, "Ana Lindqvist", "took Ben Okafor and Chen Wei for 2026-11-25", "nobody else is there"),
        Change(NOW, "Ben Okafor", "is away on 2026-11-26", until=date(2026, 11, 26)),
    ),
)
POLICY = Policy(zone="America/New_York", opens=time(8, 30), weekdays=frozenset({0, 6}), language=Language.GERMAN)
RAISED = Raised("raise:1", Author("rita", "Rita"), Author("ana", "Ana"), NOW, "words", refused=True, request="r1")
FACTS = Facts(
    7,
    {ANA.id: NOW},
    {ANA.id: NOW},
    {"person:x": "has not installed the app"},
    swept_on=WEDNESDAY,
    sweeps_on_at=NOW,
    nameless_to=3,
    raised=(RAISED,),
    hears_all=True,
    set_up={"setup.me:1": "person:farid"},
    setup=Setup(
        ("setup.people",),
        (ANA.id,),
        {"setup:1": "19:c;messageid=1"},
        Roster(
            NOW, (Member(ANA.id, ANA.name, "ana@example.com"),), (TeamChannel("19:t", "Team"),), "it does not answer"
        ),
    ),
    pause=Pause(NOW, NOW, Author(ANA.id, ANA.name)),
    chats={ANA.id: NOW},
    last_common=2,
    edits=(Edit("edit:1", Author(ANA.id, ANA.name), "#a", "Handbook: A", "## A\n", NOW, "", "refused"),),
)
NOTICE = Notice(
    "n1",
    "person:x",
    "x",
    NOW,
    claimable=True,
    heading="H",
    items=(NoticeItem("r1", "Rita", "…", "19:t", "", settled=True),),
)
BUTTON = Button("edge", "r1", "k", "Claim", "claim", main=True)
CARD = RequestCard(
    headline=Line((Mention("x", "X"), " is on it, see ", Link("R-1", "19:t"))),
    detail="",
    remark="Restart it",
    also=(Also("the scanner too"),),
    settled=False,
    presses=(BUTTON,),
    opens=(),
    thread="19:t",
    thread_label="Open thread",
)
FIELD = Field(
    id="text",
    label=Label("L"),
    value="v",
    required=True,
    problem=Label("P"),
    longest=300,
    is_long=True,
    is_short=False,
    is_one=False,
    is_list=False,
    is_many=False,
    choices=(Choice("a", Label("A")),),
)
LINE = ReportLine("09-11", (Cell("3"),))
REPORT = ReportCard(
    "T", "3 requests.", "No alerts.", "", (Bar("09-10", 3),), (Cell("Wed"),), (LINE,), (Fact("answered", "3"),),
    (Bar("answered", 3),), (LINE,), (Fact("Support", "Ana"),), "N",
)  # fmt: skip
VIEWS: tuple[View, ...] = (
    Line(("plain ", Mention("x", 'X "quoted" \u2028 & <b>'))),
    CARD,
    NoticeCard("Heading", (NoticeEntry("T", "E", "L", "19:t", waiting=True, presses=(), opens=(BUTTON,), note="N"),)),
    FormCard("T", "E", "N", "", (FIELD,), (ButtonRow("H", (BUTTON,)),), "19:t"),
    ReplyCard("Ana:", "hello"),
    DutyCard("On duty", (Fact("Now", "Ana"),), (Fact("Ben", "not reached"),)),
    RotaCard("Rota", (RotaWeek("This", (Fact("Support", "Ana"),)),)),
    ListCard(
        "Yours", (ListRow("T", "E", "L", waiting=True, presses=(BUTTON,), opens=(), thread="19:t", thread_label="O"),)
    ),
    HelpCard("Help", "text", (Fact("who", "who is on duty"),)),
    REPORT,
)


def request(
    number: int = 1, *, status: Status = Status.OPEN, place: str = "", text: str = "Who knows?", deep: bool = True
) -> Request:
    """Return a request with every field set."""
    closed = status is Status.CLOSED
    return Request(
        id=f"r{number}",
        requester=Author("rita", "Rita Grün"),
        text=text,
        text_at=NOW,
        place=place or f"19:channel@thread.tacv2;messageid={number}",
        posted_at=NOW + timedelta(seconds=number),
        due_at=NOW + timedelta(minutes=5),
        status=status,
        clock=None
        if closed
        else Clock(
            second=False,
            started_at=NOW,
            due_at=NOW + timedelta(minutes=5),
            pending=(Due(Rung.PAIR, NOW), Due(Rung.TEAM, NOW + timedelta(minutes=10))),
            called=("x",),
            deferred=(Deferred("y", NOW),),
        ),
        responder=Author("ana", "Ana"),
        responded_at=NOW,
        claimer=Author("ana", "Ana"),
        claimed_at=NOW,
        word=NextWord(NOW, NOW, NOW, over=True, asker=Author("ben", "Ben")),
        wait=Wait(NOW, None, NOW),
        advice=Advice(Author("eva", "Eva"), NOW),
        suggestions=(Suggestion(Author("dilan", "Dilan"), NOW, "restart it", 2),),
        handed=(Advice(Author("ben", "Ben"), NOW, "reindex it", "1"),),
        lead="r7",
        follow_up=True,
        followers=("r8",),
        matter="printer",
        remark="restarted",
        triage=(Answered("bug", "no", "Ana"),),
        helpers=("x",),
        helped_at=NOW,
        deed=Deed(3, Author("ana", "Ana"), NOW, "replied", "k", "reply:1", "19:t", "text", ("r9",)),
        before=request(number, text=text, deep=False) if deep else None,
        outcome=Outcome.ANSWERED if closed else None,
        closed_by=Author("ana", "Ana") if closed else None,
        closed_at=NOW if closed else None,
        reacted=("x", "y"),
        copies=("n1",),
    )


def record(key: str, *matters: str) -> Record:
    """Return a record under ``key``."""
    return Record(key, "Posted", NOW, NOW + timedelta(seconds=1), "rita", matters)


def posted(revision: int, number: int) -> Commit:
    """Return the commit of a post: its record, its request, its card and its line."""
    return Commit(
        DESK.tenant,
        DESK.id,
        revision,
        records=(record(f"key-{number}", f"r{number}"),),
        changes=(PutRequest(request(number)),),
        outgoing=(
            Outgoing(f"{number}:1", Show(f"card-{number}", "19:t", CARD)),
            Outgoing(f"{number}:0", Say(f"line-{number}", "19:t", Line(("hello",)))),
        ),
    )


ADDRESS = Address("https://smba.example/emea/", "19:channel@thread.tacv2;messageid=1", "1700000000001")
