"""The checker: what is wrong between what people posted, what the bot stored and what Teams shows. Pure functions.

It imports nothing of the bot, and knows its promises from product.md alone. What counts, and why:

- **Record.** Each post that was answered with 2xx has exactly one record, however often it was delivered; there is no
  record without a post.
- **Card.** The post's thread shows at least one card, and one of those says the state that is stored: open, with
  *I'm looking into it*; acknowledged, without it and with *It's solved*; closed, with neither.
- **Reminder.** A step of the escalation table is due so many minutes after the post's own time. Where it is due before
  anybody has answered, it must be seen: in the thread as a line, elsewhere in a message that names the post in one of
  its versions, for later reminders are edited into the first of a minute. Steps that are overdue together collapse into
  the highest: so a step may be missing where a higher one is there, but only where the bot was down or held up in
  between. None comes after the answer: so a step is asked for only where the bot had ``GRACE`` for it, the time in
  which it was held up not counted, between its moment and the answer.
- **Extra.** Cards in one thread are the same said again, and so are lines, and elsewhere messages that name a post in
  common. Of these one is meant and the rest are extra, and there may be no more of them in a chat than sends to it that
  were left in doubt (see Ledger): Teams has no key by which a repeated send would be known.
- **Stray.** Every message stands in the thread of a post, or names one.
- **Order.** No message goes back to what it said before something else: an older content over a newer one.
- **Press.** What was pressed and answered is stored: solved stays closed. And nothing is answered that nobody pressed.
- **Rest.** At the end nothing waits to be sent.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from tests.prove.ledger import Message, Version

GRACE = timedelta(minutes=5)
CLAIM, SOLVE = "claim", "solve"
OPEN, ACKNOWLEDGED, CLOSED = "OPEN", "ACKNOWLEDGED", "CLOSED"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the table: its name, when it is due after the post, and the chats that hear it (none: the thread)."""

    name: str
    after: timedelta
    chats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody posted: its thread, its token, its time, and what was pressed on its card.

    ``acknowledged``: it was answered with 2xx; ``tried`` are the verbs that anybody pressed, ``heard`` those of presses
    that were answered as done.
    """

    thread: str
    token: str
    at: datetime
    steps: tuple[Step, ...]
    acknowledged: bool = True
    tried: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of a request: its thread, its status ("" where the bot has none), when somebody answered."""

    thread: str
    status: str = OPEN
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All that is judged. ``outages`` are in the desks' time, ``until`` is when it was in the end."""

    posts: tuple[Post, ...]
    records: tuple[Record, ...]
    messages: tuple[Message, ...]
    doubted: Mapping[str, int]
    until: datetime
    outages: tuple[tuple[datetime, datetime], ...] = ()
    unsent: int = 0


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken: which, and where."""

    kind: str
    where: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.kind}: {self.where}"


@dataclass(slots=True)
class Tally:
    """How many are there not at all, once, and more than once."""

    none: int = 0
    one: int = 0
    more: int = 0

    def count(self, seen: int) -> None:
        """Take one more that was seen so often."""
        self.none += seen == 0
        self.one += seen == 1
        self.more += seen > 1

    def __str__(self) -> str:
        """Say the three, as the table has them."""
        return f"{self.none:,}/{self.one:,}/{self.more:,}"


@dataclass(slots=True)
class Verdict:
    """What is wrong, and the figures. ``merged`` counts steps that were due and collapsed into a higher one."""

    violations: list[Violation] = field(default_factory=list)
    posts: int = 0
    records: int = 0
    doubled: int = 0
    messages: int = 0
    edits: int = 0
    cards: Tally = field(default_factory=Tally)
    reminders: Tally = field(default_factory=Tally)
    merged: int = 0
    extra: int = 0
    bound: int = 0

    def kinds(self) -> Counter[str]:
        """Count the violations of each kind."""
        return Counter(violation.kind for violation in self.violations)


def check(case: Case) -> Verdict:
    """Judge a case."""
    verdict = Verdict()
    chats: dict[str, list[Message]] = {}
    for message in case.messages:
        chats.setdefault(message.chat, []).append(message)
    records: dict[str, list[Record]] = {}
    for record in case.records:
        records.setdefault(record.thread, []).append(record)
    seen = _Seen(chats)
    violations = verdict.violations
    verdict.posts = len(case.posts)
    verdict.messages = len(case.messages)
    verdict.edits = sum(len(message.versions) - 1 for message in case.messages)
    verdict.bound = sum(case.doubted.values())
    for post in case.posts:
        if not post.acknowledged:
            violations.append(Violation("unacknowledged", post.token))
            continue
        mine = records.get(post.thread, [])
        verdict.records += bool(mine)
        verdict.doubled += max(len(mine) - 1, 0)
        violations.extend(_of_records(post, mine))
        violations.extend(_of_cards(post, mine, chats.get(post.thread, []), verdict))
        violations.extend(_of_steps(post, mine[0] if mine else Record(post.thread, ""), case, seen, verdict))
    known = {post.thread for post in case.posts}
    violations.extend(Violation("record without a post", thread) for thread in records if thread not in known)
    violations.extend(_of_chats(chats, case, known, verdict))
    violations.extend(_of_messages(case, known))
    if case.unsent:
        violations.append(Violation("unsent", f"{case.unsent} still wait"))
    return verdict


class _Seen:
    """Where each post is named: per chat the tokens, with how many messages name them."""

    def __init__(self, chats: Mapping[str, Iterable[Message]]) -> None:
        self._lines = {chat: sum(not one.now.is_card for one in messages) for chat, messages in chats.items()}
        self._named = {
            chat: Counter(token for one in messages for token in one.tokens) for chat, messages in chats.items()
        }

    def of(self, step: Step, post: Post) -> list[int]:
        """Say how often a step of a post is seen, in each chat that it is meant for."""
        if not step.chats:
            return [self._lines.get(post.thread, 0)]
        return [self._named[chat][post.token] if chat in self._named else 0 for chat in step.chats]


def _of_records(post: Post, records: list[Record]) -> Iterator[Violation]:
    if not records:
        yield Violation("lost record", post.token)
    if len(records) > 1:
        yield Violation("doubled record", f"{post.token}: {len(records)}")
    for record in records:
        if not record.status:
            continue
        if SOLVE in post.heard and record.status != CLOSED:
            yield Violation("lost press", f"{post.token} was solved and is {record.status}")
        if (record.status != OPEN or record.answered_at is not None) and not post.tried:
            yield Violation("answered by nobody", post.token)


def _of_cards(post: Post, records: list[Record], messages: list[Message], verdict: Verdict) -> Iterator[Violation]:
    cards = [message for message in messages if message.now.is_card]
    verdict.cards.count(len(cards))
    if not cards:
        yield Violation("no card", post.token)
    elif records and records[0].status and not any(_says(card.now) == records[0].status for card in cards):
        yield Violation("stale card", f"{post.token} is {records[0].status}")


def _says(card: Version) -> str:
    verbs = {button.verb for button in card.buttons}
    return OPEN if CLAIM in verbs else ACKNOWLEDGED if SOLVE in verbs else CLOSED


def _of_steps(post: Post, record: Record, case: Case, seen: _Seen, verdict: Verdict) -> Iterator[Violation]:
    for number, step in enumerate(post.steps):
        if not _is_due(post, step, record, case):
            continue
        times = seen.of(step, post)
        if not all(times) and _collapsed(post, number, seen, case.outages):
            verdict.merged += 1
            continue
        for count in times:
            verdict.reminders.count(count)
        if not all(times):
            yield Violation("lost reminder", f"{post.token} {step.name}")


def _is_due(post: Post, step: Step, record: Record, case: Case) -> bool:
    first = post.at + step.after
    end = case.until if record.answered_at is None else record.answered_at
    return end - first - _held_up(first, end, case.outages) >= GRACE


def _held_up(first: datetime, end: datetime, outages: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Sum up how long outages, which may overlap, lasted between two moments."""
    held = timedelta()
    for start, stop in sorted(outages):
        held += max(min(stop, end) - max(start, first), timedelta())
        first = max(first, stop)
    return held


def _collapsed(post: Post, number: int, seen: _Seen, outages: Iterable[tuple[datetime, datetime]]) -> bool:
    """Say whether a later step is there, and the bot was held up from this one's moment to that one's."""
    first = post.at + post.steps[number].after
    for later in post.steps[number + 1 :]:
        if all(seen.of(later, post)):
            last = post.at + later.after
            return any(start <= last and first <= end for start, end in outages)
    return False


def _of_chats(
    chats: Mapping[str, list[Message]], case: Case, known: Container[str], verdict: Verdict
) -> Iterator[Violation]:
    for chat, messages in chats.items():
        extra = len(messages) - _meant(messages, is_thread=chat in known)
        verdict.extra += extra
        doubted = case.doubted.get(chat, 0)
        if extra > doubted:
            yield Violation("too many extra", f"{chat}: {extra} extra of {len(messages)}, {doubted} in doubt")


def _of_messages(case: Case, known: Container[str]) -> Iterator[Violation]:
    tokens = {post.token for post in case.posts}
    for message in case.messages:
        if message.chat not in known and not message.tokens & tokens:
            yield Violation("stray message", f"{message.id} in {message.chat}")
        if _goes_back(message.versions):
            yield Violation("older over newer", f"{message.id} in {message.chat}")


def _meant(messages: list[Message], *, is_thread: bool) -> int:
    """Count what was meant: of messages that say the same again only one."""
    if is_thread:
        return len({message.now.is_card for message in messages})
    groups: list[set[str]] = []
    for message in messages:
        mine = set(message.tokens)
        for group in [group for group in groups if group & mine]:
            groups.remove(group)
            mine |= group
        groups.append(mine)
    return len(groups)


def _goes_back(versions: list[Version]) -> bool:
    """Say whether a content comes again after another one."""
    before: set[str] = set()
    for earlier, later in pairwise(version.digest for version in versions):
        if later != earlier:
            before.add(earlier)
            if later in before:
                return True
    return False
